//! Calls with a record that nobody was asked about: what they count for in the funnel.
//!
//! A call counts while no interview belongs to it: as one that could have been asked
//! ([`UNASKED`]), or as one that a rule left out ([`LEFT_OUT`]), for the same units for which its
//! interview would count. Why it was left out is judged when its record comes or changes, by the
//! rules of the call's own time, and then stays.
//!
//! These counts stand in the funnel tally under survey 0, so that packs, recount and doctor hold
//! them as all others. What a call counts for is kept beside it (its day, language, reason and
//! units), so that a change is always "now" minus "before".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::FromRow;
use uuid::Uuid;

use super::link::Handling;
use super::rows::{Column, Tx};
use super::tally::{Changes, FunnelKey, Tallies, Unit, hold};
use super::writer::again;
use super::{By, CallerHash, Store, StoreError};
use crate::interview::Millis;
use crate::survey::Credit;

/// The stage of calls that could have been asked and had no start request.
pub const UNASKED: &str = "unasked";
/// The stage of calls without a start request that a rule left out.
pub const LEFT_OUT: &str = "left_out";

/// The word of calls whose caller no agent spoke with; they count for nothing.
const UNHANDLED: &str = "unhandled";
/// The word of contacts over another channel; they count for nothing.
const CHANNEL: &str = "channel";
/// The channel that callers are asked over.
const PHONE: &str = "phone";
/// In place of a survey's version, since nobody was asked.
const NO_SURVEY: i64 = 0;

/// Calls counted in one transaction; keeps the write lock under 20 ms.
const PART: usize = 50;

const LOCK: &str = "select id, caller_hash, started_ms, ended_ms, channel, language, received_ms,
        day, left_out, asked, counted, counted_language
    from calls where id in ({rows uuid}) order by id {lock}";
const OF_DAY: &str = "select c.id, c.caller_hash, c.started_ms, c.ended_ms, c.channel, c.language,
        c.received_ms, c.day, c.left_out, c.asked, c.counted, c.counted_language
    from calls c where c.day = $1 and c.counted > 0
        and not exists (select 1 from interviews i where i.call_id = c.id)";
const ASKED: &str = "select distinct call_id from interviews where call_id in ({rows uuid})";
const UNITS: &str = "select call_id, kind, agent, team, queue from call_units
    where call_id in ({rows uuid})";
const OFFERS: &str = "select caller_hash, at_ms from offers where caller_hash in ({rows uuid})";
const AGENTS: &str = "select id, code from agents where id in ({rows bigint})";
const QUEUES: &str = "select id, name from queues where id in ({rows bigint})";
const PUT: &str = "with v (id, day, left_out, asked, counted, language) as
        ({rows uuid, bigint, text, boolean, bigint, text})
    update calls set day = v.day, left_out = v.left_out, asked = v.asked, counted = v.counted,
        counted_language = v.language
    from v where calls.id = v.id {of calls.id}";
const SET_ASKED: &str = "with v (id, asked) as ({rows uuid, boolean})
    update calls set asked = v.asked from v where calls.id = v.id {of calls.id}";
const DROP_UNITS: &str = "delete from call_units where call_id in ({rows uuid})";
const PUT_UNITS: &str = "insert into call_units (call_id, kind, agent, team, queue)
    {rows uuid, bigint, bigint, bigint, bigint}";
const STILL_NAMED: &str = "with v (id) as ({rows uuid})
    select v.id from v where exists (select 1 from interviews i where i.call_id = v.id)
        or exists (select 1 from hand_links h where h.call_id = v.id)";
const STRIP: &str = "update calls set caller_hash = null, customer = null, case_ref = null
    where id in ({rows uuid})";
const DROP_NAMES: &str = "delete from call_names where call_id in ({rows uuid})";
const DROP_LEGS: &str = "delete from legs where call_id in ({rows uuid})";
const DROP_RELINKS: &str = "delete from relinks where call_id in ({rows uuid})";
const DROP_CALLS: &str = "delete from calls where id in ({rows uuid})";
const FIRST: &str = "select id from calls where id >= $1 order by id limit $2";
const NEXT: &str = "select id from calls where id > $1 order by id limit $2";

/// A call that an agent handled, as its record says.
#[derive(Clone, Debug)]
pub struct Handled<'a> {
    /// The call.
    pub id: Uuid,
    /// When its caller could have been asked: the end of the last agent's leg, as far as known.
    pub at_ms: Millis,
    /// Whose number.
    pub caller: Option<CallerHash>,
    /// Code of the last agent.
    pub agent: &'a str,
    /// The last agent's queue.
    pub queue: Option<&'a str>,
    /// Seconds of talk with the last agent.
    pub talk: Option<u32>,
    /// When this caller was ever offered a survey.
    pub offers: &'a [Millis],
}

