//! The spool: what the database cannot take waits on this server's own disk.
//!
//! A SQLite file that is written through to the disk before anybody is answered. It keeps one
//! outcome for each turn, as the database does: whoever comes second gets what the first one
//! brought. [`super::away`] decides what goes in and brings it to the database when that is back.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::open::pool;
use super::{Begin, CallerHash, StoreError, Turn};
use crate::interview::{InterviewId, Millis};

mod traces;
mod write;
use write::{first, run};

pub use traces::{Sought, Waiting};

/// Most servers that share a folder.
const PLACES: u32 = 64;
/// What waits to be written into the file; more wait before the door.
const QUEUE: usize = 1024;
/// Most of it in one transaction.
const MOST: usize = 256;
/// Callers who must never be asked that are written at once: some milliseconds.
const CALLERS: usize = 5000;
/// Place of notices: they come after all turns.
const LAST: i64 = 1000;
/// How far behind the place of its turn a second outcome stands: after all turns.
const SECOND: i64 = 500;

const PUT: &str = "insert into waiting (interview, place, at_ms, item)
    values (?, ?, ?, ?) on conflict (interview, place) do nothing";
const FIRST: &str = "select item from waiting where interview = ? and place = ?";
const NEXT: &str = "select seq, place, item from waiting where refused is null
    order by place, seq limit ?";
const EVERYTHING: &str = "select seq, item from waiting order by seq";
const HELD: &str = "select interview, refused is not null from waiting";
const DONE: &str = "delete from waiting where seq = ?";
const REFUSE: &str = "update waiting set refused = ? where seq = ?";
const FORGET_REFUSED: &str = "delete from waiting where refused is not null and at_ms < ?";
const TRY_AGAIN: &str = "update waiting set refused = null where refused is not null";
const DEPTH: &str = "select count(*) filter (where place between 1 and 999),
    count(*), count(*) filter (where refused is not null), min(at_ms) from waiting";

/// Something that the database could not take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A start that was decided.
    Start(Box<Begin>),
    /// A turn.
    Turn(Box<Turn>),
    /// A turn in whose place another server had kept another outcome.
    Second(Box<Turn>),
    /// A notice, in the desk's own words, and when it came.
    Notice(String, Millis),
}

/// The database that a spool is of.
#[derive(Clone, Debug)]
pub(super) enum Whose {
    /// One that is there.
    Named {
        /// Its own name, drawn when it was made.
        name: String,
        /// Where it is.
        address: String,
    },
    /// One that is away: where it was when it was last there.
    At(String),
}

/// What became of something that was put in.
#[derive(Debug)]
pub(super) enum Put {
    /// It waits.
    New,
    /// The same part of the same interview waits already: this one.
    Old(Box<Item>),
}

/// Something that waits.
#[derive(Debug)]
pub struct Waits {
    /// Its row.
    pub seq: i64,
    /// Whatever has a higher place relies on what has a lower one being stored.
    pub place: i64,
    /// What it is.
    pub item: Item,
}

/// How much waits in a spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Turns that wait for the database.
    pub turns: u64,
    /// All that waits: starts, turns and notices.
    pub items: u64,
    /// Those of them that the database refused.
    pub refused: u64,
    /// When the oldest of all came.
    pub oldest_ms: Option<Millis>,
}

struct Job {
    items: Vec<Item>,
    reply: oneshot::Sender<Result<Vec<Put>, StoreError>>,
}

/// What of the file is held in memory.
#[derive(Debug, Default)]
struct Held {
    /// How many parts wait of each interview, those that were refused among them.
    parts: HashMap<InterviewId, usize>,
    /// How much is to be brought: all but what was refused.
    due: usize,
}

impl Held {
    fn add(&mut self, interview: Option<InterviewId>) {
        self.due += 1;
        if let Some(interview) = interview {
            *self.parts.entry(interview).or_default() += 1;
        }
    }

    fn refuse(&mut self) {
        self.due = self.due.saturating_sub(1);
    }

    fn take(&mut self, interview: Option<InterviewId>) {
        self.due = self.due.saturating_sub(1);
        let Some(interview) = interview else { return };
        if let Some(n) = self.parts.get_mut(&interview) {
            *n = n.saturating_sub(1);
            if *n == 0 {
                self.parts.remove(&interview);
            }
        }
    }

    /// What the file holds.
    async fn read(pool: &SqlitePool) -> Result<Self, StoreError> {
        let rows: Vec<(Option<Uuid>, bool)> = sqlx::query_as(HELD).fetch_all(pool).await?;
        let mut held = Self::default();
        for (id, refused) in rows {
            held.add(id.map(|id| InterviewId(*id.as_bytes())));
            if refused {
                held.refuse();
            }
        }
        Ok(held)
    }
}

