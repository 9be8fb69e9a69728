//! What reports read: tallies summed for one view, and the interviews behind a number.
//!
//! Every statement sees one generation of the tallies, so nobody reads a half-built recount.

use std::sync::Arc;

use super::{Store, StoreError, look_up};
use crate::interview::Millis;
use crate::satisfaction::anonymous::Fence;
use crate::survey::{Credit, Survey, Version};

mod counts;
mod disagreement;
mod export;
mod handing;
mod interviews;
mod list;
mod sheets;
mod splits;
pub(super) use counts::raw_counts;
pub use counts::{Apart, Ask, Every, Given, Group};
pub use disagreement::{Disagreement, Witness, disagreements};
pub use export::{AnswerOut, CreditOut, Exported};
pub use handing::{Ending, MOST_HANDED};
pub(super) use interviews::team_then;
pub use interviews::{Came, Comment, Credited, Event, Heard, Leg, Listed, Served, Whole};
pub(super) use list::moments;
pub use list::{After, Callers, Clash, Pick, list_text};
pub use sheets::{MOST_SHEETS, SheetAnswer};
pub use splits::{DropCount, PartCount, PartStage, Split, WeekCount};

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
    /// What may be shown, where the survey or version is an anonymous one. Without it nothing of
    /// anonymous surveys is in the view.
    pub fence: Option<Arc<Fence>>,
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

    /// What the rows of most reports are.
    pub fn apart(self) -> Apart {
        match self {
            Self::Whole => Apart::default(),
            Self::Agents => Apart::AGENTS,
        }
    }
}

/// So many answers of one value, or items of one other outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// How many without those marked as outside the agent's control.
    pub reviewed: i64,
}

impl AnswerCount {
    /// The answers of one group.
    pub fn of(group: &Group) -> impl Iterator<Item = Self> {
        group.answers.iter().filter(|given| given.n != 0).map(|given| Self {
            survey: group.survey,
            question: given.question,
            agent: group.agent,
            team: group.team,
            outcome: given.outcome,
            n: given.n,
            reviewed: given.reviewed,
        })
    }
}

/// So many interviews at one stage of the funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageCount {
    /// Survey version.
    pub survey: i64,
    /// The agent; 0 for none, and always for [`Unit::Whole`].
    pub agent: i64,
    /// The team; 0 for none, and always for [`Unit::Whole`].
    pub team: i64,
    /// `handed_over`, `offered`, `started`, `sampled_out`, `not_linked` (in the whole), or the word
    /// of a disposition.
    pub stage: String,
    /// How many.
    pub n: i64,
}

impl StageCount {
    /// The stages of one group.
    pub fn of(group: &Group) -> impl Iterator<Item = Self> {
        group.stages.iter().map(|(stage, n)| Self {
            survey: group.survey,
            agent: group.agent,
            team: group.team,
            stage: (*stage).to_owned(),
            n: *n,
        })
    }
}

/// A survey version with when it was first asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When it was first asked.
    pub first_seen_ms: Millis,
    /// The survey.
    pub survey: Arc<Survey>,
}

impl Store {
    /// Answers of a view, summed over its days, languages, channels and queues; see
    /// [`Store::counts`] for several figures of one moment.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn answer_counts(
        &self,
        cut: &Cut,
        unit: Unit,
    ) -> Result<Vec<AnswerCount>, StoreError> {
        let groups = self.counts(&[Ask { cut, unit, apart: unit.apart() }]).await?;
        Ok(groups.iter().flatten().flat_map(AnswerCount::of).collect())
    }

    /// Stages of the funnel of a view, summed likewise.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn stage_counts(&self, cut: &Cut, unit: Unit) -> Result<Vec<StageCount>, StoreError> {
        let groups = self.counts(&[Ask { cut, unit, apart: unit.apart() }]).await?;
        Ok(groups.iter().flatten().flat_map(StageCount::of).collect())
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
