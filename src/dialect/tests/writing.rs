//! What is written: golden documents for every order and ending, who speaks, and that any words
//! make well-formed XML.

use std::sync::Arc;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::interview::{Ask, Disposition, End, Ending, Keys, Record};
use crate::survey::{Prompt, Sound, Version};

pub(super) fn prompt(lang: &str, id: &str, text: &str, sound: Sound) -> Arc<Prompt> {
    let lang = lang.parse().unwrap();
    Arc::new(Prompt { id: id.into(), lang, text: text.into(), millis: 1500, sound })
}

pub(super) fn ask(prompts: Vec<Arc<Prompt>>, keys: Keys) -> Order {
    Order::Ask(Ask { prompts, keys, think_ms: 6000 })
}

fn end(prompts: Vec<Arc<Prompt>>) -> Order {
    let disposition = Disposition::Complete;
    Order::End(End { prompts, ending: Ending::Finished, disposition, score: Some(5) })
}

fn links() -> Links {
    Links {
        turn: "https://s.example.net/voice/p/turn?t=TOKEN_a-b".to_owned(),
        recording: "https://s.example.net/voice/p/recording?t=TOKEN_a-b".to_owned(),
        base: "https://s.example.net/x".to_owned(),
    }
}

/// A document that owns what it shows.
pub(super) struct Shown {
    order: Order,
    voice: Voice,
    speech: Speech,
    after: After,
    links: Links,
    open: Option<Open>,
}

impl Shown {
    pub(super) fn new(order: Order) -> Self {
        let voice = Voice { survey: "post-call".into(), version: Version(0x00c0_ffee) };
        Self {
            order,
            voice,
            speech: Speech::Auto,
            after: After::Hangup,
            links: links(),
            open: None,
        }
    }

    pub(super) fn open(self, open: Open) -> Self {
        Self { open: Some(open), ..self }
    }

    pub(super) fn speech(self, speech: Speech) -> Self {
        Self { speech, ..self }
    }

    fn after(self, after: After) -> Self {
        Self { after, ..self }
    }

    fn document(&self) -> Document<'_> {
        Document::Order {
            order: &self.order,
            voice: &self.voice,
            speech: self.speech,
            lang: "lt".parse().unwrap(),
            links: self.links.clone(),
            after: self.after.clone(),
            open: self.open,
        }
    }

    pub(super) fn write(&self, kind: Kind) -> String {
        of(kind).write(&self.document())
    }
}

pub(super) fn rating() -> Vec<Arc<Prompt>> {
    vec![
        prompt("lt", "greeting", "Laba diena & ačiū!", Sound::Human),
        prompt("lt", "q-agent", "Kaip vertinate <darbuotoją>?", Sound::Machine),
    ]
}

pub(super) fn comment() -> Order {
    Order::Record(Record {
        prompts: vec![prompt("lt", "q-comment", "Kalbėkite.", Sound::Machine)],
        max_seconds: 60,
        silence_seconds: 3,
        beep: prompt("lt", "beep", "", Sound::Machine),
    })
}

fn bye() -> Vec<Arc<Prompt>> {
    vec![
        prompt("lt", "thanks", "Ačiū.", Sound::Machine),
        prompt("lt", "bye", "Viso gero.", Sound::Human),
    ]
}

