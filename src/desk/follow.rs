//! Following up: cases on single callers, and what went out to others.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::Desk;
use super::audit::{Act, By};
use crate::clock;
use crate::interview::Millis;
use crate::store::StoreError;
pub use crate::store::{Case, CasePage, Delivery, DeliveryPage, DeliveryStatus};

/// Longest name of an owner, in characters.
const OWNER: usize = 200;
/// Longest outcome, in characters.
const OUTCOME: usize = 2000;

/// Why a case cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Something in the change is wrong.
    #[error("{0}")]
    Wrong(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is changed in a case; what is absent stays as it is, null takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseChange {
    /// `open` or `closed`.
    #[serde(default)]
    pub status: Option<String>,
    /// Who looks after it.
    #[serde(default, deserialize_with = "given")]
    pub owner: Option<Option<String>>,
    /// Until when: a date (its end, in the centre's zone) or a moment.
    #[serde(default, deserialize_with = "given")]
    pub due: Option<Option<String>>,
    /// What came of it.
    #[serde(default, deserialize_with = "given")]
    pub outcome: Option<Option<String>>,
}

/// Tells null from a field that is not there.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// A text as it is kept: none where nothing is written.
fn kept(name: &str, text: Option<String>, most: usize) -> Result<Option<String>, ChangeError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > most => Err(ChangeError::Wrong(format!(
            "{name}: {} characters are too many; at most {most} are kept",
            text.chars().count()
        ))),
        text => Ok(text),
    }
}

/// A case for programs.
pub fn case_json(case: &Case) -> Value {
    json!({
        "id": case.id,
        "interview": case.interview.simple().to_string(),
        "opened": clock::rfc3339(case.opened_ms),
        "reason": case.reason,
        "team": case.team,
        "owner": case.owner,
        "due": case.due_ms.map(clock::rfc3339),
        "status": case.status,
        "outcome": case.outcome,
        "closed": case.closed_ms.map(clock::rfc3339),
    })
}

impl Desk {
    /// Cases, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn cases(&self, page: &CasePage) -> Result<Vec<Case>, StoreError> {
        self.store.cases(page).await
    }

    /// How many cases are open, by the team of the credit; `None` is no known team.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open_cases(&self) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        self.store.open_cases().await
    }

    /// One case; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        self.store.case(id).await
    }

    /// Changes a case, which is written down, and gives it as it stands then; `None` if there is
    /// none of that id.
    ///
    /// # Errors
    /// If something in the change is wrong, or the database does not answer.
    pub async fn change_case(
        &self,
        id: &str,
        change: CaseChange,
        by: &By,
        now: Millis,
    ) -> Result<Option<Case>, ChangeError> {
        let Some(mut case) = self.store.case(id).await? else { return Ok(None) };
        match change.status.as_deref() {
            None => {}
            Some("open" | "closed") => case.status = change.status.unwrap_or_default(),
            Some(other) => {
                let sentence = format!("status: \"{other}\" is neither open nor closed");
                return Err(ChangeError::Wrong(sentence));
            }
        }
        if let Some(owner) = change.owner {
            case.owner = kept("owner", owner, OWNER)?;
        }
        if let Some(outcome) = change.outcome {
            case.outcome = kept("outcome", outcome, OUTCOME)?;
        }
        if let Some(due) = change.due {
            case.due_ms = kept("due", due, OWNER)?.map(|due| self.due(&due)).transpose()?;
        }
        self.audit(by, Act::ChangeCase, id, now).await?;
        self.store.change_case(&case, now).await?;
        Ok(self.store.case(id).await?)
    }

    fn due(&self, text: &str) -> Result<Millis, ChangeError> {
        let zone = self.config.time_zone.clone();
        let end = text.parse::<jiff::civil::Date>().ok().and_then(|day| {
            // Of a date its last minute.
            day.at(23, 59, 0, 0).to_zoned_datetime(zone).ok()
        });
        // A moment reads as a date too, so that it is tried first.
        let at = text.parse::<jiff::Timestamp>().ok().or(end.map(|end| end.timestamp()));
        at.map(|at| at.as_millisecond()).ok_or_else(|| {
            ChangeError::Wrong(format!(
                "due: \"{text}\" is no date; write it as 2026-01-31 or 2026-01-31T14:05:00Z"
            ))
        })
    }

    /// What went out or is to go out, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn deliveries(&self, page: &DeliveryPage) -> Result<Vec<Delivery>, StoreError> {
        self.store.deliveries(page).await
    }

    /// How many deliveries have which status.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delivery_counts(&self) -> Result<Vec<(DeliveryStatus, u64)>, StoreError> {
        self.store.delivery_counts().await
    }

    /// Has one that is done sent again; says whether there is such a one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replay_delivery(&self, id: &str, now: Millis) -> Result<bool, StoreError> {
        self.store.replay_delivery(id, now).await
    }

    /// Has all that were given up sent again; says how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replay_dead(&self, now: Millis) -> Result<u64, StoreError> {
        self.store.replay_dead(now).await
    }
}
