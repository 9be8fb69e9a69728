//! One filter's figures as the page, the API, CSV and the workbook give them, compared.

use std::collections::BTreeMap;
use std::io::Cursor;

use aftercall::web::Router;
use calamine::{Data, Range, Reader, Xlsx};
use serde_json::Value;

use super::got;

/// The fields of one row by the names of the CSV file's columns.
type Flat = BTreeMap<String, Value>;

/// Compares all forms of the report of that query; gives the JSON.
pub async fn agree(router: &Router, query: &str, about: &str) -> Value {
    let json = got(router, &format!("/api/v1/reports/agents?{query}")).await;
    let json: Value = serde_json::from_slice(&json.bytes).expect("JSON");
    let rows = json["agents"].as_array().expect("rows");
    let csv = got(router, &format!("/api/v1/reports/agents.csv?{query}")).await;
    let head = csv_agrees(csv.text(), rows, about);
    let xlsx = got(router, &format!("/api/v1/reports/agents.xlsx?{query}")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.bytes)).expect("a workbook");
    let agents = book.worksheet_range("Agents").expect("a sheet");
    book_agrees(&agents, &head, rows, about);
    let centre = book.worksheet_range("Centre").expect("a sheet");
    for (at, name) in (1..).zip(&head[3..]) {
        let flat = flat(&json["centre"]);
        same(&cell(&centre, at, 1), &flat, name, about);
    }
    book.worksheet_range("About").expect("a sheet");
    for name in ["Agents", "Centre", "About"] {
        let formulas = book.worksheet_formula(name).expect("a sheet");
        assert!(formulas.used_cells().next().is_none(), "a formula in {name}, {about}");
    }
    let page = got(router, &format!("/agents?{query}")).await;
    page_agrees(page.text(), rows, about);
    json
}

fn flat(row: &Value) -> Flat {
    let mut flat = Flat::new();
    let mut put = |name: String, value: &Value| {
        if !value.is_null() {
            flat.insert(name, value.clone());
        }
    };
    for (key, value) in row.as_object().expect("a row") {
        match (key.as_str(), value) {
            ("dispositions", Value::Object(fields)) => {
                fields.iter().for_each(|(name, value)| put(name.clone(), value));
            }
            ("answer_rate" | "response_rate" | "reach", Value::Object(fields)) => {
                put(key.clone(), &fields["score"]);
                put(format!("{key}_low"), &fields["low"]);
                put(format!("{key}_high"), &fields["high"]);
            }
            ("coverage", Value::Object(fields)) => {
                put("coverage".into(), &fields["score"]);
                put("coverage_n".into(), &fields["n"]);
            }
            (_, Value::Object(fields)) => {
                for (name, value) in fields {
                    match value {
                        Value::Object(rank) if name == "rank" => {
                            rank.iter().for_each(|(v, n)| put(format!("{key}_rank_{v}"), n));
                        }
                        Value::Object(counts) => {
                            counts.iter().for_each(|(v, n)| put(format!("{key}_{v}"), n));
                        }
                        value => put(format!("{key}_{name}"), value),
                    }
                }
            }
            ("response_rate_reason" | "reach_reason", _) => {}
            (_, value) => put(key.clone(), value),
        }
    }
    flat
}

/// A text as spreadsheets get it.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn csv_agrees(text: &str, rows: &[Value], about: &str) -> Vec<String> {
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = lines.headers().expect("a head").iter().map(str::to_owned).collect();
    let lines: Vec<csv::StringRecord> = lines.records().collect::<Result<_, _>>().expect("lines");
    assert_eq!(lines.len(), rows.len(), "{about}");
    for (line, row) in lines.iter().zip(rows) {
        let flat = flat(row);
        for name in flat.keys() {
            assert!(head.contains(name), "no column {name}, {about}");
        }
        for (name, said) in head.iter().zip(line) {
            match flat.get(name) {
                None => assert_eq!(said, "", "{name}, {about}"),
                Some(Value::String(text)) => assert_eq!(said, harmless(text), "{name}, {about}"),
                Some(Value::Bool(flag)) => assert_eq!(said, flag.to_string(), "{name}, {about}"),
                Some(number) => {
                    let said: f64 = said.parse().expect("a number");
                    assert_eq!(Some(said), number.as_f64(), "{name}, {about}");
                }
            }
        }
    }
    head
}

