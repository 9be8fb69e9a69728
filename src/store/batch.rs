//! What is written for a batch of jobs, in one transaction.
//!
//! The batch locks the interviews it touches, works out in memory what each job does to them, and
//! writes each table once. Every job reads what the jobs before it left, so that jobs of one
//! interview may share a batch.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::FromRow;
use uuid::Uuid;

use super::anonymous::HIDE;
use super::comments::Comment;
use super::own::plain;
use super::recent::Recent;
use super::rows::{Column, Tx};
use super::tally::{self, Answer, Changes, Interview};
use super::writer::Means;
use super::{Begin, Claim, Known, StoreError, Turn, begin};
use crate::interview::{InterviewId, Millis, Outcome};

mod claim;

pub(super) use claim::StoredRow;
use claim::{answered, claim, stored_turns};

const PUT_TURNS: &str = "insert into turns (interview, turn, at_ms, input, facts)
    {rows uuid, bigint, bigint, text, text}";

// An answer that comes late, to an interview marked as outside the agent's control, is marked too.
// Only a closed interview has marks, so that answers of running calls look for none.
const PUT_ANSWERS: &str = "with v (interview, question, outcome, turn, at_ms, closed) as
        ({rows uuid, bigint, bigint, bigint, bigint, boolean})
    insert into answers (interview, question, outcome, turn, at_ms, outside_control)
    select v.interview, v.question, v.outcome, v.turn, v.at_ms,
        case when v.closed then exists (select 1 from marks m
            where m.interview = v.interview and m.taken_ms is null
                and (m.question is null or m.question = v.question))
        else v.closed end
    from v where true
    on conflict (interview, question) do update set was = answers.outcome,
        outcome = excluded.outcome, turn = excluded.turn, at_ms = excluded.at_ms
    where excluded.turn > answers.turn
    returning interview, question, was, outcome, turn, at_ms, outside_control";

const UPDATE_INTERVIEWS: &str = "with v (id, language, turn, recorded_ms, state, open_question,
        started, turns_disposition, disposition, failed, finished_ms, ended_ms, ended_how)
    as ({rows uuid, text, bigint, bigint, bytea, bigint, boolean, text, text, text, bigint, bigint,
        text})
    update interviews set language = v.language, turn = v.turn, recorded_ms = v.recorded_ms,
        state = coalesce(v.state, interviews.state), open_question = v.open_question,
        started = v.started, turns_disposition = v.turns_disposition,
        disposition = v.disposition, failed = v.failed, finished_ms = v.finished_ms,
        ended_ms = v.ended_ms, ended_how = v.ended_how
    from v where interviews.id = v.id {of interviews.id}";

// Apart, since indexes hold it: SQLite writes those of a column that is set, changed or not.
const CLOSE_INTERVIEWS: &str = "update interviews set closed = true where id in ({rows uuid})";

// What arrives later adds to the row, whichever of turn and notice comes first; a comment that is
// stored or failed does not go back to waiting.
const PUT_COMMENTS: &str = "insert into comments (interview, recording, question, seconds, url,
        file, status, at_ms)
    {rows uuid, text, bigint, bigint, text, text, text, bigint}
    on conflict (interview, recording) do update set
        seconds = coalesce(excluded.seconds, comments.seconds),
        url = coalesce(excluded.url, comments.url),
        file = coalesce(excluded.file, comments.file),
        status = case
            when excluded.status = 'stored' or comments.status = 'stored' then 'stored'
            when excluded.status = 'failed' or comments.status = 'failed' then 'failed'
            when excluded.status = 'ready' or comments.status = 'ready' then 'ready'
            else 'expected' end";

const PUT_NEVER_ASK: &str = "insert into never_ask (caller_hash, since_ms, source)
    {rows uuid, bigint, text} on conflict (caller_hash) do nothing";

const PUT_CALLBACKS: &str = "insert into callbacks (interview, at_ms)
    {rows uuid, bigint} on conflict (interview) do nothing";

