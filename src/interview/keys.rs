//! What an input means at an item.

use super::{Input, Item, Keys, Recording};
use crate::survey::{Kind, Survey};

/// What an input means at an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    /// An answer, as its stored value.
    Answer(u8),
    /// A recorded comment.
    Recorded(&'a Recording),
    /// Hear it again, or the menu.
    Star,
    /// Skip the item.
    Skip,
    /// Nothing was said where something could be recorded.
    Unspoken,
    /// Go to the previous question, by the direct key `0`.
    Back,
    /// A manager shall call, by the direct key `9`.
    Manager,
    /// Nothing usable came.
    Silence,
    /// Keys that fit nothing here.
    Wrong,
}

/// The keys of an input, without a `#` that only finished a digit. Empty is silence.
///
/// A recording that comes where none was ordered counts as the key that ended it.
pub(super) fn pressed(input: &Input) -> &str {
    let keys = match input {
        Input::Silence => "",
        Input::Keys(keys) => keys,
        Input::Recording(recording) => recording.key.map_or("", key_text),
    };
    match keys.strip_suffix('#') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => keys,
    }
}

/// A key as text; what is no key of a telephone is a `?`, which fits nowhere.
fn key_text(key: char) -> &'static str {
    const KEYS: [&str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"];
    KEYS.into_iter().find(|k| k.starts_with(key)).unwrap_or("?")
}

/// The one digit pressed, if it was just one.
pub(super) fn digit(input: &Input) -> Option<u8> {
    match pressed(input).as_bytes() {
        [digit @ b'0'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Whether the input begins with a digit.
pub(super) fn begins_with_digit(input: &Input) -> bool {
    matches!(input, Input::Keys(keys) if keys.starts_with(|key: char| key.is_ascii_digit()))
}

/// Whether the input is a `#` and nothing else: no digit before it, nothing recorded.
pub(super) fn lone_finish_key(input: &Input) -> bool {
    match input {
        Input::Keys(keys) => keys == "#",
        Input::Recording(recording) => {
            recording.key == Some('#') && recording.seconds.unwrap_or(0) == 0
        }
        Input::Silence => false,
    }
}

/// How many keys make an answer to a question of that kind: only a scale from 0 to 10 needs two.
pub(super) fn keys_of(kind: &Kind) -> Keys {
    match kind {
        Kind::Scale { low: 0, high: 10.., .. } => Keys::OneOrTen,
        _ => Keys::One,
    }
}

/// What the input means at that item. A question that the survey does not have takes no answer.
pub(super) fn meaning<'a>(survey: &Survey, item: Item, input: &'a Input) -> Meaning<'a> {
    let question = match item {
        Item::Question(question) => match survey.questions.get(usize::from(question)) {
            Some(question) => Some(&question.kind),
            None => return Meaning::Silence,
        },
        Item::Consent | Item::OfferManager => None,
    };
    let keys = pressed(input);
    if let Some(Kind::Comment { .. }) = question {
        return spoken(survey, input, keys);
    }
    let answer = match question {
        Some(Kind::Scale { low, high, .. }) => scale_value(*low, *high, keys),
        Some(Kind::Choice { options }) => number(keys).filter(|n| (1..=*options).contains(n)),
        Some(Kind::YesNo { .. } | Kind::Consent) | None => match keys {
            "1" => Some(1),
            "2" => Some(0),
            _ => None,
        },
        Some(Kind::Comment { .. }) => None,
    };
    match (answer, keys) {
        (Some(value), _) => Meaning::Answer(value),
        // Going on without consent is not possible, so there is nothing to skip to.
        (None, "#") if item == Item::Consent => Meaning::Wrong,
        _ => command(survey, keys).unwrap_or(Meaning::Wrong),
    }
}

/// The meaning at a spoken comment: at least a second was recorded, or it is a command, or it is
/// skipped. A recording of unknown length is taken, so that no one's words are lost.
fn spoken<'a>(survey: &Survey, input: &'a Input, keys: &str) -> Meaning<'a> {
    match input {
        Input::Recording(recording) if recording.seconds != Some(0) => Meaning::Recorded(recording),
        _ => match command(survey, keys) {
            Some(Meaning::Silence) | None => Meaning::Unspoken,
            Some(command) => command,
        },
    }
}

/// The direct commands, the same at every item.
fn command(survey: &Survey, keys: &str) -> Option<Meaning<'static>> {
    Some(match keys {
        "" => Meaning::Silence,
        "*" => Meaning::Star,
        "#" => Meaning::Skip,
        "0" if survey.shortcuts => Meaning::Back,
        "9" if survey.shortcuts => Meaning::Manager,
        _ => return None,
    })
}

/// The value of keys on a scale: one digit; `10` where the scale starts at 0; `0` is ten where it
/// runs from 1 to 10.
fn scale_value(low: u8, high: u8, keys: &str) -> Option<u8> {
    let value = match keys {
        "0" if low > 0 => 10,
        "10" if low == 0 => 10,
        _ => number(keys)?,
    };
    (low..=high).contains(&value).then_some(value)
}

/// The number of one digit.
fn number(keys: &str) -> Option<u8> {
    match keys.as_bytes() {
        [digit @ b'0'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}
