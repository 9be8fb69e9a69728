//! Cases for programs.

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Site;
use super::access::Person;
use super::api::{ApiError, answer, may_read, read_object, whole, written_down};
use crate::clock;
use crate::desk::audit::Act;
use crate::desk::follow::{Case, CaseChange, CasePage, ChangeError, case_json};
use crate::report::Viewer;

/// Cases on one page unless asked otherwise, and at most.
const LIMIT: u32 = 100;
const MOST: u32 = 1000;

/// What that person may see of cases. The one place where it is decided, for pages and programs.
pub(super) fn viewer(person: &Person, site: &Site) -> Viewer {
    person.viewer(site)
}

/// Whether that viewer may see that case.
pub(super) fn seen(viewer: &Viewer, case: &Case) -> bool {
    viewer.sees_team(case.team.as_deref())
}

/// The part of the API that is about cases.
pub fn router() -> Router<Site> {
    Router::new().route("/api/v1/cases", get(list)).route("/api/v1/cases/{id}", post(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    status: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

async fn list(
    State(site): State<Site>,
    person: Person,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let Query(asked) = asked.map_err(|_| {
        ApiError::wrong("there are the parameters status (open, closed or all), limit and cursor")
    })?;
    let open = match asked.status.as_deref() {
        None | Some("" | "open") => Some(true),
        Some("closed") => Some(false),
        Some("all") => None,
        Some(other) => {
            let sentence = format!("status: \"{other}\" is not one of open, closed, all");
            return Err(ApiError::wrong(sentence));
        }
    };
    let limit = asked.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::wrong(format!("limit: must be a number from 1 to {MOST}")));
    }
    let after = match asked.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
        None => None,
        Some(cursor) => Some(
            place(cursor).ok_or_else(|| ApiError::wrong("cursor: take it from the page before"))?,
        ),
    };
    let page = CasePage { open, after, limit };
    let cases = site.desk.cases(&page).await.map_err(|fault| ApiError::away(&fault))?;
    let full = cases.len() == limit as usize;
    let next = cases.last().filter(|_| full).map(|last| format!("{}.{}", last.opened_ms, last.id));
    written_down(&site, &person, Act::Export, "cases").await?;
    let viewer = viewer(&person, &site);
    let shown: Vec<_> = cases.iter().filter(|case| seen(&viewer, case)).map(case_json).collect();
    Ok(answer(StatusCode::OK, &json!({"cases": shown, "next": next})))
}

/// Where a list goes on: `1764000000000.ID`.
pub(super) fn place(cursor: &str) -> Option<(i64, String)> {
    let (at, id) = cursor.split_once('.')?;
    Some((at.parse().ok()?, id.to_owned()))
}

async fn change(
    State(site): State<Site>,
    person: Person,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    if !person.may_manage() {
        return Err(ApiError::forbidden("may follow up: role manager or admin"));
    }
    let change: CaseChange = read_object(whole(request.into_body()).await?)?;
    let missing =
        || ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is no case with this id");
    let case = site.desk.case(&id).await.map_err(|fault| ApiError::away(&fault))?;
    let viewer = viewer(&person, &site);
    case.filter(|case| seen(&viewer, case)).ok_or_else(missing)?;
    let changed = site.desk.change_case(&id, change, &person.by, clock::now_ms()).await;
    match changed {
        Ok(Some(case)) => Ok(answer(StatusCode::OK, &case_json(&case))),
        Ok(None) => Err(missing()),
        Err(ChangeError::Wrong(sentence)) => Err(ApiError::wrong(sentence)),
        Err(ChangeError::Store(fault)) => Err(ApiError::away(&fault)),
    }
}
