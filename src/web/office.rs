//! Pages, reports and exports are worked out on threads of their own, so that none of them keeps a
//! caller waiting who is answered on the others.

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::StatusCode;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinSet};

use super::Site;
use crate::telemetry::request::{current, going_on};

/// Answers on those threads. To be laid over all routes that no telephone platform uses.
pub(super) async fn in_office(State(site): State<Site>, request: Request, next: Next) -> Response {
    // Who is dropped, because the client went away, takes the work along.
    let mut work = JoinSet::new();
    work.spawn_on(going_on(current(), next.run(request)), &site.office);
    let away = || StatusCode::SERVICE_UNAVAILABLE.into_response();
    let response = done(work.join_next().await).unwrap_or_else(away);
    response.map(|body| made_there(body, site.office))
}

/// The same body. One that is made while it is sent, as what is compressed, is made in the office,
/// a part whenever one is asked for.
fn made_there(body: Body, office: Handle) -> Body {
    if body.size_hint().exact().is_some() {
        return body;
    }
    let parts = stream::unfold(body, move |mut body| {
        let mut work = JoinSet::new();
        work.spawn_on(async move { Some((body.frame().await?, body)) }, &office);
        async move { done(work.join_next().await).flatten() }
    });
    Body::new(StreamBody::new(parts))
}

/// What the work came to; `None` where the program ends before it does.
fn done<T>(work: Option<Result<T, JoinError>>) -> Option<T> {
    match work? {
        Ok(done) => Some(done),
        Err(fault) if fault.is_panic() => std::panic::resume_unwind(fault.into_panic()),
        Err(_) => None,
    }
}
