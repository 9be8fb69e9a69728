//! The connection to SQLite that the writer has for itself, driven on the writer's own thread.
//!
//! sqlx runs each connection on a thread of its own and hands every statement, and every row that
//! it returns, from one thread to another. A batch of turns is a dozen statements, and on its way
//! cost more in switching than in writing. Here they run where the batch is worked out. Texts,
//! columns and transactions stay those of [`rows`](super::rows).
//!
//! Whoever else writes does so through sqlx's one connection for writing; [`Own::pen`] is held by
//! whichever of the two writes, so that they wait for each other in order rather than by SQLite's
//! retries.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{FromSql, Null};
use rusqlite::{Connection, OpenFlags, Row, Statement, ToSql};
use sqlx::error::{DatabaseError, ErrorKind};
use tokio::sync::OwnedMutexGuard;

use super::rows::Column;

/// How long a statement waits for another program that writes.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
pub(super) const STATEMENTS: usize = 512;
/// How every connection is set up. FULL: a commit is on the disk when it returns. What is deleted is
/// overwritten in the file, so that it is gone for whoever reads the file itself.
pub(super) const PRAGMAS: [(&str, &str); 5] = [
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", "on"),
    ("secure_delete", "on"),
    ("cache_size", "-16000"),
];

/// The writer's connection, opened when it is first needed.
#[derive(Debug)]
pub(crate) struct Own {
    file: PathBuf,
    read_only: bool,
    connection: Mutex<Option<Connection>>,
    pen: Arc<tokio::sync::Mutex<()>>,
}

impl Own {
    /// To that file, which must be there by the first transaction.
    pub(super) fn to(file: PathBuf, read_only: bool) -> Arc<Self> {
        Arc::new(Self { file, read_only, connection: Mutex::default(), pen: Arc::default() })
    }

    /// Waits until nobody else in this program writes; nobody does while it is held.
    pub(super) async fn pen(&self) -> OwnedMutexGuard<()> {
        self.pen.clone().lock_owned().await
    }

