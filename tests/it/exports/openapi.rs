//! The document of the API against its routes and against what they answer.

use std::collections::BTreeSet;
use std::path::Path;

use aftercall::store::Said;
use aftercall::web::Body;
use http::{Request, header};
use serde_json::{Map, Value, json};

use super::{ask, begin, got, house, turn};
use crate::harness::both;

/// 2026-01-31, and noon of it in UTC.
const DAY: i64 = 20_484;
const NOON: i64 = DAY * 86_400_000 + 43_200_000;

/// Every path of the API that a route in the source names.
fn routes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            routes(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            let literals = text.split("route(").skip(1).filter_map(|rest| {
                let rest = rest.trim_start().strip_prefix('"')?;
                rest.split('"').next()
            });
            found.extend(literals.filter(|path| path.starts_with("/api/")).map(str::to_owned));
        }
    }
}

/// Every `$ref` of a document.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// The document with objects that have no fields but those described, so that a field which is
/// answered and not described is found. To clients it says that fields may be added.
fn strict(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let object = fields.get("type").is_some_and(|kind| kind.to_string().contains("object"));
            if object && fields.contains_key("properties") {
                fields.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            fields.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

/// What that reference means.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(to) => document.pointer(&to[1..]).expect(to),
        None => value,
    }
}

fn check(document: &Value, schema: &Value, body: &Value, about: &str) {
    let mut whole: Map<String, Value> = schema.as_object().expect("a schema").clone();
    whole.insert("components".into(), document["components"].clone());
    let validator = jsonschema::validator_for(&Value::Object(whole)).expect("a schema");
    let faults: Vec<String> = validator
        .iter_errors(body)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{about}: {}\n{body:#}", faults.join("\n"));
}

#[test]
fn every_route_is_described_and_no_other() {
    let mut found = BTreeSet::new();
    routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut found);
    assert!(found.len() > 8, "the routes were found");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/openapi");
    let mut described = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the parts") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let part: Value =
            serde_json::from_str(&text).unwrap_or_else(|f| panic!("{}: {f}", path.display()));
        for path in part["paths"].as_object().expect("paths").keys() {
            assert!(described.insert(path.clone()), "{path} is described once");
        }
    }
    assert_eq!(found, described, "routes in src/web (left) and paths in src/web/openapi");
}

/// One request: method, path, whose token, media type and body, and the status wanted.
type Case<'a> = (&'a str, String, &'a str, &'a str, &'a str, u16);

