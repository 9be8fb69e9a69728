//! TOML with the line of everything: tables whose keys are taken one by one, wrong and left-over
//! keys reported, all of them and not only the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Level};

/// One text that is being read, and every fault found in it so far.
pub(super) struct Source<'t> {
    /// The name in faults, such as `post-call/survey.toml`.
    file: String,
    text: &'t str,
    /// Faults in the order they were found.
    pub(super) faults: Vec<Fault>,
}

impl<'t> Source<'t> {
    pub(super) fn new(file: String, text: &'t str) -> Self {
        Self { file, text, faults: Vec::new() }
    }

    /// Reads the text as TOML. What cannot be read is reported and left out.
    pub(super) fn table(&mut self) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = self.line(&error.span().unwrap_or_default());
            let message = error.message().trim().replace('\n', "; ");
            self.error(line, format!("this is not TOML: {message}"));
        }
        table.into_inner()
    }

    /// The line on which a span begins, counted from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        let end = span.start.min(self.text.len());
        1 + self.text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
    }

    pub(super) fn error(&mut self, line: usize, message: impl Into<String>) {
        self.fault(Level::Error, line, message);
    }

    pub(super) fn fault(&mut self, level: Level, line: usize, message: impl Into<String>) {
        let file = self.file.clone();
        self.faults.push(Fault { level, file, line, message: message.into() });
    }
}

/// A value and the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// A table whose keys are taken one by one; [`Keys::done`] reports the rest.
pub(super) struct Keys<'s, 'a, 't> {
    pub(super) source: &'s mut Source<'t>,
    table: &'a DeTable<'t>,
    /// The line of the table's own beginning, for keys that are missing.
    pub(super) line: usize,
    taken: Vec<&'static str>,
}

impl<'s, 'a, 't> Keys<'s, 'a, 't> {
    pub(super) fn new(source: &'s mut Source<'t>, table: &'a DeTable<'t>, line: usize) -> Self {
        Self { source, table, line, taken: Vec::new() }
    }

    /// The value of a key, whatever it is.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        self.taken.push(key);
        self.table.get(key)
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<At<&'a str>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        match value.get_ref().as_str() {
            Some(text) => Some(At { value: text, line }),
            None => {
                self.wrong(key, line, "a text in quotes", value.get_ref());
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn needed(&mut self, key: &'static str, example: &str) -> Option<At<&'a str>> {
        if !self.table.contains_key(key) {
            self.taken.push(key);
            let line = self.line;
            self.source.error(line, format!("`{key}` is missing; write {key} = {example}"));
            return None;
        }
        self.text(key)
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<At<T>> {
        let At { value, line } = self.text(key)?;
        match words.iter().find(|(word, _)| *word == value) {
            Some((_, meaning)) => Some(At { value: *meaning, line }),
            None => {
                let list: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                let message =
                    format!("`{key}` cannot be \"{value}\"; write one of {}", list.join(", "));
                self.source.error(line, message);
                None
            }
        }
    }

    /// A whole number between two ends, both allowed.
    pub(super) fn number(&mut self, key: &'static str, low: u32, high: u32) -> Option<At<u32>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        match integer(value.get_ref()).filter(|n| (low..=high).contains(n)) {
            Some(value) => Some(At { value, line }),
            None => {
                let expected = format!("a whole number from {low} to {high}");
                self.wrong(key, line, &expected, value.get_ref());
                None
            }
        }
    }

    /// A number from 0 to 1.
    pub(super) fn share(&mut self, key: &'static str) -> Option<At<f64>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        let share = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            other => integer(other).map(f64::from),
        };
        match share.filter(|share: &f64| (0.0..=1.0).contains(share)) {
            Some(value) => Some(At { value, line }),
            None => {
                self.wrong(key, line, "a share from 0.0 to 1.0", value.get_ref());
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<At<bool>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        match value.get_ref().as_bool() {
            Some(value) => Some(At { value, line }),
            None => {
                self.wrong(key, line, "true or false", value.get_ref());
                None
            }
        }
    }

    /// A list, each member with its line.
    pub(super) fn list(&mut self, key: &'static str) -> Option<At<Vec<At<&'a DeValue<'t>>>>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        match value.get_ref().as_array() {
            Some(array) => {
                let members = array
                    .iter()
                    .map(|m| At { value: m.get_ref(), line: self.source.line(&m.span()) })
                    .collect();
                Some(At { value: members, line })
            }
            None => {
                self.wrong(key, line, "a list in [ ]", value.get_ref());
                None
            }
        }
    }

    /// A table under this one.
    pub(super) fn table(&mut self, key: &'static str) -> Option<At<&'a DeTable<'t>>> {
        let value = self.value(key)?;
        let line = self.source.line(&value.span());
        match value.get_ref().as_table() {
            Some(value) => Some(At { value, line }),
            None => {
                self.wrong(key, line, "a table", value.get_ref());
                None
            }
        }
    }

    fn wrong(&mut self, key: &str, line: usize, expected: &str, found: &DeValue<'_>) {
        let found = show(found);
        self.source.error(line, format!("`{key}` must be {expected}, not {found}"));
    }

    /// Reports every key that nothing asked for.
    pub(super) fn done(self) {
        let mut known = self.taken;
        known.sort_unstable();
        known.dedup();
        for key in self.table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let line = self.source.line(&key.span());
                let message = format!(
                    "unknown key `{}`; the keys here are {}",
                    key.get_ref().escape_debug(),
                    known.join(", ")
                );
                self.source.error(line, message);
            }
        }
    }
}

/// A value as a whole number of at most nine digits.
pub(super) fn integer(value: &DeValue<'_>) -> Option<u32> {
    let integer = value.as_integer()?;
    u32::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|n| *n < 1_000_000_000)
}

/// A value as an author wrote it, shortened.
pub(super) fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 30 => format!("{text:?}"),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        other => match other.type_str() {
            word @ ("integer" | "array") => format!("an {word}"),
            word => format!("a {word}"),
        },
    }
}
