//! Targets that measures are to reach, for the centre or a team.

use super::Desk;
use super::audit::{Act, By};
use crate::interview::Millis;
use crate::store::StoreError;
pub use crate::store::targets::Target;

impl Desk {
    /// All targets, by measure, team and day.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn targets(&self) -> Result<Vec<Target>, StoreError> {
        self.store.targets().await
    }

    /// Sets a target; one of the same measure, team and day is replaced.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_target(
        &self,
        target: &Target,
        by: &By,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.audit(by, Act::ChangeTarget, &target.measure, now).await?;
        self.store.put_target(target).await
    }

    /// Takes a target back.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_target(
        &self,
        measure: &str,
        team: &str,
        from_day: i64,
        by: &By,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.audit(by, Act::ChangeTarget, measure, now).await?;
        self.store.drop_target(measure, team, from_day).await.map(drop)
    }
}
