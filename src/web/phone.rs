//! The phone in the browser: a keypad page whose calls run through the real webhooks, in this
//! process and in real time. Open without sign-in, so it belongs to demo and development.
//!
//! | path | what |
//! |---|---|
//! | `GET /phone` | the page |
//! | `POST /phone/calls` | begins a call, answers `{id}` |
//! | `GET /phone/calls/{id}/events` | what happens on the line, as server-sent events |
//! | `POST /phone/calls/{id}/keys` | `{key}`: presses a key |
//! | `POST /phone/calls/{id}/record` | `{speaking}`: begins or stops to speak |
//! | `POST /phone/calls/{id}/hangup` | hangs up |
//! | `GET /phone/media/2010-04-01/Accounts/{account}/Recordings/{id}` | what was recorded, in Twilio's place |
//! | `GET /phone/media/v1/Account/{account}/Recording/{id}` | the same in Plivo's |
//! | `GET /phone/media/api/v2/accounts/{account}/calls/{call}/recordings/{id}/media` | and in Bandwidth's |
//! | `GET /phone/media/recordings/{id}` | and in KooKoo's and Africa's Talking's |

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::serve::Peer;
use crate::phone::{Act, Event, InProcess, Line, Live, Phone};

mod page;

/// Calls that may run at one time; further ones are refused.
const MOST_CALLS: usize = 50;
/// A caller who does nothing for that long has gone.
const IDLE: Duration = Duration::from_secs(300);
/// How long the events of an ended call can still be read.
const KEPT: Duration = Duration::from_secs(60);
/// Keys under way to the line.
const KEYS_WAITING: usize = 64;

/// One entry of a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent, such as `A17`.
    pub value: String,
    /// What is read, such as `Rasa Kazlauskaitė (A17)`.
    pub label: String,
}

/// What the page offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneSetup {
    /// Provider sections; their values are the names of [`LineTemplate`]s.
    pub providers: Vec<Choice>,
    /// Surveys; the first is chosen.
    pub surveys: Vec<Choice>,
    /// Languages of callers; the page adds "ask the caller".
    pub languages: Vec<Choice>,
    /// Agents; the page adds "nobody".
    pub agents: Vec<Choice>,
    /// Queues; the page adds "none".
    pub queues: Vec<Choice>,
}

/// A line that the page can call: call id, caller and hand-over are filled in for each call.
#[derive(Clone, Debug)]
pub struct LineTemplate {
    /// The provider section's name, as in [`PhoneSetup::providers`].
    pub name: String,
    /// The line with its address and keys. `start_ms` must be `None`: time is real.
    pub line: Line,
}

/// What can be chosen now, being read; `None` where it cannot be.
pub type Offer = Pin<Box<dyn Future<Output = Option<PhoneSetup>> + Send>>;

/// The calls under way and what is needed for new ones.
pub struct PhoneDesk {
    lines: Vec<LineTemplate>,
    lists: Box<dyn Fn() -> Offer + Send + Sync>,
    /// What the newest page offers.
    setup: Mutex<PhoneSetup>,
    phone: Phone<InProcess<Router, Body>>,
    calls: Mutex<HashMap<String, LiveCall>>,
}

#[derive(Clone)]
struct LiveCall {
    acts: mpsc::Sender<Act>,
    log: Arc<Log>,
}

/// What happened on a call, for readers that come and go.
struct Log {
    events: Mutex<Vec<String>>,
    /// Events so far, and whether the call is over.
    grown: watch::Sender<(usize, bool)>,
}

impl Log {
    fn new() -> Self {
        Self { events: Mutex::default(), grown: watch::channel((0, false)).0 }
    }

    fn add(&self, event: &Event) {
        let Ok(json) = serde_json::to_string(event) else { return };
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(json);
        self.grown.send_modify(|(count, _)| *count = events.len());
    }

    fn end(&self) {
        self.grown.send_modify(|(_, over)| *over = true);
    }

    fn at(&self, index: usize) -> Option<String> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }

    fn is_over(&self) -> bool {
        self.grown.borrow().1
    }
}

impl PhoneDesk {
    /// A desk for these lines. `app` is the router that answers webhooks and audio; it sees the
    /// phone's requests as coming from 127.0.0.1. `lists` is asked for each page, since agents and
    /// queues come while the server runs. `words` finds the words of a sound's address.
    pub fn new(
        lines: Vec<LineTemplate>,
        app: Router,
        lists: impl Fn() -> Offer + Send + Sync + 'static,
        words: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let app = app.layer(Extension(Peer(SocketAddr::from(([127, 0, 0, 1], 0)))));
        let phone = Phone::new(InProcess::new(app)).with_words(words);
        let (lists, setup) = (Box::new(lists), Mutex::default());
        Arc::new(Self { lines, lists, setup, phone, calls: Mutex::default() })
    }

