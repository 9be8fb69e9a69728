//! What people and programs write: survey files, filters of reports, records of calls.

use aftercall::desk::records::{check_call, read_call};
use aftercall::report::Filter;
use aftercall::store::CallerHash;
use aftercall::survey::{Files, parse};
use bolero::{TypeGenerator, check};

use crate::bend::{Bend, bent_text};
use crate::turn::T;
use crate::{RUNS_FOR, one, one_at_a_time};

/// How the two files of a survey are bent.
#[derive(Clone, Debug, TypeGenerator)]
struct Written {
    survey: Vec<Bend>,
    words: Vec<Bend>,
}

/// How the filters of a report are.
#[derive(Clone, Debug, TypeGenerator)]
struct Asked {
    pairs: Vec<(u8, u8, Vec<Bend>)>,
    day: i16,
}

/// How a record of a call is bent, and which of its values are others.
#[derive(Clone, Debug, TypeGenerator)]
struct Told {
    bends: Vec<Bend>,
    others: Vec<(u8, u8)>,
}

/// Longest that the fuzzer makes; ours are shorter.
const LONGEST: usize = 20_000;

const NAMES: [&str; 12] = [
    "from", "to", "period", "survey", "version", "question", "queue", "team", "agent", "language",
    "channel", "other",
];
const VALUES: [&str; 10] = [
    "2026-01-31",
    "2025-12-01",
    "-9999-01-01",
    "9999-12-31",
    "month",
    "days30",
    "post-call",
    "9f2c0001",
    "lt",
    "phone",
];

/// A record as it should be.
const RECORD: &str = r#"{"call": 4711, "provider_call": "CA1", "parent_call": "CA0", "other_ids": ["x"],
 "started": "2026-01-31T16:05:00+02:00", "ended": 1769868600000, "direction": "inbound",
 "channel": "phone", "language": "lt", "caller": "+37060000001", "customer": "C-1", "case": "",
 "ended_by": "caller", "legs": [{"leg": "1", "agent": "A17", "team": "support", "queue": "q",
 "started": "2026-01-31T14:05:00Z", "answered": null, "ended": null, "talk": 60, "ended_by": "x",
 "handed_over": true, "transferred_to": "B2"}]}"#;
/// What may stand where something else should.
const OTHERS: [&str; 14] = [
    "null",
    "true",
    "-1",
    "0.5",
    "1e308",
    "18446744073709551615",
    "-9223372036854775808",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "[]",
    "[[1]]",
    "{}",
    "{\"call\":1}",
];

/// Each fault of a survey's files is told with a line that is there, and what is told is the same
/// each time.
#[test]
fn surveys() {
    let _alone = one_at_a_time();
    let survey = include_str!("../../prompts/post-call/survey.toml");
    let words = include_str!("../../prompts/post-call/en.toml");
    check!().with_type::<Written>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |written| {
            let survey = bent_text(survey, &written.survey, LONGEST);
            let words = bent_text(words, &written.words, LONGEST);
            let lines = 1 + survey.lines().count().max(words.lines().count());
            let files = Files {
                name: "post-call".into(),
                survey,
                words: [("en".parse().expect("a language"), words)].into(),
                ..Files::default()
            };
            let parsed = parse(&files);
            for fault in &parsed.faults {
                assert!((1..=lines).contains(&fault.line), "{lines} lines: {fault}");
                assert!(!fault.message.is_empty(), "{fault}");
            }
            assert_eq!(parse(&files), parsed);
        },
    );
}

/// What is read as a filter is one of whole days in their order, and is read again from what it says.
#[test]
fn filters() {
    let _alone = one_at_a_time();
    let first = jiff::civil::date(2026, 1, 31);
    check!().with_type::<Asked>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |asked| {
            let pair = |(name, value, bends): &(u8, u8, Vec<Bend>)| {
                let value = bent_text(one::<&str>(&VALUES, *value), bends, 200);
                (one::<&str>(&NAMES, *name).to_string(), value)
            };
            let pairs: Vec<(String, String)> = asked.pairs.iter().map(pair).collect();
            let today = first.saturating_add(jiff::Span::new().days(i64::from(asked.day)));
            let Ok(filter) = Filter::read(&pairs, today) else { return };
            assert!(filter.from <= filter.to, "{filter:?}");
            let said = filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), value));
            assert_eq!(Filter::read(&said.collect::<Vec<_>>(), today).expect("it is one"), filter);
        },
    );
}

/// A record is refused with a sentence, or it names its call and its times are in their order.
#[test]
fn records() {
    let _alone = one_at_a_time();
    let hash = |number: &str| (number.len() > 3).then_some(CallerHash([7; 16]));
    check!().with_type::<Told>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |told| {
            let text = bent_text(RECORD, &told.bends, LONGEST);
            let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&text) else { return };
            for (field, other) in &told.others {
                let Some(record) = json.as_object_mut().filter(|record| !record.is_empty()) else {
                    break;
                };
                let at = usize::from(*field) % record.len();
                let other = serde_json::from_str(one::<&str>(&OTHERS, *other)).expect("JSON");
                if let Some(value) = record.values_mut().nth(at) {
                    *value = other;
                }
            }
            match read_call(json).and_then(|call| check_call(call, &hash, T)) {
                Err(reason) => assert!(!reason.is_empty()),
                Ok(record) => {
                    assert!(record.names.iter().all(|name| !name.is_empty()), "{record:?}");
                    assert!(!record.names.is_empty(), "{record:?}");
                    let times = record.started_ms.zip(record.ended_ms);
                    assert!(times.is_none_or(|(from, to)| from <= to), "{record:?}");
                }
            }
        },
    );
}
