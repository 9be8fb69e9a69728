//! Whole calls against a server of canned documents, written from the providers' descriptions.

mod freeswitch;
mod relatives;

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};

use super::*;

mod bandwidth;
mod plivo;
mod voicexml;

/// Method, address, and parameters of query and form.
type Asked = (String, String, Vec<(String, String)>);

/// Answers each request from a list; audio lasts as long as its name says (`q-3000.wav`: 3 s).
#[derive(Default)]
struct Fake {
    documents: Mutex<VecDeque<(u16, &'static str, String)>>,
    asked: Mutex<Vec<WebRequest>>,
    times: Mutex<Vec<Option<i64>>>,
    took_ms: i64,
}

impl Fake {
    fn twiml(bodies: &[&str]) -> Self {
        let document = |body: &&str| {
            let text =
                format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{body}</Response>");
            (200, "text/xml", text)
        };
        Self { documents: Mutex::new(bodies.iter().map(document).collect()), ..Self::default() }
    }

    fn httapi(bodies: &[&str]) -> Self {
        let document = |body: &&str| {
            let text =
                format!("<document type=\"xml/freeswitch-httapi\"><work>{body}</work></document>");
            (200, "text/xml", text)
        };
        Self { documents: Mutex::new(bodies.iter().map(document).collect()), ..Self::default() }
    }

    fn vxml(bodies: &[&str]) -> Self {
        let document = |body: &&str| (200, "application/voicexml+xml", voicexml::whole(body));
        Self { documents: Mutex::new(bodies.iter().map(document).collect()), ..Self::default() }
    }

