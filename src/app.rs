//! Builds everything from the settings; starts and stops background work; the commands.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::audio::Library;
use crate::clock;
use crate::config::{Config, ConfigError};
use crate::desk::Desk;
use crate::desk::handover::Move;
use crate::desk::import::ImportError;
use crate::desk::tokens::TokenError;
use crate::outbox::OutboxError;
use crate::outbox::moves::Mover;
use crate::outbox::recordings::Recordings;
use crate::outbox::sender::Sender;
use crate::outbox::teller::{self, Teller};
use crate::report::{ReportError, Reports};
use crate::store::{Store, StoreError};
use crate::survey::{Fault, Level};
use crate::telemetry::{self, Counters};
use crate::web::{self, Patience, Router, Site, serve};

/// Prints a line for people or for the next program.
macro_rules! say {
    ($($words:tt)*) => { $crate::app::print(format_args!("{}\n", format_args!($($words)*))) };
}

mod call;
mod check;
mod command;
mod demo;
mod line;
mod people;
mod records;
mod trial;

use command::{Arguments, Command};

/// How often the never-ask list is read again.
const REFRESH: Duration = Duration::from_secs(30);
/// How often rules and surveys made in the page of another node are read.
const TAKE: Duration = Duration::from_secs(3);
/// How often what was left unlinked is linked.
const LINK: Duration = Duration::from_secs(60);
/// Calls waiting to be moved to the survey; more are not moved.
const MOVES: usize = 256;
/// How often days that are over, and what has changed of them, are packed.
const ROLL: Duration = Duration::from_secs(60);
/// How often open interviews past their limit are closed.
const EXPIRE: Duration = Duration::from_secs(10);

/// Why a command could not do its work. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The survey files.
    #[error("the survey files cannot be used:\n{}", .0.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n"))]
    Surveys(Vec<Fault>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file, a port or a program.
    #[error("{what}: {fault}")]
    Io {
        /// What was tried.
        what: String,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// What goes out.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// Something is wrong with what was given.
    #[error("{0}")]
    Wrong(String),
    /// What was asked for cannot be understood.
    #[error("{0}")]
    Usage(String),
}

impl From<ReportError> for AppError {
    fn from(fault: ReportError) -> Self {
        match fault {
            ReportError::Store(fault) => Self::Store(fault),
            asked => Self::Usage(asked.to_string()),
        }
    }
}

impl From<ImportError> for AppError {
    fn from(fault: ImportError) -> Self {
        match fault {
            ImportError::Store(fault) => Self::Store(fault),
            file => Self::Wrong(file.to_string()),
        }
    }
}

impl From<TokenError> for AppError {
    fn from(fault: TokenError) -> Self {
        match fault {
            TokenError::Store(fault) => Self::Store(fault),
            name @ TokenError::Name => Self::Usage(name.to_string()),
        }
    }
}

impl AppError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |fault| Self::Io { what, fault }
    }
}

/// Everything built from one [`Config`].
#[derive(Clone, Debug)]
pub struct App {
    /// What pages, endpoints and webhooks work with.
    pub site: Site,
    store: Store,
    wanted: Arc<tokio::sync::Mutex<tokio::sync::mpsc::Receiver<Move>>>,
}

impl App {
    /// Opens store and surveys and builds the house for callers; no port is bound yet. The store
    /// learns of the surveys, unless one was changed without saying how its answers go on.
    ///
    /// # Errors
    /// With all that is wrong with the surveys, or why the store cannot be used.
    pub async fn build(config: Config) -> Result<Self, AppError> {
        let app = Self::open(config).await?;
        let site = &app.site;
        let mut faults = check::silent(&site.library, Some(&site.config));
        faults.extend(check::changed(&site.library, &app.store).await?);
        if faults.iter().any(|fault| fault.level == Level::Error) {
            app.store.close().await;
            return Err(AppError::Surveys(faults));
        }
        site.desk.surveys_seen(clock::now_ms()).await?;
        match crate::web::webhooks::sweep(&site.config.media) {
            Ok(0) => {}
            Ok(swept) => {
                tracing::info!(swept, "recordings that a stopped server left half written")
            }
            Err(fault) => tracing::warn!("the media folder cannot be swept: {fault}"),
        }
        Ok(app)
    }

    /// The same for a command that serves no callers: what the store knows of surveys stays as it
    /// is.
    async fn open(config: Config) -> Result<Self, AppError> {
        let library = Arc::new(library(config.surveys.prompts.as_deref())?);
        let faults = check::missing(&config.surveys, &library);
        if !faults.is_empty() {
            return Err(ConfigError { faults, surveys: None }.into());
        }
        std::fs::create_dir_all(&config.media).and_then(|()| writable(&config.media)).map_err(
            AppError::io(format!("media: comments cannot be kept in {}", config.media.display())),
        )?;
        let store = Store::open(config.database_url.expose_secret()).await?;
        Self::assemble(config, store, library).await
    }

