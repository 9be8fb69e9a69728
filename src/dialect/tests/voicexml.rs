//! VoiceXML alone: what our own names mean, what a hello document collects, and what documents hold.

use super::reading::{ended, keys, other, recording, silence};
use super::writing::{SORRY, Shown, comment, rating};
use super::*;
use crate::interview::{Ask, Input, Keys, Order, Record};

const KIND: Kind = Kind::Voicexml;
const TURN: &str = "/voice/p/turn?t=TOKEN";
const START: &str = "/voice/p/start";

#[test]
fn what_our_documents_submit_means_what_they_say() {
    let post = |body: &str| Webhook::post(TURN, body);
    // With an empty body and the names in the query, as JVoiceXML sends a POST.
    let in_query = |names: &str| {
        let mut bare = Webhook::post(&format!("{TURN}&{names}"), "");
        bare.headers.clear();
        bare
    };
    let spoken = |key, seconds| What::Turn(Input::Recording(recording("U1", seconds, key, None)));
    let cases = [
        ("answer digit", post("keys=5"), keys("5")),
        ("by GET", Webhook::get(&format!("{TURN}&keys=5")), keys("5")),
        ("empty body", in_query("keys=5"), keys("5")),
        ("pound in the query", in_query("keys=%23"), keys("#")),
        ("pound only", post("keys=%23"), keys("#")),
        ("star", post("keys=*"), keys("*")),
        ("ten", post("keys=10"), keys("10")),
        ("ten, as an engine may write it", post("keys=1+0"), keys("10")),
        ("one, finished", post("keys=1%23"), keys("1#")),
        ("silence", post("event=silence"), silence()),
        ("silence in the query", in_query("event=silence"), silence()),
        ("nothing at all", post(""), silence()),
        ("a value that is none", post("keys=undefined"), silence()),
        ("no match", post("event=nomatch"), keys("##")),
        ("keys before an event", post("event=nomatch&keys=7"), keys("7")),
        ("Digits is another platform's word", post("Digits=5"), silence()),
        ("at the start's path", Webhook::post("/voice/p/start?t=TOKEN", "keys=5"), keys("5")),
        ("unknown names", post("keys=5&neu=%C5%81%C3%B3d%C5%BA"), keys("5")),
        // Recordings.
        ("comment", post("key=").with_upload("U1", 7), spoken(None, 7)),
        ("comment ended by a key", post("key=%23").with_upload("U1", 7), spoken(Some('#'), 7)),
        ("an engine's word for no key", post("key=null").with_upload("U1", 7), spoken(None, 7)),
        ("a recording that was lost", post("key=%23"), silence()),
        ("a key before a word", post("keys=%23"), keys("#")),
        // Hang-ups.
        ("hung up", post("event=hangup"), ended("hangup", None)),
        ("hung up, by GET", Webhook::get(&format!("{TURN}&event=hangup")), ended("hangup", None)),
        (
            "hung up while speaking",
            post("event=hangup").with_upload("U1", 4),
            ended("hangup", Some(recording("U1", 4, None, None))),
        ),
        ("hung up, without a token", Webhook::post(START, "event=hangup"), ended("hangup", None)),
        ("at the status path", Webhook::get("/voice/p/status?event=x"), other("x")),
    ];
    for (case, webhook, expected) in cases {
        assert_eq!(webhook.read(KIND).what, expected, "{case}");
    }
}

#[test]
fn a_first_request_is_answered_by_a_question() {
    let said = |target: &str| match Webhook::get(target).read(KIND).what {
        What::Hello(said) => said,
        other => panic!("{target}: {other:?}"),
    };
    assert_eq!(said(START), []);
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        said(&format!(
            "{START}?k=open&agent=A17&queue=Sales+LT&x=y&DialCallStatus=busy&h=H.S&callid=C1\
             &queue=other&remote=%2B37060000001&talk={}&lang=",
            "9".repeat(201)
        )),
        pairs(&[
            ("agent", "A17"),
            ("queue", "Sales LT"),
            ("queue", "other"),
            ("DialCallStatus", "busy"),
            ("h", "H.S"),
            ("callid", "C1"),
            ("remote", "+37060000001"),
        ]),
        "the start key stays here"
    );
}

