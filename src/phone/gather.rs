//! Keys as platforms collect them: prompts that the first key stops, then waits for the first key and
//! for each further one, which on some platforms are one and the same.

use super::After;
use super::call::{Call, Listened, Part, Piece};
use super::caller::{Asked, Caller};
use super::wire::Wire;
use super::{Event, What};

/// What is waited for behind the prompts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// For the first key, from the end of the prompts.
    pub(super) first_ms: i64,
    /// For each further key.
    pub(super) next_ms: i64,
    /// So many keys end the input at once.
    pub(super) most: usize,
    /// Keys that end the input and are not part of it.
    pub(super) ends: String,
    /// Keys that are taken.
    pub(super) valid: String,
    /// Where keys are matched against a list, the whole inputs on it: one that no other goes on
    /// from ends the input at once. Without a list all inputs are good.
    pub(super) list: Vec<String>,
}

impl Wait {
    /// Whether these keys are a whole input.
    fn lists(&self, keys: &str) -> bool {
        self.list.is_empty() || self.list.iter().any(|whole| whole == keys)
    }

    /// Whether a further key could belong to the same input.
    fn goes_on(&self, keys: &str) -> bool {
        let longer = |whole: &String| whole.len() > keys.len() && whole.starts_with(keys);
        keys.chars().count() < self.most && (self.list.is_empty() || self.list.iter().any(longer))
    }
}

/// All keys of a telephone.
pub(super) const TWELVE: &str = "1234567890*#";

/// How the input ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gathered {
    /// Keys, and the one that ended them; with an ending key there may be none.
    Keys {
        keys: String,
        ended_by: Option<char>,
    },
    /// The time for the first key ran out.
    Nothing,
    /// A key that is not taken.
    Invalid,
    HungUp,
}

/// How many pieces there are up to the last word.
fn spoken(pieces: &[Piece]) -> usize {
    pieces.iter().rposition(|piece| piece.audible).map_or(0, |last| last + 1)
}

/// Milliseconds until the last word was heard.
pub(super) fn prompt_ms(pieces: &[Piece]) -> i64 {
    pieces[..spoken(pieces)].iter().map(|piece| piece.millis).sum()
}

/// Plays the prompts and collects keys; the first one stops the prompts. `asked` is what the
/// caller is asked by it, if that is known.
pub(super) async fn keys<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    wait: &Wait,
    pieces: &[Piece],
    asked: Option<Asked>,
) -> Gathered {
    let asks_keys = matches!(asked, Some(Asked::Keys { .. }));
    if let Some(asked) = asked {
        call.asked(asked);
    }
    // Silence behind the last word is time to think; silence before it is dead air.
    let spoken = spoken(pieces);
    let mut first = None;
    for (at, piece) in pieces.iter().enumerate() {
        call.begin(piece);
        let part = match piece.audible {
            true => Part::Heard,
            false if at < spoken => Part::Dead,
            false => Part::Thinking,
        };
        let until = call.caller.now_ms() + piece.millis;
        match call.listen(until, part, false).await {
            Listened::Time => {}
            Listened::HungUp => {
                call.tell(What::Cut);
                return Gathered::HungUp;
            }
            Listened::Key(key) => {
                call.tell(What::Cut);
                first = Some(key);
                break;
            }
        }
    }
    if first.is_none() {
        call.tell(What::Listening { millis: wait.first_ms });
    }
    let mut keys = String::new();
    loop {
        let key = match first.take() {
            Some(key) => key,
            None => {
                let further = !keys.is_empty();
                let patience = if further { wait.next_ms } else { wait.first_ms };
                let until = call.caller.now_ms() + patience;
                match call.listen(until, Part::Thinking, further).await {
                    Listened::Key(key) => key,
                    Listened::HungUp => return Gathered::HungUp,
                    Listened::Time if further && wait.lists(&keys) => {
                        return Gathered::Keys { keys, ended_by: None };
                    }
                    Listened::Time if further => return Gathered::Invalid,
                    Listened::Time => {
                        if asks_keys {
                            call.tell(What::Silence);
                        }
                        call.after = After::Silence;
                        return Gathered::Nothing;
                    }
                }
            }
        };
        call.after = After::Keys { two: wait.most != 1 };
        if wait.ends.contains(key) {
            return Gathered::Keys { keys, ended_by: Some(key) };
        }
        if !wait.valid.contains(key) {
            return Gathered::Invalid;
        }
        keys.push(key);
        match wait.goes_on(&keys) {
            true => {}
            false if wait.lists(&keys) => return Gathered::Keys { keys, ended_by: None },
            false => return Gathered::Invalid,
        }
    }
}
