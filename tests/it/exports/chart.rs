//! The workbook's chart, opened: what it is drawn from are the cells that hold the figures.

use std::io::{Cursor, Read};

use calamine::{Data, Range, Reader, Xlsx};
use serde_json::Value;

use super::{got, house};
use crate::harness::both;
use crate::report::sample::{Unit, answers, put};

/// 2026-01-31.
const DAY: i64 = 20_484;
const JANUARY: &str = "from=2026-01-01&to=2026-01-31";

/// A file of a workbook.
fn part(book: &[u8], name: &str) -> String {
    let mut files = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook");
    let mut text = String::new();
    let mut file = files.by_name(name).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    file.read_to_string(&mut text).expect("text");
    text
}

/// The range that the first such element of a chart names: sheet, column, first and last row.
fn range(chart: &str, element: &str) -> (String, usize, usize, usize) {
    let (_, rest) =
        chart.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("{element}: {chart}"));
    let (_, rest) = rest.split_once("<c:f>").expect("a range");
    let (text, _) = rest.split_once("</c:f>").expect("its end");
    let (sheet, cells) = text.split_once('!').expect("a sheet");
    let cell = |cell: &str| {
        let (column, row) = cell.trim_start_matches('$').split_once('$').expect("a cell");
        let [letter] = column.as_bytes() else { panic!("{text}") };
        (usize::from(letter - b'A'), row.parse::<usize>().expect("a row") - 1)
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let ((column, first), (same, last)) = (cell(first), cell(last));
    assert_eq!(column, same, "{text}");
    (sheet.trim_matches('\'').to_owned(), column, first, last)
}

fn column(book: &[u8], chart: &str, element: &str) -> Vec<Data> {
    let (sheet, column, first, last) = range(chart, element);
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(book)).expect("a workbook");
    let cells: Range<Data> = read.worksheet_range(&sheet).expect("the sheet that it names");
    (first..=last).map(|row| cells.get((row, column)).cloned().unwrap_or_default()).collect()
}

fn numbers(cells: Vec<Data>) -> Vec<f64> {
    let number = |cell: &Data| match cell {
        Data::Float(number) => *number,
        other => panic!("{other:?} is no number"),
    };
    cells.iter().map(number).collect()
}

both! {
    /// Its names, scores and ends are those of the API, of all agents with enough answers.
    async fn the_chart_is_drawn_from_the_figures(database: Database) {
        let (app, router) = house(&database).await;
        let mut sql = Vec::new();
        for (code, name, satisfied, others) in [
            ("A1", "=1+1", 40, 10),
            ("A2", "", 20, 20),
            ("A3", "Too few", 9, 0),
            ("A4", "மீனா <குமார்>", 30, 0),
        ] {
            let store = app.store();
            let agent = store.name_agent(code, name).await.expect("an agent");
            let (team, queue) = (store.team("red").await.expect("a team"), store.queue("calls").await.expect("a queue"));
            let unit = Unit { kind: 1, agent, team, queue, language: "en", day: DAY, generation: 1 };
            sql.extend(answers(unit, 0, &[(5, satisfied), (2, others)]));
        }
        put(&database.url, &sql).await;
        let json = got(&router, &format!("/api/v1/reports/agents?{JANUARY}")).await;
        let json: Value = serde_json::from_slice(&json.bytes).expect("JSON");
        let rows = json["agents"].as_array().expect("rows").iter().filter(|row| row["csat"]["enough"] == true);
        let rows: Vec<&Value> = rows.collect();
        assert_eq!(rows.len(), 3, "{json}");
        let book = got(&router, &format!("/api/v1/reports/agents.xlsx?{JANUARY}")).await.bytes;
        let chart = part(&book, "xl/charts/chart1.xml");
        let who = rows.iter().map(|row| {
            let text = |name: &str| row[name].as_str().expect("text").to_owned();
            Data::String(Some(text("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| text("agent")))
        });
        assert_eq!(column(&book, &chart, "c:cat"), who.collect::<Vec<_>>());
        let of = |field: &str| -> Vec<f64> {
            rows.iter().map(|row| row["csat"][field].as_f64().expect("a number")).collect()
        };
        let (score, low, high) = (of("score"), of("low"), of("high"));
        let less = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
        assert_eq!(numbers(column(&book, &chart, "c:val")), score);
        assert_eq!(numbers(column(&book, &chart, "c:plus")), less(&high, &score), "up to the interval's end");
        assert_eq!(numbers(column(&book, &chart, "c:minus")), less(&score, &low), "down to its beginning");
        // The scores' axis goes from nothing to all, that of the agents from top to bottom.
        let axis = |name: &str| {
            let (_, rest) = chart.split_once(&format!("<c:{name}>")).expect("an axis");
            rest.split_once("</c:scaling>").expect("its scale").0.to_owned()
        };
        let (scores, agents) = (axis("valAx"), axis("catAx"));
        for part in ["<c:orientation val=\"minMax\"/>", "<c:max val=\"1\"/>", "<c:min val=\"0\"/>"] {
            assert!(scores.contains(part), "{part}: {scores}");
        }
        assert!(agents.contains("<c:orientation val=\"maxMin\"/>"), "{agents}");
        // It lies on the sheet that it is drawn from.
        assert!(part(&book, "xl/drawings/drawing1.xml").contains("<c:chart "));
    }
}
