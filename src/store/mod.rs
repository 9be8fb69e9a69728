//! ALL SQL. sqlx lives here and nowhere else.
//!
//! One source of SQL for SQLite and PostgreSQL: each statement stands once, in the common subset
//! described in `migrations/README.md`. Knows the types of survey and interview, not their logic.

mod anonymous;
pub mod audit;
mod away;
mod backup;
mod batch;
mod begin;
pub mod browse;
pub mod calls;
pub mod cases;
pub mod comments;
pub mod deliveries;
pub mod doctor;
pub mod erasure;
pub mod handovers;
pub mod interviews;
pub mod leases;
pub mod lens;
mod line;
pub mod link;
pub mod marks;
pub mod names;
pub mod nodes;
pub mod observed;
mod open;
mod own;
pub mod partitions;
pub mod people;
mod periods;
pub mod published;
mod recent;
pub mod recordings;
pub mod recount;
mod rehearsal;
pub mod report;
pub mod retention;
pub mod rows;
mod spool;
pub mod subject;
pub mod surveys;
pub mod switches;
pub mod tally;
pub mod targets;
pub mod telling;
pub mod tokens;
pub mod unasked;
pub mod wall;
pub mod writer;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::interview::{Disposition, Fact, Input, InterviewId, Millis, Outcome};
use crate::survey::Version;

pub use away::Spooled;
pub use cases::{Case, CasePage, CaseReason, Opening};
pub use comments::{Comment, CommentStatus};
pub use deliveries::{Delivery, DeliveryPage, DeliveryStatus, Parcel, Way};
pub use doctor::Difference;
pub use names::{Agent, Named};
pub use recordings::{Due, Missing};
pub use recount::{By, Recounted};
pub use rehearsal::{Outage, Rehearsal};
pub use spool::{Depth, Item, Sought, Waiting, Waits};
pub use tally::{Answer, NOT_LINKED, RECORDED, SAMPLED_OUT, Unit};
pub use unasked::{Handled, Judge, Judged, LEFT_OUT, UNASKED};

/// Keyed hash of a caller's number, 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallerHash(pub [u8; 16]);

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, was away, or its answer is unknown.
    #[error("the database could not be reached or refused: {0}")]
    Database(#[from] sqlx::Error),
    /// Migrations failed.
    #[error("the database's tables could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A newer program changed the tables so that this one cannot read them.
    #[error(
        "database_url: a newer aftercall has changed this database so that it needs schema number \
         {needs} or newer; this program has {has}. Install the newer program, or restore the backup \
         from before"
    )]
    TooNew {
        /// `min_reader` in the database.
        needs: i64,
        /// This program's number.
        has: i64,
    },
    /// Something in the settings does not fit what the store was made with.
    #[error("{0}")]
    Mismatch(String),
    /// It belongs to a day that is closed.
    #[error(
        "its day is closed: what is behind the tallies of that day was removed when it was old \
         enough ([retention]), and nothing is added to it"
    )]
    ClosedDay,
    /// A stored value that this program cannot read.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// The batch that this was part of failed as a whole.
    #[error("{0}")]
    Batch(Arc<StoreError>),
    /// The writer stopped or its queue stayed full beyond the time allowed.
    #[error("the writer did not take the turn in time")]
    Busy,
}

impl StoreError {
    /// Whether the database did not answer, or does not serve for now: nothing that was given is
    /// wrong.
    pub fn is_of_the_way(&self) -> bool {
        match self {
            Self::Busy
            | Self::Database(
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_),
            ) => true,
            // Class 08 connection, 53 resources, 57 the operator's doing (starting up, shutting
            // down).
            Self::Database(sqlx::Error::Database(fault)) => {
                let code = fault.code().unwrap_or_default();
                ["08", "53", "57"].iter().any(|class| code.starts_with(class))
            }
            Self::Batch(fault) => fault.is_of_the_way(),
            _ => false,
        }
    }

    /// Whether a text was given that PostgreSQL can neither keep nor look for: one with a NUL.
    pub fn is_no_text(&self) -> bool {
        let Self::Database(sqlx::Error::Database(fault)) = self else { return false };
        // character_not_in_repertoire, https://www.postgresql.org/docs/15/errcodes-appendix.html
        fault.code().is_some_and(|code| code == "22021")
    }

    /// Whether the data are at fault rather than the database or the way to it: trying again does
    /// not help.
    pub fn is_of_data(&self) -> bool {
        match self {
            Self::Batch(fault) => writer::is_of_data(fault),
            fault => writer::is_of_data(fault),
        }
    }
}

