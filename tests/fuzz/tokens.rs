//! Tokens that were changed on the way, and states as no interview left them.

use aftercall::interview::{Input, State, order, token};
use bolero::{TypeGenerator, check};

use crate::bend::{Bend, bent, bent_text};
use crate::turn::T;
use crate::{PLATFORMS, RUNS_FOR, bytes_taken, one, one_at_a_time};

/// What a token of the phone's goes through.
#[derive(Clone, Debug, TypeGenerator)]
struct Strange {
    kind: u8,
    which: u8,
    /// Another kind, to which it is brought.
    to: u8,
    text: Vec<Bend>,
    state: Vec<Bend>,
    keys: Vec<u8>,
    later_ms: i64,
}

/// Longest that the fuzzer makes; ours are shorter.
const LONGEST: usize = 5000;
/// What opening takes at most, in bytes for each byte of text, and beside it.
const FOR_EACH: usize = 8;
const AT_LEAST: usize = 4096;

#[test]
fn tokens() {
    let _alone = one_at_a_time();
    check!().with_type::<Strange>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |strange| {
            let platform = one(&PLATFORMS, strange.kind);
            let server = &platform.server;
            let tokens = platform.asked.iter().filter_map(|asked| asked.event.token.clone());
            let tokens: Vec<String> = tokens.collect();
            let right = one(&tokens, strange.which);

            let other = bent_text(right, &strange.text, LONGEST);
            let (taken, opened) = bytes_taken(|| server.open(&Some(other.clone())));
            assert!(taken <= AT_LEAST + FOR_EACH * other.len(), "{} took {taken}", other.len());
            assert_eq!(opened.is_ok(), other == *right, "{right} became {other}");
            let to = one(&PLATFORMS, strange.to).server.kind;
            let there = token::open(right, to.word(), &server.keys);
            assert_eq!(there.is_ok(), to == server.kind, "{:?} to {to:?}", server.kind);

            let state = server.open(&Some(right.clone())).expect("our token").to_bytes();
            let Ok(state) = State::from_bytes(&bent(&state, &strange.state, LONGEST)) else {
                return;
            };
            assert_eq!(State::from_bytes(&state.to_bytes()).as_ref(), Ok(&state));
            let keys = strange.keys.iter().map(|key| char::from(*one(b"0123456789*#", *key)));
            let input = Input::Keys(keys.collect());
            let next = server.step(&state, &input, T.saturating_add(strange.later_ms));
            let sealed = server.seal(&next.state);
            server.write(&next.state, &next.order, &sealed, None);
            server.write(&state, &order(&server.survey, &state), &sealed, None);
        },
    );
}
