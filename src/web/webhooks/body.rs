//! Reads a webhook's body: bounded, and of a multipart body the recording goes to the media
//! folder while its text fields become an ordinary form.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::io::AsyncWriteExt;

use crate::config::Provider;
use crate::desk::upload_name;
use crate::dialect::Upload;
use crate::survey::Kind;
use crate::web::Site;

/// Bytes of one second of telephone sound as platforms write it (8 kHz, 16 bit).
const SECOND: usize = 16_000;
/// The same on a wide-band channel (16 kHz), which a platform records as it is unless told
/// otherwise: the most that is kept.
const WIDE_SECOND: usize = 32_000;
/// What is longer is read past up to here, so that its caller hears a goodbye and no error: a
/// minute in stereo at 48 kHz.
const READ_PAST: usize = 16 << 20;
/// Bytes at the beginning of a sound in which its header is looked for.
const HEADER: usize = 1024;

/// What a file that is being written is called until it is whole.
const UNFINISHED: &str = "part";
/// Nobody writes at one file for so long.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Removes what a server that was killed left half written, since nobody will finish it and it is a
/// caller's voice; says how much. What is younger than an hour may be another node's.
///
/// # Errors
/// If the folder cannot be read or a file not be removed.
pub fn sweep(media: &Path) -> std::io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(media)? {
        let entry = entry?;
        let unfinished = entry.path().extension().is_some_and(|ending| ending == UNFINISHED);
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if unfinished && age > ABANDONED {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

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
        Ok(boundary) => Box::pin(multipart(site, provider, token, body, boundary, limit)).await,
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
    // Who says so beforehand is not waited for.
    if body.size_hint().lower() > limit as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
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
    let token = token.filter(|_| provider.kind.uploads());
    let place = match token.and_then(|text| site.desk.comment_place(provider, text)) {
        Some((id, question, turn, Kind::Comment { max_seconds, .. })) => {
            let most = max_seconds as usize * WIDE_SECOND + 64 * 1024;
            Some((upload_name(id, question, turn), most))
        }
        _ => None,
    };
    let most = limit + place.as_ref().map_or(0, |_| READ_PAST);
    let mut fields: Vec<(String, String)> = Vec::new();
    // Only a file may be long: text is kept in memory until the whole body is here.
    let mut left = limit;
    let mut draft = None;
    let mut parts = multer::Multipart::new(Limited::new(body, most).into_data_stream(), boundary);
    while let Some(mut field) = parts.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_string();
        // Some VoiceXML browsers name the field and no file.
        let sound = field.content_type().is_some_and(|kind| kind.type_() == "audio");
        match (sound || field.file_name().is_some(), &place) {
            (false, _) => {
                let text = text(&mut field, &mut left).await?;
                fields.push((name, text));
            }
            (true, Some((file, most))) if draft.is_none() => {
                draft = Draft::write(site, provider, file.clone(), *most, &mut field).await?;
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

/// A text field, of at most the bytes that are left for text.
async fn text(field: &mut multer::Field<'_>, left: &mut usize) -> Result<String, StatusCode> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        *left = left.checked_sub(chunk.len()).ok_or(StatusCode::PAYLOAD_TOO_LARGE)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn read_past(field: &mut multer::Field<'_>) -> Result<(), StatusCode> {
    while field.chunk().await.map_err(broken)?.is_some() {}
    Ok(())
}

/// Whole seconds of a sound of so many bytes, of which `head` is the beginning: by its WAV header,
/// else as telephone sound is usually written.
fn seconds(head: &[u8], bytes: usize) -> Option<u32> {
    let (rate, sound) = wav(head, bytes).unwrap_or((SECOND, bytes.saturating_sub(44)));
    u32::try_from(sound / rate).ok()
}

/// Bytes a second and bytes of sound. A length that the writer did not fill in, or that goes beyond
/// the end, is what is there.
fn wav(head: &[u8], bytes: usize) -> Option<(usize, usize)> {
    let four = |at: usize| -> Option<usize> {
        let bytes = head.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    if head.get(..4)? != b"RIFF" || head.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut rate) = (12, None);
    loop {
        let (name, length, inside) = (head.get(at..at + 4)?, four(at + 4)?, at + 8);
        match name {
            b"fmt " => rate = four(inside + 8).filter(|rate| *rate > 0),
            b"data" => {
                let there = bytes.saturating_sub(inside);
                return Some((rate?, if length == 0 { there } else { length.min(there) }));
            }
            _ => {}
        }
        // Chunks begin at even places.
        at = inside.checked_add(length)?.checked_add(length % 2)?;
    }
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
    /// Streams a recording of at most so many bytes to the media folder. Where the folder fails, or
    /// the recording is longer, it is lost and the call goes on: its caller must not hear of a
    /// full disk.
    async fn write(
        site: &Site,
        provider: &Provider,
        name: String,
        most: usize,
        field: &mut multer::Field<'_>,
    ) -> Result<Option<Self>, StatusCode> {
        let folder = site.config.media.clone();
        let random = u128::from_be_bytes((site.draw)());
        let path = folder.join(format!("{name}.{random:032x}.{UNFINISHED}"));
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
        let mut head = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes += chunk.len();
            let room = HEADER - head.len();
            head.extend_from_slice(&chunk[..chunk.len().min(room)]);
            let written = match bytes > most {
                true => Err(std::io::ErrorKind::FileTooLarge.into()),
                false => file.write_all(&chunk).await,
            };
            if let Err(fault) = written {
                draft.lost(site, provider, &fault);
                read_past(field).await?;
                return Ok(None);
            }
        }
        // Syncing says nothing of a last write that failed.
        let synced = async {
            file.flush().await?;
            file.sync_all().await
        };
        if let Err(fault) = synced.await {
            draft.lost(site, provider, &fault);
            return Ok(None);
        }
        draft.seconds = seconds(&head, bytes);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of that rate whose data chunk says that length, behind another chunk.
    fn header(rate: u32, length: u32) -> Vec<u8> {
        let mut head = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        head.extend((rate / 2).to_le_bytes());
        head.extend(rate.to_le_bytes());
        head.extend([2, 0, 16, 0]);
        head.extend(b"data");
        head.extend(length.to_le_bytes());
        head
    }

    #[test]
    fn seconds_go_by_the_header() {
        let size = header(1, 1).len();
        for (head, bytes, expected) in [
            (header(16_000, 64_000), size + 64_000, 4),
            (header(32_000, 64_000), size + 64_000, 2),
            (header(32_000, 63_999), size + 63_999, 1),
            // Not filled in, beyond the end, and something behind the sound.
            (header(16_000, 0), size + 48_000, 3),
            (header(16_000, u32::MAX), size + 48_000, 3),
            (header(16_000, 16_000), size + 48_000, 1),
            // No header, or half of one.
            (vec![7; HEADER], 44 + 48_000, 3),
            (header(32_000, 64_000)[..30].to_vec(), 44 + 48_000, 3),
            (header(0, 64_000), 44 + 48_000, 3),
            (Vec::new(), 0, 0),
        ] {
            assert_eq!(seconds(&head, bytes), Some(expected), "{bytes} {head:?}");
        }
    }

    #[test]
    fn what_nobody_will_finish_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        for (name, is_old) in
            [("a.wav.1.part", true), ("b.wav.2.part", false), ("c.wav", true), ("part", true)]
        {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            if is_old {
                file.set_modified(old).unwrap();
            }
        }
        assert_eq!(sweep(folder.path()).unwrap(), 1);
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["b.wav.2.part", "c.wav", "part"]);
        assert!(sweep(&folder.path().join("nowhere")).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_header_is_too_strange(tail: Vec<u8>, bytes: usize) {
            let mut head = b"RIFF\0\0\0\0WAVE".to_vec();
            head.extend(tail);
            let _ = seconds(&head, bytes);
        }
    }
}
