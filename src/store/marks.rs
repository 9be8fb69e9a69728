//! Answers that a reviewer marked as outside the agent's control.
//!
//! A mark changes no answer: it takes the answer out of the reviewed counts, and taking the mark
//! back brings it in again. An answer is out as long as one mark of it or of its whole interview
//! holds. Marks, flags and tallies change in one transaction.

use sqlx::FromRow;
use uuid::Uuid;

use super::interviews::CLOSE;
use super::rows::{Column, Tx};
use super::tally::{self, Changes};
use super::writer::again;
use super::{Store, StoreError, look_up};
use crate::interview::{InterviewId, Millis};

const NEXT: &str = "select coalesce(max(nr), 0) + 1 from marks where interview = $1";

const PUT: &str = "insert into marks (interview, nr, question, at_ms, who, reason, note)
    {rows uuid, bigint, bigint, bigint, text, text, text}";

const TAKE: &str = "update marks set taken_ms = $3, taken_by = $4
    where interview = $1 and nr = $2 and taken_ms is null";

const IN_FORCE: &str = "select question from marks where interview = $1 and taken_ms is null";

const FLAG: &str = "with v (interview, question, flag) as ({rows uuid, bigint, boolean})
    update answers set outside_control = v.flag from v
    where answers.interview = v.interview and answers.question = v.question
        {of answers.interview}";

// Who marks an answer twice, once alone and once with all others, has marked it once.
const BY_REVIEWER: &str = "select who, survey, question, outcome, count(*) as n
    from (
      select distinct m.who, i.survey, a.interview, a.question, a.outcome
      from marks m
      join interviews i on i.id = m.interview
      join answers a on a.interview = m.interview
        and (m.question is null or a.question = m.question)
      where m.taken_ms is null and a.outcome >= 0 and i.ineligible = ''
        and i.day between $1 and $2
    ) as marked
    group by who, survey, question, outcome";

const OF_INTERVIEW: &str = "select nr, question, at_ms, who, reason, note, taken_ms, taken_by
    from marks where interview = $1 order by nr";

/// A mark, also one that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Mark {
    /// Its number in its interview.
    pub nr: i64,
    /// Index of the question; `None` marks all answers of the interview.
    pub question: Option<i64>,
    /// When it was made.
    pub at_ms: Millis,
    /// By whom.
    pub who: String,
    /// Why: one of [`REASONS`].
    pub reason: String,
    /// What else they wrote; may be empty.
    pub note: String,
    /// When it was taken back.
    pub taken_ms: Option<Millis>,
    /// By whom.
    pub taken_by: Option<String>,
}

/// So many answers of one value that one reviewer marked.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MarkedBy {
    /// The reviewer.
    pub who: String,
    /// Survey version.
    pub survey: i64,
    /// Index of the question.
    pub question: i64,
    /// The value.
    pub outcome: i64,
    /// How many.
    pub n: i64,
}

/// Why an answer may be outside the agent's control.
pub const REASONS: [&str; 8] =
    ["not_theirs", "product", "rule", "wait", "system", "keys", "test", "other"];

/// A mark to be made.
#[derive(Clone, Copy, Debug)]
pub struct Marking<'a> {
    /// The interview.
    pub interview: InterviewId,
    /// Index of the question; `None` for all answers.
    pub question: Option<u8>,
    /// One of [`REASONS`].
    pub reason: &'a str,
    /// More words; may be empty.
    pub note: &'a str,
    /// By whom.
    pub who: &'a str,
    /// When.
    pub at_ms: Millis,
}

/// What became of a wish to mark or to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// It is done.
    Done,
    /// There is no such interview, answer or mark in force.
    Unknown,
    /// The same is marked already.
    Already,
    /// Answers may still come until then.
    Running(Millis),
}

impl Store {
    /// Marks an answer, or all of an interview that is over, and moves the reviewed counts.
    ///
    /// # Errors
    /// If the database does not answer; then nothing is changed and it may be tried again.
    pub async fn mark(&self, wish: &Marking<'_>) -> Result<Marked, StoreError> {
        again(|| self.mark_once(wish)).await
    }

