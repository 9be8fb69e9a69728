//! The agents report: for each agent and team how satisfied their callers were, and how many
//! were asked, started and answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::anonymous::is_fenced;
pub use super::compare::Comparison;
use super::compare::{Family, one_survey};
use super::gathered::{Gathered, Places, count};
use super::measures::{Figure, Measures, Shape, figures};
use super::viewer::out_of_sight;
use super::{Directory, Filter, People, ReportError, Reports, Viewer};
pub use crate::satisfaction::MIN_N;
use crate::satisfaction::{CONFIDENCE, share};
use crate::store::NOT_LINKED;
use crate::store::report::{AnswerCount, Ask, Asked, Group, StageCount, Unit};
use crate::survey::{Credit, Version};

/// Year and number of the definitions behind the figures: they change only with it.
pub const DEFINITIONS: &str = "2026-1";

/// Call records cover fewer than 95 % of the calls, so that nobody knows how many were not asked.
pub const COVERAGE: &str = "coverage";
/// The view holds one survey, version, language or channel, and of calls that nobody was asked
/// about it is not known which they would have had.
pub const FILTERED: &str = "filtered";
/// No call could have been asked.
pub const NO_CALLS: &str = "no_calls";

/// The report as programs read it. Fields are added, never removed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentsReport {
    /// First day, local.
    pub from: String,
    /// Last day, local, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// When it was made, UTC.
    pub generated_at: String,
    /// Confidence of all intervals.
    pub confidence: f64,
    /// See [`DEFINITIONS`].
    pub definitions: &'static str,
    /// Answers needed before a score is shown; the net promoter score needs twice as many.
    pub min_n: u64,
    /// Surveys with interviews in the view.
    pub surveys: Vec<AskedSurvey>,
    /// What counts for no agent.
    pub not_linked: NotLinked,
    /// What is not in the tallies yet.
    pub waiting: Waiting,
    /// The whole view, where each interview counts once. Not the sum of the agents' rows.
    pub centre: Figures,
    /// One row for each agent and team at the call, by name.
    pub agents: Vec<AgentRow>,
    /// The figures, in the order in which rows have them.
    #[serde(skip)]
    pub figures: Vec<Figure>,
    /// Whether the view is of an anonymous survey: then it has no agents, and of what was asked
    /// only answers are counted.
    pub anonymous: bool,
    /// Whether one interview may count for several agents, whose figures then hang together.
    #[serde(skip)]
    pub shared: bool,
    /// Whether agents are compared in this view.
    #[serde(skip)]
    pub comparison: Comparison,
    /// All agents of the centre by figure, where they are compared.
    #[serde(skip)]
    pub families: BTreeMap<String, Family>,
}

/// A survey in the view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskedSurvey {
    /// Its name.
    pub survey: String,
    /// Its versions, oldest first.
    pub versions: Vec<String>,
    /// Whom its answers count for, by the rule in force.
    pub credit: Credit,
}

/// Interviews that were offered and count for no agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NotLinked {
    /// How many.
    pub interviews: u64,
}

/// What callers said and the database does not have yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Turns that wait on the servers' own disks: on this one, and on the others when they were last
    /// seen. They are in no figure.
    pub answers: u64,
}

/// One agent's row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AgentRow {
    /// The agent's code.
    pub agent: String,
    /// The agent's name.
    pub name: String,
    /// The team at the call; null if none was known.
    pub team: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of one row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Interviews offered.
    pub offered: u64,
    /// Of those, with at least one answer.
    pub started: u64,
    /// Of those, complete.
    pub completed: u64,
    /// How the offered ones stand; they sum to `offered`.
    pub dispositions: Dispositions,
    /// Complete and partial out of offered; null if none was offered.
    pub answer_rate: Option<Rate>,
    /// AAPOR's response rate 2; null where it cannot be known.
    pub response_rate: Option<Rate>,
    /// Why it is null: [`COVERAGE`], [`FILTERED`] or [`NO_CALLS`].
    pub response_rate_reason: Option<&'static str>,
    /// Offered out of reachable calls; null where it cannot be known.
    pub reach: Option<Rate>,
    /// Why it is null.
    pub reach_reason: Option<&'static str>,
    /// Calls with a record out of those that hand-overs or records tell of; null without any.
    pub coverage: Option<Rate>,
    /// One figure for each measure that was asked.
    #[serde(flatten)]
    pub measures: Measures,
}

