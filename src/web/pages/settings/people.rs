//! Everybody who signs in, and the form that adds somebody.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::{Admin, Fields, Part, done, moment, shown, wrong};
use crate::desk::people::{NewUser, PeopleError};
use crate::report::ReportError;
use crate::web::Site;
use crate::web::access::Role;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};
use crate::words::Tongue;

pub(super) fn router() -> Router<Site> {
    Router::new().route("/settings", get(page).post(add))
}

/// Somebody in the list.
struct Line {
    link: String,
    name: String,
    email: String,
    role: String,
    teams: String,
    /// When they were last here; empty if they are not signed in.
    seen: String,
    disabled: bool,
}

#[derive(Template)]
#[template(path = "settings-people.html")]
struct PeoplePage {
    part: Part,
    shell: crate::web::pages::Shell,
    people: Vec<Line>,
    roles: Vec<(&'static str, String)>,
    languages: Vec<(&'static str, &'static str)>,
    teams: Vec<String>,
    /// What was typed before, if it has to be put right.
    given: NewUser,
    single: bool,
}

/// Roles that people can have: word, name, what it may do.
pub(super) fn roles(visit: &Visit) -> Vec<(&'static str, String)> {
    let shell = visit.shell("");
    let of_people = Role::ALL.into_iter().filter(|role| role.of_people());
    of_people.map(|role| (role.word(), shell.say(&format!("role-{}", role.word())))).collect()
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let part = Part::after(&visit, "people", query.as_deref());
    shown(&visit, list(&visit, part, NewUser::default())).await
}

async fn list(visit: &Visit, part: Part, given: NewUser) -> Result<Response, PageError> {
    let desk = &visit.site.desk;
    let sessions = desk.live_sessions(visit.now).await.map_err(ReportError::from)?;
    let roles = roles(visit);
    let people = desk.people().await.map_err(ReportError::from)?.into_iter().map(|one| {
        let seen = sessions.iter().find(|session| session.user_id == Some(one.user.id));
        let role = roles.iter().find(|(word, _)| *word == one.user.role);
        Line {
            link: visit.path(&format!("/settings/people/{}", one.user.id)),
            teams: one.teams_now(visit.now).join(", "),
            seen: seen.map_or_else(String::new, |session| moment(visit, session.seen_ms)),
            disabled: one.user.disabled_ms.is_some(),
            role: role.map_or(one.user.role.clone(), |(_, name)| name.clone()),
            name: one.user.name,
            email: one.user.email,
        }
    });
    let people = people.collect();
    let teams = visit.site.reports.choices(&visit.viewer()).await?.teams;
    let languages = Tongue::ALL.map(|tongue| (tongue.code(), tongue.own_name())).into();
    let shell = part.shell.clone();
    let single = visit.site.config.sso.is_some();
    html(&PeoplePage { part, shell, people, roles, languages, teams, given, single })
}

async fn add(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    let new = NewUser {
        email: fields.get("email").to_owned(),
        name: fields.get("name").to_owned(),
        role: fields.get("role").to_owned(),
        password: Some(fields.raw("password").to_owned()).filter(|text| !text.is_empty()),
        language: fields.some("language").filter(|code| Tongue::from_code(code).is_some()),
        agent: fields.some("agent"),
        teams: fields.all("team"),
    };
    shown(&visit, async {
        let part = Part::of(&visit, "people");
        let role = new.role.parse::<Role>().ok().filter(|role| role.of_people());
        let fault = match role {
            None => Some("settings-wrong-role"),
            Some(Role::Agent) if new.agent.is_none() => Some("settings-wrong-agent"),
            Some(_) => None,
        };
        if let Some(key) = fault {
            let sentence = part.shell.say(key);
            return list(&visit, part.with_fault(sentence), new).await.map(wrong);
        }
        match visit.site.desk.add_user(new.clone(), &visit.person.by, visit.now).await {
            Ok(_) => Ok(done(&visit, "/settings", "added")),
            Err(fault) => {
                let sentence = said(&part, fault)?;
                list(&visit, part.with_fault(sentence), new).await.map(wrong)
            }
        }
    })
    .await
}

/// What is wrong with a form on people, in the reader's language.
pub(super) fn said(part: &Part, fault: PeopleError) -> Result<String, PageError> {
    Ok(match fault {
        PeopleError::Email(_) => part.shell.say("settings-wrong-email"),
        PeopleError::Name => part.shell.say("settings-wrong-name"),
        PeopleError::Password => part.shell.say("settings-wrong-password"),
        PeopleError::Taken(email) => part.shell.fill("settings-wrong-taken", "email", &email),
        PeopleError::Unknown(email) => part.shell.fill("settings-wrong-unknown", "email", &email),
        PeopleError::Team => part.shell.say("settings-wrong-team"),
        PeopleError::Days => part.shell.say("settings-wrong-days"),
        PeopleError::Store(fault) => return Err(ReportError::from(fault).into()),
    })
}
