//! Fetches recorded comments from providers that keep them, and keeps them in the media folder.
//!
//! The list of what is to be fetched is in the store, so nothing is lost by a restart, and a
//! recording is fetched once however often its notice comes and however many nodes run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::OutboxError;
use super::fault::FetchError;
use super::fetch::{self, Fetcher, Sound};
use crate::config::Config;
use crate::store::{Due, Store, StoreError};
use crate::telemetry::Counters;

/// Time for one try, redirects and all.
const WHOLE: Duration = Duration::from_secs(30);
/// How long a taken recording is left to whoever took it, milliseconds; longer than a try.
const LEASE: i64 = 120_000;
/// Recordings fetched side by side; each may take 5 MB of memory.
const AT_ONCE: u32 = 4;
/// Pause when nothing is due.
const IDLE: Duration = Duration::from_secs(2);

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long a provider may take to tell where a recording is.
const NEVER_CAME: i64 = 24 * HOUR;
/// Why a recording of which nothing was told is given up.
const NEVER_TOLD: &str = "the provider did not tell within 24 hours that the recording is ready: \
    its own log says whether its notices reach this server at /voice/NAME/recording";
/// Recordings that never came which are given up at once.
const AT_ONCE_GIVEN_UP: u32 = 100;

/// Pauses after a 404: the notice often comes before the file, by a moment or by minutes.
const NOT_THERE: &[i64] =
    &[SECOND, 2 * SECOND, 4 * SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];

/// Pauses after any other fault that may pass: an outage, wrong credentials, a full disk.
const FAULTY: &[i64] =
    &[15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR];

/// The worker that fetches recordings.
pub struct Recordings {
    store: Store,
    config: Arc<Config>,
    counters: Arc<Counters>,
    fetcher: Fetcher,
    whole: Duration,
}

impl Recordings {
    /// A worker on that store. The process must have installed a TLS provider for rustls before.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new(
        store: Store,
        config: Arc<Config>,
        counters: Arc<Counters>,
    ) -> Result<Self, OutboxError> {
        let fetcher = Fetcher::new(config.clone())?;
        Ok(Self { store, config, counters, fetcher, whole: WHOLE })
    }

    /// The same worker with another limit for one try.
    #[must_use]
    pub fn with_limit(self, whole: Duration) -> Self {
        Self { whole, ..self }
    }

    /// Works until it is dropped; a recording whose try was cut off is tried again by whoever runs
    /// two minutes later. `now` gives UTC milliseconds.
    pub async fn run(&self, now: impl Fn() -> i64) {
        loop {
            if self.step(now()).await == 0 {
                tokio::time::sleep(IDLE).await;
            }
        }
    }

    /// Tries what is due at `now` (UTC milliseconds), a few side by side; says how many were
    /// tried. Faults are counted, logged and noted in the store.
    pub async fn step(&self, now: i64) -> usize {
        let due = match self.store.comments_due(now, AT_ONCE).await {
            Ok(due) => due,
            Err(fault) => {
                self.counters.count("recordings_unread", "");
                tracing::warn!("recordings to fetch cannot be read: {fault}");
                return 0;
            }
        };
        self.give_up_missing(now).await;
        let tried = join_all(due.into_iter().map(|due| self.take(due, now))).await;
        tried.into_iter().filter(|tried| *tried).count()
    }

    /// Gives up those of which nothing was told for too long, so that nobody waits for ever.
    async fn give_up_missing(&self, now: i64) {
        let missing = self.store.comments_missing(now - NEVER_CAME, AT_ONCE_GIVEN_UP).await;
        let missing = missing.unwrap_or_else(|fault| {
            self.counters.count("recordings_unread", "");
            tracing::warn!("recordings that never came cannot be read: {fault}");
            Vec::new()
        });
        for one in missing {
            let (interview, provider) = (one.interview, one.provider.as_str());
            match self.store.comment_never_came(&one, NEVER_TOLD).await {
                Ok(true) => {
                    self.counters.count("recording_failed", provider);
                    tracing::error!(%interview, provider, reason = NEVER_TOLD,
                        "a recording is given up");
                }
                Ok(false) => {}
                Err(fault) => {
                    self.counters.count("recording_unsaved", provider);
                    tracing::warn!(%interview, "a recording's state cannot be stored: {fault}");
                    return;
                }
            }
        }
    }

    /// One try, unless somebody else has it; says whether it was made.
    async fn take(&self, mut due: Due, now: i64) -> bool {
        let noted = match self.store.take_comment(&mut due, now + LEASE).await {
            Ok(true) => self.try_once(&due, now).await,
            Ok(false) => return false,
            Err(fault) => {
                self.log_unsaved(&due, &fault);
                return false;
            }
        };
        if let Err(fault) = noted {
            // It is due again when the lease is over, and a file that was kept is replaced.
            self.log_unsaved(&due, &fault);
        }
        true
    }

    async fn try_once(&self, due: &Due, now: i64) -> Result<(), StoreError> {
        let fault = match self.obtain(due).await {
            Ok(file) => {
                if self.store.comment_stored(due, &file).await? {
                    self.counters.count("recording_stored", &due.provider);
                } else if let Err(fault) =
                    tokio::fs::remove_file(self.config.media.join(&file)).await
                {
                    // Erased, or too old, while it was on its way.
                    let interview = due.interview;
                    tracing::error!(%interview, "a recording that nobody wants stays: {fault}");
                }
                return Ok(());
            }
            Err(fault) => fault,
        };
        let reason = fault.to_string();
        let (interview, provider, tries) = (due.interview, due.provider.as_str(), due.tries);
        match pause(&fault, due.tries) {
            Some(pause) => {
                self.counters.count("recording_retry", provider);
                tracing::info!(%interview, provider, tries, reason, "a recording is tried again");
                self.store.comment_later(due, now + pause, &reason).await
            }
            None => {
                self.counters.count("recording_failed", provider);
                tracing::error!(%interview, provider, tries, reason, "a recording is given up");
                self.store.comment_failed(due, &reason).await
            }
        }
    }

    /// Fetches and keeps it; gives the file's name inside the media folder.
    async fn obtain(&self, due: &Due) -> Result<String, FetchError> {
        let provider = self
            .config
            .providers
            .get(&due.provider)
            .ok_or_else(|| FetchError::NoProvider(due.provider.clone()))?;
        let most = fetch::most_bytes(due.most_seconds);
        let fetched = self.fetcher.fetch(provider, &due.url, most);
        let sound = tokio::time::timeout(self.whole, fetched)
            .await
            .map_err(|_| FetchError::Slow(self.whole))??;
        let stem = format!("{}-{}", due.interview, name_of(&due.recording));
        Ok(keep(&self.config.media, &stem, sound).await?)
    }

    fn log_unsaved(&self, due: &Due, fault: &StoreError) {
        self.counters.count("recording_unsaved", &due.provider);
        tracing::warn!(interview = %due.interview, "a recording's state cannot be stored: {fault}");
    }
}

