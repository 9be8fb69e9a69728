//! What stands beside the raw score, and answers that are read together.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftercall::desk::audit::By;
use aftercall::store::marks::{Marked, Marking};
use aftercall::survey::{About, Good, Kind, Means, Question, Survey, Version};
use aftercall::web::access::Role;
use serde_json::{Value, json};

use super::*;
use crate::report::{fairness, sample};

pub(crate) const DAYS: &str = "from=2026-01-01&to=2026-01-31";
/// Long after all interviews.
const LATER: i64 = 1_769_000_000_000;
/// The interviews' day.
const DAY: i64 = 1_768_903_200_000 / 86_400_000;

/// The token of an admin.
async fn admin(app: &App) -> String {
    let made = app.site.desk.create_token("root", Role::Admin.word(), [9; 32], LATER).await;
    format!("Bearer {}", made.expect("a token"))
}

async fn page(router: &Router, token: &str, path: &str) -> String {
    let answer = ask(router, get(path, &[(header::AUTHORIZATION, token)])).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

async fn json_of(router: &Router, token: &str, path: &str) -> Value {
    serde_json::from_str(&page(router, token, path).await).expect("JSON")
}

fn near(got: &Value, wanted: f64) {
    let got = got.as_f64().unwrap_or(f64::NAN);
    assert!((got - wanted).abs() < 1e-9, "{got}, wanted {wanted}");
}

fn served(agent: &str, team: &str, queue: &str) -> Said {
    Said {
        agent: Some(agent.into()),
        team: Some(team.into()),
        queue: Some(queue.into()),
        ..Said::default()
    }
}

/// An interview with these answers.
async fn answered(app: &App, n: u8, survey: Version, said: Said, items: &[(u8, u8)]) {
    let begin = begin(n, survey, said);
    app.store().begin(begin.clone()).await.expect("begins");
    let items = items.iter().map(|(question, value)| (*question, Outcome::Answered(*value)));
    app.store().record(turn(&begin, items.collect())).await.expect("recorded");
}

async fn mark(app: &App, n: u8, question: Option<u8>, who: &str) {
    let wish = Marking {
        interview: InterviewId([n; 16]),
        question,
        reason: "product",
        note: "",
        who,
        at_ms: LATER,
    };
    assert_eq!(app.store().mark(&wish).await.expect("written"), Marked::Done);
}

/// A survey that asks what can be read together.
fn survey(version: Version) -> Survey {
    let scale = |high| Kind::Scale { low: 1, high, good: Good::High, satisfied: vec![high] };
    let question = |name: &str, measure: &str, kind: Kind| Question {
        name: name.into(),
        kind,
        measure: measure.into(),
        about: About::Company,
        series: name.into(),
        same_series: None,
        when: None,
        random_group: None,
        pair: None,
        dimension: None,
        means: Vec::new(),
    };
    let mut survey = sample::survey(version);
    survey.name = "together".into();
    survey.questions.truncate(4);
    survey.questions.extend([
        question("hoped", "expectation", scale(7)),
        Question {
            pair: Some(4),
            dimension: Some("reliability".into()),
            ..question("met", "perception", scale(7))
        },
        Question {
            means: vec![Means::Positive, Means::Neutral, Means::Negative],
            ..question("felt", "emotion", Kind::Choice { options: 3 })
        },
        Question {
            means: vec![Means::Better, Means::Same, Means::Worse],
            ..question("others", "comparison", Kind::Choice { options: 3 })
        },
    ]);
    for name in ["speed", "price", "tone", "skill"] {
        survey.questions.push(question(name, "attribute", scale(5)));
    }
    survey
}

/// Forty-four callers, three of whom gave answers that hardly fit together.
pub(crate) async fn interviews_that_fit_and_clash(app: &App) {
    let version = Version(0x7060_0001);
    app.store().survey_seen(&survey(version), 0).await.expect("a survey");
    for n in 1..=44_u8 {
        let felt = match n {
            1..=30 => 1,
            31..=36 => 2,
            _ => 3,
        };
        let others = match n {
            1..=10 => 1,
            11..=33 => 2,
            _ => 3,
        };
        let mut items: BTreeMap<u8, u8> = [(0, 4), (1, 1), (2, 4), (3, 8), (4, 7)].into();
        items.extend([(5, 5 + n % 2), (6, felt), (7, others)]);
        match n {
            // Two at once.
            1 => {
                items.extend([(0, 1), (2, 1), (3, 9), (8, 1), (9, 1), (10, 1), (11, 1)]);
            }
            2 => items.extend([(0, 5), (1, 0), (2, 5)]),
            3 => items.extend([(0, 3), (2, 3), (8, 3), (9, 3), (10, 3), (11, 3)]),
            // Five of one scale are no line.
            4 => items.extend([(0, 3), (2, 3), (8, 3), (9, 3), (10, 3)]),
            _ => {}
        }
        let items: Vec<(u8, u8)> = items.into_iter().collect();
        let team = if n == 44 { "blue" } else { "red" };
        answered(app, n, version, served("A17", team, "calls"), &items).await;
    }
}

both! {
    /// Whoever is worth a look is named, with the figures that say so, and leads on.
    async fn those_worth_a_look_are_named(database: Database) {
        let (app, router) = house(&database).await;
        fairness::put_agents(app.store(), &database.url).await;
        let token = admin(&app).await;
        let text = page(&router, &token, &format!("/agents/fairness?{DAYS}")).await;
        let notice = text.split("role=\"note\"").nth(1).and_then(|rest| rest.split("</div>").next());
        let notice = notice.expect("a notice");
        let named = |code: &str| notice.contains(&format!("href=\"/agents/{code}?"));
        assert!(named("A00") && named("A03") && !named("A01"), "{notice}");
        assert!(notice.contains("Reach 50") && notice.contains("80\u{a0}% expected"), "{notice}");
    }
}

both! {
    /// The reviewed score with both n and the share marked: JSON, CSV, pages, packed or not; the
    /// raw score stays, and nothing is said where nothing is marked.
    async fn the_reviewed_score_stands_beside_the_raw_one(database: Database) {
        let (app, router) = house(&database).await;
        let post = app.site.desk.survey("post-call").expect("the survey").version;
        let token = admin(&app).await;
        for n in 1..=30_u8 {
            let rating = if n <= 6 { 1 } else { 5 };
            answered(&app, n, post, served("A17", "red", "calls"), &[(0, rating), (1, 1)]).await;
        }
        let api = format!("/api/v1/reports/agents?{DAYS}");
        let before = json_of(&router, &token, &api).await;
        let raw = before["agents"][0]["csat"].clone();
        assert_eq!((&raw["n"], &raw["reviewed"]), (&json!(30), &Value::Null));
        assert!(!page(&router, &token, &format!("/agents?{DAYS}")).await.contains("Reviewed"));

        // Four low ones and a high one; one of them twice, and once with all others.
        for n in 1..=4 {
            mark(&app, n, Some(0), "Ona").await;
        }
        mark(&app, 1, None, "Ona").await;
        mark(&app, 30, None, "Jonas").await;
        for packed in [false, true] {
            if packed {
                assert!(app.store().roll(DAY + 40).await.expect("packed") > 0);
            }
            let got = json_of(&router, &token, &api).await;
            let csat = &got["agents"][0]["csat"];
            for field in ["n", "score", "low", "high", "counts"] {
                assert_eq!(csat[field], raw[field], "{field} is raw");
            }
            let reviewed = &csat["reviewed"];
            assert_eq!((&reviewed["n"], &reviewed["marked"]), (&json!(25), &json!(5)), "{csat}");
            near(&reviewed["score"], 23.0 / 25.0);
            near(&reviewed["marked_share"], 5.0 / 30.0);
            // The matter was solved: two of those answers are marked with all others.
            assert_eq!(got["agents"][0]["fcr"]["reviewed"]["marked"], json!(2));
            let queues = json_of(&router, &token, &format!("/api/v1/reports/queues?{DAYS}")).await;
            assert_eq!(queues["parts"][0]["csat"]["reviewed"]["n"], json!(25));
        }
        let table = page(&router, &token, &format!("/agents?{DAYS}")).await;
        assert!(table.contains("Reviewed") && table.contains("17 % marked"), "{table}");
        let one = page(&router, &token, &format!("/agents/A17?{DAYS}")).await;
        assert!(one.contains("92\u{a0}%") && one.contains("5 of 30 marked (17 %)"), "{one}");
        let csv = page(&router, &token, &format!("/api/v1/reports/agents.csv?{DAYS}")).await;
        let mut rows = csv::Reader::from_reader(csv.as_bytes());
        let heads = rows.headers().expect("heads").clone();
        let row = rows.records().next().expect("a row").expect("reads");
        let of = |name: &str| heads.iter().position(|head| head == name).map(|at| row[at].to_owned());
        assert_eq!(of("csat_reviewed_n").as_deref(), Some("25"), "{csv}");
        assert_eq!(of("csat_reviewed_score").as_deref(), Some("0.92"), "{csv}");
        assert_eq!(of("csat_marked").as_deref(), Some("5"), "{csv}");

        // Of each reviewer: marks among low scores against marks among high ones.
        let found = json_of(&router, &token, &format!("/api/v1/reports/reviewers?{DAYS}")).await;
        assert_eq!((&found["low"], &found["high"]), (&json!(6), &json!(24)));
        let [jonas, ona] = &found["reviewers"].as_array().expect("rows")[..] else { panic!("{found}") };
        assert_eq!((&jonas["reviewer"], &jonas["high_marked"]), (&json!("Jonas"), &json!(1)));
        assert_eq!((&ona["low_marked"], &ona["high_marked"]), (&json!(4), &json!(0)));
        assert_eq!(ona["ratio"], Value::Null);
        for days in ["from=2025-12-01&to=2025-12-31", "from=2026-02-01&to=2026-02-28"] {
            let other = json_of(&router, &token, &format!("/api/v1/reports/reviewers?{days}")).await;
            assert_eq!((&other["low"], &other["reviewers"]), (&json!(0), &json!([])), "{days}");
        }
        let shown = page(&router, &token, &format!("/settings/reviews?{DAYS}")).await;
        assert!(shown.contains("only low scores (4)") && shown.contains("0.0 ×"), "{shown}");
        assert!(app.store().take_mark_back(InterviewId([30; 16]), 1, "Jonas", LATER).await.is_ok());
        let after = json_of(&router, &token, &format!("/api/v1/reports/reviewers?{DAYS}")).await;
        assert_eq!(after["reviewers"].as_array().map(Vec::len), Some(1), "{after}");
    }

    /// Who sees a team may not mark its answers where the settings say so.
    async fn own_teams_are_not_reviewed_if_so_set(database: Database) {
        for (setting, wanted) in [("true", StatusCode::SEE_OTHER), ("false", StatusCode::FORBIDDEN)] {
            let settings = format!(
                "public_url = \"{OURS}\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
                 caller_key = \"{}\"\nreview_own_team = {setting}\n[access]\npassword = \"{PASSWORD}\"\n",
                database.url, "s".repeat(32), "k".repeat(32)
            );
            let config = Config::read(&settings, "test", Vec::new()).expect("settings");
            let app = App::build(config).await.expect("a house");
            let router = app.router().await.expect("routes");
            let post = app.site.desk.survey("post-call").expect("the survey").version;
            let n = if setting == "true" { 1 } else { 2 };
            answered(&app, n, post, served("A17", "red", "calls"), &[(0, 4)]).await;
            let (desk, red) = (&app.site.desk, ["red".to_owned()]);
            let lead = desk.create_limited_token(setting, "manager", &red, [n; 32], &By::Command, LATER);
            let lead = format!("Bearer {}", lead.await.expect("a token"));
            let name = format!("all-{setting}");
            let all = desk.create_token(&name, "admin", [n + 10; 32], LATER);
            let all = format!("Bearer {}", all.await.expect("a token"));
            let path = format!("/interviews/{}/marks", InterviewId([n; 16]));
            for (token, question, wanted) in [(&lead, "0", wanted), (&all, "all", StatusCode::SEE_OTHER)] {
                let mut sent = form(&path, OURS, &[("question", question), ("reason", "product")]);
                sent.headers_mut().insert(header::AUTHORIZATION, token.parse().expect("a token"));
                let answer = ask(&router, sent).await;
                assert_eq!(answer.status, wanted, "{setting}: {}", answer.text);
            }
        }
    }

    /// Gap, balance of feelings and of comparisons, answers that hardly fit: in JSON, on the page,
    /// for a team; in the list and on the interview's page.
    async fn answers_are_read_together(database: Database) {
        let (app, router) = house(&database).await;
        let token = admin(&app).await;
        let nothing = page(&router, &token, &format!("/together?{DAYS}")).await;
        assert!(nothing.contains("measure = &#34;expectation&#34;"), "{nothing}");
        interviews_that_fit_and_clash(&app).await;
        let got = json_of(&router, &token, &format!("/api/v1/reports/together?{DAYS}")).await;
        let gap = &got["gaps"]["dimensions"][0];
        assert_eq!((&gap["dimension"], &gap["n"]), (&json!("reliability"), &json!(44)), "{got}");
        assert_eq!(gap["pairs"], json!([["hoped", "met"]]));
        near(&gap["gap"], -1.5);
        // Half −1, half −2: s = 0.5·√(44/43), t(43) = 2.0167.
        let half = 2.016_692_199 * 0.5 * (44.0_f64 / 43.0).sqrt() / 44.0_f64.sqrt();
        assert!((gap["low"].as_f64().expect("an end") + 1.5 + half).abs() < 1e-6, "{gap}");
        let felt = &got["emotions"][0];
        assert_eq!((&felt["n"], &felt["enough"]), (&json!(44), &json!(true)));
        near(&felt["net"], 50.0);
        assert_eq!(felt["choices"][2]["means"], json!("negative"));
        assert_eq!(felt["choices"][2]["n"], json!(8));
        near(&got["comparisons"][0]["net"], -100.0 / 44.0);
        let errors = &got["response_errors"];
        assert_eq!((&errors["n"], &errors["cut"]), (&json!(44), &json!(false)));
        near(&errors["marked"]["score"], 3.0 / 44.0);
        let each: Vec<_> = errors["marks"].as_array().expect("marks").iter().map(|m| m["n"].clone()).collect();
        assert_eq!(each, [json!(1), json!(1), json!(2)]);

        let red = json_of(&router, &token, &format!("/api/v1/reports/together?{DAYS}&team=red")).await;
        assert_eq!((&red["gaps"]["n"], &red["emotions"][0]["n"]), (&json!(43), &json!(43)));
        let shown = page(&router, &token, &format!("/together?{DAYS}")).await;
        for part in ["reliability: −1.50", "reliability", "7% of 44", "clashing=yes", "3 · negative"] {
            assert!(shown.replace('\u{a0}', "").replace("7 %", "7%").contains(part), "{part}: {shown}");
        }
        let list = page(&router, &token, &format!("/interviews?{DAYS}&clashing=yes")).await;
        assert_eq!(list.matches("<th role=\"rowheader\"").count(), 3, "{list}");
        let both = page(&router, &token, &format!("/interviews?{DAYS}&clashing=yes&agent=A17&low=yes")).await;
        assert_eq!(both.matches("<th role=\"rowheader\"").count(), 1, "{both}");
        for (n, said) in [(1, "yet would recommend"), (2, "no effort at all"), (3, "The same key on six")] {
            let one = page(&router, &token, &format!("/interviews/{}", InterviewId([n; 16]))).await;
            assert!(one.contains(said) && one.contains("hardly fit together"), "{said}: {one}");
        }
        let plain = page(&router, &token, &format!("/interviews/{}", InterviewId([4; 16]))).await;
        assert!(!plain.contains("id=\"clashing\""), "{plain}");
        // The marks change no score.
        let agents = json_of(&router, &token, &format!("/api/v1/reports/agents?{DAYS}")).await;
        assert_eq!(agents["centre"]["csat"]["n"], json!(44));
    }

    /// Where agents were sampled at different rates, totals are weighted by their calls: beside
    /// the plain share, said in words, packed or not, and as a recount counts them.
    async fn totals_are_weighted_where_a_sample_was_asked(database: Database) {
        let (app, router) = house(&database).await;
        let token = admin(&app).await;
        let post = app.site.desk.survey("post-call").expect("the survey").version;
        let mut n = 0;
        let mut next = || { n += 1; n };
        // A17: 20 of 20 asked, 5 satisfied. A18: 20 of 100 asked, all satisfied.
        for of in 0..20 {
            let rating = if of < 5 { 5 } else { 1 };
            answered(&app, next(), post, served("A17", "red", "calls"), &[(0, rating)]).await;
            answered(&app, next(), post, served("A18", "red", "calls"), &[(0, 5)]).await;
        }
        let whole = json_of(&router, &token, &format!("/api/v1/reports/overview?{DAYS}")).await;
        assert_eq!((&whole["sampled"], &whole["now"]["csat"]["weighted"]), (&Value::Null, &Value::Null));
        for of in 0..80 {
            let reason = if of % 2 == 0 { "sampled_out" } else { "agent_cap" };
            let begin = Begin {
                ineligible: reason.into(),
                disposition: Disposition::Ineligible,
                ..begin(next(), post, served("A18", "red", "calls"))
            };
            app.store().begin(begin).await.expect("begins");
        }
        // Too short a talk is outside of what the sample stands for.
        let short = Begin {
            ineligible: "short_talk".into(),
            disposition: Disposition::Ineligible,
            ..begin(next(), post, served("A17", "red", "calls"))
        };
        app.store().begin(short).await.expect("begins");
        assert_eq!(app.store().doctor().await.expect("reads"), []);
        for packed in [false, true] {
            if packed {
                assert!(app.store().roll(DAY + 40).await.expect("packed") > 0);
            }
            let whole = json_of(&router, &token, &format!("/api/v1/reports/overview?{DAYS}")).await;
            assert_eq!(whole["sampled"], json!({"offered": 40, "left_out": 80}), "{packed}");
            near(&whole["now"]["csat"]["score"], 25.0 / 40.0);
            let weighted = &whole["now"]["csat"]["weighted"];
            near(&weighted["score"], (20.0 * 0.25 + 100.0) / 120.0);
            assert_eq!(weighted["n"], json!(40));
            let teams = json_of(&router, &token, &format!("/api/v1/reports/queues?{DAYS}&by=team")).await;
            near(&teams["parts"][0]["csat"]["weighted"]["score"], (20.0 * 0.25 + 100.0) / 120.0);
        }
        // One agent's own score needs no weight.
        let agent = json_of(&router, &token, &format!("/api/v1/reports/overview?{DAYS}&agent=A18")).await;
        assert_eq!(agent["now"]["csat"]["weighted"], Value::Null);
        for path in ["/", "/queues"] {
            let shown = page(&router, &token, &format!("{path}?{DAYS}")).await;
            assert!(shown.contains("Weighted by calls: 88\u{a0}%"), "{path}: {shown}");
            assert!(shown.contains("(80 of 120 were left out)"), "{path}: {shown}");
        }
    }
}

/// What was stored before surveys had such keys is read as before.
#[test]
fn an_old_definition_is_read() {
    let survey = sample::survey(Version(1));
    let text = serde_json::to_string(&survey).expect("JSON");
    assert!(!text.contains("\"means\"") && !text.contains("\"pair\""), "{text}");
    let again: Survey = serde_json::from_str(&text).expect("reads");
    assert_eq!(Arc::new(again), Arc::new(survey));
}
