//! Documents of FreeSWITCH's mod_httapi, and its digit machine. Written from the module's
//! documentation and source (`mod_httapi.c`, `switch_ivr_async.c` of signalwire/freeswitch);
//! stricter than the module where it would pass over an unknown attribute.

use super::xml::{self, Element};

/// A document: parameters to be echoed on every later request, and the work to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) params: Vec<(String, String)>,
    pub(super) work: Vec<Tag>,
}

/// One tag of the work; every tag may change the address of the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// New address from now on.
    pub(super) action: Option<String>,
    /// Address of the next request only.
    pub(super) temp_action: Option<String>,
    pub(super) step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Hear(Hear),
    Record(Record),
    Hangup {
        cause: String,
    },
    /// Leaves the application; the dialplan goes on.
    Break,
    /// Does nothing but carry an action.
    Continue,
}

/// What is played, and the keys it listens for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hear {
    pub(super) sound: Sound,
    /// The parameter in which matched digits are sent.
    pub(super) name: String,
    pub(super) error_file: Option<String>,
    pub(super) digit_timeout_ms: i64,
    pub(super) input_timeout_ms: i64,
    /// Rounds when keys are listened for: `loops` + 1.
    pub(super) rounds: i64,
    pub(super) terminators: String,
    pub(super) binds: Vec<Bind>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    File(String),
    Speak { text: String, voice: String },
    Say { text: String, lang: String },
    Pause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The form field in which the file is sent.
    pub(super) name: String,
    pub(super) file: String,
    pub(super) beep_file: Option<String>,
    /// Whole seconds by the clock on the wall; 0: no limit.
    pub(super) limit_seconds: i64,
    /// Silence that ends it; 0: never.
    pub(super) silence_ms: i64,
    pub(super) digit_timeout_ms: i64,
    pub(super) terminators: String,
    pub(super) binds: Vec<Bind>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bind {
    pub(super) keys: String,
    pub(super) strip: String,
    pub(super) action: Option<String>,
}

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the tag and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Document, String> {
    let root = xml::read(document)?;
    if root.name != "document" || root.attribute("type") != Some("xml/freeswitch-httapi") {
        return Err("the root is not <document type=\"xml/freeswitch-httapi\">".into());
    }
    root.only(&["type"])?;
    root.no_text()?;
    let mut read = Document::default();
    for part in &root.children {
        part.only(&[])?;
        part.no_text()?;
        match part.name.as_str() {
            "params" => {
                for param in &part.children {
                    param.only(&[])?;
                    param.no_children()?;
                    read.params.push((param.name.clone(), param.text.clone()));
                }
            }
            "work" => {
                for tag in &part.children {
                    read.work.push(self::tag(tag)?);
                }
            }
            "variables" => {
                return Err("<variables>: setting variables is not permitted by default".into());
            }
            other => return Err(format!("<document> cannot hold <{other}>")),
        }
    }
    Ok(read)
}

const COMMON: [&str; 2] = ["action", "temp-action"];
const INPUT: [&str; 6] =
    ["name", "error-file", "digit-timeout", "input-timeout", "loops", "terminators"];

