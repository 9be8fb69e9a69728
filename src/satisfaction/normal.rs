//! The standard normal distribution.

// statrs's erfc keeps 12 digits only, too few for the studentised range.
use libm::erfc;

/// The density φ(x) = exp(−x²/2) / √(2π).
pub fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The distribution function Φ(x), from the complementary error function, so that also far tails
/// keep their digits.
pub fn cumulative(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The two-sided p-value of a standard normal z: 2·(1 − Φ(|z|)).
///
/// When not to use: for a z whose deviation was itself estimated from few answers; that is
/// Student's t.
pub fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn points_are_those_of_the_tables() {
        near(density(0.0), 0.398_942_280_401_432_7, 1e-15);
        near(cumulative(1.959_963_984_540_054), 0.975, 1e-14);
        near(cumulative(-3.0), 0.001_349_898_031_630_095, 1e-16);
        near(two_sided_p(-1.959_963_984_540_054), 0.05, 1e-14);
        near(two_sided_p(0.0), 1.0, 0.0);
    }
}
