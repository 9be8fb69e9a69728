//! Surveys in the page: seen, tried, edited, published, and switched on per queue.

use std::path::Path;

use aftercall::app::App;
use aftercall::clock;
use aftercall::config::Config;
use aftercall::dialect::Kind;
use aftercall::phone::{InProcess, Line, Phone, Scripted};
use aftercall::survey::Version;
use aftercall::web::{Body, Router};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::harness::{Database, both};

mod editing;
mod switching;

const OURS: &str = "http://centre.example";
const START_KEY: &str = "0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "a long enough password";

/// What says changed words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speech {
    /// A program that says the same whatever the words are.
    Program,
    /// There is no such program.
    None,
}

/// A node of the centre on that database; FreeSWITCH has no voices of its own, Twilio has.
struct Node {
    app: App,
    router: Router,
    cookie: String,
}

/// An answer with its body as text.
struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    text: String,
}

impl Node {
    async fn open(database: &Database, kinds: &[&str], speech: Speech) -> Self {
        let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call/audio/en");
        let sound = sound.join("sorry.wav").display().to_string();
        let speech = match speech {
            Speech::Program => format!("program = \"cp\"\narguments = [\"{sound}\", \"{{out}}\"]"),
            Speech::None => "program = \"no-such-program-anywhere\"".to_owned(),
        };
        let sections: String = kinds
            .iter()
            .map(|kind| {
                let proof = match *kind {
                    "twilio" => format!("auth_tokens = [\"{START_KEY}\"]"),
                    _ => format!("start_keys = [\"{START_KEY}\"]"),
                };
                format!(
                    "[provider.{kind}]\nkind = \"{kind}\"\nsurvey = \"post-call\"\n\
                     country = \"LT\"\n{proof}\n"
                )
            })
            .collect();
        let settings = format!(
            "public_url = \"{OURS}\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n\
             time_zone = \"Europe/Vilnius\"\n[access]\npassword = \"{PASSWORD}\"\n\
             [limits]\nbudget_ms = 10000\n[speech]\n{speech}\n{sections}",
            database.url,
            "s".repeat(32),
            "k".repeat(32)
        );
        let config = Config::read(&settings, "test", Vec::new()).expect("settings");
        let app = App::build(config).await.expect("a house");
        let router = app.router().await.expect("routes");
        let mut node = Self { app, router, cookie: String::new() };
        let inside = node.post("/sign-in", &[("password", PASSWORD)]).await;
        let cookie = inside.headers[header::SET_COOKIE].to_str().expect("text");
        node.cookie = cookie.split(';').next().expect("a cookie").to_owned();
        node
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::ORIGIN, OURS)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.ask(request.expect("a request")).await
    }

    /// A token's own requests.
    async fn with_token(&self, role: &str, method: &str, path: &str) -> Answer {
        // Each request has a token of its own.
        static MADE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let made = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut random = [7_u8; 32];
        random[..8].copy_from_slice(&made.to_le_bytes());
        let desk = &self.app.site.desk;
        let token = desk.create_token(role, role, random, 1_800_000_000_000).await;
        let token = format!("Bearer {}", token.expect("a token"));
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, token).body(Body::empty());
        self.ask(request.expect("a request")).await
    }

    fn version(&self) -> Version {
        self.app.site.desk.survey("post-call").expect("the survey").version
    }

    /// A call over FreeSWITCH or Twilio; the words that were heard.
    async fn call(&self, kind: Kind, id: u32, handover: &[(&str, &str)], keys: &str) -> String {
        let phone = Phone::new(InProcess::<Router, Body>::new(self.app.voice()));
        let base = format!("{OURS}/voice/{}", kind.word());
        let mut line = Line::new(kind, base, aftercall::phone::call_id(kind, [id as u8; 16]));
        match kind {
            Kind::Twilio => line.auth_token = Some(START_KEY.into()),
            _ => line.start_key = Some(START_KEY.into()),
        }
        line.from = format!("+3706{id:07}");
        line.start_ms = Some(clock::now_ms());
        let named = handover.iter().copied().chain([("lang", "en")]);
        line.handover = named.map(|(name, value)| (name.into(), value.into())).collect();
        let mut heard = String::new();
        let mut caller = Scripted::new(keys).expect("keys");
        let outcome = phone
            .call(&line, &mut caller, |event| {
                heard.push_str(&serde_json::to_string(&event).expect("an event"));
            })
            .await;
        assert_eq!(outcome.faults, Vec::<String>::new());
        heard
    }

    /// The rule that said no to a call; empty if it was asked.
    async fn refused(&self, kind: Kind, id: u32) -> String {
        let call = aftercall::phone::call_id(kind, [id as u8; 16]);
        let known = self.app.store().by_call_ref(kind.word(), &call).await.expect("read");
        known.first().expect("an interview").ineligible.clone()
    }
}

