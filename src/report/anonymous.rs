//! Where reports meet anonymous surveys: what can be asked of them, and what is said where it
//! cannot. A view over all surveys has nothing of them; one that names an anonymous survey goes by
//! the rule of `satisfaction::anonymous`.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::view::{Filter, day_number};
use super::{ReportError, Reports};
use crate::clock;
use crate::satisfaction::anonymous::{Dimension, Fence, LEAST};
use crate::store::report::{Asked, Cut, Split};

/// Code of what no anonymous survey has: agents, interviews, weeks, sheets of answers.
pub const ANONYMOUS: &str = "anonymous_survey";
/// Code of days that are not whole months which are over.
const MONTHS: &str = "anonymous_months";
/// Code of a view that would show, or let work out, what fewer than eight callers answered.
const TOO_FEW: &str = "anonymous_too_few";

/// The first day that is in no month which is over: of the month that yesterday was in, since
/// calls from before midnight go on for a while.
fn not_over(today: Date) -> Date {
    today.saturating_sub(1.day()).first_of_month()
}

/// Whether days are whole months that are over by then.
fn whole_months(from: Date, to: Date, today: Date) -> bool {
    from.day() == 1 && to == to.last_of_month() && to < not_over(today)
}

fn few() -> ReportError {
    let sentence = format!(
        "this survey is anonymous, and this view would show, or let work out, what fewer than \
         {LEAST} callers answered; take filters out or choose more months"
    );
    ReportError::asked(TOO_FEW, sentence)
}

/// What is not there, such as `single interviews`.
pub(super) fn refused(what: &str) -> ReportError {
    let sentence = format!(
        "this survey is anonymous: it has no {what}, only figures of whole months for groups of \
         {LEAST} answers or more"
    );
    ReportError::asked(ANONYMOUS, sentence)
}

/// By which dimension a split is; `None` for one by days.
fn dimension(split: Split) -> Option<Dimension> {
    match split {
        Split::Team => Some(Dimension::Team),
        Split::Queue => Some(Dimension::Queue),
        Split::Language => Some(Dimension::Language),
        Split::Channel => Some(Dimension::Channel),
        Split::Whole | Split::Day => None,
    }
}

/// Refuses what an anonymous survey does not have.
///
/// # Errors
/// If the view is of one.
pub(super) fn no(cuts: &[Cut], what: &str) -> Result<(), ReportError> {
    match is_fenced(cuts) {
        true => Err(refused(what)),
        false => Ok(()),
    }
}

/// Whether a view is of an anonymous survey.
pub(super) fn is_fenced(cuts: &[Cut]) -> bool {
    cuts.iter().any(|cut| cut.fence.is_some())
}

/// Refuses a split that would leave nothing to show of an anonymous survey.
///
/// # Errors
/// If so.
pub(super) fn splits(cuts: &[Cut], split: Split) -> Result<(), ReportError> {
    let shows = |cut: &Cut, fence: &Arc<Fence>| {
        let by = filtered(cut).into_iter().chain(dimension(split));
        fence.any(cut.from, cut.to, Dimension::depth(by))
    };
    let fenced = cuts.iter().filter_map(|cut| Some((cut, cut.fence.as_ref()?)));
    match fenced.clone().next().is_none() || fenced.into_iter().any(|(cut, of)| shows(cut, of)) {
        true => Ok(()),
        false => Err(few()),
    }
}

/// By what a cut is filtered.
fn filtered(cut: &Cut) -> Vec<Dimension> {
    let by = [
        (Dimension::Queue, cut.queue.is_some()),
        (Dimension::Language, cut.language.is_some()),
        (Dimension::Team, cut.team.is_some()),
        (Dimension::Channel, cut.channel.is_some()),
    ];
    by.into_iter().filter(|(_, by)| *by).map(|(dimension, _)| dimension).collect()
}

/// Whether a filter that leaves these surveys names an anonymous one.
fn is_of_one(filter: &Filter, surveys: &[Asked]) -> bool {
    let named = filter.survey.is_some() || filter.version.is_some();
    named && surveys.iter().any(|asked| asked.survey.anonymous)
}

impl Reports {
    /// What may be shown of the anonymous survey that a filter names; `None` if it names none.
    /// `surveys` are those of the filter.
    ///
    /// # Errors
    /// If it asks for what no anonymous survey has, or the store does not answer.
    pub(super) async fn fence(
        &self,
        filter: &Filter,
        surveys: &[Asked],
    ) -> Result<Option<Arc<Fence>>, ReportError> {
        if !is_of_one(filter, surveys) {
            return Ok(None);
        }
        if filter.agent.is_some() {
            return Err(refused("agents"));
        }
        let today = self.today(clock::now_ms());
        if !whole_months(filter.from, filter.to, today) {
            let last = not_over(today).saturating_sub(1.day());
            let sentence = format!(
                "this survey is anonymous and is shown by whole months that are over for a day or \
                 more; choose such months, for example from={} and to={last}",
                last.first_of_month()
            );
            return Err(ReportError::asked(MONTHS, sentence));
        }
        let until = day_number(not_over(today));
        let fence = self.store.fence(filter.survey.as_deref(), filter.version, until).await?;
        Ok(Some(Arc::new(fence)))
    }

    /// Whether a filter names an anonymous survey.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(super) async fn names_anonymous(&self, filter: &Filter) -> Result<bool, ReportError> {
        let surveys = self.asked(filter.survey.as_deref(), filter.version).await?;
        Ok(is_of_one(filter, &surveys))
    }

    /// Names of the anonymous surveys that were ever asked.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn anonymous_surveys(&self) -> Result<Vec<String>, ReportError> {
        let asked = self.asked(None, None).await?;
        let anonymous = asked.iter().filter(|asked| asked.survey.anonymous);
        let mut names: Vec<String> = anonymous.map(|asked| asked.survey.name.clone()).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_are_shown_when_they_are_over_for_a_day() {
        let months = |from, to, today| whole_months(from, to, today);
        let (first, last) = (date(2026, 9, 1), date(2026, 9, 30));
        for (from, to, today, shown) in [
            (first, last, date(2026, 10, 2), true),
            (first, last, date(2026, 10, 1), false),
            (date(2026, 7, 1), last, date(2026, 10, 2), true),
            (date(2026, 9, 2), last, date(2026, 10, 2), false),
            (first, date(2026, 9, 29), date(2026, 10, 2), false),
            (first, date(2026, 10, 31), date(2026, 10, 31), false),
            (date(2024, 2, 1), date(2024, 2, 29), date(2026, 10, 2), true),
        ] {
            assert_eq!(months(from, to, today), shown, "{from} to {to} on {today}");
        }
    }
}
