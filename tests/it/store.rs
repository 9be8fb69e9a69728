//! The store on both databases: claims, notices, tallies, packed periods, recounts, statements.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftercall::interview::{Disposition, Fact, Input, InterviewId, Millis, Outcome};
use aftercall::store::{
    Begin, By, CallerHash, Carried, Handled, Judge, Judged, Said, Store, StoreError, Turn,
};
use aftercall::survey::{About, Credit, Kind, Lang, Question, Speech, Survey, Thresholds, Version};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use crate::harness::Database;

mod anonymous;
mod audit;
mod backup;
mod claims;
mod erasure;
mod leases;
mod migrating;
mod months;
mod names;
mod notices;
mod periods;
mod recounts;
mod retention;
mod reviews;
mod source;
mod spool;
mod statements;
mod tallies;

/// The survey version of all these interviews.
const VERSION: Version = Version(0x9f2c_0001);

/// When these interviews start.
const START: Millis = 1_767_000_000_000;

/// The local day of [`START`].
const DAY: i64 = 20_451;

/// Question indexes: two ratings, an overall one, a comment.
const COMMENT: u8 = 3;

/// A store on a fresh database, with the survey.
async fn open(database: &Database) -> Store {
    let store = Store::open(&database.url).await.expect("a fresh database opens");
    store.survey_seen(&survey(VERSION), START).await.expect("the survey is kept");
    store
}

fn survey(version: Version) -> Survey {
    let question = |name: &str, kind: Kind| Question {
        name: name.into(),
        kind,
        measure: name.into(),
        about: About::Agent,
        series: name.into(),
        same_series: None,
        when: None,
        random_group: None,
        pair: None,
        dimension: None,
        means: Vec::new(),
    };
    Survey {
        name: "post-call".into(),
        version,
        title: "After the call".into(),
        anonymous: false,
        credit: Credit::Last,
        languages: vec!["en".parse::<Lang>().expect("a language")],
        choose_language: false,
        promise_seconds: 60,
        max_seconds: 180,
        hearings: 3,
        shortcuts: false,
        speech: Speech::Auto,
        thresholds: Thresholds { complete: 0.8, partial: 0.5 },
        core: 0,
        questions: vec![
            question("csat", Kind::YesNo { good: true }),
            question("fcr", Kind::YesNo { good: true }),
            question("nps", Kind::Choice { options: 3 }),
            question("comment", Kind::Comment { max_seconds: 60, silence_seconds: 3 }),
        ],
        prompts: BTreeMap::from([(
            "en".parse().expect("a language"),
            BTreeMap::from([(
                Arc::from("hello"),
                Arc::new(aftercall::survey::Prompt {
                    id: "hello".into(),
                    lang: "en".parse().expect("a language"),
                    text: "Hello".into(),
                    millis: 700,
                    sound: aftercall::survey::Sound::Missing,
                }),
            )]),
        )]),
    }
}

fn id(n: u16) -> InterviewId {
    let mut bytes = [7; 16];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    InterviewId(bytes)
}

fn caller(n: u8) -> CallerHash {
    CallerHash([n; 16])
}

/// An interview that was offered.
fn begin(n: u16) -> Begin {
    Begin {
        id: id(n),
        provider: "twilio".into(),
        call_ref: Some(format!("CA{n}")),
        handover: String::new(),
        survey: VERSION,
        language: "en".into(),
        channel: "phone".into(),
        day: DAY,
        started_ms: START,
        limit_ms: START + 180_000,
        caller: Some(caller(1)),
        caller_last: Some("123".into()),
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: vec![0],
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said: Said {
            agent: Some("A17".into()),
            team: Some("support".into()),
            queue: Some("billing".into()),
            ..Said::default()
        },
    }
}

/// A turn that answers the question before it and leaves the next one open.
fn turn(n: u16, turn: u8, value: u8) -> Turn {
    let item = (turn - 1, Outcome::Answered(value));
    Turn {
        id: id(n),
        turn,
        at_ms: START + i64::from(turn) * 5_000,
        input: Input::Keys(value.to_string()),
        facts: vec![Fact::Item { question: item.0, outcome: item.1 }],
        items: vec![item],
        carried: Carried::default(),
        language: "en".into(),
        state: vec![turn, value],
        open_question: Some(turn),
        started: true,
        disposition: Disposition::BreakOff,
        ended: false,
    }
}

/// A recount by the rules and days in force.
const AS_IS: By<'_> = By { rules: &[], match_ms: 0, day_of: None, judge: &JUDGE };

/// Every call could have been asked.
pub const JUDGE: Judge<'_> = Judge { says: &asked_all, day_of: &day_of };

fn asked_all(_: &Handled<'_>) -> Judged {
    Judged { left_out: "", credit: Credit::Last }
}

fn day_of(at: Millis) -> i64 {
    at.div_euclid(86_400_000)
}

/// The one number that a query gives, past the store.
pub async fn number(database: &Database, sql: &str) -> i64 {
    let sql = AssertSqlSafe(sql.to_owned());
    let one: Result<i64, sqlx::Error> = if database.url.starts_with("sqlite:") {
        let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
        let mut connection = options.connect().await.expect("the file is there");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await
    } else {
        let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await
    };
    one.expect("the query gives a number")
}

