//! Documents of TwiML and its relatives, read as strictly as each platform describes them: element
//! and attribute names are case-sensitive, each verb takes its own attributes and values only, and
//! nothing nests but what a Gather may hold. What a platform knows is data: a [`Grammar`].

use super::xml::{self, Element};

/// What the documents of one platform may hold.
#[derive(Debug)]
pub(super) struct Grammar {
    /// Its elements.
    pub(super) rules: &'static [Rule],
    /// Those of them that may stand in a Gather.
    pub(super) in_gather: &'static [&'static str],
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) element: &'static str,
    pub(super) attributes: &'static [Attribute],
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// The documented default. `None`: none is documented, so that a document must say it.
    pub(super) default: Option<&'static str>,
}

/// The values of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// An address, absolute or not.
    Address,
    /// A whole number within bounds.
    Number(i64, i64),
    /// One of these.
    Words(&'static [&'static str]),
    /// Some of these, with spaces between.
    SomeOf(&'static [&'static str]),
    /// One key, or nothing.
    OneKey,
    /// Any number of keys.
    Keys,
    /// Keys and waits, as tones towards the other end.
    Tones,
    /// A voice: one of these, or one whose name begins with one of these that ends in a point.
    Voice(&'static [&'static str]),
    /// A language tag.
    Language,
}

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
    /// Keys that end the input.
    pub(super) finish: String,
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

/// Platforms repeat for ever, or a thousand times; the phone needs an end.
const FOR_EVER: i64 = 1000;

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8], grammar: &Grammar) -> Result<Vec<Verb>, String> {
    let root = xml::read(document)?;
    if root.name != "Response" {
        return Err(format!("the root is <{}>, not <Response>", root.name));
    }
    root.only(&[])?;
    root.no_text()?;
    root.children.iter().map(|e| verb(&Checked::new(e, grammar)?)).collect()
}

/// An element whose attributes have been held against its rule.
struct Checked<'a> {
    e: &'a Element,
    rule: &'a Rule,
    grammar: &'a Grammar,
}

impl<'a> Checked<'a> {
    fn new(e: &'a Element, grammar: &'a Grammar) -> Result<Self, String> {
        let known = grammar.rules.iter().find(|rule| rule.element == e.name);
        let rule = known.ok_or_else(|| format!("<{}> is no verb of this platform", e.name))?;
        let names: Vec<&str> = rule.attributes.iter().map(|attribute| attribute.name).collect();
        e.only(&names)?;
        for attribute in rule.attributes {
            match e.attribute(attribute.name) {
                Some(value) => fits(e, attribute, value)?,
                None if attribute.default.is_none() => {
                    let name = attribute.name;
                    return Err(format!("<{}> must say {name}: it has no default", e.name));
                }
                None => {}
            }
        }
        Ok(Self { e, rule, grammar })
    }

    /// What stands there, else the default; empty where the platform has no such attribute.
    fn get(&self, name: &str) -> &'a str {
        let default = || self.rule.attributes.iter().find(|a| a.name == name)?.default;
        self.e.attribute(name).or_else(default).unwrap_or_default()
    }

    /// A number whose bounds have been checked; 0 where there is none.
    fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap_or_default()
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == "true"
    }

    fn post(&self, name: &str) -> bool {
        self.get(name) != "GET"
    }

    /// `None`: the current document's address.
    fn action(&self) -> Option<String> {
        self.e.attribute("action").map(str::to_owned)
    }

    /// The address that is the element's text.
    fn url(&self) -> Result<String, String> {
        match self.e.text.trim() {
            "" => Err(format!("<{}> has no address", self.e.name)),
            url => Ok(url.to_owned()),
        }
    }

    fn times(&self) -> i64 {
        match (self.get("loop"), self.number("loop")) {
            ("", _) => 1,
            (_, 0) => FOR_EVER,
            (_, n) => n,
        }
    }
}

/// Whether an attribute takes that value.
fn fits(e: &Element, attribute: &Attribute, value: &str) -> Result<(), String> {
    let Attribute { name, takes, .. } = *attribute;
    let fault = |what: &str| Err(format!("<{} {name}=\"{value}\">: {what}", e.name));
    match takes {
        Takes::Address => Ok(()),
        Takes::Number(low, high) => e.number(name, low, low, high).map(|_| ()),
        Takes::Words(words) => e.word(name, "", words).map(|_| ()),
        Takes::SomeOf(words) => match value.split_whitespace().find(|word| !words.contains(word)) {
            Some(_) => fault(&format!("expected some of {}", words.join(", "))),
            None => Ok(()),
        },
        Takes::OneKey if value.chars().count() > 1 => fault("one key or nothing"),
        Takes::OneKey | Takes::Keys if !value.chars().all(is_key) => {
            fault("keys 0-9, # and * only")
        }
        Takes::OneKey | Takes::Keys => Ok(()),
        Takes::Tones => tones(value).map(|_| ()),
        Takes::Voice(voices) => {
            let known = voices.iter().any(|voice| {
                let family = voice.ends_with('.') && value.len() > voice.len();
                value == *voice && !voice.ends_with('.') || family && value.starts_with(voice)
            });
            if known { Ok(()) } else { fault("no such voice") }
        }
        Takes::Language => {
            let good = value.split('-').enumerate().all(|(i, part)| {
                (2..=8).contains(&part.len())
                    && part.bytes().all(|b| b.is_ascii_alphanumeric())
                    && (i > 0 || part.bytes().all(|b| b.is_ascii_lowercase()))
            });
            if good || value.is_empty() { Ok(()) } else { fault("no language tag such as lt-LT") }
        }
    }
}

