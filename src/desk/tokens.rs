//! API tokens: only hashes are kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::Desk;
use super::audit::{Act, By, mark};
use super::people::is_name;
use crate::interview::Millis;
use crate::store::StoreError;
pub use crate::store::tokens::Token;

/// A token taken back may be believed this much longer on other nodes.
const BELIEVED_MS: Millis = 30_000;
/// Tokens believed at once.
const MOST_BELIEVED: usize = 10_000;

/// Tokens that were believed lately, by hash, each until some moment. In memory: each node has its
/// own.
#[derive(Debug, Default)]
pub struct Believed(Mutex<HashMap<String, (Token, Millis)>>);

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name is empty or too long.
    #[error("a token's name has 1 to 100 characters")]
    Name,
    /// A team's name is empty or too long.
    #[error("a team's name has 1 to 100 characters")]
    Team,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hash by which something secret is kept.
pub(super) fn hash(token: &str) -> String {
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
        self.create_limited_token(name, role, &[], random, &By::Command, now).await
    }

    /// The same for a token that sees only these teams; none are no limit.
    ///
    /// # Errors
    /// If the name is no name or the database does not answer.
    pub async fn create_limited_token(
        &self,
        name: &str,
        role: &str,
        teams: &[String],
        random: [u8; 32],
        by: &By,
        now: Millis,
    ) -> Result<String, TokenError> {
        let name = name.trim();
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(TokenError::Name);
        }
        if !teams.iter().all(|team| is_name(team.trim())) {
            return Err(TokenError::Team);
        }
        let token = URL_SAFE_NO_PAD.encode(random);
        let hash = hash(&token);
        self.audit(by, Act::ChangeToken, &By::Token(hash.clone()).word(), now).await?;
        let teams = (!teams.is_empty()).then(|| serde_json::json!(teams).to_string());
        let (name, role) = (name.to_owned(), role.to_owned());
        self.store.put_token(&Token { hash, name, role, at_ms: now, teams }).await?;
        Ok(token)
    }

    /// What is kept of a token, if it is one. It is looked up by its hash, so the time taken tells
    /// nothing about the token; an answer is believed for up to 30 seconds.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn token(&self, token: &str, now: Millis) -> Result<Option<Token>, StoreError> {
        // Anything else cannot be one, and costs no look-up.
        if token.len() != 43 {
            return Ok(None);
        }
        let hash = hash(token);
        {
            let believed = self.believed.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((token, until)) = believed.get(&hash)
                && (now..=now + BELIEVED_MS).contains(until)
            {
                return Ok(Some(token.clone()));
            }
        }
        let found = self.store.token(&hash).await?;
        let mut believed = self.believed.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(token) => {
                if believed.len() >= MOST_BELIEVED {
                    believed.clear();
                }
                believed.insert(hash, (token.clone(), now + BELIEVED_MS));
            }
            None => {
                believed.remove(&hash);
            }
        }
        Ok(found)
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.store.tokens().await
    }

    /// Takes back the token with that hash; other nodes believe it for up to 30 seconds more.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_back_token(
        &self,
        hash: &str,
        by: &By,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.audit(by, Act::ChangeToken, &By::Token(hash.to_owned()).word(), now).await?;
        let gone = self.store.drop_token(hash).await?;
        self.believed.0.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
        Ok(gone)
    }

    /// Takes back all tokens of a name; other nodes believe them for up to 30 seconds more. Says
    /// how many there were.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_back_tokens(
        &self,
        name: &str,
        by: &By,
        now: Millis,
    ) -> Result<u64, StoreError> {
        self.audit(by, Act::ChangeToken, &mark(name), now).await?;
        let gone = self.store.drop_tokens(name).await?;
        self.believed.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(gone)
    }
}
