//! FreeSWITCH mod_httapi. Facts from mod_httapi.c and switch_ivr_async.c, and from calls placed
//! through FreeSWITCH 1.11.
//!
//! What to know before changing a tag here:
//! - after the last tag the address is requested again, so every document that asks sets `action`;
//! - tags behind an answered prompt are still run, so nothing stands behind a prompt that asks;
//! - `loops="N"` plays N+1 times;
//! - a tag without `<bind>` hears no keys: they wait in the channel for the next tag that does.

use std::sync::Arc;

use super::flat::{self, Flat, Said};
use super::params::{AFTER_ONE, TWELVE, is_key, keys};
use super::speech;
use super::xml::Element;
use super::{After, CallEvent, Dialect, Document, Kind, Notice, Params, Request, What, handover};
use crate::interview::{Ask, Input, Keys, Record, Recording, SECOND_KEY_MS};
use crate::survey::Prompt;

/// The dialect of mod_httapi.
pub(super) struct Freeswitch;

/// Before a SIP header's name among the channel variables of an extended profile.
const SIP_HEADER: &str = "variable_sip_h_";
/// The parameter that carries the pressed keys.
const DIGITS: &str = "digits";
/// The parameter, in the action of a key's own bind, that says which key ended a recording:
/// mod_httapi does not tell it otherwise.
const KEY: &str = "key";
/// The parameter, in the action of a recording, that says how many seconds of silence end it:
/// they stand at the end of the file, where no key, no hang-up and no limit ended it.
const QUIET: &str = "quiet";
/// The parameter beside it that says the limit in seconds: a file of that length was ended by it,
/// since mod_httapi lets a recording run on to the next whole second.
const LIMIT: &str = "limit";

impl Dialect for Freeswitch {
    fn kind(&self) -> Kind {
        Kind::Freeswitch
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let what = match notice(request, params) {
            Some(notice) => What::Notice(notice),
            None if token.is_some() => What::Turn(input(request, params)),
            None => {
                let ends = handover::Ends {
                    from: params.word("Caller-Caller-ID-Number"),
                    to: params.word("Caller-Destination-Number"),
                    outbound: params.word("Caller-Direction").as_deref() == Some("outbound"),
                };
                let mut start = handover::start(params, Some(SIP_HEADER), ends);
                start.unanswered =
                    params.word("Caller-Channel-Answered-Time").as_deref() == Some("0");
                What::Start(Box::new(start))
            }
        };
        let call_id = params.first_word(&["session_id", "Caller-Unique-ID"]);
        CallEvent { call_id, account: None, token, what }
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &Httapi)
    }
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params) -> Option<Notice> {
    if params.word("exiting").is_some_and(|word| word.eq_ignore_ascii_case("true")) {
        // What was being recorded when the caller hung up comes with this last request.
        return Some(Notice::Ended {
            status: "exiting".to_owned(),
            recording: uploaded(request, None),
            lasted: None,
        });
    }
    request
        .only_tells(params)
        .then(|| Notice::Other { status: params.word("CallStatus").unwrap_or_default() })
}

fn input(request: &Request, params: &Params) -> Input {
    let ended_by = params.word(KEY).and_then(|key| key.chars().next()).filter(|c| is_key(*c));
    if let Some(mut recording) = uploaded(request, ended_by) {
        let limit = params.seconds(LIMIT).unwrap_or(u32::MAX);
        let full = recording.seconds.is_some_and(|seconds| seconds >= limit);
        let quiet = match ended_by.is_some() || full {
            true => 0,
            false => params.seconds(QUIET).unwrap_or(0),
        };
        recording.seconds = recording.seconds.map(|seconds| seconds.saturating_sub(quiet));
        return Input::Recording(recording);
    }
    let heard = match params.word("input_type").as_deref() {
        None | Some("dtmf") => keys(params.get(DIGITS).unwrap_or_default()),
        Some(_) => String::new(),
    };
    match ended_by {
        _ if !heard.is_empty() => Input::Keys(heard),
        // A key over the prompt or the beep: there is nothing recorded, only the key.
        Some(key) => Input::Keys(key.to_string()),
        None => Input::Silence,
    }
}

