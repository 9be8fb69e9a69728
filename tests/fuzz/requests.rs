//! Any method, target, headers and body, on every kind of provider.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aftercall::dialect::{self, Credentials, Kind, Method, Trust, What};
use aftercall::interview::Input;
use aftercall::phone::telnyx_public_key;
use bolero::{TypeGenerator, check};
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::bend::{Bend, WORDS, bent, bent_text};
use crate::turn::{Server, Webhook};
use crate::{PLATFORMS, Platform, RUNS_FOR, bytes_taken, one, one_at_a_time};

/// A request of the phone, bent.
#[derive(Clone, Debug, TypeGenerator)]
struct Strange {
    kind: u8,
    /// Of which kind the request is; most often of the one that it comes to.
    from_another: Option<u8>,
    which: u8,
    other_method: bool,
    target: Vec<Bend>,
    /// Parameters of the body with other values: which, a word, and how often it is repeated.
    values: Vec<(u8, u8, u8)>,
    body: Vec<Bend>,
    /// Instead of a body of the phone's.
    other_body: Option<Vec<u8>>,
    content_type: u8,
    headers: Vec<(u8, Bend)>,
    later_s: i16,
}

const CONTENT_TYPES: [Option<&str>; 8] = [
    None,
    None,
    Some(""),
    Some("application/x-www-form-urlencoded; charset=UTF-8"),
    Some("application/json"),
    Some("application/problem+json"),
    Some("multipart/form-data; boundary=b"),
    Some("text/plain"),
];
/// What a server takes by default: `limits.body_kb`, and the longest request line.
const MOST_BODY: usize = 64 * 1024;
const MOST_TARGET: usize = 16 * 1024;

/// What a request of no size may take, in bytes: also its answer.
const AT_LEAST: usize = 256 * 1024;
/// What each byte of a request may take: an item of a JSON list, two bytes on the wire, stands as a
/// value of 32 in a list that grows by doubling. Only what a routing engine tells is read so.
const FOR_EACH: usize = 40;

/// The second test key of RFC 8032.
const OTHER_PRIVATE_KEY: &str = "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";

/// Settings with other secrets.
static STRANGERS: LazyLock<Credentials> = LazyLock::new(|| {
    let other = || vec!["another secret of the same kind".into()];
    Credentials {
        auth_tokens: other(),
        public_keys: vec![telnyx_public_key(OTHER_PRIVATE_KEY).parse().expect("a key")],
        start_keys: other(),
        ..PLATFORMS[0].server.who.clone()
    }
});

fn webhook(strange: &Strange) -> (Kind, Webhook) {
    let kind = one(&PLATFORMS, strange.kind).server.kind;
    let sender = one(&PLATFORMS, strange.from_another.unwrap_or(strange.kind));
    let right = &one(&sender.asked, strange.which).request;
    let method = match (right.method, strange.other_method) {
        (Method::Post, false) | (Method::Get, true) => Method::Post,
        _ => Method::Get,
    };
    let mut headers = right.headers.clone();
    if let Some(kind) = one(&CONTENT_TYPES, strange.content_type) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    let names: Vec<_> = headers.keys().cloned().collect();
    for (which, bend) in &strange.headers {
        let name = one(&names, *which);
        let value = bent(headers[name].as_bytes(), std::slice::from_ref(bend), MOST_TARGET);
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            headers.insert(name, value);
        }
    }
    let with_values = with_values(right, &strange.values);
    let body = strange.other_body.as_ref().unwrap_or(&with_values);
    let webhook = Webhook {
        method,
        target: bent_text(&right.target, &strange.target, MOST_TARGET),
        headers,
        body: bent(body, &strange.body, MOST_BODY).into(),
        at_ms: right.at_ms + i64::from(strange.later_s) * 1000,
    };
    (kind, webhook)
}

