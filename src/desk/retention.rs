//! What is kept long enough goes, by the settings' `[retention]`.

use std::collections::BTreeSet;
use std::path::Path;

use tokio::time::Instant;

use super::Desk;
use super::audit::{Act, By};
use crate::clock;
use crate::config::Retention;
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::partitions::Kept;
pub use crate::store::retention::{Due, Limits};

const DAY_MS: Millis = 86_400_000;

/// Why something could not be removed or written down.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the media folder, or one to be written.
    #[error("{file}: {fault}")]
    File {
        /// Which.
        file: String,
        /// What went wrong.
        fault: std::io::Error,
    },
}

impl KeepingError {
    pub(super) fn of(file: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.display().to_string();
        move |fault| Self::File { file, fault }
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Comments, those of interviews that went not counted.
    pub comments: u64,
    /// Interviews and calls that lost what led to their callers.
    pub numbers: u64,
    /// Entries of the list of offers.
    pub offers: u64,
    /// Interviews.
    pub interviews: u64,
    /// Records of calls.
    pub calls: u64,
    /// Rows of single agents in closed months.
    pub agent_rows: u64,
    /// Entries of the audit log.
    pub audit: u64,
    /// The first day that is open.
    pub closed_before: i64,
    /// A recount that was under way kept days from being closed.
    pub held_up: bool,
}

/// Up to when things go.
fn limits(kept: &Retention, now: Millis, today: i64) -> Limits {
    let moment = |days: i64| (days > 0).then(|| now - days * DAY_MS);
    let day = |days: i64| (days > 0).then(|| today - days);
    Limits {
        comments: moment(kept.comments),
        numbers: day(kept.numbers),
        offers: moment(kept.numbers),
        interviews: day(kept.interviews)
            .map(|day| clock::day_of(clock::date(day).first_of_month())),
        agents: day(kept.agent_scores),
        audit: moment(kept.audit),
    }
}

/// Removes a file of the media folder; one that is not there is removed.
pub(super) fn remove(media: &Path, name: &str) -> Result<(), KeepingError> {
    // A name leads nowhere else: it is one of ours.
    let Some(name) = Path::new(name).file_name() else { return Ok(()) };
    let file = media.join(name);
    match std::fs::remove_file(&file) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(KeepingError::of(&file)),
    }
}

/// Others have the database half of the time.
async fn rest(began: Instant) {
    tokio::time::sleep(began.elapsed()).await;
}

/// Does a part after another until none is left; how many that were.
macro_rules! parts {
    ($progress:ident, $part:expr) => {{
        let mut all = 0;
        loop {
            let began = Instant::now();
            let done = $part.await?;
            if done == 0 {
                break all;
            }
            all += done;
            $progress(done);
            rest(began).await;
        }
    }};
}

