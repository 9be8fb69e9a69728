//! The database is away: what is to be stored waits on this server's own disk, and is brought to
//! the database when that is back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::records::Routed;
use super::{Desk, missed};
use crate::clock;
use crate::config::Provider;
use crate::interview::{Input, InterviewId, Millis, Recording};
use crate::store::{Begin, CallerHash, Carried, Claim, Item, Spooled, StoreError, Turn, Waits};
use crate::telemetry::Stand;

/// Pause before the first probe of a database that is away; each further one is twice as long.
const FIRST_PROBE: Duration = Duration::from_millis(100);
/// Longest pause between probes.
const PROBE: Duration = Duration::from_secs(1);
/// Pause after the database was found not to be the one that it should be.
const UNUSABLE: Duration = Duration::from_secs(30);
/// How long the database may take for anything of it.
const BRING: Duration = Duration::from_secs(20);
/// What is brought to the database at once.
const AT_ONCE: u32 = 256;

/// Until when a request that begins now may wait for the database, and until when for the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// For a look at what waits on the disk.
    look: Instant,
    pub database: Instant,
    pub spool: Instant,
}

impl Budget {
    /// The provider's own time for the database, and a third more for the spool.
    pub(super) fn of(provider: &Provider) -> Self {
        let (now, database) = (Instant::now(), Duration::from_millis(provider.budget_ms));
        let spool = now + database + database / 3;
        Self { look: now + database / 3, database: now + database, spool }
    }
}

/// Where something is kept.
#[derive(Clone, Debug)]
pub(super) enum Kept<T> {
    /// In the database.
    Stored(T),
    /// On this server's disk, until the database is back.
    Spooled(T),
}

/// What a provider tells of a call, as it waits in the spool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice {
    /// The call is over.
    Ended {
        provider: String,
        call_id: Option<String>,
        token: Option<String>,
        how: String,
        recording: Option<Recording>,
    },
    /// A recording is ready, or failed.
    Recording {
        provider: String,
        call_id: Option<String>,
        token: Option<String>,
        recording: Recording,
        ready: bool,
    },
    /// Something else happened to a call.
    Routing { provider: String, event: Routed },
    /// An interview failed by our own fault.
    Failed { interview: InterviewId, reason: String },
}

impl Desk {
    /// Runs one call of the store until the deadline; not at all while the database is away. Once
    /// it is, somebody looks for its return.
    ///
    /// # Errors
    /// [`StoreError::Busy`] for a miss, else what the call says.
    pub(super) async fn within<T>(
        self: &Arc<Self>,
        deadline: Instant,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let done = self.store.within(deadline, work).await;
        if done.is_err() && self.store.is_away() {
            self.bring_when_back();
        }
        done
    }

    /// Looks whether a newer program has changed the tables so that this one must leave them alone;
    /// what callers say then waits in the spool. To be called now and then.
    ///
    /// # Errors
    /// If one has, or the database does not answer.
    pub async fn still_fits(self: &Arc<Self>) -> Result<(), StoreError> {
        let fits = self.store.still_fits().await;
        if self.is_away() {
            self.bring_when_back();
        }
        fits
    }

    /// Whether the database is away.
    pub fn is_away(&self) -> bool {
        self.store.is_away()
    }

    /// How this server stands, for those who watch it.
    pub async fn stand(&self) -> Stand {
        let depth = self.store.spool_depth().await.unwrap_or_default();
        Stand {
            away: self.is_away(),
            spooled_turns: depth.turns,
            spooled: depth.items,
            refused: depth.refused,
        }
    }

    /// Stores a turn, and before it the start that could not be stored, where there is one; spools
    /// both where the database does not take them. A turn that waits in the spool stands.
    ///
    /// # Errors
    /// Why the database did not take it, if it could be kept nowhere.
    pub(super) async fn keep_turn(
        self: &Arc<Self>,
        budget: Budget,
        start: Option<Box<Begin>>,
        turn: Arc<Turn>,
    ) -> Result<Kept<Claim>, StoreError> {
        // A disk that does not answer is no reason not to ask the database.
        let waits = self.store.spooled_turn(turn.id, turn.turn);
        match tokio::time::timeout_at(budget.look, waits).await {
            Ok(Ok(Some(first))) => return Ok(Kept::Spooled(Claim::Lost(Box::new(first)))),
            Ok(Ok(None)) => {}
            Ok(Err(fault)) => tracing::error!("the spool cannot be read: {fault}"),
            Err(_) => tracing::error!("the spool cannot be read: it does not answer"),
        }
        let stored = self.within(budget.database, self.record(start.clone(), turn.clone())).await;
        let fault = match stored {
            Ok(claim) => return Ok(Kept::Stored(claim)),
            Err(fault) => fault,
        };
        let spooled = Box::pin(self.store.spool_turn(start, Arc::unwrap_or_clone(turn)));
        let spooled = tokio::time::timeout_at(budget.spool, spooled).await;
        // The database may have come back under way.
        self.bring_when_back();
        match spooled {
            Ok(Ok(None)) => Ok(Kept::Spooled(Claim::Won)),
            Ok(Ok(Some(first))) => Ok(Kept::Spooled(Claim::Lost(Box::new(first)))),
            Ok(Err(why)) => Err(self.unkept(fault, &why)),
            Err(_) => Err(self.unkept(fault, &StoreError::Busy)),
        }
    }

