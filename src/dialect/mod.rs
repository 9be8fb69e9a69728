//! ONE FILE PER PROVIDER: webhook -> event, order -> XML, signature check.
//!
//! Pure: bytes and settings in, values out. Knows the interview's inputs and orders and nothing
//! else; the web room hands in what came over the wire.

mod africastalking;
mod bandwidth;
mod cloudonix;
mod exotel;
mod flat;
mod freeswitch;
mod handover;
mod kookoo;
mod params;
mod plivo;
mod recording;
mod signalwire;
mod signature;
mod somleng;
mod speech;
mod telnyx;
mod trust;
mod twilio;
mod twiml;
mod voicexml;
mod xml;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use crate::interview::{Handover, Open, Reached, Start};
use crate::interview::{Input, Order, Recording, SECOND_KEY_MS, Voice};
use crate::survey::{Lang, Speech};

pub use params::{Unreadable, params};
pub use speech::{PlatformVoice, Speaker, speaker};
pub use telnyx::{NoPublicKey, PublicKey};

/// What one XML language with its webhooks can do. What is alike in all of them stands in the
/// default methods; a dialect writes down only how it differs.
pub trait Dialect: Send + Sync {
    /// Which kind this is.
    fn kind(&self) -> Kind;

    /// The `Content-Type` of every document.
    fn content_type(&self) -> &'static str {
        "text/xml"
    }

    /// How far the request is believed. The default serves every dialect without a signature over
    /// the address: start keys, networks and client certificates.
    ///
    /// # Errors
    /// A [`Refusal`] when something speaks against the request; it is then answered with 403 and
    /// changes nothing.
    fn verify(
        &self,
        request: &Request,
        params: &Params,
        who: &Credentials,
    ) -> Result<Trust, Refusal> {
        trust::without_signature(request, params, who)
    }

    /// What the request means; never fails, since every request means something.
    fn read(&self, request: &Request, params: &Params) -> CallEvent;

    /// The document in this language: well-formed, and the same bytes for the same values.
    fn write(&self, document: &Document) -> String;

    /// The platform's voices that its documentation confirms, one for each language.
    fn voices(&self) -> &'static [PlatformVoice] {
        &[]
    }

    /// The platform's name of its confirmed voice for that language.
    fn voice(&self, lang: Lang) -> Option<&'static str> {
        speech::voice(self.voices(), lang).map(|voice| voice.name)
    }
}

/// The dialect of that kind.
pub fn of(kind: Kind) -> &'static dyn Dialect {
    match kind {
        Kind::Twilio => &twilio::Twilio,
        Kind::Signalwire => &signalwire::Signalwire,
        Kind::Telnyx => &telnyx::Telnyx,
        Kind::Somleng => &somleng::Somleng,
        Kind::Cloudonix => &cloudonix::Cloudonix,
        Kind::Exotel => &exotel::Exotel,
        Kind::Kookoo => &kookoo::Kookoo,
        Kind::Africastalking => &africastalking::Africastalking,
        Kind::Freeswitch => &freeswitch::Freeswitch,
        Kind::Plivo => &plivo::Plivo,
        Kind::Bandwidth => &bandwidth::Bandwidth,
        Kind::Voicexml => &voicexml::Voicexml,
    }
}

