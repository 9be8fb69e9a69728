//! Today so far, for the wallboard: counts by team and queue in which each interview counts once.
//! Nothing of it is about a person, and nothing of an anonymous survey: a day is no month.

use sqlx::FromRow;

use super::rows::{Column, Tx};
use super::{Store, StoreError};
use crate::interview::Millis;

/// Milliseconds of one place of the last hour's line.
pub const PLACE_MS: Millis = 300_000;

/// Places of the line.
pub const PLACES: usize = 12;

const ANSWERS: &str = "select survey, question, team, queue, outcome,
        cast(sum(n_raw) as bigint) as n
    from answer_tally
    where gen = (select reading from tally_state where id = 1) and day = $1 and kind = 0
        and survey not in (select version from surveys where anonymous)
    group by survey, question, team, queue, outcome";

const STAGES: &str = "select team, queue, stage, cast(sum(n) as bigint) as n
    from funnel_tally
    where gen = (select reading from tally_state where id = 1) and day = $1 and kind = 0
        and survey not in (select version from surveys where anonymous)
    group by team, queue, stage";

const LINE: &str = "select c.team, c.queue, (i.started_ms - $1) / $2 as place, count(*) as n
    from interviews i join credits c on c.interview = i.id and c.kind = 0
        and c.gen = (select reading from tally_state where id = 1)
    where i.started_ms >= $1 and i.started_ms < $3 and i.ineligible = '' and not i.anonymous
    group by c.team, c.queue, (i.started_ms - $1) / $2";

const WAITING: &str = "select c.team, c.queue, count(*) as n
    from comments m join credits c on c.interview = m.interview and c.kind = 0
        and c.gen = (select reading from tally_state where id = 1)
    where m.status in ('expected', 'ready', 'stored') and m.at_ms >= $1 and m.heard_ms is null
    group by c.team, c.queue";

/// So many answers of one value.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Answered {
    /// Survey version.
    pub survey: i64,
    /// Index of the question.
    pub question: i64,
    /// The team; 0 for none.
    pub team: i64,
    /// The queue; 0 for none.
    pub queue: i64,
    /// See `interview::Outcome::code`.
    pub outcome: i64,
    /// How many.
    pub n: i64,
}

/// So many interviews at one stage of the funnel.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Staged {
    /// The team; 0 for none.
    pub team: i64,
    /// The queue; 0 for none.
    pub queue: i64,
    /// As in [`super::report::StageCount`].
    pub stage: String,
    /// How many.
    pub n: i64,
}

/// Today so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Answers.
    pub answers: Vec<Answered>,
    /// Interviews by stage.
    pub stages: Vec<Staged>,
    /// Callers asked in the last hour: team, queue, place in the line (0 is the oldest), how many.
    pub line: Vec<(i64, i64, i64, i64)>,
    /// Comments of today that nobody has played yet: team, queue, how many.
    pub waiting: Vec<(i64, i64, i64)>,
}

impl Store {
    /// Counts of that local day, which began at `began_ms`, and of the hour before `now_ms`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn today(
        &self,
        day: i64,
        began_ms: Millis,
        now_ms: Millis,
    ) -> Result<Today, StoreError> {
        let hour_ago = now_ms - PLACE_MS * i64::try_from(PLACES).unwrap_or(0);
        let mut tx = Tx::look_up(&self.pools).await?;
        let answers = tx.fetch(ANSWERS, &[Column::Int(vec![day])]).await?;
        let stages = tx.fetch(STAGES, &[Column::Int(vec![day])]).await?;
        let hour = [hour_ago, PLACE_MS, now_ms].map(|value| Column::Int(vec![value]));
        let line = tx.fetch(LINE, &hour).await?;
        let waiting = tx.fetch(WAITING, &[Column::Int(vec![began_ms])]).await?;
        tx.commit().await?;
        Ok(Today { answers, stages, line, waiting })
    }
}
