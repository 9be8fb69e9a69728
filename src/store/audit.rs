//! The audit log: who saw or changed what. Rows are added and never changed.
//!
//! The entries are a chain: each holds a keyed hash over itself and the hash of the one before, so
//! that one that was changed, taken out or put in shows, also if whoever did it can write to the
//! database. Entries from before there was a chain have no hash; the first link is over all of
//! them. Numbers have no gaps, and an entry's number and hash go by the entry that was read just
//! before: where another node was first with that number, nothing is written and it is tried again
//! on that node's entry, so that the chain never forks. What the chain alone does not show is that
//! its newest entries are gone: its head is told, to be kept elsewhere.
//!
//! Its oldest entries go when they are old enough, and only as far as the chain holds: the number
//! and the hash of the last one that went stay, sealed with the key of the chain, and the chain
//! goes on from there.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::FromRow;

use super::rows::{Column, Tx};
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

/// The key of the chain; it does not print.
#[derive(Clone, Copy)]
pub struct ChainKey(pub [u8; 16]);

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKey(…)")
    }
}

/// How the log stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Entries in all.
    pub entries: i64,
    /// Those of them that are in the chain.
    pub chained: i64,
    /// The number of the first entry that does not fit the ones before it.
    pub broken: Option<i64>,
    /// The hash of the newest entry in hex, as far as the chain holds.
    pub head: Option<String>,
    /// Older entries that went because they were old enough.
    pub cut: i64,
}

// Another node may take the same number at the same time: then the next try takes the next.
const PUT: &str = "insert into audit (seq, at_ms, who, act, object, hash)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
const LAST: &str = "select seq, hash from audit order by seq desc limit 1";
const LIST: &str = "select seq, at_ms, who, act, object from audit
    where ($1 = '' or act = $1) and seq < $2 order by seq desc limit $3";
const ALL: &str = "select seq, at_ms, who, act, object, hash from audit order by seq";

const CUT: &str = "select seq, chained, hash, at_ms, seal from audit_cut where id = 1";
const PUT_CUT: &str = "insert into audit_cut (id, seq, chained, hash, at_ms, seal)
    values (1, $1, $2, $3, $4, $5) on conflict (id) do update set seq = excluded.seq,
        chained = excluded.chained, hash = excluded.hash, at_ms = excluded.at_ms,
        seal = excluded.seal
    where audit_cut.seq < excluded.seq";
const FIRST_YOUNG: &str = "select seq from audit where at_ms >= $1 order by seq limit 1";
const OLDEST: &str = "select seq, at_ms, who, act, object, hash from audit
    where seq < $1 order by seq limit $2";
const DROP: &str = "delete from audit where seq <= $1";
const COUNT_OLD: &str = "select count(*) from audit where seq < $1";

const TRIES: usize = 100;
/// Entries cut in one transaction; keeps the write lock under 20 ms.
const PART: i64 = 500;

/// Where the log begins.
#[derive(FromRow)]
struct Cut {
    seq: i64,
    chained: i64,
    hash: Vec<u8>,
    at_ms: Millis,
    seal: Vec<u8>,
}

/// The seal of a place at which the log was cut.
fn seal(key: ChainKey, seq: i64, chained: i64, hash: &Link, at_ms: Millis) -> Link {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return NOTHING };
    mac.update(b"audit log cut here");
    for number in [seq, chained, at_ms] {
        mac.update(&number.to_be_bytes());
    }
    mac.update(hash);
    mac.finalize().into_bytes().into()
}

#[derive(FromRow)]
struct Linked {
    #[sqlx(flatten)]
    entry: Entry,
    hash: Option<Vec<u8>>,
}

/// A hash of the chain.
type Link = [u8; 32];

/// Before all entries.
const NOTHING: Link = [0; 32];

