//! The real program under the transcripts: its own router on a fresh database, with a clock that
//! stands still until a step lets it go on.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use aftercall::app::App;
use aftercall::clock::CallTime;
use aftercall::config::Config;
use aftercall::dialect::{Kind, Proof};
use aftercall::phone::{InProcess, Line, Phone, Scripted, telnyx_public_key};
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::sync::RwLock;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::case::{Action, Input, Marks, Send};
use super::wire::{CENTRE, Dialect, Provider};
use super::{Server, check_folder, rows};
use crate::calls::{Near, wastes_little};
use crate::harness::Database;

/// When a transcript begins: 2026-01-20, 10:00 UTC.
pub const BEGIN: i64 = 1_768_903_200_000;
const BASE: &str = "https://survey.example.com";
const KEY: &str = "0123456789abcdef";
/// Telnyx's end of the line signs with it; the first test key of RFC 8032.
const PRIVATE_KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxXtnMmkZcDrOx8MFn2A=";
/// Kinds whose sections are written out below.
const WRITTEN: [Kind; 4] = [Kind::Twilio, Kind::Freeswitch, Kind::Plivo, Kind::Bandwidth];

/// One centre on one database.
struct Program {
    app: RwLock<App>,
    settings: RwLock<Vec<(String, String)>>,
    clock: AtomicI64,
    media: tempfile::TempDir,
    database: Database,
}

impl Program {
    async fn open(database: Database, settings: &[(String, String)]) -> Self {
        let media = tempfile::tempdir().expect("a temporary folder");
        let app = build(&database, &media, settings).await;
        Self {
            app: RwLock::new(app),
            settings: RwLock::new(settings.to_vec()),
            clock: AtomicI64::new(BEGIN),
            media,
            database,
        }
    }
}

impl Program {
    /// What stands in the media folder.
    fn files(&self) -> String {
        let entries = std::fs::read_dir(self.media.path()).expect("the media folder");
        let mut files: Vec<String> = entries
            .map(|entry| {
                let entry = entry.expect("a file");
                let bytes = entry.metadata().expect("a file").len();
                format!("file {} {bytes} bytes\n", entry.file_name().display())
            })
            .collect();
        files.sort();
        files.concat()
    }
}

/// The settings of every transcript; its own are laid over them as environment variables would.
async fn build(
    database: &Database,
    media: &tempfile::TempDir,
    settings: &[(String, String)],
) -> App {
    let others: String = Kind::ALL
        .into_iter()
        .filter(|kind| !WRITTEN.contains(kind))
        .map(|kind| {
            let word = kind.word();
            let public = match kind.proof() {
                Proof::Body => {
                    format!("public_keys = [\"{}\"]\n", telnyx_public_key(PRIVATE_KEY))
                }
                Proof::Address | Proof::Nothing => String::new(),
            };
            format!(
                "[provider.{word}]\nkind = \"{word}\"\nsurvey = \"post-call\"\n\
                 country = \"LT\"\nown_numbers = [\"{CENTRE}\"]\nauth_tokens = [\"{KEY}\"]\n\
                 start_keys = [\"{KEY}\"]\n{public}"
            )
        })
        .collect();
    let text = format!(
        r#"
        public_url = "{BASE}"
        database_url = "{}"
        media = "{}"
        secret = ["{}"]
        caller_key = "{}"
        time_zone = "Europe/Vilnius"
        call.finish_key_grace_ms = 0
        call.callbacks = true
        # A busy machine that runs many tests is no store that is away.
        limits.budget_ms = 60000
        [provider.twilio]
        kind = "twilio"
        survey = "post-call"
        country = "LT"
        own_numbers = ["{CENTRE}"]
        account_sid = "AC00000000000000000000000000000001"
        auth_tokens = ["{KEY}"]
        [provider.freeswitch]
        kind = "freeswitch"
        survey = "post-call"
        country = "LT"
        own_numbers = ["{CENTRE}"]
        start_keys = ["{KEY}"]
        [provider.plivo]
        kind = "plivo"
        survey = "post-call"
        country = "LT"
        own_numbers = ["{CENTRE}"]
        account_sid = "MA000000000000000001"
        auth_tokens = ["{KEY}"]
        [provider.bandwidth]
        kind = "bandwidth"
        survey = "post-call"
        country = "LT"
        own_numbers = ["{CENTRE}"]
        start_keys = ["{KEY}"]
        {others}"#,
        database.url,
        media.path().display(),
        "s".repeat(32),
        "c".repeat(32),
    );
    let variables = settings.iter().map(|(name, value)| {
        (format!("AFTERCALL__{}", name.replace('.', "__").to_uppercase()), value.clone())
    });
    let config = Config::read(&text, "golden.toml", variables.collect());
    let config = config.unwrap_or_else(|fault| panic!("{fault}"));
    App::build(config).await.expect("the program starts")
}

