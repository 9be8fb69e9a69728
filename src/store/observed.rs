//! Whether callers who were asked called again, noted once for each contact when it is old enough;
//! and the caller hashes of calls that nobody was asked about, which do not stay.
//!
//! Interviews of anonymous surveys are no such contacts: nothing leads from them to a caller.
//!
//! The two belong together: a further call is found by its hash, so what is to be said of a
//! contact is said and kept before the hashes go.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::FromRow;
use uuid::Uuid;

use super::report::Cut;
use super::rows::{Column, Tx};
use super::writer::again;
use super::{Store, StoreError, look_up};
use crate::interview::Millis;
use crate::survey::Version;

/// Days in which a further call counts as one about the same matter.
pub const DAYS: i64 = 7;
/// Numbers with more calls than this in 30 days are left out: switchboards, and callers who ring
/// every day.
pub const MOST_CALLS: i64 = 5;
/// Days for which the hash of a call that nobody was asked about is kept after its record came.
pub const HASH_DAYS: i64 = 8;
/// Most interviews that are read at once.
pub const MOST_READ: i64 = 50_000;

const DAY_MS: Millis = 86_400_000;
/// Contacts noted, and hashes forgotten, in one transaction.
const PART: i64 = 100;
/// Where noting has come to, as UTC milliseconds of a start.
const OBSERVED: &str = "observed_until";
/// Where forgetting has come to, as UTC milliseconds of a receipt.
const FORGOTTEN: &str = "hashes_forgotten_until";

const CONTACTS: &str = "select i.id, i.day, i.started_ms, i.caller_hash, i.call_id, i.call_ref,
        k.queue, c.customer, c.case_ref,
        cast(case when exists (select 1 from callbacks b
            where b.interview = i.id and b.done_ms is not null) then 1 else 0 end as bigint) as called
    from interviews i
    left join credits k on k.interview = i.id and k.kind = 0
        and k.gen = (select reading from tally_state where id = 1)
    left join calls c on c.id = i.call_id
    where i.started_ms >= $1 and i.started_ms <= $2 and i.started = $3 and i.ineligible = ''
        and not i.anonymous
        and not exists (select 1 from observations o where o.interview = i.id)
    order by i.started_ms, i.id limit $4";

/// Further calls that a person answered; what else is asked of them.
macro_rules! further {
    ($key:literal, $place:literal) => {
        concat!(
            "with w (interview, key, call_id, at, queue) as ({rows uuid, ",
            $key,
            ", uuid, bigint, bigint})
    select distinct w.interview,
        cast(case when k.direction = 'outbound' then 1 else 0 end as bigint) as outbound
    from w join calls k on k.",
            $place,
            " = w.key join legs l on l.call_id = k.id
    where k.id <> w.call_id and l.agent is not null
        and (l.answered_ms is not null or l.talk_seconds is null or l.talk_seconds > 0)
        and coalesce(k.started_ms, l.started_ms, l.answered_ms) > w.at
        and coalesce(k.started_ms, l.started_ms, l.answered_ms) <= w.at + 604800000"
        )
    };
}
const BY_NUMBER: &str = concat!(
    further!("uuid", "caller_hash"),
    " and (k.direction = 'outbound' or l.queue = w.queue)"
);
const BY_CUSTOMER: &str = further!("text", "customer");
const BY_CASE: &str = further!("text", "case_ref");

// A call of which nothing but its interview tells. A second interview of one call is none.
const BY_INTERVIEW: &str = "with w (interview, key, ref, at, queue) as
        ({rows uuid, uuid, text, bigint, bigint})
    select distinct w.interview from w join interviews j on j.caller_hash = w.key
    join credits k on k.interview = j.id and k.kind = 0
        and k.gen = (select reading from tally_state where id = 1)
    where j.id <> w.interview and not j.anonymous and j.call_id is null and j.started_ms > w.at
        and j.started_ms <= w.at + 604800000 and k.queue = w.queue
        and coalesce(j.call_ref, '') <> w.ref";

