//! MAKING AND SERVING PROMPTS: speech program, WAV files, joined files. Knows the survey.
//!
//! All surveys and their sounds are held in memory: what is served for a call is looked up, cut
//! together from loaded parts where several are joined, and never made anew.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::survey::{self, Fault, Files, Lang, Level, Survey, Version};

mod files;
pub mod speak;
pub mod wav;

use files::Found;

/// Most prompts in one joined file.
const MOST_PARTS: usize = 6;
/// Bytes of joined and recoded sounds that are kept: those of ordinary calls in five languages.
const CACHE_BYTES: usize = 32 << 20;

/// All surveys that can be asked, with their sounds.
#[derive(Debug)]
pub struct Library {
    surveys: Vec<Arc<Survey>>,
    files: BTreeMap<String, Files>,
    /// The files as they are, by survey, language and prompt.
    sounds: BTreeMap<(String, Lang, String), Held>,
    faults: Vec<Fault>,
    made: Mutex<Made>,
}

/// One sound file in memory.
#[derive(Clone, Debug)]
struct Held {
    wav: Bytes,
    etag: String,
}

/// Sounds that were cut together or recoded on request.
#[derive(Debug, Default)]
struct Made {
    bytes: usize,
    sounds: BTreeMap<String, Sound>,
}

/// A sound file as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// The file.
    pub bytes: Bytes,
    /// Its media type.
    pub content_type: &'static str,
    /// A hash of the content, 32 hex digits: the same on every node.
    pub etag: String,
    /// Whether the address gives this sound for ever. Not so where it names another version than
    /// the newest.
    pub lasting: bool,
}

impl Library {
    /// The surveys that the program carries.
    ///
    /// # Errors
    /// All faults, if one of them is an error.
    pub fn embedded() -> Result<Self, Vec<Fault>> {
        Self::look(None).usable()
    }

    /// The surveys of a folder: one folder for each, as `prompts/README.md` describes.
    ///
    /// # Errors
    /// All faults, if one of them is an error or a file cannot be read.
    pub fn folder(path: &Path) -> Result<Self, Vec<Fault>> {
        Self::look(Some(path)).usable()
    }

    /// Whatever could be built of a folder's surveys (of those in the program without one), beside
    /// all that is wrong with them. To be looked at, not to be asked.
    pub fn look(path: Option<&Path>) -> Self {
        let (files, faults) = match path {
            Some(path) => files::folder(path),
            None => (files::embedded(), Vec::new()),
        };
        let mut library = Self {
            surveys: Vec::new(),
            files: BTreeMap::new(),
            sounds: BTreeMap::new(),
            faults: Vec::new(),
            made: Mutex::default(),
        };
        for found in files::sort(files, &faults) {
            library.add(found);
        }
        library.faults.extend(faults);
        if library.files.is_empty() {
            let message = "there is no survey here; a survey is a folder with survey.toml in it";
            let file = "survey.toml".to_owned();
            let message = message.to_owned();
            library.faults.push(Fault { level: Level::Error, file, line: 1, message });
        }
        library.faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        library
    }

    fn usable(self) -> Result<Self, Vec<Fault>> {
        match self.faults.iter().any(|fault| fault.level == Level::Error) {
            true => Err(self.faults),
            false => Ok(self),
        }
    }

    /// Adds one survey, as far as it can be built, and its faults.
    fn add(&mut self, found: Found) {
        let parsed = survey::parse(&found.files);
        if let Some(survey) = &parsed.survey {
            self.faults.extend(found.stale(survey));
        }
        self.faults.extend(found.faults);
        self.faults.extend(parsed.faults);
        if let Some(survey) = parsed.survey {
            for (place, wav) in found.sounds {
                let clip = found.files.clips.get(&place);
                let etag = clip.map_or_else(|| etag(&wav), |clip| hex(&clip.digest[..16]));
                let (lang, id) = place;
                self.sounds.insert((survey.name.clone(), lang, id), Held { wav, etag });
            }
            self.generate(&survey);
            self.surveys.push(Arc::new(survey));
        }
        self.files.insert(found.files.name.clone(), found.files);
    }

    /// Adds the sounds that need no recording.
    fn generate(&mut self, survey: &Survey) {
        for &lang in &survey.languages {
            for (id, millis) in survey::SOUNDS {
                let samples = if id == "beep" { wav::tone(millis) } else { wav::silence(millis) };
                let wav = Bytes::from(wav::write(&samples, wav::Coding::Linear));
                let etag = etag(&wav);
                self.sounds
                    .entry((survey.name.clone(), lang, id.to_owned()))
                    .or_insert(Held { wav, etag });
            }
        }
    }

    /// All surveys, by name.
    pub fn surveys(&self) -> &[Arc<Survey>] {
        &self.surveys
    }

