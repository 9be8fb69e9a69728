//! `aftercall call`: one call through the real webhooks and XML, transcript on screen.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::process::ExitCode;

use super::command::Call;
use super::{App, AppError, line};
use crate::clock;
use crate::config::{Config, Provider, alike};
use crate::dialect::Kind;
use crate::interview::Outcome;
use crate::phone::{Event, Http, Line, Paced, Phone, Scripted, Transcript, Wire};
use crate::store::Store;
use crate::survey::Lang;

pub(super) async fn run(call: Call) -> Result<ExitCode, AppError> {
    let script =
        Scripted::new(&call.keys).map_err(|fault| AppError::Usage(format!("--keys: {fault}")))?;
    // The folder of a server of our own goes away with this value.
    let folder = tempfile_folder()?;
    let config = match &call.settings.config {
        Some(file) => Config::load(Some(file))?,
        None => {
            let database = folder.path().join("call.db");
            let media = folder.path().join("media");
            let text = line::own_settings(
                "127.0.0.1:8080",
                &database.display().to_string(),
                &media.display().to_string(),
                "",
            );
            Config::read(&text, "(built in)", Vec::new())?
        }
    };
    let provider = provider(&config, &call)?.clone();
    // Signatures speak of the public address, also where the phone connects to another one.
    let public = match (&call.url, &call.settings.config) {
        (Some(url), None) => url.split("/voice/").next().unwrap_or(url).to_owned(),
        _ => config.public_url.clone(),
    };
    let mut line = line::to(&provider, &public);
    let mut server = call.url.clone();
    if let Some(url) = &call.url {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            let message = format!("--url {url}: an address begins with http:// or https://");
            return Err(AppError::Usage(message));
        }
        // The start address of an announced hand-over names server, provider and start.
        if let Some((base, path)) = url.split_once("/voice/") {
            line.start_url = Some(format!("{}/voice/{path}", public.trim_end_matches('/')));
            server = Some(base.to_owned());
        }
    }
    if call.url.is_some() && call.settings.config.is_none() {
        // Nobody told us that server's keys: the built-in ones would be wrong ones.
        (line.auth_token, line.start_key) = (None, None);
    }
    line.from.clone_from(&call.from);
    for (name, value) in [("survey", &call.survey), ("agent", &call.agent), ("queue", &call.queue)]
    {
        if let Some(value) = value {
            line.handover.push((name.into(), value.clone()));
        }
    }
    let app = match &call.url {
        Some(_) if call.settings.config.is_none() => None,
        // The server elsewhere answers; here only its words are wanted.
        Some(_) => Some(App::open(config).await?),
        None => Some(App::build(config).await?),
    };
    if let (Some(name), Some(app)) = (&call.survey, &app)
        && app.site.desk.survey(name).is_none()
    {
        let known: Vec<String> = app.site.desk.surveys().map(|s| s.name.clone()).collect();
        let message =
            format!("--survey {name}: there is no such survey; there are: {}", known.join(", "));
        return Err(AppError::Usage(message));
    }
    if let (Some(lang), Some(app)) = (call.lang.as_deref().filter(|lang| *lang != "ask"), &app) {
        speaks(app, call.survey.as_deref(), lang)?;
    }
    match call.lang.as_deref() {
        Some("ask") => {}
        None if line.start_url.is_some() => {}
        Some(lang) => line.handover.push(("lang".into(), lang.into())),
        None => {
            let default = app.as_ref().map(|app| {
                let desk = &app.site.desk;
                let named = call.survey.as_deref().and_then(|name| desk.survey(name));
                named.map_or_else(|| desk.default_language(&provider), |s| s.default_language())
            });
            let lang = default.map_or("en".to_string(), |lang| lang.to_string());
            line.handover.push(("lang".into(), lang));
        }
    }
    let mut script = script;
    let mut transcript = Transcript::new(std::io::stdout().is_terminal(), call.xml);
    let words = app.as_ref().map(|app| app.site.library.clone());
    let outcome = match &server {
        Some(server) => {
            let wire = Http::new(Some((public, server.clone())))
                .map_err(|fault| AppError::Usage(fault.to_string()))?;
            let phone = with_words(Phone::new(wire), words);
            if call.fast {
                phone.call(&line, &mut script, |event| show(&mut transcript, &event)).await
            } else {
                let mut paced = Paced::new(script);
                let outcome =
                    phone.call(&line, &mut paced, |event| show(&mut transcript, &event)).await;
                script = paced.script().clone();
                outcome
            }
        }
        None => {
            line.start_ms = Some(clock::now_ms());
            let Some(app) = &app else { return Ok(ExitCode::FAILURE) };
            let phone = with_words(Phone::new(super::line::wire(app)), words);
            phone.call(&line, &mut script, |event| show(&mut transcript, &event)).await
        }
    };
    say!("{}", transcript.summary(&outcome));
    match &app {
        Some(app) => print_stored(app, &provider, &line).await?,
        None => say!(
            "the stored answers cannot be shown: they are in that server's store, which only its \
             own settings name (--config FILE)"
        ),
    }
    for fault in &outcome.faults {
        eprintln!("aftercall: the platform would not have taken this: {fault}");
    }
    if outcome.refused && call.settings.config.is_none() {
        eprintln!(
            "aftercall: the server wants proof of where the call comes from: name the server's \
             settings with --config FILE"
        );
    }
    if script.left_over() > 0 || !script.misplaced().is_empty() {
        for word in script.misplaced() {
            eprintln!("aftercall: --keys: {word} met a question that wants keys");
        }
        match script.left_over() {
            0 => {}
            1 => eprintln!("aftercall: --keys: 1 word was left over when the call ended"),
            n => eprintln!("aftercall: --keys: {n} words were left over when the call ended"),
        }
        // Words are left over too where the call broke off.
        return Ok(if outcome.faults.is_empty() { ExitCode::from(2) } else { ExitCode::FAILURE });
    }
    Ok(if outcome.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn with_words<W: Wire>(
    phone: Phone<W>,
    library: Option<std::sync::Arc<crate::audio::Library>>,
) -> Phone<W> {
    match library {
        Some(library) => phone.with_words(line::words(library)),
        None => phone,
    }
}

fn show(transcript: &mut Transcript, event: &Event) {
    if let Some(text) = transcript.line(event) {
        say!("{text}");
    }
}

/// The provider section to play: the one of that name, else the first of that kind; where nothing
/// is said, the one in the address of a start, the only one there is, or Twilio.
fn provider<'a>(config: &'a Config, call: &Call) -> Result<&'a Provider, AppError> {
    let sections = &config.providers;
    let names: Vec<&str> = sections.keys().map(String::as_str).collect();
    let of_kind = |word: &str| sections.values().find(|p| p.kind.word() == word);
    if let Some(word) = &call.provider {
        return sections.get(word).or_else(|| of_kind(word)).ok_or_else(|| {
            let words = names.iter().copied().chain(sections.values().map(|p| p.kind.word()));
            let near = words.into_iter().find(|known| alike(known, word));
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            AppError::Usage(format!(
                "--provider {word}: there is no such provider{hint}; the settings have {}",
                names.join(", ")
            ))
        });
    }
    let started = call.url.as_deref().and_then(|url| url.split_once("/voice/"));
    let started = started.and_then(|(_, path)| sections.get(path.split('/').next()?));
    let only = sections.values().next().filter(|_| sections.len() == 1);
    started.or(only).or_else(|| of_kind(Kind::Twilio.word())).ok_or_else(|| {
        AppError::Usage(match names.as_slice() {
            [] => String::from("the settings have no [provider.NAME] section to call"),
            names => format!("name one with --provider; the settings have {}", names.join(", ")),
        })
    })
}

