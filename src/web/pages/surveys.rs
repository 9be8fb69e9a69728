//! What is asked: all surveys, one survey with its words and sounds, its check and its versions.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;

use super::{PageError, Shell, Visit, html};
use crate::clock;
use crate::desk::edit::{self, Asked, Published, Source};
use crate::desk::switch::Does;
use crate::report::ReportError;
use crate::survey::{About, Condition, Good, Kind, Lang, Level, Prompt, Sound, Survey, Version};
use crate::web::Site;
use crate::web::reports::pairs;
use crate::words::Tongue;

pub mod editing;
pub mod switching;
mod versions;

/// `/surveys` and what lies below it.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/surveys", get(list_page))
        .route("/surveys/{name}", get(survey_page))
        .route("/surveys/{name}/versions/{version}/{file}", get(versions::download))
        .merge(editing::router())
        .merge(switching::router())
}

/// A moment in the centre's time zone.
pub(super) fn moment(visit: &Visit, at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned_datetime(visit.site.config.time_zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A language's own name; its code where it is none that pages speak.
pub(super) fn tongue_name(lang: Lang) -> String {
    let known = Tongue::ALL.into_iter().find(|tongue| tongue.code() == lang.code());
    known.map_or_else(|| lang.code().to_owned(), |tongue| tongue.own_name().to_owned())
}

/// The answer of a page, or the page that says why there is none.
pub(super) fn shown(visit: &Visit, made: Result<Response, PageError>) -> Response {
    made.unwrap_or_else(|fault| fault.page(&visit.site, visit.tongue))
}

fn store(fault: crate::desk::StoreError) -> PageError {
    PageError::Report(ReportError::Store(fault))
}

/// One survey in the list.
struct Line {
    name: String,
    title: String,
    version: Version,
    origin: String,
    languages: Vec<String>,
    questions: String,
    longest: String,
    too_long: bool,
    places: Vec<String>,
    /// Of an anonymous survey it is not told how many were asked.
    anonymous: bool,
    offered: String,
    started: String,
    since: String,
    check: String,
    faulty: bool,
}

#[derive(Template)]
#[template(path = "surveys.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
}

async fn list_page(visit: Visit) -> Response {
    let made: Result<Response, PageError> = async {
        let site = &visit.site;
        let counts: BTreeMap<_, _> =
            site.desk.survey_counts().await.map_err(store)?.into_iter().collect();
        let versions = site.desk.versions_seen().await.map_err(store)?;
        let shell = visit.shell("surveys");
        let lines = site
            .desk
            .surveys()
            .map(|survey| {
                let of = versions.iter().filter(|(_, name, _)| *name == survey.name);
                let all: Vec<Version> = of.map(|(version, _, _)| *version).collect();
                line(&visit, &shell, &survey, &all, &counts)
            })
            .collect();
        html(&ListPage { lines, shell })
    }
    .await;
    shown(&visit, made)
}

fn line(
    visit: &Visit,
    shell: &Shell,
    survey: &Survey,
    versions: &[Version],
    counts: &BTreeMap<Version, Asked>,
) -> Line {
    let site = &visit.site;
    let asked = versions.iter().filter_map(|version| counts.get(version));
    let (mut offered, mut started, mut first) = (0, 0, None);
    for one in asked {
        offered += one.offered;
        started += one.started;
        first = Some(first.map_or(one.first, |first: i64| first.min(one.first)));
    }
    let longest = edit::longest_seconds(survey).into_iter().map(|(_, s)| s).max().unwrap_or(0);
    let faults = site.survey_faults(survey);
    let errors = faults.iter().filter(|fault| fault.level == Level::Error).count();
    let check = match (errors, faults.len()) {
        (0, 0) => shell.say("surveys-check-good"),
        (0, n) => shell.fill("surveys-warnings-n", "n", n as u64),
        (n, _) => shell.fill("surveys-faults-n", "n", n as u64),
    };
    Line {
        name: survey.name.clone(),
        title: survey.title.clone(),
        version: survey.version,
        origin: origin(shell, site.desk.step(&survey.name).as_ref()),
        languages: survey.languages.iter().map(|lang| tongue_name(*lang)).collect(),
        questions: shell.fill("surveys-questions-n", "n", survey.questions.len() as u64),
        longest: seconds(shell, longest),
        too_long: longest > u64::from(survey.promise_seconds),
        places: places(visit, shell, survey),
        anonymous: survey.anonymous,
        offered: shell.fill("surveys-offered-n", "n", u64::try_from(offered).unwrap_or(0)),
        started: shell.fill("surveys-started-n", "n", u64::try_from(started).unwrap_or(0)),
        since: match first {
            Some(day) => shell.fill("surveys-since", "day", &clock::date(day).to_string()),
            None => shell.say("surveys-never-asked"),
        },
        check,
        faulty: errors > 0,
    }
}

fn seconds(shell: &Shell, n: u64) -> String {
    shell.fill("surveys-seconds", "n", n)
}

/// Where the survey comes from.
fn origin(shell: &Shell, step: Option<&Published>) -> String {
    match step.map(|step| step.source) {
        Some(Source::Page) => shell.say("surveys-from-page"),
        _ => shell.say("surveys-from-files"),
    }
}

/// Where a survey is asked, by rules and settings, if no hand-over names another one.
fn places(visit: &Visit, shell: &Shell, survey: &Survey) -> Vec<String> {
    let (site, name) = (&visit.site, survey.name.as_str());
    let (rules, offer) = (site.desk.switches(), &site.config.offer);
    let mut places = Vec::new();
    for queue in rules.queues() {
        let Some(rule) = rules.begun(queue, visit.now) else { continue };
        if rule.does == Does::Ask && rule.survey == name {
            let share = format!("{} %", rule.share);
            places.push(match queue {
                "" => shell.fill("surveys-place-all", "share", &share),
                _ => shell.words.fill(
                    "surveys-place-queue",
                    &[("queue", queue.into()), ("share", (&share).into())],
                ),
            });
        }
    }
    for (queue, rule) in &offer.queues {
        if rule.survey.as_deref() == Some(name) && rules.rule(Some(queue), visit.now).is_none() {
            places.push(shell.fill("surveys-place-settings", "queue", queue));
        }
    }
    if rules.rule(None, visit.now).is_none_or(|rule| rule.survey.is_empty()) {
        let only = site.desk.surveys().count() == 1;
        for provider in site.config.providers.values() {
            let named = provider.survey.as_deref();
            if named == Some(name) || named.is_none() && only {
                places.push(shell.fill("surveys-place-provider", "provider", &provider.name));
            }
        }
    }
    if offer.surveys.get(name).is_some_and(|rule| !rule.on) {
        places.push(shell.say("surveys-place-off"));
    }
    places
}

/// One sentence with its sound.
pub(super) struct Sentence {
    pub(super) id: String,
    lang: &'static str,
    language: String,
    text: String,
    /// Where it can be heard; empty where a platform's voice says it.
    audio: String,
    spoken: String,
}

/// One question as it is asked.
struct Item {
    number: usize,
    name: String,
    measure: String,
    about: String,
    kind: String,
    satisfied: String,
    condition: String,
    series: String,
    core: bool,
    /// What is asked, and what is said after a wrong key, in each chosen language.
    asked: Vec<Sentence>,
    wrong: Vec<Sentence>,
}

/// Other sentences that belong together.
struct Group {
    title: String,
    sentences: Vec<Sentence>,
}

#[derive(Template)]
#[template(path = "survey.html")]
struct SurveyPage {
    shell: Shell,
    survey: std::sync::Arc<Survey>,
    manages: bool,
    asked: bool,
    notice: String,
    origin: String,
    /// The version of the files, where it is not the one that is asked.
    files: Option<Version>,
    /// Faults that keep the files from being asked again.
    return_faults: Vec<String>,
    step: i64,
    languages: Vec<(String, String, bool)>,
    longest: Vec<(String, String, bool)>,
    promise: String,
    faults: Vec<(bool, String)>,
    places: Vec<String>,
    items: Vec<Item>,
    groups: Vec<Group>,
    versions: Vec<versions::Step>,
    lang: String,
    texts: Vec<(String, String)>,
}

async fn survey_page(
    visit: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let made = one(&visit, &name, query.as_deref(), Vec::new()).await;
    shown(&visit, made)
}

/// The page of one survey; `return_faults` say why its files were not published again.
async fn one(
    visit: &Visit,
    name: &str,
    query: Option<&str>,
    return_faults: Vec<String>,
) -> Result<Response, PageError> {
    let site = &visit.site;
    let asked = site.desk.survey(name).ok_or(PageError::Missing)?;
    let query = pairs(query);
    let of = |key: &str| query.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str());
    let survey = match of("version") {
        "" => asked.clone(),
        version => version
            .parse()
            .ok()
            .and_then(|version| site.desk.version(version))
            .filter(|survey| survey.name == name)
            .ok_or(PageError::Missing)?,
    };
    let shell = visit.shell("surveys");
    let all = of("lang") == "all";
    let chosen = of("lang").parse::<Lang>().ok().filter(|lang| survey.languages.contains(lang));
    let own = visit.tongue.code().parse().ok().filter(|lang| survey.languages.contains(lang));
    let chosen = chosen.or(own).unwrap_or_else(|| survey.default_language());
    let langs = if all { survey.languages.clone() } else { vec![chosen] };
    let mut languages: Vec<_> = survey
        .languages
        .iter()
        .map(|lang| (lang.to_string(), tongue_name(*lang), !all && *lang == chosen))
        .collect();
    if languages.len() > 1 {
        languages.push(("all".into(), shell.say("surveys-side-by-side"), all));
    }
    let promise = u64::from(survey.promise_seconds);
    let longest = edit::longest_seconds(&survey)
        .into_iter()
        .map(|(lang, s)| (tongue_name(lang), seconds(&shell, s), s > promise))
        .collect();
    let faults = site.survey_faults(&survey);
    let step = site.desk.step(name);
    let of_files = site.desk.survey_of_files(name).map(|survey| survey.version);
    let origin = match &step {
        Some(step) if step.source == Source::Page => shell.words.fill(
            "surveys-edited-by",
            &[("by", (&step.by).into()), ("at", (&moment(visit, step.at_ms)).into())],
        ),
        _ => shell.say("surveys-files-asked"),
    };
    let notice = match (of("published"), of("left")) {
        ("", _) => String::new(),
        (_, "" | "0") => shell.say("surveys-published"),
        (_, left) => shell.fill("surveys-published-left", "n", left.parse::<u64>().unwrap_or(1)),
    };
    let texts = versions::downloads(visit, &shell, &survey).await?;
    let page = SurveyPage {
        manages: visit.person.may_manage(),
        asked: survey.version == asked.version,
        notice,
        origin,
        files: of_files.filter(|files| *files != asked.version),
        return_faults,
        step: step.map_or(0, |step| step.seq),
        languages,
        longest,
        promise: seconds(&shell, promise),
        faults: faults
            .iter()
            .map(|fault| (fault.level == Level::Error, fault.to_string()))
            .collect(),
        places: places(visit, &shell, &survey),
        items: (0..survey.questions.len())
            .map(|at| item(site, &shell, &survey, at, &langs))
            .collect(),
        groups: groups(site, &shell, &survey, &langs),
        versions: versions::versions(visit, &shell, name, asked.version).await?,
        lang: if all { "all".into() } else { chosen.to_string() },
        texts,
        survey,
        shell,
    };
    html(&page)
}

