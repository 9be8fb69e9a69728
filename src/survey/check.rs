//! Faults that concern more than one place of a survey, and what `aftercall check` tells beside.

use std::collections::BTreeMap;
use std::fmt;

use super::file::Lines;
use super::question::Written;
use super::read::Source;
use super::words::prompt_line;
use super::{
    Condition, Fault, Files, Is, Kind, Lang, Level, Means, Question, Sound, Speech, Survey, longest,
};

/// Most questions of a survey: the state of an interview travels in links of limited length.
const MOST_QUESTIONS: usize = 30;
/// Most languages of a language choice: each is one part of one joined sound, with the silence
/// to think behind them, and a sound is joined from at most six parts.
const MOST_CHOICES: usize = 5;

/// Reports the faults of a survey as a whole.
pub(super) fn whole(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let questions = &survey.questions;
    if let Some(extra) = lines.questions.get(MOST_QUESTIONS) {
        let count = questions.len();
        source.error(
            extra.line,
            format!("{count} questions are too many; a survey has at most {MOST_QUESTIONS}"),
        );
    }
    languages(survey, lines, source);
    if survey.max_seconds < survey.promise_seconds && lines.promise_seconds.is_some() {
        let (max, promise) = (survey.max_seconds, survey.promise_seconds);
        source.error(
            lines.max_seconds,
            format!("max_seconds = {max} ends the call before the promised {promise} seconds"),
        );
    }
    for (question, written) in questions.iter().zip(&lines.questions) {
        if written.whole {
            kind_faults(survey, question, written, lines, source);
        }
    }
    if let (Some(core), Some(written)) =
        (questions.get(survey.core), lines.questions.get(survey.core))
        && written.whole
        && matches!(core.kind, Kind::Comment { .. } | Kind::Consent)
    {
        let name = &core.name;
        let message = format!(
            "\"{name}\" is the core question, but a comment or consent is no answer to count; \
             write core = true in another"
        );
        source.error(written.line, message);
    }
    random_groups(survey, lines, source);
    conditions(survey, lines, source);
    pairs(survey, lines, source);
    meanings(survey, lines, source);
    anonymous(survey, lines, source);
}

/// Perceptions and the expectations that they are held against.
fn pairs(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let questions = &survey.questions;
    let mut taken: BTreeMap<usize, &str> = BTreeMap::new();
    for (question, written) in questions.iter().zip(&lines.questions) {
        let name = &question.name;
        let Some(pair) = question.pair else {
            // Where one is written and cannot be found, that is told already.
            if question.measure == "perception" && written.pair == written.line {
                let message = format!(
                    "\"{name}\" has no `pair`, so no gap is shown for it; write pair = \"<the \
                     question of the expectation>\""
                );
                source.fault(Level::Warning, written.measure, message);
            }
            continue;
        };
        if question.measure != "perception" {
            let message = format!("\"{name}\" has a `pair`, which is of measure = \"perception\"");
            source.error(written.pair, message);
            continue;
        }
        let readable = lines.questions.get(pair).is_some_and(|written| written.whole);
        let Some(other) = questions.get(pair).filter(|_| readable && written.whole) else {
            continue;
        };
        let expected = &other.name;
        if other.measure != "expectation" {
            let message = format!("the `pair` \"{expected}\" is no measure = \"expectation\"");
            source.error(written.pair, message);
        }
        if !matches!(question.kind, Kind::Scale { .. }) || question.kind != other.kind {
            let message =
                format!("\"{name}\" and its `pair` \"{expected}\" need one and the same scale");
            source.error(written.pair, message);
        }
        if let Some(first) = taken.insert(pair, name) {
            let message = format!("\"{expected}\" is the `pair` of \"{first}\" already");
            source.error(written.pair, message);
        }
    }
}

