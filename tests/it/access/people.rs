//! Sessions that end, codes, the log, an agent's own weeks, and what the forms do.

use super::*;

both! {
    /// A session ends when its owner leaves, gets another password, is kept out, or an admin ends
    /// it; whoever kept the cookie stays outside.
    async fn sessions_end(database: Database) {
        let house = House::planted(&database, "").await;
        let desk = &house.app.site.desk;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let email = house.user("read", &[], None).await;
        let user = desk.person(&email).await.expect("is there");
        let path = format!("/settings/people/{}", user.id);
        for (how, fields) in [
            ("out", &[][..]),
            ("sessions", &[][..]),
            ("password", &[("password", PASSWORD)][..]),
            ("disable", &[][..]),
        ] {
            let (one, other) = (house.enter(&email).await, house.enter(&email).await);
            let (one, other) = (Who::with_cookie("one", one), Who::with_cookie("other", other));
            assert_eq!(house.get("/", &one).await.status, StatusCode::OK, "{how}");
            if how == "out" {
                house.post("/sign-out", &[], &one).await;
                assert_eq!(house.get("/", &other).await.status, StatusCode::OK, "only its own");
            } else {
                let done = house.post(&format!("{path}/{how}"), fields, &admin).await;
                assert_eq!(done.status, StatusCode::SEE_OTHER, "{how}: {}", done.text);
                assert_eq!(house.get("/", &other).await.status, StatusCode::SEE_OTHER, "{how}");
            }
            assert_eq!(house.get("/", &one).await.status, StatusCode::SEE_OTHER, "{how}");
        }
        let fields = [("email", email.as_str()), ("password", PASSWORD)];
        let outside = ask(&house.router, form("/sign-in", OURS, &fields)).await;
        assert_eq!(outside.status, StatusCode::UNAUTHORIZED, "kept out");
        house.post(&format!("{path}/enable"), &[], &admin).await;
        house.enter(&email).await;
    }

    /// Who manages no team changes nothing, neither theirs nor what is asked in the whole centre.
    async fn who_manages_no_team_changes_nothing(database: Database) {
        let house = House::planted(&database, "").await;
        let of_none = Who::with_cookie("none", house.enter(&house.user("manager", &[], None).await).await);
        let of_red = house.enter(&house.user("manager", &["red"], None).await).await;
        let of_red = Who::with_cookie("red", of_red);
        for (who, status) in [(&of_none, StatusCode::FORBIDDEN), (&of_red, StatusCode::OK)] {
            for path in ["/surveys/post-call/edit", "/try/phone"] {
                let answer = house.get(path, who).await;
                assert_eq!(answer.status, status, "{} {path}: {}", who.name, answer.text);
            }
        }
        for (path, fields) in [
            ("/switches", &[("what", "queue"), ("queue", "sales"), ("on", "no")][..]),
            ("/surveys/post-call/edit", &[("lang", "en"), ("base", "x"), ("revision", "0")]),
            ("/surveys/post-call/files", &[("base", "x")]),
            ("/cases/1", &[("do", "close")]),
            (&format!("/interviews/{RED}/link"), &[("to", "nobody"), ("reason", "x")]),
        ] {
            let answer = house.post(path, fields, &of_none).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {}", answer.text);
        }
        assert!(house.app.store().audit("", None, 50).await.expect("reads").iter().all(|entry| {
            !["switch_survey", "publish_survey", "relink"].contains(&entry.act.as_str())
        }));
    }

    /// What somebody types where an id belongs does not come into the log as it was typed.
    async fn the_log_holds_nothing_that_was_typed(database: Database) {
        let house = House::planted(&database, "").await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let typed = "Ona Onaitė 861234567";
        for (path, fields) in [
            ("/settings/deliveries/Ona%20Onait%C4%97%20861234567/replay", &[][..]),
            ("/switches", &[("queue", typed), ("does", "off")]),
            ("/settings/targets/remove", &[("measure", typed), ("from", "1")]),
            ("/settings/tokens/revoke", &[("hash", typed)]),
        ] {
            house.post(path, fields, &admin).await;
        }
        let log = house.app.store().audit("", None, 50).await.expect("reads");
        let kept: Vec<_> = log.iter().map(|entry| (&*entry.act, &*entry.object)).collect();
        assert!(kept.iter().filter(|(act, _)| act.starts_with("change_") || act.starts_with("switch_")).count() >= 3, "{kept:?}");
        assert!(!kept.iter().any(|(_, object)| object.contains("Ona") || object.contains("8612")), "{kept:?}");
    }

    /// Wrong passwords for one account make those who try it wait a little, and nobody else.
    async fn an_account_waits_a_little(database: Database) {
        let house = House::build(&database, "").await;
        let email = house.user("read", &[], None).await;
        house.user("admin", &[], None).await;
        let guess = |email: String| {
            let fields = [("email", email.as_str()), ("password", "guess")];
            ask(&house.router, form("/sign-in", OURS, &fields))
        };
        for _ in 0..10 {
            assert_eq!(guess(email.clone()).await.status, StatusCode::UNAUTHORIZED);
        }
        let waits = guess(email.clone()).await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds: u32 = waits.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("n");
        assert!(seconds <= 10, "a stranger locks nobody out for long: {seconds}");
        // An account that is not there is answered as one that is.
        assert_eq!(guess("nobody@example.com".into()).await.status, StatusCode::UNAUTHORIZED);
        house.enter("admin@example.com").await;
    }

    /// Reports show codes that stay the same; admins look up who it is, and that is written down.
    async fn a_code_is_looked_up_and_written_down(database: Database) {
        let house = House::planted(&database, "people = \"coded\"").await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let path = format!("/api/v1/reports/agents?{DAYS}&team=red");
        let body: serde_json::Value =
            serde_json::from_str(&house.get(&path, &admin).await.text).expect("JSON");
        let code = body["agents"][0]["agent"].as_str().expect("a code").to_owned();
        assert_eq!(body["agents"][0]["name"], format!("Agent {code}"));
        let page = house.get(&format!("/agents/{code}?{DAYS}"), &admin).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains(&format!("Agent {code}")) && !page.text.contains("R-ONE"));
        let found = house.post("/settings/teams/look-up", &[("code", &code)], &admin).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text);
        assert!(found.text.contains("Rasa Raudona") && found.text.contains("R-ONE"));
        let log = house.app.store().audit("look_up_agent", None, 10).await.expect("reads");
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].who, "settings");
        assert!(!log[0].object.contains("R-ONE") && log[0].object.len() == 32, "{:?}", log[0]);
        // Whoever links by hand names agents as they see them, in the list that leads there too.
        let list = house.get(&format!("/interviews?{DAYS}"), &admin).await;
        assert!(list.text.contains(&format!("href=\"/agents/{code}\">Agent {code}<")), "{}", list.text);
        let list = house.get(&format!("/interviews?{DAYS}&team=blue"), &admin).await;
        assert!(!list.text.contains(&code), "{}", list.text);
        let at = list.text.find("href=\"/interviews/").expect("an interview") + 6;
        let path: String = list.text[at..].chars().take_while(|c| *c != '?' && *c != '"').collect();
        let link = |agent: &str| {
            let fields = [("to", "agent"), ("agent", agent), ("reason", "heard the name")];
            fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        for (agent, status) in
            [("7F3K-0000", StatusCode::BAD_REQUEST), (&*code, StatusCode::SEE_OTHER)]
        {
            let fields = link(agent);
            let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let linked = house.post(&format!("{path}/link"), &fields, &admin).await;
            assert_eq!(linked.status, status, "{agent}: {}", linked.text);
        }
        let page = house.get(&path, &admin).await;
        assert!(page.text.contains(&code) && !page.text.contains("R-ONE"), "{}", page.text);
    }

    /// An admin puts agents into teams on the page; the log says that it was done, without names.
    async fn an_agent_changes_team_on_the_page(database: Database) {
        let house = House::planted(&database, "").await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let stay = |code: &'static str, team: &'static str, from: &'static str, to: &'static str| {
            [("code", code), ("name", "Rasa Žydra"), ("team", team), ("from", from), ("to", to)]
        };
        for (form, said) in [
            (stay("", "blue", "2026-02-01", ""), "Write the agent"),
            (stay("R-ONE", "", "2026-02-01", ""), "Write the team"),
            (stay("R-ONE", "blue", "2026-02-01", "2026-01-31"), "lies before the first"),
            (stay("R-ONE", "blue", "yesterday", ""), "This was not kept"),
        ] {
            let refused = house.post("/settings/teams", &form, &admin).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
            assert!(refused.text.contains(said) && refused.text.contains("Rasa Žydra"), "{form:?}");
        }
        let form = stay("R-ONE", "blue", "2031-02-01", "");
        let kept = house.post("/settings/teams", &form, &admin).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
        let stays = house.app.store().agent_stays().await.expect("reads");
        let own: Vec<_> = stays.iter().filter(|stay| stay.code == "R-ONE").collect();
        assert_eq!(own.len(), 2, "{own:?}");
        assert!(own.iter().all(|stay| stay.name == "Rasa Žydra"), "{own:?}");
        let teams: Vec<_> = own.iter().map(|s| (s.team.as_deref(), s.to_ms.is_some())).collect();
        assert!(teams.contains(&(Some("red"), true)) && teams.contains(&(Some("blue"), false)));
        let page = house.get("/settings/teams", &admin).await;
        assert!(page.text.contains("2031-02-01") && page.text.contains("2031-01-31"), "{}", page.text);
        let log = house.app.store().audit("change_team", None, 10).await.expect("reads");
        assert_eq!(log.len(), 1);
        assert!(!log[0].object.contains("R-ONE"), "{:?}", log[0]);
    }

    /// Each look, each file and each change stands in the log, without names.
    async fn the_log_says_who_looked(database: Database) {
        let house = House::planted(&database, "").await;
        let email = house.user("manager", &["red"], None).await;
        let manager = Who::with_cookie("manager", house.enter(&email).await);
        house.get(&format!("/interviews/{RED}"), &manager).await;
        house.get(&format!("/interviews/{BLUE}"), &manager).await;
        house.get(&format!("/api/v1/reports/agents.csv?{DAYS}"), &manager).await;
        house.get("/api/v1/interviews", &manager).await;
        let log = house.app.store().audit("", None, 100).await.expect("reads");
        let lines: Vec<String> = log
            .iter()
            .rev()
            .map(|entry| format!("{} {} {}", entry.who, entry.act, entry.object))
            .collect();
        let red = RED.to_string();
        let wanted = [
            "command change_user user:1".to_owned(),
            "command change_team user:1".to_owned(),
            "user:1 sign_in ".to_owned(),
            // The one of the other team was not shown.
            format!("user:1 view_interview {red}"),
            "user:1 export report:agents".to_owned(),
            "user:1 export interviews".to_owned(),
        ];
        assert_eq!(lines, wanted);
        assert!(log.iter().rev().map(|entry| entry.seq).eq(1..=6), "without gaps");
        let admin = Who::with_cookie("admin", house.enter("").await);
        let page = house.get("/settings/log?act=export", &admin).await;
        assert!(page.text.contains("A manager") && page.text.contains("report:agents"));
        assert!(!page.text.contains(&red), "{}", page.text);
    }

    /// What the forms make is there and works: a person with a team for some days, a token that is
    /// shown once, a target.
    async fn the_forms_do_what_they_say(database: Database) {
        let house = House::planted(&database, "").await;
        let admin = Who::with_cookie("admin", house.enter("").await);
        let fields = [
            ("email", "Ona@Example.com"), ("name", "Ona <b>"), ("role", "manager"),
            ("password", PASSWORD), ("team", ""), ("agent", ""), ("language", "lt"),
        ];
        let added = house.post("/settings", &fields, &admin).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        assert_eq!(house.post("/settings", &fields, &admin).await.status.as_u16(), 422, "taken");
        let list = house.get("/settings?said=added", &admin).await;
        assert!(list.text.contains("Ona &#60;b&#62;") && list.text.contains("Added."), "{}", list.text);
        let ona = Who::with_cookie("ona", house.enter("ona@example.com").await);
        let page = house.get(&format!("/agents?{DAYS}"), &ona).await;
        assert!(page.text.contains("lang=\"lt\"") && page.text.contains("Komandos dar nėra"), "{}", page.text);
        let today = house.app.site.reports.today(clock::now_ms());
        let (today, before) = (today.to_string(), today.yesterday().expect("a day").to_string());
        let user = house.app.site.desk.person("ona@example.com").await.expect("is there").id;
        let teams = format!("/settings/people/{user}/teams");
        for (from, to, sees) in [("2025-01-01", before.as_str(), false), (&today, &today, true)] {
            let fields = [("team", "blue"), ("from", from), ("to", to)];
            let done = house.post(&teams, &fields, &admin).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            let page = house.get(&format!("/agents?{DAYS}"), &ona).await;
            assert_eq!(page.text.contains("Bruno Blau"), sees, "{from}–{to}: {}", page.text);
            assert!(!page.text.contains("Rasa Raudona"));
        }
        let fields = [("name", "BI"), ("role", "read"), ("team", "red"), ("team", "blue")];
        let made = house.post("/settings/tokens", &fields, &admin).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let token = made.text.split("<code>").nth(1).and_then(|rest| rest.split('<').next());
        let token = token.expect("is shown").to_owned();
        let bi = Who::with_token("bi", format!("Bearer {token}"));
        assert_eq!(house.get("/api/v1/agents", &bi).await.status, StatusCode::OK);
        let list = house.get("/settings/tokens", &admin).await;
        assert!(list.text.contains("BI") && !list.text.contains(&token));
        let hash = list.text.split("name=\"hash\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let fields = [("hash", hash.expect("a hash"))];
        house.post("/settings/tokens/revoke", &fields, &admin).await;
        assert_eq!(house.get("/api/v1/agents", &bi).await.status, StatusCode::UNAUTHORIZED);
        let fields = [("measure", "csat"), ("team", "red"), ("value", "82.5"), ("from", "2026-01-01")];
        house.post("/settings/targets", &fields, &admin).await;
        let targets = house.app.site.desk.targets().await.expect("reads");
        assert_eq!((targets[0].value, targets[0].from_day, targets[0].team.as_str()), (825, 20_454, "red"));
        let page = house.get("/settings/targets", &admin).await;
        assert!(page.text.contains("82.5\u{a0}%"), "{}", page.text);
    }

    /// An admin cannot shut themself out.
    async fn nobody_shuts_themself_out(database: Database) {
        let house = House::build(&database, "").await;
        let email = house.user("admin", &[], None).await;
        let admin = Who::with_cookie("admin", house.enter(&email).await);
        for (what, fields) in [("disable", &[][..]), ("role", &[("role", "read")][..])] {
            let done = house.post(&format!("/settings/people/1/{what}"), fields, &admin).await;
            assert_eq!(done.status.as_u16(), 422, "{what}: {}", done.text);
        }
        assert_eq!(house.get("/settings", &admin).await.status, StatusCode::OK);
    }

    /// Agents see complete weeks from five answers on, and nothing of single calls.
    async fn an_agent_sees_whole_weeks_only(database: Database) {
        let house = House::build(&database, "").await;
        let desk = &house.app.site.desk;
        let survey = desk.survey("post-call").expect("the survey").version;
        // 20 January 2026 is a Tuesday: four answers in its week, six in the one before, one in
        // the one after, which still goes on at the moment of the report.
        const DAY: i64 = 86_400_000;
        for n in 1..=11_u8 {
            let back = match n { 1..=4 => 0, 5..=10 => -7, _ => 7 };
            let said = Said { agent: Some("R-ONE".into()), ..Said::default() };
            let mut one = begin(n, survey, said);
            one.day += back;
            one.started_ms += back * DAY;
            one.limit_ms += back * DAY;
            house.app.store().begin(one.clone()).await.expect("begins");
            house.app.store().record(turn(&one, vec![(0, Outcome::Answered(4))])).await.expect("recorded");
        }
        let viewer = aftercall::report::Viewer {
            sight: aftercall::report::Sight::Own("R-ONE".into()),
            people: aftercall::report::People::Named,
        };
        let now = 1_768_903_200_000 + 8 * DAY;
        let own = house.app.site.reports.own(&viewer, now).await.expect("is there");
        let shown: Vec<(String, Option<u64>)> = own
            .weeks
            .iter()
            .take(2)
            .map(|week| (week.from.to_string(), week.measures[0].as_ref().map(|one| one.n)))
            .collect();
        assert_eq!(shown, [("2026-01-19".to_owned(), None), ("2026-01-12".to_owned(), Some(6))]);
        // What is shown together is no more than what is shown by the week.
        assert_eq!(own.together[0].as_ref().map(|one| one.n), Some(6));
    }
}
