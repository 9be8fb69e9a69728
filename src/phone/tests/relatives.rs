//! The relatives of TwiML: what each platform takes and refuses, and how its calls differ.

use super::*;

fn reads(kind: Kind, verb: &str) -> Result<(), String> {
    let document = format!("<Response>{verb}</Response>");
    let member = members::of(kind).unwrap();
    twiml::read(document.as_bytes(), member.grammar).map(|_| ())
}

#[test]
fn each_platform_takes_its_own_words_only() {
    use Kind::{Cloudonix, Exotel, Signalwire, Somleng, Telnyx, Twilio};
    let record = "<Record timeout=\"3\" finishOnKey=\"#\"";
    let no_default = "<Record maxLength=\"60\"/>";
    let absent = format!("{record} recordingStatusCallbackEvent=\"completed absent\"/>");
    let told = format!("{record} recordingStatusCallback=\"/r\"/>");
    let trimmed = format!("{record} trim=\"trim-silence\"/>");
    let single = format!("{record} channels=\"single\" format=\"wav\"/>");
    let valid = "<Gather validDigits=\"0123456789*#\"";
    for (verb, takers) in [
        ("<Gather/>", &[Twilio, Signalwire, Somleng, Cloudonix, Exotel][..]),
        (&format!("{valid}/>"), &[Telnyx]),
        (&format!("{valid} timeout=\"121\"/>"), &[]),
        (&format!("{valid}><Pause/></Gather>"), &[]),
        (&format!("{valid}><Play>/a</Play></Gather>"), &[Telnyx]),
        ("<Gather actionOnEmptyResult=\"true\"/>", &[Twilio, Signalwire, Somleng, Cloudonix]),
        ("<Gather input=\"dtmf\"/>", &[Twilio, Signalwire, Cloudonix]),
        ("<Gather finishOnKey=\"\"/>", &[Twilio, Signalwire, Somleng, Cloudonix, Exotel]),
        ("<Gather finishOnKey=\"12\"/>", &[Signalwire, Cloudonix]),
        ("<Gather maxDigits=\"2\"/>", &[Exotel]),
        ("<Gather><Pause/></Gather>", &[Twilio, Signalwire, Cloudonix]),
        ("<Gather><Play>/a</Play></Gather>", &[Twilio, Signalwire, Somleng, Cloudonix, Exotel]),
        ("<Gather><Redirect>/a</Redirect></Gather>", &[]),
        ("<Pause length=\"4\"/>", &[Twilio, Signalwire, Telnyx, Cloudonix]),
        ("<Reject/>", &[Twilio, Signalwire, Telnyx, Somleng]),
        (
            "<Redirect method=\"POST\">/a</Redirect>",
            &[Twilio, Signalwire, Telnyx, Somleng, Cloudonix, Exotel],
        ),
        ("<Play loop=\"2\">/a</Play>", &[Twilio, Signalwire, Telnyx, Somleng, Cloudonix]),
        ("<Say>x</Say>", &[Twilio, Signalwire, Telnyx, Somleng, Cloudonix, Exotel]),
        ("<Say voice=\"Polly.Ola-Neural\">x</Say>", &[Twilio, Signalwire, Telnyx]),
        ("<Say voice=\"Google.lt-LT-Standard-A\">x</Say>", &[Twilio]),
        ("<Say voice=\"Basic.Slt\">x</Say>", &[Somleng]),
        (no_default, &[Twilio, Telnyx, Somleng, Cloudonix, Exotel]),
        (&absent, &[Twilio, Telnyx]),
        (&told, &[Twilio, Signalwire, Telnyx, Somleng, Cloudonix]),
        (&trimmed, &[Twilio, Signalwire, Telnyx, Cloudonix]),
        (&single, &[Telnyx]),
        ("<GetDigits/>", &[]),
        ("<hangup/>", &[]),
        ("<Hangup/>", &[Twilio, Signalwire, Telnyx, Somleng, Cloudonix, Exotel]),
    ] {
        for kind in [Twilio, Signalwire, Telnyx, Somleng, Cloudonix, Exotel] {
            let read = reads(kind, verb);
            assert_eq!(read.is_ok(), takers.contains(&kind), "{kind:?}: {verb}: {read:?}");
        }
    }
}

fn line(kind: Kind) -> Line {
    let mut line = Line::new(kind, "https://s.example/p", call_id(kind, [7; 16]));
    line.auth_token = Some("nWGxne/9WmC6hEr0kuwsxERJxXtnMmkZcDrOx8MFn2A=".into());
    line.start_key = Some("start-key".into());
    line.start_ms = Some(1_700_000_000_000);
    line
}

const ONE: &str = "<Gather action=\"/p/turn?t=1\" numDigits=\"1\" timeout=\"6\" finishOnKey=\"\">\
    <Play>/audio/q-3000.wav</Play></Gather><Redirect>/p/turn?t=1&amp;silence=1</Redirect>";

fn one(kind: Kind) -> String {
    match kind {
        Kind::Telnyx => ONE.replace("<Gather", "<Gather validDigits=\"0123456789*#\""),
        _ => ONE.to_owned(),
    }
}

