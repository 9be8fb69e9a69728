//! Interviews and agents as JSON, for the API: what was asked and answered, for whom it counts,
//! what the hand-over said and what records say.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Desk;
use crate::clock;
use crate::interview::{InterviewId, Millis, Outcome};
use crate::store::StoreError;
use crate::store::browse::{Brief, Credited, Filter, Item};
use crate::store::report::{Served, disagreements};
use crate::survey::{Survey, Version};

/// Interviews on one page unless asked otherwise, and at most.
const LIMIT: i64 = 100;
const MOST: i64 = 1000;

/// Why a page cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A parameter or id is wrong.
    #[error("{0}")]
    Wrong(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which interviews to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    filter: Filter,
}

impl Page {
    /// Reads parameters: `from`, `to` (dates, included), `agent` (code), `queue`, `linked`
    /// (yes or no), `limit` (1 to 1000), `cursor` (from the page before).
    ///
    /// # Errors
    /// A sentence with the parameter and what is wrong.
    pub fn read(parameters: impl Iterator<Item = (String, String)>) -> Result<Self, String> {
        let mut filter = Filter { limit: LIMIT, ..Filter::default() };
        for (name, value) in parameters {
            match name.as_str() {
                "from" => filter.from = Some(day(&name, &value)?),
                "to" => filter.to = Some(day(&name, &value)?),
                "agent" => filter.agent = Some(value).filter(|code| !code.is_empty()),
                "queue" => filter.queue = Some(value).filter(|name| !name.is_empty()),
                "linked" => {
                    filter.linked = match value.as_str() {
                        "" => None,
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => return Err(format!("linked: \"{value}\" is neither yes nor no")),
                    }
                }
                "limit" => {
                    filter.limit = value
                        .parse()
                        .ok()
                        .filter(|limit| (1..=MOST).contains(limit))
                        .ok_or_else(|| format!("limit: must be a number from 1 to {MOST}"))?;
                }
                "cursor" => {
                    let place = value.split_once('.').and_then(|(at, id)| {
                        Some((at.parse().ok()?, id.parse::<InterviewId>().ok()?))
                    });
                    filter.before = Some(place.ok_or("cursor: take it from the page before")?);
                }
                _ => {
                    return Err(format!(
                        "there is no parameter \"{name}\"; there are from, to, agent, queue, \
                         linked, limit and cursor"
                    ));
                }
            }
        }
        Ok(Self { filter })
    }
}

fn day(name: &str, value: &str) -> Result<i64, String> {
    let date: jiff::civil::Date = value
        .parse()
        .map_err(|_| format!("{name}: \"{value}\" is not a date; write it as 2026-01-31"))?;
    Ok(clock::day_of(date))
}

fn time(at: Millis) -> String {
    clock::rfc3339(at)
}

fn id_text(id: Uuid) -> String {
    id.simple().to_string()
}

fn unit(credit: &Credited) -> Value {
    json!({
        "agent": credit.agent, "name": credit.name, "team": credit.team, "queue": credit.queue,
    })
}

/// An interview with all that a list shows of it.
fn brief(
    one: &Brief,
    credits: &[Credited],
    items: &[Item],
    legs: &[Served],
    survey: Option<&Survey>,
) -> Value {
    let said = Served {
        agent: one.said_agent.clone(),
        agent_name: None,
        team: one.said_team.clone(),
        queue: one.said_queue.clone(),
        leg: one.said_leg.clone(),
    };
    let answers: Vec<Value> = items.iter().map(|item| answer(item, survey)).collect();
    let whole = credits.iter().find(|credit| credit.kind == 0);
    let agents: Vec<Value> = credits.iter().filter(|c| c.kind == 1).map(unit).collect();
    json!({
        "id": id_text(one.id),
        "survey": one.survey,
        "version": u32::try_from(one.version).map(|v| Version(v).to_string()).ok(),
        "provider": one.provider,
        "provider_call": one.call_ref,
        "call": one.said_call,
        "language": one.language,
        "channel": one.channel,
        "day": clock::date(one.day).to_string(),
        "started": time(one.started_ms),
        "ended": one.ended_ms.map(time),
        "disposition": one.disposition,
        "ineligible": Some(&one.ineligible).filter(|rule| !rule.is_empty()),
        "caller_last": one.caller_last,
        "link": one.link,
        "agents": agents,
        "team": whole.and_then(|whole| whole.team.as_deref()),
        "queue": whole.and_then(|whole| whole.queue.as_deref()),
        "handed_over": {
            "agent": one.said_agent, "team": one.said_team, "queue": one.said_queue,
            "talk": one.said_talk,
            "conflicts": one.conflicts.as_deref().and_then(|c| serde_json::from_str::<Value>(c).ok()),
        },
        "disagrees": !disagreements(&said, one.team_then.as_deref(), legs).is_empty(),
        "answers": answers,
    })
}

