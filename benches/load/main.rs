//! What a server carries: complete calls against the real program, over real connections.
//!
//! `cargo bench --bench load -- --connections 16`; the figures stand in `docs/performance.md`. The
//! program starts itself a second time as the server (`load serve --config …` is what
//! `aftercall serve --config …` is) and a third time as a bare hyper server that reads the same
//! requests and answers with as many bytes; both run on the first processor, the callers on the
//! second. Ends with 1 if an answer that was sent is not in the report exactly once.

mod answers;
mod bare;
mod beside;
mod caller;
mod drive;
mod process;
#[path = "../../tests/turn/mod.rs"]
mod turn;

use std::cell::Cell;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use aftercall::clock;
use aftercall::store::Store;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use beside::{Place, Work};
use caller::{Call, Script};
use drive::{Driver, Measured, Part};
use process::{Child, Cost};

/// Drives complete calls against a server on this machine and says what they cost it.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Connections, each with one request at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Calls of a start and four answers; as many again have all their starts first.
    #[arg(long, default_value_t = 5_000)]
    calls: u32,
    /// Calls that arrive each second, whatever the server does; without it the next request goes
    /// out when the last one was answered.
    #[arg(long)]
    rate: Option<f64>,
    /// A PostgreSQL server, in which a database is made and dropped again; without it SQLite.
    #[arg(long)]
    url: Option<String>,
    /// The folder of the SQLite file, for another disk than that of temporary files.
    #[arg(long)]
    folder: Option<std::path::PathBuf>,
    /// What is done meanwhile, again and again; calls must arrive at a rate. Several may stand:
    /// each has as many calls.
    #[arg(long, value_enum, requires = "rate", num_args = 1..)]
    beside: Vec<Work>,
    /// A store that is there already and holds whatever it holds, but no calls of today or
    /// yesterday; it stays there. `cargo bench --bench report -- --url` makes one.
    #[arg(long, conflicts_with_all = ["url", "folder"])]
    on: Option<String>,
    /// Leave the server and the callers on whichever processor they get.
    #[arg(long)]
    unpinned: bool,
    /// What cargo says.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The processor of the servers, and that of the callers.
const SERVER: usize = 0;
const CALLERS: usize = 1;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("serve" | "token" | "export" | "recount" | "retain" | "backup") => {
            return aftercall::app::main();
        }
        Some("bare") => return bare::main(),
        _ => {}
    }
    let arguments = Arguments::parse();
    if !arguments.unpinned && !process::pin(std::process::id(), CALLERS) {
        eprintln!("load: without taskset everything shares all processors");
    }
    let script = Script::record();
    // One thread: it has a processor to itself and nothing to wait for but sockets.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let counted = runtime.expect("a runtime").block_on(measure(&script, &arguments));
    if counted { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(script: &Script, arguments: &Arguments) -> bool {
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }
    .expect("a folder");
    if let Some(url) = &arguments.on {
        return on(url, folder.path(), script, arguments).await;
    }
    let Some(server) = &arguments.url else {
        let url = format!("sqlite:{}", folder.path().join("load.db").display());
        return on(&url, folder.path(), script, arguments).await;
    };
    let name = format!("aftercall_load_{}", std::process::id());
    let mut door = PgConnection::connect(server).await.expect("a server");
    let make = format!("create database {name} template template0");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut door).await.expect("made");
    let host = server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host);
    let counted = on(&format!("{host}/{name}"), folder.path(), script, arguments).await;
    let drop = format!("drop database {name} with (force)");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut door).await.expect("dropped");
    counted
}

