//! Notices: a call ended, a recording is ready. They step nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::Desk;
use super::away::Notice;
use super::records::Routed;
use crate::clock;
use crate::config::Provider;
use crate::interview::{Input, InterviewId, Millis, Recording, token};
use crate::store::{Comment, CommentStatus, StoreError};
use crate::survey::Kind;
use crate::telemetry::request::{current, going_on};

/// How long the database may take for a notice; no caller waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

impl Desk {
    /// The interviews that a notice is about: the token's, else all of that call.
    async fn concerned(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
    ) -> Result<Vec<InterviewId>, StoreError> {
        // A token of another call says nothing of this one's end.
        if let Some(text) = token.filter(|text| self.token_fits(provider, call_id, Some(text)))
            && let Some(id) = self.interview_of(provider, text)
        {
            return Ok(vec![id]);
        }
        match call_id {
            Some(call_id) => {
                let known = self.store.by_call_ref(&provider.name, call_id).await?;
                Ok(known.into_iter().map(|known| known.id).collect())
            }
            None => Ok(Vec::new()),
        }
    }

    /// The call is over; `how` is the provider's word. A comment that was being spoken counts.
    pub async fn ended(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        how: &str,
        recording: Option<Recording>,
        now: Millis,
    ) {
        self.counters.count("ended", &provider.name);
        let notice = Notice::Ended {
            provider: provider.name.clone(),
            call_id: call_id.map(String::from),
            token: token.map(String::from),
            how: how.to_owned(),
            recording,
        };
        self.noticed(provider, notice, now).await;
    }

    /// A recording is ready, or failed.
    pub async fn recording(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        recording: Recording,
        ready: bool,
        now: Millis,
    ) {
        self.counters.count("recording_notice", &provider.name);
        if recording.seconds == Some(0) {
            // Under a second nothing was said: the caller skipped, or hung up at the beep.
            return;
        }
        let notice = Notice::Recording {
            provider: provider.name.clone(),
            call_id: call_id.map(String::from),
            token: token.map(String::from),
            recording,
            ready,
        };
        self.noticed(provider, notice, now).await;
    }

    /// A routing engine or a status notice tells of a call.
    pub async fn routing(self: &Arc<Self>, provider: &Provider, event: Routed, now: Millis) {
        self.counters.count("routing", &provider.name);
        let notice = Notice::Routing { provider: provider.name.clone(), event };
        self.noticed(provider, notice, now).await;
    }

    /// Notes, after the goodbye that hangs up on its caller, that the interview behind a token
    /// failed by our own fault; [`Desk::settle`] waits for it.
    pub fn failed_soon(self: &Arc<Self>, provider: &Provider, text: Option<&str>, reason: &str) {
        let open = |text| token::open(text, &provider.name, &self.keys.tokens).ok();
        // One that said its last word has nothing left to fail in.
        let state = text.and_then(open).filter(|state| state.over().is_none());
        let Some(interview) = state.map(|state| state.id) else { return };
        let Ok(place) = self.later.clone().try_read_owned() else { return };
        let (desk, provider) = (self.clone(), provider.clone());
        let notice = Notice::Failed { interview, reason: reason.to_owned() };
        let work = going_on(current(), async move {
            desk.noticed(&provider, notice, clock::now_ms()).await;
            drop(place);
        });
        tokio::spawn(work);
    }

    /// Takes a notice in, or keeps it until the database is back and has all that waits: it may be
    /// about an interview that the database does not know yet.
    async fn noticed(self: &Arc<Self>, provider: &Provider, notice: Notice, now: Millis) {
        if self.store.anything_waits() && self.keep_notice(&provider.name, &notice, now).await {
            return;
        }
        let taken = self.within(Instant::now() + PATIENCE, self.take_notice(&notice, now)).await;
        let Err(fault) = taken else { return };
        if self.keep_notice(&provider.name, &notice, now).await {
            return;
        }
        self.notice_missed(provider, &fault);
        self.keep_trying(provider.name.clone(), move |desk| {
            let notice = notice.clone();
            async move { desk.take_notice(&notice, now).await }.boxed()
        });
    }

