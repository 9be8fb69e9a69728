//! A figure week by week on its control chart: the weeks of the view, and the 26 weeks before
//! from which is taken what is usual.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::compare::measure_of;
use super::finest::Finest;
use super::measures::{Figure, Measured, figures, measured};
use super::view::{day_number, monday_of};
use super::{Directory, Filter, ReportError, Reports, Viewer};
use crate::satisfaction::control::{self, BASELINE_WEEKS, Baseline};
use crate::satisfaction::measure::{Measure, Moments};
use crate::store::report::{Asked, PartCount, Split};

/// Weeks of a spark.
pub const SPARK_WEEKS: usize = 12;

/// Answers that a week of a spark needs; fewer would show single callers.
pub const SPARK_MIN: u64 = 5;

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
    /// The last [`SPARK_WEEKS`] weeks up to the view's last day in one figure, of each agent by
    /// code, oldest first; nothing for weeks with fewer than [`SPARK_MIN`] answers.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn sparks(
        &self,
        filter: &Filter,
        figure: &Figure,
        viewer: &Viewer,
    ) -> Result<BTreeMap<String, Vec<Option<f64>>>, ReportError> {
        let Some(measure) = measure_of(&figure.shape) else { return Ok(BTreeMap::new()) };
        let first = monday_of(filter.to).saturating_sub((7 * (SPARK_WEEKS as i64 - 1)).days());
        let wide = Filter { from: first, ..filter.clone() };
        if self.people_finest == Finest::Month || self.names_anonymous(filter).await? {
            return Ok(BTreeMap::new());
        }
        let (cuts, directory) = self.resolve(&wide, viewer).await?;
        let mut rows = Vec::new();
        for cut in &cuts {
            rows.append(&mut self.store.week_counts(cut).await?);
        }
        let start = (day_number(first) + 3) / 7;
        let mut weeks: BTreeMap<i64, Vec<Moments>> = BTreeMap::new();
        for row in rows {
            let own = |(v, q): &(crate::survey::Version, u8)| {
                (i64::from(v.0), i64::from(*q)) == (row.survey, row.question)
            };
            let (Ok(value), Ok(n), Ok(week)) = (
                u8::try_from(row.outcome),
                u64::try_from(row.n),
                usize::try_from(row.week - start),
            ) else {
                continue;
            };
            if !figure.questions.iter().any(own) {
                continue;
            }
            let of =
                weeks.entry(row.agent).or_insert_with(|| vec![Moments::default(); SPARK_WEEKS]);
            if let Some(week) = of.get_mut(week) {
                week.add(&measure.moments(&[(value, n)]));
            }
        }
        let shown = |week: &Moments| week.mean().filter(|_| week.n >= SPARK_MIN);
        Ok(weeks
            .into_iter()
            .filter_map(|(agent, weeks)| {
                let code = directory.agents.get(&agent)?.code.clone();
                Some((code, weeks.iter().map(shown).collect()))
            })
            .collect())
    }

    /// What was asked in a view, as figures without their counts: what lists can be limited to.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn asked_about(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<Vec<Figure>, ReportError> {
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let parts = self.counted(&cuts, Split::Day).await?.answers;
        Ok(figures_of(filter, &directory, &parts))
    }

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
        if self.names_anonymous(filter).await? {
            return Err(super::anonymous::refused("weeks"));
        }
        if filter.agent.is_some() && self.people_finest == Finest::Month {
            return Err(self.months_only());
        }
        let (cuts, directory) = self.resolve(&wide, viewer).await?;
        let counted = self.counted(&cuts, Split::Day).await?;
        let parts = counted.answers;
        let figure = figures_of(filter, &directory, &parts).into_iter().find(|f| {
            key.map_or_else(|| f.older_series.is_none(), |key| f.key == key)
                && measure_of(&f.shape).is_some()
        });
        Ok(figure.map(|figure| trend(filter, first, before, figure, &parts)))
    }
}

/// The figures of the surveys that these counts are of.
fn figures_of(filter: &Filter, directory: &Directory, parts: &[PartCount]) -> Vec<Figure> {
    let counted =
        |asked: &&Asked| parts.iter().any(|part| part.survey == i64::from(asked.survey.version.0));
    let seen: Vec<Asked> = directory.surveys.iter().filter(counted).cloned().collect();
    let size = |version: crate::survey::Version, question: u8| {
        let of = (i64::from(version.0), i64::from(question));
        let own = parts.iter().filter(|p| (p.survey, p.question) == of && p.outcome >= 0);
        own.map(|p| u64::try_from(p.n).unwrap_or(0)).sum()
    };
    figures(&seen, filter.question.as_deref(), size)
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
    // Weeks before the first answer ever belong to no point.
    let opened = moments.iter().position(|week| week.n > 0).unwrap_or(split).min(split);
    let merged = |from: usize, to: usize| -> Vec<control::Point> {
        let points = control::merge_weeks(&moments[from..to]).into_iter();
        points.map(|p| control::Point { first: p.first + from, last: p.last + from, ..p }).collect()
    };
    let (old, new) = (merged(opened, split), merged(split, moments.len()));
    let baseline = match measure {
        Some(Measure::Share { .. }) => control::laney_baseline(&old),
        _ => control::individuals_baseline(&old),
    };
    let place = Place { figure: &figure, counts: &counts, before, to: filter.to };
    let mut points: Vec<Point> = old.iter().map(|p| place.point(p.first, p.last, true)).collect();
    let mut latest: Vec<Point> = new.iter().map(|p| place.point(p.first, p.last, false)).collect();
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
