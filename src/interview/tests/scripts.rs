//! What callers do, as scripts: each line is one caller.

use super::sample::{branching, lang, opening, post_call, said, short, word};
use crate::interview::{
    Disposition, Fact, Input, Opening, Order, Recording, State, begin, order, step,
};
use crate::survey::Survey;

/// Survey and opening by words: a survey's name, then what differs from the usual opening.
fn setting(words: &str) -> (Survey, Opening) {
    let (mut survey, mut opening) = (post_call(), opening());
    for word in words.split_whitespace() {
        match word {
            "post-call" => survey = post_call(),
            "branching" => survey = branching(),
            "short" => survey = short(),
            "consent" => opening.consent = true,
            "callback" => opening.callback = true,
            "unknown-number" => opening.never_ask = false,
            "ask-language" => opening.lang = None,
            "lithuanian" => opening.lang = Some(lang("lt")),
            "german" => opening.lang = Some(lang("de")),
            "no-choice" => survey.choose_language = false,
            "one-language" => survey.languages.truncate(1),
            "keys-at-once" => opening.key_wait_ms = 0,
            "no-grace" => opening.finish_key_grace_ms = 0,
            other => panic!("unknown setting {other}"),
        }
    }
    (survey, opening)
}

/// Runs a script. Words: keys as pressed; `-` silence; `rec:N` a recording of N seconds, `rec:N#`
/// one ended by that key, `rec:?` one of unknown length; `+N` before a word: it comes N
/// milliseconds after its document (else 5000).
fn run(setting_words: &str, script: &str) -> (Survey, State, Vec<Fact>, Order) {
    let (survey, opening) = setting(setting_words);
    let mut now = 1_750_000_000_000;
    let first = begin(&survey, &opening, now);
    let (mut state, mut facts, mut last) = (first.state, first.facts, first.order);
    let mut wait = 5000;
    for word in script.split_whitespace() {
        if let Some(ms) = word.strip_prefix('+') {
            wait = ms.parse().expect("milliseconds");
            continue;
        }
        let input = if word == "-" {
            Input::Silence
        } else if let Some(recording) = word.strip_prefix("rec:") {
            let key = recording.chars().last().filter(|c| "#*".contains(*c));
            let seconds = recording.trim_end_matches(['#', '*']).parse().ok();
            Input::Recording(Recording { id: "r1".into(), seconds, key, url: None })
        } else {
            Input::Keys(word.into())
        };
        now += std::mem::replace(&mut wait, 5000);
        let next = step(&survey, &state, &input, now);
        assert_eq!(next.order, order(&survey, &next.state), "{script}: document of the state");
        (state, last) = (next.state, next.order);
        facts.extend(next.facts);
    }
    (survey, state, facts, last)
}

