//! What must still go out, and what went: webhooks and mails.
//!
//! The id of a delivery is a hash of what it is about and to whom it goes, so it is written down
//! once, by whatever node and after whatever restart. Several nodes may send from one list: who
//! takes a delivery moves its next try into the future in one conditional statement; so one node
//! has it, and if that node dies it becomes due again.

use sqlx::FromRow;

use super::rows::{Column, Tx};
use super::writer::again;
use super::{Store, StoreError, look_up, read, write_tx};
use crate::interview::Millis;

const PUT: &str = "insert into deliveries (id, kind, target, event, subject, body, created_ms,
        next_ms, tries, status, reason)
    {rows text, text, text, text, text, text, bigint, bigint, bigint, text, text}
    on conflict (id) do nothing";

// A few of each target, so that one that is slow does not keep the others waiting.
const DUE_NOW: &str = "select id, kind, target, event, subject, body, created_ms, next_ms, tries,
        status, reason, done_ms
    from (select d.*, row_number() over (partition by kind, target order by next_ms, id) as place
        from deliveries d where d.status = 'waiting' and d.next_ms <= $1) as due
    where place <= $2 order by next_ms, id limit $3";

const TAKE_ONE: &str = "update deliveries set tries = tries + 1, next_ms = $3
    where id = $1 and next_ms = $2 and status = 'waiting'";

const TAKE_TOGETHER: &str = "update deliveries set tries = tries + 1, next_ms = $4
    where kind = 'mail' and event = $1 and target = $2 and status = 'waiting' and next_ms <= $3
    returning id, kind, target, event, subject, body, created_ms, next_ms, tries, status, reason,
        done_ms";

const SENT: &str = "update deliveries set status = 'delivered', reason = null, done_ms = $2,
        next_ms = $3 where id = $1 and status = 'waiting'";

const TRY_LATER: &str = "update deliveries set next_ms = $2, reason = $3
    where id = $1 and status = 'waiting'";

const GIVE_UP: &str = "update deliveries set status = 'dead', reason = $2, done_ms = $3,
        next_ms = $4 where id = $1 and status = 'waiting'";

const GIVE_UP_TARGET: &str = "update deliveries set status = 'dead', reason = $3, done_ms = $4,
        next_ms = $5 where kind = $1 and target = $2 and status = 'waiting'";

const PAGE: &str = "select id, kind, target, event, subject, body, created_ms, next_ms, tries,
        status, reason, done_ms
    from deliveries
    where ($1 = '' or status = $1) and created_ms <= $2 and (created_ms < $2 or id < $3)
    order by created_ms desc, id desc limit $4";

const REPLAY: &str = "update deliveries set status = 'waiting', tries = 0, next_ms = $2,
        reason = null, done_ms = null where id = $1 and status <> 'waiting'";

const REPLAY_DEAD: &str = "update deliveries set status = 'waiting', tries = 0, next_ms = $1,
        reason = null, done_ms = null where status = 'dead'";

const COUNT: &str = "select status, cast(count(*) as bigint) from deliveries group by status";

// `next_ms` of what is done says when it may be forgotten.
const FORGET_DONE: &str =
    "delete from deliveries where status in ('delivered', 'dead') and next_ms <= $1";

/// By which way something goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// To an address of the web.
    Webhook,
    /// To a mailbox.
    Mail,
}

impl Way {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Mail => "mail",
        }
    }
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStatus {
    /// It is tried, or tried again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It is not tried any more.
    Dead,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Something to be sent, before it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The same for the same thing to the same target, whoever writes it down.
    pub id: String,
    /// By which way.
    pub way: Way,
    /// Name of the webhook's section, or the address.
    pub target: String,
    /// What happened, such as `score.low`.
    pub event: &'static str,
    /// To what: an interview's id, or a period.
    pub subject: String,
    /// What is sent, or what the mail is made of, as JSON.
    pub body: String,
    /// When it is due; `Err` with the reason where it is not even tried.
    pub due: Result<Millis, String>,
}

