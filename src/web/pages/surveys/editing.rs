//! Editing a survey: words and thresholds in a form, checked before they are published.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;

use super::{moment, one, others, shown, store, tongue_name};
use crate::desk::audit::Act;
use crate::desk::edit::{
    Edits, Place, PublishError, QuestionEdits, Tried, longest_seconds, written,
};
use crate::survey::{Files, Kind, Lang, Level, Survey, Version};
use crate::web::Site;
use crate::web::pages::{PageError, Shell, Visit, agents, html};
use crate::web::published::Publishing;
use crate::web::reports::pairs;
use crate::words::Tongue;

/// Largest form: every sentence of one language.
const FORM: usize = 512 * 1024;

/// `/surveys/{name}/edit` and going back to the files.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/surveys/{name}/edit", get(edit_page).post(save))
        .route("/surveys/{name}/files", post(publish_files))
        .layer(DefaultBodyLimit::max(FORM))
}

/// One sentence in the form.
struct Words {
    id: String,
    text: String,
    /// What is asked now, where this is something else.
    before: String,
    rows: usize,
    faults: Vec<String>,
}

/// One value of a scale, and whether it counts as satisfied.
struct Value {
    value: u8,
    on: bool,
}

/// One question in the form.
struct Question {
    name: String,
    satisfied: Vec<Value>,
    series: String,
    same: bool,
    faults: Vec<String>,
    words: Vec<Words>,
}

/// Sentences that belong together.
struct Part {
    title: String,
    open: bool,
    words: Vec<Words>,
}

#[derive(Template)]
#[template(path = "survey-edit.html")]
struct EditPage {
    shell: Shell,
    survey: Arc<Survey>,
    lang: Lang,
    /// As HTML knows it; empty where it is none that pages speak.
    lang_code: &'static str,
    languages: Vec<(String, String, bool)>,
    /// What came of the last request.
    notice: String,
    alarm: String,
    draft: String,
    revision: i64,
    changed: u64,
    promise: String,
    promise_faults: Vec<String>,
    longest: Vec<(String, String)>,
    /// Faults that no field of this page shows: text and, where another language has it, the way.
    faults: Vec<(String, String)>,
    warnings: Vec<String>,
    sound: bool,
    questions: Vec<Question>,
    parts: Vec<Part>,
    speech: String,
}

/// What the form shows, and why.
struct View {
    edits: Edits,
    revision: i64,
    draft: String,
    notice: String,
    alarm: String,
    /// Already tried, where publishing was refused.
    tried: Option<Tried>,
}

async fn asked(site: &Site, name: &str) -> Result<Arc<Survey>, PageError> {
    site.desk.survey(name).ok_or(PageError::Missing)
}

fn manages(visit: &Visit) -> Result<(), PageError> {
    if visit.person.may_manage() { Ok(()) } else { Err(PageError::Forbidden) }
}

async fn edit_page(visit: Visit, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let made: Result<Response, PageError> = async {
        manages(&visit)?;
        let survey = asked(&visit.site, &name).await?;
        let query = pairs(query.as_deref());
        let of = |key: &str| query.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str());
        let shell = visit.shell("surveys");
        let notice = if of("saved").is_empty() { "" } else { "edit-saved" };
        let notice = if notice.is_empty() { String::new() } else { shell.say(notice) };
        let view = view(&visit, &shell, &name, notice).await?;
        page(&visit, shell, survey, of("lang"), view)
    }
    .await;
    shown(&visit, made)
}

/// The draft as it is kept.
async fn view(visit: &Visit, shell: &Shell, name: &str, notice: String) -> Result<View, PageError> {
    let kept = visit.site.desk.draft(name).await.map_err(store)?;
    let (edits, revision, draft) = match kept {
        None => (Edits::default(), 0, String::new()),
        Some((draft, edits)) => {
            let at = moment(visit, draft.at_ms);
            let said = shell
                .words
                .fill("edit-draft-by", &[("by", (&draft.by).into()), ("at", (&at).into())]);
            (edits, draft.revision, said)
        }
    };
    Ok(View { edits, revision, draft, notice, alarm: String::new(), tried: None })
}

