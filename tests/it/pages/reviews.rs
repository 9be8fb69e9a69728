//! Interviews as managers search, relink, mark and hear them, and the wallboard.

use aftercall::clock;
use aftercall::desk::audit::By;
use aftercall::store::{Comment, CommentStatus};
use aftercall::web::access::Role;

use super::*;

/// A centre whose recordings lie in that folder.
async fn with_media(database: &Database, media: &std::path::Path) -> (App, Router) {
    let settings = format!(
        "public_url = \"http://centre.example\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
         caller_key = \"{}\"\nmedia = \"{}\"\n[access]\npassword = \"{PASSWORD}\"\n",
        database.url,
        "s".repeat(32),
        "k".repeat(32),
        media.display(),
    );
    let config = Config::read(&settings, "test", Vec::new()).expect("settings");
    let app = App::build(config).await.expect("a house");
    let router = app.router().await.expect("routes");
    (app, router)
}

/// An interview of that agent with a 4 on satisfaction.
async fn asked(app: &App, n: u8, agent: Option<&str>) -> Begin {
    let survey = app.site.desk.survey("post-call").expect("the survey").version;
    let said = Said { agent: agent.map(String::from), ..Said::default() };
    let begin = Begin {
        call_ref: Some(format!("CA{n}")),
        caller_last: Some(format!("{n:03}")),
        ..begin(n, survey, said)
    };
    app.store().begin(begin.clone()).await.expect("begins");
    let answers = vec![(0, Outcome::Answered(4)), (1, Outcome::Answered(1))];
    app.store().record(turn(&begin, answers)).await.expect("recorded");
    begin
}

/// A form as a manager's browser sends it.
fn sent(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = form(path, OURS, fields);
    request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a cookie"));
    request
}

async fn token(app: &App, name: &str, role: Role, random: u8) -> String {
    let made = app.site.desk.create_token(name, role.word(), [random; 32], 1_800_000_000_000).await;
    format!("Bearer {}", made.expect("a token"))
}

const DAYS: &str = "from=2026-01-01&to=2026-01-31";

fn rows(page: &Answer) -> usize {
    page.text.matches("<th role=\"rowheader\"").count()
}

