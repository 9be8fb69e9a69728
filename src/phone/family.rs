//! A platform of the TwiML family in a call: standard parameters, signature, Gather with its one
//! time-out, Record with its action and notice, Redirect, fallback, status callback. Where the
//! platforms differ, it reads how from a [`Member`].
//! Source: Twilio's documentation of TwiML and webhooks, which the others took over.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, BEEP_MS, Call, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::gather::{self, Gathered, TWELVE, Wait};
use super::members::{Body, Fill, HungUp, Member, Needs, Signs};
use super::twiml::{self, Gather, Record, Speech, Verb};
use super::wire::{WebResponse, Wire, resolve};
use super::{After, EndedBy, Event, What, sign};

type Params = Vec<(String, String)>;

/// The next request for a document.
struct Next {
    url: String,
    post: bool,
    params: Params,
    /// Its address was configured at the platform, with the start key if there is one.
    configured: bool,
    /// A notice that runs beside the call, after this request.
    beside: Option<Box<Next>>,
}

enum Flow {
    Go(Next),
    End(EndedBy),
}

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
) -> EndedBy {
    let start = call.line.start_url.clone().unwrap_or(format!("{}/start", call.line.base));
    let status = if call.line.first.is_empty() { "ringing" } else { "in-progress" };
    let mut first = standard(call, member, status);
    for (name, value) in &call.line.first {
        call::set(&mut first, name, value.as_str());
    }
    let url = call::with_query(&start, &call.line.handover);
    let mut next =
        Next { url, post: call.line.post, params: first, configured: true, beside: None };
    let mut fell_back = false;
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let (asked_url, beside) = (next.url.clone(), next.beside.take());
        let read = document(call, member, next).await;
        if let Some(told) = beside {
            call.off_clock = true;
            notice(call, member, *told).await;
            call.off_clock = false;
        }
        match read {
            Ok((url, verbs)) => match perform(call, member, &url, verbs).await {
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
                let mut params = standard(call, member, "in-progress");
                params.push(("ErrorCode".into(), "11200".into()));
                params.push(("ErrorUrl".into(), asked_url));
                let url = format!("{}/fallback", call.line.base);
                next = Next { url, post: true, params, configured: true, beside: None };
            }
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let mut params = standard(call, member, "completed");
    params.extend(filled(call, member.over, None));
    let url = format!("{}/status", call.line.base);
    let over = Next { url, post: true, params, configured: true, beside: None };
    notice(call, member, over).await;
    ended_by
}

/// The parameters of every request, with the call in that state.
fn standard<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    member: &Member,
    status: &str,
) -> Params {
    let mut params = filled(call, member.standard, None);
    if let Some((_, state)) = params.iter_mut().find(|(name, _)| name == member.status) {
        status.clone_into(state);
    }
    params
}