/// The form with every fault at its field.
fn page(
    visit: &Visit,
    shell: Shell,
    survey: Arc<Survey>,
    lang: &str,
    view: View,
) -> Result<Response, PageError> {
    let lang = lang.parse::<Lang>().ok().filter(|lang| survey.languages.contains(lang));
    let lang = lang.unwrap_or_else(|| survey.default_language());
    let site = &visit.site;
    let files = site.library.files(survey.version).ok_or(PageError::Missing)?;
    let edits = view.edits;
    let tried = view.tried.unwrap_or_else(|| site.try_edit(&files, &survey, &edits));
    let mut at: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    for (place, fault) in &tried.faults {
        if fault.level == Level::Warning {
            warnings.push(fault.to_string());
            continue;
        }
        match place {
            Place::Whole => faults.push((fault.to_string(), String::new())),
            Place::Prompt(of, _) if *of != lang => {
                let way = format!(
                    "{}/surveys/{}/edit?lang={of}",
                    shell.base,
                    agents::segment(&survey.name)
                );
                faults.push((fault.to_string(), way));
            }
            here => at.entry(here.clone()).or_default().push(fault.message.clone()),
        }
    }
    let mut words = |id: &str| -> Option<Words> {
        let before = survey.prompts.get(&lang)?.get(id)?.text.to_string();
        let own = edits.words.get(&lang).and_then(|words| words.get(id)).cloned();
        let before = as_written(&before, &files, lang, id);
        let text = own.unwrap_or_else(|| before.clone());
        let rows = text.chars().count() / 60 + 1;
        Some(Words {
            faults: at.remove(&Place::Prompt(lang, id.to_owned())).unwrap_or_default(),
            before: if text == before { String::new() } else { before },
            id: id.to_owned(),
            text,
            rows: rows.clamp(1, 6),
        })
    };
    let mut questions = Vec::new();
    for question in &survey.questions {
        let change = edits.questions.get(&question.name).cloned().unwrap_or_default();
        let satisfied = match &question.kind {
            Kind::Scale { low, high, satisfied, .. } => {
                let on = change.satisfied.as_ref().unwrap_or(satisfied);
                (*low..=*high).map(|value| Value { value, on: on.contains(&value) }).collect()
            }
            _ => Vec::new(),
        };
        let ids = [format!("ask-{}", question.name), format!("wrong-{}", question.name)];
        questions.push(Question {
            satisfied,
            series: change.series.clone().unwrap_or_else(|| question.series.clone()),
            same: change.same_series.as_deref() == Some(survey.version.to_string().as_str()),
            faults: Vec::new(),
            words: ids.iter().filter_map(|id| words(id)).collect(),
            name: question.name.clone(),
        });
    }
    let parts = others(&survey)
        .into_iter()
        .map(|(title, ids)| {
            let words: Vec<Words> = ids.iter().filter_map(|id| words(id)).collect();
            let open = words.iter().any(|one| !one.faults.is_empty() || !one.before.is_empty());
            Part { title: shell.say(title), open, words }
        })
        .collect();
    for question in &mut questions {
        let place = Place::Question(question.name.clone());
        question.faults = at.remove(&place).unwrap_or_default();
    }
    let promise_faults = at.remove(&Place::Promise).unwrap_or_default();
    // What no field has taken is still told.
    faults.extend(at.into_values().flatten().map(|message| (message, String::new())));
    let longest = tried.survey.as_ref().map(longest_seconds).unwrap_or_default();
    let languages = survey
        .languages
        .iter()
        .map(|one| (one.to_string(), tongue_name(*one), *one == lang))
        .collect();
    let words_changed: usize = edits.words.values().map(BTreeMap::len).sum();
    let page = EditPage {
        lang,
        lang_code: Tongue::from_code(lang.code()).map_or("", Tongue::code),
        languages,
        notice: view.notice,
        alarm: view.alarm,
        draft: view.draft,
        revision: view.revision,
        changed: (words_changed
            + edits.questions.len()
            + usize::from(edits.promise_seconds.is_some())) as u64,
        promise: edits
            .promise_seconds
            .clone()
            .unwrap_or_else(|| survey.promise_seconds.to_string()),
        promise_faults,
        longest: longest
            .into_iter()
            .map(|(lang, s)| (tongue_name(lang), shell.fill("surveys-seconds", "n", s)))
            .collect(),
        faults,
        warnings,
        sound: tried.sound(),
        questions,
        parts,
        speech: shell.fill("edit-speech", "program", &site.config.speech.program),
        survey,
        shell,
    };
    let status = if page.alarm.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, html(&page)?).into_response())
}

