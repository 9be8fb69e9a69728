//! Which interviews are over and still to be told of, and what follows from them, written once.
//!
//! Calls write nothing more for this: an interview that closes enters a small index, and whoever
//! tells of it takes it out in the same transaction that writes down what follows. So nothing is
//! lost when the process dies, and nothing is written twice, however many nodes look.

use sqlx::FromRow;
use uuid::Uuid;

use super::cases::{self, Opening};
use super::deliveries::{self, Parcel};
use super::rows::{Column, Tx};
use super::writer::again;
use super::{Store, StoreError, read};
use crate::interview::Millis;

const UNTOLD: &str = "select id from interviews
    where closed and not told and started_ms >= $1 order by started_ms, id limit $2";

const UNTOLD_BEFORE: &str = "select id from interviews
    where closed and not told and started_ms < $1 order by started_ms, id limit $2";

const UNFINISHED: &str = "select i.id, i.survey, a.question, a.outcome
    from interviews i join answers a on a.interview = i.id
    where i.closed = $1 and not i.anonymous and i.ineligible = '' and a.outcome >= 0 and a.at_ms <= $2";

const HEARD: &str = "select i.id, i.survey, i.language, i.channel, i.started_ms,
        coalesce(i.finished_ms, i.ended_ms, i.recorded_ms) as over_ms, i.disposition, i.link,
        i.ineligible = '' and i.started as answered, k.at_ms as callback_ms
    from interviews i left join callbacks k on k.interview = i.id
    where i.id in ({rows uuid})";

const LOCK_UNTOLD: &str = "select id from interviews
    where id in ({rows uuid}) and not told order by id {lock}";

const TOLD: &str = "update interviews set told = true where id in ({rows uuid})";

/// One interview, as far as others are told of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Tale {
    /// Its id.
    pub id: Uuid,
    /// Survey version.
    pub survey: i64,
    /// Language code.
    pub language: String,
    /// Channel.
    pub channel: String,
    /// When it started.
    pub started_ms: Millis,
    /// When it was over, or its newest turn.
    pub over_ms: Millis,
    /// Word of the disposition.
    pub disposition: String,
    /// `none`, `handover`, `record` or `inferred`.
    pub link: String,
    /// Whether it was offered and something was answered.
    pub answered: bool,
    /// When the caller asked to be called.
    pub callback_ms: Option<Millis>,
}

/// An answer in an interview that goes on.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Given {
    /// The interview.
    pub id: Uuid,
    /// Survey version.
    pub survey: i64,
    /// Index of the question.
    pub question: i64,
    /// The value.
    pub outcome: i64,
}

/// What follows from interviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Follows {
    /// What is sent.
    pub parcels: Vec<Parcel>,
    /// Cases to open, and what is sent of each if it is opened.
    pub cases: Vec<(Opening, Vec<Parcel>)>,
}

impl Store {
    /// Interviews that are over and not told of, the earliest first, of those that started at
    /// `floor_ms` or later.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn untold(&self, floor_ms: Millis, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<(Uuid,)> = read!(self, |db| sqlx::query_as(UNTOLD)
            .bind(floor_ms)
            .bind(limit)
            .fetch_all(db)
            .await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Passes over interviews that are over and started before `before_ms`: nobody wants to be told
    /// of them. Says how many, at most `limit`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn pass_over(
        &self,
        before_ms: Millis,
        limit: u32,
        now: Millis,
    ) -> Result<u64, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<(Uuid,)> = read!(self, |db| sqlx::query_as(UNTOLD_BEFORE)
            .bind(before_ms)
            .bind(limit)
            .fetch_all(db)
            .await?);
        let ids: Vec<Uuid> = rows.into_iter().map(|(id,)| id).collect();
        match ids.is_empty() {
            true => Ok(0),
            false => self.tell(&ids, |_| Follows::default(), now).await,
        }
    }

    /// Answers given at `settled_ms` or before in interviews that go on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn unfinished(&self, settled_ms: Millis) -> Result<Vec<Given>, StoreError> {
        Ok(read!(self, |db| sqlx::query_as(UNFINISHED)
            .bind(false)
            .bind(settled_ms)
            .fetch_all(db)
            .await?))
    }

    /// What others are told of these interviews.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tales(&self, ids: &[Uuid]) -> Result<Vec<Tale>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let rows = tx.fetch(HEARD, &[Column::Id(ids.to_vec())]).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Writes down what follows from interviews that go on: as often as it is found, once.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn follow(&self, follows: &Follows, now: Millis) -> Result<(), StoreError> {
        again(|| async {
            let mut tx = Tx::write(&self.pools).await?;
            write(&mut tx, follows, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Writes down what follows from interviews that are over, and that they are told of. `of`
    /// makes it for those that nobody else told of meanwhile.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tell(
        &self,
        ids: &[Uuid],
        of: impl Fn(Uuid) -> Follows,
        now: Millis,
    ) -> Result<u64, StoreError> {
        again(|| self.tell_once(ids, &of, now)).await
    }

    async fn tell_once(
        &self,
        ids: &[Uuid],
        of: &impl Fn(Uuid) -> Follows,
        now: Millis,
    ) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let rows: Vec<(Uuid,)> = tx.fetch(LOCK_UNTOLD, &[Column::Id(ids.to_vec())]).await?;
        let ours: Vec<Uuid> = rows.into_iter().map(|(id,)| id).collect();
        let mut all = Follows::default();
        for id in &ours {
            let mut follows = of(*id);
            all.parcels.append(&mut follows.parcels);
            all.cases.append(&mut follows.cases);
        }
        write(&mut tx, &all, now).await?;
        let told = tx.run(TOLD, &[Column::Id(ours)]).await?;
        tx.commit().await?;
        Ok(told)
    }
}

async fn write(tx: &mut Tx, follows: &Follows, now: Millis) -> Result<(), StoreError> {
    let openings: Vec<&Opening> = follows.cases.iter().map(|(opening, _)| opening).collect();
    let opened = cases::open(tx, &openings, now).await?;
    let mut parcels = follows.parcels.clone();
    for (opening, about) in &follows.cases {
        if opened.contains(&opening.id) {
            parcels.extend(about.iter().cloned());
        }
    }
    deliveries::put(tx, &parcels, now).await?;
    Ok(())
}
