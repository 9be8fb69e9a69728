//! One interview as others are told of it: by webhook, by mail. No number, no recording, no key
//! pressed beyond the answers; of people only what the viewer may see.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::{People, ReportError, Reports, Viewer};
use crate::clock;
use crate::store::telling::{Given, Tale};
use crate::survey::{About, Good, Kind, Survey, Version};

/// Which score is low.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowRule {
    /// The measure.
    pub measure: String,
    /// From that score on downwards; counted from the other end where low values are good.
    pub at_or_below: u8,
}

impl LowRule {
    /// Whether that answer to that question is low: only where the question is about the agent or
    /// the resolution.
    fn holds(&self, survey: &Survey, question: usize, value: u8) -> bool {
        let Some(q) = survey.questions.get(question) else { return false };
        let about_agent = matches!(q.about, About::Agent | About::Resolution);
        if q.measure != self.measure || !about_agent {
            return false;
        }
        match q.kind {
            Kind::Scale { low, high, good: Good::Low, .. } => {
                (low + high).saturating_sub(value) <= self.at_or_below
            }
            Kind::YesNo { good } => value != u8::from(good),
            Kind::Scale { .. } => value <= self.at_or_below,
            Kind::Choice { .. } | Kind::Comment { .. } | Kind::Consent => false,
        }
    }
}

/// Who served a caller, as others are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Server {
    /// The agent's code.
    pub agent: Option<String>,
    /// The agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The team at the call.
    pub team: Option<String>,
    /// The queue.
    pub queue: Option<String>,
}

/// One answer, as others are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The question's name.
    pub question: String,
    /// Its measure.
    pub measure: String,
    /// `answered`, `skipped`, `no_input`, `no_match`, `not_applicable` or `withdrawn`.
    pub outcome: &'static str,
    /// The value; null where there is none.
    pub value: Option<u8>,
}

/// A score that is low.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LowScore {
    /// The question's name.
    pub question: String,
    /// Its measure.
    pub measure: String,
    /// The value.
    pub value: u8,
    /// The scale's ends.
    pub scale: (u8, u8),
}

/// One interview as others are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outward {
    /// Its id, 32 hex digits.
    pub interview: String,
    /// The survey's name.
    pub survey: String,
    /// Its version.
    pub version: String,
    /// Language code.
    pub language: String,
    /// Channel.
    pub channel: String,
    /// How it stands: `complete`, `partial`, `break_off`, …
    pub disposition: String,
    /// When it started, RFC 3339 in UTC.
    pub started: String,
    /// When it was over, or when it was heard of last.
    pub ended: String,
    /// Agents for whom it counts.
    pub agents: Vec<Server>,
    /// The team for which it counts as a whole.
    pub team: Option<String>,
    /// The queue for which it counts as a whole.
    pub queue: Option<String>,
    /// Answers in the order of the questions.
    pub answers: Vec<Said>,
    /// The first low score, if there is one.
    #[serde(skip)]
    pub low: Option<LowScore>,
    /// All teams for which it counts.
    #[serde(skip)]
    pub teams: BTreeSet<String>,
    /// Whether it was offered and something was answered.
    #[serde(skip)]
    pub answered: bool,
    /// Whether the caller asked to be called.
    #[serde(skip)]
    pub callback: bool,
    /// When it started, UTC milliseconds.
    #[serde(skip)]
    pub started_ms: i64,
    /// When it was over, or when it was heard of last, UTC milliseconds.
    #[serde(skip)]
    pub over_ms: i64,
}

