//! What a server tells of itself holds nothing of callers and no key: with its log as loud as it
//! goes, planted numbers, key presses, recordings, tokens, secrets and passwords go through every
//! door, well and badly, and are then looked for in log, metrics, refusals and what commands print.

use std::path::Path;
use std::process::{Command, Stdio};

use aftercall::dialect::{Kind, Proof};
use aftercall::phone::WebRequest;
use bytes::Bytes;
use http::Method;
use tokio::time::{Duration, Instant};

use super::killed::Server;
use super::proxy::{Proxy, Way};
use super::{AUTH_TOKEN, PRIVATE_KEY, PUBLIC, START_KEY, settings, turns};
use crate::harness::Database;

/// Longest wait for anything here, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Calls have numbers from here on: their callers' are +3706 and seven digits.
const FIRST: u32 = 8_675_300;
/// Keys that nobody presses by chance.
const KEYS: &str = "4815162342";
const PASSWORD: &str = "planted-password-of-the-settings";
/// One at a host that the settings name, one elsewhere.
const RECORDINGS: [&str; 2] = [
    "https://recordings.invalid/planted-recording.mp3?key=planted-recording",
    "https://elsewhere.invalid/planted-recording.mp3?key=planted-recording",
];
const HOOK: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server, and what must not be told.
struct Scene {
    server: Server,
    client: reqwest::Client,
    /// What it is, and the text itself.
    planted: Vec<(String, String)>,
    /// What was said by whom beside the log.
    said: Vec<(String, String)>,
}

impl Scene {
    fn plant(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.planted.push((what.into(), text.into()));
    }

    /// Sends it as it is; what a refusal says is kept to be searched.
    async fn send(&mut self, request: WebRequest) -> (u16, Bytes) {
        let url = request.url.replace(PUBLIC, &self.server.url);
        let mut asked = self.client.request(request.method, url).body(request.body);
        for (name, value) in request.headers {
            asked = asked.header(name, value);
        }
        let answer = asked.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.bytes().await.expect("a body");
        if status >= 400 {
            let text = String::from_utf8_lossy(&body).into_owned();
            self.said.push((format!("a refusal with {status}"), text));
        }
        (status, body)
    }

    /// A request of that kind's platform, signed now; the next token, which is planted too.
    async fn call(&mut self, kind: Kind, mut request: WebRequest) -> Option<String> {
        if kind == Kind::Telnyx {
            request.headers.retain(|(name, _)| !name.starts_with("telnyx-"));
            let second = aftercall::clock::now_ms() / 1000;
            request = turns::signed(kind, request, &[], second);
        }
        let (_, body) = self.send(request).await;
        let token = turns::token(&body)?;
        self.plant(format!("a token of {kind:?}"), &token);
        Some(token)
    }

    /// What a command says.
    fn run(&mut self, arguments: &[&str], input: &str) -> String {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_aftercall"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // One that refuses its settings reads nothing.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let ran = child.wait_with_output().expect("it ends");
        let out = String::from_utf8_lossy(&ran.stdout).into_owned();
        let err = String::from_utf8_lossy(&ran.stderr).into_owned();
        self.said.push((format!("errors of {arguments:?}"), err));
        // A token is printed once, on purpose.
        if arguments[0] != "token" {
            self.said.push((format!("output of {arguments:?}"), out.clone()));
        }
        out
    }
}

/// One more parameter in the body of a request.
fn with(kind: Kind, request: WebRequest, more: &[(&str, &str)]) -> WebRequest {
    turns::edited(kind, request, |params| params.extend(super::said(more)))
}

/// A call with answers, a wrong key, a comment, repeats and all notices.
async fn honest(scene: &mut Scene, kind: Kind, number: u32) {
    scene.plant("a caller's number", format!("6{number}"));
    let start =
        with(kind, turns::start(kind, number, "A1"), &[("CallerName", "Planted Callersname")]);
    let Some(mut token) = scene.call(kind, start.clone()).await else {
        panic!("{kind:?}: no question")
    };
    for keys in [KEYS, "5", "1", "3", "10"] {
        let turn = turns::turn(kind, number, &token, keys);
        if let Some(next) = scene.call(kind, turn.clone()).await {
            token = next;
        }
        scene.call(kind, turn).await;
    }
    let turn = turns::turn(kind, number, &token, "");
    let comment = match kind.uploads() {
        true => upload(kind, number, &token),
        false => with(
            kind,
            turn,
            &[
                ("RecordingUrl", RECORDINGS[number as usize / 2 % 2]),
                ("RecordingSid", "RE0000000000000000000000000planted"),
                ("RecordingDuration", "4"),
                ("SpeechResult", "planted spoken words"),
            ],
        ),
    };
    scene.call(kind, comment).await;
    scene.call(kind, turns::ended(kind, number, &token)).await;
    scene.call(kind, start).await;
    let fallback = turns::turn(kind, number, &token, KEYS);
    let fallback = WebRequest { url: fallback.url.replace("/turn?", "/fallback?"), ..fallback };
    scene.call(kind, turns::edited(kind, fallback, |_| {})).await;
}

