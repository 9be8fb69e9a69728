//! Answers read together: expected and found, feelings, comparisons, and what hardly fits.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::asked::{Asked, Form};
use super::chart::{Chart, Data, Dot, Drawing, Row};
use super::draw::{Part, count, ends_text, rate_text, score_text, too_few};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::agents::Rate;
use crate::report::measures::Shape;
use crate::report::together::{Choices, Dimension, Gaps, ResponseErrors};
use crate::web::Site;
use crate::words::Words;

/// `/together`.
pub fn router() -> Router<Site> {
    Router::new().route("/together", get(show))
}

/// One question whose choices mean something.
struct Block {
    title: String,
    /// What is asked, and in which language.
    text: Option<(String, String)>,
    /// The balance, or words in place of it.
    net: String,
    few: bool,
    interval: String,
    /// Choices: what they mean, bar, callers, share.
    choices: Vec<(String, Part, String, String)>,
}

/// One kind of mark.
struct Mark {
    what: String,
    n: String,
    share: String,
    interval: String,
}

/// Marks of interviews.
struct Errors {
    summary: String,
    cut: String,
    marks: Vec<Mark>,
    /// The interviews; none where there are none.
    link: Option<String>,
}

#[derive(Template)]
#[template(path = "together.html")]
struct TogetherPage {
    shell: Shell,
    form: Form,
    path: String,
    gaps: Option<Chart>,
    /// What stands below the gaps: which version, whether it was cut.
    notes: Vec<String>,
    emotions: Vec<Block>,
    comparisons: Vec<Block>,
    errors: Option<Errors>,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/together", |asked| {
        let report = visit.site.reports.together(&asked.filter, &visit.viewer()).await?;
        let words = visit.words();
        let path = visit.path("/together");
        let block = |choices: &Choices| block(words, choices);
        html(&TogetherPage {
            gaps: report.gaps.as_ref().map(|gaps| chart(words, gaps)),
            notes: report.gaps.as_ref().map(|gaps| notes(words, gaps)).unwrap_or_default(),
            emotions: report.emotions.iter().map(block).collect(),
            comparisons: report.comparisons.iter().map(block).collect(),
            errors: report.response_errors.as_ref().map(|e| errors(words, e, &asked, &visit)),
            form: asked.form(&visit, &path).await?,
            shell: visit.shell("questions"),
            path,
        })
    })
}

fn notes(words: &Words, gaps: &Gaps) -> Vec<String> {
    let places = [
        ("survey", (&gaps.survey).into()),
        ("version", (&gaps.version).into()),
        ("n", gaps.n.into()),
    ];
    let cut = gaps.cut.then(|| words.fill("together-cut", &[("n", gaps.n.into())]));
    std::iter::once(words.fill("together-gap-of", &places)).chain(cut).collect()
}

/// A number with a true minus and two digits.
fn signed(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    match (text.as_str(), value < 0.0) {
        ("0.00", _) => text,
        (_, true) => format!("−{text}"),
        (_, false) => format!("+{text}"),
    }
}

fn gap_text(words: &Words, of: &Dimension) -> String {
    if !of.enough {
        return too_few(words, &Shape::YesNo { satisfied: 1 }, of.n);
    }
    let Some((low, high)) = of.low.zip(of.high) else { return signed(of.gap) };
    let (low, high) = (signed(low), signed(high));
    let interval = words.fill("interval-to", &[("low", (&low).into()), ("high", (&high).into())]);
    format!("{} ({interval})", signed(of.gap))
}

