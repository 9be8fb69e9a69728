//! Who writes into the spool: many callers share one commit.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::SqlitePool;
use tokio::sync::mpsc;

use super::super::StoreError;
use super::super::batch::uuid;
use super::{FIRST, Held, Item, Job, MOST, PUT, Put};
use crate::interview::InterviewId;

/// What became of one job.
type Done = Result<Vec<Put>, StoreError>;

/// Writes what waits at the door, until that is closed.
pub(super) async fn run(pool: SqlitePool, held: Arc<Mutex<Held>>, mut jobs: mpsc::Receiver<Job>) {
    loop {
        let mut batch = Vec::with_capacity(MOST);
        if jobs.recv_many(&mut batch, MOST).await == 0 {
            return;
        }
        let (jobs, replies): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|job| (job.items, job.reply)).unzip();
        match write(&pool, &jobs).await {
            Ok(done) => {
                note(&held, &jobs, &done);
                // Who sends nothing asks to look again; a job that failed may have left a part.
                if jobs.iter().any(Vec::is_empty) || done.iter().any(Result::is_err) {
                    match Held::read(&pool).await {
                        Ok(read) => *held.lock().unwrap_or_else(PoisonError::into_inner) = read,
                        Err(fault) => tracing::error!("the spool cannot be read: {fault}"),
                    }
                }
                for (reply, put) in replies.into_iter().zip(done) {
                    // Whoever gave up waiting has it here all the same.
                    let _ = reply.send(put);
                }
            }
            Err(fault) => {
                let fault = Arc::new(fault);
                for reply in replies {
                    let _ = reply.send(Err(StoreError::Batch(fault.clone())));
                }
            }
        }
    }
}

/// Notes whose parts wait now.
fn note(held: &Mutex<Held>, jobs: &[Vec<Item>], done: &[Done]) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    for (items, done) in jobs.iter().zip(done) {
        let puts = done.as_deref().unwrap_or_default();
        for (item, _) in items.iter().zip(puts).filter(|(_, put)| matches!(put, Put::New)) {
            held.add(item.interview());
        }
    }
}

/// Writes all jobs, or none; what cannot be read in the way of one harms no other.
async fn write(pool: &SqlitePool, jobs: &[Vec<Item>]) -> Result<Vec<Done>, StoreError> {
    let mut tx = pool.begin_with("begin immediate").await?;
    let mut done = Vec::with_capacity(jobs.len());
    for items in jobs {
        let put = match put(&mut tx, items).await {
            Err(fault @ StoreError::Corrupt(_)) => Err(fault),
            put => Ok(put?),
        };
        done.push(put);
    }
    tx.commit().await?;
    Ok(done)
}

async fn put(connection: &mut sqlx::SqliteConnection, items: &[Item]) -> Done {
    let mut puts = Vec::with_capacity(items.len());
    for item in items {
        let (interview, place) = (item.interview(), item.place());
        let text = serde_json::to_string(item)
            .map_err(|fault| StoreError::Corrupt(format!("it cannot be spooled: {fault}")))?;
        let put = sqlx::query(PUT)
            .bind(interview.map(uuid))
            .bind(place)
            .bind(item.at_ms())
            .bind(text)
            .execute(&mut *connection)
            .await?;
        puts.push(match interview {
            Some(interview) if put.rows_affected() == 0 => first(connection, interview, place)
                .await?
                .map_or(Put::New, |item| Put::Old(Box::new(item))),
            _ => Put::New,
        });
    }
    Ok(puts)
}

/// What waits in that place of an interview.
pub(super) async fn first(
    connection: &mut sqlx::SqliteConnection,
    interview: InterviewId,
    place: i64,
) -> Result<Option<Item>, StoreError> {
    let found: Option<(String,)> =
        sqlx::query_as(FIRST).bind(uuid(interview)).bind(place).fetch_optional(connection).await?;
    let read = |item: String| {
        serde_json::from_str(&item)
            .map_err(|fault| StoreError::Corrupt(format!("place {place} of the spool: {fault}")))
    };
    found.map(|(item,)| read(item)).transpose()
}
