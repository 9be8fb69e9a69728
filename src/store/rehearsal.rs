//! Outages on purpose: what the house does when its database fails can be tried without harming one.
//!
//! What goes through here is what calls write, and the probe that looks whether the database is
//! back. Commits in the middle of an outage are the point: a database may refuse one, take it and
//! not say so, or say nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use super::rows::Tx;

/// How the database fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outage {
    /// It does not.
    #[default]
    None,
    /// It takes so many commits more and refuses those after them.
    RefusesAfter(u32),
    /// It takes commits, and its answers are lost on their way.
    AnswersLost,
    /// It says nothing; when this changes, what waits meets what is said then.
    Silent,
}

/// The outage that is rehearsed on one store. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    outage: watch::Sender<Outage>,
    held_up: watch::Sender<usize>,
    failed: Arc<AtomicUsize>,
}

impl Rehearsal {
    /// From now on the database fails like that.
    pub fn set(&self, outage: Outage) {
        self.outage.send_replace(outage);
    }

    /// Commits that a silent database holds up at the moment.
    pub fn held_up(&self) -> usize {
        *self.held_up.borrow()
    }

    /// Waits until a silent database holds a commit up.
    pub async fn holds_up(&self) {
        // It fails only when the sender is gone, which is here.
        let _ = self.held_up.subscribe().wait_for(|held_up| *held_up > 0).await;
    }

    /// Commits that were refused or not answered so far.
    pub fn failed(&self) -> usize {
        self.failed.load(Ordering::Acquire)
    }

    /// Commits, as far as the outage lets it.
    ///
    /// # Errors
    /// If the database fails, or is said to.
    pub(super) async fn commit(&self, tx: Tx) -> Result<(), sqlx::Error> {
        match self.met().await {
            Outage::RefusesAfter(0) => {
                drop(tx);
                Err(self.fault())
            }
            Outage::AnswersLost => {
                tx.commit().await?;
                Err(self.fault())
            }
            Outage::None | Outage::RefusesAfter(_) | Outage::Silent => tx.commit().await,
        }
    }

    /// What a commit meets that comes now; never silence.
    async fn met(&self) -> Outage {
        if *self.outage.borrow() == Outage::None {
            return Outage::None;
        }
        let mut look = self.outage.subscribe();
        let _held = (*look.borrow() == Outage::Silent).then(|| Held::one_of(&self.held_up));
        let mut met = Outage::None;
        while look.wait_for(|outage| *outage != Outage::Silent).await.is_ok() {
            // It may have fallen silent again.
            let spoke = self.outage.send_if_modified(|outage| {
                met = *outage;
                if let Outage::RefusesAfter(more @ 1..) = outage {
                    *more -= 1;
                }
                met != Outage::Silent
            });
            if spoke {
                break;
            }
        }
        met
    }

    fn fault(&self) -> sqlx::Error {
        self.failed.fetch_add(1, Ordering::AcqRel);
        sqlx::Error::Io(std::io::Error::other("an outage is rehearsed"))
    }
}

/// A commit that is held up, as long as anybody waits for it.
struct Held(watch::Sender<usize>);

impl Held {
    fn one_of(all: &watch::Sender<usize>) -> Self {
        all.send_modify(|held_up| *held_up += 1);
        Self(all.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.send_modify(|held_up| *held_up -= 1);
    }
}
