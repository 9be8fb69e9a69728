//! All that is kept about one caller, customer or agent, table by table and column by column: what is added to a
//! table later is told too.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, FromRow, Row, TypeInfo, ValueRef};
use uuid::Uuid;

use super::erasure::{Subject, Traces};
use super::rows::{Column, Tx};
use super::{Store, StoreError};
use crate::clock;
use crate::interview::InterviewId;

mod agents;

pub use agents::Renamed;

/// A row by the names of its columns. Ids and bytes are hex; times are UTC, under names that end in
/// `at` in place of `at_ms` or `_ms`; days are dates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line(pub Map<String, Value>);

/// What is kept of somebody in one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: Vec<Line>,
}

/// How a table is asked for its rows.
enum By {
    /// By interviews.
    Interview,
    /// By the same, as texts.
    Written,
    /// By calls.
    Call,
    /// By the caller's hash; a customer's numbers may be others' as well.
    Caller,
}

/// Every table that knows of callers, with what of it is theirs.
const TABLES: [(&str, By, &str); 21] = [
    ("interviews", By::Interview, INTERVIEWS),
    ("turns", By::Interview, TURNS),
    ("answers", By::Interview, ANSWERS),
    ("comments", By::Interview, COMMENTS),
    ("callbacks", By::Interview, CALLBACKS),
    ("credits", By::Interview, CREDITS),
    ("hand_links", By::Interview, HAND_LINKS),
    ("link_history", By::Interview, LINK_HISTORY),
    ("marks", By::Interview, MARKS),
    ("cases", By::Interview, CASES),
    ("observations", By::Interview, OBSERVATIONS),
    ("calls", By::Call, CALLS),
    ("call_names", By::Call, CALL_NAMES),
    ("legs", By::Call, LEGS),
    ("offers", By::Interview, OFFERS),
    ("offers", By::Caller, OTHER_OFFERS),
    ("handovers", By::Interview, USED_HANDOVERS),
    ("handovers", By::Caller, HANDOVERS),
    ("never_ask", By::Caller, NEVER_ASK),
    ("deliveries", By::Written, DELIVERIES),
    ("audit", By::Written, AUDIT),
];

const INTERVIEWS: &str = "select s.name as survey_name, a.code as said_agent_code,
        t.name as said_team_name, q.name as said_queue_name, i.*
    from interviews i left join surveys s on s.version = i.survey
    left join agents a on a.id = i.said_agent left join teams t on t.id = i.said_team
    left join queues q on q.id = i.said_queue
    where i.id in ({rows uuid})";
const TURNS: &str = "select * from turns where interview in ({rows uuid})";
const ANSWERS: &str = "select * from answers where interview in ({rows uuid})";
const COMMENTS: &str = "select * from comments where interview in ({rows uuid})";
const CALLBACKS: &str = "select * from callbacks where interview in ({rows uuid})";
const CREDITS: &str = "select a.code as agent_code, t.name as team_name, q.name as queue_name, c.*
    from credits c left join agents a on a.id = c.agent left join teams t on t.id = c.team
    left join queues q on q.id = c.queue where c.interview in ({rows uuid})";
const HAND_LINKS: &str = "select * from hand_links where interview in ({rows uuid})";
const LINK_HISTORY: &str = "select * from link_history where interview in ({rows uuid})";
const MARKS: &str = "select * from marks where interview in ({rows uuid})";
const CASES: &str = "select * from cases where interview in ({rows uuid})";
const OBSERVATIONS: &str = "select * from observations where interview in ({rows uuid})";
const CALLS: &str = "select * from calls where id in ({rows uuid})";
const CALL_NAMES: &str = "select * from call_names where call_id in ({rows uuid})";
const LEGS: &str = "select a.code as agent_code, t.name as team_name, q.name as queue_name, l.*
    from legs l left join agents a on a.id = l.agent left join teams t on t.id = l.team
    left join queues q on q.id = l.queue where l.call_id in ({rows uuid})";
const OFFERS: &str = "select * from offers where interview in ({rows uuid})";
// Of interviews that are gone.
const OTHER_OFFERS: &str = "select * from offers where caller_hash in ({rows uuid})
    and not exists (select 1 from interviews i where i.id = offers.interview)";