/// The body with other values of some of its parameters.
fn with_values(right: &Webhook, values: &[(u8, u8, u8)]) -> Vec<u8> {
    let mut params = dialect::params(&right.request()).expect("a phone's request").body;
    if values.is_empty() || params.is_empty() {
        return right.body.to_vec();
    }
    for (which, word, times) in values {
        let place = usize::from(*which) % params.len();
        params[place].1 = one(&WORDS, *word).repeat(usize::from(*times));
    }
    if right.body.starts_with(b"{") {
        let object: BTreeMap<_, _> = params.into_iter().collect();
        return serde_json::to_vec(&object).expect("JSON");
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish().into_bytes()
}

fn takes_little(server: &Server, webhook: &Webhook) {
    let headers = webhook.headers.values().map(HeaderValue::len);
    let sent = webhook.target.len() + webhook.body.len() + headers.sum::<usize>();
    let (taken, _) = bytes_taken(|| {
        // Also what a signature would have kept out.
        let params = dialect::params(&webhook.request());
        let event = params.map(|params| server.read(&webhook.request(), &params));
        (event.ok(), server.answer(webhook))
    });
    let most = AT_LEAST + FOR_EACH * sent;
    let begins = String::from_utf8_lossy(&webhook.body[..webhook.body.len().min(300)]);
    let (kind, target) = (webhook.headers.get(CONTENT_TYPE), &webhook.target);
    assert!(
        taken <= most,
        "{sent} bytes took {taken}, not {most}: {kind:?} {} {begins}",
        &target[..target.floor_char_boundary(300)]
    );
}

/// What is made to take much from readers of forms and of JSON.
#[test]
fn the_worst_bodies_that_are_known_take_little() {
    let _alone = one_at_a_time();
    let list = |item: &str| format!("[{}0]", item.repeat(MOST_BODY / item.len() - 20));
    let form = "application/x-www-form-urlencoded";
    let json = "application/json";
    let bodies = [
        (format!("{{\"a\":{}}}", list("0,")), json),
        (format!("{{\"a\":{}}}", list("[],")), json),
        (format!("{{\"a\":{}}}", list("{\"\":0},")), json),
        (format!("{{\"a\":{}", "[".repeat(MOST_BODY - 10)), json),
        (format!("{{{}\"\":0}}", "\"\":0,".repeat(MOST_BODY / 6)), json),
        (format!("EventType=a&TaskAttributes={}", list("0,")), form),
        ("a=&".repeat(1000), form),
        ("&".repeat(MOST_BODY), form),
        ("=".repeat(MOST_BODY), form),
        ("%ff".repeat(MOST_BODY / 3), form),
        (format!("Digits={}", "1".repeat(MOST_BODY - 7)), form),
        (format!("CallSid={}", "%01".repeat(MOST_BODY / 3 - 3)), form),
    ];
    let bodies = bodies.map(|(body, kind)| (body.into_bytes(), kind));
    // Each byte becomes three.
    let no_text = (vec![0xff; MOST_BODY], form);
    for (body, kind) in bodies.into_iter().chain([no_text]) {
        for Platform { server, asked } in PLATFORMS.iter() {
            let mut webhook = asked[0].request.clone();
            webhook.method = Method::Post;
            webhook.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            webhook.body = body.clone().into();
            takes_little(server, &webhook);
        }
    }
}

#[test]
fn requests() {
    let _alone = one_at_a_time();
    check!().with_type::<Strange>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |strange| {
            let (kind, webhook) = webhook(strange);
            let server = &one(&PLATFORMS, strange.kind).server;
            let request = webhook.request();
            takes_little(server, &webhook);
            let Ok(params) = dialect::params(&request) else { return };
            let trust = dialect::of(kind).verify(&request, &params, &STRANGERS);
            assert!(matches!(trust, Ok(Trust::TokenOnly) | Err(_)), "{trust:?} without a key");
            if let What::Turn(Input::Keys(keys)) = server.read(&request, &params).what {
                let are_keys = keys.chars().all(|c| "0123456789*#".contains(c));
                assert!(are_keys && (1..=20).contains(&keys.len()), "{keys:?}");
            }
        },
    );
}