/// The kinds of provider, one dialect each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Twilio TwiML.
    Twilio,
    /// FreeSWITCH mod_httapi.
    Freeswitch,
    /// Plivo XML.
    Plivo,
    /// Bandwidth BXML.
    Bandwidth,
    /// SignalWire cXML.
    Signalwire,
    /// Telnyx TeXML.
    Telnyx,
    /// Somleng.
    Somleng,
    /// Cloudonix CXML.
    Cloudonix,
    /// Exotel ExoML in response mode.
    Exotel,
    /// KooKoo (Ozonetel).
    Kookoo,
    /// Africa's Talking.
    Africastalking,
    /// VoiceXML 2.1.
    Voicexml,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Twilio,
        Self::Freeswitch,
        Self::Plivo,
        Self::Bandwidth,
        Self::Signalwire,
        Self::Telnyx,
        Self::Somleng,
        Self::Cloudonix,
        Self::Exotel,
        Self::Kookoo,
        Self::Africastalking,
        Self::Voicexml,
    ];

    /// Longest time in milliseconds that a key waits on the platform for a second one that may
    /// follow it; 0 where only a key that is no answer yet waits.
    pub fn key_wait_ms(self) -> u32 {
        match self {
            Self::Freeswitch | Self::Africastalking | Self::Voicexml => 0,
            _ => SECOND_KEY_MS,
        }
    }

    /// Whether the platform brings recordings in the body of its requests.
    pub fn uploads(self) -> bool {
        matches!(self, Self::Freeswitch | Self::Voicexml)
    }

    /// What proves that a request of this kind comes from the platform.
    pub fn proof(self) -> Proof {
        match self {
            Self::Twilio | Self::Signalwire | Self::Somleng | Self::Plivo => Proof::Address,
            Self::Telnyx => Proof::Body,
            Self::Freeswitch
            | Self::Bandwidth
            | Self::Cloudonix
            | Self::Exotel
            | Self::Kookoo
            | Self::Africastalking
            | Self::Voicexml => Proof::Nothing,
        }
    }

    /// The most milliseconds that the store may take before such a platform's patience ends.
    pub fn most_budget_ms(self) -> u64 {
        match self {
            Self::Exotel => 500,
            _ => u64::MAX,
        }
    }

    /// The word in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Freeswitch => "freeswitch",
            Self::Plivo => "plivo",
            Self::Bandwidth => "bandwidth",
            Self::Signalwire => "signalwire",
            Self::Telnyx => "telnyx",
            Self::Somleng => "somleng",
            Self::Cloudonix => "cloudonix",
            Self::Exotel => "exotel",
            Self::Kookoo => "kookoo",
            Self::Africastalking => "africastalking",
            Self::Voicexml => "voicexml",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Twilio => "Twilio",
            Self::Freeswitch => "FreeSWITCH",
            Self::Plivo => "Plivo",
            Self::Bandwidth => "Bandwidth",
            Self::Signalwire => "SignalWire",
            Self::Telnyx => "Telnyx",
            Self::Somleng => "Somleng",
            Self::Cloudonix => "Cloudonix",
            Self::Exotel => "Exotel",
            Self::Kookoo => "KooKoo",
            Self::Africastalking => "Africa's Talking",
            Self::Voicexml => "VoiceXML",
        }
    }
}

/// What proves that a request comes from the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A signature over the whole address, with a secret that both sides have.
    Address,
    /// A signature over the body alone, by a key of which we have the public half; a start needs
    /// what [`Proof::Nothing`] needs beside it.
    Body,
    /// Nothing: start keys, networks and client certificates must do.
    Nothing,
}

/// GET or POST; everything else is refused before a dialect sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Parameters in the query only.
    Get,
    /// Parameters in the query and the body.
    Post,
}

/// One webhook as it came. Its `Debug` shows neither query nor headers nor body: they hold keys,
/// tokens and phone numbers.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// GET or POST.
    pub method: Method,
    /// Path and query exactly as received, such as `/voice/twilio/start?agent=A17`.
    pub target: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body's bytes; of a multipart body only its text fields, form-encoded by the web room.
    pub body: &'a [u8],
    /// Who sent it, after trusted proxies.
    pub peer: IpAddr,
    /// UTC milliseconds of its arrival.
    pub now_ms: i64,
    /// A recording that came in this request's multipart body and was stored by the web room.
    /// Not a parameter, since anyone can send a parameter.
    pub upload: Option<&'a Upload>,
}

