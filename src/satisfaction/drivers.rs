//! Which attributes go together with overall satisfaction.
//!
//! "Goes together with", not "causes": callers who are content overall tend to praise everything.
//! For a survey version, a team or a queue; one agent has too few interviews.

use fastrand::Rng;

use super::Interval;
use super::correlation::{Spearman, pearson, spearman};
use super::importance::{MOST_EXACT, lmg, relative_weights, variance_inflation};
use super::quantile::quantile;
use super::share::{Share, share};

/// One attribute's column: an answer for each interview, in the order of the overall answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The keys.
    pub scores: &'a [u8],
    /// The keys that count as satisfied.
    pub satisfied: &'a [u8],
}

/// Resampled sets of interviews for the intervals.
pub const RESAMPLES: usize = 1_000;

/// How R² is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// [`lmg`], up to [`MOST_EXACT`] attributes.
    Lmg,
    /// [`relative_weights`], above.
    RelativeWeights,
}

/// What one attribute has to do with overall satisfaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Driver {
    /// Its rank correlation with the overall answer.
    pub correlation: Spearman,
    /// Importance: its part of R², 0 to 1.
    pub importance: f64,
    /// The 95 % interval of the importance.
    pub interval: Interval,
    /// Performance: the share satisfied with it, to be shown beside the importance.
    pub satisfied: Share,
    /// Whether it can be told apart from the others: false where it correlates with one of them
    /// beyond 0.9 or its variance inflation factor exceeds 5. Its importance then belongs to the
    /// group, not to it.
    pub separable: bool,
}

/// All attributes, in the order of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Drivers {
    /// Interviews counted.
    pub n: usize,
    /// R²: how much of the overall answers' variance all attributes explain together.
    pub r_squared: f64,
    /// How it is shared out.
    pub method: Method,
    /// One for each attribute.
    pub attributes: Vec<Driver>,
}

/// Why there are no drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDrivers {
    /// Too few complete interviews.
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        complete: usize,
    },
    /// All callers gave the same overall answer.
    OverallIsConstant,
    /// All callers gave this attribute the same answer; leave it out.
    AttributeIsConstant(usize),
}

/// Complete interviews that so many attributes need: 20 each, at least 100.
pub fn interviews_needed(attributes: usize) -> usize {
    (20 * attributes).max(100)
}

/// Importance and performance of attributes, from complete interviews (overall and every attribute
/// answered): Spearman's ρ of each with the overall answer, R² of the linear regression on all
/// attributes shared out among them ([`lmg`], or [`relative_weights`] above [`MOST_EXACT`]), and
/// percentile intervals from [`RESAMPLES`] resamples of interviews (Efron and Tibshirani 1993, An
/// Introduction to the Bootstrap, section 13.3). The same seed gives the same intervals.
///
/// Columns longer than the shortest are cut to it.
///
/// # Errors
///
/// [`NoDrivers`], where there are too few interviews ([`interviews_needed`]) or a column does not
/// vary.
///
/// When not to use: for one agent; on attributes that only some callers were asked; with answers
/// of different scales pooled.
pub fn drivers(overall: &[u8], attributes: &[Attribute], seed: u64) -> Result<Drivers, NoDrivers> {
    let n = attributes.iter().map(|a| a.scores.len()).fold(overall.len(), usize::min);
    let needed = interviews_needed(attributes.len());
    if n < needed {
        return Err(NoDrivers::TooFew { needed, complete: n });
    }
    let column =
        |scores: &[u8]| -> Vec<f64> { scores[..n].iter().copied().map(f64::from).collect() };
    let outcome = column(overall);
    let columns: Vec<Vec<f64>> = attributes.iter().map(|a| column(a.scores)).collect();
    let varies = |column: &[f64]| column.iter().any(|value| *value != column[0]);
    if !varies(&outcome) {
        return Err(NoDrivers::OverallIsConstant);
    }
    if let Some(constant) = columns.iter().position(|column| !varies(column)) {
        return Err(NoDrivers::AttributeIsConstant(constant));
    }

    let method = if attributes.len() <= MOST_EXACT { Method::Lmg } else { Method::RelativeWeights };
    let r = |a: &Vec<f64>, b: &Vec<f64>| pearson(a, b).unwrap_or_default();
    let between: Vec<Vec<f64>> =
        columns.iter().map(|a| columns.iter().map(|b| r(a, b)).collect()).collect();
    let with: Vec<f64> = columns.iter().map(|a| r(a, &outcome)).collect();
    let importances = shared_out(method, &between, &with);
    let inflation = variance_inflation(&between);
    let all: Vec<&[f64]> = std::iter::once(&outcome).chain(&columns).map(Vec::as_slice).collect();
    let intervals = intervals(method, &all, seed);

    let driver = |at: usize| -> Option<Driver> {
        let twin = (0..columns.len()).any(|other| other != at && between[at][other].abs() > 0.9);
        let hits = attributes[at].scores[..n].iter();
        let hits = hits.filter(|key| attributes[at].satisfied.contains(key)).count();
        Some(Driver {
            correlation: spearman(&columns[at], &outcome)?,
            importance: importances[at],
            interval: intervals[at].unwrap_or(Interval { low: 0.0, high: 1.0 }),
            satisfied: share(hits as u64, n as u64)?,
            separable: !twin && inflation[at] <= 5.0,
        })
    };
    Ok(Drivers {
        n,
        r_squared: importances.iter().sum(),
        method,
        attributes: (0..columns.len()).filter_map(driver).collect(),
    })
}

