//! Beginning interviews: the row, for whom it counts, the offer.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::batch::uuid;
use super::rows::{Column, Tx};
use super::tally::{self, Changes, Held, Interview, Unit};
use super::{Begin, Known, StoreError, anonymous};
use crate::interview::Millis;

// The survey's row says whether an interview leads to nobody; of such a one nothing is told.
const PUT_INTERVIEWS: &str = "with v (id, provider, call_ref, handover, survey,
        language, channel, day, started_ms, limit_ms, caller_hash, caller_last,
        caller_sealed, ineligible, opening, turn, recorded_ms, state, open_question, started, turns_disposition, disposition,
        closed, counted, day_before, said_agent, said_team, said_queue, said_leg, said_talk,
        said_call, conflicts, link, told) as (
    {rows uuid, text, text, text, bigint, text, text, bigint, bigint, bigint, uuid, text,
        bytea, text, text, bigint, bigint, bytea, bigint, boolean, text, text, boolean, bigint, bigint, bigint,
        bigint, bigint, text, bigint, text, text, text, boolean})
    insert into interviews (id, provider, call_ref, handover, survey,
        language, channel, day, started_ms, limit_ms, caller_hash, caller_last,
        caller_sealed, ineligible, opening, turn, recorded_ms, state, open_question, started, turns_disposition, disposition,
        closed, counted, day_before, said_agent, said_team, said_queue, said_leg, said_talk,
        said_call, conflicts, link, told, anonymous)
    select v.id, v.provider, v.call_ref, v.handover, v.survey,
        v.language, v.channel, v.day, v.started_ms, v.limit_ms, v.caller_hash, v.caller_last,
        v.caller_sealed, v.ineligible, v.opening, v.turn, v.recorded_ms, v.state, v.open_question,
        v.started, v.turns_disposition, v.disposition,
        v.closed, v.counted, v.day_before, v.said_agent, v.said_team, v.said_queue, v.said_leg,
        v.said_talk, v.said_call, v.conflicts, v.link,
        v.told or coalesce(s.anonymous, false), coalesce(s.anonymous, false)
    from v left join surveys s on s.version = v.survey where true
    on conflict (id) do nothing returning id, anonymous";

const TEAMS_OF: &str = "select agent, from_ms, to_ms, team
    from agent_team where agent in ({rows bigint})";

const PUT_OFFERS: &str = "insert into offers (interview, caller_hash, at_ms)
    {rows uuid, uuid, bigint} on conflict (interview) do nothing";

