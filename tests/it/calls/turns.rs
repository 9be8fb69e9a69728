//! Single requests as the providers send them, without a phone: for tests that choose the
//! moment and the number of each request themselves.

use aftercall::dialect::Kind;
use aftercall::phone::{WebRequest, plivo_signature, twilio_signature};
use bytes::Bytes;
use http::Method;

use super::{AUTH_TOKEN, PUBLIC, START_KEY, line};

/// The request that begins call `number`, in English.
pub fn start(kind: Kind, number: u32, agent: &str) -> WebRequest {
    match kind {
        Kind::Twilio | Kind::Plivo => {
            let name = name(kind);
            let url = format!("{PUBLIC}/voice/{name}/start?agent={agent}&lang=en");
            request(kind, number, url, &[])
        }
        Kind::Bandwidth => {
            let query = format!("agent={agent}&lang=en&k={START_KEY}");
            let url = format!("{PUBLIC}/voice/bandwidth/start?{query}");
            request(kind, number, url, &[("eventType", "answer")])
        }
        Kind::Freeswitch => {
            let url = format!("{PUBLIC}/voice/freeswitch/start");
            request(kind, number, url, &[("agent", agent), ("lang", "en"), ("k", START_KEY)])
        }
    }
}

/// The turn of a token; no keys: silence.
pub fn turn(kind: Kind, number: u32, token: &str, keys: &str) -> WebRequest {
    let name = name(kind);
    let url = format!("{PUBLIC}/voice/{name}/turn?t={token}");
    match (kind, keys) {
        (Kind::Twilio, keys) => request(kind, number, url, &[("Digits", keys)]),
        (Kind::Plivo, "") => request(kind, number, format!("{url}&silence=1"), &[]),
        (Kind::Plivo, keys) => {
            request(kind, number, url, &[("Digits", keys), ("InputType", "dtmf")])
        }
        (Kind::Bandwidth, keys) => {
            request(kind, number, url, &[("eventType", "gather"), ("digits", keys)])
        }
        (Kind::Freeswitch, "") => request(kind, number, url, &[]),
        (Kind::Freeswitch, keys) => {
            request(kind, number, url, &[("digits", keys), ("input_type", "dtmf")])
        }
    }
}

/// The name of a kind's provider section in these tests.
pub fn name(kind: Kind) -> &'static str {
    kind.word()
}

fn request(kind: Kind, number: u32, url: String, more: &[(&str, &str)]) -> WebRequest {
    let call = line(kind, number);
    let mut params: Vec<(String, String)> = match kind {
        Kind::Twilio => vec![
            ("CallSid".into(), call.call_id),
            ("AccountSid".into(), call.account_sid),
            ("CallStatus".into(), "in-progress".into()),
            ("Direction".into(), "inbound".into()),
            ("From".into(), call.from),
            ("To".into(), call.to),
        ],
        Kind::Bandwidth => vec![
            ("callId".into(), call.call_id),
            ("direction".into(), "inbound".into()),
            ("from".into(), call.from),
            ("to".into(), call.to),
        ],
        Kind::Plivo => vec![
            ("CallUUID".into(), call.call_id),
            ("CallStatus".into(), "in-progress".into()),
            ("Direction".into(), "inbound".into()),
            ("From".into(), call.from.trim_start_matches('+').into()),
            ("To".into(), call.to.trim_start_matches('+').into()),
        ],
        Kind::Freeswitch => vec![
            ("session_id".into(), call.call_id.clone()),
            ("Caller-Unique-ID".into(), call.call_id),
            ("Caller-Direction".into(), "inbound".into()),
            ("Caller-Caller-ID-Number".into(), call.from),
            ("Caller-Destination-Number".into(), call.to),
        ],
    };
    params.extend(super::said(more));
    post(kind, url, &params)
}

/// A form (of Bandwidth JSON), signed as that provider signs.
pub fn post(kind: Kind, url: String, params: &[(String, String)]) -> WebRequest {
    if kind == Kind::Bandwidth {
        let object: std::collections::BTreeMap<_, _> =
            params.iter().map(|(name, value)| (name, value)).collect();
        let body = Bytes::from(serde_json::to_vec(&object).expect("JSON"));
        let headers = vec![("content-type", "application/json".to_owned())];
        return WebRequest { method: Method::POST, url, headers, body };
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(params.iter().map(|(name, value)| (name, value)));
    let mut headers =
        vec![("content-type", "application/x-www-form-urlencoded; charset=UTF-8".to_owned())];
    match kind {
        Kind::Twilio => {
            headers.push(("x-twilio-signature", twilio_signature(AUTH_TOKEN, &url, params)));
        }
        Kind::Plivo => {
            let nonce = "12345678901234567890";
            let signature = plivo_signature(AUTH_TOKEN, &url, params, nonce);
            headers.push(("x-plivo-signature-v3", signature));
            headers.push(("x-plivo-signature-v3-nonce", nonce.to_owned()));
        }
        Kind::Freeswitch | Kind::Bandwidth => {}
    }
    WebRequest { method: Method::POST, url, headers, body: Bytes::from(form.finish()) }
}

/// The token that a document's turn address carries.
pub fn token(document: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(document).ok()?;
    let (_, rest) = text.split_once("/turn?t=")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

/// FreeSWITCH's last request of a call, at the address of its last turn.
pub fn exiting(number: u32, token: &str) -> WebRequest {
    let url = format!("{PUBLIC}/voice/freeswitch/turn?t={token}");
    request(Kind::Freeswitch, number, url, &[("exiting", "true")])
}
