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
        Kind::Kookoo => {
            let url = format!("{url}?agent={agent}&lang=en&k={START_KEY}");
            request(kind, number, url, &[("event", "NewCall")])
        }
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
        (Kind::Plivo | Kind::Africastalking, "") => {
            request(kind, number, format!("{url}&silence=1"), &[])
        }
        (Kind::Kookoo, keys) => request(kind, number, url, &[("event", "GotDTMF"), ("data", keys)]),
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
        Kind::Freeswitch | Kind::Bandwidth => "digits",
        Kind::Exotel => "DigitsPressed",
        Kind::Kookoo => "data",
        Kind::Africastalking => "dtmfDigits",
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
        Kind::Kookoo => vec![
            ("sid".into(), call.call_id),
            ("cid_e164".into(), call.from),
            ("called_number".into(), call.to),
        ],
        Kind::Africastalking => vec![
            ("isActive".into(), "1".into()),
            ("sessionId".into(), call.call_id),
            ("direction".into(), "Inbound".into()),
            ("callerNumber".into(), call.from),
            ("destinationNumber".into(), call.to),
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

/// When the requests of Telnyx say that they were signed, in seconds: that holds for some minutes,
/// before and after.
pub const SIGNED_AT: i64 = T / 1000 + 150;

/// A form (of Bandwidth JSON, of KooKoo a query), signed as that provider signs.
pub fn post(kind: Kind, url: String, params: &[(String, String)]) -> WebRequest {
    if kind == Kind::Kookoo {
        return get(kind, &url, params);
    }
    let (content_type, body) = match kind {
        Kind::Bandwidth => ("application/json", json(params)),
        _ => ("application/x-www-form-urlencoded; charset=UTF-8", form(params)),
    };
    let headers = vec![("content-type", content_type.to_owned())];
    let request = WebRequest { method: Method::POST, url, headers, body: body.into() };
    signed(kind, request, params, SIGNED_AT)
}

/// The same by GET: all stands in the address.
pub fn get(kind: Kind, url: &str, params: &[(String, String)]) -> WebRequest {
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}{}", form(params));
    let request = WebRequest { method: Method::GET, url, headers: vec![], body: Bytes::new() };
    signed(kind, request, &[], SIGNED_AT)
}

/// Parameters as a form.
pub fn form(params: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// Parameters as a JSON object; of a repeated name the last.
pub fn json(params: &[(String, String)]) -> String {
    let object: std::collections::BTreeMap<_, _> =
        params.iter().map(|(name, value)| (name, value)).collect();
    serde_json::to_string(&object).expect("JSON")
}

/// The request with the provider's signature of that second, over a form with these parameters.
pub fn signed(
    kind: Kind,
    mut request: WebRequest,
    params: &[(String, String)],
    second: i64,
) -> WebRequest {
    let WebRequest { url, headers, body, .. } = &mut request;
    match kind {
        Kind::Twilio => {
            headers.push(("x-twilio-signature", twilio_signature(AUTH_TOKEN, url, params)));
        }
        Kind::Plivo => {
            let nonce = "12345678901234567890";
            let signature = plivo_signature(AUTH_TOKEN, url, params, nonce);
            headers.push(("x-plivo-signature-v3", signature));
            headers.push(("x-plivo-signature-v3-nonce", nonce.to_owned()));
        }
        Kind::Signalwire => {
            let signed = every_value_signature(AUTH_TOKEN, url, params);
            headers.push(("x-signalwire-signature", signed));
        }
        Kind::Somleng => {
            let signed = every_value_signature(AUTH_TOKEN, url, params);
            headers.push(("x-twilio-signature", signed));
        }
        Kind::Telnyx => {
            let timestamp = second.to_string();
            let signed = telnyx_signature(PRIVATE_KEY, &timestamp, body);
            headers.push(("telnyx-timestamp", timestamp));
            headers.push(("telnyx-signature-ed25519", signed));
        }
        Kind::Freeswitch
        | Kind::Bandwidth
        | Kind::Cloudonix
        | Kind::Exotel
        | Kind::Kookoo
        | Kind::Africastalking
        | Kind::Voicexml => {}
    }
    request
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

/// What the platform tells when the call is over.
pub fn ended(kind: Kind, number: u32, token: &str) -> WebRequest {
    let key = match kind.proof() {
        Proof::Nothing => format!("?k={START_KEY}"),
        Proof::Address | Proof::Body => String::new(),
    };
    let url = format!("{PUBLIC}/voice/{}/status{key}", kind.word());
    match kind {
        Kind::Freeswitch => exiting(number, token),
        Kind::Bandwidth => {
            request(kind, number, url, &[("eventType", "disconnect"), ("cause", "hangup")])
        }
        Kind::Kookoo => request(kind, number, url, &[("event", "Hangup")]),
        Kind::Voicexml => {
            let url = format!("{PUBLIC}/voice/voicexml/turn?t={token}");
            request(kind, number, url, &[("event", "hangup")])
        }
        _ => edited(kind, request(kind, number, url, &[]), |params| {
            let (name, value) = match kind {
                Kind::Africastalking => ("isActive", "0"),
                _ => ("CallStatus", "completed"),
            };
            params.retain(|(known, _)| known != name);
            params.extend(super::said(&[(name, value)]));
        }),
    }
}

/// The request with other parameters in its body (of KooKoo's in its address), signed anew.
pub fn edited(
    kind: Kind,
    request: WebRequest,
    edit: impl FnOnce(&mut Vec<(String, String)>),
) -> WebRequest {
    let mut params = params(&request);
    edit(&mut params);
    match request.url.split_once('?') {
        Some((base, _)) if kind == Kind::Kookoo => get(kind, base, &params),
        _ => post(kind, request.url, &params),
    }
}

/// The parameters of a request's body; of one without a body, those of its address.
pub fn params(request: &WebRequest) -> Vec<(String, String)> {
    if request.method == Method::GET {
        let (_, query) = request.url.split_once('?').unwrap_or_default();
        return form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    }
    if request.body.starts_with(b"{") {
        let object: std::collections::BTreeMap<String, String> =
            serde_json::from_slice(&request.body).expect("JSON");
        return object.into_iter().collect();
    }
    form_urlencoded::parse(&request.body).into_owned().collect()
}
