//! A fresh PostgreSQL database: created in the server that `tests/all` started, dropped at the end.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::needed;

/// Names the server: `postgres://user:password@host:port/database` of somebody who may create
/// databases.
pub const SERVER: &str = "AFTERCALL_TEST_POSTGRES";

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A database that is dropped with this value.
pub struct Temporary {
    server: String,
    name: String,
}

impl Temporary {
    /// A new, empty database.
    ///
    /// # Panics
    /// When no server is given, or it cannot be reached, or it refuses.
    pub async fn create() -> Self {
        let server = needed(SERVER);
        // The process id keeps two runs against one server apart.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("aftercall_test_{}_{number}", std::process::id());
        run(&server, format!("create database {name} template template0"))
            .await
            .unwrap_or_else(|error| panic!("no test database in {SERVER}: {error}"));
        Self { server, name }
    }

    /// The database's address.
    pub fn url(&self) -> String {
        let (before, options) = match self.server.split_once('?') {
            Some((before, options)) => (before, format!("?{options}")),
            None => (self.server.as_str(), String::new()),
        };
        let host = before.rsplit_once('/').map_or(before, |(host, _)| host);
        format!("{host}/{}{options}", self.name)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("drop database if exists {} with (force)", self.name);
        // A thread of its own, since a drop cannot wait and the test's own runtime may be ending.
        let dropped = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(run(&server, statement)).ok()
        })
        .join();
        if !matches!(dropped, Ok(Some(()))) {
            eprintln!("the test database {} could not be dropped", self.name);
        }
    }
}

async fn run(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dropped_database_is_gone() {
        let database = Temporary::create().await;
        let url = database.url();
        assert!(PgConnection::connect(&url).await.is_ok());
        drop(database);
        assert!(PgConnection::connect(&url).await.is_err());
    }
}
