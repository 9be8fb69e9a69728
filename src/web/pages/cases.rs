//! The page of cases: which callers somebody must still look after, and what came of it.

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::visit::{Shell, Visit};
use super::{PageError, html};
use crate::desk::follow::{Case, CaseChange, CasePage, ChangeError};
use crate::report::ReportError;
use crate::web::Site;
use crate::web::cases::{place, seen, viewer};
use crate::web::reports::pairs;

/// Cases on one page.
const PAGE: u32 = 50;

/// The page and its forms.
pub fn router() -> Router<Site> {
    Router::new().route("/cases", get(list)).route("/cases/{id}", post(change))
}

/// One case on the page.
struct Row {
    id: String,
    interview: String,
    opened: String,
    reason: &'static str,
    team: String,
    owner: String,
    /// The date, as a form has it.
    due: String,
    overdue: bool,
    outcome: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    shell: Shell,
    open: bool,
    may_change: bool,
    rows: Vec<Row>,
    older: Option<String>,
    /// What was wrong with the last change; empty where nothing was.
    fault: String,
}

/// A moment in the centre's zone.
pub(super) fn local(zone: &TimeZone, at_ms: i64, format: &str) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

fn row(zone: &TimeZone, case: &Case, now: i64) -> Row {
    let minute = |at: i64| local(zone, at, "%Y-%m-%d %H:%M");
    Row {
        id: case.id.clone(),
        interview: case.interview.simple().to_string(),
        opened: minute(case.opened_ms),
        reason: match case.reason.as_str() {
            "callback" => "cases-reason-callback",
            _ => "cases-reason-low",
        },
        team: case.team.clone().unwrap_or_default(),
        owner: case.owner.clone().unwrap_or_default(),
        due: case.due_ms.map(|at| local(zone, at, "%Y-%m-%d")).unwrap_or_default(),
        overdue: case.is_open() && case.due_ms.is_some_and(|due| due < now),
        outcome: case.outcome.clone().unwrap_or_default(),
        closed: case.closed_ms.map(minute).unwrap_or_default(),
    }
}

async fn list(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let value = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let open = value("status") != Some("closed");
    let after = value("after").and_then(place);
    shown(&visit, open, after, String::new()).await
}

async fn shown(visit: &Visit, open: bool, after: Option<(i64, String)>, fault: String) -> Response {
    let made: Result<Response, PageError> = async {
        let page = CasePage { open: Some(open), after, limit: PAGE };
        let cases = visit.site.desk.cases(&page).await.map_err(ReportError::from)?;
        let full = cases.len() == PAGE as usize;
        let older = cases.last().filter(|_| full).map(|last| {
            let status = if open { "open" } else { "closed" };
            let path = visit.path("/cases");
            format!("{path}?status={status}&after={}.{}", last.opened_ms, last.id)
        });
        let (viewer, zone) = (viewer(&visit.person, &visit.site), &visit.site.config.time_zone);
        let shown = cases.iter().filter(|case| seen(&viewer, case));
        let rows = shown.map(|case| row(zone, case, visit.now)).collect();
        let may_change = visit.person.may_manage();
        html(&CasesPage { shell: visit.shell("cases"), open, may_change, rows, older, fault })
    }
    .await;
    made.unwrap_or_else(|fault| fault.page(&visit.site, visit.tongue))
}

/// A change as the page's forms send it.
#[derive(Debug, Deserialize)]
struct Sent {
    owner: Option<String>,
    due: Option<String>,
    outcome: Option<String>,
    /// `save`, `close` or `open`.
    #[serde(rename = "do")]
    what: String,
}

async fn change(
    State(site): State<Site>,
    visit: Visit,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    if !visit.person.may_manage() {
        return PageError::Forbidden.page(&site, visit.tongue);
    }
    let store = |fault| PageError::from(ReportError::from(fault)).page(&site, visit.tongue);
    let viewer = viewer(&visit.person, &visit.site);
    let was_open = match site.desk.case(&id).await {
        Ok(Some(case)) if seen(&viewer, &case) => case.is_open(),
        Ok(_) => return PageError::Missing.page(&site, visit.tongue),
        Err(fault) => return store(fault),
    };
    let status = match sent.what.as_str() {
        "close" => Some("closed".to_owned()),
        "open" => Some("open".to_owned()),
        _ => None,
    };
    let change = CaseChange {
        status,
        owner: sent.owner.map(Some),
        due: sent.due.map(Some),
        outcome: sent.outcome.map(Some),
    };
    match site.desk.change_case(&id, change, &visit.person.by, visit.now).await {
        Ok(_) => {
            let status = if was_open { "open" } else { "closed" };
            Redirect::to(&visit.path(&format!("/cases?status={status}"))).into_response()
        }
        Err(ChangeError::Wrong(sentence)) => {
            let page = shown(&visit, was_open, None, sentence).await;
            (http::StatusCode::BAD_REQUEST, page).into_response()
        }
        Err(ChangeError::Store(fault)) => store(fault),
    }
}
