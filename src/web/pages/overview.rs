//! The first page: how satisfied the centre's callers are, what changed, what waits.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::agents::{Tile, tile};
use super::asked::{Asked, Form};
use super::chart::Chart;
use super::draw::{
    difference_ends, difference_text, known_text, name, rate_text, sampled_text, score_text,
    weighted_text,
};
use super::visit::{Shell, Visit};
use super::{html, page, trends};
use crate::report::ReportError;
use crate::report::agents::RATES;
use crate::report::anonymous::ANONYMOUS;
use crate::report::finest::MONTHS_ONLY;
use crate::report::measures::{Figure, Shape};
use crate::report::overview::{Change, Overview};
use crate::report::targets::{Against, Standing};
use crate::web::Site;
use crate::words::Words;

/// `/`.
pub fn router() -> Router<Site> {
    Router::new().route("/", get(show))
}

/// A figure of the centre with what became of it.
struct Headline {
    tile: Tile,
    /// The change against the period before, in words; empty where there is none to show.
    change: String,
    /// `up`, `down` or `none`.
    mark: &'static str,
    /// Where it stands against its target, in words; empty where it has none.
    target: String,
    /// The same weighted by calls, in words; empty where all calls were asked.
    weighted: String,
}

/// A team, queue or language whose figure changed.
struct Line {
    what: String,
    change: String,
    mark: &'static str,
    link: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    form: Form,
    path: String,
    from: String,
    to: String,
    before: String,
    zone: String,
    headlines: Vec<Headline>,
    changed: Vec<Line>,
    /// How many were compared for the list.
    compared: u64,
    trend: Option<Chart>,
    /// Why figures are weighted, in words; empty where they are not.
    sampled: String,
    /// What waits: words and address.
    /// What waits for somebody: its words, and where it is seen to, if anywhere.
    waiting: Vec<(String, Option<String>)>,
    agents: String,
    empty: bool,
}

async fn show(visit: Visit, RawQuery(query): RawQuery) -> Response {
    page!(visit, query, "/", |asked| {
        let reports = &visit.site.reports;
        let overview = reports.overview(&asked.filter, &visit.viewer()).await?;
        let trend = match reports.trend(&asked.filter, None, &visit.viewer()).await {
            // What has no weeks has no line of them; the figures stand all the same.
            Err(ReportError::Asked { code: ANONYMOUS | MONTHS_ONLY, .. }) => None,
            trend => trend?,
        };
        let viewer = visit.viewer();
        let open = visit.site.desk.open_cases().await.map_err(ReportError::from)?;
        let open = open.into_iter().filter(|(team, _)| viewer.sees_team(team.as_deref()));
        let open_cases = open.map(|(_, n)| n).sum();
        let form = asked.form(&visit, &visit.path("/")).await?;
        let shell = visit.shell("overview");
        let words = shell.words;
        let trend = trend.map(|trend| {
            let key = &trend.figure.key;
            let target = overview.targets.iter().find(|against| against.measure == *key);
            trends::chart(words, &trend, target.map(|against| against.target), |from, to| {
                let query = asked.query_days(from, to, &[("measure", key)]);
                Some(format!("{}{query}", visit.path("/interviews")))
            })
        });
        let query = asked.query(&[]);
        html(&OverviewPage {
            path: visit.path("/"),
            from: overview.from.clone(),
            to: overview.to.clone(),
            before: format!("{} – {}", overview.before_from, overview.before_to),
            zone: overview.time_zone.clone(),
            headlines: headlines(words, &overview),
            sampled: sampled_text(words, overview.sampled),
            changed: changed(words, &overview, &asked, &visit),
            compared: overview.compared,
            waiting: waiting(words, &overview, open_cases, &visit, &query),
            agents: format!("{}{query}", visit.path("/agents")),
            empty: form.choices.empty,
            trend,
            form,
            shell,
        })
    })
}

