//! Interviews and agents as JSON, for the API: what was asked and answered, for whom it counts,
//! what the hand-over said and what records say.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Desk;
use crate::clock;
use crate::interview::{InterviewId, Millis, Outcome};
use crate::store::StoreError;
use crate::store::browse::{AgentStay, Brief, Credited, Filter, Item};
use crate::store::lens::{Lens, Naming};
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
    /// What was asked for is not for this reader: a stable word, and what to do.
    #[error("{1}")]
    Forbidden(&'static str, &'static str),
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
    /// The days of a page that is limited to an agent, as far as it says them.
    pub fn days_of_agent(&self) -> Option<(Option<Date>, Option<Date>)> {
        let day = |day: Option<i64>| day.map(clock::date);
        self.filter.agent.as_ref().map(|_| (day(self.filter.from), day(self.filter.to)))
    }

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

/// Who an interview counts for, as far as the reader sees it.
fn unit(credit: &Credited, lens: &Lens, known: &BTreeSet<String>) -> Value {
    let mut served = Served {
        agent: credit.agent.clone(),
        agent_name: credit.name.clone(),
        team: credit.team.clone(),
        ..Served::default()
    };
    lens.veil(&mut served, known);
    json!({
        "agent": served.agent, "name": served.agent_name, "team": credit.team,
        "queue": credit.queue,
    })
}

/// Those whom an interview counts for and whom the reader may read of.
fn known(credits: &[Credited], lens: &Lens) -> BTreeSet<String> {
    let served = credits.iter().map(|credit| Served {
        agent: credit.agent.clone(),
        team: credit.team.clone(),
        ..Served::default()
    });
    lens.known(&served.collect::<Vec<_>>())
}

