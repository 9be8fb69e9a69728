//! Totals where only a sample of the calls was asked: shares weighted by calls, asked or not.
//!
//! The share of calls that are asked is fixed for an agent, a queue and a day, so these are the
//! strata. One agent's own score needs no weight.
//!
//! A centre has as many strata as its agents had days. In a view of more than [`MOST_DAYS`] a month
//! stands for its days, so that a report on years does not read every one of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gathered::{Places, count};
use super::measures::{Figure, Measures, Shape};
use super::{ReportError, Reports};
use crate::satisfaction::stratified::{Stratum, stratified_share};
use crate::store::SAMPLED_OUT;
use crate::store::report::{Apart, Ask, Cut, Every, Group, Split, Unit};

/// Days up to which each day is a stratum of its own.
const MOST_DAYS: i64 = 31;

/// A share of a total, weighted by the calls of its strata. It stands beside the plain one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weighted {
    /// Answers counted.
    pub n: u64,
    /// How many answers to one question, asked at one rate, would say as much.
    pub n_eff: f64,
    /// The weighted share, 0 to 1.
    pub score: f64,
    /// Lower end of its 95 % interval, with `n_eff`.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Calls of a view: those asked, and those that fell outside the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sampled {
    /// Calls that were offered the survey.
    pub offered: u64,
    /// Calls that were not, since they fell outside the sample or above an agent's cap.
    pub left_out: u64,
}

/// A part of a view, as the tallies know it: number and word.
pub(super) type PartKey = (i64, String);

/// What one stratum counts for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cell {
    /// Calls by survey version.
    calls: BTreeMap<i64, i64>,
    /// Satisfied answers and all answers, by the figure's place.
    answers: BTreeMap<usize, (i64, i64)>,
}

impl Cell {
    fn of(group: &Group, figures: &[Figure], places: &Places) -> Self {
        let mut cell = Self::default();
        let stages = group.stages.iter().filter(|(s, _)| ["offered", SAMPLED_OUT].contains(s));
        cell.calls.insert(group.survey, stages.map(|(_, n)| n).sum());
        for given in group.answers.iter().filter(|given| given.outcome >= 0) {
            let Some(at) = places.of(group.survey, given.question) else { continue };
            let satisfied = figures.get(at).and_then(|figure| satisfied(&figure.shape));
            let Some(satisfied) = satisfied else { continue };
            let hit = satisfied.iter().any(|value| i64::from(*value) == given.outcome);
            let sum = cell.answers.entry(at).or_default();
            *sum = (sum.0 + if hit { given.n } else { 0 }, sum.1 + given.n);
        }
        cell
    }

    fn add(&mut self, other: &Self, sign: i64) {
        for (survey, n) in &other.calls {
            *self.calls.entry(*survey).or_default() += sign * n;
        }
        for (at, n) in &other.answers {
            let sum = self.answers.entry(*at).or_default();
            *sum = (sum.0 + sign * n.0, sum.1 + sign * n.1);
        }
    }

    /// Whether it can be the rest of something: nothing in it is below zero.
    fn whole(&self) -> bool {
        let answers = self.answers.values();
        self.calls.values().all(|n| *n >= 0)
            && answers.into_iter().all(|(hits, n)| *hits >= 0 && n >= hits)
    }

    /// The stratum of a figure; `None` where there are neither calls nor answers for it.
    fn stratum(&self, at: usize, figure: &Figure) -> Option<Stratum> {
        let asked = |survey: i64| figure.questions.iter().any(|(v, _)| i64::from(v.0) == survey);
        let calls = self.calls.iter().filter(|(survey, _)| asked(**survey));
        let calls: u64 = calls.map(|(_, n)| count(*n)).sum();
        let (hits, n) = self.answers.get(&at).copied().unwrap_or_default();
        (calls > 0).then(|| Stratum::of_share(calls, count(hits), count(n)))
    }
}

/// Values that count as satisfied; `None` where a figure is no share.
fn satisfied(shape: &Shape) -> Option<&[u8]> {
    match shape {
        Shape::Scale { satisfied, .. } => Some(satisfied),
        Shape::YesNo { satisfied } => Some(std::slice::from_ref(satisfied)),
        Shape::Nps | Shape::Choice { .. } => None,
    }
}

/// Queue, agent and day; neighbours in this order are alike.
type Place = (i64, i64, i64);

/// Cells by part and place.
type Cells = BTreeMap<(PartKey, Place), Cell>;

/// The strata of each part of a view.
#[derive(Debug, Default)]
pub(super) struct Strata(BTreeMap<PartKey, BTreeMap<Place, Cell>>);

impl Strata {
    /// From what counts for agents and what counts as a whole. Where a queue's agents of a day add
    /// up to no more than its whole, they and the rest are the strata; where they do not, since an
    /// interview counts for several agents or elsewhere than its whole does, the queue's day is.
    fn of(agents: Cells, wholes: Cells) -> Self {
        let mut rests = wholes.clone();
        for ((part, (queue, _, day)), cell) in &agents {
            let key = (part.clone(), (*queue, 0, *day));
            rests.entry(key).or_default().add(cell, -1);
        }
        let mut strata = Self::default();
        for ((part, place), cell) in agents {
            let (queue, _, day) = place;
            let rest = rests.get(&(part.clone(), (queue, 0, day)));
            if rest.is_some_and(Cell::whole) {
                strata.0.entry(part).or_default().insert(place, cell);
            }
        }
        for ((part, place), rest) in rests {
            let whole = if rest.whole() { Some(&rest) } else { wholes.get(&(part.clone(), place)) };
            if let Some(whole) = whole {
                strata.0.entry(part).or_default().entry(place).or_default().add(whole, 1);
            }
        }
        strata
    }

