//! The real server is killed in the middle of many calls: no key that was answered with the next
//! question is lost. Told to stop, it finishes what it began.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aftercall::dialect::Kind;
use aftercall::interview::Outcome;
use aftercall::phone::{Http, Phone, Scripted, WebRequest, WebResponse, Wire, WireError};
use aftercall::store::Store;
use http::Method;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::proxy::{Proxy, Way};
use super::{PUBLIC, kind, line, said, settings, turns};
use crate::harness::{Database, both};

const CALLS: u32 = 60;
const AT_ONCE: usize = 16;
/// Answered turns after which the server is killed.
const KILLED_AFTER: usize = 100;
/// The four questions, then nothing: 4 and 7 ask for no comment.
pub const KEYS: &str = "4 1 3 7";
pub const VALUES: [u8; 4] = [4, 1, 3, 7];

/// The program itself, serving.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl Server {
    /// Starts it on a free port and waits until it says that it is ready.
    pub fn start(config: &Path) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_aftercall"));
        program.args(["serve", "--config"]).arg(config);
        Self::run(program, config)
    }

    /// The same with so many file descriptors and no more.
    pub fn start_with_files(config: &Path, files: u32) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n \"$2\"; exec \"$0\" serve --config \"$1\""]);
        shell.arg(env!("CARGO_BIN_EXE_aftercall")).arg(config).arg(files.to_string());
        Self::run(shell, config)
    }

    fn run(mut program: Command, config: &Path) -> Self {
        let mut child = program.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let mut seen = String::new();
        let url = loop {
            let from = seen.len();
            assert!(log.read_line(&mut seen).expect("its log") > 0, "it ended: {seen}");
            let line = &seen[from..];
            // As text or as JSON.
            let listen = line.split_once("listen=").or(line.split_once("\"listen\":\""));
            if let Some((_, rest)) = listen.filter(|_| line.contains("ready")) {
                let address = rest.split([' ', '"']).next().expect("an address");
                break format!("http://{address}");
            }
        };
        // Nobody may wait because the pipe is full; whoever looks for a fault finds the log.
        let mut file = std::fs::File::create(config.with_extension("log")).expect("a file");
        std::io::Write::write_all(&mut file, seen.as_bytes()).expect("written");
        std::thread::spawn(move || std::io::copy(&mut log, &mut file));
        Self { child, url }
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("is gone");
    }

    /// Tells it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let told = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(told.expect("kill is there").success());
        let ended = tokio::task::spawn_blocking(move || self.child.wait().map(|how| how.success()));
        assert!(ended.await.expect("waits").expect("ends"), "it stops in good order");
    }

    /// Its threads by name, with how much each lets others go first: 0, or up to 19.
    fn threads(&self) -> Vec<(String, i32)> {
        let all = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("threads");
        let thread = |entry: std::io::Result<std::fs::DirEntry>| {
            let stat = std::fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
            let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
            // The seventeenth after the name (proc_pid_stat(5)).
            Some((name.to_owned(), rest.split(' ').nth(16)?.parse().ok()?))
        };
        all.filter_map(thread).collect()
    }

    pub fn wire(&self) -> Http {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Http::new(Some((PUBLIC.into(), self.url.clone()))).expect("a client")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where there is not enough processor for all, who answers calls goes before who works out a report.
#[tokio::test(flavor = "multi_thread")]
async fn reports_leave_the_processor_to_calls() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let server = Server::start(&write_settings(folder.path(), &database.url, 4000));
    // Whoever is answered finds all of them.
    let (method, url) = (Method::GET, format!("{PUBLIC}/health/ready"));
    let request = WebRequest { method, url, headers: Vec::new(), body: Default::default() };
    server.wire().send(request, None).await.expect("an answer");
    let threads = server.threads();
    let of = |wanted: &str| {
        let all = threads.iter().filter(|(name, _)| name == wanted);
        all.map(|(_, nice)| *nice).collect::<Vec<_>>()
    };
    assert_eq!(of("office"), [10; 4], "{threads:?}");
    let calls = of("tokio-rt-worker");
    assert!(!calls.is_empty() && calls.iter().all(|nice| *nice == 0), "{threads:?}");
    server.stop().await;
}

/// What one call sent, and how often it was answered.
#[derive(Default)]
struct Told {
    /// Turns that were answered with a document.
    answered: usize,
    /// The request for a turn that nobody answered yet.
    last: Option<WebRequest>,
}

/// Notes what is answered, for one call.
struct Witness {
    wire: Http,
    told: Arc<Mutex<Told>>,
    all: Arc<Progress>,
}

/// How far all calls are.
#[derive(Default)]
struct Progress {
    turns: AtomicUsize,
    enough: Notify,
}

