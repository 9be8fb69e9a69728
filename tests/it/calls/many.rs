//! Two hundred callers on every kind of provider, 64 calls at a time: the report equals what was
//! pressed, counted on its own, and is the same for every kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftercall::dialect::Kind;
use aftercall::phone::{Phone, Scripted, Wire};
use aftercall::web::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::{Centre, Dice, kind, line, said};
use crate::harness::both;

const CALLERS: usize = 200;
const AT_ONCE: usize = 64;
/// The survey's limit of one call.
const LIMIT_MS: i64 = 180_000;
/// Codes as centres write them; FreeSWITCH's own have an `@`.
const AGENTS: [&str; 7] = ["A01", "A02", "1000@default", "jonas", "Rūta Ž", "A/6", "7,8"];
const QUEUES: [&str; 3] = ["sales", "General help", "Pagalba"];
const LANGUAGES: [&str; 5] = ["en", "lt", "lv", "pl", "ta"];

/// A call, and what its caller will have said when it is over.
struct Planned {
    number: u32,
    /// None: the caller is asked.
    lang: Option<&'static str>,
    agent: &'static str,
    queue: &'static str,
    keys: String,
    pressed: Pressed,
}

/// What a caller pressed, as the caller would tell it.
#[derive(Clone, Debug, Default)]
struct Pressed {
    /// The survey's four questions.
    answers: [Option<u8>; 4],
    comment: bool,
    /// They said nothing after the beep.
    silent: bool,
    /// They pressed a key after the beep, and said nothing.
    skipped: bool,
    /// The agent was never reached, so nobody was asked.
    not_asked: bool,
}

impl Pressed {
    /// Four questions apply to everybody; the first is the core.
    fn disposition(&self) -> &'static str {
        let answered = self.answers.iter().flatten().count();
        match (self.answers[0], answered) {
            (_, 0) => "no_contact",
            (Some(_), 4) => "complete",
            (Some(_), 2..) => "partial",
            _ => "break_off",
        }
    }

    fn stands_out(&self) -> bool {
        matches!(self.answers[0], Some(1 | 2 | 5)) || matches!(self.answers[3], Some(0..=6 | 9..))
    }
}

/// A caller with wrong keys, silences, second thoughts, skips, and a way to leave; the same one on
/// each kind of provider.
fn plan(number: u32) -> Planned {
    let caller = number as usize / Kind::ALL.len();
    let mut dice = Dice::new(caller as u64 + 77);
    let mut words: Vec<String> = Vec::new();
    let mut pressed = Pressed::default();
    let mut lang = Some(dice.one(&LANGUAGES));
    if dice.below(5) == 0 {
        lang = None;
        if dice.below(4) == 0 {
            words.push("8".into());
        }
        words.push((1 + dice.below(5)).to_string());
    }
    pressed.not_asked = caller.is_multiple_of(41);
    if !pressed.not_asked {
        talk(&mut dice, &mut words, &mut pressed);
    }
    Planned {
        number,
        lang,
        agent: dice.one(&AGENTS),
        queue: dice.one(&QUEUES),
        keys: if pressed.not_asked { String::new() } else { words.join(" ") },
        pressed,
    }
}

/// The questions one after the other, as long as the caller stays.
fn talk(dice: &mut Dice, words: &mut Vec<String>, pressed: &mut Pressed) {
    let answer = |dice: &mut Dice, question: usize| -> (String, u8) {
        match question {
            0 | 2 => {
                let value = u8::try_from(1 + dice.below(5)).expect("small");
                (value.to_string(), value)
            }
            1 => match dice.below(2) {
                0 => ("1".into(), 1),
                _ => ("2".into(), 0),
            },
            _ => {
                let value = u8::try_from(dice.below(11)).expect("small");
                (value.to_string(), value)
            }
        }
    };
    let mut silent = false;
    for question in 0..4 {
        match dice.below(24) {
            0 => return words.push("bye".into()),
            1 => return words.push("!bye".into()),
            2 if question < 3 => words.push(dice.one(&["8", "6", "77"]).into()),
            3 => words.push("-".into()),
            4 => words.push("*".into()),
            5 => {
                words.push("#".into());
                continue;
            }
            6 if !silent => {
                silent = true;
                words.extend(["-", "-", "-"].map(String::from));
                continue;
            }
            7 if question > 0 => {
                // Twice a star is the menu, its 1 the question before.
                let (word, value) = answer(dice, question - 1);
                words.extend(["*".into(), "*".into(), "1".into(), word]);
                pressed.answers[question - 1] = Some(value);
            }
            _ => {}
        }
        let (word, value) = answer(dice, question);
        pressed.answers[question] = Some(value);
        // Some finish with #, some do not wait for the end of the prompt, some think.
        match dice.below(6) {
            0 => words.push(format!("{word}#")),
            1 => words.push(format!("!{word}")),
            2 => words.extend(["+1".into(), word]),
            _ => words.push(word),
        }
    }
    if pressed.stands_out() {
        match dice.below(5) {
            0 => {
                pressed.skipped = true;
                words.push("#".into());
            }
            1 => {
                pressed.silent = true;
                words.push("-".into());
            }
            2 => {
                pressed.comment = true;
                return words.extend(["say:4".into(), "bye".into()]);
            }
            3 => {
                pressed.comment = true;
                words.push("say:5#".into());
            }
            _ => {
                pressed.comment = true;
                words.push("say:3".into());
            }
        }
    }
    if matches!(pressed.answers[0], Some(1 | 2)) {
        words.push(dice.one(&["1", "2", "bye", "-"]).into());
    }
}

