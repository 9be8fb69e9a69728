//! How much agents truly differ (τ²), and how far a figure is to be drawn towards what is
//! expected.

use super::length;

/// The variance between groups and their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// τ²: the variance of the true figures, chance taken off; 0 where chance alone explains
    /// what is seen.
    pub tau2: f64,
    /// μ: the mean weighted by 1/(v + τ²).
    pub mean: f64,
}

/// Paule and Mandel's estimate (1982, Journal of Research of the National Bureau of Standards
/// 87:377): the τ² ≥ 0 that solves `Σ (y − μ)²/(v + τ²) = J − 1` with μ weighted by
/// `1/(v + τ²)`. `values` are (y, v) with v > 0; the unit of τ² is that of v. `None` below two
/// values.
///
/// When not to use: with fewer than 5 groups, whose spread says nearly nothing of τ².
pub fn paule_mandel(values: &[(f64, f64)]) -> Option<Between> {
    if values.len() < 2 {
        return None;
    }
    let mean_at = |tau2: f64| {
        let (mut weights, mut sum) = (0.0, 0.0);
        for (y, v) in values {
            weights += 1.0 / (v + tau2);
            sum += y / (v + tau2);
        }
        sum / weights
    };
    let tau2 = solve(length(values.len() - 1), |tau2| {
        let mean = mean_at(tau2);
        weighted_squares(values, mean, tau2)
    });
    Some(Between { tau2, mean: mean_at(tau2) })
}

/// As [`paule_mandel`], for differences (d, v) whose mean is known to be 0 because each is taken
/// from what is expected: `Σ d²/(v + τ²) = J`. 0 without values.
///
/// When not to use: with values that are not taken from what is expected of them.
pub fn paule_mandel_about_zero(differences: &[(f64, f64)]) -> f64 {
    solve(length(differences.len()), |tau2| weighted_squares(differences, 0.0, tau2))
}

/// Σ (y − μ)²/(v + τ²) and its slope in τ². At the weighted mean the slope needs no term for μ,
/// whose own derivative is 0 there.
fn weighted_squares(values: &[(f64, f64)], mean: f64, tau2: f64) -> (f64, f64) {
    values.iter().fold((0.0, 0.0), |(sum, slope), (y, v)| {
        let weight = 1.0 / (v + tau2);
        let square = (y - mean) * (y - mean) * weight;
        (sum + square, slope - square * weight)
    })
}

/// The τ² ≥ 0 at which a falling convex function comes down to `wanted`. Newton's steps from 0
/// never overshoot such a function.
fn solve(wanted: f64, squares: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut tau2 = 0.0;
    for _ in 0..200 {
        let (sum, slope) = squares(tau2);
        let step = (sum - wanted) / -slope;
        // Also ends where slope is 0 or no number.
        if step.is_nan() || step <= 1e-15 * tau2 || sum <= wanted {
            break;
        }
        tau2 += step;
    }
    tau2
}

/// B = v/(v + τ²), 0 to 1: the part of a difference that is put down to chance.
///
/// When not to use: with a τ² of another unit than the variance.
pub fn chance_part(variance: f64, tau2: f64) -> f64 {
    if variance > 0.0 { variance / (variance + tau2) } else { 0.0 }
}