    /// Spools a start that the database does not take.
    ///
    /// # Errors
    /// If it could be kept nowhere.
    pub(super) async fn keep_start(
        self: &Arc<Self>,
        budget: Budget,
        begin: Begin,
    ) -> Result<Spooled, StoreError> {
        let spooled = self.store.spool_start(begin);
        let spooled = tokio::time::timeout_at(budget.spool, spooled).await;
        self.bring_when_back();
        match spooled {
            Ok(spooled) => spooled,
            Err(_) => Err(StoreError::Busy),
        }
    }

    /// The fault to tell of when the spool failed too.
    fn unkept(&self, fault: StoreError, why: &StoreError) -> StoreError {
        if self.store.has_spool() {
            tracing::error!("the spool cannot be written: {why}");
        }
        fault
    }

    /// Spools a notice; says whether it is kept.
    pub(super) async fn keep_notice(
        self: &Arc<Self>,
        provider: &str,
        notice: &Notice,
        at_ms: Millis,
    ) -> bool {
        let words = serde_json::to_string(notice).unwrap_or_default();
        match self.store.spool_notice(words, at_ms).await {
            Ok(()) => {
                self.counters.count("spooled", provider);
                // A fault of its data leaves the database there: it is tried again all the same.
                self.bring_when_back();
                true
            }
            Err(fault) => {
                if self.store.has_spool() {
                    tracing::error!("the spool cannot be written: {fault}");
                }
                false
            }
        }
    }

