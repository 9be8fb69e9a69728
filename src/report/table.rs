//! The agents report as CSV for spreadsheets and as a table for terminals.

use std::borrow::Cow;

use super::agents::{AgentRow, AgentsReport, Figures};
use super::fields::{Cell, columns};
use super::measures::{Measured, Shape};

/// Why a report could not be written; writing to memory does not fail in practice.
#[derive(Debug, thiserror::Error)]
#[error("the table could not be written: {0}")]
pub struct TableError(String);

impl TableError {
    pub(super) fn of(fault: &dyn std::fmt::Display) -> Self {
        Self(fault.to_string())
    }
}

/// The report as CSV, one line for each agent and team; unrounded numbers with a decimal point,
/// empty where there is none. Texts that a spreadsheet would take for a formula get a leading `'`;
/// numbers stay numbers, also below zero.
///
/// # Errors
/// If a line cannot be written.
pub fn csv(report: &AgentsReport) -> Result<String, TableError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = columns(report);
    let fault = TableError::of;
    let mut head: Vec<&str> = vec!["agent", "name", "team"];
    let names: Vec<_> = columns.iter().map(|column| safe(&column.name)).collect();
    head.extend(names.iter().map(AsRef::as_ref));
    writer.write_record(&head).map_err(|f| fault(&f))?;
    // Answers of an anonymous survey count for nobody: its line has no names.
    let whole = AgentRow { figures: report.centre.clone(), ..AgentRow::default() };
    let whole = report.anonymous.then_some(&whole);
    for row in report.agents.iter().chain(whole) {
        let texts = [&row.agent, &row.name, row.team.as_deref().unwrap_or_default()];
        for text in texts {
            writer.write_field(safe(text).as_ref()).map_err(|f| fault(&f))?;
        }
        for column in &columns {
            writer.write_field(plain(column.cell(&row.figures))).map_err(|f| fault(&f))?;
        }
        writer.write_record(None::<&[u8]>).map_err(|f| fault(&f))?;
    }
    let bytes = writer.into_inner().map_err(|f| fault(&f))?;
    String::from_utf8(bytes).map_err(|f| fault(&f))
}

/// A text that no spreadsheet takes for a formula: one that begins with `=`, `+`, `-`, `@`, tab
/// or carriage return, also behind blanks or as the full-width sign that some keyboards write,
/// gets a leading `'`.
fn safe(text: &str) -> Cow<'_, str> {
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let blank = |c: char| c.is_whitespace() && !signs.contains(&c);
    if text.trim_start_matches(blank).starts_with(signs) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// As programs read it: all digits, a decimal point, no unit.
fn plain(cell: Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => safe(&text).into_owned(),
        Cell::Verdict(verdict) => verdict.word().to_owned(),
        Cell::Count(n) => n.to_string(),
        Cell::Share(value) | Cell::Points(value) | Cell::Mean(value) => value.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
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
    /// The same without agents who have fewer answers than that to what is asked first.
    #[must_use]
    pub fn with_at_least(mut self, least: u64) -> Self {
        let mut agents = std::mem::take(&mut self.agents);
        agents.retain(|row| self.leading(&row.figures).map_or(0, |m| m.n) >= least);
        Self { agents, ..self }
    }

    /// The figure that says whether there are answers enough on an agent: the first one with a
    /// score.
    pub fn leading<'a>(&self, figures: &'a Figures) -> Option<&'a Measured> {
        let first = self.figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }))?;
        figures.measures.get(&first.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_formulas_and_numbers_stay_numbers() {
        for (text, wanted) in [
            ("=1+1", "'=1+1"),
            ("+370", "'+370"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("Rasa", "Rasa"),
            ("மீனா = 1", "மீனா = 1"),
            ("<b>Jan</b>", "<b>Jan</b>"),
            ("", ""),
        ] {
            assert_eq!(plain(Cell::Text(text.into())), wanted);
        }
        assert_eq!(plain(Cell::Points(-12.5)), "-12.5");
        assert_eq!(plain(Cell::Share(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(plain(Cell::Nothing), "");
    }
}
