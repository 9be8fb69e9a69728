//! Commands on the store that the settings name: report, import, speak, tokens, recount.

use std::io::{ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::ExposeSecret;

use super::command::{
    Agents, CreateToken, Export, File, Format, Import, Report, RevokeToken, Settings, Speak,
};
use super::{App, AppError, library};
use crate::audio;
use crate::clock;
use crate::config::Config;
use crate::desk::audit::{Act, By};
use crate::report::{Filter, Viewer, book, table};
use crate::store::Store;
use crate::web;
use crate::web::access::Role;

/// Time without a word after which a server is taken for dead.
const LOST_MS: i64 = 60_000;

/// A progress bar on a terminal, nothing elsewhere.
pub(super) fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = format!("{what} {{bar:40}} {{pos}}/{{len}} {{eta}} left");
    bar.set_style(
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

async fn app(settings: &Settings) -> Result<App, AppError> {
    App::open(Config::load(settings.config.as_deref())?).await
}

/// The same where the store must be there: an empty one, made in the wrong folder, would say that
/// nobody ever called.
pub(super) async fn known(settings: &Settings) -> Result<App, AppError> {
    let config = Config::load(settings.config.as_deref())?;
    absent(&config)?;
    App::open(config).await
}

/// Refuses to go on where there is no store.
pub(super) fn absent(config: &Config) -> Result<(), AppError> {
    let Some(file) = Store::absent(config.database_url.expose_secret())? else { return Ok(()) };
    Err(AppError::Wrong(format!(
        "there is no store at {}; aftercall serve makes it; relative paths follow the working \
         directory",
        file.display()
    )))
}

pub(super) async fn report(report: Report) -> Result<ExitCode, AppError> {
    let Report::Agents(wanted) = report;
    let app = known(&wanted.settings).await?;
    let now = clock::now_ms();
    let reports = &app.site.reports;
    let filter = Filter::read(&pairs(&wanted), reports.today(now))?;
    let made = reports.agents(&filter, &operator(&app), now).await?;
    app.site.desk.audit(&By::Command, Act::Export, "report:agents", now).await?;
    let unwritten = |fault: table::TableError| AppError::Usage(fault.to_string());
    let made = match wanted.format {
        Format::Json => serde_json::to_string_pretty(&made)
            .map(|text| (text + "\n").into_bytes())
            .map_err(|fault| AppError::Usage(fault.to_string()))?,
        Format::Csv => table::csv(&made).map_err(unwritten)?.into_bytes(),
        Format::Xlsx => book::xlsx(&made, &filter, wanted.words).map_err(unwritten)?,
        Format::Table => table::text(&made).into_bytes(),
    };
    match &wanted.out {
        Some(file) => {
            let what = format!("{} cannot be written", file.display());
            private(file).and_then(|mut to| to.write_all(&made)).map_err(AppError::io(what))?;
        }
        None => super::print(format_args!("{}", String::from_utf8_lossy(&made))),
    }
    Ok(ExitCode::SUCCESS)
}

/// A file for what is told of people: a new one is for this user alone.
fn private(file: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(file)
}

/// Whoever runs commands sees the whole centre, and of people what the settings say.
fn operator(app: &App) -> Viewer {
    Viewer { people: app.site.config.people, ..Viewer::everything() }
}

/// The report's filters as a request would say them.
fn pairs(wanted: &Agents) -> Vec<(String, String)> {
    [
        ("from", &wanted.from),
        ("to", &wanted.to),
        ("survey", &wanted.survey),
        ("queue", &wanted.queue),
        ("team", &wanted.team),
        ("agent", &wanted.agent),
        ("language", &wanted.language),
        ("channel", &wanted.channel),
        ("question", &wanted.question),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_string(), value.clone()?)))
    .collect()
}