/// What is written when a start request was decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begin {
    /// The interview.
    pub id: InterviewId,
    /// Name of the provider section.
    pub provider: String,
    /// The provider's id of the call.
    pub call_ref: Option<String>,
    /// Hand-over part of the id, may be empty.
    pub handover: String,
    /// Survey version.
    pub survey: Version,
    /// Language code at the start.
    pub language: String,
    /// `phone`, or another channel.
    pub channel: String,
    /// Local day of the start, days since 1970-01-01.
    pub day: i64,
    /// When.
    pub started_ms: Millis,
    /// When its time is up; it is closed two minutes later.
    pub limit_ms: Millis,
    /// Whose number.
    pub caller: Option<CallerHash>,
    /// Its last three digits.
    pub caller_last: Option<String>,
    /// It, encrypted, if a manager may be asked to call back; forgotten when the interview closes
    /// without such a wish.
    pub caller_sealed: Option<Vec<u8>>,
    /// The rule that said no; empty when offered.
    pub ineligible: String,
    /// What the start decided, as JSON, for a repeated start.
    pub opening: String,
    /// The state's bytes.
    pub state: Vec<u8>,
    /// Index of the question that the first document asks; `None` where it asks something else.
    pub open_question: Option<u8>,
    /// Disposition so far: `NoContact`, or `Ineligible`.
    pub disposition: Disposition,
    /// What the hand-over said; codes and names, made known if new.
    pub said: Said,
}

/// What a hand-over said of who served the call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The agent's code.
    pub agent: Option<String>,
    /// The team's name.
    pub team: Option<String>,
    /// The queue's name.
    pub queue: Option<String>,
    /// The provider's id of the leg.
    pub leg: Option<String>,
    /// Seconds of talk.
    pub talk: Option<u32>,
    /// The centre's id of the call.
    pub call: Option<String>,
    /// Names said twice with different values, as JSON.
    pub conflicts: Option<String>,
}

/// An interview's row, as far as the desk needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The interview.
    pub id: InterviewId,
    /// It began just now, by this very request.
    pub new: bool,
    /// Survey version.
    pub survey: Version,
    /// The rule that said no; empty when offered.
    pub ineligible: String,
    /// What the start decided.
    pub opening: String,
    /// When it started.
    pub started_ms: Millis,
    /// Newest turn.
    pub turn: u8,
    /// When that was recorded.
    pub recorded_ms: Millis,
    /// The state after it, bytes.
    pub state: Vec<u8>,
    /// How it stands by all that is stored.
    pub disposition: Disposition,
    /// Whether it said its last word, was never offered, or was found expired.
    pub closed: bool,
    /// The moment from which nothing more is written for it: its last word, a minute after a
    /// hang-up notice, or two minutes after its limit. May be past although `closed` is not set
    /// yet.
    pub closes_ms: Millis,
}

/// What the start reads, in one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The interview if its start came before.
    pub known: Option<Known>,
    /// Offers to the same caller since the given time, this interview not counted.
    pub offers: u32,
    /// Whether the store says never-ask.
    pub never_ask: bool,
    /// The language of the same call's newest other interview in which the caller was heard.
    pub spoken: Option<String>,
}

/// What turns did that could not be stored when they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The earliest of those turns. Another outcome that is stored for one of them is another
    /// request's, whose way the call did not go on: the carried one stands.
    pub since: u8,
    /// Question and outcome, as far as this turn has not changed them again.
    pub items: Vec<(u8, Outcome)>,
}

/// What is written for one turn: the claim, the facts, and all that follows from them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Turn {
    /// The interview.
    pub id: InterviewId,
    /// Its turn, from 1.
    pub turn: u8,
    /// When it came.
    pub at_ms: Millis,
    /// What came.
    pub input: Input,
    /// What happened.
    pub facts: Vec<Fact>,
    /// Items whose outcome changed: question and new outcome.
    pub items: Vec<(u8, Outcome)>,
    /// Items of turns before it that could not be stored.
    pub carried: Carried,
    /// Language after the turn.
    pub language: String,
    /// State after the turn, bytes.
    pub state: Vec<u8>,
    /// Index of the question that the next document asks; `None` where it asks something else.
    pub open_question: Option<u8>,
    /// Whether an answer is stored by now.
    pub started: bool,
    /// Disposition by now.
    pub disposition: Disposition,
    /// The interview ended with this turn.
    pub ended: bool,
}

/// Who was first with a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// This request: its facts are stored.
    Won,
    /// Another one: what it brought, to be stepped from instead.
    Lost(Box<StoredTurn>),
    /// The interview is closed or unknown; nothing was written.
    Closed,
}

/// A stored turn.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTurn {
    /// Its number.
    pub turn: u8,
    /// When it came.
    pub at_ms: Millis,
    /// What came.
    pub input: Input,
    /// What happened.
    pub facts: Vec<Fact>,
}

/// The schema number that this program knows: the number of its newest migration.
pub const SCHEMA: i64 = 14;

/// One database: SQLite in a file, or PostgreSQL. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pools: Pools,
    names: Arc<names::Names>,
    anonymous: Arc<anonymous::Known>,
    reach: Arc<away::Reach>,
    rehearsal: Rehearsal,
    writer: writer::Writer,
}

