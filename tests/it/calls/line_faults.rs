//! What goes wrong between platform and server: a server out of file descriptors, requests that come
//! byte by byte, in halves, or by a clock that jumps. Whoever is not concerned notices nothing, and
//! what was answered counts once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use aftercall::dialect::Kind;
use aftercall::phone::{WebRequest, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, Instant};

use super::killed::{Server, VALUES, stored, write_settings};
use super::nodes::{all_counted, no_faults, place_call, place_calls, until};
use super::{Centre, PUBLIC, T, turns};
use crate::harness::{Database, both};

/// File descriptors of a server that has few of them.
const FILES: u32 = 96;
/// Calls before, during and after.
const CALLS: u32 = 60;

fn address(server: &Server) -> SocketAddr {
    server.url.trim_start_matches("http://").parse().expect("an address")
}

/// A connection from another address than honest callers have.
async fn stranger(to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.66:0".parse().expect("an address")).expect("bound");
    socket.connect(to).await.expect("connects")
}

/// Others hold all of a server's file descriptors with connections that say nothing. Calls that are
/// under way go on over the connections that they have; who comes anew waits until the silent ones
/// are closed, and is served.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_out_of_files_recovers() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let config = write_settings(folder.path(), &database.url, 4000);
    let text = std::fs::read_to_string(&config).expect("settings");
    std::fs::write(&config, text.replace("[limits]", "[limits]\nheader_seconds = 2"))
        .expect("written");
    let server = Server::start_with_files(&config, FILES);
    let done = Arc::new(AtomicU32::new(0));
    let running = place_calls(&server.wire(), CALLS, &done);
    until(&done, CALLS / 3).await;
    let begun = Instant::now();
    let mut held = Vec::new();
    for _ in 0..3 * FILES {
        // The system takes what the server does not.
        held.push(stranger(address(&server)).await);
    }
    let newcomer = server.wire();
    assert_eq!(place_call(&newcomer, CALLS).await, Vec::<String>::new());
    println!("out of files: somebody new was served after {:?}", begun.elapsed());
    no_faults(running).await;
    drop(held);
    let log = std::fs::read_to_string(folder.path().join("aftercall.log")).expect("a log");
    assert!(log.contains("a connection could not be taken"), "it was never out of files");
    assert!(log.contains(&format!("lets this process open {FILES} files only")), "{log}");
    let later = server.wire();
    assert_eq!(place_call(&later, CALLS + 1).await, Vec::<String>::new());
    server.stop().await;
    all_counted(&database.url, CALLS + 2).await;
}

/// A request as it goes over the line.
fn written(request: &WebRequest) -> Vec<u8> {
    let path = request.url.strip_prefix(PUBLIC).expect("ours");
    let mut text = format!("{} {path} HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n", request.method);
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    [text.as_bytes(), &request.body].concat()
}

/// A provider's request comes at one byte a second, in the head or in the body; another one ends in
/// the middle. Neither is waited for long, neither changes anything, others are served meanwhile,
/// and the same request is taken when it comes whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_pieces_harms_nobody() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let config = write_settings(folder.path(), &database.url, 4000);
    let text = std::fs::read_to_string(&config).expect("settings");
    std::fs::write(&config, text.replace("[limits]", "[limits]\nheader_seconds = 3"))
        .expect("written");
    let server = Server::start(&config);
    let (to, wire, kind) = (address(&server), server.wire(), Kind::Twilio);
    let send = async |request: WebRequest| {
        let answer = wire.send(request, None).await.expect("an answer");
        assert_eq!(answer.status, 200);
        turns::token(&answer.body)
    };
    let token = send(turns::start(kind, 900, "A1")).await.expect("a question");
    let first = turns::turn(kind, 900, &token, "4");
    let whole = written(&first);
    let head = whole.len() - first.body.len();

    // Half of it, and then nobody is there any more.
    for end in [head / 2, head, whole.len() - 1] {
        let mut line = stranger(to).await;
        line.write_all(&whole[..end]).await.expect("sent");
        line.shutdown().await.expect("closed");
    }
    let mut slow = Vec::new();
    for from in [10, head + 5] {
        let (whole, mut line) = (whole.clone(), stranger(to).await);
        slow.push(tokio::spawn(async move {
            let begun = Instant::now();
            line.write_all(&whole[..from]).await.expect("sent");
            let (mut read, mut write) = line.split();
            let mut tick = tokio::time::interval(Duration::from_secs(1));
            let drip = async {
                for byte in &whole[from..] {
                    tick.tick().await;
                    if write.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                }
                std::future::pending::<()>().await;
            };
            let mut answer = [0; 64];
            tokio::select! {
                () = drip => {}
                _ = read.read(&mut answer) => {}
            }
            begun.elapsed()
        }));
    }
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let begun = Instant::now();
        assert_eq!(place_call(&wire, number).await, Vec::<String>::new());
        slowest = slowest.max(begun.elapsed());
    }
    for one in slow {
        let waited = one.await.expect("a line");
        println!(
            "a byte a second: given up after {waited:?}; whole calls took at most {slowest:?}"
        );
        assert!(waited < Duration::from_secs(20), "{waited:?}");
    }
    let store = aftercall::store::Store::open(&database.url).await.expect("opens");
    assert_eq!(stored(&store, kind, 900).await, Vec::<u8>::new(), "a piece is no answer");
    store.close().await;

    let mut next = send(first).await;
    for key in ["1", "3", "7"] {
        next = send(turns::turn(kind, 900, &next.expect("a question"), key)).await;
    }
    let store = aftercall::store::Store::open(&database.url).await.expect("opens");
    assert_eq!(stored(&store, kind, 900).await, VALUES);
    store.close().await;
    server.stop().await;
    all_counted(&database.url, 20).await;
}

