//! Rebuilding the tallies from the facts of open days while the centre runs: of closed ones the
//! tallies alone are left, and go from generation to generation.
//!
//! A recount counts the interviews one by one into the next generation. Each interview's row says
//! in which generation it is counted (`counted`); a writer that changes an interview changes the
//! generation that is read and, if the interview is already counted in the next one, that one
//! too. So each part is exact whenever it runs, takes the row locks of a few interviews only, and
//! an interrupted recount is simply gone on with. Reports read the old generation until all is
//! counted; then one row switches them.
//!
//! A new credit rule, other stays of agents and another time zone show in the next generation
//! only: each generation has its own credits, and an interview's day in the generations before
//! `counted` stands in `day_before`. The new rules come into force with the switch.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::doctor::Difference;
use super::link::{credit_word, link_for_recount};
use super::rows::{Column, Tx};
use super::tally::{self, Changes, Held, Unit};
use super::unasked::Judge;
use super::writer::again;
use super::{Store, StoreError};
use crate::interview::Millis;
use crate::survey::Credit;

/// Interviews linked and counted in one transaction, for 10 to 20 ms.
const PART: i64 = 50;

/// Days by which another time zone may move an interview, either way.
pub(super) const ZONES_APART: i64 = 2;

/// Smaller than every day and every generation.
const BEFORE_ALL: i64 = i64::MIN;

/// Rows of closed days that are copied at once.
const COPIED: i64 = 1000;

const START: &str = "update tally_state set writing = reading + 1
    where id = 1 and writing = reading";
// The days that are over stay so in the next generation; packed they are when it is whole.
const SPANS: &str = "insert into tally_spans (gen, step, first, last, changed, packed)
    select s.writing, t.step, t.first, t.last, 1, 0
    from tally_state as s join tally_spans as t on t.gen = s.reading where s.id = 1
    on conflict do nothing";
const SWITCH: &str = "update tally_state set reading = $1 where id = 1 and writing = $1";
const NEXT_RULES: &str = "insert into meta (name, value) {rows text, text}
    on conflict (name) do update set value = excluded.value";
const RULES_IN_FORCE: &str = "insert into meta (name, value)
    select 'credit.' || substr(name, 10), value from meta where name like 'recredit.%'
    on conflict (name) do update set value = excluded.value";
const NO_NEXT_RULES: &str = "delete from meta where name like 'recredit.%'";

pub(super) const NEXT_DAY: &str = "select min(day) from interviews where day > $1";
pub(super) const NEXT_DAY_OF_CALLS: &str = "select min(day) from calls where day > $1";
const FIRST_OF_DAY: &str = "select id from interviews where day = $1 and id >= $2
    order by id limit $3";
const PART_OF_DAY: &str = "select id from interviews where day = $1 and id > $2
    order by id limit $3";
const COUNTED: &str = "with v (id, day, counted, day_before) as
        ({rows uuid, bigint, bigint, bigint})
    update interviews set day = v.day, counted = v.counted, day_before = v.day_before
    from v where interviews.id = v.id {of interviews.id}";
const UNCOUNTED: &str = "select count(*) from interviews where counted <> $1
    and day >= (select closed_before from tally_state where id = 1)";
const CLOSED_BEFORE: &str = "select closed_before from tally_state where id = 1";
const COPY_ANSWERS: &str =
    "insert into answer_tally (gen, day, survey, question, language, channel,
        kind, agent, team, queue, outcome, n_raw, n_reviewed)
    select $2, day, survey, question, language, channel, kind, agent, team, queue, outcome,
        n_raw, n_reviewed
    from (select * from answer_tally where gen = $1 and day = $3
        order by survey, question, language, channel, kind, agent, team, queue, outcome
        limit $4 offset $5) as part
    where true
    on conflict (gen, day, survey, question, language, channel, kind, agent, team, queue, outcome)
    do update set n_raw = excluded.n_raw, n_reviewed = excluded.n_reviewed";
const COPY_FUNNEL: &str = "insert into funnel_tally (gen, day, survey, language, channel, kind,
        agent, team, queue, stage, n)
    select $2, day, survey, language, channel, kind, agent, team, queue, stage, n
    from (select * from funnel_tally where gen = $1 and day = $3
        order by survey, language, channel, kind, agent, team, queue, stage
        limit $4 offset $5) as part
    where true
    on conflict (gen, day, survey, language, channel, kind, agent, team, queue, stage)
    do update set n = excluded.n";
const COPY_DROPS: &str = "insert into drop_tally (gen, day, survey, language, question, second, n)
    select $2, day, survey, language, question, second, n
    from (select * from drop_tally where gen = $1 and day = $3
        order by survey, language, question, second limit $4 offset $5) as part
    where true
    on conflict (gen, day, survey, language, question, second) do update set n = excluded.n";