    /// What can be chosen now; as before where it cannot be read.
    async fn offer(&self) -> PhoneSetup {
        let read = (self.lists)().await;
        let mut setup = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = read {
            *setup = read;
        }
        setup.clone()
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, HashMap<String, LiveCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, id: &str) -> Result<LiveCall, Refused> {
        self.calls().get(id).cloned().ok_or(Refused::NoCall)
    }

    /// Begins a call and answers its id.
    fn begin(self: &Arc<Self>, wish: &Wish, offered: &PhoneSetup) -> Result<String, Refused> {
        let line = self.line(wish, offered)?;
        let id = random_hex()?;
        let (sender, acts) = mpsc::channel(KEYS_WAITING);
        let log = Arc::new(Log::new());
        {
            let mut calls = self.calls();
            if calls.values().filter(|call| !call.log.is_over()).count() >= MOST_CALLS {
                return Err(Refused::TooMany);
            }
            calls.insert(id.clone(), LiveCall { acts: sender, log: log.clone() });
        }
        let (desk, key) = (self.clone(), id.clone());
        tokio::spawn(async move {
            let mut caller = Live::new(acts, IDLE);
            desk.phone.call(&line, &mut caller, |event| log.add(&event)).await;
            drop(caller); // keys for an ended call are refused from here on
            log.end();
            tokio::time::sleep(KEPT).await;
            desk.calls().remove(&key);
        });
        Ok(id)
    }

    fn line(&self, wish: &Wish, setup: &PhoneSetup) -> Result<Line, Refused> {
        let template = self.lines.iter().find(|line| line.name == wish.provider);
        let template = template.ok_or(Refused::Unknown("provider"))?;
        let mut line = template.line.clone();
        line.start_ms = None;
        line.call_id = crate::phone::call_id(line.kind, random()?);
        let number = wish.number.trim();
        if number.chars().count() > 40 || number.chars().any(char::is_control) {
            return Err(Refused::Unknown("number"));
        }
        line.from = if number.is_empty() { "anonymous".into() } else { number.to_owned() };
        for (name, value, known) in [
            ("survey", &wish.survey, &setup.surveys),
            ("agent", &wish.agent, &setup.agents),
            ("queue", &wish.queue, &setup.queues),
            ("lang", &wish.lang, &setup.languages),
        ] {
            if value.is_empty() {
                continue;
            }
            if !known.iter().any(|choice| choice.value == *value) {
                return Err(Refused::Unknown(name));
            }
            line.handover.retain(|(known, _)| known != name);
            line.handover.push((name.to_owned(), value.clone()));
        }
        Ok(line)
    }
}

fn random() -> Result<[u8; 16], Refused> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refused::NoRandom)?;
    Ok(bytes)
}

fn random_hex() -> Result<String, Refused> {
    Ok(random()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Why the phone does not do what the page asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Unknown(&'static str),
    TooMany,
    NoCall,
    Over,
    Busy,
    NoRandom,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Unknown(_) => (
                StatusCode::BAD_REQUEST,
                "unknown_choice",
                "this choice is not on the page's list; reload the page",
            ),
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_calls",
                "all lines of this phone are busy; hang up another call or wait a minute",
            ),
            Self::NoCall => (StatusCode::NOT_FOUND, "no_call", "there is no such call"),
            Self::Over => (StatusCode::CONFLICT, "call_over", "this call is over"),
            Self::Busy => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_keys",
                "keys came faster than a telephone line takes them",
            ),
            Self::NoRandom => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_random",
                "the system gives no random numbers; try again",
            ),
        };
        let field = if let Self::Unknown(field) = self { Some(field) } else { None };
        let body = serde_json::json!({ "error": code, "message": message, "field": field });
        (status, Json(body)).into_response()
    }
}

/// Where Bandwidth keeps recordings.
const BANDWIDTH_MEDIA: &str =
    "/phone/media/api/v2/accounts/{account}/calls/{call}/recordings/{id}/media";

/// The routes of the phone in the browser.
pub fn router(desk: Arc<PhoneDesk>) -> Router {
    Router::new()
        .merge(page::router())
        .route("/phone/media/2010-04-01/Accounts/{account}/Recordings/{id}", get(recording))
        .route("/phone/media/v1/Account/{account}/Recording/{id}", get(recording))
        .route("/phone/media/recordings/{id}", get(recording))
        .route(BANDWIDTH_MEDIA, get(recording))
        .route("/phone/calls", post(begin))
        .route("/phone/calls/{id}/events", get(events))
        .route("/phone/calls/{id}/keys", post(press))
        .route("/phone/calls/{id}/record", post(speak))
        .route("/phone/calls/{id}/hangup", post(hang_up))
        .with_state(desk)
}

