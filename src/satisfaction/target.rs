//! Targets: reached, missed, or not yet clear.

use super::mean::{Mean, t_interval};
use super::measure::Good;
use super::nps::{Nps, adjusted_wald};
use super::share::Share;
use super::{Interval, Z, double};

/// Where a figure stands against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The whole interval lies on the good side of the target.
    Reached,
    /// The whole interval lies on the other side.
    Missed,
    /// The interval holds the target.
    NotYetClear {
        /// Answers in all after which it would be clear, were the figure to stay as it is; `None`
        /// where the figure is the target or more than [`MOST`] would be needed.
        needed: Option<u64>,
    },
}

/// More answers than this are not worth waiting for.
pub const MOST: u64 = 1_000_000;

fn state(
    interval: &Interval,
    target: f64,
    good: Good,
    needed: impl FnOnce() -> Option<u64>,
) -> State {
    let (above, below) = (interval.low > target, interval.high < target);
    match good {
        Good::High if above => State::Reached,
        Good::High if below => State::Missed,
        Good::Low if below => State::Reached,
        Good::Low if above => State::Missed,
        _ => State::NotYetClear { needed: needed() },
    }
}

/// A share, high for good, against its target (both 0 to 1). The n needed is where Wilson's interval
/// leaves the target: the first above `z²·t(1 − t)/(p − t)²`.
///
/// When not to use: for targets of other people's interviews, or to set pay: an agent at the target
/// exactly stays "not yet clear" for ever.
pub fn share_against(share: &Share, target: f64) -> State {
    state(&share.interval, target, Good::High, || {
        let apart = share.score - target;
        // Wilson's interval is the score test turned round, so the n is exact.
        let n = Z * Z * target * (1.0 - target) / (apart * apart);
        (n < double(MOST)).then(|| n as u64 + 1)
    })
}

/// A mean against its target, both on the scale; `None` where the mean has no interval. The n needed
/// takes the deviation to stay.
///
/// When not to use: on a mean of few answers at the end of the scale, as [`super::mean::mean`].
pub fn mean_against(mean: &Mean, target: f64, good: Good) -> Option<State> {
    let (interval, deviation) = (mean.interval?, mean.deviation?);
    Some(state(&interval, target, good, || {
        first_clear(mean.n, |n| {
            t_interval(mean.mean, deviation, n).is_some_and(|interval| !interval.holds(target))
        })
    }))
}

/// A net promoter score against its target, both −100 to 100. The n needed takes the shares of
/// promoters and detractors to stay.
///
/// When not to use: for an agent with fewer than 40 answers.
pub fn nps_against(nps: &Nps, target: f64) -> State {
    let share = |count: u64| double(count) / double(nps.n);
    state(&nps.interval, target, Good::High, || {
        first_clear(nps.n, |n| {
            let n = double(n);
            !adjusted_wald(share(nps.promoters) * n, share(nps.detractors) * n, n).holds(target)
        })
    })
}

/// The first n above this one from which on it is clear, which stays so with more.
fn first_clear(from: u64, clear: impl Fn(u64) -> bool) -> Option<u64> {
    let mut high = from.max(1);
    while !clear(high) {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if clear(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::mean::mean;
    use crate::satisfaction::nps::nps;
    use crate::satisfaction::share::{share, wilson};

    #[test]
    fn three_states_of_a_share() {
        let of = |hits, n, target| share_against(&share(hits, n).expect("answers"), target);
        assert_eq!(of(76, 90, 0.75), State::Reached);
        assert_eq!(of(76, 90, 0.92), State::Missed);
        assert!(matches!(of(76, 90, 0.80), State::NotYetClear { needed: Some(n) } if n > 90));
        assert_eq!(of(45, 90, 0.5), State::NotYetClear { needed: None });
        // The n needed is the first that is clear.
        let State::NotYetClear { needed: Some(n) } = of(85, 100, 0.8) else { panic!("not clear") };
        assert!(wilson(0.85, n as f64).low > 0.8 && wilson(0.85, (n - 1) as f64).low <= 0.8);
    }

    #[test]
    fn a_mean_may_be_good_when_low() {
        let effort = mean(&[(1, 40), (2, 40), (5, 10)]).expect("answers");
        assert_eq!(mean_against(&effort, 3.0, Good::Low), Some(State::Reached));
        assert_eq!(mean_against(&effort, 3.0, Good::High), Some(State::Missed));
        let Some(State::NotYetClear { needed: Some(n) }) = mean_against(&effort, 2.0, Good::Low)
        else {
            panic!("not clear")
        };
        let s = effort.deviation.expect("two answers");
        let high = |n| t_interval(effort.mean, s, n).expect("two answers").high;
        assert!(n > 90 && high(n) < 2.0 && high(n - 1) >= 2.0);
        assert_eq!(mean_against(&mean(&[(4, 9)]).expect("answers"), 3.0, Good::High), None);
    }

    #[test]
    fn a_net_promoter_score() {
        let score = nps(48, 28, 12).expect("answers");
        assert_eq!(nps_against(&score, 20.0), State::Reached);
        assert_eq!(nps_against(&score, 60.0), State::Missed);
        assert!(
            matches!(nps_against(&score, 30.0), State::NotYetClear { needed: Some(n) } if n > 88)
        );
        let at = nps(30, 20, 10).expect("answers");
        let state = nps_against(&at, at.score);
        assert_eq!(state, State::NotYetClear { needed: None });
    }

    proptest! {
        #[test]
        fn more_answers_are_needed_than_there_are(n in 1u64..400, hits in 0u64..400, target in 0.05f64..0.95) {
            let share = share(hits.min(n), n).expect("answers");
            match share_against(&share, target) {
                State::NotYetClear { needed } => prop_assert!(needed.is_none_or(|needed| needed > n)),
                State::Reached => prop_assert!(share.interval.low > target),
                State::Missed => prop_assert!(share.interval.high < target),
            }
        }
    }
}
