//! The fields of the agents report: one list, from which every table is made. A field that is
//! added here stands in the CSV file and in the workbook.

use super::AgentsReport;
use super::agents::{AgentRow, Figures, Rate};
use super::measures::{Compared, Detail, Measured, Rank, Reviewed, Shape, Verdict};

/// What stands in one place of a table, unrounded.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not asked, or not known.
    Nothing,
    /// Words.
    Text(String),
    /// The one verdict.
    Verdict(Verdict),
    /// A whole number.
    Count(u64),
    /// A share, 0 to 1.
    Share(f64),
    /// Points, −100 to 100.
    Points(f64),
    /// A mean of keys.
    Mean(f64),
    /// Yes or no.
    Flag(bool),
}

/// How much a field says of how satisfied callers were: of too few answers a page shows the
/// interval and never the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// How many were counted.
    Count,
    /// The score.
    Score,
    /// The score without the marked answers.
    Reviewed,
    /// An end of the score's interval.
    Interval,
    /// What only stands beside a score.
    More,
}

/// What a column is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Offered, started, answered.
    Funnel,
    /// The figure of the report with that place.
    Figure(usize),
}

/// One column of numbers.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name for programs, such as `csat_low`.
    pub name: String,
    /// What it is about.
    pub of: Of,
    /// The field's own word, such as `low`; of counts by value the value, such as `5`.
    pub field: String,
    /// How much it says.
    pub says: Says,
    read: Read,
}

#[derive(Clone, Debug)]
enum Read {
    Funnel(fn(&Figures) -> Cell),
    Measured { key: String, shape: Shape, read: fn(&Shape, &Measured) -> Cell },
    Value { key: String, value: u8 },
}

impl Column {
    /// What that row has in this column.
    pub fn cell(&self, figures: &Figures) -> Cell {
        match &self.read {
            Read::Funnel(read) => read(figures),
            Read::Measured { key, shape, read } => {
                figures.measures.get(key).map_or(Cell::Nothing, |measured| read(shape, measured))
            }
            Read::Value { key, value } => {
                let measured = figures.measures.get(key);
                let of = |m: &Measured| m.values.0.iter().find(|(v, _)| v == value).map(|v| v.1);
                measured.and_then(of).map_or(Cell::Nothing, Cell::Count)
            }
        }
    }

    /// The figure's numbers in that row, if the column is about one.
    pub fn measured<'a>(&self, figures: &'a Figures) -> Option<&'a Measured> {
        match &self.read {
            Read::Funnel(_) => None,
            Read::Measured { key, .. } | Read::Value { key, .. } => figures.measures.get(key),
        }
    }
}

