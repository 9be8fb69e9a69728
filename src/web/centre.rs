//! The reports on the centre as programs read them: overview, parts, questions, weeks, drivers.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::request::Parts;
use http::{StatusCode, header};
use serde::Serialize;

use super::Site;
use super::access::Person;
use super::api::{ApiError, json_line, may_read, written_down};
use super::reports::{pairs, refused};
use crate::clock;
use crate::desk::audit::Act;
use crate::report::parts::By;
use crate::report::{Filter, ReportError, Viewer};

/// `/api/v1/reports/overview`, `/queues`, `/questions`, `/trend`, `/drivers`, `/fairness`,
/// `/resolution`, `/together`, `/reviewers`.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/api/v1/reports/overview", get(overview))
        .route("/api/v1/reports/queues", get(queues))
        .route("/api/v1/reports/questions", get(questions))
        .route("/api/v1/reports/trend", get(trend))
        .route("/api/v1/reports/drivers", get(drivers))
        .route("/api/v1/reports/fairness", get(fairness))
        .route("/api/v1/reports/resolution", get(resolution))
        .route("/api/v1/reports/together", get(together))
        .route("/api/v1/reports/reviewers", get(reviewers))
}

/// Somebody who may read reports, and what they ask.
struct Reader {
    site: Site,
    person: Person,
    query: Option<String>,
}

impl FromRequestParts<Site> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, site).await?;
        may_read(&person).map_err(IntoResponse::into_response)?;
        let query = parts.uri.query().map(str::to_owned);
        Ok(Self { site: site.clone(), person, query })
    }
}

impl Reader {
    fn viewer(&self) -> Viewer {
        self.person.viewer(&self.site)
    }

    /// The filter of the query, and the value of one more parameter.
    fn read(&self, more: Option<&str>) -> Result<(Filter, Option<String>), ApiError> {
        let mut asked = pairs(self.query.as_deref());
        let place = asked.iter().position(|(name, _)| more == Some(name.as_str()));
        let value = place.map(|at| asked.remove(at).1).filter(|value| !value.is_empty());
        let today = self.site.reports.today(clock::now_ms());
        Ok((Filter::read(&asked, today).map_err(refused)?, value))
    }
}

fn answer<T: Serialize>(report: Result<T, ReportError>) -> Result<Response, ApiError> {
    let report = report.map_err(refused)?;
    let private = [(header::CACHE_CONTROL, "private, no-store")];
    Ok((private, json_line(StatusCode::OK, &report)).into_response())
}

async fn overview(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    answer(reader.site.reports.overview(&filter, &reader.viewer()).await)
}

async fn queues(reader: Reader) -> Result<Response, ApiError> {
    let (filter, by) = reader.read(Some("by"))?;
    let by = by.as_deref().map_or(Ok(By::Queue), By::from_word).map_err(refused)?;
    answer(reader.site.reports.parts(&filter, by, &reader.viewer()).await)
}

async fn questions(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    answer(reader.site.reports.questions(&filter, &reader.viewer()).await)
}

async fn trend(reader: Reader) -> Result<Response, ApiError> {
    let (filter, measure) = reader.read(Some("measure"))?;
    answer(reader.site.reports.trend(&filter, measure.as_deref(), &reader.viewer()).await)
}

async fn drivers(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    answer(reader.site.reports.drivers(&filter, &reader.viewer()).await)
}

async fn fairness(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    written_down(&reader.site, &reader.person, Act::Export, "report:fairness").await?;
    answer(reader.site.reports.fairness(&filter, &reader.viewer()).await)
}

async fn resolution(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    let on = reader.site.config.observed_resolution;
    answer(reader.site.reports.resolution(&filter, &reader.viewer(), on).await)
}

async fn together(reader: Reader) -> Result<Response, ApiError> {
    let (filter, _) = reader.read(None)?;
    answer(reader.site.reports.together(&filter, &reader.viewer()).await)
}

async fn reviewers(reader: Reader) -> Result<Response, ApiError> {
    if !reader.person.may_admin() {
        return Err(ApiError::forbidden("administers: role admin"));
    }
    let (filter, _) = reader.read(None)?;
    written_down(&reader.site, &reader.person, Act::Export, "report:reviewers").await?;
    answer(reader.site.reports.reviewers(&filter, &reader.viewer()).await)
}