/// The two engines. SQLite has one connection for the writer, one for all else that writes, and a
/// few that read. Reports have
/// connections of their own: however many people look, no webhook waits for them.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    /// SQLite.
    Sqlite {
        /// The only connection that writes, but for the writer's; hold the pen for it.
        write: sqlx::SqlitePool,
        /// Read-only connections.
        read: sqlx::SqlitePool,
        /// Read-only connections for reports and lists.
        reports: sqlx::SqlitePool,
        /// The writer's.
        own: Arc<own::Own>,
    },
    /// PostgreSQL.
    Postgres {
        /// Connections for everything else.
        calls: sqlx::PgPool,
        /// Connections for reports and lists.
        reports: sqlx::PgPool,
    },
}

/// Runs one body against whichever database it is, for reading: `read!(store, |db| …)`.
/// The body is compiled twice, once for each engine.
macro_rules! read {
    ($store:expr, |$db:ident| $body:expr) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite { read, .. } => {
                let $db = read;
                $body
            }
            $crate::store::Pools::Postgres { calls: pool, .. } => {
                let $db = pool;
                $body
            }
        }
    };
}
pub(crate) use read;

/// As `read!`, on the connections that reports have for themselves.
macro_rules! look_up {
    ($store:expr, |$db:ident| $body:expr) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite { reports, .. } => {
                let $db = reports;
                $body
            }
            $crate::store::Pools::Postgres { reports, .. } => {
                let $db = reports;
                $body
            }
        }
    };
}
pub(crate) use look_up;

/// Runs one body in a write transaction: `write_tx!(store, |tx| …)`; `tx` is `&mut Connection`.
/// SQLite begins immediately, so that a transaction that reads first is never refused later.
/// Commits if the body gives a value; an early `?` rolls back.
macro_rules! write_tx {
    ($store:expr, |$tx:ident| $body:expr) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite { write, own, .. } => {
                let _pen = own.pen().await;
                let mut transaction = write.begin_with("begin immediate").await?;
                let $tx = &mut *transaction;
                let value = $body;
                transaction.commit().await?;
                value
            }
            $crate::store::Pools::Postgres { calls: pool, .. } => {
                let mut transaction = pool.begin().await?;
                let $tx = &mut *transaction;
                let value = $body;
                transaction.commit().await?;
                value
            }
        }
    };
}
pub(crate) use write_tx;

impl Pools {
    /// The value kept under a name in `meta`; `None` also where the table is not there yet.
    async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        const READ: &str = "select value from meta where name = $1";
        let found: Result<Option<(String,)>, sqlx::Error> = match self {
            Pools::Sqlite { write, .. } => {
                sqlx::query_as(READ).bind(name).fetch_optional(write).await
            }
            Pools::Postgres { calls, .. } => {
                sqlx::query_as(READ).bind(name).fetch_optional(calls).await
            }
        };
        match found {
            Ok(row) => Ok(row.map(|(value,)| value)),
            Err(sqlx::Error::Database(fault)) if missing_table(fault.as_ref()) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn refuse_newer(&self) -> Result<(), StoreError> {
        let needs = self.meta("min_reader").await?.and_then(|n| n.parse().ok()).unwrap_or(0);
        if needs > SCHEMA {
            return Err(StoreError::TooNew { needs, has: SCHEMA });
        }
        Ok(())
    }
}

impl Store {
    fn on(pools: Pools) -> Self {
        let names = Arc::default();
        let rehearsal = Rehearsal::default();
        let writer = writer::Writer::start(&pools, &names, &rehearsal);
        let (anonymous, reach) = (Arc::default(), Arc::default());
        Self { pools, names, anonymous, reach, rehearsal, writer }
    }

    /// What makes this store behave as if its database failed.
    pub fn rehearsal(&self) -> Rehearsal {
        self.rehearsal.clone()
    }

    /// Asks the database for nothing.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.pools.meta("min_reader").await?;
        Ok(())
    }

    /// Keeps a value under a name the first time, and says what is kept from then on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn remember(&self, name: &str, value: &str) -> Result<String, StoreError> {
        const KEEP: &str =
            "insert into meta (name, value) values ($1, $2) on conflict (name) do nothing";
        write_tx!(self, |tx| sqlx::query(KEEP)
            .bind(name)
            .bind(value)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(self.pools.meta(name).await?.unwrap_or_default())
    }

    /// The value kept under a name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn kept(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.pools.meta(name).await
    }

    /// Replaces a value kept under a name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replace(&self, name: &str, value: &str) -> Result<(), StoreError> {
        const PUT: &str = "insert into meta (name, value) values ($1, $2)
            on conflict (name) do update set value = excluded.value";
        write_tx!(self, |tx| sqlx::query(PUT)
            .bind(name)
            .bind(value)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Writes what was handed to the writer, then closes all connections; a later use fails.
    pub async fn close(&self) {
        self.writer.stop().await;
        self.close_spool().await;
        match &self.pools {
            Pools::Sqlite { write, read, reports, own } => {
                own.close();
                reports.close().await;
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { calls, reports } => {
                reports.close().await;
                calls.close().await;
            }
        }
    }
}

/// Whether the fault says that a table does not exist (PostgreSQL 42P01; SQLite says so in words).
fn missing_table(fault: &dyn sqlx::error::DatabaseError) -> bool {
    fault.code().is_some_and(|code| code == "42P01") || fault.message().contains("no such table")
}
