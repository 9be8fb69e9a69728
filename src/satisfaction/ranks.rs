//! Rank intervals: between which places an agent stands for certain.

use std::collections::BTreeMap;

use super::double;
use super::studentised_range::upper_point;

/// The ranks that the figures leave open, 1 the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankInterval {
    /// The best rank it may have.
    pub low: u64,
    /// The worst rank it may have.
    pub high: u64,
    /// How many are ranked together.
    pub of: u64,
}

/// So many are ranked as one; a larger centre is ranked within its teams.
pub const MOST_RANKED: usize = 500;

/// What rounding may do to a bound, many times over.
const MARGIN: f64 = 1e-9;

/// Simultaneous 95 % rank intervals of independent estimates by Tukey's method (Al Mohamad,
/// Goeman and van Zwet 2022, Biometrics 78:1322): with a chance of 95 % *all* true ranks lie in
/// their intervals. `values` are (estimate, variance), a high estimate is good. One stands
/// before another where the difference over `√(v + v')` exceeds q/√2, q being
/// [`upper_point`] of their number.
///
/// When not to use: on shrunk estimates, whose errors are not independent; on estimates that
/// share answers, such as two agents credited with the same call (say so beside it).
///
/// O(J·log J) where variances are alike; at worst J² comparisons.
pub fn rank_intervals(values: &[(f64, f64)]) -> Vec<RankInterval> {
    let of = count(values.len());
    let Some(q) = upper_point(of) else {
        return vec![RankInterval { low: 1, high: 1, of }; values.len()];
    };
    ranked_at(values, q)
}

/// As [`rank_intervals`], within groups such as teams: each value is ranked among those of its
/// group, simultaneously within the group. The order is that of the input.
///
/// When not to use: with groups of different length.
pub fn rank_intervals_within(values: &[(f64, f64)], groups: &[u32]) -> Vec<RankInterval> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(at);
    }
    // Teams are often of one size, and the point costs more than the ranks of a small team.
    let mut points: BTreeMap<usize, Option<f64>> = BTreeMap::new();
    let mut ranks = vec![RankInterval { low: 1, high: 1, of: 1 }; values.len()];
    for places in members.values() {
        let own: Vec<(f64, f64)> = places.iter().map(|at| values[*at]).collect();
        let size = own.len();
        let point = points.entry(size).or_insert_with(|| upper_point(count(size)));
        if let Some(q) = *point {
            for (at, rank) in places.iter().zip(ranked_at(&own, q)) {
                ranks[*at] = rank;
            }
        }
    }
    ranks
}

fn ranked_at(values: &[(f64, f64)], q: f64) -> Vec<RankInterval> {
    let of = count(values.len());
    let squared = q * q / 2.0;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let largest = sorted.iter().map(|value| value.1).fold(0.0, f64::max);
    let least = sorted.iter().map(|value| value.1).fold(f64::INFINITY, f64::min);
    let place = |&(own, variance): &(f64, f64)| {
        // Who is nearer than `near` is never certainly apart, who is further than `far` always.
        // Only those between must be asked one by one.
        let near = (squared * (variance + least)).sqrt() * (1.0 - MARGIN);
        let far = (squared * (variance + largest)).sqrt() * (1.0 + MARGIN);
        let up_to = |limit: f64| sorted.partition_point(|(other, _)| *other <= limit);
        let certain = |(other, also): &&(f64, f64)| {
            (other - own) * (other - own) > squared * (variance + also)
        };
        let (below, above) = (own - far..own - near, own + near..own + far);
        let asked = |low: usize, high: usize| sorted[low..high].iter().filter(certain).count();
        let (far_below, far_above) = (up_to(below.start), up_to(above.end));
        let behind = far_below + asked(far_below, up_to(below.end));
        let before = sorted.len() - far_above + asked(up_to(above.start), far_above);
        RankInterval { low: 1 + count(before), high: of - count(behind), of }
    };
    values.iter().map(place).collect()
}

/// A length as a count.
fn count(length: usize) -> u64 {
    length as u64
}