impl Server for Program {
    async fn send(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let app = self.app.read().await.clone();
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(CallTime(self.clock.load(Ordering::Relaxed)));
        let response = app.voice().oneshot(request).await.expect("a router answers");
        // What is done after the answer is done before the next step.
        app.site.desk.settle().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes().to_vec();
        Response::from_parts(parts, body)
    }

    async fn rows(&self) -> String {
        let app = self.app.read().await;
        let wrong = app.store().doctor().await.expect("the doctor reads");
        assert!(wrong.is_empty(), "the tallies differ from a recount: {wrong:?}");
        let survey = app.site.desk.survey("post-call").expect("the survey");
        let questions: Vec<&str> = survey.questions.iter().map(|q| q.name.as_str()).collect();
        rows::read(&self.database.url, BEGIN, &questions).await + &self.files()
    }

    async fn counts(&self) -> String {
        let text = self.app.read().await.site.desk.counters().text(Default::default());
        let mut counts: Vec<String> = text
            .lines()
            .filter_map(|line| {
                let (labels, number) =
                    line.strip_prefix("aftercall_events_total{")?.split_once("} ")?;
                let event = labels.split("event=\"").nth(1)?.split('"').next()?;
                Some(format!("{event} {number}"))
            })
            .collect();
        counts.sort();
        counts.join("\n")
    }

    async fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    async fn restart(&self, settings: &[(String, String)]) {
        let mut all = self.settings.write().await;
        all.extend(settings.iter().cloned());
        let mut app = self.app.write().await;
        app.store().close().await;
        *app = build(&self.database, &self.media, &all).await;
    }
}

fn provider(dialect: Dialect, name: &str) -> Provider {
    Provider { dialect, name: name.into(), base: BASE.into(), key: KEY.into() }
}

/// The dialects that have transcripts, by the names of their providers.
const NAMES: [&str; 3] = ["twilio", "freeswitch", "plivo"];

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/golden").join(name)
}

/// What our own code cannot help is no reason for an error tone.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_spoken_goodbye() {
    for (dialect, name, content_type, goodbye) in [
        (Dialect::Twilio, "twilio", "text/xml", "Thank you. Goodbye."),
        (Dialect::Freeswitch, "freeswitch", "text/xml", "/en/sorry.wav"),
        (Dialect::Plivo, "plivo", "application/xml", "Thank you. Goodbye."),
    ] {
        let program = Program::open(Database::sqlite(), &[]).await;
        program.app.write().await.site.draw = || panic!("on purpose");
        let provider = provider(dialect, name);
        let case =
            super::Case::parse("# x\n=== start lang=pl\n=== rows\n=== counts").expect("a case");
        let came = super::replay(&case, &provider, &program).await.expect("it plays");
        assert!(came.contains(&format!("1: 200 {content_type}")), "{came}");
        assert!(came.contains(goodbye), "{came}");
        assert!(came.contains("\nnothing\n") && came.contains("\npanic 1\n"), "{came}");
    }
}

/// Who changes a story in one dialect changes it in the others.
#[test]
fn stories_of_one_name_are_one_story() {
    for other in ["freeswitch", "plivo"] {
        let alike = alike("twilio", other);
        assert!(alike > 50, "only {alike} stories are told in both dialects, {other} and twilio");
    }
}

/// How many stories two dialects tell.
fn alike(one: &str, other: &str) -> usize {
    let (mut alike, one, other) = (0, folder(one), folder(other));
    for entry in std::fs::read_dir(&one).expect("the transcripts") {
        let name = entry.expect("a transcript").file_name();
        let read = |folder: &Path| {
            let text = std::fs::read_to_string(folder.join(&name)).ok()?;
            Some(super::Case::parse(&text).unwrap_or_else(|fault| panic!("{name:?}: {fault}")))
        };
        let (Some(mut one), Some(mut other)) = (read(&one), read(&other)) else { continue };
        for case in [&mut one, &mut other] {
            for step in &mut case.steps {
                for name in NAMES {
                    step.text = step.text.replace(&format!("/voice/{name}/"), "/voice/PROVIDER/");
                }
            }
        }
        let steps = |case: &super::Case| -> Vec<String> {
            case.steps.iter().map(|step| step.text.clone()).collect()
        };
        assert_eq!(steps(&one), steps(&other), "{name:?}");
        alike += 1;
    }
    alike
}

