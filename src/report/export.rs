//! All interviews of a view for programs, one JSON object a line, oldest first.
//!
//! Nothing is held but one chunk: whoever takes the lines asks for the next one when there is room
//! for it. Lines have no caller's number and none of its digits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::interviews::read_after;
use super::view::Filter;
use super::viewer::{People, Sight, Viewer};
use super::{ReportError, Reports};
use crate::clock;
use crate::store::report::{After, AnswerOut, CreditOut, Cut, Exported};
use crate::survey::{Kind, Survey, Version};

/// Interviews read at a time.
const CHUNK: u32 = 500;

/// An export under way.
#[derive(Clone, Debug)]
pub struct Export {
    cut: Cut,
    viewer: Viewer,
    after: Option<After>,
    ended: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    /// Goes on behind this line when it is given as `after`.
    after: String,
    id: String,
    survey: Option<&'a str>,
    version: String,
    language: &'a str,
    channel: &'a str,
    started: String,
    day: String,
    closed: bool,
    disposition: &'a str,
    link: &'a str,
    team: Option<&'a str>,
    queue: Option<&'a str>,
    credits: Vec<Credit<'a>>,
    answers: Answers<'a>,
    comments: Vec<Comment<'a>>,
}

#[derive(Serialize)]
struct Credit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    team: Option<&'a str>,
    queue: Option<&'a str>,
}

/// By the question's name, in the order of the questions.
struct Answers<'a>(Vec<(&'a str, Answer<'a>)>);

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, answer)| (name, answer)))
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    measure: &'a str,
    outcome: &'static str,
    value: Option<i64>,
    outside_control: bool,
}

#[derive(Serialize)]
struct Comment<'a> {
    question: Option<&'a str>,
    seconds: Option<i64>,
}

impl Reports {
    /// Begins an export of the interviews of a view that were offered and that this viewer may
    /// see; after the line with that `after`, if one is given.
    ///
    /// # Errors
    /// If the filter names what is not known here, the viewer sees no interviews, or the store
    /// does not answer.
    pub async fn export(
        &self,
        filter: &Filter,
        viewer: &Viewer,
        after: Option<&str>,
    ) -> Result<Export, ReportError> {
        if let Sight::Own(_) = viewer.sight {
            let sentence =
                "interviews are exported for those who see teams; you see your own weeks";
            return Err(ReportError::asked("own_results_only", sentence));
        }
        if filter.question.is_some() {
            let sentence = "\"question\" is no filter of this export; each line has all answers";
            return Err(ReportError::asked("unknown_parameter", sentence));
        }
        if filter.agent.is_some() && viewer.people != People::Named {
            let sentence = "agents do not appear by name here; leave the filter \"agent\" out";
            return Err(ReportError::asked("individual_reports_off", sentence));
        }
        if viewer.people != People::Team {
            // Its lines name agents.
            self.individual_filter(filter)?;
        }
        viewer.asks_team(filter.team.as_deref())?;
        // Teams are chosen by the statement itself, so that each interview comes once.
        let whole = Viewer { sight: Sight::Everything, people: viewer.people };
        let (cuts, _) = self.resolve(filter, &whole).await?;
        super::anonymous::no(&cuts, "single interviews")?;
        let cut = cuts.into_iter().next().unwrap_or_default();
        let after = after.map(read_after).transpose()?;
        Ok(Export { cut, viewer: viewer.clone(), after, ended: false })
    }

    /// The next lines of an export; `None` after the last.
    ///
    /// # Errors
    /// If the store does not answer: what came before is whole.
    pub async fn next_lines(&self, export: &mut Export) -> Result<Option<String>, ReportError> {
        if export.ended {
            return Ok(None);
        }
        let teams = match &export.viewer.sight {
            Sight::Teams(teams) => Some(teams),
            Sight::Everything | Sight::Own(_) => None,
        };
        let chunk = self.store.exported(&export.cut, teams, export.after, CHUNK).await?;
        export.ended = chunk.len() < CHUNK as usize;
        let Some(last) = chunk.last() else { return Ok(None) };
        export.after = Some(After { started_ms: last.started_ms, id: last.id });
        let versions: BTreeSet<Version> = chunk.iter().map(|one| one.survey).collect();
        let mut surveys: BTreeMap<Version, Arc<Survey>> = BTreeMap::new();
        for which in versions {
            if let Some(asked) = self.survey(which).await? {
                surveys.insert(which, asked.survey);
            }
        }
        let mut lines = String::new();
        for one in &chunk {
            let survey = surveys.get(&one.survey).map(AsRef::as_ref);
            // Plain texts and numbers; nothing of it can fail to be written.
            if let Ok(line) = serde_json::to_string(&line(one, survey, &export.viewer)) {
                lines.push_str(&line);
                lines.push('\n');
            }
        }
        Ok(Some(lines))
    }
}

fn line<'a>(one: &'a Exported, survey: Option<&'a Survey>, viewer: &Viewer) -> Line<'a> {
    let whole = one.credits.iter().find(|credit| credit.kind == 0);
    let whole = whole.filter(|credit| viewer.sees_team(credit.team.as_deref()));
    let agents = one.credits.iter().filter(|credit| credit.kind == 1);
    let seen = agents.filter(|credit| viewer.sees_team(credit.team.as_deref()));
    let named = |question: i64| {
        let at = usize::try_from(question).ok();
        at.and_then(|at| survey?.questions.get(at))
    };
    let answers = one.answers.iter().filter_map(|item| {
        let question = named(item.question)?;
        Some((question.name.as_str(), answer(item, &question.measure, &question.kind)))
    });
    let comments = one.comments.iter().map(|(question, seconds)| Comment {
        question: named(*question).map(|q| q.name.as_str()),
        seconds: *seconds,
    });
    Line {
        after: format!("{}-{}", one.started_ms, one.id),
        id: one.id.to_string(),
        survey: survey.map(|survey| survey.name.as_str()),
        version: one.survey.to_string(),
        language: &one.language,
        channel: &one.channel,
        started: clock::rfc3339(one.started_ms),
        day: clock::date(one.day).to_string(),
        closed: one.closed,
        disposition: &one.disposition,
        link: &one.link,
        team: whole.and_then(|credit| credit.team.as_deref()),
        queue: whole.and_then(|credit| credit.queue.as_deref()),
        credits: seen.map(|credit| shown(credit, viewer.people)).collect(),
        answers: Answers(answers.collect()),
        comments: comments.collect(),
    }
}

/// An agent by code and name, where agents appear by name; else only the team and queue.
fn shown(credit: &CreditOut, people: People) -> Credit<'_> {
    let named = people == People::Named;
    Credit {
        agent: credit.agent.as_deref().filter(|_| named),
        name: credit.name.as_deref().filter(|_| named),
        team: credit.team.as_deref(),
        queue: credit.queue.as_deref(),
    }
}

fn answer<'a>(item: &AnswerOut, measure: &'a str, kind: &Kind) -> Answer<'a> {
    let outcome = match item.outcome {
        0.. => "answered",
        -1 => "skipped",
        -2 => "no_input",
        -3 => "no_match",
        -4 => "not_applicable",
        _ => "withdrawn",
    };
    // A comment's answer is its recording, not a value.
    let value =
        (item.outcome >= 0 && !matches!(kind, Kind::Comment { .. })).then_some(item.outcome);
    Answer { measure, outcome, value, outside_control: item.outside_control }
}
