//! What could not be stored travels in the link until it can: the answers in the interview's state,
//! and the start's own row, where even that is missing, beside them.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::Desk;
use crate::clock;
use crate::config::Provider;
use crate::interview::{
    Disposition, Fact, Input, InterviewId, Millis, Outcome, Recording, State, Step, step,
};
use crate::store::{Begin, CallerHash, Carried, Claim, Said, StoreError, StoredTurn, Turn};
use crate::survey::{Kind, Survey};
use crate::telemetry::request::{current, going_on};

/// Longest start that a link carries, in bytes; platforms take addresses of 4,000 characters.
const LONGEST: usize = 1500;

/// Last turns and ends of calls that wait for the store at once.
pub(super) const TRYING: usize = 1000;
/// How often each is tried again, and how long apart.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_secs(1);

/// What the row of a start has beyond what the interview's state and the next request tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Missed {
    /// The provider's id of the call, for platforms whose turns do not say it.
    #[serde(default)]
    call_ref: Option<String>,
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
        call_ref: begin.call_ref.clone(),
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
    state.unsaved = None;
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
    ) -> Option<Box<Begin>> {
        if state.start.is_empty() {
            return None;
        }
        let missed: Missed = serde_json::from_slice(&state.start)
            .inspect_err(|fault| {
                tracing::error!(interview = %state.id, "a carried start cannot be read: {fault}");
            })
            .ok()?;
        let caller = missed.caller.and_then(|hex| hex.parse().ok());
        Some(Box::new(Begin {
            id: state.id,
            provider: provider.name.clone(),
            call_ref: call_id.map(String::from).or(missed.call_ref),
            handover: missed.handover,
            survey: state.survey,
            language: state.lang.to_string(),
            channel: "phone".into(),
            day: clock::day(state.started_ms, &self.config.time_zone),
            started_ms: state.started_ms,
            limit_ms: state.limit_ms(survey),
            caller: caller.map(|InterviewId(hash)| CallerHash(hash)),
            caller_last: missed.caller_last,
            // A number does not travel in the token.
            caller_sealed: None,
            ineligible: String::new(),
            opening: missed.opening,
            state: saved(state.clone()).to_bytes(),
            open_question: state.open_question(),
            disposition: Disposition::NoContact,
            said: missed.said,
        }))
    }

    /// Stores a turn, and before it the start that could not be stored, where there is one. What a
    /// turn that was not first had uploaded goes, unless the first one names it.
    ///
    /// # Errors
    /// If it could not be written, or nobody knows whether it was.
    pub(super) async fn record(
        &self,
        start: Option<Box<Begin>>,
        turn: Arc<Turn>,
    ) -> Result<Claim, StoreError> {
        let (id, file) = (turn.id, uploaded(&turn));
        if let Some(start) = start {
            Box::pin(self.store.begin(*start)).await?;
        }
        let claim = self.store.record(turn).await?;
        if let (Claim::Lost(_) | Claim::Closed, Some(file)) = (&claim, file) {
            let named =
                Box::pin(self.store.comments(id)).await?.iter().any(|c| c.recording == file);
            if !named && let Err(fault) = tokio::fs::remove_file(self.config.media.join(file)).await
            {
                tracing::warn!(interview = %id, "a recording that nobody wants stays: {fault}");
            }
        }
        Ok(claim)
    }

    /// Whether that turn came and waits to be stored, on the disk or in memory.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub(super) async fn waits(&self, interview: InterviewId, turn: u8) -> Result<bool, StoreError> {
        let in_memory = self.untold().contains(&(interview, turn));
        Ok(in_memory || self.store.spooled_turn(interview, turn).await?.is_some())
    }

    fn untold(&self) -> std::sync::MutexGuard<'_, HashSet<(InterviewId, u8)>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries to store a last turn until that works.
    pub(super) fn keep_turn_in_memory(
        self: &Arc<Self>,
        provider: String,
        start: Option<Box<Begin>>,
        turn: Arc<Turn>,
    ) {
        let place = (turn.id, turn.turn);
        self.untold().insert(place);
        self.keep_trying(provider, move |desk| {
            let (start, turn) = (start.clone(), turn.clone());
            async move {
                desk.record(start, turn).await?;
                desk.untold().remove(&place);
                Ok(())
            }
            .boxed()
        });
    }

    /// Does that again, once a second while the store is away: no further request of this call
    /// brings it. Given up after a while, when too many wait, or when the program stops; the loss
    /// was counted and logged when it was missed.
    pub(super) fn keep_trying<W>(self: &Arc<Self>, provider: String, work: W)
    where
        W: for<'a> Fn(&'a Arc<Self>) -> BoxFuture<'a, Result<(), StoreError>>
            + Send
            + Sync
            + 'static,
    {
        let Ok(place) = self.trying.clone().try_acquire_owned() else { return };
        let desk = self.clone();
        let work = going_on(current(), async move {
            for _ in 0..TRIES {
                tokio::time::sleep(PAUSE).await;
                if work(&desk).await.is_ok() {
                    desk.counters.count("saved_later", &provider);
                    tracing::info!(%provider, "stored after all");
                    break;
                }
            }
            drop(place);
        });
        tokio::spawn(work);
    }

    /// The turn of a caller who has hung up, with the start that could not be stored: the comment
    /// that was being spoken, else what the state knows and the store does not. `None` where
    /// there is nothing to store.
    pub(super) fn last_turn(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        text: &str,
        spoken: Option<Recording>,
        now: Millis,
    ) -> Option<(Option<Box<Begin>>, Turn)> {
        let (survey, state) = match self.turn_at(provider, call_id, text) {
            Ok(opened) => opened,
            Err(reason) => {
                self.counters.count(reason, &provider.name);
                return None;
            }
        };
        // Some platforms name the last recording again when the call is over, whatever was open then.
        let item = state.open_question().and_then(|at| survey.questions.get(usize::from(at)));
        let comment = item.is_some_and(|item| matches!(item.kind, Kind::Comment { .. }));
        let turn = match spoken {
            Some(recording) if comment && state.over().is_none() => {
                let input = Input::Recording(recording);
                let next = step(&survey, &state, &input, now);
                self.counters.count("turn", &provider.name);
                turn_of(&survey, &state, input, next.facts, &saved(next.state), now)
            }
            _ if state.unsaved.is_some() => {
                let after = saved(state.clone());
                turn_of(&survey, &state, Input::Silence, Vec::new(), &after, now)
            }
            _ => return None,
        };
        Some((self.missed_start(provider, call_id, &survey, &state), turn))
    }
}

