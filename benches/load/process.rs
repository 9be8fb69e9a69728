//! Processes of this machine: started, pinned, and what they have cost.

use std::io::{BufRead, BufReader};
use std::ops::{Add, Sub};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection};

/// This program once more, as a server.
pub struct Child {
    pub id: u32,
    /// Where it listens.
    pub address: String,
    child: std::process::Child,
}

impl Child {
    /// Starts it with these arguments and waits until it says that it is ready.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let mut seen = String::new();
        let address = loop {
            let from = seen.len();
            assert!(log.read_line(&mut seen).expect("its log") > 0, "{name} ended: {seen}");
            let line = &seen[from..];
            if let Some((_, rest)) = line.split_once("listen=").filter(|_| line.contains("ready")) {
                break rest.split_whitespace().next().expect("an address").to_owned();
            }
        };
        // Nobody may wait because the pipe is full; what goes wrong is shown.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::stderr()));
        Self { id: child.id(), address, child }
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.id.to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps a process with all its threads on one processor; says whether that could be done.
pub fn pin(id: u32, processor: usize) -> bool {
    let told = Command::new("taskset")
        .args(["-a", "-p", "-c", &processor.to_string(), &id.to_string()])
        .stdout(Stdio::null())
        .status();
    told.is_ok_and(|told| told.success())
}

/// Processor time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub user: Duration,
    pub system: Duration,
    /// Of the database's own processes.
    pub database: Duration,
}

impl Cost {
    /// What a process has taken until now, and a PostgreSQL server with all it started.
    pub fn now(id: u32, postmaster: Option<u32>) -> Self {
        let [user, system, ..] = times(id).unwrap_or_default();
        let database = postmaster.map(family).unwrap_or_default();
        Self { user, system, database }
    }

    /// The process alone.
    pub fn total(self) -> Duration {
        self.user + self.system
    }
}

impl Sub for Cost {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            database: self.database.saturating_sub(before.database),
        }
    }
}

impl Add for Cost {
    type Output = Self;
    fn add(self, more: Self) -> Self {
        Self {
            user: self.user + more.user,
            system: self.system + more.system,
            database: self.database + more.database,
        }
    }
}

/// The fields of `/proc/ID/stat` after the name, which may hold anything.
fn stat(id: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// User and system time of a process, and those of its children that have ended.
fn times(id: u32) -> Option<[Duration; 4]> {
    let stat = stat(id)?;
    // Ticks are hundredths of a second on every Linux there is.
    let ticks = |at: usize| stat.get(at).and_then(|ticks| ticks.parse::<u64>().ok());
    let time = |at| ticks(at).map(|ticks| Duration::from_millis(ticks * 10));
    Some([time(11)?, time(12)?, time(13)?, time(14)?])
}

/// What a process and its children have taken.
fn family(of: u32) -> Duration {
    let ids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |id: u32| {
        stat(id).is_some_and(|stat| stat.get(1).is_some_and(|parent| *parent == of.to_string()))
    };
    let all = ids.filter(|id| *id == of || is_child(*id));
    all.filter_map(times).map(|times| times.iter().sum::<Duration>()).sum()
}

/// The first process of the PostgreSQL server at that address, if it runs on this machine. What
/// others do there counts too.
pub async fn postmaster(url: &str) -> Option<u32> {
    let mut door = PgConnection::connect(url).await.ok()?;
    let id: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut door).await.ok()?;
    let id = u32::try_from(id).ok()?;
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    let parent = stat(id)?.get(1)?.parse().ok()?;
    (name.trim() == "postgres").then_some(parent)
}

/// Memory that a process has now.
pub fn resident_kb(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
