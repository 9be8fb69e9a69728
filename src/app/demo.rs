//! `aftercall demo`: a sample centre whose callers were asked by the phone itself, through the
//! real webhooks, and then the server with report and phone open to click.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::call::tempfile_folder;
use super::command::Demo;
use super::{App, AppError, line, stop_signal};
use crate::clock;
use crate::config::{Config, Log};
use crate::desk::review::Marking;
use crate::interview::Millis;
use crate::phone::{Phone, Scripted};
use crate::store::report::{Cut, Pick};
use crate::telemetry;

mod centre;
mod records;

use centre::{Centre, Planned};

/// Calls placed at once; the store commits them in groups.
const AT_ONCE: usize = 64;
/// What the demo sets beside what every server of one's own needs. The time for a commit is longer
/// than a telephone line should be kept waiting, since a sample that lost calls because the machine
/// was busy would be no sample.
const SETTINGS: &str = "time_zone = \"Europe/Vilnius\"
observed_resolution = true
[call]
callbacks = true
[access]
open = true
[phone]
on = true
[limits]
budget_ms = 10000
";
/// Low ratings that the sample's reviewer looks at.
const LOOKED_AT: u32 = 60;
/// Days that the sample goes back.
const DAYS: i64 = 90;

pub(super) async fn run(demo: Demo) -> Result<ExitCode, AppError> {
    telemetry::start_log(&Log { level: "warn".into(), format: "text".into() });
    let temporary = tempfile_folder()?;
    let folder = demo.folder.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    std::fs::create_dir_all(&folder)
        .map_err(AppError::io(format!("the folder {} cannot be made", folder.display())))?;
    let settings = folder.join("aftercall.toml");
    let fresh = !settings.exists();
    let listener = free_port(demo.port).await?;
    let address = listener.local_addr().map_err(AppError::io("the port cannot be read"))?;
    if fresh {
        let text = line::own_settings(
            &address.to_string(),
            &folder.join("demo.db").display().to_string(),
            &folder.join("media").display().to_string(),
            SETTINGS,
        );
        std::fs::write(&settings, text)
            .map_err(AppError::io(format!("{} cannot be written", settings.display())))?;
    }
    let mut config = Config::load(Some(&settings))?;
    config.listen = address;
    config.public_url = format!("http://{address}");
    // The sample's recordings are at its own phone: nobody else's API is to be asked for them.
    let api = format!("{}/phone/media", config.public_url);
    for provider in config.providers.values_mut() {
        provider.api_base = Some(api.clone());
    }
    let app = App::build(config).await?;
    if fresh {
        tokio::select! {
            filled = fill(&app, demo.calls) => filled?,
            // Not left to the system: the temporary folder is to go.
            () = stop_signal() => return Ok(ExitCode::from(130)),
        }
    } else {
        eprintln!("The centre in {} is used as it was left.", folder.display());
    }
    if demo.fill_only {
        app.store().close().await;
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!();
    eprintln!("  Report   http://{address}/");
    eprintln!("  Phone    http://{address}/phone");
    eprintln!();
    eprintln!("Ctrl-C ends it.");
    app.serve(listener, stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// The wished port, or the next free one of a hundred.
async fn free_port(wished: u16) -> Result<TcpListener, AppError> {
    let mut last = None;
    for port in wished..=wished.saturating_add(100) {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return Ok(listener),
            Err(fault) => last = Some(fault),
        }
    }
    Err(AppError::Usage(format!(
        "no port from {wished} on is free: {}",
        last.map_or_else(String::new, |fault| fault.to_string())
    )))
}

/// Places the sample's calls, with a progress bar on a terminal and one line elsewhere.
async fn fill(app: &App, calls: u32) -> Result<(), AppError> {
    let now = clock::now_ms();
    let centre = Centre::new(now, DAYS);
    centre.introduce(app).await?;
    let plan = centre.plan(calls);
    let (placed, begun) = (plan.len(), Instant::now());
    let bar = ProgressBar::new(plan.len() as u64);
    if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("Placing calls {bar:40} {pos}/{len} {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    } else {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        eprintln!("Placing {} calls through the webhooks.", plan.len());
    }
    let phone = Arc::new(Phone::new(line::wire(app)));
    let app = app.clone();
    let mut running = JoinSet::new();
    let mut waiting = plan.clone().into_iter();
    let mut faults = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(planned) = waiting.next()
        {
            running.spawn(place(app.clone(), phone.clone(), planned));
        }
        let Some(done) = running.join_next().await else { break };
        bar.inc(1);
        if let Ok(Err(fault)) = done
            && faults.len() < 5
        {
            faults.push(fault);
        }
    }
    app.site.desk.settle().await;
    records::send(&app, &plan, now).await?;
    bar.finish_and_clear();
    review(&app, now).await?;
    if faults.is_empty() {
        eprintln!("{placed} calls placed in {:.1} s.", begun.elapsed().as_secs_f64());
        return Ok(());
    }
    Err(AppError::Usage(format!("some sample calls failed: {}", faults.join("; "))))
}

/// A reviewer looks at the newest low ratings and marks some of them, so that there is a reviewed
/// score beside the raw one.
async fn review(app: &App, now: Millis) -> Result<(), AppError> {
    let Some(survey) = app.site.desk.survey("post-call") else { return Ok(()) };
    let today = clock::day(now, &app.site.config.time_zone);
    let cut = Cut { from: today - DAYS, to: today, ..Cut::default() };
    let low = [1, 2].map(|value| (survey.version, 0, value)).to_vec();
    let pick = Pick { low: Some(low), limit: LOOKED_AT, ..Pick::default() };
    let found = app.store().picked_interviews(&cut, &pick).await?;
    for (at, one) in found.iter().enumerate().filter(|(at, _)| at % 3 == 0) {
        let marking = Marking {
            interview: one.id,
            question: Some(0),
            reason: ["wait", "product", "system", "rule"][at / 3 % 4],
            note: "",
            who: "Quality",
            at_ms: now,
        };
        app.site.desk.mark(&marking).await?;
    }
    Ok(())
}

/// One call of the sample.
async fn place(app: App, phone: Arc<Phone<line::Wire>>, planned: Planned) -> Result<(), String> {
    let config = &app.site.config;
    let Some(provider) = config.providers.get(planned.provider) else {
        return Err(format!("there is no provider {}", planned.provider));
    };
    let mut line = line::to(provider, &config.public_url);
    line.from.clone_from(&planned.from);
    line.start_ms = Some(planned.at_ms);
    if let Some(api) = &provider.api_base {
        line.media.clone_from(api);
    }
    line.handover = planned.handover();
    let mut caller = Scripted::new(&planned.keys).map_err(|fault| fault.to_string())?;
    let outcome = phone.call(&line, &mut caller, |_| {}).await;
    match outcome.faults.first() {
        None => Ok(()),
        Some(fault) => Err(fault.clone()),
    }
}
