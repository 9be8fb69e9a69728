//! The page of agents: the centre in a few numbers, the filters, one line for each agent.

use std::collections::BTreeMap;

use askama::Template;

use super::Shell;
use super::asked::{Asked, Form};
use super::draw::{Bar, count, interval_text, mean_texts, meaning, name, score_text};
use crate::report::agents::{AgentRow, Figures, Rate};
use crate::report::measures::{Figure, Measured, Shape, measured};
use crate::report::{AgentsReport, People, Sight, Viewer};

/// At most so many measures stand in the table; the agent's own page has all.
const COLUMNS: usize = 4;

/// One number of the centre.
pub struct Tile {
    /// What it is.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// The number.
    pub value: String,
    /// Too few answers to show it.
    pub few: bool,
    /// Interval and n.
    pub note: String,
    /// Its bar, where it has one.
    pub bar: Option<Bar>,
    /// Where it leads.
    pub link: Option<(String, &'static str)>,
}

/// A number in the table with what stands below it.
pub struct Cell {
    /// What the column is called.
    pub label: String,
    /// The number, or words.
    pub value: String,
    /// Interval and n.
    pub sub: String,
    /// Too few answers to show it.
    pub few: bool,
}

/// One agent and team.
pub struct Line {
    /// Where the agent's name leads.
    pub link: String,
    /// Name; the code where there is none.
    pub name: String,
    /// The code.
    pub code: String,
    /// Team at the call.
    pub team: String,
    /// Too few answers to show the leading figure.
    pub few: bool,
    /// The leading figure with its bar.
    pub lead: Option<(Cell, Bar)>,
    /// The other numbers.
    pub cells: Vec<Cell>,
}

/// Column heads with their meanings.
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

#[derive(Template)]
#[template(path = "agents.html")]
pub struct AgentsPage {
    shell: Shell,
    form: Form,
    path: String,
    from: String,
    to: String,
    zone: String,
    tiles: Vec<Tile>,
    lead: Option<Column>,
    columns: Vec<Column>,
    enough: Vec<Line>,
    few: Vec<Line>,
    few_word: String,
    /// Answers needed before a score is shown.
    min_n: u64,
    /// Answers needed before a net promoter score is shown.
    min_n_nps: u64,
    definitions: &'static str,
    csv: String,
    json: String,
    empty: bool,
    /// Why there are no agents to see at all: title and sentence.
    closed: Option<(String, String)>,
}

impl AgentsPage {
    /// The same for a viewer to whom no agents appear, whatever the filters.
    pub fn for_viewer(self, viewer: &Viewer) -> Self {
        let say = |key: &str| self.shell.say(key);
        let closed = match &viewer.sight {
            _ if viewer.people == People::Team => {
                Some((say("people-off"), say("fault-individuals-off")))
            }
            Sight::Teams(teams) if teams.is_empty() => Some((say("no-team"), say("no-team-about"))),
            _ => None,
        };
        Self { closed, ..self }
    }
}

/// The page of that report.
pub fn page(shell: Shell, asked: &Asked, form: Form, report: &AgentsReport) -> AgentsPage {
    let lead = lead(report);
    let others: Vec<&Figure> = others(report, lead).collect();
    let column = |f: &Figure| Column { name: name(f), meaning: meaning(f) };
    let mut columns = Vec::new();
    if lead.is_some_and(|f| matches!(f.shape, Shape::Scale { .. })) {
        let meaning = "Mean of the keys pressed, with its 95\u{a0}% interval".to_owned();
        columns.push(Column { name: "Mean".into(), meaning });
    }
    columns.extend(others.iter().map(|f| column(f)));
    columns.push(Column {
        name: "Offered".into(),
        meaning: "Callers who were offered the survey, and how many of them began to answer".into(),
    });
    columns.push(Column {
        name: "Answer rate".into(),
        meaning: "Complete and partial interviews out of those offered".into(),
    });
    let query = asked.query(&[]);
    let (enough, few): (Vec<&AgentRow>, Vec<&AgentRow>) = report
        .agents
        .iter()
        .partition(|row| report.leading(&row.figures).is_some_and(|m| m.enough));
    let line = |row: &&AgentRow| line(&shell.base, &query, row, lead, &others);
    let (enough, few): (Vec<Line>, Vec<Line>) =
        (enough.iter().map(line).collect(), few.iter().map(line).collect());
    let days = asked.filter.pairs();
    let mut api = form_urlencoded::Serializer::new(String::new());
    api.extend_pairs(days);
    let api = api.finish();
    AgentsPage {
        path: format!("{}/", shell.base),
        from: report.from.clone(),
        to: report.to.clone(),
        zone: report.time_zone.clone(),
        tiles: tiles(&shell, &query, report, lead),
        lead: lead.map(column),
        columns,
        enough,
        few,
        few_word: lead.map_or_else(String::new, |lead| {
            let needed = lead.shape.needed();
            format!("Too few answers yet for {}: fewer than {needed}", name(lead))
        }),
        min_n: report.min_n,
        min_n_nps: Shape::Nps.needed(),
        definitions: report.definitions,
        csv: format!("{}/api/v1/reports/agents.csv?{api}", shell.base),
        json: format!("{}/api/v1/reports/agents?{api}", shell.base),
        empty: form.choices.empty,
        closed: None,
        form,
        shell,
    }
}

fn lead(report: &AgentsReport) -> Option<&Figure> {
    report.figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }))
}

