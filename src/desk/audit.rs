//! The audit log: who saw or changed what. It holds ids and hashes, no names, numbers, scores or
//! search texts, so that it stays true when people are erased.
//!
//! Whoever shows or changes something writes here first; what cannot be written down is not shown.

use sha2::{Digest, Sha256};

use super::Desk;
use crate::interview::{InterviewId, Millis};
use crate::store::StoreError;
pub use crate::store::audit::Chain;
use crate::store::audit::Entry;

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The person of that number.
    User(i64),
    /// A program with a token, by the first half of the token's hash.
    Token(String),
    /// Whoever knows the password of the settings.
    Settings,
    /// Whoever reaches a report that stands open.
    Open,
    /// Whoever can run commands beside the store.
    Command,
    /// The server by itself.
    Server,
    /// Somebody who has not signed in.
    Stranger,
}

impl By {
    /// As the log keeps it.
    pub fn word(&self) -> String {
        match self {
            Self::User(id) => format!("user:{id}"),
            Self::Token(hash) => format!("token:{}", hash.get(..32).unwrap_or(hash)),
            Self::Settings => "settings".into(),
            Self::Open => "open".into(),
            Self::Command => "command".into(),
            Self::Server => "server".into(),
            Self::Stranger => "stranger".into(),
        }
    }
}

macro_rules! acts {
    ($($(#[$about:meta])* $act:ident = $word:literal,)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Act {
            $($(#[$about])* $act,)+
        }

        impl Act {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$act,)+];

            /// The word in the log.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$act => $word,)+
                }
            }
        }
    };
}

acts! {
    /// Somebody came in.
    SignIn = "sign_in",
    /// Somebody tried to.
    SignInFailed = "sign_in_failed",
    /// Somebody left, or a session was ended.
    SignOut = "sign_out",
    /// One interview was looked at; a list of them has the object `list`.
    ViewInterview = "view_interview",
    /// A comment was played.
    PlayComment = "play_comment",
    /// Figures or interviews of people went out as a file or to a program.
    Export = "export",
    /// A person was added or changed.
    ChangeUser = "change_user",
    /// What somebody sees of teams, or a stay of an agent, was changed.
    ChangeTeam = "change_team",
    /// An API token was made or taken back.
    ChangeToken = "change_token",
    /// A case was given to somebody, closed or opened again.
    ChangeCase = "change_case",
    /// A target was set or taken back.
    ChangeTarget = "change_target",
    /// An interview was linked by hand.
    Relink = "relink",
    /// An answer was marked or unmarked as outside of our control.
    Review = "review",
    /// A survey version was published.
    PublishSurvey = "publish_survey",
    /// A survey was switched on or off for a queue.
    SwitchSurvey = "switch_survey",
    /// An outgoing mail or webhook was changed or sent again.
    ChangeDelivery = "change_delivery",
    /// The name behind an agent's code was looked up.
    LookUpAgent = "look_up_agent",
    /// A caller or customer was erased.
    EraseCaller = "erase_caller",
    /// All that is kept about a caller or customer was written down for them.
    ExportCaller = "export_caller",
    /// A caller is never asked again, at somebody's word.
    NeverAsk = "never_ask",
    /// A caller may be asked again.
    AskAgain = "ask_again",
    /// An agent's name was taken out.
    EraseAgent = "erase_agent",
    /// All that is kept about an agent was written down for them.
    ExportAgent = "export_agent",
    /// What was kept long enough was removed.
    Retain = "retain",
}

impl Act {
    /// The act of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.word() == word)
    }
}

/// What stands for a text that the log must not hold, such as an agent's code: half of its
/// SHA-256, in hex.
pub fn mark(text: &str) -> String {
    Sha256::digest(text.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An object as the log holds it. An address may write an interview's id in other letters than the
/// store; and what somebody typed may be anything, also a person's name.
fn written(object: &str) -> String {
    const LONGEST: usize = 64;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte);
    match object.parse::<InterviewId>() {
        Ok(id) => id.to_string(),
        Err(_) if object.len() <= LONGEST && object.bytes().all(plain) => object.to_owned(),
        Err(_) => mark(object),
    }
}

impl Desk {
    /// Writes down who did what to what: `object` is an id or a [`mark`], or a plain word for what
    /// is nobody's.
    ///
    /// # Errors
    /// If the database does not answer; then the thing must not be done.
    pub async fn audit(
        &self,
        by: &By,
        act: Act,
        object: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let key = self.keys.audit();
        self.store.put_audit(key, now, &by.word(), act.word(), &written(object)).await
    }

    /// Whether the log is as it was written.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn audit_chain(&self) -> Result<Chain, StoreError> {
        self.store.audit_chain(self.keys.audit()).await
    }

    /// Entries before that number, newest first; of one act if given.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn audit_log(
        &self,
        act: Option<Act>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        self.store.audit(act.map_or("", Act::word), before, limit).await
    }
}
