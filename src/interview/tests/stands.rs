//! Dispositions from outcomes alone.

use super::sample::{COMMENT, is, question, scale, survey};
use crate::interview::{
    Disposition, Ending, Fact, Input, Item, Opening, Outcome, Place, State, begin, disposition,
    step,
};
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

/// A state of that survey at that place, with consent asked and two items known.
fn at(place: Place, letters: &str) -> State {
    let opening = Opening { consent: true, ..super::sample::opening() };
    State { place, items: items(letters), ..begin(&sample(), &opening, 0).state }
}

/// What a state tells when the turns before could not be stored: exactly what happened.
#[test]
fn a_state_tells_consent_only_where_it_was_given() {
    use Item::{Consent, OfferManager, Question};
    let language = |back_to| Place::Language { round: 0, back_to };
    for (place, letters, said) in [
        (language(None), "......", None),
        (language(Some(Consent)), "......", None),
        (language(Some(Question(1))), "2.....", Some(true)),
        (language(Some(OfferManager)), "222222", Some(true)),
        (Place::Consent, "......", None),
        (Place::Menu(Consent), "......", None),
        (Place::Manager(Consent), "......", None),
        (Place::Question(0), "......", Some(true)),
        (Place::Menu(Question(0)), "......", Some(true)),
        (Place::Manager(Question(0)), "......", Some(true)),
        (Place::OfferManager, "222222", Some(true)),
        (Place::Menu(OfferManager), "222222", Some(true)),
        (Place::Over(Ending::NoConsent), "......", Some(false)),
        (Place::Over(Ending::Finished), "ssssss", Some(true)),
        (Place::Over(Ending::Unanswered), "......", None),
        (Place::Over(Ending::Unanswered), "ii....", Some(true)),
        (Place::Over(Ending::EndNow), "......", None),
        (Place::Over(Ending::NeverAsk), "2.....", Some(true)),
        (Place::Over(Ending::Limit), "......", None),
    ] {
        let told: Vec<Fact> = at(place, letters).facts();
        let consent: Vec<&Fact> = told.iter().filter(|f| matches!(f, Fact::Consent(_))).collect();
        let expected = said.map(Fact::Consent);
        assert_eq!(consent, expected.iter().collect::<Vec<_>>(), "{place:?} {letters}");
        let known = letters.chars().filter(|letter| *letter != '.').count();
        assert_eq!(told.len(), known + consent.len(), "{place:?} {letters}");
    }
    let unasked = State { consent: false, ..at(Place::Question(0), "......") };
    assert_eq!(unasked.facts(), [], "where nobody asked, nobody agreed");
}
