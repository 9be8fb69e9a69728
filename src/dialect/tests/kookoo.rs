//! KooKoo: what its requests mean, and the documents at the address of a turn.

use super::reading::{ended, keys, other, silence};
use super::writing::{Shown, ask, comment, rating};
use super::*;
use crate::interview::Keys;

const TURN: &str = "/voice/p/turn?t=TOKEN&sid=1234567";

fn event(target: &str, event: &str, more: &str) -> Webhook {
    Webhook::get(&format!("{target}&event={event}&{more}"))
}

#[test]
fn requests_mean_what_they_say() {
    let url = "http%3A%2F%2Frecordings.kookoo.in%2Fa%2Fcomment-1.wav";
    let heard = format!("{TURN}&quiet=3&heard=1");
    let recording = |seconds| Recording {
        id: "comment-1".into(),
        seconds,
        key: None,
        url: Some("http://recordings.kookoo.in/a/comment-1.wav".into()),
    };
    let recorded = |seconds| What::Turn(Input::Recording(recording(seconds)));
    let cases = [
        ("a key", event(TURN, "GotDTMF", "data=5"), keys("5")),
        ("ten", event(TURN, "GotDTMF", "data=10"), keys("10")),
        ("pound only", event(TURN, "GotDTMF", "data=%23"), keys("#")),
        ("star", event(TURN, "gotdtmf", "data=*"), keys("*")),
        ("no key", event(TURN, "GotDTMF", "data="), silence()),
        ("no data at all", event(TURN, "GotDTMF", "x=1"), silence()),
        ("no key over the words before a recording", event(&heard, "GotDTMF", "data="), {
            What::Open(Open::Heard)
        }),
        ("a key over them", event(&heard, "GotDTMF", "data=%23"), keys("#")),
        ("led there", Webhook::get(TURN), What::Open(Open::Whole)),
        ("an empty event", event(TURN, "", "data=5"), What::Open(Open::Whole)),
        ("a recording", event(&heard, "Record", &format!("data={url}")), recorded(None)),
        (
            "with its length",
            event(&heard, "Record", &format!("data={url}&record_duration=7")),
            recorded(Some(7)),
        ),
        (
            "of the silence that ended it",
            event(&heard, "Record", &format!("data={url}&record_duration=3")),
            recorded(Some(0)),
        ),
        ("nothing recorded", event(&heard, "Record", "data=-1"), silence()),
        ("hung up", event(TURN, "Hangup", "data="), ended("hangup", None)),
        ("hung up at the start's address", event("/voice/p/start?x=1", "Disconnect", ""), {
            ended("disconnect", None)
        }),
        ("an event of another kind", event(TURN, "Conference", "data=5"), other("conference")),
        ("at the status address", event("/voice/p/status?x=1", "Dial", ""), other("dial")),
    ];
    for (case, webhook, expected) in cases {
        assert_eq!(webhook.read(Kind::Kookoo).what, expected, "{case}");
    }
}

#[test]
fn a_start_says_whose_number_it_is_and_how_the_agents_leg_ended() {
    let start = |more: &str| {
        let url = format!("/voice/p/start?agent=A17&sid=1234567&called_number=0401234567&{more}");
        let event = Webhook::get(&url).read(Kind::Kookoo);
        assert_eq!(event.call_id.as_deref(), Some("1234567"));
        let What::Start(start) = event.what else { panic!("no start") };
        *start
    };
    let first = start("event=NewCall&cid=9840000000&cid_e164=%2B919840000000");
    assert_eq!(first.number.as_deref(), Some("+919840000000"));
    assert_eq!(first.called.as_deref(), Some("0401234567"));
    assert_eq!(first.handover.agent.as_deref(), Some("A17"));
    assert_eq!((first.reached, first.handover.talk), (Reached::Unknown, None));
    assert_eq!(start("cid=9840000000").number.as_deref(), Some("9840000000"));
    let served = start("event=Dial&status=answered&callduration=95");
    assert_eq!((served.reached, served.handover.talk), (Reached::Yes, Some(95)));
    assert_eq!(start("event=Dial&status=not_answered").reached, Reached::No);
}

#[test]
fn the_document_stands_at_the_address_of_its_turn() {
    let shown = Shown::new(ask(rating(), Keys::One)).open(Open::Whole).write(Kind::Kookoo);
    assert_eq!(
        shown,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<response>
  <collectdtmf l="1" o="6000">
    <playaudio>https://s.example.net/x/audio/post-call/00c0ffee/lt/greeting.wav</playaudio>
    <playaudio>https://s.example.net/x/audio/post-call/00c0ffee/lt/q-agent.wav</playaudio>
  </collectdtmf>
</response>
"#
    );
    let ten = Shown::new(ask(rating(), Keys::OneOrTen)).open(Open::Whole).write(Kind::Kookoo);
    assert!(ten.contains(r#"<collectdtmf l="2" o="2000">"#), "{ten}");
    assert!(ten.contains("/lt/silence-4.wav</playaudio>\n  </collectdtmf>"), "{ten}");
    let words = Shown::new(comment()).open(Open::Whole).write(Kind::Kookoo);
    assert!(words.contains(r#"<collectdtmf l="1" o="1000">"#), "{words}");
    assert!(words.contains("q-comment.wav") && !words.contains("<record"), "{words}");
    let record = Shown::new(comment()).open(Open::Heard).write(Kind::Kookoo);
    let (head, rest) = record.split_once("comment-").expect("a name");
    assert!(head.ends_with(r#"<record format="wav" silence="3" maxduration="60">"#), "{head}");
    assert_eq!(rest.find('<'), Some(16), "{rest}");
}
