//! VoiceXML 2.1 (W3C Recommendations of 16 March 2004 and 19 June 2007), as gateways and contact
//! centre platforms run it. What is collected of a call is named in them (2.0, section 5.1.4), in
//! RFC 5552, section 2.4 (SIP), and by Avaya's documentation of session properties.
//!
//! What to know before changing an element here:
//! - the platform sends nothing by itself: every name in a request is one that a document of ours
//!   submits, and the first request has none. So a start is answered by a hello document, which
//!   says nothing, collects what is known of the call, and comes back;
//! - a variable that a platform does not have ends the session unless the question for it is
//!   guarded, also where the object around it is missing, and asked inside a block: while a form's
//!   own variables are made its handlers are not there yet everywhere;
//! - a request that fails is sent once more, since each turn counts once however often it comes.
//!   Which of several handlers counts is for how often the event came (2.0, section 5.2.2): without
//!   one for the second time the first would go on for ever;
//! - grammars are written out, since engines disagree on the built-in ones, and hold all keys: what
//!   no grammar holds cannot be told from silence or from any other wrong key;
//! - a recording that a key ended before a word was spoken leaves its item unfilled, without an
//!   event, and the form would record again (2.0, section 2.3.6);
//! - all documents are valid by the W3C's schema and document type.

use std::sync::{Arc, LazyLock};

use super::handover;
use super::params::{AFTER_ONE, TWELVE, is_key, keys};
use super::speech::{self, Speaker};
use super::xml::{Element, Value};
use super::{
    After, CallEvent, Dialect, Document, Kind, Links, Notice, Params, Request, Start, What,
};
use crate::interview::{Ask, End, Input, Keys, Order, Record, Recording, Voice};
use crate::survey::{Lang, Prompt, Speech};

/// The dialect of VoiceXML.
pub(super) struct Voicexml;

/// The parameter that says that a start comes from a hello document, or needs none.
const HELLO: &str = "hello";
/// The parameter, and the field of a form, that carries the pressed keys.
const KEYS: &str = "keys";
/// The parameter that says what happened instead.
const EVENT: &str = "event";
/// The parameter, and the item of a form, that carries a recording.
const RECORDING: &str = "recording";
/// The parameter that says which key ended a recording.
const KEY: &str = "key";
/// Before a SIP header's name, once it is read from our own parameters.
const SIP_HEADER: &str = "sip_";
/// Before a name of the hand-over that was found among the SIP headers.
const IN_HEADER: &str = "x_";

/// Names under which platforms know the call, most telling first; last the SIP dialog's.
const CALL_IDS: [(&str, &str); 3] = [
    ("ucid", "session.avaya.ucid"),
    ("callid", "session.callid"),
    ("sessionid", "session.sessionid"),
];
/// Whose number it is.
const FROM: [(&str, &str); 2] =
    [("remote", "session.connection.remote.uri"), ("ani", "session.telephone.ani")];
/// Which number was called.
const TO: [(&str, &str); 2] =
    [("local", "session.connection.local.uri"), ("dnis", "session.telephone.dnis")];
/// What was handed over with the call, in the form of User-to-User.
const AAI: [(&str, &str); 1] = [("aai", "session.connection.aai")];
/// Where platforms on SIP keep the headers of the call, by their names in small letters.
const HEADERS: &str = "headers";
/// The name of the item that asks for all of it.
const QUESTIONS: &str = "questions";
/// The SIP dialog's id, and the header of the same use as `aai`.
const HEADER_NAMES: [(&str, &str); 2] = [(SIP_ID, "call-id"), (UUI, "user-to-user")];
const SIP_ID: &str = "sipid";
const UUI: &str = "uui";

/// What any wrong key is stored as where the platform does not tell which one it was: keys that
/// fit no question.
const WRONG_KEYS: &str = "##";
/// Time for keys behind what is said before a recording: those that finished the answer before are
/// there by then.
const IN_PASSING: u32 = 200;

impl Dialect for Voicexml {
    fn kind(&self) -> Kind {
        Kind::Voicexml
    }

