//! Any survey, any caller, any network: every document is one that the platform takes, every call
//! ends in time, and what is stored is what the turns brought, counted once.

use std::path::Path;
use std::sync::Arc;

use aftercall::interview::{Outcome, State, step};
use aftercall::phone::{EndedBy, Phone, Scripted};
use aftercall::store::Known;
use tokio::task::JoinSet;

use super::meddler::Meddler;
use super::{Centre, Dice, kind, line, said, turns, wastes_little};
use crate::harness::both;

const CALLS: u32 = 150;
const AT_ONCE: usize = 16;

/// Choices, a scale to ten by key 0, a group in random order, conditions on conditions, and the
/// direct keys 0 and 9.
const BRANCHES: &str = r#"
title = "Branches"
credit = "every"
languages = ["en", "lt"]
choose_language = true
promise_seconds = 120
max_seconds = 180
shortcuts = true

[[question]]
name = "topic"
kind = "choice"
options = 4
measure = "other"
about = "company"

[[question]]
name = "agreed"
kind = "yes-no"
measure = "fcr"
about = "resolution"
good = "yes"
when = { question = "topic", is = [1, 2] }

[[question]]
name = "polite"
kind = "scale"
scale = "1-5"
measure = "attribute"
about = "agent"
good = "high"
satisfied = [4, 5]
random_group = "agent"

[[question]]
name = "expert"
kind = "scale"
scale = "1-5"
measure = "attribute"
about = "agent"
good = "low"
satisfied = [1, 2]
random_group = "agent"

[[question]]
name = "clear"
kind = "scale"
scale = "1-7"
measure = "attribute"
about = "agent"
good = "high"
satisfied = [6, 7]
random_group = "agent"

[[question]]
name = "why"
kind = "comment"
measure = "comment"
about = "agent"
max_seconds = 20
when.all = [
  { question = "agreed", is = ["no"] },
  { question = "polite", is = [1, 2, 3] },
]
"#;

/// Consent first, then a scale to ten where 0 is ten, and one from 0.
const CONSENT: &str = r#"
title = "Consent"
languages = ["en"]
promise_seconds = 60
hearings = 2
thresholds = { complete = 0.9, partial = 0.4 }

[[question]]
name = "agree"
kind = "consent"
measure = "consent"
about = "company"

[[question]]
name = "rating"
core = true
kind = "scale"
scale = "1-10"
measure = "other"
about = "product"
good = "high"
satisfied = [9, 10]

[[question]]
name = "likely"
kind = "scale"
scale = "0-10"
measure = "nps"
about = "company"
good = "high"
satisfied = [9, 10]

[[question]]
name = "why"
kind = "comment"
measure = "comment"
about = "company"
when = { question = "likely", is = [0, 1, 2, 3, 4, 5, 6] }
"#;

const SURVEYS: [&str; 3] = ["post-call", "branches", "consent"];

/// The words of the library's survey, with a sentence for each question of these; every sound is
/// the library's or half a second of silence.
pub fn write_survey(folder: &Path, name: &str, text: &str) {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call");
    let here = folder.join(name);
    let languages: &[&str] = if name == "branches" { &["en", "lt"] } else { &["en"] };
    std::fs::create_dir_all(&here).expect("a folder");
    std::fs::write(here.join("survey.toml"), text).expect("written");
    let questions = text.lines().filter_map(|line| line.strip_prefix("name = "));
    let questions: Vec<&str> = questions.map(|name| name.trim_matches('"')).collect();
    for lang in languages {
        let words = std::fs::read_to_string(library.join(format!("{lang}.toml"))).expect("words");
        // What the library's own questions say is left out.
        let mut kept: String = words
            .lines()
            .filter(|line| {
                let own = line.strip_prefix("ask-").or(line.strip_prefix("wrong-"));
                own.is_none_or(|own| own.starts_with("manager") || own.starts_with("consent"))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let audio = here.join("audio").join(lang);
        std::fs::create_dir_all(&audio).expect("a folder");
        for file in std::fs::read_dir(library.join("audio").join(lang)).expect("sounds") {
            let file = file.expect("a file").path();
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            let own = name.starts_with("ask-") || name.starts_with("wrong-");
            let shared = !own || name.contains("-manager") || name.contains("-consent");
            if name.ends_with(".wav") && shared {
                std::fs::copy(&file, audio.join(name)).expect("copied");
            }
        }
        for question in &questions {
            let ids = match *question {
                // A comment takes every key.
                "why" => vec!["ask-why".to_owned()],
                other => vec![format!("ask-{other}"), format!("wrong-{other}")],
            };
            for id in ids {
                kept.push_str(&format!("{id} = \"Please say something about {question}.\"\n"));
                std::fs::write(audio.join(format!("{id}.wav")), silence(8000)).expect("written");
            }
        }
        std::fs::write(here.join(format!("{lang}.toml")), kept).expect("written");
    }
}

/// So many samples, 8,000 a second.
fn silence(samples: u32) -> Vec<u8> {
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + 2 * samples).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1, 0, 1, 0]);
    wav.extend(8000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend((2 * samples).to_le_bytes());
    wav.resize(44 + 2 * samples as usize, 0);
    wav
}

