//! The settings: one file, documented in `aftercall.default.toml`, and the environment.
//!
//! The default file is part of the program: it gives every default, and its keys and types are
//! what a settings file is checked against. Nothing outside `layers` reads the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Table;

use crate::dialect::{Kind, PublicKey};
use crate::survey::Lang;

/// The default file: every setting with default, unit and meaning.
pub const DEFAULTS: &str = include_str!("../aftercall.default.toml");

/// One thing wrong in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `offer.share`.
    pub key: String,
    /// Where it was said: `FILE:LINE`, or the name of the environment variable.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.key, self.message)
    }
}

/// All that is wrong in the settings.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used:\n{}", .faults.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError {
    /// Every fault.
    pub faults: Vec<Fault>,
    /// What the settings say of surveys all the same; `None` if they cannot be read at all.
    pub surveys: Option<SurveysNamed>,
}

/// What the settings say of surveys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveysNamed {
    /// Folder of surveys; `None` = those inside the program.
    pub prompts: Option<PathBuf>,
    /// Every place that names a survey. Whether there is one of that name only those who have read
    /// the surveys can tell.
    pub places: Vec<SurveyName>,
}

/// A place in the settings that names a survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyName {
    /// The key, such as `provider.twilio.survey`.
    pub key: String,
    /// `FILE:LINE`, or the name of the environment variable.
    pub place: String,
    /// The survey.
    pub survey: String,
}

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Scheme, host, port and prefix; no slash at the end.
    pub public_url: String,
    /// Certificate and key, where the server itself speaks TLS.
    pub tls: Option<Tls>,
    /// `sqlite:…` or `postgres://…`; may hold a password.
    pub database_url: SecretString,
    /// The first signs, all verify.
    pub secrets: Vec<SecretString>,
    /// Hashes callers' numbers and call ids.
    pub caller_key: SecretString,
    /// The centre's zone.
    pub time_zone: jiff::tz::TimeZone,
    /// Where surveys are, and where the settings name one.
    pub surveys: SurveysNamed,
    /// Folder for recorded comments.
    pub media: PathBuf,
    /// Folder for what waits while the database is away; `None` = where the database says.
    pub spool: Option<PathBuf>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Log settings.
    pub log: Log,
    /// Where traces go.
    pub telemetry: Telemetry,
    /// Who may read the report.
    pub access: Access,
    /// Single sign-on, if it is set up.
    pub sso: Option<SingleSignOn>,
    /// How agents appear in reports.
    pub people: People,
    /// Fewest answers from which figures of one agent's measure are shown at all.
    pub people_min_n: u64,
    /// Whether callers who were asked are looked up again after seven days.
    pub observed_resolution: bool,
    /// Whether reviewers may mark answers of their own teams.
    pub review_own_team: bool,
    /// Shortest time for which figures of one agent are shown.
    pub people_finest: Finest,
    /// Limits.
    pub limits: Limits,
    /// The call itself.
    pub call: Call,
    /// Who is asked.
    pub offer: Offer,
    /// What comes after.
    pub after: AfterRules,
    /// How long things are kept.
    pub retention: Retention,
    /// The speech program.
    pub speech: SpeechProgram,
    /// The phone in the browser.
    pub phone: Phone,
    /// Providers by name.
    pub providers: BTreeMap<String, Provider>,
    /// Webhooks by name.
    pub webhooks: BTreeMap<String, Webhook>,
    /// Who is told at once of a low score.
    pub alert: Alert,
    /// When cases are opened.
    pub cases: CaseRules,
    /// The server for mails; `None`: none are sent.
    pub mail: Option<Mail>,
    /// Reports that are mailed by themselves.
    pub report_mails: Vec<ReportMail>,
    /// Legal but risky settings, to be logged at start.
    pub warnings: Vec<String>,
}

/// Log settings.
#[derive(Clone, Debug, Deserialize)]
pub struct Log {
    /// Filter as in `info,aftercall::web=debug`.
    pub level: String,
    /// `text` or `json`.
    pub format: String,
}

/// Traces over OTLP.
#[derive(Clone, Debug, Default)]
pub struct Telemetry {
    /// Base address of the collector; `None` = nothing is traced.
    pub otlp: Option<String>,
    /// Share of requests that are traced where none traces them before us, 0–1.
    pub share: f64,
}