/// The estimate and variance of a share that ranks are computed from: two answers of each kind
/// are added (Agresti and Coull 1998, The American Statistician 52:119), so that 20 of 20 is not
/// taken for certain: `ỹ = (x + 2)/(n + 4)`, `v = ỹ(1 − ỹ)/(n + 4)`. The same answers are added
/// to what is expected, `ẽ = (n·e + 2)/(n + 4)`: else an agent with few answers, of whom much is
/// expected, would be moved down for having few. Gives (ỹ − ẽ, v).
///
/// When not to use: with n of 0 or below.
pub fn share_for_ranks(observed: f64, expected: f64, n: u64) -> (f64, f64) {
    let more = double(n) + 4.0;
    let share = (observed * double(n) + 2.0) / more;
    ((observed - expected) * double(n) / more, share * (1.0 - share) / more)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    fn ends(values: &[(f64, f64)]) -> Vec<(u64, u64)> {
        rank_intervals(values).iter().map(|rank| (rank.low, rank.high)).collect()
    }

    #[test]
    fn the_worked_example() {
        let values = [9.0, 4.5, 4.0, 0.5, 0.0].map(|value| (value, 1.0));
        assert_eq!(ends(&values), [(1, 1), (2, 3), (2, 4), (3, 5), (4, 5)]);
    }

    #[test]
    fn equal_figures_leave_every_rank_open() {
        assert_eq!(ends(&[(0.3, 0.01); 4]), [(1, 4); 4]);
        assert_eq!(ends(&[(0.3, 0.01)]), [(1, 1)]);
        assert!(rank_intervals(&[]).is_empty());
    }

    #[test]
    fn teams_are_ranked_apart() {
        let values = [(9.0, 1.0), (0.0, 1.0), (5.0, 1.0), (50.0, 1.0)];
        let got = rank_intervals_within(&values, &[1, 1, 2, 3]);
        let ends: Vec<_> = got.iter().map(|rank| (rank.low, rank.high, rank.of)).collect();
        assert_eq!(ends, [(1, 1, 2), (2, 2, 2), (1, 1, 1), (1, 1, 1)]);
    }

    #[test]
    fn twenty_of_twenty_is_not_certain() {
        let (estimate, variance) = share_for_ranks(1.0, 0.9, 20);
        near(estimate, 0.1 * 20.0 / 24.0, 1e-15);
        near(variance, 22.0 / 24.0 * (2.0 / 24.0) / 24.0, 1e-15);
    }

    proptest! {
        #[test]
        fn intervals_hold_the_rank_of_the_estimate(values in proptest::collection::vec((-5.0f64..5.0, 0.01f64..1.0), 1..40)) {
            for (own, rank) in values.iter().zip(rank_intervals(&values)) {
                let before = values.iter().filter(|other| other.0 > own.0).count() as u64;
                prop_assert!(rank.low <= 1 + before && before < rank.high);
                prop_assert!(rank.low >= 1 && rank.high <= rank.of);
            }
        }

        #[test]
        fn asking_every_pair_gives_the_same(values in proptest::collection::vec((0i8..40, 1u16..900), 2..60)) {
            let values: Vec<(f64, f64)> =
                values.into_iter().map(|(d, v)| (f64::from(d) / 10.0, f64::from(v) / 3_000.0)).collect();
            let squared = upper_point(values.len() as u64).expect("groups").powi(2) / 2.0;
            for (own, rank) in values.iter().zip(rank_intervals(&values)) {
                let certain = |other: &&(f64, f64)| (other.0 - own.0).powi(2) > squared * (own.1 + other.1);
                let before = values.iter().filter(certain).filter(|other| other.0 > own.0).count() as u64;
                let behind = values.iter().filter(certain).filter(|other| other.0 < own.0).count() as u64;
                prop_assert_eq!((rank.low, rank.high), (1 + before, rank.of - behind));
            }
        }

        #[test]
        fn one_group_is_the_whole(values in proptest::collection::vec((-5.0f64..5.0, 0.01f64..1.0), 1..20)) {
            let groups = vec![7; values.len()];
            prop_assert_eq!(rank_intervals_within(&values, &groups), rank_intervals(&values));
        }
    }
}
