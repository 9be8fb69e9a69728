//! SignalWire cXML, the nearest relative of TwiML. Facts from SignalWire's documentation
//! (compatibility-api/cxml/voice) and its Python library (core/security/webhook_validator.py).

use super::flat;
use super::signature::{self, OtherBodies, Repeated, Scheme};
use super::speech::PlatformVoice;
use super::twiml::{self, Manner, NAMES, Think};
use super::{CallEvent, Credentials, Dialect, Document, Kind, Params, Refusal, Request, Trust};

/// The dialect of SignalWire.
pub(super) struct Signalwire;

/// Keyed with the project's signing key (`PSK…`), not with its API token. The old header name is
/// sent and accepted beside the new one.
const SCHEME: Scheme = Scheme {
    headers: &["x-signalwire-signature", "x-twilio-signature"],
    repeated: Repeated::Every,
    other_bodies: OtherBodies::HashedOrWhole,
};

/// The voices of Google and Azure for the other languages are documented by the form of their
/// names only.
const VOICES: [PlatformVoice; 2] = [
    PlatformVoice { lang: "en", tag: "en-GB", name: "Polly.Amy" },
    PlatformVoice { lang: "pl", tag: "pl-PL", name: "Polly.Ewa" },
];

const MANNER: Manner = Manner {
    voices: &VOICES,
    gather: &[("input", "dtmf")],
    ask: &[("actionOnEmptyResult", "true")],
    record: &[("trim", "trim-silence")],
    // A recording of silence is not kept, but its action is requested all the same.
    told: Some(&[]),
    think: Think::Pause,
    refusal: "Reject",
};

impl Dialect for Signalwire {
    fn kind(&self) -> Kind {
        Kind::Signalwire
    }

    fn verify(
        &self,
        request: &Request,
        params: &Params,
        who: &Credentials,
    ) -> Result<Trust, Refusal> {
        signature::verify(request, params, who, &SCHEME)
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        twiml::read(request, params, &NAMES)
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &MANNER)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}
