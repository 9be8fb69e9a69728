//! What the family of TwiML dialects shares: how a webhook is read and how a document is written.
//! A member's own file says only how it differs: its signature, voices, names and attributes.

use std::sync::Arc;

use super::params::{clean, keys};
use super::speech::{self, PlatformVoice, Speaker};
use super::xml::Element;
use super::{
    After, CallEvent, Document, Lasted, Links, Notice, Params, Request, Start, What, handover,
};
use crate::interview::{Ask, End, Input, Keys, Order, Record, Recording, Voice};
use crate::survey::{Lang, Prompt, Speech};

/// How a member of the family writes.
#[derive(Debug)]
pub(super) struct Manner {
    /// Its confirmed voices.
    pub voices: &'static [PlatformVoice],
    /// What every `<Gather>` of its takes beside the attributes that all members have.
    pub gather: &'static [(&'static str, &'static str)],
    /// What a `<Gather>` that is an Ask takes beyond that.
    pub ask: &'static [(&'static str, &'static str)],
    /// What `<Record>` takes beside the attributes that all members have.
    pub record: &'static [(&'static str, &'static str)],
    /// Whether `<Record>` can name an address for the notice that a recording is ready, and what
    /// it takes beside that address.
    pub told: Option<&'static [(&'static str, &'static str)]>,
    /// How the time to think is made.
    pub think: Think,
    /// The verb that refuses a call; where there is none, the one that ends it.
    pub refusal: &'static str,
}

/// How the time to think is made inside a `<Gather>`, where its one time-out is shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Think {
    /// By `<Pause>`.
    Pause,
    /// By playing files of silence, where `<Gather>` takes no `<Pause>`.
    Files,
}

/// Files of silence that every language of every survey has, with their seconds, longest first.
const SILENCES: [(&str, u32); 3] = [("silence-4", 4), ("silence-2", 2), ("silence-1", 1)];
/// No more silence than this is put together from files.
const MOST_SILENCE_SECONDS: u32 = 30;

/// What a member calls the parameters of its requests.
#[derive(Debug)]
pub(super) struct Names {
    /// The id of the call; the first of these that is there.
    pub call: &'static [&'static str],
    /// The caller's end.
    pub from: &'static str,
    /// The called end.
    pub to: &'static str,
    /// The state of the call; the first of these that is there.
    pub status: &'static [&'static str],
    /// The pressed keys.
    pub digits: &'static str,
}

/// The names that Twilio gave them.
pub(super) const NAMES: Names =
    Names { call: &["CallSid"], from: "From", to: "To", status: &["CallStatus"], digits: "Digits" };

/// Before a SIP header's name among the parameters.
const SIP_HEADER: &str = "SipHeader_";

/// The time-out of `<Gather>` in seconds while a second key may follow. The same attribute is the
/// wait for the first key, so the time to think is silence inside the element, before it.
pub(super) const SECOND_KEY_SECONDS: u32 = 2;

/// The parameter by which our own redirect behind a `<Gather>` says that nothing was pressed.
const SILENCE: &str = "silence";

// ---------------------------------------------------------------- reading

/// What a webhook of the family means: notice before turn before start.
pub(super) fn read(request: &Request, params: &Params, names: &Names) -> CallEvent {
    let token = params.word("t");
    let what = match notice(request, params, token.is_some(), names) {
        Some(notice) => What::Notice(notice),
        None if token.is_some() => What::Turn(input(params, names)),
        None => What::Start(Box::new(start(params, names))),
    };
    CallEvent {
        call_id: params.first_word(names.call),
        account: params.word("AccountSid"),
        token,
        what,
    }
}

fn notice(request: &Request, params: &Params, has_token: bool, names: &Names) -> Option<Notice> {
    let path = request.path().trim_end_matches('/');
    let status = params.first_word(names.status);
    let recording = || recording(params, names);
    let progress = params.word("CallbackSource").is_some();
    if let Some(state) = params.word("RecordingStatus") {
        return Some(recording_notice(recording(), &state));
    }
    // The content decides: a call that ended is one at every address.
    let ended = status.as_deref().is_some_and(is_over) && recording().is_none();
    if path.ends_with("/recording") && !ended {
        let state = if recording().is_some() { "completed" } else { "absent" };
        return Some(recording_notice(recording(), state));
    }
    if let Some(status) = status.clone().filter(|status| is_over(status)) {
        // A caller who hangs up while speaking: the action of <Record> is requested with the
        // recording, and with a call that is over. A progress callback's recording is one of the
        // whole call.
        let recording = recording().filter(|_| has_token && !progress);
        let lasted = params.seconds("CallDuration").map(|seconds| Lasted {
            seconds,
            at_ms: params.word("Timestamp").and_then(|text| moment(&text)),
        });
        return Some(Notice::Ended { status, recording, lasted });
    }
    (progress || path.ends_with("/status"))
        .then(|| Notice::Other { status: status.unwrap_or_default() })
}

