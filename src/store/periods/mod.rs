//! Days, months and years of the tallies, each packed into a few rows, so that a report on years
//! reads years.
//!
//! The tallies by day stay what counts; a pack repeats them in bytes ([`pack`]). Whoever changes
//! a day that may be packed notes it in the same transaction ([`note`]): the day, its month and
//! its year are then read from what they are made of, until they are packed again ([`roll`]). So a
//! report never depends on whether or when something was packed, and a turn of today, which no
//! pack holds, writes nothing more.

use std::collections::BTreeSet;

use sqlx::FromRow;

use super::StoreError;
use super::rows::{Column, Tx};
use crate::clock;

pub(crate) mod pack;
mod roll;

pub(crate) use roll::shard;

/// Sorted before it is changed: whoever locks several of these rows does it in this order.
const LOCK_CHANGED: &str = "select step, first from tally_spans
    where (gen, step, first) in ({rows bigint, bigint, bigint}) order by step, first {lock}";
const CHANGED: &str = "update tally_spans set changed = changed + 1
    where (gen, step, first) in ({rows bigint, bigint, bigint})";
const GOOD: &str = "select step, first from tally_spans
    where gen = $1 and first >= $2 and last <= $3 and packed = changed";

/// How much of the calendar is packed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Day,
    Month,
    Year,
}

impl Step {
    /// Smallest first: each is packed from the one before it.
    pub(crate) const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    /// The number in the tables.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Day => 0,
            Self::Month => 1,
            Self::Year => 2,
        }
    }

    /// The first and the last day of the span that holds that day.
    pub(crate) fn span(self, day: i64) -> (i64, i64) {
        let date = clock::date(day);
        match self {
            Self::Day => (day, day),
            Self::Month => {
                (clock::day_of(date.first_of_month()), clock::day_of(date.last_of_month()))
            }
            Self::Year => (clock::day_of(date.first_of_year()), clock::day_of(date.last_of_year())),
        }
    }
}

/// Notes that the tallies of those days change in a generation, in the transaction that changes
/// them and after all of its other changes. Days that were never packed have no row to note it in.
pub(crate) async fn note(
    tx: &mut Tx,
    generation: i64,
    days: &BTreeSet<i64>,
) -> Result<(), sqlx::Error> {
    let spans: BTreeSet<(i64, i64)> = days
        .iter()
        .flat_map(|day| Step::ALL.map(|step| (step.code(), step.span(*day).0)))
        .collect();
    let columns = [
        Column::Int(vec![generation; spans.len()]),
        Column::Int(spans.iter().map(|span| span.0).collect()),
        Column::Int(spans.iter().map(|span| span.1).collect()),
    ];
    let _: Vec<(i64, i64)> = tx.fetch_plain(LOCK_CHANGED, &columns).await?;
    tx.run(CHANGED, &columns).await?;
    Ok(())
}

/// Where the counts of some days stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the tallies by day.
    Days,
    /// In packs.
    Packs(Step),
}

/// Days that stand in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub source: Source,
    pub from: i64,
    pub to: i64,
}

#[derive(FromRow)]
struct Good {
    step: i64,
    first: i64,
}

/// Where to read the days from one to another, in packs no longer than `longest`, so that they are
/// read once each. In the snapshot in which they are read.
pub(crate) async fn plan(
    tx: &mut Tx,
    generation: i64,
    (from, to): (i64, i64),
    longest: Step,
) -> Result<Vec<Run>, StoreError> {
    let columns = [generation, from, to].map(|value| Column::Int(vec![value]));
    let good: Vec<Good> = tx.fetch(GOOD, &columns).await?;
    let good: BTreeSet<(i64, i64)> = good.iter().map(|one| (one.step, one.first)).collect();
    Ok(runs(&good, (from, to), longest))
}

fn runs(good: &BTreeSet<(i64, i64)>, (from, to): (i64, i64), longest: Step) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let first_good = good.iter().map(|(_, first)| *first).min();
    let mut day = from;
    while day <= to {
        let packed = Step::ALL.into_iter().rev().filter(|step| *step <= longest).find(|step| {
            // Most views lie where nothing or everything is packed; the calendar costs more than
            // the look-up.
            first_good.is_some_and(|first| first <= day)
                && good.contains(&(step.code(), day))
                && step.span(day).1 <= to
        });
        let (source, last) = match packed {
            Some(step) => (Source::Packs(step), step.span(day).1),
            None => {
                let next = good.iter().map(|(_, first)| *first).filter(|first| *first > day).min();
                (Source::Days, next.map_or(to, |next| to.min(next - 1)))
            }
        };
        match runs.last_mut().filter(|run| run.source == source) {
            Some(run) => run.to = last,
            None => runs.push(Run { source, from: day, to: last }),
        }
        day = last.saturating_add(1);
        if last == i64::MAX {
            break;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-12-30 to 2026-02-02, days without a pack in between.
    #[test]
    fn days_are_read_once_from_the_longest_packs() {
        let day = |date: &str| clock::day_of(date.parse().expect("a date"));
        let mut good = BTreeSet::new();
        for first in day("2024-12-01")..=day("2026-02-02") {
            good.insert((0, first));
        }
        good.insert((2, day("2025-01-01")));
        for month in ["2024-12-01", "2025-01-01", "2025-07-01", "2026-01-01"] {
            good.insert((1, day(month)));
        }
        let view = (day("2024-12-30"), day("2026-02-03"));
        let run = |source, from: &str, to: &str| Run { source, from: day(from), to: day(to) };
        let packs = Source::Packs;
        assert_eq!(
            runs(&good, view, Step::Year),
            [
                run(packs(Step::Day), "2024-12-30", "2024-12-31"),
                run(packs(Step::Year), "2025-01-01", "2025-12-31"),
                run(packs(Step::Month), "2026-01-01", "2026-01-31"),
                run(packs(Step::Day), "2026-02-01", "2026-02-02"),
                run(Source::Days, "2026-02-03", "2026-02-03"),
            ]
        );
        good.remove(&(0, day("2025-02-14")));
        assert_eq!(
            runs(&good, (day("2025-02-01"), day("2025-07-31")), Step::Month),
            [
                run(packs(Step::Day), "2025-02-01", "2025-02-13"),
                run(Source::Days, "2025-02-14", "2025-02-14"),
                run(packs(Step::Day), "2025-02-15", "2025-06-30"),
                run(packs(Step::Month), "2025-07-01", "2025-07-31"),
            ]
        );
        let whole = Run { source: Source::Days, from: i64::MIN, to: i64::MAX };
        assert_eq!(runs(&BTreeSet::new(), (i64::MIN, i64::MAX), Step::Year), [whole]);
    }
}
