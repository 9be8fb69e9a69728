//! The way out to single sign-on and back.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

use super::door::target;
use super::visit::tongue;
use super::{Shell, html};
use crate::clock;
use crate::desk::sso::{Back, PATIENCE_MS, SsoError};
use crate::web::access::set_session;
use crate::web::reports::pairs;
use crate::web::{Site, random};
use crate::words::Tongue;

/// What the browser keeps while somebody is at the provider. It must come along when the provider
/// sends them back, so it is not as strict as the session's.
const COOKIE: &str = "aftercall_sso";

/// `/sign-in/sso` and `/sign-in/sso/back`.
pub fn router() -> Router<Site> {
    Router::new().route("/sign-in/sso", get(out)).route("/sign-in/sso/back", get(back))
}

#[derive(Template)]
#[template(path = "sso-fault.html")]
struct FaultPage {
    shell: Shell,
    sentence: String,
}

/// A page that goes on by itself: a browser gives the session's strict cookie only to pages that
/// were asked for from a page of ours.
#[derive(Template)]
#[template(path = "sso-in.html")]
struct InPage {
    shell: Shell,
    to: String,
}

fn cookie(site: &Site, value: &str, seconds: i64) -> String {
    let secure = if site.config.public_url.starts_with("https:") { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

async fn out(State(site): State<Site>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let next = asked.iter().find(|(name, _)| name == "next").map_or("/", |(_, next)| next);
    let now = clock::now_ms();
    match site.desk.sso_out(next, random(&site), now).await {
        Ok(out) => {
            let keep = [(header::SET_COOKIE, cookie(&site, &out.errand, PATIENCE_MS / 1000))];
            (keep, Redirect::to(&out.url)).into_response()
        }
        Err(fault) => refused(&site, tongue(&headers), &fault),
    }
}

async fn back(State(site): State<Site>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let tongue = tongue(&headers);
    let asked = pairs(query.as_deref());
    let value = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let errand = lines
        .flat_map(|line| line.split(';'))
        .find_map(|one| one.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .unwrap_or_default();
    let now = clock::now_ms();
    let made = async {
        if value("code").is_empty() {
            let said = format!("the provider sent no code: {:?}", value("error"));
            return Err(SsoError::Failed(said));
        }
        let back = Back { code: value("code"), state: value("state"), errand };
        let (user, next) = site.desk.sso_back(back, now).await?;
        let held = site.desk.let_in(Some(&user), random(&site), now).await?;
        Ok((held, next))
    };
    let (held, next) = match made.await {
        Ok(inside) => inside,
        Err(fault) => return refused(&site, tongue, &fault),
    };
    let to = target(&site, &next);
    let shell = Shell { inside: false, signed_in: false, ..Shell::new(&site, tongue, "") };
    let mut page = match html(&InPage { shell, to }) {
        Ok(page) => page,
        Err(fault) => return fault.page(&site, tongue),
    };
    for cookie in [set_session(&site.config, &held), cookie(&site, "", 0)] {
        if let Ok(cookie) = cookie.parse() {
            page.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    page
}

/// The page that says why somebody is not let in.
fn refused(site: &Site, tongue: Tongue, fault: &SsoError) -> Response {
    let (status, key) = match fault {
        SsoError::NoRole => (StatusCode::FORBIDDEN, "sso-no-role"),
        SsoError::NoEmail => (StatusCode::FORBIDDEN, "sso-no-email"),
        SsoError::Taken => (StatusCode::FORBIDDEN, "sso-taken"),
        SsoError::Disabled => (StatusCode::FORBIDDEN, "sso-disabled"),
        SsoError::Failed(_) => (StatusCode::BAD_GATEWAY, "sso-failed"),
        SsoError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "door-away"),
    };
    tracing::warn!(%fault, "somebody was not let in by single sign-on");
    let shell = Shell { inside: false, signed_in: false, ..Shell::new(site, tongue, "") };
    let sentence = shell.say(key);
    match html(&FaultPage { shell, sentence }) {
        Ok(page) => (status, page).into_response(),
        Err(fault) => fault.page(site, tongue),
    }
}
