//! What is kept about one caller: removed at their wish, or written down for them.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::Desk;
use super::audit::{Act, By};
use super::away::Notice;
use super::retention::{KeepingError, remove};
use crate::config::Retention;
use crate::interview::{InterviewId, Millis, token};
use crate::store::erasure::{Erased, Traces};
use crate::store::{CallerHash, Sought, Store, StoreError, Waiting};

/// What was removed of a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// In the database.
    pub erased: Erased,
    /// Files in the media folder.
    pub recordings: u64,
    /// Things that waited in the spools of this machine.
    pub waiting: u64,
    /// They are never asked again; that stays.
    pub never_ask: bool,
}

impl Removed {
    /// Whether nothing was there.
    pub fn is_nothing(&self) -> bool {
        *self == Self { never_ask: self.never_ask, ..Self::default() }
    }
}

/// What was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file with everything.
    pub file: PathBuf,
    /// Rows of all tables in it.
    pub rows: usize,
    /// Recordings beside it.
    pub recordings: usize,
}

/// As the audit log knows a caller: by the keyed hash.
fn object(caller: CallerHash) -> String {
    InterviewId(caller.0).to_string()
}

impl Desk {
    /// Removes all that leads to a caller: interviews, records of their calls, recordings, and what
    /// waits in the spools of that folder. Who must never be asked stays so, by the keyed hash;
    /// where `never_ask`, also who did not say so. Written down first. It may be done again.
    ///
    /// # Errors
    /// If the database does not answer or a file cannot be removed; what was removed stays so.
    pub async fn erase_caller(
        &self,
        caller: CallerHash,
        never_ask: bool,
        spool: &Path,
        by: &By,
        now: Millis,
    ) -> Result<Removed, KeepingError> {
        self.audit(by, Act::EraseCaller, &object(caller), now).await?;
        if never_ask {
            self.store.never_ask_add(caller, now, "command").await?;
        }
        let traces = self.store.traces(caller).await?;
        // First what waits: it would be stored behind our back.
        let waiting = self.waiting_of(caller, &traces, spool, true).await?;
        if waiting.never_ask {
            self.store.never_ask_add(caller, now, "call").await?;
        }
        let mut removed = Removed { waiting: waiting.items.len() as u64, ..Removed::default() };
        removed.recordings = self.remove_recordings(&traces)?;
        removed.erased = self.store.erase(caller, &traces).await?;
        // What was fetched meanwhile.
        removed.recordings += self.remove_recordings(&traces)?;
        removed.never_ask = self.store.is_never_asked(caller).await?;
        Ok(removed)
    }

    async fn waiting_of(
        &self,
        caller: CallerHash,
        traces: &Traces,
        spool: &Path,
        remove: bool,
    ) -> Result<Waiting, StoreError> {
        let notice = |words: &str, interviews: &HashSet<InterviewId>, calls: &BTreeSet<String>| {
            serde_json::from_str(words)
                .is_ok_and(|notice| self.is_about(&notice, interviews, calls))
        };
        let whose = Sought {
            caller,
            interviews: &traces.interviews,
            notice: &notice,
            calls: &traces.names,
        };
        Store::in_spools(spool, &whose, remove).await
    }

    /// Whether a notice is about one of these interviews or calls.
    fn is_about(
        &self,
        notice: &Notice,
        interviews: &HashSet<InterviewId>,
        calls: &BTreeSet<String>,
    ) -> bool {
        match notice {
            Notice::Ended { provider, call_id, token, .. }
            | Notice::Recording { provider, call_id, token, .. } => {
                let open = |text: &String| token::open(text, provider, &self.keys.tokens).ok();
                call_id.as_ref().is_some_and(|call| calls.contains(call))
                    || token.as_ref().and_then(open).is_some_and(|s| interviews.contains(&s.id))
            }
            Notice::Routing { event, .. } => event.calls.iter().any(|call| calls.contains(call)),
            Notice::Failed { interview, .. } => interviews.contains(interview),
        }
    }

