//! Twilio's documents, read as strictly as its documentation describes them: element and
//! attribute names are case-sensitive, each verb takes its own attributes only, and nothing nests
//! but Say, Play and Pause in a Gather. Source: Twilio's TwiML reference (Say, Play, Pause,
//! Gather, Record, Redirect, Hangup, Reject).

use super::xml::{self, Element};

/// One verb, with its values checked and its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Speech(Speech),
    Gather(Gather),
    Record(Record),
    Redirect { url: String, post: bool },
    Hangup,
    Reject { reason: String },
}

/// What can be heard; also inside a Gather.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    Say {
        text: String,
        voice: String,
        lang: String,
        times: i64,
    },
    Play {
        url: String,
        times: i64,
    },
    /// `digits`: tones towards the other end, in milliseconds.
    Tones {
        millis: i64,
    },
    Pause {
        seconds: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gather {
    /// `None`: the current document's address.
    pub(super) action: Option<String>,
    pub(super) post: bool,
    pub(super) num_digits: Option<usize>,
    pub(super) timeout_ms: i64,
    /// `None`: no key ends the input.
    pub(super) finish: Option<char>,
    pub(super) action_on_empty: bool,
    pub(super) prompts: Vec<Speech>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// `None`: the current document's address.
    pub(super) action: Option<String>,
    pub(super) post: bool,
    /// 0: silence never ends it.
    pub(super) silence_ms: i64,
    pub(super) finish: String,
    pub(super) max_ms: i64,
    pub(super) beep: bool,
    pub(super) trim: bool,
    pub(super) told: Option<Told>,
}

/// Who is told of a recording, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) url: String,
    pub(super) post: bool,
    pub(super) completed: bool,
    pub(super) absent: bool,
}

/// Twilio repeats for ever, or a thousand times; the phone needs an end.
const FOR_EVER: i64 = 1000;

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Vec<Verb>, String> {
    let root = xml::read(document)?;
    if root.name != "Response" {
        return Err(format!("the root is <{}>, not <Response>", root.name));
    }
    root.only(&[])?;
    root.no_text()?;
    root.children.iter().map(verb).collect()
}

fn verb(e: &Element) -> Result<Verb, String> {
    match e.name.as_str() {
        "Say" | "Play" | "Pause" => Ok(Verb::Speech(speech(e, false)?)),
        "Gather" => Ok(Verb::Gather(gather(e)?)),
        "Record" => Ok(Verb::Record(record(e)?)),
        "Redirect" => {
            e.only(&["method"])?;
            e.no_children()?;
            Ok(Verb::Redirect { url: url(e)?, post: post(e, "method")? })
        }
        "Hangup" => {
            e.only(&[])?;
            e.no_children()?;
            e.no_text()?;
            Ok(Verb::Hangup)
        }
        "Reject" => {
            e.only(&["reason"])?;
            e.no_children()?;
            e.no_text()?;
            let reason = e.word("reason", "rejected", &["rejected", "busy"])?;
            Ok(Verb::Reject { reason: reason.to_owned() })
        }
        other => Err(format!("<{other}> is no verb that this phone knows in <Response>")),
    }
}

fn speech(e: &Element, in_gather: bool) -> Result<Speech, String> {
    e.no_children()?;
    match e.name.as_str() {
        "Say" => {
            e.only(&["voice", "language", "loop"])?;
            let text = e.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.is_empty() {
                return Err("<Say> has nothing to say".into());
            }
            let (voice, lang) = (e.attribute("voice"), e.attribute("language"));
            let voice = voice.unwrap_or("man").to_owned();
            let lang = lang.unwrap_or_default().to_owned();
            fits(&voice, &lang)?;
            Ok(Speech::Say { text, voice, lang, times: times(e)? })
        }
        "Play" => {
            e.only(&["loop", "digits"])?;
            match e.attribute("digits") {
                Some(_) if in_gather => Err("<Play digits> cannot stand in <Gather>".into()),
                Some(digits) => {
                    let mut millis = 0;
                    for key in digits.chars() {
                        millis += match key {
                            'w' => 500,
                            'W' => 1000,
                            '0'..='9' | 'A'..='D' | '#' | '*' => 200,
                            _ => return Err(format!("<Play digits=\"{digits}\">: no such tone")),
                        };
                    }
                    Ok(Speech::Tones { millis })
                }
                None => Ok(Speech::Play { url: url(e)?, times: times(e)? }),
            }
        }
        "Pause" => {
            e.only(&["length"])?;
            e.no_text()?;
            Ok(Speech::Pause { seconds: e.number("length", 1, 1, 3600)? })
        }
        other => Err(format!("<Gather> cannot hold <{other}>")),
    }
}