impl Request<'_> {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// The query exactly as received; empty if there is none.
    pub fn query(&self) -> &str {
        let target = self.target.split('#').next().unwrap_or_default();
        target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Whether it is a notice by where it comes or by what it says of itself, whatever its contents.
    fn only_tells(&self, params: &Params) -> bool {
        let path = self.path().trim_end_matches('/');
        let elsewhere = path.ends_with("/status") || path.ends_with("/recording");
        elsewhere || params.word("CallbackSource").is_some()
    }

    /// The value of that header, if it stands there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("body_bytes", &self.body.len())
            .field("peer", &self.peer)
            .field("now_ms", &self.now_ms)
            .field("upload", &self.upload)
            .finish()
    }
}

/// A recording that the platform uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Our own id of the stored file: its name in the media folder, which begins with the
    /// interview's id.
    pub id: String,
    /// Its length in seconds, rounded down, if the file says.
    pub seconds: Option<u32>,
}

/// What a provider's section of the settings says that matters for trust.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Scheme, host and optional port and path prefix, without trailing slash.
    pub public_url: String,
    /// Keys that sign the provider's requests; any of them verifies.
    pub auth_tokens: Vec<SecretString>,
    /// Public halves of the keys that sign the provider's requests; any of them verifies.
    pub public_keys: Vec<PublicKey>,
    /// Keys that a start may carry as `k` or as password of HTTP Basic.
    pub start_keys: Vec<SecretString>,
    /// Networks that may send requests.
    pub allow_from: Vec<IpNet>,
    /// Header in which a trusted proxy says that it checked a client certificate; the word is
    /// `SUCCESS`, as nginx and Apache write it. The web room removes this header from requests
    /// that do not come from a trusted proxy.
    pub client_cert_header: Option<String>,
    /// `false` switches verification off (never on a public provider).
    pub verify: bool,
}

/// How far a request is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It may do everything: signed, with start key, from an allowed network, with a client
    /// certificate, or verification is off.
    Full,
    /// It may do everything: signed in the form of that name, one of several that are told of one
    /// platform; counted, so that it is seen which of them it uses.
    Signed(&'static str),
    /// Nothing speaks against it; it may do what its token allows and nothing else.
    TokenOnly,
}

/// Why a request is refused; the web room answers 403 and counts it by reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The signature header is missing.
    #[error("no_signature")]
    NoSignature,
    /// The signature fits none of the keys.
    #[error("bad_signature")]
    BadSignature,
    /// The signature's time is too far from ours.
    #[error("signature_too_old")]
    TooOld,
    /// A start key was sent and fits none.
    #[error("bad_start_key")]
    BadStartKey,
    /// It came from a network that is not allowed.
    #[error("network_not_allowed")]
    NetworkNotAllowed,
}

/// Parameters of a request, decoded once. Query and body apart, since the query wins. Its `Debug`
/// shows names only: values hold start keys, tokens and phone numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    /// From the query, in order.
    pub query: Vec<(String, String)>,
    /// From the body, in order.
    pub body: Vec<(String, String)>,
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |list: &[(String, String)]| -> Vec<String> {
            list.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Params")
            .field("query", &names(&self.query))
            .field("body", &names(&self.body))
            .finish()
    }
}

impl Params {
    /// The first value of that name, query before body; an empty value counts as a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().chain(&self.body).find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// As [`Params::get`], but an empty or blank value counts as absent.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .chain(&self.body)
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.trim())
            .find(|v| !v.is_empty())
    }
}

/// A webhook's meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEvent {
    /// The provider's id of the call.
    pub call_id: Option<String>,
    /// The provider's account, where one address serves several.
    pub account: Option<String>,
    /// The token `t`, if it carries one.
    pub token: Option<String>,
    /// What it is.
    pub what: What,
}

