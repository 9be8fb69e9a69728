//! Whether the database is there, and what is done without it.
//!
//! After a first miss the store is *away*: nobody waits for it any more until a probe has been
//! answered, and what is to be stored goes to the spool.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::open::{Address, address, whereabouts};
use super::rows::Tx;
use super::spool::{Depth, Item, Put, Spool, Waits, Whose};
use super::{Begin, CallerHash, Pools, Store, StoreError, StoredTurn, Turn};
use crate::interview::InterviewId;

/// How long a probe may take: as long as a turn may wait for its commit.
const PROBE: Duration = Duration::from_millis(600);

/// Writes, so that a database that only reads is away too.
const TOUCH: &str = "update meta set value = value where name = 'min_reader'";

/// Whether the database is there, and where else things can be kept.
#[derive(Debug, Default)]
pub(super) struct Reach {
    away: AtomicBool,
    /// The store was opened without the database.
    incomplete: AtomicBool,
    spool: OnceLock<Spool>,
    /// Host and folder of the spool, for people.
    place: OnceLock<String>,
}

/// How a start stands in the spool.
#[derive(Clone, Debug)]
pub struct Spooled {
    /// What was kept first.
    pub begin: Begin,
    /// It was kept just now, by this very request.
    pub new: bool,
}

impl Store {
    /// Where things wait by default: beside the file of a SQLite database, else in the folder in
    /// which the program was started.
    ///
    /// # Errors
    /// If the address names neither kind of database.
    pub fn spool_of(url: &str) -> Result<PathBuf, StoreError> {
        Ok(match address(url)? {
            Address::Sqlite(options) => {
                let mut name = options.get_filename().as_os_str().to_owned();
                name.push(".spool");
                PathBuf::from(name)
            }
            Address::Postgres(_) => PathBuf::from("aftercall.spool"),
        })
    }

    /// Keeps what the database cannot take in a file of that folder from now on. `host` is this
    /// machine's name; the random bytes become the database's own name and the server's id, if
    /// they have none yet.
    ///
    /// # Errors
    /// If the folder or its files cannot be used, or the database does not answer.
    pub async fn use_spool(
        &self,
        url: &str,
        folder: &Path,
        host: &str,
        [name, id]: [[u8; 16]; 2],
    ) -> Result<(), StoreError> {
        let name = self.remember("store", &Uuid::from_bytes(name).to_string()).await?;
        let database = Whose::Named { name, address: whereabouts(url)? };
        self.take_spool(Spool::open(folder, &database, id).await?, folder, host);
        Ok(())
    }

    /// A store whose database does not answer, on what a server that ran here with the same
    /// database has left in that folder. It is away, and stays so until [`Store::complete`].
    ///
    /// # Errors
    /// If no server ever ran here with that database, or its spool cannot be used.
    pub async fn open_away(
        url: &str,
        folder: &Path,
        host: &str,
        id: [u8; 16],
    ) -> Result<Self, StoreError> {
        let unknown =
            || StoreError::Mismatch("only a server of PostgreSQL starts without it".into());
        let store = Self::unreached(url)?.ok_or_else(unknown)?;
        store.reach.away.store(true, Ordering::Relaxed);
        store.reach.incomplete.store(true, Ordering::Relaxed);
        let spool = Spool::open(folder, &Whose::At(whereabouts(url)?), id).await?;
        store.take_spool(spool, folder, host);
        Ok(store)
    }

    fn take_spool(&self, spool: Spool, folder: &Path, host: &str) {
        // A second one is not taken: what waits in the first one would be forgotten.
        let _ = self.reach.spool.set(spool);
        let _ = self.reach.place.set(format!("{host}:{}", folder.display()));
    }

    /// Whether the store was opened without its database and still has to be completed.
    pub fn is_incomplete(&self) -> bool {
        self.reach.incomplete.load(Ordering::Relaxed)
    }

    /// Does what opening the store has left out, now that the database answers.
    ///
    /// # Errors
    /// If it is another database, or its tables cannot be brought up to date.
    pub async fn complete(&self) -> Result<(), StoreError> {
        self.pools.bring_up_to_date().await?;
        let known = self.kept_beside("store").await?.unwrap_or_default();
        if self.remember("store", &known).await? != known {
            return Err(StoreError::Mismatch(
                "the database that answers now is not the one that this server was made with; \
                 what waits in the spool is not for it"
                    .into(),
            ));
        }
        Ok(())
    }

    /// Notes that nothing of opening the store is left to be done.
    pub fn completed(&self) {
        self.reach.incomplete.store(false, Ordering::Relaxed);
    }

