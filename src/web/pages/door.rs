//! The door: signing in with a password, and signing out.

use std::net::IpAddr;

use axum::extract::{DefaultBodyLimit, Form, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::visit::tongue;
use super::{SignInPage, prefix};
use crate::clock;
use crate::desk::door::{Entry, SignInError};
use crate::web::access::{foreign_origin, same_origin, sessions, sign_in, sign_out, stands_open};
use crate::web::reports::pairs;
use crate::web::serve::Peer;
use crate::web::{Site, webhooks};
use crate::words::Words;

/// Largest form, in bytes: a password and a path.
const FORM: usize = 16 * 1024;

/// `/sign-in` and `/sign-out`.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(show).post(enter))
        .route("/sign-out", post(leave))
        .layer(DefaultBodyLimit::max(FORM))
}

async fn show(State(site): State<Site>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let next = asked.iter().find(|(name, _)| name == "next").map_or("/", |(_, next)| next);
    if stands_open(&headers, &site.config) {
        return Redirect::to(&target(&site, next)).into_response();
    }
    let tongue = tongue(&headers);
    SignInPage::response(&site, tongue, StatusCode::OK, (ours(next), ""), "").await
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn enter(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    if !same_origin(&headers, &site.config) {
        return foreign_origin().into_response();
    }
    let peer = peer.and_then(|Extension(Peer(address))| client(&site, address.ip(), &headers));
    let entry = Entry { email: &fields.email, password: &fields.password, peer };
    let refused = match sign_in(&site, entry, clock::now_ms()).await {
        Ok(cookie) => {
            let to = Redirect::to(&target(&site, &fields.next));
            return ([(header::SET_COOKIE, cookie)], to).into_response();
        }
        Err(refused) => refused,
    };
    let tongue = tongue(&headers);
    let words = Words::of(tongue);
    let (status, sentence) = match refused {
        SignInError::Wrong => {
            let people = site.desk.users_there().await.unwrap_or(false);
            let key = if people { "door-wrong" } else { "door-wrong-password" };
            (StatusCode::UNAUTHORIZED, words.say(key))
        }
        SignInError::TooMany { seconds } => {
            let seconds = words.fill("door-too-many", &[("n", seconds.unsigned_abs().into())]);
            (StatusCode::TOO_MANY_REQUESTS, seconds)
        }
        SignInError::Off => (StatusCode::FORBIDDEN, words.say("door-off")),
        SignInError::Away => (StatusCode::SERVICE_UNAVAILABLE, words.say("door-away")),
    };
    let given = (ours(&fields.next), fields.email.as_str());
    let mut page = SignInPage::response(&site, tongue, status, given, &sentence).await;
    if let SignInError::TooMany { seconds } = refused {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    page
}

async fn leave(State(site): State<Site>, headers: HeaderMap) -> Response {
    if !same_origin(&headers, &site.config) {
        return foreign_origin().into_response();
    }
    let now = clock::now_ms();
    for held in sessions(&headers) {
        if let Err(fault) = site.desk.sign_out(held, now).await {
            // The browser forgets it all the same, and it ends by itself.
            tracing::error!(%fault, "a session could not be ended");
        }
    }
    let base = prefix(&site.config.public_url);
    let cookie = [(header::SET_COOKIE, sign_out(&site.config))];
    (cookie, Redirect::to(&format!("{base}/sign-in"))).into_response()
}

/// Who is at the browser: behind a trusted proxy the one that the proxy names. `None` where
/// nobody can tell: behind a proxy that the settings do not name, all browsers come from this
/// machine, and one who tries passwords must not keep the others out.
fn client(site: &Site, direct: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let trusted =
        |address: &IpAddr| site.config.trusted_proxies.iter().any(|n| n.contains(address));
    if direct.is_loopback() && site.config.behind_unnamed_proxy() {
        return None;
    }
    if !trusted(&direct) {
        return Some(direct);
    }
    Some(webhooks::forwarded(headers).into_iter().rev().find(|a| !trusted(a)).unwrap_or(direct))
}

/// The path to go to after signing in, if it is one of ours; else the first page. A browser takes
/// `//host` and `/\host` for another server.
fn ours(next: &str) -> &str {
    let mut bytes = next.bytes();
    let plain = next.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
    match (bytes.next(), bytes.next()) {
        (Some(b'/'), second) if second != Some(b'/') && plain => next,
        _ => "/",
    }
}

/// That path as links need it, if it is one of ours; else the first page.
pub(super) fn target(site: &Site, next: &str) -> String {
    format!("{}{}", prefix(&site.config.public_url), ours(next))
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for next in ["/", "/agents/A17?period=7d", "/unlinked", "/agents/%C5%A1?team=a%2Fb"] {
            assert_eq!(ours(next), next);
        }
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\nb",
            "/\tb",
        ] {
            assert_eq!(ours(next), "/", "{next}");
        }
    }
}
