//! Laying what the file and the environment say over the defaults, with the place of each.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::read::{self, Reading, Sections};
use super::{Config, ConfigError, DEFAULTS, Fault, alike};

/// Sections of which there are several, each with a name of its own.
const NAMED: [&str; 5] = ["provider", "offer.queue", "offer.survey", "webhook", "alert.team"];

impl Config {
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
}

fn one(place: &str, key: &str, message: &str) -> ConfigError {
    let fault = Fault { key: key.into(), place: place.into(), message: message.into() };
    ConfigError { faults: vec![fault], surveys: None }
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
