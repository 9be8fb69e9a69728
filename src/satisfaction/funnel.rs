//! The funnel plot: scores against answers, with the limits within which chance alone would keep
//! them.

use super::quantile::quantile;
use super::{double, length};

/// Limits of the share of one number of answers, as fractions from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// 99.9 % of such agents lie above.
    pub low_998: f64,
    /// 97.5 % of such agents lie above.
    pub low_95: f64,
    /// 97.5 % of such agents lie below.
    pub high_95: f64,
    /// 99.9 % of such agents lie below.
    pub high_998: f64,
}

/// The exact binomial limits at 95 % and 99.8 % around a target share, interpolated between whole
/// numbers of hits so that the curve has no steps (Spiegelhalter 2005, Statistics in Medicine
/// 24:1185, appendix A.1.1): with r the quantile of the binomial distribution at π,
/// `α = (F(r) − π)/(F(r) − F(r − 1))`, the limit is `(r − α)/n`, cut to 0 and 1. `None` for n of 0
/// or a target not strictly between 0 and 1.
///
/// When not to use: to judge. The limits know no case mix, no true differences between agents and
/// not how many agents are looked at; points are coloured by the verdict.
pub fn limits(target: f64, n: u64) -> Option<Limits> {
    if n == 0 || !(target > 0.0 && target < 1.0) {
        return None;
    }
    let distribution = Binomial::of(n, target);
    let limit = |probability| distribution.limit(probability);
    Some(Limits {
        low_998: limit(0.001),
        low_95: limit(0.025),
        high_95: limit(0.975),
        high_998: limit(0.999),
    })
}

/// The part of a binomial distribution that is not negligible.
struct Binomial {
    n: u64,
    /// The hits that the first probability is of.
    first: u64,
    probabilities: Vec<f64>,
}

/// Hits less likely than this beside the likeliest are left out.
const NEGLIGIBLE: f64 = 1e-20;

impl Binomial {
    /// From the likeliest number of hits up and down by the ratios of neighbours, so that nothing
    /// under- or overflows; some √n steps.
    fn of(n: u64, p: f64) -> Binomial {
        let odds = p / (1.0 - p);
        let likeliest = ((double(n) + 1.0) * p).min(double(n)) as u64;
        let (mut below, mut above) = (Vec::new(), vec![1.0]);
        let (mut hits, mut weight) = (likeliest, 1.0);
        while hits > 0 && weight > NEGLIGIBLE {
            weight *= double(hits) / double(n - hits + 1) / odds;
            hits -= 1;
            below.push(weight);
        }
        let first = hits;
        (hits, weight) = (likeliest, 1.0);
        while hits < n && weight > NEGLIGIBLE {
            hits += 1;
            weight *= double(n - hits + 1) / double(hits) * odds;
            above.push(weight);
        }
        below.reverse();
        below.append(&mut above);
        let whole: f64 = below.iter().sum();
        below.iter_mut().for_each(|weight| *weight /= whole);
        Binomial { n, first, probabilities: below }
    }

    fn limit(&self, probability: f64) -> f64 {
        let mut before = 0.0;
        for (r, own) in (self.first..).zip(&self.probabilities) {
            let at = before + own;
            if at >= probability {
                let part = (at - probability) / own;
                return ((double(r) - part) / double(self.n)).clamp(0.0, 1.0);
            }
            before = at;
        }
        1.0
    }
}

/// φ̂: the mean of the squared z, after the lowest and the highest tenth are drawn in to the 10 %
/// and 90 % quantiles (Spiegelhalter 2005, section 4). 1 where chance alone is at work, more
/// where queues or callers differ beyond what is corrected for. `None` without values.
///
/// When not to use: to widen the limits of the plot; a φ̂ above 2 is a reason to look for what is
/// not corrected for.
pub fn overdispersion(z: &[f64]) -> Option<f64> {
    let mut sorted = z.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (quantile(&sorted, 0.1)?, quantile(&sorted, 0.9)?);
    let squares: f64 = z.iter().map(|z| z.clamp(low, high).powi(2)).sum();
    Some(squares / length(z.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn the_worked_example() {
        for (n, low_998, low_95, high_95, high_998) in [
            (20, 0.516_903, 0.637_551, 0.959_138, 0.998_366),
            (50, 0.651_575, 0.722_127, 0.925_562, 0.969_269),
            (90, 0.704_668, 0.755_509, 0.906_960, 0.942_236),
            (200, 0.752_681, 0.785_172, 0.886_782, 0.912_618),
        ] {
            let got = limits(0.84, n).expect("answers");
            near(got.low_998, low_998, 5e-7);
            near(got.low_95, low_95, 5e-7);
            near(got.high_95, high_95, 5e-7);
            near(got.high_998, high_998, 5e-7);
        }
        assert_eq!((limits(0.84, 0), limits(0.0, 9), limits(1.0, 9)), (None, None, None));
    }

    #[test]
    fn the_tails_are_drawn_in() {
        let mut z: Vec<f64> = (-5..=5).map(f64::from).collect();
        near(
            overdispersion(&z).expect("values"),
            (2.0 * (1.0 + 4.0 + 9.0 + 16.0 + 16.0)) / 11.0,
            1e-12,
        );
        // One agent far away moves it no further.
        z[10] = 500.0;
        near(
            overdispersion(&z).expect("values"),
            (2.0 * (1.0 + 4.0 + 9.0 + 16.0 + 16.0)) / 11.0,
            1e-12,
        );
        assert_eq!(overdispersion(&[]), None);
    }

    proptest! {
        #[test]
        fn limits_are_in_order_around_the_target(target in 0.02f64..0.98, n in 1u64..3_000) {
            let got = limits(target, n).expect("answers");
            prop_assert!(0.0 <= got.low_998 && got.low_998 <= got.low_95);
            prop_assert!(got.low_95 <= target + 1e-9 && target - 1e-9 <= got.high_95);
            prop_assert!(got.high_95 <= got.high_998 && got.high_998 <= 1.0);
        }
    }
}
