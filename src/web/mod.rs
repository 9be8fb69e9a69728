//! HYPER AND AXUM: webhooks, API, pages, sign-in, limits. Only this room knows status codes.

use std::sync::Arc;
use std::time::Duration;

pub use axum::Router;
pub use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

use crate::audio::Library;
use crate::config::Config;
use crate::desk::Desk;
use crate::desk::handover::Move;
use crate::report::{Reports, Sight};
use crate::telemetry::request::{self, Names};
use crate::telemetry::traces::Traces;

pub mod access;
pub mod api;
mod assets;
mod cases;
mod centre;
mod exports;
mod office;
mod openapi;
pub mod pages;
pub mod phone;
mod published;
pub mod reports;
pub mod serve;
mod shield;
pub mod tls;
pub mod trial;
mod watched;
pub mod webhooks;

pub use shield::shield;

/// Time for a whole webhook of our own code; beyond it the caller hears a goodbye.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For an ordinary one.
    pub plain: Duration,
    /// For one that brings a recording: a minute of sound over a slow line.
    pub upload: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { plain: Duration::from_secs(5), upload: Duration::from_secs(30) }
    }
}

/// What every page and endpoint works with.
#[derive(Clone, Debug)]
pub struct Site {
    /// Use cases.
    pub desk: Arc<Desk>,
    /// Reports.
    pub reports: Arc<Reports>,
    /// Settings.
    pub config: Arc<Config>,
    /// Prompts to play.
    pub library: Arc<Library>,
    /// Draws sixteen random bytes.
    pub draw: fn() -> [u8; 16],
    /// How long a webhook may take.
    pub patience: Patience,
    /// Names for requests.
    pub names: Arc<Names>,
    /// Whether requests are traced.
    pub traces: Traces,
    /// Threads for pages, reports and exports.
    pub office: tokio::runtime::Handle,
    /// Calls to be moved to the survey by whoever speaks to the provider.
    pub moves: tokio::sync::mpsc::Sender<Move>,
}

/// Thirty-two bytes that nobody can guess.
pub fn random(site: &Site) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&(site.draw)());
    bytes[16..].copy_from_slice(&(site.draw)());
    bytes
}

/// The paths that telephone platforms use: webhooks and audio.
pub fn voice(site: &Site) -> Router {
    Router::new()
        .merge(webhooks::router())
        .route("/audio/{survey}/{version}/{lang}/{file}", get(audio))
        .with_state(site.clone())
}

/// Everything, with the phone in the browser where the settings want it, and the one for tries.
pub fn whole(site: &Site, phone: Option<Router>, trial: trial::Trial) -> Router {
    let timed = axum::middleware::from_fn_with_state(site.clone(), timed);
    let pages = Router::new()
        .merge(api::router())
        .merge(cases::router())
        .merge(reports::router())
        .merge(centre::router())
        .merge(exports::router())
        .merge(openapi::router())
        .merge(pages::router())
        .route("/metrics", get(metrics))
        .route_layer(timed.clone())
        .with_state(site.clone());
    // Whoever spreads calls over servers asks, and must not wait for anybody's report.
    let health = Router::new()
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .route_layer(timed)
        .with_state(site.clone());
    let pages = pages
        .merge(phone.unwrap_or_default())
        .merge(trial.router(site.clone()))
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(site.clone(), office::in_office))
        .merge(health)
        .layer(axum::middleware::from_fn(patience))
        .layer(axum::middleware::from_fn(shield));
    let pages = match site.config.tls {
        Some(_) => pages.layer(axum::middleware::from_fn(shield::strict)),
        None => pages,
    };
    let named = axum::middleware::from_fn_with_state(site.clone(), watched::named);
    pages.layer(named).merge(voice(site))
}

/// Time until a page or endpoint begins to answer, with the body that it reads. The webhooks have
/// a shorter one of their own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Gives up on a client that never finishes its request, so that its connection is free again.
async fn patience(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let close = [(header::CONNECTION, "close")];
            (StatusCode::REQUEST_TIMEOUT, close, "the request took too long\n").into_response()
        }
    }
}

/// Notes how long each page and endpoint takes.
async fn timed(
    State(site): State<Site>,
    route: axum::extract::MatchedPath,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let begun = tokio::time::Instant::now();
    if let Some(under_way) = request::current()
        && let Some(span) = under_way.span()
    {
        span.route(request.method().as_str(), route.as_str());
    }
    let response = next.run(request).await;
    site.desk.counters().route_took(route.as_str(), begun.elapsed());
    response
}

/// A prompt, or several joined by `+`; open to all, HEAD as GET. Cacheable for ever at the address
/// of its own version; at that of another one not at all.
async fn audio(
    State(site): State<Site>,
    Path((survey, version, lang, file)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = match (version.parse(), lang.parse()) {
        (Ok(version), Ok(lang)) => {
            site.meet_version(version).await;
            site.library.sound(&survey, version, lang, &file)
        }
        _ => None,
    };
    let Some(sound) = found else {
        return (StatusCode::NOT_FOUND, "there is no such prompt\n").into_response();
    };
    let etag = format!("\"{}\"", sound.etag);
    let keep = if sound.lasting { "public, max-age=31536000, immutable" } else { "no-store" };
    let fixed = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, keep.into()),
        // The same on every node: prompts change their address, not their date.
        (header::LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT".into()),
        (header::CONTENT_TYPE, sound.content_type.into()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    (fixed, sound.bytes).into_response()
}

async fn ready(State(site): State<Site>) -> Response {
    if site.desk.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, "this server is about to stop\n").into_response();
    }
    match site.desk.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(fault) => {
            tracing::warn!("not ready: {fault}");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn metrics(
    State(site): State<Site>,
    person: access::Person,
) -> Result<Response, api::ApiError> {
    api::may_read(&person)?;
    // They count the whole centre.
    if person.sight != Sight::Everything {
        return Err(api::ApiError::forbidden("sees the whole centre, not only teams"));
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = site.desk.counters().text(site.desk.stand().await);
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