/// What choices of emotions and comparisons mean.
fn meanings(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    for (question, written) in survey.questions.iter().zip(&lines.questions) {
        let (name, measure) = (&question.name, &question.measure);
        let possible = Means::of_measure(measure);
        let words: Vec<&str> = possible.iter().map(|means| means.word()).collect();
        let words = words.join(", ");
        let Kind::Choice { options } = question.kind else {
            if !question.means.is_empty() && written.whole {
                source.error(written.means, format!("\"{name}\" is no choice and has no `means`"));
            }
            continue;
        };
        if question.means.is_empty() {
            if !possible.is_empty() {
                let message = format!(
                    "\"{name}\" does not say what its choices mean, so no balance is shown; \
                     write means = [..], one of {words} for each key"
                );
                source.fault(Level::Warning, written.measure, message);
            }
            continue;
        }
        if let Some(wrong) = question.means.iter().find(|means| !possible.contains(means)) {
            let wrong = wrong.word();
            let message = match possible.is_empty() {
                true => "`means` is of measure = \"emotion\" or \"comparison\"".to_owned(),
                false => format!("no choice of {measure} means {wrong}; write {words}"),
            };
            source.error(written.means, message);
        }
        if question.means.len() != usize::from(options) {
            let count = question.means.len();
            let message = format!("`means` has {count} words for {options} choices");
            source.error(written.means, message);
        }
    }
}

/// What an anonymous survey cannot have.
fn anonymous(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    if !survey.anonymous {
        return;
    }
    if let Some(line) = lines.credit {
        source.error(line, "answers of an anonymous survey count for no agent; take `credit` out");
    }
    for (question, written) in survey.questions.iter().zip(&lines.questions) {
        if matches!(question.kind, Kind::Comment { .. }) {
            // The provider keeps the recording under the call's id, and a voice is somebody's.
            let name = &question.name;
            source.error(
                written.line,
                format!("\"{name}\" is spoken, and a voice leads to its caller; take it out of an anonymous survey"),
            );
        }
    }
}

fn languages(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let count = survey.languages.len();
    if survey.choose_language && count > MOST_CHOICES {
        source.error(
            lines.choose_language,
            format!(
                "choose_language offers at most {MOST_CHOICES} languages, not {count}: with the \
                 silence behind them they are joined to one sound of at most 6 parts"
            ),
        );
    }
    if survey.choose_language && count < 2 {
        source.error(lines.choose_language, "choose_language needs at least two languages");
    }
}

fn kind_faults(
    survey: &Survey,
    question: &Question,
    written: &Written,
    lines: &Lines,
    source: &mut Source<'_>,
) {
    let (name, measure) = (&question.name, question.measure.as_str());
    let nps = matches!(question.kind, Kind::Scale { low: 0, high: 10, .. });
    if measure == "nps" && !nps {
        source.error(
            written.measure,
            format!("\"{name}\" measures nps, which is only right with scale = \"0-10\""),
        );
    }
    if let Kind::Scale { good: super::Good::Low, .. } = question.kind
        && measure == "nps"
    {
        source.error(written.measure, "nps needs good = \"high\"");
    }
    let (spoken, consent) =
        (matches!(question.kind, Kind::Comment { .. }), question.kind == Kind::Consent);
    if spoken != (measure == "comment") {
        source.error(
            written.measure,
            format!("\"{name}\": measure = \"comment\" and kind = \"comment\" go together"),
        );
    }
    if consent != (measure == "consent") {
        source.error(
            written.measure,
            format!("\"{name}\": measure = \"consent\" and kind = \"consent\" go together"),
        );
    }
    if (spoken || consent) && question.random_group.is_some() {
        source.error(
            written.line,
            format!(
                "\"{name}\" cannot be in a random group: comments and consent keep their place"
            ),
        );
    }
    let taken: Vec<_> = [0, 9].into_iter().filter(|&digit| question.kind.takes(digit)).collect();
    if survey.shortcuts && !taken.is_empty() {
        let keys = taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        source.error(
            lines.shortcuts,
            format!(
                "the shortcuts 0 and 9 share a key with an answer: \"{name}\" takes {keys}; \
                 write shortcuts = false"
            ),
        );
    }
}

