//! A view split by team, queue, language or channel: the figures of each part. Each interview
//! counts once, in the part of its credit, so the parts add up to the whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agents::Figures;
use super::anonymous::splits;
use super::compare::TELEPHONE;
use super::gathered::{ELSEWHERE, Gathered, Places};
use super::measures::{Figure, figures};
use super::view::day_number;
use super::weighted::Sampled;
use super::{Directory, Filter, ReportError, Reports, Viewer};
use crate::satisfaction::CONFIDENCE;
use crate::store::SAMPLED_OUT;
use crate::store::report::{Asked, Cut, PartCount, PartStage, Split, Unit};
use crate::store::{LEFT_OUT, UNASKED};
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
    /// How many calls were asked; null where all that could be were.
    pub sampled: Option<Sampled>,
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
    split: Split,
    /// Whether calls that nobody was asked about are in it.
    all_calls: bool,
    pub(super) answers: Vec<PartCount>,
    stages: Vec<PartStage>,
}

impl Counted {
    fn of(
        cuts: &[Cut],
        split: Split,
        found: impl IntoIterator<Item = (Vec<PartCount>, Vec<PartStage>)>,
    ) -> Self {
        let all_calls = cuts.iter().all(all_calls);
        let mut counted = Self { split, all_calls, answers: Vec::new(), stages: Vec::new() };
        for (mut answers, mut stages) in found {
            counted.answers.append(&mut answers);
            counted.stages.append(&mut stages);
        }
        counted
    }

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

    /// How many interviews came to a stage.
    pub(super) fn staged(&self, stage: &str) -> u64 {
        let own = self.stages.iter().filter(|row| row.stage == stage);
        own.map(|row| super::gathered::count(row.n)).sum()
    }

    /// How many calls were asked and how many fell outside the sample; `None` where none did.
    pub(super) fn sampled(&self) -> Option<Sampled> {
        let left_out = self.staged(SAMPLED_OUT);
        (left_out > 0).then(|| Sampled { offered: self.staged("offered"), left_out })
    }

    /// The figures of each part, by what it is called in the tallies.
    pub(super) fn gather(&self, all: &[Figure]) -> BTreeMap<(i64, String), Figures> {
        let gathered = self.gathered(all, |part, word| (part, word.to_owned()));
        let mut gathered = gathered;
        if self.split == Split::Language {
            // A call whose record says no language may be of any.
            let nowhere = gathered.get(&(0, String::new()));
            let n = nowhere.map_or(0, |one| one.stage(UNASKED) + one.stage(LEFT_OUT));
            gathered.retain(|(_, word), one| !word.is_empty() || one.asked());
            for one in gathered.values_mut() {
                one.add_stage(ELSEWHERE, i64::try_from(n).unwrap_or(i64::MAX));
            }
        }
        let figures = |one: &Gathered| one.figures(all, self.all_calls);
        gathered.iter().map(|(part, one)| (part.clone(), figures(one))).collect()
    }

    /// The figures of all parts together.
    pub(super) fn whole(&self, all: &[Figure]) -> Figures {
        let gathered = self.gathered(all, |_, _| ());
        gathered.get(&()).unwrap_or(&Gathered::default()).figures(all, self.all_calls)
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
            unit.add_answers(at, row.outcome, row.n, row.reviewed);
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
        splits(&cuts, by.split())?;
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
        let mut whole = counted.whole(&figures);
        let mut parts = counted.gather(&figures);
        // One agent's calls of a queue and day are one sample: nothing to weigh.
        let sampled = counted.sampled().filter(|_| filter.agent.is_none());
        if sampled.is_some() {
            let strata = self.strata(&cuts, by.split(), &figures).await?;
            strata.put(None, &figures, &mut whole.measures);
            for (part, own) in &mut parts {
                strata.put(Some(part), &figures, &mut own.measures);
            }
        }
        let parts = parts.into_iter();
        let mut parts: Vec<Part> =
            parts.map(|((part, word), figures)| Part { name: name(part, word), figures }).collect();
        parts.sort_by_key(|part| (part.name.is_none(), part.name.clone()));
        Ok(PartsReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            by: by.word(),
            confidence: CONFIDENCE,
            whole,
            sampled,
            parts,
            figures,
        })
    }

    /// Counts of a view by part: those of its agent if it is limited to one, else of the whole.
    pub(super) async fn counted(&self, cuts: &[Cut], split: Split) -> Result<Counted, ReportError> {
        let found = self.store.split_counts(&asked(cuts, split)).await?;
        Ok(Counted::of(cuts, split, found))
    }

    /// The same of several views, as of one moment.
    pub(super) async fn counted_all<const N: usize>(
        &self,
        views: [(&[Cut], Split); N],
    ) -> Result<[Counted; N], ReportError> {
        let asks: Vec<_> = views.iter().flat_map(|&(cuts, split)| asked(cuts, split)).collect();
        let mut found = self.store.split_counts(&asks).await?.into_iter();
        Ok(views.map(|(cuts, split)| Counted::of(cuts, split, found.by_ref().take(cuts.len()))))
    }
}

fn asked(cuts: &[Cut], split: Split) -> Vec<(Split, &Cut, Unit)> {
    let unit = |cut: &Cut| if cut.agent.is_some() { Unit::Agents } else { Unit::Whole };
    cuts.iter().map(|cut| (split, cut, unit(cut))).collect()
}

/// As [`Filter::all_calls`].
fn all_calls(cut: &Cut) -> bool {
    let telephone = cut.channel.as_deref().is_none_or(|channel| channel == TELEPHONE);
    cut.survey.is_none() && cut.version.is_none() && cut.language.is_none() && telephone
}

/// The same limits over other days.
pub(super) fn over(cuts: &[Cut], from: jiff::civil::Date, to: jiff::civil::Date) -> Vec<Cut> {
    let one = |cut: &Cut| Cut { from: day_number(from), to: day_number(to), ..cut.clone() };
    cuts.iter().map(one).collect()
}
