//! Plivo's documents, read as strictly as its documentation describes them: element and attribute
//! names are case-sensitive, values have their bounds, and nothing nests but Speak and Play in an
//! input. Source: Plivo's XML reference (Speak, Play, Wait, GetDigits, GetInput, Record, Redirect,
//! Hangup).

use super::gather::{TWELVE, Wait};
use super::rules::{self, RESPONSE, Rule, Text, Value};
use super::xml::{self, Element};

/// One element, with its values checked and its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Speech(Speech),
    Pause { seconds: i64 },
    Input(Input),
    Record(Record),
    Redirect { url: String, post: bool },
    Hangup { rejects: bool },
}

/// What can be heard; also inside an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    Speak { text: String, voice: String, lang: String, times: i64 },
    Play { url: String, times: i64 },
}

/// `<GetInput>` or `<GetDigits>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// Only the older one can go without.
    pub(super) action: Option<String>,
    pub(super) post: bool,
    pub(super) wait: Wait,
    pub(super) rounds: i64,
    /// Whether the action's answer is carried out.
    pub(super) redirect: bool,
    pub(super) beep: bool,
    /// The newer one names the type of its input.
    pub(super) typed: bool,
    pub(super) prompts: Vec<Speech>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) action: Option<String>,
    pub(super) post: bool,
    pub(super) redirect: bool,
    pub(super) silence_ms: i64,
    pub(super) max_ms: i64,
    pub(super) finish: String,
    pub(super) beep: bool,
    pub(super) ending: &'static str,
    /// Who is told of the recording, and whether by POST.
    pub(super) told: Option<(String, bool)>,
}

/// The most bytes a document may have.
const MOST_BYTES: usize = 100_000;
/// What is repeated without end needs one in the phone.
const FOR_EVER: i64 = 1000;
const BOOLEAN: Value = Value::Word(&["true", "false"]);
const METHOD: Value = Value::Word(&["GET", "POST"]);

/// Languages of the voices WOMAN and MAN.
const LANGUAGES: [&str; 16] = [
    "da-DK", "nl-NL", "en-AU", "en-GB", "en-US", "fr-FR", "fr-CA", "de-DE", "it-IT", "pl-PL",
    "pt-PT", "pt-BR", "ru-RU", "es-ES", "es-US", "sv-SE",
];
/// Languages that the voices named `Polly.…` have beside those.
const POLLY: [&str; 12] = [
    "en-IN", "hi-IN", "tr-TR", "ro-RO", "is-IS", "nb-NO", "ko-KR", "ja-JP", "cmn-CN", "arb",
    "cy-GB", "es-MX",
];

const RULES: [Rule; 8] = [
    Rule {
        name: "Speak",
        text: Text::Words,
        children: &[],
        attributes: &[
            ("voice", Value::Free(40)),
            ("language", Value::Free(10)),
            ("loop", Value::Number(0, FOR_EVER)),
        ],
        required: &[],
    },
    Rule {
        name: "Play",
        text: Text::Address,
        children: &[],
        attributes: &[("loop", Value::Number(0, FOR_EVER))],
        required: &[],
    },
    Rule {
        name: "Wait",
        text: Text::Nothing,
        children: &[],
        attributes: &[
            ("length", Value::Number(1, 3600)),
            ("silence", BOOLEAN),
            ("minSilence", Value::Number(1, 3_600_000)),
            ("beep", BOOLEAN),
        ],
        required: &[],
    },
    Rule {
        name: "GetDigits",
        text: Text::Nothing,
        children: &["Speak", "Play"],
        attributes: &[
            ("action", Value::Absolute),
            ("method", METHOD),
            ("timeout", Value::Number(1, 3600)),
            ("digitTimeout", Value::Number(1, 3600)),
            ("finishOnKey", Value::Keys(1, "none")),
            ("numDigits", Value::Number(1, 99)),
            ("retries", Value::Number(1, 100)),
            ("redirect", BOOLEAN),
            ("playBeep", BOOLEAN),
            ("validDigits", Value::Keys(12, "")),
            ("invalidDigitsSound", Value::Absolute),
            ("log", BOOLEAN),
        ],
        required: &[],
    },
    Rule {
        name: "GetInput",
        text: Text::Nothing,
        children: &["Speak", "Play"],
        attributes: &[
            ("action", Value::Absolute),
            ("method", METHOD),
            // The phone has no ear for speech.
            ("inputType", Value::Word(&["dtmf"])),
            ("executionTimeout", Value::Number(5, 60)),
            ("digitEndTimeout", Value::NumberOr(2, 10, "auto")),
            ("finishOnKey", Value::Keys(1, "none")),
            ("numDigits", Value::Number(1, 32)),
            ("log", BOOLEAN),
            ("redirect", BOOLEAN),
        ],
        required: &["action"],
    },
    Rule {
        name: "Record",
        text: Text::Nothing,
        children: &[],
        attributes: &[
            ("action", Value::Absolute),
            ("method", METHOD),
            ("fileFormat", Value::Word(&["mp3", "wav"])),
            ("redirect", BOOLEAN),
            ("timeout", Value::Number(1, 3600)),
            ("maxLength", Value::Number(1, 86_400)),
            ("playBeep", BOOLEAN),
            ("finishOnKey", Value::Keys(12, "none")),
            ("recordSession", Value::Word(&["false"])),
            ("startOnDialAnswer", Value::Word(&["false"])),
            ("recordChannelType", Value::Word(&["mono", "stereo"])),
            ("callbackUrl", Value::Absolute),
            ("callbackMethod", METHOD),
        ],
        required: &[],
    },
    Rule {
        name: "Redirect",
        text: Text::Address,
        children: &[],
        attributes: &[("method", METHOD)],
        required: &[],
    },
    Rule {
        name: "Hangup",
        text: Text::Nothing,
        children: &[],
        attributes: &[
            ("reason", Value::Word(&["rejected", "busy"])),
            ("schedule", Value::Number(1, 86_400)),
        ],
        required: &[],
    },
];

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Vec<Verb>, String> {
    if document.len() >= MOST_BYTES {
        return Err(format!("the document has {MOST_BYTES} bytes or more"));
    }
    let root = xml::read(document)?;
    rules::check(&root, &RESPONSE, &RULES)?;
    root.children.iter().map(verb).collect()
}

