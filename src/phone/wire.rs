//! How the phone's requests reach a server: in the same process, or over HTTP.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use tokio::time::{Duration, Instant};

/// What the phone asks a server.
#[derive(Clone, Debug)]
pub struct WebRequest {
    /// GET, POST or HEAD.
    pub method: Method,
    /// Absolute, with query.
    pub url: String,
    /// All headers but `Host` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for GET and HEAD.
    pub body: Bytes,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct WebResponse {
    /// The status code.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, up to 1 MiB for documents and 100 MiB for audio.
    pub body: Bytes,
    /// Milliseconds between request and complete answer.
    pub took_ms: i64,
}

impl WebResponse {
    /// A header as text; empty where it is missing or not text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The address cannot be used.
    #[error("\"{url}\" is no address to ask: {why}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No answer within the provider's patience.
    #[error("no answer from {url} within {seconds} s")]
    Timeout {
        /// The address.
        url: String,
        /// The limit.
        seconds: u64,
    },
    /// The connection broke, or the answer was unreadable.
    #[error("cannot read the answer of {url}: {why}")]
    Broken {
        /// The address.
        url: String,
        /// What the transport says.
        why: String,
    },
}

/// Twilio gives an answer 15 s in all; FreeSWITCH would wait longer, but nobody should.
const PATIENCE: Duration = Duration::from_secs(15);

/// A way to a server.
pub trait Wire: Send + Sync {
    /// Sends one request. `at_ms` is the call's own time (UTC milliseconds) where the phone keeps
    /// a virtual clock; only a server in the same process can hear it. Redirects are not followed.
    fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> impl Future<Output = Result<WebResponse, WireError>> + Send;
}

/// Calls a service of this process, such as a router, without a network. `Q` is the service's
/// type of request body.
pub struct InProcess<S, Q> {
    service: S,
    body: PhantomData<fn(Q)>,
}

impl<S, Q> InProcess<S, Q> {
    /// Asks that service; it is cloned for each request.
    pub fn new(service: S) -> Self {
        Self { service, body: PhantomData }
    }
}

impl<S, Q, A> Wire for InProcess<S, Q>
where
    S: tower::Service<http::Request<Q>, Response = http::Response<A>> + Clone + Send + Sync,
    S::Error: fmt::Display,
    S::Future: Send,
    Q: From<Bytes> + Send,
    A: BodyExt<Data = Bytes> + Send,
    A::Error: fmt::Display,
{
    async fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        let url = request.url.clone();
        let mut call = build(&request)?;
        if let Some(at_ms) = at_ms {
            call.extensions_mut().insert(crate::clock::CallTime(at_ms));
        }
        let begun = Instant::now();
        let answer = tower::ServiceExt::oneshot(self.service.clone(), call.map(Q::from));
        let broken = |why: String| WireError::Broken { url: url.clone(), why };
        let whole = async {
            let (head, body) = answer.await.map_err(|e| broken(e.to_string()))?.into_parts();
            let body = body.collect().await.map_err(|e| broken(e.to_string()))?.to_bytes();
            Ok((head, body))
        };
        let (head, body) = tokio::time::timeout(PATIENCE, whole)
            .await
            .map_err(|_| WireError::Timeout { url: url.clone(), seconds: PATIENCE.as_secs() })??;
        Ok(WebResponse {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            took_ms: since(begun),
        })
    }
}

/// Calls a server over HTTP. The process must have installed a TLS provider for rustls before.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    instead: Option<(String, String)>,
}

impl Http {
    /// A client that opens a new connection for each request, as FreeSWITCH does, and follows no
    /// redirects. `instead` is `(public address, address to connect to)`: documents and signatures
    /// speak of the public address, the requests go to the other one.
    ///
    /// # Errors
    /// When the TLS library cannot start.
    pub fn new(instead: Option<(String, String)>) -> Result<Self, WireError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build()
            .map_err(|e| WireError::Broken { url: "any address".into(), why: e.to_string() })?;
        let instead = instead.map(|(public, real)| {
            (public.trim_end_matches('/').to_owned(), real.trim_end_matches('/').to_owned())
        });
        Ok(Self { client, instead })
    }

    fn real(&self, url: &str) -> String {
        match &self.instead {
            Some((public, real)) => match url.strip_prefix(public.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => {
                    format!("{real}{rest}")
                }
                _ => url.to_owned(),
            },
            None => url.to_owned(),
        }
    }
}