/// The hash of an entry that comes after one of that hash.
fn link(key: ChainKey, before: &Link, entry: &Entry) -> Link {
    // HMAC takes keys of any length; the error type is for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return NOTHING };
    mac.update(before);
    mac.update(&entry.seq.to_be_bytes());
    mac.update(&entry.at_ms.to_be_bytes());
    for text in [&entry.who, &entry.act, &entry.object] {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// Goes along the log from its first entry.
struct Walk {
    key: ChainKey,
    at: Link,
    found: Chain,
    /// The number of the entry that was looked at last.
    seq: i64,
    /// Chained entries so far, also those that went.
    chained: i64,
}

impl Walk {
    /// From where the log begins.
    async fn from_cut(key: ChainKey, tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let cut: Option<Cut> = tx.fetch(CUT, &[]).await?.pop();
        let mut walk = Self { key, at: NOTHING, found: Chain::default(), seq: 0, chained: 0 };
        let Some(cut) = cut else { return Ok(walk) };
        let hash = Link::try_from(cut.hash).unwrap_or(NOTHING);
        if seal(key, cut.seq, cut.chained, &hash, cut.at_ms)[..] != cut.seal[..] {
            walk.found.broken = Some(cut.seq);
        }
        (walk.at, walk.seq, walk.chained) = (hash, cut.seq, cut.chained);
        walk.found.cut = cut.seq;
        Ok(walk)
    }

    fn step(&mut self, row: Linked) {
        self.found.entries += 1;
        if self.found.broken.is_some() {
            return;
        }
        let next = link(self.key, &self.at, &row.entry);
        // Only entries from before the chain have none, and they have no gaps either.
        let fits = match &row.hash {
            Some(hash) => *hash == next,
            None => self.chained == 0,
        };
        if !fits || row.entry.seq != self.seq + 1 {
            self.found.broken = Some(row.entry.seq);
            return;
        }
        self.found.chained += i64::from(row.hash.is_some());
        self.chained += i64::from(row.hash.is_some());
        self.seq = row.entry.seq;
        self.at = next;
    }

    async fn whole(mut self, tx: &mut Tx) -> Result<Self, sqlx::Error> {
        tx.each(ALL, &[], |row: Linked| self.step(row)).await?;
        Ok(self)
    }
}

impl Store {
    /// Adds an entry.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_audit(
        &self,
        key: ChainKey,
        at_ms: Millis,
        who: &str,
        act: &str,
        object: &str,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let mut tx = Tx::write(&self.pools).await?;
            let last: Option<(i64, Option<Vec<u8>>)> = tx.fetch(LAST, &[]).await?.pop();
            let (seq, before) = match last {
                None => (1, NOTHING),
                Some((seq, hash)) => match hash.and_then(|hash| Link::try_from(hash).ok()) {
                    Some(hash) => (seq + 1, hash),
                    // Once in the life of a store: the first link is over all before it.
                    None => (seq + 1, Walk::from_cut(key, &mut tx).await?.whole(&mut tx).await?.at),
                },
            };
            let text = str::to_owned;
            let entry = Entry { seq, at_ms, who: text(who), act: text(act), object: text(object) };
            let hash = link(key, &before, &entry);
            let columns = [
                Column::Int(vec![seq]),
                Column::Int(vec![at_ms]),
                Column::Text(vec![who]),
                Column::Text(vec![act]),
                Column::Text(vec![object]),
                Column::BytesOrNull(vec![Some(&hash)]),
            ];
            let put = tx.run(PUT, &columns).await?;
            tx.commit().await?;
            if put > 0 {
                return Ok(());
            }
        }
        Err(StoreError::Busy)
    }

    /// Goes along the whole chain.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn audit_chain(&self, key: ChainKey) -> Result<Chain, StoreError> {
        let mut tx = Tx::snapshot(&self.pools).await?;
        let walk = Walk::from_cut(key, &mut tx).await?.whole(&mut tx).await?;
        tx.commit().await?;
        let head = (walk.chained > 0 && walk.found.broken.is_none())
            .then(|| walk.at.iter().map(|byte| format!("{byte:02x}")).collect());
        Ok(Chain { head, ..walk.found })
    }

    /// How many entries are from before that moment, and before all that are not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn old_audit(&self, before_ms: Millis) -> Result<i64, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let until = until(&mut tx, before_ms).await?;
        let count: Vec<(i64,)> = tx.fetch(COUNT_OLD, &[Column::Int(vec![until])]).await?;
        tx.commit().await?;
        Ok(count.first().map_or(0, |(n,)| *n))
    }

    /// Takes the oldest entries from before that moment out, as far as the chain holds, and never
    /// the newest one. A part at a time: says how many went, zero when all is done.
    ///
    /// # Errors
    /// If an entry does not fit those before it, which somebody must look at first, or the database
    /// does not answer.
    pub async fn cut_audit(
        &self,
        key: ChainKey,
        before_ms: Millis,
        now: Millis,
    ) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let until = until(&mut tx, before_ms).await?;
        let columns = [Column::Int(vec![until]), Column::Int(vec![PART])];
        let mut walk = Walk::from_cut(key, &mut tx).await?;
        tx.each(OLDEST, &columns, |row: Linked| walk.step(row)).await?;
        if let Some(at) = walk.found.broken {
            return Err(StoreError::Mismatch(format!(
                "the audit log is not as it was written: entry {at} does not follow from those \
                 before it. Nothing of the log is removed until that is cleared up; aftercall \
                 doctor tells more"
            )));
        }
        if walk.found.entries == 0 {
            return Ok(0);
        }
        let seal = seal(key, walk.seq, walk.chained, &walk.at, now);
        let columns = [
            Column::Int(vec![walk.seq]),
            Column::Int(vec![walk.chained]),
            Column::BytesOrNull(vec![Some(&walk.at)]),
            Column::Int(vec![now]),
            Column::BytesOrNull(vec![Some(&seal)]),
        ];
        tx.run(PUT_CUT, &columns).await?;
        let gone = tx.run(DROP, &columns[..1]).await?;
        tx.commit().await?;
        Ok(gone)
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

/// The number of the first entry that stays: the first one from that moment on, else the newest.
async fn until(tx: &mut Tx, before_ms: Millis) -> Result<i64, sqlx::Error> {
    let young: Vec<(i64,)> = tx.fetch(FIRST_YOUNG, &[Column::Int(vec![before_ms])]).await?;
    let newest: Vec<(i64, Option<Vec<u8>>)> = tx.fetch(LAST, &[]).await?;
    let newest = newest.first().map_or(0, |(seq, _)| *seq);
    Ok(young.first().map_or(newest, |(seq,)| *seq))
}
