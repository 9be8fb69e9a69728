//! The state sealed into a link, so that any node can take the next turn without reading a store.
//!
//! A token is base64url without padding over: one byte that names the key, the state's bytes, and
//! the first 16 bytes of HMAC-SHA256 (RFC 2104, truncated as its section 5 allows) over all of
//! that and the provider's name. Its alphabet is `A`–`Z`, `a`–`z`, `0`–`9`, `-` and `_`: telephone
//! engines give other characters, such as `@` and `,`, a meaning of their own inside a URL.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Ending, InterviewId, Item, Lead, Millis, Outcome, Place, State};
use crate::survey::{Lang, Version};

/// First byte of a state's bytes. A release that writes them otherwise takes a new number and
/// still reads the old ones, since calls are under way while it is installed.
const FORMAT: u8 = 1;
/// Bytes of the MAC in a token.
const MAC_BYTES: usize = 16;
/// Longest token that is looked at; ours are shorter, also those that carry a start.
const LONGEST: usize = 4096;

/// A key that seals and opens tokens. Does not print.
#[derive(Clone)]
pub struct Key {
    /// Names the key in its tokens; says nothing about the secret.
    id: u8,
    /// Keyed once, cloned for each token.
    mac: Hmac<Sha256>,
}

impl Key {
    /// The key of a secret of any length, derived by HMAC-SHA256 with a label of its own so that
    /// other uses of the same secret do not meet it.
    pub fn new(secret: &[u8]) -> Self {
        let derive = |label: &[u8]| keyed(secret).chain_update(label).finalize().into_bytes();
        let id = derive(b"aftercall token key id").first().copied().unwrap_or(0);
        Self { id, mac: keyed(&derive(b"aftercall token mac")) }
    }

    /// The MAC over everything before it in the token, and the provider.
    fn over(&self, provider: &str, sealed: &[u8]) -> Hmac<Sha256> {
        // The length keeps name and state apart.
        self.mac
            .clone()
            .chain_update((provider.len() as u64).to_be_bytes())
            .chain_update(provider)
            .chain_update(sealed)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:02x})", self.id)
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of every length (RFC 2104)")
}

/// Why a token or a state's bytes cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no token of ours: cut short, of an unknown format, or not base64url.
    #[error("the token is malformed: it was cut, changed or made by another program")]
    Malformed,
    /// Its MAC fits none of the keys: changed on the way, of another provider, or of a secret that
    /// is no longer in the settings.
    #[error("the token is not signed by one of our keys for this provider")]
    Forged,
}

/// The token of a state for that provider.
pub fn seal(state: &State, provider: &str, key: &Key) -> String {
    let mut sealed = vec![key.id];
    state.write(&mut sealed);
    let mac = key.over(provider, &sealed).finalize().into_bytes();
    sealed.extend(mac.iter().take(MAC_BYTES));
    BASE64_URL_SAFE_NO_PAD.encode(sealed)
}

/// The state of a token. The first key is the one that signs; all of them verify. Whose call it
/// belongs to is for the caller to compare (`call_mark`).
///
/// # Errors
/// [`TokenFault::Forged`] if no key verifies it for this provider, [`TokenFault::Malformed`] if it
/// is no token at all.
pub fn open(text: &str, provider: &str, keys: &[Key]) -> Result<State, TokenFault> {
    if text.len() > LONGEST {
        return Err(TokenFault::Malformed);
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenFault::Malformed)?;
    let split = bytes.len().checked_sub(MAC_BYTES).ok_or(TokenFault::Malformed)?;
    let (sealed, mac) = bytes.split_at(split);
    let (id, state) = sealed.split_first().ok_or(TokenFault::Malformed)?;
    let genuine = keys
        .iter()
        .filter(|key| key.id == *id)
        // In constant time.
        .any(|key| key.over(provider, sealed).verify_truncated_left(mac).is_ok());
    if !genuine {
        return Err(TokenFault::Forged);
    }
    State::from_bytes(state)
}