// Written after the call-backs of the batch. A number is kept only for whoever wants to be called.
const FORGET_NUMBERS: &str = "update interviews set caller_sealed = null
    where id in ({rows uuid})
        and not exists (select 1 from callbacks c where c.interview = interviews.id)";

/// One thing to write.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// A start was decided.
    Begin(Box<Begin>),
    /// A turn.
    Turn(Arc<Turn>),
    /// A hang-up notice.
    End { id: InterviewId, at_ms: Millis, how: String },
    /// It failed, by our fault or the platform's.
    Failed { id: InterviewId, reason: String },
    /// What became known of a comment.
    Comment(Box<Comment>),
}

/// What came of one thing to write.
#[derive(Debug)]
pub(super) enum Done {
    /// The interview as it stands in the store.
    Begun(Box<Known>),
    /// Who was first with the turn.
    Claimed(Claim),
    /// Whether the notice was news to a known interview.
    Noted(bool),
}

/// What became of each member of a batch.
type Outcomes = Vec<Result<Done, StoreError>>;

/// Writes all of it in one transaction, or nothing.
///
/// # Errors
/// If the transaction failed; nothing is known to be written then, and all of it may be tried
/// again.
pub(super) async fn write(means: &mut Means, works: &[Work]) -> Result<Outcomes, StoreError> {
    let begins: Vec<(usize, &Begin)> = works
        .iter()
        .enumerate()
        .filter_map(|(at, work)| match work {
            Work::Begin(begin) => Some((at, &**begin)),
            _ => None,
        })
        .collect();
    // New codes and names get their ids in transactions of their own, before this one.
    let mut units = Vec::with_capacity(begins.len());
    for (_, begin) in &begins {
        units.push(means.names.said(&means.pools, &begin.said).await?);
    }
    let mut done: Vec<Option<Result<Done, StoreError>>> = Vec::new();
    done.resize_with(works.len(), || None);

    let mut tx = Tx::of_writer(&means.hand).await?;
    // Given back after the commit: what a batch that failed has left is not what is stored.
    let mut recent = std::mem::take(&mut means.recent).in_tx(&tx)?;
    // Written once and last: whoever adds to tallies locks their rows in the same order, or two
    // transactions would wait for each other.
    let mut changes = None;
    if !begins.is_empty() {
        let held = recent.hold(&mut tx).await?;
        let changes = changes.insert(Changes::new(held));
        let known = begin::begin_all(&mut tx, changes, held, &begins, &units).await?;
        for ((at, _), known) in begins.iter().zip(known) {
            done[*at] = Some(known.map(|known| Done::Begun(Box::new(known))));
        }
    }
    if begins.len() < works.len() {
        go_on(&mut tx, &mut recent, &mut changes, works, &mut done).await?;
    }
    if let Some(changes) = changes {
        changes.write(&mut tx).await?;
    }
    means.rehearsal.commit(tx).await?;
    means.recent = recent;
    Ok(done
        .into_iter()
        .map(|done| done.unwrap_or_else(|| Err(StoreError::Corrupt("a job was left out".into()))))
        .collect())
}

/// What became of one interview in this batch.
struct Touched {
    before: Interview,
    after: Interview,
    state: Option<Vec<u8>>,
    /// Newest outcome of each item that this batch brings, with turn and time.
    items: BTreeMap<i64, (Outcome, i64, Millis)>,
}

/// Rows for the other tables that a batch brings.
#[derive(Default)]
struct Rows<'a> {
    turns: BTreeMap<(Uuid, i64), &'a Turn>,
    comments: BTreeMap<(Uuid, String), Comment>,
    never_ask: BTreeMap<Uuid, Millis>,
    callbacks: BTreeMap<Uuid, Millis>,
}

