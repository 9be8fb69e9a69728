//! `prompts speak`: a speech program says every sentence, and the result is made fit for the
//! telephone. Only what changed is spoken again; what a person recorded is never touched. The list
//! of what a program made is true at every moment, so it may be stopped at any.

use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};
use tokio::process::Command;

use super::files::{self, Found, Made, MadeFrom};
use super::wav;
use crate::config::SpeechProgram;
use crate::survey::{self, Fault, Lang, Survey};

/// Sentences that are spoken at the same time; each is a short process.
const AT_ONCE: usize = 4;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Sounds that were made.
    pub made: usize,
    /// Machine-made sounds that already said the right words.
    pub kept: usize,
    /// Sounds that a person recorded.
    pub human: usize,
    /// Machine-made sounds that no words ask for any more, taken away.
    pub removed: usize,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Sentences spoken.
    pub done: usize,
    /// Sentences to speak.
    pub of: usize,
    /// The newest one, such as `post-call/lt/greeting`.
    pub prompt: String,
}

/// Why speaking stopped. What was spoken until then is kept.
#[derive(Debug, thiserror::Error)]
pub enum SpeakError {
    /// A survey is not whole enough to know what it says, or a file of it cannot be used: it may
    /// be a person's recording, which must be put right and not be spoken over.
    #[error("survey files have faults:\n{}", lines(.0))]
    Faults(Vec<Fault>),
    /// There is no survey of that name.
    #[error("there is no survey \"{0}\" in the folder")]
    NoSurvey(String),
    /// The program cannot be started.
    #[error(
        "the speech program \"{program}\" cannot be started: {source}; install it (Debian: apt-get install espeak-ng) or set [speech] program"
    )]
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The program failed.
    #[error("{prompt}: the speech program failed: {message}")]
    Program {
        /// What it was to say.
        prompt: String,
        /// What it said instead.
        message: String,
    },
    /// A file cannot be written or read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// One sentence to speak.
struct Job {
    survey: String,
    lang: Lang,
    id: String,
    text: String,
    /// `<folder>/<survey>/audio/<lang>`.
    into: PathBuf,
}