/// Single sign-on with an OpenID Connect provider.
#[derive(Clone, Debug)]
pub struct SingleSignOn {
    /// The provider's address, as it calls itself.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// Our secret there, if it gave us one.
    pub client_secret: Option<SecretString>,
    /// What the button on the page says; empty for the text of the page's language.
    pub name: String,
    /// Scopes asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that decides on role and teams: a text or a list of texts.
    pub claim: String,
    /// The claim that holds an agent's code.
    pub agent_claim: Option<String>,
    /// Which values of the claim give which role; the first that fits.
    pub roles: Vec<Given>,
    /// Which values of the claim let somebody see which team; all that fit.
    pub teams: Vec<Given>,
}

/// What a value of a claim gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub claim: String,
    /// What it gives.
    pub gives: String,
}

/// How agents appear in reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// By name.
    #[default]
    Named,
    /// By stable codes that only admins can look up.
    Coded,
    /// Not at all: teams are the finest figure.
    Team,
}

impl People {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Named, Self::Coded, Self::Team];

    /// The word in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Coded => "coded",
            Self::Team => "team",
        }
    }
}

/// The shortest time for which figures of one agent are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finest {
    /// Nothing is held back.
    #[default]
    Day,
    /// Whole ISO weeks that are over.
    Week,
    /// Whole calendar months that are over.
    Month,
}

impl Finest {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Who may read the report.
#[derive(Clone, Debug)]
pub struct Access {
    /// The manager's password, if there is one.
    pub password: Option<SecretString>,
    /// Whether the report stands open without sign-in (loopback only).
    pub open: bool,
    /// Hours a session lasts.
    pub session_hours: i64,
}

/// Limits.
#[derive(Clone, Debug, Deserialize)]
pub struct Limits {
    /// Milliseconds for the store's commit.
    pub budget_ms: u64,
    /// Largest webhook body in kilobytes.
    pub body_kb: usize,
    /// Connections served at once.
    pub connections: usize,
    /// Connections of one peer that is no trusted proxy; 0 = as many as there are.
    pub connections_per_peer: usize,
    /// Seconds for a client's headers.
    pub header_seconds: u64,
    /// Seconds between being told to stop and closing the door.
    pub drain_seconds: u64,
    /// Hours within which caller and time match a record.
    pub match_hours: i64,
}

/// How many days things are kept; 0 for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Retention {
    /// Recorded comments.
    pub comments: i64,
    /// What leads from interviews and calls to their callers.
    pub numbers: i64,
    /// Interviews and records of calls, by whole months.
    pub interviews: i64,
    /// Counts of single agents in months whose interviews are gone.
    pub agent_scores: i64,
    /// Entries of the audit log.
    pub audit: i64,
}

/// The call itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// See `interview::Opening`.
    pub finish_key_grace_ms: u32,
    /// Whether a manager's call-back is offered.
    pub callbacks: bool,
}

/// Who is asked.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Seconds of talk below which nobody is asked.
    pub minimum_talk_seconds: u32,
    /// Opening hours; empty = always.
    pub hours: Vec<Hours>,
    /// Offers to one caller …
    pub caller_offers: u32,
    /// … within so many days; 0 = no cap.
    pub caller_days: u32,
    /// Share of calls offered, 0.05–1.
    pub share: f64,
    /// The consent basis.
    pub basis: Basis,
    /// What a caller gets who is not asked.
    pub otherwise: Otherwise,
    /// While the store is away: ask all the same.
    pub ask_when_store_away: bool,
    /// Queues that differ.
    pub queues: BTreeMap<String, QueueRule>,
    /// Surveys that are switched, by name.
    pub surveys: BTreeMap<String, SurveyRule>,
}

/// Opening hours on some days of the week, local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Monday = 0 … Sunday = 6.
    pub days: Vec<u8>,
    /// Minutes after midnight, included.
    pub from: u16,
    /// Minutes after midnight, not included.
    pub to: u16,
}

/// On what the right to ask rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Nothing is needed.
    None,
    /// The greeting announces it.
    Announce,
    /// Consent is the first question.
    Ask,
    /// Consent came with the hand-over.
    Given,
}

/// What a caller gets who is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Hang up.
    Hangup,
    /// A goodbye, then hang up.
    Goodbye,
    /// Back to the platform.
    Return,
    /// On to that address.
    Redirect(String),
    /// Refuse a call not yet answered; an answered one is hung up.
    Reject,
}

/// A queue that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRule {
    /// Whether its callers are asked.
    pub on: bool,
    /// Its share, if it has its own.
    pub share: Option<f64>,
    /// Its minimum talk in seconds, if it has its own.
    pub minimum_talk_seconds: Option<u32>,
    /// Its survey, if it has its own.
    pub survey: Option<String>,
}

/// A survey that is switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveyRule {
    /// Whether it is asked.
    pub on: bool,
}

