//! A VoiceXML browser's part in a call: the form interpretation algorithm, events with their
//! handlers, keys against written-out grammars, recordings that are sent with the form. Source: the
//! Recommendations of VoiceXML 2.0 (2004) and 2.1 (2007); of JVoiceXML what it was seen to send.

use std::sync::Arc;

use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, Call, MOST_DOCUMENTS, Part, Piece, Upload};
use super::caller::{Asked, Caller};
use super::ecma::Value;
use super::gather::{self, Gathered, TWELVE, Wait};
use super::vxml::{self, Document, Item, Kind, Prompt, Properties, Step};
use super::wire::{Wire, resolve};
use super::{After, Browser, EndedBy, Event, What};

type Params = Vec<(String, String)>;
type Vars = Vec<(String, Value)>;

/// In so little time for a key nobody is asked for one; a field so short listens in passing.
const ASKS_FROM_MS: i64 = 2000;
/// What platforms wait where a document does not say.
const DEFAULTS: [(&str, &str); 4] =
    [("timeout", "5s"), ("interdigittimeout", "3s"), ("termtimeout", "0s"), ("termchar", "#")];
/// Items that one document visits; beyond that it goes in circles.
const MOST_VISITS: usize = 100;
/// Requests of one document that fail; beyond that it asks for ever.
const MOST_FAILED: usize = 3;

/// The next request for a document.
struct Next {
    url: String,
    post: bool,
    params: Params,
    file: Option<Upload>,
    /// Added to the query unseen.
    secret: Params,
}

/// Where a piece of work leads.
enum Flow {
    /// To the next item of the form.
    On,
    Item(String),
    Form(String),
    Go(Next),
    Throw(String),
    HungUp,
    End(EndedBy),
}

/// What a document is run with.
struct Browsing {
    session: Option<Value>,
    url: String,
    document: Arc<Document>,
    form: usize,
    /// The item that is being visited.
    item: Option<usize>,
    /// The events of this form, each with the item that was visited.
    thrown: Vec<(Option<usize>, String)>,
    /// Variables of the document, of the form with its items, of the content under way.
    scopes: [Vars; 3],
    /// What the last recognition heard.
    heard: Value,
    /// What is to be played before the next wait, with whether keys may cut it off.
    queue: Vec<(Piece, bool)>,
}

/// Places in [`Browsing::scopes`].
const DOCUMENT: usize = 0;
const DIALOG: usize = 1;
const ANONYMOUS: usize = 2;

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let mut next = first(call);
    let mut browsing: Option<Browsing> = None;
    let mut failed = 0;
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let flow = match document(call, next).await {
            Ok((url, document)) => {
                call.count(Part::Dead);
                failed = 0;
                let queue = browsing.take().map(|before| before.queue).unwrap_or_default();
                let now = browsing.insert(Browsing::new(call, url, document, queue));
                perform(call, now).await
            }
            Err(why) => {
                call.fault(why);
                call.count(Part::Dead);
                match &mut browsing {
                    Some(before) if failed < MOST_FAILED => {
                        failed += 1;
                        let flow = throw(call, before, "error.badfetch").await;
                        follow(call, before, flow).await
                    }
                    _ => break EndedBy::Fault,
                }
            }
        };
        match flow {
            Flow::Go(further) => next = further,
            Flow::HungUp => break EndedBy::Caller,
            Flow::End(_) if failed > 0 => break EndedBy::Fault,
            Flow::End(ended_by) => break ended_by,
            // Everything else is carried out inside the document.
            _ => break EndedBy::Fault,
        }
    };
    call.tell(What::Hangup { by: ended_by });
    if let (EndedBy::Caller | EndedBy::Server, Some(browsing)) = (ended_by, &mut browsing) {
        hung_up(call, browsing).await;
    }
    ended_by
}

/// The final processing: a handler of the hang-up may send a last form.
async fn hung_up<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
) {
    let mut flow = throw(call, browsing, "connection.disconnect.hangup").await;
    for _ in 0..=MOST_FAILED {
        let Flow::Go(last) = flow else { return };
        match document(call, last).await {
            Ok((_, document)) => {
                let waits = |item: &Item| !matches!(item.kind, Kind::Block(_));
                if document.forms.iter().flat_map(|form| &form.items).any(waits) {
                    call.fault("a document for somebody who hung up waits for an answer");
                }
                return;
            }
            Err(why) => {
                call.fault(why);
                flow = throw(call, browsing, "error.badfetch").await;
            }
        }
    }
}

