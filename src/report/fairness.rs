//! Are all callers asked? Each agent's reach and answers beside those of the others in the same
//! queues, and how callers are handed over. Worth a look, never a finding; in no verdict or mail.
//!
//! Whether an agent is worth a look is judged over all queues and teams and all agents of the
//! centre: the view's team, queue and agent choose who is listed, so that no view contradicts
//! another. The agent's own figures are those of the teams that the viewer sees, so that nobody
//! reads what an agent did elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::agents::{COVERAGE, FILTERED, Rate};
use super::gathered::count;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::fairness::{
    Chances, EndedBy, HandOver, Look, Rate as Judged, hand_over, rates_against_queues,
};
use crate::satisfaction::rates::Coverage;
use crate::store::report::{Apart, Ask, Cut, Ending, Group, MOST_HANDED, Unit};
use crate::store::{LEFT_OUT, RECORDED, UNASKED};

/// The fairness report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FairnessReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// Reach of all agents together whose calls are covered; null without any.
    pub centre: Option<Rate>,
    /// Agents of whom something is said, listed or not.
    pub compared: u64,
    /// Whether seconds and endings come from the newest [`MOST_HANDED`] calls only.
    pub cut: bool,
    /// The agents, those worth a look first, then by name.
    pub agents: Vec<FairRow>,
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FairRow {
    /// Code.
    pub agent: String,
    /// Name.
    pub name: String,
    /// Calls with a record out of those known.
    pub coverage: Option<Rate>,
    /// Why nothing is said: `coverage` or `filtered`.
    pub reason: Option<&'static str>,
    /// Offered out of reachable.
    pub reach: Compared,
    /// Answered out of those handed over and offered.
    pub answered: Compared,
    /// Of the hand-overs that were offered, those without an answer.
    pub unanswered: Option<Rate>,
    /// Median seconds from the end of talk to the hand-over.
    pub median_seconds: Option<f64>,
    /// Calls that the agent ended, of those whose record says who did.
    pub ended_by_agent: Option<Rate>,
}

/// A rate beside that of the others in the same queues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The agent's own; null where it is not known.
    pub own: Option<Rate>,
    /// What the others give in the same queues; null where only some of the agent's calls are seen.
    pub expected: Option<f64>,
    /// `worth_a_look`, `nothing` or `not_known`.
    pub look: &'static str,
}

impl Compared {
    /// Whether it is worth a look.
    pub fn stands_out(&self) -> bool {
        self.look == "worth_a_look"
    }
}

/// What the tallies say of one agent.
#[derive(Clone, Debug, Default)]
struct Counted {
    /// By queue: offered, reachable, started.
    queues: BTreeMap<i64, (u64, u64, u64)>,
    recorded: u64,
    calls: u64,
}

impl Counted {
    fn add(&mut self, group: &Group) {
        let stage = |word: &str| {
            let found = group.stages.iter().find(|(stage, _)| *stage == word);
            found.map_or(0, |(_, n)| count(*n))
        };
        let (offered, unasked) = (stage("offered"), stage(UNASKED));
        let without_start = unasked + stage(LEFT_OUT);
        let queue = self.queues.entry(group.queue).or_default();
        queue.0 += offered;
        queue.1 += offered + unasked;
        queue.2 += stage("started");
        self.recorded += stage(RECORDED) + without_start;
        self.calls += stage("handed_over") + without_start;
    }

    fn coverage(&self) -> Coverage {
        Coverage { recorded: self.recorded, calls: self.calls }
    }

    fn chances(&self, pick: impl Fn((u64, u64, u64)) -> (u64, u64)) -> Vec<Chances> {
        let of_queue = |(queue, counts): (&i64, &(u64, u64, u64))| {
            let (taken, of) = pick(*counts);
            Chances { queue: u32::try_from(*queue).unwrap_or(u32::MAX), of, taken }
        };
        self.queues.iter().map(of_queue).filter(|chances| chances.of > 0).collect()
    }

    /// Offered, reachable, started.
    fn sums(&self) -> (u64, u64, u64) {
        let add = |sum: (u64, u64, u64), one: &(u64, u64, u64)| {
            (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2)
        };
        self.queues.values().fold((0, 0, 0), add)
    }
}

