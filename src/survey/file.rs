//! Survey files as written: TOML -> [`Survey`]. Faults of a single line are reported here, those
//! that concern several places in `check`.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::question::{Written, question};
use super::read::{At, Keys, Source, show};
use super::words::{self, Spoken, Words};
use super::{
    Credit, Files, Lang, Level, Parsed, Question, Speech, Survey, Thresholds, Version, check,
};

/// Lines of the survey's own keys, 1 where a key is not written.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) languages: usize,
    pub(super) choose_language: usize,
    /// `None`: not written or not readable, so nothing can be compared with it.
    pub(super) promise_seconds: Option<usize>,
    pub(super) max_seconds: usize,
    pub(super) shortcuts: usize,
    /// `None`: not written.
    pub(super) credit: Option<usize>,
    pub(super) questions: Vec<Written>,
}

/// Reads a survey with its words and sounds, and reports every fault of all its files.
///
/// The survey is there whenever it could be built, also beside errors that leave it well-formed
/// (such as missing audio), so that it can be spoken and tried; who serves callers refuses every
/// [`Level::Error`].
pub fn parse(files: &Files) -> Parsed {
    let mut source = Source::new(format!("{}/survey.toml", files.name), &files.survey);
    let table = source.table();
    let (draft, lines) = survey(files, &mut source, &table);
    let mut broken = source.faults.iter().any(|fault| fault.level == Level::Error);
    let mut survey = draft;

    check::whole(&survey, &lines, &mut source);
    let needed = words::needed(&survey.questions, survey.languages.len() > 1);
    let mut faults = std::mem::take(&mut source.faults);
    for (position, &lang) in survey.languages.iter().enumerate() {
        let file = format!("{}/{lang}.toml", files.name);
        let Some(text) = files.words.get(&lang) else {
            let message = format!("no words in {lang}: write {file}, or take {lang} out");
            source.error(lines.languages.max(1), message);
            continue;
        };
        let mut words_source = Source::new(file, text);
        let words: Words = words::read(&mut words_source, position + 1);
        let speech = survey.speech;
        let spoken = Spoken { files, lang, words: &words, needed: &needed, speech };
        let prompts = spoken.prompts(&mut words_source);
        survey.prompts.insert(lang, prompts);
        faults.append(&mut words_source.faults);
    }
    for lang in files.words.keys().filter(|lang| !survey.languages.contains(lang)) {
        let message = format!("{lang}.toml is there, but `languages` does not name {lang}");
        source.fault(Level::Warning, lines.languages.max(1), message);
    }
    check::length(&survey, &lines, &mut source);
    faults.append(&mut source.faults);
    // A language without words leaves nothing to say; other faults of words leave gaps.
    broken |= survey.languages.iter().any(|lang| !survey.prompts.contains_key(lang));
    broken |= survey.questions.is_empty();
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Parsed { survey: (!broken).then_some(survey), faults }
}

/// The content hash of everything an author provides: the first four bytes of SHA-256 over every
/// part with its length, so that no two different sets of parts look alike.
pub fn version(files: &Files) -> Version {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(files.name.as_bytes());
    part(files.survey.as_bytes());
    part(&(files.words.len() as u64).to_be_bytes());
    for (lang, text) in &files.words {
        part(lang.code().as_bytes());
        part(text.as_bytes());
    }
    for ((lang, id), clip) in &files.clips {
        part(lang.code().as_bytes());
        part(id.as_bytes());
        part(&clip.digest);
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
    Version(u32::from_be_bytes([a, b, c, d]))
}

fn survey<'t>(files: &Files, source: &mut Source<'t>, table: &DeTable<'t>) -> (Survey, Lines) {
    let mut lines = Lines::default();
    if !super::is_name(&files.name) || files.name == "goodbye" {
        let name = files.name.escape_debug();
        source.error(
            1,
            format!("\"{name}\" cannot be a survey's name; rename its folder: lower-case letters, digits and -, beginning with a letter, and not goodbye"),
        );
    }
    let mut keys = Keys::new(source, table, 1);
    let title = keys.needed("title", "\"After the call\"").map(|t| t.value.to_owned());
    let anonymous = keys.flag("anonymous");
    let credit = keys.word(
        "credit",
        &[
            ("last", Credit::Last),
            ("first", Credit::First),
            ("longest", Credit::Longest),
            ("every", Credit::Every),
        ],
    );
    lines.credit = credit.as_ref().map(|at| at.line);
    let languages = languages(&mut keys, &mut lines);
    let choose_language = keys.flag("choose_language");
    lines.choose_language = choose_language.as_ref().map_or(1, |at| at.line);
    let promise = match table.contains_key("promise_seconds") {
        true => keys.number("promise_seconds", 10, 900),
        false => {
            keys.value("promise_seconds");
            keys.source.error(1, "`promise_seconds` is missing; write promise_seconds = 60");
            None
        }
    };
    lines.promise_seconds = promise.as_ref().map(|at| at.line);
    let promise_seconds = promise.map_or(60, |at| at.value);
    let max = keys.number("max_seconds", 30, 3600);
    lines.max_seconds = max.as_ref().map_or(1, |at| at.line);
    let hearings = keys.number("hearings", 1, 5);
    let shortcuts = keys.flag("shortcuts");
    lines.shortcuts = shortcuts.as_ref().map_or(1, |at| at.line);
    let speech = keys.word(
        "speech",
        &[("auto", Speech::Auto), ("audio", Speech::Audio), ("voice", Speech::Voice)],
    );
    let thresholds = thresholds(&mut keys);
    let (questions, core) = questions(&mut keys, &mut lines);
    keys.done();

    let shortcuts = shortcuts.map_or_else(
        // Where the keys are free the shortcuts cost nothing.
        || !questions.iter().any(|q| q.kind.takes(0) || q.kind.takes(9)),
        |at| at.value,
    );
    let survey = Survey {
        name: files.name.clone(),
        version: version(files),
        title: title.unwrap_or_default(),
        anonymous: anonymous.is_some_and(|at| at.value),
        credit: credit.map_or(Credit::Last, |at| at.value),
        languages,
        choose_language: choose_language.is_some_and(|at| at.value),
        promise_seconds,
        max_seconds: max.map_or((3 * promise_seconds).max(180), |at| at.value),
        hearings: hearings.map_or(3, |at| u8::try_from(at.value).unwrap_or(3)),
        shortcuts,
        speech: speech.map_or(Speech::Auto, |at| at.value),
        thresholds,
        core,
        questions,
        prompts: BTreeMap::new(),
    };
    (survey, lines)
}

