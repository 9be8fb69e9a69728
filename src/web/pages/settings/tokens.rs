//! API tokens: made, shown once, listed, taken back.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::{get, post};

use super::{Admin, Fields, Part, day, done, shown, wrong};
use crate::desk::tokens::TokenError;
use crate::report::ReportError;
use crate::web::access::Role;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};
use crate::web::{Site, random};

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/settings/tokens", get(page).post(add))
        .route("/settings/tokens/revoke", post(revoke))
}

/// A token in the list.
struct Line {
    hash: String,
    name: String,
    role: String,
    teams: String,
    made: String,
}

#[derive(Template)]
#[template(path = "settings-tokens.html")]
struct TokensPage {
    part: Part,
    shell: crate::web::pages::Shell,
    tokens: Vec<Line>,
    roles: Vec<(&'static str, String)>,
    teams: Vec<String>,
    /// The new token, which is shown this once.
    made: Option<String>,
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let part = Part::after(&visit, "tokens", query.as_deref());
    shown(&visit, list(&visit, part, None)).await
}

async fn list(visit: &Visit, part: Part, made: Option<String>) -> Result<Response, PageError> {
    let tokens = visit.site.desk.tokens().await.map_err(ReportError::from)?;
    let of_tokens = Role::ALL.into_iter().filter(|role| role.of_tokens());
    let say = |role: Role| (role.word(), part.shell.say(&format!("token-role-{}", role.word())));
    let roles: Vec<_> = of_tokens.map(say).collect();
    let tokens = tokens.into_iter().map(|token| {
        let teams = token.teams.as_deref().map(serde_json::from_str::<Vec<String>>);
        let role = roles.iter().find(|(word, _)| *word == token.role);
        Line {
            role: role.map_or(token.role.clone(), |(_, name)| name.clone()),
            teams: teams.and_then(Result::ok).unwrap_or_default().join(", "),
            made: day(visit, token.at_ms),
            hash: token.hash,
            name: token.name,
        }
    });
    let tokens = tokens.collect();
    let teams = visit.site.reports.choices(&visit.viewer()).await?.teams;
    html(&TokensPage { shell: part.shell.clone(), tokens, roles, teams, made, part })
}

async fn add(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let part = Part::of(&visit, "tokens");
        let role = fields.get("role").parse::<Role>().ok().filter(|role| role.of_tokens());
        let Some(role) = role else {
            let sentence = part.shell.say("settings-wrong-role");
            return list(&visit, part.with_fault(sentence), None).await.map(wrong);
        };
        let (desk, by, teams) = (&visit.site.desk, &visit.person.by, fields.all("team"));
        let (name, random) = (fields.get("name"), random(&visit.site));
        let made =
            desk.create_limited_token(name, role.word(), &teams, random, by, visit.now).await;
        match made {
            Ok(token) => list(&visit, part, Some(token)).await,
            Err(TokenError::Name) => {
                let sentence = part.shell.say("settings-wrong-name");
                list(&visit, part.with_fault(sentence), None).await.map(wrong)
            }
            Err(TokenError::Team) => {
                let sentence = part.shell.say("settings-wrong-team");
                list(&visit, part.with_fault(sentence), None).await.map(wrong)
            }
            Err(TokenError::Store(fault)) => Err(ReportError::from(fault).into()),
        }
    })
    .await
}

async fn revoke(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let (desk, by) = (&visit.site.desk, &visit.person.by);
        let gone = desk.take_back_token(fields.get("hash"), by, visit.now).await;
        gone.map_err(ReportError::from)?;
        Ok(done(&visit, "/settings/tokens", "revoked"))
    })
    .await
}
