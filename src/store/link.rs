//! Linking: which call an interview belongs to, and for whom it counts.
//!
//! An interview finds its call by the ids that its hand-over gave; at last by the caller's number
//! and the time, where exactly one call fits. What records say of the call's agents goes before
//! what the hand-over said; the hand-over's words are kept, so that a disagreement can be shown.
//!
//! What a person decided by hand goes before all of that, until they take it back.
//!
//! Linking reads everything anew each time, so doing it again changes nothing, and whatever comes
//! late finds its place. One interview's call, credits and tallies change in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::rows::{Column, Tx};
use super::tally::{self, Credits, Held, credits, generations, hold, lock, move_credits};
use super::unasked::{self, Judge};
use super::writer::again;
use super::{Store, StoreError};
use crate::clock;
use crate::interview::{InterviewId, Millis};
use crate::survey::Credit;

mod evidence;
mod hand;
mod history;
pub(super) use evidence::Handling;
pub(super) use evidence::credit_word;
use evidence::{Evidence, Found, Row, credit_of};
pub use hand::{ByHand, Hand};
pub use history::Relinked;
use history::Step;

/// Interviews linked in one transaction; keeps the write lock under 20 ms.
const CHUNK: usize = 50;

/// How an interview came to its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// It has none yet.
    None,
    /// The hand-over named the agent, no record did.
    Handover,
    /// A record of its call, found by id, named the agent.
    Record,
    /// A record that fits by caller and time, and is the only one, named the agent.
    Inferred,
    /// Somebody decided it by hand.
    Hand,
}

impl Link {
    /// The word in the store and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Handover => "handover",
            Self::Record => "record",
            Self::Inferred => "inferred",
            Self::Hand => "hand",
        }
    }
}

const SET: &str = "with w (id, call_id, link, recorded) as ({rows uuid, uuid, text, boolean})
    update interviews set call_id = w.call_id, link = w.link, recorded = w.recorded
    from w where interviews.id = w.id {of interviews.id}";

// Joined in this order: from the few calls to their names, from there to the interviews.
const OF_CALLS: &str = "with c (id, span) as ({rows uuid, bigint})
    select i.id from c cross join interviews i where i.call_id = c.id
    union select i.id from c cross join call_names n cross join interviews i
        where n.call_id = c.id and i.call_ref = n.name
    union select i.id from c cross join call_names n cross join interviews i
        where n.call_id = c.id and i.said_call = n.name
    union select i.id from c cross join call_names n cross join interviews i
        where n.call_id = c.id and i.said_leg = n.name
    union select i.id from c cross join legs l cross join interviews i
        where l.call_id = c.id and i.said_leg = l.leg
    union select i.id from c cross join calls k cross join interviews i
        where k.id = c.id and i.caller_hash = k.caller_hash
            and i.started_ms >= k.started_ms - 60000
            and i.started_ms <= coalesce(k.ended_ms, k.started_ms) + c.span";

const STAMPS: &str = "select call_id, stamp from relinks where call_id in ({rows uuid})";
const SOME_STAMPS: &str = "select call_id, stamp from relinks limit 100";
// Whoever stores records locks these rows in the same order, or the two would wait for each other.
const LOCK_DONE: &str = "select call_id from relinks where call_id in ({rows uuid})
    order by call_id {lock}";
const DONE: &str = "delete from relinks where (call_id, stamp) in ({rows uuid, bigint})";

const WAITING: &str = "select i.id from interviews i
    where i.day >= $1 and i.call_id is null and not i.anonymous and (
        exists (select 1 from call_names n where n.name = i.said_call)
        or exists (select 1 from call_names n where n.name = i.call_ref)
        or exists (select 1 from call_names n where n.name = i.said_leg)
        or exists (select 1 from legs l where l.leg = i.said_leg))
    limit 500";

/// What linking would change.
#[derive(Default)]
struct Changes {
    /// The interviews that change.
    ids: BTreeSet<Uuid>,
    /// Their call, how it was found and whether its record names an agent, where that changes.
    links: Vec<(Uuid, Option<Uuid>, Link, bool)>,
    /// The calls that they belong to, before and after, where that changes.
    calls: BTreeSet<Uuid>,
    /// For whom they count, where that changes, in every generation that counts them.
    credits: Credits,
    /// How each of them stands by what is known now.
    found: BTreeMap<Uuid, Found>,
}

