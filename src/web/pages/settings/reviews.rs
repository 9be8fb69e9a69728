//! How reviewers mark: low scores beside high ones.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::{Admin, Part, shown};
use crate::report::agents::Rate;
use crate::report::measures::Shape;
use crate::report::reviews::ReviewerRow;
use crate::web::Site;
use crate::web::pages::asked::Asked;
use crate::web::pages::draw::{count, difference_ends, difference_text, rate_text};
use crate::web::pages::{PageError, Visit, html};
use crate::words::Words;

pub(super) fn router() -> Router<Site> {
    Router::new().route("/settings/reviews", get(page))
}

/// One reviewer.
struct Line {
    reviewer: String,
    /// Low and high scores: share marked, and what stands below it.
    low: (String, String),
    high: (String, String),
    /// Low less high, and its interval.
    difference: (String, String),
    /// How many times as often.
    ratio: String,
}

#[derive(Template)]
#[template(path = "settings-reviews.html")]
struct ReviewsPage {
    part: Part,
    shell: crate::web::pages::Shell,
    path: String,
    form: crate::web::pages::asked::Form,
    seen: String,
    lines: Vec<Line>,
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    shown(&visit, made(&visit, query.as_deref())).await
}

async fn made(visit: &Visit, query: Option<&str>) -> Result<Response, PageError> {
    const PATH: &str = "/settings/reviews";
    let asked = match Asked::read(visit, query)? {
        Ok(asked) => asked,
        Err(tidy) => {
            let to = visit.path(&format!("{PATH}{tidy}"));
            return Ok(Redirect::to(&to).into_response());
        }
    };
    let report = visit.site.reports.reviewers(&asked.filter, &visit.viewer()).await?;
    let part = Part::of(visit, "reviews");
    let words = visit.words();
    let path = visit.path(PATH);
    let places = [("low", report.low.into()), ("high", report.high.into())];
    html(&ReviewsPage {
        shell: part.shell.clone(),
        part,
        form: asked.form(visit, &path).await?,
        path,
        seen: words.fill("reviews-seen", &places),
        lines: report.reviewers.iter().map(|row| line(words, row)).collect(),
    })
}

fn line(words: &Words, row: &ReviewerRow) -> Line {
    let share = Shape::YesNo { satisfied: 1 };
    let cell = |rate: Option<Rate>, marked: u64| match rate {
        Some(rate) => {
            let (value, interval) = rate_text(rate);
            let places = [("n", marked.into()), ("of", rate.n.into())];
            (value, format!("{interval} · {}", words.fill("reviews-marked-n", &places)))
        }
        None => (String::from("–"), String::new()),
    };
    let ends = row.difference_low.zip(row.difference_high);
    Line {
        reviewer: row.reviewer.clone(),
        low: cell(row.low, row.low_marked),
        high: cell(row.high, row.high_marked),
        difference: (
            row.difference.map_or_else(|| "–".into(), |d| difference_text(&share, d)),
            ends.map_or_else(String::new, |(low, high)| difference_ends(words, &share, low, high)),
        ),
        ratio: match (row.ratio, row.low_marked + row.high_marked) {
            (Some(ratio), _) => format!("{ratio:.1} ×"),
            (None, 0) => String::from("–"),
            (None, n) => words.fill("reviews-low-only", &[("n", (&count(n)).into())]),
        },
    }
}