    async fn assemble(
        config: Config,
        store: Store,
        library: Arc<Library>,
    ) -> Result<Self, AppError> {
        let config = Arc::new(config);
        let counters = Arc::new(Counters::default());
        let desk =
            Arc::new(Desk::open(store.clone(), config.clone(), library.surveys(), counters).await?);
        let reports = Reports::new(store.clone(), config.time_zone.clone());
        let reports = Arc::new(reports.of_people(desk.agent_codes(), config.people_min_n));
        let (moves, wanted) = tokio::sync::mpsc::channel(MOVES);
        let wanted = Arc::new(tokio::sync::Mutex::new(wanted));
        let patience = Patience::default();
        let site = Site { desk, reports, config, library, draw, patience, moves };
        site.take_published().await?;
        Ok(Self { site, store, wanted })
    }

    /// All routes; with the phone in the browser where the settings want it.
    ///
    /// # Errors
    /// If what the routes stand on cannot be had.
    pub async fn router(&self) -> Result<Router, AppError> {
        let phone = match self.site.config.phone.on {
            true => Some(line::browser_phone(self)),
            false => None,
        };
        Ok(web::whole(&self.site, phone, trial::trial(self)))
    }

    /// The webhooks and audio alone, for a phone in the same process.
    pub fn voice(&self) -> Router {
        web::voice(&self.site)
    }

    /// Background work; ends when the returned set is dropped.
    fn background(&self) -> Result<tokio::task::JoinSet<()>, AppError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut tasks = tokio::task::JoinSet::new();
        let (config, desk) = (self.site.config.clone(), self.site.desk.clone());
        let counters = desk.counters_shared();
        let recordings = Recordings::new(self.store.clone(), config, counters.clone())?;
        tasks.spawn(async move { recordings.run(clock::now_ms).await });
        tasks.spawn(tell(self.store.clone(), self.site.clone()));
        let (store, reports) = (self.store.clone(), self.site.reports.clone());
        let sender = Sender::new(store, reports, self.site.config.clone(), counters.clone())?;
        tasks.spawn(async move { sender.run(clock::now_ms).await });
        tasks.spawn(move_calls(Mover::new(counters)?, desk.clone(), self.wanted.clone()));
        tasks.spawn(async move {
            loop {
                let now = clock::now_ms();
                if let Err(fault) = desk.link_rest(now).await {
                    tracing::warn!("what waits to be linked could not be: {fault}");
                }
                if let Err(fault) = desk.forget_announced(now).await {
                    tracing::warn!("old announcements could not be forgotten: {fault}");
                }
                tokio::time::sleep(LINK).await;
            }
        });
        let desk = self.site.desk.clone();
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(REFRESH).await;
                if let Err(fault) = desk.refresh_never_ask().await {
                    tracing::warn!("the never-ask list could not be read again: {fault}");
                }
            }
        });
        let (store, zone) = (self.store.clone(), self.site.config.time_zone.clone());
        tasks.spawn(async move {
            loop {
                if let Err(fault) = store.roll(clock::day(clock::now_ms(), &zone) - 1).await {
                    tracing::warn!("days that are over could not be packed: {fault}");
                }
                tokio::time::sleep(ROLL).await;
            }
        });
        let site = self.site.clone();
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(TAKE).await;
                if let Err(fault) = site.desk.refresh_switches(clock::now_ms()).await {
                    tracing::warn!("the rules for who is asked could not be read again: {fault}");
                }
                if let Err(fault) = site.take_published().await {
                    tracing::warn!("what was published could not be read: {fault}");
                }
            }
        });
        let store = self.store.clone();
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(EXPIRE).await;
                // A part at a time, so that callers are not kept waiting.
                loop {
                    match store.close_expired(clock::now_ms()).await {
                        Ok(closed) if closed > 0 => {}
                        Ok(_) => break,
                        Err(fault) => {
                            tracing::warn!("open interviews could not be closed: {fault}");
                            break;
                        }
                    }
                }
            }
        });
        Ok(tasks)
    }

    /// Serves on that listener until `stop`, then drains and closes the store.
    ///
    /// # Errors
    /// If the store does not answer at the start.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), AppError> {
        let router = self.router().await?;
        let background = self.background()?;
        let desk = self.site.desk.clone();
        let stop = async {
            stop.await;
            // Those who look at the wallboard would hold their connections.
            desk.close_wall();
        };
        serve::serve(listener, router, &self.site.config.limits, stop).await;
        drop(background);
        self.site.desk.settle().await;
        self.store.close().await;
        Ok(())
    }

    /// The store, for commands and tests.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// Finds out what others are to be told, if anybody wants to be; tries until the store says.
