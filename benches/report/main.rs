//! What the agents report costs at the server, beside the database's own `GROUP BY` over the raw
//! answers, and what a turn costs on a store of that size.
//!
//! `cargo bench --bench report -- --answers 10000000`; the figures stand in `docs/performance.md`.
//! On SQLite, and on PostgreSQL where `AFTERCALL_TEST_POSTGRES` names a server.

mod centre;
mod turns;

use std::time::Duration;

use aftercall::clock;
use aftercall::report::{Filter, Reports, Viewer};
use aftercall::store::Store;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::Instant;

use centre::{DAYS, Door, FIRST};

/// Makes a centre of 5,000 agents over two years and times its reports.
#[derive(Parser)]
struct Arguments {
    /// How many answers there are.
    #[arg(long, default_value_t = 1_000_000)]
    answers: i64,
    /// Use this database alone, and leave it there; one that holds interviews is not filled again.
    #[arg(long)]
    url: Option<String>,
    /// Warm reports of each period; the median is printed.
    #[arg(long, default_value_t = 7)]
    times: usize,
    /// Turns to write at last.
    #[arg(long, default_value_t = 4_000)]
    turns: u32,
    /// What cargo says.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    if let Some(url) = &arguments.url {
        return measure(url, &arguments).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    measure(&format!("sqlite:{}", folder.path().join("report.db").display()), &arguments).await;
    drop(folder);
    #[expect(clippy::disallowed_methods, reason = "which server there is, as the tests know it")]
    if let Ok(server) = std::env::var("AFTERCALL_TEST_POSTGRES") {
        let name = format!("aftercall_bench_{}", std::process::id());
        let mut door = PgConnection::connect(&server).await.expect("a server");
        let make = format!("create database {name} template template0");
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut door).await.expect("made");
        let host = server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host);
        measure(&format!("{host}/{name}"), &arguments).await;
        let drop = format!("drop database {name} with (force)");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut door).await.expect("dropped");
    }
}

async fn measure(url: &str, arguments: &Arguments) {
    let engine = if url.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
    let store = Store::open(url).await.expect("opens");
    let empty = !store.any_interview().await.expect("answers");
    store.close().await;
    if empty {
        let bar = ProgressBar::new(1).with_message(engine);
        let style = ProgressStyle::with_template("{msg} filled {bar:40} {pos}/{len} days {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let began = Instant::now();
        centre::fill(url, arguments.answers, &bar).await;
        bar.finish_and_clear();
        println!("{engine}: filled in {:.0} s", began.elapsed().as_secs_f64());
    }
    let a_day = centre::interviews_a_day(arguments.answers) * 5 / 2;
    println!("{engine}, {a_day} answers a day; milliseconds");
    if empty {
        reports(url, "nothing packed", arguments).await;
    }
    let store = Store::open(url).await.expect("opens");
    let began = Instant::now();
    let packed = store.roll(FIRST + DAYS - 1).await.expect("packs");
    println!("{packed} spans packed in {:.0} s", began.elapsed().as_secs_f64());
    store.close().await;
    reports(url, "all packed", arguments).await;
    turns::measure(url, arguments.turns).await;
    if let Some(kilobytes) = resident() {
        println!("memory of this process at the end: {} MB", kilobytes / 1024);
    }
}

/// Times the report of each period.
async fn reports(url: &str, title: &str, arguments: &Arguments) {
    let last = FIRST + DAYS - 1;
    let month = (FIRST + 366 + 120, FIRST + 366 + 150);
    println!(
        "{title:<34} {:>8} {:>8} {:>8} {:>9} {:>8}",
        "first", "warm", "JSON", "GROUP BY", "times"
    );
    for (name, from, to) in [
        ("one calendar month", month.0, month.1),
        ("30 days that are no month", last - 44, last - 15),
        ("the last 30 days", last - 29, last),
        ("one calendar year", FIRST + 366, last),
        ("two calendar years", FIRST, last),
        ("two years less 20 days each end", FIRST + 20, last - 20),
    ] {
        let filter = Filter::days(clock::date(from), clock::date(to));
        let store = Store::open(url).await.expect("opens");
        let reports = Reports::new(store.clone(), jiff::tz::TimeZone::UTC);
        let mut took = Vec::new();
        let mut json = Duration::ZERO;
        for _ in 0..=arguments.times {
            let began = Instant::now();
            let report = reports.agents(&filter, &Viewer::everything(), 0).await.expect("a report");
            took.push(began.elapsed());
            let began = Instant::now();
            assert!(serde_json::to_vec(&report).expect("JSON").len() > 1000);
            json = began.elapsed();
        }
        store.close().await;
        let first = took.remove(0);
        took.sort_unstable();
        let warm = took[took.len() / 2];
        let mut door = Door::open(url).await;
        let began = Instant::now();
        door.rows(&centre::group_by(from, to)).await;
        let raw = began.elapsed();
        println!(
            "{name:<34} {:>8.1} {:>8.1} {:>8.1} {:>9.0} {:>8.0}",
            ms(first),
            ms(warm),
            ms(json),
            ms(raw),
            raw.as_secs_f64() / warm.as_secs_f64()
        );
    }
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// Resident memory in kilobytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
