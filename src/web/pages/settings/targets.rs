//! Targets of measures, for the centre or a team, from a day on.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::{get, post};

use super::{Admin, Fields, Part, done, shown, wrong};
use crate::clock;
use crate::desk::targets::Target;
use crate::report::ReportError;
use crate::report::agents::RATES;
use crate::survey::Kind;
use crate::web::Site;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/settings/targets", get(page).post(set))
        .route("/settings/targets/remove", post(remove))
}

/// A target in the list.
struct Line {
    measure: String,
    name: String,
    team: String,
    value: String,
    from: String,
    from_day: i64,
}

#[derive(Template)]
#[template(path = "settings-targets.html")]
struct TargetsPage {
    part: Part,
    shell: crate::web::pages::Shell,
    targets: Vec<Line>,
    measures: Vec<(String, String)>,
    teams: Vec<String>,
    today: String,
}

/// Measures of the surveys that can be asked and that have a score, and rates.
fn measures(visit: &Visit) -> BTreeSet<String> {
    let scored = |kind: &Kind| matches!(kind, Kind::Scale { .. } | Kind::YesNo { .. });
    let mut found: BTreeSet<String> = RATES.map(str::to_owned).into();
    for survey in visit.site.desk.surveys() {
        let questions = survey.questions.iter().filter(|question| scored(&question.kind));
        found.extend(questions.map(|question| question.measure.clone()));
    }
    found
}

/// What a target is of, in words.
fn name(visit: &Visit, measure: &str) -> String {
    let [answer, response, reach] = RATES;
    let key = match measure {
        rate if rate == answer => "agents-rate",
        rate if rate == response => "overview-response",
        rate if rate == reach => "rates-reach",
        score => return score.to_uppercase(),
    };
    visit.words().say(key)
}

/// The net promoter score counts in points from −100 to 100, all others are shares.
fn in_points(measure: &str) -> bool {
    measure == "nps"
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let part = Part::after(&visit, "targets", query.as_deref());
    shown(&visit, list(&visit, part)).await
}

async fn list(visit: &Visit, part: Part) -> Result<Response, PageError> {
    let targets = visit.site.desk.targets().await.map_err(ReportError::from)?;
    let targets = targets.into_iter().map(|target| Line {
        name: name(visit, &target.measure),
        value: if in_points(&target.measure) {
            number(target.value, 1000).replace('-', "−")
        } else {
            format!("{}\u{a0}%", number(target.value, 10))
        },
        from: clock::date(target.from_day).to_string(),
        from_day: target.from_day,
        measure: target.measure,
        team: target.team,
    });
    let targets = targets.collect();
    let measures = measures(visit).into_iter().map(|one| (one.clone(), name(visit, &one)));
    let measures = measures.collect();
    let teams = visit.site.reports.choices(&visit.viewer()).await?.teams;
    let today = visit.site.reports.today(visit.now).to_string();
    html(&TargetsPage { shell: part.shell.clone(), targets, measures, teams, today, part })
}

/// A stored value in its unit, without zeros at the end.
#[expect(clippy::cast_precision_loss, reason = "targets are small numbers")]
fn number(stored: i64, unit: i64) -> String {
    format!("{}", stored as f64 / unit as f64)
}

async fn set(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let part = Part::of(&visit, "targets");
        let measure = fields.get("measure").to_owned();
        let points = in_points(&measure);
        let value = fields.get("value").replace(',', ".").replace('−', "-").parse::<f64>().ok();
        let range = if points { -100.0..=100.0 } else { 0.0..=100.0 };
        let value = value.filter(|value| range.contains(value));
        let stored = value.map(|value| (value * if points { 1000.0 } else { 10.0 }).round());
        let known = measures(&visit).contains(&measure);
        let (Some(stored), Some(from), true) = (stored, fields.date("from"), known) else {
            let sentence = part.shell.say("settings-wrong-target");
            return list(&visit, part.with_fault(sentence)).await.map(wrong);
        };
        #[expect(clippy::cast_possible_truncation, reason = "within a hundred thousand")]
        let value = stored as i64;
        let team = fields.get("team").to_owned();
        let target = Target { measure, team, from_day: clock::day_of(from), value };
        let (desk, by) = (&visit.site.desk, &visit.person.by);
        desk.set_target(&target, by, visit.now).await.map_err(ReportError::from)?;
        Ok(done(&visit, "/settings/targets", "target"))
    })
    .await
}

async fn remove(Admin(visit): Admin, body: String) -> Response {
    let fields = Fields::read(&body);
    shown(&visit, async {
        let from_day = fields.get("from").parse().map_err(|_| PageError::Missing)?;
        let (desk, by) = (&visit.site.desk, &visit.person.by);
        let (measure, team) = (fields.get("measure"), fields.get("team"));
        let gone = desk.drop_target(measure, team, from_day, by, visit.now).await;
        gone.map_err(ReportError::from)?;
        Ok(done(&visit, "/settings/targets", "removed"))
    })
    .await
}