impl Wire for Http {
    async fn send(
        &self,
        mut request: WebRequest,
        _at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        request.url = self.real(&request.url);
        let url = request.url.clone();
        let failed = |e: reqwest::Error| {
            if e.is_timeout() {
                WireError::Timeout { url: url.clone(), seconds: PATIENCE.as_secs() }
            } else {
                WireError::Broken { url: url.clone(), why: causes(&e) }
            }
        };
        let call = build(&request)?.map(reqwest::Body::from);
        let call = reqwest::Request::try_from(call).map_err(failed)?;
        let begun = Instant::now();
        let answer = self.client.execute(call).await.map_err(failed)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(failed)?;
        Ok(WebResponse { status, headers, body, took_ms: since(begun) })
    }
}

/// An error with the errors below it, which reqwest leaves out of its own sentence.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        text = format!("{text}: {cause}");
        below = cause.source();
    }
    text
}

fn since(begun: Instant) -> i64 {
    i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn build(request: &WebRequest) -> Result<http::Request<Bytes>, WireError> {
    let fault = |why: String| WireError::Address { url: request.url.clone(), why };
    let mut call = http::Request::builder()
        .method(request.method.clone())
        .uri(&request.url)
        .body(request.body.clone())
        .map_err(|e| fault(e.to_string()))?;
    let authority = call.uri().authority().map(ToString::to_string);
    let host = authority.ok_or_else(|| fault("it has no host".into()))?;
    for (name, value) in &request.headers {
        let value = HeaderValue::from_str(value).map_err(|e| fault(e.to_string()))?;
        call.headers_mut().insert(HeaderName::from_static(name), value);
    }
    let host = HeaderValue::from_str(&host).map_err(|e| fault(e.to_string()))?;
    call.headers_mut().insert(http::header::HOST, host);
    if request.method == Method::POST {
        call.headers_mut()
            .insert(http::header::CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    }
    Ok(call)
}

/// Whether a status sends the client elsewhere.
pub(super) fn is_redirect(status: u16) -> bool {
    StatusCode::from_u16(status).is_ok_and(|s| matches!(s.as_u16(), 301 | 302 | 303 | 307 | 308))
}

/// Resolves an address found in a document against the address of the document.
///
/// # Errors
/// A sentence, when the result is no `http` or `https` address with a host.
pub(super) fn resolve(base: &str, found: &str) -> Result<String, String> {
    let found = found.trim();
    let no_fragment = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
    let url = if found.contains("://") {
        found.to_owned()
    } else {
        let base = no_fragment(base);
        let path_at = base.find("://").map(|i| i + 3).ok_or("the document has no address")?;
        let path_at = base[path_at..].find(['/', '?']).map_or(base.len(), |i| path_at + i);
        let (origin, rest) = base.split_at(path_at);
        let path = rest.split('?').next().unwrap_or_default();
        if found.is_empty() {
            base.clone()
        } else if found.starts_with('/') {
            format!("{origin}{found}")
        } else if found.starts_with('?') {
            format!("{origin}{path}{found}")
        } else {
            let folder = path.rfind('/').map_or("", |i| &path[..i]);
            format!("{origin}{folder}/{found}")
        }
    };
    let url = no_fragment(&url);
    let uri: http::Uri = url.parse().map_err(|e| format!("\"{url}\" is no address: {e}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(url),
        _ => Err(format!("\"{url}\" is no http or https address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_documents_are_resolved_as_a_browser_would() {
        let base = "https://s.example.net/v/turn?t=1";
        for (found, url) in [
            ("https://other.example/x?y=1", "https://other.example/x?y=1"),
            ("/audio/a.wav", "https://s.example.net/audio/a.wav"),
            ("next", "https://s.example.net/v/next"),
            ("?t=2", "https://s.example.net/v/turn?t=2"),
            ("", base),
            ("/a#rt=5000", "https://s.example.net/a"),
        ] {
            assert_eq!(resolve(base, found).as_deref(), Ok(url), "{found}");
        }
        for wrong in ["ftp://x/y", "https://", "http://a b/"] {
            assert!(resolve(base, wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_public_address_is_replaced() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let wire =
            Http::new(Some(("https://p.example/".into(), "http://127.0.0.1:8080".into()))).unwrap();
        assert_eq!(wire.real("https://p.example/voice?x"), "http://127.0.0.1:8080/voice?x");
        assert_eq!(wire.real("https://p.example.org/voice"), "https://p.example.org/voice");
    }
}
