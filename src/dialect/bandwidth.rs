//! Bandwidth BXML. Facts from Bandwidth's documentation (dev.bandwidth.com/docs/voice: bxml,
//! webhooks) and its helper libraries.
//!
//! What to know before changing a verb here:
//! - `gatherUrl` is requested also on silence, with empty digits, and what stands behind such a
//!   `<Gather>` is never reached; so a recording needs a document of its own;
//! - `recordCompleteUrl` is not requested when the caller hangs up, the notice of the recording is;
//! - neither tells which key ended a recording.

use super::flat::{self, Flat, Said};
use super::params::keys;
use super::recording::{self, QUIET};
use super::speech::{self, PlatformVoice, Speaker};
use super::xml::Element;
use super::{
    After, CallEvent, Dialect, Document, Kind, Lasted, Notice, Open, Params, Reached, Request,
    What, handover,
};
use crate::interview::{Ask, Input, Keys, Record, Recording};

/// The dialect of Bandwidth.
pub(super) struct Bandwidth;

/// The parameter, in the address of the gather before a recording, that says that the recording
/// follows when nothing was pressed.
const HEARD: &str = "heard";
/// The most that `firstDigitTimeout` takes, in seconds.
const MOST_SECONDS: u32 = 60;

/// The one voice that the documentation lists for a language of ours.
const VOICES: [PlatformVoice; 1] = [PlatformVoice { lang: "en", tag: "en_UK", name: "bridget" }];

impl Dialect for Bandwidth {
    fn kind(&self) -> Kind {
        Kind::Bandwidth
    }

    fn content_type(&self) -> &'static str {
        "application/xml; charset=utf-8"
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        let token = params.word("t");
        let event = params.word("eventType").unwrap_or_default();
        let what = match notice(request, params, &event) {
            Some(notice) => What::Notice(notice),
            None if token.is_some() || matches!(event.as_str(), "gather" | "recordComplete") => {
                turn(params)
            }
            None => What::Start(Box::new(start(params, &event))),
        };
        let (call_id, account) = (params.word("callId"), params.word("accountId"));
        CallEvent { call_id, account, token, what }
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &Bxml)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

// ---------------------------------------------------------------- reading

fn notice(request: &Request, params: &Params, event: &str) -> Option<Notice> {
    match event {
        "disconnect" => {
            let cause = params.word("cause").unwrap_or_default();
            // What went wrong between Bandwidth and us is no caller's wish.
            let failed = matches!(
                cause.as_str(),
                "callback-error"
                    | "invalid-bxml"
                    | "application-error"
                    | "account-limit"
                    | "node-capacity-exceeded"
                    | "error"
            );
            let status = if failed { "failed".to_owned() } else { cause };
            return Some(Notice::Ended { status, recording: None, lasted: lasted(params) });
        }
        "recordingAvailable" => return Some(available(params)),
        // The events that are answered with BXML.
        ""
        | "initiate"
        | "answer"
        | "redirect"
        | "gather"
        | "recordComplete"
        | "transferComplete"
        | "bridgeComplete"
        | "bridgeTargetComplete" => {}
        other => return Some(Notice::Other { status: other.to_owned() }),
    }
    request.only_tells(params).then(|| Notice::Other { status: event.to_owned() })
}

fn available(params: &Params) -> Notice {
    let status = params.word("status").unwrap_or_default();
    match (recording(params), status.as_str()) {
        (
            Some(Recording { id, url, seconds, .. }),
            "complete" | "partial" | "error" | "deleted",
        ) => {
            let ready = matches!(status.as_str(), "complete" | "partial");
            Notice::Recording { id, url, seconds, ready }
        }
        _ => Notice::Other { status: format!("recording {status}") },
    }
}

/// From the answer to the end.
fn lasted(params: &Params) -> Option<Lasted> {
    let at = |name| params.word(name)?.parse::<jiff::Timestamp>().ok();
    let (answered, ended) = (at("answerTime")?, at("endTime")?);
    let seconds = u32::try_from(ended.duration_since(answered).as_secs()).ok()?;
    Some(Lasted { seconds, at_ms: Some(ended.as_millisecond()) })
}

fn turn(params: &Params) -> What {
    if let Some(mut recording) = recording(params) {
        if recorded_ms(params).is_some_and(|millis| recording::is_silence(params, millis)) {
            recording.seconds = Some(0);
        }
        return What::Turn(Input::Recording(recording));
    }
    let pressed = format!(
        "{}{}",
        params.get("digits").unwrap_or_default(),
        params.get("terminatingDigit").unwrap_or_default()
    );
    match keys(&pressed) {
        pressed if !pressed.is_empty() => What::Turn(Input::Keys(pressed)),
        _ if params.word(HEARD).is_some() => What::Open(Open::Heard),
        _ => What::Turn(Input::Silence),
    }
}

