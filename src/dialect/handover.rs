//! What a hand-over says of agent, queue and call: the names that are alike in every dialect, and
//! from where they are read.

use super::params::{clean, whole_seconds};
use super::{Handover, Params, Reached, Start};

/// The names that a hand-over may carry, as parameters or as headers `X-Aftercall-…`.
pub(super) const NAMES: [&str; 10] =
    ["survey", "agent", "team", "queue", "call", "handover", "talk", "lang", "caller", "consent"];

/// What else a request may say of a hand-over: the agent's leg and how it ended, the announcement.
const FURTHER: [&str; 9] = [
    "DialCallSid",
    "DialBLegUUID",
    "ReservationSid",
    "TaskSid",
    "DialCallDuration",
    "DialCallStatus",
    "DialStatus",
    "QueueResult",
    "h",
];

/// Longest value that is taken, in bytes, as in records of calls. What is longer names nobody, and
/// SIP headers may come from a stranger's telephone.
const LONGEST: usize = 200;

/// Who is on which end of the call, as the platform writes the numbers.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The caller's end of an incoming call.
    pub from: Option<String>,
    /// The called end.
    pub to: Option<String>,
    /// Whether the centre placed the call, so that its customer is the called end.
    pub outbound: bool,
}

/// What a request says of a hand-over, and under the further names, as it can be given back with
/// [`Params::sealed`].
pub(super) fn carried(params: &Params, names: &[&str]) -> Vec<(String, String)> {
    let all = NAMES.iter().chain(&FURTHER).chain(names);
    all.flat_map(|name| {
        let values = params.all(name).filter_map(clean).filter(|value| value.len() <= LONGEST);
        // The one that is kept, and one that disagrees.
        values.take(2).map(|value| ((*name).to_owned(), value))
    })
    .collect()
}

impl Params {
    /// With what we sealed before everything else, and without what anybody else says of the
    /// hand-over under the same names.
    pub fn sealed(mut self, said: Vec<(String, String)>) -> Self {
        let other = |name: &str| !NAMES.contains(&name) && !FURTHER.contains(&name);
        self.query.retain(|(name, _)| other(name));
        self.body.retain(|(name, _)| other(name));
        self.query.splice(0..0, said);
        self
    }
}

/// Reads a start: what the hand-over says, whether an agent was reached, whose number it is.
/// `sip_header` is what the platform puts before a SIP header's name, if it passes them on: what
/// callers' networks send must not pass for one of ours elsewhere.
pub(super) fn start(params: &Params, sip_header: Option<&str>, ends: Ends) -> Start {
    let Ends { from, to, outbound } = ends;
    let (number, centre) = if outbound { (to, from) } else { (from, to) };
    let (said, conflicts) = said(params, sip_header);
    let mut handover = handover(&said);
    handover.leg = params.first_word(&["DialCallSid", "DialBLegUUID", "ReservationSid", "TaskSid"]);
    // The call's own duration is never talk: it holds the wait and the survey.
    handover.talk = handover.talk.or_else(|| params.seconds("DialCallDuration"));
    Start {
        number,
        called: centre.clone(),
        other: centre,
        handover,
        conflicts,
        reached: reached(params),
        unanswered: false,
        announced: params.word("h"),
        hello: None,
    }
}

/// Whether an agent was reached, by the words of `<Dial action>` and `<Enqueue action>`.
fn reached(params: &Params) -> Reached {
    let dial = params.first_word(&["DialCallStatus", "DialStatus"]);
    match dial.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("completed" | "answered") => return Reached::Yes,
        Some("busy" | "no-answer" | "failed" | "canceled" | "cancelled" | "timeout") => {
            return Reached::No;
        }
        _ => {}
    }
    match params.word("QueueResult").as_deref() {
        Some("bridged" | "redirected-from-bridged") => Reached::Yes,
        Some("hangup" | "leave" | "queue-full" | "error" | "system-error") => Reached::No,
        _ => Reached::Unknown,
    }
}

/// One name with the value that is kept.
type Said = Vec<(&'static str, String)>;
/// Name, kept, other.
type Conflicts = Vec<(String, String, String)>;

/// Every name with its value: query over body over SIP headers. What was said otherwise too is a
/// conflict.
fn said(params: &Params, sip_header: Option<&str>) -> (Said, Conflicts) {
    let headers = sip_header.map(|before| sip_headers(params, before)).unwrap_or_default();
    let mut said = Vec::new();
    let mut conflicts = Vec::new();
    for name in NAMES {
        let in_headers = headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let mut values = params
            .all(name)
            .filter_map(clean)
            .chain(in_headers.map(|(_, v)| v.clone()))
            .filter(|value| value.len() <= LONGEST);
        let Some(kept) = values.next() else { continue };
        let mut others: Vec<String> = Vec::new();
        for other in values {
            if other != kept && !others.contains(&other) {
                others.push(other);
            }
        }
        let shown = |value: &str| if name == "caller" { tail(value) } else { value.to_owned() };
        conflicts.extend(others.iter().map(|other| (name.to_owned(), shown(&kept), shown(other))));
        said.push((name, kept));
    }
    (said, conflicts)
}

fn handover(said: &Said) -> Handover {
    let of = |name: &str| said.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    Handover {
        survey: of("survey"),
        agent: of("agent"),
        team: of("team"),
        queue: of("queue"),
        call: of("call"),
        handover: of("handover"),
        talk: of("talk").and_then(|text| whole_seconds(&text)),
        lang: of("lang"),
        caller: of("caller"),
        consent: of("consent"),
        leg: None,
    }
}

/// Names out of SIP headers: `X-Aftercall-…` before User-to-User (RFC 7433). Header names know no
/// upper and lower case.
fn sip_headers(params: &Params, sip_header: &str) -> Vec<(String, String)> {
    let mut own = Vec::new();
    let mut user_to_user = Vec::new();
    for (name, value) in params.query.iter().chain(&params.body) {
        let Some(header) = strip_prefix_any_case(name, sip_header) else { continue };
        if let Some(ours) = strip_prefix_any_case(header, "X-Aftercall-") {
            own.extend(clean(value).map(|value| (ours.to_owned(), value)));
        } else if header.eq_ignore_ascii_case("User-to-User") {
            user_to_user.extend(user_to_user_pairs(value));
        }
    }
    own.append(&mut user_to_user);
    own
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// `name=value;name=value`, plain, percent-encoded, or as hex digits with `;encoding=hex`, with or
/// without the one-byte protocol mark of older gateways before it.
fn user_to_user_pairs(raw: &str) -> Vec<(String, String)> {
    let data = raw.split(';').next().unwrap_or_default().trim();
    let hex = raw.to_ascii_lowercase().contains(";encoding=hex") || !data.contains(['=', '%']);
    let text = match hex.then(|| from_hex(data)).flatten() {
        Some(bytes) => {
            let bytes = bytes.strip_prefix(&[0]).or(bytes.strip_prefix(&[4])).unwrap_or(&bytes);
            String::from_utf8_lossy(bytes).into_owned()
        }
        None if raw.contains('=') && !data.to_ascii_lowercase().contains("%3d") => raw.to_owned(),
        None => percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned(),
    };
    let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(name, value)| Some((clean(name)?, clean(value)?))).collect()
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

/// The last three characters, for showing a number without giving it away.
fn tail(number: &str) -> String {
    let skip = number.chars().count().saturating_sub(3);
    format!("…{}", number.chars().skip(skip).collect::<String>())
}
