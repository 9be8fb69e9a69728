//! The JSON API for programs: announced hand-overs, records of calls, agents, interviews.
//!
//! Errors are `{"error": {"code": …, "message": …}}`: the code stays the same for ever, the
//! message says what to do. What went wrong inside is logged and not told.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Site;
use super::access::Person;
use crate::clock;
use crate::desk::StoreError;
use crate::desk::audit::Act;
use crate::desk::browse::{Page, PageError};
use crate::desk::handover::{AnnounceError, HandoverIn};
use crate::desk::records::{CallIn, Taken, read_call};
use crate::desk::veil::veiled;

/// Largest body, except lines of records.
const BODY: usize = 1024 * 1024;
/// Largest body of lines of records.
const LINES: usize = 16 * 1024 * 1024;
/// Longest line of records.
const LINE: usize = 256 * 1024;
/// Lines stored in one go.
const CHUNK: usize = 200;

/// What a program is told when its request cannot be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// 4xx or 5xx.
    pub status: StatusCode,
    /// Stays the same for ever: lower-case words joined by `_`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl ApiError {
    /// An error. Of what was sent the message repeats no caller's number.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: veiled(&message.into()) }
    }

    /// The store did not answer: logged with its cause, told without.
    pub fn away(fault: &StoreError) -> Self {
        if fault.is_no_text() {
            return Self::wrong("no text has a NUL character (%00, or \\u0000 in JSON) in it");
        }
        tracing::error!(fault = %fault, "an API request met an error of the store");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_away",
            "the database does not answer; try again in a moment, nothing is lost by it",
        )
    }

    /// A field or parameter is wrong.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    /// The role does not go so far.
    pub fn forbidden(needs: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("this needs a token that {needs}"))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message}});
        let mut response = json_line(self.status, &body);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"aftercall\""),
            );
        }
        response
    }
}

/// The part of the API that is about calls.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/api/v1/handovers", post(handovers))
        .route("/api/v1/calls", post(calls))
        .route("/api/v1/agents", get(agents))
        .route("/api/v1/interviews", get(interviews))
        .route("/api/v1/interviews/{id}", get(interview))
}

/// JSON on a line of its own: a terminal's prompt stands below it, and appended answers are lines
/// of JSON.
pub(super) fn json_line(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (status, kind, text + "\n").into_response()
        }
        Err(fault) => {
            tracing::error!(%fault, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An answer that no cache keeps.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = json_line(status, body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn may_feed(person: &Person) -> Result<(), ApiError> {
    if person.may_feed() {
        return Ok(());
    }
    Err(ApiError::forbidden("may send records: role feed, manager or admin"))
}

pub(super) fn may_read(person: &Person) -> Result<(), ApiError> {
    if person.may_read() {
        return Ok(());
    }
    Err(ApiError::forbidden("may read: role read, reviewer, manager or admin"))
}

async fn handovers(
    State(site): State<Site>,
    person: Person,
    request: Request,
) -> Result<Response, ApiError> {
    may_feed(&person)?;
    let said: HandoverIn = read_object(whole(request.into_body()).await?)?;
    let now = clock::now_ms();
    let start = site.desk.announce(said, (site.draw)(), now).await.map_err(|f| match f {
        AnnounceError::Wrong(message) => ApiError::wrong(message),
        AnnounceError::Store(fault) => ApiError::away(&fault),
    })?;
    let expires = clock::rfc3339(start.expires_ms);
    let body = json!({"start_url": start.start_url, "expires": expires});
    Ok(answer(StatusCode::CREATED, &body))
}

async fn calls(
    State(site): State<Site>,
    person: Person,
    request: Request,
) -> Result<Response, ApiError> {
    may_feed(&person)?;
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let taken = match kind.as_deref() {
        Some("application/x-ndjson" | "application/jsonl" | "application/ndjson") => {
            take_lines(&site, request.into_body()).await?
        }
        Some("application/json") | None => {
            let items = match read_json::<Value>(whole(request.into_body()).await?)? {
                Value::Array(items) => items,
                one => vec![one],
            };
            let items = items.into_iter().map(read_call).enumerate().collect();
            let mut taken = Taken::default();
            taken.extend(take(&site, items).await?);
            taken
        }
        Some(_) => {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send application/json (one record or an array) or application/x-ndjson",
            ));
        }
    };
    // Good records are kept whatever the others were; the status says whether to look.
    let status = match (taken.accepted, taken.refused.len()) {
        (0, refused) if refused > 0 => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    Ok(answer(status, &json!(taken)))
}

async fn take(site: &Site, items: Vec<(usize, Result<CallIn, String>)>) -> Result<Taken, ApiError> {
    site.desk.take_calls(items, clock::now_ms()).await.map_err(|f| ApiError::away(&f))
}

/// Takes records one a line, as they arrive: what came before a fault stays taken.
async fn take_lines(site: &Site, mut body: Body) -> Result<Taken, ApiError> {
    let mut taken = Taken::default();
    let mut waiting = BytesMut::new();
    let mut items = Vec::new();
    let mut index = 0;
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| unreadable())?;
        let Ok(data) = frame.into_data() else { continue };
        size += data.len();
        if size > LINES {
            return Err(too_large(LINES));
        }
        waiting.extend_from_slice(&data);
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            let line = waiting.split_to(end + 1);
            add_line(&line, &mut items, &mut index);
            if items.len() == CHUNK {
                taken.extend(take(site, std::mem::take(&mut items)).await?);
            }
        }
        if waiting.len() > LINE {
            return Err(too_large(LINE));
        }
    }
    add_line(&waiting, &mut items, &mut index);
    taken.extend(take(site, items).await?);
    Ok(taken)
}