    /// The survey of that name, in its newest version.
    pub fn newest(&self, name: &str) -> Option<&Arc<Survey>> {
        self.surveys.iter().find(|survey| survey.name == name)
    }

    /// The survey of that version.
    pub fn version(&self, version: Version) -> Option<Arc<Survey>> {
        self.surveys.iter().find(|survey| survey.version == version).cloned()
    }

    /// All that is wrong with the surveys, by file and line; in a library whose surveys may be
    /// asked these are warnings.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The names of all surveys, also of those that could not be built.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Sentences that nobody could say on a kind of provider, which has voices for some languages
    /// (`voice`): see [`survey::silent`].
    pub fn silent(&self, level: Level, kind: &str, voice: &dyn Fn(Lang) -> bool) -> Vec<Fault> {
        let pairs = self.surveys.iter().filter_map(|s| Some((s, self.files.get(&s.name)?)));
        pairs
            .flat_map(|(survey, files)| survey::silent(files, survey, level, kind, voice))
            .collect()
    }

    /// What must be written before a survey may follow that version of it in the store; see
    /// [`survey::compare`]. A survey that is no longer in the library has nothing to answer for.
    pub fn compare(&self, stored: &Survey) -> Vec<Fault> {
        match (self.newest(&stored.name), self.files.get(&stored.name)) {
            (Some(new), Some(files)) if new.version != stored.version => {
                survey::compare(files, new, stored)
            }
            _ => Vec::new(),
        }
    }

    /// The sound behind `/audio/{survey}/{version}/{lang}/{file}`, where file is prompt ids with
    /// `+` between them (six at most) and `.wav`, `.ulaw.wav` or `.alaw.wav`. A part in another
    /// language carries it in front: `greeting+lt_greeting.wav`. A prompt that a language lacks is
    /// taken from the survey's default language. Of another version of a known survey the newest
    /// sounds are given: a call that began before its words were changed is not left in silence.
    /// `None`: there is no such sound.
    pub fn sound(&self, survey: &str, version: Version, lang: Lang, file: &str) -> Option<Sound> {
        let survey = self.newest(survey)?;
        let lasting = survey.version == version;
        let (names, coding) = coding(file)?;
        let parts: Vec<&Held> = names
            .split('+')
            .map(|name| {
                let (lang, id) = match name.split_once('_') {
                    Some((lang, id)) => (lang.parse().ok()?, id),
                    None => (lang, name),
                };
                self.held(survey, lang, id)
            })
            .collect::<Option<_>>()?;
        let sound = match parts[..] {
            [part] if coding == wav::Coding::Linear => sent(part.wav.clone(), part.etag.clone()),
            _ if parts.len() > MOST_PARTS => return None,
            _ => self.made(&format!("{}/{lang}/{file}", survey.version), &parts, coding),
        };
        Some(Sound { lasting, ..sound })
    }

    fn held(&self, survey: &Survey, lang: Lang, id: &str) -> Option<&Held> {
        let find = |lang| self.sounds.get(&(survey.name.clone(), lang, id.to_owned()));
        find(lang).or_else(|| find(survey.default_language()))
    }

    /// Cuts parts together, once: what was made is kept until too much is kept.
    fn made(&self, key: &str, parts: &[&Held], coding: wav::Coding) -> Sound {
        let lock = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sound) = lock().sounds.get(key) {
            return sound.clone();
        }
        // Loading has read every part once, so none can fail here.
        let samples: Vec<i16> =
            parts.iter().flat_map(|part| wav::read(&part.wav).unwrap_or_default()).collect();
        let bytes = Bytes::from(wav::write(&samples, coding));
        let etag = etag(&bytes);
        let sound = sent(bytes, etag);
        let mut made = lock();
        if made.bytes + sound.bytes.len() > CACHE_BYTES {
            // Only an open address guessed at random fills it; starting anew costs a copy each.
            *made = Made::default();
        }
        made.bytes += sound.bytes.len();
        if let Some(other) = made.sounds.insert(key.to_owned(), sound.clone()) {
            // Two calls asked at the same moment.
            made.bytes -= other.bytes.len();
        }
        sound
    }
}

/// Prompt names and coding of a file's name.
fn coding(file: &str) -> Option<(&str, wav::Coding)> {
    let endings = [
        (".ulaw.wav", wav::Coding::Ulaw),
        (".alaw.wav", wav::Coding::Alaw),
        (".wav", wav::Coding::Linear),
    ];
    endings.into_iter().find_map(|(end, coding)| Some((file.strip_suffix(end)?, coding)))
}

fn sent(bytes: Bytes, etag: String) -> Sound {
    Sound { bytes, content_type: "audio/wav", etag, lasting: true }
}

fn etag(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