async fn tell(store: Store, site: Site) {
    let (reports, config) = (site.reports, site.config);
    loop {
        let counters = site.desk.counters_shared();
        let (again, reports, config) = (store.clone(), reports.clone(), config.clone());
        match Teller::open(again, reports, config, counters, clock::now_ms()).await {
            Ok(Some(teller)) => teller.run(clock::now_ms).await,
            Ok(None) => teller::nobody(&store, clock::now_ms).await,
            Err(fault) => tracing::warn!("who wants to be told of what cannot be read: {fault}"),
        }
        tokio::time::sleep(EXPIRE).await;
    }
}

/// Moves the customers of wrapped-up calls to the survey, for providers that are set so.
async fn move_calls(
    mover: Mover,
    desk: Arc<Desk>,
    wanted: Arc<tokio::sync::Mutex<tokio::sync::mpsc::Receiver<Move>>>,
) {
    let mut wanted = wanted.lock().await;
    while let Some(wish) = wanted.recv().await {
        let (mover, desk) = (mover.clone(), desk.clone());
        tokio::spawn(async move {
            let Some(provider) = desk.config().providers.get(&wish.provider) else { return };
            let start = desk.announce_move(&wish, draw(), clock::now_ms()).await;
            // Counted and logged by the mover itself.
            let _ = mover.move_call(provider, &wish.customer, &start).await;
        });
    }
}

/// Surveys and sounds: from a folder, or those inside the program.
fn library(folder: Option<&Path>) -> Result<Library, AppError> {
    match folder {
        Some(folder) => Library::folder(folder),
        None => Library::embedded(),
    }
    .map_err(AppError::Surveys)
}

/// Whether files can be written in a folder, or, where it is not there yet, in the nearest one
/// above it that is.
///
/// # Errors
/// Why they cannot.
fn writable(folder: &Path) -> std::io::Result<()> {
    let there = folder.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(there).map(drop)
}

/// Sixteen bytes that nobody can guess.
#[expect(clippy::expect_used, reason = "without the system's randomness nothing here is safe")]
fn draw() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret of 64 hex digits.
fn draw_secret() -> String {
    [draw(), draw()].as_flattened().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs the command line; the exit code is 0 if all went well, 1 if something is wrong with what
/// was given, 2 if the command line itself cannot be understood.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("aftercall: the runtime cannot start: {fault}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(AppError::Usage(message)) => {
            eprintln!("aftercall: {message}");
            ExitCode::from(2)
        }
        Err(fault) => {
            eprintln!("aftercall: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Prints to standard output. That nobody reads on (`aftercall call … | head`) is no fault.
fn print(words: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    let Err(fault) = std::io::stdout().lock().write_fmt(words) else { return };
    if fault.kind() != std::io::ErrorKind::BrokenPipe {
        eprintln!("aftercall: what was to be printed is lost: {fault}");
    }
}

async fn run(command: Command) -> Result<ExitCode, AppError> {
    match command {
        Command::Serve(settings) => serve_command(&settings).await,
        Command::Demo(demo) => demo::run(demo).await,
        Command::Call(call) => call::run(call).await,
        Command::Check(check) => check::check(&check).await,
        Command::Report(report) => records::report(report).await,
        Command::Export(export) => records::export(export).await,
        Command::Import(import) => records::import(import).await,
        Command::Prompts(command::Prompts::Speak(speak)) => records::speak(speak).await,
        Command::Token(command::Token::Create(token)) => records::create_token(token).await,
        Command::Token(command::Token::Revoke(token)) => records::revoke_tokens(token).await,
        Command::User(user) => people::user(user).await,
        Command::Recount(settings) => records::recount(&settings).await,
        Command::Doctor(settings) => records::doctor(&settings).await,
    }
}

async fn serve_command(settings: &command::Settings) -> Result<ExitCode, AppError> {
    let config = Config::load(settings.config.as_deref())?;
    telemetry::start_log(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let listen = config.listen;
    let app = App::build(config).await?;
    app.site.desk.check_time_zone().await?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(AppError::io(format!("cannot listen on {listen}")))?;
    // Port 0 asks for any free one: this is where it really listens.
    let listen = listener.local_addr().map_err(AppError::io("the port cannot be read"))?;
    tracing::info!(
        %listen,
        public_url = %app.site.config.public_url,
        surveys = app.site.library.surveys().len(),
        providers = app.site.config.providers.len(),
        "ready"
    );
    app.serve(listener, stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends when the process is told to stop.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database that is away is no mistake of whoever typed the command.
    #[test]
    fn a_fault_of_the_store_is_not_one_of_the_command() {
        let faults: [AppError; 3] = [
            ReportError::Store(StoreError::Busy).into(),
            ImportError::Store(StoreError::Busy).into(),
            TokenError::Store(StoreError::Busy).into(),
        ];
        assert!(faults.iter().all(|fault| matches!(fault, AppError::Store(StoreError::Busy))));
        assert!(matches!(TokenError::Name.into(), AppError::Usage(_)));
    }
}
