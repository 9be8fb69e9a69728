//! A new version is brought in beside the old one: its migration changes the tables while this
//! program serves calls. One that the old program can live with disturbs nobody, now and after a
//! restart; one that it cannot live with keeps it from starting.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aftercall::store::Store;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::time::Duration;

use super::killed::{Server, VALUES, stored, write_settings};
use super::kind;
use super::nodes::{all_counted, no_faults, place_call, place_calls, until};
use crate::harness::both;

const CALLS: u32 = 60;
/// Calls to the server that starts after the migration.
const LATER: u32 = 8;

/// What `migrations/README.md` lets a newer program do beside older ones: a table, columns that may
/// be null or have a default, an index; to the tables of the call itself.
const EXPANDS: &str = "
    create table moods (interview bigint not null primary key, mood text not null);
    alter table interviews add column mood text;
    alter table turns add column heard_ms bigint;
    alter table answers add column mood bigint not null default 0;
    alter table comments add column mood text;
    alter table surveys add column mood text;
    alter table meta add column mood text;
    create index interviews_by_mood on interviews (mood);";

/// What it may not without telling them to stay away.
const CONTRACTS: &str = "
    alter table answers rename column mood to humour;
    update meta set value = '9002' where name = 'min_reader';";

/// Runs a script under that number as the program that brings it would, and records it.
async fn migrate(url: &str, number: u32, script: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("{number}_newer.sql"));
    std::fs::write(file, script).expect("written");
    let mut scripts = Migrator::new(folder.path()).await.expect("a script with a number");
    scripts.set_ignore_missing(true);
    let ran = if url.starts_with("sqlite:") {
        let options: SqliteConnectOptions = url.parse().expect("an address");
        let mut connection: SqliteConnection = options.connect().await.expect("connects");
        scripts.run(&mut connection).await
    } else {
        let mut connection = PgConnection::connect(url).await.expect("connects");
        scripts.run(&mut connection).await
    };
    ran.expect("the newer program's script runs beside this one");
}

fn aftercall(command: &str, config: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aftercall"))
        .args([command, "--config"])
        .arg(config)
        .output()
        .expect("the program starts")
}

both! {
    async fn an_older_program_goes_on_beside_a_newer_one(database: Database) {
        let (first, second) = (tempfile::tempdir(), tempfile::tempdir());
        let (first, second) = (first.expect("a folder"), second.expect("a folder"));
        let server = Server::start(&write_settings(first.path(), &database.url, 4000));
        let done = Arc::new(AtomicU32::new(0));
        let running = place_calls(&server.wire(), CALLS, &done);
        until(&done, CALLS / 3).await;
        migrate(&database.url, 9001, EXPANDS).await;
        assert!(done.load(Ordering::Relaxed) < CALLS, "it came under way");

        // This program starts on the newer one's tables, beside the server that is there.
        let config = write_settings(second.path(), &database.url, 4000);
        let later = Server::start(&config);
        for number in CALLS..CALLS + LATER {
            assert_eq!(place_call(&later.wire(), number).await, Vec::<String>::new());
        }
        no_faults(running).await;
        let doctor = aftercall("doctor", &config);
        assert!(doctor.status.success(), "{doctor:?}");
        server.stop().await;
        later.stop().await;
        all_counted(&database.url, CALLS + LATER).await;
    }

    /// It comes while this program runs, which leaves the tables alone from then on: callers are
    /// served, and what they say waits for a program that knows the tables.
    async fn a_running_program_leaves_tables_alone_that_it_does_not_know(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = write_settings(folder.path(), &database.url, 4000);
        let server = Server::start(&config);
        assert_eq!(place_call(&server.wire(), 0).await, Vec::<String>::new());
        migrate(&database.url, 9001, EXPANDS).await;
        migrate(&database.url, 9002, CONTRACTS).await;
        let noticed = async {
            let log = config.with_extension("log");
            let log = || std::fs::read_to_string(&log).unwrap_or_default();
            while !log().contains("schema number 9002") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), noticed).await.expect("it notices");
        for number in 1..LATER {
            assert_eq!(place_call(&server.wire(), number).await, Vec::<String>::new());
        }
        server.stop().await;
        let depth = Store::look_at_spool(&folder.path().join("spool")).await.expect("reads");
        assert!(depth.turns >= u64::from(LATER - 1) * 4, "{depth:?}");

        // As a program that knows them would, which starts in this one's place.
        migrate(&database.url, 9003, "update meta set value = '1' where name = 'min_reader'").await;
        let server = Server::start(&config);
        let store = Store::open(&database.url).await.expect("opens");
        let all_there = async {
            for number in 0..LATER {
                while stored(&store, kind(number), number).await != VALUES {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), all_there).await.expect("stored");
        store.close().await;
        server.stop().await;
        all_counted(&database.url, LATER).await;
    }

    async fn an_older_program_that_cannot_read_the_tables_says_so(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = write_settings(folder.path(), &database.url, 4000);
        Server::start(&config).stop().await;
        migrate(&database.url, 9001, EXPANDS).await;
        migrate(&database.url, 9002, CONTRACTS).await;
        for command in ["serve", "doctor", "recount"] {
            let refused = aftercall(command, &config);
            let said = String::from_utf8_lossy(&refused.stderr);
            assert_eq!(refused.status.code(), Some(1), "{command}: {said}");
            for part in ["database_url", "schema number 9002", "Install the newer program"] {
                assert!(said.contains(part), "{command}: {said}");
            }
        }
    }
}
