//! Sends what [`super::teller`] wrote down: webhooks and mails, with tries that grow rarer.
//!
//! Nothing that a receiver took is sent again, but for one case that nobody can avoid: the process
//! dies, or the database is away, between the receiver's yes and our note of it. Then it is sent
//! again with the same `webhook-id` or Message-ID, by which receivers tell.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client, StatusCode, Url, header};
use sha2::{Digest, Sha256};

use super::resolver::{Outside, inside_by_number};
use super::teller::gone_key;
use super::{OutboxError, USER_AGENT, fault, mails, sign};
use crate::config::{Config, Webhook};
use crate::report::Reports;
use crate::store::{Delivery, Store, StoreError, Way};
use crate::telemetry::Counters;

/// Time between two looks when nothing is due.
const IDLE: Duration = Duration::from_secs(1);
/// Sent side by side.
const AT_ONCE: u32 = 32;
/// Of one target.
const OF_ONE: u32 = 4;
/// Time to reach a receiver.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for a receiver's answer.
const WHOLE: Duration = Duration::from_secs(15);
/// Time for a mail, with all that the mail server is asked.
const MAIL: Duration = Duration::from_secs(120);
/// How long a delivery belongs to whoever took it, milliseconds; longer than any try.
const LEASE: i64 = 180_000;
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000;
/// How long what is done is kept.
const KEPT: i64 = 30 * 24 * HOUR;
/// The same for mails: the report of a month must not be forgotten while it is the newest.
const MAILS_KEPT: i64 = 100 * 24 * HOUR;
/// Pauses after each try that failed; give or take a fifth. After the last one it is given up.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    30 * SECOND,
    300 * SECOND,
    1_800 * SECOND,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    24 * HOUR,
];

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The receiver's answer.
    #[error("the receiver answered with status {0}")]
    Status(u16, Option<i64>),
    /// It wants nothing more.
    #[error("the receiver answered that it is gone for good (410)")]
    Gone,
    /// It sends us elsewhere.
    #[error(
        "the receiver sent us elsewhere ({0}), which is not followed; write the right url in the settings"
    )]
    Redirect(u16),
    /// Inside our own network.
    #[error(
        "the address is inside our own network; write allow_private = true for this webhook if it may be"
    )]
    Inside,
    /// It took too long.
    #[error("the receiver took longer than {} seconds", .0.as_secs())]
    Slow(Duration),
    /// The way there.
    #[error("the receiver cannot be reached: {0}")]
    Way(String),
    /// The settings name no such webhook any more.
    #[error("there is no section [webhook.{0}] in the settings any more")]
    NoWebhook(String),
    /// The settings name no mail server any more.
    #[error("the settings name no mail server")]
    NoServer,
    /// The mail server refused.
    #[error("the mail server did not take it: {0}")]
    Mail(#[from] lettre::transport::smtp::Error),
    /// It cannot be made.
    #[error("the mail cannot be made: {0}")]
    Content(String),
    /// The store did not answer while the mail was made.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends webhooks and mails.
pub struct Sender {
    store: Store,
    config: Arc<Config>,
    counters: Arc<Counters>,
    /// Reaches public addresses only.
    outside: Client,
    /// Reaches every address, for receivers that the settings allow to be inside.
    anywhere: Client,
    mails: Option<mails::Mailer>,
    whole: Duration,
}

impl Sender {
    /// A sender. The process must have installed a TLS provider for rustls before.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new(
        store: Store,
        reports: Arc<Reports>,
        config: Arc<Config>,
        counters: Arc<Counters>,
    ) -> Result<Self, OutboxError> {
        let plain = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
        };
        let outside = plain().dns_resolver(Outside::strict()).build()?;
        let anywhere = plain().build()?;
        let mails = mails::Mailer::new(&config, reports)?;
        Ok(Self { store, config, counters, outside, anywhere, mails, whole: WHOLE })
    }

    /// The same sender with another limit for a receiver's answer.
    #[must_use]
    pub fn with_limit(self, whole: Duration) -> Self {
        Self { whole, ..self }
    }

    /// Works until it is dropped; what was cut off is due again when its lease is over. `now`
    /// gives UTC milliseconds.
    pub async fn run(&self, now: impl Fn() -> i64) {
        let mut looks: u32 = 0;
        loop {
            if self.step(now()).await == 0 {
                // About once an hour.
                if looks.is_multiple_of(3600)
                    && let Err(fault) = self.store.forget_deliveries(now()).await
                {
                    tracing::warn!("old deliveries could not be forgotten: {fault}");
                }
                looks = looks.wrapping_add(1);
                tokio::time::sleep(IDLE).await;
            }
        }
    }

    /// Tries what is due at `now` (UTC milliseconds), a few side by side; says how many were
    /// tried. Faults are counted, logged and noted in the store.
    pub async fn step(&self, now: i64) -> usize {
        let due = match self.store.deliveries_due(now, OF_ONE, AT_ONCE).await {
            Ok(due) => due,
            Err(fault) => {
                self.counters.count("outbox_unread", "");
                tracing::warn!("what is to be sent cannot be read: {fault}");
                return 0;
            }
        };
        let tried = join_all(due.into_iter().map(|one| self.take(one, now))).await;
        tried.into_iter().sum()
    }

    /// One try, unless somebody else has it; says how many deliveries were tried.
    async fn take(&self, mut one: Delivery, now: i64) -> usize {
        let until = now + LEASE;
        // Alarms to one mailbox that are due together are one mail.
        let together = one.way == Way::Mail && one.event == "score.low";
        let taken = match together {
            true => self.store.take_mails(&one.event, &one.target, now, until).await,
            false => self.store.take_delivery(&mut one, until).await.map(|ours| match ours {
                true => vec![one],
                false => Vec::new(),
            }),
        };
        let noted = match taken {
            Ok(taken) if taken.is_empty() => return 0,
            Ok(taken) => {
                let sent = self.send(&taken, now).await;
                self.note(&taken, sent, now).await.map(|()| taken.len())
            }
            Err(fault) => Err(fault),
        };
        noted.unwrap_or_else(|fault| {
            // It is due again when the lease is over.
            self.counters.count("delivery_unsaved", "");
            tracing::warn!("a delivery's state cannot be stored: {fault}");
            1
        })
    }

    async fn send(&self, taken: &[Delivery], now: i64) -> Result<(), SendError> {
        let Some(first) = taken.first() else { return Ok(()) };
        match first.way {
            Way::Webhook => self.post(first, now).await,
            Way::Mail => {
                let mails = self.mails.as_ref().ok_or(SendError::NoServer)?;
                let sent = tokio::time::timeout(MAIL, mails.send(taken, now)).await;
                sent.map_err(|_| SendError::Slow(MAIL))?
            }
        }
    }

    async fn post(&self, one: &Delivery, now: i64) -> Result<(), SendError> {
        let webhook = self
            .config
            .webhooks
            .get(&one.target)
            .ok_or_else(|| SendError::NoWebhook(one.target.clone()))?;
        let answer = tokio::time::timeout(self.whole, self.request(webhook, one, now)?.send())
            .await
            .map_err(|_| SendError::Slow(self.whole))?
            .map_err(|fault| SendError::Way(fault::sentence(fault)))?;
        let status = answer.status();
        match status {
            _ if status.is_success() => {
                // It was taken: whatever else goes wrong, it is not sent again.
                if let Err(fault) = self.not_gone(webhook).await {
                    tracing::warn!("that a receiver is there again cannot be noted: {fault}");
                }
                Ok(())
            }
            StatusCode::GONE => Err(SendError::Gone),
            _ if status.is_redirection() => Err(SendError::Redirect(status.as_u16())),
            _ => {
                let after = answer.headers().get(header::RETRY_AFTER);
                let after = after.and_then(|after| after.to_str().ok()?.trim().parse::<i64>().ok());
                Err(SendError::Status(status.as_u16(), after))
            }
        }
    }

    fn request(
        &self,
        webhook: &Webhook,
        one: &Delivery,
        now: i64,
    ) -> Result<reqwest::RequestBuilder, SendError> {
        let url = Url::parse(&webhook.url).map_err(|fault| SendError::Way(fault.to_string()))?;
        let client = match webhook.allow_private {
            true => &self.anywhere,
            false if inside_by_number(&url) => return Err(SendError::Inside),
            false => &self.outside,
        };
        let seconds = now.div_euclid(1000);
        Ok(client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &one.id)
            .header("webhook-timestamp", seconds)
            .header(
                "webhook-signature",
                sign::signatures(&webhook.secrets, &one.id, seconds, &one.body),
            )
            .body(one.body.clone()))
    }

    /// A receiver that was gone is there again.
    async fn not_gone(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let key = gone_key(&webhook.name);
        if self.store.kept(&key).await?.is_some_and(|url| !url.is_empty()) {
            self.store.replace(&key, "").await?;
        }
        Ok(())
    }

    async fn note(
        &self,
        taken: &[Delivery],
        sent: Result<(), SendError>,
        now: i64,
    ) -> Result<(), StoreError> {
        for one in taken {
            let forget = now + if one.way == Way::Mail { MAILS_KEPT } else { KEPT };
            let Err(fault) = &sent else {
                self.counters.count("delivered", word(one));
                self.store.delivery_sent(&one.id, now, forget).await?;
                continue;
            };
            let reason = fault.to_string();
            let (id, event, tries) = (one.id.as_str(), one.event.as_str(), one.tries);
            match next_try(fault, one) {
                Some(pause) => {
                    self.counters.count("delivery_retry", word(one));
                    tracing::info!(id, event, tries, reason, "a delivery is tried again");
                    self.store.delivery_later(id, now + pause, &reason).await?;
                }
                None => {
                    self.counters.count("delivery_dead", word(one));
                    tracing::error!(id, event, tries, reason, "a delivery is given up");
                    self.store.delivery_dead(id, &reason, now, forget).await?;
                }
            }
            if let (SendError::Gone, Some(webhook)) = (fault, self.config.webhooks.get(&one.target))
            {
                self.store.replace(&gone_key(&webhook.name), &webhook.url).await?;
                self.store.target_dead(one.way, &one.target, &reason, now, forget).await?;
            }
        }
        Ok(())
    }
}