const HOW_OFTEN: &str = "with w (interview, key, at) as ({rows uuid, uuid, bigint})
    select w.interview, count(*) as n from w join calls k on k.caller_hash = w.key
    where coalesce(k.started_ms, k.received_ms) between w.at - 1987200000 and w.at + 604800000
    group by w.interview";
const HOW_OFTEN_ASKED: &str = "with w (interview, key, at) as ({rows uuid, uuid, bigint})
    select w.interview, count(distinct coalesce(j.call_ref, '')) as n
    from w join interviews j on j.caller_hash = w.key
    where not j.anonymous and j.call_id is null and j.started_ms between w.at - 1987200000 and w.at + 604800000
    group by w.interview";

const PUT: &str = "insert into observations (interview, day, outcome) {rows uuid, bigint, text}
    on conflict (interview) do nothing";

const HASHED: &str = "select id from calls
    where caller_hash is not null and received_ms >= $1 and received_ms < $2
        and not exists (select 1 from interviews i where i.call_id = calls.id)
    order by received_ms, id limit $3";
const FORGET: &str = "update calls set caller_hash = null where id in ({rows uuid})
    and not exists (select 1 from interviews i where i.call_id = calls.id)";

const TABLE: &str = "select answers.outcome as said, observations.outcome as seen, count(*) as n
    from (
      select interviews.id from interviews
      join credits on credits.interview = interviews.id and credits.kind = 0
        and credits.gen = (select reading from tally_state where id = 1)
      where not interviews.anonymous and interviews.day between $1 and $2
        and interviews.survey = $3
        and interviews.started = $4 and interviews.ineligible = ''
        and (cast($5 as bigint) is null or credits.team = $5)
        and (cast($6 as bigint) is null or credits.queue = $6)
        and (cast($7 as text) is null or interviews.language = $7)
        and (cast($8 as text) is null or interviews.channel = $8)
      order by interviews.day desc, interviews.id desc limit $9
    ) as picked
    left join answers on answers.interview = picked.id and answers.question = $10
    left join observations on observations.interview = picked.id
    group by answers.outcome, observations.outcome";

/// What was seen of one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No further call.
    Quiet,
    /// A new incoming call about the same matter that a person answered.
    Repeat,
    /// We called back ourselves, so that nobody knows whether they would have.
    CalledBack,
    /// A number with many calls.
    Often,
    /// Nothing to find a further call by.
    Unknown,
}

impl Seen {
    const ALL: [Self; 5] =
        [Self::Quiet, Self::Repeat, Self::CalledBack, Self::Often, Self::Unknown];

    /// The word in the store and in keys of texts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Repeat => "repeat",
            Self::CalledBack => "called_back",
            Self::Often => "often",
            Self::Unknown => "unknown",
        }
    }

    fn from_word(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|seen| seen.word() == word);
        found.ok_or_else(|| StoreError::Corrupt(format!("\"{word}\" of a contact")))
    }
}

/// So many interviews with one answer, and what was seen of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidAndSeen {
    /// The outcome of the question's item; `None` if it has none.
    pub said: Option<i64>,
    /// `None`: not old enough, or nobody looked.
    pub seen: Option<Seen>,
    /// How many.
    pub n: i64,
}

/// A contact that is old enough.
#[derive(Clone, Debug, FromRow)]
struct Contact {
    id: Uuid,
    day: i64,
    started_ms: Millis,
    caller_hash: Option<Uuid>,
    call_id: Option<Uuid>,
    call_ref: Option<String>,
    queue: Option<i64>,
    customer: Option<String>,
    case_ref: Option<String>,
    called: i64,
}

impl Contact {
    fn call(&self) -> Uuid {
        self.call_id.unwrap_or_else(Uuid::nil)
    }

