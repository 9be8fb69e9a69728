//! The agents report from tallies, and the interviews behind its numbers, on both databases.

use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::report::interviews::{Answered, Reader, Wanted};
use aftercall::report::transcript::Did;
use aftercall::report::{AgentsReport, Filter, People, ReportError, Reports, Sight, Viewer, table};
use aftercall::store::{Begin, Carried, Said, Store, Turn};
use aftercall::words::{Tongue, Words};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::harness::{Database, both};
use sample::{Unit, VERSION, answers, put, stages, survey};

mod compared;
pub(crate) mod fairness;
pub(crate) mod numbers;
pub mod sample;

/// 2026-02-01T06:00:00Z.
const NOW: i64 = 1_769_925_600_000;
/// 2026-01-31.
const DAY: i64 = 20_484;

/// Somebody who sees everything and reads English.
pub fn reader() -> Reader<'static> {
    static ALL: Viewer = Viewer { sight: Sight::Everything, people: People::Named };
    Reader { viewer: &ALL, words: Words::of(Tongue::En) }
}

async fn centre(database: &Database) -> (Store, Reports) {
    let store = Store::open(&database.url).await.expect("a store");
    store.survey_seen(&survey(VERSION), 0).await.expect("a survey");
    let zone = jiff::tz::TimeZone::get("Europe/Vilnius").expect("a zone");
    let reports = Reports::new(store.clone(), zone);
    (store, reports)
}

fn everything() -> Viewer {
    Viewer::everything()
}

fn january() -> Filter {
    Filter::days(date(2026, 1, 1), date(2026, 1, 31))
}

/// Numbers of agent, team and queue.
async fn names(store: &Store, agent: &str, name: &str, team: &str, queue: &str) -> [i64; 3] {
    [
        store.name_agent(agent, name).await.expect("an agent"),
        store.team(team).await.expect("a team"),
        store.queue(queue).await.expect("a queue"),
    ]
}

fn unit([agent, team, queue]: [i64; 3], day: i64) -> Unit<'static> {
    Unit { kind: 1, agent, team, queue, language: "lt", day, generation: 1 }
}

async fn json_of(reports: &Reports, filter: &Filter) -> Value {
    let report = reports.agents(filter, &everything(), NOW).await.expect("a report");
    serde_json::to_value(report).expect("JSON")
}

/// The agent of the documented example: 120 offered, 95 ratings, and so on.
fn example(unit: Unit<'_>) -> Vec<String> {
    let early = Unit { day: unit.day - 30, ..unit };
    let mut sql = answers(unit, 0, &[(1, 3), (2, 4), (3, 8), (4, 30), (5, 20), (-1, 2), (-2, 1)]);
    // Days, languages and queues are summed.
    sql.extend(answers(early, 0, &[(5, 30), (-4, 9), (-5, 1)]));
    sql.extend(answers(unit, 1, &[(1, 74), (0, 18)]));
    sql.extend(answers(unit, 2, &[(1, 4), (2, 6), (3, 15), (4, 35), (5, 30)]));
    sql.extend(answers(unit, 3, &[(0, 5), (6, 7), (7, 20), (8, 8), (9, 40), (10, 8)]));
    sql.extend(answers(unit, 4, &[(1, 11)]));
    let funnel = [("handed_over", 120), ("offered", 120), ("started", 96), ("complete", 88)];
    sql.extend(stages(unit, &funnel));
    let rest =
        [("partial", 5), ("break_off", 3), ("refusal", 6), ("no_contact", 15), ("failed", 3)];
    sql.extend(stages(unit, &rest));
    sql
}

