//! A turn: open the token, step, store, speak. And the fallback, when all else failed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::away::{Budget, Kept, carried};
use super::{Answer, Desk, missed};
use crate::config::Provider;
use crate::interview::{self, Fact, Input, InterviewId, Millis, Open, State, step, token};
use crate::store::{Claim, StoreError};
use crate::survey::{Kind, Lang, Survey};
use crate::telemetry::request::concerns;

/// Age of an interview's newest turn beyond which the fallback no longer finds it.
const FALLBACK_MS: i64 = 120_000;

impl Desk {
    /// Answers one turn.
    pub async fn answer(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        token: &str,
        input: Input,
        now: Millis,
    ) -> Answer {
        let (survey, state) = match self.turn_at(provider, call_id, token) {
            Ok(opened) => opened,
            Err(reason) => return self.sorry(provider, reason),
        };
        if state.over().is_some() {
            let order = interview::order(&survey, &state);
            return self.speak(provider, &survey, state, order);
        }
        self.take(provider, call_id, &survey, state, input, now).await
    }

    /// The open order of a token, as much of it as the platform asks for. Steps nothing.
    pub fn shown(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        token: &str,
        open: Open,
    ) -> Answer {
        let (survey, state) = match self.turn_at(provider, call_id, token) {
            Ok(opened) => opened,
            Err(reason) => return self.sorry(provider, reason),
        };
        let order = interview::open(&survey, &state, open);
        self.speak(provider, &survey, state, order)
    }