fn tag(e: &Element) -> Result<Tag, String> {
    let input = |own: &[&str]| {
        let known: Vec<&str> = COMMON.iter().chain(&INPUT).chain(own).copied().collect();
        e.only(&known)
    };
    let plain = |own: &[&str]| {
        e.no_children()?;
        let known: Vec<&str> = COMMON.iter().chain(own).copied().collect();
        e.only(&known)
    };
    // Tag names are looked up in a hash that ignores case.
    let step = match e.name.to_ascii_lowercase().as_str() {
        "playback" => {
            input(&["file"])?;
            let file = filled(e, "file").unwrap_or(e.text.trim());
            if file.is_empty() {
                return Err("<playback> has no file".into());
            }
            if filled(e, "file").is_none() && !e.children.is_empty() {
                return Err("<playback> with <bind> needs its file as an attribute".into());
            }
            Step::Hear(hear(e, Sound::File(place(file)?))?)
        }
        "speak" => {
            input(&["engine", "voice", "text", "file"])?;
            let engine = filled(e, "engine");
            engine.ok_or("<speak> needs an engine")?;
            let voice = filled(e, "voice").unwrap_or_default().to_owned();
            Step::Hear(hear(e, Sound::Speak { text: words(e)?, voice })?)
        }
        "say" => {
            input(&["language", "type", "method", "gender", "text", "file"])?;
            for needed in ["language", "type", "method"] {
                filled(e, needed).ok_or_else(|| format!("<say> needs {needed}"))?;
            }
            let lang = filled(e, "language").unwrap_or_default().to_owned();
            Step::Hear(hear(e, Sound::Say { text: words(e)?, lang })?)
        }
        "pause" => {
            input(&["milliseconds"])?;
            let mut hear = hear(e, Sound::Pause)?;
            hear.input_timeout_ms = e.number("milliseconds", 1000, 1, 3_600_000)?;
            Step::Hear(hear)
        }
        "record" => Step::Record(record(e)?),
        "hangup" => {
            plain(&["cause"])?;
            let cause = filled(e, "cause").unwrap_or(e.text.trim());
            let cause = if cause.is_empty() { "NORMAL_CLEARING" } else { cause };
            Step::Hangup { cause: cause.to_owned() }
        }
        "break" => {
            plain(&[])?;
            Step::Break
        }
        "continue" | "log" => {
            plain(&["level", "clean"])?;
            Step::Continue
        }
        // These stop the application in the module's code, whatever stands behind them.
        "answer" | "preanswer" | "ringready" => {
            return Err(format!("<{}> ends the application; answer in the dialplan", e.name));
        }
        "execute" | "getvariable" | "conference" | "dial" | "recordcall" | "sms" | "voicemail"
        | "vmname" => {
            return Err(format!("<{}> is not permitted by default, or not modelled", e.name));
        }
        other => return Err(format!("unsupported tag <{other}>")),
    };
    Ok(Tag { action: address(e, "action")?, temp_action: address(e, "temp-action")?, step })
}

fn hear(e: &Element, sound: Sound) -> Result<Hear, String> {
    let loops = e.number("loops", 0, -1, 100)?;
    Ok(Hear {
        sound,
        name: filled(e, "name").unwrap_or("dialed_digits").to_owned(),
        error_file: filled(e, "error-file").map(place).transpose()?,
        digit_timeout_ms: e.number("digit-timeout", 1500, 1, 3_600_000)?,
        input_timeout_ms: e.number("input-timeout", 5000, 1, 3_600_000)?,
        rounds: loops.max(0) + 1,
        terminators: terminators(e)?,
        binds: binds(e)?,
    })
}

fn record(e: &Element) -> Result<Record, String> {
    e.only(&[
        "action",
        "temp-action",
        "file",
        "name",
        "error-file",
        "beep-file",
        "limit",
        "silence-hits",
        "threshold",
        "terminators",
        "digit-timeout",
        "loops",
    ])?;
    e.no_text()?;
    let file = filled(e, "file").ok_or("<record> needs a file")?;
    if file.starts_with("http") {
        return Err("<record> to an http address is not modelled".into());
    }
    let threshold = e.number("threshold", 200, 0, 32767)?;
    let silence = e.number("silence-hits", 2, 0, 3600)?;
    if !terminators(e)?.is_empty() && e.children.is_empty() {
        return Err("<record terminators> does nothing without <bind>".into());
    }
    Ok(Record {
        name: filled(e, "name").unwrap_or("attached_file").to_owned(),
        file: file.replace(['/', '\\', '`'], "_"),
        beep_file: filled(e, "beep-file").map(place).transpose()?,
        limit_seconds: e.number("limit", 0, 0, 86400)?,
        silence_ms: match (threshold, silence) {
            (0, _) => 0,
            // None is three seconds (switch_ivr_record_file).
            (_, 0) => 3000,
            (_, hits) => hits * 1000,
        },
        digit_timeout_ms: e.number("digit-timeout", 1500, 1, 3_600_000)?,
        terminators: terminators(e)?,
        binds: binds(e)?,
    })
}