both! {
    /// The server's clock is set back by an hour and then forward by minutes in the middle of calls:
    /// they go on, and lose at most one slice of their time. One that is set forward by hours ends
    /// calls with a goodbye; what was answered counts.
    async fn clocks_may_jump(database: Database) {
        let centre = Centre::open(&database.url).await;
        const HOUR: i64 = 3_600_000;
        // When each of the turns comes, after the start.
        let jumps: [(&str, [i64; 4], usize); 4] = [
            ("back", [5_000, 10_000 - HOUR, 15_000 - HOUR, 20_000 - HOUR], 4),
            ("back and forth", [5_000, 10_000 - HOUR, 15_000, 20_000], 4),
            ("forward by minutes", [5_000, 205_000, 210_000, 215_000], 4),
            ("forward by a day", [5_000, 10_000, 24 * HOUR, 24 * HOUR + 5_000], 2),
        ];
        for (number, (jump, times, answered)) in (0..).zip(jumps) {
            let kind = crate::calls::kind(number);
            let begun = T + i64::from(number) * 1000;
            let send = async |request: WebRequest, at: i64| {
                let answer = centre.wire().send(request, Some(at)).await.expect("an answer");
                assert_eq!(answer.status, 200, "{jump}");
                turns::token(&answer.body)
            };
            let mut token = send(turns::start(kind, number, "A1"), begun).await;
            for (turn, (key, at)) in ["4", "1", "3", "7"].iter().zip(times).enumerate() {
                let Some(open) = token else { panic!("{jump}: the call ended before turn {turn}") };
                token = send(turns::turn(kind, number, &open, key), begun + at).await;
                if turn >= answered {
                    assert_eq!(token, None, "{jump}: a goodbye");
                    break;
                }
            }
            assert_eq!(stored(centre.app.store(), kind, number).await, VALUES[..answered], "{jump}");
        }
        assert_eq!(centre.counted("late"), 1);
        centre.adds_up().await;
    }

    /// Requests out of their order and minutes late: whoever comes too late hears a goodbye and is
    /// counted as late, whoever comes again hears what was said, and nothing changes.
    async fn requests_may_come_late_and_out_of_order(database: Database) {
        let centre = Centre::open(&database.url).await;
        let kind = Kind::Twilio;
        let say = async |request: WebRequest, at: i64| {
            let answer = centre.wire().send(request, Some(T + at)).await.expect("an answer");
            assert_eq!(answer.status, 200);
            String::from_utf8(answer.body.to_vec()).expect("text")
        };
        let mut heard = vec![say(turns::start(kind, 1, "A1"), 0).await];
        let mut sent = Vec::new();
        for (at, key) in (1..).zip(["4", "1", "3"]) {
            let token = turns::token(heard.last().expect("a document").as_bytes());
            let request = turns::turn(kind, 1, &token.expect("a question"), key);
            heard.push(say(request.clone(), at * 5000).await);
            sent.push(request);
        }
        for at in [2, 0, 1] {
            assert_eq!(say(sent[at].clone(), 20_000).await, heard[at + 1], "turn {at} again");
        }
        assert_eq!(say(turns::start(kind, 1, "A1"), 20_000).await, heard[0], "the start again");
        // The hang-up comes before the last turn, which is still taken for a minute.
        say(turns::ended(kind, 1, ""), 21_000).await;
        let token = turns::token(heard[3].as_bytes()).expect("a question");
        let last = turns::turn(kind, 1, &token, "7");
        let goodbye = say(last.clone(), 22_000).await;
        assert_eq!(turns::token(goodbye.as_bytes()), None);
        // Minutes later.
        for request in [last, sent[0].clone(), sent[2].clone(), turns::start(kind, 1, "A1")] {
            let answer = say(request, 600_000).await;
            assert_eq!(turns::token(answer.as_bytes()), None, "{answer}");
        }
        assert_eq!(centre.counted("late"), 3);
        assert_eq!(stored(centre.app.store(), kind, 1).await, VALUES);
        centre.adds_up().await;
    }
}
