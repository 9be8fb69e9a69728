//! One person: role, teams with days, password, sessions, whether they may come in.

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::ToSpan;

use super::people::{roles, said};
use super::{Admin, Fields, Part, begins, day, done, moment, shown, wrong};
use crate::desk::audit::By;
use crate::desk::people::{PeopleError, User};
use crate::report::ReportError;
use crate::web::Site;
use crate::web::access::Role;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/settings/people/{id}", get(page))
        .route("/settings/people/{id}/{what}", post(change))
}

/// A team that they see.
struct Stay {
    team: String,
    /// First moment, as the form that takes it back names it.
    from_ms: i64,
    from: String,
    /// Last day; empty while it lasts.
    to: String,
    /// Whether it holds today.
    now: bool,
}

#[derive(Template)]
#[template(path = "settings-person.html")]
struct PersonPage {
    part: Part,
    shell: crate::web::pages::Shell,
    path: String,
    user: User,
    created: String,
    /// It is the reader themself, who cannot shut themself out.
    own: bool,
    roles: Vec<(&'static str, String)>,
    stays: Vec<Stay>,
    teams: Vec<String>,
    today: String,
    /// When each session began and was last used.
    sessions: Vec<(String, String)>,
}

async fn page(Admin(visit): Admin, Path(id): Path<i64>, RawQuery(query): RawQuery) -> Response {
    let part = Part::after(&visit, "people", query.as_deref());
    shown(&visit, one(&visit, part, id)).await
}

async fn one(visit: &Visit, part: Part, id: i64) -> Result<Response, PageError> {
    let desk = &visit.site.desk;
    let all = desk.people().await.map_err(ReportError::from)?;
    let known = all.into_iter().find(|known| known.user.id == id);
    let known = known.ok_or(PageError::Missing)?;
    let sessions = desk.live_sessions(visit.now).await.map_err(ReportError::from)?;
    let sessions = sessions.iter().filter(|session| session.user_id == Some(id));
    let stays = known.teams.iter().map(|stay| Stay {
        team: stay.team.clone(),
        from_ms: stay.from_ms,
        from: day(visit, stay.from_ms),
        to: stay.to_ms.map_or_else(String::new, |to| day(visit, to - 1)),
        now: stay.holds(visit.now),
    });
    html(&PersonPage {
        shell: part.shell.clone(),
        path: visit.path(&format!("/settings/people/{id}")),
        created: day(visit, known.user.created_ms),
        own: visit.person.by == By::User(id),
        roles: roles(visit),
        stays: stays.collect(),
        teams: visit.site.reports.choices(&visit.viewer()).await?.teams,
        today: visit.site.reports.today(visit.now).to_string(),
        sessions: sessions
            .map(|one| (moment(visit, one.created_ms), moment(visit, one.seen_ms)))
            .collect(),
        user: known.user,
        part,
    })
}

async fn change(
    Admin(visit): Admin,
    Path((id, what)): Path<(i64, String)>,
    body: String,
) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let user = visit.site.desk.user(id).await.map_err(ReportError::from)?;
        let user = user.ok_or(PageError::Missing)?;
        let part = Part::of(&visit, "people");
        match changed(&visit, user, &what, &fields).await {
            Ok(word) => Ok(done(&visit, &format!("/settings/people/{id}"), word)),
            Err(Refused::Nothing) => Err(PageError::Missing),
            Err(Refused::Key(key)) => {
                let sentence = part.shell.say(key);
                one(&visit, part.with_fault(sentence), id).await.map(wrong)
            }
            Err(Refused::People(fault)) => {
                let sentence = said(&part, fault)?;
                one(&visit, part.with_fault(sentence), id).await.map(wrong)
            }
        }
    })
    .await
}

/// Why a change was not made.
enum Refused {
    /// There is no such form.
    Nothing,
    /// A text says why.
    Key(&'static str),
    /// The desk says why.
    People(PeopleError),
}

impl<T: Into<PeopleError>> From<T> for Refused {
    fn from(fault: T) -> Self {
        Self::People(fault.into())
    }
}

async fn changed(
    visit: &Visit,
    user: User,
    what: &str,
    fields: &Fields,
) -> Result<&'static str, Refused> {
    let (desk, by, now) = (&visit.site.desk, &visit.person.by, visit.now);
    let (id, own) = (user.id, *by == By::User(user.id));
    match what {
        "role" => {
            let role = fields.get("role").parse::<Role>().ok().filter(|role| role.of_people());
            let agent = fields.some("agent");
            match role {
                None => return Err(Refused::Key("settings-wrong-role")),
                Some(Role::Agent) if agent.is_none() => {
                    return Err(Refused::Key("settings-wrong-agent"));
                }
                Some(role) if own && role != Role::Admin => {
                    return Err(Refused::Key("settings-wrong-own"));
                }
                Some(role) => desk.set_role(user, role.word(), agent, by, now).await?,
            }
            Ok("saved")
        }
        "password" => {
            desk.set_password(user, fields.raw("password").to_owned(), by, now).await?;
            Ok("password")
        }
        "disable" if own => Err(Refused::Key("settings-wrong-own")),
        "disable" => desk.disable(user, by, now).await.map(|()| "disabled").map_err(Into::into),
        "enable" => desk.enable(user, by, now).await.map(|()| "enabled").map_err(Into::into),
        "sessions" => {
            desk.end_sessions(id, by, now).await?;
            Ok("ended")
        }
        "teams" => {
            let Some(from) = fields.date("from") else {
                return Err(Refused::Key("settings-wrong-days"));
            };
            let to = fields.date("to");
            if to.is_none() && !fields.get("to").is_empty() {
                return Err(Refused::Key("settings-wrong-days"));
            }
            // The last day is included.
            let to = to.map(|to| begins(visit, to.saturating_add(1.day())));
            let from = begins(visit, from);
            desk.user_sees(id, fields.get("team"), from, to, by, now).await?;
            Ok("team")
        }
        "leave" => {
            let from = fields.get("from").parse().map_err(|_| Refused::Nothing)?;
            desk.user_never_saw(id, fields.get("team"), from, by, now).await?;
            Ok("removed")
        }
        _ => Err(Refused::Nothing),
    }
}