/// What is to be said of such a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The rule that would have left it out; empty where its caller would have been asked.
    pub left_out: &'static str,
    /// For whom its answers would count.
    pub credit: Credit,
}

/// Who says whether a call would have been asked, and on which local day a moment lies.
pub struct Judge<'a> {
    /// Says it of one call.
    pub says: &'a (dyn Fn(&Handled<'_>) -> Judged + Sync),
    /// The local day of a moment.
    pub day_of: &'a (dyn Fn(Millis) -> i64 + Sync),
}

/// A call, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct Call {
    id: Uuid,
    caller_hash: Option<Uuid>,
    started_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    channel: String,
    language: Option<String>,
    received_ms: Millis,
    day: Option<i64>,
    left_out: Option<String>,
    asked: bool,
    counted: i64,
    counted_language: String,
}

impl Call {
    /// The stage that it counts at, if it counts.
    fn stage(&self) -> Option<&'static str> {
        match self.left_out.as_deref() {
            _ if self.asked => None,
            None | Some(UNHANDLED | CHANNEL) => None,
            Some("") => Some(UNASKED),
            Some(_) => Some(LEFT_OUT),
        }
    }

    /// Adds (`sign` 1) or takes away (-1) what it counts for.
    fn count(&self, tallies: &mut Tallies, units: &[Unit], sign: i64) {
        let (Some(stage), Some(day)) = (self.stage(), self.day) else { return };
        for unit in units {
            let key = FunnelKey {
                day,
                survey: NO_SURVEY,
                language: self.counted_language.clone(),
                channel: PHONE.to_owned(),
                unit: *unit,
                stage: stage.to_owned(),
            };
            *tallies.funnel.entry(key).or_default() += sign;
        }
    }

    /// The same in every generation that counts it.
    fn change(&self, changes: &mut Changes, units: &[Unit], sign: i64) {
        if self.counted == 0 {
            return;
        }
        let generations: BTreeSet<i64> = [changes.held.reading, self.counted].into();
        for generation in generations {
            self.count(changes.by_generation.entry(generation).or_default(), units, sign);
        }
    }
}

type UnitsOf = HashMap<Uuid, Vec<Unit>>;

async fn units(tx: &mut Tx, ids: Vec<Uuid>) -> Result<UnitsOf, sqlx::Error> {
    let rows: Vec<(Uuid, i64, i64, i64, i64)> = tx.fetch(UNITS, &[Column::Id(ids)]).await?;
    let mut units = UnitsOf::new();
    for (id, kind, agent, team, queue) in rows {
        units.entry(id).or_default().push(Unit { kind, agent, team, queue });
    }
    Ok(units)
}

fn of(units: &UnitsOf, id: Uuid) -> &[Unit] {
    units.get(&id).map_or(&[], Vec::as_slice)
}

/// Locks calls, in the order of their ids, and reads them.
pub(super) async fn lock(tx: &mut Tx, mut ids: Vec<Uuid>) -> Result<Vec<Call>, sqlx::Error> {
    ids.sort_unstable();
    ids.dedup();
    tx.fetch(LOCK, &[Column::Id(ids)]).await
}