/// What counters name: webhooks by their section, mails by no address.
fn word(one: &Delivery) -> &str {
    match one.way {
        Way::Webhook => &one.target,
        Way::Mail => "mail",
    }
}

/// How long to wait after a fault; `None`: it is given up.
fn next_try(fault: &SendError, one: &Delivery) -> Option<i64> {
    if matches!(fault, SendError::Gone | SendError::Content(_)) {
        return None;
    }
    let place = usize::try_from(one.tries).ok()?.checked_sub(1)?;
    let pause = PAUSES.get(place)?;
    // Apart, so that a receiver that was away does not get all at one moment; the same for the same
    // delivery, so that nothing needs to be drawn.
    let hash = Sha256::digest(format!("{} {}", one.id, one.tries));
    let pause =
        pause * (800 + i64::from(u16::from_be_bytes([hash[0], hash[1]])) * 400 / 65_536) / 1000;
    match fault {
        SendError::Status(_, Some(after)) => {
            Some(pause.max(after.saturating_mul(SECOND).clamp(0, 24 * HOUR)))
        }
        _ => Some(pause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DeliveryStatus;

    fn tried(tries: u32) -> Delivery {
        Delivery {
            id: "msg_1".into(),
            way: Way::Webhook,
            target: "crm".into(),
            event: "score.low".into(),
            subject: "1".into(),
            body: "{}".into(),
            created_ms: 0,
            next_ms: 0,
            tries,
            status: DeliveryStatus::Waiting,
            reason: None,
            done_ms: None,
        }
    }

    #[test]
    fn tries_grow_rarer_and_end() {
        let fault = SendError::Status(500, None);
        let pauses: Vec<i64> = (1..).map_while(|tries| next_try(&fault, &tried(tries))).collect();
        assert_eq!(pauses.len(), PAUSES.len());
        assert!(pauses.is_sorted(), "{pauses:?}");
        for (pause, plain) in pauses.iter().zip(PAUSES) {
            assert!((plain * 8 / 10..=plain * 12 / 10).contains(pause), "{pause} of {plain}");
        }
        let all: i64 = pauses.iter().sum();
        assert!((40 * HOUR..72 * HOUR).contains(&all), "over some days: {all}");
        assert_eq!(next_try(&SendError::Gone, &tried(1)), None);
        let asked = SendError::Status(429, Some(3600));
        assert_eq!(next_try(&asked, &tried(1)), Some(HOUR));
        let for_ever = SendError::Status(503, Some(i64::MAX));
        assert_eq!(next_try(&for_ever, &tried(1)), Some(24 * HOUR));
    }
}
