//! The relatives of TwiML: what each one's webhooks mean, how each one proves who it is, and where
//! its documents differ.

use super::*;

const TURN: &str = "/voice/p/turn?t=TOKEN";

fn keys(keys: &str) -> What {
    What::Turn(Input::Keys(keys.to_owned()))
}

fn silence() -> What {
    What::Turn(Input::Silence)
}

fn other(status: &str) -> What {
    What::Notice(Notice::Other { status: status.to_owned() })
}

fn ended(status: &str, lasted: Option<(u32, Option<i64>)>) -> What {
    let lasted = lasted.map(|(seconds, at_ms)| Lasted { seconds, at_ms });
    What::Notice(Notice::Ended { status: status.to_owned(), recording: None, lasted })
}

fn spoken(id: &str, seconds: u32, key: Option<char>, url: &str) -> What {
    let url = Some(url.to_owned());
    What::Turn(Input::Recording(Recording { id: id.to_owned(), seconds: Some(seconds), key, url }))
}

const SIGNALWIRE: &str = "AccountSid=b3877c40-da60-4998-90ad-b792e98472ca&ApiVersion=2010-04-01\
    &CallSid=00000000-0000-4000-8000-000000000001&CallStatus=in-progress&Direction=inbound\
    &From=%2B15551112222&To=%2B15553334444";
const TELNYX: &str = "AccountSid=cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b\
    &CallSid=v2%3ADPNqxVjTNtQYaKdcKbU0QgRFrQ3YzuAQrVYC4Ggcuq7zTpDkUB7A4w\
    &From=Defaultj35z6%40sip.telnyx.com&To=%2B12132045020";
const EXOTEL: &str = "CallSid=80bfbec2d78bbbf10fb851f4fa165211&CallFrom=09840000000\
    &CallTo=0401234567";