fn prompts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_survey(folder.path(), "branches", BRANCHES);
    write_survey(folder.path(), "consent", CONSENT);
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call");
    std::os::unix::fs::symlink(library, folder.path().join("post-call")).expect("linked");
    folder
}

/// Words that callers say; most often a key.
fn script(dice: &mut Dice) -> String {
    let mut words = Vec::new();
    for _ in 0..dice.below(14) {
        let word = match dice.below(20) {
            0 => "-".to_owned(),
            1 => dice.one(&["*", "#", "* *"]).to_owned(),
            2 => dice.one(&["* * 1", "* * 2", "* * 3 1", "* * 3 2", "* * 4", "* * 5"]).to_owned(),
            3 => dice.one(&["0", "9", "9 9", "10", "12", "7#", "##", "*#", "1#2"]).to_owned(),
            4 => format!("say:{}", dice.below(9)),
            5 => format!("say:{}#", dice.below(4)),
            6 => format!("+{} {}", dice.below(9), dice.below(10)),
            7 => format!("!{}", dice.below(10)),
            8 if dice.below(3) == 0 => dice.one(&["bye", "!bye", "say:2 bye"]).to_owned(),
            9 => format!("{}#", dice.below(10)),
            10 => (0..=dice.below(3)).map(|_| dice.one(&["1", "2", "5", "0", "#", "*"])).collect(),
            _ => (1 + dice.below(5)).to_string(),
        };
        words.push(word);
    }
    words.join(" ")
}

/// One call over a network that meddles.
async fn place(centre: Arc<Centre>, seed: u32) -> Result<(), String> {
    let mut dice = Dice::new(u64::from(seed) + 9000);
    let kind = kind(seed);
    let survey = dice.one(&SURVEYS);
    let keys = script(&mut dice);
    let mut line = line(kind, seed);
    line.handover = said(&[("agent", dice.one(&["A1", "A2"])), ("survey", survey)]);
    if dice.below(2) == 0 {
        line.handover.extend(said(&[("lang", dice.one(&["en", "lt", "pl", "xx"]))]));
    }
    if dice.below(5) == 0 {
        line.from = "anonymous".into();
    }
    let meddler = Meddler::new(centre.wire(), kind, u64::from(seed));
    let wrong = meddler.wrong.clone();
    let phone = Phone::new(meddler);
    let mut caller = Scripted::new(&keys).map_err(|fault| fault.to_string())?;
    let outcome = phone.call(&line, &mut caller, |_| {}).await;
    let what = format!("seed {seed}, {kind:?}, {survey}, --keys \"{keys}\"");
    let fault = |why: String| Err(format!("{what}: {why}"));
    if !outcome.faults.is_empty() {
        return fault(outcome.faults.join("; "));
    }
    let wrong = std::mem::take(&mut *wrong.lock().expect("not poisoned"));
    if let Some(wrong) = wrong.first() {
        return fault(wrong.clone());
    }
    if !matches!(outcome.ended_by, EndedBy::Server | EndedBy::Caller) {
        return fault(format!("ended by {:?}", outcome.ended_by));
    }
    wastes_little(kind, &outcome).or_else(fault)?;
    // The limit is looked at after each turn; a turn is at most a minute of speech and a prompt.
    let limit = centre.app.site.desk.survey(survey).map_or(0, |s| i64::from(s.max_seconds) * 1000);
    if outcome.total_ms > limit + 90_000 {
        return fault(format!("took {} ms", outcome.total_ms));
    }
    let known = centre.app.store().by_call_ref(turns::name(kind), &line.call_id).await;
    match known.map_err(|fault| fault.to_string())?.as_slice() {
        [known] => recounted(&centre, known).await.or_else(fault),
        several => fault(format!("{} interviews", several.len())),
    }
}

