//! What is given to those who watch a server fits what it says of itself: Prometheus' own tool reads
//! metrics and alerts, every alert has its part in the runbook, and nothing names a metric, event or
//! path that there is not.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::dialect::Kind;
use aftercall::phone::WebRequest;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::calls::killed::Server;
use crate::calls::{self, turns};
use crate::harness::{Database, root};
use crate::pages::{ask, get};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// What `promtool` says to that input; nothing where all is well.
fn promtool(arguments: &[&str], input: &str) -> String {
    let mut tool = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool: run tests/all, which installs it");
    tool.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    let said = tool.wait_with_output().expect("ends");
    match said.status.success() {
        true => String::new(),
        false => format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        ),
    }
}

/// The metrics of a server that had a page and a webhook asked for.
async fn metrics() -> String {
    let database = Database::sqlite();
    let settings = format!(
        "public_url = \"http://centre.example\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
         caller_key = \"{}\"\n[provider.tw]\nkind = \"twilio\"\nsurvey = \"post-call\"\n\
         auth_tokens = [\"0123456789abcdef0123456789abcdef\"]\n",
        database.url,
        "s".repeat(32),
        "k".repeat(32)
    );
    let config = Config::read(&settings, "test", Vec::new()).expect("settings");
    let app = App::build(config).await.expect("a house");
    let token = app.site.desk.create_token("p", "read", [3; 32], 0).await.expect("a token");
    let token = format!("Bearer {token}");
    let with = [(http::header::AUTHORIZATION, token.as_str())];
    let router = app.router().await.expect("routes");
    for path in ["/agents", "/voice/tw/turn?t=none"] {
        ask(&router, get(path, &with)).await;
    }
    let answer = ask(&router, get("/metrics", &with)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Whoever spreads callers over servers hears at once that this one is about to stop.
    for (stops, status) in [(false, 200), (true, 503)] {
        if stops {
            app.site.desk.stop_soon();
        }
        assert_eq!(ask(&router, get("/health/ready", &[])).await.status, status);
    }
    answer.text
}

/// The names of metrics in a text: ours all begin alike.
fn named(text: &str) -> BTreeSet<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let all = text
        .match_indices("aftercall_")
        .map(|(at, _)| text[at..].split(ends).next().unwrap_or_default().to_owned());
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_metrics_and_alerts() {
    let metrics = metrics().await;
    // The tool reads the older text form: without OpenMetrics' last line, a counter's help under
    // the name of its sample.
    let mut text = metrics.replace("# EOF\n", "");
    for counter in ["aftercall_events", "aftercall_refusals"] {
        text = text.replace(&format!(" {counter} "), &format!(" {counter}_total "));
    }
    assert_eq!(promtool(&["check", "metrics"], &text), "");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations/alerts.yml");
    assert_eq!(promtool(&["check", "rules", rules.to_str().expect("text")], ""), "");
    let known = named(&metrics);
    for (name, text) in [
        ("alerts.yml", file("alerts.yml")),
        ("dashboard.json", file("dashboard.json")),
        ("README.md", file("README.md")),
    ] {
        for metric in named(&text) {
            let kept = ["aftercall_"].contains(&metric.as_str());
            // A family's samples are named after it.
            assert!(
                kept || known.iter().any(|known| known.starts_with(&metric)),
                "{name}: there is no metric {metric}; there are {known:?}"
            );
        }
    }
}

/// Rules fire when they should and not before.
#[test]
fn alerts_fire_when_they_should() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("alerts.yml"), file("alerts.yml")).expect("written");
    // Of a thousand starts a day, first 100 and then 300 more find no agent.
    let cases = r#"
rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: aftercall_unlinked_interviews{job="aftercall", instance="a"}
        values: 500+0.07x1440 600.9+0.21x1440
      - series: aftercall_events_total{job="aftercall", instance="a", event="start", provider="p"}
        values: 0+0.7x2880
      - series: aftercall_events_total{job="aftercall", instance="a", event="unsaved", provider="p"}
        values: 0x2880
      - series: aftercall_database_away{job="aftercall", instance="a"}
        values: 0x2000 1x880
      - series: up{job="aftercall", instance="a"}
        values: 1x2880
    alert_rule_test:
      - { eval_time: 24h, alertname: AftercallUnlinked, exp_alerts: [] }
      - eval_time: 47h
        alertname: AftercallUnlinked
        exp_alerts:
          - exp_labels: { severity: ticket }
            exp_annotations:
              summary: More than one in five of a day's interviews found no agent
              runbook: runbook.md#aftercallunlinked
      - { eval_time: 30h, alertname: AftercallDatabaseAway, exp_alerts: [] }
      - eval_time: 40h
        alertname: AftercallDatabaseAway
        exp_alerts:
          - exp_labels: { severity: page, instance: a }
            exp_annotations:
              summary: The database of a has been away for a minute
              runbook: runbook.md#aftercalldatabaseaway
      - { eval_time: 47h, alertname: AftercallUnsaved, exp_alerts: [] }
      - { eval_time: 47h, alertname: AftercallDown, exp_alerts: [] }
"#;
    let path = folder.path().join("cases.yml");
    std::fs::write(&path, cases).expect("written");
    assert_eq!(promtool(&["test", "rules", path.to_str().expect("text")], ""), "");
}

/// The events that alerts and dashboard look for are counted somewhere.
#[test]
fn every_event_that_is_watched_is_counted() {
    let mut source = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                source.push_str(&std::fs::read_to_string(path).expect("text"));
            }
        }
    }
    let mut watched = BTreeSet::new();
    for text in [file("alerts.yml"), file("dashboard.json").replace("\\\"", "\"")] {
        for (at, _) in text.match_indices("event=") {
            let words = text[at..].split('"').nth(1).expect("words");
            watched.extend(words.split('|').map(String::from));
        }
    }
    assert!(watched.len() > 20, "{watched:?}");
    for event in watched {
        assert!(source.contains(&format!("\"{event}\"")), "nobody counts {event}");
    }
}

#[test]
fn every_alert_has_its_part_in_the_runbook() {
    let (alerts, runbook) = (file("alerts.yml"), file("runbook.md"));
    let names: Vec<&str> =
        alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in &names {
        assert!(runbook.contains(&format!("\n## {name}\n")), "{name} has no part");
        let link = format!("runbook: runbook.md#{}", name.to_lowercase());
        assert!(alerts.contains(&link), "{name} does not lead to its part");
    }
    let parts = runbook.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(parts, names.len(), "a part without an alert");
}

fn top(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// The image is built of what is there and of nothing else, holds no secret, and is run by nobody
/// in particular.
#[test]
fn the_image_holds_the_program_alone() {
    let (image, ignored) = (top("Dockerfile"), top(".dockerignore"));
    let lines = || image.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(
        image.contains(&format!("FROM rust:{rust}-slim-")),
        "the oldest that builds it: {rust}"
    );
    let mut let_in = BTreeSet::new();
    for line in ignored.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('!') {
            Some(name) => assert!(let_in.insert(name), "{name} twice"),
            None => assert_eq!(line, "*", "all is left out but what is named"),
        }
    }
    let mut copied = BTreeSet::new();
    for line in lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from")) {
        let mut names: Vec<_> = line.split_whitespace().skip(1).collect();
        names.pop();
        copied.extend(names);
    }
    assert_eq!(copied, let_in);
    for name in copied {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(name).exists(), "{name} is not there");
    }
    let last = image.rsplit_once("\nFROM ").expect("two stages").1;
    for line in last.lines().map(str::trim) {
        let word = line.split(' ').next().unwrap_or_default();
        assert!(!["ENV", "ARG", "ADD", "RUN"].contains(&word), "{line}");
        assert!(word != "COPY" || line.contains("--from=build "), "{line}");
    }
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    assert!(!user.starts_with("0") && !user.starts_with("root"), "{user}");
    assert!(last.contains("--chown=65532:65532 /data /var/lib/aftercall"), "its own folder");
    assert!(last.contains("\nWORKDIR /var/lib/aftercall\nVOLUME /var/lib/aftercall\n"));
    // What it runs is understood.
    let words = last.lines().find_map(|line| line.strip_prefix("CMD ")).expect("a command");
    let words: Vec<String> = serde_json::from_str(words).expect("a list");
    let told = Command::new(env!("CARGO_BIN_EXE_aftercall")).args(words).output().expect("runs");
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("/etc/aftercall/aftercall.toml"), "{told}");
}

