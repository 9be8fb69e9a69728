//! The pages of the report: agents, one agent, one interview, what is not linked, sign-in.
//!
//! Everything that a page shows is chosen by its address, so that it can be kept, sent and
//! printed. Forms are plain; the script adds conveniences only.

use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use http::request::Parts;
use http::{StatusCode, header};
use percent_encoding::NON_ALPHANUMERIC;

use super::access::{Person, wants_json};
use super::api::ApiError;
use super::{Site, assets};
use crate::desk::audit::Act;
use crate::report::finest::MONTHS_ONLY;
use crate::report::interviews::{Reader, Wanted};
use crate::report::{AgentsReport, Filter, ReportError};
use crate::words::{Tongue, Words};

mod agent;
mod agents;
mod asked;
mod cases;
mod chart;
mod comments;
mod deliveries;
mod door;
mod draw;
mod drivers;
mod fairness;
mod funnel;
mod interview;
mod interviews;
mod me;
mod overview;
mod questions;
mod queues;
mod resolution;
mod settings;
mod sso;
mod surveys;
mod together;
mod trends;
mod visit;
mod wallboard;

use asked::{Asked, Form};
pub(super) use chart::Data;
pub use visit::Shell;
pub use visit::Visit;
pub(super) use visit::tongue;

/// Agents whose last weeks are drawn in the table.
const MOST_SPARKS: usize = 500;

/// The pages and their assets.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/agents", get(agents_page))
        .route("/agents/{code}", get(agent_page))
        .merge(cases::router())
        .merge(comments::router())
        .merge(deliveries::router())
        .merge(door::router())
        .merge(drivers::router())
        .merge(overview::router())
        .merge(queues::router())
        .merge(questions::router())
        .merge(resolution::router())
        .merge(fairness::router())
        .merge(together::router())
        .merge(funnel::router())
        .merge(interview::router())
        .merge(interviews::router())
        .merge(wallboard::router())
        .merge(me::router())
        .merge(settings::router())
        .merge(sso::router())
        .merge(visit::router())
        .merge(surveys::router())
        .merge(assets::router())
        .fallback(nothing)
}

/// There is nothing at that address: said to people by a page, to programs by a code.
async fn nothing(State(site): State<Site>, mut parts: Parts) -> Response {
    let accept = parts.headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or("");
    if wants_json(&parts) {
        let message = "there is nothing at this address; the README lists the API's paths";
        ApiError::new(StatusCode::NOT_FOUND, "no_such_path", message).into_response()
    } else if accept.contains("text/html") {
        // Whoever asks may be anybody: only who has come in sees the way to other pages.
        let person = Person::from_request_parts(&mut parts, &site).await;
        let inside = person.is_ok_and(|person| person.may_read());
        let shell = Shell::new(&site, visit::tongue(&parts.headers), "");
        let signed_in = inside && shell.signed_in;
        let shell = Shell { inside, signed_in, ..shell };
        PageError::Missing.shown(shell)
    } else {
        (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response()
    }
}

/// The path of an address, without slash at the end: "" for most.
pub(super) fn prefix(public_url: &str) -> &str {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| rest[at..].trim_end_matches('/'))
}

/// A page that cannot be had.
#[derive(Debug)]
pub enum PageError {
    /// There is nothing at that address.
    Missing,
    /// The role does not go so far.
    Forbidden,
    /// The report cannot be had.
    Report(ReportError),
    /// A template failed, which does not happen with texts in memory.
    Template(askama::Error),
}

impl From<ReportError> for PageError {
    fn from(fault: ReportError) -> Self {
        Self::Report(fault)
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    shell: Shell,
    title: String,
    sentence: String,
}

impl PageError {
    /// The page that says so, to somebody inside.
    pub(super) fn page(self, site: &Site, tongue: Tongue) -> Response {
        self.shown(Shell::new(site, tongue, ""))
    }

