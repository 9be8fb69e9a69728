//! Did coaching help? Before and after, against agents who were not coached meanwhile.

use super::difference::{Difference, of_changes, welch};
use super::mean::{t_point, t_two_sided_p};
use super::measure::Moments;
use super::{Interval, double};

/// One agent's shrunk figure ([`super::verdict::Judged::shrunk`]) in two standard periods of one
/// measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeforeAfter {
    /// Before coaching; for others, in the same period.
    pub before: f64,
    /// After it.
    pub after: f64,
}

impl BeforeAfter {
    fn change(&self) -> f64 {
        self.after - self.before
    }
}

/// Uncoached agents that one coached agent is matched with.
pub const MATCHES: usize = 3;

/// Matches coached agents with uncoached ones whose figure before was nearest: up to [`MATCHES`]
/// each, none twice, dealt in rounds so that the first does not take them all. Gives places in
/// `uncoached`. Agents are coached because they were low, and the low rise by themselves
/// (regression towards the mean); matched ones rise as much.
///
/// When not to use: with uncoached agents of other queues; pass those who could have been coached.
pub fn matched(coached: &[BeforeAfter], uncoached: &[BeforeAfter]) -> Vec<usize> {
    let mut free: Vec<usize> = (0..uncoached.len()).collect();
    let mut taken = Vec::new();
    for _ in 0..MATCHES {
        for agent in coached {
            let apart = |at: usize| (uncoached[at].before - agent.before).abs();
            let nearest =
                (0..free.len()).min_by(|&a, &b| apart(free[a]).total_cmp(&apart(free[b])));
            if let Some(nearest) = nearest {
                taken.push(free.remove(nearest));
            }
        }
    }
    taken
}

/// The effect of coaching: the mean change of the coached less that of the matched (difference in
/// differences; Card and Krueger 1994, American Economic Review 84:772), in the measure's unit.
/// Several coached agents: Welch's interval on the agents' changes. One: its change against the
/// spread of the others' (Crawford and Howell 1998, The Clinical Neuropsychologist 12:482),
/// `d ± t(m − 1)·s·√(1 + 1/m)`. `None` without a coached agent, below two matched ones, and where
/// the changes do not vary.
///
/// When not to use: on periods that are not alike (a new product, another season for one group), or
/// with fewer than [`super::verdict::MIN_AGENTS`] agents in the family whose figures were shrunk.
/// Agents were not drawn by lot, so it remains "after", not "because of".
pub fn effect(coached: &[BeforeAfter], matched: &[BeforeAfter]) -> Option<Difference> {
    let changes =
        |agents: &[BeforeAfter]| -> Vec<f64> { agents.iter().map(BeforeAfter::change).collect() };
    let (one, other) = (Moments::of(&changes(coached)), Moments::of(&changes(matched)));
    // Asked of the values; a variance of rounded sums may leave a trace above zero.
    of_changes(&changes(matched))?;
    let (mean, usual, variance) = (one.mean()?, other.mean()?, other.sample_variance()?);
    if let Some(own) = one.sample_variance() {
        return welch((mean, own, double(one.n)), (usual, variance, double(other.n)));
    }
    let (difference, m) = (mean - usual, double(other.n));
    let error = (variance * (1.0 + 1.0 / m)).sqrt();
    let half = t_point(m - 1.0) * error;
    (error > 0.0).then(|| Difference {
        difference,
        interval: Interval { low: difference - half, high: difference + half },
        p: t_two_sided_p(difference / error, m - 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    fn agents(pairs: &[(f64, f64)]) -> Vec<BeforeAfter> {
        pairs.iter().map(|&(before, after)| BeforeAfter { before, after }).collect()
    }

    #[test]
    fn the_nearest_are_matched_and_none_twice() {
        let coached = agents(&[(-0.10, 0.0), (-0.02, 0.0)]);
        let others = agents(&[
            (0.2, 0.0),
            (-0.09, 0.0),
            (-0.01, 0.0),
            (-0.12, 0.0),
            (-0.05, 0.0),
            (0.1, 0.0),
        ]);
        let got = matched(&coached, &others);
        assert_eq!(got[..4], [1, 2, 3, 4]);
        let mut once = got.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((got.len(), once.len()), (6, 6));
        assert_eq!(matched(&coached, &others[..1]), [0]);
        assert!(matched(&[], &others).is_empty());
    }

    #[test]
    fn a_rise_that_all_share_is_no_effect() {
        let coached = agents(&[(-0.10, -0.04), (-0.08, -0.03), (-0.12, -0.05)]);
        let others = agents(&[(-0.09, -0.03), (-0.11, -0.06), (-0.10, -0.03)]);
        let got = effect(&coached, &others).expect("they vary");
        near(got.difference, 0.18 / 3.0 - 0.18 / 3.0, 1e-12);
        assert!(got.interval.holds(0.0));
        let better = agents(&[(-0.10, 0.14), (-0.08, 0.17), (-0.12, 0.15)]);
        assert!(effect(&better, &others).expect("they vary").interval.low > 0.1);
    }

    #[test]
    fn one_coached_agent_is_set_against_the_spread_of_others() {
        let others = agents(&[(0.0, 0.01), (0.0, 0.03), (0.0, -0.01)]);
        let got = effect(&agents(&[(-0.1, -0.04)]), &others).expect("they vary");
        // Changes 0.01, 0.03, −0.01: s = 0.02, t(2) = 4.302653.
        near(got.difference, 0.05, 1e-12);
        near(got.interval.low, 0.05 - 4.302_652_729_749 * 0.02 * (4.0f64 / 3.0).sqrt(), 1e-9);
        assert_eq!(effect(&agents(&[(0.0, 0.1)]), &others[..1]), None);
        assert_eq!(effect(&[], &others), None);
        assert_eq!(effect(&agents(&[(0.0, 0.1)]), &agents(&[(0.0, 0.5), (0.0, 0.5)])), None);
    }
}