    /// Survey and state of a token that this call may use.
    ///
    /// # Errors
    /// Why it may not, as a word to count.
    pub(super) fn turn_at(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        token: &str,
    ) -> Result<(Arc<Survey>, State), &'static str> {
        let state = token::open(token, &provider.name, &self.keys.tokens).map_err(|fault| {
            tracing::warn!(provider = %provider.name, "a token does not open: {fault}");
            "bad_token"
        })?;
        concerns(state.id.0);
        let here = self.keys.call_mark(call_id);
        if here != 0 && state.call_mark != 0 && here != state.call_mark {
            return Err("token_of_another_call");
        }
        let survey = self.version(state.survey).ok_or("survey_gone")?;
        Ok((survey, state))
    }

    /// Steps a state by what came, stores it, and says what is next. Where another request was
    /// first with this turn, what it brought is stepped from instead.
    async fn take(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        survey: &Arc<Survey>,
        state: State,
        input: Input,
        now: Millis,
    ) -> Answer {
        let budget = Budget::of(provider);
        let next = step(survey, &state, &input, now);
        for (fact, event) in [(Fact::Early, "early"), (Fact::Spill, "spill")] {
            if next.facts.contains(&fact) {
                self.counters.count(event, &provider.name);
            }
        }
        let never_ask = next.facts.contains(&Fact::NeverAsk);
        let after = missed::saved(next.state);
        let turn = Arc::new(missed::turn_of(survey, &state, input, next.facts, &after, now));
        let start = self.missed_start(provider, call_id, survey, &state);
        let caller = start.as_ref().and_then(|start| start.caller);
        // Nothing comes after a last turn that could carry what could not be kept.
        let last = turn.ended.then(|| (start.clone(), turn.clone()));
        self.counters.count("turn", &provider.name);
        match self.keep_turn(budget, start, turn).await {
            Ok(Kept::Stored(Claim::Won)) => {
                // Held at once on this node; other nodes read the list again within seconds. The
                // caller waits for it no longer than for the store.
                if never_ask {
                    Box::pin(self.said_never(state.id, caller)).await;
                    let again = Box::pin(self.refresh_never_ask());
                    if let Err(fault) = self.within(budget.database, again).await {
                        tracing::warn!("the never-ask list could not be read again: {fault}");
                    }
                }
                self.speak(provider, survey, after, next.order)
            }
            Ok(Kept::Spooled(Claim::Won)) => {
                self.counters.count("spooled", &provider.name);
                if never_ask {
                    Box::pin(self.said_never(state.id, caller)).await;
                }
                self.speak(provider, survey, carried(after, &state), next.order)
            }
            Ok(Kept::Stored(Claim::Lost(first))) => {
                self.counters.count("repeated", &provider.name);
                let next = missed::first_step(survey, &state, &first);
                self.speak(provider, survey, next.state, next.order)
            }
            Ok(Kept::Spooled(Claim::Lost(first))) => {
                self.counters.count("repeated", &provider.name);
                let next = missed::first_step(survey, &state, &first);
                self.speak(provider, survey, carried(next.state, &state), next.order)
            }
            Ok(Kept::Stored(Claim::Closed) | Kept::Spooled(Claim::Closed)) => {
                self.late(provider, survey, state.lang)
            }
            Err(fault) => {
                // Nothing can be written: the interview goes on from the token, and the next turn
                // stores what this one could not.
                self.store_missed(provider, state.id, &fault);
                if let Some((start, turn)) = last {
                    self.keep_turn_in_memory(provider.name.clone(), start, turn);
                }
                if never_ask {
                    Box::pin(self.said_never(state.id, caller)).await;
                }
                self.speak(provider, survey, carried(after, &state), next.order)
            }
        }
    }

    /// What the provider hears when all else failed: the document of the token that came along,
    /// else the open question of the call's newest interview, else a goodbye.
    pub async fn fallback(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        input: Input,
        now: Millis,
    ) -> Answer {
        self.counters.count("fallback", &provider.name);
        if let Some(token) = token
            && self.token_opens(provider, Some(token))
        {
            return Box::pin(self.answer(provider, call_id, token, input, now)).await;
        }
        let Some(call_id) = call_id else { return self.sorry(provider, "fallback_goodbye") };
        // Half of a turn's time: the platform has waited for one failed request already.
        let half = Duration::from_millis(provider.budget_ms / 2);
        let find = async {
            let known = self.store.newest_open(&provider.name, call_id, now - FALLBACK_MS).await?;
            let Some(known) = known else { return Ok(None) };
            let may = self.store.take_fallback(known.id, known.turn).await?;
            Ok::<_, StoreError>(may.then_some(known))
        };
        let Ok(Some(known)) = self.within(Instant::now() + half, find).await else {
            return self.sorry(provider, "fallback_goodbye");
        };
        self.learn(known.survey).await;
        let (Some(survey), Some(mut state)) =
            (self.version(known.survey), State::from_bytes(&known.state).ok())
        else {
            return self.sorry(provider, "fallback_goodbye");
        };
        state.call_mark = self.keys.call_mark(Some(call_id));
        let order = interview::order(&survey, &state);
        self.speak(provider, &survey, state, order)
    }

    /// The interview, question, turn and kind of question for which a valid token waits, where
    /// that is a question of the survey.
    pub fn comment_place(
        &self,
        provider: &Provider,
        text: &str,
    ) -> Option<(InterviewId, u8, u8, Kind)> {
        let state = token::open(text, &provider.name, &self.keys.tokens).ok()?;
        let question = state.open_question()?;
        let kind = self.version(state.survey)?.questions.get(usize::from(question))?.kind.clone();
        Some((state.id, question, state.turn, kind))
    }

    /// The language in which a goodbye is said to whoever brings that token, else the provider's.
    pub fn language_of(&self, provider: &Provider, text: Option<&str>) -> Lang {
        text.and_then(|text| token::open(text, &provider.name, &self.keys.tokens).ok())
            .map_or_else(|| self.default_language(provider), |state| state.lang)
    }

    /// The interview that a valid token belongs to.
    pub fn interview_of(&self, provider: &Provider, text: &str) -> Option<InterviewId> {
        token::open(text, &provider.name, &self.keys.tokens).ok().map(|state| state.id)
    }
}
