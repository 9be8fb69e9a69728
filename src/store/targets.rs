//! Targets: what a measure is to reach, for the centre or a team, from a day on.

use sqlx::FromRow;

use super::rows::Column;
use super::{Store, StoreError, look_up};

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Target {
    /// The measure, such as `csat`.
    pub measure: String,
    /// The team; empty for the centre.
    pub team: String,
    /// From that local day on, days since 1970-01-01, until the next one of the same measure and
    /// team.
    pub from_day: i64,
    /// In thousandths of the score: 850 is a share of 85 %, 40000 a net promoter score of 40.
    pub value: i64,
}

const LIST: &str =
    "select measure, team, from_day, value from targets order by measure, team, from_day";
const PUT: &str = "insert into targets (measure, team, from_day, value) values ($1, $2, $3, $4)
    on conflict (measure, team, from_day) do update set value = excluded.value";
const DROP: &str = "delete from targets where measure = $1 and team = $2 and from_day = $3";

impl Store {
    /// All targets.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn targets(&self) -> Result<Vec<Target>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(LIST).fetch_all(db).await?))
    }

    /// Sets a target; one of the same day is replaced.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_target(&self, target: &Target) -> Result<(), StoreError> {
        let columns = [
            Column::Text(vec![&target.measure]),
            Column::Text(vec![&target.team]),
            Column::Int(vec![target.from_day]),
            Column::Int(vec![target.value]),
        ];
        self.run_one(PUT, &columns).await.map(drop)
    }

    /// Takes a target back; says whether it was there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_target(
        &self,
        measure: &str,
        team: &str,
        from_day: i64,
    ) -> Result<bool, StoreError> {
        let columns =
            [Column::Text(vec![measure]), Column::Text(vec![team]), Column::Int(vec![from_day])];
        Ok(self.run_one(DROP, &columns).await? > 0)
    }
}
