//! The page of agents: the centre in a few numbers, the filters, one line for each agent, grouped
//! by the one verdict where the period is a standard one.

use std::collections::BTreeMap;

use askama::Template;

use super::Shell;
use super::asked::{Asked, Form};
use super::draw::{
    Bar, Spark, count, difference_text, interval_text, known_text, mean_texts, meaning, name,
    rate_text, score_text, too_few,
};
use crate::report::agents::{AgentRow, Comparison, Figures, Rate};
use crate::report::measures::{Compared, Figure, Measured, Shape, Verdict, measured};
use crate::report::{AgentsReport, People, Period, Sight, Viewer};
use crate::words::Words;

/// At most so many measures stand in the table; the agent's own page has all.
const COLUMNS: usize = 4;

/// Lines on one page of the table.
const PAGE: usize = 200;

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
    pub link: Option<(String, String)>,
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

impl Cell {
    fn none(label: String) -> Self {
        Self { label, value: "–".into(), sub: String::new(), few: true }
    }
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
    /// The last weeks, where there are enough answers.
    pub spark: Option<Spark>,
    /// The other numbers.
    pub cells: Vec<Cell>,
}

/// Lines that belong together.
pub struct Group {
    /// What they have in common; empty where all agents stand in one list.
    pub name: String,
    /// What a mark before the name looks like: `above`, `as_expected`, `below`, `too_few`.
    pub mark: &'static str,
    /// The lines.
    pub lines: Vec<Line>,
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
    /// Whether agents have their last weeks drawn.
    sparks: Option<Column>,
    columns: Vec<Column>,
    groups: Vec<Group>,
    /// Why nobody is compared; empty where agents are.
    why_not: String,
    /// Links to views in which agents are compared: label and address.
    standard: Vec<(String, String)>,
    /// Whether one interview may count for several agents.
    shared: bool,
    /// What "too few" means.
    how_few: String,
    definitions: &'static str,
    csv: String,
    json: String,
    xlsx: String,
    /// Addresses of the other views.
    funnel: String,
    /// Whether all callers are asked.
    fairness: String,
    compare: String,
    /// The pages of a long table: number, address, whether it is this one.
    pages: Vec<(usize, String, bool)>,
    /// To all columns, or to fewer; none where there are no others.
    more: Option<(String, String)>,
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

/// The last weeks of agents, by code.
pub type Sparks = BTreeMap<String, Vec<Option<f64>>>;

/// The page of that report.
pub fn page(
    shell: Shell,
    asked: &Asked,
    form: Form,
    report: &AgentsReport,
    sparks: &Sparks,
) -> AgentsPage {
    let words = shell.words;
    let lead = lead(report);
    let others: Vec<&Figure> = others(report, lead).collect();
    let compared = lead.is_some() && report.comparison == Comparison::Made;
    let column = |f: &Figure| Column { name: name(words, f), meaning: meaning(words, f) };
    let told =
        |key: &str| Column { name: words.say(key), meaning: words.say(&format!("{key}-meaning")) };
    let mut columns = Vec::new();
    if compared {
        columns.extend([told("agents-expected"), told("agents-rank")]);
    }
    let reviewed = lead.is_some_and(|lead| any_marked(report, lead));
    if reviewed {
        columns.push(told("agents-reviewed"));
    }
    let all = asked.all_columns();
    let has_mean = lead.is_some_and(|f| matches!(f.shape, Shape::Scale { .. }));
    let mean = all && has_mean;
    if mean {
        columns.push(told("agents-mean"));
    }
    columns.extend(others.iter().map(|f| column(f)));
    columns.extend([told("agents-offered"), told("agents-rate")]);
    let has_rates = over_calls(report);
    let over_calls = all && has_rates;
    if over_calls {
        columns.extend([told("overview-response"), told("rates-reach")]);
    }
    let query = asked.query(&[]);
    let mut rows: Vec<(&AgentRow, Place)> =
        report.agents.iter().map(|row| (row, Place::of(report, row))).collect();
    if let Some(least) = asked.least() {
        rows.retain(|(row, _)| report.leading(&row.figures).map_or(0, |m| m.n) >= least);
    }
    // A stable sort: by name within a place.
    rows.sort_by(|(_, a), (_, b)| a.order().total_cmp(&b.order()));
    let pages = rows.len().div_ceil(PAGE);
    let here = asked.page().min(pages.max(1));
    let shown = rows.into_iter().skip((here - 1) * PAGE).take(PAGE);
    let mut groups: Vec<Group> = Vec::new();
    for (row, place) in shown {
        let wide = Wide { compared, reviewed, mean };
        let mut line = line(words, &shell.base, &query, row, lead, &others, wide);
        if over_calls {
            line.cells.extend(call_cells(words, &row.figures));
        }
        line.spark = lead
            .zip(sparks.get(&row.agent))
            .and_then(|(lead, weeks)| Spark::of(words, &lead.shape, weeks));
        match groups.last_mut().filter(|group| group.mark == place.mark()) {
            Some(group) => group.lines.push(line),
            None => {
                let name = group_name(words, place, lead, compared);
                groups.push(Group { name, mark: place.mark(), lines: vec![line] });
            }
        }
    }
    let mut api = form_urlencoded::Serializer::new(String::new());
    api.extend_pairs(asked.filter.pairs());
    api.extend_pairs(asked.least().map(|least| ("least", least.to_string())));
    let api = api.finish();
    let path = format!("{}/agents", shell.base);
    let page_link = |n: usize| format!("{path}{}", asked.query(&[("page", &n.to_string())]));
    AgentsPage {
        from: report.from.clone(),
        to: report.to.clone(),
        zone: report.time_zone.clone(),
        tiles: tiles(&shell, &query, report, lead),
        lead: lead.map(column),
        sparks: (!sparks.is_empty()).then(|| told("agents-trend")),
        columns,
        groups,
        why_not: match report.comparison {
            Comparison::Made => String::new(),
            Comparison::FreePeriod => words.say("agents-free-period"),
            Comparison::FreeFilter => words.say("agents-free-filter"),
            Comparison::SeveralSurveys => words.say("agents-several-surveys"),
        },
        standard: match report.comparison {
            Comparison::FreePeriod => [Period::LastWeek, Period::LastMonth, Period::LastQuarter]
                .map(|period| {
                    let label = words.say(&format!("period-{}", period.word()));
                    (label, format!("{path}{}", asked.query_over(period)))
                })
                .to_vec(),
            _ => Vec::new(),
        },
        shared: report.shared,
        how_few: {
            let needed = [report.min_n, Shape::Nps.needed()];
            words.fill("agents-how-few", &[("min", needed[0].into()), ("nps", needed[1].into())])
        },
        definitions: report.definitions,
        csv: format!("{}/api/v1/reports/agents.csv?{api}", shell.base),
        json: format!("{}/api/v1/reports/agents?{api}", shell.base),
        xlsx: format!("{}/api/v1/reports/agents.xlsx?{api}", shell.base),
        funnel: format!("{path}/funnel{query}"),
        fairness: format!("{path}/fairness{query}"),
        compare: format!("{path}/compare{query}"),
        pages: match pages {
            0 | 1 => Vec::new(),
            _ => (1..=pages).map(|n| (n, page_link(n), n == here)).collect(),
        },
        more: (has_mean || has_rates).then(|| match all {
            true => {
                let link = format!("{path}{}", asked.query(&[("columns", "")]));
                (words.say("agents-columns-fewer"), link)
            }
            false => {
                let link = format!("{path}{}", asked.query(&[("columns", "all")]));
                (words.say("agents-columns-all"), link)
            }
        }),
        path,
        empty: form.choices.empty && report.agents.is_empty(),
        closed: None,
        form,
        shell,
    }
}

/// Where an agent stands in the table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// Compared, with the difference that is left after chance is taken off.
    Compared(Verdict, f64),
    /// Enough answers for a score, but nobody is compared.
    Scored,
    /// Too few answers.
    Few,
}

