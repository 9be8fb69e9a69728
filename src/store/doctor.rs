//! Comparing what stands in the store with the facts behind it. It is about open days: of closed ones
//! the tallies alone are left.

use std::collections::BTreeSet;
use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::recount::{NEXT_DAY, NEXT_DAY_OF_CALLS, NEXT_DAYS, ZONES_APART, ids_of_day};
use super::rows::{Column, Tx};
use super::tally::{self, AnswerKey, DropKey, FunnelKey, Tallies, Unit};
use super::{Pools, Store, StoreError, unasked};

const ANSWERS_OF_DAY: &str = "select day, survey, question, language, channel, kind, agent, team,
        queue, outcome, n_raw, n_reviewed
    from answer_tally where gen = $1 and day = $2";
const FUNNEL_OF_DAY: &str = "select day, survey, language, channel, kind, agent, team, queue,
        stage, n
    from funnel_tally where gen = $1 and day = $2";
const DROPS_OF_DAY: &str = "select day, survey, language, question, second, n
    from drop_tally where gen = $1 and day = $2";

/// What must belong to something, and how much does not.
const LOST: [(&str, &str); 5] = [
    (
        "turns of an interview",
        "select count(*) from turns t
            where not exists (select 1 from interviews i where i.id = t.interview)",
    ),
    (
        "answers to an interview",
        "select count(*) from answers a
            where not exists (select 1 from interviews i where i.id = a.interview)",
    ),
    (
        "credits of an interview",
        "select count(*) from credits c
            where not exists (select 1 from interviews i where i.id = c.interview)",
    ),
    (
        "legs of a call",
        "select count(*) from legs l
            where not exists (select 1 from calls c where c.id = l.call_id)",
    ),
    (
        "counts of a call",
        "select count(*) from call_units u
            where not exists (select 1 from calls c where c.id = u.call_id)",
    ),
];

/// One number that the facts give otherwise than the tallies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Table and key, for people.
    pub place: String,
    /// What the tallies said.
    pub tallied: i64,
    /// What the facts say.
    pub counted: i64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: tallied {}, by the facts {}", self.place, self.tallied, self.counted)
    }
}

impl Store {
    /// What [`Store::compared`] finds, and what belongs to no interview or call any more.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn doctor(&self) -> Result<Vec<Difference>, StoreError> {
        let mut differences = self.compared().await?;
        // SQLite itself sees to it that there are none.
        let Pools::Postgres { reports, .. } = &self.pools else { return Ok(differences) };
        for (what, text) in LOST {
            let (lost,): (i64,) = sqlx::query_as(text).fetch_one(reports).await?;
            if lost > 0 {
                let place = format!("{what} that is not there");
                differences.push(Difference { place, tallied: 0, counted: lost });
            }
        }
        Ok(differences)
    }

    /// Counts the facts of each open day and compares them with the tallies that reports read, and
    /// what is packed of any day with the tallies; changes nothing. Right also beside a running
    /// server: each day is read as of one moment.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn compared(&self) -> Result<Vec<Difference>, StoreError> {
        let mut differences = Vec::new();
        let mut days = BTreeSet::new();
        let (reading, _) = self.tally_generations().await?;
        let closed_before = self.closed_before().await?;
        let mut queries: Vec<(&'static str, Vec<i64>)> =
            vec![(NEXT_DAY, vec![]), (NEXT_DAY_OF_CALLS, vec![])];
        queries.extend(NEXT_DAYS.map(|next_day| (next_day, vec![reading])));
        for (query, fixed) in queries {
            let mut day = closed_before - 1;
            let values = |day| fixed.iter().copied().chain([day]).collect::<Vec<_>>();
            while let Some(next) = self.next(query, &values(day)).await? {
                day = next;
                days.insert(day);
            }
        }
        for day in days {
            let mut tx = Tx::snapshot(&self.pools).await?;
            let (reading, _) = tally::generations(&mut tx).await?;
            let tallied = tallies_of_day(&mut tx, reading, day).await?;
            let counted = count_day(&mut tx, day).await?;
            tx.commit().await?;
            differences.append(&mut compare(&tallied, &counted));
        }
        differences.append(&mut self.check_packs().await?);
        Ok(differences)
    }
}

