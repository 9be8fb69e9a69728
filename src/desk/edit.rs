//! Editing a survey: a draft in the store, its check, and publishing it as a new version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Desk;
use crate::interview::Millis;
use crate::store::StoreError;
pub use crate::store::published::{Asked, Draft, Published, Source};
pub use crate::survey::edit::{Edits, Place, QuestionEdits};
use crate::survey::{
    self, Clip, Fault, Files, Lang, Level, Sound, Speech, Survey, Version, compare, longest_ms,
    parse, silent,
};

/// A kind of provider, and for which languages its voice is known to work.
pub struct Voices<'a> {
    /// The kind's word.
    pub kind: &'a str,
    /// Whether there is a voice for a language.
    pub speaks: &'a dyn Fn(Lang) -> bool,
}

/// What came of an edit, before it is asked.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The files with the changes in them.
    pub files: Files,
    /// The survey, if it could be built.
    pub survey: Option<Survey>,
    /// All that is wrong, with its place in the form.
    pub faults: Vec<(Place, Fault)>,
    /// Sentences whose words changed and that have no sound yet, with their words.
    pub unsaid: Vec<(Lang, String, String)>,
}

impl Tried {
    /// Whether it may be asked.
    pub fn sound(&self) -> bool {
        self.survey.is_some() && self.faults.iter().all(|(_, fault)| fault.level != Level::Error)
    }
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Somebody else has published or changed it meanwhile; nothing was changed.
    #[error("somebody else has changed this survey meanwhile")]
    Overtaken,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The files of a published version as the store keeps them.
#[derive(Serialize, Deserialize)]
struct Kept {
    survey: String,
    words: BTreeMap<Lang, String>,
    clips: Vec<KeptClip>,
}

#[derive(Serialize, Deserialize)]
struct KeptClip {
    lang: Lang,
    id: String,
    millis: u32,
    human: bool,
    digest: [u8; 32],
}

/// The files of a published version, from what the store keeps.
///
/// # Errors
/// If that cannot be read.
pub fn files_of(name: &str, kept: &str) -> Result<Files, StoreError> {
    let kept: Kept = serde_json::from_str(kept)
        .map_err(|fault| StoreError::Corrupt(format!("the files of {name}: {fault}")))?;
    let clip = |clip: KeptClip| {
        let place = (clip.lang, clip.id);
        (place, Clip { millis: clip.millis, human: clip.human, digest: clip.digest })
    };
    Ok(Files {
        name: name.to_owned(),
        survey: kept.survey,
        words: kept.words,
        clips: kept.clips.into_iter().map(clip).collect(),
        ..Files::default()
    })
}

fn kept(files: &Files) -> Result<String, StoreError> {
    let clips = files.clips.iter().map(|((lang, id), clip)| KeptClip {
        lang: *lang,
        id: id.clone(),
        millis: clip.millis,
        human: clip.human,
        digest: clip.digest,
    });
    let kept =
        Kept { survey: files.survey.clone(), words: files.words.clone(), clips: clips.collect() };
    serde_json::to_string(&kept)
        .map_err(|fault| StoreError::Corrupt(format!("the files of {}: {fault}", files.name)))
}

/// Tries an edit of the survey that is asked: writes it into the files and checks them as
/// `aftercall check` does. `said` are sounds made for changed words; without them only a voice of
/// the platform can say those, unless `awaited`: then somebody will still speak them.
pub fn tried(
    files: &Files,
    asked: &Survey,
    edits: &Edits,
    said: &BTreeMap<(Lang, String), Clip>,
    awaited: bool,
    voices: &[Voices<'_>],
) -> Tried {
    let mut base = files.clone();
    // Of a version that was published without some sounds, voices say those.
    for (lang, prompts) in &asked.prompts {
        for prompt in prompts.values().filter(|prompt| prompt.sound == Sound::Missing) {
            base.unreadable.insert((*lang, prompt.id.to_string()));
        }
    }
    let mut made = survey::edit::edited(&base, edits);
    for (place, clip) in said {
        made.unreadable.remove(place);
        made.clips.insert(place.clone(), *clip);
    }
    let parsed = parse(&made);
    let mut faults = parsed.faults;
    let mut unsaid = Vec::new();
    if let Some(survey) = &parsed.survey {
        if survey.version != asked.version {
            faults.extend(compare(&made, survey, asked));
        }
        for (lang, id) in &made.unreadable {
            let changed = edits.words.get(lang).is_some_and(|words| words.contains_key(id));
            if let (true, Some(prompt)) = (changed, survey.prompt(*lang, id)) {
                unsaid.push((*lang, id.clone(), prompt.text.to_string()));
            }
        }
        if !awaited || unsaid.is_empty() {
            // What has no sound now only a voice can say, whoever speaks the rest.
            let spoken = Survey { speech: Speech::Voice, ..survey.clone() };
            for voice in voices {
                faults.extend(silent(&made, &spoken, Level::Error, voice.kind, voice.speaks));
            }
        }
    }
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    faults.dedup();
    let faults =
        faults.into_iter().map(|fault| (survey::edit::place(&made, &fault), fault)).collect();
    Tried { files: made, survey: parsed.survey, faults, unsaid }
}

/// All that the check says of a survey's files as they are.
pub fn faults_of(files: &Files, survey: &Survey, voices: &[Voices<'_>]) -> Vec<Fault> {
    let no_edits = Edits::default();
    let tried = tried(files, survey, &no_edits, &BTreeMap::new(), false, voices);
    tried.faults.into_iter().map(|(_, fault)| fault).collect()
}

/// The longest way through a survey in each of its languages, in whole seconds.
pub fn longest_seconds(survey: &Survey) -> Vec<(Lang, u64)> {
    survey.languages.iter().map(|&lang| (lang, longest_ms(survey, lang).div_ceil(1000))).collect()
}

/// The words of a prompt as their file has them, before a place in them is filled.
pub fn written(files: &Files, lang: Lang, id: &str) -> Option<String> {
    let words: toml::Table = files.words.get(&lang)?.parse().ok()?;
    words.get("prompts")?.get(id)?.as_str().map(|text| text.trim().to_owned())
}

/// What changed from one version to the next: words by language and prompt, with both texts.
pub fn changed_words(before: &Survey, after: &Survey) -> Vec<(Lang, String, String, String)> {
    let mut changes = Vec::new();
    let text = |survey: &Survey, lang, id: &str| {
        let found = survey.prompts.get(&lang).and_then(|words| words.get(id));
        found.map(|prompt| prompt.text.to_string()).unwrap_or_default()
    };
    for (&lang, words) in &after.prompts {
        let gone = before.prompts.get(&lang).into_iter().flatten();
        let gone = gone.filter(|(id, _)| !words.contains_key(*id));
        for (id, _) in words.iter().chain(gone) {
            let (old, new) = (text(before, lang, id), text(after, lang, id));
            if old != new {
                changes.push((lang, id.to_string(), old, new));
            }
        }
    }
    changes
}

impl Desk {
    /// What is being edited of a survey, with its edits.
    ///
    /// # Errors
    /// If the store does not answer or holds what this program cannot read.
    pub async fn draft(&self, name: &str) -> Result<Option<(Draft, Edits)>, StoreError> {
        let Some(draft) = self.store.draft(name).await? else { return Ok(None) };
        let edits = serde_json::from_str(&draft.edits)
            .map_err(|fault| StoreError::Corrupt(format!("a draft of {name}: {fault}")))?;
        Ok(Some((draft, edits)))
    }

    /// Keeps what is being edited. `seen` is the revision that was changed; 0 for none.
    ///
    /// # Errors
    /// If somebody else has changed it meanwhile, or the store does not answer.
    pub async fn keep_draft(
        &self,
        name: &str,
        (base, seen): (Version, i64),
        edits: &Edits,
        by: &str,
        now: Millis,
    ) -> Result<(), PublishError> {
        let edits = serde_json::to_string(edits)
            .map_err(|fault| StoreError::Corrupt(format!("a draft of {name}: {fault}")))?;
        let draft = Draft { revision: seen, base, edits, by: by.to_owned(), at_ms: now };
        match self.store.keep_draft(name, &draft).await? {
            true => Ok(()),
            false => Err(PublishError::Overtaken),
        }
    }

    /// Throws away what is being edited.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        self.store.drop_draft(name).await
    }

    /// Makes an edited survey the next step after the one that this desk knows. Whoever is second
    /// is told.
    ///
    /// # Errors
    /// If somebody else was first, or the store does not answer; nothing was changed then.
    pub async fn publish(
        &self,
        files: &Files,
        survey: &Survey,
        follows: i64,
        by: &str,
        now: Millis,
    ) -> Result<(), PublishError> {
        let step = Published {
            name: survey.name.clone(),
            seq: follows + 1,
            version: survey.version,
            source: Source::Page,
            files: kept(files)?,
            by: by.to_owned(),
            at_ms: now,
        };
        match self.store.publish(&step, survey).await? {
            true => Ok(()),
            false => Err(PublishError::Overtaken),
        }
    }

    /// Goes back to what the files say, on every node.
    ///
    /// # Errors
    /// If somebody else was first, or the store does not answer; nothing was changed then.
    pub async fn publish_files(
        &self,
        survey: &Survey,
        follows: i64,
        by: &str,
        now: Millis,
    ) -> Result<(), PublishError> {
        let step = Published {
            name: survey.name.clone(),
            seq: follows + 1,
            version: survey.version,
            source: Source::File,
            files: String::new(),
            by: by.to_owned(),
            at_ms: now,
        };
        match self.store.publish(&step, survey).await? {
            true => Ok(()),
            false => Err(PublishError::Overtaken),
        }
    }

    /// What must be written in the files before they may be asked after the version that is asked.
    /// A version that the store knows was compared when it came, and may come back.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn faults_of_return(
        &self,
        files: &Files,
        of_files: &Survey,
        asked: &Survey,
    ) -> Result<Vec<Fault>, StoreError> {
        if self.store.survey_version(of_files.version).await?.is_some() {
            return Ok(Vec::new());
        }
        Ok(compare(files, of_files, asked))
    }

    /// Keeps a sound of a published version.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keep_sound(&self, digest: &[u8; 32], wav: &[u8]) -> Result<(), StoreError> {
        self.store.keep_sound(digest, wav).await
    }

    /// A kept sound.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn kept_sound(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.sound(digest).await
    }

    /// The files of a version that was published in the page.
    ///
    /// # Errors
    /// If the store does not answer or holds what this program cannot read.
    pub async fn kept_files(
        &self,
        name: &str,
        version: Version,
    ) -> Result<Option<Files>, StoreError> {
        let kept = self.store.published_files(version).await?;
        kept.map(|kept| files_of(name, &kept)).transpose()
    }

    /// Versions of all surveys that were ever asked, oldest first: version, name, when first seen.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn versions_seen(&self) -> Result<Vec<(Version, String, Millis)>, StoreError> {
        self.store.survey_versions().await
    }

    /// All steps that the page took in what is asked of a survey, the newest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn steps_of(&self, name: &str) -> Result<Vec<Published>, StoreError> {
        self.store.published_history(name).await
    }

    /// How often each version was asked.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn survey_counts(&self) -> Result<Vec<(Version, Asked)>, StoreError> {
        self.store.survey_counts().await
    }

    /// Names of queues that are known.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn queue_names(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.store.queues().await?.into_iter().map(|queue| queue.name).collect())
    }
}
