//! Twilio's part in a call: standard parameters, signature, Gather with its one time-out, Record
//! with its action and notice, Redirect, fallback, status callback.
//! Source: Twilio's documentation of TwiML, webhooks and request validation.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, BEEP_MS, Call, Listened, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::twiml::{self, Gather, Record, Speech, Verb};
use super::wire::{WebResponse, Wire, resolve};
use super::{After, EndedBy, Event, What, sign};

type Params = Vec<(String, String)>;

/// The next request for a document.
struct Next {
    url: String,
    post: bool,
    params: Params,
    /// A notice that runs beside the call, after this request.
    beside: Option<Box<Next>>,
}

enum Flow {
    Go(Next),
    End(EndedBy),
}

/// How a Gather ended.
enum Gathered {
    Keys { keys: String, finished_on: Option<char> },
    Nothing,
    HungUp,
}

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let start = call.line.start_url.clone().unwrap_or(format!("{}/start", call.line.base));
    let status = if call.line.first.is_empty() { "ringing" } else { "in-progress" };
    let mut first = standard(call, status);
    for (name, value) in &call.line.first {
        call::set(&mut first, name, value.as_str());
    }
    let url = call::with_query(&start, &call.line.handover);
    let mut next = Next { url, post: call.line.post, params: first, beside: None };
    let mut fell_back = false;
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let (asked_url, beside) = (next.url.clone(), next.beside.take());
        let read = document(call, next).await;
        if let Some(told) = beside {
            call.off_clock = true;
            notice(call, *told).await;
            call.off_clock = false;
        }
        match read {
            Ok((url, verbs)) => match perform(call, &url, verbs).await {
                Flow::Go(further) => next = further,
                Flow::End(ended_by) => break ended_by,
            },
            Err(why) => {
                call.fault(why);
                call.count(Part::Dead);
                if !call.line.fallback || fell_back {
                    break EndedBy::Fault;
                }
                fell_back = true;
                let mut params = standard(call, "in-progress");
                params.push(("ErrorCode".into(), "11200".into()));
                params.push(("ErrorUrl".into(), asked_url));
                let url = format!("{}/fallback", call.line.base);
                next = Next { url, post: true, params, beside: None };
            }
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let total_ms = call.caller.now_ms();
    let mut params = standard(call, "completed");
    params.push(("CallDuration".into(), seconds(total_ms).to_string()));
    params.push(("Duration".into(), (total_ms / 60_000 + 1).to_string()));
    params.push(("CallbackSource".into(), "call-progress-events".into()));
    params.push(("SequenceNumber".into(), "0".into()));
    if let Ok(at) = jiff::Timestamp::from_millisecond(call.utc_ms()) {
        let at = at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        params.push(("Timestamp".into(), at));
    }
    let url = format!("{}/status", call.line.base);
    notice(call, Next { url, post: true, params, beside: None }).await;
    ended_by
}

