//! Whole calls as Bandwidth makes them.

use super::*;

fn line() -> Line {
    let mut line = Line::new(Kind::Bandwidth, "https://s.example/bw", "c-95ac8d6e-1a31c52e");
    line.start_key = Some("open".into());
    line.from = "+37061234567".into();
    line
}

const ONE: &str = "<Gather gatherUrl=\"/bw/turn?t=1\" maxDigits=\"1\" firstDigitTimeout=\"6\" \
    interDigitTimeout=\"2\" terminatingDigits=\"\"><PlayAudio>https://s.example/audio/q-3000.wav\
    </PlayAudio></Gather>";
const BYE: &str = "<PlayAudio>https://s.example/audio/bye-1000.wav</PlayAudio><Hangup/>";
const SPEAK: &str = "<Gather gatherUrl=\"/bw/turn?t=2&amp;heard=1\" maxDigits=\"1\" \
    firstDigitTimeout=\"1\"><PlayAudio>https://s.example/audio/speak-2000.wav</PlayAudio></Gather>";
const RECORD: &str = "<PlayAudio>https://s.example/audio/beep-400.wav</PlayAudio><Record \
    recordCompleteUrl=\"/bw/turn?t=2\" recordingAvailableUrl=\"/bw/recording?t=2\" \
    terminatingDigits=\"1234567890*#\" silenceTimeout=\"3\" maxDuration=\"60\"/>";

#[tokio::test]
async fn gathers_are_answered_on_silence_too() {
    let two = ONE.replace("maxDigits=\"1\"", "maxDigits=\"2\"");
    let hash = two.replace("Digits=\"\"", "Digits=\"#\"");
    let twice = ONE.replace("maxDigits", "repeatCount=\"2\" maxDigits");
    // document, keys, digits and terminating digit, heard, thinking, dead
    for (document, keys, digits, last, heard, thinking, dead) in [
        (ONE, "5", "5", "", 3000, 0, 0),
        (ONE, "#", "#", "", 3000, 0, 0),
        (ONE, "!5", "5", "", 1500, 0, 0),
        (ONE, "-", "", "", 3000, 6000, 0),
        (&two, "1", "1", "", 3000, 0, 2000),
        (&two, "10", "10", "", 3000, 200, 0),
        (&two, "7#", "7#", "", 3000, 200, 0),
        (&hash, "7#", "7", "#", 3000, 200, 0),
        (&hash, "#", "", "#", 3000, 0, 0),
        (&twice, "- 5", "5", "", 6000, 6000, 0),
    ] {
        let made = call(&line(), Fake::twiml(&[document, "<Hangup/>"]), keys).await;
        let case = format!("{keys} at {document}");
        assert_eq!(made.wire.paths(), ["/bw/start", "/bw/turn", "/bw/status"], "{case}");
        assert_eq!(made.wire.sent("eventType"), ["initiate", "gather", "disconnect"], "{case}");
        assert_eq!(made.wire.sent("digits")[1], digits, "{case}");
        assert_eq!(made.wire.sent("terminatingDigit")[1], last, "{case}");
        let o = &made.outcome;
        assert_eq!((o.heard_ms, o.thinking_ms, o.dead_ms), (heard, thinking, dead), "{case}");
        assert_eq!((&o.faults, made.left_over), (&Vec::new(), 0), "{case}");
    }
    // Without an address the keys are lost and the next verb follows.
    let lost = ONE.replace("gatherUrl=\"/bw/turn?t=1\"", "");
    let made = call(&line(), Fake::twiml(&[&format!("{lost}{BYE}")]), "5").await;
    assert_eq!(made.wire.paths(), ["/bw/start", "/bw/status"]);
    assert_eq!(made.outcome.heard_ms, 4000);
}

#[tokio::test]
async fn only_the_application_sends_its_password() {
    let made = call(&line(), Fake::twiml(&[ONE, BYE]), "5").await;
    let asked = made.wire.asked.into_inner().unwrap();
    let pages = asked.iter().filter(|request| !request.url.contains("/audio/"));
    let sent: Vec<_> = pages
        .map(|request| request.headers.iter().any(|(name, _)| *name == "authorization"))
        .collect();
    assert_eq!(sent, [true, false, true]);
    assert!(!format!("{:?}", made.events).contains("open"));
    let by_get = Line { post: false, ..line() };
    let made = call(&by_get, Fake::twiml(&[ONE, BYE]), "5").await;
    let methods: Vec<_> = made.wire.requests().into_iter().map(|(method, _, _)| method).collect();
    assert_eq!(methods, ["GET", "POST", "POST"]);
    assert_eq!(made.wire.sent("callId"), ["c-95ac8d6e-1a31c52e"; 3]);
}

#[tokio::test]
async fn a_comment_is_asked_by_one_document_and_recorded_by_the_next() {
    // words, seconds
    for (script, duration) in
        [("say:4", "PT7.000S"), ("say:4#", "PT4.300S"), ("-", "PT3.000S"), ("#", "PT0.000S")]
    {
        let made = call(&line(), Fake::twiml(&[SPEAK, RECORD, BYE]), script).await;
        assert_eq!(
            made.wire.sent("eventType"),
            ["initiate", "gather", "recordComplete", "recordingAvailable", "disconnect"],
            "{script}"
        );
        assert_eq!(made.wire.sent("digits")[1], "", "{script}");
        assert_eq!(made.wire.sent("duration")[2..4], [duration; 2], "{script}");
        assert_eq!((made.outcome.faults.len(), made.left_over), (0, 0), "{script}");
    }
    let made = call(&line(), Fake::twiml(&[SPEAK, RECORD, BYE]), "say:4 bye").await;
    assert_eq!(
        made.wire.sent("eventType"),
        ["initiate", "gather", "recordingAvailable", "disconnect"]
    );
    assert_eq!(made.outcome.ended_by, EndedBy::Caller);
    // A key that comes behind the answer before is heard over the words.
    let made = call(&line(), Fake::twiml(&[ONE, SPEAK, RECORD, BYE]), "5# say:4").await;
    assert_eq!(made.wire.sent("digits")[1..3], ["5", "#"]);
}

#[tokio::test]
async fn what_bandwidth_would_not_take_is_a_fault() {
    for (answer, part) in [
        ((500, "application/xml", "<Response/>"), "callback-error"),
        ((200, "application/json", "{}"), "invalid-bxml"),
        ((200, "application/xml", "<Response><Say>x</Say></Response>"), "<Say>"),
    ] {
        let made = call(&line(), Fake::raw(&[answer]), "").await;
        assert_eq!(made.outcome.ended_by, EndedBy::Fault, "{answer:?}");
        assert!(made.outcome.faults[0].contains(part), "{:?}", made.outcome.faults);
    }
    let fallback = Line { fallback: true, ..line() };
    let bye = (200, "application/xml", "<Response><Hangup/></Response>");
    let made = call(&fallback, Fake::raw(&[(500, "text/xml", ""), bye]), "").await;
    assert_eq!(made.wire.paths(), ["/bw/start", "/bw/fallback", "/bw/status"]);
}