    /// Stores what a notice says; doing it again does no harm.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn take_notice(&self, notice: &Notice, now: Millis) -> Result<(), StoreError> {
        match notice {
            Notice::Ended { provider, call_id, token, how, recording } => {
                let Some(provider) = self.config.providers.get(provider) else { return Ok(()) };
                let (call_id, token) = (call_id.as_deref(), token.as_deref());
                // At the beep nothing was said yet.
                let spoken = recording.clone().filter(|recording| recording.seconds != Some(0));
                self.take_end(provider, call_id, token, how, spoken, now).await
            }
            Notice::Recording { provider, call_id, token, recording, ready } => {
                let Some(provider) = self.config.providers.get(provider) else { return Ok(()) };
                let (call_id, token) = (call_id.as_deref(), token.as_deref());
                self.take_recording(provider, call_id, token, recording, *ready, now).await
            }
            Notice::Routing { provider, event } => self.take_routing(provider, event, now).await,
            Notice::Failed { interview, reason } => {
                self.store.failed(*interview, reason).await.map(|_| ())
            }
        }
    }

    /// Stores the last turn and the end of a call.
    async fn take_end(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        how: &str,
        spoken: Option<Recording>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let last = match token.and_then(|text| self.last_turn(provider, call_id, text, spoken, now))
        {
            // What its caller pressed waits to be stored: that is the turn, not the hang-up.
            Some((_, turn)) if self.waits(turn.id, turn.turn).await? => Ok(()),
            Some((start, turn)) => self.record(start, turn.into()).await.map(|_| ()),
            None => Ok(()),
        };
        // The end is known whether or not the turn could be stored.
        for id in self.concerned(provider, call_id, token).await? {
            self.store.end(id, now, how).await?;
            if how == "failed" {
                self.store.failed(id, "call_failed").await?;
            }
        }
        last
    }

    async fn take_recording(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        recording: &Recording,
        ready: bool,
        now: Millis,
    ) -> Result<(), StoreError> {
        let place = token.and_then(|text| self.comment_place(provider, text));
        let place = match place {
            Some((id, question, _, Kind::Comment { .. })) => Some((id, question)),
            _ => self.known_recording(provider, call_id, token, &recording.id).await?,
        };
        // A recording that no comment of ours is: of the whole call, for instance.
        let Some((interview, question)) = place else {
            self.counters.count("recording_unknown", &provider.name);
            return Ok(());
        };
        if self.said_nothing(interview, &recording.id).await? {
            return Ok(());
        }
        let comment = Comment {
            interview,
            recording: recording.id.clone(),
            question,
            seconds: recording.seconds,
            url: recording.url.clone(),
            file: None,
            status: if ready { CommentStatus::Ready } else { CommentStatus::Failed },
            at_ms: now,
        };
        self.store.comment(comment).await.map(|_| ())
    }

    /// Whether a turn brought that recording as one in which nobody spoke. Its notice may tell the
    /// length of the silence.
    async fn said_nothing(
        &self,
        interview: InterviewId,
        recording: &str,
    ) -> Result<bool, StoreError> {
        let turns = self.store.turns(interview).await?;
        Ok(turns.iter().any(|turn| {
            matches!(&turn.input, Input::Recording(said)
                if said.id == recording && said.seconds == Some(0))
        }))
    }

    /// Interview and question of a recording that a turn already told of.
    async fn known_recording(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        token: Option<&str>,
        recording: &str,
    ) -> Result<Option<(InterviewId, u8)>, StoreError> {
        for id in self.concerned(provider, call_id, token).await? {
            let comments = self.store.comments(id).await?;
            if let Some(known) = comments.iter().find(|known| known.recording == recording) {
                return Ok(Some((id, known.question)));
            }
        }
        Ok(None)
    }

    fn notice_missed(&self, provider: &Provider, fault: &StoreError) {
        self.counters.count("notice_unsaved", &provider.name);
        tracing::error!(provider = %provider.name, "a notice could not be stored: {fault}");
    }
}
