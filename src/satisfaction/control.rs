//! Control charts: is one agent, team or queue today what it was before?
//!
//! Signals are notes for whoever reads the chart, never a verdict: a run of luck gives some.

use super::measure::Moments;
use super::{double, length};

/// Answers of a point; weeks with fewer are merged with the next.
pub const MIN_POINT: u64 = 10;

/// Weeks before the chart from which its centre and spread are taken.
pub const BASELINE_WEEKS: usize = 26;

/// Points that a baseline needs.
pub const MIN_BASELINE: usize = 12;

/// Points on one side of the centre in a row that are a signal (Nelson 1984, Journal of Quality
/// Technology 16:237, has nine; eight are the Western Electric Handbook's).
pub const RUN: usize = 8;

/// The mean moving range of two normal values is 1.128 deviations (d₂ of any table of control
/// chart constants, here as the tables round it).
const RANGE_OF_TWO: f64 = 1.128;

/// One or more weeks in a row that are plotted together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The first week's place in the input.
    pub first: usize,
    /// The last week's place in the input.
    pub last: usize,
    /// Their answers.
    pub answers: Moments,
}

/// Merges neighbouring weeks, oldest first, until each point has [`MIN_POINT`] answers. What is
/// left over at the end is no point yet: it waits for more, so that points already plotted stay.
///
/// When not to use: on weeks with gaps left out; a week without answers must be there as an empty
/// one.
pub fn merge_weeks(weeks: &[Moments]) -> Vec<Point> {
    let mut points = Vec::new();
    let mut open: Option<Point> = None;
    for (at, week) in weeks.iter().enumerate() {
        let mut point =
            open.take().unwrap_or(Point { first: at, last: at, answers: Moments::default() });
        point.last = at;
        point.answers.add(week);
        match point.answers.n >= MIN_POINT {
            true => points.push(point),
            false => open = Some(point),
        }
    }
    points
}

/// What was usual before, frozen until a definition or a version changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Baseline {
    /// Of shares: limits are `centre ± 3·σ_z·√(centre·(1 − centre)/n)`.
    Share {
        /// p̄: the share of all answers of the baseline.
        centre: f64,
        /// σ_z: 1 on a plain p chart; above 1 where weeks differ by more than chance.
        sigma_z: f64,
    },
    /// Of means: limits are `centre ± 3σ`.
    Individuals {
        /// The mean of the points.
        centre: f64,
        /// σ, from the moving ranges.
        sigma: f64,
    },
}

/// The baseline of a plain p chart (Montgomery, Introduction to Statistical Quality Control,
/// section 7.2). `None` below [`MIN_BASELINE`] points and where all answers are equal.
///
/// When not to use: on hundreds of answers a week, where any small cause is a signal; use
/// [`laney_baseline`].
pub fn p_baseline(points: &[Point]) -> Option<Baseline> {
    let mut all = Moments::default();
    points.iter().for_each(|point| all.add(&point.answers));
    let centre = all.mean().filter(|p| *p > 0.0 && *p < 1.0)?;
    (points.len() >= MIN_BASELINE).then_some(Baseline::Share { centre, sigma_z: 1.0 })
}

/// The baseline of Laney's p′ chart (2002, Quality Engineering 14:531): z_i = (p_i − p̄)/σ_i,
/// σ_z = mean moving range of z / 1.128, here never below 1. Pass the points of the
/// [`BASELINE_WEEKS`] before the chart. `None` as [`p_baseline`].
///
/// When not to use: where the weeks of the baseline were themselves out of the ordinary; the limits
/// would then hold the next fault for usual.
pub fn laney_baseline(points: &[Point]) -> Option<Baseline> {
    let Some(plain @ Baseline::Share { centre, .. }) = p_baseline(points) else {
        return None;
    };
    let z: Vec<f64> = points.iter().filter_map(|point| Some(plot(&plain, point)?.sigmas)).collect();
    Some(Baseline::Share { centre, sigma_z: moving_range(&z).max(1.0) })
}