/// A voice that names its language in its own name must be used for that language.
fn fits(voice: &str, lang: &str) -> Result<(), String> {
    if !lang.is_empty() {
        let good = lang.split('-').enumerate().all(|(i, part)| {
            (2..=8).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric())
                && (i > 0 || part.bytes().all(|b| b.is_ascii_lowercase()))
        });
        if !good {
            return Err(format!("<Say language=\"{lang}\"> is no language tag such as lt-LT"));
        }
    }
    match voice.split_once('.') {
        None if matches!(voice, "man" | "woman" | "alice") => Ok(()),
        Some(("Google", name)) if !lang.is_empty() && !name.starts_with(&format!("{lang}-")) => {
            Err(format!("<Say voice=\"{voice}\"> does not speak {lang}"))
        }
        Some(("Google" | "Polly", name)) if !name.is_empty() => Ok(()),
        _ => Err(format!("<Say voice=\"{voice}\"> is no voice")),
    }
}

fn gather(e: &Element) -> Result<Gather, String> {
    e.only(&[
        "action",
        "method",
        "input",
        "numDigits",
        "timeout",
        "finishOnKey",
        "actionOnEmptyResult",
        "language",
        "bargeIn",
    ])?;
    e.no_text()?;
    e.word("input", "dtmf", &["dtmf"])?;
    e.word("bargeIn", "true", &["true", "false"])?;
    let finish = e.attribute("finishOnKey").unwrap_or("#");
    let mut keys = finish.chars();
    let finish = match (keys.next(), keys.next()) {
        (None, _) => None,
        (Some(key), None) if is_key(key) => Some(key),
        _ => return Err(format!("<Gather finishOnKey=\"{finish}\">: one key or nothing")),
    };
    let num_digits = match e.attribute("numDigits") {
        None => None,
        Some(_) => usize::try_from(e.number("numDigits", 0, 1, 1000)?).ok(),
    };
    Ok(Gather {
        action: e.attribute("action").map(str::to_owned),
        post: post(e, "method")?,
        num_digits,
        timeout_ms: e.number("timeout", 5, 1, 3600)? * 1000,
        finish,
        action_on_empty: e.word("actionOnEmptyResult", "false", &["true", "false"])? == "true",
        prompts: e.children.iter().map(|child| speech(child, true)).collect::<Result<_, _>>()?,
    })
}

fn record(e: &Element) -> Result<Record, String> {
    e.only(&[
        "action",
        "method",
        "timeout",
        "finishOnKey",
        "maxLength",
        "playBeep",
        "trim",
        "recordingStatusCallback",
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
    ])?;
    e.no_text()?;
    e.no_children()?;
    let finish = e.attribute("finishOnKey").unwrap_or("1234567890*#");
    if !finish.chars().all(is_key) {
        return Err(format!("<Record finishOnKey=\"{finish}\">: keys 0-9, # and * only"));
    }
    let events = e.attribute("recordingStatusCallbackEvent").unwrap_or("completed");
    for event in events.split_whitespace() {
        if !["in-progress", "completed", "absent"].contains(&event) {
            return Err(format!("<Record recordingStatusCallbackEvent>: no event \"{event}\""));
        }
    }
    let wanted = |wanted: &str| events.split_whitespace().any(|event| event == wanted);
    let told_post = post(e, "recordingStatusCallbackMethod")?;
    Ok(Record {
        action: e.attribute("action").map(str::to_owned),
        post: post(e, "method")?,
        silence_ms: e.number("timeout", 5, 0, 3600)? * 1000,
        finish: finish.to_owned(),
        max_ms: e.number("maxLength", 3600, 1, 14400)? * 1000,
        beep: e.word("playBeep", "true", &["true", "false"])? == "true",
        trim: e.word("trim", "trim-silence", &["trim-silence", "do-not-trim"])? == "trim-silence",
        told: e.attribute("recordingStatusCallback").map(|url| Told {
            url: url.to_owned(),
            post: told_post,
            completed: wanted("completed"),
            absent: wanted("absent"),
        }),
    })
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || key == '#' || key == '*'
}

