//! Counts of one unit on their way to figures.

use std::collections::BTreeMap;

use super::agents::{COVERAGE, Dispositions, FILTERED, Figures, NO_CALLS, Rate};
use super::measures::{Figure, Measures, measured, reviewed};
use crate::satisfaction::rates::{Coverage, Outcomes, reach, rr2};
use crate::satisfaction::share::Share;
use crate::store::{LEFT_OUT, RECORDED, UNASKED};

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

/// The stage of calls with a record that may belong to another part of the view.
pub(super) const ELSEWHERE: &str = "elsewhere";

/// Counts of one unit while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    stages: BTreeMap<String, u64>,
    /// By figure (its place in the list): value and how many.
    answers: BTreeMap<usize, Vec<(u8, u64)>>,
    /// Likewise the answers that are marked as outside the agent's control, which are few.
    marked: BTreeMap<usize, Vec<(u8, u64)>>,
    /// By figure: who heard its question and gave no answer.
    unanswered: BTreeMap<usize, u64>,
}

impl Gathered {
    /// Adds so many items of one outcome of the question of that figure, and how many of them are
    /// not marked as outside the agent's control.
    pub fn add_answers(&mut self, at: usize, outcome: i64, n: i64, reviewed: i64) {
        let by_value = match u8::try_from(outcome) {
            Ok(value) => {
                self.answers.entry(at).or_default().push((value, count(n)));
                if reviewed < n {
                    self.marked.entry(at).or_default().push((value, count(n - reviewed)));
                }
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

    /// How many interviews or calls came to one stage.
    pub fn stage(&self, word: &str) -> u64 {
        self.stages.get(word).copied().unwrap_or(0)
    }

    /// Whether anything but a call that nobody was asked about is here.
    pub fn asked(&self) -> bool {
        self.stage("handed_over") > 0 || !self.answers.is_empty()
    }

    /// The figures that they come to. `all_calls` says whether the view holds the calls that
    /// nobody was asked about, too.
    pub fn figures(&self, all: &[Figure], all_calls: bool) -> Figures {
        let stage = |word: &str| self.stage(word);
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
            let mut measured = measured(&figure.shape, by_value, unanswered);
            if let Some(marked) = self.marked.get(at) {
                measured.reviewed = reviewed(&figure.shape, &measured, marked);
            }
            if self.stages.is_empty() {
                // Of anonymous surveys only answers are counted: not who gave none.
                measured.response = None;
            }
            Some((figure.key.clone(), measured))
        });
        // Whoever was handed over without a record, and calls that nobody can place, are not
        // covered.
        let without_start = stage(UNASKED) + stage(LEFT_OUT);
        let coverage = Coverage {
            recorded: stage(RECORDED) + without_start,
            calls: stage("handed_over") + without_start + stage(ELSEWHERE),
        };
        let outcomes = Outcomes {
            complete: dispositions.complete,
            partial: dispositions.partial,
            refused: dispositions.break_off + dispositions.refusal,
            no_contact: dispositions.no_contact,
            other: dispositions.failed,
            unknown: stage(UNASKED),
        };
        let known = |rate: Option<Share>| match (rate, coverage.enough()) {
            _ if !all_calls => (None, Some(FILTERED)),
            (_, false) => (None, Some(COVERAGE)),
            (None, true) => (None, Some(NO_CALLS)),
            (Some(share), true) => (Some(Rate::from(share)), None),
        };
        let (response_rate, response_rate_reason) = known(rr2(&outcomes, &coverage));
        let (reach, reach_reason) = known(reach(offered, offered + stage(UNASKED), &coverage));
        let covered = all_calls.then(|| Rate::of(coverage.recorded, coverage.calls)).flatten();
        Figures {
            offered,
            started: stage("started"),
            completed: dispositions.complete,
            dispositions,
            answer_rate: Rate::of(answered, offered),
            response_rate,
            response_rate_reason,
            reach,
            reach_reason,
            coverage: covered,
            measures: Measures(measures.collect()),
        }
    }
}

/// Skipped, silence and wrong keys: the item was asked all the same.
const ASKED: std::ops::RangeInclusive<i64> = -3..=-1;
