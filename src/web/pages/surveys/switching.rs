//! Who is asked: rules for queues, with samples and caps.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;

use super::{moment, shown, store};
use crate::desk::audit::Act;
use crate::desk::switch::{Does, Rule, SwitchError, Wish, Wrong};
use crate::web::Site;
use crate::web::pages::{PageError, Shell, Visit, html};
use crate::web::reports::pairs;

/// `/switches`.
pub fn router() -> Router<Site> {
    Router::new().route("/switches", get(switches_page).post(switch)).layer(
        // A form of a few short fields.
        DefaultBodyLimit::max(16 * 1024),
    )
}

/// One rule in the list.
struct Line {
    queue: String,
    all: bool,
    does: String,
    samples: String,
    from: String,
    by: String,
    planned: bool,
    /// Address that puts it into the form.
    edit: String,
}

#[derive(Template)]
#[template(path = "switches.html")]
struct SwitchesPage {
    shell: Shell,
    manages: bool,
    notice: String,
    lines: Vec<Line>,
    queues: Vec<String>,
    surveys: Vec<(String, String)>,
    wish: Wish,
    wrong: Vec<(&'static str, String)>,
    settings: String,
}

impl SwitchesPage {
    /// What is wrong with a field; empty where nothing is.
    fn fault(&self, field: &str) -> &str {
        self.wrong.iter().find(|(of, _)| *of == field).map_or("", |(_, text)| text.as_str())
    }
}

async fn switches_page(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let made: Result<Response, PageError> = async {
        let query = pairs(query.as_deref());
        let of = |key: &str| query.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        let shell = visit.shell("surveys");
        let rules = visit.site.desk.switches();
        let queue = of("queue").unwrap_or("");
        let newest = rules.newest(queue).to_string();
        let wish = match rules.begun(queue, visit.now).filter(|rule| rule.does == Does::Ask) {
            Some(rule) => Wish {
                queue: queue.to_owned(),
                does: "ask".into(),
                survey: rule.survey.clone(),
                share: rule.share.to_string(),
                caller_offers: rule.caller_offers.to_string(),
                caller_days: rule.caller_days.to_string(),
                agent_day: rule.agent_day.to_string(),
                from: String::new(),
                seen: newest,
            },
            None => Wish {
                queue: queue.to_owned(),
                does: "ask".into(),
                share: "100".into(),
                seen: newest,
                ..Wish::default()
            },
        };
        let notice = if of("done").is_some() { shell.say("switch-done") } else { String::new() };
        page(&visit, shell, wish, &[], notice).await
    }
    .await;
    shown(&visit, made)
}

async fn page(
    visit: &Visit,
    shell: Shell,
    mut wish: Wish,
    wrong: &[Wrong],
    notice: String,
) -> Result<Response, PageError> {
    let site = &visit.site;
    let rules = site.desk.switches();
    // Whoever was overtaken sees the newest rules, and may decide again.
    if wrong.iter().any(|one| one.what == "overtaken") {
        wish.seen = rules.newest(&wish.queue).to_string();
    }
    let mut queues = site.desk.queue_names().await.map_err(store)?;
    queues.extend(site.config.offer.queues.keys().cloned());
    queues.extend(rules.queues().filter(|queue| !queue.is_empty()).map(str::to_owned));
    queues.sort();
    queues.dedup();
    let mut lines = Vec::new();
    for queue in rules.queues() {
        if let Some(rule) = rules.begun(queue, visit.now) {
            lines.push(line(visit, &shell, rule, false));
        }
    }
    lines.extend(rules.planned(visit.now).map(|rule| line(visit, &shell, rule, true)));
    let offer = &site.config.offer;
    let share = format!("{:.0}", offer.share * 100.0);
    let settings = match offer.caller_days {
        0 => shell.fill("switch-settings", "share", &share),
        days => shell.words.fill(
            "switch-settings-cap",
            &[
                ("share", (&share).into()),
                ("offers", u64::from(offer.caller_offers).into()),
                ("days", u64::from(days).into()),
            ],
        ),
    };
    let wrong: Vec<_> = wrong
        .iter()
        .map(|one| (one.field, shell.say(&format!("switch-wrong-{}", one.what))))
        .collect();
    let refused = !wrong.is_empty();
    let page = SwitchesPage {
        manages: visit.person.may_manage(),
        notice,
        lines,
        queues,
        surveys: site.desk.surveys().map(|s| (s.name.clone(), s.title.clone())).collect(),
        wish,
        wrong,
        settings,
        shell,
    };
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&page)?).into_response())
}

fn line(visit: &Visit, shell: &Shell, rule: &Rule, planned: bool) -> Line {
    let does = match (rule.does, rule.survey.as_str()) {
        (Does::Ask, "") => shell.say("switch-asks-any"),
        (Does::Ask, survey) => shell.fill("switch-asks", "survey", survey),
        (Does::Nobody, _) => shell.say("switch-nobody"),
        (Does::Settings, _) => shell.say("switch-by-settings"),
    };
    let mut samples = Vec::new();
    if rule.does == Does::Ask {
        samples.push(shell.fill("switch-share-of", "share", &rule.share.to_string()));
        if rule.caller_days > 0 {
            samples.push(shell.words.fill(
                "switch-caller-cap",
                &[
                    ("offers", u64::from(rule.caller_offers).into()),
                    ("days", u64::from(rule.caller_days).into()),
                ],
            ));
        }
        if rule.agent_day > 0 {
            samples.push(shell.fill("switch-agent-cap", "n", u64::from(rule.agent_day)));
        }
    }
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("queue", &rule.queue).finish();
    Line {
        all: rule.queue.is_empty(),
        queue: rule.queue.clone(),
        does,
        samples: samples.join(" · "),
        from: moment(visit, rule.from_ms),
        by: rule.by.clone(),
        planned,
        edit: format!("{}/switches?{query}#rule", shell.base),
    }
}

async fn switch(visit: Visit, body: Bytes) -> Response {
    let made: Result<Response, PageError> = async {
        if !visit.person.may_manage() {
            return Err(PageError::Forbidden);
        }
        let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        let of = |key: &str| {
            form.iter().find(|(k, _)| k == key).map_or_else(String::new, |(_, v)| v.clone())
        };
        let named = of("other_queue");
        let wish = Wish {
            queue: if named.trim().is_empty() { of("queue") } else { named.trim().to_owned() },
            does: of("does"),
            survey: of("survey"),
            share: of("share"),
            caller_offers: of("caller_offers"),
            caller_days: of("caller_days"),
            agent_day: of("agent_day"),
            from: of("from"),
            // What was seen is of the queue that the form was opened for.
            seen: if of("seen_queue") == of("queue") && named.trim().is_empty() {
                of("seen")
            } else {
                String::new()
            },
        };
        visit.audit(Act::SwitchSurvey, &wish.queue).await?;
        match visit.site.desk.switch(&wish, &visit.person.name, visit.now).await {
            Ok(_) => Ok(Redirect::to(&visit.path("/switches?done=1")).into_response()),
            Err(SwitchError::Wrong(wrong)) => {
                page(&visit, visit.shell("surveys"), wish, &wrong, String::new()).await
            }
            Err(SwitchError::Store(fault)) => Err(store(fault)),
        }
    }
    .await;
    shown(&visit, made)
}
