//! A large centre, made by the database itself: facts first, then the tallies counted from them.
//!
//! Nothing of this is random: each figure is a remainder of the interview's number, so every run
//! and both databases hold the same centre.

use std::collections::BTreeMap;

use aftercall::store::Store;
use aftercall::survey::{
    About, Credit, Good, Kind, Lang, Question, Speech, Survey, Thresholds, Version,
};
use indicatif::ProgressBar;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};

/// The survey version of all its interviews.
pub const VERSION: Version = Version(0x00be_0001);
/// Its first day, 2024-01-01, and how many there are: two years.
pub const FIRST: i64 = 19_723;
pub const DAYS: i64 = 731;
pub const AGENTS: i64 = 5_000;
const TEAMS: i64 = 100;
const QUEUES: i64 = 6;
const QUESTIONS: i64 = 3;
/// Interviews made in one go.
const PART: i64 = 60_000;

/// A connection past the store.
pub enum Door {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Door {
    pub async fn open(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse().expect("an address");
            let options = options
                .pragma("synchronous", "off")
                .pragma("cache_size", "-200000")
                .pragma("temp_store", "memory");
            return Self::Sqlite(options.connect().await.expect("the file is there"));
        }
        Self::Postgres(PgConnection::connect(url).await.expect("the database is there"))
    }

    /// Runs one statement. `{id}` in it makes the 16-byte id of the number `i`, `{days}` and the
    /// like are put in by whoever calls.
    pub async fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(connection) => {
                let sql = sql.replace("{id}", "unhex(printf('%032x', i))");
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
            }
            Self::Postgres(connection) => {
                let sql = sql.replace("{id}", "lpad(to_hex(i), 32, '0')::uuid");
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
            }
        };
        done.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    }

    /// How many rows a query gives; all of them are fetched.
    pub async fn rows(&mut self, sql: &str) -> usize {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                sqlx::query(sql).fetch_all(connection).await.map(|rows| rows.len())
            }
            Self::Postgres(connection) => {
                sqlx::query(sql).fetch_all(connection).await.map(|rows| rows.len())
            }
        }
        .unwrap_or_else(|fault| panic!("{fault}"))
    }
}

/// How many interviews there are a day for that many answers in all. One in six was offered and
/// gave no answer.
pub fn interviews_a_day(answers: i64) -> i64 {
    (answers * 6 / 5 / QUESTIONS / DAYS).max(1)
}

/// Fills a store that holds nothing yet.
pub async fn fill(url: &str, answers: i64, bar: &ProgressBar) {
    let store = Store::open(url).await.expect("opens");
    store.survey_seen(&survey(), 0).await.expect("written");
    store.credit_rule("post-call", Credit::Last).await.expect("written");
    store.close().await;
    let mut door = Door::open(url).await;
    for (table, columns, most, values) in [
        ("teams", "id, name", TEAMS, "i, 'team ' || i"),
        ("queues", "id, name", QUEUES, "i, 'queue ' || i"),
        ("agents", "id, code, name", AGENTS, "i, 'A' || i, 'Agent ' || i"),
    ] {
        let numbers = format!(
            "with recursive s (i) as (select 1 union all select i + 1 from s where i < {most})"
        );
        door.run(&format!("insert into {table} ({columns}) {numbers} select {values} from s"))
            .await;
    }
    door.run(
        "create temporary table seed (i bigint, day bigint, agent bigint, team bigint,
            queue bigint, language text, asked boolean);
         create temporary table said (i bigint, question bigint, outcome bigint)",
    )
    .await;
    let a_day = interviews_a_day(answers);
    let days = (PART / a_day).clamp(1, 31);
    bar.set_length(u64::try_from(DAYS).unwrap_or(0));
    let mut day = 0;
    while day < DAYS {
        let until = (day + days).min(DAYS);
        part(&mut door, a_day, day * a_day, until * a_day).await;
        day = until;
        bar.set_position(u64::try_from(day).unwrap_or(0));
    }
    door.run("analyze").await;
}

