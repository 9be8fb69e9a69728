//! Recordings fetched and calls moved, against a small HTTP server that behaves as the provider.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aftercall::config::Config;
use aftercall::interview::{Disposition, InterviewId};
use aftercall::outbox::moves::{MoveError, Mover};
use aftercall::outbox::recordings::Recordings;
use aftercall::store::{Begin, Comment, CommentStatus, Said, Store};
use aftercall::survey::Survey;
use aftercall::telemetry::Counters;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use sqlx::Connection as _;

use crate::harness::{Database, both};

const NOW: i64 = 1_764_000_000_000;
const HOUR: i64 = 3_600_000;
const INTERVIEW: InterviewId = InterviewId([7; 16]);
/// Where the provider gives access tokens.
const TOKEN: &str = "/oauth2/token";
const RECORDING: &str = "/2010-04-01/Accounts/AC1/Recordings/RE1";

/// What the provider answers next.
#[derive(Clone, Debug)]
enum Answer {
    /// A status without a body.
    Status(u16),
    /// A refusal in the provider's JSON.
    Refusal(u16, &'static str),
    /// A body of that content type.
    Body(&'static str, Vec<u8>),
    /// The same without saying how long it is.
    Stream(&'static str, Vec<u8>),
    /// Somewhere else.
    Redirect(String),
    /// The request is taken and never answered.
    Never,
}
use Answer::{Never, Redirect, Refusal, Status, Stream};

/// A request as the provider saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    method: String,
    path: String,
    body: String,
}

/// A provider: answers by script, the last one for ever, and 401 to wrong credentials.
#[derive(Clone)]
struct Provider {
    base: String,
    script: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// `user:password` that it takes.
    takes: &'static str,
}

impl Provider {
    async fn start(takes: &'static str, script: Vec<Answer>) -> Self {
        // The first in this process decides which TLS there is.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let provider =
            Self { base, script: Arc::new(Mutex::new(script.into())), seen: Arc::default(), takes };
        let router = Router::new().fallback(answer).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(
    State(provider): State<Provider>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let seen = Seen {
        method: method.to_string(),
        path: uri.path().to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let given = {
        let mut all = provider.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(seen);
        all.iter().filter(|seen| seen.path == TOKEN).count()
    };
    let asks = uri.path() == TOKEN;
    // Once it gave a token, it takes nothing but the newest one.
    let expected = match given == 0 || asks {
        true => format!("Basic {}", STANDARD.encode(provider.takes)),
        false => format!("Bearer token-{given}"),
    };
    if headers.get(header::AUTHORIZATION).is_none_or(|sent| sent.as_bytes() != expected.as_bytes())
    {
        return status(401).into_response();
    }
    if asks {
        let token = serde_json::json!({
            "access_token": format!("token-{given}"), "token_type": "Bearer", "expires_in": 3600,
        });
        return axum::Json(token).into_response();
    }
    let next = {
        let mut script = provider.script.lock().unwrap_or_else(PoisonError::into_inner);
        if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
    };
    match next.expect("the script is not empty") {
        Answer::Status(code) => status(code).into_response(),
        Answer::Refusal(code, body) => (status(code), body).into_response(),
        Answer::Body(kind, bytes) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        Answer::Stream(kind, bytes) => {
            let chunks: Vec<Result<Bytes, std::io::Error>> =
                bytes.chunks(10_000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
            let body = Body::from_stream(futures_util::stream::iter(chunks));
            ([(header::CONTENT_TYPE, kind)], body).into_response()
        }
        Answer::Redirect(to) => (status(307), [(header::LOCATION, to)]).into_response(),
        Answer::Never => std::future::pending().await,
    }
}

fn status(code: u16) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(code).expect("a status")
}

/// A WAV file of that many bytes in all.
fn wav(bytes: usize) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
    file.resize(bytes, 0x55);
    file
}

fn sound(bytes: usize) -> Answer {
    Answer::Body("audio/x-wav", wav(bytes))
}

/// A centre whose caller spoke a comment, and the worker that fetches it.
struct Centre {
    store: Store,
    config: Arc<Config>,
    counters: Arc<Counters>,
    worker: Recordings,
    media: PathBuf,
    database: Database,
    _folder: tempfile::TempDir,
}

impl Centre {
    /// `more` are further lines of the settings.
    async fn open(database: Database, provider: &Provider, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let media = folder.path().join("media");
        let config = Arc::new(config(provider, &media, more));
        let store = Store::open(&database.url).await.expect("opens");
        let survey = survey();
        store.survey_seen(&survey, NOW).await.expect("kept");
        let begin = Begin {
            id: INTERVIEW,
            provider: "main".into(),
            call_ref: Some("CA1".into()),
            handover: String::new(),
            survey: survey.version,
            language: "en".into(),
            channel: "phone".into(),
            day: 20_416,
            started_ms: NOW,
            limit_ms: NOW + HOUR,
            caller: None,
            caller_last: None,
            caller_sealed: None,
            ineligible: String::new(),
            opening: "{}".into(),
            state: vec![1],
            open_question: Some(0),
            disposition: Disposition::NoContact,
            said: Said::default(),
        };
        store.begin(begin).await.expect("begun");
        let counters = Arc::new(Counters::default());
        let worker = Recordings::new(store.clone(), config.clone(), counters.clone())
            .expect("a client can be built");
        Self { store, config, counters, worker, media, database, _folder: folder }
    }

    /// The provider says that a recording is there.
    async fn notice(&self, recording: &str, url: &str) {
        self.spoken(recording, CommentStatus::Ready, Some(url)).await;
    }

    async fn spoken(&self, recording: &str, status: CommentStatus, url: Option<&str>) {
        let known = self
            .store
            .comment(Comment {
                interview: INTERVIEW,
                recording: recording.into(),
                question: 0,
                seconds: Some(4),
                url: url.map(String::from),
                file: None,
                status,
                at_ms: NOW,
            })
            .await
            .expect("noted");
        assert!(known, "the interview is known");
    }

    async fn comment(&self) -> Comment {
        let mut all = self.store.comments(INTERVIEW).await.expect("read");
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// What the store says was wrong with that recording last time.
    async fn reason(&self, recording: &str) -> Option<String> {
        const SQL: &str = "select reason from comments where recording = $1";
        let url = &self.database.url;
        let row: (Option<String>,) = if url.starts_with("sqlite:") {
            let mut door = sqlx::SqliteConnection::connect(url).await.expect("reached");
            sqlx::query_as(SQL).bind(recording).fetch_one(&mut door).await.expect("one row")
        } else {
            let mut door = sqlx::PgConnection::connect(url).await.expect("reached");
            sqlx::query_as(SQL).bind(recording).fetch_one(&mut door).await.expect("one row")
        };
        row.0
    }

    /// The files in the media folder.
    fn files(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.media) else { return Vec::new() };
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.expect("an entry").file_name().to_string_lossy().into_owned()
        };
        entries.map(name).collect()
    }
}

fn config(provider: &Provider, media: &std::path::Path, more: &str) -> Config {
    let text = format!(
        "secret = \"{key}\"\ncaller_key = \"{key}\"\nmedia = \"{}\"\n[provider.main]\n\
         kind = \"twilio\"\naccount_sid = \"AC1\"\nauth_tokens = [\"first\", \"second\"]\n\
         api_base = \"{}\"\n{more}",
        media.display(),
        provider.base,
        key = "0123456789abcdef0123456789abcdef",
    );
    Config::read(&text, "test", Vec::new()).expect("good settings")
}

/// One question: a comment of at most ten seconds.
fn survey() -> Survey {
    serde_json::from_value(serde_json::json!({
        "name": "post-call", "version": 1, "title": "After the call", "credit": "last",
        "languages": ["en"], "choose_language": false, "promise_seconds": 30, "max_seconds": 180,
        "hearings": 3, "shortcuts": false, "speech": "auto",
        "thresholds": { "complete": 0.8, "partial": 0.5 }, "core": 0,
        "questions": [{
            "name": "why", "measure": "comment", "about": "agent", "series": "why",
            "kind": { "kind": "comment", "max_seconds": 10, "silence_seconds": 3 },
            "same_series": null, "when": null, "random_group": null,
        }],
        "prompts": { "en": {} },
    }))
    .expect("a survey")
}

both! {
    /// The notice comes before the file: two tries find nothing, the third has it.
    async fn a_file_that_is_not_there_yet_is_waited_for(database: Database) {
        let script = vec![Status(404), Status(404), sound(4_000)];
        let provider = Provider::start("AC1:first", script).await;
        let centre = Centre::open(database, &provider, "").await;
        centre.notice("RE1", &format!("{}{RECORDING}", provider.base)).await;

        assert_eq!(centre.worker.step(NOW).await, 1);
        assert_eq!(centre.comment().await.status, CommentStatus::Ready);
        assert_eq!(centre.worker.step(NOW + 999).await, 0, "not at once");
        assert_eq!(centre.worker.step(NOW + 1_000).await, 1);
        assert_eq!(centre.worker.step(NOW + 3_000).await, 1, "still within seconds");
        assert_eq!(centre.worker.step(NOW + 48 * HOUR).await, 0, "it is done");

        let comment = centre.comment().await;
        let name = format!("{INTERVIEW}-RE1.wav");
        assert_eq!(comment.status, CommentStatus::Stored);
        assert_eq!(comment.file.as_deref(), Some(name.as_str()));
        assert_eq!(centre.reason("RE1").await, None);
        assert_eq!(centre.files(), [name.as_str()], "no draft is left");
        let file = centre.media.join(&name);
        assert_eq!(std::fs::read(&file).expect("kept"), wav(4_000));
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).expect("there").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600, "a caller's voice is nobody else's to read");
        assert_eq!(provider.seen().len(), 3);
        assert!(provider.seen().iter().all(|seen| seen.path == RECORDING));
        assert_eq!(centre.counters.total("recording_retry", "main"), 2);
        assert_eq!(centre.counters.total("recording_stored", "main"), 1);
    }

    /// An API that takes access tokens only: one is asked for with the API key, used until it is
    /// refused, and asked for anew then.
    async fn an_access_token_is_used_until_it_is_refused(database: Database) {
        let script = vec![sound(100), Status(401), sound(100)];
        let provider = Provider::start("ID:secret", script).await;
        let more = format!("api_key = \"ID:secret\"\ntoken_url = \"{}{TOKEN}\"", provider.base);
        let centre = Centre::open(database, &provider, &more).await;
        let url = format!("{}{RECORDING}", provider.base);
        let mut now = NOW;
        for recording in ["RE1", "RE2", "RE3"] {
            centre.notice(recording, &url).await;
            while centre.worker.step(now).await > 0 {
                now += HOUR;
            }
        }
        let seen = provider.seen();
        let asked: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
        let expected = [TOKEN, RECORDING, RECORDING, TOKEN, RECORDING, RECORDING];
        assert_eq!(asked, expected);
        assert_eq!((seen[0].method.as_str(), seen[0].body.as_str()), ("POST", "grant_type=client_credentials"));
        assert_eq!(centre.counters.total("recording_stored", "main"), 3);
        assert_eq!(centre.files().len(), 3);
    }

    /// A key that is given no token is told of as wrong credentials.
    async fn a_key_that_gets_no_token_is_told(database: Database) {
        let provider = Provider::start("ID:other", vec![sound(100)]).await;
        let more = format!("api_key = \"ID:secret\"\ntoken_url = \"{}{TOKEN}\"", provider.base);
        let centre = Centre::open(database, &provider, &more).await;
        centre.notice("RE1", &format!("{}{RECORDING}", provider.base)).await;
        assert_eq!(centre.worker.step(NOW).await, 1);
        let reason = centre.reason("RE1").await.expect("a reason");
        assert!(reason.contains("refused our credentials (401)"), "{reason}");
        assert!(provider.seen().iter().all(|seen| seen.path == TOKEN), "no Basic elsewhere");
    }

    /// However often the notice comes, before and after, the file is fetched once.
    async fn a_repeated_notice_fetches_nothing_more(database: Database) {
        let provider = Provider::start("AC1:first", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        let url = format!("{}{RECORDING}", provider.base);
        centre.notice("RE1", &url).await;
        centre.notice("RE1", &url).await;
        assert_eq!(centre.worker.step(NOW).await, 1);
        centre.notice("RE1", &url).await;
        assert_eq!(centre.worker.step(NOW + HOUR).await, 0);
        assert_eq!(provider.seen().len(), 1);
        assert_eq!(centre.comment().await.status, CommentStatus::Stored);
    }

    /// Two nodes look at the same list at the same time.
    async fn two_nodes_fetch_once(database: Database) {
        let provider = Provider::start("AC1:first", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        let other = Store::open(&centre.database.url).await.expect("opens");
        let other = Recordings::new(other, centre.config.clone(), centre.counters.clone())
            .expect("a client can be built");
        for number in 0..8 {
            centre.notice(&format!("RE{number}"), &format!("{}{RECORDING}", provider.base)).await;
        }
        loop {
            let (here, there) = tokio::join!(centre.worker.step(NOW), other.step(NOW));
            if here + there == 0 {
                break;
            }
        }
        assert_eq!(provider.seen().len(), 8);
        assert_eq!(centre.files().len(), 8);
    }

    /// A node took it and died: another one has it when the lease is over, and not before.
    async fn a_dead_node_loses_nothing(database: Database) {
        let provider = Provider::start("AC1:first", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        centre.notice("RE1", &format!("{}{RECORDING}", provider.base)).await;
        let mut due = centre.store.comments_due(NOW, 9).await.expect("read");
        let late = due[0].clone();
        assert_eq!(due[0].most_seconds, 10);
        assert!(centre.store.take_comment(&mut due[0], NOW + 60_000).await.expect("taken"));
        assert!(!centre.store.take_comment(&mut late.clone(), NOW + 9).await.expect("asked"));
        assert_eq!(centre.worker.step(NOW + 59_999).await, 0);
        assert_eq!(centre.worker.step(NOW + 60_000).await, 1);
        assert_eq!(centre.comment().await.status, CommentStatus::Stored);
    }

    /// Wrong credentials are tried again for hours, since the operator can mend them, and then
    /// given up with the reason.
    async fn wrong_credentials_are_given_up_in_the_end(database: Database) {
        let provider = Provider::start("AC1:other", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        centre.notice("RE1", &format!("{}{RECORDING}", provider.base)).await;
        let mut now = NOW;
        while centre.worker.step(now).await > 0 {
            now += 24 * HOUR;
            assert!(provider.seen().len() < 50, "it ends");
        }
        assert!(provider.seen().len() > 5, "it was tried often: {}", provider.seen().len());
        assert_eq!(centre.comment().await.status, CommentStatus::Failed);
        let reason = centre.reason("RE1").await.unwrap_or_default();
        assert!(reason.contains("refused our credentials (401)"), "{reason}");
        assert_eq!(centre.counters.total("recording_failed", "main"), 1);
        assert_eq!(centre.files(), Vec::<String>::new());
    }

    /// A caller spoke, and the provider never tells of the recording, or not where it is: after a
    /// day it is given up with the reason. One that was told of is fetched, however late.
    async fn a_recording_that_never_comes_is_given_up(database: Database) {
        let provider = Provider::start("AC1:first", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        centre.spoken("RE1", CommentStatus::Expected, None).await;
        centre.spoken("RE2", CommentStatus::Ready, None).await;
        centre.spoken("RE3", CommentStatus::Expected, None).await;
        let stand = async || {
            let all = centre.store.comments(INTERVIEW).await.expect("read");
            let mut all: Vec<_> = all.into_iter().map(|c| (c.recording, c.status)).collect();
            all.sort_by(|one, other| one.0.cmp(&other.0));
            all.into_iter().map(|(_, status)| status).collect::<Vec<_>>()
        };
        use CommentStatus::{Expected, Failed, Ready, Stored};
        assert_eq!(centre.worker.step(NOW + 24 * HOUR).await, 0);
        assert_eq!(stand().await, [Expected, Ready, Expected]);
        centre.notice("RE3", &format!("{}{RECORDING}", provider.base)).await;
        assert_eq!(centre.worker.step(NOW + 24 * HOUR + 1).await, 1);
        assert_eq!(stand().await, [Failed, Failed, Stored]);
        for recording in ["RE1", "RE2"] {
            let reason = centre.reason(recording).await.unwrap_or_default();
            assert!(reason.contains("did not tell within 24 hours"), "{reason}");
        }
        assert_eq!(centre.counters.total("recording_failed", "main"), 2);
        assert_eq!(provider.seen().len(), 1);
    }

    /// What is not the recording, or not the provider's, is never kept.
    async fn what_is_no_recording_is_not_kept(database: Database) {
        use CommentStatus::{Failed, Ready};
        let inside = Provider::start("AC1:first", vec![sound(100)]).await;
        let provider = Provider::start("AC1:first", vec![Status(404)]).await;
        let centre = Centre::open(database, &provider, "").await;
        let worker = Recordings::new(
            centre.store.clone(),
            centre.config.clone(),
            centre.counters.clone(),
        )
        .expect("a client can be built")
        .with_limit(Duration::from_millis(300));
        let own = format!("{}{RECORDING}", provider.base);
        let most = 10 * 16_000 + 64_000;
        let to = |url: &str| Redirect(url.to_owned());
        for (number, (url, answer, expected, reason)) in [
            (own.as_str(), to(&inside.base), Failed, "none of the provider's"),
            (&own, to("http://10.0.0.1/"), Failed, "none of the provider's: http://10.0.0.1"),
            (&own, to("https://[::1]/"), Failed, "none of the provider's: https://[::1]"),
            (&own, to("https://evil.example/?k=1"), Failed, "provider's: https://evil.example"),
            (&own, to("file:///etc/passwd"), Failed, "none of the provider's"),
            (&own, to(&own), Ready, "sent us on"),
            (&inside.base, sound(1), Failed, "none of the provider's"),
            ("http://api.twilio.com/x", sound(1), Failed, "none of the provider's"),
            ("no address", sound(1), Failed, "no address at all"),
            (&own, sound(most + 1), Failed, "larger than 224000 bytes"),
            (&own, Stream("audio/wav", wav(most + 1)), Failed, "larger than 224000 bytes"),
            (&own, Answer::Body("text/html", wav(100)), Ready, "no sound that we keep but text/html"),
            (&own, Answer::Body("audio/wav", b"<html>".to_vec()), Ready, "in name only"),
            (&own, Answer::Body("audio/wav", Vec::new()), Ready, "in name only"),
            (&own, Status(204), Ready, "status 204"),
            (&own, Status(500), Ready, "status 500"),
            (&own, Status(404), Ready, "does not have it"),
            (&own, Never, Ready, "took longer"),
        ]
        .into_iter()
        .enumerate()
        {
            *provider.script.lock().unwrap_or_else(PoisonError::into_inner) = [answer.clone()].into();
            let recording = format!("RE{number}");
            centre.notice(&recording, url).await;
            assert_eq!(worker.step(NOW).await, 1, "{url} {answer:?}");
            let all = centre.store.comments(INTERVIEW).await.expect("read");
            let row = all.iter().find(|row| row.recording == recording).expect("there");
            let said = centre.reason(&recording).await.unwrap_or_default();
            assert_eq!(row.status, expected, "{url} {said}");
            assert!(said.contains(reason), "{url}: {said}");
            assert_eq!(row.file, None);
        }
        assert_eq!(centre.files(), Vec::<String>::new());
        assert_eq!(inside.seen(), [], "a host that is not the provider's is never asked");
    }

    /// The largest comment that may be, without a length said, and by way of a redirect.
    async fn the_longest_comment_is_kept(database: Database) {
        let most = 10 * 16_000 + 64_000;
        let script = vec![Redirect("/media/1".into()), Stream("audio/wav; x=y", wav(most))];
        let provider = Provider::start("SK1:se:cret", script).await;
        let centre = Centre::open(database, &provider, "api_key = \"SK1:se:cret\"").await;
        centre.notice("../../RE1", &format!("{}{RECORDING}", provider.base)).await;
        assert_eq!(centre.worker.step(NOW).await, 1);
        let comment = centre.comment().await;
        assert_eq!(comment.status, CommentStatus::Stored, "{:?}", centre.reason("../../RE1").await);
        let paths: Vec<_> = provider.seen().into_iter().map(|seen| seen.path).collect();
        assert_eq!(paths, [RECORDING, "/media/1"]);
        let files = centre.files();
        assert_eq!(comment.file.as_ref(), files.first(), "an id that is a path stays inside");
        assert_eq!(std::fs::metadata(centre.media.join(&files[0])).expect("there").len(), most as u64);
    }

    /// The disk refuses: it is tried again later, and kept when there is room.
    async fn a_full_disk_loses_nothing(database: Database) {
        let provider = Provider::start("AC1:first", vec![sound(100)]).await;
        let centre = Centre::open(database, &provider, "").await;
        centre.notice("RE1", &format!("{}{RECORDING}", provider.base)).await;
        std::fs::write(&centre.media, "a file where the folder should be").expect("written");
        assert_eq!(centre.worker.step(NOW).await, 1);
        let reason = centre.reason("RE1").await.unwrap_or_default();
        assert!(reason.contains("media folder"), "{reason}");
        std::fs::remove_file(&centre.media).expect("removed");
        assert_eq!(centre.worker.step(NOW + HOUR).await, 1);
        assert_eq!(centre.comment().await.status, CommentStatus::Stored);
    }
}

/// A mover that does not wait between its tries, and what it counted.
fn mover() -> (Mover, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let mover = Mover::new(counters.clone()).expect("a client can be built");
    (mover.with_pause(Duration::ZERO), counters)
}

#[tokio::test]
async fn a_call_is_moved_to_its_start() {
    let answer = Answer::Body("application/json", b"{\"sid\":\"CA9\"}".to_vec());
    let provider = Provider::start("SK1:secret", vec![answer]).await;
    let config = config(&provider, "media".as_ref(), "api_key = \"SK1:secret\"");
    let (mover, counters) = mover();
    let url = "https://survey.example.com/voice/main/start?agent=A+17&h=x%26y";
    mover.move_call(&config.providers["main"], "CA9", url).await.expect("moved");
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("Url", url), ("Method", "POST")])
        .finish();
    let path = "/2010-04-01/Accounts/AC1/Calls/CA9.json".into();
    assert_eq!(provider.seen(), [Seen { method: "POST".into(), path, body }]);
    assert_eq!(counters.total("moved", "main"), 1);
}

#[tokio::test]
async fn a_move_is_tried_twice_where_that_may_help() {
    let ended = Refusal(404, "{\"code\":20404,\"message\":\"CA9 was not found\"}");
    for (script, call, tries, expected) in [
        (vec![Status(503), Status(200)], "CA9", 2, "moved"),
        (vec![Status(429), Status(200)], "CA9", 2, "moved"),
        (vec![Status(503), Status(500)], "CA9", 2, "the provider refused with status 500"),
        (vec![ended], "CA9", 1, "the provider refused with status 404, error 20404"),
        (vec![Status(302)], "CA9", 1, "the provider refused with status 302"),
        (vec![Status(200)], "../CA9", 0, "the customer's call id is not one of letters and digits"),
        (vec![Status(200)], "", 0, "the customer's call id is not one of letters and digits"),
    ] {
        let provider = Provider::start("AC1:first", script).await;
        let config = config(&provider, "media".as_ref(), "");
        let (mover, counters) = mover();
        let moved = mover.move_call(&config.providers["main"], call, "https://x/start").await;
        let word = moved.as_ref().map_or_else(ToString::to_string, |()| "moved".into());
        assert_eq!((word.as_str(), provider.seen().len()), (expected, tries));
        assert_eq!(counters.total("moved", "main"), u64::from(moved.is_ok()), "{expected}");
        assert_eq!(counters.total("move_failed", "main"), u64::from(moved.is_err()), "{expected}");
    }
}

#[tokio::test]
async fn a_move_without_provider_or_key_says_so() {
    let provider = Provider::start("AC1:other", vec![Status(200)]).await;
    let (mover, _) = mover();
    let wrong_key = config(&provider, "media".as_ref(), "");
    let moved = mover.move_call(&wrong_key.providers["main"], "CA9", "https://x/start").await;
    assert!(matches!(moved, Err(MoveError::Refused { status: 401, .. })), "{moved:?}");
    assert_eq!(provider.seen().len(), 1, "a wrong key is not tried again");

    // Nobody listens on a port that was free a moment ago.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let mut away = wrong_key.providers["main"].clone();
    away.api_base = Some(base);
    let moved = mover.move_call(&away, "CA9", "https://x/start").await;
    assert!(matches!(moved, Err(MoveError::Unreachable(_))), "{moved:?}");
    away.auth_tokens.clear();
    let moved = mover.move_call(&away, "CA9", "https://x/start").await;
    assert!(matches!(moved, Err(MoveError::NoCredentials)), "{moved:?}");
}