/// The baseline of a chart of individuals (Montgomery, section 6.4), for weekly means and net
/// promoter scores: the mean of the points, σ = mean moving range / 1.128. `None` below
/// [`MIN_BASELINE`] points and where the points do not move.
///
/// When not to use: where the numbers of answers differ greatly between points; they are taken as
/// equally certain.
pub fn individuals_baseline(points: &[Point]) -> Option<Baseline> {
    let values: Vec<f64> = points.iter().filter_map(|point| point.answers.mean()).collect();
    let centre = Moments::of(&values).mean()?;
    let sigma = moving_range(&values);
    (values.len() >= MIN_BASELINE && sigma > 0.0).then_some(Baseline::Individuals { centre, sigma })
}

/// σ from the mean moving range.
fn moving_range(values: &[f64]) -> f64 {
    let ranges: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    ranges / length(values.len().saturating_sub(1).max(1)) / RANGE_OF_TWO
}

/// A point on its chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plotted {
    /// The point's figure.
    pub value: f64,
    /// Lower limit; for shares not below 0.
    pub low: f64,
    /// Upper limit; for shares not above 1.
    pub high: f64,
    /// How many σ the figure lies from the centre.
    pub sigmas: f64,
    /// Beyond 3σ.
    pub beyond: bool,
    /// The [`RUN`]th or a later point in a row on this side of the centre.
    pub run: bool,
}

/// Plots points against a baseline, oldest first, with the two signals. Points without answers are
/// left out.
///
/// When not to use: on points that the baseline was not frozen for: another version, scale or
/// credit rule.
pub fn chart(baseline: &Baseline, points: &[Point]) -> Vec<Plotted> {
    let mut plotted: Vec<Plotted> =
        points.iter().filter_map(|point| plot(baseline, point)).collect();
    let (mut side, mut in_a_row) = (0.0, 0);
    for point in &mut plotted {
        let own = if point.sigmas == 0.0 { 0.0 } else { point.sigmas.signum() };
        in_a_row = if own != 0.0 && own == side { in_a_row + 1 } else { 1 };
        side = own;
        point.run = own != 0.0 && in_a_row >= RUN;
    }
    plotted
}

