//! Rebuilding the tallies from the facts while the centre runs, and comparing the two.
//!
//! A recount counts the interviews one by one into the next generation. Each interview's row says
//! in which generation it is counted (`counted`); a writer that changes an interview changes the
//! generation that is read and, if the interview is already counted in the next one, that one
//! too. So each part is exact whenever it runs, takes the row locks of a few interviews only, and
//! an interrupted recount is simply gone on with. Reports read the old generation until all is
//! counted; then one row switches them.

use std::fmt;
use std::time::Duration;

use sqlx::FromRow;
use tokio::time::Instant;
use uuid::Uuid;

use super::read;
use super::rows::{Column, Tx};
use super::tally::{self, AnswerKey, Changes, DropKey, FunnelKey, Interview, Tallies, Unit};
use super::{Store, StoreError, writer};
use crate::interview::Millis;

/// Interviews counted in one transaction: a few milliseconds.
const PART: i64 = 100;

/// Tries for a part that another transaction came in the way of.
const TRIES: u32 = 20;

/// Smaller than every day.
const BEFORE_ALL: i64 = i64::MIN;

const START: &str = "update tally_state set writing = reading + 1
    where id = 1 and writing = reading";
const SWITCH: &str = "update tally_state set reading = $1 where id = 1 and writing = $1";

const DAYS: &str = "select distinct day from interviews order by day";
const NEXT_DAY: &str = "select min(day) from interviews where day > $1";
const FIRST_OF_DAY: &str = "select id from interviews where day = $1 and id >= $2
    order by id limit $3";
const PART_OF_DAY: &str = "select id from interviews where day = $1 and id > $2
    order by id limit $3";
const COUNTED: &str = "with v (id, day, counted) as ({rows uuid, bigint, bigint})
    update interviews set day = v.day, counted = v.counted from v where interviews.id = v.id";
const UNCOUNTED: &str = "select count(*) from interviews where counted <> $1";

const NEXT_ANSWERS_GEN: &str = "select min(gen) from answer_tally where gen > $1";
const NEXT_FUNNEL_GEN: &str = "select min(gen) from funnel_tally where gen > $1";
const NEXT_DROPS_GEN: &str = "select min(gen) from drop_tally where gen > $1";
const NEXT_ANSWERS_DAY: &str = "select min(day) from answer_tally where gen = $1 and day > $2";
const NEXT_FUNNEL_DAY: &str = "select min(day) from funnel_tally where gen = $1 and day > $2";
const NEXT_DROPS_DAY: &str = "select min(day) from drop_tally where gen = $1 and day > $2";
const FORGET_ANSWERS: &str = "delete from answer_tally where gen = $1 and day = $2";
const FORGET_FUNNEL: &str = "delete from funnel_tally where gen = $1 and day = $2";
const FORGET_DROPS: &str = "delete from drop_tally where gen = $1 and day = $2";

const ANSWERS_OF_DAY: &str = "select day, survey, question, language, channel, kind, agent, team,
        queue, outcome, n_raw, n_reviewed
    from answer_tally where gen = $1 and day = $2";
const FUNNEL_OF_DAY: &str = "select day, survey, language, channel, kind, agent, team, queue,
        stage, n
    from funnel_tally where gen = $1 and day = $2";
const DROPS_OF_DAY: &str = "select day, survey, language, question, second, n
    from drop_tally where gen = $1 and day = $2";

/// The three tables: next generation, next day, forget a day.
const TABLES: [(&str, &str, &str); 3] = [
    (NEXT_ANSWERS_GEN, NEXT_ANSWERS_DAY, FORGET_ANSWERS),
    (NEXT_FUNNEL_GEN, NEXT_FUNNEL_DAY, FORGET_FUNNEL),
    (NEXT_DROPS_GEN, NEXT_DROPS_DAY, FORGET_DROPS),
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

/// What a recount did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Interviews counted.
    pub interviews: u64,
    /// Interviews whose day changed.
    pub moved: u64,
    /// Numbers that were wrong before and are right now.
    pub differences: Vec<Difference>,
    /// The longest time that one part took, with its commit.
    pub longest: Duration,
}