/// Writes everything that is not a start.
async fn go_on(
    tx: &mut Tx,
    recent: &mut Recent,
    changes: &mut Option<Changes>,
    works: &[Work],
    done: &mut [Option<Result<Done, StoreError>>],
) -> Result<(), StoreError> {
    let mut order: Vec<(usize, Uuid, &Work)> = works
        .iter()
        .enumerate()
        .filter_map(|(at, work)| Some((at, uuid(work.interview()?), work)))
        .collect();
    // Turns of one interview in their order, notices after them.
    order.sort_by_key(|(at, id, work)| (*id, work.turn(), *at));
    let ids: Vec<Uuid> = order.iter().map(|(_, id, _)| *id).collect();
    let mut touched: BTreeMap<Uuid, Touched> = recent
        .lock(tx, &ids)
        .await?
        .into_iter()
        .map(|(id, row)| {
            (id, Touched { before: row.clone(), after: row, state: None, items: BTreeMap::new() })
        })
        .collect();
    let stored = stored_turns(tx, &order, &touched).await?;
    let answered = answered(tx, &order).await?;

    let mut rows = Rows::default();
    for (at, id, work) in order {
        let result = match (touched.get_mut(&id), work) {
            (None, Work::Turn(_)) => Ok(Done::Claimed(Claim::Closed)),
            (None, _) => Ok(Done::Noted(false)),
            (Some(one), Work::Turn(turn)) => {
                let answered = answered.get(&id).map_or(&[][..], Vec::as_slice);
                claim(one, turn, &stored, answered, &mut rows).map(Done::Claimed)
            }
            (Some(one), Work::End { at_ms, how, .. }) => {
                let news = one.after.ended_ms.is_none();
                if news {
                    one.after.ended_ms = Some(*at_ms);
                    one.after.ended_how = Some(how.clone());
                }
                Ok(Done::Noted(news))
            }
            (Some(one), Work::Failed { reason, .. }) => {
                let news = one.after.failed.is_none() && one.after.ineligible.is_empty();
                if news {
                    one.after.failed = Some(reason.clone());
                }
                Ok(Done::Noted(news))
            }
            (Some(one), Work::Comment(comment)) => {
                if comment.is_heard() && one.after.ineligible.is_empty() {
                    one.items.entry(i64::from(comment.question)).or_insert((
                        Outcome::Answered(1),
                        0,
                        comment.at_ms,
                    ));
                }
                rows.comment(id, comment);
                Ok(Done::Noted(true))
            }
            (Some(_), Work::Begin(_)) => continue,
        };
        done[at] = Some(result);
    }

    rows.write(tx).await?;
    let changed = put_answers(tx, &touched).await?;
    settle(&mut touched, &changed);
    update_interviews(tx, &touched).await?;
    let closed = touched.values().filter(|one| one.after.closed && one.after.numbered);
    tx.run(FORGET_NUMBERS, &[Column::Id(closed.map(|one| one.after.id).collect())]).await?;
    let nameless = touched.values().filter(|one| one.after.closed && one.after.anonymous);
    tx.run(HIDE, &[Column::Id(nameless.map(|one| one.after.id).collect())]).await?;
    count(tx, recent, changes, &touched, changed).await
}

/// An answer that was written, with the outcome it replaced.
#[derive(FromRow)]
struct Changed {
    interview: Uuid,
    question: i64,
    was: Option<i64>,
    outcome: i64,
    turn: i64,
    at_ms: Millis,
    outside_control: bool,
}

plain!(Changed { interview, question, was, outcome, turn, at_ms, outside_control });