    /// Callers without a queue are not matched by number: anybody might be meant.
    fn queue(&self) -> i64 {
        self.queue.filter(|queue| *queue > 0).unwrap_or(-1)
    }
}

/// What is known of further calls.
#[derive(Default)]
struct Further {
    inbound: BTreeSet<Uuid>,
    outbound: BTreeSet<Uuid>,
    calls: HashMap<Uuid, i64>,
}

impl Further {
    async fn read(tx: &mut Tx, contacts: &[Contact]) -> Result<Self, sqlx::Error> {
        let mut found = Self::default();
        let by_number: Vec<(&Contact, Uuid)> =
            contacts.iter().filter_map(|one| Some((one, one.caller_hash?))).collect();
        let ids = || Column::Id(by_number.iter().map(|one| one.0.id).collect());
        let keys = || Column::Id(by_number.iter().map(|one| one.1).collect());
        let at = || Column::Int(by_number.iter().map(|one| one.0.started_ms).collect());
        let queues = || Column::Int(by_number.iter().map(|one| one.0.queue()).collect());
        let calls = Column::Id(by_number.iter().map(|one| one.0.call()).collect());
        found.note(tx.fetch(BY_NUMBER, &[ids(), keys(), calls, at(), queues()]).await?);
        let refs = by_number.iter().map(|one| one.0.call_ref.as_deref().unwrap_or_default());
        let refs = Column::Text(refs.collect());
        let again: Vec<(Uuid,)> =
            tx.fetch(BY_INTERVIEW, &[ids(), keys(), refs, at(), queues()]).await?;
        found.inbound.extend(again.into_iter().map(|(id,)| id));
        for text in [HOW_OFTEN, HOW_OFTEN_ASKED] {
            for (id, n) in tx.fetch::<(Uuid, i64)>(text, &[ids(), keys(), at()]).await? {
                *found.calls.entry(id).or_default() += n;
            }
        }
        for (text, key) in [
            (BY_CUSTOMER, (|one| one.customer.as_deref()) as fn(&Contact) -> Option<&str>),
            (BY_CASE, |one| one.case_ref.as_deref()),
        ] {
            let of: Vec<(&Contact, &str)> =
                contacts.iter().filter_map(|one| Some((one, key(one)?))).collect();
            let columns = [
                Column::Id(of.iter().map(|one| one.0.id).collect()),
                Column::Text(of.iter().map(|one| one.1).collect()),
                Column::Id(of.iter().map(|one| one.0.call()).collect()),
                Column::Int(of.iter().map(|one| one.0.started_ms).collect()),
                Column::Int(of.iter().map(|one| one.0.queue()).collect()),
            ];
            found.note(tx.fetch(text, &columns).await?);
        }
        Ok(found)
    }

    fn note(&mut self, rows: Vec<(Uuid, i64)>) {
        for (id, outbound) in rows {
            match outbound {
                0 => self.inbound.insert(id),
                _ => self.outbound.insert(id),
            };
        }
    }

    fn of(&self, contact: &Contact) -> Seen {
        let id = &contact.id;
        let found_by = contact.caller_hash.is_some_and(|_| contact.queue() > 0)
            || contact.customer.is_some()
            || contact.case_ref.is_some();
        if !found_by {
            Seen::Unknown
        } else if self.calls.get(id).is_some_and(|n| *n > MOST_CALLS) {
            Seen::Often
        } else if contact.called > 0 || self.outbound.contains(id) {
            Seen::CalledBack
        } else if self.inbound.contains(id) {
            Seen::Repeat
        } else {
            Seen::Quiet
        }
    }
}

