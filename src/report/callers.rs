//! Callers who answered more than once in a view: what they say is less than what as many callers
//! would, and the view's intervals are wider by it.

use serde::Serialize;

use super::measures::{Detail, Figure, Measured, Measures, Shape};
use super::overview::share_of;
use super::{ReportError, Reports};
use crate::satisfaction::stratified::{n_of_callers, share_of_callers};
use crate::store::report::Cut;

/// How the interviews of a view spread over callers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Repeated {
    /// Interviews with an answer, of callers who are known; at most the newest 20,000 of the view.
    pub interviews: u64,
    /// Their callers.
    pub callers: u64,
    /// As how many independent answers one answer counts in intervals, 0 to 1.
    pub worth: f64,
}

impl Reports {
    /// How the interviews of a view spread over callers; `None` where no more than a tenth of them
    /// are of callers with two or more.
    pub(super) async fn repeated(&self, cuts: &[Cut]) -> Result<Option<Repeated>, ReportError> {
        let (mut interviews, mut callers, mut repeated) = (0, 0, 0);
        for cut in cuts {
            let found = self.store.callers_of(cut).await?;
            interviews += found.interviews;
            callers += found.callers;
            repeated += found.repeated;
        }
        let n_eff = n_of_callers(interviews, callers, repeated);
        Ok(n_eff.map(|n_eff| Repeated { interviews, callers, worth: n_eff / interviews as f64 }))
    }
}

impl Repeated {
    /// Widens the intervals of these figures.
    pub(super) fn widen(&self, figures: &[Figure], measures: &mut Measures) {
        for figure in figures {
            let own = measures.0.iter_mut().find(|(key, _)| *key == figure.key);
            if let Some((_, measured)) = own {
                self.widen_one(&figure.shape, measured);
            }
        }
    }

    fn widen_one(&self, shape: &Shape, measured: &mut Measured) {
        if let Some(share) = share_of(shape, measured) {
            let interval = share_of_callers(&share, share.n as f64 * self.worth);
            (measured.low, measured.high) = (Some(interval.low), Some(interval.high));
        }
        // As far from the score as the variance of a mean of fewer answers says.
        let apart = |of: Option<f64>, end: &mut Option<f64>, range: (f64, f64)| {
            if let (Some(of), Some(at)) = (of, end.as_mut()) {
                *at = (of + (*at - of) / self.worth.sqrt()).clamp(range.0, range.1);
            }
        };
        let (first, last) = (f64::from(*shape.values().start()), f64::from(*shape.values().end()));
        match &mut measured.detail {
            Detail::Nps { .. } => {
                apart(measured.score, &mut measured.low, (-100.0, 100.0));
                apart(measured.score, &mut measured.high, (-100.0, 100.0));
            }
            Detail::Scale { mean, mean_low, mean_high, .. } => {
                apart(*mean, mean_low, (first, last));
                apart(*mean, mean_high, (first, last));
            }
            Detail::Choice { .. } | Detail::YesNo {} => {}
        }
    }
}
