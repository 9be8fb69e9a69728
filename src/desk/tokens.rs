//! The door: API tokens, the manager's password, and how often one may try it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Desk, seal};
use crate::interview::Millis;
use crate::store::StoreError;

/// A token taken back may be believed this much longer on other nodes.
const BELIEVED_MS: Millis = 30_000;
/// Tokens believed at once.
const MOST_BELIEVED: usize = 10_000;

/// Wrong passwords from one peer before it must wait.
const FREE_TRIES: u32 = 5;
/// Wrong passwords from all peers before all must wait; so that a botnet gains little.
const FREE_TRIES_ALL: u32 = 50;
/// First wait; it doubles with each further wrong password.
const FIRST_WAIT_MS: Millis = 2_000;
/// Longest wait of one peer.
const LONGEST_WAIT_MS: Millis = 15 * 60 * 1000;
/// Longest wait of all peers: short, since it also keeps the manager out.
const LONGEST_WAIT_ALL_MS: Millis = 10_000;
/// Without a wrong password for so long, everything before is forgotten.
const FORGIVEN_MS: Millis = 60 * 60 * 1000;
/// Peers remembered at once.
const MOST_PEERS: usize = 10_000;

/// Wrong passwords of one peer, or of all.
#[derive(Clone, Copy, Debug, Default)]
struct Wrong {
    tries: u32,
    last_ms: Millis,
    wait_until_ms: Millis,
}

impl Wrong {
    fn count(&mut self, now: Millis, free: u32, longest: Millis) {
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
    believed: Mutex<HashMap<String, (String, String, Millis)>>,
    wrong: Mutex<HashMap<Option<IpAddr>, Wrong>>,
}

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The password is wrong.
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
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name is empty or too long.
    #[error("a token's name has 1 to 100 characters")]
    Name,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Desk {
    /// Makes a token from 32 random bytes and keeps its hash; gives the token, which nobody can
    /// read again. The role's word is for the web to understand.
    ///
    /// # Errors
    /// If the name is no name or the database does not answer.
    pub async fn create_token(
        &self,
        name: &str,
        role: &str,
        random: [u8; 32],
        now: Millis,
    ) -> Result<String, TokenError> {
        let name = name.trim();
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(TokenError::Name);
        }
        let token = URL_SAFE_NO_PAD.encode(random);
        self.store.put_token(&hash(&token), name, role, now).await?;
        Ok(token)
    }

    /// Name and role of a token, if it is one. It is looked up by its hash, so the time taken
    /// tells nothing about the token; an answer is believed for up to 30 seconds.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn token(
        &self,
        token: &str,
        now: Millis,
    ) -> Result<Option<(String, String)>, StoreError> {
        // Anything else cannot be one, and costs no look-up.
        if token.len() != 43 {
            return Ok(None);
        }
        let hash = hash(token);
        {
            let believed = self.door.believed.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((name, role, until)) = believed.get(&hash)
                && (now..=now + BELIEVED_MS).contains(until)
            {
                return Ok(Some((name.clone(), role.clone())));
            }
        }
        let found = self.store.token(&hash).await?;
        let mut believed = self.door.believed.lock().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some((name, role)) => {
                if believed.len() >= MOST_BELIEVED {
                    believed.clear();
                }
                believed.insert(hash, (name.clone(), role.clone(), now + BELIEVED_MS));
            }
            None => {
                believed.remove(&hash);
            }
        }
        Ok(found)
    }

    /// Takes back all tokens of a name; other nodes believe them for up to 30 seconds more. Says
    /// how many there were.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_back_tokens(&self, name: &str) -> Result<u64, StoreError> {
        let gone = self.store.drop_tokens(name).await?;
        self.door.believed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(gone)
    }

    /// Checks the manager's password, tried from that peer; `None` where the peer cannot be told,
    /// and only the limits for all peers together hold. Every try counts before it is
    /// looked at, so that many at once gain nothing; a right one clears the peer's count.
    ///
    /// # Errors
    /// If it is wrong, or there were too many wrong ones, or there is no password at all.
    pub fn check_password(
        &self,
        given: &str,
        peer: Option<IpAddr>,
        now: Millis,
    ) -> Result<(), SignInError> {
        let Some(password) = &self.config.access.password else { return Err(SignInError::Off) };
        let before = {
            let mut wrong = self.door.wrong.lock().unwrap_or_else(PoisonError::into_inner);
            for who in [peer, None] {
                let wait = wrong.get(&who).map_or(0, |w| w.wait_until_ms - now);
                if wait > 0 {
                    return Err(SignInError::TooMany { seconds: (wait + 999) / 1000 });
                }
            }
            if wrong.len() >= MOST_PEERS {
                wrong.retain(|who, w| who.is_none() || w.wait_until_ms > now);
            }
            let before = wrong.get(&None).map_or(0, |all| all.wait_until_ms);
            if peer.is_some() {
                wrong.entry(peer).or_default().count(now, FREE_TRIES, LONGEST_WAIT_MS);
            }
            wrong.entry(None).or_default().count(now, FREE_TRIES_ALL, LONGEST_WAIT_ALL_MS);
            before
        };
        if !same(password, given) {
            return Err(SignInError::Wrong);
        }
        let mut wrong = self.door.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if peer.is_some() {
            wrong.remove(&peer);
        }
        if let Some(all) = wrong.get_mut(&None) {
            all.tries = all.tries.saturating_sub(1);
            all.wait_until_ms = before;
        }
        Ok(())
    }

    /// Signs a text for a browser's session. It holds as long as secret and password stay.
    pub fn sign_session(&self, text: &str) -> String {
        let seal = self
            .config
            .secrets
            .first()
            .map_or([0; 32], |secret| seal::mac(secret, SESSION, &self.session_data(text)));
        URL_SAFE_NO_PAD.encode(seal)
    }

    /// Whether a session's signature is ours.
    pub fn session_holds(&self, text: &str, signature: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        given.len() == 32
            && self.config.access.password.is_some()
            && seal::verifies(&self.config.secrets, SESSION, &self.session_data(text), &given)
    }

    /// What is signed: the text, and the password by its hash, so that a changed password ends
    /// all sessions.
    fn session_data(&self, text: &str) -> Vec<u8> {
        let password = self.config.access.password.as_ref();
        let password = password.map_or("", |password| password.expose_secret());
        let mut data = Sha256::digest(password.as_bytes()).to_vec();
        data.extend_from_slice(text.as_bytes());
        data
    }
}

const SESSION: &str = "aftercall session";

/// Compares by hashes of one length, in constant time.
fn same(password: &SecretString, given: &str) -> bool {
    let (a, b) = (Sha256::digest(password.expose_secret().as_bytes()), Sha256::digest(given));
    a.as_slice().ct_eq(b.as_slice()).into()
}
