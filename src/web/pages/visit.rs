//! Who looks at a page, in which language, and the frame that every page stands in.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, extract::RawQuery, extract::State};
use http::request::Parts;
use http::{HeaderMap, header};

use super::{PageError, assets, door, prefix};
use crate::clock;
use crate::desk::audit::Act;
use crate::report::{Sight, Viewer};
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
            inside: self.person.may_read(),
            admin: self.person.may_admin(),
            own: matches!(self.person.sight, Sight::Own(_)),
            way_back: self.here.clone(),
            ..Shell::new(&self.site, self.tongue, entry)
        }
    }

    /// The texts.
    pub fn words(&self) -> &'static Words {
        Words::of(self.tongue)
    }

    /// On whose behalf the page is made.
    pub fn viewer(&self) -> Viewer {
        self.person.viewer(&self.site)
    }

    /// Writes into the audit log what is about to be shown or done.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn audit(&self, act: Act, object: &str) -> Result<(), PageError> {
        let done = self.site.desk.audit(&self.person.by, act, object, self.now).await;
        done.map_err(|fault| PageError::Report(fault.into()))
    }

    /// Whoever is inside, whatever they may do.
    async fn anybody(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, site).await?;
        let tongue = tongue_of(&parts.headers, person.language);
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Ok(Self { site: site.clone(), person, tongue, now: clock::now_ms(), here })
    }

    /// The page that says that this is not for them.
    fn refused(&self) -> Response {
        PageError::Forbidden.shown(self.shell(""))
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
        let visit = Self::anybody(parts, site).await?;
        if visit.person.may_read() {
            return Ok(visit);
        }
        if matches!(visit.person.sight, Sight::Own(_)) && parts.uri.path() == "/" {
            return Err(Redirect::to(&visit.path("/me")).into_response());
        }
        Err(visit.refused())
    }
}

/// Somebody who may change what others may do.
pub struct Admin(pub Visit);

impl FromRequestParts<Site> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let visit = Visit::anybody(parts, site).await?;
        if visit.person.may_admin() { Ok(Self(visit)) } else { Err(visit.refused()) }
    }
}

/// An agent who looks at their own results.
pub struct OwnVisit(pub Visit);

impl FromRequestParts<Site> for OwnVisit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let visit = Visit::anybody(parts, site).await?;
        let own = matches!(visit.person.sight, Sight::Own(_));
        if own { Ok(Self(visit)) } else { Err(visit.refused()) }
    }
}

/// The language of the one who sent these headers: the one chosen on a page, else the browser's.
pub fn tongue(headers: &HeaderMap) -> Tongue {
    tongue_of(headers, None)
}

/// The same for somebody who may have said which language they read.
fn tongue_of(headers: &HeaderMap, said: Option<Tongue>) -> Tongue {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let chosen = texts(header::COOKIE)
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .find_map(Tongue::from_code);
    chosen.or(said).unwrap_or_else(|| {
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
    /// Whether the settings can be changed.
    pub admin: bool,
    /// Whether an agent's own results are all that can be seen.
    pub own: bool,
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
            admin: false,
            own: false,
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