impl Wire for Witness {
    async fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let turn = match request.method == Method::POST {
            true => {
                let over = ["exiting=", "isActive=0", "event=hangup"];
                !over.iter().any(|over| body.contains(over))
            }
            false => request.url.contains("event=GotDTMF"),
        };
        let turn = turn && request.url.contains("/turn?t=");
        if turn {
            self.told.lock().expect("not poisoned").last = Some(request.clone());
        }
        let answer = self.wire.send(request, at_ms).await?;
        if turn && answer.status == 200 {
            let mut told = self.told.lock().expect("not poisoned");
            told.answered += 1;
            told.last = None;
            drop(told);
            if self.all.turns.fetch_add(1, Ordering::Relaxed) + 1 == KILLED_AFTER {
                self.all.enough.notify_one();
            }
        }
        Ok(answer)
    }
}

/// All calls on that server, as far as they come; in each what was answered.
async fn calls(wire: Http, all: Arc<Progress>) -> Vec<(u32, Told, Vec<String>)> {
    let mut waiting = 0..CALLS;
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(number) = waiting.next()
        {
            let (wire, all) = (wire.clone(), all.clone());
            running.spawn(async move {
                let told = Arc::new(Mutex::new(Told::default()));
                let phone = Phone::new(Witness { wire, told: told.clone(), all });
                let mut line = line(kind(number), number);
                // The server keeps its own time.
                line.start_ms = None;
                line.handover = said(&[("agent", "A1"), ("lang", "en")]);
                let mut caller = Scripted::new(KEYS).expect("a script");
                let outcome = phone.call(&line, &mut caller, |_| {}).await;
                drop(phone);
                let told = std::mem::take(&mut *told.lock().expect("not poisoned"));
                (number, told, outcome.faults)
            });
        }
        let Some(call) = running.join_next().await else { break };
        done.push(call.expect("a call"));
    }
    done
}

/// Values that are stored for a call, by question.
pub async fn stored(store: &Store, kind: Kind, number: u32) -> Vec<u8> {
    let known = store.by_call_ref(turns::name(kind), &line(kind, number).call_id).await;
    let Some(known) = known.expect("reads").pop() else { return Vec::new() };
    let answers = store.answers(known.id).await.expect("reads");
    let value = |answer: &aftercall::store::Answer| match answer.outcome {
        Outcome::Answered(value) => Some(value),
        _ => None,
    };
    answers.iter().filter_map(value).collect()
}

pub fn write_settings(folder: &Path, url: &str, budget_ms: u32) -> std::path::PathBuf {
    let file = folder.join("aftercall.toml");
    let spool = folder.join("spool");
    let further = format!(
        "spool = \"{}\"\ncall.finish_key_grace_ms = 0\n[limits]\nbudget_ms = {budget_ms}",
        spool.display()
    );
    let text = settings("127.0.0.1:0", PUBLIC, url, &folder.join("media"), &further);
    std::fs::write(&file, text).expect("written");
    file
}

