//! Reading interviews, and what is kept about callers.

use std::ops::Range;

use sqlx::FromRow;
use uuid::Uuid;

use super::anonymous::HIDE;
use super::batch::StoredRow;
use super::own::plain;
use super::partitions::first_of;
use super::rows::{Column, Tx};
use super::tally::{self, AFTER_HANGUP_MS, AFTER_LIMIT_MS, Answer};
use super::writer::again;
use super::{CallerHash, Known, Look, Store, StoreError, StoredTurn, read, write_tx};
use crate::interview::{Disposition, InterviewId, Millis};
use crate::survey::Version;

// The start's one statement, by all ids that the interview may have; what else was said in the same
// call is looked for in the interviews of those days alone. A caller that is not known is null: no offers, not in never-ask. A
// call that is not known is null too: nothing was spoken in it before.
const LOOK: &str = "select
        (select count(*) from offers
            where caller_hash = $2 and at_ms >= $3 and interview not in ($1, $6, $7)) as offers,
        (select count(*) from never_ask where caller_hash = $2) as never_ask,
        (select language from interviews
            where call_ref = $5 and provider = $4 and id not in ($1, $6, $7) and id >= $8
                and id < $9 and turn > 0
            order by recorded_ms desc, id limit 1) as spoken,
        i.id, i.survey, i.ineligible, i.opening, i.started_ms, i.turn, i.recorded_ms, i.state,
        i.disposition, i.closed, i.limit_ms, i.ended_ms, i.finished_ms
    from (select 1 as one) as one left join interviews as i on i.id in ($1, $6, $7)";

const KNOWN: &str = "select id, survey, ineligible, opening, started_ms, turn, recorded_ms, state,
        disposition, closed, limit_ms, ended_ms, finished_ms
    from interviews where id = $1";

const KNOWN_MANY: &str = "select id, survey, ineligible, opening, started_ms, turn, recorded_ms,
        state, disposition, closed, limit_ms, ended_ms, finished_ms
    from interviews where id in ({rows uuid})";

const NEWEST_OPEN: &str = "select id, survey, ineligible, opening, started_ms, turn, recorded_ms,
        state, disposition, closed, limit_ms, ended_ms, finished_ms
    from interviews
    where call_ref = $2 and provider = $1 and recorded_ms >= $3 and not closed and ended_ms is null
    order by recorded_ms desc, id limit 1";

const BY_CALL_REF: &str = "select id, survey, ineligible, opening, started_ms, turn, recorded_ms,
        state, disposition, closed, limit_ms, ended_ms, finished_ms
    from interviews where call_ref = $2 and provider = $1 order by started_ms desc, id limit 100";

const TURN: &str = "select interview, turn, at_ms, input, facts
    from turns where interview = $1 and turn = $2";
const TURNS: &str = "select interview, turn, at_ms, input, facts
    from turns where interview = $1 order by turn";

const TAKE_FALLBACK: &str = "update interviews set fallback_turn = $2
    where id = $1 and (fallback_turn is null or fallback_turn = $2)";
const EXPIRED: &str = "select id from interviews
    where closed = $1 and (limit_ms <= $2 or ended_ms <= $3) order by id limit 200";
pub(super) const CLOSE: &str = "update interviews set closed = true, caller_sealed = case
        when exists (select 1 from callbacks c where c.interview = interviews.id)
        then caller_sealed end
    where id in ({rows uuid})";

const NEVER_ASK_ALL: &str = "select caller_hash from never_ask";
const NEVER_ASK_ADD: &str = "insert into never_ask (caller_hash, since_ms, source)
    values ($1, $2, $3) on conflict (caller_hash) do nothing";
const NEVER_ASK_REMOVE: &str = "delete from never_ask where caller_hash = $1";
const NEVER_ASK_CALLERS: &str = "with v (interview, at_ms) as ({rows uuid, bigint})
    insert into never_ask (caller_hash, since_ms, source)
    select i.caller_hash, min(v.at_ms), 'call' from v join interviews i on i.id = v.interview
    where i.caller_hash is not null {of i.id} group by i.caller_hash
    on conflict (caller_hash) do nothing";

#[derive(FromRow)]
pub(super) struct KnownRow {
    pub id: Uuid,
    survey: i64,
    ineligible: String,
    opening: String,
    started_ms: Millis,
    turn: i64,
    recorded_ms: Millis,
    state: Vec<u8>,
    disposition: String,
    closed: bool,
    limit_ms: Millis,
    ended_ms: Option<Millis>,
    finished_ms: Option<Millis>,
}

plain!(KnownRow {
    id,
    survey,
    ineligible,
    opening,
    started_ms,
    turn,
    recorded_ms,
    state,
    disposition,
    closed,
    limit_ms,
    ended_ms,
    finished_ms
});

