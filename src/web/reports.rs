//! The reports as programs read them: JSON and CSV.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

use super::Site;
use super::access::Person;
use super::api::{ApiError, json_line, may_read, written_down};
use crate::clock;
use crate::desk::audit::Act;
use crate::report::{Filter, ReportError, table};

/// `/api/v1/reports/agents` and `/api/v1/reports/agents.csv`.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/api/v1/reports/agents", get(agents))
        .route("/api/v1/reports/agents.csv", get(agents_csv))
}

/// A query's names and values.
pub(super) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

async fn agents(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let mut asked = pairs(query.as_deref());
    let format = asked.iter().position(|(name, _)| name == "format");
    let csv = match format.map(|at| asked.remove(at).1).as_deref() {
        Some("csv") => true,
        Some("json") => false,
        None => wants_csv(&headers),
        Some(other) => {
            let sentence = format!("format is \"{other}\"; there are json and csv");
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "bad_format", sentence));
        }
    };
    answer(&site, &person, &asked, csv).await
}

async fn agents_csv(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    answer(&site, &person, &pairs(query.as_deref()), true).await
}

async fn answer(
    site: &Site,
    person: &Person,
    asked: &[(String, String)],
    csv: bool,
) -> Result<Response, ApiError> {
    let now = clock::now_ms();
    let filter = Filter::read(asked, site.reports.today(now)).map_err(refused)?;
    let viewer = person.viewer(site);
    let report = site.reports.agents(&filter, &viewer, now).await.map_err(refused)?;
    written_down(site, person, Act::Export, "report:agents").await?;
    if !csv {
        return Ok((private(), json_line(StatusCode::OK, &report)).into_response());
    }
    match table::csv(&report) {
        Ok(text) => {
            let filters = filter.pairs().into_iter().filter(|(n, _)| *n != "from" && *n != "to");
            // Header values and file systems take plain letters only.
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
            let filters: String = filters
                .map(|(_, value)| format!("-{}", value.chars().map(plain).collect::<String>()))
                .collect();
            let name = format!("agents-{}-{}{filters}.csv", report.from, report.to);
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            Ok((private(), headers, text).into_response())
        }
        Err(fault) => {
            tracing::error!(%fault, "a report could not be written");
            let message = "the table could not be written; the log says more";
            Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "not_written", message))
        }
    }
}

/// Figures on people belong in no shared cache.
fn private() -> [(header::HeaderName, &'static str); 2] {
    [(header::CACHE_CONTROL, "private, no-store"), (header::VARY, "Accept")]
}

/// Whether the client names CSV before JSON. A list is read in its order; weights are not.
fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim())
        .find_map(|kind| match kind {
            "text/csv" => Some(true),
            "application/json" => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

/// A report that cannot be had, as programs read it.
pub(super) fn refused(fault: ReportError) -> ApiError {
    match fault {
        ReportError::Asked { code, sentence } => {
            ApiError::new(StatusCode::BAD_REQUEST, code, sentence)
        }
        ReportError::Forbidden { code, sentence } => {
            ApiError::new(StatusCode::FORBIDDEN, code, sentence)
        }
        ReportError::Store(fault) => ApiError::away(&fault),
    }
}
