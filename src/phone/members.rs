//! The platforms that speak TwiML or a relative of it, as data: which elements and attributes each
//! of them knows, what its requests hold, how it signs, and where its verbs behave differently.
//! Written from what each platform documents, apart from the dialects that write for it.

use super::twiml::{Attribute, Grammar, Rule, Takes};
use crate::dialect::Kind;

/// One platform of the family.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name in faults.
    pub(super) name: &'static str,
    /// Whether its debugger numbers faults as Twilio's does.
    pub(super) numbered: bool,
    /// How it calls itself in requests.
    pub(super) agent: &'static str,
    /// What its documents may hold.
    pub(super) grammar: &'static Grammar,
    /// The body of its POST requests.
    pub(super) body: Body,
    /// The parameters of every request.
    pub(super) standard: &'static [(&'static str, Fill)],
    /// The parameter with the state of the call; empty where requests have none.
    pub(super) status: &'static str,
    /// The parameter with the pressed keys.
    pub(super) digits: &'static str,
    /// What comes with the keys.
    pub(super) with_digits: &'static [(&'static str, Fill)],
    /// How it proves who it is.
    pub(super) signs: Signs,
    /// Milliseconds that its `<Redirect>` waits first.
    pub(super) redirect_ms: i64,
    /// How its `<Record>` behaves.
    pub(super) record: Recorder,
    /// What the last notice of a call adds to the parameters of every request.
    pub(super) over: &'static [(&'static str, Fill)],
}

impl Member {
    /// A fault as this platform tells it, with Twilio's number for it.
    pub(super) fn fault(&self, number: u32, what: &str) -> String {
        match self.numbered {
            true => format!("{what} (error {number})"),
            false => format!("{}: {what}", self.name),
        }
    }
}

/// The body of a POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// A form.
    Form,
    /// A JSON object.
    Json,
}

/// What stands in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// The account.
    Account,
    /// The id of the call.
    Call,
    /// The caller's number.
    From,
    /// The called number.
    To,
    /// Always the same; also nothing.
    Text(&'static str),
    /// The key that finished the input.
    FinishedOn,
    /// How long the call lasted, in seconds.
    Seconds,
    /// The same in begun minutes.
    Minutes,
    /// The moment, as in mails.
    MailTime,
    /// The moment, as `2021-04-28 21:51:18.731Z`.
    IsoTime,
    /// The moment, as `2024-01-15 14:30:45`, without a zone.
    PlainTime,
}

/// How a platform proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    /// By HMAC-SHA1 over the address and the sorted parameters, in that header.
    Address { header: &'static str, repeated: Repeated },
    /// By Ed25519 over the time and the body.
    Body,
    /// Not at all.
    Nothing,
}

/// What counts of a name that comes more than once in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// Each different value once, sorted.
    Once,
    /// Every value as it was sent.
    Every,
}

/// How `<Record>` behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recorder {
    /// The parameters that its action and its notice add.
    pub(super) about: &'static [&'static str],
    /// Whether the action tells which key ended it, or that the caller hung up.
    pub(super) tells_key: bool,
    /// What a recording is without which the action is not requested.
    pub(super) needs: Needs,
    /// Whether silence ends it only after the first word.
    pub(super) waits_for_words: bool,
    /// What comes when the caller hangs up while speaking.
    pub(super) hung_up: HungUp,
}

/// What a recording must be for the action to be requested; else the next verb follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Begun: a key that came before the beep was over ends it with nothing.
    Begun,
    /// Something said.
    Words,
    /// Nothing: the action is always requested. One of silence alone is not kept.
    Nothing,
}

/// What comes when the caller hangs up while speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HungUp {
    /// The action, whose answer is not carried out, and then the notice.
    ActionAndNotice,
    /// The notice alone.
    Notice,
    /// Nothing: what was said is lost.
    Nothing,
}

/// The platform of that kind; none where it is not of this family.
pub(super) fn of(kind: Kind) -> Option<&'static Member> {
    match kind {
        Kind::Twilio => Some(&TWILIO),
        Kind::Signalwire => Some(&SIGNALWIRE),
        Kind::Telnyx => Some(&TELNYX),
        Kind::Somleng => Some(&SOMLENG),
        Kind::Cloudonix => Some(&CLOUDONIX),
        Kind::Exotel => Some(&EXOTEL),
        Kind::Freeswitch
        | Kind::Plivo
        | Kind::Bandwidth
        | Kind::Kookoo
        | Kind::Africastalking
        | Kind::Voicexml => None,
    }
}