/// Measures on that store, which is empty. Says whether every answer counts once.
async fn on(url: &str, folder: &Path, script: &Script, arguments: &Arguments) -> bool {
    let mut bare = Child::start("bare", &["bare", &script.document_bytes().to_string()]);
    let settings = script.write_settings(folder, url);
    let began = tokio::time::Instant::now();
    let mut server =
        Child::start("serve", &["serve", "--config", settings.to_str().expect("a path")]);
    let ready_ms = began.elapsed().as_millis();
    if !arguments.unpinned {
        process::pin(bare.id, SERVER);
        process::pin(server.id, SERVER);
    }
    let database = match url.starts_with("postgres") {
        true => process::postmaster(url).await,
        false => None,
    };

    let requests = u64::from(arguments.calls) * 5;
    let bar = ProgressBar::new(requests * 4);
    let style = "{msg:14} {wide_bar} {pos}/{len} requests {eta}";
    bar.set_style(ProgressStyle::with_template(style).expect("a style"));
    bar.enable_steady_tick(Duration::from_millis(500));

    let mut driver = Driver::connect(&server.address, arguments.connections, script).await;
    let mut plain = Driver::connect(&bare.address, arguments.connections, script).await;
    let cost = |server: &Child| Cost::now(server.id, database);
    let mut table = Table::new(arguments, url, ready_ms, database.is_some());

    // Once before and once after: what else the machine does falls on both sides.
    bar.set_message("bare hyper");
    let before = Cost::now(bare.id, None);
    let mut measured = plain.same(requests, &bar).await;
    let mut spent = Cost::now(bare.id, None) - before;

    let mut calls: Vec<Call> = (0..arguments.calls).map(Call::new).collect();
    let rows = match arguments.rate {
        Some(rate) => {
            bar.set_message("calls arrive");
            let before = cost(&server);
            let measured = driver.arrive(&mut calls, rate, &bar).await;
            let mut rows = vec![("calls that arrive", measured, cost(&server) - before)];
            let place = Place::new(&server, &settings, folder).await;
            for (nr, work) in (1..).zip(&arguments.beside) {
                bar.set_message(work.name());
                let from = nr * arguments.calls;
                let mut more: Vec<Call> = (from..from + arguments.calls).map(Call::new).collect();
                let done = Cell::new(0);
                let before = cost(&server);
                let measured = tokio::select! {
                    measured = driver.arrive(&mut more, rate, &bar) => measured,
                    never = work.again(&place, &done) => match never {},
                };
                rows.push((work.name(), measured, cost(&server) - before));
                bar.suspend(|| println!("{}: came to its end {} times", work.name(), done.get()));
                calls.append(&mut more);
            }
            rows
        }
        None => {
            bar.set_message("whole calls");
            let before = cost(&server);
            let measured = driver.calls(&mut calls, Part::Whole, &bar).await;
            let mut rows = vec![("whole calls", measured, cost(&server) - before)];
            let mut apart: Vec<Call> =
                (arguments.calls..2 * arguments.calls).map(Call::new).collect();
            for (part, name) in [(Part::Start, "starts alone"), (Part::Turns, "turns alone")] {
                bar.set_message(name);
                let before = cost(&server);
                let measured = driver.calls(&mut apart, part, &bar).await;
                // What a start leaves to be done afterwards belongs to it.
                settled(&server).await;
                rows.push((name, measured, cost(&server) - before));
            }
            calls.append(&mut apart);
            rows
        }
    };

    bar.set_message("bare hyper");
    let before = Cost::now(bare.id, None);
    measured.add(plain.same(requests, &bar).await);
    spent = spent + (Cost::now(bare.id, None) - before);
    bar.finish_and_clear();
    table.row("bare hyper", &measured, spent, 0);
    for (name, measured, spent) in &rows {
        table.row(name, measured, *spent, process::resident_kb(server.id));
    }
    drop((driver, plain));
    bare.stop();
    server.stop();

    let store = Store::open(url).await.expect("opens");
    let wrong = answers::compare(&calls, &store, clock::now_ms()).await;
    store.close().await;
    match &wrong[..] {
        [] => println!(
            "\n{} answers of {} calls, {} of them sent twice: each is in the report once.",
            calls.iter().map(Call::answered).sum::<usize>(),
            calls.len(),
            calls.iter().filter(|call| call.repeats()).count()
        ),
        wrong => wrong.iter().take(20).for_each(|line| println!("WRONG: {line}")),
    }
    wrong.is_empty()
}

/// Waits until a server has nothing more to do.
async fn settled(server: &Child) {
    let mut last = Cost::now(server.id, None).total();
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = Cost::now(server.id, None).total();
        if now - last < Duration::from_millis(10) {
            return;
        }
        last = now;
    }
}

/// What is printed.
struct Table {
    bare_us: f64,
    database: bool,
}

impl Table {
    fn new(arguments: &Arguments, url: &str, ready_ms: u128, database: bool) -> Self {
        let engine = url.split(':').next().unwrap_or_default();
        println!(
            "{engine}, {} connections, {} calls; ready after {ready_ms} ms\n",
            arguments.connections, arguments.calls
        );
        let more = if database { " | database µs" } else { "" };
        println!(
            "| {:17} | requests | per s | p50 ms | p99 | p99.9 | longest | CPU µs a request | user | \
             system | x bare | memory MB{more} |",
            ""
        );
        println!("|{}", "---|".repeat(if database { 13 } else { 12 }));
        Self { bare_us: f64::NAN, database }
    }

    fn row(&mut self, name: &str, measured: &Measured, spent: Cost, resident_kb: u64) {
        let n = measured.took_us.len().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let each = |time: Duration| time.as_secs_f64() * 1e6 / n as f64;
        if resident_kb == 0 {
            self.bare_us = each(spent.total());
        }
        let ms = |share: f64| f64::from(measured.quantile(share)) / 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let rate = n as f64 / measured.elapsed.as_secs_f64();
        print!(
            "| {name:17} | {n:8} | {rate:5.0} | {:6.2} | {:5.2} | {:5.2} | {:7.2} | {:16.1} | {:4.1} \
             | {:6.1} | {:6.2} |",
            ms(0.5),
            ms(0.99),
            ms(0.999),
            ms(1.0),
            each(spent.total()),
            each(spent.user),
            each(spent.system),
            each(spent.total()) / self.bare_us,
        );
        match resident_kb {
            0 => print!("           |"),
            kb => print!(" {:9} |", kb / 1024),
        }
        match self.database {
            true => println!(" {:11.1} |", each(spent.database)),
            false => println!(),
        }
    }
}