/// Speaks every sentence of the surveys in a folder (of one survey, if named) that has no sound or
/// one made from other words, and tells how far it is after each.
///
/// # Errors
/// The first thing that goes wrong; sounds made before it are kept and listed.
pub async fn speak(
    folder: &Path,
    program: &SpeechProgram,
    only: Option<&str>,
    mut progress: impl FnMut(Progress),
) -> Result<Report, SpeakError> {
    let (found, faults) = files::folder(folder);
    if !faults.is_empty() {
        return Err(SpeakError::Faults(faults));
    }
    let mut report = Report::default();
    let mut jobs = Vec::new();
    let mut lists = std::collections::BTreeMap::new();
    let chosen = |found: &Found| only.is_none_or(|only| only == found.files.name);
    let surveys: Vec<Found> = files::sort(found, &faults).into_iter().filter(chosen).collect();
    if let (true, Some(only)) = (surveys.is_empty(), only) {
        return Err(SpeakError::NoSurvey(only.to_owned()));
    }
    let unusable: Vec<Fault> = surveys.iter().flat_map(|found| found.faults.clone()).collect();
    if !unusable.is_empty() {
        return Err(SpeakError::Faults(unusable));
    }
    for found in surveys {
        let parsed = survey::parse(&found.files);
        let Some(survey) = parsed.survey else { return Err(SpeakError::Faults(parsed.faults)) };
        for &lang in &survey.languages {
            let into = folder.join(&survey.name).join("audio").join(lang.code());
            let made = remove_unused(&found, &survey, lang, &into, &mut report).await?;
            for prompt in survey.prompts.get(&lang).into_iter().flat_map(|words| words.values()) {
                let id = prompt.id.to_string();
                if prompt.text.is_empty() {
                    continue;
                }
                match found.files.clips.get(&(lang, id.clone())) {
                    Some(clip) if clip.human => report.human += 1,
                    Some(_) if made.made[&id].words == files::sum(prompt.text.as_bytes()) => {
                        report.kept += 1;
                    }
                    _ => jobs.push(Job {
                        survey: survey.name.clone(),
                        lang,
                        id,
                        text: prompt.text.to_string(),
                        into: into.clone(),
                    }),
                }
            }
            lists.insert(into, made);
        }
    }
    for into in lists.keys() {
        let failed = |source| SpeakError::File { path: into.clone(), source };
        tokio::fs::create_dir_all(into).await.map_err(failed)?;
    }
    let of = jobs.len();
    let mut spoken = stream::iter(jobs)
        .map(|job| async move {
            let sound = say(program, &job).await;
            (job, sound)
        })
        .buffer_unordered(AT_ONCE);
    let mut failure = None;
    while let Some((job, sound)) = spoken.next().await {
        match sound {
            Ok(sound) => {
                let list = lists.entry(job.into.clone()).or_default();
                keep(&job, list, &sound).await?;
                report.made += 1;
                let prompt = format!("{}/{}/{}", job.survey, job.lang, job.id);
                progress(Progress { done: report.made, of, prompt });
            }
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    drop(spoken);
    // Also where nothing was spoken: what was taken away leaves the list.
    for (into, list) in &lists {
        write_list(into, list).await?;
    }
    failure.map_or(Ok(report), Err)
}

/// Takes away machine-made sounds that the words no longer name, and returns the list of the rest.
async fn remove_unused(
    found: &Found,
    survey: &Survey,
    lang: Lang,
    into: &Path,
    report: &mut Report,
) -> Result<Made, SpeakError> {
    let mut made = found.made.get(&lang).cloned().unwrap_or_default();
    let said = |id: &str| survey.prompts.get(&lang).is_some_and(|words| words.contains_key(id));
    for (id, _) in made.made.clone() {
        match found.files.clips.get(&(lang, id.clone())) {
            Some(clip) if !clip.human && !said(&id) => {
                let path = into.join(format!("{id}.wav"));
                tokio::fs::remove_file(&path)
                    .await
                    .map_err(|source| SpeakError::File { path, source })?;
                report.removed += 1;
                made.made.remove(&id);
            }
            // A person's recording took its place, or the sound is gone.
            Some(clip) if clip.human => _ = made.made.remove(&id),
            None => _ = made.made.remove(&id),
            Some(_) => {}
        }
    }
    Ok(made)
}

/// Puts a sound in its place and into the list. Whenever this is interrupted, the sound is missing
/// or listed as what it is: none is ever taken for a person's recording.
async fn keep(job: &Job, list: &mut Made, sound: &[u8]) -> Result<(), SpeakError> {
    let path = job.into.join(format!("{}.wav", job.id));
    // With another sum than the listed one it would look like a recording.
    match tokio::fs::remove_file(&path).await {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(SpeakError::File { path, source });
        }
        _ => {}
    }
    let made = MadeFrom { words: files::sum(job.text.as_bytes()), sound: files::sum(sound) };
    list.made.insert(job.id.clone(), made);
    write_list(&job.into, list).await?;
    write_whole(&path, sound).await
}

/// Has one sentence of a survey spoken that is in no folder, and gives its sound.
///
/// # Errors
/// If the program cannot be started, fails, or makes no sound.
pub async fn sentence(
    program: &SpeechProgram,
    (survey, lang, id): (&str, Lang, &str),
    text: &str,
) -> Result<Vec<u8>, SpeakError> {
    let folder = tempfile::tempdir()
        .map_err(|source| SpeakError::File { path: std::env::temp_dir(), source })?;
    let (survey, id, text) = (survey.to_owned(), id.to_owned(), text.to_owned());
    say(program, &Job { survey, lang, id, text, into: folder.path().to_owned() }).await
}

/// Has one sentence spoken and gives its sound.
async fn say(program: &SpeechProgram, job: &Job) -> Result<Vec<u8>, SpeakError> {
    let prompt = format!("{}/{}/{}", job.survey, job.lang, job.id);
    let failed = |message: String| SpeakError::Program { prompt: prompt.clone(), message };
    // Hidden, so that no half-made sound is ever taken for a recording.
    let raw = job.into.join(format!(".{}.raw.wav", job.id));
    let run = Command::new(&program.program)
        .args(arguments(program, job.lang, &job.text, &raw))
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|source| SpeakError::Start { program: program.program.clone(), source })?;
    let file = tokio::fs::read(&raw).await;
    _ = tokio::fs::remove_file(&raw).await;
    if !run.status.success() {
        let said = String::from_utf8_lossy(&run.stderr).trim().to_owned();
        return Err(failed(format!("{}: {said}", run.status)));
    }
    let file = file.map_err(|error| failed(format!("it wrote no file: {error}")))?;
    let (rate, samples) = wav::read_any_rate(&file).map_err(|error| failed(error.to_string()))?;
    let samples = wav::polish(&wav::resample(&samples, rate));
    if samples.iter().all(|sample| *sample == 0) {
        return Err(failed("it made no sound; does it know the language?".to_owned()));
    }
    Ok(wav::write(&samples, wav::Coding::Linear))
}

/// The program's arguments with everything filled in. No shell reads them.
fn arguments(program: &SpeechProgram, lang: Lang, text: &str, out: &Path) -> Vec<String> {
    // espeak-ng names its voices by language; plain `en` is its British one under another name.
    let voice = if lang.code() == "en" { "en-gb" } else { lang.code() };
    let fill = |argument: &String| match argument.as_str() {
        "{text}" => text.to_owned(),
        argument => argument
            .replace("{voice}", voice)
            .replace("{speed}", &program.speed.to_string())
            .replace("{out}", &out.to_string_lossy())
            .replace("{text}", text),
    };
    program.arguments.iter().map(fill).collect()
}

async fn write_list(into: &Path, list: &Made) -> Result<(), SpeakError> {
    const HEAD: &str = "# Written by `aftercall prompts speak`: the sounds here that a speech \
                        program made, with SHA-256\n# of their words and of the file. A file that \
                        is not listed, or has another sum, is a person's recording.\n\n[made]\n";
    let mut text = HEAD.to_owned();
    for (id, MadeFrom { words, sound }) in &list.made {
        text.push_str(&format!("{id} = {{ words = \"{words}\", sound = \"{sound}\" }}\n"));
    }
    write_whole(&into.join("made.toml"), text.as_bytes()).await
}

/// Writes a file so that it is there whole or not at all.
async fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), SpeakError> {
    let failed = |source| SpeakError::File { path: path.to_owned(), source };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    tokio::fs::write(&part, bytes).await.map_err(failed)?;
    tokio::fs::rename(&part, path).await.map_err(failed)
}
