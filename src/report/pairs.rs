//! Two beside each other: two agents in one period, or one view in two periods.

use jiff::civil::Date;

use super::anonymous::is_fenced;
use super::measures::{Figure, Measured, figures};
use super::overview::{Change, difference_of};
use super::parts::over;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::difference;
use crate::store::report::Split;

/// A figure of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What is measured.
    pub figure: Figure,
    /// The first.
    pub one: Option<Measured>,
    /// The second.
    pub other: Option<Measured>,
    /// The first less the second, with its 95 % interval, where both have answers enough.
    pub difference: Option<(f64, f64, f64, Change)>,
}

impl Reports {
    /// The figures of two agents, by code, in one view.
    ///
    /// # Errors
    /// If the filter or the codes name what is not known here, or the store does not answer.
    pub async fn two_agents(
        &self,
        filter: &Filter,
        one: &str,
        other: &str,
        viewer: &Viewer,
    ) -> Result<Vec<Pair>, ReportError> {
        let of = |code: &str| Filter { agent: Some(code.to_owned()), ..filter.clone() };
        viewer.individuals()?;
        self.pair(&of(one), &of(other), viewer).await
    }

    /// The figures of a view and of the same view over other days.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn two_periods(
        &self,
        filter: &Filter,
        (from, to): (Date, Date),
        viewer: &Viewer,
    ) -> Result<Vec<Pair>, ReportError> {
        self.pair(filter, &Filter { from, to, ..filter.clone() }, viewer).await
    }

    async fn pair(
        &self,
        one: &Filter,
        other: &Filter,
        viewer: &Viewer,
    ) -> Result<Vec<Pair>, ReportError> {
        let (cuts, directory) = self.resolve(one, viewer).await?;
        // Of an anonymous survey what may be shown is known for all months.
        let cuts_other = match is_fenced(&cuts) {
            true => cuts.clone(),
            false => self.resolve(other, viewer).await?.0,
        };
        let cuts_other = over(&cuts_other, other.from, other.to);
        let both = [(&*cuts, Split::Whole), (&*cuts_other, Split::Whole)];
        let [first, second] = self.counted_all(both).await?;
        let seen = directory.seen(first.versions().chain(second.versions()));
        let size = |version, question| first.size(version, question);
        let all = figures(&seen, one.question.as_deref(), size);
        let (first, second) = (first.whole(&all), second.whole(&all));
        let pairs = all.iter().map(|figure| {
            let one = first.measures.get(&figure.key).cloned();
            let other = second.measures.get(&figure.key).cloned();
            let both = one.as_ref().zip(other.as_ref()).filter(|(a, b)| a.enough && b.enough);
            let difference = both.and_then(|(a, b)| difference_of(figure, a, b));
            let difference = difference.map(|(found, margin)| {
                let change = Change::of(difference::change(&found, margin));
                (found.difference, found.interval.low, found.interval.high, change)
            });
            Pair { figure: figure.clone(), one, other, difference }
        });
        Ok(pairs.collect())
    }
}
