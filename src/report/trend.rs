//! A figure week by week on its control chart: the weeks of the view, and the 26 weeks before
//! from which is taken what is usual.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::compare::measure_of;
use super::measures::{Figure, Measured, figures, measured};
use super::view::{day_number, monday_of};
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::control::{self, BASELINE_WEEKS, Baseline};
use crate::satisfaction::measure::{Measure, Moments};
use crate::store::report::{PartCount, Split, Unit};

/// A figure over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// The figure's key.
    pub measure: String,
    /// Which days are the view's; the points before them are the baseline.
    pub from: String,
    /// The last of them.
    pub to: String,
    /// What was usual before: the centre of the control chart; null with fewer than 12 points.
    pub centre: Option<f64>,
    /// σ_z of Laney's p′ chart, or σ of the chart of individuals.
    pub sigma: Option<f64>,
    /// The points, oldest first.
    pub points: Vec<Point>,
    /// What the points measure.
    #[serde(skip)]
    pub figure: Figure,
}

/// One or more weeks in a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The first Monday.
    pub from: String,
    /// The last Sunday, or the view's last day.
    pub to: String,
    /// Whether it lies before the view.
    pub baseline: bool,
    /// Answers.
    pub n: u64,
    /// The figure.
    pub score: Option<f64>,
    /// Its 95 % interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Lower limit of what was usual before, three sigmas from the centre.
    pub limit_low: Option<f64>,
    /// Upper limit.
    pub limit_high: Option<f64>,
    /// What is unusual about it.
    pub signal: Option<Signal>,
}

/// A signal of a control chart: a reason to look, never a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Beyond the limits.
    Beyond,
    /// The eighth or a later point in a row on one side of the centre.
    Run,
}

impl Reports {
    /// The figure of that key, or the first one with a score, week by week; `None` where nothing
    /// with a score was asked in those weeks.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn trend(
        &self,
        filter: &Filter,
        key: Option<&str>,
        viewer: &Viewer,
    ) -> Result<Option<Trend>, ReportError> {
        let first = monday_of(filter.from);
        let before = first.saturating_sub((7 * BASELINE_WEEKS as i64).days());
        let wide = Filter { from: before, ..filter.clone() };
        let (cuts, directory) = self.resolve(&wide, viewer).await?;
        let unit = if filter.agent.is_some() { Unit::Agents } else { Unit::Whole };
        let mut parts = Vec::new();
        for cut in &cuts {
            parts.append(&mut self.store.answers_by(Split::Day, cut, unit).await?);
        }
        let seen: Vec<_> = directory
            .surveys
            .iter()
            .filter(|a| parts.iter().any(|p| p.survey == i64::from(a.survey.version.0)))
            .cloned()
            .collect();
        let size = |version: crate::survey::Version, question: u8| {
            let of = (i64::from(version.0), i64::from(question));
            let own = parts.iter().filter(|p| (p.survey, p.question) == of && p.outcome >= 0);
            own.map(|p| u64::try_from(p.n).unwrap_or(0)).sum()
        };
        let figure = figures(&seen, filter.question.as_deref(), size).into_iter().find(|f| {
            key.map_or_else(|| f.older_series.is_none(), |key| f.key == key)
                && measure_of(&f.shape).is_some()
        });
        Ok(figure.map(|figure| trend(filter, first, before, figure, &parts)))
    }
}

fn trend(filter: &Filter, first: Date, before: Date, figure: Figure, parts: &[PartCount]) -> Trend {
    let start = day_number(before);
    let weeks = usize::try_from((day_number(filter.to) - start) / 7 + 1).unwrap_or(0);
    let mut counts: Vec<BTreeMap<u8, u64>> = vec![BTreeMap::new(); weeks];
    let own = |part: &&PartCount| {
        figure
            .questions
            .iter()
            .any(|(v, q)| (i64::from(v.0), i64::from(*q)) == (part.survey, part.question))
    };
    for part in parts.iter().filter(own) {
        let week = usize::try_from((part.part - start) / 7).ok();
        let Some(week) = week.and_then(|week| counts.get_mut(week)) else { continue };
        if let (Ok(value), Ok(n)) = (u8::try_from(part.outcome), u64::try_from(part.n)) {
            *week.entry(value).or_default() += n;
        }
    }
    let measure = measure_of(&figure.shape);
    let moments: Vec<Moments> = counts
        .iter()
        .map(|week| {
            let week: Vec<(u8, u64)> = week.iter().map(|(value, n)| (*value, *n)).collect();
            measure.as_ref().map(|m| m.moments(&week)).unwrap_or_default()
        })
        .collect();
    let split = usize::try_from((day_number(first) - start) / 7).unwrap_or(0).min(moments.len());
    let (old, new) =
        (control::merge_weeks(&moments[..split]), control::merge_weeks(&moments[split..]));
    let baseline = match measure {
        Some(Measure::Share { .. }) => control::laney_baseline(&old),
        _ => control::individuals_baseline(&old),
    };
    let place = Place { figure: &figure, counts: &counts, before, to: filter.to };
    let mut points: Vec<Point> = old.iter().map(|p| place.point(p.first, p.last, true)).collect();
    let mut latest: Vec<Point> =
        new.iter().map(|p| place.point(split + p.first, split + p.last, false)).collect();
    if let Some(baseline) = &baseline {
        for (point, plotted) in latest.iter_mut().zip(control::chart(baseline, &new)) {
            (point.limit_low, point.limit_high) = (Some(plotted.low), Some(plotted.high));
            point.signal = match (plotted.beyond, plotted.run) {
                (true, _) => Some(Signal::Beyond),
                (false, true) => Some(Signal::Run),
                (false, false) => None,
            };
        }
    }
    points.append(&mut latest);
    let (centre, sigma) = match baseline {
        Some(Baseline::Share { centre, sigma_z }) => (Some(centre), Some(sigma_z)),
        Some(Baseline::Individuals { centre, sigma }) => (Some(centre), Some(sigma)),
        None => (None, None),
    };
    Trend {
        measure: figure.key.clone(),
        from: filter.from.to_string(),
        to: filter.to.to_string(),
        centre,
        sigma,
        points,
        figure,
    }
}

/// Weeks with their answers.
struct Place<'a> {
    figure: &'a Figure,
    counts: &'a [BTreeMap<u8, u64>],
    before: Date,
    to: Date,
}

impl Place<'_> {
    fn point(&self, first: usize, last: usize, baseline: bool) -> Point {
        let weeks = self.counts.get(first..=last).unwrap_or_default();
        let values: Vec<(u8, u64)> =
            weeks.iter().flat_map(|week| week.iter().map(|(v, n)| (*v, *n))).collect();
        let Measured { n, score, low, high, .. } = measured(&self.figure.shape, &values, 0);
        let day = |weeks: usize, days: i64| {
            let weeks = i64::try_from(weeks).unwrap_or(0);
            self.before.saturating_add((7 * weeks + days).days())
        };
        Point {
            from: day(first, 0).to_string(),
            to: day(last, 6).min(self.to).to_string(),
            baseline,
            n,
            score,
            low,
            high,
            limit_low: None,
            limit_high: None,
            signal: None,
        }
    }
}