    /// The files of these interviews: those that the store names, and all that bear their names.
    fn recordings(&self, traces: &Traces) -> Result<BTreeSet<String>, KeepingError> {
        let media = &self.config.media;
        let ids: HashSet<String> = traces.interviews.iter().map(InterviewId::to_string).collect();
        let mut files = BTreeSet::new();
        for entry in fs::read_dir(media).map_err(KeepingError::of(media))? {
            let name = entry.map_err(KeepingError::of(media))?.file_name();
            let name = name.to_string_lossy().into_owned();
            let theirs = name.split('-').next().is_some_and(|id| ids.contains(id));
            if theirs || traces.files.contains(&name) {
                files.insert(name);
            }
        }
        Ok(files)
    }

    fn remove_recordings(&self, traces: &Traces) -> Result<u64, KeepingError> {
        let files = self.recordings(traces)?;
        files.iter().try_for_each(|file| remove(&self.config.media, file))?;
        Ok(files.len() as u64)
    }

    /// Writes down all that is kept about a caller, in an empty or new folder that nobody else can
    /// read: `caller.json`, and their recordings beside it. `last` are the number's last digits.
    /// Written down in the log first.
    ///
    /// # Errors
    /// If the folder holds something, a file cannot be written, or the database does not answer.
    pub async fn write_down(
        &self,
        (caller, last): (CallerHash, &str),
        out: &Path,
        spool: &Path,
        by: &By,
        now: Millis,
    ) -> Result<Written, KeepingError> {
        empty(out).map_err(KeepingError::of(out))?;
        self.audit(by, Act::ExportCaller, &object(caller), now).await?;
        let traces = self.store.traces(caller).await?;
        let kept = self.store.about(caller, &traces).await?;
        let waiting = self.waiting_of(caller, &traces, spool, false).await?;
        let mut recordings = Vec::new();
        for name in self.recordings(&traces)? {
            let to = out.join(&name);
            fs::copy(self.config.media.join(&name), &to).map_err(KeepingError::of(&to))?;
            private(&to).map_err(KeepingError::of(&to))?;
            recordings.push(name);
        }
        let rows = kept.iter().map(|table| table.rows.len()).sum();
        let mut tables = Map::new();
        for table in kept {
            let until = until(table.table, &self.config.retention);
            let rows: Vec<Value> =
                table.rows.into_iter().map(|line| Value::Object(line.0)).collect();
            tables.insert(table.table.to_owned(), json!({ "kept": until, "rows": rows }));
        }
        let waiting: Vec<Value> = waiting
            .items
            .iter()
            .map(|item| serde_json::from_str(item).unwrap_or_default())
            .collect();
        let made = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
        let everything = json!({
            "caller": { "number_ends_with": last, "keyed_hash": object(caller) },
            "written_down": made.to_string(),
            "recordings": recordings,
            "tables": tables,
            "waiting_on_this_servers_disk": waiting,
        });
        let file = out.join("caller.json");
        let text = format!("{everything:#}\n");
        fs::write(&file, text).map_err(KeepingError::of(&file))?;
        private(&file).map_err(KeepingError::of(&file))?;
        Ok(Written { file, rows, recordings: recordings.len() })
    }
}

/// How long rows of a table are kept, for people.
fn until(table: &str, kept: &Retention) -> String {
    let days = |days: i64, otherwise: &str| match days {
        0 => otherwise.to_owned(),
        days => format!("{days} days"),
    };
    let interviews = match kept.interviews {
        0 => "no end is set".to_owned(),
        days => format!("until the calendar month is over for {days} days"),
    };
    match table {
        "never_ask" => "until somebody takes it back: else they would be asked again".into(),
        "comments" => days(kept.comments, &interviews),
        "offers" => days(kept.numbers, "no end is set"),
        "handovers" => "a day".into(),
        "deliveries" => "some weeks after they were sent or given up".into(),
        "audit" => days(kept.audit, "no end is set"),
        _ => interviews,
    }
}

/// Makes the folder, for this user alone; refuses one that holds something.
fn empty(folder: &Path) -> std::io::Result<()> {
    let mut private = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.recursive(true).create(folder)?;
    match fs::read_dir(folder)?.next() {
        None => Ok(()),
        Some(_) => Err(std::io::Error::other(
            "the folder is not empty; name a new one, so that nothing of two callers is mixed",
        )),
    }
}

#[cfg(unix)]
fn private(file: &Path) -> std::io::Result<()> {
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}
