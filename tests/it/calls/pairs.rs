//! Two requests for one turn at the same moment: one outcome, and both hear the same document.

use std::sync::Arc;

use aftercall::dialect::Kind;
use aftercall::interview::{Input, Outcome};
use aftercall::phone::{WebResponse, Wire};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Centre, T, kind, turns};
use crate::harness::{Database, both};

/// Calls under way at once; two requests for each make 64 tasks.
const CALLS: u32 = 32;
/// Rounds of calls.
const ROUNDS: u32 = 4;

/// What two requests for a turn bring.
const PAIRS: [(&str, &str); 4] = [("4", "4"), ("1", "2"), ("3", "5"), ("7", "8")];

async fn send(centre: &Centre, request: aftercall::phone::WebRequest, at: i64) -> WebResponse {
    let answer = centre.wire().send(request, Some(at)).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer
}

/// Every call starts twice and is answered twice at each question, once at each centre.
async fn rounds(centres: [Arc<Centre>; 2]) {
    for round in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(2 * CALLS as usize));
        let mut tasks = JoinSet::new();
        for call in 0..CALLS {
            let number = round * CALLS + call;
            // The next pair is sent when both of the one before are answered.
            let meet = Arc::new(Barrier::new(2));
            let shared = Arc::new(std::sync::Mutex::new(Vec::new()));
            for (side, centre) in centres.iter().enumerate() {
                let (centre, barrier) = (centre.clone(), barrier.clone());
                let (meet, shared) = (meet.clone(), shared.clone());
                tasks.spawn(async move {
                    let kind = kind(number);
                    let at = T + i64::from(number) * 1000 + i64::try_from(side).expect("small");
                    barrier.wait().await;
                    let mut document =
                        send(&centre, turns::start(kind, number, "A1"), at).await.body;
                    for (turn, pair) in PAIRS.iter().enumerate() {
                        let keys = if side == 0 { pair.0 } else { pair.1 };
                        shared.lock().expect("not poisoned").push((turn, document.clone()));
                        meet.wait().await;
                        let token = turns::token(&document).expect("a token");
                        let request = turns::turn(kind, number, &token, keys);
                        let later = at + 5000 * (1 + i64::try_from(turn).expect("small"));
                        document = send(&centre, request, later).await.body;
                    }
                    shared.lock().expect("not poisoned").push((PAIRS.len(), document));
                    shared
                });
            }
        }
        while let Some(done) = tasks.join_next().await {
            let shared = done.expect("both are answered");
            let heard = shared.lock().expect("not poisoned");
            for (turn, document) in heard.iter() {
                for (other, same) in heard.iter() {
                    assert!(turn != other || document == same, "turn {turn}: two documents");
                }
            }
        }
    }
    let centre = &centres[0];
    let mut won = [0; 2];
    for number in 0..ROUNDS * CALLS {
        let call = super::line(kind(number), number).call_id;
        let store = centre.app.store();
        let known = store.by_call_ref(turns::name(kind(number)), &call).await.expect("reads");
        assert_eq!(known.len(), 1, "one interview for two starts");
        let stored = store.turns(known[0].id).await.expect("reads");
        assert_eq!(stored.len(), PAIRS.len(), "one row for two requests");
        let answers = store.answers(known[0].id).await.expect("reads");
        for (at, (turn, pair)) in stored.iter().zip(PAIRS).enumerate() {
            let Input::Keys(keys) = &turn.input else { panic!("{turn:?}") };
            assert!(keys == pair.0 || keys == pair.1, "{keys}");
            won[usize::from(keys == pair.1)] += 1;
            let value = match (at, keys.as_str()) {
                (1, "2") => 0,
                (_, keys) => keys.parse().expect("a digit"),
            };
            let answer = answers.iter().find(|answer| {
                usize::from(turn.turn) == at + 1 && usize::try_from(answer.question) == Ok(at)
            });
            assert_eq!(answer.map(|answer| answer.outcome), Some(Outcome::Answered(value)));
        }
    }
    assert!(won[0] > 0 && won[1] > 0, "neither side may always win: {won:?}");
    centre.adds_up().await;
}

both! {
    async fn two_requests_for_a_turn_have_one_outcome(database: Database) {
        let centre = Arc::new(Centre::open(&database.url).await);
        rounds([centre.clone(), centre]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_agree_on_every_turn() {
    let database = Database::postgres().await;
    let one = Arc::new(Centre::open(&database.url).await);
    let other = Arc::new(Centre::open(&database.url).await);
    rounds([one, other]).await;
}

/// The test can fail: another turn has another document.
#[tokio::test(flavor = "multi_thread")]
async fn different_turns_have_different_documents() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let first = send(&centre, turns::start(Kind::Twilio, 1, "A1"), T).await;
    let token = turns::token(&first.body).expect("a token");
    let next = send(&centre, turns::turn(Kind::Twilio, 1, &token, "4"), T + 5000).await;
    assert_ne!(first.body, next.body);
}