both! {
    /// Number for number, to the last digits that doubles have; the order of additions may
    /// differ by a few units of those.
    async fn the_report_is_the_documented_one(database: Database) {
        let (store, reports) = centre(&database).await;
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let mut sql = example(unit(rasa, DAY));
        // Outside the days, and of a generation that is not read: neither may show.
        sql.extend(answers(unit(rasa, DAY + 1), 0, &[(1, 1000)]));
        sql.extend(answers(Unit { generation: 2, ..unit(rasa, DAY) }, 0, &[(1, 1000)]));
        put(&database.url, &sql).await;

        let mut wanted = json!({
            "from": "2026-01-01", "to": "2026-01-31", "time_zone": "Europe/Vilnius",
            "generated_at": "2026-02-01T06:00:00Z",
            "confidence": 0.95, "definitions": "2026-1", "min_n": 20,
            "surveys": [{"survey": "post-call", "versions": ["9f2c0001"], "credit": "last"}],
            "anonymous": false,
            "not_linked": {"interviews": 0}, "waiting": {"answers": 0},
            "agents": [{"agent": "A17", "name": "Rasa", "team": "support",
                "offered": 120, "started": 96, "completed": 88,
                "dispositions": {"complete": 88, "partial": 5, "break_off": 3, "refusal": 6,
                                 "no_contact": 15, "failed": 3},
                "answer_rate": {"n": 120, "score": 0.775, "low": 0.6924310051535484,
                                "high": 0.8405084533161647},
                "response_rate": null, "response_rate_reason": "coverage",
                "csat": {"n": 95, "score": 0.8421052631578947, "low": 0.7557039468613879,
                         "high": 0.9019148375589726, "mean": 4.2631578947368425,
                         "mean_low": 4.058991759296377, "mean_high": 4.467324030177308,
                         "counts": {"1": 3, "2": 4, "3": 8, "4": 30, "5": 50}, "enough": true},
                "nps": {"n": 88, "score": 40.909090909090914, "low": 24.754175907256144,
                        "high": 54.36670321362298, "promoters": 48, "passives": 28,
                        "detractors": 12, "enough": true},
                "ces": {"n": 90, "score": 0.7222222222222222, "low": 0.6220477250293879,
                        "high": 0.8042031080531336, "mean": 3.9, "mean_low": 3.673482208762708,
                        "mean_high": 4.126517791237292,
                        "counts": {"1": 4, "2": 6, "3": 15, "4": 35, "5": 30}, "enough": true},
                "fcr": {"n": 92, "score": 0.8043478260869565, "low": 0.7117967165323347,
                        "high": 0.8725015682503303, "enough": true}}]});
        let row = wanted["agents"][0].as_object_mut().expect("a row");
        row.insert("reach".into(), Value::Null);
        row.insert("reach_reason".into(), "coverage".into());
        // No record tells of any of these calls.
        let coverage = json!({"n": 120, "score": 0.0, "low": 0.0, "high": 0.031019166418703482});
        row.insert("coverage".into(), coverage);
        let mut got = json_of(&reports, &january()).await;
        got.as_object_mut().expect("an object").remove("centre").expect("the centre's totals");
        // Of one agent alone nobody can say what is expected; what several get is tested apart.
        for key in ["csat", "ces", "fcr"] {
            let figure = got["agents"][0][key].as_object_mut().expect("a figure");
            assert_eq!(figure.remove("verdict"), Some(json!("too_few")), "{key}");
            for field in ["expected", "shrunk", "rank"] {
                assert_eq!(figure.remove(field), Some(Value::Null), "{key} {field}");
            }
        }
        same(&wanted, &got, "");
        // Also in the order that people read.
        let text = serde_json::to_string(&reports.agents(&january(), &everything(), NOW).await.expect("a report"));
        let text = text.expect("JSON");
        let places = ["\"agent\"", "\"offered\"", "\"csat\"", "\"mean\"", "\"counts\":{\"1\":3,\"2\":4", "\"nps\"", "\"ces\"", "\"fcr\""];
        let rows = &text[text.find("\"agents\"").expect("agents")..];
        let found: Vec<_> = places.iter().map(|place| rows.find(place).expect(place)).collect();
        assert!(found.is_sorted(), "{found:?}");
    }

    /// Every filter takes away what it names and nothing else.
    async fn filters_choose_what_they_name(database: Database) {
        let (store, reports) = centre(&database).await;
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let jonas = names(&store, "A18", "Jonas", "sales", "mail").await;
        let mut sql = Vec::new();
        for (who, language, n) in [(rasa, "lt", 30), (rasa, "en", 7), (jonas, "en", 5)] {
            let one = Unit { language, ..unit(who, DAY) };
            sql.extend(answers(one, 0, &[(5, n)]));
            sql.extend(stages(one, &[("offered", n), ("started", n), ("complete", n)]));
            let whole = Unit { kind: 0, agent: 0, ..one };
            sql.extend(answers(whole, 0, &[(5, n)]));
            sql.extend(stages(whole, &[("offered", n), ("started", n), ("complete", n)]));
        }
        put(&database.url, &sql).await;
        // Name, ratings of Rasa and of Jonas, ratings of the centre.
        let cases: [(&str, Filter, [u64; 3]); 9] = [
            ("all", january(), [37, 5, 42]),
            ("queue", Filter { queue: Some("mail".into()), ..january() }, [0, 5, 5]),
            ("team", Filter { team: Some("support".into()), ..january() }, [37, 0, 37]),
            ("language", Filter { language: "en".parse().ok(), ..january() }, [7, 5, 12]),
            ("survey", Filter { survey: Some("post-call".into()), ..january() }, [37, 5, 42]),
            ("version", Filter { version: Some(VERSION), ..january() }, [37, 5, 42]),
            ("channel", Filter { channel: Some("mail".into()), ..january() }, [0, 0, 0]),
            // The centre is the centre, whoever is looked at.
            ("agent", Filter { agent: Some("A18".into()), ..january() }, [0, 5, 42]),
            ("days", Filter::days(date(2026, 1, 1), date(2026, 1, 30)), [0, 0, 0]),
        ];
        for (name, filter, wanted) in cases {
            let report = reports.agents(&filter, &everything(), NOW).await.expect(name);
            let of = |code: &str| {
                let row = report.agents.iter().find(|row| row.agent == code);
                row.and_then(|row| row.figures.measures.get("csat")).map_or(0, |m| m.n)
            };
            let centre = report.centre.measures.get("csat").map_or(0, |m| m.n);
            assert_eq!([of("A17"), of("A18"), centre], wanted, "{name}");
        }
        let only = Filter { question: Some("solved".into()), ..january() };
        let report = reports.agents(&only, &everything(), NOW).await.expect("a report");
        assert!(report.figures.iter().all(|f| f.key == "fcr"), "{:?}", report.figures);
    }

    /// A wrong name gives a stable word and a sentence, not an empty report.
    async fn unknown_names_are_refused(database: Database) {
        let (_, reports) = centre(&database).await;
        let cases = [
            ("unknown_survey", Filter { survey: Some("none".into()), ..january() }),
            ("unknown_version", Filter { version: "00000000".parse().ok(), ..january() }),
            ("unknown_question", Filter { question: Some("none".into()), ..january() }),
            ("unknown_queue", Filter { queue: Some("none".into()), ..january() }),
            ("unknown_team", Filter { team: Some("none".into()), ..january() }),
            ("unknown_agent", Filter { agent: Some("none".into()), ..january() }),
        ];
        for (wanted, filter) in cases {
            match reports.agents(&filter, &everything(), NOW).await {
                Err(ReportError::Asked { code, sentence }) => {
                    assert_eq!(code, wanted);
                    assert!(sentence.contains("none") || sentence.contains("00000000"), "{sentence}");
                }
                other => panic!("{wanted}: {other:?}"),
            }
        }
    }

    /// A changed scale or a new series is a figure of its own; the same one is pooled.
    async fn answers_are_pooled_over_one_scale_and_series_only(database: Database) {
        let (store, reports) = centre(&database).await;
        let mut newer = survey(aftercall::survey::Version(7));
        newer.questions[0].series = "rating-2".into();
        store.survey_seen(&newer, 5).await.expect("a survey");
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let mut sql = Vec::new();
        for kind in [0, 1] {
            let one = Unit { kind, agent: if kind == 0 { 0 } else { rasa[0] }, ..unit(rasa, DAY) };
            for (question, n) in [(0, 9), (2, 4)] {
                let old = answers(one, question, &[(4, n)]);
                let new = format!(", {}, {question},", VERSION.0);
                sql.extend(old.iter().map(|line| line.replace(&new, &format!(", 7, {question},"))));
                sql.extend(old);
            }
        }
        put(&database.url, &sql).await;
        let report = reports.agents(&january(), &everything(), NOW).await.expect("a report");
        let row = &report.agents[0].figures.measures;
        let n = |key: &str| row.get(key).map(|m| m.n);
        assert_eq!((n("csat"), n("csat_series_rating"), n("ces")), (Some(9), Some(9), Some(8)));
        let now = report.figures.iter().find(|f| f.key == "csat").expect("csat");
        assert_eq!(now.questions, [(newer.version, 0)]);
    }

    /// A new series under a new name is a break all the same; a measure that is asked no more
    /// keeps its name.
    async fn a_question_may_change_its_name_with_its_series(database: Database) {
        let (store, reports) = centre(&database).await;
        let mut newer = survey(aftercall::survey::Version(7));
        newer.questions[0].name = "kindness".into();
        newer.questions[0].series = "kindness".into();
        newer.questions.remove(2);
        store.survey_seen(&newer, 5).await.expect("a survey");
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let one = Unit { kind: 1, agent: rasa[0], ..unit(rasa, DAY) };
        let mut sql = answers(one, 0, &[(4, 9)]);
        let new = format!(", {}, 0,", VERSION.0);
        sql.extend(answers(one, 0, &[(5, 3)]).iter().map(|line| line.replace(&new, ", 7, 0,")));
        sql.extend(answers(one, 2, &[(4, 6)]));
        put(&database.url, &sql).await;
        let report = reports.agents(&january(), &everything(), NOW).await.expect("a report");
        let row = &report.agents[0].figures.measures;
        let n = |key: &str| row.get(key).map(|m| m.n);
        assert_eq!((n("csat"), n("csat_series_rating"), n("ces")), (Some(3), Some(9), Some(6)));
    }

    /// From a number to the interviews behind it, page by page, and to one transcript.
    async fn numbers_lead_to_their_interviews(database: Database) {
        let (store, reports) = centre(&database).await;
        store.name_agent("A17", "Rasa").await.expect("an agent");
        let start = DAY * 86_400_000 + 3_600_000;
        for n in 0..120u8 {
            // Every third is without agent.
            let agent = (n % 3 != 0).then(|| "A17".to_owned());
            let said = Said { agent, queue: Some("calls".into()), ..Said::default() };
            // Two of the same millisecond, so that the page's end is told by id too.
            interview(&store, n, start + i64::from(n / 2), said, 1 + n % 5).await;
        }
        let filter = Filter { agent: Some("A17".into()), ..january() };
        let report = reports.agents(&filter, &everything(), NOW).await.expect("a report");
        let csat = report.figures.iter().find(|f| f.key == "csat").expect("csat");
        assert_eq!(report.not_linked.interviews, 40);

        let pages = pages(&reports, &filter, Wanted::default()).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 30]);
        let mut ids: Vec<String> = pages.concat();
        ids.dedup();
        assert_eq!(ids.len(), 80, "no interview twice and none left out");

        let twos = Wanted { answer: Some(Answered { questions: csat.questions.clone(), values: 2..=2 }), ..Wanted::default() };
        let list = reports.interviews(reader(), &filter, &twos).await.expect("a list");
        let counted = report.agents[0].figures.measures.get("csat").expect("csat").values.0[1];
        assert_eq!(counted, (2, list.rows.len() as u64));
        assert!(list.rows.iter().all(|row| row.answers[0].value == "2"));

        let unlinked = Wanted { unlinked: true, ..Wanted::default() };
        let unlinked_rows = reports.interviews(reader(), &january(), &unlinked).await.expect("a list").rows;
        assert_eq!(unlinked_rows.len(), 40);
        let by_queue = Filter { queue: Some("calls".into()), ..january() };
        assert_eq!(reports.interviews(reader(), &by_queue, &unlinked).await.expect("a list").rows.len(), 40);

        let one = reports.interview(reader(), &list.rows[0].id).await.expect("read").expect("there");
        assert_eq!(one.credits[0].agent_name.as_deref(), Some("Rasa"));
        assert_eq!(one.turns[0].did, Did::Keys("2".into()));
        assert!(one.turns[0].asked.starts_with("How satisfied"), "{:?}", one.turns[0]);
        assert_eq!(one.turns[0].outcome, ["Satisfied: 2"]);
        assert_eq!(one.row.started, "2026-01-31 03:00");
        assert_eq!(reports.interview(reader(), "no id").await.expect("read"), None);
        assert_eq!(reports.interview(reader(), &"f".repeat(32)).await.expect("read"), None);
    }

    /// As CSV and for a terminal: the same numbers, and no formulas from names.
    async fn tables_for_spreadsheets_and_terminals(database: Database) {
        let (store, reports) = centre(&database).await;
        let rasa = names(&store, "A17", "=cmd|'x'!A1", "-support", "calls").await;
        let few = names(&store, "A18", "Jonas", "@sales", "calls").await;
        let mut sql = example(unit(rasa, DAY));
        sql.extend(answers(unit(few, DAY), 0, &[(5, 7)]));
        sql.extend(stages(unit(few, DAY), &[("offered", 9), ("started", 7), ("complete", 7), ("no_contact", 2)]));
        put(&database.url, &sql).await;
        let report: AgentsReport = reports.agents(&january(), &everything(), NOW).await.expect("a report");
        let text = table::csv(&report).expect("CSV");
        let mut lines = csv::Reader::from_reader(text.as_bytes());
        let head = lines.headers().expect("a head").clone();
        let rows: Vec<csv::StringRecord> = lines.records().collect::<Result<_, _>>().expect("rows");
        let cell = |row: usize, name: &str| {
            let at = head.iter().position(|column| column == name).expect(name);
            rows[row][at].to_owned()
        };
        assert_eq!(rows.len(), 2);
        assert_eq!((cell(0, "name"), cell(0, "team")), ("'=cmd|'x'!A1".into(), "'-support".into()));
        assert_eq!(cell(1, "team"), "'@sales");
        for (name, wanted) in [("csat_n", "95"), ("csat_score", "0.8421052631578947"), ("csat_5", "50"), ("nps_promoters", "48"), ("fcr_score", "0.8043478260869565"), ("offered", "120")] {
            assert_eq!(cell(0, name), wanted, "{name}");
        }
        assert_eq!((cell(1, "csat_enough"), cell(1, "nps_n")), ("false".into(), "".into()));

        let shown = table::text(&report);
        assert!(shown.contains("84.2 %") && shown.contains("75.6 % to 90.2 %"), "{shown}");
        let few_at = shown.find("too few").expect("too few");
        assert!(shown.find("A17").expect("A17") < few_at, "too few come last:\n{shown}");
        assert!(!shown.contains("100.0 %   "), "no score from seven answers:\n{shown}");
    }
}