impl Changes {
    async fn find(tx: &mut Tx, ids: Vec<Uuid>, match_ms: Millis) -> Result<Self, StoreError> {
        // Before the rules are read: a recount that ends in between brings its rules into force,
        // and what is counted by those goes into its generation either way.
        let (reading, _) = generations(tx).await?;
        let rows: Vec<Row> = tx.fetch(Row::SQL, &[Column::Id(ids.clone())]).await?;
        let evidence = Evidence::read(tx, &rows, match_ms).await?;
        let mut credited = credits(tx, ids).await?;
        let mut changes = Self::default();
        for row in &rows {
            let now = evidence.decide(row);
            changes.note_link(row, &now);
            changes.found.insert(row.id, now.clone());
            let in_generation = |generation, found: Found| {
                found.units.into_iter().map(move |unit| (generation, unit))
            };
            let mut wanted: Vec<_> = in_generation(reading, now).collect();
            if row.counted != reading {
                wanted.extend(in_generation(row.counted, evidence.decide_next(row)));
            }
            wanted.sort_unstable();
            let mut old = credited.remove(&row.id).unwrap_or_default();
            // What a recount has left behind counts no more.
            old.retain(|(generation, _)| [reading, row.counted].contains(generation));
            old.sort_unstable();
            // Whether there is a record is counted beside whom it counts for.
            let recorded = changes.found.get(&row.id).is_some_and(|found| found.recorded);
            if old != wanted || recorded != row.recorded {
                changes.credits.insert(row.id, wanted);
                changes.ids.insert(row.id);
            }
        }
        Ok(changes)
    }

    fn note_link(&mut self, row: &Row, found: &Found) {
        let same_call = row.call_id == found.call_id && row.link == found.link.word();
        if !same_call || row.recorded != found.recorded {
            self.links.push((row.id, found.call_id, found.link, found.recorded));
            self.ids.insert(row.id);
        }
        if row.call_id != found.call_id {
            self.calls.extend(row.call_id.into_iter().chain(found.call_id));
        }
    }

    async fn write_links(&self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        let columns = [
            Column::Id(self.links.iter().map(|l| l.0).collect()),
            Column::IdOrNull(self.links.iter().map(|l| l.1).collect()),
            Column::Text(self.links.iter().map(|l| l.2.word()).collect()),
            Column::Bool(self.links.iter().map(|l| l.3).collect()),
        ];
        tx.run(SET, &columns).await?;
        Ok(())
    }

    /// Writes links and credits, and all that follows in the tallies, also of calls that nobody
    /// was asked about until now.
    async fn write(
        &self,
        tx: &mut Tx,
        locked: &BTreeMap<Uuid, tally::Interview>,
        held: Held,
    ) -> Result<(), sqlx::Error> {
        self.write_links(tx).await?;
        let mut counts = tally::Changes::new(held);
        unasked::follow(tx, &mut counts, self.calls.iter().copied().collect()).await?;
        let recorded = self.links.iter().map(|link| (link.0, link.3)).collect();
        move_credits(tx, locked, counts, &self.credits, &recorded).await
    }

    /// Writes down how the links of those that change stand from now on.
    async fn write_history(&self, tx: &mut Tx, at_ms: Millis) -> Result<(), sqlx::Error> {
        let changed = self.found.iter().filter(|(id, _)| self.ids.contains(id));
        let steps: Vec<Step<'_>> =
            changed.map(|(id, found)| Step { interview: *id, found, by: None }).collect();
        history::write(tx, at_ms, &steps).await
    }
}

/// Links locked interviews anew for a recount, and says for whom they count in the generation
/// that it writes, and whether a record of their call names an agent; for whom they count in the
/// generation that reports read stays as it is.
pub(super) async fn link_for_recount(
    tx: &mut Tx,
    ids: Vec<Uuid>,
    match_ms: Millis,
) -> Result<BTreeMap<Uuid, (Vec<super::Unit>, bool)>, StoreError> {
    let rows: Vec<Row> = tx.fetch(Row::SQL, &[Column::Id(ids)]).await?;
    let evidence = Evidence::read(tx, &rows, match_ms).await?;
    let mut changes = Changes::default();
    let mut units = BTreeMap::new();
    for row in &rows {
        let found = evidence.decide_next(row);
        changes.note_link(row, &found);
        units.insert(row.id, (found.units, found.recorded));
    }
    changes.write_links(tx).await?;
    Ok(units)
}

