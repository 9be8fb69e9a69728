//! What was published in the page is asked and heard here: store, desk and library kept in step.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::Site;
use crate::audio::{self, speak};
use crate::desk::StoreError;
use crate::desk::edit::{self, Edits, PublishError, Tried, Voices};
use crate::dialect;
use crate::survey::{Clip, Files, Lang, Survey, Version};

/// Runs `work` with the kinds of provider that the settings have and their voices.
fn with_voices<T>(site: &Site, work: impl FnOnce(&[Voices<'_>]) -> T) -> T {
    let mut kinds: Vec<_> = site.config.providers.values().map(|p| p.kind).collect();
    kinds.sort_unstable_by_key(|kind| kind.word());
    kinds.dedup();
    let speaks: Vec<_> = kinds
        .iter()
        .map(|&kind| move |lang: Lang| dialect::of(kind).voice(lang).is_some())
        .collect();
    let voices: Vec<_> = kinds
        .iter()
        .zip(&speaks)
        .map(|(kind, speaks)| Voices { kind: kind.word(), speaks })
        .collect();
    work(&voices)
}

/// What came of publishing an edit.
#[derive(Debug)]
pub enum Publishing {
    /// It is asked from the next call on.
    Done {
        /// Sentences that the speech program said.
        spoken: usize,
        /// Sentences that are left to the platforms' voices.
        left: usize,
    },
    /// It has faults; nothing was changed.
    Refused(Box<Tried>),
}

impl Site {
    /// Takes what was published since the last time, here or on another node.
    ///
    /// # Errors
    /// If the store does not answer; what is asked stays as it was.
    pub async fn take_published(&self) -> Result<(), StoreError> {
        let steps = self.desk.surveys_to_take().await?;
        let any = !steps.is_empty();
        for (step, survey) in steps {
            if step.files.is_empty() {
                self.library.take_files(&step.name);
            } else {
                let files = edit::files_of(&step.name, &step.files)?;
                let mut more = BTreeMap::new();
                for digest in self.library.lacks(&files) {
                    if let Some(wav) = self.desk.kept_sound(&digest).await? {
                        more.insert(digest, Bytes::from(wav));
                    }
                }
                // It can be heard before anybody is asked it.
                self.library.take(files, Arc::new(survey.clone()), &more, true);
            }
            let (name, version, by) = (&step.name, step.version, &step.by);
            tracing::info!(survey = name, %version, by, "published in the page");
            self.desk.take_survey(step, survey);
        }
        if any {
            self.desk.remember_surveys().await;
        }
        Ok(())
    }

    /// Takes what was published, if that version is not known here: another node may have
    /// published it a moment ago. An address that anybody may ask makes the store read at most
    /// once in a while.
    pub async fn meet_version(&self, version: Version) {
        if self.library.version(version).is_some() || !self.desk.may_look_again() {
            return;
        }
        if let Err(fault) = self.take_published().await {
            tracing::warn!("what was published could not be read: {fault}");
        }
    }

    /// All that the check says of a survey that is asked.
    pub fn survey_faults(&self, survey: &Survey) -> Vec<crate::survey::Fault> {
        let Some(files) = self.library.files(survey.version) else { return Vec::new() };
        with_voices(self, |voices| edit::faults_of(&files, survey, voices))
    }

    /// Tries an edit, as if the speech program would say what changed.
    pub fn try_edit(&self, files: &Files, asked: &Survey, edits: &Edits) -> Tried {
        let said = BTreeMap::new();
        with_voices(self, |voices| edit::tried(files, asked, edits, &said, true, voices))
    }

    /// Publishes an edit of the survey that is asked. What changed is spoken by the speech
    /// program, if there is one; what it does not say is left to the platforms' voices, where they
    /// all have one.
    ///
    /// # Errors
    /// If somebody else has published meanwhile, or the store does not answer.
    pub async fn publish_edit(
        &self,
        asked: &Survey,
        edits: &Edits,
        follows: i64,
        by: &str,
        now: i64,
    ) -> Result<Publishing, PublishError> {
        let Some(files) = self.library.files(asked.version) else {
            return Err(PublishError::Overtaken);
        };
        let first = self.try_edit(&files, asked, edits);
        if !first.sound() {
            return Ok(Publishing::Refused(Box::new(first)));
        }
        let (said, wavs) = self.speak(asked, &first).await;
        let tried =
            with_voices(self, |voices| edit::tried(&files, asked, edits, &said, false, voices));
        let Some(survey) = tried.survey.as_ref().filter(|_| tried.sound()) else {
            return Ok(Publishing::Refused(Box::new(tried)));
        };
        for (digest, wav) in self.library.sounds_of(&tried.files) {
            self.desk.keep_sound(&digest, &wav).await?;
        }
        for (digest, wav) in &wavs {
            self.desk.keep_sound(digest, wav).await?;
        }
        self.desk.publish(&tried.files, survey, follows, by, now).await?;
        self.take_published().await?;
        Ok(Publishing::Done { spoken: said.len(), left: tried.unsaid.len() })
    }

    /// Has the speech program say what changed. Where there is none, nothing is said.
    async fn speak(
        &self,
        survey: &Survey,
        tried: &Tried,
    ) -> (BTreeMap<(Lang, String), Clip>, Vec<([u8; 32], Vec<u8>)>) {
        let (mut said, mut wavs) = (BTreeMap::new(), Vec::new());
        for (lang, id, text) in &tried.unsaid {
            let place = (survey.name.as_str(), *lang, id.as_str());
            match speak::sentence(&self.config.speech, place, text).await {
                Ok(wav) => {
                    if let Some(clip) = audio::clip(&wav) {
                        said.insert((*lang, id.clone()), clip);
                        wavs.push((clip.digest, wav));
                    }
                }
                Err(fault @ speak::SpeakError::Start { .. }) => {
                    tracing::info!("changed words are left to voices: {fault}");
                    break;
                }
                Err(fault) => tracing::warn!("changed words are left to voices: {fault}"),
            }
        }
        (said, wavs)
    }
}
