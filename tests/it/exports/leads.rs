//! Where numbers lead: a point of a chart to exactly the interviews that it counts, the table with a
//! fewest number of answers to downloads of the same agents, and two periods that somebody chose.

use aftercall::interview::Outcome;
use aftercall::store::{CallerHash, Said};
use serde_json::Value;

use super::agree::agree;
use super::{ask, begin, get, got, house, turn};
use crate::harness::{both, change};

/// Monday 2025-11-03, in days, and noon of it in UTC.
const MONDAY: i64 = 20_395;
const NOON: i64 = MONDAY * 86_400_000 + 43_200_000;
const WEEK: i64 = 7 * 86_400_000;
/// Eight weeks of it.
const DAYS: &str = "from=2025-11-03&to=2025-12-28";

/// Eight weeks: in each some more answers than in the one before, and some who answer another
/// question only; `A1` has three answers in four, the rest are those of `A2`.
async fn eight_weeks(app: &aftercall::app::App) {
    let mut n = 0;
    for week in 0..8 {
        for at in 0..(10 + 2 * week) {
            n += 1;
            let agent = if at % 4 == 3 { "A2" } else { "A1" };
            let said =
                Said { agent: Some(agent.into()), queue: Some("calls".into()), ..Said::default() };
            let started = NOON + week * WEEK + at * 60_000;
            let begin = begin(n, started, MONDAY + week * 7, said);
            app.store().begin(begin.clone()).await.expect("begins");
            let items = match at % 5 {
                4 => vec![(0, Outcome::Skipped), (1, Outcome::Answered(1))],
                _ => vec![(0, Outcome::Answered(if week < 4 { 5 } else { 2 }))],
            };
            app.store().record(turn(&begin, started + 5_000, &items)).await.expect("recorded");
        }
    }
}

/// The data of the page's first chart of weeks.
fn points(page: &str) -> Vec<Value> {
    let charts = page.split("<script type=\"application/json\">").skip(1);
    let drawn = charts
        .filter_map(|rest| serde_json::from_str::<Value>(rest.split("</script>").next()?).ok());
    let found = drawn.filter_map(|data| data["points"].as_array().cloned());
    found.into_iter().find(|points| points.iter().all(|p| p["link"].is_string())).expect("a chart")
}

