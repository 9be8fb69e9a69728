//! One `[[question]]` as written: name, kind, scale, measure, condition.

use toml::de::DeValue;

use super::read::{At, Keys, Source, integer, show};
use super::{About, Condition, Good, Is, Kind, Means, Question, Version};

/// What a question may measure.
const MEASURES: [&str; 13] = [
    "attribute",
    "ces",
    "comment",
    "comparison",
    "consent",
    "csat",
    "emotion",
    "expectation",
    "fcr",
    "loyalty",
    "nps",
    "other",
    "perception",
];

/// Longest comment in seconds: an interview closes a while after its limit, and one recording must
/// have come by then.
const LONGEST_COMMENT: u32 = 90;

/// A question as written: its line, and whether all of it could be read.
pub(super) struct Written {
    pub(super) line: usize,
    /// False if its kind or scale could not be read: no further faults are derived from it.
    pub(super) whole: bool,
    /// Lines of keys that faults of the whole survey point at.
    pub(super) when: usize,
    pub(super) measure: usize,
    pub(super) pair: usize,
    pub(super) means: usize,
}

/// Reads one question; `names` are those of all questions in order, `earlier` are the questions
/// before it. Beside it whether it says that it is the core question.
pub(super) fn question(
    keys: &mut Keys<'_, '_, '_>,
    names: &[&str],
    earlier: &[Question],
) -> (Question, Written, Option<At<bool>>) {
    let line = keys.line;
    let name = match keys.needed("name", "\"rating\"") {
        Some(At { value, line }) => {
            name_faults(keys.source, value, line, &names[..earlier.len()]);
            value.to_owned()
        }
        None => String::new(),
    };
    let core = keys.flag("core");
    let kind = kind(keys);
    let measure = keys.needed("measure", "\"csat\"");
    let measure_line = measure.as_ref().map_or(line, |at| at.line);
    if let Some(At { value, line }) = &measure
        && !MEASURES.contains(value)
    {
        let list = MEASURES.join(", ");
        let value = value.escape_debug();
        keys.source.error(*line, format!("unknown measure \"{value}\"; write one of {list}"));
    }
    const ABOUT: [(&str, About); 5] = [
        ("agent", About::Agent),
        ("resolution", About::Resolution),
        ("company", About::Company),
        ("product", About::Product),
        ("waiting", About::Waiting),
    ];
    let about = keys.word("about", &ABOUT);
    if about.is_none() && keys.value("about").is_none() && kind != Some(Kind::Consent) {
        keys.source.error(line, "`about` is missing; write about = \"agent\"");
    }
    let series = keys.text("series").map(|at| at.value.to_owned());
    let same_series = keys.text("same_series").and_then(|At { value, line }| {
        if value.parse::<Version>().is_err() {
            let message = "`same_series` must be the eight hex digits of the version it continues";
            keys.source.error(line, message);
            return None;
        }
        Some(value.to_owned())
    });
    let random_group = keys.text("random_group").map(|at| at.value.to_owned());
    let when_line = keys.value("when").map(|v| keys.source.line(&v.span())).unwrap_or(line);
    let when = keys.value("when").and_then(|value| {
        let at = At { value: value.get_ref(), line: when_line };
        condition(keys.source, at, names, earlier)
    });
    let pair = keys.text("pair");
    let dimension = keys.text("dimension");
    let means = means(keys);
    let written = Written {
        line,
        whole: kind.is_some(),
        when: when_line,
        measure: measure_line,
        pair: pair.as_ref().map_or(line, |at| at.line),
        means: means.as_ref().map_or(line, |at| at.line),
    };
    if let (Some(at), None) = (&dimension, &pair) {
        keys.source.error(at.line, "`dimension` is of a question with a `pair`");
    }
    let pair = pair.and_then(|At { value, line }| {
        let found = names.iter().position(|other| *other == value);
        if found.is_none() {
            let shown = value.escape_debug();
            let message = format!("`pair` names \"{shown}\", but no question has that name");
            keys.source.error(line, message);
        }
        found
    });
    let question = Question {
        series: series.unwrap_or_else(|| name.clone()),
        name,
        kind: kind.unwrap_or(Kind::YesNo { good: true }),
        measure: measure.map_or_else(|| "other".to_owned(), |at| at.value.to_owned()),
        about: about.map_or(About::Company, |at| at.value),
        same_series,
        when,
        random_group,
        pair,
        dimension: dimension.map(|at| at.value.to_owned()),
        means: means.map(|at| at.value).unwrap_or_default(),
    };
    (question, written, core)
}