    fn raw(answers: &[(u16, &'static str, &str)]) -> Self {
        let answers = answers.iter().map(|(s, t, b)| (*s, *t, (*b).to_owned())).collect();
        Self { documents: Mutex::new(answers), ..Self::default() }
    }

    /// Requests that are no audio.
    fn requests(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        let pages = asked.iter().filter(|r| !r.url.contains("/audio/"));
        pages
            .map(|r| {
                let (path, query) = r.url.split_once('?').unwrap_or((r.url.as_str(), ""));
                let mut params: Vec<(String, String)> =
                    form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&r.body)
                {
                    Ok(json) => params.extend(json.into_iter().map(|(name, value)| {
                        (name, value.as_str().unwrap_or_default().to_owned())
                    })),
                    Err(_) => params.extend(form_urlencoded::parse(&r.body).into_owned()),
                }
                (r.method.to_string(), path.to_owned(), params)
            })
            .collect()
    }

    /// What one parameter was in each request; `-` where it was missing.
    fn sent(&self, name: &str) -> Vec<String> {
        let value = |params: &[(String, String)]| {
            let found = params.iter().find(|(n, _)| n == name);
            found.map_or("-".to_owned(), |(_, value)| value.clone())
        };
        self.requests().iter().map(|(_, _, params)| value(params)).collect()
    }

    /// The path of each request.
    fn paths(&self) -> Vec<String> {
        let short = |path: &String| path.trim_start_matches("https://s.example").to_owned();
        self.requests().iter().map(|(_, path, _)| short(path)).collect()
    }
}

impl Wire for Fake {
    async fn send(&self, r: WebRequest, at_ms: Option<i64>) -> Result<WebResponse, WireError> {
        let (url, method) = (r.url.clone(), r.method.clone());
        self.asked.lock().unwrap().push(r);
        self.times.lock().unwrap().push(at_ms);
        let mut headers = HeaderMap::new();
        if let Some((_, name)) = url.split_once("/audio/") {
            let millis =
                name.rsplit(['-', '/']).next().and_then(|n| n.split('.').next()?.parse().ok());
            let Some(millis) = millis else {
                return Ok(WebResponse { status: 404, headers, body: Bytes::new(), took_ms: 0 });
            };
            headers.insert("content-type", HeaderValue::from_static("audio/wav"));
            let body = Bytes::from(sound::tone(millis));
            headers.insert("content-length", HeaderValue::from(body.len()));
            let body = if method == Method::HEAD { Bytes::new() } else { body };
            return Ok(WebResponse { status: 200, headers, body, took_ms: 7 });
        }
        let next = self.documents.lock().unwrap().pop_front();
        let empty = match url.contains("/fs/") {
            true => "<document type=\"xml/freeswitch-httapi\"><work/></document>",
            false => "<Response/>",
        };
        let empty = match url.contains("/vx/") {
            true => voicexml::whole("<form/>"),
            false => empty.to_owned(),
        };
        let (status, kind, text) = next.unwrap_or((200, "text/xml", empty));
        if (300..400).contains(&status) {
            headers.insert("location", HeaderValue::from_str(&text).unwrap());
        } else {
            headers.insert("content-type", HeaderValue::from_static(kind));
        }
        let body = Bytes::from(text);
        headers.insert("content-length", HeaderValue::from(body.len()));
        Ok(WebResponse { status, headers, body, took_ms: self.took_ms })
    }
}

struct Made {
    outcome: Outcome,
    events: Vec<Event>,
    wire: Fake,
    left_over: usize,
}

fn twilio() -> Line {
    let mut line =
        Line::new(Kind::Twilio, "https://s.example/tw", "CA00000000000000000000000000000002");
    line.auth_token = Some("12345".into());
    line.from = "+37061234567".into();
    line
}

fn freeswitch() -> Line {
    let mut line =
        Line::new(Kind::Freeswitch, "https://s.example/fs", "2c3b0000-0000-4000-8000-000000000001");
    line.start_key = Some("start-key".into());
    line
}

async fn call(line: &Line, wire: Fake, script: &str) -> Made {
    let phone = Phone::new(wire);
    let mut caller = Scripted::new(script).unwrap();
    let mut events = Vec::new();
    let outcome = phone.call(line, &mut caller, |event| events.push(event)).await;
    Made { outcome, events, wire: phone.wire, left_over: caller.left_over() }
}

const ONE: &str = "<Gather action=\"/tw/turn?t=1\" numDigits=\"1\" timeout=\"6\" finishOnKey=\"\">\
    <Play>/audio/q-3000.wav</Play></Gather><Redirect>/tw/turn?t=1</Redirect>";
const TWO: &str = "<Gather action=\"/tw/turn?t=1\" numDigits=\"2\" timeout=\"2\" finishOnKey=\"\">\
    <Play>/audio/q-3000.wav</Play><Pause length=\"4\"/></Gather><Redirect>/tw/turn?t=1</Redirect>";
const BYE: &str = "<Play>/audio/bye-1000.wav</Play><Hangup/>";

#[tokio::test]
async fn a_key_is_sent_to_the_action_and_the_clock_adds_up() {
    let mut wire = Fake::twiml(&[ONE, BYE]);
    wire.took_ms = 100;
    let made = call(&twilio(), wire, "5").await;
    assert_eq!(made.wire.paths(), ["/tw/start", "/tw/turn", "/tw/status"]);
    assert_eq!(made.wire.sent("Digits"), ["-", "5", "-"]);
    assert_eq!(made.wire.sent("CallStatus"), ["ringing", "in-progress", "completed"]);
    assert_eq!(made.wire.sent("CallDuration")[2], "4");
    let o = &made.outcome;
    assert_eq!((o.heard_ms, o.thinking_ms, o.dead_ms, o.total_ms), (4000, 0, 200, 4200));
    assert_eq!((o.first_word_ms, o.documents, o.ended_by), (Some(100), 2, EndedBy::Server));
    let gap = |at_ms, after| Gap { at_ms, millis: 100, after };
    assert_eq!(o.gaps, [gap(0, After::Start), gap(3100, After::Keys { two: false })]);
    assert_eq!(o.faults, Vec::<String>::new());
}

#[tokio::test]
async fn every_twilio_request_is_signed_over_its_address_and_form() {
    let made = call(&twilio(), Fake::twiml(&[ONE, BYE]), "5").await;
    for request in made.wire.asked.lock().unwrap().iter() {
        let signature = request.headers.iter().find(|(n, _)| *n == "x-twilio-signature");
        if request.url.contains("/audio/") {
            assert_eq!(signature, None);
            continue;
        }
        let params: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        assert!(params.len() > 20);
        assert_eq!(signature.unwrap().1, sign::twilio("12345", &request.url, &params));
    }
}

#[tokio::test]
async fn twilio_gathers_by_its_rules() {
    let hash = "<Gather action=\"/tw/turn?t=1\" timeout=\"4\"><Play>/audio/q-1000.wav</Play></Gather>\
        <Redirect>/tw/silent</Redirect>";
    let empty = "<Gather action=\"/tw/turn?t=1\" timeout=\"4\" actionOnEmptyResult=\"true\"/>";
    let own = "<Gather numDigits=\"1\"/>";
    // document, keys, path and digits of the second request, thinking, dead
    for (document, keys, path, digits, thinking, dead) in [
        (ONE, "5", "/tw/turn", "5", 0, 0),
        (ONE, "#", "/tw/turn", "#", 0, 0),
        (ONE, "+2 5", "/tw/turn", "5", 2000, 0),
        (ONE, "-", "/tw/turn", "-", 6000, 0),
        (ONE, "!5", "/tw/turn", "5", 0, 0),
        // Two keys: any single one waits for the second, for the one time-out there is.
        (TWO, "1", "/tw/turn", "1", 0, 2000),
        (TWO, "7", "/tw/turn", "7", 0, 2000),
        (TWO, "10", "/tw/turn", "10", 200, 0),
        (TWO, "7#", "/tw/turn", "7#", 200, 0),
        (TWO, "15", "/tw/turn", "15", 200, 0),
        // The pause behind the prompt is time to think.
        (TWO, "-", "/tw/turn", "-", 6000, 0),
        (TWO, "+3 10", "/tw/turn", "10", 3200, 0),
        // The finish key ends the input, is not part of it, and alone is no input.
        (hash, "12#", "/tw/turn", "12", 400, 0),
        (hash, "#", "/tw/silent", "-", 0, 0),
        (hash, "12", "/tw/turn", "12", 200, 4000),
        (empty, "-", "/tw/turn", "", 4000, 0),
        (own, "8", "/tw/start", "8", 0, 0),
    ] {
        let made = call(&twilio(), Fake::twiml(&[document, "<Hangup/>"]), keys).await;
        let case = format!("{keys} at {document}");
        assert_eq!(made.wire.paths()[1], path, "{case}");
        assert_eq!(made.wire.sent("Digits")[1], digits, "{case}");
        let o = &made.outcome;
        assert_eq!((o.thinking_ms, o.dead_ms), (thinking, dead), "{case}");
        assert_eq!(o.faults, Vec::<String>::new(), "{case}");
    }
}

#[tokio::test]
async fn a_key_over_the_prompt_stops_it() {
    let made = call(&twilio(), Fake::twiml(&[ONE, "<Hangup/>"]), "!5").await;
    assert_eq!(made.outcome.heard_ms, 1500);
    assert!(made.events.iter().any(|e| e.at_ms == 1500 && e.what == What::Cut));
}

#[tokio::test]
async fn a_finish_key_after_the_answer_lands_in_the_next_gather() {
    let made = call(&twilio(), Fake::twiml(&[ONE, ONE, ONE, BYE]), "5# 2").await;
    assert_eq!(made.wire.sent("Digits"), ["-", "5", "#", "2", "-"]);
    assert_eq!(made.left_over, 0);
    // The # is pressed 200 ms after the 5, into the prompt of the next question.
    let at = |key| made.events.iter().find(|e| e.what == What::Key { key }).unwrap().at_ms;
    assert_eq!((at('5'), at('#'), at('2')), (3000, 3200, 6200));
}

#[tokio::test]
async fn left_over_words_are_counted_and_missing_ones_are_silence() {
    let made = call(&twilio(), Fake::twiml(&[ONE, BYE]), "5 4 bye").await;
    assert_eq!(made.left_over, 2);
    let made = call(&twilio(), Fake::twiml(&[ONE, BYE]), "").await;
    assert_eq!((made.left_over, made.outcome.thinking_ms), (0, 6000));
    let phone = Phone::new(Fake::twiml(&[ONE, BYE]));
    let mut caller = Scripted::new("say:3").unwrap();
    phone.call(&twilio(), &mut caller, |_| {}).await;
    assert_eq!(caller.misplaced(), ["say:3"]);
}

#[tokio::test]
async fn hanging_up_ends_the_call_with_a_status_notice_only() {
    let made = call(&twilio(), Fake::twiml(&[ONE, ONE]), "bye").await;
    assert_eq!(made.wire.paths(), ["/tw/start", "/tw/status"]);
    assert_eq!((made.outcome.ended_by, made.outcome.total_ms), (EndedBy::Caller, 3000));
    let made = call(&freeswitch(), Fake::httapi(&[FS_ONE]), "bye").await;
    assert_eq!(made.wire.paths(), ["/fs/start", "/fs/turn"]);
    assert_eq!(made.wire.sent("exiting"), ["-", "true"]);
    assert_eq!(made.outcome.ended_by, EndedBy::Caller);
}

const RECORD: &str = "<Play>/audio/speak-2000.wav</Play><Record action=\"/tw/turn?t=2\" \
    timeout=\"3\" maxLength=\"60\" recordingStatusCallback=\"/tw/recording?t=2\"/>\
    <Redirect>/tw/none</Redirect>";

#[tokio::test]
async fn twilio_records_by_its_rules() {
    // words, action's digits, seconds, thinking, dead (the silence that ends it)
    for (script, digits, seconds, thinking, dead) in [
        ("say:4", "-", "4", 4000, 3000),
        ("say:4 #", "#", "4", 4000, 300),
        ("say:4#", "#", "4", 4000, 300),
        ("-", "-", "0", 3000, 0),
        ("say:90", "-", "60", 60_000, 0),
    ] {
        let made = call(&twilio(), Fake::twiml(&[RECORD, BYE]), script).await;
        let paths = made.wire.paths();
        assert_eq!(paths, ["/tw/start", "/tw/turn", "/tw/recording", "/tw/status"], "{script}");
        assert_eq!(made.wire.sent("Digits")[1], digits, "{script}");
        assert_eq!(made.wire.sent("RecordingDuration")[1..3], [seconds, seconds], "{script}");
        assert_eq!(made.wire.sent("RecordingStatus")[2], "completed");
        assert_eq!(made.wire.sent("RecordingSid")[1], made.outcome.recordings[0].id);
        let o = &made.outcome;
        assert_eq!((o.thinking_ms, o.dead_ms), (thinking, dead), "{script}");
        assert_eq!(o.heard_ms, 2000 + 500 + 1000, "{script}");
    }
}

#[tokio::test]
async fn twilio_keeps_no_recording_that_a_key_ended_before_it_began() {
    let told =
        RECORD.replace("timeout", "recordingStatusCallbackEvent=\"completed absent\" timeout");
    for (document, paths) in [
        (RECORD, &["/tw/start", "/tw/none", "/tw/status"][..]),
        (&told, &["/tw/start", "/tw/recording", "/tw/none", "/tw/status"]),
    ] {
        let made = call(&twilio(), Fake::twiml(&[document, BYE]), "5").await;
        assert_eq!(made.wire.paths(), paths);
        assert_eq!(made.outcome.recordings.len(), 0);
        let statuses = made.wire.sent("RecordingStatus");
        assert!(statuses.iter().all(|status| ["-", "absent"].contains(&status.as_str())));
    }
}

const SPOKEN: &str = "<Gather action=\"/tw/turn?t=2\" numDigits=\"1\" timeout=\"1\" \
    finishOnKey=\"\"><Play>/audio/speak-2000.wav</Play></Gather><Record \
    action=\"/tw/turn?t=2\" timeout=\"3\" maxLength=\"60\"/><Redirect>/tw/none</Redirect>";

#[tokio::test]
async fn a_prompt_before_a_recording_may_hear_keys() {
    // words, the second request, its digits, seconds recorded
    for (script, path, digits, seconds) in [
        ("say:4#", "/tw/turn", "#", "4"),
        ("say:4", "/tw/turn", "-", "4"),
        ("!5", "/tw/turn", "5", "-"),
        ("#", "/tw/none", "-", "-"),
        ("-", "/tw/turn", "-", "0"),
    ] {
        let made = call(&twilio(), Fake::twiml(&[SPOKEN, BYE]), script).await;
        assert_eq!(made.wire.paths()[1], path, "{script}");
        assert_eq!(made.wire.sent("Digits")[1], digits, "{script}");
        assert_eq!(made.wire.sent("RecordingDuration")[1], seconds, "{script}");
        assert_eq!((made.left_over, made.outcome.faults.len()), (0, 0), "{script}");
    }
}

#[tokio::test]
async fn freeswitch_counts_the_limit_in_whole_seconds() {
    let mut line = freeswitch();
    for (start_ms, millis) in [(1_700_000_000_000, 60_600), (1_700_000_000_599, 60_001)] {
        line.start_ms = Some(start_ms);
        let made = call(&line, Fake::httapi(&[FS_RECORD, FS_BYE]), "say:90").await;
        assert_eq!(made.outcome.recordings[0].millis, millis);
    }
}

#[tokio::test]
async fn hanging_up_while_speaking_still_sends_what_was_said() {
    let made = call(&twilio(), Fake::twiml(&[RECORD, BYE]), "say:3 bye").await;
    assert_eq!(made.wire.paths(), ["/tw/start", "/tw/turn", "/tw/recording", "/tw/status"]);
    assert_eq!(made.wire.sent("Digits")[1], "hangup");
    assert_eq!(made.wire.sent("CallStatus")[1], "completed");
    assert_eq!(made.wire.sent("RecordingDuration")[1], "3");
    assert_eq!(made.outcome.documents, 1); // the action's answer is not carried out
    let made = call(&freeswitch(), Fake::httapi(&[FS_RECORD, FS_BYE]), "say:3 bye").await;
    assert_eq!(made.wire.paths(), ["/fs/start", "/fs/turn"]);
    let asked = made.wire.asked.lock().unwrap();
    let last = asked.last().unwrap();
    let body = String::from_utf8_lossy(&last.body);
    assert!(body.contains("name=\"exiting\"\r\n\r\ntrue\r\n"), "{body}");
    assert!(body.contains("name=\"comment\"; filename=\"c.wav\""));
}

#[tokio::test]
async fn redirects_of_http_are_followed_ten_times() {
    let there = "https://s.example/tw/there";
    let mut answers = vec![(302, "text/xml", there); 10];
    answers.push((200, "text/xml", "<Response><Hangup/></Response>"));
    let made = call(&twilio(), Fake::raw(&answers), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.documents), (EndedBy::Server, 1));
    assert_eq!(made.wire.requests()[1].0, "GET");
    let made = call(&twilio(), Fake::raw(&[(302, "text/xml", there); 11]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
    let mut answers = vec![(302, "text/xml", "/fs/there")];
    answers.push((200, "text/xml", FS_EMPTY));
    let made = call(&freeswitch(), Fake::raw(&answers), "").await;
    let requests = made.wire.requests();
    assert_eq!((requests[1].0.as_str(), requests[1].2.len()), ("POST", 0));
}

#[tokio::test]
async fn documents_that_lead_nowhere_come_to_an_end() {
    let round = vec!["<Redirect/>".replace("/>", ">/tw/turn</Redirect>"); 400];
    let round: Vec<&str> = round.iter().map(String::as_str).collect();
    let made = call(&twilio(), Fake::twiml(&round), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
    let round = ["<playback file=\"https://s.example/audio/a-100.wav\"/>"; 400];
    let made = call(&freeswitch(), Fake::httapi(&round), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
}

#[tokio::test]
async fn what_a_platform_would_not_take_is_a_fault() {
    let fs = "<document type=\"xml/freeswitch-httapi\"><work><hangup/></work></document>";
    let tw = "<Response><Hangup/></Response>";
    for (line, answer) in [
        (twilio(), (200, "application/json", tw)),
        (twilio(), (403, "text/xml", tw)),
        (twilio(), (200, "text/xml", "<Response><Hangup></Response>")),
        (twilio(), (200, "text/xml", "<Response><Gather maxDigits=\"1\"/></Response>")),
        (twilio(), (200, "text/xml", fs)),
        (freeswitch(), (200, "application/xml", fs)),
        (freeswitch(), (201, "text/xml", fs)),
        (freeswitch(), (200, "text/xml", tw)),
    ] {
        let made = call(&line, Fake::raw(&[answer]), "").await;
        assert_eq!(made.outcome.ended_by, EndedBy::Fault, "{answer:?}");
        assert_eq!(made.outcome.faults.len(), 1, "{answer:?}");
        let last = made.wire.paths().pop().unwrap();
        assert_eq!(last, if line.kind == Kind::Twilio { "/tw/status" } else { "/fs/start" });
    }
    let made = call(&twilio(), Fake::twiml(&["<Play>/audio/none.wav</Play>"]), "").await;
    assert!(made.outcome.faults[0].contains("404"), "{:?}", made.outcome.faults);
    assert_eq!(made.outcome.ended_by, EndedBy::Server);
    let missing = "<playback file=\"https://s.example/audio/none.wav\"/>";
    let made = call(&freeswitch(), Fake::httapi(&[missing]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
    let made = call(&freeswitch(), Fake::httapi(&["<playback file=\"/nowhere.wav\"/>"]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Fault);
}

#[tokio::test]
async fn twilio_asks_the_fallback_once() {
    let mut line = twilio();
    line.fallback = true;
    let answers = [(500, "text/xml", ""), (200, "text/xml", "<Response><Hangup/></Response>")];
    let made = call(&line, Fake::raw(&answers), "").await;
    assert_eq!(made.wire.paths(), ["/tw/start", "/tw/fallback", "/tw/status"]);
    assert_eq!(made.wire.sent("ErrorUrl")[1], "https://s.example/tw/start");
    assert_eq!(made.outcome.ended_by, EndedBy::Server);
    let made = call(&line, Fake::raw(&[(500, "text/xml", ""); 3]), "").await;
    assert_eq!(made.wire.paths(), ["/tw/start", "/tw/fallback", "/tw/status"]);
}

#[tokio::test]
async fn the_hand_over_travels_as_each_platform_sends_it() {
    let handover = vec![("agent".to_owned(), "1000@default".to_owned())];
    let line = Line { handover: handover.clone(), start_ms: Some(1_700_000_000_000), ..twilio() };
    let made = call(&line, Fake::twiml(&[ONE, BYE]), "5").await;
    assert_eq!(made.wire.sent("agent"), ["1000@default", "-", "-"]);
    assert!(made.wire.asked.lock().unwrap()[0].url.ends_with("/start?agent=1000%40default"));
    // The call's own time comes with every request: start, audio, turn, audio, status.
    let at = |ms: i64| Some(1_700_000_000_000 + ms);
    let times = made.wire.times.lock().unwrap().clone();
    assert_eq!(times, [at(0), at(0), at(3000), at(3000), at(4000)]);
    let line = Line { handover, ..freeswitch() };
    let made = call(&line, Fake::httapi(&[FS_ONE, FS_BYE]), "5").await;
    for name in ["agent", "k", "session_id", "httapi_profile", "method", "hostname"] {
        let sent = made.wire.sent(name);
        assert!(sent.iter().all(|value| value == &sent[0] && value != "-"), "{name}: {sent:?}");
    }
    assert_eq!(made.wire.sent("url")[1], "https://s.example/fs/turn?t=1");
    assert!(!format!("{:?}", made.events).contains("start-key"));
}

#[tokio::test]
async fn a_refused_call_and_a_returned_call_are_told_apart() {
    let made = call(&twilio(), Fake::twiml(&["<Reject/>"]), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.faults.len()), (EndedBy::Rejected, 0));
    let mut transferred = twilio();
    transferred.first = vec![("DialCallStatus".to_owned(), "completed".to_owned())];
    for (line, documents) in [
        (&twilio(), &["<Pause/><Reject/>"][..]),
        (&twilio(), &[ONE, "<Reject/>"]),
        (&transferred, &["<Reject/>"]),
    ] {
        let made = call(line, Fake::twiml(documents), "5").await;
        assert_eq!(made.outcome.faults.len(), 1, "{:?}", made.outcome.faults);
    }
    let made = call(&freeswitch(), Fake::httapi(&["<break/>"]), "").await;
    assert_eq!(made.outcome.ended_by, EndedBy::Returned);
    let made = call(&freeswitch(), Fake::httapi(&[]), "").await;
    assert_eq!((made.outcome.ended_by, made.outcome.faults.len()), (EndedBy::Returned, 0));
}

const FS_EMPTY: &str = "<document type=\"xml/freeswitch-httapi\"><work/></document>";
const FS_ONE: &str = "<playback name=\"keys\" file=\"https://s.example/audio/q-3000.wav\" \
    input-timeout=\"6000\" digit-timeout=\"2000\" action=\"https://s.example/fs/turn?t=1\">\
    <bind>5</bind><bind>#</bind></playback>";
const FS_BYE: &str = "<playback file=\"https://s.example/audio/bye-1000.wav\"/><hangup/>";
const FS_RECORD: &str = "<playback file=\"https://s.example/audio/speak-2000.wav\" \
    action=\"https://s.example/fs/turn?t=2\"/><record name=\"comment\" file=\"c.wav\" \
    beep-file=\"https://s.example/audio/beep-400.wav\" limit=\"60\" silence-hits=\"3\">\
    <bind>5</bind><bind>#</bind></record>";

#[tokio::test(start_paused = true)]
async fn a_live_caller_presses_keys_in_real_time() {
    let (keys, acts) = tokio::sync::mpsc::channel(8);
    let phone = Phone::new(Fake::twiml(&[ONE, RECORD, BYE]));
    let mut caller = Live::new(acts, std::time::Duration::from_secs(300));
    let person = tokio::spawn(async move {
        for (wait, act) in [
            (4000, Act::Key('4')),
            (3000, Act::Speaks),
            (2000, Act::Pauses),
            (500, Act::Key('#')),
            (60_000, Act::HangsUp),
        ] {
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            let _ = keys.send(act).await;
        }
    });
    let line = twilio();
    let outcome = phone.call(&line, &mut caller, |_| {}).await;
    person.abort();
    assert_eq!(phone.wire.sent("Digits")[1..3], ["4", "#"]);
    assert_eq!(phone.wire.sent("RecordingDuration")[2], "2");
    assert_eq!(
        phone.recording(&outcome.recordings[0].id).as_ref(),
        Some(&outcome.recordings[0].wav)
    );
    assert_eq!(phone.recording("RE0"), None);
    assert_eq!((outcome.ended_by, outcome.total_ms), (EndedBy::Server, 10_500));
}

#[tokio::test(start_paused = true)]
async fn a_live_caller_who_is_gone_hangs_up() {
    let (keys, acts) = tokio::sync::mpsc::channel(8);
    let phone = Phone::new(Fake::twiml(&[ONE; 200]));
    let mut caller = Live::new(acts, std::time::Duration::from_secs(30));
    let outcome = phone.call(&twilio(), &mut caller, |_| {}).await;
    assert_eq!((outcome.ended_by, outcome.total_ms), (EndedBy::Caller, 30_000));
    drop(keys);
    let (keys, acts) = tokio::sync::mpsc::channel::<Act>(8);
    drop(keys);
    let mut caller = Live::new(acts, std::time::Duration::from_secs(30));
    let outcome = phone.call(&twilio(), &mut caller, |_| {}).await;
    assert_eq!((outcome.ended_by, outcome.total_ms), (EndedBy::Caller, 0));
}

#[tokio::test(start_paused = true)]
async fn a_paced_script_takes_the_time_it_plans() {
    let phone = Phone::new(Fake::twiml(&[ONE, BYE]));
    let begun = tokio::time::Instant::now();
    let mut caller = Paced::new(Scripted::new("+2 5").unwrap());
    let outcome = phone.call(&twilio(), &mut caller, |_| {}).await;
    assert_eq!((outcome.total_ms, outcome.thinking_ms), (6000, 2000));
    assert_eq!(begun.elapsed().as_millis(), 6000);
    assert_eq!(caller.script().left_over(), 0);
}

#[tokio::test]
async fn words_are_shown_for_known_sounds() {
    let wire = Fake::twiml(&[ONE, BYE]);
    let phone = Phone::new(wire)
        .with_words(|url| url.ends_with("q-3000.wav").then(|| "How was it?".to_owned()));
    let mut heard = Vec::new();
    let mut caller = Scripted::new("5").unwrap();
    let sink = |event: Event| {
        if let What::Play { name, words, .. } = event.what {
            heard.push((name, words));
        }
    };
    phone.call(&twilio(), &mut caller, sink).await;
    let expected = [("q-3000", Some("How was it?")), ("bye-1000", None)];
    assert_eq!(heard, expected.map(|(n, w)| (n.to_owned(), w.map(str::to_owned))));
}

#[tokio::test]
async fn a_service_of_the_same_process_hears_the_calls_own_time() {
    let service =
        tower::service_fn(|request: http::Request<http_body_util::Full<Bytes>>| async move {
            let time = request.extensions().get::<crate::clock::CallTime>().map(|t| t.0);
            let text = format!(
                "{time:?} {} {}",
                request.uri().path(),
                request.headers()["host"].to_str().unwrap()
            );
            Ok::<_, std::convert::Infallible>(http::Response::new(
                http_body_util::Full::<Bytes>::from(text),
            ))
        });
    let wire = InProcess::new(service);
    let request = WebRequest {
        method: Method::GET,
        url: "https://s.example/x?y=1".into(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let answer = wire.send(request, Some(42)).await.unwrap();
    assert_eq!(answer.body, "Some(42) /x s.example");
}

#[test]
fn events_are_flat_json_for_the_browser() {
    let event = Event { at_ms: 5, what: What::Key { key: '#' } };
    assert_eq!(serde_json::to_string(&event).unwrap(), r##"{"at_ms":5,"type":"key","key":"#"}"##);
}

/// The server's own documents, as its writers' tests keep them, are read by the phone without a
/// word of complaint.
#[test]
fn the_documents_that_our_writers_keep_as_golden_files_are_accepted() {
    for kind in Kind::ALL {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/it/data/dialect")
            .join(kind.word());
        let mut read = 0;
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let document = std::fs::read(&path).unwrap();
            let fault = match (members::of(kind), kind) {
                (Some(member), _) => twiml::read(&document, member.grammar).err(),
                (None, Kind::Plivo) => super::plivoxml::read(&document).err(),
                (None, Kind::Bandwidth) => bxml::read(&document).err(),
                (None, Kind::Kookoo) => super::kookoo::read(&document).err(),
                (None, Kind::Africastalking) => super::africastalking::read(&document).err(),
                (None, Kind::Voicexml) => vxml::read(&document).err(),
                (None, _) => httapi::read(&document).err(),
            };
            assert_eq!(fault, None, "{}", path.display());
            read += 1;
        }
        assert!(read >= 10, "only {read} documents in {}", folder.display());
    }
}