/// The first request: by GET, with nothing but what stands in the address.
fn first<W: Wire, C: Caller, S: FnMut(Event) + Send>(call: &Call<'_, W, C, S>) -> Next {
    let line = call.line;
    let start = line.start_url.clone().unwrap_or(format!("{}/start", line.base));
    let url = call::with_query(&start, &line.handover);
    let secret = line.start_key.iter().map(|key| ("k".to_owned(), key.expose_secret().to_owned()));
    let (params, secret) = (line.first.clone(), secret.collect());
    Next { url, post: false, params, file: None, secret }
}

async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    next: Next,
) -> Result<(String, Document), String> {
    let Next { url, post, params, file, secret } = next;
    let mut shown: Params = params.iter().filter(|(_, text)| !text.is_empty()).cloned().collect();
    let mut headers = vec![("accept", "application/voicexml+xml, */*;q=0.1".to_owned())];
    let in_query = !post || call.line.browser == Browser::FormsInQuery;
    let (url, body) = match &file {
        Some(file) => {
            let about = format!("{}, {} bytes", file.name, file.content.len());
            shown.push((file.field.clone(), about));
            let (kind, body) = call::multipart(&params, file);
            headers.push(("content-type", kind));
            (url, body)
        }
        None if in_query => (call::with_query(&url, &params), bytes::Bytes::new()),
        None => {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
            (url, call::form(&params).into())
        }
    };
    let method = if post { Method::POST } else { Method::GET };
    let ask = Ask { method, url, headers, body, shown, secret };
    let (url, answer) = call.ask(ask, false, |_| Vec::new()).await?;
    if answer.status != 200 {
        return Err(format!("{url} is answered with {} (error.badfetch)", answer.status));
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().trim();
    if !["application/voicexml+xml", "application/xml", "text/xml"].contains(&kind) {
        return Err(format!("the document's type is \"{kind}\" (error.badfetch)"));
    }
    call.documents += 1;
    let xml = String::from_utf8_lossy(&answer.body).into_owned();
    call.tell(What::Document { xml, took_ms: answer.took_ms });
    let document = vxml::read(&answer.body).map_err(|why| format!("{why} (error.badfetch)"))?;
    Ok((url, document))
}

impl Browsing {
    fn new<W: Wire, C: Caller, S: FnMut(Event) + Send>(
        call: &Call<'_, W, C, S>,
        url: String,
        document: Document,
        queue: Vec<(Piece, bool)>,
    ) -> Self {
        let session = match call.line.browser {
            Browser::Ignorant => None,
            Browser::Usual | Browser::FormsInQuery => Some(session(call)),
        };
        Self {
            session,
            url,
            document: Arc::new(document),
            form: 0,
            item: None,
            thrown: Vec::new(),
            scopes: Default::default(),
            heard: Value::Undefined,
            queue,
        }
    }

    /// The first item that has no value.
    fn unfilled(&self) -> Option<usize> {
        let form = self.document.forms.get(self.form)?;
        (0..form.items.len()).find(|at| !self.filled(*at))
    }

    fn known(&self, name: &str) -> Option<Value> {
        let scopes = self.scopes.iter().rev();
        let mut found = scopes.filter_map(|vars| vars.iter().rev().find(|(n, _)| n == name));
        if let Some((_, value)) = found.next() {
            return Some(value.clone());
        }
        match name {
            "session" => self.session.clone(),
            "application" => Some(Value::object([("lastresult$", self.heard.clone())])),
            _ => None,
        }
    }

    /// Gives the innermost variable of that name another value.
    fn assign(&mut self, var: &vxml::Var) -> Result<(), String> {
        let expr = var.expr.as_ref().ok_or_else(|| format!("{} gets nothing", var.name))?;
        let value = expr.value(&|name| self.known(name))?;
        let scopes = self.scopes.iter_mut().rev();
        let mut found = scopes.filter_map(|vars| vars.iter_mut().find(|(n, _)| *n == var.name));
        match found.next() {
            Some((_, known)) => *known = value,
            None => return Err(format!("{} is not declared", var.name)),
        }
        Ok(())
    }

    fn declare(&mut self, scope: usize, var: &vxml::Var) -> Result<(), String> {
        let value = match &var.expr {
            Some(expr) => expr.value(&|name| self.known(name))?,
            None => Value::Undefined,
        };
        set(&mut self.scopes[scope], &var.name, value);
        Ok(())
    }

    /// The name of an item's variable; those without a name have one that nobody can write.
    fn variable(&self, item: usize) -> String {
        let name = &self.document.forms[self.form].items[item].name;
        name.clone().unwrap_or_else(|| format!(" {item}"))
    }

    fn filled(&self, item: usize) -> bool {
        let name = self.variable(item);
        let vars = &self.scopes[DIALOG];
        vars.iter().any(|(known, value)| *known == name && *value != Value::Undefined)
    }

    /// A property as the item has it.
    fn property(&self, item: &Item, name: &str) -> String {
        let form = &self.document.forms[self.form];
        let set: [&Properties; 3] = [&item.properties, &form.properties, &self.document.properties];
        let found = set.iter().find_map(|properties| properties.get(name));
        let default = DEFAULTS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        found.or(default).unwrap_or_default().to_owned()
    }

    fn time(&self, item: &Item, name: &str) -> i64 {
        vxml::millis(&self.property(item, name)).unwrap_or(0)
    }
}

fn set(vars: &mut Vars, name: &str, value: Value) {
    match vars.iter_mut().find(|(known, _)| known == name) {
        Some(known) => known.1 = value,
        None => vars.push((name.to_owned(), value)),
    }
}

/// What a gateway on SIP knows (VoiceXML 2.0, section 5.1.4; RFC 5552, section 2.4).
fn session<W: Wire, C: Caller, S: FnMut(Event) + Send>(call: &Call<'_, W, C, S>) -> Value {
    let line = call.line;
    let uri = |number: &str| {
        let uri = match number.starts_with('+') {
            true => format!("tel:{number}"),
            false => format!("sip:{number}@gateway.invalid"),
        };
        Value::object([("uri", Value::text(uri))])
    };
    let headers = Value::object([("call-id", Value::text(format!("{}@gateway", line.call_id)))]);
    let sip = Value::object([("headers", headers)]);
    let protocol = Value::object([("name", Value::text("sip")), ("sip", sip)]);
    let connection = Value::object([
        ("remote", uri(&line.from)),
        ("local", uri(&line.to)),
        ("protocol", protocol),
        ("redirect", Value::Undefined),
    ]);
    Value::object([("connection", connection), ("sessionid", Value::text(line.call_id.as_str()))])
}

/// Runs a document until it leaves.
async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
) -> Flow {
    let document = browsing.document.clone();
    for var in &document.vars {
        if let Err(why) = browsing.declare(DOCUMENT, var) {
            call.fault(format!("{why} (error.semantic)"));
            return Flow::End(EndedBy::Fault);
        }
    }
    let flow = enter(call, browsing, 0);
    follow(call, browsing, flow).await
}

