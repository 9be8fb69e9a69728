//! Each request's name, for the log, for traces and for whoever asks about it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderName;

use super::Site;
use super::serve::Peer;
use crate::telemetry::request::{Name, Request, during};
use crate::telemetry::traces;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request as log and traces know it. Its name, and the trace that it is a part of, come from
/// a proxy that is trusted; else it is named here.
pub(super) fn watch<B>(site: &Site, request: &http::Request<B>) -> Arc<Request> {
    let direct = request.extensions().get::<Peer>().map(|Peer(address)| address.ip());
    let trusts = &site.config.trusted_proxies;
    let trusted = direct.is_some_and(|ip| trusts.iter().any(|net| net.contains(&ip)));
    let said = |name: &str| {
        let header = request.headers().get(name).filter(|_| trusted)?;
        header.to_str().ok()
    };
    let parent = said("traceparent");
    let name = said("x-request-id")
        .and_then(Name::given)
        .or_else(|| parent.and_then(traces::trace_of).and_then(|trace| Name::given(&trace)))
        .unwrap_or_else(|| site.names.make());
    Request::new(name, site.traces.begin(request.method().as_str(), parent))
}

/// The request is answered.
pub(super) fn answered(request: &Request, response: &Response) {
    let Some(span) = request.span() else { return };
    span.note("aftercall.request", request.name().to_string());
    if let Some(id) = request.interview() {
        span.note("aftercall.interview", id.iter().map(|byte| format!("{byte:02x}")).collect());
    }
    span.end(response.status().as_u16());
}

/// Names each request and its answer. To be laid over all routes.
pub(super) async fn named(
    State(site): State<Site>,
    request: http::Request<Body>,
    next: Next,
) -> Response {
    let watched = watch(&site, &request);
    let mut response = during(watched.clone(), next.run(request)).await;
    answered(&watched, &response);
    if let Ok(name) = watched.name().to_string().try_into() {
        response.headers_mut().insert(REQUEST_ID, name);
    }
    response
}
