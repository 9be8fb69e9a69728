//! Threads for what may take its time: pages, reports, exports, mails. A figure that is worked out
//! keeps its thread for as long as it takes, and a caller whose turn came to that thread would wait.
//! The system shares the processors out between these threads and those that answer calls.

use tokio::runtime::{Builder, Handle, Runtime};

use super::AppError;

/// More than there are processors on a small machine: one long report keeps nobody else's waiting.
const THREADS: usize = 4;

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
