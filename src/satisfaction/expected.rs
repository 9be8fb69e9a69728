//! What an agent's queues and languages give on the whole, so that nobody is judged for the
//! callers they happen to get: indirect standardisation by case mix.

use std::collections::BTreeMap;

use super::double;
use super::mean::t_two_sided_p;
use super::measure::{Measure, Moments};

/// The answers of one agent in one queue and one language.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Which queue; any number that stands for it.
    pub queue: u32,
    /// Which language; any number that stands for it.
    pub language: u32,
    /// The answers' moments ([`Measure::moments`]).
    pub answers: Moments,
}

/// Answers that a pool must have before its rate serves as what is expected.
pub const MIN_POOL: u64 = 30;

/// An agent beside what its cells give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Answers counted.
    pub n: u64,
    /// y: the agent's own figure.
    pub observed: f64,
    /// e: what the same queues and languages give without the agent.
    pub expected: f64,
    /// v: the variance of y, were the agent as expected.
    pub variance: f64,
    /// r: the variance of e itself, which rests on the others' answers: small where they are many.
    pub reference: f64,
    /// The degrees of freedom of v (Satterthwaite 1946, Biometrics Bulletin 2:110); infinite for
    /// rates that are known.
    pub freedom: f64,
}

impl Expected {
    /// d = y − e, in the figure's unit.
    pub fn difference(&self) -> f64 {
        self.observed - self.expected
    }

    /// z = d/√v. `None` where v is 0: all answers that could be compared with are equal.
    ///
    /// When not to use: to say how surprising a difference is among few agents; that is
    /// [`Expected::p`].
    pub fn z(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.difference() / self.variance.sqrt())
    }

    /// The two-sided p-value of no difference: Student's t of `(|d| − step/2n) / √(v + r)`, with r
    /// the variance of e and Satterthwaite's degrees of freedom of v.
    ///
    /// It is not the p-value of z alone, which in a centre of equal agents finds somebody in up to
    /// 14 of 100 families instead of 5 (the smaller the centre, the more): e is itself a sample;
    /// the spread is estimated; and a figure moves in steps of one answer, so half of one is taken
    /// off (the correction of Mantel and Haenszel 1959, Journal of the National Cancer Institute
    /// 22:719). In a large centre with many answers it is that of z. `None` where v is 0.
    ///
    /// When not to use: for one agent out of many without [`super::discoveries`].
    pub fn p(&self, measure: &Measure) -> Option<f64> {
        let half = 0.5 * measure.step() / double(self.n);
        let error = (self.variance + self.reference).sqrt();
        let t = (self.difference().abs() - half).max(0.0) / error;
        (self.variance > 0.0).then(|| t_two_sided_p(t, self.freedom))
    }
}

/// For each agent, given by its cells, what is expected of it: `e = Σ n_c·p_c / n` and
/// `v = Σ n_c·s_c² / n²`, where p_c and s_c² are the mean and the variance of one answer in the
/// cell, of all agents *but this one* (p(1 − p) for a share). In the unit of the measure: a
/// fraction, points, steps of the scale.
///
/// Indirect standardisation, as for hospitals (Spiegelhalter 2005, Statistics in Medicine
/// 24:1185; Jones and Spiegelhalter 2011, The American Statistician 65:149). A cell with fewer
/// than [`MIN_POOL`] answers of others takes the rate of its queue, a queue with fewer the rate
/// of the centre. Where all answers of a pool are equal, their variance would be 0 and one other
/// answer infinitely surprising: the variance is taken from the next larger pool, at last from
/// the centre with the agent.
///
/// `None` for an agent without answers, and where all others of the centre have fewer than
/// [`MIN_POOL`]. When not to use: with queues that only one agent serves; the centre's rate then
/// stands for them, which corrects nothing. An agent may have several cells of one key.
///
/// O(cells · log of the number of different cells).
pub fn expected(measure: &Measure, agents: &[&[Cell]]) -> Vec<Option<Expected>> {
    let pools = Pools::of(agents);
    agents.iter().map(|cells| pools.expected(measure, cells)).collect()
}

/// As [`expected`], for rates that are known: cells as answers, mean and variance of one answer.
/// `None` without answers.
///
/// When not to use: with rates estimated from few answers, or from the agent's own; they count as
/// known here.
pub fn expected_of_rates(observed: f64, cells: &[(u64, f64, f64)]) -> Option<Expected> {
    let n: u64 = cells.iter().map(|(n, ..)| n).sum();
    let sum = |f: &dyn Fn(&(u64, f64, f64)) -> f64| cells.iter().map(f).sum::<f64>();
    (n > 0).then(|| Expected {
        n,
        observed,
        expected: sum(&|(n, mean, _)| double(*n) * mean) / double(n),
        variance: sum(&|(n, _, variance)| double(*n) * variance) / double(n).powi(2),
        reference: 0.0,
        freedom: f64::INFINITY,
    })
}

/// All answers by cell, by queue and together.
struct Pools {
    cells: BTreeMap<(u32, u32), Moments>,
    queues: BTreeMap<u32, Moments>,
    centre: Moments,
}

