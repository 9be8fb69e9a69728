//! The same figures in every form: random centres, and the days, names and centres that go wrong.

use std::collections::{BTreeMap, BTreeSet};

use aftercall::interview::Outcome;
use aftercall::store::{Said, Store};
use aftercall::web::{Body, Router};
use http::{Request, header};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::agree::agree;
use super::{ask, begin, got, house, turn};
use crate::harness::{Database, both};
use crate::report::sample::{VERSION, put, survey};

/// 2026-01-31.
const DAY: i64 = 20_484;
const JANUARY: &str = "from=2026-01-01&to=2026-01-31";

/// Names that some form would like to read as something else.
const NAMES: [&str; 10] = [
    "Rasa",
    "மீனா குமார்",
    "Łukasz Żółć",
    "<script>alert(1)</script>",
    "=1+1",
    "O'Brien & \"Sons\", Ltd",
    "-Šarūnas",
    "@x",
    "_x0041_ b",
    "two\nlines",
];
const TEAMS: [&str; 4] = ["support", "Żoliborz", "குழு", "<b>t</b>"];
const LANGUAGES: [&str; 2] = ["lt", "en"];
const QUEUES: [&str; 2] = ["calls", "+mail"];

/// What one agent did in one team, queue and language.
#[derive(Clone, Debug)]
struct Part {
    agent: usize,
    team: usize,
    queue: usize,
    language: usize,
    /// Counts by question and outcome.
    answers: Vec<(i64, i64, i64)>,
    /// Complete, partial, broken off, refused, no contact, failed.
    stands: [i64; 6],
}

fn part() -> impl Strategy<Value = Part> {
    let counts = |question: i64, values: std::ops::RangeInclusive<i64>, most: i64| {
        let values: Vec<i64> = values.chain([-1]).collect();
        prop::collection::vec(0..most, values.len()).prop_map(move |counts| {
            values.iter().zip(counts).map(|(v, n)| (question, *v, n)).collect::<Vec<_>>()
        })
    };
    let answers =
        (counts(0, 1..=5, 12), counts(1, 0..=1, 20), counts(2, 1..=5, 9), counts(3, 0..=10, 9));
    let answers = (answers, prop::bool::weighted(0.2)).prop_map(|((a, b, c, d), few)| {
        let all = [a, b, c, d].concat().into_iter();
        all.filter(|(question, ..)| !few || *question == 0).collect()
    });
    (0..NAMES.len(), 0..TEAMS.len(), 0..2usize, 0..2usize, answers, prop::array::uniform6(0..30i64))
        .prop_map(|(agent, team, queue, language, answers, stands)| Part {
            agent,
            team,
            queue,
            language,
            answers,
            stands,
        })
}

/// Puts the counts of those parts, and of the whole, in place of all others.
async fn fill(store: &Store, url: &str, parts: &[Part]) {
    type Key = (i64, i64, i64, i64, usize);
    let mut answers: BTreeMap<(Key, i64, i64), i64> = BTreeMap::new();
    let mut stages: BTreeMap<(Key, &str), i64> = BTreeMap::new();
    for part in parts {
        let agent = store
            .name_agent(&format!("A{}", part.agent), NAMES[part.agent])
            .await
            .expect("an agent");
        let team = store.team(TEAMS[part.team]).await.expect("a team");
        let queue = store.queue(QUEUES[part.queue]).await.expect("a queue");
        let [complete, partial, broken, ..] = part.stands;
        let words = ["complete", "partial", "break_off", "refusal", "no_contact", "failed"];
        let mut counts: Vec<(&str, i64)> = words.into_iter().zip(part.stands).collect();
        counts.push(("offered", part.stands.iter().sum()));
        counts.push(("started", complete + partial + broken));
        for (kind, agent) in [(0, 0), (1, agent)] {
            let key = (kind, agent, team, queue, part.language);
            for (question, outcome, n) in &part.answers {
                *answers.entry((key, *question, *outcome)).or_default() += n;
            }
            for (stage, n) in &counts {
                *stages.entry((key, stage)).or_default() += n;
            }
        }
    }
    let mut sql = vec![
        "begin".to_owned(),
        "delete from answer_tally".into(),
        "delete from funnel_tally".into(),
    ];
    let version = VERSION.0;
    sql.extend(answers.iter().map(|(((kind, agent, team, queue, language), question, outcome), n)| {
        let language = LANGUAGES[*language];
        format!(
            "insert into answer_tally (gen, day, survey, question, language, channel, kind, agent, team, queue,
             outcome, n_raw, n_reviewed) values (1, {DAY}, {version}, {question}, '{language}', 'phone',
             {kind}, {agent}, {team}, {queue}, {outcome}, {n}, {n})"
        )
    }));
    sql.extend(stages.iter().map(|(((kind, agent, team, queue, language), stage), n)| {
        let language = LANGUAGES[*language];
        format!(
            "insert into funnel_tally (gen, day, survey, language, channel, kind, agent, team, queue, stage, n)
             values (1, {DAY}, {version}, '{language}', 'phone', {kind}, {agent}, {team}, {queue}, '{stage}', {n})"
        )
    }));
    sql.push("commit".into());
    put(url, &sql).await;
}

