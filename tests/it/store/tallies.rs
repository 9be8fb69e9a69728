//! The tallies equal a count of the facts, whatever happened in whatever order.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aftercall::store::{Claim, Comment, CommentStatus, Unit};

use super::*;
use crate::harness::both;

/// Interviews that the random callers share.
const INTERVIEWS: u16 = 24;

/// What won: interview, turn and its items.
type Won = Arc<Mutex<Vec<(InterviewId, u8, Vec<(u8, Outcome)>)>>>;

/// One random thing that can happen.
async fn happen(store: &Store, dice: &mut Dice, won: &Won) {
    let n = u16::try_from(dice.below(INTERVIEWS.into())).unwrap_or(0);
    let at_ms = START + i64::try_from(dice.below(200_000)).unwrap_or(0);
    match dice.below(20) {
        0..=3 => {
            let mut one = begin(n);
            one.day += i64::from(n % 3);
            one.said.agent = (n % 4 > 0).then(|| format!("A{}", n % 4));
            if n % 6 == 5 {
                one.ineligible = if n % 12 == 5 { "sampled_out" } else { "short_talk" }.into();
                one.disposition = Disposition::Ineligible;
            }
            store.begin(one).await.expect("written");
        }
        4..=14 => {
            let mut one = turn(n, 1 + dice.byte(12), dice.byte(6));
            one.at_ms = at_ms;
            one.items = (0..dice.byte(3))
                .map(|_| {
                    let outcomes = [
                        Outcome::Answered(dice.byte(6)),
                        Outcome::Answered(dice.byte(6)),
                        Outcome::Skipped,
                        Outcome::NoInput,
                        Outcome::NotApplicable,
                        Outcome::Withdrawn,
                    ];
                    (dice.byte(5), outcomes[usize::from(dice.byte(6))])
                })
                .collect();
            one.started = dice.below(3) > 0;
            one.language = ["en", "lt", "ta"][usize::from(dice.byte(3))].into();
            one.open_question = (dice.below(4) > 0).then(|| dice.byte(5));
            let words = [Disposition::NoContact, Disposition::BreakOff, Disposition::Complete];
            one.disposition = words[usize::from(dice.byte(3))];
            one.ended = dice.below(12) == 0;
            let (id, number, items) = (one.id, one.turn, one.items.clone());
            if store.record(one).await.expect("written") == Claim::Won {
                won.lock().expect("no panic").push((id, number, items));
            }
        }
        15 => drop(store.end(id(n), at_ms, "completed").await.expect("written")),
        16 => drop(store.failed(id(n), "platform").await.expect("written")),
        17 => {
            let comment = Comment {
                interview: id(n),
                recording: format!("RE{}", dice.below(2)),
                // Not one of the questions that turns answer here: the model stays simple.
                question: 9,
                seconds: None,
                url: None,
                file: None,
                status: CommentStatus::Ready,
                at_ms,
            };
            store.comment(comment).await.expect("written");
        }
        _ => {
            let unit = |kind, agent| Unit { kind, agent, team: i64::from(n % 2), queue: agent };
            let agents: BTreeSet<i64> =
                (0..dice.below(3)).map(|_| i64::from(dice.byte(4))).collect();
            let units = std::iter::once(unit(0, 0))
                .chain(agents.into_iter().map(|agent| unit(1, agent)))
                .collect();
            // Two nodes may come in each other's way here; then nothing is changed.
            let _ = store.credit(&BTreeMap::from([(id(n), units)])).await;
        }
    }
}

