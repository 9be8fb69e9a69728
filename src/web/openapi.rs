//! The OpenAPI document of the JSON API: written by hand, one file in `openapi/` for each part of
//! the API, joined here. Tests hold it to the routes and to what they answer.

use std::sync::LazyLock;

use axum::Router;
use axum::routing::get;
use http::header;
use serde_json::Value;

use super::Site;

#[derive(rust_embed::Embed)]
#[folder = "src/web/openapi"]
#[include = "*.json"]
struct Parts;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut whole = Value::Null;
    for name in Parts::iter() {
        let bytes = Parts::get(&name).map(|part| part.data.into_owned()).unwrap_or_default();
        // A part that cannot be read is left out; a test refuses such files.
        join(&mut whole, serde_json::from_slice(&bytes).unwrap_or_default());
    }
    format!("{whole:#}\n")
});

/// Objects become one; of anything else the later wins.
fn join(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                join(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (whole, part) => *whole = part,
    }
}

/// The document.
pub fn document() -> &'static str {
    &DOCUMENT
}

/// `/api/v1/openapi.json`, open to all: it says nothing of anybody.
pub fn router() -> Router<Site> {
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    Router::new().route("/api/v1/openapi.json", get(move || async move { (kind, document()) }))
}
