//! Any survey, any caller.

use proptest::prelude::*;

use super::sample::{COMMENT, is, lang, opening, question, scale, survey};
use crate::interview::{
    Disposition, Ending, Fact, Input, InterviewId, Item, Lead, Opening, Order, Outcome, Place,
    Recording, State, begin, order, path, step,
};
use crate::survey::{About, Condition, Good, Kind, Question, Survey};

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(scale(1, 5)),
        Just(scale(1, 10)),
        Just(scale(0, 10)),
        Just(Kind::Scale { low: 0, high: 9, good: Good::Low, satisfied: vec![0] }),
        (2..=8_u8).prop_map(|options| Kind::Choice { options }),
        Just(Kind::YesNo { good: true }),
        Just(COMMENT),
        Just(Kind::Consent),
    ]
}

fn any_question(index: usize) -> impl Strategy<Value = Question> {
    let test = (0..index.max(1), proptest::collection::vec(0..=10_u8, 1..6))
        .prop_map(|(question, values)| is(question, &values));
    let when = (any::<bool>(), proptest::collection::vec(test, 1..3))
        .prop_map(|(any, tests)| if any { Condition::Any(tests) } else { Condition::All(tests) });
    let group = proptest::option::weighted(0.4, prop_oneof![Just("a"), Just("b")]);
    let about = prop_oneof![Just(About::Agent), Just(About::Company)];
    (any_kind(), proptest::option::weighted(0.5, when), group, about).prop_map(
        move |(kind, when, group, about)| {
            let mut question = question(&format!("q{index}"), kind, about);
            question.when = when.filter(|_| index > 0);
            // As the survey's check wants it: what has a condition is in no random group.
            question.random_group = group.map(String::from).filter(|_| question.when.is_none());
            question
        },
    )
}

fn any_survey() -> impl Strategy<Value = Survey> {
    let questions = (1..9_usize).prop_flat_map(|count| {
        (0..count).map(|index| any_question(index).boxed()).collect::<Vec<_>>()
    });
    (questions, any::<[bool; 2]>(), 0..5_u8, 20..400_u32).prop_map(
        |(questions, [shortcuts, choose], hearings, max_seconds)| {
            let core = questions.len() / 2;
            Survey {
                shortcuts,
                choose_language: choose,
                hearings,
                max_seconds,
                core,
                ..survey(questions)
            }
        },
    )
}

fn any_opening() -> impl Strategy<Value = Opening> {
    (any::<[u8; 16]>(), any::<[bool; 4]>(), prop_oneof![Just(0), Just(1200)]).prop_map(
        |(id, [known, consent, never_ask, callback], grace)| Opening {
            id: InterviewId(id),
            lang: known.then(|| lang("lt")),
            consent,
            never_ask,
            callback,
            finish_key_grace_ms: grace,
            key_wait_ms: 2000,
        },
    )
}

fn any_input() -> impl Strategy<Value = Input> {
    let recording = (proptest::option::of(0..70_u32), proptest::option::of("[0-9*#]")).prop_map(
        |(seconds, key)| {
            let key = key.and_then(|key| key.chars().next());
            Input::Recording(Recording { id: "r".into(), seconds, key, url: None })
        },
    );
    prop_oneof![
        3 => "[0-9]".prop_map(Input::Keys),
        2 => Just(Input::Keys("*".into())),
        1 => Just(Input::Keys("#".into())),
        1 => "[0-9*#]{2,3}".prop_map(Input::Keys),
        1 => Just(Input::Keys("10".into())),
        2 => Just(Input::Silence),
        1 => recording,
        1 => any::<String>().prop_map(Input::Keys),
    ]
}

/// Inputs with the milliseconds after their documents; usually seconds, sometimes anything.
fn any_inputs() -> impl Strategy<Value = Vec<(Input, i64)>> {
    let wait = prop_oneof![8 => 0..20_000_i64, 1 => any::<i64>()];
    proptest::collection::vec((any_input(), wait), 0..130)
}

fn prompts(order: &Order) -> usize {
    match order {
        Order::Ask(ask) => ask.prompts.len(),
        Order::Record(record) => record.prompts.len(),
        Order::End(end) => end.prompts.len(),
    }
}

fn any_place() -> impl Strategy<Value = Place> {
    let item = prop_oneof![
        Just(Item::Consent),
        any::<u8>().prop_map(Item::Question),
        Just(Item::OfferManager)
    ];
    prop_oneof![
        (any::<u8>(), proptest::option::of(item.clone()))
            .prop_map(|(round, back_to)| Place::Language { round, back_to }),
        item.clone().prop_map(Place::from),
        item.clone().prop_map(Place::Menu),
        item.prop_map(Place::Manager),
        Just(Place::Over(Ending::Limit)),
    ]
}

/// A state as no interview ever had it.
pub fn any_state() -> impl Strategy<Value = State> {
    let outcome = prop_oneof![
        any::<u8>().prop_map(Outcome::Answered),
        Just(Outcome::Skipped),
        Just(Outcome::NoInput),
        Just(Outcome::NoMatch),
        Just(Outcome::NotApplicable),
        Just(Outcome::Withdrawn),
    ];
    let lead = prop_oneof![
        Just(Lead::Nothing),
        Just(Lead::Greeting),
        Just(Lead::Silent),
        Just(Lead::Wrong),
        Just(Lead::ManagerNoted)
    ];
    (
        any_opening(),
        any::<[i64; 2]>(),
        any::<[u32; 4]>(),
        any::<u64>(),
        any_place(),
        lead,
        any::<[u8; 5]>(),
        any::<[bool; 4]>(),
        proptest::collection::vec(any::<u8>(), 0..200),
        proptest::collection::vec(proptest::option::of(outcome), 0..40),
    )
        .prop_map(
            |(opening, times, numbers, call_mark, place, lead, counts, flags, start, items)| {
                State {
                    started_ms: times[0],
                    recorded_ms: times[1],
                    elapsed_ms: numbers[0],
                    finish_key_grace_ms: numbers[1],
                    key_wait_ms: numbers[3],
                    survey: crate::survey::Version(numbers[2]),
                    call_mark,
                    place,
                    lead,
                    turn: counts[0],
                    hearings: counts[1],
                    wrong: counts[2],
                    repeats: counts[3],
                    unanswered_run: counts[4],
                    repeated: flags[0],
                    spilled: flags[1],
                    manager: flags[2],
                    unsaved: flags[3].then_some(3),
                    start,
                    items,
                    lang: opening.lang.unwrap_or(lang("en")),
                    ..begin(&survey(vec![]), &opening, 0).state
                }
            },
        )
}

