//! Twilio: what it alone has in the TwiML family: TaskRouter's events and the list of confirmed
//! voices. Facts from Twilio's documentation
//! (docs/usage/webhooks/webhooks-security, docs/voice/twiml, docs/taskrouter) and its helper
//! libraries.

use serde_json::Value;

use super::flat;
use super::params::clean;
use super::signature::{self, OtherBodies, Repeated, Scheme};
use super::speech::PlatformVoice;
use super::twiml::{self, Manner, NAMES, Think};
use super::{
    CallEvent, Credentials, Dialect, Document, Kind, Notice, Params, Refusal, Request, Routing,
    Trust, What,
};

/// The dialect of Twilio.
pub(super) struct Twilio;

const SCHEME: Scheme = Scheme {
    headers: &["x-twilio-signature"],
    repeated: Repeated::Once,
    other_bodies: OtherBodies::Hashed,
};

/// One voice for each language that Twilio's documentation names it for.
const VOICES: [PlatformVoice; 5] = [
    PlatformVoice { lang: "en", tag: "en-GB", name: "Polly.Amy" },
    PlatformVoice { lang: "lt", tag: "lt-LT", name: "Google.lt-LT-Standard-A" },
    PlatformVoice { lang: "lv", tag: "lv-LV", name: "Google.lv-LV-Standard-A" },
    PlatformVoice { lang: "pl", tag: "pl-PL", name: "Polly.Ola-Neural" },
    PlatformVoice { lang: "ta", tag: "ta-IN", name: "Google.ta-IN-Wavenet-A" },
];

const MANNER: Manner = Manner {
    voices: &VOICES,
    gather: &[("input", "dtmf")],
    // Without it nothing is requested on silence, and the redirect behind the gather does it.
    ask: &[("actionOnEmptyResult", "true")],
    record: &[("trim", "trim-silence")],
    told: Some(&[("recordingStatusCallbackEvent", "completed absent")]),
    think: Think::Pause,
    refusal: "Reject",
};

impl Dialect for Twilio {
    fn kind(&self) -> Kind {
        Kind::Twilio
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
        match routing(params) {
            Some(routing) => CallEvent {
                call_id: params.word("CallSid"),
                account: params.word("AccountSid"),
                token: params.word("t"),
                what: What::Notice(Notice::Routing(Box::new(routing))),
            },
            None => twiml::read(request, params, &NAMES),
        }
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &MANNER)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

// ---------------------------------------------------------------- TaskRouter

/// An assignment or event callback of TaskRouter. What agents can set themselves (names,
/// attributes) is text and nothing more.
fn routing(params: &Params) -> Option<Routing> {
    let event = match params.word("EventType") {
        Some(event) => event,
        // The assignment callback has no name of its own. A start may carry ReservationSid or
        // TaskSid as parameters, but never the task's attributes.
        None if params.word("ReservationSid").is_some()
            && params.get("TaskAttributes").is_some() =>
        {
            "assignment".to_owned()
        }
        None => return None,
    };
    let attributes: Value = params
        .get("TaskAttributes")
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let text = |pointer: &str| attributes.pointer(pointer).and_then(Value::as_str).and_then(clean);
    let customer = text("/conference/participants/customer");
    let mut calls: Vec<String> = Vec::new();
    for call in [text("/call_sid"), customer.clone(), params.word("CallSid")].into_iter().flatten()
    {
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    Some(Routing {
        event,
        calls,
        customer,
        agent: params.first_word(&["WorkerName", "WorkerSid"]),
        queue: params.first_word(&["TaskQueueName", "TaskQueueSid"]),
        leg: params.first_word(&["ReservationSid", "TaskSid"]),
        task: params.word("TaskSid"),
        at_ms: params
            .word("Timestamp")
            .and_then(|text| text.parse::<i64>().ok())
            .and_then(|seconds| seconds.checked_mul(1000)),
    })
}
