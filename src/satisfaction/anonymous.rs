//! What may be shown of anonymous surveys, so that nobody gets around it by taking one figure from
//! another.
//!
//! **The rule.** Answers of an anonymous survey are shown by whole calendar months that are over.
//! Answers to one question of one version in one month are a *cell*. A cell with 1 to 7 answers is
//! in no figure at all, also not in one over several months. Every other cell may be filtered and
//! split by the first of these dimensions, in this order: queue, language, team, channel; by as
//! many of them as leave no part of the cell (its answers with one value in each of these
//! dimensions) with 1 to 7 answers. A figure that is filtered or split by more has nothing of the
//! cell in it.
//!
//! **Why it holds.** The parts of a cell under its last allowed dimension are disjoint, and each
//! has none or at least [`LEAST`] answers. A filter or split by allowed dimensions takes each part
//! wholly or not at all, and so does a figure over several cells. The answers in which two figures
//! differ, either way round, are therefore a sum of whole parts: none, or at least [`LEAST`]. A
//! view and what is left of its parent are such a pair. A month that is over changes no more, so
//! figures read at different times are figures of the same parts.

use std::collections::BTreeMap;

/// Fewest answers of which anything is shown.
pub const LEAST: i64 = 8;

/// What figures can be filtered and split by, in the order in which the rule allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The queue.
    Queue,
    /// The language in which it was asked.
    Language,
    /// The team.
    Team,
    /// The channel.
    Channel,
}

impl Dimension {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Queue, Self::Language, Self::Team, Self::Channel];

    /// How many of them, from the first on, a figure needs that is filtered or split by these.
    pub fn depth(by: impl IntoIterator<Item = Self>) -> usize {
        by.into_iter().map(|one| one as usize + 1).max().unwrap_or(0)
    }
}

/// The answers to one question of one version in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The month, by its first day.
    pub month: i64,
    /// The survey version.
    pub version: i64,
    /// Index of the question.
    pub question: i64,
}

/// So many answers of a cell with one value in each dimension; values are told apart by any
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of which cell.
    pub cell: Cell,
    /// One value for each of [`Dimension::ALL`].
    pub values: [i64; 4],
    /// How many answers.
    pub n: i64,
}

/// What may be shown of each cell. Holds decisions, no counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence(BTreeMap<Cell, usize>);

impl Fence {
    /// Decides by all answers of a survey in months that are over.
    pub fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut cells: BTreeMap<Cell, Vec<Part>> = BTreeMap::new();
        for part in parts {
            cells.entry(part.cell).or_default().push(part);
        }
        let allowed = cells.into_iter().filter_map(|(cell, parts)| {
            let deepest = (0..=Dimension::ALL.len()).take_while(|depth| holds(&parts, *depth));
            Some((cell, deepest.last()?))
        });
        Self(allowed.collect())
    }

    /// Whether a figure that is filtered or split as deep as that has the answers of a cell in it;
    /// see [`Dimension::depth`].
    pub fn shows(&self, cell: Cell, depth: usize) -> bool {
        self.0.get(&cell).is_some_and(|allowed| depth <= *allowed)
    }

    /// Whether anything of the months from one first day to another can be shown so deep.
    pub fn any(&self, from: i64, to: i64, depth: usize) -> bool {
        let within = |cell: &Cell| cell.month >= from && cell.month <= to;
        self.0.iter().any(|(cell, allowed)| within(cell) && depth <= *allowed)
    }
}