fn shared_out(method: Method, between: &[Vec<f64>], with: &[f64]) -> Vec<f64> {
    match method {
        Method::Lmg => lmg(between, with),
        Method::RelativeWeights => relative_weights(between, with),
    }
}

/// Groups that interviews are dealt into before resampling.
pub const MOST_GROUPS: usize = 2_000;

/// Sums over groups of interviews, all that correlations need. Up to [`MOST_GROUPS`] interviews
/// each is a group of its own. More are dealt out at random and the groups are resampled: they are
/// as independent as the interviews, so the intervals are the same, but the cost stays.
struct Groups {
    /// How many columns an interview has, the overall one first.
    columns: usize,
    /// Of each group: interviews, the sum of each column, the sum of each product of two columns.
    sums: Vec<Vec<f64>>,
}

impl Groups {
    fn deal(columns: &[&[f64]], rng: &mut Rng) -> Groups {
        let n = columns.first().map_or(0, |column| column.len());
        let mut order: Vec<usize> = (0..n).collect();
        if n > MOST_GROUPS {
            rng.shuffle(&mut order);
        }
        let size = 1 + columns.len() + columns.len() * (columns.len() + 1) / 2;
        let mut sums = vec![vec![0.0; size]; n.min(MOST_GROUPS)];
        for (place, at) in order.into_iter().enumerate() {
            let mut sums = sums[place % MOST_GROUPS].iter_mut();
            let mut add = |value: f64| sums.next().into_iter().for_each(|sum| *sum += value);
            add(1.0);
            columns.iter().for_each(|column| add(column[at]));
            for (first, one) in columns.iter().enumerate() {
                columns[first..].iter().for_each(|other| add(one[at] * other[at]));
            }
        }
        Groups { columns: columns.len(), sums }
    }

