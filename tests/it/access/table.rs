//! Role × thing × `people` mode.

use std::io::Cursor;

use aftercall::store::{Comment, CommentStatus};
use calamine::{Reader, Xlsx};
use http::Response;
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tower::ServiceExt;

use super::*;
use crate::report::sample::put;

/// Columns of the table: who asks.
const WHO: [&str; 10] = [
    "setting",
    "admin",
    "manager",
    "reviewer",
    "reviewer-red",
    "read",
    "agent",
    "feed",
    "read-red",
    "nobody",
];

/// Paths with the status that each gets, in the order of [`WHO`], by name, by code and by team.
/// `-` stands for the same as by name.
const GETS: &[(&str, [&str; 3])] = &[
    ("/?DAYS", ["200 200 200 200 200 200 303 403 200 303", "-", "-"]),
    ("/?DAYS&team=red", ["200 200 200 200 200 200 303 403 200 303", "-", "-"]),
    ("/?DAYS&team=blue", ["200 200 403 200 403 200 303 403 403 303", "-", "-"]),
    (
        "/?DAYS&agent=B-TWO",
        [
            "200 200 200 200 200 200 303 403 200 303",
            "400 400 400 400 400 400 303 403 400 303",
            "403 403 403 403 403 403 303 403 403 303",
        ],
    ),
    ("/agents?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/agents?DAYS&team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    (
        "/agents/funnel?DAYS",
        ["200 200 200 200 200 200 403 403 200 303", "-", "403 403 403 403 403 403 403 403 403 303"],
    ),
    (
        "/agents/fairness?DAYS",
        ["200 200 200 200 200 200 403 403 200 303", "-", "403 403 403 403 403 403 403 403 403 303"],
    ),
    (
        "/agents/fairness?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 303", "-", "403 403 403 403 403 403 403 403 403 303"],
    ),
    (
        "/api/v1/reports/fairness?DAYS&agent=B-TWO",
        [
            "200 200 200 200 200 200 403 403 200 401",
            "400 400 400 400 400 400 403 403 400 401",
            "403 403 403 403 403 403 403 403 403 401",
        ],
    ),
    (
        "/api/v1/reports/fairness?DAYS",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    ("/resolution?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/resolution?DAYS&team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    (
        "/api/v1/reports/resolution?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 401", "-", "-"],
    ),
    ("/api/v1/reports/resolution?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    (
        "/agents/compare?DAYS",
        ["200 200 200 200 200 200 403 403 200 303", "-", "403 403 403 403 403 403 403 403 403 303"],
    ),
    (
        "/agents/compare?DAYS&one=B-TWO",
        [
            "200 200 400 200 400 200 403 403 400 303",
            "400 400 400 400 400 400 403 403 400 303",
            "403 403 403 403 403 403 403 403 403 303",
        ],
    ),
    ("/queues?DAYS&by=team", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/questions?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/questions?DAYS&team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    (
        "/agents/R-ONE?DAYS",
        [
            "200 200 200 200 200 200 403 403 200 303",
            "404 404 404 404 404 404 403 403 404 303",
            "403 403 403 403 403 403 403 403 403 303",
        ],
    ),
    (
        "/agents/B-TWO?DAYS",
        [
            "200 200 403 200 403 200 403 403 403 303",
            "404 404 404 404 404 404 403 403 404 303",
            "403 403 403 403 403 403 403 403 403 303",
        ],
    ),
    ("/unlinked?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/interviews/RED", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/interviews/BLUE", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    (
        "/api/v1/reports/agents?DAYS",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    (
        "/api/v1/reports/agents?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    (
        "/api/v1/reports/agents?DAYS&agent=B-TWO",
        [
            "200 200 403 200 403 200 403 403 403 401",
            "400 400 400 400 400 400 403 403 400 401",
            "403 403 403 403 403 403 403 403 403 401",
        ],
    ),
    (
        "/api/v1/reports/agents.csv?DAYS",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    (
        "/api/v1/reports/agents.xlsx?DAYS",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    (
        "/api/v1/reports/agents.xlsx?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    (
        "/api/v1/agents",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    ("/api/v1/reports/overview?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    (
        "/api/v1/reports/overview?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 401", "-", "-"],
    ),
    ("/api/v1/reports/queues?DAYS&by=team", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    ("/api/v1/reports/questions?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    ("/api/v1/reports/trend?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    ("/api/v1/reports/drivers?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    ("/api/v1/reports/together?DAYS", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    (
        "/api/v1/reports/together?DAYS&team=blue",
        ["200 200 403 200 403 200 403 403 403 401", "-", "-"],
    ),
    ("/api/v1/reports/reviewers?DAYS", ["200 200 403 403 403 403 403 403 403 401", "-", "-"]),
    ("/together?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/together?DAYS&team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    ("/drivers?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/api/v1/interviews", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    (
        "/api/v1/interviews?agent=B-TWO",
        ["200 200 200 200 200 200 403 403 200 401", "-", "403 403 403 403 403 403 403 403 403 401"],
    ),
    ("/api/v1/interviews/RED", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    ("/api/v1/interviews/BLUE", ["200 200 403 200 403 200 403 403 403 401", "-", "-"]),
    ("/interviews?DAYS", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/interviews?DAYS&team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    ("/wallboard", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/wallboard?team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    ("/wallboard/events", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/wallboard/events?team=red", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/wallboard/events?team=blue", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    ("/interviews/RED/comments/RE1", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/interviews/BLUE/comments/RE1", ["200 200 403 200 403 200 403 403 403 303", "-", "-"]),
    ("/surveys", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/surveys/post-call/edit", ["200 200 200 403 403 403 403 403 403 303", "-", "-"]),
    ("/switches", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/cases", ["200 200 200 200 200 200 403 403 200 303", "-", "-"]),
    ("/api/v1/cases", ["200 200 200 200 200 200 403 403 200 401", "-", "-"]),
    (
        "/api/v1/exports/interviews.ndjson?DAYS",
        ["200 200 200 200 200 200 403 403 200 401", "-", "-"],
    ),
    ("/settings/deliveries", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/metrics", ["200 200 403 200 403 200 403 403 403 401", "-", "-"]),
    (
        "/me",
        ["403 403 403 403 403 403 200 403 403 303", "-", "403 403 403 403 403 403 403 403 403 303"],
    ),
    ("/settings", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/people/1", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/teams", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/tokens", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/targets", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/shown", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/reviews", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
    ("/settings/log", ["200 200 403 403 403 403 403 403 403 303", "-", "-"]),
];

/// What a form says.
type Fields = &'static [(&'static str, &'static str)];

/// Forms with what they say, and the status that each gets.
const POSTS: &[(&str, Fields, &str)] = &[
    ("/settings", &[("email", "none")], "422 422 403 403 403 403 403 403 403 303"),
    ("/settings/people/1/role", &[("role", "admin")], "303 303 403 403 403 403 403 403 403 303"),
    ("/settings/people/1/enable", &[], "303 303 403 403 403 403 403 403 403 303"),
    ("/settings/people/99/disable", &[], "404 404 403 403 403 403 403 403 403 303"),
    (
        "/settings/people/1/password",
        &[("password", "short")],
        "422 422 403 403 403 403 403 403 403 303",
    ),
    (
        "/settings/people/1/teams",
        &[("team", "red"), ("from", "x")],
        "422 422 403 403 403 403 403 403 403 303",
    ),
    ("/settings/tokens", &[("role", "agent")], "422 422 403 403 403 403 403 403 403 303"),
    ("/settings/tokens/revoke", &[("hash", "none")], "303 303 403 403 403 403 403 403 403 303"),
    (
        "/settings/targets",
        &[("measure", "csat"), ("value", "85"), ("from", "2026-01-01")],
        "303 303 403 403 403 403 403 403 403 303",
    ),
    (
        "/settings/targets/remove",
        &[("measure", "csat"), ("from", "1")],
        "303 303 403 403 403 403 403 403 403 303",
    ),
    ("/settings/teams", &[("code", "")], "422 422 403 403 403 403 403 403 403 303"),
    ("/settings/teams/look-up", &[("code", "none")], "422 422 403 403 403 403 403 403 403 303"),
    ("/settings/deliveries/replay", &[], "303 303 403 403 403 403 403 403 403 303"),
    ("/settings/deliveries/none/replay", &[], "303 303 403 403 403 403 403 403 403 303"),
    // Links, marks and cases are of one's teams; who reads one team only decides nothing there.
    ("/interviews/RED/link", TO_RED, "303 303 303 403 403 403 403 403 403 303"),
    // An answer is marked once: whoever comes later hears so.
    ("/interviews/BLUE/marks", MARK, "303 400 403 400 403 403 403 403 403 303"),
    ("/interviews/RED/marks", MARK, "303 400 400 400 400 403 403 403 403 303"),
    ("/interviews/BLUE/marks/1/take-back", &[], "303 303 403 303 403 403 403 403 403 303"),
    ("/interviews/RED/marks/1/take-back", &[], "303 303 303 303 303 403 403 403 403 303"),
    ("/cases/case-blue", CLOSE, "303 303 404 403 403 403 403 403 403 303"),
    ("/cases/case-red", CLOSE, "303 303 303 403 403 403 403 403 403 303"),
    // What is asked, and in which queues, managers say for the whole centre.
    (
        "/switches",
        &[("other_queue", "calls"), ("does", "nobody")],
        "303 303 303 403 403 403 403 403 403 303",
    ),
    ("/surveys/post-call/edit", &[("do", "discard")], "303 303 303 403 403 403 403 403 403 303"),
    // The step that was seen is not the newest one any more after the first.
    ("/surveys/post-call/files", &[("step", "0")], "303 409 409 403 403 403 403 403 403 303"),
    // The last one: from here on the interview of blue is red's.
    ("/interviews/BLUE/link", TO_RED, "303 303 403 403 403 403 403 403 403 303"),
];

const TO_RED: Fields = &[("to", "agent"), ("agent", "R-ONE"), ("reason", "the menu was wrong")];
const MARK: Fields = &[("question", "0"), ("reason", "product")];
const CLOSE: Fields = &[("do", "close"), ("outcome", "called back")];

/// What programs send, and the status that each gets.
const SENT: &[(&str, &str, &str)] = &[
    ("/api/v1/calls", "[]", "200 200 403 403 403 403 403 200 403 401"),
    ("/api/v1/handovers", "{\"provider\":\"none\"}", "422 422 403 403 403 403 403 422 403 401"),
    (
        "/api/v1/cases/case-blue",
        "{\"status\":\"open\",\"owner\":\"Ona\"}",
        "200 200 404 403 403 403 403 403 403 401",
    ),
    (
        "/api/v1/cases/case-red",
        "{\"status\":\"open\",\"owner\":\"Ona\"}",
        "200 200 200 403 403 403 403 403 403 401",
    ),
];

/// Tables that change also where somebody only looks.
const OF_LOOKING: &[&str] = &["audit", "sessions", "_sqlx_migrations"];

async fn everybody(house: &House) -> Vec<Who> {
    let mut all = vec![Who::with_cookie("setting", house.enter("").await)];
    for (name, role, teams, agent) in [
        ("admin", "admin", &[][..], None),
        ("manager", "manager", &["red"][..], None),
        ("reviewer", "reviewer", &[][..], None),
        ("reviewer-red", "reviewer", &["red"][..], None),
        ("read", "read", &[][..], None),
        ("agent", "agent", &[][..], Some("R-ONE")),
    ] {
        let email = house.user(role, teams, agent).await;
        all.push(Who::with_cookie(name, house.enter(&email).await));
    }
    all.push(Who::with_token("feed", house.token("feed", &[]).await));
    all.push(Who::with_token("read-red", house.token("read", &["red"]).await));
    all.push(Who { name: "nobody", cookie: None, token: None });
    assert!(all.iter().map(|who| who.name).eq(WHO));
    all
}

fn address(path: &str) -> String {
    let path = path.replace("DAYS", DAYS);
    path.replace("RED", &RED.to_string()).replace("BLUE", &BLUE.to_string())
}

/// What an answer must not say: the agents of the other team, and all agents where they do not
/// appear by name.
fn planted(who: &str, mode: &str) -> Vec<&'static str> {
    let (red, blue) = (["R-ONE", "Rasa Raudona"], ["B-TWO", "Bruno Blau"]);
    let limited = ["manager", "reviewer-red", "read-red"].contains(&who);
    match (mode, who) {
        (_, "agent" | "feed" | "nobody") => [red, blue].concat(),
        ("named", _) if limited => blue.to_vec(),
        ("named", _) => Vec::new(),
        _ => [red, blue].concat(),
    }
}

/// A case and a spoken comment for an interview of each team.
async fn plant_more(house: &House, database: &Database, media: &std::path::Path) {
    let mut sql = Vec::new();
    for (interview, name) in [(RED, "red"), (BLUE, "blue")] {
        let file = format!("{name}.wav");
        std::fs::write(media.join(&file), format!("the voice of {name}")).expect("written");
        let comment = Comment {
            interview,
            recording: "RE1".into(),
            question: 4,
            seconds: Some(7),
            url: None,
            file: Some(file),
            status: CommentStatus::Stored,
            at_ms: 1_768_903_210_000,
        };
        house.app.store().comment(comment).await.expect("written");
        let id = match database.url.starts_with("sqlite:") {
            true => format!("x'{interview}'"),
            false => format!("'{interview}'"),
        };
        sql.push(format!(
            "insert into cases (id, interview, opened_ms, reason, status)
             values ('case-{name}', {id}, 1768903220000, 'low_score', 'open')"
        ));
    }
    put(&database.url, &sql).await;
}

/// The answer with its text: of a workbook its cells, of a stream its first event.
async fn see(house: &House, path: &str, who: &Who) -> Answer {
    let request = get(path, &who.headers());
    let answer: Response<Body> = house.router.clone().oneshot(request).await.expect("an answer");
    let (parts, mut body) = answer.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        bytes.extend(frame.expect("a frame").into_data().unwrap_or_default());
        let begun = String::from_utf8_lossy(&bytes).contains("</dl>");
        if kind == "text/event-stream" && begun {
            break;
        }
    }
    let text = match kind.contains("spreadsheetml") {
        true => {
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
            let sheets = book.worksheets();
            let rows = sheets.iter().flat_map(|(_, sheet)| sheet.rows());
            rows.flatten().map(|cell| format!("{cell}\n")).collect()
        }
        false => String::from_utf8(bytes).expect("text"),
    };
    Answer { status: parts.status, headers: parts.headers, text }
}

/// All that is stored, as text, but what looking changes.
async fn stored(url: &str) -> String {
    let mut all = String::new();
    if url.starts_with("sqlite:") {
        let mut file = SqliteConnection::connect(url).await.expect("the file opens");
        let tables = "select name from sqlite_master where type = 'table' order by name";
        let tables: Vec<String> =
            sqlx::query_scalar(tables).fetch_all(&mut file).await.expect("tables");
        for table in tables.iter().filter(|name| !OF_LOOKING.contains(&name.as_str())) {
            let columns = "select group_concat('quote(\"' || name || '\")', ' || '','' || ')
                from pragma_table_info($1)";
            let columns: String = sqlx::query_scalar(columns)
                .bind(table)
                .fetch_one(&mut file)
                .await
                .expect("columns");
            let rows = AssertSqlSafe(format!("select {columns} from \"{table}\" order by 1"));
            let rows: Vec<String> =
                sqlx::query_scalar(rows).fetch_all(&mut file).await.expect("rows");
            all.push_str(&format!("{table}:\n{}\n", rows.join("\n")));
        }
    } else {
        let mut server = PgConnection::connect(url).await.expect("the server answers");
        let tables = "select cast(tablename as text) from pg_tables
            where schemaname = 'public' order by tablename";
        let tables: Vec<String> =
            sqlx::query_scalar(tables).fetch_all(&mut server).await.expect("tables");
        for table in tables.iter().filter(|name| !OF_LOOKING.contains(&name.as_str())) {
            let rows = format!("select cast(t.* as text) from \"{table}\" as t order by 1");
            let rows: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut server).await.expect("rows");
            all.push_str(&format!("{table}:\n{}\n", rows.join("\n")));
        }
    }
    all
}

/// Whether that status says that somebody may not: of the door it is a way in.
fn refused(who: &Who, status: &str) -> bool {
    ["401", "403", "404"].contains(&status) || who.name == "nobody"
}

/// Everybody asks; those first who may not, and what they ask for changes nothing.
async fn decided(
    house: &House,
    url: &str,
    all: &[Who],
    (what, wanted): (&str, &str),
    ask: impl AsyncFn(&Who) -> Answer,
) {
    let both = all.iter().zip(wanted.split(' '));
    let (may_not, may): (Vec<_>, Vec<_>) = both.partition(|(who, wanted)| refused(who, wanted));
    house.app.site.desk.settle().await;
    let before = stored(url).await;
    for (may, several) in [(false, may_not), (true, may)] {
        for (who, wanted) in several {
            let answer = ask(who).await;
            let said = format!("{} {what}: {}", who.name, answer.text);
            assert_eq!(answer.status.as_str(), wanted, "{said}");
            if wanted == "303" {
                let to = answer.headers[header::LOCATION].to_str().expect("text");
                assert_eq!(to.starts_with("/sign-in"), !may, "{to}: {said}");
            }
        }
        if !may {
            house.app.site.desk.settle().await;
            let after = stored(url).await;
            let changed = before.lines().zip(after.lines()).find(|(old, new)| old != new);
            assert!(before == after, "something changed: {what}: {changed:?}");
        }
    }
}

async fn check(database: Database, at: usize, mode: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let media = folder.path().join("media");
    let further = format!("people = \"{mode}\"\nmedia = \"{}\"", media.display());
    let house = House::planted(&database, &further).await;
    plant_more(&house, &database, &media).await;
    let all = everybody(&house).await;
    for (path, wanted) in GETS {
        let wanted = if wanted[at] == "-" { wanted[0] } else { wanted[at] };
        for (who, wanted) in all.iter().zip(wanted.split(' ')) {
            let answer = see(&house, &address(path), who).await;
            let what = format!("{mode}: {} at {path}", who.name);
            assert_eq!(answer.status.as_str(), wanted, "{what}: {}", answer.text);
            // What was asked for stands in the form and in what is said to be wrong with it; the
            // settings of an admin name the agent that a person is.
            let own_words = path.contains("agent=")
                || path.contains("one=")
                || path.starts_with("/agents/")
                || path.starts_with("/settings/people");
            if !own_words {
                let limited = ["manager", "reviewer-red", "read-red"].contains(&who.name);
                let of_blue = limited.then_some("case-blue");
                for word in planted(who.name, mode).into_iter().chain(of_blue) {
                    assert!(!answer.text.contains(word), "{what} says {word}: {}", answer.text);
                }
            }
            // Of the whole centre, those of a team see their own part only.
            if path.starts_with("/api/v1/reports/agents?DAYS")
                && answer.status == StatusCode::OK
                && !path.contains("team")
                && !path.contains("agent=")
            {
                let body: serde_json::Value = serde_json::from_str(&answer.text).expect("JSON");
                let limited = ["manager", "reviewer-red", "read-red"].contains(&who.name);
                assert_eq!(body["centre"]["offered"], if limited { 2 } else { 3 }, "{what}");
                let rows = body["agents"].as_array().map_or(0, Vec::len);
                assert_eq!(rows, if limited { 1 } else { 2 }, "{what}: {body}");
            }
        }
    }
    for (path, body, wanted) in SENT {
        let what = format!("sends {body} to {path} ({mode})");
        let send = async |who: &Who| {
            let mut request = Request::post(*path).header(header::ORIGIN, OURS);
            for (name, value) in who.headers() {
                request = request.header(name, value);
            }
            ask(&house.router, request.body(Body::from(*body)).expect("a request")).await
        };
        decided(&house, &database.url, &all, (&what, wanted), send).await;
    }
    for (path, fields, wanted) in POSTS {
        let what = format!("posts to {path} ({mode})");
        let path = address(path);
        let ask = async |who: &Who| house.post(&path, fields, who).await;
        decided(&house, &database.url, &all, (&what, wanted), ask).await;
    }
}

both! {
    async fn by_name(database: Database) {
        check(database, 0, "named").await;
    }

    async fn by_code(database: Database) {
        check(database, 1, "coded").await;
    }

    async fn by_team(database: Database) {
        check(database, 2, "team").await;
    }
}

/// Paths with the status that an admin gets where agents are shown for whole weeks, and for whole
/// months: DAYS is a month, WEEK a week.
const FINEST: &[(&str, &str, &str)] = &[
    ("/agents", "200", "200"),
    ("/agents?DAYS", "400", "200"),
    ("/agents?WEEK", "200", "400"),
    ("/agents/funnel?DAYS", "400", "200"),
    ("/agents/compare?DAYS", "400", "200"),
    ("/agents/fairness?DAYS", "400", "200"),
    ("/agents/fairness?WEEK", "200", "400"),
    ("/agents/R-ONE?DAYS", "400", "200"),
    ("/agents/R-ONE?WEEK", "200", "400"),
    ("/?DAYS", "200", "200"),
    ("/?WEEK", "200", "200"),
    ("/?DAYS&agent=R-ONE", "400", "200"),
    ("/?period=7d", "200", "200"),
    ("/queues?WEEK&by=team", "200", "200"),
    ("/queues?WEEK&by=queue&agent=R-ONE", "200", "400"),
    ("/questions?DAYS", "200", "200"),
    ("/questions?DAYS&agent=R-ONE", "400", "200"),
    ("/interviews?DAYS", "200", "200"),
    ("/interviews?DAYS&agent=R-ONE", "400", "200"),
    ("/api/v1/reports/agents?DAYS", "400", "200"),
    ("/api/v1/reports/agents?WEEK", "200", "400"),
    ("/api/v1/reports/agents.csv?DAYS", "400", "200"),
    ("/api/v1/reports/agents.xlsx?from=2026-01-02&to=2026-01-03", "400", "400"),
    ("/api/v1/reports/queues?WEEK&by=team", "200", "200"),
    ("/api/v1/reports/trend?WEEK&agent=R-ONE", "200", "400"),
    // Twenty-six weeks before that Monday a month begins.
    ("/api/v1/reports/trend?agent=R-ONE&from=2026-03-02&to=2026-03-31", "400", "400"),
    ("/api/v1/reports/fairness?DAYS", "400", "200"),
    ("/api/v1/reports/fairness?WEEK", "200", "400"),
    ("/api/v1/reports/together?WEEK", "200", "200"),
    ("/api/v1/reports/resolution?WEEK", "200", "200"),
    ("/api/v1/exports/interviews.ndjson?DAYS", "400", "200"),
    ("/api/v1/interviews", "200", "200"),
    ("/api/v1/interviews?agent=R-ONE", "400", "400"),
    ("/api/v1/interviews?agent=R-ONE&WEEK", "200", "400"),
    ("/settings/shown", "200", "200"),
];

async fn finest(database: Database, finest: &str) {
    let house = House::planted(&database, &format!("people_finest = \"{finest}\"")).await;
    let all = everybody(&house).await;
    let who = |name: &str| all.iter().find(|who| who.name == name).expect("somebody");
    for (path, week, month) in FINEST {
        let wanted = if finest == "week" { week } else { month };
        let path = address(path).replace("WEEK", "from=2026-01-05&to=2026-01-11");
        let answer = house.get(&path, who("admin")).await;
        assert_eq!(answer.status.as_str(), *wanted, "{finest}: {path}: {}", answer.text);
        if *wanted == "400" {
            let said = match path.starts_with("/api/") {
                true => format!("people_finest_{finest}"),
                false => format!(
                    "Figures of single agents are shown here for whole {}",
                    if finest == "week" { "weeks" } else { "calendar months" }
                ),
            };
            assert!(answer.text.contains(&said), "{finest}: {path}: {}", answer.text);
            for name in ["Rasa Raudona", "Bruno Blau"] {
                assert!(!answer.text.contains(name), "{finest}: {path}");
            }
        }
    }
    let own = house.get("/me", who("agent")).await;
    let said = if finest == "week" { "by complete weeks" } else { "by complete months" };
    assert!(own.text.contains(said), "{}", own.text);
}

both! {
    async fn agents_by_weeks(database: Database) {
        finest(database, "week").await;
    }

    async fn agents_by_months(database: Database) {
        finest(database, "month").await;
    }
}
