//! Who was first with a turn, and what that turn changes of its interview.

use std::collections::{BTreeMap, HashMap};

use sqlx::FromRow;
use uuid::Uuid;

use super::super::comments::Comment;
use super::super::own::plain;
use super::super::rows::{Column, Tx};
use super::super::tally::{self, Answer};
use super::super::{Claim, StoreError, StoredTurn, Turn};
use super::{Rows, Touched, Work};
use crate::interview::{Fact, InterviewId, Millis};

const STORED_TURNS: &str = "with v (interview, turn) as ({rows uuid, bigint})
    select t.interview, t.turn, t.at_ms, t.input, t.facts
    from v join turns as t on t.interview = v.interview and t.turn = v.turn {of t.interview}";

/// Reads the turns that may be there already. A turn above the newest one cannot be.
pub(super) async fn stored_turns(
    tx: &mut Tx,
    order: &[(usize, Uuid, &Work)],
    touched: &BTreeMap<Uuid, Touched>,
) -> Result<HashMap<(Uuid, i64), StoredRow>, StoreError> {
    let mut keys: Vec<(Uuid, i64)> = order
        .iter()
        .filter_map(|(_, id, work)| match work {
            Work::Turn(turn) => Some((*id, i64::from(turn.turn))),
            _ => None,
        })
        .filter(|(id, turn)| touched.get(id).is_some_and(|one| *turn <= one.before.turn))
        .collect();
    keys.dedup();
    let columns = [
        Column::Id(keys.iter().map(|key| key.0).collect()),
        Column::Int(keys.iter().map(|key| key.1).collect()),
    ];
    let rows: Vec<StoredRow> = tx.fetch_plain(STORED_TURNS, &columns).await?;
    Ok(rows.into_iter().map(|row| ((row.interview, row.turn), row)).collect())
}

/// Reads the answers of interviews of which a turn carries what could not be stored.
pub(super) async fn answered(
    tx: &mut Tx,
    order: &[(usize, Uuid, &Work)],
) -> Result<HashMap<Uuid, Vec<Answer>>, StoreError> {
    let carries = |work: &Work| matches!(work, Work::Turn(turn) if !turn.carried.items.is_empty());
    let ids = order.iter().filter(|(.., work)| carries(work)).map(|(_, id, _)| *id).collect();
    Ok(tally::answers(tx, ids).await?)
}

/// Claims one turn: the first to come wins, later ones get what the first one brought.
pub(super) fn claim<'a>(
    one: &mut Touched,
    turn: &'a Turn,
    stored: &HashMap<(Uuid, i64), StoredRow>,
    answered: &[Answer],
    rows: &mut Rows<'a>,
) -> Result<Claim, StoreError> {
    let key = (one.after.id, i64::from(turn.turn));
    if let Some(row) = stored.get(&key) {
        // Its last word is said again to whoever repeats the last turn; whoever comes with an
        // earlier one is too late.
        let last_word = one.after.finished_ms.is_some() && key.1 == one.after.turn;
        if turn.at_ms >= one.after.closes_ms() && !last_word {
            return Ok(Claim::Closed);
        }
        return Ok(Claim::Lost(Box::new(row.read()?)));
    }
    if let Some(first) = rows.turns.get(&key) {
        return Ok(Claim::Lost(Box::new(StoredTurn {
            turn: first.turn,
            at_ms: first.at_ms,
            input: first.input.clone(),
            facts: first.facts.clone(),
        })));
    }
    let after = &mut one.after;
    // What came before the close but is written after it (from a spool) still counts. Whatever the
    // clocks say, a turn came before those that followed from it: their last word closes it not.
    let closes_ms = match key.1 < after.turn {
        true => tally::closes_ms(after.limit_ms, after.ended_ms, None),
        false => after.closes_ms(),
    };
    if turn.at_ms >= closes_ms || !after.ineligible.is_empty() {
        return Ok(Claim::Closed);
    }
    rows.turns.insert(key, turn);
    for fact in &turn.facts {
        match fact {
            Fact::Comment { question, recording } => {
                let comment = Comment::of_turn(turn.id, *question, recording, turn.at_ms);
                rows.comment(key.0, &comment);
            }
            Fact::NeverAsk => {
                if let Some(caller) = after.caller_hash {
                    rows.never_ask.entry(caller).or_insert(turn.at_ms);
                }
            }
            Fact::Callback => {
                rows.callbacks.entry(key.0).or_insert(turn.at_ms);
            }
            _ => {}
        }
    }
    for (question, outcome) in &turn.carried.items {
        let question = i64::from(*question);
        let in_batch = one.items.get(&question).map(|(outcome, turn, _)| (*outcome, *turn));
        let in_store = answered.iter().find(|answer| answer.question == question);
        match in_batch.or(in_store.map(|answer| (answer.outcome, answer.turn))) {
            // The call went on from this outcome, and not from the one that another request for
            // the same turn brought to another server while the database was away.
            Some((other, at)) if other != *outcome && at < key.1 => {
                one.items.insert(question, (*outcome, key.1, turn.at_ms));
            }
            Some(_) => {}
            None => {
                let since = i64::from(turn.carried.since);
                one.items.insert(question, (*outcome, since, turn.at_ms));
            }
        }
    }
    for (question, outcome) in &turn.items {
        // Turns come in their order here, so that the later one stands.
        one.items.insert(i64::from(*question), (*outcome, key.1, turn.at_ms));
    }
    after.started |= turn.started;
    if key.1 > after.turn {
        after.turn = key.1;
        after.recorded_ms = turn.at_ms;
        after.language.clone_from(&turn.language);
        after.open_question = turn.open_question.map(i64::from);
        turn.disposition.word().clone_into(&mut after.turns_disposition);
        one.state = Some(turn.state.clone());
    }
    if turn.ended {
        after.finished_ms = Some(turn.at_ms);
        after.closed = true;
    }
    Ok(Claim::Won)
}

/// A turn's row.
#[derive(Debug, FromRow)]
pub(in crate::store) struct StoredRow {
    pub interview: Uuid,
    pub turn: i64,
    pub at_ms: Millis,
    pub input: String,
    pub facts: String,
}

plain!(StoredRow { interview, turn, at_ms, input, facts });

impl StoredRow {
    pub(in crate::store) fn read(&self) -> Result<StoredTurn, StoreError> {
        let fault = |what: &dyn std::fmt::Display| {
            let id = InterviewId(*self.interview.as_bytes());
            StoreError::Corrupt(format!("turn {} of interview {id}: {what}", self.turn))
        };
        Ok(StoredTurn {
            turn: u8::try_from(self.turn).map_err(|e| fault(&e))?,
            at_ms: self.at_ms,
            input: serde_json::from_str(&self.input).map_err(|e| fault(&e))?,
            facts: serde_json::from_str(&self.facts).map_err(|e| fault(&e))?,
        })
    }
}
