//! The questions: how each was answered, where callers left, and in what words it was asked.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::asked::{Form, language_in};
use super::chart::{Chart, Data, Dot, Drawing, Row};
use super::draw::{Part, count, interval_text, measure, rate_text, score_text, too_few};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::measures::Shape;
use crate::report::questions::{Question, VersionAsked};
use crate::web::Site;
use crate::words::Words;

/// `/questions`.
pub fn router() -> Router<Site> {
    Router::new().route("/questions", get(show))
}

/// One question.
struct Block {
    name: String,
    asks: String,
    series: String,
    score: String,
    few: bool,
    interval: String,
    /// Who heard it and what they did, in words.
    heard: Vec<String>,
    /// Values with their bars and counts, the highest first.
    values: Vec<(String, Part, String)>,
    drop: Option<Chart>,
    /// Code, name of the language, text.
    words: Vec<(String, String, String)>,
}

/// One survey version.
struct Version {
    title: String,
    version: String,
    since: String,
    blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    shell: Shell,
    form: Form,
    path: String,
    drivers: String,
    /// What callers said beside whether they called again; only where that is looked at.
    resolution: Option<String>,
    together: String,
    versions: Vec<Version>,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/questions", |asked| {
        let report = visit.site.reports.questions(&asked.filter, &visit.viewer()).await?;
        let words = visit.words();
        let path = visit.path("/questions");
        let versions = report.surveys.iter().map(|asked| version(words, asked));
        html(&QuestionsPage {
            drivers: format!("{}{}", visit.path("/drivers"), asked.query(&[])),
            resolution: visit
                .site
                .config
                .observed_resolution
                .then(|| format!("{}{}", visit.path("/resolution"), asked.query(&[]))),
            together: format!("{}{}", visit.path("/together"), asked.query(&[])),
            versions: versions.collect(),
            form: asked.form(&visit, &path).await?,
            shell: visit.shell("questions"),
            path,
        })
    })
}

fn version(words: &Words, asked: &VersionAsked) -> Version {
    Version {
        title: asked.title.clone(),
        version: asked.version.clone(),
        since: asked.since.clone(),
        blocks: asked.questions.iter().map(|question| block(words, question)).collect(),
    }
}

fn block(words: &Words, question: &Question) -> Block {
    let asks = match question.measure.as_str() {
        "" => question.asks.clone(),
        word => measure(words, word),
    };
    let figure = question.figure.as_ref().zip(question.shape.as_ref());
    let score = figure
        .and_then(|(m, shape)| m.score.filter(|_| m.enough).map(|score| score_text(shape, score)));
    let few = score.is_none();
    let mut heard = vec![words.fill("questions-heard", &[("n", question.heard.into())])];
    if let Some(rate) = question.answered {
        let (share, interval) = rate_text(rate);
        let places = [("share", (&share).into()), ("interval", (&interval).into())];
        heard.push(words.fill("questions-answered", &places));
    }
    for (key, n) in [
        ("questions-skipped", question.skipped),
        ("questions-no-input", question.no_input),
        ("questions-no-match", question.no_match),
        ("questions-left", question.left_total),
    ] {
        if n > 0 {
            heard.push(words.fill(key, &[("n", n.into())]));
        }
    }
    Block {
        name: question.name.clone(),
        series: question.series.clone(),
        score: score.unwrap_or_else(|| match figure {
            Some((m, Shape::Choice { .. })) => words.fill("answers-n", &[("n", m.n.into())]),
            Some((m, shape)) => too_few(words, shape, m.n),
            None => words.say("questions-not-counted"),
        }),
        few,
        interval: figure
            .map(|(m, shape)| {
                let interval = interval_text(words, shape, m);
                if interval.is_empty() {
                    return String::new();
                }
                format!("{} {interval}, n\u{a0}=\u{a0}{}", words.say("interval-of"), count(m.n))
            })
            .unwrap_or_default(),
        heard,
        values: figure
            .map(|(m, shape)| {
                let all = m.n;
                let values = m.values.0.iter().rev();
                values.map(|(value, n)| spread(words, shape, *value, *n, all)).collect()
            })
            .unwrap_or_default(),
        drop: (question.left_total > 0).then(|| drop_chart(words, question, &asks)),
        words: question
            .words
            .iter()
            .map(|(code, text)| (code.clone(), language_in(words, code), text.clone()))
            .collect(),
        asks,
    }
}

fn spread(words: &Words, shape: &Shape, value: u8, n: u64, all: u64) -> (String, Part, String) {
    let label = match (shape, value) {
        (Shape::YesNo { .. }, 0) => words.say("answer-no"),
        (Shape::YesNo { .. }, _) => words.say("answer-yes"),
        (_, value) => value.to_string(),
    };
    let counts = match shape {
        Shape::Scale { satisfied, .. } => satisfied.contains(&value),
        Shape::Nps => value >= 9,
        Shape::YesNo { satisfied } => value == *satisfied,
        Shape::Choice { .. } => true,
    };
    let part = Part::of(words, &label, n, all, counts);
    (label, part, count(n))
}

fn drop_chart(words: &Words, question: &Question, asks: &str) -> Chart {
    let last = question.left.iter().map(|(second, _)| *second).max().unwrap_or(0);
    let of = |second: u8| question.left.iter().find(|(at, _)| *at == second).map_or(0, |(_, n)| *n);
    let label = |second: u8| if second > 60 { "> 60".into() } else { second.to_string() };
    let points = (0..=last).map(|second| Dot {
        label: label(second),
        x: f64::from(second),
        y: of(second) as f64,
        mark: "",
        tip: words.fill(
            "questions-drop-tip",
            &[("n", of(second).into()), ("second", label(second).as_str().into())],
        ),
        link: None,
    });
    let rows = question
        .left
        .iter()
        .map(|(second, n)| Row { link: None, cells: vec![label(*second), n.to_string()] });
    Chart {
        title: words.fill("questions-drop-title", &[("asks", asks.into())]),
        summary: words.fill("questions-drop-note", &[("n", question.left_total.into())]),
        size: "low",
        heads: vec![words.say("questions-second"), words.say("questions-callers")],
        rows: rows.collect(),
        data: Data::of(&Drawing::Steps {
            axes: [words.say("questions-second"), words.say("questions-callers")],
            points: points.collect(),
        }),
    }
}