/// The parameters of every request; many are empty in real life too.
fn standard<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    status: &str,
) -> Params {
    let line = call.line;
    let mut params: Params = [
        ("AccountSid", line.account_sid.as_str()),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", line.call_id.as_str()),
        ("CallStatus", status),
        ("Called", line.to.as_str()),
        ("Caller", line.from.as_str()),
        ("Direction", "inbound"),
        ("From", line.from.as_str()),
        ("To", line.to.as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for who in ["Called", "Caller", "From", "To"] {
        for what in ["City", "State", "Zip", "Country"] {
            params.push((format!("{who}{what}"), String::new()));
        }
    }
    params
}

/// Names that say nothing about this request.
const ALWAYS: [&str; 9] = [
    "AccountSid",
    "ApiVersion",
    "CallSid",
    "Called",
    "Caller",
    "Direction",
    "From",
    "To",
    "CallStatus",
];

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, WebResponse), String> {
    let Next { url, post, params, beside: _ } = next;
    let shown = params.iter().filter(|(name, value)| {
        !value.is_empty() && name != "msg" && !ALWAYS.contains(&name.as_str())
            || name == "CallStatus" && value != "in-progress"
    });
    let shown = shown.cloned().collect();
    let mut headers =
        vec![("user-agent", "TwilioProxy/1.1".to_owned()), ("accept", "*/*".to_owned())];
    let ask = if post {
        let kind = "application/x-www-form-urlencoded; charset=UTF-8";
        headers.push(("content-type", kind.to_owned()));
        let body = Bytes::from(call::form(&params));
        Ask { method: Method::POST, url, headers, body, shown }
    } else {
        let url = call::with_query(&url, &params);
        Ask { method: Method::GET, url, headers, body: Bytes::new(), shown }
    };
    let token = call.line.auth_token.clone();
    let sign = move |ask: &Ask| match &token {
        None => Vec::new(),
        Some(token) => {
            let signed = if ask.body.is_empty() { &[][..] } else { &params[..] };
            let signature = sign::twilio(token.expose_secret(), &ask.url, signed);
            vec![("x-twilio-signature", signature)]
        }
    };
    call.ask(ask, false, sign).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, Vec<Verb>), String> {
    let (url, answer) = request(call, next).await?;
    call.documents += 1;
    readable(&answer, &url)?;
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    call.tell(What::Document { xml, took_ms: answer.took_ms });
    let verbs = twiml::read(&answer.body)?;
    call.count(Part::Dead);
    Ok((url, verbs))
}

fn readable(answer: &WebResponse, url: &str) -> Result<(), String> {
    if !(200..300).contains(&answer.status) {
        return Err(format!("{url} is answered with {} (Twilio error 11200)", answer.status));
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    match kind {
        "text/xml" | "application/xml" | "text/html" => Ok(()),
        other => Err(format!("the document's type is \"{other}\" (Twilio error 12300)")),
    }
}

/// Tells the server something; no instruction is taken from the answer, but it must be valid.
async fn notice<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) {
    let heard = match request(call, next).await {
        Err(why) => Err(why),
        Ok((_, answer)) if answer.status == 204 => Ok(()),
        Ok((url, answer)) => readable(&answer, &url)
            .and_then(|()| twiml::read(&answer.body))
            .map(|_verbs| ())
            .map_err(|why| format!("answer to a notice: {why}")),
    };
    if let Err(why) = heard {
        call.fault(why);
    }
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    verbs: Vec<Verb>,
) -> Flow {
    // What is said before a recording may stand in a gather of its own; both are one Ask then.
    let mut asked = false;
    for (at, verb) in verbs.iter().enumerate() {
        let flow = match verb {
            Verb::Speech(speech) => speak(call, url, speech).await,
            Verb::Gather(gather) => {
                let behind = match verbs.get(at + 1) {
                    Some(Verb::Record(record)) => Some(record),
                    _ => None,
                };
                asked = behind.is_some();
                ask(call, url, gather, behind).await
            }
            Verb::Record(record) => take(call, url, record, asked).await,
            Verb::Redirect { url: to, post } => Some(go(call, url, Some(to), *post, Params::new())),
            Verb::Hangup => Some(Flow::End(EndedBy::Server)),
            Verb::Reject { .. } => {
                // Any other verb, and any call that comes in progress, is answered.
                if at > 0 || call.documents > 1 || !call.line.first.is_empty() {
                    call.fault("<Reject> comes when the call is answered already");
                }
                Some(Flow::End(EndedBy::Rejected))
            }
        };
        if let Some(flow) = flow {
            return flow;
        }
    }
    Flow::End(EndedBy::Server)
}

/// The request to an action; without one, to the current document.
fn go<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    to: Option<&str>,
    post: bool,
    extra: Params,
) -> Flow {
    let to = to.unwrap_or_default();
    match resolve(base, to) {
        Ok(url) => {
            let mut params = standard(call, "in-progress");
            params.extend(extra);
            Flow::Go(Next { url, post, params, beside: None })
        }
        Err(why) => {
            call.fault(format!("{why} (Twilio error 11100)"));
            Flow::End(EndedBy::Fault)
        }
    }
}

fn times(speech: &Speech) -> i64 {
    match speech {
        Speech::Say { times, .. } | Speech::Play { times, .. } => *times,
        Speech::Tones { .. } | Speech::Pause { .. } => 1,
    }
}

