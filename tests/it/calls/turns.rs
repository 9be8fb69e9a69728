//! Single requests as the providers send them, without a phone: for tests that choose the
//! moment and the number of each request themselves.

use aftercall::dialect::{Kind, Proof};
use aftercall::phone::{
    WebRequest, every_value_signature, plivo_signature, telnyx_signature, twilio_signature,
};
use bytes::Bytes;
use http::Method;

use super::{AUTH_TOKEN, PRIVATE_KEY, PUBLIC, START_KEY, T, line};

/// The request that begins call `number`, in English.
pub fn start(kind: Kind, number: u32, agent: &str) -> WebRequest {
    let url = format!("{PUBLIC}/voice/{}/start", kind.word());
    match kind {
        Kind::Bandwidth => {
            let url = format!("{url}?agent={agent}&lang=en&k={START_KEY}");
            request(kind, number, url, &[("eventType", "answer")])
        }
        // As from a gateway whose first request says it all, which needs no hello document.
        Kind::Voicexml => {
            let url = format!("{url}?hello=1&agent={agent}&lang=en&k={START_KEY}");
            request(kind, number, url, &[])
        }
        Kind::Freeswitch => {
            request(kind, number, url, &[("agent", agent), ("lang", "en"), ("k", START_KEY)])
        }
        _ => {
            let key = match kind.proof() {
                Proof::Address => String::new(),
                Proof::Body | Proof::Nothing => format!("&k={START_KEY}"),
            };
            request(kind, number, format!("{url}?agent={agent}&lang=en{key}"), &[])
        }
    }
}

/// The turn of a token; no keys: silence.
pub fn turn(kind: Kind, number: u32, token: &str, keys: &str) -> WebRequest {
    let url = format!("{PUBLIC}/voice/{}/turn?t={token}", kind.word());
    match (kind, keys) {
        (Kind::Plivo, "") => request(kind, number, format!("{url}&silence=1"), &[]),
        (Kind::Plivo, keys) => {
            request(kind, number, url, &[("Digits", keys), ("InputType", "dtmf")])
        }
        (Kind::Bandwidth, keys) => {
            request(kind, number, url, &[("eventType", "gather"), ("digits", keys)])
        }
        (Kind::Voicexml, "") => request(kind, number, url, &[("event", "silence")]),
        (Kind::Freeswitch, "") => request(kind, number, url, &[]),
        (Kind::Freeswitch, keys) => {
            request(kind, number, url, &[("digits", keys), ("input_type", "dtmf")])
        }
        (_, keys) => request(kind, number, url, &[(digits(kind), keys)]),
    }
}

/// The name of a kind's provider section in these tests.
pub fn name(kind: Kind) -> &'static str {
    kind.word()
}

/// The parameter with the pressed keys.
pub fn digits(kind: Kind) -> &'static str {
    match kind {
        Kind::Freeswitch => "digits",
        Kind::Exotel => "DigitsPressed",
        Kind::Voicexml => "keys",
        _ => "Digits",
    }
}

fn request(kind: Kind, number: u32, url: String, more: &[(&str, &str)]) -> WebRequest {
    let call = line(kind, number);
    let mut params: Vec<(String, String)> = match kind {
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
        Kind::Voicexml => vec![
            ("sessionid".into(), call.call_id),
            ("remote".into(), format!("tel:{}", call.from)),
            ("local".into(), format!("tel:{}", call.to)),
        ],
        Kind::Freeswitch => vec![
            ("session_id".into(), call.call_id.clone()),
            ("Caller-Unique-ID".into(), call.call_id),
            ("Caller-Direction".into(), "inbound".into()),
            ("Caller-Caller-ID-Number".into(), call.from),
            ("Caller-Destination-Number".into(), call.to),
        ],
        _ => vec![
            ("CallSid".into(), call.call_id),
            ("AccountSid".into(), call.account_sid),
            ("CallStatus".into(), "in-progress".into()),
            ("Direction".into(), "inbound".into()),
            (if kind == Kind::Exotel { "CallFrom" } else { "From" }.into(), call.from),
            (if kind == Kind::Exotel { "CallTo" } else { "To" }.into(), call.to),
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
        Kind::Signalwire => {
            let signed = every_value_signature(AUTH_TOKEN, &url, params);
            headers.push(("x-signalwire-signature", signed));
        }
        Kind::Somleng => {
            let signed = every_value_signature(AUTH_TOKEN, &url, params);
            headers.push(("x-twilio-signature", signed));
        }
        Kind::Telnyx => {
            // It holds for some minutes, before and after.
            let timestamp = (T / 1000 + 150).to_string();
            let body = form.finish();
            let signed = telnyx_signature(PRIVATE_KEY, &timestamp, body.as_bytes());
            headers.push(("telnyx-timestamp", timestamp));
            headers.push(("telnyx-signature-ed25519", signed));
            return WebRequest { method: Method::POST, url, headers, body: Bytes::from(body) };
        }
        Kind::Freeswitch | Kind::Bandwidth | Kind::Cloudonix | Kind::Exotel | Kind::Voicexml => {}
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
