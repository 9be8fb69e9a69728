//! A moment of the past comes back by the commands of `docs/backup.md`: a base backup, the archived
//! log, and a time.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::Duration;

use super::engine::{Engine, PASSWORD, run};
use super::killed::{Server, write_settings};
use super::nodes::{all_counted, free_port, no_faults, place_calls};

/// What the page says, for that folder.
fn documented(begins: &str, archive: &Path) -> String {
    let page = include_str!("../../../docs/backup.md");
    let found = page.lines().find_map(|line| line.find(begins).map(|at| &line[at..]));
    let line = found.unwrap_or_else(|| panic!("the page says nothing of {begins}"));
    let line = line.split('`').next().unwrap_or_default();
    line.replace("/backup/wal", archive.to_str().expect("a path"))
}

async fn run_sql(door: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(door)
        .await
        .unwrap_or_else(|fault| panic!("{sql}: {fault}"));
}

/// Calls are stored before and after the base backup, then somebody empties a table; the database of
/// the moment before has them all, and the doctor finds nothing wrong with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_moment_before_a_mistake_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("wal");
    std::fs::create_dir(&archive).expect("made");
    let primary = Engine::new(folder.path());
    primary.kill();
    let settings = primary.data.join("postgresql.conf");
    let add = |file: &Path, lines: &str| {
        let text = std::fs::read_to_string(file).expect("settings");
        std::fs::write(file, format!("{text}\n{lines}\n")).expect("written");
    };
    add(&settings, &format!("archive_mode = on\n{}", documented("archive_command = ", &archive)));
    primary.start();

    let own = tempfile::tempdir().expect("a folder");
    let server = Server::start(&write_settings(own.path(), &primary.url(), 4000));
    let done = Arc::new(AtomicU32::new(0));
    no_faults(place_calls(&server.wire(), 12, &done)).await;
    let base = folder.path().join("base");
    let from = format!("host=127.0.0.1 port={} user=postgres password='{PASSWORD}'", primary.port);
    let base_text = base.to_str().expect("text");
    run("pg_basebackup", &["-D", base_text, "-Ft", "-z", "-X", "none", "-c", "fast", "-d", &from]);
    no_faults(place_calls(&server.wire(), 24, &done)).await;
    server.stop().await;

    let mut door = primary.door().await;
    let (moment,): (String,) =
        sqlx::query_as("select now()::text").fetch_one(&mut door).await.expect("the time");
    run_sql(&mut door, "delete from answers").await;
    // The log up to here is in the archive before the machine is lost.
    let (segment,): (String,) = sqlx::query_as("select pg_walfile_name(pg_switch_wal())")
        .fetch_one(&mut door)
        .await
        .expect("a segment");
    let archived = async {
        while !archive.join(&segment).exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), archived).await.expect("archived");
    drop(door);
    primary.kill();

    let restored = Engine { data: folder.path().join("restored"), port: free_port() };
    std::fs::create_dir(&restored.data).expect("made");
    let unpacked = Command::new("tar")
        .args(["-xzf", base.join("base.tar.gz").to_str().expect("text"), "-C", restored.data()])
        .status();
    assert!(unpacked.is_ok_and(|done| done.success()));
    let settings = restored.data.join("postgresql.conf");
    let time = documented("recovery_target_time = ", &archive);
    let (name, _) = time.split_once(" = ").expect("a setting");
    let restore = documented("restore_command = ", &archive);
    add(&settings, &format!("{restore}\n{name} = '{moment}'\narchive_mode = off"));
    std::fs::write(restored.data.join("recovery.signal"), "").expect("written");
    Engine::own(&restored.data);
    restored.start();
    let mut door = PgConnection::connect(&restored.url()).await.expect("it is there");
    run_sql(&mut door, "select pg_wal_replay_resume()").await;
    let open = async {
        loop {
            let (recovering,): (bool,) = sqlx::query_as("select pg_is_in_recovery()")
                .fetch_one(&mut door)
                .await
                .expect("says");
            if !recovering {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), open).await.expect("opens");
    drop(door);
    all_counted(&restored.url(), 24).await;
    restored.kill();
}