const POST: Takes = Takes::Words(&["GET", "POST"]);
const TRUTH: Takes = Takes::Words(&["true", "false"]);
const KEYS: &str = "1234567890*#";

const fn takes(name: &'static str, takes: Takes, default: &'static str) -> Attribute {
    Attribute { name, takes, default: Some(default) }
}

/// An attribute without a documented default.
const fn said(name: &'static str, takes: Takes) -> Attribute {
    Attribute { name, takes, default: None }
}

const REDIRECT: Rule = Rule { element: "Redirect", attributes: &[takes("method", POST, "POST")] };
const HANGUP: Rule = Rule { element: "Hangup", attributes: &[] };
const REJECT: Rule = Rule {
    element: "Reject",
    attributes: &[takes("reason", Takes::Words(&["rejected", "busy"]), "rejected")],
};
const PAUSE: Rule =
    Rule { element: "Pause", attributes: &[takes("length", Takes::Number(1, 3600), "1")] };
const PLAY: Rule = Rule {
    element: "Play",
    attributes: &[takes("loop", Takes::Number(0, 1000), "1"), takes("digits", Takes::Tones, "")],
};

/// Source: Twilio's reference of TwiML (Say, Play, Pause, Gather, Record, Redirect, Hangup,
/// Reject), its list of request parameters and its page on the security of webhooks.
pub(super) const TWILIO: Member = Member {
    name: "Twilio",
    numbered: true,
    agent: "TwilioProxy/1.1",
    grammar: &Grammar {
        rules: &[
            Rule {
                element: "Say",
                attributes: &[
                    takes(
                        "voice",
                        Takes::Voice(&["man", "woman", "alice", "Google.", "Polly."]),
                        "man",
                    ),
                    takes("language", Takes::Language, ""),
                    takes("loop", Takes::Number(0, 1000), "1"),
                ],
            },
            PLAY,
            PAUSE,
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("input", Takes::Words(&["dtmf"]), "dtmf"),
                    takes("numDigits", Takes::Number(1, 1000), ""),
                    takes("timeout", Takes::Number(1, 3600), "5"),
                    takes("finishOnKey", Takes::OneKey, "#"),
                    takes("actionOnEmptyResult", TRUTH, "false"),
                    takes("language", Takes::Language, ""),
                    takes("bargeIn", TRUTH, "true"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("timeout", Takes::Number(0, 3600), "5"),
                    takes("finishOnKey", Takes::Keys, KEYS),
                    takes("maxLength", Takes::Number(1, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                    takes("trim", Takes::Words(&["trim-silence", "do-not-trim"]), "trim-silence"),
                    takes("recordingStatusCallback", Takes::Address, ""),
                    takes("recordingStatusCallbackMethod", POST, "POST"),
                    takes(
                        "recordingStatusCallbackEvent",
                        Takes::SomeOf(&["in-progress", "completed", "absent"]),
                        "completed",
                    ),
                ],
            },
            REDIRECT,
            HANGUP,
            REJECT,
        ],
        in_gather: &["Say", "Play", "Pause"],
    },
    body: Body::Form,
    standard: &[
        ("AccountSid", Fill::Account),
        ("ApiVersion", Fill::Text("2010-04-01")),
        ("CallSid", Fill::Call),
        ("CallStatus", Fill::Text("in-progress")),
        ("Called", Fill::To),
        ("Caller", Fill::From),
        ("Direction", Fill::Text("inbound")),
        ("From", Fill::From),
        ("To", Fill::To),
        // Many are empty in real life too.
        ("CalledCity", Fill::Text("")),
        ("CalledState", Fill::Text("")),
        ("CalledZip", Fill::Text("")),
        ("CalledCountry", Fill::Text("")),
        ("CallerCity", Fill::Text("")),
        ("CallerState", Fill::Text("")),
        ("CallerZip", Fill::Text("")),
        ("CallerCountry", Fill::Text("")),
        ("FromCity", Fill::Text("")),
        ("FromState", Fill::Text("")),
        ("FromZip", Fill::Text("")),
        ("FromCountry", Fill::Text("")),
        ("ToCity", Fill::Text("")),
        ("ToState", Fill::Text("")),
        ("ToZip", Fill::Text("")),
        ("ToCountry", Fill::Text("")),
    ],
    status: "CallStatus",
    digits: "Digits",
    with_digits: &[("FinishedOnKey", Fill::FinishedOn), ("msg", Fill::Text("Gather End"))],
    signs: Signs::Address { header: "x-twilio-signature", repeated: Repeated::Once },
    redirect_ms: 0,
    record: Recorder {
        about: &["RecordingUrl", "RecordingSid", "RecordingDuration"],
        tells_key: true,
        needs: Needs::Begun,
        waits_for_words: false,
        hung_up: HungUp::ActionAndNotice,
    },
    over: &[
        ("CallDuration", Fill::Seconds),
        ("Duration", Fill::Minutes),
        ("CallbackSource", Fill::Text("call-progress-events")),
        ("SequenceNumber", Fill::Text("0")),
        ("Timestamp", Fill::MailTime),
    ],
};

/// Source: SignalWire's reference of cXML (Say, Play, Pause, Gather, Record, Redirect, Hangup,
/// Reject) and its Python library's check of webhooks.
const SIGNALWIRE: Member = Member {
    name: "SignalWire",
    numbered: false,
    agent: "SignalWire",
    grammar: &Grammar {
        rules: &[
            Rule {
                element: "Say",
                attributes: &[
                    takes(
                        "voice",
                        Takes::Voice(&["man", "woman", "alice", "Polly.", "gcloud.", "azure."]),
                        "woman",
                    ),
                    takes("language", Takes::Language, ""),
                    takes("loop", Takes::Number(0, 1000), "1"),
                ],
            },
            PLAY,
            PAUSE,
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("actionOnEmptyResult", TRUTH, "false"),
                    takes("finishOnKey", Takes::Keys, "#"),
                    takes("input", Takes::Words(&["dtmf"]), "dtmf"),
                    takes("language", Takes::Language, ""),
                    takes("method", POST, "POST"),
                    takes("numDigits", Takes::Number(1, 1000), ""),
                    takes("timeout", Takes::Number(1, 3600), "5"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    said("timeout", Takes::Number(0, 3600)),
                    said("finishOnKey", Takes::Keys),
                    takes("maxLength", Takes::Number(0, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                    takes("trim", Takes::Words(&["trim-silence", "do-not-trim"]), "trim-silence"),
                    takes("recordingStatusCallback", Takes::Address, ""),
                    takes("recordingStatusCallbackMethod", POST, "POST"),
                ],
            },
            REDIRECT,
            HANGUP,
            REJECT,
        ],
        in_gather: &["Say", "Play", "Pause"],
    },
    body: Body::Form,
    standard: &[
        ("AccountSid", Fill::Account),
        ("ApiVersion", Fill::Text("2010-04-01")),
        ("CallSid", Fill::Call),
        ("CallStatus", Fill::Text("in-progress")),
        ("Direction", Fill::Text("inbound")),
        ("From", Fill::From),
        ("To", Fill::To),
    ],
    status: "CallStatus",
    digits: "Digits",
    with_digits: &[],
    signs: Signs::Address { header: "x-signalwire-signature", repeated: Repeated::Every },
    redirect_ms: 0,
    record: Recorder {
        about: &["RecordingUrl", "RecordingSid", "RecordingDuration"],
        tells_key: true,
        needs: Needs::Nothing,
        waits_for_words: false,
        hung_up: HungUp::ActionAndNotice,
    },
    over: &[
        ("CallDuration", Fill::Seconds),
        ("CallbackSource", Fill::Text("call-progress-events")),
        ("SequenceNumber", Fill::Text("0")),
        ("SipResultCode", Fill::Text("200")),
        ("Timestamp", Fill::MailTime),
    ],
};

/// Source: Telnyx's reference of TeXML (Say, Play, Pause, Gather, Record, Redirect, Hangup, Reject),
/// its pages on the fetching of instructions and on callbacks, and its Python library.
const TELNYX: Member = Member {
    name: "Telnyx",
    numbered: false,
    agent: "telnyx-webhooks",
    grammar: &Grammar {
        rules: &[
            Rule {
                element: "Say",
                attributes: &[
                    takes(
                        "voice",
                        Takes::Voice(&["man", "woman", "alice", "Polly.", "AWS.Polly.", "Telnyx."]),
                        "man",
                    ),
                    takes("language", Takes::Language, ""),
                    takes("loop", Takes::Number(0, 10), "1"),
                ],
            },
            Rule {
                element: "Play",
                attributes: &[
                    takes("loop", Takes::Number(0, 1000), "1"),
                    takes("mediaStorage", TRUTH, "false"),
                    takes("digits", Takes::Tones, ""),
                ],
            },
            Rule { element: "Pause", attributes: &[takes("length", Takes::Number(1, 180), "1")] },
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("input", Takes::Words(&["dtmf"]), "dtmf"),
                    takes("timeout", Takes::Number(1, 120), "5"),
                    takes("finishOnKey", Takes::Keys, "#"),
                    takes("numDigits", Takes::Number(1, 128), ""),
                    takes("minDigits", Takes::Number(1, 128), "1"),
                    takes("maxDigits", Takes::Number(1, 128), "128"),
                    // None is documented; a key that is not among them would be lost.
                    said("validDigits", Takes::Keys),
                    takes("invalidDigitsAction", Takes::Address, ""),
                    takes("language", Takes::Language, "en-US"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("finishOnKey", Takes::Keys, KEYS),
                    takes("timeout", Takes::Number(0, 14400), "0"),
                    takes("maxLength", Takes::Number(0, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                    takes("trim", Takes::Words(&["trim-silence"]), ""),
                    takes("channels", Takes::Words(&["single", "dual"]), "dual"),
                    takes("format", Takes::Words(&["mp3", "wav"]), "mp3"),
                    takes("recordingStatusCallback", Takes::Address, ""),
                    takes("recordingStatusCallbackMethod", POST, "POST"),
                    takes(
                        "recordingStatusCallbackEvent",
                        Takes::SomeOf(&["in-progress", "completed", "absent"]),
                        "completed",
                    ),
                ],
            },
            REDIRECT,
            HANGUP,
            REJECT,
        ],
        in_gather: &["Say", "Play"],
    },
    body: Body::Form,
    standard: &[
        ("AccountSid", Fill::Account),
        ("CallSid", Fill::Call),
        ("CallSidLegacy", Fill::Call),
        ("CallStatus", Fill::Text("in-progress")),
        ("ConnectionId", Fill::Text("1568109700606592442")),
        ("From", Fill::From),
        ("To", Fill::To),
    ],
    status: "CallStatus",
    digits: "Digits",
    with_digits: &[],
    signs: Signs::Body,
    redirect_ms: 0,
    record: Recorder {
        about: &["RecordingUrl", "RecordingSid", "RecordingDuration"],
        tells_key: false,
        needs: Needs::Nothing,
        waits_for_words: true,
        hung_up: HungUp::Notice,
    },
    over: &[
        ("CallDuration", Fill::Seconds),
        ("HangupCause", Fill::Text("normal_clearing")),
        ("HangupSource", Fill::Text("caller")),
        ("CallbackSource", Fill::Text("call-progress-events")),
        ("SequenceNumber", Fill::Text("3")),
        ("Timestamp", Fill::IsoTime),
    ],
};

/// Source: Somleng's own source (models/twiml, workflows, call_controller.rb, twiml_endpoint.rb).
const SOMLENG: Member = Member {
    name: "Somleng",
    numbered: false,
    agent: "TwilioProxy/1.1",
    grammar: &Grammar {
        rules: &[
            Rule {
                element: "Say",
                attributes: &[
                    takes("voice", Takes::Voice(&["Basic.Kal", "Basic.Slt"]), "Basic.Kal"),
                    takes("language", Takes::Language, ""),
                    takes("loop", Takes::Number(0, 1000), "1"),
                ],
            },
            Rule { element: "Play", attributes: &[takes("loop", Takes::Number(0, 1000), "1")] },
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("numDigits", Takes::Number(1, 1000), ""),
                    takes("timeout", Takes::Number(1, 3600), "5"),
                    takes("finishOnKey", Takes::OneKey, "#"),
                    takes("actionOnEmptyResult", TRUTH, "false"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("timeout", Takes::Number(0, 3600), "5"),
                    takes("finishOnKey", Takes::Keys, KEYS),
                    takes("maxLength", Takes::Number(1, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                    takes("recordingStatusCallback", Takes::Address, ""),
                    takes("recordingStatusCallbackMethod", POST, "POST"),
                ],
            },
            REDIRECT,
            HANGUP,
            REJECT,
        ],
        in_gather: &["Say", "Play"],
    },
    body: Body::Form,
    standard: &[
        ("AccountSid", Fill::Account),
        ("ApiVersion", Fill::Text("2010-04-01")),
        ("CallSid", Fill::Call),
        ("CallStatus", Fill::Text("in-progress")),
        ("Called", Fill::To),
        ("Caller", Fill::From),
        ("Direction", Fill::Text("inbound")),
        ("From", Fill::From),
        ("To", Fill::To),
    ],
    status: "CallStatus",
    digits: "Digits",
    with_digits: &[],
    signs: Signs::Address { header: "x-twilio-signature", repeated: Repeated::Every },
    redirect_ms: 1000,
    record: Recorder {
        about: &["RecordingUrl", "RecordingDuration"],
        tells_key: false,
        needs: Needs::Nothing,
        waits_for_words: false,
        hung_up: HungUp::Nothing,
    },
    over: &[("CallDuration", Fill::Seconds)],
};

/// Source: Cloudonix's pages on voice applications (request, operations, gather, record). Whether
/// hanging up requests the action is not said, so only the notice comes.
const CLOUDONIX: Member = Member {
    name: "Cloudonix",
    numbered: false,
    agent: "Cloudonix",
    grammar: &Grammar {
        rules: &[
            Rule {
                element: "Say",
                attributes: &[
                    takes("voice", Takes::Voice(&[]), ""),
                    takes("language", Takes::Language, ""),
                    takes("loop", Takes::Number(0, 1000), "1"),
                ],
            },
            Rule { element: "Play", attributes: &[takes("loop", Takes::Number(0, 1000), "1")] },
            PAUSE,
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("input", Takes::Words(&["dtmf"]), "dtmf"),
                    takes("finishOnKey", Takes::Keys, "#"),
                    takes("numDigits", Takes::Number(1, 1000), ""),
                    takes("timeout", Takes::Number(1, 3600), "5"),
                    takes("maxTimeout", Takes::Number(1, 3600), "30"),
                    takes("maxDuration", Takes::Number(1, 3600), "300"),
                    takes("actionOnEmptyResult", TRUTH, "false"),
                    takes("interruptible", TRUTH, "true"),
                    takes("language", Takes::Language, "en-US"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("timeout", Takes::Number(0, 3600), "5"),
                    takes("finishOnKey", Takes::Keys, KEYS),
                    takes("maxLength", Takes::Number(1, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                    takes("trim", Takes::Words(&["trim-silence", "do-not-trim"]), "trim-silence"),
                    takes("recordingStatusCallback", Takes::Address, ""),
                    takes("recordingStatusCallbackMethod", POST, "POST"),
                ],
            },
            REDIRECT,
            HANGUP,
        ],
        in_gather: &["Say", "Play", "Pause"],
    },
    body: Body::Json,
    standard: &[
        ("CallSid", Fill::Call),
        ("Session", Fill::Call),
        ("CallStatus", Fill::Text("in-progress")),
        ("CallerName", Fill::Text("")),
        ("Direction", Fill::Text("inbound")),
        ("Domain", Fill::Account),
        ("From", Fill::From),
        ("To", Fill::To),
    ],
    status: "CallStatus",
    digits: "Digits",
    with_digits: &[],
    signs: Signs::Nothing,
    redirect_ms: 0,
    record: Recorder {
        about: &["RecordingUrl", "RecordingSid", "RecordingDuration"],
        tells_key: true,
        needs: Needs::Words,
        waits_for_words: false,
        hung_up: HungUp::Notice,
    },
    over: &[],
};

/// Source: Exotel's pages on the verbs of ExoML (say, play, gather, record, redirect, hangup).
const EXOTEL: Member = Member {
    name: "Exotel",
    numbered: false,
    agent: "Exotel",
    grammar: &Grammar {
        rules: &[
            Rule { element: "Say", attributes: &[] },
            Rule { element: "Play", attributes: &[] },
            Rule {
                element: "Gather",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("numDigits", Takes::Number(1, 1000), ""),
                    takes("maxDigits", Takes::Number(1, 1000), ""),
                    takes("timeout", Takes::Number(1, 3600), "5"),
                    takes("finishOnKey", Takes::OneKey, "#"),
                ],
            },
            Rule {
                element: "Record",
                attributes: &[
                    takes("action", Takes::Address, ""),
                    takes("method", POST, "POST"),
                    takes("timeout", Takes::Number(0, 3600), "5"),
                    takes("finishOnKey", Takes::Keys, KEYS),
                    takes("maxLength", Takes::Number(1, 14400), "3600"),
                    takes("playBeep", TRUTH, "true"),
                ],
            },
            REDIRECT,
            HANGUP,
        ],
        in_gather: &["Say", "Play"],
    },
    body: Body::Form,
    standard: &[
        ("CallSid", Fill::Call),
        ("CallFrom", Fill::From),
        ("CallTo", Fill::To),
        ("CallStatus", Fill::Text("in-progress")),
    ],
    status: "CallStatus",
    digits: "DigitsPressed",
    with_digits: &[],
    signs: Signs::Nothing,
    redirect_ms: 0,
    record: Recorder {
        about: &["RecordingUrl", "RecordingSid", "RecordingDuration"],
        tells_key: false,
        needs: Needs::Nothing,
        waits_for_words: false,
        hung_up: HungUp::Nothing,
    },
    over: &[("Status", Fill::Text("completed")), ("DateUpdated", Fill::PlainTime)],
};
