//! THE OTHER END OF THE LINE: reads our XML as a strict provider would; keys in, transcript out.
//! Knows the names of the provider kinds, never a dialect's writer.
//!
//! The phone is a second opinion. It is written from what the providers document (and, for
//! FreeSWITCH, from its source), so a document that both the writer and the phone accept has been
//! understood twice. What it does not know it refuses and says so: a [`What::Fault`].
//!
//! One call: [`Phone::call`] asks the server of a [`Line`] over a [`Wire`], does what the
//! documents say, listens to a [`Caller`] for keys and time, tells each [`Event`] to a sink, and
//! returns the [`Outcome`] with the seconds that were heard, waited and wasted.
//!
//! With a [`Scripted`] caller the clock is virtual: a call of a minute takes milliseconds. With a
//! [`Live`] caller the time is real.

mod africastalking;
mod bandwidth;
mod bxml;
mod call;
mod caller;
mod ecma;
mod family;
mod freeswitch;
mod gather;
mod httapi;
mod kookoo;
mod members;
mod plivo;
mod plivoxml;
mod rules;
mod script;
mod sign;
mod sound;
mod transcript;
mod twiml;
mod voicexml;
mod vxml;
mod wire;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use secrecy::SecretString;
use serde::Serialize;

use crate::dialect::Kind;

pub use caller::{Act, Asked, Caller, Live, Paced, Scripted};
pub use script::{ScriptError, Word, words};
pub use sign::{
    address_every as every_value_signature, plivo as plivo_signature, telnyx as telnyx_signature,
    telnyx_public_key, twilio as twilio_signature,
};
pub use transcript::Transcript;
pub use wire::{Http, InProcess, WebRequest, WebResponse, Wire, WireError};

/// Whom the phone calls and what the platform in between is set up to say.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which platform it plays.
    pub kind: Kind,
    /// The provider's public address, without trailing slash: `https://host/voice/NAME`. The
    /// start, status and fallback addresses are below it.
    pub base: String,
    /// Another start address, such as that of an announced hand-over.
    pub start_url: Option<String>,
    /// Whether requests are POST; else GET. Documents of TwiML and its relatives name their own methods.
    pub post: bool,
    /// The key that signs, where the platform signs: the secret that both sides share, or for
    /// Telnyx the private key in base64. Without it requests go unsigned.
    pub auth_token: Option<SecretString>,
    /// The start key, where the platform does not sign the address: sent as `k`, by Bandwidth as
    /// password of HTTP Basic.
    pub start_key: Option<SecretString>,
    /// What the hand-over says: `agent`, `queue`, `lang`, …. FreeSWITCH sends it as parameters of
    /// every request, the others in the query of the start address.
    pub handover: Vec<(String, String)>,
    /// Parameters added to the first request or put in place of its own, such as
    /// `DialCallStatus=completed`.
    pub first: Vec<(String, String)>,
    /// The platform's id of the call; see [`call_id`].
    pub call_id: String,
    /// The account at the platform.
    pub account_sid: String,
    /// The caller's number, E.164 or whatever a platform may say.
    pub from: String,
    /// The number that was called.
    pub to: String,
    /// When the call begins, UTC milliseconds, for a virtual clock in the same process as the
    /// server; `None` when the server keeps its own time.
    pub start_ms: Option<i64>,
    /// Whether the platform is set up to ask the fallback address when a document cannot be had
    /// (TwiML and its relatives; Plivo for the answer address; FreeSWITCH and VoiceXML have none).
    pub fallback: bool,
    /// Where recordings can be fetched; below it stands, on TwiML's platforms,
    /// `/2010-04-01/Accounts/{account}/Recordings/{id}`, on Plivo
    /// `/v1/Account/{account}/Recording/{id}.wav`, on Bandwidth
    /// `/api/v2/accounts/{account}/calls/{call}/recordings/{id}/media`, on KooKoo and Africa's
    /// Talking `/recordings/{id}`.
    pub media: String,
    /// What kind of browser runs VoiceXML.
    pub browser: Browser,
}

/// How VoiceXML's browsers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Browser {
    /// Knows the session variables of the Recommendation, and sends forms in the body of a POST.
    #[default]
    Usual,
    /// Has no session variables at all.
    Ignorant,
    /// Sends a POST with an empty body and the form in the query, as JVoiceXML does.
    FormsInQuery,
}

