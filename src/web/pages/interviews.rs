//! `/interviews`: search and list; `/unlinked` is a view of it.

use askama::Template;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::asked::{Asked, Chosen, Form};
use super::{PageError, Shell, Visit, asked_wrong, html, sentence_of};
use crate::desk::audit::Act;
use crate::report::interviews::{COUNTED, List, Reader, Wanted};
use crate::report::{ReportError, Viewer};
use crate::web::Site;

/// `/interviews` and `/unlinked`.
pub fn router() -> Router<Site> {
    Router::new().route("/interviews", get(all)).route("/unlinked", get(unlinked))
}

/// On whose behalf lists, interviews and wallboards are shown.
pub fn viewer(visit: &Visit) -> Viewer {
    visit.viewer()
}

/// Dispositions of interviews that were offered, as they stand in lists.
const DISPOSITIONS: [&str; 6] =
    ["complete", "partial", "break_off", "refusal", "no_contact", "failed"];

/// Ways in which an interview came to its agent.
const LINKS: [&str; 5] = ["handover", "record", "inferred", "hand", "none"];

/// Which of the two addresses is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    All,
    Unlinked,
}

impl View {
    fn path(self) -> &'static str {
        match self {
            Self::All => "/interviews",
            Self::Unlinked => "/unlinked",
        }
    }
}

/// What of an interview is asked for beside the filters of the report.
#[derive(Clone, Debug, Default)]
struct Further {
    search: String,
    disposition: String,
    link: String,
    commented: bool,
    low: bool,
    marked: bool,
    clashing: bool,
}

impl Further {
    fn read(asked: &Asked) -> Result<Self, ReportError> {
        let text = |name: &str| asked.of_page(name).unwrap_or_default().to_owned();
        let one_of = |name: &str, all: &[&str]| match text(name) {
            word if word.is_empty() || all.contains(&word.as_str()) => Ok(word),
            word => Err(ReportError::Asked {
                code: "bad_filter",
                sentence: format!("{name} is \"{word}\"; there are {}", all.join(", ")),
            }),
        };
        let set = |name: &str| asked.of_page(name).is_some();
        Ok(Self {
            search: text("q"),
            disposition: one_of("disposition", &DISPOSITIONS)?,
            link: one_of("link", &LINKS)?,
            commented: set("comment"),
            low: set("low"),
            marked: set("marked"),
            clashing: set("clashing"),
        })
    }

    /// The same as names and values of an address.
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let yes = |set: bool| if set { "yes" } else { "" };
        vec![
            ("q", &self.search),
            ("disposition", &self.disposition),
            ("link", &self.link),
            ("comment", yes(self.commented)),
            ("low", yes(self.low)),
            ("marked", yes(self.marked)),
            ("clashing", yes(self.clashing)),
        ]
    }

    fn wanted(&self, view: View, chosen: Option<Chosen<'_>>, after: Option<&str>) -> Wanted {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Wanted {
            unlinked: view == View::Unlinked,
            answer: chosen.map(|one| one.wanted()),
            disposition: text(&self.disposition),
            link: text(&self.link),
            commented: self.commented,
            low: self.low,
            marked: self.marked,
            clashing: self.clashing,
            search: text(&self.search),
            after: after.map(str::to_owned),
        }
    }
}

#[derive(Template)]
#[template(path = "interviews-page.html")]
struct ListPage {
    shell: Shell,
    form: Form,
    view: View,
    path: String,
    further: Further,
    agent: String,
    list: List,
    caption: String,
    older: Option<String>,
    /// The filters, for the way back from an interview.
    query: String,
    /// Whether anything but the days limits the list.
    limited: bool,
    /// The answer that limits it, in words, and where all are.
    chosen: Option<String>,
    every: String,
}

impl ListPage {
    fn unlinked(&self) -> bool {
        self.view == View::Unlinked
    }

    fn options(&self, part: &str) -> Vec<(&'static str, String, bool)> {
        let (words, chosen): (&[&str], _) = match part {
            "disposition" => (&DISPOSITIONS, &self.further.disposition),
            _ => (&LINKS, &self.further.link),
        };
        let one = |word: &&'static str| {
            (*word, self.shell.say(&format!("interview-{part}-{word}")), *word == chosen.as_str())
        };
        words.iter().map(one).collect()
    }
}

async fn all(visit: Visit, RawQuery(query): RawQuery) -> Response {
    answer(visit, query, View::All).await
}

async fn unlinked(visit: Visit, RawQuery(query): RawQuery) -> Response {
    answer(visit, query, View::Unlinked).await
}

async fn answer(visit: Visit, query: Option<String>, view: View) -> Response {
    match made(&visit, query.as_deref(), view).await {
        Ok(page) => page,
        Err(PageError::Report(ReportError::Asked { code, sentence })) => {
            let sentence = sentence_of(visit.words(), code, &sentence);
            asked_wrong(&visit, view.path(), query.as_deref(), sentence).await
        }
        Err(fault) => fault.page(&visit.site, visit.tongue),
    }
}

async fn made(visit: &Visit, query: Option<&str>, view: View) -> Result<Response, PageError> {
    let asked = match Asked::read(visit, query)? {
        Ok(asked) => asked,
        Err(tidy) => {
            let to = visit.path(&format!("{}{tidy}", view.path()));
            return Ok(Redirect::to(&to).into_response());
        }
    };
    let further = Further::read(&asked)?;
    let (shell, viewer) = (visit.shell("interviews"), viewer(visit));
    let reports = &visit.site.reports;
    let figures = match asked.of_page("measure").or(asked.of_page("score")) {
        Some(_) => reports.asked_about(&asked.filter, &viewer).await?,
        None => Vec::new(),
    };
    let chosen = asked.answer(&figures)?;
    let wanted = further.wanted(view, chosen, asked.of_page("after"));
    let reader = Reader { viewer: &viewer, words: shell.words };
    let list = reports.interviews(reader, &asked.filter, &wanted).await?;
    visit.audit(Act::ViewInterview, "list").await?;
    let count = reports.interviews_count(&viewer, &asked.filter, &wanted).await?;
    let caption = match count > u64::from(COUNTED) {
        true => shell.fill("interview-count-many", "n", u64::from(COUNTED)),
        false => shell.fill("interview-count", "n", count),
    };
    let path = visit.path(view.path());
    let agent = asked.filter.agent.clone().unwrap_or_default();
    let mut pairs = further.pairs();
    pairs.push(("agent", &agent));
    let every = format!("{path}{}", asked.query(&pairs));
    let answer = chosen.map(|one| one.pairs()).unwrap_or_default();
    pairs.extend(answer.iter().map(|(name, value)| (*name, value.as_str())));
    let query = asked.query(&pairs);
    let older = list.next.as_ref().map(|next| {
        let more: Vec<_> = pairs.iter().copied().chain([("after", next.as_str())]).collect();
        format!("{path}{}", asked.query(&more))
    });
    let form = asked.form(visit, &path).await?;
    let filter = &asked.filter;
    let limited = pairs.iter().any(|(_, value)| !value.is_empty())
        || [&filter.team, &filter.queue, &filter.survey, &filter.channel]
            .iter()
            .any(|f| f.is_some())
        || filter.language.is_some();
    let page = ListPage {
        form,
        view,
        path,
        agent,
        list,
        caption,
        older,
        query,
        limited,
        chosen: chosen.map(|one| one.text(shell.words)),
        every,
        further: further.clone(),
        shell,
    };
    html(&page)
}