fn verb(e: &Checked) -> Result<Verb, String> {
    match e.e.name.as_str() {
        "Say" | "Play" | "Pause" => Ok(Verb::Speech(speech(e)?)),
        "Gather" => Ok(Verb::Gather(gather(e)?)),
        "Record" => Ok(Verb::Record(record(e)?)),
        "Redirect" => {
            e.e.no_children()?;
            Ok(Verb::Redirect { url: e.url()?, post: e.post("method") })
        }
        "Hangup" => {
            e.e.no_children()?;
            e.e.no_text()?;
            Ok(Verb::Hangup)
        }
        "Reject" => {
            e.e.no_children()?;
            e.e.no_text()?;
            Ok(Verb::Reject { reason: e.get("reason").to_owned() })
        }
        other => Err(format!("<{other}> is no verb that this phone knows")),
    }
}

fn speech(e: &Checked) -> Result<Speech, String> {
    e.e.no_children()?;
    match e.e.name.as_str() {
        "Say" => {
            let text = e.e.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.is_empty() {
                return Err("<Say> has nothing to say".into());
            }
            let (voice, lang) = (e.get("voice").to_owned(), e.get("language").to_owned());
            speaks(&voice, &lang)?;
            Ok(Speech::Say { text, voice, lang, times: e.times() })
        }
        "Play" => match e.e.attribute("digits") {
            Some(digits) => Ok(Speech::Tones { millis: tones(digits)? }),
            None => Ok(Speech::Play { url: e.url()?, times: e.times() }),
        },
        "Pause" => {
            e.e.no_text()?;
            Ok(Speech::Pause { seconds: e.number("length") })
        }
        other => Err(format!("<{other}> cannot be heard")),
    }
}

/// How long it takes to send these tones.
fn tones(digits: &str) -> Result<i64, String> {
    let each = digits.chars().map(|key| match key {
        'w' => Ok(500),
        'W' => Ok(1000),
        '0'..='9' | 'A'..='D' | '#' | '*' => Ok(200),
        _ => Err(format!("<Play digits=\"{digits}\">: no such tone")),
    });
    each.sum()
}

/// A voice that names its language in its own name must be used for that language.
fn speaks(voice: &str, lang: &str) -> Result<(), String> {
    let name =
        ["Google.", "gcloud.", "azure."].iter().find_map(|family| voice.strip_prefix(family));
    match name {
        Some(name) if !lang.is_empty() && !name.starts_with(&format!("{lang}-")) => {
            Err(format!("<Say voice=\"{voice}\"> does not speak {lang}"))
        }
        _ => Ok(()),
    }
}

fn gather(e: &Checked) -> Result<Gather, String> {
    e.e.no_text()?;
    let heard = |child: &Element| {
        if !e.grammar.in_gather.contains(&child.name.as_str()) {
            return Err(format!("<Gather> cannot hold <{}>", child.name));
        }
        match speech(&Checked::new(child, e.grammar)?)? {
            Speech::Tones { .. } => Err("<Play digits> cannot stand in <Gather>".to_owned()),
            heard => Ok(heard),
        }
    };
    Ok(Gather {
        action: e.action(),
        post: e.post("method"),
        num_digits: usize::try_from(e.number("numDigits")).ok().filter(|most| *most > 0),
        timeout_ms: e.number("timeout") * 1000,
        finish: e.get("finishOnKey").to_owned(),
        action_on_empty: e.is("actionOnEmptyResult"),
        prompts: e.e.children.iter().map(heard).collect::<Result<_, _>>()?,
    })
}

fn record(e: &Checked) -> Result<Record, String> {
    e.e.no_text()?;
    e.e.no_children()?;
    let events = e.get("recordingStatusCallbackEvent");
    let wanted = |wanted: &str| events.split_whitespace().any(|event| event == wanted);
    Ok(Record {
        action: e.action(),
        post: e.post("method"),
        silence_ms: e.number("timeout") * 1000,
        finish: e.get("finishOnKey").to_owned(),
        max_ms: e.number("maxLength") * 1000,
        beep: e.is("playBeep"),
        trim: e.get("trim") == "trim-silence",
        told: e.e.attribute("recordingStatusCallback").map(|url| Told {
            url: url.to_owned(),
            post: e.post("recordingStatusCallbackMethod"),
            // Where the events cannot be chosen, the notice tells of the finished recording.
            completed: wanted("completed") || events.is_empty(),
            absent: wanted("absent"),
        }),
    })
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || key == '#' || key == '*'
}

#[cfg(test)]
mod tests {
    use super::super::members;
    use super::*;

    fn one(verb: &str) -> Result<Vec<Verb>, String> {
        read(format!("<Response>{verb}</Response>").as_bytes(), members::TWILIO.grammar)
    }

    #[test]
    fn defaults_are_those_of_the_reference() {
        let verbs = one("<Gather/><Record/><Say>x</Say><Pause/><Redirect>/a</Redirect>").unwrap();
        let Verb::Gather(gather) = &verbs[0] else { panic!() };
        assert_eq!(
            (gather.timeout_ms, gather.finish.as_str(), gather.num_digits, gather.post),
            (5000, "#", None, true)
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
        assert_eq!((gather.finish.as_str(), gather.num_digits), ("", Some(2)));
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
        assert!(read(b"<document/>", members::TWILIO.grammar).is_err());
        assert!(read(b"<Response version=\"1\"/>", members::TWILIO.grammar).is_err());
        assert_eq!(read(b"<Response/>", members::TWILIO.grammar), Ok(vec![]));
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
