//! Whole calls as Plivo makes them.

use super::*;

fn line() -> Line {
    let id = "2c3b0000-0000-4000-8000-000000000002";
    let mut line = Line::new(Kind::Plivo, "https://s.example/pl", id);
    line.auth_token = Some("12345".into());
    line.from = "+37061234567".into();
    line
}

const ONE: &str = "<GetInput action=\"https://s.example/pl/turn?t=1\" inputType=\"dtmf\" \
    executionTimeout=\"6\" digitEndTimeout=\"2\" numDigits=\"1\" finishOnKey=\"none\" \
    log=\"false\"><Play>https://s.example/audio/q-3000.wav</Play></GetInput>\
    <Redirect>https://s.example/pl/silent?t=1</Redirect>";
const BYE: &str = "<Play>https://s.example/audio/bye-1000.wav</Play><Hangup/>";
const RECORD: &str = "<GetDigits action=\"https://s.example/pl/keys?t=2\" timeout=\"1\" \
    numDigits=\"1\" finishOnKey=\"none\"><Play>https://s.example/audio/speak-2000.wav</Play>\
    </GetDigits><Record action=\"https://s.example/pl/turn?t=2\" fileFormat=\"wav\" \
    timeout=\"3\" maxLength=\"60\" finishOnKey=\"1234567890*#\" \
    callbackUrl=\"https://s.example/pl/recording?t=2\"/>";

#[tokio::test]
async fn inputs_wait_apart_for_the_first_key_and_the_next() {
    let two = ONE.replace("numDigits=\"1\"", "numDigits=\"2\"");
    let hash = ONE.replace("\"none\"", "\"#\"").replace("numDigits=\"1\" ", "");
    let old = "<GetDigits action=\"https://s.example/pl/turn?t=1\" timeout=\"4\" retries=\"2\" \
        validDigits=\"12\" numDigits=\"1\"><Play>https://s.example/audio/q-3000.wav</Play>\
        </GetDigits><Redirect>https://s.example/pl/silent?t=1</Redirect>";
    // document, keys, path and digits of the second request, heard, thinking, dead
    for (document, keys, path, digits, heard, thinking, dead) in [
        (ONE, "5", "/pl/turn", "5", 3000, 0, 0),
        (ONE, "#", "/pl/turn", "#", 3000, 0, 0),
        (ONE, "!5", "/pl/turn", "5", 1500, 0, 0),
        (ONE, "+2 5", "/pl/turn", "5", 3000, 2000, 0),
        (ONE, "-", "/pl/silent", "-", 3000, 6000, 0),
        (&two, "1", "/pl/turn", "1", 3000, 0, 2000),
        (&two, "10", "/pl/turn", "10", 3000, 200, 0),
        (&two, "7#", "/pl/turn", "7#", 3000, 200, 0),
        (&two, "+5 10", "/pl/turn", "10", 3000, 5200, 0),
        (&two, "-", "/pl/silent", "-", 3000, 6000, 0),
        // The finish key ends the input, is not part of it, and alone is no input.
        (&hash, "12#", "/pl/turn", "12", 3000, 400, 0),
        (&hash, "#", "/pl/silent", "-", 3000, 0, 0),
        // A key that is not taken uses up a round, as silence does.
        (old, "3 1", "/pl/turn", "1", 6000, 0, 0),
        (old, "3 3", "/pl/silent", "-", 6000, 0, 0),
        (old, "- -", "/pl/silent", "-", 6000, 8000, 0),
    ] {
        let made = call(&line(), Fake::twiml(&[document, "<Hangup/>"]), keys).await;
        let case = format!("{keys} at {document}");
        assert_eq!(made.wire.paths()[1], path, "{case}");
        assert_eq!(made.wire.sent("Digits")[1], digits, "{case}");
        let o = &made.outcome;
        assert_eq!((o.heard_ms, o.thinking_ms, o.dead_ms), (heard, thinking, dead), "{case}");
        assert_eq!((&o.faults, made.left_over), (&Vec::new(), 0), "{case}");
    }
}

#[tokio::test]
async fn requests_are_plivos_and_signed_each_with_a_nonce_of_its_own() {
    let made = call(&line(), Fake::twiml(&[ONE, BYE]), "5").await;
    assert_eq!(made.wire.paths(), ["/pl/start", "/pl/turn", "/pl/status"]);
    assert_eq!(made.wire.sent("From"), ["37061234567"; 3]);
    assert_eq!(made.wire.sent("CallStatus"), ["ringing", "in-progress", "completed"]);
    assert_eq!(made.wire.sent("InputType"), ["-", "dtmf", "-"]);
    assert_eq!(made.wire.sent("HangupCauseCode")[2], "4010");
    assert_eq!(made.wire.sent("Duration")[2], "4");
    let mut nonces = Vec::new();
    for request in made.wire.asked.lock().unwrap().iter() {
        let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name);
        let Some((_, nonce)) = header("x-plivo-signature-v3-nonce") else {
            assert!(request.url.contains("/audio/"));
            continue;
        };
        let params: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        let signature = sign::plivo("12345", &request.url, &params, nonce);
        assert_eq!(header("x-plivo-signature-v3").unwrap().1, signature);
        assert!(!nonces.contains(nonce), "{nonce} twice");
        nonces.push(nonce.clone());
    }
    assert_eq!(nonces.len(), 3);
    let by_get = Line { post: false, ..line() };
    let made = call(&by_get, Fake::twiml(&[ONE, BYE]), "5").await;
    assert_eq!(made.wire.requests()[0].0, "GET");
    assert_eq!(made.wire.requests()[1].0, "POST", "the document names its method");
}

