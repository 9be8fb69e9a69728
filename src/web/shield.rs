//! Headers that keep a browser from doing with our pages what we did not mean.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

const SHIELD: [(HeaderName, &str); 4] = [
    // Everything from here, nothing inline, in nobody's frame.
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; media-src 'self' data: blob:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Puts the headers on every answer that does not bring its own. To be laid over all routes:
/// `router.layer(axum::middleware::from_fn(shield))`.
pub async fn shield(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SHIELD {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// For a year browsers come by TLS alone. To be laid over all routes of a server that speaks it
/// itself; before others it is the proxy that says so.
pub async fn strict(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let year = HeaderValue::from_static("max-age=31536000");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    response
}
