//! The writer: takes what waits, writes it in one transaction, and answers after the commit.
//!
//! Under load one commit (on SQLite one `fsync`) serves many callers. A caller that gives up
//! waiting loses only the answer: what was handed over may still be written, and trying again
//! does no harm, since turns are claimed and interviews begin once.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::batch::{self, Done, Work};
use super::comments::Comment;
use super::line::Line;
use super::names::Names;
use super::open::SILENT;
use super::recent::Recent;
use super::rehearsal::Rehearsal;
use super::rows::Hand;
use super::{Begin, Claim, Known, Pools, Store, StoreError, Turn, own};
use crate::interview::{InterviewId, Millis};
use crate::telemetry::Batches;
use crate::telemetry::request::part;

/// Jobs that may wait; more wait before the door.
const WAITING: usize = 1024;

/// Tries for a batch that another transaction came in the way of.
const TRIES: u32 = 6;

/// What a writer task works with.
pub(super) struct Means {
    pub(super) pools: Pools,
    pub(super) names: Arc<Names>,
    /// The connection that it has for itself.
    pub(super) hand: Hand,
    /// What the last batch left; empty after one that failed.
    pub(super) recent: Recent,
    /// How its commits end.
    pub(super) rehearsal: Rehearsal,
    /// How many it wrote together.
    batches: Batches,
}

struct Job {
    work: Work,
    reply: oneshot::Sender<Result<Done, StoreError>>,
}

/// The way to the writer tasks.
#[derive(Clone)]
pub(crate) struct Writer {
    /// `None` after the store was closed.
    door: Arc<RwLock<Option<mpsc::Sender<Job>>>>,
    /// Each answers when its task has ended.
    tasks: Arc<Mutex<Vec<oneshot::Receiver<()>>>>,
    /// How much each commit holds.
    batches: Batches,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the writer tasks: one for SQLite, which has one connection that writes; two of
    /// smaller batches for PostgreSQL, where one prepares while the other commits.
    pub(super) fn start(pools: &Pools, names: &Arc<Names>, rehearsal: &Rehearsal) -> Self {
        let (door, jobs) = mpsc::channel(WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        let (count, most) = match pools {
            Pools::Sqlite { .. } => (1, 256),
            Pools::Postgres { .. } => (2, 32),
        };
        let batches = Batches::default();
        let tasks = (0..count)
            .map(|_| {
                let (over, ended) = oneshot::channel();
                let hand = match pools {
                    Pools::Sqlite { own, .. } => Hand::Sqlite(own.clone()),
                    Pools::Postgres { calls, .. } => {
                        Hand::Postgres(Line::to(calls.connect_options().as_ref().clone()))
                    }
                };
                let means = Means {
                    pools: pools.clone(),
                    names: names.clone(),
                    hand,
                    recent: Recent::default(),
                    rehearsal: rehearsal.clone(),
                    batches: batches.clone(),
                };
                let work = run(means, jobs.clone(), most);
                let work = async move {
                    work.await;
                    let _ = over.send(());
                };
                match pools {
                    // SQLite blocks whoever writes.
                    Pools::Sqlite { .. } => {
                        let here = tokio::runtime::Handle::current();
                        std::thread::spawn(move || here.block_on(work));
                    }
                    Pools::Postgres { .. } => {
                        tokio::spawn(work);
                    }
                }
                ended
            })
            .collect();
        let (door, tasks) = (Arc::new(RwLock::new(Some(door))), Arc::new(Mutex::new(tasks)));
        Self { door, tasks, batches }
    }

    /// Takes no more jobs, and waits until those that were taken are written.
    pub(super) async fn stop(&self) {
        drop(self.door.write().unwrap_or_else(PoisonError::into_inner).take());
        for task in self.tasks.lock().await.drain(..) {
            // A task that panicked has nothing left to write.
            let _ = task.await;
        }
    }

    async fn ask(&self, work: Work) -> Result<Done, StoreError> {
        let door = self.door.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (reply, answer) = oneshot::channel();
        door.ok_or(StoreError::Busy)?
            .send(Job { work, reply })
            .await
            .map_err(|_| StoreError::Busy)?;
        part("commit", answer).await.map_err(|_| StoreError::Busy)?
    }
}

async fn run(mut means: Means, jobs: Arc<Mutex<mpsc::Receiver<Job>>>, most: usize) {
    loop {
        let mut batch = Vec::with_capacity(most);
        if jobs.lock().await.recv_many(&mut batch, most).await == 0 {
            if let Hand::Postgres(line) = &means.hand {
                line.close().await;
            }
            return;
        }
        let (works, replies): (Vec<Work>, Vec<_>) =
            batch.into_iter().map(|job| (job.work, job.reply)).unzip();
        let results = write(&mut means, &works).await;
        means.batches.wrote(works.len());
        for (reply, result) in replies.into_iter().zip(results) {
            // Nobody listens any more: the caller's time was up. What is written stays written.
            let _ = reply.send(result);
        }
    }
}

/// Writes a batch; if its data are at fault, each member alone, so that a bad one harms only
/// itself.
async fn write(means: &mut Means, works: &[Work]) -> Vec<Result<Done, StoreError>> {
    let fault = match patiently(means, works).await {
        Ok(results) => return results,
        Err(fault) => fault,
    };
    if works.len() == 1 {
        return vec![Err(fault)];
    }
    if !is_of_data(&fault) {
        let fault = Arc::new(fault);
        return works.iter().map(|_| Err(StoreError::Batch(fault.clone()))).collect();
    }
    let mut results = Vec::with_capacity(works.len());
    for work in works {
        match patiently(means, std::slice::from_ref(work)).await {
            Ok(mut one) => results.push(one.pop().unwrap_or(Err(StoreError::Busy))),
            Err(fault) => results.push(Err(fault)),
        }
    }
    results
}

/// Tries again where another transaction came in the way.
async fn patiently(
    means: &mut Means,
    works: &[Work],
) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
    let mut tried = 0;
    loop {
        let is_here = matches!(means.pools, Pools::Sqlite { .. });
        let write = batch::write(means, works);
        let written = match is_here {
            true => write.await,
            // The connection may be dead without anybody having said so.
            false => match tokio::time::timeout(SILENT, write).await {
                Ok(written) => written,
                Err(_) => Err(StoreError::Busy),
            },
        };
        match written {
            Err(fault) if tried < TRIES && is_collision(&fault) => {
                tokio::time::sleep(Duration::from_millis(1 << tried)).await;
                tried += 1;
            }
            result => return result,
        }
    }
}

