//! A share of answers with its interval after Wilson.

use super::{Interval, Z, double};

/// Which part of the answers is of one kind, such as "satisfied".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Answers counted.
    pub n: u64,
    /// How many of them are of the kind.
    pub hits: u64,
    /// `hits / n`, 0 to 1.
    pub score: f64,
    /// The 95 % interval, within 0 and 1; it always holds the score.
    pub interval: Interval,
}

/// The share `hits / n` with Wilson's interval without continuity correction (Newcombe 1998,
/// Statistics in Medicine 17:857, method 3). `None` without answers.
///
/// `hits` beyond `n` count as `n`.
///
/// When not to use: for answers that are weighted or come from the same callers: use [`wilson`]
/// with an effective sample size.
pub fn share(hits: u64, n: u64) -> Option<Share> {
    if n == 0 {
        return None;
    }
    let hits = hits.min(n);
    let score = double(hits) / double(n);
    Some(Share { n, hits, score, interval: wilson(score, double(n)) })
}

/// Wilson's interval of a share that rests on `n` answers, which need not be whole: an effective
/// sample size counts what unequal weights or answers of the same caller leave of n.
///
/// `(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)`, within 0 and 1, around a share from 0
/// to 1. When not to use: with n of 0 or below.
pub fn wilson(score: f64, n: f64) -> Interval {
    let z2 = Z * Z;
    let centre = score + z2 / (2.0 * n);
    let half = Z * (score * (1.0 - score) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    // At 0 and 1 the interval ends there exactly; rounding would leave a trace of 1e-17.
    let low = if score <= 0.0 { 0.0 } else { ((centre - half) / whole).clamp(0.0, score) };
    let high = if score >= 1.0 { 1.0 } else { ((centre + half) / whole).clamp(score, 1.0) };
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    /// Hits, n, low, high, and to how many digits they are given.
    const EXAMPLES: [(u64, u64, f64, f64, f64); 11] = [
        // Newcombe 1998, Statistics in Medicine 17:857, method 3.
        (81, 263, 0.2553, 0.3662, 5e-5),
        (15, 148, 0.0624, 0.1605, 5e-5),
        (0, 20, 0.0, 0.1611, 5e-5),
        (1, 29, 0.0061, 0.1718, 5e-5),
        // The first one recomputed to all digits, and shares of an agent's answers.
        (81, 263, 0.255_288_519_878_274_2, 0.366_209_576_982_8, 1e-13),
        (76, 90, 0.755_671_547_227_016_3, 0.905_017_244_050_891_9, 1e-13),
        (72, 90, 0.705_862_636_488_574_6, 0.869_575_988_172_829_6, 1e-13),
        (80, 95, 0.755_703_946_861_387_9, 0.901_914_837_558_972_6, 1e-13),
        (93, 120, 0.692_431_005_153_548_4, 0.840_508_453_316_164_7, 1e-13),
        (65, 90, 0.622_047_725_029_387_9, 0.804_203_108_053_133_6, 1e-13),
        (74, 92, 0.711_796_716_532_334_7, 0.872_501_568_250_330_3, 1e-13),
    ];

    #[test]
    fn intervals_are_those_of_the_published_examples() {
        for (hits, n, low, high, within) in EXAMPLES {
            let share = share(hits, n).expect("there are answers");
            near(share.score, hits as f64 / n as f64, 0.0);
            near(share.interval.low, low, within);
            near(share.interval.high, high, within);
        }
    }

    #[test]
    fn no_answers_have_no_share() {
        assert_eq!(share(0, 0), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_score_within_0_and_1((n, hits) in (1u64..100_000).prop_flat_map(|n| (Just(n), 0..=n))) {
            let Share { score, interval, .. } = share(hits, n).expect("there are answers");
            prop_assert!(0.0 <= interval.low && interval.low <= score);
            prop_assert!(score <= interval.high && interval.high <= 1.0);
            prop_assert!(interval.low < interval.high);
        }

        #[test]
        fn hits_and_misses_mirror_each_other((n, hits) in (1u64..10_000).prop_flat_map(|n| (Just(n), 0..=n))) {
            let (one, other) = (share(hits, n), share(n - hits, n));
            let (one, other) = (one.expect("answers"), other.expect("answers"));
            prop_assert!((one.interval.low - (1.0 - other.interval.high)).abs() < 1e-12);
        }

        #[test]
        fn more_answers_of_the_same_share_narrow_it(n in 1u64..5_000, hits in 0u64..5_000) {
            let hits = hits.min(n);
            let width = |s: Share| s.interval.high - s.interval.low;
            let few = width(share(hits, n).expect("answers"));
            let many = width(share(hits * 4, n * 4).expect("answers"));
            prop_assert!(many < few);
        }
    }
}
