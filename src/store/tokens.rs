//! API tokens: only hashes are kept.

use super::rows::{Column, Tx};
use super::{Store, StoreError, read};
use crate::interview::Millis;

const PUT: &str = "insert into tokens (hash, name, role, at_ms, teams)
    values ($1, $2, $3, $4, $5)";
const FIND: &str = "select hash, name, role, at_ms, teams from tokens where hash = $1";
const LIST: &str = "select hash, name, role, at_ms, teams from tokens order by name, at_ms";
const DROP_ONE: &str = "delete from tokens where hash = $1";
const DROP: &str = "delete from tokens where name = $1";
const NAMED: &str = "select count(*) from tokens where name = $1";

/// What is kept of a token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Token {
    /// Its hash.
    pub hash: String,
    /// What it is for.
    pub name: String,
    /// Word of its role.
    pub role: String,
    /// When it was made.
    pub at_ms: Millis,
    /// Teams that it is limited to, as a JSON list.
    pub teams: Option<String>,
}

impl Store {
    /// Keeps a token by its hash. Two tokens of one name may stand side by side.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_token(&self, token: &Token) -> Result<(), StoreError> {
        let columns = [
            Column::Text(vec![&token.hash]),
            Column::Text(vec![&token.name]),
            Column::Text(vec![&token.role]),
            Column::Int(vec![token.at_ms]),
            Column::TextOrNull(vec![token.teams.as_deref()]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(PUT, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The token with that hash.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn token(&self, hash: &str) -> Result<Option<Token>, StoreError> {
        Ok(read!(self, |db| sqlx::query_as(FIND).bind(hash).fetch_optional(db).await?))
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        Ok(read!(self, |db| sqlx::query_as(LIST).fetch_all(db).await?))
    }

    /// Takes back the token with that hash; says whether it was there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_token(&self, hash: &str) -> Result<bool, StoreError> {
        Ok(self.run_one(DROP_ONE, &[Column::Text(vec![hash])]).await? > 0)
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