fn binds(e: &Element) -> Result<Vec<Bind>, String> {
    if !e.children.is_empty() {
        e.no_text()?;
    }
    e.children.iter().map(bind).collect()
}

fn bind(e: &Element) -> Result<Bind, String> {
    if e.name != "bind" {
        return Err(format!("only <bind> can stand here, not <{}>", e.name));
    }
    e.only(&["strip", "action"])?;
    e.no_children()?;
    let keys = e.text.trim();
    if keys.starts_with('~') {
        // A lone expression is accepted at its first match, several wait for the time-out, so
        // no survey is well served by one; the phone does not pretend to model them.
        return Err(format!("<bind>{keys}</bind>: write literal keys, not an expression"));
    }
    let good = |key: char| key.is_ascii_digit() || "*#ABCD".contains(key);
    if keys.is_empty() || !keys.chars().all(good) {
        return Err(format!("<bind>{keys}</bind>: expected keys"));
    }
    Ok(Bind {
        keys: keys.to_owned(),
        strip: e.attribute("strip").unwrap_or_default().to_owned(),
        action: address(e, "action")?,
    })
}

fn terminators(e: &Element) -> Result<String, String> {
    let keys = e.attribute("terminators").unwrap_or_default();
    if keys.chars().all(|k| k.is_ascii_digit() || k == '*' || k == '#') {
        Ok(keys.to_owned())
    } else {
        Err(format!("<{} terminators=\"{keys}\">: expected keys", e.name))
    }
}

fn filled<'a>(e: &'a Element, name: &str) -> Option<&'a str> {
    e.attribute(name).map(str::trim).filter(|value| !value.is_empty())
}

fn words(e: &Element) -> Result<String, String> {
    let text = filled(e, "text").or_else(|| filled(e, "file")).unwrap_or(e.text.trim());
    if text.is_empty() {
        return Err(format!("<{}> has nothing to say", e.name));
    }
    Ok(text.to_owned())
}

fn address(e: &Element, name: &str) -> Result<Option<String>, String> {
    filled(e, name).map(place).transpose()
}

/// The module takes everything before an `@`, wherever it stands, for credentials, and expands
/// `${…}`; both would break an address.
fn place(url: &str) -> Result<String, String> {
    match url.find(['@', '$', '{', '}']) {
        Some(at) => Err(format!("the address \"{url}\" holds a \"{}\"", &url[at..=at])),
        None => Ok(url.to_owned()),
    }
}

/// What the digit machine says after a key, or when its time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// This bind (by index) is accepted.
    Found(usize),
    /// More keys may come, until the digit time-out.
    Waits,
    /// No bind fits: the keys are thrown away.
    Never,
}