fn random_groups(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let mut last_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, question) in survey.questions.iter().enumerate() {
        let Some(group) = question.random_group.as_deref() else { continue };
        let Some(written) = lines.questions.get(index) else { continue };
        let name = &question.name;
        if question.when.is_some() {
            source.error(
                written.when,
                format!(
                    "\"{name}\" has a condition and stands in the random group \"{}\"; questions \
                     of a random group must have none",
                    group.escape_debug()
                ),
            );
        }
        if last_of.insert(group, index).is_some_and(|last| last + 1 != index) {
            source.error(
                written.line,
                format!(
                    "\"{name}\" is in the random group \"{}\" but does not stand next to it",
                    group.escape_debug()
                ),
            );
        }
    }
}

fn conditions(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let questions = &survey.questions;
    for (index, question) in questions.iter().enumerate() {
        let Some(written) = lines.questions.get(index) else { continue };
        let Some(Condition::Any(tests) | Condition::All(tests)) = &question.when else { continue };
        let mut sound = true;
        for Is { question: earlier, values } in tests {
            let readable = lines.questions.get(*earlier).is_some_and(|written| written.whole);
            let Some(earlier) = questions.get(*earlier).filter(|_| readable) else {
                sound = false;
                continue;
            };
            let possible = earlier.kind.values();
            for value in values.iter().filter(|value| !possible.contains(value)) {
                let name = &earlier.name;
                let message = format!("`when` waits for \"{name}\" = {value}, which cannot be");
                source.error(written.when, message);
            }
            if values.is_empty() {
                source.error(written.when, "`is` is empty: no answer would do");
                sound = false;
            }
        }
        if sound && !tests.is_empty() && !reachable(questions, index) {
            let name = &question.name;
            let message = format!("\"{name}\" is never asked: its conditions cannot all hold");
            source.error(written.when, message);
        }
    }
}

/// Whether some answers lead to that question. A search with a limit: beyond it (which takes a
/// survey nobody would write) the question counts as reachable.
fn reachable(questions: &[Question], index: usize) -> bool {
    let mut steps = 20_000;
    // For each question the answers still allowed, as bits; asked ones must have one left.
    let allowed: Vec<u16> = questions
        .iter()
        .map(|q| q.kind.values().into_iter().fold(0, |bits, value| bits | bit(value)))
        .collect();
    search(questions, vec![index], allowed, &mut steps)
}

fn bit(value: u8) -> u16 {
    1_u16.checked_shl(u32::from(value)).unwrap_or(0)
}

fn search(
    questions: &[Question],
    mut asked: Vec<usize>,
    mut allowed: Vec<u16>,
    steps: &mut u32,
) -> bool {
    while let Some(index) = asked.pop() {
        if *steps == 0 {
            return true;
        }
        *steps -= 1;
        let Some(condition) = questions.get(index).and_then(|q| q.when.as_ref()) else { continue };
        let narrow = |allowed: &mut Vec<u16>, is: &Is| {
            let bits = is.values.iter().fold(0, |bits, value| bits | bit(*value));
            allowed.get_mut(is.question).is_some_and(|left| {
                *left &= bits;
                *left != 0
            })
        };
        match condition {
            Condition::All(tests) => {
                for is in tests {
                    if !narrow(&mut allowed, is) {
                        return false;
                    }
                    asked.push(is.question);
                }
            }
            Condition::Any(tests) => {
                return tests.iter().any(|is| {
                    let (mut asked, mut allowed) = (asked.clone(), allowed.clone());
                    asked.push(is.question);
                    narrow(&mut allowed, is) && search(questions, asked, allowed, steps)
                });
            }
        }
    }
    true
}

/// The longest that a caller who answers everything is kept, in milliseconds: the greeting, every
/// question of the longest path heard once, the manager's offer at its end, five seconds to press
/// each key. A spoken comment is the caller's own time and not counted.
pub fn longest_ms(survey: &Survey, lang: Lang) -> u64 {
    longest::millis(survey, &|id| {
        survey.prompt(lang, id).map_or(0, |prompt| u64::from(prompt.millis))
    })
}