both! {
    /// By hand to another agent, with a reason; what is wrong is said; it is undone the same way.
    async fn a_manager_links_by_hand_and_undoes_it(database: Database) {
        let (app, router) = house(&database).await;
        let one = asked(&app, 1, Some("A17")).await;
        asked(&app, 2, Some("A18")).await;
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let page = format!("/interviews/{}", one.id);
        let link = format!("{page}/link?{DAYS}&score=%3C4%3E");
        for (fields, words) in [
            (&[("to", "agent"), ("agent", "A18")][..], "Say why."),
            (&[("to", "agent"), ("reason", "x")], "Write the agent’s code."),
            (&[("to", "agent"), ("agent", "Z&9"), ("reason", "x")], "No agent has the code Z&#38;9"),
            (&[("to", "call"), ("call", "none"), ("reason", "x")], "no record of a call none"),
            (&[("to", "nobody"), ("team", "none"), ("reason", "x")], "no team none"),
            (&[("reason", "x")], "Choose for whom"),
        ] {
            let refused = ask(&router, sent(&link, &cookie, fields)).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{words}: {}", refused.text);
            assert!(refused.text.contains(words), "{words}: {}", refused.text);
        }
        let fields = [("to", "agent"), ("agent", " A18 "), ("reason", "The menu was <wrong>")];
        let done = ask(&router, sent(&link, &cookie, &fields)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let to = done.headers[header::LOCATION].to_str().expect("text").to_owned();
        assert!(to.starts_with(&format!("{page}?from=2026-01-01")), "{to}");
        assert!(to.ends_with("&done=linked#links"), "{to}");
        let shown = ask(&router, get(to.split('#').next().expect("a path"), &with)).await.text;
        for part in ["Linked. All figures follow.", "a person, by hand", "The menu was &#60;wrong&#62;", "manager"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        for (agent, held) in [("A17", 0), ("A18", 2)] {
            let list = ask(&router, get(&format!("/agents/{agent}?{DAYS}"), &with)).await;
            assert_eq!(list.text.matches("href=\"/interviews/").count(), held, "{agent}: {}", list.text);
        }
        let list = ask(&router, get(&format!("/interviews?{DAYS}&link=hand"), &with)).await;
        assert_eq!(rows(&list), 1, "{}", list.text);

        let undo = [("to", "records"), ("reason", "it was right")];
        let undone = ask(&router, sent(&link, &cookie, &undo)).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER);
        let list = ask(&router, get(&format!("/interviews?{DAYS}&link=hand"), &with)).await;
        assert_eq!(rows(&list), 0, "{}", list.text);
        assert_eq!(app.store().doctor().await.expect("reads"), []);

        // Neither another site nor who only reads decides anything.
        let mut foreign = form(&link, "http://evil.example", &fields);
        foreign.headers_mut().insert(header::COOKIE, cookie.parse().expect("a cookie"));
        assert_eq!(ask(&router, foreign).await.status, StatusCode::FORBIDDEN);
        let reader = token(&app, "reader", Role::Read, 7).await;
        let mut by_reader = form(&link, OURS, &fields);
        by_reader.headers_mut().insert(header::AUTHORIZATION, reader.parse().expect("a token"));
        assert_eq!(ask(&router, by_reader).await.status, StatusCode::FORBIDDEN);
        let seen = ask(&router, get(&page, &[(header::AUTHORIZATION, &reader)])).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(!seen.text.contains("method=\"post\" action=\"/interviews"), "{}", seen.text);
        let nothing = ask(&router, sent("/interviews/00/link", &cookie, &fields)).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }

    /// A mark needs a reason, shows on the page and in the list, and is taken back; nobody marks
    /// their own answers.
    async fn answers_are_marked_and_marks_taken_back(database: Database) {
        let (app, router) = house(&database).await;
        let one = asked(&app, 1, Some("A17")).await;
        asked(&app, 2, Some("A18")).await;
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let page = format!("/interviews/{}", one.id);
        let marks = format!("{page}/marks");
        for (fields, words) in [
            (&[("question", "0")][..], "Say why."),
            (&[("question", "0"), ("reason", "because")], "Say why."),
            (&[("question", "0"), ("reason", "other")], "Write the reason in words."),
            (&[("question", "9"), ("reason", "product")], "Choose an answer"),
            (&[("question", "x"), ("reason", "product")], "Choose an answer"),
        ] {
            let refused = ask(&router, sent(&marks, &cookie, fields)).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{words}: {}", refused.text);
            assert!(refused.text.contains(words), "{words}: {}", refused.text);
        }
        let fields = [("question", "0"), ("reason", "other"), ("note", "<rain>")];
        let done = ask(&router, sent(&marks, &cookie, &fields)).await;
        assert_eq!(done.headers[header::LOCATION], format!("{page}?done=marked#marks"));
        let again = ask(&router, sent(&marks, &cookie, &fields)).await;
        assert!(again.text.contains("marked already"), "{}", again.text);
        let shown = ask(&router, get(&page, &with)).await.text;
        assert!(shown.contains("&#60;rain&#62;") && shown.contains("marks/1/take-back"), "{shown}");
        let marked = format!("/interviews?{DAYS}&marked=yes");
        assert_eq!(rows(&ask(&router, get(&marked, &with)).await), 1);

        let own = token(&app, "A17", Role::Manager, 8).await;
        let mut by_own = form(&marks, OURS, &[("question", "1"), ("reason", "product")]);
        by_own.headers_mut().insert(header::AUTHORIZATION, own.parse().expect("a token"));
        assert_eq!(ask(&router, by_own).await.status, StatusCode::FORBIDDEN);

        let back = format!("{page}/marks/1/take-back");
        for _ in 0..2 {
            let taken = ask(&router, sent(&back, &cookie, &[])).await;
            assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        }
        let shown = ask(&router, get(&page, &with)).await.text;
        assert!(shown.contains("Taken back at") && !shown.contains("take-back"), "{shown}");
        assert_eq!(rows(&ask(&router, get(&marked, &with)).await), 0);
        assert_eq!(app.store().doctor().await.expect("reads"), []);
    }

    /// By call, by interview, by digits; by filters; page by page; with what to do where there
    /// are none.
    async fn interviews_are_searched_and_listed(database: Database) {
        let (app, router) = house(&database).await;
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let empty = ask(&router, get("/interviews", &with)).await;
        assert!(empty.text.contains("No calls yet"), "{}", empty.text);
        let mut first = None;
        for n in 1..=51 {
            let one = asked(&app, n, (n > 1).then_some("A17")).await;
            first.get_or_insert(one.id);
        }
        let first = first.expect("there is one");
        // Unless a day is named: they are of January.
        for (query, wanted) in [
            ("?q=CA7", 1),
            (&format!("?q={first}"), 1),
            (&format!("?{DAYS}&q=051"), 1),
            (&format!("?{DAYS}&q=%2B370+600+00+051"), 1),
            ("?q=051", 0),
            ("?q=nothing", 0),
            (&format!("?{DAYS}"), 50),
            (&format!("?{DAYS}&link=none"), 1),
            (&format!("?{DAYS}&agent=A17"), 50),
            (&format!("?{DAYS}&low=yes"), 0),
            (&format!("?{DAYS}&comment=yes"), 0),
            (&format!("?{DAYS}&disposition=complete"), 0),
            (&format!("?{DAYS}&disposition=break_off&channel=phone&language=en"), 50),
        ] {
            let list = ask(&router, get(&format!("/interviews{query}"), &with)).await;
            assert_eq!(list.status, StatusCode::OK, "{query}: {}", list.text);
            assert_eq!(rows(&list), wanted, "{query}: {}", list.text);
            if wanted == 0 {
                assert!(list.text.contains("No interview fits"), "{query}: {}", list.text);
            }
        }
        let list = ask(&router, get(&format!("/interviews?{DAYS}&disposition=break_off"), &with)).await;
        assert!(list.text.contains("51 interviews"), "{}", list.text);
        let older = list.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let older = older.map(|link| link.replace("&#38;", "&")).find(|link| link.contains("after="));
        let older = older.expect("a second page");
        assert!(older.contains("disposition=break_off"), "{older}");
        assert_eq!(rows(&ask(&router, get(&older, &with)).await), 1, "{older}");
        for query in ["?disposition=zzz", "?link=zzz", "?agent=zzz", "?after=zzz", "?qq=1"] {
            let wrong = ask(&router, get(&format!("/interviews{query}"), &with)).await;
            assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{query}: {}", wrong.text);
        }
        let unlinked = ask(&router, get(&format!("/unlinked?{DAYS}"), &with)).await;
        assert_eq!(rows(&unlinked), 1);
        assert!(unlinked.text.contains("Interviews without an agent"), "{}", unlinked.text);
        // Every text is there in every language.
        for tongue in ["en", "lt", "lv", "pl", "ta"] {
            let headers = [with[0].clone(), (header::ACCEPT_LANGUAGE, tongue)];
            let page = format!("/interviews/{first}");
            for path in [&format!("/interviews?{DAYS}"), "/unlinked", &page, "/wallboard"] {
                let shown = ask(&router, get(path, &headers)).await;
                assert_eq!(shown.status, StatusCode::OK, "{tongue} {path}: {}", shown.text);
                let raw = [">interview-", ">wallboard-", "\"interview-", " interview-"];
                assert!(!raw.iter().any(|key| shown.text.contains(key)), "{tongue} {path}: {}", shown.text);
                assert!(shown.text.contains(&format!("<html lang=\"{tongue}\"")));
            }
        }
    }

    /// What is kept here is played, whole and in parts, to who may read; nothing else is sent.
    async fn comments_are_played_in_the_page(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let media = folder.path().join("media");
        let (app, router) = with_media(&database, &media).await;
        let one = asked(&app, 1, Some("A17")).await;
        let sound: Vec<u8> = (0..=255).cycle().take(1000).collect();
        std::fs::write(media.join("kept.wav"), &sound).expect("written");
        std::fs::write(folder.path().join("secret.wav"), b"secret").expect("written");
        for (recording, file, status) in [
            ("RE1", Some("kept.wav"), CommentStatus::Stored),
            ("RE2", Some("../secret.wav"), CommentStatus::Stored),
            ("RE3", None, CommentStatus::Expected),
            ("RE4", None, CommentStatus::Ready),
            ("RE5", None, CommentStatus::Failed),
            ("RE6", Some("gone.wav"), CommentStatus::Stored),
        ] {
            let comment = Comment {
                interview: one.id,
                recording: recording.into(),
                question: 4,
                seconds: Some(7),
                url: None,
                file: file.map(String::from),
                status,
                at_ms: one.started_ms,
            };
            app.store().comment(comment).await.expect("written");
        }
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let page = format!("/interviews/{}", one.id);
        let shown = ask(&router, get(&page, &with)).await.text;
        let address = format!("{page}/comments/RE1");
        assert!(shown.contains(&format!("src=\"{address}\"")), "{shown}");
        for part in ["<audio controls preload=\"none\"", "7 seconds", "ready to play",
            "has not said yet where it is", "it is being fetched", "lost on the way"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("comments/RE3"), "{shown}");

        for (range, status, wanted, about) in [
            (None, StatusCode::OK, &sound[..], None),
            (Some("bytes=0-"), StatusCode::PARTIAL_CONTENT, &sound, Some("bytes 0-999/1000")),
            (Some("bytes=10-19"), StatusCode::PARTIAL_CONTENT, &sound[10..20], Some("bytes 10-19/1000")),
            (Some("bytes=-5"), StatusCode::PARTIAL_CONTENT, &sound[995..], Some("bytes 995-999/1000")),
            (Some("bytes=5000-"), StatusCode::RANGE_NOT_SATISFIABLE, &[], Some("bytes */1000")),
        ] {
            let mut headers = vec![with[0].clone(), (header::ACCEPT_ENCODING, "identity")];
            headers.extend(range.map(|range| (header::RANGE, range)));
            let answer = router.clone().oneshot(get(&address, &headers)).await.expect("an answer");
            assert_eq!(answer.status(), status, "{range:?}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "audio/wav");
            let keep = answer.headers()[header::CACHE_CONTROL].to_str().expect("text");
            assert!(keep.starts_with("private, no-store"), "{keep}");
            let told = answer.headers().get(header::CONTENT_RANGE).map(|r| r.to_str().expect("text"));
            assert_eq!(told, about, "{range:?}");
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            assert_eq!(&body[..], wanted, "{range:?}");
        }
        for recording in ["RE2", "RE3", "RE6", "RE9", "..%2Fsecret.wav", "kept.wav"] {
            let path = format!("{page}/comments/{recording}");
            let none = ask(&router, get(&path, &with)).await;
            assert_eq!(none.status, StatusCode::NOT_FOUND, "{recording}");
            assert!(!none.text.contains("secret\n"));
        }
        let other = asked(&app, 2, Some("A17")).await;
        let path = format!("/interviews/{}/comments/RE1", other.id);
        assert_eq!(ask(&router, get(&path, &with)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ask(&router, get(&address, &[])).await.status, StatusCode::SEE_OTHER);
        let feed = token(&app, "feed", Role::Feed, 9).await;
        let closed = ask(&router, get(&address, &[(header::AUTHORIZATION, &feed)])).await;
        assert_eq!(closed.status, StatusCode::FORBIDDEN);
    }

    /// The page shows today so far; its events tell of a caller who comes, and end with the server.
    async fn the_wallboard_follows_callers(database: Database) {
        let (app, router) = house(&database).await;
        let now = clock::now_ms();
        let day = clock::day(now, &app.site.config.time_zone);
        let survey = app.site.desk.survey("post-call").expect("the survey").version;
        let begin_now = |n: u8| {
            let said = Said {
                agent: Some("A17".into()),
                team: Some("red".into()),
                queue: Some("sales".into()),
                ..Said::default()
            };
            let one = begin(n, survey, said);
            Begin { day, started_ms: now - 1000, limit_ms: now + 180_000, ..one }
        };
        for n in 1..=7 {
            let one = begin_now(n);
            app.store().begin(one.clone()).await.expect("begins");
            let answers = vec![(0, Outcome::Answered(4))];
            app.store().record(turn(&one, answers)).await.expect("recorded");
        }
        app.store().name_agent("A17", "Rasa Petraitė").await.expect("named");
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let page = ask(&router, get("/wallboard?team=red&queue=sales", &with)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in ["red · sales", "too few", "n = 7 of 20", "http-equiv=\"refresh\"",
            "data-events=\"/wallboard/events?team=red&#38;queue=sales\"", "7 in the last hour"]
        {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(!page.text.contains("100\u{a0}%"), "no score of seven answers: {}", page.text);
        for person in ["A17", "Rasa"] {
            assert!(!page.text.contains(person), "{person}: {}", page.text);
        }
        for (query, status) in [
            ("?team=none", StatusCode::BAD_REQUEST),
            ("?agent=A17", StatusCode::BAD_REQUEST),
        ] {
            for path in ["/wallboard", "/wallboard/events"] {
                let wrong = ask(&router, get(&format!("{path}{query}"), &with)).await;
                assert_eq!(wrong.status, status, "{path}{query}: {}", wrong.text);
            }
        }
        assert_eq!(ask(&router, get("/wallboard/events", &[])).await.status, StatusCode::SEE_OTHER);

        let headers = [with[0].clone(), (header::ACCEPT_ENCODING, "gzip")];
        let answer = router.clone().oneshot(get("/wallboard/events", &headers)).await.expect("an answer");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(answer.headers().get(header::CONTENT_ENCODING).is_none(), "it would be kept back");
        let mut events = answer.into_body();
        let mut next = async |wanted: &str| {
            let mut heard = String::new();
            while !heard.contains(wanted) {
                let frame = events.frame().await?;
                heard.push_str(&String::from_utf8_lossy(&frame.expect("a frame").into_data().expect("data")));
            }
            Some(heard)
        };
        let first = next("</dl>").await.expect("an event");
        assert!(first.contains("event: board") && first.contains("retry: 3000"), "{first}");
        assert!(first.contains(">7<"), "{first}");
        app.store().begin(begin_now(8)).await.expect("begins");
        assert!(next(">8<").await.is_some(), "the eighth caller is shown");
        app.site.desk.close_wall();
        assert!(next("nothing more").await.is_none(), "the stream ends with the server");
    }

    /// Whoever signs out, or is shut out, sees no more of the wallboard that they follow.
    async fn the_wallboard_ends_with_the_session(database: Database) {
        let (app, router) = house(&database).await;
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let answer = router.clone().oneshot(get("/wallboard/events", &with)).await.expect("an answer");
        let mut events = answer.into_body();
        for _ in 0..2 {
            assert!(events.frame().await.is_some(), "as long as they are inside");
        }
        let out = ask(&router, sent("/sign-out", &cookie, &[])).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text);
        let rest = async { while events.frame().await.is_some() {} };
        let ended = tokio::time::timeout(std::time::Duration::from_secs(20), rest).await;
        assert!(ended.is_ok(), "it ends soon after the session");

        // One whose token is taken back while they look.
        let token = token(&app, "wall", Role::Read, 8).await;
        let with = [(header::AUTHORIZATION, token.as_str())];
        let answer = router.clone().oneshot(get("/wallboard/events", &with)).await.expect("an answer");
        let mut events = answer.into_body();
        assert!(events.frame().await.is_some());
        let (desk, by) = (&app.site.desk, By::Command);
        assert_eq!(desk.take_back_tokens("wall", &by, clock::now_ms()).await.expect("taken back"), 1);
        let rest = async { while events.frame().await.is_some() {} };
        let ended = tokio::time::timeout(std::time::Duration::from_secs(20), rest).await;
        assert!(ended.is_ok(), "it ends soon after the token");
    }

    /// However an address writes the id, the log says whose interview was seen.
    async fn the_log_names_an_interview_in_one_way(database: Database) {
        let (app, router) = house(&database).await;
        let one = asked(&app, 0xab, Some("A17")).await;
        let reader = token(&app, "reader", Role::Read, 7).await;
        let with = [(header::AUTHORIZATION, reader.as_str())];
        let id = one.id.to_string().to_uppercase();
        for path in [format!("/interviews/{id}"), format!("/api/v1/interviews/{id}")] {
            let seen = ask(&router, get(&path, &with)).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        }
        let log = app.store().audit("view_interview", None, 10).await.expect("reads");
        let objects: Vec<_> = log.into_iter().map(|entry| entry.object).collect();
        assert_eq!(objects, [one.id.to_string(), one.id.to_string()]);
    }
}
