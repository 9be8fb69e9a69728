//! What could not be stored travels in the link until it can: the answers in the interview's state,
//! and the start's own row, where even that is missing, beside them.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Desk;
use crate::clock;
use crate::config::Provider;
use crate::interview::{
    Disposition, Fact, Input, InterviewId, Millis, Outcome, State, Step, step, token,
};
use crate::store::{Begin, CallerHash, Claim, Said, StoreError, StoredTurn, Turn};
use crate::survey::Survey;

/// Longest start that a link carries, in bytes; platforms take addresses of 4,000 characters.
const LONGEST: usize = 1500;

/// Last turns that wait for the store at once.
pub(super) const TRYING: usize = 1000;
/// How often each is tried again, and how long apart.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_secs(1);

/// What the row of a start has beyond what the interview's state and the next request tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Missed {
    handover: String,
    /// The keyed hash of the caller's number, in hex.
    caller: Option<String>,
    caller_last: Option<String>,
    opening: String,
    said: Said,
}

/// The start in the form that a state carries. A hand-over too long for a link is left out: the
/// interview then waits to be linked by its call's record.
pub(super) fn pack(begin: &Begin) -> Vec<u8> {
    let mut missed = Missed {
        handover: begin.handover.clone(),
        caller: begin.caller.map(|hash| InterviewId(hash.0).to_string()),
        caller_last: begin.caller_last.clone(),
        opening: begin.opening.clone(),
        said: Said { conflicts: None, ..begin.said.clone() },
    };
    let whole = serde_json::to_vec(&missed).unwrap_or_default();
    if whole.len() <= LONGEST {
        return whole;
    }
    missed.said = Said::default();
    missed.handover.clear();
    serde_json::to_vec(&missed).unwrap_or_default()
}

/// The state as it stands when all it knows is stored.
pub(super) fn saved(mut state: State) -> State {
    state.unsaved = false;
    state.start = Vec::new();
    state
}

impl Desk {
    /// The row of a start that could not be stored; `None` if it was.
    pub(super) fn missed_start(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        survey: &Survey,
        state: &State,
    ) -> Option<Begin> {
        if state.start.is_empty() {
            return None;
        }
        let missed: Missed = serde_json::from_slice(&state.start)
            .inspect_err(|fault| {
                tracing::error!(interview = %state.id, "a carried start cannot be read: {fault}");
            })
            .ok()?;
        let caller = missed.caller.and_then(|hex| hex.parse().ok());
        Some(Begin {
            id: state.id,
            provider: provider.name.clone(),
            call_ref: call_id.map(String::from),
            handover: missed.handover,
            survey: state.survey,
            language: state.lang.to_string(),
            channel: "phone".into(),
            day: clock::day(state.started_ms, &self.config.time_zone),
            started_ms: state.started_ms,
            limit_ms: state.limit_ms(survey),
            caller: caller.map(|InterviewId(hash)| CallerHash(hash)),
            caller_last: missed.caller_last,
            ineligible: String::new(),
            opening: missed.opening,
            state: saved(state.clone()).to_bytes(),
            open_question: state.open_question(),
            disposition: Disposition::NoContact,
            said: missed.said,
        })
    }

    /// Stores a turn, and before it what earlier turns of this state could not store.
    ///
    /// # Errors
    /// If it could not be written in time, or nobody knows whether it was.
    pub(super) async fn record(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        survey: &Survey,
        state: &State,
        turn: Turn,
    ) -> Result<Claim, StoreError> {
        let start = self.missed_start(provider, call_id, survey, state);
        self.within_budget(provider, async {
            if let Some(start) = start {
                self.store.begin(start).await?;
            }
            self.store.record(turn).await
        })
        .await
    }