/// Compares the longest path with the promise.
pub(super) fn length(survey: &Survey, lines: &Lines, source: &mut Source<'_>) {
    let Some(line) = lines.promise_seconds else { return };
    let promise = u64::from(survey.promise_seconds);
    let spoken = survey.languages.iter().filter(|lang| survey.prompts.contains_key(lang));
    let longest: Vec<_> = spoken.map(|&lang| (lang, longest_ms(survey, lang))).collect();
    for (lang, millis) in &longest {
        if *millis > promise * 1000 {
            let seconds = millis.div_ceil(1000);
            source.error(
                line,
                format!(
                    "in {lang} the survey takes up to {seconds} seconds, longer than the promised \
                     {promise}; shorten it or promise {seconds}"
                ),
            );
        }
    }
    let most = longest.iter().map(|(_, millis)| *millis).max().unwrap_or(0);
    if most > 0 && most * 2 < promise * 1000 {
        let seconds = most.div_ceil(1000);
        source.fault(
            Level::Warning,
            line,
            format!("{promise} seconds are promised, but it takes at most {seconds}; say so"),
        );
    }
}

/// What must be written before a changed survey may follow the newest version in the store: a
/// changed scale or core place needs a new `series`; changed words need a new `series` or
/// `same_series`. `files` are those that `new` was read from.
pub fn compare(files: &Files, new: &Survey, stored: &Survey) -> Vec<Fault> {
    let mut source = Source::new(format!("{}/survey.toml", files.name), &files.survey);
    let version = stored.version;
    if new.anonymous != stored.anonymous {
        let (was, is) = match new.anonymous {
            true => ("was not", "be"),
            false => ("was", "stop being"),
        };
        source.error(
            1,
            format!(
                "version {version} {was} anonymous, and a survey cannot {is} so later: its answers \
                 would stand beside others; copy it to a survey of another name"
            ),
        );
    }
    for (index, question) in new.questions.iter().enumerate() {
        let Some(before) = stored.questions.iter().find(|old| old.name == question.name) else {
            continue;
        };
        if before.series != question.series {
            continue;
        }
        let was_core = stored.questions.get(stored.core).is_some_and(|q| q.name == question.name);
        let name = &question.name;
        let line = line_of(files, index);
        let mut changes = Vec::new();
        if !before.kind.same_answers(&question.kind) {
            changes.push("its scale or keys");
        }
        if was_core != (new.core == index) {
            changes.push("its place as core question");
        }
        if before.measure != question.measure || before.about != question.about {
            changes.push("what it measures");
        }
        if !before.means.is_empty() && before.means != question.means {
            changes.push("what its choices mean");
        }
        if !changes.is_empty() {
            let what = changes.join(" and ");
            source.error(
                line,
                format!(
                    "\"{name}\" changed {what} since version {version}; its answers can no longer \
                     be compared: write a new series, such as series = \"{name}-2\""
                ),
            );
            continue;
        }
        let id = format!("ask-{name}");
        let changed: Vec<_> = new
            .languages
            .iter()
            .filter(|lang| stored.prompts.contains_key(lang))
            .filter(|lang| text(new, **lang, &id) != text(stored, **lang, &id))
            .map(|lang| lang.code())
            .collect();
        let kept = question.same_series.as_deref().is_some_and(|old| old == version.to_string());
        if !changed.is_empty() && !kept {
            let list = changed.join(", ");
            source.error(
                line,
                format!(
                    "the words of \"{name}\" changed ({list}) since version {version}; write \
                     same_series = \"{version}\" if it still asks the same, else a new series"
                ),
            );
        }
    }
    source.faults
}

fn text<'s>(survey: &'s Survey, lang: Lang, id: &str) -> Option<&'s str> {
    survey.prompts.get(&lang).and_then(|words| words.get(id)).map(|prompt| &*prompt.text)
}