/// A delivery as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, which webhooks carry as `webhook-id`.
    pub id: String,
    /// By which way.
    pub way: Way,
    /// Name of the webhook's section, or the address.
    pub target: String,
    /// What happened.
    pub event: String,
    /// To what.
    pub subject: String,
    /// What is sent.
    pub body: String,
    /// When it was written down.
    pub created_ms: Millis,
    /// While it waits: when it is tried next. Afterwards: when it is forgotten.
    pub next_ms: Millis,
    /// How often it was tried; with the one under way.
    pub tries: u32,
    /// How far it is.
    pub status: DeliveryStatus,
    /// What was wrong last time.
    pub reason: Option<String>,
    /// When it was delivered or given up.
    pub done_ms: Option<Millis>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    target: String,
    event: String,
    subject: String,
    body: String,
    created_ms: Millis,
    next_ms: Millis,
    tries: i64,
    status: String,
    reason: Option<String>,
    done_ms: Option<Millis>,
}

impl TryFrom<Row> for Delivery {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unread = |what: &str| StoreError::Corrupt(format!("delivery {} has {what}", row.id));
        Ok(Self {
            way: match row.kind.as_str() {
                "webhook" => Way::Webhook,
                "mail" => Way::Mail,
                other => return Err(unread(&format!("kind {other}"))),
            },
            status: DeliveryStatus::from_word(&row.status)
                .ok_or_else(|| unread(&format!("status {}", row.status)))?,
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            id: row.id,
            target: row.target,
            event: row.event,
            subject: row.subject,
            body: row.body,
            created_ms: row.created_ms,
            next_ms: row.next_ms,
            reason: row.reason,
            done_ms: row.done_ms,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Delivery>, StoreError> {
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Which deliveries a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryPage {
    /// Only those of that status.
    pub status: Option<DeliveryStatus>,
    /// Only those after that one: when it was written down, and its id.
    pub after: Option<(Millis, String)>,
    /// At most so many.
    pub limit: u32,
}

/// Writes parcels down; those that were written down before are left as they are.
pub(super) async fn put(tx: &mut Tx, parcels: &[Parcel], now: Millis) -> Result<(), sqlx::Error> {
    let texts = |text: fn(&Parcel) -> &str| Column::Text(parcels.iter().map(text).collect());
    let status = |parcel: &Parcel| match parcel.due {
        Ok(_) => DeliveryStatus::Waiting.word(),
        Err(_) => DeliveryStatus::Dead.word(),
    };
    let columns = [
        texts(|parcel| &parcel.id),
        texts(|parcel| parcel.way.word()),
        texts(|parcel| &parcel.target),
        texts(|parcel| parcel.event),
        texts(|parcel| &parcel.subject),
        texts(|parcel| &parcel.body),
        Column::Int(vec![now; parcels.len()]),
        Column::Int(parcels.iter().map(|p| *p.due.as_ref().unwrap_or(&Millis::MAX)).collect()),
        Column::Int(vec![0; parcels.len()]),
        Column::Text(parcels.iter().map(status).collect()),
        Column::TextOrNull(
            parcels.iter().map(|p| p.due.as_ref().err().map(String::as_str)).collect(),
        ),
    ];
    tx.run(PUT, &columns).await?;
    Ok(())
}

impl Store {
    /// Writes parcels down; those that were written down before are left as they are.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_parcels(&self, parcels: &[Parcel], now: Millis) -> Result<(), StoreError> {
        again(|| async {
            let mut tx = Tx::write(&self.pools).await?;
            put(&mut tx, parcels, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// What was due at `now`, the longest due first; at most `each` of one target.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn deliveries_due(
        &self,
        now: Millis,
        each: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows: Vec<Row> = read!(self, |db| sqlx::query_as(DUE_NOW)
            .bind(now)
            .bind(i64::from(each))
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        all(rows)
    }

    /// Takes one for a try that ends before `until_ms`; says whether nobody else did since it was
    /// read. If nothing more is heard of it, it is due again at `until_ms`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_delivery(
        &self,
        one: &mut Delivery,
        until_ms: Millis,
    ) -> Result<bool, StoreError> {
        let taken = write_tx!(self, |tx| sqlx::query(TAKE_ONE)
            .bind(one.id.as_str())
            .bind(one.next_ms)
            .bind(until_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        if taken > 0 {
            one.tries = one.tries.saturating_add(1);
            one.next_ms = until_ms;
        }
        Ok(taken > 0)
    }

    /// Takes all mails of one event to one address that are due, to be sent as one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_mails(
        &self,
        event: &str,
        target: &str,
        now: Millis,
        until_ms: Millis,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows: Vec<Row> = write_tx!(self, |tx| sqlx::query_as(TAKE_TOGETHER)
            .bind(event)
            .bind(target)
            .bind(now)
            .bind(until_ms)
            .fetch_all(&mut *tx)
            .await?);
        let mut taken = all(rows)?;
        taken.sort_by(|a, b| (a.created_ms, &a.id).cmp(&(b.created_ms, &b.id)));
        Ok(taken)
    }

    /// Notes that the receiver took it; it is kept until `forget_ms`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delivery_sent(
        &self,
        id: &str,
        now: Millis,
        forget_ms: Millis,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(SENT)
            .bind(id)
            .bind(now)
            .bind(forget_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes why a try failed and when the next one is due.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delivery_later(
        &self,
        id: &str,
        next_ms: Millis,
        reason: &str,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(TRY_LATER)
            .bind(id)
            .bind(next_ms)
            .bind(reason)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes that it is not tried any more, and why; it is kept until `forget_ms`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delivery_dead(
        &self,
        id: &str,
        reason: &str,
        now: Millis,
        forget_ms: Millis,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(GIVE_UP)
            .bind(id)
            .bind(reason)
            .bind(now)
            .bind(forget_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The same for all that waits for one target.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn target_dead(
        &self,
        way: Way,
        target: &str,
        reason: &str,
        now: Millis,
        forget_ms: Millis,
    ) -> Result<u64, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(GIVE_UP_TARGET)
            .bind(way.word())
            .bind(target)
            .bind(reason)
            .bind(now)
            .bind(forget_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected()))
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn deliveries(&self, page: &DeliveryPage) -> Result<Vec<Delivery>, StoreError> {
        let (at, id) = page.after.clone().unwrap_or((Millis::MAX, String::new()));
        let rows: Vec<Row> = look_up!(self, |db| sqlx::query_as(PAGE)
            .bind(page.status.map_or("", DeliveryStatus::word))
            .bind(at)
            .bind(id.as_str())
            .bind(i64::from(page.limit))
            .fetch_all(db)
            .await?);
        all(rows)
    }

    /// How many deliveries have which status.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delivery_counts(&self) -> Result<Vec<(DeliveryStatus, u64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            look_up!(self, |db| sqlx::query_as(COUNT).fetch_all(db).await?);
        let read = |(word, n): (String, i64)| {
            Some((DeliveryStatus::from_word(&word)?, u64::try_from(n).unwrap_or(0)))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Has one that is done tried again from the beginning; says whether there is such a one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replay_delivery(&self, id: &str, now: Millis) -> Result<bool, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(REPLAY)
            .bind(id)
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected())
            > 0)
    }

    /// Has all that were given up tried again from the beginning; says how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replay_dead(&self, now: Millis) -> Result<u64, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(REPLAY_DEAD)
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected()))
    }

    /// Forgets what was delivered or given up long enough ago.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_deliveries(&self, now: Millis) -> Result<u64, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(FORGET_DONE)
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected()))
    }
}
