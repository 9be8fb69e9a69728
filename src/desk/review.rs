//! What managers decide about one interview: whom it counts for, which answers were outside the
//! agent's control.

use super::Desk;
use crate::interview::{InterviewId, Millis};
use crate::store::link::{ByHand, Hand};
use crate::store::{Named, StoreError};

pub use crate::store::marks::{Marked, Marking, REASONS};

/// For whom somebody says that an interview counts, in words of hand-overs and records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// For this agent; team and queue where they are given.
    Agent {
        /// The agent's code.
        agent: String,
        /// The team's name; empty for the agent's own at the time.
        team: String,
        /// The queue's name; empty for the call's own.
        queue: String,
    },
    /// For nobody; in team and queue where they are given.
    Nobody {
        /// The team's name, or empty.
        team: String,
        /// The queue's name, or empty.
        queue: String,
    },
    /// For whom the record of the call with this id says.
    Call(String),
    /// For whom hand-over and records say.
    Records,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is done.
    Done,
    /// There is no such interview.
    NoInterview,
    /// No agent has this code.
    NoAgent(String),
    /// No team has this name.
    NoTeam(String),
    /// No queue has this name.
    NoQueue(String),
    /// No record is of a call with this id.
    NoCall(String),
}

impl Desk {
    /// Links an interview by hand; `who` did it because of `reason`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn link_by_hand(
        &self,
        interview: InterviewId,
        wish: &Wish,
        who: &str,
        reason: &str,
        now: Millis,
    ) -> Result<Linked, StoreError> {
        let hand = match self.hand_of(wish).await? {
            Ok(hand) => hand,
            Err(refused) => return Ok(refused),
        };
        let by_hand = ByHand { interview, hand, who, reason, at_ms: now };
        let done = self.store.link_by_hand(&by_hand, self.match_ms()).await?;
        Ok(if done { Linked::Done } else { Linked::NoInterview })
    }

    async fn hand_of(&self, wish: &Wish) -> Result<Result<Hand, Linked>, StoreError> {
        let (agent, team, queue) = match wish {
            Wish::Records => return Ok(Ok(Hand::Records)),
            Wish::Call(name) => {
                let call = self.store.call_named(name).await?;
                return Ok(call.map(Hand::Call).ok_or_else(|| Linked::NoCall(name.clone())));
            }
            Wish::Agent { agent, team, queue } => (Some(agent), team, queue),
            Wish::Nobody { team, queue } => (None, team, queue),
        };
        let agent = match agent {
            None => None,
            Some(code) => {
                let agents = self.store.agents().await?;
                match agents.into_iter().find(|one| one.code == *code) {
                    Some(found) => Some(found.id),
                    None => return Ok(Err(Linked::NoAgent(code.clone()))),
                }
            }
        };
        let id_of = |all: Vec<Named>, name: &str| match name {
            "" => Ok(None),
            name => all.into_iter().find(|one| one.name == name).map(|one| Some(one.id)).ok_or(()),
        };
        let Ok(team) = id_of(self.store.teams().await?, team) else {
            return Ok(Err(Linked::NoTeam(team.clone())));
        };
        let Ok(queue) = id_of(self.store.queues().await?, queue) else {
            return Ok(Err(Linked::NoQueue(queue.clone())));
        };
        Ok(Ok(Hand::Served { agent, team, queue }))
    }

    /// Marks an answer, or all of an interview, as outside the agent's control.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn mark(&self, marking: &Marking<'_>) -> Result<Marked, StoreError> {
        self.store.mark(marking).await
    }

    /// Takes a mark back.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_mark_back(
        &self,
        interview: InterviewId,
        nr: i64,
        who: &str,
        now: Millis,
    ) -> Result<Marked, StoreError> {
        self.store.take_mark_back(interview, nr, who, now).await
    }

    /// Where a recording lies in the media folder; `None` if it is not known or not kept here.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn recording_file(
        &self,
        interview: InterviewId,
        recording: &str,
    ) -> Result<Option<std::path::PathBuf>, StoreError> {
        let comments = self.store.comments(interview).await?;
        let file = comments.into_iter().find(|one| one.recording == recording);
        let Some(file) = file.and_then(|one| one.file) else { return Ok(None) };
        // A name from the store stays inside the folder, whatever it says.
        let inside = std::path::Path::new(&file)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        Ok(inside.then(|| self.config.media.join(file)))
    }

    /// Notes that a person played a recording.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn recording_heard(
        &self,
        interview: InterviewId,
        recording: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.store.comment_heard(interview, recording, now).await
    }
}
