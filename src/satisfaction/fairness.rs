//! Are the right callers asked? What an agent could do to the survey, looked at for every agent in
//! the same way. The word is "worth a look", never a finding: a headset that fails, a queue that
//! closes late or a platform's fault looks the same.

use super::discoveries::benjamini_hochberg;
use super::expected::{Cell, expected};
use super::funnel::overdispersion;
use super::mean::t_two_sided_p;
use super::measure::{Measure, Moments};
use super::quantile::median;
use super::rates::Coverage;
use super::share::{Share, share};
use super::{MIN_N, double};

/// Agents from which on φ̂ is used: below, a tenth of them is less than one agent, and the one who
/// stands out would hide itself.
pub const MIN_FOR_OVERDISPERSION: usize = 10;

/// How many of an agent's chances in a queue were taken: reachable calls that were offered the
/// survey, or hand-overs that got an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chances {
    /// Which queue; any number that stands for it.
    pub queue: u32,
    /// Chances.
    pub of: u64,
    /// Those taken. More than there were count as all.
    pub taken: u64,
}

/// What is said of an agent's rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Lower than its queues give, beyond chance. Look, and mind the innocent reasons.
    WorthALook,
    /// Nothing beyond chance.
    Nothing,
    /// Call records cover too few calls, the agent has too few, or nobody else can be compared
    /// with.
    NotKnown,
}

/// One agent's rate beside its queues'.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The agent's own; `None` without chances or coverage.
    pub own: Option<Share>,
    /// What the others give in the same queues.
    pub expected: Option<f64>,
    /// The two-sided p-value adjusted for all agents.
    pub adjusted_p: Option<f64>,
    /// The word.
    pub look: Look,
}

/// Compares each agent's rate with that of the others in the same queues (a p chart over agents
/// with the centre of each its case mix), in a family of its own: Benjamini and Hochberg at 5 %,
/// and at least 0.03 below. With thousands of calls any small cause is beyond chance, so the errors
/// are widened by √φ̂ where φ̂ > 1 (Spiegelhalter 2005, Statistics in Medicine 24:1185) and there are
/// [`MIN_FOR_OVERDISPERSION`] agents. Each agent comes with the coverage of its calls by records;
/// below 95 % nothing is said of it, and it is not compared with.
///
/// When not to use: as proof of anything; on reach where sampled-out calls count as reachable.
pub fn rates_against_queues(agents: &[(Vec<Chances>, Coverage)]) -> Vec<Rate> {
    let measure = Measure::Share { satisfied: vec![1] };
    let cells: Vec<Vec<Cell>> = agents
        .iter()
        .map(|(chances, coverage)| {
            let covered = chances.iter().filter(|_| coverage.enough());
            covered.map(|chances| cell(&measure, chances)).collect()
        })
        .collect();
    let cells: Vec<&[Cell]> = cells.iter().map(Vec::as_slice).collect();
    let references = expected(&measure, &cells);
    let judged = |at: usize| references[at].filter(|r| r.n >= MIN_N && r.variance > 0.0);
    let z: Vec<f64> = (0..agents.len()).filter_map(|at| judged(at)?.z()).collect();
    let enough = z.len() >= MIN_FOR_OVERDISPERSION;
    let wider = overdispersion(&z).filter(|_| enough).unwrap_or(1.0).max(1.0);
    let family: Vec<usize> = (0..agents.len()).filter(|at| judged(*at).is_some()).collect();
    let p: Vec<f64> = family
        .iter()
        .filter_map(|at| judged(*at))
        .map(|r| {
            let half = 0.5 / double(r.n);
            let error = (wider * (r.variance + r.reference)).sqrt();
            t_two_sided_p((r.difference().abs() - half).max(0.0) / error, r.freedom)
        })
        .collect();
    let mut rates: Vec<Rate> = cells
        .iter()
        .zip(&references)
        .map(|(cells, reference)| {
            let mut all = Moments::default();
            cells.iter().for_each(|cell| all.add(&cell.answers));
            Rate {
                own: share(all.sum as u64, all.n),
                expected: reference.map(|r| r.expected),
                adjusted_p: None,
                look: Look::NotKnown,
            }
        })
        .collect();
    for (at, found) in family.into_iter().zip(benjamini_hochberg(&p, 0.05)) {
        let below = references[at].is_some_and(|r| r.difference() <= -measure.margin());
        rates[at].adjusted_p = Some(found.adjusted);
        rates[at].look = if found.rejected && below { Look::WorthALook } else { Look::Nothing };
    }
    rates
}

fn cell(measure: &Measure, chances: &Chances) -> Cell {
    let taken = chances.taken.min(chances.of);
    let answers = measure.moments(&[(1, taken), (0, chances.of - taken)]);
    Cell { queue: chances.queue, language: 0, answers }
}

/// Who ended the calls, as the records say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedBy {
    /// The agent.
    pub agent: u64,
    /// The caller.
    pub caller: u64,
    /// Anything else: a transfer, the platform, a lost line.
    pub other: u64,
}

