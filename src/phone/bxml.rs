//! Bandwidth's documents, read as strictly as its documentation describes them. Source: Bandwidth's
//! BXML reference (SpeakSentence, PlayAudio, Pause, Gather, Record, Redirect, Hangup).

use super::gather::{TWELVE, Wait};
use super::rules::{self, RESPONSE, Rule, Text, Value};
use super::xml::{self, Element};

/// One verb, with its values checked and its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Speech(Speech),
    Pause { millis: i64 },
    Gather(Gather),
    Record(Record),
    Redirect { url: Option<String>, post: bool },
    Hangup,
}

/// What can be heard; also inside a Gather.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    Speak { text: String, voice: String, lang: String },
    Play { url: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gather {
    /// Without it the keys are lost and the next verb follows.
    pub(super) url: Option<String>,
    pub(super) post: bool,
    pub(super) wait: Wait,
    pub(super) rounds: i64,
    pub(super) prompts: Vec<Speech>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) url: Option<String>,
    pub(super) post: bool,
    /// Who is told of the recording, and whether by POST.
    pub(super) told: Option<(String, bool)>,
    pub(super) finish: String,
    /// 0: silence never ends it.
    pub(super) silence_ms: i64,
    pub(super) max_ms: i64,
    pub(super) format: String,
}

/// The most bytes a document may have.
const MOST_BYTES: usize = 64 * 1024;
const METHOD: Value = Value::Word(&["GET", "POST"]);
/// English voices, with the language each of them speaks.
const VOICES: [(&str, &str); 7] = [
    ("julie", "en_US"),
    ("kate", "en_US"),
    ("susan", "en_US"),
    ("dave", "en_US"),
    ("paul", "en_US"),
    ("bridget", "en_UK"),
    ("simon", "en_UK"),
];

const RULES: [Rule; 7] = [
    Rule {
        name: "SpeakSentence",
        text: Text::Words,
        children: &[],
        attributes: &[
            ("voice", Value::Word(&["julie", "kate", "susan", "dave", "paul", "bridget", "simon"])),
            ("gender", Value::Word(&["male", "female"])),
            ("locale", Value::Word(&["en_US", "en_UK"])),
        ],
        required: &[],
    },
    Rule {
        name: "PlayAudio",
        text: Text::Address,
        children: &[],
        attributes: &[("username", Value::Free(1024)), ("password", Value::Free(1024))],
        required: &[],
    },
    Rule {
        name: "Pause",
        text: Text::Nothing,
        children: &[],
        attributes: &[("duration", Value::Decimal(0.1, 86_400.0))],
        required: &[],
    },
    Rule {
        name: "Gather",
        text: Text::Nothing,
        children: &["SpeakSentence", "PlayAudio"],
        attributes: &[
            ("gatherUrl", Value::Address),
            ("gatherMethod", METHOD),
            ("gatherFallbackUrl", Value::Address),
            ("gatherFallbackMethod", METHOD),
            ("tag", Value::Free(256)),
            ("terminatingDigits", Value::Keys(12, "")),
            ("maxDigits", Value::Number(1, 50)),
            ("interDigitTimeout", Value::Number(1, 60)),
            ("firstDigitTimeout", Value::Number(0, 60)),
            ("repeatCount", Value::Number(1, 20)),
        ],
        required: &[],
    },
    Rule {
        name: "Record",
        text: Text::Nothing,
        children: &[],
        attributes: &[
            ("recordCompleteUrl", Value::Address),
            ("recordCompleteMethod", METHOD),
            ("recordCompleteFallbackUrl", Value::Address),
            ("recordCompleteFallbackMethod", METHOD),
            ("recordingAvailableUrl", Value::Address),
            ("recordingAvailableMethod", METHOD),
            ("tag", Value::Free(256)),
            ("terminatingDigits", Value::Keys(12, "")),
            ("maxDuration", Value::Number(1, 10_800)),
            ("silenceTimeout", Value::Number(0, 14_400)),
            ("fileFormat", Value::Word(&["wav", "mp3"])),
        ],
        required: &[],
    },
    Rule {
        name: "Redirect",
        text: Text::Nothing,
        children: &[],
        attributes: &[
            ("redirectUrl", Value::Address),
            ("redirectMethod", METHOD),
            ("redirectFallbackUrl", Value::Address),
            ("redirectFallbackMethod", METHOD),
            ("tag", Value::Free(256)),
        ],
        required: &[],
    },
    Rule { name: "Hangup", text: Text::Nothing, children: &[], attributes: &[], required: &[] },
];

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Vec<Verb>, String> {
    if document.len() > MOST_BYTES {
        return Err("the document is larger than 64 KB".into());
    }
    let root = xml::read(document)?;
    rules::check(&root, &RESPONSE, &RULES)?;
    root.children.iter().map(verb).collect()
}

