//! Cloudonix CXML. Facts from Cloudonix's documentation (developers.cloudonix.com, voice
//! applications: request, operations, gather, record). It posts JSON or asks by GET, signs
//! nothing, and names no voice, so that all is said from files.

use super::flat;
use super::twiml::{self, Manner, NAMES, Names, Think};
use super::{CallEvent, Dialect, Document, Kind, Params, Request};

/// The dialect of Cloudonix.
pub(super) struct Cloudonix;

const THEIRS: Names = Names { call: &["CallSid", "Session"], ..NAMES };

const MANNER: Manner = Manner {
    voices: &[],
    gather: &[("input", "dtmf")],
    ask: &[("actionOnEmptyResult", "true")],
    record: &[("trim", "trim-silence")],
    told: Some(&[]),
    think: Think::Pause,
    refusal: "Hangup",
};

impl Dialect for Cloudonix {
    fn kind(&self) -> Kind {
        Kind::Cloudonix
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        twiml::read(request, params, &THEIRS)
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &MANNER)
    }
}
