//! Differences of two figures with their intervals, and the one rule for saying "changed".
//!
//! Every function gives the first less the second: pass the later period first.

use super::mean::{Mean, t_interval, t_point, t_two_sided_p};
use super::measure::Moments;
use super::normal::two_sided_p;
use super::nps::Nps;
use super::share::{Share, share};
use super::{Interval, double, length};

/// The first figure less the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// In the unit of the figures: a fraction, points of the net promoter score, steps of the
    /// scale.
    pub difference: f64,
    /// The 95 % interval of the difference.
    pub interval: Interval,
    /// Two-sided p-value of no difference, for lists of many ([`changed_most`]). It comes from a
    /// test and the interval from another formula, so at the very edge one may exclude 0 and the
    /// other not; [`change`] goes by the interval, [`changed_most`] asks both.
    pub p: f64,
}

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It rose: beyond chance and beyond the margin.
    Up,
    /// It fell: beyond chance and beyond the margin.
    Down,
    /// Chance alone, or too small to matter; not the same as "equal".
    NotBeyondChance,
}

/// "Changed" is said when the interval excludes 0 *and* the difference exceeds the margin
/// ([`super::measure::Measure::margin`]), in the difference's own unit.
///
/// When not to use: on the largest of many differences; ask [`changed_most`] then. Up is not
/// always good: see [`super::measure::Good`].
pub fn change(difference: &Difference, margin: f64) -> Change {
    let Difference { difference, interval, .. } = difference;
    if interval.low > 0.0 && *difference > margin {
        Change::Up
    } else if interval.high < 0.0 && *difference < -margin {
        Change::Down
    } else {
        Change::NotBeyondChance
    }
}

/// What changed of many figures that were compared at once: each needs, beside the rule of
/// [`change`], a discovery at 5 % after Benjamini and Hochberg over all of them. Each comes with
/// its margin. The order is that of the input.
///
/// When not to use: after leaving out the comparisons that looked dull; all that were made count.
pub fn changed_most(differences: &[(Difference, f64)]) -> Vec<Change> {
    let p: Vec<f64> = differences.iter().map(|(difference, _)| difference.p).collect();
    let found = super::discoveries::benjamini_hochberg(&p, 0.05);
    differences
        .iter()
        .zip(found)
        .map(|((difference, margin), found)| match found.rejected {
            true => change(difference, *margin),
            false => Change::NotBeyondChance,
        })
        .collect()
}

/// The difference of two independent shares, as a fraction from −1 to 1: Newcombe's square-and-add
/// interval from the two Wilson intervals (Newcombe 1998, Statistics in Medicine 17:873, method
/// 10): `d − √((p₁ − l₁)² + (u₂ − p₂)²)`, `d + √((u₁ − p₁)² + (p₂ − l₂)²)`. The p-value is that
/// of the score test with the pooled share.
///
/// When not to use: for the same callers asked twice ([`paired_shares`]), or where one share is
/// part of the other (an agent against a centre that counts it).
pub fn difference_of_shares(one: &Share, other: &Share) -> Difference {
    let difference = one.score - other.score;
    let interval = square_and_add((one.score, one.interval), (other.score, other.interval), 0.0);
    let (n, m) = (double(one.n), double(other.n));
    let pooled = (double(one.hits) + double(other.hits)) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    Difference { difference, interval, p: p_of(difference, error) }
}

/// The difference of two independent net promoter scores, −200 to 200: the method of variance
/// estimates recovery (Zou and Donner 2008, Statistics in Medicine 27:1693), which is the
/// square-and-add of [`difference_of_shares`] on the intervals of [`super::nps::nps`]. The
/// p-value is that of a z with the pooled variance of −100, 0 and 100.
///
/// When not to use: for the same callers asked twice ([`paired_nps`]).
pub fn difference_of_nps(one: &Nps, other: &Nps) -> Difference {
    let difference = one.score - other.score;
    let interval = square_and_add((one.score, one.interval), (other.score, other.interval), 0.0);
    let (n, m) = (double(one.n), double(other.n));
    let promoters = double(one.promoters + other.promoters) / (n + m);
    let detractors = double(one.detractors + other.detractors) / (n + m);
    let variance = promoters + detractors - (promoters - detractors).powi(2);
    let error = 100.0 * (variance * (1.0 / n + 1.0 / m)).max(0.0).sqrt();
    Difference { difference, interval, p: p_of(difference, error) }
}