const NEXT_ANSWERS_GEN: &str = "select min(gen) from answer_tally where gen > $1";
const NEXT_FUNNEL_GEN: &str = "select min(gen) from funnel_tally where gen > $1";
const NEXT_DROPS_GEN: &str = "select min(gen) from drop_tally where gen > $1";
const NEXT_ANSWERS_DAY: &str = "select min(day) from answer_tally where gen = $1 and day > $2";
const NEXT_FUNNEL_DAY: &str = "select min(day) from funnel_tally where gen = $1 and day > $2";
const NEXT_DROPS_DAY: &str = "select min(day) from drop_tally where gen = $1 and day > $2";
// A few thousand keys at a time: a whole day of a large centre would hold the write lock for long.
const FORGET_ANSWERS: &str = "delete from answer_tally
    where (gen, day, survey, question, language, channel, kind, agent, team, queue, outcome) in
        (select gen, day, survey, question, language, channel, kind, agent, team, queue, outcome
            from answer_tally where gen = $1 limit 2000)";
const FORGET_FUNNEL: &str = "delete from funnel_tally
    where (gen, day, survey, language, channel, kind, agent, team, queue, stage) in
        (select gen, day, survey, language, channel, kind, agent, team, queue, stage
            from funnel_tally where gen = $1 limit 2000)";
const FORGET_DROPS: &str = "delete from drop_tally
    where (gen, day, survey, language, question, second) in
        (select gen, day, survey, language, question, second
            from drop_tally where gen = $1 limit 2000)";
const NEXT_SPANS_GEN: &str = "select min(gen) from tally_spans where gen > $1";
const NEXT_PACKS_GEN: &str = "select min(gen) from tally_packs where gen > $1";
const FORGET_SPANS: &str = "delete from tally_spans where (gen, step, first) in
    (select gen, step, first from tally_spans where gen = $1 limit 2000)";
const FORGET_PACKS: &str = "delete from tally_packs
    where (gen, step, kind, first, shard, survey, language, channel) in
        (select gen, step, kind, first, shard, survey, language, channel
            from tally_packs where gen = $1 limit 500)";
const FORGET_CREDITS: &str = "delete from credits where interview in ({rows uuid})
    and gen < (select reading from tally_state where id = 1)";

/// The next day of each of the three tallies.
pub(super) const NEXT_DAYS: [&str; 3] = [NEXT_ANSWERS_DAY, NEXT_FUNNEL_DAY, NEXT_DROPS_DAY];

/// How each of them is copied into the next generation, in the same order.
const COPIES: [&str; 3] = [COPY_ANSWERS, COPY_FUNNEL, COPY_DROPS];

/// The tables with generations: the next one, forget some of one. What is said to be packed goes
/// before the packs.
const TABLES: [(&str, &str); 5] = [
    (NEXT_SPANS_GEN, FORGET_SPANS),
    (NEXT_PACKS_GEN, FORGET_PACKS),
    (NEXT_ANSWERS_GEN, FORGET_ANSWERS),
    (NEXT_FUNNEL_GEN, FORGET_FUNNEL),
    (NEXT_DROPS_GEN, FORGET_DROPS),
];

/// What a recount did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Interviews counted.
    pub interviews: u64,
    /// Interviews whose day changed.
    pub moved: u64,
    /// Numbers that did not come from the facts before, whatever the rules were, and do now.
    pub differences: Vec<Difference>,
    /// The longest time that one part took, with its commit.
    pub longest: Duration,
}

/// By what a recount links and counts.
pub struct By<'a> {
    /// Credit rules of surveys that come into force with this recount, by the survey's name; all
    /// others keep theirs.
    pub rules: &'a [(String, Credit)],
    /// How long after a call its caller may be matched by number and time.
    pub match_ms: Millis,
    /// The local day of a moment; `None` leaves each interview's day.
    pub day_of: Option<&'a (dyn Fn(Millis) -> i64 + Sync)>,
    /// Whether calls that nobody was asked about could have been.
    pub judge: &'a Judge<'a>,
}

/// What one part of a recount did.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    counted: u64,
    moved: u64,
}

