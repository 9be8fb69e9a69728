//! Survey versions made in the page: drafts, what was published, and its sounds.

use super::{Store, StoreError, look_up, missing_table, read, write_tx};
use crate::interview::Millis;
use crate::survey::{Survey, Version};

const NEWEST: &str = "select p.name, p.seq, p.version, p.source, p.files, p.by_whom, p.at_ms,
        s.definition
    from survey_published p join surveys s on s.version = p.version
    where p.seq = (select max(q.seq) from survey_published q where q.name = p.name)
    order by p.name";
const STEPS: &str = "select name, max(seq) as seq from survey_published group by name";
const HISTORY: &str = "select name, seq, version, source, '' as files, by_whom, at_ms
    from survey_published where name = $1 order by seq desc";
const PUT: &str = "insert into survey_published (name, seq, version, source, files, by_whom, at_ms)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (name, seq) do nothing";
const SEEN: &str = "insert into surveys (version, name, definition, first_seen_ms)
    values ($1, $2, $3, $4) on conflict (version) do nothing";
const FILES: &str = "select files from survey_published
    where version = $1 and source = 'page' order by seq desc limit 1";
const DEFINITION: &str = "select definition from surveys where version = $1";

const HAS_SOUND: &str = "select count(*) from survey_sound where digest = $1";
const PUT_SOUND: &str =
    "insert into survey_sound (digest, wav) values ($1, $2) on conflict (digest) do nothing";
const SOUND: &str = "select wav from survey_sound where digest = $1";

const DRAFT: &str =
    "select name, revision, base, edits, by_whom, at_ms from survey_draft where name = $1";
const NEW_DRAFT: &str = "insert into survey_draft (name, revision, base, edits, by_whom, at_ms)
    values ($1, 1, $2, $3, $4, $5) on conflict (name) do nothing";
const CHANGE_DRAFT: &str = "update survey_draft
    set revision = revision + 1, base = $3, edits = $4, by_whom = $5, at_ms = $6
    where name = $1 and revision = $2";
const DROP_DRAFT: &str = "delete from survey_draft where name = $1";

const COUNTS: &str = "select survey, min(day) as first, max(day) as last,
        cast(sum(case when stage = 'offered' then n else 0 end) as bigint) as offered,
        cast(sum(case when stage = 'started' then n else 0 end) as bigint) as started
    from funnel_tally
    where gen = (select reading from tally_state where id = 1) and kind = 0
        and stage in ('offered', 'started') and n > 0
        and survey not in (select version from surveys where anonymous)
    group by survey";

/// Where a published survey comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It was edited in the page.
    Page,
    /// From then on each node asks what its files say.
    File,
}

impl Source {
    /// The word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::File => "file",
        }
    }
}

/// One step in what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The survey.
    pub name: String,
    /// Counts the steps of this survey, from 1.
    pub seq: i64,
    /// The version that is asked since then.
    pub version: Version,
    /// Where it comes from.
    pub source: Source,
    /// Its files as JSON; empty in a history and where it comes from files.
    pub files: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at_ms: Millis,
}

/// What is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Grows with each change.
    pub revision: i64,
    /// The version that was being edited.
    pub base: Version,
    /// What is changed, as JSON.
    pub edits: String,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at_ms: Millis,
}

/// How often a version was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// First day with an offer, days since 1970-01-01.
    pub first: i64,
    /// Last one.
    pub last: i64,
    /// Interviews offered.
    pub offered: i64,
    /// Interviews with an answer.
    pub started: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    seq: i64,
    version: i64,
    source: String,
    files: String,
    by_whom: String,
    at_ms: i64,
}

impl TryFrom<Row> for Published {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let source = match row.source.as_str() {
            "page" => Source::Page,
            "file" => Source::File,
            other => return Err(StoreError::Corrupt(format!("a survey comes from {other:?}"))),
        };
        Ok(Self {
            version: version(row.version)?,
            source,
            name: row.name,
            seq: row.seq,
            files: row.files,
            by: row.by_whom,
            at_ms: row.at_ms,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DraftRow {
    revision: i64,
    base: i64,
    edits: String,
    by_whom: String,
    at_ms: i64,
}

#[derive(sqlx::FromRow)]
struct NewestRow {
    #[sqlx(flatten)]
    row: Row,
    definition: String,
}

fn version(number: i64) -> Result<Version, StoreError> {
    u32::try_from(number)
        .map(Version)
        .map_err(|_| StoreError::Corrupt(format!("{number} is no survey version")))
}

fn survey(definition: &str) -> Result<Survey, StoreError> {
    serde_json::from_str(definition)
        .map_err(|fault| StoreError::Corrupt(format!("a kept survey cannot be read: {fault}")))
}

impl Store {
    /// The newest step of each survey that was ever published in the page, with its definition.
    /// None in a store that was not yet migrated.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn published(&self) -> Result<Vec<(Published, Survey)>, StoreError> {
        let read: Result<Vec<NewestRow>, sqlx::Error> =
            async { Ok(read!(self, |db| sqlx::query_as(NEWEST).fetch_all(db).await?)) }.await;
        let rows = match read {
            Err(sqlx::Error::Database(fault)) if missing_table(fault.as_ref()) => Vec::new(),
            other => other?,
        };
        rows.into_iter()
            .map(|row| Ok((Published::try_from(row.row)?, survey(&row.definition)?)))
            .collect()
    }

    /// The number of the newest step of each survey that was ever published in the page.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn published_steps(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(read!(self, |db| sqlx::query_as(STEPS).fetch_all(db).await?))
    }

    /// All steps of a survey, the newest first, without their files.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn published_history(&self, name: &str) -> Result<Vec<Published>, StoreError> {
        let rows: Vec<Row> =
            look_up!(self, |db| sqlx::query_as(HISTORY).bind(name).fetch_all(db).await?);
        rows.into_iter().map(Published::try_from).collect()
    }