fn uploaded(request: &Request, key: Option<char>) -> Option<Recording> {
    let upload = request.upload?;
    Some(Recording { id: upload.id.clone(), seconds: upload.seconds, key, url: None })
}

// ---------------------------------------------------------------- writing

/// The tags of mod_httapi.
struct Httapi;

impl Flat for Httapi {
    fn root(&self, elements: Vec<Element>) -> Element {
        let work = Element::new("work").children(elements);
        Element::new("document").with("type", "xml/freeswitch-httapi").child(work)
    }

    fn play(&self, url: String) -> Element {
        Element::new("playback").with("file", url)
    }

    fn leave(&self, after: &After) -> Vec<Element> {
        vec![match after {
            After::Hangup => Element::new("hangup"),
            // The dialplan goes on behind httapi; it has no address to return to.
            After::Return => Element::new("break"),
            After::Redirect(url) => Element::new("continue").with("action", url),
            After::Reject => Element::new("hangup").with("cause", "CALL_REJECTED"),
        }]
    }

    fn say_all(&self, said: &Said, prompts: &[Arc<Prompt>]) -> Vec<Element> {
        files(said, prompts).into_iter().map(|file| self.play(file)).collect()
    }

    /// One prompt tag that hears all keys over everything it plays. The same address takes the
    /// answer and the silence: the answer has digits.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        let mut files = files(said, &ask.prompts);
        let last = files.pop();
        let mut tags: Vec<_> = files.into_iter().map(|file| self.play(file)).collect();
        let more: &[&str] = match ask.keys {
            Keys::One => &[],
            Keys::OneOrTen => &AFTER_ONE,
        };
        // A `1` that is still waiting for its second key when this time is over would be lost.
        let second = if more.is_empty() { 0 } else { SECOND_KEY_MS };
        let wait = ask.think_ms.max(1).saturating_add(second);
        let tag = match last {
            Some(file) => Element::new("playback")
                .with("name", DIGITS)
                .with("file", file)
                .with("loops", "0")
                .with("input-timeout", wait.to_string()),
            // Nothing to play; a tag without a file would end the call.
            None => {
                Element::new("pause").with("name", DIGITS).with("milliseconds", wait.to_string())
            }
        };
        tags.push(
            tag.with("digit-timeout", SECOND_KEY_MS.to_string())
                .with("action", &said.links.turn)
                .children(TWELVE.iter().chain(more).map(|keys| Element::new("bind").text(*keys))),
        );
        tags
    }

    /// The file comes with the next request. What is said before the beep stands in the beep's
    /// file, over which this tag hears keys: a `#` that finished the answer before is heard at
    /// once then, not after the whole prompt.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        let heard: Vec<_> = record.prompts.iter().chain([&record.beep]).cloned().collect();
        let mut files = files(said, &heard);
        let last = files.pop();
        let mut tags: Vec<_> = files.into_iter().map(|file| self.play(file)).collect();
        let mut tag = Element::new("record").with("name", "recording").with("file", "comment.wav");
        if let Some(file) = last {
            tag = tag.with("beep-file", file);
        }
        let ends = format!("{}&{LIMIT}={}", record.silence_seconds, record.max_seconds);
        tags.push(
            tag.with("limit", record.max_seconds.to_string())
                .with("silence-hits", record.silence_seconds.to_string())
                .with("threshold", "200")
                .with("digit-timeout", SECOND_KEY_MS.to_string())
                .with("action", said.links.turn_with(QUIET, &ends))
                .children(TWELVE.iter().map(|key| {
                    let value = key.replace('#', "%23").replace('*', "%2A");
                    Element::new("bind")
                        .with("action", said.links.turn_with(KEY, &value))
                        .text(*key)
                })),
        );
        tags
    }
}

/// All but the last are played without listening; keys pressed meanwhile wait for the last.
fn files(said: &Said, prompts: &[Arc<Prompt>]) -> Vec<String> {
    speech::joined_files(&said.links.base, said.voice, said.speech, prompts)
}