    /// Correlations of one resample; `None` where a column of it does not vary.
    fn resample(&self, rng: &mut Rng) -> Option<(Vec<Vec<f64>>, Vec<f64>)> {
        let mut drawn = vec![0u32; self.sums.len()];
        for _ in 0..drawn.len() {
            drawn[rng.usize(..self.sums.len())] += 1;
        }
        let mut all = vec![0.0; self.sums.first()?.len()];
        for (times, sums) in drawn.iter().zip(&self.sums).filter(|(times, _)| **times > 0) {
            let times = f64::from(*times);
            all.iter_mut().zip(sums).for_each(|(all, sum)| *all += times * sum);
        }
        let (n, sums) = all.split_first()?;
        let (sums, products) = sums.split_at(self.columns);
        let covariance = |a: usize, b: usize| {
            let (a, b) = (a.min(b), a.max(b));
            // The rows above have one product fewer each.
            let row = a * self.columns - a * a.saturating_sub(1) / 2;
            n * products[row + b - a] - sums[a] * sums[b]
        };
        let deviations: Vec<f64> =
            (0..self.columns).map(|a| covariance(a, a).max(0.0).sqrt()).collect();
        if deviations.contains(&0.0) {
            return None;
        }
        let r = |a: usize, b: usize| covariance(a, b) / (deviations[a] * deviations[b]);
        let attributes = || 1..self.columns;
        let between = attributes().map(|a| attributes().map(|b| r(a, b)).collect()).collect();
        Some((between, attributes().map(|a| r(a, 0)).collect()))
    }
}