/// How long to wait after a fault on the `tries`th try; `None`: no more tries.
fn pause(fault: &FetchError, tries: u32) -> Option<i64> {
    let pauses = match fault {
        // These do not get better with time.
        FetchError::Address(_) | FetchError::TooLarge(_) => return None,
        FetchError::NotThere => NOT_THERE,
        FetchError::Status(_)
        | FetchError::Credentials(_)
        | FetchError::NoCredentials
        | FetchError::NoProvider(_)
        | FetchError::Redirects(_)
        | FetchError::Kind(_)
        | FetchError::Way(_)
        | FetchError::Slow(_)
        | FetchError::Disk(_) => FAULTY,
    };
    let index = usize::try_from(tries).ok()?.checked_sub(1)?;
    pauses.get(index).copied()
}

/// A recording's id as part of a file's name: itself where it is plain, else its hash, since it
/// is somebody else's word and might be `../../x`.
fn name_of(recording: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (1..=64).contains(&recording.len()) && recording.chars().all(plain) {
        return recording.to_owned();
    }
    let hash = Sha256::digest(recording.as_bytes());
    // With a letter that is no hex digit, so that it is no plain id's name.
    hash.iter().take(16).fold(String::from("x"), |name, byte| format!("{name}{byte:02x}"))
}

/// Writes a recording under a draft's name and renames it when it is whole and on disk, so that
/// a file with its real name is always a whole one. Nobody but our own user may read it.
async fn keep(folder: &Path, stem: &str, sound: Sound) -> Result<String, std::io::Error> {
    let name = format!("{stem}.{}", sound.ending);
    let draft = folder.join(format!("{name}.part"));
    tokio::fs::create_dir_all(folder).await?;
    if let Err(fault) = write(&draft, folder.join(&name), &sound.bytes).await {
        // The fault is what matters; a draft that stays is written over by the next try.
        let _ = tokio::fs::remove_file(&draft).await;
        return Err(fault);
    }
    tokio::fs::File::open(folder).await?.sync_all().await?;
    Ok(name)
}

async fn write(draft: &Path, file: PathBuf, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut open = options.open(draft).await?;
    open.write_all(bytes).await?;
    // Syncing says nothing of a last write that failed.
    open.flush().await?;
    open.sync_all().await?;
    tokio::fs::rename(draft, file).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_quick_then_rare_then_over() {
        let times = |fault: &FetchError| -> Vec<i64> {
            let pauses = (1..).map_while(|tries| pause(fault, tries));
            pauses
                .scan(0, |at, pause| {
                    Some({
                        *at += pause;
                        *at
                    })
                })
                .collect()
        };
        let missing = times(&FetchError::NotThere);
        assert!(missing[2] <= 10 * SECOND, "four tries within seconds: {missing:?}");
        let faulty = times(&FetchError::Status(500));
        for all in [&missing, &faulty] {
            let last = all.last().copied().unwrap_or_default();
            assert!((6 * HOUR..48 * HOUR).contains(&last), "some hours: {all:?}");
        }
        assert!(times(&FetchError::TooLarge(1)).is_empty());
        assert!(times(&FetchError::Address(String::new())).is_empty());
    }

    #[test]
    fn no_id_leads_out_of_the_folder() {
        assert_eq!(name_of("RE0123abc-1"), "RE0123abc-1");
        let long = "a".repeat(65);
        let odd = ["", ".", "..", "../../x", "a/b", "a\\b", "a.b", "ž", "a b", long.as_str()];
        let mut names: Vec<String> = odd.iter().map(|id| name_of(id)).collect();
        for (id, name) in odd.iter().zip(&names) {
            assert!(name.len() == 33 && name.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), odd.len(), "each id has its own name");
    }
}
