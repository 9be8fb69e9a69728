//! The transcript of one interview: for each turn what was asked, what the caller did, and what
//! came of it.
//!
//! Only inputs and what happened are kept. What was asked is found from them: the question that
//! this turn or the next ones settle, or where the turn before led to.

use std::collections::BTreeSet;

use super::interviews::{answer, words};
use super::view::language_name;
use crate::store::report::{Came, Event, Heard, Whole};
use crate::survey::Survey;

/// One turn of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its number.
    pub number: i64,
    /// Local time of day, `14:05:09`; empty for what was open when the caller hung up.
    pub time: String,
    /// What was asked, where it can be told.
    pub asked: String,
    /// What the caller did: keys, or words.
    pub did: Did,
    /// What came of it.
    pub outcome: Vec<String>,
}

/// What the caller did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Pressed keys.
    Keys(String),
    /// Something else, in words.
    Other(String),
}

/// Where the caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// At a question, or at the choice of a language or consent.
    Question,
    /// In the menu.
    Menu,
    /// At "press nine again".
    Again,
    /// At the choice of a language that the menu opened.
    Language,
    /// At the manager's offer.
    Offer,
}

/// The turns of an interview, and last the question that was open when the caller hung up.
pub(super) fn turns(
    whole: &Whole,
    survey: Option<&Survey>,
    clock: &dyn Fn(i64) -> String,
) -> Vec<Turn> {
    let language = whole.listed.language.as_str();
    let prompt = |id: &str| {
        let lang = language.parse().ok().or_else(|| Some(survey?.default_language()));
        survey.zip(lang).and_then(|(s, lang)| s.prompt(lang, id)).map(|p| p.text.to_string())
    };
    let mut at = At::Question;
    let mut settled = BTreeSet::new();
    let mut noted = false;
    let mut list = Vec::new();
    let place_words = |at: At, question: String| match at {
        At::Question => question,
        At::Menu => "The menu".into(),
        At::Again => prompt("manager-again").unwrap_or_else(|| "Press nine again".into()),
        At::Language => "Which language?".into(),
        At::Offer => prompt("ask-manager").unwrap_or_else(|| "Shall a manager call?".into()),
    };
    for (index, heard) in whole.turns.iter().enumerate() {
        let question = asked(&whole.turns[index..], survey, language);
        let next = next_question(survey, &settled).map(|q| words(survey, language, q));
        if at == At::Question && question.is_none() && next.is_none() {
            at = At::Offer;
        }
        let question = question.or(next).unwrap_or_default();
        let goes = goes_to(at, heard, noted);
        list.push(Turn {
            number: heard.turn,
            time: clock(heard.at_ms),
            asked: place_words(at, question),
            did: match &heard.input {
                Came::Keys(keys) => Did::Keys(keys.clone()),
                Came::Silence => Did::Other("no key".into()),
                Came::Recording(Some(seconds)) => Did::Other(format!("spoke for {seconds} s")),
                Came::Recording(None) => Did::Other("spoke".into()),
            },
            outcome: outcome(at, goes, heard, survey, language),
        });
        let items = heard.events.iter().filter(|event| event.what == "item");
        settled.extend(items.filter_map(|event| event.question));
        noted |= heard.events.iter().any(|event| event.what == "callback");
        at = goes;
    }
    let over = whole.turns.iter().flat_map(|turn| &turn.events).any(|e| e.what == "ended");
    if whole.ended_ms.is_some() && !over && !whole.turns.is_empty() {
        let open = whole.open_question.map(|q| words(survey, language, q));
        if open.is_none() && at == At::Question && next_question(survey, &settled).is_none() {
            at = At::Offer;
        }
        list.push(Turn {
            number: whole.turns.last().map_or(1, |turn| turn.turn + 1),
            time: String::new(),
            asked: place_words(at, open.unwrap_or_default()),
            did: Did::Other("hung up here".into()),
            outcome: Vec::new(),
        });
    }
    list
}

/// The first question that no turn has settled yet.
fn next_question(survey: Option<&Survey>, settled: &BTreeSet<u8>) -> Option<u8> {
    let questions = u8::try_from(survey?.questions.len()).unwrap_or(u8::MAX);
    (0..questions).find(|question| !settled.contains(question))
}

