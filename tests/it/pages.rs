//! The pages and the report's endpoints as a browser and a program meet them.

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::desk::keys::Keys;
use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::store::{Begin, Carried, Said, Turn};
use aftercall::web::{Body, Router};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::harness::{Database, both};

mod known;
mod reviews;
pub(crate) mod together;

const PASSWORD: &str = "a long enough password";

async fn house(database: &Database) -> (App, Router) {
    let settings = format!(
        "public_url = \"http://centre.example\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
         caller_key = \"{}\"\n[access]\npassword = \"{PASSWORD}\"\n",
        database.url,
        "s".repeat(32),
        "k".repeat(32)
    );
    let config = Config::read(&settings, "test", Vec::new()).expect("settings");
    let app = App::build(config).await.expect("a house");
    let router = app.router().await.expect("routes");
    (app, router)
}

async fn site(database: &Database) -> Router {
    house(database).await.1
}

/// An answer with its body as text.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let answer: Response<Body> = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    Answer { status: parts.status, headers: parts.headers, text }
}

pub(crate) fn get(path: &str, headers: &[(header::HeaderName, &str)]) -> Request<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

pub(crate) fn form(path: &str, origin: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(path)
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

const OURS: &str = "http://centre.example";

async fn cookie(router: &Router) -> String {
    let fields = [("password", PASSWORD), ("next", "/unlinked?period=7d")];
    let inside = ask(router, form("/sign-in", OURS, &fields)).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER, "{}", inside.text);
    assert_eq!(inside.headers[header::LOCATION], "/unlinked?period=7d");
    let cookie = inside.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite"), "{cookie}");
    cookie.split(';').next().expect("a cookie").to_owned()
}

