//! Interviews as lines of JSON: complete, resumable, without numbers, a chunk at a time.

use std::collections::BTreeSet;

use aftercall::interview::Outcome;
use aftercall::report::{Filter, People, ReportError, Reports, Sight, Viewer};
use aftercall::store::{Said, Store};
use http::StatusCode;
use http_body_util::BodyExt;
use jiff::civil::date;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{ask, begin, get, got, house, turn};
use crate::harness::both;
use crate::report::sample::put;

/// 2026-01-31, and noon of it in UTC.
const DAY: i64 = 20_484;
const NOON: i64 = DAY * 86_400_000 + 43_200_000;
const PATH: &str = "/api/v1/exports/interviews.ndjson?from=2026-01-01&to=2026-01-31";

fn said(agent: &str, team: &str) -> Said {
    Said {
        agent: Some(agent.into()),
        team: Some(team.into()),
        queue: Some("calls".into()),
        ..Said::default()
    }
}

/// That many interviews, two in each millisecond, by two agents of two teams.
async fn fill(store: &Store, from: u32, many: u32) {
    let one = |n: u32| async move {
        let (agent, team) = if n.is_multiple_of(2) { ("A1", "red") } else { ("A2", "blue") };
        let begin = begin(n, NOON + i64::from(n / 2), DAY, said(agent, team));
        store.begin(begin.clone()).await.expect("begins");
        let items = [
            (0, Outcome::Answered(u8::try_from(1 + n % 5).expect("small"))),
            (1, Outcome::Answered(0)),
            (2, Outcome::Skipped),
        ];
        store.record(turn(&begin, begin.started_ms + 5_000, &items)).await.expect("recorded");
    };
    // The store writes together what waits together.
    let mut waiting =
        (from..from + many).map(one).collect::<futures_util::stream::FuturesUnordered<_>>();
    while futures_util::StreamExt::next(&mut waiting).await.is_some() {}
}

fn read(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn ids(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["id"].as_str().expect("an id")).collect()
}

fn january() -> Filter {
    Filter::days(date(2026, 1, 1), date(2026, 1, 31))
}

/// All lines that a viewer gets.
async fn seen(reports: &Reports, viewer: &Viewer) -> Vec<Value> {
    let mut export = reports.export(&january(), viewer, None).await.expect("an export");
    let mut lines = Vec::new();
    while let Some(text) = reports.next_lines(&mut export).await.expect("lines") {
        lines.extend(read(&text));
    }
    lines
}

