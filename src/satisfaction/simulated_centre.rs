//! A contact centre whose true agents are known: what the verdict says of them, many times over.
//!
//! Everything is drawn from fixed seeds, so each test passes or fails for good. The bounds allow
//! for the number of centres: a share that is truly 5 % is found above `5 % + 3·√(5 %·95 %/N)` in
//! one of a thousand runs.

use fastrand::Rng;

use super::discoveries::benjamini_hochberg;
use super::expected::Cell;
use super::measure::{Good, Measure};
use super::normal::two_sided_p;
use super::verdict::{Agent, Family, Verdict, judge};

/// What is truly added to an agent's rates.
#[derive(Clone, Copy)]
enum Truth {
    /// Nothing: all agents are equal, given their queues and languages.
    Equal,
    /// Normal with this deviation.
    Spread(f64),
    /// This to every tenth agent, its negative to every tenth, nothing to the others.
    Few(f64),
}

/// How a centre is made; all that is random comes from its seed.
struct Centre {
    agents: usize,
    queues: u32,
    languages: u32,
    /// Answers of one agent, from and to.
    answers: (u64, u64),
    truth: Truth,
    measure: Measure,
}

fn share() -> Measure {
    Measure::Share { satisfied: vec![1] }
}

fn mean() -> Measure {
    Measure::Mean { lowest: 1, highest: 5, good: Good::High }
}

impl Centre {
    fn of(truth: Truth, measure: Measure) -> Centre {
        Centre { agents: 20, queues: 3, languages: 2, answers: (40, 120), truth, measure }
    }

    /// So many centres from one seed: the verdicts, and what is truly added for each agent.
    fn judged(&self, centres: usize, seed: u64) -> Vec<(Family, Vec<f64>)> {
        let mut rng = Rng::with_seed(seed);
        let draw = |_| {
            let (agents, truths) = self.draw(&mut rng);
            (judge(&self.measure, &agents), truths)
        };
        (0..centres).map(draw).collect()
    }

    fn draw(&self, rng: &mut Rng) -> (Vec<Agent>, Vec<f64>) {
        // Base rates of queues and languages between 0.6 and 0.9.
        let cells = self.queues * self.languages;
        let rates: Vec<f64> = (0..cells).map(|_| 0.6 + 0.3 * rng.f64()).collect();
        let truths: Vec<f64> = (0..self.agents)
            .map(|at| match (self.truth, at % 10) {
                (Truth::Spread(deviation), _) => deviation * normal(rng),
                (Truth::Few(by), 0) => by,
                (Truth::Few(by), 1) => -by,
                _ => 0.0,
            })
            .collect();
        let agents = truths.iter().map(|truth| self.agent(rng, &rates, *truth)).collect();
        (agents, truths)
    }

    /// An agent serves two queues in two languages, most often those at home.
    fn agent(&self, rng: &mut Rng, rates: &[f64], truth: f64) -> Agent {
        let (home, tongue) = (rng.u32(0..self.queues), rng.u32(0..self.languages));
        let mut counts = vec![[0u64; 11]; rates.len()];
        for _ in 0..rng.u64(self.answers.0..=self.answers.1) {
            let queue = (home + u32::from(rng.u8(0..4) == 0)) % self.queues;
            let language = (tongue + u32::from(rng.u8(0..3) == 0)) % self.languages;
            let cell = (queue * self.languages + language) as usize;
            let key = self.key(rng, (rates[cell] + truth).clamp(0.02, 0.98));
            counts[cell][key] += 1;
        }
        let cell = |(at, counts): (u32, [u64; 11])| {
            let counts: Vec<(u8, u64)> = (0..).zip(counts).collect();
            let answers = self.measure.moments(&counts);
            Cell { queue: at / self.languages, language: at % self.languages, answers }
        };
        Agent { team: 0, cells: (0..).zip(counts).map(cell).collect() }
    }

    /// What one caller keys, satisfied at that rate.
    fn key(&self, rng: &mut Rng, rate: f64) -> usize {
        let satisfied = rng.f64() < rate;
        match (&self.measure, satisfied) {
            (Measure::Share { .. }, _) => usize::from(satisfied),
            (Measure::Nps, true) => rng.usize(8..=10),
            (Measure::Nps, false) => rng.usize(0..=8),
            (Measure::Mean { .. }, true) => rng.usize(4..=5),
            (Measure::Mean { .. }, false) => rng.usize(1..=3),
        }
    }
}

