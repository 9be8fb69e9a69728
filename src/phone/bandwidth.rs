//! Bandwidth's part in a call: events in JSON, HTTP Basic where its application has credentials,
//! gathers that are answered on silence too, recordings with their two events, the disconnect.
//! Source: Bandwidth's documentation of BXML and of its webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::bxml::{self, Gather, Record, Speech, Verb};
use super::call::{self, Ask, Call, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::gather::{self, Gathered};
use super::wire::{WebResponse, Wire, resolve};
use super::{After, EndedBy, Event, What};

type Params = Vec<(String, String)>;

/// In so little time for a first key nobody is asked for one; a gather so short listens in passing.
const ASKS_FROM_MS: i64 = 2000;

/// The next request for a document.
struct Next {
    url: String,
    post: bool,
    params: Params,
    /// Whether it is the application's own address, whose credentials are sent.
    application: bool,
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
    let mut params = event(call, "initiate");
    for (name, value) in &call.line.first {
        call::set(&mut params, name, value.as_str());
    }
    let url = call::with_query(&start, &call.line.handover);
    let mut next = Next { url, post: call.line.post, params, application: true, beside: None };
    let mut fell_back = false;
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let beside = next.beside.take();
        let first = next.application;
        let read = document(call, next).await;
        if let Some(told) = beside {
            call.off_clock = true;
            notice(call, *told).await;
            call.off_clock = false;
        }
        match read {
            Ok((url, verbs)) => match perform(call, &url, &verbs).await {
                Flow::Go(further) => next = further,
                Flow::End(ended_by) => break ended_by,
            },
            Err(why) => {
                call.fault(why);
                call.count(Part::Dead);
                // Verbs name fallbacks of their own, and ours name none.
                if !call.line.fallback || fell_back || !first {
                    break EndedBy::Fault;
                }
                fell_back = true;
                let url = format!("{}/fallback", call.line.base);
                let params = event(call, "initiate");
                next = Next { url, post: true, params, application: true, beside: None };
            }
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let mut params = event(call, "disconnect");
    params.push(("cause".into(), "hangup".into()));
    params.push(("endTime".into(), moment(call.utc_ms())));
    let url = format!("{}/status", call.line.base);
    notice(call, Next { url, post: true, params, application: true, beside: None }).await;
    ended_by
}

fn moment(utc_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(utc_ms).map(|at| at.to_string()).unwrap_or_default()
}

/// The properties of every event.
fn event<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    event: &str,
) -> Params {
    let line = call.line;
    let began = moment(call.utc_ms() - call.caller.now_ms());
    [
        ("eventType", event),
        ("eventTime", &moment(call.utc_ms())),
        ("accountId", &line.account_sid),
        ("applicationId", "7fc9698a-b04a-468b-9e8f-91238c0d0086"),
        ("from", &line.from),
        ("to", &line.to),
        ("direction", "inbound"),
        ("callId", &line.call_id),
        ("startTime", &began),
        ("answerTime", &began),
        ("tag", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Properties worth showing.
const SHOWN: [&str; 8] = [
    "eventType",
    "digits",
    "terminatingDigit",
    "cause",
    "recordingId",
    "mediaUrl",
    "duration",
    "status",
];

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, WebResponse), String> {
    let Next { url, post, params, application, beside: _ } = next;
    let shown = params.iter().filter(|(name, _)| SHOWN.contains(&name.as_str()));
    let shown = shown.cloned().collect();
    let mut headers = vec![("accept", "*/*".to_owned())];
    if let (true, Some(key)) = (application, &call.line.start_key) {
        let code = STANDARD.encode(format!("survey:{}", key.expose_secret()));
        headers.push(("authorization", format!("Basic {code}")));
    }
    let ask = if post {
        headers.push(("content-type", "application/json".to_owned()));
        let object: serde_json::Map<String, serde_json::Value> =
            params.into_iter().map(|(name, value)| (name, value.into())).collect();
        let body = Bytes::from(serde_json::Value::Object(object).to_string());
        Ask { method: Method::POST, url, headers, body, shown, secret: Vec::new() }
    } else {
        let url = call::with_query(&url, &params);
        Ask { method: Method::GET, url, headers, body: Bytes::new(), shown, secret: Vec::new() }
    };
    call.ask(ask, false, |_| Vec::new()).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, Vec<Verb>), String> {
    let (url, answer) = request(call, next).await?;
    call.documents += 1;
    if !(200..300).contains(&answer.status) {
        return Err(format!("{url} is answered with {} (callback-error)", answer.status));
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    if !["application/xml", "text/xml"].contains(&kind) {
        return Err(format!("the document's type is \"{kind}\" (invalid-bxml)"));
    }
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    call.tell(What::Document { xml, took_ms: answer.took_ms });
    let verbs = bxml::read(&answer.body).map_err(|why| format!("{why} (invalid-bxml)"))?;
    call.count(Part::Dead);
    Ok((url, verbs))
}

/// Tells the server something; its answer is not looked at, but success is asked for.
async fn notice<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) {
    match request(call, next).await {
        Err(why) => call.fault(why),
        Ok((_, answer)) if (200..300).contains(&answer.status) => {}
        Ok((url, answer)) => call.fault(format!("{url} is answered with {}", answer.status)),
    }
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    verbs: &[Verb],
) -> Flow {
    let mut asked = false;
    for (at, verb) in verbs.iter().enumerate() {
        let flow = match verb {
            Verb::Speech(speech) => {
                let Some(piece) = piece(call, base, speech).await else {
                    return Flow::End(EndedBy::Fault);
                };
                // What is heard right before a recording is its beep.
                if !asked && matches!(verbs.get(at + 1), Some(Verb::Record(_))) {
                    call.asked(Asked::Speech { prompt_ms: piece.millis });
                    asked = true;
                }
                let stays = call.play(&piece).await;
                (!stays).then_some(Flow::End(EndedBy::Caller))
            }
            Verb::Pause { millis } => {
                let pause = Call::<W, C, S>::pause(*millis);
                let stays = call.play(&pause).await;
                (!stays).then_some(Flow::End(EndedBy::Caller))
            }
            Verb::Gather(gather) => ask(call, base, gather).await,
            Verb::Record(record) => take(call, base, record, asked).await,
            Verb::Redirect { url, post } => {
                let url = url.as_deref().unwrap_or_default();
                Some(go(call, base, url, *post, event(call, "redirect")))
            }
            Verb::Hangup => Some(Flow::End(EndedBy::Server)),
        };
        if let Some(flow) = flow {
            return flow;
        }
    }
    Flow::End(EndedBy::Server)
}

/// The request to an address, which may be relative to the document's.
fn go<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    to: &str,
    post: bool,
    params: Params,
) -> Flow {
    match resolve(base, to) {
        Ok(url) => Flow::Go(Next { url, post, params, application: false, beside: None }),
        Err(why) => {
            call.fault(why);
            Flow::End(EndedBy::Fault)
        }
    }
}

async fn piece<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    speech: &Speech,
) -> Option<Piece> {
    match speech {
        Speech::Speak { text, voice, lang } => Some(Call::<W, C, S>::say(text, lang, voice)),
        Speech::Play { url } => match resolve(base, url) {
            Ok(url) => call.file(&url, false).await,
            Err(why) => {
                call.fault(why);
                None
            }
        },
    }
}

async fn ask<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    gather: &Gather,
) -> Option<Flow> {
    let mut pieces = Vec::new();
    for speech in &gather.prompts {
        match piece(call, base, speech).await {
            Some(piece) => pieces.push(piece),
            None => return Some(Flow::End(EndedBy::Fault)),
        }
    }
    let prompt_ms = pieces.iter().map(|piece| piece.millis).sum();
    let asked = (gather.wait.first_ms >= ASKS_FROM_MS).then_some(Asked::Keys { prompt_ms });
    let (mut digits, mut terminating) = (String::new(), String::new());
    for _ in 0..gather.rounds {
        match gather::keys(call, &gather.wait, &pieces, asked).await {
            Gathered::HungUp => return Some(Flow::End(EndedBy::Caller)),
            Gathered::Keys { keys, ended_by } => {
                digits = keys;
                terminating = ended_by.map(String::from).unwrap_or_default();
                break;
            }
            Gathered::Nothing | Gathered::Invalid => {}
        }
    }
    let url = gather.url.as_deref()?;
    let mut params = event(call, "gather");
    params.push(("digits".into(), digits));
    params.push(("terminatingDigit".into(), terminating));
    Some(go(call, base, url, gather.post, params))
}

