//! Plivo XML. Facts from Plivo's documentation (docs/voice/xml: getinput, getdigits, record,
//! audio-output, routing; docs/voice/concepts: callbacks, signature-validation) and its helper
//! libraries.
//!
//! What to know before changing an element here:
//! - on silence no action is requested and the next element follows; behind the last one the call
//!   ends;
//! - `<GetInput>` gives at least five seconds to the first key, the older `<GetDigits>` also less;
//! - the parameters of a recording are `RecordUrl` and `RecordingID`, spelt so.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::flat::{self, Flat, Said};
use super::params::{BodyKind, body_kind, keys};
use super::recording::{self, QUIET};
use super::speech::PlatformVoice;
use super::xml::Element;
use super::{
    After, CallEvent, Credentials, Dialect, Document, Kind, Lasted, Notice, Params, Refusal,
    Request, Trust, What, handover, trust,
};
use crate::interview::{Ask, Input, Keys, Record, Recording};

/// The dialect of Plivo.
pub(super) struct Plivo;

/// Headers with signatures: of the account that owns the number, and of its main account.
const SIGNATURES: [&str; 2] = ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"];
/// The header with the word that is signed with each request.
const NONCE: &str = "x-plivo-signature-v3-nonce";
/// Before a SIP header's name among the parameters. Plivo passes on headers that begin so.
const SIP_HEADER: &str = "X-PH-";
/// The parameter by which our own redirect behind an input says that nothing was pressed.
const SILENCE: &str = "silence";
/// The least and the most that `executionTimeout` takes, in seconds.
const EXECUTION_SECONDS: (u32, u32) = (5, 60);

/// The voice `WOMAN` in the languages of ours that the documentation lists for it.
const VOICES: [PlatformVoice; 2] = [
    PlatformVoice { lang: "en", tag: "en-GB", name: "WOMAN" },
    PlatformVoice { lang: "pl", tag: "pl-PL", name: "WOMAN" },
];

impl Dialect for Plivo {
    fn kind(&self) -> Kind {
        Kind::Plivo
    }

    fn content_type(&self) -> &'static str {
        "application/xml"
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
        let nonce = request.header(NONCE).unwrap_or_default();
        let sent: Vec<&str> = SIGNATURES
            .iter()
            .filter_map(|name| request.header(name))
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .filter(|signature| !signature.is_empty())
            .collect();
        if nonce.is_empty() || sent.is_empty() {
            return Err(Refusal::NoSignature);
        }
        let form = match body_kind(request) {
            BodyKind::Absent => &[][..],
            BodyKind::Form => &params.body,
            // Nothing says how such a body would be signed.
            BodyKind::Json | BodyKind::Other => return Err(Refusal::BadSignature),
        };
        let url = format!("{}{}", who.public_url, request.target);
        let query = sorted(&params.query);
        let query: Vec<_> =
            query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = query.join("&");
        let form_text = run_together(form);
        let told = (!form.is_empty()).then_some(&*form_text);
        let sent: Vec<Vec<u8>> =
            sent.iter().filter_map(|text| STANDARD.decode(text).ok()).collect();
        for (name, parts) in [
            ("signed_as_libraries", as_libraries(&url, &query, told, nonce)),
            ("signed_as_documented", as_documented(&url, &form_text, nonce)),
        ] {
            if is_signed(&sent, &parts, who) {
                return Ok(Trust::Signed(name));
            }
        }
        Err(Refusal::BadSignature)
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let what = match notice(request, params, token.is_some()) {
            Some(notice) => What::Notice(notice),
            None if token.is_some() => What::Turn(input(params)),
            None => What::Start(Box::new(start(params))),
        };
        let account = params.word("ParentAuthID");
        CallEvent { call_id: params.word("CallUUID"), account, token, what }
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &PlivoXml)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

// ---------------------------------------------------------------- signature (V3)

/// What Plivo's libraries sign: the address without its query, then the query sorted and decoded,
/// then the form's names and values, then the nonce.
fn as_libraries<'a>(
    url: &'a str,
    query: &'a str,
    form: Option<&'a str>,
    nonce: &'a str,
) -> Vec<&'a str> {
    let base = url.split(['?', '#']).next().unwrap_or_default();
    match (query.is_empty(), form) {
        (true, None) => vec![base, ".", nonce],
        (false, None) => vec![base, "?", query, ".", nonce],
        // So it is in every library, with a question mark and no dot.
        (true, Some(form)) => vec![base, "?", form, ".", nonce],
        (false, Some(form)) => vec![base, "?", query, ".", form, ".", nonce],
    }
}

