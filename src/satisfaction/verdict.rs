//! THE ONE VERDICT: is an agent's figure above, below or as expected for its queues and callers?
//!
//! A verdict is said of a whole family at once: all agents of the centre with enough answers, in
//! one measure of one survey over one standard period, before anyone's filter. It needs both a
//! discovery (Benjamini and Hochberg at 5 % over the family) and a difference that, with chance
//! taken off, is large enough to matter. Whatever else judges would say something different about
//! the same agent, so nothing else does.

use super::discoveries::benjamini_hochberg;
use super::expected::{Cell, expected};
use super::funnel::overdispersion;
use super::measure::{Good, Measure};
use super::ranks::{
    MOST_RANKED, RankInterval, rank_intervals, rank_intervals_within, share_for_ranks,
};
use super::shrinkage::{chance_part, paule_mandel_about_zero};

/// Among the verdicts above and below, at most this share is false on average.
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// Agents with enough answers that a family needs before it is said how much they differ.
pub const MIN_AGENTS: usize = 5;

/// One agent's answers to one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The group within which a large centre is ranked; any number that stands for it.
    pub team: u32,
    /// The answers by queue and language.
    pub cells: Vec<Cell>,
}

/// The one judgement. "Above" is the good side, also for a measure whose low end is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Better than expected.
    Above,
    /// No difference beyond chance that is large enough to matter; no proof of equality.
    AsExpected,
    /// Worse than expected.
    Below,
    /// Not enough to judge by; [`Judged::too_few`] says of what.
    TooFew,
}

/// What there is too little of for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooFew {
    /// The agent's own answers ([`Measure::min_n`]).
    Answers,
    /// Answers of others to compare with ([`super::expected::MIN_POOL`]), or they are all equal.
    Others,
    /// Agents with enough answers ([`MIN_AGENTS`]).
    Agents,
}

/// One agent within its family. Figures are in the measure's unit and on its own side: where low
/// is good, a negative difference is the better one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Answers counted.
    pub n: u64,
    /// y: the agent's figure, as its callers gave it.
    pub observed: Option<f64>,
    /// e: what its queues and languages give without it.
    pub expected: Option<f64>,
    /// d = y − e.
    pub difference: Option<f64>,
    /// d with chance taken off: (1 − B)·d.
    pub shrunk: Option<f64>,
    /// v: the variance of y, were the agent as expected.
    pub variance: Option<f64>,
    /// z = d/√v.
    pub z: Option<f64>,
    /// The two-sided p-value of d; a little above that of z in a small centre
    /// ([`super::expected::Expected::p`]).
    pub p: Option<f64>,
    /// The p-value adjusted for the family.
    pub adjusted_p: Option<f64>,
    /// The judgement.
    pub verdict: Verdict,
    /// Why there is none.
    pub too_few: Option<TooFew>,
    /// Between which ranks the agent stands, 1 the best.
    pub rank: Option<RankInterval>,
}

/// All agents, in the order of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// One for each agent.
    pub agents: Vec<Judged>,
    /// τ²: how much agents truly differ from what is expected of them; `None` where fewer than
    /// [`MIN_AGENTS`] could be judged.
    pub tau2: Option<f64>,
    /// φ̂ of the z ([`overdispersion`]): above 2, queues or callers differ in more than is
    /// corrected for.
    pub overdispersion: Option<f64>,
}