/// The file, and what of it is held in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    pool: SqlitePool,
    door: Arc<RwLock<Option<mpsc::Sender<Job>>>>,
    held: Arc<Mutex<Held>>,
    /// The server's id: drawn when the file was made.
    pub(super) id: Uuid,
    /// The ids of servers whose files were taken over.
    pub(super) adopted: Vec<Uuid>,
    /// Held as long as this server uses the file.
    _lock: Arc<File>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} items", self.items.len())
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(1))
}

/// Takes a place in the folder for this process alone: the files N.db and N.lock. `None` where
/// another one has it.
fn lock(folder: &Path, place: u32) -> Result<Option<File>, StoreError> {
    let file = folder.join(format!("{place}.lock"));
    super::open::make_private(&file);
    let lock = File::options().write(true).open(&file).map_err(sqlx::Error::Io)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(fault)) => Err(sqlx::Error::Io(fault).into()),
    }
}

/// The files of a folder, in the order in which servers take them.
fn files(folder: &Path) -> Vec<(u32, PathBuf)> {
    let files = (1..=PLACES).map(|place| (place, folder.join(format!("{place}.db"))));
    files.filter(|(_, file)| file.exists()).collect()
}

impl Spool {
    /// Takes a file of that folder for this server alone, and into it what servers that no longer
    /// run have left in theirs. Files with things of another database stay as they are. `random`
    /// becomes this server's id where it makes a new file.
    ///
    /// # Errors
    /// If the folder or its files cannot be used.
    pub(super) async fn open(
        folder: &Path,
        database: &Whose,
        random: [u8; 16],
    ) -> Result<Self, StoreError> {
        let mut private = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
        private.recursive(true).create(folder).map_err(sqlx::Error::Io)?;
        let (mut own, mut unusable) = (None::<Self>, None);
        for place in 1..=PLACES {
            let file = folder.join(format!("{place}.db"));
            if own.is_some() && !file.exists() {
                continue;
            }
            let Some(lock) = lock(folder, place)? else { continue };
            // A file that is damaged keeps nobody from having one.
            match Self::take(&mut own, &file, lock, database, random).await {
                Ok(()) => {}
                Err(fault) => {
                    tracing::error!("{} stays as it is: {fault}", file.display());
                    unusable.get_or_insert(fault);
                }
            }
        }
        if let (None, Some(fault)) = (&own, unusable) {
            return Err(fault);
        }
        own.ok_or_else(|| {
            StoreError::Mismatch(format!(
                "spool: {PLACES} servers use {} already, or it holds what waits for other \
                 databases. Give this one a folder of its own",
                folder.display()
            ))
        })
    }

    /// Makes that file this server's own, or takes over what it holds.
    async fn take(
        own: &mut Option<Self>,
        file: &Path,
        lock: File,
        database: &Whose,
        random: [u8; 16],
    ) -> Result<(), StoreError> {
        let found = Self::of(file, lock, Uuid::from_bytes(random)).await?;
        if !found.is_for(database).await? {
            tracing::warn!("{} is of another database and stays as it is", file.display());
            found.close().await;
            return Ok(());
        }
        match own {
            None => *own = Some(found),
            Some(own) => own.adopt(found, file).await?,
        }
        Ok(())
    }

