//! Figures against their targets: reached, missed, or not yet clear.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agents::Figures;
use super::measures::{Detail, Figure, Shape};
use super::overview::{of_rate, share_of};
use super::{Filter, ReportError, Reports, view};
use crate::satisfaction::nps;
use crate::satisfaction::target::{State, nps_against, share_against};

/// A figure against its target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Against {
    /// The figure's key.
    pub measure: String,
    /// What it is to reach, in the unit of the figure.
    pub target: f64,
    /// Where it stands.
    pub state: Standing,
    /// Answers in all after which it would be clear, if the figure stays as it is.
    pub needed: Option<u64>,
}

/// Where a figure stands against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its whole interval lies above.
    Reached,
    /// Its whole interval lies below.
    Missed,
    /// The interval holds the target, or there are too few answers.
    NotYetClear,
}

impl Standing {
    /// The word in the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Missed => "missed",
            Self::NotYetClear => "not_yet_clear",
        }
    }
}

impl Reports {
    /// The targets in force on the view's last day: those of its team if it is limited to one,
    /// else the centre's.
    pub(super) async fn against(
        &self,
        filter: &Filter,
        figures: &[Figure],
        whole: &Figures,
    ) -> Result<Vec<Against>, ReportError> {
        let team = filter.team.clone().unwrap_or_default();
        let last = view::day_number(filter.to);
        // In the order of their days, so that the newest one stands.
        let targets = self.store.targets().await?.into_iter();
        let in_force: BTreeMap<String, i64> = targets
            .filter(|target| target.team == team && target.from_day <= last)
            .map(|target| (target.measure, target.value))
            .collect();
        let scores = figures.iter().filter(|figure| figure.key == figure.measure);
        let rates = whole.rates().into_iter().filter_map(|(measure, rate)| {
            let target = *in_force.get(measure)? as f64 / 1000.0;
            let (state, needed) = standing(share_against(&of_rate(&rate?)?, target));
            Some(Against { measure: measure.to_owned(), target, state, needed })
        });
        Ok(scores
            .filter_map(|figure| {
                let target = *in_force.get(&figure.measure)? as f64 / 1000.0;
                let measured = whole.measures.get(&figure.key)?;
                let state = match (&figure.shape, &measured.detail) {
                    (Shape::Nps, Detail::Nps { promoters, passives, detractors }) => {
                        nps_against(&nps::nps(*promoters, *passives, *detractors)?, target)
                    }
                    (shape, _) => share_against(&share_of(shape, measured)?, target),
                };
                let (state, needed) = match state {
                    _ if !measured.enough => (Standing::NotYetClear, Some(figure.shape.needed())),
                    state => standing(state),
                };
                Some(Against { measure: figure.key.clone(), target, state, needed })
            })
            .chain(rates)
            .collect())
    }
}

fn standing(state: State) -> (Standing, Option<u64>) {
    match state {
        State::Reached => (Standing::Reached, None),
        State::Missed => (Standing::Missed, None),
        State::NotYetClear { needed } => (Standing::NotYetClear, needed),
    }
}