/// In each kind: the name of the case, and the document it must be.
macro_rules! golden {
    ($($name:literal => $document:expr),+ $(,)?) => {
        #[test]
        fn documents_are_as_written_down() {
            $(
                let golden = [
                    (Kind::Twilio, include_str!(concat!("../../../tests/it/data/dialect/twilio/", $name, ".xml"))),
                    (Kind::Freeswitch, include_str!(concat!("../../../tests/it/data/dialect/freeswitch/", $name, ".xml"))),
                    (Kind::Plivo, include_str!(concat!("../../../tests/it/data/dialect/plivo/", $name, ".xml"))),
                    (Kind::Bandwidth, include_str!(concat!("../../../tests/it/data/dialect/bandwidth/", $name, ".xml"))),
                    (Kind::Signalwire, include_str!(concat!("../../../tests/it/data/dialect/signalwire/", $name, ".xml"))),
                    (Kind::Telnyx, include_str!(concat!("../../../tests/it/data/dialect/telnyx/", $name, ".xml"))),
                    (Kind::Somleng, include_str!(concat!("../../../tests/it/data/dialect/somleng/", $name, ".xml"))),
                    (Kind::Cloudonix, include_str!(concat!("../../../tests/it/data/dialect/cloudonix/", $name, ".xml"))),
                    (Kind::Exotel, include_str!(concat!("../../../tests/it/data/dialect/exotel/", $name, ".xml"))),
                    (Kind::Kookoo, include_str!(concat!("../../../tests/it/data/dialect/kookoo/", $name, ".xml"))),
                    (Kind::Africastalking, include_str!(concat!("../../../tests/it/data/dialect/africastalking/", $name, ".xml"))),
                    (Kind::Voicexml, include_str!(concat!("../../../tests/it/data/dialect/voicexml/", $name, ".xml"))),
                ];
                assert_eq!(golden.map(|(kind, _)| kind), Kind::ALL);
                for (kind, expected) in golden {
                    let written: String = $document(kind);
                    assert_eq!(written, expected, "{} {}", kind.word(), $name);
                    assert_eq!($document(kind), written, "the same values, the same bytes");
                    assert!(is_well_formed(&written), "{written}");
                }
            )+
        }
    };
}

fn write(document: Document) -> impl Fn(Kind) -> String {
    move |kind| of(kind).write(&document)
}

pub(super) fn sorry(lang: &str, audio: Option<&str>) -> Document<'static> {
    Document::Sorry { lang: lang.parse().unwrap(), audio: audio.map(str::to_owned) }
}

pub(super) const SORRY: &str = "https://s.example.net/x/audio/goodbye/00000001/lt/sorry.wav";
const BACK: &str = "https://webhooks.example.com/Flows/FW1?FlowEvent=return&x=1";

golden! {
    "ask" => |kind| Shown::new(ask(rating(), Keys::One)).write(kind),
    "ask-ten" => |kind| Shown::new(ask(rating(), Keys::OneOrTen)).write(kind),
    "ask-audio" => |kind| Shown::new(ask(rating(), Keys::One)).speech(Speech::Audio).write(kind),
    "ask-voice" => |kind| Shown::new(ask(rating(), Keys::One)).speech(Speech::Voice).write(kind),
    "ask-language" => |kind| Shown::new(ask(vec![
        prompt("en", "choose", "For English press 1.", Sound::Machine),
        prompt("lt", "choose", "Lietuviškai spauskite 2.", Sound::Machine),
        prompt("ta", "choose", "தமிழுக்கு 3 ஐ அழுத்தவும்.", Sound::Machine),
    ], Keys::One)).write(kind),
    "ask-nothing-to-say" => |kind| Shown::new(ask(vec![
        prompt("de", "choose", "Deutsch", Sound::Missing),
    ], Keys::One)).write(kind),
    "ask-seven-parts" => |kind| Shown::new(ask((1..=7).map(|n| {
        prompt("lt", &format!("p{n}"), "…", Sound::Human)
    }).collect(), Keys::One)).write(kind),
    "record" => |kind| Shown::new(comment()).write(kind),
    "end" => |kind| Shown::new(end(bye())).write(kind),
    "end-return" => |kind| Shown::new(end(bye())).after(After::Return).write(kind),
    "end-redirect" => |kind| Shown::new(end(bye())).after(After::Redirect(BACK.to_owned())).write(kind),
    "end-reject" => |kind| Shown::new(end(Vec::new())).after(After::Reject).write(kind),
    "empty" => write(Document::Empty),
    "leave" => write(Document::Leave(After::Hangup)),
    "leave-return" => write(Document::Leave(After::Return)),
    "leave-redirect" => write(Document::Leave(After::Redirect(BACK.to_owned()))),
    "leave-reject" => write(Document::Leave(After::Reject)),
    "sorry" => write(sorry("lt", Some(SORRY))),
    "sorry-no-file" => write(sorry("ta", None)),
    "sorry-no-voice" => write(sorry("de", Some(SORRY))),
    "sorry-nothing" => write(sorry("de", None)),
}

