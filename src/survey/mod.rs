//! WHAT THE AUTHOR WROTE: survey files, checked as a whole and turned into a [`Survey`].
//!
//! Pure: this room gets texts and sound lengths as values and knows nothing of files, clocks,
//! webhooks or databases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod check;
pub mod edit;
mod file;
mod longest;
mod question;
mod read;
#[cfg(test)]
mod tests;
mod words;

pub use check::{Speaks, compare, longest_ms, silent, speakers};
pub use file::{parse, version};
pub use words::{SOUNDS, estimate, needed, prompt_line};

/// One survey's files as values: whoever reads them fills this in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    /// The folder's name.
    pub name: String,
    /// The text of `survey.toml`.
    pub survey: String,
    /// The text of each language's words file.
    pub words: BTreeMap<Lang, String>,
    /// Each sound in `audio/<lang>/<prompt>.wav`.
    pub clips: BTreeMap<(Lang, String), Clip>,
    /// Sounds that are there but cannot be used; whoever fills this in has told why.
    pub unreadable: BTreeSet<(Lang, String)>,
}

/// What must be known of a sound without hearing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Its length in milliseconds.
    pub millis: u32,
    /// A person recorded it; else a speech program made it.
    pub human: bool,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
}

/// What came of reading one survey.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The survey, if it could be built.
    pub survey: Option<Survey>,
    /// All that is wrong with its files, by file and line.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Whether it must be mended before callers are asked.
    pub level: Level,
    /// The file, from the folder of surveys on, such as `post-call/lt.toml`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{}:{}: {level}: {}", self.file, self.line, self.message)
    }
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The survey must not be used.
    Error,
    /// It works, but should be looked at.
    Warning,
}

/// Whether a text can be a name of a survey, a question or a prompt: lower-case letters, digits
/// and `-`, beginning with a letter, at most 48 characters (a question's name stands in prompt
/// ids behind `wrong-` and has at most 40).
fn is_name(text: &str) -> bool {
    text.len() <= 48
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A spoken language: the two-letter ISO 639-1 code, lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang([u8; 2]);

impl Lang {
    /// The code as text, for example `lt`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("en")
    }
}

impl FromStr for Lang {
    type Err = String;
    /// Reads `lt`, `LT`, `lt-LT` or `lt_LT`; anything else is refused with a sentence.
    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.split(['-', '_']).next().unwrap_or_default().as_bytes();
        match code {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => Err(format!("\"{text}\" is not a language; write two letters such as en or lt")),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Lang {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A survey version: the first four bytes of the hash over survey file, words of all languages
/// and audio bytes. Written as eight hex digits in links, reports and the store's pages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Version {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        u32::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() == 8)
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is not a survey version; it has eight hex digits"))
    }
}

/// One survey, whole and checked. Immutable; an interview keeps the version it started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The folder's name, such as `post-call`; lower-case letters, digits and `-`.
    pub name: String,
    /// Content hash.
    pub version: Version,
    /// What people see, such as "After the call".
    pub title: String,
    /// Whether its answers lead to nobody: no agent, call or caller is kept with them, and they are
    /// shown by whole months and for groups of eight answers or more only.
    #[serde(default)]
    pub anonymous: bool,
    /// Which agents of a call an answer counts for.
    pub credit: Credit,
    /// Languages it can be asked in; the first is the default.
    pub languages: Vec<Lang>,
    /// Whether a call of unknown language opens with the language choice.
    pub choose_language: bool,
    /// Seconds that the greeting promises.
    pub promise_seconds: u32,
    /// Seconds after which the whole call is ended politely.
    pub max_seconds: u32,
    /// How often one question may be heard before silence or wrong keys end it (3).
    pub hearings: u8,
    /// Whether `0` (previous) and `9` (manager) work as direct keys in this survey.
    pub shortcuts: bool,
    /// Whether platform voices, audio files, or the best of both speak.
    pub speech: Speech,
    /// Shares of applicable questions answered that make an interview complete or partial.
    pub thresholds: Thresholds,
    /// Index into `questions` of the core question.
    pub core: usize,
    /// The questions in the order they are asked (random groups are shuffled for each interview).
    pub questions: Vec<Question>,
    /// All prompts of all languages, by language and prompt id.
    pub prompts: BTreeMap<Lang, BTreeMap<Arc<str>, Arc<Prompt>>>,
}