#[test]
fn what_comes_back_says_who_called_whom() {
    let read = |webhook: Webhook| {
        let event = webhook.read(KIND);
        let What::Start(start) = event.what else { panic!("no start") };
        (event.call_id, *start)
    };
    let target = format!("{START}?hello=1&s=SEAL");
    // body, call, number, called
    for (body, call, number, called) in [
        ("", None, None, None),
        ("ucid=&callid=&remote=&local=&ani=&aai=", None, None, None),
        ("sessionid=S1&remote=tel%3A%2B1&local=tel%3A2", Some("S1"), Some("tel:+1"), Some("tel:2")),
        ("ucid=U1&sessionid=S1&ani=1&dnis=2", Some("U1"), Some("1"), Some("2")),
        ("sipid=a%40b&remote=3&ani=1", Some("a@b"), Some("3"), None),
        ("event=hello", None, None, None),
    ] {
        for webhook in [Webhook::post(&target, body), Webhook::get(&format!("{target}&{body}"))] {
            let (id, start) = read(webhook);
            assert_eq!(id.as_deref(), call, "{body}");
            assert_eq!(start.number.as_deref(), number, "{body}");
            assert_eq!(start.called.as_deref(), called, "{body}");
            assert!(!start.unanswered && start.hello.is_none(), "{body}");
        }
    }
    // The ways in: query before headers of our own before User-to-User.
    let body = "x_agent=A17&x_lang=lt&aai=agent%3DB%3Bqueue%3Dsales%3Btalk%3D60&uui=team%3DNorth";
    let (_, start) = read(Webhook::post(&format!("{target}&lang=pl"), body));
    let said = &start.handover;
    assert_eq!(said.agent.as_deref(), Some("A17"));
    assert_eq!(said.queue.as_deref(), Some("sales"));
    assert_eq!((said.talk, said.lang.as_deref()), (Some(60), Some("pl")));
    assert_eq!(said.team.as_deref(), Some("North"));
    let noted: Vec<_> = start.conflicts.iter().map(|(n, k, o)| (&**n, &**k, &**o)).collect();
    assert_eq!(noted, [("agent", "A17", "B"), ("lang", "pl", "lt")]);
}

#[test]
fn what_was_sealed_stands_alone() {
    let webhook = Webhook::post(
        &format!("{START}?hello=1&s=SEAL&agent=X&h=H2"),
        "queue=Y&DialCallStatus=busy&sessionid=S1&remote=1&aai=team%3DZ",
    );
    let sealed = vec![("agent".to_owned(), "A17".to_owned()), ("callid".into(), "C1".into())];
    let params = webhook.params().sealed(sealed);
    let event = of(KIND).read(&webhook.request(), &params);
    assert_eq!(event.call_id.as_deref(), Some("C1"));
    let What::Start(start) = event.what else { panic!("no start") };
    let said = &start.handover;
    assert_eq!((said.agent.as_deref(), said.queue.as_deref()), (Some("A17"), None));
    assert_eq!((start.reached, start.announced.as_deref()), (Reached::Unknown, None));
    // What the platform itself knows of the call is no less true.
    assert_eq!((start.number.as_deref(), said.team.as_deref()), (Some("1"), Some("Z")));
    assert_eq!(start.conflicts, []);
}

#[test]
fn a_key_a_network_or_a_certificate_proves_a_start() {
    let none = credentials("https://x");
    let keys = Credentials { start_keys: vec!["old".into(), "open".into()], ..none.clone() };
    let network = Credentials { allow_from: vec!["10.1.0.0/16".parse().unwrap()], ..none.clone() };
    let certificate =
        Credentials { client_cert_header: Some("X-Client-Verify".to_owned()), ..none.clone() };
    let get = |target: &str| Webhook::get(target);
    let bare = || get(START);
    for (case, who, webhook, expected) in [
        ("nothing", &keys, bare(), Ok(Trust::TokenOnly)),
        ("key", &keys, get("/voice/p/start?k=old"), Ok(Trust::Full)),
        ("wrong key", &keys, get("/voice/p/start?k=x"), Err(Refusal::BadStartKey)),
        ("password", &keys, bare().header("authorization", "Basic ZnM6b3Blbg=="), Ok(Trust::Full)),
        ("network", &network, bare().from("10.1.2.3"), Ok(Trust::Full)),
        ("other network", &network, bare(), Err(Refusal::NetworkNotAllowed)),
        (
            "a turn from another network",
            &network,
            Webhook::post(TURN, "keys=5"),
            Err(Refusal::NetworkNotAllowed),
        ),
        ("certificate", &certificate, bare().header("x-client-verify", "SUCCESS"), Ok(Trust::Full)),
        ("the seal is not for the dialect", &keys, get("/x?hello=1&s=S"), Ok(Trust::TokenOnly)),
    ] {
        assert_eq!(webhook.verify(KIND, who), expected, "{case}");
    }
}

