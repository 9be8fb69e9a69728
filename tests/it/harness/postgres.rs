//! A fresh PostgreSQL database: created in the server that `tests/all` started, dropped when its
//! test is over. What is left when the tests end goes away with that server.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::needed;

/// Names the server: `postgres://user:password@host:port/database` of somebody who may create
/// databases.
pub const SERVER: &str = "AFTERCALL_TEST_POSTGRES";

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A database that is dropped soon after this value.
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
    /// Leaves the dropping to a thread that nobody waits for. Whoever waited here would hold up
    /// the other futures of its task: one of them in the middle of greeting the server is what the
    /// server itself waits for before it drops any database.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let gone = runtime.ok().and_then(|it| it.block_on(remove(&server, &name)).ok());
            if gone.is_none() {
                eprintln!("the test database {name} could not be dropped");
            }
        });
    }
}

async fn remove(server: &str, name: &str) -> Result<(), sqlx::Error> {
    run(server, format!("drop database if exists {name} with (force)")).await
}

async fn run(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_removed_database_is_gone() {
        let database = Temporary::create().await;
        let url = database.url();
        assert!(PgConnection::connect(&url).await.is_ok());
        remove(&database.server, &database.name).await.expect("the server drops it");
        assert!(PgConnection::connect(&url).await.is_err());
    }
}
