//! Rank correlation.

use super::mean::t_two_sided_p;
use super::{Interval, Z, length};

/// Spearman's rank correlation of two columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spearman {
    /// Pairs counted.
    pub n: usize,
    /// ρ, −1 to 1.
    pub rho: f64,
    /// The 95 % interval; `None` below four pairs and at ρ = ±1, where nothing is known of it.
    pub interval: Option<Interval>,
    /// Two-sided p-value of no correlation, from Student's t with n − 2 degrees of freedom.
    pub p: f64,
}

/// The ranks of values, 1 the lowest; equal values share the mean of their ranks.
///
/// When not to use: with values that are not numbers.
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        // The places before them are those ranked so far.
        let before = order.partition_point(|&at| values[at].total_cmp(&values[equal[0]]).is_lt());
        let rank = length(before) + (length(equal.len()) + 1.0) / 2.0;
        equal.iter().for_each(|&at| ranks[at] = rank);
    }
    ranks
}

/// Pearson's correlation, −1 to 1; `None` below two pairs and where a column does not vary.
/// Longer columns are cut to the shorter one.
///
/// When not to use: to say how strongly scores of a few steps go together; [`spearman`] does.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len().min(y.len());
    let mean = |values: &[f64]| values[..n].iter().sum::<f64>() / length(n);
    if n < 2 {
        return None;
    }
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xx += (x - mean_x) * (x - mean_x);
        yy += (y - mean_y) * (y - mean_y);
        xy += (x - mean_x) * (y - mean_y);
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// Spearman's ρ with mid-ranks, and the interval of Bonett and Wright (2000, Psychometrika 65:23):
/// `tanh(atanh ρ ± z·√((1 + ρ²/2)/(n − 3)))`. `None` where [`pearson`] has none.
///
/// When not to use: for ρ beyond ±0.95 or fewer than 25 pairs the interval is too narrow; and
/// never as the effect of one thing on another.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<Spearman> {
    let n = x.len().min(y.len());
    let rho = pearson(&mid_ranks(&x[..n]), &mid_ranks(&y[..n]))?;
    let interval = (n > 3 && rho.abs() < 1.0).then(|| {
        let half = Z * ((1.0 + rho * rho / 2.0) / (length(n) - 3.0)).sqrt();
        Interval { low: (rho.atanh() - half).tanh(), high: (rho.atanh() + half).tanh() }
    });
    let freedom = length(n) - 2.0;
    // Two pairs are always in order: no proof. Perfect order of more has an infinite t, p of 0.
    let t = rho * (freedom / (1.0 - rho * rho)).sqrt();
    let p = if n > 2 { t_two_sided_p(t, freedom) } else { 1.0 };
    Some(Spearman { n, rho, interval, p })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn intelligence_and_television() {
        // The worked example of the Wikipedia article on Spearman's coefficient.
        let iq = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
        let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        let got = spearman(&iq, &hours).expect("they vary");
        near(got.rho, -29.0 / 165.0, 1e-15);
        near(got.p, 0.627_188_344_8, 5e-11);
        let interval = got.interval.expect("ten pairs");
        near(interval.low, -0.727_830_028_2, 5e-11);
        near(interval.high, 0.514_546_661_7, 1e-10);
    }

    #[test]
    fn ties_share_their_ranks() {
        assert_eq!(mid_ranks(&[5.0, 6.0, 7.0, 8.0, 7.0]), [1.0, 2.0, 3.5, 5.0, 3.5]);
        let got = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0]);
        near(got.expect("they vary").rho, 0.820_782_681_7, 5e-11);
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[4.0; 3]), None);
        assert_eq!(spearman(&[], &[]), None);
        let perfect = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 4.0, 9.0, 16.0, 25.0]);
        let perfect = perfect.expect("they vary");
        assert_eq!((perfect.rho, perfect.interval, perfect.p), (1.0, None, 0.0));
        let two = spearman(&[1.0, 2.0], &[4.0, 9.0]).expect("they vary");
        assert_eq!((two.rho, two.interval, two.p), (1.0, None, 1.0));
    }

    proptest! {
        #[test]
        fn only_order_matters(pairs in proptest::collection::vec((1u8..6, 1u8..6), 5..60)) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).unzip();
            let stretched: Vec<f64> = x.iter().map(|x| x.exp()).collect();
            let (one, other) = (spearman(&x, &y), spearman(&stretched, &y));
            prop_assert_eq!(one, other);
            if let Some(Spearman { rho, interval: Some(interval), p, .. }) = one {
                prop_assert!(interval.holds(rho) && interval.low >= -1.0 && interval.high <= 1.0);
                prop_assert!((0.0..=1.0).contains(&p));
            }
        }

        #[test]
        fn ranks_add_up(values in proptest::collection::vec(0u8..9, 0..50)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let n = values.len() as f64;
            prop_assert!((mid_ranks(&values).iter().sum::<f64>() - n * (n + 1.0) / 2.0).abs() < 1e-9);
        }
    }
}