    async fn of(file: &Path, lock: File, new: Uuid) -> Result<Self, StoreError> {
        super::open::make_private(file);
        let pool = pool::<Sqlite>(1)
            .after_release(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(options(file).create_if_missing(true))
            .await?;
        sqlx::migrate!("migrations/spool").run(&pool).await?;
        // What was refused is tried again by whoever starts the server after mending its reason.
        sqlx::query(TRY_AGAIN).execute(&pool).await?;
        let held = Arc::new(Mutex::new(Held::read(&pool).await?));
        let (door, jobs) = mpsc::channel(QUEUE);
        let door = Arc::new(RwLock::new(Some(door)));
        tokio::spawn(run(pool.clone(), held.clone(), jobs));
        let mut spool =
            Self { pool, door, held, id: new, adopted: Vec::new(), _lock: Arc::new(lock) };
        match spool.kept("node").await?.and_then(|id| id.parse().ok()) {
            Some(id) => spool.id = id,
            None => spool.keep("node", &new.to_string()).await?,
        }
        Ok(spool)
    }

    /// Whether the file is of that database. An empty one becomes that of a database that is there.
    async fn is_for(&self, database: &Whose) -> Result<bool, StoreError> {
        let kept = (self.kept("store").await?, self.kept("address").await?);
        let (name, address) = match database {
            Whose::At(address) => {
                return Ok(kept.0.is_some() && kept.1.as_ref() == Some(address));
            }
            Whose::Named { name, address } => (name, address),
        };
        if kept.0.as_ref() != Some(name) {
            if self.depth().await?.items > 0 {
                return Ok(false);
            }
            let mut tx = self.pool.begin().await?;
            sqlx::query("delete from never_ask").execute(&mut *tx).await?;
            sqlx::query("delete from kept where name <> 'node'").execute(&mut *tx).await?;
            tx.commit().await?;
            self.keep("store", name).await?;
        }
        self.keep("address", address).await?;
        Ok(true)
    }

    /// Takes over what another server has left, and removes its file.
    async fn adopt(&mut self, other: Self, file: &Path) -> Result<(), StoreError> {
        loop {
            let waits = other.next(MOST as u32).await?;
            if waits.is_empty() {
                break;
            }
            for one in &waits {
                let put = self.put(vec![one.item.clone()]).await?.pop();
                // Two servers kept two outcomes of one turn: neither is lost for the other.
                if let (Some(Put::Old(first)), Item::Turn(turn)) = (put, &one.item)
                    && !matches!(&*first, Item::Turn(first) if first.input == turn.input)
                {
                    self.put(vec![Item::Second(turn.clone())]).await?;
                }
            }
            other.done(&waits.iter().collect::<Vec<_>>()).await?;
        }
        let callers = other.never_ask().await?;
        self.keep_never_ask(&callers, &[]).await?;
        let left = other.depth().await?.items;
        other.close().await;
        if left == 0 {
            self.adopted.push(other.id);
            for end in ["", "-wal", "-shm"] {
                let mut name = file.as_os_str().to_owned();
                name.push(end);
                // What cannot be removed is empty, and taken over again the next time.
                let _ = std::fs::remove_file(PathBuf::from(name));
            }
        }
        Ok(())
    }

    /// How much waits in all files of a folder, also those that servers are using.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(super) async fn look(folder: &Path) -> Result<Depth, StoreError> {
        let mut sum = Depth::default();
        for (_, file) in files(folder) {
            let pool = pool::<Sqlite>(1);
            let pool = pool.connect_with(options(&file).read_only(true)).await?;
            let depth = depth(&pool).await;
            pool.close().await;
            let depth = depth?;
            sum.turns += depth.turns;
            sum.items += depth.items;
            sum.refused += depth.refused;
            sum.oldest_ms = sum.oldest_ms.into_iter().chain(depth.oldest_ms).min();
        }
        Ok(sum)
    }

