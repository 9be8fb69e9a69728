//! Bandwidth alone: its events, who may send them, and what its documents must hold.

use super::reading::{ended, keys, notice_of, other, recording, silence};
use super::writing::{Shown, comment, rating};
use super::*;
use crate::interview::{Ask, Input, Keys, Order, Record};

const TURN: &str = "/voice/p/turn?t=TOKEN";
const URL: Option<&str> = Some("https://voice.bandwidth.com/api/v2/accounts/5/x/media");

/// An event with the properties that all of them have, and further ones.
fn event(target: &str, event: &str, more: &str) -> Webhook {
    Webhook::json(
        target,
        &format!(
            "{{\"eventType\":\"{event}\",\"eventTime\":\"2026-01-02T10:00:05.123Z\",\
             \"accountId\":\"55555555\",\"applicationId\":\"7f\",\"from\":\"+37060000001\",\
             \"to\":\"+37052000000\",\"direction\":\"inbound\",\"callId\":\"c-95\",\"tag\":null,\
             \"startTime\":\"2026-01-02T09:59:50.000Z\",\"answerTime\":\"2026-01-02T09:59:53.000Z\"\
             {}{more}}}",
            if more.is_empty() { "" } else { "," }
        ),
    )
}

#[test]
fn events_mean_what_they_say() {
    let gather = |more: &str| event(TURN, "gather", more);
    let media = "\"recordingId\":\"r-1\",\"mediaUrl\":\"https://voice.bandwidth.com/api/v2/accounts/5/x/media\",\
                 \"fileFormat\":\"wav\",\"channels\":1";
    let complete = |duration: &str| {
        let more = format!("{media},\"duration\":\"{duration}\"");
        event(&format!("{TURN}&quiet=3"), "recordComplete", &more)
    };
    let available = |status: &str| {
        let more = format!("{media},\"duration\":\"PT3.1S\",\"status\":\"{status}\"");
        event("/voice/p/recording?t=TOKEN", "recordingAvailable", &more)
    };
    let said = |seconds| What::Turn(Input::Recording(recording("r-1", seconds, None, URL)));
    let lasted = |seconds, at_ms| Some(Lasted { seconds, at_ms: Some(at_ms) });
    let over = |status: &str| {
        What::Notice(Notice::Ended {
            status: status.to_owned(),
            recording: None,
            lasted: lasted(12, 1_767_348_005_000),
        })
    };
    let disconnect = |cause: &str| {
        let more = format!(
            "\"cause\":\"{cause}\",\"endTime\":\"2026-01-02T10:00:05.000Z\",\"errorMessage\":null"
        );
        event("/voice/p/status", "disconnect", &more)
    };
    let cases = [
        ("answer digit", gather("\"digits\":\"5\",\"terminatingDigit\":\"\""), keys("5")),
        ("digits as a number", gather("\"digits\":5"), keys("5")),
        ("silence", gather("\"digits\":\"\",\"terminatingDigit\":\"\""), silence()),
        ("digits missing", gather(""), silence()),
        ("pound only", gather("\"digits\":\"#\""), keys("#")),
        ("star", gather("\"digits\":\"*\""), keys("*")),
        ("ten", gather("\"digits\":\"10\""), keys("10")),
        ("zero", gather("\"digits\":\"0\""), keys("0")),
        (
            "a terminating digit is a key",
            gather("\"digits\":\"12\",\"terminatingDigit\":\"#\""),
            keys("12#"),
        ),
        ("unknown properties", gather("\"digits\":\"5\",\"neu\":{\"a\":[\"Łódź\"]}"), keys("5")),
        ("Digits is another platform's word", gather("\"Digits\":\"5\""), silence()),
        (
            "by GET",
            Webhook::get(&format!("{TURN}&eventType=gather&callId=c-95&digits=5")),
            keys("5"),
        ),
        (
            "heard to the end",
            event(&format!("{TURN}&heard=1"), "gather", "\"digits\":\"\""),
            What::Open(Open::Heard),
        ),
        ("keyed over", event(&format!("{TURN}&heard=1"), "gather", "\"digits\":\"#\""), keys("#")),
        ("our own redirect", event(TURN, "redirect", ""), silence()),
        // Recordings.
        ("comment", complete("PT20.056S"), said(20)),
        ("three seconds of nothing", complete("PT3.05S"), said(0)),
        ("a little more than silence", complete("PT3.3S"), said(3)),
        ("recording ready", available("complete"), notice_of("r-1", URL, Some(3), true)),
        ("recording in part", available("partial"), notice_of("r-1", URL, Some(3), true)),
        ("recording failed", available("error"), notice_of("r-1", URL, Some(3), false)),
        ("recording deleted", available("deleted"), notice_of("r-1", URL, Some(3), false)),
        ("recording under way", available("processing"), other("recording processing")),
        (
            "ready, at the turn's path",
            event(TURN, "recordingAvailable", "\"status\":\"complete\""),
            other("recording complete"),
        ),
        // Notices before turns and starts.
        ("hung up", disconnect("hangup"), over("hangup")),
        ("the platform failed", disconnect("callback-error"), over("failed")),
        ("our document failed", disconnect("invalid-bxml"), over("failed")),
        (
            "disconnect with a token",
            event(TURN, "disconnect", "\"cause\":\"timeout\""),
            ended("timeout", None),
        ),
        (
            "transcription",
            event(TURN, "transcriptionAvailable", ""),
            other("transcriptionAvailable"),
        ),
        (
            "machine detection",
            event("/voice/p/start", "machineDetectionComplete", ""),
            other("machineDetectionComplete"),
        ),
        (
            "the agent's leg ended",
            event("/voice/p/start", "transferDisconnect", "\"cause\":\"hangup\""),
            other("transferDisconnect"),
        ),
        ("a key in a conference", event(TURN, "dtmf", "\"digits\":\"5\""), other("dtmf")),
        (
            "an event of tomorrow",
            event("/voice/p/start", "somethingNew", ""),
            other("somethingNew"),
        ),
        ("an event at the status path", event("/voice/p/status", "answer", ""), other("answer")),
    ];
    for (case, webhook, expected) in cases {
        let event = webhook.read(Kind::Bandwidth);
        assert_eq!(event.what, expected, "{case}");
        assert_eq!(event.call_id.as_deref(), Some("c-95"), "{case}");
    }
    assert_eq!(
        event("/voice/p/start", "gather", "\"digits\":\"5\"").read(Kind::Bandwidth).what,
        keys("5"),
        "an answer without a token is no start"
    );
}