fn item(site: &Site, shell: &Shell, survey: &Survey, at: usize, langs: &[Lang]) -> Item {
    let question = &survey.questions[at];
    let said = |id: String| -> Vec<Sentence> {
        langs.iter().filter_map(|lang| sentence((site, shell), survey, *lang, &id)).collect()
    };
    let list = |values: &[u8]| values.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let (kind, satisfied) = match &question.kind {
        Kind::Scale { low, high, good, satisfied } => {
            let end = match good {
                Good::High => shell.say("surveys-good-high"),
                Good::Low => shell.say("surveys-good-low"),
            };
            let scale = shell.fill("surveys-scale", "scale", &format!("{low}–{high}"));
            let satisfied = shell.fill("surveys-satisfied", "values", &list(satisfied));
            (format!("{scale}, {end}"), satisfied)
        }
        Kind::Choice { options } => {
            (shell.fill("surveys-choice", "n", u64::from(*options)), String::new())
        }
        Kind::YesNo { good } => {
            let key = if *good { "surveys-yes-good" } else { "surveys-no-good" };
            (shell.say("surveys-yes-no"), shell.say(key))
        }
        Kind::Comment { max_seconds, .. } => {
            (shell.fill("surveys-comment", "n", u64::from(*max_seconds)), String::new())
        }
        Kind::Consent => (shell.say("surveys-consent"), String::new()),
    };
    let about = match question.about {
        About::Agent => "surveys-about-agent",
        About::Resolution => "surveys-about-resolution",
        About::Company => "surveys-about-company",
        About::Product => "surveys-about-product",
        About::Waiting => "surveys-about-waiting",
    };
    let condition = match &question.when {
        None => String::new(),
        Some(Condition::Any(tests) | Condition::All(tests)) => {
            let test = |is: &crate::survey::Is| {
                let name = survey.questions.get(is.question).map_or("", |q| q.name.as_str());
                let values = list(&is.values);
                shell.words.fill(
                    "surveys-test",
                    &[("question", name.into()), ("values", (&values).into())],
                )
            };
            let any = matches!(question.when, Some(Condition::Any(_)));
            let between = shell.say(if any { "surveys-or" } else { "surveys-and" });
            let tests: Vec<String> = tests.iter().map(test).collect();
            shell.fill("surveys-only-if", "tests", &tests.join(&format!(" {between} ")))
        }
    };
    Item {
        number: at + 1,
        measure: question.measure.clone(),
        about: shell.say(about),
        kind,
        satisfied,
        condition,
        series: question.series.clone(),
        core: survey.core == at,
        asked: said(format!("ask-{}", question.name)),
        wrong: said(format!("wrong-{}", question.name)),
        name: question.name.clone(),
    }
}