fn headlines(words: &Words, overview: &Overview) -> Vec<Headline> {
    let change = |key: &str, shape: &Shape| {
        let found = overview.changes.iter().find(|change| change.measure == key);
        let Some(change) = found else { return (String::new(), "none") };
        let difference = difference_text(shape, change.difference);
        let interval = difference_ends(words, shape, change.low, change.high);
        let places = [("difference", (&difference).into()), ("interval", (&interval).into())];
        (words.fill(change_key(change.change), &places), mark(change.change))
    };
    let scored = overview.figures.iter().filter(|f| !matches!(f.shape, Shape::Choice { .. }));
    let mut found: Vec<Headline> = scored
        .filter_map(|figure| {
            let measured = overview.now.measures.get(&figure.key)?;
            let (change, mark) = change(&figure.key, &figure.shape);
            let against = overview.targets.iter().find(|against| against.measure == figure.key);
            Some(Headline {
                tile: tile(words, figure, measured),
                change,
                mark,
                target: against.map(|a| target_text(words, &figure.shape, a)).unwrap_or_default(),
                weighted: weighted_text(words, &figure.shape, measured),
            })
        })
        .take(5)
        .collect();
    let share = Shape::YesNo { satisfied: 1 };
    let headline = |rate: &str, tile: Tile| {
        let (change, mark) = change(rate, &share);
        let against = overview.targets.iter().find(|against| against.measure == rate);
        let target = against.map(|a| target_text(words, &share, a)).unwrap_or_default();
        Headline { tile, change, mark, target, weighted: String::new() }
    };
    let rate = overview.now.answer_rate.map(rate_text);
    let plain = |key: &str, value: String, note: String| Tile {
        name: words.say(key),
        meaning: words.say(&format!("{key}-meaning")),
        value,
        few: false,
        note,
        bar: None,
        link: None,
    };
    let offered = words.fill("agents-of-offered", &[("n", overview.now.offered.into())]);
    let tile = match rate {
        Some((value, interval)) => {
            let note = format!("{}\n{interval}\n{offered}", words.say("interval-of"));
            plain("agents-rate", value, note)
        }
        None => plain("agents-rate", "–".into(), words.say("agents-nobody-offered")),
    };
    let [answer, response, reach] = RATES;
    found.push(headline(answer, tile));
    let now = &overview.now;
    for (name, key, rate, reason) in [
        (response, "overview-response", now.response_rate, now.response_rate_reason),
        (reach, "rates-reach", now.reach, now.reach_reason),
    ] {
        let (value, note) = known_text(words, rate, reason, now.coverage);
        let note = match rate {
            Some(_) => format!("{}\n{note}", words.say("interval-of")),
            None => note,
        };
        found.push(headline(name, plain(key, value, note)));
    }
    found
}

fn target_text(words: &Words, shape: &Shape, against: &Against) -> String {
    let target = score_text(shape, against.target);
    let key = match (against.state, against.needed) {
        (Standing::Reached, _) => "target-reached",
        (Standing::Missed, _) => "target-missed",
        (Standing::NotYetClear, Some(_)) => "target-open-n",
        (Standing::NotYetClear, None) => "target-open",
    };
    let needed = against.needed.unwrap_or_default();
    words.fill(key, &[("target", (&target).into()), ("n", needed.into())])
}

fn change_key(change: Change) -> &'static str {
    match change {
        Change::Up => "change-up",
        Change::Down => "change-down",
        Change::NotBeyondChance => "change-none",
    }
}

fn mark(change: Change) -> &'static str {
    match change {
        Change::Up => "up",
        Change::Down => "down",
        Change::NotBeyondChance => "none",
    }
}

fn changed(words: &Words, overview: &Overview, asked: &Asked, visit: &Visit) -> Vec<Line> {
    let figure = |key: &str| overview.figures.iter().find(|figure| figure.key == key);
    let lines = overview.changed_most.iter().take(8).filter_map(|one| {
        let figure: &Figure = figure(&one.changed.measure)?;
        let shape = &figure.shape;
        let called = match one.by {
            "language" => super::asked::language_in(words, &one.name),
            _ => one.name.clone(),
        };
        let by = words.say(&format!("filter-{}", one.by));
        let difference = difference_text(shape, one.changed.difference);
        let interval = difference_ends(words, shape, one.changed.low, one.changed.high);
        let (now, before) = (score_text(shape, one.score), score_text(shape, one.score_before));
        let places = [
            ("difference", (&difference).into()),
            ("interval", (&interval).into()),
            ("now", (&now).into()),
            ("n", one.n.into()),
            ("before", (&before).into()),
            ("nbefore", one.n_before.into()),
        ];
        Some(Line {
            what: format!("{by} {called}: {}", name(words, figure)),
            change: words.fill("overview-changed", &places),
            mark: mark(one.changed.change),
            link: format!("{}{}", visit.path("/agents"), asked.query(&[(one.by, &one.name)])),
        })
    });
    lines.collect()
}

fn waiting(
    words: &Words,
    overview: &Overview,
    open_cases: u64,
    visit: &Visit,
    query: &str,
) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    if overview.waiting.answers > 0 {
        let n = overview.waiting.answers;
        found.push((words.fill("overview-unsaved", &[("n", n.into())]), None));
    }
    if open_cases > 0 {
        let text = words.fill("overview-cases", &[("n", open_cases.into())]);
        found.push((text, Some(visit.path("/cases"))));
    }
    if overview.not_linked > 0 {
        let text = words.fill("overview-unlinked", &[("n", overview.not_linked.into())]);
        found.push((text, Some(format!("{}{query}", visit.path("/unlinked")))));
    }
    found
}
