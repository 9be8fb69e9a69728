//! Survey folders, on disk or inside the program: which file is what.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{hex, wav};
use crate::survey::{Clip, Fault, Files, Lang, Level, Survey, prompt_line};

/// The library's own surveys, compiled in.
#[derive(RustEmbed)]
#[folder = "prompts/"]
#[include = "*.toml"]
#[include = "*.wav"]
struct Shipped;

/// Largest file: a minute of telephone sound.
const LARGEST: usize = 1 << 20;

/// Which sounds a speech program made: `audio/<lang>/made.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Made {
    /// By prompt id.
    #[serde(default)]
    pub(super) made: BTreeMap<String, MadeFrom>,
}

/// One made sound. A file that is no longer the one that was made is a person's recording.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct MadeFrom {
    /// SHA-256 of the words it was made from.
    pub(super) words: String,
    /// SHA-256 of the file.
    pub(super) sound: String,
}

/// One survey's folder, sorted into what it is for.
pub(super) struct Found {
    pub(super) files: Files,
    pub(super) sounds: BTreeMap<(Lang, String), Bytes>,
    pub(super) made: BTreeMap<Lang, Made>,
    pub(super) faults: Vec<Fault>,
}

impl Found {
    /// Machine-made sounds that do not say what the words now say.
    pub(super) fn stale(&self, survey: &Survey) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (&(lang, ref id), clip) in &self.files.clips {
            let Some(prompt) = survey.prompts.get(&lang).and_then(|words| words.get(id.as_str()))
            else {
                continue;
            };
            let made = self.made.get(&lang).and_then(|made| made.made.get(id));
            if !clip.human && made.is_some_and(|made| made.words != sum(prompt.text.as_bytes())) {
                let text = self.files.words.get(&lang).map_or("", String::as_str);
                let message = format!(
                    "audio/{lang}/{id}.wav was made from other words; run `aftercall prompts speak`"
                );
                let file = format!("{}/{lang}.toml", self.files.name);
                let line = prompt_line(text, id);
                faults.push(Fault { level: Level::Error, file, line, message });
            }
        }
        faults
    }
}

/// SHA-256 in hex digits.
pub(super) fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The compiled-in files by path.
pub(super) fn embedded() -> BTreeMap<String, Bytes> {
    Shipped::iter()
        .filter_map(|path| {
            let bytes = match Shipped::get(&path)?.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((path.into_owned(), bytes))
        })
        .collect()
}

/// The files of a folder by path, at most three folders deep, and those that cannot be read.
pub(super) fn folder(root: &Path) -> (BTreeMap<String, Bytes>, Vec<Fault>) {
    let (mut files, mut faults) = (BTreeMap::new(), Vec::new());
    walk(root, "", 0, &mut files, &mut faults);
    (files, faults)
}

fn walk(
    folder: &Path,
    inside: &str,
    depth: usize,
    files: &mut BTreeMap<String, Bytes>,
    faults: &mut Vec<Fault>,
) {
    let mut unreadable = |path: &str, error: std::io::Error| {
        let file = if path.is_empty() { folder.display().to_string() } else { path.to_owned() };
        let message = format!("cannot be read: {error}");
        faults.push(Fault { level: Level::Error, file, line: 1, message });
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return unreadable(inside, error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unreadable(inside, error);
                continue;
            }
        };
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        // Hidden files are editors' and version control's.
        if name.starts_with('.') {
            continue;
        }
        if entry.path().is_dir() {
            folders.push((entry.path(), path));
        } else if name.ends_with(".toml") || name.ends_with(".wav") {
            match std::fs::read(entry.path()) {
                Ok(bytes) => _ = files.insert(path, Bytes::from(bytes)),
                Err(error) => unreadable(&path, error),
            }
        }
    }
    if depth < 3 {
        for (folder, path) in folders {
            walk(&folder, &path, depth + 1, files, faults);
        }
    }
}

/// Sorts files by survey and use; a folder without `survey.toml` is no survey. `unread` tells of
/// files that are there and could not be read.
pub(super) fn sort(files: BTreeMap<String, Bytes>, unread: &[Fault]) -> Vec<Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for path in files.keys() {
        if let Some(name) = path.strip_suffix("/survey.toml").filter(|name| !name.contains('/')) {
            let files = Files { name: name.to_owned(), ..Files::default() };
            let (sounds, made) = (BTreeMap::new(), BTreeMap::new());
            found.insert(name.to_owned(), Found { files, sounds, made, faults: Vec::new() });
        }
    }
    // made.toml sorts behind some of the sounds that it speaks of, so it is read first.
    let (lists, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(path, _)| path.ends_with("/made.toml"));
    for (path, bytes) in lists.into_iter().chain(others) {
        let mut parts = path.split('/');
        let Some(found) = parts.next().and_then(|name| found.get_mut(name)) else { continue };
        let rest: Vec<&str> = parts.collect();
        if let Err(message) = found.take(&rest, bytes) {
            found.files.unreadable.extend(sound_at(&rest));
            found.faults.push(Fault { level: Level::Error, file: path, line: 1, message });
        }
    }
    for fault in unread {
        let mut parts = fault.file.split('/');
        let Some(found) = parts.next().and_then(|name| found.get_mut(name)) else { continue };
        found.files.unreadable.extend(sound_at(&parts.collect::<Vec<_>>()));
    }
    found.into_values().collect()
}

/// Language and prompt of a sound by its place in a survey's folder.
fn sound_at(path: &[&str]) -> Option<(Lang, String)> {
    match *path {
        ["audio", lang, file] => Some((lang.parse().ok()?, file.strip_suffix(".wav")?.to_owned())),
        _ => None,
    }
}

impl Found {
    fn take(&mut self, path: &[&str], bytes: Bytes) -> Result<(), String> {
        if bytes.len() > LARGEST {
            return Err(format!("{} bytes are too many; 1 MB is the most", bytes.len()));
        }
        match *path {
            ["survey.toml"] => self.files.survey = text(&bytes)?,
            ["audio", lang, "made.toml"] => {
                let made = toml::from_str(&text(&bytes)?)
                    .map_err(|error| format!("cannot be read: {}", error.message()))?;
                self.made.insert(lang.parse()?, made);
            }
            ["audio", lang, file] => {
                let (lang, Some(id)) = (lang.parse()?, file.strip_suffix(".wav")) else {
                    return Err("only .wav files and made.toml belong here".to_owned());
                };
                let samples = wav::count(&bytes).map_err(|error| error.to_string())?;
                let digest: [u8; 32] = Sha256::digest(&bytes).into();
                let made = self.made.get(&lang).and_then(|made| made.made.get(id));
                let human = made.is_none_or(|made| made.sound != hex(&digest));
                let clip = Clip { millis: wav::millis(samples), human, digest };
                self.files.clips.insert((lang, id.to_owned()), clip);
                self.sounds.insert((lang, id.to_owned()), bytes);
            }
            [file] => {
                let code = file.strip_suffix(".toml").unwrap_or(file);
                let lang: Lang = code.parse()?;
                if lang.code() != code {
                    return Err(format!("rename it {lang}.toml"));
                }
                self.files.words.insert(lang, text(&bytes)?);
            }
            _ => return Err("it does not belong here; audio is audio/<lang>/<prompt>.wav".into()),
        }
        Ok(())
    }
}

fn text(bytes: &Bytes) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the text is not UTF-8".to_owned())?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
