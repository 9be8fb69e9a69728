//! Solved at the first contact: what callers said beside whether they called again.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::asked::Form;
use super::draw::{count, difference_ends, difference_text, rate_text};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::agents::Rate;
use crate::report::measures::Shape;
use crate::report::resolution::{MOST_INTERVIEWS, OFTEN, ResolutionReport, Said};
use crate::web::Site;
use crate::words::Words;

/// `/resolution`.
pub fn router() -> Router<Site> {
    Router::new().route("/resolution", get(show))
}

#[derive(Template)]
#[template(path = "resolution.html")]
struct ResolutionPage {
    shell: Shell,
    form: Form,
    path: String,
    about: String,
    /// Why there is no table: title and sentence.
    none: Option<(String, String)>,
    /// Rows of the table: name, quiet, repeat, all.
    rows: Vec<[String; 4]>,
    /// Figures: name and text.
    figures: Vec<(String, String)>,
    /// What is not in the table.
    left_out: Vec<String>,
    cut: String,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/resolution", |asked| {
        let on = visit.site.config.observed_resolution;
        let report = visit.site.reports.resolution(&asked.filter, &visit.viewer(), on).await?;
        let words = visit.words();
        let path = visit.path("/resolution");
        let days = [("days", report.days.into())];
        html(&ResolutionPage {
            about: words.fill("observed-about", &days),
            none: match (report.on, report.n) {
                (false, _) => {
                    Some((words.say("observed-off-title"), words.fill("observed-off", &days)))
                }
                (true, 0) => {
                    Some((words.say("observed-none-title"), words.fill("observed-none", &days)))
                }
                _ => None,
            },
            rows: rows(words, &report),
            figures: figures(words, &report),
            left_out: left_out(words, &report),
            cut: match report.cut {
                true => words.fill("observed-cut", &[("n", MOST_INTERVIEWS.into())]),
                false => String::new(),
            },
            form: asked.form(&visit, &path).await?,
            shell: visit.shell("questions"),
            path,
        })
    })
}

fn rows(words: &Words, report: &ResolutionReport) -> Vec<[String; 4]> {
    let Said { quiet, repeat } = report.yes;
    let all = Said { quiet: quiet + report.no.quiet, repeat: repeat + report.no.repeat };
    let row = |key: &str, said: Said| {
        let sum = said.quiet + said.repeat;
        [words.say(key), count(said.quiet), count(said.repeat), count(sum)]
    };
    vec![row("observed-yes", report.yes), row("observed-no", report.no), row("observed-all", all)]
}

fn figures(words: &Words, report: &ResolutionReport) -> Vec<(String, String)> {
    let rate = |rate: Option<Rate>| {
        rate.map(|rate| {
            let (value, interval) = rate_text(rate);
            format!("{value} ({interval}), n\u{a0}=\u{a0}{}", count(rate.n))
        })
    };
    let share = Shape::YesNo { satisfied: 1 };
    let difference = report.difference.map(|apart| {
        let ends = difference_ends(words, &share, apart.low, apart.high);
        format!("{} ({ends})", difference_text(&share, apart.difference))
    });
    let found = [
        ("observed-asked", rate(report.asked)),
        ("observed-observed", rate(report.observed)),
        ("observed-difference", difference),
        ("observed-agreement", rate(report.agreement)),
        ("observed-kappa", report.kappa.map(|kappa| format!("{kappa:.2}"))),
        ("observed-repeats-yes", rate(report.repeats_of_yes)),
        ("observed-repeats-no", rate(report.repeats_of_no)),
    ];
    let told = |(key, text): (&str, Option<String>)| (words.say(key), text.unwrap_or("–".into()));
    found.map(told).to_vec()
}

fn left_out(words: &Words, report: &ResolutionReport) -> Vec<String> {
    let counted = [
        ("observed-called_back", report.called_back),
        ("observed-often", report.often),
        ("observed-unknown", report.unknown),
        ("observed-young", report.young),
    ];
    let most = OFTEN;
    let told = |(key, n): (&str, u64)| {
        words.fill(key, &[("n", n.into()), ("days", report.days.into()), ("most", most.into())])
    };
    counted.into_iter().filter(|(_, n)| *n > 0).map(told).collect()
}
