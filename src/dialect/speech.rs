//! Who speaks a prompt, the address of its file, and the goodbye that needs no survey.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::interview::Voice;
use crate::survey::{Lang, Prompt, Sound, Speech};

/// A voice of the platform that its documentation confirms for a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformVoice {
    /// Our language code, such as `lt`.
    pub lang: &'static str,
    /// The platform's language tag, such as `lt-LT`.
    pub tag: &'static str,
    /// The platform's name of the voice.
    pub name: &'static str,
}

/// Who speaks a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The audio file.
    File,
    /// The platform's voice.
    Voice(&'static PlatformVoice),
    /// Nobody can: no file and no voice. The prompt is left out.
    Nobody,
}

/// Who speaks: by `auto` a human recording, else a confirmed voice of the platform, else
/// machine-made audio; `audio` and `voice` put the one or the other first. What is missing is
/// replaced by what there is.
pub fn speaker(sound: Sound, speech: Speech, voice: Option<&'static PlatformVoice>) -> Speaker {
    let file_first = match speech {
        Speech::Audio => true,
        Speech::Voice => false,
        Speech::Auto => sound == Sound::Human,
    };
    let file = sound != Sound::Missing;
    match voice {
        _ if file && file_first => Speaker::File,
        Some(voice) => Speaker::Voice(voice),
        None if file => Speaker::File,
        None => Speaker::Nobody,
    }
}

/// The voice for that language, if the platform has one.
pub(super) fn voice(
    voices: &'static [PlatformVoice],
    lang: Lang,
) -> Option<&'static PlatformVoice> {
    voices.iter().find(|voice| voice.lang == lang.code())
}

/// All but the characters that stand for themselves in a path; so no address of ours holds one of
/// `@ , { } $`, which FreeSWITCH would read as credentials, separators or variables.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of one prompt's file.
pub(super) fn file(base: &str, voice: &Voice, prompt: &Prompt) -> String {
    joined(base, voice, prompt, &[])
}

/// The address of a sound without words that every language of a survey has.
pub(super) fn sound(base: &str, voice: &Voice, lang: Lang, id: &str) -> String {
    let survey = utf8_percent_encode(&voice.survey, SEGMENT);
    format!("{base}/audio/{survey}/{}/{lang}/{id}.wav", voice.version)
}

/// The address of a file cut together from several prompts, in the order they are heard: the
/// folder names the language of the first; a part in another language carries its own before an
/// underscore (`/en/choose+lt_choose.wav`), which no prompt id can hold.
pub(super) fn joined(base: &str, voice: &Voice, first: &Prompt, rest: &[&Arc<Prompt>]) -> String {
    let escape = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
    let mut name = escape(&first.id);
    for part in rest {
        name.push('+');
        if part.lang != first.lang {
            name.push_str(part.lang.code());
            name.push('_');
        }
        name.push_str(&escape(&part.id));
    }
    let survey = escape(&voice.survey);
    format!("{base}/audio/{survey}/{}/{}/{name}.wav", voice.version, first.lang)
}

/// Most prompts in one joined file.
const MOST_PARTS: usize = 6;

/// For platforms that take one file where others take a list, and have no voice: the files that
/// play these prompts, as few as can be. Prompts without a file are left out. An odd number goes
/// first, so that the last file, which listens for keys, is the longest.
pub(super) fn joined_files(
    base: &str,
    voice: &Voice,
    speech: Speech,
    prompts: &[Arc<Prompt>],
) -> Vec<String> {
    let heard: Vec<&Arc<Prompt>> = prompts
        .iter()
        .filter(|prompt| speaker(prompt.sound, speech, None) == Speaker::File)
        .collect();
    let (first, rest) = heard.split_at(heard.len() % MOST_PARTS);
    std::iter::once(first)
        .chain(rest.chunks(MOST_PARTS))
        .filter_map(|part| part.split_first())
        .map(|(first, rest)| joined(base, voice, first, rest))
        .collect()
}

/// The goodbye of last resort, for calls whose survey is unknown or unreadable.
const GOODBYES: [(&str, &str); 5] = [
    ("en", "Thank you. Goodbye."),
    ("lt", "Ačiū. Viso gero."),
    ("lv", "Paldies. Visu labu."),
    ("pl", "Dziękujemy. Do usłyszenia."),
    ("ta", "நன்றி. வணக்கம்."),
];

/// The words of the goodbye of last resort, where we have them in that language.
pub(super) fn goodbye(lang: Lang) -> Option<&'static str> {
    GOODBYES.iter().find(|(code, _)| *code == lang.code()).map(|(_, words)| *words)
}
