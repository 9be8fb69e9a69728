//! What the dialects share whose documents are a flat list of elements below one root: who speaks a
//! prompt, what an end is, what a goodbye is. A dialect says how its elements are called, how it
//! asks and how it records.

use std::sync::Arc;

use super::speech::{self, PlatformVoice, Speaker};
use super::xml::Element;
use super::{After, Document, Links, Open};
use crate::interview::{Ask, End, Order, Record, SECOND_KEY_MS, Voice};
use crate::survey::{Lang, Prompt, Speech};

/// [`SECOND_KEY_MS`] where platforms count in seconds.
pub(super) const SECOND_KEY_SECONDS: u32 = SECOND_KEY_MS.div_ceil(1000);

/// A language of that form.
pub(super) trait Flat {
    /// The root of every document, without its elements.
    fn root(&self, elements: Vec<Element>) -> Element {
        Element::new("Response").children(elements)
    }

    /// The platform's confirmed voices.
    fn voices(&self) -> &'static [PlatformVoice] {
        &[]
    }

    /// Words by one of its voices; nothing where it has none.
    fn spoken(&self, _words: &str, _voice: &PlatformVoice) -> Option<Element> {
        None
    }

    /// A file.
    fn play(&self, url: String) -> Element;

    /// What comes after an interview, or instead of it. The call may not be answered yet.
    fn leave(&self, after: &After) -> Vec<Element>;

    /// Says and waits for keys.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element>;

    /// Says and records.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element>;

    /// Says these prompts one after the other.
    fn say_all(&self, said: &Said, prompts: &[Arc<Prompt>]) -> Vec<Element> {
        let say = |prompt: &Arc<Prompt>| {
            let voice = speech::voice(self.voices(), prompt.lang);
            match speech::speaker(prompt.sound, said.speech, voice) {
                Speaker::File => {
                    Some(self.play(speech::file(&said.links.base, said.voice, prompt)))
                }
                Speaker::Voice(voice) => self.spoken(&prompt.text, voice),
                Speaker::Nobody => None,
            }
        };
        prompts.iter().filter_map(say).collect()
    }
}

/// What the elements of one order are said with.
pub(super) struct Said<'a> {
    /// Whose audio.
    pub voice: &'a Voice,
    /// The survey's choice of who speaks.
    pub speech: Speech,
    /// The language of the state.
    pub lang: Lang,
    /// Where the next requests go.
    pub links: &'a Links,
    /// How much of the order the platform asked for, where it asked for it once more.
    pub open: Option<Open>,
}

/// The document of that meaning.
pub(super) fn write(document: &Document, language: &impl Flat) -> String {
    let elements = match document {
        Document::Order { order, voice, speech, lang, links, after, open } => {
            let said = Said { voice, speech: *speech, lang: *lang, links, open: *open };
            match order {
                Order::Ask(ask) => language.ask(&said, ask),
                Order::Record(record) => language.record(&said, record),
                Order::End(End { prompts, .. }) => {
                    let mut elements = language.say_all(&said, prompts);
                    // The call was answered long ago and cannot be rejected any more.
                    elements.extend(match after {
                        After::Reject => language.leave(&After::Hangup),
                        after => language.leave(after),
                    });
                    elements
                }
            }
        }
        // No language of this form says hello.
        Document::Empty | Document::Hello { .. } => Vec::new(),
        Document::Leave(after) => language.leave(after),
        Document::Sorry { lang, audio } => sorry(*lang, audio.as_deref(), language),
    };
    language.root(elements).document()
}

/// The platform's voice goes first here: our own files may be what is out of reach.
fn sorry(lang: Lang, audio: Option<&str>, language: &impl Flat) -> Vec<Element> {
    let voice = speech::voice(language.voices(), lang);
    let words = voice.zip(speech::goodbye(lang));
    let said = words.and_then(|(voice, words)| language.spoken(words, voice));
    let said = said.or_else(|| audio.map(|url| language.play(url.to_owned())));
    said.into_iter().chain(language.leave(&After::Hangup)).collect()
}

/// Files of silence that every language of every survey has, with their seconds, longest first.
const SILENCES: [(&str, u32); 3] = [("silence-4", 4), ("silence-2", 2), ("silence-1", 1)];
/// No more silence than this is put together from files.
const MOST_SILENCE_SECONDS: u32 = 30;

/// Addresses of files that together are so many seconds of silence: time to think inside an
/// element whose one time-out is shorter.
pub(super) fn silences<'a>(said: &'a Said, seconds: u32) -> impl Iterator<Item = String> + 'a {
    let mut left = seconds.min(MOST_SILENCE_SECONDS);
    std::iter::from_fn(move || {
        let (id, long) = SILENCES.iter().find(|(_, long)| *long <= left)?;
        left -= long;
        Some(speech::sound(&said.links.base, said.voice, said.lang, id))
    })
}
