//! A hyper server that does nothing: reads a request, answers with a document of that length.

use std::convert::Infallible;
use std::process::ExitCode;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

/// Serves until it is killed; `load bare BYTES`.
pub fn main() -> ExitCode {
    let bytes = std::env::args().nth(2).and_then(|bytes| bytes.parse().ok()).expect("a length");
    // As the program's own.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(serve(bytes));
    ExitCode::SUCCESS
}

async fn serve(bytes: usize) {
    let document = Bytes::from(vec![b'x'; bytes]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    eprintln!("ready listen={}", listener.local_addr().expect("an address"));
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.set_nodelay(true);
        let document = document.clone();
        let answer = move |request: Request<Incoming>| {
            let document = document.clone();
            async move {
                // Read as a whole, as a form must be.
                let body = request.into_body().collect().await;
                let status = if body.is_ok() { 200 } else { 400 };
                let answer = Response::builder()
                    .status(status)
                    .header("content-type", "text/xml")
                    .header("cache-control", "no-store");
                Ok::<_, Infallible>(answer.body(Full::new(document)).expect("an answer"))
            }
        };
        tokio::spawn(async move {
            let server = hyper::server::conn::http1::Builder::new();
            let _ = server.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}
