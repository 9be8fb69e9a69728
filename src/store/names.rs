//! Agents, teams and queues: small numbers for codes and names. Unknown ones are made known.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use sqlx::FromRow;

use super::rows::{Column, Tx};
use super::tally::Unit;
use super::{Pools, Said, Store, StoreError, look_up, write_tx};
use crate::interview::Millis;

// A conflict is either the same name, made known by somebody else at the same time, or the same
// number for another name: then the next try takes the next number.
const PUT_AGENT: &str = "insert into agents (id, code, name)
    values ((select coalesce(max(id), 0) + 1 from agents), $1, $2) on conflict do nothing";
const PUT_TEAM: &str = "insert into teams (id, name)
    values ((select coalesce(max(id), 0) + 1 from teams), $1) on conflict do nothing";
const PUT_QUEUE: &str = "insert into queues (id, name)
    values ((select coalesce(max(id), 0) + 1 from queues), $1) on conflict do nothing";

const FIND_AGENT: &str = "select id from agents where code = $1";
const FIND_TEAM: &str = "select id from teams where name = $1";
const FIND_QUEUE: &str = "select id from queues where name = $1";

const AGENTS: &str = "select id, code, name from agents order by code";
const TEAMS: &str = "select id, name from teams order by name";
const QUEUES: &str = "select id, name from queues order by name";

const NAME_AGENT: &str = "update agents set name = $2 where id = $1";

const LEAVE_TEAM: &str = "update agent_team set to_ms = $2
    where agent = $1 and from_ms < $2 and (to_ms is null or to_ms > $2)";
const JOIN_TEAM: &str = "insert into agent_team (agent, from_ms, team) values ($1, $2, $3)
    on conflict (agent, from_ms) do update set team = excluded.team";

/// Tries for a number that nobody else takes at the same time.
const TRIES: usize = 100;

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Agent {
    /// The number used in tallies and credits.
    pub id: i64,
    /// The code that hand-overs and records use.
    pub code: String,
    /// What people see; the code until a name is given.
    pub name: String,
}

/// A team or a queue.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Named {
    /// The number used in tallies and credits.
    pub id: i64,
    /// What it is called everywhere.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Of {
    Agents,
    Teams,
    Queues,
}

impl Of {
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Agents => (FIND_AGENT, PUT_AGENT),
            Self::Teams => (FIND_TEAM, PUT_TEAM),
            Self::Queues => (FIND_QUEUE, PUT_QUEUE),
        }
    }
}

/// Numbers that this process already knows. They never change and are never taken back.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: RwLock<HashMap<Of, HashMap<String, i64>>>,
}

impl Names {
    fn remembered(&self, of: Of, name: &str) -> Option<i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&of)?.get(name).copied()
    }

    async fn id(&self, pools: &Pools, of: Of, name: &str) -> Result<i64, StoreError> {
        if let Some(id) = self.remembered(of, name) {
            return Ok(id);
        }
        let (find, put) = of.texts();
        for _ in 0..TRIES {
            let mut tx = Tx::write(pools).await?;
            let mut found: Vec<(i64,)> = tx.fetch(find, &[Column::Text(vec![name])]).await?;
            if found.is_empty() {
                let columns = [Column::Text(vec![name]), Column::Text(vec![name])];
                let values = if of == Of::Agents { &columns[..] } else { &columns[..1] };
                tx.run(put, values).await?;
                found = tx.fetch(find, &[Column::Text(vec![name])]).await?;
            }
            tx.commit().await?;
            if let Some((id,)) = found.pop() {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.entry(of).or_default().insert(name.to_owned(), id);
                return Ok(id);
            }
        }
        Err(StoreError::Busy)
    }

    /// The numbers of what a hand-over said; 0 where it said nothing.
    pub(super) async fn said(&self, pools: &Pools, said: &Said) -> Result<Unit, StoreError> {
        let mut ids = [0; 3];
        let parts = [(Of::Agents, &said.agent), (Of::Teams, &said.team), (Of::Queues, &said.queue)];
        for (id, (of, name)) in ids.iter_mut().zip(parts) {
            if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                *id = self.id(pools, of, name).await?;
            }
        }
        let [agent, team, queue] = ids;
        Ok(Unit { kind: 1, agent, team, queue })
    }
}

impl Store {
    /// The number of the agent with that code; a new one is made known, named by its code.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn agent(&self, code: &str) -> Result<i64, StoreError> {
        self.names.id(&self.pools, Of::Agents, code).await
    }

    /// The number of the team with that name; a new one is made known.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn team(&self, name: &str) -> Result<i64, StoreError> {
        self.names.id(&self.pools, Of::Teams, name).await
    }

    /// The number of the queue with that name; a new one is made known.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn queue(&self, name: &str) -> Result<i64, StoreError> {
        self.names.id(&self.pools, Of::Queues, name).await
    }

    /// All agents, by code.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn agents(&self) -> Result<Vec<Agent>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(AGENTS).fetch_all(db).await?))
    }

    /// All teams, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn teams(&self) -> Result<Vec<Named>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(TEAMS).fetch_all(db).await?))
    }

    /// All queues, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn queues(&self) -> Result<Vec<Named>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(QUEUES).fetch_all(db).await?))
    }

    /// Gives an agent the name that people see.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn name_agent(&self, code: &str, name: &str) -> Result<i64, StoreError> {
        let id = self.agent(code).await?;
        write_tx!(self, |tx| sqlx::query(NAME_AGENT)
            .bind(id)
            .bind(name)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(id)
    }

    /// Puts an agent into a team from that moment on; the time in the team before ends there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn join_team(
        &self,
        agent: i64,
        team: i64,
        from_ms: Millis,
    ) -> Result<(), StoreError> {
        write_tx!(self, |tx| {
            sqlx::query(LEAVE_TEAM).bind(agent).bind(from_ms).execute(&mut *tx).await?;
            sqlx::query(JOIN_TEAM)
                .bind(agent)
                .bind(from_ms)
                .bind(team)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        });
        Ok(())
    }
}