/// The difference of two independent means, in steps of the scale, with unequal variances: Welch's
/// interval with Satterthwaite's degrees of freedom (Welch 1947, Biometrika 34:28):
/// `d ± t_ν·√(s₁²/n₁ + s₂²/n₂)`. `None` where either mean has no interval of its own, since
/// then nothing is known of one side's spread.
///
/// When not to use: for scales of different width, or the same callers asked twice
/// ([`paired_means`]).
pub fn difference_of_means(one: &Mean, other: &Mean) -> Option<Difference> {
    one.interval.and(other.interval)?;
    let (a, b) = (one.deviation?, other.deviation?);
    welch((one.mean, a * a, double(one.n)), (other.mean, b * b, double(other.n)))
}

/// Welch's comparison of two means given as mean, variance and number of values.
pub(super) fn welch(one: (f64, f64, f64), other: (f64, f64, f64)) -> Option<Difference> {
    let (a, b) = (one.1 / one.2, other.1 / other.2);
    let error = (a + b).sqrt();
    if !(error > 0.0 && one.2 > 1.0 && other.2 > 1.0) {
        return None;
    }
    let freedom = (a + b).powi(2) / (a * a / (one.2 - 1.0) + b * b / (other.2 - 1.0));
    let difference = one.0 - other.0;
    let half = t_point(freedom) * error;
    Some(Difference {
        difference,
        interval: Interval { low: difference - half, high: difference + half },
        p: t_two_sided_p(difference / error, freedom),
    })
}

/// The same callers asked twice, yes or no, as four counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Yes both times.
    pub both: u64,
    /// Yes the first time only.
    pub only_first: u64,
    /// Yes the second time only.
    pub only_second: u64,
    /// Yes neither time.
    pub neither: u64,
}

/// The share at the second time less the share at the first, of the same callers: square-and-add
/// with the correlation of the pairs (Newcombe 1998, Statistics in Medicine 17:2635, method 10).
/// The p-value is McNemar's without continuity correction (1947, Psychometrika 12:153). `None`
/// without pairs.
///
/// When not to use: with callers who answered only once; they are not pairs.
pub fn paired_shares(pairs: &Pairs) -> Option<Difference> {
    let Pairs { both, only_first, only_second, neither } = *pairs;
    let n = both + only_first + only_second + neither;
    let (second, first) = (share(both + only_second, n)?, share(both + only_first, n)?);
    let [a, b, c, d] = [both, only_second, only_first, neither].map(double);
    let root = ((a + b) * (c + d) * (a + c) * (b + d)).sqrt();
    // Newcombe's correction of φ: half of n off a positive numerator, not below zero.
    let cross = a * d - b * c;
    let cross = if cross > 0.0 { (cross - double(n) / 2.0).max(0.0) } else { cross };
    let correlation = if root > 0.0 { cross / root } else { 0.0 };
    Some(Difference {
        difference: (b - c) / double(n),
        interval: square_and_add(
            (second.score, second.interval),
            (first.score, first.interval),
            correlation,
        ),
        p: p_of(b - c, (b + c).sqrt()),
    })
}

/// The mean at the second time less the mean at the first, of the same callers, from pairs
/// (first, second): Student's t on the pairs' differences. `None` below two pairs and where all
/// differences are equal.
///
/// When not to use: with pairs of different callers or scales; nor below some 15 pairs of very
/// uneven changes, where t is too sure.
pub fn paired_means(pairs: &[(u8, u8)]) -> Option<Difference> {
    let changes: Vec<f64> = pairs.iter().map(|&(a, b)| f64::from(b) - f64::from(a)).collect();
    of_changes(&changes)
}

/// The net promoter score at the second time less that at the first, of the same callers, from
/// pairs (first, second) of keys 0 to 10: Student's t on the pairs' differences of −100, 0 and
/// 100. Pairs with other keys are left out. `None` below two pairs and where all differences are
/// equal.
///
/// When not to use: below some 40 pairs, where the differences are too few-valued for t.
pub fn paired_nps(pairs: &[(u8, u8)]) -> Option<Difference> {
    let value = |key| super::measure::Measure::Nps.value(key);
    let changes: Vec<f64> =
        pairs.iter().filter_map(|&(a, b)| Some(value(b)? - value(a)?)).collect();
    of_changes(&changes)
}

