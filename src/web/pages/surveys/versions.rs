//! Versions of a survey that were ever asked: what changed, and their texts to take away.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;

use super::{moment, seconds, shown, store, tongue_name};
use crate::desk::edit::{self, Source};
use crate::survey::{Kind, Survey, Version};
use crate::web::pages::{PageError, Shell, Visit, agents};

/// One version that was ever asked.
pub(super) struct Step {
    pub(super) version: Version,
    pub(super) here: bool,
    pub(super) first: String,
    pub(super) how: String,
    pub(super) offered: String,
    pub(super) changes: Vec<Change>,
    pub(super) first_of_all: bool,
}

/// What changed at one place, with both texts.
pub(super) struct Change {
    pub(super) what: String,
    pub(super) lang: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// Versions that were ever asked, the newest first.
pub(super) async fn versions(
    visit: &Visit,
    shell: &Shell,
    name: &str,
    asked: Version,
) -> Result<Vec<Step>, PageError> {
    let site = &visit.site;
    let counts: BTreeMap<_, _> =
        site.desk.survey_counts().await.map_err(store)?.into_iter().collect();
    let steps = site.desk.steps_of(name).await.map_err(store)?;
    let mut found = Vec::new();
    let mut before: Option<std::sync::Arc<Survey>> = None;
    for (version, of, first_ms) in site.desk.versions_seen().await.map_err(store)? {
        if of != name {
            continue;
        }
        let Some(survey) = site.desk.version(version) else { continue };
        let made = steps.iter().rfind(|s| s.version == version && s.source == Source::Page);
        let how = match made {
            Some(step) => shell.fill("surveys-made-by", "by", &step.by),
            None => shell.say("surveys-from-files"),
        };
        let offered = counts.get(&version).map_or(0, |asked| asked.offered);
        found.push(Step {
            version,
            here: version == asked,
            first: moment(visit, first_ms),
            how,
            offered: match survey.anonymous {
                true => shell.say("survey-anonymous"),
                false => shell.fill("surveys-offered-n", "n", u64::try_from(offered).unwrap_or(0)),
            },
            changes: before.as_ref().map_or_else(Vec::new, |old| changes(shell, old, &survey)),
            first_of_all: before.is_none(),
        });
        before = Some(survey);
    }
    found.reverse();
    Ok(found)
}

/// What changed between two versions: settings, questions, thresholds, series, words.
fn changes(shell: &Shell, before: &Survey, after: &Survey) -> Vec<Change> {
    let mut found = Vec::new();
    let mut note = |what: String, before: String, after: String| {
        if before != after {
            found.push(Change { what, lang: String::new(), before, after });
        }
    };
    let promise = |survey: &Survey| seconds(shell, u64::from(survey.promise_seconds));
    note(shell.say("surveys-promise"), promise(before), promise(after));
    for question in &after.questions {
        let name = question.name.clone();
        let Some(old) = before.questions.iter().find(|old| old.name == name) else {
            note(shell.fill("surveys-new-question", "name", &name), String::new(), name.clone());
            continue;
        };
        let satisfied = |kind: &Kind| match kind {
            Kind::Scale { satisfied, .. } => {
                satisfied.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        let what = shell.fill("surveys-satisfied-of", "name", &name);
        note(what, satisfied(&old.kind), satisfied(&question.kind));
        let what = shell.fill("surveys-series-of", "name", &name);
        note(what, old.series.clone(), question.series.clone());
    }
    for old in before.questions.iter().filter(|old| after.question(&old.name).is_none()) {
        let what = shell.fill("surveys-gone-question", "name", &old.name);
        note(what, old.name.clone(), String::new());
    }
    let words = edit::changed_words(before, after).into_iter();
    found.extend(words.map(|(lang, id, before, after)| Change {
        what: format!("{id} · {}", tongue_name(lang)),
        lang: lang.to_string(),
        before,
        after,
    }));
    found
}

/// The texts of a version that can be taken away: name and address.
pub(super) async fn downloads(
    visit: &Visit,
    shell: &Shell,
    survey: &Survey,
) -> Result<Vec<(String, String)>, PageError> {
    let files = texts(visit, &survey.name, survey.version).await?;
    let base = format!(
        "{}/surveys/{}/versions/{}",
        shell.base,
        agents::segment(&survey.name),
        survey.version
    );
    Ok(files.into_iter().map(|(file, _)| (file.clone(), format!("{base}/{file}"))).collect())
}

/// The texts of a version by their names, `survey.toml` first; none where they are not kept.
async fn texts(
    visit: &Visit,
    name: &str,
    version: Version,
) -> Result<Vec<(String, String)>, PageError> {
    let held = visit.site.library.files(version).filter(|files| files.name == name);
    let files = match held {
        Some(files) => Some((*files).clone()),
        None => visit.site.desk.kept_files(name, version).await.map_err(store)?,
    };
    let Some(files) = files else { return Ok(Vec::new()) };
    let mut texts = vec![("survey.toml".to_owned(), files.survey)];
    texts.extend(files.words.into_iter().map(|(lang, text)| (format!("{lang}.toml"), text)));
    Ok(texts)
}

/// One text of a version, to be kept beside the others in version control.
pub(super) async fn download(
    visit: Visit,
    Path((name, version, file)): Path<(String, String, String)>,
) -> Response {
    let made: Result<Response, PageError> = async {
        let version = version.parse().map_err(|_| PageError::Missing)?;
        let all = texts(&visit, &name, version).await?;
        let found = all.into_iter().find(|(known, _)| *known == file);
        let (file, text) = found.ok_or(PageError::Missing)?;
        let headers = [
            (header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
        ];
        Ok((headers, text).into_response())
    }
    .await;
    shown(&visit, made)
}
