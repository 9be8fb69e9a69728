//! A way to the database that a test can freeze and cut.

use std::net::SocketAddr;

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
        let (way, look) = watch::channel((Way::Open, 0));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut pairs = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                pairs.spawn(pass(client, server.clone(), look.clone()));
            }
        });
        Self { url: format!("{before}://{user}{here}/{path}"), way, _tasks: tasks }
    }

    /// From now on the way stands so.
    pub fn set(&self, way: Way) {
        self.way.send_modify(|(now, lost)| {
            *lost += u32::from(way == Way::Lost);
            *now = if way == Way::Lost { Way::Open } else { way };
        });
    }
}

/// How the way stands, and how often all connections were lost.
type Look = watch::Receiver<(Way, u32)>;

async fn pass(client: TcpStream, server: String, mut look: Look) {
    let mut cut = look.clone();
    let both = async {
        let born = look.wait_for(|(way, _)| *way == Way::Open).await.ok()?.1;
        let server = TcpStream::connect(server).await.ok()?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let there = half(from_client, to_server, look.clone(), born);
        let back = half(from_server, to_client, look, born);
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
) -> Option<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = from.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        look.wait_for(|(way, lost)| *way == Way::Open && *lost == born).await.ok()?;
        to.write_all(&buffer[..n]).await.ok()?;
    }
}
