//! hyper's own server: limits on handshakes, headers and connections, and a drain when it stops.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::config::Limits;

/// Who is at the other end of the connection; put into every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Time for running requests to finish when the server stops.
const DRAIN: Duration = Duration::from_secs(4);

/// A client that takes nothing for so long has gone, or holds its place on purpose.
const WRITE: Duration = Duration::from_secs(30);

/// A connection whose writes fail when the other end takes nothing for [`WRITE`]. What is
/// read is limited by the server itself.
struct Patience<S> {
    stream: S,
    /// Runs while a write waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S: Unpin> Patience<S> {
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let written = write(Pin::new(&mut self.stream), context);
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.watch(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.watch(context, |stream, context| stream.poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch(context, AsyncWrite::poll_shutdown)
    }
}

/// How many connections each peer has: one of them must not take the places of all others.
#[derive(Clone, Debug)]
struct Seats {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    /// Proxies bring everybody's requests.
    free: Arc<[IpNet]>,
}

/// A peer's connection; its place is free again when this is dropped.
struct Seat {
    seats: Seats,
    whose: Option<IpAddr>,
}

impl Seats {
    fn new(most: usize, free: &[IpNet]) -> Self {
        Self { taken: Arc::default(), most, free: free.into() }
    }

    /// A place for that peer; `None` where it has as many as one may have.
    fn sit(&self, peer: IpAddr) -> Option<Seat> {
        let peer = peer.to_canonical();
        if self.most == 0 || self.free.iter().any(|net| net.contains(&peer)) {
            return Some(Seat { seats: self.clone(), whose: None });
        }
        let whose = one_of(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let n = taken.entry(whose).or_default();
        if *n >= self.most {
            return None;
        }
        *n += 1;
        Some(Seat { seats: self.clone(), whose: Some(whose) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(whose) = self.whose else { return };
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = taken.get_mut(&whose) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&whose);
            }
        }
    }
}

/// Who that is: of IPv6 the network of 64 bits, which one customer has to themself.
fn one_of(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(peer) => {
            let network = u128::from(peer) >> 64 << 64;
            IpAddr::V6(network.into())
        }
    }
}

/// What every connection is served with, once it speaks.
struct Door {
    server: hyper::server::conn::http1::Builder,
    router: Router,
    graceful: GracefulShutdown,
}

/// What a connection holds as long as it is there.
type Held = (OwnedSemaphorePermit, Seat);

impl Door {
    /// Serves that connection until its end.
    fn open<S>(&self, stream: S, peer: SocketAddr, held: Held)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router.clone().map_request(
            move |mut request: http::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(Peer(peer));
                request.map(axum::body::Body::new)
            },
        );
        let service = TowerToHyperService::new(router);
        let connection = self.server.serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is its own affair.
            let _ = connection.await;
            drop(held);
        });
    }
}

/// Serves until `stop` comes, then lets running requests finish. Of each peer that is none of the
/// `proxies` only so many connections are taken as the limits say. With `tls` nothing is said to
/// whoever does not shake hands.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    proxies: &[IpNet],
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) {
    let seats = Seats::new(limits.connections_per_peer, proxies);
    let patience = Duration::from_secs(limits.header_seconds);
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(64 * 1024);
    let door = Door { server, router, graceful: GracefulShutdown::new() };
    let places = Arc::new(Semaphore::new(limits.connections));
    // Under way; they are dropped when the server stops.
    let mut handshakes = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let ((stream, place), peer) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
            Some(shaken) = handshakes.join_next() => {
                if let Ok(Some((stream, peer, held))) = shaken {
                    door.open(stream, peer, held);
                }
                continue;
            }
        };
        let Some(seat) = seats.sit(peer.ip()) else { continue };
        let stream = Patience { stream, waiting: None };
        let held = (place, seat);
        let Some(tls) = &tls else {
            door.open(stream, peer, held);
            continue;
        };
        let handshake = tls.accept(stream);
        handshakes.spawn(async move {
            match tokio::time::timeout(patience, handshake).await {
                Ok(Ok(stream)) => Some((stream, peer, held)),
                // Whoever speaks no TLS, or trusts others, is told so by the protocol itself.
                Ok(Err(fault)) => {
                    tracing::debug!("a TLS handshake failed: {fault}");
                    None
                }
                Err(_) => None,
            }
        });
    }
    drop((listener, handshakes));
    if tokio::time::timeout(DRAIN, door.graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in {} s", DRAIN.as_secs());
    }
}

type Accepted = ((TcpStream, OwnedSemaphorePermit), SocketAddr);

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Accepted {
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                return ((stream, place), peer);
            }
            Err(fault) => {
                // Out of file descriptors, most likely: give others time to close.
                tracing::warn!("a connection could not be taken: {fault}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    use super::*;

    #[test]
    fn nobody_takes_the_places_of_others() {
        let proxy = "10.0.0.0/8".parse().expect("a network");
        let seats = Seats::new(2, &[proxy]);
        let peer = |text: &str| text.parse().expect("an address");
        let one = seats.sit(peer("192.0.2.1")).expect("a place");
        let _two = seats.sit(peer("::ffff:192.0.2.1")).expect("a place");
        assert!(seats.sit(peer("192.0.2.1")).is_none(), "two are taken");
        assert!(seats.sit(peer("192.0.2.2")).is_some(), "others are others");
        drop(one);
        let _one = seats.sit(peer("192.0.2.1")).expect("free again");
        let _far = [seats.sit(peer("2001:db8::1")), seats.sit(peer("2001:db8::2"))];
        assert!(seats.sit(peer("2001:db8::3")).is_none(), "one network, one customer");
        assert!(seats.sit(peer("2001:db8:0:1::3")).is_some());
        let proxied: Vec<_> = (0..9).map(|_| seats.sit(peer("10.1.2.3"))).collect();
        assert!(proxied.iter().all(Option::is_some), "a proxy brings everybody");
        assert_eq!(seats.taken.lock().expect("not poisoned").len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut near = Patience { stream: near, waiting: None };
        // One that takes a little now and then is served to the end.
        let reader = tokio::spawn(async move {
            let mut taken = [0; 8];
            for _ in 0..8 {
                tokio::time::sleep(WRITE - Duration::from_secs(1)).await;
                far.read_exact(&mut taken).await.expect("there is something");
            }
            far
        });
        near.write_all(&[7; 64]).await.expect("slow, but going on");
        let far = reader.await.expect("reads");
        let begun = Instant::now();
        let fault = near.write_all(&[7; 64]).await.expect_err("nobody reads");
        assert_eq!((fault.kind(), begun.elapsed()), (io::ErrorKind::TimedOut, WRITE));
        drop(far);
    }
}
