//! `secret` is changed in three steps, and nothing ends by it: calls, announced addresses, sessions
//! go on, and nobody who is not to be asked is forgotten.

use aftercall::app::App;
use aftercall::config::Config;
use aftercall::dialect::Kind;
use aftercall::phone::{WebRequest, WebResponse, Wire};
use bytes::Bytes;
use http::{Method, StatusCode, header};

use super::killed::stored;
use super::{Centre, PUBLIC, START_KEY, T, line, said, settings, turns};
use crate::harness::{Database, both};
use crate::pages::{ask, form, get};

const OLD: &str = "oooooooooooooooooooooooooooooooo";
const NEW: &str = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
const PASSWORD: &str = "a long enough password";
/// Callers who are not to be asked: one said so, the other was asked a short while ago.
const NEVER: u32 = 90;
const ASKED: u32 = 91;

fn text(secrets: &[&str], caller_key: char, database: &str, media: &std::path::Path) -> String {
    let further = format!(
        "[limits]\nbudget_ms = 4000\n[offer]\ncaller_days = 7\n[access]\npassword = \"{PASSWORD}\"\n"
    );
    let text = settings("127.0.0.1:8080", PUBLIC, database, media, &further);
    let list = format!("secret = {secrets:?}");
    text.replace(&format!("secret = [\"{}\"]", "s".repeat(32)), &list)
        .replace(&"c".repeat(32), &String::from(caller_key).repeat(32))
}

/// A server with these secrets, on that store.
async fn centre(database: &Database, secrets: &[&str]) -> Centre {
    let media = tempfile::tempdir().expect("a folder");
    let text = text(secrets, 'c', &database.url, media.path());
    let config = Config::read(&text, "test.toml", vec![]).expect("settings");
    Centre { app: App::build(config).await.expect("a centre"), _media: media }
}

/// It stops, and leaves the store to the next one.
async fn over(centre: Centre) {
    centre.adds_up().await;
    centre.app.store().close().await;
}

async fn send(centre: &Centre, request: WebRequest, at: i64) -> WebResponse {
    let answer = centre.wire().send(request, Some(at)).await.expect("an answer");
    assert_eq!(answer.status, 200);
    answer
}

/// The next document's token.
async fn next(centre: &Centre, request: WebRequest, at: i64) -> String {
    let answer = send(centre, request, at).await;
    turns::token(&answer.body).expect("a question")
}

/// The start of a call of a platform that says what it knows in the address alone.
fn follow(url: &str) -> WebRequest {
    WebRequest { method: Method::GET, url: url.to_owned(), headers: vec![], body: Bytes::new() }
}

async fn inside(centre: &Centre, cookie: &str) -> StatusCode {
    let router = centre.app.router().await.expect("routes");
    ask(&router, get("/agents", &[(header::COOKIE, cookie)])).await.status
}

