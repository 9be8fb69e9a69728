//! Records of calls: one customer contact with its names and its legs, from whoever tells.
//!
//! A call is found by any of its names. Records come late, in any order, repeated and in parts;
//! two parts that turn out to be one call are put together. What a later record says replaces
//! what an earlier one said; what it leaves out stays.
//!
//! One writer of records at a time, over all nodes, by a lock on one row: parts of one call that
//! arrive at two nodes at once must find each other. Interviews are linked afterwards, in
//! transactions of their own; `relinks` remembers what is still to be done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use super::partitions::{dated, day_of};
use super::rows::{Column, Tx};
use super::writer::again;
use super::{CallerHash, Store, StoreError};
use crate::interview::Millis;

/// Two records with a common name whose starts lie further apart than this are two calls of a
/// platform that uses its ids again; putting them together would credit the wrong agents.
pub(super) const SAME_CALL_MS: Millis = 24 * 60 * 60 * 1000;

/// Records in one transaction, and legs that they may have together: either keeps the write lock
/// under 20 ms. A record alone may have more.
const CHUNK: usize = 100;
const CHUNK_LEGS: usize = 200;

/// One record of a call, whole or in part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRecord {
    /// Ids under which the call is known to anyone: at least one, none empty.
    pub names: Vec<String>,
    /// When it began.
    pub started_ms: Option<Millis>,
    /// When it ended.
    pub ended_ms: Option<Millis>,
    /// `phone` if nothing else is said.
    pub channel: Option<String>,
    /// Language code.
    pub language: Option<String>,
    /// `inbound` or `outbound`.
    pub direction: Option<String>,
    /// Who or what ended it, in the record's words.
    pub ended_by: Option<String>,
    /// The centre's key of the customer.
    pub customer: Option<String>,
    /// The centre's id of the matter.
    pub case: Option<String>,
    /// Whose number.
    pub caller: Option<CallerHash>,
    /// Its parts with one agent each.
    pub legs: Vec<LegRecord>,
    /// Only fill gaps: what is known already stays.
    pub only_fill: bool,
}

/// The part of a call with one agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegRecord {
    /// What tells it from the call's other legs; never empty.
    pub leg: String,
    /// The agent's code.
    pub agent: Option<String>,
    /// The team's name.
    pub team: Option<String>,
    /// The queue's name.
    pub queue: Option<String>,
    /// When it began.
    pub started_ms: Option<Millis>,
    /// When the agent answered.
    pub answered_ms: Option<Millis>,
    /// When it ended.
    pub ended_ms: Option<Millis>,
    /// Seconds of talk.
    pub talk_seconds: Option<i64>,
    /// Who or what ended it.
    pub ended_by: Option<String>,
    /// Whether the agent handed the caller over to the survey.
    pub handed_over: Option<bool>,
    /// To whom it was transferred.
    pub transferred_to: Option<String>,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// Stored; the call it belongs to.
    Taken(Uuid),
    /// Not stored, and why.
    Refused(String),
}

/// An agent's name and, if given, one stay in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRecord {
    /// The agent's code.
    pub code: String,
    /// What people call the agent; `None` leaves it.
    pub name: Option<String>,
    /// A stay in a team.
    pub stay: Option<Stay>,
}

/// A stay in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The team's name.
    pub team: String,
    /// From this moment on, included.
    pub from_ms: Millis,
    /// Until this moment, not included; `None` = until the next stay.
    pub to_ms: Option<Millis>,
}

const LOCK: &str = "update meta set value = value where name = 'call_records'";

const NAMES: &str = "select name, call_id from call_names where name in ({rows text})";

const CALLS: &str = "select id, caller_hash, started_ms, ended_ms, channel, language, direction,
        ended_by, customer, case_ref
    from calls where id in ({rows uuid})";

const LEGS: &str = "select call_id, leg, agent, team, queue, started_ms, answered_ms, ended_ms,
        talk_seconds, ended_by, handed_over, transferred_to, seq
    from legs where call_id in ({rows uuid})";

const PUT_CALLS: &str = "insert into calls (id, caller_hash, started_ms, ended_ms, channel,
        language, direction, ended_by, customer, case_ref, received_ms)
    {rows uuid, uuid, bigint, bigint, text, text, text, text, text, text, bigint}
    on conflict (id) do update set caller_hash = excluded.caller_hash,
        started_ms = excluded.started_ms, ended_ms = excluded.ended_ms,
        channel = excluded.channel, language = excluded.language,
        direction = excluded.direction, ended_by = excluded.ended_by,
        customer = excluded.customer, case_ref = excluded.case_ref,
        received_ms = excluded.received_ms";

