//! The gap between what callers expected and what they found.

use super::difference::{Difference, of_changes};
use super::length;

/// One dimension's gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Interviews with at least one pair of the dimension.
    pub n: usize,
    /// The mean of the expectations, on the scale.
    pub expectation: f64,
    /// The mean of the perceptions, on the scale.
    pub perception: f64,
    /// Perception less expectation: below 0 where callers found less than they expected. `None`
    /// below two interviews and where all gaps are equal.
    pub gap: Option<Difference>,
}

/// The gap of one dimension (tangibles, reliability, responsiveness, assurance, empathy), as
/// SERVQUAL has it (Parasuraman, Zeithaml and Berry 1988, Journal of Retailing 64:12). Each interview
/// gives its pairs (expectation, perception), one for each item of the dimension that has both;
/// they are averaged first, since one caller's items are not independent, and Student's t is taken
/// on the interviews. `None` without pairs.
///
/// When not to use: with expectation and perception of different callers, or for an item whose
/// expectation everyone puts at the top; the gap is then the perception turned round.
pub fn gap(interviews: &[&[(u8, u8)]]) -> Option<Gap> {
    let means: Vec<(f64, f64)> = interviews
        .iter()
        .filter(|pairs| !pairs.is_empty())
        .map(|pairs| {
            let mean = |of: fn(&(u8, u8)) -> u8| {
                pairs.iter().map(|pair| f64::from(of(pair))).sum::<f64>() / length(pairs.len())
            };
            (mean(|pair| pair.0), mean(|pair| pair.1))
        })
        .collect();
    let n = means.len();
    let gaps: Vec<f64> = means.iter().map(|(expected, found)| found - expected).collect();
    (n > 0).then(|| Gap {
        n,
        expectation: means.iter().map(|mean| mean.0).sum::<f64>() / length(n),
        perception: means.iter().map(|mean| mean.1).sum::<f64>() / length(n),
        gap: of_changes(&gaps),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn items_are_averaged_within_the_interview() {
        let got = gap(&[&[(5, 3), (4, 4)], &[(5, 5)], &[], &[(3, 1)]]).expect("pairs");
        assert_eq!(got.n, 3);
        near(got.expectation, (4.5 + 5.0 + 3.0) / 3.0, 1e-14);
        near(got.perception, (3.5 + 5.0 + 1.0) / 3.0, 1e-14);
        // Gaps −1, 0, −2: s = 1, t(2) = 4.302653.
        let gap = got.gap.expect("they vary");
        near(gap.difference, -1.0, 1e-14);
        near(gap.interval.high, -1.0 + 4.302_652_729_749_46 / 3f64.sqrt(), 1e-9);
    }

    #[test]
    fn no_pairs_no_gap() {
        assert_eq!(gap(&[&[], &[]]), None);
        assert_eq!(gap(&[&[(4, 3)]]).expect("a pair").gap, None);
    }
}