fn verb(e: &Element) -> Result<Verb, String> {
    let post = |name| Ok::<_, String>(e.word(name, "POST", &["GET", "POST"])? == "POST");
    match e.name.as_str() {
        "Wait" => Ok(Verb::Pause { seconds: e.number("length", 1, 1, 3600)? }),
        "GetDigits" | "GetInput" => Ok(Verb::Input(input(e, post("method")?)?)),
        "Record" => Ok(Verb::Record(Record {
            action: e.attribute("action").map(str::to_owned),
            post: post("method")?,
            redirect: truth(e, "redirect", true),
            silence_ms: e.number("timeout", 15, 1, 3600)? * 1000,
            max_ms: e.number("maxLength", 60, 1, 86_400)? * 1000,
            finish: keys(e, "finishOnKey", "#"),
            beep: truth(e, "playBeep", true),
            ending: if e.attribute("fileFormat") == Some("wav") { "wav" } else { "mp3" },
            told: match e.attribute("callbackUrl") {
                Some(url) => Some((url.to_owned(), post("callbackMethod")?)),
                None => None,
            },
        })),
        "Redirect" => Ok(Verb::Redirect { url: e.text.trim().to_owned(), post: post("method")? }),
        "Hangup" => Ok(Verb::Hangup { rejects: e.attribute("reason").is_some() }),
        _ => Ok(Verb::Speech(speech(e)?)),
    }
}

fn input(e: &Element, post: bool) -> Result<Input, String> {
    let typed = e.name == "GetInput";
    let wait = match typed {
        true => Wait {
            first_ms: e.number("executionTimeout", 15, 5, 60)? * 1000,
            // How long `auto` is nobody says; a document that leaves it so is one to look at.
            next_ms: match e.attribute("digitEndTimeout") {
                None | Some("auto") => return Err("<GetInput> leaves digitEndTimeout open".into()),
                Some(_) => e.number("digitEndTimeout", 2, 2, 10)? * 1000,
            },
            most: usize::try_from(e.number("numDigits", 32, 1, 32)?).unwrap_or(1),
            ends: keys(e, "finishOnKey", "#"),
            valid: TWELVE.to_owned(),
            list: Vec::new(),
        },
        false => Wait {
            first_ms: e.number("timeout", 5, 1, 3600)? * 1000,
            next_ms: e.number("digitTimeout", 2, 1, 3600)? * 1000,
            most: usize::try_from(e.number("numDigits", 99, 1, 99)?).unwrap_or(1),
            ends: keys(e, "finishOnKey", "#"),
            valid: e.attribute("validDigits").unwrap_or(TWELVE).to_owned(),
            list: Vec::new(),
        },
    };
    Ok(Input {
        action: e.attribute("action").map(str::to_owned),
        post,
        wait,
        rounds: e.number("retries", 1, 1, 100)?,
        redirect: truth(e, "redirect", true),
        beep: truth(e, "playBeep", false),
        typed,
        prompts: e.children.iter().map(speech).collect::<Result<_, _>>()?,
    })
}

fn speech(e: &Element) -> Result<Speech, String> {
    let times = match e.number("loop", 1, 0, FOR_EVER)? {
        0 => FOR_EVER,
        n => n,
    };
    if e.name == "Play" {
        return Ok(Speech::Play { url: e.text.trim().to_owned(), times });
    }
    let text = e.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let voice = e.attribute("voice").unwrap_or("WOMAN");
    let lang = e.attribute("language").unwrap_or("en-US");
    let polly = voice.strip_prefix("Polly.").is_some_and(|name| !name.is_empty());
    if !polly && !["WOMAN", "MAN"].contains(&voice) {
        return Err(format!("<Speak voice=\"{voice}\"> is no voice"));
    }
    let speaks = LANGUAGES.contains(&lang) || polly && POLLY.contains(&lang);
    if !speaks {
        return Err(format!("<Speak voice=\"{voice}\"> does not speak {lang}"));
    }
    if text.chars().count() > 3000 {
        return Err("<Speak> has more than 3000 characters".into());
    }
    Ok(Speech::Speak { text, voice: voice.to_owned(), lang: lang.to_owned(), times })
}