async fn speak<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    speech: &Speech,
) -> Option<Flow> {
    let piece = call.piece(url, speech).await?;
    for _ in 0..times(speech) {
        if !call.play(&piece).await {
            return Some(Flow::End(EndedBy::Caller));
        }
    }
    None
}

async fn ask<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    gather: &Gather,
    behind: Option<&Record>,
) -> Option<Flow> {
    let mut pieces = Vec::new();
    for speech in &gather.prompts {
        if let Some(piece) = call.piece(url, speech).await {
            pieces.extend(std::iter::repeat_n(piece, usize::try_from(times(speech)).unwrap_or(1)));
        }
    }
    let action = gather.action.as_deref();
    match keys(call, gather, &pieces, behind).await {
        Gathered::HungUp => Some(Flow::End(EndedBy::Caller)),
        Gathered::Nothing => {
            call.after = After::Silence;
            let extra = vec![("Digits".to_owned(), String::new())];
            gather.action_on_empty.then(|| go(call, url, action, gather.post, extra))
        }
        Gathered::Keys { keys, finished_on } => {
            call.after = After::Keys { two: gather.num_digits != Some(1) };
            let finished_on = finished_on.map(String::from).unwrap_or_default();
            let extra = vec![
                ("Digits".to_owned(), keys),
                ("FinishedOnKey".to_owned(), finished_on),
                ("msg".to_owned(), "Gather End".to_owned()),
            ];
            Some(go(call, url, action, gather.post, extra))
        }
    }
}

/// Plays the nested prompts and collects keys. The first key stops the prompts; the one time-out
/// runs from the end of the prompts, and anew after each key.
async fn keys<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    gather: &Gather,
    pieces: &[Piece],
    behind: Option<&Record>,
) -> Gathered {
    // Silence behind the last word is time to think; silence before it is dead air.
    let spoken = pieces.iter().rposition(|piece| piece.audible).map_or(0, |last| last + 1);
    let prompt_ms = pieces[..spoken].iter().map(|piece| piece.millis).sum();
    call.asked(match behind {
        None => Asked::Keys { prompt_ms },
        Some(record) => {
            let said: i64 = pieces.iter().map(|piece| piece.millis).sum();
            Asked::Speech { prompt_ms: said + gather.timeout_ms + beep_ms(record) }
        }
    });
    let mut first = None;
    for (at, piece) in pieces.iter().enumerate() {
        let part = match piece.audible {
            true => Part::Heard,
            false if at < spoken => Part::Dead,
            false => Part::Thinking,
        };
        call.begin(piece);
        let until = call.caller.now_ms() + piece.millis;
        match call.listen(until, part, false).await {
            Listened::Time => {}
            Listened::HungUp => {
                call.tell(What::Cut);
                return Gathered::HungUp;
            }
            Listened::Key(key) => {
                call.tell(What::Cut);
                first = Some(key);
                break;
            }
        }
    }
    if first.is_none() {
        call.tell(What::Listening { millis: gather.timeout_ms });
    }
    let mut keys = String::new();
    loop {
        let key = match first.take() {
            Some(key) => key,
            None => {
                let until = call.caller.now_ms() + gather.timeout_ms;
                match call.listen(until, Part::Thinking, !keys.is_empty()).await {
                    Listened::Key(key) => key,
                    Listened::HungUp => return Gathered::HungUp,
                    Listened::Time if keys.is_empty() => {
                        if behind.is_none() {
                            call.tell(What::Silence);
                        }
                        return Gathered::Nothing;
                    }
                    Listened::Time => return Gathered::Keys { keys, finished_on: None },
                }
            }
        };
        if gather.finish == Some(key) {
            return match keys.is_empty() {
                true => Gathered::Nothing,
                false => Gathered::Keys { keys, finished_on: Some(key) },
            };
        }
        keys.push(key);
        call.after = After::Keys { two: gather.num_digits != Some(1) };
        if gather.num_digits.is_some_and(|most| keys.chars().count() >= most) {
            return Gathered::Keys { keys, finished_on: None };
        }
    }
}

