//! The settings: one file, documented in `aftercall.default.toml`, and the environment.
//!
//! The default file is part of the program: it gives every default, and its keys and types are
//! what a settings file is checked against. Nothing outside this file reads the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::{Table, Value};

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
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Log settings.
    pub log: Log,
    /// Who may read the report.
    pub access: Access,
    /// Single sign-on, if it is set up.
    pub sso: Option<SingleSignOn>,
    /// How agents appear in reports.
    pub people: People,
    /// Fewest answers from which figures of one agent's measure are shown at all.
    pub people_min_n: u64,
    /// Limits.
    pub limits: Limits,
    /// The call itself.
    pub call: Call,
    /// Who is asked.
    pub offer: Offer,
    /// What comes after.
    pub after: AfterRules,
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
    /// Seconds for a client's headers.
    pub header_seconds: u64,
    /// Hours within which caller and time match a record.
    pub match_hours: i64,
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

    /// Reads a settings file and the process's environment.
    ///
    /// # Errors
    /// With all that is wrong, each with its place.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let (text, name) = match file {
            None => (String::new(), String::from("no settings file was named (--config FILE)")),
            Some(path) => {
                let name = path.display().to_string();
                match std::fs::read_to_string(path) {
                    Ok(text) => (text, name),
                    Err(fault) => {
                        return Err(one(
                            &name,
                            "settings file",
                            &format!("cannot be read: {fault}"),
                        ));
                    }
                }
            }
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let environment = std::env::vars().filter(|(n, _)| n.starts_with("AFTERCALL__")).collect();
        Self::read(&text, &name, environment)
    }

    /// Reads settings from text and from environment variables given as pairs.
    ///
    /// # Errors
    /// With all that is wrong, each with its place.
    pub fn read(
        text: &str,
        name: &str,
        environment: Vec<(String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let mut given: Table = match text.parse() {
            Ok(table) => table,
            Err(fault) => {
                let fault: toml::de::Error = fault;
                let line = fault.span().map_or(1, |s| line_of(text, s.start));
                let message = format!("{}{}", fault.message(), quotes(text, line));
                return Err(one(&format!("{name}:{line}"), "settings", &message));
            }
        };
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        note_lines(text, name, &mut places);
        for (variable, value) in environment {
            let path: Vec<String> = variable
                .trim_start_matches("AFTERCALL__")
                .split("__")
                .map(str::to_lowercase)
                .collect();
            for depth in 1..path.len() {
                places.entry(path[..depth].join(".")).or_insert_with(|| variable.clone());
            }
            places.insert(path.join("."), variable);
            set(&mut given, &path, read_value(&value));
        }
        let place = |key: &str| {
            let mut key = key.to_string();
            loop {
                if let Some(found) = places.get(&key) {
                    return found.clone();
                }
                match key.rfind('.') {
                    Some(dot) => key.truncate(dot),
                    None => return name.to_string(),
                }
            }
        };

        let mut settings: Table = DEFAULTS.parse().unwrap_or_default();
        let mut provider_defaults = take_example(&mut settings, &["provider"]);
        // The example's kind is no default: of a section that names none nobody knows whose
        // requests would come.
        provider_defaults.insert("kind".into(), Value::String(String::new()));
        let queue_defaults = take_example(&mut settings, &["offer", "queue"]);
        let survey_defaults = take_example(&mut settings, &["offer", "survey"]);
        let webhook_defaults = take_example(&mut settings, &["webhook"]);
        let alert_defaults = take_example(&mut settings, &["alert", "team"]);
        overlay(&mut settings, &given, "", &mut |key, message| {
            if !NAMED.iter().any(|named| key.starts_with(&format!("{named}."))) {
                faults.push(Fault { key: key.into(), place: place(key), message });
            }
        });
        let sections = |given: &Table, path: &[&str]| -> Table {
            let mut at = Some(given);
            for step in path {
                at = at.and_then(|t| t.get(*step)).and_then(Value::as_table);
            }
            at.cloned().unwrap_or_default()
        };
        let mut named = |path: &[&str], defaults: &Table| -> Vec<(String, Table)> {
            let mut found = Vec::new();
            for (section, value) in sections(&given, path) {
                let key = format!("{}.{section}", path.join("."));
                let Value::Table(said) = value else {
                    faults.push(Fault {
                        place: place(&key),
                        message: format!("must be a section: [{key}]"),
                        key,
                    });
                    continue;
                };
                let mut whole = defaults.clone();
                overlay(&mut whole, &said, &format!("{key}."), &mut |key, message| {
                    faults.push(Fault { key: key.into(), place: place(key), message });
                });
                found.push((section, whole));
            }
            found
        };
        let providers = named(&["provider"], &provider_defaults);
        let queues = named(&["offer", "queue"], &queue_defaults);
        let switched = named(&["offer", "survey"], &survey_defaults);
        let webhooks = named(&["webhook"], &webhook_defaults);
        let alert_teams = named(&["alert", "team"], &alert_defaults);
        let mut reading = Reading { faults: Vec::new(), place: &place, warnings: Vec::new() };
        // A folder of the wrong shape is no folder that could be looked into.
        let readable = faults.iter().all(|fault| fault.key != "prompts");
        let surveys = read::surveys(&settings, &providers, &queues, &switched, &place);
        let sections = Sections { providers, queues, switched, webhooks, alert_teams };
        let config = reading.config(&settings, sections, surveys.clone());
        // A setting of the wrong shape was left out: what else is said of it is not the cause.
        reading.faults.retain(|fault| faults.iter().all(|known| known.key != fault.key));
        faults.append(&mut reading.faults);
        // As the file is read from top to bottom; then what is missing or came from elsewhere.
        faults.sort_by_key(|fault| {
            let line = fault.place.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
            line.and_then(|line| line.parse().ok()).unwrap_or(usize::MAX)
        });
        match (config, faults.is_empty()) {
            (Some(mut config), true) => {
                config.warnings = reading.warnings;
                if config.behind_unnamed_proxy() {
                    config.warnings.push(
                        "trusted_proxies names nobody, but the public address is not on this \
                         machine: name the proxy, or all callers and browsers seem to come from it"
                            .into(),
                    );
                }
                Ok(config)
            }
            _ => Err(ConfigError { faults, surveys: readable.then_some(surveys) }),
        }
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

mod read;
mod sending;
use read::{Reading, Sections};
pub use sending::{Alert, CaseRules, Event, Every, Mail, MailTls, Quiet, ReportMail, Webhook};

/// Sections of which there are several, each with a name of its own.
const NAMED: [&str; 5] = ["provider", "offer.queue", "offer.survey", "webhook", "alert.team"];

fn one(place: &str, key: &str, message: &str) -> ConfigError {
    let fault = Fault { key: key.into(), place: place.into(), message: message.into() };
    ConfigError { faults: vec![fault], surveys: None }
}

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

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
}

/// What to do about a line that has a bare word for its value; empty for all other lines.
fn quotes(text: &str, line: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let Some((key, value)) = line.split_once('=') else { return String::new() };
    let (key, value) = (key.trim(), value.trim());
    let bare = value.starts_with(char::is_alphabetic) && !value.contains(['"', '\'']);
    if bare { format!("; a text stands in quotes: {key} = \"{value}\"") } else { String::new() }
}

/// Remembers on which line each key stands, by dotted path.
fn note_lines(text: &str, name: &str, places: &mut BTreeMap<String, String>) {
    fn walk(
        table: &toml::de::DeTable<'_>,
        prefix: &str,
        text: &str,
        name: &str,
        places: &mut BTreeMap<String, String>,
    ) {
        for (key, value) in table {
            let path = format!("{prefix}{}", key.get_ref());
            places.insert(path.clone(), format!("{name}:{}", line_of(text, key.span().start)));
            if let toml::de::DeValue::Table(inner) = value.get_ref() {
                walk(inner, &format!("{path}."), text, name, places);
            }
        }
    }
    if let Ok(table) = toml::de::DeTable::parse(text) {
        walk(table.get_ref(), "", text, name, places);
    }
}

/// A value from the environment: TOML where it reads as TOML, else text.
fn read_value(text: &str) -> Value {
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut t| t.remove("v"))
        .unwrap_or_else(|| Value::String(text.to_string()))
}

