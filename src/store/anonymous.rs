//! Interviews of anonymous surveys: what is kept of them while their calls run, what is left
//! afterwards, and what may be shown.
//!
//! While a call runs its interview's row says of which call it is and holds the caller's hash: the
//! first for notices without a link, the second for whoever asks never to be asked again. Both go
//! when the interview closes. What else a hand-over says of people is not written at all. The
//! interview's id leads from the call to the row for those who have the caller key, so that a
//! repeated start is known again; once the interview's day is over it gets another id, under a key
//! that nobody keeps, its times become that day, and its turns go. All of a day change together, in
//! the order of ids that tell nothing, so that no order of rows leads back either.
//!
//! Counts are read through a [`Fence`], which is made here and nowhere else, so that counts which
//! are not to be shown never leave this room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::partitions::dated;
use super::report::{Apart, Ask, Cut, Every, Group, Unit, raw_counts};
use super::rows::{Column, Tx};
use super::writer::again;
use super::{Begin, Said, Store, StoreError, read, tally};
use crate::interview::Millis;
use crate::satisfaction::anonymous::{Cell, Fence, Part};
use crate::survey::Version;

const DAY_MS: Millis = 86_400_000;
/// How long after its start an interview is known again at least: longer than a call with all
/// tries to store what it said.
const KNOWN_MS: Millis = 2 * 3_600_000;
/// Interviews forgotten in one transaction; keeps the write lock short.
const CHUNK: i64 = 100;

const IS_ANONYMOUS: &str = "select anonymous from surveys where version = $1";
const VERSIONS: &str = "select version from surveys where anonymous";

/// What leads from closed interviews to calls and callers.
pub(super) const HIDE: &str = "update interviews set call_ref = null, caller_hash = null
    where id in ({rows uuid}) and anonymous";

const TO_FORGET: &str = "select id from interviews
    where anonymous and opening <> '' and closed and day < $1 and started_ms <= $2
    order by day, id limit $3";

const FORGOTTEN: &str = "with v (id, nameless, state) as ({rows uuid, uuid, bytea})
    insert into interviews (id, provider, handover, survey, language, channel, day, started_ms,
        limit_ms, ineligible, opening, turn, recorded_ms, state, open_question, started,
        turns_disposition, disposition, failed, finished_ms, ended_ms, closed, counted, day_before,
        said_team, said_queue, link, told, anonymous)
    select v.nameless, i.provider, '', i.survey, i.language, i.channel, i.day, i.day * 86400000,
        i.day * 86400000, i.ineligible, '', i.turn, i.day * 86400000, v.state, i.open_question,
        i.started, i.turns_disposition, i.disposition, i.failed,
        case when i.finished_ms is not null then i.day * 86400000 end,
        i.day * 86400000 + case when i.ended_ms < i.recorded_ms then 0
            when i.ended_ms > i.recorded_ms + 61000 then 61000
            else i.ended_ms - i.recorded_ms end,
        i.closed, i.counted, i.day_before, i.said_team, i.said_queue, 'none', i.told, i.anonymous
    from v join interviews i on i.id = v.id {of i.id} order by v.nameless";
const ANSWERS: &str = "with v (id, nameless) as ({rows uuid, uuid})
    insert into answers (interview, question, outcome, turn, at_ms, outside_control)
    select v.nameless, a.question, a.outcome, a.turn, i.day * 86400000, a.outside_control
    from v join answers a on a.interview = v.id join interviews i on i.id = v.id
        {of a.interview} {of i.id}
    order by v.nameless, a.question";
const CREDITS: &str = "with v (id, nameless) as ({rows uuid, uuid})
    insert into credits (interview, gen, kind, agent, team, queue, started_ms)
    select v.nameless, c.gen, c.kind, c.agent, c.team, c.queue, i.day * 86400000
    from v join credits c on c.interview = v.id join interviews i on i.id = v.id
        {of c.interview} {of i.id}
    order by v.nameless, c.gen, c.kind";
/// In this order: what points at interviews goes before them.
const GONE: [&str; 5] = [
    "delete from turns where interview in ({rows uuid})",
    "delete from answers where interview in ({rows uuid})",
    "delete from credits where interview in ({rows uuid})",
    "delete from link_history where interview in ({rows uuid})",
    "delete from interviews where id in ({rows uuid})",
];

/// Which survey versions are anonymous, as far as they were asked for; a version never changes.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<BTreeMap<Version, bool>>);

impl Known {
    /// Notes what a version is.
    pub(super) fn note(&self, version: Version, anonymous: bool) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(version, anonymous);
    }
}

impl Begin {
    /// The start without all that leads to a person and is not needed while the call runs; of one
    /// who is not asked without the rest too.
    #[must_use]
    pub fn nameless(self) -> Self {
        let asked = self.ineligible.is_empty();
        let Said { team, queue, .. } = self.said;
        Self {
            call_ref: self.call_ref.filter(|_| asked),
            handover: String::new(),
            caller: self.caller.filter(|_| asked),
            caller_last: None,
            caller_sealed: None,
            said: Said { team, queue, ..Said::default() },
            ..self
        }
    }
}

/// How an offer stands in the list of offers: under an id that is made of nothing, so that it leads
/// to no interview and to no moment, at the end of its day. The cap of a caller lasts up to a day
/// longer by that, never shorter.
///
/// # Errors
/// If the operating system gives no random bytes.
pub(super) fn offer(at_ms: Millis) -> Result<(Uuid, Millis), StoreError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| StoreError::Busy)?;
    Ok((Uuid::from_bytes(id), (at_ms.div_euclid(DAY_MS) + 1) * DAY_MS))
}