/// Steps through what the stored turns brought, from the first, and compares with what is stored.
async fn recounted(centre: &Centre, known: &Known) -> Result<(), String> {
    let store = centre.app.store();
    let survey = &*centre.app.site.desk.version(known.survey).ok_or("no such survey")?;
    let stored = store.turns(known.id).await.map_err(|fault| fault.to_string())?;
    let answers = store.answers(known.id).await.map_err(|fault| fault.to_string())?;
    let opening: serde_json::Value = serde_json::from_str(&known.opening).expect("JSON");
    let wait_ms = u32::try_from(opening["wait_ms"].as_u64().unwrap_or(0)).expect("small");
    let flag = |name: &str| opening[name].as_bool().unwrap_or(false);
    let opening = aftercall::interview::Opening {
        id: known.id,
        lang: opening["lang"].as_str().and_then(|lang| lang.parse().ok()),
        consent: flag("consent"),
        never_ask: flag("never_ask"),
        callback: flag("callback"),
        finish_key_grace_ms: 1200,
        key_wait_ms: wait_ms,
    };
    let mut state: State = aftercall::interview::begin(survey, &opening, known.started_ms).state;
    for (at, turn) in stored.iter().enumerate() {
        if usize::from(turn.turn) != at + 1 {
            return Err(format!("turn {} stands at place {}", turn.turn, at + 1));
        }
        let next = step(survey, &state, &turn.input, turn.at_ms);
        if next.facts != turn.facts {
            return Err(format!(
                "turn {}: {:?} is stored, not {:?}",
                turn.turn, turn.facts, next.facts
            ));
        }
        state = next.state;
    }
    for (question, item) in state.items.iter().enumerate() {
        let found = answers.iter().find(|answer| usize::try_from(answer.question) == Ok(question));
        let found = found.map(|answer| answer.outcome);
        // A hang-up while speaking is known by the recording alone.
        let by_notice = item.is_none() && found == Some(Outcome::Answered(1));
        if found != *item && !by_notice {
            return Err(format!("question {question}: {found:?} is stored, {item:?} was said"));
        }
    }
    if answers.iter().all(|answer| answer.turn > 0)
        && state.disposition(survey) != known.disposition
    {
        return Err(format!("it is stored as {:?}", known.disposition));
    }
    Ok(())
}

both! {
    async fn no_caller_and_no_network_breaks_a_call(database: Database) {
        let prompts = prompts();
        let further = format!("prompts = \"{}\"\n[limits]\nbudget_ms = 4000", prompts.path().display());
        let centre = Arc::new(Centre::with(&database.url, &further).await);
        let mut running = JoinSet::new();
        let mut wrong = Vec::new();
        let mut waiting = 0..CALLS;
        loop {
            while running.len() < AT_ONCE && let Some(seed) = waiting.next() {
                running.spawn(place(centre.clone(), seed));
            }
            let Some(done) = running.join_next().await else { break };
            wrong.extend(done.expect("no panic").err());
        }
        assert!(wrong.is_empty(), "{} of {CALLS} calls:\n{}", wrong.len(), wrong.join("\n"));
        centre.adds_up().await;
        assert!(centre.counted("repeated") > 100, "{} repeats", centre.counted("repeated"));
    }
}
