//! Which answers of a survey can hardly be meant together, and which of an interview's are so. Such
//! interviews are marked and counted; no mark changes a score.

use std::collections::BTreeMap;

use crate::satisfaction::response_error::{Answers, MIN_ITEMS, Mark, marks};
use crate::store::report::Clash;
use crate::survey::{Good, Kind, Survey};

/// Every mark, in the order of lists.
pub const MARKS: [Mark; 3] =
    [Mark::DissatisfiedPromoter, Mark::UnresolvedWithoutEffort, Mark::StraightLining];

/// The word of a mark in JSON and in keys of texts.
pub fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::DissatisfiedPromoter => "dissatisfied_promoter",
        Mark::UnresolvedWithoutEffort => "unresolved_without_effort",
        Mark::StraightLining => "straight_lining",
    }
}

/// The questions of one survey version whose answers are held against each other, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// Satisfaction from 1 to 5, and whether 1 is the best.
    satisfaction: Option<(usize, bool)>,
    /// Likelihood to recommend, 0 to 10.
    recommend: Option<usize>,
    /// Whether the matter was solved, and the value that says so.
    resolved: Option<(usize, u8)>,
    /// The effort, and its best value.
    effort: Option<(usize, u8)>,
    /// Questions of one scale each, as many as make a line.
    scales: Vec<Vec<usize>>,
}

impl Items {
    /// Those of a survey: of several questions of a measure the core one, else the first.
    pub fn of(survey: &Survey) -> Self {
        let mut items = Self::default();
        let all = || survey.questions.iter().enumerate();
        let core = all().filter(|(at, _)| *at == survey.core);
        let mut scales: BTreeMap<(u8, u8), Vec<usize>> = BTreeMap::new();
        for (at, question) in core.chain(all()) {
            match (question.measure.as_str(), &question.kind) {
                ("csat", Kind::Scale { low: 1, high: 5, good, .. }) => {
                    items.satisfaction.get_or_insert((at, *good == Good::Low));
                }
                ("nps", Kind::Scale { low: 0, high: 10, .. }) => {
                    items.recommend.get_or_insert(at);
                }
                ("fcr", Kind::YesNo { good }) => {
                    items.resolved.get_or_insert((at, u8::from(*good)));
                }
                ("ces", Kind::Scale { low, high, good, .. }) => {
                    let best = if *good == Good::High { *high } else { *low };
                    items.effort.get_or_insert((at, best));
                }
                _ => {}
            }
        }
        for (at, question) in all() {
            if let Kind::Scale { low, high, .. } = question.kind {
                scales.entry((low, high)).or_default().push(at);
            }
        }
        items.scales = scales.into_values().filter(|of| of.len() >= MIN_ITEMS).collect();
        items
    }

    /// Whether any of the survey's answers can clash.
    pub fn any(&self) -> bool {
        !self.clashes().is_empty()
    }

    /// The marks of an interview with these answers, by the question's index.
    pub fn marks(&self, given: &BTreeMap<usize, u8>) -> Vec<Mark> {
        let of = |at: usize| given.get(&at).copied();
        let satisfaction = self.satisfaction.and_then(|(at, turned)| {
            of(at).map(|key| if turned { 6_u8.saturating_sub(key) } else { key })
        });
        let answers = Answers {
            satisfaction,
            recommend: self.recommend.and_then(of),
            resolved: self.resolved.and_then(|(at, yes)| of(at).map(|key| key == yes)),
            best_effort: self.effort.and_then(|(at, best)| of(at).map(|key| key == best)),
            same_scale: Vec::new(),
        };
        let mut found = marks(&answers);
        let straight = self.scales.iter().any(|scale| {
            let same_scale = scale.iter().filter_map(|at| of(*at)).collect();
            !marks(&Answers { same_scale, ..Answers::default() }).is_empty()
        });
        if straight {
            found.push(Mark::StraightLining);
        }
        found
    }

    /// The same as the store looks for it.
    pub fn clashes(&self) -> Vec<Clash> {
        let index = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
        let keys = |turned: bool, keys: &[i64]| -> Vec<i64> {
            keys.iter().map(|key| if turned { 6 - key } else { *key }).collect()
        };
        let mut found = Vec::new();
        if let (Some((at, turned)), Some(nps)) = (self.satisfaction, self.recommend) {
            let low = keys(turned, &[1, 2]);
            found.push(Clash::All(vec![(index(at), low), (index(nps), vec![9, 10])]));
        }
        if let (Some((at, turned)), Some((fcr, yes)), Some((ces, best))) =
            (self.satisfaction, self.resolved, self.effort)
        {
            found.push(Clash::All(vec![
                (index(fcr), vec![i64::from(1 - yes)]),
                (index(ces), vec![i64::from(best)]),
                (index(at), keys(turned, &[5])),
            ]));
        }
        let least = i64::try_from(MIN_ITEMS).unwrap_or(i64::MAX);
        let alike =
            |scale: &Vec<usize>| Clash::Alike(scale.iter().map(|at| index(*at)).collect(), least);
        found.extend(self.scales.iter().map(alike));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Satisfaction with 1 the best, solved with no the good answer, effort, likelihood, and six
    /// more items from 1 to 5.
    fn items() -> Items {
        Items {
            satisfaction: Some((0, true)),
            recommend: Some(1),
            resolved: Some((2, 0)),
            effort: Some((3, 1)),
            scales: vec![vec![0, 4, 5, 6, 7, 8]],
        }
    }

    #[test]
    fn keys_are_read_from_the_end_that_is_good() {
        let marks = |given: &[(usize, u8)]| items().marks(&given.iter().copied().collect());
        assert_eq!(marks(&[(0, 5), (1, 9)]), [Mark::DissatisfiedPromoter]);
        assert_eq!(marks(&[(0, 1), (1, 9)]), []);
        assert_eq!(marks(&[(0, 1), (2, 1), (3, 1)]), [Mark::UnresolvedWithoutEffort]);
        assert_eq!(marks(&[(0, 1), (2, 0), (3, 1)]), []);
        let line = [(0, 3), (4, 3), (5, 3), (6, 3), (7, 3), (8, 3)];
        assert_eq!(marks(&line), [Mark::StraightLining]);
        assert_eq!(marks(&line[1..]), [], "five items are no line");
        assert_eq!(marks(&[]), []);
    }

    #[test]
    fn the_store_looks_for_the_same() {
        assert_eq!(
            items().clashes(),
            [
                Clash::All(vec![(0, vec![5, 4]), (1, vec![9, 10])]),
                Clash::All(vec![(2, vec![1]), (3, vec![1]), (0, vec![1])]),
                Clash::Alike(vec![0, 4, 5, 6, 7, 8], 6),
            ]
        );
        assert!(!Items::default().any());
    }
}