impl Pools {
    fn of(agents: &[&[Cell]]) -> Pools {
        let mut pools =
            Pools { cells: BTreeMap::new(), queues: BTreeMap::new(), centre: Moments::default() };
        for cell in agents.iter().flat_map(|cells| cells.iter()) {
            pools.cells.entry((cell.queue, cell.language)).or_default().add(&cell.answers);
        }
        for (&(queue, _), answers) in &pools.cells {
            pools.queues.entry(queue).or_default().add(answers);
            pools.centre.add(answers);
        }
        pools
    }

    fn expected(&self, measure: &Measure, cells: &[Cell]) -> Option<Expected> {
        let mut own = Moments::default();
        let mut own_queues: Vec<(u32, Moments)> = Vec::new();
        let mut own_cells: Vec<((u32, u32), Moments)> = Vec::new();
        for cell in cells.iter().filter(|cell| cell.answers.n > 0) {
            own.add(&cell.answers);
            add_to(&mut own_queues, cell.queue, &cell.answers);
            add_to(&mut own_cells, (cell.queue, cell.language), &cell.answers);
        }
        let observed = own.mean()?;
        let centre = self.centre.without(&own);
        if centre.n < MIN_POOL {
            return None;
        }
        // From small to large, so that the queue is looked up only where the cell will not do.
        let others_of_queue = |queue: u32| {
            let own = own_queues.iter().find(|(key, _)| *key == queue)?;
            Some(self.queues.get(&queue)?.without(&own.1))
        };
        let n = double(own.n);
        let (mut sum, mut variances, mut reference, mut freedom) = (0.0, 0.0, 0.0, 0.0);
        for (key, answers) in &own_cells {
            let others = self.cells.get(key).map(|all| all.without(answers)).unwrap_or_default();
            let mut queue = None;
            let mut pool = others;
            if pool.n < MIN_POOL {
                queue = others_of_queue(key.0);
                pool = queue.filter(|queue| queue.n >= MIN_POOL).unwrap_or(centre);
            }
            let mut variance = measure.variance(&pool);
            if variance <= 0.0 {
                let queue = queue.or_else(|| others_of_queue(key.0)).unwrap_or_default();
                let larger = [queue, centre, self.centre];
                let known = larger.iter().map(|pool| measure.variance(pool)).find(|v| *v > 0.0);
                variance = known.unwrap_or(0.0);
            }
            let weight = double(answers.n);
            sum += weight * pool.mean()?;
            variances += weight * variance;
            reference += weight * weight * variance / double(pool.n);
            freedom += (weight * variance).powi(2) / double(pool.n - 1);
        }
        Some(Expected {
            n: own.n,
            observed,
            expected: sum / n,
            variance: variances / (n * n),
            reference: reference / (n * n),
            freedom: variances * variances / freedom,
        })
    }
}