/// Which bind the machine accepts for these keys. As in the source, a bind that fits exactly is
/// accepted at once unless a longer one *behind it in the list* could still fit.
pub(super) fn matching(binds: &[Bind], terminators: &str, keys: &str, time_up: bool) -> Match {
    let fits = |keys: &str| binds.iter().filter(|b| b.keys.starts_with(keys)).count();
    let mut keys = keys.to_owned();
    let (mut time_up, candidates) = (time_up, fits(&keys));
    if let Some(at) = keys.rfind(|key| terminators.contains(key)) {
        keys.truncate(at);
        time_up = true;
    }
    let exact = binds.iter().filter(|b| b.keys == keys).count();
    let mut found: Option<usize> = None;
    let (mut longer, mut accepted) = (false, false);
    for (at, bind) in binds.iter().enumerate().filter(|(_, b)| b.keys.starts_with(&keys)) {
        if found.is_none() && bind.keys == keys && (candidates == 1 || exact == 1 || time_up) {
            found = Some(at);
            accepted = true;
        }
        if bind.keys.len() != keys.len() {
            accepted = false;
            longer = longer || found.is_some();
        }
    }
    match found {
        Some(at) if (accepted && candidates > 0) || (time_up && longer) => Match::Found(at),
        _ if candidates == 0 || time_up => Match::Never,
        _ => Match::Waits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binds(keys: &[&str]) -> Vec<Bind> {
        keys.iter()
            .map(|k| Bind { keys: (*k).to_owned(), strip: String::new(), action: None })
            .collect()
    }

    #[test]
    fn the_digit_machine_decides_as_the_source_does() {
        let all = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "10"];
        let backward = ["10", "1"];
        for (binds_, keys, time_up, expected) in [
            (&all[..], "7", false, Match::Found(7)),
            (&all[..], "#", false, Match::Found(11)),
            (&all[..], "1", false, Match::Waits),
            (&all[..], "1", true, Match::Found(1)),
            (&all[..], "10", false, Match::Found(12)),
            (&all[..], "1#", false, Match::Never),
            // The longer bind must stand behind the shorter one, or it is never heard.
            (&backward[..], "1", false, Match::Found(1)),
            (&["5"][..], "6", false, Match::Never),
            (&["55"][..], "5", false, Match::Waits),
            (&["55"][..], "5", true, Match::Never),
        ] {
            assert_eq!(matching(&binds(binds_), "", keys, time_up), expected, "{keys}");
        }
    }

    fn one(tag: &str) -> Result<Document, String> {
        read(
            format!("<document type=\"xml/freeswitch-httapi\"><work>{tag}</work></document>")
                .as_bytes(),
        )
    }

    #[test]
    fn defaults_are_those_of_the_module() {
        let read = one("<playback file=\"/a.wav\"/><pause/><record file=\"c.wav\"/>").unwrap();
        let Step::Hear(hear) = &read.work[0].step else { panic!() };
        assert_eq!(
            (hear.name.as_str(), hear.input_timeout_ms, hear.digit_timeout_ms, hear.rounds),
            ("dialed_digits", 5000, 1500, 1)
        );
        let Step::Hear(pause) = &read.work[1].step else { panic!() };
        assert_eq!(pause.input_timeout_ms, 1000);
        let Step::Record(record) = &read.work[2].step else { panic!() };
        assert_eq!((record.name.as_str(), record.silence_ms), ("attached_file", 2000));
        for (silence, millis) in [("silence-hits=\"0\"", 3000), ("threshold=\"0\"", 0)] {
            let read = one(&format!("<record file=\"c.wav\" {silence}/>")).unwrap();
            let Step::Record(record) = &read.work[0].step else { panic!() };
            assert_eq!(record.silence_ms, millis, "{silence}");
        }
    }

    #[test]
    fn what_the_module_does_not_do_is_refused() {
        for wrong in [
            "<play file=\"/a.wav\"/>",
            "<playback/>",
            "<playback file=\"/a.wav\" timeout=\"5\"/>",
            "<playback file=\"/a.wav\" input-timeout=\"soon\"/>",
            "<playback file=\"/a.wav\" action=\"https://x@y/\"/>",
            "<playback file=\"/a.wav\"><bind>~\\d</bind></playback>",
            "<playback file=\"/a.wav\"><bind/></playback>",
            "<playback file=\"/a.wav\"><bind name=\"x\">1</bind></playback>",
            "<playback file=\"/a.wav\"><key>1</key></playback>",
            "<speak text=\"x\"/>",
            "<speak engine=\"flite\"/>",
            "<say text=\"1\" type=\"number\"/>",
            "<record/>",
            "<record file=\"c.wav\" terminators=\"#\"/>",
            "<record file=\"c.wav\" silence=\"3\"/>",
            "<answer/>",
            "<execute application=\"x\"/>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"<document/>").is_err());
        assert!(read(b"<Response/>").is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(keys in "[0-9*#]{0,4}", list in proptest::collection::vec("[0-9*#]{1,3}", 0..6),
                          stop in "[*#]{0,2}", up: bool, text in ".{0,60}") {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            if let Match::Found(at) = matching(&binds(&list), &stop, &keys, up) {
                proptest::prop_assert!(at < list.len());
            }
            let _ = one(&text);
        }
    }
}