impl State {
    /// The state as compact bytes, as the store keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + self.items.len());
        self.write(&mut bytes);
        bytes
    }

    /// The state of bytes made by [`State::to_bytes`], also by an earlier release.
    ///
    /// # Errors
    /// [`TokenFault::Malformed`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenFault> {
        let mut reader = Reader(bytes);
        let state = reader.state().ok_or(TokenFault::Malformed)?;
        if reader.0.is_empty() { Ok(state) } else { Err(TokenFault::Malformed) }
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.push(FORMAT);
        to.extend(self.id.0);
        to.extend(self.survey.0.to_be_bytes());
        to.extend(self.call_mark.to_be_bytes());
        to.push(self.turn);
        to.extend(self.lang.code().bytes());
        varint(to, zigzag(self.started_ms));
        varint(to, zigzag(self.recorded_ms.wrapping_sub(self.started_ms)));
        varint(to, u64::from(self.elapsed_ms));
        varint(to, u64::from(self.finish_key_grace_ms));
        varint(to, u64::from(self.key_wait_ms));
        let flags = [
            self.never_ask,
            self.callback,
            self.consent,
            self.repeated,
            self.spilled,
            self.manager,
            self.unsaved.is_some(),
            !self.start.is_empty(),
        ];
        to.push(flags.iter().rev().fold(0, |sum, flag| sum << 1 | u8::from(*flag)));
        write_place(to, self.place);
        to.push(index(&LEADS, self.lead));
        to.extend([self.hearings, self.wrong, self.repeats, self.unanswered_run]);
        varint(to, self.items.len() as u64);
        for item in &self.items {
            match item {
                None => to.push(0),
                Some(Outcome::Answered(value)) if *value < LONG_ANSWER - FIRST_ANSWER => {
                    to.push(FIRST_ANSWER + value);
                }
                Some(Outcome::Answered(value)) => to.extend([LONG_ANSWER, *value]),
                Some(outcome) => to.push(1 + index(&OUTCOMES, *outcome)),
            }
        }
        to.extend(self.unsaved);
        if !self.start.is_empty() {
            varint(to, self.start.len() as u64);
            to.extend(&self.start);
        }
    }
}

// The places of these lists are written into tokens and stored states: append, never reorder.
const ENDINGS: [Ending; 6] = [
    Ending::Finished,
    Ending::Unanswered,
    Ending::EndNow,
    Ending::NeverAsk,
    Ending::NoConsent,
    Ending::Limit,
];
const LEADS: [Lead; 5] =
    [Lead::Nothing, Lead::Greeting, Lead::Silent, Lead::Wrong, Lead::ManagerNoted];
const OUTCOMES: [Outcome; 5] = [
    Outcome::Skipped,
    Outcome::NoInput,
    Outcome::NoMatch,
    Outcome::NotApplicable,
    Outcome::Withdrawn,
];
/// An item's byte from here on is an answer; below are 0 and the outcomes.
const FIRST_ANSWER: u8 = 16;
/// This byte says that the answer stands in the next one.
const LONG_ANSWER: u8 = 255;

/// The place of a value in its list. The lists are complete: a test reads each value back.
fn index<T: PartialEq>(list: &[T], value: T) -> u8 {
    list.iter().zip(0..).find(|(entry, _)| **entry == value).map_or(0, |(_, index)| index)
}

/// Small numbers in few bytes: seven bits each, the highest bit says that more follow (LEB128).
fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Small numbers of either sign as small numbers: 0, -1, 1, -2, ….
fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

fn write_place(to: &mut Vec<u8>, place: Place) {
    match place {
        Place::Language { round, back_to } => {
            to.extend([0, round, u8::from(back_to.is_some())]);
            if let Some(item) = back_to {
                write_item(to, item);
            }
        }
        Place::Menu(item) => {
            to.push(1);
            write_item(to, item);
        }
        Place::Manager(item) => {
            to.push(2);
            write_item(to, item);
        }
        Place::Over(ending) => to.extend([3, index(&ENDINGS, ending)]),
        Place::Consent => write_item(to, Item::Consent),
        Place::Question(question) => write_item(to, Item::Question(question)),
        Place::OfferManager => write_item(to, Item::OfferManager),
    }
}