proptest! {
    #[test]
    fn every_interview_ends_and_its_facts_tell_it(
        survey in any_survey(),
        opening in any_opening(),
        inputs in any_inputs(),
    ) {
        let mut now = 1_750_000_000_000_i64;
        let first = begin(&survey, &opening, now);
        prop_assert_eq!(&first, &begin(&survey, &opening, now));
        let (mut state, mut facts) = (first.state, first.facts);
        let mut turns = 0;
        let mut inputs = inputs.into_iter().chain(std::iter::repeat((Input::Silence, 6000)));
        while state.over().is_none() {
            let (input, wait) = inputs.next().expect("endless");
            now = now.saturating_add(wait);
            let next = step(&survey, &state, &input, now);
            prop_assert_eq!(&next, &step(&survey, &state, &input, now), "deterministic");
            prop_assert_eq!(&next.order, &order(&survey, &next.state));
            prop_assert_eq!(State::from_bytes(&next.state.to_bytes()), Ok(next.state.clone()));
            prop_assert!(next.state.elapsed_ms >= state.elapsed_ms);
            prop_assert!(next.state.elapsed_ms - state.elapsed_ms <= 90_000);
            prop_assert!((1..=6).contains(&prompts(&next.order)), "parts: {:?}", next.order);
            prop_assert_eq!(matches!(next.order, Order::End(_)), next.state.over().is_some());
            if let (Order::Record(_), Some(question)) = (&next.order, next.state.open_question()) {
                let comment = matches!(survey.questions[usize::from(question)].kind, Kind::Comment { .. });
                prop_assert!(comment);
            }
            state = next.state;
            facts.extend(next.facts);
            turns += 1;
            prop_assert!(turns <= 100, "too many turns");
        }

        // The facts alone give the items, and with them the disposition.
        let mut items = vec![None; survey.questions.len()];
        for fact in &facts {
            if let Fact::Item { question, outcome } = fact {
                items[usize::from(*question)] = Some(*outcome);
            }
        }
        prop_assert_eq!(&items, &state.items);
        let ends = facts.iter().filter(|fact| matches!(fact, Fact::Ended(_))).count();
        prop_assert_eq!(ends, 1);

        // No answer stands that does not apply; who finished left no question out.
        for (question, item) in state.items.iter().enumerate() {
            let applies = path::applies(&survey, &state.items, question);
            match item {
                Some(Outcome::Answered(_)) => prop_assert!(applies, "q{question} was not withdrawn"),
                None | Some(Outcome::NotApplicable | Outcome::Withdrawn)
                    if state.over() == Some(Ending::Finished) =>
                {
                    prop_assert!(!applies, "q{question} was never asked");
                }
                _ => {}
            }
        }
        let disposition = state.disposition(&survey);
        prop_assert_eq!(
            matches!(disposition, Disposition::Complete | Disposition::Partial | Disposition::BreakOff),
            state.started(&survey)
        );

        // Whatever comes later changes nothing.
        let late = step(&survey, &state, &Input::Keys("1".into()), now.saturating_add(5000));
        prop_assert_eq!(&late.state, &state);
        prop_assert!(late.facts.is_empty());
    }

    #[test]
    fn no_state_makes_it_panic_or_go_on_for_ever(
        survey in any_survey(),
        state in any_state(),
        input in any_input(),
        now in any::<i64>(),
    ) {
        order(&survey, &state);
        let before = state;
        let mut state = step(&survey, &before, &input, now).state;
        let fits = before.over().is_some() || state.items.len() == survey.questions.len();
        prop_assert!(fits, "items do not fit the survey");
        state.disposition(&survey);
        state.limit_ms(&survey);
        for _ in 0..100 {
            state = step(&survey, &state, &Input::Silence, now).state;
        }
        prop_assert!(state.over().is_some());
    }
}

#[test]
fn a_random_group_is_shuffled_by_the_id_and_nothing_else_is() {
    let mut questions: Vec<_> =
        (0..7).map(|i| question(&format!("q{i}"), scale(1, 5), About::Agent)).collect();
    for question in &mut questions[1..5] {
        question.random_group = Some("attributes".into());
    }
    let survey = survey(questions);
    let mut firsts = [0; 7];
    for n in 0..=255 {
        let id = InterviewId([n; 16]);
        let order = path::asking_order(&survey, id);
        assert_eq!(order, path::asking_order(&survey, id));
        assert_eq!((order[0], &order[5..]), (0, &[5, 6][..]));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6]);
        firsts[usize::from(order[1])] += 1;
    }
    // Each of the four comes first in a fair share of 256 interviews.
    assert!(firsts[1..5].iter().all(|&count| count > 40), "{firsts:?}");
    // The order is part of running interviews: a release must not draw otherwise.
    assert_eq!(path::asking_order(&survey, opening().id), PINNED);
}

const PINNED: [u8; 7] = [0, 1, 3, 4, 2, 5, 6];