/// Parameters with what stands in them at this moment.
fn filled<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &Call<'_, W, C, S>,
    names: &[(&'static str, Fill)],
    finished_on: Option<char>,
) -> Params {
    let line = call.line;
    let total_ms = call.caller.now_ms();
    let moment = |form: &str| {
        let at = jiff::Timestamp::from_millisecond(call.utc_ms());
        at.map(|at| at.strftime(form).to_string()).unwrap_or_default()
    };
    let value = |fill: Fill| match fill {
        Fill::Account => line.account_sid.clone(),
        Fill::Call => line.call_id.clone(),
        Fill::From => line.from.clone(),
        Fill::To => line.to.clone(),
        Fill::Text(text) => text.to_owned(),
        Fill::FinishedOn => finished_on.map(String::from).unwrap_or_default(),
        Fill::Seconds => seconds(total_ms).to_string(),
        Fill::Minutes => (total_ms / 60_000 + 1).to_string(),
        Fill::MailTime => moment("%a, %d %b %Y %H:%M:%S +0000"),
        Fill::IsoTime => moment("%Y-%m-%d %H:%M:%S.000Z"),
        Fill::PlainTime => moment("%Y-%m-%d %H:%M:%S"),
    };
    names.iter().map(|(name, fill)| ((*name).to_owned(), value(*fill))).collect()
}

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
    next: Next,
) -> Result<(String, WebResponse), String> {
    let Next { url, post, params, configured, beside: _ } = next;
    let key = call.line.start_key.as_ref();
    let keyed = configured && !matches!(member.signs, Signs::Address { .. });
    let key = key.filter(|_| keyed);
    let secret = key.map(|key| ("k".to_owned(), key.expose_secret().to_owned())).into_iter();
    let secret = secret.collect();
    // Names that say nothing about this request are not shown.
    let always = |name: &str| member.standard.iter().any(|(known, _)| *known == name);
    let shown = params.iter().filter(|(name, value)| match name == member.status {
        true => value != "in-progress",
        false => !value.is_empty() && name != "msg" && !always(name),
    });
    let shown = shown.cloned().collect();
    let mut headers = vec![("user-agent", member.agent.to_owned()), ("accept", "*/*".to_owned())];
    let ask = if post {
        let (kind, body) = match member.body {
            Body::Form => ("application/x-www-form-urlencoded; charset=UTF-8", call::form(&params)),
            Body::Json => ("application/json", call::json(&params)),
        };
        headers.push(("content-type", kind.to_owned()));
        Ask { method: Method::POST, url, headers, body: Bytes::from(body), shown, secret }
    } else {
        let url = call::with_query(&url, &params);
        Ask { method: Method::GET, url, headers, body: Bytes::new(), shown, secret }
    };
    let (token, signs) = (call.line.auth_token.clone(), member.signs);
    let timestamp = (call.utc_ms() / 1000).to_string();
    let sign = move |ask: &Ask| match (&token, signs) {
        (None, _) | (_, Signs::Nothing) => Vec::new(),
        (Some(token), Signs::Body) => {
            let signature = sign::telnyx(token.expose_secret(), &timestamp, &ask.body);
            vec![("telnyx-timestamp", timestamp.clone()), ("telnyx-signature-ed25519", signature)]
        }
        (Some(token), Signs::Address { header, repeated }) => {
            let signed = if ask.body.is_empty() { &[][..] } else { &params[..] };
            vec![(header, sign::address(token.expose_secret(), &ask.url, signed, repeated))]
        }
    };
    call.ask(ask, false, sign).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
    next: Next,
) -> Result<(String, Vec<Verb>), String> {
    let (url, answer) = request(call, member, next).await?;
    call.documents += 1;
    readable(member, &answer, &url)?;
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    call.tell(What::Document { xml, took_ms: answer.took_ms });
    let verbs = twiml::read(&answer.body, member.grammar)?;
    call.count(Part::Dead);
    Ok((url, verbs))
}

fn readable(member: &Member, answer: &WebResponse, url: &str) -> Result<(), String> {
    if !(200..300).contains(&answer.status) {
        let what = format!("{url} is answered with {}", answer.status);
        return Err(member.fault(11200, &what));
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    match kind {
        "text/xml" | "application/xml" | "text/html" => Ok(()),
        other => Err(member.fault(12300, &format!("the document's type is \"{other}\""))),
    }
}

/// Tells the server something; no instruction is taken from the answer, but it must be valid.
async fn notice<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
    next: Next,
) {
    let heard = match request(call, member, next).await {
        Err(why) => Err(why),
        Ok((_, answer)) if answer.status == 204 => Ok(()),
        Ok((url, answer)) => readable(member, &answer, &url)
            .and_then(|()| twiml::read(&answer.body, member.grammar))
            .map(|_verbs| ())
            .map_err(|why| format!("answer to a notice: {why}")),
    };
    if let Err(why) = heard {
        call.fault(why);
    }
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
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
                ask(call, member, url, gather, behind).await
            }
            Verb::Record(record) => take(call, member, url, record, asked).await,
            Verb::Redirect { url: to, post } => {
                call.caller.spent(member.redirect_ms);
                Some(go(call, member, url, Some(to), *post, Params::new()))
            }
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
    member: &Member,
    base: &str,
    to: Option<&str>,
    post: bool,
    extra: Params,
) -> Flow {
    let to = to.unwrap_or_default();
    match resolve(base, to) {
        Ok(url) => {
            let mut params = standard(call, member, "in-progress");
            params.extend(extra);
            Flow::Go(Next { url, post, params, configured: false, beside: None })
        }
        Err(why) => {
            call.fault(member.fault(11100, &why));
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
    member: &Member,
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
        Gathered::Keys { keys, ended_by } if !keys.is_empty() => {
            let mut extra = vec![(member.digits.to_owned(), keys)];
            extra.extend(filled(call, member.with_digits, ended_by));
            Some(go(call, member, url, action, gather.post, extra))
        }
        // A finish key alone is no input.
        Gathered::Keys { .. } | Gathered::Nothing | Gathered::Invalid => {
            call.after = After::Silence;
            let extra = vec![(member.digits.to_owned(), String::new())];
            gather.action_on_empty.then(|| go(call, member, url, action, gather.post, extra))
        }
    }
}

/// Plays the nested prompts and collects keys; one time-out serves all waits.
async fn keys<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    gather: &Gather,
    pieces: &[Piece],
    behind: Option<&Record>,
) -> Gathered {
    let asked = match behind {
        None => Asked::Keys { prompt_ms: gather::prompt_ms(pieces) },
        Some(record) => {
            let said: i64 = pieces.iter().map(|piece| piece.millis).sum();
            Asked::Speech { prompt_ms: said + gather.timeout_ms + beep_ms(record) }
        }
    };
    let wait = Wait {
        first_ms: gather.timeout_ms,
        next_ms: gather.timeout_ms,
        most: gather.num_digits.unwrap_or(usize::MAX),
        ends: gather.finish.clone(),
        valid: TWELVE.to_owned(),
        list: Vec::new(),
    };
    gather::keys(call, &wait, pieces, Some(asked)).await
}

