//! What one reader sees of people: which teams, and how agents are called. The one place of that
//! rule: reports, lists, single interviews and files all look through a lens.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::names::Agent;
use super::report::Served;

/// The key under which agents' codes are made; it does not print.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct CodeKey(pub [u8; 16]);

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// How agents are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By code and name.
    Named,
    /// By a code that stays the same and tells nothing.
    Coded(CodeKey),
    /// Not at all.
    Hidden,
}

/// What one reader sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Only what was done in these teams; `None` is no limit.
    pub teams: Option<BTreeSet<String>>,
    /// How agents are called.
    pub naming: Naming,
}

/// Letters and digits that are not taken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The code that stands for an agent: eight letters and digits in two groups, `7F3K-2QXM`.
fn code(key: CodeKey, agent: &str) -> String {
    // HMAC takes keys of any length; the error type is for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return String::new() };
    mac.update(b"aftercall agent ");
    mac.update(agent.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let number = bytes.iter().take(5).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let letter = |at: u64| char::from(LETTERS[(number >> (5 * at) & 31) as usize]);
    let group = |from: u64| (from..from + 4).map(letter).collect::<String>();
    format!("{}-{}", group(0), group(4))
}

impl Lens {
    /// Sees all there is, by name.
    pub fn all() -> Self {
        Self { teams: None, naming: Naming::Named }
    }

    /// Whether what was done in that team may be seen (`None`: in no known team).
    pub fn sees_team(&self, team: Option<&str>) -> bool {
        match &self.teams {
            None => true,
            Some(teams) => team.is_some_and(|team| teams.contains(team)),
        }
    }

    /// An agent's code and name as this reader reads them; `None` where agents do not appear.
    pub fn shown(&self, agent: &str, name: &str) -> Option<(String, String)> {
        match self.naming {
            Naming::Named => Some((agent.to_owned(), name.to_owned())),
            Naming::Coded(key) => {
                let code = code(key, agent);
                let name = format!("Agent {code}");
                Some((code, name))
            }
            Naming::Hidden => None,
        }
    }

    /// The agent of whom this reader speaks; `None` if there is none, or agents do not appear. A
    /// reader of codes speaks of nobody by their own code.
    pub fn meant<'a>(&self, said: &str, agents: &'a [Agent]) -> Option<&'a Agent> {
        let shown =
            |agent: &Agent| self.shown(&agent.code, "").is_some_and(|(code, _)| code == said);
        agents.iter().find(|agent| shown(agent))
    }

    /// The agents whom a list or an interview may name, by their own codes: those whom it counts
    /// for in a team that is seen.
    pub fn known<'a>(&self, credits: impl IntoIterator<Item = &'a Served>) -> BTreeSet<String> {
        let seen = credits.into_iter().filter(|one| self.sees_team(one.team.as_deref()));
        seen.filter_map(|one| one.agent.clone()).collect()
    }

    /// Hides from one that served a call what this reader does not see: the agents of other teams
    /// wholly, the others as [`Lens::shown`].
    pub fn veil(&self, served: &mut Served, known: &BTreeSet<String>) {
        let Some(agent) = served.agent.take() else {
            served.agent_name = None;
            return;
        };
        let name = served.agent_name.take();
        if !self.sees_team(served.team.as_deref()) && !known.contains(&agent) {
            return;
        }
        if let Some((code, shown)) = self.shown(&agent, name.as_deref().unwrap_or_default()) {
            served.agent = Some(code);
            served.agent_name = name.map(|_| shown);
        }
    }

    /// Whether texts that may hold an agent's own code can be shown as they are.
    pub fn bare(&self) -> bool {
        self.teams.is_none() && self.naming == Naming::Named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(agent: &str, team: Option<&str>) -> Served {
        Served {
            agent: Some(agent.into()),
            agent_name: Some(format!("{agent} by name")),
            team: team.map(str::to_owned),
            ..Served::default()
        }
    }

    #[test]
    fn codes_stay_the_same_and_tell_nothing() {
        let (key, other) = (CodeKey([1; 16]), CodeKey([2; 16]));
        let made = code(key, "A17");
        assert_eq!(made, code(key, "A17"));
        assert_eq!(made.len(), 9);
        assert!(made != code(key, "A18") && made != code(other, "A17"));
        let many: BTreeSet<String> = (0..5000).map(|n| code(key, &format!("A{n}"))).collect();
        assert_eq!(many.len(), 5000);
        assert_eq!(format!("{key:?}"), "CodeKey(…)");
    }

    #[test]
    fn agents_of_other_teams_are_hidden_and_own_ones_are_called_as_set() {
        let red = Some(BTreeSet::from(["red".to_owned()]));
        let lens = Lens { teams: red, naming: Naming::Named };
        let credits = [served("A", Some("red")), served("B", Some("blue"))];
        let known = lens.known(&credits);
        for (mut one, shown) in [
            (served("A", Some("red")), true),
            (served("B", Some("blue")), false),
            // A leg without a team, of one whom the interview counts for.
            (served("A", None), true),
            (served("B", None), false),
        ] {
            lens.veil(&mut one, &known);
            assert_eq!(one.agent.is_some(), shown, "{one:?}");
            assert_eq!(one.agent_name.is_some(), shown, "{one:?}");
        }
        let coded = Lens { teams: None, naming: Naming::Coded(CodeKey([1; 16])) };
        let mut one = served("A", Some("red"));
        coded.veil(&mut one, &BTreeSet::new());
        let text = format!("{one:?}");
        assert!(text.contains("Agent ") && !text.contains("by name") && !text.contains("\"A\""));
        let agents = [Agent { id: 1, code: "A".into(), name: "Ann".into() }];
        assert_eq!(coded.meant(&one.agent.expect("a code"), &agents), Some(&agents[0]));
        assert_eq!(coded.meant("A", &agents), None, "nobody is asked for by their own code");
        let hidden = Lens { teams: None, naming: Naming::Hidden };
        let mut one = served("A", Some("red"));
        hidden.veil(&mut one, &BTreeSet::from(["A".to_owned()]));
        assert_eq!((one.agent, one.agent_name), (None, None));
    }
}
