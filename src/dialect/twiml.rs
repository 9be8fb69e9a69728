//! What the family of TwiML dialects shares: how a webhook is read and how a document is written.
//! A member's own file says only how it differs: its signature, voices, names and attributes.

use super::flat::{self, Flat, Said};
use super::params::keys;
use super::recording;
use super::speech::PlatformVoice;
use super::xml::Element;
use super::{After, CallEvent, Lasted, Notice, Params, Request, Start, What, handover};
use crate::interview::{Ask, Input, Keys, Record, Recording};

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
    let id = params.word("RecordingSid").or_else(|| url.as_deref().and_then(recording::id))?;
    let seconds = params.seconds("RecordingDuration");
    // `hangup` stands where the key would: the caller hung up.
    let key = params.word(names.digits).and_then(|digits| keys(&digits).chars().next());
    Some(Recording { id, seconds, key, url })
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
    Start { unanswered, ..handover::start(params, Some(SIP_HEADER), ends) }
}

// ---------------------------------------------------------------- writing

impl Flat for Manner {
    fn voices(&self) -> &'static [PlatformVoice] {
        self.voices
    }

    fn spoken(&self, words: &str, voice: &PlatformVoice) -> Option<Element> {
        let say = Element::new("Say").with("voice", voice.name).with("language", voice.tag);
        Some(say.text(words.to_owned()))
    }

    fn play(&self, url: String) -> Element {
        Element::new("Play").text(url)
    }

    /// The end of a document is the end of the call on the platform that fetched it, or the way
    /// back to whoever included it; so a return is nothing at all.
    fn leave(&self, after: &After) -> Vec<Element> {
        match after {
            After::Hangup => vec![Element::new("Hangup")],
            After::Redirect(url) => vec![redirect(url)],
            After::Return => Vec::new(),
            After::Reject => vec![Element::new(self.refusal)],
        }
    }

    /// One gather with everything that is heard inside it, so that all of it can be keyed over;
    /// behind it the redirect for platforms that fall through on silence.
    fn ask(&self, said: &Said, ask: &Ask) -> Vec<Element> {
        let think = ask.think_ms.div_ceil(1000).max(1);
        let (keys, timeout) = match ask.keys {
            Keys::One => (1, think),
            Keys::OneOrTen => (2, flat::SECOND_KEY_SECONDS),
        };
        let gather = self
            .gather(said, keys, timeout)
            .with_all(self.ask)
            .children(self.say_all(said, &ask.prompts))
            .children(self.think(said, think.saturating_sub(timeout)));
        vec![gather, silence(said)]
    }

    /// What is said before the beep stands in a gather of its own, as short as it may be: a `#`
    /// that finished the answer before is heard at once then. Outside, it would wait for the
    /// recording and end it before it began.
    fn record(&self, said: &Said, record: &Record) -> Vec<Element> {
        let mut verbs = Vec::new();
        let words = self.say_all(said, &record.prompts);
        if !words.is_empty() {
            let gather = self.gather(said, 1, 1).children(words);
            verbs.push(gather);
        }
        let mut tag = Element::new("Record")
            .with("action", &said.links.turn)
            .with("method", "POST")
            .with("timeout", record.silence_seconds.to_string())
            .with("finishOnKey", "1234567890*#")
            .with("maxLength", record.max_seconds.to_string())
            .with("playBeep", "true")
            .with_all(self.record);
        if let Some(further) = self.told {
            tag = tag
                .with("recordingStatusCallback", &said.links.recording)
                .with("recordingStatusCallbackMethod", "POST")
                .with_all(further);
        }
        verbs.push(tag);
        // Where an empty recording does not request the action.
        verbs.push(silence(said));
        verbs
    }
}

impl Manner {
    /// A gather of so many keys, with its time-out in seconds. Without a key the next verb follows.
    fn gather(&self, said: &Said, keys: u32, timeout: u32) -> Element {
        Element::new("Gather")
            .with_all(self.gather)
            .with("numDigits", keys.to_string())
            .with("timeout", timeout.to_string())
            // No finish key: `#` and `*` are keys like the others.
            .with("finishOnKey", "")
            .with("action", &said.links.turn)
            .with("method", "POST")
    }

    /// Seconds of silence inside a gather.
    fn think(&self, said: &Said, seconds: u32) -> Vec<Element> {
        match self.think {
            _ if seconds == 0 => Vec::new(),
            Think::Pause => vec![Element::new("Pause").with("length", seconds.to_string())],
            Think::Files => flat::silences(said, seconds).map(|url| self.play(url)).collect(),
        }
    }
}

/// Where nothing was pressed, or nothing recorded.
fn silence(said: &Said) -> Element {
    redirect(&said.links.turn_with(SILENCE, "1"))
}

fn redirect(url: &str) -> Element {
    Element::new("Redirect").with("method", "POST").text(url.to_owned())
}