/// Rates of a row that change and have targets as scores do, by their names in the JSON.
pub const RATES: [&str; 3] = ["answer_rate", "response_rate", "reach"];

impl Figures {
    /// The row's [`RATES`], as far as they are known.
    pub fn rates(&self) -> [(&'static str, Option<Rate>); 3] {
        let [answer, response, reach] = RATES;
        [(answer, self.answer_rate), (response, self.response_rate), (reach, self.reach)]
    }
}

/// Interviews by disposition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dispositions {
    /// Core answered and most of the rest.
    pub complete: u64,
    /// Core answered and half of the rest.
    pub partial: u64,
    /// Started, but neither.
    pub break_off: u64,
    /// Said no before any answer.
    pub refusal: u64,
    /// Neither answer nor refusal.
    pub no_contact: u64,
    /// Our fault or the platform's.
    pub failed: u64,
}

/// A rate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Out of how many.
    pub n: u64,
    /// The rate, 0 to 1.
    pub score: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Rate {
    /// So many out of so many; `None` out of none.
    pub fn of(some: u64, all: u64) -> Option<Self> {
        share::share(some, all).map(Self::from)
    }
}

impl From<share::Share> for Rate {
    fn from(share: share::Share) -> Self {
        let (low, high) = (share.interval.low, share.interval.high);
        Self { n: share.n, score: share.score, low, high }
    }
}

impl Reports {
    /// The agents report of that view for that viewer, made at `now_ms` (UTC milliseconds).
    ///
    /// # Errors
    /// If the filter names what is not known here, the viewer may not see it, or the store does not
    /// answer.
    pub async fn agents(
        &self,
        filter: &Filter,
        viewer: &Viewer,
        now_ms: i64,
    ) -> Result<AgentsReport, ReportError> {
        viewer.individuals()?;
        let report = self.centre(filter, viewer, now_ms).await?;
        // An agent without a row in this view may be of another team: then they are not named.
        if let Some(agent) = &filter.agent
            && report.agents.is_empty()
            && viewer.teams().is_some()
        {
            let lens = self.lens(viewer);
            let of_teams = self.store.agent_stays().await?.into_iter().any(|stay| {
                let shown = lens.shown(&stay.code, &stay.name);
                lens.sees_team(stay.team.as_deref())
                    && shown.is_some_and(|(code, _)| code == *agent)
            });
            if !of_teams {
                return Err(out_of_sight("this agent is in no team of yours"));
            }
        }
        Ok(report)
    }

    /// The same where a report on single agents is not asked for: without their rows if none
    /// appear to that viewer.
    ///
    /// # Errors
    /// If the filter names what is not known here, the viewer may not see it, or the store does not
    /// answer.
    pub async fn centre(
        &self,
        filter: &Filter,
        viewer: &Viewer,
        now_ms: i64,
    ) -> Result<AgentsReport, ReportError> {
        let (mut report, directory) = self.uncompared(filter, viewer).await?;
        if !report.anonymous && viewer.people != People::Team {
            self.individual_filter(filter)?;
        }
        self.compare(filter, viewer, &directory, &mut report, self.today(now_ms)).await?;
        for row in &mut report.agents {
            row.figures.measures.hide_under(self.people_min_n);
        }
        for asked in &mut report.surveys {
            // All versions follow the rule in force, whatever their files say.
            if let Some(rule) = self.store.credit_in_force(&asked.survey).await? {
                asked.credit = rule;
            }
        }
        report.waiting.answers = self.store.waiting().await?;
        report.time_zone = self.time_zone().to_owned();
        report.generated_at = Timestamp::from_millisecond(now_ms / 1000 * 1000)
            .map(|at| at.to_string())
            .unwrap_or_default();
        Ok(report)
    }
}