/// Runs a transaction of bulk work again where another one came in its way, for about a second.
pub(super) async fn again<T, F>(mut run: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    const TRIES: u32 = 20;
    let mut tried = 0;
    loop {
        match run().await {
            Err(fault) if tried < TRIES && is_collision(&fault) => {
                tried += 1;
                tokio::time::sleep(Duration::from_millis(1 << tried.min(6))).await;
            }
            result => return result,
        }
    }
}

/// Whether another transaction came in the way and trying again may help: PostgreSQL's
/// serialization failure and deadlock, SQLite's busy and locked.
fn is_collision(fault: &StoreError) -> bool {
    let StoreError::Database(sqlx::Error::Database(fault)) = fault else { return false };
    match fault.code().as_deref() {
        Some("40001" | "40P01") => true,
        // Extended codes of SQLite keep the plain one in their lowest byte.
        Some(code) if is_sqlite(fault.as_ref()) => {
            code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
        }
        _ => false,
    }
}

/// Whether SQLite says so, on whichever connection.
fn is_sqlite(fault: &dyn sqlx::error::DatabaseError) -> bool {
    fault.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
        || fault.try_downcast_ref::<own::Fault>().is_some()
}

/// Whether the data are at fault rather than the database or the way to it: constraints, wrong or
/// unreadable values.
pub(super) fn is_of_data(fault: &StoreError) -> bool {
    match fault {
        StoreError::Corrupt(_) | StoreError::ClosedDay => true,
        StoreError::Database(
            sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. },
        ) => true,
        StoreError::Database(sqlx::Error::Database(fault)) => {
            let code = fault.code().unwrap_or_default();
            if is_sqlite(fault.as_ref()) {
                // 18 too big, 19 constraint, 20 mismatch, 25 range.
                code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20 | 25))
            } else {
                // Class 22 data exception, 23 integrity constraint violation, 54 limit exceeded
                // (a text too long for an index).
                ["22", "23", "54"].iter().any(|class| code.starts_with(class))
            }
        }
        _ => false,
    }
}

/// The writer answered something else than it was asked: a fault of ours.
fn astray() -> StoreError {
    StoreError::Corrupt("the writer answered another question".into())
}

impl Store {
    /// How much each commit of the writer holds.
    pub fn batches(&self) -> &Batches {
        &self.writer.batches
    }

    /// Begins an interview, unless it began before: then nothing is written. Says how it stands
    /// in the store, whoever wrote it. Durable when it returns.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was; then it may be tried again.
    pub async fn begin(&self, begin: Begin) -> Result<Known, StoreError> {
        let begin = self.as_written(begin).await?;
        match self.writer.ask(Work::Begin(Box::new(begin))).await? {
            Done::Begun(known) => Ok(*known),
            _ => Err(astray()),
        }
    }

    /// Writes a turn with all that follows from it, if it is the first for its interview and
    /// number and the interview was open at `turn.at_ms`. Durable when it returns.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was; then it may be tried again.
    pub async fn record(&self, turn: impl Into<Arc<Turn>>) -> Result<Claim, StoreError> {
        match self.writer.ask(Work::Turn(turn.into())).await? {
            Done::Claimed(claim) => Ok(claim),
            _ => Err(astray()),
        }
    }

    /// Notes that the call ended. Only the first notice of an interview counts; says whether this
    /// was it. Turns are still taken for a minute after `at_ms`.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was; then it may be tried again.
    pub async fn end(&self, id: InterviewId, at_ms: Millis, how: &str) -> Result<bool, StoreError> {
        self.note(Work::End { id, at_ms, how: how.to_owned() }).await
    }

    /// Notes that the interview failed, by our fault or the platform's. Only the first reason
    /// counts; says whether this was it.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was; then it may be tried again.
    pub async fn failed(&self, id: InterviewId, reason: &str) -> Result<bool, StoreError> {
        self.note(Work::Failed { id, reason: reason.to_owned() }).await
    }

    /// Notes what became known of a comment and joins it with what a turn said or will say of the
    /// same recording. A recording without a turn (the caller hung up while speaking) answers its
    /// question. Says whether the interview is known.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was; then it may be tried again.
    pub async fn comment(&self, comment: Comment) -> Result<bool, StoreError> {
        self.note(Work::Comment(Box::new(comment))).await
    }

    async fn note(&self, work: Work) -> Result<bool, StoreError> {
        match self.writer.ask(work).await? {
            Done::Noted(news) => Ok(news),
            _ => Err(astray()),
        }
    }
}
