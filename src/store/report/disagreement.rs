//! Where the hand-over says one thing of a call's agent, team or queue, and the call's record or
//! the calendar of teams another.

use std::fmt;

use super::Served;

/// Who contradicts the hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The call's record.
    Record,
    /// The agents' stays in teams.
    Calendar,
}

/// One thing that the hand-over said and somebody else says otherwise; prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// `agent`, `team` or `queue`.
    pub what: &'static str,
    /// What the hand-over said.
    pub said: String,
    /// What the other one says.
    pub found: Vec<String>,
    /// Who that is.
    pub by: Witness,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, said, found, by } = self;
        let found = found.join(", ");
        match by {
            Witness::Record => {
                write!(f, "The hand-over said {what} {said}; the call record says {found}.")
            }
            Witness::Calendar => write!(
                f,
                "The hand-over said {what} {said}; by the agents' dates in teams it was {found}."
            ),
        }
    }
}

/// Where hand-over, record and calendar disagree. With a record of the leg named at hand-over
/// that leg is compared, else whether any leg fits. `team_then` is the team in which the agent
/// named at hand-over was when the leg began.
pub fn disagreements(said: &Served, team_then: Option<&str>, legs: &[Served]) -> Vec<Disagreement> {
    let mut compared: Vec<&Served> =
        legs.iter().filter(|leg| leg.leg.is_some() && leg.leg == said.leg).collect();
    if compared.is_empty() {
        compared = legs.iter().collect();
    }
    let mut all = Vec::new();
    type Part = fn(&Served) -> Option<&String>;
    let parts: [(&'static str, Part); 3] = [
        ("agent", |served| served.agent.as_ref()),
        ("team", |served| served.team.as_ref()),
        ("queue", |served| served.queue.as_ref()),
    ];
    for (what, part) in parts {
        let Some(said) = part(said) else { continue };
        let mut found: Vec<String> = compared.iter().filter_map(|leg| part(leg).cloned()).collect();
        found.dedup();
        if !found.is_empty() && !found.contains(said) {
            all.push(Disagreement { what, said: said.clone(), found, by: Witness::Record });
        }
    }
    if let (Some(said), Some(then)) = (&said.team, team_then)
        && said != then
    {
        let found = vec![then.to_owned()];
        all.push(Disagreement { what: "team", said: said.clone(), found, by: Witness::Calendar });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(leg: &str, agent: &str, team: &str, queue: &str) -> Served {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Served {
            agent: text(agent),
            agent_name: None,
            team: text(team),
            queue: text(queue),
            leg: text(leg),
        }
    }

    #[test]
    fn the_hand_over_is_compared_with_its_own_leg_and_with_the_calendar() {
        let said = served("2", "A", "red", "sales");
        let legs = [served("1", "A", "red", "sales"), served("2", "B", "red", "")];
        let found = |said: &Served, then, legs: &[Served]| -> Vec<String> {
            disagreements(said, then, legs).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            found(&said, None, &legs),
            ["The hand-over said agent A; the call record says B."]
        );
        // A leg that the record does not know: any of them will do.
        assert_eq!(found(&served("9", "A", "red", "sales"), Some("red"), &legs), [""; 0]);
        assert_eq!(
            found(&served("", "A", "red", ""), Some("blue"), &[]),
            ["The hand-over said team red; by the agents' dates in teams it was blue."]
        );
        assert_eq!(found(&served("", "A", "", ""), Some("blue"), &[]), [""; 0], "it said no team");
    }
}