fn plot(baseline: &Baseline, point: &Point) -> Option<Plotted> {
    let value = point.answers.mean()?;
    let (centre, sigma, ends) = match *baseline {
        Baseline::Share { centre, sigma_z } => {
            let chance = (centre * (1.0 - centre) / double(point.answers.n)).sqrt();
            (centre, sigma_z * chance, (0.0, 1.0))
        }
        Baseline::Individuals { centre, sigma } => {
            (centre, sigma, (f64::NEG_INFINITY, f64::INFINITY))
        }
    };
    let sigmas = (value - centre) / sigma;
    Some(Plotted {
        value,
        low: (centre - 3.0 * sigma).max(ends.0),
        high: (centre + 3.0 * sigma).min(ends.1),
        sigmas,
        beyond: sigmas.abs() > 3.0,
        run: false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    /// Nonconforming orange juice cans, of 50 each (Montgomery, table 7.1).
    const CANS: [u64; 30] = [
        12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9,
        12, 7, 13, 9, 6,
    ];

    fn cans() -> Vec<Point> {
        let weeks: Vec<Moments> = CANS.iter().map(|hits| share(*hits, 50)).collect();
        merge_weeks(&weeks)
    }

    fn share(hits: u64, n: u64) -> Moments {
        Moments { n, sum: double(hits), squares: double(hits) }
    }

    fn out(plotted: &[Plotted]) -> Vec<usize> {
        (1..).zip(plotted).filter(|(_, point)| point.beyond).map(|(at, _)| at).collect()
    }

    #[test]
    fn montgomery_s_p_chart() {
        let points = cans();
        let baseline = p_baseline(&points).expect("30 points");
        let plotted = chart(&baseline, &points);
        let Baseline::Share { centre, .. } = baseline else { panic!("a share") };
        near(centre, 0.2313, 5e-5);
        near(plotted[0].low, 0.052_427_548_1, 5e-11);
        near(plotted[0].high, 0.410_239_118_6, 5e-11);
        assert_eq!(out(&plotted), [15, 23]);
    }

    #[test]
    fn laney_s_chart_finds_weeks_that_always_differ() {
        let points = cans();
        let baseline = laney_baseline(&points).expect("30 points");
        let Baseline::Share { centre, sigma_z } = baseline else { panic!("a share") };
        near(sigma_z, 1.660_866_719_7, 5e-11);
        let plotted = chart(&baseline, &points);
        near(plotted[0].high, 0.528_471_998_0, 5e-11);
        near(2.0 * centre - plotted[0].high, -0.065_805_331_4, 5e-11);
        assert_eq!(plotted[0].low, 0.0);
        assert!(out(&plotted).is_empty());
        // Weeks that differ by less than chance do not narrow the limits.
        let calm = merge_weeks(&[share(25, 50); 20]);
        assert_eq!(laney_baseline(&calm), p_baseline(&calm));
    }

    #[test]
    fn individuals_have_limits_from_their_moves() {
        let weeks: Vec<Moments> = (0..20)
            .map(|at| if at % 2 == 0 { 4.0 } else { 4.2 })
            .map(|mean| Moments { n: 10, sum: 10.0 * mean, squares: 0.0 })
            .collect();
        let points = merge_weeks(&weeks);
        let baseline = individuals_baseline(&points).expect("20 points");
        let Baseline::Individuals { centre, sigma } = baseline else { panic!("individuals") };
        near(centre, 4.1, 1e-12);
        near(sigma, 0.2 / 1.128, 1e-12);
        let fall = Point { first: 0, last: 0, answers: Moments { n: 10, sum: 35.0, squares: 0.0 } };
        assert!(chart(&baseline, &[fall])[0].beyond);
        assert_eq!(individuals_baseline(&merge_weeks(&[weeks[0]; 20])), None);
    }

    #[test]
    fn small_weeks_are_merged_and_the_last_one_waits() {
        let weeks = [share(2, 4), share(3, 5), share(1, 1), share(8, 12), share(9, 9)];
        let points = merge_weeks(&weeks);
        let ends: Vec<_> = points.iter().map(|p| (p.first, p.last, p.answers.n)).collect();
        assert_eq!(ends, [(0, 2, 10), (3, 3, 12)]);
    }

    #[test]
    fn eight_in_a_row_are_a_signal_seven_are_not() {
        let baseline = Baseline::Share { centre: 0.5, sigma_z: 1.0 };
        let points = |hits: &[u64]| -> Vec<Point> {
            merge_weeks(&hits.iter().map(|hits| share(*hits, 100)).collect::<Vec<_>>())
        };
        let runs = |hits: &[u64]| -> Vec<bool> {
            chart(&baseline, &points(hits)).iter().map(|point| point.run).collect()
        };
        assert_eq!(runs(&[51; 7]), [false; 7]);
        assert_eq!(runs(&[51; 9])[6..], [false, true, true]);
        assert!(runs(&[51, 51, 51, 51, 50, 51, 51, 51, 51, 51]).iter().all(|run| !run));
        assert!(runs(&[51, 51, 51, 51, 49, 51, 51, 51, 51, 51]).iter().all(|run| !run));
        assert!(runs(&[50; 12]).iter().all(|run| !run));
    }

    #[test]
    fn eleven_points_are_no_baseline() {
        assert_eq!(p_baseline(&cans()[..11]), None);
        assert!(laney_baseline(&cans()[..12]).is_some());
        assert_eq!(p_baseline(&merge_weeks(&[share(0, 20); 15])), None);
    }

    proptest! {
        #[test]
        fn merging_loses_no_answer_but_those_that_wait(weeks in proptest::collection::vec(0u64..30, 0..60)) {
            let points = merge_weeks(&weeks.iter().map(|n| share(*n, *n)).collect::<Vec<_>>());
            let merged: u64 = points.iter().map(|point| point.answers.n).sum();
            let all: u64 = weeks.iter().sum();
            prop_assert!(all - merged < MIN_POINT);
            prop_assert!(points.iter().all(|point| point.answers.n >= MIN_POINT && point.first <= point.last));
        }
    }
}
