//! Old programs beside new tables.

use aftercall::store::{SCHEMA, StoreError};

use super::*;
use crate::harness::both;

/// What a later program's migration does: more columns, more tables, its own number.
async fn expand(database: &Database) {
    let (number, bytes) =
        (SCHEMA + 1, if database.url.starts_with("sqlite:") { "x''" } else { "''" });
    change(database, "alter table interviews add column mood text").await;
    change(database, "alter table answers add column weight bigint not null default 1").await;
    change(database, "create table moods (name text not null primary key)").await;
    let sql = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
            values ({number}, 'moods', true, {bytes}, 0)"
    );
    change(database, &sql).await;
}

both! {
    async fn an_old_program_works_on_expanded_tables(database: Database) {
        open(&database).await.close().await;
        expand(&database).await;
        let store = Store::open(&database.url).await.expect("still opens");
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        store.comments(id(1)).await.expect("read");
        store.look([id(1); 3], 0..i64::MAX, None, 0, None).await.expect("read");
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    /// Calls that fell outside the sample before such calls were counted are counted by the
    /// migration, and what was packed without them is packed again.
    async fn calls_outside_the_sample_are_counted_afterwards(database: Database) {
        let store = open(&database).await;
        let unit = "delete from funnel_tally where stage = 'sampled_out'";
        for (n, reason) in [(1, "sampled_out"), (2, "agent_cap"), (3, "short_talk"), (4, "")] {
            let disposition =
                if reason.is_empty() { Disposition::NoContact } else { Disposition::Ineligible };
            store
                .begin(Begin { ineligible: reason.into(), disposition, ..begin(n) })
                .await
                .expect("written");
        }
        assert_eq!(stage(&database, "sampled_out").await, 2);
        // As a store of before: packed, without those counts, and with its own number.
        change(&database, unit).await;
        store.roll(DAY + 40).await.expect("packed");
        store.close().await;
        change(&database, "delete from _sqlx_migrations where version = 9").await;
        change(&database, "update meta set value = '3' where name = 'min_reader'").await;
        let store = Store::open(&database.url).await.expect("opens and migrates");
        assert_eq!(stage(&database, "sampled_out").await, 2);
        let needs = "select cast(value as bigint) from meta where name = 'min_reader'";
        assert_eq!(number(&database, needs).await, 9);
        assert!(store.roll(DAY + 40).await.expect("packed again") > 0);
        assert_eq!(store.doctor().await.expect("compares"), []);
        store.close().await;
    }

    async fn an_old_program_is_refused_where_it_cannot_read(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.close().await;
        expand(&database).await;
        let needs = SCHEMA + 1;
        change(&database, &format!("update meta set value = '{needs}' where name = 'min_reader'"))
            .await;
        let refused = Store::open(&database.url).await.expect_err("refused");
        assert!(matches!(refused, StoreError::TooNew { needs: n, has: SCHEMA } if n == needs));
        assert!(refused.to_string().contains("Install the newer program"), "{refused}");
    }
}