pub(super) async fn export(export: Export) -> Result<ExitCode, AppError> {
    let Export::Interviews(wanted) = export;
    let app = known(&wanted.settings).await?;
    let asked = [
        ("from", &wanted.from),
        ("to", &wanted.to),
        ("survey", &wanted.survey),
        ("team", &wanted.team),
        ("queue", &wanted.queue),
        ("language", &wanted.language),
        ("channel", &wanted.channel),
    ];
    let asked = asked.into_iter().filter_map(|(name, value)| Some((name.into(), value.clone()?)));
    let asked: Vec<(String, String)> = asked.collect();
    let reports = &app.site.reports;
    let now = clock::now_ms();
    let filter = Filter::read(&asked, reports.today(now))?;
    let viewer = operator(&app);
    app.site.desk.audit(&By::Command, Act::Export, "interviews", now).await?;
    let mut export = reports.export(&filter, &viewer, wanted.after.as_deref()).await?;
    let what = "the lines cannot be written".to_owned();
    let mut to: Box<dyn Write> = match &wanted.out {
        Some(file) => {
            let what = format!("{} cannot be written", file.display());
            Box::new(private(file).map_err(AppError::io(what))?)
        }
        None => Box::new(std::io::stdout()),
    };
    while let Some(lines) = reports.next_lines(&mut export).await? {
        match to.write_all(lines.as_bytes()) {
            // Whoever reads has what they wanted.
            Err(fault) if fault.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            done => done.map_err(AppError::io(what.clone()))?,
        }
    }
    to.flush().map_err(AppError::io(what))?;
    Ok(ExitCode::SUCCESS)
}

/// A whole CSV file, or standard input for `-`.
fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    let what = format!("{} cannot be read", path.display());
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(AppError::io(what))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(AppError::io(what))
}

