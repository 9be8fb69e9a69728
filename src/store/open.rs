//! Which database it is, and how it is reached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Database, Postgres, Sqlite};

use super::own::{self, Own};
use super::{Pools, Store, StoreError};

/// How long a connection to PostgreSQL may be silent before another one is taken.
pub(super) const SILENT: Duration = Duration::from_secs(3);
/// Long after any statement of ours followed the one before it.
pub(super) const GIVE_UP: &str = "set idle_in_transaction_session_timeout = '10s'";
/// How long a connection that answered is taken to be alive.
const FRESH: Duration = Duration::from_secs(1);
/// Connections for everything but reports and lists.
const CALLS_POSTGRES: u32 = 16;
/// Connections for reports and lists.
const REPORTS_SQLITE: u32 = 2;
const REPORTS_POSTGRES: u32 = 4;

/// Which database an address names, with how to connect to it.
pub(super) enum Address {
    Sqlite(SqliteConnectOptions),
    Postgres(sqlx::postgres::PgConnectOptions),
}

pub(super) fn address(url: &str) -> Result<Address, StoreError> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Ok(Address::Postgres(url.parse()?));
    }
    if url.contains(":memory:") || !url.starts_with("sqlite:") {
        return Err(StoreError::Mismatch(
            "database_url must be sqlite:FILE or postgres://user:password@host/database".into(),
        ));
    }
    let options = url.parse::<SqliteConnectOptions>()?;
    Ok(Address::Sqlite(options.busy_timeout(own::BUSY)))
}

/// A pool of so many connections, which stay open. The task with which sqlx looks for old ones
/// counts those that are free, may come below zero, and then never ends and never lets go of its
/// thread (<https://github.com/transact-rs/sqlx/pull/4289>, not in 0.9.0).
#[expect(clippy::disallowed_methods, reason = "every pool is made here")]
pub(super) fn pool<DB: Database>(most: u32) -> PoolOptions<DB> {
    PoolOptions::new().max_connections(most).idle_timeout(None).max_lifetime(None)
}

/// How a pool of so many connections to PostgreSQL is kept.
fn postgres(most: u32) -> PoolOptions<Postgres> {
    pool::<Postgres>(most)
        .acquire_timeout(SILENT)
        // One that was used just now is alive, as far as anybody can tell.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // The server does not know that a connection is lost, and would keep the locks of its
        // transaction from those that take its place until the network gives it up.
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query(GIVE_UP).execute(connection).await?;
                Ok(())
            })
        })
        // A connection that went silent in the middle of its work is not waited for: it would keep
        // its place in the pool until the network gives it up.
        .after_release(|connection, _| {
            Box::pin(async move {
                let alive = tokio::time::timeout(SILENT, connection.ping()).await;
                Ok(matches!(alive, Ok(Ok(()))))
            })
        })
}

impl Store {
    /// Opens the database named by `url` (`sqlite:FILE`, `sqlite::memory:` is refused, or
    /// `postgres://…`), brings its tables up to date and refuses one made by a newer program.
    ///
    /// # Errors
    /// If it cannot be reached, migrated or is too new.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let pools = match address(url)? {
            Address::Postgres(options) => Pools::Postgres {
                calls: postgres(CALLS_POSTGRES).connect_with(options.clone()).await?,
                reports: postgres(REPORTS_POSTGRES).connect_lazy_with(options),
            },
            Address::Sqlite(options) => {
                make_private(options.get_filename());
                let own = Own::to(options.get_filename().to_owned(), false);
                let options =
                    options.create_if_missing(true).statement_cache_capacity(own::STATEMENTS);
                let set =
                    |options: SqliteConnectOptions, (name, value)| options.pragma(name, value);
                let options = own::PRAGMAS.into_iter().fold(options, set);
                let write = pool::<Sqlite>(1)
                    // After a full disk SQLite has rolled back by itself and the driver's own
                    // rollback fails: such a connection would refuse every later transaction.
                    .after_release(|connection, _| {
                        Box::pin(async move { Ok(!connection.is_in_transaction()) })
                    })
                    .connect_with(options.clone())
                    .await?;
                let read = pool::<Sqlite>(4).connect_with(options.clone().read_only(true)).await?;
                let reports =
                    pool::<Sqlite>(REPORTS_SQLITE).connect_lazy_with(options.read_only(true));
                Pools::Sqlite { write, read, reports, own }
            }
        };
        pools.bring_up_to_date().await?;
        Ok(Self::on(pools))
    }

    /// A PostgreSQL store whose database does not answer now: the first statement connects. Its
    /// tables must be brought up to date before it is used. `None` for SQLite, whose file is there
    /// or is not.
    pub(super) fn unreached(url: &str) -> Result<Option<Self>, StoreError> {
        Ok(match address(url)? {
            Address::Postgres(options) => Some(Self::on(Pools::Postgres {
                calls: postgres(CALLS_POSTGRES).connect_lazy_with(options.clone()),
                reports: postgres(REPORTS_POSTGRES).connect_lazy_with(options),
            })),
            Address::Sqlite(_) => None,
        })
    }

    /// Opens a database only to read it: nothing is made, written or brought up to date. `None`
    /// where there is none, or where no program has made its tables yet.
    ///
    /// # Errors
    /// If it cannot be reached or is too new.
    pub async fn open_to_read(url: &str) -> Result<Option<Self>, StoreError> {
        let pools = match address(url)? {
            Address::Postgres(options) => {
                let options = options.options([("default_transaction_read_only", "on")]);
                match postgres(CALLS_POSTGRES).connect_with(options).await {
                    Ok(pool) => Pools::Postgres { calls: pool.clone(), reports: pool },
                    Err(sqlx::Error::Database(fault)) if missing_database(fault.as_ref()) => {
                        return Ok(None);
                    }
                    Err(fault) => return Err(fault.into()),
                }
            }
            Address::Sqlite(options) => {
                let file = options.get_filename();
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                    return Err(StoreError::Mismatch(format!(
                        "database_url: there is no folder {}",
                        folder.display()
                    )));
                }
                if !file.exists() {
                    return Ok(None);
                }
                let own = Own::to(file.to_owned(), true);
                let read =
                    pool(4).connect_with(options.create_if_missing(false).read_only(true)).await?;
                Pools::Sqlite { write: read.clone(), reports: read.clone(), read, own }
            }
        };
        pools.refuse_newer().await?;
        let made = pools.meta("min_reader").await?.is_some();
        Ok(made.then(|| Self::on(pools)))
    }

    /// The file of a SQLite store that is not there yet; `None` for one that is, and for a
    /// PostgreSQL one, which only an attempt finds.
    ///
    /// # Errors
    /// If the address names neither.
    pub fn absent(url: &str) -> Result<Option<PathBuf>, StoreError> {
        Ok(match address(url)? {
            Address::Sqlite(options) => {
                Some(options.get_filename().to_owned()).filter(|file| !file.exists())
            }
            Address::Postgres(_) => None,
        })
    }
}

