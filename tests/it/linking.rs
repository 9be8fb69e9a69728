//! Answers find their calls and agents, whatever comes first; hand-overs that are announced;
//! programs and people at the door.

use std::sync::atomic::{AtomicU8, Ordering};

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::desk::Desk;
use aftercall::desk::audit::By;
use aftercall::desk::records::{Taken, read_call};
use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::store::lens::Lens;
use aftercall::store::{Begin, CallerHash, Carried, Said, Store, Turn};
use serde_json::{Value, json};

use crate::harness::Database;

mod api;
mod door;
mod handovers;
mod records;
mod unasked;

/// 2026-01-20, 10:00 UTC.
const T: i64 = 1_768_903_200_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// The day of [`T`].
const DAY: i64 = T / (24 * HOUR);

/// A centre on one database.
struct Centre {
    app: App,
    next: AtomicU8,
    database: Database,
}

impl Centre {
    async fn open(database: Database) -> Self {
        Self::with(database, "").await
    }

    /// With further settings.
    async fn with(database: Database, further: &str) -> Self {
        let app = build(&database, further).await;
        Self { app, next: AtomicU8::new(1), database }
    }

    fn desk(&self) -> &Desk {
        &self.app.site.desk
    }

    fn store(&self) -> &Store {
        self.app.store()
    }

    /// An interview that started at that time, with a rating of 4.
    async fn interview(
        &self,
        at: i64,
        call_ref: &str,
        said: Said,
        caller: Option<CallerHash>,
    ) -> InterviewId {
        let id = InterviewId([self.next.fetch_add(1, Ordering::Relaxed); 16]);
        let survey = self.desk().survey("post-call").expect("the survey").version;
        let begin = Begin {
            id,
            provider: "tw".into(),
            call_ref: Some(call_ref.to_owned()).filter(|name| !name.is_empty()),
            handover: String::new(),
            survey,
            language: "en".into(),
            channel: "phone".into(),
            day: at.div_euclid(24 * HOUR),
            started_ms: at,
            limit_ms: at + 3 * MINUTE,
            caller,
            caller_last: None,
            caller_sealed: None,
            ineligible: String::new(),
            opening: "{}".into(),
            state: vec![],
            open_question: Some(0),
            disposition: Disposition::NoContact,
            said,
        };
        self.store().begin(begin).await.expect("begins");
        self.answer(id, 1, 4, at + 5_000).await;
        id
    }

    /// The first question is answered.
    async fn answer(&self, id: InterviewId, turn: u8, value: u8, at_ms: i64) {
        let outcome = Outcome::Answered(value);
        let turn = Turn {
            id,
            turn,
            at_ms,
            input: Input::Keys(value.to_string()),
            facts: vec![Fact::Item { question: 0, outcome }],
            items: vec![(0, outcome)],
            carried: Carried::default(),
            language: "en".into(),
            state: vec![],
            open_question: Some(1),
            started: true,
            disposition: Disposition::BreakOff,
            ended: false,
        };
        self.store().record(turn).await.expect("recorded");
    }

    /// Records come in, each as the API would read it.
    async fn tell(&self, records: &[Value]) -> Taken {
        let items = records.iter().cloned().map(read_call).enumerate().collect();
        self.desk().take_calls(items, T + 24 * HOUR).await.expect("the store answers")
    }

    /// How an interview stands: link, agents with team and queue, whole's team and queue.
    async fn stands(&self, id: InterviewId) -> (String, Vec<String>, String) {
        let one = self.one(id).await;
        let unit = |unit: &Value| {
            let word = |name: &str| unit[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", word("agent"), word("team"), word("queue"))
        };
        let mut agents: Vec<String> =
            one["agents"].as_array().expect("agents").iter().map(unit).collect();
        agents.sort();
        let whole = unit(&json!({"agent": "all", "team": one["team"], "queue": one["queue"]}));
        (one["link"].as_str().expect("a word").to_owned(), agents, whole)
    }

    async fn one(&self, id: InterviewId) -> Value {
        self.desk()
            .interview_json(&id.to_string(), &Lens::all())
            .await
            .expect("reads")
            .expect("is there")
    }

    /// Every tally equals a recount of the facts.
    async fn adds_up(&self) {
        let differences = self.store().doctor().await.expect("the doctor reads");
        assert!(differences.is_empty(), "{differences:?}");
    }
}

async fn build(database: &Database, further: &str) -> App {
    let settings = format!(
        r#"
        database_url = "{}"
        secret = ["{}"]
        caller_key = "{}"
        {further}
        [provider.tw]
        kind = "twilio"
        survey = "post-call"
        country = "LT"
        own_numbers = ["+37052001122"]
        account_sid = "AC1"
        auth_tokens = ["12345"]
        "#,
        database.url,
        "s".repeat(32),
        "c".repeat(32),
    );
    let config = Config::read(&settings, "test.toml", vec![]).expect("settings");
    App::build(config).await.expect("a centre")
}

fn said(agent: &str, queue: &str) -> Said {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Said { agent: text(agent), queue: text(queue), ..Said::default() }
}

/// A leg as it is sent: agent, queue, minutes before and after [`T`].
fn leg(name: &str, agent: &str, queue: &str, from: i64, to: i64) -> Value {
    json!({
        "leg": name, "agent": agent, "queue": queue,
        "started": T + from * MINUTE, "ended": T + to * MINUTE,
    })
}
