//! MAKING AND SERVING PROMPTS: speech program, WAV files, joined files. Knows the survey.
//!
//! All surveys and their sounds are held in memory: what is served for a call is looked up, cut
//! together from loaded parts where several are joined, and never made anew.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

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
    faults: Vec<Fault>,
    /// What can be heard: the surveys of the files, and versions that were published in the page.
    shelf: RwLock<Shelf>,
    made: Mutex<Made>,
}

/// Versions with their sounds, and which of each survey is asked.
#[derive(Debug, Default)]
struct Shelf {
    editions: BTreeMap<Version, Arc<Edition>>,
    asked: BTreeMap<String, Version>,
}

/// One version of a survey with its files and sounds.
#[derive(Debug)]
struct Edition {
    survey: Arc<Survey>,
    files: Arc<Files>,
    sounds: BTreeMap<(Lang, String), Held>,
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
            faults: Vec::new(),
            shelf: RwLock::default(),
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
            let survey = Arc::new(survey);
            let mut sounds = generated(&survey);
            for (place, wav) in found.sounds {
                let clip = found.files.clips.get(&place);
                let etag = clip.map_or_else(|| etag(&wav), |clip| hex(&clip.digest[..16]));
                sounds.insert(place, Held { wav, etag });
            }
            let files = Arc::new(found.files.clone());
            self.shelve(Edition { survey: survey.clone(), files, sounds }, true);
            self.surveys.push(survey);
        }
        self.files.insert(found.files.name.clone(), found.files);
    }

    fn shelf(&self) -> std::sync::RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelve(&self, edition: Edition, asked: bool) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let (name, version) = (edition.survey.name.clone(), edition.survey.version);
        shelf.editions.insert(version, Arc::new(edition));
        if asked {
            shelf.asked.insert(name, version);
        }
    }

    /// Digests of sounds that files name and this library does not hold.
    pub fn lacks(&self, files: &Files) -> Vec<[u8; 32]> {
        let held = self.by_digest(&files.name);
        let digests = files.clips.values().map(|clip| clip.digest);
        digests.filter(|digest| !held.contains_key(digest)).collect()
    }

    /// The sounds of a survey's versions, by digest.
    fn by_digest(&self, name: &str) -> BTreeMap<[u8; 32], Bytes> {
        let shelf = self.shelf();
        let mut held = BTreeMap::new();
        for edition in shelf.editions.values().filter(|edition| edition.survey.name == name) {
            for (place, clip) in &edition.files.clips {
                if let Some(sound) = edition.sounds.get(place) {
                    held.insert(clip.digest, sound.wav.clone());
                }
            }
        }
        held
    }

    /// The sounds that files name, as far as this library holds them.
    pub fn sounds_of(&self, files: &Files) -> Vec<([u8; 32], Bytes)> {
        let held = self.by_digest(&files.name);
        let found = files
            .clips
            .values()
            .filter_map(|clip| Some((clip.digest, held.get(&clip.digest)?.clone())));
        found.collect()
    }

    /// Takes a version that was made elsewhere, with `more` sounds by digest beside those that are
    /// held; it can be heard from now on, also by calls under way in other versions. `asked`: it
    /// is the one whose sounds stand in for those of unknown versions.
    pub fn take(
        &self,
        files: Files,
        survey: Arc<Survey>,
        more: &BTreeMap<[u8; 32], Bytes>,
        asked: bool,
    ) {
        let held = self.by_digest(&files.name);
        let mut sounds = generated(&survey);
        for (place, clip) in &files.clips {
            let wav = held.get(&clip.digest).or_else(|| more.get(&clip.digest));
            if let Some(wav) = wav.filter(|wav| wav::count(wav).is_ok()) {
                let etag = hex(&clip.digest[..16]);
                sounds.insert(place.clone(), Held { wav: wav.clone(), etag });
            }
        }
        self.shelve(Edition { survey, files: Arc::new(files), sounds }, asked);
    }

    /// Goes back to what the files say of that survey.
    pub fn take_files(&self, name: &str) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(survey) = self.newest(name) {
            shelf.asked.insert(name.to_owned(), survey.version);
        }
    }

    /// The files that a version was read from.
    pub fn files(&self, version: Version) -> Option<Arc<Files>> {
        self.shelf().editions.get(&version).map(|edition| edition.files.clone())
    }

    /// All surveys, by name.
    pub fn surveys(&self) -> &[Arc<Survey>] {
        &self.surveys
    }

    /// The survey of that name, in its newest version.
    pub fn newest(&self, name: &str) -> Option<&Arc<Survey>> {
        self.surveys.iter().find(|survey| survey.name == name)
    }

    /// The survey of that version, also one that was published in the page.
    pub fn version(&self, version: Version) -> Option<Arc<Survey>> {
        self.shelf().editions.get(&version).map(|edition| edition.survey.clone())
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
    /// taken from the survey's default language. Of a version that is
    /// not known those of the asked one are given: a call that began before the words of files were
    /// changed is not left in silence.
    /// `None`: there is no such sound.
    pub fn sound(&self, survey: &str, version: Version, lang: Lang, file: &str) -> Option<Sound> {
        let edition = {
            let shelf = self.shelf();
            let own = shelf.editions.get(&version).filter(|own| own.survey.name == survey);
            let asked = || shelf.editions.get(shelf.asked.get(survey)?);
            own.or_else(asked)?.clone()
        };
        let lasting = edition.survey.version == version;
        let (names, coding) = coding(file)?;
        let parts: Vec<&Held> = names
            .split('+')
            .map(|name| {
                let (lang, id) = match name.split_once('_') {
                    Some((lang, id)) => (lang.parse().ok()?, id),
                    None => (lang, name),
                };
                edition.held(lang, id)
            })
            .collect::<Option<_>>()?;
        let sound = match parts[..] {
            [part] if coding == wav::Coding::Linear => sent(part.wav.clone(), part.etag.clone()),
            _ if parts.len() > MOST_PARTS => return None,
            _ => self.made(&format!("{}/{lang}/{file}", edition.survey.version), &parts, coding),
        };
        Some(Sound { lasting, ..sound })
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

impl Edition {
    fn held(&self, lang: Lang, id: &str) -> Option<&Held> {
        let find = |lang| self.sounds.get(&(lang, id.to_owned()));
        find(lang).or_else(|| find(self.survey.default_language()))
    }
}

/// The sounds that need no recording.
fn generated(survey: &Survey) -> BTreeMap<(Lang, String), Held> {
    let mut sounds = BTreeMap::new();
    for &lang in &survey.languages {
        for (id, millis) in survey::SOUNDS {
            let samples = if id == "beep" { wav::tone(millis) } else { wav::silence(millis) };
            let wav = Bytes::from(wav::write(&samples, wav::Coding::Linear));
            let etag = etag(&wav);
            sounds.insert((lang, id.to_owned()), Held { wav, etag });
        }
    }
    sounds
}

/// What a clip of that file is to a survey: made by a speech program.
pub fn clip(wav: &[u8]) -> Option<survey::Clip> {
    let samples = wav::count(wav).ok()?;
    let digest = Sha256::digest(wav).into();
    Some(survey::Clip { millis: wav::millis(samples), human: false, digest })
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
