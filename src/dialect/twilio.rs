//! Twilio: what it alone has in the TwiML family: the signature over the address, TaskRouter's
//! events and the list of confirmed voices. Facts from Twilio's documentation
//! (docs/usage/webhooks/webhooks-security, docs/voice/twiml, docs/taskrouter) and its helper
//! libraries.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::params::{BodyKind, body_kind, clean};
use super::speech::PlatformVoice;
use super::twiml::{self, Manner};
use super::{
    CallEvent, Credentials, Dialect, Document, Kind, Notice, Params, Refusal, Request, Routing,
    Trust, What, trust,
};

/// The dialect of Twilio.
pub(super) struct Twilio;

/// Header with the signature.
const SIGNATURE: &str = "x-twilio-signature";
/// Before a SIP header's name among the parameters.
const SIP_HEADER: &str = "SipHeader_";
/// Query parameter with the hash of a body that is no form.
const BODY_HASH: &str = "bodySHA256";

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
    // Without it nothing is requested on silence, and the redirect behind the gather does it.
    gather: &[("actionOnEmptyResult", "true")],
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
        if !who.verify {
            return Ok(Trust::Full);
        }
        trust::network(request, who)?;
        let sent = request.header(SIGNATURE).map(str::trim).unwrap_or_default();
        if sent.is_empty() {
            return Err(Refusal::NoSignature);
        }
        let sent = STANDARD.decode(sent).map_err(|_| Refusal::BadSignature)?;
        let appended = match body_kind(request) {
            BodyKind::Absent => Vec::new(),
            BodyKind::Form => sorted(&params.body),
            // Such a body is not part of the signature; its hash in the signed address is.
            BodyKind::Json | BodyKind::Other => body_hash(request, params)?,
        };
        if is_signed(&sent, &appended, &signed_urls(&who.public_url, request.target), who) {
            Ok(Trust::Full)
        } else {
            Err(Refusal::BadSignature)
        }
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        match routing(params) {
            Some(routing) => CallEvent {
                call_id: params.word("CallSid"),
                account: params.word("AccountSid"),
                token: params.word("t"),
                what: What::Notice(Notice::Routing(Box::new(routing))),
            },
            None => twiml::read(request, params, SIP_HEADER),
        }
    }

    fn write(&self, document: &Document) -> String {
        twiml::write(document, &MANNER)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

// ---------------------------------------------------------------- signature

/// Names in order of their bytes, each followed by its value; the values of a repeated name are a
/// sorted set.
fn sorted(body: &[(String, String)]) -> Vec<u8> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in body {
        names.entry(name).or_default().insert(value);
    }
    let mut text = Vec::new();
    for (name, values) in names {
        for value in values {
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(value.as_bytes());
        }
    }
    text
}

/// Nothing to append, if the address names the hash of these very bytes.
fn body_hash(request: &Request, params: &Params) -> Result<Vec<u8>, Refusal> {
    let named = params.query.iter().find(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash);
    let hash: String =
        Sha256::digest(request.body).iter().map(|byte| format!("{byte:02x}")).collect();
    match named {
        Some(named) if bool::from(named.as_bytes().ct_eq(hash.as_bytes())) => Ok(Vec::new()),
        _ => Err(Refusal::BadSignature),
    }
}

/// Whether one of the keys signs one of the addresses.
fn is_signed(sent: &[u8], appended: &[u8], urls: &[String], who: &Credentials) -> bool {
    let keys = who.auth_tokens.iter().map(|token| token.expose_secret().as_bytes());
    for key in keys.filter(|key| !key.is_empty()) {
        let Ok(keyed) = Hmac::<Sha1>::new_from_slice(key) else { continue };
        for url in urls {
            let mut mac = keyed.clone();
            mac.update(url.as_bytes());
            mac.update(appended);
            if mac.finalize().into_bytes().as_slice().ct_eq(sent).into() {
                return true;
            }
        }
    }
    false
}

/// The forms of the called address that Twilio may have signed, the usual one first. Its libraries
/// accept the port as given, without, and with the default one; documentation and libraries differ
/// on user and password; an old encoder wrote `%27` for the apostrophe in the query.
fn signed_urls(public_url: &str, target: &str) -> Vec<String> {
    let target = target.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = public_url.split_once("://") else { return Vec::new() };
    let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, prefix) = rest.split_at(split);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let default_port = if scheme.eq_ignore_ascii_case("http") { "80" } else { "443" };
    let hosts = match port_at(host) {
        Some(colon) => [host.to_owned(), host[..colon].to_owned()],
        None => [host.to_owned(), format!("{host}:{default_port}")],
    };
    let path = format!("{prefix}{target}");
    let mut paths = vec![Cow::Borrowed(path.as_str())];
    if let Some((before, query)) = path.split_once('?')
        && query.contains('\'')
    {
        paths.push(Cow::Owned(format!("{before}?{}", query.replace('\'', "%27"))));
    }
    let mut urls = Vec::new();
    for path in &paths {
        for host in &hosts {
            if let Some(user) = user {
                urls.push(format!("{scheme}://{user}@{host}{path}"));
            }
            urls.push(format!("{scheme}://{host}{path}"));
        }
    }
    urls
}

/// Where the colon before the port stands; the colons of an IPv6 address stand in brackets.
fn port_at(host: &str) -> Option<usize> {
    let after_address = host.rfind(']').map_or(0, |bracket| bracket + 1);
    host[after_address..].find(':').map(|colon| after_address + colon)
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
