//! How parameters are decoded, and that nothing anyone sends makes a dialect panic.

use proptest::prelude::*;

use super::*;

#[test]
fn what_cannot_be_read_says_why() {
    let read = |webhook: &Webhook| params(&webhook.request());
    let json = |body: &str| Webhook::json("/x", body);
    assert_eq!(read(&json("[1]")), Err(Unreadable::Json));
    assert_eq!(read(&json("{")), Err(Unreadable::Json));
    assert_eq!(read(&json("\u{0}")), Err(Unreadable::Json));
    let xml = Webhook::post("/x", "<a/>").header("content-type", "text/xml");
    assert_eq!(read(&xml), Err(Unreadable::ContentType));
    assert_eq!(read(&Webhook::post("/x", "a&".repeat(1001))), Err(Unreadable::TooMany));
    assert!(read(&Webhook::post("/x", "a&".repeat(1000))).is_ok());
    let multipart =
        Webhook::post("/x", "a=1").header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(read(&multipart).unwrap().get("a"), Some("1"));
    let mut untyped = Webhook::post("/x?q=%C5%BD+1", "a=%2B1+%20x&a&=b");
    untyped.headers.clear();
    let got = read(&untyped).unwrap();
    let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
    assert_eq!(got.query, [pair("q", "Ž 1")]);
    assert_eq!(got.body, [pair("a", "+1  x"), pair("a", ""), pair("", "b")]);
    assert_eq!(got.get("a"), Some("+1  x"));
    let scalars = json(r#"{"a":"x","b":1.5,"c":true,"d":null,"e":[1,{"f":2}]}"#).params();
    assert_eq!(
        scalars.body,
        [
            pair("a", "x"),
            pair("b", "1.5"),
            pair("c", "true"),
            pair("d", ""),
            pair("e", r#"[1,{"f":2}]"#)
        ]
    );
}

/// Names that mean something, so that random requests reach the branches.
const NAMES: &[&str] = &[
    "t",
    "k",
    "h",
    "Digits",
    "digits",
    "silence",
    "key",
    "input_type",
    "exiting",
    "CallStatus",
    "CallSid",
    "session_id",
    "RecordingUrl",
    "RecordingSid",
    "RecordingStatus",
    "RecordingDuration",
    "CallbackSource",
    "EventType",
    "TaskAttributes",
    "ReservationSid",
    "Timestamp",
    "Direction",
    "From",
    "To",
    "DialCallStatus",
    "QueueResult",
    "talk",
    "agent",
    "caller",
    "bodySHA256",
    "SipHeader_User-to-User",
    "variable_sip_h_User-to-User",
    "SipHeader_X-Aftercall-Agent",
    "X-PH-Aftercall-Agent",
    "CallUUID",
    "RecordUrl",
    "RecordingID",
    "RecordingDurationMs",
    "Duration",
    "quiet",
    "heard",
    "eventType",
    "terminatingDigit",
    "recordingId",
    "duration",
    "cause",
    "answerTime",
    "endTime",
    "hello",
    "s",
    "event",
    "keys",
    "recording",
    "x_agent",
    "aai",
    "remote",
    "sessionid",
];

proptest! {
    #[test]
    fn no_bytes_make_a_dialect_panic(
        post in any::<bool>(),
        path in "/voice/p/(start|turn|recording|status|fallback)/?",
        query in any::<String>(),
        pairs in proptest::collection::vec((proptest::sample::select(NAMES), any::<String>()), 0..6),
        body in proptest::collection::vec(any::<u8>(), 0..60),
        content_type in "(application/json|application/x-www-form-urlencoded|multipart/form-data|x)?",
        headers in any::<(Vec<u8>, Vec<u8>)>(),
        public_url in "(https?://)?([a-z]*@)?[a-z\\[\\]:]{0,8}(:[0-9]{0,5})?(/[a-z?#']*)?",
        uploaded in any::<bool>(),
    ) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &pairs {
            form.append_pair(name, value);
        }
        let target = format!("{path}?{query}&{}", form.finish());
        let mut webhook = if post { Webhook::post(&target, body) } else { Webhook::get(&target) };
        webhook = webhook.header("content-type", &content_type);
        for (name, value) in [
            ("x-twilio-signature", &headers.0),
            ("authorization", &headers.1),
            ("x-plivo-signature-v3", &headers.0),
            ("x-plivo-signature-v3-nonce", &headers.1),
        ] {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                webhook.headers.insert(name, value);
            }
        }
        if uploaded {
            webhook = webhook.with_upload("U1", 1);
        }
        let who = Credentials {
            auth_tokens: vec!["12345".into()],
            start_keys: vec!["open".into()],
            ..credentials(&public_url)
        };
        if let Ok(params) = params(&webhook.request()) {
            for kind in Kind::ALL {
                let event = of(kind).read(&webhook.request(), &params);
                if let What::Turn(Input::Keys(keys)) = &event.what {
                    prop_assert!(!keys.is_empty() && keys.chars().all(super::super::params::is_key));
                }
                let _ = of(kind).verify(&webhook.request(), &params, &who);
            }
            // Nothing random is signed.
            for kind in [Kind::Twilio, Kind::Plivo] {
                prop_assert!(of(kind).verify(&webhook.request(), &params, &who).is_err());
            }
        }
    }
}