/// Begins interviews that are not there yet; says for each how it stands in the store. They count
/// in both generations of the tallies, the one that is read and the one that is written.
pub(super) async fn begin_all(
    tx: &mut Tx,
    changes: &mut Changes,
    Held { reading, writing, closed_before, .. }: Held,
    begins: &[(usize, &Begin)],
    units: &[Unit],
) -> Result<Vec<Result<Known, StoreError>>, StoreError> {
    // Of several starts of one interview in a batch the first one counts.
    let mut firsts: BTreeMap<Uuid, (&Begin, Unit)> = BTreeMap::new();
    let is_closed = |begin: &Begin| begin.day < closed_before;
    for ((_, begin), unit) in begins.iter().zip(units).filter(|((_, begin), _)| !is_closed(begin)) {
        firsts.entry(uuid(begin.id)).or_insert((*begin, *unit));
    }
    let fresh = insert_interviews(tx, writing, &firsts).await?;
    let is_new = |id: &Uuid| fresh.contains_key(id);

    let old: Vec<Uuid> = firsts.keys().copied().filter(|id| !is_new(id)).collect();
    let mut known: HashMap<Uuid, Result<Known, StoreError>> = HashMap::new();
    for row in super::interviews::known_rows(tx, old).await? {
        known.insert(row.id, Known::try_from(row));
    }

    let new: BTreeMap<Uuid, (&Begin, Unit)> =
        firsts.into_iter().filter(|(id, _)| is_new(id)).collect();
    let credits = credits_of(tx, &new).await?;
    let generations = if reading == writing { vec![reading] } else { vec![reading, writing] };
    let credits: Vec<(Uuid, Vec<(i64, Unit)>)> = credits
        .into_iter()
        .map(|(id, units)| {
            let pairs = generations.iter().flat_map(|of| units.iter().map(|unit| (*of, *unit)));
            (id, pairs.collect())
        })
        .collect();
    let mut put = Vec::with_capacity(credits.len());
    for (id, units) in &credits {
        if let Some((begin, _)) = new.get(id) {
            put.push((*id, begin.started_ms, units.as_slice()));
            changes.count(&interview_of(begin, writing), &[], units, 1);
        }
    }
    tally::put_credits(tx, &put).await?;
    let mut offers: Vec<(Uuid, Uuid, Millis)> = Vec::new();
    for (id, (begin, _)) in new.iter().filter(|(_, (begin, _))| begin.ineligible.is_empty()) {
        let Some(caller) = begin.caller else { continue };
        let (id, at_ms) = match fresh.get(id) {
            Some(true) => anonymous::offer(begin.started_ms)?,
            _ => (*id, begin.started_ms),
        };
        offers.push((id, Uuid::from_bytes(caller.0), at_ms));
    }
    let columns = [
        Column::Id(offers.iter().map(|offer| offer.0).collect()),
        Column::Id(offers.iter().map(|offer| offer.1).collect()),
        Column::Int(offers.iter().map(|offer| offer.2).collect()),
    ];
    tx.run(PUT_OFFERS, &columns).await?;

    let mut told = HashSet::new();
    Ok(begins
        .iter()
        .map(|(_, begin)| {
            if is_closed(begin) {
                return Err(StoreError::ClosedDay);
            }
            let id = uuid(begin.id);
            if let Some((first, _)) = new.get(&id) {
                return Ok(known_of(first, told.insert(id)));
            }
            match known.get(&id) {
                Some(Ok(known)) => Ok(known.clone()),
                Some(Err(fault)) => Err(StoreError::Corrupt(fault.to_string())),
                None => Err(StoreError::Corrupt(format!("interview {} vanished", begin.id))),
            }
        })
        .collect())
}

/// Puts those rows that are not there yet; which they are, and whether they are of an anonymous
/// survey.
async fn insert_interviews(
    tx: &mut Tx,
    writing: i64,
    firsts: &BTreeMap<Uuid, (&Begin, Unit)>,
) -> Result<HashMap<Uuid, bool>, StoreError> {
    let rows: Vec<(&Begin, Unit)> = firsts.values().copied().collect();
    let n = rows.len();
    macro_rules! each {
        (|$begin:ident, $unit:ident| $value:expr) => {
            rows.iter().map(|&($begin, $unit)| $value).collect()
        };
        (|$begin:ident| $value:expr) => {
            rows.iter().map(|&($begin, _)| $value).collect()
        };
    }
    let columns = [
        Column::Id(firsts.keys().copied().collect()),
        Column::Text(each!(|begin| begin.provider.as_str())),
        Column::TextOrNull(each!(|begin| begin.call_ref.as_deref())),
        Column::Text(each!(|begin| begin.handover.as_str())),
        Column::Int(each!(|begin| i64::from(begin.survey.0))),
        Column::Text(each!(|begin| begin.language.as_str())),
        Column::Text(each!(|begin| begin.channel.as_str())),
        Column::Int(each!(|begin| begin.day)),
        Column::Int(each!(|begin| begin.started_ms)),
        Column::Int(each!(|begin| begin.limit_ms)),
        Column::IdOrNull(each!(|begin| begin.caller.map(|hash| Uuid::from_bytes(hash.0)))),
        Column::TextOrNull(each!(|begin| begin.caller_last.as_deref())),
        Column::BytesOrNull(each!(|begin| begin.caller_sealed.as_deref())),
        Column::Text(each!(|begin| begin.ineligible.as_str())),
        Column::Text(each!(|begin| begin.opening.as_str())),
        Column::Int(vec![0; n]),
        Column::Int(each!(|begin| begin.started_ms)),
        Column::BytesOrNull(each!(|begin| Some(begin.state.as_slice()))),
        Column::IntOrNull(each!(|begin| begin.open_question.map(i64::from))),
        Column::Bool(vec![false; n]),
        Column::Text(each!(|begin| begin.disposition.word())),
        Column::Text(each!(|begin| begin.disposition.word())),
        Column::Bool(each!(|begin| !begin.ineligible.is_empty())),
        Column::Int(vec![writing; n]),
        Column::Int(each!(|begin| begin.day)),
        Column::IntOrNull(each!(|_begin, unit| some(unit.agent))),
        Column::IntOrNull(each!(|_begin, unit| some(unit.team))),
        Column::IntOrNull(each!(|_begin, unit| some(unit.queue))),
        Column::TextOrNull(each!(|begin| begin.said.leg.as_deref())),
        Column::IntOrNull(each!(|begin| begin.said.talk.map(i64::from))),
        Column::TextOrNull(each!(|begin| begin.said.call.as_deref())),
        Column::TextOrNull(each!(|begin| begin.said.conflicts.as_deref())),
        Column::Text(each!(|_begin, unit| if unit.agent == 0 { "none" } else { "handover" })),
        // Of one that was not offered there is nothing to tell.
        Column::Bool(each!(|begin| !begin.ineligible.is_empty())),
    ];
    let fresh: Vec<(Uuid, bool)> = tx.fetch_plain(PUT_INTERVIEWS, &columns).await?;
    Ok(fresh.into_iter().collect())
}