fn set(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            table.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

fn take_example(settings: &mut Table, path: &[&str]) -> Table {
    match path {
        [] => Table::new(),
        [last] => match settings.remove(*last) {
            Some(Value::Table(mut sections)) => match sections.remove("example") {
                Some(Value::Table(example)) => example,
                _ => Table::new(),
            },
            _ => Table::new(),
        },
        [first, rest @ ..] => match settings.get_mut(*first) {
            Some(Value::Table(inner)) => take_example(inner, rest),
            _ => Table::new(),
        },
    }
}

/// Puts `given` over `base`; every key must be known and of the same type.
fn overlay(base: &mut Table, given: &Table, prefix: &str, fault: &mut dyn FnMut(&str, String)) {
    for (key, value) in given {
        let path = format!("{prefix}{key}");
        if NAMED.contains(&path.as_str()) {
            continue;
        }
        match (base.get_mut(key), value) {
            (None, _) => {
                let near = base.keys().find(|k| alike(k, key));
                let hint = near.map_or(String::new(), |k| format!("; did you mean {k}?"));
                fault(&path, format!("is not a setting{hint}"));
            }
            (Some(Value::Table(inner)), Value::Table(said)) => {
                overlay(inner, said, &format!("{path}."), fault);
            }
            (Some(Value::Float(old)), Value::Integer(n)) => *old = *n as f64,
            // A list may be given as one text where one is enough.
            (Some(Value::Array(old)), Value::String(text)) => {
                *old = vec![Value::String(text.clone())];
            }
            // Numbers from the environment for texts.
            (Some(Value::String(old)), Value::Integer(n)) => *old = n.to_string(),
            (Some(old), value) if old.type_str() == value.type_str() => *old = value.clone(),
            (Some(old), value) => {
                fault(&path, format!("must be {}, not {}", shape(old), shown(old, value)));
            }
        }
    }
}

/// What a setting of that default takes, in words.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list such as [\"…\"]",
        Value::Table(_) => "a section",
        Value::Datetime(_) => "a time",
    }
}

/// A value of the wrong shape as it was written; only its shape where the setting may be a secret,
/// which are all texts and lists of texts.
fn shown(setting: &Value, value: &Value) -> String {
    let secret = setting.is_str() || setting.is_array();
    let long = value.is_array() || value.is_table();
    if secret || long { shape(value).to_owned() } else { value.to_string() }
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
