//! What the report says beyond single figures: who is compared, changes, parts, weeks.

use aftercall::report::agents::Comparison;
use aftercall::report::overview::Change;
use aftercall::report::parts::By;
use aftercall::report::trend::Signal;
use aftercall::report::{Filter, Reports};
use aftercall::store::Store;
use jiff::civil::date;
use serde_json::{Value, json};

use super::sample::{Unit, answers, put, stages};
use super::{DAY, NOW, centre, everything, january, json_of, names, unit};
use crate::harness::both;

/// Agents of one queue who satisfy 80 of 100 callers, one who satisfies 55, and one with few
/// answers; each also in the whole. Half of the agents are in each of two teams.
async fn put_agents(store: &Store, url: &str, day: i64) {
    let mut sql = Vec::new();
    for n in 0..12 {
        let code = format!("A{n:02}");
        let team = if n % 2 == 0 { "red" } else { "blue" };
        let ids = names(store, &code, &format!("Agent {n}"), team, "calls").await;
        let counts = match n {
            0 => [(5, 55), (2, 45)],
            11 => [(5, 4), (2, 3)],
            _ => [(5, 80), (2, 20)],
        };
        let own = unit(ids, day);
        sql.extend(answers(own, 0, &counts));
        sql.extend(stages(own, &[("offered", 100), ("complete", 90)]));
        let whole = Unit { kind: 0, agent: 0, language: if n < 6 { "lt" } else { "en" }, ..own };
        sql.extend(added(answers(whole, 0, &counts)));
        sql.extend(added(stages(whole, &[("offered", 100), ("complete", 90)])));
    }
    put(url, &sql).await;
}

/// Adds to a count that is there already.
fn added(sql: Vec<String>) -> Vec<String> {
    let column = |text: &str| if text.contains("answer_tally") { "n_raw" } else { "n" };
    sql.into_iter()
        .map(|text| {
            let table = if text.contains("answer_tally") { "answer_tally" } else { "funnel_tally" };
            let column = column(&text);
            format!("{text} on conflict do update set {column} = {table}.{column} + excluded.{column}")
        })
        .map(|text| {
            // PostgreSQL wants the key named.
            let key = match text.contains("answer_tally") {
                true => {
                    "(gen, day, survey, question, language, channel, kind, agent, team, queue, outcome)"
                }
                false => "(gen, day, survey, language, channel, kind, agent, team, queue, stage)",
            };
            text.replace("on conflict do", &format!("on conflict {key} do"))
        })
        .collect()
}

fn row<'a>(report: &'a Value, code: &str) -> &'a Value {
    let rows = report["agents"].as_array().expect("rows");
    rows.iter().find(|row| row["agent"] == code).unwrap_or_else(|| panic!("{code} is missing"))
}

async fn comparison(reports: &Reports, filter: &Filter) -> Comparison {
    reports.agents(filter, &everything(), NOW).await.expect("a report").comparison
}

