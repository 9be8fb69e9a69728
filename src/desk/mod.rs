//! USE CASES: start, answer, end, link. Loads, steps, saves; knows neither HTTP nor XML.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::config::{Config, Otherwise, Provider};
use crate::interview::{InterviewId, Millis, Order, State};
use crate::store::Store;
pub use crate::store::StoreError;
use crate::store::lens::CodeKey;
use crate::survey::{Lang, Survey};
use crate::telemetry::Counters;

pub mod answer;
pub mod asked;
pub mod audit;
mod away;
pub mod browse;
pub mod caller;
pub mod door;
pub mod edit;
pub mod erasure;
pub mod follow;
pub mod handled;
pub mod handover;
pub mod hello;
pub mod import;
pub mod keys;
pub mod link;
mod missed;
mod never;
pub mod notice;
pub mod offer;
pub mod people;
pub mod records;
pub mod retention;
pub mod review;
pub mod seal;
pub mod sso;
pub mod start;
pub mod switch;
pub mod targets;
pub mod tokens;
pub mod veil;
pub mod wall;
pub mod watch;

use keys::Keys;
pub use missed::upload_name;

/// The desk: everything that happens to calls, callers and records goes through it.
#[derive(Debug)]
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) config: Arc<Config>,
    pub(crate) keys: Keys,
    pub(crate) counters: Arc<Counters>,
    surveys: asked::Surveys,
    switches: switch::Switches,
    never: never::Never,
    watch: watch::Watch,
    wall: wall::Wall,
    door: door::Door,
    believed: tokens::Believed,
    single: sso::Single,
    hellos: hello::Used,
    /// Held for reading by every task that was put off until after an answer.
    later: Arc<tokio::sync::RwLock<()>>,
    to_link: Mutex<link::ToLink>,
    /// How often a look for the return of a database that is away was asked for since one was
    /// begun; 0 while nobody looks.
    looks: AtomicU32,
    /// Whether this server is about to stop.
    leaving: AtomicBool,
    /// Last turns that could be kept nowhere but in memory.
    untold: Mutex<HashSet<(InterviewId, u8)>>,
    /// Places for what could be kept nowhere and no further request brings.
    trying: Arc<tokio::sync::Semaphore>,
}

/// What the caller hears next.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The interview's order.
    Speak(Box<Speak>),
    /// This caller is not asked.
    Leave {
        /// What happens instead.
        otherwise: Otherwise,
        /// In whose words, where something is said.
        survey: Arc<Survey>,
        /// The language.
        lang: Lang,
    },
    /// A goodbye that belongs to no interview.
    Sorry(Lang),
    /// Nobody vouches for this start: it is refused and changes nothing.
    Refused,
    /// Nothing: a notice.
    Nothing,
}

/// The interview's order with what is needed to write it.
#[derive(Clone, Debug)]
pub struct Speak {
    /// The survey version.
    pub survey: Arc<Survey>,
    /// The state that the next token carries.
    pub state: State,
    /// What to do.
    pub order: Order,
    /// The sealed state.
    pub token: String,
}

/// Surveys as [`Desk::remember_surveys`] has kept them; those that this program cannot read are
/// unknown.
fn recalled(kept: Option<String>) -> Vec<Survey> {
    let read = |kept: String| {
        serde_json::from_str(&kept)
            .inspect_err(|fault| tracing::error!("the spool's surveys cannot be read: {fault}"))
            .ok()
    };
    kept.and_then(read).unwrap_or_default()
}

fn other_caller_key() -> StoreError {
    StoreError::Mismatch(
        "caller_key is not the one this store was made with: callers would be counted as others \
         and never-ask would be forgotten. Put the old key back"
            .into(),
    )
}

impl Desk {
    /// The number that was kept for a call-back, if it was kept for that interview.
    pub fn number_to_call(&self, sealed: &[u8], interview: InterviewId) -> Option<String> {
        self.keys.open_number(sealed, interview)
    }

    /// A desk on that store. Loads the survey versions that the store knows and the list of those
    /// who must never be asked; while the database is away, what the spool remembers of them.
    /// Before callers are served, [`Desk::surveys_seen`] must make the surveys known.
    ///
    /// # Errors
    /// If the store refuses, or was made with another caller key or time zone.
    pub async fn open(
        store: Store,
        config: Arc<Config>,
        surveys: &[Arc<Survey>],
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let away = store.is_away();
        let stored = match away {
            true => recalled(store.kept_beside("surveys").await?),
            false => store.surveys().await?,
        };
        let desk = Self {
            keys: Keys::new(&config),
            store,
            config,
            counters,
            surveys: asked::Surveys::new(surveys, stored),
            switches: switch::Switches::default(),
            never: never::Never::default(),
            watch: watch::Watch::default(),
            wall: wall::Wall::default(),
            door: door::Door::default(),
            believed: tokens::Believed::default(),
            single: sso::Single::default(),
            hellos: hello::Used::default(),
            later: Arc::default(),
            to_link: Mutex::default(),
            looks: AtomicU32::new(0),
            leaving: AtomicBool::new(false),
            untold: Mutex::default(),
            trying: Arc::new(tokio::sync::Semaphore::new(missed::TRYING)),
        };
        desk.recall_never_ask().await?;
        if away {
            let kept = desk.store.kept_beside("caller_key").await?;
            if kept.is_some_and(|kept| kept != desk.keys.fingerprint()) {
                return Err(other_caller_key());
            }
            desk.recall_switches().await?;
        } else {
            desk.check_store().await?;
            desk.refresh_never_ask().await?;
            desk.refresh_switches(crate::clock::now_ms()).await?;
        }
        Ok(desk)
    }