/// Where a turn leads. A nine to which nothing happened asks for the second one.
fn goes_to(at: At, heard: &Heard, noted: bool) -> At {
    let nine = matches!(&heard.input, Came::Keys(keys) if keys.starts_with('9'));
    let nothing = heard.events.iter().all(|event| event.what == "early");
    let has = |what: &str| heard.events.iter().any(|event| event.what == what);
    match at {
        _ if has("menu") => At::Menu,
        _ if has("other_language") => At::Language,
        At::Question | At::Offer if nine && nothing && !noted => At::Again,
        // A key that means nothing there, or silence, asks for a language once more.
        At::Language if !has("language") && !nothing => At::Language,
        At::Offer if !has("ended") => At::Offer,
        _ => At::Question,
    }
}

/// What the first of these turns was asked: the question it settled, else, as long as the caller
/// stayed at one place, the question that the next turns settled.
fn asked(turns: &[Heard], survey: Option<&Survey>, language: &str) -> Option<String> {
    // Who goes back answers the question before first.
    let mut passed = 0;
    for turn in turns {
        for event in &turn.events {
            match (event.what, event.question) {
                ("item" | "comment", Some(_)) if passed > 0 => passed -= 1,
                ("item" | "comment", Some(question)) => {
                    return Some(words(survey, language, question));
                }
                ("back", _) => passed += 1,
                ("language", _) => return Some("Which language?".into()),
                ("consent", _) => return Some("Do you agree to be asked?".into()),
                ("end_now" | "never_ask" | "ended", _) => return None,
                _ => {}
            }
        }
    }
    None
}

/// What came of a turn. What left no trace of its own is told by where it led.
fn outcome(
    at: At,
    goes: At,
    heard: &Heard,
    survey: Option<&Survey>,
    language: &str,
) -> Vec<String> {
    let has = |what: &str| heard.events.iter().any(|event| event.what == what);
    let mut came = came_of(heard.events.iter().map(|e| happened(survey, language, e)));
    if matches!(at, At::Offer | At::Again) && goes == At::Question && !has("callback") {
        came.insert(0, "did not want a call".into());
    } else if goes == At::Again {
        came.push("asked for a manager".into());
    } else if heard.events.iter().all(|event| event.what == "early") {
        let back = at == At::Menu && goes == At::Question;
        came.push(if back { "back to the question" } else { "asked again" }.into());
    }
    came
}

/// The caller asked to leave the question out.
const SKIPPED: &str = "skipped it";

/// What came of a turn, each thing said once: a comment is a recording and an answer, and what was
/// skipped is known from the answer.
fn came_of(events: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for event in events {
        if !said.contains(&event) {
            said.push(event);
        }
    }
    if said.iter().any(|event| event.ends_with(": skipped")) {
        said.retain(|event| event != SKIPPED);
    }
    said
}

fn happened(survey: Option<&Survey>, language: &str, event: &Event) -> String {
    match (event.what, event.question, event.outcome) {
        ("item", Some(question), Some(outcome)) => {
            let one = answer(survey, language, question, outcome);
            format!("{}: {}", one.name, one.value)
        }
        ("comment", Some(question), _) => {
            format!("{}: recorded", answer(survey, language, question, 1).name)
        }
        ("language", ..) => {
            format!("language: {}", language_name(event.language.as_deref().unwrap_or_default()))
        }
        ("consent", _, Some(0)) => "does not agree".into(),
        ("consent", ..) => "agrees".into(),
        ("repeat", ..) => "wanted to hear it again".into(),
        ("menu", ..) => "opened the menu".into(),
        ("back", ..) => "went back a question".into(),
        ("skip", ..) => SKIPPED.into(),
        ("other_language", ..) => "asked for another language".into(),
        ("end_now", ..) => "chose to end".into(),
        ("early", ..) => "key came early".into(),
        ("spill", ..) => "# belonged to the answer before".into(),
        ("wrong_key", ..) => "that key does not fit here".into(),
        ("callback", ..) => "wants a manager to call".into(),
        ("never_ask", ..) => "never wants to be asked again".into(),
        ("ended", ..) => "the interview ended".into(),
        (other, ..) => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::came_of;

    #[test]
    fn what_came_of_a_turn_is_said_once() {
        let came = |said: &[&str]| came_of(said.iter().map(|one| (*one).to_owned()));
        assert_eq!(came(&["skipped it", "comment: skipped"]), ["comment: skipped"]);
        assert_eq!(came(&["comment: recorded", "comment: recorded"]), ["comment: recorded"]);
        assert_eq!(came(&["skipped it"]), ["skipped it"], "nothing else says so");
        assert_eq!(came(&["key came early", "rating: 5"]), ["key came early", "rating: 5"]);
    }
}