/// As the image is run: another user, no rights, nothing to write to but one folder.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_file_system_is_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("made");
    for path in [folder.path(), &data] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).expect("open");
    }
    let settings = format!(
        "listen = \"127.0.0.1:0\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n",
        "s".repeat(32),
        "k".repeat(32)
    );
    let file = folder.path().join("aftercall.toml");
    std::fs::write(&file, settings).expect("written");
    // Relative paths lie in the one folder, as in the image.
    std::fs::write(folder.path().join("aftercall"), "").expect("written");
    // The program itself may lie where that user cannot look.
    let inside = "cd \"$1\" && mount --bind \"$2\" aftercall && mount --bind data data && \
                  mount -o remount,bind,ro / && cd data && exec setpriv --reuid 65532 --regid 65532 \
                  --clear-groups --no-new-privs --bounding-set=-all sh -c \
                  '! touch ../there 2>/dev/null && exec ../aftercall serve --config ../aftercall.toml'";
    let mut child = root::command("unshare")
        .args(["--mount", "sh", "-c", inside, "-"])
        .args([folder.path().as_os_str(), env!("CARGO_BIN_EXE_aftercall").as_ref()])
        .stderr(Stdio::piped())
        .spawn()
        .expect("unshare is there");
    let mut log = std::io::BufReader::new(child.stderr.take().expect("its log"));
    let mut seen = String::new();
    let url = loop {
        let from = seen.len();
        assert!(log.read_line(&mut seen).expect("its log") > 0, "it ended: {seen}");
        let listen = seen[from..].split_once("listen=").filter(|_| seen[from..].contains("ready"));
        if let Some((_, rest)) = listen {
            break format!("http://{}", rest.split_whitespace().next().expect("an address"));
        }
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = reqwest::get(format!("{url}/health/ready")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert!(data.join("aftercall.db").exists() && data.join("media").exists());
    assert!(!seen.contains("ERROR") && !seen.contains("cannot"), "{seen}");
    root::run(&["kill", "-TERM", &child.id().to_string()]);
    let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("waits");
    assert!(ended.expect("ends").success(), "it stops in good order");
}

/// What a small collector was sent.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<Span>>>);

impl Collected {
    /// A collector, and its address.
    async fn start() -> (Self, String) {
        let collected = Self::default();
        let take = async |State(all): State<Self>, body: Bytes| {
            let sent = ExportTraceServiceRequest::decode(body).expect("OTLP");
            let spans = sent.resource_spans.into_iter().flat_map(|one| one.scope_spans);
            all.0.lock().expect("not poisoned").extend(spans.flat_map(|one| one.spans));
        };
        let routes = Router::new().route("/v1/traces", post(take)).with_state(collected.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (collected, url)
    }

    fn all(&self) -> Vec<Span> {
        self.0.lock().expect("not poisoned").clone()
    }
}

fn noted<'a>(span: &'a Span, key: &str) -> Option<&'a str> {
    let found = span.attributes.iter().find(|one| one.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Requests are named, by a trusted proxy or here; log and traces go by that name, and by the
/// interview's. Nothing in them leads to a caller.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_followed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (collected, otlp) = Collected::start().await;
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let further = format!(
        "trusted_proxies = [\"127.0.0.1/32\"]\nlog.format = \"json\"\n\
         log.level = \"info,aftercall=debug\"\ntelemetry.otlp = \"{otlp}\"\n"
    );
    let config = calls::write_settings_with(folder.path(), &database.url, &further);
    let server = Server::start(&config);
    let client = reqwest::Client::new();
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let traced = format!("00-{trace}-{parent}-01");
    let page = |headers: Vec<(&'static str, String)>| {
        let url = format!("{}/sign-in?next=%2Fagents", server.url);
        let asked =
            headers.into_iter().fold(client.get(url), |a, (name, value)| a.header(name, value));
        async move {
            let answer = asked.send().await.expect("an answer");
            answer.headers()["x-request-id"].to_str().expect("text").to_owned()
        }
    };
    assert_eq!(page(vec![("x-request-id", "proxy-1".into())]).await, "proxy-1");
    assert_eq!(page(vec![("traceparent", traced.clone())]).await, trace);
    let (one, two) = (page(vec![("x-request-id", "a b".into())]).await, page(vec![]).await);
    assert!(one != two && one.len() == 16 && two.len() == 16, "{one} {two}");

    // A start, a turn, and a turn that is another call's, each by a name of its own.
    let kind = Kind::Freeswitch;
    let send = async |request: WebRequest, name: &str| {
        let url = request.url.replace(calls::PUBLIC, &server.url);
        let asked = request.headers.iter().fold(client.post(url), |a, (n, v)| a.header(*n, v));
        let asked = asked.header("x-request-id", name).header("traceparent", &traced);
        let answer = asked.body(request.body).send().await.expect("an answer");
        answer.bytes().await.expect("a document")
    };
    let first = send(turns::start(kind, 1, "A1"), "the-start").await;
    let token = turns::token(&first).expect("a question");
    let next = send(turns::turn(kind, 1, &token, "4"), "the-turn").await;
    let next = turns::token(&next).expect("the next question");
    send(turns::turn(Kind::Twilio, 2, "bent", "4"), "the-bent-one").await;
    let log_file = config.with_extension("log");
    server.stop().await;

    // Stopped, it has sent all that it had.
    let spans = collected.all();
    let by_name = |name: &str| {
        let found = spans.iter().find(|span| noted(span, "aftercall.request") == Some(name));
        found.unwrap_or_else(|| panic!("no span of {name} in {spans:?}"))
    };
    let turn = by_name("the-turn");
    assert_eq!(turn.name, "POST /voice/{provider}/turn");
    assert_eq!((hex(&turn.trace_id), hex(&turn.parent_span_id)), (trace.into(), parent.into()));
    assert_eq!(noted(turn, "aftercall.provider"), Some("freeswitch"));
    let interview = noted(turn, "aftercall.interview").expect("an interview").to_owned();
    assert_eq!(noted(by_name("the-start"), "aftercall.interview"), Some(&*interview));
    assert!(turn.end_time_unix_nano > turn.start_time_unix_nano);
    let commit = spans.iter().find(|span| span.parent_span_id == turn.span_id).expect("its commit");
    assert_eq!((&*commit.name, &commit.trace_id), ("commit", &turn.trace_id));
    assert_eq!(by_name("proxy-1").name, "GET /sign-in");
    let told = format!("{spans:?}");
    for secret in [&*token, &*next, "bent\"", "+37060000001", "60000001", "next="] {
        assert!(!told.contains(secret), "{secret}");
    }

    // Each line is an object, and says what it belongs to.
    let log = std::fs::read_to_string(&log_file).expect("the log");
    let lines = log.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("JSON: {line}"))
    });
    let bent = lines.into_iter().find(|line| line["request"] == "the-bent-one");
    let bent = bent.unwrap_or_else(|| panic!("nothing of the bent one in {log}"));
    assert!(bent["fields"]["message"].as_str().expect("text").contains("does not open"), "{bent}");
}