    /// Stores a last turn later, once a second while the store is away: no further request of this
    /// call brings it. Given up after a while, when too many wait, or when the program stops; the
    /// loss was counted and logged when it was missed.
    pub(super) fn keep_trying(
        self: &Arc<Self>,
        provider: String,
        start: Option<Begin>,
        turn: Turn,
    ) {
        let Ok(place) = self.trying.clone().try_acquire_owned() else { return };
        let desk = self.clone();
        tokio::spawn(async move {
            for _ in 0..TRIES {
                tokio::time::sleep(PAUSE).await;
                let work = async {
                    if let Some(start) = start.clone() {
                        desk.store.begin(start).await?;
                    }
                    desk.store.record(turn.clone()).await
                };
                if work.await.is_ok() {
                    desk.counters.count("saved_later", &provider);
                    tracing::info!(%provider, interview = %turn.id, "stored after all");
                    if turn.facts.contains(&Fact::NeverAsk)
                        && let Err(fault) = desk.refresh_never_ask().await
                    {
                        tracing::warn!("the never-ask list could not be read again: {fault}");
                    }
                    break;
                }
            }
            drop(place);
        });
    }

    /// Stores what a state knows and the store does not, when its caller has hung up: nobody will
    /// answer it any more.
    ///
    /// # Errors
    /// If it could not be written.
    pub(super) async fn save_rest(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        text: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let Ok(state) = token::open(text, &provider.name, &self.keys.tokens) else { return Ok(()) };
        let Some(survey) = self.version(state.survey).filter(|_| state.unsaved) else {
            return Ok(());
        };
        let turn = turn_of(survey, &state, Input::Silence, Vec::new(), &saved(state.clone()), now);
        self.record(provider, call_id, survey, &state, turn).await.map(|_| ())
    }
}

/// The turn that takes `state` to `after`, with all that its state knows and the store may not.
pub(super) fn turn_of(
    survey: &Survey,
    state: &State,
    input: Input,
    news: Vec<Fact>,
    after: &State,
    now: Millis,
) -> Turn {
    let mut facts = if state.unsaved { state.facts() } else { Vec::new() };
    facts.extend(news);
    let mut items: Vec<(u8, Outcome)> = Vec::new();
    for fact in &facts {
        if let Fact::Item { question, outcome } = fact {
            items.retain(|(q, _)| q != question);
            items.push((*question, *outcome));
        }
    }
    Turn {
        id: state.id,
        turn: state.turn,
        at_ms: now,
        input,
        facts,
        items,
        language: after.lang.to_string(),
        state: after.to_bytes(),
        open_question: after.open_question(),
        started: after.started(survey),
        disposition: after.disposition(survey),
        ended: after.over().is_some(),
    }
}

/// What the request that was first with a turn brought about.
pub(super) fn first_step(survey: &Survey, state: &State, first: &StoredTurn) -> Step {
    let next = step(survey, state, &first.input, first.at_ms);
    Step { state: saved(next.state), ..next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Version;

    fn begin(agent: &str) -> Begin {
        Begin {
            id: InterviewId([7; 16]),
            provider: "tw".into(),
            call_ref: Some("CA1".into()),
            handover: "leg-1".into(),
            survey: Version(1),
            language: "en".into(),
            channel: "phone".into(),
            day: 1,
            started_ms: 0,
            limit_ms: 1,
            caller: Some(CallerHash([0xab; 16])),
            caller_last: Some("678".into()),
            ineligible: String::new(),
            opening: "{}".into(),
            state: vec![],
            open_question: Some(0),
            disposition: Disposition::NoContact,
            said: Said { agent: Some(agent.into()), talk: Some(9), ..Said::default() },
        }
    }

    #[test]
    fn a_start_is_carried_whole_unless_it_is_too_long() {
        let read = |bytes: &[u8]| serde_json::from_slice::<Missed>(bytes).expect("reads");
        let carried = read(&pack(&begin("A17")));
        assert_eq!(carried.said, begin("A17").said);
        assert_eq!(carried.handover, "leg-1");
        assert_eq!(carried.caller.as_deref(), Some("ab".repeat(16).as_str()));
        let long = pack(&begin(&"x".repeat(5000)));
        assert!(long.len() <= LONGEST, "{} bytes", long.len());
        assert_eq!(read(&long).said, Said::default());
        assert_eq!(read(&long).caller_last.as_deref(), Some("678"));
    }
}