#[test]
fn scripts_give_facts_and_dispositions() {
    use Disposition::{BreakOff, Complete, NoContact, Partial, Refusal};
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, Disposition)] = &[
        // Through to the end.
        ("", "4 1 2 7", "csat=4 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        ("", "4 2 2 10 rec:3", "csat=4 fcr=0 ces=2 nps=10 why:r1 why=1 end:finished", Complete),
        ("", "4 1 2 9 rec:?#", "csat=4 fcr=1 ces=2 nps=9 why:r1 why=1 end:finished", Complete),
        ("", "4 1 2 9 rec:0", "csat=4 fcr=1 ces=2 nps=9 why=skipped end:finished", Complete),
        ("", "4 1 2 9 rec:0#", "csat=4 fcr=1 ces=2 nps=9 <skip> why=skipped end:finished", Complete),
        ("", "4 1 2 9 #", "csat=4 fcr=1 ces=2 nps=9 <skip> why=skipped end:finished", Complete),
        ("", "4 1 2 9 -", "csat=4 fcr=1 ces=2 nps=9 why=skipped end:finished", Complete),
        ("", "4 1 2 9 rec:0* rec:4", "csat=4 fcr=1 ces=2 nps=9 <repeat> why:r1 why=1 end:finished", Complete),
        // Hang-up: in the greeting, and after each question.
        ("", "", "", NoContact),
        ("", "4", "csat=4", BreakOff),
        ("", "4 1", "csat=4 fcr=1", Partial),
        ("", "4 1 2", "csat=4 fcr=1 ces=2", Partial),
        ("", "4 1 2 9", "csat=4 fcr=1 ces=2 nps=9", Complete),
        ("", "# 1 2 7", "<skip> csat=skipped fcr=1 ces=2 nps=7 why=notapplicable end:finished", BreakOff),
        // Two keys.
        ("", "4 1 2 1", "csat=4 fcr=1 ces=2 nps=1", Complete),
        ("", "4 1 2 0", "csat=4 fcr=1 ces=2 nps=0", Complete),
        ("", "4 1 2 7#", "csat=4 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        ("", "4 1 2 10# rec:2", "csat=4 fcr=1 ces=2 nps=10 why:r1 why=1 end:finished", Complete),
        ("", "4 1 2 12 7", "csat=4 fcr=1 ces=2 wrongkey nps=7 why=notapplicable end:finished", Complete),
        ("", "4 1 2 07 ** ##", "csat=4 fcr=1 ces=2 wrongkey wrongkey wrongkey nps=nomatch why=notapplicable end:finished", Partial),
        // Finish key: with the digit, spilled into the next document, and a real skip.
        ("", "5# 1# 5# 9# rec:2#", "csat=5 fcr=1 ces=5 nps=9 why:r1 why=1 end:finished", Complete),
        ("", "5 +300 # 1 +300 # 5 +300 # 9 +300 rec:0# rec:3", "csat=5 spill fcr=1 spill ces=5 spill nps=9 spill why:r1 why=1 end:finished", Complete),
        ("", "5 +300 # +300 # 5", "csat=5 spill <skip> fcr=skipped ces=5", Partial),
        ("no-grace", "5 +0 #", "csat=5 <skip> fcr=skipped", BreakOff),
        ("no-grace", "5 +-9000 #", "csat=5 <skip> fcr=skipped", BreakOff),
        ("", "5 +1200 #", "csat=5 <skip> fcr=skipped", BreakOff),
        ("", "5 +300 1", "csat=5 early fcr=1", Partial),
        // Where a second key may come, a lone one is handed over two seconds after it was pressed.
        ("", "5 1 5 +2250 # 9 rec:2", "csat=5 fcr=1 ces=5 spill nps=9 why:r1 why=1 end:finished", Complete),
        ("keys-at-once", "5 1 5 +1100 # 9 rec:2", "csat=5 fcr=1 ces=5 spill nps=9 why:r1 why=1 end:finished", Complete),
        ("keys-at-once", "5 1 5 +1200 #", "csat=5 fcr=1 ces=5 <skip> nps=skipped", Partial),
        ("", "5 1 5 10 +300 # rec:2", "csat=5 fcr=1 ces=5 nps=10 spill why:r1 why=1 end:finished", Complete),
        ("", "5 1 5 +3200 #", "csat=5 fcr=1 ces=5 <skip> nps=skipped", Partial),
        ("no-grace", "5 1 5 +1900 #", "csat=5 fcr=1 ces=5 <skip> nps=skipped", Partial),
        // A clock that jumps back counts as no time at all.
        ("", "5 +-9000 # 1", "csat=5 spill fcr=1", Partial),
        // Silence and wrong keys.
        ("", "- - - - - -", "csat=noinput fcr=noinput end:unanswered", NoContact),
        ("", "- - 4 1 2 7", "csat=4 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        ("", "- 6 - 1 9 4 6", "wrongkey csat=noinput fcr=1 wrongkey ces=4 nps=6", BreakOff),
        ("", "- - 7 3 0 * 5", "wrongkey csat=nomatch wrongkey wrongkey <repeat> wrongkey fcr=nomatch end:unanswered", NoContact),
        ("", "- - - 1 - - - 7", "csat=noinput fcr=1 ces=noinput nps=7 why=notapplicable end:finished", BreakOff),
        ("", "- - - # - - - 7", "csat=noinput <skip> fcr=skipped ces=noinput nps=7 why=notapplicable end:finished", BreakOff),
        ("", "ą x 4", "wrongkey wrongkey csat=4", BreakOff),
        // Skips by key never end it.
        ("", "# # # #", "<skip> csat=skipped <skip> fcr=skipped <skip> ces=skipped <skip> nps=skipped why=notapplicable end:finished", NoContact),
        ("", "# # 3 7", "<skip> csat=skipped <skip> fcr=skipped ces=3 nps=7 why=notapplicable end:finished", BreakOff),
        // Repeat and menu, three together, then silence.
        ("", "* 4", "<repeat> csat=4", BreakOff),
        ("", "* * 9 4", "<repeat> <menu> csat=4", BreakOff),
        ("", "* * - * * * * 1", "<repeat> <menu> <repeat> csat=noinput fcr=1", BreakOff),
        ("", "* * 4", "<repeat> <menu> <endnow> end:endnow", Refusal),
        ("", "4 * * 4", "csat=4 <repeat> <menu> <endnow> end:endnow", BreakOff),
        ("", "* * 5", "<repeat> <menu> neverask end:neverask", Refusal),
        ("", "4 1 2 9 rec:0* rec:0* 5", "csat=4 fcr=1 ces=2 nps=9 <repeat> <menu> neverask end:neverask", Complete),
        ("unknown-number", "* * 5 4", "<repeat> <menu> csat=4", BreakOff),
        ("callback", "* * 2 4", "<repeat> <menu> callback csat=4", BreakOff),
        ("", "* * 2 4", "<repeat> <menu> csat=4", BreakOff),
        ("", "* * 3 2 4", "<repeat> <menu> <otherlanguage> lang=lt csat=4", BreakOff),
        ("", "* * 3 - - 4", "<repeat> <menu> <otherlanguage> csat=4", BreakOff),
        ("one-language", "* * 3 4", "<repeat> <menu> csat=4", BreakOff),
        ("", "* * 1 4", "<repeat> <menu> csat=4", BreakOff),
        // Undo: a new key replaces, a skip or silence keeps.
        ("", "4 * * 1 2 1", "csat=4 <repeat> <menu> <back> csat=2 fcr=1", Partial),
        ("", "4 * * 1 # 1", "csat=4 <repeat> <menu> <back> <skip> fcr=1", Partial),
        ("", "4 * * 1 - - - 1", "csat=4 <repeat> <menu> <back> fcr=1", Partial),
        ("", "4 * * 1", "csat=4 <repeat> <menu> <back>", BreakOff),
        ("", "# * * 1 4", "<skip> csat=skipped <repeat> <menu> <back> csat=4", BreakOff),
        ("", "4 1 * * 1 * * 1 5 2", "csat=4 fcr=1 <repeat> <menu> <back> <repeat> <menu> <back> csat=5 ces=2", Partial),
        // Undo that removes a branch, and one that brings it back.
        ("branching", "2 1 2 * * 1 * * 1 * * 1 1 0", "fcr=0 reason=1 again=0 tell=notapplicable <repeat> <menu> <back> <repeat> <menu> <back> <repeat> <menu> <back> fcr=1 reason=withdrawn again=withdrawn csat=10 end:finished", Complete),
        ("branching", "2 3 rec:4 * * 1 * * 1 1", "fcr=0 reason=3 again=notapplicable tell:r1 tell=1 <repeat> <menu> <back> <repeat> <menu> <back> reason=1 tell=withdrawn", Partial),
        ("branching", "2 3 rec:4 * * 1 rec:5", "fcr=0 reason=3 again=notapplicable tell:r1 tell=1 <repeat> <menu> <back> tell:r1 tell=1", Partial),
        ("branching", "2 1 * * 1 * * 1 1 * * 1 2 2 2", "fcr=0 reason=1 <repeat> <menu> <back> <repeat> <menu> <back> fcr=1 reason=withdrawn again=notapplicable tell=notapplicable <repeat> <menu> <back> fcr=0 reason=2 again=0", Partial),
        ("branching", "1 0", "fcr=1 reason=notapplicable again=notapplicable tell=notapplicable csat=10 end:finished", Complete),
        // Opening language.
        ("ask-language", "3 4", "lang=ta csat=4", BreakOff),
        ("ask-language", "- 2 4", "lang=lt csat=4", BreakOff),
        ("ask-language", "9 - 4", "wrongkey csat=4", BreakOff),
        ("ask-language", "2# 4", "lang=lt csat=4", BreakOff),
        ("ask-language", "2", "lang=lt", NoContact),
        ("ask-language no-choice", "4", "csat=4", BreakOff),
        ("german", "1 4", "lang=en csat=4", BreakOff),
        // Consent first.
        ("consent", "1 4", "consent=true csat=4", BreakOff),
        ("consent", "1", "consent=true", NoContact),
        ("consent", "2", "consent=false end:noconsent", Refusal),
        ("consent", "- - -", "end:unanswered", NoContact),
        ("consent", "# # 1", "wrongkey wrongkey consent=true", NoContact),
        ("consent", "+300 # # 1", "spill wrongkey consent=true", NoContact),
        ("consent", "* * 5", "<repeat> <menu> neverask end:neverask", Refusal),
        // The manager, offered at the end.
        ("callback", "2 1 2 7 rec:3 1", "csat=2 fcr=1 ces=2 nps=7 why:r1 why=1 callback end:finished", Complete),
        ("callback", "1 1 2 7 # 2", "csat=1 fcr=1 ces=2 nps=7 <skip> why=skipped end:finished", Complete),
        ("callback", "1 1 2 7 - - - -", "csat=1 fcr=1 ces=2 nps=7 why=skipped end:finished", Complete),
        ("callback", "1 1 2 7 - #", "csat=1 fcr=1 ces=2 nps=7 why=skipped <skip> end:finished", Complete),
        ("callback", "1 1 2 7 - * * 2", "csat=1 fcr=1 ces=2 nps=7 why=skipped <repeat> <menu> callback end:finished", Complete),
        ("callback", "1 1 2 7 - * * 1 rec:2", "csat=1 fcr=1 ces=2 nps=7 why=skipped <repeat> <menu> <back> why:r1 why=1", Complete),
        ("callback", "3 1 2 7", "csat=3 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        ("callback", "2 * * 2 1 2 7 -", "csat=2 <repeat> <menu> callback fcr=1 ces=2 nps=7 why=skipped end:finished", Complete),
        ("", "1 1 2 7 -", "csat=1 fcr=1 ces=2 nps=7 why=skipped end:finished", Complete),
        // Direct keys.
        ("short callback", "4 0 3 1", "csat=4 <back> csat=3 fcr=1 end:finished", Complete),
        ("short", "0 4", "wrongkey csat=4", Partial),
        ("short callback", "9 9 4", "callback csat=4", Partial),
        ("short callback", "9 4 4", "csat=4", Partial),
        ("short callback", "9 - 4", "csat=4", Partial),
        ("short callback", "9 9 9 4", "callback csat=4", Partial),
        ("short callback", "1 1", "csat=1 fcr=1 end:finished", Complete),
        ("short", "9 4", "wrongkey csat=4", Partial),
        // A late word changes nothing.
        ("", "4 1 2 7 5 * -", "csat=4 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        // The whole call's time: what comes last is kept; one long turn counts 90 seconds.
        ("", "+90000 4 +90000 1", "csat=4 fcr=1 end:limit", Partial),
        ("", "+3600000 4 1 2 +9000 7", "csat=4 fcr=1 ces=2 nps=7 why=notapplicable end:finished", Complete),
        ("", "+80000 4 +70000 1 2 9 +30000 rec:25", "csat=4 fcr=1 ces=2 nps=9 why:r1 why=1 end:finished", Complete),
        ("branching", "+80000 2 +70000 3 +30000 rec:25", "fcr=0 reason=3 again=notapplicable tell:r1 tell=1 end:limit", Partial),
        // A recording where none was ordered counts as its key.
        ("", "rec:3 rec:3# 1", "<skip> csat=skipped fcr=1", BreakOff),
    ];
    let mut faults = Vec::new();
    for (setting, script, facts, disposition) in cases {
        let (survey, state, got, _) = run(setting, script);
        let got: Vec<_> = got.iter().map(|fact| word(&survey, fact)).collect();
        let (got, stands) = (got.join(" "), state.disposition(&survey));
        if got != *facts || stands != *disposition {
            faults.push(format!(
                "[{setting}] {script}\n  want {facts} {disposition:?}\n  have {got} {stands:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn scripts_lead_to_documents() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str)] = &[
        // The opening: one breath where the language is known.
        ("", "", "greeting ask-csat One/6000"),
        ("lithuanian", "", "lt:greeting lt:ask-csat One/6000"),
        ("consent", "", "greeting consent One/6000"),
        ("consent", "1", "ask-csat One/6000"),
        ("ask-language", "", "choose-language lt:choose-language ta:choose-language One/2000"),
        ("ask-language", "-", "choose-language lt:choose-language ta:choose-language One/2000"),
        ("ask-language", "- -", "greeting ask-csat One/6000"),
        ("ask-language", "2", "lt:greeting lt:ask-csat One/6000"),
        ("ask-language consent", "3", "ta:greeting ta:consent One/6000"),
        ("ask-language no-choice", "", "greeting ask-csat One/6000"),
        ("ask-language one-language", "", "greeting ask-csat One/6000"),
        ("german", "", "choose-language lt:choose-language ta:choose-language One/2000"),
        // Kinds of question.
        ("", "4", "ask-fcr One/6000"),
        ("", "4 1 2", "ask-nps OneOrTen/6000"),
        ("", "4 1 2 9", "ask-why record/60/3"),
        ("branching", "1", "ask-csat One/6000"),
        // Repeat, silence, wrong keys.
        ("", "*", "greeting ask-csat One/6000"),
        ("", "-", "silent ask-csat One/6000"),
        ("", "- *", "ask-csat One/6000"),
        ("", "8", "wrong-csat ask-csat One/6000"),
        ("", "8 8", "wrong ask-csat One/6000"),
        ("", "8 -", "silent ask-csat One/6000"),
        ("", "8 8 8 8", "wrong-fcr ask-fcr One/6000"),
        ("consent", "8", "wrong-consent consent One/6000"),
        ("", "+300 #", "greeting ask-csat One/6000"),
        ("", "4 3 +300 #", "wrong-fcr ask-fcr One/6000"),
        ("", "* * * *", "ask-csat One/6000"),
        ("", "* * * * *", "silent ask-csat One/6000"),
        ("", "* * 9 * *", "silent ask-csat One/6000"),
        // The menu reads out what can be had.
        ("", "* *", "menu-language menu-end menu-never menu-return One/6000"),
        ("callback", "4 * *", "menu-back menu-manager menu-language menu-end menu-never menu-return One/6000"),
        ("callback", "* * 2", "manager-noted ask-csat One/6000"),
        ("callback", "* * 2 * *", "silent ask-csat One/6000"),
        ("callback", "* * 2 4 * *", "menu-back menu-language menu-end menu-never menu-return One/6000"),
        ("one-language unknown-number", "* *", "menu-end menu-return One/6000"),
        ("", "* * -", "ask-csat One/6000"),
        ("", "* * 3", "choose-language lt:choose-language ta:choose-language One/2000"),
        ("", "* * 3 2", "lt:ask-csat One/6000"),
        ("lithuanian", "* * 3 - -", "lt:ask-csat One/6000"),
        // Also in a survey that never opens with the choice.
        ("no-choice", "* * 3", "choose-language lt:choose-language ta:choose-language One/2000"),
        ("no-choice", "* * 3 3", "ta:ask-csat One/6000"),
        // An answer that stands.
        ("", "4 * * 1", "standing number-4 ask-csat One/6000"),
        ("", "4 * * 1 8", "wrong-csat standing number-4 ask-csat One/6000"),
        ("", "4 1 * * 1", "standing answer-yes ask-fcr One/6000"),
        ("", "4 2 * * 1", "standing answer-no ask-fcr One/6000"),
        ("", "# * * 1", "ask-csat One/6000"),
        ("branching", "2 3 # * * 1", "ask-tell record/60/3"),
        ("callback", "1 1 2 10 - * * 1 - * * 1", "ask-why record/60/3"),
        // The manager.
        ("short callback", "9", "manager-again One/6000"),
        ("short callback", "9 9", "manager-noted ask-csat One/6000"),
        ("short callback", "9 9 9", "manager-noted ask-csat One/6000"),
        ("callback", "1 1 2 7 -", "ask-manager One/6000"),
        ("callback", "1 1 2 7 - 5", "wrong-manager ask-manager One/6000"),
        ("callback", "1 1 2 7 - 1", "manager-noted goodbye end/Finished"),
        ("callback", "1 1 2 7 - 2", "goodbye end/Finished"),
        // Goodbyes.
        ("", "4 1 2 7", "goodbye end/Finished"),
        ("", "# # # #", "goodbye-early end/Finished"),
        ("", "# # 3 #", "goodbye end/Finished"),
        ("", "- - - - - -", "goodbye-unanswered end/Unanswered"),
        ("", "* * 4", "goodbye-early end/EndNow"),
        ("", "* * 5", "goodbye-never end/NeverAsk"),
        ("lithuanian consent", "2", "lt:goodbye-refused end/NoConsent"),
        ("", "+90000 4 +90000 1", "goodbye-early end/Limit"),
    ];
    let mut faults = Vec::new();
    for (setting, script, want) in cases {
        let (.., last) = run(setting, script);
        let have = said(&last);
        if have != *want {
            faults.push(format!("[{setting}] {script}\n  want {want}\n  have {have}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_missing_prompt_is_left_out() {
    let (mut survey, opening) = setting("callback");
    survey.prompts.clear();
    let first = begin(&survey, &opening, 0);
    assert_eq!(said(&first.order), "One/6000");
    let mut state = first.state;
    for keys in ["1", "1", "2", "9"] {
        state = step(&survey, &state, &Input::Keys(keys.into()), 5000).state;
    }
    let Order::Record(record) = order(&survey, &state) else { panic!("no comment") };
    assert_eq!((&*record.beep.id, record.beep.millis), ("beep", 0));
}

#[test]
fn the_call_ends_after_a_hundred_turns() {
    let (survey, opening) = setting("short");
    let mut state = begin(&survey, &opening, 0).state;
    let mut turns = 0;
    while state.over().is_none() {
        // Back and forth for ever, in no time at all.
        let keys = if state.open_question() == Some(0) { "4" } else { "0" };
        state = step(&survey, &state, &Input::Keys(keys.into()), 0).state;
        turns += 1;
        assert!(turns <= 100, "still asking after {turns} turns");
    }
    assert_eq!(turns, 100);
}

/// Where turns could not be stored, the state brings all of them with the next one: consent too.
#[test]
fn an_unsaved_state_tells_what_its_turns_did() {
    for (setting, script) in [
        ("consent", ""),
        ("consent", "* *"),
        ("consent", "* * 3"),
        ("consent", "2"),
        ("consent", "- - -"),
        ("consent ask-language", "2"),
        ("consent", "1"),
        ("consent", "1 4 # 3"),
        ("consent", "1 4 * * 3"),
        ("consent", "1 4 * * 4"),
        ("consent callback", "1 1 1 2 7 - * * 2"),
        ("short consent callback", "9"),
        ("short consent callback", "1 9"),
        ("short consent callback", "9 9 1 4"),
        ("branching consent", "1 2 1 2 * * 1 * * 1 * * 1 1 0"),
        ("", "4 1"),
    ] {
        let (survey, state, facts, _) = run(setting, script);
        let carried = State { unsaved: Some(1), ..state };
        let carried = State::from_bytes(&carried.to_bytes()).expect("a state");
        assert_eq!(carried.unsaved, Some(1));
        let lasting =
            |fact: &&Fact| matches!(fact, Fact::Consent(_) | Fact::Item { .. } | Fact::Callback);
        // Of an item the last outcome stands.
        let mut expected: Vec<&Fact> = Vec::new();
        for fact in facts.iter().filter(lasting) {
            expected.retain(|old| match (old, fact) {
                (Fact::Item { question: old, .. }, Fact::Item { question, .. }) => old != question,
                _ => true,
            });
            expected.push(fact);
        }
        let sorted = |facts: Vec<&Fact>| {
            let mut words: Vec<String> = facts.into_iter().map(|f| word(&survey, f)).collect();
            words.sort();
            words
        };
        let told = carried.facts();
        assert_eq!(sorted(told.iter().collect()), sorted(expected), "[{setting}] {script}");
    }
}
