//! Hand-overs that were announced before their start request.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{Column, Tx};
use super::{CallerHash, Store, StoreError};
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
        used_ms, used_call
    from handovers where id = $1";

const BY_CALL: &str = "select id, provider, call_ref, caller_hash, said, at_ms, expires_ms,
        used_ms, used_call
    from handovers where provider = $1 and (call_ref = $2 or used_call = $2)
    order by at_ms desc, id limit 20";

const BY_CALLER: &str = "select id, provider, call_ref, caller_hash, said, at_ms, expires_ms,
        used_ms, used_call
    from handovers where provider = $1 and caller_hash = $2 and expires_ms >= $3
    order by at_ms desc, id limit 20";

// The first start makes it its own; a start of another call comes too late.
const USE: &str = "update handovers set used_ms = coalesce(used_ms, $2),
        used_call = coalesce(used_call, $3)
    where id = $1 and (used_call is null or used_call = $3)";

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
    used_ms: Option<Millis>,
    used_call: Option<String>,
}

impl Row {
    /// Whether a start of that call may use it now.
    fn usable(&self, call: &str, now: Millis) -> bool {
        match (self.used_ms, self.used_call.as_deref()) {
            (Some(_), Some(used)) => used == call,
            _ => now <= self.expires_ms,
        }
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

    /// The hand-over of that id, for a start of that call (`""` where the start names none). The
    /// first start must come before it expires and makes it its own: later starts of the same
    /// call find it again, those of another call do not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn use_handover(
        &self,
        provider: &str,
        id: [u8; 16],
        call: &str,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let found = tx.fetch(BY_ID, &[Column::Id(vec![Uuid::from_bytes(id)])]).await?;
        tx.commit().await?;
        self.take(found.into_iter().filter(|row: &Row| row.provider == provider), call, now).await
    }

    /// The newest hand-over that was announced for that call or for that caller. Rules as for
    /// [`Store::use_handover`].
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find_handover(
        &self,
        provider: &str,
        call: Option<&str>,
        caller: Option<CallerHash>,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        let mut found: Vec<Row> = Vec::new();
        let mut tx = Tx::snapshot(&self.pools).await?;
        if let Some(call) = call {
            let columns = [Column::Text(vec![provider]), Column::Text(vec![call])];
            found = tx.fetch(BY_CALL, &columns).await?;
        }
        if let Some(caller) = caller {
            let columns = [
                Column::Text(vec![provider]),
                Column::Id(vec![Uuid::from_bytes(caller.0)]),
                Column::Int(vec![now]),
            ];
            found.append(&mut tx.fetch(BY_CALLER, &columns).await?);
        }
        tx.commit().await?;
        // What was announced for another call of the same caller is not for this one.
        found.retain(|row| {
            call.is_none() || row.call_ref.is_none() || row.call_ref.as_deref() == call
        });
        // The newest first: a second agent on the same call is a second hand-over.
        found.sort_by_key(|row| std::cmp::Reverse(row.at_ms));
        self.take(found.into_iter(), call.unwrap_or_default(), now).await
    }

    /// Takes the first that may be used. Most starts have none and write nothing.
    async fn take(
        &self,
        candidates: impl Iterator<Item = Row>,
        call: &str,
        now: Millis,
    ) -> Result<Option<Handover>, StoreError> {
        for row in candidates.filter(|row| row.usable(call, now)) {
            if row.used_call.as_deref() != Some(call) {
                let columns =
                    [Column::Id(vec![row.id]), Column::Int(vec![now]), Column::Text(vec![call])];
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
