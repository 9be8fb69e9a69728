//! Reviewers: whose answers are whose own, and whether marks fall on low scores only.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::agents::Rate;
use super::gathered::count;
use super::view::day_number;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::review::marking;
use crate::store::browse::AgentStay;
use crate::store::report::{Asked, Credited, Unit};
use crate::survey::{Good, Kind};

/// Who wants to mark answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewer {
    /// The codes that this person may have as an agent.
    pub codes: Vec<String>,
    /// The teams that they see, where they may not review their own teams; `None` where they may.
    pub teams: Option<BTreeSet<String>>,
}

/// How reviewers mark low and high scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewersReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// Answers 1 and 2 on scales from 1 to 5 of the whole centre; 4 and 5 where low is good.
    pub low: u64,
    /// Answers 4 and 5 likewise.
    pub high: u64,
    /// One row for each reviewer with a mark in force, by name.
    pub reviewers: Vec<ReviewerRow>,
}

/// How one reviewer marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewerRow {
    /// Their name.
    pub reviewer: String,
    /// Low scores that they marked.
    pub low_marked: u64,
    /// High scores that they marked.
    pub high_marked: u64,
    /// Marked, of the centre's low scores; null where there is none.
    pub low: Option<Rate>,
    /// Marked, of its high scores.
    pub high: Option<Rate>,
    /// Low less high; null where the centre has none of either.
    pub difference: Option<f64>,
    /// Lower end of its 95 % interval.
    pub difference_low: Option<f64>,
    /// Upper end.
    pub difference_high: Option<f64>,
    /// How many times as often low scores are marked; null where no high one is.
    pub ratio: Option<f64>,
}

/// Which end of a scale from 1 to 5 a value lies at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Low,
    High,
}

fn end_of(surveys: &[Asked], survey: i64, question: i64, outcome: i64) -> Option<End> {
    let asked = surveys.iter().find(|asked| i64::from(asked.survey.version.0) == survey)?;
    let question = asked.survey.questions.get(usize::try_from(question).ok()?)?;
    let Kind::Scale { low: 1, high: 5, good, .. } = question.kind else { return None };
    let score = if good == Good::High { outcome } else { 6 - outcome };
    match score {
        1 | 2 => Some(End::Low),
        4 | 5 => Some(End::High),
        _ => None,
    }
}

impl Reports {
    /// Whether an interview is one of the reviewer's own, so that they may not mark its answers.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn is_own(&self, id: &str, reviewer: &Reviewer) -> Result<bool, ReportError> {
        let Ok(id) = id.parse() else { return Ok(false) };
        let Some(whole) = self.store.whole_interview(id).await? else { return Ok(false) };
        let stays = match reviewer.teams {
            Some(_) => self.store.agent_stays().await?,
            None => Vec::new(),
        };
        Ok(own(reviewer, &whole.credits, &stays))
    }

    /// How reviewers mark low and high scores of the interviews of some days, of the whole centre.
    ///
    /// # Errors
    /// If the viewer does not see all of it, or the store does not answer.
    pub async fn reviewers(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<ReviewersReport, ReportError> {
        if viewer.teams().is_some() {
            return Err(super::viewer::out_of_sight(
                "reviewers are compared over the whole centre",
            ));
        }
        let days = Filter::days(filter.from, filter.to);
        let (cuts, directory) = self.resolve(&days, viewer).await?;
        let end = |survey, question, outcome| end_of(&directory.surveys, survey, question, outcome);
        let (mut low, mut high) = (0, 0);
        for cut in &cuts {
            for row in self.store.answer_counts(cut, Unit::Whole).await? {
                match end(row.survey, row.question, row.outcome) {
                    Some(End::Low) => low += count(row.n),
                    Some(End::High) => high += count(row.n),
                    None => {}
                }
            }
        }
        let (from, to) = (day_number(filter.from), day_number(filter.to));
        let mut marked: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for row in self.store.marked_by(from, to).await? {
            let found = end(row.survey, row.question, row.outcome);
            let sum = marked.entry(row.who).or_default();
            match found {
                Some(End::Low) => sum.0 += count(row.n),
                Some(End::High) => sum.1 += count(row.n),
                None => {}
            }
        }
        Ok(ReviewersReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            low,
            high,
            reviewers: marked.into_iter().map(|one| row(one, low, high)).collect(),
        })
    }
}

