//! A recount puts right what was wrong, moves days, and goes on where it was stopped.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::harness::both;

both! {
    async fn what_was_wrong_is_named_and_put_right(database: Database) {
        let store = open(&database).await;
        for n in 0..5 {
            store.begin(begin(n)).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
        }
        assert_eq!(store.doctor().await.expect("read"), []);
        change(&database, "update answer_tally set n_raw = n_raw + 2 where kind = 0").await;
        change(&database, "delete from funnel_tally where stage = 'offered'").await;
        let found = store.doctor().await.expect("read");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|one| (one.tallied, one.counted) == (7, 5)), "{found:?}");
        assert!(found.iter().any(|one| (one.tallied, one.counted) == (0, 5)), "{found:?}");

        let recounted = store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!((recounted.interviews, recounted.differences), (5, found));
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(store.doctor().await.expect("read"), []);
        // The old generation is gone, and what comes now is counted once.
        assert_eq!(number(&database, "select min(gen) from answer_tally").await, 2);
        store.record(turn(1, 2, 5)).await.expect("written");
        store.begin(begin(7)).await.expect("written");
        assert_eq!(number(&database, "select max(gen) from funnel_tally").await, 2);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn another_time_zone_moves_interviews_to_their_new_day(database: Database) {
        let store = open(&database).await;
        for n in 0..4 {
            let mut one = begin(n);
            one.started_ms += i64::from(n);
            store.begin(one).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
        }
        let day_of = |at: Millis| DAY + i64::from(at % 2 != START % 2);
        let recounted = store.recount(&By { day_of: Some(&day_of), ..AS_IS }, &|_| {}).await.expect("counts");
        assert_eq!((recounted.interviews, recounted.moved), (4, 2));
        let sql = format!(
            "select cast(sum(n) as bigint) from funnel_tally where kind = 0 and stage = 'offered'
                and day = {}",
            DAY + 1
        );
        assert_eq!(number(&database, &sql).await, 2);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_recount_that_was_stopped_goes_on(database: Database) {
        let store = open(&database).await;
        for n in 0..250 {
            store.begin(begin(n)).await.expect("written");
        }
        stop_after_a_part(&store, &AS_IS).await;
        assert_eq!(number(&database, "select writing - reading from tally_state").await, 1);
        assert_eq!(number(&database, "select count(*) from interviews where counted = 2").await, 50);
        store.record(turn(3, 1, 5)).await.expect("written");
        store.record(turn(240, 1, 5)).await.expect("written");
        store.begin(begin(300)).await.expect("written");
        assert_eq!(wrong_rows(&database).await, 0);
        let recounted = store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!((recounted.interviews, recounted.differences), (200, vec![]));
        assert_eq!(number(&database, "select reading from tally_state").await, 2);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn days_move_also_where_a_recount_was_stopped(database: Database) {
        let store = open(&database).await;
        for n in 0..120 {
            store.begin(begin(n)).await.expect("written");
        }
        stop_after_a_part(&store, &AS_IS).await;
        // Counted in both generations, still by the old day.
        store.begin(begin(200)).await.expect("written");
        let by = By { day_of: Some(&|_| DAY + 1), ..AS_IS };
        let recounted = store.recount(&by, &|_| {}).await.expect("counts");
        assert_eq!((recounted.interviews, recounted.moved), (70, 121));
        let sql = format!("select cast(sum(n) as bigint) from funnel_tally
            where kind = 0 and stage = 'offered' and day = {}", DAY + 1);
        assert_eq!(number(&database, &sql).await, 121);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn of_two_recounts_at_once_the_slower_one_stops(database: Database) {
        let store = open(&database).await;
        let other = Store::open(&database.url).await.expect("opens again");
        for n in 0..120 {
            store.begin(begin(n)).await.expect("written");
        }
        let begun = AtomicBool::new(false);
        let progress = |_| begun.store(true, Ordering::Relaxed);
        let slow = store.recount(&AS_IS, &progress);
        tokio::pin!(slow);
        std::future::poll_fn(|context| {
            let _ = slow.as_mut().poll(context).is_ready();
            if begun.load(Ordering::Relaxed) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        other.recount(&AS_IS, &|_| {}).await.expect("counts");
        let fault = slow.await.expect_err("it was overtaken");
        assert!(matches!(fault, aftercall::store::StoreError::Mismatch(_)), "{fault}");
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(store.doctor().await.expect("read"), []);
        other.close().await;
        store.close().await;
    }

    /// More keys than one deletion takes.
    async fn an_old_generation_goes_away_in_small_parts(database: Database) {
        let store = open(&database).await;
        let fill = "insert into drop_tally (gen, day, survey, language, question, second, n)
            with recursive d (n) as (select 1 union all select n + 1 from d where n < 5000)
            select 1, n, 1, 'en', 0, 0, 1 from d";
        change(&database, fill).await;
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(number(&database, "select count(*) from drop_tally").await, 0);
        store.close().await;
    }
}

/// Stops a recount after its first part, wherever it stands then.
async fn stop_after_a_part(store: &Store, by: &By<'_>) {
    let begun = AtomicBool::new(false);
    let progress = |_| begun.store(true, Ordering::Relaxed);
    let recount = store.recount(by, &progress);
    tokio::pin!(recount);
    std::future::poll_fn(|context| {
        let ready = recount.as_mut().poll(context).is_ready();
        if ready || begun.load(Ordering::Relaxed) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// Between reading the generation and adding an interview no recount may begin, or that interview
/// would be missing from it. SQLite has one writer at a time; PostgreSQL needs the lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_recount_that_is_just_beginning() {
    const WAITING: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    let database = Database::postgres().await;
    let store = open(&database).await;
    let mut recount = PgConnection::connect(&database.url).await.expect("it is there");
    let mut beginning = recount.begin().await.expect("begins");
    sqlx::query("update tally_state set writing = reading + 1")
        .execute(&mut *beginning)
        .await
        .expect("runs");
    let started = store.begin(begin(1));
    tokio::pin!(started);
    let waits = async { while number(&database, WAITING).await == 0 {} };
    tokio::select! {
        _ = &mut started => panic!("it did not wait"),
        () = waits => {}
    }
    beginning.commit().await.expect("commits");
    started.await.expect("written");
    assert_eq!(number(&database, "select counted from interviews").await, 2);
    store.close().await;
}
