//! The reports on the centre as programs read them: overview, parts, questions, weeks, drivers.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use serde::Serialize;

use super::Site;
use super::access::Person;
use super::api::{ApiError, json_line, may_read};
use super::reports::{pairs, refused};
use crate::clock;
use crate::report::parts::By;
use crate::report::{Filter, ReportError};

/// `/api/v1/reports/overview`, `/queues`, `/questions`, `/trend`, `/drivers`.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/api/v1/reports/overview", get(overview))
        .route("/api/v1/reports/queues", get(queues))
        .route("/api/v1/reports/questions", get(questions))
        .route("/api/v1/reports/trend", get(trend))
        .route("/api/v1/reports/drivers", get(drivers))
}

/// The filter of a query, and the value of one more parameter.
fn read(
    site: &Site,
    query: Option<&str>,
    more: Option<&str>,
) -> Result<(Filter, Option<String>), ApiError> {
    let mut asked = pairs(query);
    let place = asked.iter().position(|(name, _)| more == Some(name.as_str()));
    let value = place.map(|at| asked.remove(at).1).filter(|value| !value.is_empty());
    let today = site.reports.today(clock::now_ms());
    Ok((Filter::read(&asked, today).map_err(refused)?, value))
}

fn answer<T: Serialize>(report: Result<T, ReportError>) -> Result<Response, ApiError> {
    let report = report.map_err(refused)?;
    let private = [(header::CACHE_CONTROL, "private, no-store")];
    Ok((private, json_line(StatusCode::OK, &report)).into_response())
}

async fn overview(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let (filter, _) = read(&site, query.as_deref(), None)?;
    answer(site.reports.overview(&filter, &person.viewer(&site)).await)
}

async fn queues(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let (filter, by) = read(&site, query.as_deref(), Some("by"))?;
    let by = by.as_deref().map_or(Ok(By::Queue), By::from_word).map_err(refused)?;
    answer(site.reports.parts(&filter, by, &person.viewer(&site)).await)
}

async fn questions(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let (filter, _) = read(&site, query.as_deref(), None)?;
    answer(site.reports.questions(&filter, &person.viewer(&site)).await)
}

async fn trend(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let (filter, measure) = read(&site, query.as_deref(), Some("measure"))?;
    answer(site.reports.trend(&filter, measure.as_deref(), &person.viewer(&site)).await)
}

async fn drivers(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let (filter, _) = read(&site, query.as_deref(), None)?;
    answer(site.reports.drivers(&filter, &person.viewer(&site)).await)
}