#[test]
fn a_start_says_who_called_whom_and_whether_an_agent_was_reached() {
    let at = "/voice/p/start?agent=A17&queue=Sales+LT";
    for (name, more, unanswered, reached) in [
        ("initiate", "", true, Reached::Unknown),
        ("answer", "", false, Reached::Unknown),
        ("redirect", "", false, Reached::Unknown),
        ("transferComplete", "\"cause\":\"hangup\"", false, Reached::Yes),
        ("transferComplete", "\"cause\":\"busy\"", false, Reached::No),
        ("transferComplete", "\"cause\":\"timeout\"", false, Reached::No),
        ("transferComplete", "\"cause\":\"unknown\"", false, Reached::Unknown),
        ("bridgeComplete", "", false, Reached::Unknown),
    ] {
        let found = event(at, name, more).read(Kind::Bandwidth);
        assert_eq!(found.account.as_deref(), Some("55555555"), "{name}");
        let What::Start(start) = found.what else { panic!("{name} is no start") };
        assert_eq!((start.unanswered, start.reached), (unanswered, reached), "{name} {more}");
        assert_eq!(start.number.as_deref(), Some("+37060000001"), "{name}");
        assert_eq!(start.handover.agent.as_deref(), Some("A17"), "{name}");
    }
    let outbound =
        Webhook::json(at, r#"{"eventType":"answer","direction":"outbound","from":"O","to":"C"}"#);
    let What::Start(start) = outbound.read(Kind::Bandwidth).what else { panic!("no start") };
    assert_eq!((start.number.as_deref(), start.other.as_deref()), (Some("C"), Some("O")));
}

#[test]
fn a_password_or_a_network_proves_it() {
    let who =
        Credentials { start_keys: vec!["old".into(), "open".into()], ..credentials("https://x") };
    let bare = event("/voice/p/start", "initiate", "");
    let basic = |value: &str| bare.clone().header("authorization", value);
    for (webhook, expected) in [
        (bare.clone(), Ok(Trust::TokenOnly)),
        (basic("Basic ZnM6b3Blbg=="), Ok(Trust::Full)),
        (basic("Basic ZnM6c2h1dA=="), Err(Refusal::BadStartKey)),
        (event("/voice/p/start?k=old", "initiate", ""), Ok(Trust::Full)),
    ] {
        assert_eq!(webhook.verify(Kind::Bandwidth, &who), expected);
    }
    let who = Credentials {
        allow_from: vec!["10.1.0.0/16".parse().unwrap()],
        ..credentials("https://x")
    };
    assert_eq!(bare.clone().from("10.1.2.3").verify(Kind::Bandwidth, &who), Ok(Trust::Full));
    assert_eq!(bare.verify(Kind::Bandwidth, &who), Err(Refusal::NetworkNotAllowed));
}

#[test]
fn a_comment_is_two_documents() {
    let Order::Record(record) = comment() else { unreachable!() };
    let said = Shown::new(comment()).write(Kind::Bandwidth);
    assert!(said.contains("heard=1\"") && !said.contains("<Record"), "{said}");
    let silent = Shown::new(Order::Record(Record { prompts: Vec::new(), ..record }));
    let written = silent.write(Kind::Bandwidth);
    for part in [
        "/lt/beep.wav</PlayAudio>",
        "<Record recordCompleteUrl=\"https://s.example.net/voice/p/turn?t=TOKEN_a-b&amp;quiet=3\"",
        "recordingAvailableUrl=\"https://s.example.net/voice/p/recording?t=TOKEN_a-b\"",
        "terminatingDigits=\"1234567890*#\" maxDuration=\"60\" silenceTimeout=\"3\" fileFormat=\"wav\"",
    ] {
        assert!(written.contains(part), "{part} in {written}");
    }
}

#[test]
fn waits_have_the_platforms_bounds() {
    for (think_ms, keys, time, most) in [
        (6000, Keys::One, "6", "1"),
        (2000, Keys::One, "2", "1"),
        (0, Keys::One, "1", "1"),
        (u32::MAX, Keys::One, "60", "1"),
        (6000, Keys::OneOrTen, "6", "2"),
    ] {
        let shown = Shown::new(Order::Ask(Ask { prompts: rating(), keys, think_ms }));
        let written = shown.write(Kind::Bandwidth);
        let expected = format!(
            "gatherMethod=\"POST\" maxDigits=\"{most}\" firstDigitTimeout=\"{time}\" \
             interDigitTimeout=\"2\" terminatingDigits=\"\" repeatCount=\"1\""
        );
        assert!(written.contains(&expected), "{expected} in {written}");
    }
    let voice = |lang: &str| of(Kind::Bandwidth).voice(lang.parse().unwrap());
    assert_eq!([voice("en"), voice("pl"), voice("lt")], [Some("bridget"), None, None]);
}
