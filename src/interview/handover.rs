//! What a call brings with it when it is handed over.

use serde::{Deserialize, Serialize};

/// A caller is handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Who is surveyed, as the platform writes the number: From of an incoming, To of an outgoing
    /// call. `caller=` goes before it, in `handover`.
    pub number: Option<String>,
    /// The centre's end of the call, for choosing the survey: To of an incoming, From of an
    /// outgoing call.
    pub called: Option<String>,
    /// Other end of the call: used when `number` is one of the centre's own.
    pub other: Option<String>,
    /// What the hand-over says of agent and queue, query over body over headers.
    pub handover: Handover,
    /// Names that were said twice with different values: name, kept, other. Of two numbers for
    /// `caller` only the last three digits stand here.
    pub conflicts: Vec<(String, String, String)>,
    /// Whether an agent was reached, where the request says so.
    pub reached: Reached,
    /// Whether the call is not answered yet (a reject is possible).
    pub unanswered: bool,
    /// The start belongs to that announced hand-over (`h` of a start URL).
    pub announced: Option<String>,
    /// The start comes back from the hello document that was drawn this id. It becomes the
    /// interview's, where nothing names the call.
    pub hello: Option<[u8; 16]>,
}

/// Whether an agent was reached before the hand-over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reached {
    /// The request does not say.
    #[default]
    Unknown,
    /// An agent talked with the caller.
    Yes,
    /// No agent was reached.
    No,
}

/// What a hand-over may say; all optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Handover {
    /// The survey's name.
    pub survey: Option<String>,
    /// The agent's code.
    pub agent: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The centre's own id of the call.
    pub call: Option<String>,
    /// What tells two hand-overs of one call apart.
    pub handover: Option<String>,
    /// Seconds that agent and caller talked.
    pub talk: Option<u32>,
    /// The caller's language.
    pub lang: Option<String>,
    /// The caller's number.
    pub caller: Option<String>,
    /// `1` if the caller already agreed to be asked.
    pub consent: Option<String>,
    /// The provider's id of the agent's leg.
    pub leg: Option<String>,
}
