//! Africa's Talking. Facts from its documentation (docs.africastalking.com/voice: actions,
//! callhandler, record) and its JavaScript library.
//!
//! What to know before changing an element here:
//! - whether fewer keys than asked for are told when the time is over is not documented, so one
//!   key is asked for at a time;
//! - on silence nothing is requested and the next element follows; behind the last one the call
//!   ends, and there is no other way to hang up;
//! - `<GetDigits>` and `<Record>` hold one `<Say>` or `<Play>`, not several;
//! - finish keys are one key, not a list;
//! - the address in a document stays that of all later requests, also of the notice of the end.

use std::sync::Arc;

use super::flat::{self, Flat, Said};
use super::params::keys;
use super::recording;
use super::speech::{self, PlatformVoice, Speaker};
use super::xml::Element;
use super::{
    After, CallEvent, Dialect, Document, Kind, Lasted, Notice, Open, Params, Request, What,
    handover,
};
use crate::interview::{Ask, Input, Keys, Record, Recording};
use crate::survey::Prompt;

/// The dialect of Africa's Talking.
pub(super) struct Africastalking;

/// The parameter by which our own redirect behind an input says that nothing was pressed.
const SILENCE: &str = "silence";
/// The parameter, in the address of an input that may have a second key, that says so.
const TWO: &str = "two";
/// The parameter, in the address of the input for the second key, with the first one.
const FIRST: &str = "first";
/// The parameter, in the address of a recording, that says so: other requests of the call may name
/// recordings that are no comment, such as one of the agent's leg.
const RECORDED: &str = "recorded";
/// The key that ends a recording: there is room for one.
const ENDS_RECORDING: &str = "#";

/// The documented voice; it reads English.
const VOICES: [PlatformVoice; 1] = [PlatformVoice { lang: "en", tag: "en", name: "woman" }];

impl Dialect for Africastalking {
    fn kind(&self) -> Kind {
        Kind::Africastalking
    }

    fn content_type(&self) -> &'static str {
        "application/xml"
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let what = match (notice(request, params, token.is_some()), token.is_some()) {
            (Some(notice), _) => What::Notice(notice),
            (None, true) => turn(params),
            (None, false) => {
                let ends = handover::Ends {
                    // The customer's number, whoever placed the call.
                    from: params.word("callerNumber"),
                    to: params.word("destinationNumber"),
                    outbound: false,
                };
                What::Start(Box::new(handover::start(params, None, ends)))
            }
        };
        CallEvent { call_id: params.word("sessionId"), account: None, token, what }
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &Actions)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params, has_token: bool) -> Option<Notice> {
    if params.word("isActive").as_deref() == Some("0") {
        let status = params.first_word(&["callSessionState", "hangupCause", "status"]);
        let status = status.unwrap_or_default();
        let failed = status.eq_ignore_ascii_case("failed");
        return Some(Notice::Ended {
            status: if failed { "failed".to_owned() } else { status },
            // A caller who hung up while speaking.
            recording: recorded(params).filter(|_| has_token),
            lasted: params
                .seconds("durationInSeconds")
                .map(|seconds| Lasted { seconds, at_ms: None }),
        });
    }
    request
        .only_tells(params)
        .then(|| Notice::Other { status: params.word("callSessionState").unwrap_or_default() })
}

fn turn(params: &Params) -> What {
    if let Some(recording) = recorded(params) {
        return What::Turn(Input::Recording(recording));
    }
    let pressed = match params.word(SILENCE) {
        // A redirect may repeat the digits of an earlier input; the mark is ours and newer.
        Some(_) => String::new(),
        None => keys(params.get("dtmfDigits").unwrap_or_default()),
    };
    let first = params.word(FIRST).map(|first| keys(&first)).unwrap_or_default();
    match pressed.as_str() {
        "1" if first.is_empty() && params.word(TWO).is_some() => What::Open(Open::Begun('1')),
        _ if first.is_empty() && pressed.is_empty() => What::Turn(Input::Silence),
        _ => What::Turn(Input::Keys(first + &pressed)),
    }
}

