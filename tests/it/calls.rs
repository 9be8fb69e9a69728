//! Whole calls, placed by the phone through the real webhooks and XML: what callers press is what
//! the report shows, whatever happens to requests, server and database meanwhile.

use std::path::PathBuf;

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::dialect::{Kind, Proof};
use aftercall::phone::{
    After, InProcess, Line, Outcome, WebRequest, WebResponse, Wire, WireError, call_id,
    telnyx_public_key,
};
use aftercall::web::{Body, Router};

mod alike;
pub mod anything;
mod attack;
mod away;
mod broken;
mod cases;
mod checked;
mod commands;
mod engine;
mod failover;
mod faults;
mod histories;
pub mod killed;
mod line_faults;
mod many;
mod meddler;
mod midnight;
mod moment;
mod nobody;
mod nodes;
mod pairs;
mod proxy;
mod rotation;
mod seconds;
mod strangers;
mod table;
mod tls;
mod told;
pub mod turns;
mod upgrade;
mod voicexml;

/// 2026-01-20, 10:00 UTC.
const T: i64 = 1_768_903_200_000;
/// Signs requests of Twilio and Plivo.
const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Starts calls of FreeSWITCH.
const START_KEY: &str = "fedcba9876543210fedcba9876543210";
/// Signs Telnyx's requests (the first test key of RFC 8032).
const PRIVATE_KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxXtnMmkZcDrOx8MFn2A=";
/// Where documents say that the server is.
pub const PUBLIC: &str = "http://127.0.0.1:8080";

/// A server in this process, with every kind of provider.
struct Centre {
    app: App,
    _media: tempfile::TempDir,
}

impl Centre {
    async fn open(database: &str) -> Self {
        // Nothing here measures how fast a loaded machine stores.
        Self::with(database, "[limits]\nbudget_ms = 4000").await
    }

    /// With further settings.
    async fn with(database: &str, further: &str) -> Self {
        let media = tempfile::tempdir().expect("a temporary folder");
        let text = settings("127.0.0.1:8080", PUBLIC, database, media.path(), further);
        let config = Config::read(&text, "test.toml", vec![]).expect("settings");
        Self { app: App::build(config).await.expect("a centre"), _media: media }
    }

    /// A way to it; every answer takes as long as from a server near the provider.
    fn wire(&self) -> Near {
        Near(InProcess::new(self.app.voice()))
    }

    /// Every tally equals a recount of the facts.
    async fn adds_up(&self) {
        self.app.site.desk.settle().await;
        let differences = self.app.store().doctor().await.expect("the doctor reads");
        assert!(differences.is_empty(), "{differences:?}");
    }

    /// How often an event was counted, over all providers.
    fn counted(&self, event: &str) -> u64 {
        let counters = self.app.site.desk.counters();
        // Some things are of no provider.
        let of = Kind::ALL.iter().map(|kind| kind.word()).chain([""]);
        of.map(|provider| counters.total(event, provider)).sum()
    }
}

/// The settings of a server with every kind of provider, each section named after its kind;
/// `further` begins with top-level keys.
fn settings(
    listen: &str,
    public_url: &str,
    database: &str,
    media: &std::path::Path,
    further: &str,
) -> String {
    let sections: String = Kind::ALL.into_iter().map(section).collect();
    format!(
        r#"
listen = "{listen}"
public_url = "{public_url}"
database_url = "{database}"
media = "{}"
secret = ["{}"]
caller_key = "{}"
call.callbacks = true
{further}
{sections}"#,
        media.display(),
        "s".repeat(32),
        "c".repeat(32),
    )
}

/// The same in a file, for the program itself on a free port.
pub fn write_settings_with(folder: &std::path::Path, url: &str, further: &str) -> PathBuf {
    let file = folder.join("aftercall.toml");
    let own = format!("spool = \"{}\"\n{further}", folder.join("spool").display());
    let text = settings("127.0.0.1:0", PUBLIC, url, &folder.join("media"), &own);
    std::fs::write(&file, text).expect("written");
    file
}

fn section(kind: Kind) -> String {
    let word = kind.word();
    let proof = match kind.proof() {
        Proof::Address => format!("auth_tokens = [\"{AUTH_TOKEN}\"]"),
        Proof::Body => format!(
            "public_keys = [\"{}\"]\nstart_keys = [\"{START_KEY}\"]",
            telnyx_public_key(PRIVATE_KEY)
        ),
        Proof::Nothing => format!("start_keys = [\"{START_KEY}\"]"),
    };
    format!(
        r#"
[provider.{word}]
kind = "{word}"
survey = "post-call"
country = "LT"
account_sid = "AC00000000000000000000000000000001"
budget_ms = 600000
{proof}
"#
    )
}

/// A wire whose answers always take 50 ms on the call's clock, however loaded this machine is.
pub struct Near(pub InProcess<Router, Body>);

impl Wire for Near {
    async fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        let answer = self.0.send(request, at_ms).await?;
        Ok(WebResponse { took_ms: 50, ..answer })
    }
}

/// A line to the server at [`PUBLIC`] for a call of its own, an hour after the one before.
fn line(kind: Kind, number: u32) -> Line {
    let mut random = [0; 16];
    random[12..].copy_from_slice(&number.to_be_bytes());
    let base = format!("{PUBLIC}/voice/{}", kind.word());
    let mut line = Line::new(kind, base, call_id(kind, random));
    line.auth_token = Some(secret(kind).into());
    line.start_key = Some(START_KEY.into());
    line.from = format!("+3706{number:07}");
    line.start_ms = Some(T + i64::from(number) * 1000);
    line
}

/// What signs the requests of that kind.
fn secret(kind: Kind) -> &'static str {
    if kind.proof() == Proof::Body { PRIVATE_KEY } else { AUTH_TOKEN }
}

/// The kinds of provider in turn.
fn kind(number: u32) -> Kind {
    Kind::ALL[number as usize % Kind::ALL.len()]
}

/// Pairs of a hand-over.
fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a call may waste of its caller's time: 0.3 s after a key, 2.3 s where a second key could
/// come, 3.5 s after a recording; the first word within 1.5 s.
pub fn wastes_little(kind: Kind, outcome: &Outcome) -> Result<(), String> {
    for gap in &outcome.gaps {
        let most = match gap.after {
            After::Start => 1500,
            After::Keys { two: true } => 2300,
            // Its `#` ends a recording; silence does not, and the limit is a minute.
            After::Recording if kind == Kind::Africastalking => 61_000,
            After::Recording => 3500,
            After::Keys { two: false } | After::Silence | After::Sound => 300,
        };
        if gap.millis > most {
            return Err(format!("{gap:?} is longer than {most} ms"));
        }
    }
    match outcome.first_word_ms {
        Some(late) if late > 1500 => Err(format!("the first word came after {late} ms")),
        _ => Ok(()),
    }
}

/// Numbers that look drawn, the same ones for the same seed (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.below(1);
        dice
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }

    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[usize::try_from(self.below(of.len() as u64)).expect("a place")]
    }
}
