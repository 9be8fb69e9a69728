//! What our own code cannot help: it panics or takes too long, and hangs up on its caller.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aftercall::clock::CallTime;
use aftercall::dialect::Kind;
use aftercall::interview::Disposition;
use aftercall::phone::{WebRequest, Wire};
use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::BodyExt;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tower::ServiceExt;

use super::{Centre, T, line, turns};
use crate::harness::Database;

/// A body that breaks whoever reads it, or never comes.
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

/// Sends a request, with such a body in place of its own, and gives what the caller hears.
async fn send(centre: &Centre, request: &WebRequest, broken: Option<Broken>) -> (u16, String) {
    let path = request.url.strip_prefix(super::PUBLIC).expect("our address");
    let mut sent = http::Request::builder().method(request.method.clone()).uri(path);
    for (name, value) in &request.headers {
        sent = sent.header(*name, value);
    }
    let body = broken.map_or_else(|| Body::from(request.body.clone()), Body::from_stream);
    let mut sent = sent.body(body).expect("a request");
    sent.extensions_mut().insert(CallTime(T + 5000));
    let response = centre.app.voice().oneshot(sent).await.expect("a router answers");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// The token of the next turn in a document.
fn token(document: &[u8]) -> String {
    let text = String::from_utf8_lossy(document);
    let (_, rest) = text.split_once("turn?t=").expect("a turn follows");
    rest.split(['"', '&', '<']).next().expect("a token").to_owned()
}

/// Holds up everything that writes to the file, until it is closed.
async fn lock(database: &Database) -> SqliteConnection {
    let options: SqliteConnectOptions = database.url.parse().expect("an address");
    let mut connection = options.connect().await.expect("connects");
    sqlx::raw_sql("begin immediate").execute(&mut connection).await.expect("locks");
    connection
}

/// The caller hears a goodbye, and the interview is known to have failed, with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn an_interview_that_we_broke_has_failed() {
    let database = Database::sqlite();
    let mut centre = Centre::open(&database.url).await;
    let (whole, broken, never) =
        (|| None, || Some(Broken { panics: true }), || Some(Broken { panics: false }));
    type Body = fn() -> Option<Broken>;
    let cases: [(Kind, &str, &str, Body, Disposition); 6] = [
        (Kind::Twilio, "timeout", "turn", whole, Disposition::Failed),
        (Kind::Freeswitch, "timeout", "turn", whole, Disposition::Failed),
        (Kind::Freeswitch, "timeout", "fallback", whole, Disposition::Failed),
        // Nobody hears what a notice is answered, so its caller is still on the line.
        (Kind::Twilio, "timeout", "status", never, Disposition::NoContact),
        // Half a request has proved nothing: with a token alone nobody makes a call fail.
        (Kind::Twilio, "timeout", "turn", never, Disposition::NoContact),
        (Kind::Twilio, "panic", "turn", broken, Disposition::NoContact),
    ];
    let usual = centre.app.site.patience;
    for (number, (kind, reason, path, body, disposition)) in (0..).zip(cases) {
        let began = centre.wire().send(turns::start(kind, number, "A1"), Some(T)).await;
        let token = token(&began.expect("an answer").body);
        let mut turn = turns::turn(kind, number, &token, "4");
        turn.url = turn.url.replace("/turn?", &format!("/{path}?"));
        if reason == "timeout" {
            centre.app.site.patience.plain = Duration::from_millis(50);
        }
        let before = centre.counted(reason);
        let held = lock(&database).await;
        let (status, heard) = send(&centre, &turn, body()).await;
        held.close().await.expect("closes");
        centre.app.site.desk.settle().await;
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

/// Whoever has no token of ours makes no interview fail.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_of_ours_tells_which_interview_failed() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    centre.wire().send(turns::start(Kind::Twilio, 1, "A1"), Some(T)).await.expect("an answer");
    let turn = turns::turn(Kind::Twilio, 1, "no-such-token", "4");
    assert_eq!(send(&centre, &turn, Some(Broken { panics: true })).await.0, 200);
    let call = line(Kind::Twilio, 1).call_id;
    let known = centre.app.store().by_call_ref("twilio", &call).await.expect("reads");
    assert_eq!(known[0].disposition, Disposition::NoContact);
}

/// The platform's own voice says it, or a file that is there; in every language, on every kind, to
/// whoever asks the address of the fallback without a proof.
#[tokio::test]
async fn a_goodbye_is_spoken_on_every_kind_in_every_language() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let plain = |method: http::Method, url: String| WebRequest {
        method,
        url,
        headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
        body: Bytes::new(),
    };
    for kind in Kind::ALL {
        for (lang, words) in [
            ("en", "Thank you. Goodbye."),
            ("lt", "Ačiū. Viso gero."),
            ("lv", "Paldies. Visu labu."),
            ("pl", "Dziękujemy. Do usłyszenia."),
            ("ta", "நன்றி. வணக்கம்."),
        ] {
            let base = format!("{}/voice/{}", super::PUBLIC, kind.word());
            let fallback = plain(http::Method::POST, format!("{base}/fallback?lang={lang}"));
            let (status, heard) = send(&centre, &fallback, None).await;
            let which = format!("{kind:?} {lang}: {heard}");
            assert_eq!(status, 200, "{which}");
            assert!(heard.starts_with("<?xml"), "{which}");
            if heard.contains(words) {
                continue;
            }
            let (_, rest) = heard.split_once("/audio/").expect(&which);
            let path = rest.split(['"', '<']).next().expect("an address");
            assert!(path.contains(&format!("/{lang}/sorry.")), "{which}");
            let file = plain(http::Method::GET, format!("{}/audio/{path}", super::PUBLIC));
            assert_eq!(send(&centre, &file, None).await.0, 200, "{which}");
        }
    }
}