/// What the facts of a day come to in the generation that reports read, within one snapshot.
async fn count_day(tx: &mut Tx, day: i64) -> Result<Tallies, sqlx::Error> {
    let (reading, writing) = tally::generations(tx).await?;
    // A recount under way may have moved interviews to the days around.
    let apart = if reading == writing { 0 } else { ZONES_APART };
    let mut counted = Tallies::default();
    for place in day - apart..=day + apart {
        let mut after = Uuid::nil();
        let mut first = true;
        loop {
            let ids = ids_of_day(tx, place, after, first).await?;
            let Some(last) = ids.last().copied() else { break };
            (after, first) = (last, false);
            let interviews = tally::read(tx, ids.clone()).await?;
            let credits = tally::credits(tx, ids.clone()).await?;
            let answers = tally::answers(tx, ids).await?;
            for interview in interviews.iter().filter(|one| one.day_in(reading) == day) {
                let credits = credits.get(&interview.id).map_or(&[][..], Vec::as_slice);
                let answers = answers.get(&interview.id).map_or(&[][..], Vec::as_slice);
                let units = tally::units_in(credits, reading);
                counted.count(reading, interview, answers, &units, 1);
            }
        }
    }
    unasked::count_day(tx, day, &mut counted).await?;
    counted.prune();
    Ok(counted)
}

#[derive(FromRow)]
struct AnswerRow {
    day: i64,
    survey: i64,
    question: i64,
    language: String,
    channel: String,
    #[sqlx(flatten)]
    unit: Unit,
    outcome: i64,
    n_raw: i64,
    n_reviewed: i64,
}

#[derive(FromRow)]
struct FunnelRow {
    day: i64,
    survey: i64,
    language: String,
    channel: String,
    #[sqlx(flatten)]
    unit: Unit,
    stage: String,
    n: i64,
}

/// One generation's tallies of a day.
async fn tallies_of_day(tx: &mut Tx, generation: i64, day: i64) -> Result<Tallies, sqlx::Error> {
    let key = || [Column::Int(vec![generation]), Column::Int(vec![day])];
    let answers: Vec<AnswerRow> = tx.fetch(ANSWERS_OF_DAY, &key()).await?;
    let funnel: Vec<FunnelRow> = tx.fetch(FUNNEL_OF_DAY, &key()).await?;
    let drops: Vec<(i64, i64, String, i64, i64, i64)> = tx.fetch(DROPS_OF_DAY, &key()).await?;
    let mut tallies = Tallies::default();
    for AnswerRow { day, survey, question, language, channel, unit, outcome, n_raw, n_reviewed } in
        answers
    {
        let key = AnswerKey { day, survey, question, language, channel, unit, outcome };
        tallies.answers.insert(key, (n_raw, n_reviewed));
    }
    for FunnelRow { day, survey, language, channel, unit, stage, n } in funnel {
        tallies.funnel.insert(FunnelKey { day, survey, language, channel, unit, stage }, n);
    }
    for (day, survey, language, question, second, n) in drops {
        tallies.drops.insert(DropKey { day, survey, language, question, second }, n);
    }
    tallies.prune();
    Ok(tallies)
}

fn compare(tallied: &Tallies, counted: &Tallies) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut note = |place: String, tallied: i64, counted: i64| {
        if tallied != counted {
            differences.push(Difference { place, tallied, counted });
        }
    };
    let raw_and_reviewed =
        |tallies: &Tallies, key: &AnswerKey| tallies.answers.get(key).copied().unwrap_or_default();
    for key in union(tallied.answers.keys(), counted.answers.keys()) {
        let (was, is) = (raw_and_reviewed(tallied, key), raw_and_reviewed(counted, key));
        note(format!("answer_tally {key:?} n_raw"), was.0, is.0);
        note(format!("answer_tally {key:?} n_reviewed"), was.1, is.1);
    }
    for key in union(tallied.funnel.keys(), counted.funnel.keys()) {
        let n = |tallies: &Tallies| tallies.funnel.get(key).copied().unwrap_or_default();
        note(format!("funnel_tally {key:?}"), n(tallied), n(counted));
    }
    for key in union(tallied.drops.keys(), counted.drops.keys()) {
        let n = |tallies: &Tallies| tallies.drops.get(key).copied().unwrap_or_default();
        note(format!("drop_tally {key:?}"), n(tallied), n(counted));
    }
    differences
}

fn union<'a, K: Ord>(
    a: impl Iterator<Item = &'a K>,
    b: impl Iterator<Item = &'a K>,
) -> BTreeSet<&'a K> {
    a.chain(b).collect()
}