/// Runs a statement past the store.
pub async fn change(database: &Database, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if database.url.starts_with("sqlite:") {
        let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
        let mut connection = options.connect().await.expect("the file is there");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("it runs");
    } else {
        let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("it runs");
    }
}

/// Count of one stage of the funnel, over all interviews, each once.
async fn stage(database: &Database, stage: &str) -> i64 {
    let sql = format!(
        "select cast(coalesce(sum(n), 0) as bigint) from funnel_tally
            where kind = 0 and stage = '{stage}'
            and gen = (select reading from tally_state)"
    );
    number(database, &sql).await
}

/// Count of one outcome of a question, over all interviews, each once.
async fn outcome(database: &Database, question: u8, outcome: Outcome) -> i64 {
    let code = outcome.code();
    let sql = format!(
        "select cast(coalesce(sum(n_raw), 0) as bigint) from answer_tally
            where kind = 0 and question = {question} and outcome = {code}
            and gen = (select reading from tally_state)"
    );
    number(database, &sql).await
}

/// How many rows of the tallies differ from a count of the facts, all done by the database and
/// nothing by the store.
async fn wrong_rows(database: &Database) -> i64 {
    const ANSWERS: &str = "with tallied as (
            select day, survey, question, language, channel, kind, agent, team, queue, outcome,
                n_raw, n_reviewed
            from answer_tally where gen = (select reading from tally_state)
                and (n_raw <> 0 or n_reviewed <> 0)
        ), counted as (
            select case when i.counted = c.gen then i.day else i.day_before end as at_day,
                i.survey, a.question, i.language, i.channel, c.kind, c.agent, c.team,
                c.queue, a.outcome, count(*) as n_raw,
                sum(case when a.outside_control then 0 else 1 end) as n_reviewed
            from answers as a join interviews as i on i.id = a.interview
                join credits as c on c.interview = i.id
                    and c.gen = (select reading from tally_state)
            where a.outcome <> -5
            group by at_day, i.survey, a.question, i.language, i.channel, c.kind, c.agent, c.team,
                c.queue, a.outcome
        )";
    const FUNNEL: &str = "with tallied as (
            select day, survey, language, channel, kind, agent, team, queue, stage, n
            from funnel_tally where gen = (select reading from tally_state) and n <> 0
        ), stages as (
            select id, 'handed_over' as stage from interviews
            union all select id, 'offered' from interviews where ineligible = ''
            union all select id, 'started' from interviews where ineligible = '' and started
            union all select id, 'not_linked' from interviews as u where ineligible = ''
                and not exists (select 1 from credits as k where k.interview = u.id and k.kind = 1
                    and k.agent > 0 and k.gen = (select reading from tally_state))
            union all select id, 'sampled_out' from interviews
                where ineligible in ('sampled_out', 'agent_cap')
            union all select id, disposition from interviews
            union all select id, 'recorded' from interviews as r where exists (
                select 1 from legs as l where l.call_id = r.call_id and l.agent is not null)
        ), counted as (
            select case when i.counted = c.gen then i.day else i.day_before end as at_day, i.survey, i.language, i.channel, c.kind, c.agent, c.team, c.queue,
                s.stage, count(*) as n
            from stages as s join interviews as i on i.id = s.id
                join credits as c on c.interview = i.id
                    and c.gen = (select reading from tally_state)
            where s.stage <> 'not_linked' or c.kind = 0
            group by at_day, i.survey, i.language, i.channel, c.kind, c.agent, c.team, c.queue,
                s.stage
            union all
            select c.day, 0, coalesce(c.language, ''), 'phone', u.kind, u.agent, u.team, u.queue,
                case when c.left_out = '' then 'unasked' else 'left_out' end as stage, count(*)
            from calls as c join call_units as u on u.call_id = c.id
            where not exists (select 1 from interviews as i where i.call_id = c.id)
            group by c.day, coalesce(c.language, ''), u.kind, u.agent, u.team, u.queue, stage
        )";
    const DROPS: &str = "with tallied as (
            select day, survey, language, question, second, n
            from drop_tally where gen = (select reading from tally_state) and n <> 0
        ), dropped as (
            select case when counted = (select reading from tally_state) then day
                else day_before end as day, survey, language, open_question, case
                when ended_ms < recorded_ms then 0
                when ended_ms - recorded_ms >= 61000 then 61
                else (ended_ms - recorded_ms) / 1000 end as second
            from interviews where ended_ms is not null and finished_ms is null
                and ineligible = '' and open_question is not null
        ), counted as (
            select day, survey, language, open_question, second, count(*) as n
            from dropped group by day, survey, language, open_question, second
        )";
    let mut wrong = 0;
    for tables in [ANSWERS, FUNNEL, DROPS] {
        let sql = format!(
            "{tables} select count(*) from (
                select * from (select * from tallied except select * from counted) as too_much
                union all
                select * from (select * from counted except select * from tallied) as missing
            ) as wrong"
        );
        wrong += number(database, &sql).await;
    }
    wrong
}

/// Seeded numbers below a limit: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // SplitMix64 by Steele, Lea and Flood, 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn byte(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(limit.into())).unwrap_or(0)
    }
}
