//! The API: who may, what is taken, what is told.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::harness::both;

/// What the server answered: status, headers, body as JSON.
pub struct Answered {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Centre {
    pub async fn ask(&self, request: Request<Body>) -> Answered {
        let router = self.app.router().await.expect("routes");
        let response = router.oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == JSON);
        assert!(!json || bytes.ends_with(b"}\n"), "JSON ends with its line: {bytes:?}");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answered { status: parts.status, headers: parts.headers, body }
    }

    pub async fn token(&self, role: &str) -> String {
        let mut random = [7; 32];
        random[..4].copy_from_slice(&role.as_bytes()[..4]);
        self.desk().create_token(role, role, random, T).await.expect("a token")
    }
}

pub fn get(path: &str, token: &str) -> Request<Body> {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    request.body(Body::empty()).expect("a request")
}

pub fn post(path: &str, token: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, kind);
    request.body(body.into()).expect("a request")
}

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";

both! {
    async fn good_records_are_taken_and_bad_ones_told(database: Database) {
        let centre = Centre::open(database).await;
        let token = centre.token("feed").await;
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        let good = json!({"provider_call": "CA1", "legs": [{"agent": "A"}]}).to_string();
        let cases: [(&str, String, u16, u64, &[u64]); 10] = [
            (JSON, good.clone(), 200, 1, &[]),
            (JSON, format!("[{good}, 5, {{\"call\": \"\"}}, {good}]"), 200, 2, &[1, 2]),
            (JSON, "[{}]".into(), 422, 0, &[0]),
            (LINES, format!("{good}\n\n{{broken\n{good}\r\n{{\"call\":\"2\",\"no\":1}}"), 200, 2, &[1, 3]),
            (LINES, String::new(), 200, 0, &[]),
            (JSON, format!("\u{feff}{good}"), 200, 1, &[]),
            (LINES, format!("\u{feff}{good}\n{good}"), 200, 2, &[]),
            (JSON, "[{\"call\": \"3\", \"legs\": [{}, [\"1\", \"A\"]]}]".into(), 422, 0, &[0]),
            ("application/json; charset=utf-8", "[]".into(), 200, 0, &[]),
            (LINES, vec![good.clone(); 450].join("\n"), 200, 450, &[]),
        ];
        for (kind, body, status, accepted, refused) in cases {
            let answer = centre.ask(post("/api/v1/calls", &token, kind, body.clone())).await;
            let got: Vec<u64> = answer.body["refused"].as_array().expect("refused").iter()
                .map(|one| {
                    assert!(one["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
                    one["index"].as_u64().expect("an index")
                })
                .collect();
            let short: String = body.chars().take(80).collect();
            assert_eq!(answer.status.as_u16(), status, "{short}");
            assert_eq!((answer.body["accepted"].as_u64(), got.as_slice()), (Some(accepted), refused), "{short}");
        }
        assert_eq!(centre.stands(id).await.1, ["A - -"]);
        for (kind, body, status, code) in [
            (JSON, "{".to_owned(), 400, "not_json"),
            (JSON, "[".repeat(200_000), 400, "not_json"),
            (JSON, "{\"legs\":".repeat(100_000), 400, "not_json"),
            ("text/csv", "x".to_owned(), 415, "unsupported_media_type"),
            (JSON, " ".repeat(1_100_000), 413, "too_large"),
            (LINES, "x".repeat(300_000), 413, "too_large"),
        ] {
            let answer = centre.ask(post("/api/v1/calls", &token, kind, body)).await;
            assert_eq!(answer.status.as_u16(), status);
            assert_eq!(answer.body["error"]["code"], code);
            assert!(answer.body["error"]["message"].is_string());
        }
        // A list is no object, whatever the order of its fields.
        let list = "[\"twilio\", null, \"A17\"]".to_owned();
        let answer = centre.ask(post("/api/v1/handovers", &token, JSON, list)).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]["code"]), (422, &json!("invalid")));
        centre.adds_up().await;
    }

    /// Nothing but nonsense, a hundred thousand times: told a thousand times, then counted.
    async fn refusals_are_told_up_to_a_thousand(database: Database) {
        let centre = Centre::open(database).await;
        let token = centre.token("feed").await;
        let answer = centre.ask(post("/api/v1/calls", &token, LINES, "0\n".repeat(100_000))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.body["refused"].as_array().map(Vec::len), Some(1000));
        assert_eq!(answer.body["refused_more"], 99_000);
    }

    async fn each_role_goes_as_far_as_it_may(database: Database) {
        let centre = Centre::open(database).await;
        let id = centre.interview(T, "CA1", said("A", "q"), None).await.to_string();
        let one = format!("/api/v1/interviews/{id}");
        let mut feeder = String::new();
        for (role, reads, feeds) in
            [("admin", true, true), ("manager", true, true), ("feed", false, true), ("read", true, false)]
        {
            let token = centre.token(role).await;
            if role == "feed" {
                feeder.clone_from(&token);
            }
            for path in ["/api/v1/agents", "/api/v1/interviews", one.as_str()] {
                let answer = centre.ask(get(path, &token)).await;
                assert_eq!(answer.status.as_u16(), if reads { 200 } else { 403 }, "{role} {path}");
            }
            for (path, body) in [("/api/v1/calls", "[]"), ("/api/v1/handovers", r#"{"provider":"tw"}"#)] {
                let answer = centre.ask(post(path, &token, JSON, body)).await;
                assert_eq!(answer.status.is_success(), feeds, "{role} {path}");
            }
        }
        // Some systems can send a token as a password only, and numbers as text only.
        let basic = |password: &str| {
            let code = STANDARD.encode(format!("aftercall:{password}"));
            let body = r#"{"call": "9", "legs": [{"agent": "A", "talk": "95"}, {"talk": ""}]}"#;
            let mut request = post("/api/v1/calls", "", JSON, body);
            let value = format!("Basic {code}").parse().expect("a header");
            request.headers_mut().insert(header::AUTHORIZATION, value);
            request
        };
        let answer = centre.ask(basic(&feeder)).await;
        assert_eq!((answer.status, &answer.body["accepted"]), (StatusCode::OK, &json!(1)), "{}", answer.body);
        assert_eq!(centre.ask(basic("x")).await.status, StatusCode::UNAUTHORIZED);
        for token in ["", "x", &"A".repeat(43)] {
            for request in [get("/api/v1/agents", token), post("/api/v1/calls", token, JSON, "[]")] {
                let answer = centre.ask(request).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
                assert_eq!(answer.body["error"]["code"], "unauthorized");
                assert!(answer.headers[header::WWW_AUTHENTICATE].as_bytes().starts_with(b"Bearer"));
            }
        }
        assert_eq!(centre.desk().take_back_tokens("read", &By::Command, T).await.expect("gone"), 1);
    }

    async fn a_token_taken_back_is_believed_half_a_minute_elsewhere(database: Database) {
        let centre = Centre::open(database).await;
        let token = centre.token("read").await;
        let other = build(&centre.database, "").await;
        let desk = &other.site.desk;
        assert!(desk.token(&token, T).await.expect("reads").is_some());
        centre.desk().take_back_tokens("read", &By::Command, T).await.expect("gone");
        assert!(centre.desk().token(&token, T + 1).await.expect("reads").is_none());
        assert!(desk.token(&token, T + 30_000).await.expect("reads").is_some());
        assert!(desk.token(&token, T + 30_001).await.expect("reads").is_none());
    }

    async fn interviews_are_listed_page_by_page(database: Database) {
        let centre = Centre::open(database).await;
        let token = centre.token("read").await;
        let mut ids = Vec::new();
        for n in 0..5 {
            let agent = if n == 4 { "" } else { "A" };
            // Two of them start in the same millisecond.
            let at = T + (n / 2) * 24 * HOUR;
            ids.push(centre.interview(at, "", said(agent, "q"), None).await.to_string());
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = centre.ask(get(&format!("/api/v1/interviews?limit=2{cursor}"), &token)).await;
            for one in page.body["interviews"].as_array().expect("a list") {
                seen.push(one["id"].as_str().expect("an id").to_owned());
            }
            match page.body["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        ids.sort();
        assert_eq!(sorted, ids, "each once");
        for (query, expected) in [
            ("from=2026-01-21&to=2026-01-21", 2), ("to=2026-01-20", 2), ("agent=A", 4),
            ("agent=B", 0), ("queue=q", 5), ("linked=no", 1), ("linked=yes", 4),
        ] {
            let page = centre.ask(get(&format!("/api/v1/interviews?{query}"), &token)).await;
            assert_eq!(page.body["interviews"].as_array().map(Vec::len), Some(expected), "{query}");
        }
        for query in ["from=x", "limit=0", "linked=maybe", "cursor=1", "agnet=A"] {
            let answer = centre.ask(get(&format!("/api/v1/interviews?{query}"), &token)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert_eq!(answer.body["error"]["code"], "invalid");
        }
        let one = centre.ask(get(&format!("/api/v1/interviews/{}", ids[0]), &token)).await.body;
        assert_eq!(one["survey"], "post-call");
        assert_eq!(one["answers"][0]["measure"], "csat");
        assert_eq!(one["answers"][0]["value"], 4);
        assert_eq!(one["turns"][0]["input"]["keys"], "4");
        let none = centre.ask(get(&format!("/api/v1/interviews/{}", "f".repeat(32)), &token)).await;
        assert_eq!((none.status.as_u16(), &none.body["error"]["code"]), (404, &json!("not_found")));
        let agents = centre.ask(get("/api/v1/agents", &token)).await.body;
        assert_eq!(agents, json!({"agents": [{"code": "A", "name": "A", "teams": []}]}));
    }
}
