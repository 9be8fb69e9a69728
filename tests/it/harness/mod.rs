//! What black-box tests stand on: a fresh database each, a real browser, signed requests.

use sqlx::{Connection as _, PgConnection, SqliteConnection};

pub mod browser;
pub mod plivo;
pub mod postgres;
pub mod root;
pub mod sqlite;
pub mod twilio;

/// A fresh, empty database of one test; it goes away with this value.
pub struct Database {
    /// What a settings file would have as `database_url`.
    pub url: String,
    _guard: Guard,
}

/// What takes the database away when it is dropped: held, never read.
enum Guard {
    Sqlite { _folder: tempfile::TempDir },
    Postgres { _database: postgres::Temporary },
}

impl Database {
    /// An SQLite file in a folder of its own; the file itself is not made yet.
    pub fn sqlite() -> Self {
        let (url, folder) = sqlite::fresh();
        Self { url, _guard: Guard::Sqlite { _folder: folder } }
    }

    /// A database of its own in the PostgreSQL server that `tests/all` started.
    pub async fn postgres() -> Self {
        let database = postgres::Temporary::create().await;
        Self { url: database.url(), _guard: Guard::Postgres { _database: database } }
    }
}

/// What the surroundings say under that name.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read their surroundings")]
pub fn given(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// As [`given`], for what a test cannot do without: a check that is skipped has not been made.
pub fn needed(name: &str) -> String {
    given(name).unwrap_or_else(|| panic!("run tests/all, or set {name}"))
}

/// Makes two tests of each body, `name::sqlite` and `name::postgres`, each with a fresh database.
///
/// ```text
/// both! {
///     async fn a_new_store_is_empty(database: Database) { … }
/// }
/// ```
macro_rules! both {
    ($($(#[$about:meta])* async fn $name:ident($database:ident: Database) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "not every body names something of its file")]
            use super::*;

            async fn run($database: $crate::harness::Database) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run($crate::harness::Database::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run($crate::harness::Database::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use both;

/// Changes what stands in a database, past the program.
pub async fn change(database: &Database, sql: &'static str) {
    let url = database.url.as_str();
    if url.starts_with("sqlite:") {
        let mut door = SqliteConnection::connect(url).await.expect("reached");
        sqlx::query(sql).execute(&mut door).await.expect("changed");
    } else {
        let mut door = PgConnection::connect(url).await.expect("reached");
        sqlx::query(sql).execute(&mut door).await.expect("changed");
    }
}

mod tests {
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, Connection, PgConnection};

    use super::*;

    super::both! {
        /// Two tests that make a table of the same name never meet.
        async fn each_test_has_a_database_of_its_own(database: Database) {
            let sqlite = database.url.starts_with("sqlite:");
            let other = if sqlite { Database::sqlite() } else { Database::postgres().await };
            for url in [&database.url, &other.url] {
                make_table(url).await;
            }
        }
    }

    async fn make_table(url: &str) {
        const SQL: &str = "create table only_here (id integer)";
        let made = if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse().expect("an address");
            let mut connection =
                options.create_if_missing(true).connect().await.expect("the folder is there");
            sqlx::query(SQL).execute(&mut connection).await.map(|_| ())
        } else {
            let mut connection = PgConnection::connect(url).await.expect("the database is there");
            sqlx::query(SQL).execute(&mut connection).await.map(|_| ())
        };
        made.expect("the table is new in a fresh database");
    }
}
