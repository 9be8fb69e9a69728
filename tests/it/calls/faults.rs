//! The real server while its database does all that databases do wrong, in the middle of many
//! calls: no caller hears of it, and afterwards every key that was pressed counts once.
//!
//! The journal is the callers' own: they know what they pressed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use aftercall::store::Store;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::time::{Duration, Instant};

use super::killed::{Server, VALUES, stored, write_settings};
use super::kind;
use super::nodes::{all_counted, no_faults, place_calls, until};
use super::proxy::{Proxy, Way};
use crate::harness::{Database, given, root};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// PostgreSQL, as the way to it stands.
    Way(Way),
    /// PostgreSQL takes no writes: a standby, or a server out of room.
    ReadOnly,
    /// PostgreSQL takes no connections and ends those that are there.
    Refusing,
    /// PostgreSQL has no connection left: others have them all.
    Crowded,
    /// SQLite's file is locked by another program.
    Locked,
    /// SQLite's disk is full.
    FullDisk,
    /// So is the spool's.
    FullDisks,
}

/// Connections that a crowded database has in all.
const CROWD: usize = 5;

/// The database of a fault, and what brings the fault about.
struct Scene {
    fault: Fault,
    /// As the server reaches it.
    url: String,
    database: Database,
    proxy: Option<Proxy>,
    lock: Option<SqliteConnection>,
    /// Those who have all connections.
    crowd: Vec<PgConnection>,
    /// Small disks that can be filled.
    disks: Vec<Disk>,
}

/// A small disk in memory; it goes away with this value.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("text").to_owned();
        root::run(&["mount", "-t", "tmpfs", "-o", "size=8m,mode=0777", "tmpfs", &path]);
        Self { folder }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.ballast()).expect("a file");
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn empty(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        root::run(&["umount", "-l", self.folder.path().to_str().expect("text")]);
    }
}

/// Statements about the database, of somebody who is not at it.
async fn govern(database: &Database, statements: &[&str]) {
    let (server, name) = database.url.rsplit_once('/').expect("an address");
    let mut door = PgConnection::connect(&format!("{server}/postgres")).await.expect("a server");
    for statement in statements {
        let statement = statement.replace("{name}", name);
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut door).await.expect("governs");
    }
}

/// The address of the database for its owner, of whom the server takes as many connections as it
/// is told; it refuses more as one does that is full (class 53300).
async fn poor(database: &Database) -> String {
    let (server, name) = database.url.rsplit_once('/').expect("an address");
    let host = server.rsplit_once('@').map_or(server, |(_, host)| host);
    govern(
        database,
        &[
            "drop role if exists {name}_owner",
            "create role {name}_owner login password 'poor'",
            "alter database {name} owner to {name}_owner",
        ],
    )
    .await;
    format!("postgres://{name}_owner:poor@{host}/{name}")
}

impl Scene {
    async fn of(fault: Fault) -> Self {
        let mut disks = Vec::new();
        let (database, proxy) = match fault {
            Fault::Way(_) | Fault::ReadOnly | Fault::Refusing => {
                let database = Database::postgres().await;
                let proxy = Proxy::to(&database.url).await;
                (database, Some(proxy))
            }
            Fault::Crowded => (Database::postgres().await, None),
            Fault::Locked => (Database::sqlite(), None),
            Fault::FullDisk | Fault::FullDisks => {
                disks.push(Disk::new());
                (Database::sqlite(), None)
            }
        };
        let url = match (&proxy, disks.first()) {
            _ if fault == Fault::Crowded => poor(&database).await,
            (Some(proxy), _) => proxy.url.clone(),
            (None, Some(disk)) => format!("sqlite:{}/aftercall.db", disk.folder.path().display()),
            (None, None) => database.url.clone(),
        };
        if fault == Fault::FullDisks {
            disks.push(Disk::new());
        }
        Self { fault, url, database, proxy, lock: None, crowd: Vec::new(), disks }
    }

    /// The settings of a server in that folder, its spool on the second disk if there is one.
    fn settings(&self, folder: &Path) -> PathBuf {
        let file = write_settings(folder, &self.url, 400);
        if let Some(disk) = self.disks.get(1) {
            let text = std::fs::read_to_string(&file).expect("settings");
            let own = folder.join("spool").display().to_string();
            let text = text.replace(&own, &disk.folder.path().join("spool").display().to_string());
            std::fs::write(&file, text).expect("written");
        }
        file
    }

    async fn govern(&self, statements: &[&str]) {
        govern(&self.database, statements).await;
    }

