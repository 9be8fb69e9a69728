//! Exotel ExoML in response mode: our answer is what is done next. Facts from Exotel's
//! documentation (developer.exotel.com/docs/exoml/verbs). It signs nothing, names no voice, has no
//! `<Pause>`, and tells of a recording by the action alone.

use super::flat;
use super::twiml::{self, Manner, Names, Think};
use super::{CallEvent, Dialect, Document, Kind, Params, Request};

/// The dialect of Exotel.
pub(super) struct Exotel;

const THEIRS: Names = Names {
    call: &["CallSid"],
    from: "CallFrom",
    to: "CallTo",
    // The second one stands in the status callback.
    status: &["CallStatus", "Status"],
    digits: "DigitsPressed",
};

const MANNER: Manner = Manner {
    voices: &[],
    gather: &[],
    ask: &[],
    record: &[],
    told: None,
    think: Think::Files,
    refusal: "Hangup",
};

impl Dialect for Exotel {
    fn kind(&self) -> Kind {
        Kind::Exotel
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        twiml::read(request, params, &THEIRS)
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &MANNER)
    }
}
