//! The audit log: what is looked at, what goes out and what is changed is written down, each as
//! what it is, with whom and what; and what only counts is not.

use super::*;
use crate::harness::change;

/// The way of it, the address, its fields, and the act and the object in the log; no act where
/// nothing is written.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const ID: &str = "01010101010101010101010101010101";
const ROWS: &[Row] = &[
    ("GET", "/", &[], "", ""),
    ("GET", "/questions", &[], "", ""),
    ("GET", "/unlinked", &[], "view_interview", "list"),
    ("GET", "/interviews", &[], "view_interview", "list"),
    ("GET", "/interviews/01010101010101010101010101010101", &[], "view_interview", ID),
    ("GET", "/api/v1/interviews/01010101010101010101010101010101", &[], "view_interview", ID),
    ("GET", "/agents/R-ONE", &[], "view_interview", "list"),
    ("GET", "/api/v1/agents", &[], "export", "agents"),
    ("GET", "/api/v1/interviews", &[], "export", "interviews"),
    ("GET", "/api/v1/cases", &[], "export", "cases"),
    ("GET", "/api/v1/reports/agents", &[], "export", "report:agents"),
    ("GET", "/api/v1/reports/agents.csv", &[], "export", "report:agents"),
    ("GET", "/api/v1/reports/fairness", &[], "export", "report:fairness"),
    ("GET", "/api/v1/reports/reviewers", &[], "export", "report:reviewers"),
    ("GET", "/api/v1/exports/interviews.ndjson", &[], "export", "interviews"),
    ("POST", "/cases/case-1", &[("do", "close"), ("outcome", "called")], "change_case", "case-1"),
    (
        "POST",
        "/settings/targets",
        &[("measure", "csat"), ("value", "80"), ("from", "2026-01-01")],
        "change_target",
        "csat",
    ),
    (
        "POST",
        "/interviews/01010101010101010101010101010101/link",
        &[("to", "agent"), ("agent", "B-TWO"), ("reason", "was there")],
        "relink",
        ID,
    ),
    (
        "POST",
        "/interviews/01010101010101010101010101010101/marks",
        &[("question", "all"), ("reason", "wait"), ("note", "")],
        "review",
        ID,
    ),
];

both! {
    async fn every_row_is_written_down_as_it_says(database: Database) {
        let house = House::planted(&database, "").await;
        change(&database, "insert into cases (id, interview, opened_ms, reason, status)
            select 'case-1', id, 1, 'low_score', 'open' from interviews order by id limit 1").await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let log = async || house.app.store().audit("", None, 100).await.expect("reads");
        for (way, path, fields, act, object) in ROWS {
            let before = log().await.len();
            let answer = match *way {
                "GET" if path.ends_with(ID) || path.ends_with("/cases") => house.get(path, &admin).await,
                "GET" => house.get(&format!("{path}?{DAYS}"), &admin).await,
                _ => house.post(path, fields, &admin).await,
            };
            assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {} {}", answer.status, answer.text);
            let after = log().await;
            if act.is_empty() {
                assert_eq!(after.len(), before, "{path}: {:?}", after.first());
                continue;
            }
            assert_eq!(after.len(), before + 1, "{path}");
            let entry = &after[0];
            assert_eq!((&*entry.who, &*entry.act), ("settings", *act), "{path}");
            if !object.is_empty() {
                assert_eq!(entry.object, *object, "{path}");
            }
        }
    }

    /// Cases of people, and how long what is kept stays, by the settings in force.
    async fn the_page_says_how_long_things_stay(database: Database) {
        let kept = "[retention]\ninterviews = 90\ncomments = 31\naudit = 0\nagent_scores = 400\n";
        let house = House::planted(&database, kept).await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let shown = async || house.get("/settings/shown", &admin).await.text;
        let text = shown().await;
        for (value, key) in [
            ("90 days", "retention.interviews"),
            ("31 days", "retention.comments"),
            ("as long as the interview", "retention.numbers"),
            ("400 days", "retention.agent_scores"),
            ("until they are erased", "retention.audit"),
        ] {
            assert!(text.contains(&format!("<b>{value}</b> <code class=\"muted\">{key}</code>")), "{key}: {text}");
        }
        assert!(!text.contains("are closed"), "{text}");
        // 2026-01-01.
        assert!(house.app.store().close_days(20_454).await.expect("closes"));
        let text = shown().await;
        assert!(text.contains("Days before 2026-01-01 are closed"), "{text}");
    }
}