async fn asked(tx: &mut Tx, ids: Vec<Uuid>) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let rows: Vec<(Uuid,)> = tx.fetch(ASKED, &[Column::Id(ids)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes calls out of the counts that an interview belongs to by now, and brings those back that
/// none belongs to any more. After the links are written, in their transaction.
pub(super) async fn follow(
    tx: &mut Tx,
    changes: &mut Changes,
    ids: Vec<Uuid>,
) -> Result<(), sqlx::Error> {
    let calls = lock(tx, ids.clone()).await?;
    let asked = asked(tx, ids.clone()).await?;
    let units = units(tx, ids).await?;
    let mut set = Vec::new();
    for mut call in calls {
        let now = asked.contains(&call.id);
        if now != call.asked {
            call.change(changes, of(&units, call.id), -1);
            call.asked = now;
            call.change(changes, of(&units, call.id), 1);
            set.push((call.id, now));
        }
    }
    let columns = [
        Column::Id(set.iter().map(|one| one.0).collect()),
        Column::Bool(set.iter().map(|one| one.1).collect()),
    ];
    tx.run(SET_ASKED, &columns).await?;
    Ok(())
}

/// Takes calls out of the store and of all that they count for; says how many. One that interviews
/// or links by hand still name stays, without all that leads to its caller.
pub(super) async fn take_out(
    tx: &mut Tx,
    changes: &mut Changes,
    ids: Vec<Uuid>,
) -> Result<u64, sqlx::Error> {
    let calls = lock(tx, ids).await?;
    let ids: Vec<Uuid> = calls.iter().map(|call| call.id).collect();
    let named: Vec<(Uuid,)> = tx.fetch(STILL_NAMED, &[Column::Id(ids.clone())]).await?;
    let named: BTreeSet<Uuid> = named.into_iter().map(|(id,)| id).collect();
    let units = units(tx, ids.clone()).await?;
    let gone: Vec<&Call> = calls.iter().filter(|call| !named.contains(&call.id)).collect();
    for call in &gone {
        call.change(changes, of(&units, call.id), -1);
    }
    tx.run(DROP_NAMES, &[Column::Id(ids)]).await?;
    tx.run(STRIP, &[Column::Id(named.into_iter().collect())]).await?;
    let gone: Vec<Uuid> = gone.iter().map(|call| call.id).collect();
    for drop in [DROP_UNITS, DROP_RELINKS, DROP_LEGS] {
        tx.run(drop, &[Column::Id(gone.clone())]).await?;
    }
    tx.run(DROP_CALLS, &[Column::Id(gone)]).await
}

/// What the calls of a day come to by the facts, to be compared with the tallies.
pub(super) async fn count_day(
    tx: &mut Tx,
    day: i64,
    counted: &mut Tallies,
) -> Result<(), sqlx::Error> {
    let calls: Vec<Call> = tx.fetch(OF_DAY, &[Column::Int(vec![day])]).await?;
    for part in calls.chunks(1000) {
        let units = units(tx, part.iter().map(|call| call.id).collect()).await?;
        for call in part {
            // By the interviews that there are, whatever was noted of them.
            let call = Call { asked: false, ..call.clone() };
            call.count(counted, of(&units, call.id), 1);
        }
    }
    Ok(())
}

/// Names by number.
type Names = BTreeMap<i64, String>;

async fn names(tx: &mut Tx, text: &'static str, ids: BTreeSet<i64>) -> Result<Names, sqlx::Error> {
    let rows: Vec<(i64, String)> =
        tx.fetch(text, &[Column::Int(ids.into_iter().collect())]).await?;
    Ok(rows.into_iter().collect())
}

/// All that a judge is told of some calls.
struct Told {
    handling: Handling,
    agents: Names,
    queues: Names,
    offers: HashMap<Uuid, Vec<Millis>>,
}

impl Told {
    async fn read(tx: &mut Tx, calls: &[Call]) -> Result<Self, sqlx::Error> {
        let handling = Handling::read(tx, calls.iter().map(|call| call.id).collect()).await?;
        let last: Vec<_> = calls.iter().filter_map(|call| handling.last(call.id)).collect();
        let agents = names(tx, AGENTS, last.iter().map(|last| last.agent).collect()).await?;
        let queues = names(tx, QUEUES, last.iter().filter_map(|last| last.queue).collect()).await?;
        let callers: BTreeSet<Uuid> = calls.iter().filter_map(|call| call.caller_hash).collect();
        let columns = [Column::Id(callers.into_iter().collect())];
        let mut offers: HashMap<Uuid, Vec<Millis>> = HashMap::new();
        for (caller, at_ms) in tx.fetch::<(Uuid, Millis)>(OFFERS, &columns).await? {
            offers.entry(caller).or_default().push(at_ms);
        }
        Ok(Self { handling, agents, queues, offers })
    }

    /// Says of a call what it counts for from now on. What was judged once stays where `kept`.
    fn settle(&self, call: &mut Call, judge: &Judge<'_>, kept: bool) -> Vec<Unit> {
        let last = self.handling.last(call.id);
        let at_ms = last.and_then(|last| last.at_ms).or(call.ended_ms).or(call.started_ms);
        let at_ms = at_ms.unwrap_or(call.received_ms);
        call.day = Some((judge.day_of)(at_ms));
        call.counted_language = call.language.clone().unwrap_or_default();
        let Some(last) = last.filter(|_| call.channel == PHONE) else {
            let why = if call.channel == PHONE { UNHANDLED } else { CHANNEL };
            call.left_out = Some(why.to_owned());
            return Vec::new();
        };
        let offers = call.caller_hash.and_then(|caller| self.offers.get(&caller));
        let judged = (judge.says)(&Handled {
            id: call.id,
            at_ms,
            caller: call.caller_hash.map(|hash| CallerHash(*hash.as_bytes())),
            agent: self.agents.get(&last.agent).map_or("", String::as_str),
            queue: last.queue.and_then(|queue| self.queues.get(&queue)).map(String::as_str),
            talk: last.talk.and_then(|seconds| u32::try_from(seconds).ok()),
            offers: offers.map_or(&[], Vec::as_slice),
        });
        let fixed = call.left_out.take().filter(|_| kept);
        call.left_out = Some(fixed.unwrap_or_else(|| judged.left_out.to_owned()));
        self.handling.units(call.id, judged.credit)
    }
}

impl Store {
    /// Counts calls anew whose records changed, or that nobody has looked at yet.
    ///
    /// # Errors
    /// If the database does not answer; counting them again does no harm.
    pub(super) async fn count_calls(
        &self,
        ids: &[Uuid],
        judge: &Judge<'_>,
    ) -> Result<(), StoreError> {
        for part in ids.chunks(PART) {
            again(|| self.count_part_of_calls(part, judge, false)).await?;
        }
        Ok(())
    }

    /// Counts all calls into the generation that a recount writes. What it says of days is right
    /// in the generation that is read, too.
    pub(super) async fn recount_calls(&self, by: &By<'_>) -> Result<(), StoreError> {
        let (mut after, mut text) = (Uuid::nil(), FIRST);
        loop {
            let mut tx = Tx::snapshot(&self.pools).await?;
            let columns = [Column::Id(vec![after]), Column::Int(vec![PART as i64])];
            let ids: Vec<(Uuid,)> = tx.fetch(text, &columns).await?;
            tx.commit().await?;
            let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
            let Some(last) = ids.last() else { return Ok(()) };
            (after, text) = (*last, NEXT);
            let began = tokio::time::Instant::now();
            again(|| self.count_part_of_calls(&ids, by.judge, true)).await?;
            tokio::time::sleep(began.elapsed()).await;
        }
    }

    async fn count_part_of_calls(
        &self,
        ids: &[Uuid],
        judge: &Judge<'_>,
        recount: bool,
    ) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let mut calls = lock(&mut tx, ids.to_vec()).await?;
        let held = hold(&mut tx).await?;
        let ids: Vec<Uuid> = calls.iter().map(|call| call.id).collect();
        let old_units = units(&mut tx, ids.clone()).await?;
        let asked = asked(&mut tx, ids).await?;
        let told = Told::read(&mut tx, &calls).await?;
        let mut changes = Changes::new(held);
        let mut put: Vec<(Uuid, Unit)> = Vec::new();
        let mut changed = BTreeSet::new();
        for call in &mut calls {
            let (before, had) = (call.clone(), of(&old_units, call.id));
            let mut has = told.settle(call, judge, recount);
            has.sort_unstable();
            call.asked = asked.contains(&call.id);
            if recount || call.counted == 0 {
                call.counted = held.writing;
            }
            let mut had = had.to_vec();
            had.sort_unstable();
            if *call == before && has == had {
                continue;
            }
            before.change(&mut changes, &had, -1);
            call.change(&mut changes, &has, 1);
            put.extend(has.into_iter().map(|unit| (call.id, unit)));
            changed.insert(call.id);
        }
        calls.retain(|call| changed.contains(&call.id));
        let columns = [
            Column::Id(calls.iter().map(|call| call.id).collect()),
            Column::IntOrNull(calls.iter().map(|call| call.day).collect()),
            Column::TextOrNull(calls.iter().map(|call| call.left_out.as_deref()).collect()),
            Column::Bool(calls.iter().map(|call| call.asked).collect()),
            Column::Int(calls.iter().map(|call| call.counted).collect()),
            Column::Text(calls.iter().map(|call| call.counted_language.as_str()).collect()),
        ];
        tx.run(PUT, &columns).await?;
        tx.run(DROP_UNITS, &columns[..1]).await?;
        let columns = [
            Column::Id(put.iter().map(|(id, _)| *id).collect()),
            Column::Int(put.iter().map(|(_, unit)| unit.kind).collect()),
            Column::Int(put.iter().map(|(_, unit)| unit.agent).collect()),
            Column::Int(put.iter().map(|(_, unit)| unit.team).collect()),
            Column::Int(put.iter().map(|(_, unit)| unit.queue).collect()),
        ];
        tx.run(PUT_UNITS, &columns).await?;
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