impl Place {
    fn of(report: &AgentsReport, row: &AgentRow) -> Self {
        match report.leading(&row.figures) {
            Some(m) if m.enough => match &m.compared {
                Some(Compared { verdict, expected: Some(e), shrunk: Some(s), .. })
                    if *verdict != Verdict::TooFew =>
                {
                    Self::Compared(*verdict, s - e)
                }
                Some(_) => Self::Few,
                None => Self::Scored,
            },
            _ => Self::Few,
        }
    }

    /// Above, as expected, below, too few; within these the higher difference first.
    fn order(self) -> f64 {
        match self {
            Self::Compared(Verdict::Above, d) => -d,
            Self::Compared(Verdict::AsExpected, d) => 1_000.0 - d,
            Self::Compared(Verdict::Below, d) => 2_000.0 - d,
            Self::Compared(Verdict::TooFew, _) | Self::Few => 4_000.0,
            Self::Scored => 3_000.0,
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Compared(verdict, _) => verdict.word(),
            Self::Scored => "",
            Self::Few => "too_few",
        }
    }
}

fn group_name(words: &Words, place: Place, lead: Option<&Figure>, compared: bool) -> String {
    match (place, lead) {
        (Place::Compared(verdict, _), _) => words.say(&format!("verdict-{}", verdict.word())),
        (Place::Few, Some(lead)) if !compared => {
            let name = name(words, lead);
            let needed = lead.shape.needed();
            let places = [("name", (&name).into()), ("needed", needed.into())];
            words.fill("agents-few", &places)
        }
        (Place::Few, _) => words.say("verdict-too_few"),
        (Place::Scored, _) => String::new(),
    }
}