impl Line {
    /// A line with nothing to hand over: POST, no keys, an unknown caller, its own time.
    pub fn new(kind: Kind, base: impl Into<String>, call_id: impl Into<String>) -> Self {
        Self {
            kind,
            base: base.into().trim_end_matches('/').to_owned(),
            start_url: None,
            post: true,
            auth_token: None,
            start_key: None,
            handover: Vec::new(),
            first: Vec::new(),
            call_id: call_id.into(),
            account_sid: "AC00000000000000000000000000000001".into(),
            from: "anonymous".into(),
            to: "+37052000000".into(),
            start_ms: None,
            fallback: false,
            media: match kind {
                Kind::Plivo => "https://media.plivo.com",
                Kind::Bandwidth => "https://voice.bandwidth.com",
                Kind::Kookoo => "https://recordings.kookoo.in",
                Kind::Africastalking => "https://voice.africastalking.com",
                _ => "https://api.twilio.com",
            }
            .into(),
            browser: Browser::Usual,
        }
    }
}

/// A call id as the platform of that kind makes them.
pub fn call_id(kind: Kind, random: [u8; 16]) -> String {
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    match kind {
        Kind::Twilio => format!("CA{hex}"),
        Kind::Telnyx => format!("v3:{hex}-aiQ"),
        Kind::Exotel => hex,
        Kind::Kookoo => u128::from_be_bytes(random).to_string(),
        Kind::Africastalking => format!("ATVId_{hex}"),
        Kind::Bandwidth => format!("c-{}-{}", &hex[..8], &hex[8..]),
        Kind::Freeswitch
        | Kind::Plivo
        | Kind::Signalwire
        | Kind::Somleng
        | Kind::Cloudonix
        | Kind::Voicexml => {
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            parts.join("-")
        }
    }
}

/// One thing that happened on the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Milliseconds since the call began.
    pub at_ms: i64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened on the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// The platform asked the server. Secrets are not shown.
    Request {
        /// GET or POST.
        method: String,
        /// The address.
        url: String,
        /// Parameters that are not the same in every request, such as `Digits`.
        params: Vec<(String, String)>,
    },
    /// The server's document, as it came.
    Document {
        /// The XML.
        xml: String,
        /// Milliseconds the server took.
        took_ms: i64,
    },
    /// The platform's own voice speaks.
    Say {
        /// The words.
        text: String,
        /// Language tag; empty if not said.
        lang: String,
        /// The voice's name.
        voice: String,
        /// How long it takes by estimate: 60 ms a character.
        millis: i64,
    },
    /// A sound file plays.
    Play {
        /// Its address.
        url: String,
        /// The last part of its address, without the ending.
        name: String,
        /// The words in it, where the server's prompts are known.
        words: Option<String>,
        /// Its length.
        millis: i64,
    },
    /// A key (or the end of the call) cut off what was playing.
    Cut,
    /// The platform plays nothing for a while.
    Pause {
        /// How long.
        millis: i64,
    },
    /// The prompts are over and the platform waits for keys.
    Listening {
        /// How long.
        millis: i64,
    },
    /// The caller pressed a key.
    Key {
        /// `0`–`9`, `*` or `#`.
        key: char,
    },
    /// The platform's time for keys ran out.
    Silence,
    /// The beep is over, a recording runs.
    Recording {
        /// Longest, in milliseconds; 0 for no limit.
        limit_ms: i64,
    },
    /// The recording is over.
    Recorded {
        /// Milliseconds kept.
        millis: i64,
        /// The key that ended it.
        key: Option<char>,
    },
    /// The call is over.
    Hangup {
        /// Who ended it.
        by: EndedBy,
    },
    /// The server did something that the platform would not take.
    Fault {
        /// A sentence.
        message: String,
    },
}

/// Who ended a call, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The caller hung up.
    Caller,
    /// A document hung up, or came to its end.
    Server,
    /// A document gave the call back to the platform.
    Returned,
    /// A document refused the call.
    Rejected,
    /// The platform could not go on.
    Fault,
}

/// How long nothing was heard and nothing was asked, at one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Milliseconds since the call began.
    pub at_ms: i64,
    /// Its length in milliseconds.
    pub millis: i64,
    /// What came before it.
    pub after: After,
}

/// What came before a stretch of dead air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The beginning of the call.
    Start,
    /// Keys; `two` where two keys could make the answer.
    Keys {
        /// Whether the platform could wait for a second key.
        two: bool,
    },
    /// Silence where keys were awaited.
    Silence,
    /// A recording.
    Recording,
    /// A sound that asked nothing.
    Sound,
}

