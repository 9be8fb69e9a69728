//! Every statement in the store's source is one that both databases accept, and none reads a
//! whole table of facts by mistake.

use std::path::Path;

use aftercall::store::rows::{Engine, expand};
use sqlx::{Executor, Row, SqlSafeStr, SqliteConnection};

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
];

/// Statements that may read a whole table of facts, and why.
const WHOLE: &[(&str, &str)] = &[("UNCOUNTED", "once at the end of a recount, outside any lock")];

/// A constant that holds SQL.
struct Statement {
    file: String,
    name: String,
    text: String,
}

/// The constants of `src/store` whose text begins as SQL does.
fn statements() -> Vec<Statement> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the room is there") {
            let path = entry.expect("an entry").path();
            let list = if path.is_dir() { &mut folders } else { &mut files };
            list.push(path);
        }
    }
    let mut found = Vec::new();
    for path in files {
        let source = std::fs::read_to_string(&path).expect("a source file");
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut rest = source.as_str();
        while let Some((_, after)) = rest.split_once("const ") {
            rest = after;
            let Some((name, value)) = after.split_once(": &str =") else { continue };
            let Some(text) = value.trim_start().strip_prefix('"') else { continue };
            let Some((text, _)) = text.split_once("\";") else { continue };
            let first = text.split_whitespace().next().unwrap_or_default();
            if name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                && ["select", "insert", "update", "delete", "with"].contains(&first)
            {
                found.push(Statement {
                    file: file.clone(),
                    name: name.to_owned(),
                    text: text.to_owned(),
                });
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_accepts_every_statement_and_finds_an_index_for_it() {
    let database = Database::sqlite();
    open(&database).await.close().await;
    let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
    let mut connection = options.connect().await.expect("the file is there");
    let mut faults = Vec::new();
    let all = statements();
    assert!(all.len() > 50, "only {} statements were found in the source", all.len());
    for Statement { file, name, text } in all {
        if name.ends_with("_POSTGRES") {
            continue;
        }
        let sql = expand(&text, Engine::Sqlite, 4);
        match plan(&mut connection, &sql).await {
            Err(fault) => faults.push(format!("{file} {name}: {fault}")),
            Ok(steps) => {
                let whole = steps
                    .iter()
                    .find(|step| FACTS.iter().any(|table| **step == format!("SCAN {table}")));
                if let (Some(step), false) = (whole, WHOLE.iter().any(|(known, _)| *known == name))
                {
                    faults.push(format!("{file} {name}: {step}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
        if name.ends_with("_SQLITE") {
            continue;
        }
        let sql = AssertSqlSafe(expand(&text, Engine::Postgres, 1)).into_sql_str();
        if let Err(fault) = (&mut connection).prepare(sql).await {
            faults.push(format!("{file} {name}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
