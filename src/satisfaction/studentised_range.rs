//! The studentised range: how far the highest and the lowest of several equal groups lie apart
//! by chance.

use super::normal::{cumulative, density};
use super::{CONFIDENCE, double};

/// The step of the sum over x, and its ends. The integrand is smooth and falls off like a normal
/// density, for which the sum over even steps is exact to 1e-13 already at this width.
const STEP: f64 = 1.0 / 16.0;
const END: f64 = 8.0;

/// The upper 5 % point q of the studentised range of that many groups, with known variances
/// (infinitely many degrees of freedom): `J·∫φ(x)·[Φ(x) − Φ(x − q)]^(J − 1) dx = 0.95` (Tukey
/// 1953; tables in Harter 1960, Annals of Mathematical Statistics 31:1122). `None` below two
/// groups.
///
/// When not to use: for variances estimated from few answers; the point grows with fewer degrees
/// of freedom.
pub fn upper_point(groups: u64) -> Option<f64> {
    if groups < 2 {
        return None;
    }
    let nodes: Vec<(f64, f64, f64)> = (0..=(2.0 * END / STEP) as i32)
        .map(|at| f64::from(at) * STEP - END)
        .map(|x| (x, density(x), cumulative(x)))
        .collect();
    let others = double(groups - 1);
    // The probability of a range below q, and its slope.
    let below = |q: f64| {
        let (mut sum, mut slope) = (0.0, 0.0);
        for (x, density_x, cumulative_x) in &nodes {
            let within = cumulative_x - cumulative(x - q);
            if within > 0.0 {
                let power = within.powf(others - 1.0);
                sum += density_x * power * within;
                slope += density_x * others * power * density(x - q);
            }
        }
        let scale = double(groups) * STEP;
        (scale * sum, scale * slope)
    };
    // Between these lie the points of 2 to some 10^9 groups; Newton's steps stay between.
    let (mut low, mut high) = (2.0, 14.0);
    let mut q = 3.0 + 0.75 * double(groups).ln();
    for _ in 0..60 {
        let (sum, slope) = below(q);
        if sum < CONFIDENCE {
            low = q
        } else {
            high = q
        }
        let next = q - (sum - CONFIDENCE) / slope;
        let next = if next > low && next < high { next } else { 0.5 * (low + high) };
        let done = (next - q).abs() < 1e-12 * q;
        q = next;
        if done {
            break;
        }
    }
    Some(q)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn points_are_those_of_the_tables() {
        for (groups, table, point) in [
            (3, 3.314, 3.314_493_155),
            (5, 3.858, 3.857_655_510),
            (10, 4.474, 4.474_124_222),
            (20, 5.012, 5.011_688_794),
            (30, 5.301, 5.301_289_574),
        ] {
            let got = upper_point(groups).expect("groups");
            near(got, table, 5e-4);
            near(got, point, 6e-10);
        }
        // Two groups: the difference of two normals, √2 times the two-sided point.
        near(upper_point(2).expect("groups"), 2f64.sqrt() * crate::satisfaction::Z, 1e-11);
        assert_eq!(upper_point(1), None);
    }

    #[test]
    fn more_groups_lie_further_apart() {
        let points: Vec<f64> =
            [2, 3, 10, 500, 5_000, 100_000].iter().filter_map(|n| upper_point(*n)).collect();
        assert!(points.windows(2).all(|pair| pair[0] < pair[1]), "{points:?}");
    }
}