const PUT_NAMES: &str = "insert into call_names (name, call_id) {rows text, uuid}
    on conflict (name) do update set call_id = excluded.call_id";

const MOVE_NAMES: &str = "with m (old, new) as ({rows uuid, uuid})
    update call_names set call_id = m.new from m where call_names.call_id = m.old";

const DROP_LEGS: &str = "delete from legs where call_id in ({rows uuid})";

const PUT_LEGS: &str = "insert into legs (call_id, leg, agent, team, queue, started_ms,
        answered_ms, ended_ms, talk_seconds, ended_by, handed_over, transferred_to, seq)
    {rows uuid, text, bigint, bigint, bigint, bigint, bigint, bigint, bigint, text, boolean, text,
        bigint}
    on conflict (call_id, leg) do update set agent = excluded.agent, team = excluded.team,
        queue = excluded.queue, started_ms = excluded.started_ms,
        answered_ms = excluded.answered_ms, ended_ms = excluded.ended_ms,
        talk_seconds = excluded.talk_seconds, ended_by = excluded.ended_by,
        handed_over = excluded.handed_over, transferred_to = excluded.transferred_to,
        seq = excluded.seq";

// A stamp never comes back: a row that was deleted and made anew begins at a later time, so that
// a slow linking cannot take a new change for the one it has done.
const TO_RELINK: &str = "insert into relinks (call_id, stamp) {rows uuid, bigint}
    on conflict (call_id) do update set stamp = case
        when relinks.stamp >= excluded.stamp then relinks.stamp + 1 else excluded.stamp end";

const SHORTEN: &str = "update agent_team set to_ms = $2
    where agent = $1 and from_ms < $2 and (to_ms is null or to_ms > $2)";

const PUT_STAY: &str = "insert into agent_team (agent, from_ms, to_ms, team)
    values ($1, $2, coalesce(cast($3 as bigint),
        (select min(a.from_ms) from agent_team a where a.agent = $1 and a.from_ms > $2)), $4)
    on conflict (agent, from_ms) do update set to_ms = excluded.to_ms, team = excluded.team";

/// A call as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
struct Call {
    id: Uuid,
    caller_hash: Option<Uuid>,
    started_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    channel: String,
    language: Option<String>,
    direction: Option<String>,
    ended_by: Option<String>,
    customer: Option<String>,
    case_ref: Option<String>,
    #[sqlx(skip)]
    legs: BTreeMap<String, Leg>,
}

/// A leg as stored, without its call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Leg {
    agent: Option<i64>,
    team: Option<i64>,
    queue: Option<i64>,
    started_ms: Option<Millis>,
    answered_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    talk_seconds: Option<i64>,
    ended_by: Option<String>,
    handed_over: Option<bool>,
    transferred_to: Option<String>,
    seq: i64,
}

#[derive(FromRow)]
struct LegRow {
    call_id: Uuid,
    leg: String,
    agent: Option<i64>,
    team: Option<i64>,
    queue: Option<i64>,
    started_ms: Option<Millis>,
    answered_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    talk_seconds: Option<i64>,
    ended_by: Option<String>,
    handed_over: Option<bool>,
    transferred_to: Option<String>,
    seq: i64,
}

/// Ids of the agents, teams and queues that records name.
#[derive(Clone, Debug, Default)]
struct Codes {
    agents: HashMap<String, i64>,
    teams: HashMap<String, i64>,
    queues: HashMap<String, i64>,
}

/// Which of two values stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// The new one where there is one.
    New,
    /// The old one where there is one.
    Old,
}

fn keep<T>(old: &mut Option<T>, new: Option<T>, which: Keep) {
    if new.is_some() && (which == Keep::New || old.is_none()) {
        *old = new;
    }
}

impl Call {
    fn new(id: Uuid) -> Self {
        Self {
            id,
            caller_hash: None,
            started_ms: None,
            ended_ms: None,
            channel: String::from("phone"),
            language: None,
            direction: None,
            ended_by: None,
            customer: None,
            case_ref: None,
            legs: BTreeMap::new(),
        }
    }

