//! The mean of scores with Student's t interval.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::checked_beta_reg;

use super::normal::two_sided_p;
use super::{Interval, Z, double};

/// The mean of the scores of one scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Answers counted.
    pub n: u64,
    /// Their mean, on the scale's own values.
    pub mean: f64,
    /// The standard deviation, with n − 1; `None` for one answer.
    pub deviation: Option<f64>,
    /// The 95 % interval; `None` for one answer and where all answers are equal, since nothing
    /// is then known of their spread. It is not cut to the scale's ends.
    pub interval: Option<Interval>,
}

/// The mean of scores given as counts by value, with Student's t interval. `None` without
/// answers.
///
/// When not to use: where half of the answers or more lie at one end of the scale and there are
/// few: t then cuts the long side short. Show the share beside it.
pub fn mean(counts: &[(u8, u64)]) -> Option<Mean> {
    let n: u64 = counts.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return None;
    }
    let weighted = |f: &dyn Fn(f64) -> f64| -> f64 {
        counts.iter().map(|&(value, n)| f(f64::from(value)) * double(n)).sum()
    };
    let mean = weighted(&|value| value) / double(n);
    let deviation = (n > 1).then(|| {
        let squares = weighted(&|value| (value - mean) * (value - mean));
        (squares / (double(n) - 1.0)).sqrt()
    });
    // Equality is asked of the counts, not of a sum of rounded squares.
    let spread = counts.iter().filter(|(_, n)| *n > 0).count() > 1;
    let interval = deviation.filter(|_| spread).and_then(|s| t_interval(mean, s, n));
    Some(Mean { n, mean, deviation, interval })
}

/// `mean ± t · deviation / √n` with n − 1 degrees of freedom; `None` below two answers.
///
/// When not to use: for a deviation that is known, not estimated from the same n values.
pub fn t_interval(mean: f64, deviation: f64, n: u64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let half = t_point(double(n - 1)) * deviation / double(n).sqrt();
    Some(Interval { low: mean - half, high: mean + half })
}

/// The two-sided p-value of Student's t with that many degrees of freedom, which need not be
/// whole: the regularised incomplete beta function I(ν/(ν + t²); ν/2, ½).
///
/// When not to use: for fewer than one degree of freedom.
pub fn t_two_sided_p(t: f64, freedom: f64) -> f64 {
    if freedom.is_infinite() {
        return two_sided_p(t);
    }
    // Refused only for degrees of freedom that are not a positive number: nothing is known then.
    checked_beta_reg(0.5 * freedom, 0.5, freedom / (freedom + t * t)).unwrap_or(1.0)
}

/// From so many degrees of freedom on, the expansion is exact to 1e-11, and better than the
/// general inversion, which loses digits as they grow.
const MANY: f64 = 200.0;

/// The upper 2.5 % point of Student's t distribution with that many degrees of freedom, at
/// least one; they need not be whole (Satterthwaite).
///
/// When not to use: below one degree of freedom, which counts as one.
pub fn t_point(freedom: f64) -> f64 {
    if freedom >= MANY {
        return t_point_of_many(freedom);
    }
    match StudentsT::new(0.0, 1.0, freedom.max(1.0)) {
        Ok(t) => t.inverse_cdf(0.975),
        // Refused only for degrees of freedom that are not a positive number.
        Err(_) => Z,
    }
}

/// The expansion in powers of 1/ν around the normal distribution's point (Abramowitz and Stegun,
/// Handbook of Mathematical Functions, 26.7.5).
fn t_point_of_many(freedom: f64) -> f64 {
    let z2 = Z * Z;
    let g1 = Z * (z2 + 1.0) / 4.0;
    let g2 = Z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = Z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = Z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    Z + (g1 + (g2 + (g3 + g4 / freedom) / freedom) / freedom) / freedom
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn the_handbook_s_example() {
        // NIST/SEMATECH e-Handbook 1.3.5.2, heat flow meter: t = 1.9723.
        let interval = t_interval(9.261_460, 0.022_789, 195).expect("many answers");
        near(interval.low, 9.258_242, 1e-6);
        near(interval.high, 9.264_679, 1e-6);
        near(t_point(194.0), 1.9723, 5e-5);
    }

    #[test]
    fn points_are_those_of_the_tables() {
        // Upper 2.5 % points, any table of the distribution.
        for (freedom, point) in [
            (1, 12.706_204_736_174_7),
            (2, 4.302_652_729_749_46),
            (5, 2.570_581_835_636_31),
            (10, 2.228_138_851_986_27),
            (30, 2.042_272_456_301_24),
            (94, 1.985_523_442_184_08),
            (1_000, 1.962_339_080_848_18),
            (1_000_000, 1.959_966_356_815_94),
        ] {
            let got = t_point(f64::from(freedom));
            assert!((got - point).abs() < 2e-9, "{freedom}: got {got}, wanted {point}");
        }
    }

    #[test]
    fn both_ways_to_the_point_agree_where_they_meet() {
        for freedom in [100.0, 150.5, 199.0] {
            let (one, other) = (t_point(freedom), t_point_of_many(freedom));
            assert!((one - other).abs() < 1e-9, "{freedom}: {one} against {other}");
        }
    }

    #[test]
    fn the_worked_examples() {
        let scores = mean(&[(1, 3), (2, 4), (3, 8), (4, 30), (5, 50)]).expect("answers");
        let interval = scores.interval.expect("answers differ");
        near(scores.mean, 4.263_157_894_736_842_5, 1e-14);
        near(interval.low, 4.058_991_759_296_377, 1e-9);
        near(interval.high, 4.467_324_030_177_308, 1e-9);
        let effort = mean(&[(1, 4), (2, 6), (3, 15), (4, 35), (5, 30)]).expect("answers");
        let interval = effort.interval.expect("answers differ");
        near(effort.mean, 3.9, 1e-14);
        near(interval.low, 3.673_482_208_762_708, 1e-9);
        near(interval.high, 4.126_517_791_237_292, 1e-9);
    }

    #[test]
    fn one_answer_and_equal_answers_have_no_interval() {
        let one = mean(&[(4, 1)]).expect("an answer");
        assert_eq!((one.n, one.mean, one.deviation, one.interval), (1, 4.0, None, None));
        let equal = mean(&[(3, 0), (4, 7)]).expect("answers");
        assert_eq!((equal.mean, equal.interval), (4.0, None));
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[(1, 0)]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_mean(counts in proptest::collection::vec(0u64..200, 11)) {
            let counts: Vec<(u8, u64)> = (0..).zip(counts).collect();
            prop_assume!(counts.iter().any(|(_, n)| *n > 0));
            let Mean { mean, interval, .. } = mean(&counts).expect("answers");
            prop_assert!((0.0..=10.0).contains(&mean));
            if let Some(Interval { low, high }) = interval {
                prop_assert!(low < mean && mean < high);
            }
        }
    }
}
