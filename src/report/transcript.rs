//! The transcript of one interview: for each turn what was asked, what the caller did, and what
//! came of it.
//!
//! Only inputs and what happened are kept. What was asked is found from them: the question that
//! this turn or the next ones settle, or where the turn before led to.

use std::collections::BTreeSet;

use super::interviews::{answer, language_in, prompt_of};
use crate::store::report::{Came, Event, Heard, Whole};
use crate::survey::Survey;
use crate::words::Words;

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
    words: &Words,
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
        At::Menu => words.say("interview-turn-menu"),
        At::Again => prompt("manager-again").unwrap_or_else(|| words.say("interview-turn-again")),
        At::Language => words.say("interview-turn-language"),
        At::Offer => prompt("ask-manager").unwrap_or_else(|| words.say("interview-turn-offer")),
    };
    for (index, heard) in whole.turns.iter().enumerate() {
        let reading = Reading { survey, language, words };
        let question = asked(&whole.turns[index..], &reading);
        let next = next_question(survey, &settled).map(|q| reading.prompt(q));
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
                Came::Silence => Did::Other(words.say("interview-value-no-key")),
                Came::Recording(Some(seconds)) => {
                    let seconds = u64::from(*seconds).into();
                    Did::Other(words.fill("interview-did-spoke-for", &[("seconds", seconds)]))
                }
                Came::Recording(None) => Did::Other(words.say("interview-did-spoke")),
            },
            outcome: outcome(at, goes, heard, &reading),
        });
        let items = heard.events.iter().filter(|event| event.what == "item");
        settled.extend(items.filter_map(|event| event.question));
        noted |= heard.events.iter().any(|event| event.what == "callback");
        at = goes;
    }
    let over = whole.turns.iter().flat_map(|turn| &turn.events).any(|e| e.what == "ended");
    if whole.ended_ms.is_some() && !over && !whole.turns.is_empty() {
        let open = whole.open_question.map(|q| prompt_of(words, survey, language, q));
        if open.is_none() && at == At::Question && next_question(survey, &settled).is_none() {
            at = At::Offer;
        }
        list.push(Turn {
            number: whole.turns.last().map_or(1, |turn| turn.turn + 1),
            time: String::new(),
            asked: place_words(at, open.unwrap_or_default()),
            did: Did::Other(words.say("interview-did-hung-up")),
            outcome: Vec::new(),
        });
    }
    list
}

/// By what a transcript is read.
struct Reading<'a> {
    survey: Option<&'a Survey>,
    language: &'a str,
    words: &'a Words,
}

impl Reading<'_> {
    /// What a question says in the interview's language.
    fn prompt(&self, question: u8) -> String {
        prompt_of(self.words, self.survey, self.language, question)
    }

    fn answer(&self, question: u8, outcome: i64) -> super::interviews::Answer {
        answer(self.words, self.survey, self.language, question, outcome)
    }
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
fn asked(turns: &[Heard], reading: &Reading<'_>) -> Option<String> {
    let words = reading.words;
    // Who goes back answers the question before first.
    let mut passed = 0;
    for turn in turns {
        for event in &turn.events {
            match (event.what, event.question) {
                ("item" | "comment", Some(_)) if passed > 0 => passed -= 1,
                ("item" | "comment", Some(question)) => {
                    return Some(reading.prompt(question));
                }
                ("back", _) => passed += 1,
                ("language", _) => return Some(words.say("interview-turn-language")),
                ("consent", _) => return Some(words.say("interview-turn-consent")),
                ("end_now" | "never_ask" | "ended", _) => return None,
                _ => {}
            }
        }
    }
    None
}

/// What came of a turn. What left no trace of its own is told by where it led.
fn outcome(at: At, goes: At, heard: &Heard, reading: &Reading<'_>) -> Vec<String> {
    let has = |what: &str| heard.events.iter().any(|event| event.what == what);
    let skipped = heard.events.iter().any(|e| e.what == "item" && e.outcome == Some(SKIPPED));
    // What was skipped is known from the answer.
    let told = heard.events.iter().filter(|event| !(skipped && event.what == "skip"));
    let mut came = once(told.map(|event| happened(reading, event)));
    let words = reading.words;
    if matches!(at, At::Offer | At::Again) && goes == At::Question && !has("callback") {
        came.insert(0, words.say("interview-came-no-call"));
    } else if goes == At::Again {
        came.push(words.say("interview-came-manager"));
    } else if heard.events.iter().all(|event| event.what == "early") {
        let back = at == At::Menu && goes == At::Question;
        let key = if back { "interview-came-back" } else { "interview-came-again" };
        came.push(words.say(key));
    }
    came
}

/// Number of the outcome of an item that the caller asked to leave out.
const SKIPPED: i64 = -1;

/// Each thing said once: a comment is a recording and an answer.
fn once(events: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for event in events {
        if !said.contains(&event) {
            said.push(event);
        }
    }
    said
}

fn happened(reading: &Reading<'_>, event: &Event) -> String {
    let words = reading.words;
    let key = match (event.what, event.question, event.outcome) {
        ("item", Some(question), Some(outcome)) => {
            let one = reading.answer(question, outcome);
            return format!("{}: {}", one.name, one.value);
        }
        ("comment", Some(question), _) => {
            let name = reading.answer(question, 1).name;
            return format!("{name}: {}", words.say("interview-value-recorded"));
        }
        ("language", ..) => {
            let name = language_in(words, event.language.as_deref().unwrap_or_default());
            return words.fill("interview-came-language", &[("name", (&name).into())]);
        }
        ("consent", _, Some(0)) => "interview-came-no-consent",
        ("consent", ..) => "interview-came-consent",
        ("repeat", ..) => "interview-came-repeat",
        ("menu", ..) => "interview-came-menu",
        ("back", ..) => "interview-came-went-back",
        ("skip", ..) => "interview-came-skip",
        ("other_language", ..) => "interview-came-other-language",
        ("end_now", ..) => "interview-came-end-now",
        ("early", ..) => "interview-came-early",
        ("spill", ..) => "interview-came-spill",
        ("wrong_key", ..) => "interview-came-wrong-key",
        ("callback", ..) => "interview-came-callback",
        ("never_ask", ..) => "interview-came-never-ask",
        ("ended", ..) => "interview-came-ended",
        (other, ..) => return other.replace('_', " "),
    };
    words.say(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Tongue;

    #[test]
    fn what_came_of_a_turn_is_said_once() {
        let reading = Reading { survey: None, language: "en", words: Words::of(Tongue::En) };
        let event = |what, question, outcome| Event { what, question, outcome, language: None };
        let came = |events: Vec<Event>| {
            let heard = Heard { turn: 1, at_ms: 0, input: Came::Silence, events };
            outcome(At::Question, At::Question, &heard, &reading)
        };
        let skipped = event("item", Some(3), Some(-1));
        assert_eq!(came(vec![event("skip", None, None), skipped]), ["Question 4: skipped"]);
        let spoken = vec![event("comment", Some(3), None), event("comment", Some(3), None)];
        assert_eq!(came(spoken), ["Question 4: recorded"]);
        assert_eq!(came(vec![event("skip", None, None)]), ["skipped it"], "nothing else says so");
        let early = vec![event("early", None, None), event("item", Some(0), Some(5))];
        assert_eq!(came(early), ["key came early", "Question 1: 5"]);
    }
}
