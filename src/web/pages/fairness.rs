//! Are all callers asked? Agents worth a look, and the innocent reasons.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::agents::segment;
use super::asked::Form;
use super::chart::{Chart, Data, Dot, Drawing, Limit, Row, Unit};
use super::draw::{count, known_text, rate_text};
use super::visit::{Shell, Visit};
use super::{html, page};
use crate::report::agents::Rate;
use crate::report::fairness::{Compared, FairRow, FairnessReport, MOST_CALLS};
use crate::web::Site;
use crate::words::Words;

/// Reasons that have nothing to do with the agent, by the ends of their keys.
const INNOCENT: [&str; 6] = ["line", "habit", "route", "hours", "records", "new"];

/// Places along a p chart's limits.
const STEPS: u64 = 40;

/// `/agents/fairness`.
pub fn router() -> Router<Site> {
    Router::new().route("/agents/fairness", get(show))
}

#[derive(Template)]
#[template(path = "fairness.html")]
struct FairnessPage {
    shell: Shell,
    form: Form,
    path: String,
    table: String,
    funnel: String,
    compare: String,
    /// How many are worth a look; empty where nothing is known.
    summary: String,
    /// Who is worth a look.
    looks: Vec<Look>,
    chart: Option<Chart>,
    /// Why nothing is drawn.
    why: String,
    cut: String,
    innocent: Vec<String>,
}

/// Somebody who is worth a look.
struct Look {
    agent: String,
    link: String,
    /// The figures that say so, beside what is expected.
    why: String,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/agents/fairness", |asked| {
        let report = visit.site.reports.fairness(&asked.filter, &visit.viewer()).await?;
        let words = visit.words();
        let path = visit.path("/agents/fairness");
        let query = asked.query(&[]);
        let link =
            |code: &str| format!("{}{query}", visit.path(&format!("/agents/{}", segment(code))));
        let known = report.agents.iter().any(|row| row.reach.own.is_some());
        html(&FairnessPage {
            summary: if known { summary(words, &report) } else { String::new() },
            looks: looks(words, &report, &link),
            chart: known.then(|| chart(words, &report, &link)),
            why: match report.agents.first() {
                None => words.say("fairness-none"),
                Some(_) if !asked.filter.all_calls() => words.say("rates-why-filtered"),
                Some(_) => words.say("fairness-unknown"),
            },
            cut: match report.cut {
                true => words.fill("fairness-cut", &[("n", MOST_CALLS.into())]),
                false => String::new(),
            },
            innocent: INNOCENT.map(|one| words.say(&format!("fairness-innocent-{one}"))).to_vec(),
            form: asked.form(&visit, &path).await?,
            table: format!("{}{query}", visit.path("/agents")),
            funnel: format!("{}{query}", visit.path("/agents/funnel")),
            compare: format!("{}{query}", visit.path("/agents/compare")),
            shell: visit.shell("agents"),
            path,
        })
    })
}

fn stands_out(row: &FairRow) -> bool {
    row.reach.stands_out() || row.answered.stands_out()
}

fn looks(words: &Words, report: &FairnessReport, link: &dyn Fn(&str) -> String) -> Vec<Look> {
    let why = |row: &FairRow| {
        let both = [("rates-reach", &row.reach), ("fairness-answer-look", &row.answered)];
        let said = both.into_iter().filter(|(_, compared)| compared.stands_out());
        let said = said.map(|(key, compared)| {
            let what = words.say(key);
            let (own, expected) = (text(compared.own), percent(compared.expected));
            let places = [("what", &what), ("own", &own), ("expected", &expected)];
            words.fill("fairness-why", &places.map(|(name, text)| (name, text.into())))
        });
        said.collect::<Vec<_>>().join("; ")
    };
    let out = report.agents.iter().filter(|row| stands_out(row));
    out.map(|row| Look { agent: called(row), link: link(&row.agent), why: why(row) }).collect()
}

fn summary(words: &Words, report: &FairnessReport) -> String {
    let n = report.agents.iter().filter(|row| stands_out(row)).count();
    let of = report.agents.iter().filter(|row| row.reach.look != "not_known").count();
    words.fill("fairness-summary", &[("n", (n as u64).into()), ("of", (of as u64).into())])
}

fn called(row: &FairRow) -> String {
    match row.name.is_empty() {
        true => row.agent.clone(),
        false => format!("{} ({})", row.name, row.agent),
    }
}

