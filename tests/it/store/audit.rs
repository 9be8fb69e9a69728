//! The audit log is a chain: what is changed in it, taken out or put in shows.

use aftercall::store::audit::{Chain, ChainKey};

use super::*;
use crate::harness::both;

const KEY: ChainKey = ChainKey([7; 16]);

both! {
    async fn a_changed_log_shows_where(database: Database) {
        let (one, other) = (open(&database).await, open(&database).await);
        assert_eq!(one.audit_chain(KEY).await.expect("read"), Chain::default());
        // Entries from before there was a chain.
        for seq in 1..=3 {
            let sql = format!("insert into audit (seq, at_ms, who, act, object)
                values ({seq}, {seq}, 'user:1', 'sign_in', '')");
            change(&database, &sql).await;
        }
        // Two nodes at once: every entry has a place of its own in one chain.
        // Their clocks differ.
        let write = async |store: &Store, late: Millis| {
            for n in 0..12 {
                let object = format!("{n:032x}");
                store.put_audit(KEY, START + late, "user:2", "view_interview", &object).await.expect("put");
            }
        };
        tokio::join!(write(&one, 0), write(&other, 7));
        let chain = one.audit_chain(KEY).await.expect("read");
        assert_eq!((chain.entries, chain.chained, chain.broken), (27, 24, None));
        assert_eq!(chain.head.as_ref().map(String::len), Some(64));
        let other_key = one.audit_chain(ChainKey([8; 16])).await.expect("read");
        assert_eq!(other_key.broken, Some(4), "whoever has no key cannot make one");

        let broken = async |store: &Store| store.audit_chain(KEY).await.expect("read").broken;
        change(&database, "update audit set who = 'user:9' where seq = 10").await;
        assert_eq!(broken(&one).await, Some(10));
        change(&database, "update audit set who = 'user:2' where seq = 10").await;
        assert_eq!(broken(&one).await, None);
        change(&database, "update audit set at_ms = 7 where seq = 2").await;
        assert_eq!(broken(&one).await, Some(4), "also one from before the chain");
        change(&database, "update audit set at_ms = 2 where seq = 2").await;
        change(&database, "update audit set hash = null where seq = 27").await;
        assert_eq!(broken(&one).await, Some(27));
        change(&database, "delete from audit where seq in (20, 27)").await;
        assert_eq!(broken(&one).await, Some(21), "a gap");
    }

    /// The oldest entries go, and the rest still shows whatever is done to it.
    async fn a_log_that_was_cut_is_still_a_chain(database: Database) {
        let store = open(&database).await;
        for seq in 1..=3 {
            let sql = format!("insert into audit (seq, at_ms, who, act, object)
                values ({seq}, {seq}, 'user:1', 'sign_in', '')");
            change(&database, &sql).await;
        }
        for n in 0..20 {
            store.put_audit(KEY, START + n, "user:2", "sign_in", "").await.expect("put");
        }
        let chain = async || store.audit_chain(KEY).await.expect("read");
        let whole = chain().await;
        assert_eq!(store.cut_audit(KEY, 0, START).await.expect("looked"), 0);
        assert_eq!(chain().await, whole);
        // In the middle of those from before the chain, then of those in it.
        for (before, gone, left) in [(3, 2, 21), (START + 5, 6, 15)] {
            assert_eq!(store.old_audit(before).await.expect("read"), gone);
            assert_eq!(store.cut_audit(KEY, before, START).await.expect("cut"), gone as u64);
            assert_eq!(store.cut_audit(KEY, before, START).await.expect("cut"), 0);
            let now = chain().await;
            assert_eq!((now.entries, now.broken, now.cut), (left, None, 23 - left));
            assert_eq!(now.head, whole.head);
        }
        store.put_audit(KEY, START, "user:2", "sign_in", "").await.expect("put");
        assert_eq!(chain().await.entries, 16);
        // Whoever can write to the database, but has no key.
        for (bent, mended) in [
            ("update audit_cut set seq = 9", "update audit_cut set seq = 8"),
            ("update audit_cut set chained = 0", "update audit_cut set chained = 5"),
            ("update audit set at_ms = 0 where seq = 9", "update audit set at_ms = 1767000000005 where seq = 9"),
            ("update audit_cut set id = 2", "update audit_cut set id = 1"),
        ] {
            change(&database, bent).await;
            assert!(chain().await.broken.is_some(), "{bent}");
            let refused = store.cut_audit(KEY, START + 15, START).await.expect_err("refused");
            assert!(refused.to_string().contains("does not follow"), "{refused}");
            change(&database, mended).await;
            assert_eq!(chain().await.broken, None, "{mended}");
        }
        let other = ChainKey([8; 16]);
        assert!(store.audit_chain(other).await.expect("read").broken.is_some());
        change(&database, "update audit set hash = null where seq = 9").await;
        assert_eq!(chain().await.broken, Some(9), "not as if it were from before the chain");
        // The newest entry always stays: numbers go on from it.
        change(&database, "update audit set hash = (select hash from audit where seq = 10) where seq = 9").await;
        assert_eq!(chain().await.broken, Some(9));
        store.close().await;
    }

    async fn the_newest_entry_stays(database: Database) {
        let store = open(&database).await;
        for n in 0..3 {
            store.put_audit(KEY, START + n, "user:2", "sign_in", "").await.expect("put");
        }
        assert_eq!(store.cut_audit(KEY, Millis::MAX, START).await.expect("cut"), 2);
        store.put_audit(KEY, START, "user:2", "sign_in", "").await.expect("put");
        let now = store.audit_chain(KEY).await.expect("read");
        assert_eq!((now.entries, now.broken, now.cut), (2, None, 2));
        store.close().await;
    }
}
