//! Links that somebody made by hand.

use std::collections::HashMap;

use uuid::Uuid;

use super::history::{self, By, Step};
use super::{Changes, lock};
use crate::interview::{InterviewId, Millis};
use crate::store::rows::{Column, Tx};
use crate::store::writer::again;
use crate::store::{Store, StoreError, look_up};

const NEWEST: &str = "select h.interview, h.what, h.agent, h.team, h.queue, h.call_id
    from hand_links h where h.interview in ({rows uuid})
        and h.nr = (select max(x.nr) from hand_links x where x.interview = h.interview)";

const NEXT: &str = "select coalesce(max(nr), 0) + 1 from hand_links where interview = $1";

const PUT: &str = "insert into hand_links (interview, nr, at_ms, who, what, agent, team, queue,
        call_id, reason)
    {rows uuid, bigint, bigint, text, text, bigint, bigint, bigint, uuid, text}";

const CALL: &str = "select call_id from call_names where name = $1";

/// What somebody decided about whom an interview counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hand {
    /// For this agent in that team, with that queue: ids of the tables, as far as they are given.
    /// Without an agent it counts for nobody.
    Served {
        /// The agent.
        agent: Option<i64>,
        /// The team; found by the agent's stays where it is not given.
        team: Option<i64>,
        /// The queue; that of the call where it is not given.
        queue: Option<i64>,
    },
    /// For whom the record of this call says.
    Call(Uuid),
    /// For whom hand-over and records say: what was decided before is void.
    Records,
}

/// A link made by hand, with who made it and why.
#[derive(Clone, Debug)]
pub struct ByHand<'a> {
    /// The interview.
    pub interview: InterviewId,
    /// What was decided.
    pub hand: Hand,
    /// By whom.
    pub who: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at_ms: Millis,
}

/// What was decided by hand of these interviews, where anything was.
pub(super) async fn of(tx: &mut Tx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Hand>, StoreError> {
    type Row = (Uuid, String, Option<i64>, Option<i64>, Option<i64>, Option<Uuid>);
    let rows: Vec<Row> = tx.fetch(NEWEST, &[Column::Id(ids)]).await?;
    let hand = |(id, what, agent, team, queue, call): Row| {
        let hand = match (what.as_str(), call) {
            ("served", _) => Hand::Served { agent, team, queue },
            ("call", Some(call)) => Hand::Call(call),
            ("records", _) => Hand::Records,
            _ => return Err(StoreError::Corrupt(format!("link by hand \"{what}\" of {id}"))),
        };
        Ok((id, hand))
    };
    rows.into_iter().map(hand).collect()
}

impl Store {
    /// Links an interview by hand and moves all that it counts for, in one transaction; says
    /// whether the interview is there. Later records change nothing of it until the next
    /// decision by hand. `match_ms` is as for [`Store::relink`].
    ///
    /// # Errors
    /// If the database does not answer; then nothing is changed and it may be tried again.
    pub async fn link_by_hand(
        &self,
        wish: &ByHand<'_>,
        match_ms: Millis,
    ) -> Result<bool, StoreError> {
        again(|| self.link_by_hand_once(wish, match_ms)).await
    }

    async fn link_by_hand_once(
        &self,
        wish: &ByHand<'_>,
        match_ms: Millis,
    ) -> Result<bool, StoreError> {
        let id = Uuid::from_bytes(wish.interview.0);
        let mut tx = Tx::write(&self.pools).await?;
        let locked = lock(&mut tx, &[id]).await?;
        if locked.is_empty() {
            return Ok(false);
        }
        let held = crate::store::tally::hold(&mut tx).await?;
        put(&mut tx, id, wish).await?;
        let changes = Changes::find(&mut tx, vec![id], match_ms).await?;
        changes.write(&mut tx, &locked, held).await?;
        if let Some(found) = changes.found.get(&id) {
            let by = Some(By { who: wish.who, reason: wish.reason });
            history::write(&mut tx, wish.at_ms, &[Step { interview: id, found, by }]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The call that has that name: the centre's or the provider's id of it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn call_named(&self, name: &str) -> Result<Option<Uuid>, StoreError> {
        let row: Option<(Uuid,)> =
            look_up!(self, |db| sqlx::query_as(CALL).bind(name).fetch_optional(db).await?);
        Ok(row.map(|(id,)| id))
    }
}

async fn put(tx: &mut Tx, id: Uuid, wish: &ByHand<'_>) -> Result<(), sqlx::Error> {
    let next: Vec<(i64,)> = tx.fetch(NEXT, &[Column::Id(vec![id])]).await?;
    let (what, agent, team, queue, call) = match &wish.hand {
        Hand::Served { agent, team, queue } => ("served", *agent, *team, *queue, None),
        Hand::Call(call) => ("call", None, None, None, Some(*call)),
        Hand::Records => ("records", None, None, None, None),
    };
    let columns = [
        Column::Id(vec![id]),
        Column::Int(vec![next.first().map_or(1, |(nr,)| *nr)]),
        Column::Int(vec![wish.at_ms]),
        Column::Text(vec![wish.who]),
        Column::Text(vec![what]),
        Column::IntOrNull(vec![agent]),
        Column::IntOrNull(vec![team]),
        Column::IntOrNull(vec![queue]),
        Column::IdOrNull(vec![call]),
        Column::Text(vec![wish.reason]),
    ];
    tx.run(PUT, &columns).await?;
    Ok(())
}