impl TryFrom<KnownRow> for Known {
    type Error = StoreError;
    fn try_from(row: KnownRow) -> Result<Self, StoreError> {
        let id = InterviewId(*row.id.as_bytes());
        let fault = |what: String| StoreError::Corrupt(format!("interview {id} has {what}"));
        Ok(Self {
            id,
            new: false,
            survey: Version(
                u32::try_from(row.survey).map_err(|_| fault(format!("survey {}", row.survey)))?,
            ),
            ineligible: row.ineligible,
            opening: row.opening,
            started_ms: row.started_ms,
            turn: u8::try_from(row.turn).map_err(|_| fault(format!("turn {}", row.turn)))?,
            recorded_ms: row.recorded_ms,
            state: row.state,
            disposition: Disposition::from_word(&row.disposition)
                .ok_or_else(|| fault(format!("disposition {}", row.disposition)))?,
            closed: row.closed,
            closes_ms: tally::closes_ms(row.limit_ms, row.ended_ms, row.finished_ms),
        })
    }
}

/// Reads interviews inside a transaction, in no order.
pub(super) async fn known_rows(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<KnownRow>, sqlx::Error> {
    tx.fetch_plain(KNOWN_MANY, &[Column::Id(ids)]).await
}

#[derive(FromRow)]
struct LookRow {
    offers: i64,
    never_ask: i64,
    spoken: Option<String>,
    id: Option<Uuid>,
    survey: Option<i64>,
    ineligible: Option<String>,
    opening: Option<String>,
    started_ms: Option<Millis>,
    turn: Option<i64>,
    recorded_ms: Option<Millis>,
    state: Option<Vec<u8>>,
    disposition: Option<String>,
    closed: Option<bool>,
    limit_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    finished_ms: Option<Millis>,
}

impl LookRow {
    fn known(self) -> Option<KnownRow> {
        Some(KnownRow {
            id: self.id?,
            survey: self.survey?,
            ineligible: self.ineligible?,
            opening: self.opening?,
            started_ms: self.started_ms?,
            turn: self.turn?,
            recorded_ms: self.recorded_ms?,
            state: self.state?,
            disposition: self.disposition?,
            closed: self.closed?,
            limit_ms: self.limit_ms?,
            ended_ms: self.ended_ms,
            finished_ms: self.finished_ms,
        })
    }
}

impl Store {
    /// What a start needs to know, in one statement: the interview if it began before under one of
    /// those ids, how often
    /// the same caller was offered one since `since_ms` (this interview not counted), whether the
    /// caller must never be asked (without a caller 0 and false), and the language in which an
    /// earlier interview of the same call, by provider and its id of the call, went on; one of other
    /// days than `days` is not looked for.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn look(
        &self,
        ids: [InterviewId; 3],
        days: Range<i64>,
        caller: Option<CallerHash>,
        since_ms: Millis,
        call: Option<(&str, &str)>,
    ) -> Result<Look, StoreError> {
        let [id, second, third] = ids.map(|id| Uuid::from_bytes(id.0));
        let caller = caller.map(|hash| Uuid::from_bytes(hash.0));
        let row: LookRow = read!(self, |db| sqlx::query_as(LOOK)
            .bind(id)
            .bind(caller)
            .bind(since_ms)
            .bind(call.map(|(provider, _)| provider))
            .bind(call.map(|(_, call_ref)| call_ref))
            .bind(second)
            .bind(third)
            .bind(first_of(days.start))
            .bind(first_of(days.end))
            .fetch_one(db)
            .await?);
        Ok(Look {
            offers: u32::try_from(row.offers).unwrap_or(u32::MAX),
            never_ask: row.never_ask > 0,
            spoken: row.spoken.clone(),
            known: row.known().map(Known::try_from).transpose()?,
        })
    }

    /// One interview.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn known(&self, id: InterviewId) -> Result<Option<Known>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let row: Option<KnownRow> =
            read!(self, |db| sqlx::query_as(KNOWN).bind(id).fetch_optional(db).await?);
        row.map(Known::try_from).transpose()
    }

    /// The interview of this provider and call that was written last, if that was at or after
    /// `since_ms`, it is open and no hang-up notice came. For the fallback address.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn newest_open(
        &self,
        provider: &str,
        call_ref: &str,
        since_ms: Millis,
    ) -> Result<Option<Known>, StoreError> {
        let row: Option<KnownRow> = read!(self, |db| sqlx::query_as(NEWEST_OPEN)
            .bind(provider)
            .bind(call_ref)
            .bind(since_ms)
            .fetch_optional(db)
            .await?);
        row.map(Known::try_from).transpose()
    }

    /// Lets the provider's fallback address have the interview's open question: once, and again
    /// for a repeat of the same fallback. Says whether it may.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_fallback(&self, id: InterviewId, turn: u8) -> Result<bool, StoreError> {
        let taken = write_tx!(self, |tx| sqlx::query(TAKE_FALLBACK)
            .bind(Uuid::from_bytes(id.0))
            .bind(i64::from(turn))
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(taken == 1)
    }

    /// The interviews of one call of this provider, newest first, at most 100. For notices that
    /// carry no token.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn by_call_ref(
        &self,
        provider: &str,
        call_ref: &str,
    ) -> Result<Vec<Known>, StoreError> {
        let rows: Vec<KnownRow> = read!(self, |db| sqlx::query_as(BY_CALL_REF)
            .bind(provider)
            .bind(call_ref)
            .fetch_all(db)
            .await?);
        rows.into_iter().map(Known::try_from).collect()
    }

    /// One stored turn.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn turn(&self, id: InterviewId, turn: u8) -> Result<Option<StoredTurn>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let turn = i64::from(turn);
        let row: Option<StoredRow> =
            read!(self, |db| sqlx::query_as(TURN).bind(id).bind(turn).fetch_optional(db).await?);
        row.map(|row| row.read()).transpose()
    }

    /// The transcript of an interview, in order.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn turns(&self, id: InterviewId) -> Result<Vec<StoredTurn>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let rows: Vec<StoredRow> =
            read!(self, |db| sqlx::query_as(TURNS).bind(id).fetch_all(db).await?);
        rows.iter().map(StoredRow::read).collect()
    }

    /// How the items of an interview stand, by question.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn answers(&self, id: InterviewId) -> Result<Vec<Answer>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let mut tx = Tx::snapshot(&self.pools).await?;
        let mut answers = tally::answers(&mut tx, vec![id]).await?.remove(&id).unwrap_or_default();
        tx.commit().await?;
        answers.sort_by_key(|answer| answer.question);
        Ok(answers)
    }

    /// Marks interviews as closed (and forgets the numbers kept for call-backs that were not
    /// asked for) whose limit or hang-up is long enough past, for calls whose end
    /// nobody told us. Says how many, at most 200 at a time; call it again while it says 200.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn close_expired(&self, now: Millis) -> Result<u64, StoreError> {
        again(|| self.close_some(now)).await
    }

    async fn close_some(&self, now: Millis) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let columns = [
            Column::Bool(vec![false]),
            Column::Int(vec![now - AFTER_LIMIT_MS]),
            Column::Int(vec![now - AFTER_HANGUP_MS]),
        ];
        let expired: Vec<(Uuid,)> = tx.fetch(EXPIRED, &columns).await?;
        let ids: Vec<Uuid> = expired.into_iter().map(|(id,)| id).collect();
        // In the order in which the writer locks, so that the two never wait for each other.
        tally::lock(&mut tx, &ids).await?;
        let closed = tx.run(CLOSE, &[Column::Id(ids.clone())]).await?;
        tx.run(HIDE, &[Column::Id(ids)]).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// The hashes of all callers who must never be asked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn never_ask_all(&self) -> Result<Vec<CallerHash>, StoreError> {
        let rows: Vec<(Uuid,)> =
            read!(self, |db| sqlx::query_as(NEVER_ASK_ALL).fetch_all(db).await?);
        Ok(rows.into_iter().map(|(hash,)| CallerHash(*hash.as_bytes())).collect())
    }

    /// That caller may be asked again.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn never_ask_remove(&self, caller: CallerHash) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(NEVER_ASK_REMOVE, &[Column::Id(vec![Uuid::from_bytes(caller.0)])]).await?;
        Ok(tx.commit().await?)
    }

    /// Never ask the callers of these interviews again, who said so there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn never_ask_callers(
        &self,
        interviews: &[InterviewId],
        at_ms: Millis,
    ) -> Result<(), StoreError> {
        let ids = interviews.iter().map(|id| Uuid::from_bytes(id.0)).collect();
        let columns = [Column::Id(ids), Column::Int(vec![at_ms; interviews.len()])];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(NEVER_ASK_CALLERS, &columns).await?;
        Ok(tx.commit().await?)
    }

    /// Never ask this caller again. `source` says who wished it, such as `api`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn never_ask_add(
        &self,
        caller: CallerHash,
        at_ms: Millis,
        source: &str,
    ) -> Result<(), StoreError> {
        let hash = Uuid::from_bytes(caller.0);
        write_tx!(self, |tx| sqlx::query(NEVER_ASK_ADD)
            .bind(hash)
            .bind(at_ms)
            .bind(source)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }
}
