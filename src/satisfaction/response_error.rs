//! Answers that can hardly both be meant. A mark is shown and counted; it never changes a score,
//! for some callers do mean it.

/// One interview's answers, where asked and given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Satisfaction, 1 to 5, 5 the best.
    pub satisfaction: Option<u8>,
    /// Likelihood to recommend, 0 to 10, 10 the best.
    pub recommend: Option<u8>,
    /// Whether the matter was solved.
    pub resolved: Option<bool>,
    /// Whether the effort question got its best key.
    pub best_effort: Option<bool>,
    /// Answers to items of one and the same scale, in the order asked.
    pub same_scale: Vec<u8>,
}

/// Why an interview is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Dissatisfied (1 or 2), yet would recommend (9 or 10): perhaps the scale was turned round.
    DissatisfiedPromoter,
    /// Not solved, yet no effort at all and fully satisfied.
    UnresolvedWithoutEffort,
    /// The same key on at least [`MIN_ITEMS`] items of one scale.
    StraightLining,
}

/// Items of one scale from which on equal keys are a mark (Krosnick 1991, Applied Cognitive
/// Psychology 5:213, on satisficing): on fewer, an honest caller often has one opinion.
pub const MIN_ITEMS: usize = 6;

/// The marks of one interview.
///
/// When not to use: to leave answers out. What is left out of low scores lifts the score.
pub fn marks(answers: &Answers) -> Vec<Mark> {
    let Answers { satisfaction, recommend, resolved, best_effort, same_scale } = answers;
    let mut marks = Vec::new();
    if satisfaction.is_some_and(|key| key <= 2) && recommend.is_some_and(|key| key >= 9) {
        marks.push(Mark::DissatisfiedPromoter);
    }
    if *resolved == Some(false) && *best_effort == Some(true) && *satisfaction == Some(5) {
        marks.push(Mark::UnresolvedWithoutEffort);
    }
    if same_scale.len() >= MIN_ITEMS && same_scale.iter().all(|key| *key == same_scale[0]) {
        marks.push(Mark::StraightLining);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictions_are_marked() {
        let of = |satisfaction, recommend| {
            marks(&Answers {
                satisfaction: Some(satisfaction),
                recommend: Some(recommend),
                ..Answers::default()
            })
        };
        assert_eq!(of(2, 9), [Mark::DissatisfiedPromoter]);
        assert_eq!((of(3, 10), of(2, 8)), (vec![], vec![]));
        let unsolved = Answers {
            satisfaction: Some(5),
            resolved: Some(false),
            best_effort: Some(true),
            ..Answers::default()
        };
        assert_eq!(marks(&unsolved), [Mark::UnresolvedWithoutEffort]);
        assert!(marks(&Answers { satisfaction: Some(4), ..unsolved.clone() }).is_empty());
        assert!(marks(&Answers { best_effort: None, ..unsolved.clone() }).is_empty());
        assert!(marks(&Answers { resolved: None, ..unsolved }).is_empty());
    }

    #[test]
    fn straight_lines_need_six_items() {
        let of = |same_scale: &[u8]| {
            marks(&Answers { same_scale: same_scale.to_vec(), ..Answers::default() })
        };
        assert_eq!(of(&[3; 6]), [Mark::StraightLining]);
        assert_eq!((of(&[3; 5]), of(&[3, 3, 3, 3, 3, 4]), of(&[])), (vec![], vec![], vec![]));
    }
}