/// Adds a line; empty ones are none and have no index.
fn add_line(line: &[u8], items: &mut Vec<(usize, Result<CallIn, String>)>, index: &mut usize) {
    let line = line.strip_prefix(MARK).unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return;
    }
    let item = serde_json::from_slice(line).map_err(|f| format!("not JSON: {f}"));
    items.push((*index, item.and_then(read_call)));
    *index += 1;
}

/// The whole body, up to its limit.
pub(super) async fn whole(mut body: Body) -> Result<Bytes, ApiError> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| unreadable())?;
        let Ok(data) = frame.into_data() else { continue };
        if all.len() + data.len() > BODY {
            return Err(too_large(BODY));
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

/// What some programs put before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// An object; a list would else be taken for one by the order of its fields.
pub(super) fn read_object<T: for<'de> Deserialize<'de>>(body: Bytes) -> Result<T, ApiError> {
    let start = body.strip_prefix(MARK).unwrap_or(&body).trim_ascii_start();
    if start.first() == Some(&b'[') {
        let message = "the body is a list; send one object, such as {…}";
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message));
    }
    read_json(body)
}

fn read_json<T: for<'de> Deserialize<'de>>(body: Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body.strip_prefix(MARK).unwrap_or(&body)).map_err(|fault| {
        let code = if fault.is_data() { "invalid" } else { "not_json" };
        let status = if fault.is_data() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::BAD_REQUEST
        };
        ApiError::new(status, code, format!("the body cannot be read: {fault}"))
    })
}

fn unreadable() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "unreadable", "the body broke off; send it again")
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("more than {} kB; send it in parts", limit / 1024),
    )
}

async fn agents(State(site): State<Site>, person: Person) -> Result<Response, ApiError> {
    may_read(&person)?;
    let lens = site.reports.lens(&person.viewer(&site));
    let agents = site.desk.agents_json(&lens).await.map_err(page_error)?;
    written_down(&site, &person, Act::Export, "agents").await?;
    Ok(answer(StatusCode::OK, &agents))
}

async fn interviews(
    State(site): State<Site>,
    person: Person,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let page = Page::read(query.into_iter()).map_err(ApiError::wrong)?;
    if let Some((from, to)) = page.days_of_agent() {
        let (from, to) = (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
        site.reports.individual_days(from, to).map_err(super::reports::refused)?;
    }
    let lens = site.reports.lens(&person.viewer(&site));
    let list = site.desk.interviews_json(&page, &lens).await.map_err(page_error)?;
    written_down(&site, &person, Act::Export, "interviews").await?;
    Ok(answer(StatusCode::OK, &list))
}

async fn interview(
    State(site): State<Site>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let not_found =
        || ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is no interview with this id");
    let lens = site.reports.lens(&person.viewer(&site));
    let one = site.desk.interview_json(&id, &lens).await.map_err(page_error)?;
    if one.is_some() {
        written_down(&site, &person, Act::ViewInterview, &id).await?;
    }
    one.map(|one| answer(StatusCode::OK, &one)).ok_or_else(not_found)
}

/// Writes into the audit log what a program is about to get.
pub(super) async fn written_down(
    site: &Site,
    person: &Person,
    act: Act,
    object: &str,
) -> Result<(), ApiError> {
    let done = site.desk.audit(&person.by, act, object, clock::now_ms()).await;
    done.map_err(|fault| ApiError::away(&fault))
}

fn page_error(fault: PageError) -> ApiError {
    match fault {
        PageError::Wrong(message) => ApiError::wrong(message),
        PageError::Forbidden(code, message) => ApiError::new(StatusCode::FORBIDDEN, code, message),
        PageError::Store(fault) => ApiError::away(&fault),
    }
}
