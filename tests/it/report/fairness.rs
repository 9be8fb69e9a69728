//! Whose callers are asked: one judgement whatever the view, and none without records.

use aftercall::report::fairness::{FairRow, FairnessReport};
use aftercall::report::parts::By;
use aftercall::report::{Filter, People, ReportError, Reports, Sight, Viewer};
use aftercall::store::Store;

use super::sample::{Unit, put, stages};
use super::{DAY, centre, everything, january, names, unit};
use crate::harness::both;

/// Twelve agents, half in each of two teams, reach 160 of 200 callers; one reaches 100, and the
/// calls of another have too few records. Of those asked, nine in ten answer, but of one agent's.
pub(crate) async fn put_agents(store: &Store, url: &str) {
    let mut sql = Vec::new();
    for n in 0..14 {
        let code = format!("A{n:02}");
        let team = if n % 2 == 0 { "red" } else { "blue" };
        let ids = names(store, &code, &format!("Agent {n}"), team, "calls").await;
        let offered = if n == 0 { 100 } else { 160 };
        let started = if n == 3 { 90 } else { offered * 9 / 10 };
        let recorded = if n == 13 { 10 } else { offered };
        sql.extend(stages(
            unit(ids, DAY),
            &[
                ("handed_over", offered),
                ("offered", offered),
                ("started", started),
                ("recorded", recorded),
                ("unasked", 200 - offered),
            ],
        ));
    }
    put(url, &sql).await;
}

async fn of(reports: &Reports, filter: &Filter, viewer: &Viewer) -> FairnessReport {
    reports.fairness(filter, viewer).await.expect("a report")
}

fn row<'a>(report: &'a FairnessReport, code: &str) -> &'a FairRow {
    report.agents.iter().find(|row| row.agent == code).unwrap_or_else(|| panic!("{code}"))
}

both! {
    async fn who_asks_seldom_is_worth_a_look_whoever_looks(database: Database) {
        let (store, reports) = centre(&database).await;
        put_agents(&store, &database.url).await;
        let report = of(&reports, &january(), &everything()).await;
        assert_eq!(report.agents.len(), 14);
        // Those worth a look come first.
        assert_eq!([&report.agents[0].agent, &report.agents[1].agent], ["A00", "A03"]);
        let seldom = row(&report, "A00");
        assert_eq!((seldom.reach.look, seldom.answered.look), ("worth_a_look", "nothing"));
        assert_eq!(seldom.reach.own.map(|rate| (rate.n, rate.score)), Some((200, 0.5)));
        // What the other twelve give together.
        let expected = seldom.reach.expected.expect("others");
        assert!((expected - 0.8).abs() < 1e-12, "{expected}");
        let silent = row(&report, "A03");
        assert_eq!((silent.reach.look, silent.answered.look), ("nothing", "worth_a_look"));
        assert_eq!(silent.unanswered.map(|rate| rate.n), Some(160));
        let unknown = row(&report, "A13");
        assert_eq!((unknown.reach.look, unknown.reason), ("not_known", Some("coverage")));
        assert_eq!((unknown.reach.own, unknown.unanswered), (None, None));
        assert_eq!(report.compared, 13);

        // Neither filter nor role changes what is said of anybody.
        let team = |name: &str| Filter { team: Some(name.into()), ..january() };
        let manager = Viewer {
            sight: Sight::Teams(["red".to_owned()].into()),
            people: People::Named,
        };
        for (filter, viewer) in [(team("red"), everything()), (january(), manager.clone())] {
            let view = of(&reports, &filter, &viewer).await;
            assert_eq!(view.agents.len(), 7);
            assert!(view.agents.iter().all(|own| own == row(&report, &own.agent)));
        }
        let none = reports.fairness(&team("blue"), &manager).await;
        assert!(matches!(none, Err(ReportError::Forbidden { code: "out_of_sight", .. })));
        let off = Viewer { people: People::Team, ..everything() };
        let none = reports.fairness(&january(), &off).await;
        assert!(matches!(none, Err(ReportError::Forbidden { code: "individual_reports_off", .. })));
        // Nothing is said of one language.
        let lt = Filter { language: Some("lt".parse().expect("a language")), ..january() };
        let view = of(&reports, &lt, &everything()).await;
        assert!(view.agents.iter().all(|row| row.reach.look == "not_known"));
        assert!(view.agents.iter().all(|row| row.reason == Some("filtered")));
    }

    /// The look is the same for all; the calls are those of the teams that one sees.
    async fn what_an_agent_did_in_another_team_is_not_read(database: Database) {
        let (store, reports) = centre(&database).await;
        put_agents(&store, &database.url).await;
        let elsewhere = names(&store, "A00", "Agent 0", "green", "calls").await;
        let calls =
            [("handed_over", 60), ("offered", 60), ("started", 60), ("recorded", 60), ("unasked", 40)];
        put(&database.url, &stages(unit(elsewhere, DAY), &calls)).await;
        let seen = |team: &str| Viewer {
            sight: Sight::Teams([team.to_owned()].into()),
            people: People::Named,
        };
        let n = |view: &FairnessReport| {
            let row = row(view, "A00");
            assert_eq!(row.reach.look, "worth_a_look");
            row.reach.own.map(|rate| rate.n)
        };
        assert_eq!(n(&of(&reports, &january(), &everything()).await), Some(300));
        assert_eq!(n(&of(&reports, &january(), &seen("red")).await), Some(200));
        let green = of(&reports, &january(), &seen("green")).await;
        assert_eq!((n(&green), green.agents.len()), (Some(100), 1));
        assert_eq!(green.agents[0].reach.expected, None);
        assert_eq!(green.agents[0].unanswered.map(|rate| (rate.n, rate.score)), Some((60, 0.0)));
    }

    /// A call whose record says no language may be of any: each language's rates then need that
    /// few are such.
    async fn a_record_without_language_covers_no_language(database: Database) {
        let (store, reports) = centre(&database).await;
        let ids = names(&store, "A17", "Rasa", "red", "calls").await;
        let whole = Unit { kind: 0, agent: 0, ..unit(ids, DAY) };
        let asked = [("handed_over", 99), ("offered", 99), ("recorded", 99), ("complete", 99)];
        let mut sql = stages(whole, &asked);
        let nowhere = Unit { language: "", ..whole };
        sql.extend(stages(nowhere, &[("unasked", 1)]));
        put(&database.url, &sql).await;
        let parts = reports.parts(&january(), By::Language, &everything()).await.expect("parts");
        assert_eq!(parts.parts.len(), 1, "no line for the unknown");
        let lt = &parts.parts[0].figures;
        assert_eq!(lt.coverage.map(|rate| (rate.n, rate.score)), Some((100, 0.99)));
        assert_eq!(lt.reach.map(|rate| rate.n), Some(99));
        assert_eq!(parts.whole.reach.map(|rate| rate.n), Some(100));
        let more = stages(Unit { day: DAY - 1, ..nowhere }, &[("unasked", 9)]);
        put(&database.url, &more).await;
        let parts = reports.parts(&january(), By::Language, &everything()).await.expect("parts");
        assert_eq!(parts.parts[0].figures.reach_reason, Some("coverage"));
        assert_eq!(parts.whole.reach_reason, None);
    }
}