/// Percentile intervals of each attribute's importance; the outcome is the first column.
fn intervals(method: Method, columns: &[&[f64]], seed: u64) -> Vec<Option<Interval>> {
    let mut rng = Rng::with_seed(seed);
    let groups = Groups::deal(columns, &mut rng);
    let mut found: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES); columns.len() - 1];
    for _ in 0..RESAMPLES {
        if let Some((between, with)) = groups.resample(&mut rng) {
            let shares = shared_out(method, &between, &with);
            found.iter_mut().zip(shares).for_each(|(all, share)| all.push(share));
        }
    }
    found
        .into_iter()
        .map(|mut values| {
            values.sort_unstable_by(f64::total_cmp);
            Some(Interval { low: quantile(&values, 0.025)?, high: quantile(&values, 0.975)? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    /// Scores that follow the overall one with that weight, the rest being their own.
    fn follow(rng: &mut Rng, overall: &[u8], weight: f64) -> Vec<u8> {
        overall
            .iter()
            .map(|score| {
                let own = 1.0 + 4.0 * rng.f64();
                (weight * f64::from(*score) + (1.0 - weight) * own).round() as u8
            })
            .collect()
    }

    fn interviews(n: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut rng = Rng::with_seed(4);
        let overall: Vec<u8> = (0..n).map(|_| rng.u8(1..=5)).collect();
        let columns = [0.7, 0.5, 0.0].map(|weight| follow(&mut rng, &overall, weight)).to_vec();
        (overall, columns)
    }

    fn attributes(columns: &[Vec<u8>]) -> Vec<Attribute<'_>> {
        columns.iter().map(|scores| Attribute { scores, satisfied: &[4, 5] }).collect()
    }

    #[test]
    fn what_goes_together_comes_first() {
        let (overall, columns) = interviews(300);
        let got = drivers(&overall, &attributes(&columns), 1).expect("enough interviews");
        let [first, second, none] = got.attributes[..] else { panic!("three attributes") };
        assert!(first.importance > second.importance && second.importance > none.importance);
        assert!(first.interval.low > none.interval.high);
        assert!(first.correlation.rho > 0.8 && none.correlation.rho.abs() < 0.15);
        assert!(got.attributes.iter().all(|d| d.interval.holds(d.importance)));
        near(got.r_squared, got.attributes.iter().map(|d| d.importance).sum(), 1e-12);
        assert_eq!((got.method, got.n), (Method::Lmg, 300));
        let hits = columns[0].iter().filter(|key| **key >= 4).count() as u64;
        assert_eq!((first.satisfied.hits, first.satisfied.n), (hits, 300));
        assert!(first.separable);
    }

    #[test]
    fn the_seed_is_all_the_chance_there_is() {
        let (overall, columns) = interviews(120);
        let with = |seed| drivers(&overall, &attributes(&columns), seed).expect("enough");
        assert_eq!(with(7), with(7));
        assert_ne!(with(7), with(8));
    }

    #[test]
    fn groups_of_interviews_give_the_intervals_of_interviews() {
        let (overall, columns) = interviews(MOST_GROUPS + 400);
        let all: Vec<Vec<f64>> = std::iter::once(&overall)
            .chain(&columns)
            .map(|column| column.iter().copied().map(f64::from).collect())
            .collect();
        let all: Vec<&[f64]> = all.iter().map(Vec::as_slice).collect();
        // Every interview counts once, wherever it was dealt.
        let dealt = Groups::deal(&all, &mut Rng::with_seed(2));
        assert_eq!(dealt.sums.len(), MOST_GROUPS);
        let total = |at: usize| dealt.sums.iter().map(|sums| sums[at]).sum::<f64>();
        near(total(0), (MOST_GROUPS + 400) as f64, 0.0);
        near(total(1), all[0].iter().sum(), 1e-9);
        near(total(5), all[0].iter().map(|x| x * x).sum(), 1e-9);
        near(total(14), all[3].iter().map(|x| x * x).sum(), 1e-9);
        // The intervals shrink with √n: 2,400 against 300 interviews.
        let width = |n: usize| {
            let (overall, columns) = interviews(n);
            let got = drivers(&overall, &attributes(&columns), 1).expect("enough");
            got.attributes[0].interval.high - got.attributes[0].interval.low
        };
        near(width(300) / width(2_400), 8f64.sqrt(), 0.6);
    }

    #[test]
    fn twins_cannot_be_separated() {
        let (overall, mut columns) = interviews(200);
        let mut twin = columns[0].clone();
        twin[5] = 6 - twin[5];
        columns.push(twin);
        let got = drivers(&overall, &attributes(&columns), 1).expect("enough interviews");
        let separable: Vec<bool> = got.attributes.iter().map(|d| d.separable).collect();
        assert_eq!(separable, [false, true, true, false]);
    }

    #[test]
    fn nor_can_an_attribute_that_others_make_up() {
        let mut rng = Rng::with_seed(3);
        let mut draw = || -> Vec<u8> { (0..200).map(|_| rng.u8(1..=5)).collect() };
        let (overall, one, other, apart) = (draw(), draw(), draw(), draw());
        // Correlates by 0.7 with each of the two only.
        let sum: Vec<u8> = one.iter().zip(&other).map(|(a, b)| a + b).collect();
        let got = drivers(&overall, &attributes(&[one, other, sum, apart]), 1).expect("enough");
        let separable: Vec<bool> = got.attributes.iter().map(|d| d.separable).collect();
        assert_eq!(separable, [false, false, false, true]);
    }

    #[test]
    fn nine_attributes_are_shared_out_by_relative_weights() {
        let mut rng = Rng::with_seed(11);
        let overall: Vec<u8> = (0..180).map(|_| rng.u8(1..=5)).collect();
        let columns: Vec<Vec<u8>> =
            (0..9).map(|at| follow(&mut rng, &overall, 0.06 * f64::from(at))).collect();
        let got = drivers(&overall, &attributes(&columns), 1).expect("enough interviews");
        assert_eq!(got.method, Method::RelativeWeights);
        assert!(got.attributes[8].importance > got.attributes[0].importance);
    }

    #[test]
    fn too_few_or_too_equal_interviews_have_no_drivers() {
        let (overall, columns) = interviews(119);
        let six: Vec<Vec<u8>> = columns.iter().chain(&columns).cloned().collect();
        assert_eq!(
            drivers(&overall, &attributes(&six), 1),
            Err(NoDrivers::TooFew { needed: 120, complete: 119 })
        );
        assert_eq!(interviews_needed(3), 100);
        let same = vec![4u8; 119];
        let all = attributes(&columns);
        assert_eq!(drivers(&same, &all, 1), Err(NoDrivers::OverallIsConstant));
        let flat = [all[0], Attribute { scores: &same, satisfied: &[4, 5] }];
        assert_eq!(drivers(&overall, &flat, 1), Err(NoDrivers::AttributeIsConstant(1)));
    }
}
