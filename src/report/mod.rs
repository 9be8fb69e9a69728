//! FROM TALLIES TO TABLES: per agent, with filters; JSON and CSV rows.
//!
//! Knows the store and the statistics, and nothing of HTTP: what a request asks comes in as a
//! [`Filter`], what is wrong with it goes out as a [`ReportError`] with a stable code.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;

use crate::clock;
use crate::store::lens::{CodeKey, Lens, Naming};
use crate::store::names::{Agent, Named};
use crate::store::report::{Asked, Cut, Split, Unit};
use crate::store::{NOT_LINKED, Store, StoreError};
use crate::survey::Version;

pub mod agents;
pub mod anonymous;
pub mod book;
pub mod callers;
pub mod compare;
pub mod drivers;
pub mod export;
pub mod fairness;
pub mod fields;
pub mod finest;
pub mod funnel;
mod gathered;
pub mod interview;
pub mod interviews;
pub mod measures;
pub mod outward;
pub mod overview;
pub mod own;
pub mod pairs;
pub mod parts;
pub mod questions;
pub mod resolution;
pub mod response_errors;
pub mod reviews;
mod sheets;
pub mod table;
pub mod targets;
pub mod together;
pub mod transcript;
pub mod trend;
pub mod view;
pub mod viewer;
pub mod wall;
pub mod weighted;

pub use agents::AgentsReport;
use finest::Finest;
pub use view::{Filter, Period};
pub use viewer::{People, Sight, Viewer};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// What was asked for cannot be asked for.
    #[error("{sentence}")]
    Asked {
        /// Stable word for programs, such as `bad_date`.
        code: &'static str,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// What was asked for is not for this viewer.
    #[error("{sentence}")]
    Forbidden {
        /// Stable word for programs, such as `out_of_sight`.
        code: &'static str,
        /// Why, and what they can see instead.
        sentence: String,
    },
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReportError {
    fn asked(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Asked { code, sentence: sentence.into() }
    }
}

/// The reports of one centre.
#[derive(Clone, Debug)]
pub struct Reports {
    pub(crate) store: Store,
    pub(crate) zone: jiff::tz::TimeZone,
    /// The key of agents' codes.
    codes: CodeKey,
    /// Fewest answers from which one agent's figures are shown.
    people_min_n: u64,
    /// Shortest time for which one agent's figures are shown.
    people_finest: Finest,
    /// Survey versions never change, so each is read once.
    surveys: Arc<Mutex<BTreeMap<Version, Asked>>>,
}

/// What can be chosen in filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Names of surveys that were ever asked.
    pub surveys: Vec<String>,
    /// Names of teams.
    pub teams: Vec<String>,
    /// Names of queues.
    pub queues: Vec<String>,
    /// Codes of languages of those surveys.
    pub languages: Vec<String>,
    /// Questions of those surveys that can be counted: name, and what the newest asks for.
    pub questions: Vec<(String, String)>,
    /// Whether nobody ever called.
    pub empty: bool,
}

/// Names of what the tables know by number, and the surveys that a view may touch.
struct Directory {
    agents: BTreeMap<i64, Agent>,
    teams: BTreeMap<i64, Named>,
    /// Oldest first.
    surveys: Vec<Asked>,
}

impl Reports {
    /// Reports on that store, with days in that zone.
    pub fn new(store: Store, zone: jiff::tz::TimeZone) -> Self {
        Self {
            store,
            zone,
            codes: CodeKey::default(),
            people_min_n: 1,
            people_finest: Finest::Day,
            surveys: Arc::default(),
        }
    }

    /// The same with the key under which agents' codes are made, and with the fewest answers from
    /// which figures of one agent are shown.
    #[must_use]
    pub fn of_people(self, codes: CodeKey, min_n: u64) -> Self {
        Self { codes, people_min_n: min_n, ..self }
    }

    /// What that viewer sees of people, in whatever is read for them.
    pub fn lens(&self, viewer: &Viewer) -> Lens {
        let naming = match viewer.people {
            People::Named => Naming::Named,
            People::Coded => Naming::Coded(self.codes),
            People::Team => Naming::Hidden,
        };
        Lens { teams: viewer.teams(), naming }
    }

