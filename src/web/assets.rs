//! Style sheet and script of the pages, inside the binary.

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Site;

#[derive(rust_embed::Embed)]
#[folder = "src/web/assets"]
struct Assets;

/// `/assets/{file}`.
pub fn router() -> Router<Site> {
    Router::new().route("/assets/{file}", get(asset))
}

/// The path of an asset with a mark of its content, so that browsers may keep it for ever. `base`
/// is the path prefix of the public address.
pub fn path(base: &str, file: &str) -> String {
    match Assets::get(file) {
        Some(found) => format!("{base}/assets/{file}?v={}", mark(&found)),
        None => format!("{base}/assets/{file}"),
    }
}

/// The first four bytes of the content's hash.
fn mark(file: &rust_embed::EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

async fn asset(
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(found) = Assets::get(&file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mark = mark(&found);
    let etag = format!("\"{mark}\"");
    let keep = match query {
        Some(query) if query == format!("v={mark}") => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    let about = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, keep.to_owned())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag)) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = match file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    (about, [(header::CONTENT_TYPE, kind)], found.data.into_owned()).into_response()
}