    fn shown(self, shell: Shell) -> Response {
        let (status, title, sentence) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, "fault-missing-title", "fault-missing".into()),
            Self::Forbidden => (StatusCode::FORBIDDEN, "fault-not-yours", "fault-role".into()),
            Self::Report(ReportError::Forbidden { code, .. }) => {
                let sentence = match code {
                    "individual_reports_off" => "fault-individuals-off",
                    "own_results_only" => "fault-own-only",
                    _ => "fault-out-of-sight",
                };
                (StatusCode::FORBIDDEN, "fault-not-yours", sentence.into())
            }
            Self::Report(ReportError::Asked { code, sentence }) => {
                let sentence = sentence_of(shell.words, code, &sentence);
                (StatusCode::BAD_REQUEST, "fault-asked-title", sentence)
            }
            Self::Report(ReportError::Store(fault)) if fault.is_no_text() => {
                (StatusCode::BAD_REQUEST, "fault-asked-title", "fault-no-text".into())
            }
            Self::Report(ReportError::Store(fault)) => {
                tracing::error!(%fault, "a page could not be read");
                (StatusCode::SERVICE_UNAVAILABLE, "fault-away-title", "fault-away".into())
            }
            Self::Template(fault) => {
                tracing::error!(%fault, "a page could not be written");
                (StatusCode::INTERNAL_SERVER_ERROR, "fault-ours-title", "fault-ours".into())
            }
        };
        let (title, sentence): (String, String) = (shell.say(title), shell.say(&sentence));
        let page = FaultPage { shell, title, sentence };
        match html(&page) {
            Ok(page) => (status, page).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

/// What a page says of a report that cannot be had: in the reader's language where it is known.
fn sentence_of(words: &Words, code: &str, sentence: &str) -> String {
    let key = format!("fault-{}", code.replace('_', "-"));
    if words.has(&key) { words.say(&key) } else { capital(sentence) }
}

/// A sentence from a report's error as a page writes it.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn html(page: &impl Template) -> Result<Response, PageError> {
    let text = page.render().map_err(PageError::Template)?;
    // Figures on people belong in no cache.
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Html(text)).into_response())
}

/// Reads the address, or answers with the tidy one; runs the page.
macro_rules! page {
    ($visit:ident, $query:ident, $path:expr, |$asked:ident| $body:expr) => {{
        use $crate::report::ReportError as Fault;
        use $crate::web::pages::{PageError as NoPage, asked_wrong, tidy_address};
        let made: Result<axum::response::Response, NoPage> = async {
            match $crate::web::pages::asked::Asked::read(&$visit, $query.as_deref())? {
                Err(tidy) => Ok(tidy_address(&$visit, &$path, &tidy)),
                Ok($asked) => $body,
            }
        }
        .await;
        match made {
            Ok(page) => page,
            Err(NoPage::Report(Fault::Asked { code, sentence })) => {
                let sentence = $crate::web::pages::sentence_of($visit.words(), code, &sentence);
                asked_wrong(&$visit, &$path, $query.as_deref(), sentence).await
            }
            Err(fault) => fault.shown($visit.shell("")),
        }
    }};
}
use page;

fn tidy_address(visit: &Visit, path: &str, query: &str) -> Response {
    Redirect::to(&visit.path(&format!("{path}{query}"))).into_response()
}

/// The page's form with what is wrong with the address, so that it can be put right there.
#[derive(Template)]
#[template(path = "wrong.html")]
struct WrongPage {
    shell: Shell,
    form: Form,
    path: String,
    sentence: String,
}

async fn asked_wrong(visit: &Visit, path: &str, query: Option<&str>, sentence: String) -> Response {
    let here = match path {
        "/interviews" | "/unlinked" => "interviews",
        _ => "agents",
    };
    let shell = visit.shell(here);
    let path = format!("{}{path}", shell.base);
    let made: Result<Response, PageError> = async {
        let form = Form::of_wrong(visit, &path, query).await?;
        html(&WrongPage { shell, form, path, sentence })
    }
    .await;
    match made {
        Ok(page) => (StatusCode::BAD_REQUEST, page).into_response(),
        Err(fault) => fault.shown(visit.shell("")),
    }
}

async fn agents_page(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/agents", |asked| {
        let reports = &visit.site.reports;
        let report = reports.centre(&asked.filter, &visit.viewer(), visit.now).await?;
        let form = asked.form(&visit, &visit.path("/agents")).await?;
        // In a very large centre the weeks of everybody cost more than the table itself.
        let lead = agents::lead(&report).filter(|_| report.agents.len() <= MOST_SPARKS);
        let sparks = match lead {
            Some(lead) => reports.sparks(&asked.filter, lead, &visit.viewer()).await?,
            None => agents::Sparks::new(),
        };
        let page = agents::page(visit.shell("agents"), &asked, form, &report, &sparks);
        html(&page.for_viewer(&visit.viewer()))
    })
}