/// The name in the media folder of what the platform uploads for a turn.
pub fn upload_name(interview: InterviewId, question: u8, turn: u8) -> String {
    format!("{interview}-{question}-{turn}.wav")
}

/// The file that a turn brought, if it brought one.
fn uploaded(turn: &Turn) -> Option<String> {
    let Input::Recording(Recording { id, url: None, .. }) = &turn.input else { return None };
    let question = id.split('-').nth(1)?.parse().ok()?;
    let name = upload_name(turn.id, question, turn.turn);
    (*id == name).then_some(name)
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
    let items = outcomes(&news);
    let carried = state.unsaved.map(|since| {
        let facts = state.facts();
        let mut known = outcomes(&facts);
        known.retain(|(question, _)| items.iter().all(|(new, _)| new != question));
        (facts, Carried { since, items: known })
    });
    let (mut facts, carried) = carried.unwrap_or_default();
    facts.extend(news);
    Turn {
        id: state.id,
        turn: state.turn,
        at_ms: now,
        input,
        facts,
        items,
        carried,
        language: after.lang.to_string(),
        state: after.to_bytes(),
        open_question: after.open_question(),
        started: after.started(survey),
        disposition: after.disposition(survey),
        ended: after.over().is_some(),
    }
}

/// The last outcome of each item that facts tell of.
fn outcomes(facts: &[Fact]) -> Vec<(u8, Outcome)> {
    let mut items: Vec<(u8, Outcome)> = Vec::new();
    for fact in facts {
        if let Fact::Item { question, outcome } = fact {
            items.retain(|(q, _)| q != question);
            items.push((*question, *outcome));
        }
    }
    items
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
            caller_sealed: None,
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
        assert_eq!(carried.call_ref.as_deref(), Some("CA1"));
        assert_eq!(carried.caller.as_deref(), Some("ab".repeat(16).as_str()));
        let long = pack(&begin(&"x".repeat(5000)));
        assert!(long.len() <= LONGEST, "{} bytes", long.len());
        assert_eq!(read(&long).said, Said::default());
        assert_eq!(read(&long).caller_last.as_deref(), Some("678"));
    }
}
