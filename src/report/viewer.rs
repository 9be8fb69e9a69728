//! On whose behalf a report is made: it shows nothing that this viewer may not see, in whatever
//! form it goes out.

use std::collections::BTreeSet;

/// Who looks, and what may be shown of people to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Which part of the centre they see.
    pub sight: Sight,
    /// How agents appear.
    pub people: People,
}

/// Which part of the centre somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All teams, and interviews that count for no agent.
    Everything,
    /// These teams: what agents did while they were there, by the team at the call.
    Teams(BTreeSet<String>),
    /// Aggregates of complete weeks of the agent with that code, and nothing else.
    Own(String),
}

/// How agents appear in reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// By name.
    #[default]
    Named,
    /// By stable codes that only admins can look up.
    Coded,
    /// Not at all: teams are the finest figure.
    Team,
}

impl Viewer {
    /// Sees all there is, by name.
    pub fn everything() -> Self {
        Self { sight: Sight::Everything, people: People::Named }
    }

    /// Whether they may see figures of that team (`None`: of no known team).
    pub fn sees_team(&self, team: Option<&str>) -> bool {
        match &self.sight {
            Sight::Everything => true,
            Sight::Teams(teams) => team.is_some_and(|team| teams.contains(team)),
            Sight::Own(_) => false,
        }
    }
}