/// Whether a parser reads it to its end with every name closed and every entity known.
fn is_well_formed(xml: &str) -> bool {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return depth == 0,
            Ok(Event::Start(start)) => {
                depth += 1;
                if start.attributes().any(|attribute| attribute.is_err()) {
                    return false;
                }
            }
            Ok(Event::End(_)) => depth -= 1,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[test]
fn who_speaks() {
    use Sound::{Human, Machine, Missing};
    static VOICE: PlatformVoice = PlatformVoice { lang: "lt", tag: "lt-LT", name: "V" };
    let voice = Speaker::Voice(&VOICE);
    let (file, nobody) = (Speaker::File, Speaker::Nobody);
    // speech, sound, with a voice, without
    let cases = [
        (Speech::Auto, Human, file, file),
        (Speech::Auto, Machine, voice, file),
        (Speech::Auto, Missing, voice, nobody),
        (Speech::Audio, Human, file, file),
        (Speech::Audio, Machine, file, file),
        (Speech::Audio, Missing, voice, nobody),
        (Speech::Voice, Human, voice, file),
        (Speech::Voice, Machine, voice, file),
        (Speech::Voice, Missing, voice, nobody),
    ];
    for (speech, sound, with, without) in cases {
        assert_eq!(speaker(sound, speech, Some(&VOICE)), with, "{speech:?} {sound:?}");
        assert_eq!(speaker(sound, speech, None), without, "{speech:?} {sound:?}");
    }
}

#[test]
fn twilio_speaks_our_languages_and_says_goodbye_in_them() {
    for lang in ["en", "lt", "lv", "pl", "ta"] {
        let lang: Lang = lang.parse().unwrap();
        assert!(of(Kind::Twilio).voice(lang).is_some(), "{lang}");
        assert!(speech::goodbye(lang).is_some(), "{lang}");
        assert_eq!(of(Kind::Freeswitch).voice(lang), None, "{lang}");
    }
    assert_eq!(of(Kind::Twilio).voice("de".parse().unwrap()), None);
    assert_eq!(of(Kind::Twilio).voice("lt".parse().unwrap()), Some("Google.lt-LT-Standard-A"));
}

#[test]
fn the_time_to_think_is_whole_in_every_gather() {
    // Milliseconds, keys, what must stand there for Twilio and for FreeSWITCH.
    let cases = [
        (6000, Keys::One, r#"timeout="6""#, r#"input-timeout="6000""#),
        (6001, Keys::One, r#"timeout="7""#, r#"input-timeout="6001""#),
        (0, Keys::One, r#"timeout="1""#, r#"input-timeout="1""#),
        (6000, Keys::OneOrTen, r#"<Pause length="4"/>"#, r#"input-timeout="8000""#),
        (6500, Keys::OneOrTen, r#"<Pause length="5"/>"#, r#"input-timeout="8500""#),
        (u32::MAX, Keys::OneOrTen, r#"timeout="2""#, r#"input-timeout="4294967295""#),
    ];
    for (think_ms, keys, twilio, freeswitch) in cases {
        let shown = Shown::new(Order::Ask(Ask { prompts: rating(), keys, think_ms }));
        let written = shown.write(Kind::Twilio);
        assert!(written.contains(twilio), "{twilio} in {written}");
        let written = shown.write(Kind::Freeswitch);
        assert!(written.contains(freeswitch), "{freeswitch} in {written}");
    }
    let short =
        Shown::new(Order::Ask(Ask { prompts: rating(), keys: Keys::OneOrTen, think_ms: 2000 }));
    assert!(!short.write(Kind::Twilio).contains("Pause"), "no silence beyond the time-out");
}

#[test]
fn a_beep_without_a_file_is_left_out() {
    let Order::Record(record) = comment() else { unreachable!() };
    let silent = Record { beep: prompt("lt", "beep", "", Sound::Missing), ..record };
    let written = Shown::new(Order::Record(silent)).write(Kind::Freeswitch);
    assert!(written.contains("/q-comment.wav\"") && !written.contains("+beep"), "{written}");
}

#[test]
fn both_keys_of_ten_are_bound_behind_the_one_that_they_begin_with() {
    let written = Shown::new(ask(rating(), Keys::OneOrTen)).write(Kind::Freeswitch);
    let at = |keys: &str| written.find(&format!("<bind>{keys}</bind>"));
    assert!(at("1").is_some() && at("1") < at("10"), "{written}");
    assert!(["1*", "1#", "11", "19"].iter().all(|keys| at(keys).is_some()), "{written}");
    assert!(!written.contains('~') && !written.contains("strip"), "{written}");
}

#[test]
fn what_xml_forbids_is_left_out() {
    let text = "a\u{0}b\u{b}c\u{1f}d\u{fffe}e\tf";
    let shown = Shown::new(end(vec![prompt("lt", "p", text, Sound::Missing)]));
    let written = shown.write(Kind::Twilio);
    assert!(written.contains(">abcde\tf</Say>"), "{written}");
}

/// The characters that FreeSWITCH reads as credentials, separators or variables.
const UNFIT: [char; 5] = ['@', ',', '{', '}', '$'];

fn arbitrary_prompt() -> impl Strategy<Value = Arc<Prompt>> {
    let sound = prop_oneof![Just(Sound::Human), Just(Sound::Machine), Just(Sound::Missing)];
    (any::<String>(), any::<String>(), "(en|lt|lv|pl|ta|de)", sound)
        .prop_map(|(id, text, lang, sound)| prompt(&lang, &id, &text, sound))
}

proptest! {
    #[test]
    fn any_words_make_a_well_formed_document(
        prompts in proptest::collection::vec(arbitrary_prompt(), 0..14),
        survey in any::<String>(),
        what in 0..5,
        speech in prop_oneof![Just(Speech::Auto), Just(Speech::Audio), Just(Speech::Voice)],
        url in any::<String>(),
        think_ms in any::<u32>(),
    ) {
        let order = match what {
            0 => Order::Ask(Ask { prompts, keys: Keys::One, think_ms }),
            1 => Order::Ask(Ask { prompts, keys: Keys::OneOrTen, think_ms }),
            2 => match comment() {
                Order::Record(record) => Order::Record(Record { prompts, ..record }),
                other => other,
            },
            _ => end(prompts),
        };
        let mut shown = Shown::new(order).speech(speech);
        shown.voice.survey = survey.as_str().into();
        if what == 3 {
            shown.after = After::Redirect(url.clone());
        }
        for kind in Kind::ALL {
            let written = shown.write(kind);
            prop_assert!(is_well_formed(&written), "{}", written);
            prop_assert!(!written.contains(|c: char| c < ' ' && !"\n\t\r".contains(c)));
            prop_assert_eq!(&shown.write(kind), &written);
            if what != 3 && kind == Kind::Freeswitch {
                prop_assert!(!written.contains(UNFIT), "{}", written);
            }
        }
    }

    #[test]
    fn words_come_back_as_they_were_written(text in "[ -~ąčęėįšųūž\n\tதமிழ்]{1,40}") {
        let shown = Shown::new(end(vec![prompt("lt", "p", &text, Sound::Missing)]));
        let written = shown.write(Kind::Twilio);
        let mut reader = Reader::from_str(&written);
        let mut heard: Option<String> = None;
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(start) if start.name().as_ref() == "Say" => heard = Some(String::new()),
                Event::End(end) if end.name().as_ref() == "Say" => break,
                Event::Text(part) => {
                    if let Some(heard) = &mut heard { heard.push_str(&part) }
                }
                Event::GeneralRef(name) => {
                    if let Some(heard) = &mut heard {
                        heard.push_str(&quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap());
                    }
                }
                _ => {}
            }
        }
        prop_assert_eq!(heard, Some(text));
    }
}
