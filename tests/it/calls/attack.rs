//! Strangers who want the server to stop answering: meanwhile honest callers hear their questions.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant};

use super::killed::{Server, write_settings};
use super::turns;
use crate::harness::Database;
use aftercall::dialect::Kind;

/// Turns of an honest caller while each attack goes on.
const TURNS: usize = 60;

/// A server whose limits an attack reaches quickly.
fn server(database: &Database, folder: &std::path::Path) -> Server {
    let config = write_settings(folder, &database.url, 4000);
    let text = std::fs::read_to_string(&config).expect("settings");
    let limits = "[limits]\nheader_seconds = 2\nconnections = 600\nconnections_per_peer = 100";
    std::fs::write(&config, text.replace("[limits]", limits)).expect("written");
    Server::start(&config)
}

fn address(server: &Server) -> SocketAddr {
    server.url.trim_start_matches("http://").parse().expect("an address")
}

/// A connection from another address than honest callers have.
async fn stranger(to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.66:0".parse().expect("an address"))?;
    socket.connect(to).await
}

/// Asks and gives all that comes back until the other side closes, or nothing more for a while.
async fn answered(to: SocketAddr, request: &[u8]) -> String {
    let Ok(mut stream) = stranger(to).await else { return "refused".into() };
    let (mut from, mut into) = stream.split();
    let mut answer = Vec::new();
    let write = async {
        // The other side may have had enough before all is sent.
        let _ = into.write_all(request).await;
        std::future::pending::<()>().await
    };
    let read = async {
        let mut part = [0; 4096];
        loop {
            match tokio::time::timeout(Duration::from_secs(5), from.read(&mut part)).await {
                Ok(Ok(n)) if n > 0 => answer.extend(&part[..n]),
                _ => return,
            }
        }
    };
    tokio::select! { () = write => {}, () = read => {} }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Honest calls one after the other; the longest that one had to wait for an answer.
async fn honest(server: &Server, number: u32) -> Duration {
    let wire = server.wire();
    let kind = Kind::Freeswitch;
    let mut slowest = Duration::ZERO;
    for call in 0..TURNS as u32 / 4 {
        let number = number * 1000 + call;
        let mut request = turns::start(kind, number, "A1");
        for key in ["4", "1", "3", ""] {
            let begun = Instant::now();
            let answer = aftercall::phone::Wire::send(&wire, request, None).await;
            let answer = answer.expect("an answer");
            slowest = slowest.max(begun.elapsed());
            assert_eq!(answer.status, 200);
            let token = turns::token(&answer.body).expect("a question");
            request = turns::turn(kind, number, &token, key);
        }
    }
    slowest
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_callers_are_served_meanwhile() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let server = server(&database, folder.path());
    let to = address(&server);
    let calm = honest(&server, 1).await;

    // Thousands of connections that say nothing, or a byte now and then.
    let mut held = Vec::new();
    for _ in 0..2000 {
        if let Ok(stream) = stranger(to).await {
            held.push(stream);
        }
    }
    let idle = honest(&server, 2).await;
    drop(held);

    let mut slow = JoinSet::new();
    for n in 0..200 {
        slow.spawn(async move {
            let mut stream = stranger(to).await?;
            let head = match n % 2 {
                0 => "GET / HTTP/1.1\r\nx: ".to_owned(),
                _ => format!("POST /voice/twilio/turn?t={n} HTTP/1.1\r\nhost: x\r\ncontent-length: 999\r\n\r\n"),
            };
            stream.write_all(head.as_bytes()).await?;
            let mut tick = tokio::time::interval(Duration::from_millis(100));
            loop {
                tick.tick().await;
                stream.write_all(b"a").await?;
            }
            #[allow(unreachable_code, reason = "tells the type of its end")]
            Ok::<(), std::io::Error>(())
        });
    }
    let slowly = honest(&server, 3).await;
    slow.shutdown().await;

    // Large bodies, one after the other, on many lines.
    let mut large = JoinSet::new();
    for _ in 0..8 {
        large.spawn(async move {
            let head =
                "POST /voice/twilio/turn HTTP/1.1\r\nhost: x\r\ncontent-length: 104857600\r\n\r\n";
            let body = vec![b'a'; 1024 * 1024];
            loop {
                let request = [head.as_bytes(), &body].concat();
                answered(to, &request).await;
            }
        });
    }
    let heavily = honest(&server, 4).await;
    large.shutdown().await;
    println!("longest wait: calm {calm:?}, idle {idle:?}, slow {slowly:?}, large {heavily:?}");
    for (attack, took) in [("idle", idle), ("slow", slowly), ("large", heavily)] {
        assert!(took < Duration::from_secs(2), "{attack}: {took:?}");
    }
    server.stop().await;
}

/// What no honest program sends is refused, and the connection with it where nobody can know where
/// the next request begins.
#[tokio::test(flavor = "multi_thread")]
async fn strange_requests_are_refused() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let server = server(&database, folder.path());
    let to = address(&server);
    let post = "POST /voice/twilio/turn HTTP/1.1\r\nhost: x\r\n";
    let api = "POST /api/v1/calls HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let many = "x-a: b\r\n".repeat(500);
    let long = "a".repeat(1_000_000);
    let deep = "[".repeat(50_000);
    let cases: Vec<(&str, String, &[&str])> = vec![
        (
            "two lengths",
            format!("{post}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd"),
            &["400"],
        ),
        (
            "length and chunks",
            format!(
                "{post}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
            ),
            &["400", "403"],
        ),
        (
            "a bent encoding",
            format!("{post}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
            &["400", "501"],
        ),
        ("a space before the colon", format!("{post}content-length : 3\r\n\r\nabc"), &["400"]),
        ("a line end in a name", "GET / HTTP/1.1\r\nho\nst: x\r\n\r\n".into(), &["400"]),
        ("too many headers", format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), &["431"]),
        ("a long header", format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"), &["431"]),
        ("a long address", format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), &["414", "431"]),
        ("a large body", format!("{post}content-length: 104857600\r\n\r\n"), &["413"]),
        (
            "a large chunk",
            format!("{post}transfer-encoding: chunked\r\n\r\n{:x}\r\n{long}", 104_857_600),
            &["413"],
        ),
        (
            "a packed body",
            format!("{post}content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"),
            &["400", "403", "415"],
        ),
        (
            "deep JSON without a key",
            format!("{api}content-length: {}\r\n\r\n{deep}", deep.len()),
            &["401"],
        ),
        (
            "no method of ours",
            "TRACE /voice/twilio/turn HTTP/1.1\r\nhost: x\r\n\r\n".into(),
            &["405"],
        ),
        ("another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), &["400", ""]),
        (
            "a path above",
            "GET /audio/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".into(),
            &["404"],
        ),
        (
            "an encoded path above",
            "GET /audio/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".into(),
            &["404"],
        ),
        ("no text", "\u{1}\u{2}\u{3}\r\n\r\n".into(), &["400", ""]),
    ];
    let mut faults = Vec::new();
    for (what, request, wanted) in cases {
        let answer = answered(to, request.as_bytes()).await;
        let status = answer.strip_prefix("HTTP/1.1 ").unwrap_or_default().get(..3).unwrap_or("");
        if !wanted.contains(&status) {
            faults.push(format!("{what}: {:?}", answer.chars().take(120).collect::<String>()));
        }
        assert!(!answer.contains("root:"), "{what}");
        // Nothing behind it was taken for a second request.
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // Requests one after the other on one line, without waiting, are answered in their order.
    let three = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2)
        + "GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = answered(to, three.as_bytes()).await;
    let states: Vec<&str> =
        answer.match_indices("HTTP/1.1 ").map(|(at, _)| &answer[at + 9..at + 12]).collect();
    assert_eq!(states, ["200", "200", "404"]);
    honest(&server, 1).await;
    server.stop().await;
}
