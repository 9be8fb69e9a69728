//! Leases: one holder at a time, taken over when it is not heard of.

use aftercall::store::leases::LEASE_MS;

use super::*;
use crate::harness::both;

both! {
    async fn one_holder_at_a_time(database: Database) {
        let store = open(&database).await;
        let (one, two) = ([1; 16], [2; 16]);
        let takes = async |work: &str, holder, now| {
            store.take_lease(work, holder, now).await.expect("answers")
        };
        assert!(takes("packing", one, 0).await);
        assert!(takes("closing", two, 0).await, "other work");
        assert!(!takes("packing", two, 0).await);
        assert!(!takes("packing", two, LEASE_MS).await, "to its last moment");
        assert!(takes("packing", one, LEASE_MS).await, "renewed");
        assert!(!takes("packing", two, LEASE_MS + 1).await);
        assert!(takes("packing", two, 2 * LEASE_MS + 1).await, "not renewed in time");
        assert!(!takes("packing", one, 2 * LEASE_MS + 2).await, "it has lost it");
        store.leave_leases(two).await.expect("answers");
        assert!(takes("packing", one, 2 * LEASE_MS + 3).await, "left at once");
        assert!(takes("closing", one, 2 * LEASE_MS + 3).await);
        store.close().await;
    }

    /// Of two that ask at the same moment one is told that it may.
    async fn of_many_that_ask_one_gets_it(database: Database) {
        let store = open(&database).await;
        let ask = |holder: u8| store.take_lease("packing", [holder; 16], 0);
        let taken = futures_util::future::join_all((1..=16).map(ask)).await;
        let taken = taken.into_iter().filter(|taken| *taken.as_ref().expect("answers")).count();
        assert_eq!(taken, 1);
        store.close().await;
    }
}