/// What the page on signatures describes: the whole address, the form's names and values, and the
/// nonce, with dots between them, also where there is no form.
fn as_documented<'a>(url: &'a str, form: &'a str, nonce: &'a str) -> Vec<&'a str> {
    vec![url, ".", form, ".", nonce]
}

/// By name, values of a repeated name by value.
fn sorted(pairs: &[(String, String)]) -> Vec<&(String, String)> {
    let mut pairs: Vec<_> = pairs.iter().collect();
    pairs.sort();
    pairs
}

fn run_together(form: &[(String, String)]) -> String {
    sorted(form).into_iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect()
}

/// Whether one of the keys makes one of the signatures of these parts, joined.
fn is_signed(sent: &[Vec<u8>], parts: &[&str], who: &Credentials) -> bool {
    let keys = who.auth_tokens.iter().map(|token| token.expose_secret().as_bytes());
    for key in keys.filter(|key| !key.is_empty()) {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { continue };
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        let made = mac.finalize().into_bytes();
        if sent.iter().any(|sent| made.as_slice().ct_eq(sent).into()) {
            return true;
        }
    }
    false
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params, has_token: bool) -> Option<Notice> {
    let path = request.path().trim_end_matches('/');
    let status = params.word("CallStatus");
    let at_recording = path.ends_with("/recording");
    let recording = recording(params);
    match status.clone().filter(|status| is_over(status)) {
        // A notice of a recording may come when its call is over.
        Some(_) if at_recording && recording.is_some() => {}
        Some(status) => {
            let lasted = params.seconds("Duration").map(|seconds| Lasted { seconds, at_ms: None });
            // A caller who hangs up while speaking.
            let recording = recording.filter(|_| has_token);
            return Some(Notice::Ended { status, recording, lasted });
        }
        None => {}
    }
    if at_recording {
        return Some(match recording {
            Some(Recording { id, url, seconds, .. }) => {
                Notice::Recording { id, url, seconds, ready: true }
            }
            None => Notice::Other { status: "recording absent".to_owned() },
        });
    }
    (path.ends_with("/status") || params.word("CallbackSource").is_some())
        .then(|| Notice::Other { status: status.unwrap_or_default() })
}

/// Whether a CallStatus is the last one of a call.
fn is_over(status: &str) -> bool {
    matches!(
        status,
        "completed" | "busy" | "failed" | "timeout" | "no-answer" | "cancel" | "canceled"
    )
}

fn input(params: &Params) -> Input {
    if let Some(mut recording) = recording(params) {
        // Who hangs up while speaking is told of by notices, which hold no silence.
        if recording.key.is_none()
            && recorded_ms(params).is_some_and(|millis| recording::is_silence(params, millis))
        {
            recording.seconds = Some(0);
        }
        return Input::Recording(recording);
    }
    let keys = match params.word(SILENCE) {
        // A redirect may repeat the digits of an earlier input; the mark is ours and newer.
        Some(_) => String::new(),
        None => keys(params.get("Digits").unwrap_or_default()),
    };
    if keys.is_empty() { Input::Silence } else { Input::Keys(keys) }
}

fn recording(params: &Params) -> Option<Recording> {
    let id = params.word("RecordingID")?;
    let seconds =
        recorded_ms(params).map(|millis| u32::try_from(millis / 1000).unwrap_or(u32::MAX));
    let key = params.word("Digits").and_then(|digits| keys(&digits).chars().next());
    Some(Recording { id, seconds, key, url: params.word("RecordUrl") })
}

/// The length of a recording; -1 stands where it is not known yet.
fn recorded_ms(params: &Params) -> Option<u64> {
    let millis = params.word("RecordingDurationMs").and_then(|text| text.parse::<u64>().ok());
    millis.or_else(|| params.seconds("RecordingDuration").map(|seconds| u64::from(seconds) * 1000))
}

fn start(params: &Params) -> super::Start {
    let ends = handover::Ends {
        from: params.word("From"),
        to: params.word("To"),
        outbound: params.word("Direction").as_deref() == Some("outbound"),
    };
    let unanswered = params.word("CallStatus").as_deref() == Some("ringing");
    super::Start {
        unanswered,
        ..handover::start(&with_own_headers(params), Some(SIP_HEADER), ends)
    }
}

