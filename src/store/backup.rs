//! A copy of a SQLite store, made while servers go on writing.
//!
//! SQLite itself copies (`vacuum into`), on a connection that only reads, and so from one moment:
//! whoever writes meanwhile waits for nothing. What could make callers wait is the disk, to which
//! the copy goes as well. So the copy rests as often as it works, and sends what it wrote to the
//! disk bit by bit, lest the next commit wait for all of it.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::time::Instant;

use super::open::{Address, address};
use super::{Store, StoreError};

/// How long the copy works before it rests for the same time.
const WORK: Duration = Duration::from_millis(10);
/// What is sent to the disk at once at the most; the next commit may have to wait for it.
const BYTES: u64 = 512 * 1024;
/// Steps of SQLite's machine between two looks at clock and file.
const STEPS: i32 = 1_000;
/// Pages of the copy that SQLite keeps for itself, in its own words: what is left of them at the end
/// goes to the disk at once.
const CACHE: &str = "-1000";

impl Store {
    /// Copies the SQLite database of that address into a new file, readable by this user alone,
    /// and says how many bytes that are. Nothing of the database is changed, also not its tables
    /// brought up to date. `progress` hears bytes written and the bytes of the database.
    ///
    /// # Errors
    /// If the address names no SQLite database, the file is there already, or one of the two
    /// cannot be read or written; then no file is left.
    pub async fn backup(
        url: &str,
        to: &Path,
        progress: impl Fn(u64, u64) + Send + 'static,
    ) -> Result<u64, StoreError> {
        let Address::Sqlite(options) = address(url)? else {
            return Err(StoreError::Mismatch("only a SQLite database is copied like this".into()));
        };
        let of = std::fs::metadata(options.get_filename()).map_or(0, |file| file.len());
        let fault = |fault: std::io::Error| {
            StoreError::Mismatch(format!("{} cannot be written: {fault}", to.display()))
        };
        if to.exists() {
            return Err(StoreError::Mismatch(format!(
                "{} is there already; it is not overwritten. Name a new file",
                to.display()
            )));
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Made for this user alone; it goes away if the copy fails.
        let part = tempfile::NamedTempFile::new_in(folder).map_err(fault)?;
        let written = part.reopen().map_err(fault)?;
        let options = options.create_if_missing(false).read_only(true).pragma("cache_size", CACHE);
        let mut from = options.connect().await?;
        let pace = pace(written, move |done| progress(done, of));
        from.lock_handle().await?.set_progress_handler(STEPS, pace);
        let sql = format!("vacuum into {}", quoted(part.path())?);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut from).await?;
        from.close().await?;
        part.as_file().sync_all().map_err(fault)?;
        let bytes = part.as_file().metadata().map_err(fault)?.len();
        part.persist_noclobber(to).map_err(|refused| fault(refused.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
        Ok(bytes)
    }
}

/// What the copy does between its steps: it rests, and goes on.
fn pace(written: File, progress: impl Fn(u64) + Send + 'static) -> impl FnMut() -> bool {
    let (mut since, mut sent) = (Instant::now(), 0);
    move || {
        let length = written.metadata().map_or(sent, |file| file.len());
        if since.elapsed() >= WORK || length.saturating_sub(sent) >= BYTES {
            // A disk that is full says so to SQLite too.
            let _ = written.sync_data();
            sent = length;
            progress(length);
            rest(since.elapsed().min(WORK * 10));
            since = Instant::now();
        }
        true
    }
}

#[expect(clippy::disallowed_methods, reason = "on the thread that SQLite has for itself")]
fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// The file's name as SQL writes a text.
fn quoted(file: &Path) -> Result<String, StoreError> {
    let name = file.to_str().ok_or_else(|| {
        StoreError::Mismatch(format!("{} is no text that SQLite can open", file.display()))
    })?;
    Ok(format!("'{}'", name.replace('\'', "''")))
}
