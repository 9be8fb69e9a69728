//! The agents report as a workbook for spreadsheets: typed cells, a chart that the spreadsheet
//! itself draws, and a sheet that says what is shown and how to read it.

use rust_xlsxwriter::{
    Chart, ChartErrorBars, ChartErrorBarsType, ChartFormat, ChartRange, ChartSolidFill, ColNum,
    DocProperties, Format, FormatAlign, RowNum, Workbook, Worksheet, XlsxError,
};

use super::agents::{AgentRow, AgentsReport, Figures};
use super::fields::{Cell, Column, Of, Says, columns};
use super::measures::{Figure, Shape, measure_name};
use super::table::TableError;
use super::view::Filter;
use crate::satisfaction::MIN_N_NPS;
use crate::survey::Credit;
use crate::words::{Tongue, Words};

/// Agents in the chart at most: more bars than that cannot be told apart.
const CHARTED: usize = 200;
/// Longest text that a cell holds.
const LONGEST: usize = 32_767;
/// Columns before those of numbers: agent, name, team.
const NAMES: usize = 3;
/// Colours that stand out on white: the bars, and what rests on too few answers.
const BAR: u32 = 0x2F_6D_B5;
const GREY: u32 = 0x76_76_76;

impl From<XlsxError> for TableError {
    fn from(fault: XlsxError) -> Self {
        Self::of(&fault)
    }
}

/// How cells look.
struct Looks {
    head: Format,
    title: Format,
    wrapped: Format,
    bold: Format,
    plain: [Format; 4],
    grey: [Format; 4],
}

impl Looks {
    fn new() -> Self {
        let numbers = ["0", "0.0%", "0.0", "0.00"];
        let plain = numbers.map(|number| Format::new().set_num_format(number));
        let grey = plain.clone().map(|format| format.set_font_color(GREY));
        Self {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            title: Format::new().set_bold().set_font_size(14),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            bold: Format::new().set_bold().set_align(FormatAlign::Top),
            plain,
            grey,
        }
    }
}

/// The workbook of that report: sheets of agents, of the centre and about the report, and, where
/// agents have answers enough, a chart. Texts are never formulas. Takes a good part of a second
/// for thousands of agents, so it belongs on a thread that may be held up.
///
/// # Errors
/// If the workbook cannot be written.
pub fn xlsx(report: &AgentsReport, filter: &Filter, tongue: Tongue) -> Result<Vec<u8>, TableError> {
    let book = Book { report, filter, words: Words::of(tongue), looks: Looks::new() };
    let columns = columns(report);
    let mut workbook = Workbook::new();
    let title = book.words.say("export-title");
    workbook.set_properties(&DocProperties::new().set_title(title).set_author("aftercall"));
    book.agents(workbook.add_worksheet(), &columns)?;
    book.chart(&mut workbook)?;
    book.centre(workbook.add_worksheet(), &columns)?;
    book.about(workbook.add_worksheet(), &columns)?;
    Ok(workbook.save_to_buffer()?)
}

struct Book<'a> {
    report: &'a AgentsReport,
    filter: &'a Filter,
    words: &'static Words,
    looks: Looks,
}

