//! Looking at many figures at once: the false discovery rate.

use super::length;

/// What Benjamini and Hochberg say of one p-value among many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discovery {
    /// Whether it is rejected at the rate asked for.
    pub rejected: bool,
    /// The adjusted p-value, 0 to 1: the least rate at which it would be rejected.
    pub adjusted: f64,
}

/// Benjamini and Hochberg's step-up procedure (1995, Journal of the Royal Statistical Society B
/// 57:289): with the p-values in order, all up to the largest k with `p₍ₖ₎ ≤ k·q/m` are rejected;
/// the adjusted p is the least `m·p₍ⱼ₎/j` over j ≥ k. Among what is rejected at most the share
/// `q` is false on average, for independent and for positively dependent tests. The order is that
/// of the input; a p-value that is not a number counts as 1.
///
/// When not to use: on p-values picked because they were small, or to control the chance of any
/// false rejection at all (that is Holm's procedure).
pub fn benjamini_hochberg(p: &[f64], q: f64) -> Vec<Discovery> {
    let m = length(p.len());
    let known = |p: f64| if p.is_nan() { 1.0 } else { p };
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| known(p[a]).total_cmp(&known(p[b])));
    let mut found = vec![Discovery { rejected: false, adjusted: 1.0 }; p.len()];
    let (mut least, mut rejected) = (1.0, false);
    for (rank, &at) in order.iter().enumerate().rev() {
        let p = known(p[at]);
        let rank = length(rank + 1);
        // Asked as the paper asks it, not of the adjusted value, whose rounding differs.
        rejected |= p <= rank * q / m;
        least = f64::min(least, p * m / rank);
        found[at] = Discovery { rejected, adjusted: least };
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn the_authors_example() {
        // Benjamini and Hochberg 1995, section 3.2: fifteen comparisons, four rejected.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let found = benjamini_hochberg(&p, 0.05);
        assert_eq!(found.iter().filter(|d| d.rejected).count(), 4);
        assert_eq!(p.iter().filter(|p| **p <= 0.05 / 15.0).count(), 3, "Bonferroni");
        let adjusted =
            [0.0015, 0.003, 0.0095, 0.035_625, 0.0603, 0.063_857, 0.063_857, 0.0645, 0.0765, 0.486];
        for (got, wanted) in found.iter().zip(adjusted) {
            near(got.adjusted, wanted, 5e-7);
        }
    }

    #[test]
    fn a_later_p_carries_the_earlier_ones() {
        // 0.04 is beyond its own line (0.025), yet 0.05 meets the line of the second.
        let found = benjamini_hochberg(&[0.05, 0.04], 0.05);
        assert!(found.iter().all(|d| d.rejected));
        assert!(benjamini_hochberg(&[], 0.05).is_empty());
        assert!(!benjamini_hochberg(&[f64::NAN], 0.05)[0].rejected);
    }

    proptest! {
        #[test]
        fn rejected_is_adjusted_within_the_rate(p in proptest::collection::vec(0.0f64..1.0, 1..40)) {
            for (d, p) in benjamini_hochberg(&p, 0.05).iter().zip(&p) {
                prop_assert!(d.adjusted >= *p * (1.0 - 1e-12) && d.adjusted <= 1.0);
                prop_assert!(d.rejected == (d.adjusted <= 0.05) || (d.adjusted - 0.05).abs() < 1e-12);
            }
        }

        #[test]
        fn the_order_of_the_input_does_not_matter(p in proptest::collection::vec(0.0f64..0.2, 1..30)) {
            let turned: Vec<f64> = p.iter().rev().copied().collect();
            let mut found = benjamini_hochberg(&turned, 0.05);
            found.reverse();
            prop_assert_eq!(found, benjamini_hochberg(&p, 0.05));
        }
    }
}
