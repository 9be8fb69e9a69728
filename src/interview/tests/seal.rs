//! Tokens: what they hold, and that nobody else makes them.

use proptest::prelude::*;

use super::any::any_state;
use super::sample::{opening, post_call, question, scale, survey};
use crate::interview::token::{Key, TokenFault, open, seal};
use crate::interview::{Input, Outcome, State, begin, step};
use crate::survey::About;

fn middle() -> State {
    let survey = post_call();
    let mut state = begin(&survey, &opening(), 1_750_000_000_000).state;
    state.call_mark = u64::MAX;
    for (i, keys) in ["4", "1", "2", "9"].into_iter().enumerate() {
        let now = 1_750_000_008_000 + 9000 * i as i64;
        state = step(&survey, &state, &Input::Keys(keys.into()), now).state;
    }
    state
}

proptest! {
    #[test]
    fn every_state_comes_back_from_its_token(state in any_state(), provider in "[a-z0-9-]{0,20}") {
        let key = Key::new(b"secret");
        let token = seal(&state, &provider, &key);
        prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        prop_assert_eq!(open(&token, &provider, &[key]), Ok(state));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), text in ".{0,80}") {
        if let Ok(state) = State::from_bytes(&bytes) {
            prop_assert_eq!(State::from_bytes(&state.to_bytes()), Ok(state));
        }
        prop_assert!(open(&text, "twilio", &[Key::new(b"secret")]).is_err());
    }
}

#[test]
fn a_changed_token_is_refused_whatever_was_changed() {
    let keys = [Key::new(b"secret"), Key::new(b"older secret")];
    let token = seal(&middle(), "twilio", &keys[0]);
    assert_eq!(open(&token, "twilio", &keys), Ok(middle()));
    for at in 0..token.len() {
        for other in ["A", "B", "_", "7", "=", "+", ""] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, other);
            if changed != token {
                assert!(open(&changed, "twilio", &keys).is_err(), "changed at {at} to {other:?}");
            }
        }
        assert!(open(&token[..at], "twilio", &keys).is_err(), "cut at {at}");
    }
    let doubled = format!("{token}{token}");
    assert!(open(&doubled, "twilio", &keys).is_err());
}

#[test]
fn every_bit_is_under_the_mac() {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let key = Key::new(b"secret");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(seal(&middle(), "twilio", &key)).expect("base64");
    for at in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let token = BASE64_URL_SAFE_NO_PAD.encode(changed);
        assert_eq!(
            open(&token, "twilio", std::slice::from_ref(&key)),
            Err(TokenFault::Forged),
            "bit {at}"
        );
    }
}

#[test]
fn a_token_is_good_for_its_provider_and_its_keys_only() {
    let [new, old, other] = [b"new".as_slice(), b"old", b"other"].map(Key::new);
    let token = seal(&middle(), "twilio", &old);
    let open = |provider: &str, keys: &[Key]| open(&token, provider, keys);
    assert_eq!(open("twilio", &[new.clone(), old.clone()]), Ok(middle()), "an old key verifies");
    assert_eq!(open("twilio", &[new.clone(), other]), Err(TokenFault::Forged));
    assert_eq!(open("twilio-2", std::slice::from_ref(&old)), Err(TokenFault::Forged));
    assert_eq!(open("plivox", std::slice::from_ref(&old)), Err(TokenFault::Forged));
    assert_eq!(open("", &[old]), Err(TokenFault::Forged));
    assert_eq!(open("twilio", &[]), Err(TokenFault::Forged));
    assert_eq!(seal(&middle(), "twilio", &new), seal(&middle(), "twilio", &new.clone()));
    assert_ne!(seal(&middle(), "twilio", &new), token);
    assert_eq!(format!("{new:?}").len(), "Key(00)".len(), "a key does not print");
}

#[test]
fn tokens_are_short() {
    let library = seal(&middle(), "twilio", &Key::new(b"secret"));
    assert!(library.len() <= 256, "{}", library.len());
    let questions = (0..30).map(|i| question(&format!("q{i}"), scale(1, 10), About::Agent));
    let survey = survey(questions.collect());
    let mut state = begin(&survey, &opening(), 1_750_000_000_000).state;
    state.items.fill(Some(Outcome::Answered(10)));
    let long = seal(&state, "a-provider-with-a-long-name", &Key::new(b"secret"));
    assert!(long.len() <= 600, "{}", long.len());
}

/// A token in use while a new release is installed must still open: this one was made by the first.
#[test]
fn the_format_does_not_change_by_accident() {
    let token = seal(&middle(), "twilio", &Key::new(b"secret"));
    assert_eq!(token, FIRST);
}

const FIRST: &str = "VQEHBwcHBwcHBwcHBwcHBwcHChssPf__________BWVugPCGwu5l8KIEuJECsAnQDwEGBAABAAAABRQREhkAOKGNDxfIy0pjgyQWd1uOcw";