fn write_item(to: &mut Vec<u8>, item: Item) {
    match item {
        Item::Consent => to.push(4),
        Item::OfferManager => to.push(5),
        Item::Question(question) => to.extend([6, question]),
    }
}

/// What is left to read. Everything answers `None` when the bytes do not make sense.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes behind their number; none is not written.
    fn bytes(&mut self) -> Option<Vec<u8>> {
        let count = usize::try_from(self.varint()?).ok().filter(|count| *count > 0)?;
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes.to_vec())
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn place(&mut self) -> Option<Place> {
        Some(match self.byte()? {
            0 => {
                let [round, back] = self.array()?;
                let back_to = if back == 0 { None } else { Some(self.item()?) };
                Place::Language { round, back_to }
            }
            1 => Place::Menu(self.item()?),
            2 => Place::Manager(self.item()?),
            3 => Place::Over(*ENDINGS.get(usize::from(self.byte()?))?),
            kind => self.item_of(kind)?.into(),
        })
    }

    fn item(&mut self) -> Option<Item> {
        let kind = self.byte()?;
        self.item_of(kind)
    }

    fn item_of(&mut self, kind: u8) -> Option<Item> {
        Some(match kind {
            4 => Item::Consent,
            5 => Item::OfferManager,
            6 => Item::Question(self.byte()?),
            _ => return None,
        })
    }

    fn outcome(&mut self) -> Option<Option<Outcome>> {
        Some(match self.byte()? {
            0 => None,
            LONG_ANSWER => Some(Outcome::Answered(self.byte()?)),
            code if code >= FIRST_ANSWER => Some(Outcome::Answered(code - FIRST_ANSWER)),
            code => Some(*OUTCOMES.get(usize::from(code) - 1)?),
        })
    }

    fn state(&mut self) -> Option<State> {
        if self.byte()? != FORMAT {
            return None;
        }
        let id = InterviewId(self.array()?);
        let survey = Version(u32::from_be_bytes(self.array()?));
        let call_mark = u64::from_be_bytes(self.array()?);
        let turn = self.byte()?;
        let lang: Lang = std::str::from_utf8(&self.array::<2>()?).ok()?.parse().ok()?;
        let started_ms: Millis = self.signed()?;
        let recorded_ms = started_ms.wrapping_add(self.signed()?);
        let elapsed_ms = u32::try_from(self.varint()?).ok()?;
        let finish_key_grace_ms = u32::try_from(self.varint()?).ok()?;
        let key_wait_ms = u32::try_from(self.varint()?).ok()?;
        let flags = self.byte()?;
        let flag = |bit: u8| flags >> bit & 1 == 1;
        let place = self.place()?;
        let lead = *LEADS.get(usize::from(self.byte()?))?;
        let [hearings, wrong, repeats, unanswered_run] = self.array()?;
        let count = usize::try_from(self.varint()?).ok()?;
        // Each item takes a byte: a number beyond the rest is nonsense, and reserves nothing.
        if count > self.0.len() {
            return None;
        }
        let items = (0..count).map(|_| self.outcome()).collect::<Option<Vec<_>>>()?;
        let unsaved = match flag(6) {
            true => Some(self.byte()?),
            false => None,
        };
        let start = match flag(7) {
            true => self.bytes()?,
            false => Vec::new(),
        };
        Some(State {
            id,
            survey,
            call_mark,
            turn,
            lang,
            started_ms,
            recorded_ms,
            elapsed_ms,
            never_ask: flag(0),
            callback: flag(1),
            consent: flag(2),
            finish_key_grace_ms,
            key_wait_ms,
            place,
            lead,
            hearings,
            wrong,
            repeats,
            repeated: flag(3),
            spilled: flag(4),
            unanswered_run,
            manager: flag(5),
            unsaved,
            start,
            items,
        })
    }
}