/// A standard normal deviate, near enough: twelve uniform ones.
fn normal(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

/// The agents called above or below.
fn said(family: &Family) -> impl Iterator<Item = (usize, Verdict)> {
    let said = family.agents.iter().map(|agent| agent.verdict).enumerate();
    said.filter(|(_, verdict)| matches!(verdict, Verdict::Above | Verdict::Below))
}

/// How often it was, of how many; and that it truly may be 5 % or less.
fn at_most_5_percent(often: f64, of: usize, what: &str) {
    let n = of as f64;
    let bound = 0.05 + 3.0 * (0.05f64 * 0.95 / n).sqrt();
    assert!(often / n <= bound, "{what}: {often} of {of}, at most {:.1}", bound * n);
}

#[test]
fn equal_agents_are_told_apart_in_at_most_5_of_100_families() {
    let mut found = Vec::new();
    for measure in [share(), mean(), Measure::Nps] {
        let what = format!("{measure:?}");
        let centres = Centre::of(Truth::Equal, measure).judged(400, 1);
        let any = centres.iter().filter(|(family, _)| said(family).next().is_some()).count();
        at_most_5_percent(any as f64, centres.len(), &what);
        found.push(any);
    }
    // It is a test of something: some are found.
    assert!(found.iter().all(|any| *any > 0), "{found:?}");
}

#[test]
fn so_it_is_in_the_smallest_centre() {
    for (answers, measure) in [((20, 30), share()), ((20, 30), mean()), ((40, 60), Measure::Nps)] {
        let what = format!("{measure:?}");
        let centre = Centre { agents: 5, queues: 1, answers, ..Centre::of(Truth::Equal, measure) };
        let centres = centre.judged(600, 2);
        let any = centres.iter().filter(|(family, _)| said(family).next().is_some()).count();
        at_most_5_percent(any as f64, centres.len(), &what);
    }
}

#[test]
fn z_alone_would_find_more_among_few_agents() {
    let centre =
        Centre { agents: 5, queues: 1, answers: (30, 60), ..Centre::of(Truth::Equal, share()) };
    let (mut by_z, mut by_p) = (0, 0);
    let centres = centre.judged(600, 3);
    for (family, _) in &centres {
        let z: Vec<f64> =
            family.agents.iter().filter_map(|agent| agent.z).map(two_sided_p).collect();
        by_z += usize::from(benjamini_hochberg(&z, 0.05).iter().any(|found| found.rejected));
        let least = family.agents.iter().filter_map(|agent| agent.adjusted_p).fold(1.0, f64::min);
        by_p += usize::from(least <= 0.05);
    }
    at_most_5_percent(by_p as f64, centres.len(), "the family's p");
    assert!(by_z as f64 > 0.09 * centres.len() as f64, "{by_z} of {}", centres.len());
}

#[test]
fn agents_of_hard_queues_are_not_blamed_for_them() {
    let centre = Centre { answers: (200, 300), ..Centre::of(Truth::Equal, share()) };
    let mut rng = Rng::with_seed(4);
    let mut blamed = 0;
    for _ in 0..40 {
        let (mut agents, _) = centre.draw(&mut rng);
        // The same answers, as if all had come from one queue in one language.
        for cell in agents.iter_mut().flat_map(|agent| &mut agent.cells) {
            (cell.queue, cell.language) = (0, 0);
        }
        blamed += usize::from(said(&judge(&centre.measure, &agents)).next().is_some());
    }
    assert!(blamed > 20, "without case mix {blamed} of 40 equal centres blame somebody");
}

#[test]
fn at_most_5_of_100_verdicts_are_false() {
    for measure in [share(), mean(), Measure::Nps] {
        let what = format!("{measure:?}");
        let centres = Centre::of(Truth::Few(0.18), measure).judged(200, 5);
        let (mut false_share, mut right, mut there) = (0.0, 0, 0);
        for (family, truths) in &centres {
            let is_false = |(at, verdict): &(usize, Verdict)| match verdict {
                Verdict::Above => truths[*at] <= 0.0,
                _ => truths[*at] >= 0.0,
            };
            let all = said(family).count();
            let wrong = said(family).filter(is_false).count();
            false_share += wrong as f64 / all.max(1) as f64;
            right += all - wrong;
            there += truths.iter().filter(|truth| **truth != 0.0).count();
        }
        at_most_5_percent(false_share, centres.len(), &what);
        assert!(right * 5 > there * 2, "{what}: only {right} of {there} were found");
    }
}

#[test]
fn the_best_agent_may_stand_first() {
    for measure in [share(), mean(), Measure::Nps] {
        let what = format!("{measure:?}");
        let centres = Centre::of(Truth::Spread(0.06), measure).judged(200, 6);
        let missed = centres.iter().filter(|(family, truths)| {
            let ranked = (0..truths.len()).filter(|at| family.agents[*at].rank.is_some());
            let best = ranked.max_by(|a, b| truths[*a].total_cmp(&truths[*b]));
            best.and_then(|best| family.agents[best].rank).is_none_or(|rank| rank.low != 1)
        });
        at_most_5_percent(missed.count() as f64, centres.len(), &what);
    }
}

#[test]
fn all_true_ranks_lie_in_their_intervals() {
    let centres = Centre::of(Truth::Spread(0.06), share()).judged(200, 7);
    let missed = centres.iter().filter(|(family, truths)| {
        let ranked: Vec<usize> =
            (0..truths.len()).filter(|at| family.agents[*at].rank.is_some()).collect();
        ranked.iter().any(|at| {
            let before = ranked.iter().filter(|other| truths[**other] > truths[*at]).count();
            let true_rank = 1 + before as u64;
            family.agents[*at].rank.is_none_or(|r| true_rank < r.low || r.high < true_rank)
        })
    });
    at_most_5_percent(missed.count() as f64, centres.len(), "ranks");
}