    /// The weighted share of a figure in some parts.
    fn weighted<'a>(
        parts: impl Iterator<Item = &'a BTreeMap<Place, Cell>>,
        at: usize,
        figure: &Figure,
    ) -> Option<Weighted> {
        satisfied(&figure.shape)?;
        let mut all: Vec<(Place, Stratum)> = parts
            .flatten()
            .filter_map(|(place, cell)| Some((*place, cell.stratum(at, figure)?)))
            .collect();
        all.sort_by_key(|(place, _)| *place);
        let strata: Vec<Stratum> = all.into_iter().map(|(_, stratum)| stratum).collect();
        let share = stratified_share(&strata)?;
        Some(Weighted {
            n: share.n,
            n_eff: share.n_eff,
            score: share.score,
            low: share.interval.low,
            high: share.interval.high,
        })
    }

    /// Puts weighted shares beside the plain ones: of one part, or of the whole view.
    pub(super) fn put(&self, part: Option<&PartKey>, figures: &[Figure], into: &mut Measures) {
        for (at, figure) in figures.iter().enumerate() {
            let Some(own) = into.0.iter_mut().find(|(key, _)| *key == figure.key) else { continue };
            own.1.weighted = match part {
                Some(part) => Self::weighted(self.0.get(part).into_iter(), at, figure),
                None => Self::weighted(self.0.values(), at, figure),
            };
        }
    }
}

impl Reports {
    /// The strata of each part of a view.
    pub(super) async fn strata(
        &self,
        cuts: &[Cut],
        split: Split,
        figures: &[Figure],
    ) -> Result<Strata, ReportError> {
        let places = Places::of_figures(figures);
        let days = |cut: &Cut| cut.to.saturating_sub(cut.from).saturating_add(1);
        let long = cuts.iter().any(|cut| days(cut) > MOST_DAYS);
        let every = if long { Every::Month } else { Every::Day };
        let by = Apart {
            team: split == Split::Team,
            language: split == Split::Language,
            channel: split == Split::Channel,
            queue: true,
            ..Apart::series(every)
        };
        let asks: Vec<Ask> = cuts
            .iter()
            .flat_map(|cut| {
                [
                    Ask { cut, unit: Unit::Agents, apart: Apart { agent: true, ..by } },
                    Ask { cut, unit: Unit::Whole, apart: by },
                ]
            })
            .collect();
        let groups = self.store.counts(&asks).await?;
        let mut cells = [Cells::new(), Cells::new()];
        for (at, groups) in groups.iter().enumerate() {
            for group in groups {
                let key = (split.part_of(group), (group.queue, group.agent, group.start));
                let sum = cells[at % 2].entry(key).or_default();
                sum.add(&Cell::of(group, figures, &places), 1);
            }
        }
        let [agents, wholes] = cells;
        Ok(Strata::of(agents, wholes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Version;

    const SURVEY: i64 = 7;

    fn figure() -> Figure {
        Figure {
            questions: vec![(Version(7), 0)],
            ..Figure::of_shape("csat", Shape::YesNo { satisfied: 1 })
        }
    }

    fn cell(calls: i64, hits: i64, n: i64) -> Cell {
        Cell { calls: [(SURVEY, calls)].into(), answers: [(0, (hits, n))].into() }
    }

    fn key(queue: i64, agent: i64, day: i64) -> (PartKey, Place) {
        ((0, String::new()), (queue, agent, day))
    }

    fn weighted(strata: &Strata) -> Option<Weighted> {
        Strata::weighted(strata.0.values(), 0, &figure())
    }

    /// Lohr's shape: 1000 calls with 45 of 50 satisfied, 200 with 60 of 100.
    #[test]
    fn shares_are_weighted_by_calls() {
        let agents = [(key(1, 1, 5), cell(1_000, 45, 50)), (key(1, 2, 5), cell(200, 60, 100))];
        let wholes = [(key(1, 0, 5), cell(1_200, 105, 150))];
        let strata = Strata::of(agents.into(), wholes.into());
        let got = weighted(&strata).expect("answers");
        assert!((got.score - 0.85).abs() < 1e-12, "{got:?}");
        assert!((got.n_eff - 94.947_294).abs() < 1e-5 && got.n == 150, "{got:?}");
        assert!((got.low - 0.764_674_331).abs() < 1e-8, "{got:?}");
    }

    #[test]
    fn what_counts_for_nobody_is_a_stratum_of_its_own() {
        let agents = [(key(1, 1, 5), cell(100, 10, 10))];
        let wholes = [(key(1, 0, 5), cell(400, 10, 40))];
        let got = weighted(&Strata::of(agents.into(), wholes.into())).expect("answers");
        assert!((got.score - 0.25).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn where_interviews_count_for_several_agents_the_queue_s_day_is_the_stratum() {
        let agents = [(key(1, 1, 5), cell(90, 40, 50)), (key(1, 2, 5), cell(90, 10, 50))];
        let wholes = [(key(1, 0, 5), cell(100, 30, 60)), (key(2, 0, 5), cell(300, 20, 20))];
        let strata = Strata::of(agents.into(), wholes.into());
        assert_eq!(strata.0.values().map(BTreeMap::len).sum::<usize>(), 2);
        let got = weighted(&strata).expect("answers");
        assert!((got.score - (0.25 * 0.5 + 0.75)).abs() < 1e-12, "{got:?}");
        assert_eq!(weighted(&Strata::default()), None);
    }
}
