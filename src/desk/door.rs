//! The door: signing in with a password, how often one may try, and the sessions of those inside.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::audit::{Act, By};
use super::people::{address, fits};
use super::tokens::hash;
use super::{Desk, seal};
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::people::{Session, User};

/// Wrong passwords from one peer before it must wait.
const FREE_TRIES: u32 = 5;
/// Wrong passwords for one account before all who try it must wait.
const FREE_TRIES_ACCOUNT: u32 = 10;
/// Wrong passwords from all peers before all must wait; so that a botnet gains little.
const FREE_TRIES_ALL: u32 = 50;
/// First wait; it doubles with each further wrong password.
const FIRST_WAIT_MS: Millis = 2_000;
/// Longest wait of one peer.
const LONGEST_WAIT_MS: Millis = 15 * 60 * 1000;
/// Longest wait of one account, and of all peers: short, since it also keeps those out who know
/// their password.
const LONGEST_WAIT_ALL_MS: Millis = 10_000;
/// Without a wrong password for so long, everything before is forgotten.
const FORGIVEN_MS: Millis = 60 * 60 * 1000;
/// Peers and accounts remembered at once.
const MOST_REMEMBERED: usize = 10_000;
/// A session's last use is written down when the one before is so old.
const SEEN_AGAIN_MS: Millis = 5 * 60 * 1000;
/// How long sessions are kept after they expired.
const KEPT_MS: Millis = 30 * 24 * 3600 * 1000;

/// Who signs in by the password of the settings, where a form asks for an address.
pub const MANAGER: &str = "manager";

/// Whose wrong passwords are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    All,
    Peer(IpAddr),
    Account(String),
}

impl Who {
    fn limits(&self) -> (u32, Millis) {
        match self {
            Self::All => (FREE_TRIES_ALL, LONGEST_WAIT_ALL_MS),
            Self::Peer(_) => (FREE_TRIES, LONGEST_WAIT_MS),
            Self::Account(_) => (FREE_TRIES_ACCOUNT, LONGEST_WAIT_ALL_MS),
        }
    }
}

/// Wrong passwords of one peer, for one account, or of all.
#[derive(Clone, Copy, Debug, Default)]
struct Wrong {
    tries: u32,
    last_ms: Millis,
    wait_until_ms: Millis,
}

impl Wrong {
    fn count(&mut self, now: Millis, (free, longest): (u32, Millis)) {
        if now - self.last_ms > FORGIVEN_MS {
            *self = Self::default();
        }
        self.tries = self.tries.saturating_add(1);
        self.last_ms = now;
        if self.tries >= free {
            let doublings = (self.tries - free).min(20);
            self.wait_until_ms = now + (FIRST_WAIT_MS << doublings).min(longest);
        }
    }
}

/// What the door remembers. In memory: each node has its own.
#[derive(Debug, Default)]
pub struct Door {
    wrong: Mutex<HashMap<Who, Wrong>>,
}

/// A try that was counted as wrong before it was looked at, so that many at once gain nothing.
struct Try {
    who: Vec<Who>,
    /// Until when all had to wait before it.
    before: Millis,
}

impl Door {
    fn begin(
        &self,
        account: Option<String>,
        peer: Option<IpAddr>,
        now: Millis,
    ) -> Result<Try, SignInError> {
        let mut who = vec![Who::All];
        who.extend(account.map(Who::Account));
        who.extend(peer.map(Who::Peer));
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = who.iter().filter_map(|one| wrong.get(one)).map(|w| w.wait_until_ms - now);
        let wait = waits.max().unwrap_or(0);
        if wait > 0 {
            return Err(SignInError::TooMany { seconds: (wait + 999) / 1000 });
        }
        if wrong.len() >= MOST_REMEMBERED {
            wrong.retain(|who, w| *who == Who::All || w.wait_until_ms > now);
        }
        let before = wrong.get(&Who::All).map_or(0, |all| all.wait_until_ms);
        for one in &who {
            wrong.entry(one.clone()).or_default().count(now, one.limits());
        }
        Ok(Try { who, before })
    }

    /// The try was right after all.
    fn clear(&self, was: Try) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        for one in was.who {
            if one != Who::All {
                wrong.remove(&one);
            } else if let Some(all) = wrong.get_mut(&one) {
                all.tries = all.tries.saturating_sub(1);
                all.wait_until_ms = was.before;
            }
        }
    }
}

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The password is wrong, nobody has that address, or they are kept out: which of these is
    /// not told.
    #[error("the password is wrong")]
    Wrong,
    /// Too many wrong passwords.
    #[error("too many wrong passwords; try again in {seconds} seconds")]
    TooMany {
        /// Seconds to wait.
        seconds: i64,
    },
    /// There is no password in the settings.
    #[error("signing in with a password is switched off; set access.password in the settings")]
    Off,
    /// The database does not answer.
    #[error("the database does not answer; try again in a moment")]
    Away,
}

/// Who tries to come in.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// E-mail address; empty or [`MANAGER`] for the password of the settings.
    pub email: &'a str,
    /// The password.
    pub password: &'a str,
    /// Where from, if that can be told.
    pub peer: Option<IpAddr>,
}

/// Who a session belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Who; `None` for the password of the settings.
    pub user: Option<User>,
    /// The teams that they see now.
    pub teams: Vec<String>,
}