/// UTC milliseconds of `Tue, 20 Jan 2026 10:00:00 +0000` (RFC 2822), as most say it, or of
/// `2026-01-20T10:00:00Z`, with a space or a `T`, as Telnyx does.
fn moment(text: &str) -> Option<i64> {
    let mail = jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
    mail.or_else(|| text.parse().ok()).map(jiff::Timestamp::as_millisecond)
}

/// Whether a CallStatus is the last one of a call.
fn is_over(status: &str) -> bool {
    matches!(status, "completed" | "busy" | "failed" | "no-answer" | "canceled")
}

fn recording_notice(recording: Option<Recording>, state: &str) -> Notice {
    match (recording, state) {
        (Some(Recording { id, url, seconds, .. }), "completed" | "failed") => {
            Notice::Recording { id, url, seconds, ready: state == "completed" }
        }
        // Nothing was said, whatever else the notice tells.
        (Some(Recording { id, url, .. }), "absent") => {
            Notice::Recording { id, url, seconds: Some(0), ready: false }
        }
        _ => Notice::Other { status: format!("recording {state}") },
    }
}

fn input(params: &Params, names: &Names) -> Input {
    if let Some(recording) = recording(params, names) {
        return Input::Recording(recording);
    }
    let keys = match params.word(SILENCE) {
        // A redirect may repeat the digits of an earlier gather; the mark is ours and newer.
        Some(_) => String::new(),
        None => keys(params.get(names.digits).unwrap_or_default()),
    };
    if keys.is_empty() { Input::Silence } else { Input::Keys(keys) }
}

fn recording(params: &Params, names: &Names) -> Option<Recording> {
    let url = params.word("RecordingUrl");
    let id = params.word("RecordingSid").or_else(|| url.as_deref().and_then(last_segment))?;
    let seconds = params.seconds("RecordingDuration");
    // `hangup` stands where the key would: the caller hung up.
    let key = params.word(names.digits).and_then(|digits| keys(&digits).chars().next());
    Some(Recording { id, seconds, key, url })
}

/// `…/Recordings/RE1.wav?x=1` → `RE1`.
fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.trim_end_matches('/');
    let segment = path.rsplit('/').next()?;
    clean(segment.split('.').next()?)
}

fn start(params: &Params, names: &Names) -> Start {
    let ends = handover::Ends {
        from: params.word(names.from),
        to: params.word(names.to),
        outbound: params.word("Direction").is_some_and(|word| word.starts_with("outbound")),
    };
    let unanswered = params
        .first_word(names.status)
        .is_some_and(|word| matches!(word.as_str(), "ringing" | "queued" | "initiated"));
    Start { unanswered, ..handover::start(params, SIP_HEADER, ends) }
}

// ---------------------------------------------------------------- writing

/// What a document speaks with.
struct Speaking<'a> {
    voice: &'a Voice,
    speech: Speech,
    lang: Lang,
    links: &'a Links,
    manner: &'a Manner,
}

/// The document of that meaning.
pub(super) fn write(document: &Document, manner: &Manner) -> String {
    let verbs = match document {
        Document::Order { order, voice, speech, lang, links, after } => {
            let speaking = Speaking { voice, speech: *speech, lang: *lang, links, manner };
            match order {
                Order::Ask(ask) => speaking.ask(ask),
                Order::Record(record) => speaking.record(record),
                Order::End(End { prompts, .. }) => {
                    let mut verbs = speaking.say_all(prompts);
                    // The call was answered long ago and cannot be rejected any more.
                    verbs.extend(match after {
                        After::Reject => leave(&After::Hangup, manner),
                        after => leave(after, manner),
                    });
                    verbs
                }
            }
        }
        Document::Empty | Document::Hello { .. } => Vec::new(),
        Document::Leave(after) => leave(after, manner),
        Document::Sorry { lang, audio } => sorry(*lang, audio.as_deref(), manner.voices),
    };
    Element::new("Response").children(verbs).document()
}