both! {
    /// Each interview once, oldest first; from any line on the rest, and nothing twice.
    async fn every_interview_goes_out_once(database: Database) {
        let (app, router) = house(&database).await;
        fill(app.store(), 0, 1203).await;
        let whole = got(&router, PATH).await;
        assert_eq!(whole.kind, "application/x-ndjson");
        let lines = read(whole.text());
        assert_eq!(lines.len(), 1203);
        let all = ids(&lines);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1203, "each once");
        assert!(all.is_sorted(), "oldest first, by id within a millisecond");
        for at in [0, 498, 499, 500, 501, 1201, 1202] {
            let after = lines[at]["after"].as_str().expect("a place");
            let rest = got(&router, &format!("{PATH}&after={after}")).await;
            assert_eq!(ids(&read(rest.text())), all[at + 1..], "after line {at}");
        }
        for (filter, wanted) in [
            ("&team=red", 602), ("&queue=calls", 1203), ("&agent=A2", 601), ("&survey=post-call", 1203),
            ("&language=lt", 0), ("&channel=phone", 1203), ("&agent=A2&team=red", 0),
        ] {
            let some = got(&router, &format!("{PATH}{filter}")).await;
            assert_eq!(read(some.text()).len(), wanted, "{filter}");
        }
    }

    /// What one line says, and what it never says.
    async fn a_line_says_what_was_answered(database: Database) {
        let (app, router) = house(&database).await;
        fill(app.store(), 3, 1).await;
        let mark = "update answers set outside_control = true where question = 0";
        put(&database.url, &[mark.to_owned()]).await;
        let lines = got(&router, PATH).await;
        assert!(!lines.text().contains("xyz"), "no digit of a number: {}", lines.text());
        let mut line = read(lines.text()).remove(0);
        line.as_object_mut().expect("an object").remove("after");
        let answer = |measure: &str, outcome: &str, value: Option<u8>, outside: bool| {
            json!({"measure": measure, "outcome": outcome, "value": value, "outside_control": outside})
        };
        assert_eq!(line, json!({
            "id": format!("{:08x}{}", 3, "0".repeat(24)),
            "survey": "post-call", "version": "9f2c0001", "language": "en", "channel": "phone",
            "started": "2026-01-31T12:00:00.001Z", "day": "2026-01-31", "closed": false,
            "disposition": "complete", "link": "handover", "team": "blue", "queue": "calls",
            "credits": [{"agent": "A2", "name": "A2", "team": "blue", "queue": "calls"}],
            "answers": {
                "rating": answer("csat", "answered", Some(4), true),
                "solved": answer("fcr", "answered", Some(0), false),
                "effort": answer("ces", "skipped", None, false),
            },
            "comments": [],
        }));
    }

    /// Whoever sees some teams gets their interviews only; where agents do not appear, no line
    /// names one; whoever sees their own weeks gets none.
    async fn a_viewer_gets_what_they_may_see(database: Database) {
        let (app, _) = house(&database).await;
        fill(app.store(), 0, 20).await;
        let reports = &app.site.reports;
        let red = Sight::Teams(BTreeSet::from(["red".to_owned()]));
        let lines = seen(reports, &Viewer { sight: red.clone(), people: People::Named }).await;
        assert_eq!(lines.len(), 10);
        assert!(lines.iter().all(|line| line["credits"][0]["agent"] == "A1"));
        let none = Sight::Teams(BTreeSet::new());
        assert!(seen(reports, &Viewer { sight: none, people: People::Named }).await.is_empty());
        for people in [People::Coded, People::Team] {
            let lines = seen(reports, &Viewer { sight: Sight::Everything, people }).await;
            assert_eq!(lines.len(), 20);
            let text = Value::from(lines).to_string();
            assert!(text.contains("\"red\"") && !text.contains("A1"), "{text}");
            let filter = Filter { agent: Some("A1".into()), ..january() };
            let viewer = Viewer { sight: Sight::Everything, people };
            let refused = reports.export(&filter, &viewer, None).await;
            assert!(matches!(refused, Err(ReportError::Asked { code: "individual_reports_off", .. })));
        }
        let own = Viewer { sight: Sight::Own("A1".into()), people: People::Named };
        let refused = reports.export(&january(), &own, None).await;
        assert!(matches!(refused, Err(ReportError::Asked { code: "own_results_only", .. })));
    }

    /// A chunk is read when the one before was taken, so a slow client costs no memory; a fault on
    /// the way breaks the body off rather than ending it.
    async fn chunks_are_read_as_they_are_taken(database: Database) {
        let (app, router) = house(&database).await;
        fill(app.store(), 0, 700).await;
        let answer = router.clone().oneshot(get(PATH)).await.expect("an answer");
        let mut body = answer.into_body();
        let first = body.frame().await.expect("a frame").expect("lines").into_data().expect("data");
        assert_eq!(first.iter().filter(|byte| **byte == b'\n').count(), 500);
        fill(app.store(), 700, 1).await;
        let second = body.frame().await.expect("a frame").expect("lines").into_data().expect("data");
        assert_eq!(second.iter().filter(|byte| **byte == b'\n').count(), 201, "with the late one");
        assert!(body.frame().await.is_none(), "a clean end");

        let answer = router.clone().oneshot(get(PATH)).await.expect("an answer");
        let mut body = answer.into_body();
        body.frame().await.expect("a frame").expect("lines");
        put(&database.url, &["drop table comments".to_owned()]).await;
        assert!(body.frame().await.expect("a frame").is_err(), "broken off");
    }

    async fn wrong_requests_are_told(database: Database) {
        let (_, router) = house(&database).await;
        for (query, code) in [
            ("&after=x", "bad_page"), ("&question=rating", "unknown_parameter"), ("&tem=x", "unknown_parameter"),
            ("&team=none", "unknown_team"), ("&from=x", "bad_date"), ("&language=english", "bad_language"),
        ] {
            let answer = ask(&router, get(&format!("{PATH}{query}"))).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
            let body: Value = serde_json::from_slice(&answer.bytes).expect("JSON");
            assert_eq!(body["error"]["code"], code, "{query}");
        }
    }
}