    /// Puts parts of one interview in, or a notice, all or none; durable when it returns.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn put(&self, items: Vec<Item>) -> Result<Vec<Put>, StoreError> {
        let door = self.door.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (reply, answer) = oneshot::channel();
        let job = Job { items, reply };
        door.ok_or(StoreError::Busy)?.send(job).await.map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }

    /// Whether anything of that interview waits.
    pub(super) fn holds(&self, interview: InterviewId) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).parts.contains_key(&interview)
    }

    /// Whether nothing waits at all.
    pub(super) fn is_empty(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).due == 0
    }

    /// Looks again what is in the file, after another program has taken something out of it.
    async fn look_again(&self) -> Result<(), StoreError> {
        // By whoever writes, who notes what comes in.
        self.put(Vec::new()).await.map(drop)
    }

    /// What waits in that place of an interview.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) async fn first(
        &self,
        interview: InterviewId,
        place: i64,
    ) -> Result<Option<Item>, StoreError> {
        if !self.holds(interview) {
            return Ok(None);
        }
        first(&mut *self.pool.acquire().await?, interview, place).await
    }

    /// What comes next, lowest place first, without what was refused.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) async fn next(&self, most: u32) -> Result<Vec<Waits>, StoreError> {
        let rows: Vec<(i64, i64, String)> =
            sqlx::query_as(NEXT).bind(most).fetch_all(&self.pool).await?;
        if rows.is_empty() && !self.is_empty() {
            self.look_again().await?;
        }
        let mut waits = Vec::with_capacity(rows.len());
        for (seq, place, item) in rows {
            match serde_json::from_str(&item) {
                Ok(item) => waits.push(Waits { seq, place, item }),
                // Of another release, or damaged: kept for a person, not in the way of others.
                Err(fault) => self.refuse(seq, &format!("it cannot be read: {fault}")).await?,
            }
        }
        Ok(waits)
    }

    /// Forgets what the database has taken.
    ///
    /// # Errors
    /// If the file cannot be written; it is then brought to the database again, which is harmless.
    pub(super) async fn done(&self, stored: &[&Waits]) -> Result<(), StoreError> {
        let mut tx = self.pool.begin_with("begin immediate").await?;
        for waits in stored {
            sqlx::query(DONE).bind(waits.seq).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for waits in stored {
            held.take(waits.item.interview());
        }
        Ok(())
    }

    /// Keeps what the database will not take, with the reason.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn refuse(&self, seq: i64, why: &str) -> Result<(), StoreError> {
        let refused = sqlx::query(REFUSE).bind(why).bind(seq).execute(&self.pool).await?;
        if refused.rows_affected() > 0 {
            self.held.lock().unwrap_or_else(PoisonError::into_inner).refuse();
        }
        Ok(())
    }

    /// Forgets what was refused and came before that moment; says how much.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn forget_refused(&self, before_ms: Millis) -> Result<u64, StoreError> {
        let gone = sqlx::query(FORGET_REFUSED).bind(before_ms).execute(&self.pool).await?;
        if gone.rows_affected() > 0 {
            self.look_again().await?;
        }
        Ok(gone.rows_affected())
    }

    /// How much waits.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) async fn depth(&self) -> Result<Depth, StoreError> {
        depth(&self.pool).await
    }

    /// Who must never be asked, as it was last known here.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) async fn never_ask(&self) -> Result<Vec<CallerHash>, StoreError> {
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("select caller from never_ask").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(caller,)| CallerHash(*caller.as_bytes())).collect())
    }

    /// Keeps who must never be asked: `more` are added, `fewer` go.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn keep_never_ask(
        &self,
        more: &[CallerHash],
        fewer: &[CallerHash],
    ) -> Result<(), StoreError> {
        const ADD: &str = "insert into never_ask (caller)
            select unhex(value) from json_each(?) where true on conflict do nothing";
        const DROP: &str =
            "delete from never_ask where caller in (select unhex(value) from json_each(?))";
        // In parts, so that no caller's turn waits long for the file.
        for (callers, change) in [(more, ADD), (fewer, DROP)] {
            for part in callers.chunks(CALLERS) {
                let hex: Vec<_> = part.iter().map(|one| Uuid::from_bytes(one.0).simple()).collect();
                let hex = hex.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(",");
                sqlx::query(change).bind(format!("[{hex}]")).execute(&self.pool).await?;
            }
        }
        Ok(())
    }

    /// A value kept under a name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) async fn kept(&self, name: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> = sqlx::query_as("select value from kept where name = ?")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|(value,)| value))
    }

    /// Keeps a value under a name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn keep(&self, name: &str, value: &str) -> Result<(), StoreError> {
        const KEEP: &str = "insert into kept (name, value) values (?, ?)
            on conflict (name) do update set value = excluded.value where value <> excluded.value";
        sqlx::query(KEEP).bind(name).bind(value).execute(&self.pool).await?;
        Ok(())
    }

    /// Takes nothing more, and closes the file.
    pub(super) async fn close(&self) {
        drop(self.door.write().unwrap_or_else(PoisonError::into_inner).take());
        self.pool.close().await;
    }
}

async fn depth(pool: &SqlitePool) -> Result<Depth, StoreError> {
    let (turns, items, refused, oldest_ms): (i64, i64, i64, Option<i64>) =
        sqlx::query_as(DEPTH).fetch_one(pool).await?;
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok(Depth { turns: count(turns), items: count(items), refused: count(refused), oldest_ms })
}

impl Item {
    /// Whose it is; `None` for a notice.
    pub(super) fn interview(&self) -> Option<InterviewId> {
        match self {
            Self::Start(begin) => Some(begin.id),
            Self::Turn(turn) | Self::Second(turn) => Some(turn.id),
            Self::Notice(..) => None,
        }
    }

    /// Its place within the interview.
    fn place(&self) -> i64 {
        match self {
            Self::Start(_) => 0,
            Self::Turn(turn) => i64::from(turn.turn),
            Self::Second(turn) => SECOND + i64::from(turn.turn),
            Self::Notice(..) => LAST,
        }
    }

    fn at_ms(&self) -> Millis {
        match self {
            Self::Start(begin) => begin.started_ms,
            Self::Turn(turn) | Self::Second(turn) => turn.at_ms,
            Self::Notice(_, at_ms) => *at_ms,
        }
    }
}