    /// The files of a version that was made in the page, as JSON.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn published_files(&self, which: Version) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = look_up!(self, |db| sqlx::query_as(FILES)
            .bind(i64::from(which.0))
            .fetch_optional(db)
            .await?);
        Ok(row.map(|(files,)| files))
    }

    /// Makes a version the one that is asked, as that step; takes the draft away. False, and
    /// nothing is changed, if somebody else has taken that step.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn publish(&self, step: &Published, survey: &Survey) -> Result<bool, StoreError> {
        let definition = serde_json::to_string(survey)
            .map_err(|fault| StoreError::Corrupt(format!("survey {}: {fault}", survey.name)))?;
        let version = i64::from(step.version.0);
        Ok(write_tx!(self, |tx| {
            sqlx::query(SEEN)
                .bind(version)
                .bind(step.name.as_str())
                .bind(definition.as_str())
                .bind(step.at_ms)
                .execute(&mut *tx)
                .await?;
            let taken = sqlx::query(PUT)
                .bind(step.name.as_str())
                .bind(step.seq)
                .bind(version)
                .bind(step.source.word())
                .bind(step.files.as_str())
                .bind(step.by.as_str())
                .bind(step.at_ms)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if taken == 0 {
                return Ok(false);
            }
            sqlx::query(DROP_DRAFT).bind(step.name.as_str()).execute(&mut *tx).await?;
            true
        }))
    }

    /// The definition of a version.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn survey_version(&self, which: Version) -> Result<Option<Survey>, StoreError> {
        let row: Option<(String,)> = read!(self, |db| sqlx::query_as(DEFINITION)
            .bind(i64::from(which.0))
            .fetch_optional(db)
            .await?);
        row.map(|(definition,)| survey(&definition)).transpose()
    }

    /// Keeps a sound, if it is new here.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_sound(&self, digest: &[u8; 32], wav: &[u8]) -> Result<(), StoreError> {
        let (there,): (i64,) = read!(self, |db| sqlx::query_as(HAS_SOUND)
            .bind(digest.as_slice())
            .fetch_one(db)
            .await?);
        if there == 0 {
            write_tx!(self, |tx| sqlx::query(PUT_SOUND)
                .bind(digest.as_slice())
                .bind(wav)
                .execute(&mut *tx)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    /// A kept sound.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sound(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let row: Option<(Vec<u8>,)> = read!(self, |db| sqlx::query_as(SOUND)
            .bind(digest.as_slice())
            .fetch_optional(db)
            .await?);
        Ok(row.map(|(wav,)| wav))
    }

    /// What is being edited of a survey.
    ///
    /// # Errors
    /// If the database does not answer or holds what this program cannot read.
    pub async fn draft(&self, name: &str) -> Result<Option<Draft>, StoreError> {
        let row: Option<DraftRow> =
            look_up!(self, |db| sqlx::query_as(DRAFT).bind(name).fetch_optional(db).await?);
        row.map(|row| {
            Ok(Draft {
                revision: row.revision,
                base: version(row.base)?,
                edits: row.edits,
                by: row.by_whom,
                at_ms: row.at_ms,
            })
        })
        .transpose()
    }

    /// Keeps what is being edited; `draft.revision` is the one that was changed, 0 for a new
    /// draft. False, and nothing is changed, if somebody else has changed it meanwhile.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_draft(&self, name: &str, draft: &Draft) -> Result<bool, StoreError> {
        let (base, edits, by) = (i64::from(draft.base.0), draft.edits.as_str(), draft.by.as_str());
        let kept = write_tx!(self, |tx| if draft.revision == 0 {
            let query = sqlx::query(NEW_DRAFT).bind(name).bind(base).bind(edits).bind(by);
            query.bind(draft.at_ms).execute(&mut *tx).await?.rows_affected()
        } else {
            let query = sqlx::query(CHANGE_DRAFT).bind(name).bind(draft.revision).bind(base);
            let query = query.bind(edits).bind(by).bind(draft.at_ms);
            query.execute(&mut *tx).await?.rows_affected()
        });
        Ok(kept > 0)
    }

    /// Takes away what is being edited.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        write_tx!(self, |tx| sqlx::query(DROP_DRAFT)
            .bind(name)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        Ok(())
    }

    /// How often each version was asked, by version.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn survey_counts(&self) -> Result<Vec<(Version, Asked)>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, i64)> =
            look_up!(self, |db| sqlx::query_as(COUNTS).fetch_all(db).await?);
        rows.into_iter()
            .map(|(of, first, last, offered, started)| {
                Ok((version(of)?, Asked { first, last, offered, started }))
            })
            .collect()
    }
}
