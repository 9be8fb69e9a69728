//! Recordings that a provider keeps for us: which ones are to be fetched now, and how that went.
//!
//! Several nodes may work from one list. Who takes a recording moves its next try into the future
//! in one conditional statement; so one node has it, and if that node dies it becomes due again.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, read, write_tx};
use crate::interview::{InterviewId, Millis};
use crate::survey::{Kind, Survey};

const DUE: &str = "select c.interview, c.recording, c.question, c.url, c.tries, c.next_ms,
        i.provider, i.survey
    from comments c join interviews i on i.id = c.interview
    where c.status = 'ready' and c.url is not null and c.next_ms <= $1
    order by c.next_ms, c.at_ms, c.recording limit $2";

const SURVEY: &str = "select definition from surveys where version = $1";

const TAKE: &str = "update comments set tries = tries + 1, next_ms = $4
    where interview = $1 and recording = $2 and next_ms = $3 and status = 'ready'";

const STORED: &str = "update comments set status = 'stored', file = $3, reason = null
    where interview = $1 and recording = $2";

const LATER: &str = "update comments set next_ms = $3, reason = $4
    where interview = $1 and recording = $2 and status = 'ready'";

const FAILED: &str = "update comments set status = 'failed', reason = $3
    where interview = $1 and recording = $2 and status = 'ready'";

const MISSING: &str = "select c.interview, c.recording, i.provider
    from comments c join interviews i on i.id = c.interview
    where c.status in ('expected', 'ready') and c.url is null and c.file is null and c.at_ms < $1
    limit $2";

const NEVER_CAME: &str = "update comments set status = 'failed', reason = $3
    where interview = $1 and recording = $2 and status in ('expected', 'ready') and url is null
        and file is null";

/// The longest comment that a survey can ask for, seconds: what is assumed where the question is
/// not known.
const LONGEST: u32 = 300;

/// A recording that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The interview.
    pub interview: InterviewId,
    /// The provider's id of the recording.
    pub recording: String,
    /// Name of the provider section through which the call came.
    pub provider: String,
    /// Where the provider keeps it, in the provider's words.
    pub url: String,
    /// The longest comment that its question takes, seconds.
    pub most_seconds: u32,
    /// How often it was tried; after [`Store::take_comment`] with the try under way.
    pub tries: u32,
    next_ms: Millis,
}

/// A recording of which nothing more is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The interview.
    pub interview: InterviewId,
    /// The provider's id of the recording.
    pub recording: String,
    /// Name of the provider section through which the call came.
    pub provider: String,
}

#[derive(FromRow)]
struct Row {
    interview: Uuid,
    recording: String,
    question: i64,
    url: String,
    tries: i64,
    next_ms: Millis,
    provider: String,
    survey: i64,
}

impl Store {
    /// At most `limit` recordings that were due at `now`, the longest due first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comments_due(&self, now: Millis, limit: u32) -> Result<Vec<Due>, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<Row> =
            read!(self, |db| sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(db).await?);
        let mut surveys: BTreeMap<i64, Option<Survey>> = BTreeMap::new();
        for row in &rows {
            if let Entry::Vacant(place) = surveys.entry(row.survey) {
                let found: Option<(String,)> = read!(self, |db| sqlx::query_as(SURVEY)
                    .bind(row.survey)
                    .fetch_optional(db)
                    .await?);
                place.insert(found.and_then(|(text,)| serde_json::from_str(&text).ok()));
            }
        }
        let due = rows.into_iter().map(|row| Due {
            interview: InterviewId(*row.interview.as_bytes()),
            recording: row.recording,
            provider: row.provider,
            url: row.url,
            most_seconds: most_seconds(surveys.get(&row.survey), row.question),
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            next_ms: row.next_ms,
        });
        Ok(due.collect())
    }

    /// At most `limit` recordings that were spoken before `before_ms` and of which the provider has
    /// not told since where they are.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comments_missing(
        &self,
        before_ms: Millis,
        limit: u32,
    ) -> Result<Vec<Missing>, StoreError> {
        let rows: Vec<(Uuid, String, String)> = read!(self, |db| sqlx::query_as(MISSING)
            .bind(before_ms)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        let missing = |(interview, recording, provider): (Uuid, String, String)| Missing {
            interview: InterviewId(*interview.as_bytes()),
            recording,
            provider,
        };
        Ok(rows.into_iter().map(missing).collect())
    }

    /// Notes that a recording never came, and why; says whether that is so by now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comment_never_came(
        &self,
        missing: &Missing,
        reason: &str,
    ) -> Result<bool, StoreError> {
        Ok(write_tx!(self, |tx| sqlx::query(NEVER_CAME)
            .bind(Uuid::from_bytes(missing.interview.0))
            .bind(missing.recording.as_str())
            .bind(reason)
            .execute(&mut *tx)
            .await?
            .rows_affected())
            > 0)
    }

    /// Takes a recording for one try that ends before `until_ms`; says whether nobody else did
    /// since it was read. If nothing more is heard of it, it is due again at `until_ms`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_comment(&self, due: &mut Due, until_ms: Millis) -> Result<bool, StoreError> {
        let taken = write_tx!(self, |tx| sqlx::query(TAKE)
            .bind(Uuid::from_bytes(due.interview.0))
            .bind(due.recording.as_str())
            .bind(due.next_ms)
            .bind(until_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        if taken > 0 {
            due.tries = due.tries.saturating_add(1);
            due.next_ms = until_ms;
        }
        Ok(taken > 0)
    }

    /// Notes that a recording is kept as `file`, a path inside the media folder. `false` where nobody
    /// wants it any more: its interview or comment was removed meanwhile.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comment_stored(&self, due: &Due, file: &str) -> Result<bool, StoreError> {
        let noted = write_tx!(self, |tx| sqlx::query(STORED)
            .bind(Uuid::from_bytes(due.interview.0))
            .bind(due.recording.as_str())
            .bind(file)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(noted > 0)
    }

    /// Notes why a try failed and when the next one is due.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comment_later(
        &self,
        due: &Due,
        next_ms: Millis,
        reason: &str,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(LATER)
            .bind(Uuid::from_bytes(due.interview.0))
            .bind(due.recording.as_str())
            .bind(next_ms)
            .bind(reason)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes that a recording cannot be had, and why.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comment_failed(&self, due: &Due, reason: &str) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(FAILED)
            .bind(Uuid::from_bytes(due.interview.0))
            .bind(due.recording.as_str())
            .bind(reason)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// The longest comment that a question takes; a notice without a turn may not know its question.
fn most_seconds(survey: Option<&Option<Survey>>, question: i64) -> u32 {
    let questions = survey.and_then(Option::as_ref).map_or(&[][..], |survey| &survey.questions);
    let question = usize::try_from(question).ok().and_then(|index| questions.get(index));
    match question.map(|question| &question.kind) {
        Some(Kind::Comment { max_seconds, .. }) => *max_seconds,
        _ => LONGEST,
    }
}
