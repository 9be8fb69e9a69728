//! Hand-overs that were announced before their start request.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{Column, Tx};
use super::{CallerHash, Store, StoreError, read};
use crate::interview::Millis;

/// What an announcement says, without the caller's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The survey's name.
    pub survey: Option<String>,
    /// The agent's code.
    pub agent: Option<String>,
    /// The team's name.
    pub team: Option<String>,
    /// The queue's name.
    pub queue: Option<String>,
    /// The centre's id of the call.
    pub call: Option<String>,
    /// What tells two hand-overs of one call apart.
    pub handover: Option<String>,
    /// Seconds that agent and caller talked.
    pub talk: Option<u32>,
    /// The caller's language.
    pub lang: Option<String>,
    /// `1` if the caller already agreed to be asked.
    pub consent: Option<String>,
    /// The last three digits of the caller's number.
    pub caller_last: Option<String>,
}

impl Announced {
    /// The same without what is of a person and not needed to know a repeated start again.
    fn nameless(self) -> Self {
        Self { agent: None, talk: None, caller_last: None, ..self }
    }
}

/// An announced hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Random: it cannot be guessed.
    pub id: [u8; 16],
    /// Name of the provider section.
    pub provider: String,
    /// The provider's id of the call, if it was known.
    pub call_ref: Option<String>,
    /// Whose number, if it was known.
    pub caller: Option<CallerHash>,
    /// What was said.
    pub said: Announced,
    /// When.
    pub at_ms: Millis,
    /// Until when a first start may use it.
    pub expires_ms: Millis,
}

const PUT: &str = "insert into handovers (id, provider, call_ref, caller_hash, said, at_ms,
        expires_ms)
    {rows uuid, text, text, uuid, text, bigint, bigint}";

const BY_ID: &str = "select id, provider, call_ref, caller_hash, said, at_ms, expires_ms,
        used_call, used_handover
    from handovers where id = $1";

// One statement, since every start asks and most find nothing.
const FIND: &str = "select id, provider, call_ref, caller_hash, said, at_ms, expires_ms,
        used_call, used_handover
    from handovers
    where provider = $1
        and (call_ref = $2 or used_call = $2 or (caller_hash = $3 and expires_ms >= $4))
    order by at_ms desc, id limit 40";

// The first start makes it its own; a start of another call or hand-over comes too late.
const USE: &str = "update handovers set used_ms = coalesce(used_ms, $2),
        used_call = coalesce(used_call, $3), used_handover = coalesce(used_handover, $4)
    where id = $1 and (used_call is null or (used_call = $3 and used_handover = $4))";

const SAID: &str = "select said from handovers where id = $1";
// Where the start names no call, only the caller leads its repeats here.
const STRIP: &str = "update handovers set said = $2,
        caller_hash = case when used_call = '' then caller_hash end
    where id = $1";

const FORGET: &str = "delete from handovers where expires_ms < $1";

#[derive(Clone, Debug, FromRow)]
struct Row {
    id: Uuid,
    provider: String,
    call_ref: Option<String>,
    caller_hash: Option<Uuid>,
    said: String,
    at_ms: Millis,
    expires_ms: Millis,
    used_call: Option<String>,
    used_handover: Option<String>,
}

/// The start that asks for an announcement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The provider's id of its call, if it names one.
    pub call: Option<&'a str>,
    /// What tells its hand-over from others of that call; empty where it says nothing.
    pub handover: &'a str,
}

impl Row {
    /// Whether a start may use it for the first time.
    fn fresh(&self, now: Millis) -> bool {
        self.used_call.is_none() && now <= self.expires_ms
    }

    /// Whether a start of that call used it before.
    fn used_by(&self, call: &str) -> bool {
        self.used_call.as_deref() == Some(call)
    }

    fn read(self) -> Result<Handover, StoreError> {
        let said = serde_json::from_str(&self.said)
            .map_err(|fault| StoreError::Corrupt(format!("an announced hand-over: {fault}")))?;
        Ok(Handover {
            id: self.id.into_bytes(),
            provider: self.provider,
            call_ref: self.call_ref,
            caller: self.caller_hash.map(|hash| CallerHash(hash.into_bytes())),
            said,
            at_ms: self.at_ms,
            expires_ms: self.expires_ms,
        })
    }
}