/// What the choices mean; `None` if it is not written or (with the fault reported) not readable.
fn means(keys: &mut Keys<'_, '_, '_>) -> Option<At<Vec<Means>>> {
    let At { value: members, line } = keys.list("means")?;
    let all = ["emotion", "comparison"].into_iter().flat_map(Means::of_measure);
    let all: Vec<Means> = all.copied().collect();
    let mut found = Vec::new();
    for At { value, line } in members {
        match all.iter().find(|means| value.as_str() == Some(means.word())) {
            Some(means) => found.push(*means),
            None => {
                let words: Vec<&str> = all.iter().map(|means| means.word()).collect();
                let (shown, words) = (show(value), words.join(", "));
                let message = format!("{shown} is nothing that a choice means; write {words}");
                keys.source.error(line, message);
                return None;
            }
        }
    }
    Some(At { value: found, line })
}

fn name_faults(source: &mut Source<'_>, name: &str, line: usize, earlier: &[&str]) {
    let shown = name.escape_debug();
    if !super::is_name(name) || name.len() > 40 {
        source.error(
            line,
            format!(
                "\"{shown}\" cannot be a question's name; use lower-case letters, digits and -, \
                 beginning with a letter, 40 at most"
            ),
        );
    } else if name == "manager" {
        source.error(line, "a question cannot be named manager: ask-manager is a prompt already");
    }
    if earlier.contains(&name) {
        source.error(line, format!("two questions are named \"{shown}\""));
    }
}

/// What a caller may answer; `None` (with the fault reported) if it cannot be read.
fn kind(keys: &mut Keys<'_, '_, '_>) -> Option<Kind> {
    #[derive(Clone, Copy)]
    enum Word {
        Scale,
        Choice,
        YesNo,
        Comment,
        Consent,
    }
    let words = [
        ("scale", Word::Scale),
        ("choice", Word::Choice),
        ("yes-no", Word::YesNo),
        ("comment", Word::Comment),
        ("consent", Word::Consent),
    ];
    let Some(word) = keys.word("kind", &words) else {
        if keys.value("kind").is_none() {
            let line = keys.line;
            keys.source.error(line, "`kind` is missing; write kind = \"scale\"");
        }
        // Whatever the kind would have been, its own keys are not unknown.
        for key in ["scale", "good", "satisfied", "options", "max_seconds", "silence_seconds"] {
            keys.value(key);
        }
        return None;
    };
    match word.value {
        Word::Scale => scale(keys),
        Word::Choice => match keys.number("options", 2, 8) {
            Some(options) => Some(Kind::Choice { options: u8::try_from(options.value).ok()? }),
            None => {
                let line = keys.line;
                if keys.value("options").is_none() {
                    keys.source.error(line, "`options` is missing; write options = 3");
                }
                None
            }
        },
        Word::YesNo => {
            let good = keys.word("good", &[("yes", true), ("no", false)]);
            Some(Kind::YesNo { good: good.is_none_or(|at| at.value) })
        }
        Word::Comment => Some(Kind::Comment {
            max_seconds: keys.number("max_seconds", 5, LONGEST_COMMENT).map_or(60, |at| at.value),
            silence_seconds: keys.number("silence_seconds", 1, 10).map_or(3, |at| at.value),
        }),
        Word::Consent => Some(Kind::Consent),
    }
}