/// The words of a transcript for a phone, with its hand-over, if a caller alone can make it happen.
fn words(case: &super::Case) -> Option<(Vec<(String, String)>, String)> {
    let mut said = None;
    let mut words = Vec::new();
    for step in &case.steps {
        match &step.action {
            Action::Wait(_) | Action::Rows | Action::Counts => {}
            Action::Restart(_) => return None,
            Action::Send(_, marks) if **marks != Marks::default() => return None,
            Action::Send(Send::Start(names), _) if said.is_none() => said = Some(names.clone()),
            Action::Send(Send::Turn(Input::Keys(keys)), _) => words.push(keys.clone()),
            Action::Send(Send::Turn(Input::Silence), _) => words.push("-".to_owned()),
            Action::Send(Send::Turn(Input::Recording(0, key)), _) => {
                words.push(key.map_or("-".to_owned(), String::from));
            }
            Action::Send(Send::Turn(Input::Recording(seconds, key)), _) => {
                let key = key.map(String::from).unwrap_or_default();
                words.push(format!("say:{seconds}{key}"));
            }
            Action::Send(Send::Hangup(seconds), _) => {
                words.extend(seconds.map(|seconds| format!("say:{seconds}")));
                words.push("bye".to_owned());
            }
            Action::Send(..) => return None,
        }
    }
    Some((said?, words.join(" ")))
}

/// What the callers of the transcripts do, done on a phone of each platform: little of their time
/// is wasted, and nothing is said that the platform would not take.
#[tokio::test(flavor = "multi_thread")]
async fn no_story_has_dead_air() {
    let mut kinds: JoinSet<usize> = Kind::ALL.into_iter().map(told_without_dead_air).collect();
    let mut played = 0;
    while let Some(kind) = kinds.join_next().await {
        played += kind.expect("no story failed");
    }
    assert!(played > 60, "only {played} stories are played");
}

/// Plays all stories that a kind can tell; says how many. Those with the same settings call the
/// same centre.
async fn told_without_dead_air(kind: Kind) -> usize {
    let own = kind.word();
    let mut centres = BTreeMap::new();
    let mut played = 0;
    for story in ["twilio", "freeswitch"] {
        for entry in std::fs::read_dir(folder(story)).expect("the transcripts") {
            let file = entry.expect("a transcript").path();
            if story != own && folder(own).join(file.file_name().expect("a name")).exists() {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("reads");
            let case = super::Case::parse(&text).unwrap_or_else(|fault| panic!("{fault}"));
            let Some((said, keys)) = words(&case) else { continue };
            // What no script can press in one go is told over several turns.
            let Ok(mut caller) = Scripted::new(&keys) else { continue };
            let program = match centres.entry(case.settings) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(new) => {
                    let program = Program::open(Database::sqlite(), new.key()).await;
                    new.insert(program)
                }
            };
            let mut line =
                Line::new(kind, format!("{BASE}/voice/{own}"), format!("story-{played}"));
            let signs = if kind.proof() == Proof::Body { PRIVATE_KEY } else { KEY };
            line.auth_token = Some(signs.into());
            line.start_key = Some(KEY.into());
            line.handover = said;
            line.start_ms = Some(BEGIN);
            let wire = Near(InProcess::new(program.app.read().await.voice()));
            let outcome = Phone::new(wire).call(&line, &mut caller, |_| {}).await;
            let what = format!("{} on {kind:?}: {keys}", file.display());
            assert_eq!(outcome.faults, Vec::<String>::new(), "{what}");
            wastes_little(kind, &outcome).unwrap_or_else(|why| panic!("{what}: {why}"));
            played += 1;
        }
    }
    played
}

macro_rules! transcripts {
    ($($dialect:ident $name:ident)+) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                let name = stringify!($name);
                check_folder(&folder(name), &provider(Dialect::$dialect, name), true, async |settings| {
                    Program::open(Database::sqlite(), settings).await
                })
                .await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                let name = stringify!($name);
                check_folder(&folder(name), &provider(Dialect::$dialect, name), false, async |settings| {
                    Program::open(Database::postgres().await, settings).await
                })
                .await;
            }
        }
    )+};
}

transcripts! {
    Twilio twilio
    Freeswitch freeswitch
    Plivo plivo
}
