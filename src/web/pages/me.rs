//! An agent's own results: complete weeks, nothing of single calls.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::draw::{interval_text, meaning, name, score_text};
use super::visit::OwnVisit;
use super::{PageError, Shell, html};
use crate::report::measures::{Figure, Measured};
use crate::report::own::{Own, WEEKS};
use crate::web::Site;

/// `/me`.
pub fn router() -> Router<Site> {
    Router::new().route("/me", get(me))
}

/// One figure of one week, in words.
struct Cell {
    /// What the column is called.
    label: String,
    /// The score, or why there is none.
    value: String,
    /// Interval and n.
    sub: String,
    /// There is no score.
    few: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    shell: Shell,
    /// Names and meanings of the measures.
    columns: Vec<(String, String)>,
    /// All shown weeks together.
    together: Vec<Cell>,
    /// Days and figures of each week.
    weeks: Vec<(String, Vec<Cell>)>,
    floor: u64,
}

async fn me(OwnVisit(visit): OwnVisit) -> Response {
    let shell = visit.shell("me");
    let made: Result<Response, PageError> = async {
        let own = visit.site.reports.own(&visit.viewer(), visit.now).await?;
        html(&page(visit.shell("me"), &own))
    }
    .await;
    made.unwrap_or_else(|fault| fault.shown(shell))
}

fn page(shell: Shell, own: &Own) -> MePage {
    debug_assert!(own.weeks.len() <= WEEKS);
    let line = |measures: &[Option<Measured>]| -> Vec<Cell> {
        let both = own.figures.iter().zip(measures);
        both.map(|(figure, one)| cell(&shell, figure, one.as_ref(), own.floor)).collect()
    };
    let weeks = own.weeks.iter().filter(|week| week.measures.iter().any(Option::is_some));
    let weeks = weeks.map(|week| (format!("{} – {}", week.from, week.to), line(&week.measures)));
    MePage {
        columns: own
            .figures
            .iter()
            .map(|figure| (name(shell.words, figure), meaning(shell.words, figure)))
            .collect(),
        together: line(&own.together),
        weeks: weeks.collect(),
        floor: own.floor,
        shell,
    }
}

fn cell(shell: &Shell, figure: &Figure, one: Option<&Measured>, floor: u64) -> Cell {
    let label = name(shell.words, figure);
    let Some(one) = one else {
        let value = shell.fill("me-under-floor", "n", floor);
        return Cell { label, value, sub: String::new(), few: true };
    };
    match one.score.filter(|_| one.enough) {
        Some(score) => Cell {
            label,
            value: score_text(&figure.shape, score),
            sub: format!("{} · n = {}", interval_text(shell.words, &figure.shape, one), one.n),
            few: false,
        },
        None => Cell {
            label,
            value: shell.fill("me-too-few", "n", one.n),
            sub: String::new(),
            few: true,
        },
    }
}