    fn tell(&mut self, record: &CallRecord, codes: &Codes) {
        let which = if record.only_fill { Keep::Old } else { Keep::New };
        keep(&mut self.caller_hash, record.caller.map(|hash| Uuid::from_bytes(hash.0)), which);
        keep(&mut self.started_ms, record.started_ms, which);
        keep(&mut self.ended_ms, record.ended_ms, which);
        keep(&mut self.language, record.language.clone(), which);
        keep(&mut self.direction, record.direction.clone(), which);
        keep(&mut self.ended_by, record.ended_by.clone(), which);
        keep(&mut self.customer, record.customer.clone(), which);
        keep(&mut self.case_ref, record.case.clone(), which);
        if let (Some(channel), Keep::New) = (&record.channel, which) {
            self.channel.clone_from(channel);
        }
        let id = |of: &HashMap<String, i64>, said: &Option<String>| {
            said.as_ref().and_then(|said| of.get(said).copied())
        };
        for leg in &record.legs {
            let said = Leg {
                agent: id(&codes.agents, &leg.agent),
                team: id(&codes.teams, &leg.team),
                queue: id(&codes.queues, &leg.queue),
                started_ms: leg.started_ms,
                answered_ms: leg.answered_ms,
                ended_ms: leg.ended_ms,
                talk_seconds: leg.talk_seconds,
                ended_by: leg.ended_by.clone(),
                handed_over: leg.handed_over,
                transferred_to: leg.transferred_to.clone(),
                seq: 0,
            };
            self.tell_leg(&leg.leg, said, which);
        }
    }

    fn tell_leg(&mut self, name: &str, said: Leg, which: Keep) {
        let next = self.legs.values().map(|leg| leg.seq + 1).max().unwrap_or(0);
        let known =
            self.legs.entry(name.to_owned()).or_insert_with(|| Leg { seq: next, ..Leg::default() });
        keep(&mut known.agent, said.agent, which);
        keep(&mut known.team, said.team, which);
        keep(&mut known.queue, said.queue, which);
        keep(&mut known.started_ms, said.started_ms, which);
        keep(&mut known.answered_ms, said.answered_ms, which);
        keep(&mut known.ended_ms, said.ended_ms, which);
        keep(&mut known.talk_seconds, said.talk_seconds, which);
        keep(&mut known.ended_by, said.ended_by, which);
        keep(&mut known.handed_over, said.handed_over, which);
        keep(&mut known.transferred_to, said.transferred_to, which);
    }

    /// Takes over what another part of the same call knew, where this one knows nothing.
    fn absorb(&mut self, other: Call) {
        keep(&mut self.caller_hash, other.caller_hash, Keep::Old);
        keep(&mut self.started_ms, other.started_ms, Keep::Old);
        keep(&mut self.ended_ms, other.ended_ms, Keep::Old);
        keep(&mut self.language, other.language, Keep::Old);
        keep(&mut self.direction, other.direction, Keep::Old);
        keep(&mut self.ended_by, other.ended_by, Keep::Old);
        keep(&mut self.customer, other.customer, Keep::Old);
        keep(&mut self.case_ref, other.case_ref, Keep::Old);
        if self.channel == "phone" {
            self.channel = other.channel;
        }
        let mut legs: Vec<(String, Leg)> = other.legs.into_iter().collect();
        legs.sort_by_key(|(_, leg)| leg.seq);
        for (name, leg) in legs {
            self.tell_leg(&name, leg, Keep::Old);
        }
    }
}

/// The calls that a chunk of records is about, as stored, then with the records told.
#[derive(Default)]
struct Book {
    calls: BTreeMap<Uuid, Call>,
    names: HashMap<String, Uuid>,
    /// Names that are new.
    named: BTreeMap<String, Uuid>,
    changed: BTreeSet<Uuid>,
    /// Calls that went into others; nothing points to them any more.
    moved: BTreeMap<Uuid, Uuid>,
}

impl Book {
    fn tell(&mut self, record: &CallRecord, codes: &Codes, received_ms: Millis) -> Put {
        let mut known: Vec<Uuid> =
            record.names.iter().filter_map(|name| self.names.get(name).copied()).collect();
        known.sort_unstable();
        known.dedup();
        if let Some(reason) = self.reused(record, &known) {
            return Put::Refused(reason);
        }
        let id = match (known.first(), record.names.first()) {
            (Some(id), _) => *id,
            (None, Some(name)) => id_of(name, record.started_ms.unwrap_or(received_ms)),
            (None, None) => return Put::Refused(String::from("the record names no call")),
        };
        for other in known.iter().skip(1) {
            self.unite(id, *other);
        }
        self.calls.entry(id).or_insert_with(|| Call::new(id)).tell(record, codes);
        self.changed.insert(id);
        for name in &record.names {
            if self.names.insert(name.clone(), id) != Some(id) {
                self.named.insert(name.clone(), id);
            }
        }
        Put::Taken(id)
    }

