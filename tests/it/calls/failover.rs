//! PostgreSQL's primary dies under load and its synchronous standby takes over: nothing that was
//! acknowledged is lost, and calls go on meanwhile.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use aftercall::store::Store;
use tokio::time::{Duration, Instant};

use super::engine::Engine;
use super::killed::{Server, VALUES, stored, write_settings};
use super::kind;
use super::nodes::{all_counted, no_faults, place_calls, until};
use super::proxy::Proxy;
use crate::harness::given;

/// Both, gone with this value.
struct Pair {
    primary: Engine,
    standby: Engine,
    _folder: tempfile::TempDir,
}

impl Drop for Pair {
    fn drop(&mut self) {
        for engine in [&self.primary, &self.standby] {
            if engine.data.join("postmaster.pid").exists() {
                engine.kill();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_and_nothing_is_lost() {
    let calls: u32 = given("AFTERCALL_TEST_CALLS").map_or(120, |n| n.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let primary = Engine::new(folder.path());
    let standby = primary.standby(folder.path()).await;
    let pair = Pair { primary, standby, _folder: folder };
    let proxy = Proxy::to(&pair.primary.url()).await;
    let own = tempfile::tempdir().expect("a folder");
    let server = Server::start(&write_settings(own.path(), &proxy.url, 400));
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&server.wire(), calls, &done);
    until(&done, calls / 3).await;
    let begun = Instant::now();
    pair.primary.kill();
    until(&done, calls * 2 / 3).await;
    pair.standby.promote();
    proxy.lead_to(&format!("127.0.0.1:{}", pair.standby.port));
    let lasted = begun.elapsed();
    no_faults(running).await;
    let ended = Instant::now();
    let store = Store::open(&pair.standby.url()).await.expect("opens");
    let all_there = async {
        for number in 0..calls {
            while stored(&store, kind(number), number).await != VALUES {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_there).await.expect("all is stored");
    println!("no primary for {lasted:?}; all stored {:?} after the last call", ended.elapsed());
    store.close().await;
    server.stop().await;
    all_counted(&pair.standby.url(), calls).await;
}
