//! The callers' side of the connections: as plain as it can be, so that the server is measured.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use futures_util::future::join_all;
use indicatif::ProgressBar;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::caller::{Call, Script};

/// How long a caller who arrives thinks before each key.
const THINKS: Duration = Duration::from_millis(100);
/// Timers are no finer than this; the rest is waited for awake.
const COARSE: Duration = Duration::from_millis(2);
/// Requests between two steps of the progress bar.
const STEP: u64 = 64;

/// What was sent, and how long each request took.
#[derive(Default)]
pub struct Measured {
    pub elapsed: Duration,
    pub took_us: Vec<u32>,
}

impl Measured {
    fn new(elapsed: Duration, mut took_us: Vec<u32>) -> Self {
        took_us.sort_unstable();
        Self { elapsed, took_us }
    }

    pub fn add(&mut self, more: Self) {
        self.elapsed += more.elapsed;
        self.took_us.extend(more.took_us);
        self.took_us.sort_unstable();
    }

    /// The time within which that share was answered.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index of a list"
    )]
    pub fn quantile(&self, share: f64) -> u32 {
        let at = (self.took_us.len() as f64 * share).ceil() as usize;
        self.took_us.get(at.saturating_sub(1)).copied().unwrap_or(0)
    }
}

/// Which requests of calls are sent.
#[derive(Clone, Copy)]
pub enum Part {
    /// From the start to the last answer.
    Whole,
    /// The start alone.
    Start,
    /// What comes after it.
    Turns,
}

/// A call that waits for its next request's moment.
struct Due<'a> {
    at: Instant,
    /// When the caller would press the key after this one.
    then: Instant,
    call: &'a mut Call,
}

impl PartialEq for Due<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}
impl Eq for Due<'_> {}
impl PartialOrd for Due<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

/// Connections to one server.
pub struct Driver<'a> {
    connections: Vec<Connection>,
    all: All<'a>,
}

/// What all connections share.
struct All<'a> {
    script: &'a Script,
    took_us: RefCell<Vec<u32>>,
}

impl<'a> Driver<'a> {
    /// Connects so often.
    pub async fn connect(address: &str, connections: usize, script: &'a Script) -> Self {
        let connect = (0..connections).map(|_| Connection::open(address));
        let connections = join_all(connect).await;
        Self { connections, all: All { script, took_us: RefCell::default() } }
    }

    /// Sends the same turn again and again, whatever is answered.
    pub async fn same(&mut self, requests: u64, bar: &ProgressBar) -> Measured {
        let (mut request, left) = (Vec::new(), Cell::new(requests));
        // One with a token as long as others have.
        let mut call = Call::new(4711);
        let token = "x".repeat(100);
        call.take(200, format!("/turn?t={token}\"").as_bytes());
        call.next(self.all.script, &mut request);
        let began = Instant::now();
        let all = &self.all;
        let work = self.connections.iter_mut().map(async |connection| {
            while left.get() > 0 {
                left.set(left.get() - 1);
                connection.request.clone_from(&request);
                let sent = Instant::now();
                connection.ask().await;
                all.took(sent, bar);
            }
        });
        join_all(work).await;
        Measured::new(began.elapsed(), self.all.took_us.take())
    }

    /// Sends calls, the next request of each connection when its last one was answered.
    pub async fn calls(&mut self, calls: &mut [Call], part: Part, bar: &ProgressBar) -> Measured {
        let waiting = RefCell::new(calls.iter_mut());
        let began = Instant::now();
        let all = &self.all;
        let work = self.connections.iter_mut().map(async |connection| {
            loop {
                let Some(call) = waiting.borrow_mut().next() else { return };
                let over = |call: &Call| match part {
                    Part::Start => call.has_begun(),
                    Part::Whole | Part::Turns => call.is_over(),
                };
                while !over(call) {
                    all.send(connection, call, Instant::now(), bar).await;
                }
            }
        });
        join_all(work).await;
        Measured::new(began.elapsed(), self.all.took_us.take())
    }

    /// Sends calls that arrive at that rate a second, on whichever connection is free. What a
    /// request waits for one counts as its time: it was to be sent then.
    pub async fn arrive(&mut self, calls: &mut [Call], rate: f64, bar: &ProgressBar) -> Measured {
        let began = Instant::now();
        let due = calls.iter_mut().zip(0_u32..).map(|(call, number)| {
            let at = began + Duration::from_secs_f64(f64::from(number) / rate);
            Reverse(Due { at, then: at + THINKS, call })
        });
        let due = RefCell::new(due.collect::<BinaryHeap<_>>());
        let all = &self.all;
        let work = self.connections.iter_mut().map(async |connection| {
            loop {
                let Some(Reverse(Due { at, then, call })) = due.borrow_mut().pop() else { return };
                let asleep = at.duration_since(Instant::now()).saturating_sub(COARSE);
                if !asleep.is_zero() {
                    tokio::time::sleep(asleep).await;
                }
                while Instant::now() < at {
                    tokio::task::yield_now().await;
                }
                all.send(connection, call, at, bar).await;
                if !call.is_over() {
                    // Nobody presses a key before the question was heard.
                    let at = then.max(Instant::now());
                    due.borrow_mut().push(Reverse(Due { at, then: then + THINKS, call }));
                }
            }
        });
        join_all(work).await;
        Measured::new(began.elapsed(), self.all.took_us.take())
    }
}

impl All<'_> {
    /// Sends the next request of a call, and once more where it sends that one twice.
    async fn send(
        &self,
        connection: &mut Connection,
        call: &mut Call,
        mut due: Instant,
        bar: &ProgressBar,
    ) {
        call.next(self.script, &mut connection.request);
        loop {
            let (status, document) = connection.ask().await;
            let again = call.take(status, document);
            self.took(due, bar);
            if !again {
                return;
            }
            due = Instant::now();
        }
    }

    fn took(&self, since: Instant, bar: &ProgressBar) {
        let mut took = self.took_us.borrow_mut();
        took.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
        if (took.len() as u64).is_multiple_of(STEP) {
            bar.inc(STEP);
        }
    }
}

/// One connection, kept alive.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("connects");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, request: Vec::new(), answer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends the request, and gives status and body of the answer.
    async fn ask(&mut self) -> (u16, &[u8]) {
        self.stream.write_all(&self.request).await.expect("sent");
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            if let Some((status, body)) = whole(&self.answer) {
                return (status, &self.answer[body..]);
            }
        }
    }
}

/// Status and beginning of the body, if the answer is whole.
fn whole(answer: &[u8]) -> Option<(u16, usize)> {
    let end = answer.windows(4).position(|at| at == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).expect("text");
    let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    (answer.len() >= end + length.expect("a length")).then_some((status, end))
}