    fn content_type(&self) -> &'static str {
        "application/voicexml+xml"
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let what = match notice(request, params) {
            Some(notice) => What::Notice(notice),
            None if token.is_some() => What::Turn(input(request, params)),
            None if params.word(HELLO).is_some() => What::Start(Box::new(start(params))),
            None => What::Hello(handover::carried(params, &own_names())),
        };
        let [ucid, callid, sessionid] = CALL_IDS.map(|(name, _)| name);
        let call_id = params.first_word(&[ucid, callid, sessionid, SIP_ID]);
        CallEvent { call_id, account: None, token, what }
    }

    fn write(&self, document: &Document) -> String {
        match document {
            Document::Order { order, voice, speech, lang, links, after, open: _ } => {
                let speaking = Speaking { voice, speech: *speech, lang: *lang, links };
                let content = match order {
                    Order::Ask(ask) => speaking.ask(ask),
                    Order::Record(record) => speaking.record(record),
                    Order::End(end) => speaking.end(end, after),
                };
                vxml(content)
            }
            Document::Hello { next, audio } => vxml(hello(next, audio.as_deref())),
            Document::Empty => vxml(last(vec![Element::new("exit")])),
            Document::Leave(after) => vxml(last(leave(after, "ineligible", None))),
            Document::Sorry { lang: _, audio } => {
                let mut said: Vec<_> = audio.as_deref().map(goodbye).into_iter().collect();
                said.push(Element::new("disconnect"));
                vxml(last(said))
            }
        }
    }
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params) -> Option<Notice> {
    if params.word(EVENT).as_deref() == Some("hangup") {
        // What was being recorded comes with it.
        let recording = uploaded(request, None);
        return Some(Notice::Ended { status: "hangup".to_owned(), recording, lasted: None });
    }
    request
        .only_tells(params)
        .then(|| Notice::Other { status: params.word(EVENT).unwrap_or_default() })
}

fn input(request: &Request, params: &Params) -> Input {
    let ended_by = params.word(KEY).and_then(|key| key.chars().find(|c| is_key(*c)));
    if let Some(recording) = uploaded(request, ended_by) {
        return Input::Recording(recording);
    }
    match (keys(params.get(KEYS).unwrap_or_default()), params.word(EVENT).as_deref()) {
        (pressed, _) if !pressed.is_empty() => Input::Keys(pressed),
        (_, Some("nomatch")) => Input::Keys(WRONG_KEYS.to_owned()),
        _ => Input::Silence,
    }
}

fn uploaded(request: &Request, key: Option<char>) -> Option<Recording> {
    let upload = request.upload?;
    Some(Recording { id: upload.id.clone(), seconds: upload.seconds, key, url: None })
}

fn start(params: &Params) -> Start {
    let first = |names: [(&str, &str); 2]| params.first_word(&names.map(|(name, _)| name));
    let ends = handover::Ends { from: first(FROM), to: first(TO), outbound: false };
    handover::start(&with_headers(params), Some(SIP_HEADER), ends)
}

/// The parameters with what a hello document found among the SIP headers, under the names that
/// other platforms give them.
fn with_headers(params: &Params) -> Params {
    let mut all = params.clone();
    for (name, value) in params.query.iter().chain(&params.body) {
        let header = match name.strip_prefix(IN_HEADER) {
            Some(ours) => format!("{SIP_HEADER}X-Aftercall-{ours}"),
            None if name == UUI || name == AAI[0].0 => format!("{SIP_HEADER}User-to-User"),
            None => continue,
        };
        all.body.push((header, value.clone()));
    }
    all
}

/// The names of what a hello document collects beside the hand-over: a first request that brings
/// them itself is believed.
fn own_names() -> Vec<&'static str> {
    let all = CALL_IDS.iter().chain(&FROM).chain(&TO).chain(&AAI).chain(&HEADER_NAMES);
    all.map(|(name, _)| *name).collect()
}

// ---------------------------------------------------------------- writing

/// What a document speaks with.
struct Speaking<'a> {
    voice: &'a Voice,
    speech: Speech,
    lang: Lang,
    links: &'a Links,
}

