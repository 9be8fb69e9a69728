//! Queues, teams, languages: the same figures for each part of the centre.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::asked::{Asked, Form, channel_in, language_in};
use super::draw::{
    Bar, count, interval_text, known_text, meaning, name, rate_text, sampled_text, score_text,
    too_few, weighted_text,
};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::agents::Figures;
use crate::report::measures::{Figure, Shape};
use crate::report::parts::{By, PartsReport};
use crate::web::Site;
use crate::words::Words;

/// `/queues`; `by` chooses what the centre is split by.
pub fn router() -> Router<Site> {
    Router::new().route("/queues", get(show))
}

/// A figure of one part.
struct Cell {
    label: String,
    value: String,
    sub: String,
    few: bool,
    bar: Option<Bar>,
    /// The same weighted by calls, in words; empty where it is not.
    weighted: String,
}

impl Cell {
    fn plain(label: String, value: String, sub: String, few: bool) -> Self {
        Self { label, value, sub, few, bar: None, weighted: String::new() }
    }
}

/// One part of the centre, or the whole.
struct Line {
    name: String,
    /// The agents of this part; none for the whole.
    link: Option<String>,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "queues.html")]
struct QueuesPage {
    shell: Shell,
    form: Form,
    path: String,
    caption: String,
    /// Why figures are weighted, in words; empty where they are not.
    sampled: String,
    /// Splits to choose: name, address, whether it is shown.
    splits: Vec<(String, String, bool)>,
    /// Columns: name and meaning.
    columns: Vec<(String, String)>,
    lines: Vec<Line>,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/queues", |asked| {
        let by = asked.of_page("by").map_or(Ok(By::Queue), By::from_word)?;
        let report = visit.site.reports.parts(&asked.filter, by, &visit.viewer()).await?;
        let words = visit.words();
        let path = visit.path("/queues");
        let splits = By::ALL.map(|one| {
            let address = format!("{path}{}", asked.query(&[("by", one.word())]));
            (words.say(&format!("filter-{}", one.word())), address, one == by)
        });
        let scored: Vec<&Figure> = scored(&report).collect();
        let mut columns: Vec<_> =
            scored.iter().map(|figure| (name(words, figure), meaning(words, figure))).collect();
        for key in ["agents-offered", "agents-rate", "overview-response", "rates-reach"] {
            columns.push((words.say(key), words.say(&format!("{key}-meaning"))));
        }
        html(&QueuesPage {
            sampled: sampled_text(words, report.sampled),
            caption: words.say(&format!("queues-by-{}", by.word())),
            splits: splits.to_vec(),
            columns,
            lines: lines(words, &report, by, &scored, &asked, &visit),
            form: asked.form(&visit, &path).await?,
            shell: visit.shell("queues"),
            path,
        })
    })
}

fn scored(report: &PartsReport) -> impl Iterator<Item = &Figure> {
    report.figures.iter().filter(|f| !matches!(f.shape, Shape::Choice { .. })).take(5)
}

fn lines(
    words: &Words,
    report: &PartsReport,
    by: By,
    scored: &[&Figure],
    asked: &Asked,
    visit: &Visit,
) -> Vec<Line> {
    let mut lines: Vec<Line> = report
        .parts
        .iter()
        .map(|part| {
            let value = part.name.as_deref();
            let called = match (by, value) {
                (_, None) => words.say("queues-none"),
                (By::Language, Some(code)) => language_in(words, code),
                (By::Channel, Some(word)) => channel_in(words, word),
                (_, Some(name)) => name.to_owned(),
            };
            let link = value.map(|value| {
                format!("{}{}", visit.path("/agents"), asked.query(&[(by.word(), value)]))
            });
            Line { name: called, link, cells: cells(words, scored, &part.figures) }
        })
        .collect();
    if lines.len() > 1 {
        let cells = cells(words, scored, &report.whole);
        lines.push(Line { name: words.say("queues-whole"), link: None, cells });
    }
    lines
}

fn cells(words: &Words, scored: &[&Figure], figures: &Figures) -> Vec<Cell> {
    let of = |figure: &&Figure| {
        let label = name(words, figure);
        let Some(m) = figures.measures.get(&figure.key) else {
            let value = words.say("not-asked");
            return Cell::plain(label, value, String::new(), true);
        };
        let score = m.score.filter(|_| m.enough);
        let interval = interval_text(words, &figure.shape, m);
        Cell {
            label,
            value: match score {
                Some(score) => score_text(&figure.shape, score),
                None => too_few(words, &figure.shape, m.n),
            },
            sub: match score {
                Some(_) => format!("{interval} · n\u{a0}=\u{a0}{}", count(m.n)),
                None => interval,
            },
            weighted: weighted_text(words, &figure.shape, m),
            few: score.is_none(),
            bar: Some(Bar::of(words, figure, m)),
        }
    };
    let mut cells: Vec<Cell> = scored.iter().map(of).collect();
    let started = words.fill("agents-started-n", &[("n", figures.started.into())]);
    let offered = words.say("agents-offered");
    cells.push(Cell::plain(offered, count(figures.offered), started, false));
    let rate = figures.answer_rate.map(rate_text);
    let few = rate.is_none();
    let (value, sub) = rate.unwrap_or_else(|| ("–".into(), String::new()));
    cells.push(Cell::plain(words.say("agents-rate"), value, sub, few));
    for (key, rate, reason) in [
        ("overview-response", figures.response_rate, figures.response_rate_reason),
        ("rates-reach", figures.reach, figures.reach_reason),
    ] {
        let (value, sub) = known_text(words, rate, reason, figures.coverage);
        cells.push(Cell::plain(words.say(key), value, sub, rate.is_none()));
    }
    cells
}