    /// Refuses a store that was made with another caller key, and says which surveys go by an old
    /// rule of credit.
    ///
    /// # Errors
    /// If it was, or the store does not answer.
    async fn check_store(&self) -> Result<(), StoreError> {
        let fingerprint = self.keys.fingerprint();
        if self.store.remember("caller_key", &fingerprint).await? != fingerprint {
            return Err(other_caller_key());
        }
        self.store.keep_beside("caller_key", &fingerprint).await?;
        for survey in self.surveys() {
            let rule = self.store.credit_rule(&survey.name, survey.credit).await?;
            if rule != survey.credit {
                tracing::warn!(
                    survey = survey.name,
                    "credit goes by the old rule until you run: aftercall recount"
                );
            }
        }
        Ok(())
    }

    /// Refuses another caller key than the store was made with, and changes nothing.
    ///
    /// # Errors
    /// If it is another one, or the store does not answer.
    pub async fn check_caller_key(store: &Store, config: &Config) -> Result<(), StoreError> {
        let kept = store.kept("caller_key").await?;
        match kept.is_none_or(|kept| kept == Keys::new(config).fingerprint()) {
            true => Ok(()),
            false => Err(other_caller_key()),
        }
    }

    /// Makes the newest surveys known to the store: interviews can only begin in a version that it
    /// knows, and the next change is compared with them.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn surveys_seen(&self, now: Millis) -> Result<(), StoreError> {
        for survey in self.surveys() {
            self.store.survey_seen(&survey, now).await?;
        }
        self.remember_surveys().await;
        Ok(())
    }

    /// Refuses a changed time zone, under which stored days would mean other dates; `recount`
    /// rewrites the days and then keeps the new zone.
    ///
    /// # Errors
    /// If the zone is another one, or the store does not answer.
    pub async fn check_time_zone(&self) -> Result<(), StoreError> {
        let zone = self.config.time_zone.iana_name().unwrap_or("UTC");
        let kept = self.store.remember("time_zone", zone).await?;
        if kept == zone {
            return Ok(());
        }
        Err(StoreError::Mismatch(format!(
            "time_zone is {zone}, but the days in this store are those of {kept}. Set it back, or \
             run: aftercall recount"
        )))
    }

    /// The key under which agents' codes in reports are made.
    pub fn agent_codes(&self) -> CodeKey {
        self.keys.agent_codes()
    }

    /// The counters.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The counters, to be counted into by others.
    pub fn counters_shared(&self) -> Arc<Counters> {
        self.counters.clone()
    }

    /// This server is about to stop: it is no longer ready for callers, and serves those who come.
    pub fn stop_soon(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether this server is about to stop.
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Whether callers can be served: the database answers, or what they say can wait in the
    /// spool.
    ///
    /// # Errors
    /// Why the database does not answer.
    pub async fn ready(self: &Arc<Self>) -> Result<(), StoreError> {
        let patience = tokio::time::Instant::now() + std::time::Duration::from_secs(1);
        match self.within(patience, self.store.ping()).await {
            Err(_) if self.store.spool_depth().await.is_ok() && self.store.has_spool() => Ok(()),
            answer => answer,
        }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The document of a state with its sealed token.
    fn speak(
        &self,
        provider: &Provider,
        survey: &Arc<Survey>,
        state: State,
        order: Order,
    ) -> Answer {
        let token = match self.keys.tokens.first() {
            Some(key) => crate::interview::token::seal(&state, &provider.name, key),
            None => String::new(),
        };
        Answer::Speak(Box::new(Speak { survey: survey.clone(), state, order, token }))
    }

    /// The language in which a goodbye outside an interview is said.
    pub fn default_language(&self, provider: &Provider) -> Lang {
        provider
            .language
            .or_else(|| {
                let named = provider.survey.as_deref().and_then(|name| self.survey(name));
                named.or_else(|| self.surveys().next()).map(|s| s.default_language())
            })
            .unwrap_or_else(|| "en".parse().unwrap_or_else(|_| unreachable!("en is a language")))
    }

    /// The goodbye for whoever comes after an interview was closed. Nothing went wrong, so nothing
    /// is apologised for.
    fn late(&self, provider: &Provider, survey: &Arc<Survey>, lang: Lang) -> Answer {
        self.counters.count("late", &provider.name);
        Answer::Leave { otherwise: Otherwise::Goodbye, survey: survey.clone(), lang }
    }

    /// A goodbye outside an interview, counted by reason.
    pub(crate) fn sorry(&self, provider: &Provider, reason: &str) -> Answer {
        self.counters.count(reason, &provider.name);
        Answer::Sorry(self.default_language(provider))
    }
}