/// The answers that should stand, by what won alone.
async fn check_answers(store: &Store, won: &Won) {
    let won = won.lock().expect("no panic").clone();
    for n in 0..INTERVIEWS {
        let mut expected: BTreeMap<i64, (u8, Outcome)> = BTreeMap::new();
        for (_, number, items) in won.iter().filter(|(of, _, _)| *of == id(n)) {
            for (question, outcome) in items {
                let stands = expected.entry((*question).into()).or_insert((*number, *outcome));
                if *number >= stands.0 {
                    *stands = (*number, *outcome);
                }
            }
        }
        let answers = store.answers(id(n)).await.expect("read");
        let stand: BTreeMap<i64, (u8, Outcome)> = answers
            .iter()
            .filter(|answer| answer.question != 9)
            .map(|answer| {
                (answer.question, (u8::try_from(answer.turn).unwrap_or(0), answer.outcome))
            })
            .collect();
        assert_eq!(stand, expected, "interview {n}");
    }
}

both! {
    async fn they_equal_the_facts_after_anything_by_two_nodes_at_once(database: Database) {
        let stores = [open(&database).await, Store::open(&database.url).await.expect("opens")];
        let won = Won::default();
        let callers: Vec<_> = (0..16_u64)
            .map(|seed| {
                let (store, won) = (stores[usize::from(seed % 2 == 0)].clone(), won.clone());
                tokio::spawn(async move {
                    let mut dice = Dice(seed);
                    for _ in 0..60 {
                        happen(&store, &mut dice, &won).await;
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("runs");
        }
        assert!(won.lock().expect("no panic").len() > 100, "the dice made too little happen");
        check_answers(&stores[0], &won).await;
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(stores[0].doctor().await.expect("read"), []);
        for store in stores {
            store.close().await;
        }
    }

    async fn they_equal_the_facts_while_recounts_run(database: Database) {
        let store = open(&database).await;
        let other = Store::open(&database.url).await.expect("opens");
        let won = Won::default();
        let callers: Vec<_> = (100..108_u64)
            .map(|seed| {
                let (store, won) = (store.clone(), won.clone());
                tokio::spawn(async move {
                    let mut dice = Dice(seed);
                    for _ in 0..80 {
                        happen(&store, &mut dice, &won).await;
                    }
                })
            })
            .collect();
        let mut recounts = 0;
        while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
            let recounted = other.recount(&AS_IS, &|_| {}).await.expect("counts");
            assert_eq!(recounted.differences, []);
            assert_eq!(wrong_rows(&database).await, 0);
            assert_eq!(other.doctor().await.expect("read"), []);
            recounts += 1;
        }
        for caller in callers {
            caller.await.expect("runs");
        }
        assert!(recounts > 0);
        check_answers(&store, &won).await;
        assert_eq!(wrong_rows(&database).await, 0);
        let sql = "select reading - 1 from tally_state where reading = writing";
        assert_eq!(number(&database, sql).await, recounts);
        other.close().await;
        store.close().await;
    }

    async fn a_credit_that_moves_takes_its_counts_along(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        let agent = store.agent("A18").await.expect("written");
        let whole = Unit { kind: 0, agent: 0, team: 1, queue: 1 };
        let units = vec![whole, Unit { kind: 1, agent, ..whole }];
        store.credit(&BTreeMap::from([(id(1), units)])).await.expect("written");
        let of = |kind: i64, agent: i64| {
            format!(
                "select cast(coalesce(sum(n_raw), 0) as bigint) from answer_tally
                    where kind = {kind} and agent = {agent}"
            )
        };
        assert_eq!(number(&database, &of(1, agent)).await, 1);
        assert_eq!(number(&database, &of(1, agent - 1)).await, 0);
        assert_eq!(number(&database, &of(0, 0)).await, 1);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn another_language_takes_the_counts_along(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        let mut one = turn(1, 2, 1);
        one.language = "ta".into();
        store.record(one).await.expect("written");
        for (language, answers) in [("en", 0), ("ta", 2)] {
            let sql = format!(
                "select cast(coalesce(sum(n_raw), 0) as bigint) from answer_tally
                    where kind = 0 and language = '{language}'"
            );
            assert_eq!(number(&database, &sql).await, answers, "{language}");
        }
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }
}
