//! What a server does beside answering: some of it on each server, the rest on one at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::{App, AppError, draw};
use crate::clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::desk::audit::By;
use crate::desk::handover::Move;
use crate::desk::retention::KeepingError;
use crate::outbox::moves::Mover;
use crate::outbox::recordings::Recordings;
use crate::outbox::sender::Sender;
use crate::outbox::teller::{self, Teller};
use crate::report::{Filter, Reports, Viewer};
use crate::store::partitions::AHEAD;
use crate::store::{Store, StoreError};
use crate::web::Site;
use crate::web::tls::Certificate;

/// How often a lease is renewed, or asked for where another server has it.
const RENEW: Duration = Duration::from_secs(3);
/// Longest time for one pass of anything; what is left is done in the next.
const PASS: Duration = Duration::from_secs(600);
/// Longest time to read anew what is held in memory.
const LEARN: Duration = Duration::from_secs(10);
/// How often it is said that this server is here.
const SEEN: Duration = Duration::from_secs(10);
/// How often the never-ask list is read again.
const REFRESH: Duration = Duration::from_secs(30);
/// How often rules and surveys made in the page of another node are read.
const TAKE: Duration = Duration::from_secs(3);
/// How often what was left unlinked is linked.
const LINK: Duration = Duration::from_secs(60);
/// How often it is counted how many interviews count for no agent.
const COUNT: Duration = Duration::from_secs(60);
/// How often days that are over, and what has changed of them, are packed.
const ROLL: Duration = Duration::from_secs(60);
/// How often it is looked whether a day with anonymous interviews is over.
const FORGET: Duration = Duration::from_secs(60);
/// How often open interviews past their limit are closed.
const EXPIRE: Duration = Duration::from_secs(10);
/// How often it is looked whether callers called again, and which hashes are old.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// How often it is looked whether the tables' next months are there.
const MAKE: Duration = Duration::from_secs(3600);
/// How often it is looked whether something was kept long enough.
const RETAIN: Duration = Duration::from_secs(3600);

/// Background work under way; it ends when this is dropped.
pub(super) struct Background {
    tasks: tokio::task::JoinSet<()>,
    store: Store,
    /// Under which this server holds its leases.
    holder: [u8; 16],
}

