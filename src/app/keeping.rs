//! Commands on what is kept: copied, removed when it is old, removed or written down for a caller.

use std::path::PathBuf;
use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::command::{Backup, Caller, Erase, Retain, Subject};
use super::records::{absent, bar, known};
use super::{App, AppError};
use crate::clock;
use crate::config::Config;
use crate::desk::audit::By;
use crate::store::{CallerHash, Store};

/// What else belongs to a backup, for people.
const ALSO: &str =
    "the rest of a backup: the media folder, the spool and the settings with caller_key";

/// Copies the store. It is not opened as a server would: a backup is made before an upgrade, and
/// must not bring the tables up to date.
pub(super) async fn backup(backup: Backup) -> Result<ExitCode, AppError> {
    let config = Config::load(backup.settings.config.as_deref())?;
    let url = config.database_url.expose_secret();
    if !url.starts_with("sqlite:") {
        return Err(AppError::Usage(
            "aftercall backup copies a SQLite file; this store is PostgreSQL, which has programs of \
             its own for that: pg_dump -Fc for a copy, base backups with archived WAL for any \
             moment since. docs/backup.md has the commands"
                .into(),
        ));
    }
    absent(&config)?;
    let bar = bar(0, "Copying bytes");
    let shown = bar.clone();
    let bytes = Store::backup(url, &backup.file, move |done, of| {
        shown.set_length(of);
        shown.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    say!("{}: {bytes} bytes; {ALSO}", backup.file.display());
    Ok(ExitCode::SUCCESS)
}

/// Removes what is old enough, or says what would go.
pub(super) async fn retain(retain: Retain) -> Result<ExitCode, AppError> {
    let app = known(&retain.settings).await?;
    let (desk, now) = (&app.site.desk, clock::now_ms());
    let day = |day| clock::date(day);
    let (due, limits) = desk.old(now).await?;
    if retain.dry_run {
        match limits.interviews {
            Some(before) => say!("months before {} are closed, or would be", day(before)),
            None => say!("no month would be closed: retention.interviews is 0"),
        }
        say!(
            "would go: {} comments; what leads to their callers from {} interviews; {} interviews; \
             {} calls; {} entries of the audit log",
            due.comments,
            due.numbers,
            due.interviews,
            due.calls,
            due.audit
        );
        return Ok(ExitCode::SUCCESS);
    }
    let all = [due.comments, due.numbers, due.interviews, due.calls, due.audit];
    let bar = bar(all.iter().map(|n| n.unsigned_abs()).sum(), "Removing");
    let done = desk.retain(&By::Command, now, &|n| bar.inc(n)).await?;
    bar.finish_and_clear();
    say!(
        "gone: {} comments; what led to their callers from {} interviews and calls, {} offers; {} \
         interviews; {} calls; {} counts of single agents; {} entries of the audit log",
        done.comments,
        done.numbers,
        done.offers,
        done.interviews,
        done.calls,
        done.agent_rows,
        done.audit
    );
    if done.closed_before > 0 {
        say!("days before {} are closed: their counts stay as they are", day(done.closed_before));
    }
    if done.held_up {
        return Err(AppError::Wrong(
            "no month was closed: a recount is under way, or was stopped. Run aftercall recount to \
             its end, then this again"
                .into(),
        ));
    }
    // What changed of the counts is packed again.
    let today = clock::day(now, &app.site.config.time_zone);
    app.store().roll(today - 1).await?;
    Ok(ExitCode::SUCCESS)
}

/// Whose number that is.
fn caller(app: &App, wanted: &Caller) -> Result<(CallerHash, String), AppError> {
    let providers = &app.site.config.providers;
    if let Some(name) = wanted.provider.as_deref().filter(|name| !providers.contains_key(*name)) {
        let names: Vec<&str> = providers.keys().map(String::as_str).collect();
        let names = names.join(", ");
        return Err(AppError::Usage(format!(
            "there is no provider {name}; the settings have: {names}"
        )));
    }
    app.site.desk.caller(wanted.provider.as_deref(), &wanted.number).ok_or_else(|| {
        AppError::Usage(
            "that is no number by which a caller could be known; write it with its country code, \
             such as +37060000001, or name a provider of its country with --provider"
                .into(),
        )
    })
}

/// The folder of this machine's spools.
fn spool(app: &App) -> Result<PathBuf, AppError> {
    let config = &app.site.config;
    let beside = || Store::spool_of(config.database_url.expose_secret());
    Ok(config.spool.clone().map_or_else(beside, Ok)?)
}

/// Removes all that leads to a caller.
pub(super) async fn erase(erase: Erase) -> Result<ExitCode, AppError> {
    let app = known(&erase.settings).await?;
    let (caller, _) = caller(&app, &erase.caller)?;
    let (spool, now) = (spool(&app)?, clock::now_ms());
    let desk = &app.site.desk;
    let done = desk.erase_caller(caller, erase.never_ask, &spool, &By::Command, now).await?;
    let erased = done.erased;
    match done.is_nothing() {
        true => say!("nothing is kept that leads to this number"),
        false => say!(
            "gone: {} interviews, {} records of calls, {} recordings, {} offers, {} announced \
             hand-overs, {} webhooks and mails, {} things that waited in the spool",
            erased.interviews,
            erased.calls,
            done.recordings,
            erased.offers,
            erased.announced,
            erased.deliveries,
            done.waiting
        ),
    }
    if done.never_ask {
        say!("the caller is never asked again; of that the keyed hash of the number stays");
    }
    say!(
        "not reached from here: backups made before; recordings that the phone provider keeps; what \
         mails and webhooks brought to others; spools of other machines. A record of a call that \
         is sent again brings it back"
    );
    // What changed of the counts is packed again.
    let today = clock::day(now, &app.site.config.time_zone);
    app.store().roll(today - 1).await?;
    Ok(ExitCode::SUCCESS)
}

/// Writes down all that is kept about a caller.
pub(super) async fn subject(subject: Subject) -> Result<ExitCode, AppError> {
    let app = known(&subject.settings).await?;
    let (caller, last) = caller(&app, &subject.caller)?;
    let (spool, now) = (spool(&app)?, clock::now_ms());
    let whose = (caller, last.as_str());
    let desk = &app.site.desk;
    let done = desk.write_down(whose, &subject.out, &spool, &By::Command, now).await?;
    say!(
        "{}: {} rows, {} recordings beside it. It names agents by their codes: look through it \
         before you give it away",
        done.file.display(),
        done.rows,
        done.recordings
    );
    Ok(ExitCode::SUCCESS)
}