async fn place<W: Wire>(phone: Arc<Phone<W>>, mut planned: Planned) -> Planned {
    let kind = kind(planned.number);
    // These keep a recording of silence, and none of a caller who hangs up.
    if matches!(kind, Kind::Somleng | Kind::Exotel | Kind::Kookoo) {
        let cut_short = ["say:3 bye", "say:4 bye"].iter().any(|end| planned.keys.ends_with(end));
        planned.pressed.comment = planned.pressed.comment && !cut_short || planned.pressed.silent;
    }
    // No key ends its recordings.
    if kind == Kind::Kookoo {
        planned.pressed.comment |= planned.pressed.skipped;
    }
    let mut line = line(kind, planned.number);
    // One team for each kind, so that each kind's calls have a report of their own.
    line.handover =
        said(&[("agent", planned.agent), ("queue", planned.queue), ("team", kind.word())]);
    if let Some(lang) = planned.lang {
        line.handover.extend(said(&[("lang", lang)]));
    }
    if planned.pressed.not_asked {
        match kind {
            Kind::Bandwidth => {
                line.first = said(&[("eventType", "transferComplete"), ("cause", "busy")]);
            }
            Kind::Kookoo => {
                line.first = said(&[("event", "Dial"), ("status", "not_answered")]);
            }
            Kind::Plivo => line.first = said(&[("DialStatus", "no-answer")]),
            Kind::Freeswitch => line.handover.extend(said(&[("QueueResult", "leave")])),
            _ => line.first = said(&[("DialCallStatus", "busy")]),
        }
    }
    let mut caller = Scripted::new(&planned.keys).expect("a script");
    let outcome = phone.call(&line, &mut caller, |_| {}).await;
    assert_eq!(outcome.faults, Vec::<String>::new(), "call {} {}", planned.number, planned.keys);
    // Where silence does not end a recording, a long call with a silent comment comes to its limit.
    if outcome.total_ms < LIMIT_MS {
        assert_eq!(caller.left_over(), 0, "call {} {}", planned.number, planned.keys);
    }
    assert_eq!(caller.misplaced(), Vec::<String>::new(), "call {}", planned.number);
    crate::calls::wastes_little(kind, &outcome)
        .unwrap_or_else(|why| panic!("{} {why}", planned.keys));
    planned
}

/// What the report must say of these calls.
fn expected(calls: &[&Planned]) -> Value {
    let asked: Vec<&Pressed> =
        calls.iter().map(|call| &call.pressed).filter(|pressed| !pressed.not_asked).collect();
    let mut dispositions: BTreeMap<&str, u64> = BTreeMap::new();
    for pressed in &asked {
        *dispositions.entry(pressed.disposition()).or_default() += 1;
    }
    let values = |question: usize| asked.iter().filter_map(move |p| p.answers[question]);
    let of = |question: usize, wanted: &dyn Fn(u8) -> bool| {
        values(question).filter(|value| wanted(*value)).count()
    };
    let counts = |question: usize| -> Value {
        (1..=5).map(|v| (v.to_string(), json!(of(question, &|value| value == v)))).collect()
    };
    let word = |word: &str| dispositions.get(word).copied().unwrap_or(0);
    json!({
        "offered": asked.len(),
        "started": asked.iter().filter(|p| p.answers.iter().flatten().count() > 0).count(),
        "completed": word("complete"),
        "dispositions": {
            "complete": word("complete"), "partial": word("partial"),
            "break_off": word("break_off"), "refusal": 0, "no_contact": word("no_contact"),
            "failed": 0,
        },
        "csat": counts(0),
        "fcr": [of(1, &|v| v == 1), values(1).count()],
        "ces": counts(2),
        "nps": [of(3, &|v| v >= 9), of(3, &|v| matches!(v, 7 | 8)), of(3, &|v| v <= 6)],
    })
}

/// The same of a row of the report.
fn shown(row: &Value) -> Value {
    let n = row["fcr"]["n"].as_u64().unwrap_or(0);
    let share = row["fcr"]["score"].as_f64().unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let solved = (share * n as f64).round() as u64;
    let counts = |measure: &str| -> Value {
        (1..=5)
            .map(|v: u8| {
                (v.to_string(), json!(row[measure]["counts"][v.to_string()].as_u64().unwrap_or(0)))
            })
            .collect()
    };
    let nps = |group: &str| row["nps"][group].as_u64().unwrap_or(0);
    json!({
        "offered": row["offered"], "started": row["started"], "completed": row["completed"],
        "dispositions": row["dispositions"],
        "csat": counts("csat"), "fcr": [solved, n], "ces": counts("ces"),
        "nps": [nps("promoters"), nps("passives"), nps("detractors")],
    })
}

