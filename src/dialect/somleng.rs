//! Somleng, the open-source server that speaks TwiML. Facts from its source (somleng-switch,
//! components/app: models/twiml, workflows, twiml_endpoint.rb).

use super::flat;
use super::signature::{self, OtherBodies, Repeated, Scheme};
use super::twiml::{self, Manner, NAMES, Think};
use super::{CallEvent, Credentials, Dialect, Document, Kind, Params, Refusal, Request, Trust};

/// The dialect of Somleng.
pub(super) struct Somleng;

const SCHEME: Scheme = Scheme {
    headers: &["x-twilio-signature"],
    repeated: Repeated::Every,
    other_bodies: OtherBodies::Hashed,
};

const MANNER: Manner = Manner {
    // Which voices there are is a matter of each installation.
    voices: &[],
    gather: &[],
    // Its `<Redirect>` sleeps for a second first, so silence must not come by it.
    ask: &[("actionOnEmptyResult", "true")],
    record: &[],
    told: Some(&[]),
    // It knows no `<Pause>`: an unknown element ends the document.
    think: Think::Files,
    refusal: "Reject",
};

impl Dialect for Somleng {
    fn kind(&self) -> Kind {
        Kind::Somleng
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
}
