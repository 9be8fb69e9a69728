//! What must be said and in which sounds: the prompt ids of a survey, and the words files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::Source;
use super::{Clip, Files, Kind, Lang, Level, Prompt, Question, Sound, Speech};

/// Sounds without words that every language has: id and milliseconds. They are generated, not
/// recorded.
pub const SOUNDS: [(&str, u32); 4] =
    [("beep", 300), ("silence-1", 1000), ("silence-2", 2000), ("silence-4", 4000)];

/// Sentences that every survey says in every language.
const COMMON: [&str; 25] = [
    "answer-no",
    "answer-yes",
    "ask-manager",
    "consent",
    "goodbye",
    "goodbye-early",
    "goodbye-never",
    "goodbye-refused",
    "goodbye-unanswered",
    "greeting",
    "manager-again",
    "manager-noted",
    "menu-back",
    "menu-end",
    "menu-language",
    "menu-manager",
    "menu-never",
    "menu-return",
    "not-now",
    "silent",
    "sorry",
    "standing",
    "wrong",
    "wrong-consent",
    "wrong-manager",
];

/// Said wherever there is more than one language: by the choice at the opening and by the one that
/// the menu opens. A survey of one language may have it all the same.
const CHOOSE_LANGUAGE: &str = "choose-language";

/// Longest text of one prompt in characters: platforms refuse a little more than that.
const LONGEST_TEXT: usize = 1000;

/// Every prompt id that a survey with these questions says; `several_languages`: in which there is
/// another language to choose.
pub fn needed(questions: &[Question], several_languages: bool) -> Vec<String> {
    let mut ids: Vec<String> = COMMON.map(str::to_owned).to_vec();
    ids.extend((0..=20).map(|n| format!("number-{n}")));
    ids.extend(('a'..='z').map(|c| format!("letter-{c}")));
    if several_languages {
        ids.push(CHOOSE_LANGUAGE.to_owned());
    }
    for question in questions {
        ids.push(format!("ask-{}", question.name));
        if !matches!(question.kind, Kind::Comment { .. }) {
            ids.push(format!("wrong-{}", question.name));
        }
    }
    ids.sort_unstable();
    // A consent question may well be named consent.
    ids.dedup();
    ids
}

/// How long a text takes to say, in milliseconds, where there is no audio: 14 letters a second
/// and a breath.
pub fn estimate(text: &str) -> u32 {
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    letters.saturating_mul(70).saturating_add(300)
}

/// The line of a prompt in the text of a words file; 1 if it is not there.
pub fn prompt_line(text: &str, id: &str) -> usize {
    let mut source = Source::new(String::new(), text);
    let table = source.table();
    table
        .get("prompts")
        .and_then(|prompts| prompts.get_ref().as_table()?.get_key_value(id))
        .map_or(1, |(key, _)| source.line(&key.span()))
}

/// One words file as read: text and line by prompt id.
pub(super) type Words = BTreeMap<String, (String, usize)>;

/// Reads one words file. `position` is the language's key in the language choice, from 1.
pub(super) fn read(source: &mut Source<'_>, position: usize) -> Words {
    let table = source.table();
    let mut words = Words::new();
    for (key, value) in &table {
        let line = source.line(&key.span());
        match (key.get_ref().as_ref(), value.get_ref().as_table()) {
            ("prompts", Some(prompts)) => {
                for (id, text) in prompts {
                    let line = source.line(&id.span());
                    let id = id.get_ref().as_ref();
                    if let Some(text) = sentence(source, line, id, text.get_ref().as_str()) {
                        let key = position.to_string();
                        words.insert(id.to_owned(), (text.replace("{key}", &key), line));
                    }
                }
            }
            ("prompts", None) => source.error(line, "`prompts` must be a table: [prompts]"),
            (other, _) => {
                let other = other.escape_debug();
                source.error(line, format!("unknown key `{other}`; a words file has [prompts]"));
            }
        }
    }
    words
}