impl Survey {
    /// The prompt of that id in that language; a language that lacks it falls back to the
    /// default language, which the check guarantees to be whole.
    pub fn prompt(&self, lang: Lang, id: &str) -> Option<&Arc<Prompt>> {
        self.prompts
            .get(&lang)
            .and_then(|words| words.get(id))
            .or_else(|| self.prompts.get(&self.languages[0]).and_then(|words| words.get(id)))
    }

    /// The default language.
    pub fn default_language(&self) -> Lang {
        self.languages[0]
    }

    /// The answers after which a manager is offered at the end: the first rating of the agent is
    /// among its two worst points. `None` where the survey never makes the offer: none is asked,
    /// or the manager has a direct key.
    pub fn manager_offer(&self) -> Option<Is> {
        let worst = |question: &Question| match question.kind {
            Kind::Scale { low, high, good, .. } if question.about == About::Agent => {
                Some(match good {
                    Good::High => vec![low, low.saturating_add(1)],
                    Good::Low => vec![high.saturating_sub(1), high],
                })
            }
            _ => None,
        };
        let mut questions = self.questions.iter().enumerate().filter(|_| !self.shortcuts);
        questions.find_map(|(question, q)| Some(Is { question, values: worst(q)? }))
    }

    /// The index of the question with that name.
    pub fn question(&self, name: &str) -> Option<usize> {
        self.questions.iter().position(|q| q.name == name)
    }
}

/// Which agents of a call an answer counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Credit {
    /// The agent of the last leg.
    Last,
    /// The agent of the first leg.
    First,
    /// The agent with the longest talk; on a tie the later leg.
    Longest,
    /// Each agent of the call.
    Every,
}

/// Who speaks a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speech {
    /// Human recording, else a confirmed platform voice, else machine-made audio.
    Auto,
    /// The audio file, else the platform's voice.
    Audio,
    /// The platform's voice where it is confirmed, else the audio file.
    Voice,
}

/// Shares a/A of applicable questions answered; see the dispositions in `interview`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// At least this share and the core answered: complete (0.8).
    pub complete: f64,
    /// At least this share and the core answered: partial (0.5).
    pub partial: f64,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Short name, unique in the survey: lower-case letters, digits, `-`.
    pub name: String,
    /// What a caller may answer.
    pub kind: Kind,
    /// What the answer measures: `csat`, `nps`, `ces`, `fcr`, `attribute`, `comment`, …
    pub measure: String,
    /// Whom or what the answer is about.
    pub about: About,
    /// Answers are compared over versions only within one series.
    pub series: String,
    /// The series this one continues although its text changed.
    pub same_series: Option<String>,
    /// Asked only if this holds.
    pub when: Option<Condition>,
    /// Questions of one group that stand together are asked in random order.
    pub random_group: Option<String>,
    /// Of a perception the index of the expectation that it is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<usize>,
    /// What such a pair belongs to: pairs of one dimension have one gap. Else each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<String>,
    /// What each choice of an emotion or a comparison means, in the order of the keys; empty where
    /// the author has not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<Means>,
}

/// What a choice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Means {
    /// A good feeling.
    Positive,
    /// Neither good nor bad.
    Neutral,
    /// A bad feeling.
    Negative,
    /// We are better than others.
    Better,
    /// As good as others.
    Same,
    /// Worse than others.
    Worse,
}

