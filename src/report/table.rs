//! The agents report as CSV for spreadsheets and as a table for terminals.

use super::agents::{AgentsReport, Figures};
use super::measures::{Detail, Measured, Shape};

/// Why a report could not be written; writing to memory does not fail in practice.
#[derive(Debug, thiserror::Error)]
#[error("the table could not be written: {0}")]
pub struct TableError(String);

/// The report as CSV, one line for each agent and team; unrounded numbers with a decimal point,
/// empty where there is none. Cells that a spreadsheet would take for a formula (they begin with
/// `=`, `+`, `-`, `@`, tab or carriage return) get a leading `'`.
///
/// # Errors
/// If a line cannot be written.
pub fn csv(report: &AgentsReport) -> Result<String, TableError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> = [
        "agent",
        "name",
        "team",
        "offered",
        "started",
        "completed",
        "complete",
        "partial",
        "break_off",
        "refusal",
        "no_contact",
        "failed",
        "answer_rate",
        "answer_rate_low",
        "answer_rate_high",
    ]
    .map(String::from)
    .to_vec();
    for figure in &report.figures {
        head.extend(columns(&figure.shape).iter().map(|column| format!("{}_{column}", figure.key)));
        if has_counts(&figure.shape) {
            head.extend(figure.shape.values().map(|value| format!("{}_{value}", figure.key)));
        }
    }
    let fault = |fault: &dyn std::fmt::Display| TableError(fault.to_string());
    writer.write_record(&head).map_err(|f| fault(&f))?;
    for row in &report.agents {
        let team = row.team.as_deref().unwrap_or_default();
        let mut line = vec![safe(&row.agent), safe(&row.name), safe(team)];
        line.extend(funnel(&row.figures));
        for figure in &report.figures {
            cells(&figure.shape, row.figures.measures.get(&figure.key), &mut line);
        }
        writer.write_record(&line).map_err(|f| fault(&f))?;
    }
    let bytes = writer.into_inner().map_err(|f| fault(&f))?;
    String::from_utf8(bytes).map_err(|f| fault(&f))
}

fn safe(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn funnel(figures: &Figures) -> Vec<String> {
    let d = figures.dispositions;
    let mut line: Vec<String> = [
        figures.offered,
        figures.started,
        figures.completed,
        d.complete,
        d.partial,
        d.break_off,
        d.refusal,
        d.no_contact,
        d.failed,
    ]
    .map(|n| n.to_string())
    .to_vec();
    let rate = figures.answer_rate;
    line.extend([rate.map(|r| r.score), rate.map(|r| r.low), rate.map(|r| r.high)].map(number));
    line
}

fn columns(shape: &Shape) -> &'static [&'static str] {
    match shape {
        Shape::Scale { .. } => {
            &["n", "score", "low", "high", "enough", "mean", "mean_low", "mean_high"]
        }
        Shape::Nps => {
            &["n", "score", "low", "high", "enough", "promoters", "passives", "detractors"]
        }
        Shape::YesNo { .. } => &["n", "score", "low", "high", "enough"],
        Shape::Choice { .. } => &["n", "enough"],
    }
}

fn has_counts(shape: &Shape) -> bool {
    matches!(shape, Shape::Scale { .. } | Shape::Choice { .. })
}

fn cells(shape: &Shape, measured: Option<&Measured>, line: &mut Vec<String>) {
    let start = line.len();
    let values = if has_counts(shape) { shape.values().count() } else { 0 };
    if let Some(m) = measured {
        line.push(m.n.to_string());
        if !matches!(shape, Shape::Choice { .. }) {
            line.extend([m.score, m.low, m.high].map(number));
        }
        line.push(m.enough.to_string());
        match &m.detail {
            Detail::Scale { mean, mean_low, mean_high, .. } => {
                line.extend([*mean, *mean_low, *mean_high].map(number));
            }
            Detail::Nps { promoters, passives, detractors } => {
                line.extend([promoters, passives, detractors].map(ToString::to_string));
            }
            Detail::Choice { .. } | Detail::YesNo {} => {}
        }
        if has_counts(shape) {
            line.extend(m.values.0.iter().map(|(_, n)| n.to_string()));
        }
    }
    line.resize(start + columns(shape).len() + values, String::new());
}

fn number(value: Option<f64>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// The report as a table of text, for a terminal: rounded, with intervals, "too few" in place of
/// a score that rests on too few answers; those agents come last.
pub fn text(report: &AgentsReport) -> String {
    let mut head = vec!["agent".to_owned(), "name".into(), "team".into()];
    for figure in &report.figures {
        head.push(figure.key.clone());
        head.push("95 %".into());
        head.push("n".into());
    }
    head.extend(["offered", "answer rate"].map(String::from));
    let mut rows = Vec::new();
    let mut agents: Vec<_> = report.agents.iter().collect();
    agents.sort_by_key(|row| !report.leading(&row.figures).is_some_and(|m| m.enough));
    for row in agents {
        let mut line = vec![
            row.agent.clone(),
            row.name.clone(),
            row.team.clone().unwrap_or_else(|| "-".into()),
        ];
        figure_cells(report, &row.figures, &mut line);
        rows.push(line);
    }
    let mut centre = vec!["".into(), "whole centre".into(), "".into()];
    figure_cells(report, &report.centre, &mut centre);
    rows.push(centre);
    let width = |at: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|line| line.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = format!("Agents, {} to {} ({})\n\n", report.from, report.to, report.time_zone);
    let mut line = |cells: &[String]| {
        let mut out = String::new();
        for (at, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let gap = if at == 0 { "" } else { "  " };
            // Names to the left, numbers to the right.
            let cell = if at < 3 { format!("{cell:<width$}") } else { format!("{cell:>width$}") };
            out.push_str(gap);
            out.push_str(&cell);
        }
        text.push_str(out.trim_end());
        text.push('\n');
    };
    line(&head);
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&rule);
    let last = rows.len() - 1;
    for (at, row) in rows.iter().enumerate() {
        if at == last {
            line(&rule);
        }
        line(row);
    }
    let n = report.not_linked.interviews;
    text.push_str(&format!("\nNot linked to an agent: {n} interviews\n"));
    text
}

fn figure_cells(report: &AgentsReport, figures: &Figures, line: &mut Vec<String>) {
    for figure in &report.figures {
        match figures.measures.get(&figure.key) {
            Some(m) if m.n > 0 && m.enough => {
                line.push(m.score.map_or("-".into(), |score| rounded(&figure.shape, score)));
                line.push(match (m.low, m.high) {
                    (Some(low), Some(high)) => format!(
                        "{} to {}",
                        rounded(&figure.shape, low),
                        rounded(&figure.shape, high)
                    ),
                    _ => "-".into(),
                });
                line.push(m.n.to_string());
            }
            Some(m) => line.extend(["too few".into(), "-".into(), m.n.to_string()]),
            None => line.extend(["-".into(), "-".into(), "-".into()]),
        }
    }
    line.push(figures.offered.to_string());
    line.push(match figures.answer_rate {
        Some(rate) => format!("{:.1} %", rate.score * 100.0),
        None => "-".into(),
    });
}

fn rounded(shape: &Shape, value: f64) -> String {
    match shape {
        Shape::Nps => format!("{value:.0}"),
        _ => format!("{:.1} %", value * 100.0),
    }
}

impl AgentsReport {
    /// The figure that says whether there are answers enough on an agent: the first one with a
    /// score.
    pub fn leading<'a>(&self, figures: &'a Figures) -> Option<&'a Measured> {
        let first = self.figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }))?;
        figures.measures.get(&first.key)
    }
}
