//! What else is done with the store while calls go on.

use std::cell::Cell;
use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::time::{Duration, timeout};

use crate::process::Child;

/// One kind of work; over all days that the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// The agents report, as the server answers it to a program.
    Report,
    /// `aftercall export interviews`.
    Export,
    /// `aftercall recount`.
    Recount,
    /// `aftercall retain`.
    Retain,
    /// `aftercall backup`; SQLite alone.
    Backup,
    /// Strangers at the server's door; see [`attack`].
    Attack,
}

/// Where it is done.
pub struct Place<'a> {
    /// The server, for what it does itself.
    pub server: &'a Child,
    /// Its settings, for commands beside it.
    pub settings: &'a Path,
    /// For files that come of it.
    pub folder: &'a Path,
    /// Lets a program read reports.
    pub token: String,
}

impl<'a> Place<'a> {
    /// With a new token.
    pub async fn new(server: &'a Child, settings: &'a Path, folder: &'a Path) -> Self {
        let words = ["token", "create", "--name", "load", "--role", "read"];
        let made = command(settings, &words).stderr(Stdio::inherit()).output().await;
        let token = String::from_utf8(made.expect("it runs").stdout).expect("text");
        assert!(!token.trim().is_empty(), "no token");
        Self { server, settings, folder, token: token.trim().to_owned() }
    }
}

impl Work {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "beside reports",
            Self::Export => "beside an export",
            Self::Recount => "beside a recount",
            Self::Retain => "beside retention",
            Self::Backup => "beside a backup",
            Self::Attack => "beside attacks",
        }
    }

    /// Does it again and again, and counts how often it came to its end.
    pub async fn again(self, place: &Place<'_>, done: &Cell<u32>) -> Infallible {
        loop {
            self.once(place, done.get()).await;
            done.set(done.get() + 1);
        }
    }

    async fn once(self, place: &Place<'_>, time: u32) {
        // A new one each time: to remove a large file would hold up whoever measures.
        let file = place.folder.join(format!("beside-{time}"));
        let file = file.to_str().expect("a path");
        let words: &[&str] = match self {
            Self::Report => return report(place).await,
            Self::Attack => return attack(place).await,
            Self::Export => &[
                "export",
                "interviews",
                "--from",
                "2024-01-01",
                "--to",
                "2026-12-31",
                "--out",
                file,
            ],
            Self::Recount => &["recount"],
            Self::Retain => &["retain"],
            Self::Backup => &["backup", file],
        };
        let mut command = command(place.settings, words);
        let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status().await;
        let ended = ended.expect("it runs");
        assert!(ended.success(), "{words:?} ended with {ended}");
    }
}

/// A command of this program on the store of those settings; ended with whoever waits for it.
fn command(settings: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(words).arg("--config").arg(settings).kill_on_drop(true);
    command
}

async fn report(place: &Place<'_>) {
    let mut stream = TcpStream::connect(&place.server.address).await.expect("connects");
    let request = format!(
        "GET /api/v1/reports/agents?from=2024-01-01&to=2026-12-31 HTTP/1.1\r\nhost: localhost\r\n\
         authorization: Bearer {}\r\nconnection: close\r\n\r\n",
        place.token
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let head = String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned();
    assert!(head.starts_with("HTTP/1.1 200"), "no report: {head}");
}

/// How long a stranger waits for whatever comes.
const STARING: Duration = Duration::from_millis(500);

/// Connections that say nothing, headers that do not end, bodies longer than any that is taken,
/// forged webhooks, deeply nested JSON and long queues of requests, twenty of each at once, from an
/// address that no caller's platform has.
async fn attack(place: &Place<'_>) {
    let post = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\
             content-type: application/x-www-form-urlencoded\r\n\r\n"
        )
    };
    let forged = "CallSid=CA1&AccountSid=AC1&Digits=5";
    let nested = "[".repeat(60_000);
    let kinds = [
        String::new(),
        format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(4_000)),
        post("/voice/twilio/turn", 100_000_000) + &"x".repeat(100_000),
        (post("/voice/twilio/turn", forged.len()) + forged).repeat(10),
        post("/api/v1/calls", nested.len()) + &nested,
        "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(50),
    ];
    let strangers = kinds.iter().flat_map(|sent| std::iter::repeat_n(sent, 20));
    join_all(strangers.map(|sent| stranger(place, sent.as_bytes()))).await;
}

/// Sends that and takes what comes for a while; being refused is no fault.
async fn stranger(place: &Place<'_>, sent: &[u8]) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.66:0".parse().expect("an address")).expect("bound");
    let server = place.server.address.parse().expect("an address");
    let _ = timeout(STARING, async {
        let mut stream = socket.connect(server).await?;
        stream.write_all(sent).await?;
        let mut answer = [0; 4096];
        while stream.read(&mut answer).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}