/// What the page wants to call; everything but the provider may be empty.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    provider: String,
    #[serde(default)]
    survey: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    queue: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    number: String,
}

#[derive(Serialize)]
struct Begun {
    id: String,
}

async fn begin(
    State(desk): State<Arc<PhoneDesk>>,
    Json(wish): Json<Wish>,
) -> Result<Json<Begun>, Refused> {
    let offered = desk.offer().await;
    desk.begin(&wish, &offered).map(|id| Json(Begun { id }))
}

#[derive(Deserialize)]
struct Press {
    key: char,
}

async fn press(
    State(desk): State<Arc<PhoneDesk>>,
    Path(id): Path<String>,
    Json(press): Json<Press>,
) -> Result<StatusCode, Refused> {
    if !press.key.is_ascii_digit() && !matches!(press.key, '*' | '#') {
        return Err(Refused::Unknown("key"));
    }
    act(&desk, &id, Act::Key(press.key))
}

#[derive(Deserialize)]
struct Speaking {
    speaking: bool,
}

async fn speak(
    State(desk): State<Arc<PhoneDesk>>,
    Path(id): Path<String>,
    Json(now): Json<Speaking>,
) -> Result<StatusCode, Refused> {
    act(&desk, &id, if now.speaking { Act::Speaks } else { Act::Pauses })
}