/// The figure that the table is about: the first one with a score.
pub fn lead(report: &AgentsReport) -> Option<&Figure> {
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

/// Whether a reviewer has marked any answer of that figure of somebody with answers enough.
fn any_marked(report: &AgentsReport, figure: &Figure) -> bool {
    let of = |row: &AgentRow| row.figures.measures.get(&figure.key).filter(|m| m.enough)?.reviewed;
    report.agents.iter().any(|row| of(row).is_some())
}

/// Columns that stand only where there is something in them, or where they are asked for.
#[derive(Clone, Copy)]
struct Wide {
    compared: bool,
    reviewed: bool,
    mean: bool,
}

fn line(
    words: &Words,
    base: &str,
    query: &str,
    row: &AgentRow,
    lead: Option<&Figure>,
    others: &[&Figure],
    wide: Wide,
) -> Line {
    let measures = &row.figures.measures;
    let leading = lead.and_then(|f| Some((f, measures.get(&f.key)?)));
    let mut cells = Vec::new();
    if wide.compared {
        cells.extend(compared_cells(words, leading));
    }
    if wide.reviewed {
        cells.push(reviewed_cell(words, leading));
    }
    if wide.mean {
        cells.push(mean_cell(words, leading.map(|(_, m)| m)));
    }
    cells.extend(others.iter().map(|f| cell(words, f, measures.get(&f.key))));
    cells.push(Cell {
        label: words.say("agents-offered"),
        value: count(row.figures.offered),
        sub: words.fill("agents-started-n", &[("n", row.figures.started.into())]),
        few: false,
    });
    cells.push(rate_cell(words, row.figures.answer_rate));
    let code = row.agent.clone();
    Line {
        link: format!("{base}/agents/{}{query}", segment(&code)),
        name: if row.name.is_empty() { code.clone() } else { row.name.clone() },
        code,
        team: row.team.clone().unwrap_or_default(),
        few: !leading.is_some_and(|(_, m)| m.enough),
        lead: leading.map(|(f, m)| (cell(words, f, Some(m)), Bar::of(words, f, m))),
        spark: None,
        cells,
    }
}

/// What is expected and the rank, of the leading figure.
fn compared_cells(words: &Words, leading: Option<(&Figure, &Measured)>) -> [Cell; 2] {
    let labels = [words.say("agents-expected"), words.say("agents-rank")];
    let [expected, rank] = labels;
    let found = leading.filter(|(_, m)| m.enough);
    let Some((figure, compared)) = found.and_then(|(f, m)| Some((f, m.compared.as_ref()?))) else {
        return [Cell::none(expected), Cell::none(rank)];
    };
    let difference = compared.expected.zip(compared.shrunk).map(|(e, s)| s - e);
    [
        match compared.expected {
            Some(e) => Cell {
                label: expected,
                value: score_text(&figure.shape, e),
                sub: difference.map(|d| difference_text(&figure.shape, d)).unwrap_or_default(),
                few: false,
            },
            None => Cell::none(expected),
        },
        match compared.rank {
            Some(r) => Cell {
                label: rank,
                value: format!("{}–{}", count(r.low), count(r.high)),
                sub: words.fill("agents-rank-of", &[("n", r.of.into())]),
                few: false,
            },
            None => Cell::none(rank),
        },
    ]
}

/// The leading figure without the marked answers.
fn reviewed_cell(words: &Words, leading: Option<(&Figure, &Measured)>) -> Cell {
    let label = words.say("agents-reviewed");
    let found = leading.filter(|(_, m)| m.enough);
    let Some((figure, reviewed)) = found.and_then(|(f, m)| Some((f, m.reviewed?))) else {
        return Cell::none(label);
    };
    let share = format!("{:.0}", reviewed.marked_share * 100.0);
    let places = [("n", reviewed.n.into()), ("share", (&share).into())];
    let sub = words.fill("agents-reviewed-sub", &places);
    match reviewed.score.filter(|_| reviewed.enough) {
        Some(score) => Cell { label, value: score_text(&figure.shape, score), sub, few: false },
        None => Cell { label, value: too_few(words, &figure.shape, reviewed.n), sub, few: true },
    }
}

fn cell(words: &Words, figure: &Figure, measured: Option<&Measured>) -> Cell {
    let label = name(words, figure);
    let Some(m) = measured else { return Cell::none(label) };
    match m.score.filter(|_| m.enough) {
        Some(score) => Cell {
            label,
            value: score_text(&figure.shape, score),
            sub: format!(
                "{} · n\u{a0}=\u{a0}{}",
                interval_text(words, &figure.shape, m),
                count(m.n)
            ),
            few: false,
        },
        None => Cell {
            label,
            value: too_few(words, &figure.shape, m.n),
            sub: interval_text(words, &figure.shape, m),
            few: true,
        },
    }
}

fn mean_cell(words: &Words, measured: Option<&Measured>) -> Cell {
    let label = words.say("agents-mean");
    match measured.filter(|m| m.enough).and_then(|m| mean_texts(words, m)) {
        Some((value, sub)) => Cell { label, value, sub, few: false },
        None => Cell::none(label),
    }
}

/// Whether response rate and reach of anybody are known: columns of dashes would say nothing.
fn over_calls(report: &AgentsReport) -> bool {
    report.agents.iter().any(|row| row.figures.reach.is_some())
}

/// The rates over all calls.
fn call_cells(words: &Words, figures: &Figures) -> [Cell; 2] {
    [
        ("overview-response", figures.response_rate, figures.response_rate_reason),
        ("rates-reach", figures.reach, figures.reach_reason),
    ]
    .map(|(key, rate, reason)| {
        let (value, sub) = known_text(words, rate, reason, figures.coverage);
        Cell { label: words.say(key), value, sub, few: rate.is_none() }
    })
}

fn rate_cell(words: &Words, rate: Option<Rate>) -> Cell {
    let label = words.say("agents-rate");
    match rate {
        Some(rate) => {
            let (value, sub) = rate_text(rate);
            Cell { label, value, sub, few: false }
        }
        None => Cell::none(label),
    }
}

/// A path segment: everything that is not plain is written in percent.
pub fn segment(text: &str) -> String {
    // "." and ".." would be other paths.
    const ENCODED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    percent_encoding::utf8_percent_encode(text, ENCODED).to_string()
}

/// A number of the centre from a figure.
pub fn tile(words: &Words, figure: &Figure, measured: &Measured) -> Tile {
    let score = measured.score.filter(|_| measured.enough);
    let value = match score {
        Some(score) => score_text(&figure.shape, score),
        None => too_few(words, &figure.shape, measured.n),
    };
    Tile {
        name: name(words, figure),
        meaning: meaning(words, figure),
        value,
        few: score.is_none(),
        note: match measured.n {
            0 => String::new(),
            n => format!(
                "{}\n{}\nn\u{a0}=\u{a0}{}",
                words.say("interval-of"),
                interval_text(words, &figure.shape, measured),
                count(n)
            ),
        },
        bar: Some(Bar::of(words, figure, measured)),
        link: None,
    }
}

/// The centre's numbers: the leading measure, the net promoter score, how many began and how many
/// answered, and what is not linked.
pub fn tiles(
    shell: &Shell,
    query: &str,
    report: &AgentsReport,
    lead: Option<&Figure>,
) -> Vec<Tile> {
    let words = shell.words;
    let centre = &report.centre;
    let of = |f: &Figure| centre.measures.get(&f.key).map(|m| tile(words, f, m));
    let plain = |key: &str, value: String, note: String| Tile {
        name: words.say(key),
        meaning: words.say(&format!("{key}-meaning")),
        value,
        few: false,
        note,
        bar: None,
        link: None,
    };
    let mut tiles: Vec<Tile> = lead
        .map(|f| of(f).unwrap_or_else(|| tile(words, f, &measured(&f.shape, &[], 0))))
        .into_iter()
        .collect();
    if tiles.is_empty() {
        // The first tile is the widest, and stands for what the page is about.
        tiles.push(Tile {
            name: words.say("measure-csat"),
            meaning: String::new(),
            value: words.say("no-answers"),
            few: true,
            note: words.say("agents-nobody-answered"),
            bar: None,
            link: None,
        });
    }
    let nps = report.figures.iter().find(|f| f.shape == Shape::Nps);
    let nps = nps.filter(|f| lead.is_none_or(|lead| lead.key != f.key));
    tiles.extend(nps.and_then(of));
    let d = centre.dispositions;
    let of_offered = words.fill("agents-of-offered", &[("n", centre.offered.into())]);
    tiles.push(plain("agents-started", count(centre.started), of_offered));
    tiles.push(match centre.answer_rate {
        Some(rate) => {
            let (value, interval) = rate_text(rate);
            let places = [("n", (d.complete + d.partial).into()), ("of", centre.offered.into())];
            let note = words.fill("agents-rate-note", &places);
            plain("agents-rate", value, format!("{note}\n{}\n{interval}", words.say("interval-of")))
        }
        None => plain("agents-rate", "–".into(), words.say("agents-nobody-offered")),
    });
    for (key, rate, reason) in [
        ("overview-response", centre.response_rate, centre.response_rate_reason),
        ("rates-reach", centre.reach, centre.reach_reason),
    ] {
        let (value, note) = known_text(words, rate, reason, centre.coverage);
        let note = match rate {
            Some(_) => format!("{}\n{note}", words.say("interval-of")),
            None => note,
        };
        tiles.push(plain(key, value, note));
    }
    let n = report.not_linked.interviews;
    let note = words.say(if n == 0 { "agents-all-linked" } else { "agents-no-agent" });
    tiles.push(Tile {
        link: (n > 0)
            .then(|| (format!("{}/unlinked{query}", shell.base), words.say("agents-show-them"))),
        ..plain("agents-unlinked", count(n), note)
    });
    tiles
}
