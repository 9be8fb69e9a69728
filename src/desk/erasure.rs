//! What is kept about one caller, customer or agent: written down for them, or removed at their
//! wish.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::Desk;
use super::audit::{Act, By, mark};
use super::away::Notice;
use super::retention::{KeepingError, remove};
use crate::config::Retention;
use crate::interview::{InterviewId, Millis, token};
use crate::store::erasure::{Erased, Subject, Traces};
use crate::store::subject::{Kept, Renamed};
use crate::store::{CallerHash, Sought, Store, StoreError, Waiting};

/// What was removed of a caller or customer.
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

/// As the audit log knows them: a caller by the keyed hash, a customer by what stands for the key.
fn object(of: &Subject) -> String {
    match of {
        Subject::Caller(caller) => InterviewId(caller.0).to_string(),
        Subject::Customer(key) => mark(key),
    }
}

impl Desk {
    /// Adds a caller to those who are never asked, or takes one off. Written down first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn never_ask(
        &self,
        caller: CallerHash,
        never: bool,
        by: &By,
        now: Millis,
    ) -> Result<(), StoreError> {
        let act = if never { Act::NeverAsk } else { Act::AskAgain };
        self.audit(by, act, &object(&Subject::Caller(caller)), now).await?;
        match never {
            true => self.store.never_ask_add(caller, now, "command").await,
            false => self.store.never_ask_remove(caller).await,
        }
    }

    /// Removes all that leads to a caller or customer: interviews, records of their calls,
    /// recordings, and what waits in the spools of that folder. A number that must never be asked
    /// stays so, by the keyed hash. Written down first. It may be done again.
    ///
    /// # Errors
    /// If the database does not answer or a file cannot be removed; what was removed stays so.
    pub async fn erase(
        &self,
        of: &Subject,
        spool: &Path,
        by: &By,
        now: Millis,
    ) -> Result<Removed, KeepingError> {
        self.audit(by, Act::EraseCaller, &object(of), now).await?;
        let traces = self.store.traces(of).await?;
        // First what waits: it would be stored behind our back.
        let waiting = self.waiting_of(of, &traces, spool, true).await?;
        // And once more what is stored: some of it may have waited until just now.
        let mut traces = self.store.traces(of).await?;
        traces.interviews.extend(&waiting.interviews);
        match of {
            Subject::Caller(caller) if !waiting.never_ask.is_empty() => {
                self.store.never_ask_add(*caller, now, "call").await?;
            }
            _ => self.store.never_ask_callers(&waiting.never_ask, now).await?,
        }
        let mut removed = Removed { waiting: waiting.items.len() as u64, ..Removed::default() };
        removed.recordings = self.remove_recordings(&traces)?;
        removed.erased = self.store.erase(of, &traces).await?;
        // What was fetched meanwhile.
        removed.recordings += self.remove_recordings(&traces)?;
        if let Some(caller) = of.caller() {
            removed.never_ask = self.store.is_never_asked(caller).await?;
        }
        Ok(removed)
    }

    /// Puts another code in place of an agent's code and name, which leads to nobody, and closes
    /// the agent's own account; counts stay under the new code. Written down first. `None` where no
    /// agent has the code.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_agent(
        &self,
        code: &str,
        instead: &str,
        by: &By,
        now: Millis,
    ) -> Result<Option<Renamed>, StoreError> {
        self.audit(by, Act::EraseAgent, &mark(code), now).await?;
        self.store.rename_agent(code, instead, now).await
    }

    async fn waiting_of(
        &self,
        of: &Subject,
        traces: &Traces,
        spool: &Path,
        remove: bool,
    ) -> Result<Waiting, StoreError> {
        let notice = |words: &str, interviews: &HashSet<InterviewId>, calls: &BTreeSet<String>| {
            serde_json::from_str(words)
                .is_ok_and(|notice| self.is_about(&notice, interviews, calls))
        };
        let whose = Sought {
            caller: of.caller(),
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

    /// Writes down all that is kept about a caller or customer, in an empty or new folder that
    /// nobody else can read: `caller.json` or `customer.json`, and their recordings beside it.
    /// `last` are a number's last digits. Written down in the log first.
    ///
    /// # Errors
    /// If the folder holds something, a file cannot be written, or the database does not answer.
    pub async fn write_down(
        &self,
        (of, last): (&Subject, &str),
        out: &Path,
        spool: &Path,
        by: &By,
        now: Millis,
    ) -> Result<Written, KeepingError> {
        empty(out).map_err(KeepingError::of(out))?;
        self.audit(by, Act::ExportCaller, &object(of), now).await?;
        let mut traces = self.store.traces(of).await?;
        let waiting = self.waiting_of(of, &traces, spool, false).await?;
        traces.interviews.extend(&waiting.interviews);
        let kept = self.store.about(of, &traces).await?;
        let mut recordings = Vec::new();
        for name in self.recordings(&traces)? {
            let to = out.join(&name);
            fs::copy(self.config.media.join(&name), &to).map_err(KeepingError::of(&to))?;
            private(&to).map_err(KeepingError::of(&to))?;
            recordings.push(name);
        }
        let waiting: Vec<Value> = waiting
            .items
            .iter()
            .map(|item| serde_json::from_str(item).unwrap_or_default())
            .collect();
        let (kind, who) = match of {
            Subject::Caller(_) => {
                ("caller", json!({ "number_ends_with": last, "keyed_hash": object(of) }))
            }
            Subject::Customer(key) => ("customer", json!({ "key": key })),
        };
        let mut everything = Map::new();
        everything.insert(kind.into(), who);
        everything.insert("recordings".into(), json!(recordings));
        everything.insert("waiting_on_this_servers_disk".into(), json!(waiting));
        let (file, rows) = self.write_file(out, kind, everything, kept, now)?;
        Ok(Written { file, rows, recordings: recordings.len() })
    }

    /// Writes down all that is kept about an agent, as `agent.json` in such a folder.
    ///
    /// # Errors
    /// As [`Desk::write_down`].
    pub async fn write_down_agent(
        &self,
        code: &str,
        out: &Path,
        by: &By,
        now: Millis,
    ) -> Result<Written, KeepingError> {
        empty(out).map_err(KeepingError::of(out))?;
        self.audit(by, Act::ExportAgent, &mark(code), now).await?;
        let kept = self.store.about_agent(code, &mark(code)).await?;
        let everything = Map::from_iter([("agent".to_owned(), json!({ "code": code }))]);
        let (file, rows) = self.write_file(out, "agent", everything, kept, now)?;
        Ok(Written { file, rows, recordings: 0 })
    }

    /// Who gets anything of interviews by the settings of now.
    fn recipients(&self) -> Value {
        let config = &self.config;
        let webhooks: Vec<&str> = config.webhooks.keys().map(String::as_str).collect();
        let alerts: BTreeSet<&String> =
            config.alert.to.iter().chain(config.alert.teams.values().flatten()).collect();
        let reports: BTreeSet<&String> =
            config.report_mails.iter().flat_map(|mail| &mail.to).collect();
        json!({ "webhooks": webhooks, "alerts_by_mail": alerts, "reports_by_mail": reports })
    }

    /// Writes the file, with all tables in it; says how many rows they have.
    fn write_file(
        &self,
        out: &Path,
        kind: &str,
        mut everything: Map<String, Value>,
        kept: Vec<Kept>,
        now: Millis,
    ) -> Result<(PathBuf, usize), KeepingError> {
        let rows = kept.iter().map(|table| table.rows.len()).sum();
        let mut tables = Map::new();
        for table in kept {
            let until = until(table.table, &self.config.retention);
            let rows: Vec<Value> =
                table.rows.into_iter().map(|line| Value::Object(line.0)).collect();
            let from = source(table.table);
            let told = json!({ "kept": until, "comes_from": from, "rows": rows });
            tables.insert(table.table.to_owned(), told);
        }
        everything.insert("tables".into(), tables.into());
        everything.insert("may_be_sent_to".into(), self.recipients());
        let made = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
        everything.insert("written_down".into(), made.to_string().into());
        let file = out.join(format!("{kind}.json"));
        let text = format!("{:#}\n", Value::Object(everything));
        fs::write(&file, text).map_err(KeepingError::of(&file))?;
        private(&file).map_err(KeepingError::of(&file))?;
        Ok((file, rows))
    }
}

/// Where rows of a table come from, for people.
fn source(table: &str) -> &'static str {
    match table {
        "interviews" | "turns" | "answers" | "offers" => {
            "the call: what the phone platform told and what was pressed"
        }
        "comments" => "the call: what was spoken, recorded by the phone platform",
        "callbacks" => "the call: a wish to be called",
        "never_ask" => "the call, or somebody's word for the caller",
        "calls" | "call_names" | "legs" => {
            "records of calls: imported, sent by a program, or told by the phone platform"
        }
        "handovers" => "a program that announced the hand-over",
        "credits" | "link_history" | "observations" => {
            "worked out of interviews and records of calls"
        }
        "answer_tally" | "funnel_tally" => "counted from interviews",
        "hand_links" | "marks" | "cases" => "what people decided in the pages, and alerts",
        "deliveries" => "made of interviews, for those who are to be told",
        "audit" | "sessions" => "what people did in the pages, programs and commands",
        "agents" | "agent_team" | "users" | "user_team" => {
            "hand-overs, records of calls, imported lists, the settings page"
        }
        "survey_share" => "worked out of rules for who is asked",
        _ => "this program",
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
        "answer_tally" | "funnel_tally" => match kept.agent_scores {
            0 => "no end is set".into(),
            days => format!(
                "until the calendar month is over for {days} days; then they count for the team"
            ),
        },
        "agents" | "agent_team" | "users" | "user_team" | "survey_share" => {
            "until somebody removes it".into()
        }
        "sessions" => "some days after it has ended".into(),
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
            "the folder is not empty; name a new one, so that nothing of two people is mixed",
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