fn cell(range: &Range<Data>, row: usize, column: usize) -> Data {
    range.get((row, column)).cloned().unwrap_or_default()
}

fn word(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Empty => String::new(),
        other => panic!("{other:?} where a text stands"),
    }
}

fn book_agrees(sheet: &Range<Data>, head: &[String], rows: &[Value], about: &str) {
    let lines = sheet.height().max(1) - 1;
    assert_eq!(lines, rows.len(), "{about}");
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let who = [text("agent"), text("name"), text("team")];
        let line = (1..=lines)
            .find(|line| [0, 1, 2].map(|column| word(&cell(sheet, *line, column))) == who)
            .unwrap_or_else(|| panic!("no line of {who:?}, {about}"));
        let flat = flat(row);
        for (column, name) in head.iter().enumerate().skip(3) {
            same(&cell(sheet, line, column), &flat, name, about);
        }
    }
}

/// A cell of the workbook: the same number, or, of too few answers, words and no score.
fn same(said: &Data, flat: &Flat, name: &str, about: &str) {
    let enough = |key: &str| flat.get(&format!("{key}_enough")).is_none_or(|v| v == true);
    if let Some(key) = name.strip_suffix("_score").filter(|key| !enough(key)) {
        assert_eq!(word(said), format!("too few (n = {})", flat[&format!("{key}_n")]), "{about}");
        return;
    }
    let more =
        ["mean", "mean_low", "mean_high", "expected", "shrunk", "rank_low", "rank_high", "rank_of"];
    let of = more.iter().find_map(|field| name.strip_suffix(field)?.strip_suffix('_'));
    if of.is_some_and(|key| !enough(key)) {
        assert_eq!(*said, Data::Empty, "{name}, {about}");
        return;
    }
    match (said, flat.get(name)) {
        (Data::Empty, None) => {}
        (Data::Bool(said), Some(Value::Bool(flag))) => assert_eq!(said, flag, "{name}, {about}"),
        (Data::String(said), Some(Value::String(verdict))) => {
            let words = match verdict.as_str() {
                "above" => "above what is expected",
                "as_expected" => "as expected",
                "below" => "below what is expected",
                _ => "too few to compare",
            };
            assert_eq!(said, words, "{name}, {about}");
        }
        (Data::Float(said), Some(number)) => {
            assert_eq!(Some(*said), number.as_f64(), "{name}, {about}");
        }
        other => panic!("{name}: {other:?}, {about}"),
    }
}

/// What stands between tags, with the characters that HTML writes otherwise.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let names = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    names
        .iter()
        .fold(text, |text, (name, letter)| text.replace(name, letter))
        .replace('\u{a0}', " ")
}

/// What stands in the first element that begins like this, up to that end.
fn inside<'a>(html: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = html.split_once(begin)?;
    let (_, rest) = rest.split_once('>')?;
    rest.split_once(end).map(|(inside, _)| inside)
}

fn points(value: f64) -> String {
    let text = format!("{:.0}", value.abs());
    if value < 0.0 && text != "0" { format!("−{text}") } else { text }
}

