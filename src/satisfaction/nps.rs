//! The net promoter score with its interval.

use super::{Interval, Z, double};

/// Promoters less detractors, out of a hundred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nps {
    /// Answers counted.
    pub n: u64,
    /// Answers 9 and 10.
    pub promoters: u64,
    /// Answers 7 and 8.
    pub passives: u64,
    /// Answers 0 to 6.
    pub detractors: u64,
    /// `100 · (promoters − detractors) / n`, −100 to 100.
    pub score: f64,
    /// The 95 % interval, within −100 and 100; it always holds the score.
    pub interval: Interval,
}

/// The net promoter score with the adjusted Wald interval: three answers are added, ¾ of one a
/// promoter and ¾ a detractor (Rocks 2016, The American Statistician 70(4)); the interval is
/// widened to hold the score, where the added answers drew it away, and cut to ±100. `None`
/// without answers.
///
/// When not to use: for one agent with fewer than 40 answers: with so few, chance moves the score
/// by tens.
pub fn nps(promoters: u64, passives: u64, detractors: u64) -> Option<Nps> {
    let n = promoters + passives + detractors;
    if n == 0 {
        return None;
    }
    let score = (double(promoters) - double(detractors)) / double(n);
    let interval = adjusted_wald(double(promoters), double(detractors), double(n));
    Some(Nps { n, promoters, passives, detractors, score: 100.0 * score, interval })
}

/// The adjusted Wald interval of [`nps`], −100 to 100, for numbers that need not be whole (what
/// twice as many answers of the same kinds would give). When not to use: with n of 0.
pub fn adjusted_wald(promoters: f64, detractors: f64, n: f64) -> Interval {
    let score = (promoters - detractors) / n;
    let more = n + 3.0;
    let for_us = (promoters + 0.75) / more;
    let against = (detractors + 0.75) / more;
    let centre = for_us - against;
    let half = Z * ((for_us + against - centre * centre) / more).sqrt();
    Interval {
        low: 100.0 * (centre - half).min(score).max(-1.0),
        high: 100.0 * (centre + half).max(score).min(1.0),
    }
}

/// As [`nps`], from counts by value, 0 to 10; other values are left out.
///
/// When not to use: on scales other than 0 to 10.
pub fn nps_of_counts(counts: &[(u8, u64)]) -> Option<Nps> {
    let sum = |values: std::ops::RangeInclusive<u8>| {
        counts.iter().filter(|(value, _)| values.contains(value)).map(|(_, n)| n).sum()
    };
    nps(sum(9..=10), sum(7..=8), sum(0..=6))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    /// Promoters, passives, detractors; score, low, high.
    const EXAMPLES: [(u64, u64, u64, f64, f64, f64); 5] = [
        (48, 28, 12, 40.909_091, 24.754_175_907, 54.366_703_214),
        (10, 0, 0, 100.0, 47.503_552, 100.0),
        (0, 0, 1, -100.0, -100.0, 48.498_649),
        (0, 5, 0, 0.0, -30.005_698, 30.005_698),
        (30, 25, 25, 6.25, -11.678_359, 23.726_551),
    ];

    #[test]
    fn intervals_are_those_of_the_worked_examples() {
        for (promoters, passives, detractors, score, low, high) in EXAMPLES {
            let nps = nps(promoters, passives, detractors).expect("there are answers");
            near(nps.score, score, 5e-7);
            near(nps.interval.low, low, 5e-7);
            near(nps.interval.high, high, 5e-7);
        }
    }

    #[test]
    fn the_unrounded_example() {
        let nps = nps(48, 28, 12).expect("there are answers");
        near(nps.score, 40.909_090_909_090_914, 1e-12);
        near(nps.interval.low, 24.754_175_907_256_144, 1e-12);
        near(nps.interval.high, 54.366_703_213_622_98, 1e-12);
        near((48.75 - 12.75) / 91.0 * 100.0, 39.560_440, 5e-7);
    }

    #[test]
    fn counts_by_value_fall_into_the_three_groups() {
        let counts: Vec<(u8, u64)> = (0..=10).map(|value| (value, u64::from(value) + 1)).collect();
        let nps = nps_of_counts(&counts).expect("there are answers");
        assert_eq!((nps.detractors, nps.passives, nps.promoters, nps.n), (28, 17, 21, 66));
        assert_eq!(nps_of_counts(&[]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_score_within_100(p in 0u64..5_000, q in 0u64..5_000, d in 0u64..5_000) {
            prop_assume!(p + q + d > 0);
            let Nps { score, interval, .. } = nps(p, q, d).expect("there are answers");
            prop_assert!(-100.0 <= interval.low && interval.low <= score);
            prop_assert!(score <= interval.high && interval.high <= 100.0);
            prop_assert!(interval.low < interval.high);
        }

        #[test]
        fn promoters_and_detractors_mirror_each_other(p in 0u64..500, q in 0u64..500, d in 1u64..500) {
            let (one, other) = (nps(p, q, d).expect("answers"), nps(d, q, p).expect("answers"));
            prop_assert!((one.interval.low + other.interval.high).abs() < 1e-9);
        }
    }
}
