//! `/wallboard`: today so far, to be read from across a room; it follows by server-sent events,
//! and without scripts by loading itself again.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use http::request::Parts;
use http::{HeaderName, StatusCode, header};
use tokio::sync::watch;

use super::interviews::viewer;
use super::{PageError, Shell, Visit, draw, html};
use crate::desk::wall::{Seen, Today};
use crate::report::ReportError;
use crate::report::measures::{Measured, Shape};
use crate::report::wall::{Board, Part};
use crate::web::Site;
use crate::web::access::Person;
use crate::web::reports::pairs;
use crate::words::Words;

/// `/wallboard` and its events.
pub fn router() -> Router<Site> {
    Router::new().route("/wallboard", get(page)).route("/wallboard/events", get(events))
}

/// How long a page waits for the first figures.
const PATIENCE: Duration = Duration::from_secs(5);

/// A browser that lost the connection tries again after so long.
const RETRY: Duration = Duration::from_secs(3);

/// One big figure.
struct Figure {
    name: String,
    value: String,
    note: String,
    few: bool,
}

/// What is sent with each event, and stands in the page at first.
#[derive(Template)]
#[template(path = "wallboard-board.html")]
struct BoardPart {
    figures: Vec<Figure>,
    line: String,
    line_title: String,
    line_text: String,
    at: String,
}

impl HtmlSafe for BoardPart {}

#[derive(Template)]
#[template(path = "wallboard.html")]
struct WallPage {
    shell: Shell,
    title: String,
    events: String,
    here: String,
    board: Option<BoardPart>,
}

/// The part of the centre that an address names.
async fn part(visit: &Visit, query: Option<&str>) -> Result<(Part, String), PageError> {
    let asked = pairs(query);
    let value = |name: &str| {
        let found = asked.iter().find(|(n, v)| n == name && !v.trim().is_empty());
        found.map(|(_, value)| value.trim())
    };
    if let Some((other, _)) = asked.iter().find(|(n, _)| n != "team" && n != "queue") {
        let sentence = format!("\"{other}\" is no filter of a wallboard; there are team and queue");
        return Err(ReportError::Asked { code: "unknown_parameter", sentence }.into());
    }
    let (team, queue) = (value("team"), value("queue"));
    let part = visit.site.reports.part(&viewer(visit), team, queue, visit.now).await?;
    let named = [("team", team), ("queue", queue)];
    let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(named).finish();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    Ok((part.ok_or(PageError::Forbidden)?, query))
}

async fn page(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let made: Result<Response, PageError> = async {
        let (part, query) = part(&visit, query.as_deref()).await?;
        let shell = visit.shell("wallboard");
        let mut seen = visit.site.desk.look_at_wall();
        let first = seen.wait_for(|seen| !matches!(seen, Seen::Nothing));
        let first = tokio::time::timeout(PATIENCE, first).await;
        let first = first.ok().and_then(Result::ok).map(|seen| seen.clone());
        let board = match first {
            Some(Seen::Today(at, today)) => {
                let board = visit.site.reports.board(&part, &today, at).await?;
                Some(drawn(shell.words, &board))
            }
            _ => None,
        };
        let names = [&part.team, &part.queue].into_iter().flatten();
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        let title = match names.is_empty() {
            true => shell.say("wallboard-centre"),
            false => names.join(" · "),
        };
        html(&WallPage {
            events: visit.path(&format!("/wallboard/events{query}")),
            here: visit.path(&format!("/wallboard{query}")),
            title,
            board,
            shell,
        })
    }
    .await;
    made.unwrap_or_else(|fault| fault.page(&visit.site, visit.tongue))
}

/// What one who follows remembers.
struct Follower {
    site: Site,
    /// What they asked with, by which they are known.
    asked: Parts,
    person: Person,
    words: &'static Words,
    part: Part,
    seen: watch::Receiver<Seen>,
    begun: bool,
}

async fn events(visit: Visit, RawQuery(query): RawQuery, asked: Parts) -> Response {
    let (part, _) = match part(&visit, query.as_deref()).await {
        Ok(part) => part,
        Err(fault) => return fault.page(&visit.site, visit.tongue),
    };
    let follower = Follower {
        words: visit.shell("").words,
        seen: visit.site.desk.look_at_wall(),
        site: visit.site.clone(),
        person: visit.person.clone(),
        asked,
        part,
        begun: false,
    };
    let stream = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let headers = [
        (header::CACHE_CONTROL, "private, no-store, no-transform"),
        // Proxies that collect answers before they pass them on would keep it back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Sse::new(stream).keep_alive(KeepAlive::default())).into_response()
}

impl Follower {
    /// The next event; `None` when the server stops, or when who follows may look no more. Each
    /// one tells all there is to tell, so whoever comes back has missed nothing.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.begun {
                self.seen.changed().await.ok()?;
                if !self.may_look().await {
                    return None;
                }
            }
            self.begun = true;
            let seen = self.seen.borrow_and_update().clone();
            let event = Event::default().retry(RETRY);
            match seen {
                Seen::Nothing => {}
                Seen::Over => return None,
                Seen::Away(at) => {
                    return Some(event.event("away").id(at.to_string()).data("away"));
                }
                Seen::Today(at, today) => {
                    let event = event.id(at.to_string());
                    let Some(text) = self.text(at, &today).await else {
                        return Some(event.event("away").data("away"));
                    };
                    return Some(event.event("board").data(text));
                }
            }
        }
    }

    /// Whether they may still look, now that their session may have ended or their teams changed.
    async fn may_look(&mut self) -> bool {
        let visit = match Visit::of(&mut self.asked, &self.site).await {
            Ok(visit) => visit,
            // While the database does not answer, nothing is shown either.
            Err(refused) => return refused.status() == StatusCode::SERVICE_UNAVAILABLE,
        };
        if visit.person == self.person {
            return true;
        }
        match part(&visit, self.asked.uri.query()).await {
            Ok((part, _)) => (self.person, self.part) = (visit.person, part),
            Err(_) => return false,
        }
        true
    }

    async fn text(&self, at: i64, today: &Today) -> Option<String> {
        let board = self.site.reports.board(&self.part, today, at).await;
        let board = board.map_err(|fault| tracing::warn!(%fault, "no wallboard")).ok()?;
        drawn(self.words, &board).render().ok()
    }
}