both! {
    /// What is asked stands there in each language, every sound at an address that gives it.
    async fn a_survey_is_shown_as_it_is_asked(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::None).await;
        let list = node.get("/surveys").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        for part in ["After the call", "5 questions", "Lietuvių", "தமிழ்", "never asked yet"] {
            assert!(list.text.contains(part), "{part} is missing in {}", list.text);
        }
        let polish = node.get("/surveys/post-call?lang=pl").await;
        for part in ["ask-rating", "satisfied: 4, 5", "Asked only if rating is 1, 2, 5 or", "lang=\"pl\""] {
            assert!(polish.text.contains(part), "{part} is missing in {}", polish.text);
        }
        let sounds: Vec<&str> = polish.text.split("<audio ").skip(1).map(|rest| {
            assert!(rest.starts_with("controls preload=\"none\" src=\""), "{rest:.60}");
            rest.split('"').nth(3).expect("an address")
        }).collect();
        assert!(sounds.len() > 40, "{}", sounds.len());
        for sound in sounds.iter().step_by(7) {
            let heard = node.get(sound).await;
            assert_eq!(heard.status, StatusCode::OK, "{sound}");
            assert_eq!(heard.headers[header::CONTENT_TYPE], "audio/wav", "{sound}");
            let keep = heard.headers[header::CACHE_CONTROL].to_str().expect("text");
            assert!(keep.contains("immutable"), "{sound}: {keep}");
        }
        let all = node.get("/surveys/post-call?lang=all").await;
        assert!(all.text.contains("வணக்கம்") && all.text.contains("Dzień dobry"), "{}", all.text);
        assert_eq!(node.get("/surveys/none").await.status, StatusCode::NOT_FOUND);
        assert_eq!(node.get("/surveys/post-call?version=00000000").await.status, StatusCode::NOT_FOUND);

        let path = format!("/surveys/post-call/versions/{}/lt.toml", node.version());
        let text = node.get(&path).await;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call/lt.toml");
        assert_eq!(text.text, std::fs::read_to_string(file).expect("the words"));
    }

    /// Who may only read sees what is asked, and changes and tries nothing.
    async fn only_who_manages_changes_what_is_asked(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::None).await;
        for (role, method, path, status) in [
            ("read", "GET", "/surveys", StatusCode::OK),
            ("read", "GET", "/surveys/post-call", StatusCode::OK),
            ("read", "GET", "/switches", StatusCode::OK),
            ("read", "GET", "/surveys/post-call/edit", StatusCode::FORBIDDEN),
            ("read", "POST", "/surveys/post-call/edit", StatusCode::FORBIDDEN),
            ("read", "POST", "/surveys/post-call/files", StatusCode::FORBIDDEN),
            ("read", "POST", "/switches", StatusCode::FORBIDDEN),
            ("read", "GET", "/try/phone", StatusCode::FORBIDDEN),
            ("feed", "GET", "/surveys", StatusCode::FORBIDDEN),
            ("manager", "GET", "/surveys/post-call/edit", StatusCode::OK),
            ("manager", "GET", "/try/phone", StatusCode::OK),
        ] {
            let answer = node.with_token(role, method, path).await;
            assert_eq!(answer.status, status, "{role} {method} {path}: {}", answer.text);
        }
        let page = node.with_token("read", "GET", "/surveys/post-call").await;
        assert!(!page.text.contains("/edit"), "{}", page.text);
    }

    /// A try runs through the webhooks with the survey and language that were chosen, and leaves
    /// nothing in the store.
    async fn a_try_counts_nowhere(database: Database) {
        let node = Node::open(&database, &["twilio"], Speech::None).await;
        let page = node.get("/try/phone?survey=post-call&lang=ta").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("value=\"ta\" selected"), "{}", page.text);
        assert!(page.text.contains("counts in no report") && page.text.contains("\"../assets/app.css"));
        let wish = r#"{"provider":"twilio","survey":"post-call","lang":"ta"}"#;
        let begin = Request::post("/try/phone/calls")
            .header(header::ORIGIN, OURS)
            .header(header::COOKIE, &node.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        let begun = node.ask(begin.body(Body::from(wish)).expect("a request")).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.text);
        let id = begun.text.split('"').nth(3).expect("an id").to_owned();
        let hang_up = node.post(&format!("/try/phone/calls/{id}/hangup"), &[]).await;
        assert_eq!(hang_up.status, StatusCode::NO_CONTENT, "{}", hang_up.text);
        let events = node.get(&format!("/try/phone/calls/{id}/events")).await;
        assert!(events.text.contains("/voice/twilio/start"), "{}", events.text);
        assert!(events.text.contains("event: end"), "{}", events.text);
        let counts = node.app.store().survey_counts().await.expect("read");
        assert_eq!(counts.len(), 0, "{counts:?}");
        // The same call at the centre itself counts, so the look above would see it.
        node.call(Kind::Twilio, 1, &[], "4").await;
        assert_eq!(node.app.store().survey_counts().await.expect("read").len(), 1);
    }
}
