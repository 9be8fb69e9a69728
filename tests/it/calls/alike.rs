//! The same callers on every kind of provider: what they press is what is stored, whatever the
//! platform. Where a platform cannot tell the difference, the exception stands in a table with its
//! reason, and the test fails if an exception is no longer one.

use std::collections::BTreeMap;

use aftercall::dialect::Kind;
use aftercall::phone::{EndedBy, Phone, Scripted};

use super::{Centre, line, said, turns, wastes_little};
use crate::harness::both;

/// What a caller does: the name of the story, the language that the hand-over says (none: the
/// caller is asked), and the words for the phone.
pub const STORIES: [(&str, Option<&str>, &str); 35] = [
    ("complete, shortest", Some("en"), "4 1 3 7"),
    ("complete, with a comment", Some("en"), "5 1 3 10 say:5"),
    ("comment ended by a key", Some("en"), "5 1 3 9 say:5#"),
    ("comment skipped", Some("en"), "5 1 3 10 #"),
    ("comment skipped over the prompt", Some("en"), "5 1 3 10 !#"),
    ("nothing said", Some("en"), "5 1 3 10 -"),
    ("silence once", Some("en"), "- 4 1 3 7"),
    ("silence to the end", Some("en"), "- - - - - -"),
    ("silence in the middle", Some("lt"), "4 - - - 3 7"),
    ("wrong key once", Some("en"), "8 4 1 3 7"),
    ("wrong keys", Some("lv"), "8 9 7 1 3 7"),
    ("wrong key and silence", Some("pl"), "8 - 4 1 3 7"),
    ("repeat", Some("ta"), "* 4 1 * 3 7"),
    ("skip", Some("en"), "# 1 3 7"),
    ("skip all", Some("en"), "# # # #"),
    ("undo", Some("en"), "4 * * 1 2 1 3 7 say:4 -"),
    ("menu and back", Some("en"), "* * 9 4 1 3 7"),
    ("a manager is to call", Some("en"), "* * 2 4 1 3 7"),
    ("another language", Some("en"), "* * 3 2 4 1 3 7"),
    ("language chosen", None, "2 4 1 3 7"),
    ("no language chosen", None, "- - 4 1 3 7"),
    ("one of ten", Some("en"), "4 1 3 1 say:3"),
    ("ten", Some("en"), "4 1 3 10 say:3"),
    ("seven, finished", Some("en"), "4 1 3 7#"),
    ("low, and a call-back", Some("en"), "1 2 1 3 say:6 1"),
    ("low, no call-back", Some("en"), "2 1 1 7 # 2"),
    ("hung up in the greeting", Some("en"), "bye"),
    ("hung up after one answer", Some("en"), "4 bye"),
    ("hung up after two", Some("en"), "4 1 bye"),
    ("hung up after three", Some("en"), "4 1 3 bye"),
    ("hung up before the comment", Some("en"), "5 1 3 10 bye"),
    ("hung up while speaking", Some("en"), "5 1 3 10 say:4 bye"),
    ("hung up before the offer", Some("en"), "1 2 1 3 say:6 +2 bye"),
    ("ended from the menu", Some("en"), "* * 4"),
    ("never again", Some("en"), "* * 5"),
];

/// Where a kind stores something else than the others, and why.
pub const EXCEPTIONS: [(Kind, &str, &str); 8] = [
    (
        Kind::Somleng,
        "nothing said",
        "it does not trim, and tells neither key nor hang-up: three seconds are three seconds",
    ),
    (Kind::Somleng, "hung up while speaking", "it ends the call without a word of the recording"),
    (
        Kind::Exotel,
        "nothing said",
        "it does not trim, and tells neither key nor hang-up: three seconds are three seconds",
    ),
    (Kind::Exotel, "hung up while speaking", "its recordings are told by the action alone"),
    (Kind::Kookoo, "comment skipped", "no key is known to end a recording: its silence is told"),
    (Kind::Kookoo, "low, no call-back", "it begins with a comment skipped"),
    (Kind::Kookoo, "nothing said", "it tells no length: three seconds are three seconds"),
    (Kind::Kookoo, "hung up while speaking", "its recordings are told while the call goes on"),
];

/// What is stored of one call, in words.
pub async fn stored(centre: &Centre, kind: Kind, number: u32) -> String {
    let store = centre.app.store();
    let call = line(kind, number).call_id;
    let known = store.by_call_ref(turns::name(kind), &call).await.expect("reads");
    let [known] = known.as_slice() else { return format!("{} interviews", known.len()) };
    let answers = store.answers(known.id).await.expect("reads");
    let answers: Vec<_> = answers.iter().map(|a| (a.question, a.outcome.code())).collect();
    let comments = store.comments(known.id).await.expect("reads").len();
    format!(
        "{} {} answers {answers:?} comments {comments}",
        known.disposition.word(),
        known.ineligible,
    )
}

both! {
    /// Every story on every kind leaves the same facts.
    async fn every_platform_stores_the_same(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut number = 3000;
        let mut different = BTreeMap::new();
        for (story, lang, keys) in STORIES {
            let mut first: Option<String> = None;
            for kind in Kind::ALL {
                number += 1;
                let mut line = line(kind, number);
                line.handover = said(&[("agent", "A1"), ("queue", "sales")]);
                line.handover.extend(lang.map(|lang| ("lang".to_owned(), lang.to_owned())));
                let mut caller = Scripted::new(keys).expect("a script");
                let outcome = Phone::new(centre.wire()).call(&line, &mut caller, |_| {}).await;
                let which = format!("{story} on {kind:?}");
                assert_eq!(outcome.faults, Vec::<String>::new(), "{which}");
                assert_ne!(outcome.ended_by, EndedBy::Fault, "{which}");
                wastes_little(kind, &outcome).unwrap_or_else(|why| panic!("{which}: {why}"));
                centre.app.site.desk.settle().await;
                let facts = stored(&centre, kind, number).await;
                let first = first.get_or_insert_with(|| facts.clone());
                if facts != *first {
                    different.insert(which, format!("{first}\n  but {facts}"));
                }
            }
        }
        for (kind, story, reason) in EXCEPTIONS {
            let which = format!("{story} on {kind:?}");
            assert!(different.remove(&which).is_some(), "{which} is no exception: {reason}");
        }
        let told: Vec<_> = different.iter().map(|(which, what)| format!("{which}: {what}")).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        centre.adds_up().await;
    }
}

both! {
    /// Who reached no agent is not asked, on any kind.
    async fn nobody_is_asked_who_reached_no_agent(database: Database) {
        let centre = Centre::open(&database.url).await;
        for (number, kind) in (4000..).zip(Kind::ALL) {
            let mut line = line(kind, number);
            match kind {
                Kind::Freeswitch => line.handover.extend(said(&[("QueueResult", "leave")])),
                _ => line.first = said(&[("DialCallStatus", "busy")]),
            }
            let mut caller = Scripted::new("").expect("a script");
            let outcome = Phone::new(centre.wire()).call(&line, &mut caller, |_| {}).await;
            assert_eq!(outcome.faults, Vec::<String>::new(), "{kind:?}");
            let facts = stored(&centre, kind, number).await;
            assert!(facts.starts_with("ineligible no_agent"), "{kind:?}: {facts}");
        }
    }
}