impl App {
    /// Starts all background work; that certificate is kept as its files have it.
    ///
    /// # Errors
    /// If what goes out cannot be prepared.
    pub(super) fn background(
        &self,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<Background, AppError> {
        let (store, site) = (self.store.clone(), &self.site);
        let (desk, config) = (site.desk.clone(), site.config.clone());
        let (counters, zone) = (desk.counters_shared(), config.time_zone.clone());
        let tasks = tokio::task::JoinSet::new();
        let mut background = Background { tasks, store: store.clone(), holder: draw() };

        // On each server.
        let mover = Mover::new(counters.clone())?;
        background.tasks.spawn(move_calls(mover, desk.clone(), self.wanted.clone()));
        background.tasks.spawn_on(read_ahead(site.reports.clone()), &site.office);
        background.tasks.spawn(learn(site.clone()));
        background.tasks.spawn(be_seen(store.clone()));
        background.tasks.spawn(count_unlinked(site.clone(), store.clone()));
        let (of, days) = (store.clone(), config.retention.interviews);
        let what = "what the database refused could not be forgotten";
        background
            .tasks
            .spawn(every(RETAIN, store.clone(), what, move || forget_refused(of.clone(), days)));
        background.tasks.spawn(sweep(config.clone()));
        if let Some(certificate) = certificate {
            background.tasks.spawn(certificate.keep_fresh());
        }

        // On one server at a time.
        let recordings = Recordings::new(store.clone(), config.clone(), counters.clone())?;
        let recordings = Arc::new(recordings);
        background.alone("recordings", move || {
            let recordings = recordings.clone();
            async move { recordings.run(clock::now_ms).await }
        });
        let sender = Sender::new(store.clone(), site.reports.clone(), config.clone(), counters)?;
        let sender = Arc::new(sender);
        background.alone_in(&site.office, "deliveries", move || {
            let sender = sender.clone();
            async move { sender.run(clock::now_ms).await }
        });
        let (tellers, told) = (store.clone(), site.clone());
        background.alone("telling", move || tell(tellers.clone(), told.clone()));
        let (linker, of) = (desk.clone(), store.clone());
        background.alone("linking", move || {
            let desk = linker.clone();
            every(LINK, of.clone(), "what waits to be linked could not be", move || {
                let desk = desk.clone();
                async move {
                    let now = clock::now_ms();
                    desk.link_rest(now).await?;
                    desk.forget_announced(now).await.map(drop)
                }
            })
        });
        let (of, observe) = (store.clone(), config.observed_resolution);
        background.alone("calls again", move || {
            let store = of.clone();
            every(
                LOOK_AGAIN,
                of.clone(),
                "whether callers called again could not be noted",
                move || look_again(store.clone(), observe),
            )
        });
        let of = store.clone();
        background.alone_in(&site.office, "packing", move || {
            let (store, zone) = (of.clone(), zone.clone());
            every(ROLL, of.clone(), "days that are over could not be packed", move || {
                let (store, zone) = (store.clone(), zone.clone());
                async move { store.roll(clock::day(clock::now_ms(), &zone) - 1).await.map(drop) }
            })
        });
        let of = store.clone();
        background.alone("closing", move || {
            let store = of.clone();
            every(EXPIRE, of.clone(), "open interviews could not be closed", move || {
                close_expired(store.clone())
            })
        });
        let (of, zone) = (store.clone(), config.time_zone.clone());
        background.alone("months", move || {
            let (store, zone) = (of.clone(), zone.clone());
            every(MAKE, of.clone(), "months to come could not be made", move || {
                let (store, today) = (store.clone(), clock::day(clock::now_ms(), &zone));
                async move { store.make_months(today, AHEAD).await.map(drop) }
            })
        });
        let (keeper, of) = (desk.clone(), store.clone());
        background.alone("retention", move || {
            let desk = keeper.clone();
            every(RETAIN, of.clone(), "what was kept long enough could not be removed", move || {
                retain(desk.clone())
            })
        });
        let (of, draw) = (store, site.draw);
        background.alone("forgetting", move || {
            let desk = desk.clone();
            every(FORGET, of.clone(), "anonymous interviews could not be forgotten", move || {
                forget(desk.clone(), draw)
            })
        });
        Ok(background)
    }
}

impl Background {
    /// Does that work as long as this server has the lease for it; `work` begins it anew.
    fn alone<F>(&mut self, name: &'static str, work: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send,
    {
        self.alone_in(&Handle::current(), name, work);
    }

    /// The same on other threads: what works out figures.
    fn alone_in<F>(
        &mut self,
        threads: &Handle,
        name: &'static str,
        mut work: impl FnMut() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send,
    {
        let (store, holder) = (self.store.clone(), self.holder);
        let work = async move {
            loop {
                if takes(&store, name, holder).await {
                    tracing::debug!(work = name, "done here from now on");
                    tokio::select! {
                        () = work() => {}
                        () = until_lost(&store, name, holder) => {}
                    }
                }
                tokio::time::sleep(RENEW).await;
            }
        };
        self.tasks.spawn_on(work, threads);
    }

    /// Ends all work and leaves it to others.
    pub(super) async fn stop(mut self) {
        self.tasks.shutdown().await;
        if let Err(fault) = self.store.leave_leases(self.holder).await {
            tracing::warn!("other servers take over after a while: {fault}");
        }
    }
}

/// Whether the work is done here for now.
async fn takes(store: &Store, name: &str, holder: [u8; 16]) -> bool {
    if store.is_away() {
        return false;
    }
    let taken = store.take_lease(name, holder, clock::now_ms());
    match tokio::time::timeout(RENEW, taken).await.unwrap_or(Err(StoreError::Busy)) {
        Ok(taken) => taken,
        Err(fault) => {
            tracing::warn!(work = name, "whose work it is cannot be read: {fault}");
            false
        }
    }
}

/// Renews the lease, until that fails.
async fn until_lost(store: &Store, name: &str, holder: [u8; 16]) {
    loop {
        tokio::time::sleep(RENEW).await;
        if !takes(store, name, holder).await {
            return;
        }
    }
}

/// Does something now and then, while the database is there; `fault` says what could not be done.
async fn every<F>(pause: Duration, store: Store, fault: &'static str, mut work: impl FnMut() -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    loop {
        if !store.is_away() {
            // A connection that went silent must not be waited for for ever.
            let done = tokio::time::timeout(PASS, work()).await;
            if let Err(why) = done.unwrap_or(Err(StoreError::Busy)) {
                tracing::warn!("{fault}: {why}");
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Keeps what this server holds in memory as it stands in the store.
async fn learn(site: Site) {
    let desk = &site.desk;
    let mut last = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(TAKE).await;
        if desk.is_away() {
            continue;
        }
        let never_ask = last.elapsed() >= REFRESH;
        if never_ask {
            last = tokio::time::Instant::now();
        }
        let learnt = tokio::time::timeout(LEARN, learn_once(&site, never_ask)).await;
        if let Err(fault) = learnt.unwrap_or(Err(StoreError::Busy)) {
            tracing::warn!("what others have changed could not be read: {fault}");
        }
    }
}

async fn learn_once(site: &Site, never_ask: bool) -> Result<(), StoreError> {
    site.desk.still_fits().await?;
    if never_ask {
        site.desk.refresh_never_ask().await?;
    }
    site.desk.refresh_switches(clock::now_ms()).await?;
    site.take_published().await
}

/// Says that this server is here, and what waits on its disk.
async fn be_seen(store: Store) {
    every(SEEN, store.clone(), "nobody could be told that this server is here", || {
        store.seen(clock::now_ms())
    })
    .await;
}

/// Keeps count of the interviews that count for no agent, for whoever watches this server.
async fn count_unlinked(site: Site, store: Store) {
    every(COUNT, store, "interviews without an agent could not be counted", || {
        let site = site.clone();
        async move {
            let n = site.reports.unlinked(clock::now_ms()).await?;
            site.desk.counters().unlinked(n);
            Ok(())
        }
    })
    .await;
}

/// Closes open interviews past their limit, a part at a time, so that callers are not kept waiting.
async fn close_expired(store: Store) -> Result<(), StoreError> {
    while store.close_expired(clock::now_ms()).await? > 0 {}
    Ok(())
}

/// Removes recordings whose upload broke off, at the start and then now and again; a large folder
/// takes its time, and that on no thread that answers calls.
async fn sweep(config: Arc<Config>) {
    loop {
        let media = config.media.clone();
        let swept = tokio::task::spawn_blocking(move || crate::web::webhooks::sweep(&media)).await;
        match swept {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(n)) => tracing::info!("{n} recordings whose upload broke off are removed"),
            Ok(Err(fault)) => tracing::warn!("the media folder cannot be swept: {fault}"),
        }
        tokio::time::sleep(RETAIN).await;
    }
}

/// Of what the database refused, and a person did not mend, no more is kept than of interviews.
async fn forget_refused(store: Store, days: i64) -> Result<(), StoreError> {
    if days == 0 {
        return Ok(());
    }
    const DAY_MS: i64 = 86_400_000;
    let before_ms = clock::now_ms() - days * DAY_MS;
    match store.forget_refused(before_ms).await? {
        0 => {}
        n => tracing::error!("{n} things that the database refused were old, and are forgotten"),
    }
    Ok(())
}

/// Removes what was kept long enough.
async fn retain(desk: Arc<Desk>) -> Result<(), StoreError> {
    match desk.retain(&By::Server, clock::now_ms(), &|_| {}).await {
        Ok(done) if done.held_up => {
            tracing::warn!("no month is closed while a recount is under way: aftercall recount");
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(KeepingError::Store(fault)) => Err(fault),
        Err(file) => {
            tracing::warn!("what was kept long enough could not be removed: {file}");
            Ok(())
        }
    }
}

/// Makes the report that is asked for most, for nobody: what the first one reads from the disk, or
/// has the database make ready, no manager waits for.
async fn read_ahead(reports: Arc<Reports>) {
    let now = clock::now_ms();
    let today = reports.today(now);
    let Ok(first) = today.checked_sub(jiff::Span::new().days(29)) else { return };
    let month = Filter::days(first, today);
    if let Err(fault) = reports.agents(&month, &Viewer::everything(), now).await {
        tracing::warn!("no report could be read ahead: {fault}");
    }
}

/// Notes whether callers called again, if that is wanted, and forgets the hashes that it takes no
/// longer; in this order, so that nothing is forgotten before it was looked at.
async fn look_again(store: Store, observe: bool) -> Result<(), StoreError> {
    // A part at a time, so that callers are not kept waiting.
    while observe && store.observe(clock::now_ms()).await? > 0 {
        tokio::task::yield_now().await;
    }
    while store.forget_hashes(clock::now_ms()).await? > 0 {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Finds out what others are to be told, if anybody wants to be; tries until the store says.
async fn tell(store: Store, site: Site) {
    let (reports, config) = (site.reports, site.config);
    loop {
        let counters = site.desk.counters_shared();
        let (again, reports, config) = (store.clone(), reports.clone(), config.clone());
        match Teller::open(again, reports, config, counters, clock::now_ms()).await {
            Ok(Some(teller)) => teller.run(clock::now_ms).await,
            Ok(None) => teller::nobody(&store, clock::now_ms).await,
            Err(fault) => tracing::warn!("who wants to be told of what cannot be read: {fault}"),
        }
        tokio::time::sleep(EXPIRE).await;
    }
}

/// Forgets what leads to anonymous interviews of days that are over, a part at a time.
///
/// # Errors
/// If the store does not answer.
async fn forget(desk: Arc<Desk>, draw: fn() -> [u8; 16]) -> Result<(), StoreError> {
    loop {
        let mut random = [0; 32];
        random[..16].copy_from_slice(&draw());
        random[16..].copy_from_slice(&draw());
        if desk.forget_anonymous(clock::now_ms(), random).await? == 0 {
            return Ok(());
        }
    }
}

/// Moves the customers of wrapped-up calls to the survey, for providers that are set so.
async fn move_calls(
    mover: Mover,
    desk: Arc<Desk>,
    wanted: Arc<tokio::sync::Mutex<tokio::sync::mpsc::Receiver<Move>>>,
) {
    let mut wanted = wanted.lock().await;
    while let Some(wish) = wanted.recv().await {
        let (mover, desk) = (mover.clone(), desk.clone());
        tokio::spawn(async move {
            let Some(provider) = desk.config().providers.get(&wish.provider) else { return };
            let start = desk.announce_move(&wish, draw(), clock::now_ms()).await;
            // Counted and logged by the mover itself.
            let _ = mover.move_call(provider, &wish.customer, &start).await;
        });
    }
}