async fn put_answers(
    tx: &mut Tx,
    touched: &BTreeMap<Uuid, Touched>,
) -> Result<HashMap<Uuid, Vec<Changed>>, StoreError> {
    let items: Vec<(&Touched, i64, (Outcome, i64, Millis))> = touched
        .values()
        .flat_map(|one| one.items.iter().map(move |(question, item)| (one, *question, *item)))
        .collect();
    let columns = [
        Column::Id(items.iter().map(|item| item.0.before.id).collect()),
        Column::Int(items.iter().map(|item| item.1).collect()),
        Column::Int(items.iter().map(|item| item.2.0.code()).collect()),
        Column::Int(items.iter().map(|item| item.2.1).collect()),
        Column::Int(items.iter().map(|item| item.2.2).collect()),
        Column::Bool(items.iter().map(|item| item.0.before.closed).collect()),
    ];
    let rows: Vec<Changed> = tx.fetch_plain(PUT_ANSWERS, &columns).await?;
    let mut changed: HashMap<Uuid, Vec<Changed>> = HashMap::new();
    for row in rows {
        changed.entry(row.interview).or_default().push(row);
    }
    Ok(changed)
}

/// Brings the rows in line with the answers as they are now stored.
fn settle(touched: &mut BTreeMap<Uuid, Touched>, changed: &HashMap<Uuid, Vec<Changed>>) {
    for (id, one) in touched {
        // A comment that a notice brought is an answer like any other.
        let by_notice = changed.get(id).is_some_and(|rows| rows.iter().any(|row| row.turn == 0));
        one.after.started |= by_notice;
        one.after.settle();
    }
}

async fn update_interviews(
    tx: &mut Tx,
    touched: &BTreeMap<Uuid, Touched>,
) -> Result<(), StoreError> {
    let rows: Vec<(&Interview, Option<&[u8]>)> = touched
        .values()
        .filter(|one| one.after != one.before)
        .map(|one| (&one.after, one.state.as_deref()))
        .collect();
    macro_rules! each {
        ($field:ident) => {
            rows.iter().map(|(row, _)| row.$field).collect()
        };
        ($field:ident.$text:ident) => {
            rows.iter().map(|(row, _)| row.$field.$text()).collect()
        };
    }
    let columns = [
        Column::Id(each!(id)),
        Column::Text(each!(language.as_str)),
        Column::Int(each!(turn)),
        Column::Int(each!(recorded_ms)),
        Column::BytesOrNull(rows.iter().map(|(_, state)| *state).collect()),
        Column::IntOrNull(each!(open_question)),
        Column::Bool(each!(started)),
        Column::Text(each!(turns_disposition.as_str)),
        Column::Text(each!(disposition.as_str)),
        Column::TextOrNull(each!(failed.as_deref)),
        Column::IntOrNull(each!(finished_ms)),
        Column::IntOrNull(each!(ended_ms)),
        Column::TextOrNull(each!(ended_how.as_deref)),
    ];
    tx.run(UPDATE_INTERVIEWS, &columns).await?;
    // Nothing opens an interview again.
    let closing = touched.values().filter(|one| one.after.closed && !one.before.closed);
    let closing = closing.map(|one| one.after.id).collect();
    tx.run(CLOSE_INTERVIEWS, &[Column::Id(closing)]).await?;
    Ok(())
}

/// Notes what changes in the tallies: what the interviews count for now, less what they counted for before.
async fn count(
    tx: &mut Tx,
    recent: &mut Recent,
    changes: &mut Option<Changes>,
    touched: &BTreeMap<Uuid, Touched>,
    mut changed: HashMap<Uuid, Vec<Changed>>,
) -> Result<(), StoreError> {
    let moved: Vec<(&Uuid, &Touched)> = touched
        .iter()
        .filter(|(id, one)| one.after != one.before || changed.contains_key(id))
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    let units = recent.credits(tx, moved.iter().map(|(id, _)| **id)).await?;
    let changes = match changes {
        Some(changes) => changes,
        None => changes.insert(Changes::new(recent.hold(tx).await?)),
    };
    // Another language moves all answers of an interview, else only the changed ones count.
    let other_language = |one: &Touched| one.after.language != one.before.language;
    let whole: Vec<Uuid> =
        moved.iter().filter(|(_, one)| other_language(one)).map(|(id, _)| **id).collect();
    let mut whole = tally::answers(tx, whole).await?;

    for (id, one) in moved {
        let units = units.get(id).map_or(&[][..], Vec::as_slice);
        let mut after = whole.remove(id).unwrap_or_default();
        let mut before = after.clone();
        for row in changed.remove(id).unwrap_or_default() {
            before.retain(|answer| answer.question != row.question);
            after.retain(|answer| answer.question != row.question);
            let now = Answer {
                question: row.question,
                outcome: tally::outcome_of(row.outcome)?,
                turn: row.turn,
                at_ms: row.at_ms,
                outside_control: row.outside_control,
            };
            if let Some(was) = row.was {
                before.push(Answer { outcome: tally::outcome_of(was)?, ..now });
            }
            after.push(now);
        }
        changes.change((&one.before, &before), (&one.after, &after), units);
        recent.keep(&one.after, units);
    }
    Ok(())
}