/// A sentence as its file has it: with the place of the key where the survey fills it in.
fn as_written(text: &str, files: &Files, lang: Lang, id: &str) -> String {
    let place = (id == "choose-language").then(|| written(files, lang, id)).flatten();
    place.unwrap_or_else(|| text.to_owned())
}

/// What was typed, as changes of what is asked; what other languages have in the draft stays.
fn typed(
    survey: &Survey,
    files: &Files,
    lang: Lang,
    draft: Edits,
    form: &[(String, String)],
) -> Edits {
    let one = |key: &str| form.iter().find(|(k, _)| k == key).map(|(_, v)| v.trim());
    let mut edits = draft;
    if let Some(promise) = one("promise") {
        let same = promise == survey.promise_seconds.to_string();
        edits.promise_seconds = (!same).then(|| promise.to_owned());
    }
    for question in &survey.questions {
        let key = |what: &str| format!("q.{}.{what}", question.name);
        let Some(series) = one(&key("series")) else { continue };
        let satisfied = match &question.kind {
            Kind::Scale { satisfied, .. } => {
                let ticked = key("satisfied");
                let values = form.iter().filter(|(k, _)| *k == ticked);
                let values: Vec<u8> = values.filter_map(|(_, v)| v.parse().ok()).collect();
                (values != *satisfied).then_some(values)
            }
            _ => None,
        };
        let same = one(&key("same")).is_some().then(|| survey.version.to_string());
        let change = QuestionEdits {
            satisfied,
            series: (series != question.series).then(|| series.to_owned()),
            same_series: same,
        };
        match change == QuestionEdits::default() {
            true => _ = edits.questions.remove(&question.name),
            false => _ = edits.questions.insert(question.name.clone(), change),
        }
    }
    let mut words = BTreeMap::new();
    for (id, prompt) in survey.prompts.get(&lang).into_iter().flatten() {
        let Some(text) = one(&format!("w.{id}")) else { continue };
        // A field has lines where a sentence has none.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text != as_written(&prompt.text, files, lang, id) {
            words.insert(id.to_string(), text);
        }
    }
    match words.is_empty() {
        true => _ = edits.words.remove(&lang),
        false => _ = edits.words.insert(lang, words),
    }
    edits
}

async fn save(visit: Visit, Path(name): Path<String>, body: Bytes) -> Response {
    let made = saved(&visit, &name, &body).await;
    shown(&visit, made)
}

