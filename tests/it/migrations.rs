//! Migration parity: both databases get the same tables from the scripts of the same names.
//!
//! Each schema is written as lines of plain words, in the words of SQLite, and the two sets of
//! lines must be equal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};

use crate::harness::Database;

mod postgres;
mod sqlite;

/// A schema as a set of lines, such as `agents.code text not null`.
type Lines = BTreeSet<String>;

fn folder(side: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(side)
}

/// Where the two differ, and on purpose: PostgreSQL has these tables in partitions by month.
const IN_MONTHS: [&str; 7] = [
    // Those who write them hold the interview's or call's row locked, a foreign key would cost a
    // look for each row, and a month goes as a whole; the doctor tells what belongs to nothing.
    "only in SQLite: answers foreign key (interview) references interviews (id)",
    // The key of a partitioned table holds what it is parted by; a trigger keeps numbers apart.
    "only in SQLite: audit primary key (seq)",
    "only in SQLite: call_units foreign key (call_id) references calls (id)",
    "only in SQLite: credits foreign key (interview) references interviews (id)",
    "only in SQLite: legs foreign key (call_id) references calls (id)",
    "only in SQLite: turns foreign key (interview) references interviews (id)",
    "only in PostgreSQL: audit primary key (seq, at_ms)",
];

/// Lines that stand on one side only.
fn differences(sqlite: &Lines, postgres: &Lines) -> Vec<String> {
    let only_sqlite = sqlite.difference(postgres).map(|line| format!("only in SQLite: {line}"));
    let only_postgres =
        postgres.difference(sqlite).map(|line| format!("only in PostgreSQL: {line}"));
    only_sqlite.chain(only_postgres).collect()
}

/// A database with all migrations applied, and its open connection.
struct Migrated<C> {
    connection: C,
    _database: Database,
}

async fn migrated_sqlite() -> Migrated<SqliteConnection> {
    let database = Database::sqlite();
    let options: SqliteConnectOptions = database.url.parse().expect("an address");
    let mut connection = options.create_if_missing(true).connect().await.expect("a fresh file");
    let scripts = Migrator::new(folder("sqlite")).await.expect("scripts with numbers");
    scripts.run(&mut connection).await.expect("the scripts run on SQLite");
    Migrated { connection, _database: database }
}

async fn migrated_postgres() -> Migrated<PgConnection> {
    let database = Database::postgres().await;
    let mut connection = PgConnection::connect(&database.url).await.expect("a fresh database");
    let scripts = Migrator::new(folder("postgres")).await.expect("scripts with numbers");
    scripts.run(&mut connection).await.expect("the scripts run on PostgreSQL");
    Migrated { connection, _database: database }
}

/// `foreign key (a) references t (b) on delete cascade`, in the same words on both sides.
fn foreign_key(from: &str, table: &str, to: &str, delete: &str, update: &str) -> String {
    let mut line = format!("foreign key ({from}) references {table} ({to})");
    for (event, action) in [("delete", delete), ("update", update)] {
        if action != "no action" {
            line.push_str(&format!(" on {event} {action}"));
        }
    }
    line
}

/// `index NAME unique (a, b desc) where …`.
fn index(name: &str, unique: bool, columns: &[String], condition: Option<&str>) -> String {
    let unique = if unique { "unique " } else { "" };
    let condition = condition.map(|text| format!(" where {}", plain(text))).unwrap_or_default();
    format!("index {name} {unique}({}){condition}", columns.join(", "))
}

/// `T.C type not null default …`.
fn column(name: &str, kind: &str, required: bool, default: Option<&str>) -> String {
    let required = if required { " not null" } else { "" };
    let default = default.map(plain).map(|value| match (kind, value.as_str()) {
        ("boolean", "0") => "false".to_owned(),
        ("boolean", "1") => "true".to_owned(),
        _ => value,
    });
    let default = default.map(|value| format!(" default {value}")).unwrap_or_default();
    format!("{name} {kind}{required}{default}")
}

/// An expression without what the two databases write differently: case, spaces, brackets, casts.
fn plain(expression: &str) -> String {
    let mut out = expression.to_lowercase();
    for cast in ["::text", "::bigint", "::integer", "::boolean"] {
        out = out.replace(cast, "");
    }
    out.retain(|c| !c.is_whitespace() && c != '(' && c != ')');
    out
}