/// What comes after an interview.
#[derive(Clone, Debug)]
pub struct AfterRules {
    /// After one that came to its end.
    pub complete: Next,
    /// After one that ended early.
    pub early: Next,
    /// Hosts to which a caller may be sent.
    pub hosts: Vec<String>,
}

/// Where a call goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It ends.
    Hangup,
    /// Back to the platform.
    Return,
    /// On to that address.
    Redirect(String),
}

/// The speech program behind `prompts speak`.
#[derive(Clone, Debug, Deserialize)]
pub struct SpeechProgram {
    /// Its name or path.
    pub program: String,
    /// Its arguments; `{voice}`, `{speed}`, `{text}`, `{out}` are replaced.
    pub arguments: Vec<String>,
    /// Words per minute.
    pub speed: u32,
}

/// The phone in the browser.
#[derive(Clone, Debug, Deserialize)]
pub struct Phone {
    /// Whether it stands open at `/phone`.
    pub on: bool,
}

/// One account at a phone provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The section's name.
    pub name: String,
    /// Its dialect.
    pub kind: Kind,
    /// Survey for calls that name none.
    pub survey: Option<String>,
    /// Two-letter country for numbers without prefix.
    pub country: Option<String>,
    /// Language of goodbyes outside an interview.
    pub language: Option<Lang>,
    /// Our own numbers.
    pub own_numbers: Vec<String>,
    /// The account's id.
    pub account_sid: String,
    /// Signing keys.
    pub auth_tokens: Vec<SecretString>,
    /// Public halves of signing keys.
    pub public_keys: Vec<PublicKey>,
    /// `SID:secret` for the provider's API.
    pub api_key: Option<SecretString>,
    /// Base address of the provider's API.
    pub api_base: Option<String>,
    /// Where access tokens for that API come from, for `api_key` (OAuth 2.0, client credentials).
    pub token_url: Option<String>,
    /// Hosts, beside the provider's own, that recordings may be fetched from.
    pub recording_hosts: Vec<String>,
    /// Keys a start may carry.
    pub start_keys: Vec<SecretString>,
    /// Networks it may come from.
    pub allow_from: Vec<IpNet>,
    /// Header of a proxy that checks client certificates.
    pub client_cert_header: Option<String>,
    /// Whether requests are verified.
    pub verify: bool,
    /// Milliseconds for the commit.
    pub budget_ms: u64,
    /// Whether TaskRouter's wrap-up moves the customer here.
    pub moves: bool,
    /// Surveys by called number.
    pub numbers: Vec<Number>,
}

/// A called number with its survey.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The number called.
    pub to: String,
    /// The survey.
    #[serde(default)]
    pub survey: Option<String>,
    /// The queue.
    #[serde(default)]
    pub queue: Option<String>,
    /// The language.
    #[serde(default)]
    pub lang: Option<String>,
}

impl Config {
    /// Whether a proxy stands before us that `trusted_proxies` does not name: we listen on this
    /// machine only, and the public address is not on it. All browsers then have one address.
    pub fn behind_unnamed_proxy(&self) -> bool {
        self.listen.ip().is_loopback()
            && !loopback_host(&self.public_url)
            && self.trusted_proxies.is_empty()
    }

    /// The speech program of the default file.
    pub fn speech_defaults() -> SpeechProgram {
        let defaults: Table = DEFAULTS.parse().unwrap_or_default();
        defaults.get("speech").cloned().and_then(|s| s.try_into().ok()).unwrap_or(SpeechProgram {
            program: "espeak-ng".into(),
            arguments: Vec::new(),
            speed: 185,
        })
    }

    /// Whether someone other than this machine can reach the server.
    pub fn public(&self) -> bool {
        !(self.listen.ip().is_loopback() && loopback_host(&self.public_url))
    }
}

mod layers;
mod read;
mod sending;
mod tls;
pub use sending::{Alert, CaseRules, Event, Every, Mail, MailTls, Quiet, ReportMail, Webhook};
pub use tls::{Tls, TlsError};

/// Whether the host of an address is this machine itself.
pub fn loopback_host(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = host.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether two names differ in a letter, or two in longer names, or one holds the other: what is
/// asked back after a misspelt one.
pub fn alike(a: &str, b: &str) -> bool {
    if a.len() > 3 && b.len() > 3 && (a.contains(b) || b.contains(a)) {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let end =
        a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    a.len().max(b.len()) - start - end <= 1 + usize::from(a.len().min(b.len()) >= 5)
}

/// What may not print stays readable here only.
pub(crate) fn reveal(secret: &SecretString) -> &str {
    secret.expose_secret()
}