/// Figures beside the leading one that have a score and bear their measure's plain name.
fn others<'a>(
    report: &'a AgentsReport,
    lead: Option<&'a Figure>,
) -> impl Iterator<Item = &'a Figure> {
    let plain = |f: &&Figure| f.key == f.measure && !matches!(f.shape, Shape::Choice { .. });
    let all = report.figures.iter().filter(plain);
    all.filter(move |f| lead.is_none_or(|lead| lead.key != f.key)).take(COLUMNS - 1)
}

fn line(
    base: &str,
    query: &str,
    row: &AgentRow,
    lead: Option<&Figure>,
    others: &[&Figure],
) -> Line {
    let measures = &row.figures.measures;
    let leading = lead.and_then(|f| Some((f, measures.get(&f.key)?)));
    let mut cells = Vec::new();
    if lead.is_some_and(|f| matches!(f.shape, Shape::Scale { .. })) {
        cells.push(mean_cell(leading.map(|(_, m)| m)));
    }
    cells.extend(others.iter().map(|f| cell(f, measures.get(&f.key))));
    cells.push(Cell {
        label: "Offered".into(),
        value: count(row.figures.offered),
        sub: format!("{} started", count(row.figures.started)),
        few: false,
    });
    cells.push(rate_cell(row.figures.answer_rate));
    let code = row.agent.clone();
    Line {
        link: format!("{base}/agents/{}{query}", segment(&code)),
        name: if row.name.is_empty() { code.clone() } else { row.name.clone() },
        code,
        team: row.team.clone().unwrap_or_default(),
        few: !leading.is_some_and(|(_, m)| m.enough),
        lead: leading.map(|(f, m)| (cell(f, Some(m)), Bar::of(f, m))),
        cells,
    }
}

/// Words in place of a score that rests on too few answers.
pub fn too_few(shape: &Shape, n: u64) -> String {
    let needed = shape.needed();
    if n == 0 { "no answers".into() } else { format!("too few (n\u{a0}=\u{a0}{n} of {needed})") }
}

fn cell(figure: &Figure, measured: Option<&Measured>) -> Cell {
    let label = name(figure);
    match measured {
        None => Cell { label, value: "–".into(), sub: String::new(), few: true },
        Some(m) => match m.score.filter(|_| m.enough) {
            Some(score) => Cell {
                label,
                value: score_text(&figure.shape, score),
                sub: format!("{} · n\u{a0}=\u{a0}{}", interval_text(&figure.shape, m), count(m.n)),
                few: false,
            },
            None => Cell {
                label,
                value: too_few(&figure.shape, m.n),
                sub: interval_text(&figure.shape, m),
                few: true,
            },
        },
    }
}

