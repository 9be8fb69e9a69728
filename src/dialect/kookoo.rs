//! KooKoo (Ozonetel). Facts from its page of tags (kookoo.in/kookoo-docs), its PHP library and
//! applications that run on it.
//!
//! What to know before changing a tag here:
//! - keys and recordings come to the address from which the document came, so every document is
//!   shown at the address of its own turn: `<gotourl>` leads there, and that request says nothing;
//! - the tag that asks or records must be the last one;
//! - silence comes as an answer without keys;
//! - nothing tells how long a recording is, which key ended it, or what was said when hanging up.

use sha2::{Digest, Sha256};

use super::flat::{self, Flat, Said};
use super::params::keys;
use super::recording::{self, QUIET};
use super::xml::Element;
use super::{
    After, CallEvent, Dialect, Document, Kind, Lasted, Notice, Open, Params, Reached, Request,
    What, handover,
};
use crate::interview::{Ask, Input, Keys, Order, Record, Recording, SECOND_KEY_MS};

/// The dialect of KooKoo.
pub(super) struct Kookoo;

/// The parameter, in the address of a recording's document, that says that its words stand before
/// the recording: when they were heard and nothing was pressed, the recording follows.
const HEARD: &str = "heard";

impl Dialect for Kookoo {
    fn kind(&self) -> Kind {
        Kind::Kookoo
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let event = params.word("event").unwrap_or_default().to_ascii_lowercase();
        let what = match (notice(request, params, &event), token.is_some()) {
            (Some(notice), _) => What::Notice(notice),
            (None, true) => turn(params, &event),
            (None, false) => What::Start(Box::new(start(params, &event))),
        };
        CallEvent { call_id: params.word("sid"), account: None, token, what }
    }

    fn write(&self, document: &Document) -> String {
        match document {
            // The next document must be fetched from the address of its own turn.
            Document::Order { order: Order::Ask(_), links, open: None, .. } => {
                lead(links.turn.clone())
            }
            Document::Order { order: Order::Record(record), links, open: None, .. } => {
                let quiet = record.silence_seconds;
                lead(links.turn_with(QUIET, &format!("{quiet}&{HEARD}=1")))
            }
            document => flat::write(document, &Tags),
        }
    }
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params, event: &str) -> Option<Notice> {
    if matches!(event, "hangup" | "disconnect") {
        let lasted = params.seconds("total_call_duration");
        let lasted = lasted.map(|seconds| Lasted { seconds, at_ms: None });
        return Some(Notice::Ended { status: event.to_owned(), recording: None, lasted });
    }
    // Whatever else happens is no question for the next document.
    let known = ["", "newcall", "gotdtmf", "record", "dial"].contains(&event);
    (!known || request.only_tells(params)).then(|| Notice::Other { status: event.to_owned() })
}

fn turn(params: &Params, event: &str) -> What {
    match event {
        "gotdtmf" => match keys(params.get("data").unwrap_or_default()) {
            pressed if !pressed.is_empty() => What::Turn(Input::Keys(pressed)),
            _ if params.word(HEARD).is_some() => What::Open(Open::Heard),
            _ => What::Turn(Input::Silence),
        },
        "record" => What::Turn(match recorded(params) {
            Some(recording) => Input::Recording(recording),
            None => Input::Silence,
        }),
        _ => What::Open(Open::Whole),
    }
}

fn recorded(params: &Params) -> Option<Recording> {
    let url = params.word("data").filter(|data| data.contains("://"))?;
    let id = recording::id(&url)?;
    let seconds = params.seconds("record_duration");
    let silent =
        seconds.is_some_and(|seconds| recording::is_silence(params, u64::from(seconds) * 1000));
    let seconds = if silent { Some(0) } else { seconds };
    Some(Recording { id, seconds, key: None, url: Some(url) })
}

fn start(params: &Params, event: &str) -> super::Start {
    let ends = handover::Ends {
        from: params.first_word(&["cid_e164", "cid"]),
        to: params.word("called_number"),
        outbound: false,
    };
    let mut start = handover::start(params, None, ends);
    // How the agent's leg ended: the event behind `<dial>`.
    if event == "dial" {
        start.reached = match params.word("status").as_deref() {
            Some("answered") => Reached::Yes,
            Some("not_answered") => Reached::No,
            _ => start.reached,
        };
        let talk = params.seconds("callduration");
        start.handover.talk = start.handover.talk.or(talk);
    }
    start
}

// ---------------------------------------------------------------- writing

/// The tags of KooKoo.
struct Tags;

/// A document that leads on.
fn lead(url: String) -> String {
    let tags = Tags.leave(&After::Redirect(url));
    Tags.root(tags).document()
}

impl Flat for Tags {
    fn root(&self, elements: Vec<Element>) -> Element {
        Element::new("response").children(elements)
    }

    fn play(&self, url: String) -> Element {
        Element::new("playaudio").text(url)
    }

    /// The end of a document that asks nothing is not described, so a return hangs up as well.
    fn leave(&self, after: &After) -> Vec<Element> {
        vec![match after {
            After::Redirect(url) => Element::new("gotourl").text(url),
            After::Hangup | After::Return | After::Reject => Element::new("hangup"),
        }]
    }

    /// One tag with everything that is heard inside it, so that all of it can be keyed over.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        // `o` is the one time-out for both waits.
        let (keys, wait, silence) = match ask.keys {
            Keys::One => ("1", ask.think_ms.max(1), 0),
            Keys::OneOrTen => ("2", SECOND_KEY_MS, ask.think_ms.saturating_sub(SECOND_KEY_MS)),
        };
        let mut heard = self.say_all(said, &ask.prompts);
        let silences = flat::silences(said, silence.div_ceil(1000));
        heard.extend(silences.map(|url| self.play(url)));
        vec![collect(keys, wait, heard)]
    }

    /// What is said before the beep stands in a tag of its own that hears keys, as short as it may
    /// be; the recording comes with the next document, which is this one without anything to say.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        if said.open != Some(Open::Heard) {
            return vec![collect("1", 1000, self.say_all(said, &record.prompts))];
        }
        // Every recording needs a name of its own.
        let name = Sha256::digest(said.links.turn.as_bytes());
        let name: String = name.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        vec![
            Element::new("record")
                .with("format", "wav")
                .with("silence", record.silence_seconds.to_string())
                .with("maxduration", record.max_seconds.to_string())
                .text(format!("comment-{name}")),
        ]
    }
}

/// No finish key: `#` and `*` are keys like the others.
fn collect(keys: &'static str, wait_ms: u32, heard: Vec<Element>) -> Element {
    Element::new("collectdtmf").with("l", keys).with("o", wait_ms.to_string()).children(heard)
}