impl Reports {
    /// What may be told of these interviews to that viewer, by id.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn outward(
        &self,
        ids: &[Uuid],
        viewer: &Viewer,
        rule: Option<&LowRule>,
    ) -> Result<HashMap<Uuid, Outward>, ReportError> {
        let tales = self.store.tales(ids).await?;
        let mut answers: BTreeMap<Uuid, BTreeMap<i64, i64>> = BTreeMap::new();
        for item in self.store.items(ids).await? {
            answers.entry(item.interview).or_default().insert(item.question, item.outcome);
        }
        let credits = self.store.credited(ids).await?;
        let mut found = HashMap::new();
        for tale in tales {
            let survey = self.definition_of(tale.survey).await?;
            let given = answers.remove(&tale.id).unwrap_or_default();
            let of = credits.iter().filter(|credit| credit.interview == tale.id);
            let mut whole = None;
            let mut agents = Vec::new();
            let mut teams = BTreeSet::new();
            for credit in of {
                teams.extend(credit.team.clone());
                if credit.kind == 0 {
                    whole = Some((credit.team.clone(), credit.queue.clone()));
                } else if credit.agent.is_some() && viewer.people != People::Team {
                    agents.push(Server {
                        agent: credit.agent.clone(),
                        name: credit.name.clone().filter(|_| viewer.people == People::Named),
                        team: credit.team.clone(),
                        queue: credit.queue.clone(),
                    });
                }
            }
            let (team, queue) = whole.unwrap_or_default();
            let low = survey.as_deref().zip(rule).and_then(|(s, rule)| low(s, rule, &given));
            let told = Outward {
                interview: tale.id.simple().to_string(),
                survey: survey.as_ref().map(|s| s.name.clone()).unwrap_or_default(),
                version: version(tale.survey).map(|v| v.to_string()).unwrap_or_default(),
                started: clock::rfc3339(tale.started_ms),
                ended: clock::rfc3339(tale.over_ms),
                answers: said(survey.as_deref(), &given),
                low: low.filter(|_| tale.answered),
                answered: tale.answered,
                callback: tale.callback_ms.is_some(),
                started_ms: tale.started_ms,
                over_ms: tale.over_ms,
                agents,
                team,
                queue,
                teams,
                ..Outward::of(&tale)
            };
            found.insert(tale.id, told);
        }
        Ok(found)
    }

    /// Interviews that go on and have a low score by that rule, each once.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn low_of(
        &self,
        given: &[Given],
        rule: &LowRule,
    ) -> Result<BTreeSet<Uuid>, ReportError> {
        let mut found = BTreeSet::new();
        for one in given {
            let place = usize::try_from(one.question).ok().zip(u8::try_from(one.outcome).ok());
            let survey = self.definition_of(one.survey).await?;
            if let Some((survey, (question, value))) = survey.zip(place)
                && rule.holds(&survey, question, value)
            {
                found.insert(one.id);
            }
        }
        Ok(found)
    }

    async fn definition_of(
        &self,
        which: i64,
    ) -> Result<Option<std::sync::Arc<Survey>>, ReportError> {
        match version(which) {
            Some(which) => Ok(self.survey(which).await?.map(|asked| asked.survey)),
            None => Ok(None),
        }
    }
}

impl Outward {
    /// What stands in the interview's own row.
    fn of(tale: &Tale) -> Self {
        Self {
            interview: String::new(),
            survey: String::new(),
            version: String::new(),
            language: tale.language.clone(),
            channel: tale.channel.clone(),
            disposition: tale.disposition.clone(),
            started: String::new(),
            ended: String::new(),
            agents: Vec::new(),
            team: None,
            queue: None,
            answers: Vec::new(),
            low: None,
            teams: BTreeSet::new(),
            answered: false,
            callback: false,
            started_ms: 0,
            over_ms: 0,
        }
    }
}

fn version(stored: i64) -> Option<Version> {
    u32::try_from(stored).ok().map(Version)
}

fn said(survey: Option<&Survey>, given: &BTreeMap<i64, i64>) -> Vec<Said> {
    let one = |(question, outcome): (&i64, &i64)| {
        let at = usize::try_from(*question).ok();
        let q = survey.zip(at).and_then(|(survey, at)| survey.questions.get(at));
        // A recording is none of the others' business; that there is one is said.
        let comment = q.is_some_and(|q| matches!(q.kind, Kind::Comment { .. }));
        Said {
            question: q.map(|q| q.name.clone()).unwrap_or_default(),
            measure: q.map(|q| q.measure.clone()).unwrap_or_default(),
            outcome: word(*outcome),
            value: u8::try_from(*outcome).ok().filter(|_| !comment),
        }
    };
    given.iter().map(one).collect()
}

fn low(survey: &Survey, rule: &LowRule, given: &BTreeMap<i64, i64>) -> Option<LowScore> {
    given.iter().find_map(|(question, outcome)| {
        let (at, value) = (usize::try_from(*question).ok()?, u8::try_from(*outcome).ok()?);
        let q = survey.questions.get(at).filter(|_| rule.holds(survey, at, value))?;
        let scale = match q.kind {
            Kind::Scale { low, high, .. } => (low, high),
            _ => (0, 1),
        };
        Some(LowScore { question: q.name.clone(), measure: q.measure.clone(), value, scale })
    })
}

fn word(outcome: i64) -> &'static str {
    match outcome {
        0.. => "answered",
        -1 => "skipped",
        -2 => "no_input",
        -3 => "no_match",
        -4 => "not_applicable",
        _ => "withdrawn",
    }
}