impl Book<'_> {
    /// The text of that key; the word itself for a field that no language has a text for.
    fn word(&self, word: &str) -> String {
        let key = format!("export-{word}");
        if Words::of(Tongue::En).has(&key) { self.words.say(&key) } else { word.replace('_', " ") }
    }

    fn figure(&self, at: usize) -> Option<&Figure> {
        self.report.figures.get(at)
    }

    /// What a figure is called: its measure, and in what it differs from others of the measure.
    fn title(&self, figure: &Figure) -> String {
        let key = format!("measure-{}", figure.measure);
        let known = Words::of(Tongue::En).has(&key);
        let name = if known { self.words.say(&key) } else { measure_name(&figure.measure) };
        let rest = figure.key.strip_prefix(figure.measure.as_str()).unwrap_or_default();
        match rest.trim_matches('_').replace('_', " ") {
            rest if rest.is_empty() => name,
            rest => format!("{name} ({rest})"),
        }
    }

    fn head(&self, column: &Column) -> String {
        let figure = match column.of {
            Of::Funnel => None,
            Of::Figure(at) => self.figure(at),
        };
        let Some(figure) = figure else { return self.word(&column.field) };
        let field = match column.field.parse::<u8>() {
            Ok(_) => self.words.fill("export-answered", &[("value", (&column.field).into())]),
            Err(_) => self.word(&column.field),
        };
        let name = self.title(figure);
        self.words.fill("export-column", &[("figure", (&name).into()), ("field", (&field).into())])
    }

    /// One line for each agent and team; those with too few answers last.
    fn agents(&self, sheet: &mut Worksheet, columns: &[Column]) -> Result<(), TableError> {
        sheet.set_name(self.word("sheet-agents"))?;
        let mut heads = vec![self.word("agent"), self.word("name"), self.word("team")];
        heads.extend(columns.iter().map(|column| self.head(column)));
        for (at, head) in heads.iter().enumerate() {
            sheet.write_string_with_format(0, col(at)?, text(head), &self.looks.head)?;
            sheet.set_column_width(col(at)?, if at < NAMES { 18 } else { 13 })?;
        }
        let mut rows: Vec<&AgentRow> = self.report.agents.iter().collect();
        rows.sort_by_key(|row| !self.report.leading(&row.figures).is_some_and(|m| m.enough));
        for (at, agent) in (1..).zip(&rows) {
            let names = [&agent.agent, &agent.name, agent.team.as_deref().unwrap_or_default()];
            for (place, name) in names.into_iter().enumerate() {
                sheet.write_string(at, col(place)?, text(name))?;
            }
            self.numbers(sheet, at, columns, &agent.figures)?;
        }
        let last = row(rows.len())?;
        sheet.autofilter(0, 0, last, col(heads.len() - 1)?)?;
        sheet.set_freeze_panes(1, 2)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        Ok(())
    }

    fn numbers(
        &self,
        sheet: &mut Worksheet,
        at: RowNum,
        columns: &[Column],
        figures: &Figures,
    ) -> Result<(), TableError> {
        for (place, column) in (NAMES..).zip(columns) {
            self.number(sheet, at, col(place)?, column, figures)?;
        }
        Ok(())
    }

    fn number(
        &self,
        sheet: &mut Worksheet,
        at: RowNum,
        place: ColNum,
        column: &Column,
        figures: &Figures,
    ) -> Result<(), TableError> {
        let few = column.measured(figures).filter(|m| !m.enough);
        let looks = if few.is_some() { &self.looks.grey } else { &self.looks.plain };
        if let Some(measured) = few {
            match column.says {
                Says::Score => {
                    let words = self.words.fill("export-too-few", &[("n", measured.n.into())]);
                    sheet.write_string_with_format(at, place, words, &looks[0])?;
                    return Ok(());
                }
                Says::More | Says::Reviewed => return Ok(()),
                Says::Count | Says::Interval => {}
            }
        }
        let left = column.measured(figures).and_then(|m| m.reviewed).filter(|left| !left.enough);
        if let Some(left) = left.filter(|_| column.says == Says::Reviewed) {
            let words = self.words.fill("export-too-few", &[("n", left.n.into())]);
            sheet.write_string_with_format(at, place, words, &self.looks.grey[0])?;
            return Ok(());
        }
        match column.cell(figures) {
            Cell::Nothing => {}
            Cell::Text(words) => {
                sheet.write_string_with_format(at, place, text(&words), &looks[0])?;
            }
            Cell::Verdict(verdict) => {
                let words = self.words.say(&format!("verdict-{}", verdict.word()));
                sheet.write_string_with_format(at, place, text(&words), &looks[0])?;
            }
            Cell::Count(n) => {
                sheet.write_number_with_format(at, place, n as f64, &looks[0])?;
            }
            Cell::Share(value) => {
                sheet.write_number_with_format(at, place, value, &looks[1])?;
            }
            Cell::Points(value) => {
                sheet.write_number_with_format(at, place, value, &looks[2])?;
            }
            Cell::Mean(value) => {
                sheet.write_number_with_format(at, place, value, &looks[3])?;
            }
            Cell::Flag(flag) => {
                sheet.write_boolean_with_format(at, place, flag, &looks[0])?;
            }
        }
        Ok(())
    }

    /// Bars of the leading score with their intervals, drawn by the spreadsheet from the cells
    /// beside them.
    fn chart(&self, workbook: &mut Workbook) -> Result<(), TableError> {
        let lead = self.report.figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }));
        let Some(lead) = lead else { return Ok(()) };
        let scores: Vec<(&AgentRow, [f64; 3])> = self
            .report
            .agents
            .iter()
            .filter_map(|agent| {
                let m = agent.figures.measures.get(&lead.key).filter(|m| m.enough)?;
                Some((agent, [m.score?, m.low?, m.high?]))
            })
            .collect();
        if scores.is_empty() {
            return Ok(());
        }
        let name_of_lead = self.title(lead);
        let name = self.word("sheet-chart");
        let sheet = workbook.add_worksheet();
        sheet.set_name(name.as_str())?;
        let number = &self.looks.plain[if lead.shape == Shape::Nps { 2 } else { 1 }];
        for (at, word) in ["agent", "score", "low", "high", "up", "down"].iter().enumerate() {
            sheet.write_string_with_format(0, col(at)?, self.word(word), &self.looks.head)?;
        }
        let shown = scores.len().min(CHARTED);
        for (at, (agent, [score, low, high])) in (1..).zip(scores.iter().take(CHARTED)) {
            let who = if agent.name.is_empty() { &agent.agent } else { &agent.name };
            sheet.write_string(at, 0, text(who))?;
            for (place, value) in (1..).zip([*score, *low, *high, high - score, score - low]) {
                sheet.write_number_with_format(at, place, value, number)?;
            }
        }
        sheet.set_column_width(0, 22)?;
        sheet.set_freeze_panes(1, 1)?;
        let last = row(shown)?;
        let range = |column| ChartRange::new_from_range(&name, 1, column, last, column);
        let mut errors = ChartErrorBars::new();
        errors.set_type(ChartErrorBarsType::Custom(range(4), range(5)));
        let mut fill = ChartFormat::new();
        fill.set_solid_fill(ChartSolidFill::new().set_color(BAR));
        let heading = self.words.fill("export-chart-title", &[("figure", (&name_of_lead).into())]);
        let mut chart = Chart::new_bar();
        chart
            .add_series()
            .set_name(name_of_lead.as_str())
            .set_categories(&range(0))
            .set_values(&range(1))
            .set_x_error_bars(&errors)
            .set_format(&mut fill)
            .set_gap(40);
        chart.title().set_name(heading.as_str());
        chart.legend().set_hidden();
        // Of bars, y is the axis of the agents, from top to bottom as in the cells, and x that of
        // the scores.
        chart.y_axis().set_reverse();
        let (least, most) = if lead.shape == Shape::Nps { (-100, 100) } else { (0, 1) };
        chart.x_axis().set_min(least).set_max(most);
        chart.set_alt_text(heading);
        // A bar for each agent, all of them wide enough to be read.
        let height = u32::try_from(shown).unwrap_or_default().saturating_mul(22) + 120;
        chart.set_width(760).set_height(height);
        sheet.insert_chart(1, 7, &chart)?;
        if shown < scores.len() {
            let all = scores.len() as u64;
            let counts = [("shown", (shown as u64).into()), ("all", all.into())];
            let note = self.words.fill("export-chart-cut", &counts);
            sheet.write_string_with_format(0, 7, note, &self.looks.bold)?;
        }
        Ok(())
    }

    /// The whole centre, one figure a line.
    fn centre(&self, sheet: &mut Worksheet, columns: &[Column]) -> Result<(), TableError> {
        sheet.set_name(self.word("sheet-centre"))?;
        for (at, word) in ["figure", "value"].iter().enumerate() {
            sheet.write_string_with_format(0, col(at)?, self.word(word), &self.looks.head)?;
        }
        for (at, column) in (1..).zip(columns) {
            sheet.write_string(at, 0, text(&self.head(column)))?;
            self.number(sheet, at, 1, column, &self.report.centre)?;
        }
        sheet.set_column_width(0, 44)?.set_column_width(1, 20)?.set_freeze_panes(1, 0)?;
        Ok(())
    }

    /// What is shown, and how to read it.
    fn about(&self, sheet: &mut Worksheet, columns: &[Column]) -> Result<(), TableError> {
        let report = self.report;
        sheet.set_name(self.word("sheet-about"))?;
        sheet.set_column_width(0, 44)?.set_column_width(1, 90)?;
        sheet.write_string_with_format(0, 0, self.word("title"), &self.looks.title)?;
        let mut lines = vec![
            (self.word("from"), report.from.clone()),
            (self.word("to"), report.to.clone()),
            (self.word("time-zone"), report.time_zone.clone()),
            (self.word("made"), report.generated_at.clone()),
        ];
        let filters = self.filter.pairs().into_iter().filter(|(n, _)| !matches!(*n, "from" | "to"));
        let filters: Vec<_> = filters
            .map(|(name, value)| {
                (self.words.fill("export-filter", &[("name", name.into())]), value)
            })
            .collect();
        if filters.is_empty() {
            let name = self.words.fill("export-filter", &[("name", "".into())]);
            lines.push((name.trim().to_owned(), self.word("no-filter")));
        }
        lines.extend(filters);
        lines.extend(report.surveys.iter().map(|asked| {
            let credit = self.word(match asked.credit {
                Credit::Last => "credit-last",
                Credit::First => "credit-first",
                Credit::Longest => "credit-longest",
                Credit::Every => "credit-every",
            });
            let versions = asked.versions.join(", ");
            let values = [
                ("survey", (&asked.survey).into()),
                ("versions", (&versions).into()),
                ("credit", (&credit).into()),
            ];
            (self.word("surveys"), self.words.fill("export-survey", &values))
        }));
        lines.extend([
            (self.word("definitions"), report.definitions.to_owned()),
            (self.word("confidence"), format!("{:.0} %", report.confidence * 100.0)),
            (self.word("needed"), report.min_n.to_string()),
            (self.word("needed-nps"), MIN_N_NPS.to_string()),
            (self.word("not-linked"), report.not_linked.interviews.to_string()),
        ]);
        for read in ["read-interval", "read-few", "read-queues", "read-total"] {
            lines.push((self.word("reading"), self.word(read)));
        }
        lines.push((self.word("column-word"), self.word("meaning")));
        let meanings = columns.iter().map(|column| (self.head(column), column.name.clone()));
        lines.extend(meanings);
        for (at, (name, value)) in (2..).zip(&lines) {
            sheet.write_string_with_format(at, 0, text(name), &self.looks.bold)?;
            sheet.write_string_with_format(at, 1, text(value), &self.looks.wrapped)?;
        }
        Ok(())
    }
}

/// A text as long as a cell may hold.
fn text(text: &str) -> String {
    // Counted as the format counts, in units of UTF-16.
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= LONGEST
    };
    text.chars().take_while(fits).collect()
}

fn col(at: usize) -> Result<ColNum, TableError> {
    ColNum::try_from(at).map_err(|fault| TableError::of(&fault))
}

fn row(at: usize) -> Result<RowNum, TableError> {
    RowNum::try_from(at).map_err(|fault| TableError::of(&fault))
}