fn recording(params: &Params) -> Option<Recording> {
    let id = params.word("recordingId")?;
    let seconds =
        recorded_ms(params).map(|millis| u32::try_from(millis / 1000).unwrap_or(u32::MAX));
    Some(Recording { id, seconds, key: None, url: params.word("mediaUrl") })
}

/// `PT20.056S`.
fn recorded_ms(params: &Params) -> Option<u64> {
    let duration = params.word("duration")?.parse::<jiff::SignedDuration>().ok()?;
    u64::try_from(duration.as_millis()).ok()
}

fn start(params: &Params, event: &str) -> super::Start {
    let ends = handover::Ends {
        from: params.word("from"),
        to: params.word("to"),
        outbound: params.word("direction").as_deref() == Some("outbound"),
    };
    let start = handover::start(params, None, ends);
    // How the agent's leg ended: `<Transfer transferCompleteUrl>`.
    let reached = match (event, params.word("cause").as_deref()) {
        ("transferComplete", Some("hangup")) => Reached::Yes,
        ("transferComplete", Some("unknown") | None) => Reached::Unknown,
        ("transferComplete", Some(_)) => Reached::No,
        _ => start.reached,
    };
    super::Start { reached, unanswered: event == "initiate", ..start }
}

// ---------------------------------------------------------------- writing

/// The verbs of BXML.
struct Bxml;

impl Flat for Bxml {
    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }

    fn spoken(&self, words: &str, voice: &PlatformVoice) -> Option<Element> {
        Some(Element::new("SpeakSentence").with("voice", voice.name).text(words.to_owned()))
    }

    fn play(&self, url: String) -> Element {
        Element::new("PlayAudio").text(url)
    }

    /// The end of a document is the end of the call here, so a return is nothing more than that;
    /// and there is no other way to refuse a call than to hang up.
    fn leave(&self, after: &After) -> Vec<Element> {
        match after {
            After::Hangup | After::Reject => vec![Element::new("Hangup")],
            After::Redirect(url) => {
                let redirect = Element::new("Redirect").with("redirectUrl", url);
                vec![redirect.with("redirectMethod", "POST")]
            }
            After::Return => Vec::new(),
        }
    }

    /// One gather with everything that is heard inside it, so that all of it can be keyed over.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        let think = ask.think_ms.div_ceil(1000).clamp(1, MOST_SECONDS);
        let keys = match ask.keys {
            Keys::One => 1,
            Keys::OneOrTen => 2,
        };
        let words = self.say_all(said, &ask.prompts);
        vec![gather(&said.links.turn, keys, think).children(words)]
    }

    /// What is said before the beep stands in a gather of its own, as short as it may be: a `#`
    /// that finished the answer before is heard at once then. Outside, it would wait for the
    /// recording and end it before it began. The recording comes with the next document, which is
    /// this one without anything to say.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        let words = self.say_all(said, &record.prompts);
        if !words.is_empty() {
            let url = said.links.turn_with(HEARD, "1");
            return vec![gather(&url, 1, 1).children(words)];
        }
        let quiet = record.silence_seconds.to_string();
        let mut verbs = Vec::new();
        // Bandwidth brings no beep.
        if speech::speaker(record.beep.sound, said.speech, None) == Speaker::File {
            let url = speech::file(&said.links.base, said.voice, &record.beep);
            verbs.push(self.play(url));
        }
        verbs.push(
            Element::new("Record")
                .with("recordCompleteUrl", said.links.turn_with(QUIET, &quiet))
                .with("recordCompleteMethod", "POST")
                .with("recordingAvailableUrl", &said.links.recording)
                .with("recordingAvailableMethod", "POST")
                .with("terminatingDigits", "1234567890*#")
                .with("maxDuration", record.max_seconds.to_string())
                .with("silenceTimeout", &quiet)
                .with("fileFormat", "wav"),
        );
        verbs
    }
}

fn gather(url: &str, keys: u32, first: u32) -> Element {
    Element::new("Gather")
        .with("gatherUrl", url.to_owned())
        .with("gatherMethod", "POST")
        .with("maxDigits", keys.to_string())
        .with("firstDigitTimeout", first.to_string())
        .with("interDigitTimeout", flat::SECOND_KEY_SECONDS.to_string())
        // No finish key: `#` and `*` are keys like the others.
        .with("terminatingDigits", "")
        .with("repeatCount", "1")
}