/// An agent has few cells, so a list is faster than a map.
fn add_to<K: PartialEq>(list: &mut Vec<(K, Moments)>, key: K, answers: &Moments) {
    // The newest first: cells mostly come in order.
    match list.iter_mut().rev().find(|(other, _)| *other == key) {
        Some((_, sum)) => sum.add(answers),
        None => list.push((key, *answers)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::measure::Good;
    use crate::satisfaction::near;
    use crate::satisfaction::normal::two_sided_p;

    fn satisfied() -> Measure {
        Measure::Share { satisfied: vec![1] }
    }

    fn cell(queue: u32, language: u32, hits: u64, n: u64) -> Cell {
        let answers = satisfied().moments(&[(1, hits), (0, n - hits)]);
        Cell { queue, language, answers }
    }

    #[test]
    fn the_worked_example() {
        // 60 answers of a queue with .70, 30 of one with .95; 73 of 90 satisfied.
        let mine = [cell(1, 1, 45, 60), cell(2, 1, 28, 30)];
        let others = [cell(1, 1, 700, 1_000), cell(2, 1, 950, 1_000)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        near(got.expected, 0.783_333_3, 5e-8);
        near(got.observed, 0.811_111_1, 5e-8);
        let z = got.z().expect("spread");
        near(z, 0.667_557_3, 5e-8);
        near(two_sided_p(z), 0.504_416_2, 5e-8);
        // 970 others, half an answer off: a little less surprising than z alone.
        let p = got.p(&satisfied()).expect("spread");
        assert!(p > 0.504 && p < 0.65, "{p}");

        let known = [(60, 0.7, 0.21), (30, 0.95, 0.0475)];
        let known = expected_of_rates(73.0 / 90.0, &known).expect("answers");
        near(known.z().expect("spread"), z, 1e-12);
        near(known.expected, got.expected, 1e-12);
        near(
            known.p(&satisfied()).expect("spread"),
            two_sided_p(z - 0.5 / 90.0 / known.variance.sqrt()),
            1e-9,
        );
    }

    #[test]
    fn small_cells_take_their_queue_and_small_queues_the_centre() {
        let mine = [cell(1, 9, 5, 10), cell(7, 1, 5, 10)];
        let others =
            [cell(1, 9, 29, 29), cell(1, 2, 21, 71), cell(2, 1, 100, 1_000), cell(7, 1, 0, 29)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        let (queue, centre) = (50.0 / 100.0, 150.0 / 1_129.0);
        near(got.expected, (queue + centre) / 2.0, 1e-15);
        // With the thirtieth answer the cell stands for itself.
        let others =
            [cell(1, 9, 30, 30), cell(1, 2, 21, 71), cell(2, 1, 100, 1_000), cell(7, 1, 0, 30)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        near(got.expected, 0.5, 1e-15);
        // So does the queue with its thirtieth.
        let mine = [cell(1, 9, 5, 10)];
        let others = [cell(1, 9, 3, 10), cell(1, 2, 18, 20), cell(2, 1, 0, 500)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        near(got.expected, 0.7, 1e-15);
        let others = [cell(1, 9, 3, 10), cell(1, 2, 18, 19), cell(2, 1, 0, 500)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        near(got.expected, 21.0 / 529.0, 1e-15);
        // And the centre; with fewer nothing is expected.
        assert!(expected(&satisfied(), &[&mine, &[cell(3, 1, 9, 30)]])[0].is_some());
    }

    #[test]
    fn equal_answers_of_all_others_are_no_proof() {
        let mine = [cell(1, 1, 19, 20)];
        let others = [cell(1, 1, 40, 40), cell(1, 2, 500, 600)];
        let got = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
        near(got.expected, 1.0, 0.0);
        let queue = 540.0 / 640.0;
        near(got.variance, queue * (1.0 - queue) / 20.0, 1e-15);
        // All equal wherever one looks: nothing to judge by.
        let got = expected(&satisfied(), &[&[cell(1, 1, 20, 20)], &[cell(1, 1, 40, 40)]]);
        assert_eq!(got[0].expect("answers").z(), None);
    }

    #[test]
    fn an_agent_alone_has_nothing_to_be_compared_with() {
        assert_eq!(expected(&satisfied(), &[&[cell(1, 1, 50, 90)]]), [None]);
        let got = expected(&satisfied(), &[&[cell(1, 1, 50, 90)], &[cell(1, 1, 9, 29)], &[]]);
        assert_eq!(got[0], None);
        assert!(got[1].is_some() && got[2].is_none());
    }

    #[test]
    fn means_and_net_promoter_scores_go_the_same_way() {
        let mean = Measure::Mean { lowest: 1, highest: 5, good: Good::High };
        let of = |measure: &Measure, counts: &[(u8, u64)]| {
            vec![Cell { queue: 1, language: 1, answers: measure.moments(counts) }]
        };
        let mine = of(&mean, &[(4, 10), (5, 10)]);
        let others = of(&mean, &[(1, 3), (2, 4), (3, 8), (4, 30), (5, 50)]);
        let got = expected(&mean, &[&mine, &others])[0].expect("answers");
        near(got.expected, 4.263_157_894_736_842, 1e-14);
        let mean_s2 = crate::satisfaction::mean::mean(&[(1, 3), (2, 4), (3, 8), (4, 30), (5, 50)])
            .and_then(|mean| mean.deviation)
            .expect("answers")
            .powi(2);
        near(got.variance, mean_s2 / 20.0, 1e-14);

        let mine = of(&Measure::Nps, &[(9, 30), (0, 10)]);
        let others = of(&Measure::Nps, &[(10, 48), (8, 28), (3, 12)]);
        let got = expected(&Measure::Nps, &[&mine, &others])[0].expect("answers");
        near(got.observed, 50.0, 1e-12);
        near(got.expected, 40.909_090_909, 1e-9);
        let (p, d) = (48.0 / 88.0, 12.0 / 88.0);
        near(got.variance, 1e4 * (p + d - (p - d) * (p - d)) / 40.0, 1e-9);
    }

    proptest! {
        #[test]
        fn what_is_expected_lies_within_the_rates(cells in proptest::collection::vec((0u32..3, 0u32..3, 0u64..60, 0u64..60), 2..30)) {
            let agents: Vec<Vec<Cell>> = cells
                .chunks(2)
                .map(|some| some.iter().map(|&(q, l, hits, more)| cell(q, l, hits, hits + more)).collect())
                .collect();
            let agents: Vec<&[Cell]> = agents.iter().map(Vec::as_slice).collect();
            for got in expected(&satisfied(), &agents).into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&got.expected));
                prop_assert!(got.variance >= 0.0 && got.variance <= 0.25 / got.n as f64 + 1e-12);
            }
        }

        #[test]
        fn the_order_of_cells_does_not_matter(hits in proptest::collection::vec(0u64..50, 6)) {
            let mut mine: Vec<Cell> = (0..6).zip(&hits).map(|(at, hits)| cell(at % 2, at % 3, *hits, 50)).collect();
            let others = [cell(0, 0, 30, 40), cell(1, 1, 10, 90)];
            let one = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
            mine.reverse();
            let other = expected(&satisfied(), &[&mine, &others])[0].expect("answers");
            prop_assert!((one.expected - other.expected).abs() < 1e-12);
            prop_assert!((one.variance - other.variance).abs() < 1e-12);
        }
    }
}