both! {
    /// Every path answers as described: good and bad requests, each body by its schema.
    async fn answers_are_as_described(database: Database) {
        let (app, router) = house(&database).await;
        let document = got(&router, "/api/v1/openapi.json").await;
        let mut document: Value = serde_json::from_slice(&document.bytes).expect("JSON");
        let mut all = Vec::new();
        references(&document, &mut all);
        for to in all {
            assert!(document.pointer(&to[1..]).is_some(), "{to} leads nowhere");
        }
        strict(&mut document);
        let read = app.site.desk.create_token("r", "read", [3; 32], NOON).await.expect("a token");
        let feed = app.site.desk.create_token("f", "feed", [4; 32], NOON).await.expect("a token");
        let manage = app.site.desk.create_token("m", "manager", [5; 32], NOON).await.expect("a token");
        let admin = app.site.desk.create_token("a", "admin", [6; 32], NOON).await.expect("a token");
        let said = Said { agent: Some("A1".into()), queue: Some("calls".into()), ..Said::default() };
        let begin = begin(1, NOON, DAY, said);
        app.store().begin(begin.clone()).await.expect("begins");
        let items: Vec<_> = (0..4).map(|q| (q, aftercall::interview::Outcome::Answered(1))).collect();
        app.store().record(turn(&begin, NOON + 5_000, &items)).await.expect("recorded");
        let one = format!("/api/v1/interviews/{}", begin.id);
        let none = format!("/api/v1/interviews/{}", "f".repeat(32));
        let (calls, hand) = ("/api/v1/calls".to_owned(), "/api/v1/handovers".to_owned());
        let days = "from=2026-01-01&to=2026-01-31";
        let of = |path: &str| format!("/api/v1/{path}");
        let (json, lines) = ("application/json", "application/x-ndjson");
        let good = r#"{"call":"4711","provider_call":"CA1","started":1769860800000,"legs":[{"leg":"1","agent":"A1","talk":60}]}"#;
        let cases: Vec<Case> = vec![
            ("POST", hand.clone(), &feed, json, r#"{"provider":"tw","agent":"A1","talk":20}"#, 201),
            ("POST", hand.clone(), &feed, json, r#"{"provider":"none"}"#, 422),
            ("POST", hand.clone(), &feed, json, "{", 400),
            ("POST", hand.clone(), &read, json, "{}", 403),
            ("POST", hand, "x", json, "{}", 401),
            ("POST", calls.clone(), &feed, json, good, 200),
            ("POST", calls.clone(), &feed, lines, "{\"call\":\"1\"}\n5", 200),
            ("POST", calls.clone(), &feed, json, "[5]", 422),
            ("POST", calls.clone(), &feed, json, "{", 400),
            ("POST", calls.clone(), &feed, "text/csv", "a", 415),
            ("POST", calls.clone(), &read, json, "[]", 403),
            ("POST", calls, "x", json, "[]", 401),
            ("GET", of("agents"), &read, "", "", 200),
            ("GET", of("agents"), &feed, "", "", 403),
            ("GET", of("agents"), "x", "", "", 401),
            ("GET", of("interviews"), &read, "", "", 200),
            ("GET", of("interviews?limit=1"), &read, "", "", 200),
            ("GET", of("interviews?limit=0"), &read, "", "", 422),
            ("GET", of("interviews"), &feed, "", "", 403),
            ("GET", of("interviews"), "x", "", "", 401),
            ("GET", one.clone(), &read, "", "", 200),
            ("GET", none, &read, "", "", 404),
            ("GET", of("interviews/x"), &read, "", "", 422),
            ("GET", one.clone(), &feed, "", "", 403),
            ("GET", one, "x", "", "", 401),
            ("GET", of(&format!("reports/agents?{days}")), &read, "", "", 200),
            ("GET", of(&format!("reports/agents?{days}&format=csv")), &read, "", "", 200),
            ("GET", of(&format!("reports/agents?{days}&format=xlsx")), &read, "", "", 200),
            ("GET", of("reports/agents?from=x"), &read, "", "", 400),
            ("GET", of("reports/agents?format=pdf"), &read, "", "", 400),
            ("GET", of("reports/agents"), &feed, "", "", 403),
            ("GET", of("reports/agents"), "x", "", "", 401),
            ("GET", of(&format!("reports/agents.csv?{days}&bom=1")), &read, "", "", 200),
            ("GET", of("reports/agents.csv?bom=2"), &read, "", "", 400),
            ("GET", of("reports/agents.csv"), &feed, "", "", 403),
            ("GET", of("reports/agents.csv"), "x", "", "", 401),
            ("GET", of(&format!("reports/agents.xlsx?{days}")), &read, "", "", 200),
            ("GET", of("reports/agents.xlsx?queue=none"), &read, "", "", 400),
            ("GET", of("reports/agents.xlsx"), &feed, "", "", 403),
            ("GET", of("reports/agents.xlsx"), "x", "", "", 401),
            ("GET", of(&format!("exports/interviews.ndjson?{days}")), &read, "", "", 200),
            ("GET", of("exports/interviews.ndjson?after=x"), &read, "", "", 400),
            ("GET", of("exports/interviews.ndjson"), &feed, "", "", 403),
            ("GET", of("exports/interviews.ndjson"), "x", "", "", 401),
            ("GET", of(&format!("reports/overview?{days}")), &read, "", "", 200),
            ("GET", of("reports/overview?from=x"), &read, "", "", 400),
            ("GET", of("reports/overview"), &feed, "", "", 403),
            ("GET", of("reports/overview"), "x", "", "", 401),
            ("GET", of(&format!("reports/queues?{days}")), &read, "", "", 200),
            ("GET", of("reports/queues?from=x"), &read, "", "", 400),
            ("GET", of("reports/queues"), &feed, "", "", 403),
            ("GET", of("reports/queues"), "x", "", "", 401),
            ("GET", of(&format!("reports/questions?{days}")), &read, "", "", 200),
            ("GET", of("reports/questions?from=x"), &read, "", "", 400),
            ("GET", of("reports/questions"), &feed, "", "", 403),
            ("GET", of("reports/questions"), "x", "", "", 401),
            ("GET", of(&format!("reports/trend?{days}")), &read, "", "", 200),
            ("GET", of("reports/trend?from=x"), &read, "", "", 400),
            ("GET", of("reports/trend"), &feed, "", "", 403),
            ("GET", of("reports/trend"), "x", "", "", 401),
            ("GET", of(&format!("reports/drivers?{days}")), &read, "", "", 200),
            ("GET", of("reports/drivers?from=x"), &read, "", "", 400),
            ("GET", of("reports/drivers"), &feed, "", "", 403),
            ("GET", of("reports/drivers"), "x", "", "", 401),
            ("GET", of(&format!("reports/fairness?{days}")), &read, "", "", 200),
            ("GET", of("reports/fairness?from=x"), &read, "", "", 400),
            ("GET", of("reports/fairness"), &feed, "", "", 403),
            ("GET", of("reports/fairness"), "x", "", "", 401),
            ("GET", of(&format!("reports/resolution?{days}")), &read, "", "", 200),
            ("GET", of("reports/resolution?from=x"), &read, "", "", 400),
            ("GET", of("reports/resolution"), &feed, "", "", 403),
            ("GET", of("reports/resolution"), "x", "", "", 401),
            ("GET", of(&format!("reports/together?{days}")), &read, "", "", 200),
            ("GET", of("reports/together?agent=A1"), &read, "", "", 400),
            ("GET", of("reports/together"), &feed, "", "", 403),
            ("GET", of("reports/together"), "x", "", "", 401),
            ("GET", of(&format!("reports/reviewers?{days}")), &admin, "", "", 200),
            ("GET", of("reports/reviewers?from=x"), &admin, "", "", 400),
            ("GET", of("reports/reviewers"), &manage, "", "", 403),
            ("GET", of("reports/reviewers"), "x", "", "", 401),
            ("GET", of("cases"), &read, "", "", 200),
            ("GET", of("cases?status=x"), &read, "", "", 422),
            ("GET", of("cases"), &feed, "", "", 403),
            ("GET", of("cases"), "x", "", "", 401),
            ("POST", of("cases/x"), &manage, json, "{}", 404),
            ("POST", of("cases/x"), &manage, json, "{", 400),
            ("POST", of("cases/x"), &manage, json, "{\"status\":5}", 422),
            ("POST", of("cases/x"), &read, json, "{}", 403),
            ("POST", of("cases/x"), "x", json, "{}", 401),
            ("GET", of("openapi.json"), "x", "", "", 200),
        ];
        let mut answered = BTreeSet::new();
        for (method, path, token, kind, body, status) in &cases {
            let about = format!("{method} {path} {body}");
            let mut request = Request::builder().method(*method).uri(path.as_str())
                .header(header::AUTHORIZATION, format!("Bearer {token}"));
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, *kind);
            }
            let request = request.body(Body::from((*body).to_owned())).expect("a request");
            let answer = ask(&router, request).await;
            assert_eq!(answer.status.as_u16(), *status, "{about}: {}", String::from_utf8_lossy(&answer.bytes));
            let plain = path.split('?').next().expect("a path");
            let (template, methods) = document["paths"].as_object().expect("paths").iter()
                .find(|(template, _)| {
                    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
                    let (wanted, said) = (parts(template), parts(plain));
                    wanted.len() == said.len()
                        && wanted.iter().zip(&said).all(|(w, s)| w == s || w.starts_with('{'))
                })
                .unwrap_or_else(|| panic!("{plain} is not described"));
            let method = method.to_lowercase();
            let described = &methods[&method]["responses"][status.to_string()];
            assert!(described.is_object(), "{about}: {status} is not described");
            let described = resolved(&document, described);
            let media = answer.kind.split(';').next().unwrap_or_default();
            let schema = &described["content"][media]["schema"];
            assert!(schema.is_object(), "{about}: {media} is not described");
            match media {
                "application/json" => {
                    let body = serde_json::from_slice(&answer.bytes).expect("JSON");
                    check(&document, schema, &body, &about);
                }
                "application/x-ndjson" => {
                    assert!(!answer.bytes.is_empty(), "{about}");
                    for line in answer.text().lines() {
                        check(&document, schema, &serde_json::from_str(line).expect("JSON"), &about);
                    }
                }
                _ => {}
            }
            answered.insert((template.clone(), method, status.to_string()));
        }
        // Whatever is described was asked for, but for what needs a fault of ours or megabytes.
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                for status in operation["responses"].as_object().expect("responses").keys() {
                    let known = answered.contains(&(path.clone(), method.clone(), status.clone()));
                    // A case needs a low score that was told; what sends those changes one.
                    let of_case = path == "/api/v1/cases/{id}" && status == "200";
                    let left = of_case || ["413", "500", "503"].contains(&status.as_str());
                    assert!(known || left, "nobody asked for {method} {path} {status}");
                }
            }
        }
        assert_ne!(json!(null), document["info"]["title"]);
    }
}
