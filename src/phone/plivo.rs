//! Plivo's part in a call: standard parameters, signature V3, inputs that fall through on silence,
//! Record with its action and callback, the notice of the hang-up.
//! Source: Plivo's documentation of its XML, its callbacks and its signatures.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, BEEP_MS, Call, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::gather::{self, Gathered};
use super::plivoxml::{self, Input, Record, Speech, Verb};
use super::wire::{WebResponse, Wire};
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

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let start = call.line.start_url.clone().unwrap_or(format!("{}/start", call.line.base));
    let status = if call.line.first.is_empty() { "ringing" } else { "in-progress" };
    let mut first = standard(call, status);
    first.push(("Event".into(), "StartApp".into()));
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
        let beside = next.beside.take();
        let read = document(call, next).await;
        if let Some(told) = beside {
            call.off_clock = true;
            notice(call, *told).await;
            call.off_clock = false;
        }
        match read {
            Ok(verbs) => match perform(call, verbs).await {
                Flow::Go(further) => next = further,
                Flow::End(ended_by) => break ended_by,
            },
            Err(why) => {
                call.fault(why);
                call.count(Part::Dead);
                // The fallback belongs to the answer address.
                if !call.line.fallback || fell_back || call.documents > 1 {
                    break EndedBy::Fault;
                }
                fell_back = true;
                let url = format!("{}/fallback", call.line.base);
                let params = standard(call, "in-progress");
                next = Next { url, post: true, params, beside: None };
            }
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let (source, code) = match ended_by {
        EndedBy::Caller => ("Caller", "4000"),
        _ => ("API Request", "4010"),
    };
    let seconds = call.caller.now_ms() / 1000;
    let mut params = standard(call, "completed");
    params.extend(
        [
            ("Duration", seconds.to_string()),
            ("BillDuration", (seconds.div_euclid(60) * 60 + 60).to_string()),
            ("HangupCause", "NORMAL_CLEARING".to_owned()),
            ("HangupCauseCode", code.to_owned()),
            ("HangupSource", source.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let url = format!("{}/status", call.line.base);
    notice(call, Next { url, post: true, params, beside: None }).await;
    ended_by
}

/// The parameters of every request. Numbers come without their `+`.
fn standard<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    status: &str,
) -> Params {
    let line = call.line;
    [
        ("CallUUID", line.call_id.as_str()),
        ("From", line.from.trim_start_matches('+')),
        ("To", line.to.trim_start_matches('+')),
        ("CallStatus", status),
        ("Direction", "inbound"),
        ("ParentAuthID", line.account_sid.as_str()),
        ("BillRate", "0.002"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Names that say nothing about this request.
const ALWAYS: [&str; 8] = [
    "CallUUID",
    "From",
    "To",
    "CallStatus",
    "Direction",
    "ParentAuthID",
    "BillRate",
    "BilledAmount",
];

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, WebResponse), String> {
    let Next { url, post, params, beside: _ } = next;
    let shown = params.iter().filter(|(name, value)| {
        !value.is_empty() && !ALWAYS.contains(&name.as_str())
            || name == "CallStatus" && value != "in-progress"
    });
    let shown = shown.cloned().collect();
    let mut headers = vec![("accept", "*/*".to_owned())];
    let ask = if post {
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        let body = Bytes::from(call::form(&params));
        Ask { method: Method::POST, url, headers, body, shown, secret: Vec::new() }
    } else {
        let url = call::with_query(&url, &params);
        Ask { method: Method::GET, url, headers, body: Bytes::new(), shown, secret: Vec::new() }
    };
    let token = call.line.auth_token.clone();
    // Never the same twice.
    let nonce = format!("{}{:03}", call.utc_ms(), call.documents);
    let sign = move |ask: &Ask| match &token {
        None => Vec::new(),
        Some(token) => {
            let signed = if ask.body.is_empty() { &[][..] } else { &params[..] };
            let signature = sign::plivo(token.expose_secret(), &ask.url, signed, &nonce);
            vec![
                ("x-plivo-signature-v3", signature.clone()),
                ("x-plivo-signature-ma-v3", signature),
                ("x-plivo-signature-v3-nonce", nonce.clone()),
            ]
        }
    };
    call.ask(ask, false, sign).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<Vec<Verb>, String> {
    let (url, answer) = request(call, next).await?;
    call.documents += 1;
    readable(&answer, &url)?;
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    call.tell(What::Document { xml, took_ms: answer.took_ms });
    let verbs = plivoxml::read(&answer.body).map_err(|why| format!("{why} (Plivo code 8011)"))?;
    call.count(Part::Dead);
    Ok(verbs)
}

fn readable(answer: &WebResponse, url: &str) -> Result<(), String> {
    if !(200..300).contains(&answer.status) {
        return Err(format!("{url} is answered with {} (Plivo code 7011)", answer.status));
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    match kind {
        "text/xml" | "application/xml" => Ok(()),
        other => Err(format!("the document's type is \"{other}\" (Plivo code 8011)")),
    }
}

/// Tells the server something; its answer is not looked at, but 200 is asked for.
async fn notice<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) {
    match request(call, next).await {
        Err(why) => call.fault(why),
        Ok((_, answer)) if answer.status == 200 => {}
        Ok((url, answer)) => call.fault(format!("{url} is answered with {}", answer.status)),
    }
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    verbs: Vec<Verb>,
) -> Flow {
    // What is said before a recording may stand in an input of its own; both are one Ask then.
    let mut asked = false;
    for (at, verb) in verbs.iter().enumerate() {
        let flow = match verb {
            Verb::Speech(speech) => speak(call, speech).await,
            Verb::Pause { seconds } => {
                let pause = Call::<W, C, S>::pause(seconds * 1000);
                let stays = call.play(&pause).await;
                (!stays).then_some(Flow::End(EndedBy::Caller))
            }
            Verb::Input(input) => {
                let behind = match verbs.get(at + 1) {
                    Some(Verb::Record(record)) => Some(record),
                    _ => None,
                };
                asked = behind.is_some();
                ask(call, input, behind).await
            }
            Verb::Record(record) => take(call, record, asked).await,
            Verb::Redirect { url, post } => Some(go(call, url, *post, Params::new())),
            Verb::Hangup { rejects: false } => Some(Flow::End(EndedBy::Server)),
            Verb::Hangup { rejects: true } => {
                if at > 0 || call.documents > 1 || !call.line.first.is_empty() {
                    call.fault("<Hangup reason> comes when the call is answered already");
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

/// The request to an action or the address of a redirect; both are absolute.
fn go<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    url: &str,
    post: bool,
    extra: Params,
) -> Flow {
    let mut params = standard(call, "in-progress");
    params.extend(extra);
    Flow::Go(Next { url: url.to_owned(), post, params, beside: None })
}

async fn piece<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    speech: &Speech,
) -> Option<(Piece, i64)> {
    match speech {
        Speech::Speak { text, voice, lang, times } => {
            Some((Call::<W, C, S>::say(text, lang, voice), *times))
        }
        Speech::Play { url, times } => call.file(url, false).await.map(|piece| (piece, *times)),
    }
}

async fn speak<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    speech: &Speech,
) -> Option<Flow> {
    let (piece, times) = piece(call, speech).await?;
    for _ in 0..times {
        if !call.play(&piece).await {
            return Some(Flow::End(EndedBy::Caller));
        }
    }
    None
}

/// Plays and collects, as many rounds as the input has; then the next element follows.
async fn ask<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    input: &Input,
    behind: Option<&Record>,
) -> Option<Flow> {
    let mut pieces = Vec::new();
    for speech in &input.prompts {
        if let Some((piece, times)) = piece(call, speech).await {
            pieces.extend(std::iter::repeat_n(piece, usize::try_from(times).unwrap_or(1)));
        }
    }
    if input.beep {
        pieces.push(call::beep());
    }
    let said: i64 = pieces.iter().map(|piece| piece.millis).sum();
    for _ in 0..input.rounds {
        let asked = match behind {
            None => Asked::Keys { prompt_ms: said },
            Some(record) => {
                Asked::Speech { prompt_ms: said + input.wait.first_ms + beep_ms(record) }
            }
        };
        match gather::keys(call, &input.wait, &pieces, Some(asked)).await {
            Gathered::HungUp => return Some(Flow::End(EndedBy::Caller)),
            // The finish key alone is no input.
            Gathered::Keys { keys, .. } if keys.is_empty() => return None,
            Gathered::Keys { keys, .. } => return pressed(call, input, keys).await,
            Gathered::Nothing | Gathered::Invalid => {}
        }
    }
    None
}

async fn pressed<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    input: &Input,
    keys: String,
) -> Option<Flow> {
    let action = input.action.as_deref()?;
    let mut extra = vec![("Digits".to_owned(), keys)];
    if input.typed {
        extra.push(("InputType".to_owned(), "dtmf".to_owned()));
        extra.push(("Speech".to_owned(), String::new()));
        extra.push(("SpeechConfidenceScore".to_owned(), String::new()));
        extra.push(("BilledAmount".to_owned(), String::new()));
    }
    match go(call, action, input.post, extra) {
        Flow::Go(told) if !input.redirect => {
            notice(call, told).await;
            None
        }
        flow => Some(flow),
    }
}

fn beep_ms(record: &Record) -> i64 {
    if record.beep { BEEP_MS } else { 0 }
}

async fn take<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    record: &Record,
    asked: bool,
) -> Option<Flow> {
    if !asked {
        call.asked(Asked::Speech { prompt_ms: beep_ms(record) });
    }
    if record.beep && !call.play(&call::beep()).await {
        return Some(Flow::End(EndedBy::Caller));
    }
    let taken = call
        .record(record.silence_ms, record.silence_ms, record.max_ms, |key| {
            record.finish.contains(key)
        })
        .await;
    // The whole recording is kept, with the silence at its end.
    let millis = taken.whole_ms;
    let line = call.line;
    let id = format!("{}-{}", line.call_id, call.recordings.len() + 1);
    let account = &line.account_sid;
    let url = format!("{}/v1/Account/{account}/Recording/{id}.{}", line.media, record.ending);
    call.keep(id.clone(), Some(url.clone()), &taken, millis);
    let ended = call.utc_ms();
    let about: Params = [
        ("RecordUrl", url),
        ("RecordingID", id),
        ("RecordingDuration", (millis / 1000).to_string()),
        ("RecordingDurationMs", millis.to_string()),
        ("RecordingStartMs", (ended - millis).to_string()),
        ("RecordingEndMs", ended.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let told = record.told.as_ref().map(|(url, post)| {
        let status = if taken.hung_up { "completed" } else { "in-progress" };
        let mut params = standard(call, status);
        params.extend(about.clone());
        Next { url: url.clone(), post: *post, params, beside: None }
    });
    if taken.hung_up {
        // Nothing says that the action is requested then; the callback is.
        if let Some(told) = told {
            notice(call, told).await;
        }
        return Some(Flow::End(EndedBy::Caller));
    }
    let mut extra = about;
    extra.push(("Digits".to_owned(), taken.key.map(String::from).unwrap_or_default()));
    let flow = record.action.as_deref().map(|action| go(call, action, record.post, extra));
    match flow {
        // Storing the file takes the platform a while, so the callback comes behind the action.
        Some(Flow::Go(next)) if record.redirect => {
            Some(Flow::Go(Next { beside: told.map(Box::new), ..next }))
        }
        other => {
            call.after = After::Recording;
            if let Some(Flow::Go(next)) = other {
                notice(call, next).await;
            }
            if let Some(told) = told {
                call.off_clock = true;
                notice(call, told).await;
                call.off_clock = false;
            }
            None
        }
    }
}
