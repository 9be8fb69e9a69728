//! Statements over many rows, each written once for both databases.
//!
//! A text holds at most one `{rows TYPE, TYPE, …}`. SQLite gets `values (?, ?), (?, ?), …` there
//! (plain `?`, since it looks up numbered names one by one), PostgreSQL `select * from unnest($1,
//! $2)` with one array for each column. `{lock}` and `{share}` at the end of a select lock the
//! rows read on PostgreSQL; on SQLite a write transaction is alone anyway. A text without
//! `{rows}` has `$1 $2 …` and runs once.
//!
//! PostgreSQL leaves out the partitions that hold none of the ids when it knows them as it plans:
//! so `in ({rows TYPE})` becomes `= any($1)` there, and a statement that joins a partitioned table
//! to its rows says `{of COLUMN}` after a condition, " and this column is one of the first ones".

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, FromRow, Sqlite, Transaction};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::Pools;
use super::line::{Line, Whole};
use super::own::{Own, Plain, Writing};

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Most rows that one SQLite statement takes. With 32 columns this is a quarter of SQLite's limit
/// of 32,766 parameters.
const CHUNK: usize = 256;

/// So many rows are one statement, whatever their number.
const FEW: usize = 8;

/// Rows taken before others get their turn: packed ones are worth some 50 µs each.
const AT_A_TIME: u32 = 16;

