//! Dispositions from outcomes alone.

use super::sample::{COMMENT, is, question, scale, survey};
use crate::interview::{Disposition, Fact, Input, Outcome, begin, disposition, step};
use crate::survey::{About, Condition, Kind, Survey};

/// Core, two more, one that hangs on the core being 1, a comment, a consent.
fn sample() -> Survey {
    let mut hangs = question("d", scale(1, 5), About::Agent);
    hangs.when = Some(Condition::All(vec![is(0, &[1])]));
    survey(vec![
        question("a", scale(1, 5), About::Agent),
        question("b", scale(1, 5), About::Agent),
        question("c", scale(1, 5), About::Agent),
        hangs,
        question("e", COMMENT, About::Agent),
        question("f", Kind::Consent, About::Company),
    ])
}

/// One letter an item: a digit answered, `s` skipped, `i` no input, `m` no match, `n` not
/// applicable, `w` withdrawn, `.` not reached.
fn items(letters: &str) -> Vec<Option<Outcome>> {
    let outcome = |letter: char| match letter {
        's' => Some(Outcome::Skipped),
        'i' => Some(Outcome::NoInput),
        'm' => Some(Outcome::NoMatch),
        'n' => Some(Outcome::NotApplicable),
        'w' => Some(Outcome::Withdrawn),
        '.' => None,
        digit => Some(Outcome::Answered(digit.to_digit(10).expect("a digit") as u8)),
    };
    letters.chars().map(outcome).collect()
}

#[test]
fn outcomes_give_the_disposition() {
    use Disposition::{BreakOff, Complete, NoContact, Partial, Refusal};
    let survey = sample();
    let cases = [
        ("......", false, NoContact),
        ("......", true, Refusal),
        ("ssimn.", false, NoContact),
        ("ssimn.", true, Refusal),
        // A consent is no answer; its no refuses where there is no answer.
        (".....1", false, NoContact),
        (".....0", false, Refusal),
        ("222n10", false, Complete),
        // Two of three that apply are less than 0.8, one of three less than 0.5.
        ("222n..", false, Complete),
        ("22....", false, Partial),
        ("22...1", false, Partial),
        ("22..1.", false, Partial),
        ("2.....", false, BreakOff),
        ("2.....", true, BreakOff),
        ("22....", true, Partial),
        // With the one that hangs on it, four apply.
        ("1111..", false, Complete),
        ("111...", false, Partial),
        ("11....", false, Partial),
        ("1.....", false, BreakOff),
        // Without the core it is never more than a break-off.
        ("s22n..", false, BreakOff),
        ("w.....", false, BreakOff),
        // A comment is an answer, but counts in no share.
        ("....1.", false, BreakOff),
        // A list that does not fit the survey.
        ("", false, NoContact),
        ("222n112233", false, Complete),
    ];
    for (letters, refused, want) in cases {
        assert_eq!(disposition(&survey, &items(letters), refused), want, "{letters} {refused}");
    }
}

#[test]
fn a_share_that_is_just_reached_counts() {
    // 0.56 of 25 is 14, though 0.56 * 25.0 is a little more in binary.
    let questions = (0..25).map(|i| question(&format!("q{i}"), scale(1, 5), About::Agent));
    let mut survey = survey(questions.collect());
    survey.thresholds.complete = 0.56;
    assert_eq!(disposition(&survey, &items(&"3".repeat(14)), false), Disposition::Complete);
    assert_eq!(disposition(&survey, &items(&"3".repeat(13)), false), Disposition::Partial);
}

/// A start is stored without facts, so it must set no items: the first turn tells what it passed.
#[test]
fn a_start_sets_no_items() {
    let mut survey = sample();
    survey.questions.rotate_left(3); // the conditional one first: it can never apply
    let first = begin(&survey, &super::sample::opening(), 0);
    assert_eq!((first.facts, first.state.items.iter().flatten().count()), (vec![], 0));
    let next = step(&survey, &first.state, &Input::Silence, 5000);
    let passed = Fact::Item { question: 0, outcome: Outcome::NotApplicable };
    assert_eq!(first.state.open_question(), Some(1), "the comment");
    assert!(next.facts.contains(&passed), "{:?}", next.facts);
}
