//! `aftercall check`, and what a server checks of its surveys before it starts.

use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::AppError;
use super::command::Check;
use crate::audio::Library;
use crate::config::{self, Config, SurveysNamed};
use crate::desk::Desk;
use crate::dialect::{self, Kind};
use crate::store::published::Source;
use crate::store::{Store, StoreError};
use crate::survey::{Fault, Level, speakers};

/// Checks settings and surveys; all faults on standard output, exit code 1 if any is an error.
pub(super) async fn check(check: &Check) -> Result<ExitCode, AppError> {
    if let Some(file) = check.folder.as_ref().filter(|folder| folder.is_file()) {
        return Err(AppError::Usage(format!(
            "{0} is a file, and surveys stand in a folder; for settings write --config {0}",
            file.display()
        )));
    }
    let mut wrong = 0;
    let mut config = None;
    // Without settings: the surveys in the program, which nothing else names.
    let mut named = Some(SurveysNamed::default());
    if let Some(file) = &check.settings.config {
        match Config::load(Some(file)) {
            Ok(read) => {
                say!("{}: the settings are in order", file.display());
                for warning in &read.warnings {
                    say!("warning: {warning}");
                }
                named = Some(read.surveys.clone());
                config = Some(read);
            }
            Err(fault) => {
                say!("{fault}");
                wrong += fault.faults.len();
                named = fault.surveys;
            }
        }
    }
    if let Some(folder) = &check.folder {
        named.get_or_insert_default().prompts = Some(folder.clone());
    }
    let Some(named) = named else {
        say!("the surveys were not checked: the settings do not say where they are");
        return Ok(ended(wrong));
    };
    let library = Library::look(named.prompts.as_deref());
    let mut faults = library.faults().to_vec();
    faults.extend(silent(&library, config.as_ref()));
    if let Some(config) = &config
        && let Err(fault) = super::writable(&config.media)
    {
        say!("media: comments cannot be kept in {}: {fault}", config.media.display());
        wrong += 1;
    }
    match compared(&library, check, config.as_ref()).await {
        Ok(changed) => faults.extend(changed),
        Err(fault) => {
            say!("the store cannot be used: {fault}");
            wrong += 1;
        }
    }
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for fault in &faults {
        say!("{fault}");
    }
    for fault in missing(&named, &library) {
        say!("{fault}");
        wrong += 1;
    }
    wrong += faults.iter().filter(|fault| fault.level == Level::Error).count();
    if library.faults().iter().all(|fault| fault.level != Level::Error) {
        tell(&library, config.as_ref());
    }
    Ok(ended(wrong))
}

/// The last line repeats what a long list ends far below.
fn ended(wrong: usize) -> ExitCode {
    match wrong {
        0 => return ExitCode::SUCCESS,
        1 => say!("1 fault"),
        many => say!("{many} faults"),
    }
    ExitCode::FAILURE
}

/// The kinds of provider that the settings have; without settings all.
fn kinds(config: Option<&Config>) -> impl Iterator<Item = Kind> {
    let used = move |kind: &Kind| {
        config.is_none_or(|config| config.providers.values().any(|p| p.kind == *kind))
    };
    Kind::ALL.into_iter().filter(used)
}

/// Compares with what the store asked before; where that cannot be, says so.
async fn compared(
    library: &Library,
    check: &Check,
    config: Option<&Config>,
) -> Result<Vec<Fault>, StoreError> {
    let why = match config {
        None if check.settings.config.is_some() => "the settings have faults",
        None => "name a store with --config",
        Some(config) => match Store::open_to_read(config.database_url.expose_secret()).await? {
            Some(store) => {
                let fits = Desk::check_caller_key(&store, config).await;
                let faults = match fits {
                    Ok(()) => changed(library, &store).await,
                    Err(fault) => Err(fault),
                };
                store.close().await;
                return faults;
            }
            None => "there is no store yet",
        },
    };
    say!("not compared with earlier versions: {why}");
    Ok(Vec::new())
}

