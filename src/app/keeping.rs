//! Commands on what is kept: copied, removed when it is old, removed or written down for a person.

use std::path::PathBuf;
use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::command::{Backup, Erase, Retain, Subject as Asked, Whose};
use super::records::{absent, bar, known};
use super::{App, AppError, draw};
use crate::clock;
use crate::config::Config;
use crate::desk::audit::By;
use crate::store::Store;
use crate::store::erasure::Subject;

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

/// Somebody whose data is kept.
enum Person {
    /// Who was served; with the last digits of a caller's number.
    Served(Subject, String),
    /// An agent, by the code.
    Agent(String),
}

/// Who is meant.
fn person(app: &App, whose: &Whose) -> Result<Person, AppError> {
    let asked = &whose.person;
    let said = |text: &str| match text.trim() {
        "" => Err(AppError::Usage("an empty text is nobody's code or key".into())),
        text => Ok(text.to_owned()),
    };
    let number = match (&asked.number, &asked.customer, &asked.agent) {
        (Some(number), ..) => number,
        (_, Some(key), _) => {
            return Ok(Person::Served(Subject::Customer(said(key)?), String::new()));
        }
        (.., Some(code)) => return Ok(Person::Agent(said(code)?)),
        _ => return Err(AppError::Usage("say whose: --number, --customer or --agent".into())),
    };
    let providers = &app.site.config.providers;
    if let Some(name) = whose.provider.as_deref().filter(|name| !providers.contains_key(*name)) {
        let names: Vec<&str> = providers.keys().map(String::as_str).collect();
        let names = names.join(", ");
        return Err(AppError::Usage(format!(
            "there is no provider {name}; the settings have: {names}"
        )));
    }
    let found = app.site.desk.caller(whose.provider.as_deref(), number);
    let (caller, last) = found.ok_or_else(|| {
        AppError::Usage(
            "that is no number by which a caller could be known; write it with its country code, \
             such as +37060000001, or name a provider of its country with --provider"
                .into(),
        )
    })?;
    Ok(Person::Served(Subject::Caller(caller), last))
}

/// The folder of this machine's spools.
fn spool(app: &App) -> Result<PathBuf, AppError> {
    let config = &app.site.config;
    let beside = || Store::spool_of(config.database_url.expose_secret());
    Ok(config.spool.clone().map_or_else(beside, Ok)?)
}

/// Removes all that leads to somebody.
pub(super) async fn erase(erase: Erase) -> Result<ExitCode, AppError> {
    let app = known(&erase.settings).await?;
    let person = person(&app, &erase.whose)?;
    ask(&app, &person, &erase.whose).await?;
    forget(&app, &person).await?;
    Ok(ExitCode::SUCCESS)
}

/// Notes whether a caller may be asked, where that was said.
async fn ask(app: &App, person: &Person, whose: &Whose) -> Result<(), AppError> {
    let (Person::Served(Subject::Caller(caller), _), true) =
        (person, whose.never_ask || whose.ask_again)
    else {
        return Ok(());
    };
    let (desk, now) = (&app.site.desk, clock::now_ms());
    desk.never_ask(*caller, whose.never_ask, &By::Command, now).await?;
    match whose.never_ask {
        true => say!("the caller is never asked again; of that the keyed hash of the number stays"),
        false => say!("the caller may be asked again, by all servers within seconds"),
    }
    Ok(())
}

async fn forget(app: &App, person: &Person) -> Result<(), AppError> {
    match person {
        Person::Agent(code) => forget_agent(app, code).await,
        Person::Served(of, _) => forget_served(app, of).await,
    }
}

async fn forget_served(app: &App, of: &Subject) -> Result<(), AppError> {
    let (spool, now) = (spool(app)?, clock::now_ms());
    let desk = &app.site.desk;
    let done = desk.erase(of, &spool, &By::Command, now).await?;
    let erased = done.erased;
    let whose = match of {
        Subject::Caller(_) => "number",
        Subject::Customer(_) => "customer",
    };
    match done.is_nothing() {
        true => say!("nothing is kept that leads to this {whose}"),
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
        say!("never asked again: of that the keyed hash of the number stays");
    }
    say!(
        "not reached from here: backups made before; recordings that the phone provider keeps; what \
         mails and webhooks brought to others; spools of other machines. A record of a call that \
         is sent again brings it back"
    );
    if let Subject::Customer(_) = of {
        say!(
            "nor calls of theirs whose records do not name them: those go by --number, and so does \
             --never-ask"
        );
    }
    // What changed of the counts is packed again.
    let today = clock::day(now, &app.site.config.time_zone);
    app.store().roll(today - 1).await?;
    Ok(())
}

async fn forget_agent(app: &App, code: &str) -> Result<(), AppError> {
    let [a, b, c, d, ..] = draw();
    let instead = format!("gone-{:08x}", u32::from_be_bytes([a, b, c, d]));
    let desk = &app.site.desk;
    let done = desk.forget_agent(code, &instead, &By::Command, clock::now_ms()).await?;
    let Some(done) = done else {
        say!("no agent has this code");
        return Ok(());
    };
    say!(
        "{instead} stands in place of the agent's code and name everywhere from now on; {} accounts \
         closed; {} webhooks and mails reworded. What was counted stays under that code until \
         retention.agent_scores ends it",
        done.accounts,
        done.deliveries
    );
    say!(
        "not reached from here: backups made before; what mails, webhooks and exports brought to \
         others; spools of servers while the database is away; what people wrote (notes, reasons, \
         outcomes of cases); an account with another role; your phone system. A hand-over or record that names the old code makes it known \
         again; servers that run now know it until they are started again"
    );
    Ok(())
}

/// Writes down all that is kept about somebody.
pub(super) async fn subject(asked: Asked) -> Result<ExitCode, AppError> {
    let app = known(&asked.settings).await?;
    let person = person(&app, &asked.whose)?;
    let (out, now, desk) = (&asked.out, clock::now_ms(), &app.site.desk);
    match &person {
        Person::Served(of, last) => {
            let spool = spool(&app)?;
            let done = desk.write_down((of, last), out, &spool, &By::Command, now).await?;
            say!(
                "{}: {} rows, {} recordings beside it. It names agents by their codes: look through \
                 it before you give it away",
                done.file.display(),
                done.rows,
                done.recordings
            );
        }
        Person::Agent(code) => {
            let done = desk.write_down_agent(code, out, &By::Command, now).await?;
            say!(
                "{}: {} rows. What single callers said is not in it, and who looked at what is: \
                 look through it before you give it away",
                done.file.display(),
                done.rows
            );
        }
    }
    ask(&app, &person, &asked.whose).await?;
    if asked.forget {
        forget(&app, &person).await?;
    }
    Ok(ExitCode::SUCCESS)
}
