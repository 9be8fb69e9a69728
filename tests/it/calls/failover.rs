//! PostgreSQL's primary dies under load and its synchronous standby takes over: nothing that was
//! acknowledged is lost, and calls go on meanwhile.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use aftercall::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::{Duration, Instant};

use super::killed::{Server, VALUES, stored, write_settings};
use super::kind;
use super::nodes::{all_counted, free_port, no_faults, place_calls, until};
use super::proxy::Proxy;
use crate::harness::given;

const PASSWORD: &str = "only on this machine";

/// A PostgreSQL server of this test's own.
struct Engine {
    data: PathBuf,
    port: u16,
}

/// Where PostgreSQL's programs are: where `tests/all` says, else Debian's newest.
fn programs() -> PathBuf {
    if let Some(folder) = given("AFTERCALL_TEST_POSTGRES_BIN") {
        return folder.into();
    }
    let all = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let newest =
        all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()).max();
    format!("/usr/lib/postgresql/{}/bin", newest.expect("a version")).into()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// Runs one of PostgreSQL's programs, which refuse to run as root.
fn run(program: &str, arguments: &[&str]) {
    let program = programs().join(program);
    let mut command = if is_root() {
        let mut other = Command::new("runuser");
        other.args(["-u", "postgres", "--"]).arg(&program);
        other
    } else {
        Command::new(&program)
    };
    let done = command.args(arguments).current_dir("/").output().expect("it is there");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{} {arguments:?}: {said}", program.display());
}

impl Engine {
    /// A new primary in that folder.
    fn new(folder: &Path) -> Self {
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).expect("written");
        if is_root() {
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(folder).status();
            assert!(owned.is_ok_and(|done| done.success()));
        }
        let engine = Self { data: folder.join("primary"), port: free_port() };
        let file = format!("--pwfile={}", password.display());
        run(
            "initdb",
            &[
                "-D",
                engine.data(),
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                &file,
                "--locale=C",
                "-E",
                "UTF8",
            ],
        );
        engine.start();
        engine
    }

    /// A standby of this one, which takes part in every commit from now on.
    async fn standby(&self, folder: &Path) -> Self {
        let standby = Self { data: folder.join("standby"), port: free_port() };
        let from = format!(
            "host=127.0.0.1 port={} user=postgres password='{PASSWORD}' application_name=standby",
            self.port
        );
        run(
            "pg_basebackup",
            &["-D", standby.data(), "-d", &from, "-R", "-X", "stream", "-c", "fast"],
        );
        standby.start();
        let mut door = self.door().await;
        for statement in
            ["alter system set synchronous_standby_names = 'standby'", "select pg_reload_conf()"]
        {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut door).await.expect("set");
        }
        let joined = async {
            const SYNC: &str = "select count(*) from pg_stat_replication where sync_state = 'sync'";
            loop {
                let (n,): (i64,) = sqlx::query_as(SYNC).fetch_one(&mut door).await.expect("reads");
                if n == 1 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), joined).await.expect("the standby joins");
        standby
    }

    fn data(&self) -> &str {
        self.data.to_str().expect("text")
    }

    fn start(&self) {
        // No test cuts the power: what fsync protects from cannot happen here.
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
             -c max_connections=60",
            self.port
        );
        let log = self.data.with_extension("log");
        let log = log.to_str().expect("text");
        run("pg_ctl", &["-D", self.data(), "-l", log, "-w", "-o", &options, "start"]);
    }

    fn url(&self) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/postgres",
            PASSWORD.replace(' ', "%20"),
            self.port
        )
    }

    async fn door(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("it is there")
    }

    /// As if its machine had died.
    fn kill(&self) {
        run("pg_ctl", &["-D", self.data(), "-m", "immediate", "-w", "stop"]);
    }

    fn promote(&self) {
        run("pg_ctl", &["-D", self.data(), "-w", "promote"]);
    }
}

/// Both, gone with this value.
struct Pair {
    primary: Engine,
    standby: Engine,
    _folder: tempfile::TempDir,
}

impl Drop for Pair {
    fn drop(&mut self) {
        for engine in [&self.primary, &self.standby] {
            if engine.data.join("postmaster.pid").exists() {
                engine.kill();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_and_nothing_is_lost() {
    let calls: u32 = given("AFTERCALL_TEST_CALLS").map_or(120, |n| n.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let primary = Engine::new(folder.path());
    let standby = primary.standby(folder.path()).await;
    let pair = Pair { primary, standby, _folder: folder };
    let proxy = Proxy::to(&pair.primary.url()).await;
    let own = tempfile::tempdir().expect("a folder");
    let server = Server::start(&write_settings(own.path(), &proxy.url, 400));
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&server.wire(), calls, &done);
    until(&done, calls / 3).await;
    let begun = Instant::now();
    pair.primary.kill();
    until(&done, calls * 2 / 3).await;
    pair.standby.promote();
    proxy.lead_to(&format!("127.0.0.1:{}", pair.standby.port));
    let lasted = begun.elapsed();
    no_faults(running).await;
    let ended = Instant::now();
    let store = Store::open(&pair.standby.url()).await.expect("opens");
    let all_there = async {
        for number in 0..calls {
            while stored(&store, kind(number), number).await != VALUES {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_there).await.expect("all is stored");
    println!("no primary for {lasted:?}; all stored {:?} after the last call", ended.elapsed());
    store.close().await;
    server.stop().await;
    all_counted(&pair.standby.url(), calls).await;
}
