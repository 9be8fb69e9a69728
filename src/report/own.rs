//! What agents see of themselves: aggregates of complete weeks, and nothing from which a single
//! call could be told.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::measures::{Figure, Measured, Shape, measured};
use super::viewer::out_of_sight;
use super::{Filter, ReportError, Reports, Sight, Viewer};
use crate::survey::About;

/// Answers of one week and measure from which anything of them is shown.
pub const FLOOR: u64 = 5;
/// Weeks shown.
pub const WEEKS: usize = 13;

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
    /// The floor in force.
    pub floor: u64,
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
        for (from, to) in complete_weeks(today).take(WEEKS).filter(|_| known) {
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
        Ok(Own { figures, weeks, together, floor })
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
