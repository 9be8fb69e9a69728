//! Figures that come from whole interviews, targets and weeks, number for number, through the store.

use aftercall::report::measures::Figure;
use aftercall::report::targets::{Against, Standing};
use aftercall::store::targets::Target;

use super::*;

/// Rating, whether it was solved, and effort of one interview; which of them were answered.
pub(crate) type Sheet = [Option<u8>; 3];

/// An interview of that day, team and language with those answers.
pub(crate) async fn sheet(
    store: &Store,
    n: u16,
    day: i64,
    team: &str,
    language: &str,
    answers: Sheet,
) {
    let mut id = [7; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    let started_ms = day * 86_400_000 + 3_600_000 + i64::from(n);
    let begin = Begin {
        id: InterviewId(id),
        provider: "sim".into(),
        call_ref: Some(format!("CA{n}")),
        handover: String::new(),
        survey: VERSION,
        language: language.into(),
        channel: "phone".into(),
        day,
        started_ms,
        limit_ms: started_ms + 300_000,
        caller: None,
        caller_last: None,
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: Vec::new(),
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said: Said { agent: Some("A17".into()), team: Some(team.into()), ..Said::default() },
    };
    store.begin(begin).await.expect("begun");
    let items: Vec<(u8, Outcome)> = (0_u8..)
        .zip(answers)
        .map(|(question, value)| (question, value.map_or(Outcome::Skipped, Outcome::Answered)))
        .collect();
    let fact =
        |(question, outcome): &(u8, Outcome)| Fact::Item { question: *question, outcome: *outcome };
    let turn = Turn {
        id: InterviewId(id),
        turn: 1,
        at_ms: started_ms + 9_000,
        input: Input::Keys("5".into()),
        facts: items.iter().map(fact).collect(),
        items,
        carried: Carried::default(),
        language: language.into(),
        state: Vec::new(),
        open_question: None,
        started: true,
        disposition: Disposition::Complete,
        ended: true,
    };
    store.record(turn).await.expect("recorded");
}

/// Answers of 120 callers, in which effort matters more than whether it was solved.
pub(crate) fn callers() -> Vec<[u8; 3]> {
    let one = |n: u32| {
        let effort = 1 + (n * 7 % 5) as u8;
        let solved = u8::from(!n.is_multiple_of(3));
        let noise = i32::try_from(n * 13 % 3).expect("small") - 1;
        let rating = (i32::from(effort) + i32::from(solved) + noise).clamp(1, 5);
        [u8::try_from(rating).expect("a rating"), solved, effort]
    };
    (0..120).map(one).collect()
}

/// Pearson's correlation.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    sum(a, mean_a, b, mean_b) / (sum(a, mean_a, a, mean_a) * sum(b, mean_b, b, mean_b)).sqrt()
}

/// Places in order, those of equal values shared.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count() as f64;
    let equal = |value: f64| values.iter().filter(|other| **other == value).count() as f64;
    values.iter().map(|value| below(*value) + (equal(*value) + 1.0) / 2.0).collect()
}

fn near(got: f64, wanted: f64, what: &str) {
    assert!((got - wanted).abs() < 1e-9, "{what}: {got}, wanted {wanted}");
}

/// A figure's key, what it is to reach, and where it stands.
fn standings(against: &[Against]) -> Vec<(&str, f64, Standing, Option<u64>)> {
    against.iter().map(|one| (one.measure.as_str(), one.target, one.state, one.needed)).collect()
}

