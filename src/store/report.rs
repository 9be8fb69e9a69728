//! What reports read: tallies summed for one view, and the interviews behind a number.
//!
//! Every statement sees one generation of the tallies, so nobody reads a half-built recount.

use std::sync::Arc;

use super::{Store, StoreError, look_up};
use crate::interview::Millis;
use crate::survey::{Credit, Survey, Version};

mod disagreement;
mod interviews;
mod sheets;
pub use disagreement::{Disagreement, Witness, disagreements};
pub use interviews::{
    After, Came, Comment, Credited, Event, Heard, Leg, Listed, Pick, Served, Whole, list_text,
};
pub(super) use interviews::{moments, team_then};
pub use sheets::{MOST_SHEETS, SheetAnswer};

/// Which tallies and interviews a view is about; `None` is no limit. Days are local days since
/// 1970-01-01, both included. Ids are those of the tables agents, teams and queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// First day.
    pub from: i64,
    /// Last day.
    pub to: i64,
    /// All versions of the survey of that name.
    pub survey: Option<String>,
    /// One version.
    pub version: Option<Version>,
    /// Interviews or answers credited to that agent; does not limit [`Unit::Whole`].
    pub agent: Option<i64>,
    /// The team of the credit.
    pub team: Option<i64>,
    /// The queue of the credit.
    pub queue: Option<i64>,
    /// Language code.
    pub language: Option<String>,
    /// Channel, such as `phone`.
    pub channel: Option<String>,
}

/// For whom counts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Each interview once.
    Whole,
    /// Agents of the credit, by agent and team.
    Agents,
}

impl Unit {
    fn kind(self) -> i64 {
        match self {
            Self::Whole => 0,
            Self::Agents => 1,
        }
    }
}

/// So many answers of one value, or items of one other outcome.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerCount {
    /// Survey version.
    pub survey: i64,
    /// Index of the question in that version.
    pub question: i64,
    /// The agent; 0 for none, and always for [`Unit::Whole`].
    pub agent: i64,
    /// The team; 0 for none, and always for [`Unit::Whole`].
    pub team: i64,
    /// See `interview::Outcome::code`.
    pub outcome: i64,
    /// How many.
    pub n: i64,
}

/// So many interviews at one stage of the funnel.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StageCount {
    /// Survey version.
    pub survey: i64,
    /// The agent; 0 for none, and always for [`Unit::Whole`].
    pub agent: i64,
    /// The team; 0 for none, and always for [`Unit::Whole`].
    pub team: i64,
    /// `handed_over`, `offered`, `started`, `not_linked` (in the whole), or the word of a
    /// disposition.
    pub stage: String,
    /// How many.
    pub n: i64,
}

/// A survey version with when it was first asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When it was first asked.
    pub first_seen_ms: Millis,
    /// The survey.
    pub survey: Arc<Survey>,
}

/// The cells of a view; the same places in all four statements.
macro_rules! cells {
    ($select:expr, $table:literal, $group:expr) => {
        concat!(
            "select survey, ",
            $select,
            " as n from ",
            $table,
            "
            where gen = (select reading from tally_state where id = 1)
              and day between $1 and $2 and kind = $3
              and (cast($4 as text) is null or survey in (select version from surveys where name = $4))
              and (cast($5 as bigint) is null or survey = $5)
              and (cast($6 as bigint) is null or agent = $6)
              and (cast($7 as bigint) is null or team = $7)
              and (cast($8 as bigint) is null or queue = $8)
              and (cast($9 as text) is null or language = $9)
              and (cast($10 as text) is null or channel = $10)
            group by survey, ",
            $group
        )
    };
}

/// Runs one of them.
macro_rules! split {
    ($store:expr, $sql:expr, $cut:expr, $unit:expr) => {
        Ok(look_up!($store, |db| sqlx::query_as($sql)
            .bind($cut.from)
            .bind($cut.to)
            .bind($unit.kind())
            .bind($cut.survey.as_deref())
            .bind($cut.version.map(|v| i64::from(v.0)))
            .bind($cut.agent.filter(|_| $unit == Unit::Agents))
            .bind($cut.team)
            .bind($cut.queue)
            .bind($cut.language.as_deref())
            .bind($cut.channel.as_deref())
            .fetch_all(db)
            .await?))
    };
}

mod splits;
pub use splits::{CellCount, DropCount, PartCount, PartStage, Split, WeekCount};

