//! FreeSWITCH's part in a call: mod_httapi with its profile `default`. Parameters of the dialplan
//! line are sent with every request, keys under the tag's own name, recordings as multipart
//! uploads, and `exiting=true` at the end. Source: `mod_httapi.c` and its documentation, and what
//! version 1.11 was seen to send.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, Call, Listened, MOST_DOCUMENTS, Part, Piece, Upload};
use super::caller::{Asked, Caller};
use super::httapi::{self, Bind, Hear, Match, Record, Sound, Step};
use super::wire::{Wire, resolve};
use super::{After, EndedBy, Event, What};

type Params = Vec<(String, String)>;

/// What the module keeps between requests.
struct Client {
    /// The address of the next request, until an `action` changes it.
    url: String,
    /// Sent with every request.
    params: Params,
    /// Sent with the next request only; `url` among them is a `temp-action`.
    once: Params,
    file: Option<Upload>,
}

/// How a piece of work left the call.
enum Done {
    Next,
    Over(EndedBy),
}

/// What the digit machine brought while something played or ran out.
enum Heard {
    Time,
    Found(usize, String),
    NoMatch,
    HungUp,
}

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let mut client = client(call);
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let work = match document(call, &mut client).await {
            Ok(work) => work,
            Err(why) => {
                call.fault(why);
                call.count(Part::Dead);
                break EndedBy::Fault;
            }
        };
        if let Some(over) = perform(call, &mut client, work).await {
            break over;
        }
    };
    call.tell(What::Hangup { by: ended_by });
    client.once.push(("exiting".into(), "true".into()));
    // No work of this answer is carried out, but it must be a document.
    match request(call, &mut client).await {
        Err(why) => call.fault(why),
        Ok(body) => {
            if let Err(why) = httapi::read(&body.0) {
                call.fault(format!("answer to the last request: {why}"));
            }
        }
    }
    ended_by
}

fn client<W: Wire, C: Caller, S: FnMut(Event) + Send>(call: &Call<'_, W, C, S>) -> Client {
    let line = call.line;
    let url = line.start_url.clone().unwrap_or(format!("{}/start", line.base));
    let mut params: Params = [
        ("hostname", "phone"),
        ("httapi_profile", "default"),
        ("Caller-Direction", "inbound"),
        ("Caller-Logical-Direction", "inbound"),
        ("Caller-Username", line.from.as_str()),
        ("Caller-Dialplan", "XML"),
        ("Caller-Caller-ID-Name", line.from.as_str()),
        ("Caller-Caller-ID-Number", line.from.as_str()),
        ("Caller-Orig-Caller-ID-Name", line.from.as_str()),
        ("Caller-Orig-Caller-ID-Number", line.from.as_str()),
        ("Caller-Network-Addr", "192.0.2.10"),
        ("Caller-ANI", line.from.as_str()),
        ("Caller-Destination-Number", line.to.as_str()),
        ("Caller-Unique-ID", line.call_id.as_str()),
        ("Caller-Source", "mod_sofia"),
        ("Caller-Context", "default"),
        ("Caller-Channel-Name", "sofia/internal/caller"),
        ("Caller-Profile-Index", "1"),
        ("Caller-Screen-Bit", "true"),
        ("Caller-Privacy-Hide-Name", "false"),
        ("Caller-Privacy-Hide-Number", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let micros = (call.utc_ms() * 1000).to_string();
    for moment in ["Profile-Created", "Channel-Created", "Channel-Answered"] {
        params.push((format!("Caller-{moment}-Time"), micros.clone()));
    }
    params.push(("method".into(), if line.post { "POST" } else { "GET" }.into()));
    if let Some(key) = &line.start_key {
        params.push(("k".into(), key.expose_secret().into()));
    }
    for (name, value) in &line.handover {
        call::set(&mut params, name, value.as_str());
    }
    Client { url, params, once: line.first.clone(), file: None }
}

/// One request with all parameters; the answer's body when the module would take it.
async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
) -> Result<(Bytes, i64), String> {
    let once = std::mem::take(&mut client.once);
    let mut params = client.params.clone();
    call::set(&mut params, "url", client.url.as_str());
    for (name, value) in &once {
        call::set(&mut params, name, value.as_str());
    }
    params.insert(0, ("session_id".into(), call.line.call_id.clone()));
    let url = params.iter().find(|(n, _)| n == "url").map(|(_, v)| v.clone());
    let url = url.unwrap_or_default();
    if url.contains('@') {
        return Err(format!("\"{url}\": everything before the @ is taken for credentials"));
    }
    let mut shown: Params = once.into_iter().filter(|(n, _)| n != "url").collect();
    let mut headers = vec![("user-agent", "mod_httapi/1.0".to_owned()), ("cookie", String::new())];
    let file = client.file.take();
    let ask = if let Some(file) = file {
        shown.push((file.field.clone(), format!("{}, {} bytes", file.name, file.content.len())));
        let (kind, body) = call::multipart(&params, &file);
        headers.push(("content-type", kind));
        Ask { method: Method::POST, url, headers, body, shown, secret: Vec::new() }
    } else if call.line.post {
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        let body = Bytes::from(call::form(&params));
        Ask { method: Method::POST, url, headers, body, shown, secret: Vec::new() }
    } else {
        let url = call::with_query(&url, &params);
        Ask { method: Method::GET, url, headers, body: Bytes::new(), shown, secret: Vec::new() }
    };
    let (url, answer) = call.ask(ask, true, |_| Vec::new()).await?;
    if answer.status != 200 {
        return Err(format!("{url} is answered with {}; only 200 is taken", answer.status));
    }
    let kind = answer.header("content-type").to_ascii_lowercase();
    if !kind.contains("text/xml") {
        return Err(format!("the document's type is \"{kind}\", not text/xml"));
    }
    if answer.headers.get("content-length").is_none() {
        call.fault("no Content-Length: a kept-alive answer would stall until the time-out");
    }
    Ok((answer.body, answer.took_ms))
}

async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
) -> Result<Vec<httapi::Tag>, String> {
    let (body, took_ms) = request(call, client).await?;
    call.documents += 1;
    let xml = String::from_utf8_lossy(&body).into_owned();
    call.tell(What::Document { xml, took_ms });
    let read = httapi::read(&body)?;
    call.count(Part::Dead);
    for (name, value) in read.params {
        call::set(&mut client.params, &name, value);
    }
    Ok(read.work)
}

