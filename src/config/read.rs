//! From a whole table of settings to [`Config`]: every cross-check, all faults at once.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{
    Access, AfterRules, Basis, Call, Config, Fault, Finest, Hours, Limits, Log, Next, Offer,
    Otherwise, People, Phone, QueueRule, Retention, SpeechProgram, SurveyName, SurveyRule,
    SurveysNamed, Telemetry, loopback_host, reveal,
};

/// Shortest secret in characters.
const SECRET_LENGTH: usize = 32;

/// Sections that have names of their own, each whole with its defaults.
pub(super) struct Sections {
    pub providers: Vec<(String, Table)>,
    pub queues: Vec<(String, Table)>,
    /// Surveys that are switched.
    pub switched: Vec<(String, Table)>,
    pub webhooks: Vec<(String, Table)>,
    /// Recipients of alerts by team.
    pub alert_teams: Vec<(String, Table)>,
}

/// What the settings say of surveys, whatever else is wrong with them.
pub(super) fn surveys(
    settings: &Table,
    providers: &[(String, Table)],
    queues: &[(String, Table)],
    switched: &[(String, Table)],
    place: &dyn Fn(&str) -> String,
) -> SurveysNamed {
    let mut named: Vec<(String, String)> = Vec::new();
    for (name, table) in providers {
        let numbers = table.get("numbers").and_then(Value::as_array).into_iter().flatten();
        let numbers = numbers.filter_map(|number| filled(number.as_table()?, "survey"));
        let key = |field: &str| format!("provider.{name}.{field}");
        named.extend(filled(table, "survey").map(|survey| (key("survey"), survey)));
        named.extend(numbers.map(|survey| (key("numbers"), survey)));
    }
    for (name, table) in queues {
        let key = format!("offer.queue.{name}.survey");
        named.extend(filled(table, "survey").map(|survey| (key, survey)));
    }
    named.extend(switched.iter().map(|(name, _)| (format!("offer.survey.{name}"), name.clone())));
    let at = |(key, survey): (String, String)| SurveyName { place: place(&key), key, survey };
    SurveysNamed {
        prompts: filled(settings, "prompts").map(PathBuf::from),
        places: named.into_iter().map(at).collect(),
    }
}

pub(super) struct Reading<'a> {
    pub faults: Vec<Fault>,
    pub place: &'a dyn Fn(&str) -> String,
    pub warnings: Vec<String>,
}