impl Store {
    /// Links all interviews anew and rebuilds all tallies from the facts, beside a running
    /// server, and switches reports to them when they are whole. `progress` hears how many
    /// interviews are done.
    ///
    /// # Errors
    /// If the database does not answer, or another recount was faster. What was done so far is
    /// kept; the next recount goes on.
    pub async fn recount(
        &self,
        by: &By<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Recounted, StoreError> {
        let (reading, writing) = again(|| self.start_recount(by.rules)).await?;
        // What another recount left behind when it was stopped while tidying up.
        self.forget_generations(|generation| generation != reading && generation != writing)
            .await?;
        let mut done = Recounted { differences: self.compared().await?, ..Recounted::default() };
        self.each_part(async |ids| {
            let began = Instant::now();
            let part = again(|| self.count_part(&ids, writing, by)).await?;
            done.interviews += part.counted;
            done.moved += part.moved;
            done.longest = done.longest.max(began.elapsed());
            progress(done.interviews);
            Ok(())
        })
        .await?;
        let left = self.next(UNCOUNTED, &[writing]).await?.unwrap_or_default();
        if left != 0 {
            return Err(StoreError::Mismatch(format!(
                "{left} interviews were not counted; another recount is at work, or the days of \
                 interviews changed meanwhile: run recount again"
            )));
        }
        self.recount_calls(by).await?;
        self.copy_closed(reading, writing).await?;
        self.roll_generation(writing).await?;
        again(|| self.switch(writing)).await?;
        self.forget_generations(|generation| generation < writing).await?;
        self.each_part(async |ids| again(|| self.forget_credits(&ids)).await).await?;
        Ok(done)
    }

    /// Copies the tallies of closed days, whose facts are gone, into the generation that is written.
    /// No day is closed and none changes while a recount is under way.
    async fn copy_closed(&self, reading: i64, writing: i64) -> Result<(), StoreError> {
        let closed_before = self.closed_before().await?;
        for (next_day, copy) in NEXT_DAYS.into_iter().zip(COPIES) {
            let mut day = BEFORE_ALL;
            while let Some(next) = self.next(next_day, &[reading, day]).await? {
                day = next;
                if day >= closed_before {
                    break;
                }
                let mut from = 0;
                loop {
                    let began = Instant::now();
                    let part = [reading, writing, day, COPIED, from];
                    let copied = again(|| self.copy_part(copy, &part)).await?;
                    if copied == 0 {
                        break;
                    }
                    from += COPIED;
                    tokio::time::sleep(began.elapsed()).await;
                }
            }
        }
        Ok(())
    }

    async fn copy_part(&self, copy: &'static str, values: &[i64]) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let columns: Vec<Column<'_>> =
            values.iter().map(|value| Column::Int(vec![*value])).collect();
        let copied = tx.run(copy, &columns).await?;
        tx.commit().await?;
        Ok(copied)
    }

    /// Days before this one are closed: their tallies stay as they are, whatever became of the
    /// facts behind them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn closed_before(&self) -> Result<i64, StoreError> {
        Ok(self.next(CLOSED_BEFORE, &[]).await?.unwrap_or_default())
    }

