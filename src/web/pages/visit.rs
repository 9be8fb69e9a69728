//! Who looks at a page, in which language, and the frame that every page stands in.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, extract::RawQuery, extract::State};
use http::request::Parts;
use http::{HeaderMap, header};

use super::{PageError, assets, door, prefix};
use crate::clock;
use crate::web::Site;
use crate::web::access::Person;
use crate::web::reports::pairs;
use crate::words::{Tongue, Value, Words};

/// The cookie that keeps the language which somebody chose.
const COOKIE: &str = "aftercall_language";

/// Somebody who may read the report, on one of its pages.
pub struct Visit {
    /// What pages work with.
    pub site: Site,
    /// Who it is.
    pub person: Person,
    /// The language they read.
    pub tongue: Tongue,
    /// When it is, UTC milliseconds.
    pub now: i64,
    /// The page's own path and query, for the way back after choosing a language.
    here: String,
}

impl Visit {
    /// The frame of the page that bears that entry of the navigation.
    pub fn shell(&self, entry: &'static str) -> Shell {
        Shell {
            inside: true,
            way_back: self.here.clone(),
            ..Shell::new(&self.site, self.tongue, entry)
        }
    }

    /// The texts.
    pub fn words(&self) -> &'static Words {
        Words::of(self.tongue)
    }

    /// A path of ours as links need it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", prefix(&self.site.config.public_url))
    }
}

impl FromRequestParts<Site> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        Self::of(parts, site).await
    }
}

impl Visit {
    /// Who sent these headers, if they may read; else the answer that they get.
    ///
    /// # Errors
    /// With that answer.
    pub async fn of(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, site).await?;
        let tongue = tongue(&parts.headers);
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        if !person.may_read() {
            return Err(PageError::Forbidden.page(site, tongue));
        }
        Ok(Self { site: site.clone(), person, tongue, now: clock::now_ms(), here })
    }
}

/// The language of the one who sent these headers: the one chosen on a page, else the browser's.
pub fn tongue(headers: &HeaderMap) -> Tongue {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let chosen = texts(header::COOKIE)
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .find_map(Tongue::from_code);
    chosen.unwrap_or_else(|| {
        let accepted: Vec<_> = texts(header::ACCEPT_LANGUAGE).collect();
        Tongue::of_browser(&accepted.join(","))
    })
}

/// What the frame of every page needs.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Path prefix of the public address, without slash at the end.
    pub base: String,
    /// Which entry of the navigation is this page's.
    pub here: &'static str,
    /// Whether pages beside this one can be seen.
    pub inside: bool,
    /// Whether there is a phone to try the surveys with.
    pub phone: bool,
    /// Whether there is a session to sign out of.
    pub signed_in: bool,
    /// Address of the style sheet.
    pub css: String,
    /// Address of the script.
    pub js: String,
    /// The texts.
    pub words: &'static Words,
    /// Path and query of this page, where another language may be chosen.
    pub way_back: String,
}

impl Shell {
    /// The frame of a page that anybody may see. [`Visit::shell`] is for those inside.
    pub fn new(site: &Site, tongue: Tongue, here: &'static str) -> Self {
        let base = prefix(&site.config.public_url).to_owned();
        let (css, js) = (assets::path(&base, "app.css"), assets::path(&base, "app.js"));
        let (phone, signed_in) = (site.config.phone.on, !site.config.access.open);
        Self {
            base,
            here,
            inside: true,
            phone,
            signed_in,
            css,
            js,
            words: Words::of(tongue),
            way_back: String::new(),
        }
    }

    /// The text of that key.
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// The text of one of several keys that begin alike: of `part`, a hyphen and `word`.
    pub fn say_of(&self, part: &str, word: &str) -> String {
        self.words.say(&format!("{part}-{word}"))
    }

    /// The text of that key with a value in its place.
    pub fn fill<'a>(&self, key: &str, name: &str, value: impl Into<Value<'a>>) -> String {
        self.words.fill(key, &[(name, value.into())])
    }

    /// Address of an asset, with its mark.
    pub fn asset(&self, file: &str) -> String {
        assets::path(&self.base, file)
    }

    /// Languages to choose: code, name, whether it is this page's, and the address that chooses it.
    pub fn tongues(&self) -> Vec<(&'static str, &'static str, bool, String)> {
        let one = |tongue: Tongue| {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("to", tongue.code())
                .append_pair("next", &self.way_back)
                .finish();
            let here = tongue == self.words.tongue();
            (tongue.code(), tongue.own_name(), here, format!("{}/language?{query}", self.base))
        };
        Tongue::ALL.into_iter().map(one).collect()
    }
}

/// `/language?to=lt&next=/…` keeps a language and goes back.
pub fn router() -> Router<Site> {
    Router::new().route("/language", get(choose))
}

async fn choose(State(site): State<Site>, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let value = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let tongue = value("to").and_then(Tongue::from_code).unwrap_or_default();
    let secure = if site.config.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}",
        tongue.code()
    );
    let to = door::target(&site, value("next").unwrap_or("/"));
    ([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response()
}
