//! The caller's seconds: how long the survey takes, and how little of it is wasted.

use aftercall::dialect::Kind;
use aftercall::phone::{After, Event, Outcome, Phone, Scripted, What};

use super::{Centre, line, said, turns, wastes_little};
use crate::harness::both;

const LANGUAGES: [&str; 5] = ["en", "lt", "lv", "pl", "ta"];

async fn call(
    centre: &Centre,
    kind: Kind,
    number: u32,
    lang: &str,
    keys: &str,
) -> (Outcome, Vec<Event>) {
    let mut line = line(kind, number);
    line.handover = said(&[("lang", lang), ("agent", "A1")]);
    let mut caller = Scripted::new(keys).expect("a script");
    let mut events = Vec::new();
    let phone = Phone::new(centre.wire());
    let outcome = phone.call(&line, &mut caller, |event| events.push(event)).await;
    assert_eq!(outcome.faults, Vec::<String>::new(), "{kind:?} {lang} {keys}");
    assert_eq!(caller.left_over(), 0, "{kind:?} {lang} {keys}");
    (outcome, events)
}

both! {
    /// The greeting promises a minute: every question heard to its end and answered at once.
    async fn the_survey_keeps_its_promise(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut number = 0;
        for lang in LANGUAGES {
            for kind in Kind::ALL {
                for keys in ["5 1 3 10 #", "4 2 3 7", "1 1 1 1 # 2", "!5 !1 !3 !9 #"] {
                    number += 1;
                    let (outcome, _) = call(&centre, kind, number, lang, keys).await;
                    let which = format!("{kind:?} {lang} {keys}");
                    println!("{which}: {} ms, {} dead", outcome.total_ms, outcome.dead_ms);
                    // No key ends its recordings: who skips a comment waits out the silence.
                    let waits = kind == Kind::Kookoo && keys.contains('#');
                    let most = if waits { 63_000 } else { 60_000 };
                    assert!(outcome.total_ms <= most, "{which}: {} ms", outcome.total_ms);
                    wastes_little(kind, &outcome).unwrap_or_else(|why| panic!("{which}: {why}"));
                }
            }
        }
        // Silence, wrong keys, repeats and a spoken comment take longer, but nothing is wasted.
        for lang in LANGUAGES {
            for kind in Kind::ALL {
                for keys in ["5# 1# 3# 10 say:5", "- 4 6 1 * 3 1 say:5#", "- - - - - -", "* * 1 4 bye"] {
                    number += 1;
                    let (outcome, _) = call(&centre, kind, number, lang, keys).await;
                    wastes_little(kind, &outcome)
                        .unwrap_or_else(|why| panic!("{kind:?} {lang} {keys}: {why}"));
                }
            }
        }
    }
}

/// Milliseconds from the last key of the word for "recommend" to the next document.
async fn answered_after(centre: &Centre, kind: Kind, number: u32, word: &str) -> (i64, bool) {
    let (outcome, events) = call(centre, kind, number, "en", &format!("4 1 3 {word}")).await;
    let mut tokens = Vec::new();
    let (mut key, mut waited) = (0, None);
    for event in &events {
        match &event.what {
            // Each turn has a token of its own; the one behind the fourth answer is the fifth. A hello
            // says nothing, and what KooKoo shows at a turn's own address has none.
            What::Document { xml, .. }
                if !xml.contains("<collectdtmf") && !xml.contains("hello=1") =>
            {
                let token = turns::token(xml.as_bytes());
                if token.is_none() || !tokens.contains(&token) {
                    tokens.push(token);
                    if tokens.len() == 5 {
                        waited = Some(event.at_ms - key);
                    }
                }
            }
            What::Key { key: pressed } if *pressed != '#' && tokens.len() == 4 => key = event.at_ms,
            _ => {}
        }
    }
    let two = |gap: &aftercall::phone::Gap| gap.after == After::Keys { two: true };
    (waited.expect("a fifth document"), outcome.gaps.iter().any(two))
}

both! {
    /// On a scale to ten only a lone 1 waits for a second key, and not for long.
    async fn a_lone_one_waits_two_seconds(database: Database) {
        let centre = Centre::open(&database.url).await;
        for (number, kind) in (0..).zip(Kind::ALL) {
            let number = 100 + 10 * number;
            let (lone_one, _) = answered_after(&centre, kind, number, "1").await;
            assert!((2000..=2300).contains(&lone_one), "{kind:?}: 1 took {lone_one} ms");
            let (ten, _) = answered_after(&centre, kind, number + 1, "10").await;
            assert!(ten <= 300, "{kind:?}: 10 took {ten} ms");
            let (seven, _) = answered_after(&centre, kind, number + 2, "7").await;
            assert!(seven <= 2300, "{kind:?}: 7 took {seven} ms");
            let (finished, _) = answered_after(&centre, kind, number + 3, "7#").await;
            assert!(finished <= 500, "{kind:?}: 7# took {finished} ms");
            if matches!(kind, Kind::Freeswitch | Kind::Africastalking | Kind::Voicexml) {
                assert!(seven <= 300, "one key is enough where the platform can tell: {seven} ms");
            }
        }
        // All four were understood as what they are.
        for (number, kind) in (0..).zip(Kind::ALL) {
            for (further, value) in [(0, 1), (1, 10), (2, 7), (3, 7)] {
                let call = line(kind, 100 + 10 * number + further).call_id;
                let store = centre.app.store();
                let known = store.by_call_ref(turns::name(kind), &call).await.expect("reads");
                let answers = store.answers(known[0].id).await.expect("reads");
                let recommend = answers.iter().find(|answer| answer.question == 3);
                let outcome = aftercall::interview::Outcome::Answered(value);
                assert_eq!(recommend.map(|answer| answer.outcome), Some(outcome), "{kind:?}");
            }
        }
    }
}

both! {
    /// A `#` that comes behind the answer before the comment neither skips it nor is recorded.
    async fn a_finish_key_costs_no_comment(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut number = 200;
        for kind in Kind::ALL {
            for (keys, kept) in [
                ("5 1 3 9# say:4", true),
                ("5 1 3 10# say:4", true),
                ("5# 1# 3# 10# say:4#", true),
                // Over the prompt, and at the beep, it is a skip.
                ("5 1 3 10 !#", false),
                ("5 1 3 10 #", false),
            ] {
                number += 1;
                let (outcome, _) = call(&centre, kind, number, "en", keys).await;
                wastes_little(kind, &outcome).unwrap_or_else(|why| panic!("{kind:?} {keys}: {why}"));
                let call = line(kind, number).call_id;
                let store = centre.app.store();
                let known = store.by_call_ref(turns::name(kind), &call).await.expect("reads");
                let answers = store.answers(known[0].id).await.expect("reads");
                let outcomes: Vec<i64> = answers.iter().map(|a| a.outcome.code()).collect();
                let recommend = if keys.contains("10") { 10 } else { 9 };
                // No key ends KooKoo's recordings; three seconds of silence are kept.
                let kept = kept || kind == Kind::Kookoo && keys.ends_with(" #");
                let comment = if kept { 1 } else { -1 };
                assert_eq!(outcomes, [5, 1, 3, recommend, comment], "{kind:?} {keys}");
            }
        }
    }
}
