//! Plivo alone: its parameters, its signatures over all vectors (those of Plivo's own libraries and
//! some of our own, computed with them), and what its documents must hold.

use super::reading::{ended, keys, notice_of, other, recording, silence};
use super::writing::{Shown, ask, comment, rating};
use super::*;
use crate::interview::{Ask, Input, Keys, Order, Record, Recording};

const TURN: &str = "/voice/p/turn?t=TOKEN";
const CALL: &str = "CallUUID=97ceeb52&From=37060000001&To=37052000000&CallStatus=in-progress\
                    &Direction=inbound&ParentAuthID=MA1&BillRate=0.002";
const SPOKEN: &str = "RecordUrl=https%3A%2F%2Fmedia.plivo.com%2FAccount%2FMA1%2FRecording%2FR1.wav\
                      &RecordingID=R1&RecordingStartMs=1&RecordingEndMs=2";
const URL: Option<&str> = Some("https://media.plivo.com/Account/MA1/Recording/R1.wav");

#[test]
fn requests_mean_what_they_say() {
    let at = |target: &str, more: &str| Webhook::post(target, format!("{CALL}&{more}"));
    let post = |more: &str| at(TURN, more);
    let spoke = |more: &str| at(&format!("{TURN}&quiet=3"), &format!("{SPOKEN}&{more}"));
    let told = |more: &str| at("/voice/p/recording?t=TOKEN", &format!("{SPOKEN}&{more}"));
    let over = |target: &str, more: &str| {
        Webhook::post(target, format!("CallUUID=97ceeb52&CallStatus=completed&{more}"))
    };
    let said = |seconds, key| What::Turn(Input::Recording(recording("R1", seconds, key, URL)));
    let lasted = |seconds| {
        What::Notice(Notice::Ended {
            status: "completed".to_owned(),
            recording: None,
            lasted: Some(Lasted { seconds, at_ms: None }),
        })
    };
    let cases = [
        ("answer digit", post("InputType=dtmf&Digits=5&Speech=&BilledAmount="), keys("5")),
        ("by the older input", post("Digits=5"), keys("5")),
        ("empty Digits", post("InputType=dtmf&Digits="), silence()),
        ("Digits missing", post("x=1"), silence()),
        ("mark of silence", at(&format!("{TURN}&silence=1"), "x=1"), silence()),
        ("mark beside old digits", at(&format!("{TURN}&silence=1"), "Digits=5"), silence()),
        ("speech is no key", post("InputType=speech&Digits=&Speech=five"), silence()),
        ("pound only", post("Digits=%23"), keys("#")),
        ("star", post("Digits=*"), keys("*")),
        ("zero", post("Digits=0"), keys("0")),
        ("ten", post("Digits=10"), keys("10")),
        ("two keys", post("Digits=57"), keys("57")),
        ("finish key left on", post("Digits=5%23"), keys("5#")),
        ("what no telephone has", post("Digits=timeout"), silence()),
        ("repeated name: the first", post("Digits=5&Digits=7"), keys("5")),
        ("unknown parameters, UTF-8", post("Digits=5&Neu=%C5%81%C3%B3d%C5%BA&x=%FF"), keys("5")),
        ("by GET", Webhook::get(&format!("{TURN}&{CALL}&Digits=5")), keys("5")),
        ("at the start's path", at("/voice/p/start?t=TOKEN", "Digits=5"), keys("5")),
        // Recordings.
        (
            "comment ended by a key",
            spoke("RecordingDurationMs=3100&Digits=%23"),
            said(3, Some('#')),
        ),
        ("comment ended by silence", spoke("RecordingDurationMs=7060&Digits="), said(7, None)),
        ("nothing but silence", spoke("RecordingDurationMs=3060&Digits="), said(0, None)),
        ("a little more than silence", spoke("RecordingDurationMs=3300&Digits="), said(3, None)),
        ("whole seconds only", spoke("RecordingDuration=5"), said(5, None)),
        ("whole seconds of silence", spoke("RecordingDuration=3"), said(0, None)),
        (
            "a length that is not known yet",
            spoke("RecordingDuration=-1&RecordingDurationMs=-1"),
            What::Turn(Input::Recording(Recording {
                id: "R1".to_owned(),
                seconds: None,
                key: None,
                url: URL.map(str::to_owned),
            })),
        ),
        ("Twilio's spelling is none", post("RecordingUrl=x&RecordingSid=RE1"), silence()),
        ("recording ready", told("RecordingDurationMs=7060"), notice_of("R1", URL, Some(7), true)),
        (
            "three seconds ready",
            told("RecordingDurationMs=3000"),
            notice_of("R1", URL, Some(3), true),
        ),
        (
            "recording ready, call over",
            over("/voice/p/recording?t=TOKEN", &format!("{SPOKEN}&RecordingDuration=5")),
            notice_of("R1", URL, Some(5), true),
        ),
        ("no recording in it", at("/voice/p/recording?t=TOKEN", ""), other("recording absent")),
        (
            "hung up while speaking",
            over(&format!("{TURN}&quiet=3"), &format!("{SPOKEN}&RecordingDurationMs=3200")),
            ended("completed", Some(recording("R1", 3, None, URL))),
        ),
        // Notices before turns and starts.
        ("hung up", over("/voice/p/status", "HangupCause=NORMAL_CLEARING&Duration=31"), lasted(31)),
        ("ended with a token", over(TURN, "Digits=5"), ended("completed", None)),
        ("ended at the start", over("/voice/p/start", ""), ended("completed", None)),
        ("ended at the recording's path", over("/voice/p/recording", ""), ended("completed", None)),
        (
            "nobody answered",
            Webhook::post("/voice/p/start", "CallUUID=97ceeb52&CallStatus=timeout"),
            ended("timeout", None),
        ),
        ("it rings", at("/voice/p/status", "Event=Ring"), other("in-progress")),
        ("anything with a source", post("CallbackSource=x&Digits=5"), other("in-progress")),
    ];
    for (case, webhook, expected) in cases {
        let event = webhook.read(Kind::Plivo);
        assert_eq!(event.what, expected, "{case}");
        assert_eq!(event.call_id.as_deref(), Some("97ceeb52"), "{case}");
        let carries = webhook.target.contains("t=TOKEN");
        assert_eq!(event.token.as_deref(), carries.then_some("TOKEN"), "{case}");
    }
}

