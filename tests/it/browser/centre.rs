//! A small centre on a real port: its interviews were made by the phone through the webhooks.

use aftercall::app::App;
use aftercall::clock;
use aftercall::config::Config;
use aftercall::desk::audit::By;
use aftercall::desk::people::NewUser;
use aftercall::desk::records::read_call;
use aftercall::dialect::Kind;
use aftercall::phone::{EndedBy, InProcess, Line, Phone, Scripted};
use aftercall::web::{Body, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::Database;

/// The manager's password where the report is not open.
pub const PASSWORD: &str = "a long enough password";
/// The address of somebody who signs in.
pub const EMAIL: &str = "ilze@example.com";
const START_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Who may read the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Everybody, as in the demo.
    Open,
    /// Who knows [`PASSWORD`].
    Closed,
}

/// The server, running until this value is dropped or stopped.
pub struct Centre {
    /// The server's address, such as `http://127.0.0.1:40123`.
    pub base: String,
    app: App,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    database: Database,
    _media: tempfile::TempDir,
}

/// The platform's id of a call.
fn call_id(number: i64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

impl Centre {
    /// An empty centre on a free port, with the phone in the browser.
    pub async fn open(door: Door) -> Self {
        let database = Database::sqlite();
        let media = tempfile::tempdir().expect("a temporary folder can be made");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let access = match door {
            Door::Open => "open = true".to_owned(),
            Door::Closed => format!("password = \"{PASSWORD}\""),
        };
        let settings = format!(
            r#"
            listen = "{address}"
            public_url = "http://{address}"
            database_url = "{}"
            secret = "{}"
            caller_key = "{}"
            time_zone = "Europe/Vilnius"
            observed_resolution = true
            media = "{}"
            [access]
            {access}
            [phone]
            on = true
            [limits]
            budget_ms = 10000
            [provider.twilio]
            kind = "twilio"
            survey = "post-call"
            country = "LT"
            auth_tokens = ["{START_KEY}"]
            [provider.freeswitch]
            kind = "freeswitch"
            survey = "post-call"
            country = "LT"
            start_keys = ["{START_KEY}"]
            "#,
            database.url,
            "s".repeat(32),
            "k".repeat(32),
            media.path().display(),
        );
        let config = Config::read(&settings, "test", Vec::new()).expect("settings");
        let app = App::build(config).await.expect("a house");
        let (stop, stopped) = oneshot::channel();
        let served = app.clone();
        let running = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            served.serve(listener, stopped).await.expect("it serves");
        });
        Self {
            base: format!("http://{address}"),
            app,
            stop: Some(stop),
            running,
            database,
            _media: media,
        }
    }

    /// A centre whose callers said what they expected and what they found.
    pub async fn with_expectations() -> Self {
        let centre = Self::open(Door::Open).await;
        crate::pages::together::interviews_that_fit_and_clash(&centre.app).await;
        centre
    }

    /// A centre in which Rasa (A17, Support) was rated 4 by eighteen callers and 3 by six, Ona
    /// (A18, Sales) 4 by seven, and one caller was served by nobody known.
    pub async fn with_callers() -> Self {
        // The agents are there before the phone lists them.
        let centre = Self::open(Door::Open).await;
        let csv = "code,name,team\nA17,Rasa Petraitė,Support\nA18,Ona Šimkutė,Sales\n";
        let read = centre.app.site.desk.import_agents(csv.as_bytes(), &mut |_| {}).await;
        assert_eq!(read.expect("agents").bad.len(), 0);
        let support = [("agent", "A17"), ("team", "Support"), ("queue", "General")];
        let sales = [("agent", "A18"), ("team", "Sales"), ("queue", "Orders")];
        let phone = Phone::new(InProcess::<Router, Body>::new(centre.app.voice()));
        let mut number = 0;
        for (times, handover, keys) in [
            (18, &support[..], "4 1 4 8"),
            (6, &support[..], "3 2 4 8"),
            (7, &sales[..], "4 1 5 8"),
            (1, &[][..], "4 1 5 8"),
        ] {
            for _ in 0..times {
                number += 1;
                centre.call(&phone, number, handover, keys).await;
            }
        }
        centre
    }

    /// A centre with one agent of a 60-letter name, a code of 126 signs without a space, and a
    /// long team's name.
    pub async fn with_long_names() -> Self {
        let centre = Self::open(Door::Open).await;
        let (name, code) = ("Rasa Petraitė-Kazlauskienė ".repeat(3), "A".repeat(126));
        let name: String = name.chars().take(60).collect();
        let team = "Support for customers of the northern and the eastern regions";
        let csv = format!("code,name,team\n{code},{},{team}\n", name.trim());
        let read = centre.app.site.desk.import_agents(csv.as_bytes(), &mut |_| {}).await;
        assert_eq!(read.expect("agents").bad.len(), 0);
        let phone = Phone::new(InProcess::<Router, Body>::new(centre.app.voice()));
        let handover = [("agent", code.as_str()), ("team", team), ("queue", "General")];
        centre.call(&phone, 1, &handover, "4 1 4 8").await;
        centre
    }

    /// A centre with calls of last month: six agents (A00 to A05) in two teams and queues, with
    /// 21 callers each; A00's callers are far less satisfied than the others'.
    pub async fn with_a_month() -> Self {
        Self::a_month(Door::Open).await
    }

    /// The same behind that door.
    pub async fn a_month(door: Door) -> Self {
        let centre = Self::open(door).await;
        let names = [
            "Rasa Petraitė",
            "Łukasz Wiśniewski",
            "மீனா ஐயர்",
            "Ilze Ozoliņa",
            "<b>Bo</b>",
            "Tom Day",
        ];
        let mut csv = String::from("code,name,team\n");
        for (n, name) in names.iter().enumerate() {
            csv.push_str(&format!("A0{n},{name},{}\n", if n < 3 { "Support" } else { "Sales" }));
        }
        let read = centre.app.site.desk.import_agents(csv.as_bytes(), &mut |_| {}).await;
        assert_eq!(read.expect("agents").bad.len(), 0);
        let phone = Phone::new(InProcess::<Router, Body>::new(centre.app.voice()));
        let now = clock::now_ms();
        // The fifteenth of last month, at noon UTC.
        let zone = jiff::tz::TimeZone::UTC;
        let day = clock::date(clock::day(now, &zone)).first_of_month();
        let day = day.yesterday().expect("a day").first_of_month();
        let noon = (aftercall::report::view::day_number(day) + 14) * 86_400_000 + 43_200_000;
        let mut number = 0;
        let mut records = Vec::new();
        for agent in 0..6 {
            for caller in 0..21 {
                number += 1;
                let keys = match (agent, caller % 7) {
                    (0, 0..4) | (_, 0) => "2 2 2 5",
                    (_, 1) => "4 1 4 8",
                    _ => "5 1 5 10",
                };
                let code = format!("A0{agent}");
                let team = if agent < 3 { "Support" } else { "Sales" };
                let queue = if caller % 2 == 0 { "General" } else { "Orders" };
                let handover = [("agent", code.as_str()), ("team", team), ("queue", queue)];
                let ended = noon + 120_000 * number;
                centre.call_at(&phone, number, &handover, keys, ended).await;
                let record = |id: String, ended: i64| {
                    json!({
                        "provider_call": id, "ended": ended, "direction": "inbound",
                        "caller": format!("+3706{number:07}"), "language": "en",
                        "legs": [{"agent": code, "team": team, "queue": queue, "talk": 60,
                            "started": ended - 60_000, "ended": ended, "ended_by": "caller"}],
                    })
                };
                records.push(record(call_id(number), ended - 3_000));
                // Some are not handed over, and some callers call again the next day.
                if agent == 5 || caller == 3 {
                    records.push(record(format!("again-{number}"), ended + 86_400_000));
                }
            }
        }
        centre.app.site.desk.settle().await;
        let records = records.into_iter().map(read_call).enumerate().collect();
        let taken = centre.app.site.desk.take_calls(records, now).await.expect("records");
        assert_eq!(taken.refused, []);
        centre.app.store().observe_since(noon).await.expect("kept");
        centre.app.store().observe(now).await.expect("noted");
        centre
    }

    async fn call(
        &self,
        phone: &Phone<InProcess<Router, Body>>,
        number: i64,
        handover: &[(&str, &str)],
        keys: &str,
    ) {
        // Some minutes each, the last one an hour ago.
        let start_ms = clock::now_ms() - 3_600_000 - 180_000 * number;
        self.call_at(phone, number, handover, keys, start_ms).await;
    }

    async fn call_at(
        &self,
        phone: &Phone<InProcess<Router, Body>>,
        number: i64,
        handover: &[(&str, &str)],
        keys: &str,
        start_ms: i64,
    ) {
        let base = format!("{}/voice/freeswitch", self.base);
        let id = call_id(number);
        let mut line = Line::new(Kind::Freeswitch, base, id);
        line.start_key = Some(START_KEY.into());
        line.from = format!("+3706{number:07}");
        line.start_ms = Some(start_ms);
        let named = handover.iter().copied().chain([("lang", "en")]);
        line.handover = named.map(|(name, value)| (name.into(), value.into())).collect();
        let mut caller = Scripted::new(keys).expect("keys");
        let outcome = phone.call(&line, &mut caller, |_| {}).await;
        assert_eq!(outcome.faults, Vec::<String>::new());
        assert_eq!(outcome.ended_by, EndedBy::Server);
    }

    /// Somebody with [`EMAIL`] and [`PASSWORD`], who may be that agent; says their id.
    pub async fn person(&self, role: &str, agent: &str) -> i64 {
        let new = NewUser {
            email: EMAIL.into(),
            name: "Ilze Ozoliņa".into(),
            role: role.into(),
            password: Some(PASSWORD.into()),
            agent: Some(agent.to_owned()).filter(|code| !code.is_empty()),
            ..NewUser::default()
        };
        let added = self.app.site.desk.add_user(new, &By::Command, clock::now_ms()).await;
        added.expect("added")
    }

    /// What the server works with.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The address of its database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Stops the server as an operator would.
    pub async fn close(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.running).await.expect("the server ends well");
        drop(self.database);
    }
}