/// Goes on where a piece of work leads, until that is out of the document.
async fn follow<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    mut flow: Flow,
) -> Flow {
    let document = browsing.document.clone();
    for _ in 0..MOST_VISITS {
        flow = match flow {
            Flow::On => {
                match browsing.unfilled() {
                    Some(at) => visit(call, browsing, at).await,
                    // Nothing is left to do: the browser gives the call back.
                    None => exit(call, browsing, EndedBy::Returned).await,
                }
            }
            Flow::Item(name) => {
                let items = &document.forms[browsing.form].items;
                match items.iter().position(|item| item.name.as_ref() == Some(&name)) {
                    Some(at) => visit(call, browsing, at).await,
                    None => Flow::End(EndedBy::Fault),
                }
            }
            Flow::Form(id) => {
                let form = document.forms.iter().position(|form| form.id.as_ref() == Some(&id));
                enter(call, browsing, form.unwrap_or(0))
            }
            left => return left,
        };
        if let Flow::Throw(event) = flow {
            flow = throw(call, browsing, &event).await;
        }
    }
    call.fault(format!("the document visits more than {MOST_VISITS} items"));
    Flow::End(EndedBy::Fault)
}

/// Begins a form: its variables anew. While they are made the form's own handlers are not there
/// yet on every platform.
fn enter<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    form: usize,
) -> Flow {
    browsing.form = form;
    browsing.item = None;
    browsing.thrown.clear();
    browsing.scopes[DIALOG].clear();
    let document = browsing.document.clone();
    for item in document.forms[form].items.iter().filter_map(|item| item.name.as_ref()) {
        set(&mut browsing.scopes[DIALOG], item, Value::Undefined);
    }
    for var in &document.forms[form].vars {
        if let Err(why) = browsing.declare(DIALOG, var) {
            call.fault(format!("{why} (error.semantic)"));
            return Flow::End(EndedBy::Fault);
        }
    }
    Flow::On
}