#[test]
fn a_start_says_who_called_whom() {
    for (status, unanswered) in [("ringing", true), ("in-progress", false)] {
        let body = format!("CallUUID=1&CallStatus={status}&Direction=inbound&From=370&To=371");
        let event = Webhook::post("/voice/p/start?agent=A17", body).read(Kind::Plivo);
        let What::Start(start) = event.what else { panic!("no start") };
        assert_eq!(start.unanswered, unanswered);
        assert_eq!(start.number.as_deref(), Some("370"));
        assert_eq!(start.handover.agent.as_deref(), Some("A17"));
    }
    let body = "CallUUID=1&CallStatus=in-progress&Direction=outbound&From=370&To=371\
                &DialStatus=busy&DialBLegUUID=B1";
    let What::Start(start) = Webhook::post("/voice/p/start", body).read(Kind::Plivo).what else {
        panic!("no start")
    };
    assert_eq!((start.number.as_deref(), start.other.as_deref()), (Some("371"), Some("370")));
    assert_eq!((start.reached, start.handover.leg.as_deref()), (Reached::No, Some("B1")));
}

#[test]
fn headers_carry_plivos_beginning() {
    for name in [
        "X-PH-X-Aftercall-Agent",
        "X-PH-Aftercall-Agent",
        "X-PH-AftercallAgent",
        "x-ph-aftercallagent",
    ] {
        let webhook = Webhook::post("/voice/p/start", format!("CallUUID=1&{name}=A17"));
        let What::Start(start) = webhook.read(Kind::Plivo).what else { panic!("no start") };
        assert_eq!(start.handover.agent.as_deref(), Some("A17"), "{name}");
        assert_eq!(start.conflicts, [], "{name}");
    }
}

const LIBRARIES: &str = "signed_as_libraries";
const DOCUMENTED: &str = "signed_as_documented";
const SITE: &str = "https://plivobin.non-prod.plivops.com";
const KEY: &str = "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4";
const NONCE: &str = "31627761595286130198";

/// The form of the libraries' tests.
fn form() -> String {
    let id = "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36";
    let sip = "PlivoSignature382029104058171078704104";
    form_urlencoded::Serializer::new(String::new())
        .append_pair("Direction", "outbound")
        .append_pair("From", "19792014278")
        .append_pair("ALegUUID", id)
        .append_pair("ALegRequestUUID", id)
        .append_pair("CallUUID", id)
        .append_pair("RequestUUID", id)
        .append_pair("CallStatus", "in-progress")
        .append_pair("BillRate", "0.002")
        .append_pair("ParentAuthID", "MANWVLYTK4ZWU1YTY4QA")
        .append_pair("To", &format!("sip:{sip}@phone-qa.voice.plivodev.com"))
        .append_pair("SIP-H-To", &format!("<sip:{sip}@52.9.11.55;transport=udp>;tag=1"))
        .append_pair("SessionStart", "2020-04-08 11:34:33.238707")
        .append_pair("Event", "StartApp")
        .finish()
}

