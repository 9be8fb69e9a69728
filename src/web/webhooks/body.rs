//! Reads a webhook's body: bounded, and of a multipart body the recording goes to the media
//! folder while its text fields become an ordinary form.

use std::path::PathBuf;

use axum::body::Body;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::io::AsyncWriteExt;

use crate::config::Provider;
use crate::dialect::Upload;
use crate::survey::Kind;
use crate::web::Site;

/// Bytes of one second of telephone sound as platforms write it (8 kHz, 16 bit).
const SECOND: usize = 16_000;

/// The body, or the text fields of a multipart one as a form, and the recording that came with it.
type Read = Result<(Vec<u8>, Option<Draft>), StatusCode>;

/// Reads the body; a fault is the status to answer with.
pub(super) async fn read(
    site: &Site,
    provider: &Provider,
    headers: &HeaderMap,
    token: Option<&str>,
    body: Body,
) -> Read {
    let limit = site.config.limits.body_kb * 1024;
    match multer::parse_boundary(content_type(headers)) {
        Err(_) => whole(body, limit).await.map(|bytes| (bytes, None)),
        Ok(boundary) => multipart(site, provider, token, body, boundary, limit).await,
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// Whether the body may bring a recording.
pub(super) fn is_multipart(headers: &HeaderMap) -> bool {
    multer::parse_boundary(content_type(headers)).is_ok()
}

async fn whole(body: Body, limit: usize) -> Result<Vec<u8>, StatusCode> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(fault) if fault.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

async fn multipart(
    site: &Site,
    provider: &Provider,
    token: Option<&str>,
    body: Body,
    boundary: String,
    limit: usize,
) -> Read {
    // A file is taken only by a valid token whose open question is a comment.
    let place = token.and_then(|text| site.desk.comment_place(provider, text));
    let most = match &place {
        Some((_, _, _, Kind::Comment { max_seconds, .. })) => {
            limit + *max_seconds as usize * SECOND + 64 * 1024
        }
        _ => limit,
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut draft = None;
    let mut parts = multer::Multipart::new(Limited::new(body, most).into_data_stream(), boundary);
    while let Some(mut field) = parts.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_string();
        match (field.file_name().is_some(), &place) {
            (false, _) => fields.push((name, field.text().await.map_err(broken)?)),
            (true, Some((id, question, turn, Kind::Comment { .. }))) if draft.is_none() => {
                let file = format!("{id}-{question}-{turn}.wav");
                draft = Draft::write(site, provider, file, &mut field).await?;
            }
            // A file that nobody asked for is read past.
            (true, _) => read_past(&mut field).await?,
        }
    }
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = form.into_bytes();
    if form.len() > limit {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok((form, draft))
}

/// The status for a body that broke off or is too long.
fn broken(fault: multer::Error) -> StatusCode {
    match fault {
        multer::Error::StreamReadFailed(fault) if fault.is::<LengthLimitError>() => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

async fn read_past(field: &mut multer::Field<'_>) -> Result<(), StatusCode> {
    while field.chunk().await.map_err(broken)?.is_some() {}
    Ok(())
}

/// A recording that was received under a name of its own, and counts for nothing before
/// [`Draft::keep`]. Dropped, it is gone.
pub(super) struct Draft {
    folder: PathBuf,
    path: PathBuf,
    name: String,
    seconds: Option<u32>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Kept under its real name or not wanted; one that cannot be removed does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Draft {
    /// Streams a recording to the media folder. Where the folder fails the recording is lost and
    /// the call goes on: its caller must not hear of a full disk.
    async fn write(
        site: &Site,
        provider: &Provider,
        name: String,
        field: &mut multer::Field<'_>,
    ) -> Result<Option<Self>, StatusCode> {
        let folder = site.config.media.clone();
        let random = u128::from_be_bytes((site.draw)());
        let path = folder.join(format!("{name}.{random:032x}.part"));
        let mut draft = Self { folder, path, name, seconds: None };
        let mut file = match draft.create().await {
            Ok(file) => file,
            Err(fault) => {
                draft.lost(site, provider, &fault);
                read_past(field).await?;
                return Ok(None);
            }
        };
        let mut bytes = 0usize;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes += chunk.len();
            if let Err(fault) = file.write_all(&chunk).await {
                draft.lost(site, provider, &fault);
                read_past(field).await?;
                return Ok(None);
            }
        }
        if let Err(fault) = file.sync_all().await {
            draft.lost(site, provider, &fault);
            return Ok(None);
        }
        draft.seconds = u32::try_from(bytes.saturating_sub(44) / SECOND).ok();
        Ok(Some(draft))
    }

    async fn create(&self) -> std::io::Result<tokio::fs::File> {
        tokio::fs::create_dir_all(&self.folder).await?;
        // For the operator alone: it is a person's voice.
        let mut file = tokio::fs::OpenOptions::new();
        file.write(true).create(true).truncate(true).mode(0o600);
        file.open(&self.path).await
    }

    /// What it will be once it is kept.
    pub(super) fn upload(&self) -> Upload {
        Upload { id: self.name.clone(), seconds: self.seconds }
    }

    /// Gives the recording its real name; says whether it has it. The first one of a turn stands,
    /// as with everything that a turn brings: a token that is used again changes nothing.
    pub(super) async fn keep(self, site: &Site, provider: &Provider) -> bool {
        let named = async {
            let file = self.folder.join(&self.name);
            match tokio::fs::hard_link(&self.path, &file).await {
                Ok(()) => {}
                Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {}
                // Not every file system knows links.
                Err(_) => tokio::fs::rename(&self.path, &file).await?,
            }
            tokio::fs::File::open(&self.folder).await?.sync_all().await
        };
        named.await.inspect_err(|fault| self.lost(site, provider, fault)).is_ok()
    }

    fn lost(&self, site: &Site, provider: &Provider, fault: &std::io::Error) {
        site.desk.counters().count("recording_lost", &provider.name);
        tracing::error!(
            provider = %provider.name,
            "a recording cannot be kept in {}: {fault}", self.folder.display()
        );
    }
}
