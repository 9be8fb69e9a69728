//! Who is asking: people by their session's cookie, programs by API token.
//!
//! A handler that takes a [`Person`] is closed to everybody else. Programs get 401 with a code
//! and a sentence; people are sent to sign in and come back to where they were.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::api::ApiError;
use super::{Site, random};
use crate::clock;
use crate::config::{Config, loopback_host};
use crate::desk::audit::By;
use crate::desk::door::{Entry, Inside, SignInError};
use crate::desk::tokens::Token;
use crate::report::{Sight, Viewer};
use crate::words::Tongue;

/// The session's cookie.
const COOKIE: &str = "aftercall_session";

/// What a person or program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Reads reports and interviews of their teams, changes links and marks there. Without teams,
    /// as a token, of the whole centre, and sends call records.
    Manager,
    /// Reads reports and interviews, marks what was outside of an agent's control.
    Reviewer,
    /// Sees their own results by the week and nothing else.
    Agent,
    /// Sends hand-overs and call records, reads nothing of people.
    Feed,
    /// Reads reports.
    Read,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Manager, Self::Reviewer, Self::Agent, Self::Feed, Self::Read];

    /// The word in settings, commands and the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Reviewer => "reviewer",
            Self::Agent => "agent",
            Self::Feed => "feed",
            Self::Read => "read",
        }
    }

    /// Whether people can have it.
    pub fn of_people(self) -> bool {
        self != Self::Feed
    }

    /// Whether tokens can have it.
    pub fn of_tokens(self) -> bool {
        self != Self::Agent
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or_else(|| {
            format!(
                "\"{word}\" is not a role; there are admin, manager, reviewer, agent, feed and read"
            )
        })
    }
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's or token's name, or `manager`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// As the audit log names them.
    pub by: By,
    /// Which part of the centre they see.
    pub sight: Sight,
    /// The language they read, if they said so.
    pub language: Option<Tongue>,
    /// The code of the agent that they are, if they are one.
    pub agent: Option<String>,
}

impl Person {
    /// Reads reports, interviews and what belongs to them.
    pub fn may_read(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Manager | Role::Reviewer | Role::Read)
    }

    /// Sends hand-overs and records of calls, which are of all teams.
    pub fn may_feed(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Manager | Role::Feed)
            && self.sight == Sight::Everything
    }

    /// Changes links, marks and other things of the teams that they manage; of none, nothing.
    pub fn may_manage(&self) -> bool {
        let of_none = matches!(&self.sight, Sight::Teams(teams) if teams.is_empty());
        matches!(self.role, Role::Admin | Role::Manager) && !of_none
    }

    /// Marks answers as outside of an agent's control.
    pub fn may_review(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Manager | Role::Reviewer)
    }

    /// Changes what others may do.
    pub fn may_admin(&self) -> bool {
        self.role == Role::Admin && self.sight == Sight::Everything
    }

    /// On whose behalf reports are made for them.
    pub fn viewer(&self, site: &Site) -> Viewer {
        Viewer { sight: self.sight.clone(), people: site.config.people }
    }

    /// Whoever knows the password of the settings, or reaches a report that stands open.
    fn of_settings(by: By) -> Self {
        Self {
            name: String::from("manager"),
            role: Role::Admin,
            by,
            sight: Sight::Everything,
            language: None,
            agent: None,
        }
    }

    fn of_token(token: Token) -> Option<Self> {
        let role: Role = token.role.parse().ok()?;
        // What cannot be read limits to nothing rather than not at all.
        let teams = token.teams.as_deref();
        let teams = teams.map(|text| serde_json::from_str(text).unwrap_or_default());
        Some(Self {
            name: token.name,
            role,
            by: By::Token(token.hash),
            sight: teams.map_or(Sight::Everything, Sight::Teams),
            language: None,
            agent: None,
        })
    }

    fn of_inside(inside: Inside) -> Option<Self> {
        let Inside { user: Some(user), teams } = inside else {
            return Some(Self::of_settings(By::Settings));
        };
        let role: Role = user.role.parse().ok().filter(|role: &Role| role.of_people())?;
        let teams = teams.into_iter().collect();
        let sight = Sight::of_role(role.word(), user.agent.as_deref(), teams);
        Some(Self {
            name: user.name,
            role,
            by: By::User(user.id),
            sight,
            language: user.language.as_deref().and_then(Tongue::from_code),
            agent: user.agent.filter(|code| !code.is_empty()),
        })
    }

    /// Whom the headers prove, if anybody.
    async fn of(parts: &Parts, site: &Site) -> Result<Option<Self>, ApiError> {
        let now = clock::now_ms();
        if let Some(given) = parts.headers.get(header::AUTHORIZATION) {
            // Whoever sends a token is judged by it, also if there is a session beside it.
            let Some(token) = token(given) else { return Ok(None) };
            let found = site.desk.token(&token, now).await.map_err(|e| ApiError::away(&e))?;
            return Ok(found.and_then(Self::of_token));
        }
        for held in sessions(&parts.headers) {
            let inside = site.desk.inside(held, now).await.map_err(|e| ApiError::away(&e))?;
            if let Some(person) = inside.and_then(Self::of_inside) {
                return Ok(Some(person));
            }
        }
        let open = stands_open(&parts.headers, &site.config);
        Ok(open.then(|| Self::of_settings(By::Open)))
    }
}