async fn take<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    record: &Record,
    asked: bool,
) -> Option<Flow> {
    let beep_ms = beep_ms(record);
    if !asked {
        call.asked(Asked::Speech { prompt_ms: beep_ms });
    }
    if record.beep {
        let name = "beep".to_owned();
        let what = What::Play { url: String::new(), name, words: None, millis: beep_ms };
        let beep = Piece { millis: beep_ms, audible: true, what };
        if !call.play(&beep).await {
            return Some(Flow::End(EndedBy::Caller));
        }
    }
    let taken =
        call.record(record.silence_ms, record.max_ms, |key| record.finish.contains(key)).await;
    let millis = if record.trim { taken.spoken_ms } else { taken.whole_ms };
    let id = recording_id(&call.line.call_id, call.recordings.len());
    let line = call.line;
    // Ended before it began: there is nothing to keep. The next verb follows, and the notice says
    // that the recording is absent.
    let empty = taken.whole_ms == 0 && !taken.hung_up;
    let address =
        format!("{}/2010-04-01/Accounts/{}/Recordings/{id}", line.media, line.account_sid);
    match empty {
        true => call.tell(What::Recorded { millis: 0, key: taken.key }),
        false => call.keep(id.clone(), Some(address.clone()), &taken, millis),
    }
    let seconds = seconds(millis).to_string();
    let about: Params = [
        ("RecordingUrl", address.as_str()),
        ("RecordingSid", id.as_str()),
        ("RecordingDuration", seconds.as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let mut extra = about.clone();
    let key = taken.key.map(String::from);
    let digits = if taken.hung_up { Some("hangup".to_owned()) } else { key };
    extra.extend(digits.map(|digits| ("Digits".to_owned(), digits)));

    let flow = match empty {
        true => None,
        false => Some(go(call, url, record.action.as_deref(), record.post, extra)),
    };
    let wanted = |told: &&twiml::Told| if empty { told.absent } else { told.completed };
    let told = match record.told.as_ref().filter(wanted) {
        None => None,
        Some(told) => match resolve(url, &told.url) {
            Err(why) => {
                call.fault(format!("{why} (Twilio error 11100)"));
                None
            }
            Ok(url) => {
                let mut params: Params = [
                    ("AccountSid", line.account_sid.as_str()),
                    ("CallSid", line.call_id.as_str()),
                    ("RecordingStatus", if empty { "absent" } else { "completed" }),
                    ("RecordingChannels", "1"),
                    ("RecordingSource", "RecordVerb"),
                    ("ErrorCode", "0"),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
                params.extend(match empty {
                    true => vec![("RecordingSid".to_owned(), id.clone())],
                    false => about,
                });
                Some(Next { url, post: told.post, params, beside: None })
            }
        },
    };
    match flow {
        // The caller hung up while speaking: the action is still asked, but nothing is done with
        // its answer; then the notice.
        Some(Flow::Go(mut next)) if taken.hung_up => {
            call::set(&mut next.params, "CallStatus", "completed");
            notice(call, next).await;
            if let Some(told) = told {
                notice(call, told).await;
            }
            Some(Flow::End(EndedBy::Caller))
        }
        // Storing the file takes the platform a while, so the notice comes behind the action.
        Some(Flow::Go(next)) => Some(Flow::Go(Next { beside: told.map(Box::new), ..next })),
        Some(Flow::End(ended_by)) => Some(Flow::End(ended_by)),
        None => {
            if let Some(told) = told {
                call.off_clock = true;
                notice(call, told).await;
                call.off_clock = false;
            }
            None
        }
    }
}

fn beep_ms(record: &Record) -> i64 {
    if record.beep { BEEP_MS } else { 0 }
}

/// Whole seconds, to the nearest.
fn seconds(millis: i64) -> i64 {
    (millis + 500).div_euclid(1000)
}

/// `RE` and 32 hex digits that differ for each recording of each call (FNV-1a of the call's id).
fn recording_id(call_id: &str, number: usize) -> String {
    let hash = call_id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("RE{hash:016x}{number:016x}")
}
