//! Threads for what may take its time: pages, reports, exports, mails. A figure that is worked out
//! keeps its thread for as long as it takes, and a caller whose turn came to that thread would wait.
//! The system shares the processors out between these threads and those that answer calls, and gives
//! these less where there is not enough for all.

use tokio::runtime::{Builder, Handle, Runtime};

use super::AppError;

/// More than there are processors on a small machine: one long report keeps nobody else's waiting.
const THREADS: usize = 4;

/// How much this thread, and those that it starts, leave others the processors: nine parts of ten.
const STEP_BACK: i32 = 10;

/// Lets those who answer calls go first, from this thread on.
pub(super) fn step_back() {
    // Where the system does not let us, the work is done all the same.
    let _ = rustix::process::nice(STEP_BACK);
}

/// The threads; what they do ends when this is dropped.
pub(super) struct Office(Option<Runtime>);

impl Office {
    /// Starts them.
    ///
    /// # Errors
    /// If the system has no threads left.
    pub(super) fn open() -> Result<Self, AppError> {
        let threads = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("office")
            // SQLite's threads, which sqlx starts from here, inherit it.
            .on_thread_start(step_back)
            .enable_all()
            .build()
            .map_err(AppError::io("threads for reports cannot be started"))?;
        Ok(Self(Some(threads)))
    }

    /// What gives them work.
    pub(super) fn handle(&self) -> Handle {
        self.0.as_ref().map_or_else(Handle::current, |threads| threads.handle().clone())
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // Nobody may be waited for here: this is dropped on a thread that answers calls.
        if let Some(threads) = self.0.take() {
            threads.shutdown_background();
        }
    }
}