/// Languages that `--lang` may name: those of the survey, or, where none is named, of any.
///
/// # Errors
/// If no survey speaks it.
fn speaks(app: &App, survey: Option<&str>, lang: &str) -> Result<(), AppError> {
    let asked: Vec<_> =
        app.site.desk.surveys().filter(|s| survey.is_none_or(|name| s.name == name)).collect();
    let languages: BTreeSet<&str> =
        asked.iter().flat_map(|s| &s.languages).map(|known| known.code()).collect();
    let known = lang.parse::<Lang>().is_ok_and(|lang| languages.contains(lang.code()));
    if known {
        return Ok(());
    }
    let languages: Vec<&str> = languages.into_iter().collect();
    Err(AppError::Usage(format!(
        "--lang {lang}: no survey has that language; there are: {}, or ask",
        languages.join(", ")
    )))
}

/// Disposition and answers as they are stored.
async fn print_stored(app: &App, provider: &Provider, line: &Line) -> Result<(), AppError> {
    let store: &Store = app.store();
    for known in store.by_call_ref(&provider.name, &line.call_id).await? {
        let said_no = match known.ineligible.as_str() {
            "" => String::new(),
            reason => format!(" ({reason})"),
        };
        say!("disposition: {}{said_no}", known.disposition.word());
        let Some(survey) = app.site.desk.version(known.survey) else { continue };
        for answer in store.answers(known.id).await? {
            let asked =
                usize::try_from(answer.question).ok().and_then(|at| survey.questions.get(at));
            let Some(asked) = asked else { continue };
            let value = match answer.outcome {
                Outcome::Answered(value) => value.to_string(),
                other => format!("{other:?}").to_lowercase(),
            };
            say!("  {} ({}): {value}", asked.name, asked.measure);
        }
    }
    Ok(())
}

/// A folder that goes away with the value.
pub(super) fn tempfile_folder() -> Result<tempfile::TempDir, AppError> {
    tempfile::Builder::new()
        .prefix("aftercall-")
        .tempdir()
        .map_err(AppError::io("no temporary folder can be made"))
}