async fn take<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    base: &str,
    record: &Record,
    asked: bool,
) -> Option<Flow> {
    if !asked {
        call.asked(Asked::Speech { prompt_ms: 0 });
    }
    let taken = call
        .record(record.silence_ms, record.silence_ms, record.max_ms, |key| {
            record.finish.contains(key)
        })
        .await;
    // The whole recording is kept, with the silence at its end.
    let millis = taken.whole_ms;
    let line = call.line;
    let id = format!("r-{}-{}", line.call_id.trim_start_matches("c-"), call.recordings.len() + 1);
    let url = format!(
        "{}/api/v2/accounts/{}/calls/{}/recordings/{id}/media",
        line.media, line.account_sid, line.call_id
    );
    call.keep(id.clone(), Some(url.clone()), &taken, millis);
    let ended = call.utc_ms();
    let mut about: Params = [
        ("recordingId", id),
        ("mediaUrl", url),
        ("channels", "1".to_owned()),
        ("duration", format!("PT{}.{:03}S", millis / 1000, millis % 1000)),
        ("fileFormat", record.format.clone()),
        ("endTime", moment(ended)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    about.push(("status".into(), "complete".into()));
    let told = record.told.as_ref().and_then(|(url, post)| {
        let mut params = event(call, "recordingAvailable");
        params.extend(about.clone());
        match go(call, base, url, *post, params) {
            Flow::Go(next) => Some(next),
            Flow::End(_) => None,
        }
    });
    if taken.hung_up {
        if let Some(told) = told {
            notice(call, told).await;
        }
        return Some(Flow::End(EndedBy::Caller));
    }
    let Some(url) = record.url.as_deref() else {
        if let Some(told) = told {
            call.off_clock = true;
            notice(call, told).await;
            call.off_clock = false;
        }
        return None;
    };
    call.after = After::Recording;
    let mut params = event(call, "recordComplete");
    params.extend(about);
    match go(call, base, url, record.post, params) {
        // Storing the file takes the platform a while, so that notice comes behind.
        Flow::Go(next) => Some(Flow::Go(Next { beside: told.map(Box::new), ..next })),
        end @ Flow::End(_) => Some(end),
    }
}
