//! Work that goes on in the background is done by one server at a time. Who does it holds a lease,
//! which others take over when it is not renewed.

use uuid::Uuid;

use super::rows::Column;
use super::{Store, StoreError};
use crate::interview::Millis;

/// How long a lease holds without being renewed, in milliseconds. The clocks of servers may differ
/// by less than that.
pub const LEASE_MS: Millis = 12_000;

const TAKE: &str = "insert into leases (work, holder, until_ms)
    values ($1, $2, $3)
    on conflict (work) do update set holder = excluded.holder, until_ms = excluded.until_ms
    where leases.holder = excluded.holder or leases.until_ms < $4";
const LEAVE: &str = "delete from leases where holder in ({rows uuid})";

impl Store {
    /// Takes that work, or goes on with it, for a while from now; says whether `holder` may do it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_lease(
        &self,
        work: &str,
        holder: [u8; 16],
        now: Millis,
    ) -> Result<bool, StoreError> {
        let columns = [
            Column::Text(vec![work]),
            Column::Id(vec![Uuid::from_bytes(holder)]),
            Column::Int(vec![now + LEASE_MS]),
            Column::Int(vec![now]),
        ];
        Ok(self.run_one(TAKE, &columns).await? > 0)
    }

    /// Leaves all that `holder` does to others, at once.
    ///
    /// # Errors
    /// If the database does not answer; the leases then end by themselves.
    pub async fn leave_leases(&self, holder: [u8; 16]) -> Result<(), StoreError> {
        let columns = [Column::Id(vec![Uuid::from_bytes(holder)])];
        self.run_one(LEAVE, &columns).await.map(drop)
    }
}
