//! Taking out of the store what leads to one caller or customer.
//!
//! An interview goes whole, with all that hangs on it, and takes what it counts for out of the
//! tallies of open days in the same transaction; so does the record of a call. Closed days keep
//! their tallies: nothing in them leads to anybody.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::rows::{Column, Tx};
use super::tally::{self, Changes};
use super::writer::again;
use super::{CallerHash, Pools, Store, StoreError, read, unasked};
use crate::interview::InterviewId;

/// Interviews or calls taken out in one transaction; keeps the write lock under 20 ms.
const PART: usize = 20;
/// Tries where somebody adds to an interview just while it goes.
const TRIES: usize = 5;

// A call that hides its number is known by its record, and not by what somebody linked by hand.
const INTERVIEWS: &str = "select id from interviews where caller_hash = $1
    union select i.id from calls c join interviews i on i.call_id = c.id
        where c.caller_hash = $1 and i.caller_hash is null and i.link <> 'hand'";
const CALLS: &str = "select id from calls where caller_hash = $1
    union select c.id from interviews i join calls c on c.id = i.call_id
        where i.caller_hash = $1 and c.caller_hash is null";
// By the records of their calls; what somebody linked by hand may be another person's.
const INTERVIEWS_OF_CUSTOMER: &str =
    "select i.id from calls c join interviews i on i.call_id = c.id
    where c.customer = $1 and (i.link <> 'hand' or i.caller_hash = c.caller_hash)";
const CALLS_OF_CUSTOMER: &str = "select id from calls where customer = $1";
const REFS: &str = "select call_ref from interviews where id in ({rows uuid})
    and call_ref is not null";
const NAMES: &str = "select name from call_names where call_id in ({rows uuid})";
const FILES: &str = "select file from comments where interview in ({rows uuid})
    and file is not null";
const LINKED: &str = "select distinct call_id from interviews where id in ({rows uuid})
    and call_id is not null";
const SENT: &str = "select id from deliveries where subject in ({rows text})";
const UNSEND: &str = "delete from deliveries where id in ({rows text})";
const FORGET_OFFERS: &str = "delete from offers where caller_hash = $1";
const FORGET_OFFERS_OF: &str = "delete from offers where interview in ({rows uuid})";
const FORGET_ANNOUNCED: &str = "delete from handovers where caller_hash = $1";
const FORGET_USED: &str = "delete from handovers where (provider, used_call) in
    (select provider, call_ref from interviews where id in ({rows uuid}))";
const NEVER: &str = "select count(*) from never_ask where caller_hash = $1";

/// What hangs on interviews, and they themselves; what points at others goes first.
const GONE: [&str; 11] = [
    "delete from turns where interview in ({rows uuid})",
    "delete from answers where interview in ({rows uuid})",
    "delete from comments where interview in ({rows uuid})",
    "delete from callbacks where interview in ({rows uuid})",
    "delete from credits where interview in ({rows uuid})",
    "delete from hand_links where interview in ({rows uuid})",
    "delete from link_history where interview in ({rows uuid})",
    "delete from marks where interview in ({rows uuid})",
    "delete from cases where interview in ({rows uuid})",
    "delete from observations where interview in ({rows uuid})",
    "delete from interviews where id in ({rows uuid})",
];

/// Somebody who was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Whoever called from a number.
    Caller(CallerHash),
    /// A customer, by the key that records of calls give.
    Customer(String),
}

/// What leads to one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// Their interviews.
    pub interviews: Vec<InterviewId>,
    /// Records of their calls.
    pub calls: Vec<Uuid>,
    /// Ids by which their calls are known, here and elsewhere.
    pub names: BTreeSet<String>,
    /// Files of their comments, inside the media folder.
    pub files: BTreeSet<String>,
}

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Interviews.
    pub interviews: u64,
    /// Records of calls.
    pub calls: u64,
    /// Entries of the list by which nobody is asked too often.
    pub offers: u64,
    /// Announced hand-overs.
    pub announced: u64,
    /// Webhooks and mails about their interviews.
    pub deliveries: u64,
}

/// Deletes locked interviews with all that hangs on them; says how many offers that were.
pub(super) async fn delete(tx: &mut Tx, ids: &[Uuid]) -> Result<u64, sqlx::Error> {
    let offers = tx.run(FORGET_OFFERS_OF, &[Column::Id(ids.to_vec())]).await?;
    for gone in GONE {
        tx.run(gone, &[Column::Id(ids.to_vec())]).await?;
    }
    Ok(offers)
}

impl Subject {
    /// The hash of their number, where they are known by it.
    pub fn caller(&self) -> Option<CallerHash> {
        match self {
            Self::Caller(caller) => Some(*caller),
            Self::Customer(_) => None,
        }
    }
}

impl Traces {
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.interviews.iter().map(|id| Uuid::from_bytes(id.0)).collect()
    }
}

