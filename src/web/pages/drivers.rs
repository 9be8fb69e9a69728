//! What goes together with satisfaction: importance against performance.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::asked::Form;
use super::chart::{Chart, Data, Dot, Drawing, Row};
use super::draw::{measure, rate_text};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::drivers::{Driver, DriversReport};
use crate::web::Site;
use crate::words::Words;

/// `/drivers`.
pub fn router() -> Router<Site> {
    Router::new().route("/drivers", get(show))
}

#[derive(Template)]
#[template(path = "drivers.html")]
struct DriversPage {
    shell: Shell,
    form: Form,
    path: String,
    chart: Option<Chart>,
    /// Why nothing is drawn; empty where something is.
    why: String,
    /// What stands below: which version, R², whether it was cut.
    notes: Vec<String>,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/drivers", |asked| {
        let report = visit.site.reports.drivers(&asked.filter, &visit.viewer()).await?;
        let words = visit.words();
        let path = visit.path("/drivers");
        let why = why(words, report.as_ref());
        let drawn = report.as_ref().filter(|report| !report.attributes.is_empty());
        html(&DriversPage {
            chart: drawn.map(|report| chart(words, report)),
            notes: drawn.map(|report| notes(words, report)).unwrap_or_default(),
            why,
            form: asked.form(&visit, &path).await?,
            shell: visit.shell("questions"),
            path,
        })
    })
}

fn why(words: &Words, report: Option<&DriversReport>) -> String {
    match report.map(|report| (report.reason, report)) {
        None => words.say("drivers-not-asked"),
        Some((None, _)) => String::new(),
        Some((Some("too_few"), report)) => words
            .fill("drivers-too-few", &[("n", report.n.into()), ("needed", report.needed.into())]),
        Some((Some(_), _)) => words.say("drivers-constant"),
    }
}

fn notes(words: &Words, report: &DriversReport) -> Vec<String> {
    let r2 = format!("{:.0}", report.r_squared.unwrap_or(0.0) * 100.0);
    let places = [
        ("survey", (&report.survey).into()),
        ("version", (&report.version).into()),
        ("n", report.n.into()),
        ("share", (&r2).into()),
    ];
    let mut notes = vec![words.fill("drivers-of", &places)];
    if report.cut {
        notes.push(words.fill("drivers-cut", &[("n", report.n.into())]));
    }
    if report.attributes.iter().any(|attribute| !attribute.separable) {
        notes.push(words.say("drivers-not-separable-note"));
    }
    notes
}

/// What an attribute is called.
pub fn called(words: &Words, driver: &Driver) -> String {
    match driver.measure.as_str() {
        "" | "attribute" => driver.asks.clone(),
        word => measure(words, word),
    }
}

fn chart(words: &Words, report: &DriversReport) -> Chart {
    let percent = |part: f64| format!("{:.0}", part * 100.0);
    let importance = |driver: &Driver| {
        format!(
            "{}\u{a0}% ({}–{}\u{a0}%)",
            percent(driver.importance),
            percent(driver.importance_low),
            percent(driver.importance_high)
        )
    };
    let apart = |driver: &Driver| match driver.separable {
        true => String::new(),
        false => words.say("drivers-not-separable"),
    };
    let points = report.attributes.iter().map(|driver| {
        let (satisfied, interval) = rate_text(driver.satisfied);
        Dot {
            label: called(words, driver),
            x: driver.satisfied.score,
            y: driver.importance,
            mark: "",
            tip: format!(
                "{}\n{} {satisfied} ({interval})\n{} {}\nn\u{a0}=\u{a0}{}",
                called(words, driver),
                words.say("drivers-satisfied"),
                words.say("drivers-importance"),
                importance(driver),
                driver.satisfied.n
            ),
            link: None,
        }
    });
    let rows = report.attributes.iter().map(|driver| {
        let (satisfied, interval) = rate_text(driver.satisfied);
        Row {
            link: None,
            cells: vec![
                called(words, driver),
                importance(driver),
                format!("{satisfied} ({interval})"),
                format!("{:.2}", driver.correlation),
                driver.satisfied.n.to_string(),
                apart(driver),
            ],
        }
    });
    Chart {
        title: words.say("drivers-heading"),
        summary: words.say("drivers-note"),
        size: "",
        heads: [
            "drivers-attribute",
            "drivers-importance",
            "drivers-satisfied",
            "drivers-correlation",
            "trend-n",
            "drivers-remark",
        ]
        .map(|key| words.say(key))
        .to_vec(),
        rows: rows.collect(),
        data: Data::of(&Drawing::Drivers {
            axes: [words.say("drivers-satisfied"), words.say("drivers-importance")],
            points: points.collect(),
        }),
    }
}
