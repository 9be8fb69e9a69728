//! Tables that grow with every call stand in partitions by month on PostgreSQL, so that a month
//! that is kept long enough goes at once, and what a turn touches is this month's.
//!
//! An id begins with its day ([`dated`]): it alone says where its row is, and every statement by
//! ids reaches their months and no other. The audit log goes by its times. Months are made ahead;
//! a row of a month that is not there goes to the table's `_rest`, and nobody waits for anything.
//! On SQLite there is nothing to be made or dropped.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::periods::Step;
use super::{Pools, Store, StoreError};
use crate::clock;
use crate::interview::Millis;

/// Bytes of an id that say its day. Six, since then no more than one in four thousand million ids
/// that say none lies among those that do, and no month finds rows of its own in `_rest`.
const DAY: usize = 6;
const DAY_MS: Millis = 86_400_000;
/// Months made ahead of the one that is.
pub const AHEAD: usize = 3;
/// Rows, or files, taken away in one transaction.
const PART: i64 = 25;
/// Tries to make or drop a partition while somebody is at its table, and the pause between them.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// What each partition is made with; PostgreSQL hands nothing of it on.
const MADE_WITH: &[(&str, &str)] = &[("interviews", " with (fillfactor = 60)")];
const BY_TIME: &str = "audit";
/// Every table in partitions.
const TABLES: [&str; 8] =
    ["calls", "legs", "call_units", "interviews", "turns", "answers", "credits", BY_TIME];

const THERE_POSTGRES: &str = "select c.relname::text from pg_inherits i
    join pg_class c on c.oid = i.inhrelid where c.relkind = 'r'";
const OPEN_INTERVIEWS_POSTGRES: &str =
    "select exists (select 1 from interviews where id >= $1 and id < $2 and day >= $3)";
const OPEN_CALLS_POSTGRES: &str = "select exists (select 1 from calls
        where id >= $1 and id < $2 and (day >= $3 or day is null))
    or exists (select 1 from interviews where call_id >= $1 and call_id < $2)
    or exists (select 1 from hand_links where call_id >= $1 and call_id < $2)";
const COUNT_INTERVIEWS_POSTGRES: &str =
    "select count(*) from interviews where id >= $1 and id < $2";
const COUNT_CALLS_POSTGRES: &str = "select count(*) from calls where id >= $1 and id < $2";
const FILES_POSTGRES: &str = "select distinct file from comments
    where interview >= $1 and interview < $2 and file is not null";

/// An id of that day: the day, then what tells it from others of the day.
pub fn dated(day: i64, rest: [u8; 16]) -> [u8; 16] {
    let mut id = [0; 16];
    id[..DAY].copy_from_slice(&day.max(0).to_be_bytes()[8 - DAY..]);
    id[DAY..].copy_from_slice(&rest[..16 - DAY]);
    id
}

/// Lower than every id of that day or a later one, and above those of days before it.
pub(super) fn first_of(day: i64) -> Uuid {
    Uuid::from_bytes(dated(day, [0; 16]))
}

/// The UTC day of a moment.
pub(super) fn day_of(at_ms: Millis) -> i64 {
    at_ms.div_euclid(DAY_MS)
}

/// A calendar month, by its first day and the day after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    from: i64,
    to: i64,
}

impl Month {
    /// The month of a day.
    pub fn of(day: i64) -> Self {
        let (from, last) = Step::Month.span(day);
        Self { from, to: last + 1 }
    }

    /// The month of a day and so many after it.
    fn ahead(day: i64, ahead: usize) -> Vec<Self> {
        std::iter::successors(Some(Self::of(day)), |month| Some(Self::of(month.to)))
            .take(ahead + 1)
            .collect()
    }

    /// The month that a partition of that table holds by its name, such as `answers_2026_11`.
    fn read(table: &str, name: &str) -> Option<Self> {
        let month = name.strip_prefix(table)?.strip_prefix('_')?.replace('_', "-");
        Some(Self::of(clock::day_of(format!("{month}-01").parse().ok()?)))
    }

    fn name(self, table: &str) -> String {
        let date = clock::date(self.from);
        format!("{table}_{:04}_{:02}", date.year(), date.month())
    }

    /// Where it begins and where the next one does, as a partition's bounds.
    fn bounds(self, table: &str) -> (String, String) {
        let bound = |day: i64| match table {
            BY_TIME => (day * DAY_MS).to_string(),
            _ => first_of(day).to_string(),
        };
        (bound(self.from), bound(self.to))
    }