fn languages(keys: &mut Keys<'_, '_, '_>, lines: &mut Lines) -> Vec<Lang> {
    let before = keys.source.faults.len();
    let mut languages = Vec::new();
    lines.languages = 1;
    match keys.list("languages") {
        Some(list) => {
            lines.languages = list.line;
            for At { value, line } in list.value {
                match value.as_str().map(str::parse::<Lang>) {
                    Some(Ok(lang)) if languages.contains(&lang) => {
                        keys.source.error(line, format!("{lang} stands twice in `languages`"));
                    }
                    Some(Ok(lang)) => languages.push(lang),
                    Some(Err(fault)) => keys.source.error(line, fault),
                    None => {
                        let found = show(value);
                        keys.source.error(line, format!("{found} is not a language"));
                    }
                }
            }
        }
        None if keys.source.faults.len() > before => {}
        None => keys.source.error(1, "`languages` is missing; write languages = [\"en\"]"),
    }
    if languages.is_empty() {
        // Something to build on: an error is reported, so the survey is not handed out.
        if keys.source.faults.len() == before {
            keys.source.error(lines.languages, "a survey needs at least one language");
        }
        languages.extend("en".parse::<Lang>());
    }
    languages
}

fn thresholds(keys: &mut Keys<'_, '_, '_>) -> Thresholds {
    let mut thresholds = Thresholds { complete: 0.8, partial: 0.5 };
    if let Some(At { value, line }) = keys.table("thresholds") {
        let mut keys = Keys::new(keys.source, value, line);
        thresholds.complete = keys.share("complete").map_or(0.8, |at| at.value);
        thresholds.partial = keys.share("partial").map_or(0.5, |at| at.value);
        if thresholds.partial > thresholds.complete {
            keys.source.error(line, "`partial` is above `complete`; it must not be");
        }
        keys.done();
    }
    thresholds
}

/// All questions, and which of them is the core.
fn questions(keys: &mut Keys<'_, '_, '_>, lines: &mut Lines) -> (Vec<Question>, usize) {
    let Some(At { value: members, line }) = keys.list("question") else {
        if keys.value("question").is_none() {
            keys.source.error(1, "a survey needs at least one [[question]]");
        }
        return (Vec::new(), 0);
    };
    if members.is_empty() {
        keys.source.error(line, "a survey needs at least one [[question]]");
    }
    let tables: Vec<_> = members
        .iter()
        .filter_map(|At { value, line }| {
            if value.as_table().is_none() {
                keys.source.error(*line, "a question is a table; write [[question]] above it");
            }
            Some((value.as_table()?, *line))
        })
        .collect();
    // Names first: conditions may only point at them, and say so when they point elsewhere.
    let names: Vec<_> = tables
        .iter()
        .map(|(table, _)| table.get("name").and_then(|v| v.get_ref().as_str()).unwrap_or_default())
        .collect();
    let mut core: Option<usize> = None;
    let mut questions: Vec<Question> = Vec::new();
    for (index, (table, line)) in tables.iter().enumerate() {
        let mut inner = Keys::new(keys.source, table, *line);
        let (question, written, is_core) = question(&mut inner, &names, &questions);
        if let (Some(first), Some(at)) = (core, is_core.as_ref().filter(|at| at.value)) {
            let first = &questions[first].name;
            let message = format!("\"{first}\" is the core question already; there is only one");
            inner.source.error(at.line, message);
        }
        inner.done();
        if is_core.is_some_and(|at| at.value) {
            core.get_or_insert(index);
        }
        questions.push(question);
        lines.questions.push(written);
    }
    (questions, core.unwrap_or(0))
}