async fn hang_up(
    State(desk): State<Arc<PhoneDesk>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refused> {
    act(&desk, &id, Act::HangsUp)
}

/// A recording, by its id alone; `.wav` may follow it. MP3 is not made.
async fn recording(
    State(desk): State<Arc<PhoneDesk>>,
    Path(parts): Path<HashMap<String, String>>,
) -> Response {
    let id = parts.get("id").map_or("", String::as_str);
    match desk.phone.recording(id.strip_suffix(".wav").unwrap_or(id)) {
        Some(wav) => ([(header::CONTENT_TYPE, "audio/x-wav")], wav).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn act(desk: &PhoneDesk, id: &str, act: Act) -> Result<StatusCode, Refused> {
    use mpsc::error::TrySendError;
    match desk.call(id)?.acts.try_send(act) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(TrySendError::Full(_)) => Err(Refused::Busy),
        Err(TrySendError::Closed(_)) => Err(Refused::Over),
    }
}

/// A browser that lost its connection says which event it had last and gets the rest.
async fn events(
    State(desk): State<Arc<PhoneDesk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let log = desk.call(&id)?.log;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let from = last.and_then(|id| id.parse::<usize>().ok()).map_or(0, |last| last + 1);
    let stream = Sse::new(follow(log, from)).keep_alive(sse::KeepAlive::default());
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// The events from that number on, until the call is over; then one event named `end`.
fn follow(log: Arc<Log>, from: usize) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let grown = log.grown.subscribe();
    futures_util::stream::unfold(Some((log, grown, from)), |state| async move {
        let (log, mut grown, next) = state?;
        loop {
            if let Some(json) = log.at(next) {
                let event = sse::Event::default().id(next.to_string()).data(json);
                return Some((Ok(event), Some((log, grown, next + 1))));
            }
            // The last event may have come between the look above and this one.
            let over = grown.borrow_and_update().1;
            if over && log.at(next).is_none() {
                // Browsers drop an event without data.
                return Some((Ok(sse::Event::default().event("end").data("over")), None));
            }
            if !over && grown.changed().await.is_err() {
                return None;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::dialect::Kind;

    const DOCUMENT: &str = "<?xml version=\"1.0\"?><Response><Gather numDigits=\"1\" \
        timeout=\"6\" finishOnKey=\"\" action=\"/voice/tw/turn?t=1\"><Say>Hello there</Say>\
        </Gather></Response>";

    /// A webhook that asks for a key and then hangs up.
    fn app() -> Router {
        let xml = |text: &'static str| ([(header::CONTENT_TYPE, "text/xml")], text);
        Router::new()
            .route(
                "/voice/tw/start",
                post(move |Extension(Peer(peer)): Extension<Peer>| async move {
                    assert!(peer.ip().is_loopback());
                    xml(DOCUMENT)
                }),
            )
            .route("/voice/tw/turn", post(move || async move { xml("<Response/>") }))
            .route("/voice/tw/status", post(move || async move { xml("<Response/>") }))
    }

    fn desk() -> Arc<PhoneDesk> {
        let choice = |value: &str| Choice { value: value.into(), label: format!("<{value}>") };
        let setup = PhoneSetup {
            providers: vec![choice("tw")],
            surveys: vec![choice("post-call")],
            languages: vec![choice("lt")],
            agents: vec![choice("A17")],
            queues: vec![],
        };
        let line = Line::new(Kind::Twilio, "https://s.example/voice/tw", "");
        let lists = move || -> Offer { Box::pin(std::future::ready(Some(setup.clone()))) };
        PhoneDesk::new(vec![LineTemplate { name: "tw".into(), line }], app(), lists, |_| None)
    }

    async fn ask(
        app: &Router,
        method: &str,
        path: &str,
        json: Option<&str>,
    ) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path);
        if json.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Body::from(json.unwrap_or_default().to_owned())).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_in_the_browser_hears_keys_and_tells_events() {
        let app = router(desk());
        let wish = r#"{"provider":"tw","survey":"post-call","agent":"A17","lang":"lt"}"#;
        let (status, body) = ask(&app, "POST", "/phone/calls", Some(wish)).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let id = serde_json::from_str::<serde_json::Value>(&body).unwrap();
        let id = id["id"].as_str().unwrap().to_owned();
        let (status, _) =
            ask(&app, "POST", &format!("/phone/calls/{id}/keys"), Some(r#"{"key":"5"}"#)).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let (_, events) = ask(&app, "GET", &format!("/phone/calls/{id}/events"), None).await;
        for part in [
            "agent=A17",
            "Hello there",
            r#""type":"key","key":"5""#,
            r#"["Digits","5"]"#,
            r#""type":"hangup","by":"server""#,
            "event: end\ndata: over",
        ] {
            assert!(events.contains(part), "{part} is missing in {events}");
        }
        let (status, body) =
            ask(&app, "POST", &format!("/phone/calls/{id}/keys"), Some(r#"{"key":"5"}"#)).await;
        assert_eq!(status, StatusCode::CONFLICT, "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn hanging_up_ends_the_call() {
        let app = router(desk());
        let (_, body) = ask(&app, "POST", "/phone/calls", Some(r#"{"provider":"tw"}"#)).await;
        let id = serde_json::from_str::<serde_json::Value>(&body).unwrap();
        let id = id["id"].as_str().unwrap().to_owned();
        ask(&app, "POST", &format!("/phone/calls/{id}/hangup"), None).await;
        let (_, events) = ask(&app, "GET", &format!("/phone/calls/{id}/events"), None).await;
        assert!(events.contains(r#""type":"hangup","by":"caller""#), "{events}");
    }

    #[tokio::test]
    async fn what_the_page_does_not_offer_is_refused() {
        let app = router(desk());
        for (path, json, status) in [
            ("/phone/calls", r#"{"provider":"other"}"#, StatusCode::BAD_REQUEST),
            ("/phone/calls", r#"{"provider":"tw","agent":"B2"}"#, StatusCode::BAD_REQUEST),
            ("/phone/calls", r#"{"provider":"tw","x":1}"#, StatusCode::UNPROCESSABLE_ENTITY),
            ("/phone/calls/none/keys", r#"{"key":"5"}"#, StatusCode::NOT_FOUND),
            ("/phone/calls/none/keys", r#"{"key":"a"}"#, StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(ask(&app, "POST", path, Some(json)).await.0, status, "{path} {json}");
        }
        // A form of another site cannot send JSON.
        let request = Request::post("/phone/calls").body(Body::from(r#"{"provider":"tw"}"#));
        let answer = app.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn calls_are_limited() {
        let desk = desk();
        let app = router(desk.clone());
        for _ in 0..MOST_CALLS {
            let (status, _) = ask(&app, "POST", "/phone/calls", Some(r#"{"provider":"tw"}"#)).await;
            assert_eq!(status, StatusCode::OK);
        }
        let (status, _) = ask(&app, "POST", "/phone/calls", Some(r#"{"provider":"tw"}"#)).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    }

    #[tokio::test]
    async fn the_page_needs_nothing_inline_and_escapes_names() {
        let app = router(desk());
        let request = Request::get("/phone").body(Body::empty()).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.headers()["content-security-policy"], page::POLICY);
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(!html.contains("<A17>") && html.contains("A17"));
        for inline in [" style=", "<style", " onclick", "javascript:", "<script>"] {
            assert!(!html.contains(inline), "{inline}");
        }
        for asset in ["/phone/phone.css", "/phone/phone.js"] {
            assert!(html.contains(&format!("\"{}\"", &asset[1..])), "{asset}");
            assert_eq!(ask(&app, "GET", asset, None).await.0, StatusCode::OK);
        }
    }
}