/// Makes the interviews of those numbers, which are all of some days.
async fn part(door: &mut Door, a_day: i64, from: i64, until: i64) {
    let version = VERSION.0;
    // Multipliers and moduli are primes: no figure follows from another.
    door.run(&format!(
        "begin; delete from seed; delete from said;
         insert into seed with recursive s (i) as
             (select cast({from} as bigint) union all select i + 1 from s where i + 1 < {until}),
         d as (select i, {FIRST} + i / {a_day} as day,
                 1 + (i * 611953) % 999983 % {AGENTS} as agent from s)
         select i, day, agent, 1 + (agent - 1) * {TEAMS} / {AGENTS},
             1 + (agent + (i * 7919) % 611957 % 2) % {QUEUES},
             case when (i * 104729) % 700001 % 10 < 7 then 'en'
                 when (i * 104729) % 700001 % 10 < 9 then 'lt' else 'ta' end,
             (i * 15485863) % 899981 % 6 > 0
         from d;
         insert into said select i, question, case
                 when (i * 86028121) % (900001 + 3 * question) % 20 = 0 then -1
                 when question = 0 then case when r < 3 then 1 when r < 10 then 2
                     when r < 25 then 3 when r < 70 then 4 else 5 end
                 when question = 1 then case when r < 8 then r % 7 when r < 30 then 7 + r % 2
                     else 9 + r % 2 end
                 else case when r < 80 then 1 else 0 end end
             from (select i, question, (i * 32452843) % (800011 + 2 * question) % 100 as r
                 from seed cross join (select 0 as question union all select 1
                     union all select 2) as q where asked) as drawn;"
    ))
    .await;
    door.run(
        &format!(
        "insert into interviews (id, provider, call_ref, handover, survey, language, channel, day,
             started_ms, limit_ms, ineligible, opening, turn, recorded_ms, state, open_question,
             started, turns_disposition, disposition, finished_ms, ended_ms, ended_how, closed,
             counted, day_before, said_agent, said_team, said_queue, link)
         select {{id}}, 'twilio', 'CA' || i, '', {version}, language, 'phone', day,
             day * 86400000 + i % 86400000, day * 86400000 + i % 86400000 + 180000, '', '{{}}',
             case when asked then 3 else 0 end, day * 86400000 + i % 86400000,
             {{state}}, case when asked then null else 0 end, asked,
             case when asked then 'complete' else 'no_contact' end,
             case when asked then 'complete' else 'no_contact' end,
             case when asked then day * 86400000 + i % 86400000 + 40000 end,
             day * 86400000 + i % 86400000 + 1000 * (i % 40), 'completed', true, 1, day, agent,
             team, queue, 'handover'
         from seed"
    )
        .replace(
            "{state}",
            match door {
                Door::Sqlite(_) => "x'00'",
                Door::Postgres(_) => "'\\x00'",
            },
        ),
    )
    .await;
    door.run(
        "insert into credits (interview, gen, kind, agent, team, queue, started_ms)
         select {id}, 1, kind, kind * agent, team, queue, day * 86400000 + i % 86400000
             from seed cross join (select 0 as kind union all select 1) as k;
         insert into answers (interview, question, outcome, was, turn, at_ms, outside_control)
         select {id}, question, outcome, null, question + 1, 0, i % 97 = 0 from said;",
    )
    .await;
    door.run(&format!(
        "insert into answer_tally (gen, day, survey, question, language, channel, kind, agent,
             team, queue, outcome, n_raw, n_reviewed)
         select 1, day, {version}, question, language, 'phone', kind, kind * agent as agent, team,
             queue, outcome, count(*), sum(case when said.i % 97 = 0 then 0 else 1 end)
         from said join seed on seed.i = said.i
             cross join (select 0 as kind union all select 1) as k
         group by day, question, language, kind, kind * agent, team, queue, outcome
         order by 2, 4, 5, 7, 8, 9, 10, 11;
         insert into funnel_tally (gen, day, survey, language, channel, kind, agent, team, queue,
             stage, n)
         select 1, day, {version}, language, 'phone', kind, kind * agent as agent, team, queue,
             stage, count(*)
         from seed cross join (select 0 as kind union all select 1) as k
             cross join (select 'handed_over' as stage union all select 'offered'
                 union all select 'started' union all select 'complete'
                 union all select 'no_contact') as s
         where stage in ('handed_over', 'offered') or asked = (stage <> 'no_contact')
         group by day, language, kind, kind * agent, team, queue, stage
         order by 2, 4, 6, 7, 8, 9, 10;
         insert into drop_tally (gen, day, survey, language, question, second, n)
         select 1, day, {version}, language, 0, i % 40, count(*) from seed where not asked
         group by day, language, i % 40; commit"
    ))
    .await;
}

/// What the program calls itself does with a report, by hand: every answer of those days, joined
/// to its interview and whom it counts for.
pub fn group_by(from: i64, to: i64) -> String {
    format!(
        "select c.agent, c.team, i.survey, a.question, a.outcome, count(*)
         from interviews as i join credits as c on c.interview = i.id and c.gen = 1 and c.kind = 1
             join answers as a on a.interview = i.id
         where i.day between {from} and {to} and a.outcome <> -5
         group by c.agent, c.team, i.survey, a.question, a.outcome"
    )
}

/// Satisfied from 1 to 5, recommend from 0 to 10, solved or not.
pub fn survey() -> Survey {
    let question = |name: &str, kind: Kind, about: About| Question {
        name: name.into(),
        kind,
        measure: name.into(),
        about,
        series: name.into(),
        same_series: None,
        when: None,
        random_group: None,
        pair: None,
        dimension: None,
        means: Vec::new(),
    };
    let scale = |low, high, satisfied: &[u8]| Kind::Scale {
        low,
        high,
        good: Good::High,
        satisfied: satisfied.to_vec(),
    };
    let language = |code: &str| code.parse::<Lang>().expect("a language");
    Survey {
        name: "post-call".into(),
        version: VERSION,
        title: "After the call".into(),
        anonymous: false,
        credit: Credit::Last,
        languages: ["en", "lt", "ta"].map(language).to_vec(),
        choose_language: false,
        promise_seconds: 60,
        max_seconds: 180,
        hearings: 3,
        shortcuts: false,
        speech: Speech::Auto,
        thresholds: Thresholds { complete: 0.8, partial: 0.5 },
        core: 0,
        questions: vec![
            question("csat", scale(1, 5, &[4, 5]), About::Agent),
            question("nps", scale(0, 10, &[9, 10]), About::Company),
            question("fcr", Kind::YesNo { good: true }, About::Resolution),
        ],
        prompts: BTreeMap::new(),
    }
}
