//! What is shown of people and how long things are kept: the settings in force, to be read here
//! and changed in the settings file.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::{Admin, Part, shown};
use crate::report::ReportError;
use crate::report::agents::MIN_N;
use crate::web::Site;
use crate::web::pages::html;

pub(super) fn router() -> Router<Site> {
    Router::new().route("/settings/shown", get(page))
}

/// A setting in force.
struct Line {
    /// What it is about.
    name: String,
    /// How it stands.
    value: String,
    /// Where it is changed; empty where it cannot be.
    key: &'static str,
}

#[derive(Template)]
#[template(path = "settings-shown.html")]
struct ShownPage {
    part: Part,
    shell: crate::web::pages::Shell,
    people: Vec<Line>,
    access: Vec<Line>,
    kept: Vec<Line>,
    /// Which days change no more, where there are such days.
    closed: Option<String>,
}

async fn page(Admin(visit): Admin) -> Response {
    let part = Part::of(&visit, "shown");
    let shell = part.shell.clone();
    let config = &visit.site.config;
    let line = |name: &str, value: String, key: &'static str| Line {
        name: shell.say(&format!("shown-{name}")),
        value,
        key,
    };
    let yes = |is: bool| shell.say(if is { "shown-yes" } else { "shown-no" });
    let people_word = shell.say(&format!("shown-people-{}", config.people.word()));
    let zone = config.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let people = vec![
        line("people", people_word, "people"),
        line("people-min", config.people_min_n.to_string(), "people_min_n"),
        line(
            "people-finest",
            shell.say(&format!("shown-finest-{}", config.people_finest.word())),
            "people_finest",
        ),
        line("own-floor", config.people_min_n.max(5).to_string(), "people_min_n"),
        line("score-min", MIN_N.to_string(), ""),
        line("review-own", yes(config.review_own_team), "review_own_team"),
        line("observed", yes(config.observed_resolution), "observed_resolution"),
        line("zone", zone, "time_zone"),
        line("callbacks", yes(config.call.callbacks), "call.callbacks"),
    ];
    let hours = config.access.session_hours.unsigned_abs();
    let access = vec![
        line("password", yes(config.access.password.is_some()), "access.password"),
        line("open", yes(config.access.open), "access.open"),
        line("single", yes(config.sso.is_some()), "sso.issuer"),
        line("session", shell.fill("shown-hours", "n", hours), "access.session_hours"),
    ];
    let retention = &config.retention;
    let kept_for = |days: i64, else_word: &str| match days {
        0 => shell.say(else_word),
        days => shell.fill("shown-days", "n", days.unsigned_abs()),
    };
    let (erased, along) = ("shown-for-good", "shown-with-interview");
    let kept = vec![
        line("kept-interviews", kept_for(retention.interviews, erased), "retention.interviews"),
        line("kept-comments", kept_for(retention.comments, along), "retention.comments"),
        line("kept-callers", kept_for(retention.numbers, along), "retention.numbers"),
        line("kept-numbers", shell.say("shown-until-closed"), "call.callbacks"),
        line("kept-scores", kept_for(retention.agent_scores, erased), "retention.agent_scores"),
        line("kept-sessions", shell.fill("shown-days", "n", 30_u64), ""),
        line("kept-audit", kept_for(retention.audit, erased), "retention.audit"),
    ];
    shown(&visit, async {
        let closed = visit.site.desk.closed_before().await.map_err(ReportError::from)?;
        let closed = closed.map(|day| shell.fill("shown-closed", "day", &day.to_string()));
        html(&ShownPage { part, shell: shell.clone(), people, access, kept, closed })
    })
    .await
}