/// A turn with a recording.
fn upload(kind: Kind, number: u32, token: &str) -> WebRequest {
    let turn = turns::turn(kind, number, token, "");
    let mut body = String::new();
    for (name, value) in turns::params(&turn) {
        body +=
            &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b\r\nContent-Disposition: form-data; name=\"recording\"; filename=\"planted-file.wav\"\r\n\r\n";
    body += &"planted spoken words ".repeat(2000);
    body += "\r\n--b--\r\n";
    let headers = vec![("content-type", "multipart/form-data; boundary=b".to_owned())];
    WebRequest { headers, body: body.into(), ..turn }
}

/// Requests of strangers, and of platforms gone wrong.
async fn wrong(scene: &mut Scene, kind: Kind, number: u32) {
    scene.plant("a caller's number", format!("6{number}"));
    let right = turns::start(kind, number, "A1");
    let mut forged = right.clone();
    forged.url = forged.url.replace(START_KEY, "planted-wrong-key");
    let bent = String::from_utf8_lossy(&forged.body).replace(START_KEY, "planted-wrong-key");
    forged.body = bent.into();
    for (name, value) in &mut forged.headers {
        if name.contains("signature") {
            *value = "cGxhbnRlZCB3cm9uZyBzaWduYXR1cmU=".into();
        }
    }
    let base = format!("{PUBLIC}/voice/{}", kind.word());
    // By their own start, somebody asks for a survey that there is none of.
    let number_as_survey = format!("+3706{number}");
    let mut requests =
        vec![forged.clone(), with(kind, right, &[("survey", number_as_survey.as_str())])];
    for path in [
        "turn?t=planted-wrong-token",
        "status",
        "recording",
        "fallback?t=planted-wrong-token",
        "planted-path?t=planted-wrong-token",
    ] {
        requests.push(WebRequest { url: format!("{base}/{path}"), ..forged.clone() });
        requests.push(turns::edited(
            kind,
            turns::turn(kind, number, "planted-wrong-token", KEYS),
            |_| {},
        ));
    }
    // Bodies that nobody can read, with what nobody may read.
    let unreadable = format!("From=%2B3706{number}&Digits={KEYS}&k={START_KEY}&x=%zz%ff&{{\"[");
    for content in [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=planted-boundary",
        "text/plain",
    ] {
        let headers = vec![("content-type", content.to_owned())];
        for path in ["start", "turn?t=planted-wrong-token", "status"] {
            let body = Bytes::from(unreadable.clone());
            let url = format!("{base}/{path}");
            requests.push(WebRequest { method: Method::POST, url, headers: headers.clone(), body });
        }
    }
    let method = Method::PUT;
    requests.push(WebRequest { method, ..forged });
    for request in requests {
        scene.call(kind, request).await;
    }
}

/// The doors of people and programs, with what does not fit.
async fn pages(scene: &mut Scene, config: &str, token: &str) {
    let number = format!("+3706{FIRST}");
    let post = |path: &str, kind: &str, body: &str, token: &str| WebRequest {
        method: Method::POST,
        url: format!("{PUBLIC}{path}"),
        headers: vec![
            ("content-type", kind.to_owned()),
            ("authorization", format!("Bearer {token}")),
            ("origin", PUBLIC.to_owned()),
        ],
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    for token in [token, "act_planted-wrong-api-token"] {
        for body in [
            format!("{{\"call\":\"4711\",\"caller\":\"{number}\",\"started\":\"{number}\"}}"),
            format!("{{\"call\":4711,\"caller\":[\"{number}\"]}}"),
            format!("[{{\"caller\":\"{number}\"}}, \"{number}\""),
            format!("{{\"{number}\":\"planted spoken words\"}}"),
        ] {
            for path in ["/api/v1/calls", "/api/v1/handovers", "/api/v1/calls?planted-query=1"] {
                scene.send(post(path, "application/json", &body, token)).await;
            }
            scene.send(post("/api/v1/calls", "application/x-ndjson", &body, token)).await;
        }
        let get = format!("{PUBLIC}/api/v1/reports/agents?from={number}&agent={number}&{number}=1");
        let headers = vec![("authorization", format!("Bearer {token}"))];
        scene.send(WebRequest { method: Method::GET, url: get, headers, body: Bytes::new() }).await;
    }
    let form = "application/x-www-form-urlencoded";
    for password in ["planted-wrong-password", PASSWORD] {
        let fields = [("password", password), ("email", "planted@example.com")];
        let body = turns::form(&super::said(&fields));
        scene.send(post("/sign-in", form, &body, "none")).await;
        let fields = [("password", password)];
        scene.send(post("/sign-in", form, &turns::form(&super::said(&fields)), "none")).await;
    }
    let back = format!("{PUBLIC}/sign-in/sso/back?code=planted-code&state=planted-state");
    let cookie = vec![("cookie", "aftercall=planted-cookie".to_owned())];
    scene
        .send(WebRequest { method: Method::GET, url: back, headers: cookie, body: Bytes::new() })
        .await;

    // Files with bad lines, and people.
    let calls = format!(
        "call,started,agent,queue,caller\n1,{number},A1,sales,{number}\n2,2026-01-01T10:00:00Z,A1,sales,{number}x\n\
         3,2026-01-01T10:00:00Z,A1,sales,{number},{number}\n\"4\n"
    );
    scene.run(&["import", "calls", "-", "--config", config], &calls);
    scene.run(&["import", "calls", "-", "--config", config], &calls.replace("caller", &number));
    let agents = format!("code,name,team,from,to\nA1,Rasa,red,{number},\n");
    scene.run(&["import", "agents", "-", "--config", config], &agents);
    let user = ["user", "add", "ona@example.com", "--role", "read", "--config", config];
    scene.run(&user, "planted-password\n");
    scene.run(&user, "short\n");
    scene.run(&["erase", "--number", &format!("{number}x"), "--config", config], "");
    scene.run(&["doctor", "--config", config], "");
}

/// Settings with faults, each beside what must not be told.
fn faults(scene: &mut Scene, folder: &Path) {
    let good = format!("secret = \"{}\"\ncaller_key = \"{}\"\n", "S".repeat(40), "K".repeat(40));
    let away = "database_url = \"postgres://planted:planted-database-password@127.0.0.1:1/x\"\n";
    for (n, text) in [
        good.replace("secret", "secert"),
        good.replace(&"S".repeat(40), "planted-short"),
        good.replace(&"S".repeat(40), &format!("{}\\q", "S".repeat(40))),
        good.replace(&format!("\"{}\"", "S".repeat(40)), "\"planted-no-end"),
        format!("{good}[access]\npassword = [\"planted-in-a-list\"]"),
        format!("{good}[access]\npassword = \"short-p\""),
        format!("{good}database_url = \"mysql://planted:planted-database-password@host/x\""),
        format!("{good}database_url = \"postgres://planted:planted-database-password@ho st:x/y\""),
        format!("{good}{away}"),
        format!("{good}[provider.tw]\nkind = \"twilio\"\nauth_token = \"planted-auth-token\""),
        format!("{good}[provider.tw]\nkind = \"twilio\"\nauth_tokens = \"planted-auth-token\"\nallow_from = [\"x\"]"),
        format!("{good}[provider.tx]\nkind = \"telnyx\"\npublic_keys = [\"cGxhbnRlZA==\"]\napi_key = 7"),
        format!("{good}[webhook.x]\nurl = \"https://x.example\"\nsecret = \"planted-hook-secret\""),
        format!("{good}[mail]\nserver = \"x\"\nuser = \"x\"\npassword = \"planted-mail-password\"\nfrom = 7"),
        format!("{good}[sso]\nissuer = \"x\"\nclient_secret = \"planted-client-secret\""),
    ]
    .iter()
    .enumerate()
    {
        let file = folder.join(format!("fault{n}.toml"));
        std::fs::write(&file, format!("listen = \"127.0.0.1:0\"\n{text}\n")).expect("written");
        let file = file.to_str().expect("text").to_owned();
        for command in ["check", "serve"] {
            scene.run(&[command, "--config", &file], "");
            let (_, told) = scene.said[scene.said.len() - 2..][0].clone();
            let (_, out) = scene.said.last().expect("said").clone();
            assert!(!(told + &out).is_empty(), "{command} of fault {n} says nothing");
        }
    }
    scene.plant("a secret", "SSSSSSSSSS");
    scene.plant("a caller key", "KKKKKKKKKK");
}

/// Waits until the log says so.
async fn logged(log: &Path, what: &str) {
    let begun = Instant::now();
    while !std::fs::read_to_string(log).is_ok_and(|log| log.contains(what)) {
        assert!(begun.elapsed() < PATIENCE, "the log does not say: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_told() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (database, folder) = (Database::postgres().await, tempfile::tempdir().expect("a folder"));
    let proxy = Proxy::to(&database.url).await;
    let further = format!(
        "spool = \"{}/spool\"\ncall.finish_key_grace_ms = 0\n[limits]\nbudget_ms = 1500\n\
         [log]\nlevel = \"trace\"\n[access]\npassword = \"{PASSWORD}\"\n\
         [webhook.other]\nurl = \"http://127.0.0.1:1/planted-hook-path?key=planted-hook-key\"\n\
         secret = \"{HOOK}\"\nallow_private = true\n",
        folder.path().display()
    );
    let text = settings("127.0.0.1:0", PUBLIC, &proxy.url, &folder.path().join("media"), &further);
    let text =
        text.replace("account_sid =", "recording_hosts = [\"recordings.invalid\"]\naccount_sid =");
    let config = folder.path().join("aftercall.toml");
    std::fs::write(&config, text).expect("written");
    let (server, log) = (Server::start(&config), config.with_extension("log"));
    let config = config.to_str().expect("text").to_owned();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let mut scene = Scene { server, client, planted: Vec::new(), said: Vec::new() };
    for (what, text) in [
        ("keys", KEYS),
        ("a start key", START_KEY),
        ("an auth token", AUTH_TOKEN),
        ("a private key", PRIVATE_KEY),
        ("the password", PASSWORD),
        ("a webhook's secret", HOOK),
        ("a wrong signature", "cGxhbnRlZCB3cm9uZyBzaWduYXR1cmU"),
        ("the database's password", ":secret@"),
        ("the secret", "ssssssssss"),
        ("the caller key", "cccccccccc"),
        ("anything planted", "planted"),
        ("anything planted", "Planted"),
    ] {
        scene.plant(what, text);
    }
    let made =
        scene.run(&["token", "create", "--name", "P", "--role", "admin", "--config", &config], "");
    let token = made.trim().to_owned();
    assert!(token.len() > 20, "{token}");
    scene.plant("an API token", &token);

    let mut number = FIRST;
    for kind in Kind::ALL {
        honest(&mut scene, kind, number).await;
        wrong(&mut scene, kind, number + 1).await;
        number += 2;
    }
    pages(&mut scene, &config, &token).await;
    faults(&mut scene, folder.path());

    // The database goes in the middle of a call, and comes back.
    scene.plant("a caller's number", format!("6{number}"));
    let kind = Kind::Freeswitch;
    let first = scene.call(kind, turns::start(kind, number, "A1")).await.expect("a question");
    proxy.set(Way::Cut);
    let second = scene.call(kind, turns::turn(kind, number, &first, "5")).await.expect("the next");
    scene.call(kind, turns::turn(kind, number, &second, KEYS)).await;
    scene.call(kind, turns::start(kind, number + 1, "A1")).await;
    scene.plant("a caller's number", format!("6{}", number + 1));
    logged(&log, "the database is away").await;
    pages(&mut scene, &config, &token).await;
    proxy.set(Way::Open);
    logged(&log, "waited for the database are stored").await;
    logged(&log, "a delivery is tried again").await;
    logged(&log, "a recording is tried again").await;

    let url = format!("{}/metrics", scene.server.url);
    let metrics = scene.client.get(url).bearer_auth(&token).send().await.expect("metrics");
    scene.said.push(("metrics".into(), metrics.text().await.expect("text")));
    let Scene { server, planted, mut said, .. } = scene;
    server.stop().await;
    let log = std::fs::read_to_string(&log).expect("the log");
    for seen in ["TRACE", "DEBUG", "a request was refused", "a token does not open"] {
        assert!(log.contains(seen), "the log does not say: {seen}");
    }
    assert!(Kind::ALL.iter().filter(|kind| kind.proof() == Proof::Address).count() > 1);
    said.push(("log".into(), log));
    let mut told = Vec::new();
    for (by, text) in &said {
        for (what, planted) in &planted {
            let lines = text.lines().filter(|line| line.contains(planted.as_str()));
            told.extend(lines.take(3).map(|line| {
                let line: String = line.chars().take(400).collect();
                format!("{what} in {by}: {line}")
            }));
        }
    }
    assert!(told.is_empty(), "{} times:\n{}", told.len(), told.join("\n"));
}