fn mean_cell(measured: Option<&Measured>) -> Cell {
    let label = "Mean".to_owned();
    match measured.filter(|m| m.enough).and_then(mean_texts) {
        Some((value, sub)) => Cell { label, value, sub, few: false },
        None => Cell { label, value: "–".into(), sub: String::new(), few: true },
    }
}

fn rate_cell(rate: Option<Rate>) -> Cell {
    let label = "Answer rate".to_owned();
    match rate {
        Some(rate) => Cell {
            label,
            value: format!("{:.0}\u{a0}%", rate.score * 100.0),
            sub: format!("{:.0}–{:.0}\u{a0}%", rate.low * 100.0, rate.high * 100.0),
            few: false,
        },
        None => Cell { label, value: "–".into(), sub: String::new(), few: true },
    }
}

/// A path segment: everything that is not plain is written in percent.
pub fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A number of the centre from a figure.
pub fn tile(figure: &Figure, measured: &Measured) -> Tile {
    let score = measured.score.filter(|_| measured.enough);
    Tile {
        name: name(figure),
        meaning: meaning(figure),
        value: score
            .map_or_else(|| too_few(&figure.shape, measured.n), |s| score_text(&figure.shape, s)),
        few: score.is_none(),
        note: match measured.n {
            0 => String::new(),
            n => format!(
                "95\u{a0}% interval\n{}\nn\u{a0}=\u{a0}{}",
                interval_text(&figure.shape, measured),
                count(n)
            ),
        },
        bar: Some(Bar::of(figure, measured)),
        link: None,
    }
}

fn tiles(shell: &Shell, query: &str, report: &AgentsReport, lead: Option<&Figure>) -> Vec<Tile> {
    let centre: &Figures = &report.centre;
    let of = |f: &Figure| centre.measures.get(&f.key).map(|m| tile(f, m));
    let plain = |name: &str, meaning: &str, value: String, note: String| Tile {
        name: name.into(),
        meaning: meaning.into(),
        value,
        few: false,
        note,
        bar: None,
        link: None,
    };
    let mut tiles: Vec<Tile> = lead
        .map(|f| of(f).unwrap_or_else(|| tile(f, &measured(&f.shape, &BTreeMap::new(), 0))))
        .into_iter()
        .collect();
    if tiles.is_empty() {
        // The first tile is the widest, and stands for what the page is about.
        let note = "nobody has answered in this view".to_owned();
        tiles.push(Tile { few: true, ..plain("Satisfied", "", "no answers".into(), note) });
    }
    let nps = report.figures.iter().find(|f| f.shape == Shape::Nps);
    let nps = nps.filter(|f| lead.is_none_or(|lead| lead.key != f.key));
    tiles.extend(nps.and_then(of));
    let d = centre.dispositions;
    tiles.push(plain(
        "Started",
        "Interviews with at least one answer, out of those offered",
        count(centre.started),
        format!("of {} offered", count(centre.offered)),
    ));
    tiles.push(match centre.answer_rate {
        Some(rate) => plain(
            "Answer rate",
            "Complete and partial interviews out of those offered",
            format!("{:.0}\u{a0}%", rate.score * 100.0),
            format!(
                "complete and partial:\n{} of {}\n95\u{a0}% interval\n{:.0}–{:.0}\u{a0}%",
                count(d.complete + d.partial),
                count(centre.offered),
                rate.low * 100.0,
                rate.high * 100.0
            ),
        ),
        None => plain("Answer rate", "", "–".into(), "nobody was offered the survey".into()),
    });
    let n = report.not_linked.interviews;
    let link = (n > 0).then(|| (format!("{}/unlinked{query}", shell.base), "Show them"));
    let mut unlinked = plain(
        "Not linked",
        "Interviews that count for no agent, since no hand-over or call record names one",
        count(n),
        if n == 0 { "every interview has its agent".into() } else { "no agent is known".into() },
    );
    unlinked.link = link;
    tiles.push(unlinked);
    tiles
}