    /// An agent's code and name as that viewer reads them; `None` where agents do not appear.
    pub fn shown(&self, viewer: &Viewer, code: &str, name: &str) -> Option<(String, String)> {
        self.lens(viewer).shown(code, name)
    }

    /// The own code and name of the agent whom reports show by that code: for admins, who write
    /// down that they looked.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn behind(&self, code: &str) -> Result<Option<(String, String)>, ReportError> {
        let lens = Lens { teams: None, naming: Naming::Coded(self.codes) };
        let agents = self.store.agents().await?;
        let agent = lens.meant(code.trim(), &agents);
        Ok(agent.map(|agent| (agent.code.clone(), agent.name.clone())))
    }

    /// The centre's local date at that moment (UTC milliseconds).
    pub fn today(&self, now_ms: i64) -> Date {
        clock::date(clock::day(now_ms, &self.zone))
    }

    /// How many interviews of the last 30 days count for no agent, those of anonymous surveys left
    /// out.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn unlinked(&self, now_ms: i64) -> Result<u64, StoreError> {
        let today = clock::day(now_ms, &self.zone);
        let month = Cut { from: today - 29, to: today, ..Cut::default() };
        let stages = self.store.stage_counts(&month, Unit::Whole).await?;
        let unlinked = stages.iter().filter(|row| row.stage == NOT_LINKED).map(|row| row.n);
        Ok(u64::try_from(unlinked.sum::<i64>()).unwrap_or(0))
    }

    /// The zone's IANA name.
    pub fn time_zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// What that viewer can choose in filters.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn choices(&self, viewer: &Viewer) -> Result<Choices, ReportError> {
        let names =
            |named: Vec<Named>| named.into_iter().map(|one| one.name).collect::<Vec<String>>();
        let asked = self.asked(None, None).await?;
        let sorted = |mut all: Vec<String>| {
            all.sort();
            all.dedup();
            all
        };
        let languages = asked.iter().flat_map(|a| a.survey.languages.iter());
        let mut questions: BTreeMap<String, String> = BTreeMap::new();
        for one in &asked {
            for question in one.survey.questions.iter().filter(|q| measures::counted(q)) {
                let text = measures::asked_for(Some(&one.survey), question);
                questions.insert(question.name.clone(), text);
            }
        }
        Ok(Choices {
            questions: questions.into_iter().collect(),
            surveys: sorted(asked.iter().map(|a| a.survey.name.clone()).collect()),
            teams: names(self.store.teams().await?)
                .into_iter()
                .filter(|team| viewer.sees_team(Some(team)))
                .collect(),
            queues: names(self.store.queues().await?),
            languages: sorted(languages.map(ToString::to_string).collect()),
            empty: !self.store.any_interview().await?,
        })
    }

    /// Codes and names of all agents as that viewer may see them, by name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn agents_known(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<(String, String)>, ReportError> {
        let lens = self.lens(viewer);
        let mut known: Vec<(String, String)> = match viewer.teams() {
            None => {
                let agents = self.store.agents().await?.into_iter();
                agents.filter_map(|one| lens.shown(&one.code, &one.name)).collect()
            }
            // Of their teams only, whenever somebody was there.
            Some(_) => {
                let stays = self.store.agent_stays().await?.into_iter();
                let seen = stays.filter(|stay| lens.sees_team(stay.team.as_deref()));
                seen.filter_map(|stay| lens.shown(&stay.code, &stay.name)).collect()
            }
        };
        known.sort();
        known.dedup();
        known.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        Ok(known)
    }

    /// The name of the agent whom that viewer calls by that code; empty if none is known.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn agent_name(
        &self,
        code: Option<&str>,
        viewer: &Viewer,
    ) -> Result<String, ReportError> {
        let (lens, agents) = (self.lens(viewer), self.store.agents().await?);
        let one = code.and_then(|code| lens.meant(code, &agents));
        let shown = one.and_then(|one| lens.shown(&one.code, &one.name));
        Ok(shown.map(|(_, name)| name).unwrap_or_default())
    }

    /// Survey versions that were ever asked, oldest first; of one name or one version if given.
    async fn asked(
        &self,
        name: Option<&str>,
        version: Option<Version>,
    ) -> Result<Vec<Asked>, ReportError> {
        let mut found = Vec::new();
        for (which, of, _) in self.store.survey_versions().await? {
            if name.is_some_and(|name| name != of) || version.is_some_and(|v| v != which) {
                continue;
            }
            found.extend(self.survey(which).await?);
        }
        Ok(found)
    }

    async fn survey(&self, which: Version) -> Result<Option<Asked>, ReportError> {
        if let Some(known) = self.known().get(&which) {
            return Ok(Some(known.clone()));
        }
        let read = self.store.survey_asked(which).await?;
        if let Some(asked) = &read {
            self.known().insert(which, asked.clone());
        }
        Ok(read)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<Version, Asked>> {
        // The map is whole after each insert, also if another thread panicked beside it.
        self.surveys.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Turns the names of a filter into the numbers of the tables, for that viewer: agents are
    /// called as they may be, and the view is cut into those of the teams that they see.
    async fn resolve(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<(Vec<Cut>, Directory), ReportError> {
        viewer.reads()?;
        viewer.asks_team(filter.team.as_deref())?;
        if filter.agent.is_some() {
            viewer.individuals()?;
            self.individual_filter(filter)?;
        }
        let lens = self.lens(viewer);
        let agents = self.store.agents().await?;
        let agents = agents.into_iter().filter_map(|agent| {
            let (code, name) = lens.shown(&agent.code, &agent.name)?;
            Some(Agent { id: agent.id, code, name })
        });
        let agents: Vec<Agent> = agents.collect();
        let teams = self.store.teams().await?;
        let queues = self.store.queues().await?;
        let named =
            |all: &[Named], name: &str| all.iter().find(|one| one.name == name).map(|one| one.id);
        let agent = chosen(filter.agent.as_deref(), "unknown_agent", "agent", |code| {
            agents.iter().find(|one| one.code == code).map(|one| one.id)
        })?;
        let team =
            chosen(filter.team.as_deref(), "unknown_team", "team", |name| named(&teams, name))?;
        let queue =
            chosen(filter.queue.as_deref(), "unknown_queue", "queue", |name| named(&queues, name))?;
        let agents = agents.into_iter().map(|one| (one.id, one)).collect();
        let teams: BTreeMap<i64, Named> = teams.into_iter().map(|one| (one.id, one)).collect();
        let surveys = self.asked(filter.survey.as_deref(), filter.version).await?;
        if surveys.is_empty() {
            if let Some(version) = filter.version {
                let sentence = format!("no survey of version {version} was asked here");
                return Err(ReportError::asked("unknown_version", sentence));
            }
            if let Some(name) = &filter.survey {
                let sentence = format!("no survey named \"{name}\" was asked here");
                return Err(ReportError::asked("unknown_survey", sentence));
            }
        }
        if let Some(name) = &filter.question
            && !surveys.iter().any(|asked| asked.survey.question(name).is_some())
        {
            let sentence = format!("no survey of this view has a question named \"{name}\"");
            return Err(ReportError::asked("unknown_question", sentence));
        }
        let cut = Cut {
            from: view::day_number(filter.from),
            to: view::day_number(filter.to),
            survey: filter.survey.clone(),
            version: filter.version,
            agent,
            team,
            queue,
            language: filter.language.map(|lang| lang.to_string()),
            channel: filter.channel.clone(),
            fence: self.fence(filter, &surveys).await?,
        };
        let cuts: Vec<Cut> = match (viewer.teams(), team) {
            (None, _) | (_, Some(_)) => vec![cut],
            (Some(seen), None) => {
                let seen = teams.values().filter(|team| seen.contains(&team.name));
                seen.map(|team| Cut { team: Some(team.id), ..cut.clone() }).collect()
            }
        };
        anonymous::splits(&cuts, Split::Whole)?;
        Ok((cuts, Directory { agents, teams, surveys }))
    }
}

/// The number of what a filter names, if it names any.
fn chosen(
    wanted: Option<&str>,
    code: &'static str,
    what: &str,
    number: impl Fn(&str) -> Option<i64>,
) -> Result<Option<i64>, ReportError> {
    let Some(wanted) = wanted else { return Ok(None) };
    match number(wanted) {
        Some(id) => Ok(Some(id)),
        None => Err(ReportError::asked(
            code,
            format!("no {what} \"{wanted}\" is known here; write it as hand-overs and records do"),
        )),
    }
}
