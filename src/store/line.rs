//! The connection to PostgreSQL that a writer keeps from one batch to the next.
//!
//! A pool asks a connection whether it is alive when it is taken and twice when it is given back:
//! three more ways to the database and back for each batch of turns. Here the `begin` of a batch
//! is that question. Whatever goes wrong, also a batch that nobody waits for any more, ends the
//! connection, and the next batch makes another one.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, Postgres, Transaction};

use super::open::GIVE_UP;

/// A writer's connection, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Line {
    options: PgConnectOptions,
    kept: Mutex<Option<PgConnection>>,
}

impl Line {
    /// To that database.
    pub(super) fn to(options: PgConnectOptions) -> Arc<Self> {
        Arc::new(Self { options, kept: Mutex::default() })
    }

    /// Begins a transaction; on another connection where the one that was kept is lost.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<OnLine, sqlx::Error> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut connection) = kept
            && begin(&mut connection).await.is_ok()
        {
            return Ok(OnLine { line: self.clone(), connection });
        }
        let mut connection = PgConnection::connect_with(&self.options).await?;
        sqlx::raw_sql(GIVE_UP).execute(&mut connection).await?;
        begin(&mut connection).await?;
        Ok(OnLine { line: self.clone(), connection })
    }

    /// Ends the connection that was kept.
    pub(super) async fn close(&self) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(connection) = kept {
            // Whether or not the database hears of it.
            let _ = connection.close().await;
        }
    }
}

async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("begin").execute(connection).await?;
    Ok(())
}

/// One transaction on that connection. Dropped without a commit, it takes the connection along,
/// and the database rolls back.
pub(crate) struct OnLine {
    line: Arc<Line>,
    connection: PgConnection,
}

/// One transaction on PostgreSQL, on whichever kind of connection.
pub(crate) enum Whole {
    /// On one of a pool.
    Pool(Transaction<'static, Postgres>),
    /// On a writer's own.
    Line(OnLine),
}

impl Whole {
    /// Makes all of it durable.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Pool(tx) => tx.commit().await,
            Self::Line(OnLine { line, mut connection }) => {
                sqlx::raw_sql("commit").execute(&mut connection).await?;
                *line.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
                Ok(())
            }
        }
    }
}

impl Deref for Whole {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Pool(tx) => tx,
            Self::Line(tx) => &tx.connection,
        }
    }
}

impl DerefMut for Whole {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Pool(tx) => tx,
            Self::Line(tx) => &mut tx.connection,
        }
    }
}