/// A field of the funnel: name, how much it says, and where it stands in a row.
type FunnelField = (&'static str, Says, fn(&Figures) -> Cell);

const FUNNEL: &[FunnelField] = &[
    ("offered", Says::Count, |f| Cell::Count(f.offered)),
    ("started", Says::Count, |f| Cell::Count(f.started)),
    ("completed", Says::Count, |f| Cell::Count(f.completed)),
    ("complete", Says::Count, |f| Cell::Count(f.dispositions.complete)),
    ("partial", Says::Count, |f| Cell::Count(f.dispositions.partial)),
    ("break_off", Says::Count, |f| Cell::Count(f.dispositions.break_off)),
    ("refusal", Says::Count, |f| Cell::Count(f.dispositions.refusal)),
    ("no_contact", Says::Count, |f| Cell::Count(f.dispositions.no_contact)),
    ("failed", Says::Count, |f| Cell::Count(f.dispositions.failed)),
    ("answer_rate", Says::More, |f| rate(f.answer_rate, |rate| rate.score)),
    ("answer_rate_low", Says::More, |f| rate(f.answer_rate, |rate| rate.low)),
    ("answer_rate_high", Says::More, |f| rate(f.answer_rate, |rate| rate.high)),
    ("response_rate", Says::More, |f| rate(f.response_rate, |rate| rate.score)),
    ("response_rate_low", Says::More, |f| rate(f.response_rate, |rate| rate.low)),
    ("response_rate_high", Says::More, |f| rate(f.response_rate, |rate| rate.high)),
    ("reach", Says::More, |f| rate(f.reach, |rate| rate.score)),
    ("reach_low", Says::More, |f| rate(f.reach, |rate| rate.low)),
    ("reach_high", Says::More, |f| rate(f.reach, |rate| rate.high)),
    ("coverage", Says::More, |f| rate(f.coverage, |rate| rate.score)),
    ("coverage_n", Says::Count, |f| f.coverage.map_or(Cell::Nothing, |rate| Cell::Count(rate.n))),
];

/// A field of a figure: name, how much it says, which shapes have it, and where it stands.
type FigureField = (&'static str, Says, fn(&Shape) -> bool, fn(&Shape, &Measured) -> Cell);

const FIGURE: &[FigureField] = &[
    ("n", Says::Count, every, |_, m| Cell::Count(m.n)),
    ("score", Says::Score, scored, |shape, m| score(shape, m.score)),
    ("low", Says::Interval, scored, |shape, m| score(shape, m.low)),
    ("high", Says::Interval, scored, |shape, m| score(shape, m.high)),
    ("enough", Says::Count, every, |_, m| Cell::Flag(m.enough)),
    ("mean", Says::More, rated, |_, m| mean(m, 0)),
    ("mean_low", Says::More, rated, |_, m| mean(m, 1)),
    ("mean_high", Says::More, rated, |_, m| mean(m, 2)),
    ("promoters", Says::Count, nps, |_, m| group(m, 0)),
    ("passives", Says::Count, nps, |_, m| group(m, 1)),
    ("detractors", Says::Count, nps, |_, m| group(m, 2)),
];

/// A field of a figure that every shape has.
type ComparedField = (&'static str, Says, fn(&Shape, &Measured) -> Cell);

/// Fields of a figure by which agents are compared; they stand where the report compares them.
const COMPARED: &[ComparedField] = &[
    ("expected", Says::More, |shape, m| compared(m, |c| score(shape, c.expected))),
    ("shrunk", Says::More, |shape, m| compared(m, |c| score(shape, c.shrunk))),
    ("verdict", Says::Count, |_, m| compared(m, |c| Cell::Verdict(c.verdict))),
    ("rank_low", Says::More, |_, m| rank(m, |rank| rank.low)),
    ("rank_high", Says::More, |_, m| rank(m, |rank| rank.high)),
    ("rank_of", Says::More, |_, m| rank(m, |rank| rank.of)),
];

/// Fields of a figure that stand where some answers are marked as outside the agent's control.
const REVIEWED: &[ComparedField] = &[
    ("reviewed_n", Says::Count, |_, m| reviewed(m, |r| Cell::Count(r.n))),
    ("reviewed_score", Says::Reviewed, |shape, m| reviewed(m, |r| score(shape, r.score))),
    ("reviewed_low", Says::More, |shape, m| reviewed(m, |r| score(shape, r.low))),
    ("reviewed_high", Says::More, |shape, m| reviewed(m, |r| score(shape, r.high))),
    ("marked", Says::Count, |_, m| reviewed(m, |r| Cell::Count(r.marked))),
    ("marked_share", Says::Count, |_, m| reviewed(m, |r| Cell::Share(r.marked_share))),
];

fn reviewed(measured: &Measured, cell: impl Fn(Reviewed) -> Cell) -> Cell {
    measured.reviewed.map_or(Cell::Nothing, cell)
}

fn compared(measured: &Measured, cell: impl Fn(Compared) -> Cell) -> Cell {
    measured.compared.map_or(Cell::Nothing, cell)
}

fn rank(measured: &Measured, part: fn(Rank) -> u64) -> Cell {
    compared(measured, |c| c.rank.map_or(Cell::Nothing, |rank| Cell::Count(part(rank))))
}

fn every(_: &Shape) -> bool {
    true
}

fn scored(shape: &Shape) -> bool {
    !matches!(shape, Shape::Choice { .. })
}

fn rated(shape: &Shape) -> bool {
    matches!(shape, Shape::Scale { .. })
}

fn nps(shape: &Shape) -> bool {
    *shape == Shape::Nps
}

/// Of the net promoter score the three groups stand in place of the counts by value.
fn counted(shape: &Shape) -> bool {
    matches!(shape, Shape::Scale { .. } | Shape::Choice { .. })
}

fn rate(rate: Option<Rate>, part: fn(Rate) -> f64) -> Cell {
    rate.map_or(Cell::Nothing, |rate| Cell::Share(part(rate)))
}

fn score(shape: &Shape, value: Option<f64>) -> Cell {
    match (value, shape) {
        (None, _) => Cell::Nothing,
        (Some(value), Shape::Nps) => Cell::Points(value),
        (Some(value), _) => Cell::Share(value),
    }
}

fn mean(measured: &Measured, part: usize) -> Cell {
    match &measured.detail {
        Detail::Scale { mean, mean_low, mean_high, .. } => {
            [*mean, *mean_low, *mean_high][part].map_or(Cell::Nothing, Cell::Mean)
        }
        _ => Cell::Nothing,
    }
}

fn group(measured: &Measured, part: usize) -> Cell {
    match &measured.detail {
        Detail::Nps { promoters, passives, detractors } => {
            Cell::Count([*promoters, *passives, *detractors][part])
        }
        _ => Cell::Nothing,
    }
}

/// The columns of numbers of a report, in their order; agent, name and team stand before them.
pub fn columns(report: &AgentsReport) -> Vec<Column> {
    let mut all: Vec<Column> = FUNNEL
        .iter()
        .map(|(field, says, read)| Column {
            name: (*field).to_owned(),
            of: Of::Funnel,
            field: (*field).to_owned(),
            says: *says,
            read: Read::Funnel(*read),
        })
        .collect();
    for (at, figure) in report.figures.iter().enumerate() {
        let (key, shape) = (&figure.key, &figure.shape);
        let column = |field: String, says, read| Column {
            name: format!("{key}_{field}"),
            of: Of::Figure(at),
            field,
            says,
            read,
        };
        let measured = |field: &str, says, read| {
            let read = Read::Measured { key: key.clone(), shape: shape.clone(), read };
            column(field.to_owned(), says, read)
        };
        let of_shape = FIGURE.iter().filter(|(_, _, has, _)| has(shape));
        all.extend(of_shape.map(|(field, says, _, read)| measured(field, *says, *read)));
        let is_compared = |row: &AgentRow| {
            row.figures.measures.get(key).is_some_and(|measured| measured.compared.is_some())
        };
        if report.agents.iter().any(is_compared) {
            all.extend(COMPARED.iter().map(|(field, says, read)| measured(field, *says, *read)));
        }
        let is_reviewed = |figures: &Figures| {
            figures.measures.get(key).is_some_and(|measured| measured.reviewed.is_some())
        };
        let rows = report.agents.iter().map(|row| &row.figures);
        if rows.chain([&report.centre]).any(is_reviewed) {
            all.extend(REVIEWED.iter().map(|(field, says, read)| measured(field, *says, *read)));
        }
        if counted(shape) {
            all.extend(shape.values().map(|value| {
                column(value.to_string(), Says::Count, Read::Value { key: key.clone(), value })
            }));
        }
    }
    all
}