impl FromRequestParts<Site> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let of_programs = wants_json(parts);
        match Self::of(parts, site).await {
            Ok(Some(person)) => {
                let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
                if !reads && !meant(&parts.headers, &site.config) {
                    return Err(foreign_origin().into_response());
                }
                Ok(person)
            }
            Ok(None) if of_programs => Err(sign_in_first().into_response()),
            Ok(None) => {
                let next = parts.uri.path_and_query().map_or("/", |p| p.as_str());
                let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
                let base = super::pages::prefix(&site.config.public_url);
                Err(Redirect::to(&format!("{base}/sign-in?next={next}")).into_response())
            }
            Err(fault) => Err(fault.into_response()),
        }
    }
}

/// Whether who is known by these headers sent the request themselves. A browser sends its cookie,
/// and a name and password that it was once given, along with whatever another site makes it send;
/// a token after `Bearer` only a program puts there. Programs send a password too, without the
/// headers by which a browser says on whose behalf it asks.
fn meant(headers: &HeaderMap, config: &Config) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    let scheme = given.and_then(|given| given.split_once(' ')).map(|(scheme, _)| scheme);
    let browser = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    match scheme {
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => true,
        Some(_) if !browser => true,
        _ => same_origin(headers, config),
    }
}

/// Whether the report needs no sign-in: so set, which the settings allow on this machine only,
/// and asked for under this machine's own name. A page of another site may get its host's name to
/// mean this machine, and would read along (DNS rebinding).
pub fn stands_open(headers: &HeaderMap, config: &Config) -> bool {
    let host = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    config.access.open && host.is_none_or(loopback_host)
}

/// The error for a request without a valid token or session.
fn sign_in_first() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "send a valid API token as \"Authorization: Bearer TOKEN\" or as \
         the password of HTTP Basic; make one with aftercall token create",
    )
}

/// The error for a request that another site made a browser send.
pub fn foreign_origin() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "this request did not come from a page of this server; check public_url in the settings",
    )
}

/// Whether the answer is for a program: the API, the counters, or anything that asks for JSON and
/// not for pages.
pub fn wants_json(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let accept = parts.headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or("");
    path == "/api"
        || path == "/metrics"
        || path.starts_with("/api/")
        || (accept.contains("application/json") && !accept.contains("text/html"))
}

/// The token: after `Bearer`, or as the password of HTTP Basic, for systems that can send no other
/// header.
fn token(given: &header::HeaderValue) -> Option<String> {
    let (scheme, rest) = given.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// What cookies hold as sessions.
pub fn sessions(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Signs a browser in; gives the value of `Set-Cookie`. The page that calls this checks
/// [`same_origin`] first.
///
/// # Errors
/// If the password is wrong, there were too many wrong ones ([`SignInError::TooMany`] is for
/// 429 with `Retry-After`), or nobody can sign in so.
pub async fn sign_in(site: &Site, entry: Entry<'_>, now: i64) -> Result<String, SignInError> {
    let held = site.desk.sign_in(entry, random(site), now).await?;
    Ok(set_session(&site.config, &held))
}

/// The value of `Set-Cookie` that gives a browser its session.
pub fn set_session(config: &Config, held: &str) -> String {
    cookie(config, held, config.access.session_hours.saturating_mul(3600))
}

/// Signs a browser out: the value of `Set-Cookie` that takes the session away.
pub fn sign_out(config: &Config) -> String {
    cookie(config, "", 0)
}

fn cookie(config: &Config, value: &str, seconds: i64) -> String {
    let secure = if config.public_url.starts_with("https:") { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// Whether a request that changes something comes from a page of ours: its `Origin` is that of
/// `public_url` or the host that it was sent to. Browsers send `Origin` with every such request;
/// one without it counts only where the browser says by `Sec-Fetch-Site` that it is ours.
pub fn same_origin(headers: &HeaderMap, config: &Config) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = said("origin") else {
        return matches!(said("sec-fetch-site"), Some("same-origin"));
    };
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    let ours = config.public_url.split_once("://").is_some_and(|(our_scheme, rest)| {
        our_scheme == scheme && rest.split('/').next().is_some_and(|h| h.eq_ignore_ascii_case(host))
    });
    ours || said("host").is_some_and(|sent_to| sent_to.eq_ignore_ascii_case(host))
}