/// The report as a program gets it.
async fn report(centre: &Centre, query: &str) -> Value {
    let desk = &centre.app.site.desk;
    let name = format!("test{}", query.len());
    let token = desk.create_token(&name, "read", [7; 32], crate::calls::T).await.expect("a token");
    let request =
        Request::get(format!("/api/v1/reports/agents?from=2026-01-20&to=2026-01-20{query}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .expect("a request");
    let router = centre.app.router().await.expect("routes");
    let answer = router.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    desk.take_back_tokens(&name, &aftercall::desk::audit::By::Command, 0)
        .await
        .expect("taken back");
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

/// Takes the teams out of rows: each kind has its own.
fn without_team(rows: &mut Value) {
    match rows {
        Value::Array(rows) => rows.iter_mut().for_each(without_team),
        Value::Object(fields) => {
            fields.remove("team");
            fields.values_mut().for_each(without_team);
        }
        _ => {}
    }
}

/// How often two transactions waited for each other.
async fn deadlocks(database: &str) -> i64 {
    if database.starts_with("sqlite:") {
        return 0;
    }
    let mut connection = PgConnection::connect(database).await.expect("connects");
    sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
        .fetch_one(&mut connection)
        .await
        .expect("the server counts them")
}

both! {
    async fn two_hundred_callers_are_reported_alike_on_every_kind(database: Database) {
        let centre = Centre::open(&database.url).await;
        let phone = Arc::new(Phone::new(centre.wire()));
        let calls = u32::try_from(CALLERS * Kind::ALL.len()).expect("some");
        let mut waiting = (0..calls).map(plan);
        let mut running = JoinSet::new();
        let mut done = Vec::new();
        loop {
            while running.len() < AT_ONCE && let Some(planned) = waiting.next() {
                running.spawn(place(phone.clone(), planned));
            }
            let Some(placed) = running.join_next().await else { break };
            done.push(placed.expect("a call as it should be"));
        }
        centre.adds_up().await;
        assert_eq!(centre.counted("unsaved"), 0);

        assert_eq!(deadlocks(&database.url).await, 0, "each costs its callers a second");

        let whole = report(&centre, "").await;
        let all: Vec<&Planned> = done.iter().collect();
        let asked = all.iter().filter(|call| !call.pressed.not_asked).count() / Kind::ALL.len();
        assert_eq!(shown(&whole["centre"]), expected(&all), "the whole centre");
        let rows = whole["agents"].as_array().expect("rows");
        assert_eq!(rows.len(), AGENTS.len() * Kind::ALL.len());
        for row in rows {
            let agent = row["agent"].as_str().expect("a code");
            let theirs = |call: &&Planned| {
                call.agent == agent && row["team"] == kind(call.number).word()
            };
            let calls: Vec<&Planned> = done.iter().filter(theirs).collect();
            assert_eq!(shown(row), expected(&calls), "agent {agent} in {}", row["team"]);
        }
        for queue in QUEUES {
            let part = report(&centre, &format!("&queue={}", queue.replace(' ', "%20"))).await;
            let calls: Vec<&Planned> = done.iter().filter(|call| call.queue == queue).collect();
            assert_eq!(shown(&part["centre"]), expected(&calls), "queue {queue}");
        }
        // One report for each kind: all the same, to the last figure.
        let mut first: Option<Value> = None;
        for kind in Kind::ALL {
            let part = report(&centre, &format!("&team={}", kind.word())).await;
            assert_eq!(part["centre"]["offered"], json!(asked), "{kind:?}");
            let mut rows = json!([part["centre"], part["agents"], part["queues"]]);
            without_team(&mut rows);
            match &first {
                None => first = Some(rows),
                Some(first) => assert_eq!(rows, *first, "{kind:?} and {:?}", Kind::ALL[0]),
            }
        }
        // Comments are answers too, and each has its recording.
        let said = done.iter().filter(|call| call.pressed.comment).count();
        assert!(said > 50, "{said} comments are too few to show anything");
        let mut stored = 0;
        for call in &done {
            let name = kind(call.number).word();
            let id = crate::calls::line(kind(call.number), call.number).call_id;
            let known = centre.app.store().by_call_ref(name, &id).await.expect("reads");
            assert_eq!(known.len(), 1, "call {}", call.number);
            let comments = centre.app.store().comments(known[0].id).await.expect("reads");
            assert_eq!(
                comments.len(),
                usize::from(call.pressed.comment),
                "call {}: {}",
                call.number,
                call.keys
            );
            stored += comments.len();
        }
        assert_eq!(stored, said);
    }
}
