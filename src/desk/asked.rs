//! Which surveys are asked: those of the files, but for those that were edited in the page. A
//! survey edited there stays as it was published until it is edited again, or the files are
//! published again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use super::Desk;
use crate::config::Provider;
use crate::interview::token;
use crate::store::StoreError;
use crate::store::published::{Published, Source};
use crate::survey::{Survey, Version};

/// How long a call may wait until a version is known that another node has just published.
const LEARN: Duration = Duration::from_millis(500);

/// Time between two looks for a version that nobody here knows.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// All surveys that may be asked, and all versions that are still being answered.
#[derive(Debug, Default)]
pub(super) struct Surveys {
    held: RwLock<Held>,
    looked: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Held {
    /// What the files say.
    files: BTreeMap<String, Arc<Survey>>,
    asked: BTreeMap<String, Arc<Survey>>,
    versions: BTreeMap<Version, Arc<Survey>>,
    /// The newest step of each survey that was ever published in the page.
    steps: BTreeMap<String, Published>,
}

impl Surveys {
    pub(super) fn new(files: &[Arc<Survey>], stored: Vec<Survey>) -> Self {
        let mut held = Held::default();
        for survey in stored {
            held.versions.insert(survey.version, Arc::new(survey));
        }
        for survey in files {
            held.versions.insert(survey.version, survey.clone());
            held.files.insert(survey.name.clone(), survey.clone());
            held.asked.insert(survey.name.clone(), survey.clone());
        }
        Self { held: RwLock::new(held), looked: Mutex::default() }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// The version of a survey that is asked.
    pub fn survey(&self, name: &str) -> Option<Arc<Survey>> {
        self.surveys.read().asked.get(name).cloned()
    }

    /// All surveys that may be asked, by name.
    pub fn surveys(&self) -> impl Iterator<Item = Arc<Survey>> + use<> {
        self.surveys.read().asked.values().cloned().collect::<Vec<_>>().into_iter()
    }

    /// A survey version, also one that is no longer asked.
    pub fn version(&self, version: Version) -> Option<Arc<Survey>> {
        self.surveys.read().versions.get(&version).cloned()
    }

    /// What this server's files say, asked or not.
    pub fn survey_of_files(&self, name: &str) -> Option<Arc<Survey>> {
        self.surveys.read().files.get(name).cloned()
    }

    /// The newest step that the page took in what is asked; `None` where a survey never was
    /// edited there.
    pub fn step(&self, name: &str) -> Option<Published> {
        self.surveys.read().steps.get(name).cloned()
    }

    /// Steps that the page took, here or on another node, and this desk does not know yet; each
    /// with its survey.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn surveys_to_take(&self) -> Result<Vec<(Published, Survey)>, StoreError> {
        let newer = |name: &str, seq: i64| {
            self.surveys.read().steps.get(name).is_none_or(|known| known.seq < seq)
        };
        let steps = self.store.published_steps().await?;
        if !steps.iter().any(|(name, seq)| newer(name, *seq)) {
            return Ok(Vec::new());
        }
        let all = self.store.published().await?;
        Ok(all.into_iter().filter(|(step, _)| newer(&step.name, step.seq)).collect())
    }

    /// Asks what that step says, from the next call on. Calls under way keep their version.
    pub fn take_survey(&self, step: Published, survey: Survey) {
        let mut held = self.surveys.write();
        let survey = Arc::new(survey);
        held.versions.entry(survey.version).or_insert_with(|| survey.clone());
        let asked = match step.source {
            Source::Page => Some(survey),
            Source::File => held.files.get(&step.name).cloned(),
        };
        match asked {
            Some(asked) => _ = held.asked.insert(step.name.clone(), asked),
            None => _ = held.asked.remove(&step.name),
        }
        held.steps.insert(step.name.clone(), Published { files: String::new(), ..step });
    }

    /// Has the spool remember the versions that are known here, for a start without the database.
    pub async fn remember_surveys(&self) {
        let all: Vec<Arc<Survey>> = self.surveys.read().versions.values().cloned().collect();
        let all: Vec<&Survey> = all.iter().map(Arc::as_ref).collect();
        let text = serde_json::to_string(&all).unwrap_or_default();
        if let Err(fault) = self.store.keep_beside("surveys", &text).await {
            tracing::error!("the spool does not take the surveys: {fault}");
        }
    }

    /// Whether it is time to look for versions of other nodes again; it is not again for a while.
    pub fn may_look_again(&self) -> bool {
        let mut looked = self.surveys.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let may = looked.is_none_or(|last| now.duration_since(last) >= LOOK_AGAIN);
        if may {
            *looked = Some(now);
        }
        may
    }

    /// Learns the version of a token that was begun on another node, where it is new here.
    pub async fn meet(&self, provider: &Provider, token: Option<&str>) {
        let Some(text) = token else { return };
        if let Ok(state) = token::open(text, &provider.name, &self.keys.tokens) {
            self.learn(state.survey).await;
        }
    }

    /// Reads a version that is not known here. What cannot be read stays unknown.
    pub(super) async fn learn(&self, version: Version) {
        if self.version(version).is_some() || self.store.is_away() {
            return;
        }
        let read = Box::pin(self.store.survey_version(version));
        let read = tokio::time::timeout(LEARN, read).await;
        if let Ok(Ok(Some(survey))) = read {
            self.surveys.write().versions.insert(version, Arc::new(survey));
        }
    }
}