    /// Begins a transaction. Blocks its thread, as everything that it does.
    ///
    /// # Errors
    /// If the file cannot be opened or stays locked.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Writing, sqlx::Error> {
        let pen = self.pen().await;
        let kept = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        let connection = match kept {
            Some(connection) => connection,
            None => self.open().map_err(fault)?,
        };
        let writing = Writing { own: self.clone(), connection: Some(connection), _pen: pen };
        writing.now("begin immediate")?;
        Ok(writing)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let access = match self.read_only {
            true => OpenFlags::SQLITE_OPEN_READ_ONLY,
            false => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY)?;
        for (name, value) in PRAGMAS {
            connection.pragma_update(None, name, value)?;
        }
        // What a statement over many rows may have to undo: else it is written to a file.
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// Closes the connection; nobody may be writing.
    pub(super) fn close(&self) {
        drop(self.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// One transaction on that connection; rolled back unless it is committed.
pub(crate) struct Writing {
    own: Arc<Own>,
    /// `None` once it was given back.
    connection: Option<Connection>,
    _pen: OwnedMutexGuard<()>,
}

impl Writing {
    fn connection(&self) -> Result<&Connection, sqlx::Error> {
        self.connection.as_ref().ok_or(sqlx::Error::PoolClosed)
    }

    fn now(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut statement = self.connection()?.prepare_cached(sql).map_err(fault)?;
        statement.raw_execute().map_err(fault)?;
        Ok(())
    }

    /// A number that changes when another connection has committed something, and only then
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
    pub(super) fn data_version(&self) -> Result<i64, sqlx::Error> {
        let mut statement =
            self.connection()?.prepare_cached("pragma data_version").map_err(fault)?;
        statement.query_row([], |row| row.get(0)).map_err(fault)
    }

    /// Makes all of it durable.
    pub(super) fn commit(self) -> Result<(), sqlx::Error> {
        self.now("commit")
    }

    /// Runs a text over some of the rows; says how many rows of its table it touched.
    pub(super) fn run(
        &self,
        sql: &str,
        columns: &[Column<'_>],
        rows: std::ops::Range<usize>,
    ) -> Result<u64, sqlx::Error> {
        let mut statement = self.connection()?.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, columns, rows).map_err(fault)?;
        Ok(statement.raw_execute().map_err(fault)? as u64)
    }

    /// Runs a text over some of the rows and adds what it returns.
    pub(super) fn fetch<T: Plain>(
        &self,
        sql: &str,
        columns: &[Column<'_>],
        rows: std::ops::Range<usize>,
        into: &mut Vec<T>,
    ) -> Result<(), sqlx::Error> {
        let mut statement = self.connection()?.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, columns, rows).map_err(fault)?;
        let mut found = statement.raw_query();
        while let Some(row) = found.next().map_err(fault)? {
            into.push(T::read(row).map_err(fault)?);
        }
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // After a full disk SQLite has rolled back by itself; one that cannot roll back is given
        // up, and the next transaction opens another.
        if connection.is_autocommit() || connection.execute_batch("rollback").is_ok() {
            let mut kept = self.own.connection.lock().unwrap_or_else(PoisonError::into_inner);
            *kept = Some(connection);
        }
    }
}

/// Binds some rows of the columns, one row after the other.
fn bind(
    statement: &mut Statement<'_>,
    columns: &[Column<'_>],
    rows: std::ops::Range<usize>,
) -> rusqlite::Result<()> {
    let mut place = 0;
    for row in rows {
        for column in columns {
            place += 1;
            let mut to = |value: &dyn ToSql| statement.raw_bind_parameter(place, value);
            match column {
                Column::Id(v) => to(&v[row]),
                Column::IdOrNull(v) => or_null(v[row].as_ref(), to),
                Column::Int(v) => to(&v[row]),
                Column::IntOrNull(v) => or_null(v[row].as_ref(), to),
                Column::Text(v) => to(&v[row]),
                Column::TextOrNull(v) => or_null(v[row].as_ref(), to),
                Column::BytesOrNull(v) => or_null(v[row].as_ref(), to),
                Column::Bool(v) => to(&v[row]),
                Column::BoolOrNull(v) => or_null(v[row].as_ref(), to),
            }?;
        }
    }
    Ok(())
}

fn or_null<T: ToSql>(
    value: Option<&T>,
    mut to: impl FnMut(&dyn ToSql) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    match value {
        Some(value) => to(value),
        None => to(&Null),
    }
}

/// What can be read from a row of this connection: its columns in their order.
pub(crate) trait Plain: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// If a column holds something else.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self>;
}

macro_rules! tuples {
    ($(($($of:ident $at:tt),+))+) => {$(
        impl<$($of: FromSql),+> Plain for ($($of,)+) {
            fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
                Ok(($(row.get::<_, $of>($at)?,)+))
            }
        }
    )+};
}
tuples! { (A 0, B 1) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4, F 5) }

/// Says in which order the columns of a row's texts come: `plain!(Row { id, name })`.
macro_rules! plain {
    ($row:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::store::own::Plain for $row {
            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                let mut at = 0..;
                let mut next = |name: &str| {
                    let at = at.next().unwrap_or_default();
                    debug_assert_eq!(row.as_ref().column_name(at), Ok(name));
                    at
                };
                Ok(Self { $($field: row.get(next(stringify!($field)))?),+ })
            }
        }
    };
}
pub(crate) use plain;

/// A fault of this connection, as the store knows faults.
#[derive(Debug)]
pub(super) struct Fault {
    code: i32,
    words: String,
}

fn fault(fault: rusqlite::Error) -> sqlx::Error {
    match &fault {
        rusqlite::Error::SqliteFailure(code, _) => {
            let (code, words) = (code.extended_code, fault.to_string());
            sqlx::Error::Database(Box::new(Fault { code, words }))
        }
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => sqlx::Error::Decode(Box::new(fault)),
        _ => sqlx::Error::Protocol(fault.to_string()),
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.words)
    }
}

impl StdError for Fault {}

impl DatabaseError for Fault {
    fn message(&self) -> &str {
        &self.words
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            1555 | 2067 => ErrorKind::UniqueViolation,
            787 => ErrorKind::ForeignKeyViolation,
            1299 => ErrorKind::NotNullViolation,
            275 => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}