/// An interview with all that a list shows of it.
fn brief(
    one: &Brief,
    credits: &[Credited],
    items: &[Item],
    legs: &[Served],
    survey: Option<&Survey>,
    lens: &Lens,
) -> Value {
    let mut said = Served {
        agent: one.said_agent.clone(),
        agent_name: None,
        team: one.said_team.clone(),
        queue: one.said_queue.clone(),
        leg: one.said_leg.clone(),
    };
    let disagrees = !disagreements(&said, one.team_then.as_deref(), legs).is_empty();
    let known = known(credits, lens);
    lens.veil(&mut said, &known);
    // What was said twice may be an agent's code.
    let conflicts = one.conflicts.as_deref().filter(|_| lens.bare());
    let conflicts = conflicts.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let answers: Vec<Value> = items.iter().map(|item| answer(item, survey)).collect();
    let whole = credits.iter().find(|credit| credit.kind == 0);
    let agents: Vec<&Credited> = credits.iter().filter(|c| c.kind == 1).collect();
    let agents = agents.into_iter().filter(|c| {
        lens.teams.is_none() || c.agent.as_ref().is_some_and(|agent| known.contains(agent))
    });
    let agents: Vec<Value> = agents.map(|credit| unit(credit, lens, &known)).collect();
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
            "agent": said.agent, "team": one.said_team, "queue": one.said_queue,
            "talk": one.said_talk, "conflicts": conflicts,
        },
        "disagrees": disagrees,
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
    /// A page of interviews that the reader may see, newest first: `{"interviews": […], "next":
    /// cursor or null}`.
    ///
    /// # Errors
    /// If the reader may not ask for an agent, or the database does not answer.
    pub async fn interviews_json(&self, page: &Page, lens: &Lens) -> Result<Value, PageError> {
        let mut filter = page.filter.clone();
        if let Some(said) = &filter.agent
            && lens.naming != Naming::Named
        {
            if lens.naming == Naming::Hidden {
                return Err(individuals_off());
            }
            let agents = self.store.agents().await?;
            // An empty code is nobody's.
            filter.agent =
                Some(lens.meant(said, &agents).map_or_else(String::new, |a| a.code.clone()));
        }
        let list = match &lens.teams {
            None => self.store.browse(&filter).await?,
            Some(teams) => {
                let mut all = Vec::new();
                // No name is nobody's; to the list it would be no limit.
                for team in teams.iter().filter(|team| !team.is_empty()) {
                    filter.team = Some(team.clone());
                    all.append(&mut self.store.browse(&filter).await?);
                }
                // An interview may count for two teams.
                all.sort_by_key(|one| std::cmp::Reverse((one.started_ms, one.id)));
                all.dedup_by_key(|one| one.id);
                all.truncate(usize::try_from(filter.limit).unwrap_or_default());
                all
            }
        };
        let full = i64::try_from(list.len()).is_ok_and(|n| n == page.filter.limit);
        let next = list
            .last()
            .filter(|_| full)
            .map(|last| format!("{}.{}", last.started_ms, id_text(last.id)));
        Ok(json!({"interviews": self.briefs(&list, lens).await?, "next": next}))
    }

    async fn briefs(&self, list: &[Brief], lens: &Lens) -> Result<Vec<Value>, PageError> {
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
                    lens,
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
    /// If the id is no id, the interview is not for this reader, or the database does not answer.
    pub async fn interview_json(&self, id: &str, lens: &Lens) -> Result<Option<Value>, PageError> {
        let id: InterviewId = id.parse().map_err(PageError::Wrong)?;
        let Some(one) = self.store.browse_one(id).await? else { return Ok(None) };
        let credits = self.store.credited(&[one.id]).await?;
        if lens.teams.is_some() && !credits.iter().any(|c| lens.sees_team(c.team.as_deref())) {
            return Err(PageError::Forbidden(
                "out_of_sight",
                "this interview counts for no team of yours",
            ));
        }
        let known = known(&credits, lens);
        let list = std::slice::from_ref(&one);
        let mut whole = self.briefs(list, lens).await?.pop().unwrap_or_default();
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
                let mut served =
                    Served { agent: leg.agent, team: leg.team.clone(), ..Served::default() };
                lens.veil(&mut served, &known);
                json!({
                    "leg": leg.leg, "agent": served.agent, "team": leg.team, "queue": leg.queue,
                    "started": leg.started_ms.map(time), "answered": leg.answered_ms.map(time),
                    "ended": leg.ended_ms.map(time), "talk": leg.talk_seconds,
                    "ended_by": leg.ended_by, "handed_over": leg.handed_over,
                    // It may name an agent.
                    "transferred_to": leg.transferred_to.filter(|_| lens.bare()),
                })
            })
            .collect();
        whole["turns"] = Value::from(turns);
        whole["legs"] = Value::from(legs);
        Ok(Some(whole))
    }

    /// All agents whom the reader may see, with their stays in teams: `{"agents": [{code, name,
    /// teams: [{team, from, to}]}]}`; `from` and `to` are moments, `to` not included and null while
    /// it lasts.
    ///
    /// # Errors
    /// If no agent appears to this reader, or the database does not answer.
    pub async fn agents_json(&self, lens: &Lens) -> Result<Value, PageError> {
        #[derive(Serialize)]
        struct Agent {
            code: String,
            name: String,
            teams: Vec<Value>,
        }
        if lens.naming == Naming::Hidden {
            return Err(individuals_off());
        }
        let mut agents: Vec<Agent> = Vec::new();
        for stay in self.store.agent_stays().await? {
            if !lens.sees_team(stay.team.as_deref()) {
                continue;
            }
            let Some((code, name)) = lens.shown(&stay.code, &stay.name) else { continue };
            if agents.last().is_none_or(|last| last.code != code) {
                agents.push(Agent { code, name, teams: Vec::new() });
            }
            if let (Some(agent), Some(team)) = (agents.last_mut(), stay.team) {
                agent.teams.push(json!({
                    "team": team, "from": stay.from_ms.map(time), "to": stay.to_ms.map(time),
                }));
            }
        }
        // The order of the agents' own codes would tell who is who.
        if lens.naming != Naming::Named {
            agents.sort_by(|a, b| a.code.cmp(&b.code));
        }
        Ok(json!({"agents": agents}))
    }

    /// All agents with all their stays in teams, by code and time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn agent_stays(&self) -> Result<Vec<AgentStay>, StoreError> {
        self.store.agent_stays().await
    }
}

fn individuals_off() -> PageError {
    PageError::Forbidden(
        "individual_reports_off",
        "reports show no single agents here; the setting people says so",
    )
}
