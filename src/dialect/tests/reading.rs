//! What webhooks mean: one table for each kind, and the rest of what a start says.

use super::*;

pub(super) fn keys(keys: &str) -> What {
    What::Turn(Input::Keys(keys.to_owned()))
}

pub(super) fn silence() -> What {
    What::Turn(Input::Silence)
}

pub(super) fn ended(status: &str, recording: Option<Recording>) -> What {
    What::Notice(Notice::Ended { status: status.to_owned(), recording, lasted: None })
}

pub(super) fn other(status: &str) -> What {
    What::Notice(Notice::Other { status: status.to_owned() })
}

pub(super) fn recording(id: &str, seconds: u32, key: Option<char>, url: Option<&str>) -> Recording {
    Recording { id: id.to_owned(), seconds: Some(seconds), key, url: url.map(str::to_owned) }
}

pub(super) fn notice_of(id: &str, url: Option<&str>, seconds: Option<u32>, ready: bool) -> What {
    let url = url.map(str::to_owned);
    What::Notice(Notice::Recording { id: id.to_owned(), url, seconds, ready })
}

const TURN: &str = "/voice/p/turn?t=TOKEN";
const CALL: &str = "AccountSid=AC1&CallSid=CA1&CallStatus=in-progress&Direction=inbound\
                    &From=%2B37060000001&To=%2B37052000000";

