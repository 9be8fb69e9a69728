//! What histories are made of: a server from its start to its death, on a clock that stands still.

use std::path::Path;
use std::sync::{Arc, mpsc};

use aftercall::audio::Library;
use aftercall::config::{Config, Provider};
use aftercall::desk::Desk;
use aftercall::store::{Outage, Rehearsal, Store};
use aftercall::survey::Survey;
use aftercall::telemetry::Counters;
use tokio::runtime::Runtime;
use tokio::time::Duration;

use crate::calls::{PUBLIC, T, settings};

/// What all histories begin with.
pub struct Stage {
    pub config: Arc<Config>,
    pub surveys: Vec<Arc<Survey>>,
    /// A database with all its tables that knows the surveys.
    pub empty: Vec<u8>,
    _media: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Self {
        let media = tempfile::tempdir().expect("a folder");
        let file = media.path().join("empty.db");
        let url = format!("sqlite:{}", file.display());
        let further = "call.finish_key_grace_ms = 0";
        let text = settings("127.0.0.1:8080", PUBLIC, &url, media.path(), further);
        let text = text.replace("budget_ms = 600000", "budget_ms = 600");
        let config = Arc::new(Config::read(&text, "test.toml", vec![]).expect("settings"));
        let library = Library::embedded().expect("surveys");
        let surveys = library.surveys().iter().filter(|one| one.name == "post-call");
        let surveys: Vec<Arc<Survey>> = surveys.cloned().collect();
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store = Store::open(&url).await.expect("a new store");
            let desk = Desk::open(store.clone(), config.clone(), &surveys, Arc::default()).await;
            desk.expect("a desk").surveys_seen(T).await.expect("the surveys are made known");
            store.close().await;
        });
        let empty = std::fs::read(file).expect("the store's file");
        Self { config, surveys, empty, _media: media }
    }

    pub fn provider(&self) -> &Provider {
        &self.config.providers["freeswitch"]
    }
}

/// A server from its start to its death.
pub struct Life {
    pub desk: Arc<Desk>,
    pub store: Store,
    pub database: Rehearsal,
    /// Ends the task that keeps the clock still; the runtime's own end waits for that.
    _still: mpsc::Sender<()>,
    pub runtime: Runtime,
}

impl Life {
    pub fn begin(stage: &Stage, folder: &Path, counters: &Arc<Counters>, outage: Outage) -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().expect("a runtime");
        // A clock that stands still is moved on where all tasks wait, but not while one blocks; here
        // threads that no task tells of are at work in the database.
        let (still, moves) = mpsc::channel();
        runtime.spawn_blocking(move || moves.recv());
        let (desk, store) = runtime.block_on(async {
            let url = format!("sqlite:{}", folder.join("aftercall.db").display());
            let store = Store::open(&url).await.expect("the store opens");
            let spool = folder.join("spool");
            store.use_spool(&url, &spool, "here", [[1; 16], [2; 16]]).await.expect("a spool");
            let (config, counters) = (stage.config.clone(), counters.clone());
            let desk = Desk::open(store.clone(), config, &stage.surveys, counters).await;
            (Arc::new(desk.expect("the desk opens")), store)
        });
        let database = store.rehearsal();
        database.set(outage);
        let life = Self { desk, store, database, runtime, _still: still };
        if life.store.anything_waits() {
            life.runtime.block_on(async { life.desk.bring_when_back() });
        }
        life
    }

    /// The process is gone between one instruction and the next; what its database was about to
    /// commit may still be committed. The writer's thread, which outlives its runtime here, says so
    /// in a panic if it then looks at the clock.
    pub fn kill(self, commits: bool) {
        let Self { desk, store, database, runtime, _still } = self;
        drop(_still);
        runtime.shutdown_background();
        drop((desk, store));
        database.set(if commits { Outage::AnswersLost } else { Outage::RefusesAfter(0) });
    }

    pub fn is_calm(&self) -> bool {
        !self.store.is_away() && !self.store.anything_waits()
    }

    /// Does it; where the database holds it up, the clock moves on by `patience`. Gives what came of
    /// it and how long that took.
    pub fn run<T>(&self, patience: Duration, work: impl Future<Output = T>) -> (T, Duration) {
        self.runtime.block_on(async {
            tokio::pin!(work);
            tokio::select! {
                biased;
                done = &mut work => return (done, Duration::ZERO),
                () = self.database.holds_up() => {}
            }
            tokio::time::advance(patience).await;
            (work.await, patience)
        })
    }

    /// Time passes, and what runs beside the calls comes as far as it can. Gives how much passed.
    pub fn pass(&self, time: Duration) -> Duration {
        self.runtime.block_on(async {
            let mut passed = Duration::ZERO;
            for _ in 0..30 {
                let failed = self.database.failed();
                tokio::time::advance(time).await;
                passed += time;
                for _ in 0..20_000 {
                    if self.is_calm() || self.database.held_up() > 0 {
                        return passed;
                    }
                    if self.database.failed() > failed {
                        // Whoever looks takes note of it.
                        for _ in 0..50 {
                            tokio::task::yield_now().await;
                        }
                        return passed;
                    }
                    std::thread::yield_now();
                    tokio::task::yield_now().await;
                }
            }
            panic!("something waits, and nobody looks whether the database is back");
        })
    }
}
