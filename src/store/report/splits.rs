//! The tallies of a view split further: by the cells in which agents are compared, by day, by one
//! of the filters, and the drop-off.

use super::{Cut, Store, StoreError, Unit};
use crate::store::look_up;

/// Answers of one agent, queue and language: what agents are compared by.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CellCount {
    /// Survey version.
    pub survey: i64,
    /// Index of the question in that version.
    pub question: i64,
    /// The agent.
    pub agent: i64,
    /// The team; 0 for none.
    pub team: i64,
    /// The queue; 0 for none.
    pub queue: i64,
    /// Language code.
    pub language: String,
    /// See `interview::Outcome::code`; values only.
    pub outcome: i64,
    /// How many.
    pub n: i64,
}

/// Answers of one agent in one ISO week.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WeekCount {
    /// Survey version.
    pub survey: i64,
    /// Index of the question in that version.
    pub question: i64,
    /// The agent.
    pub agent: i64,
    /// Weeks since Monday 1969-12-29.
    pub week: i64,
    /// See `interview::Outcome::code`; values only.
    pub outcome: i64,
    /// How many.
    pub n: i64,
}

/// Answers of one part of a view: a day, or whatever it is split by.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PartCount {
    /// Survey version.
    pub survey: i64,
    /// Which part: the day, or the id of the team or queue; 0 where it is a word.
    pub part: i64,
    /// The language or channel; empty where the part is a number.
    pub word: String,
    /// Index of the question in that version.
    pub question: i64,
    /// See `interview::Outcome::code`.
    pub outcome: i64,
    /// How many.
    pub n: i64,
    /// How many of them are not marked as outside our control.
    pub reviewed: i64,
}

/// Interviews of one part of a view at one stage of the funnel.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PartStage {
    /// Survey version.
    pub survey: i64,
    /// As [`PartCount::part`].
    pub part: i64,
    /// As [`PartCount::word`].
    pub word: String,
    /// As [`super::StageCount::stage`].
    pub stage: String,
    /// How many.
    pub n: i64,
}

/// Callers who left, by the question that was open and the second since it began.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DropCount {
    /// Survey version.
    pub survey: i64,
    /// Index of the question in that version.
    pub question: i64,
    /// Whole seconds since its prompt began; 61 stands for all later ones.
    pub second: i64,
    /// How many.
    pub n: i64,
}

/// By what a view is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Local day.
    Day,
    /// Team of the credit.
    Team,
    /// Queue of the credit.
    Queue,
    /// Language.
    Language,
    /// Channel.
    Channel,
}

const CELLS: &str = cells!(
    "question, agent, team, queue, language, outcome, cast(sum(n_raw) as bigint)",
    "answer_tally",
    "question, agent, team, queue, language, outcome
     having sum(n_raw) <> 0 and outcome >= 0"
);

// 1969-12-29 was a Monday, three days before day 0.
const WEEKS: &str = cells!(
    "question, agent, (day + 3) / 7 as week, outcome, cast(sum(n_raw) as bigint)",
    "answer_tally",
    "question, agent, (day + 3) / 7, outcome having sum(n_raw) <> 0 and outcome >= 0"
);

macro_rules! answers_by {
    ($part:literal, $word:literal, $group:literal) => {
        cells!(
            concat!(
                "cast(",
                $part,
                " as bigint) as part, ",
                $word,
                " as word, question, outcome, cast(sum(n_reviewed) as bigint) as reviewed,
                 cast(sum(n_raw) as bigint)"
            ),
            "answer_tally",
            concat!($group, ", question, outcome having sum(n_raw) <> 0")
        )
    };
}

macro_rules! stages_by {
    ($part:literal, $word:literal, $group:literal) => {
        cells!(
            concat!(
                "cast(",
                $part,
                " as bigint) as part, ",
                $word,
                " as word, stage, cast(sum(n) as bigint)"
            ),
            "funnel_tally",
            concat!($group, ", stage having sum(n) <> 0")
        )
    };
}

const ANSWERS_BY_DAY: &str = answers_by!("day", "''", "day");
const ANSWERS_BY_TEAM: &str = answers_by!("team", "''", "team");
const ANSWERS_BY_QUEUE: &str = answers_by!("queue", "''", "queue");
const ANSWERS_BY_LANGUAGE: &str = answers_by!("0", "language", "language");
const ANSWERS_BY_CHANNEL: &str = answers_by!("0", "channel", "channel");
const STAGES_BY_DAY: &str = stages_by!("day", "''", "day");
const STAGES_BY_TEAM: &str = stages_by!("team", "''", "team");
const STAGES_BY_QUEUE: &str = stages_by!("queue", "''", "queue");
const STAGES_BY_LANGUAGE: &str = stages_by!("0", "language", "language");
const STAGES_BY_CHANNEL: &str = stages_by!("0", "channel", "channel");

const DROPS: &str = "select survey, question, second, cast(sum(n) as bigint) as n from drop_tally
    where gen = (select reading from tally_state where id = 1)
      and day between $1 and $2
      and (cast($3 as text) is null or survey in (select version from surveys where name = $3))
      and (cast($4 as bigint) is null or survey = $4)
      and (cast($5 as text) is null or language = $5)
    group by survey, question, second having sum(n) <> 0";

impl Store {
    /// Answers of agents by the cells in which they are compared.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn cell_counts(&self, cut: &Cut) -> Result<Vec<CellCount>, StoreError> {
        split!(self, CELLS, cut, Unit::Agents)
    }

    /// Answers of agents by ISO week.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn week_counts(&self, cut: &Cut) -> Result<Vec<WeekCount>, StoreError> {
        split!(self, WEEKS, cut, Unit::Agents)
    }

    /// Answers of a view by its parts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn answers_by(
        &self,
        split: Split,
        cut: &Cut,
        unit: Unit,
    ) -> Result<Vec<PartCount>, StoreError> {
        let sql = match split {
            Split::Day => ANSWERS_BY_DAY,
            Split::Team => ANSWERS_BY_TEAM,
            Split::Queue => ANSWERS_BY_QUEUE,
            Split::Language => ANSWERS_BY_LANGUAGE,
            Split::Channel => ANSWERS_BY_CHANNEL,
        };
        split!(self, sql, cut, unit)
    }

    /// Stages of the funnel of a view by its parts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn stages_by(
        &self,
        split: Split,
        cut: &Cut,
        unit: Unit,
    ) -> Result<Vec<PartStage>, StoreError> {
        let sql = match split {
            Split::Day => STAGES_BY_DAY,
            Split::Team => STAGES_BY_TEAM,
            Split::Queue => STAGES_BY_QUEUE,
            Split::Language => STAGES_BY_LANGUAGE,
            Split::Channel => STAGES_BY_CHANNEL,
        };
        split!(self, sql, cut, unit)
    }

    /// Where callers left: by survey, version, language and days of the view; its other limits
    /// are not known of those who left.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_counts(&self, cut: &Cut) -> Result<Vec<DropCount>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(DROPS)
            .bind(cut.from)
            .bind(cut.to)
            .bind(cut.survey.as_deref())
            .bind(cut.version.map(|v| i64::from(v.0)))
            .bind(cut.language.as_deref())
            .fetch_all(db)
            .await?))
    }
}
