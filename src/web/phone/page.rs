//! `/phone`: the page with the keypad, in the reader's language, with its style and its script.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{OriginalUri, RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

use super::{PhoneDesk, PhoneSetup};
use crate::web::pages::{Data, tongue};
use crate::web::reports::pairs;
use crate::words::{Value, Words};

/// The page and its files.
pub(super) fn router() -> Router<Arc<PhoneDesk>> {
    Router::new()
        .route("/phone", get(page))
        .route("/phone/phone.css", get(style))
        .route("/phone/phone.js", get(program))
}

#[derive(Template)]
#[template(path = "phone.html")]
struct Page<'a> {
    words: &'static Words,
    /// What the script says, by its own names.
    script: Data,
    setup: &'a PhoneSetup,
    /// The way to the report's own pages.
    up: &'static str,
    /// Survey and language that are chosen at first; empty for the first of the list.
    survey: String,
    lang: String,
    tries: bool,
    keys: &'static [(char, &'static str)],
}

/// The keypad as the ITU draws it (E.161).
const KEYPAD: [(char, &str); 12] = [
    ('1', ""),
    ('2', "ABC"),
    ('3', "DEF"),
    ('4', "GHI"),
    ('5', "JKL"),
    ('6', "MNO"),
    ('7', "PQRS"),
    ('8', "TUV"),
    ('9', "WXYZ"),
    ('*', ""),
    ('0', "+"),
    ('#', ""),
];

/// Nothing but this server's own files; no inline script or style.
pub(super) const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What the script writes while a call goes on.
const LINE: [&str; 19] = [
    "calling",
    "speaking",
    "waiting",
    "recording",
    "silence",
    "recorded",
    "sound",
    "answered",
    "speak",
    "stop",
    "caller",
    "server",
    "returned",
    "rejected",
    "fault",
    "away",
    "broke",
    "refused",
    "over",
];

impl Page<'_> {
    fn say(&self, key: &str) -> String {
        self.words.say(key)
    }
}

/// The texts of [`LINE`] by their names. `{ … }` in them is for the script to fill in.
fn script(words: &Words) -> Data {
    let texts = LINE.map(|word| (word, words.fill(&format!("phone-line-{word}"), &OPEN)));
    Data::of_value(&BTreeMap::from(texts))
}

/// Places in texts that the script fills in.
const OPEN: [(&str, Value<'static>); 2] =
    [("n", Value::Text("{n}")), ("name", Value::Text("{name}"))];

async fn page(
    State(desk): State<Arc<PhoneDesk>>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = pairs(query.as_deref());
    let of = |key: &str| asked.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let (survey, lang) = (of("survey").unwrap_or_default(), of("lang").unwrap_or_default());
    // Below another path it is the phone for tries.
    let tries = uri.path().ends_with("/try/phone");
    let up = if tries { "../" } else { "" };
    let words = Words::of(tongue(&headers));
    let (setup, script) = (&desk.offer().await, script(words));
    let page = Page { words, script, setup, up, survey, lang, tries, keys: &KEYPAD };
    match page.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, Html(html)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../assets/phone.css"))
}

async fn program() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../assets/phone.js"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
