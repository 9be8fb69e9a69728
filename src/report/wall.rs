//! The wallboard: today so far for the centre, one team or one queue. Never about a person.

use std::collections::{BTreeMap, BTreeSet};

use super::agents::Rate;
use super::measures::{Measured, figures, measured};
use super::{Filter, ReportError, Reports, Sight, Viewer};
use crate::store::report::Asked;
use crate::store::wall::{PLACES, Today};
use crate::survey::Version;

/// Which part of the centre a wallboard shows; ids of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The team's name and id, if it shows one.
    pub team: Option<(String, i64)>,
    /// The queue's, likewise.
    pub queue: Option<(String, i64)>,
    /// Teams that the viewer may see; `None` for all.
    seen: Option<BTreeSet<i64>>,
}

/// What a wallboard shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// When it was read, local time of day: `14:05:09`.
    pub at: String,
    /// Callers asked today.
    pub asked: u64,
    /// Those of them who answered enough; none if nobody was asked.
    pub answer_rate: Option<Rate>,
    /// Satisfied callers; none where nobody answered.
    pub csat: Option<Measured>,
    /// Answers that its score needs.
    pub csat_needs: u64,
    /// Net promoter score.
    pub nps: Option<Measured>,
    /// Answers that its score needs.
    pub nps_needs: u64,
    /// Comments of today that nobody has played yet.
    pub waiting: u64,
    /// Callers asked in each five minutes of the last hour, the oldest first.
    pub line: Vec<u64>,
}

impl Reports {
    /// The part of the centre with that team and queue; `None` if the viewer may not see it.
    ///
    /// # Errors
    /// If team or queue are not known here, or the store does not answer.
    pub async fn part(
        &self,
        viewer: &Viewer,
        team: Option<&str>,
        queue: Option<&str>,
        now_ms: i64,
    ) -> Result<Option<Part>, ReportError> {
        let today = self.today(now_ms);
        let text = |name: Option<&str>| name.map(str::to_owned).filter(|name| !name.is_empty());
        let filter = Filter { team: text(team), queue: text(queue), ..Filter::days(today, today) };
        let whole = Viewer { sight: Sight::Everything, people: viewer.people };
        let (cuts, directory) = self.resolve(&filter, &whole).await?;
        let cut = cuts.into_iter().next().unwrap_or_default();
        let seen = match &viewer.sight {
            Sight::Everything => None,
            Sight::Own(_) => return Ok(None),
            Sight::Teams(_)
                if filter.team.is_some() && !viewer.sees_team(filter.team.as_deref()) =>
            {
                return Ok(None);
            }
            Sight::Teams(names) => {
                let seen = directory.teams.values().filter(|team| names.contains(&team.name));
                Some(seen.map(|team| team.id).collect())
            }
        };
        Ok(Some(Part { team: filter.team.zip(cut.team), queue: filter.queue.zip(cut.queue), seen }))
    }

