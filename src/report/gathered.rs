//! Counts of one unit on their way to figures.

use std::collections::BTreeMap;

use super::agents::{Dispositions, Figures, Rate};
use super::measures::{Figure, Measures, measured};

/// Which figure a question belongs to.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<(i64, i64), usize>);

impl Places {
    /// Of the questions that those figures pool.
    pub fn of_figures(figures: &[Figure]) -> Self {
        let questions = figures.iter().enumerate().flat_map(|(at, figure)| {
            figure.questions.iter().map(move |(v, q)| ((i64::from(v.0), i64::from(*q)), at))
        });
        Self(questions.collect())
    }

    /// The place of the figure in the list, if the question belongs to one.
    pub fn of(&self, survey: i64, question: i64) -> Option<usize> {
        self.0.get(&(survey, question)).copied()
    }
}

/// A stored count; tallies are never below zero.
pub(super) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Counts of one unit while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    stages: BTreeMap<String, u64>,
    /// By figure (its place in the list): value and how many.
    answers: BTreeMap<usize, Vec<(u8, u64)>>,
    /// By figure: who heard its question and gave no answer.
    unanswered: BTreeMap<usize, u64>,
}

impl Gathered {
    /// Adds so many items of one outcome of the question of that figure.
    pub fn add_answers(&mut self, at: usize, outcome: i64, n: i64) {
        let by_value = match u8::try_from(outcome) {
            Ok(value) => {
                self.answers.entry(at).or_default().push((value, count(n)));
                return;
            }
            Err(_) if ASKED.contains(&outcome) => self.unanswered.entry(at).or_default(),
            Err(_) => return,
        };
        *by_value += count(n);
        self.answers.entry(at).or_default();
    }

    /// Adds so many interviews at one stage of the funnel.
    pub fn add_stage(&mut self, stage: &str, n: i64) {
        *self.stages.entry(stage.to_owned()).or_default() += count(n);
    }

    /// The figures that they come to.
    pub fn figures(&self, all: &[Figure]) -> Figures {
        let stage = |word: &str| self.stages.get(word).copied().unwrap_or(0);
        let dispositions = Dispositions {
            complete: stage("complete"),
            partial: stage("partial"),
            break_off: stage("break_off"),
            refusal: stage("refusal"),
            no_contact: stage("no_contact"),
            failed: stage("failed"),
        };
        let offered = stage("offered");
        let answered = dispositions.complete + dispositions.partial;
        let measures = self.answers.iter().filter_map(|(at, by_value)| {
            let figure = all.get(*at)?;
            let unanswered = self.unanswered.get(at).copied().unwrap_or(0);
            Some((figure.key.clone(), measured(&figure.shape, by_value, unanswered)))
        });
        Figures {
            offered,
            started: stage("started"),
            completed: dispositions.complete,
            dispositions,
            answer_rate: Rate::of(answered, offered),
            response_rate: None,
            response_rate_reason: "not_computed",
            measures: Measures(measures.collect()),
        }
    }
}

/// Skipped, silence and wrong keys: the item was asked all the same.
const ASKED: std::ops::RangeInclusive<i64> = -3..=-1;