impl Speaking<'_> {
    fn ask(&self, ask: &Ask) -> Vec<Element> {
        let field = self.field(&ask.prompts, ask.keys, ask.think_ms, self.tell("silence"));
        let mut content = self.head();
        content.push(form(None, self.once_more(None).into_iter().chain([field])));
        content
    }

    /// A field with everything that is heard in one breath inside it, so that all of it can be
    /// keyed over. `silence` is what follows when no key came.
    fn field(
        &self,
        prompts: &[Arc<Prompt>],
        keys: Keys,
        think_ms: u32,
        silence: Vec<Element>,
    ) -> Element {
        let mut field = Element::new("field")
            .with("name", KEYS)
            // Speech is not listened to, which would need a licence and hear the room.
            .child(property("inputmodes", "dtmf"))
            .child(property("timeout", duration(think_ms.max(1))))
            .fixed(grammar(keys));
        if let Some(prompt) = self.prompt(prompts, true) {
            field = field.child(prompt);
        }
        field
            .child(Element::new("noinput").children(silence))
            .child(Element::new("nomatch").children(self.tell("nomatch")))
            .child(Element::new("filled").child(self.submit(KEYS)))
    }

    /// What is said before the beep stands in a field of its own: a `#` that finished the answer
    /// before is heard at once then, and does not end the recording before it began.
    fn record(&self, record: &Record) -> Vec<Element> {
        let mut content = self.head();
        let said = record.prompts.iter().any(|prompt| self.file(prompt).is_some());
        if said {
            let go = vec![Element::new("goto").with("next", "#comment")];
            let field = self.field(&record.prompts, Keys::One, IN_PASSING, go);
            content.push(form(Some("ask"), self.once_more(None).into_iter().chain([field])));
        }
        let names = format!("{EVENT} {KEY} {RECORDING}");
        let upload = || self.submit(&names).with("enctype", "multipart/form-data");
        let item =
            Element::new("record")
                .with("name", RECORDING)
                .with("beep", "true")
                .with("maxtime", format!("{}s", record.max_seconds))
                .with("finalsilence", format!("{}s", record.silence_seconds))
                .with("dtmfterm", "true")
                .with("type", "audio/x-wav")
                .child(property("timeout", format!("{}s", record.silence_seconds)))
                .child(Element::new("noinput").children(self.tell("silence")))
                .child(hung_up([
                    assign(EVENT, "'hangup'"),
                    when(RECORDING, upload()),
                    self.submit(EVENT),
                ]))
                .child(Element::new("filled").children([
                    assign(KEY, guarded(&format!("{RECORDING}$.termchar"), "")),
                    upload(),
                ]));
        // The second block is reached when the item was visited and is not filled: a key came
        // before a word.
        let key = guarded("application.lastresult$.utterance", "#");
        let variables = [var(KEY, "''"), Element::new("var").with("name", KEYS)];
        let items = [
            block([Element::new("goto").with("nextitem", RECORDING)]),
            block([assign(KEYS, &key), self.submit(KEYS)]),
            item,
        ];
        let handlers = self.once_more(Some(when(RECORDING, upload())));
        let all = variables.into_iter().chain(handlers).chain(items);
        content.push(form(Some("comment"), all));
        content
    }

    fn end(&self, end: &End, after: &After) -> Vec<Element> {
        let mut said: Vec<_> = self.prompt(&end.prompts, false).into_iter().collect();
        said.extend(leave(after, end.disposition.word(), end.score));
        last(said)
    }

    /// What stands in every document that asks: how keys are heard, what happened instead, the
    /// hang-up and the error.
    fn head(&self) -> Vec<Element> {
        vec![
            // No finish key: `#` and `*` are keys like the others.
            property("termchar", ""),
            property("termtimeout", "0s"),
            property("interdigittimeout", "2s"),
            property("bargein", "true"),
            var(EVENT, "''"),
            hung_up(self.tell("hangup")),
            failed(Some(&self.sorry())),
        ]
    }

    fn sorry(&self) -> String {
        speech::sound(&self.links.base, self.voice, self.lang, "sorry")
    }

    fn tell(&self, event: &str) -> Vec<Element> {
        vec![assign(EVENT, format!("'{event}'")), self.submit(EVENT)]
    }

    /// Sends again what could not be sent: the upload, the keys, or what happened instead. What
    /// failed before there was any of it is said goodbye to as the second time.
    fn once_more(&self, upload: Option<Element>) -> [Element; 2] {
        // Not whether the keys count as true: a platform may make a number of them, and of 0 no.
        let pressed = format!("typeof {KEYS} != 'undefined'");
        let mut first: Vec<_> = upload.into_iter().collect();
        first.extend([when(&pressed, self.submit(KEYS)), when(EVENT, self.submit(EVENT))]);
        first.extend(given_up(Some(&self.sorry())));
        [not_fetched(1, first), not_fetched(2, given_up(Some(&self.sorry())))]
    }

    fn submit(&self, names: impl Value) -> Element {
        submit(&self.links.turn, names)
    }

    fn prompt(&self, prompts: &[Arc<Prompt>], bargein: bool) -> Option<Element> {
        let heard: Vec<_> = prompts.iter().filter_map(|prompt| self.file(prompt)).collect();
        let prompt = Element::new("prompt").with("bargein", bargein.to_string());
        (!heard.is_empty()).then(|| prompt.children(heard.iter().map(|url| audio(url))))
    }

    fn file(&self, prompt: &Prompt) -> Option<String> {
        let speaks = speech::speaker(prompt.sound, self.speech, None) == Speaker::File;
        speaks.then(|| speech::file(&self.links.base, self.voice, prompt))
    }
}