fn signed(webhook: Webhook, nonce: &str, signature: &str) -> Webhook {
    webhook.header("x-plivo-signature-v3", signature).header("x-plivo-signature-v3-nonce", nonce)
}

fn who(public_url: &str, keys: &[&str]) -> Credentials {
    let auth_tokens = keys.iter().map(|key| (*key).into()).collect();
    Credentials { auth_tokens, ..credentials(public_url) }
}

#[test]
fn every_vector_verifies() {
    let (path, form) = ("/api/v1/validate_signature03.xml", form());
    let own = "CallUUID=97ceeb52-58b6-11e1-86da-77300b68f8bb&From=15551112222&To=15553334444\
               &CallStatus=in-progress&Direction=inbound&InputType=dtmf&Digits=1&Speech=";
    let survey = "https://s.example.net";
    let post = |target: &str| Webhook::post(target, form.as_str());
    let cases = [
        (
            "POST with a query",
            SITE,
            post(&format!("{path}/?a=b&c=d")),
            "k7Pusd4OxCIjR5IfA9iedDNu/h/gbdYqdzG/MiYtd1c=",
            LIBRARIES,
        ),
        (
            "GET with a query",
            SITE,
            Webhook::get(&format!("{path}/?a=b&c=d&{form}")),
            "UBq8jAtd32wR8EK9VgxbBn4n5rpI/l1H9iN4WfSEHFQ=",
            LIBRARIES,
        ),
        ("POST", SITE, post(path), "iAjE5QqI37mbkYe4w3jTMudqEzbDufdqi7sYwTu64e0=", LIBRARIES),
        (
            "GET",
            SITE,
            Webhook::get(&format!("{path}?{form}")),
            "i/MQsaQSAd6fiKhOh2qeeeLHZ9faldADSb3/7+Akfbc=",
            LIBRARIES,
        ),
        (
            "POST as the page says",
            SITE,
            post(path),
            "JPb+w+YYo8Bx+CsPqatYPIQHYXphHcCidcMVftPs8qI=",
            DOCUMENTED,
        ),
        (
            "a turn",
            survey,
            Webhook::post("/v/plivo/q/1?a=1", own),
            "nQwGXbHVOhqOA4BIF6BKnijQO7wJh+O4YPsvjYAo+fk=",
            LIBRARIES,
        ),
        (
            "a turn without a query",
            survey,
            Webhook::post("/v/plivo/q/1", own),
            "Fuy/F6dFMvR4PuoBsXgk1K2PoEZxJZmLL8G37ejc/kw=",
            LIBRARIES,
        ),
        (
            "a turn without a query, as the page says",
            survey,
            Webhook::post("/v/plivo/q/1", own),
            "rXTbPJKm4+BE5KC16jr8x8KS8jKXEjFyZ0RgF9otdrI=",
            DOCUMENTED,
        ),
    ];
    for (case, public_url, webhook, signature, form) in cases {
        let (key, nonce) = match public_url == SITE {
            true => (KEY, NONCE),
            false => ("my_auth_token", "12345"),
        };
        let good = signed(webhook.clone(), nonce, signature);
        let expected = Ok(Trust::Signed(form));
        assert_eq!(good.verify(Kind::Plivo, &who(public_url, &[key])), expected, "{case}");
        let rotated = who(public_url, &["new", "", key]);
        assert_eq!(good.verify(Kind::Plivo, &rotated), expected, "{case}, keys for rotation");
        let listed = signed(webhook.clone(), nonce, &format!("bm9uZQ==, {signature}"));
        assert_eq!(listed.verify(Kind::Plivo, &rotated), expected, "{case}, one of a list");
        let main = webhook
            .clone()
            .header("x-plivo-signature-v3", "bm9uZQ==")
            .header("x-plivo-signature-ma-v3", signature)
            .header("x-plivo-signature-v3-nonce", nonce);
        assert_eq!(main.verify(Kind::Plivo, &rotated), expected, "{case}, the main account's");
        let bad = Err(Refusal::BadSignature);
        for (how, webhook, who) in [
            ("other nonce", signed(webhook.clone(), "1", signature), who(public_url, &[key])),
            ("other key", good.clone(), who(public_url, &["new", ""])),
            ("no key", good.clone(), who(public_url, &[])),
            ("other host", good.clone(), who("https://evil.example", &[key])),
            ("other scheme", good.clone(), who(&public_url.replace("https", "http"), &[key])),
            ("port", good.clone(), who(&format!("{public_url}:443"), &[key])),
            ("no base64", signed(webhook.clone(), nonce, "?"), who(public_url, &[key])),
            ("empty", signed(webhook.clone(), nonce, ","), who(public_url, &[key])),
        ] {
            let expected = if how == "empty" { Err(Refusal::NoSignature) } else { bad };
            assert_eq!(webhook.verify(Kind::Plivo, &who), expected, "{case}, {how}");
        }
        let mut bent = good.clone();
        bent.target.push_str(if bent.target.contains('?') { "&x=1" } else { "?x=1" });
        assert_eq!(bent.verify(Kind::Plivo, &rotated), bad, "{case}, other query");
        if webhook.method == Method::Post {
            bent = good.clone();
            bent.body.extend_from_slice(b"&x=1");
            assert_eq!(bent.verify(Kind::Plivo, &rotated), bad, "{case}, other form");
            bent = good.clone().header("content-type", "application/json");
            bent.body = b"{}".to_vec();
            assert_eq!(bent.verify(Kind::Plivo, &rotated), bad, "{case}, JSON");
        }
    }
}