const USED_HANDOVERS: &str = "select * from handovers h where exists (select 1 from interviews i
    where i.id in ({rows uuid}) and i.provider = h.provider and i.call_ref = h.used_call)";
// The others.
const HANDOVERS: &str = "select * from handovers where caller_hash in ({rows uuid})
    and used_call is null";
const NEVER_ASK: &str = "select * from never_ask where caller_hash in ({rows uuid})";
const DELIVERIES: &str = "select * from deliveries where subject in ({rows text})";
const AUDIT: &str = "select seq, at_ms, who, act, object from audit where object in ({rows text})";

impl Store {
    /// All that is kept about somebody who was served, as of one moment; tables without any of it
    /// are left out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about(&self, of: &Subject, traces: &Traces) -> Result<Vec<Kept>, StoreError> {
        let written: Vec<String> = traces.interviews.iter().map(InterviewId::to_string).collect();
        let mut tx = Tx::look_up(&self.pools).await?;
        let mut kept = Vec::new();
        for (table, by, text) in TABLES {
            let column = match by {
                By::Interview => Column::Id(traces.ids()),
                By::Written => Column::Text(written.iter().map(String::as_str).collect()),
                By::Call => Column::Id(traces.calls.clone()),
                By::Caller => Column::Id(
                    of.caller().map(|hash| Uuid::from_bytes(hash.0)).into_iter().collect(),
                ),
            };
            add(&mut kept, table, tx.fetch(text, &[column]).await?);
        }
        tx.commit().await?;
        Ok(kept)
    }
}

/// Adds rows of a table, where there are any.
fn add(kept: &mut Vec<Kept>, table: &'static str, mut rows: Vec<Line>) {
    match kept.last_mut().filter(|last| last.table == table) {
        Some(last) => last.rows.append(&mut rows),
        None if rows.is_empty() => {}
        None => kept.push(Kept { table, rows }),
    }
}

/// Puts a value under the name under which people read it.
fn put(line: &mut Map<String, Value>, name: &str, value: Value) {
    let at = |value: &Value| Timestamp::from_millisecond(value.as_i64()?).ok();
    match name.strip_suffix("_ms") {
        Some(short) => {
            let time = at(&value).map(|at| Value::from(at.to_string()));
            // An interview has `started` beside `started_ms`.
            let name = if short == "at" { short.to_owned() } else { format!("{short}_at") };
            line.insert(name, time.unwrap_or(value));
        }
        None if name == "day" || name == "day_before" => {
            let date = value.as_i64().map(|day| Value::from(clock::date(day).to_string()));
            line.insert(name.to_owned(), date.unwrap_or(value));
        }
        None => {
            line.insert(name.to_owned(), value);
        }
    }
}

fn hex(bytes: &[u8]) -> Value {
    Value::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The value of a column, by the type that the database gives it.
macro_rules! values {
    ($row:ident, $($kind:literal)|+ => $id:ty) => {{
        let mut line = Map::new();
        for column in $row.columns() {
            let at = column.ordinal();
            let raw = $row.try_get_raw(at)?;
            // SQLite keeps yes and no as numbers; only the column knows.
            let (none, kind) = match column.type_info().name() {
                "BOOLEAN" => (raw.is_null(), "BOOLEAN".to_owned()),
                _ => (raw.is_null(), raw.type_info().name().to_owned()),
            };
            let value = match kind.as_str() {
                _ if none => Value::Null,
                "BOOLEAN" | "BOOL" => Value::from($row.try_get::<bool, _>(at)?),
                "INTEGER" | "INT8" | "INT4" => Value::from($row.try_get::<i64, _>(at)?),
                $($kind)|+ => hex($row.try_get::<$id, _>(at)?.as_ref()),
                "BYTEA" => hex(&$row.try_get::<Vec<u8>, _>(at)?),
                _ => Value::from($row.try_get::<String, _>(at)?),
            };
            put(&mut line, column.name(), value);
        }
        Ok(Self(line))
    }};
}

impl<'r> FromRow<'r, SqliteRow> for Line {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        values!(row, "BLOB" => Vec<u8>)
    }
}

impl<'r> FromRow<'r, PgRow> for Line {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        values!(row, "UUID" => Uuid)
    }
}
