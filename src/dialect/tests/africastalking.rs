//! Africa's Talking: what its requests mean, and how a second key is asked for.

use super::reading::{ended, keys, other, silence};
use super::writing::{Shown, ask, rating};
use super::*;
use crate::interview::Keys;
use crate::survey::Speech;

const TURN: &str = "/voice/p/turn?t=TOKEN";
const CALL: &str = "isActive=1&sessionId=ATVId_1&direction=Inbound&callerNumber=%2B254711000001\
                    &destinationNumber=%2B254711000000&callSessionState=Active";
const OVER: &str = "isActive=0&sessionId=ATVId_1&callSessionState=Completed\
                    &hangupCause=NORMAL_CLEARING&currencyCode=KES&amount=1.25";

#[test]
fn requests_mean_what_they_say() {
    let post = |target: &str, more: &str| Webhook::post(target, format!("{CALL}&{more}"));
    let over = |target: &str, more: &str| Webhook::post(target, format!("{OVER}&{more}"));
    let with = |more: &str| format!("{TURN}&{more}");
    let recording = Recording {
        id: "r1".into(),
        seconds: None,
        key: None,
        url: Some("https://voice.example/r1.mp3".into()),
    };
    let recorded = "dtmfDigits=&recordingUrl=https%3A%2F%2Fvoice.example%2Fr1.mp3";
    let lasted = What::Notice(Notice::Ended {
        status: "Completed".into(),
        recording: None,
        lasted: Some(Lasted { seconds: 41, at_ms: None }),
    });
    let cases = [
        ("a key", post(TURN, "dtmfDigits=3&recordingUrl="), keys("3")),
        ("no key", post(TURN, "dtmfDigits="), silence()),
        ("Digits is not its word", post(TURN, "Digits=3"), silence()),
        ("pound only", post(TURN, "dtmfDigits=%23"), keys("#")),
        ("the redirect behind an input", post(&with("silence=1"), "dtmfDigits=3"), silence()),
        ("one of ten", post(&with("two=1"), "dtmfDigits=7"), keys("7")),
        ("1 of ten", post(&with("two=1"), "dtmfDigits=1"), What::Open(Open::Begun('1'))),
        ("1 where one key is all", post(TURN, "dtmfDigits=1"), keys("1")),
        ("the second key", post(&with("first=1"), "dtmfDigits=0"), keys("10")),
        ("no second key", post(&with("first=1&silence=1"), "dtmfDigits=1"), keys("1")),
        ("a finished 1", post(&with("first=1"), "dtmfDigits=%23"), keys("1#")),
        (
            "a recording",
            post(&with("recorded=1"), recorded),
            What::Turn(Input::Recording(recording.clone())),
        ),
        (
            "a key beside somebody else's recording",
            post(TURN, &recorded.replace("dtmfDigits=", "dtmfDigits=4")),
            keys("4"),
        ),
        ("nothing recorded", post(&with("recorded=1"), "recordingUrl="), silence()),
        ("over", over(TURN, "durationInSeconds=41"), lasted),
        (
            "over while speaking",
            over(&with("recorded=1"), recorded),
            ended("Completed", Some(recording)),
        ),
        ("over, with the agent's recording", over(TURN, recorded), ended("Completed", None)),
        (
            "over, with the whole call's recording",
            over("/voice/p/status?x=1", recorded),
            ended("Completed", None),
        ),
        ("failed", Webhook::post(TURN, "isActive=0&callSessionState=Failed"), {
            ended("failed", None)
        }),
        ("at the status address", post("/voice/p/status?x=1", "x=1"), other("Active")),
    ];
    for (case, webhook, expected) in cases {
        assert_eq!(webhook.read(Kind::Africastalking).what, expected, "{case}");
    }
}

#[test]
fn the_callers_number_is_the_customers_whoever_placed_the_call() {
    for direction in ["Inbound", "Outbound"] {
        let body = format!("{CALL}&direction={direction}");
        let event = Webhook::post("/voice/p/start?agent=A17", body).read(Kind::Africastalking);
        assert_eq!(event.call_id.as_deref(), Some("ATVId_1"));
        let What::Start(start) = event.what else { panic!("no start") };
        assert_eq!(start.number.as_deref(), Some("+254711000001"), "{direction}");
        assert_eq!(start.called.as_deref(), Some("+254711000000"), "{direction}");
    }
}

#[test]
fn a_second_key_is_asked_for_in_silence() {
    let begun = Shown::new(ask(Vec::new(), Keys::One)).open(Open::Begun('1'));
    assert_eq!(
        begun.write(Kind::Africastalking),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <GetDigits numDigits="1" timeout="6" callbackUrl="https://s.example.net/voice/p/turn?t=TOKEN_a-b&amp;first=1"/>
  <Redirect>https://s.example.net/voice/p/turn?t=TOKEN_a-b&amp;first=1&amp;silence=1</Redirect>
</Response>
"#
    );
}

#[test]
fn an_input_holds_one_thing_to_hear() {
    let english = vec![
        super::writing::prompt("en", "greeting", "Hello.", crate::survey::Sound::Machine),
        super::writing::prompt("en", "q", "How was it?", crate::survey::Sound::Machine),
    ];
    let spoken = Shown::new(ask(english.clone(), Keys::One)).write(Kind::Africastalking);
    assert!(spoken.contains(r#"<Say voice="woman">Hello. How was it?</Say>"#), "{spoken}");
    let played = Shown::new(ask(english, Keys::One)).speech(Speech::Audio);
    assert!(played.write(Kind::Africastalking).contains("/en/greeting+q.wav\"/>"));
    // A language without a voice is played, and with it what stands beside it.
    let mut both = rating();
    both.push(super::writing::prompt("en", "q", "How?", crate::survey::Sound::Machine));
    let played = Shown::new(ask(both, Keys::One)).write(Kind::Africastalking);
    assert!(played.contains("/lt/greeting+q-agent+en_q.wav\"/>"), "{played}");
    assert!(!played.contains("<Say"), "{played}");
}