    /// What the wallboard of a part shows of today, read at `at_ms`. Reads nothing but survey
    /// versions that were never met before.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn board(
        &self,
        part: &Part,
        today: &Today,
        at_ms: i64,
    ) -> Result<Board, ReportError> {
        let versions: BTreeSet<Version> = today
            .answers
            .iter()
            .filter_map(|row| u32::try_from(row.survey).ok().map(Version))
            .collect();
        let mut surveys = Vec::new();
        for version in versions {
            surveys.extend(self.survey(version).await?);
        }
        surveys.sort_by_key(|asked| (asked.first_seen_ms, asked.survey.version));
        let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
        let at = at.to_zoned_datetime(self.zone.clone()).strftime("%H:%M:%S").to_string();
        Ok(board(part, today, &surveys, at))
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn board(part: &Part, today: &Today, surveys: &[Asked], at: String) -> Board {
    let is = |of: &Option<(String, i64)>, id: i64| of.as_ref().is_none_or(|(_, of)| *of == id);
    let shown = |team: i64, queue: i64| {
        is(&part.team, team)
            && is(&part.queue, queue)
            && part.seen.as_ref().is_none_or(|seen| seen.contains(&team))
    };
    let stage = |words: &[&str]| -> u64 {
        let rows = today.stages.iter().filter(|row| shown(row.team, row.queue));
        rows.filter(|row| words.contains(&row.stage.as_str())).map(|row| count(row.n)).sum()
    };
    let mut answers: BTreeMap<(i64, i64), Vec<(u8, u64)>> = BTreeMap::new();
    for row in today.answers.iter().filter(|row| shown(row.team, row.queue)) {
        let Ok(value) = u8::try_from(row.outcome) else { continue };
        answers.entry((row.survey, row.question)).or_default().push((value, count(row.n)));
    }
    let of =
        |version: Version, question: u8| answers.get(&(i64::from(version.0), i64::from(question)));
    let size = |version, question| {
        of(version, question).map_or(0, |values| values.iter().map(|(_, n)| n).sum())
    };
    let all = figures(surveys, None, size);
    let figure = |key: &str| {
        let figure = all.iter().find(|figure| figure.key == key)?;
        let pooled = figure.questions.iter().filter_map(|(v, q)| of(*v, *q)).flatten();
        let pooled: Vec<(u8, u64)> = pooled.copied().collect();
        let measured = measured(&figure.shape, &pooled, 0);
        (measured.n > 0).then(|| (measured, figure.shape.needed()))
    };
    let (csat, csat_needs) = figure("csat").unzip();
    let (nps, nps_needs) = figure("nps").unzip();
    let mut line = vec![0; PLACES];
    for (team, queue, place, n) in &today.line {
        if let Some(at) = usize::try_from(*place).ok().and_then(|place| line.get_mut(place))
            && shown(*team, *queue)
        {
            *at += count(*n);
        }
    }
    let asked = stage(&["offered"]);
    let waiting = today.waiting.iter().filter(|(team, queue, _)| shown(*team, *queue));
    Board {
        at,
        asked,
        answer_rate: Rate::of(stage(&["complete", "partial"]), asked),
        csat,
        csat_needs: csat_needs.unwrap_or_default(),
        nps,
        nps_needs: nps_needs.unwrap_or_default(),
        waiting: waiting.map(|(_, _, n)| count(*n)).sum(),
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::wall::Staged;

    #[test]
    fn a_part_shows_its_own_and_what_its_viewer_may_see() {
        let staged = |team, queue, stage: &str, n| Staged { team, queue, stage: stage.into(), n };
        let today = Today {
            stages: vec![
                staged(1, 1, "offered", 10),
                staged(1, 1, "complete", 4),
                staged(1, 2, "offered", 5),
                staged(2, 1, "offered", 100),
            ],
            line: vec![(1, 1, 0, 3), (2, 1, 11, 7), (1, 1, 12, 9)],
            waiting: vec![(1, 2, 2), (2, 2, 1)],
            ..Today::default()
        };
        let shown = |part: &Part| {
            let board = board(part, &today, &[], String::new());
            (board.asked, board.waiting, board.line.iter().sum::<u64>())
        };
        assert_eq!(shown(&Part::default()), (115, 3, 10));
        let team = Part { team: Some(("red".into(), 1)), ..Part::default() };
        assert_eq!(shown(&team), (15, 2, 3));
        let queue = Part { queue: Some(("sales".into(), 1)), ..Part::default() };
        assert_eq!(shown(&queue), (110, 0, 10));
        let seen = Part { seen: Some(BTreeSet::from([2])), ..Part::default() };
        assert_eq!(shown(&seen), (100, 1, 7));
        let rate = board(&team, &today, &[], String::new()).answer_rate.expect("some were asked");
        assert_eq!((rate.n, rate.score), (15, 4.0 / 15.0));
    }
}