impl Means {
    /// The word in survey files and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
            Self::Better => "better",
            Self::Same => "same",
            Self::Worse => "worse",
        }
    }

    /// What choices of that measure may mean; empty where choices of it mean nothing further.
    pub fn of_measure(measure: &str) -> &'static [Self] {
        match measure {
            "emotion" => &[Self::Positive, Self::Neutral, Self::Negative],
            "comparison" => &[Self::Better, Self::Same, Self::Worse],
            _ => &[],
        }
    }
}

/// Whom or what an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The person who served the caller.
    Agent,
    /// Whether and how the matter was settled.
    Resolution,
    /// The company.
    Company,
    /// What it sells.
    Product,
    /// The wait before the agent.
    Waiting,
}

/// What a caller may answer. Values are what is stored: the score, the number of the choice,
/// 1 for yes and 0 for no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Kind {
    /// A rating between two ends, both included.
    Scale {
        /// Lowest value: 0 or 1.
        low: u8,
        /// Highest value: 5, 7, 9 or 10.
        high: u8,
        /// Which end is good.
        good: Good,
        /// Values that count as satisfied.
        satisfied: Vec<u8>,
    },
    /// One of `options` choices, keyed 1, 2, ….
    Choice {
        /// How many, 2 to 8.
        options: u8,
    },
    /// Key 1 is yes (stored 1), key 2 is no (stored 0).
    YesNo {
        /// Whether yes is the satisfied answer.
        good: bool,
    },
    /// A spoken comment.
    Comment {
        /// Longest recording in seconds, 90 at most.
        max_seconds: u32,
        /// Seconds of silence that end it.
        silence_seconds: u32,
    },
    /// Asks whether the caller agrees to something; yes and no as in `YesNo`.
    Consent,
}

impl Kind {
    /// Whether that digit is (the beginning of) an answer.
    pub fn takes(&self, digit: u8) -> bool {
        match *self {
            // On a scale from 1 to 10 the key 0 is ten.
            Self::Scale { low, high, .. } => {
                (low..=high).contains(&digit) || (digit == 0 && high == 10)
            }
            Self::Choice { options } => (1..=options).contains(&digit),
            Self::YesNo { .. } | Self::Consent => digit == 1 || digit == 2,
            Self::Comment { .. } => false,
        }
    }

    /// Whether answers of the one can be compared with answers of the other. How long a comment
    /// may take changes nothing of what was answered.
    pub fn same_answers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Comment { .. }, Self::Comment { .. }) => true,
            _ => self == other,
        }
    }

    /// The values that an answer may have; a recorded comment is 1.
    pub fn values(&self) -> Vec<u8> {
        match *self {
            Self::Scale { low, high, .. } => (low..=high).collect(),
            Self::Choice { options } => (1..=options).collect(),
            Self::YesNo { .. } | Self::Consent => vec![0, 1],
            Self::Comment { .. } => vec![1],
        }
    }
}

/// Which end of a scale is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Good {
    /// High values are good.
    High,
    /// Low values are good.
    Low,
}

/// When a question is asked: tests on answers of earlier questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// At least one holds.
    Any(Vec<Is>),
    /// All hold.
    All(Vec<Is>),
}

/// One test: the earlier question was answered with one of these values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Is {
    /// Index of an earlier question.
    pub question: usize,
    /// Values for which the test holds.
    pub values: Vec<u8>,
}

/// A piece of speech: what is said, how long it takes and where the sound comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Its id in words files, audio file names and links: lower-case letters, digits, `-`.
    pub id: Arc<str>,
    /// Its language.
    pub lang: Lang,
    /// The words.
    pub text: Arc<str>,
    /// Length of the audio in milliseconds; where there is none, an estimate from the words.
    pub millis: u32,
    /// Where its sound comes from.
    pub sound: Sound,
}

/// Where a prompt's sound comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// A person recorded it.
    Human,
    /// A speech program made it.
    Machine,
    /// There is no audio file.
    Missing,
}