both! {
    async fn a_new_secret_breaks_nothing(database: Database) {
        let before = centre(&database, &[OLD]).await;
        let mut under_way = Vec::new();
        for (number, kind) in (1..).zip(Kind::ALL) {
            let first = next(&before, turns::start(kind, number, "A1"), T).await;
            let second = next(&before, turns::turn(kind, number, &first, "4"), T + 5_000).await;
            under_way.push((kind, number, second));
        }
        let mut token = next(&before, turns::start(Kind::Freeswitch, NEVER, "A1"), T).await;
        for key in ["*", "*"] {
            token = next(&before, turns::turn(Kind::Freeswitch, NEVER, &token, key), T + 5_000).await;
        }
        send(&before, turns::turn(Kind::Freeswitch, NEVER, &token, "5"), T + 9_000).await;
        next(&before, turns::start(Kind::Freeswitch, ASKED, "A1"), T).await;
        let announced = serde_json::json!({ "provider": "exotel", "agent": "A9", "lang": "en" });
        let announced = serde_json::from_value(announced).expect("an announcement");
        let announced = before.app.site.desk.announce(announced, [9; 16], T).await.expect("announced");
        let start = format!("{PUBLIC}/voice/voicexml/start?k={START_KEY}&agent=A8&lang=en");
        let hello = send(&before, follow(&start), T).await;
        let hello = String::from_utf8_lossy(&hello.body).into_owned();
        let (_, back) = hello.split_once("<submit next=\"").expect("it comes back");
        let back = back.split('"').next().expect("an address").replace("&amp;", "&");
        let router = before.app.router().await.expect("routes");
        let entered = ask(&router, form("/sign-in", PUBLIC, &[("password", PASSWORD)])).await;
        let cookie = entered.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        assert_eq!(inside(&before, &cookie).await, StatusCode::OK);
        over(before).await;

        // The new one is known first, on every server, and signs nothing: calls go to and fro
        // between servers that know it and those that sign with it.
        let (knows, signs) = (centre(&database, &[OLD, NEW]).await, centre(&database, &[NEW, OLD]).await);
        let mut sealed_by_old = Vec::new();
        for (kind, number, token) in &mut under_way {
            sealed_by_old.push(token.clone());
            *token = next(&signs, turns::turn(*kind, *number, token, "1"), T + 10_000).await;
            let repeated = turns::turn(*kind, *number, token, "*");
            *token = next(&knows, repeated, T + 15_000).await;
            *token = next(&signs, turns::turn(*kind, *number, token, "3"), T + 20_000).await;
        }
        let sid = line(Kind::Exotel, 80).call_id;
        let known = format!("{}&CallSid={sid}", announced.start_url);
        next(&signs, follow(&known), T + 20_000).await;
        let call = line(Kind::Voicexml, 81);
        let from_hello = said(&[("sessionid", &call.call_id), ("remote", &call.from)]);
        next(&signs, turns::post(Kind::Voicexml, back, &from_hello), T + 10_000).await;
        assert_eq!(inside(&signs, &cookie).await, StatusCode::OK, "nobody signs in again");
        over(knows).await;
        over(signs).await;

        // A day later the old one goes: what it sealed ends in a goodbye, all else goes on.
        let after = centre(&database, &[NEW]).await;
        for ((kind, number, token), old) in under_way.iter().zip(&sealed_by_old) {
            let goodbye = send(&after, turns::turn(*kind, *number, old, "1"), T + 25_000).await;
            assert_eq!(turns::token(&goodbye.body), None, "{kind:?}");
            send(&after, turns::turn(*kind, *number, token, "7"), T + 25_000).await;
            assert_eq!(stored(after.app.store(), *kind, *number).await, [4, 1, 3, 7], "{kind:?}");
        }
        assert_eq!(after.counted("bad_token"), Kind::ALL.len() as u64);
        assert_eq!(inside(&after, &cookie).await, StatusCode::SEE_OTHER, "the password once more");
        for (caller, reason) in [(NEVER, "never_ask"), (ASKED, "caller_cap")] {
            let answer = send(&after, turns::start(Kind::Twilio, caller, "A1"), T + 30_000).await;
            assert_eq!(turns::token(&answer.body), None, "{reason}");
            assert_eq!(after.counted(reason), 1, "{reason}");
        }
        over(after).await;
    }

    /// With another `caller_key` all that would happen: the server says so instead of starting.
    async fn another_caller_key_is_refused(database: Database) {
        over(centre(&database, &[OLD]).await).await;
        let media = tempfile::tempdir().expect("a folder");
        let config = Config::read(&text(&[OLD], 'd', &database.url, media.path()), "a.toml", vec![]);
        let refused = App::build(config.expect("settings")).await.expect_err("another key");
        let told = refused.to_string();
        assert!(told.contains("caller_key is not the one") && told.contains("Put the old key back"), "{told}");
        over(centre(&database, &[NEW]).await).await;
    }
}