/// Visits an item: carries it out, or plays, waits, and carries out what fills it.
async fn visit<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    at: usize,
) -> Flow {
    browsing.item = Some(at);
    let document = browsing.document.clone();
    let item = &document.forms[browsing.form].items[at];
    let variable = browsing.variable(at);
    match &item.kind {
        Kind::Block(steps) => {
            set(&mut browsing.scopes[DIALOG], &variable, Value::Bool(true));
            carry_out(call, browsing, steps).await
        }
        Kind::Field { prompts, words, filled } => {
            let mut timeout_ms = browsing.time(item, "timeout");
            for prompt in prompts {
                queue(call, browsing, prompt).await;
                timeout_ms = prompt.timeout_ms.unwrap_or(timeout_ms);
            }
            let wait = Wait {
                first_ms: timeout_ms,
                next_ms: browsing.time(item, "interdigittimeout"),
                most: words.iter().map(String::len).max().unwrap_or(1),
                ends: browsing.property(item, "termchar"),
                valid: TWELVE.to_owned(),
                list: words.clone(),
            };
            let mut pieces = Vec::new();
            for (piece, bargein) in std::mem::take(&mut browsing.queue) {
                if bargein {
                    pieces.push(piece);
                } else if !call.play(&piece).await {
                    return Flow::HungUp;
                }
            }
            let prompt_ms = pieces.iter().map(|piece| piece.millis).sum();
            let asked = (timeout_ms >= ASKS_FROM_MS).then_some(Asked::Keys { prompt_ms });
            match gather::keys(call, &wait, &pieces, asked).await {
                Gathered::HungUp => Flow::HungUp,
                Gathered::Nothing => Flow::Throw("noinput".to_owned()),
                Gathered::Keys { keys, .. } if words.contains(&keys) => {
                    browsing.heard = Value::object([("utterance", Value::text(keys.as_str()))]);
                    set(&mut browsing.scopes[DIALOG], &variable, Value::Text(keys));
                    carry_out(call, browsing, filled).await
                }
                Gathered::Keys { .. } | Gathered::Invalid => Flow::Throw("nomatch".to_owned()),
            }
        }
        Kind::Record { beep, longest_ms, silence_ms, by_key, filled } => {
            for (piece, _) in std::mem::take(&mut browsing.queue) {
                if !call.play(&piece).await {
                    return Flow::HungUp;
                }
            }
            let first_ms = browsing.time(item, "timeout");
            let beep = beep.then(call::beep);
            let prompt_ms = beep.as_ref().map_or(0, |beep| beep.millis);
            call.asked(Asked::Speech { prompt_ms });
            if let Some(beep) = beep
                && !call.play(&beep).await
            {
                return Flow::HungUp;
            }
            let taken = call.record(first_ms, *silence_ms, *longest_ms, |_| *by_key).await;
            let key = taken.key.map(String::from);
            if taken.spoken_ms > 0 {
                call.keep(variable.clone(), None, &taken, taken.whole_ms);
                let wav = call.recordings.last().map(|kept| kept.wav.clone()).unwrap_or_default();
                let termchar = key.clone().map_or(Value::Undefined, Value::Text);
                let shadow = Value::object([("termchar", termchar)]);
                set(&mut browsing.scopes[DIALOG], &format!("{variable}$"), shadow);
                set(&mut browsing.scopes[DIALOG], &variable, Value::Recording(wav));
            }
            match key {
                _ if taken.hung_up => Flow::HungUp,
                _ if taken.spoken_ms > 0 => carry_out(call, browsing, filled).await,
                // Nothing was recorded before the key: the item stays as it is, without an event.
                Some(key) => {
                    call.after = After::Keys { two: false };
                    browsing.heard = Value::object([("utterance", Value::Text(key))]);
                    Flow::On
                }
                None => {
                    call.tell(What::Silence);
                    Flow::Throw("noinput".to_owned())
                }
            }
        }
    }
}