async fn agent_page(visit: Visit, Path(code): Path<String>, RawQuery(query): RawQuery) -> Response {
    let path = format!("/agents/{}", agents::segment(&code));
    page!(visit, query, path, |asked| {
        let mut asked = asked;
        asked.of_one(code);
        let (reports, viewer) = (&visit.site.reports, visit.viewer());
        let report = match reports.agents(&asked.filter, &viewer, visit.now).await {
            Err(ReportError::Asked { code: "unknown_agent", .. }) => {
                return Err(PageError::Missing);
            }
            other => other?,
        };
        let chosen = asked.answer(&report.figures)?;
        let wanted = Wanted {
            answer: chosen.map(|one| one.wanted()),
            after: asked.of_page("after").map(str::to_owned),
            ..Wanted::default()
        };
        let viewer = visit.viewer();
        let shell = visit.shell("agents");
        let reader = Reader { viewer: &viewer, words: shell.words };
        let list = reports.interviews(reader, &asked.filter, &wanted).await?;
        visit.audit(Act::ViewInterview, "list").await?;
        let name = reports.agent_name(asked.filter.agent.as_deref(), &viewer).await?;
        let form = asked.form(&visit, &visit.path(&path)).await?;
        let trend = match reports.trend(&asked.filter, None, &viewer).await {
            // Where agents are shown by months there is no line of weeks.
            Err(ReportError::Asked { code: MONTHS_ONLY, .. }) => None,
            trend => trend?,
        };
        let trend = trend.map(|trend| {
            let measure = [("measure", trend.figure.key.as_str())];
            trends::chart(shell.words, &trend, None, |from, to| {
                let query = asked.query_days(from, to, &measure);
                Some(format!("{}{query}#interviews", visit.path(&path)))
            })
        });
        let drivers = drivers_of_team(&visit, &asked, &report).await?;
        let spoken = reports.spoken(reader, &asked.filter, agent::SPOKEN).await?;
        let spoken = spoken.into_iter().map(|(row, own)| agent::Spoken::of(&shell, row, &own));
        let spoken = spoken.collect();
        let agent = agent::Agent { name, list, trend, drivers, spoken };
        html(&agent::page(shell, &asked, form, &report, agent, chosen))
    })
}

/// What goes together with satisfaction in the team for which the agent has most interviews.
async fn drivers_of_team(
    visit: &Visit,
    asked: &Asked,
    report: &AgentsReport,
) -> Result<Option<agent::TeamDrivers>, PageError> {
    let main = report.agents.iter().max_by_key(|row| row.figures.offered);
    let Some(team) = main.and_then(|row| row.team.clone()) else { return Ok(None) };
    let filter = Filter { agent: None, team: Some(team.clone()), ..asked.filter.clone() };
    let found = visit.site.reports.drivers(&filter, &visit.viewer()).await?;
    let link = format!("{}{}", visit.path("/drivers"), asked.query(&[("team", &team)]));
    let found = found.filter(|report| !report.attributes.is_empty());
    Ok(found.map(|report| agent::TeamDrivers::of(visit.words(), team, &report, link)))
}

/// The page on which a manager signs in.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage {
    /// The frame.
    pub shell: Shell,
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// What was wrong with the last attempt; empty at the first.
    pub fault: String,
    /// Whether anybody can sign in with a password.
    pub possible: bool,
    /// Whether there are people with passwords of their own, so that an address is asked for.
    pub people: bool,
    /// Whether the password of the settings can be used beside theirs.
    pub setting: bool,
    /// Single sign-on: what its button says, and where it leads.
    pub single: Option<(String, String)>,
    /// The address given last.
    pub email: String,
}

impl SignInPage {
    /// The page, to be answered with that status.
    pub async fn response(
        site: &Site,
        tongue: Tongue,
        status: StatusCode,
        (next, email): (&str, &str),
        fault: &str,
    ) -> Response {
        let shell = Shell { inside: false, signed_in: false, ..Shell::new(site, tongue, "") };
        let setting = site.config.access.password.is_some();
        let made: Result<Response, PageError> = async {
            let people = site.desk.users_there().await.map_err(ReportError::from)?;
            let possible = setting || people;
            let (next, email, fault) = (next.to_owned(), email.to_owned(), fault.to_owned());
            let single = site.config.sso.as_ref().map(|sso| {
                let words = Some(sso.name.clone()).filter(|name| !name.is_empty());
                let next = percent_encoding::utf8_percent_encode(&next, NON_ALPHANUMERIC);
                let href = format!("{}/sign-in/sso?next={next}", shell.base);
                (words.unwrap_or_else(|| shell.say("door-single")), href)
            });
            html(&Self { shell, next, fault, possible, people, setting, single, email })
        }
        .await;
        match made {
            Ok(page) => (status, page).into_response(),
            Err(fault) => fault.page(site, tongue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_a_public_address() {
        for (url, wanted) in [
            ("https://survey.example.com", ""),
            ("https://survey.example.com/", ""),
            ("https://example.com/survey", "/survey"),
            ("http://[::1]:8080/a/b/", "/a/b"),
        ] {
            assert_eq!(prefix(url), wanted, "{url}");
        }
    }
}
