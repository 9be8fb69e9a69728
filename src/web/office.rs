//! Pages, reports and exports are worked out on threads of their own, so that none of them keeps a
//! caller waiting who is answered on the others.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Site;
use crate::telemetry::request::{current, going_on};

/// Parts of a body that are made ahead of whoever reads it.
const AHEAD: usize = 2;

/// What is made of a body at a time.
type Part = Result<Frame<Bytes>, axum::Error>;

/// Answers on those threads. To be laid over all routes that no telephone platform uses.
pub(super) async fn in_office(State(site): State<Site>, request: Request, next: Next) -> Response {
    // Who is dropped, because the client went away, takes the work along.
    let mut work = JoinSet::new();
    work.spawn_on(going_on(current(), next.run(request)), &site.office);
    match work.join_next().await {
        Some(Ok(response)) => response.map(|body| made_there(body, &site.office)),
        Some(Err(fault)) if fault.is_panic() => std::panic::resume_unwind(fault.into_panic()),
        // The program ends.
        _ => Response::new(Body::empty()),
    }
}

/// The same body. One that is made while it is sent, as what is compressed, is made in the office.
fn made_there(body: Body, office: &Handle) -> Body {
    if body.size_hint().exact().is_some() {
        return body;
    }
    let (parts, sent) = mpsc::channel(AHEAD);
    let mut work = JoinSet::new();
    work.spawn_on(make(body, parts), office);
    let sent = stream::unfold((sent, work), |(mut sent, work)| async move {
        let part = sent.recv().await?;
        Some((part, (sent, work)))
    });
    Body::new(StreamBody::new(sent))
}

async fn make(mut body: Body, parts: mpsc::Sender<Part>) {
    while let Some(part) = body.frame().await {
        if parts.send(part).await.is_err() {
            return;
        }
    }
}
