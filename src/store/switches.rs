//! Rules made in the page for who is asked, and shares fixed for a day.

use serde::{Deserialize, Serialize};

use super::rows::{Column, Tx};
use super::{Store, StoreError, look_up, read, write_tx};
use crate::interview::Millis;

const RULES: &str = "select queue, seq, does, survey, share, caller_offers, caller_days, agent_day,
        from_ms, by_whom, at_ms
    from survey_switch order by queue, seq";
const PUT_RULE: &str = "insert into survey_switch (queue, seq, does, survey, share, caller_offers,
        caller_days, agent_day, from_ms, by_whom, at_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (queue, seq) do nothing";

const SHARES: &str = "select agent, queue, share from survey_share where day = $1";
const PUT_SHARES: &str = "insert into survey_share (day, agent, queue, share)
    {rows bigint, text, text, bigint} on conflict (day, agent, queue) do nothing";
const FIX_DAY: &str = "insert into survey_share (day, agent, queue, share)
    values ($1, '', '', 1000) on conflict (day, agent, queue) do nothing";

const HANDED_OVER: &str = "select a.code as agent, coalesce(q.name, '') as queue,
        count(*) as calls, count(distinct i.day) as days
    from interviews i
        join agents a on a.id = i.said_agent
        left join queues q on q.id = i.said_queue
    where i.day >= $1 and i.day < $2
        and i.ineligible in ('', 'sampled_out', 'agent_cap', 'caller_cap')
    group by a.code, q.name";

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Callers are asked.
    Ask,
    /// Nobody is.
    Nobody,
    /// As the settings say, as if there were no rule.
    Settings,
}

impl Does {
    /// The word in the store and in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Nobody => "nobody",
            Self::Settings => "settings",
        }
    }
}

impl std::str::FromStr for Does {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Ask, Self::Nobody, Self::Settings]
            .into_iter()
            .find(|does| does.word() == word)
            .ok_or(())
    }
}

/// One rule for one queue, or for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The queue; empty for all.
    pub queue: String,
    /// Counts the rules of this queue, from 1.
    pub seq: i64,
    /// What it does.
    pub does: Does,
    /// The survey that is asked; empty = as hand-over and settings say.
    pub survey: String,
    /// Share of calls, per cent.
    pub share: u32,
    /// Offers to one caller …
    pub caller_offers: u32,
    /// … within so many days; 0 = no cap.
    pub caller_days: u32,
    /// Offers a day for each agent; 0 = no cap.
    pub agent_day: u32,
    /// From when on.
    pub from_ms: Millis,
    /// Who made it.
    pub by: String,
    /// When.
    pub at_ms: Millis,
}

/// How many calls an agent handed over from a queue, and on how many days.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HandedOver {
    /// The agent's code.
    pub agent: String,
    /// The queue's name; empty where none was said.
    pub queue: String,
    /// Calls.
    pub calls: i64,
    /// Days with at least one.
    pub days: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    queue: String,
    seq: i64,
    does: String,
    survey: String,
    share: i64,
    caller_offers: i64,
    caller_days: i64,
    agent_day: i64,
    from_ms: i64,
    by_whom: String,
    at_ms: i64,
}

impl TryFrom<Row> for Rule {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let does = row.does.parse().map_err(|()| {
            StoreError::Corrupt(format!("a rule for who is asked does {:?}", row.does))
        })?;
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        Ok(Self {
            queue: row.queue,
            seq: row.seq,
            does,
            survey: row.survey,
            share: small(row.share),
            caller_offers: small(row.caller_offers),
            caller_days: small(row.caller_days),
            agent_day: small(row.agent_day),
            from_ms: row.from_ms,
            by: row.by_whom,
            at_ms: row.at_ms,
        })
    }
}

impl Store {
    /// All rules ever made, by queue, the oldest first.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn switches(&self) -> Result<Vec<Rule>, StoreError> {
        let rows: Vec<Row> = read!(self, |db| sqlx::query_as(RULES).fetch_all(db).await?);
        rows.into_iter().map(Rule::try_from).collect()
    }

    /// Keeps a rule. False, and nothing is changed, if somebody else has made the rule of that
    /// number.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_switch(&self, rule: &Rule) -> Result<bool, StoreError> {
        let put = write_tx!(self, |tx| sqlx::query(PUT_RULE)
            .bind(rule.queue.as_str())
            .bind(rule.seq)
            .bind(rule.does.word())
            .bind(rule.survey.as_str())
            .bind(i64::from(rule.share))
            .bind(i64::from(rule.caller_offers))
            .bind(i64::from(rule.caller_days))
            .bind(i64::from(rule.agent_day))
            .bind(rule.from_ms)
            .bind(rule.by.as_str())
            .bind(rule.at_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(put > 0)
    }

    /// The shares fixed for a day, in thousandths, by agent and queue; `None` if the day is not
    /// fixed yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn shares_of(
        &self,
        day: i64,
    ) -> Result<Option<Vec<(String, String, u32)>>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            read!(self, |db| sqlx::query_as(SHARES).bind(day).fetch_all(db).await?);
        let fixed = rows.iter().any(|(agent, _, _)| agent.is_empty());
        let shares = rows.into_iter().filter(|(agent, _, _)| !agent.is_empty());
        let small = |share: i64| u32::try_from(share).unwrap_or(1000);
        let shares = shares.map(|(agent, queue, share)| (agent, queue, small(share)));
        Ok(fixed.then(|| shares.collect()))
    }

    /// Fixes the shares of a day. Whoever is first stands.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn fix_shares(
        &self,
        day: i64,
        shares: &[(String, String, u32)],
    ) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        if tx.run(FIX_DAY, &[Column::Int(vec![day])]).await? > 0 {
            let columns = [
                Column::Int(vec![day; shares.len()]),
                Column::Text(shares.iter().map(|(agent, _, _)| agent.as_str()).collect()),
                Column::Text(shares.iter().map(|(_, queue, _)| queue.as_str()).collect()),
                Column::Int(shares.iter().map(|(_, _, share)| i64::from(*share)).collect()),
            ];
            tx.run(PUT_SHARES, &columns).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Calls that agents handed over on days from `from` to before `to`, as far as nothing but a
    /// share or a cap kept them from being asked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn handed_over(&self, from: i64, to: i64) -> Result<Vec<HandedOver>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(HANDED_OVER)
            .bind(from)
            .bind(to)
            .fetch_all(db)
            .await?))
    }
}