/// A rate with its interval; a dash where it is not known.
fn text(rate: Option<Rate>) -> String {
    rate.map_or_else(
        || "–".into(),
        |rate| {
            let (value, interval) = rate_text(rate);
            format!("{value} ({interval})")
        },
    )
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{:.0}\u{a0}%", share * 100.0))
}

/// What is said of a rate; why not, where nothing is.
fn look(words: &Words, row: &FairRow, compared: &Compared) -> String {
    match (compared.look, row.reason) {
        ("not_known", Some(reason)) => known_text(words, None, Some(reason), row.coverage).1,
        ("not_known", None) => words.say("fairness-few"),
        (word, _) => words.say(&format!("fairness-{word}")),
    }
}

fn cells(words: &Words, row: &FairRow) -> Vec<String> {
    vec![
        called(row),
        look(words, row, &row.reach),
        text(row.reach.own),
        percent(row.reach.expected),
        row.reach.own.map_or_else(|| "–".into(), |rate| count(rate.n)),
        look(words, row, &row.answered),
        text(row.unanswered),
        percent(row.answered.expected.map(|expected| 1.0 - expected)),
        row.median_seconds.map_or_else(|| "–".into(), |seconds| format!("{seconds:.0}")),
        text(row.ended_by_agent),
        text(row.coverage),
    ]
}

fn chart(words: &Words, report: &FairnessReport, link: &dyn Fn(&str) -> String) -> Chart {
    let centre = report.centre.map_or(0.0, |rate| rate.score);
    let points = report.agents.iter().filter_map(|row| {
        let own = row.reach.own?;
        let expected = row.reach.expected.unwrap_or(centre);
        Some(Dot {
            label: called(row),
            x: own.n as f64,
            y: (centre + own.score - expected).clamp(0.0, 1.0),
            mark: if row.reach.stands_out() { "below" } else { "as_expected" },
            tip: format!(
                "{}\n{} {}\n{} {}\n{}\nn\u{a0}=\u{a0}{}",
                called(row),
                words.say("rates-reach"),
                text(Some(own)),
                words.say("fairness-expected"),
                percent(row.reach.expected),
                look(words, row, &row.reach),
                own.n
            ),
            link: Some(link(&row.agent)),
        })
    });
    let points: Vec<Dot> = points.collect();
    let calls = || points.iter().map(|point| point.x as u64);
    let (least, most) = (calls().min().unwrap_or(1), calls().max().unwrap_or(1));
    let heads = [
        "agents-column",
        "fairness-look",
        "rates-reach",
        "fairness-expected",
        "fairness-calls",
        "fairness-answer-look",
        "fairness-unanswered",
        "fairness-expected",
        "fairness-seconds",
        "fairness-ended",
        "fairness-coverage",
    ];
    let rows = report
        .agents
        .iter()
        .map(|row| Row { link: Some(link(&row.agent)), cells: cells(words, row) });
    Chart {
        title: words.say("rates-reach"),
        summary: words.say("fairness-limits"),
        size: "tall",
        heads: heads.map(|key| words.say(key)).to_vec(),
        rows: rows.collect(),
        data: Data::of(&Drawing::Funnel {
            unit: Unit::Share,
            answers: words.say("fairness-calls"),
            limits: limits(centre, least, most),
            points,
            centre,
        }),
    }
}

/// The p chart's limits, two and three standard errors from the centre, by number of calls.
fn limits(centre: f64, least: u64, most: u64) -> Vec<Limit> {
    let (least, most) = (least.max(1), most.max(1));
    let step = ((most - least) / STEPS).max(1);
    let sizes = (0..).map(|at| least + at * step).take_while(|n| *n < most).chain([most]);
    let limit = |n: u64| {
        let error = (centre * (1.0 - centre) / n as f64).sqrt();
        let at = |errors: f64| (centre + errors * error).clamp(0.0, 1.0);
        Limit {
            n: n as f64,
            outer_low: at(-3.0),
            low: at(-2.0),
            high: at(2.0),
            outer_high: at(3.0),
        }
    };
    sizes.map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Montgomery's orange-juice cans: 0.0524 to 0.4102 around 0.2313 with 50 in a sample.
    #[test]
    fn limits_of_the_p_chart() {
        let found = limits(0.231_333_333_333, 16, 50);
        let last = found.last().expect("limits");
        assert!((last.outer_low - 0.052_427_548_1).abs() < 1e-9, "{last:?}");
        assert!((last.outer_high - 0.410_239_118_6).abs() < 1e-9, "{last:?}");
        assert_eq!((found[0].n, last.n), (16.0, 50.0));
        assert_eq!(limits(0.5, 0, 1).len(), 1);
    }
}
