//! Whatever comes over the wire: no reader panics, none takes much more memory than it was sent,
//! and what was not sealed with our key opens nothing.
//!
//! Each target is an ordinary test of a few seconds, and one that libFuzzer drives for as long as
//! one likes: see `docs/testing.md`.

#[path = "../turn/mod.rs"]
mod turn;

mod bend;
mod documents;
mod requests;
mod texts;
mod tokens;

use std::alloc::System;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aftercall::dialect::Kind;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use turn::{Asked, Server};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How long each target runs as an ordinary test; `BOLERO_RANDOM_TEST_TIME_MS` says otherwise.
const RUNS_FOR: Duration = Duration::from_secs(7);

/// One kind of provider, with what its phone asked and heard.
struct Platform {
    server: Server,
    asked: Vec<Asked>,
}

/// Every kind; two calls each, the second one with a comment and a call-back.
static PLATFORMS: LazyLock<Vec<Platform>> = LazyLock::new(|| {
    let platform = |kind| {
        let server = Server::new(kind);
        let asked = ["4 1 3 7", "- * * 9 1 2 1 10# say:4 1"].map(|words| server.call(words));
        Platform { server, asked: asked.concat() }
    };
    Kind::ALL.map(platform).into()
});

/// The one at that place, counted round.
fn one<T>(of: &[T], place: u8) -> &T {
    &of[usize::from(place) % of.len()]
}

/// Holds the other targets up: memory is counted over the whole program.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    LazyLock::force(&PLATFORMS);
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes that the work asked for, also those that it gave back.
fn bytes_taken<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let region = Region::new(ALLOCATOR);
    let done = work();
    let change = region.change();
    (change.bytes_allocated.saturating_add_signed(change.bytes_reallocated), done)
}
