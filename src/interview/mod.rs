//! WHAT HAPPENS ON ONE CALL: `(survey, state, input, now) -> (state, facts, order)`.
//!
//! Pure: time, ids and randomness come in as values. Knows the survey and nothing else: no
//! provider, no web, no database.
//!
//! [`begin`] makes the first document, [`step`] takes one input and makes the next, [`order`] makes
//! the document of a state again. A document is a function of survey and state alone, so a repeated
//! request hears what the first one heard.
//!
//! | file | trade |
//! |---|---|
//! | `path` | which questions apply, in which order; what comes next, what came before |
//! | `keys` | what keys mean at an item |
//! | `turn` | one input: what it changes |
//! | `say` | what a state says |
//! | `disposition` | how an interview stands by its answers |
//! | [`token`] | the state sealed into a link |

mod disposition;
mod handover;
mod keys;
mod path;
mod say;
#[cfg(test)]
mod tests;
pub mod token;
mod turn;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use handover::{Handover, Reached, Start};

use crate::survey::{Lang, Prompt, Survey, Version};

pub use disposition::{disposition, started};
pub use say::{Open, open, order};
pub use turn::{begin, step};

/// UTC milliseconds since 1970.
pub type Millis = i64;

/// Sixteen bytes: its day, then a keyed hash of provider, call, survey and hand-over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct InterviewId(pub [u8; 16]);

impl fmt::Display for InterviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InterviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<InterviewId> for String {
    fn from(id: InterviewId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for InterviewId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for InterviewId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("\"{text}\" is not an interview id; it has 32 hex digits");
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(fault());
        }
        let mut id = [0; 16];
        for (i, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| fault())?;
        }
        Ok(Self(id))
    }
}

/// What is fixed when an interview begins and travels in its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The interview's id; random orders are drawn from it.
    pub id: InterviewId,
    /// The caller's language if it is known; else the survey may ask.
    pub lang: Option<Lang>,
    /// Whether consent is asked first.
    pub consent: bool,
    /// Whether "never ask me again" can be honoured: the caller's number is known.
    pub never_ask: bool,
    /// Whether the centre offers that a manager calls back.
    pub callback: bool,
    /// A lone `#` that comes sooner than this after its document belongs to the answer before.
    pub finish_key_grace_ms: u32,
    /// Milliseconds that a lone `#` may wait on the platform before it comes, where two keys may
    /// make an answer.
    pub key_wait_ms: u32,
}

/// What came back from the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Keys in the order pressed: `0`–`9`, `*`, `#`; never empty.
    Keys(String),
    /// Nothing was pressed in time.
    Silence,
    /// A recording ended.
    Recording(Recording),
}

/// What is known of a recording when its turn comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The provider's id of the recording, or our own for an upload.
    pub id: String,
    /// Seconds recorded, if the provider says.
    pub seconds: Option<u32>,
    /// The key that ended it, if one did.
    pub key: Option<char>,
    /// Where the provider keeps it, if it does.
    pub url: Option<String>,
}

/// How one item of an interview stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered with this value; a comment that was recorded has value 1.
    Answered(u8),
    /// Skipped by key.
    Skipped,
    /// Silence until the hearings were used up.
    NoInput,
    /// Wrong keys until the hearings were used up.
    NoMatch,
    /// Its condition does not hold.
    NotApplicable,
    /// Was answered, but a changed earlier answer took it off the path. Kept, not counted.
    Withdrawn,
}

impl Outcome {
    /// The number under which the store keeps it: the value, or below zero -1 skipped,
    /// -2 no input, -3 no match, -4 not applicable, -5 withdrawn.
    pub fn code(self) -> i64 {
        match self {
            Self::Answered(value) => i64::from(value),
            Self::Skipped => -1,
            Self::NoInput => -2,
            Self::NoMatch => -3,
            Self::NotApplicable => -4,
            Self::Withdrawn => -5,
        }
    }