    /// The statements that make it. The table is locked against others that make partitions, and
    /// `_rest` for a moment; nobody waits who reads or writes.
    fn making(self, table: &str) -> [String; 2] {
        let (name, (from, to)) = (self.name(table), self.bounds(table));
        let with = MADE_WITH.iter().find(|(of, _)| *of == table).map_or("", |(_, with)| with);
        [
            format!("create table {name} (like {table} including defaults){with}"),
            format!(
                "alter table {table} attach partition {name} for values from ('{from}') to ('{to}')"
            ),
        ]
    }

    /// The statements that take it away, with all in it.
    fn dropping(self, table: &str) -> [String; 2] {
        let name = self.name(table);
        [format!("alter table {table} detach partition {name}"), format!("drop table {name}")]
    }
}

/// What goes by months, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Interviews, with all that hangs on them.
    Interviews,
    /// Records of calls.
    Calls,
}

impl Kept {
    /// The tables that go as partitions; what belongs to others goes before them.
    fn parted(self) -> &'static [&'static str] {
        match self {
            Self::Interviews => &["turns", "answers", "credits", "interviews"],
            Self::Calls => &["legs", "call_units", "calls"],
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Interviews => "interviews",
            Self::Calls => "calls",
        }
    }

    /// The small tables beside them, and by which column their rows belong to one.
    fn beside(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Interviews => (
                &[
                    "comments",
                    "callbacks",
                    "hand_links",
                    "link_history",
                    "marks",
                    "cases",
                    "observations",
                    "offers",
                ],
                "interview",
            ),
            Self::Calls => (&["call_names", "relinks"], "call_id"),
        }
    }

    fn open(self) -> &'static str {
        match self {
            Self::Interviews => OPEN_INTERVIEWS_POSTGRES,
            Self::Calls => OPEN_CALLS_POSTGRES,
        }
    }

    fn count(self) -> &'static str {
        match self {
            Self::Interviews => COUNT_INTERVIEWS_POSTGRES,
            Self::Calls => COUNT_CALLS_POSTGRES,
        }
    }
}

/// Why a partition was not made or dropped.
enum Not {
    /// Another server was first.
    Done,
    /// Somebody is at the table: it may be tried again.
    Busy,
    /// Rows are in the way, or name what would go.
    Rows,
    /// Anything else.
    Fault(sqlx::Error),
}

impl From<sqlx::Error> for Not {
    fn from(fault: sqlx::Error) -> Self {
        let code = fault.as_database_error().and_then(|fault| fault.code());
        match code.as_deref() {
            // The name is taken, or just being taken; or there is no such partition any more.
            Some("42P07" | "42710" | "23505" | "42P01") => Self::Done,
            // Lock timeout, deadlock.
            Some("55P03" | "40P01") => Self::Busy,
            // Rows of the month in `_rest`; rows that name what is in the partition.
            Some("23514" | "23503") => Self::Rows,
            _ => Self::Fault(fault),
        }
    }
}

async fn run(db: &mut PgConnection, texts: &[String]) -> Result<(), sqlx::Error> {
    for text in texts {
        // Made of numbers and of names that stand in this file.
        sqlx::raw_sql(AssertSqlSafe(text.as_str())).execute(&mut *db).await?;
    }
    Ok(())
}

/// Nobody who comes behind waits for longer.
const PATIENCE: &str = "set local lock_timeout = '20ms'";

impl Store {
    /// Makes the partitions that are missing, of the month of `today` and so many after it; says
    /// how many. Where rows of a month stand in `_rest` already they stay there, and the month
    /// with them. By several servers at once it does no harm.
    ///
    /// # Errors
    /// If the database does not answer, or somebody is at a table all the time: until it is done,
    /// rows go to `_rest`.
    pub async fn make_months(&self, today: i64, ahead: usize) -> Result<usize, StoreError> {
        let there = self.parts().await?;
        let Pools::Postgres { calls, .. } = &self.pools else { return Ok(0) };
        let mut made = 0;
        for month in Month::ahead(today, ahead) {
            for table in TABLES.into_iter().filter(|table| !there.contains(&month.name(table))) {
                let mut tried = 0;
                loop {
                    let make = async {
                        let mut tx = calls.begin().await?;
                        sqlx::raw_sql(PATIENCE).execute(&mut *tx).await?;
                        run(&mut tx, &month.making(table)).await?;
                        tx.commit().await?;
                        Ok::<_, Not>(())
                    };
                    match make.await {
                        Ok(()) => made += 1,
                        Err(Not::Done) => {}
                        Err(Not::Rows) => tracing::warn!(
                            "{}_rest holds rows of {}: they stay there, and go one by one when \
                             they are old enough",
                            table,
                            month.name(table)
                        ),
                        Err(Not::Busy) if tried < TRIES => {
                            tried += 1;
                            tokio::time::sleep(PAUSE).await;
                            continue;
                        }
                        Err(Not::Busy) => return Err(StoreError::Busy),
                        Err(Not::Fault(fault)) => return Err(fault.into()),
                    }
                    break;
                }
            }
        }
        Ok(made)
    }

