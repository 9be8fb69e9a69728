//! Commands on people who sign in; they work beside a running server.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use super::AppError;
use super::command::{AddUser, OneUser, RoleOfUser, User};
use super::records::known;
use crate::clock;
use crate::desk::audit::By;
use crate::desk::people::{NewUser, PeopleError};
use crate::web::access::Role;
use crate::words::Tongue;

impl From<PeopleError> for AppError {
    fn from(fault: PeopleError) -> Self {
        match fault {
            PeopleError::Store(fault) => Self::Store(fault),
            other => Self::Wrong(other.to_string()),
        }
    }
}

pub(super) async fn user(user: User) -> Result<ExitCode, AppError> {
    match user {
        User::Add(add) => add_user(add).await,
        User::List(settings) => {
            let app = known(&settings).await?;
            let now = clock::now_ms();
            for one in app.site.desk.people().await? {
                let teams = one.teams_now(now).join(", ");
                let out = if one.user.disabled_ms.is_some() { "disabled" } else { "" };
                let agent = one.user.agent.unwrap_or_default();
                let (email, name, role) = (one.user.email, one.user.name, one.user.role);
                say!("{email}\t{name}\t{role}\t{teams}\t{agent}\t{out}");
            }
            Ok(ExitCode::SUCCESS)
        }
        User::Disable(OneUser { email, settings }) => {
            let app = known(&settings).await?;
            let desk = &app.site.desk;
            desk.disable(desk.person(&email).await?, &By::Command, clock::now_ms()).await?;
            say!("{email} can no longer come in");
            Ok(ExitCode::SUCCESS)
        }
        User::Enable(OneUser { email, settings }) => {
            let app = known(&settings).await?;
            let desk = &app.site.desk;
            desk.enable(desk.person(&email).await?, &By::Command, clock::now_ms()).await?;
            say!("{email} can come in again");
            Ok(ExitCode::SUCCESS)
        }
        User::Password(OneUser { email, settings }) => {
            let app = known(&settings).await?;
            let desk = &app.site.desk;
            let user = desk.person(&email).await?;
            desk.set_password(user, password()?, &By::Command, clock::now_ms()).await?;
            say!("the new password of {email} holds; all sessions have ended");
            Ok(ExitCode::SUCCESS)
        }
        User::Role(RoleOfUser { email, role, agent, settings }) => {
            let role = of_people(&role, agent.as_deref())?;
            let app = known(&settings).await?;
            let desk = &app.site.desk;
            let user = desk.person(&email).await?;
            desk.set_role(user, role.word(), agent, &By::Command, clock::now_ms()).await?;
            say!("{email} is {} now", role.word());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn add_user(add: AddUser) -> Result<ExitCode, AppError> {
    let role = of_people(&add.role, add.agent.as_deref())?;
    if let Some(language) = &add.language
        && Tongue::from_code(language).is_none()
    {
        let message = format!("--language {language}: there are en, lt, lv, pl and ta");
        return Err(AppError::Usage(message));
    }
    let app = known(&add.settings).await?;
    let password = if add.no_password { None } else { Some(password()?) };
    let new = NewUser {
        email: add.email,
        name: add.name,
        role: role.word().to_owned(),
        password,
        language: add.language,
        agent: add.agent,
        teams: add.team,
    };
    let email = new.email.clone();
    app.site.desk.add_user(new, &By::Command, clock::now_ms()).await?;
    say!("{email} can sign in at {}/sign-in", app.site.config.public_url);
    Ok(ExitCode::SUCCESS)
}

/// The role of that word, if people can have it.
fn of_people(word: &str, agent: Option<&str>) -> Result<Role, AppError> {
    let role: Role = word.parse().map_err(AppError::Usage)?;
    if !role.of_people() {
        return Err(AppError::Usage("the role feed is for tokens; see aftercall token".into()));
    }
    if role == Role::Agent && agent.is_none_or(str::is_empty) {
        return Err(AppError::Usage("for the role agent say which one: --agent CODE".into()));
    }
    Ok(role)
}

/// The first line of standard input.
fn password() -> Result<String, AppError> {
    if std::io::stdin().is_terminal() {
        eprintln!("Password (it is shown while you type), then Enter:");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(AppError::io("no password can be read"))?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(AppError::io("no password can be read"))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