/// Judges a family of agents in one measure.
///
/// For each agent with enough answers: e and v by case mix ([`expected`]), z = d/√v; the
/// two-sided p-value of d ([`super::expected::Expected::p`], which also counts that e is a
/// sample), adjusted after Benjamini and Hochberg; τ² after Paule and Mandel from all (d, v),
/// shrunk d = (1 − v/(v + τ²))·d. Above or below is said where p is rejected at
/// [`FALSE_DISCOVERIES`] *and* |shrunk d| is at least the measure's margin. Rank intervals are
/// those of Tukey's method, over the centre up to [`MOST_RANKED`] agents, else within teams.
///
/// With fewer than [`MIN_AGENTS`] agents τ² cannot be told from chance: the figures and their
/// p-values are given, without shrinkage, rank or verdict. Taking τ² = 0 instead would call
/// everyone "as expected", which nobody has shown.
///
/// When not to use: on a filtered list, a free period, or for several measures pooled; each
/// changes the family, and with it what a verdict means.
pub fn judge(measure: &Measure, agents: &[Agent]) -> Family {
    let cells: Vec<&[Cell]> = agents.iter().map(|agent| agent.cells.as_slice()).collect();
    let references = expected(measure, &cells);
    let mut judged: Vec<Judged> = agents
        .iter()
        .zip(&references)
        .map(|(agent, reference)| {
            let mut answers = super::measure::Moments::default();
            agent.cells.iter().for_each(|cell| answers.add(&cell.answers));
            let enough = answers.n >= measure.min_n();
            let comparable = reference.filter(|_| enough).filter(|r| r.variance > 0.0);
            let too_few = match comparable {
                Some(_) => None,
                None if enough => Some(TooFew::Others),
                None => Some(TooFew::Answers),
            };
            let p = comparable.and_then(|r| r.p(measure));
            Judged {
                n: answers.n,
                observed: answers.mean(),
                expected: reference.map(|r| r.expected),
                difference: reference.map(|r| r.difference()),
                shrunk: None,
                variance: comparable.map(|r| r.variance),
                z: comparable.and_then(|r| r.z()),
                p,
                adjusted_p: None,
                verdict: Verdict::TooFew,
                too_few,
                rank: None,
            }
        })
        .collect();

    // The family: who has a p-value. Places in `judged`, with d and v.
    let family: Vec<usize> = (0..judged.len()).filter(|at| judged[*at].p.is_some()).collect();
    let of = |value: fn(&Judged) -> Option<f64>| -> Vec<f64> {
        family.iter().filter_map(|at| value(&judged[*at])).collect()
    };
    let p = of(|agent| agent.p);
    let z = of(|agent| agent.z);
    let differences: Vec<(f64, f64)> =
        of(|agent| agent.difference).into_iter().zip(of(|agent| agent.variance)).collect();
    let found = benjamini_hochberg(&p, FALSE_DISCOVERIES);
    for (at, found) in family.iter().zip(&found) {
        judged[*at].adjusted_p = Some(found.adjusted);
    }
    if family.len() < MIN_AGENTS {
        for at in family {
            judged[at].too_few = Some(TooFew::Agents);
        }
        return Family { agents: judged, tau2: None, overdispersion: None };
    }

    let tau2 = paule_mandel_about_zero(&differences);
    for ((at, found), (d, v)) in family.iter().zip(&found).zip(&differences) {
        let shrunk = (1.0 - chance_part(*v, tau2)) * d;
        judged[*at].shrunk = Some(shrunk);
        judged[*at].verdict = verdict(measure, found.rejected, shrunk);
    }
    let teams: Vec<u32> = family.iter().map(|at| agents[*at].team).collect();
    let figures: Vec<(f64, f64)> =
        family.iter().map(|at| figure_for_ranks(measure, &judged[*at])).collect();
    let ranks = match figures.len() <= MOST_RANKED {
        true => rank_intervals(&figures),
        false => rank_intervals_within(&figures, &teams),
    };
    for (at, rank) in family.iter().zip(ranks) {
        judged[*at].rank = Some(rank);
    }
    Family { agents: judged, tau2: Some(tau2), overdispersion: overdispersion(&z) }
}

fn verdict(measure: &Measure, rejected: bool, shrunk: f64) -> Verdict {
    if !rejected || shrunk.abs() < measure.margin() {
        return Verdict::AsExpected;
    }
    match (measure.good(), shrunk > 0.0) {
        (Good::High, true) | (Good::Low, false) => Verdict::Above,
        (Good::High, false) | (Good::Low, true) => Verdict::Below,
    }
}

