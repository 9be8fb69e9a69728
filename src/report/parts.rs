//! A view split by team, queue, language or channel: the figures of each part. Each interview
//! counts once, in the part of its credit, so the parts add up to the whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agents::Figures;
use super::gathered::{Gathered, Places};
use super::measures::{Figure, figures};
use super::view::day_number;
use super::{Directory, Filter, ReportError, Reports, Viewer};
use crate::satisfaction::CONFIDENCE;
use crate::store::report::{Asked, Cut, PartCount, PartStage, Split, Unit};
use crate::survey::Version;

/// The figures of each part of a view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartsReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// `team`, `queue`, `language` or `channel`.
    pub by: &'static str,
    /// Confidence of all intervals.
    pub confidence: f64,
    /// The whole view.
    pub whole: Figures,
    /// The parts, by name; those without a name last.
    pub parts: Vec<Part>,
    /// The figures, in the order in which rows have them.
    #[serde(skip)]
    pub figures: Vec<Figure>,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its name or code; null where none is known.
    pub name: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// By what a view can be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Team at the call.
    Team,
    /// Queue.
    Queue,
    /// Language.
    Language,
    /// Channel.
    Channel,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queue, Self::Team, Self::Language, Self::Channel];

    /// The word in queries.
    pub fn word(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Queue => "queue",
            Self::Language => "language",
            Self::Channel => "channel",
        }
    }

    /// What that word means.
    ///
    /// # Errors
    /// With code `bad_split`.
    pub fn from_word(word: &str) -> Result<Self, ReportError> {
        Self::ALL.into_iter().find(|by| by.word() == word).ok_or_else(|| {
            let sentence = format!("by is \"{word}\"; there are queue, team, language and channel");
            ReportError::asked("bad_split", sentence)
        })
    }

    fn split(self) -> Split {
        match self {
            Self::Team => Split::Team,
            Self::Queue => Split::Queue,
            Self::Language => Split::Language,
            Self::Channel => Split::Channel,
        }
    }
}

/// Counts of one period by part.
pub(super) struct Counted {
    answers: Vec<PartCount>,
    stages: Vec<PartStage>,
}

impl Counted {
    /// The survey versions that it has counts of.
    pub(super) fn versions(&self) -> impl Iterator<Item = i64> {
        let answers = self.answers.iter().map(|row| row.survey);
        answers.chain(self.stages.iter().map(|row| row.survey))
    }

    /// How many answers a question has.
    pub(super) fn size(&self, version: Version, question: u8) -> u64 {
        let of = (i64::from(version.0), i64::from(question));
        let own = self.answers.iter().filter(|r| (r.survey, r.question) == of && r.outcome >= 0);
        own.map(|row| super::gathered::count(row.n)).sum()
    }

    /// The figures of each part, by what it is called in the tallies.
    pub(super) fn gather(&self, all: &[Figure]) -> BTreeMap<(i64, String), Figures> {
        let gathered = self.gathered(all, |part, word| (part, word.to_owned()));
        gathered.iter().map(|(part, one)| (part.clone(), one.figures(all))).collect()
    }

    /// The figures of all parts together.
    pub(super) fn whole(&self, all: &[Figure]) -> Figures {
        let gathered = self.gathered(all, |_, _| ());
        gathered.get(&()).unwrap_or(&Gathered::default()).figures(all)
    }

    fn gathered<K: Ord>(
        &self,
        all: &[Figure],
        key: impl Fn(i64, &str) -> K,
    ) -> BTreeMap<K, Gathered> {
        let places = Places::of_figures(all);
        let mut units: BTreeMap<K, Gathered> = BTreeMap::new();
        for row in &self.stages {
            units.entry(key(row.part, &row.word)).or_default().add_stage(&row.stage, row.n);
        }
        for row in &self.answers {
            let Some(at) = places.of(row.survey, row.question) else { continue };
            let unit = units.entry(key(row.part, &row.word)).or_default();
            unit.add_answers(at, row.outcome, row.n);
        }
        units
    }
}

impl Directory {
    /// The surveys among those that have counts.
    pub(super) fn seen(&self, versions: impl Iterator<Item = i64>) -> Vec<Asked> {
        let versions: std::collections::BTreeSet<i64> = versions.collect();
        let in_view = |asked: &&Asked| versions.contains(&i64::from(asked.survey.version.0));
        self.surveys.iter().filter(in_view).cloned().collect()
    }
}

impl Reports {
    /// The figures of each part of a view.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn parts(
        &self,
        filter: &Filter,
        by: By,
        viewer: &Viewer,
    ) -> Result<PartsReport, ReportError> {
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let counted = self.counted(&cuts, by.split()).await?;
        let seen = directory.seen(counted.versions());
        let figures =
            figures(&seen, filter.question.as_deref(), |v, question| counted.size(v, question));
        let queues = self.store.queues().await?;
        let name = |part: i64, word: String| match by {
            By::Team => directory.teams.get(&part).map(|team| team.name.clone()),
            By::Queue => queues.iter().find(|q| q.id == part).map(|q| q.name.clone()),
            By::Language | By::Channel => Some(word).filter(|word| !word.is_empty()),
        };
        let parts = counted.gather(&figures).into_iter();
        let mut parts: Vec<Part> =
            parts.map(|((part, word), figures)| Part { name: name(part, word), figures }).collect();
        parts.sort_by_key(|part| (part.name.is_none(), part.name.clone()));
        Ok(PartsReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            by: by.word(),
            confidence: CONFIDENCE,
            whole: counted.whole(&figures),
            parts,
            figures,
        })
    }

    /// Counts of a view by part: those of its agent if it is limited to one, else of the whole.
    pub(super) async fn counted(&self, cuts: &[Cut], split: Split) -> Result<Counted, ReportError> {
        let mut counted = Counted { answers: Vec::new(), stages: Vec::new() };
        for cut in cuts {
            let unit = if cut.agent.is_some() { Unit::Agents } else { Unit::Whole };
            counted.answers.append(&mut self.store.answers_by(split, cut, unit).await?);
            counted.stages.append(&mut self.store.stages_by(split, cut, unit).await?);
        }
        Ok(counted)
    }
}

/// The same limits over other days.
pub(super) fn over(cuts: &[Cut], from: jiff::civil::Date, to: jiff::civil::Date) -> Vec<Cut> {
    let one = |cut: &Cut| Cut { from: day_number(from), to: day_number(to), ..cut.clone() };
    cuts.iter().map(one).collect()
}