fn sentence(
    (site, shell): (&Site, &Shell),
    survey: &Survey,
    lang: Lang,
    id: &str,
) -> Option<Sentence> {
    let prompt: &Prompt = survey.prompts.get(&lang)?.get(id)?;
    // Of a version that is no longer held other sounds would be heard.
    let heard = prompt.sound != Sound::Missing && site.library.version(survey.version).is_some();
    let audio = format!("{}/audio/{}/{}/{lang}/{id}.wav", shell.base, survey.name, survey.version);
    let of_page = Tongue::ALL.into_iter().find(|tongue| tongue.code() == lang.code());
    let spoken = match prompt.sound {
        Sound::Human => "surveys-recorded",
        Sound::Machine => "surveys-machine",
        Sound::Missing => "surveys-voice",
    };
    Some(Sentence {
        id: id.to_owned(),
        lang: of_page.map_or("", Tongue::code),
        language: tongue_name(lang),
        text: prompt.text.to_string(),
        audio: if heard { audio } else { String::new() },
        spoken: shell.say(spoken),
    })
}

/// In which part of the page a prompt stands that belongs to no question.
fn part(id: &str) -> &'static str {
    match id {
        _ if id.starts_with("number-") || id.starts_with("letter-") => "surveys-part-numbers",
        "greeting" | "choose-language" | "consent" | "wrong-consent" => "surveys-part-opening",
        _ if id.starts_with("menu-") => "surveys-part-menu",
        _ if id.contains("manager") => "surveys-part-manager",
        _ if id.starts_with("goodbye") || matches!(id, "sorry" | "not-now") => {
            "surveys-part-endings"
        }
        _ => "surveys-part-help",
    }
}

