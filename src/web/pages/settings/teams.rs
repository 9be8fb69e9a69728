//! Agents' stays in teams with their dates, and who is behind an agent's code.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::{get, post};

use super::{Admin, Fields, Part, day, done, shown, wrong};
use crate::desk::import::{AgentLine, StayError};
use crate::report::{People, ReportError};
use crate::web::Site;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};
use crate::web::reports::pairs;

/// Stays on one page.
const PAGE: usize = 200;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/settings/teams", get(page).post(put))
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
    /// What was typed into the form of a stay that could not be kept.
    given: AgentLine,
    teams: Vec<String>,
}

impl TeamsPage {
    fn given(&self, field: &str) -> &str {
        let given = &self.given;
        let field = match field {
            "code" => &given.code,
            "name" => &given.name,
            "team" => &given.team,
            "from" => &given.from,
            _ => &given.to,
        };
        field.as_deref().unwrap_or_default()
    }
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.as_deref());
    let at = asked.iter().find(|(name, _)| name == "at").and_then(|(_, at)| at.parse().ok());
    let part = Part::after(&visit, "teams", query.as_deref());
    shown(&visit, list(&visit, part, at.unwrap_or(0), None, AgentLine::default())).await
}

/// Keeps an agent's stay in a team.
async fn put(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    let given = AgentLine {
        code: fields.some("code"),
        name: fields.some("name"),
        team: fields.some("team"),
        from: fields.some("from"),
        to: fields.some("to"),
    };
    shown(&visit, async {
        // Where agents appear by codes, a code that is shown means the agent behind it.
        let mut line = given.clone();
        if visit.viewer().people == People::Coded
            && let Some((own, _)) = visit.site.reports.behind(fields.get("code")).await?
        {
            line.code = Some(own);
        }
        let fault = match (&given.code, &given.team, fields.date("from"), fields.date("to")) {
            (None, ..) => Some("settings-stay-code"),
            (_, None, ..) => Some("settings-stay-team"),
            (_, _, Some(from), Some(to)) if to < from => Some("settings-stay-order"),
            _ => None,
        };
        let part = Part::of(&visit, "teams");
        let sentence = match fault {
            Some(key) => part.shell.say(key),
            None => match visit.site.desk.put_agent(line, &visit.person.by, visit.now).await {
                Ok(()) => return Ok(done(&visit, "/settings/teams", "saved")),
                Err(StayError::Wrong(_)) => part.shell.say("settings-stay-wrong"),
                Err(StayError::Store(fault)) => return Err(ReportError::from(fault).into()),
            },
        };
        list(&visit, part.with_fault(sentence), 0, None, given.clone()).await.map(wrong)
    })
    .await
}

async fn list(
    visit: &Visit,
    part: Part,
    at: usize,
    found: Option<(String, String, String)>,
    given: AgentLine,
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
        given,
        teams: visit.site.reports.choices(&viewer).await?.teams,
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
            return list(&visit, part.with_fault(sentence), 0, None, AgentLine::default())
                .await
                .map(wrong);
        };
        let desk = &visit.site.desk;
        desk.looked_up(&own, &visit.person.by, visit.now).await.map_err(ReportError::from)?;
        list(&visit, part, 0, Some((code, own, name)), AgentLine::default()).await
    })
    .await
}