both! {
    /// Nobody reads anything without password or token, and the way in and out works.
    async fn the_door_keeps_strangers_out(database: Database) {
        let router = site(&database).await;
        for path in ["/", "/agents", "/agents/funnel", "/agents/compare", "/agents/fairness", "/resolution", "/queues", "/questions", "/drivers", "/unlinked", "/agents/A17", "/interviews/00"] {
            let closed = ask(&router, get(path, &[])).await;
            assert_eq!(closed.status, StatusCode::SEE_OTHER, "{path}");
            let to = closed.headers[header::LOCATION].to_str().expect("text");
            assert!(to.starts_with("/sign-in?next=%2F"), "{to}");
            assert!(!closed.text.contains("<table"), "{path}");
        }
        for path in ["/api/v1/reports/agents", "/api/v1/reports/agents.csv"] {
            assert_eq!(ask(&router, get(path, &[])).await.status, StatusCode::UNAUTHORIZED);
        }
        let shown = ask(&router, get("/sign-in?next=%2F%2Fevil.example", &[])).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.text.contains("name=\"next\" value=\"/\""), "{}", shown.text);

        let wrong = ask(&router, form("/sign-in", OURS, &[("password", "wrong")])).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert!(wrong.headers.get(header::SET_COOKIE).is_none());
        let fields = [("password", PASSWORD)];
        let foreign = ask(&router, form("/sign-in", "http://evil.example", &fields)).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert!(foreign.headers.get(header::SET_COOKIE).is_none());

        let cookie = cookie(&router).await;
        let inside = ask(&router, get("/", &[(header::COOKIE, &cookie)])).await;
        assert_eq!(inside.status, StatusCode::OK, "{}", inside.text);
        let out = ask(&router, form("/sign-out", OURS, &[])).await;
        let gone = out.headers[header::SET_COOKIE].to_str().expect("text");
        assert!(gone.contains("Max-Age=0"), "{gone}");
    }

    /// Without sign-in the report can be read where the settings say so, and only by whoever asks
    /// for this machine: not by a page whose host's name was made to mean it.
    async fn an_open_report_is_open_on_this_machine_only(database: Database) {
        let settings = format!(
            "database_url = \"{}\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n[access]\nopen = true\n",
            database.url,
            "s".repeat(32),
            "k".repeat(32)
        );
        let config = Config::read(&settings, "test", Vec::new()).expect("settings");
        let router = App::build(config).await.expect("a house").router().await.expect("routes");
        for path in ["/", "/unlinked", "/api/v1/reports/agents"] {
            for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
                let open = ask(&router, get(path, &[(header::HOST, host)])).await;
                assert_eq!(open.status, StatusCode::OK, "{host} {path}: {}", open.text);
            }
            for host in ["evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1"] {
                let closed = ask(&router, get(path, &[(header::HOST, host)])).await;
                assert!(!closed.status.is_success(), "{host} {path}: {}", closed.text);
            }
        }
        let inside = ask(&router, get("/sign-in?next=%2Funlinked", &[])).await;
        assert_eq!(inside.headers[header::LOCATION], "/unlinked");
        let outside = ask(&router, get("/sign-in", &[(header::HOST, "evil.example")])).await;
        assert_eq!(outside.status, StatusCode::OK, "a page, not a ring of redirects");
    }

    /// A token of a feed reads nothing of people.
    async fn a_feed_s_token_reads_no_report(database: Database) {
        let (app, router) = house(&database).await;
        for (role, wanted) in [("feed", StatusCode::FORBIDDEN), ("read", StatusCode::OK)] {
            let random = [role.as_bytes()[0]; 32];
            let made = app.site.desk.create_token(role, role, random, 1_800_000_000_000).await;
            let token = format!("Bearer {}", made.expect("a token"));
            for path in ["/api/v1/reports/agents", "/api/v1/reports/agents.csv", "/"] {
                let answer = ask(&router, get(path, &[(header::AUTHORIZATION, &token)])).await;
                assert_eq!(answer.status, wanted, "{role} {path}: {}", answer.text);
            }
            let page = ask(&router, get("/interviews/00", &[(header::AUTHORIZATION, &token)])).await;
            let wanted = if role == "feed" { wanted } else { StatusCode::NOT_FOUND };
            assert_eq!(page.status, wanted, "{role}: {}", page.text);
        }
    }

    /// An empty centre says what to do; wrong addresses say what is wrong; nothing is inline.
    async fn pages_say_what_to_do(database: Database) {
        let router = site(&database).await;
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        for (path, status, words) in [
            ("/", StatusCode::OK, "No calls yet"),
            ("/agents", StatusCode::OK, "No calls yet"),
            ("/agents/funnel", StatusCode::OK, "No funnel plot for this view"),
            ("/agents/fairness", StatusCode::OK, "Nothing can be said yet"),
            ("/resolution", StatusCode::OK, "observed_resolution"),
            ("/agents/compare", StatusCode::OK, "Two periods"),
            ("/agents/compare?one=A1&other=A2", StatusCode::BAD_REQUEST, "has interviews in this view"),
            ("/queues", StatusCode::OK, "Nobody was asked in this view"),
            ("/queues?by=floor", StatusCode::BAD_REQUEST, "there are queue, team, language and channel"),
            ("/questions", StatusCode::OK, "Nobody was asked in this view"),
            ("/drivers", StatusCode::OK, "No survey in this view asks"),
            ("/unlinked", StatusCode::OK, "Every interview in this view has its agent"),
            ("/agents/A17", StatusCode::NOT_FOUND, "no such page, agent or interview"),
            ("/interviews/00", StatusCode::NOT_FOUND, "no such page, agent or interview"),
            ("/agents?team=none", StatusCode::BAD_REQUEST, "No team &#34;none&#34; is known here"),
            ("/?from=31.1.2026", StatusCode::BAD_REQUEST, "which is no date"),
        ] {
            let page = ask(&router, get(path, &with)).await;
            assert_eq!(page.status, status, "{path}: {}", page.text);
            assert!(page.text.contains(words), "{path}: {}", page.text);
            let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
            assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
            assert!(!page.text.contains("style=") && !page.text.contains("<script>"), "{path}");
            assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store", "{path}");
        }
        let tidy = ask(&router, get("/?go=30d&period=7d&from=2026-01-01&to=2026-01-02&team=", &with)).await;
        assert_eq!(tidy.headers[header::LOCATION], "/?period=7d");
    }

    /// Each count of an agent in two teams leads to the interviews of that team; what callers said
    /// about the company stands apart.
    async fn an_agent_in_two_teams_has_two_of_each(database: Database) {
        let (app, router) = house(&database).await;
        let survey = app.site.desk.survey("post-call").expect("the survey");
        let question = |name: &str| {
            let at = survey.questions.iter().position(|q| q.measure == name).expect("is asked");
            u8::try_from(at).expect("few questions")
        };
        for (n, team) in [(1, "red"), (2, "red"), (3, "blue")] {
            let said = Said { agent: Some("A17".into()), team: Some(team.into()), ..Said::default() };
            let begin = begin(n, survey.version, said);
            app.store().begin(begin.clone()).await.expect("begins");
            let fcr = if n == 2 { Outcome::Skipped } else { Outcome::Answered(1) };
            let outcomes =
                [("csat", Outcome::Answered(4)), ("nps", Outcome::Answered(9)), ("fcr", fcr)];
            let items = outcomes.map(|(measure, outcome)| (question(measure), outcome));
            app.store().record(turn(&begin, items.to_vec())).await.expect("recorded");
        }
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let page = ask(&router, get("/agents/A17?from=2026-01-01&to=2026-01-31", &with)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let (agent, others) =
            page.text.split_once("What their callers said about us").expect("stands apart");
        assert!(agent.contains("measure=csat") && !agent.contains("measure=nps"), "{agent}");
        assert!(others.contains("measure=nps"), "{others}");
        // One of the two callers of the red team skipped whether it was solved.
        assert!(page.text.contains("50\u{a0}% of 2 who heard it answered (9–91\u{a0}%)"), "{}", page.text);
        for (team, counted) in [("red", 2), ("blue", 1)] {
            let links = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let link = links
                .map(|link| link.replace("&amp;", "&").replace("&#38;", "&"))
                .find(|link| link.contains("measure=csat") && link.contains(&format!("team={team}")))
                .unwrap_or_else(|| panic!("no link for {team}: {}", page.text));
            let list = ask(&router, get(link.split('#').next().unwrap_or_default(), &with)).await;
            let rows = list.text.matches("href=\"/interviews/").count();
            assert_eq!(rows, counted, "{link}: {}", list.text);
        }
    }

    /// A wrong value is said beside the form; filters without a field are said in words and kept.
    async fn filters_are_said_and_kept(database: Database) {
        let (app, router) = house(&database).await;
        let survey = app.site.desk.survey("post-call").expect("the survey").version;
        let said = Said { agent: Some("A17".into()), team: Some("red".into()), ..Said::default() };
        let begin = begin(1, survey, said);
        app.store().begin(begin.clone()).await.expect("begins");
        let answers = vec![(0, Outcome::Answered(4))];
        app.store().record(turn(&begin, answers)).await.expect("recorded");
        let cookie = cookie(&router).await;
        let with = [(header::COOKIE, cookie.as_str())];
        let days = "from=2026-01-01&to=2026-01-31";
        for (path, words) in [
            (format!("/agents/A17?{days}&measure=csat&score=abc"), "there are numbers from 1 to 5"),
            (format!("/agents/A17?{days}&measure=zzz&score=4"), "nothing in this view measures"),
            ("/?from=2026-02-02&to=2026-02-01".to_owned(), "is after the last"),
            ("/unlinked?from=2026-02-30".to_owned(), "which is no date"),
        ] {
            let page = ask(&router, get(&path, &with)).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}: {}", page.text);
            assert!(page.text.to_lowercase().contains(words), "{path}: {}", page.text);
            assert!(page.text.contains("<form class=\"card filters\""), "{path}");
        }
        let path = format!("/?{days}&channel=phone&agent=A17&team=red");
        let page = ask(&router, get(&path, &with)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in [
            "Only agent A17 · team red · channel Telephone",
            "<option value=\"phone\" selected>",
            "name=\"agent\" value=\"A17\"",
        ] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
    }

    /// A caller who asked to be called is shown to managers with the number, and to nobody else.
    async fn a_wish_to_be_called_shows_the_number_to_managers(database: Database) {
        const NUMBER: &str = "+37060012345";
        let (app, router) = house(&database).await;
        let keys = Keys::new(&app.site.config);
        let survey = app.site.desk.survey("post-call").expect("the survey").version;
        let mut ids = Vec::new();
        for n in [1, 2] {
            let mut begin = begin(n, survey, Said::default());
            begin.caller_sealed = keys.seal_number(NUMBER, begin.id, [n; 16]);
            ids.push(begin.id);
            app.store().begin(begin.clone()).await.expect("begins");
            let mut one = turn(&begin, vec![]);
            if n == 1 {
                one.facts = vec![Fact::Callback];
            }
            app.store().record(one).await.expect("recorded");
        }
        let made = app.site.desk.create_token("reader", "read", [7; 32], 1_800_000_000_000).await;
        let reader = format!("Bearer {}", made.expect("a token"));
        let of_manager = (header::COOKIE, cookie(&router).await);
        let of_reader = (header::AUTHORIZATION, reader);
        for (id, who, asked, seen) in [
            (ids[0], &of_manager, true, true),
            (ids[0], &of_reader, true, false),
            (ids[1], &of_manager, false, false),
        ] {
            let with = [(who.0.clone(), who.1.as_str())];
            let page = ask(&router, get(&format!("/interviews/{id}"), &with)).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            assert_eq!(page.text.contains("asked for a call"), asked, "{}", page.text);
            let shown = page.text.contains("37060012345");
            assert_eq!(shown, seen, "{}", page.text);
            let json = ask(&router, get(&format!("/api/v1/interviews/{id}"), &with)).await;
            assert_eq!(json.status, StatusCode::OK, "{}", json.text);
            assert!(!json.text.contains("37060012345"), "{}", json.text);
        }
    }

    /// JSON or CSV as the program asks; a wrong filter has a stable code.
    async fn programs_choose_their_format(database: Database) {
        let router = site(&database).await;
        let cookie = cookie(&router).await;
        let path = "/api/v1/reports/agents?from=2026-01-01&to=2026-01-31";
        let csv = "text/csv; charset=utf-8";
        let json = "application/json";
        for (query, accept, kind) in [
            ("", "application/json", json),
            ("", "*/*", json),
            ("", "text/csv", csv),
            ("&format=csv", "application/json", csv),
            ("&format=json", "text/csv", json),
        ] {
            let headers = [(header::COOKIE, cookie.as_str()), (header::ACCEPT, accept)];
            let answer = ask(&router, get(&format!("{path}{query}"), &headers)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
            assert_eq!(answer.headers[header::CONTENT_TYPE], kind, "{query} {accept}");
        }
        for (query, code) in [
            ("&queue=none", "unknown_queue"),
            ("&qeue=none", "unknown_parameter"),
            ("&version=zz", "bad_version"),
            ("&format=pdf", "bad_format"),
        ] {
            let answer =
                ask(&router, get(&format!("{path}{query}"), &[(header::COOKIE, &cookie)])).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
            let body: serde_json::Value = serde_json::from_str(&answer.text).expect("JSON");
            assert_eq!(body["error"]["code"], code);
            assert!(body["error"]["message"].as_str().is_some_and(|m| m.len() > 15), "{body}");
        }
    }

    /// Turns that wait on a server's disk are told of beside the figures that they are not in.
    async fn what_waits_on_another_server_is_told(database: Database) {
        let (app, router) = house(&database).await;
        let cookie = cookie(&router).await;
        let version = app.site.desk.survey("post-call").expect("the survey").version;
        app.store().begin(begin(6, version, Said::default())).await.expect("begun");
        let folder = tempfile::tempdir().expect("a folder");
        let other = aftercall::store::Store::open(&database.url).await.expect("opens");
        let random = [[1; 16], [2; 16]];
        other.use_spool(&database.url, folder.path(), "other", random).await.expect("a spool");
        let text = "One answer waits on a server’s disk";
        for waits in [false, true] {
            if waits {
                let begin = begin(7, version, Said::default());
                let turn = turn(&begin, vec![(0, Outcome::Answered(4))]);
                let first = other.spool_turn(Some(Box::new(begin)), turn).await.expect("kept");
                assert_eq!(first, None);
            }
            other.seen(1_768_903_200_000).await.expect("told");
            let with = [(header::COOKIE, cookie.as_str())];
            let page = ask(&router, get("/", &with)).await;
            assert_eq!(page.text.contains(text), waits, "{}", page.text);
            let path = "/api/v1/reports/agents?from=2026-01-01&to=2026-01-31";
            let report = ask(&router, get(path, &with)).await;
            let report: serde_json::Value = serde_json::from_str(&report.text).expect("JSON");
            assert_eq!(report["waiting"]["answers"], u64::from(waits));
        }
        other.close().await;
    }

    /// What is not there is said to people on a page and to programs by a code.
    async fn nothing_is_said_in_the_asker_s_way(database: Database) {
        let router = site(&database).await;
        let page = ask(&router, get("/none", &[(header::ACCEPT, "text/html,*/*;q=0.8")])).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.text.contains("There is no such page, agent or interview.") && !page.text.contains("Sign out"));
        let program = ask(&router, get("/api/v1/none", &[])).await;
        assert_eq!(program.status, StatusCode::NOT_FOUND);
        let body: serde_json::Value = serde_json::from_str(&program.text).expect("JSON");
        assert_eq!(body["error"]["code"], "no_such_path");
    }

    /// A call that began before a change of words still asks for its own version's sounds: it
    /// hears the newest, and nobody keeps them under that address.
    async fn sounds_of_another_version_are_the_newest_ones(database: Database) {
        let (app, router) = house(&database).await;
        let version = app.site.desk.survey("post-call").expect("the survey").version;
        let other = aftercall::survey::Version(version.0 ^ 1);
        let head = |survey, version| {
            let address = format!("/audio/{survey}/{version}/lt/greeting+ask-rating.wav");
            ask(&router, Request::head(address).body(Body::empty()).expect("a request"))
        };
        let own = head("post-call", version).await;
        let kept = own.headers[header::CACHE_CONTROL].to_str().expect("text");
        assert!(kept.contains("immutable"), "{kept}");
        let old = head("post-call", other).await;
        assert_eq!(old.status, StatusCode::OK);
        assert_eq!(old.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(old.headers[header::ETAG], own.headers[header::ETAG]);
        assert_eq!(head("other", version).await.status, StatusCode::NOT_FOUND);
    }

    /// Browsers keep assets for ever under their marked address, and ask again without it.
    async fn assets_are_kept_by_browsers(database: Database) {
        let router = site(&database).await;
        let page = ask(&router, get("/sign-in", &[])).await.text;
        let at = page.find("/assets/app.css?v=").expect("the style sheet");
        let marked = page[at..].split('"').next().expect("an address");
        let kept = ask(&router, get(marked, &[])).await;
        assert_eq!(kept.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert!(kept.headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        let tag = kept.headers[header::ETAG].to_str().expect("text").to_owned();
        let again = ask(&router, get("/assets/app.css", &[(header::IF_NONE_MATCH, &tag)])).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers[header::CACHE_CONTROL], "no-cache");
        let none = ask(&router, get("/assets/none.css", &[])).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
}

/// An interview of 20 January 2026.
pub(crate) fn begin(n: u8, survey: aftercall::survey::Version, said: Said) -> Begin {
    const START: i64 = 1_768_903_200_000;
    Begin {
        id: InterviewId([n; 16]),
        provider: "tw".into(),
        call_ref: None,
        handover: String::new(),
        survey,
        language: "en".into(),
        channel: "phone".into(),
        day: START / 86_400_000,
        started_ms: START,
        limit_ms: START + 180_000,
        caller: None,
        caller_last: None,
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: vec![],
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said,
    }
}

pub(crate) fn turn(begin: &Begin, items: Vec<(u8, Outcome)>) -> Turn {
    Turn {
        id: begin.id,
        turn: 1,
        at_ms: begin.started_ms + 5_000,
        input: Input::Keys("4".into()),
        facts: vec![],
        items,
        carried: Carried::default(),
        language: "en".into(),
        state: vec![],
        open_question: None,
        started: true,
        disposition: Disposition::BreakOff,
        ended: false,
    }
}