/// Parts in the order in which they stand.
const PARTS: [&str; 6] = [
    "surveys-part-opening",
    "surveys-part-help",
    "surveys-part-menu",
    "surveys-part-manager",
    "surveys-part-endings",
    "surveys-part-numbers",
];

/// Ids of prompts with words that belong to no question, by part.
fn others(survey: &Survey) -> Vec<(&'static str, Vec<String>)> {
    let own: Vec<String> = survey
        .questions
        .iter()
        .flat_map(|q| [format!("ask-{}", q.name), format!("wrong-{}", q.name)])
        .collect();
    let words = survey.prompts.get(&survey.default_language());
    let ids: Vec<String> = words
        .into_iter()
        .flatten()
        .filter(|(id, prompt)| !prompt.text.is_empty() && !own.contains(&id.to_string()))
        .map(|(id, _)| id.to_string())
        .collect();
    let of = |wanted: &'static str| {
        (wanted, ids.iter().filter(|id| part(id) == wanted).cloned().collect::<Vec<_>>())
    };
    PARTS.into_iter().map(of).filter(|(_, ids)| !ids.is_empty()).collect()
}

fn groups(site: &Site, shell: &Shell, survey: &Survey, langs: &[Lang]) -> Vec<Group> {
    let group = |(part, ids): (&'static str, Vec<String>)| Group {
        title: shell.say(part),
        sentences: ids
            .iter()
            .flat_map(|id| {
                langs.iter().filter_map(|lang| sentence((site, shell), survey, *lang, id))
            })
            .collect(),
    };
    others(survey).into_iter().map(group).collect()
}