#[tokio::test]
async fn recordings_hold_the_silence_that_ended_them() {
    // words, the second request, milliseconds, its digits
    for (script, path, millis, digits) in [
        ("say:4", "/pl/turn", "7000", ""),
        ("say:4#", "/pl/turn", "4300", "#"),
        ("-", "/pl/turn", "3000", ""),
        ("say:90", "/pl/turn", "60000", ""),
        // Over the prompt a key goes to the input.
        ("!5", "/pl/keys", "-", "5"),
        ("#", "/pl/turn", "0", "#"),
    ] {
        let made = call(&line(), Fake::twiml(&[RECORD, BYE]), script).await;
        assert_eq!(made.wire.paths()[1], path, "{script}");
        assert_eq!(made.wire.sent("RecordingDurationMs")[1], millis, "{script}");
        assert_eq!(made.wire.sent("Digits")[1], digits, "{script}");
        if path == "/pl/turn" {
            // The callback runs beside the call, and tells no key.
            assert_eq!(made.wire.paths()[2], "/pl/recording", "{script}");
            assert_eq!(made.wire.sent("Digits")[2], "-", "{script}");
            let url = &made.wire.sent("RecordUrl")[2];
            assert!(url.starts_with("https://media.plivo.com/v1/Account/"), "{url}");
            assert!(url.ends_with("-1.wav"), "{url}");
        }
        assert_eq!((made.outcome.faults.len(), made.left_over), (0, 0), "{script}");
    }
}

#[tokio::test]
async fn hanging_up_while_speaking_brings_the_callback_only() {
    let made = call(&line(), Fake::twiml(&[RECORD, BYE]), "say:4 bye").await;
    assert_eq!(made.wire.paths(), ["/pl/start", "/pl/recording", "/pl/status"]);
    assert_eq!(made.wire.sent("RecordingDurationMs")[1], "4000");
    assert_eq!(made.wire.sent("CallStatus")[1], "completed");
    assert_eq!(made.wire.sent("HangupSource")[2], "Caller");
    assert_eq!(made.outcome.ended_by, EndedBy::Caller);
}

#[tokio::test]
async fn the_fallback_belongs_to_the_answer_address() {
    let line = Line { fallback: true, ..line() };
    let answers =
        [(500, "text/xml", ""), (200, "application/xml", "<Response><Hangup/></Response>")];
    let made = call(&line, Fake::raw(&answers), "").await;
    assert_eq!(made.wire.paths(), ["/pl/start", "/pl/fallback", "/pl/status"]);
    let one = format!("<Response>{ONE}</Response>");
    let answers = [(200, "application/xml", one.as_str()), (500, "text/xml", "")];
    let made = call(&line, Fake::raw(&answers), "5").await;
    assert_eq!(made.wire.paths(), ["/pl/start", "/pl/turn", "/pl/status"]);
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
}

#[tokio::test]
async fn what_plivo_would_not_take_is_a_fault() {
    for (answer, part) in [
        ((500, "application/xml", "<Response/>"), "7011"),
        ((200, "application/json", "{}"), "8011"),
        ((200, "text/html", "<Response/>"), "8011"),
        ((200, "application/xml", "<Response><Say>x</Say></Response>"), "<Say>"),
        ((200, "application/xml", "OK"), "8011"),
    ] {
        let made = call(&line(), Fake::raw(&[answer]), "").await;
        assert_eq!(made.outcome.ended_by, EndedBy::Fault, "{answer:?}");
        assert!(made.outcome.faults[0].contains(part), "{:?}", made.outcome.faults);
    }
    let reject = "<Hangup reason=\"rejected\"/>";
    let made = call(&line(), Fake::twiml(&[reject]), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.faults.len()), (EndedBy::Rejected, 0));
    let made = call(&line(), Fake::twiml(&[ONE, reject]), "5").await;
    assert_eq!(made.outcome.faults.len(), 1);
    // The end of a document ends the call.
    let made = call(&line(), Fake::twiml(&["<Wait length=\"2\"/>"]), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.dead_ms), (EndedBy::Server, 2000));
}

#[tokio::test]
async fn an_answer_that_is_told_only_is_not_carried_out() {
    let told = ONE.replace("log=", "redirect=\"false\" log=");
    let made = call(&line(), Fake::twiml(&[&told, BYE, "<Hangup/>"]), "5").await;
    assert_eq!(made.wire.paths(), ["/pl/start", "/pl/turn", "/pl/silent", "/pl/status"]);
    assert_eq!(made.outcome.heard_ms, 3000, "the answer's goodbye is not heard");
}