fn verb(e: &Element) -> Result<Verb, String> {
    let text = |name: &str| e.attribute(name).map(str::to_owned);
    let post = |name| Ok::<_, String>(e.word(name, "POST", &["GET", "POST"])? == "POST");
    match e.name.as_str() {
        "Pause" => Ok(Verb::Pause { millis: millis(e.attribute("duration").unwrap_or("1")) }),
        "Gather" => {
            let rounds = e.number("repeatCount", 1, 1, 20)?;
            if rounds * i64::try_from(e.children.len()).unwrap_or(20) > 20 {
                return Err("<Gather> repeats more than 20 verbs".into());
            }
            Ok(Verb::Gather(Gather {
                url: text("gatherUrl"),
                post: post("gatherMethod")?,
                wait: Wait {
                    first_ms: e.number("firstDigitTimeout", 5, 0, 60)? * 1000,
                    next_ms: e.number("interDigitTimeout", 5, 1, 60)? * 1000,
                    most: usize::try_from(e.number("maxDigits", 50, 1, 50)?).unwrap_or(1),
                    ends: text("terminatingDigits").unwrap_or_default(),
                    valid: TWELVE.to_owned(),
                    list: Vec::new(),
                },
                rounds,
                prompts: e.children.iter().map(speech).collect(),
            }))
        }
        "Record" => Ok(Verb::Record(Record {
            url: text("recordCompleteUrl"),
            post: post("recordCompleteMethod")?,
            told: match text("recordingAvailableUrl") {
                Some(url) => Some((url, post("recordingAvailableMethod")?)),
                None => None,
            },
            finish: text("terminatingDigits").unwrap_or_else(|| "#".to_owned()),
            silence_ms: e.number("silenceTimeout", 0, 0, 14_400)? * 1000,
            max_ms: e.number("maxDuration", 60, 1, 10_800)? * 1000,
            format: text("fileFormat").unwrap_or_else(|| "wav".to_owned()),
        })),
        "Redirect" => {
            Ok(Verb::Redirect { url: text("redirectUrl"), post: post("redirectMethod")? })
        }
        "Hangup" => Ok(Verb::Hangup),
        _ => Ok(Verb::Speech(speech(e))),
    }
}

/// `1.5` seconds.
fn millis(seconds: &str) -> i64 {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let thousandths: String = part.chars().chain("000".chars()).take(3).collect();
    whole.parse::<i64>().unwrap_or(0) * 1000 + thousandths.parse::<i64>().unwrap_or(0)
}

fn speech(e: &Element) -> Speech {
    if e.name == "PlayAudio" {
        return Speech::Play { url: e.text.trim().to_owned() };
    }
    let text = e.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let voice = e.attribute("voice").unwrap_or("susan");
    // A voice goes before a locale.
    let own = VOICES.iter().find(|(name, _)| *name == voice).map_or("en_US", |(_, lang)| lang);
    let lang = match e.attribute("voice") {
        Some(_) => own,
        None => e.attribute("locale").unwrap_or("en_US"),
    };
    Speech::Speak { text, voice: voice.to_owned(), lang: lang.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(verb: &str) -> Result<Vec<Verb>, String> {
        read(format!("<Response>{verb}</Response>").as_bytes())
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let verbs = one("<Gather/><Record/><Pause/><Pause duration=\"0.25\"/><Redirect/>").unwrap();
        let Verb::Gather(gather) = &verbs[0] else { panic!() };
        let wait = &gather.wait;
        assert_eq!((wait.first_ms, wait.next_ms, wait.most), (5000, 5000, 50));
        assert_eq!((wait.ends.as_str(), &gather.url, gather.rounds), ("", &None, 1));
        let Verb::Record(record) = &verbs[1] else { panic!() };
        assert_eq!((record.silence_ms, record.max_ms, record.finish.as_str()), (0, 60_000, "#"));
        assert_eq!(verbs[2..4], [Verb::Pause { millis: 1000 }, Verb::Pause { millis: 250 }]);
        assert_eq!(verbs[4], Verb::Redirect { url: None, post: true });
    }

    #[test]
    fn what_bandwidth_does_not_know_is_refused() {
        for wrong in [
            "<Say>x</Say>",
            "<Play>https://s/a.wav</Play>",
            "<Speak>x</Speak>",
            "<speakSentence>x</speakSentence>",
            "<SpeakSentence/>",
            "<SpeakSentence voice=\"ewa\">x</SpeakSentence>",
            "<SpeakSentence locale=\"en-US\">x</SpeakSentence>",
            "<PlayAudio/>",
            "<PlayAudio>a b</PlayAudio>",
            "<Pause duration=\"0\"/>",
            "<Pause length=\"1\"/>",
            "<Gather maxDigits=\"0\"/>",
            "<Gather maxDigits=\"51\"/>",
            "<Gather firstDigitTimeout=\"61\"/>",
            "<Gather interDigitTimeout=\"0\"/>",
            "<Gather terminatingDigits=\"none\"/>",
            "<Gather gatherMethod=\"post\"/>",
            "<Gather gatherUrl=\"\"/>",
            "<Gather numDigits=\"1\"/>",
            "<Gather><Pause/></Gather>",
            "<Gather>words</Gather>",
            "<Record silenceTimeout=\"-1\"/>",
            "<Record maxDuration=\"10801\"/>",
            "<Record playBeep=\"true\"/>",
            "<Record fileFormat=\"ogg\"/>",
            "<Redirect>https://s/a</Redirect>",
            "<Hangup reason=\"busy\"/>",
            "<Reject/>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        let many = "<PlayAudio>https://s/a.wav</PlayAudio>".repeat(11);
        assert!(one(&format!("<Gather repeatCount=\"2\">{many}</Gather>")).is_err());
        assert!(one(&"<Pause/>".repeat(9000)).is_err(), "larger than 64 KB");
        assert!(read(b"<document/>").is_err());
        assert_eq!(read(b"<Response/>"), Ok(vec![]));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(name in "(Gather|Record|SpeakSentence|PlayAudio|Pause|Redirect)",
                                key in "(duration|maxDigits|repeatCount|maxDuration|tag)",
                                value in ".{0,12}", text in ".{0,30}") {
            let value = value.replace(['<', '&', '"'], "");
            let _ = one(&format!("<{name} {key}=\"{value}\">{text}</{name}>"));
        }
    }
}
