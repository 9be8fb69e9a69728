//! The other ends: a mail server, and a web server that takes webhooks.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Debian's own Python, for which tests/all installs what the mail server needs.
const PYTHON: &str = "/usr/bin/python3";

/// A mail server of our own; it ends with this value.
pub struct Smtp {
    child: Child,
    pub port: u16,
    mails: mpsc::Receiver<Value>,
}

impl Smtp {
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sending/smtp.py");
        let mut child = Command::new(PYTHON)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs; run tests/all, which installs python3-aiosmtpd");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let port = lines.next().and_then(Result::ok).and_then(|line| line.parse().ok());
        let (found, mails) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).expect("a mail as JSON");
                if found.send(mail).is_err() {
                    break;
                }
            }
        });
        Self { child, port: port.expect("it says its port; is python3-aiosmtpd there?"), mails }
    }

    /// The next mail; each is told of before its sender is.
    pub fn mail(&self) -> Value {
        self.mails.recv_timeout(Duration::from_secs(20)).expect("a mail")
    }

    /// Whether no mail is left, where none can be on its way.
    pub fn is_empty(&self) -> bool {
        self.mails.recv_timeout(Duration::from_millis(200)).is_err()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the receiver answers next.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status.
    Status(u16),
    /// 429 with seconds to wait.
    After(u64),
    /// Sent elsewhere.
    Elsewhere(String),
    /// Taken and never answered.
    Never,
}

/// A webhook as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

impl Came {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// What the program of docs/webhooks.md says of it, five seconds after it was sent.
    pub fn is_good(&self, secret: &str) -> bool {
        let now = self.timestamp.parse::<i64>().expect("seconds") + 5;
        let given = [secret, &self.id, &self.timestamp, &self.signature, &now.to_string()];
        verify(&given, &self.body)
    }
}

/// Runs the program that docs/webhooks.md shows.
pub fn verify(arguments: &[&str], body: &str) -> bool {
    let guide = include_str!("../../../docs/webhooks.md");
    let program = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut child = Command::new(PYTHON)
        .arg("-c")
        .arg(program.expect("the guide has a program"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    child.stdin.take().expect("its input").write_all(body.as_bytes()).expect("written");
    let done = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    assert_eq!(said == "good", done.status.success(), "{said}");
    done.status.success()
}

/// A web server that takes webhooks: answers by script, the last one for ever.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    script: Arc<Mutex<VecDeque<Reply>>>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Receiver {
    pub async fn start(script: impl Into<VecDeque<Reply>>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let receiver =
            Self { port, script: Arc::new(Mutex::new(script.into())), came: Arc::default() };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// The lines of a section for it.
    pub fn section(&self, name: &str, secret: &str, more: &str) -> String {
        format!(
            "[webhook.{name}]\nurl = \"http://127.0.0.1:{}/hook\"\nsecret = \"{secret}\"\n\
             allow_private = true\n{more}\n",
            self.port
        )
    }

    pub fn answer(&self, script: impl Into<VecDeque<Reply>>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = script.into();
    }

    /// What came since this was asked last.
    pub fn came(&self) -> Vec<Came> {
        std::mem::take(&mut *self.came.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let came = Came {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    receiver.came.lock().unwrap_or_else(PoisonError::into_inner).push(came);
    let next = {
        let mut script = receiver.script.lock().unwrap_or_else(PoisonError::into_inner);
        if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
    };
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match next.expect("the script is not empty") {
        Reply::Status(code) => status(code).into_response(),
        Reply::After(seconds) => {
            (status(429), [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Reply::Elsewhere(to) => (status(302), [(header::LOCATION, to)]).into_response(),
        Reply::Never => std::future::pending().await,
    }
}
