//! Cases and deliveries as people and programs meet them.

use aftercall::web::{Body, Router};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::post::{Receiver, Reply};
use super::*;
use crate::harness::both;

struct Answer {
    status: StatusCode,
    text: String,
    to: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }
}

async fn ask(
    router: &Router,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: &str,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let to = parts.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    Answer {
        status: parts.status,
        to: to.unwrap_or_default().to_owned(),
        text: String::from_utf8(bytes.to_vec()).expect("text"),
    }
}

async fn token(centre: &Centre, role: &str) -> String {
    let random = [role.bytes().fold(0, u8::wrapping_add); 32];
    let made = centre.app.site.desk.create_token(role, role, random, START).await;
    format!("Bearer {}", made.expect("a token"))
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

both! {
    /// A low score opens one case; a program takes it, a person closes it on the page.
    async fn a_case_is_opened_once_followed_up_and_closed(database: Database) {
        let sections = "[alert]\nmeasure = \"csat\"\n[cases]\nlow_score = true\ndue_hours = 48\n";
        let centre = Centre::open(&database, "", sections).await;
        let router = centre.app.router().await.expect("routes");
        let (admin, reader) = (token(&centre, "admin").await, token(&centre, "read").await);
        let feed = token(&centre, "feed").await;
        let key = START + 20 * SECOND;
        let begin = centre.offer(1, START, "A17", "<u>support</u>").await;
        centre.turn(&begin, 1, key, &[(0, Outcome::Answered(2))], false).await;
        let now = key + 30 * SECOND;
        centre.teller.step(now).await;
        centre.turn(&begin, 2, now, &[(1, Outcome::Answered(0))], true).await;
        centre.interview(2, START, "A17", "support", 3).await;
        centre.teller.step(now + SECOND).await;

        let list = ask(&router, "GET", "/api/v1/cases", &reader, JSON, "").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        let list = list.json();
        let cases = list["cases"].as_array().expect("cases");
        assert_eq!(cases.len(), 1, "{list}");
        let case = &cases[0];
        assert_eq!(case["interview"], begin.id.to_string());
        assert_eq!((&case["reason"], &case["status"]), (&json!("low_score"), &json!("open")));
        assert_eq!((&case["opened"], &case["due"]), (&json!("2026-01-20T10:00:50Z"), &json!("2026-01-22T10:00:50Z")));
        assert_eq!((&case["team"], &case["owner"]), (&json!("<u>support</u>"), &Value::Null));
        let path = format!("/api/v1/cases/{}", case["id"].as_str().expect("an id"));

        for (path, who, body, status, words) in [
            (path.as_str(), &feed, "{}", StatusCode::FORBIDDEN, "manager or admin"),
            (&path, &reader, "{}", StatusCode::FORBIDDEN, "manager or admin"),
            ("/api/v1/cases/00", &admin, "{}", StatusCode::NOT_FOUND, "no case"),
            (&path, &admin, "{\"status\":\"shut\"}", StatusCode::UNPROCESSABLE_ENTITY, "neither open nor closed"),
            (&path, &admin, "{\"due\":\"soon\"}", StatusCode::UNPROCESSABLE_ENTITY, "2026-01-31"),
            (&path, &admin, "{\"ownr\":\"x\"}", StatusCode::UNPROCESSABLE_ENTITY, "ownr"),
        ] {
            let answer = ask(&router, "POST", path, who, JSON, body).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
            assert!(answer.text.contains(words), "{body}: {}", answer.text);
        }
        assert_eq!(ask(&router, "GET", "/api/v1/cases", &feed, JSON, "").await.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(&router, "GET", "/cases", &feed, JSON, "").await.status, StatusCode::FORBIDDEN);

        let change = "{\"owner\":\"<i>Rasa</i>\",\"due\":\"2026-01-23\"}";
        let taken = ask(&router, "POST", &path, &admin, JSON, change).await.json();
        // The end of that day in Vilnius.
        assert_eq!((&taken["owner"], &taken["due"]), (&json!("<i>Rasa</i>"), &json!("2026-01-23T21:59:00Z")));

        let open = centre.store().open_cases().await.expect("read");
        assert_eq!(open, [(Some("<u>support</u>".to_owned()), 1)]);
        let overview = ask(&router, "GET", "/", &reader, JSON, "").await;
        assert!(overview.text.contains("One case is open"), "{}", overview.text);
        let page = ask(&router, "GET", "/cases", &reader, JSON, "").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for words in ["&#60;i&#62;Rasa", "&#60;u&#62;support", "2026-01-23", "low score", "overdue"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert!(page.text.contains(&format!("href=\"/interviews/{}\"", begin.id)), "{}", page.text);
        assert!(!page.text.contains("<form method=\"post\" action=\"/cases/"), "a reader changes nothing");
        let page = ask(&router, "GET", "/cases", &admin, JSON, "").await;
        let form = path.trim_start_matches("/api/v1");
        assert!(page.text.contains(&format!("action=\"{form}\"")), "{}", page.text);
        let body = "owner=Rasa&due=2026-01-24&outcome=called+back&do=close";
        assert_eq!(ask(&router, "POST", form, &reader, FORM, body).await.status, StatusCode::FORBIDDEN);
        let closed = ask(&router, "POST", form, &admin, FORM, body).await;
        assert_eq!((closed.status, closed.to.as_str()), (StatusCode::SEE_OTHER, "/cases?status=open"), "{}", closed.text);
        let page = ask(&router, "GET", "/cases", &admin, JSON, "").await;
        assert!(page.text.contains("No open cases"), "{}", page.text);
        let page = ask(&router, "GET", "/cases?status=closed", &admin, JSON, "").await;
        assert!(page.text.contains("called back"), "{}", page.text);
        for (status, n) in [("open", 0), ("closed", 1), ("all", 1)] {
            let path = format!("/api/v1/cases?status={status}");
            let list = ask(&router, "GET", &path, &reader, JSON, "").await.json();
            assert_eq!(list["cases"].as_array().map(Vec::len), Some(n), "{status}");
        }
        let wrong = ask(&router, "GET", "/api/v1/cases?status=odd", &reader, JSON, "").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

        // Closed once is not opened anew by later looks.
        let (teller, ..) = outbox(&centre.app, centre.store().clone()).await;
        teller.step(now + HOUR).await;
        assert_eq!(centre.store().open_cases().await.expect("read"), []);
        let overview = ask(&router, "GET", "/", &reader, JSON, "").await;
        assert!(!overview.text.contains("case is open"), "{}", overview.text);
    }

    /// A caller who asked to be called has a case, where that is offered.
    async fn a_wish_to_be_called_opens_a_case(database: Database) {
        let centre = Centre::open(&database, "", "[call]\ncallbacks = true\n").await;
        let begin = centre.offer(1, START, "A17", "support").await;
        let turn = Turn {
            id: begin.id,
            turn: 1,
            at_ms: START + SECOND,
            input: Input::Keys("9".into()),
            facts: vec![Fact::Callback],
            items: vec![],
            carried: Carried::default(),
            language: "lt".into(),
            state: vec![],
            open_question: None,
            started: false,
            disposition: Disposition::NoContact,
            ended: true,
        };
        centre.store().record(turn).await.expect("recorded");
        centre.teller.step(START + 2 * SECOND).await;
        centre.teller.step(START + 3 * SECOND).await;
        let page = aftercall::store::CasePage { open: Some(true), after: None, limit: 9 };
        let cases = centre.store().cases(&page).await.expect("read");
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].reason, "callback");
    }

    /// Admins see what went out and send it again; what it holds is text. Nobody else sees it.
    async fn the_page_of_deliveries_sends_again(database: Database) {
        let receiver = Receiver::start([Reply::Status(410)]).await;
        let sections = receiver.section("crm", SECRET, "events = [\"interview.completed\"]");
        let centre = Centre::open(&database, "", &sections).await;
        let router = centre.app.router().await.expect("routes");
        let admin = token(&centre, "admin").await;
        let path = "/settings/deliveries";
        let empty = ask(&router, "GET", path, &admin, JSON, "").await;
        assert!(empty.status == StatusCode::OK && empty.text.contains("Nothing here"), "{}", empty.text);
        for n in 1..=2 {
            centre.interview(n, START, "A17", "<script>alert(1)</script>", 4).await;
        }
        let now = START + 60 * SECOND;
        centre.teller.step(now).await;
        centre.send_all(now).await;
        let dead = centre.deliveries(DeliveryStatus::Dead).await;
        assert_eq!(dead.len(), 2);
        let replay = format!("{path}/{}/replay", dead[0].id);
        let all = format!("{path}/replay");
        for role in ["read", "manager", "feed"] {
            let other = token(&centre, role).await;
            for (method, path) in [("GET", path), ("POST", &replay), ("POST", &all)] {
                let answer = ask(&router, method, path, &other, FORM, "").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {method} {path}");
            }
        }
        let page = ask(&router, "GET", path, &admin, JSON, "").await;
        for words in ["Given up (2)", "gone for good (410)", "1 try", "interview.completed", &dead[0].id] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert!(page.text.contains("&#60;script&#62;") && !page.text.contains("<script>alert"));
        let none = ask(&router, "GET", &format!("{path}?status=delivered"), &admin, JSON, "").await;
        assert!(none.text.contains("Nothing here"), "{}", none.text);

        receiver.answer([Reply::Status(200)]);
        let sent = ask(&router, "POST", &replay, &admin, FORM, "").await;
        assert_eq!((sent.status, sent.to.as_str()), (StatusCode::SEE_OTHER, path), "{}", sent.text);
        // The page took the time of the clock, which is later.
        let later = now + 100 * 365 * 24 * HOUR;
        assert_eq!(centre.send_all(later).await, 1);
        let sent = ask(&router, "POST", &all, &admin, FORM, "").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(centre.send_all(later).await, 1);
        assert_eq!(centre.deliveries(DeliveryStatus::Delivered).await.len(), 2);
        for (tongue, title) in [("lt", "Kas išsiųsta"), ("ta", "அனுப்பப்பட்டவை")] {
            let request = Request::get(path)
                .header(header::AUTHORIZATION, &admin)
                .header(header::ACCEPT_LANGUAGE, tongue)
                .body(Body::empty())
                .expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
            assert!(String::from_utf8_lossy(&bytes).contains(title), "{tongue}");
        }
    }
}
