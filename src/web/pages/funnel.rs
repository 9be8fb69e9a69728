//! The agents as a funnel plot, and two agents or periods beside each other.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;

use super::agents::segment;
use super::asked::{Asked, Form};
use super::chart::{Chart, Data, Dot, Drawing, Limit, Row, Unit};
use super::draw::{
    difference_ends, difference_text, ends_text, interval_text, meaning, name, score_text, too_few,
};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::funnel::{Funnel, WIDE};
use crate::report::measures::{Figure, Measured};
use crate::report::overview::Change;
use crate::report::pairs::Pair;
use crate::report::{AgentsReport, Filter, ReportError};
use crate::web::Site;
use crate::words::Words;

/// `/agents/funnel` and `/agents/compare`.
pub fn router() -> Router<Site> {
    Router::new().route("/agents/funnel", get(funnel_page)).route("/agents/compare", get(two_page))
}

#[derive(Template)]
#[template(path = "funnel.html")]
struct FunnelPage {
    shell: Shell,
    form: Form,
    path: String,
    table: String,
    compare: String,
    fairness: String,
    chart: Option<Chart>,
    /// φ̂ in words.
    spread: String,
    /// Whether one interview may count for several agents.
    shared: bool,
    /// Figures to choose: key, name, address, whether it is shown.
    figures: Vec<(String, String, bool)>,
}

async fn funnel_page(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/agents/funnel", |asked| {
        let report = visit.site.reports.agents(&asked.filter, &visit.viewer(), visit.now).await?;
        let words = visit.words();
        let chosen = asked.of_page("measure");
        let compared: Vec<&Figure> =
            report.figures.iter().filter(|figure| report.funnel(figure).is_some()).collect();
        let figure = match chosen {
            Some(key) => compared.iter().find(|figure| figure.key == key),
            None => compared.first(),
        };
        let funnel = figure.and_then(|figure| Some((*figure, report.funnel(figure)?)));
        let path = visit.path("/agents/funnel");
        let figures = compared.iter().map(|one| {
            let address = format!("{path}{}", asked.query(&[("measure", &one.key)]));
            let here = figure.is_some_and(|figure| figure.key == one.key);
            (name(words, one), address, here)
        });
        let query = asked.query(&[]);
        html(&FunnelPage {
            figures: figures.collect(),
            shared: report.shared,
            spread: funnel.as_ref().map_or_else(String::new, |(_, f)| spread(words, f)),
            chart: funnel.map(|(figure, funnel)| {
                chart(words, figure, &funnel, &|code| {
                    format!("{}{query}", visit.path(&format!("/agents/{}", segment(code))))
                })
            }),
            form: asked.form(&visit, &path).await?,
            table: format!("{}{query}", visit.path("/agents")),
            compare: format!("{}{query}", visit.path("/agents/compare")),
            fairness: format!("{}{query}", visit.path("/agents/fairness")),
            shell: visit.shell("agents"),
            path,
        })
    })
}

fn spread(words: &Words, funnel: &Funnel) -> String {
    let Some(phi) = funnel.overdispersion else { return String::new() };
    let key = if phi > WIDE { "agents-funnel-wide" } else { "agents-funnel-even" };
    words.fill(key, &[("phi", format!("{phi:.2}").as_str().into())])
}

fn chart(words: &Words, figure: &Figure, funnel: &Funnel, link: &dyn Fn(&str) -> String) -> Chart {
    let text = |value: f64| score_text(&figure.shape, value);
    let called = |name: &str, code: &str| {
        if name.is_empty() { code.to_owned() } else { format!("{name} ({code})") }
    };
    let verdict = |word: &str| words.say(&format!("verdict-{word}"));
    let ends = |(low, high): (f64, f64)| ends_text(words, &figure.shape, low, high);
    let points = funnel.points.iter().map(|point| Dot {
        label: called(&point.name, &point.code),
        x: point.n as f64,
        y: point.adjusted,
        mark: point.verdict.word(),
        tip: format!(
            "{}\n{} {} ({}) · {} {}\n{}\nn\u{a0}=\u{a0}{}",
            called(&point.name, &point.code),
            name(words, figure),
            text(point.observed),
            ends(point.interval),
            words.say("agents-expected"),
            text(point.expected),
            verdict(point.verdict.word()),
            point.n
        ),
        link: Some(link(&point.code)),
    });
    let rows = funnel.points.iter().map(|point| Row {
        link: Some(link(&point.code)),
        cells: vec![
            called(&point.name, &point.code),
            point.n.to_string(),
            text(point.observed),
            ends(point.interval),
            text(point.expected),
            text(point.adjusted),
            verdict(point.verdict.word()),
        ],
    });
    let limits = funnel.limits.iter().map(|(n, at)| Limit {
        n: *n as f64,
        outer_low: at.low_998,
        low: at.low_95,
        high: at.high_95,
        outer_high: at.high_998,
    });
    Chart {
        title: format!("{}: {}", words.say("agents-funnel-title"), name(words, figure)),
        summary: words.say("agents-funnel-note"),
        size: "tall",
        heads: vec![
            words.say("agents-column"),
            words.say("trend-n"),
            name(words, figure),
            words.say("interval-of"),
            words.say("agents-expected"),
            words.say("agents-adjusted"),
            words.say("agents-verdict"),
        ],
        rows: rows.collect(),
        data: Data::of(&Drawing::Funnel {
            unit: Unit::Share,
            answers: words.say("trend-n"),
            points: points.collect(),
            limits: limits.collect(),
            centre: funnel.centre,
        }),
    }
}

