//! The page of one agent: each measure with its answers, and the interviews behind them.

use askama::Template;

use super::agents::{Tile, segment, tile};
use super::asked::{Asked, Chosen, Form, label};
use super::chart::Chart;
use super::comments::Playable;
use super::draw::{
    Part, count, difference_text, ends_text, mean_texts, rate_text, score_text, too_few,
};
use super::{Shell, drivers};
use crate::report::AgentsReport;
use crate::report::agents::Rate;
use crate::report::drivers::DriversReport;
use crate::report::interviews::{self, List, Row};
use crate::report::measures::{Figure, Measured, Shape};
use crate::survey::About;
use crate::words::Words;

/// Comments on the page; the link leads to all.
pub const SPOKEN: usize = 5;

/// Attributes on the page; the link leads to all.
const DRIVERS: usize = 4;

/// One value of a scale: what it is called, its bar, its count, where it leads.
pub struct Value {
    /// The key, or the word.
    pub label: String,
    /// Its bar.
    pub part: Part,
    /// How many answers.
    pub count: String,
    /// The interviews with that answer; none where there are none.
    pub link: Option<String>,
    /// The list below shows these.
    pub chosen: bool,
}

/// One measure of the agent.
pub struct Block {
    /// The number.
    pub tile: Tile,
    /// The mean with its interval, in words; empty if it has none or there are too few answers.
    pub mean: String,
    /// What is expected, the verdict and the rank, in words; empty where agents are not compared.
    pub compared: Vec<String>,
    /// The same without the marked answers, in words; empty where none is marked.
    pub reviewed: String,
    /// How many of those who heard the question answered it, in words.
    pub response: String,
    /// All values, the highest first.
    pub values: Vec<Value>,
}

/// The agent in one team.
pub struct Team {
    /// The team at the call.
    pub name: String,
    /// Offered, started, complete and the rest, as words and numbers.
    pub funnel: Vec<(String, String)>,
    /// The measures of what the agent can do something about.
    pub blocks: Vec<Block>,
    /// The measures of the company, its products and the wait.
    pub others: Vec<Block>,
}

#[derive(Template)]
#[template(path = "agent.html")]
pub struct AgentPage {
    shell: Shell,
    form: Form,
    path: String,
    back: String,
    all: String,
    name: String,
    code: String,
    from: String,
    to: String,
    teams: Vec<Team>,
    list: List,
    /// The leading figure week by week.
    trend: Option<Chart>,
    drivers: Option<TeamDrivers>,
    spoken: Vec<Spoken>,
    /// Where all interviews with a comment are.
    all_spoken: String,
    /// What the list is limited to, in words.
    chosen: Option<String>,
    older: Option<String>,
    /// The filters and the chosen answer, for the way back from an interview.
    query: String,
    /// Head of the list, with how many interviews it holds on all its pages.
    caption: String,
}

/// What goes together with satisfaction among the callers of the agent's team.
pub struct TeamDrivers {
    /// The team.
    team: String,
    /// The attributes, the most important first: what was asked for and its figures, in words.
    lines: Vec<(String, String)>,
    /// The page with all of it.
    link: String,
}

impl TeamDrivers {
    /// The drivers of that team.
    pub fn of(words: &Words, team: String, report: &DriversReport, link: String) -> Self {
        let percent = |part: f64| format!("{:.0}\u{a0}%", part * 100.0);
        let lines = report.attributes.iter().take(DRIVERS).map(|driver| {
            let (satisfied, interval) = rate_text(driver.satisfied);
            let importance = percent(driver.importance);
            let low = percent(driver.importance_low);
            let high = percent(driver.importance_high);
            let places = [
                ("importance", (&importance).into()),
                ("low", (&low).into()),
                ("high", (&high).into()),
                ("satisfied", (&satisfied).into()),
                ("interval", (&interval).into()),
                ("n", driver.satisfied.n.into()),
            ];
            (drivers::called(words, driver), words.fill("agent-driver", &places))
        });
        Self { team, lines: lines.collect(), link }
    }
}

/// An interview with what its caller said.
pub struct Spoken {
    /// The interview.
    row: Row,
    /// The recordings.
    comments: Vec<Playable>,
}

