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
use jiff::civil::Date;

use super::access::{Person, Role, wants_json};
use super::api::ApiError;
use super::reports::pairs;
use super::{Site, assets};
use crate::clock;
use crate::report::interviews::{Detail, Did, List, Wanted};
use crate::report::{Choices, Filter, Period, ReportError};

mod agent;
mod agents;
mod door;
mod draw;

/// The pages and their assets.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/", get(agents_page))
        .route("/agents/{code}", get(agent_page))
        .route("/interviews/{id}", get(interview_page))
        .route("/unlinked", get(unlinked_page))
        .merge(door::router())
        .merge(assets::router())
        .fallback(nothing)
}

/// There is nothing at that address: said to people by a page, to programs by a code.
async fn nothing(State(site): State<Site>, parts: Parts) -> Response {
    let accept = parts.headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or("");
    if wants_json(&parts) {
        let message = "there is nothing at this address; the README lists the API's paths";
        ApiError::new(StatusCode::NOT_FOUND, "no_such_path", message).into_response()
    } else if accept.contains("text/html") {
        // Whoever asks may be anybody.
        let shell = Shell { inside: false, signed_in: false, ..Shell::new(&site, "") };
        PageError::Missing("page").shown(shell)
    } else {
        (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response()
    }
}

/// What the frame of every page needs.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Path prefix of the public address, without slash at the end.
    pub base: String,
    /// Which entry of the navigation is this page's.
    pub here: &'static str,
    /// Whether pages beside this one can be seen.
    pub inside: bool,
    /// Whether there is a phone to try the surveys with.
    pub phone: bool,
    /// Whether there is a session to sign out of.
    pub signed_in: bool,
    /// Address of the style sheet.
    pub css: String,
    /// Address of the script.
    pub js: String,
}

