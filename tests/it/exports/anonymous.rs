//! Anonymous surveys in every form that figures go out in: nothing that shows, or lets work out,
//! what fewer than eight callers answered.

use std::collections::BTreeMap;

use aftercall::store::Said;
use aftercall::survey::{Survey, Version};
use http::StatusCode;
use serde_json::Value;

use super::{ask, begin, get, got, house};
use crate::harness::{Database, both};
use crate::report::sample::{self, VERSION, answers, put, survey};

const QUIET: Version = Version(0x00c0_ffee);
/// 2024-01-01, 2024-02-01, 2024-03-01.
const MONTHS: [i64; 3] = [19_723, 19_754, 19_783];

/// Ratings by month, queue, team and language; the other questions have too few.
const GIVEN: [(usize, i64, i64, &str, i64); 8] = [
    (0, 1, 1, "en", 9),
    (0, 1, 2, "en", 3),
    (0, 2, 1, "lt", 11),
    (1, 1, 1, "en", 20),
    (1, 2, 1, "en", 3),
    (2, 1, 1, "en", 5),
    (0, 1, 1, "lt", 8),
    (0, 2, 2, "lt", 8),
];

async fn fill(database: &Database) {
    let mut statements: Vec<String> = vec![
        "insert into queues (id, name) values (1, 'calls'), (2, 'mail')".into(),
        "insert into teams (id, name) values (1, 'red'), (2, 'blue')".into(),
        "insert into agents (id, code, name) values (7, 'A7', 'Rasa')".into(),
    ];
    for (month, queue, team, language, n) in GIVEN {
        let day = MONTHS[month] + queue + team;
        let unit = sample::Unit { kind: 0, agent: 0, team, queue, language, day, generation: 1 };
        statements.extend(answers(unit, 0, &[(5, n - 1), (1, 1), (-1, 2)]));
        statements.extend(answers(unit, 1, &[(1, 1)]));
        statements.extend(sample::stages(unit, &[("offered", n + 5), ("started", n)]));
    }
    // Questions of one unit stand in one row for each outcome.
    let quiet = |sql: &String| sql.replace(&VERSION.0.to_string(), &QUIET.0.to_string());
    put(&database.url, &statements.iter().map(quiet).collect::<Vec<_>>()).await;
}

/// All filters of a small centre.
fn queries() -> Vec<String> {
    let ends = [("01-01", "01-31"), ("02-01", "02-29"), ("03-01", "03-31")];
    let mut all = Vec::new();
    for from in 0..3 {
        for to in from..3 {
            let days = format!("from=2024-{}&to=2024-{}", ends[from].0, ends[to].1);
            for queue in ["", "&queue=calls", "&queue=mail"] {
                for team in ["", "&team=red", "&team=blue"] {
                    for language in ["", "&language=en", "&language=lt"] {
                        all.push(format!("survey=quiet&{days}{queue}{team}{language}"));
                    }
                }
            }
        }
    }
    all
}

/// Whether a view is part of another one.
fn is_part(part: &str, whole: &str) -> bool {
    let pairs = |query: &str| -> BTreeMap<String, String> {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    };
    let (part, whole) = (pairs(part), pairs(whole));
    let limited = |name: &str| whole.get(name).is_none_or(|value| part.get(name) == Some(value));
    part["from"] >= whole["from"]
        && part["to"] <= whole["to"]
        && ["queue", "team", "language"].into_iter().all(limited)
}

/// How many answers a CSV report tells of.
fn in_csv(text: &str) -> i64 {
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let at = lines.headers().expect("a head").iter().position(|name| name == "csat_n");
    let line = lines.records().next().expect("a line").expect("a line");
    assert_eq!(&line[0], "", "it counts for nobody");
    at.map_or(0, |at| line[at].parse().expect("a number"))
}