impl Spoken {
    /// One of [`crate::report::Reports::spoken`].
    pub fn of(shell: &Shell, row: Row, spoken: &[interviews::Spoken]) -> Self {
        let comments = spoken.iter().map(|one| Playable::of(shell, &row.id, one)).collect();
        Self { row, comments }
    }
}

/// What stands on the page beside the report's figures.
pub struct Agent {
    /// The agent's name; empty if none is known.
    pub name: String,
    /// The interviews.
    pub list: List,
    /// The leading figure week by week.
    pub trend: Option<Chart>,
    /// What goes together with satisfaction in the agent's team, where that can be said.
    pub drivers: Option<TeamDrivers>,
    /// The newest comments.
    pub spoken: Vec<Spoken>,
}

/// The page of the one agent in that report.
pub fn page(
    shell: Shell,
    asked: &Asked,
    form: Form,
    report: &AgentsReport,
    agent: Agent,
    chosen: Option<Chosen<'_>>,
) -> AgentPage {
    let words = shell.words;
    let Agent { name: agent_name, list, trend, drivers, spoken } = agent;
    let code = asked.filter.agent.clone().unwrap_or_default();
    let path = format!("{}/agents/{}", shell.base, segment(&code));
    let teams = report.agents.iter().map(|row| {
        let d = row.figures.dispositions;
        let about_us = |figure: &Figure| !matches!(figure.about, About::Agent | About::Resolution);
        let draw = |figure: &Figure| {
            let measured = row.figures.measures.get(&figure.key)?;
            Some(block(words, figure, measured, chosen, |value| {
                let value = value.to_string();
                let mut more = vec![("measure", figure.key.as_str()), ("score", value.as_str())];
                // The count is of this team; the view's own team stands in the query already.
                if asked.filter.team.is_none() {
                    more.extend(row.team.as_deref().map(|team| ("team", team)));
                }
                format!("{path}{}#interviews", asked.query(&more))
            }))
        };
        let figures = report.figures.iter();
        let (others, blocks): (Vec<&Figure>, Vec<&Figure>) = figures.partition(|f| about_us(f));
        Team {
            name: row.team.clone().unwrap_or_else(|| words.say("agent-no-team")),
            funnel: [
                ("offered", row.figures.offered),
                ("started", row.figures.started),
                ("complete", d.complete),
                ("partial", d.partial),
                ("break_off", d.break_off),
                ("refusal", d.refusal),
                ("no_contact", d.no_contact),
                ("failed", d.failed),
            ]
            .map(|(word, n)| (words.say(&format!("agent-funnel-{word}")), count(n)))
            .to_vec(),
            blocks: blocks.into_iter().filter_map(draw).collect(),
            others: others.into_iter().filter_map(draw).collect(),
        }
    });
    let [(_, measure), (_, score)] = chosen.map(|one| one.pairs()).unwrap_or_default();
    let older = list.next.as_ref().map(|next| {
        let more = [("measure", measure.as_str()), ("score", score.as_str()), ("after", next)];
        format!("{path}{}#interviews", asked.query(&more))
    });
    AgentPage {
        teams: teams.collect(),
        back: format!("{}/agents{}", shell.base, asked.query(&[])),
        all: format!("{path}{}#interviews", asked.query(&[])),
        name: if agent_name.is_empty() { code.clone() } else { agent_name },
        from: report.from.clone(),
        to: report.to.clone(),
        chosen: chosen.map(|one| one.text(words)),
        query: asked.query(&[("measure", measure.as_str()), ("score", score.as_str())]),
        caption: words.fill("agent-interviews-n", &[("n", held(report, chosen).into())]),
        path,
        all_spoken: format!(
            "{}/interviews{}",
            shell.base,
            asked.query(&[("agent", &code), ("comment", "yes")])
        ),
        trend,
        drivers,
        spoken,
        code,
        list,
        older,
        form,
        shell,
    }
}