/// Carries out all tags of a document. `None`: the next request follows.
async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    work: Vec<httapi::Tag>,
) -> Option<EndedBy> {
    if work.is_empty() {
        return Some(EndedBy::Returned); // "No instructions found": the dialplan goes on
    }
    for tag in work {
        if let Some(action) = &tag.action {
            follow(call, client, action);
        }
        if let Some(action) = &tag.temp_action {
            match resolve(&client.url, action) {
                Ok(url) => call::set(&mut client.once, "url", url),
                Err(why) => call.fault(why),
            }
        }
        let done = match tag.step {
            Step::Hear(hear) => self::hear(call, client, &hear, tag.action.as_deref()).await,
            Step::Record(record) => take(call, client, &record).await,
            Step::Hangup { .. } => Done::Over(EndedBy::Server),
            Step::Break => Done::Over(EndedBy::Returned),
            Step::Continue => Done::Next,
        };
        if let Done::Over(ended_by) = done {
            return Some(ended_by);
        }
    }
    None
}

/// From now on, the next request goes there.
fn follow<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    action: &str,
) {
    // The module takes the address as it stands: one that is not absolute fails.
    if !action.contains("://") {
        call.fault(format!("the action \"{action}\" is not an absolute address"));
    }
    match resolve(&client.url, action) {
        Ok(url) => client.url = url,
        Err(why) => call.fault(why),
    }
}

async fn piece<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    hear: &Hear,
) -> Option<Piece> {
    match &hear.sound {
        Sound::File(file) => call.file(file, true).await,
        Sound::Speak { text, voice } => Some(Call::<W, C, S>::say(text, "", voice)),
        Sound::Say { text, lang } => Some(Call::<W, C, S>::say(text, lang, "")),
        Sound::Pause => Some(Call::<W, C, S>::pause(0)),
    }
}

/// Plays and listens, `rounds` times, until keys match a bind.
async fn hear<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    hear: &Hear,
    action: Option<&str>,
) -> Done {
    let listens = !hear.binds.is_empty();
    // A file that cannot be played ends the application.
    let Some(piece) = piece(call, hear).await else { return Done::Over(EndedBy::Fault) };
    let pause = hear.sound == Sound::Pause;
    if !listens && !pause {
        return match call.play(&piece).await {
            true => Done::Next,
            false => Done::Over(EndedBy::Caller),
        };
    }
    if listens {
        let prompt_ms = if piece.audible { piece.millis } else { 0 };
        call.asked(Asked::Keys { prompt_ms });
    }
    let two = hear.binds.iter().any(|bind| bind.keys.len() > 1);
    let mut machine = Machine { hear, keys: String::new(), last_ms: 0 };
    for _ in 0..hear.rounds {
        if !listens {
            let wait = Call::<W, C, S>::pause(hear.input_timeout_ms);
            if !call.play(&wait).await {
                return Done::Over(EndedBy::Caller);
            }
            continue;
        }
        let mut heard = Heard::Time;
        if !pause {
            call.begin(&piece);
            let part = if piece.audible { Part::Heard } else { Part::Thinking };
            let until = call.caller.now_ms() + piece.millis;
            heard = machine.attend(call, until, part).await;
            if !matches!(heard, Heard::Time) {
                call.tell(What::Cut);
            }
        }
        if matches!(heard, Heard::Time) {
            // This wait has one length, whatever keys come meanwhile: a key in its last moments
            // that could still grow longer is lost.
            call.tell(What::Listening { millis: hear.input_timeout_ms });
            let until = call.caller.now_ms() + hear.input_timeout_ms;
            heard = machine.attend(call, until, Part::Thinking).await;
        }
        match heard {
            Heard::HungUp => return Done::Over(EndedBy::Caller),
            Heard::Found(at, keys) => {
                matched(call, client, hear, &hear.binds[at], keys, action);
                call.after = After::Keys { two };
                return Done::Next;
            }
            Heard::NoMatch => call.after = After::Keys { two },
            Heard::Time => {
                call.tell(What::Silence);
                call.after = After::Silence;
            }
        }
        if let Some(file) = &hear.error_file {
            let Some(piece) = call.file(file, true).await else {
                return Done::Over(EndedBy::Fault);
            };
            if !call.play(&piece).await {
                return Done::Over(EndedBy::Caller);
            }
            call::set(&mut client.once, &hear.name, "invalid");
            call::set(&mut client.once, "input_type", "invalid");
        }
    }
    Done::Next
}