/// The line of a survey's question, found again in its text.
fn line_of(files: &Files, index: usize) -> usize {
    let mut source = Source::new(String::new(), &files.survey);
    let table = source.table();
    table
        .get("question")
        .and_then(|questions| questions.get_ref().get(index))
        .map_or(1, |question| source.line(&question.span()))
}

/// Who speaks a survey in one language on one kind of provider: how many of its sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaks {
    /// The language.
    pub lang: Lang,
    /// Recorded by a person.
    pub human: usize,
    /// By the platform's own voice.
    pub voice: usize,
    /// By audio that a speech program made.
    pub machine: usize,
    /// By nobody: there is neither a voice nor audio.
    pub nobody: usize,
}

impl fmt::Display for Speaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.human, "recorded by a person"),
            (self.voice, "by the platform's voice"),
            (self.machine, "in machine-made audio"),
            (self.nobody, "SILENT, neither audio nor voice"),
        ];
        write!(f, "{}:", self.lang)?;
        let some = parts.into_iter().filter(|(count, _)| *count > 0);
        for (at, (count, words)) in some.enumerate() {
            let (comma, noun) = match (at, count) {
                (0, 1) => ("", " sentence"),
                (0, _) => ("", " sentences"),
                _ => (",", ""),
            };
            write!(f, "{comma} {count}{noun} {words}")?;
        }
        Ok(())
    }
}

/// What nobody can say in a survey with `speech = "voice"` on a kind of provider: one fault of that
/// level for each language, at the first such sentence. Where audio is wanted, what is missing is
/// an error on every provider, and told when the survey is read.
pub fn silent(
    files: &Files,
    survey: &Survey,
    level: Level,
    kind: &str,
    confirmed: &dyn Fn(Lang) -> bool,
) -> Vec<Fault> {
    let mute = |lang: &Lang| survey.speech == Speech::Voice && !confirmed(*lang);
    let fault = |lang: Lang| {
        let prompts = survey.prompts.get(&lang).into_iter().flat_map(BTreeMap::values);
        let unsaid =
            |p: &&std::sync::Arc<super::Prompt>| p.sound == Sound::Missing && !p.text.is_empty();
        let silent: Vec<&str> = prompts.filter(unsaid).map(|prompt| &*prompt.id).collect();
        let first = silent.first()?;
        let text = files.words.get(&lang).map_or("", String::as_str);
        let message = format!(
            "{} sentences such as \"{first}\" have no audio, and {kind} has no voice for {lang}: \
             callers would hear nothing. Record them, or run `aftercall prompts speak`",
            silent.len()
        );
        let (file, line) = (format!("{}/{lang}.toml", files.name), prompt_line(text, first));
        Some(Fault { level, file, line, message })
    };
    survey.languages.iter().copied().filter(mute).filter_map(fault).collect()
}

/// Who speaks each language, where `confirmed` says for which languages the platform's voice is
/// known to work. The rule of `speech`: `auto` takes a person's recording, else a confirmed voice,
/// else machine-made audio; `audio` puts the file first, `voice` the confirmed voice, and what is
/// missing is replaced by what there is.
pub fn speakers(survey: &Survey, confirmed: &dyn Fn(Lang) -> bool) -> Vec<Speaks> {
    survey
        .languages
        .iter()
        .map(|&lang| {
            let mut speaks = Speaks { lang, human: 0, voice: 0, machine: 0, nobody: 0 };
            let prompts = survey.prompts.get(&lang).into_iter().flat_map(BTreeMap::values);
            for prompt in prompts.filter(|prompt| !prompt.text.is_empty()) {
                let voice = confirmed(lang);
                let file_first = match survey.speech {
                    Speech::Audio => true,
                    Speech::Voice => false,
                    Speech::Auto => prompt.sound == Sound::Human,
                };
                let count = match prompt.sound {
                    Sound::Human if file_first || !voice => &mut speaks.human,
                    Sound::Machine if file_first || !voice => &mut speaks.machine,
                    _ if voice => &mut speaks.voice,
                    _ => &mut speaks.nobody,
                };
                *count += 1;
            }
            speaks
        })
        .collect()
}