fn scale(keys: &mut Keys<'_, '_, '_>) -> Option<Kind> {
    /// Lowest value, highest value, and what counts as satisfied unless written otherwise.
    type Range = (u8, u8, &'static [u8]);
    const SCALES: [(&str, Range); 5] = [
        ("1-5", (1, 5, &[4, 5])),
        ("1-7", (1, 7, &[6, 7])),
        ("0-10", (0, 10, &[9, 10])),
        ("1-10", (1, 10, &[])),
        ("0-9", (0, 9, &[])),
    ];
    let line = keys.line;
    let scale = keys.word("scale", &SCALES);
    if scale.is_none() && keys.value("scale").is_none() {
        keys.source.error(line, "`scale` is missing; write scale = \"1-5\"");
    }
    let good = keys.word("good", &[("high", Good::High), ("low", Good::Low)]);
    let satisfied = keys.list("satisfied");
    let At { value: (low, high, default), line } = scale?;
    let name = format!("{low}-{high}");
    if good.is_none() && default.is_empty() {
        let message = format!("a {name} scale must say which end is good; write good = \"high\"");
        keys.source.error(line, message);
    }
    let good = good.map_or(Good::High, |at| at.value);
    let Some(At { value: members, line: at }) = satisfied else {
        if default.is_empty() || good == Good::Low {
            let message = format!(
                "a {name} scale{} must say what counts as satisfied; write satisfied = [..]",
                if good == Good::Low { " whose low end is good" } else { "" }
            );
            keys.source.error(line, message);
        }
        return Some(Kind::Scale { low, high, good, satisfied: default.to_vec() });
    };
    let mut satisfied = Vec::new();
    for At { value, line } in members {
        match integer(value).and_then(|n| u8::try_from(n).ok()) {
            Some(n) if (low..=high).contains(&n) => satisfied.push(n),
            _ => {
                let found = show(value);
                keys.source.error(line, format!("{found} is not on the scale {name}"));
            }
        }
    }
    satisfied.sort_unstable();
    satisfied.dedup();
    let (count, all) = (satisfied.len(), usize::from(high - low) + 1);
    let best = match good {
        Good::High => satisfied.last() == Some(&high),
        Good::Low => satisfied.first() == Some(&low),
    };
    let in_a_row = satisfied.windows(2).all(|pair| pair[1] == pair[0] + 1);
    if count == 0 || count == all || !best || !in_a_row {
        keys.source.error(
            at,
            "`satisfied` must be some values in a row up to the good end, but not the whole scale",
        );
    }
    Some(Kind::Scale { low, high, good, satisfied })
}

/// `{ question = "a", is = [1] }`, `{ any = [..] }` or `{ all = [..] }`.
fn condition<'t>(
    source: &mut Source<'t>,
    at: At<&DeValue<'t>>,
    names: &[&str],
    earlier: &[Question],
) -> Option<Condition> {
    const FORM: &str = "write when = { question = \"rating\", is = [1, 2] }, or any = [..] or \
                        all = [..] of such tests";
    let Some(table) = at.value.as_table() else {
        source.error(at.line, format!("`when` must be a table; {FORM}"));
        return None;
    };
    if table.contains_key("question") {
        return test(source, at, names, earlier).map(|is| Condition::All(vec![is]));
    }
    let mut keys = Keys::new(source, table, at.line);
    let lists = (keys.list("any"), keys.list("all"));
    keys.done();
    let (any, members) = match lists {
        (Some(any), None) => (true, any.value),
        (None, Some(all)) => (false, all.value),
        _ => {
            source.error(at.line, format!("`when` needs either any or all; {FORM}"));
            return None;
        }
    };
    if members.is_empty() {
        source.error(at.line, format!("`when` holds no test; {FORM}"));
        return None;
    }
    let tests: Vec<Is> =
        members.into_iter().filter_map(|member| test(source, member, names, earlier)).collect();
    Some(if any { Condition::Any(tests) } else { Condition::All(tests) })
}

/// `{ question = "rating", is = [1, 2] }`; yes and no may be written as words where they are the
/// answers.
fn test<'t>(
    source: &mut Source<'t>,
    at: At<&DeValue<'t>>,
    names: &[&str],
    earlier: &[Question],
) -> Option<Is> {
    let Some(table) = at.value.as_table() else {
        source.error(at.line, "a test must be a table: { question = \"rating\", is = [1, 2] }");
        return None;
    };
    let mut keys = Keys::new(source, table, at.line);
    let name = keys.needed("question", "\"rating\"");
    let is = keys.list("is");
    if is.is_none() && keys.value("is").is_none() {
        keys.source.error(at.line, "`is` is missing; write is = [1, 2]");
    }
    keys.done();
    let asked = name.as_ref().and_then(|at| names.iter().position(|other| *other == at.value));
    let kind = asked.and_then(|question| earlier.get(question)).map(|question| &question.kind);
    // Of a question that is none of the earlier ones it is told below, and nothing else.
    let words = kind.is_none_or(|kind| matches!(kind, Kind::YesNo { .. } | Kind::Consent));
    let mut values = Vec::new();
    for At { value, line } in is?.value {
        match (value.as_str(), integer(value).and_then(|n| u8::try_from(n).ok())) {
            (Some("yes"), _) if words => values.push(1),
            (Some("no"), _) if words => values.push(0),
            (_, Some(n)) => values.push(n),
            _ => {
                let found = show(value);
                let right = if words { "a number, yes or no" } else { "its numbers" };
                source.error(line, format!("{found} is not an answer; write {right}"));
            }
        }
    }
    let At { value: name, line } = name?;
    let shown = name.escape_debug();
    match asked {
        Some(question) if question < earlier.len() => Some(Is { question, values }),
        Some(question) => {
            let which =
                if question == earlier.len() { "the question itself" } else { "a later question" };
            let message =
                format!("`when` looks at {which}, \"{shown}\"; only earlier ones have answers");
            source.error(line, message);
            None
        }
        None => {
            source
                .error(line, format!("`when` looks at \"{shown}\", but no question has that name"));
            None
        }
    }
}