/// Whether an interview with these credits is one of the reviewer's own. Where own teams are not
/// reviewed, a team is theirs if they see it or are or were an agent in it.
fn own(reviewer: &Reviewer, credits: &[Credited], stays: &[AgentStay]) -> bool {
    let mine = |code: &str| reviewer.codes.iter().any(|own| own == code);
    let mut served = credits.iter().map(|credit| &credit.served);
    if served.clone().any(|served| served.agent.as_deref().is_some_and(mine)) {
        return true;
    }
    let Some(seen) = &reviewer.teams else { return false };
    let been = |team: &str| {
        stays.iter().any(|stay| mine(&stay.code) && stay.team.as_deref() == Some(team))
    };
    served.any(|served| served.team.as_deref().is_some_and(|t| seen.contains(t) || been(t)))
}

fn row((reviewer, (low, high)): (String, (u64, u64)), all_low: u64, all_high: u64) -> ReviewerRow {
    // What is being answered meanwhile may be marked before it is counted.
    let (all_low, all_high) = (all_low.max(low), all_high.max(high));
    let found = marking((low, all_low), (high, all_high));
    ReviewerRow {
        reviewer,
        low_marked: low,
        high_marked: high,
        low: found.map_or_else(|| Rate::of(low, all_low), |m| Some(m.low.into())),
        high: found.map_or_else(|| Rate::of(high, all_high), |m| Some(m.high.into())),
        difference: found.map(|m| m.difference.difference),
        difference_low: found.map(|m| m.difference.interval.low),
        difference_high: found.map(|m| m.difference.interval.high),
        ratio: found.and_then(|m| m.ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::report::Served;

    #[test]
    fn nobody_reviews_their_own_answers_nor_their_team_s_if_so_set() {
        let credit = |agent: Option<&str>, team: &str| Credited {
            whole: agent.is_none(),
            served: Served {
                agent: agent.map(String::from),
                team: Some(team.into()),
                ..Served::default()
            },
        };
        let stay = |code: &str, team: &str| AgentStay {
            code: code.into(),
            name: String::new(),
            team: Some(team.into()),
            from_ms: None,
            to_ms: None,
        };
        let stays = [stay("A17", "red"), stay("A18", "blue")];
        let reviewer = |codes: &[&str], teams: Option<&[&str]>| Reviewer {
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            teams: teams.map(|teams| teams.iter().map(|team| (*team).to_owned()).collect()),
        };
        let one = [credit(None, "red"), credit(Some("A18"), "blue"), credit(Some("A19"), "red")];
        for (codes, teams, wanted) in [
            (&["Rasa"][..], None, false),
            (&["Rasa", "A18"], None, true),
            (&["Rasa", "A17"], None, false),
            // In A17's team, though not A17's.
            (&["Rasa", "A17"], Some(&[][..]), true),
            (&["Rasa"], Some(&["red"]), true),
            (&["Rasa"], Some(&["green"]), false),
            (&["Rasa"], Some(&[]), false),
        ] {
            assert_eq!(own(&reviewer(codes, teams), &one, &stays), wanted, "{codes:?} {teams:?}");
        }
        assert!(!own(&reviewer(&["A17"], Some(&[])), &[], &stays), "of nobody");
    }

    #[test]
    fn marks_are_counted_at_both_ends() {
        let of = row(("Rasa".into(), (12, 2)), 40, 200);
        let low = of.low.expect("seen");
        assert_eq!((low.n, low.score), (40, 0.3));
        assert!((of.ratio.expect("a high one") - 30.0).abs() < 1e-9);
        assert!(of.difference_low.expect("both seen") > 0.1);
        let none = row(("Rasa".into(), (0, 0)), 0, 9);
        assert_eq!((none.low, none.difference), (None, None));
    }
}
