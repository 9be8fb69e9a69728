//! WHAT THE INTERFACE SAYS: every text of pages and mails, in five languages. Pure.
//!
//! Texts stand in `src/words/LANGUAGE/PART.ftl`, in the format of Project Fluent, which knows the
//! plural forms of each language. To add a text, write it in all five folders; to add a language,
//! copy `en` and name it in [`Tongue`]. Tests hold the folders to the same keys and variables, and
//! every key that code and templates name to be there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

#[cfg(test)]
mod tests;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tongue {
    /// English.
    #[default]
    En,
    /// Lithuanian.
    Lt,
    /// Latvian.
    Lv,
    /// Polish.
    Pl,
    /// Tamil.
    Ta,
}

impl Tongue {
    /// All of them, as they stand in lists.
    pub const ALL: [Self; 5] = [Self::En, Self::Lt, Self::Lv, Self::Pl, Self::Ta];

    /// ISO 639 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Lt => "lt",
            Self::Lv => "lv",
            Self::Pl => "pl",
            Self::Ta => "ta",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Lt => "Lietuvių",
            Self::Lv => "Latviešu",
            Self::Pl => "Polski",
            Self::Ta => "தமிழ்",
        }
    }

    /// The language of that code, also with a region: `pl`, `pl-PL`.
    pub fn from_code(code: &str) -> Option<Self> {
        let plain = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|tongue| tongue.code().eq_ignore_ascii_case(plain))
    }

    /// The language that a browser likes best by its `Accept-Language`; English if it likes none
    /// of ours.
    pub fn of_browser(accepted: &str) -> Self {
        let weighed = accepted.split(',').filter_map(|one| {
            let mut parts = one.split(';').map(str::trim);
            let tongue = Self::from_code(parts.next()?)?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| {
                q.parse::<f64>().ok().filter(|weight| (0.0..=1.0).contains(weight))
            })?;
            (weight > 0.0).then_some((tongue, weight))
        });
        // The first of equal weight wins.
        let best = weighed.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::En, |(tongue, _)| tongue)
    }
}

/// The texts of one language.
pub struct Words {
    tongue: Tongue,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.tongue.code())
    }
}

#[derive(rust_embed::Embed)]
#[folder = "src/words"]
#[include = "*.ftl"]
struct Files;

static ALL: LazyLock<BTreeMap<Tongue, Words>> =
    LazyLock::new(|| Tongue::ALL.into_iter().map(|tongue| (tongue, Words::load(tongue))).collect());

impl Words {
    /// The texts of that language.
    pub fn of(tongue: Tongue) -> &'static Self {
        &ALL[&tongue]
    }

    fn load(tongue: Tongue) -> Self {
        let language = tongue.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Marks of direction around inserted texts would stand in CSV files and page titles.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(n) if n.value.fract() == 0.0 => Some(thousands(n.value)),
            _ => None,
        }));
        let folder = format!("{}/", tongue.code());
        for name in Files::iter().filter(|name| name.starts_with(&folder)) {
            let text = Files::get(&name).map(|file| file.data.into_owned()).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            // What cannot be read is left out; a test refuses such files.
            let read = FluentResource::try_new(text).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(read);
        }
        Self { tongue, bundle }
    }

    /// The language.
    pub fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// The text of that key; English where this language has none, and the key itself where
    /// English has none either.
    pub fn say(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// As [`Words::say`], with values in the places that the text names: `{ $n }`. Whole numbers
    /// choose plural forms and get thin spaces between thousands.
    pub fn fill(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let message = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = message else {
            return match self.tongue {
                Tongue::En => key.to_owned(),
                _ => Self::of(Tongue::En).fill(key, values),
            };
        };
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            match value {
                Value::Text(text) => args.set(*name, *text),
                Value::Count(n) => args.set(*name, *n),
            }
        }
        let mut faults = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut faults).into_owned()
    }

    /// Whether this language itself has that key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

/// What stands in a place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text as it is.
    Text(&'a str),
    /// A whole number, which chooses the plural form.
    Count(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

// Templates pass references to what they hold references to.
impl<'a> From<&&'a str> for Value<'a> {
    fn from(text: &&'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a &'a String> for Value<'a> {
    fn from(text: &'a &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<&u64> for Value<'_> {
    fn from(n: &u64) -> Self {
        Self::Count(*n)
    }
}

/// A whole number with thin spaces between thousands.
fn thousands(n: f64) -> String {
    let digits = format!("{:.0}", n.abs());
    let mut text = String::from(if n < 0.0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