both! {
    async fn a_killed_server_loses_no_answered_key(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = write_settings(folder.path(), &database.url, 4000);
        let mut server = Server::start(&config);
        let all = Arc::new(Progress::default());
        let callers = calls(server.wire(), all.clone());
        tokio::pin!(callers);
        let done = tokio::select! {
            _ = all.enough.notified() => None,
            done = &mut callers => Some(done),
        };
        assert!(done.is_none(), "the calls were over before the server was killed");
        server.kill();
        // What was under way finds nobody; its phones give up.
        let done = callers.await;

        // A new server on the same store. Half of the callers' platforms ask again for the turn
        // that nobody answered, and it is taken once.
        let server = Server::start(&config);
        let wire = server.wire();
        let broken: Vec<_> = done.iter().filter(|(_, told, _)| told.last.is_some()).collect();
        let mut repeated = std::collections::BTreeSet::new();
        for (number, told, _) in broken.iter().filter(|(number, ..)| number % 4 < 2) {
            let request = told.last.clone().expect("a turn");
            let answer = wire.send(request, None).await.expect("an answer");
            assert_eq!(answer.status, 200);
            if told.answered < VALUES.len() {
                repeated.insert(*number);
            }
        }

        let store = Store::open(&database.url).await.expect("opens beside the server");
        let (mut whole, mut part) = (0, 0);
        for (number, told, _) in &done {
            let stored = stored(&store, kind(*number), *number).await;
            assert!(VALUES.starts_with(&stored), "call {number}: {stored:?}");
            let least = told.answered.min(VALUES.len());
            assert!(stored.len() >= least, "call {number}: {least} were answered, {stored:?} is stored");
            if repeated.contains(number) {
                let least = (told.answered + 1).min(VALUES.len());
                assert!(stored.len() >= least, "call {number}: the repeated turn is not stored");
            }
            if stored.len() == VALUES.len() { whole += 1 } else { part += 1 }
        }
        println!("{whole} whole, {part} broken off, {} asked again", repeated.len());
        assert!(whole > 0 && part > 0 && !broken.is_empty());
        let differences = store.doctor().await.expect("the doctor reads");
        assert!(differences.is_empty(), "{differences:?}");
        store.close().await;
    }

    async fn a_server_told_to_stop_finishes_what_it_began(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = write_settings(folder.path(), &database.url, 4000);
        let mut server = Server::start(&config);
        let all = Arc::new(Progress::default());
        let callers = calls(server.wire(), all.clone());
        tokio::pin!(callers);
        tokio::select! {
            _ = all.enough.notified() => {}
            _ = &mut callers => panic!("the calls were over before the server was stopped"),
        }
        let told = Command::new("kill").arg("-TERM").arg(server.child.id().to_string()).status();
        assert!(told.expect("kill is there").success());
        let done = callers.await;
        assert!(server.child.wait().expect("ends").success(), "it stops in good order");

        let store = Store::open(&database.url).await.expect("opens");
        for (number, told, faults) in &done {
            let stored = stored(&store, kind(*number), *number).await;
            assert!(VALUES.starts_with(&stored), "call {number}: {stored:?}");
            assert!(stored.len() >= told.answered.min(VALUES.len()), "call {number}: {stored:?}");
            // A request that reached the server was answered: what fails is to connect.
            let refused = |fault: &String| fault.contains("onnect");
            assert!(faults.iter().all(refused), "call {number}: {faults:?}");
        }
        let differences = store.doctor().await.expect("the doctor reads");
        assert!(differences.is_empty(), "{differences:?}");
        store.close().await;
    }
}

/// The database is away, and the server is killed: what callers pressed waits on its disk, the next
/// server that runs there goes on with the calls, and brings it all to the database when that is back.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_outlives_its_server() {
    let database = Database::postgres().await;
    let proxy = Proxy::to(&database.url).await;
    let folder = tempfile::tempdir().expect("a folder");
    let config = write_settings(folder.path(), &proxy.url, 400);
    let mut server = Server::start(&config);
    let kind = Kind::Freeswitch;
    let send = async |wire: &Http, request: WebRequest| {
        let answer = wire.send(request, None).await.expect("an answer");
        assert_eq!(answer.status, 200);
        turns::token(&answer.body)
    };
    let mut wire = server.wire();
    let mut tokens = Vec::new();
    for number in 0..6 {
        // Half of them began before the outage.
        if number == 3 {
            proxy.set(Way::Cut);
        }
        tokens.push(send(&wire, turns::start(kind, number, "A1")).await.expect("a token"));
    }
    for (at, key) in ["4", "1", "3"].iter().enumerate() {
        if at == 2 {
            // Somebody never wants to be asked again.
            let mut token = send(&wire, turns::start(kind, 10, "A1")).await;
            for key in ["*", "*", "5"] {
                let request = turns::turn(kind, 10, &token.expect("a token"), key);
                token = send(&wire, request).await;
            }
            // The next one takes what the first one left, and starts without the database.
            server.kill();
            server = Server::start(&config);
            wire = server.wire();
            assert!(send(&wire, turns::start(kind, 11, "A1")).await.is_some(), "others are asked");
            let mut again = turns::start(kind, 10, "A1");
            let body = String::from_utf8(again.body.to_vec()).expect("a form");
            let (call, other) = (line(kind, 10).call_id, line(kind, 12).call_id);
            again.body = body.replace(&call, &other).into();
            assert_eq!(send(&wire, again).await, None, "nobody is asked again");
        }
        for (token, number) in tokens.iter_mut().zip(0..) {
            let request = turns::turn(kind, number, token, key);
            *token = send(&wire, request).await.expect("a token");
        }
    }
    for (token, number) in tokens.iter().zip(0..) {
        send(&wire, turns::turn(kind, number, token, "7")).await;
    }
    server.kill();
    proxy.set(Way::Open);
    let _server = Server::start(&config);
    let store = Store::open(&database.url).await.expect("opens beside the server");
    let all_there = async {
        for number in 0..6 {
            while stored(&store, kind, number).await != VALUES {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), all_there).await.expect("stored");
    let differences = store.doctor().await.expect("the doctor reads");
    assert!(differences.is_empty(), "{differences:?}");
    store.close().await;
}

/// The kinds take turns, so that all are killed.
#[test]
fn all_kinds_are_called() {
    for (number, expected) in (0..).zip(Kind::ALL) {
        assert_eq!(kind(number), expected);
    }
}
