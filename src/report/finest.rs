//! The shortest time for which figures of one agent are shown, where the settings have one: then
//! whatever has agents in it, or is filtered by one, is of whole weeks or months that are over.

use jiff::ToSpan;
use jiff::civil::Date;

use super::view::{Filter, Period, monday_of};
use super::{ReportError, Reports};
use crate::clock;
pub use crate::config::Finest;

/// Codes of what is shown by weeks, and by months.
pub const WEEKS_ONLY: &str = "people_finest_week";
/// See [`WEEKS_ONLY`].
pub const MONTHS_ONLY: &str = "people_finest_month";

/// Whether one agent's figures are shown for those days.
fn shown(finest: Finest, from: Date, to: Date, today: Date) -> bool {
    let next = to.saturating_add(1.day());
    match finest {
        Finest::Day => true,
        Finest::Week => to < today && from == monday_of(from) && next == monday_of(next),
        Finest::Month => to < today && from.day() == 1 && next.day() == 1,
    }
}

impl Reports {
    /// The same, with figures of one agent for no shorter time than that.
    #[must_use]
    pub fn no_finer_than(self, finest: Finest) -> Self {
        Self { people_finest: finest, ..self }
    }

    /// Refuses days for which figures of single agents are not shown.
    ///
    /// # Errors
    /// With code [`WEEKS_ONLY`] or [`MONTHS_ONLY`].
    pub fn individual_days(&self, from: Date, to: Date) -> Result<(), ReportError> {
        let today = self.today(clock::now_ms());
        if shown(self.people_finest, from, to, today) {
            return Ok(());
        }
        Err(match self.people_finest {
            Finest::Month => self.months_only(),
            Finest::Day | Finest::Week => ReportError::asked(
                WEEKS_ONLY,
                format!(
                    "figures of single agents are shown here for whole weeks that are over, Monday \
                     to Sunday, {}; the setting people_finest says so",
                    self.example(Period::LastWeek)
                ),
            ),
        })
    }

    /// What is said where anything but whole months was asked for.
    pub(super) fn months_only(&self) -> ReportError {
        let sentence = format!(
            "figures of single agents are shown here for whole calendar months that are over, {}; \
             the setting people_finest says so",
            self.example(Period::LastMonth)
        );
        ReportError::asked(MONTHS_ONLY, sentence)
    }

    fn example(&self, period: Period) -> String {
        let (from, to) = period.days(self.today(clock::now_ms()));
        format!("for example from={from} and to={to}")
    }

    /// The same for a filter.
    ///
    /// # Errors
    /// As [`Reports::individual_days`].
    pub(super) fn individual_filter(&self, filter: &Filter) -> Result<(), ReportError> {
        self.individual_days(filter.from, filter.to)
    }

    /// The period that pages show where none is chosen: one that agents may be shown in.
    pub fn usual_period(&self) -> Period {
        match self.people_finest {
            Finest::Day => Period::Days30,
            Finest::Week => Period::LastWeek,
            Finest::Month => Period::LastMonth,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn agents_are_shown_for_whole_weeks_or_months() {
        let today = date(2026, 3, 4); // a Wednesday
        for (finest, from, to, is) in [
            (Finest::Day, date(2026, 3, 4), date(2026, 3, 4), true),
            (Finest::Week, date(2026, 2, 23), date(2026, 3, 1), true),
            (Finest::Week, date(2026, 2, 9), date(2026, 3, 1), true),
            (Finest::Week, date(2026, 3, 2), date(2026, 3, 8), false),
            (Finest::Week, date(2026, 2, 23), date(2026, 2, 28), false),
            (Finest::Week, date(2026, 2, 1), date(2026, 2, 28), false),
            (Finest::Month, date(2026, 2, 1), date(2026, 2, 28), true),
            (Finest::Month, date(2025, 12, 1), date(2026, 2, 28), true),
            (Finest::Month, date(2026, 2, 23), date(2026, 3, 1), false),
            (Finest::Month, date(2026, 3, 1), date(2026, 3, 31), false),
        ] {
            assert_eq!(shown(finest, from, to, today), is, "{finest:?} {from} {to}");
        }
    }
}
