//! Spoken comments, to be played in the page: `/interviews/{id}/comments/{recording}`.

use std::io::SeekFrom;
use std::path::Path as FilePath;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::agents::segment;
use super::interviews::viewer;
use super::{PageError, Shell, Visit};
use crate::desk::audit::Act;
use crate::report::ReportError;
use crate::report::interviews::{Reader, Spoken};
use crate::web::Site;

/// The one address.
pub fn router() -> Router<Site> {
    Router::new().route("/interviews/{id}/comments/{recording}", get(play))
}

/// A comment with the address to play it, if it is here.
pub struct Playable {
    /// What was asked, and how long it is.
    pub label: String,
    /// How far the recording is.
    pub status: String,
    /// Where it is played; none where it is not here.
    pub play: Option<String>,
}

impl Playable {
    /// What was recorded in the interview with that id.
    pub fn of(shell: &Shell, id: &str, spoken: &Spoken) -> Self {
        let seconds = spoken.seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let long = seconds.map(|n| shell.fill("interview-comment-seconds", "n", n));
        let label = [Some(spoken.question.clone()).filter(|q| !q.is_empty()), long];
        let here = spoken.status == "stored";
        let path = || {
            let (base, recording) = (&shell.base, segment(&spoken.recording));
            format!("{base}/interviews/{id}/comments/{recording}")
        };
        Self {
            label: label.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            status: shell.say(&format!("interview-comment-{}", spoken.status)),
            play: here.then(path),
        }
    }
}

/// Bytes sent at once where a player asks for "the rest": it asks again for what follows.
const PART: u64 = 1024 * 1024;

async fn play(
    visit: Visit,
    Path((id, recording)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match sound(&visit, &id, &recording, &headers).await {
        Ok(sound) => sound,
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

async fn sound(
    visit: &Visit,
    id: &str,
    recording: &str,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let missing = || PageError::Missing;
    // Who may not see the interview does not hear it.
    let viewer = viewer(visit);
    let reader = Reader { viewer: &viewer, words: visit.shell("").words };
    visit.site.reports.interview(reader, id).await?.ok_or_else(missing)?;
    let interview = id.parse().map_err(|_| missing())?;
    let desk = &visit.site.desk;
    let file = desk.recording_file(interview, recording).await.map_err(ReportError::from)?;
    let file = file.ok_or_else(missing)?;
    let sent = send(&file, headers.get(header::RANGE)).await;
    let sent = sent.map_err(|fault| {
        tracing::error!(%fault, file = %file.display(), "a recording could not be read");
        missing()
    })?;
    // A player asks for the beginning once, and for parts as often as it likes.
    if sent.begins {
        visit.audit(Act::PlayComment, id).await?;
        let noted = desk.recording_heard(interview, recording, visit.now).await;
        noted.map_err(ReportError::from)?;
    }
    Ok(sent.response)
}

/// What is sent, and whether it is the beginning.
struct Sent {
    response: Response,
    begins: bool,
}

async fn send(path: &FilePath, asked: Option<&HeaderValue>) -> std::io::Result<Sent> {
    let mut file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    let fixed = [
        (header::CONTENT_TYPE, kind(path)),
        // A caller's voice stays in no cache, and is not changed on the way.
        (header::CACHE_CONTROL, "private, no-store, no-transform"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    let asked = asked.and_then(|asked| asked.to_str().ok());
    let (status, first, last) = match asked.map(|asked| range(asked, length)) {
        None | Some(Range::Whole) => (StatusCode::OK, 0, length.saturating_sub(1)),
        Some(Range::Part(first, last)) => (StatusCode::PARTIAL_CONTENT, first, last),
        Some(Range::Beyond) => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            let response = (StatusCode::RANGE_NOT_SATISFIABLE, fixed, whole).into_response();
            return Ok(Sent { response, begins: false });
        }
    };
    let size = if length == 0 { 0 } else { last - first + 1 };
    file.seek(SeekFrom::Start(first)).await?;
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).await?;
    let mut response = (status, fixed, Body::from(bytes)).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{last}/{length}"))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    Ok(Sent { response, begins: first == 0 })
}

/// The media type by the file's name.
fn kind(path: &FilePath) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("wav") => "audio/wav",
        Some("mp3") => "audio/mpeg",
        Some("ogg" | "opus") => "audio/ogg",
        Some("m4a" | "mp4") => "audio/mp4",
        _ => "application/octet-stream",
    }
}

/// What a `Range` asks of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// All: it asks nothing that is understood, or several parts.
    Whole,
    /// From the first to the last byte, both included.
    Part(u64, u64),
    /// What is not there.
    Beyond,
}

fn range(asked: &str, length: u64) -> Range {
    let Some(part) = asked.trim().strip_prefix("bytes=") else { return Range::Whole };
    let Some((first, last)) = part.split_once('-') else { return Range::Whole };
    let (first, last) = (first.trim(), last.trim());
    let end = length.saturating_sub(1);
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => Range::Whole,
        (Ok(first), _) if first >= length => Range::Beyond,
        (Ok(first), Ok(last)) => Range::Part(first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => {
            Range::Part(first, end.min(first.saturating_add(PART - 1)))
        }
        (Err(_), Ok(0)) if first.is_empty() => Range::Beyond,
        (Err(_), Ok(_)) if first.is_empty() && length == 0 => Range::Beyond,
        (Err(_), Ok(last)) if first.is_empty() => Range::Part(length.saturating_sub(last), end),
        _ => Range::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_http_says_it_is() {
        for (asked, wanted) in [
            ("bytes=0-", Range::Part(0, 999)),
            ("bytes=0-1", Range::Part(0, 1)),
            ("bytes=990-2000", Range::Part(990, 999)),
            ("bytes=-10", Range::Part(990, 999)),
            ("bytes=-5000", Range::Part(0, 999)),
            ("bytes=1000-", Range::Beyond),
            ("bytes=-0", Range::Beyond),
            ("bytes=5-2", Range::Whole),
            ("bytes=0-1,5-6", Range::Whole),
            ("bytes=x-", Range::Whole),
            ("seconds=0-1", Range::Whole),
        ] {
            assert_eq!(range(asked, 1000), wanted, "{asked}");
        }
        assert_eq!(range("bytes=0-", 3 * PART), Range::Part(0, PART - 1));
        assert_eq!(range("bytes=0-", 0), Range::Beyond);
        assert_eq!(range("bytes=-1", 0), Range::Beyond);
    }
}