both! {
    /// One of twelve agents is clearly below what the others in the same queue give.
    async fn a_verdict_is_one_whoever_looks(database: Database) {
        let (store, reports) = centre(&database).await;
        put_agents(&store, &database.url, DAY).await;
        let whole = json_of(&reports, &january()).await;
        let below = &row(&whole, "A00")["csat"];
        assert_eq!(below["verdict"], "below", "{below}");
        // The others give 804 of 1007 satisfied.
        let expected = below["expected"].as_f64().expect("a share");
        assert!((expected - 804.0 / 1007.0).abs() < 1e-12, "{expected}");
        let shrunk = below["shrunk"].as_f64().expect("a share");
        assert!(0.55 < shrunk && shrunk < 0.62, "chance is taken off: {shrunk}");
        assert_eq!(below["rank"], json!({"low": 11, "high": 11, "of": 11}));
        assert_eq!(row(&whole, "A01")["csat"]["verdict"], "as_expected");
        let few = &row(&whole, "A11")["csat"];
        assert_eq!((&few["verdict"], &few["rank"]), (&json!("too_few"), &Value::Null));

        // The same within a team's view, and nothing where the view is another set of answers.
        let red = Filter { team: Some("red".into()), ..january() };
        let red = json_of(&reports, &red).await;
        assert_eq!(&row(&red, "A00")["csat"], below);
        for (filter, why) in [
            (Filter { queue: Some("calls".into()), ..january() }, Comparison::FreeFilter),
            (Filter { language: Some("lt".parse().expect("a code")), ..january() }, Comparison::FreeFilter),
            (Filter::days(date(2026, 1, 2), date(2026, 1, 31)), Comparison::FreePeriod),
            (Filter::days(date(2026, 1, 26), date(2026, 2, 1)), Comparison::FreePeriod),
        ] {
            assert_eq!(comparison(&reports, &filter).await, why, "{filter:?}");
            let free = json_of(&reports, &filter).await;
            let fields = row(&free, "A00")["csat"].as_object().expect("a figure").clone();
            assert!(fields.contains_key("low") && !fields.contains_key("verdict"), "{fields:?}");
        }
    }

    /// Parts add up to the whole; what changed most names the parts that changed and no others.
    async fn parts_and_changes_follow_the_whole(database: Database) {
        let (store, reports) = centre(&database).await;
        put_agents(&store, &database.url, DAY).await;
        let by_team = reports.parts(&january(), By::Team, &everything()).await.expect("a report");
        let of = |name: &str| {
            let part = by_team.parts.iter().find(|p| p.name.as_deref() == Some(name));
            part.expect(name).figures.clone()
        };
        let n = |figures: &aftercall::report::agents::Figures| figures.measures.get("csat").map(|m| m.n);
        assert_eq!((n(&of("red")), n(&of("blue"))), (Some(600), Some(507)));
        assert_eq!(n(&by_team.whole), Some(1107));
        assert_eq!((of("red").offered, by_team.whole.offered), (600, 1200));
        let by_language = reports.parts(&january(), By::Language, &everything()).await.expect("a report");
        assert_eq!(by_language.parts.len(), 2);

        // The month before, everybody satisfied 80 of 100.
        let mut sql = Vec::new();
        for (team, counts) in [("red", [(5, 480), (2, 120)]), ("blue", [(5, 160), (2, 40)])] {
            let ids = names(&store, "A00", "Agent 0", team, "calls").await;
            let before = Unit { kind: 0, agent: 0, ..unit(ids, DAY - 31) };
            sql.extend(answers(before, 0, &counts));
            sql.extend(stages(before, &[("offered", 700), ("complete", 600)]));
        }
        put(&database.url, &sql).await;
        let overview = reports.overview(&january(), &everything()).await.expect("an overview");
        assert_eq!((overview.before_from.as_str(), overview.before_to.as_str()), ("2025-12-01", "2025-12-31"));
        let rate = overview.changes.iter().find(|c| c.measure == "answer_rate").expect("a rate");
        assert_eq!(rate.change, Change::Up, "{rate:?}");
        let changed: Vec<_> = overview
            .changed_most
            .iter()
            .map(|c| (c.by, c.name.as_str(), c.changed.measure.as_str(), c.changed.change))
            .collect();
        // 455 of 600 after 480 of 600 is 4 points; of the teams none is beyond chance.
        assert_eq!(changed, [], "{:?}", overview.changed_most);
        assert_eq!(overview.compared, 3, "two teams, and the language of both months; one queue is the whole");
    }

    /// Twenty weeks as always, then one that is not.
    async fn a_week_outside_what_was_usual_is_marked(database: Database) {
        let (store, reports) = centre(&database).await;
        let ids = names(&store, "A17", "Rasa", "support", "calls").await;
        let mut sql = Vec::new();
        // 2026-01-26 is a Monday.
        let monday = DAY - 5;
        for week in 0..22 {
            let satisfied = match week {
                0 => 10,
                _ => 40 + week % 3,
            };
            let whole = Unit { kind: 0, agent: 0, ..unit(ids, monday - 7 * week) };
            sql.extend(answers(whole, 0, &[(5, satisfied), (1, 50 - satisfied)]));
        }
        put(&database.url, &sql).await;
        let filter = Filter::days(date(2026, 1, 12), date(2026, 1, 31));
        let trend = reports.trend(&filter, Some("csat"), &everything()).await.expect("read").expect("a trend");
        let centre = trend.centre.expect("enough points before");
        assert!((0.8..0.84).contains(&centre), "{centre}");
        assert_eq!(trend.points.len(), 22);
        assert_eq!(trend.points.iter().filter(|p| !p.baseline).count(), 3);
        let last = trend.points.last().expect("a point");
        assert_eq!((last.from.as_str(), last.to.as_str()), ("2026-01-26", "2026-01-31"));
        assert_eq!((last.n, last.score), (50, Some(0.2)));
        assert_eq!(last.signal, Some(Signal::Beyond));
        assert!(trend.points[..21].iter().all(|p| p.signal.is_none()));
        assert_eq!(trend.points[0].from, "2025-09-01", "nothing before the first answer");
        assert_eq!(reports.trend(&filter, Some("none"), &everything()).await.expect("read"), None);
    }
}
