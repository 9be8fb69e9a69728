//! What agents see of themselves: aggregates of complete weeks, and nothing from which a single
//! call could be told.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::finest::Finest;
use super::measures::{Figure, Measured, Rank, Shape, Verdict, measured};
use super::viewer::out_of_sight;
use super::{Filter, Period, ReportError, Reports, Sight, Viewer};
use crate::survey::About;

/// Answers of one week and measure from which anything of them is shown.
pub const FLOOR: u64 = 5;
/// Weeks shown.
pub const WEEKS: usize = 13;
/// Months shown.
pub const MONTHS: usize = 6;

/// The standard periods for which agents see how they compared.
const JUDGED: [Period; 3] = [Period::LastWeek, Period::LastMonth, Period::LastQuarter];

/// One agent's own weeks.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The measures that their callers were asked about them.
    pub figures: Vec<Figure>,
    /// The newest complete week first.
    pub weeks: Vec<Week>,
    /// All weeks that are shown together, by figure; weeks below the floor are not in it, or the
    /// difference would tell them.
    pub together: Vec<Option<Measured>>,
    /// The last complete week, month and quarter.
    pub judged: Vec<Judged>,
    /// The floor in force.
    pub floor: u64,
    /// Whether they are months instead, where nobody's figures are shown for less.
    pub by_months: bool,
}

/// How the agent compared in one standard period. Only verdict and rank interval: a score of a
/// month beside those of its weeks would tell what was answered on the days between.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Its kind.
    pub period: Period,
    /// First day.
    pub from: Date,
    /// Last day, included.
    pub to: Date,
    /// By figure; `None` where nobody is compared or there are fewer answers than the floor.
    pub verdicts: Vec<Option<(Verdict, Option<Rank>)>>,
}

/// One complete week.
#[derive(Clone, Debug, PartialEq)]
pub struct Week {
    /// Its Monday.
    pub from: Date,
    /// Its Sunday.
    pub to: Date,
    /// By figure; `None` below the floor.
    pub measures: Vec<Option<Measured>>,
}

impl Reports {
    /// The own weeks of the viewer.
    ///
    /// # Errors
    /// If the viewer is no agent, no agent appears in reports, or the store does not answer.
    pub async fn own(&self, viewer: &Viewer, now_ms: i64) -> Result<Own, ReportError> {
        let Sight::Own(code) = &viewer.sight else {
            return Err(out_of_sight("this page is for agents; reports show what you see"));
        };
        // Where no agent appears there is no page of one either.
        Viewer { sight: Sight::Everything, people: viewer.people }.individuals()?;
        let floor = FLOOR.max(self.people_min_n);
        let today = self.today(now_ms);
        let known = self.store.agents().await?.iter().any(|agent| agent.code == *code);
        let mut figures: Vec<Figure> = Vec::new();
        let mut found = Vec::new();
        let by_months = self.people_finest == Finest::Month;
        let spans: Vec<(Date, Date)> = match by_months {
            true => complete_months(today).take(MONTHS).collect(),
            false => complete_weeks(today).take(WEEKS).collect(),
        };
        for (from, to) in spans.into_iter().filter(|_| known) {
            let filter = Filter { agent: Some(code.clone()), ..Filter::days(from, to) };
            let (report, _) = self.uncompared(&filter, &Viewer::everything()).await?;
            // Teams of one week are put together: a row of its own would be a smaller group.
            let mut by_key: BTreeMap<String, BTreeMap<u8, u64>> = BTreeMap::new();
            for (key, one) in report.agents.iter().flat_map(|row| &row.figures.measures.0) {
                let values = by_key.entry(key.clone()).or_default();
                for (value, n) in &one.values.0 {
                    *values.entry(*value).or_default() += n;
                }
            }
            for figure in report.figures {
                let of_agent = matches!(figure.about, About::Agent | About::Resolution);
                if of_agent && !figures.iter().any(|known| known.key == figure.key) {
                    figures.push(figure);
                }
            }
            found.push((from, to, by_key));
        }
        let mut together: Vec<BTreeMap<u8, u64>> = vec![BTreeMap::new(); figures.len()];
        let mut weeks = Vec::new();
        for (from, to, by_key) in found {
            let measures = figures.iter().zip(&mut together).map(|(figure, sum)| {
                let values = by_key.get(&figure.key)?;
                let shown = shown(&figure.shape, values, floor)?;
                for (value, n) in values {
                    *sum.entry(*value).or_default() += n;
                }
                Some(shown)
            });
            weeks.push(Week { from, to, measures: measures.collect() });
        }
        let together = figures.iter().zip(&together);
        let together = together.map(|(figure, sum)| shown(&figure.shape, sum, floor)).collect();
        let mut judged = Vec::new();
        for period in JUDGED.into_iter().filter(|_| known) {
            let (from, to) = period.days(today);
            // Not for days for which nobody's figures are shown.
            if self.individual_days(from, to).is_ok() {
                judged.push(self.judged(code, period, &figures, floor, now_ms).await?);
            }
        }
        Ok(Own { figures, weeks, together, judged, floor, by_months })
    }

    async fn judged(
        &self,
        code: &str,
        period: Period,
        figures: &[Figure],
        floor: u64,
        now_ms: i64,
    ) -> Result<Judged, ReportError> {
        let (from, to) = period.days(self.today(now_ms));
        let filter = Filter { agent: Some(code.to_owned()), ..Filter::days(from, to) };
        let report = self.agents(&filter, &Viewer::everything(), now_ms).await?;
        let of = |figure: &Figure| {
            let rows = report.agents.iter();
            let own: Vec<&Measured> =
                rows.filter_map(|row| row.figures.measures.get(&figure.key)).collect();
            let answers: u64 = own.iter().map(|one| one.n).sum();
            // The same over all of the agent's teams.
            let compared = own.first()?.compared?;
            (answers >= floor).then_some((compared.verdict, compared.rank))
        };
        Ok(Judged { period, from, to, verdicts: figures.iter().map(of).collect() })
    }
}

fn shown(shape: &Shape, values: &BTreeMap<u8, u64>, floor: u64) -> Option<Measured> {
    let values: Vec<(u8, u64)> = values.iter().map(|(value, n)| (*value, *n)).collect();
    let one = measured(shape, &values, 0);
    (one.n >= floor).then_some(one)
}

/// Complete weeks before that day, Monday to Sunday, the newest first.
fn complete_weeks(today: Date) -> impl Iterator<Item = (Date, Date)> {
    let since = i64::from(today.weekday().since(Weekday::Monday));
    let this_monday = today.saturating_sub(since.days());
    (1_i64..).map(move |back| {
        let monday = this_monday.saturating_sub((7 * back).days());
        (monday, monday.saturating_add(6.days()))
    })
}

/// Complete months before that day, the newest first.
fn complete_months(today: Date) -> impl Iterator<Item = (Date, Date)> {
    let this = today.first_of_month();
    (1_i64..).map(move |back| {
        let first = this.saturating_sub(back.months());
        (first, first.last_of_month())
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_week_that_still_goes_on_is_not_shown() {
        for (today, newest) in [
            (date(2026, 3, 1), (date(2026, 2, 16), date(2026, 2, 22))), // a Sunday
            (date(2026, 3, 2), (date(2026, 2, 23), date(2026, 3, 1))),
            (date(2026, 3, 4), (date(2026, 2, 23), date(2026, 3, 1))),
        ] {
            assert_eq!(complete_weeks(today).next(), Some(newest), "{today}");
        }
    }
}
