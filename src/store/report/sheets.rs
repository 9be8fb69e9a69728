//! Whole answer sheets: what needs several answers of one interview. Bounded, newest first.

use uuid::Uuid;

use super::{Cut, Store, StoreError};
use crate::store::look_up;
use crate::survey::Version;

/// Most interviews that are read at once.
pub const MOST_SHEETS: i64 = 50_000;

/// One answer of one interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SheetAnswer {
    /// The interview.
    pub interview: Uuid,
    /// Index of the question.
    pub question: i64,
    /// The value.
    pub outcome: i64,
}

const SHEETS: &str = "select picked.id as interview, answers.question, answers.outcome
    from (
      select interviews.id, interviews.started_ms from interviews
      join credits on credits.interview = interviews.id and credits.kind = 0
        and credits.gen = (select reading from tally_state where id = 1)
      where not interviews.anonymous and interviews.day between $1 and $2 and interviews.survey = $3
        and interviews.started = $4 and interviews.ineligible = ''
        and (cast($5 as bigint) is null or credits.team = $5)
        and (cast($6 as bigint) is null or credits.queue = $6)
        and (cast($7 as text) is null or interviews.language = $7)
        and (cast($8 as text) is null or interviews.channel = $8)
      order by interviews.day desc, interviews.id desc limit $9
    ) as picked
    join answers on answers.interview = picked.id
    where answers.outcome >= 0";

impl Store {
    /// The answers of at most [`MOST_SHEETS`] interviews of one survey version in a view, those of
    /// the newest days first to be taken; in no order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sheets(
        &self,
        cut: &Cut,
        version: Version,
    ) -> Result<Vec<SheetAnswer>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(SHEETS)
            .bind(cut.from)
            .bind(cut.to)
            .bind(i64::from(version.0))
            .bind(true)
            .bind(cut.team)
            .bind(cut.queue)
            .bind(cut.language.as_deref())
            .bind(cut.channel.as_deref())
            .bind(MOST_SHEETS)
            .fetch_all(db)
            .await?))
    }
}
