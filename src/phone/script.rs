//! The words with which a call is scripted, one for each Ask.
//!
//! | word | meaning |
//! |---|---|
//! | `7`, `10`, `5#` | these keys, pressed in one go when the prompt has been heard |
//! | `!7` | the same, pressed in the middle of the prompt |
//! | `-` | silence for one time-out |
//! | `+3` | the next word comes 3 s later; counts as no Ask |
//! | `say:4` | speak 4 s into a recording, then be silent |
//! | `say:4 #`, `say:4#` | speak 4 s, then press `#` |
//! | `say:4 bye` | speak 4 s and hang up while speaking |
//! | `bye` | hang up |

/// One word of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Keys in one go; `over` in the middle of the prompt.
    Keys {
        /// `0`–`9`, `*`, `#`; never empty.
        keys: String,
        /// Whether the prompt is not heard to its end.
        over: bool,
    },
    /// Silence for one time-out.
    Silence,
    /// The next word comes that much later, in milliseconds.
    Later(i64),
    /// Speak that long, in milliseconds; then `#` if `finish`.
    Speak {
        /// How long.
        millis: i64,
        /// Whether `#` follows.
        finish: bool,
    },
    /// Hang up; `over` in the middle of the prompt.
    Bye {
        /// Whether the prompt is not heard to its end.
        over: bool,
    },
}

/// A script that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{word}\" is no word for the phone; write keys such as 5, 10 or 5#, or -, +2, say:3, bye"
)]
pub struct ScriptError {
    /// The word.
    pub word: String,
}

/// Reads the words of a script.
///
/// # Errors
/// The first word that has no meaning.
pub fn words(script: &str) -> Result<Vec<Word>, ScriptError> {
    script.split_whitespace().map(word).collect()
}

fn word(text: &str) -> Result<Word, ScriptError> {
    let fault = || ScriptError { word: text.to_owned() };
    let (over, rest) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is_keys = |keys: &str| {
        (1..=20).contains(&keys.len())
            && keys.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'#')
    };
    if rest == "bye" {
        Ok(Word::Bye { over })
    } else if is_keys(rest) {
        Ok(Word::Keys { keys: rest.to_owned(), over })
    } else if over {
        Err(fault())
    } else if text == "-" {
        Ok(Word::Silence)
    } else if let Some(seconds) = text.strip_prefix('+') {
        millis(seconds).map(Word::Later).ok_or_else(fault)
    } else if let Some(seconds) = text.strip_prefix("say:") {
        let (seconds, finish) = match seconds.strip_suffix('#') {
            Some(seconds) => (seconds, true),
            None => (seconds, false),
        };
        millis(seconds).map(|millis| Word::Speak { millis, finish }).ok_or_else(fault)
    } else {
        Err(fault())
    }
}

/// Seconds, whole or with up to three decimals, as milliseconds; at most an hour.
fn millis(seconds: &str) -> Option<i64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole, 4) || !digits(part, 3) {
        return None;
    }
    let part = format!("{part:0<3}").parse::<i64>().ok()?;
    Some(whole.parse::<i64>().ok()? * 1000 + part).filter(|millis| *millis <= 3_600_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_meaning() {
        let keys = |keys: &str, over| Word::Keys { keys: keys.into(), over };
        let speak = |millis, finish| Word::Speak { millis, finish };
        assert_eq!(
            words("5 10 5# !* - +2 +0.25 say:3 say:1.5# bye !bye").unwrap(),
            [
                keys("5", false),
                keys("10", false),
                keys("5#", false),
                keys("*", true),
                Word::Silence,
                Word::Later(2000),
                Word::Later(250),
                speak(3000, false),
                speak(1500, true),
                Word::Bye { over: false },
                Word::Bye { over: true },
            ]
        );
    }

    #[test]
    fn other_words_are_refused_by_name() {
        for wrong in ["x", "5x", "!", "!-", "+", "+x", "+99999", "say:", "say:x", "say", "--"] {
            let refused = words(&format!("1 {wrong} 2"));
            assert_eq!(refused, Err(ScriptError { word: wrong.into() }), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,60}", more in "[-+!say:0-9.#*bye ]{0,30}") {
            let _ = words(&text);
            let _ = words(&more);
        }
    }
}