/// One column of the rows that a statement gets.
pub(crate) enum Column<'a> {
    /// Ids.
    Id(Vec<Uuid>),
    /// Ids, or null.
    IdOrNull(Vec<Option<Uuid>>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Whole numbers, or null.
    IntOrNull(Vec<Option<i64>>),
    /// Texts.
    Text(Vec<&'a str>),
    /// Texts, or null.
    TextOrNull(Vec<Option<&'a str>>),
    /// Bytes, or null.
    BytesOrNull(Vec<Option<&'a [u8]>>),
    /// Yes or no.
    Bool(Vec<bool>),
    /// Yes, no, or null.
    BoolOrNull(Vec<Option<bool>>),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Id(v) => v.len(),
            Self::IdOrNull(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::IntOrNull(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::TextOrNull(v) => v.len(),
            Self::BytesOrNull(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::BoolOrNull(v) => v.len(),
        }
    }

    /// Adds the value of one row.
    fn add_one<A: Arguments>(&self, row: usize, to: &mut A) -> Result<(), sqlx::Error>
    where
        Uuid: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        Option<Uuid>: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        i64: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        Option<i64>: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        String: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        Option<String>: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        Option<Vec<u8>>: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        bool: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        Option<bool>: for<'q> sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
    {
        match self {
            Self::Id(v) => to.add(v[row]),
            Self::IdOrNull(v) => to.add(v[row]),
            Self::Int(v) => to.add(v[row]),
            Self::IntOrNull(v) => to.add(v[row]),
            Self::Text(v) => to.add(v[row].to_owned()),
            Self::TextOrNull(v) => to.add(v[row].map(str::to_owned)),
            Self::BytesOrNull(v) => to.add(v[row].map(<[u8]>::to_vec)),
            Self::Bool(v) => to.add(v[row]),
            Self::BoolOrNull(v) => to.add(v[row]),
        }
        .map_err(sqlx::Error::Encode)
    }

    /// Adds the whole column as one array.
    fn add_all(&self, to: &mut PgArguments) -> Result<(), sqlx::Error> {
        match self {
            Self::Id(v) => to.add(v.as_slice()),
            Self::IdOrNull(v) => to.add(v.as_slice()),
            Self::Int(v) => to.add(v.as_slice()),
            Self::IntOrNull(v) => to.add(v.as_slice()),
            Self::Text(v) => to.add(v.as_slice()),
            Self::TextOrNull(v) => to.add(v.as_slice()),
            Self::BytesOrNull(v) => to.add(v.as_slice()),
            Self::Bool(v) => to.add(v.as_slice()),
            Self::BoolOrNull(v) => to.add(v.as_slice()),
        }
        .map_err(sqlx::Error::Encode)
    }
}

/// What can be read from a row of either database.
pub(crate) trait Readable:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Readable for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// The connection that a writer has for itself.
#[derive(Clone)]
pub(super) enum Hand {
    /// To SQLite.
    Sqlite(Arc<Own>),
    /// To PostgreSQL.
    Postgres(Arc<Line>),
}

/// One transaction on either database.
pub(crate) enum Tx {
    /// On SQLite; with the pen where it writes.
    Sqlite(Transaction<'static, Sqlite>, Option<OwnedMutexGuard<()>>),
    /// On the writer's own connection to SQLite.
    Own(Writing),
    /// On PostgreSQL.
    Postgres(Whole),
}

const SNAPSHOT: &str = "begin isolation level repeatable read read only";

impl Tx {
    /// Begins a transaction that writes. SQLite begins immediately, so that one that reads first
    /// is not refused later.
    pub(crate) async fn write(pools: &Pools) -> Result<Self, sqlx::Error> {
        Ok(match pools {
            Pools::Sqlite { write, own, .. } => {
                let pen = own.pen().await;
                Self::Sqlite(write.begin_with("begin immediate").await?, Some(pen))
            }
            Pools::Postgres { calls, .. } => Self::Postgres(Whole::Pool(calls.begin().await?)),
        })
    }

    /// As [`Tx::write`], for the writer: on SQLite it blocks its thread and changes to no other.
    /// What is fetched in it must be [`Plain`]; see [`Tx::fetch_plain`].
    pub(super) async fn of_writer(hand: &Hand) -> Result<Self, sqlx::Error> {
        Ok(match hand {
            Hand::Sqlite(own) => Self::Own(own.begin().await?),
            Hand::Postgres(line) => Self::Postgres(Whole::Line(line.begin().await?)),
        })
    }

    /// How often other connections had committed something when this transaction of a writer began;
    /// the number means nothing but by its change. `None` where the database does not count it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn commits_of_others(&self) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Own(tx) => tx.data_version().map(Some),
            Self::Sqlite(..) | Self::Postgres(_) => Ok(None),
        }
    }

    /// Begins a transaction that only reads, and all of it from one moment.
    pub(crate) async fn snapshot(pools: &Pools) -> Result<Self, sqlx::Error> {
        Ok(match pools {
            Pools::Sqlite { read, .. } => Self::Sqlite(read.begin().await?, None),
            Pools::Postgres { calls, .. } => {
                Self::Postgres(Whole::Pool(calls.begin_with(SNAPSHOT).await?))
            }
        })
    }

    /// As [`Tx::snapshot`], on the connections that reports have for themselves.
    pub(crate) async fn look_up(pools: &Pools) -> Result<Self, sqlx::Error> {
        Ok(match pools {
            Pools::Sqlite { reports, .. } => Self::Sqlite(reports.begin().await?, None),
            Pools::Postgres { reports, .. } => {
                Self::Postgres(Whole::Pool(reports.begin_with(SNAPSHOT).await?))
            }
        })
    }

    /// Makes all of it durable.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx, _pen) => tx.commit().await,
            Self::Own(tx) => tx.commit(),
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Runs a statement over the rows and gives what it returns, in no order. No rows: nothing
    /// runs.
    pub(crate) async fn fetch<T: Readable>(
        &mut self,
        text: &'static str,
        columns: &[Column<'_>],
    ) -> Result<Vec<T>, sqlx::Error> {
        let mut all = Vec::new();
        match self {
            Self::Sqlite(tx, _) => {
                for (rows, arguments) in sqlite_parts(text, columns)? {
                    let sql = AssertSqlSafe(expanded(text, Engine::Sqlite, rows));
                    let query = sqlx::query_as_with::<_, T, _>(sql, arguments);
                    all.append(&mut query.fetch_all(&mut **tx).await?);
                }
            }
            Self::Postgres(tx) => {
                if let Some(arguments) = postgres_arguments(text, columns)? {
                    let sql = AssertSqlSafe(expanded(text, Engine::Postgres, 1));
                    all =
                        sqlx::query_as_with::<_, T, _>(sql, arguments).fetch_all(&mut **tx).await?;
                }
            }
            Self::Own(_) => return Err(not_plain()),
        }
        Ok(all)
    }

    /// As [`Tx::fetch`], also in a transaction of the writer.
    pub(super) async fn fetch_plain<T: Readable + Plain>(
        &mut self,
        text: &'static str,
        columns: &[Column<'_>],
    ) -> Result<Vec<T>, sqlx::Error> {
        let Self::Own(tx) = self else { return self.fetch(text, columns).await };
        let mut all = Vec::new();
        for part in parts(text, columns) {
            tx.fetch(&expanded(text, Engine::Sqlite, part.len()), columns, part, &mut all)?;
        }
        Ok(all)
    }

    /// Runs a statement without `{rows}` and hands over what it returns row by row, in no order,
    /// so that many rows need not be kept.
    pub(crate) async fn each<T: Readable>(
        &mut self,
        text: &'static str,
        columns: &[Column<'_>],
        mut take: impl FnMut(T),
    ) -> Result<(), sqlx::Error> {
        macro_rules! each {
            ($tx:ident, $arguments:expr) => {{
                let mut rows = sqlx::query_as_with::<_, T, _>(text, $arguments).fetch(&mut **$tx);
                let mut taken = 0_u32;
                while let Some(row) = rows.try_next().await? {
                    take(row);
                    taken += 1;
                    if taken.is_multiple_of(AT_A_TIME) {
                        // Rows that are ready never make their reader wait, and whoever takes
                        // them keeps others from this thread.
                        tokio::task::yield_now().await;
                    }
                }
            }};
        }
        match self {
            Self::Sqlite(tx, _) => {
                for (_, arguments) in sqlite_parts(text, columns)? {
                    each!(tx, arguments);
                }
            }
            Self::Postgres(tx) => {
                if let Some(arguments) = postgres_arguments(text, columns)? {
                    each!(tx, arguments);
                }
            }
            Self::Own(_) => return Err(not_plain()),
        }
        Ok(())
    }

    /// Runs a statement over the rows and says how many rows of its table it touched.
    pub(crate) async fn run(
        &mut self,
        text: &'static str,
        columns: &[Column<'_>],
    ) -> Result<u64, sqlx::Error> {
        let mut touched = 0;
        match self {
            Self::Sqlite(tx, _) => {
                for (rows, arguments) in sqlite_parts(text, columns)? {
                    let sql = AssertSqlSafe(expanded(text, Engine::Sqlite, rows));
                    let query = sqlx::query_with(sql, arguments);
                    touched += query.execute(&mut **tx).await?.rows_affected();
                }
            }
            Self::Postgres(tx) => {
                if let Some(arguments) = postgres_arguments(text, columns)? {
                    let sql = AssertSqlSafe(expanded(text, Engine::Postgres, 1));
                    let query = sqlx::query_with(sql, arguments);
                    touched = query.execute(&mut **tx).await?.rows_affected();
                }
            }
            Self::Own(tx) => {
                for part in parts(text, columns) {
                    touched +=
                        tx.run(&expanded(text, Engine::Sqlite, part.len()), columns, part)?;
                }
            }
        }
        Ok(touched)
    }
}

/// A fault of ours: the writer's connection reads what is [`Plain`] and nothing else.
fn not_plain() -> sqlx::Error {
    sqlx::Error::Protocol("the writer reads by fetch_plain alone".into())
}

/// The rows of each SQLite statement: all of a few, else parts whose lengths are powers of two, so
/// that there are few different texts and the connection keeps them prepared.
fn parts(text: &str, columns: &[Column<'_>]) -> impl Iterator<Item = Range<usize>> {
    let rows = if has_rows(text) { columns.first().map_or(0, Column::len) } else { 1 };
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = rows - from;
        let power = 1 << rest.checked_ilog2()?;
        let part = if rest <= FEW { rest } else { CHUNK.min(power) };
        from += part;
        Some(from - part..from)
    })
}

/// The arguments of each of those.
fn sqlite_parts(
    text: &str,
    columns: &[Column<'_>],
) -> Result<Vec<(usize, SqliteArguments)>, sqlx::Error> {
    let arguments = |part: Range<usize>| {
        let mut arguments = SqliteArguments::default();
        for row in part.clone() {
            for column in columns {
                column.add_one(row, &mut arguments)?;
            }
        }
        Ok((part.len(), arguments))
    };
    parts(text, columns).map(arguments).collect()
}

fn postgres_arguments(
    text: &str,
    columns: &[Column<'_>],
) -> Result<Option<PgArguments>, sqlx::Error> {
    let mut arguments = PgArguments::default();
    if has_rows(text) {
        if columns.first().is_none_or(|column| column.len() == 0) {
            return Ok(None);
        }
        columns.iter().try_for_each(|column| column.add_all(&mut arguments))?;
    } else {
        columns.iter().try_for_each(|column| column.add_one(0, &mut arguments))?;
    }
    Ok(Some(arguments))
}

fn has_rows(text: &str) -> bool {
    text.contains("{rows ")
}

/// Every text in the form a database gets, kept for the life of the process: there are few.
static TEXTS: LazyLock<RwLock<HashMap<Key, Arc<str>>>> = LazyLock::new(RwLock::default);

/// Address and length of the template, the database, the number of rows.
type Key = (usize, usize, Engine, usize);

fn expanded(text: &'static str, engine: Engine, rows: usize) -> Arc<str> {
    // A static text is named by its address and length; its content need not be hashed each time.
    let key = (text.as_ptr().addr(), text.len(), engine, rows);
    if let Some(kept) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(kept);
    }
    let made: Arc<str> = expand(text, engine, rows).into();
    TEXTS.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone()
}

/// The text for one database and that many rows.
pub fn expand(text: &str, engine: Engine, rows: usize) -> String {
    let (lock, share) = match engine {
        Engine::Sqlite => ("", ""),
        Engine::Postgres => ("for update", "for share"),
    };
    let mut text = text.replace("{lock}", lock).replace("{share}", share);
    while let Some((before, rest)) = text.split_once("{of ") {
        let Some((column, after)) = rest.split_once('}') else { break };
        text = match engine {
            Engine::Sqlite => format!("{}{after}", before.trim_end()),
            Engine::Postgres => format!("{before}and {column} = any($1){after}"),
        };
    }
    let Some((before, rest)) = text.split_once("{rows ") else { return text };
    let Some((types, after)) = rest.split_once('}') else { return text };
    let types: Vec<&str> = types.split(',').map(str::trim).collect();
    let middle = match engine {
        Engine::Sqlite => {
            let row = format!("({})", vec!["?"; types.len()].join(", "));
            format!("values {}", vec![row.as_str(); rows].join(", "))
        }
        Engine::Postgres => {
            let arrays: Vec<String> =
                types.iter().zip(1..).map(|(of, n)| format!("${n}::{of}[]")).collect();
            let list = (types.len() == 1 && !before.ends_with("not in ("))
                .then(|| before.strip_suffix("in (").zip(after.strip_prefix(')')))
                .flatten();
            if let Some((before, after)) = list {
                return format!("{before}= any({}){after}", arrays.join(", "));
            }
            format!("select * from unnest({})", arrays.join(", "))
        }
    };
    format!("{before}{middle}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_becomes_two() {
        let text = "insert into t (a, b) {rows uuid, bigint} on conflict do nothing";
        assert_eq!(
            expand(text, Engine::Sqlite, 2),
            "insert into t (a, b) values (?, ?), (?, ?) on conflict do nothing"
        );
        assert_eq!(
            expand(text, Engine::Postgres, 2),
            "insert into t (a, b) select * from unnest($1::uuid[], $2::bigint[]) on conflict do nothing"
        );
        let text = "delete from t where a in ({rows uuid}) and b";
        assert_eq!(
            expand(text, Engine::Sqlite, 2),
            "delete from t where a in (values (?), (?)) and b"
        );
        assert_eq!(
            expand(text, Engine::Postgres, 2),
            "delete from t where a = any($1::uuid[]) and b"
        );
        let text = "with v (a, b) as ({rows uuid, bigint})
            update t set b = v.b from v where t.a = v.a {of t.a}";
        assert!(expand(text, Engine::Sqlite, 1).ends_with("from v where t.a = v.a"));
        assert!(expand(text, Engine::Postgres, 1).ends_with("where t.a = v.a and t.a = any($1)"));
        assert_eq!(expand("select a {lock}", Engine::Sqlite, 1), "select a ");
        assert_eq!(expand("select a {lock}", Engine::Postgres, 1), "select a for update");
    }

    #[test]
    fn parts_hold_every_row_and_have_few_lengths() {
        let text = "{rows bigint}";
        for (rows, expected) in
            [(0, vec![]), (1, vec![1]), (7, vec![7]), (13, vec![8, 5]), (300, vec![256, 32, 8, 4])]
        {
            let columns = [Column::Int(vec![7; rows])];
            let parts = sqlite_parts(text, &columns).expect("encodes");
            let lengths: Vec<usize> = parts.iter().map(|(length, _)| *length).collect();
            assert_eq!(lengths, expected);
            assert!(parts.iter().all(|(length, arguments)| arguments.len() == *length));
        }
    }
}