fn chart(words: &Words, gaps: &Gaps) -> Chart {
    let mean = |of: &Dimension, value: f64| match of.enough {
        true => format!("{value:.2}"),
        false => String::from("–"),
    };
    let enough = || gaps.dimensions.iter().filter(|of| of.enough);
    let points = enough().map(|of| Dot {
        label: of.dimension.clone(),
        x: of.expectation,
        y: of.perception,
        mark: "",
        tip: format!("{}: {}", of.dimension, gap_text(words, of)),
        link: None,
    });
    let rows = gaps.dimensions.iter().map(|of| Row {
        link: None,
        cells: vec![
            of.dimension.clone(),
            format!("{}–{}", of.scale_low, of.scale_high),
            mean(of, of.expectation),
            mean(of, of.perception),
            gap_text(words, of),
            count(of.n),
        ],
    });
    let widest = enough().min_by(|a, b| a.gap.total_cmp(&b.gap));
    // Below nothing, beyond chance.
    let short = enough().filter(|of| of.high.is_some_and(|high| high < 0.0)).count() as u64;
    let summary = match widest {
        None => words.say("together-gap-few"),
        Some(of) => {
            let gap = gap_text(words, of);
            let places = [
                ("dimension", (&of.dimension).into()),
                ("gap", (&gap).into()),
                ("short", short.into()),
                ("of", (enough().count() as u64).into()),
            ];
            words.fill("together-gap-summary", &places)
        }
    };
    let axes = [words.say("together-expected"), words.say("together-found")];
    let heads = ["dimension", "scale", "expected", "found", "gap-head", "n"];
    Chart {
        title: words.say("together-gap"),
        summary,
        size: "",
        heads: heads.map(|head| words.say(&format!("together-{head}"))).to_vec(),
        rows: rows.collect(),
        data: Data::of(&Drawing::Sides { axes, points: points.collect() }),
    }
}

fn block(words: &Words, of: &Choices) -> Block {
    let shape = Shape::Nps;
    let net = of.net.filter(|_| of.enough);
    let code = words.tongue().code();
    let text = of.words.iter().find(|(own, _)| own == code).or(of.words.first());
    let places = |rate: Rate| {
        let (share, interval) = rate_text(rate);
        format!("{share} ({interval})")
    };
    let choices = of.choices.iter().map(|choice| {
        let means = words.say(&format!("together-{}", choice.means));
        let values = [("key", u64::from(choice.key).into()), ("means", (&means).into())];
        let label = words.fill("together-choice", &values);
        let good = ["positive", "better"].contains(&choice.means);
        let part = Part::of(words, &label, choice.n, of.n, good);
        (label, part, count(choice.n), choice.share.map(places).unwrap_or_default())
    });
    let ends = of.low.zip(of.high);
    Block {
        title: format!("{} · {}", of.survey, of.question),
        text: text.cloned(),
        net: match net {
            Some(net) => score_text(&shape, net),
            None => too_few(words, &shape, of.n),
        },
        few: net.is_none(),
        interval: ends.map_or_else(String::new, |(low, high)| {
            let interval = ends_text(words, &shape, low, high);
            format!("{} {interval}, n\u{a0}=\u{a0}{}", words.say("interval-of"), count(of.n))
        }),
        choices: choices.collect(),
    }
}

fn errors(words: &Words, found: &ResponseErrors, asked: &Asked, visit: &Visit) -> Errors {
    let marks = found.marks.iter().map(|mark| {
        let (share, interval) = mark.share.map(rate_text).unwrap_or_default();
        let what = words.say(&format!("together-error-{}", mark.mark));
        Mark { what, n: count(mark.n), share, interval }
    });
    let marked = found.marked.filter(|rate| rate.score > 0.0);
    Errors {
        summary: match found.marked {
            Some(rate) => {
                let (share, interval) = rate_text(rate);
                let places = [
                    ("share", (&share).into()),
                    ("interval", (&interval).into()),
                    ("n", found.n.into()),
                ];
                words.fill("together-errors-share", &places)
            }
            None => words.say("no-answers"),
        },
        cut: match found.cut {
            true => words.fill("together-cut", &[("n", found.n.into())]),
            false => String::new(),
        },
        marks: marks.collect(),
        link: marked.map(|_| {
            format!("{}{}", visit.path("/interviews"), asked.query(&[("clashing", "yes")]))
        }),
    }
}
