//! Raw answers beside reviewed ones: without those that a reviewer marked as outside the agent's
//! control.

use super::difference::{Difference, difference_of_shares};
use super::double;
use super::share::{Share, share};

/// A figure of all answers beside the figure without the marked ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beside<T> {
    /// Of all answers; verdicts, targets and alerts use this one.
    pub raw: T,
    /// Without the marked answers; `None` where all are marked.
    pub reviewed: Option<T>,
    /// How many answers are marked, of all.
    pub marked: Share,
}

/// Puts the two figures side by side, from counts by value of all and of the unmarked answers.
/// `figure` is [`super::mean::mean`], [`super::nps::nps_of_counts`] or a share of counts. `None`
/// without answers.
///
/// When not to use: to choose the better of the two; [`marking`] tells whether marks are even.
pub fn beside<T>(
    figure: impl Fn(&[(u8, u64)]) -> Option<T>,
    raw: &[(u8, u64)],
    reviewed: &[(u8, u64)],
) -> Option<Beside<T>> {
    let n = |counts: &[(u8, u64)]| -> u64 { counts.iter().map(|(_, n)| n).sum() };
    Some(Beside {
        raw: figure(raw)?,
        reviewed: figure(reviewed),
        marked: share(n(raw).saturating_sub(n(reviewed)), n(raw))?,
    })
}

/// How one reviewer marks low and high scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marking {
    /// Marked, of the low scores seen (1 and 2 of 5).
    pub low: Share,
    /// Marked, of the high scores seen (4 and 5).
    pub high: Share,
    /// Low less high: near 0 for a reviewer who judges the reason, not the score.
    pub difference: Difference,
    /// How many times as often low scores are marked; `None` where no high one is.
    pub ratio: Option<f64>,
}

/// Marks among low scores against marks among high scores, of one reviewer; each is (marked, seen).
/// `None` where either was never seen.
///
/// When not to use: as proof against a reviewer. What is outside an agent's control does make
/// callers unhappy, so some difference is to be expected; compare reviewers with each other.
pub fn marking(low: (u64, u64), high: (u64, u64)) -> Option<Marking> {
    let (low, high) = (share(low.0, low.1)?, share(high.0, high.1)?);
    let ratio = (high.hits > 0).then(|| low.score / (double(high.hits) / double(high.n)));
    Some(Marking { low, high, difference: difference_of_shares(&low, &high), ratio })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::mean::mean;
    use crate::satisfaction::near;

    #[test]
    fn both_figures_and_how_many_were_marked() {
        let got = beside(mean, &[(1, 10), (5, 30)], &[(1, 4), (5, 29)]).expect("answers");
        near(got.raw.mean, 4.0, 1e-15);
        near(got.reviewed.expect("unmarked ones").mean, 149.0 / 33.0, 1e-14);
        assert_eq!((got.marked.hits, got.marked.n), (7, 40));
        let all = beside(mean, &[(1, 2)], &[]).expect("answers");
        assert_eq!((all.reviewed, all.marked.score), (None, 1.0));
        assert!(beside(mean, &[], &[]).is_none());
    }

    #[test]
    fn marks_on_low_scores_only_show() {
        let got = marking((12, 40), (2, 200)).expect("both seen");
        near(got.ratio.expect("a high one marked"), 30.0, 1e-12);
        assert!(got.difference.interval.low > 0.1);
        assert_eq!(marking((3, 5), (0, 9)).expect("both seen").ratio, None);
        assert_eq!(marking((0, 0), (1, 9)), None);
    }
}
