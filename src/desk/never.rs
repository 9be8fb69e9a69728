//! Who must never be asked again, held in memory so that it holds without the store too.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use super::Desk;
use crate::interview::InterviewId;
use crate::store::{CallerHash, StoreError};

/// How long a turn waits for the disk to take a caller who is never to be asked.
const DISK: Duration = Duration::from_millis(100);
/// Newest starts whose callers are remembered at the least; no node has so many calls at once.
const MET: usize = 10_000;

/// What this node knows of those who said so.
#[derive(Debug, Default)]
pub(super) struct Never {
    held: RwLock<Held>,
    /// Whose interview it is, for calls that began on this node: the link carries no caller.
    met: Mutex<Met>,
}

/// Callers of the newest starts, those of the newest [`MET`] and of as many before them. The
/// older go all at once: who looks for those that are over would hold up the start.
#[derive(Debug, Default)]
struct Met {
    newer: HashMap<InterviewId, CallerHash>,
    older: HashMap<InterviewId, CallerHash>,
}

#[derive(Debug, Default)]
struct Held {
    /// The store's list; `None` before it was first read.
    stored: Option<HashSet<CallerHash>>,
    /// Who said so here and does not stand in the store yet.
    said: HashSet<CallerHash>,
}

impl Never {
    /// Takes the store's list, and those who stood in the one before, where `keep` says so. Gives
    /// who is new in it and who is gone.
    fn load(&self, mut all: HashSet<CallerHash>, keep: bool) -> (Vec<CallerHash>, Vec<CallerHash>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let before = held.stored.take().unwrap_or_default();
        if keep {
            all.extend(&before);
        }
        held.said.retain(|caller| !all.contains(caller));
        let new = all.difference(&before).copied().collect();
        let gone = before.difference(&all).filter(|caller| !held.said.contains(caller));
        let gone = gone.copied().collect();
        held.stored = Some(all);
        (new, gone)
    }

    /// Whether a caller must never be asked; `None` if the list was never read.
    pub(super) fn holds(&self, caller: Option<CallerHash>) -> Option<bool> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let said = |caller| held.said.contains(&caller);
        let stored = held.stored.as_ref()?;
        Some(caller.is_some_and(|caller| said(caller) || stored.contains(&caller)))
    }

    /// An interview with that caller begins.
    pub(super) fn meet(&self, interview: InterviewId, caller: CallerHash) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if met.newer.len() >= MET {
            met.older = std::mem::take(&mut met.newer);
        }
        met.newer.insert(interview, caller);
    }

    /// The caller of that interview said so: `carried` where the link carries who it is, else as
    /// this node met them. It holds here from now on, whether or not it could be stored. Gives
    /// whose number that is, as far as it is known.
    fn said(&self, interview: InterviewId, carried: Option<CallerHash>) -> Option<CallerHash> {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |starts: &HashMap<_, _>| starts.get(&interview).copied();
        let caller = carried.or_else(|| of(&met.newer).or_else(|| of(&met.older)));
        if let Some(caller) = caller {
            self.held.write().unwrap_or_else(PoisonError::into_inner).said.insert(caller);
        }
        caller
    }
}

impl Desk {
    /// Takes what the spool remembers, so that it holds before the database was ever asked.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub(super) async fn recall_never_ask(&self) -> Result<(), StoreError> {
        if let Some(all) = self.store.spooled_never_ask().await? {
            self.never.load(all.into_iter().collect(), false);
        }
        Ok(())
    }

    /// Loads the hashes of callers who must never be asked. While anything waits in the spool
    /// nobody is taken off the list: their word may be what waits.
    ///
    /// # Errors
    /// If the store does not answer; what was loaded before then stays.
    pub async fn refresh_never_ask(&self) -> Result<(), StoreError> {
        let waits = self.store.anything_waits();
        let all = self.store.never_ask_all().await?;
        let (new, gone) = self.never.load(all.into_iter().collect(), waits);
        self.remember_never_ask(&new, &gone).await;
        Ok(())
    }

    /// The caller of that interview said "never ask me": it holds here at once, also after a
    /// restart without the database. A disk that does not answer keeps nobody waiting for long.
    pub(super) async fn said_never(
        self: &Arc<Self>,
        interview: InterviewId,
        carried: Option<CallerHash>,
    ) {
        let Some(caller) = self.never.said(interview, carried) else { return };
        let (desk, place) = (self.clone(), self.put_off());
        let kept = tokio::spawn(async move {
            desk.remember_never_ask(&[caller], &[]).await;
            drop(place);
        });
        let _ = tokio::time::timeout(DISK, kept).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_holds_at_once_and_until_it_is_stored() {
        let never = Never::default();
        let (one, two) = (CallerHash([1; 16]), CallerHash([2; 16]));
        assert_eq!(never.holds(Some(one)), None, "not read yet");
        assert_eq!(never.holds(None), None, "not read yet");
        never.load(HashSet::new(), false);
        assert_eq!((never.holds(Some(one)), never.holds(None)), (Some(false), Some(false)));
        never.meet(InterviewId([7; 16]), one);
        never.said(InterviewId([7; 16]), None);
        never.said(InterviewId([8; 16]), Some(two));
        never.said(InterviewId([9; 16]), None);
        // The list may be read again before the turn is stored.
        never.load(HashSet::new(), false);
        assert_eq!((never.holds(Some(one)), never.holds(Some(two))), (Some(true), Some(true)));
        never.load([one].into(), false);
        never.load(HashSet::new(), false);
        assert_eq!(never.holds(Some(one)), Some(false), "stored, and taken out of the store");
    }

    #[test]
    fn the_newest_starts_are_remembered_however_many_there_were() {
        let never = Never::default();
        let id = |n: usize| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&n.to_be_bytes());
            InterviewId(id)
        };
        never.load(HashSet::new(), false);
        let all = 5 * MET;
        for n in 0..all {
            never.meet(id(n), CallerHash([2; 16]));
            if n == all - MET {
                never.meet(id(n), CallerHash([1; 16]));
            }
        }
        never.said(id(0), None);
        assert_eq!(never.holds(Some(CallerHash([2; 16]))), Some(false), "long over");
        never.said(id(all - MET), None);
        assert_eq!(never.holds(Some(CallerHash([1; 16]))), Some(true));
        never.said(id(all - 1), None);
        assert_eq!(never.holds(Some(CallerHash([2; 16]))), Some(true));
        let met = never.met.lock().expect("nobody failed");
        assert!(met.newer.len() + met.older.len() <= 2 * MET);
    }
}