const ANSWERS_WHOLE: &str = cells!(
    "question, cast(0 as bigint) as agent, cast(0 as bigint) as team, outcome,
     cast(sum(n_raw) as bigint)",
    "answer_tally",
    "question, outcome having sum(n_raw) <> 0"
);
const ANSWERS_AGENTS: &str = cells!(
    "question, agent, team, outcome, cast(sum(n_raw) as bigint)",
    "answer_tally",
    "question, agent, team, outcome having sum(n_raw) <> 0"
);
const STAGES_WHOLE: &str = cells!(
    "cast(0 as bigint) as agent, cast(0 as bigint) as team, stage, cast(sum(n) as bigint)",
    "funnel_tally",
    "stage having sum(n) <> 0"
);
const STAGES_AGENTS: &str = cells!(
    "agent, team, stage, cast(sum(n) as bigint)",
    "funnel_tally",
    "agent, team, stage having sum(n) <> 0"
);

impl Store {
    /// Answers of a view, summed over its days, languages, channels and queues.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn answer_counts(
        &self,
        cut: &Cut,
        unit: Unit,
    ) -> Result<Vec<AnswerCount>, StoreError> {
        let sql = match unit {
            Unit::Whole => ANSWERS_WHOLE,
            Unit::Agents => ANSWERS_AGENTS,
        };
        split!(self, sql, cut, unit)
    }

    /// Stages of the funnel of a view, summed likewise.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn stage_counts(&self, cut: &Cut, unit: Unit) -> Result<Vec<StageCount>, StoreError> {
        let sql = match unit {
            Unit::Whole => STAGES_WHOLE,
            Unit::Agents => STAGES_AGENTS,
        };
        split!(self, sql, cut, unit)
    }

    /// Whether any interview was ever begun.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn any_interview(&self) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from (select 1 from interviews limit 1) as one";
        let (n,): (i64,) = look_up!(self, |db| sqlx::query_as(SQL).fetch_one(db).await?);
        Ok(n > 0)
    }

    /// Every survey version that was ever asked, oldest first: number, name, when first asked.
    /// Definitions are large; [`Store::survey_asked`] reads one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn survey_versions(&self) -> Result<Vec<(Version, String, Millis)>, StoreError> {
        const SQL: &str =
            "select version, name, first_seen_ms from surveys order by first_seen_ms, version";
        let rows: Vec<(i64, String, i64)> =
            look_up!(self, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(|(v, name, at)| Ok((version(v)?, name, at))).collect()
    }

    /// The credit rule in force for the survey of that name; `None` until a first call keeps one.
    ///
    /// # Errors
    /// If the database does not answer, or keeps a rule that this program does not know.
    pub async fn credit_in_force(&self, survey: &str) -> Result<Option<Credit>, StoreError> {
        const SQL: &str = "select value from meta where name = $1";
        let row: Option<(String,)> = look_up!(self, |db| sqlx::query_as(SQL)
            .bind(format!("credit.{survey}"))
            .fetch_optional(db)
            .await?);
        row.map(|(word,)| match word.as_str() {
            "last" => Ok(Credit::Last),
            "first" => Ok(Credit::First),
            "longest" => Ok(Credit::Longest),
            "every" => Ok(Credit::Every),
            _ => Err(StoreError::Corrupt(format!("credit rule \"{word}\" of {survey}"))),
        })
        .transpose()
    }

    /// One survey version as it was asked; `None` if it never was.
    ///
    /// # Errors
    /// If the database does not answer, or the definition cannot be read.
    pub async fn survey_asked(&self, which: Version) -> Result<Option<Asked>, StoreError> {
        const SQL: &str = "select definition, first_seen_ms from surveys where version = $1";
        let row: Option<(String, i64)> = look_up!(self, |db| sqlx::query_as(SQL)
            .bind(i64::from(which.0))
            .fetch_optional(db)
            .await?);
        row.map(|(definition, first_seen_ms)| {
            let survey = serde_json::from_str::<Survey>(&definition)
                .map_err(|fault| StoreError::Corrupt(format!("survey {which}: {fault}")))?;
            Ok(Asked { first_seen_ms, survey: Arc::new(survey) })
        })
        .transpose()
    }
}

fn version(stored: i64) -> Result<Version, StoreError> {
    u32::try_from(stored)
        .map(Version)
        .map_err(|_| StoreError::Corrupt(format!("survey version {stored}")))
}
