//! Linking interviews to calls and agents, when either comes.

use std::sync::Arc;

use uuid::Uuid;

use super::Desk;
use crate::clock;
use crate::interview::{InterviewId, Millis};
use crate::store::{By, Recounted, StoreError};
use crate::survey::Credit;

impl Desk {
    /// How long after a call its caller may still be matched by number and time.
    pub(super) fn match_ms(&self) -> Millis {
        self.config.limits.match_hours.saturating_mul(3_600_000)
    }

    /// Links an interview by what is known of its call by now; says whether that changed
    /// anything. To be called once its start is stored, and not while its caller waits.
    ///
    /// # Errors
    /// If the database does not answer; [`Desk::link_rest`] makes up for it.
    pub async fn link(&self, interview: InterviewId) -> Result<bool, StoreError> {
        Ok(self.store.relink(&[interview], self.match_ms()).await? > 0)
    }

    /// Links an interview after its caller was answered; [`Desk::settle`] waits for it.
    pub(super) fn link_soon(self: &Arc<Self>, interview: InterviewId) {
        let desk = self.clone();
        let Some(place) = self.put_off() else { return };
        tokio::spawn(async move {
            if let Err(fault) = desk.link(interview).await {
                tracing::warn!(interview = %interview, "will be linked later: {fault}");
            }
            drop(place);
        });
    }

    /// To be held by work that goes on after its answer: [`Desk::settle`] waits for it. `None`
    /// while somebody waits already.
    pub fn put_off(&self) -> Option<tokio::sync::OwnedRwLockReadGuard<()>> {
        self.later.clone().try_read_owned().ok()
    }

    /// Waits until everything that was put off until after an answer is done.
    pub async fn settle(&self) {
        drop(self.later.write().await);
    }

    /// Links the interviews of calls whose records just changed.
    pub(super) async fn link_calls(&self, calls: &[Uuid]) -> Result<(), StoreError> {
        if !calls.is_empty() {
            self.store.relink_calls(calls, self.match_ms()).await?;
        }
        Ok(())
    }

    /// Links what was left undone: by a node that stopped between storing a record or a start and
    /// linking it. To be called at start and about once a minute; says how many interviews
    /// changed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn link_rest(&self, now: Millis) -> Result<usize, StoreError> {
        let yesterday = clock::day(now, &self.config.time_zone) - 1;
        let of_calls = self.store.relink_calls(&[], self.match_ms()).await?;
        Ok(of_calls + self.store.relink_waiting(yesterday, self.match_ms()).await?)
    }

    /// Links all interviews anew and counts them anew, with the surveys' own credit rules and the
    /// days of the time zone in force. Works beside a running server; reports show the old
    /// numbers until all of the new ones are there.
    ///
    /// # Errors
    /// If the database does not answer; what was done so far is kept.
    pub async fn recount(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Recounted, StoreError> {
        let zone = &self.config.time_zone;
        let rules: Vec<(String, Credit)> =
            self.surveys().map(|survey| (survey.name.clone(), survey.credit)).collect();
        let day_of = |at| clock::day(at, zone);
        let by = By { rules: &rules, match_ms: self.match_ms(), day_of: Some(&day_of) };
        let done = self.store.recount(&by, progress).await?;
        self.store.replace("time_zone", zone.iana_name().unwrap_or("UTC")).await?;
        Ok(done)
    }
}
