//! `/interviews/{id}`: one interview, with what a manager may decide about it: whom it counts
//! for, and which answers were outside the agent's control.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;

use super::agents::segment;
use super::comments::Playable;
use super::interviews::viewer;
use super::{PageError, Shell, Visit, asked, html};
use crate::desk::audit::Act;
use crate::desk::review::{Linked, Marked, Marking, REASONS, Wish};
use crate::report::interview::Detail;
use crate::report::interviews::{Reader, Served, Witness};
use crate::report::reviews::Reviewer;
use crate::report::transcript::Did;
use crate::report::{People, ReportError, Sight};
use crate::web::Site;
use crate::web::access::Person;
use crate::web::reports::pairs;
use crate::words::{Value, Words};

/// Largest form, in bytes.
const FORM: usize = 16 * 1024;

/// Longest reason or note, in letters.
const MOST: usize = 500;

/// `/interviews/{id}` and what is decided there.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/interviews/{id}", get(show))
        .route("/interviews/{id}/link", post(link))
        .route("/interviews/{id}/marks", post(mark))
        .route("/interviews/{id}/marks/{nr}/take-back", post(take_back))
        .layer(DefaultBodyLimit::max(FORM))
}

/// Somebody as the rule on one's own answers knows them. A person is an agent if they are said to
/// be, or if their name is the agent's code.
fn reviewer(person: &Person, own_team: bool) -> Reviewer {
    let codes = std::iter::once(person.name.clone()).chain(person.agent.clone());
    let teams = match &person.sight {
        Sight::Teams(teams) => teams.clone(),
        Sight::Everything | Sight::Own(_) => BTreeSet::new(),
    };
    Reviewer { codes: codes.collect(), teams: (!own_team).then_some(teams) }
}

/// Whether the visitor may decide which answers of that interview count: managers and reviewers,
/// but nobody about their own answers.
async fn may_review(visit: &Visit, id: &str) -> Result<bool, PageError> {
    if !visit.person.may_review() {
        return Ok(false);
    }
    let who = reviewer(&visit.person, visit.site.config.review_own_team);
    Ok(!visit.site.reports.is_own(id, &who).await?)
}

/// One step of the link's history, in words.
struct Step {
    at: String,
    how: String,
    whom: Vec<String>,
    by: String,
}

/// What was typed into a form that could not be followed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct LinkForm {
    to: String,
    agent: String,
    team: String,
    queue: String,
    call: String,
    reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct MarkForm {
    question: String,
    reason: String,
    note: String,
}

/// What the page tells of the last thing that was done or could not be done here.
#[derive(Clone, Debug, Default)]
struct Told {
    done: Option<String>,
    fault: Option<String>,
    link: LinkForm,
    mark: MarkForm,
}

#[derive(Template)]
#[template(path = "interview.html")]
struct InterviewPage {
    shell: Shell,
    one: Detail,
    /// Agents for whom it counts, with their addresses.
    credits: Vec<(String, String)>,
    counts_for: Vec<String>,
    said: String,
    record: Vec<String>,
    doubts: Vec<String>,
    /// The number to call, for managers, if the caller asked for it.
    number: Option<String>,
    comments: Vec<Playable>,
    steps: Vec<Step>,
    manages: bool,
    reviews: bool,
    agents: Vec<(String, String)>,
    teams: Vec<String>,
    queues: Vec<String>,
    told: Told,
    /// The filters of the page that led here.
    query: String,
}

impl InterviewPage {
    fn reasons(&self) -> Vec<(&'static str, String)> {
        REASONS.iter().map(|word| (*word, self.reason(word))).collect()
    }

    fn reason(&self, word: &str) -> String {
        self.shell.say(&format!("interview-reason-{}", word.replace('_', "-")))
    }

    fn taken(&self, at: &str, by: &Option<String>) -> String {
        let who = by.as_deref().unwrap_or_default();
        let values = [("at", at.into()), ("who", who.into())];
        self.shell.words.fill("interview-mark-taken", &values)
    }
}

