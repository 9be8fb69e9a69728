//! A way to the database that a test can freeze and cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How the way stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Bytes pass.
    Open,
    /// Bytes wait, connections stay: a database that does not answer.
    Frozen,
    /// Every answer takes two seconds.
    Slow,
    /// Connections that are there say nothing any more, ever; new ones are as good as any: a
    /// database that moved to another machine.
    Lost,
    /// Every connection breaks, new ones too: a database that is away.
    Cut,
}

/// A proxy in front of a PostgreSQL server; it goes away with this value.
pub struct Proxy {
    /// The database's address through the proxy.
    pub url: String,
    server: Arc<Mutex<String>>,
    way: watch::Sender<(Way, u32)>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// In front of the server of a `postgres://user@host:port/database` address.
    pub async fn to(url: &str) -> Self {
        let (before, rest) = url.split_once("://").expect("an address");
        let (authority, path) = rest.split_once('/').expect("a database");
        let (user, server) = match authority.rsplit_once('@') {
            Some((user, server)) => (format!("{user}@"), server.to_owned()),
            None => (String::new(), authority.to_owned()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here: SocketAddr = listener.local_addr().expect("an address");
        let server = Arc::new(Mutex::new(server));
        let to = server.clone();
        let (way, look) = watch::channel((Way::Open, 0));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut pairs = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let server = to.lock().expect("not poisoned").clone();
                pairs.spawn(pass(client, server, look.clone()));
            }
        });
        let url = format!("{before}://{user}{here}/{path}");
        Self { url, server, way, _tasks: tasks }
    }

    /// New connections lead to that server.
    pub fn lead_to(&self, server: &str) {
        server.clone_into(&mut self.server.lock().expect("not poisoned"));
    }

    /// From now on the way stands so.
    pub fn set(&self, way: Way) {
        self.way.send_modify(|(now, lost)| {
            *lost += u32::from(way == Way::Lost);
            *now = if way == Way::Lost { Way::Open } else { way };
        });
    }
}

/// How long an answer takes on a slow way.
const SLOW: std::time::Duration = std::time::Duration::from_secs(2);

/// Whether bytes pass at all.
fn passes(way: Way) -> bool {
    matches!(way, Way::Open | Way::Slow)
}

/// How the way stands, and how often all connections were lost.
type Look = watch::Receiver<(Way, u32)>;

async fn pass(client: TcpStream, server: String, mut look: Look) {
    let mut cut = look.clone();
    let both = async {
        let born = look.wait_for(|(way, _)| passes(*way)).await.ok()?.1;
        let server = TcpStream::connect(server).await.ok()?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let there = half(from_client, to_server, look.clone(), born, false);
        let back = half(from_server, to_client, look, born, true);
        tokio::select! { _ = there => {}, _ = back => {} }
        Some(())
    };
    // Dropping both ends breaks the connection.
    tokio::select! {
        _ = both => {}
        _ = cut.wait_for(|(way, _)| *way == Way::Cut) => {}
    }
}

async fn half(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut look: Look,
    born: u32,
    answers: bool,
) -> Option<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = from.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        look.wait_for(|(way, lost)| passes(*way) && *lost == born).await.ok()?;
        if answers && look.borrow().0 == Way::Slow {
            // Or until it is quick again.
            let quick = look.wait_for(|(way, _)| *way != Way::Slow);
            let _ = tokio::time::timeout(SLOW, quick).await;
        }
        to.write_all(&buffer[..n]).await.ok()?;
    }
}