/// For whom new interviews count, from what their hand-overs said: always once as a whole, and
/// once for the agent. A team that was not said is the agent's at that time.
async fn credits_of(
    tx: &mut Tx,
    new: &BTreeMap<Uuid, (&Begin, Unit)>,
) -> Result<Vec<(Uuid, Vec<Unit>)>, StoreError> {
    let mut agents: Vec<i64> = new
        .values()
        .filter(|(_, unit)| unit.team == 0 && unit.agent != 0)
        .map(|(_, unit)| unit.agent)
        .collect();
    agents.sort_unstable();
    agents.dedup();
    let teams: Vec<(i64, i64, Option<i64>, i64)> =
        tx.fetch_plain(TEAMS_OF, &[Column::Int(agents)]).await?;
    let team_at = |agent: i64, at: Millis| {
        teams
            .iter()
            .filter(|(of, from, to, _)| *of == agent && *from <= at && to.is_none_or(|to| at < to))
            .max_by_key(|(_, from, _, _)| *from)
            .map_or(0, |(_, _, _, team)| *team)
    };
    Ok(new
        .iter()
        .map(|(id, (begin, said))| {
            let mut whole = Unit { kind: 0, agent: 0, ..*said };
            if whole.team == 0 {
                whole.team = team_at(said.agent, begin.started_ms);
            }
            let mut units = vec![whole];
            if said.agent != 0 {
                units.push(Unit { kind: 1, agent: said.agent, ..whole });
            }
            (*id, units)
        })
        .collect())
}

/// An id, or null for none.
fn some(id: i64) -> Option<i64> {
    (id != 0).then_some(id)
}

/// The row that a start makes, as far as it counts.
fn interview_of(begin: &Begin, counted: i64) -> Interview {
    Interview {
        id: uuid(begin.id),
        survey: i64::from(begin.survey.0),
        language: begin.language.clone(),
        channel: begin.channel.clone(),
        day: begin.day,
        started_ms: begin.started_ms,
        limit_ms: begin.limit_ms,
        ineligible: begin.ineligible.clone(),
        turn: 0,
        recorded_ms: begin.started_ms,
        open_question: begin.open_question.map(i64::from),
        started: false,
        turns_disposition: begin.disposition.word().to_owned(),
        disposition: begin.disposition.word().to_owned(),
        failed: None,
        finished_ms: None,
        ended_ms: None,
        ended_how: None,
        closed: !begin.ineligible.is_empty(),
        numbered: begin.caller_sealed.is_some(),
        // Counts for the same, whether or not.
        anonymous: false,
        counted,
        day_before: begin.day,
        recorded: false,
        caller_hash: begin.caller.map(|hash| Uuid::from_bytes(hash.0)),
    }
}

fn known_of(begin: &Begin, new: bool) -> Known {
    Known {
        id: begin.id,
        new,
        survey: begin.survey,
        ineligible: begin.ineligible.clone(),
        opening: begin.opening.clone(),
        started_ms: begin.started_ms,
        turn: 0,
        recorded_ms: begin.started_ms,
        state: begin.state.clone(),
        disposition: begin.disposition,
        closed: !begin.ineligible.is_empty(),
        closes_ms: tally::closes_ms(begin.limit_ms, None, None),
    }
}