/// The page rounds; it shows no score of too few answers.
fn page_agrees(page: &str, rows: &[Value], about: &str) {
    let lines: Vec<&str> =
        page.split("<tr role=\"row\"").filter(|line| line.contains("scope=\"row\"")).collect();
    assert_eq!(lines.len(), rows.len(), "{about}");
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let (code, name, team) = (text("agent"), text("name"), text("team"));
        let below = if team.is_empty() { code.clone() } else { format!("{code} · {team}") };
        let name = if name.is_empty() { code } else { name };
        let line = lines
            .iter()
            .find(|line| {
                let said = |begin, end| inside(line, begin, end).map(plain);
                said("<a ", "</a>").as_deref() == Some(&name)
                    && said("<span class=\"sub\"", "</span>").as_deref() == Some(&below)
            })
            .unwrap_or_else(|| panic!("no line of {name}, {below}, {about}"));
        for (key, label) in [
            ("csat", "Satisfied"),
            ("nps", "Recommend (NPS)"),
            ("fcr", "Solved"),
            ("ces", "Found it easy"),
        ] {
            let said = said_in(line, label).unwrap_or_default();
            let measured = &row[key];
            let (Some(n), Some(enough)) = (measured["n"].as_u64(), measured["enough"].as_bool())
            else {
                continue;
            };
            let number = |name: &str| measured[name].as_f64().expect("a number");
            let shown = |value: f64| match key {
                "nps" => points(value),
                _ => percent(value),
            };
            if enough {
                assert!(said.contains(&shown(number("score"))), "{said}, {about}");
                assert!(said.contains(&format!("n = {n}")), "{n}: {said}, {about}");
            } else if n > 0 {
                assert!(said.contains(&format!("too few (n = {n} of")), "{said}, {about}");
            }
            if n > 0 {
                let high = shown(number("high"));
                assert!(said.contains(&high), "{high}: {said}, {about}");
            }
        }
        let offered = format!("{}{} started", row["offered"], row["started"]);
        assert_eq!(said_in(line, "Offered"), Some(offered), "{about}");
        let rate = &row["answer_rate"];
        let rate = match rate["score"].as_f64().zip(rate["low"].as_f64()).zip(rate["high"].as_f64())
        {
            Some(((score, low), high)) => {
                format!("{}{:.0}–{}", percent(score), low * 100.0, percent(high))
            }
            None => "–".to_owned(),
        };
        assert_eq!(said_in(line, "Answer rate"), Some(rate), "{about}");
        compared_agrees(line, rows, &row["csat"], about);
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// What stands in the line's cell of that column, if it has one.
fn said_in(line: &str, label: &str) -> Option<String> {
    let cell = line.split("<td ").find(|cell| cell.contains(&format!("data-label=\"{label}\"")))?;
    let cell = cell.split("</td>").next().unwrap_or_default();
    Some(plain(&format!("<td {cell}")).trim().to_owned())
}

/// What is expected and the rank: columns where anybody is compared, and nothing of those who are
/// not.
fn compared_agrees(line: &str, rows: &[Value], measured: &Value, about: &str) {
    let columns = [said_in(line, "Expected"), said_in(line, "Rank")];
    let made = rows.iter().any(|row| row["csat"].get("verdict").is_some());
    if !made {
        assert_eq!(columns, [None, None], "nobody is compared, {about}");
        return;
    }
    let none = || "–".to_owned();
    let number = |name: &str| measured[name].as_f64().filter(|_| measured["enough"] == true);
    let expected = number("expected").map_or_else(none, |expected| {
        let difference = number("shrunk").map(|shrunk| (shrunk - expected) * 100.0);
        let difference = difference.map_or_else(String::new, |points| {
            let text = format!("{:.1}", points.abs());
            match (&*text, points < 0.0) {
                ("0.0", _) => "±0.0".into(),
                (_, true) => format!("−{text}"),
                (_, false) => format!("+{text}"),
            }
        });
        format!("{}{difference}", percent(expected))
    });
    let rank = &measured["rank"];
    let rank = match rank["low"].as_u64().zip(rank["high"].as_u64()) {
        Some((low, high)) if measured["enough"] == true => {
            format!("{low}–{high}of {}", rank["of"])
        }
        _ => none(),
    };
    assert_eq!(columns, [Some(expected), Some(rank)], "{about}");
}