    /// Says which name is used again for another call, if one is.
    fn reused(&self, record: &CallRecord, known: &[Uuid]) -> Option<String> {
        let mut starts: Vec<Millis> =
            known.iter().filter_map(|id| self.calls.get(id)?.started_ms).collect();
        starts.extend(record.started_ms);
        let (first, last) = (starts.iter().min()?, starts.iter().max()?);
        (last - first > SAME_CALL_MS).then(|| {
            let names: Vec<String> = record
                .names
                .iter()
                .filter(|name| self.names.contains_key(*name))
                .map(|name| format!("\"{name}\""))
                .collect();
            format!(
                "the id {} already belongs to a call that started more than a day before or \
                 after; send an id that is not used again",
                names.join(" or ")
            )
        })
    }

    fn unite(&mut self, into: Uuid, from: Uuid) {
        let Some(other) = self.calls.insert(from, Call::new(from)) else { return };
        if let Some(call) = self.calls.get_mut(&into) {
            call.absorb(other);
        }
        for id in self.names.values_mut().chain(self.named.values_mut()) {
            if *id == from {
                *id = into;
            }
        }
        for id in self.moved.values_mut() {
            if *id == from {
                *id = into;
            }
        }
        self.moved.insert(from, into);
        self.changed.extend([into, from]);
    }

    async fn load(tx: &mut Tx, records: &[CallRecord]) -> Result<Self, sqlx::Error> {
        let names: BTreeSet<&str> =
            records.iter().flat_map(|r| r.names.iter().map(String::as_str)).collect();
        let names: Vec<(String, Uuid)> =
            tx.fetch(NAMES, &[Column::Text(names.into_iter().collect())]).await?;
        let ids: BTreeSet<Uuid> = names.iter().map(|(_, id)| *id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let calls: Vec<Call> = tx.fetch(CALLS, &[Column::Id(ids.clone())]).await?;
        let legs: Vec<LegRow> = tx.fetch(LEGS, &[Column::Id(ids)]).await?;
        let mut calls: BTreeMap<Uuid, Call> =
            calls.into_iter().map(|call| (call.id, call)).collect();
        for row in legs {
            let leg = Leg {
                agent: row.agent,
                team: row.team,
                queue: row.queue,
                started_ms: row.started_ms,
                answered_ms: row.answered_ms,
                ended_ms: row.ended_ms,
                talk_seconds: row.talk_seconds,
                ended_by: row.ended_by,
                handed_over: row.handed_over,
                transferred_to: row.transferred_to,
                seq: row.seq,
            };
            if let Some(call) = calls.get_mut(&row.call_id) {
                call.legs.insert(row.leg, leg);
            }
        }
        Ok(Self { calls, names: names.into_iter().collect(), ..Self::default() })
    }

    async fn save(&self, tx: &mut Tx, received_ms: Millis) -> Result<(), sqlx::Error> {
        let calls: Vec<&Call> = self.changed.iter().filter_map(|id| self.calls.get(id)).collect();
        let columns = [
            Column::Id(calls.iter().map(|c| c.id).collect()),
            Column::IdOrNull(calls.iter().map(|c| c.caller_hash).collect()),
            Column::IntOrNull(calls.iter().map(|c| c.started_ms).collect()),
            Column::IntOrNull(calls.iter().map(|c| c.ended_ms).collect()),
            Column::Text(calls.iter().map(|c| c.channel.as_str()).collect()),
            Column::TextOrNull(calls.iter().map(|c| c.language.as_deref()).collect()),
            Column::TextOrNull(calls.iter().map(|c| c.direction.as_deref()).collect()),
            Column::TextOrNull(calls.iter().map(|c| c.ended_by.as_deref()).collect()),
            Column::TextOrNull(calls.iter().map(|c| c.customer.as_deref()).collect()),
            Column::TextOrNull(calls.iter().map(|c| c.case_ref.as_deref()).collect()),
            Column::Int(vec![received_ms; calls.len()]),
        ];
        tx.run(PUT_CALLS, &columns).await?;
        // Moving comes before naming: a name made in this chunk already points to the right call.
        let columns = [
            Column::Id(self.moved.keys().copied().collect()),
            Column::Id(self.moved.values().copied().collect()),
        ];
        tx.run(MOVE_NAMES, &columns).await?;
        tx.run(DROP_LEGS, &[Column::Id(self.moved.keys().copied().collect())]).await?;
        let columns = [
            Column::Text(self.named.keys().map(String::as_str).collect()),
            Column::Id(self.named.values().copied().collect()),
        ];
        tx.run(PUT_NAMES, &columns).await?;
        let legs: Vec<(Uuid, &str, &Leg)> = calls
            .iter()
            .flat_map(|call| call.legs.iter().map(|(name, leg)| (call.id, name.as_str(), leg)))
            .collect();
        let columns = [
            Column::Id(legs.iter().map(|l| l.0).collect()),
            Column::Text(legs.iter().map(|l| l.1).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.agent).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.team).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.queue).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.started_ms).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.answered_ms).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.ended_ms).collect()),
            Column::IntOrNull(legs.iter().map(|l| l.2.talk_seconds).collect()),
            Column::TextOrNull(legs.iter().map(|l| l.2.ended_by.as_deref()).collect()),
            Column::BoolOrNull(legs.iter().map(|l| l.2.handed_over).collect()),
            Column::TextOrNull(legs.iter().map(|l| l.2.transferred_to.as_deref()).collect()),
            Column::Int(legs.iter().map(|l| l.2.seq).collect()),
        ];
        tx.run(PUT_LEGS, &columns).await?;
        let changed: Vec<Uuid> = self.changed.iter().copied().collect();
        let stamps = vec![received_ms; changed.len()];
        tx.run(TO_RELINK, &[Column::Id(changed), Column::Int(stamps)]).await?;
        Ok(())
    }
}

