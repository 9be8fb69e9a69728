//! A server that speaks TLS itself: calls come by it, nothing else is served, and a certificate that
//! is replaced is shown without a break.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aftercall::dialect::Kind;
use reqwest::tls::TlsInfo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::killed::Server;
use super::{PUBLIC, settings, turns};
use crate::harness::Database;

/// Longest wait for anything here, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A certificate for this machine that nobody but its maker vouches for.
struct Made {
    certificate: String,
    key: String,
    der: Vec<u8>,
}

impl Made {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("made");
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
            der: made.cert.der().to_vec(),
        }
    }

    fn write(&self, folder: &Path) {
        std::fs::write(folder.join("key.pem"), &self.key).expect("written");
        std::fs::write(folder.join("chain.pem"), &self.certificate).expect("written");
    }

    /// A client that trusts these alone.
    fn client(all: &[&Self]) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let all = all.iter().map(|made| reqwest::Certificate::from_der(&made.der).expect("one"));
        let client = reqwest::Client::builder().tls_certs_only(all).tls_info(true);
        client.pool_max_idle_per_host(0).build().expect("a client")
    }

    /// A connection that has shaken hands, offering those protocols.
    async fn connect(
        &self,
        to: SocketAddr,
        offers: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone().into()).expect("a certificate");
        let mut config =
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = offers.iter().map(|offer| offer.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("127.0.0.1").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(to).await?).await
    }
}

/// A server with that certificate; where its log and its files are.
fn server(database: &Database, folder: &Path, made: &Made) -> (Server, SocketAddr, PathBuf) {
    made.write(folder);
    let further = format!(
        "spool = \"{0}/spool\"\ncall.finish_key_grace_ms = 0\n\
         [limits]\nbudget_ms = 4000\nheader_seconds = 2\nconnections_per_peer = 4\n\
         [tls]\ncertificate = \"{0}/chain.pem\"\nkey = \"{0}/key.pem\"\n",
        folder.display()
    );
    let public = PUBLIC.replace("http:", "https:");
    let text = settings("127.0.0.1:0", &public, &database.url, &folder.join("media"), &further);
    let config = folder.join("aftercall.toml");
    std::fs::write(&config, text).expect("written");
    let server = Server::start(&config);
    let to = server.url.trim_start_matches("http://").parse().expect("an address");
    (server, to, config.with_extension("log"))
}

/// Until that holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_by_tls_and_nothing_else_is_served() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let made = Made::new();
    let (server, to, _) = server(&database, folder.path(), &made);
    let client = Made::client(&[&made]);

    // A call, whose links lead back by TLS.
    let mut request = turns::start(Kind::Freeswitch, 1, "A1");
    for key in ["4", "1", "3", ""] {
        let url = request.url.replace(PUBLIC, &format!("https://{to}"));
        let asked = client.post(url).body(request.body.clone());
        let asked = request.headers.iter().fold(asked, |a, (name, value)| a.header(*name, value));
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await.expect("a document");
        assert!(String::from_utf8_lossy(&body).contains("https://127.0.0.1:8080/voice/"));
        request = turns::turn(Kind::Freeswitch, 1, &turns::token(&body).expect("a question"), key);
    }

    // Browsers are told to come by TLS alone from now on.
    let page = client.get(format!("https://{to}/sign-in")).send().await.expect("a page");
    let said = page.headers()["strict-transport-security"].to_str().expect("text");
    assert!(said.starts_with("max-age="), "{said}");

    // HTTP/1.1 and nothing else, whatever else is offered.
    let stream = made.connect(to, &["h2", "http/1.1"]).await.expect("shakes hands");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(made.connect(to, &["h2"]).await.is_err());

    // Nothing is served in plain words.
    let mut plain = TcpStream::connect(to).await.expect("connects");
    plain.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, plain.read_to_end(&mut answer)).await.expect("closed");
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1"), "{answer:?}");
    server.stop().await;
}

/// A peer that never finishes its handshake keeps no place, and no more places than any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_end_is_cut_off() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let made = Made::new();
    let (server, to, _) = server(&database, folder.path(), &made);
    let stranger = async || {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.66:0".parse().expect("an address")).expect("bound");
        socket.connect(to).await.expect("connects")
    };
    let begun = Instant::now();
    let mut held = Vec::new();
    for n in 0..4 {
        let mut stream = stranger().await;
        // Some say how they begin, and no more.
        if n % 2 == 1 {
            stream.write_all(b"\x16\x03\x01\x02\x00\x01").await.expect("written");
        }
        held.push(stream);
    }
    let ended = async |stream: &mut TcpStream| {
        let mut some = [0; 64];
        loop {
            match timeout(PATIENCE, stream.read(&mut some)).await.expect("it is closed") {
                Ok(0) | Err(_) => return begun.elapsed(),
                Ok(_) => {}
            }
        }
    };
    // One more than a peer may have is closed at once, and others are served.
    let more = ended(&mut stranger().await).await;
    assert!(more < Duration::from_secs(2), "{more:?}");
    made.connect(to, &["http/1.1"]).await.expect("another peer has its place");
    for stream in &mut held {
        let took = ended(stream).await;
        assert!(took >= Duration::from_secs(2) - Duration::from_millis(100), "{took:?}");
    }
    // Their places are free again.
    until("a place for the stranger", async || {
        let mut stream = stranger().await;
        let mut some = [0; 1];
        timeout(Duration::from_millis(200), stream.read(&mut some)).await.is_err()
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_without_a_break() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().expect("a folder"));
    let (old, new) = (Made::new(), Made::new());
    let (server, to, log) = server(&database, folder.path(), &old);
    let shown = async || {
        // A session that is taken up again shows no certificate: each client is a new one.
        let client = Made::client(&[&old, &new]);
        let answer =
            client.get(format!("https://{to}/health/live")).send().await.expect("an answer");
        let info = answer.extensions().get::<TlsInfo>().expect("about TLS");
        info.peer_certificate().expect("a certificate").to_vec()
    };
    let mut stays = old.connect(to, &["http/1.1"]).await.expect("connects");
    let mut ask = async || {
        let request = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
        stays.write_all(request).await.expect("written");
        let mut answer = [0; 1024];
        let n = stays.read(&mut answer).await.expect("an answer");
        assert!(answer[..n].starts_with(b"HTTP/1.1 200"), "{:?}", &answer[..n]);
    };
    ask().await;
    assert!(shown().await == old.der);

    // A key that belongs to another certificate changes nothing but the log.
    std::fs::write(folder.path().join("key.pem"), &new.key).expect("written");
    until("the fault is logged", async || {
        // The connection is kept from growing silent meanwhile.
        ask().await;
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        said.contains("tls.key") && said.contains("does not belong to the first certificate")
    })
    .await;
    assert!(shown().await == old.der);

    new.write(folder.path());
    until("the new one is shown", async || {
        ask().await;
        shown().await == new.der
    })
    .await;
    ask().await;
    server.stop().await;
}
