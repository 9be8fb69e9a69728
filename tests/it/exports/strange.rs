//! Whatever stands in parameters and bodies of the documented paths: it is answered or refused with
//! a code and a reason, and never breaks anything. `AFTERCALL_TEST_SEED=17` draws other requests.

use aftercall::store::Said;
use aftercall::web::Body;
use http::{Request, header};
use serde_json::{Value, json};

use super::openapi::resolved;
use super::{ask, begin, got, house, turn};
use crate::calls::Dice;
use crate::harness::{both, given};

/// 2026-01-31, and noon of it in UTC.
const DAY: i64 = 20_484;
const NOON: i64 = DAY * 86_400_000 + 43_200_000;
/// Always the same requests in an ordinary run: what fails there was broken by a change.
const SEED: u64 = 1;
/// Requests for each path.
const REQUESTS: usize = 60;

/// What somebody may write into a parameter.
const STRANGE: [&str; 36] = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "7",
    "99999999999999999999",
    "-9223372036854775808",
    "1e309",
    "NaN",
    "true",
    "null",
    "2026-01-31",
    "2026-01-01",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
    "-009999-01-01",
    "9999-12-31T23:59:60Z",
    "20260131",
    "7d",
    "month",
    "A1",
    "a1 ",
    "calls",
    "post-call",
    "en",
    "ęėįšų",
    "💥",
    "\u{0}",
    "'; drop table interviews --",
    "%s%n",
    "../../etc/passwd",
    "ffffffffffffffffffffffffffffffff",
    "{\"a\":[]}",
    "<script>alert(1)</script>",
];

fn strange(dice: &mut Dice, schema: &Value) -> String {
    let known = schema["enum"].as_array().filter(|_| dice.below(2) == 0);
    if let Some(word) = known.and_then(|known| known.get(dice.below(known.len() as u64) as usize)) {
        return word.as_str().map_or_else(|| word.to_string(), str::to_owned);
    }
    match dice.below(20) {
        0 => "x".repeat(6000),
        _ => dice.one(&STRANGE).to_owned(),
    }
}

/// Any JSON; objects have the names that are described, now and then another.
fn body(dice: &mut Dice, document: &Value, schema: &Value, deep: usize) -> Value {
    let schema = resolved(document, schema);
    let one_of = ["oneOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array());
    if let Some(schemas) = one_of {
        let at = dice.below(schemas.len() as u64) as usize;
        return body(dice, document, &schemas[at], deep);
    }
    match dice.below(12) {
        0 => return Value::Null,
        1 => return json!(-1),
        2 => return json!(1e300),
        3 => return json!({ "": [[]] }),
        4 => return json!(strange(dice, schema)),
        _ => {}
    }
    if let Some(fields) = schema["properties"].as_object() {
        let mut made = serde_json::Map::new();
        for (name, of) in fields {
            if deep > 0 && dice.below(2) == 0 {
                made.insert(name.clone(), body(dice, document, of, deep - 1));
            }
        }
        return Value::Object(made);
    }
    if schema.get("items").is_some() && deep > 0 {
        let n = dice.below(4);
        return (0..n).map(|_| body(dice, document, &schema["items"], deep - 1)).collect();
    }
    let kind = schema["type"].to_string();
    match kind.contains("integer") || kind.contains("number") {
        true => json!([0, 60, 1_769_860_800_000_i64, i64::MAX, i64::MIN][dice.below(5) as usize]),
        false if kind.contains("boolean") => json!(dice.below(2) == 0),
        false => json!(strange(dice, schema)),
    }
}

both! {
    async fn no_request_breaks_the_api(database: Database) {
        let (app, router) = house(&database).await;
        let document = got(&router, "/api/v1/openapi.json").await;
        let document: Value = serde_json::from_slice(&document.bytes).expect("JSON");
        let said = Said { agent: Some("A1".into()), queue: Some("calls".into()), ..Said::default() };
        let begin = begin(1, NOON, DAY, said);
        app.store().begin(begin.clone()).await.expect("begins");
        let items: Vec<_> = (0..4).map(|q| (q, aftercall::interview::Outcome::Answered(1))).collect();
        app.store().record(turn(&begin, NOON + 5_000, &items)).await.expect("recorded");
        let token = app.site.desk.create_token("a", "admin", [6; 32], NOON).await.expect("a token");
        let seed = given("AFTERCALL_TEST_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
        let mut dice = Dice::new(seed);
        let (mut good, mut refused, mut faults) = (0, 0, Vec::new());
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, about) in methods.as_object().expect("methods") {
                let parameters: Vec<&Value> = about["parameters"]
                    .as_array()
                    .map(|all| all.iter().map(|one| resolved(&document, one)).collect())
                    .unwrap_or_default();
                for n in 0..REQUESTS {
                    let (mut path, mut query) = (path.clone(), form_urlencoded::Serializer::new(String::new()));
                    for parameter in &parameters {
                        let name = parameter["name"].as_str().expect("a name");
                        let value = strange(&mut dice, &parameter["schema"]);
                        let place = format!("{{{name}}}");
                        if path.contains(&place) {
                            let id = if n == 0 { begin.id.to_string() } else { value };
                            let escaped: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
                            path = path.replace(&place, &escaped);
                        } else if dice.below(3) == 0 {
                            query.append_pair(name, &value);
                            if dice.below(10) == 0 {
                                query.append_pair(name, &value);
                            }
                        }
                    }
                    let content = about["requestBody"]["content"].as_object();
                    let (kind, sent) = match content {
                        Some(content) => {
                            let at = dice.below(content.len() as u64) as usize;
                            let (kind, media) = content.iter().nth(at).expect("a media type");
                            (kind.clone(), body(&mut dice, &document, &media["schema"], 4).to_string())
                        }
                        None => (String::new(), String::new()),
                    };
                    let uri = format!("{path}?{}", query.finish());
                    let told = format!("{method} {} {}", &uri[..uri.len().min(300)], &sent[..sent.floor_char_boundary(300)]);
                    let request = Request::builder()
                        .method(method.to_uppercase().as_str())
                        .uri(&uri)
                        .header(header::AUTHORIZATION, format!("Bearer {token}"))
                        .header(header::CONTENT_TYPE, kind)
                        .body(Body::from(sent))
                        .unwrap_or_else(|fault| panic!("{told}: {fault}"));
                    let answer = ask(&router, request).await;
                    let status = answer.status.as_u16();
                    let reason = serde_json::from_slice::<Value>(&answer.bytes).unwrap_or_default();
                    match status {
                        200..=299 => good += 1,
                        400..=499 => {
                            refused += 1;
                            let message = reason["error"]["message"].as_str().unwrap_or_default();
                            if message.is_empty() && reason["refused"].as_array().is_none_or(Vec::is_empty) {
                                faults.push(format!("{told}: {status} without a reason: {}", String::from_utf8_lossy(&answer.bytes)));
                            }
                        }
                        _ => faults.push(format!("{told}: {status} {}", String::from_utf8_lossy(&answer.bytes))),
                    }
                }
            }
        }
        println!("seed {seed}: {good} answered, {refused} refused");
        assert!(good > 50 && refused > 200, "{good} answered, {refused} refused");
        assert!(faults.is_empty(), "seed {seed}: {} faults:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
        let differences = app.store().doctor().await.expect("the doctor reads");
        assert!(differences.is_empty(), "{differences:?}");
    }
}
