//! Access tokens of OAuth 2.0 for providers whose API takes nothing else: the client credentials
//! grant (RFC 6749, section 4.4), with the API key as user and password of HTTP Basic.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use super::account::Credentials;
use super::fault::{FetchError, way};

/// A token is no longer used so long before it expires.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token is used that does not say when it expires.
const UNSAID: u64 = 300;

/// The tokens that were given and still hold, by who asked where.
#[derive(Default)]
pub(super) struct Bearers {
    kept: Mutex<HashMap<(String, String), (SecretString, Instant)>>,
}

/// What the authorization server answers.
#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: Option<u64>,
}

impl Bearers {
    /// The token of that account from that address; asked for anew if none holds.
    ///
    /// # Errors
    /// As a fetch: the way there, a refusal, or an answer that is no token.
    pub(super) async fn token(
        &self,
        client: &Client,
        url: &str,
        who: &Credentials,
    ) -> Result<SecretString, FetchError> {
        let key = (url.to_owned(), who.user.clone());
        if let Some(token) = self.held(&key) {
            return Ok(token);
        }
        let request = client
            .post(url)
            .basic_auth(&who.user, Some(who.password.expose_secret()))
            .form(&[("grant_type", "client_credentials")]);
        let response = request.send().await.map_err(way)?;
        let given: Given = match response.status() {
            StatusCode::OK => response.json().await.map_err(way)?,
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN) => {
                return Err(FetchError::Credentials(status.as_u16()));
            }
            status => return Err(FetchError::Status(status.as_u16())),
        };
        let token = SecretString::from(given.access_token);
        let seconds = Duration::from_secs(given.expires_in.unwrap_or(UNSAID));
        if let Some(until) = Instant::now().checked_add(seconds.saturating_sub(MARGIN)) {
            self.kept().insert(key, (token.clone(), until));
        }
        Ok(token)
    }

    /// Forgets a token that was refused.
    pub(super) fn refused(&self, url: &str, who: &Credentials) {
        self.kept().remove(&(url.to_owned(), who.user.clone()));
    }

    fn held(&self, key: &(String, String)) -> Option<SecretString> {
        let kept = self.kept();
        let (token, until) = kept.get(key)?;
        (Instant::now() < *until).then(|| token.clone())
    }

    fn kept(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<(String, String), (SecretString, Instant)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