impl Reading<'_> {
    fn fault(&mut self, key: &str, message: impl Into<String>) {
        self.faults.push(Fault {
            key: key.into(),
            place: (self.place)(key),
            message: message.into(),
        });
    }

    pub(super) fn config(
        &mut self,
        settings: &Table,
        sections: Sections,
        surveys: SurveysNamed,
    ) -> Option<Config> {
        let Sections { providers, queues, switched, webhooks: hooks, alert_teams } = sections;
        let text = |key: &str| string(settings, key);
        let listen = match text("listen").parse::<std::net::SocketAddr>() {
            Ok(address) => Some(address),
            Err(_) => {
                self.fault("listen", "must be ADDRESS:PORT, such as 127.0.0.1:8080");
                None
            }
        };
        let public_url = text("public_url");
        if !(public_url.starts_with("http://") || public_url.starts_with("https://"))
            || public_url.ends_with('/')
            || public_url.contains(['?', '#', '@', ' ', ',', '{', '}', '$'])
        {
            self.fault(
                "public_url",
                "must be scheme and host without a slash at the end, such as https://survey.example.com",
            );
        }
        let secrets = self.secrets(settings);
        let caller_key = self.key(settings, "caller_key", "caller_key_file");
        let password = self.optional_secret(settings, "access", "password", "password_file");
        if let Some(password) = &password
            && reveal(password).chars().count() < 8
        {
            self.fault("access.password", "must have 8 characters or more");
        }
        let zone = text("time_zone");
        let time_zone = match jiff::tz::TimeZone::get(&zone) {
            Ok(zone) => Some(zone),
            Err(_) => {
                self.fault(
                    "time_zone",
                    format!("\"{zone}\" is not an IANA time zone such as Europe/Vilnius"),
                );
                None
            }
        };
        let database = text("database_url");
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|s| database.starts_with(s)) {
            self.fault(
                "database_url",
                "must be sqlite:FILE or postgres://user:password@host/database",
            );
        }
        let trusted_proxies = self.networks(settings, "trusted_proxies", "");
        let public = !(listen.is_some_and(|l| l.ip().is_loopback()) && loopback_host(&public_url));
        let after = self.after(settings);
        let offer = self.offer(settings, queues, switched, after.as_ref());
        let limits: Option<Limits> = self.section(settings, "limits");
        let retention = self.retention(settings);
        self.ranges(settings);
        let budget = limits.as_ref().map_or(600, |l| l.budget_ms);
        let mut accounts = std::collections::BTreeMap::new();
        for (name, table) in providers {
            if let Some(provider) = self.provider(&name, &table, public, budget) {
                accounts.insert(name, provider);
            }
        }
        let mut webhooks = std::collections::BTreeMap::new();
        for (name, table) in hooks {
            if let Some(webhook) = self.webhook(&name, &table) {
                webhooks.insert(name, webhook);
            }
        }
        let alert = self.alert(settings, alert_teams);
        let cases = self.cases(settings, &alert);
        let mail = self.mail(settings);
        let report_mails = self.report_mails(settings);
        let has_server = !string_in(settings, "mail", "server").is_empty();
        self.unsendable(&alert, &report_mails, has_server);
        let phone: Option<Phone> = self.section(settings, "phone");
        if public && phone.as_ref().is_some_and(|p| p.on) {
            self.fault(
                "phone.on",
                "the phone may stand open only where listen and public_url are loopback",
            );
        }
        let open = settings
            .get("access")
            .and_then(|a| a.get("open"))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        if public && open {
            self.fault(
                "access.open",
                "the report may stand open only where listen and public_url are loopback",
            );
        }
        let shown = text("people");
        let people = People::ALL.into_iter().find(|people| people.word() == shown);
        if people.is_none() {
            self.fault("people", "must be named, coded or team");
        }
        let least = settings.get("people_min_n").and_then(Value::as_integer);
        let people_min_n = least.filter(|n| (1..=1000).contains(n)).and_then(|n| n.try_into().ok());
        if people_min_n.is_none() {
            self.fault("people_min_n", "must be a number from 1 to 1000");
        }
        let observed = settings.get("observed_resolution").and_then(Value::as_bool);
        if observed.is_none() {
            self.fault("observed_resolution", "must be true or false");
        }
        let review_own_team = settings.get("review_own_team").and_then(Value::as_bool);
        if review_own_team.is_none() {
            self.fault("review_own_team", "must be true or false");
        }
        let word = text("people_finest");
        let people_finest = Finest::ALL.into_iter().find(|finest| finest.word() == word);
        if people_finest.is_none() {
            self.fault("people_finest", "must be day, week or month");
        }
        self.too_fine(&report_mails, people_finest.unwrap_or_default());
        let tls = self.tls(settings, &public_url);
        let telemetry = self.telemetry(settings);
        Some(Config {
            sso: self.sso(settings, public),
            people: people?,
            retention: retention?,
            people_min_n: people_min_n?,
            observed_resolution: observed?,
            review_own_team: review_own_team?,
            people_finest: people_finest?,
            listen: listen?,
            tls,
            telemetry,
            public_url,
            database_url: SecretString::from(database),
            secrets,
            caller_key: caller_key?,
            time_zone: time_zone?,
            surveys,
            media: PathBuf::from(text("media")),
            spool: Some(text("spool")).filter(|folder| !folder.is_empty()).map(PathBuf::from),
            trusted_proxies,
            log: self.section::<Log>(settings, "log")?,
            access: Access {
                password,
                open,
                session_hours: settings
                    .get("access")
                    .and_then(|a| a.get("session_hours"))
                    .and_then(Value::as_integer)
                    .unwrap_or(12),
            },
            limits: limits?,
            call: self.section::<Call>(settings, "call")?,
            offer: offer?,
            after: after?,
            speech: self.section::<SpeechProgram>(settings, "speech")?,
            phone: phone?,
            providers: accounts,
            webhooks,
            alert,
            cases,
            mail,
            report_mails,
            warnings: Vec::new(),
        })
    }

    fn section<T: DeserializeOwned>(&mut self, settings: &Table, key: &str) -> Option<T> {
        match settings.get(key).cloned().unwrap_or(Value::Table(Table::new())).try_into() {
            Ok(section) => Some(section),
            Err(fault) => {
                let fault: toml::de::Error = fault;
                self.fault(key, fault.message().to_string());
                None
            }
        }
    }

    fn telemetry(&mut self, settings: &Table) -> Telemetry {
        let otlp = string_in(settings, "telemetry", "otlp");
        let fits = otlp.starts_with("http://") || otlp.starts_with("https://");
        if !otlp.is_empty() && (!fits || otlp.contains([' ', '?', '#', '@'])) {
            let message = "must be the collector's base address, such as http://127.0.0.1:4318";
            self.fault("telemetry.otlp", message);
        }
        let share =
            settings.get("telemetry").and_then(Value::as_table).map_or(1.0, |t| float(t, "share"));
        if !(0.0..=1.0).contains(&share) {
            self.fault("telemetry.share", "must be between 0 and 1");
        }
        Telemetry { otlp: Some(otlp).filter(|otlp| !otlp.is_empty()), share }
    }

    /// How long things are kept: what still needs something does not lose it.
    fn retention(&mut self, settings: &Table) -> Option<Retention> {
        let kept: Retention = self.section(settings, "retention")?;
        let fewest = [
            ("comments", kept.comments, 1),
            ("numbers", kept.numbers, 31),
            ("interviews", kept.interviews, 31),
            ("agent_scores", kept.agent_scores, 31),
            ("audit", kept.audit, 31),
        ];
        for (key, days, fewest) in fewest {
            if days != 0 && !(fewest..=36_500).contains(&days) {
                self.fault(
                    &format!("retention.{key}"),
                    format!("must be a number of days from {fewest} to 36500, or 0 for ever"),
                );
            }
        }
        let offer = settings.get("offer").and_then(|offer| offer.get("caller_days"));
        let cap = offer.and_then(Value::as_integer).unwrap_or_default();
        if kept.numbers != 0 && kept.numbers < cap {
            self.fault(
                "retention.numbers",
                format!("must be offer.caller_days ({cap}) or more: the cap looks so far back"),
            );
        }
        Some(kept)
    }

    /// Numbers outside of which a server would not serve.
    fn ranges(&mut self, settings: &Table) {
        const RANGES: &[(&str, &str, i64, i64)] = &[
            ("limits", "budget_ms", 50, 60_000),
            ("limits", "body_kb", 4, 10_240),
            ("limits", "connections", 1, 1_000_000),
            ("limits", "connections_per_peer", 0, 1_000_000),
            ("limits", "header_seconds", 1, 300),
            ("limits", "drain_seconds", 0, 8),
            ("limits", "match_hours", 0, 720),
            ("access", "session_hours", 1, 8760),
            ("call", "finish_key_grace_ms", 0, 10_000),
        ];
        for (section, key, from, to) in RANGES {
            let value = settings.get(*section).and_then(|table| table.get(*key));
            if !value.and_then(Value::as_integer).is_some_and(|n| (*from..=*to).contains(&n)) {
                self.fault(
                    &format!("{section}.{key}"),
                    format!("must be a number from {from} to {to}"),
                );
            }
        }
        let format = settings.get("log").and_then(|log| log.get("format")).and_then(Value::as_str);
        if !matches!(format, Some("text" | "json")) {
            self.fault("log.format", "must be text or json");
        }
    }

    fn file(&mut self, key: &str, path: &str) -> Option<String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(fault) => {
                self.fault(key, format!("{path} cannot be read: {fault}"));
                None
            }
        }
    }

    fn secrets(&mut self, settings: &Table) -> Vec<SecretString> {
        let mut texts = strings(settings, "secret");
        let path = string(settings, "secret_file");
        if !path.is_empty()
            && let Some(text) = self.file("secret_file", &path)
        {
            texts.extend(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from));
        }
        if texts.is_empty() {
            self.fault("secret", "is missing: set secret or secret_file to 32 characters or more, for example from: openssl rand -hex 32");
        }
        if texts.iter().any(|t| t.len() < SECRET_LENGTH) {
            self.fault("secret", "every secret must have 32 characters or more");
        }
        texts.into_iter().map(SecretString::from).collect()
    }

    fn key(&mut self, settings: &Table, key: &str, file_key: &str) -> Option<SecretString> {
        let mut text = string(settings, key);
        let path = string(settings, file_key);
        if text.is_empty() && !path.is_empty() {
            text = self.file(file_key, &path)?.trim().to_string();
        }
        if text.len() < SECRET_LENGTH {
            self.fault(key, "is missing or short: set it (or its _file) to 32 characters or more, for example from: openssl rand -hex 32");
            return None;
        }
        Some(SecretString::from(text))
    }

    fn optional_secret(
        &mut self,
        settings: &Table,
        section: &str,
        key: &str,
        file_key: &str,
    ) -> Option<SecretString> {
        let table = settings.get(section)?.as_table()?;
        let mut text = string(table, key);
        let path = string(table, file_key);
        if text.is_empty() && !path.is_empty() {
            text = self.file(&format!("{section}.{file_key}"), &path)?.trim().to_string();
        }
        (!text.is_empty()).then(|| SecretString::from(text))
    }

    fn networks(&mut self, table: &Table, key: &str, prefix: &str) -> Vec<ipnet::IpNet> {
        let mut found = Vec::new();
        for text in strings(table, key) {
            let network = text
                .parse::<ipnet::IpNet>()
                .ok()
                .or_else(|| text.parse::<std::net::IpAddr>().ok().map(ipnet::IpNet::from));
            match network {
                Some(network) => found.push(network),
                None => self.fault(
                    &format!("{prefix}{key}"),
                    format!("\"{text}\" is not a network such as 10.0.0.0/8"),
                ),
            }
        }
        found
    }

    fn after(&mut self, settings: &Table) -> Option<AfterRules> {
        let table = settings.get("after")?.as_table()?.clone();
        let hosts = strings(&table, "hosts");
        let url = string(&table, "redirect_url");
        let mut next = |key: &str| match string(&table, key).as_str() {
            "hangup" => Some(Next::Hangup),
            "return" => Some(Next::Return),
            "redirect" => self.redirect("after.redirect_url", &url, &hosts).map(Next::Redirect),
            other => {
                self.fault(
                    &format!("after.{key}"),
                    format!("\"{other}\" is not one of hangup, return, redirect"),
                );
                None
            }
        };
        let complete = next("complete");
        let early = next("early");
        Some(AfterRules { complete: complete?, early: early?, hosts })
    }

    /// An address to which callers may be sent: https, and a host that is named.
    fn redirect(&mut self, key: &str, url: &str, hosts: &[String]) -> Option<String> {
        let host = url
            .strip_prefix("https://")
            .map(|rest| rest.split(['/', '?', ':']).next().unwrap_or_default());
        match host {
            Some(host) if hosts.iter().any(|h| h == host) => Some(url.to_string()),
            Some(host) => {
                self.fault(key, format!("the host \"{host}\" is not named in after.hosts"));
                None
            }
            None => {
                self.fault(key, "must begin with https://");
                None
            }
        }
    }

    fn offer(
        &mut self,
        settings: &Table,
        queues: Vec<(String, Table)>,
        switched: Vec<(String, Table)>,
        after: Option<&AfterRules>,
    ) -> Option<Offer> {
        let table = settings.get("offer")?.as_table()?.clone();
        let mut hours = Vec::new();
        for text in strings(&table, "hours") {
            match parse_hours(&text) {
                Some(found) => hours.push(found),
                None => self.fault(
                    "offer.hours",
                    format!("\"{text}\" is not hours such as \"mon-fri 08:00-20:00\""),
                ),
            }
        }
        let share = float(&table, "share");
        if !(0.05..=1.0).contains(&share) {
            self.fault("offer.share", "must be between 0.05 and 1");
        }
        let basis = match string(&table, "basis").as_str() {
            "none" => Some(Basis::None),
            "announce" => Some(Basis::Announce),
            "ask" => Some(Basis::Ask),
            "given" => Some(Basis::Given),
            other => {
                self.fault(
                    "offer.basis",
                    format!("\"{other}\" is not one of none, announce, ask, given"),
                );
                None
            }
        };
        let hosts = after.map(|a| a.hosts.clone()).unwrap_or_default();
        let otherwise = match string(&table, "otherwise").as_str() {
            "hangup" => Some(Otherwise::Hangup),
            "goodbye" => Some(Otherwise::Goodbye),
            "return" => Some(Otherwise::Return),
            "reject" => Some(Otherwise::Reject),
            "redirect" => self
                .redirect("offer.otherwise_url", &string(&table, "otherwise_url"), &hosts)
                .map(Otherwise::Redirect),
            other => {
                self.fault(
                    "offer.otherwise",
                    format!("\"{other}\" is not one of hangup, goodbye, return, redirect, reject"),
                );
                None
            }
        };
        let away = string(&table, "when_store_away");
        if !["ask", "skip"].contains(&away.as_str()) {
            self.fault("offer.when_store_away", format!("\"{away}\" is not one of ask, skip"));
        }
        let mut rules = std::collections::BTreeMap::new();
        for (name, rule) in queues {
            let share = float(&rule, "share");
            if share != 0.0 && !(0.05..=1.0).contains(&share) {
                self.fault(
                    &format!("offer.queue.{name}.share"),
                    "must be between 0.05 and 1, or 0 for as in [offer]",
                );
            }
            let survey = string(&rule, "survey");
            rules.insert(
                name,
                QueueRule {
                    on: on(&rule),
                    share: (share != 0.0).then_some(share),
                    minimum_talk_seconds: u32::try_from(integer(&rule, "minimum_talk_seconds"))
                        .ok(),
                    survey: (!survey.is_empty()).then_some(survey),
                },
            );
        }
        let mut whole = |key: &str| {
            u32::try_from(integer(&table, key))
                .map_err(|_| self.fault(&format!("offer.{key}"), "must be 0 or more"))
                .unwrap_or(0)
        };
        Some(Offer {
            minimum_talk_seconds: whole("minimum_talk_seconds"),
            caller_offers: whole("caller_offers"),
            caller_days: whole("caller_days"),
            hours,
            share,
            basis: basis?,
            otherwise: otherwise?,
            ask_when_store_away: away == "ask",
            queues: rules,
            surveys: switched
                .into_iter()
                .map(|(name, rule)| (name, SurveyRule { on: on(&rule) }))
                .collect(),
        })
    }
}