    /// The outcome of a stored number; unknown numbers are none.
    pub fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            0..=99 => Self::Answered(u8::try_from(code).ok()?),
            -1 => Self::Skipped,
            -2 => Self::NoInput,
            -3 => Self::NoMatch,
            -4 => Self::NotApplicable,
            -5 => Self::Withdrawn,
            _ => return None,
        })
    }
}

/// One thing known to have happened in a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// An item's outcome was set or changed.
    Item {
        /// Index into the survey's questions.
        question: u8,
        /// The new outcome.
        outcome: Outcome,
    },
    /// A comment was recorded for that question.
    Comment {
        /// Index into the survey's questions.
        question: u8,
        /// The recording.
        recording: Recording,
    },
    /// The caller chose this language.
    Language(Lang),
    /// The caller agreed (or not) to be asked.
    Consent(bool),
    /// The caller asked for a repeat, the menu, the previous question, a further language, ….
    Command(Command),
    /// A digit came sooner than the grace after its document.
    Early,
    /// A lone `#` belonged to the answer before.
    Spill,
    /// A key that fits nothing here.
    WrongKey,
    /// A manager shall call back.
    Callback,
    /// The caller must never be asked again.
    NeverAsk,
    /// The interview ended by its own last word.
    Ended(Ending),
}

/// What a caller told the interview to do, other than answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Hear it again.
    Repeat,
    /// Hear the menu.
    Menu,
    /// Go to the previous question.
    Back,
    /// Skip this question.
    Skip,
    /// Choose another language.
    OtherLanguage,
    /// End now.
    EndNow,
}

/// Why an interview said goodbye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The path came to its end.
    Finished,
    /// Two items in a row without a usable key.
    Unanswered,
    /// The caller chose to end.
    EndNow,
    /// The caller chose never to be asked again.
    NeverAsk,
    /// The caller did not consent.
    NoConsent,
    /// The time or the number of turns was used up.
    Limit,
}

/// How an interview stands by its facts, after AAPOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Core answered and at least the survey's complete share of the questions that applied.
    Complete,
    /// Core answered and at least the partial share.
    Partial,
    /// Started, neither complete nor partial.
    BreakOff,
    /// Never-ask, end-now or consent "no" before any answer.
    Refusal,
    /// Offered, but no answer and no refusal.
    NoContact,
    /// Our fault or the platform's.
    Failed,
    /// A rule said no before anything was offered.
    Ineligible,
}

impl Disposition {
    /// All of them, in the order reports show them.
    pub const ALL: [Self; 7] = [
        Self::Complete,
        Self::Partial,
        Self::BreakOff,
        Self::Refusal,
        Self::NoContact,
        Self::Failed,
        Self::Ineligible,
    ];

    /// The word used in tables, JSON and the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::BreakOff => "break_off",
            Self::Refusal => "refusal",
            Self::NoContact => "no_contact",
            Self::Failed => "failed",
            Self::Ineligible => "ineligible",
        }
    }

    /// The disposition of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.word() == word)
    }
}

/// What to say or do next; the dialects write it.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Say and wait for keys.
    Ask(Ask),
    /// Say and record.
    Record(Record),
    /// Say goodbye and end.
    End(End),
}

/// What is heard in one breath, with the keys it waits for. Everything in `prompts` can be keyed
/// over.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Said in this order.
    pub prompts: Vec<Arc<Prompt>>,
    /// How many keys make an answer.
    pub keys: Keys,
    /// Milliseconds to think after the prompts. With [`Keys::One`] silence counts when they are
    /// over; with [`Keys::OneOrTen`] the two seconds in which a `0` may follow a `1` come on top,
    /// because platforms with a single time-out wait them there too.
    pub think_ms: u32,
}

/// Milliseconds that a key waits for a second one that may follow it.
pub const SECOND_KEY_MS: u32 = 2000;

/// How many keys make an answer. All twelve keys are always heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Any one key.
    One,
    /// One key, or `10`: after a `1` the platform waits two seconds for the `0`.
    OneOrTen,
}

