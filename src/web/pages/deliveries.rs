//! The page of what went out: webhooks and mails with their state, and sending them again.

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::cases::local;
use super::settings::Part;
use super::visit::{Shell, Visit};
use super::{PageError, html};
use crate::desk::audit::Act;
use crate::desk::follow::{Delivery, DeliveryPage, DeliveryStatus};
use crate::report::ReportError;
use crate::web::Site;
use crate::web::cases::place;
use crate::web::reports::pairs;

/// Deliveries on one page.
const PAGE: u32 = 50;
const PATH: &str = "/settings/deliveries";

/// The page and its forms.
pub fn router() -> Router<Site> {
    Router::new()
        .route(PATH, get(list))
        .route("/settings/deliveries/replay", post(replay_dead))
        .route("/settings/deliveries/{id}/replay", post(replay))
}

/// One delivery on the page.
struct Row {
    id: String,
    created: String,
    target: String,
    event: String,
    subject: String,
    status: DeliveryStatus,
    status_word: &'static str,
    tries: u64,
    /// When it is tried next or was done.
    at: String,
    reason: String,
    body: String,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    shell: Shell,
    part: Part,
    path: String,
    /// Status, its word's key, how many, and whether only these are shown.
    chips: Vec<(&'static str, &'static str, u64, bool)>,
    all: bool,
    dead: u64,
    rows: Vec<Row>,
    older: Option<String>,
}

fn key(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Waiting => "deliveries-waiting",
        DeliveryStatus::Delivered => "deliveries-delivered",
        DeliveryStatus::Dead => "deliveries-dead",
    }
}

fn row(site: &Site, one: Delivery) -> Row {
    let second = |at: i64| local(&site.config.time_zone, at, "%Y-%m-%d %H:%M:%S");
    let at = match one.status {
        DeliveryStatus::Waiting => Some(one.next_ms),
        DeliveryStatus::Delivered | DeliveryStatus::Dead => one.done_ms,
    };
    Row {
        created: second(one.created_ms),
        status: one.status,
        status_word: key(one.status),
        tries: u64::from(one.tries),
        at: at.map(second).unwrap_or_default(),
        reason: one.reason.unwrap_or_default(),
        id: one.id,
        target: one.target,
        event: one.event,
        subject: one.subject,
        body: one.body,
    }
}

async fn list(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let made: Result<Response, PageError> = async {
        if !visit.person.may_admin() {
            return Err(PageError::Forbidden);
        }
        let asked = pairs(query.as_deref());
        let value = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let status = value("status").and_then(DeliveryStatus::from_word);
        let after = value("after").and_then(place);
        let desk = &visit.site.desk;
        let page = DeliveryPage { status, after, limit: PAGE };
        let found = desk.deliveries(&page).await.map_err(ReportError::from)?;
        let counts = desk.delivery_counts().await.map_err(ReportError::from)?;
        let count = |of| counts.iter().find(|(status, _)| *status == of).map_or(0, |(_, n)| *n);
        let path = visit.path(PATH);
        let word = status.map_or("", DeliveryStatus::word);
        let older = found
            .last()
            .filter(|_| found.len() == PAGE as usize)
            .map(|last| format!("{path}?status={word}&after={}.{}", last.created_ms, last.id));
        let chips = DeliveryStatus::ALL
            .map(|one| (one.word(), key(one), count(one), status == Some(one)))
            .to_vec();
        html(&DeliveriesPage {
            part: Part::of(&visit, "deliveries"),
            shell: visit.shell("settings"),
            path,
            chips,
            all: status.is_none(),
            dead: count(DeliveryStatus::Dead),
            rows: found.into_iter().map(|one| row(&visit.site, one)).collect(),
            older,
        })
    }
    .await;
    made.unwrap_or_else(|fault| fault.page(&visit.site, visit.tongue))
}

async fn replay(State(site): State<Site>, visit: Visit, Path(id): Path<String>) -> Response {
    if !visit.person.may_admin() {
        return PageError::Forbidden.page(&site, visit.tongue);
    }
    if let Err(fault) = visit.audit(Act::ChangeDelivery, &id).await {
        return fault.page(&site, visit.tongue);
    }
    match site.desk.replay_delivery(&id, visit.now).await {
        Ok(_) => Redirect::to(&visit.path(PATH)).into_response(),
        Err(fault) => PageError::from(ReportError::from(fault)).page(&site, visit.tongue),
    }
}

async fn replay_dead(State(site): State<Site>, visit: Visit) -> Response {
    if !visit.person.may_admin() {
        return PageError::Forbidden.page(&site, visit.tongue);
    }
    if let Err(fault) = visit.audit(Act::ChangeDelivery, "dead").await {
        return fault.page(&site, visit.tongue);
    }
    match site.desk.replay_dead(visit.now).await {
        Ok(_) => Redirect::to(&visit.path(PATH)).into_response(),
        Err(fault) => PageError::from(ReportError::from(fault)).page(&site, visit.tongue),
    }
}