/// Whether every part of a cell that is split so deep has none or enough answers.
fn holds(parts: &[Part], depth: usize) -> bool {
    let mut sums: BTreeMap<&[i64], i64> = BTreeMap::new();
    for part in parts {
        *sums.entry(&part.values[..depth]).or_default() += part.n;
    }
    sums.values().all(|n| *n == 0 || *n >= LEAST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(question: i64, values: [i64; 4], n: i64) -> Part {
        Part { cell: Cell { month: 0, version: 1, question }, values, n }
    }

    #[test]
    fn a_cell_is_split_as_far_as_its_parts_are_large() {
        let fence = Fence::of([
            part(0, [1, 1, 1, 1], 8),
            part(0, [2, 1, 1, 1], 8),
            part(0, [2, 2, 1, 1], 8),
            part(0, [2, 2, 2, 1], 7),
            part(1, [1, 1, 1, 1], 7),
            part(2, [1, 1, 1, 1], 4),
            part(2, [2, 1, 1, 1], 4),
        ]);
        let cell = |question| Cell { month: 0, version: 1, question };
        let depths =
            |question| (0..=4).take_while(|depth| fence.shows(cell(question), *depth)).count();
        assert_eq!(depths(0), 3, "whole, by queue, and by queue and language; not by team");
        assert_eq!(depths(1), 0, "seven answers are not shown at all");
        assert_eq!(depths(2), 1, "eight are shown, their halves are not");
        assert!(fence.any(0, 0, 2) && !fence.any(0, 0, 3) && !fence.any(1, 9, 0));
    }

    #[test]
    fn a_later_dimension_needs_those_before_it() {
        assert_eq!(Dimension::depth([]), 0);
        assert_eq!(Dimension::depth([Dimension::Queue]), 1);
        assert_eq!(Dimension::depth([Dimension::Team]), 3);
        assert_eq!(Dimension::depth([Dimension::Channel, Dimension::Queue]), 4);
    }

    /// A question that somebody may ask: months from one to another, and one value or any of each
    /// dimension. A split is asked as one filter after the other.
    type Query = (i64, i64, [Option<i64>; 4]);

    fn queries(months: i64, values: i64) -> Vec<Query> {
        let choices: Vec<Option<i64>> =
            std::iter::once(None).chain((0..values).map(Some)).collect();
        let mut all = Vec::new();
        for (from, to) in (0..months).flat_map(|from| (from..months).map(move |to| (from, to))) {
            for q in &choices {
                for l in &choices {
                    for t in &choices {
                        for c in &choices[..2] {
                            all.push((from, to, [*q, *l, *t, *c]));
                        }
                    }
                }
            }
        }
        all
    }

    /// The parts that are in a figure, by their place.
    fn taken(fence: &Fence, parts: &[Part], (from, to, only): Query) -> Vec<bool> {
        let by = Dimension::ALL.into_iter().zip(only).filter(|(_, only)| only.is_some());
        let depth = Dimension::depth(by.map(|(dimension, _)| dimension));
        let fits = |part: &Part| {
            part.cell.month >= from
                && part.cell.month <= to
                && part.values.iter().zip(only).all(|(is, only)| only.is_none_or(|o| o == *is))
                && fence.shows(part.cell, depth)
        };
        parts.iter().map(fits).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Of all questions that can be asked about a small centre no two tell of fewer than eight
        /// answers, whichever is taken from which.
        #[test]
        fn no_two_figures_differ_by_a_few_answers(
            parts in proptest::collection::vec(
                ((0..2_i64, 0..2_i64, 0..2_i64), [0..2_i64, 0..2, 0..2, 0..1], 0..14_i64),
                1..14,
            ),
        ) {
            let parts: Vec<Part> = parts
                .into_iter()
                .map(|((month, version, question), values, n)| {
                    Part { cell: Cell { month, version, question }, values, n }
                })
                .collect();
            let fence = Fence::of(parts.iter().copied());
            let figures: Vec<Vec<bool>> = queries(2, 2)
                .into_iter()
                .map(|query| taken(&fence, &parts, query))
                .collect();
            // Figures are of one version and question, or pool several: the sum over any set of
            // them is judged by its members.
            let asked: Vec<(i64, i64)> = vec![(0, 0), (0, 1), (1, 0), (1, 1)];
            for (version, question) in asked {
                let of = |part: &Part| {
                    (part.cell.version, part.cell.question) == (version, question)
                };
                for one in &figures {
                    for other in &figures {
                        let rest: i64 = parts
                            .iter()
                            .zip(one.iter().zip(other))
                            .filter(|(part, (a, b))| of(part) && **a && !**b)
                            .map(|(part, _)| part.n)
                            .sum();
                        prop_assert!(rest == 0 || rest >= LEAST, "{rest} answers");
                    }
                }
            }
        }
    }
}
