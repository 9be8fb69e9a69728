//! The funnel plot: agents by number of answers, with the limits within which agents who are all
//! alike would lie. Its colours are the one verdict; the limits judge nobody.

use std::collections::BTreeSet;

use super::AgentsReport;
use super::measures::{Figure, Shape, Verdict};
use crate::satisfaction::funnel::{Limits, limits};
use crate::satisfaction::share::share;

/// Above this the note "limits too narrow" stands beside the plot.
pub const WIDE: f64 = 2.0;

/// Numbers of answers at which the limits are drawn.
const STEPS: u64 = 80;

/// The plot of one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// The agents of the view that have enough answers.
    pub points: Vec<Point>,
    /// Limits by number of answers, rising.
    pub limits: Vec<(u64, Limits)>,
    /// What all agents of the centre give together.
    pub centre: f64,
    /// φ̂: how much more agents differ than the limits allow for.
    pub overdispersion: Option<f64>,
}

/// One agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Code.
    pub code: String,
    /// Name; empty if none is known.
    pub name: String,
    /// Answers.
    pub n: u64,
    /// The figure as callers gave it.
    pub observed: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// What is expected of it.
    pub expected: f64,
    /// The centre's figure plus the agent's difference from what is expected: what is plotted.
    pub adjusted: f64,
    /// The one verdict.
    pub verdict: Verdict,
}

impl AgentsReport {
    /// The funnel plot of a figure; `None` where agents are not compared in it, or where it is no
    /// share.
    pub fn funnel(&self, figure: &Figure) -> Option<Funnel> {
        if !matches!(figure.shape, Shape::Scale { .. } | Shape::YesNo { .. }) {
            return None;
        }
        let family = self.families.get(&figure.key)?;
        let mut seen = BTreeSet::new();
        let points: Vec<Point> = self
            .agents
            .iter()
            // An agent who changed team has several rows and one point.
            .filter(|row| seen.insert(row.agent.as_str()))
            .filter_map(|row| {
                let member = family.agents.get(&row.agent)?;
                let compared = member.compared();
                let judged = &member.judged;
                if compared.verdict == Verdict::TooFew {
                    return None;
                }
                let observed = judged.observed?;
                // The number of hits comes back whole from a share of whole numbers.
                let share = share((observed * judged.n as f64).round() as u64, judged.n)?;
                Some(Point {
                    code: row.agent.clone(),
                    name: row.name.clone(),
                    n: judged.n,
                    observed,
                    interval: (share.interval.low, share.interval.high),
                    expected: judged.expected?,
                    adjusted: (family.centre + judged.difference?).clamp(0.0, 1.0),
                    verdict: compared.verdict,
                })
            })
            .collect();
        let most = points.iter().map(|point| point.n).max()?;
        let least = points.iter().map(|point| point.n).min()?.min(20);
        let step = ((most - least) / STEPS).max(1);
        let sizes = (0..).map(|at| least + at * step).take_while(|n| *n < most);
        let limits =
            sizes.chain([most]).filter_map(|n| Some((n, limits(family.centre, n)?))).collect();
        let overdispersion = family.overdispersion;
        Some(Funnel { points, limits, centre: family.centre, overdispersion })
    }
}