    async fn mark_once(&self, wish: &Marking<'_>) -> Result<Marked, StoreError> {
        let id = Uuid::from_bytes(wish.interview.0);
        let mut tx = Tx::write(&self.pools).await?;
        let locked = tally::lock(&mut tx, &[id]).await?;
        let Some(interview) = locked.get(&id) else { return Ok(Marked::Unknown) };
        let closes_ms = interview.closes_ms();
        if !interview.closed && wish.at_ms < closes_ms {
            return Ok(Marked::Running(closes_ms));
        }
        let answers = tally::answers(&mut tx, vec![id]).await?.remove(&id).unwrap_or_default();
        let question = wish.question.map(i64::from);
        if !answers.iter().any(|a| question.is_none_or(|question| a.question == question)) {
            return Ok(Marked::Unknown);
        }
        let held: Vec<(Option<i64>,)> = tx.fetch(IN_FORCE, &[Column::Id(vec![id])]).await?;
        if held.iter().any(|(of,)| *of == question) {
            return Ok(Marked::Already);
        }
        if !interview.closed {
            // Whoever writes answers looks for marks of closed interviews only.
            tx.run(CLOSE, &[Column::Id(vec![id])]).await?;
        }
        let next: Vec<(i64,)> = tx.fetch(NEXT, &[Column::Id(vec![id])]).await?;
        let columns = [
            Column::Id(vec![id]),
            Column::Int(vec![next.first().map_or(1, |(nr,)| *nr)]),
            Column::IntOrNull(vec![question]),
            Column::Int(vec![wish.at_ms]),
            Column::Text(vec![wish.who]),
            Column::Text(vec![wish.reason]),
            Column::Text(vec![wish.note]),
        ];
        tx.run(PUT, &columns).await?;
        follow(&mut tx, interview, &answers).await?;
        tx.commit().await?;
        Ok(Marked::Done)
    }

    /// Takes a mark back, and brings what nothing else marks into the reviewed counts again.
    ///
    /// # Errors
    /// If the database does not answer; then nothing is changed and it may be tried again.
    pub async fn take_mark_back(
        &self,
        interview: InterviewId,
        nr: i64,
        who: &str,
        at_ms: Millis,
    ) -> Result<Marked, StoreError> {
        again(|| self.take_once(interview, nr, who, at_ms)).await
    }

    async fn take_once(
        &self,
        interview: InterviewId,
        nr: i64,
        who: &str,
        at_ms: Millis,
    ) -> Result<Marked, StoreError> {
        let id = Uuid::from_bytes(interview.0);
        let mut tx = Tx::write(&self.pools).await?;
        let locked = tally::lock(&mut tx, &[id]).await?;
        let Some(interview) = locked.get(&id) else { return Ok(Marked::Unknown) };
        let columns = [
            Column::Id(vec![id]),
            Column::Int(vec![nr]),
            Column::Int(vec![at_ms]),
            Column::Text(vec![who]),
        ];
        if tx.run(TAKE, &columns).await? == 0 {
            return Ok(Marked::Unknown);
        }
        let answers = tally::answers(&mut tx, vec![id]).await?.remove(&id).unwrap_or_default();
        follow(&mut tx, interview, &answers).await?;
        tx.commit().await?;
        Ok(Marked::Done)
    }

    /// The marks of an interview, oldest first, with those that were taken back.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn marks(&self, id: InterviewId) -> Result<Vec<Mark>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        Ok(look_up!(self, |db| sqlx::query_as(OF_INTERVIEW).bind(id).fetch_all(db).await?))
    }
}

impl Store {
    /// Answers of interviews of those days by whom marks in force of them are.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn marked_by(&self, from: i64, to: i64) -> Result<Vec<MarkedBy>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(BY_REVIEWER)
            .bind(from)
            .bind(to)
            .fetch_all(db)
            .await?))
    }
}

/// Brings the flags of a locked interview's answers, and all that counts them, in line with its
/// marks.
async fn follow(
    tx: &mut Tx,
    interview: &tally::Interview,
    answers: &[tally::Answer],
) -> Result<(), sqlx::Error> {
    let id = interview.id;
    let held: Vec<(Option<i64>,)> = tx.fetch(IN_FORCE, &[Column::Id(vec![id])]).await?;
    let outside = |question: i64| held.iter().any(|(of,)| of.is_none_or(|of| of == question));
    let before: Vec<tally::Answer> = answers
        .iter()
        .filter(|answer| answer.outside_control != outside(answer.question))
        .copied()
        .collect();
    let after: Vec<tally::Answer> = before
        .iter()
        .map(|answer| tally::Answer { outside_control: !answer.outside_control, ..*answer })
        .collect();
    let columns = [
        Column::Id(vec![id; after.len()]),
        Column::Int(after.iter().map(|answer| answer.question).collect()),
        Column::Bool(after.iter().map(|answer| answer.outside_control).collect()),
    ];
    tx.run(FLAG, &columns).await?;
    let credits = tally::credits(tx, vec![id]).await?.remove(&id).unwrap_or_default();
    let mut changes = Changes::new(tally::hold(tx).await?);
    changes.count(interview, &before, &credits, -1);
    changes.count(interview, &after, &credits, 1);
    changes.write(tx).await
}
