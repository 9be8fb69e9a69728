//! Linking interviews to calls and agents, when either comes.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::Desk;
use crate::clock;
use crate::interview::{InterviewId, Millis};
use crate::store::{By, Handled, Judge, Recounted, StoreError};
use crate::survey::Credit;

/// How long interviews that have just begun may take to be linked; [`Desk::link_rest`] makes up
/// for it.
const SOON: Duration = Duration::from_secs(5);

/// Held by work that goes on after its answer.
pub type Place = tokio::sync::OwnedRwLockReadGuard<()>;

/// Interviews that have begun and are still to be linked.
#[derive(Debug, Default)]
pub(super) struct ToLink {
    ids: Vec<(InterviewId, Place)>,
    /// Somebody links them.
    taken: bool,
}

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

    /// Links an interview after its caller was answered; [`Desk::settle`] waits for it. Those that
    /// begin meanwhile are linked together.
    pub(super) fn link_soon(self: &Arc<Self>, interview: InterviewId) {
        let Some(place) = self.put_off() else { return };
        let mut waiting = self.to_link.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.ids.push((interview, place));
        if std::mem::replace(&mut waiting.taken, true) {
            return;
        }
        drop(waiting);
        let desk = self.clone();
        tokio::spawn(async move {
            while let Some((ids, places)) = desk.next_to_link() {
                // A connection that went silent must not be held for ever.
                let linked = desk.store.relink(&ids, desk.match_ms());
                let linked = tokio::time::timeout(SOON, linked).await;
                if let Err(fault) = linked.unwrap_or(Err(StoreError::Busy)) {
                    let (first, n) = (ids.first().map(ToString::to_string), ids.len());
                    tracing::warn!(first, n, "will be linked later: {fault}");
                }
                drop(places);
            }
        });
    }

    /// What waits to be linked; once nothing does, whoever comes next links.
    fn next_to_link(&self) -> Option<(Vec<InterviewId>, Vec<Place>)> {
        let mut waiting = self.to_link.lock().unwrap_or_else(PoisonError::into_inner);
        let ids = std::mem::take(&mut waiting.ids);
        waiting.taken = !ids.is_empty();
        (!ids.is_empty()).then(|| ids.into_iter().unzip())
    }

    /// To be held by work that goes on after its answer: [`Desk::settle`] waits for it. `None`
    /// while somebody waits already.
    pub fn put_off(&self) -> Option<Place> {
        self.later.clone().try_read_owned().ok()
    }

    /// Waits until everything that was put off until after an answer is done.
    pub async fn settle(&self) {
        drop(self.later.write().await);
    }

    /// Links the interviews of calls whose records just changed.
    pub(super) async fn link_calls(&self, calls: &[Uuid]) -> Result<(), StoreError> {
        if !calls.is_empty() {
            let (says, day_of) = (|call: &Handled<'_>| self.judge(call), |at| self.day_of(at));
            let judge = Judge { says: &says, day_of: &day_of };
            self.store.relink_calls(calls, self.match_ms(), &judge).await?;
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
        let (says, day_of) = (|call: &Handled<'_>| self.judge(call), |at| self.day_of(at));
        let judge = Judge { says: &says, day_of: &day_of };
        let of_calls = self.store.relink_calls(&[], self.match_ms(), &judge).await?;
        Ok(of_calls + self.store.relink_waiting(yesterday, self.match_ms()).await?)
    }

    /// Forgets what leads to anonymous interviews of days that are over, some of them; says how
    /// many. `random` must be new each time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_anonymous(
        &self,
        now: Millis,
        random: [u8; 32],
    ) -> Result<usize, StoreError> {
        let today = clock::day(now, &self.config.time_zone);
        self.store.forget_anonymous(today, now, random).await
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
        let (says, day_of) = (|call: &Handled<'_>| self.judge(call), |at| self.day_of(at));
        let judge = Judge { says: &says, day_of: &day_of };
        let day_of = Some(judge.day_of);
        let by = By { rules: &rules, match_ms: self.match_ms(), day_of, judge: &judge };
        let done = self.store.recount(&by, progress).await?;
        self.store.replace("time_zone", zone.iana_name().unwrap_or("UTC")).await?;
        Ok(done)
    }
}