/// A recording as the platform keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The platform's id (Twilio), or the field in which it was uploaded (FreeSWITCH, VoiceXML).
    pub id: String,
    /// Where it can be fetched, on Twilio.
    pub url: Option<String>,
    /// Milliseconds kept.
    pub millis: i64,
    /// The file: 8 kHz, 16 bit, mono WAV.
    pub wav: Bytes,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Milliseconds in which something was heard.
    pub heard_ms: i64,
    /// Milliseconds in which the caller was asked for something: thinking, keying, speaking.
    pub thinking_ms: i64,
    /// Milliseconds in which nothing played and nothing was asked, or a further key was awaited
    /// that no answer needed.
    pub dead_ms: i64,
    /// All three together: the length of the call.
    pub total_ms: i64,
    /// When the first sound began.
    pub first_word_ms: Option<i64>,
    /// The single stretches of dead air.
    pub gaps: Vec<Gap>,
    /// How many documents were carried out.
    pub documents: usize,
    /// The server refused the start (403): what proves where it comes from is missing or wrong.
    pub refused: bool,
    /// Who ended it.
    pub ended_by: EndedBy,
    /// What the platform would not have taken, in order.
    pub faults: Vec<String>,
    /// What was recorded.
    pub recordings: Vec<Recorded>,
}

/// Finds the words of a sound's address.
pub type Words = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A telephone: a wire, and what it keeps between calls.
pub struct Phone<W> {
    wire: W,
    sounds: Mutex<HashMap<String, i64>>,
    recordings: Mutex<VecDeque<(String, Bytes)>>,
    words: Box<Words>,
}

/// Sound files whose length is kept; beyond that they are asked for again.
const SOUNDS_KEPT: usize = 10_000;
/// Recordings that can still be fetched; older ones are forgotten.
const RECORDINGS_KEPT: usize = 200;

impl<W: Wire> Phone<W> {
    /// A phone on that wire. Sound files keep their length for the life of the phone, since the
    /// server's audio addresses never change their content.
    pub fn new(wire: W) -> Self {
        Self {
            wire,
            sounds: Mutex::default(),
            recordings: Mutex::default(),
            words: Box::new(|_| None),
        }
    }

    /// Shows words instead of file names; `words` maps the address of a sound to what it says.
    #[must_use]
    pub fn with_words(
        mut self,
        words: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.words = Box::new(words);
        self
    }

    /// Makes one call from the first request to the notices after its end.
    ///
    /// Never fails: whatever goes wrong is a fault in the outcome.
    pub async fn call<C: Caller, S: FnMut(Event) + Send>(
        &self,
        line: &Line,
        caller: &mut C,
        sink: S,
    ) -> Outcome {
        let mut call = call::Call::new(self, line, caller, sink);
        let ended_by = match (members::of(line.kind), line.kind) {
            (Some(member), _) => family::run(&mut call, member).await,
            (None, Kind::Plivo) => plivo::run(&mut call).await,
            (None, Kind::Bandwidth) => bandwidth::run(&mut call).await,
            (None, Kind::Kookoo) => kookoo::run(&mut call).await,
            (None, Kind::Africastalking) => africastalking::run(&mut call).await,
            (None, Kind::Voicexml) => voicexml::run(&mut call).await,
            (None, _) => freeswitch::run(&mut call).await,
        };
        call.outcome(ended_by)
    }

    /// One of the newest recordings that the phone keeps in Twilio's place, by its id.
    pub fn recording(&self, id: &str) -> Option<Bytes> {
        let kept = self.recordings.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == id).map(|(_, wav)| wav.clone())
    }

    fn keep_recording(&self, id: &str, wav: &Bytes) {
        let mut kept = self.recordings.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((id.to_owned(), wav.clone()));
        if kept.len() > RECORDINGS_KEPT {
            kept.pop_front();
        }
    }

    fn known_sound(&self, url: &str) -> Option<i64> {
        self.sounds.lock().unwrap_or_else(PoisonError::into_inner).get(url).copied()
    }

    fn keep_sound(&self, url: &str, millis: i64) {
        let mut sounds = self.sounds.lock().unwrap_or_else(PoisonError::into_inner);
        if sounds.len() < SOUNDS_KEPT {
            sounds.insert(url.to_owned(), millis);
        }
    }
}