impl Desk {
    /// Whether there are people with passwords of their own.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn users_there(&self) -> Result<bool, StoreError> {
        Ok(self.store.users().await?.iter().any(|user| user.hash.is_some()))
    }

    /// Signs somebody in and gives what their browser is to hold, made from the random bytes. A
    /// right password clears the counts of peer and account.
    ///
    /// # Errors
    /// If it is wrong, or there were too many wrong ones, or there is no password at all.
    pub async fn sign_in(
        &self,
        entry: Entry<'_>,
        random: [u8; 32],
        now: Millis,
    ) -> Result<String, SignInError> {
        let email = address(entry.email);
        let by_setting = email.is_empty() || email == MANAGER;
        if by_setting && self.config.access.password.is_none() {
            return Err(SignInError::Off);
        }
        let account = (!by_setting).then(|| email.clone());
        let counted = self.door.begin(account, entry.peer, now)?;
        let away = |fault: StoreError| {
            tracing::error!(%fault, "nobody can sign in");
            SignInError::Away
        };
        let user = match by_setting {
            true => None,
            false => self.store.user_by_email(&email).await.map_err(away)?,
        };
        let right = match (&self.config.access.password, by_setting) {
            (Some(password), true) => same(password, entry.password),
            (None, true) => false,
            (_, false) => {
                let live = user.as_ref().filter(|user| user.disabled_ms.is_none());
                fits(live.and_then(|user| user.hash.clone()), entry.password.to_owned()).await
            }
        };
        let object = user.as_ref().map_or_else(String::new, |user| format!("user:{}", user.id));
        if !right {
            let failed = self.audit(&By::Stranger, Act::SignInFailed, &object, now).await;
            failed.map_err(away)?;
            return Err(SignInError::Wrong);
        }
        self.door.clear(counted);
        self.let_in(user.as_ref(), random, now).await.map_err(away)
    }

    /// Begins a session of somebody who has proved who they are.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn let_in(
        &self,
        user: Option<&User>,
        random: [u8; 32],
        now: Millis,
    ) -> Result<String, StoreError> {
        let held = URL_SAFE_NO_PAD.encode(random);
        let lasts = self.config.access.session_hours.saturating_mul(3_600_000);
        let session = Session {
            hash: hash(&held),
            user_id: user.map(|user| user.id),
            mark: if user.is_none() { self.password_mark() } else { String::new() },
            created_ms: now,
            seen_ms: now,
            expires_ms: now.saturating_add(lasts),
            ended_ms: None,
        };
        let by = user.map_or(By::Settings, |user| By::User(user.id));
        self.audit(&by, Act::SignIn, "", now).await?;
        self.store.put_session(&session, now - KEPT_MS).await?;
        Ok(held)
    }

    /// Who is behind what a browser holds; `None` if it is no session, or one that ended or
    /// expired, or theirs who may not come in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn inside(&self, held: &str, now: Millis) -> Result<Option<Inside>, StoreError> {
        if held.len() != 43 {
            return Ok(None);
        }
        let Some(session) = self.store.session(&hash(held)).await? else { return Ok(None) };
        if session.ended_ms.is_some() || now >= session.expires_ms {
            return Ok(None);
        }
        let inside = match session.user_id {
            None if self.mark_holds(&session.mark) => Inside { user: None, teams: Vec::new() },
            None => return Ok(None),
            Some(id) => {
                let user = self.store.user(id).await?;
                let Some(user) = user.filter(|user| user.disabled_ms.is_none()) else {
                    return Ok(None);
                };
                let teams = self.store.user_teams(Some(id)).await?;
                let teams = teams.into_iter().filter(|stay| stay.holds(now));
                Inside { user: Some(user), teams: teams.map(|stay| stay.team).collect() }
            }
        };
        if now - session.seen_ms > SEEN_AGAIN_MS
            && let Err(fault) = self.store.session_seen(&session.hash, now).await
        {
            tracing::warn!(%fault, "when a session was last used could not be noted");
        }
        Ok(Some(inside))
    }

    /// Ends the session that a browser holds.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sign_out(&self, held: &str, now: Millis) -> Result<(), StoreError> {
        let hash = hash(held);
        let Some(session) = self.store.session(&hash).await? else { return Ok(()) };
        if self.store.end_session(&hash, now).await? {
            let by = session.user_id.map_or(By::Settings, By::User);
            self.audit(&by, Act::SignOut, "", now).await?;
        }
        Ok(())
    }

    /// Names the password of the settings without telling it, so that a changed one ends all its
    /// sessions.
    fn password_mark(&self) -> String {
        let mark = self.config.secrets.first();
        let mark = mark.map_or([0; 32], |secret| seal::mac(secret, SESSION, &self.password_data()));
        URL_SAFE_NO_PAD.encode(mark)
    }

    fn mark_holds(&self, mark: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(mark) else { return false };
        given.len() == 32
            && self.config.access.password.is_some()
            && seal::verifies(&self.config.secrets, SESSION, &self.password_data(), &given)
    }

    fn password_data(&self) -> Vec<u8> {
        let password = self.config.access.password.as_ref();
        let password = password.map_or("", |password| password.expose_secret());
        Sha256::digest(password.as_bytes()).to_vec()
    }
}

const SESSION: &str = "aftercall session";

/// Compares by hashes of one length, in constant time.
fn same(password: &SecretString, given: &str) -> bool {
    let (a, b) = (Sha256::digest(password.expose_secret().as_bytes()), Sha256::digest(given));
    a.as_slice().ct_eq(b.as_slice()).into()
}
