//! Interviews and agents for people and programs to look at, page by page.

use serde::Serialize;
use sqlx::FromRow;
use uuid::Uuid;

use super::report::{Served, moments, team_then};
use super::rows::{Column, Tx};
use super::{Store, StoreError, look_up};
use crate::interview::{InterviewId, Millis};

/// What to list. Days as days since 1970-01-01, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// First day.
    pub from: Option<i64>,
    /// Last day.
    pub to: Option<i64>,
    /// Credited to the agent with this code.
    pub agent: Option<String>,
    /// Counted for this queue.
    pub queue: Option<String>,
    /// Counted for this team, in the whole or for one of its agents.
    pub team: Option<String>,
    /// Only with (true) or without (false) an agent; without means offered and waiting.
    pub linked: Option<bool>,
    /// Only older than this one: start and id.
    pub before: Option<(Millis, InterviewId)>,
    /// How many at most.
    pub limit: i64,
}

/// One interview in a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Brief {
    /// Its id.
    pub id: Uuid,
    /// The survey's name.
    pub survey: String,
    /// The survey's version.
    pub version: i64,
    /// Name of the provider section.
    pub provider: String,
    /// The provider's id of the call.
    pub call_ref: Option<String>,
    /// Language code.
    pub language: String,
    /// `phone`, or another channel.
    pub channel: String,
    /// Local day of its start.
    pub day: i64,
    /// When it started.
    pub started_ms: Millis,
    /// When the platform said that the call ended.
    pub ended_ms: Option<Millis>,
    /// How it stands.
    pub disposition: String,
    /// The rule that said no; empty when offered.
    pub ineligible: String,
    /// Last three digits of the caller's number.
    pub caller_last: Option<String>,
    /// How it came to its agent.
    pub link: String,
    /// Agent code that the hand-over named.
    pub said_agent: Option<String>,
    /// Team that the hand-over named.
    pub said_team: Option<String>,
    /// Queue that the hand-over named.
    pub said_queue: Option<String>,
    /// The centre's id of the call.
    pub said_call: Option<String>,
    /// Seconds of talk that the hand-over told.
    pub said_talk: Option<i64>,
    /// Names said twice with different values, as JSON.
    pub conflicts: Option<String>,
    /// The id of the leg that the hand-over named.
    pub said_leg: Option<String>,
    /// The team in which the agent named at hand-over was when the leg began, by the stays in
    /// teams.
    pub team_then: Option<String>,
}

/// For whom an interview counts, in words.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Credited {
    /// The interview.
    pub interview: Uuid,
    /// 0 the whole, 1 an agent.
    pub kind: i64,
    /// The agent's code; `None` in the whole.
    pub agent: Option<String>,
    /// The agent's name; `None` in the whole.
    pub name: Option<String>,
    /// The team, if known.
    pub team: Option<String>,
    /// The queue, if known.
    pub queue: Option<String>,
}

/// How one item of an interview stands, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Item {
    /// The interview.
    pub interview: Uuid,
    /// Index into the survey's questions.
    pub question: i64,
    /// The value, or below zero as `Outcome::code` says.
    pub outcome: i64,
    /// When.
    pub at_ms: Millis,
}

/// One leg of an interview's call, in words.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct LegSeen {
    /// Its id.
    pub leg: String,
    /// The agent's code.
    pub agent: Option<String>,
    /// The team, as the record says.
    pub team: Option<String>,
    /// The queue, as the record says.
    pub queue: Option<String>,
    /// When it began, UTC milliseconds.
    pub started_ms: Option<Millis>,
    /// When the agent answered, UTC milliseconds.
    pub answered_ms: Option<Millis>,
    /// When it ended, UTC milliseconds.
    pub ended_ms: Option<Millis>,
    /// Seconds of talk.
    pub talk_seconds: Option<i64>,
    /// Who or what ended it.
    pub ended_by: Option<String>,
    /// Whether the agent handed the caller over to the survey.
    pub handed_over: Option<bool>,
    /// To whom it was transferred.
    pub transferred_to: Option<String>,
}