impl Rows<'_> {
    /// Adds what is known of a comment to what this batch already knows of it.
    fn comment(&mut self, id: Uuid, comment: &Comment) {
        self.comments
            .entry((id, comment.recording.clone()))
            .and_modify(|known| known.join(comment))
            .or_insert_with(|| comment.clone());
    }

    async fn write(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let json = |fault| StoreError::Corrupt(format!("a turn cannot be written: {fault}"));
        let mut texts = Vec::with_capacity(self.turns.len());
        for turn in self.turns.values() {
            let input = serde_json::to_string(&turn.input).map_err(json)?;
            let facts = serde_json::to_string(&turn.facts).map_err(json)?;
            texts.push((input, facts));
        }
        let columns = [
            Column::Id(self.turns.keys().map(|key| key.0).collect()),
            Column::Int(self.turns.keys().map(|key| key.1).collect()),
            Column::Int(self.turns.values().map(|turn| turn.at_ms).collect()),
            Column::Text(texts.iter().map(|text| text.0.as_str()).collect()),
            Column::Text(texts.iter().map(|text| text.1.as_str()).collect()),
        ];
        tx.run(PUT_TURNS, &columns).await?;

        let of = &self.comments;
        let columns = [
            Column::Id(of.keys().map(|key| key.0).collect()),
            Column::Text(of.keys().map(|key| key.1.as_str()).collect()),
            Column::Int(of.values().map(|comment| i64::from(comment.question)).collect()),
            Column::IntOrNull(of.values().map(|comment| comment.seconds.map(i64::from)).collect()),
            Column::TextOrNull(of.values().map(|comment| comment.url.as_deref()).collect()),
            Column::TextOrNull(of.values().map(|comment| comment.file.as_deref()).collect()),
            Column::Text(of.values().map(|comment| comment.status.word()).collect()),
            Column::Int(of.values().map(|comment| comment.at_ms).collect()),
        ];
        tx.run(PUT_COMMENTS, &columns).await?;

        let columns = [
            Column::Id(self.never_ask.keys().copied().collect()),
            Column::Int(self.never_ask.values().copied().collect()),
            Column::Text(vec!["call"; self.never_ask.len()]),
        ];
        tx.run(PUT_NEVER_ASK, &columns).await?;

        let columns = [
            Column::Id(self.callbacks.keys().copied().collect()),
            Column::Int(self.callbacks.values().copied().collect()),
        ];
        tx.run(PUT_CALLBACKS, &columns).await?;
        Ok(())
    }
}

impl Work {
    /// The interview that this goes on with; `None` for a start.
    fn interview(&self) -> Option<InterviewId> {
        match self {
            Self::Begin(_) => None,
            Self::Turn(turn) => Some(turn.id),
            Self::End { id, .. } | Self::Failed { id, .. } => Some(*id),
            Self::Comment(comment) => Some(comment.interview),
        }
    }

    /// The turn's number; notices come after all turns.
    fn turn(&self) -> i64 {
        match self {
            Self::Turn(turn) => i64::from(turn.turn),
            _ => i64::MAX,
        }
    }
}

pub(super) fn uuid(id: InterviewId) -> Uuid {
    Uuid::from_bytes(id.0)
}