/// What a request is, read from its content: notice before turn before start.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Something happened; never answered with an instruction.
    Notice(Notice),
    /// The answer to the document whose token it carries.
    Turn(Input),
    /// The platform asks for the document of its token once more, or for what follows what it heard
    /// of it. Steps nothing.
    Open(Open),
    /// A caller is handed over, and the platform will tell of the call once it is asked: what the
    /// request says already, under its own names, to be sealed into where the answer comes back to.
    Hello(Vec<(String, String)>),
    /// A caller is handed over.
    Start(Box<Start>),
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The call is over.
    Ended {
        /// The provider's word for how.
        status: String,
        /// What was recorded until then: the caller hung up while speaking. Belongs to the turn
        /// whose token the event carries.
        recording: Option<Recording>,
        /// How long the whole call lasted, where the notice is the platform's record of it.
        lasted: Option<Lasted>,
    },
    /// A recording is ready, or failed.
    Recording {
        /// The provider's id.
        id: String,
        /// Where it can be fetched.
        url: Option<String>,
        /// Seconds.
        seconds: Option<u32>,
        /// Whether it can be had.
        ready: bool,
    },
    /// A routing engine tells who serves the call (Twilio TaskRouter).
    Routing(Box<Routing>),
    /// Anything else; kept out of the way.
    Other {
        /// The provider's word.
        status: String,
    },
}

/// The platform's own account of a call that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasted {
    /// Seconds from the answer to the end.
    pub seconds: u32,
    /// UTC milliseconds of the end, if said.
    pub at_ms: Option<i64>,
}

/// A routing engine tells who serves the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// The event's name, such as `reservation.accepted`; `assignment` for the assignment callback.
    pub event: String,
    /// Ids under which the call may be known, most certain first.
    pub calls: Vec<String>,
    /// The customer's own leg, to be moved to the survey.
    pub customer: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The leg: the reservation, else the task.
    pub leg: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// UTC milliseconds of the event, if said.
    pub at_ms: Option<i64>,
}

/// What a document is to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Document<'a> {
    /// The interview's order.
    Order {
        /// What to do.
        order: &'a Order,
        /// Whose audio it speaks from.
        voice: &'a Voice,
        /// The survey's choice of who speaks.
        speech: Speech,
        /// The language of the state.
        lang: Lang,
        /// Where the next turn and the recording notice go; not used by an `End`.
        links: Links,
        /// What comes after an `End`.
        after: After,
        /// Whether the platform asked for it once more, and how much of it; an answer to a start
        /// or a turn is none.
        open: Option<Open>,
    },
    /// Says nothing, and comes back with what the platform knows of the call.
    Hello {
        /// Where it comes back to, absolute.
        next: String,
        /// The goodbye as a file, should that fail; as in [`Document::Sorry`].
        audio: Option<String>,
    },
    /// Nothing: for notices.
    Empty,
    /// No survey for this caller.
    Leave(After),
    /// A static goodbye that needs no survey, for every case in which something went wrong; then
    /// the call ends.
    Sorry {
        /// The language to say it in.
        lang: Lang,
        /// The absolute address of the goodbye as a file, for platforms without a voice in that
        /// language; without it they just hang up.
        audio: Option<String>,
    },
}

/// Addresses of one document's requests, absolute, with their tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The next turn.
    pub turn: String,
    /// Notices of a recording.
    pub recording: String,
    /// `https://host/prefix` before `/audio/…`.
    pub base: String,
}

impl Links {
    /// The address of the next turn with one more parameter, whose value is fit for an address.
    fn turn_with(&self, name: &str, value: &str) -> String {
        let mark = if self.turn.contains('?') { '&' } else { '?' };
        format!("{}{mark}{name}={value}", self.turn)
    }
}

/// What comes after the interview, or instead of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Hang up.
    #[default]
    Hangup,
    /// Give the call back to the platform by a plain end of the document.
    Return,
    /// Go on at that address.
    Redirect(String),
    /// Refuse a call that is not answered yet.
    Reject,
}
