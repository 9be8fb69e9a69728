//! Three servers behind a load balancer, which gives each turn of a call to another one: servers are
//! killed, started and stopped under way, and every call ends well, every key counted once.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aftercall::phone::{Http, Phone, Scripted};
use aftercall::store::Store;
use tokio::task::JoinSet;

use super::killed::{KEYS, Server, VALUES, write_settings};
use super::{PUBLIC, kind, line, said};
use crate::harness::{Database, given};

const NODES: usize = 3;
const AT_ONCE: usize = 16;

/// HAProxy in front of some ports, asking each server whether it is ready.
struct Balancer {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Balancer {
    fn before(ports: &[u16]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let servers: String = ports
            .iter()
            .map(|port| {
                format!("    server n{port} 127.0.0.1:{port} check inter 200 fall 3 rise 1\n")
            })
            .collect();
        // A turn that was cut off is asked again of another server: turns are safe to repeat.
        let text = format!(
            "global\n    maxconn 1000\ndefaults\n    mode http\n    timeout connect 1s\n    \
             timeout client 20s\n    timeout server 10s\n    timeout check 3s\n    option http-buffer-request\n    \
             retries 6\n    option redispatch 1\n    retry-on all-retryable-errors\n    \
             option httpchk GET /health/ready\nfrontend in\n    bind 127.0.0.1:{port}\n    \
             default_backend all\nbackend all\n    balance roundrobin\n{servers}"
        );
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, text).expect("written");
        let program = given("AFTERCALL_TEST_HAPROXY").unwrap_or_else(|| "haproxy".into());
        let child = Command::new(program)
            .arg("-db")
            .arg("-f")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("HAProxy starts: run tests/all, which installs it");
        Self { child, url: format!("http://127.0.0.1:{port}"), _folder: folder }
    }

    fn wire(&self) -> Http {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Http::new(Some((PUBLIC.into(), self.url.clone()))).expect("a client")
    }

    /// Until calls pass.
    async fn ready(&self) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let asked = format!("{}/health/ready", self.url);
        let ready = async {
            loop {
                match client.get(&asked).send().await {
                    Ok(answer) if answer.status().is_success() => return,
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), ready).await.expect("ready");
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Servers of one database, each with a port, settings and disk of its own.
struct Cluster {
    nodes: Vec<(std::path::PathBuf, Option<Server>)>,
    balancer: Balancer,
    _folders: Vec<tempfile::TempDir>,
}

impl Cluster {
    async fn of(database: &Database) -> Self {
        let (mut nodes, mut ports, mut folders) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..NODES {
            let folder = tempfile::tempdir().expect("a folder");
            let port = free_port();
            let config = write_settings(folder.path(), &database.url, 4000);
            let text = std::fs::read_to_string(&config).expect("settings");
            let text = text
                .replace("127.0.0.1:0", &format!("127.0.0.1:{port}"))
                .replace("[limits]", "[limits]\ndrain_seconds = 1");
            std::fs::write(&config, text).expect("written");
            let server = Server::start(&config);
            nodes.push((config, Some(server)));
            ports.push(port);
            folders.push(folder);
        }
        let balancer = Balancer::before(&ports);
        balancer.ready().await;
        Self { nodes, balancer, _folders: folders }
    }
}

/// Places that many calls, a few at once; counts those that are over, and gives what went wrong on
/// their lines.
pub fn place_calls(wire: &Http, calls: u32, done: &Arc<AtomicU32>) -> JoinSet<Vec<String>> {
    let mut running = JoinSet::new();
    let next = Arc::new(AtomicU32::new(0));
    for _ in 0..AT_ONCE {
        let (wire, next, done) = (wire.clone(), next.clone(), done.clone());
        running.spawn(async move {
            let mut faults = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= calls {
                    return faults;
                }
                faults.extend(place_call(&wire, number).await);
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    running
}

/// Places one call; gives what went wrong on its line.
pub async fn place_call(wire: &Http, number: u32) -> Vec<String> {
    let mut line = line(kind(number), number);
    // The servers keep their own time.
    line.start_ms = None;
    line.handover = said(&[("agent", "A1"), ("lang", "en")]);
    let mut caller = Scripted::new(KEYS).expect("a script");
    let outcome = Phone::new(wire.clone()).call(&line, &mut caller, |_| {}).await;
    outcome.faults.into_iter().map(|fault| format!("call {number}: {fault}")).collect()
}

/// Waits until so many calls are over.
pub async fn until(done: &AtomicU32, calls: u32) {
    while done.load(Ordering::Relaxed) < calls {
        tokio::task::yield_now().await;
    }
}

/// Nothing went wrong on any line.
///
/// # Panics
/// With the first few things that did.
pub async fn no_faults(mut running: JoinSet<Vec<String>>) {
    let mut faults = Vec::new();
    while let Some(done) = running.join_next().await {
        faults.extend(done.expect("calls"));
    }
    assert!(faults.is_empty(), "{} faults: {:?}", faults.len(), &faults[..faults.len().min(5)]);
}

/// Every call is whole, and every answer counts once.
pub async fn all_counted(url: &str, calls: u32) {
    let store = Store::open(url).await.expect("opens beside the servers");
    for number in 0..calls {
        let stored = super::killed::stored(&store, kind(number), number).await;
        assert_eq!(stored, VALUES, "call {number}");
    }
    let differences = store.doctor().await.expect("the doctor reads");
    assert!(differences.is_empty(), "{differences:?}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_killed_and_no_call_notices() {
    // AFTERCALL_TEST_CALLS=2000 for the long form.
    let calls: u32 = given("AFTERCALL_TEST_CALLS").map_or(240, |n| n.parse().expect("a number"));
    let database = Database::postgres().await;
    let mut cluster = Cluster::of(&database).await;
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&cluster.balancer.wire(), calls, &done);
    // One after the other is killed when so many calls more are over, and started again.
    let kills = 4 * NODES as u32;
    for kill in 0..kills {
        until(&done, calls * (kill + 1) / (kills + 2)).await;
        let (config, server) = &mut cluster.nodes[kill as usize % NODES];
        server.as_mut().expect("a server").kill();
        *server = None;
        *server = Some(Server::start(config));
    }
    no_faults(running).await;
    drop(cluster);
    all_counted(&database.url, calls).await;
}

/// Each server is told to stop, and started again when it has: no request is refused.
#[tokio::test(flavor = "multi_thread")]
async fn servers_are_restarted_and_no_request_fails() {
    let calls = 240;
    let database = Database::postgres().await;
    let mut cluster = Cluster::of(&database).await;
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&cluster.balancer.wire(), calls, &done);
    for node in 0..NODES {
        until(&done, calls * (node as u32 + 1) / (NODES as u32 + 3)).await;
        let (config, server) = &mut cluster.nodes[node];
        let begun = tokio::time::Instant::now();
        let stopped = server.take().expect("a server");
        stopped.stop().await;
        assert!(begun.elapsed().as_secs() < 10, "it took {:?} to stop", begun.elapsed());
        *server = Some(Server::start(config));
    }
    no_faults(running).await;
    drop(cluster);
    all_counted(&database.url, calls).await;
}
