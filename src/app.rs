//! Builds everything from the settings; starts and stops background work; the commands.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use crate::audio::Library;
use crate::clock;
use crate::config::{Config, ConfigError, TlsError};
use crate::desk::Desk;
use crate::desk::handover::Move;
use crate::desk::import::ImportError;
use crate::desk::retention::KeepingError;
use crate::desk::tokens::TokenError;
use crate::outbox::OutboxError;
use crate::report::{ReportError, Reports};
use crate::store::{Store, StoreError};
use crate::survey::{Fault, Level};
use crate::telemetry::request::Names;
use crate::telemetry::traces::{Traces, TracesError};
use crate::telemetry::{self, Counters};
use crate::web::tls::Certificate;
use crate::web::{self, Patience, Router, Site, serve};

/// Prints a line for people or for the next program.
macro_rules! say {
    ($($words:tt)*) => { $crate::app::print(format_args!("{}\n", format_args!($($words)*))) };
}

mod background;
mod call;
mod check;
mod command;
mod demo;
mod keeping;
mod line;
mod office;
mod people;
mod records;
mod trial;

use command::{Arguments, Command};
use office::Office;

/// Files beside connections: those of the database, the spool, the log and recordings.
const FILES: usize = 100;
/// How long the database may take when the server stops.
const STOP: Duration = Duration::from_secs(2);
/// Calls waiting to be moved to the survey; more are not moved.
const MOVES: usize = 256;

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
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// What is traced.
    #[error(transparent)]
    Traces(#[from] TracesError),
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

impl From<KeepingError> for AppError {
    fn from(fault: KeepingError) -> Self {
        match fault {
            KeepingError::Store(fault) => Self::Store(fault),
            file => Self::Wrong(file.to_string()),
        }
    }
}

impl From<TokenError> for AppError {
    fn from(fault: TokenError) -> Self {
        match fault {
            TokenError::Store(fault) => Self::Store(fault),
            wrong @ (TokenError::Name | TokenError::Team) => Self::Usage(wrong.to_string()),
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
        let library = Self::prepare(&config)?;
        let store = Self::store_with_spool(&config).await?;
        let app = Self::assemble(config, store, library).await?;
        let (site, away) = (&app.site, app.store.is_away());
        let mut faults = check::silent(&site.library, Some(&site.config));
        if !away {
            faults.extend(check::changed(&site.library, &app.store).await?);
        }
        if faults.iter().any(|fault| fault.level == Level::Error) {
            app.store.close().await;
            return Err(AppError::Surveys(faults));
        }
        if !away {
            site.desk.surveys_seen(clock::now_ms()).await?;
        }
        if away || app.store.anything_waits() {
            site.desk.bring_when_back();
        }
        Ok(app)
    }

    /// The store with a place on the disk for what it cannot take; without its database, if that
    /// does not answer and a server has run here before.
    ///
    /// # Errors
    /// Why the store cannot be used.
    async fn store_with_spool(config: &Config) -> Result<Store, AppError> {
        let url = config.database_url.expose_secret();
        let spool = config.spool.clone().map_or_else(|| Store::spool_of(url), Ok)?;
        let store = match Store::open(url).await {
            Ok(store) => store,
            Err(fault) if fault.is_of_the_way() => {
                return match Store::open_away(url, &spool, &host(), draw()).await {
                    Ok(store) => {
                        tracing::error!("the database is away: {fault}");
                        Ok(store)
                    }
                    Err(_) => Err(fault.into()),
                };
            }
            Err(fault) => return Err(fault.into()),
        };
        match store.use_spool(url, &spool, &host(), [draw(), draw()]).await {
            Ok(()) => {}
            Err(fault @ StoreError::Mismatch(_)) => return Err(fault.into()),
            // Callers are served all the same: the database is there.
            Err(fault) => tracing::error!("spool: {} cannot be used: {fault}", spool.display()),
        }
        Ok(store)
    }

    /// The same for a command that serves no callers: what the store knows of surveys stays as it
    /// is.
    async fn open(config: Config) -> Result<Self, AppError> {
        let library = Self::prepare(&config)?;
        let store = Store::open(config.database_url.expose_secret()).await?;
        Self::assemble(config, store, library).await
    }

    /// Surveys and sounds, and a folder in which comments can be kept.
    ///
    /// # Errors
    /// With all that is wrong with the surveys, or why the folder cannot be used.
    fn prepare(config: &Config) -> Result<Arc<Library>, AppError> {
        let library = Arc::new(library(config.surveys.prompts.as_deref())?);
        let faults = check::missing(&config.surveys, &library);
        if !faults.is_empty() {
            return Err(ConfigError { faults, surveys: None }.into());
        }
        std::fs::create_dir_all(&config.media).and_then(|()| writable(&config.media)).map_err(
            AppError::io(format!("media: comments cannot be kept in {}", config.media.display())),
        )?;
        Ok(library)
    }

    async fn assemble(
        config: Config,
        store: Store,
        library: Arc<Library>,
    ) -> Result<Self, AppError> {
        let config = Arc::new(config);
        let counters = Arc::new(Counters::new(store.batches()));
        let desk =
            Arc::new(Desk::open(store.clone(), config.clone(), library.surveys(), counters).await?);
        let reports = Reports::new(store.clone(), config.time_zone.clone());
        let reports = reports.of_people(desk.agent_codes(), config.people_min_n);
        let reports = Arc::new(reports.no_finer_than(config.people_finest));
        let (moves, wanted) = tokio::sync::mpsc::channel(MOVES);
        let wanted = Arc::new(tokio::sync::Mutex::new(wanted));
        let patience = Patience::default();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let traces = Traces::start(&config.telemetry)?;
        let names = Arc::new(Names::new(u128::from_ne_bytes(draw()) as u64));
        let office = Handle::current();
        let site =
            Site { desk, reports, config, library, draw, patience, moves, names, office, traces };
        if !store.is_away() {
            site.take_published().await?;
        }
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

    /// Serves on that listener until `stop`, then drains and closes the store.
    ///
    /// # Errors
    /// If the store does not answer at the start.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), AppError> {
        let office = Office::open()?;
        self.site.office = office.handle();
        let router = self.router().await?;
        let config = &self.site.config;
        if !self.store.is_away() {
            // The others are made beside the calls. Without it nobody is kept away.
            let today = clock::day(clock::now_ms(), &config.time_zone);
            if let Err(fault) = self.store.make_months(today, 0).await {
                tracing::error!("this month could not be made in the database: {fault}");
            }
        }
        let certificate = config.tls.clone().map(Certificate::read).transpose()?;
        let tls = certificate.as_ref().map(Certificate::acceptor).transpose();
        let tls = tls.map_err(|fault| AppError::Wrong(format!("TLS cannot be spoken: {fault}")))?;
        let background = self.background(certificate)?;
        let desk = self.site.desk.clone();
        let drain = Duration::from_secs(self.site.config.limits.drain_seconds);
        let stop = async {
            stop.await;
            // Who spreads calls over servers is to send none here before the door is closed.
            desk.stop_soon();
            tokio::time::sleep(drain).await;
            // Those who look at the wallboard would hold their connections.
            desk.close_wall();
        };
        let (limits, proxies) = (&config.limits, &config.trusted_proxies);
        serve::serve(listener, router, limits, proxies, tls, stop).await;
        // A database that does not answer keeps nobody from stopping: what is not stored waits.
        let steps = async {
            background.stop().await;
            self.site.desk.settle().await;
            if let Err(fault) = self.store.left(clock::now_ms()).await {
                tracing::warn!("nobody could be told that this server stops: {fault}");
            }
            self.store.close().await;
        };
        if tokio::time::timeout(STOP, steps).await.is_err() {
            tracing::warn!("the database was not let go of in {} s", STOP.as_secs());
        }
        let traces = self.site.traces.clone();
        let sent = tokio::task::spawn_blocking(move || traces.stop());
        if sent.await.is_err() {
            tracing::warn!("the last traces were not sent");
        }
        Ok(())
    }

    /// The store, for commands and tests.
    pub fn store(&self) -> &Store {
        &self.store
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

/// How many files the system lets this process open; `None` where nobody says, or there is no end.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What this machine calls itself, where it says.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
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
    if arguments.command.may_wait() {
        office::step_back();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("aftercall: the runtime cannot start: {fault}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(ExitCode::SUCCESS) if LOST.load(Ordering::Relaxed) => ExitCode::FAILURE,
        Ok(code) => code,
        Err(AppError::Usage(message)) => {
            complain(format_args!("aftercall: {message}"));
            ExitCode::from(2)
        }
        Err(fault) => {
            complain(format_args!("aftercall: {fault}"));
            ExitCode::FAILURE
        }
    }
}

/// Something that was to be printed is lost.
static LOST: AtomicBool = AtomicBool::new(false);

/// Prints a line to standard error; where nobody takes it, there is nobody to tell.
fn complain(words: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

/// Prints to standard output. That nobody reads on (`aftercall call … | head`) is no fault.
fn print(words: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    let Err(fault) = std::io::stdout().lock().write_fmt(words) else { return };
    if fault.kind() != std::io::ErrorKind::BrokenPipe {
        complain(format_args!("aftercall: what was to be printed is lost: {fault}"));
        LOST.store(true, Ordering::Relaxed);
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
        Command::Backup(backup) => keeping::backup(backup).await,
        Command::Retain(retain) => keeping::retain(retain).await,
        Command::Erase(erase) => keeping::erase(erase).await,
        Command::Subject(subject) => keeping::subject(subject).await,
    }
}

async fn serve_command(settings: &command::Settings) -> Result<ExitCode, AppError> {
    let config = Config::load(settings.config.as_deref())?;
    telemetry::start_log(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let connections = config.limits.connections;
    if let Some(files) = open_files().filter(|files| *files < connections.saturating_add(FILES)) {
        tracing::warn!(
            "limits.connections is {connections}, but the system lets this process open {files} \
             files only: raise that (LimitNOFILE of systemd, ulimit -n) to {} or more, or set \
             limits.connections lower",
            connections.saturating_add(FILES)
        );
    }
    let listen = config.listen;
    let app = App::build(config).await?;
    if !app.store.is_away() {
        app.site.desk.check_time_zone().await?;
    }
    let listener = TcpListener::bind(listen)
        .await
        .map_err(AppError::io(format!("cannot listen on {listen}")))?;
    // Who reads that the server is ready may tell it to stop at once.
    let stop = stop_signal();
    // Port 0 asks for any free one: this is where it really listens.
    let listen = listener.local_addr().map_err(AppError::io("the port cannot be read"))?;
    tracing::info!(
        %listen,
        public_url = %app.site.config.public_url,
        surveys = app.site.library.surveys().len(),
        providers = app.site.config.providers.len(),
        "ready"
    );
    app.serve(listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends when the process is told to stop, from this call on, whether or not anybody waits yet.
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let told = |kind| {
        let listens = signal(kind);
        async move {
            match listens {
                Ok(mut listens) => {
                    listens.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        }
    };
    let (interrupt, terminate) = (told(SignalKind::interrupt()), told(SignalKind::terminate()));
    async move {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
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