/// The list's length by the tallies: all that were offered, or those with the chosen answer.
fn held(report: &AgentsReport, chosen: Option<Chosen<'_>>) -> u64 {
    let rows = report.agents.iter();
    match chosen {
        None => rows.map(|row| row.figures.offered).sum(),
        Some(Chosen { figure, score }) => rows
            .filter_map(|row| row.figures.measures.get(&figure.key))
            .flat_map(|measured| &measured.values.0)
            .filter(|(of, _)| score.is_none_or(|score| *of == score))
            .map(|(_, n)| n)
            .sum(),
    }
}

fn block(
    words: &Words,
    figure: &Figure,
    measured: &Measured,
    chosen: Option<Chosen<'_>>,
    link: impl Fn(u8) -> String,
) -> Block {
    let satisfied = |value: u8| match &figure.shape {
        Shape::Scale { satisfied, .. } => satisfied.contains(&value),
        Shape::Nps => value >= 9,
        Shape::YesNo { satisfied } => value == *satisfied,
        Shape::Choice { .. } => true,
    };
    let values = measured.values.0.iter().rev().map(|&(value, n)| {
        let label = label(words, &figure.shape, value);
        Value {
            part: Part::of(words, &label, n, measured.n, satisfied(value)),
            label,
            count: count(n),
            link: (n > 0).then(|| link(value)),
            chosen: chosen
                .is_some_and(|one| one.figure.key == figure.key && one.score == Some(value)),
        }
    });
    Block {
        tile: tile(words, figure, measured),
        mean: mean_texts(words, measured)
            .filter(|_| measured.enough)
            .map(|(mean, interval)| mean_text(words, &mean, &interval))
            .unwrap_or_default(),
        compared: compared_lines(words, figure, measured),
        reviewed: reviewed_line(words, figure, measured),
        response: measured.response.map(|r| response_text(words, r)).unwrap_or_default(),
        values: values.collect(),
    }
}

fn compared_lines(words: &Words, figure: &Figure, measured: &Measured) -> Vec<String> {
    let Some(compared) = measured.compared.filter(|_| measured.enough) else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(expected) = compared.expected {
        let score = score_text(&figure.shape, expected);
        lines.push(words.fill("agent-expected", &[("score", (&score).into())]));
    }
    let verdict = words.say(&format!("verdict-{}", compared.verdict.word()));
    match compared.expected.zip(compared.shrunk) {
        Some((expected, shrunk)) => {
            let difference = difference_text(&figure.shape, shrunk - expected);
            let places = [("verdict", (&verdict).into()), ("difference", (&difference).into())];
            lines.push(words.fill("agent-difference", &places));
        }
        None => lines.push(verdict),
    }
    if let Some(rank) = compared.rank {
        let places = [("low", rank.low.into()), ("high", rank.high.into()), ("of", rank.of.into())];
        lines.push(words.fill("agent-rank", &places));
    }
    lines
}

fn reviewed_line(words: &Words, figure: &Figure, measured: &Measured) -> String {
    let Some(reviewed) = measured.reviewed else { return String::new() };
    let score = match (reviewed.score.filter(|_| reviewed.enough), reviewed.low, reviewed.high) {
        (Some(score), Some(low), Some(high)) => {
            let interval = ends_text(words, &figure.shape, low, high);
            format!("{} ({interval})", score_text(&figure.shape, score))
        }
        _ => too_few(words, &figure.shape, reviewed.n),
    };
    let share = format!("{:.0}", reviewed.marked_share * 100.0);
    let places = [
        ("score", (&score).into()),
        ("n", reviewed.n.into()),
        ("marked", reviewed.marked.into()),
        ("all", measured.n.into()),
        ("share", (&share).into()),
    ];
    words.fill("agent-beside-reviewed", &places)
}

fn mean_text(words: &Words, mean: &str, interval: &str) -> String {
    match interval {
        "" => words.fill("agent-mean-is", &[("mean", mean.into())]),
        _ => words
            .fill("agent-mean-interval", &[("mean", mean.into()), ("interval", interval.into())]),
    }
}

fn response_text(words: &Words, rate: Rate) -> String {
    let (share, interval) = rate_text(rate);
    let places =
        [("share", (&share).into()), ("n", rate.n.into()), ("interval", (&interval).into())];
    words.fill("agent-response", &places)
}