both! {
    async fn no_two_reports_differ_by_a_few_answers(database: Database) {
        let (app, router) = house(&database).await;
        let quiet = Survey { name: "quiet".into(), version: QUIET, anonymous: true, ..survey(QUIET) };
        app.store().survey_seen(&quiet, 0).await.expect("kept");
        fill(&database).await;
        let mut told: BTreeMap<String, i64> = BTreeMap::new();
        for query in queries() {
            let json = ask(&router, get(&format!("/api/v1/reports/agents?{query}"))).await;
            let csv = ask(&router, get(&format!("/api/v1/reports/agents.csv?{query}"))).await;
            let xlsx = ask(&router, get(&format!("/api/v1/reports/agents.xlsx?{query}"))).await;
            let page = ask(&router, get(&format!("/agents?{query}"))).await;
            let all = [json.status, csv.status, xlsx.status, page.status];
            let body: Value = serde_json::from_str(json.text()).expect("JSON");
            if json.status == StatusCode::OK {
                assert_eq!(all, [StatusCode::OK; 4], "{query}");
                let n = body["centre"]["csat"]["n"].as_i64().unwrap_or(0);
                assert_eq!(in_csv(csv.text()), n, "{query}");
                assert_eq!(body["agents"], serde_json::json!([]), "{query}");
                assert_eq!(body["anonymous"], true);
                assert_eq!(body["centre"]["offered"], 0, "how many were asked is not told");
                assert!(body["centre"].get("fcr").is_none(), "eight answers in no month: {query}");
                told.insert(query, n);
            } else {
                assert_eq!(all, [StatusCode::BAD_REQUEST; 4], "{query}");
                assert_eq!(body["error"]["code"], "anonymous_too_few", "{query}");
                let sentence = "would show, or let work out, what fewer than 8 callers answered";
                assert!(page.text().contains(sentence), "{query}");
            }
        }
        // Whatever is part of a view: what is left of the view is shown by taking it away.
        for (whole, n) in &told {
            for (part, m) in told.iter().filter(|(part, _)| is_part(part, whole)) {
                let rest = n - m;
                assert!(rest == 0 || rest >= 8, "{whole} {n}, {part} {m}");
            }
        }
        let n = |query: &str| told.get(&format!("survey=quiet&{query}")).copied();
        let (january, quarter) = ("from=2024-01-01&to=2024-01-31", "from=2024-01-01&to=2024-03-31");
        assert_eq!(n(january), Some(39));
        assert_eq!(n("from=2024-02-01&to=2024-02-29"), Some(23));
        assert_eq!(n("from=2024-03-01&to=2024-03-31"), None, "five answers");
        assert_eq!(n(quarter), Some(62), "nor are they in a longer span");
        assert_eq!(n(&format!("{january}&queue=calls")), Some(20));
        assert_eq!(n(&format!("{january}&queue=calls&language=en")), Some(12));
        assert_eq!(n(&format!("{january}&team=red")), None, "three of them are in the other team");
        assert_eq!(n("from=2024-02-01&to=2024-02-29&queue=calls"), None, "three are in the other");
    }

    async fn every_door_says_what_it_does_not_show(database: Database) {
        let (app, router) = house(&database).await;
        let quiet = Survey { name: "quiet".into(), version: QUIET, anonymous: true, ..survey(QUIET) };
        app.store().survey_seen(&quiet, 0).await.expect("kept");
        fill(&database).await;
        app.store().begin(begin(1, 0, 0, Said::default())).await.expect("somebody called once");
        let january = "survey=quiet&from=2024-01-01&to=2024-01-31";
        for (path, code) in [
            (format!("/api/v1/reports/agents?{january}&agent=A7"), "anonymous_survey"),
            ("/api/v1/reports/agents?survey=quiet".into(), "anonymous_months"),
            (format!("/api/v1/reports/agents?version={QUIET}&period=month"), "anonymous_months"),
            ("/api/v1/reports/overview?survey=quiet&from=2024-01-02&to=2024-01-31".into(), "anonymous_months"),
            (format!("/api/v1/reports/queues?{january}&by=team"), "anonymous_too_few"),
            (format!("/api/v1/reports/trend?{january}"), "anonymous_survey"),
            (format!("/api/v1/reports/drivers?{january}"), "anonymous_survey"),
            (format!("/api/v1/reports/resolution?{january}"), "anonymous_survey"),
            (format!("/api/v1/reports/fairness?{january}"), "anonymous_survey"),
            (format!("/api/v1/exports/interviews.ndjson?{january}"), "anonymous_survey"),
        ] {
            let answer = ask(&router, get(&path)).await;
            let body: Value = serde_json::from_str(answer.text()).expect("JSON");
            assert_eq!((answer.status, &body["error"]["code"]), (StatusCode::BAD_REQUEST, &code.into()), "{path}");
        }
        for (path, said) in [
            (format!("/interviews?{january}"), "no agents, single interviews, comments or weeks"),
            (format!("/drivers?{january}"), "no agents, single interviews, comments or weeks"),
            ("/?survey=quiet&period=30d".into(), "whole calendar months"),
        ] {
            let answer = ask(&router, get(&path)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(answer.text().contains(said), "{path}");
        }
        for path in ["/", "/agents", "/questions", "/agents/funnel", "/agents/compare"] {
            let page = got(&router, &format!("{path}?{january}")).await;
            assert!(page.text().contains("Anonymous surveys are in no figures of all"), "{path}");
        }
        let queues = got(&router, &format!("/api/v1/reports/queues?{january}&by=queue")).await;
        let body: Value = serde_json::from_str(queues.text()).expect("JSON");
        let parts: Vec<_> = body["parts"].as_array().expect("parts").iter()
            .map(|part| part["csat"]["n"].as_i64()).collect();
        assert_eq!(parts, [Some(20), Some(19)]);
        let questions = got(&router, &format!("/api/v1/reports/questions?{january}")).await;
        let body: Value = serde_json::from_str(questions.text()).expect("JSON");
        let rating = &body["surveys"][0]["questions"][0];
        assert_eq!((&rating["skipped"], &rating["answered"]), (&0.into(), &Value::Null));
        // Figures of all surveys have nothing of it, of whatever days.
        for query in ["from=2024-01-01&to=2024-01-31", "from=2024-01-05&to=2024-01-05"] {
            let all = got(&router, &format!("/api/v1/reports/agents?{query}")).await;
            let body: Value = serde_json::from_str(all.text()).expect("JSON");
            assert_eq!(body["surveys"], serde_json::json!([]), "{query}");
            assert_eq!(body["centre"]["offered"], 0, "{query}");
        }
    }
}
