//! Compared with others: better, the same, worse.

use super::Interval;
use super::nps::nps;
use super::share::{Share, share};

/// What callers say of us against others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Answers counted.
    pub n: u64,
    /// Who said better.
    pub better: Share,
    /// Who said the same.
    pub same: Share,
    /// Who said worse.
    pub worse: Share,
    /// Better less worse, −100 to 100.
    pub net: f64,
    /// Its 95 % interval, by the adjusted Wald of the net promoter score, which is the same
    /// statistic.
    pub interval: Interval,
}

/// The comparison of counts; `None` without answers.
///
/// When not to use: as a share of the market; callers compare with whom they know.
pub fn comparison(better: u64, same: u64, worse: u64) -> Option<Comparison> {
    let net = nps(better, same, worse)?;
    Some(Comparison {
        n: net.n,
        better: share(better, net.n)?,
        same: share(same, net.n)?,
        worse: share(worse, net.n)?,
        net: net.score,
        interval: net.interval,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn better_less_worse() {
        let got = comparison(48, 28, 12).expect("answers");
        near(got.net, 40.909_090_909_090_914, 1e-12);
        near(got.interval.low, 24.754_175_907_256_144, 1e-12);
        near(got.better.score + got.same.score + got.worse.score, 1.0, 1e-15);
        assert_eq!((got.worse.hits, got.n), (12, 88));
        assert_eq!(comparison(0, 0, 0), None);
    }
}
