//! How callers came from their agents to the survey: what single calls and interviews tell.
//! Bounded, newest first.

use crate::store::look_up;

use super::{Cut, Store, StoreError};

/// Most calls, and most interviews, that are read at once.
pub const MOST_HANDED: i64 = 50_000;

/// So many legs of one agent that were ended by one word.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Ending {
    /// The agent.
    pub agent: i64,
    /// The team for which the call counts.
    pub team: i64,
    /// Who or what ended it, in the record's words, in small letters.
    pub ended_by: String,
    /// How many.
    pub n: i64,
}

// The last leg of an agent in a call stands for it; where the leg does not say, the call does.
// A call may count for an agent in several queues; it ended once.
const ENDINGS: &str = "select u.agent, u.team, lower(coalesce(l.ended_by, c.ended_by)) as ended_by,
        count(distinct c.id) as n
    from (select id from calls where day between $1 and $2 and left_out is not null
        order by day desc, id desc limit $3) as picked
    join calls c on c.id = picked.id
    join call_units u on u.call_id = c.id and u.kind = 1
    join legs l on l.call_id = c.id and l.agent = u.agent
    where coalesce(l.ended_by, c.ended_by) is not null
        and not exists (select 1 from legs m
            where m.call_id = l.call_id and m.agent = l.agent and m.seq > l.seq)
    group by u.agent, u.team, lower(coalesce(l.ended_by, c.ended_by))";

const WAITS: &str = "select picked.agent, picked.team,
        picked.started_ms - max(l.ended_ms) as wait_ms
    from (select i.id, i.started_ms, i.call_id, k.agent, k.team
        from interviews i
        join credits k on k.interview = i.id and k.kind = 1
            and k.gen = (select reading from tally_state where id = 1)
        where i.day between $1 and $2 and i.call_id is not null
        order by i.day desc, i.id desc limit $3) as picked
    join legs l on l.call_id = picked.call_id and l.agent = picked.agent
    where l.ended_ms is not null
    group by picked.id, picked.agent, picked.team, picked.started_ms";

const CALLS: &str = "select count(*) from (select 1 from calls
    where day between $1 and $2 and left_out is not null limit $3) as found";

impl Store {
    /// Who ended the calls of agents on the days of a view, over its newest calls; its other
    /// limits do not count. Says whether there were more calls than were read.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn endings(&self, cut: &Cut) -> Result<(Vec<Ending>, bool), StoreError> {
        let (n,): (i64,) = look_up!(self, |db| sqlx::query_as(CALLS)
            .bind(cut.from)
            .bind(cut.to)
            .bind(MOST_HANDED + 1)
            .fetch_one(db)
            .await?);
        let endings = look_up!(self, |db| sqlx::query_as(ENDINGS)
            .bind(cut.from)
            .bind(cut.to)
            .bind(MOST_HANDED)
            .fetch_all(db)
            .await?);
        Ok((endings, n > MOST_HANDED))
    }

    /// Agent, team for which it counts, and milliseconds from the end of the agent's talk to the
    /// start of the interview, over the newest interviews on the days of a view; below zero where clocks differ.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn waits(&self, cut: &Cut) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(WAITS)
            .bind(cut.from)
            .bind(cut.to)
            .bind(MOST_HANDED)
            .fetch_all(db)
            .await?))
    }
}
