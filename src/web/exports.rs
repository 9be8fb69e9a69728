//! Interviews for programs that take all of them: a stream of JSON lines.

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use http::header;

use super::Site;
use super::access::Person;
use super::api::{ApiError, may_read, written_down};
use super::reports::{pairs, private, refused, taken};
use crate::clock;
use crate::desk::audit::Act;
use crate::report::Filter;

/// `/api/v1/exports/interviews.ndjson`.
pub fn router() -> Router<Site> {
    Router::new().route("/api/v1/exports/interviews.ndjson", get(interviews))
}

/// The first lines are read before anything is answered, so that what is wrong with the request
/// is told with its status. After that each chunk is read when the client has taken the one
/// before; a fault breaks the connection, so that half an export is not taken for a whole one.
async fn interviews(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let mut asked = pairs(query.as_deref());
    let after = taken(&mut asked, "after").filter(|after| !after.is_empty());
    let filter = Filter::read(&asked, site.reports.today(clock::now_ms())).map_err(refused)?;
    let viewer = person.viewer(&site);
    written_down(&site, &person, Act::Export, "interviews").await?;
    let mut export =
        site.reports.export(&filter, &viewer, after.as_deref()).await.map_err(refused)?;
    let first = site.reports.next_lines(&mut export).await.map_err(refused)?;
    let reports = site.reports.clone();
    let lines = stream::try_unfold((first, export), move |(ready, mut export)| {
        let reports = reports.clone();
        async move {
            let lines = match ready {
                Some(lines) => Some(lines),
                None => reports.next_lines(&mut export).await.inspect_err(|fault| {
                    tracing::error!(%fault, "an export broke off");
                })?,
            };
            Ok::<_, crate::report::ReportError>(lines.map(|lines| (lines, (None, export))))
        }
    });
    let name = format!("interviews-{}-{}.ndjson", filter.from, filter.to);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((private(), headers, Body::from_stream(lines)).into_response())
}