impl Reports {
    /// The counts of a view as a report, without comparing agents.
    pub(super) async fn uncompared(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<(AgentsReport, Directory), ReportError> {
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let asks: Vec<Ask> = cuts
            .iter()
            .flat_map(|cut| {
                [Unit::Whole, Unit::Agents].map(|unit| Ask { cut, unit, apart: unit.apart() })
            })
            .collect();
        // All as of one moment: a caller who answers meanwhile is in all of them or in none.
        let groups = self.store.counts(&asks).await?;
        let counts = Counted::of(&groups);
        let mut report = build(filter, &directory, &counts);
        report.anonymous = is_fenced(&cuts);
        Ok((report, directory))
    }

    /// Puts what is expected of agents, their verdicts and ranks into the rows of a report, where
    /// its view allows it.
    async fn compare(
        &self,
        filter: &Filter,
        viewer: &Viewer,
        directory: &Directory,
        report: &mut AgentsReport,
        today: jiff::civil::Date,
    ) -> Result<(), ReportError> {
        report.comparison = filter.comparison(today);
        if report.comparison != Comparison::Made {
            return Ok(());
        }
        let lead = report.figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }));
        if lead.is_some_and(|lead| one_survey(lead, directory).is_none()) {
            report.comparison = Comparison::SeveralSurveys;
        }
        let mut families = self.families(filter, &report.figures, directory).await?;
        if viewer.teams().is_some() {
            // Judged among all, shown as far as seen.
            for family in families.values_mut() {
                family.agents.retain(|code, _| report.agents.iter().any(|row| row.agent == *code));
            }
        }
        for row in &mut report.agents {
            for (key, measured) in &mut row.figures.measures.0 {
                let member = families.get(key).and_then(|family| family.agents.get(&row.agent));
                measured.compared = member.map(super::compare::Member::compared);
            }
        }
        report.families = families;
        Ok(())
    }
}

/// All that was read for one report.
struct Counted {
    whole_answers: Vec<AnswerCount>,
    whole_stages: Vec<StageCount>,
    answers: Vec<AnswerCount>,
    stages: Vec<StageCount>,
}

impl Counted {
    /// Of the whole and of the agents, by turns, for each part of a view.
    fn of(groups: &[Vec<Group>]) -> Self {
        let of = |first: usize| groups.iter().skip(first).step_by(2).flatten();
        Self {
            whole_answers: of(0).flat_map(AnswerCount::of).collect(),
            whole_stages: of(0).flat_map(StageCount::of).collect(),
            answers: of(1).flat_map(AnswerCount::of).collect(),
            stages: of(1).flat_map(StageCount::of).collect(),
        }
    }
}

fn build(filter: &Filter, directory: &Directory, counted: &Counted) -> AgentsReport {
    let seen = seen(&directory.surveys, counted);
    let mut sizes: BTreeMap<(i64, i64), u64> = BTreeMap::new();
    for row in counted.whole_answers.iter().filter(|row| row.outcome >= 0) {
        *sizes.entry((row.survey, row.question)).or_default() += count(row.n);
    }
    let figures = figures(&seen, filter.question.as_deref(), |version, question| {
        sizes.get(&(i64::from(version.0), i64::from(question))).copied().unwrap_or(0)
    });
    let places = Places::of_figures(&figures);
    let centre = gather(&counted.whole_answers, &counted.whole_stages, &places);
    let not_linked = counted.whole_stages.iter().filter(|row| row.stage == NOT_LINKED);
    let not_linked = not_linked.map(|row| count(row.n)).sum();
    let units = gather(&counted.answers, &counted.stages, &places);
    let mut agents: Vec<AgentRow> = units
        .iter()
        .filter_map(|((agent, team), gathered)| {
            let agent = directory.agents.get(agent)?;
            Some(AgentRow {
                agent: agent.code.clone(),
                name: agent.name.clone(),
                team: directory.teams.get(team).map(|team| team.name.clone()),
                figures: gathered.figures(&figures, filter.all_calls()),
            })
        })
        .collect();
    agents.sort_by_cached_key(|row| (by_name(&row.name), row.agent.clone(), row.team.clone()));
    AgentsReport {
        from: filter.from.to_string(),
        to: filter.to.to_string(),
        time_zone: String::new(),
        generated_at: String::new(),
        confidence: CONFIDENCE,
        definitions: DEFINITIONS,
        min_n: MIN_N,
        surveys: asked_surveys(&seen),
        not_linked: NotLinked { interviews: not_linked },
        waiting: Waiting { answers: 0 },
        centre: centre
            .get(&(0, 0))
            .unwrap_or(&Gathered::default())
            .figures(&figures, filter.all_calls()),
        agents,
        figures,
        anonymous: false,
        shared: seen.iter().any(|asked| asked.survey.credit == Credit::Every),
        comparison: Comparison::FreePeriod,
        families: BTreeMap::new(),
    }
}