async fn saved(visit: &Visit, name: &str, body: &Bytes) -> Result<Response, PageError> {
    manages(visit)?;
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let of = |key: &str| form.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str());
    let (site, desk) = (&visit.site, &visit.site.desk);
    site.take_published().await.map_err(store)?;
    let survey = asked(site, name).await?;
    let lang = of("lang").parse::<Lang>().unwrap_or_else(|_| survey.default_language());
    let path = |rest: &str| visit.path(&format!("/surveys/{}{rest}", agents::segment(name)));
    if of("do") == "discard" {
        desk.drop_draft(name).await.map_err(store)?;
        return Ok(Redirect::to(&path("")).into_response());
    }
    let shell = visit.shell("surveys");
    let kept = desk.draft(name).await.map_err(store)?;
    let (draft, revision, by) = match kept {
        Some((draft, edits)) => (edits, draft.revision, draft.by),
        None => (Edits::default(), 0, String::new()),
    };
    let seen = of("revision").parse::<i64>().unwrap_or(0);
    let base = of("base").parse::<Version>().ok();
    let files = site.library.files(survey.version).ok_or(PageError::Missing)?;
    let edits = typed(&survey, &files, lang, draft, &form);
    let step = desk.step(name);
    let overtaken = if base != Some(survey.version) {
        let (by, at) =
            step.as_ref().map_or((String::new(), visit.now), |step| (step.by.clone(), step.at_ms));
        let at = moment(visit, at);
        Some(shell.words.fill("edit-overtaken", &[("by", (&by).into()), ("at", (&at).into())]))
    } else if seen != revision {
        Some(shell.fill("edit-overtaken-draft", "by", &by))
    } else {
        None
    };
    let again = |edits, revision, alarm, tried| {
        let view =
            View { edits, revision, draft: String::new(), notice: String::new(), alarm, tried };
        page(visit, visit.shell("surveys"), survey.clone(), lang.code(), view)
    };
    if let Some(alarm) = overtaken {
        return again(edits, revision, alarm, None);
    }
    let who = &visit.person.name;
    match desk.keep_draft(name, (survey.version, revision), &edits, who, visit.now).await {
        Ok(()) => {}
        Err(PublishError::Overtaken) => {
            let alarm = shell.fill("edit-overtaken-draft", "by", "");
            return again(edits, revision, alarm, None);
        }
        Err(PublishError::Store(fault)) => return Err(store(fault)),
    }
    if of("do") != "publish" {
        let go = if of("go").is_empty() { lang.code() } else { of("go") };
        return Ok(Redirect::to(&path(&format!("/edit?lang={go}&saved=1"))).into_response());
    }
    if edits.is_empty() {
        return again(edits, revision + 1, shell.say("edit-nothing"), None);
    }
    let follows = step.map_or(0, |step| step.seq);
    visit.audit(Act::PublishSurvey, name).await?;
    match site.publish_edit(&survey, &edits, follows, who, visit.now).await {
        Ok(Publishing::Done { left, .. }) => {
            Ok(Redirect::to(&path(&format!("?published=1&left={left}"))).into_response())
        }
        Ok(Publishing::Refused(tried)) => {
            let page = again(edits, revision + 1, shell.say("edit-refused"), Some(*tried))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(PublishError::Overtaken) => {
            site.take_published().await.map_err(store)?;
            let by = desk.step(name).map_or(String::new(), |step| step.by);
            let at = moment(visit, visit.now);
            let alarm =
                shell.words.fill("edit-overtaken", &[("by", (&by).into()), ("at", (&at).into())]);
            again(edits, 0, alarm, None)
        }
        Err(PublishError::Store(fault)) => Err(store(fault)),
    }
}

/// Goes back to what the files say.
async fn publish_files(visit: Visit, Path(name): Path<String>, body: Bytes) -> Response {
    let made: Result<Response, PageError> = async {
        manages(&visit)?;
        let site = &visit.site;
        let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        let seen = form.iter().find(|(k, _)| k == "step").and_then(|(_, v)| v.parse().ok());
        let now = asked(site, &name).await?;
        let files = site.desk.survey_of_files(&name).ok_or(PageError::Missing)?;
        let texts = site.library.files(files.version).ok_or(PageError::Missing)?;
        let shell = visit.shell("surveys");
        let faults = site.desk.faults_of_return(&texts, &files, &now).await.map_err(store)?;
        let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        if faults.is_empty() {
            let who = &visit.person.name;
            let seen = seen.unwrap_or(0);
            visit.audit(Act::PublishSurvey, &name).await?;
            match site.desk.publish_files(&files, seen, who, visit.now).await {
                Ok(()) => {
                    site.take_published().await.map_err(store)?;
                    let to = format!("/surveys/{}?published=1", agents::segment(&name));
                    return Ok(Redirect::to(&visit.path(&to)).into_response());
                }
                Err(PublishError::Overtaken) => {
                    site.take_published().await.map_err(store)?;
                    faults.push(shell.say("edit-overtaken-return"));
                }
                Err(PublishError::Store(fault)) => return Err(store(fault)),
            }
        }
        let page = one(&visit, &name, None, faults).await?;
        Ok((StatusCode::CONFLICT, page).into_response())
    }
    .await;
    shown(&visit, made)
}