/// The shrunk figure `B·e + (1 − B)·y`: the empirical Bayes estimate (Efron and Morris 1975,
/// Journal of the American Statistical Association 70:311).
///
/// When not to use: to show what callers said; it is for comparing agents, and pulls hardest on
/// those with few answers.
pub fn shrink(observed: f64, expected: f64, variance: f64, tau2: f64) -> f64 {
    let chance = chance_part(variance, tau2);
    chance * expected + (1.0 - chance) * observed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    /// Tuberculosis cases among vaccinated and others, 13 trials (Colditz et al. 1994, JAMA
    /// 271:698): cases and free of it with vaccine, the same without.
    const BCG: [(f64, f64, f64, f64); 13] = [
        (4.0, 119.0, 11.0, 128.0),
        (6.0, 300.0, 29.0, 274.0),
        (3.0, 228.0, 11.0, 209.0),
        (62.0, 13_536.0, 248.0, 12_619.0),
        (33.0, 5_036.0, 47.0, 5_761.0),
        (180.0, 1_361.0, 372.0, 1_079.0),
        (8.0, 2_537.0, 10.0, 619.0),
        (505.0, 87_886.0, 499.0, 87_892.0),
        (29.0, 7_470.0, 45.0, 7_232.0),
        (17.0, 1_699.0, 65.0, 1_600.0),
        (186.0, 50_448.0, 141.0, 27_197.0),
        (5.0, 2_493.0, 3.0, 2_338.0),
        (27.0, 16_886.0, 29.0, 17_825.0),
    ];

    /// Rats with a tumour, of how many: 70 groups (Tarone 1982, Biometrics 38:215).
    #[rustfmt::skip]
    const TUMOURS: [(u8, u8); 70] = [
        (0, 20), (0, 20), (0, 20), (0, 20), (0, 20), (0, 20), (0, 20), (0, 19), (0, 19), (0, 19),
        (0, 19), (0, 18), (0, 18), (0, 17), (1, 20), (1, 20), (1, 20), (1, 20), (1, 19), (1, 19),
        (1, 18), (1, 18), (2, 25), (2, 24), (2, 23), (2, 20), (2, 20), (2, 20), (2, 20), (2, 20),
        (2, 20), (1, 10), (5, 49), (2, 19), (5, 46), (3, 27), (2, 17), (7, 49), (7, 47), (3, 20),
        (3, 20), (2, 13), (9, 48), (10, 50), (4, 20), (4, 20), (4, 20), (4, 20), (4, 20), (4, 20),
        (4, 20), (10, 48), (4, 19), (4, 19), (4, 19), (5, 22), (11, 46), (12, 49), (5, 20), (5, 20),
        (6, 23), (5, 19), (6, 22), (6, 20), (6, 20), (6, 20), (16, 52), (15, 46), (15, 47), (9, 24),
    ];

    #[test]
    fn the_vaccine_trials() {
        let values: Vec<(f64, f64)> = BCG
            .iter()
            .map(|(a, b, c, d)| {
                let log_risk = (a / (a + b)).ln() - (c / (c + d)).ln();
                (log_risk, 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d))
            })
            .collect();
        let Between { tau2, mean } = paule_mandel(&values).expect("13 trials");
        near(tau2, 0.318_068_452_20, 6e-12);
        near(mean, -0.714_968_15, 5e-9);
        for ((y, v), wanted) in values.iter().zip([-0.8011, -1.2550, -0.9895, -1.3985]) {
            near(shrink(*y, mean, *v, tau2), wanted, 5e-5);
        }
    }

    #[test]
    fn the_eight_schools_differ_no_more_than_chance() {
        // Gelman et al., Bayesian Data Analysis, 3rd edition, section 5.5.
        let effects = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
        let errors = [15.0f64, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
        let values: Vec<_> = effects.iter().zip(errors).map(|(y, s)| (*y, s * s)).collect();
        let Between { tau2, mean } = paule_mandel(&values).expect("8 schools");
        assert_eq!(tau2, 0.0);
        near(mean, 7.6856, 5e-5);
        near(weighted_squares(&values, mean, 0.0).0, 4.7071, 5e-5);
        near(shrink(28.0, mean, 225.0, tau2), 7.6856, 5e-5);
    }

    #[test]
    fn the_worked_example() {
        let (y, e) = (80.0 / 95.0, 0.82);
        let v = e * (1.0 - e) / 95.0;
        near(chance_part(v, 0.0016), 0.492_656_875_8, 5e-11);
        near(shrink(y, e, v, 0.0016), 0.831_214_953_3, 5e-11);
    }

    #[test]
    fn james_and_stein_s_batters() {
        // Efron and Morris 1977, Scientific American 236(5):119: hits of 45. With equal variances
        // the estimate of James and Stein is this shrinkage with its own constant.
        let hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7];
        let y: Vec<f64> = hits.iter().map(|h| f64::from(*h) / 45.0).collect();
        let mean = y.iter().sum::<f64>() / 18.0;
        let v = mean * (1.0 - mean) / 45.0;
        let squares: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
        let kept = 1.0 - 15.0 * v / squares;
        near(mean, 0.265, 5e-4);
        near(kept, 0.211_653_417_1, 5e-11);
        near(mean + kept * (y[0] - mean), 0.2939, 5e-5);
        // The same shrinkage from the other side: τ² such that 1 − B is that constant.
        let tau2 = v * kept / (1.0 - kept);
        near(shrink(y[0], mean, v, tau2), mean + kept * (y[0] - mean), 1e-15);
        // Paule and Mandel's constant differs by (k − 1)/(k − 3) only.
        let values: Vec<_> = y.iter().map(|y| (*y, v)).collect();
        let between = paule_mandel(&values).expect("18 batters");
        near(1.0 - chance_part(v, between.tau2), 1.0 - 17.0 * v / squares, 1e-12);
    }

    #[test]
    fn a_beta_prior_gives_much_the_same() {
        // Rat tumours, Bayesian Data Analysis section 5.1: m = 0.136, s = 0.103; then 4 of 14.
        let n = length(TUMOURS.len());
        let shares = || TUMOURS.iter().map(|(hits, n)| f64::from(*hits) / f64::from(*n));
        let m = shares().sum::<f64>() / n;
        let s = (shares().map(|y| (y - m) * (y - m)).sum::<f64>() / (n - 1.0)).sqrt();
        near(m, 0.136, 5e-4);
        near(s, 0.103, 5e-4);
        let both = m * (1.0 - m) / (s * s) - 1.0;
        let (alpha, beta) = (m * both, (1.0 - m) * both);
        near(alpha, 1.356, 5e-4);
        near(beta, 8.615, 5e-4);
        near((alpha + 4.0) / (alpha + beta + 14.0), 0.223_44, 5e-6);
        // A beta-binomial mean is linear shrinkage with B = (α + β)/(α + β + n).
        let v = m * (1.0 - m) * both / (both + 1.0) / 14.0;
        let ours = shrink(4.0 / 14.0, m, v, s * s);
        near(ours, (alpha + 4.0) / (alpha + beta + 14.0), 1e-12);
    }

    #[test]
    fn about_zero_counts_every_value() {
        let d = [(0.2, 0.01), (-0.2, 0.01), (0.2, 0.01), (-0.2, 0.01)];
        near(paule_mandel_about_zero(&d), 0.03, 1e-15);
        assert_eq!(paule_mandel_about_zero(&[]), 0.0);
        assert_eq!(paule_mandel(&[(1.0, 1.0)]), None);
    }

    proptest! {
        #[test]
        fn the_equation_is_met(values in proptest::collection::vec((-3.0f64..3.0, 0.01f64..2.0), 2..40)) {
            let tau2 = paule_mandel_about_zero(&values);
            let (sum, _) = weighted_squares(&values, 0.0, tau2);
            let wanted = values.len() as f64;
            prop_assert!(tau2 == 0.0 && sum <= wanted || (sum - wanted).abs() < 1e-8 * wanted);
            let between = paule_mandel(&values).expect("two values");
            let (sum, _) = weighted_squares(&values, between.mean, between.tau2);
            let wanted = wanted - 1.0;
            prop_assert!(between.tau2 == 0.0 && sum <= wanted * (1.0 + 1e-12) || (sum - wanted).abs() < 1e-8 * wanted);
        }

        #[test]
        fn shrinking_stays_between(y in -1.0f64..1.0, e in -1.0f64..1.0, v in 0.0f64..1.0, tau2 in 0.0f64..1.0) {
            let got = shrink(y, e, v, tau2);
            prop_assert!(got >= y.min(e) - 1e-12 && got <= y.max(e) + 1e-12);
        }
    }
}
