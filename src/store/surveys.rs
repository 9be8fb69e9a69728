//! Every survey version that was ever asked, whole, so that old answers keep their meaning.

use super::{Store, StoreError, read, write_tx};
use crate::interview::Millis;
use crate::survey::Survey;

const SEEN: &str = "insert into surveys (version, name, definition, first_seen_ms, anonymous)
    values ($1, $2, $3, $4, $5) on conflict (version) do nothing";
const ALL: &str = "select definition from surveys order by first_seen_ms, version";
const NEWEST: &str = "select definition from surveys where name = $1
    order by first_seen_ms desc, version desc limit 1";

impl Store {
    /// Keeps a survey version, if it is new here. Interviews can only begin in a kept one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn survey_seen(&self, survey: &Survey, at_ms: Millis) -> Result<(), StoreError> {
        let definition = serde_json::to_string(survey)
            .map_err(|fault| StoreError::Corrupt(format!("survey {}: {fault}", survey.name)))?;
        write_tx!(self, |tx| sqlx::query(SEEN)
            .bind(i64::from(survey.version.0))
            .bind(survey.name.as_str())
            .bind(definition.as_str())
            .bind(at_ms)
            .bind(survey.anonymous)
            .execute(&mut *tx)
            .await?
            .rows_affected());
        self.anonymous.note(survey.version, survey.anonymous);
        Ok(())
    }

    /// All versions of all surveys, the first seen first.
    ///
    /// # Errors
    /// If the database does not answer or holds a survey that this program cannot read.
    pub async fn surveys(&self) -> Result<Vec<Survey>, StoreError> {
        let rows: Vec<(String,)> = read!(self, |db| sqlx::query_as(ALL).fetch_all(db).await?);
        let surveys: Vec<Survey> =
            rows.iter().map(|(definition,)| parse(definition)).collect::<Result<_, _>>()?;
        for survey in &surveys {
            self.anonymous.note(survey.version, survey.anonymous);
        }
        Ok(surveys)
    }

    /// The version of that survey that was first seen last.
    ///
    /// # Errors
    /// If the database does not answer or holds a survey that this program cannot read.
    pub async fn newest_survey(&self, name: &str) -> Result<Option<Survey>, StoreError> {
        let row: Option<(String,)> =
            read!(self, |db| sqlx::query_as(NEWEST).bind(name).fetch_optional(db).await?);
        row.map(|(definition,)| parse(&definition)).transpose()
    }
}

fn parse(definition: &str) -> Result<Survey, StoreError> {
    serde_json::from_str(definition)
        .map_err(|fault| StoreError::Corrupt(format!("a kept survey cannot be read: {fault}")))
}