both! {
    /// Only whole sheets of the view count, and the parts of R² are those of the two regressions.
    async fn drivers_are_worked_out_from_whole_interviews(database: Database) {
        let (store, reports) = centre(&database).await;
        let (callers, mut n) = (callers(), 0);
        let mut next = || { n += 1; n };
        for [rating, solved, effort] in &callers {
            let answers = [Some(*rating), Some(*solved), Some(*effort)];
            sheet(&store, next(), DAY, "red", "lt", answers).await;
        }
        // Of another day, team and language, all of which say the contrary; and half a sheet.
        for of in 0..40_u8 {
            let contrary = [Some(1 + of % 5), Some(0), Some(5 - of % 5)];
            sheet(&store, next(), DAY + 1, "red", "lt", contrary).await;
            sheet(&store, next(), DAY, "blue", "lt", contrary).await;
            sheet(&store, next(), DAY, "red", "en", contrary).await;
            sheet(&store, next(), DAY, "red", "lt", [Some(1), None, Some(5)]).await;
        }
        let filter = Filter { team: Some("red".into()), language: "lt".parse().ok(), ..january() };
        let report = reports.drivers(&filter, &everything()).await.expect("read").expect("drivers");
        assert_eq!((report.n, report.needed, report.cut, report.reason), (120, 100, false, None));
        assert_eq!((report.method, report.version.as_str()), (Some("lmg"), "9f2c0001"));
        let column = |at: usize| -> Vec<f64> {
            callers.iter().map(|answers| f64::from(answers[at])).collect()
        };
        let [rating, solved, effort] = [column(0), column(1), column(2)];
        let (r1, r2) = (correlation(&rating, &solved), correlation(&rating, &effort));
        let r12 = correlation(&solved, &effort);
        let whole = (r1 * r1 + r2 * r2 - 2.0 * r1 * r2 * r12) / (1.0 - r12 * r12);
        near(report.r_squared.expect("told"), whole, "R²");
        let [first, second] = &report.attributes[..] else { panic!("{report:?}") };
        assert_eq!([&first.question, &second.question], ["effort", "solved"]);
        near(first.importance, (r2 * r2 + whole - r1 * r1) / 2.0, "effort");
        near(second.importance, (r1 * r1 + whole - r2 * r2) / 2.0, "solved");
        let rho = |of: &[f64]| correlation(&ranks(&rating), &ranks(of));
        near(first.correlation, rho(&effort), "effort's ρ");
        near(second.correlation, rho(&solved), "solved's ρ");
        for one in [first, second] {
            assert!(one.importance_low < one.importance && one.importance < one.importance_high);
            assert!(one.separable, "{one:?}");
        }
        // Effort is satisfied from 4 on.
        let satisfied = effort.iter().filter(|value| **value >= 4.0).count() as f64;
        near(first.satisfied.score, satisfied / 120.0, "satisfied with the effort");
        near(second.satisfied.score, 80.0 / 120.0, "solved");
        // Whoever sees another team gets its interviews, which are too few.
        let blue = Viewer { sight: Sight::Teams(["blue".to_owned()].into()), people: People::Named };
        let few = reports.drivers(&january(), &blue).await.expect("read").expect("a report");
        assert_eq!((few.n, few.reason, few.attributes), (40, Some("too_few"), Vec::new()));
        let one = Filter { agent: Some("A17".into()), ..january() };
        let refused = reports.drivers(&one, &everything()).await;
        assert!(matches!(refused, Err(ReportError::Asked { code: "drivers_of_one", .. })));
    }

    /// The newest target that is in force on the last day, of the view's team or of the centre.
    async fn figures_are_held_against_their_targets(database: Database) {
        let (store, reports) = centre(&database).await;
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let whole = Unit { kind: 0, agent: 0, ..unit(rasa, DAY) };
        let mut sql = example(unit(rasa, DAY));
        sql.extend(example(whole));
        put(&database.url, &sql).await;
        let set = async |measure: &str, team: &str, from_day: i64, value: i64| {
            let (measure, team) = (measure.to_owned(), team.to_owned());
            let target = Target { measure, team, from_day, value };
            store.put_target(&target).await.expect("kept");
        };
        let of = async |filter: &Filter| {
            reports.overview(filter, &everything()).await.expect("an overview").targets
        };
        assert_eq!(of(&january()).await, []);
        // 76 of 95 … 0.7557 to 0.9019; 0.7118 to 0.8725; 24.8 to 54.4.
        set("csat", "", DAY - 300, 990).await;
        set("csat", "", DAY - 40, 750).await;
        set("csat", "", DAY + 1, 990).await;
        set("fcr", "", DAY, 880).await;
        set("nps", "", DAY - 1, 30_000).await;
        set("ces", "support", DAY - 1, 620).await;
        let found = of(&january()).await;
        let (reached, missed) = (Standing::Reached, Standing::Missed);
        let told = standings(&found);
        let [csat, nps, fcr] = ["csat", "nps", "fcr"].map(|key| {
            *told.iter().find(|(measure, ..)| *measure == key).unwrap_or_else(|| panic!("{key}: {told:?}"))
        });
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(csat, ("csat", 0.75, reached, None));
        assert_eq!(fcr, ("fcr", 0.88, missed, None));
        assert_eq!((nps.1, nps.2), (30.0, Standing::NotYetClear));
        assert!(nps.3.is_some_and(|needed| needed > 88), "more than there are: {nps:?}");
        // A team has targets of its own, and none of the centre's.
        let team = Filter { team: Some("support".into()), ..january() };
        assert_eq!(standings(&of(&team).await), [("ces", 0.62, reached, None)]);
        // Of too few answers nothing is said, however clear they look.
        let early = Filter::days(date(2026, 1, 1), date(2026, 1, 1));
        set("csat", "", DAY - 30, 10).await;
        let sql = answers(Unit { day: DAY - 60, ..whole }, 0, &[(5, 19)]);
        put(&database.url, &sql).await;
        assert_eq!(standings(&of(&early).await), [("csat", 0.01, reached, None)], "30 answers");
        let few = Filter::days(date(2025, 12, 2), date(2025, 12, 2));
        set("csat", "", DAY - 60, 10).await;
        assert_eq!(standings(&of(&few).await), [("csat", 0.01, Standing::NotYetClear, Some(20))]);
    }

    /// Twelve weeks up to the view's last day, of each agent; weeks of fewer than five answers are
    /// left out, and so is what is not of the view.
    async fn sparks_are_weeks_of_agents(database: Database) {
        let (store, reports) = centre(&database).await;
        let rasa = names(&store, "A17", "Rasa", "support", "calls").await;
        let jonas = names(&store, "A18", "Jonas", "sales", "mail").await;
        // The view ends on a Saturday; its week began on 2026-01-26, day 20,479.
        let monday = 20_479;
        let week = |back: i64, day: i64| monday - 7 * back + day;
        let mut sql = Vec::new();
        for (who, day, counts) in [
            (rasa, week(0, 0), &[(5, 4), (1, 1)][..]),
            // The same week in two parts.
            (rasa, week(1, 0), &[(4, 3)]),
            (rasa, week(1, 6), &[(2, 3)]),
            (rasa, week(2, 3), &[(5, 4)]),
            (rasa, week(11, 0), &[(1, 5), (-1, 9)]),
            (rasa, week(12, 6), &[(5, 50)]),
            (rasa, DAY + 1, &[(1, 50)]),
            (jonas, week(3, 2), &[(3, 10), (4, 30)]),
        ] {
            sql.extend(answers(unit(who, day), 0, counts));
            sql.extend(answers(unit(who, day), 1, &[(1, 7)]));
        }
        sql.extend(answers(Unit { generation: 2, ..unit(rasa, DAY) }, 0, &[(1, 99)]));
        sql.extend(answers(Unit { kind: 0, agent: 0, ..unit(rasa, DAY) }, 0, &[(1, 99)]));
        put(&database.url, &sql).await;
        let report = reports.agents(&january(), &everything(), NOW).await.expect("a report");
        let csat: &Figure = report.figures.iter().find(|f| f.key == "csat").expect("csat");
        let sparks = reports.sparks(&january(), csat, &everything()).await.expect("read");
        let mut wanted = vec![None; 12];
        (wanted[0], wanted[10], wanted[11]) = (Some(0.0), Some(0.5), Some(0.8));
        assert_eq!(sparks["A17"], wanted);
        let mut wanted = vec![None; 12];
        wanted[8] = Some(0.75);
        assert_eq!(sparks["A18"], wanted);
        assert_eq!(sparks.len(), 2);
        let sales = Viewer { sight: Sight::Teams(["sales".to_owned()].into()), people: People::Named };
        let own = reports.sparks(&january(), csat, &sales).await.expect("read");
        assert_eq!(own.keys().collect::<Vec<_>>(), ["A18"], "of their own team only");
        let mail = Filter { queue: Some("calls".into()), ..january() };
        let of_queue = reports.sparks(&mail, csat, &everything()).await.expect("read");
        assert_eq!(of_queue.keys().collect::<Vec<_>>(), ["A17"]);
    }
}
