//! Agents' stays in teams, as records say them, and who is behind an agent's code.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::{get, post};

use super::{Admin, Fields, Part, day, shown};
use crate::report::{People, ReportError};
use crate::web::Site;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};
use crate::web::reports::pairs;

/// Stays on one page.
const PAGE: usize = 200;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/settings/teams", get(page))
        .route("/settings/teams/look-up", post(look_up))
}

/// One stay of an agent.
struct Line {
    code: String,
    name: String,
    team: String,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "settings-teams.html")]
struct TeamsPage {
    part: Part,
    shell: crate::web::pages::Shell,
    stays: Vec<Line>,
    /// Whether agents appear by codes, or not at all.
    coded: bool,
    hidden: bool,
    /// The way to the next page.
    next: Option<String>,
    /// The agent who was looked up: code shown, own code, name.
    found: Option<(String, String, String)>,
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let at = asked.iter().find(|(name, _)| name == "at").and_then(|(_, at)| at.parse().ok());
    let part = Part::of(&visit, "teams");
    shown(&visit, list(&visit, part, at.unwrap_or(0), None)).await
}

async fn list(
    visit: &Visit,
    part: Part,
    at: usize,
    found: Option<(String, String, String)>,
) -> Result<Response, PageError> {
    let viewer = visit.viewer();
    let stays = visit.site.desk.agent_stays().await.map_err(ReportError::from)?;
    let lens = visit.site.reports.lens(&viewer);
    let mut all: Vec<Line> = stays
        .iter()
        .filter_map(|stay| {
            let (code, name) = lens.shown(&stay.code, &stay.name)?;
            let from = stay.from_ms.filter(|from| *from > 0);
            Some(Line {
                code,
                name,
                team: stay.team.clone().unwrap_or_default(),
                from: from.map_or_else(String::new, |from| day(visit, from)),
                to: stay.to_ms.map_or_else(String::new, |to| day(visit, to - 1)),
            })
        })
        .collect();
    // The order of the agents' own codes would tell who is who.
    if viewer.people != People::Named {
        all.sort_by(|a, b| a.code.cmp(&b.code));
    }
    let next = (all.len() > at.saturating_add(PAGE))
        .then(|| visit.path(&format!("/settings/teams?at={}", at + PAGE)));
    html(&TeamsPage {
        shell: part.shell.clone(),
        stays: all.into_iter().skip(at).take(PAGE).collect(),
        coded: viewer.people == People::Coded,
        hidden: viewer.people == People::Team,
        next,
        found,
        part,
    })
}

async fn look_up(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let part = Part::of(&visit, "teams");
        let code = fields.get("code").to_uppercase();
        // Where codes are not shown there is nothing to look up.
        let coded = visit.viewer().people == People::Coded;
        let found = if coded { visit.site.reports.behind(&code).await? } else { None };
        let Some((own, name)) = found else {
            let sentence = part.shell.say("settings-look-up-none");
            return list(&visit, part.with_fault(sentence), 0, None).await.map(super::wrong);
        };
        let desk = &visit.site.desk;
        desk.looked_up(&own, &visit.person.by, visit.now).await.map_err(ReportError::from)?;
        list(&visit, part, 0, Some((code, own, name))).await
    })
    .await
}