fn hello(audio: Option<&str>) -> String {
    of(KIND).write(&Document::Hello {
        next: "https://s.example.net/voice/p/start?hello=1&s=SEAL_a-b".to_owned(),
        audio: audio.map(str::to_owned),
    })
}

fn silent() -> Order {
    let Order::Record(record) = comment() else { unreachable!() };
    Order::Record(Record { prompts: Vec::new(), ..record })
}

#[test]
fn documents_of_this_kind_alone_are_as_written_down() {
    macro_rules! golden {
        ($name:literal) => {
            include_str!(concat!("../../../tests/it/data/dialect/voicexml/", $name, ".xml"))
        };
    }
    assert_eq!(hello(Some(SORRY)), golden!("hello"));
    assert_eq!(Shown::new(silent()).write(KIND), golden!("record-no-words"));
}

#[test]
fn every_question_for_what_is_known_is_guarded() {
    let written = hello(None);
    let written = written.replace("&apos;", "'").replace("&amp;", "&");
    let asked: Vec<&str> = written.lines().filter(|line| line.contains("session.")).collect();
    assert_eq!(asked.len(), 9);
    for line in asked {
        assert!(line.contains("expr=\"typeof session != 'undefined' && session."), "{line}");
        assert!(line.ends_with(" || ''\"/>"), "{line}");
    }
    for guarded in [
        "session.connection && session.connection.remote && session.connection.remote.uri || ''",
        "session.connection && session.connection.protocol && session.connection.protocol.sip && \
         session.connection.protocol.sip.headers || ''",
        "<var name=\"x_agent\" expr=\"headers['x-aftercall-agent'] || ''\"/>",
    ] {
        assert!(written.contains(guarded), "{guarded} in {written}");
    }
    assert!(!written.contains("<audio"), "{written}");
}

#[test]
fn a_comment_is_heard_even_if_the_caller_hangs_up() {
    let written = Shown::new(comment()).write(KIND);
    for part in [
        "<goto next=\"#comment\"/>",
        "<goto nextitem=\"recording\"/>",
        "beep=\"true\" maxtime=\"60s\" finalsilence=\"3s\" dtmfterm=\"true\" type=\"audio/x-wav\"",
    ] {
        assert!(written.contains(part), "{part} in {written}");
    }
    // When it ends, when the caller hangs up, and once more where either failed.
    let upload = "namelist=\"event key recording\" enctype=\"multipart/form-data\"";
    assert_eq!(written.matches(upload).count(), 3, "{written}");
    assert!(!Shown::new(silent()).write(KIND).contains("<field"));
}

#[test]
fn waits_are_written_as_times() {
    for (think_ms, time) in [(6000, "6s"), (6500, "6500ms"), (0, "1ms"), (2000, "2s")] {
        let shown =
            Shown::new(Order::Ask(Ask { prompts: rating(), keys: Keys::OneOrTen, think_ms }));
        let written = shown.write(KIND);
        let expected = format!("<property name=\"timeout\" value=\"{time}\"/>");
        assert!(written.contains(&expected), "{expected} in {written}");
        assert!(written.contains("<item>1 0</item>") && written.contains("<item>1 #</item>"));
    }
    let one = Shown::new(Order::Ask(Ask { prompts: rating(), keys: Keys::One, think_ms: 1 }));
    let written = one.write(KIND);
    assert_eq!(written.matches("<item>").count(), 12);
    assert!(!written.contains("<item>1 "), "{written}");
}
