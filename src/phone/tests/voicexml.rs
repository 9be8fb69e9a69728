//! Whole calls as a VoiceXML browser makes them.

use super::*;

/// A document with that content.
pub(super) fn whole(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><vxml version=\"2.1\" \
         xmlns=\"http://www.w3.org/2001/vxml\">{HEAD}{content}</vxml>"
    )
}

const HEAD: &str = "<property name=\"termchar\" value=\"\"/>\
    <property name=\"interdigittimeout\" value=\"2s\"/>\
    <catch event=\"connection.disconnect.hangup\"><var name=\"event\" expr=\"'hangup'\"/>\
    <submit next=\"https://s.example/vx/turn\" method=\"post\" namelist=\"event\"/></catch>\
    <catch event=\"error\"><prompt><audio src=\"https://s.example/audio/sorry-700.wav\"/></prompt>\
    <exit/></catch>";

fn line() -> Line {
    let mut line = Line::new(Kind::Voicexml, "https://s.example/vx", "3f7a-1");
    line.start_key = Some("open".into());
    line.from = "+37061234567".into();
    line.handover = vec![("agent".into(), "A17".into())];
    line
}

/// A field that hears these sequences.
fn field(words: &[&str]) -> String {
    let items: String = words.iter().map(|word| format!("<item>{word}</item>")).collect();
    let event = |event: &str| {
        format!(
            "<{event}><var name=\"event\" expr=\"'{event}'\"/><submit \
             next=\"https://s.example/vx/turn?t=1\" method=\"post\" namelist=\"event\"/></{event}>"
        )
    };
    format!(
        "<form><field name=\"keys\"><property name=\"timeout\" value=\"6s\"/><grammar mode=\"dtmf\" \
         version=\"1.0\" root=\"r\"><rule id=\"r\"><one-of>{items}</one-of></rule></grammar>\
         <prompt><audio src=\"https://s.example/audio/q-3000.wav\"/></prompt>{}{}<filled><submit \
         next=\"https://s.example/vx/turn?t=1\" method=\"post\" namelist=\"keys\"/></filled>\
         </field></form>",
        event("noinput"),
        event("nomatch")
    )
}

const BYE: &str = "<form><block><prompt bargein=\"false\">\
    <audio src=\"https://s.example/audio/bye-1000.wav\"/></prompt><disconnect/></block></form>";

/// A recording as the algorithm makes it necessary to write it.
const RECORD: &str = "<form><block><goto nextitem=\"said\"/></block><block>\
    <var name=\"keys\" expr=\"application.lastresult$.utterance\"/>\
    <submit next=\"https://s.example/vx/turn?t=2\" method=\"post\" namelist=\"keys\"/></block>\
    <record name=\"said\" beep=\"true\" maxtime=\"60s\" finalsilence=\"3s\" type=\"audio/x-wav\">\
    <property name=\"timeout\" value=\"4s\"/><noinput><var name=\"event\" expr=\"'noinput'\"/>\
    <submit next=\"https://s.example/vx/turn?t=2\" method=\"post\" namelist=\"event\"/></noinput>\
    <catch event=\"connection.disconnect\"><var name=\"event\" expr=\"'hangup'\"/>\
    <if cond=\"said\"><submit next=\"https://s.example/vx/turn?t=2\" method=\"post\" \
    namelist=\"event said\" enctype=\"multipart/form-data\"/></if>\
    <submit next=\"https://s.example/vx/turn?t=2\" method=\"post\" namelist=\"event\"/></catch>\
    <filled><var name=\"key\" expr=\"said$.termchar || ''\"/>\
    <submit next=\"https://s.example/vx/turn?t=2\" method=\"post\" namelist=\"key said\" \
    enctype=\"multipart/form-data\"/></filled></record></form>";