#[test]
fn both_sides_have_scripts_of_the_same_names() {
    let names = |side| -> Vec<String> {
        let entries = std::fs::read_dir(folder(side)).expect("the folder is there");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert_eq!(sqlite, postgres, "migrations/sqlite and migrations/postgres");
    assert!(!sqlite.is_empty(), "there are no migrations");
    for (number, name) in (1..).zip(&sqlite) {
        let fits = name.starts_with(&format!("{number:04}_")) && name.ends_with(".sql");
        assert!(fits, "{name}: the script after the last is called {number:04}_what_it_does.sql");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_make_the_same_tables() {
    let (mut sqlite, mut postgres) = (migrated_sqlite().await, migrated_postgres().await);
    let sqlite = sqlite::lines(&mut sqlite.connection).await;
    let postgres = postgres::lines(&mut postgres.connection).await;
    assert!(sqlite.len() > 100, "the schema was read: {sqlite:#?}");
    assert_eq!(differences(&sqlite, &postgres), IN_MONTHS);
}

/// Each change to one side alone is seen; the same change to both sides is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_one_side_is_seen() {
    let (mut ours, mut theirs) = (migrated_sqlite().await, migrated_postgres().await);
    let before = sqlite::lines(&mut ours.connection).await;
    for (statement, expected) in [
        ("create table x1 (id integer)", "only in PostgreSQL: table x1"),
        ("alter table agents drop column name", "only in SQLite: agents.name text not null"),
        ("alter table agents add column y integer", "only in PostgreSQL: agents.y int4"),
        (
            "alter table agents alter column code drop not null",
            "only in SQLite: agents.code text not null",
        ),
        (
            "alter table teams alter column name set default 'x'",
            "only in PostgreSQL: teams.name text not null default 'x'",
        ),
        (
            "create unique index x2 on meta (value)",
            "only in PostgreSQL: meta index x2 unique (value)",
        ),
        (
            "create index x3 on meta (value desc) where value <> ''",
            "only in PostgreSQL: meta index x3 (value desc) where value<>''",
        ),
        (
            "drop index calls_by_caller",
            "only in SQLite: calls index calls_by_caller (caller_hash, started_ms)",
        ),
        (
            "alter table queues drop constraint queues_name_key",
            "only in SQLite: queues unique (name)",
        ),
        (
            "alter table turns drop constraint turns_pkey",
            "only in SQLite: turns primary key (interview, turn)",
        ),
        (
            "alter table comments drop constraint comments_interview_fkey",
            "only in SQLite: comments foreign key (interview) references interviews (id)",
        ),
    ] {
        let mut change = theirs.connection.begin().await.expect("a transaction");
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *change).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        let found = differences(&before, &postgres::lines(&mut change).await);
        assert!(found.contains(&expected.to_owned()), "{statement}: {found:#?}");
        change.rollback().await.expect("undone");
    }
}

/// What an operator may partition stays the same table.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_table_in_parts_is_the_same_table() {
    let (mut ours, mut theirs) = (migrated_sqlite().await, migrated_postgres().await);
    let both =
        "create table parted (day bigint not null, name text not null, primary key (day, name))";
    let whole =
        both.replace("bigint", "integer") + "; create index parted_by_name on parted (name)";
    let parts = format!(
        "{both} partition by range (day); create index parted_by_name on parted (name);
         create table parted_old partition of parted for values from (0) to (10);
         create table parted_new partition of parted for values from (10) to (20)"
    );
    sqlx::raw_sql(AssertSqlSafe(whole)).execute(&mut ours.connection).await.expect("whole");
    sqlx::raw_sql(AssertSqlSafe(parts)).execute(&mut theirs.connection).await.expect("in parts");
    let (mut ours, mut theirs) =
        (sqlite::lines(&mut ours.connection).await, postgres::lines(&mut theirs.connection).await);
    ours.retain(|line| line.contains("parted"));
    theirs.retain(|line| line.contains("parted"));
    assert_eq!(ours.len(), 5, "{ours:#?}");
    assert_eq!(differences(&ours, &theirs), [""; 0]);
}