    async fn begin(&mut self) {
        const END_ALL: &str = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = '{name}'";
        // Those of the server: they have said what they are about.
        const END_OTHERS: &str = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = '{name}' and query <> ''";
        match self.fault {
            Fault::Way(way) => self.proxy.as_ref().expect("a proxy").set(way),
            Fault::ReadOnly => {
                let set = "alter database {name} set default_transaction_read_only = on";
                self.govern(&[set, END_ALL]).await;
            }
            Fault::Refusing => {
                self.govern(&["alter database {name} allow_connections false", END_ALL]).await;
            }
            Fault::Crowded => {
                // The places of the server's own connections are taken as they become free.
                let all = format!("alter role {{name}}_owner connection limit {CROWD}");
                self.govern(&[&all, END_ALL]).await;
                while self.crowd.len() < CROWD {
                    if let Ok(one) = PgConnection::connect(&self.url).await {
                        self.crowd.push(one);
                    } else {
                        self.govern(&[END_OTHERS]).await;
                    }
                }
            }
            Fault::Locked => {
                let options: SqliteConnectOptions = self.url.parse().expect("an address");
                let mut connection = options.connect().await.expect("connects");
                let lock = sqlx::raw_sql("begin immediate").execute(&mut connection).await;
                lock.expect("locks");
                self.lock = Some(connection);
            }
            Fault::FullDisk | Fault::FullDisks => self.disks.iter().for_each(Disk::fill),
        }
    }

    async fn end(&mut self) {
        match self.fault {
            Fault::Way(_) => self.proxy.as_ref().expect("a proxy").set(Way::Open),
            Fault::ReadOnly => {
                let reset = "alter database {name} reset default_transaction_read_only";
                let sessions = "select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = '{name}'";
                self.govern(&[reset, sessions]).await;
            }
            Fault::Refusing => {
                self.govern(&["alter database {name} allow_connections true"]).await;
            }
            Fault::Crowded => {
                for one in self.crowd.drain(..) {
                    one.close().await.expect("closes");
                }
                self.govern(&["alter role {name}_owner connection limit -1"]).await;
            }
            Fault::Locked => {
                let held = self.lock.take().expect("a lock");
                held.close().await.expect("closes");
            }
            Fault::FullDisk | Fault::FullDisks => self.disks.iter().for_each(Disk::empty),
        }
    }
}

/// Calls before, during and after the fault; some are in the middle when it begins and ends.
async fn survives(fault: Fault) {
    // AFTERCALL_TEST_CALLS=2000 for the long form.
    let calls: u32 = given("AFTERCALL_TEST_CALLS").map_or(90, |n| n.parse().expect("a number"));
    let mut scene = Scene::of(fault).await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&scene.settings(folder.path()));
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&server.wire(), calls, &done);
    until(&done, calls / 3).await;
    let begun = Instant::now();
    scene.begin().await;
    until(&done, calls * 2 / 3).await;
    let lasted = begun.elapsed();
    scene.end().await;
    no_faults(running).await;
    let ended = Instant::now();
    let store = Store::open(&scene.database_url()).await.expect("opens beside the server");
    let all_there = async {
        for number in 0..calls {
            while stored(&store, kind(number), number).await != VALUES {
                tokio::task::yield_now().await;
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(60), all_there).await.is_err() {
        let log = std::fs::read_to_string(folder.path().join("aftercall.log"));
        let log = log.unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(20).collect();
        panic!("not all is stored; the log's last lines, backwards: {last:#?}");
    }
    store.close().await;
    println!("{fault:?}: {lasted:?} long, all stored {:?} after the last call", ended.elapsed());
    server.stop().await;
    all_counted(&scene.database_url(), calls).await;
}

impl Scene {
    /// The database's address without anything in between.
    fn database_url(&self) -> String {
        if self.disks.is_empty() { self.database.url.clone() } else { self.url.clone() }
    }
}

macro_rules! faults {
    ($($name:ident: $fault:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            survives($fault).await;
        }
    )+};
}

faults! {
    postgres_is_away: Fault::Way(Way::Cut);
    postgres_is_frozen: Fault::Way(Way::Frozen);
    postgres_is_slow: Fault::Way(Way::Slow);
    postgres_moved_away: Fault::Way(Way::Lost);
    postgres_only_reads: Fault::ReadOnly;
    postgres_refuses_connections: Fault::Refusing;
    postgres_is_out_of_connections: Fault::Crowded;
    sqlite_is_locked: Fault::Locked;
    sqlite_s_disk_is_full: Fault::FullDisk;
    both_disks_are_full: Fault::FullDisks;
}