impl Reports {
    /// The fairness report of a view.
    ///
    /// # Errors
    /// If the filter names what is not known here, the viewer may not see agents, or the store
    /// does not answer.
    pub async fn fairness(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<FairnessReport, ReportError> {
        viewer.individuals()?;
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        super::anonymous::no(&cuts, "agents")?;
        self.individual_filter(filter)?;
        let sight = viewer.teams().map(|seen| {
            let own = directory.teams.values().filter(|team| seen.contains(&team.name));
            own.map(|team| team.id).collect::<BTreeSet<i64>>()
        });
        let in_sight = |team: i64| sight.as_ref().is_none_or(|seen| seen.contains(&team));
        let (from, to) = (super::view::day_number(filter.from), super::view::day_number(filter.to));
        let known = filter.all_calls();
        let whole = Cut { from, to, channel: filter.channel.clone(), ..Cut::default() };
        let apart = Apart { team: true, agent: true, queue: true, ..Apart::default() };
        let groups = self.store.counts(&[Ask { cut: &whole, unit: Unit::Agents, apart }]).await?;
        let mut listed: BTreeSet<i64> = BTreeSet::new();
        let (mut counted, mut seen) = (BTreeMap::<i64, Counted>::new(), BTreeMap::new());
        for group in groups.iter().flatten().filter(|group| group.agent > 0) {
            counted.entry(group.agent).or_default().add(group);
            if in_sight(group.team) {
                seen.entry(group.agent).or_insert_with(Counted::default).add(group);
            }
            let fits = |limit: Option<i64>, own: i64| limit.is_none_or(|limit| limit == own);
            if cuts.iter().any(|cut| {
                let place = fits(cut.team, group.team) && fits(cut.queue, group.queue);
                place && fits(cut.agent, group.agent)
            }) {
                listed.insert(group.agent);
            }
        }
        let of = |pick: fn((u64, u64, u64)) -> (u64, u64)| {
            let agents: Vec<_> =
                counted.values().map(|one| (one.chances(pick), one.coverage())).collect();
            rates_against_queues(&agents)
        };
        let reach = of(|(offered, reachable, _)| (offered, reachable));
        let answered = of(|(offered, _, started)| (started, offered));
        let (mut endings, cut) = self.store.endings(&whole).await?;
        endings.retain(|ending| in_sight(ending.team));
        let mut endings = endings_by_agent(&endings);
        let mut waits: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for (agent, _, wait_ms) in
            self.store.waits(&whole).await?.into_iter().filter(|(_, team, _)| in_sight(*team))
        {
            waits.entry(agent).or_default().push(wait_ms as f64 / 1000.0);
        }
        let mut agents = Vec::new();
        let (mut asked, mut reachable) = (0, 0);
        let rates = reach.iter().zip(&answered);
        for ((id, one), (reach, answered)) in counted.iter().zip(rates) {
            if let Some(own) = reach.own.filter(|_| known) {
                (asked, reachable) = (asked + own.hits, reachable + own.n);
            }
            let Some(agent) = directory.agents.get(id).filter(|_| listed.contains(id)) else {
                continue;
            };
            let Some(own) = seen.get(id) else { continue };
            let coverage = own.coverage();
            let enough = coverage.enough() && one.coverage().enough();
            let shown = known && enough;
            let own_is_all = own.sums() == one.sums();
            let (offered, could_be, started) = own.sums();
            let beside = |judged: &Judged, own: Option<Rate>| Compared {
                own: own.filter(|_| shown && judged.own.is_some()),
                // That of all their calls says nothing of some.
                expected: judged.expected.filter(|_| shown && own_is_all),
                look: match judged.look {
                    Look::WorthALook if shown => "worth_a_look",
                    Look::Nothing if shown => "nothing",
                    _ => "not_known",
                },
            };
            let HandOver { unanswered, median_seconds, ended_by_agent } = hand_over(
                offered,
                offered.saturating_sub(started),
                waits.get(id).map_or(&[], Vec::as_slice),
                &endings.remove(id).unwrap_or_default(),
                &coverage,
            );
            agents.push(FairRow {
                agent: agent.code.clone(),
                name: agent.name.clone(),
                coverage: Rate::of(coverage.recorded, coverage.calls).filter(|_| known),
                reason: match (known, enough) {
                    (false, _) => Some(FILTERED),
                    (true, false) => Some(COVERAGE),
                    (true, true) => None,
                },
                reach: beside(reach, Rate::of(offered, could_be)),
                answered: beside(answered, Rate::of(started, offered)),
                unanswered: unanswered.map(Rate::from).filter(|_| shown),
                median_seconds: median_seconds.filter(|_| shown),
                ended_by_agent: ended_by_agent.map(Rate::from).filter(|_| shown),
            });
        }
        let calm = |row: &FairRow| !row.reach.stands_out() && !row.answered.stands_out();
        agents.sort_by_cached_key(|row| (calm(row), row.name.to_lowercase(), row.agent.clone()));
        let compared = reach.iter().filter(|rate| rate.look != Look::NotKnown).count();
        Ok(FairnessReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            centre: Rate::of(asked, reachable),
            compared: if known { compared as u64 } else { 0 },
            cut,
            agents,
        })
    }
}

/// The most calls from which seconds and endings come.
pub const MOST_CALLS: u64 = MOST_HANDED.unsigned_abs();

/// Words that records use for the agent, and for the caller.
const AGENT: [&str; 4] = ["agent", "operator", "employee", "user"];
const CALLER: [&str; 5] = ["caller", "customer", "client", "external", "consumer"];

fn endings_by_agent(endings: &[Ending]) -> BTreeMap<i64, EndedBy> {
    let mut found: BTreeMap<i64, EndedBy> = BTreeMap::new();
    for ending in endings {
        let of = found.entry(ending.agent).or_default();
        let word = ending.ended_by.trim();
        let place = match word {
            _ if AGENT.contains(&word) => &mut of.agent,
            _ if CALLER.contains(&word) => &mut of.caller,
            _ => &mut of.other,
        };
        *place += count(ending.n);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_told_apart_by_their_words() {
        let ending = |ended_by: &str, n| Ending { agent: 1, team: 2, ended_by: ended_by.into(), n };
        let found = endings_by_agent(&[
            ending("agent", 3),
            ending("customer", 2),
            ending("caller", 1),
            ending("transfer", 4),
        ]);
        assert_eq!(found[&1], EndedBy { agent: 3, caller: 3, other: 4 });
    }
}