/// One item: its question in the survey's words, and how it stands.
fn answer(item: &Item, survey: Option<&Survey>) -> Value {
    let question = usize::try_from(item.question).ok();
    let question = survey.zip(question).and_then(|(survey, i)| survey.questions.get(i));
    let outcome = Outcome::from_code(item.outcome);
    let value = match outcome {
        Some(Outcome::Answered(value)) => Some(value),
        _ => None,
    };
    json!({
        "question": question.map(|q| q.name.as_str()),
        "measure": question.map(|q| q.measure.as_str()),
        "outcome": outcome.map(word),
        "value": value,
        "at": time(item.at_ms),
    })
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered(_) => "answered",
        Outcome::Skipped => "skipped",
        Outcome::NoInput => "no_input",
        Outcome::NoMatch => "no_match",
        Outcome::NotApplicable => "not_applicable",
        Outcome::Withdrawn => "withdrawn",
    }
}

fn by_interview<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut found: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        found.entry(id(&row)).or_default().push(row);
    }
    found
}

impl Desk {
    /// A page of interviews, newest first: `{"interviews": […], "next": cursor or null}`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn interviews_json(&self, page: &Page) -> Result<Value, PageError> {
        let list = self.store.browse(&page.filter).await?;
        let full = i64::try_from(list.len()).is_ok_and(|n| n == page.filter.limit);
        let next = list
            .last()
            .filter(|_| full)
            .map(|last| format!("{}.{}", last.started_ms, id_text(last.id)));
        Ok(json!({"interviews": self.briefs(&list).await?, "next": next}))
    }

    async fn briefs(&self, list: &[Brief]) -> Result<Vec<Value>, PageError> {
        let ids: Vec<Uuid> = list.iter().map(|one| one.id).collect();
        let credits = by_interview(self.store.credited(&ids).await?, |credit| credit.interview);
        let mut items = by_interview(self.store.items(&ids).await?, |item| item.interview);
        items.values_mut().for_each(|items| items.sort_by_key(|item| item.question));
        let mut legs: HashMap<Uuid, Vec<Served>> = HashMap::new();
        for (id, served) in self.store.served(&ids).await? {
            legs.entry(id).or_default().push(served);
        }
        let surveys = self.surveys_of(list).await?;
        Ok(list
            .iter()
            .map(|one| {
                brief(
                    one,
                    credits.get(&one.id).map_or(&[], Vec::as_slice),
                    items.get(&one.id).map_or(&[], Vec::as_slice),
                    legs.get(&one.id).map_or(&[], Vec::as_slice),
                    surveys.get(&one.version).map(Arc::as_ref),
                )
            })
            .collect())
    }

    /// The survey versions of a list: those in memory, else, where another node asks a version
    /// that came after our start, those in the store.
    async fn surveys_of(&self, list: &[Brief]) -> Result<HashMap<i64, Arc<Survey>>, StoreError> {
        let mut found = HashMap::new();
        for one in list {
            let known = u32::try_from(one.version).ok().and_then(|v| self.version(Version(v)));
            if let Some(survey) = known {
                found.insert(one.version, survey);
            }
        }
        if list.iter().any(|one| !found.contains_key(&one.version)) {
            for survey in self.store.surveys().await? {
                found.insert(i64::from(survey.version.0), Arc::new(survey));
            }
        }
        Ok(found)
    }

    /// One interview with its turns and its call's legs; `None` if there is none.
    ///
    /// # Errors
    /// If the id is no id or the database does not answer.
    pub async fn interview_json(&self, id: &str) -> Result<Option<Value>, PageError> {
        let id: InterviewId = id.parse().map_err(PageError::Wrong)?;
        let Some(one) = self.store.browse_one(id).await? else { return Ok(None) };
        let mut whole = self.briefs(std::slice::from_ref(&one)).await?.pop().unwrap_or_default();
        let turns: Vec<Value> = self
            .store
            .turns_seen(id)
            .await?
            .into_iter()
            .map(|turn| {
                let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
                json!({
                    "turn": turn.turn, "at": time(turn.at_ms), "input": read(&turn.input),
                    "facts": read(&turn.facts),
                })
            })
            .collect();
        let legs: Vec<Value> = self
            .store
            .legs_seen(id)
            .await?
            .into_iter()
            .map(|leg| {
                json!({
                    "leg": leg.leg, "agent": leg.agent, "team": leg.team, "queue": leg.queue,
                    "started": leg.started_ms.map(time), "answered": leg.answered_ms.map(time),
                    "ended": leg.ended_ms.map(time), "talk": leg.talk_seconds,
                    "ended_by": leg.ended_by, "handed_over": leg.handed_over,
                    "transferred_to": leg.transferred_to,
                })
            })
            .collect();
        whole["turns"] = Value::from(turns);
        whole["legs"] = Value::from(legs);
        Ok(Some(whole))
    }

    /// All agents with their stays in teams: `{"agents": [{code, name, teams: [{team, from,
    /// to}]}]}`; `from` and `to` are moments, `to` not included and null while it lasts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn agents_json(&self) -> Result<Value, StoreError> {
        #[derive(Serialize)]
        struct Agent {
            code: String,
            name: String,
            teams: Vec<Value>,
        }
        let mut agents: Vec<Agent> = Vec::new();
        for stay in self.store.agent_stays().await? {
            if agents.last().is_none_or(|last| last.code != stay.code) {
                agents.push(Agent { code: stay.code, name: stay.name, teams: Vec::new() });
            }
            if let (Some(agent), Some(team)) = (agents.last_mut(), stay.team) {
                agent.teams.push(json!({
                    "team": team, "from": stay.from_ms.map(time), "to": stay.to_ms.map(time),
                }));
            }
        }
        Ok(json!({"agents": agents}))
    }
}