impl Shell {
    /// The frame of the page that bears that entry of the navigation.
    pub fn new(site: &Site, here: &'static str) -> Self {
        let base = prefix(&site.config.public_url).to_owned();
        let (css, js) = (assets::path(&base, "app.css"), assets::path(&base, "app.js"));
        let (phone, signed_in) = (site.config.phone.on, !site.config.access.open);
        Self { base, here, inside: true, phone, signed_in, css, js }
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
    Missing(&'static str),
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
    title: &'static str,
    sentence: String,
}

impl PageError {
    /// The page that says so, to somebody inside.
    fn page(self, site: &Site) -> Response {
        self.shown(Shell::new(site, ""))
    }

    fn shown(self, shell: Shell) -> Response {
        let (status, title, sentence) = match self {
            Self::Missing(what) => {
                (StatusCode::NOT_FOUND, "Nothing here", format!("There is no such {what}."))
            }
            Self::Forbidden => {
                let sentence = "This token sends records and reads nothing of people.";
                (StatusCode::FORBIDDEN, "Not for this token", sentence.to_owned())
            }
            Self::Report(ReportError::Asked { sentence, .. }) => {
                (StatusCode::BAD_REQUEST, "This cannot be shown", capital(&sentence))
            }
            Self::Report(ReportError::Store(fault)) => {
                tracing::error!(%fault, "a page could not be read");
                let sentence =
                    "The database does not answer. Calls go on meanwhile; try again in a minute.";
                (StatusCode::SERVICE_UNAVAILABLE, "Not available now", sentence.to_owned())
            }
            Self::Template(fault) => {
                tracing::error!(%fault, "a page could not be written");
                let sentence = "The page could not be made; the log says more.";
                (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", sentence.to_owned())
            }
        };
        let page = FaultPage { shell, title, sentence };
        match html(&page) {
            Ok(page) => (status, page).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

/// Somebody who may read the report.
struct Reader(Person);

impl FromRequestParts<Site> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, site).await?;
        if person.may_read() { Ok(Self(person)) } else { Err(PageError::Forbidden.page(site)) }
    }
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

/// The filter form: what is chosen and what can be.
#[derive(Clone, Debug)]
struct Form {
    /// Word of the period in force, or `own`.
    period: &'static str,
    from: String,
    to: String,
    team: String,
    queue: String,
    survey: String,
    language: String,
    /// Filters that the form has no field for.
    hidden: Vec<(&'static str, String)>,
    choices: Choices,
    periods: [(&'static str, &'static str); 6],
    /// Today belongs to the view, so that its figures still grow.
    filling: bool,
}

/// What a page's address asks: the filter and the rest.
struct Asked {
    filter: Filter,
    /// The period in force, if it is one that goes along with today.
    period: Option<Period>,
    today: Date,
    /// Names and values that are no filter: `measure`, `score`, `after`.
    rest: Vec<(String, String)>,
}

/// Names in a page's address that are no filters of the report.
const OF_PAGES: [&str; 3] = ["measure", "score", "after"];

impl Asked {
    /// Reads a page's address. A form's address (it has `go`) gives the tidy address to go to
    /// instead: which of period and dates was changed decides which of them holds.
    fn read(site: &Site, query: Option<&str>, now: i64) -> Result<Result<Self, String>, PageError> {
        let today = site.reports.today(now);
        let all = pairs(query);
        if all.iter().any(|(name, _)| name == "go") {
            return Ok(Err(tidy(&all, today)));
        }
        let (rest, filters): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(name, _)| OF_PAGES.contains(&name.as_str()));
        let filter = Filter::read(&filters, today)?;
        let dated = filters.iter().any(|(n, v)| (n == "from" || n == "to") && !v.is_empty());
        let word = filters.iter().find(|(name, _)| name == "period").map(|(_, v)| v.as_str());
        let period = (!dated).then(|| word.and_then(Period::from_word).unwrap_or(Period::Days30));
        Ok(Ok(Self { filter, period, today, rest }))
    }

    fn of_page(&self, name: &str) -> Option<&str> {
        let found = self.rest.iter().find(|(n, v)| n == name && !v.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// The filters as a query for links: with the period where it goes along with today.
    fn query(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(period) = self.period.filter(|period| *period != Period::Days30) {
            query.append_pair("period", period.word());
        }
        for (name, value) in self.filter.pairs() {
            let day = name == "from" || name == "to";
            if name != "agent" && !(day && self.period.is_some()) {
                query.append_pair(name, &value);
            }
        }
        query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    async fn form(&self, site: &Site) -> Result<Form, PageError> {
        let filter = &self.filter;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let hidden = [
            ("version", filter.version.map(|v| v.to_string())),
            ("question", filter.question.clone()),
            ("channel", filter.channel.clone()),
        ];
        let named = Period::ALL.map(|period| (period.word(), period.label()));
        let [a, b, c, d, e] = named;
        Ok(Form {
            period: self.period.map_or("own", Period::word),
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            team: text(&filter.team),
            queue: text(&filter.queue),
            survey: text(&filter.survey),
            language: filter.language.map(|l| l.to_string()).unwrap_or_default(),
            hidden: hidden.into_iter().filter_map(|(n, v)| Some((n, v?))).collect(),
            choices: site.reports.choices().await?,
            periods: [a, b, c, d, e, ("own", "Own dates")],
            filling: filter.to >= self.today && filter.from <= self.today,
        })
    }
}

/// The tidy query of a form's: `go` is the period that the form showed.
fn tidy(all: &[(String, String)], today: Date) -> String {
    let value = |name: &str| {
        all.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    };
    let (shown, chosen) = (value("go"), value("period"));
    let dates = [value("from"), value("to")];
    let same_dates = |period: Period| {
        let (from, to) = period.days(today);
        dates == [Some(from.to_string().as_str()), Some(to.to_string().as_str())]
    };
    let period = chosen.and_then(Period::from_word);
    let keep_period = period.filter(|p| chosen != shown || same_dates(*p) || dates == [None, None]);
    let mut query = form_urlencoded::Serializer::new(String::new());
    match keep_period {
        Some(Period::Days30) => {}
        Some(period) => {
            query.append_pair("period", period.word());
        }
        None => {
            for (name, date) in ["from", "to"].into_iter().zip(dates) {
                if let Some(date) = date {
                    query.append_pair(name, date);
                }
            }
        }
    }
    for (name, value) in all {
        if !["go", "period", "from", "to"].contains(&name.as_str()) && !value.trim().is_empty() {
            query.append_pair(name, value.trim());
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// Reads the address, or answers with the tidy one; runs the page.
macro_rules! page {
    ($site:ident, $query:ident, $path:expr, |$asked:ident, $now:ident| $body:expr) => {{
        let $now = clock::now_ms();
        let made: Result<Response, PageError> = async {
            match Asked::read(&$site, $query.as_deref(), $now)? {
                Err(tidy) => {
                    let base = prefix(&$site.config.public_url);
                    Ok(Redirect::to(&format!("{base}{}{tidy}", $path)).into_response())
                }
                Ok($asked) => $body,
            }
        }
        .await;
        made.unwrap_or_else(|fault| fault.page(&$site))
    }};
}

async fn agents_page(_: Reader, State(site): State<Site>, RawQuery(query): RawQuery) -> Response {
    page!(site, query, "/", |asked, now| {
        let report = site.reports.agents(&asked.filter, now).await?;
        let form = asked.form(&site).await?;
        html(&agents::page(Shell::new(&site, "agents"), &asked, form, &report))
    })
}

async fn agent_page(
    _: Reader,
    State(site): State<Site>,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let path = format!("/agents/{}", agents::segment(&code));
    page!(site, query, path, |asked, now| {
        let mut asked = asked;
        asked.filter.agent = Some(code);
        let report = match site.reports.agents(&asked.filter, now).await {
            Err(ReportError::Asked { code: "unknown_agent", .. }) => {
                return Err(PageError::Missing("agent"));
            }
            other => other?,
        };
        let score = asked.of_page("score").and_then(|score| score.parse::<u8>().ok());
        let figure = asked.of_page("measure");
        let figure = figure.and_then(|key| report.figures.iter().find(|f| f.key == key));
        let wanted = Wanted {
            unlinked: false,
            answer: figure.zip(score).map(|(f, score)| (f.questions.clone(), score)),
            after: asked.of_page("after").map(str::to_owned),
        };
        let list = site.reports.interviews(&asked.filter, &wanted).await?;
        let name = site.reports.agent_name(asked.filter.agent.as_deref()).await?;
        let form = asked.form(&site).await?;
        let chosen = figure.zip(score);
        let shell = Shell::new(&site, "agents");
        html(&agent::page(shell, &asked, form, &report, list, name, chosen))
    })
}

#[derive(Template)]
#[template(path = "unlinked.html")]
struct UnlinkedPage {
    shell: Shell,
    form: Form,
    list: List,
    path: String,
    /// Address of the next page, if there is one.
    older: Option<String>,
}

async fn unlinked_page(_: Reader, State(site): State<Site>, RawQuery(query): RawQuery) -> Response {
    page!(site, query, "/unlinked", |asked, _now| {
        let wanted = Wanted {
            unlinked: true,
            answer: None,
            after: asked.of_page("after").map(str::to_owned),
        };
        let list = site.reports.interviews(&asked.filter, &wanted).await?;
        let shell = Shell::new(&site, "unlinked");
        let path = format!("{}/unlinked", shell.base);
        let older =
            list.next.as_ref().map(|next| format!("{path}{}", asked.query(&[("after", next)])));
        html(&UnlinkedPage { shell, form: asked.form(&site).await?, list, path, older })
    })
}

#[derive(Template)]
#[template(path = "interview.html")]
struct InterviewPage {
    shell: Shell,
    one: Detail,
    /// Agents for whom it counts, with their addresses.
    credits: Vec<(String, String)>,
    /// The number to call, for managers, if the caller asked for it.
    number: Option<String>,
}

async fn interview_page(
    Reader(person): Reader,
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Response {
    let made: Result<Response, PageError> = async {
        let one = site.reports.interview(&id).await?.ok_or(PageError::Missing("interview"))?;
        let shell = Shell::new(&site, "");
        let credits = one.credits.iter().map(|served| {
            let code = served.agent.clone().unwrap_or_default();
            let link = format!("{}/agents/{}", shell.base, agents::segment(&code));
            (served.agent_name.clone().filter(|name| !name.is_empty()).unwrap_or(code), link)
        });
        let credits = credits.collect();
        let manages = matches!(person.role, Role::Admin | Role::Manager);
        let sealed = one.number.as_deref().filter(|_| manages).zip(id.parse().ok());
        let number = sealed.and_then(|(sealed, id)| site.desk.number_to_call(sealed, id));
        html(&InterviewPage { shell, one, credits, number })
    }
    .await;
    made.unwrap_or_else(|fault| fault.page(&site))
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
    /// Whether a password is set at all.
    pub possible: bool,
}

impl SignInPage {
    /// The page, to be answered with that status.
    pub fn response(site: &Site, status: StatusCode, next: &str, fault: &str) -> Response {
        let shell = Shell { inside: false, signed_in: false, ..Shell::new(site, "") };
        let possible = site.config.access.password.is_some();
        let page = Self { shell, next: next.to_owned(), fault: fault.to_owned(), possible };
        match html(&page) {
            Ok(page) => (status, page).into_response(),
            Err(fault) => fault.page(site),
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

    #[test]
    fn a_form_s_address_becomes_a_tidy_one() {
        let today = jiff::civil::date(2026, 3, 1);
        for (form, wanted) in [
            // Nothing was changed.
            ("go=30d&period=30d&from=2026-01-31&to=2026-03-01&team=", ""),
            // Another period, beside the dates of the old one.
            ("go=30d&period=7d&from=2026-01-31&to=2026-03-01&team=a+b", "?period=7d&team=a+b"),
            // Other dates, beside the old period.
            ("go=30d&period=30d&from=2026-01-01&to=2026-03-01", "?from=2026-01-01&to=2026-03-01"),
            // From own dates to a period and back.
            ("go=own&period=month&from=2026-01-01&to=2026-01-02", "?period=month"),
            ("go=30d&period=own&from=2026-01-01&to=2026-01-02", "?from=2026-01-01&to=2026-01-02"),
            ("go=own&period=own&from=2026-01-01&to=2026-01-02", "?from=2026-01-01&to=2026-01-02"),
        ] {
            assert_eq!(tidy(&pairs(Some(form)), today), wanted, "{form}");
        }
    }
}