/// Collects what is known of the call and comes back with it. Whatever a platform makes of the
/// questions, the survey begins.
fn hello(next: &str, sorry: Option<&str>) -> Vec<Element> {
    let in_header = |header: &str| format!("{HEADERS}['{header}'] || ''");
    let own = CALL_IDS.iter().chain(&FROM).chain(&TO).chain(&AAI);
    let own = own.map(|(name, path)| ((*name).to_owned(), guarded(path, "")));
    let headers = HEADER_NAMES.map(|(name, header)| (name.to_owned(), in_header(header)));
    let ours = handover::NAMES
        .map(|name| (format!("{IN_HEADER}{name}"), in_header(&format!("x-aftercall-{name}"))));
    let asked: Vec<(String, String)> = own.chain(headers).chain(ours).collect();
    let names: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();

    let bare = [var(EVENT, "'hello'"), submit(next, EVENT)];
    let unknown = Element::new("catch").with("event", "error.semantic").children(bare);
    let headers = var(HEADERS, guarded(&format!("session.connection.protocol.sip.{HEADERS}"), ""));
    let asks = asked.iter().map(|(name, expr)| var(name, expr));
    let content = [headers].into_iter().chain(asks).chain([submit(next, names.join(" "))]);
    let again = Element::new("goto").with("nextitem", QUESTIONS);
    let content = form(
        None,
        [
            unknown,
            not_fetched(1, [again]),
            not_fetched(2, given_up(sorry)),
            block(content).with("name", QUESTIONS),
        ],
    );
    vec![hung_up([Element::new("exit")]), failed(sorry), content]
}

/// The value at that path, or `otherwise` where it or anything on the way to it is missing.
fn guarded(path: &str, otherwise: &str) -> String {
    let mut steps: Vec<&str> =
        path.match_indices('.').map(|(end, _)| &path[..end]).skip(1).collect();
    steps.push(path);
    let root = path.split('.').next().unwrap_or_default();
    format!("typeof {root} != 'undefined' && {} || '{otherwise}'", steps.join(" && "))
}

/// A whole document, without a language: nothing in it is read or listened for by the platform,
/// which would refuse one that it does not know (error.unsupported.language).
fn vxml(content: Vec<Element>) -> String {
    Element::new("vxml")
        .with("version", "2.1")
        .with("xmlns", NAMESPACE)
        .children(content)
        .document()
}

/// The namespace of all elements.
const NAMESPACE: &str = "http://www.w3.org/2001/vxml";

fn form(id: Option<&'static str>, items: impl IntoIterator<Item = Element>) -> Element {
    let form = Element::new("form");
    match id {
        Some(id) => form.with("id", id),
        None => form,
    }
    .children(items)
}

