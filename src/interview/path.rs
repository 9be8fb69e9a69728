//! Which questions apply, in which order they are asked, what comes next and what came before.

use sha2::{Digest, Sha256};

use super::{InterviewId, Outcome};
use crate::survey::{Condition, Is, Survey};

/// Indexes of all questions in the order in which this interview asks them: the author's order,
/// with neighbours of one random group shuffled by the interview's id. Questions of a group have
/// no conditions (the survey's check sees to it), so any order of theirs can be asked.
pub(super) fn asking_order(survey: &Survey, id: InterviewId) -> Vec<u8> {
    let mut order = Vec::with_capacity(survey.questions.len());
    let mut start = 0;
    for run in survey
        .questions
        .chunk_by(|a, b| a.random_group.is_some() && a.random_group == b.random_group)
    {
        let mut waiting: Vec<usize> = (start..start + run.len()).collect();
        start += run.len();
        if waiting.len() > 1 {
            waiting.sort_by_cached_key(|&question| draw(id, question));
        }
        order.append(&mut waiting);
    }
    // An index is one byte in states and facts; a survey has far fewer questions than that.
    order.into_iter().filter_map(|question| u8::try_from(question).ok()).collect()
}

/// A number that is the same on every node and in every release: SHA-256 over id and question.
fn draw(id: InterviewId, question: usize) -> u64 {
    let digest =
        Sha256::new().chain_update(id.0).chain_update((question as u64).to_be_bytes()).finalize();
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Whether the question applies by the answers that stand. A question that is not answered, or
/// whose answer was withdrawn, fulfils no test.
pub(super) fn applies(survey: &Survey, items: &[Option<Outcome>], question: usize) -> bool {
    let holds = |is: &Is| match items.get(is.question) {
        Some(Some(Outcome::Answered(value))) => is.values.contains(value),
        _ => false,
    };
    match survey.questions.get(question).map(|q| &q.when) {
        None => false,
        Some(None) => true,
        Some(Some(Condition::Any(tests))) => tests.iter().any(holds),
        Some(Some(Condition::All(tests))) => tests.iter().all(holds),
    }
}

/// Brings all items into line with the answers and finds the next question to ask.
///
/// What no longer applies is withdrawn if it was answered, else not applicable; what never applied
/// becomes not applicable once the path has passed it. Changes are told in asking order. The next
/// question is the first that applies and has no outcome of its own: also one whose answer was
/// withdrawn and that is on the path again.
pub(super) fn settle(
    survey: &Survey,
    order: &[u8],
    items: &mut [Option<Outcome>],
    mut changed: impl FnMut(u8, Outcome),
) -> Option<u8> {
    let mut next = None;
    for &question in order {
        let index = usize::from(question);
        let applies = applies(survey, items, index);
        let Some(item) = items.get_mut(index) else { continue };
        if applies {
            if next.is_none() && !settled(*item) {
                next = Some(question);
            }
            continue;
        }
        let outcome = match *item {
            Some(Outcome::Answered(_)) => Outcome::Withdrawn,
            Some(Outcome::Skipped | Outcome::NoInput | Outcome::NoMatch) => Outcome::NotApplicable,
            None if next.is_none() => Outcome::NotApplicable,
            None | Some(Outcome::NotApplicable | Outcome::Withdrawn) => continue,
        };
        *item = Some(outcome);
        changed(question, outcome);
    }
    next
}

/// The question before `at` on the path (before the end if `at` is none) that was already asked.
pub(super) fn previous(order: &[u8], items: &[Option<Outcome>], at: Option<u8>) -> Option<u8> {
    let before = match at {
        None => order,
        Some(question) => &order[..order.iter().position(|&q| q == question)?],
    };
    before.iter().rev().copied().find(|&question| {
        let index = usize::from(question);
        // What is settled applies: see `settle`.
        settled(items.get(index).copied().flatten())
    })
}

/// Whether the caller already dealt with an item.
fn settled(item: Option<Outcome>) -> bool {
    matches!(
        item,
        Some(Outcome::Answered(_) | Outcome::Skipped | Outcome::NoInput | Outcome::NoMatch)
    )
}
