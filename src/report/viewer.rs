//! On whose behalf a report is made: it shows nothing that this viewer may not see, in whatever
//! form it goes out.

use std::collections::BTreeSet;

use super::{ReportError, Reports};
pub use crate::config::People;

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

impl Sight {
    /// What somebody of that role sees: as the agent of that code, or of the teams that they have
    /// now.
    pub fn of_role(role: &str, agent: Option<&str>, teams: BTreeSet<String>) -> Self {
        match role {
            "admin" => Self::Everything,
            "agent" => Self::Own(agent.unwrap_or_default().to_owned()),
            "manager" => Self::Teams(teams),
            _ if teams.is_empty() => Self::Everything,
            _ => Self::Teams(teams),
        }
    }
}

impl Reports {
    /// On whose behalf a report goes to that address: of the person who signs in with it, or, where
    /// nobody does, of whoever wrote the settings and sees the whole centre.
    ///
    /// # Errors
    /// With code `disabled` if that person may not come in any more; or if the store does not
    /// answer.
    pub async fn viewer_at(
        &self,
        address: &str,
        people: People,
        now: i64,
    ) -> Result<Viewer, ReportError> {
        let Some(user) = self.store.user_by_email(&address.to_lowercase()).await? else {
            return Ok(Viewer { people, ..Viewer::everything() });
        };
        if user.disabled_ms.is_some() {
            let sentence = "whoever has this address may not come in any more".into();
            return Err(ReportError::Forbidden { code: "disabled", sentence });
        }
        let stays = self.store.user_teams(Some(user.id)).await?;
        let teams = stays.into_iter().filter(|stay| stay.holds(now)).map(|stay| stay.team);
        let sight = Sight::of_role(&user.role, user.agent.as_deref(), teams.collect());
        Ok(Viewer { sight, people })
    }
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

    /// The teams that they are limited to; `None` is no limit.
    pub fn teams(&self) -> Option<BTreeSet<String>> {
        match &self.sight {
            Sight::Everything => None,
            Sight::Teams(teams) => Some(teams.clone()),
            Sight::Own(_) => Some(BTreeSet::new()),
        }
    }

    /// Refuses whoever reads nothing but their own weeks.
    ///
    /// # Errors
    /// With code `own_results_only`.
    pub fn reads(&self) -> Result<(), ReportError> {
        match self.sight {
            Sight::Own(_) => Err(ReportError::Forbidden {
                code: "own_results_only",
                sentence: "you see your own results only; they stand on the page My results".into(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a report on single agents where none appear.
    ///
    /// # Errors
    /// With code `individual_reports_off`.
    pub fn individuals(&self) -> Result<(), ReportError> {
        self.reads()?;
        match self.people {
            People::Team => Err(ReportError::Forbidden {
                code: "individual_reports_off",
                sentence: "reports show no single agents here; the setting people says so".into(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a filter of a team that they do not see.
    ///
    /// # Errors
    /// With code `out_of_sight`.
    pub fn asks_team(&self, team: Option<&str>) -> Result<(), ReportError> {
        if team.is_none() || self.sees_team(team) {
            return Ok(());
        }
        Err(out_of_sight("this team is none of yours; leave the filter out to see those that are"))
    }
}

/// What is asked for belongs to others.
pub(super) fn out_of_sight(sentence: &str) -> ReportError {
    ReportError::Forbidden { code: "out_of_sight", sentence: sentence.into() }
}