/// Plivo makes its own beginning a header's first letters, so ours may come as
/// `X-PH-Aftercall-Agent` or, from its own `<Dial sipHeaders>`, which takes letters and digits
/// only, as `X-PH-AftercallAgent`; both are read as `X-PH-X-Aftercall-Agent`.
fn with_own_headers(params: &Params) -> Params {
    let longer = |(name, value): &(String, String)| {
        let (head, rest) = name.split_at_checked("X-PH-Aftercall".len())?;
        let ours = head.eq_ignore_ascii_case("X-PH-Aftercall");
        let name = rest.strip_prefix('-').unwrap_or(rest);
        ours.then(|| (format!("{SIP_HEADER}X-Aftercall-{name}"), value.clone()))
    };
    let more = |list: &[(String, String)]| {
        list.iter().cloned().chain(list.iter().filter_map(longer)).collect()
    };
    Params { query: more(&params.query), body: more(&params.body) }
}

// ---------------------------------------------------------------- writing

/// The elements of Plivo XML.
struct PlivoXml;

impl Flat for PlivoXml {
    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }

    fn spoken(&self, words: &str, voice: &PlatformVoice) -> Option<Element> {
        let speak = Element::new("Speak").with("voice", voice.name).with("language", voice.tag);
        Some(speak.text(words.to_owned()))
    }

    fn play(&self, url: String) -> Element {
        Element::new("Play").text(url)
    }

    /// The end of a document is the end of the call here, so a return is nothing more than that.
    fn leave(&self, after: &After) -> Vec<Element> {
        match after {
            After::Hangup => vec![Element::new("Hangup")],
            After::Redirect(url) => vec![redirect(url)],
            After::Return => Vec::new(),
            After::Reject => vec![Element::new("Hangup").with("reason", "rejected")],
        }
    }

    /// One input with everything that is heard inside it, so that all of it can be keyed over;
    /// behind it the redirect that silence falls through to.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        let (least, most) = EXECUTION_SECONDS;
        let think = ask.think_ms.div_ceil(1000).clamp(least, most);
        let keys = match ask.keys {
            Keys::One => "1",
            Keys::OneOrTen => "2",
        };
        let input = Element::new("GetInput")
            .with("action", &said.links.turn)
            .with("method", "POST")
            .with("inputType", "dtmf")
            .with("executionTimeout", think.to_string())
            .with("digitEndTimeout", flat::SECOND_KEY_SECONDS.to_string())
            .with("numDigits", keys)
            // No finish key: `#` and `*` are keys like the others.
            .with("finishOnKey", "none")
            .with("redirect", "true")
            .with("log", "false")
            .children(self.say_all(said, &ask.prompts));
        vec![input, silence(said)]
    }

    /// What is said before the beep stands in an input of its own, the older one, since it takes a
    /// short time-out: a `#` that finished the answer before is heard at once then. Outside, it
    /// would wait for the recording and end it before it began.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        let mut elements = Vec::new();
        let words = self.say_all(said, &record.prompts);
        if !words.is_empty() {
            elements.push(
                Element::new("GetDigits")
                    .with("action", &said.links.turn)
                    .with("method", "POST")
                    .with("timeout", "1")
                    .with("digitTimeout", "1")
                    .with("finishOnKey", "none")
                    .with("numDigits", "1")
                    .with("retries", "1")
                    .with("redirect", "true")
                    .with("playBeep", "false")
                    .with("validDigits", "1234567890*#")
                    .with("log", "false")
                    .children(words),
            );
        }
        let quiet = record.silence_seconds.to_string();
        elements.push(
            Element::new("Record")
                .with("action", said.links.turn_with(QUIET, &quiet))
                .with("method", "POST")
                .with("fileFormat", "wav")
                .with("redirect", "true")
                .with("timeout", &quiet)
                .with("maxLength", record.max_seconds.to_string())
                .with("playBeep", "true")
                .with("finishOnKey", "1234567890*#")
                .with("recordSession", "false")
                .with("startOnDialAnswer", "false")
                .with("recordChannelType", "mono")
                .with("callbackUrl", &said.links.recording)
                .with("callbackMethod", "POST"),
        );
        // Where an empty recording does not request the action.
        elements.push(silence(said));
        elements
    }
}

/// Where nothing was pressed, or nothing recorded.
fn silence(said: &Said) -> Element {
    redirect(&said.links.turn_with(SILENCE, "1"))
}

fn redirect(url: &str) -> Element {
    Element::new("Redirect").with("method", "POST").text(url.to_owned())
}
