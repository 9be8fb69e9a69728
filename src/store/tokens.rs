//! API tokens: only hashes are kept.

use super::rows::{Column, Tx};
use super::{Store, StoreError, read};
use crate::interview::Millis;

const PUT: &str = "insert into tokens (hash, name, role, at_ms)
    {rows text, text, text, bigint}";
const FIND: &str = "select name, role from tokens where hash = $1";
const DROP: &str = "delete from tokens where name = $1";
const NAMED: &str = "select count(*) from tokens where name = $1";

impl Store {
    /// Keeps a token by its hash. Two tokens of one name may stand side by side.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_token(
        &self,
        hash: &str,
        name: &str,
        role: &str,
        at_ms: Millis,
    ) -> Result<(), StoreError> {
        let columns = [
            Column::Text(vec![hash]),
            Column::Text(vec![name]),
            Column::Text(vec![role]),
            Column::Int(vec![at_ms]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(PUT, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Name and role of the token with that hash.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn token(&self, hash: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(read!(self, |db| sqlx::query_as(FIND).bind(hash).fetch_optional(db).await?))
    }

    /// How many tokens have that name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tokens_named(&self, name: &str) -> Result<i64, StoreError> {
        let (n,): (i64,) = read!(self, |db| sqlx::query_as(NAMED).bind(name).fetch_one(db).await?);
        Ok(n)
    }

    /// Takes back all tokens of that name; says how many there were.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_tokens(&self, name: &str) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let gone = tx.run(DROP, &[Column::Text(vec![name])]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