impl Store {
    /// Rebuilds all tallies from the facts, beside a running server, and switches reports to them
    /// when they are whole. With `day_of` (the local day of a moment, under a changed time zone)
    /// interviews are first moved to the day of their start. `progress` hears how many interviews
    /// are done.
    ///
    /// # Errors
    /// If the database does not answer. What was done so far is kept; the next recount goes on.
    pub async fn recount(
        &self,
        day_of: Option<&(dyn Fn(Millis) -> i64 + Sync)>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Recounted, StoreError> {
        let (reading, writing) = self.start_recount().await?;
        // What another recount left behind when it was stopped while tidying up.
        self.forget_generations(|generation| generation != reading && generation != writing)
            .await?;
        let mut done = Recounted::default();
        let mut day = BEFORE_ALL;
        while let Some(next) = self.next(NEXT_DAY, &[day]).await? {
            day = next;
            let mut after = Uuid::nil();
            let mut first = true;
            loop {
                let ids = self.part_of_day(day, after, first).await?;
                let Some(last) = ids.last().copied() else { break };
                (after, first) = (last, false);
                let began = Instant::now();
                let part = self.count_part(&ids, writing, day_of).await?;
                let took = began.elapsed();
                done.interviews += part.0;
                done.moved += part.1;
                done.longest = done.longest.max(took);
                progress(done.interviews);
                // Others write at least half of the time.
                tokio::time::sleep(took).await;
            }
        }
        let left = self.next(UNCOUNTED, &[writing]).await?.unwrap_or_default();
        if left != 0 {
            return Err(StoreError::Mismatch(format!(
                "{left} interviews were not counted; another recount is at work, or the days of \
                 interviews changed meanwhile: run recount again"
            )));
        }
        done.differences = self.compare_generations(reading, writing).await?;
        if self.generations().await?.0 != reading {
            // Another recount of the same generation was faster and is deleting the old one.
            done.differences.clear();
        }
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(SWITCH, &[Column::Int(vec![writing])]).await?;
        tx.commit().await?;
        self.forget_generations(|generation| generation < writing).await?;
        Ok(done)
    }

    /// Counts the facts of each day and compares them with the tallies that reports read; changes
    /// nothing. Right also beside a running server: each day is read as of one moment.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn doctor(&self) -> Result<Vec<Difference>, StoreError> {
        let mut differences = Vec::new();
        let mut days = std::collections::BTreeSet::new();
        let (reading, _) = self.generations().await?;
        let mut queries: Vec<(&'static str, Vec<i64>)> = vec![(NEXT_DAY, vec![])];
        queries.extend(TABLES.iter().map(|(_, next_day, _)| (*next_day, vec![reading])));
        for (query, fixed) in queries {
            let mut day = BEFORE_ALL;
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
        Ok(differences)
    }

    async fn start_recount(&self) -> Result<(i64, i64), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        // Waits for every transaction that makes interviews; later ones count in both.
        tx.run(START, &[]).await?;
        let generations = tally::generations(&mut tx).await?;
        tx.commit().await?;
        Ok(generations)
    }

    async fn generations(&self) -> Result<(i64, i64), StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let generations = tally::generations(&mut tx).await?;
        tx.commit().await?;
        Ok(generations)
    }

    /// The one number that a query gives for these values.
    async fn next(&self, query: &'static str, values: &[i64]) -> Result<Option<i64>, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let columns: Vec<Column<'_>> =
            values.iter().map(|value| Column::Int(vec![*value])).collect();
        let mut rows: Vec<(Option<i64>,)> = tx.fetch(query, &columns).await?;
        tx.commit().await?;
        Ok(rows.pop().and_then(|(value,)| value))
    }

