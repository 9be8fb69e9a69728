//! What goes out of the page: the same figures as page, JSON, CSV and workbook; interviews as lines
//! of JSON; the document of the API.

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::store::{Begin, Carried, Said, Turn};
use aftercall::web::{Body, Router};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::harness::Database;
use crate::report::sample::{VERSION, survey};

pub(crate) mod agree;
mod anonymous;
mod chart;
mod commands;
mod figures;
mod leads;
mod lines;
mod openapi;
mod strange;

/// Its settings: pages and API stand open.
fn settings(database: &Database) -> String {
    format!(
        r#"
        database_url = "{}"
        secret = "{}"
        caller_key = "{}"
        time_zone = "Europe/Vilnius"
        [access]
        open = true
        [provider.tw]
        kind = "twilio"
        survey = "post-call"
        country = "LT"
        account_sid = "AC1"
        auth_tokens = ["12345"]
        "#,
        database.url,
        "s".repeat(32),
        "k".repeat(32)
    )
}

/// A centre whose pages and API stand open, with the sample survey in its store.
async fn house(database: &Database) -> (App, Router) {
    let config = Config::read(&settings(database), "test", Vec::new()).expect("settings");
    let app = App::build(config).await.expect("a house");
    app.store().survey_seen(&survey(VERSION), 0).await.expect("a survey");
    let router = app.router().await.expect("routes");
    (app, router)
}

/// An answer with its whole body.
struct Answer {
    status: StatusCode,
    kind: String,
    bytes: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("text")
    }
}

async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer { status: parts.status, kind, bytes }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

/// The good answer to a request.
async fn got(router: &Router, path: &str) -> Answer {
    let answer = ask(router, get(path)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
    answer
}

/// An interview that started then, on that local day.
fn begin(n: u32, started_ms: i64, day: i64, said: Said) -> Begin {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    Begin {
        id: InterviewId(id),
        provider: "tw".into(),
        call_ref: Some(format!("CA{n}")),
        handover: String::new(),
        survey: VERSION,
        language: "en".into(),
        channel: "phone".into(),
        day,
        started_ms,
        limit_ms: started_ms + 300_000,
        caller: None,
        caller_last: Some("xyz".into()),
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: Vec::new(),
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said,
    }
}

/// Its answers, given in one turn at that time.
fn turn(begin: &Begin, at_ms: i64, items: &[(u8, Outcome)]) -> Turn {
    let facts = items
        .iter()
        .map(|(question, outcome)| Fact::Item { question: *question, outcome: *outcome });
    Turn {
        id: begin.id,
        turn: 1,
        at_ms,
        input: Input::Keys("5".into()),
        facts: facts.collect(),
        items: items.to_vec(),
        carried: Carried::default(),
        language: begin.language.clone(),
        state: Vec::new(),
        open_question: None,
        started: true,
        disposition: Disposition::Complete,
        ended: false,
    }
}