impl Desk {
    /// The first day that is open, where older ones are closed: their interviews are gone, and
    /// their figures change no more.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn closed_before(&self) -> Result<Option<jiff::civil::Date>, StoreError> {
        let day = self.store.closed_before().await?;
        Ok((day > 0).then(|| clock::date(day)))
    }

    /// Whether the local day of that moment is closed.
    pub(super) async fn is_closed(&self, at_ms: Millis) -> Result<bool, StoreError> {
        let day = clock::day(at_ms, &self.config.time_zone);
        Ok(day < self.store.closed_before().await?)
    }

    /// Counts something that came for a day that is closed, and was refused.
    pub(super) fn came_too_late(&self) {
        self.counters.count("closed_day", "");
    }

    /// What is old enough to go, and by which limits.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn old(&self, now: Millis) -> Result<(Due, Limits), StoreError> {
        let today = clock::day(now, &self.config.time_zone);
        let limits = limits(&self.config.retention, now, today);
        Ok((self.store.due(&limits).await?, limits))
    }

    /// Removes what is old enough, a little at a time; `progress` hears how much. Harmless whenever
    /// it runs, also twice at once or stopped half-way. Written down where anything is removed.
    ///
    /// # Errors
    /// If the database does not answer, a file cannot be removed, or the audit log is not as it was
    /// written; what was removed so far stays so.
    pub async fn retain(
        &self,
        by: &By,
        now: Millis,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Retained, KeepingError> {
        let (due, limits) = self.old(now).await?;
        let mut done = Retained::default();
        if !due.is_nothing() {
            self.audit(by, Act::Retain, "old", now).await?;
        }
        if let Some(before) = limits.comments {
            done.comments = self.remove_comments(before, progress).await?;
        }
        if let Some(before) = limits.numbers {
            done.numbers = parts!(progress, self.store.forget_numbers(before));
        }
        if let Some(before) = limits.offers {
            done.offers = parts!(progress, self.store.forget_offers(before));
        }
        if let Some(before) = limits.interviews {
            done.held_up = !self.store.close_days(before).await?;
        }
        done.interviews = self.remove_months(Kept::Interviews, progress).await?;
        done.interviews += self.remove_interviews(progress).await?;
        done.calls = self.remove_months(Kept::Calls, progress).await?;
        done.calls += parts!(progress, self.store.forget_calls());
        done.agent_rows = self.store.forget_agent_rows(limits.agents).await?;
        if let Some(before) = limits.audit {
            let key = self.keys.audit();
            done.audit = parts!(progress, self.store.cut_audit(key, before, now));
            self.store.drop_empty_audit(before).await?;
        }
        done.closed_before = self.store.closed_before().await?;
        Ok(done)
    }

    /// The file goes first: a row without its file is found again, a file without its row never.
    async fn remove_comments(
        &self,
        before: Millis,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, KeepingError> {
        let mut removed = 0;
        loop {
            let began = Instant::now();
            let old = self.store.old_comments(before).await?;
            if old.is_empty() {
                return Ok(removed);
            }
            let files: BTreeSet<&String> = old.iter().filter_map(|one| one.file.as_ref()).collect();
            files.into_iter().try_for_each(|file| remove(&self.config.media, file))?;
            self.store.forget_comments(&old).await?;
            removed += old.len() as u64;
            progress(old.len() as u64);
            rest(began).await;
        }
    }

    /// Removes months that are closed as a whole, where the database has them apart; the rest goes
    /// one by one afterwards.
    async fn remove_months(
        &self,
        of: Kept,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, KeepingError> {
        let mut removed = 0;
        for month in self.store.closed_months(of).await? {
            if of == Kept::Interviews {
                for file in self.store.files_of_month(month).await? {
                    remove(&self.config.media, &file)?;
                    tokio::task::yield_now().await;
                }
            }
            loop {
                let began = Instant::now();
                if self.store.clear_month(of, month).await? == 0 {
                    break;
                }
                rest(began).await;
            }
            let gone = self.store.drop_month(of, month).await?.unwrap_or_default();
            removed += gone;
            progress(gone);
        }
        Ok(removed)
    }

    async fn remove_interviews(
        &self,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, KeepingError> {
        let mut removed = 0;
        loop {
            let began = Instant::now();
            let (old, files) = self.store.closed_interviews().await?;
            if old.is_empty() {
                return Ok(removed);
            }
            files.iter().try_for_each(|file| remove(&self.config.media, file))?;
            removed += self.store.forget_interviews(&old).await?;
            progress(old.len() as u64);
            rest(began).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-15; January's last day is 43 days ago, February's 15.
    #[test]
    fn months_go_whole_and_nothing_goes_that_is_to_stay() {
        let day = |date: &str| clock::day_of(date.parse().expect("a date"));
        let today = day("2026-03-15");
        let now = today * DAY_MS;
        let of = |interviews| limits(&Retention { interviews, ..Retention::default() }, now, today);
        assert_eq!(of(0), Limits::default());
        // The day that is 43 days ago is 31 January: its month is not yet over for so long.
        assert_eq!(of(43).interviews, Some(day("2026-01-01")));
        assert_eq!(of(42).interviews, Some(day("2026-02-01")));
        assert_eq!(of(31).interviews, Some(day("2026-02-01")));
        let kept = Retention { comments: 30, numbers: 60, audit: 90, ..Retention::default() };
        let limits = limits(&kept, now, today);
        assert_eq!(limits.comments, Some(now - 30 * DAY_MS));
        assert_eq!((limits.numbers, limits.offers), (Some(today - 60), Some(now - 60 * DAY_MS)));
        assert_eq!((limits.audit, limits.agents), (Some(now - 90 * DAY_MS), None));
    }
}