async fn show(visit: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let done = pairs(query.as_deref()).into_iter().find(|(name, _)| name == "done");
    let told = match done.as_ref().map(|(_, word)| word.as_str()) {
        Some("linked") => "interview-done-linked",
        Some("marked") => "interview-done-marked",
        Some("taken") => "interview-done-taken",
        _ => "",
    };
    let words = visit.shell("").words;
    let done = (!told.is_empty()).then(|| words.say(told));
    let told = Told { done, ..Told::default() };
    match page(&visit, &id, query.as_deref(), told).await {
        Ok(page) => page,
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

async fn seen(visit: &Visit, id: &str, words: &'static Words) -> Result<Detail, PageError> {
    let viewer = viewer(visit);
    let reader = Reader { viewer: &viewer, words };
    let one = visit.site.reports.interview(reader, id).await?;
    one.ok_or(PageError::Missing)
}

async fn page(
    visit: &Visit,
    id: &str,
    query: Option<&str>,
    told: Told,
) -> Result<Response, PageError> {
    let query = asked::way_back(query);
    let shell = visit.shell("interviews");
    let words = shell.words;
    let one = seen(visit, id, words).await?;
    visit.audit(Act::ViewInterview, id).await?;
    let credits = one.credits.iter().map(|served| {
        let code = served.agent.clone().unwrap_or_default();
        let link = format!("{}/agents/{}{query}", shell.base, segment(&code));
        (served.agent_name.clone().filter(|name| !name.is_empty()).unwrap_or(code), link)
    });
    let credits = credits.collect();
    let manages = visit.person.may_manage();
    let sealed = one.number.as_deref().filter(|_| manages).zip(id.parse().ok());
    let number = sealed.and_then(|(sealed, id)| visit.site.desk.number_to_call(sealed, id));
    let reports = &visit.site.reports;
    let (agents, choices) = match manages {
        true => {
            (reports.agents_known(&visit.viewer()).await?, reports.choices(&visit.viewer()).await?)
        }
        false => Default::default(),
    };
    let reviews = may_review(visit, id).await?;
    let page = InterviewPage {
        credits,
        counts_for: one.credits.iter().map(|served| whom(words, served)).collect(),
        said: served_text(words, &one.said, one.said_talk),
        record: one.legs.iter().map(|(of, talk)| served_text(words, of, *talk)).collect(),
        doubts: doubts(words, &one),
        number,
        comments: one.comments.iter().map(|c| Playable::of(&shell, id, c)).collect(),
        steps: steps(words, &one),
        manages,
        reviews,
        agents,
        teams: choices.teams,
        queues: choices.queues,
        told,
        query,
        one,
        shell,
    };
    html(&page)
}

/// Who served a caller, as the report names them: `Rasa Petraitė A17, Support, queue General`.
fn whom(words: &Words, served: &Served) -> String {
    let name = served.agent_name.as_deref().unwrap_or_default();
    let agent = match &served.agent {
        Some(code) => format!("{name} {code}").trim().to_owned(),
        None => words.say("interview-nobody"),
    };
    let queue = served.queue.as_ref().map(|q| words.fill("interview-queue", &[("name", q.into())]));
    let parts = [Some(agent), served.team.clone(), queue];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Who served a caller, as a hand-over or a record says it.
fn served_text(words: &Words, served: &Served, talk: Option<i64>) -> String {
    let part = |key: &str, of: &Option<String>| {
        of.as_ref().map(|name| words.fill(key, &[("name", name.into())]))
    };
    let agent = part("interview-agent", &served.agent);
    let team = part("interview-team", &served.team);
    let agent = match (agent, &team) {
        (None, None) => Some(words.say("interview-no-agent")),
        (agent, _) => agent,
    };
    let seconds = talk.and_then(|seconds| u64::try_from(seconds).ok());
    let talk = seconds.map(|n| words.fill("interview-talk", &[("seconds", n.into())]));
    let parts = [agent, team, part("interview-queue", &served.queue), talk];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Sentences on what the hand-over said twice, and on where others contradict it or the hand.
fn doubts(words: &Words, one: &Detail) -> Vec<String> {
    let twice = one.conflicts.as_ref();
    let twice = twice.map(|said| words.fill("interview-doubt-twice", &[("said", said.into())]));
    let others = one.disagreements.iter().map(|doubt| {
        let key = match doubt.by {
            Witness::Record => "interview-doubt-record",
            Witness::Calendar => "interview-doubt-calendar",
        };
        let found = doubt.found.join(", ");
        let values = [
            ("what", doubt.what.into()),
            ("said", (&doubt.said).into()),
            ("found", (&found).into()),
        ];
        words.fill(key, &values)
    });
    let against = (!one.against_hand.is_empty()).then(|| {
        let found = one.against_hand.join(", ");
        words.fill("interview-doubt-hand", &[("found", (&found).into())])
    });
    twice.into_iter().chain(others).chain(against).collect()
}

/// The history: how it began, and each change since.
fn steps(words: &Words, one: &Detail) -> Vec<Step> {
    let how = |link: &str| words.say(&format!("interview-link-{link}"));
    let began = match one.said.agent {
        Some(_) => "handover",
        None => "none",
    };
    let first = Step {
        at: one.row.started.clone(),
        how: how(began),
        whom: vec![whom(words, &one.said)],
        by: String::new(),
    };
    let later = one.history.iter().map(|(at, step)| Step {
        at: at.clone(),
        how: how(&step.link),
        whom: step.served.iter().map(|served| whom(words, served)).collect(),
        by: step.by.as_ref().map_or_else(String::new, |(who, why)| {
            let values: [(&str, Value<'_>); 2] = [("who", who.into()), ("why", why.into())];
            words.fill("interview-step-by", &values)
        }),
    });
    std::iter::once(first).chain(later).collect()
}

/// Back to the page after something was done.
fn back(visit: &Visit, id: &str, query: Option<&str>, done: &str, place: &str) -> Response {
    let kept = asked::way_back(query);
    let joint = if kept.is_empty() { "?" } else { "&" };
    let to = visit.path(&format!("/interviews/{id}{kept}{joint}done={done}#{place}"));
    Redirect::to(&to).into_response()
}

/// The page again, with what was wrong with the form.
async fn again(visit: &Visit, id: &str, query: Option<&str>, told: Told) -> Response {
    match page(visit, id, query, told).await {
        Ok(page) => (StatusCode::BAD_REQUEST, page).into_response(),
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

async fn link(
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Form(mut form): Form<LinkForm>,
) -> Response {
    for field in [&mut form.agent, &mut form.team, &mut form.queue, &mut form.call] {
        *field = field.trim().to_owned();
    }
    match linked(&visit, &id, &form).await {
        Ok(None) => back(&visit, &id, query.as_deref(), "linked", "links"),
        Ok(Some(fault)) => {
            let told = Told { fault: Some(fault), link: form, ..Told::default() };
            again(&visit, &id, query.as_deref(), told).await
        }
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

/// The agent's own code, where agents appear by other ones.
async fn meant(visit: &Visit, code: &str) -> Result<String, PageError> {
    let behind = match visit.viewer().people {
        People::Coded => visit.site.reports.behind(code).await?,
        _ => None,
    };
    Ok(behind.map_or_else(|| code.to_owned(), |(own, _)| own))
}

/// Does it; gives a sentence if it cannot be done.
async fn linked(visit: &Visit, id: &str, form: &LinkForm) -> Result<Option<String>, PageError> {
    if !visit.person.may_manage() {
        return Err(PageError::Forbidden);
    }
    let words = visit.shell("").words;
    seen(visit, id, words).await?;
    let Ok(interview) = id.parse() else { return Err(PageError::Missing) };
    let (team, queue) = (form.team.clone(), form.queue.clone());
    let wish = match form.to.as_str() {
        "agent" if form.agent.is_empty() => {
            return Ok(Some(words.say("interview-fault-agent-empty")));
        }
        "agent" => Wish::Agent { agent: meant(visit, &form.agent).await?, team, queue },
        "nobody" => Wish::Nobody { team, queue },
        "call" if form.call.is_empty() => return Ok(Some(words.say("interview-fault-call-empty"))),
        "call" => Wish::Call(form.call.clone()),
        "records" => Wish::Records,
        _ => return Ok(Some(words.say("interview-fault-choose"))),
    };
    let Some(reason) = written(&form.reason) else {
        return Ok(Some(words.say("interview-fault-reason")));
    };
    visit.audit(Act::Relink, id).await?;
    let desk = &visit.site.desk;
    let person = &visit.person.name;
    let done = desk.link_by_hand(interview, &wish, person, &reason, visit.now).await;
    let (key, name) = match done.map_err(ReportError::from)? {
        Linked::Done => return Ok(None),
        Linked::NoInterview => return Err(PageError::Missing),
        Linked::NoAgent(name) => ("interview-fault-agent", name),
        Linked::NoTeam(name) => ("interview-fault-team", name),
        Linked::NoQueue(name) => ("interview-fault-queue", name),
        Linked::NoCall(name) => ("interview-fault-call", name),
    };
    Ok(Some(words.fill(key, &[("name", (&name).into())])))
}

/// A text as somebody wrote it, cut to what is kept; `None` if there is none.
fn written(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(MOST).collect();
    (!text.is_empty()).then_some(text)
}

async fn mark(
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Form(form): Form<MarkForm>,
) -> Response {
    match marked(&visit, &id, &form).await {
        Ok(None) => back(&visit, &id, query.as_deref(), "marked", "marks"),
        Ok(Some(fault)) => {
            let told = Told { fault: Some(fault), mark: form, ..Told::default() };
            again(&visit, &id, query.as_deref(), told).await
        }
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

/// Refuses who may not decide about that interview's answers.
async fn reviewed(visit: &Visit, id: &str, words: &'static Words) -> Result<(), PageError> {
    seen(visit, id, words).await?;
    if may_review(visit, id).await? { Ok(()) } else { Err(PageError::Forbidden) }
}

async fn marked(visit: &Visit, id: &str, form: &MarkForm) -> Result<Option<String>, PageError> {
    let words = visit.shell("").words;
    reviewed(visit, id, words).await?;
    let Ok(interview) = id.parse() else { return Err(PageError::Missing) };
    let question = match form.question.as_str() {
        "all" => None,
        text => match text.parse() {
            Ok(index) => Some(index),
            Err(_) => return Ok(Some(words.say("interview-fault-question"))),
        },
    };
    if !REASONS.contains(&form.reason.as_str()) {
        return Ok(Some(words.say("interview-fault-reason")));
    }
    let note = written(&form.note);
    if form.reason == "other" && note.is_none() {
        return Ok(Some(words.say("interview-fault-note")));
    }
    visit.audit(Act::Review, id).await?;
    let marking = Marking {
        interview,
        question,
        reason: &form.reason,
        note: note.as_deref().unwrap_or_default(),
        who: &visit.person.name,
        at_ms: visit.now,
    };
    let done = visit.site.desk.mark(&marking).await.map_err(ReportError::from)?;
    Ok(match done {
        Marked::Done => None,
        Marked::Already => Some(words.say("interview-fault-already")),
        Marked::Unknown => Some(words.say("interview-fault-question")),
        Marked::Running(_) => Some(words.say("interview-fault-running")),
    })
}

async fn take_back(
    visit: Visit,
    Path((id, nr)): Path<(String, i64)>,
    RawQuery(query): RawQuery,
) -> Response {
    let done: Result<Marked, PageError> = async {
        reviewed(&visit, &id, visit.shell("").words).await?;
        let Ok(interview) = id.parse() else { return Err(PageError::Missing) };
        visit.audit(Act::Review, &id).await?;
        let desk = &visit.site.desk;
        let taken = desk.take_mark_back(interview, nr, &visit.person.name, visit.now).await;
        Ok(taken.map_err(ReportError::from)?)
    }
    .await;
    match done {
        // Who takes back twice means it once.
        Ok(_) => back(&visit, &id, query.as_deref(), "taken", "marks"),
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::audit::By;
    use crate::web::access::Role;

    #[test]
    fn a_person_may_be_an_agent_by_name_or_by_their_account() {
        let person = |agent: Option<&str>, sight| Person {
            name: "Rasa".into(),
            role: Role::Manager,
            by: By::Settings,
            sight,
            language: None,
            agent: agent.map(String::from),
        };
        let red = Sight::Teams(["red".to_owned()].into());
        let plain = reviewer(&person(None, red.clone()), true);
        assert_eq!((plain.codes, plain.teams), (vec!["Rasa".to_owned()], None));
        let strict = reviewer(&person(Some("A17"), red), false);
        assert_eq!(strict.codes, ["Rasa", "A17"]);
        assert_eq!(strict.teams, Some(["red".to_owned()].into()));
        let all = reviewer(&person(None, Sight::Everything), false);
        assert_eq!(all.teams, Some(BTreeSet::new()));
    }
}
