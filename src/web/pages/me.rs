//! An agent's own results: complete weeks, nothing of single calls.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::draw::{interval_text, meaning, name, score_text};
use super::visit::OwnVisit;
use super::{PageError, Shell, html};
use crate::report::measures::{Figure, Measured, Rank, Verdict};
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
    /// The last week, month and quarter: its name, its days, and how each figure compared.
    judged: Vec<(String, String, Vec<Cell>)>,
    /// Days and figures of each week.
    weeks: Vec<(String, Vec<Cell>)>,
    floor: u64,
    /// Keys of what is said of weeks, or of months.
    about: &'static str,
    nothing: &'static str,
    caption: &'static str,
    column: &'static str,
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
    let [about, nothing, caption, column] = match own.by_months {
        true => ["me-about-months", "me-nothing-about-months", "me-months", "me-month"],
        false => ["me-about", "me-nothing-about", "me-weeks", "me-week"],
    };
    let line = |measures: &[Option<Measured>]| -> Vec<Cell> {
        let both = own.figures.iter().zip(measures);
        both.map(|(figure, one)| cell(&shell, figure, one.as_ref(), own.floor)).collect()
    };
    let weeks = own.weeks.iter().filter(|week| week.measures.iter().any(Option::is_some));
    let weeks = weeks.map(|week| (format!("{} – {}", week.from, week.to), line(&week.measures)));
    let judged = own.judged.iter().filter(|one| one.verdicts.iter().any(Option::is_some));
    let judged = judged.map(|one| {
        let cells = own.figures.iter().zip(&one.verdicts);
        (
            shell.say_of("period", one.period.word()),
            format!("{} – {}", one.from, one.to),
            cells
                .map(|(figure, verdict)| compared_cell(&shell, figure, verdict.as_ref()))
                .collect(),
        )
    });
    MePage {
        judged: judged.collect(),
        columns: own
            .figures
            .iter()
            .map(|figure| (name(shell.words, figure), meaning(shell.words, figure)))
            .collect(),
        together: line(&own.together),
        weeks: weeks.collect(),
        floor: own.floor,
        about,
        nothing,
        caption,
        column,
        shell,
    }
}

fn compared_cell(
    shell: &Shell,
    figure: &Figure,
    compared: Option<&(Verdict, Option<Rank>)>,
) -> Cell {
    let label = name(shell.words, figure);
    let Some((verdict, rank)) = compared else {
        return Cell { label, value: shell.say("me-not-compared"), sub: String::new(), few: true };
    };
    // One place alone would be a position.
    let rank = rank.filter(|rank| rank.low < rank.high).map(|rank| {
        let places = [("low", rank.low.into()), ("high", rank.high.into()), ("of", rank.of.into())];
        shell.words.fill("agent-rank", &places)
    });
    Cell {
        label,
        value: shell.say_of("verdict", verdict.word()),
        sub: rank.unwrap_or_default(),
        few: *verdict == Verdict::TooFew,
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