    /// Looks until the database is back, and brings it what waits in the spool by now; one task,
    /// however often this is called.
    pub fn bring_when_back(self: &Arc<Self>) {
        if self.looks.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let mut pause = FIRST_PROBE;
            loop {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PROBE);
                let looks = desk.looks.load(Ordering::Acquire);
                if !desk.store.probe().await {
                    continue;
                }
                if desk.store.is_incomplete()
                    && let Err(fault) = desk.complete().await
                {
                    tracing::error!("the database answers, and cannot be used: {fault}");
                    pause = UNUSABLE;
                    continue;
                }
                desk.store.is_back();
                match desk.bring().await {
                    Ok(0) => {}
                    Ok(n) => {
                        tracing::info!("{n} things that waited for the database are stored");
                        desk.caught_up().await;
                    }
                    Err(fault) => {
                        tracing::warn!("what waits for the database could not be stored: {fault}");
                        continue;
                    }
                }
                // Whoever asked under way missed it, or put something behind what was brought.
                let nobody =
                    desk.looks.compare_exchange(looks, 0, Ordering::AcqRel, Ordering::Acquire);
                if nobody.is_ok() {
                    return;
                }
                pause = FIRST_PROBE;
            }
        });
    }

    /// Does what opening the desk without the database has left out.
    ///
    /// # Errors
    /// If the database does not fit the settings, or does not answer.
    async fn complete(&self) -> Result<(), StoreError> {
        self.store.complete().await?;
        self.check_store().await?;
        self.check_time_zone().await?;
        self.surveys_seen(clock::now_ms()).await?;
        self.refresh_never_ask().await?;
        self.refresh_switches(clock::now_ms()).await?;
        self.store.completed();
        Ok(())
    }

    /// What follows once nothing waits any more.
    async fn caught_up(&self) {
        if let Err(fault) = self.refresh_never_ask().await {
            tracing::warn!("the never-ask list could not be read again: {fault}");
        }
        if let Err(fault) = self.store.seen(clock::now_ms()).await {
            tracing::warn!("nobody could be told that nothing waits here: {fault}");
        }
    }

    /// Brings everything that waits in the spool to the database; says how much that was.
    ///
    /// # Errors
    /// If the database does not take it, or the spool cannot be read.
    async fn bring(self: &Arc<Self>) -> Result<u64, StoreError> {
        let mut brought = 0;
        loop {
            let waits = self.store.spooled(AT_ONCE).await?;
            if waits.is_empty() {
                return Ok(brought);
            }
            // What has a higher place relies on what has a lower one.
            for group in waits.chunk_by(|one, next| one.place == next.place) {
                let results = group.iter().map(async |one| {
                    let brought = tokio::time::timeout(BRING, self.bring_one(&one.item));
                    brought.await.unwrap_or(Err(Refused::Away(StoreError::Busy)))
                });
                let results = join_all(results).await;
                let mut stored = Vec::with_capacity(group.len());
                let mut missed = None;
                for (one, result) in group.iter().zip(results) {
                    match result {
                        Ok(()) => stored.push(one),
                        Err(Refused::Away(fault)) => missed = Some(fault),
                        Err(Refused::ForGood(why)) => self.give_up(one, &why).await?,
                    }
                }
                brought += stored.len() as u64;
                self.store.unspool(&stored).await?;
                if let Some(fault) = missed {
                    self.store.missed(&fault);
                    return Err(fault);
                }
            }
        }
    }

    async fn give_up(&self, one: &Waits, why: &str) -> Result<(), StoreError> {
        self.counters.count("spool_refused", "");
        tracing::error!("something in the spool is refused by the database and stays there: {why}");
        self.store.spool_refused(one, why).await
    }

    async fn bring_one(self: &Arc<Self>, item: &Item) -> Result<(), Refused> {
        match item {
            Item::Start(begin) => {
                let known = match self.store.begin((**begin).clone()).await {
                    // Kept for a person it would outlive what it belongs to.
                    Err(StoreError::ClosedDay) => {
                        self.came_too_late();
                        return Ok(());
                    }
                    known => known?,
                };
                let anonymous = self.version(begin.survey).is_some_and(|survey| survey.anonymous);
                if known.new && !anonymous {
                    self.link_soon(begin.id);
                }
                Ok(())
            }
            Item::Turn(turn) | Item::Second(turn) => self.bring_turn(turn).await,
            Item::Notice(words, at_ms) => {
                let notice = serde_json::from_str(words)
                    .map_err(|fault| Refused::ForGood(format!("it cannot be read: {fault}")))?;
                self.take_notice(&notice, *at_ms).await?;
                Ok(())
            }
        }
    }

    async fn bring_turn(&self, turn: &Turn) -> Result<(), Refused> {
        match self.record(None, turn.clone().into()).await? {
            Claim::Won => self.counters.count("saved_later", ""),
            Claim::Lost(first) if first.input == turn.input => {}
            Claim::Lost(first) if first.input == Input::Silence => {
                // A hang-up that another server was told of, most likely, in place of the keys that
                // this one had already heard: they count beside it, unless the call went on from
                // the silence.
                match self.record(None, Arc::new(beside(turn))).await? {
                    Claim::Won => self.counters.count("saved_later", ""),
                    Claim::Lost(first) if first.input == turn.input => {}
                    _ => self.contradicted(turn),
                }
            }
            Claim::Lost(_) => self.contradicted(turn),
            Claim::Closed if self.store.known(turn.id).await?.is_none() => {
                if self.is_closed(turn.at_ms).await? {
                    self.came_too_late();
                    return Ok(());
                }
                return Err(Refused::ForGood("the database does not know its interview".into()));
            }
            Claim::Closed => self.counters.count("late", ""),
        }
        Ok(())
    }

    /// Two servers took the same turn while the database was away, and not as the same. Where the
    /// call went on, its next turn says or will say from which of them ([`Carried`]), and that
    /// stands; else what the database had first.
    fn contradicted(&self, turn: &Turn) {
        self.counters.count("conflict", "");
        tracing::warn!(
            interview = %turn.id,
            turn = turn.turn,
            "came twice with different keys while the database was away"
        );
    }

    /// Keeps in the spool who must never be asked, so that it holds after a restart without the
    /// database.
    pub(super) async fn remember_never_ask(&self, more: &[CallerHash], fewer: &[CallerHash]) {
        if let Err(fault) = self.store.spool_never_ask(more, fewer).await {
            tracing::error!("the spool does not take who must never be asked: {fault}");
        }
    }
}

/// The turn as one of its own after the one that stands in its place.
fn beside(turn: &Turn) -> Turn {
    let carried = Carried { since: turn.turn, items: turn.items.clone() };
    let number = turn.turn.saturating_add(1);
    Turn { turn: number, items: Vec::new(), carried, ..turn.clone() }
}

/// Why the database did not take something that waited.
enum Refused {
    /// It is away again.
    Away(StoreError),
    /// It never will.
    ForGood(String),
}

impl From<StoreError> for Refused {
    fn from(fault: StoreError) -> Self {
        match fault.is_of_data() {
            true => Self::ForGood(fault.to_string()),
            false => Self::Away(fault),
        }
    }
}

/// The state that goes on from a turn or start that is spooled: its link carries what the database
/// does not have, so that any other server can store it too.
pub(super) fn carried(
    mut after: crate::interview::State,
    before: &crate::interview::State,
) -> crate::interview::State {
    after = missed::saved(after);
    after.unsaved = Some(before.unsaved.unwrap_or(before.turn));
    after.start = before.start.clone();
    after
}