/// A figure of both sides.
struct Line {
    name: String,
    meaning: String,
    one: String,
    other: String,
    difference: String,
    mark: &'static str,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct TwoPage {
    shell: Shell,
    form: Form,
    path: String,
    table: String,
    funnel: String,
    fairness: String,
    /// Agents to choose: code and name.
    agents: Vec<(String, String)>,
    one: String,
    other: String,
    /// Heads of the two columns.
    heads: [String; 2],
    lines: Vec<Line>,
    /// Whether two agents stand beside each other, not two periods.
    of_agents: bool,
    /// First and last day of the second period.
    days: [String; 2],
    /// The filters, to be kept by the form.
    kept: Vec<(String, String)>,
}

async fn two_page(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/agents/compare", |asked| {
        let words = visit.words();
        let reports = &visit.site.reports;
        let report = reports.agents(&asked.filter, &visit.viewer(), visit.now).await?;
        let agents = choices(&report);
        let code = |name: &str| asked.of_page(name).unwrap_or_default().to_owned();
        let (one, other) = (code("one"), code("other"));
        // Only agents of this view may be chosen: whoever sees a team compares within it.
        for chosen in [&one, &other].into_iter().filter(|code| !code.is_empty()) {
            if !agents.iter().any(|(code, _)| code == chosen) {
                let sentence = words.fill("compare-unknown", &[("code", chosen.into())]);
                return Err(ReportError::Asked { code: "unknown_agent", sentence }.into());
            }
        }
        let of_agents = !one.is_empty() && !other.is_empty();
        let days = other_days(&asked)?.unwrap_or_else(|| asked.filter.before());
        let pairs = match of_agents {
            true => reports.two_agents(&asked.filter, &one, &other, &visit.viewer()).await?,
            false => {
                let agent = [&one, &other].into_iter().find(|code| !code.is_empty()).cloned();
                let agent = agent.or_else(|| asked.filter.agent.clone());
                let filter = Filter { agent, ..asked.filter.clone() };
                reports.two_periods(&filter, days, &visit.viewer()).await?
            }
        };
        let called = |code: &String| {
            let found = agents.iter().find(|(own, _)| own == code);
            found.map_or_else(|| code.clone(), |(_, name)| name.clone())
        };
        let heads = match of_agents {
            true => [called(&one), called(&other)],
            false => {
                let who = [&one, &other].into_iter().find(|code| !code.is_empty());
                let who = who.map(|code| format!("{}, ", called(code))).unwrap_or_default();
                [(asked.filter.from, asked.filter.to), days]
                    .map(|(from, to)| format!("{who}{from} – {to}"))
            }
        };
        let path = visit.path("/agents/compare");
        let query = asked.query(&[]);
        html(&TwoPage {
            lines: pairs.iter().map(|pair| line(words, pair)).collect(),
            kept: asked.kept(),
            form: asked.form(&visit, &path).await?,
            table: format!("{}{query}", visit.path("/agents")),
            funnel: format!("{}{query}", visit.path("/agents/funnel")),
            fairness: format!("{}{query}", visit.path("/agents/fairness")),
            shell: visit.shell("agents"),
            path,
            agents,
            one,
            other,
            heads,
            of_agents,
            days: [days.0, days.1].map(|day| day.to_string()),
        })
    })
}

/// The days of the second period, where the address names some.
fn other_days(asked: &Asked) -> Result<Option<(Date, Date)>, ReportError> {
    let day = |name: &str| {
        let text = asked.of_page(name).filter(|text| !text.is_empty());
        text.map(|text| {
            text.parse::<Date>().map_err(|_| ReportError::Asked {
                code: "bad_date",
                sentence: format!("{name} is \"{text}\", which is no date such as 2026-01-31"),
            })
        })
        .transpose()
    };
    match (day("other_from")?, day("other_to")?) {
        (Some(from), Some(to)) if from <= to => Ok(Some((from, to))),
        (Some(_), Some(_)) => Err(ReportError::Asked {
            code: "bad_range",
            sentence: "other_to lies before other_from".into(),
        }),
        _ => Ok(None),
    }
}

fn choices(report: &AgentsReport) -> Vec<(String, String)> {
    let mut agents: Vec<(String, String)> = Vec::new();
    for row in &report.agents {
        if !agents.iter().any(|(code, _)| *code == row.agent) {
            let name = if row.name.is_empty() { &row.agent } else { &row.name };
            agents.push((row.agent.clone(), name.clone()));
        }
    }
    agents
}

fn line(words: &Words, pair: &Pair) -> Line {
    let shape = &pair.figure.shape;
    let text = |measured: &Option<Measured>| match measured {
        None => words.say("not-asked"),
        Some(m) => match m.score.filter(|_| m.enough) {
            Some(score) => format!(
                "{} ({}), n\u{a0}=\u{a0}{}",
                score_text(shape, score),
                interval_text(words, shape, m),
                m.n
            ),
            None => too_few(words, shape, m.n),
        },
    };
    let (difference, mark) = match &pair.difference {
        None => ("–".into(), "none"),
        Some((difference, low, high, change)) => {
            let places = format!(
                "{} ({})",
                difference_text(shape, *difference),
                difference_ends(words, shape, *low, *high)
            );
            match change {
                Change::Up => (places, "up"),
                Change::Down => (places, "down"),
                Change::NotBeyondChance => {
                    (format!("{places}, {}", words.say("compare-chance")), "none")
                }
            }
        }
    };
    Line {
        name: name(words, &pair.figure),
        meaning: meaning(words, &pair.figure),
        one: text(&pair.one),
        other: text(&pair.other),
        difference,
        mark,
    }
}