#[tokio::test]
async fn keys_are_matched_against_the_grammar() {
    let one = field(&["1", "5", "#"]);
    let ten = field(&["1", "1 0", "1 #", "7", "#"]);
    let hash = ten.replace("<form>", "<form><property name=\"termchar\" value=\"#\"/>");
    // document, keys, what is sent, heard, thinking, dead
    for (document, script, keys, event, heard, thinking, dead) in [
        (&one, "5", "5", "-", 3000, 0, 0),
        (&one, "#", "#", "-", 3000, 0, 0),
        (&one, "!5", "5", "-", 1500, 0, 0),
        (&one, "+2 5", "5", "-", 3000, 2000, 0),
        (&one, "-", "-", "noinput", 3000, 6000, 0),
        (&one, "8", "-", "nomatch", 3000, 0, 0),
        // Only what can go on waits.
        (&ten, "7", "7", "-", 3000, 0, 0),
        (&ten, "1", "1", "-", 3000, 0, 2000),
        (&ten, "10", "10", "-", 3000, 200, 0),
        (&ten, "1#", "1#", "-", 3000, 200, 0),
        // Keys that lead nowhere are told at once, without what they were.
        (&ten, "15", "-", "nomatch", 3000, 200, 0),
        (&hash, "1#", "1", "-", 3000, 200, 0),
        (&hash, "#", "-", "nomatch", 3000, 0, 0),
    ] {
        let made = call(&line(), Fake::vxml(&[document, BYE]), script).await;
        let case = format!("{script} at {document}");
        assert_eq!(made.wire.paths(), ["/vx/start", "/vx/turn", "/vx/turn"], "{case}");
        assert_eq!(made.wire.sent("keys")[1], keys, "{case}");
        assert_eq!(made.wire.sent("event")[1..], [event, "hangup"], "{case}");
        let o = &made.outcome;
        assert_eq!(
            (o.heard_ms - 1000, o.thinking_ms, o.dead_ms),
            (heard, thinking, dead),
            "{case}"
        );
        assert_eq!((&o.faults, made.left_over), (&Vec::new(), 0), "{case}");
        assert_eq!(o.ended_by, EndedBy::Server, "{case}");
    }
}

#[tokio::test]
async fn the_first_request_is_a_bare_get_and_forms_are_posts() {
    let one = field(&["5"]);
    let made = call(&line(), Fake::vxml(&[&one, BYE]), "5").await;
    let methods: Vec<_> = made.wire.requests().into_iter().map(|(method, _, _)| method).collect();
    assert_eq!(methods, ["GET", "POST", "POST"]);
    assert_eq!(made.wire.sent("agent"), ["A17", "-", "-"]);
    assert_eq!(made.wire.sent("k"), ["open", "-", "-"]);
    assert!(!format!("{:?}", made.events).contains("open"));
    let jvoicexml = Line { browser: Browser::FormsInQuery, ..line() };
    let made = call(&jvoicexml, Fake::vxml(&[&one, BYE]), "5").await;
    let asked = made.wire.asked.lock().unwrap();
    let turn = asked.iter().find(|request| request.url.contains("/turn")).unwrap();
    assert_eq!((turn.method.as_str(), turn.body.len()), ("POST", 0));
    assert_eq!(turn.url, "https://s.example/vx/turn?t=1&keys=5");
    assert!(turn.headers.iter().all(|(name, _)| *name != "content-type"));
}

#[tokio::test]
async fn what_is_known_of_the_call_depends_on_the_browser() {
    let asks = |expr: &str| {
        format!(
            "<form><catch event=\"error.semantic\"><var name=\"event\" expr=\"'unknown'\"/><submit \
             next=\"https://s.example/vx/start?hello=1\" method=\"post\" namelist=\"event\"/>\
             </catch><block><var name=\"remote\" expr=\"{expr}\"/><submit \
             next=\"https://s.example/vx/start?hello=1\" method=\"post\" namelist=\"remote\"/>\
             </block></form>"
        )
    };
    let bare = asks("session.connection.remote.uri");
    let guarded =
        asks("typeof session != 'undefined' &amp;&amp; session.connection.remote.uri || ''");
    let missing = asks("session.avaya.ucid");
    for (browser, document, remote, event, faults) in [
        (Browser::Usual, &bare, "tel:+37061234567", "-", 0),
        (Browser::Usual, &guarded, "tel:+37061234567", "-", 0),
        (Browser::Usual, &missing, "-", "unknown", 1),
        (Browser::Ignorant, &bare, "-", "unknown", 1),
        (Browser::Ignorant, &guarded, "", "-", 0),
    ] {
        let line = Line { browser, ..line() };
        let made = call(&line, Fake::vxml(&[document, BYE]), "").await;
        let case = format!("{browser:?} {document}");
        assert_eq!(made.wire.paths(), ["/vx/start", "/vx/start", "/vx/turn"], "{case}");
        assert_eq!(made.wire.sent("remote")[1], remote, "{case}");
        assert_eq!(made.wire.sent("event")[1], event, "{case}");
        assert_eq!(made.outcome.faults.len(), faults, "{case}: {:?}", made.outcome.faults);
    }
}

