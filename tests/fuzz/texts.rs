//! What people write: survey files, and the filters of reports.

use aftercall::report::Filter;
use aftercall::survey::{Files, parse};
use bolero::{TypeGenerator, check};

use crate::bend::{Bend, bent_text};
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