fn drawn(words: &Words, board: &Board) -> BoardPart {
    let plain = |name: &str, n: u64| Figure {
        name: words.say(name),
        value: draw::count(n),
        note: String::new(),
        few: false,
    };
    let share = Shape::YesNo { satisfied: 1 };
    let rate = match board.answer_rate {
        None => none(words, "wallboard-rate"),
        Some(rate) if rate.n < share.needed() => {
            few(words, "wallboard-rate", rate.n, share.needed())
        }
        Some(rate) => {
            let (value, interval) = draw::rate_text(rate);
            let note = noted(words, &interval, rate.n);
            Figure { name: words.say("wallboard-rate"), value, note, few: false }
        }
    };
    let figures = vec![
        measure(words, "wallboard-csat", &share, board.csat.as_ref(), board.csat_needs),
        measure(words, "wallboard-nps", &Shape::Nps, board.nps.as_ref(), board.nps_needs),
        rate,
        plain("wallboard-asked", board.asked),
        plain("wallboard-waiting", board.waiting),
    ];
    let total: u64 = board.line.iter().sum();
    let last = board.line.last().copied().unwrap_or(0);
    BoardPart {
        figures,
        line: points(&board.line),
        line_title: words.say("wallboard-line"),
        line_text: words
            .fill("wallboard-line-text", &[("total", total.into()), ("last", last.into())]),
        at: words.fill("wallboard-at", &[("at", (&board.at).into())]),
    }
}

fn noted(words: &Words, interval: &str, n: u64) -> String {
    words.fill("wallboard-interval", &[("interval", interval.into()), ("n", n.into())])
}

fn none(words: &Words, name: &str) -> Figure {
    let (name, value) = (words.say(name), words.say("wallboard-none"));
    Figure { name, value, note: String::new(), few: true }
}

/// In place of a score that would rest on too few.
fn few(words: &Words, name: &str, n: u64, needs: u64) -> Figure {
    let note = words.fill("wallboard-few-note", &[("n", n.into()), ("needs", needs.into())]);
    Figure { name: words.say(name), value: words.say("wallboard-few"), note, few: true }
}

/// A measure with its interval and n; no score where there are too few answers for one.
fn measure(
    words: &Words,
    name: &str,
    shape: &Shape,
    measured: Option<&Measured>,
    needs: u64,
) -> Figure {
    let Some(measured) = measured else { return none(words, name) };
    match measured.score.filter(|_| measured.enough) {
        Some(score) => Figure {
            name: words.say(name),
            value: draw::score_text(shape, score),
            note: noted(words, &draw::interval_text(words, shape, measured), measured.n),
            few: false,
        },
        None => few(words, name, measured.n, needs),
    }
}

/// The line as points of an SVG of 110 × 30.
fn points(line: &[u64]) -> String {
    let most = line.iter().copied().max().unwrap_or(0).max(1) as f64;
    let place =
        |(at, n): (usize, &u64)| format!("{},{:.1}", at * 10, 28.0 - 26.0 * (*n as f64) / most);
    line.iter().enumerate().map(place).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::measures::measured;
    use crate::words::Tongue;

    #[test]
    fn there_is_no_score_of_few_answers() {
        let words = Words::of(Tongue::En);
        let shape = Shape::YesNo { satisfied: 1 };
        let few = measured(&shape, &[(1, 7)], 0);
        let figure = measure(words, "wallboard-csat", &shape, Some(&few), 20);
        assert!(figure.few && !figure.value.contains('%'), "{}", figure.value);
        assert!(figure.note.contains('7') && figure.note.contains("20"), "{}", figure.note);
        let many = measured(&shape, &[(1, 30), (0, 10)], 0);
        let figure = measure(words, "wallboard-csat", &shape, Some(&many), 20);
        assert!(!figure.few && figure.value == "75\u{a0}%", "{}", figure.value);
        assert!(
            figure.note.contains("60–86\u{a0}%") && figure.note.contains("40"),
            "{}",
            figure.note
        );
        assert_eq!(points(&[0, 2, 1]), "0,28.0 10,2.0 20,15.0");
        assert_eq!(points(&[0, 0]), "0,28.0 10,28.0");
    }
}