/// Say and record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Said before the beep; can be keyed over.
    pub prompts: Vec<Arc<Prompt>>,
    /// Longest recording in seconds.
    pub max_seconds: u32,
    /// Seconds of silence that end it.
    pub silence_seconds: u32,
    /// The beep as a file, for dialects that have none of their own.
    pub beep: Arc<Prompt>,
}

/// Say goodbye and end.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Said before the end; may be empty.
    pub prompts: Vec<Arc<Prompt>>,
    /// Why it ends.
    pub ending: Ending,
    /// How the interview stands, for platforms that are told.
    pub disposition: Disposition,
    /// The answer to the survey's core question, if there is one.
    pub score: Option<u8>,
}

/// Which survey's audio an order speaks from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The survey's name.
    pub survey: Arc<str>,
    /// Its version.
    pub version: Version,
}

/// The whole state of an interview between two turns; it travels in the token. Holds no phone
/// number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The interview.
    pub id: InterviewId,
    /// The survey version it is asked in.
    pub survey: Version,
    /// Mark of the provider's call id (first 8 bytes of a hash made by the desk), 0 if unknown.
    pub call_mark: u64,
    /// Number of the turn that this state waits for; the start is turn 0, so the first is 1.
    pub turn: u8,
    /// The language spoken.
    pub lang: Lang,
    /// When the interview started.
    pub started_ms: Millis,
    /// When the newest turn was recorded.
    pub recorded_ms: Millis,
    /// Sum over turns of min(now − last recorded, 90 s), never negative.
    pub elapsed_ms: u32,
    /// Whether "never ask me again" can be honoured, see [`Opening::never_ask`]: only then the
    /// menu reads it out and takes it.
    pub never_ask: bool,
    /// Whether a call-back by a manager can be had.
    pub callback: bool,
    /// Whether consent is asked in this interview.
    pub consent: bool,
    /// See [`Opening::finish_key_grace_ms`].
    pub finish_key_grace_ms: u32,
    /// See [`Opening::key_wait_ms`].
    pub key_wait_ms: u32,
    /// Where in the interview it stands.
    pub place: Place,
    /// What is said before the item.
    pub lead: Lead,
    /// Hearings of the present item that count for the limit: 1 when it is first asked, one more
    /// after each silence or wrong key. A repeat counts none.
    pub hearings: u8,
    /// Wrong keys at the present item: chooses the sentence.
    pub wrong: u8,
    /// Repeats and openings of the menu or of "press 9 again" at the present item.
    pub repeats: u8,
    /// The present document is a repeated one: another `*` opens the menu.
    pub repeated: bool,
    /// A `#` was already given back to the answer before at this item.
    pub spilled: bool,
    /// Items in a row that ended with no input or no match.
    pub unanswered_run: u8,
    /// The caller already asked for a manager's call.
    pub manager: bool,
    /// The earliest turn (from 1) that could not be stored, with or without those after it; whoever
    /// stores the next one stores all that this state knows ([`State::facts`]).
    pub unsaved: Option<u8>,
    /// Where the start itself could not be stored: what the desk needs to make up for it, in a
    /// form of its own. Else empty.
    pub start: Vec<u8>,
    /// One place for each question of the survey; `None` is not reached.
    pub items: Vec<Option<Outcome>>,
}

impl State {
    /// How the interview stands by what is known now; of an unfinished one, how it would stand if
    /// the caller hung up here.
    pub fn disposition(&self, survey: &Survey) -> Disposition {
        disposition(survey, &self.items, self.refused())
    }

    /// Whether an answer is stored; consent, language, skips and commands are none.
    pub fn started(&self, survey: &Survey) -> bool {
        started(survey, &self.items)
    }

    /// Whether it ended by the caller's own no.
    pub fn refused(&self) -> bool {
        matches!(self.place, Place::Over(Ending::EndNow | Ending::NeverAsk | Ending::NoConsent))
    }