    /// The names of all partitions; none on SQLite.
    async fn parts(&self) -> Result<HashSet<String>, StoreError> {
        let Pools::Postgres { calls, .. } = &self.pools else { return Ok(HashSet::new()) };
        let names: Vec<(String,)> = sqlx::query_as(THERE_POSTGRES).fetch_all(calls).await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }

    /// The months that may go whole: of closed days alone, and named by nothing that stays.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn closed_months(&self, of: Kept) -> Result<Vec<Month>, StoreError> {
        let parts = self.parts().await?;
        let Pools::Postgres { reports, .. } = &self.pools else { return Ok(Vec::new()) };
        let before = self.closed_before().await?;
        let months = parts.iter().filter_map(|name| Month::read(of.table(), name));
        let mut closed = Vec::new();
        for month in months.filter(|month| month.to <= before) {
            let (open,): (bool,) = sqlx::query_as(of.open())
                .bind(first_of(month.from))
                .bind(first_of(month.to))
                .bind(before)
                .fetch_one(reports)
                .await?;
            if !open {
                closed.push(month);
            }
        }
        closed.sort_by_key(|month| month.from);
        Ok(closed)
    }

    /// The files of the comments of a month.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn files_of_month(&self, month: Month) -> Result<BTreeSet<String>, StoreError> {
        let Pools::Postgres { reports, .. } = &self.pools else { return Ok(BTreeSet::new()) };
        let files: Vec<(String,)> = sqlx::query_as(FILES_POSTGRES)
            .bind(first_of(month.from))
            .bind(first_of(month.to))
            .fetch_all(reports)
            .await?;
        Ok(files.into_iter().map(|(file,)| file).collect())
    }

    /// Takes away what hangs on a closed month in small tables, a part at a time: says how much,
    /// zero when all is done.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn clear_month(&self, of: Kept, month: Month) -> Result<u64, StoreError> {
        let Pools::Postgres { calls, .. } = &self.pools else { return Ok(0) };
        let (tables, key) = of.beside();
        for table in tables {
            let text = format!(
                "delete from {table} where {key} in (select {key} from {table}
                    where {key} >= $1 and {key} < $2 order by {key} limit {PART})"
            );
            let gone = sqlx::query(AssertSqlSafe(text))
                .bind(first_of(month.from))
                .bind(first_of(month.to))
                .execute(calls)
                .await?
                .rows_affected();
            if gone > 0 {
                return Ok(gone);
            }
        }
        Ok(0)
    }

    /// Drops a closed month's partitions; says how many interviews or calls went. `None` where
    /// something came to it meanwhile, or somebody is at the tables all the time: what is in it
    /// then goes one by one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_month(&self, of: Kept, month: Month) -> Result<Option<u64>, StoreError> {
        let Pools::Postgres { calls, .. } = &self.pools else { return Ok(None) };
        let before = self.closed_before().await?;
        let range = (first_of(month.from), first_of(month.to));
        let (count,): (i64,) =
            sqlx::query_as(of.count()).bind(range.0).bind(range.1).fetch_one(calls).await?;
        for _ in 0..TRIES {
            let drop = async {
                let mut tx = calls.begin().await?;
                sqlx::raw_sql(PATIENCE).execute(&mut *tx).await?;
                for table in of.parted() {
                    // From here on nothing is added to it.
                    let lock = format!("lock table {} in access exclusive mode", month.name(table));
                    run(&mut tx, &[lock]).await?;
                }
                let (open,): (bool,) = sqlx::query_as(of.open())
                    .bind(range.0)
                    .bind(range.1)
                    .bind(before)
                    .fetch_one(&mut *tx)
                    .await?;
                if open {
                    return Err(Not::Rows);
                }
                for table in of.parted() {
                    run(&mut tx, &month.dropping(table)).await?;
                }
                tx.commit().await?;
                Ok::<_, Not>(())
            };
            match drop.await {
                Ok(()) => return Ok(Some(count.unsigned_abs())),
                Err(Not::Done | Not::Rows) => return Ok(None),
                Err(Not::Busy) => tokio::time::sleep(PAUSE).await,
                Err(Not::Fault(fault)) => return Err(fault.into()),
            }
        }
        Ok(None)
    }

    /// Drops partitions of the audit log from before that moment in which nothing is left.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_empty_audit(&self, before_ms: Millis) -> Result<(), StoreError> {
        let parts = self.parts().await?;
        let Pools::Postgres { calls, .. } = &self.pools else { return Ok(()) };
        let months = parts.iter().filter_map(|name| Month::read(BY_TIME, name));
        for month in months.filter(|month| month.to * DAY_MS <= before_ms) {
            let name = month.name(BY_TIME);
            let drop = async {
                let mut tx = calls.begin().await?;
                sqlx::raw_sql(PATIENCE).execute(&mut *tx).await?;
                run(&mut tx, &[format!("lock table {name} in access exclusive mode")]).await?;
                let text = format!("select exists (select 1 from {name})");
                let (filled,): (bool,) =
                    sqlx::query_as(AssertSqlSafe(text)).fetch_one(&mut *tx).await?;
                if filled {
                    return Ok(());
                }
                run(&mut tx, &month.dropping(BY_TIME)).await?;
                tx.commit().await?;
                Ok::<_, Not>(())
            };
            // What could not be dropped now is looked at again the next time.
            if let Err(Not::Fault(fault)) = drop.await {
                return Err(fault.into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str) -> i64 {
        clock::day_of(date.parse().expect("a date"))
    }

    #[test]
    fn an_id_begins_with_its_day_and_keeps_what_tells_it_from_others() {
        let rest = [0xab; 16];
        for (of, begins) in [(0, [0; 6]), (20_784, [0, 0, 0, 0, 0x51, 0x30]), (-1, [0; 6])] {
            let id = dated(of, rest);
            assert_eq!(id[..DAY], begins);
            assert_eq!(id[DAY..], rest[..10]);
        }
        // In the order of days, whatever follows.
        assert!(dated(20_783, [255; 16]) < *first_of(20_784).as_bytes());
        assert!(*first_of(20_784).as_bytes() <= dated(20_784, [0; 16]));
        assert!(dated(255, [9; 16]) < dated(256, [0; 16]));
    }

    #[test]
    fn months_follow_each_other_without_a_gap() {
        let months = Month::ahead(day("2026-11-27"), 3);
        let names: Vec<String> = months.iter().map(|month| month.name("turns")).collect();
        assert_eq!(names, ["turns_2026_11", "turns_2026_12", "turns_2027_01", "turns_2027_02"]);
        for (month, next) in months.iter().zip(&months[1..]) {
            assert_eq!(month.bounds("turns").1, next.bounds("turns").0);
        }
        let november = months[0];
        assert_eq!((november.from, november.to), (day("2026-11-01"), day("2026-12-01")));
        assert_eq!(november.bounds("turns").0, "00000000-5116-0000-0000-000000000000");
        assert_eq!(november.bounds(BY_TIME).0, "1793491200000");
        for (name, month) in [
            ("turns_2026_11", Some(november)),
            ("turns_rest", None),
            ("turns_old", None),
            ("turns_2026_13", None),
            ("answers_2026_11", None),
        ] {
            assert_eq!(Month::read("turns", name), month, "{name}");
        }
    }

    #[test]
    fn a_month_is_made_and_dropped_by_its_name() {
        let [create, attach] = Month::of(day("2026-02-03")).making("interviews");
        assert_eq!(
            create,
            "create table interviews_2026_02 (like interviews including defaults) with (fillfactor = 60)"
        );
        assert!(attach.starts_with("alter table interviews attach partition interviews_2026_02 "));
        let [detach, drop] = Month::of(day("2026-02-03")).dropping("turns");
        assert_eq!(detach, "alter table turns detach partition turns_2026_02");
        assert_eq!(drop, "drop table turns_2026_02");
    }
}
