//! One turn, one outcome: the first commit wins, whatever comes later.

use std::sync::Mutex;

use aftercall::store::{Claim, StoreError, StoredTurn};

use super::*;
use crate::harness::both;

fn lost(turn: &Turn) -> Claim {
    Claim::Lost(Box::new(StoredTurn {
        turn: turn.turn,
        at_ms: turn.at_ms,
        input: turn.input.clone(),
        facts: turn.facts.clone(),
    }))
}

both! {
    async fn a_start_is_kept_once(database: Database) {
        let store = open(&database).await;
        let first = store.begin(begin(1)).await.expect("written");
        assert!(first.new);
        let mut other = begin(1);
        other.opening = "{\"other\":1}".into();
        other.said.agent = Some("A18".into());
        let again = store.begin(other).await.expect("read");
        assert!(!again.new);
        assert_eq!(again, aftercall::store::Known { new: false, ..first });
        assert_eq!(stage(&database, "handed_over").await, 1);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    /// A turn waited in a spool while the one after it, the last, was stored by another server's
    /// clock, which is behind: it came before that one all the same.
    async fn a_last_word_by_another_clock_keeps_out_no_turn_before_it(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        let waited = turn(1, 1, 5);
        let mut last = Turn { ended: true, ..turn(1, 2, 1) };
        last.at_ms = waited.at_ms - 3_000;
        last.carried = Carried { since: 1, items: waited.items.clone() };
        assert_eq!(store.record(last.clone()).await.expect("written"), Claim::Won);
        assert_eq!(store.record(waited.clone()).await.expect("written"), Claim::Won);
        assert_eq!(store.turns(id(1)).await.expect("read").len(), 2);
        assert_eq!(outcome(&database, 0, Outcome::Answered(5)).await, 1);
        // What would come after the last word, or after all time is up, is too late as ever.
        assert_eq!(store.record(turn(1, 3, 2)).await.expect("answered"), Claim::Closed);
        store.begin(begin(2)).await.expect("written");
        assert_eq!(store.record(turn(2, 2, 1)).await.expect("written"), Claim::Won);
        let mut late = turn(2, 1, 5);
        late.at_ms = begin(2).limit_ms + 120_000;
        assert_eq!(store.record(late).await.expect("answered"), Claim::Closed);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_repeat_and_a_replay_get_the_first_turn_and_change_nothing(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        let first = turn(1, 1, 5);
        assert_eq!(store.record(first.clone()).await.expect("written"), Claim::Won);
        let mut repeat = turn(1, 1, 2);
        repeat.at_ms += 700;
        assert_eq!(store.record(repeat.clone()).await.expect("read"), lost(&first));
        assert_eq!(store.record(turn(1, 2, 1)).await.expect("written"), Claim::Won);
        assert_eq!(store.record(repeat).await.expect("read"), lost(&first));
        assert_eq!(outcome(&database, 0, Outcome::Answered(5)).await, 1);
        assert_eq!(outcome(&database, 0, Outcome::Answered(2)).await, 0);
        assert_eq!(store.turns(id(1)).await.expect("read").len(), 2);
        let known = store.known(id(1)).await.expect("read").expect("known");
        assert_eq!((known.turn, known.state), (2, vec![2, 1]));
        store.close().await;
    }

    async fn of_parallel_turns_one_wins_and_all_others_get_it(database: Database) {
        let store = open(&database).await;
        // A second store on the same database: another node, or another process.
        let other = Store::open(&database.url).await.expect("opens");
        for n in 0..8 {
            store.begin(begin(n)).await.expect("written");
        }
        let tasks: Vec<_> = (0..64_u8)
            .map(|task| {
                let store = if task % 2 == 0 { store.clone() } else { other.clone() };
                tokio::spawn(async move {
                    let turn = turn(u16::from(task % 8), 1, task / 8);
                    (turn.clone(), store.record(turn).await.expect("written"))
                })
            })
            .collect();
        let mut winners = BTreeMap::new();
        let mut losers = Vec::new();
        for task in tasks {
            let (turn, claim) = task.await.expect("runs");
            match claim {
                Claim::Won => assert!(winners.insert(turn.id, turn).is_none(), "two winners"),
                Claim::Lost(stored) => losers.push((turn.id, *stored)),
                Claim::Closed => panic!("it is open"),
            }
        }
        assert_eq!((winners.len(), losers.len()), (8, 56));
        for (id, stored) in losers {
            assert_eq!(stored.input, winners[&id].input);
        }
        assert_eq!(stage(&database, "started").await, 8);
        assert_eq!(wrong_rows(&database).await, 0);
        other.close().await;
        store.close().await;
    }

    async fn starts_in_parallel_begin_one_interview(database: Database) {
        let store = open(&database).await;
        let other = Store::open(&database.url).await.expect("opens");
        let tasks: Vec<_> = (0..64_u16)
            .map(|task| {
                let store = if task % 2 == 0 { store.clone() } else { other.clone() };
                tokio::spawn(async move { store.begin(begin(task % 4)).await.expect("written") })
            })
            .collect();
        let mut new = 0;
        for task in tasks {
            new += usize::from(task.await.expect("runs").new);
        }
        assert_eq!(new, 4);
        assert_eq!(stage(&database, "offered").await, 4);
        assert_eq!(wrong_rows(&database).await, 0);
        other.close().await;
        store.close().await;
    }

    /// What a turn could not store and the next one brings is what the call went on from: it stands
    /// beside whatever another request for that turn has brought.
    async fn what_is_carried_replaces_what_the_call_did_not_go_on_from(database: Database) {
        let store = open(&database).await;
        // Of the second nothing was stored; the first one's turn 1 was, by another request.
        for n in [1, 2] {
            store.begin(begin(n)).await.expect("written");
        }
        store.record(turn(1, 1, 5)).await.expect("written");
        for n in [1, 2] {
            let mut next = turn(n, 2, 0);
            next.carried = Carried { since: 1, items: vec![(0, Outcome::Answered(1))] };
            assert_eq!(store.record(next).await.expect("written"), Claim::Won);
            let answers = store.answers(id(n)).await.expect("read");
            let stand: Vec<_> = answers.iter().map(|a| (a.question, a.outcome, a.turn)).collect();
            // By the turn that said so, where another one had said something else.
            let by = if n == 1 { 2 } else { 1 };
            assert_eq!(stand, [(0, Outcome::Answered(1), by), (1, Outcome::Answered(0), 2)]);
        }
        assert_eq!(outcome(&database, 0, Outcome::Answered(5)).await, 0);
        assert_eq!(outcome(&database, 0, Outcome::Answered(1)).await, 2);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    /// Two servers' turn 1 and the turn 2 that went on from the second's, in every order and all at
    /// once.
    async fn of_two_turns_the_one_stands_from_which_the_call_went_on(database: Database) {
        let store = open(&database).await;
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let turns = |n: u16| {
            let mut next = turn(n, 2, 0);
            next.carried = Carried { since: 1, items: vec![(0, Outcome::Answered(1))] };
            [turn(n, 1, 5), turn(n, 1, 1), next]
        };
        let all = 6 + 20;
        for n in 0..all {
            store.begin(begin(n)).await.expect("written");
        }
        for (n, order) in (0..).zip(orders) {
            for at in order {
                store.record(turns(n)[at].clone()).await.expect("answered");
            }
        }
        let at_once = (6..all).flat_map(turns).map(|turn| store.record(turn));
        for claim in futures_util::future::join_all(at_once).await {
            claim.expect("answered");
        }
        for n in 0..all {
            let answers = store.answers(id(n)).await.expect("read");
            let stand: Vec<_> = answers.iter().map(|a| (a.question, a.outcome)).collect();
            assert_eq!(stand, [(0, Outcome::Answered(1)), (1, Outcome::Answered(0))], "{n}");
        }
        assert_eq!(outcome(&database, 0, Outcome::Answered(1)).await, i64::from(all));
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn the_later_turn_answers_a_question_whichever_comes_first(database: Database) {
        let store = open(&database).await;
        for n in [1, 2] {
            store.begin(begin(n)).await.expect("written");
            let early = turn(n, 1, 2);
            let mut undo = turn(n, 3, 4);
            undo.items = vec![(0, Outcome::Answered(4)), (1, Outcome::Withdrawn)];
            let order = if n == 1 { [early, turn(n, 2, 1), undo] } else { [undo, turn(n, 2, 1), early] };
            for turn in order {
                assert_eq!(store.record(turn).await.expect("written"), Claim::Won);
            }
            let answers = store.answers(id(n)).await.expect("read");
            let stand: Vec<_> = answers.iter().map(|a| (a.question, a.outcome, a.turn)).collect();
            let withdrawn = Outcome::Withdrawn;
            assert_eq!(stand, [(0, Outcome::Answered(4), 3), (1, withdrawn, 3)]);
            let known = store.known(id(n)).await.expect("read").expect("known");
            assert_eq!((known.turn, known.state), (3, vec![3, 4]));
        }
        assert_eq!(outcome(&database, 0, Outcome::Answered(4)).await, 2);
        assert_eq!(outcome(&database, 0, Outcome::Answered(2)).await, 0);
        assert_eq!(outcome(&database, 1, Outcome::Answered(1)).await, 0);
        assert_eq!(outcome(&database, 1, Outcome::Withdrawn).await, 0);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_closed_interview_takes_nothing_new(database: Database) {
        let store = open(&database).await;
        for n in 1..=4 {
            store.begin(begin(n)).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
        }
        // Its own last word.
        let mut last = turn(1, 2, 1);
        last.ended = true;
        assert_eq!(store.record(last.clone()).await.expect("written"), Claim::Won);
        assert_eq!(store.record(turn(1, 3, 1)).await.expect("answered"), Claim::Closed);
        assert_eq!(store.record(last.clone()).await.expect("answered"), lost(&last));
        // A minute after a hang-up.
        assert!(store.end(id(2), START + 6_000, "hangup").await.expect("written"));
        let at = |n, number, at_ms| Turn { at_ms, ..turn(n, number, 1) };
        let claim = store.record(at(2, 2, START + 65_999)).await.expect("answered");
        assert_eq!(claim, Claim::Won);
        let claim = store.record(at(2, 3, START + 66_000)).await.expect("answered");
        assert_eq!(claim, Claim::Closed);
        // Two minutes after the limit.
        let claim = store.record(at(3, 2, START + 299_999)).await.expect("answered");
        assert_eq!(claim, Claim::Won);
        let claim = store.record(at(4, 2, START + 300_000)).await.expect("answered");
        assert_eq!(claim, Claim::Closed);
        // Nobody knows it.
        assert_eq!(store.record(turn(99, 1, 5)).await.expect("answered"), Claim::Closed);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_bad_row_harms_only_itself(database: Database) {
        let store = open(&database).await;
        let tasks: Vec<_> = (0..32_u16)
            .map(|n| {
                let store = store.clone();
                let mut begin = begin(n);
                if n % 8 == 3 {
                    begin.survey = Version(1);
                }
                tokio::spawn(async move { store.begin(begin).await })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            let result = task.await.expect("runs");
            assert_eq!(result.is_err(), n % 8 == 3, "{n}: {result:?}");
            assert!(!matches!(result, Err(StoreError::Batch(_))));
        }
        assert_eq!(stage(&database, "handed_over").await, 28);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn what_was_acknowledged_survives_a_kill(database: Database) {
        open(&database).await.close().await;
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let (enough, mut came) = tokio::sync::mpsc::channel(1);
        let doomed = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let (url, acks) = (database.url.clone(), acknowledged.clone());
        doomed.spawn(async move {
            let store = Store::open(&url).await.expect("opens");
            for n in 0..16 {
                let (store, acks, enough) = (store.clone(), acks.clone(), enough.clone());
                tokio::spawn(async move {
                    store.begin(begin(n)).await.expect("written");
                    for number in 1..=60 {
                        let mut one = turn(n, number, number);
                        one.items = vec![(number % 3, Outcome::Answered(number % 6))];
                        store.record(one).await.expect("written");
                        let mut acks = acks.lock().expect("no panic");
                        acks.push((id(n), number));
                        if acks.len() >= 150 {
                            let _ = enough.try_send(());
                        }
                    }
                });
            }
        });
        came.recv().await;
        // Nothing is asked to finish: every task is dropped where it stands.
        doomed.shutdown_background();
        let acknowledged = acknowledged.lock().expect("no panic").clone();
        assert!(acknowledged.len() >= 150);
        let store = Store::open(&database.url).await.expect("opens again");
        for (id, number) in acknowledged {
            assert!(store.turn(id, number).await.expect("read").is_some(), "{id} {number}");
        }
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_closing_store_writes_what_it_took(database: Database) {
        let store = open(&database).await;
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.begin(begin(n)).await })
            })
            .collect();
        tokio::task::yield_now().await;
        store.close().await;
        let mut written = 0;
        for task in tasks {
            match task.await.expect("runs") {
                Ok(_) => written += 1,
                Err(StoreError::Busy) => {}
                Err(fault) => panic!("{fault}"),
            }
        }
        assert_eq!(stage(&database, "handed_over").await, written);
    }
}

/// However many reports wait for the database, a start finds a connection.
#[tokio::test(flavor = "multi_thread")]
async fn reports_that_wait_hold_up_no_start() {
    use aftercall::store::report::{Cut, Unit};
    let database = Database::postgres().await;
    let store = open(&database).await;
    let mut other = PgConnection::connect(&database.url).await.expect("it is there");
    let mut held = other.begin().await.expect("begins");
    sqlx::raw_sql("lock table answer_tally in access exclusive mode")
        .execute(&mut *held)
        .await
        .expect("locked");
    let reports: Vec<_> = (0..30)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.answer_counts(&Cut::default(), Unit::Whole).await })
        })
        .collect();
    const WAITING: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while number(&database, WAITING).await < 4 {}
    assert_eq!(
        store.look([id(1); 3], 0..i64::MAX, None, 0, None).await.expect("answers").known,
        None
    );
    store.begin(begin(1)).await.expect("begins");
    reports.iter().for_each(tokio::task::JoinHandle::abort);
    held.rollback().await.expect("ends");
    store.close().await;
}
