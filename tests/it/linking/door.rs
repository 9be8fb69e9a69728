//! People at the door: the manager's password, sessions, other sites.

use std::net::IpAddr;

use aftercall::clock;
use aftercall::desk::door::{Entry, SignInError};
use aftercall::web::access::{same_origin, sign_in, sign_out};
use aftercall::web::serve::Peer;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};

use super::*;

const PASSWORD: &str = "[access]\npassword = \"right horse\"";
const PEER: [u8; 4] = [192, 0, 2, 1];

async fn centre(further: &str) -> Centre {
    Centre::with(Database::sqlite(), further).await
}

fn with_cookie(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request")
}

impl Centre {
    async fn try_password(
        &self,
        password: &str,
        peer: [u8; 4],
        now: i64,
    ) -> Result<String, SignInError> {
        let entry = Entry { email: "", password, peer: Some(IpAddr::from(peer)) };
        sign_in(&self.app.site, entry, now).await
    }

    async fn opens(&self, cookie: &str) -> bool {
        self.ask(with_cookie("/api/v1/agents", cookie)).await.status == StatusCode::OK
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_until_it_expires_and_bent_ones_never() {
    let centre = centre(PASSWORD).await;
    let now = clock::now_ms();
    let set = centre.try_password("right horse", PEER, now).await.expect("signs in");
    assert!(set.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{set}");
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    assert!(centre.opens(&cookie).await);
    assert!(centre.opens(&format!("other=1; {cookie}; more=2")).await);
    // An expired one, signed all the same.
    let old =
        centre.try_password("right horse", PEER, now - 12 * HOUR - 1).await.expect("signs in");
    assert!(!centre.opens(old.split(';').next().expect("a cookie")).await);
    // One with a letter changed, a part of it, none.
    let (name, value) = cookie.split_once('=').expect("name and value");
    let other = if value.starts_with('A') { 'B' } else { 'A' };
    for value in [format!("{other}{}", &value[1..]), value[..22].to_owned(), String::new()] {
        assert!(!centre.opens(&format!("{name}={value}")).await, "{value}");
    }
    // A changed password ends all sessions.
    let changed = build(&centre.database, "[access]\npassword = \"another one\"").await;
    assert_eq!(changed.site.desk.inside(value, now).await.expect("reads"), None);
    assert!(centre.opens(&cookie).await);
    // Signing out ends it on the server, for whoever kept the cookie.
    centre.desk().sign_out(value, now).await.expect("ends");
    assert!(!centre.opens(&cookie).await);
    assert!(sign_out(centre.desk().config()).contains("Max-Age=0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_the_cookie_is_secure() {
    let centre = centre(&format!("{}{PASSWORD}", "public_url = \"https://s.example\"\n")).await;
    let set = centre.try_password("right horse", PEER, T).await.expect("signs in");
    assert!(set.ends_with("; Secure"), "{set}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_make_the_peer_wait_longer_each_time() {
    let centre = centre(PASSWORD).await;
    let other = [192, 0, 2, 2];
    for n in 0..5 {
        assert_eq!(centre.try_password("guess", PEER, T + n).await, Err(SignInError::Wrong));
    }
    // Even the right one has to wait now; another peer does not.
    assert_eq!(
        centre.try_password("right horse", PEER, T + 5).await,
        Err(SignInError::TooMany { seconds: 2 })
    );
    assert!(centre.try_password("right horse", other, T + 5).await.is_ok());
    let mut now = T + 5;
    let mut waits = Vec::new();
    for _ in 0..12 {
        if let Err(SignInError::TooMany { seconds }) = centre.try_password("guess", PEER, now).await
        {
            waits.push(seconds);
            now += seconds * 1000;
        }
        assert_eq!(centre.try_password("guess", PEER, now).await, Err(SignInError::Wrong));
    }
    assert_eq!(waits[..4], [2, 4, 8, 16]);
    assert_eq!(waits[11], 900, "{waits:?}");
    // The right one after the wait clears the count.
    now += 900_000;
    assert!(centre.try_password("right horse", PEER, now).await.is_ok());
    assert_eq!(centre.try_password("guess", PEER, now).await, Err(SignInError::Wrong));
    assert!(centre.try_password("right horse", PEER, now).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_peers_together_wait_a_little() {
    let centre = centre(PASSWORD).await;
    for n in 0..50 {
        assert_eq!(
            centre.try_password("guess", [198, 51, 100, n], T).await,
            Err(SignInError::Wrong)
        );
    }
    let manager = centre.try_password("right horse", PEER, T).await;
    assert_eq!(manager, Err(SignInError::TooMany { seconds: 2 }));
    assert!(centre.try_password("right horse", PEER, T + 2_000).await.is_ok());
}

/// Behind a proxy that the settings do not name every browser comes from this machine: whoever
/// tries passwords there does not keep the manager out.
#[tokio::test(flavor = "multi_thread")]
async fn an_unnamed_proxy_is_not_taken_for_one_person() {
    let public = "public_url = \"https://s.example\"\n";
    let named = "trusted_proxies = [\"127.0.0.1/32\"]\n";
    for (further, from, manager) in [
        (public.to_owned(), "198.51.100.9", StatusCode::SEE_OTHER),
        (format!("{public}{named}"), "198.51.100.9", StatusCode::SEE_OTHER),
        (format!("{public}{named}"), "192.0.2.7", StatusCode::TOO_MANY_REQUESTS),
        (String::new(), "198.51.100.9", StatusCode::TOO_MANY_REQUESTS),
    ] {
        let centre = centre(&format!("{further}{PASSWORD}")).await;
        let warned = centre.app.site.config.warnings.iter().any(|w| w.contains("trusted_proxies"));
        assert_eq!(warned, further == public, "{further}");
        let enter = |password: &str, from: &str| {
            let mut request = Request::post("/sign-in")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, centre.app.site.config.public_url.as_str())
                .header("x-forwarded-for", from)
                .body(Body::from(format!("password={password}")))
                .expect("a request");
            let proxy = Peer("127.0.0.1:5000".parse().expect("an address"));
            request.extensions_mut().insert(proxy);
            request
        };
        for _ in 0..6 {
            centre.ask(enter("guess", "192.0.2.7")).await;
        }
        let answered = centre.ask(enter("right+horse", from)).await;
        assert_eq!(answered.status, manager, "{further} {from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_password_nobody_signs_in() {
    let centre = centre("").await;
    assert_eq!(centre.try_password("", PEER, T).await, Err(SignInError::Off));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_use_the_session() {
    let centre = centre(PASSWORD).await;
    let set = centre.try_password("right horse", PEER, clock::now_ms()).await.expect("signs in");
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    for (origin, status) in [
        (Some("http://127.0.0.1:8080"), 200),
        (Some("http://localhost:9999"), 200),
        (Some("https://evil.example"), 403),
        (Some("null"), 403),
        (None, 403),
    ] {
        let mut request = Request::post("/api/v1/calls")
            .header(header::COOKIE, &cookie)
            .header(header::HOST, "localhost:9999");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let answer = centre.ask(request.body(Body::from("[]")).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{origin:?}");
    }
    let mut headers = HeaderMap::new();
    assert!(!same_origin(&headers, centre.desk().config()));
    headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    assert!(same_origin(&headers, centre.desk().config()));
}

/// A browser that was once given a token as password sends it again by itself, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_use_a_password_that_the_browser_keeps() {
    let centre = centre("").await;
    let token = centre.token("feed").await;
    let basic = format!("Basic {}", STANDARD.encode(format!("aftercall:{token}")));
    let bearer = format!("Bearer {token}");
    for (given, header, value, status) in [
        (&basic, "origin", "http://127.0.0.1:8080", 200),
        (&basic, "origin", "https://evil.example", 403),
        (&basic, "origin", "null", 403),
        (&basic, "sec-fetch-site", "same-origin", 200),
        (&basic, "sec-fetch-site", "cross-site", 403),
        // A program.
        (&basic, "user-agent", "crm", 200),
        // What no browser sends by itself.
        (&bearer, "origin", "https://evil.example", 200),
    ] {
        let request = Request::post("/api/v1/calls")
            .header(header::AUTHORIZATION, given)
            .header(header, value)
            .body(Body::from("[]"))
            .expect("a request");
        assert_eq!(centre.ask(request).await.status.as_u16(), status, "{given} {header}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_for_programs_that_may_read() {
    let centre = centre(PASSWORD).await;
    for (role, status) in [("admin", 200), ("manager", 200), ("read", 200), ("feed", 403)] {
        let token = centre.token(role).await;
        let answer = centre.ask(super::api::get("/metrics", &token)).await;
        assert_eq!(answer.status.as_u16(), status, "{role}");
    }
    for accept in ["text/html", "*/*"] {
        let request = Request::get("/metrics").header(header::ACCEPT, accept);
        let answer = centre.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{accept}");
        assert!(answer.headers[header::WWW_AUTHENTICATE].as_bytes().starts_with(b"Bearer"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_sent_to_sign_in_and_back() {
    let centre = centre(PASSWORD).await;
    let page = Request::get("/agents/A17?a=1&b=2").header(header::ACCEPT, "text/html");
    let answer = centre.ask(page.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/sign-in?next=%2Fagents%2FA17%3Fa%3D1%26b%3D2");
}
