//! The audit log, newest entries first.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;

use super::{Admin, Part, moment, shown};
use crate::desk::audit::Act;
use crate::report::ReportError;
use crate::web::Site;
use crate::web::pages::visit::Visit;
use crate::web::pages::{PageError, html};
use crate::web::reports::pairs;

/// Entries on one page.
const PAGE: i64 = 100;

pub(super) fn router() -> Router<Site> {
    Router::new().route("/settings/log", get(page))
}

/// One entry, in words.
struct Line {
    seq: i64,
    at: String,
    who: String,
    act: String,
    object: String,
}

#[derive(Template)]
#[template(path = "settings-log.html")]
struct LogPage {
    part: Part,
    shell: crate::web::pages::Shell,
    entries: Vec<Line>,
    /// Acts to choose: word, name, whether it is chosen.
    acts: Vec<(&'static str, String, bool)>,
    path: String,
    older: Option<String>,
}

async fn page(Admin(visit): Admin, RawQuery(query): RawQuery) -> Response {
    let part = Part::of(&visit, "log");
    shown(&visit, list(&visit, part, query.as_deref())).await
}

async fn list(visit: &Visit, part: Part, query: Option<&str>) -> Result<Response, PageError> {
    let asked = pairs(query);
    let value = |name: &str| asked.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let act = value("act").and_then(Act::from_word);
    let before = value("before").and_then(|before| before.parse().ok());
    let desk = &visit.site.desk;
    let mut found = desk.audit_log(act, before, PAGE + 1).await.map_err(ReportError::from)?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let users = desk.people().await.map_err(ReportError::from)?;
    let users = users.into_iter().map(|one| (format!("user:{}", one.user.id), one.user.name));
    let users: BTreeMap<String, String> = users.collect();
    let tokens = desk.tokens().await.map_err(ReportError::from)?;
    let tokens = tokens.into_iter();
    let tokens = tokens.map(|one| (crate::desk::audit::By::Token(one.hash).word(), one.name));
    let tokens: BTreeMap<String, String> = tokens.collect();
    let shell = part.shell.clone();
    let named = |word: &str| {
        let known = users.get(word).cloned();
        known
            .or_else(|| tokens.get(word).map(|name| shell.fill("log-token", "name", name)))
            .unwrap_or_else(|| match word {
                "settings" | "open" | "command" | "server" | "stranger" => {
                    shell.say(&format!("log-{word}"))
                }
                other => other.to_owned(),
            })
    };
    let act_name = |word: &str| shell.say(&format!("act-{}", word.replace('_', "-")));
    let last = found.last().map(|entry| entry.seq).filter(|_| more);
    let older = last.map(|last| {
        let act = act.map_or("", Act::word);
        visit.path(&format!("/settings/log?act={act}&before={last}"))
    });
    let entries = found.iter().map(|entry| Line {
        seq: entry.seq,
        at: moment(visit, entry.at_ms),
        who: named(&entry.who),
        act: act_name(&entry.act),
        object: named(&entry.object),
    });
    let acts = Act::ALL.iter().map(|one| (one.word(), act_name(one.word()), act == Some(*one)));
    html(&LogPage {
        entries: entries.collect(),
        acts: acts.collect(),
        path: visit.path("/settings/log"),
        older,
        shell: shell.clone(),
        part,
    })
}
