//! Webhooks, alerts and mails: from their sections to what is sent.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use toml::{Table, Value};

use super::super::reveal;
use super::super::sending::{
    Alert, CaseRules, Event, Every, Mail, MailTls, Quiet, ReportMail, Webhook,
};
use super::{Finest, Reading, filled, integer, string, strings};

/// Languages of mails.
const LANGUAGES: [&str; 5] = ["en", "lt", "lv", "pl", "ta"];
/// Keys of a `[[report_mail]]`.
const REPORT_MAIL: [&str; 6] = ["to", "every", "at", "team", "survey", "language"];
/// Bytes of a webhook's secret, as Standard Webhooks has them.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

impl Reading<'_> {
    pub(super) fn webhook(&mut self, name: &str, table: &Table) -> Option<Webhook> {
        let key = |field: &str| format!("webhook.{name}.{field}");
        let allow_private = table.get("allow_private").and_then(Value::as_bool).unwrap_or(false);
        let url = string(table, "url");
        match reqwest::Url::parse(&url) {
            Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
                self.fault(&key("url"), "must hold no user and password; the secret signs instead");
            }
            Ok(parsed) if parsed.scheme() == "https" => {}
            Ok(parsed) if parsed.scheme() == "http" && allow_private => {}
            Ok(parsed) if parsed.scheme() == "http" => self.fault(
                &key("url"),
                "must begin with https://; http:// is taken only with allow_private = true",
            ),
            _ => self.fault(&key("url"), "must be an address such as https://crm.example.com/hook"),
        }
        let mut secrets = strings(table, "secret");
        let path = string(table, "secret_file");
        if !path.is_empty()
            && let Some(text) = self.file(&key("secret_file"), &path)
        {
            secrets.extend(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from));
        }
        if secrets.is_empty() {
            self.fault(
                &key("secret"),
                "is missing; make one with: echo whsec_$(openssl rand -base64 32)",
            );
        }
        let good = |secret: &String| {
            let bytes = secret.strip_prefix("whsec_").and_then(|rest| STANDARD.decode(rest).ok());
            bytes.is_some_and(|bytes| SECRET_BYTES.contains(&bytes.len()))
        };
        if !secrets.iter().all(good) {
            self.fault(
                &key("secret"),
                "must be whsec_ and 24 to 64 bytes in base64, as from: echo whsec_$(openssl rand -base64 32)",
            );
        }
        let mut events = BTreeSet::new();
        for word in strings(table, "events") {
            match Event::ALL.into_iter().find(|event| event.word() == word) {
                Some(event) => {
                    events.insert(event);
                }
                None => {
                    let all = Event::ALL.map(Event::word).join(", ");
                    self.fault(&key("events"), format!("\"{word}\" is not one of {all}"));
                }
            }
        }
        Some(Webhook {
            name: name.to_owned(),
            url,
            secrets: secrets.into_iter().map(SecretString::from).collect(),
            events,
            teams: strings(table, "teams").into_iter().collect(),
            allow_private,
        })
    }

    /// Addresses of a list; faults for those that are none.
    fn mailboxes(&mut self, key: &str, table: &Table, before: &str) -> Vec<String> {
        let all = strings(table, "to");
        for text in &all {
            if text.parse::<lettre::Address>().is_err() {
                self.fault(key, format!("{before}\"{text}\" is not a mail address"));
            }
        }
        all
    }

    fn language(&mut self, key: &str, code: String, before: &str) -> String {
        if !LANGUAGES.contains(&code.as_str()) {
            let all = LANGUAGES.join(", ");
            self.fault(key, format!("{before}\"{code}\" is not one of {all}"));
        }
        code
    }

    pub(super) fn alert(&mut self, settings: &Table, teams: Vec<(String, Table)>) -> Alert {
        let table = settings.get("alert").and_then(Value::as_table).cloned().unwrap_or_default();
        let to = self.mailboxes("alert.to", &table, "");
        let mut by_team = BTreeMap::new();
        for (team, section) in teams {
            let to = self.mailboxes(&format!("alert.team.{team}.to"), &section, "");
            by_team.insert(team, to);
        }
        let at_or_below = u8::try_from(integer(&table, "at_or_below")).ok().filter(|n| *n <= 10);
        if at_or_below.is_none() {
            self.fault("alert.at_or_below", "must be a number from 0 to 10");
        }
        let text = string(&table, "quiet");
        let quiet = quiet(&text);
        if !text.is_empty() && quiet.is_none() {
            self.fault(
                "alert.quiet",
                format!("\"{text}\" is not two different times such as \"20:00-07:00\""),
            );
        }
        let language = self.language("alert.language", string(&table, "language"), "");
        Alert {
            measure: filled(&table, "measure"),
            at_or_below: at_or_below.unwrap_or(0),
            to,
            teams: by_team,
            language,
            quiet,
        }
    }

    pub(super) fn cases(&mut self, settings: &Table, alert: &Alert) -> CaseRules {
        let table = settings.get("cases").and_then(Value::as_table).cloned().unwrap_or_default();
        let flag = |key: &str| table.get(key).and_then(Value::as_bool).unwrap_or(false);
        let due_hours = integer(&table, "due_hours");
        if !(1..=8760).contains(&due_hours) {
            self.fault("cases.due_hours", "must be a number from 1 to 8760");
        }
        if flag("low_score") && alert.measure.is_none() {
            self.fault("cases.low_score", "needs alert.measure, which says what a low score is");
        }
        CaseRules { low_score: flag("low_score"), callback: flag("callback"), due_hours }
    }

    pub(super) fn mail(&mut self, settings: &Table) -> Option<Mail> {
        let table = settings.get("mail").and_then(Value::as_table).cloned().unwrap_or_default();
        let password = self.optional_secret(settings, "mail", "password", "password_file");
        let server = filled(&table, "server")?;
        let port = u16::try_from(integer(&table, "port")).ok().filter(|port| *port > 0);
        if port.is_none() {
            self.fault("mail.port", "must be a number from 1 to 65535");
        }
        let user = string(&table, "user");
        let tls = match string(&table, "tls").as_str() {
            "starttls" => MailTls::StartTls,
            "tls" => MailTls::Tls,
            "none" => {
                if !user.is_empty() {
                    self.fault(
                        "mail.tls",
                        "none would send the password in clear; use starttls or tls",
                    );
                }
                MailTls::None
            }
            other => {
                self.fault("mail.tls", format!("\"{other}\" is not one of starttls, tls, none"));
                MailTls::StartTls
            }
        };
        if user.is_empty() != password.as_ref().is_none_or(|p| reveal(p).is_empty()) {
            self.fault("mail.user", "user and password go together; write both or neither");
        }
        let from = string(&table, "from");
        if from.parse::<lettre::message::Mailbox>().is_err() {
            self.fault(
                "mail.from",
                "must be a mail address such as \"aftercall <survey@example.com>\"",
            );
        }
        Some(Mail { server, port: port?, tls, user, password, from })
    }

    pub(super) fn report_mails(&mut self, settings: &Table) -> Vec<ReportMail> {
        let entries = settings.get("report_mail").and_then(Value::as_array).cloned();
        let mut found = Vec::new();
        for (number, entry) in (1..).zip(entries.unwrap_or_default()) {
            let before = format!("entry {number}: ");
            let Value::Table(table) = entry else {
                self.fault("report_mail", format!("{before}must be a section: [[report_mail]]"));
                continue;
            };
            found.extend(self.report_mail(&table, &before));
        }
        found
    }

    fn report_mail(&mut self, table: &Table, before: &str) -> Option<ReportMail> {
        const KEY: &str = "report_mail";
        for key in table.keys().filter(|key| !REPORT_MAIL.contains(&key.as_str())) {
            let all = REPORT_MAIL.join(", ");
            self.fault(KEY, format!("{before}\"{key}\" is not a setting; there are {all}"));
        }
        let mut whole = table.clone();
        if let Some(one) = filled(table, "to") {
            whole.insert("to".into(), Value::Array(vec![Value::String(one)]));
        }
        let to = self.mailboxes(KEY, &whole, before);
        if to.is_empty() {
            self.fault(KEY, format!("{before}`to` must name a mail address or a list of them"));
        }
        let word = filled(table, "every").unwrap_or_else(|| "week".into());
        let every = Every::ALL.into_iter().find(|every| every.word() == word);
        if every.is_none() {
            self.fault(KEY, format!("{before}every: \"{word}\" is not one of day, week, month"));
        }
        let text = filled(table, "at").unwrap_or_else(|| "07:00".into());
        let at = minute(&text);
        if at.is_none() {
            self.fault(KEY, format!("{before}at: \"{text}\" is not a time such as 07:00"));
        }
        let language = filled(table, "language").unwrap_or_else(|| "en".into());
        let language = self.language(KEY, language, &format!("{before}language: "));
        Some(ReportMail {
            to,
            every: every?,
            at: at?,
            team: filled(table, "team"),
            survey: filled(table, "survey"),
            language,
        })
    }

    /// Mails about single agents that would be refused.
    pub(super) fn too_fine(&mut self, reports: &[ReportMail], finest: Finest) {
        for mail in reports {
            let fits = match mail.every {
                Every::Day => finest == Finest::Day,
                Every::Week => finest != Finest::Month,
                Every::Month => finest != Finest::Week,
            };
            if !fits {
                let (every, finest) = (mail.every.word(), finest.word());
                self.fault(
                    "report_mail",
                    format!("every = \"{every}\" does not go with people_finest = \"{finest}\""),
                );
            }
        }
    }

    /// Mails that nobody could send.
    pub(super) fn unsendable(&mut self, alert: &Alert, reports: &[ReportMail], mail: bool) {
        const NO_SERVER: &str = "mails cannot be sent without a server; write mail.server";
        if mail {
            return;
        }
        if !alert.to.is_empty() {
            self.fault("alert.to", NO_SERVER);
        }
        for (team, _) in alert.teams.iter().filter(|(_, to)| !to.is_empty()) {
            self.fault(&format!("alert.team.{team}.to"), NO_SERVER);
        }
        if !reports.is_empty() {
            self.fault("report_mail", NO_SERVER);
        }
    }
}

