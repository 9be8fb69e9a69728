//! Changes to survey files made in a form: written into the authors' texts, whose comments and
//! order stay, so that what comes out can be kept beside what was there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table, Value};

use super::read::Source;
use super::{Fault, Files, Lang};

/// What is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// `promise_seconds` as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_seconds: Option<String>,
    /// By question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub questions: BTreeMap<String, QuestionEdits>,
    /// By language and prompt.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<Lang, BTreeMap<String, String>>,
}

/// What is changed in one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionEdits {
    /// Values that count as satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfied: Option<Vec<u8>>,
    /// The series; empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The version whose answers go on; empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_series: Option<String>,
}

impl Edits {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where in a form a fault belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The words of a prompt.
    Prompt(Lang, String),
    /// A question.
    Question(String),
    /// The promised seconds.
    Promise,
    /// The survey as a whole.
    Whole,
}

/// The files with what is changed in them. A sound of changed words says the old ones, whoever
/// spoke it: it is left out, and `unreadable` names it, since its words are looked for elsewhere.
pub fn edited(files: &Files, edits: &Edits) -> Files {
    let mut made = files.clone();
    if let Ok(mut document) = files.survey.parse::<DocumentMut>() {
        if let Some(typed) = &edits.promise_seconds {
            let typed = typed.trim();
            let value = typed.parse::<i64>().map_or_else(|_| Value::from(typed), Value::from);
            set(document.as_table_mut(), "promise_seconds", Some(value));
        }
        let questions = document.get_mut("question").and_then(Item::as_array_of_tables_mut);
        for table in questions.into_iter().flat_map(|tables| tables.iter_mut()) {
            let name = table.get("name").and_then(Item::as_str).unwrap_or_default();
            if let Some(change) = edits.questions.get(name) {
                change_question(table, change);
            }
        }
        made.survey = document.to_string();
    }
    for (lang, words) in &edits.words {
        let Some(text) = files.words.get(lang) else { continue };
        let Ok(mut document) = text.parse::<DocumentMut>() else { continue };
        let Some(prompts) = document.get_mut("prompts").and_then(Item::as_table_mut) else {
            continue;
        };
        for (id, text) in words {
            if prompts.get(id).and_then(Item::as_str) == Some(text.as_str()) {
                continue;
            }
            set(prompts, id, Some(Value::from(text.as_str())));
            let place = (*lang, id.clone());
            made.clips.remove(&place);
            made.unreadable.insert(place);
        }
        made.words.insert(*lang, document.to_string());
    }
    made
}

fn change_question(table: &mut Table, change: &QuestionEdits) {
    if let Some(satisfied) = &change.satisfied {
        let values = satisfied.iter().map(|value| i64::from(*value)).collect();
        set(table, "satisfied", Some(Value::Array(values)));
    }
    for (key, text) in [("series", &change.series), ("same_series", &change.same_series)] {
        if let Some(text) = text.as_deref().map(str::trim) {
            set(table, key, (!text.is_empty()).then(|| Value::from(text)));
        }
    }
}

/// Puts a value in the place of the one before; what stands around it stays.
fn set(table: &mut Table, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => _ = table.insert(key, Item::Value(value)),
    }
}

/// Where in a form a fault of these files belongs, found by its line.
pub fn place(files: &Files, fault: &Fault) -> Place {
    let file = fault.file.strip_prefix(files.name.as_str()).and_then(|f| f.strip_prefix('/'));
    let Some(file) = file.and_then(|file| file.strip_suffix(".toml")) else { return Place::Whole };
    if file == "survey" {
        return survey_place(&files.survey, fault.line);
    }
    let Ok(lang) = file.parse::<Lang>() else { return Place::Whole };
    let mut source = Source::new(String::new(), files.words.get(&lang).map_or("", |text| text));
    let table = source.table();
    let prompts = table.get("prompts").and_then(|prompts| prompts.get_ref().as_table());
    for (id, _) in prompts.into_iter().flatten() {
        if source.line(&id.span()) == fault.line {
            return Place::Prompt(lang, id.get_ref().to_string());
        }
    }
    Place::Whole
}

fn survey_place(text: &str, line: usize) -> Place {
    let mut source = Source::new(String::new(), text);
    let table = source.table();
    if table.get("promise_seconds").is_some_and(|value| source.line(&value.span()) == line) {
        return Place::Promise;
    }
    let questions = table.get("question").and_then(|list| list.get_ref().as_array());
    for question in questions.into_iter().flatten() {
        let Some(inner) = question.get_ref().as_table() else { continue };
        let name = inner.get("name").and_then(|name| name.get_ref().as_str()).unwrap_or_default();
        let here = source.line(&question.span()) == line
            || inner.keys().any(|key| source.line(&key.span()) == line);
        if here {
            return Place::Question(name.to_owned());
        }
    }
    Place::Whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Level;

    fn files() -> Files {
        let survey = "# Ours.\ntitle = \"T\"\nlanguages = [\"en\"]\npromise_seconds = 70 # about\n\
                      \n[[question]]\nname = \"rating\" # first\nkind = \"scale\"\n\
                      satisfied = [4, 5] # good\n";
        let words = "# Said.\n[prompts]\ngreeting = \"Hello.\" # opening\nsorry = \"Sorry.\"\n";
        let en = "en".parse().expect("a language");
        Files {
            name: "s".into(),
            survey: survey.into(),
            words: [(en, words.into())].into(),
            ..Files::default()
        }
    }

    #[test]
    fn what_stands_around_a_changed_value_stays() {
        let en: Lang = "en".parse().expect("a language");
        let question = QuestionEdits {
            satisfied: Some(vec![5]),
            series: Some("rating-2".into()),
            same_series: Some(String::new()),
        };
        let edits = Edits {
            promise_seconds: Some("80".into()),
            questions: [("rating".into(), question)].into(),
            words: [(en, [("greeting".into(), "Labas \"x\".".into())].into())].into(),
        };
        let made = edited(&files(), &edits);
        let text = &made.survey;
        for part in [
            "# Ours.\n",
            "promise_seconds = 80 # about\n",
            "satisfied = [5] # good\n",
            "series = \"rating-2\"\n",
            "name = \"rating\" # first\n",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        let words = &made.words[&en];
        assert!(words.contains("# opening") && words.contains("sorry = \"Sorry.\""), "{words}");
        let read: toml::Table = words.parse().expect("still TOML");
        assert_eq!(read["prompts"]["greeting"].as_str(), Some("Labas \"x\"."));
        assert!(made.unreadable.contains(&(en, "greeting".into())));
        assert_eq!(edited(&files(), &Edits::default()), files());
        let typed = Edits { promise_seconds: Some("soon".into()), ..Edits::default() };
        assert!(edited(&files(), &typed).survey.contains("promise_seconds = \"soon\" # about"));
    }

    #[test]
    fn a_fault_is_told_at_its_field() {
        let en: Lang = "en".parse().expect("a language");
        for (file, line, expected) in [
            ("s/survey.toml", 4, Place::Promise),
            ("s/survey.toml", 6, Place::Question("rating".into())),
            ("s/survey.toml", 9, Place::Question("rating".into())),
            ("s/survey.toml", 1, Place::Whole),
            ("s/en.toml", 3, Place::Prompt(en, "greeting".into())),
            ("s/en.toml", 1, Place::Whole),
            ("other/en.toml", 3, Place::Whole),
        ] {
            let message = String::new();
            let fault = Fault { level: Level::Error, file: file.into(), line, message };
            assert_eq!(place(&files(), &fault), expected, "{file}:{line}");
        }
    }
}