impl Store {
    /// What leads to somebody.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn traces(&self, of: &Subject) -> Result<Traces, StoreError> {
        let (interviews, calls, by) = match of {
            Subject::Caller(caller) => {
                (INTERVIEWS, CALLS, [Column::Id(vec![Uuid::from_bytes(caller.0)])])
            }
            Subject::Customer(key) => {
                (INTERVIEWS_OF_CUSTOMER, CALLS_OF_CUSTOMER, [Column::Text(vec![key])])
            }
        };
        let mut tx = Tx::look_up(&self.pools).await?;
        let interviews: Vec<(Uuid,)> = tx.fetch(interviews, &by).await?;
        let calls: Vec<(Uuid,)> = tx.fetch(calls, &by).await?;
        let calls: Vec<Uuid> = calls.into_iter().map(|(id,)| id).collect();
        let ids: Vec<Uuid> = interviews.iter().map(|(id,)| *id).collect();
        let refs: Vec<(String,)> = tx.fetch(REFS, &[Column::Id(ids.clone())]).await?;
        let names: Vec<(String,)> = tx.fetch(NAMES, &[Column::Id(calls.clone())]).await?;
        let files: Vec<(String,)> = tx.fetch(FILES, &[Column::Id(ids)]).await?;
        tx.commit().await?;
        Ok(Traces {
            interviews: interviews.iter().map(|(id,)| InterviewId(*id.as_bytes())).collect(),
            calls,
            names: refs.into_iter().chain(names).map(|(name,)| name).collect(),
            files: files.into_iter().map(|(file,)| file).collect(),
        })
    }

    /// Takes what leads to somebody out of the database, a little at a time. Who must never be
    /// asked stays so. It may be done again where it was stopped.
    ///
    /// # Errors
    /// If the database does not answer; what was taken out stays out.
    pub async fn erase(&self, of: &Subject, traces: &Traces) -> Result<Erased, StoreError> {
        let mut done = Erased::default();
        let subjects: Vec<String> = traces.interviews.iter().map(InterviewId::to_string).collect();
        let mut tx = Tx::look_up(&self.pools).await?;
        let columns = [Column::Text(subjects.iter().map(String::as_str).collect())];
        let sent: Vec<(String,)> = tx.fetch(SENT, &columns).await?;
        tx.commit().await?;
        done.deliveries = again(|| self.unsend(&sent)).await?;
        if let Some(caller) = of.caller() {
            (done.offers, done.announced) = again(|| self.erase_hashes(caller)).await?;
        }
        for part in traces.ids().chunks(PART) {
            done.announced += again(|| self.forget_used(part)).await?;
            let (interviews, offers) = self.erase_interviews(part).await?;
            done.interviews += interviews;
            done.offers += offers;
            tokio::task::yield_now().await;
        }
        for part in traces.calls.chunks(PART) {
            done.calls += again(|| self.erase_calls(part)).await?;
            tokio::task::yield_now().await;
        }
        self.begin_log_anew().await?;
        Ok(done)
    }

    /// What was overwritten still stands in SQLite's log, until that begins anew: it does so now,
    /// unless somebody is reading in it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn begin_log_anew(&self) -> Result<(), StoreError> {
        if let Pools::Sqlite { write, own, .. } = &self.pools {
            let _pen = own.pen().await;
            sqlx::query("pragma wal_checkpoint(truncate)").execute(write).await?;
        }
        Ok(())
    }

    async fn erase_interviews(&self, ids: &[Uuid]) -> Result<(u64, u64), StoreError> {
        let mut tried = 0;
        loop {
            match again(|| self.erase_interviews_once(ids)).await {
                // A case or a link by hand was added between one statement and the next.
                Err(fault) if tried < TRIES && fault.is_of_data() => tried += 1,
                done => return done,
            }
        }
    }

    /// How many interviews and offers went.
    async fn erase_interviews_once(&self, ids: &[Uuid]) -> Result<(u64, u64), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let locked = tally::lock(&mut tx, ids).await?;
        let ids: Vec<Uuid> = locked.keys().copied().collect();
        let calls: Vec<(Uuid,)> = tx.fetch(LINKED, &[Column::Id(ids.clone())]).await?;
        let calls: Vec<Uuid> = calls.into_iter().map(|(id,)| id).collect();
        // Calls after interviews, and both before any tally, as whoever links does it.
        unasked::lock(&mut tx, calls.clone()).await?;
        let mut changes = Changes::new(tally::hold(&mut tx).await?);
        let credits = tally::credits(&mut tx, ids.clone()).await?;
        let answers = tally::answers(&mut tx, ids.clone()).await?;
        for (id, interview) in &locked {
            let answers = answers.get(id).map_or(&[][..], Vec::as_slice);
            let credits = credits.get(id).map_or(&[][..], Vec::as_slice);
            changes.count(interview, answers, credits, -1);
        }
        let offers = delete(&mut tx, &ids).await?;
        unasked::follow(&mut tx, &mut changes, calls).await?;
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok((locked.len() as u64, offers))
    }

    pub(super) async fn erase_calls(&self, ids: &[Uuid]) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        unasked::lock(&mut tx, ids.to_vec()).await?;
        let mut changes = Changes::new(tally::hold(&mut tx).await?);
        let gone = unasked::take_out(&mut tx, &mut changes, ids.to_vec()).await?;
        changes.write(&mut tx).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn unsend(&self, sent: &[(String,)]) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let ids = sent.iter().map(|(id,)| id.as_str()).collect();
        let gone = tx.run(UNSEND, &[Column::Text(ids)]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn forget_used(&self, interviews: &[Uuid]) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let gone = tx.run(FORGET_USED, &[Column::Id(interviews.to_vec())]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn erase_hashes(&self, caller: CallerHash) -> Result<(u64, u64), StoreError> {
        let hash = [Column::Id(vec![Uuid::from_bytes(caller.0)])];
        let mut tx = Tx::write(&self.pools).await?;
        let offers = tx.run(FORGET_OFFERS, &hash).await?;
        let announced = tx.run(FORGET_ANNOUNCED, &hash).await?;
        tx.commit().await?;
        Ok((offers, announced))
    }

    /// Whether that caller must never be asked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_never_asked(&self, caller: CallerHash) -> Result<bool, StoreError> {
        let hash = Uuid::from_bytes(caller.0);
        let (n,): (i64,) = read!(self, |db| sqlx::query_as(NEVER).bind(hash).fetch_one(db).await?);
        Ok(n > 0)
    }
}