/// Difference, high for good, and variance.
fn figure_for_ranks(measure: &Measure, agent: &Judged) -> (f64, f64) {
    let observed = agent.observed.unwrap_or_default();
    let expected = agent.expected.unwrap_or_default();
    match measure {
        Measure::Share { .. } => share_for_ranks(observed, expected, agent.n),
        Measure::Nps | Measure::Mean { .. } => {
            let sign = if measure.good() == Good::High { 1.0 } else { -1.0 };
            (sign * (observed - expected), agent.variance.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    fn satisfied() -> Measure {
        Measure::Share { satisfied: vec![1] }
    }

    fn agent(measure: &Measure, counts: &[(u8, u64)]) -> Agent {
        Agent {
            team: 1,
            cells: vec![Cell { queue: 1, language: 1, answers: measure.moments(counts) }],
        }
    }

    fn shares(hits: &[(u64, u64)]) -> Vec<Agent> {
        hits.iter().map(|(hits, n)| agent(&satisfied(), &[(1, *hits), (0, n - hits)])).collect()
    }

    fn verdicts(family: &Family) -> Vec<Verdict> {
        family.agents.iter().map(|agent| agent.verdict).collect()
    }

    #[test]
    fn who_stands_out_is_told_from_chance() {
        let family = judge(
            &satisfied(),
            &shares(&[
                (160, 200),
                (162, 200),
                (158, 200),
                (196, 200),
                (110, 200),
                (161, 200),
                (15, 19),
            ]),
        );
        use Verdict::{Above, AsExpected, Below, TooFew as Few};
        let wanted = [AsExpected, AsExpected, AsExpected, Above, Below, AsExpected, Few];
        assert_eq!(verdicts(&family), wanted);
        let few = family.agents[6];
        assert_eq!((few.too_few, few.rank, few.p), (Some(TooFew::Answers), None, None));
        assert!(few.observed.is_some() && few.expected.is_some());
        let above = family.agents[3];
        assert!(above.shrunk.expect("judged") < above.difference.expect("judged"));
        let rank = above.rank.expect("ranked");
        assert_eq!((rank.low, rank.high, rank.of), (1, 1, 6));
        assert_eq!(family.agents[4].rank.expect("ranked").low, 6);
        assert!(family.tau2.expect("six agents") > 0.0);
    }

    #[test]
    fn every_figure_is_that_of_its_formula() {
        let agents = shares(&[(80, 100), (85, 100), (90, 100), (60, 100), (75, 100)]);
        let family = judge(&satisfied(), &agents);
        let got = family.agents[3];
        let e = 330.0 / 400.0;
        let v = e * (1.0 - e) / 100.0;
        near(got.expected.expect("others"), e, 1e-15);
        near(got.variance.expect("others"), v, 1e-15);
        near(got.z.expect("others"), (0.6 - e) / v.sqrt(), 1e-12);
        let t = (0.225 - 0.005) / (v * 1.25f64).sqrt();
        near(got.p.expect("others"), super::super::mean::t_two_sided_p(t, 399.0), 1e-9);
        let tau2 = family.tau2.expect("five agents");
        near(got.shrunk.expect("five agents"), (0.6 - e) * tau2 / (v + tau2), 1e-12);
        let p: Vec<f64> = family.agents.iter().filter_map(|agent| agent.p).collect();
        near(got.adjusted_p.expect("judged"), benjamini_hochberg(&p, 0.05)[3].adjusted, 0.0);
    }

    #[test]
    fn a_sure_but_small_difference_is_as_expected() {
        let mut hits = vec![(8_000, 10_000); 12];
        hits[0] = (8_250, 10_000);
        let family = judge(&satisfied(), &shares(&hits));
        let first = family.agents[0];
        assert!(first.adjusted_p.expect("judged") < 0.001);
        assert!(first.shrunk.expect("judged").abs() < 0.03);
        assert_eq!(first.verdict, Verdict::AsExpected);
    }

    #[test]
    fn the_margin_itself_is_enough() {
        let of = |shrunk| verdict(&satisfied(), true, shrunk);
        assert_eq!((of(0.03), of(-0.03)), (Verdict::Above, Verdict::Below));
        assert_eq!((of(0.0299), of(-0.0299)), (Verdict::AsExpected, Verdict::AsExpected));
        assert_eq!(verdict(&satisfied(), false, 0.2), Verdict::AsExpected);
    }

    #[test]
    fn four_agents_are_no_family() {
        let family =
            judge(&satisfied(), &shares(&[(190, 200), (100, 200), (160, 200), (160, 200), (3, 9)]));
        assert_eq!(family.tau2, None);
        let first = family.agents[0];
        assert_eq!((first.verdict, first.too_few), (Verdict::TooFew, Some(TooFew::Agents)));
        assert_eq!((first.shrunk, first.rank), (None, None));
        assert!(first.p.is_some());
        assert_eq!(family.agents[4].too_few, Some(TooFew::Answers));
        assert_eq!(judge(&satisfied(), &[]).agents, []);
    }

    #[test]
    fn an_agent_whom_nobody_can_be_compared_with_has_no_verdict() {
        let family = judge(&satisfied(), &shares(&[(190, 200), (5, 9), (10, 15)]));
        assert_eq!(family.agents[0].too_few, Some(TooFew::Others));
        assert_eq!(family.agents[0].expected, None);
        let flat = judge(&satisfied(), &shares(&[(50, 50); 6]));
        assert_eq!(flat.agents[0].too_few, Some(TooFew::Others));
    }

    #[test]
    fn where_low_is_good_the_low_one_is_above_and_first() {
        let of = |good| {
            let measure = Measure::Mean { lowest: 1, highest: 5, good };
            let mut agents = vec![agent(&measure, &[(2, 40), (3, 40), (4, 40)]); 9];
            agents[0] = agent(&measure, &[(1, 60), (2, 50), (3, 10)]);
            judge(&measure, &agents).agents[0]
        };
        let (low, high) = (of(Good::Low), of(Good::High));
        assert_eq!((low.verdict, high.verdict), (Verdict::Above, Verdict::Below));
        assert!(low.difference.expect("judged") < 0.0);
        assert_eq!(low.rank.expect("ranked").low, 1);
        assert_eq!(high.rank.expect("ranked").low, 9);
        // Satisfied means good, also where the satisfied keys are the low ones.
        let measure = Measure::Share { satisfied: vec![1, 2] };
        let mut agents = vec![agent(&measure, &[(2, 80), (4, 40)]); 9];
        agents[0] = agent(&measure, &[(1, 118), (4, 2)]);
        assert_eq!(judge(&measure, &agents).agents[0].verdict, Verdict::Above);
    }

    #[test]
    fn net_promoter_scores_need_forty_answers() {
        let mut agents = vec![agent(&Measure::Nps, &[(9, 20), (7, 10), (2, 10)]); 8];
        agents[0] = agent(&Measure::Nps, &[(9, 20), (7, 10), (2, 9)]);
        let family = judge(&Measure::Nps, &agents);
        assert_eq!(family.agents[0].too_few, Some(TooFew::Answers));
        assert_eq!(family.agents[1].verdict, Verdict::AsExpected);
        near(family.agents[1].observed.expect("answers"), 25.0, 1e-12);
    }

    #[test]
    fn a_large_centre_is_ranked_within_its_teams() {
        let mut agents = shares(&[(80, 100); 501]);
        agents.iter_mut().enumerate().for_each(|(at, agent)| agent.team = at as u32 % 50);
        let of = |agents: &[Agent]| judge(&satisfied(), agents).agents[0].rank.map(|rank| rank.of);
        assert_eq!(of(&agents), Some(11));
        assert_eq!(of(&agents[..500]), Some(500));
    }

    proptest! {
        #[test]
        fn a_verdict_has_its_reasons(hits in proptest::collection::vec((0u64..60, 0u64..60), 1..25)) {
            let agents = shares(&hits.iter().map(|(hits, more)| (*hits, hits + more)).collect::<Vec<_>>());
            let family = judge(&satisfied(), &agents);
            prop_assert_eq!(family.agents.len(), agents.len());
            for agent in &family.agents {
                prop_assert_eq!(agent.verdict == Verdict::TooFew, agent.too_few.is_some());
                prop_assert_eq!(agent.rank.is_some(), agent.too_few.is_none());
                if let (Some(shrunk), Some(d)) = (agent.shrunk, agent.difference) {
                    prop_assert!(shrunk.abs() <= d.abs() && shrunk * d >= 0.0);
                }
                if matches!(agent.verdict, Verdict::Above | Verdict::Below) {
                    prop_assert!(agent.n >= 20);
                    prop_assert!(agent.adjusted_p.is_some_and(|p| p <= 0.05 + 1e-12));
                    prop_assert!(agent.shrunk.is_some_and(|shrunk| shrunk.abs() >= 0.03));
                    prop_assert_eq!(agent.verdict == Verdict::Above, agent.shrunk > Some(0.0));
                }
            }
        }

        #[test]
        fn the_order_of_agents_does_not_matter(hits in proptest::collection::vec((0u64..60, 0u64..60), 5..15)) {
            let mut agents = shares(&hits.iter().map(|(hits, more)| (*hits, hits + more)).collect::<Vec<_>>());
            let one = judge(&satisfied(), &agents);
            agents.reverse();
            let mut other = judge(&satisfied(), &agents);
            other.agents.reverse();
            prop_assert_eq!(verdicts(&one), verdicts(&other));
        }
    }
}
