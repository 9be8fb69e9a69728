//! How callers felt: one choice among several feelings.

use super::Interval;
use super::nps::nps;
use super::share::{Share, share};

/// What kind of feeling a choice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeling {
    /// Such as relieved, content, delighted.
    Positive,
    /// Such as indifferent.
    Neutral,
    /// Such as annoyed, disappointed, angry.
    Negative,
}

/// The choices with their shares, in the order of the input, and their balance.
#[derive(Clone, Debug, PartialEq)]
pub struct Emotions {
    /// Answers counted.
    pub n: u64,
    /// Each choice's share of all answers.
    pub shares: Vec<Share>,
    /// Positive less negative, −100 to 100.
    pub net: f64,
    /// Its 95 % interval, by the adjusted Wald of the net promoter score.
    pub interval: Interval,
}

/// The shares of a question with one choice, from (kind, count). `None` without answers.
///
/// When not to use: for feelings that callers may choose several of; their shares do not add up and
/// the balance has no such interval. The intervals are for one choice each, not for all at once.
pub fn emotions(counts: &[(Feeling, u64)]) -> Option<Emotions> {
    let sum = |kind| counts.iter().filter(|(feeling, _)| *feeling == kind).map(|(_, n)| n).sum();
    let net = nps(sum(Feeling::Positive), sum(Feeling::Neutral), sum(Feeling::Negative))?;
    Some(Emotions {
        n: net.n,
        shares: counts.iter().filter_map(|(_, count)| share(*count, net.n)).collect(),
        net: net.score,
        interval: net.interval,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn shares_and_balance() {
        let counts = [
            (Feeling::Positive, 30),
            (Feeling::Positive, 18),
            (Feeling::Neutral, 28),
            (Feeling::Negative, 12),
            (Feeling::Negative, 0),
        ];
        let got = emotions(&counts).expect("answers");
        near(got.net, 40.909_090_909_090_914, 1e-12);
        near(got.shares.iter().map(|share| share.score).sum(), 1.0, 1e-15);
        assert_eq!(got.shares.len(), 5);
        assert_eq!(emotions(&[(Feeling::Positive, 0)]), None);
    }
}
