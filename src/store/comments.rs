//! Spoken comments: what turn and notice say of a recording, joined in either order, and which
//! ones are still to be fetched.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{Column, Tx};
use super::{Store, StoreError, read, write_tx};
use crate::interview::{InterviewId, Millis, Recording};

const OF_INTERVIEW: &str =
    "select interview, recording, question, seconds, url, file, status, at_ms
    from comments where interview = $1 order by at_ms, recording";

const OF_INTERVIEWS: &str =
    "select interview, recording, question, seconds, url, file, status, at_ms
    from comments where interview in ({rows uuid}) order by interview, at_ms, recording";

const HEARD: &str = "update comments set heard_ms = $3
    where interview = $1 and recording = $2 and heard_ms is null";

/// One recording, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The interview.
    pub interview: InterviewId,
    /// The provider's id of the recording, or our own for an upload.
    pub recording: String,
    /// Index of the question it was asked by.
    pub question: u8,
    /// Its length in seconds.
    pub seconds: Option<u32>,
    /// Where the provider keeps it.
    pub url: Option<String>,
    /// Where we keep it: a path inside the media folder.
    pub file: Option<String>,
    /// How far it is.
    pub status: CommentStatus,
    /// When it became known.
    pub at_ms: Millis,
}

/// How far a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommentStatus {
    /// Recorded; the provider will say where it is.
    Expected,
    /// The provider keeps it; it is still to be fetched.
    Ready,
    /// It cannot be had.
    Failed,
    /// We keep it.
    Stored,
}

impl CommentStatus {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Stored => "stored",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Expected, Self::Ready, Self::Failed, Self::Stored]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

impl Comment {
    /// Whether a recording of a second or more is there or will be: then the question was
    /// answered.
    pub(super) fn is_heard(&self) -> bool {
        self.status != CommentStatus::Failed && self.seconds != Some(0)
    }

    /// What a turn says of its recording.
    pub(super) fn of_turn(
        interview: InterviewId,
        question: u8,
        recording: &Recording,
        at_ms: Millis,
    ) -> Self {
        // What came with the turn is a file in our folder, named after its interview.
        let ours = recording.id.starts_with(&interview.to_string());
        let status = match &recording.url {
            Some(_) => CommentStatus::Ready,
            None if ours => CommentStatus::Stored,
            None => CommentStatus::Expected,
        };
        Self {
            interview,
            recording: recording.id.clone(),
            question,
            seconds: recording.seconds,
            url: recording.url.clone(),
            file: (status == CommentStatus::Stored).then(|| recording.id.clone()),
            status,
            at_ms,
        }
    }

    /// Adds what else became known; the same rule as in the table.
    pub(super) fn join(&mut self, news: &Self) {
        self.seconds = news.seconds.or(self.seconds);
        self.url = news.url.clone().or_else(|| self.url.take());
        self.file = news.file.clone().or_else(|| self.file.take());
        self.status = self.status.max(news.status);
    }
}

#[derive(FromRow)]
struct Row {
    interview: Uuid,
    recording: String,
    question: i64,
    seconds: Option<i64>,
    url: Option<String>,
    file: Option<String>,
    status: String,
    at_ms: Millis,
}

impl TryFrom<Row> for Comment {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let fault =
            |what: String| StoreError::Corrupt(format!("comment {} has {what}", row.recording));
        Ok(Self {
            interview: InterviewId(*row.interview.as_bytes()),
            question: u8::try_from(row.question)
                .map_err(|_| fault(format!("question {}", row.question)))?,
            seconds: row.seconds.and_then(|seconds| u32::try_from(seconds).ok()),
            status: CommentStatus::from_word(&row.status)
                .ok_or_else(|| fault(format!("status {}", row.status)))?,
            recording: row.recording,
            url: row.url,
            file: row.file,
            at_ms: row.at_ms,
        })
    }
}

impl Store {
    /// The comments of one interview, oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comments(&self, id: InterviewId) -> Result<Vec<Comment>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        let rows: Vec<Row> =
            read!(self, |db| sqlx::query_as(OF_INTERVIEW).bind(id).fetch_all(db).await?);
        rows.into_iter().map(Comment::try_from).collect()
    }

    /// The comments of those interviews, each interview's oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comments_of(&self, ids: &[InterviewId]) -> Result<Vec<Comment>, StoreError> {
        let ids = ids.iter().map(|id| Uuid::from_bytes(id.0)).collect();
        let mut tx = Tx::snapshot(&self.pools).await?;
        let rows: Vec<Row> = tx.fetch(OF_INTERVIEWS, &[Column::Id(ids)]).await?;
        tx.commit().await?;
        rows.into_iter().map(Comment::try_from).collect()
    }

    /// Notes that a person played a recording; the first time counts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn comment_heard(
        &self,
        id: InterviewId,
        recording: &str,
        at_ms: Millis,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(HEARD)
            .bind(Uuid::from_bytes(id.0))
            .bind(recording)
            .bind(at_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_came_with_its_turn_is_stored() {
        let id = InterviewId([1; 16]);
        let name = format!("{id}-3-5.wav");
        let upload = Recording { id: name.clone(), seconds: Some(7), key: None, url: None };
        let comment = Comment::of_turn(id, 3, &upload, 10);
        assert_eq!((comment.status, comment.file), (CommentStatus::Stored, Some(name)));
        let elsewhere = Recording { id: "RE1".into(), ..upload };
        let comment = Comment::of_turn(id, 3, &elsewhere, 10);
        assert_eq!((comment.status, comment.file), (CommentStatus::Expected, None));
    }

    #[test]
    fn turn_and_notice_join_in_either_order() {
        let recording = Recording { id: "RE1".into(), seconds: Some(7), key: None, url: None };
        let turn = Comment::of_turn(InterviewId([1; 16]), 3, &recording, 10);
        let notice = Comment {
            url: Some("https://x".into()),
            seconds: None,
            status: CommentStatus::Ready,
            ..turn.clone()
        };
        let mut a = turn.clone();
        a.join(&notice);
        let mut b = notice;
        b.join(&turn);
        assert_eq!(a, b);
        assert_eq!(
            (a.status, a.seconds, a.url.as_deref()),
            (CommentStatus::Ready, Some(7), Some("https://x"))
        );
    }
}
