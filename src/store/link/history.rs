//! How the links of interviews changed since they began.

use std::collections::HashMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::Found;
use crate::interview::{InterviewId, Millis};
use crate::store::report::Served;
use crate::store::rows::{Column, Tx};
use crate::store::tally::Unit;
use crate::store::{Store, StoreError, look_up};

const LAST: &str = "select interview, max(nr) from link_history where interview in ({rows uuid})
    group by interview";

const PUT: &str = "insert into link_history (interview, nr, agent, team, queue, at_ms, link,
        call_id, who, reason)
    {rows uuid, bigint, bigint, bigint, bigint, bigint, text, uuid, text, text}";

const OF_INTERVIEW: &str = "select h.nr, h.at_ms, h.link, h.who, h.reason, a.code as agent,
        a.name as agent_name, t.name as team, q.name as queue
    from link_history h
    left join agents a on a.id = h.agent
    left join teams t on t.id = h.team
    left join queues q on q.id = h.queue
    where h.interview = $1 order by h.nr, a.name, a.code";

/// Who did something by hand, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    pub who: &'a str,
    pub reason: &'a str,
}

/// How one interview's link stands from now on.
pub(super) struct Step<'a> {
    pub interview: Uuid,
    pub found: &'a Found,
    pub by: Option<By<'a>>,
}

/// Adds steps to the history of locked interviews, one of each at most.
pub(super) async fn write(
    tx: &mut Tx,
    at_ms: Millis,
    steps: &[Step<'_>],
) -> Result<(), sqlx::Error> {
    let ids = steps.iter().map(|step| step.interview).collect();
    let last: Vec<(Uuid, i64)> = tx.fetch(LAST, &[Column::Id(ids)]).await?;
    let last: HashMap<Uuid, i64> = last.into_iter().collect();
    let mut rows: Vec<(&Step<'_>, Unit)> = Vec::new();
    for step in steps {
        let agents = step.found.units.iter().filter(|unit| unit.kind == 1);
        let before = rows.len();
        rows.extend(agents.map(|unit| (step, *unit)));
        if rows.len() == before {
            rows.extend(step.found.units.first().map(|whole| (step, *whole)));
        }
    }
    let nr = |step: &Step<'_>| last.get(&step.interview).copied().unwrap_or(0) + 1;
    let columns = [
        Column::Id(rows.iter().map(|(step, _)| step.interview).collect()),
        Column::Int(rows.iter().map(|(step, _)| nr(step)).collect()),
        Column::Int(rows.iter().map(|(_, unit)| unit.agent).collect()),
        Column::Int(rows.iter().map(|(_, unit)| unit.team).collect()),
        Column::Int(rows.iter().map(|(_, unit)| unit.queue).collect()),
        Column::Int(vec![at_ms; rows.len()]),
        Column::Text(rows.iter().map(|(step, _)| step.found.link.word()).collect()),
        Column::IdOrNull(rows.iter().map(|(step, _)| step.found.call_id).collect()),
        Column::TextOrNull(rows.iter().map(|(step, _)| step.by.map(|by| by.who)).collect()),
        Column::TextOrNull(rows.iter().map(|(step, _)| step.by.map(|by| by.reason)).collect()),
    ];
    tx.run(PUT, &columns).await?;
    Ok(())
}

/// A change of an interview's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relinked {
    /// When.
    pub at_ms: Millis,
    /// Word of how it is linked since then.
    pub link: String,
    /// Who did it by hand, and why.
    pub by: Option<(String, String)>,
    /// For whom it counts since then; one without an agent where it counts for nobody.
    pub served: Vec<Served>,
}

#[derive(FromRow)]
struct Row {
    nr: i64,
    at_ms: Millis,
    link: String,
    who: Option<String>,
    reason: Option<String>,
    agent: Option<String>,
    agent_name: Option<String>,
    team: Option<String>,
    queue: Option<String>,
}

impl Store {
    /// How the link of an interview changed since its start, oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn link_history(&self, id: InterviewId) -> Result<Vec<Relinked>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let rows: Vec<Row> =
            look_up!(self, |db| sqlx::query_as(OF_INTERVIEW).bind(id).fetch_all(db).await?);
        let mut steps: Vec<(i64, Relinked)> = Vec::new();
        for row in rows {
            let served = Served {
                agent: row.agent,
                agent_name: row.agent_name,
                team: row.team,
                queue: row.queue,
                leg: None,
            };
            match steps.last_mut().filter(|(nr, _)| *nr == row.nr) {
                Some((_, step)) => step.served.push(served),
                None => {
                    let (at_ms, link, by) = (row.at_ms, row.link, row.who.zip(row.reason));
                    steps.push((row.nr, Relinked { at_ms, link, by, served: vec![served] }));
                }
            }
        }
        Ok(steps.into_iter().map(|(_, step)| step).collect())
    }
}