/// One turn as stored: number, time, and input and facts as JSON.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TurnSeen {
    /// Its number.
    pub turn: i64,
    /// When it came.
    pub at_ms: Millis,
    /// What came, as JSON.
    pub input: String,
    /// What happened, as JSON.
    pub facts: String,
}

/// An agent and a stay in a team, if any is known.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AgentStay {
    /// The agent's code.
    pub code: String,
    /// The agent's name.
    pub name: String,
    /// The team.
    pub team: Option<String>,
    /// From then on, included.
    pub from_ms: Option<Millis>,
    /// Until then, not included.
    pub to_ms: Option<Millis>,
}

/// Columns and joins of a [`Brief`].
macro_rules! brief {
    ($from:literal, $rest:expr) => {
        concat!(
            "select i.id, s.name as survey, i.survey as version, i.provider, i.call_ref,
        i.language, i.channel, case when i.counted = (select reading from tally_state where id = 1)
            then i.day else i.day_before end as day,
        i.started_ms, i.ended_ms, i.disposition, i.ineligible,
        i.caller_last, i.link, a.code as said_agent, t.name as said_team, q.name as said_queue,
        i.said_call, i.said_talk, i.conflicts,
        i.said_leg, ",
            team_then!(),
            "
    from ",
            $from,
            "
    join surveys s on s.version = i.survey
    left join agents a on a.id = i.said_agent
    left join teams t on t.id = i.said_team
    left join queues q on q.id = i.said_queue
    where ",
            $rest
        )
    };
}

/// What both lists ask of an interview.
macro_rules! listed {
    ($from:literal, $at:literal, $id:literal, $further:literal) => {
        brief!(
            $from,
            concat!(
                $at,
                " between $1 and $2 and not i.anonymous and case when i.counted = (select reading from tally_state
            where id = 1) then i.day else i.day_before end between $3 and $4
        and ($5 = '' or exists (select 1 from credits c join queues x on x.id = c.queue
            where c.interview = i.id and c.gen = (select reading from tally_state where id = 1)
                and x.name = $5))
        and ($10 = '' or exists (select 1 from credits c join teams x on x.id = c.team
            where c.interview = i.id and c.gen = (select reading from tally_state where id = 1)
                and x.name = $10))
        and ($6 = '' or ($6 = 'yes' and i.link <> 'none')
            or ($6 = 'no' and i.link = 'none' and i.ineligible = ''))
        and (",
                $at,
                " < $7 or ",
                $id,
                " < $8)",
                $further,
                " order by ",
                $at,
                " desc, ",
                $id,
                " desc limit $9"
            )
        )
    };
}

const LIST: &str = listed!("interviews i", "i.started_ms", "i.id", "");

const LIST_OF_AGENT: &str = listed!(
    "credits k join interviews i on i.id = k.interview",
    "k.started_ms",
    "k.interview",
    " and k.kind = 1 and k.gen = (select reading from tally_state where id = 1)
        and k.agent = (select id from agents where code = $11)
        and ($10 = '' or k.team = (select id from teams where name = $10))"
);

const ONE: &str = brief!("interviews i", "i.id = $1 and not i.anonymous");

const CREDITED: &str = "select c.interview, c.kind, a.code as agent, a.name as name,
        t.name as team, q.name as queue
    from credits c
    left join agents a on a.id = c.agent
    left join teams t on t.id = c.team
    left join queues q on q.id = c.queue
    where c.gen = (select reading from tally_state where id = 1)
        and c.interview in ({rows uuid})";

const SERVED: &str = "select i.id, l.leg, a.code as agent, t.name as team, q.name as queue
    from interviews i join legs l on l.call_id = i.call_id
    left join agents a on a.id = l.agent
    left join teams t on t.id = l.team
    left join queues q on q.id = l.queue
    where i.id in ({rows uuid})";

