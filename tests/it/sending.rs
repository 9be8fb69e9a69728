//! What goes out by itself: webhooks, alerts, cases and mails, against a real web server and a real
//! mail server. Time is given, nobody waits for it.

use std::sync::Arc;
use std::time::Duration;

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::outbox::sender::Sender;
use aftercall::outbox::teller::Teller;
use aftercall::store::{Begin, Carried, Delivery, DeliveryPage, DeliveryStatus, Said, Store, Turn};
use aftercall::telemetry::Counters;

use crate::harness::Database;

mod follow;
mod hooks;
mod mails;
mod post;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// 2026-01-20 12:00 in Vilnius, a Tuesday.
const START: i64 = 1_768_903_200_000;
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000;

/// A centre with its outbox.
struct Centre {
    app: App,
    teller: Teller,
    sender: Sender,
    counters: Arc<Counters>,
    version: aftercall::survey::Version,
}

/// The outbox of a process: another one for each call, on the same store.
async fn outbox(app: &App, store: Store) -> (Teller, Sender, Arc<Counters>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (reports, config) = (app.site.reports.clone(), app.site.config.clone());
    let counters = Arc::new(Counters::default());
    let teller = Teller::open(
        store.clone(),
        reports.clone(),
        config.clone(),
        counters.clone(),
        START - HOUR,
    );
    let teller = teller.await.expect("opens").expect("somebody wants to be told");
    let sender = Sender::new(store, reports, config, counters.clone()).expect("built");
    (teller, sender.with_limit(Duration::from_millis(500)), counters)
}

impl Centre {
    /// `top` are settings above all sections, `sections` those below.
    async fn open(database: &Database, top: &str, sections: &str) -> Self {
        let text = format!(
            "public_url = \"http://centre.example\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
             caller_key = \"{}\"\ntime_zone = \"Europe/Vilnius\"\n{top}\n\
             [access]\npassword = \"a long enough password\"\n{sections}",
            database.url,
            "s".repeat(32),
            "k".repeat(32)
        );
        let config = Config::read(&text, "test", Vec::new()).expect("settings");
        let app = App::build(config).await.expect("a house");
        let (teller, sender, counters) = outbox(&app, app.store().clone()).await;
        let version = app.site.desk.survey("post-call").expect("the survey").version;
        Self { app, teller, sender, counters, version }
    }

    fn store(&self) -> &Store {
        self.app.store()
    }

    /// An interview that was offered at `at`.
    async fn offer(&self, n: u8, at: i64, agent: &str, team: &str) -> Begin {
        let begin = Begin {
            id: InterviewId([n; 16]),
            provider: "tw".into(),
            call_ref: Some(format!("CA{n}")),
            handover: String::new(),
            survey: self.version,
            language: "lt".into(),
            channel: "phone".into(),
            day: (at + 2 * HOUR).div_euclid(24 * HOUR),
            started_ms: at,
            limit_ms: at + 180_000,
            caller: None,
            caller_last: Some("345".into()),
            caller_sealed: None,
            ineligible: String::new(),
            opening: "{}".into(),
            state: vec![],
            open_question: Some(0),
            disposition: Disposition::NoContact,
            said: Said {
                agent: Some(agent.into()),
                team: Some(team.into()),
                queue: Some("billing".into()),
                ..Said::default()
            },
        };
        self.store().begin(begin.clone()).await.expect("begins");
        begin
    }

    /// A turn of it.
    async fn turn(&self, begin: &Begin, turn: u8, at: i64, items: &[(u8, Outcome)], ended: bool) {
        let turn = Turn {
            id: begin.id,
            turn,
            at_ms: at,
            input: Input::Keys("1".into()),
            facts: vec![],
            items: items.to_vec(),
            carried: Carried::default(),
            language: "lt".into(),
            state: vec![],
            open_question: None,
            started: true,
            disposition: Disposition::Complete,
            ended,
        };
        self.store().record(turn).await.expect("recorded");
    }

    /// A whole interview: how satisfied, and whether it was solved.
    async fn interview(&self, n: u8, at: i64, agent: &str, team: &str, csat: u8) {
        let begin = self.offer(n, at, agent, team).await;
        let items = [(0, Outcome::Answered(csat)), (1, Outcome::Answered(1))];
        self.turn(&begin, 1, at + 20 * SECOND, &items, true).await;
    }

    async fn deliveries(&self, status: DeliveryStatus) -> Vec<Delivery> {
        let page = DeliveryPage { status: Some(status), after: None, limit: 500 };
        self.store().deliveries(&page).await.expect("read")
    }

    /// Sends until nothing is due at that moment.
    async fn send_all(&self, now: i64) -> usize {
        let mut all = 0;
        loop {
            match self.sender.step(now).await {
                0 => return all,
                n => all += n,
            }
        }
    }
}