impl Speaking<'_> {
    /// One gather with everything that is heard inside it, so that all of it can be keyed over;
    /// behind it the redirect for platforms that fall through on silence.
    fn ask(&self, ask: &Ask) -> Vec<Element> {
        let think = ask.think_ms.div_ceil(1000).max(1);
        let (keys, timeout) = match ask.keys {
            Keys::One => (1, think),
            Keys::OneOrTen => (2, SECOND_KEY_SECONDS),
        };
        let gather = self
            .gather(keys, timeout)
            .with_all(self.manner.ask)
            .children(self.say_all(&ask.prompts))
            .children(self.think(think.saturating_sub(timeout)));
        vec![gather, self.redirect_on_silence()]
    }

    /// Seconds of silence inside a gather.
    fn think(&self, seconds: u32) -> Vec<Element> {
        match self.manner.think {
            _ if seconds == 0 => Vec::new(),
            Think::Pause => vec![Element::new("Pause").with("length", seconds.to_string())],
            Think::Files => {
                let mut left = seconds.min(MOST_SILENCE_SECONDS);
                let mut played = Vec::new();
                while let Some((id, long)) = SILENCES.iter().find(|(_, long)| *long <= left) {
                    let url = speech::sound(&self.links.base, self.voice, self.lang, id);
                    played.push(Element::new("Play").text(url));
                    left -= long;
                }
                played
            }
        }
    }

    /// What is said before the beep stands in a gather of its own, as short as it may be: a `#`
    /// that finished the answer before is heard at once then. Outside, it would wait for the
    /// recording and end it before it began.
    fn record(&self, record: &Record) -> Vec<Element> {
        let mut verbs = Vec::new();
        let said = self.say_all(&record.prompts);
        if !said.is_empty() {
            let gather = self.gather(1, 1).children(said);
            verbs.push(gather);
        }
        let mut tag = Element::new("Record")
            .with("action", &self.links.turn)
            .with("method", "POST")
            .with("timeout", record.silence_seconds.to_string())
            .with("finishOnKey", "1234567890*#")
            .with("maxLength", record.max_seconds.to_string())
            .with("playBeep", "true")
            .with_all(self.manner.record);
        if let Some(further) = self.manner.told {
            tag = tag
                .with("recordingStatusCallback", &self.links.recording)
                .with("recordingStatusCallbackMethod", "POST")
                .with_all(further);
        }
        verbs.push(tag);
        // Where an empty recording does not request the action.
        verbs.push(self.redirect_on_silence());
        verbs
    }

    /// A gather of so many keys, with its time-out in seconds. Without a key the next verb follows.
    fn gather(&self, keys: u32, timeout: u32) -> Element {
        Element::new("Gather")
            .with_all(self.manner.gather)
            .with("numDigits", keys.to_string())
            .with("timeout", timeout.to_string())
            // No finish key: `#` and `*` are keys like the others.
            .with("finishOnKey", "")
            .with("action", &self.links.turn)
            .with("method", "POST")
    }

    fn redirect_on_silence(&self) -> Element {
        redirect(&self.links.turn_with(SILENCE, "1"))
    }

    fn say_all(&self, prompts: &[Arc<Prompt>]) -> Vec<Element> {
        prompts.iter().filter_map(|prompt| self.say(prompt)).collect()
    }

    fn say(&self, prompt: &Prompt) -> Option<Element> {
        let voice = speech::voice(self.manner.voices, prompt.lang);
        match speech::speaker(prompt.sound, self.speech, voice) {
            Speaker::File => {
                let url = speech::file(&self.links.base, self.voice, prompt);
                Some(Element::new("Play").text(url))
            }
            Speaker::Voice(voice) => Some(spoken(&prompt.text, voice)),
            Speaker::Nobody => None,
        }
    }
}

fn spoken(words: &str, voice: &PlatformVoice) -> Element {
    Element::new("Say").with("voice", voice.name).with("language", voice.tag).text(words)
}

fn redirect(url: &str) -> Element {
    Element::new("Redirect").with("method", "POST").text(url)
}

/// What comes after. The end of a document is the end of the call on the platform that fetched it,
/// or the way back to whoever included it; so a return is nothing at all.
fn leave(after: &After, manner: &Manner) -> Vec<Element> {
    match after {
        After::Hangup => vec![Element::new("Hangup")],
        After::Redirect(url) => vec![redirect(url)],
        After::Return => Vec::new(),
        After::Reject => vec![Element::new(manner.refusal)],
    }
}

/// The platform's voice goes first here: our own files may be what is out of reach.
fn sorry(lang: Lang, audio: Option<&str>, voices: &'static [PlatformVoice]) -> Vec<Element> {
    let mut verbs = Vec::new();
    match (speech::voice(voices, lang), speech::goodbye(lang), audio) {
        (Some(voice), Some(words), _) => verbs.push(spoken(words, voice)),
        (_, _, Some(url)) => verbs.push(Element::new("Play").text(url)),
        _ => {}
    }
    verbs.push(Element::new("Hangup"));
    verbs
}
