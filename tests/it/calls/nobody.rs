//! Requests without signature, start key or token of ours, made of right ones: whatever else they
//! say, nothing that is stored changes, and nothing breaks.

use aftercall::dialect::{Kind, Proof};
use aftercall::phone::{WebRequest, Wire};
use bytes::Bytes;
use http::Method;

use super::{Centre, Dice, PUBLIC, T, said, turns};
use crate::golden::rows;
use crate::harness::both;

/// Requests for each kind.
const REQUESTS: u64 = 300;

const PATHS: [&str; 7] = ["start", "turn", "status", "recording", "fallback", "other", "start/x"];
const MORE: [(&str, &str); 12] = [
    ("CallStatus", "completed"),
    ("CallStatus", "failed"),
    ("RecordingStatus", "completed"),
    ("RecordingSid", "RE1"),
    ("RecordingUrl", "https://api.twilio.com/x"),
    ("CallbackSource", "call-progress-events"),
    ("EventType", "reservation.wrapup"),
    ("TaskAttributes", r#"{"call_sid":"CA1","conference":{"participants":{"customer":"CA2"}}}"#),
    ("eventType", "recordingAvailable"),
    ("exiting", "true"),
    ("event", "Hangup"),
    ("survey", "post-call"),
];
/// Most often the first.
const METHODS: [Method; 5] =
    [Method::POST, Method::GET, Method::HEAD, Method::PUT, Method::OPTIONS];

/// That right request as somebody sends it who has no key.
fn without_proof(kind: Kind, right: &WebRequest, dice: &mut Dice) -> WebRequest {
    let (address, query) = right.url.split_once('?').unwrap_or((&right.url, ""));
    let pairs = |text: &[u8]| form_urlencoded::parse(text).into_owned().collect::<Vec<_>>();
    let mut query = pairs(query.as_bytes());
    let mut params = turns::params(right);
    for list in [&mut query, &mut params] {
        list.retain(|(name, _)| name != "k");
        if dice.below(4) == 0 {
            list.extend(said(&[("k", dice.one(&["", "x", "fedcba9876543210fedcba987654321"]))]));
        }
        for _ in 0..dice.below(4) {
            let more = MORE[usize::try_from(dice.below(MORE.len() as u64)).expect("small")];
            list.extend(said(&[more]));
        }
    }
    // Where nothing is signed, the token alone allows its turn.
    for (_, token) in query.iter_mut().filter(|(name, _)| name == "t") {
        if kind.proof() == Proof::Nothing || dice.below(2) == 0 {
            let at = usize::try_from(dice.below(token.len() as u64)).expect("small");
            let other = if token[at..].starts_with('A') { "B" } else { "A" };
            token.replace_range(at..=at, other);
        }
    }
    let address = match dice.below(2) {
        0 => address.to_owned(),
        _ => format!("{PUBLIC}/voice/{}/{}", kind.word(), dice.one(&PATHS)),
    };
    let (content_type, body) = match dice.below(6) {
        0 => ("application/json", turns::json(&params).into_bytes()),
        1 => ("multipart/form-data; boundary=b", multipart(&params)),
        2 => ("text/plain", turns::form(&params).into_bytes()),
        3 => ("application/json", random_bytes(dice)),
        _ => ("application/x-www-form-urlencoded", turns::form(&params).into_bytes()),
    };
    let mut headers = vec![("content-type", content_type.to_owned())];
    for (name, value) in right.headers.iter().filter(|(name, _)| *name != "content-type") {
        // The signature of another address and other parameters; the time and the nonce as well.
        match dice.below(3) {
            0 => {}
            1 if kind.proof() == Proof::Address => headers.push((name, value.clone())),
            _ => headers.push((name, value.chars().rev().collect())),
        }
    }
    // So that no signature of the right request fits by chance.
    query.extend(said(&[("nobody", &dice.below(1000).to_string())]));
    let method = usize::try_from(dice.below(10)).ok().and_then(|at| METHODS.get(at));
    let method = method.unwrap_or(&METHODS[0]);
    let body = if *method == Method::POST { Bytes::from(body) } else { Bytes::new() };
    let url = format!("{address}?{}", turns::form(&query));
    WebRequest { method: method.clone(), url, headers, body }
}

fn random_bytes(dice: &mut Dice) -> Vec<u8> {
    let length = dice.below(99);
    (0..length).map(|_| u8::try_from(dice.below(256)).expect("a byte")).collect()
}

/// The parameters as fields, and a recording.
fn multipart(params: &[(String, String)]) -> Vec<u8> {
    let head = "--b\r\nContent-Disposition: form-data; name=";
    let fields = params.iter().map(|(name, value)| format!("{head}\"{name}\"\r\n\r\n{value}\r\n"));
    let fields: String = fields.collect();
    let file = "\"recording\"; filename=\"c.wav\"\r\n\r\nRIFF\r\n--b--\r\n";
    format!("{fields}{head}{file}").into_bytes()
}

both! {
    async fn requests_of_nobody_change_nothing(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut right = Vec::new();
        for (number, kind) in (9000..).zip(Kind::ALL) {
            let start = turns::start(kind, number, "A1");
            let first = centre.wire().send(start.clone(), Some(T)).await.expect("an answer");
            let token = turns::token(&first.body).expect("a token");
            let turn = turns::turn(kind, number, &token, "4");
            let next = centre.wire().send(turn.clone(), Some(T + 5000)).await.expect("an answer");
            let token = turns::token(&next.body).expect("a token");
            let further = turns::turn(kind, number, &token, "1");
            right.push((kind, [start, turn, further, turns::ended(kind, number, &token)]));
        }
        centre.app.site.desk.settle().await;
        let survey = centre.app.site.desk.survey("post-call").expect("the survey");
        let names: Vec<&str> = survey.questions.iter().map(|q| q.name.as_str()).collect();
        let before = rows::read(&database.url, T, &names).await;
        let turns_before = centre.counted("turn");

        for (seed, (kind, right)) in (0..).zip(&right) {
            let mut dice = Dice::new(seed);
            for at in 0..REQUESTS {
                let which = usize::try_from(at).expect("small") % right.len();
                let request = without_proof(*kind, &right[which], &mut dice);
                let sent = centre.wire().send(request.clone(), Some(T + 10_000)).await;
                let status = sent.expect("an answer").status;
                assert!([200, 400, 403, 404, 405].contains(&status), "{status}: {request:?}");
            }
        }
        centre.app.site.desk.settle().await;
        assert_eq!(rows::read(&database.url, T, &names).await, before);
        assert_eq!(centre.counted("turn"), turns_before);
        let files = std::fs::read_dir(centre._media.path()).expect("a folder").count();
        assert_eq!(files, 0, "files in the media folder");
        // The very requests are still good: it was the proof that was missing.
        for (_, right) in right {
            for request in &right[1..3] {
                let heard = centre.wire().send(request.clone(), Some(T + 10_000)).await;
                assert_eq!(heard.expect("an answer").status, 200);
            }
        }
        assert_eq!(centre.counted("turn"), turns_before + 2 * Kind::ALL.len() as u64);
        centre.adds_up().await;
    }
}