fn matched<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    hear: &Hear,
    bind: &Bind,
    keys: String,
    action: Option<&str>,
) {
    let end = keys.find(|key| bind.strip.contains(key)).unwrap_or(keys.len());
    call::set(&mut client.once, &hear.name, &keys[..end]);
    call::set(&mut client.once, "input_type", "dtmf");
    if let Some(action) = bind.action.as_deref().or(action) {
        follow(call, client, action);
    }
}

/// The digit machine of one tag: it keeps its keys from the prompt to the wait behind it.
struct Machine<'h> {
    hear: &'h Hear,
    keys: String,
    last_ms: i64,
}

impl Machine<'_> {
    /// Listens until a moment, a match, or keys that fit nothing. What plays goes on while a
    /// further key could come.
    async fn attend<W: Wire, C: Caller, S: FnMut(Event) + Send>(
        &mut self,
        call: &mut Call<'_, W, C, S>,
        until: i64,
        part: Part,
    ) -> Heard {
        let (binds, stops) = (&self.hear.binds, &self.hear.terminators);
        loop {
            let growing = !self.keys.is_empty();
            let patience = self.last_ms + self.hear.digit_timeout_ms;
            let deadline = if growing { until.min(patience) } else { until };
            let time_up = match call.listen(deadline, part, growing).await {
                Listened::HungUp => return Heard::HungUp,
                Listened::Key(key) => {
                    self.keys.push(key);
                    self.last_ms = call.caller.now_ms();
                    call.after = After::Keys { two: true };
                    false
                }
                Listened::Time if growing && patience <= until => true,
                Listened::Time => return Heard::Time,
            };
            match httapi::matching(binds, stops, &self.keys, time_up) {
                Match::Waits => {}
                Match::Found(at) => return Heard::Found(at, std::mem::take(&mut self.keys)),
                Match::Never => {
                    self.keys.clear();
                    return Heard::NoMatch;
                }
            }
        }
    }
}

async fn take<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    record: &Record,
) -> Done {
    let beep = match &record.beep_file {
        None => None,
        Some(file) => match call.file(file, true).await {
            Some(beep) => Some(beep),
            None => return Done::Over(EndedBy::Fault),
        },
    };
    let prompt_ms = beep.as_ref().map_or(0, |beep| beep.millis);
    call.asked(Asked::Speech { prompt_ms });
    let ends = |key: char| {
        matches!(
            httapi::matching(&record.binds, &record.terminators, &key.to_string(), false),
            Match::Found(_)
        )
    };
    if let Some(beep) = beep {
        call.begin(&beep);
        let until = call.caller.now_ms() + beep.millis;
        loop {
            match call.listen(until, Part::Heard, false).await {
                Listened::Time => break,
                Listened::HungUp => return Done::Over(EndedBy::Caller),
                // A key over the beep: nothing is recorded, nothing uploaded.
                Listened::Key(key) if ends(key) => {
                    call.tell(What::Cut);
                    call.after = After::Keys { two: false };
                    follow_bind(call, client, record, key);
                    return Done::Next;
                }
                Listened::Key(_) => {}
            }
        }
    }
    let limit_ms = match record.limit_seconds {
        0 => 0,
        // The engine counts whole seconds of the clock on the wall, and goes on while there are no
        // more of them than the limit (switch_ivr_record_file).
        limit => (limit + 1) * 1000 - call.utc_ms().rem_euclid(1000),
    };
    let taken = call.record(record.silence_ms, record.silence_ms, limit_ms, ends).await;
    call.keep(record.name.clone(), None, &taken, taken.whole_ms);
    if let Some(kept) = call.recordings.last() {
        client.file = Some(Upload {
            field: record.name.clone(),
            name: record.file.clone(),
            kind: "application/octet-stream",
            content: kept.wav.clone(),
        });
    }
    if let Some(key) = taken.key {
        follow_bind(call, client, record, key);
    }
    match taken.hung_up {
        true => Done::Over(EndedBy::Caller),
        false => Done::Next,
    }
}

/// The key that ends a recording is not sent; its bind may change the address.
fn follow_bind<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    client: &mut Client,
    record: &Record,
    key: char,
) {
    let bind = record.binds.iter().find(|bind| bind.keys.starts_with(key));
    if let Some(action) = bind.and_then(|bind| bind.action.clone()) {
        follow(call, client, &action);
    }
}