/// What must be written in changed surveys before they may follow those in the store. A version
/// that the store knows was compared when it came, and may come back.
///
/// # Errors
/// If the store does not answer.
pub(super) async fn changed(library: &Library, store: &Store) -> Result<Vec<Fault>, StoreError> {
    let stored = store.surveys().await?;
    let edited = store.published().await?;
    let edited = |name: &str| {
        edited.iter().any(|(step, _)| step.name == name && step.source == Source::Page)
    };
    let mut faults = Vec::new();
    // What is edited in the page is asked as it stands there, whatever the files say.
    for survey in library.surveys().iter().filter(|survey| !edited(&survey.name)) {
        let mut versions = stored.iter().filter(|old| old.name == survey.name);
        if versions.clone().any(|old| old.version == survey.version) {
            continue;
        }
        if let Some(newest) = versions.next_back() {
            faults.extend(library.compare(newest));
        }
    }
    Ok(faults)
}

/// Sentences that nobody can say: errors at the kinds of provider that the settings have, without
/// settings a warning at every kind.
pub(super) fn silent(library: &Library, config: Option<&Config>) -> Vec<Fault> {
    let level = if config.is_some() { Level::Error } else { Level::Warning };
    kinds(config)
        .flat_map(|kind| {
            let voices = dialect::of(kind);
            library.silent(level, kind.word(), &|lang| voices.voice(lang).is_some())
        })
        .collect()
}

/// Where the settings name a survey that there is none of: its callers would be asked another one,
/// or nothing.
pub(super) fn missing(named: &SurveysNamed, library: &Library) -> Vec<config::Fault> {
    let known: Vec<&str> = library.names().collect();
    let unknown = named.places.iter().filter(|at| !known.contains(&at.survey.as_str()));
    unknown
        .map(|at| config::Fault {
            key: at.key.clone(),
            place: at.place.clone(),
            message: format!(
                "there is no survey \"{}\"; there are: {}",
                at.survey,
                known.join(", ")
            ),
        })
        .collect()
}

/// What each survey is, and who speaks it at each kind of provider.
fn tell(library: &Library, config: Option<&Config>) {
    for survey in library.surveys() {
        say!(
            "{} {}: {}{} questions, up to {} s promised, in {}",
            survey.name,
            survey.version,
            if survey.anonymous { "anonymous, " } else { "" },
            survey.questions.len(),
            survey.promise_seconds,
            survey.languages.iter().map(|l| l.code()).collect::<Vec<_>>().join(" ")
        );
        for kind in kinds(config) {
            let voices = dialect::of(kind);
            say!("  {}", kind.word());
            for line in speakers(survey, &|lang| voices.voice(lang).is_some()) {
                say!("    {line}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surveys_that_settings_name_must_exist() {
        let settings = |survey: &str| {
            let text = format!(
                "secret = \"{0}\"\ncaller_key = \"{0}\"\n[offer.queue.sales]\nsurvey = \"{survey}\"\n\
                 [offer.survey.{survey}]\non = true\n\
                 [provider.t]\nkind = \"twilio\"\nauth_tokens = [\"x\"]\nsurvey = \"{survey}\"\n\
                 numbers = [{{ to = \"+37052000000\", survey = \"{survey}\" }}]\n",
                "0123456789abcdef0123456789abcdef"
            );
            Config::read(&text, "a.toml", vec![]).expect("good settings").surveys
        };
        let library = Library::embedded().expect("surveys");
        assert_eq!(missing(&settings("post-call"), &library), []);
        let told: Vec<String> =
            missing(&settings("post-cal"), &library).iter().map(ToString::to_string).collect();
        let begins = [
            "a.toml:10: provider.t.survey: there is no survey \"post-cal\"",
            "a.toml:11: provider.t.numbers: ",
            "a.toml:4: offer.queue.sales.survey: ",
            "a.toml:5: offer.survey.post-cal: ",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        for (told, begins) in told.iter().zip(begins) {
            assert!(told.starts_with(begins), "{told}");
        }
    }
}