fn first_half(hash: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// The versions of anonymous surveys, inside a transaction.
pub(super) async fn versions(tx: &mut Tx) -> Result<BTreeSet<i64>, sqlx::Error> {
    let rows: Vec<(i64,)> = tx.fetch(VERSIONS, &[]).await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

impl Store {
    /// Whether that survey version is anonymous; one that is not known is not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_anonymous(&self, version: Version) -> Result<bool, StoreError> {
        let known = || self.anonymous.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&version).copied() {
            return Ok(known);
        }
        let row: Option<(bool,)> = read!(self, |db| sqlx::query_as(IS_ANONYMOUS)
            .bind(i64::from(version.0))
            .fetch_optional(db)
            .await?);
        let Some((anonymous,)) = row else { return Ok(false) };
        self.anonymous.note(version, anonymous);
        Ok(anonymous)
    }

    /// Gives the closed interviews of anonymous surveys whose day is before `today` other ids, under
    /// a key that is made of `random` and kept by nobody, and forgets their times and turns. Says
    /// how many, at most a hundred at a time; while a recount is under way none. To be called again
    /// with new random bytes.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_anonymous(
        &self,
        today: i64,
        now: Millis,
        random: [u8; 32],
    ) -> Result<usize, StoreError> {
        again(|| self.forget_some_anonymous(today, now, random)).await
    }

    async fn forget_some_anonymous(
        &self,
        today: i64,
        now: Millis,
        random: [u8; 32],
    ) -> Result<usize, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let columns = [today, now - KNOWN_MS, CHUNK].map(|value| Column::Int(vec![value]));
        let found: Vec<(Uuid,)> = tx.fetch(TO_FORGET, &columns).await?;
        if found.is_empty() {
            return Ok(0);
        }
        let ids: Vec<Uuid> = found.into_iter().map(|(id,)| id).collect();
        let locked = tally::lock(&mut tx, &ids).await?;
        let held = tally::hold(&mut tx).await?;
        if held.reading != held.writing {
            // A recount goes from id to id, and would miss who gets a lower one.
            return Ok(0);
        }
        let nameless = |id: &Uuid| {
            let mut hash = Sha256::new_with_prefix(random);
            hash.update(id.as_bytes());
            // The day is told anyway, and nothing more precise than it.
            let day = locked.get(id).map_or(0, |interview| interview.day);
            Uuid::from_bytes(dated(day, first_half(hash)))
        };
        let nameless: Vec<Uuid> = ids.iter().map(nameless).collect();
        let pairs = || [Column::Id(ids.clone()), Column::Id(nameless.clone())];
        let [id, other] = pairs();
        tx.run(FORGOTTEN, &[id, other, Column::BytesOrNull(vec![Some(&[]); ids.len()])]).await?;
        tx.run(ANSWERS, &pairs()).await?;
        tx.run(CREDITS, &pairs()).await?;
        for gone in GONE {
            tx.run(gone, &[Column::Id(ids.clone())]).await?;
        }
        tx.commit().await?;
        Ok(ids.len())
    }

    /// What may be shown of the anonymous surveys of that name or version, in months that are over
    /// before the day `until`, the first of a month.
    ///
    /// # Errors
    /// If the database does not answer, or holds counts that this program cannot read.
    pub async fn fence(
        &self,
        survey: Option<&str>,
        version: Option<Version>,
        until: i64,
    ) -> Result<Fence, StoreError> {
        let cut = Cut {
            from: 0,
            to: until - 1,
            survey: survey.map(str::to_owned),
            version,
            ..Cut::default()
        };
        let apart = Apart {
            every: Some(Every::Month),
            agent: false,
            team: true,
            queue: true,
            language: true,
            channel: true,
        };
        let mut tx = Tx::look_up(&self.pools).await?;
        let anonymous = versions(&mut tx).await?;
        let groups = raw_counts(&mut tx, &Ask { cut: &cut, unit: Unit::Whole, apart }).await?;
        tx.commit().await?;
        let groups = groups.into_iter().filter(|group| anonymous.contains(&group.survey));
        Ok(Fence::of(parts(groups)))
    }

    /// The start as it is written: of an anonymous survey without names.
    pub(super) async fn as_written(&self, begin: Begin) -> Result<Begin, StoreError> {
        Ok(if self.is_anonymous(begin.survey).await? { begin.nameless() } else { begin })
    }
}

/// The answers of groups; words are numbered as they come up.
fn parts(groups: impl Iterator<Item = Group>) -> Vec<Part> {
    let mut words: BTreeMap<String, i64> = BTreeMap::new();
    let mut number = |word: &str| {
        let next = i64::try_from(words.len()).unwrap_or(i64::MAX);
        *words.entry(word.to_owned()).or_insert(next)
    };
    let mut parts = Vec::new();
    for group in groups {
        let (language, channel) = (number(&group.language), number(&group.channel));
        let values = [group.queue, language, group.team, channel];
        parts.extend(group.answers.iter().filter(|given| given.outcome >= 0).map(|given| Part {
            cell: Cell { month: group.start, version: group.survey, question: given.question },
            values,
            n: given.n,
        }));
    }
    parts
}