    /// All that this state knows of what happened, as facts: for the turn after one that could not
    /// be stored. What only a moment knew (a recording, a wrong key) is not among them.
    pub fn facts(&self) -> Vec<Fact> {
        let known = |(question, item): (usize, &Option<Outcome>)| {
            Some(Fact::Item { question: u8::try_from(question).ok()?, outcome: (*item)? })
        };
        let consent = self.consent.then(|| self.agreed()).flatten().map(Fact::Consent);
        let manager = self.manager.then_some(Fact::Callback);
        let items = self.items.iter().enumerate().filter_map(known);
        consent.into_iter().chain(items).chain(manager).collect()
    }

    /// What the caller said at the consent question, as far as the place tells: behind it only who
    /// agreed is. `None` if it is not known, or was not asked yet.
    fn agreed(&self) -> Option<bool> {
        match self.place {
            Place::Consent
            | Place::Menu(Item::Consent)
            | Place::Manager(Item::Consent)
            | Place::Language { back_to: None | Some(Item::Consent), .. } => None,
            Place::Question(_)
            | Place::OfferManager
            | Place::Menu(Item::Question(_) | Item::OfferManager)
            | Place::Manager(Item::Question(_) | Item::OfferManager)
            | Place::Language { back_to: Some(Item::Question(_) | Item::OfferManager), .. } => {
                Some(true)
            }
            Place::Over(Ending::NoConsent) => Some(false),
            Place::Over(Ending::Finished) => Some(true),
            // It may have ended before the answer; outcomes there are only behind it.
            Place::Over(Ending::Unanswered | Ending::EndNow | Ending::NeverAsk | Ending::Limit) => {
                self.items.iter().any(Option::is_some).then_some(true)
            }
        }
    }

    /// The question whose own document is open: index into the survey's questions. `None` in the
    /// menu, at the language choice, at consent, at the manager's offer and after the end.
    pub fn open_question(&self) -> Option<u8> {
        match self.place {
            Place::Question(question) => Some(question),
            _ => None,
        }
    }

    /// Why it said goodbye, if it did.
    pub fn over(&self) -> Option<Ending> {
        match self.place {
            Place::Over(ending) => Some(ending),
            _ => None,
        }
    }

    /// When the interview's time is up, UTC milliseconds; the store closes it two minutes later.
    pub fn limit_ms(&self, survey: &Survey) -> Millis {
        self.started_ms.saturating_add(Millis::from(survey.max_seconds) * 1000)
    }
}

/// Where an interview stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The language choice, first or second round; `back_to` an item when it was opened from the
    /// menu.
    Language {
        /// 0 or 1.
        round: u8,
        /// The item to return to; `None` at the opening.
        back_to: Option<Item>,
    },
    /// The consent question that comes before all others.
    Consent,
    /// A question of the survey, by index; a comment is one of them.
    Question(u8),
    /// The menu, opened at that item.
    Menu(Item),
    /// "Press 9 again to be called", opened at that item.
    Manager(Item),
    /// Yes/no at the end: shall a manager call?
    OfferManager,
    /// It said goodbye.
    Over(Ending),
}

/// What is asked and takes an answer: where menu and language choice return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// The consent question that comes before all others.
    Consent,
    /// A question of the survey, by index.
    Question(u8),
    /// Yes/no at the end: shall a manager call?
    OfferManager,
}

impl From<Item> for Place {
    fn from(item: Item) -> Self {
        match item {
            Item::Consent => Self::Consent,
            Item::Question(question) => Self::Question(question),
            Item::OfferManager => Self::OfferManager,
        }
    }
}

/// The sentence before an item or a goodbye.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lead {
    /// None.
    #[default]
    Nothing,
    /// Who asks, why, and for how long: before the very first item.
    Greeting,
    /// Nothing was pressed.
    Silent,
    /// The key fits nothing here; the first time the sentence names the keys.
    Wrong,
    /// The manager's call is noted.
    ManagerNoted,
}

/// What one turn brings about.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The state that the next document's token carries.
    pub state: State,
    /// What happened, in order.
    pub facts: Vec<Fact>,
    /// What to say next.
    pub order: Order,
}