async fn take<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    member: &Member,
    url: &str,
    record: &Record,
    asked: bool,
) -> Option<Flow> {
    let beep_ms = beep_ms(record);
    if !asked {
        call.asked(Asked::Speech { prompt_ms: beep_ms });
    }
    if record.beep && !call.play(&call::beep()).await {
        return Some(Flow::End(EndedBy::Caller));
    }
    let first_ms = if member.record.waits_for_words { 0 } else { record.silence_ms };
    let taken = call
        .record(first_ms, record.silence_ms, record.max_ms, |key| record.finish.contains(key))
        .await;
    let millis = if record.trim { taken.spoken_ms } else { taken.whole_ms };
    let id = recording_id(&call.line.call_id, call.recordings.len());
    let line = call.line;
    // Ended before it began, or of nothing but silence: there may be nothing to keep.
    let empty = match member.record.needs {
        Needs::Begun => taken.whole_ms == 0 && !taken.hung_up,
        Needs::Words | Needs::Nothing => millis == 0,
    };
    let address =
        format!("{}/2010-04-01/Accounts/{}/Recordings/{id}", line.media, line.account_sid);
    match empty {
        true => call.tell(What::Recorded { millis: 0, key: taken.key }),
        false => call.keep(id.clone(), Some(address.clone()), &taken, millis),
    }
    let about: Params = [
        ("RecordingUrl", address),
        ("RecordingSid", id.clone()),
        ("RecordingDuration", seconds(millis).to_string()),
    ]
    .into_iter()
    .filter(|(name, _)| member.record.about.contains(name))
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let mut extra = about.clone();
    let key = taken.key.map(String::from);
    let ended = if taken.hung_up { Some("hangup".to_owned()) } else { key };
    let ended = ended.filter(|_| member.record.tells_key);
    extra.extend(ended.map(|ended| (member.digits.to_owned(), ended)));

    let flow = match (empty, member.record.needs) {
        (true, Needs::Begun | Needs::Words) => None,
        _ => Some(go(call, member, url, record.action.as_deref(), record.post, extra)),
    };
    let wanted = |told: &&twiml::Told| if empty { told.absent } else { told.completed };
    let told = match record.told.as_ref().filter(wanted) {
        None => None,
        Some(told) => match resolve(url, &told.url) {
            Err(why) => {
                call.fault(member.fault(11100, &why));
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
                Some(Next { url, post: told.post, params, configured: false, beside: None })
            }
        },
    };
    match flow {
        // The caller hung up while speaking: the action is still asked, but nothing is done with
        // its answer; then the notice.
        Some(Flow::Go(mut next)) if taken.hung_up => {
            let hung_up = member.record.hung_up;
            if hung_up == HungUp::ActionAndNotice {
                call::set(&mut next.params, member.status, "completed");
                notice(call, member, next).await;
            }
            if let Some(told) = told.filter(|_| hung_up != HungUp::Nothing) {
                notice(call, member, told).await;
            }
            Some(Flow::End(EndedBy::Caller))
        }
        // Storing the file takes the platform a while, so the notice comes behind the action.
        Some(Flow::Go(next)) => Some(Flow::Go(Next { beside: told.map(Box::new), ..next })),
        Some(Flow::End(ended_by)) => Some(Flow::End(ended_by)),
        None if taken.hung_up => Some(Flow::End(EndedBy::Caller)),
        None => {
            if let Some(told) = told {
                call.off_clock = true;
                notice(call, member, told).await;
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