/// Carries out the handler of an event: of the item, else of the form, else of the document; of
/// those for a later time that it is thrown the latest (VoiceXML 2.0, sections 5.2.2 and 5.2.4).
async fn throw<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    event: &str,
) -> Flow {
    browsing.thrown.push((browsing.item, event.to_owned()));
    let document = browsing.document.clone();
    let form = &document.forms[browsing.form];
    let inside = browsing.item.map(|at| form.items[at].catches.iter()).into_iter().flatten();
    let all = inside.chain(&form.catches).chain(&document.catches);
    let catches = |event: &str, known: &str| {
        let rest = event.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let times = |known: &str| {
        let thrown = browsing.thrown.iter().filter(|(item, _)| *item == browsing.item);
        thrown.filter(|(_, event)| catches(event, known)).count()
    };
    let may = |handler: &&vxml::Catch| {
        let mut events = handler.events.iter();
        events.any(|known| catches(event, known) && handler.count <= times(known))
    };
    let may: Vec<_> = all.filter(may).collect();
    let latest = may.iter().map(|handler| handler.count).max();
    match may.into_iter().find(|handler| Some(handler.count) == latest) {
        Some(handler) => match carry_out(call, browsing, &handler.steps).await {
            Flow::Throw(again) => {
                call.fault(format!("{again} in the handler of {event}"));
                Flow::End(EndedBy::Fault)
            }
            flow => flow,
        },
        None => {
            call.fault(format!("no handler for {event}"));
            Flow::End(EndedBy::Fault)
        }
    }
}

/// Carries out executable content.
async fn carry_out<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    steps: &[Step],
) -> Flow {
    browsing.scopes[ANONYMOUS].clear();
    let mut todo: Vec<&Step> = steps.iter().rev().collect();
    while let Some(step) = todo.pop() {
        let done = match step {
            Step::Var(var) => browsing.declare(ANONYMOUS, var),
            Step::Assign(var) => browsing.assign(var),
            Step::If(cond, inside) => cond.value(&|name| browsing.known(name)).map(|value| {
                if value.holds() {
                    todo.extend(inside.iter().rev());
                }
            }),
            Step::Prompt(prompt) => {
                queue(call, browsing, prompt).await;
                Ok(())
            }
            Step::Submit { next, post, multipart, names } => {
                match form(browsing, next, *post, *multipart, names) {
                    Ok(next) => return Flow::Go(next),
                    Err(why) => Err(why),
                }
            }
            Step::Form(id) => return Flow::Form(id.clone()),
            Step::Item(name) => return Flow::Item(name.clone()),
            Step::Goto(next) => match form(browsing, next, false, false, &[]) {
                Ok(next) => return Flow::Go(next),
                Err(why) => Err(why),
            },
            Step::Disconnect => return exit(call, browsing, EndedBy::Server).await,
            Step::Exit(names) => match names.iter().find(|name| browsing.known(name).is_none()) {
                None => return exit(call, browsing, EndedBy::Returned).await,
                Some(name) => Err(format!("{name} is not declared")),
            },
        };
        if let Err(why) = done {
            call.fault(format!("{why} (error.semantic)"));
            return Flow::Throw("error.semantic".to_owned());
        }
    }
    Flow::On
}

/// Plays what is queued and ends.
async fn exit<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    ended_by: EndedBy,
) -> Flow {
    for (piece, _) in std::mem::take(&mut browsing.queue) {
        if !call.play(&piece).await {
            return Flow::HungUp;
        }
    }
    Flow::End(ended_by)
}

/// Queues the sounds of a prompt. One that cannot be had is silence here, and a fault.
async fn queue<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    browsing: &mut Browsing,
    prompt: &Prompt,
) {
    for sound in &prompt.sounds {
        if let Some(piece) = call.file(sound, false).await {
            browsing.queue.push((piece, prompt.bargein));
        }
    }
}

/// The request that sends these variables to an address.
fn form(
    browsing: &Browsing,
    to: &str,
    post: bool,
    multipart: bool,
    names: &[String],
) -> Result<Next, String> {
    let url = resolve(&browsing.url, to)?;
    let (mut params, mut file) = (Params::new(), None);
    for name in names {
        match browsing.known(name) {
            Some(Value::Text(text)) => params.push((name.clone(), text)),
            Some(Value::Bool(flag)) => params.push((name.clone(), flag.to_string())),
            Some(Value::Recording(content)) if multipart && file.is_none() => {
                let file_name = format!("{name}.wav");
                let field = name.clone();
                file = Some(Upload { field, name: file_name, kind: "audio/x-wav", content });
            }
            Some(Value::Recording(_)) => return Err(format!("{name} does not fit this form")),
            Some(Value::Undefined) => return Err(format!("{name} has no value to send")),
            Some(Value::Object(_)) => return Err(format!("{name} is an object, not a word")),
            None => return Err(format!("{name} is not declared")),
        }
    }
    Ok(Next { url, post, params, file, secret: Params::new() })
}