/// The comment, at the address of its recording.
fn recorded(params: &Params) -> Option<Recording> {
    params.word(RECORDED)?;
    let url = params.word("recordingUrl")?;
    let id = recording::id(&url)?;
    Some(Recording { id, seconds: None, key: None, url: Some(url) })
}

// ---------------------------------------------------------------- writing

/// The actions of Africa's Talking.
struct Actions;

impl Flat for Actions {
    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }

    fn spoken(&self, words: &str, voice: &PlatformVoice) -> Option<Element> {
        Some(Element::new("Say").with("voice", voice.name).text(words.to_owned()))
    }

    fn play(&self, url: String) -> Element {
        Element::new("Play").with("url", url)
    }

    /// The end of a document is the end of the call.
    fn leave(&self, after: &After) -> Vec<Element> {
        match after {
            After::Hangup | After::Return => Vec::new(),
            After::Redirect(url) => vec![redirect(url)],
            After::Reject => vec![Element::new("Reject")],
        }
    }

    /// One input for one key; behind it the redirect that silence falls through to.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        let links = said.links;
        let think = ask.think_ms.div_ceil(1000).max(1);
        let (url, silence) = match (said.open, ask.keys) {
            (Some(Open::Begun(first)), _) => {
                let first = first.to_string();
                (
                    links.turn_with(FIRST, &first),
                    links.turn_with(FIRST, &format!("{first}&{SILENCE}=1")),
                )
            }
            (_, Keys::One) => (links.turn.clone(), links.turn_with(SILENCE, "1")),
            (_, Keys::OneOrTen) => (links.turn_with(TWO, "1"), links.turn_with(SILENCE, "1")),
        };
        let (mut elements, last) = self.one(said, &ask.prompts);
        elements.push(digits(&url, think).children(last));
        elements.push(redirect(&silence));
        elements
    }

    /// What is said before the beep stands in an input of its own, as short as it may be: a `#`
    /// that finished the answer before is heard at once then. Inside `<Record>` it would wait for
    /// the recording and end it before it began.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        let (mut elements, last) = self.one(said, &record.prompts);
        elements.extend(last.map(|last| digits(&said.links.turn, 1).child(last)));
        elements.push(
            Element::new("Record")
                .with("finishOnKey", ENDS_RECORDING)
                .with("maxLength", record.max_seconds.to_string())
                // What its time-out counts is not documented: as the whole time it would cut a
                // comment short, and `maxLength` ends it anyway.
                .with("timeout", record.max_seconds.to_string())
                .with("trimSilence", "true")
                .with("playBeep", "true")
                .with("callbackUrl", said.links.turn_with(RECORDED, "1")),
        );
        // Where an empty recording requests nothing.
        elements.push(redirect(&said.links.turn_with(SILENCE, "1")));
        elements
    }
}

impl Actions {
    /// Prompts for an element that holds one: the one, and what must be heard before it. All by the
    /// voice where it speaks all of them, else by files put together.
    fn one(&self, said: &Said, prompts: &[Arc<Prompt>]) -> (Vec<Element>, Option<Element>) {
        let speaker = |prompt: &Arc<Prompt>| {
            let voice = speech::voice(&VOICES, prompt.lang);
            speech::speaker(prompt.sound, said.speech, voice)
        };
        let mut speakers = prompts.iter().map(speaker);
        if let Some(Speaker::Voice(voice)) = speakers.next()
            && speakers.all(|other| other == Speaker::Voice(voice))
        {
            let words: Vec<&str> = prompts.iter().map(|prompt| &*prompt.text).collect();
            return (Vec::new(), self.spoken(&words.join(" "), voice));
        }
        let files = speech::joined_files(&said.links.base, said.voice, said.speech, prompts);
        let mut plays: Vec<_> = files.into_iter().map(|url| self.play(url)).collect();
        let last = plays.pop();
        (plays, last)
    }
}

/// An input for one key, without a finish key: `#` and `*` are keys like the others.
fn digits(url: &str, timeout: u32) -> Element {
    Element::new("GetDigits")
        .with("numDigits", "1")
        .with("timeout", timeout.to_string())
        .with("callbackUrl", url.to_owned())
}

fn redirect(url: &str) -> Element {
    Element::new("Redirect").text(url.to_owned())
}