/// No filter, and each kind of filter alone; the last are two.
fn filters(parts: &[Part]) -> Vec<String> {
    let team = TEAMS[parts.first().expect("a part").team];
    let team = form_urlencoded::Serializer::new(String::new()).append_pair("team", team).finish();
    let fixed = ["", "&language=lt", "&queue=%2Bmail", "&question=rating", "&channel=phone"];
    let mut all: Vec<String> = fixed.map(String::from).to_vec();
    all.extend([
        format!("&version={VERSION}"),
        format!("&{team}"),
        format!("&{team}&channel=phone"),
        format!("&{team}&version={VERSION}&language=en"),
    ]);
    all
}

both! {
    /// Whatever the counts and names, every form gives the same figures for the same filter.
    async fn every_form_gives_the_same_figures(database: Database) {
        let (app, router) = house(&database).await;
        let mut runner = TestRunner::default();
        for name in QUEUES {
            app.store().queue(name).await.expect("a queue");
        }
        for _ in 0..6 {
            let parts = prop::collection::vec(part(), 1..9).new_tree(&mut runner).expect("parts").current();
            fill(app.store(), &database.url, &parts).await;
            for filter in filters(&parts) {
                agree(&router, &format!("{JANUARY}{filter}"), &format!("{filter} {parts:?}")).await;
            }
        }
    }

    /// Nobody ever called: heads and no lines, no chart of nothing.
    async fn an_empty_centre_is_empty_everywhere(database: Database) {
        let (_, router) = house(&database).await;
        for path in ["/api/v1/reports/agents.csv", "/api/v1/reports/agents?format=csv"] {
            assert_eq!(got(&router, path).await.text().lines().count(), 1);
        }
        let marked = got(&router, "/api/v1/reports/agents.csv?bom=1").await;
        assert!(marked.bytes.starts_with(b"\xef\xbb\xbfagent,name,team,"), "a mark only if asked");
        assert!(got(&router, "/api/v1/reports/agents.csv").await.bytes.starts_with(b"agent,"));
        let book = got(&router, "/api/v1/reports/agents.xlsx").await;
        assert!(book.bytes.starts_with(b"PK"));
        assert_eq!(got(&router, "/api/v1/exports/interviews.ndjson").await.text(), "");
    }

    /// A new series of a question: two figures, apart in every form.
    async fn a_series_break_is_two_figures_everywhere(database: Database) {
        let (app, router) = house(&database).await;
        let mut newer = survey(aftercall::survey::Version(7));
        newer.questions[0].series = "rating-2".into();
        app.store().survey_seen(&newer, 5).await.expect("a survey");
        let part = Part {
            agent: 1, team: 2, queue: 0, language: 0,
            answers: vec![(0, 4, 30), (0, 2, 9)], stands: [39, 0, 0, 0, 0, 0],
        };
        fill(app.store(), &database.url, &[part]).await;
        let again = format!(
            "insert into answer_tally (gen, day, survey, question, language, channel, kind, agent, team, queue,
             outcome, n_raw, n_reviewed) select gen, day, 7, question, language, channel, kind, agent, team,
             queue, 5, n_raw, n_reviewed from answer_tally where survey = {} and outcome = 4", VERSION.0
        );
        put(&database.url, &[again]).await;
        let json = agree(&router, JANUARY, "a series break").await;
        let row = &json["agents"][0];
        assert_eq!((&row["csat"]["n"], &row["csat_series_rating"]["n"]), (&30.into(), &39.into()));
    }

    /// Days on which clocks change, an interview over midnight, an agent who changed team: each is
    /// counted on the local day of its start, for the team at the call.
    async fn days_are_local_days_everywhere(database: Database) {
        let (app, router) = house(&database).await;
        let zone = jiff::tz::TimeZone::get("Europe/Vilnius").expect("a zone");
        let mut n = 0;
        for (day, hours) in [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 1), 24)] {
            let start = day.to_zoned_datetime(zone.clone()).expect("a moment").timestamp().as_millisecond();
            let next = day.tomorrow().expect("a day").to_zoned_datetime(zone.clone()).expect("a moment");
            let end = next.timestamp().as_millisecond();
            assert_eq!(end - start, hours * 3_600_000);
            // The first and last moment of the day, every hour of it, and both neighbours.
            let hourly = (0..hours).map(|hour| start + hour * 3_600_000);
            let moments: Vec<i64> = hourly.chain([end - 1, start - 1, end]).collect();
            for at in &moments {
                n += 1;
                let team = if n % 2 == 0 { "red" } else { "blue" };
                let said = Said { agent: Some("A1".into()), team: Some(team.into()), ..Said::default() };
                let begin = begin(n, *at, aftercall::clock::day(*at, &zone), said);
                app.store().begin(begin.clone()).await.expect("begins");
                // Answered a minute later: at the day's end that is after midnight.
                let turn = turn(&begin, at + 60_000, &[(0, Outcome::Answered(5))]);
                app.store().record(turn).await.expect("recorded");
            }
            let json = agree(&router, &format!("from={day}&to={day}"), &day.to_string()).await;
            assert_eq!(json["centre"]["csat"]["n"], hours + 1, "{day}");
            let rows = json["agents"].as_array().expect("rows");
            let teams: Vec<_> = rows.iter().map(|row| row["team"].as_str().expect("a team")).collect();
            assert_eq!(teams, ["blue", "red"], "{day}");
            let path = format!("/api/v1/exports/interviews.ndjson?from={day}&to={day}");
            let lines = got(&router, &path).await;
            assert_eq!(lines.text().lines().count() as i64, hours + 1, "{day}");
            assert!(lines.text().lines().all(|line| line.contains(&format!("\"day\":\"{day}\""))));
        }
    }
}