/// How an agent hands callers over to the survey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandOver {
    /// Hand-overs without an answer, of all. To be compared as [`Chances`] with the answered ones
    /// taken.
    pub unanswered: Option<Share>,
    /// Median seconds from the end of talk to the hand-over; may be negative where clocks differ.
    pub median_seconds: Option<f64>,
    /// Calls that the agent ended, of those where the record says who did.
    pub ended_by_agent: Option<Share>,
}

/// The hand-over figures of one agent. Each is `None` without data, all are where records cover
/// fewer than 95 % of the agent's calls.
///
/// When not to use: to compare agents; [`rates_against_queues`] does.
pub fn hand_over(
    hand_overs: u64,
    unanswered: u64,
    seconds: &[f64],
    ended_by: &EndedBy,
    coverage: &Coverage,
) -> HandOver {
    let known = ended_by.agent + ended_by.caller + ended_by.other;
    let covered = coverage.enough();
    HandOver {
        unanswered: share(unanswered, hand_overs).filter(|_| covered),
        median_seconds: median(seconds).filter(|_| covered),
        ended_by_agent: share(ended_by.agent, known).filter(|_| covered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    const ALL: Coverage = Coverage { recorded: 100, calls: 100 };

    fn agent(taken: &[(u32, u64, u64)]) -> (Vec<Chances>, Coverage) {
        let chances = taken.iter().map(|&(queue, taken, of)| Chances { queue, of, taken });
        (chances.collect(), ALL)
    }

    fn looks(agents: &[(Vec<Chances>, Coverage)]) -> Vec<Look> {
        rates_against_queues(agents).iter().map(|rate| rate.look).collect()
    }

    #[test]
    fn who_leaves_callers_out_is_worth_a_look() {
        let mut agents = vec![agent(&[(1, 160, 200)]); 12];
        agents.push(agent(&[(1, 100, 200)]));
        // Higher than the others is nobody's trick.
        agents.push(agent(&[(1, 198, 200)]));
        let got = looks(&agents);
        assert_eq!(got[12], Look::WorthALook);
        assert!(got[..12].iter().chain(&got[13..]).all(|look| *look == Look::Nothing));
    }

    #[test]
    fn a_queue_that_reaches_few_is_nobody_s_fault() {
        let mut agents = vec![agent(&[(1, 160, 200)]); 8];
        agents.extend(vec![agent(&[(2, 60, 200)]); 8]);
        assert!(looks(&agents).iter().all(|look| *look == Look::Nothing));
        let rates = rates_against_queues(&agents);
        near(rates[9].expected.expect("others"), 0.3, 1e-15);
    }

    #[test]
    fn agents_who_all_differ_are_not_all_looked_at() {
        let agents: Vec<_> = (0..20).map(|at| agent(&[(1, 14_000 + 200 * at, 20_000)])).collect();
        assert!(looks(&agents).iter().all(|look| *look == Look::Nothing));
        // So from ten agents on; among nine a tenth is nobody.
        let nine: Vec<_> = (0..9).map(|at| agent(&[(1, 12_000 + 600 * at, 20_000)])).collect();
        assert!(looks(&nine).contains(&Look::WorthALook));
        let ten: Vec<_> = (0..10).map(|at| agent(&[(1, 12_000 + 600 * at, 20_000)])).collect();
        assert!(!looks(&ten).contains(&Look::WorthALook));
    }

    #[test]
    fn nothing_is_known_without_records() {
        let mut agents = vec![agent(&[(1, 160, 200)]); 12];
        agents.push(agent(&[(1, 20, 200)]));
        agents[12].1 = Coverage { recorded: 94, calls: 100 };
        agents.push(agent(&[(1, 0, 19)]));
        let rates = rates_against_queues(&agents);
        assert_eq!((rates[12].look, rates[12].own), (Look::NotKnown, None));
        assert_eq!(rates[13].look, Look::NotKnown);
        // Nor is it compared with.
        near(rates[0].expected.expect("others"), 11.0 * 160.0 / (11.0 * 200.0 + 19.0), 1e-12);
        assert!(rates_against_queues(&[]).is_empty());
    }

    #[test]
    fn hand_over_figures() {
        let ended = EndedBy { agent: 30, caller: 60, other: 10 };
        let got = hand_over(50, 20, &[1.0, 9.0, 2.0], &ended, &ALL);
        near(got.unanswered.expect("hand-overs").score, 0.4, 1e-15);
        assert_eq!(got.median_seconds, Some(2.0));
        near(got.ended_by_agent.expect("records").score, 0.3, 1e-15);
        let few = Coverage { recorded: 9, calls: 10 };
        let got = hand_over(50, 20, &[1.0], &ended, &few);
        let nothing = HandOver { unanswered: None, median_seconds: None, ended_by_agent: None };
        assert_eq!(got, nothing);
    }
}