    /// The local days on which interviews started, oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn days(&self) -> Result<Vec<i64>, StoreError> {
        let rows: Vec<(i64,)> = read!(self, |db| sqlx::query_as(DAYS).fetch_all(db).await?);
        Ok(rows.into_iter().map(|(day,)| day).collect())
    }

    async fn part_of_day(
        &self,
        day: i64,
        after: Uuid,
        first: bool,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let ids = ids_of_day(&mut tx, day, after, first).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Counts a few interviews into the generation that is written.
    async fn count_part(
        &self,
        ids: &[Uuid],
        writing: i64,
        day_of: Option<&(dyn Fn(Millis) -> i64 + Sync)>,
    ) -> Result<(u64, u64), StoreError> {
        let mut tried = 0;
        loop {
            match self.try_part(ids, writing, day_of).await {
                Err(fault) if tried < TRIES && writer::is_collision(&fault) => {
                    tried += 1;
                    tokio::time::sleep(Duration::from_millis(1 << tried.min(8))).await;
                }
                result => return result,
            }
        }
    }

    async fn try_part(
        &self,
        ids: &[Uuid],
        writing: i64,
        day_of: Option<&(dyn Fn(Millis) -> i64 + Sync)>,
    ) -> Result<(u64, u64), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let mut interviews = tally::lock(&mut tx, ids).await?;
        interviews.retain(|_, interview| interview.counted != writing);
        let ids: Vec<Uuid> = interviews.keys().copied().collect();
        let units = tally::credits(&mut tx, ids.clone()).await?;
        let answers = tally::answers(&mut tx, ids).await?;
        let (reading, _) = tally::generations(&mut tx).await?;
        let mut changes = Changes::new(reading);
        let mut moved = 0;
        for (id, interview) in &mut interviews {
            let units = units.get(id).map_or(&[][..], Vec::as_slice);
            let answers = answers.get(id).map_or(&[][..], Vec::as_slice);
            let day = day_of.map_or(interview.day, |day_of| day_of(interview.started_ms));
            if day != interview.day {
                moved += 1;
                changes.count(interview, answers, units, -1);
                interview.day = day;
                changes.count(interview, answers, units, 1);
            }
            interview.counted = writing;
            changes.count_in(writing, interview, answers, units, 1);
        }
        let columns = [
            Column::Id(interviews.keys().copied().collect()),
            Column::Int(interviews.values().map(|interview| interview.day).collect()),
            Column::Int(interviews.values().map(|interview| interview.counted).collect()),
        ];
        tx.run(COUNTED, &columns).await?;
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok((interviews.len().try_into().unwrap_or(u64::MAX), moved))
    }

    async fn compare_generations(
        &self,
        reading: i64,
        writing: i64,
    ) -> Result<Vec<Difference>, StoreError> {
        let mut days = std::collections::BTreeSet::new();
        for generation in [reading, writing] {
            for (_, next_day, _) in TABLES {
                let mut day = BEFORE_ALL;
                while let Some(next) = self.next(next_day, &[generation, day]).await? {
                    day = next;
                    days.insert(day);
                }
            }
        }
        let mut differences = Vec::new();
        for day in days {
            let mut tx = Tx::snapshot(&self.pools).await?;
            let before = tallies_of_day(&mut tx, reading, day).await?;
            let after = tallies_of_day(&mut tx, writing, day).await?;
            tx.commit().await?;
            differences.append(&mut compare(&before, &after));
        }
        Ok(differences)
    }

    /// Deletes generations, a day of a table at a time.
    async fn forget_generations(&self, which: impl Fn(i64) -> bool) -> Result<(), StoreError> {
        for (next_generation, next_day, forget) in TABLES {
            let mut generation = BEFORE_ALL;
            while let Some(next) = self.next(next_generation, &[generation]).await? {
                generation = next;
                if !which(generation) {
                    continue;
                }
                let mut day = BEFORE_ALL;
                while let Some(next) = self.next(next_day, &[generation, day]).await? {
                    day = next;
                    let began = Instant::now();
                    let mut tx = Tx::write(&self.pools).await?;
                    tx.run(forget, &[Column::Int(vec![generation]), Column::Int(vec![day])])
                        .await?;
                    tx.commit().await?;
                    tokio::time::sleep(began.elapsed()).await;
                }
            }
        }
        Ok(())
    }
}

/// The next ids of a day after one id; the nil id itself comes first if it exists.
async fn ids_of_day(
    tx: &mut Tx,
    day: i64,
    after: Uuid,
    first: bool,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let text = if first { FIRST_OF_DAY } else { PART_OF_DAY };
    let columns = [Column::Int(vec![day]), Column::Id(vec![after]), Column::Int(vec![PART])];
    let rows: Vec<(Uuid,)> = tx.fetch(text, &columns).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What the facts of a day come to, within one snapshot.
async fn count_day(tx: &mut Tx, day: i64) -> Result<Tallies, sqlx::Error> {
    let mut counted = Tallies::default();
    let mut after = Uuid::nil();
    let mut first = true;
    loop {
        let ids = ids_of_day(tx, day, after, first).await?;
        let Some(last) = ids.last().copied() else { break };
        (after, first) = (last, false);
        let interviews = tally::read(tx, ids.clone()).await?;
        let units = tally::credits(tx, ids.clone()).await?;
        let answers = tally::answers(tx, ids).await?;
        for interview in &interviews {
            count_one(&mut counted, interview, &units, &answers);
        }
    }
    counted.prune();
    Ok(counted)
}

fn count_one(
    counted: &mut Tallies,
    interview: &Interview,
    units: &std::collections::HashMap<Uuid, Vec<Unit>>,
    answers: &std::collections::HashMap<Uuid, Vec<super::Answer>>,
) {
    let units = units.get(&interview.id).map_or(&[][..], Vec::as_slice);
    let answers = answers.get(&interview.id).map_or(&[][..], Vec::as_slice);
    counted.count(interview, answers, units, 1);
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
) -> std::collections::BTreeSet<&'a K> {
    a.chain(b).collect()
}
