//! What our own code cannot help: it panics or takes too long, and hangs up on its caller.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aftercall::dialect::Kind;
use aftercall::interview::Disposition;
use aftercall::phone::{WebRequest, Wire};
use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{Centre, T, line, turns};
use crate::harness::{Database, both};

/// A body that never comes, or breaks whoever reads it.
struct Broken {
    panics: bool,
}

impl Stream for Broken {
    type Item = Result<Bytes, std::io::Error>;
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        assert!(!self.panics, "on purpose");
        Poll::Pending
    }
}

/// Sends a request with such a body in place of its own and gives what the caller hears.
async fn send_broken(centre: &Centre, request: &WebRequest, panics: bool) -> (u16, String) {
    let path = request.url.strip_prefix(super::PUBLIC).expect("our address");
    let mut broken = http::Request::builder().method(request.method.clone()).uri(path);
    for (name, value) in &request.headers {
        broken = broken.header(*name, value);
    }
    let broken = broken.body(Body::from_stream(Broken { panics })).expect("a request");
    let response = centre.app.voice().oneshot(broken).await.expect("a router answers");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
    centre.app.site.desk.settle().await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// The token of the next turn in a document.
fn token(document: &[u8]) -> String {
    let text = String::from_utf8_lossy(document);
    let (_, rest) = text.split_once("turn?t=").expect("a turn follows");
    rest.split(['"', '&', '<']).next().expect("a token").to_owned()
}

both! {
    /// The caller hears a goodbye, and the interview is known to have failed, with the reason.
    async fn an_interview_that_we_broke_has_failed(database: Database) {
        let mut centre = Centre::open(&database.url).await;
        let cases = [
            (Kind::Twilio, "panic", "turn", Disposition::Failed),
            (Kind::Freeswitch, "panic", "turn", Disposition::Failed),
            (Kind::Twilio, "timeout", "turn", Disposition::Failed),
            (Kind::Freeswitch, "timeout", "fallback", Disposition::Failed),
            // Nobody hears what a notice is answered, so its caller is still on the line.
            (Kind::Twilio, "timeout", "status", Disposition::NoContact),
        ];
        let usual = centre.app.site.patience;
        for (number, (kind, reason, path, disposition)) in (0..).zip(cases) {
            let began = centre.wire().send(turns::start(kind, number, "A1"), Some(T)).await;
            let token = token(&began.expect("an answer").body);
            let mut turn = turns::turn(kind, number, &token, "4");
            turn.url = turn.url.replace("/turn?", &format!("/{path}?"));
            if reason == "timeout" {
                centre.app.site.patience.plain = Duration::ZERO;
            }
            let before = centre.counted(reason);
            let (status, heard) = send_broken(&centre, &turn, reason == "panic").await;
            centre.app.site.patience = usual;
            assert_eq!(status, 200, "{reason} at {path}");
            assert!(heard.contains("oodbye") || heard.contains("sorry.wav"), "{heard}");
            assert_eq!(centre.counted(reason), before + 1, "{reason} at {path}");
            let call = line(kind, number).call_id;
            let known = centre.app.store().by_call_ref(turns::name(kind), &call).await;
            assert_eq!(known.expect("reads")[0].disposition, disposition, "{reason} at {path}");
        }
        centre.adds_up().await;
    }
}

/// Whoever has no token of ours makes no interview fail.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_of_ours_tells_which_interview_failed() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    centre.wire().send(turns::start(Kind::Twilio, 1, "A1"), Some(T)).await.expect("an answer");
    let turn = turns::turn(Kind::Twilio, 1, "no-such-token", "4");
    assert_eq!(send_broken(&centre, &turn, true).await.0, 200);
    let call = line(Kind::Twilio, 1).call_id;
    let known = centre.app.store().by_call_ref("twilio", &call).await.expect("reads");
    assert_eq!(known[0].disposition, Disposition::NoContact);
}