const ITEMS: &str = "select interview, question, outcome, at_ms from answers
    where interview in ({rows uuid})";

const TURNS: &str = "select turn, at_ms, input, facts from turns where interview = $1
    order by turn";

const LEGS: &str = "select l.leg, a.code as agent, t.name as team, q.name as queue, l.started_ms,
        l.answered_ms, l.ended_ms, l.talk_seconds, l.ended_by, l.handed_over, l.transferred_to
    from interviews i join legs l on l.call_id = i.call_id
    left join agents a on a.id = l.agent
    left join teams t on t.id = l.team
    left join queues q on q.id = l.queue
    where i.id = $1 order by l.seq";

const AGENTS: &str = "select a.code, a.name, t.name as team, s.from_ms, s.to_ms
    from agents a
    left join agent_team s on s.agent = a.id
    left join teams t on t.id = s.team
    order by a.code, s.from_ms";

impl Store {
    /// Interviews, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn browse(&self, filter: &Filter) -> Result<Vec<Brief>, StoreError> {
        let linked = match filter.linked {
            None => "",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let (before, id) = filter.before.unwrap_or((Millis::MAX, InterviewId([0; 16])));
        let (from, to) = (filter.from.unwrap_or(i64::MIN), filter.to.unwrap_or(i64::MAX));
        let (oldest, newest) = moments(from, to);
        let list = if filter.agent.is_some() { LIST_OF_AGENT } else { LIST };
        Ok(look_up!(self, |db| {
            let mut query = sqlx::query_as(list)
                .bind(oldest)
                .bind(newest.min(before))
                .bind(from)
                .bind(to)
                .bind(filter.queue.as_deref().unwrap_or_default())
                .bind(linked)
                .bind(before)
                .bind(Uuid::from_bytes(id.0))
                .bind(filter.limit)
                .bind(filter.team.as_deref().unwrap_or_default());
            if let Some(agent) = &filter.agent {
                query = query.bind(agent.as_str());
            }
            query.fetch_all(db).await?
        }))
    }

    /// One interview.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn browse_one(&self, id: InterviewId) -> Result<Option<Brief>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(ONE)
            .bind(Uuid::from_bytes(id.0))
            .fetch_optional(db)
            .await?))
    }

    /// For whom these interviews count.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn credited(&self, interviews: &[Uuid]) -> Result<Vec<Credited>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let rows = tx.fetch(CREDITED, &[Column::Id(interviews.to_vec())]).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Who served the calls of these interviews, as records tell it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn served(&self, interviews: &[Uuid]) -> Result<Vec<(Uuid, Served)>, StoreError> {
        type Row = (Uuid, String, Option<String>, Option<String>, Option<String>);
        let mut tx = Tx::look_up(&self.pools).await?;
        let rows: Vec<Row> = tx.fetch(SERVED, &[Column::Id(interviews.to_vec())]).await?;
        tx.commit().await?;
        let served = rows.into_iter().map(|(id, leg, agent, team, queue)| {
            (id, Served { agent, agent_name: None, team, queue, leg: Some(leg) })
        });
        Ok(served.collect())
    }

    /// How the items of these interviews stand.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn items(&self, interviews: &[Uuid]) -> Result<Vec<Item>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let rows = tx.fetch(ITEMS, &[Column::Id(interviews.to_vec())]).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The turns of one interview, first to last.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn turns_seen(&self, id: InterviewId) -> Result<Vec<TurnSeen>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        Ok(look_up!(self, |db| sqlx::query_as(TURNS).bind(id).fetch_all(db).await?))
    }

    /// The legs of one interview's call, as records tell them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn legs_seen(&self, id: InterviewId) -> Result<Vec<LegSeen>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        Ok(look_up!(self, |db| sqlx::query_as(LEGS).bind(id).fetch_all(db).await?))
    }

    /// All agents with all their stays in teams, by code and time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn agent_stays(&self) -> Result<Vec<AgentStay>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(AGENTS).fetch_all(db).await?))
    }
}
