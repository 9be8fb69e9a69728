//! Every statement in the store's source is one that both databases accept, and none reads a
//! whole table of facts by mistake.

use aftercall::store::report::{After, Cut, Pick, list_text};
use aftercall::store::rows::{Engine, expand};
use sqlx::{Executor, Row, SqlSafeStr, SqliteConnection};

use super::source::{Statement, statements, tables};
use super::*;
use crate::harness::Database;

/// Tables that grow with every call.
const FACTS: &[&str] = &[
    "interviews",
    "turns",
    "answers",
    "credits",
    "comments",
    "offers",
    "calls",
    "call_names",
    "legs",
    "answer_tally",
    "funnel_tally",
    "drop_tally",
    "tally_spans",
    "tally_packs",
    "handovers",
    "relinks",
];

/// Whose statements are for a database of its own.
const SPOOL: &str = "spool.rs";
/// Statements that may read a whole table of facts, and why.
const WHOLE: &[(&str, &str)] = &[
    ("UNCOUNTED", "once at the end of a recount, outside any lock"),
    ("SOME_STAMPS", "any hundred rows of a short list"),
    ("FORGET", "hand-overs live for minutes"),
    ("FORGET_ANNOUNCED", "hand-overs live for a day; by hand, for one caller"),
    ("HANDOVERS", "hand-overs live for a day; by hand, for one caller"),
    ("USED_HANDOVERS", "hand-overs live for a day; by hand, for one caller"),
    ("LEGS_NAMED", "by hand, for one agent who is to be forgotten, and only read"),
    ("SAID_LEGS", "by hand, for one agent who is to be forgotten, and only read"),
    ("LEGS_TOLD", "by hand, for one agent who is to be forgotten, and only read"),
    ("CALLS_TOLD", "by hand, for one agent who is to be forgotten, and only read"),
    ("NAMED", "by hand, for one agent who is to be forgotten, and only read"),
    ("LEGS_OF_AGENT", "by hand, for one agent who asks, and only read"),
];

/// Statements that sort what they then cut to a few rows, and why that is little.
const SORTED: &[(&str, &str)] = &[
    ("NEWEST_OPEN", "the few interviews of one call"),
    ("BY_CALL_REF", "the few interviews of one call"),
    ("EXPIRED", "open interviews whose time is up, and this closes them"),
    ("DUE", "recordings that are still to be fetched"),
    ("LOOK", "the few interviews of one call"),
    ("TABLE", "sums of at most 50,000 interviews"),
    ("ENDINGS", "sums of at most 50,000 calls"),
    ("WAITS", "sums of at most 50,000 interviews"),
    ("FIND", "the hand-overs of one call and one caller, which live for minutes"),
];

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_accepts_every_statement_and_finds_an_index_for_it() {
    let database = Database::sqlite();
    open(&database).await.close().await;
    let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
    let mut connection = options.connect().await.expect("the file is there");
    let mut faults = Vec::new();
    let mut all = statements();
    assert!(all.len() > 100, "only {} statements were found in the source", all.len());
    for name in [
        "LIST",
        "LIST_OF_AGENT",
        "PACKS_OF_VIEW",
        "ANSWERS_OF_VIEW",
        "STAGES_OF_VIEW",
        "DROPS",
        "BY_NAME",
        "WHOLE",
    ] {
        assert!(all.iter().any(|one| one.name == name), "{name} is not read from the source");
    }
    all.extend(lists());
    let mut spool = spool().await;
    for Statement { file, name, text } in all {
        if name.ends_with("_POSTGRES") {
            continue;
        }
        let sql = expand(&text, Engine::Sqlite, 4);
        let there = if file == SPOOL { &mut spool } else { &mut connection };
        match plan(there, &sql).await {
            Err(fault) => faults.push(format!("{file} {name}: {fault}")),
            Ok(steps) => {
                let named = tables(&text);
                let is_fact = |name: &str| FACTS.contains(named.get(name).unwrap_or(&name));
                let whole =
                    steps.iter().find(|step| step.strip_prefix("SCAN ").is_some_and(is_fact));
                if let (Some(step), false) = (whole, WHOLE.iter().any(|(known, _)| *known == name))
                {
                    faults.push(format!("{file} {name}: {step}"));
                }
                let sorts = steps.iter().find(|step| step.starts_with("USE TEMP B-TREE FOR"));
                if let (Some(step), true) = (sorts, text.contains(" limit "))
                    && named.keys().any(|name| is_fact(name))
                    && !SORTED.iter().any(|(known, _)| *known == name)
                {
                    faults.push(format!("{file} {name}: {step}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A spool: a database of its own, which is always SQLite.
async fn spool() -> SqliteConnection {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/spool");
    let made = std::fs::read_to_string(folder.join("0001_spool.sql")).expect("a migration");
    sqlx::raw_sql(AssertSqlSafe(made)).execute(&mut connection).await.expect("made");
    connection
}

/// The lists behind a report, whose statements are put together.
fn lists() -> Vec<Statement> {
    let cuts = [
        Cut::default(),
        Cut { agent: Some(1), team: Some(1), ..Cut::default() },
        Cut { queue: Some(1), survey: Some("post-call".into()), ..Cut::default() },
    ];
    let after = Some(After { started_ms: START, id: id(1) });
    let outcomes = Some(vec![(VERSION, 0, 5), (VERSION, 1, 5)]);
    let picks = [
        Pick { limit: 50, ..Pick::default() },
        Pick { limit: 50, unlinked: true, after, ..Pick::default() },
        Pick { limit: 50, outcomes, ..Pick::default() },
        Pick { limit: 50, digits: Some("123".into()), after, ..Pick::default() },
        Pick {
            limit: 50,
            link: Some("hand".into()),
            disposition: Some("failed".into()),
            low: Some(vec![(VERSION, 0, 1)]),
            commented: true,
            teams: Some(vec![1, 2]),
            ..Pick::default()
        },
    ];
    let pairs = cuts.iter().flat_map(|cut| picks.iter().map(move |pick| (cut, pick)));
    pairs
        .map(|(cut, pick)| Statement {
            file: "list".into(),
            name: format!("{cut:?} {pick:?}"),
            text: list_text(cut, pick),
        })
        .collect()
}

/// What SQLite would do, step by step, with the tables' own names.
async fn plan(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    let sql = AssertSqlSafe(format!("explain query plan {sql}"));
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get::<String, _>("detail")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_accepts_every_statement() {
    let database = Database::postgres().await;
    open(&database).await.close().await;
    let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
    let mut faults = Vec::new();
    for Statement { file, name, text } in statements() {
        if name.ends_with("_SQLITE") || file == SPOOL {
            continue;
        }
        let sql = AssertSqlSafe(expand(&text, Engine::Postgres, 1)).into_sql_str();
        if let Err(fault) = (&mut connection).prepare(sql).await {
            faults.push(format!("{file} {name}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