impl Store {
    /// Begins noting with contacts since that moment, where nobody has begun yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn observe_since(&self, since: Millis) -> Result<(), StoreError> {
        self.remember(OBSERVED, &since.to_string()).await.map(drop)
    }

    /// Notes of contacts that are [`DAYS`] old by now whether their callers called again, a part
    /// at a time; says of how many. Zero: all is done. The first time it begins with contacts
    /// whose further calls still have their hashes.
    ///
    /// # Errors
    /// If the database does not answer; what is not noted is noted the next time.
    pub async fn observe(&self, now: Millis) -> Result<usize, StoreError> {
        let first = now - HASH_DAYS * DAY_MS;
        let from = self.kept(OBSERVED).await?.and_then(|ms| ms.parse::<Millis>().ok());
        let from = from.unwrap_or(first);
        let until = now - DAYS * DAY_MS;
        let mut tx = Tx::look_up(&self.pools).await?;
        let columns = [
            Column::Int(vec![from]),
            Column::Int(vec![until]),
            Column::Bool(vec![true]),
            Column::Int(vec![PART]),
        ];
        let contacts: Vec<Contact> = tx.fetch(CONTACTS, &columns).await?;
        let further = Further::read(&mut tx, &contacts).await?;
        tx.commit().await?;
        let seen: BTreeMap<Uuid, (i64, Seen)> =
            contacts.iter().map(|one| (one.id, (one.day, further.of(one)))).collect();
        again(|| self.put_observations(&seen)).await?;
        let done = contacts.last().map_or(until.max(from), |last| last.started_ms);
        self.replace(OBSERVED, &done.to_string()).await?;
        Ok(contacts.len())
    }

    async fn put_observations(&self, seen: &BTreeMap<Uuid, (i64, Seen)>) -> Result<(), StoreError> {
        let columns = [
            Column::Id(seen.keys().copied().collect()),
            Column::Int(seen.values().map(|(day, _)| *day).collect()),
            Column::Text(seen.values().map(|(_, seen)| seen.word()).collect()),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(PUT, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets the caller's hash of calls that no interview belongs to and whose records came
    /// [`HASH_DAYS`] ago, a part at a time; says of how many. Zero: all is done.
    ///
    /// # Errors
    /// If the database does not answer; what is not forgotten is forgotten the next time.
    pub async fn forget_hashes(&self, now: Millis) -> Result<usize, StoreError> {
        let until = now - HASH_DAYS * DAY_MS;
        let from = self.kept(FORGOTTEN).await?.and_then(|ms| ms.parse::<Millis>().ok());
        let from = from.unwrap_or(0);
        let columns = [Column::Int(vec![from]), Column::Int(vec![until]), Column::Int(vec![PART])];
        let mut tx = Tx::look_up(&self.pools).await?;
        let ids: Vec<(Uuid,)> = tx.fetch(HASHED, &columns).await?;
        tx.commit().await?;
        if ids.is_empty() {
            if until > from {
                self.replace(FORGOTTEN, &until.to_string()).await?;
            }
            return Ok(0);
        }
        let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
        again(|| self.forget_hashes_of(&ids)).await?;
        Ok(ids.len())
    }

    async fn forget_hashes_of(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(FORGET, &[Column::Id(ids.to_vec())]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What callers said to a question beside what was seen of them, over at most [`MOST_READ`]
    /// interviews of one survey version in a view, the newest days first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn said_and_seen(
        &self,
        cut: &Cut,
        version: Version,
        question: i64,
    ) -> Result<Vec<SaidAndSeen>, StoreError> {
        type Row = (Option<i64>, Option<String>, i64);
        let rows: Vec<Row> = look_up!(self, |db| sqlx::query_as(TABLE)
            .bind(cut.from)
            .bind(cut.to)
            .bind(i64::from(version.0))
            .bind(true)
            .bind(cut.team)
            .bind(cut.queue)
            .bind(cut.language.as_deref())
            .bind(cut.channel.as_deref())
            .bind(MOST_READ)
            .bind(question)
            .fetch_all(db)
            .await?);
        rows.into_iter()
            .map(|(said, seen, n)| {
                let seen = seen.as_deref().map(Seen::from_word).transpose()?;
                Ok(SaidAndSeen { said, seen, n })
            })
            .collect()
    }
}
