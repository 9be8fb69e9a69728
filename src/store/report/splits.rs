//! The tallies of a view split further: by day, by one of the filters, and the drop-off.

use super::{Apart, Ask, Cut, Every, Group, Store, StoreError, Unit};
use crate::store::look_up;

/// Answers of one agent in one ISO week.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Not at all.
    Whole,
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

const DROPS: &str = "select survey, question, second, cast(sum(n) as bigint) as n from drop_tally
    where gen = (select reading from tally_state where id = 1)
      and survey not in (select version from surveys where anonymous)
      and day between $1 and $2
      and (cast($3 as text) is null or survey in (select version from surveys where name = $3))
      and (cast($4 as bigint) is null or survey = $4)
      and (cast($5 as text) is null or language = $5)
    group by survey, question, second having sum(n) <> 0";

impl Split {
    fn apart(self) -> Apart {
        let none = Apart::default();
        match self {
            Self::Whole => none,
            Self::Day => Apart::series(Every::Day),
            Self::Team => Apart { team: true, ..none },
            Self::Queue => Apart { queue: true, ..none },
            Self::Language => Apart { language: true, ..none },
            Self::Channel => Apart { channel: true, ..none },
        }
    }

    /// Which part a group is, as a number and as a word of its own.
    pub fn part_of(self, group: &Group) -> (i64, String) {
        let (part, word) = self.part(group);
        (part, word.to_owned())
    }

    /// Which part a group is, as a number and as a word.
    fn part(self, group: &Group) -> (i64, &str) {
        match self {
            Self::Whole => (0, ""),
            Self::Day => (group.start, ""),
            Self::Team => (group.team, ""),
            Self::Queue => (group.queue, ""),
            Self::Language => (0, &group.language),
            Self::Channel => (0, &group.channel),
        }
    }

    fn answers(self, group: &Group) -> impl Iterator<Item = PartCount> {
        let (part, word) = self.part(group);
        group.answers.iter().filter(|given| given.n != 0).map(move |given| PartCount {
            survey: group.survey,
            part,
            word: word.to_owned(),
            question: given.question,
            outcome: given.outcome,
            n: given.n,
            reviewed: given.reviewed,
        })
    }

    fn stages(self, group: &Group) -> impl Iterator<Item = PartStage> {
        let (part, word) = self.part(group);
        group.stages.iter().map(move |(stage, n)| PartStage {
            survey: group.survey,
            part,
            word: word.to_owned(),
            stage: (*stage).to_owned(),
            n: *n,
        })
    }
}

impl Store {
    /// Answers of agents by ISO week.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn week_counts(&self, cut: &Cut) -> Result<Vec<WeekCount>, StoreError> {
        let apart = Apart { agent: true, ..Apart::series(Every::Week) };
        let groups = self.counts(&[Ask { cut, unit: Unit::Agents, apart }]).await?;
        let of_group = |group: &Group| {
            let Group { survey, agent, start, .. } = *group;
            let answers = group.answers.clone().into_iter();
            answers.filter(|given| given.outcome >= 0 && given.n != 0).map(move |given| WeekCount {
                survey,
                question: given.question,
                agent,
                // Day 0 was the Thursday of the first week.
                week: (start + 3) / 7,
                outcome: given.outcome,
                n: given.n,
            })
        };
        Ok(groups.iter().flatten().flat_map(of_group).collect())
    }

    /// Answers and stages of views by their parts, of all views as of one moment, in their order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn split_counts(
        &self,
        views: &[(Split, &Cut, Unit)],
    ) -> Result<Vec<(Vec<PartCount>, Vec<PartStage>)>, StoreError> {
        let asks: Vec<Ask> = views
            .iter()
            .map(|&(split, cut, unit)| Ask { cut, unit, apart: split.apart() })
            .collect();
        let found = self.counts(&asks).await?;
        let split = |(groups, (split, ..)): (&Vec<Group>, &(Split, &Cut, Unit))| {
            let answers = groups.iter().flat_map(|group| split.answers(group)).collect();
            let stages = groups.iter().flat_map(|group| split.stages(group)).collect();
            (answers, stages)
        };
        Ok(found.iter().zip(views).map(split).collect())
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
