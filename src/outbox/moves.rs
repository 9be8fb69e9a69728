//! Moves a live call to the survey by the provider's API, where the routing engine tells us that
//! the agent is done (Twilio TaskRouter's `reservation.wrapup`).

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use secrecy::ExposeSecret;

use super::{OutboxError, USER_AGENT, account, fault};
use crate::config::Provider;
use crate::telemetry::Counters;

/// Time to reach the provider.
const CONNECT: Duration = Duration::from_secs(3);
/// Time for one try; the caller hears nothing while it lasts.
const WHOLE: Duration = Duration::from_secs(5);
/// Time between the two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a call could not be moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The kind has no API, or `api_base` is no address.
    #[error("this provider has no API to move calls with; api_base must be an address")]
    NoApi,
    /// The settings do not say who we are there.
    #[error("moving calls needs account_sid and an api_key, or account_sid with auth_tokens")]
    NoCredentials,
    /// The routing engine named no call that could be one.
    #[error("the customer's call id is not one of letters and digits")]
    BadCall,
    /// The provider said no: `code` is its own number for the reason, such as Twilio's 21220
    /// "call is not in progress".
    #[error("the provider refused with status {status}{}", .code.map(|code| format!(", error {code}")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// The provider's own code.
        code: Option<i64>,
    },
    /// It did not answer.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
}

impl MoveError {
    /// Whether a second try may help: not where the call is over or the key is wrong.
    fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::Unreachable(_) => true,
            Self::NoApi | Self::NoCredentials | Self::BadCall => false,
        }
    }
}

/// Moves calls.
#[derive(Clone)]
pub struct Mover {
    client: Client,
    counters: Arc<Counters>,
    pause: Duration,
}

impl Mover {
    /// A mover. The process must have installed a TLS provider for rustls before.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new(counters: Arc<Counters>) -> Result<Self, OutboxError> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .build()?;
        Ok(Self { client, counters, pause: PAUSE })
    }

    /// The same mover with another pause before the second try.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Tells the provider that the call `customer` goes on at `start_url`; one try, and a second
    /// where that may help. The outcome is counted (`moved`, `move_failed`) and a failure logged.
    /// Twilio: <https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource>.
    ///
    /// A second try after a lost answer may start the same interview again: the caller hears the
    /// greeting twice, and nothing is counted twice.
    ///
    /// # Errors
    /// Why it was not moved.
    pub async fn move_call(
        &self,
        provider: &Provider,
        customer: &str,
        start_url: &str,
    ) -> Result<(), MoveError> {
        let mut moved = self.try_once(provider, customer, start_url).await;
        if moved.as_ref().is_err_and(MoveError::may_pass) {
            tokio::time::sleep(self.pause).await;
            moved = self.try_once(provider, customer, start_url).await;
        }
        match &moved {
            Ok(()) => self.counters.count("moved", &provider.name),
            Err(fault) => {
                self.counters.count("move_failed", &provider.name);
                tracing::error!(provider = %provider.name, "a call was not moved: {fault}");
            }
        }
        moved
    }

    async fn try_once(
        &self,
        provider: &Provider,
        customer: &str,
        start_url: &str,
    ) -> Result<(), MoveError> {
        let url = address(provider, customer)?;
        let who = account::credentials(provider).ok_or(MoveError::NoCredentials)?;
        let answer = self
            .client
            .post(url)
            .basic_auth(who.user, Some(who.password.expose_secret()))
            .form(&[("Url", start_url), ("Method", "POST")])
            .send()
            .await
            .map_err(|why| MoveError::Unreachable(fault::sentence(why)))?;
        let status = answer.status();
        if status == StatusCode::OK || status == StatusCode::CREATED {
            return Ok(());
        }
        Err(MoveError::Refused { status: status.as_u16(), code: code(answer).await })
    }
}

/// Where a call is changed. The call's id came from a routing engine's free attributes, so it
/// must be plain before it stands in a path.
fn address(provider: &Provider, customer: &str) -> Result<Url, MoveError> {
    let plain =
        |id: &str| (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain(customer) {
        return Err(MoveError::BadCall);
    }
    if !plain(&provider.account_sid) {
        return Err(MoveError::NoCredentials);
    }
    let base = account::api(provider).ok_or(MoveError::NoApi)?;
    let sid = &provider.account_sid;
    Url::parse(&format!("{base}/2010-04-01/Accounts/{sid}/Calls/{customer}.json"))
        .map_err(|_| MoveError::NoApi)
}

/// The provider's own number for what is wrong; its sentence may name the call and stays unread.
async fn code(mut answer: reqwest::Response) -> Option<i64> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > 16_384 {
            return None;
        }
    }
    serde_json::from_slice::<serde_json::Value>(&body).ok()?.get("code")?.as_i64()
}