/// Where nobody is trusted, nobody names requests, and a trace is drawn here.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_name_no_requests() {
    let (collected, otlp) = Collected::start().await;
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let further = format!("telemetry.otlp = \"{otlp}\"\ntelemetry.share = 0.0\n");
    let config = calls::write_settings_with(folder.path(), &database.url, &further);
    let server = Server::start(&config);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let asked = reqwest::Client::new().get(format!("{}/sign-in", server.url));
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let asked = asked.header("x-request-id", "mine").header("traceparent", parent);
    let answer = asked.send().await.expect("an answer");
    assert_eq!(answer.headers()["x-request-id"].len(), 16);
    server.stop().await;
    assert!(collected.all().is_empty(), "{:?}", collected.all());
}

/// A collector that is away is told once, and costs callers and the server's end nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_told_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let further = "telemetry.otlp = \"http://127.0.0.1:1\"\n";
    let config = calls::write_settings_with(folder.path(), &database.url, further);
    let server = Server::start(&config);
    let client = reqwest::Client::new();
    let log = config.with_extension("log");
    let told = || {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        log.matches("the collector takes no traces").count()
    };
    let page = async || {
        let answer = client.get(format!("{}/sign-in", server.url)).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    };
    page().await;
    let begun = tokio::time::Instant::now();
    while told() == 0 {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "nothing is told");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // What this one leaves is tried when the server stops.
    page().await;
    server.stop().await;
    assert_eq!(told(), 1);
}