const FAMILY: [Kind; 6] =
    [Kind::Twilio, Kind::Signalwire, Kind::Telnyx, Kind::Somleng, Kind::Cloudonix, Kind::Exotel];

#[tokio::test]
async fn each_platform_asks_and_proves_itself_in_its_own_way() {
    for kind in FAMILY {
        let made = call(&line(kind), Fake::twiml(&[&one(kind), BYE]), "5").await;
        assert_eq!(made.outcome.faults, Vec::<String>::new(), "{kind:?}");
        assert_eq!(made.wire.paths(), ["/p/start", "/p/turn", "/p/status"], "{kind:?}");
        let asked = made.wire.asked.lock().unwrap();
        let pages: Vec<_> = asked.iter().filter(|r| !r.url.contains("/audio/")).collect();
        let body = |at: usize| String::from_utf8_lossy(&pages[at].body).into_owned();
        let header = |page: &WebRequest, name: &str| {
            let found = page.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        let keys = match kind {
            Kind::Cloudonix => "\"Digits\":\"5\"",
            Kind::Exotel => "DigitsPressed=5",
            _ => "Digits=5",
        };
        assert!(body(1).contains(keys), "{kind:?}: {}", body(1));
        // The start key comes with the addresses that were configured, and is never shown.
        let keyed: Vec<bool> = pages.iter().map(|r| r.url.contains("k=start-key")).collect();
        let unsigned = matches!(kind, Kind::Telnyx | Kind::Cloudonix | Kind::Exotel);
        assert_eq!(keyed, [unsigned, false, unsigned], "{kind:?}");
        assert!(!format!("{:?}", made.events).contains("start-key"), "{kind:?}");
        for page in pages {
            assert_eq!(
                header(page, "x-twilio-signature").is_some(),
                matches!(kind, Kind::Twilio | Kind::Somleng)
            );
            assert_eq!(header(page, "x-signalwire-signature").is_some(), kind == Kind::Signalwire);
            if kind == Kind::Telnyx {
                let at_s = header(page, "telnyx-timestamp").unwrap();
                let key = line(kind).auth_token.unwrap();
                let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
                let signed = telnyx_signature(&key, &at_s, &page.body);
                assert_eq!(header(page, "telnyx-signature-ed25519"), Some(signed));
            }
        }
    }
}

#[tokio::test]
async fn silence_comes_by_the_redirect_and_somlengs_waits_a_second() {
    for kind in FAMILY {
        let made = call(&line(kind), Fake::twiml(&[&one(kind), BYE]), "-").await;
        assert_eq!(made.wire.paths(), ["/p/start", "/p/turn", "/p/status"], "{kind:?}");
        let waits = if kind == Kind::Somleng { 1000 } else { 0 };
        assert_eq!(made.outcome.dead_ms, waits, "{kind:?}");
    }
}

#[tokio::test]
async fn recordings_end_as_each_platform_ends_them() {
    let document = "<Record action=\"/p/turn?t=2\" timeout=\"3\" maxLength=\"20\" \
        finishOnKey=\"1234567890*#\" TRIM/><Redirect>/p/none</Redirect>";
    // kind, what the caller does, the next path, and the seconds that it is told
    for (kind, script, path, seconds) in [
        (Kind::Signalwire, "say:4", "/p/turn", "4"),
        (Kind::Signalwire, "-", "/p/turn", "0"),
        (Kind::Telnyx, "say:4", "/p/turn", "4"),
        (Kind::Telnyx, "-", "/p/turn", "0"),
        (Kind::Somleng, "say:4", "/p/turn", "7"),
        (Kind::Somleng, "-", "/p/turn", "3"),
        (Kind::Somleng, "say:3 bye", "/p/status", "-"),
        (Kind::Cloudonix, "say:4", "/p/turn", "4"),
        (Kind::Cloudonix, "-", "/p/none", "-"),
        (Kind::Cloudonix, "bye", "/p/status", "-"),
        (Kind::Exotel, "say:4#", "/p/turn", "4"),
        (Kind::Exotel, "say:3 bye", "/p/status", "-"),
    ] {
        let trim = match kind {
            Kind::Somleng | Kind::Exotel => "",
            _ => "trim=\"trim-silence\"",
        };
        let document = document.replace("TRIM", trim);
        let made = call(&line(kind), Fake::twiml(&[&document, BYE]), script).await;
        assert_eq!(made.wire.paths()[1], path, "{kind:?} {script}");
        if kind != Kind::Cloudonix {
            assert_eq!(made.wire.sent("RecordingDuration")[1], seconds, "{kind:?} {script}");
        }
        // Telnyx waits for words before it waits for silence.
        let limit = if kind == Kind::Telnyx && script == "-" { 20_000 } else { 4_000 };
        assert!(made.outcome.thinking_ms <= limit, "{kind:?} {script}");
        assert_eq!(made.outcome.faults, Vec::<String>::new(), "{kind:?} {script}");
    }
}
