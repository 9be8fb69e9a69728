//! Interviews as the writer left them, from one batch to the next.
//!
//! The turns of a call follow each other within seconds, and on SQLite hardly anybody but the
//! writer changes an interview that is under way. What it wrote last needs not be read again, as
//! long as no other connection has committed anything since: SQLite counts that. PostgreSQL does
//! not, and several nodes write there: nothing is remembered.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::rows::Tx;
use super::tally::{self, Credits, Held, Interview, Unit};

/// Most interviews that are remembered; with more, all are forgotten.
const MOST: usize = 4096;

/// What was true at the end of the last batch, if nobody else has written since.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// How often other connections had committed; `None` where nothing is remembered.
    others: Option<i64>,
    held: Option<Held>,
    interviews: HashMap<Uuid, (Interview, Vec<(i64, Unit)>)>,
}

impl Recent {
    /// What still holds in this transaction.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn in_tx(self, tx: &Tx) -> Result<Self, sqlx::Error> {
        let others = tx.commits_of_others()?;
        if others.is_some() && self.others == others {
            return Ok(self);
        }
        Ok(Self { others, ..Self::default() })
    }

    /// As [`tally::hold`].
    pub(super) async fn hold(&mut self, tx: &mut Tx) -> Result<Held, sqlx::Error> {
        if let Some(held) = self.held {
            return Ok(held);
        }
        let held = tally::hold(tx).await?;
        self.held = self.others.map(|_| held);
        Ok(held)
    }

    /// As [`tally::lock`].
    pub(super) async fn lock(
        &self,
        tx: &mut Tx,
        ids: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Interview>, sqlx::Error> {
        let known = |id: &Uuid| Some((*id, self.interviews.get(id)?.0.clone()));
        let mut found: BTreeMap<Uuid, Interview> = ids.iter().filter_map(known).collect();
        let rest: Vec<Uuid> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        found.append(&mut tally::lock(tx, &rest).await?);
        Ok(found)
    }

    /// As [`tally::credits`].
    pub(super) async fn credits(
        &self,
        tx: &mut Tx,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<Credits, sqlx::Error> {
        let mut found = Credits::new();
        let mut rest = Vec::new();
        for id in ids {
            match self.interviews.get(&id) {
                Some((_, credits)) => {
                    found.insert(id, credits.clone());
                }
                None => rest.push(id),
            }
        }
        found.extend(tally::credits(tx, rest).await?);
        Ok(found)
    }

    /// Remembers how an interview stands when this transaction is committed. One that is closed is
    /// forgotten: others change it from then on.
    pub(super) fn keep(&mut self, interview: &Interview, credits: &[(i64, Unit)]) {
        if self.others.is_none() || interview.closed {
            self.interviews.remove(&interview.id);
            return;
        }
        if self.interviews.len() >= MOST {
            self.interviews.clear();
        }
        self.interviews.insert(interview.id, (interview.clone(), credits.to_vec()));
    }
}