/// The text of one prompt if nothing is wrong with it.
fn sentence<'v>(
    source: &mut Source<'_>,
    line: usize,
    id: &str,
    text: Option<&'v str>,
) -> Option<&'v str> {
    let shown = id.escape_debug();
    let fault = match text.map(str::trim) {
        _ if !super::is_name(id) => format!(
            "\"{shown}\" cannot be a prompt's id; use lower-case letters, digits and -, \
             beginning with a letter"
        ),
        None => format!("\"{shown}\" must be a text in quotes"),
        Some("") => format!("\"{shown}\" says nothing"),
        Some(text) if text.chars().count() > LONGEST_TEXT => {
            format!("\"{shown}\" is longer than {LONGEST_TEXT} characters; platforms refuse it")
        }
        Some(text) if text.chars().any(char::is_control) => {
            format!("\"{shown}\" holds a control character or a line break")
        }
        Some(text) if id == CHOOSE_LANGUAGE && !text.contains("{key}") => format!(
            "\"{shown}\" does not say which key to press; write {{key}} where the key stands"
        ),
        Some(text) => {
            let rest = match id {
                CHOOSE_LANGUAGE => text.replace("{key}", ""),
                _ => text.to_owned(),
            };
            if !rest.contains(['{', '}']) {
                return Some(text);
            }
            format!("\"{shown}\" has braces; only choose-language has a place, {{key}}")
        }
    };
    source.error(line, fault);
    None
}

/// What one language has and lacks, turned into its prompts.
pub(super) struct Spoken<'a> {
    pub(super) files: &'a Files,
    pub(super) lang: Lang,
    pub(super) words: &'a Words,
    pub(super) needed: &'a [String],
    pub(super) speech: Speech,
}

impl Spoken<'_> {
    /// Builds the prompts and reports missing and unused words and audio.
    pub(super) fn prompts(&self, source: &mut Source<'_>) -> BTreeMap<Arc<str>, Arc<Prompt>> {
        let lang = self.lang;
        let missing: Vec<_> = self
            .needed
            .iter()
            .filter(|id| !self.words.contains_key(*id))
            .map(|id| id.as_str())
            .collect();
        if !missing.is_empty() {
            let end = match missing.iter().any(|id| id.starts_with("goodbye") || *id == "sorry") {
                true => "; the survey has no way to end",
                false => "",
            };
            let list = missing.join(", ");
            source.error(1, format!("words missing in {lang}: {list}{end}"));
        }
        let mut prompts = BTreeMap::new();
        for (id, millis) in SOUNDS {
            let clip = self.clip(id);
            let millis = clip.map_or(millis, |clip| clip.millis);
            // Nobody can read them aloud, so they count as recorded: always the file.
            prompts.insert(Arc::from(id), self.prompt(id, "", millis, Sound::Human));
        }
        for (id, (text, line)) in self.words {
            if !self.needed.contains(id) && id != CHOOSE_LANGUAGE {
                source
                    .error(*line, format!("nothing says \"{id}\"; correct its name or delete it"));
                continue;
            }
            let (millis, sound) = match self.clip(id) {
                Some(clip) if clip.human => (clip.millis, Sound::Human),
                Some(clip) => (clip.millis, Sound::Machine),
                None => (estimate(text), Sound::Missing),
            };
            let place = (lang, id.clone());
            let told = self.files.unreadable.contains(&place);
            if sound == Sound::Missing && self.speech != Speech::Voice && !told {
                let name = &self.files.name;
                let message = format!(
                    "audio missing: {name}/audio/{lang}/{id}.wav; record it, or run \
                     `aftercall prompts speak`"
                );
                source.fault(Level::Error, *line, message);
            }
            prompts.insert(Arc::from(id.as_str()), self.prompt(id, text, millis, sound));
        }
        for (_, id) in self.files.clips.keys().filter(|(l, _)| *l == lang) {
            if !super::is_name(id) {
                let id = id.escape_debug();
                source.error(1, format!("\"{id}\" cannot be an audio file's name"));
            } else if !prompts.contains_key(id.as_str()) && !self.needed.contains(id) {
                source.fault(
                    Level::Warning,
                    1,
                    format!("audio/{lang}/{id}.wav is there, but no words have that id"),
                );
            }
        }
        prompts
    }

    fn clip(&self, id: &str) -> Option<&Clip> {
        self.files.clips.get(&(self.lang, id.to_owned()))
    }

    fn prompt(&self, id: &str, text: &str, millis: u32, sound: Sound) -> Arc<Prompt> {
        let (id, text) = (Arc::from(id), Arc::from(text));
        Arc::new(Prompt { id, lang: self.lang, text, millis, sound })
    }
}