impl Store {
    /// The credit rule in force for a survey; keeps the given one if there is none yet. The
    /// survey's own rule and the one in force differ from a change of the survey file until a
    /// [`Store::recount`] has brought it into force.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn credit_rule(&self, survey: &str, first: Credit) -> Result<Credit, StoreError> {
        credit_of(&self.remember(&format!("credit.{survey}"), credit_word(first)).await?)
    }

    /// Links these interviews by what is known now; says how many changed. `match_ms` is how long
    /// after a call its caller may still be matched by number and time. Unknown ids are passed
    /// over; doing it again changes nothing.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn relink(
        &self,
        interviews: &[InterviewId],
        match_ms: Millis,
    ) -> Result<usize, StoreError> {
        let ids: Vec<Uuid> = interviews.iter().map(|id| Uuid::from_bytes(id.0)).collect();
        self.relink_ids(ids, match_ms).await
    }

    async fn relink_ids(&self, mut ids: Vec<Uuid>, match_ms: Millis) -> Result<usize, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        let mut changed = 0;
        for chunk in ids.chunks(CHUNK) {
            changed += again(|| self.relink_chunk(chunk, match_ms)).await?;
        }
        Ok(changed)
    }

    async fn relink_chunk(&self, ids: &[Uuid], match_ms: Millis) -> Result<usize, StoreError> {
        // Most are linked as they should be; they cost no write lock. Whatever changes between
        // this look and the next is linked by whoever changes it.
        let mut tx = Tx::snapshot(&self.pools).await?;
        let look = Changes::find(&mut tx, ids.to_vec(), match_ms).await?;
        tx.commit().await?;
        if look.ids.is_empty() {
            return Ok(0);
        }
        let mut tx = Tx::write(&self.pools).await?;
        // Locked first: from here on neither a turn nor another linking changes these interviews.
        let locked = lock(&mut tx, &look.ids.into_iter().collect::<Vec<_>>()).await?;
        // Calls after interviews, and both before any tally: as whoever counts calls does it.
        unasked::lock(&mut tx, look.calls.into_iter().collect()).await?;
        let held = hold(&mut tx).await?;
        let changes = Changes::find(&mut tx, locked.keys().copied().collect(), match_ms).await?;
        changes.write(&mut tx, &locked, held).await?;
        changes.write_history(&mut tx, clock::now_ms()).await?;
        tx.commit().await?;
        Ok(changes.ids.len())
    }

    /// Links the interviews of calls whose records changed, and counts the calls that none belongs
    /// to by what `judge` says of them; says how many interviews changed. With no calls
    /// given, those of any calls that are still to be done, a hundred at most: what a node left
    /// undone when it stopped.
    ///
    /// # Errors
    /// If the database does not answer; the calls then stay to be done.
    pub async fn relink_calls(
        &self,
        calls: &[Uuid],
        match_ms: Millis,
        judge: &Judge<'_>,
    ) -> Result<usize, StoreError> {
        let mut changed = 0;
        if calls.is_empty() {
            return self.relink_stamped(&[], match_ms, judge).await;
        }
        for chunk in calls.chunks(100) {
            changed += self.relink_stamped(chunk, match_ms, judge).await?;
        }
        Ok(changed)
    }

    async fn relink_stamped(
        &self,
        calls: &[Uuid],
        match_ms: Millis,
        judge: &Judge<'_>,
    ) -> Result<usize, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let stamps: Vec<(Uuid, i64)> = if calls.is_empty() {
            tx.fetch(SOME_STAMPS, &[]).await?
        } else {
            tx.fetch(STAMPS, &[Column::Id(calls.to_vec())]).await?
        };
        // Calls that were named are linked whatever the stamps say: another node may have taken
        // their stamps away for a change that came before.
        let calls: Vec<Uuid> =
            if calls.is_empty() { stamps.iter().map(|s| s.0).collect() } else { calls.to_vec() };
        let spans = vec![match_ms; calls.len()];
        let columns = [Column::Id(calls.clone()), Column::Int(spans)];
        let ids: Vec<(Uuid,)> = tx.fetch(OF_CALLS, &columns).await?;
        tx.commit().await?;
        let changed = self.relink_ids(ids.into_iter().map(|id| id.0).collect(), match_ms).await?;
        self.count_calls(&calls, judge).await?;
        again(|| self.forget_stamps(&stamps)).await?;
        Ok(changed)
    }

    /// Takes the calls off the list of those to be linked, but those that changed meanwhile.
    async fn forget_stamps(&self, stamps: &[(Uuid, i64)]) -> Result<(), StoreError> {
        let columns = [
            Column::Id(stamps.iter().map(|s| s.0).collect()),
            Column::Int(stamps.iter().map(|s| s.1).collect()),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        let _: Vec<(Uuid,)> = tx.fetch(LOCK_DONE, &columns[..1]).await?;
        tx.run(DONE, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Links interviews since that day that have no call although one of their ids is known; says
    /// how many changed. Such a one is left where a node stopped between an interview's start and
    /// its linking.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn relink_waiting(&self, since: i64, match_ms: Millis) -> Result<usize, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let ids: Vec<(Uuid,)> = tx.fetch(WAITING, &[Column::Int(vec![since])]).await?;
        tx.commit().await?;
        self.relink_ids(ids.into_iter().map(|id| id.0).collect(), match_ms).await
    }
}