    /// What a start without the database needs to know, as it was last kept; `None` without a
    /// spool.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn kept_beside(&self, name: &str) -> Result<Option<String>, StoreError> {
        match self.reach.spool.get() {
            Some(spool) => spool.kept(name).await,
            None => Ok(None),
        }
    }

    /// Keeps what a start without the database needs to know.
    ///
    /// # Errors
    /// If the spool cannot be written.
    pub async fn keep_beside(&self, name: &str, value: &str) -> Result<(), StoreError> {
        match self.reach.spool.get() {
            Some(spool) => spool.keep(name, value).await,
            None => Ok(()),
        }
    }

    /// This server's id; `None` without a spool.
    pub(super) fn node(&self) -> Option<Uuid> {
        self.reach.spool.get().map(|spool| spool.id)
    }

    /// Host and folder of the spool.
    pub(super) fn place(&self) -> &str {
        self.reach.place.get().map_or("", String::as_str)
    }

    /// Ids of servers that no longer run and whose spools this one took over.
    pub(super) fn adopted(&self) -> Vec<Uuid> {
        self.reach.spool.get().map(|spool| spool.adopted.clone()).unwrap_or_default()
    }

    /// How much waits in all files of a folder, also those that running servers are using.
    ///
    /// # Errors
    /// If one cannot be read.
    pub async fn look_at_spool(folder: &Path) -> Result<Depth, StoreError> {
        Spool::look(folder).await
    }

    /// Whether the database is away: the last that was tried missed, and no probe was answered
    /// since.
    pub fn is_away(&self) -> bool {
        self.reach.away.load(Ordering::Relaxed)
    }

    /// Runs one call of the store, but not beyond the deadline, and not at all while the database
    /// is away. A miss makes it away; data that the database refuses are no miss.
    ///
    /// # Errors
    /// [`StoreError::Busy`] for a miss, else what the call says.
    pub async fn within<T>(
        &self,
        deadline: Instant,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if self.is_away() {
            return Err(StoreError::Busy);
        }
        let done = match tokio::time::timeout_at(deadline, work).await {
            Ok(done) => done,
            Err(_) => Err(StoreError::Busy),
        };
        if let Err(fault) = &done {
            self.missed(fault);
        }
        done
    }

    /// Takes note of a fault: one that is not of the data says that the database is away.
    pub fn missed(&self, fault: &StoreError) {
        if !fault.is_of_data() && !self.reach.away.swap(true, Ordering::Relaxed) {
            tracing::error!("the database is away: {fault}");
        }
    }

    /// Asks whether the database takes writes of this program. Connections that are silent are given up: else
    /// those who come next would meet them one after the other.
    pub async fn probe(&self) -> bool {
        if let Pools::Postgres { calls, .. } = &self.pools {
            let alive = async {
                // All at once, so that each is another one.
                let idle = (0..calls.num_idle()).map(|_| calls.acquire());
                let _held = futures_util::future::join_all(idle).await;
            };
            let _ = tokio::time::timeout(PROBE, alive).await;
        }
        let touch = async {
            let mut tx = Tx::write(&self.pools).await?;
            tx.run(TOUCH, &[]).await?;
            self.rehearsal.commit(tx).await?;
            self.pools.refuse_newer().await
        };
        matches!(tokio::time::timeout(PROBE, touch).await, Ok(Ok(())))
    }

    /// Looks whether a newer program has changed the tables so that this one must not write them
    /// any more. Then the database is away for this one: what is to be stored waits in the spool
    /// for a program that knows the tables.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] if one has; or if the database does not answer.
    pub async fn still_fits(&self) -> Result<(), StoreError> {
        let fits = self.pools.refuse_newer().await;
        if let Err(fault @ StoreError::TooNew { .. }) = &fits {
            self.missed(fault);
        }
        fits
    }

    /// Takes note that the database is back.
    pub fn is_back(&self) {
        if self.reach.away.swap(false, Ordering::Relaxed) {
            tracing::info!("the database is back");
        }
    }

    fn spool(&self) -> Result<&Spool, StoreError> {
        self.reach.spool.get().ok_or(StoreError::Busy)
    }

    /// Whether anything waits in the spool.
    pub fn anything_waits(&self) -> bool {
        self.reach.spool.get().is_some_and(|spool| !spool.is_empty())
    }

    /// Whether there is a spool.
    pub fn has_spool(&self) -> bool {
        self.reach.spool.get().is_some()
    }

    /// Spools a start; durable when it returns. The first of the same interview stands.
    ///
    /// # Errors
    /// If there is no spool or it cannot be written.
    pub async fn spool_start(&self, begin: Begin) -> Result<Spooled, StoreError> {
        let put = self.spool()?.put(vec![Item::Start(Box::new(begin.clone()))]).await?;
        Ok(match put.into_iter().next() {
            Some(Put::Old(first)) => match *first {
                Item::Start(first) => Spooled { begin: *first, new: false },
                _ => Spooled { begin, new: true },
            },
            _ => Spooled { begin, new: true },
        })
    }

    /// Spools a turn, and before it the start that the database does not have, where there is
    /// one; durable when it returns. Gives the turn that stands where that is another one.
    ///
    /// # Errors
    /// If there is no spool or it cannot be written.
    pub async fn spool_turn(
        &self,
        start: Option<Box<Begin>>,
        turn: Turn,
    ) -> Result<Option<StoredTurn>, StoreError> {
        let start = start.map(Item::Start);
        let items = start.into_iter().chain([Item::Turn(Box::new(turn))]).collect();
        let put = self.spool()?.put(items).await?.pop();
        Ok(put.and_then(|put| match put {
            Put::Old(first) => first.into_turn(),
            Put::New => None,
        }))
    }

    /// Spools a notice, in the desk's own words.
    ///
    /// # Errors
    /// If there is no spool or it cannot be written.
    pub async fn spool_notice(&self, words: String, at_ms: i64) -> Result<(), StoreError> {
        self.spool()?.put(vec![Item::Notice(words, at_ms)]).await?;
        Ok(())
    }

    /// The turn that waits in the spool under that number.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn spooled_turn(
        &self,
        interview: InterviewId,
        turn: u8,
    ) -> Result<Option<StoredTurn>, StoreError> {
        match self.reach.spool.get().filter(|spool| spool.holds(interview)) {
            Some(spool) => {
                let first = Box::pin(spool.first(interview, i64::from(turn))).await?;
                Ok(first.and_then(Item::into_turn))
            }
            None => Ok(None),
        }
    }

    /// The start that waits in the spool.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn spooled_start(&self, interview: InterviewId) -> Result<Option<Begin>, StoreError> {
        match self.reach.spool.get().filter(|spool| spool.holds(interview)) {
            Some(spool) => Ok(spool.first(interview, 0).await?.and_then(|item| match item {
                Item::Start(begin) => Some(*begin),
                _ => None,
            })),
            None => Ok(None),
        }
    }

    /// What is to be brought to the database next, lowest place first; empty without a spool.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn spooled(&self, most: u32) -> Result<Vec<Waits>, StoreError> {
        match self.reach.spool.get() {
            Some(spool) => spool.next(most).await,
            None => Ok(Vec::new()),
        }
    }

    /// Forgets what the database has taken.
    ///
    /// # Errors
    /// If the spool cannot be written; it is then brought to the database again, harmlessly.
    pub async fn unspool(&self, stored: &[&Waits]) -> Result<(), StoreError> {
        self.spool()?.done(stored).await
    }

    /// Keeps in the spool what the database refuses, with its reason.
    ///
    /// # Errors
    /// If the spool cannot be written.
    pub async fn spool_refused(&self, waits: &Waits, why: &str) -> Result<(), StoreError> {
        self.spool()?.refuse(waits.seq, why).await
    }

    /// Forgets what the database refused, if it came before that moment; says how much.
    ///
    /// # Errors
    /// If the spool cannot be written.
    pub async fn forget_refused(&self, before_ms: i64) -> Result<u64, StoreError> {
        match self.reach.spool.get() {
            Some(spool) => spool.forget_refused(before_ms).await,
            None => Ok(0),
        }
    }

    /// How much waits in the spool; nothing without one.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn spool_depth(&self) -> Result<Depth, StoreError> {
        match self.reach.spool.get() {
            Some(spool) => spool.depth().await,
            None => Ok(Depth::default()),
        }
    }

    /// Who must never be asked, as the spool remembers; `None` if it never knew.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub async fn spooled_never_ask(&self) -> Result<Option<Vec<CallerHash>>, StoreError> {
        match self.reach.spool.get() {
            Some(spool) if spool.kept("never_ask").await?.is_some() => {
                Ok(Some(spool.never_ask().await?))
            }
            _ => Ok(None),
        }
    }

    /// Has the spool remember who must never be asked: `more` are added, `fewer` go.
    ///
    /// # Errors
    /// If the spool cannot be written.
    pub async fn spool_never_ask(
        &self,
        more: &[CallerHash],
        fewer: &[CallerHash],
    ) -> Result<(), StoreError> {
        match self.reach.spool.get() {
            Some(spool) => {
                spool.keep_never_ask(more, fewer).await?;
                spool.keep("never_ask", "known").await
            }
            None => Ok(()),
        }
    }

    pub(super) async fn close_spool(&self) {
        if let Some(spool) = self.reach.spool.get() {
            spool.close().await;
        }
    }
}

impl Item {
    fn into_turn(self) -> Option<StoredTurn> {
        let Self::Turn(turn) = self else { return None };
        let Turn { turn, at_ms, input, facts, .. } = *turn;
        Some(StoredTurn { turn, at_ms, input, facts })
    }
}