    /// Goes over all interviews of open days by day and id, a part at a time, and rests after each one as long
    /// as it took: others write at least half of the time.
    async fn each_part(
        &self,
        mut work: impl AsyncFnMut(Vec<Uuid>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut day = self.closed_before().await? - 1;
        while let Some(next) = self.next(NEXT_DAY, &[day]).await? {
            day = next;
            let mut after = Uuid::nil();
            let mut first = true;
            loop {
                let ids = self.part_of_day(day, after, first).await?;
                let Some(last) = ids.last().copied() else { break };
                (after, first) = (last, false);
                let began = Instant::now();
                work(ids).await?;
                tokio::time::sleep(began.elapsed()).await;
            }
        }
        Ok(())
    }

    /// Lets reports read what was written, and brings the rules it was counted by into force.
    async fn switch(&self, writing: i64) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        if tx.run(SWITCH, &[Column::Int(vec![writing])]).await? > 0 {
            tx.run(RULES_IN_FORCE, &[]).await?;
            tx.run(NO_NEXT_RULES, &[]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn forget_credits(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(FORGET_CREDITS, &[Column::Id(ids.to_vec())]).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn start_recount(&self, rules: &[(String, Credit)]) -> Result<(i64, i64), StoreError> {
        let names: Vec<String> = rules.iter().map(|(name, _)| format!("recredit.{name}")).collect();
        let mut tx = Tx::write(&self.pools).await?;
        // Waits for every transaction that makes interviews; later ones count in both.
        if tx.run(START, &[]).await? > 0 {
            tx.run(SPANS, &[]).await?;
        }
        let columns = [
            Column::Text(names.iter().map(String::as_str).collect()),
            Column::Text(rules.iter().map(|(_, rule)| credit_word(*rule)).collect()),
        ];
        tx.run(NEXT_RULES, &columns).await?;
        let generations = tally::generations(&mut tx).await?;
        tx.commit().await?;
        Ok(generations)
    }

    pub(super) async fn tally_generations(&self) -> Result<(i64, i64), StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let generations = tally::generations(&mut tx).await?;
        tx.commit().await?;
        Ok(generations)
    }

    /// The one number that a query gives for these values.
    pub(super) async fn next(
        &self,
        query: &'static str,
        values: &[i64],
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let columns: Vec<Column<'_>> =
            values.iter().map(|value| Column::Int(vec![*value])).collect();
        let mut rows: Vec<(Option<i64>,)> = tx.fetch(query, &columns).await?;
        tx.commit().await?;
        Ok(rows.pop().and_then(|(value,)| value))
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

    /// Links a few interviews and counts them into the generation that is written; one that is
    /// counted there already is put right if it is counted by another rule or day.
    async fn count_part(
        &self,
        ids: &[Uuid],
        writing: i64,
        by: &By<'_>,
    ) -> Result<Part, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let mut interviews = tally::lock(&mut tx, ids).await?;
        let held = tally::hold(&mut tx).await?;
        let Held { reading, writing: now_writing, .. } = held;
        if now_writing != writing || reading == writing {
            return Err(StoreError::Mismatch(
                "another recount has finished meanwhile; if the settings of the two differ, run \
                 recount again"
                    .into(),
            ));
        }
        let ids: Vec<Uuid> = interviews.keys().copied().collect();
        let mut wanted = link_for_recount(&mut tx, ids.clone(), by.match_ms).await?;
        let credits = tally::credits(&mut tx, ids.clone()).await?;
        let answers = tally::answers(&mut tx, ids).await?;
        let mut changes = Changes::new(held);
        let mut put = Vec::new();
        let mut part = Part::default();
        interviews.retain(|id, interview| {
            let (mut units, recorded) = wanted.remove(id).unwrap_or_default();
            units.sort_unstable();
            let credits = credits.get(id).map_or(&[][..], Vec::as_slice);
            let answers = answers.get(id).map_or(&[][..], Vec::as_slice);
            // Of one that leads to nobody the day is all that is kept of its time.
            let day_of = by.day_of.filter(|_| !interview.anonymous);
            let day = day_of.map_or(interview.day, |day_of| day_of(interview.started_ms));
            // No interview goes to a day that is closed, where nothing is counted any more.
            let day = day.max(held.closed_before);
            let mut counted_by = tally::units_in(credits, writing);
            counted_by.sort_unstable();
            let before = interview.clone();
            if recorded != before.recorded {
                // Of the call itself, so that it holds in both generations.
                changes.count_in(reading, &before, answers, credits, -1);
                interview.recorded = recorded;
                changes.count_in(reading, interview, answers, credits, 1);
            }
            if interview.counted != writing {
                part.counted += 1;
                interview.day_before = interview.day;
                interview.counted = writing;
            } else if day == interview.day && units == counted_by && before == *interview {
                return false;
            } else {
                changes.count_in(writing, &before, answers, credits, -1);
            }
            part.moved += u64::from(day != interview.day);
            interview.day = day;
            let units: Vec<(i64, Unit)> = units.into_iter().map(|unit| (writing, unit)).collect();
            changes.count_in(writing, interview, answers, &units, 1);
            put.push((*id, interview.started_ms, units));
            true
        });
        let columns = [
            Column::Id(interviews.keys().copied().collect()),
            Column::Int(interviews.values().map(|interview| interview.day).collect()),
            Column::Int(interviews.values().map(|interview| interview.counted).collect()),
            Column::Int(interviews.values().map(|interview| interview.day_before).collect()),
        ];
        tx.run(COUNTED, &columns).await?;
        tally::drop_credits_in(&mut tx, writing, interviews.into_keys().collect()).await?;
        let put: Vec<_> = put.iter().map(|(id, at, units)| (*id, *at, units.as_slice())).collect();
        tally::put_credits(&mut tx, &put).await?;
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok(part)
    }

    /// Deletes generations of the tallies, a few thousand rows at a time.
    async fn forget_generations(&self, which: impl Fn(i64) -> bool) -> Result<(), StoreError> {
        for (next_generation, forget) in TABLES {
            let mut generation = BEFORE_ALL;
            while let Some(next) = self.next(next_generation, &[generation]).await? {
                generation = next;
                while which(generation) {
                    let began = Instant::now();
                    if again(|| self.forget_some(forget, generation)).await? == 0 {
                        break;
                    }
                    tokio::time::sleep(began.elapsed()).await;
                }
            }
        }
        Ok(())
    }

    async fn forget_some(&self, forget: &'static str, generation: i64) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let gone = tx.run(forget, &[Column::Int(vec![generation])]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

/// The next ids of a day after one id; the nil id itself comes first if it exists.
pub(super) async fn ids_of_day(
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