pub(super) async fn import(import: Import) -> Result<ExitCode, AppError> {
    let (Import::Calls(File { file, settings }) | Import::Agents(File { file, settings })) =
        &import;
    let bytes = read(file)?;
    // Agents may be there before the first call is, but not a call's record.
    let app = match &import {
        Import::Calls(_) => known(settings).await?,
        Import::Agents(_) => app(settings).await?,
    };
    let bar = bar(bytes.len() as u64, "Reading bytes");
    let mut progress = |done: u64| bar.set_position(done);
    let now = clock::now_ms();
    let done = match &import {
        Import::Calls(_) => app.site.desk.import_calls(&bytes[..], now, &mut progress).await,
        Import::Agents(_) => app.site.desk.import_agents(&bytes[..], &mut progress).await,
    }?;
    bar.finish_and_clear();
    for bad in &done.bad {
        super::complain(format_args!("{}:{}: {}", file.display(), bad.line, bad.reason));
    }
    say!("{} taken, {} refused", done.taken, done.bad.len());
    Ok(if done.bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn speak(speak: Speak) -> Result<ExitCode, AppError> {
    let (named, speech_settings) = match &speak.settings.config {
        Some(file) => {
            let config = Config::load(Some(file))?;
            (config.surveys.prompts, config.speech)
        }
        None => (None, Config::speech_defaults()),
    };
    let folder = speak.folder.or(named).unwrap_or_else(|| "prompts".into());
    let bar = bar(1, "Speaking");
    let made = audio::speak::speak(&folder, &speech_settings, speak.survey.as_deref(), |at| {
        bar.set_length(at.of as u64);
        bar.set_position(at.done as u64);
    })
    .await
    .map_err(|fault| AppError::Wrong(fault.to_string()))?;
    bar.finish_and_clear();
    say!(
        "{} made, {} already right, {} recorded by people and left alone, {} no longer needed",
        made.made,
        made.kept,
        made.human,
        made.removed
    );
    library(Some(&folder))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn create_token(token: CreateToken) -> Result<ExitCode, AppError> {
    let role: Role = token.role.parse().map_err(AppError::Usage)?;
    let app = known(&token.settings).await?;
    if !role.of_tokens() {
        let message = "a token's role is admin, manager, reviewer, read or feed";
        return Err(AppError::Usage(message.into()));
    }
    let (random, now) = (web::random(&app.site), clock::now_ms());
    let (desk, by) = (&app.site.desk, By::Command);
    let made =
        desk.create_limited_token(&token.name, role.word(), &token.team, random, &by, now).await?;
    say!("{made}");
    Ok(ExitCode::SUCCESS)
}

/// Takes back all tokens of a name.
pub(super) async fn revoke_tokens(token: RevokeToken) -> Result<ExitCode, AppError> {
    let app = known(&token.settings).await?;
    match app.site.desk.take_back_tokens(&token.name, &By::Command, clock::now_ms()).await? {
        0 => Err(AppError::Wrong(format!("there is no token named \"{}\"", token.name))),
        gone => {
            say!("{gone} taken back; running servers believe them for half a minute more");
            Ok(ExitCode::SUCCESS)
        }
    }
}

pub(super) async fn recount(settings: &Settings) -> Result<ExitCode, AppError> {
    let app = known(settings).await?;
    let bar = bar(0, "Counting interviews");
    // What is counted is packed, too.
    let today = clock::day(clock::now_ms(), &app.site.config.time_zone);
    app.store().over(today - 1).await?;
    let done = app.site.desk.recount(&|n| bar.set_position(n)).await?;
    bar.finish_and_clear();
    for difference in &done.differences {
        say!("corrected: {difference}");
    }
    say!(
        "{} interviews counted, {} numbers corrected, {} moved to another day",
        done.interviews,
        done.differences.len(),
        done.moved
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn doctor(settings: &Settings) -> Result<ExitCode, AppError> {
    let app = known(settings).await?;
    let differences = app.store().doctor().await?;
    for difference in &differences {
        say!("{difference}");
    }
    match differences.len() {
        0 => say!("every tally equals a recount"),
        n => say!("{n} numbers differ; aftercall recount mends them"),
    }
    let chain = app.site.desk.audit_chain().await?;
    match (chain.broken, &chain.head) {
        (Some(at), _) => say!(
            "the audit log is not as it was written: entry {at} of {} does not follow from those \
             before it; something was changed, taken out or put in there",
            chain.entries
        ),
        (None, Some(head)) => say!(
            "the audit log holds: {} entries, {} of them chained; its head is {head}",
            chain.entries,
            chain.chained
        ),
        (None, None) => say!("the audit log has no chained entry yet"),
    }
    if chain.cut > 0 {
        say!(
            "{} older entries went when they were old enough; the chain goes on from there",
            chain.cut
        );
    }
    let kept = waiting(&app).await?;
    let whole = differences.is_empty() && chain.broken.is_none() && kept;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what waits for the database, here and with other servers; whether nothing of it needs a
/// person.
async fn waiting(app: &App) -> Result<bool, AppError> {
    let now = clock::now_ms();
    let mut well = true;
    for node in app.store().nodes().await? {
        let turns = node.waiting;
        if now.saturating_sub(node.seen_ms) > LOST_MS {
            well = false;
            let seen = jiff::Timestamp::from_millisecond(node.seen_ms).unwrap_or_default();
            say!(
                "the server at {} was last seen at {seen:.0} and did not stop in good order; {turns} \
                 turns waited there then, perhaps more now. Start it again: what waits in its spool \
                 is stored then",
                node.place
            );
        } else if turns > 0 {
            say!("{turns} turns wait for the database in the spool at {}", node.place);
        }
    }
    let config = &app.site.config;
    let url = config.database_url.expose_secret();
    let folder = config.spool.clone().map_or_else(|| Store::spool_of(url), Ok)?;
    let depth = Store::look_at_spool(&folder).await?;
    if depth.refused > 0 {
        well = false;
        say!(
            "{} things in the spool in {} are refused by the database; its server's log says why, \
             and tries them again when it starts",
            depth.refused,
            folder.display()
        );
    }
    Ok(well)
}