/// Minutes after midnight of `07:30`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Reads `20:00-07:00`.
fn quiet(text: &str) -> Option<Quiet> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from.trim())?, minute(to.trim())?);
    (from != to).then_some(Quiet { from, to })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const TOP: &str = "secret = \"0123456789012345678901234567890123456789\"\n\
        caller_key = \"abcdefghijklmnopqrstuvwxyzabcdefghij\"\n";
    const HOOK: &str = "[webhook.crm]\nurl = \"https://crm.example.com/x\"\n\
        secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n";
    const MAIL: &str = "[mail]\nserver = \"mx.example.com\"\nfrom = \"survey@example.com\"\n";
    const REPORT: &str = "[[report_mail]]\nto = [\"a@example.com\"]\n";

    #[test]
    fn good_sections_are_read() {
        let text = format!(
            "{TOP}{HOOK}[alert]\nmeasure = \"csat\"\nto = [\"a@example.com\"]\nquiet = \"20:00-07:00\"\n\
             [alert.team.\"Pagalba A\"]\nto = [\"b@example.com\"]\n[cases]\nlow_score = true\n\
             {MAIL}{REPORT}every = \"month\"\nat = \"06:30\"\nlanguage = \"ta\"\n"
        );
        let config = Config::read(&text, "a.toml", vec![]).expect("good");
        let hook = &config.webhooks["crm"];
        assert_eq!((hook.events.len(), hook.teams.len(), hook.allow_private), (3, 0, false));
        assert_eq!(config.alert.teams["Pagalba A"], ["b@example.com"]);
        assert_eq!(config.alert.quiet.map(|q| (q.from, q.to)), Some((1200, 420)));
        assert_eq!(config.report_mails[0].at, 390);
        let small = Config::read(TOP, "a.toml", vec![]).expect("good");
        assert!(small.webhooks.is_empty() && small.mail.is_none() && small.alert.measure.is_none());
    }

    #[test]
    fn each_fault_is_told_and_all_at_once() {
        let hook = |line: &str, instead: &str| HOOK.replace(line, instead);
        let url = "url = \"https://crm.example.com/x\"";
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for (text, wanted) in [
            (hook(url, ""), "webhook.crm.url: must be an address"),
            (hook("https", "http"), "webhook.crm.url: must begin with https://"),
            (hook("crm.example.com", "u:p@crm.example.com"), "no user and password"),
            (hook(&format!("secret = \"{secret}\""), ""), "webhook.crm.secret: is missing"),
            (hook(secret, "whsec_c2hvcnQ="), "24 to 64 bytes"),
            (hook(secret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "must be whsec_"),
            (
                format!("{HOOK}events = [\"score.high\"]\n"),
                "\"score.high\" is not one of interview.completed",
            ),
            (format!("{HOOK}team = [\"x\"]\n"), "did you mean teams"),
            ("[alert]\nto = [\"a@example.com\"]\n".into(), "alert.to: mails cannot be sent"),
            ("[alert.team.x]\nto = [\"a@example.com\"]\n".into(), "alert.team.x.to: mails cannot"),
            (
                "[alert]\nat_or_below = 11\n".into(),
                "alert.at_or_below: must be a number from 0 to 10",
            ),
            ("[alert]\nquiet = \"8-7\"\n".into(), "alert.quiet: \"8-7\" is not two"),
            ("[alert]\nquiet = \"08:00-08:00\"\n".into(), "is not two different times"),
            ("[alert]\nlanguage = \"de\"\n".into(), "alert.language: \"de\" is not one of en, lt"),
            ("[cases]\nlow_score = true\n".into(), "cases.low_score: needs alert.measure"),
            ("[cases]\ndue_hours = 0\n".into(), "cases.due_hours"),
            (format!("{MAIL}port = 0\n"), "mail.port"),
            (format!("{MAIL}tls = \"ssl\"\n"), "mail.tls: \"ssl\" is not one of"),
            (format!("{MAIL}user = \"u\"\n"), "mail.user: user and password go together"),
            (format!("{MAIL}tls = \"none\"\nuser = \"u\"\npassword = \"p\"\n"), "in clear"),
            (MAIL.replace("survey@", "survey"), "mail.from: must be a mail address"),
            (REPORT.into(), "report_mail: mails cannot be sent"),
            (format!("{MAIL}[[report_mail]]\n"), "entry 1: `to` must name"),
            (format!("{MAIL}{REPORT}{REPORT}every = \"year\"\n"), "entry 2: every: \"year\""),
            (format!("{MAIL}{REPORT}at = \"7\"\n"), "entry 1: at: \"7\" is not a time"),
            (format!("{MAIL}{REPORT}language = \"de\"\n"), "entry 1: language: \"de\""),
            (format!("{MAIL}{REPORT}queue = \"x\"\n"), "\"queue\" is not a setting; there are to,"),
            (
                format!("{MAIL}{}", REPORT.replace("a@", "a")),
                "entry 1: \"aexample.com\" is not a mail",
            ),
        ] {
            let faults = Config::read(&format!("{TOP}{text}"), "a.toml", vec![]).expect_err(&text);
            assert!(faults.to_string().contains(wanted), "{wanted}: {faults}");
            assert!(!faults.to_string().contains(secret), "no secret is told: {faults}");
        }
        let two = "[alert]\nquiet = \"x\"\nlanguage = \"de\"\n[cases]\ndue_hours = 0\n";
        let faults = Config::read(&format!("{TOP}{two}"), "a.toml", vec![]).expect_err("bad");
        assert_eq!(faults.faults.len(), 3, "{faults}");
        assert!(faults.to_string().contains("a.toml:4: alert.quiet"), "{faults}");
    }
}
