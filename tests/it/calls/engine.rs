//! A PostgreSQL server of a test's own, which it may break.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::Duration;

use super::nodes::free_port;
use crate::harness::given;

pub const PASSWORD: &str = "only on this machine";

/// A PostgreSQL server of this test's own.
pub struct Engine {
    pub data: PathBuf,
    pub port: u16,
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
pub fn run(program: &str, arguments: &[&str]) {
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
    pub fn new(folder: &Path) -> Self {
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).expect("written");
        Self::own(folder);
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

    /// Gives a folder to the user who runs PostgreSQL, and shuts others out.
    pub fn own(folder: &Path) {
        if is_root() {
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(folder).status();
            assert!(owned.is_ok_and(|done| done.success()));
        }
        let shut = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, shut).expect("its permissions");
    }

    /// A standby of this one, which takes part in every commit from now on.
    pub async fn standby(&self, folder: &Path) -> Self {
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

    /// Its data folder, as text.
    pub fn data(&self) -> &str {
        self.data.to_str().expect("text")
    }

    pub fn start(&self) {
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

    pub fn url(&self) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/postgres",
            PASSWORD.replace(' ', "%20"),
            self.port
        )
    }

    pub async fn door(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("it is there")
    }

    /// As if its machine had died.
    pub fn kill(&self) {
        run("pg_ctl", &["-D", self.data(), "-m", "immediate", "-w", "stop"]);
    }

    pub fn promote(&self) {
        run("pg_ctl", &["-D", self.data(), "-w", "promote"]);
    }
}
