//! Agents beside what their queues and languages give: from the tallies of one standard period to
//! the one verdict. It is computed over all agents of the centre and all their telephone answers,
//! so that it is the same whoever looks and whatever the view is limited to.

use std::collections::{BTreeMap, BTreeSet};

use super::measures::{Compared, Figure, Rank, Shape, Verdict};
use super::view::Standard;
use super::{Directory, Filter, ReportError, Reports, view};
use crate::satisfaction::expected::Cell;
use crate::satisfaction::measure::{Measure, Moments};
use crate::satisfaction::verdict::{self, Agent, Judged};
use crate::store::report::{CellCount, Cut};
use crate::survey::About;

/// The channel whose answers compare agents.
pub const TELEPHONE: &str = "phone";

/// Whether agents are compared in a view, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are.
    Made,
    /// The days are no complete week, month or quarter.
    FreePeriod,
    /// The view is limited to some of an agent's answers.
    FreeFilter,
    /// The leading measure comes from several surveys, and verdicts are given within one.
    SeveralSurveys,
}

/// All agents of the centre, compared in one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// The agents by code.
    pub agents: BTreeMap<String, Member>,
    /// φ̂: above 2, queues or callers differ in more than is corrected for.
    pub overdispersion: Option<f64>,
    /// The figure over all their answers.
    pub centre: f64,
}

/// One agent of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// The team of most of the agent's answers; 0 for none.
    pub team: i64,
    /// The comparison.
    pub judged: Judged,
}

impl Member {
    /// As it stands in a row of the report.
    pub fn compared(&self) -> Compared {
        let judged = &self.judged;
        Compared {
            expected: judged.expected,
            shrunk: judged.expected.zip(judged.shrunk).map(|(e, d)| e + d),
            verdict: match judged.verdict {
                verdict::Verdict::Above => Verdict::Above,
                verdict::Verdict::AsExpected => Verdict::AsExpected,
                verdict::Verdict::Below => Verdict::Below,
                verdict::Verdict::TooFew => Verdict::TooFew,
            },
            rank: judged.rank.map(|rank| Rank { low: rank.low, high: rank.high, of: rank.of }),
        }
    }
}

/// How the answers of a shape are compared; `None` where nothing is good or bad.
pub fn measure_of(shape: &Shape) -> Option<Measure> {
    match shape {
        Shape::Scale { satisfied, .. } => Some(Measure::Share { satisfied: satisfied.clone() }),
        Shape::Nps => Some(Measure::Nps),
        Shape::YesNo { satisfied } => Some(Measure::Share { satisfied: vec![*satisfied] }),
        Shape::Choice { .. } => None,
    }
}

impl Filter {
    /// Whether agents can be compared in this view at all, today.
    pub fn comparison(&self, today: jiff::civil::Date) -> Comparison {
        let other_channel = self.channel.as_deref().is_some_and(|channel| channel != TELEPHONE);
        if Standard::of(self.from, self.to, today).is_none() {
            Comparison::FreePeriod
        } else if self.queue.is_some()
            || self.language.is_some()
            || self.version.is_some()
            || other_channel
        {
            Comparison::FreeFilter
        } else {
            Comparison::Made
        }
    }
}

impl Reports {
    /// The families of those figures over the days of the filter, by key: of figures about the
    /// agent or the resolution whose questions belong to one survey.
    pub(super) async fn families(
        &self,
        filter: &Filter,
        figures: &[Figure],
        directory: &Directory,
    ) -> Result<BTreeMap<String, Family>, ReportError> {
        let mut found = BTreeMap::new();
        let mut read: BTreeMap<String, Vec<CellCount>> = BTreeMap::new();
        for figure in figures {
            let (Some(survey), Some(measure)) =
                (one_survey(figure, directory), measure_of(&figure.shape))
            else {
                continue;
            };
            if !matches!(figure.about, About::Agent | About::Resolution) {
                continue;
            }
            if !read.contains_key(&survey) {
                let cut = Cut {
                    from: view::day_number(filter.from),
                    to: view::day_number(filter.to),
                    survey: Some(survey.clone()),
                    channel: Some(TELEPHONE.to_owned()),
                    ..Cut::default()
                };
                read.insert(survey.clone(), self.store.cell_counts(&cut).await?);
            }
            let cells = read.get(&survey).map_or(&[][..], Vec::as_slice);
            let judged = family(figure, &measure, cells, directory);
            found.extend(judged.map(|family| (figure.key.clone(), family)));
        }
        Ok(found)
    }
}

/// The name of the survey whose questions a figure pools, if it is one.
pub(super) fn one_survey(figure: &Figure, directory: &Directory) -> Option<String> {
    let of = |version| directory.surveys.iter().find(|a| a.survey.version == version);
    let names: BTreeSet<&str> = figure
        .questions
        .iter()
        .filter_map(|(version, _)| Some(of(*version)?.survey.name.as_str()))
        .collect();
    match names.len() {
        1 => names.first().map(|name| (*name).to_owned()),
        _ => None,
    }
}

fn family(
    figure: &Figure,
    measure: &Measure,
    cells: &[CellCount],
    directory: &Directory,
) -> Option<Family> {
    let questions: BTreeSet<(i64, i64)> =
        figure.questions.iter().map(|(v, q)| (i64::from(v.0), i64::from(*q))).collect();
    let mut languages: BTreeMap<&str, u32> = BTreeMap::new();
    let mut queues: BTreeMap<i64, u32> = BTreeMap::new();
    let mut agents: BTreeMap<i64, BTreeMap<(u32, u32), Moments>> = BTreeMap::new();
    let mut teams: BTreeMap<i64, BTreeMap<i64, u64>> = BTreeMap::new();
    let mut all = Moments::default();
    for cell in cells.iter().filter(|cell| questions.contains(&(cell.survey, cell.question))) {
        let (Ok(key), Ok(n)) = (u8::try_from(cell.outcome), u64::try_from(cell.n)) else {
            continue;
        };
        let answers = measure.moments(&[(key, n)]);
        let next = number(languages.len());
        let language = *languages.entry(cell.language.as_str()).or_insert(next);
        let next = number(queues.len());
        let queue = *queues.entry(cell.queue).or_insert(next);
        agents.entry(cell.agent).or_default().entry((queue, language)).or_default().add(&answers);
        *teams.entry(cell.agent).or_default().entry(cell.team).or_default() += answers.n;
        all.add(&answers);
    }
    let team_of = |agent: &i64| {
        let of = teams.get(agent)?;
        // Of teams with as many answers the lower id, so that it is always the same one.
        of.iter().max_by_key(|(team, n)| (**n, std::cmp::Reverse(**team))).map(|(team, _)| *team)
    };
    let teams: Vec<i64> = agents.keys().map(|agent| team_of(agent).unwrap_or(0)).collect();
    let asked: Vec<Agent> = agents
        .values()
        .zip(&teams)
        .map(|(cells, team)| Agent {
            team: u32::try_from(*team).unwrap_or(0),
            cells: cells
                .iter()
                .map(|((queue, language), answers)| Cell {
                    queue: *queue,
                    language: *language,
                    answers: *answers,
                })
                .collect(),
        })
        .collect();
    let judged = verdict::judge(measure, &asked);
    let members = agents
        .keys()
        .zip(&teams)
        .zip(judged.agents)
        .filter_map(|((agent, team), judged)| {
            let code = directory.agents.get(agent)?.code.clone();
            Some((code, Member { team: *team, judged }))
        })
        .collect();
    Some(Family { agents: members, overdispersion: judged.overdispersion, centre: all.mean()? })
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
