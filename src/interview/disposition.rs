//! How an interview stands by its facts, after AAPOR's Standard Definitions for telephone surveys.

use super::{Disposition, Outcome, path};
use crate::survey::{Kind, Survey};

/// The disposition of an interview that was offered, from the outcomes of its items alone, so that
/// it comes out the same in whatever order the facts arrived.
///
/// `refused`: the caller chose "end now" or "never ask", or did not consent; it decides only where
/// no answer is stored. A share counts the answered among the questions that apply by the answers,
/// comments and consents aside. [`Disposition::Failed`] and [`Disposition::Ineligible`] are not
/// known here.
pub fn disposition(survey: &Survey, items: &[Option<Outcome>], refused: bool) -> Disposition {
    if !started(survey, items) {
        return if refused || consent_denied(survey, items) {
            Disposition::Refusal
        } else {
            Disposition::NoContact
        };
    }
    let answered =
        |question: usize| matches!(items.get(question), Some(Some(Outcome::Answered(_))));
    let counted = |question: &usize| {
        !matches!(survey.questions[*question].kind, Kind::Comment { .. } | Kind::Consent)
            && path::applies(survey, items, *question)
    };
    let (mut of, mut have) = (0_u32, 0_u32);
    for question in (0..survey.questions.len()).filter(counted) {
        of += 1;
        have += u32::from(answered(question));
    }
    // Thresholds are decimal fractions: 7 of 10 must reach 0.7 whatever its binary form.
    let reaches = |share: f64| f64::from(have) + 1e-9 >= share * f64::from(of);
    if answered(survey.core) && reaches(survey.thresholds.complete) {
        Disposition::Complete
    } else if answered(survey.core) && reaches(survey.thresholds.partial) {
        Disposition::Partial
    } else {
        Disposition::BreakOff
    }
}

/// Whether an answer was stored: any question but a consent, also one that was withdrawn later.
pub fn started(survey: &Survey, items: &[Option<Outcome>]) -> bool {
    survey.questions.iter().zip(items).any(|(question, item)| {
        question.kind != Kind::Consent
            && matches!(item, Some(Outcome::Answered(_) | Outcome::Withdrawn))
    })
}

/// Whether a consent among the questions was answered with no.
fn consent_denied(survey: &Survey, items: &[Option<Outcome>]) -> bool {
    survey.questions.iter().zip(items).any(|(question, item)| {
        question.kind == Kind::Consent && *item == Some(Outcome::Answered(0))
    })
}