fn keys(e: &Element, name: &str, default: &str) -> String {
    match e.attribute(name).unwrap_or(default) {
        "none" => String::new(),
        keys => keys.to_owned(),
    }
}

fn truth(e: &Element, name: &str, default: bool) -> bool {
    e.attribute(name).map_or(default, |word| word == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(verb: &str) -> Result<Vec<Verb>, String> {
        read(format!("<Response>{verb}</Response>").as_bytes())
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let verbs = one("<GetDigits/><GetInput action=\"https://s/a\" digitEndTimeout=\"2\"/>\
                         <Record/><Wait/><Redirect>https://s/a</Redirect><Hangup/>")
        .unwrap();
        let Verb::Input(digits) = &verbs[0] else { panic!() };
        let Verb::Input(input) = &verbs[1] else { panic!() };
        let waits = |input: &Input| (input.wait.first_ms, input.wait.next_ms, input.wait.most);
        assert_eq!((waits(digits), waits(input)), ((5000, 2000, 99), (15_000, 2000, 32)));
        assert_eq!((digits.wait.ends.as_str(), input.wait.ends.as_str()), ("#", "#"));
        assert!(digits.redirect && digits.post && !digits.beep && digits.rounds == 1);
        let Verb::Record(record) = &verbs[2] else { panic!() };
        assert_eq!((record.silence_ms, record.max_ms, record.ending), (15_000, 60_000, "mp3"));
        assert!(record.beep && record.finish == "#" && record.redirect);
        assert_eq!(verbs[3], Verb::Pause { seconds: 1 });
        assert_eq!(verbs[4], Verb::Redirect { url: "https://s/a".into(), post: true });
        assert_eq!(verbs[5], Verb::Hangup { rejects: false });
    }

    #[test]
    fn what_plivo_does_not_know_is_refused() {
        const INPUT: &str = "<GetInput action=\"https://s/a\" digitEndTimeout=\"2\" ";
        for wrong in [
            "<Say>x</Say>",
            "<Gather/>",
            "<Pause/>",
            "<Reject/>",
            "<speak>x</speak>",
            "<Speak/>",
            "<Speak voice=\"alice\">x</Speak>",
            "<Speak language=\"lt-LT\">x</Speak>",
            "<Speak language=\"ta-IN\" voice=\"Polly.Aditi\">x</Speak>",
            "<Speak rate=\"slow\">x</Speak>",
            "<Play/>",
            "<Play>/a.wav</Play>",
            "<Play digits=\"1\">https://s/a.wav</Play>",
            "<Wait length=\"0\"/>",
            "<GetInput digitEndTimeout=\"2\"/>",
            "<GetInput action=\"/a\" digitEndTimeout=\"2\"/>",
            "<GetInput action=\"https://s/a\"/>",
            &format!("{INPUT} executionTimeout=\"4\"/>"),
            &format!("{INPUT} executionTimeout=\"61\"/>"),
            "<GetInput action=\"https://s/a\" digitEndTimeout=\"1\"/>",
            &format!("{INPUT} numDigits=\"33\"/>"),
            &format!("{INPUT} finishOnKey=\"12\"/>"),
            &format!("{INPUT} timeout=\"5\"/>"),
            &format!("{INPUT} method=\"post\"/>"),
            &format!("{INPUT}><Wait/></GetInput>"),
            &format!("{INPUT}><Redirect>https://s/a</Redirect></GetInput>"),
            &format!("{INPUT}>words</GetInput>"),
            "<GetDigits timeout=\"0\"/>",
            "<GetDigits numDigits=\"0\"/>",
            "<GetDigits validDigits=\"any\"/>",
            "<GetDigits executionTimeout=\"5\"/>",
            "<Record fileFormat=\"ogg\"/>",
            "<Record finishOnKey=\"any\"/>",
            "<Record trim=\"true\"/>",
            "<Record callbackUrl=\"/r\"/>",
            "<Redirect/>",
            "<Redirect>/a</Redirect>",
            "<Hangup reason=\"no\"/>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"<document/>").is_err());
        assert!(read(b"<Response version=\"1\"/>").is_err());
        assert!(one(&format!("<Speak>{}</Speak>", "x".repeat(3001))).is_err());
        let long = format!("<Play>https://s/{}</Play>", "x".repeat(MOST_BYTES));
        assert!(one(&long).is_err());
        assert_eq!(read(b"<Response/>"), Ok(vec![]));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(name in "(GetInput|GetDigits|Record|Speak|Play|Wait|Redirect)",
                                key in "(timeout|numDigits|loop|length|maxLength|finishOnKey)",
                                value in ".{0,12}", text in ".{0,30}") {
            let value = value.replace(['<', '&', '"'], "");
            let _ = one(&format!("<{name} {key}=\"{value}\">{text}</{name}>"));
        }
    }
}