fn times(e: &Element) -> Result<i64, String> {
    Ok(match e.number("loop", 1, 0, FOR_EVER)? {
        0 => FOR_EVER,
        n => n,
    })
}

fn post(e: &Element, name: &str) -> Result<bool, String> {
    Ok(e.word(name, "POST", &["GET", "POST"])? == "POST")
}

fn url(e: &Element) -> Result<String, String> {
    match e.text.trim() {
        "" => Err(format!("<{}> has no address", e.name)),
        url => Ok(url.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(verb: &str) -> Result<Vec<Verb>, String> {
        read(format!("<Response>{verb}</Response>").as_bytes())
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let verbs = one("<Gather/><Record/><Say>x</Say><Pause/><Redirect>/a</Redirect>").unwrap();
        let Verb::Gather(gather) = &verbs[0] else { panic!() };
        assert_eq!(
            (gather.timeout_ms, gather.finish, gather.num_digits, gather.post),
            (5000, Some('#'), None, true)
        );
        assert_eq!((gather.action_on_empty, &gather.action), (false, &None));
        let Verb::Record(record) = &verbs[1] else { panic!() };
        assert_eq!((record.silence_ms, record.max_ms, record.beep), (5000, 3_600_000, true));
        assert_eq!(record.finish, "1234567890*#");
        assert_eq!(verbs[3], Verb::Speech(Speech::Pause { seconds: 1 }));
        assert_eq!(verbs[4], Verb::Redirect { url: "/a".into(), post: true });
    }

    #[test]
    fn an_empty_finish_key_means_none() {
        let verbs = one("<Gather finishOnKey=\"\" numDigits=\"2\"/>").unwrap();
        let Verb::Gather(gather) = &verbs[0] else { panic!() };
        assert_eq!((gather.finish, gather.num_digits), (None, Some(2)));
    }

    #[test]
    fn what_twilio_does_not_know_is_refused() {
        for wrong in [
            "<response/>",
            "<say>x</say>",
            "<Speak>x</Speak>",
            "<Say/>",
            "<Say pace=\"slow\">x</Say>",
            "<Say voice=\"Google.lv-LV-Standard-A\" language=\"lt-LT\">x</Say>",
            "<Say voice=\"robot\">x</Say>",
            "<Say language=\"Lithuanian!\">x</Say>",
            "<Play/>",
            "<Play url=\"/a.wav\"/>",
            "<Pause length=\"0\"/>",
            "<Pause length=\"0.5\"/>",
            "<Gather numDigits=\"0\"/>",
            "<Gather timeout=\"0\"/>",
            "<Gather timeout=\"2.5\"/>",
            "<Gather finishOnKey=\"12\"/>",
            "<Gather finishOnKey=\"none\"/>",
            "<Gather method=\"post\"/>",
            "<Gather actionOnEmptyResult=\"yes\"/>",
            "<Gather maxDigits=\"1\"/>",
            "<Gather><Redirect>/a</Redirect></Gather>",
            "<Gather><Play digits=\"1\"/></Gather>",
            "<Gather>words</Gather>",
            "<Record finishOnKey=\"any\"/>",
            "<Record silence=\"3\"/>",
            "<Record maxLength=\"0\"/>",
            "<Record recordingStatusCallback=\"/r\" recordingStatusCallbackEvent=\"done\"/>",
            "<Redirect/>",
            "<Hangup reason=\"busy\"/>",
            "<Reject reason=\"no\"/>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"<document/>").is_err());
        assert!(read(b"<Response version=\"1\"/>").is_err());
        assert_eq!(read(b"<Response/>"), Ok(vec![]));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(name in "(Gather|Record|Say|Play|Pause|Redirect)",
                                key in "(timeout|numDigits|loop|length|maxLength|finishOnKey|digits)",
                                value in ".{0,12}", text in ".{0,30}") {
            let value = value.replace(['<', '&', '"'], "");
            let _ = one(&format!("<{name} {key}=\"{value}\">{text}</{name}>"));
        }
    }
}