both! {
    /// As many interviews stand behind a point's link as its tip says, each with an answer to it.
    async fn a_point_leads_to_its_interviews(database: Database) {
        let (app, router) = house(&database).await;
        eight_weeks(&app).await;
        for page in ["/", "/agents/A1"] {
            let shown = got(&router, &format!("{page}?{DAYS}")).await;
            let points = points(shown.text());
            // Weeks with few answers are one point.
            assert!((3..8).contains(&points.len()), "{page}: {points:?}");
            let mut counted = Vec::new();
            for point in &points {
                let tip = point["tip"].as_str().expect("a tip");
                let n: usize = tip.split("n\u{a0}=\u{a0}").nth(1).and_then(|n| n.lines().next()?.parse().ok()).expect("n");
                let link = point["link"].as_str().expect("a link").split('#').next().expect("an address");
                let list = got(&router, link).await;
                let text = list.text();
                assert!(text.contains("Only interviews that answer: "), "{link}: {text}");
                assert_eq!(text.matches("rowheader\" scope=\"row\" class=\"nowrap\"><a href=\"/interviews/").count(), n, "{link}");
                counted.push(n);
            }
            assert!(counted.windows(2).any(|two| two[0] != two[1]), "{counted:?}");
        }
        // All answers, whatever they were; one answer; nothing that is no measure.
        for (query, status) in [("measure=csat", 200), ("measure=csat&score=5", 200), ("measure=csat&score=9", 400), ("score=5", 400), ("measure=luck", 400)] {
            let answer = ask(&router, get(&format!("/interviews?{DAYS}&{query}"))).await;
            assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.text());
        }
    }

    /// Whoever asks for agents with so many answers gets the same ones on the page, in JSON, CSV
    /// and the workbook; the page's links say so.
    async fn few_answers_are_left_out_everywhere(database: Database) {
        let (app, router) = house(&database).await;
        eight_weeks(&app).await;
        for (least, agents) in [("", vec!["A1", "A2"]), ("40", vec!["A1"]), ("5000", vec![])] {
            let query = format!("{DAYS}&least={least}");
            let json = agree(&router, &query, &query).await;
            let found: Vec<_> = json["agents"].as_array().expect("rows").iter().map(|row| row["agent"].as_str().expect("a code")).collect();
            assert_eq!(found, agents, "{query}");
            let page = got(&router, &format!("/agents?{query}")).await;
            assert_eq!(page.text().contains("&#38;least="), !least.is_empty(), "{query}");
        }
        let wrong = ask(&router, get("/api/v1/reports/agents?least=many")).await;
        assert_eq!(wrong.status.as_u16(), 400);
        assert!(wrong.text().contains("bad_least"), "{}", wrong.text());
    }

    /// Two periods that were chosen, of the centre and of one agent.
    async fn two_chosen_periods_stand_beside_each_other(database: Database) {
        let (app, router) = house(&database).await;
        eight_weeks(&app).await;
        let late = "from=2025-12-01&to=2025-12-28";
        let early = "other_from=2025-11-03&other_to=2025-11-30";
        for (query, heads, counts) in [
            (format!("{late}&{early}"), ["2025-12-01 – 2025-12-28", "2025-11-03 – 2025-11-30"], ["n = 69", "n = 43"]),
            (format!("{late}&{early}&one=A1"), ["A1, 2025-12-01 – 2025-12-28", "A1, 2025-11-03 – 2025-11-30"], ["0 % (", "100 % ("]),
        ] {
            let page = got(&router, &format!("/agents/compare?{query}")).await;
            let text = page.text().replace('\u{a0}', " ");
            for head in heads {
                assert!(text.contains(&format!("scope=\"col\">{head}</th>")), "{query}: {head}: {text}");
            }
            for score in counts {
                assert!(text.contains(score), "{query}: {score}: {text}");
            }
            assert!(text.contains("class=\"change down\""), "{query}: {text}");
        }
        for wrong in ["other_from=2025-11-30&other_to=2025-11-03", "other_from=soon&other_to=2025-11-03", "one=nobody"] {
            let answer = ask(&router, get(&format!("/agents/compare?{late}&{wrong}"))).await;
            assert_eq!(answer.status.as_u16(), 400, "{wrong}: {}", answer.text());
        }
    }

    /// Rates change and have targets as scores do.
    async fn rates_have_changes_and_targets(database: Database) {
        let (app, router) = house(&database).await;
        eight_weeks(&app).await;
        // All 84 answered; 96 % is the lower end of the interval.
        change(&database, "insert into targets (measure, team, from_day, value) values ('answer_rate', '', 0, 990)").await;
        let overview = got(&router, "/api/v1/reports/overview?from=2025-12-01&to=2025-12-28").await;
        let overview: Value = serde_json::from_slice(&overview.bytes).expect("JSON");
        let open = &overview["targets"][0];
        assert_eq!((&open["measure"], &open["state"]), (&"answer_rate".into(), &"not_yet_clear".into()), "{open}");
        change(&database, "update targets set value = 500").await;
        let overview = got(&router, "/api/v1/reports/overview?from=2025-12-01&to=2025-12-28").await;
        let overview: Value = serde_json::from_slice(&overview.bytes).expect("JSON");
        let of = |list: &str| overview[list].as_array().expect("a list").iter().find(|one| one["measure"] == "answer_rate").cloned();
        let changed = of("changes").expect("a change");
        assert_eq!(changed["change"], "not_beyond_chance", "{changed}");
        let target = of("targets").expect("a target");
        assert_eq!((&target["target"], &target["state"]), (&0.5.into(), &"reached".into()), "{target}");
        let page = got(&router, "/?from=2025-12-01&to=2025-12-28").await;
        let text = page.text().replace('\u{a0}', " ");
        assert!(text.contains("reached: target 50 %"), "{text}");
        let settings = got(&router, "/settings/targets").await;
        assert!(settings.text().contains("Answer rate") && settings.text().contains("value=\"reach\""), "{}", settings.text());
    }

    /// Forty answers of ten callers are worth 25: the intervals say so, and the page says why.
    async fn answers_of_the_same_callers_count_for_less(database: Database) {
        let (app, router) = house(&database).await;
        for n in 0..40_u8 {
            let started = NOON + i64::from(n) * 60_000;
            let mut begin = begin(u32::from(n) + 1, started, MONDAY, Said::default());
            begin.caller = Some(CallerHash([n / 4; 16]));
            app.store().begin(begin.clone()).await.expect("begins");
            let items = [(0, Outcome::Answered(if n < 20 { 5 } else { 1 })), (3, Outcome::Answered(10))];
            app.store().record(turn(&begin, started + 5_000, &items)).await.expect("recorded");
        }
        let overview = got(&router, &format!("/api/v1/reports/overview?{DAYS}")).await;
        let overview: Value = serde_json::from_slice(&overview.bytes).expect("JSON");
        assert_eq!(overview["callers"], serde_json::json!({"interviews": 40, "callers": 10, "worth": 0.625}));
        // Wilson's interval of 12.5 out of 25.
        let csat = &overview["now"]["csat"];
        for (end, wanted) in [("low", 0.317_523), ("high", 0.682_477)] {
            let found = csat[end].as_f64().expect("a number");
            assert!((found - wanted).abs() < 1e-5, "{end}: {found}");
        }
        assert_eq!(csat["n"], 40);
        let nps = &overview["now"]["nps"];
        assert!(nps["high"].as_f64().expect("a number") <= 100.0 && nps["low"].as_f64().expect("a number") < 90.0, "{nps}");
        let page = got(&router, &format!("/?{DAYS}")).await;
        let text = page.text();
        assert!(text.contains("40 interviews are of 10 callers") && text.contains("those of 62 % as many answers"), "{text}");
    }
}
