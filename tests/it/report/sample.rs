//! A small centre to report on: one survey, and agents whose counts are chosen by the test.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftercall::survey::{
    About, Credit, Good, Kind, Lang, Prompt, Question, Sound, Speech, Survey, Thresholds, Version,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// The survey's version.
pub const VERSION: Version = Version(0x9f2c_0001);

/// Rating, solved, effort and recommend: `csat`, `fcr`, `ces`, `nps`, and a spoken comment.
pub fn survey(version: Version) -> Survey {
    let scale = |low, high, satisfied: &[u8]| Kind::Scale {
        low,
        high,
        good: Good::High,
        satisfied: satisfied.to_vec(),
    };
    let questions = vec![
        question("rating", "csat", About::Agent, scale(1, 5, &[4, 5])),
        question("solved", "fcr", About::Resolution, Kind::YesNo { good: true }),
        question("effort", "ces", About::Resolution, scale(1, 5, &[4, 5])),
        question("recommend", "nps", About::Company, scale(0, 10, &[9, 10])),
        question(
            "comment",
            "comment",
            About::Agent,
            Kind::Comment { max_seconds: 60, silence_seconds: 3 },
        ),
    ];
    let lang: Lang = "en".parse().expect("a language");
    let words = [
        ("ask-rating", "How satisfied are you with the person you spoke to?"),
        ("ask-solved", "Has your matter been settled?"),
        ("ask-effort", "How easy was it to get your matter settled?"),
        ("ask-recommend", "Would you recommend us to others?"),
        ("ask-comment", "Please tell us why."),
    ];
    let prompts = words.map(|(id, text)| {
        let id: Arc<str> = id.into();
        let sound = Sound::Missing;
        let prompt = Prompt { id: id.clone(), lang, text: text.into(), millis: 2_000, sound };
        (id, Arc::new(prompt))
    });
    Survey {
        name: "post-call".into(),
        version,
        title: "After the call".into(),
        anonymous: false,
        credit: Credit::Last,
        languages: vec![lang, "lt".parse().expect("a language")],
        choose_language: true,
        promise_seconds: 60,
        max_seconds: 300,
        hearings: 3,
        shortcuts: false,
        speech: Speech::Auto,
        thresholds: Thresholds { complete: 0.8, partial: 0.5 },
        core: 0,
        questions,
        prompts: BTreeMap::from([(lang, BTreeMap::from(prompts))]),
    }
}

fn question(name: &str, measure: &str, about: About, kind: Kind) -> Question {
    Question {
        name: name.into(),
        kind,
        measure: measure.into(),
        about,
        series: name.into(),
        same_series: None,
        when: None,
        random_group: None,
        pair: None,
        dimension: None,
        means: Vec::new(),
    }
}

/// Whom counts are for.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// 0 the whole, 1 an agent.
    pub kind: i64,
    /// The agent's number.
    pub agent: i64,
    /// The team's number.
    pub team: i64,
    /// The queue's number.
    pub queue: i64,
    /// Language code.
    pub language: &'a str,
    /// Days since 1970-01-01.
    pub day: i64,
    /// The generation of the tallies.
    pub generation: i64,
}

/// Answers to a question: outcome number and count.
pub fn answers(unit: Unit<'_>, question: i64, counts: &[(i64, i64)]) -> Vec<String> {
    let Unit { kind, agent, team, queue, language, day, generation } = unit;
    let line = |(outcome, n): &(i64, i64)| {
        format!(
            "insert into answer_tally (gen, day, survey, question, language, channel, kind, agent,
             team, queue, outcome, n_raw, n_reviewed) values ({generation}, {day}, {}, {question},
             '{language}', 'phone', {kind}, {agent}, {team}, {queue}, {outcome}, {n}, {n})",
            VERSION.0
        )
    };
    counts.iter().map(line).collect()
}

/// Stages of the funnel with their counts.
pub fn stages(unit: Unit<'_>, counts: &[(&str, i64)]) -> Vec<String> {
    let Unit { kind, agent, team, queue, language, day, generation } = unit;
    let line = |(stage, n): &(&str, i64)| {
        format!(
            "insert into funnel_tally (gen, day, survey, language, channel, kind, agent, team,
             queue, stage, n) values ({generation}, {day}, {}, '{language}', 'phone', {kind},
             {agent}, {team}, {queue}, '{stage}', {n})",
            VERSION.0
        )
    };
    counts.iter().map(line).collect()
}

/// Runs statements on the database of that address, which the program has opened before.
pub async fn put(url: &str, statements: &[String]) {
    if url.starts_with("sqlite:") {
        let mut database = SqliteConnection::connect(url).await.expect("the database is there");
        for sql in statements {
            let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut database).await;
            done.unwrap_or_else(|fault| panic!("{fault}: {sql}"));
        }
    } else {
        let mut database = PgConnection::connect(url).await.expect("the database is there");
        for sql in statements {
            let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut database).await;
            done.unwrap_or_else(|fault| panic!("{fault}: {sql}"));
        }
    }
}