impl Store {
    /// Keeps an announced hand-over.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_handover(&self, handover: &Handover) -> Result<(), StoreError> {
        let said = serde_json::to_string(&handover.said)
            .map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        let columns = [
            Column::Id(vec![Uuid::from_bytes(handover.id)]),
            Column::Text(vec![&handover.provider]),
            Column::TextOrNull(vec![handover.call_ref.as_deref()]),
            Column::IdOrNull(vec![handover.caller.map(|hash| Uuid::from_bytes(hash.0))]),
            Column::Text(vec![&said]),
            Column::Int(vec![handover.at_ms]),
            Column::Int(vec![handover.expires_ms]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(PUT, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The hand-over of that id. The first start must come before it expires and makes it its own:
    /// later starts of the same call find it again, those of another call do not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn use_handover(
        &self,
        provider: &str,
        id: [u8; 16],
        start: Asking<'_>,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        let id = Uuid::from_bytes(id);
        let found: Option<Row> =
            read!(self, |db| sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await?);
        let mine = found.into_iter().filter(|row| row.provider == provider);
        let mine = mine.filter(|row| row.fresh(now) || row.used_by(start.call.unwrap_or_default()));
        self.take(mine, start, now).await
    }

    /// The newest hand-over that was announced for the start's call or for that caller. The first
    /// start must come before it expires; after that only its repeats find it, not another
    /// hand-over of the same call.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find_handover(
        &self,
        provider: &str,
        start: Asking<'_>,
        caller: Option<CallerHash>,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        let caller = caller.map(|hash| Uuid::from_bytes(hash.0));
        let mut found: Vec<Row> = read!(self, |db| sqlx::query_as(FIND)
            .bind(provider)
            .bind(start.call)
            .bind(caller)
            .bind(now)
            .fetch_all(db)
            .await?);
        // What was announced for another call of the same caller is not for this one.
        found.retain(|row| {
            start.call.is_none() || row.call_ref.is_none() || row.call_ref.as_deref() == start.call
        });
        // The newest first: a second agent on the same call is a second hand-over.
        let mine = found.into_iter().filter(|row| {
            row.fresh(now)
                || row.used_by(start.call.unwrap_or_default())
                    && row.used_handover.as_deref() == Some(start.handover)
        });
        self.take(mine, start, now).await
    }

    /// Takes the first of those that may be used. Most starts have none and write nothing.
    async fn take(
        &self,
        candidates: impl Iterator<Item = Row>,
        start: Asking<'_>,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        for row in candidates {
            if row.used_call.is_none() {
                let columns = [
                    Column::Id(vec![row.id]),
                    Column::Int(vec![now]),
                    Column::Text(vec![start.call.unwrap_or_default()]),
                    Column::Text(vec![start.handover]),
                ];
                let mut tx = Tx::write(&self.pools).await?;
                let mine = tx.run(USE, &columns).await? == 1;
                tx.commit().await?;
                if !mine {
                    continue;
                }
            }
            return row.read().map(Some);
        }
        Ok(None)
    }

    /// Forgets whom a hand-over names, since it led to an anonymous survey: agent, talk and caller.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn strip_handover(&self, id: [u8; 16]) -> Result<(), StoreError> {
        let id = Uuid::from_bytes(id);
        let mut tx = Tx::write(&self.pools).await?;
        let found: Vec<(String,)> = tx.fetch(SAID, &[Column::Id(vec![id])]).await?;
        for (said,) in found {
            let said: Announced = serde_json::from_str(&said)
                .map_err(|fault| StoreError::Corrupt(format!("an announced hand-over: {fault}")))?;
            let said = serde_json::to_string(&said.nameless())
                .map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
            tx.run(STRIP, &[Column::Id(vec![id]), Column::Text(vec![&said])]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets hand-overs that expired before that moment.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_handovers(&self, before: Millis) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let gone = tx.run(FORGET, &[Column::Int(vec![before])]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