impl Pools {
    /// Makes or changes the tables as this program needs them.
    ///
    /// # Errors
    /// If a newer program has changed them so that this one cannot read them, or they cannot be
    /// changed.
    pub(super) async fn bring_up_to_date(&self) -> Result<(), StoreError> {
        self.refuse_newer().await?;
        match self {
            Pools::Sqlite { write, .. } => {
                sqlx::migrate!("migrations/sqlite").set_ignore_missing(true).run(write).await?;
            }
            Pools::Postgres { calls, .. } => {
                sqlx::migrate!("migrations/postgres").set_ignore_missing(true).run(calls).await?;
            }
        }
        self.refuse_newer().await
    }
}

/// Where a database is, without who asks and their password.
pub(super) fn whereabouts(url: &str) -> Result<String, StoreError> {
    Ok(match address(url)? {
        Address::Sqlite(options) => options.get_filename().display().to_string(),
        Address::Postgres(options) => {
            let database = options.get_database().unwrap_or_default();
            format!("{}:{}/{database}", options.get_host(), options.get_port())
        }
    })
}

/// Makes the file of a new store readable by this user alone; SQLite makes those beside it (`-wal`,
/// `-shm`) as the first one is. What is there already stays as its owner wants it, and what cannot
/// be made SQLite tells.
pub(super) fn make_private(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(file);
}

/// Whether PostgreSQL says that there is no such database.
fn missing_database(fault: &dyn sqlx::error::DatabaseError) -> bool {
    fault.code().is_some_and(|code| code == "3D000")
}

#[cfg(test)]
mod tests {
    use super::super::{Look, SCHEMA};
    use super::*;
    use crate::interview::InterviewId;

    /// Every connection that reports have is taken; a start and a turn look up all the same.
    #[tokio::test]
    async fn reports_hold_up_no_call() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let store = Store::open(&url).await.expect("opens");
        let Pools::Sqlite { reports, .. } = &store.pools else { panic!("it is SQLite") };
        let mut held = Vec::new();
        for _ in 0..REPORTS_SQLITE {
            held.push(reports.acquire().await.expect("a connection"));
        }
        assert!(reports.try_acquire().is_none(), "a report waits");
        let look = store
            .look([InterviewId([1; 16]); 3], 0..i64::MAX, None, 0, None)
            .await
            .expect("answers");
        assert_eq!(look, Look::default());
        let waits = tokio::time::timeout(Duration::from_millis(50), store.agents()).await;
        assert!(waits.is_err(), "lists go by the reports' connections");
    }

    #[tokio::test]
    async fn a_database_of_a_newer_program_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let store = Store::open(&url).await.expect("opens");
        store.replace("min_reader", "99").await.expect("written");
        store.close().await;
        let refused = Store::open(&url).await.expect_err("too new");
        assert!(matches!(refused, StoreError::TooNew { needs: 99, has: SCHEMA }), "{refused}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_new_store_is_readable_by_its_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.db");
        let url = format!("sqlite:{}", file.display());
        assert_eq!(Store::absent(&url).expect("an address"), Some(file.clone()));
        let mode = |file: &Path| {
            std::fs::metadata(file).expect("it is there").permissions().mode() & 0o777
        };
        let store = Store::open(&url).await.expect("opens");
        store.remember("a", "b").await.expect("written");
        for end in ["", "-wal", "-shm"] {
            let file = folder.path().join(format!("a.db{end}"));
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        store.close().await;
        assert_eq!(Store::absent(&url).expect("an address"), None);
        // Whoever lets a group read it goes on doing so.
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("changed");
        Store::open(&url).await.expect("opens").close().await;
        assert_eq!(mode(&file), 0o640);
    }
}
