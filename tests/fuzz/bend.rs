//! How the targets bend what is right: the engine chooses where and how.

use bolero::TypeGenerator;

use crate::one;

/// One change of some bytes; places are counted round.
#[derive(Clone, Debug, TypeGenerator)]
pub enum Bend {
    /// Other bytes.
    Put { at: u16, bytes: Vec<u8> },
    /// A word that means something to some reader.
    Say { at: u16, word: u8 },
    /// Another byte.
    Change { at: u16, byte: u8 },
    /// Some bytes less.
    Drop { at: u16, length: u8 },
    /// Some bytes many times.
    Repeat { at: u16, length: u8, times: u16 },
    /// Nothing from there on.
    Cut { at: u16 },
}

/// What means something to some reader.
pub const WORDS: [&str; 58] = [
    "&",
    "=",
    "+",
    "%",
    "%00",
    "%ff",
    "%2B",
    "?",
    "#",
    "/",
    "&&",
    "==",
    "\0",
    "\r\n",
    "\u{feff}",
    "ŽIRMŪNAI",
    "தமிழ்",
    "\u{1f4de}",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "null",
    "-1",
    "1e999",
    "0.000001",
    "18446744073709551616",
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE a>",
    "<?xml ?>",
    "&amp;",
    "&#0;",
    "&#x1F4DE;",
    "Digits",
    "DigitsPressed",
    "digits",
    "0123456789*#",
    "CallStatus",
    "completed",
    "RecordingUrl",
    "RecordingSid",
    "RecordingDuration",
    "EventType",
    "TaskAttributes",
    "ReservationSid",
    "exiting=true",
    "eventType",
    "disconnect",
    "silence=1",
    "&t=",
    "&k=",
    "anonymous",
];

/// The bytes, bent, and at most so many.
pub fn bent(bytes: &[u8], bends: &[Bend], most: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for bend in bends {
        match bend {
            Bend::Put { at, bytes: put } => insert(&mut bytes, *at, put),
            Bend::Say { at, word } => insert(&mut bytes, *at, one(&WORDS, *word).as_bytes()),
            Bend::Change { at, byte } => {
                let at = place(&bytes, *at);
                if let Some(there) = bytes.get_mut(at) {
                    *there = *byte;
                }
            }
            Bend::Drop { at, length } => drop(bytes.drain(piece(&bytes, *at, *length))),
            Bend::Repeat { at, length, times } => {
                let some = bytes[piece(&bytes, *at, *length)].to_vec();
                let times = usize::from(*times).min(most / some.len().max(1) + 1);
                insert(&mut bytes, *at, &some.repeat(times));
            }
            Bend::Cut { at } => bytes.truncate(place(&bytes, *at)),
        }
        bytes.truncate(most);
    }
    bytes
}

/// As [`bent`], of text, which it stays.
pub fn bent_text(text: &str, bends: &[Bend], most: usize) -> String {
    String::from_utf8_lossy(&bent(text.as_bytes(), bends, most)).into_owned()
}

fn place(bytes: &[u8], at: u16) -> usize {
    usize::from(at) % (bytes.len() + 1)
}

fn piece(bytes: &[u8], at: u16, length: u8) -> std::ops::Range<usize> {
    let at = place(bytes, at);
    at..bytes.len().min(at + usize::from(length))
}

fn insert(bytes: &mut Vec<u8>, at: u16, more: &[u8]) {
    let behind = bytes.split_off(place(bytes, at));
    bytes.extend_from_slice(more);
    bytes.extend_from_slice(&behind);
}