/// Student's t on differences of pairs.
pub(super) fn of_changes(changes: &[f64]) -> Option<Difference> {
    let moments = Moments::of(changes);
    let difference = moments.mean()?;
    let spread = changes.iter().any(|change| *change != changes[0]);
    let deviation = moments.sample_variance().filter(|_| spread)?.sqrt();
    let n = length(changes.len());
    let t = difference / (deviation / n.sqrt());
    Some(Difference {
        difference,
        interval: t_interval(difference, deviation, moments.n)?,
        p: t_two_sided_p(t, n - 1.0),
    })
}

/// `d − √((p₁ − l₁)² − 2φ(p₁ − l₁)(u₂ − p₂) + (u₂ − p₂)²)` and the like upwards.
fn square_and_add(
    (p1, one): (f64, Interval),
    (p2, other): (f64, Interval),
    correlation: f64,
) -> Interval {
    let root = |a: f64, b: f64| (a * a - 2.0 * correlation * a * b + b * b).max(0.0).sqrt();
    let difference = p1 - p2;
    Interval {
        low: difference - root(p1 - one.low, other.high - p2),
        high: difference + root(one.high - p1, p2 - other.low),
    }
}

/// Where nothing varies there is no difference to test.
fn p_of(difference: f64, error: f64) -> f64 {
    if error > 0.0 { two_sided_p(difference / error) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;
    use crate::satisfaction::nps::nps;

    fn shares(a: (u64, u64), b: (u64, u64)) -> Difference {
        difference_of_shares(&share(a.0, a.1).expect("answers"), &share(b.0, b.1).expect("answers"))
    }

    #[test]
    fn newcombe_s_examples() {
        // Newcombe 1998, Statistics in Medicine 17:873, table II, method 10.
        for (a, b, low, high, within) in [
            ((56, 70), (48, 80), 0.0524, 0.3339, 5e-5),
            ((9, 10), (3, 10), 0.1705, 0.8090, 5e-5),
            ((6, 7), (2, 7), 0.0582, 0.8062, 5e-5),
            ((5, 56), (0, 29), -0.0381, 0.1926, 5e-5),
            ((0, 10), (0, 20), -0.1611, 0.2775, 5e-5),
            ((10, 10), (0, 10), 0.6075, 1.0, 5e-5),
            ((56, 70), (48, 80), 0.052_431_472_4, 0.333_872_654_0, 5e-11),
        ] {
            let Interval { low: l, high: h } = shares(a, b).interval;
            near(l, low, within);
            near(h, high, within);
        }
    }

    #[test]
    fn the_net_promoter_score_s_example() {
        let one = nps(48, 28, 12).expect("answers");
        let other = nps(30, 25, 25).expect("answers");
        let got = difference_of_nps(&one, &other);
        near(got.difference, 34.659_091, 5e-7);
        near(got.interval.low, 10.859_697, 5e-7);
        near(got.interval.high, 57.076_347, 5e-7);
    }

    #[test]
    fn welch_s_example() {
        let got = welch((4.0, 1.0, 40.0), (4.4, 0.64, 60.0)).expect("both vary");
        near(got.difference, -0.4, 1e-15);
        near(got.interval.low, -0.776_582_063_9, 1e-9);
        near(got.interval.high, -0.023_417_936_1, 1e-9);
        near(got.p, 0.037_683_210_7, 1e-10);
        let freedom = 0.035_666_666_666_666_67_f64.powi(2)
            / (0.025_f64.powi(2) / 39.0 + 0.010_666_666_666_666_666_f64.powi(2) / 59.0);
        near(freedom, 70.853_603_04, 1e-8);
    }

    #[test]
    fn a_mean_of_unknown_spread_is_not_compared() {
        let flat = super::super::mean::mean(&[(4, 30)]).expect("answers");
        let spread = super::super::mean::mean(&[(1, 5), (5, 30)]).expect("answers");
        assert_eq!(difference_of_means(&flat, &spread), None);
        assert!(difference_of_means(&spread, &spread).is_some());
    }

    #[test]
    fn changed_needs_both_the_interval_and_the_margin() {
        let of = |difference: f64, half: f64| Difference {
            difference,
            interval: Interval { low: difference - half, high: difference + half },
            p: if difference.abs() > half { 0.001 } else { 0.5 },
        };
        assert_eq!(change(&of(0.05, 0.04), 0.03), Change::Up);
        assert_eq!(change(&of(-0.05, 0.04), 0.03), Change::Down);
        assert_eq!(change(&of(0.05, 0.06), 0.03), Change::NotBeyondChance);
        assert_eq!(change(&of(0.02, 0.01), 0.03), Change::NotBeyondChance);
        assert_eq!(change(&of(-0.03, 0.01), 0.03), Change::NotBeyondChance);
        let many: Vec<_> =
            [of(0.05, 0.04), of(0.05, 0.06), of(-0.2, 0.1)].map(|d| (d, 0.03)).to_vec();
        assert_eq!(changed_most(&many), [Change::Up, Change::NotBeyondChance, Change::Down]);
        // One p of 0.04 among twenty is what chance gives.
        let mut chance = vec![(Difference { p: 0.5, ..of(0.1, 0.2) }, 0.03); 19];
        chance.push((Difference { p: 0.04, ..of(0.1, 0.09) }, 0.03));
        assert!(changed_most(&chance).iter().all(|c| *c == Change::NotBeyondChance));
    }

    #[test]
    fn pairs_that_agree_narrow_the_interval() {
        let pairs = Pairs { both: 60, only_first: 4, only_second: 16, neither: 20 };
        let paired = paired_shares(&pairs).expect("pairs");
        near(paired.difference, 0.12, 1e-15);
        let apart = shares((76, 100), (64, 100));
        let width = |i: Interval| i.high - i.low;
        assert!(width(paired.interval) < 0.8 * width(apart.interval));
        near(paired.p, two_sided_p(12.0 / 20f64.sqrt()), 1e-15);
        assert_eq!(paired_shares(&Pairs::default()), None);
    }

    #[test]
    fn pairs_of_scores() {
        assert_eq!(paired_means(&[(3, 4)]), None);
        assert_eq!(paired_means(&[(3, 4), (2, 3)]), None);
        let got = paired_means(&[(3, 4), (2, 5), (4, 4), (1, 3)]).expect("they vary");
        near(got.difference, 1.5, 1e-15);
        let got = paired_nps(&[(3, 9), (9, 9), (7, 10), (12, 1)]).expect("they vary");
        near(got.difference, 100.0, 1e-12);
    }

    proptest! {
        #[test]
        fn turning_the_sides_turns_the_interval(n in 1u64..300, m in 1u64..300, a in 0u64..300, b in 0u64..300) {
            let (a, b) = (a.min(n), b.min(m));
            let (one, other) = (shares((a, n), (b, m)), shares((b, m), (a, n)));
            prop_assert!((one.interval.low + other.interval.high).abs() < 1e-12);
            prop_assert!(one.interval.holds(one.difference));
            prop_assert!(-1.0 - 1e-12 <= one.interval.low && one.interval.high <= 1.0 + 1e-12);
            prop_assert!((0.0..=1.0).contains(&one.p));
        }

        #[test]
        fn paired_intervals_hold_the_difference(a in 0u64..80, b in 0u64..80, c in 0u64..80, d in 1u64..80) {
            let pairs = Pairs { both: a, only_first: b, only_second: c, neither: d };
            let got = paired_shares(&pairs).expect("pairs");
            prop_assert!(got.interval.low <= got.difference + 1e-12);
            prop_assert!(got.difference <= got.interval.high + 1e-12);
            prop_assert!(-1.0 - 1e-9 <= got.interval.low && got.interval.high <= 1.0 + 1e-9);
        }

        #[test]
        fn nps_differences_stay_within_200(a in 0u64..90, b in 0u64..90, c in 1u64..90, d in 0u64..90, e in 1u64..90) {
            let got = difference_of_nps(&nps(a, b, c).expect("answers"), &nps(e, d, a).expect("answers"));
            prop_assert!(-200.0 - 1e-9 <= got.interval.low && got.interval.high <= 200.0 + 1e-9);
            prop_assert!(got.interval.holds(got.difference));
        }
    }
}
