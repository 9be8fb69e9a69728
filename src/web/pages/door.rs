//! The door: signing in with the manager's password, and signing out.

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
use crate::desk::tokens::SignInError;
use crate::web::access::{foreign_origin, same_origin, sign_in, sign_out, stands_open};
use crate::web::reports::pairs;
use crate::web::serve::Peer;
use crate::web::{Site, webhooks};

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
    SignInPage::response(&site, tongue(&headers), StatusCode::OK, ours(next), "")
}

#[derive(Deserialize)]
struct Entry {
    password: String,
    #[serde(default)]
    next: String,
}

async fn enter(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(entry): Form<Entry>,
) -> Response {
    if !same_origin(&headers, &site.config) {
        return foreign_origin().into_response();
    }
    let peer = peer.and_then(|Extension(Peer(address))| client(&site, address.ip(), &headers));
    let refused = match sign_in(&site, &entry.password, peer, clock::now_ms()) {
        Ok(cookie) => {
            let to = Redirect::to(&target(&site, &entry.next));
            return ([(header::SET_COOKIE, cookie)], to).into_response();
        }
        Err(refused) => refused,
    };
    let (status, sentence) = match refused {
        SignInError::Wrong => (StatusCode::UNAUTHORIZED, "This password is wrong.".to_owned()),
        SignInError::TooMany { seconds } => (
            StatusCode::TOO_MANY_REQUESTS,
            format!("There were too many wrong passwords. Try again in {seconds} seconds."),
        ),
        SignInError::Off => (StatusCode::FORBIDDEN, String::new()),
    };
    let mut page =
        SignInPage::response(&site, tongue(&headers), status, ours(&entry.next), &sentence);
    if let SignInError::TooMany { seconds } = refused {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    page
}

async fn leave(State(site): State<Site>, headers: HeaderMap) -> Response {
    if !same_origin(&headers, &site.config) {
        return foreign_origin().into_response();
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