async fn pages(reports: &Reports, filter: &Filter, first: Wanted) -> Vec<Vec<String>> {
    let (mut pages, mut wanted) = (Vec::new(), first);
    loop {
        let list = reports.interviews(reader(), filter, &wanted).await.expect("a page");
        pages.push(list.rows.into_iter().map(|row| row.id).collect());
        match list.next {
            Some(next) => wanted.after = Some(next),
            None => return pages,
        }
    }
}

/// An interview with one answered rating.
async fn interview(store: &Store, n: u8, started_ms: i64, said: Said, rating: u8) {
    let id = InterviewId([n; 16]);
    let begin = Begin {
        id,
        provider: "sim".into(),
        call_ref: Some(format!("CA{n}")),
        handover: String::new(),
        survey: VERSION,
        language: "en".into(),
        channel: "phone".into(),
        day: DAY,
        started_ms,
        limit_ms: started_ms + 300_000,
        caller: None,
        caller_last: Some("123".into()),
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: Vec::new(),
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said,
    };
    store.begin(begin).await.expect("begun");
    let outcome = Outcome::Answered(rating);
    let turn = Turn {
        id,
        turn: 1,
        at_ms: started_ms + 9_000,
        input: Input::Keys(rating.to_string()),
        facts: vec![Fact::Item { question: 0, outcome }],
        items: vec![(0, outcome)],
        carried: Carried::default(),
        language: "en".into(),
        state: Vec::new(),
        open_question: Some(1),
        started: true,
        disposition: Disposition::Partial,
        ended: false,
    };
    store.record(turn).await.expect("recorded");
}

/// Compares JSON; numbers to 1 part in 10^11, beyond which the order of additions shows.
fn same(wanted: &Value, got: &Value, path: &str) {
    match (wanted, got) {
        (Value::Object(a), Value::Object(b)) => {
            let names = |object: &serde_json::Map<String, Value>| {
                object.keys().cloned().collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(names(a), names(b), "fields of {path}");
            a.iter().for_each(|(key, value)| same(value, &b[key], &format!("{path}.{key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}: {got}");
            a.iter().zip(b).for_each(|(a, b)| same(a, b, path));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
            assert!((a - b).abs() <= 1e-11 * a.abs().max(1.0), "{path}: {b}, wanted {a}");
        }
        _ => assert_eq!(wanted, got, "{path}"),
    }
}
