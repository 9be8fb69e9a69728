//! The servers that share the database, and what waits on the disk of each.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::Column;
use super::{Store, StoreError, look_up};
use crate::interview::Millis;

/// Time after which a server that nobody hears of is forgotten.
const FORGOTTEN_MS: Millis = 90 * 86_400_000;

/// A server, as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Node {
    /// Drawn when its spool was made.
    pub id: Uuid,
    /// Host and folder of the spool, for people.
    pub place: String,
    /// When it was last seen.
    pub seen_ms: Millis,
    /// Turns that waited in its spool then.
    pub waiting: i64,
    /// When the oldest of all that waited there came.
    pub oldest_ms: Option<Millis>,
}

const LIST: &str = "select id, place, seen_ms, waiting, oldest_ms from nodes order by place, id";
const SEEN: &str = "insert into nodes (id, place, seen_ms, waiting, oldest_ms)
    {rows uuid, text, bigint, bigint, bigint}
    on conflict (id) do update set place = excluded.place, seen_ms = excluded.seen_ms,
        waiting = excluded.waiting, oldest_ms = excluded.oldest_ms";
const LEFT: &str = "delete from nodes where id in ({rows uuid})";
const FORGET: &str = "delete from nodes where seen_ms < $1";

impl Store {
    /// All servers that were seen and did not stop in good order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(LIST).fetch_all(db).await?))
    }

    /// Turns that wait for the database in the spools of all servers, as far as it knows.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let own = self.node();
        let others = self.nodes().await?.into_iter().filter(|node| Some(node.id) != own);
        let others: i64 = others.map(|node| node.waiting).sum();
        Ok(self.spool_depth().await?.turns + u64::try_from(others).unwrap_or_default())
    }

    /// Says that this server is here, and how much waits in its spool; nothing without one. To be
    /// called now and then.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn seen(&self, now: Millis) -> Result<(), StoreError> {
        let Some(id) = self.node() else { return Ok(()) };
        let depth = self.spool_depth().await?;
        let columns = [
            Column::Id(vec![id]),
            Column::Text(vec![self.place()]),
            Column::Int(vec![now]),
            Column::Int(vec![i64::try_from(depth.turns).unwrap_or(i64::MAX)]),
            Column::IntOrNull(vec![depth.oldest_ms]),
        ];
        self.run_one(SEEN, &columns).await?;
        self.run_one(LEFT, &[Column::Id(self.adopted())]).await?;
        self.run_one(FORGET, &[Column::Int(vec![now - FORGOTTEN_MS])]).await.map(drop)
    }

    /// Says that this server stops in good order; as long as anything waits in its spool it stays
    /// on the list.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn left(&self, now: Millis) -> Result<(), StoreError> {
        if self.anything_waits() {
            return self.seen(now).await;
        }
        let gone = self.node().into_iter().collect();
        self.run_one(LEFT, &[Column::Id(gone)]).await.map(drop)
    }
}