/// Five thousand agents with every measure; prints how long each form took.
#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_agents() {
    let database = Database::sqlite();
    let (app, router) = house(&database).await;
    app.store().name_agent("A0", NAMES[0]).await.expect("an agent");
    let mut sql = vec!["begin".to_owned()];
    for n in 1..=5000_i64 {
        let id = 10_000 + n;
        sql.push(format!(
            "insert into agents (id, code, name) values ({id}, 'B{n}', 'Agent {n} மீனா')"
        ));
        for (question, values) in [(0, 1..=5), (1, 0..=1), (2, 1..=5), (3, 0..=10)] {
            for value in values {
                sql.push(format!(
                    "insert into answer_tally (gen, day, survey, question, language, channel, kind, agent, team,
                     queue, outcome, n_raw, n_reviewed) values (1, {DAY}, {}, {question}, 'lt', 'phone', 1, {id},
                     0, 0, {value}, {}, 1)", VERSION.0, 4 + (n + value) % 9
                ));
            }
        }
    }
    sql.push("commit".into());
    put(&database.url, &sql).await;
    for form in ["", ".csv", ".xlsx"] {
        let begun = tokio::time::Instant::now();
        let answer = got(&router, &format!("/api/v1/reports/agents{form}?{JANUARY}")).await;
        eprintln!(
            "agents{form}: {} bytes in {} ms",
            answer.bytes.len(),
            begun.elapsed().as_millis()
        );
    }
    let csv = got(&router, &format!("/api/v1/reports/agents.csv?{JANUARY}")).await;
    assert_eq!(csv.text().lines().count(), 5001);
    pages_of_five_thousand(&router).await;
}

/// The largest page that goes over the wire, and the longest that one takes with the checks of an
/// unoptimised build, while other tests run beside it.
const MOST_BYTES: usize = 1_000_000;
const LONGEST: std::time::Duration = std::time::Duration::from_secs(30);

/// The pages of so many agents: all of them on the table's pages, at the plot and to choose from;
/// none too heavy, none slow.
async fn pages_of_five_thousand(router: &Router) {
    let links = |page: &str| -> BTreeSet<String> {
        let links = page.split("<a href=\"/agents/B").skip(1);
        links.filter_map(|rest| rest.split(['?', '"']).next()).map(str::to_owned).collect()
    };
    let mut seen = BTreeSet::new();
    for (path, agents) in [
        ("/agents?DAYS", 200),
        ("/agents?DAYS&page=2", 200),
        ("/agents?DAYS&page=25", 200),
        // Beyond the last page there is the last one.
        ("/agents?DAYS&page=26&columns=all", 200),
        ("/agents/funnel?DAYS", 5000),
        ("/agents/compare?DAYS", 0),
        ("/agents/compare?DAYS&one=B1&other=B5000", 0),
    ] {
        let path = path.replace("DAYS", JANUARY);
        let begun = tokio::time::Instant::now();
        let answer = got(router, &path).await;
        let took = begun.elapsed();
        let request = Request::get(&path).header(header::ACCEPT_ENCODING, "gzip");
        let packed = ask(router, request.body(Body::empty()).expect("a request")).await;
        assert!(packed.bytes.starts_with(&[0x1f, 0x8b]), "{path} is not packed");
        eprintln!("{path}: {} bytes packed in {} ms", packed.bytes.len(), took.as_millis());
        assert!(packed.bytes.len() < MOST_BYTES, "{path}: {} bytes", packed.bytes.len());
        assert!(took < LONGEST, "{path}: {took:?}");
        let page = answer.text();
        let found = links(page);
        assert_eq!(found.len(), agents, "{path}");
        match path.contains("compare") {
            true => assert_eq!(page.matches("<option value=\"B").count(), 10_000, "{path}"),
            false if path.contains("page=26") => assert!(found.is_subset(&seen), "{path}"),
            false if path.contains("funnel") => {}
            false => {
                assert!(found.is_disjoint(&seen), "{path}: somebody stands on two pages");
                let numbers = page.matches("page=").count();
                assert_eq!(numbers, 25, "{path}: links to all pages");
                seen.extend(found);
            }
        }
        assert!(!page.contains("<svg class=\"spark\""), "{path}: weeks of so many");
    }
}
