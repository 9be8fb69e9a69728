//! Notices: a call ended, a recording is ready. They step nothing.

use std::sync::Arc;

use futures_util::FutureExt;

use super::Desk;
use crate::config::Provider;
use crate::interview::{Input, InterviewId, Millis, Recording, token};
use crate::store::{Begin, Comment, CommentStatus, StoreError, Turn};
use crate::survey::Kind;

/// A call that is over, with all that is to be stored of it.
#[derive(Clone, Debug)]
struct Over {
    provider: Provider,
    call_id: Option<String>,
    token: Option<String>,
    /// The provider's word.
    how: String,
    at_ms: Millis,
    /// The last turn, and the start that could not be stored.
    last: Option<(Option<Begin>, Turn)>,
}

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
        // At the beep nothing was said yet.
        let spoken = recording.filter(|recording| recording.seconds != Some(0));
        let last = token.and_then(|text| self.last_turn(provider, call_id, text, spoken, now));
        let over = Over {
            provider: provider.clone(),
            call_id: call_id.map(String::from),
            token: token.map(String::from),
            how: how.to_owned(),
            at_ms: now,
            last,
        };
        if let Err(fault) = self.store_over(&over).await {
            self.notice_missed(provider, &fault);
            let over = Arc::new(over);
            self.keep_trying(provider.name.clone(), move |desk| {
                let over = over.clone();
                async move { desk.store_over(&over).await }.boxed()
            });
        }
    }

    /// Notes, after the goodbye that hangs up on its caller, that the interview behind a token
    /// failed by our own fault; [`Desk::settle`] waits for it.
    pub fn failed_soon(self: &Arc<Self>, provider: &Provider, text: Option<&str>, reason: &str) {
        let open = |text| token::open(text, &provider.name, &self.keys.tokens).ok();
        // One that said its last word has nothing left to fail in.
        let state = text.and_then(open).filter(|state| state.over().is_none());
        let Some(id) = state.map(|state| state.id) else { return };
        let Ok(place) = self.later.clone().try_read_owned() else { return };
        let (desk, provider, reason) = (self.clone(), provider.clone(), reason.to_owned());
        tokio::spawn(async move {
            if let Err(fault) = desk.store.failed(id, &reason).await {
                desk.notice_missed(&provider, &fault);
            }
            drop(place);
        });
    }

    /// Stores the last turn and the end of a call; doing it again does no harm.
    async fn store_over(&self, over: &Over) -> Result<(), StoreError> {
        let last = match over.last.clone() {
            Some((start, turn)) => self.record(start, turn).await.map(|_| ()),
            None => Ok(()),
        };
        // The end is known whether or not the turn could be stored.
        let (call_id, token) = (over.call_id.as_deref(), over.token.as_deref());
        for id in self.concerned(&over.provider, call_id, token).await? {
            self.store.end(id, over.at_ms, &over.how).await?;
            if over.how == "failed" {
                self.store.failed(id, "call_failed").await?;
            }
        }
        last
    }

    /// A recording is ready, or failed.
    pub async fn recording(
        &self,
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
        let status = if ready { CommentStatus::Ready } else { CommentStatus::Failed };
        let work = async {
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
                recording: recording.id,
                question,
                seconds: recording.seconds,
                url: recording.url,
                file: None,
                status,
                at_ms: now,
            };
            self.store.comment(comment).await.map(|_| ())
        };
        if let Err(fault) = work.await {
            self.notice_missed(provider, &fault);
        }
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
