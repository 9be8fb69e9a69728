//! The audit log: who saw or changed what. Rows are added and never changed.

use sqlx::FromRow;

use super::rows::Column;
use super::{Store, StoreError, look_up};
use crate::interview::Millis;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// Its number; there are no gaps.
    pub seq: i64,
    /// When.
    pub at_ms: Millis,
    /// Who, such as `user:3`.
    pub who: String,
    /// Word of the act.
    pub act: String,
    /// Id or hash of what it was done to; empty where there is none.
    pub object: String,
}

// Another node may take the same number at the same time: then the next try takes the next.
const PUT: &str = "insert into audit (seq, at_ms, who, act, object)
    values ((select coalesce(max(seq), 0) + 1 from audit), $1, $2, $3, $4) on conflict do nothing";
const LIST: &str = "select seq, at_ms, who, act, object from audit
    where ($1 = '' or act = $1) and seq < $2 order by seq desc limit $3";

const TRIES: usize = 100;

impl Store {
    /// Adds an entry.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_audit(
        &self,
        at_ms: Millis,
        who: &str,
        act: &str,
        object: &str,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let columns = [
                Column::Int(vec![at_ms]),
                Column::Text(vec![who]),
                Column::Text(vec![act]),
                Column::Text(vec![object]),
            ];
            if self.run_one(PUT, &columns).await? > 0 {
                return Ok(());
            }
        }
        Err(StoreError::Busy)
    }

    /// Entries before that number, newest first; of one act if it is not empty.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn audit(
        &self,
        act: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(LIST)
            .bind(act)
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(db)
            .await?))
    }
}