#[test]
fn requests_of_the_relatives_mean_what_they_say() {
    use Kind::{Cloudonix, Exotel, Signalwire, Somleng, Telnyx};
    let post = |base: &str, more: &str| Webhook::post(TURN, format!("{base}&{more}"));
    let at = |target: &str, base: &str, more: &str| Webhook::post(target, format!("{base}&{more}"));
    let json = |text: &str| Webhook::json(TURN, text);
    let marked = format!("{TURN}&silence=1");
    let cases = [
        (Signalwire, "a key", post(SIGNALWIRE, "Digits=1"), keys("1")),
        (Signalwire, "empty result", post(SIGNALWIRE, "Digits="), silence()),
        (
            Signalwire,
            "a recording",
            post(
                SIGNALWIRE,
                "RecordingUrl=https%3A%2F%2Fx.signalwire.com%2Fr%2Fab.wav&RecordingSid=ab&RecordingDuration=4&Digits=%23",
            ),
            spoken("ab", 4, Some('#'), "https://x.signalwire.com/r/ab.wav"),
        ),
        (
            Signalwire,
            "progress with media statistics",
            at(
                TURN,
                SIGNALWIRE,
                "CallbackSource=call-progress-events&AudioInMos=4.5&SequenceNumber=0",
            ),
            other("in-progress"),
        ),
        (Telnyx, "a key, without a status", post(TELNYX, "Digits=1"), keys("1")),
        (Telnyx, "silence by the redirect", at(&marked, TELNYX, "Digits=4"), silence()),
        (
            Telnyx,
            "the cost of the call is no instruction",
            post(TELNYX, "CallbackSource=call-cost-events&Digits=1"),
            other(""),
        ),
        (
            Telnyx,
            "the end, with its own form of the time",
            at(
                "/voice/p/start",
                TELNYX,
                "CallStatus=completed&CallDuration=12&HangupCause=normal_clearing\
                 &CallbackSource=call-progress-events&Timestamp=2021-04-28+21%3A51%3A18.731479Z",
            ),
            ended("completed", Some((12, Some(1_619_646_678_731)))),
        ),
        (
            Telnyx,
            "a link that is signed for ten minutes",
            post(
                TELNYX,
                "RecordingUrl=https%3A%2F%2Fs3.example%2Fb%2F7f-1.wav%3FX-Amz-Expires%3D600&RecordingDuration=4",
            ),
            spoken("7f-1", 4, None, "https://s3.example/b/7f-1.wav?X-Amz-Expires=600"),
        ),
        (Somleng, "a key", post(SIGNALWIRE, "Digits=10"), keys("10")),
        (Somleng, "an empty result has no digits", post(SIGNALWIRE, "x=1"), silence()),
        (
            Somleng,
            "a recording, without id and key",
            post(
                SIGNALWIRE,
                "RecordingUrl=https%3A%2F%2Fapi.somleng.example%2FRecordings%2Fab-1&RecordingDuration=4",
            ),
            spoken("ab-1", 4, None, "https://api.somleng.example/Recordings/ab-1"),
        ),
        (
            Cloudonix,
            "a key in JSON",
            json(
                r#"{"CallSid":"c1","Session":"s1","From":"+16175551212","Direction":"inbound","Digits":"1"}"#,
            ),
            keys("1"),
        ),
        (Cloudonix, "silence in JSON", json(r#"{"CallSid":"c1","Digits":null}"#), silence()),
        (
            Cloudonix,
            "a key in the query",
            Webhook::get(&format!("{TURN}&CallSid=c1&Digits=2")),
            keys("2"),
        ),
        (Cloudonix, "a key in a form", post("CallSid=c1", "Digits=2"), keys("2")),
        (
            Cloudonix,
            "the end",
            json(r#"{"CallSid":"c1","CallStatus":"completed"}"#),
            ended("completed", None),
        ),
        (Exotel, "a key", post(EXOTEL, "CallStatus=in-progress&DigitsPressed=1"), keys("1")),
        (Exotel, "Digits is not its word", post(EXOTEL, "Digits=1"), silence()),
        (Exotel, "silence by the redirect", at(&marked, EXOTEL, "x=1"), silence()),
        (
            Exotel,
            "the status callback, with a time of no zone and the whole call's recording",
            at(
                "/voice/p/status",
                EXOTEL,
                "Status=completed&DateUpdated=2024-01-15+14%3A30%3A45&RecordingUrl=https%3A%2F%2Fx%2Fwhole.mp3",
            ),
            ended("completed", None),
        ),
    ];
    for (kind, case, webhook, expected) in cases {
        assert_eq!(webhook.read(kind).what, expected, "{kind:?}: {case}");
    }
}

#[test]
fn a_start_knows_call_and_numbers_by_each_ones_names() {
    let cases = [
        (
            Kind::Signalwire,
            Webhook::post("/s?agent=A17", SIGNALWIRE),
            "00000000-0000-4000-8000-000000000001",
            "+15551112222",
            "+15553334444",
        ),
        (
            Kind::Telnyx,
            Webhook::post("/s?agent=A17", TELNYX),
            "v2:DPNqxVjTNtQYaKdcKbU0QgRFrQ3YzuAQrVYC4Ggcuq7zTpDkUB7A4w",
            "Defaultj35z6@sip.telnyx.com",
            "+12132045020",
        ),
        (
            Kind::Exotel,
            Webhook::post("/s?agent=A17", EXOTEL),
            "80bfbec2d78bbbf10fb851f4fa165211",
            "09840000000",
            "0401234567",
        ),
        (
            Kind::Cloudonix,
            Webhook::json("/s?agent=A17", r#"{"Session":"s1","From":"16175551212","To":"1"}"#),
            "s1",
            "16175551212",
            "1",
        ),
        (
            Kind::Somleng,
            Webhook::post("/s?agent=A17", SIGNALWIRE),
            "00000000-0000-4000-8000-000000000001",
            "+15551112222",
            "+15553334444",
        ),
    ];
    for (kind, webhook, call, from, to) in cases {
        let event = webhook.read(kind);
        assert_eq!(event.call_id.as_deref(), Some(call), "{kind:?}");
        let What::Start(start) = event.what else { panic!("{kind:?}: no start") };
        assert_eq!(start.number.as_deref(), Some(from), "{kind:?}");
        assert_eq!(start.called.as_deref(), Some(to), "{kind:?}");
        assert_eq!(start.handover.agent.as_deref(), Some("A17"), "{kind:?}");
    }
}

/// The vectors of SignalWire's Python library, the base vector of Twilio's, and our own.
#[test]
fn signalwire_signs_with_its_signing_key() {
    let project = "PSKtest1234567890abcdef";
    let hook = "https://example.ngrok.io";
    let answered = r#"{"event":"call.state","params":{"call_id":"abc-123","state":"answered"}}"#;
    let hash = "69f3cbfc18e386ef8236cb7008cd5a54b7fed637a8cb3373b5a1591d7f0fd5f4";
    let hashed = format!("/webhook?bodySHA256={hash}");
    let gather = SIGNALWIRE.replace("&Direction", "&Digits=1&Direction");
    let form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234\
                &From=%2B14158675309&To=%2B18005551212";
    let cases = [
        (
            project,
            hook,
            Webhook::json("/webhook", answered),
            "c3c08c1fefaf9ee198a100d5906765a6f394bf0f",
        ),
        (
            project,
            hook,
            Webhook::json(&hashed, r#"{"event":"call.state"}"#),
            "dfO9ek8mxyFtn2nMz24plPmPfIY=",
        ),
        (
            "12345",
            "https://mycompany.com",
            Webhook::post("/myapp.php?foo=1&bar=2", form),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            project,
            "https://s.example.net",
            Webhook::post("/v/sw/q/1?a=1", gather),
            "SALCSZ1zUj38q3HGImzo9EfXmuk=",
        ),
    ];
    for (key, public_url, webhook, signature) in cases {
        let who =
            |key: &str| Credentials { auth_tokens: vec![key.into()], ..credentials(public_url) };
        for header in ["x-signalwire-signature", "x-twilio-signature"] {
            let signed = webhook.clone().header(header, signature);
            assert_eq!(signed.verify(Kind::Signalwire, &who(key)), Ok(Trust::Full), "{signature}");
            let bad = Err(Refusal::BadSignature);
            assert_eq!(signed.verify(Kind::Signalwire, &who("other")), bad, "{signature}");
            let mut forged = signed.clone();
            forged.body.insert(forged.body.len() - 1, b' ');
            assert_eq!(forged.verify(Kind::Signalwire, &who(key)), bad, "{signature}");
        }
        assert_eq!(webhook.verify(Kind::Signalwire, &who(key)), Err(Refusal::NoSignature));
    }
}

/// Of a repeated name Twilio signs each different value once, Somleng and SignalWire every one.
#[test]
fn repeated_names_count_as_each_platform_counts_them() {
    let who =
        Credentials { auth_tokens: vec!["12345".into()], ..credentials("https://mycompany.com") };
    let target = "/myapp.php?foo=1&bar=2";
    let body = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
    let once =
        Webhook::post(target, body).header("x-twilio-signature", "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    assert_eq!(once.verify(Kind::Twilio, &who), Ok(Trust::Full));
    for kind in [Kind::Somleng, Kind::Signalwire] {
        assert_eq!(once.verify(kind, &who), Err(Refusal::BadSignature), "{kind:?}");
        let every = Webhook::post(target, body)
            .header("x-twilio-signature", "eMV0TTCyejiqoUSkV7IwWuk0CRc=");
        assert_eq!(every.verify(kind, &who), Ok(Trust::Full), "{kind:?}");
        assert_eq!(every.verify(Kind::Twilio, &who), Err(Refusal::BadSignature));
    }
}

/// The first test key of RFC 8032, over a gather's body and over an empty one.
const PUBLIC_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const BODY: &str = "AccountSid=cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b&CallSid=v2%3ADPNqxVjTNtQYaKdcKbU0QgRFrQ3YzuAQrVYC4Ggcuq7zTpDkUB7A4w&Digits=1&From=%2B13129457420&To=%2B12132045020";
const OVER_BODY: &str =
    "p93KWTrFlwQudmjEBMSh7iYtx8sFNiz5QoQI3TO8f13yV2lbstKeIHh4OdX4v+ELrTViqVzjzFn62NUPnAbmDw==";
const OVER_NOTHING: &str =
    "rCd4Wrq89Q/PGOdFxiyXKd/BhCfaVjBc6L4IDQVtenxv+Tou8wn9F/rTnj0xItbd0Za6Dvt/32tZd1LIK4c4Bg==";

fn telnyx(
    webhook: &Webhook,
    signature: &str,
    late_seconds: i64,
    who: &Credentials,
) -> Result<Trust, Refusal> {
    let signed = webhook
        .clone()
        .header("telnyx-timestamp", "1700000000")
        .header("telnyx-signature-ed25519", signature);
    let now_ms = (1_700_000_000 + late_seconds) * 1000;
    let request = Request { now_ms, ..signed.request() };
    of(Kind::Telnyx).verify(&request, &signed.params(), who)
}

#[test]
fn telnyx_signs_time_and_body_but_not_the_address() {
    let other = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
    let who = |keys: &[&str]| Credentials {
        public_keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
        start_keys: vec!["open".into()],
        ..credentials("https://s.example.net")
    };
    let turn = Webhook::post(TURN, BODY);
    let ours = who(&[PUBLIC_KEY]);
    for (case, webhook, signature, late, who, expected) in [
        ("a turn", &turn, OVER_BODY, 0, &ours, Ok(Trust::TokenOnly)),
        (
            "the newer of two keys",
            &turn,
            OVER_BODY,
            0,
            &who(&[other, PUBLIC_KEY]),
            Ok(Trust::TokenOnly),
        ),
        ("nearly too late", &turn, OVER_BODY, 300, &ours, Ok(Trust::TokenOnly)),
        ("too late", &turn, OVER_BODY, 301, &ours, Err(Refusal::TooOld)),
        ("too early", &turn, OVER_BODY, -301, &ours, Err(Refusal::TooOld)),
        ("another key", &turn, OVER_BODY, 0, &who(&[other]), Err(Refusal::BadSignature)),
        ("no key", &turn, OVER_BODY, 0, &who(&[]), Err(Refusal::BadSignature)),
        ("another body", &turn, OVER_NOTHING, 0, &ours, Err(Refusal::BadSignature)),
        ("no base64", &turn, "?", 0, &ours, Err(Refusal::BadSignature)),
        ("an empty body", &Webhook::post(TURN, ""), OVER_NOTHING, 0, &ours, Ok(Trust::TokenOnly)),
        (
            "by GET",
            &Webhook::get("/voice/p/start?agent=A17"),
            OVER_NOTHING,
            0,
            &ours,
            Ok(Trust::TokenOnly),
        ),
        (
            "a start without its key",
            &Webhook::post("/voice/p/start?agent=A17", BODY),
            OVER_BODY,
            0,
            &ours,
            Ok(Trust::TokenOnly),
        ),
        (
            "a start with its key",
            &Webhook::post("/voice/p/start?agent=A17&k=open", BODY),
            OVER_BODY,
            0,
            &ours,
            Ok(Trust::Full),
        ),
        (
            "a start with a wrong key",
            &Webhook::post("/voice/p/start?k=opem", BODY),
            OVER_BODY,
            0,
            &ours,
            Err(Refusal::BadStartKey),
        ),
        (
            "a notice is signed as a whole",
            &Webhook::post("/voice/p/status", BODY),
            OVER_BODY,
            0,
            &ours,
            Ok(Trust::Full),
        ),
        (
            "unless the query says more",
            &Webhook::post("/voice/p/status?CallSid=x", BODY),
            OVER_BODY,
            0,
            &ours,
            Ok(Trust::TokenOnly),
        ),
        (
            "or it has no body",
            &Webhook::get("/voice/p/status"),
            OVER_NOTHING,
            0,
            &ours,
            Ok(Trust::TokenOnly),
        ),
    ] {
        assert_eq!(telnyx(webhook, signature, late, who), expected, "{case}");
    }
    assert_eq!(turn.verify(Kind::Telnyx, &ours), Err(Refusal::NoSignature));
    let off = Credentials { verify: false, ..ours };
    assert_eq!(turn.verify(Kind::Telnyx, &off), Ok(Trust::Full));
    for wrong in ["", "abc", "AAAA", "////////////////////////////////////////////"] {
        assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
    }
}

#[test]
fn who_signs_nothing_is_believed_by_its_start_key() {
    let who =
        Credentials { start_keys: vec!["open".into()], ..credentials("https://s.example.net") };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.proof() == Proof::Nothing) {
        let start = |key: &str| Webhook::post(&format!("/voice/p/start?agent=A17{key}"), EXOTEL);
        assert_eq!(start("&k=open").verify(kind, &who), Ok(Trust::Full), "{kind:?}");
        assert_eq!(start("&k=shut").verify(kind, &who), Err(Refusal::BadStartKey), "{kind:?}");
        assert_eq!(start("").verify(kind, &who), Ok(Trust::TokenOnly), "{kind:?}");
        let basic = start("").header("authorization", "Basic dTpvcGVu");
        assert_eq!(basic.verify(kind, &who), Ok(Trust::Full), "{kind:?}");
    }
}