/// The id of a call that is known by that name first, at about that moment. Later it is found by its
/// names alone.
fn id_of(name: &str, at_ms: Millis) -> Uuid {
    let digest = Sha256::new().chain_update("call\0").chain_update(name).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(dated(day_of(at_ms), id))
}

/// Cuts records into parts that are written in one transaction each.
fn chunks(records: &[CallRecord]) -> Vec<&[CallRecord]> {
    let mut parts = Vec::new();
    let mut rest = records;
    while !rest.is_empty() {
        let mut legs = 0;
        let fitting = rest.iter().take(CHUNK).take_while(|record| {
            legs += record.legs.len();
            legs <= CHUNK_LEGS
        });
        let (part, others) = rest.split_at(fitting.count().max(1));
        parts.push(part);
        rest = others;
    }
    parts
}

impl Store {
    /// Stores records of calls, in short transactions, and says of each what became of it.
    /// Agents, teams and queues that were unknown are made known. The interviews of the calls are
    /// linked by [`Store::relink_calls`] afterwards.
    ///
    /// # Errors
    /// If the database does not answer; records before the fault may be stored, and sending all
    /// again does no harm.
    pub async fn put_calls(
        &self,
        records: &[CallRecord],
        received_ms: Millis,
    ) -> Result<Vec<Put>, StoreError> {
        let codes = self.codes(records).await?;
        let mut all = Vec::with_capacity(records.len());
        for chunk in chunks(records) {
            all.extend(again(|| self.put_chunk(chunk, &codes, received_ms)).await?);
        }
        Ok(all)
    }

    async fn put_chunk(
        &self,
        chunk: &[CallRecord],
        codes: &Codes,
        received_ms: Millis,
    ) -> Result<Vec<Put>, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(LOCK, &[]).await?;
        let mut book = Book::load(&mut tx, chunk).await?;
        let told = chunk.iter().map(|record| book.tell(record, codes, received_ms)).collect();
        book.save(&mut tx, received_ms).await?;
        tx.commit().await?;
        Ok(told)
    }

    async fn codes(&self, records: &[CallRecord]) -> Result<Codes, StoreError> {
        let mut codes = Codes::default();
        for leg in records.iter().flat_map(|record| &record.legs) {
            if let Some(code) = leg.agent.as_ref().filter(|c| !codes.agents.contains_key(*c)) {
                codes.agents.insert(code.clone(), self.agent(code).await?);
            }
            if let Some(name) = leg.team.as_ref().filter(|n| !codes.teams.contains_key(*n)) {
                codes.teams.insert(name.clone(), self.team(name).await?);
            }
            if let Some(name) = leg.queue.as_ref().filter(|n| !codes.queues.contains_key(*n)) {
                codes.queues.insert(name.clone(), self.queue(name).await?);
            }
        }
        Ok(codes)
    }

    /// Stores agents' names and their stays in teams. A stay without end lasts until the next
    /// one; a new stay ends the one before it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_agents(&self, records: &[AgentRecord]) -> Result<(), StoreError> {
        for record in records {
            let agent = match &record.name {
                Some(name) => self.name_agent(&record.code, name).await?,
                None => self.agent(&record.code).await?,
            };
            let Some(stay) = &record.stay else { continue };
            let columns = [
                Column::Int(vec![agent]),
                Column::Int(vec![stay.from_ms]),
                Column::IntOrNull(vec![stay.to_ms]),
                Column::Int(vec![self.team(&stay.team).await?]),
            ];
            let mut tx = Tx::write(&self.pools).await?;
            tx.run(SHORTEN, &columns[..2]).await?;
            tx.run(PUT_STAY, &columns).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