/// The surveys that have any count in the view.
fn seen(surveys: &[Asked], counted: &Counted) -> Vec<Asked> {
    let answers = counted.whole_answers.iter().chain(&counted.answers).map(|row| row.survey);
    let stages = counted.whole_stages.iter().chain(&counted.stages).map(|row| row.survey);
    let versions: std::collections::BTreeSet<i64> = answers.chain(stages).collect();
    let in_view = |asked: &&Asked| versions.contains(&i64::from(asked.survey.version.0));
    surveys.iter().filter(in_view).cloned().collect()
}

fn gather(
    answers: &[AnswerCount],
    stages: &[StageCount],
    places: &Places,
) -> BTreeMap<(i64, i64), Gathered> {
    let mut units: BTreeMap<(i64, i64), Gathered> = BTreeMap::new();
    for row in stages {
        units.entry((row.agent, row.team)).or_default().add_stage(&row.stage, row.n);
    }
    for row in answers {
        let Some(at) = places.of(row.survey, row.question) else { continue };
        let unit = units.entry((row.agent, row.team)).or_default();
        unit.add_answers(at, row.outcome, row.n, row.reviewed);
    }
    units
}

fn asked_surveys(seen: &[Asked]) -> Vec<AskedSurvey> {
    let mut all: Vec<AskedSurvey> = Vec::new();
    for asked in seen {
        let version: Version = asked.survey.version;
        match all.iter_mut().find(|one| one.survey == asked.survey.name) {
            Some(one) => one.versions.push(version.to_string()),
            None => all.push(AskedSurvey {
                survey: asked.survey.name.clone(),
                versions: vec![version.to_string()],
                credit: asked.survey.credit,
            }),
        }
    }
    all
}

/// Latin letters with marks, each group after its plain letter.
const MARKED: [&str; 18] = [
    "aàáâãäåāăą",
    "cçćĉċč",
    "dďđð",
    "eèéêëēĕėęě",
    "gĝğġģ",
    "hĥħ",
    "iìíîïĩīĭįı",
    "jĵ",
    "kķ",
    "lĺļľŀł",
    "nñńņňŉ",
    "oòóôõöøōŏő",
    "rŕŗř",
    "sśŝşšș",
    "tţťŧț",
    "uùúûüũūŭůűų",
    "wŵ",
    "zźżž",
];

/// What a name is sorted by: small letters, and Ł and Š among L and S. Names that differ only in
/// marks stand in the order of the marks.
fn by_name(name: &str) -> (String, String) {
    let small = name.to_lowercase();
    let plain = |c: char| {
        let group = MARKED.iter().find(|group| !c.is_ascii() && group.contains(c));
        group.and_then(|group| group.chars().next()).unwrap_or(c)
    };
    (small.chars().map(plain).collect(), small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_people_look_for_them() {
        let sorted =
            ["Agnė", "Ąžuolas", "Līga", "lina", "Łukasz", "Mantas", "Šarūnas", "Tomas", "Ö", "மீனா"];
        let wanted =
            ["Agnė", "Ąžuolas", "Līga", "lina", "Łukasz", "Mantas", "Ö", "Šarūnas", "Tomas", "மீனா"];
        let mut names = sorted;
        names.sort_by_cached_key(|name| by_name(name));
        assert_eq!(names, wanted);
        assert!(by_name("Sara") < by_name("Šara"));
    }
}
