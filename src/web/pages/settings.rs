//! The settings: who may do what, tokens, targets, what is shown of people, the audit log. For
//! admins only; each part stands on a page of its own, and each form posts and goes back to it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::civil::Date;

use super::visit::{Admin, Visit};
use super::{PageError, Shell};
use crate::clock;
use crate::web::Site;
use crate::web::reports::pairs;

mod log;
mod people;
mod person;
mod reviews;
mod shown;
mod targets;
mod teams;
mod tokens;

/// Largest form, in bytes.
const FORM: usize = 64 * 1024;

/// `/settings` and what lies under it.
pub fn router() -> Router<Site> {
    Router::new()
        .merge(people::router())
        .merge(person::router())
        .merge(teams::router())
        .merge(tokens::router())
        .merge(targets::router())
        .merge(shown::router())
        .merge(reviews::router())
        .merge(log::router())
        .layer(DefaultBodyLimit::max(FORM))
}

/// The frame of one part, with the way to the others.
#[derive(Clone, Debug)]
pub struct Part {
    /// The frame.
    pub shell: Shell,
    /// Which part it is.
    pub here: &'static str,
    /// What came of the form sent before: whether it is a fault, and the sentence.
    pub said: Option<(bool, String)>,
}

impl Part {
    /// That part, before any form was sent.
    pub fn of(visit: &Visit, here: &'static str) -> Self {
        Self { shell: visit.shell("settings"), here, said: None }
    }

    /// The same after a form was sent whose outcome the address names.
    fn after(visit: &Visit, here: &'static str, query: Option<&str>) -> Self {
        let part = Self::of(visit, here);
        const SAID: [&str; 10] = [
            "added", "saved", "removed", "disabled", "enabled", "ended", "password", "revoked",
            "team", "target",
        ];
        let said = pairs(query).into_iter().find(|(name, _)| name == "said").map(|(_, v)| v);
        let said = said.filter(|word| SAID.contains(&word.as_str()));
        let said = said.map(|word| (false, part.shell.say(&format!("settings-said-{word}"))));
        Self { said, ..part }
    }

    /// The same with a fault of the form that was sent.
    fn with_fault(self, sentence: String) -> Self {
        Self { said: Some((true, sentence)), ..self }
    }

    /// Parts: path, what it is called, whether it is this one.
    pub fn parts(&self) -> Vec<(String, String, bool)> {
        let all = [
            ("people", "/settings", "settings-people"),
            ("teams", "/settings/teams", "settings-teams"),
            ("tokens", "/settings/tokens", "settings-tokens"),
            ("targets", "/settings/targets", "settings-targets"),
            ("shown", "/settings/shown", "settings-shown"),
            ("reviews", "/settings/reviews", "settings-reviews"),
            ("deliveries", "/settings/deliveries", "deliveries-title"),
            ("log", "/settings/log", "settings-log"),
        ];
        let one = |(part, path, key): (&'static str, &str, &str)| {
            (format!("{}{path}", self.shell.base), self.shell.say(key), part == self.here)
        };
        all.map(one).into()
    }
}

/// What a form says.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(body: &str) -> Self {
        Self(pairs(Some(body)))
    }

    /// The value of that field, without space around it; empty if there is none.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// The value as it was typed.
    fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The value, if there is one.
    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.is_empty())
    }

    /// All values of a field that can be chosen more than once.
    fn all(&self, name: &str) -> Vec<String> {
        let of_name = self.0.iter().filter(|(n, value)| n == name && !value.trim().is_empty());
        of_name.map(|(_, value)| value.trim().to_owned()).collect()
    }

    fn date(&self, name: &str) -> Option<Date> {
        let date = self.get(name).parse::<Date>().ok();
        date.filter(|date| (1970..=9999).contains(&date.year()))
    }
}

/// The first moment of a local day, UTC milliseconds.
fn begins(visit: &Visit, date: Date) -> i64 {
    let zone = visit.site.config.time_zone.clone();
    date.to_zoned_datetime(zone).map_or_else(
        |_| clock::day_of(date) * 86_400_000,
        |begins| begins.timestamp().as_millisecond(),
    )
}

/// The local day of a moment.
fn day(visit: &Visit, at: i64) -> String {
    clock::date(clock::day(at, &visit.site.config.time_zone)).to_string()
}

/// Local day and time of a moment.
fn moment(visit: &Visit, at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    let at = at.to_zoned_datetime(visit.site.config.time_zone.clone());
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Back to a part, which says what was done.
fn done(visit: &Visit, path: &str, said: &str) -> Response {
    Redirect::to(&visit.path(&format!("{path}?said={said}"))).into_response()
}

/// A page that shows what is wrong with the form that was sent.
fn wrong(page: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// The page, or the one that says why there is none.
async fn shown(visit: &Visit, page: impl Future<Output = Result<Response, PageError>>) -> Response {
    page.await.unwrap_or_else(|fault| fault.shown(visit.shell("settings")))
}