#[test]
fn twilio_requests_mean_what_they_say() {
    let post = |target: &str, more: &str| Webhook::post(target, format!("{CALL}&{more}"));
    let bare = |target: &str, body: &str| Webhook::post(target, body);
    let url = Some("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1");
    let spoken = "RecordingUrl=https%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccounts%2FAC1%2FRecordings%2FRE1\
                  &RecordingSid=RE1&RecordingDuration=7";
    let cases = [
        ("answer digit", post(TURN, "Digits=5&FinishedOnKey=&msg=Gather+End"), keys("5")),
        ("empty Digits", post(TURN, "Digits="), silence()),
        ("blank Digits", post(TURN, "Digits=+"), silence()),
        ("Digits missing", post(TURN, "x=1"), silence()),
        ("mark of silence", post(&format!("{TURN}&silence=1"), "x=1"), silence()),
        (
            "mark of silence beside old digits",
            post(&format!("{TURN}&silence=1"), "Digits=5"),
            silence(),
        ),
        ("pound only", post(TURN, "Digits=%23"), keys("#")),
        ("star", post(TURN, "Digits=*"), keys("*")),
        ("two keys", post(TURN, "Digits=57"), keys("57")),
        ("zero", post(TURN, "Digits=0"), keys("0")),
        ("ten", post(TURN, "Digits=10"), keys("10")),
        ("finish key left on", post(TURN, "Digits=5%23"), keys("5#")),
        ("what no telephone has", post(TURN, "Digits=timeout"), silence()),
        ("endless keys", post(TURN, &format!("Digits={}", "1".repeat(500))), keys(&"1".repeat(20))),
        ("repeated name: the first", post(TURN, "Digits=5&Digits=7"), keys("5")),
        ("query before body", post(&format!("{TURN}&Digits=4"), "Digits=5"), keys("4")),
        ("unknown parameters", post(TURN, "Digits=5&Neu=%C5%81%C3%B3d%C5%BA&x=%FF%00"), keys("5")),
        (
            "UTF-8 beside",
            post(TURN, "Digits=5&FromCity=VILNIUS+%C5%BDIRM%C5%AANAI&n=%E0%AE%A4"),
            keys("5"),
        ),
        ("by GET", Webhook::get(&format!("{TURN}&{CALL}&Digits=5")), keys("5")),
        (
            "as JSON",
            Webhook::json(TURN, r#"{"CallSid":"CA1","Digits":5,"x":null,"y":{"z":1}}"#),
            keys("5"),
        ),
        ("at the start's path", post("/voice/p/start?t=TOKEN", "Digits=5"), keys("5")),
        (
            "at the fallback",
            post("/voice/p/fallback?t=TOKEN", "Digits=5&ErrorCode=11200"),
            keys("5"),
        ),
        // Recordings.
        (
            "comment ended by silence",
            post(TURN, spoken),
            What::Turn(Input::Recording(recording("RE1", 7, None, url))),
        ),
        (
            "comment ended by a key",
            post(TURN, &format!("{spoken}&Digits=%23")),
            What::Turn(Input::Recording(recording("RE1", 7, Some('#'), url))),
        ),
        (
            "hung up, call still up",
            post(TURN, &format!("{spoken}&Digits=hangup")),
            What::Turn(Input::Recording(recording("RE1", 7, None, url))),
        ),
        (
            "hung up, call over",
            bare(TURN, &format!("CallSid=CA1&CallStatus=completed&{spoken}&Digits=hangup")),
            ended("completed", Some(recording("RE1", 7, None, url))),
        ),
        (
            "recording known by its address only",
            post(TURN, "RecordingUrl=https%3A%2F%2Fx%2Fr%2FRE9.wav%3Fa%3D1"),
            What::Turn(Input::Recording(Recording {
                id: "RE9".to_owned(),
                seconds: None,
                key: None,
                url: Some("https://x/r/RE9.wav?a=1".to_owned()),
            })),
        ),
        (
            "recording ready",
            bare(
                "/voice/p/recording?t=TOKEN",
                &format!("CallSid=CA1&RecordingStatus=completed&{spoken}"),
            ),
            notice_of("RE1", url, Some(7), true),
        ),
        (
            "recording ready, at the turn's path",
            bare(TURN, &format!("CallSid=CA1&RecordingStatus=completed&{spoken}")),
            notice_of("RE1", url, Some(7), true),
        ),
        (
            "recording absent",
            bare("/voice/p/recording?t=TOKEN", "RecordingStatus=absent&RecordingSid=RE1"),
            notice_of("RE1", None, Some(0), false),
        ),
        (
            "recording failed",
            bare("/voice/p/recording", "RecordingStatus=failed&RecordingSid=RE1"),
            notice_of("RE1", None, None, false),
        ),
        (
            "recording under way",
            bare("/voice/p/recording", "RecordingStatus=in-progress&RecordingSid=RE1"),
            other("recording in-progress"),
        ),
        (
            "nothing at the recording's path",
            bare("/voice/p/recording?t=TOKEN", "Digits=5"),
            other("recording absent"),
        ),
        (
            "a call that ended, at the recording's path",
            bare("/voice/p/recording?t=TOKEN", "CallSid=CA1&CallStatus=completed"),
            ended("completed", None),
        ),
        (
            "the platform's record of a call",
            bare(
                "/voice/p/status",
                "CallSid=CA1&CallStatus=completed&CallDuration=95&CallbackSource=x\
                 &Timestamp=Tue%2C+20+Jan+2026+10%3A00%3A00+%2B0000",
            ),
            What::Notice(Notice::Ended {
                status: "completed".to_owned(),
                recording: None,
                lasted: Some(Lasted { seconds: 95, at_ms: Some(1_768_903_200_000) }),
            }),
        ),
        // Notices before turns and starts.
        (
            "ended with a token",
            bare(TURN, "CallSid=CA1&CallStatus=completed&Digits=5"),
            ended("completed", None),
        ),
        (
            "ended before any answer",
            bare("/voice/p/start", "CallSid=CA1&CallStatus=canceled"),
            ended("canceled", None),
        ),
        ("busy", bare("/voice/p/start", "CallStatus=busy"), ended("busy", None)),
        ("failed", bare("/voice/p/start", "CallStatus=failed"), ended("failed", None)),
        ("no answer", bare("/voice/p/start", "CallStatus=no-answer"), ended("no-answer", None)),
        (
            "the caller left while the agent was on",
            bare("/voice/p/start", "CallStatus=completed&DialCallStatus=completed"),
            ended("completed", None),
        ),
        (
            "status callback",
            bare(
                "/voice/p/status",
                "CallSid=CA1&CallStatus=completed&CallbackSource=call-progress-events&SequenceNumber=3",
            ),
            ended("completed", None),
        ),
        (
            "status callback of a call that was recorded whole",
            bare(
                TURN,
                &format!("CallStatus=completed&CallbackSource=call-progress-events&{spoken}"),
            ),
            ended("completed", None),
        ),
        (
            "status callback at the voice path",
            bare("/voice/p/start", "CallStatus=in-progress&CallbackSource=call-progress-events"),
            other("in-progress"),
        ),
        (
            "status callback with a token",
            bare(TURN, "CallStatus=ringing&CallbackSource=call-cost-events&Digits=5"),
            other("ringing"),
        ),
        (
            "status path without a source",
            bare("/voice/p/status/", "CallStatus=ringing"),
            other("ringing"),
        ),
        ("status path, nothing in it", bare("/voice/p/status", ""), other("")),
    ];
    for (case, webhook, expected) in cases {
        let event = webhook.read(Kind::Twilio);
        assert_eq!(event.what, expected, "{case}");
        let carries = webhook.target.contains("t=TOKEN");
        assert_eq!(event.token.as_deref(), carries.then_some("TOKEN"), "{case}");
    }
}

const LEG: &str = "session_id=2c3b&hostname=fs1&Caller-Direction=inbound&Caller-Unique-ID=2c3b\
    &Caller-Caller-ID-Number=37060000001&Caller-Destination-Number=8500\
    &Caller-Channel-Answered-Time=1764000000000000&url=https%3A%2F%2Fs.example.net%2Fv";

#[test]
fn freeswitch_requests_mean_what_they_say() {
    let post = |more: &str| Webhook::post(TURN, format!("{LEG}&{more}"));
    let at = |target: &str, more: &str| Webhook::post(target, format!("{LEG}&{more}"));
    let uploaded = |key| What::Turn(Input::Recording(recording("U1", 9, key, None)));
    let cases = [
        ("answer digit", post("digits=5&input_type=dtmf"), keys("5")),
        ("no input", post("x=1"), silence()),
        ("empty digits", post("digits=&input_type=dtmf"), silence()),
        ("invalid", post("digits=invalid&input_type=invalid"), silence()),
        ("digits of an invalid input", post("digits=5&input_type=invalid"), silence()),
        ("speech is no key", post("digits=5&input_type=detected_speech"), silence()),
        ("pound only", post("digits=%23&input_type=dtmf"), keys("#")),
        ("star", post("digits=*&input_type=dtmf"), keys("*")),
        ("ten", post("digits=10&input_type=dtmf"), keys("10")),
        ("one finished", post("digits=1%23&input_type=dtmf"), keys("1#")),
        ("zero", post("digits=0&input_type=dtmf"), keys("0")),
        ("repeated name: the first", post("digits=5&digits=7&input_type=dtmf"), keys("5")),
        (
            "unknown parameters, UTF-8",
            post("digits=5&input_type=dtmf&variable_x=%C5%81%C3%B3d%C5%BA"),
            keys("5"),
        ),
        ("Digits is Twilio's word", post("Digits=5"), silence()),
        ("by GET", Webhook::get(&format!("{TURN}&{LEG}&digits=5&input_type=dtmf")), keys("5")),
        ("uploaded comment", post("x=1").with_upload("U1", 9), uploaded(None)),
        (
            "the silence that ended it is no speech",
            at(&format!("{TURN}&quiet=3"), "x=1").with_upload("U1", 12),
            uploaded(None),
        ),
        (
            "a comment that its limit ended is speech to the end",
            at(&format!("{TURN}&quiet=3&limit=9"), "x=1").with_upload("U1", 9),
            uploaded(None),
        ),
        (
            "a second before the limit it was silence",
            at(&format!("{TURN}&quiet=3&limit=13"), "x=1").with_upload("U1", 12),
            uploaded(None),
        ),
        (
            "uploaded comment, ended by a key",
            at(&format!("{TURN}&key=%23"), "x=1").with_upload("U1", 9),
            uploaded(Some('#')),
        ),
        (
            "a key that is none",
            at(&format!("{TURN}&key=x"), "x=1").with_upload("U1", 9),
            uploaded(None),
        ),
        (
            "a parameter makes no upload",
            post("upload=U1&aftercall_upload=U1&RecordingSid=RE1"),
            silence(),
        ),
        ("a key during the beep", at(&format!("{TURN}&key=%23"), "x=1"), keys("#")),
        ("exiting", post("exiting=true"), ended("exiting", None)),
        (
            "exiting beside digits",
            post("exiting=true&digits=5&input_type=dtmf"),
            ended("exiting", None),
        ),
        (
            "exiting at the start's address",
            at("/voice/p/start", "exiting=true"),
            ended("exiting", None),
        ),
        (
            "hung up while speaking",
            post("exiting=true").with_upload("U1", 9),
            ended("exiting", Some(recording("U1", 9, None, None))),
        ),
        ("not exiting", post("exiting=false&digits=5&input_type=dtmf"), keys("5")),
        ("status path", at("/voice/p/status", "CallStatus=up"), other("up")),
        ("recording path", at("/voice/p/recording?t=TOKEN", "digits=5&input_type=dtmf"), other("")),
        ("anything with a source", post("CallbackSource=x&digits=5"), other("")),
    ];
    for (case, webhook, expected) in cases {
        let event = webhook.read(Kind::Freeswitch);
        assert_eq!(event.what, expected, "{case}");
        assert_eq!(event.call_id.as_deref(), Some("2c3b"), "{case}");
    }
}

fn start(kind: Kind, webhook: &Webhook) -> (CallEvent, Start) {
    let event = webhook.read(kind);
    let What::Start(start) = event.what.clone() else { panic!("no start: {event:?}") };
    (event, *start)
}

#[test]
fn a_ringing_call_is_a_normal_start() {
    let body = "AccountSid=AC1&CallSid=CA1&CallStatus=ringing&Direction=inbound&From=%2B37060000001\
                &Caller=%2B37060000001&To=%2B37052000000&Called=%2B37052000000&FromCity=";
    let webhook = Webhook::post("/voice/p/start?agent=A17&queue=Sales+LT", body);
    let (event, start) = start(Kind::Twilio, &webhook);
    assert_eq!(event.call_id.as_deref(), Some("CA1"));
    assert_eq!(event.account.as_deref(), Some("AC1"));
    assert_eq!(event.token, None);
    assert_eq!(
        start,
        Start {
            number: Some("+37060000001".to_owned()),
            called: Some("+37052000000".to_owned()),
            other: Some("+37052000000".to_owned()),
            handover: Handover {
                agent: Some("A17".to_owned()),
                queue: Some("Sales LT".to_owned()),
                ..Handover::default()
            },
            unanswered: true,
            ..Start::default()
        }
    );
}

#[test]
fn whose_number_it_is_goes_by_direction() {
    // kind, body, number, other
    let cases = [
        (Kind::Twilio, "Direction=inbound&From=C&To=O", Some("C"), Some("O")),
        (Kind::Twilio, "Direction=outbound-api&From=O&To=C", Some("C"), Some("O")),
        (Kind::Twilio, "Direction=outbound-dial&From=O&To=C", Some("C"), Some("O")),
        (Kind::Twilio, "From=C&To=O", Some("C"), Some("O")),
        (Kind::Twilio, "From=&To=O", None, Some("O")),
        (Kind::Twilio, "From=anonymous&To=sip%3A%2B370%40x", Some("anonymous"), Some("sip:+370@x")),
        (
            Kind::Freeswitch,
            "Caller-Direction=inbound&Caller-Caller-ID-Number=C&Caller-Destination-Number=O",
            Some("C"),
            Some("O"),
        ),
        (
            Kind::Freeswitch,
            "Caller-Direction=outbound&Caller-Caller-ID-Number=O&Caller-Destination-Number=C",
            Some("C"),
            Some("O"),
        ),
        (Kind::Freeswitch, "", None, None),
        (Kind::Plivo, "Direction=inbound&From=C&To=O", Some("C"), Some("O")),
        (Kind::Plivo, "Direction=outbound&From=O&To=C", Some("C"), Some("O")),
    ];
    for (kind, body, number, other) in cases {
        let (_, start) = start(kind, &Webhook::post("/voice/p/start", body));
        assert_eq!(start.number.as_deref(), number, "{body}");
        assert_eq!(start.other.as_deref(), other, "{body}");
        assert_eq!(start.called, start.other, "{body}");
    }
}

#[test]
fn whether_an_agent_was_reached() {
    use Reached::{No, Unknown, Yes};
    let cases = [
        ("DialCallStatus=completed", Yes),
        ("DialCallStatus=answered", Yes),
        ("DialStatus=completed", Yes),
        ("DialCallStatus=busy", No),
        ("DialCallStatus=no-answer", No),
        ("DialCallStatus=failed", No),
        ("DialCallStatus=canceled", No),
        ("DialStatus=timeout", No),
        ("DialCallStatus=", Unknown),
        ("DialCallStatus=ringing", Unknown),
        ("QueueResult=bridged", Yes),
        ("QueueResult=redirected-from-bridged", Yes),
        ("QueueResult=hangup", No),
        ("QueueResult=leave", No),
        ("QueueResult=queue-full", No),
        ("QueueResult=error", No),
        ("QueueResult=system-error", No),
        ("QueueResult=redirected", Unknown),
        ("QueueResult=bridging-in-process", Unknown),
        ("DialCallStatus=busy&QueueResult=bridged", No),
        ("CallDuration=90", Unknown),
        ("", Unknown),
    ];
    for (body, reached) in cases {
        for kind in Kind::ALL {
            let (_, start) = start(kind, &Webhook::post("/voice/p/start?hello=1", body));
            assert_eq!(start.reached, reached, "{body}");
            assert_eq!(start.handover.talk, None, "{body}: never talk");
        }
    }
}

#[test]
fn talk_leg_and_hand_over() {
    // body, talk, leg, handover
    let cases = [
        ("DialCallDuration=38&DialCallSid=CA2", Some(38), Some("CA2"), None),
        ("talk=40&DialCallDuration=38", Some(40), None, None),
        ("talk=&DialCallDuration=38", Some(38), None, None),
        ("talk=40.9", Some(40), None, None),
        ("talk=-1", None, None, None),
        ("talk=99999999999", None, None, None),
        ("talk=abc", None, None, None),
        ("handover=2&DialCallSid=CA2&call=X", None, Some("CA2"), Some("2")),
        ("DialBLegUUID=B1&ReservationSid=WR1", None, Some("B1"), None),
        ("ReservationSid=WR1&TaskSid=WT1", None, Some("WR1"), None),
        ("TaskSid=WT1&call=X", None, Some("WT1"), None),
        ("call=X", None, None, None),
        ("h=H1", None, None, None),
    ];
    for (body, talk, leg, part) in cases {
        for kind in Kind::ALL {
            let (_, start) = start(kind, &Webhook::post("/voice/p/start?hello=1", body));
            assert_eq!(start.handover.talk, talk, "{body}");
            assert_eq!(start.handover.leg.as_deref(), leg, "{body}");
            assert_eq!(start.handover.handover.as_deref(), part, "{body}");
            assert_eq!(start.announced.as_deref(), body.strip_prefix("h="), "{body}");
        }
    }
}

#[test]
fn names_come_from_query_body_and_sip_headers_in_that_order() {
    for (kind, sip) in [
        (Kind::Twilio, "SipHeader_"),
        (Kind::Freeswitch, "variable_sip_h_"),
        (Kind::Plivo, "X-PH-"),
    ] {
        let upper = sip.to_ascii_uppercase();
        let body = format!(
            "agent=B&queue=&team=T&{sip}X-Aftercall-Agent=H&{sip}x-aftercall-lang=lt\
             &{upper}X-AFTERCALL-SURVEY=post-call&{sip}X-Other-Agent=N&talk=61\
             &{sip}User-to-User=queue%3Dsales%3Bconsent%3D1%3Bteam%3DU&caller=%2B37060000002"
        );
        let webhook = Webhook::post("/voice/p/start?agent=A&caller=%2B37060000001&agent=A", body);
        let (_, start) = start(kind, &webhook);
        let text = |s: &str| Some(s.to_owned());
        let expected = Handover {
            survey: text("post-call"),
            agent: text("A"),
            team: text("T"),
            queue: text("sales"),
            talk: Some(61),
            lang: text("lt"),
            caller: text("+37060000001"),
            consent: text("1"),
            ..Handover::default()
        };
        assert_eq!(start.handover, expected, "{kind:?}");
        let conflicts: Vec<_> =
            start.conflicts.iter().map(|(n, k, o)| (n.as_str(), k.as_str(), o.as_str())).collect();
        assert_eq!(
            conflicts,
            [
                ("agent", "A", "B"),
                ("agent", "A", "H"),
                ("team", "T", "U"),
                ("caller", "…001", "…002")
            ],
            "{kind:?}"
        );
    }
}

#[test]
fn user_to_user_is_read_in_all_its_encodings() {
    let cases = [
        "agent=A17;queue=sales",
        "agent=A17;queue=sales;encoding=ascii",
        "agent%3DA17%3Bqueue%3Dsales",
        "6167656e743d4131373b71756575653d73616c6573;encoding=hex",
        "6167656E743D4131373B71756575653D73616C6573",
        "046167656e743d4131373b71756575653d73616c6573;encoding=hex;purpose=isdn-uui",
        "006167656e743d4131373b71756575653d73616c6573;encoding=hex",
    ];
    for value in cases {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("variable_sip_h_User-to-User", value)
            .finish();
        let (_, start) = start(Kind::Freeswitch, &Webhook::post("/voice/p/start", body));
        assert_eq!(start.handover.agent.as_deref(), Some("A17"), "{value}");
        assert_eq!(start.handover.queue.as_deref(), Some("sales"), "{value}");
    }
    for junk in ["", ";", "=", "abc", "4;encoding=hex", "zz;encoding=hex", "%", "ff00;encoding=hex"]
    {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("variable_sip_h_User-to-User", junk)
            .finish();
        let (_, start) = start(Kind::Freeswitch, &Webhook::post("/voice/p/start", body));
        assert_eq!(start.handover, Handover::default(), "{junk}");
    }
}

#[test]
fn what_cannot_be_stored_is_not_kept() {
    let webhook = Webhook::post("/voice/p/start?agent=A%001%0A7", "CallSid=%00CA%001&queue=%00+");
    let (event, start) = start(Kind::Twilio, &webhook);
    assert_eq!(event.call_id.as_deref(), Some("CA1"));
    assert_eq!(start.handover.agent.as_deref(), Some("A17"));
    assert_eq!(start.handover.queue, None);
}

#[test]
fn a_call_that_is_not_answered_can_be_told() {
    let fs = |time: &str| {
        Webhook::post("/voice/p/start", format!("Caller-Channel-Answered-Time={time}"))
    };
    assert!(start(Kind::Freeswitch, &fs("0")).1.unanswered);
    assert!(!start(Kind::Freeswitch, &fs("1764000000000000")).1.unanswered);
    assert!(!start(Kind::Freeswitch, &Webhook::post("/voice/p/start", "")).1.unanswered);
    assert!(!start(Kind::Twilio, &Webhook::post("/voice/p/start", CALL)).1.unanswered);
}

#[test]
fn task_router_tells_who_serves_the_call() {
    let attributes = r#"{"call_sid":"CA1","from":"+1","direction":"inbound","conference":{"sid":"CF1","participants":{"worker":"CA7","customer":"CA2"}}}"#;
    let body = |event: &str, attributes: &str| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        if !event.is_empty() {
            form.append_pair("EventType", event).append_pair("TaskQueueName", "Sales");
        }
        form.append_pair("WorkerName", "Ona Onaitė").append_pair("WorkerSid", "WK1");
        form.append_pair("TaskQueueSid", "WQ1").append_pair("WorkspaceSid", "WS1");
        form.append_pair("ReservationSid", "WR1").append_pair("TaskSid", "WT1");
        form.append_pair("TaskAttributes", attributes).append_pair("Timestamp", "1764000000");
        form.finish()
    };
    let expected = Routing {
        event: "reservation.accepted".to_owned(),
        calls: vec!["CA1".to_owned(), "CA2".to_owned()],
        customer: Some("CA2".to_owned()),
        agent: Some("Ona Onaitė".to_owned()),
        queue: Some("Sales".to_owned()),
        leg: Some("WR1".to_owned()),
        task: Some("WT1".to_owned()),
        at_ms: Some(1_764_000_000_000),
    };
    let read = |event: &str, attributes: &str| match Webhook::post(
        "/voice/p/status",
        body(event, attributes),
    )
    .read(Kind::Twilio)
    .what
    {
        What::Notice(Notice::Routing(routing)) => *routing,
        what => panic!("no routing: {what:?}"),
    };
    assert_eq!(read("reservation.accepted", attributes), expected);
    let assignment = Routing {
        event: "assignment".to_owned(),
        queue: Some("WQ1".to_owned()),
        ..expected.clone()
    };
    assert_eq!(read("", attributes), assignment);
    for broken in ["", "{", "[]", "7", r#"{"call_sid":7,"conference":[]}"#] {
        let nothing = Routing { calls: Vec::new(), customer: None, ..expected.clone() };
        assert_eq!(read("reservation.accepted", broken), nothing, "{broken}");
    }
    // A start that names its reservation is still a start.
    let (_, start) =
        start(Kind::Twilio, &Webhook::post("/voice/p/start?ReservationSid=WR1&TaskSid=WT1", CALL));
    assert_eq!(start.handover.leg.as_deref(), Some("WR1"));
}
