//! Cases: follow-ups on one caller, at most one for an interview.

use std::collections::BTreeSet;

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{Column, Tx};
use super::{Store, StoreError, look_up, write_tx};
use crate::interview::Millis;

const OPEN: &str = "insert into cases (id, interview, opened_ms, reason, due_ms, status)
    {rows text, uuid, bigint, text, bigint, text} on conflict (interview) do nothing returning id";

const CASES: &str = "select c.id, c.interview, c.opened_ms, c.reason, c.owner, c.due_ms, c.status,
        c.outcome, c.closed_ms,
        (select min(t.name) from credits x join teams t on t.id = x.team
            where x.interview = c.interview and x.kind = 0
                and x.gen = (select reading from tally_state where id = 1)) as team
    from cases c
    where ($1 = '' or c.status = $1) and c.opened_ms <= $2 and (c.opened_ms < $2 or c.id < $3)
    order by c.opened_ms desc, c.id desc limit $4";

const CASE: &str = "select c.id, c.interview, c.opened_ms, c.reason, c.owner, c.due_ms, c.status,
        c.outcome, c.closed_ms,
        (select min(t.name) from credits x join teams t on t.id = x.team
            where x.interview = c.interview and x.kind = 0
                and x.gen = (select reading from tally_state where id = 1)) as team
    from cases c where c.id = $1";

const OPEN_CASES: &str = "select team, cast(count(*) as bigint) from (
        select (select min(t.name) from credits x join teams t on t.id = x.team
            where x.interview = c.interview and x.kind = 0
                and x.gen = (select reading from tally_state where id = 1)) as team
        from cases c where c.status = 'open') as o
    group by team";

// What was closed keeps its moment, whatever else is changed later.
const CHANGE: &str = "update cases set owner = $2, due_ms = $3, status = $4, outcome = $5,
        closed_ms = case when $4 = 'open' then null else coalesce(closed_ms, $6) end
    where id = $1";

/// Why a case was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseReason {
    /// The caller gave a low score.
    LowScore,
    /// The caller asked to be called back.
    Callback,
}

impl CaseReason {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::LowScore => "low_score",
            Self::Callback => "callback",
        }
    }
}

/// A case to be opened, unless its interview has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub id: String,
    /// The interview.
    pub interview: Uuid,
    /// Why.
    pub reason: CaseReason,
    /// Until when somebody should have looked after it.
    pub due_ms: Millis,
}

/// A case as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// The interview.
    pub interview: Uuid,
    /// When it was opened.
    pub opened_ms: Millis,
    /// `low_score` or `callback`.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Until when.
    pub due_ms: Option<Millis>,
    /// `open` or `closed`.
    pub status: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// When it was closed.
    pub closed_ms: Option<Millis>,
    /// The team that the interview counts for as a whole, if known.
    pub team: Option<String>,
}

impl Case {
    /// Whether somebody must still look after it.
    pub fn is_open(&self) -> bool {
        self.status == "open"
    }
}

/// Which cases a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CasePage {
    /// `Some(true)`: open ones; `Some(false)`: closed ones.
    pub open: Option<bool>,
    /// Only those after that one: when it was opened, and its id.
    pub after: Option<(Millis, String)>,
    /// At most so many.
    pub limit: u32,
}

/// Opens cases; gives the ids of those whose interview had none.
pub(super) async fn open(
    tx: &mut Tx,
    openings: &[&Opening],
    now: Millis,
) -> Result<BTreeSet<String>, sqlx::Error> {
    let columns = [
        Column::Text(openings.iter().map(|one| one.id.as_str()).collect()),
        Column::Id(openings.iter().map(|one| one.interview).collect()),
        Column::Int(vec![now; openings.len()]),
        Column::Text(openings.iter().map(|one| one.reason.word()).collect()),
        Column::Int(openings.iter().map(|one| one.due_ms).collect()),
        Column::Text(vec!["open"; openings.len()]),
    ];
    let rows: Vec<(String,)> = tx.fetch(OPEN, &columns).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

impl Store {
    /// Cases, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn cases(&self, page: &CasePage) -> Result<Vec<Case>, StoreError> {
        let status = match page.open {
            None => "",
            Some(true) => "open",
            Some(false) => "closed",
        };
        let (at, id) = page.after.clone().unwrap_or((Millis::MAX, String::new()));
        Ok(look_up!(self, |db| sqlx::query_as(CASES)
            .bind(status)
            .bind(at)
            .bind(id.as_str())
            .bind(i64::from(page.limit))
            .fetch_all(db)
            .await?))
    }

    /// One case; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(CASE).bind(id).fetch_optional(db).await?))
    }

    /// How many cases are open, by the team of the credit; `None` is no known team.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open_cases(&self) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        let teams: Vec<(Option<String>, i64)> =
            look_up!(self, |db| sqlx::query_as(OPEN_CASES).fetch_all(db).await?);
        Ok(teams.into_iter().map(|(team, n)| (team, u64::try_from(n).unwrap_or(0))).collect())
    }

    /// Writes owner, due date, status and outcome of a case as they stand in `case`; says whether
    /// there is such a case.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn change_case(&self, case: &Case, now: Millis) -> Result<bool, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(CHANGE)
            .bind(case.id.as_str())
            .bind(case.owner.as_deref())
            .bind(case.due_ms)
            .bind(case.status.as_str())
            .bind(case.outcome.as_deref())
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected())
            > 0)
    }
}