fn block(content: impl IntoIterator<Item = Element>) -> Element {
    Element::new("block").children(content)
}

fn property(name: &'static str, value: impl Value) -> Element {
    Element::new("property").with("name", name).with("value", value)
}

fn var(name: impl Value, expr: impl Value) -> Element {
    Element::new("var").with("name", name).with("expr", expr)
}

fn assign(name: &'static str, expr: impl Value) -> Element {
    Element::new("assign").with("name", name).with("expr", expr)
}

fn when(cond: impl Value, then: Element) -> Element {
    Element::new("if").with("cond", cond).child(then)
}

fn submit(next: &str, names: impl Value) -> Element {
    Element::new("submit")
        .with("next", next.to_owned())
        .with("method", "post")
        .with("namelist", names)
}

/// The caller is gone, by whatever way: hung up, or taken elsewhere.
fn hung_up(content: impl IntoIterator<Item = Element>) -> Element {
    Element::new("catch").with("event", "connection.disconnect").children(content)
}

/// Says goodbye from inside the document: whatever failed may be the way to us.
fn failed(sorry: Option<&str>) -> Element {
    Element::new("catch").with("event", "error").children(given_up(sorry))
}

/// The `count`th document that could not be had.
fn not_fetched(count: u32, content: impl IntoIterator<Item = Element>) -> Element {
    Element::new("catch")
        .with("event", "error.badfetch")
        .with("count", count.to_string())
        .children(content)
}

fn given_up(sorry: Option<&str>) -> impl Iterator<Item = Element> {
    sorry.map(goodbye).into_iter().chain([Element::new("exit")])
}

/// A document with the last word: nobody needs to hear of a hang-up then, and after an error there
/// is nothing more to say.
fn last(said: Vec<Element>) -> Vec<Element> {
    vec![hung_up([Element::new("exit")]), failed(None), form(None, [block(said)])]
}

fn goodbye(url: &str) -> Element {
    Element::new("prompt").with("bargein", "false").child(audio(url))
}

/// A file as µ-law: of the kinds of WAV the one that every platform must play (VoiceXML 2.0,
/// appendix E). Without words inside: nobody knows which languages a platform's voice can read.
fn audio(url: &str) -> Element {
    let name = url.strip_suffix(".wav").unwrap_or(url);
    Element::new("audio").with("src", format!("{name}.ulaw.wav"))
}

/// Every key, and where ten is an answer what may follow a `1`.
fn grammar(keys: Keys) -> &'static Element {
    static ONE: LazyLock<Element> = LazyLock::new(|| grammar_of(&[]));
    static ONE_OR_TEN: LazyLock<Element> = LazyLock::new(|| grammar_of(&AFTER_ONE));
    match keys {
        Keys::One => &ONE,
        Keys::OneOrTen => &ONE_OR_TEN,
    }
}

fn grammar_of(more: &[&str]) -> Element {
    let items = TWELVE.iter().chain(more).map(|keys| {
        let spaced: Vec<String> = keys.chars().map(String::from).collect();
        Element::new("item").text(spaced.join(" "))
    });
    let rule = Element::new("rule").with("id", "pressed").with("scope", "public");
    Element::new("grammar")
        .with("mode", "dtmf")
        .with("version", "1.0")
        .with("root", "pressed")
        .with("type", "application/srgs+xml")
        .child(rule.child(Element::new("one-of").children(items)))
}

fn duration(millis: u32) -> String {
    match millis % 1000 {
        0 => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

/// What comes after. Given back, the platform's own script learns how it went.
fn leave(after: &After, disposition: &str, score: Option<u8>) -> Vec<Element> {
    match after {
        After::Hangup | After::Reject => vec![Element::new("disconnect")],
        After::Redirect(url) => vec![Element::new("goto").with("next", url)],
        After::Return => {
            let score = score.map(|score| score.to_string()).unwrap_or_default();
            vec![
                var("disposition", format!("'{disposition}'")),
                var("score", format!("'{score}'")),
                Element::new("exit").with("namelist", "disposition score"),
            ]
        }
    }
}