#[test]
fn what_is_not_signed_is_refused() {
    let who = who(SITE, &[KEY]);
    let bare = Webhook::post("/voice/p/start", "CallUUID=1");
    let verify = |webhook: &Webhook, who: &Credentials| webhook.verify(Kind::Plivo, who);
    assert_eq!(verify(&bare, &who), Err(Refusal::NoSignature));
    let no_nonce = bare.clone().header("x-plivo-signature-v3", "bm9uZQ==");
    assert_eq!(verify(&no_nonce, &who), Err(Refusal::NoSignature));
    let start_key = Webhook::post("/voice/p/start?k=open", "CallUUID=1");
    let keyed = Credentials { start_keys: vec!["open".into()], ..who.clone() };
    assert_eq!(verify(&start_key, &keyed), Err(Refusal::NoSignature), "a key is no signature");
    let off = Credentials { verify: false, ..who.clone() };
    assert_eq!(verify(&bare, &off), Ok(Trust::Full));
    let network = Credentials { allow_from: vec!["10.1.0.0/16".parse().unwrap()], ..who };
    assert_eq!(verify(&bare, &network), Err(Refusal::NetworkNotAllowed));
    // Without query and form: the address and the nonce; as the page says, with two dots.
    for (signature, form) in [
        ("eZs2j3blvpQhWJJtRM1irZgay6Z4KGQKe9uAOdabOXM=", LIBRARIES),
        ("irwXk3hJfLlPsn3cWvAgHx7ODXsugS+72NpRPmbaORg=", DOCUMENTED),
    ] {
        let webhook = signed(Webhook::get("/voice/p/start"), "12345", signature);
        let who = self::who("https://s.example.net", &["my_auth_token"]);
        assert_eq!(verify(&webhook, &who), Ok(Trust::Signed(form)));
    }
}

#[test]
fn waits_have_the_platforms_bounds() {
    // Milliseconds to think, keys, what must stand there.
    for (think_ms, keys, time, most) in [
        (6000, Keys::One, "6", "1"),
        (6001, Keys::One, "7", "1"),
        (2000, Keys::One, "5", "1"),
        (0, Keys::One, "5", "1"),
        (u32::MAX, Keys::One, "60", "1"),
        (6000, Keys::OneOrTen, "6", "2"),
    ] {
        let shown = Shown::new(Order::Ask(Ask { prompts: rating(), keys, think_ms }));
        let written = shown.write(Kind::Plivo);
        let expected = format!(
            "executionTimeout=\"{time}\" digitEndTimeout=\"2\" numDigits=\"{most}\" \
             finishOnKey=\"none\" redirect=\"true\" log=\"false\""
        );
        assert!(written.contains(&expected), "{expected} in {written}");
    }
}

#[test]
fn voices_are_those_that_the_documentation_lists() {
    let voice = |lang: &str| of(Kind::Plivo).voice(lang.parse().unwrap());
    assert_eq!([voice("en"), voice("pl")], [Some("WOMAN"); 2]);
    assert_eq!([voice("lt"), voice("lv"), voice("ta")], [None; 3]);
}

#[test]
fn nothing_to_say_before_a_beep_needs_no_input() {
    let Order::Record(record) = comment() else { unreachable!() };
    let written =
        Shown::new(Order::Record(Record { prompts: Vec::new(), ..record })).write(Kind::Plivo);
    assert!(written.contains("<Record ") && !written.contains("GetDigits"), "{written}");
    assert!(Shown::new(comment()).write(Kind::Plivo).contains("<GetDigits "));
    assert!(!Shown::new(ask(rating(), Keys::One)).write(Kind::Plivo).contains("GetDigits"));
}