fn on(table: &Table) -> bool {
    table.get("on").and_then(Value::as_bool).unwrap_or(true)
}

fn string(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn string_in(settings: &Table, section: &str, key: &str) -> String {
    settings.get(section).and_then(Value::as_table).map_or_else(String::new, |t| string(t, key))
}

fn filled(table: &Table, key: &str) -> Option<String> {
    Some(string(table, key)).filter(|text| !text.is_empty())
}

fn strings(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}

fn integer(table: &Table, key: &str) -> i64 {
    table.get(key).and_then(Value::as_integer).unwrap_or_default()
}

fn float(table: &Table, key: &str) -> f64 {
    table.get(key).and_then(Value::as_float).unwrap_or_default()
}

/// Reads `mon-fri 08:00-20:00` or `sat 09:00-14:00`.
fn parse_hours(text: &str) -> Option<Hours> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = |word: &str| DAYS.iter().position(|d| *d == word);
    let minute = |word: &str| {
        let (h, m) = word.split_once(':')?;
        let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
        (m < 60 && h * 60 + m <= 1440).then_some(h * 60 + m)
    };
    let (days, times) = text.trim().split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (day(first)?, day(last)?);
    let (from, to) = times.trim().split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    if first > last || from >= to {
        return None;
    }
    let days = (first..=last).filter_map(|d| u8::try_from(d).ok()).collect();
    Some(Hours { days, from, to })
}

mod provider;
mod sending;
mod sso;
#[cfg(test)]
mod tests;
mod tls;