#[tokio::test]
async fn a_form_hears_of_no_error_while_its_variables_are_made() {
    let document = "<form><catch event=\"error.semantic\"><submit namelist=\"event\" \
        next=\"https://s.example/vx/turn\"/></catch><var name=\"a\" expr=\"nowhere.x\"/>\
        <block><exit/></block></form>";
    let made = call(&line(), Fake::vxml(&[document, BYE]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
    assert_eq!(made.wire.paths(), ["/vx/start"]);
}

/// A field whose form sends once more what could not be sent.
fn patient(last: &str) -> String {
    let again = format!(
        "<form><catch event=\"error.badfetch\" count=\"1\"><if cond=\"typeof keys != \
         'undefined'\"><submit next=\"https://s.example/vx/turn?t=1\" method=\"post\" \
         namelist=\"keys\"/></if></catch>{last}"
    );
    field(&["5"]).replace("<form>", &again)
}

const LAST: &str = "<catch event=\"error.badfetch\" count=\"2\"><prompt>\
    <audio src=\"https://s.example/audio/sorry-700.wav\"/></prompt><exit/></catch>";

#[tokio::test]
async fn what_is_done_depends_on_how_often_it_failed() {
    let ok = (200, "application/voicexml+xml");
    let (one, bye) = (whole(&patient(LAST)), whole(BYE));
    let for_ever = whole(&patient(""));
    // document, failures, turns that were sent, heard, who ended it
    for (document, failures, turns, heard, ended_by) in [
        (&one, 0, 1, 4000, EndedBy::Server),
        (&one, 1, 2, 4000, EndedBy::Server),
        (&one, 2, 2, 3700, EndedBy::Fault),
        (&for_ever, 2, 3, 4000, EndedBy::Server),
        (&for_ever, 9, 4, 3000, EndedBy::Fault),
    ] {
        let mut answers = vec![(ok.0, ok.1, document.as_str())];
        answers.extend(vec![(503, ok.1, ""); failures]);
        answers.push((ok.0, ok.1, &bye));
        let made = call(&line(), Fake::raw(&answers), "5").await;
        let case = format!("{failures} failures at {document}");
        let sent = made.wire.sent("keys");
        assert_eq!(sent.iter().filter(|keys| *keys == "5").count(), turns, "{case}");
        assert_eq!(made.outcome.heard_ms, heard, "{case}");
        assert_eq!(made.outcome.ended_by, ended_by, "{case}");
        assert_eq!(made.outcome.faults.len(), failures.min(turns), "{case}");
    }
}

#[tokio::test]
async fn a_variable_takes_a_new_value_where_it_was_declared() {
    let document = |declared: &str| {
        format!(
            "{declared}<form><block><assign name=\"a\" expr=\"'new'\"/></block><block><submit \
             next=\"https://s.example/vx/turn\" method=\"post\" namelist=\"a\"/></block></form>"
        )
    };
    let made = call(&line(), Fake::vxml(&[&document("<var name=\"a\"/>"), BYE]), "").await;
    assert_eq!((made.wire.sent("a")[1].as_str(), made.outcome.faults.len()), ("new", 0));
    let made = call(&line(), Fake::vxml(&[&document("")]), "").await;
    assert!(made.outcome.faults[0].contains("a is not declared"), "{:?}", made.outcome.faults);
}

#[tokio::test]
async fn a_recording_is_sent_with_the_form() {
    // script, milliseconds kept, key, event, keys
    for (script, kept, key, event, keys) in [
        ("say:4", Some(7000), "", "-", "-"),
        ("say:4#", Some(4300), "#", "-", "-"),
        ("-", None, "-", "noinput", "-"),
        // Nothing was recorded before the key: the item is left as it was.
        ("#", None, "-", "-", "#"),
        ("!5", None, "-", "-", "5"),
    ] {
        let made = call(&line(), Fake::vxml(&[RECORD, BYE]), script).await;
        assert_eq!(made.wire.paths(), ["/vx/start", "/vx/turn", "/vx/turn"], "{script}");
        assert_eq!(made.outcome.recordings.first().map(|kept| kept.millis), kept, "{script}");
        assert_eq!((&made.outcome.faults, made.left_over), (&Vec::new(), 0), "{script}");
        let asked = made.wire.asked.lock().unwrap();
        let turn = asked.iter().find(|request| request.url.contains("/turn")).unwrap();
        let body = String::from_utf8_lossy(&turn.body);
        assert_eq!(body.contains("filename=\"said.wav\""), kept.is_some(), "{script}");
        if kept.is_some() {
            assert!(body.contains(&format!("name=\"key\"\r\n\r\n{key}\r\n")), "{script}");
        } else {
            drop(asked);
            assert_eq!(made.wire.sent("event")[1], event, "{script}");
            assert_eq!(made.wire.sent("keys")[1], keys, "{script}");
        }
    }
    for (script, part) in [("say:4 bye", "filename"), ("bye", "event=hangup")] {
        let made = call(&line(), Fake::vxml(&[RECORD]), script).await;
        assert_eq!(made.outcome.ended_by, EndedBy::Caller, "{script}");
        let asked = made.wire.asked.lock().unwrap();
        let body = String::from_utf8_lossy(&asked.last().unwrap().body).into_owned();
        assert!(body.contains(part) && body.contains("hangup"), "{script}: {body}");
    }
}

#[tokio::test]
async fn what_a_browser_would_not_take_is_an_error_that_the_document_handles() {
    let ok = (200, "application/voicexml+xml");
    let one = whole(&field(&["5"]));
    for (second, part) in [
        ((500, ok.1, ""), "500"),
        ((404, ok.1, ""), "404"),
        ((201, ok.1, one.as_str()), "201"),
        ((200, "text/html", one.as_str()), "text/html"),
        ((200, ok.1, "<vxml>"), "not closed"),
        ((200, ok.1, "<Response/>"), "<Response>"),
    ] {
        let made = call(&line(), Fake::raw(&[(ok.0, ok.1, &one), second]), "5").await;
        assert_eq!(made.outcome.ended_by, EndedBy::Fault, "{part}");
        assert!(made.outcome.faults[0].contains(part), "{:?}", made.outcome.faults);
        assert_eq!(made.outcome.faults.len(), 1, "{:?}", made.outcome.faults);
        assert_eq!(made.outcome.heard_ms, 3700, "the goodbye is inside the document");
    }
    let made = call(&line(), Fake::raw(&[(500, ok.1, "")]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
    // What runs, but not as it should.
    for (document, part) in [
        ("<form><block><exit namelist=\"score\"/></block></form>", "score is not declared"),
        (
            "<form><var name=\"a\"/><block><submit next=\"https://s.example/vx/x\" \
             namelist=\"a\"/></block></form>",
            "a has no value",
        ),
        (
            "<form><block><goto nextitem=\"b\"/></block><block name=\"b\"><goto nextitem=\"b\"/></block></form>",
            "visits more than",
        ),
    ] {
        let made = call(&line(), Fake::vxml(&[document]), "").await;
        assert!(made.outcome.faults[0].contains(part), "{document}: {:?}", made.outcome.faults);
    }
    let made = call(&line(), Fake::vxml(&["<form/>"]), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.faults.len()), (EndedBy::Returned, 0));
}
