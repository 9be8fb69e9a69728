//! Notices: hang-up, failure, recordings; in any order and as often as they come.

use aftercall::interview::Recording;
use aftercall::store::{Claim, Comment, CommentStatus};

use super::*;
use crate::harness::both;

async fn drops(database: &Database) -> i64 {
    let sql = "select cast(coalesce(sum(n * (1 + 100 * question + 10000 * second)), 0) as bigint)
        from drop_tally where gen = (select reading from tally_state)";
    number(database, sql).await
}

/// What [`drops`] gives for one caller who left at that question and second.
fn one_drop(question: i64, second: i64) -> i64 {
    1 + 100 * question + 10_000 * second
}

fn recorded(n: u16) -> Comment {
    Comment {
        interview: id(n),
        recording: "RE1".into(),
        question: COMMENT,
        seconds: Some(9),
        url: Some("https://example.com/RE1".into()),
        file: None,
        status: CommentStatus::Ready,
        at_ms: START + 30_000,
    }
}

fn comment_turn(n: u16) -> Turn {
    let recording = Recording { id: "RE1".into(), seconds: None, key: Some('#'), url: None };
    Turn {
        input: Input::Recording(recording.clone()),
        facts: vec![
            Fact::Comment { question: COMMENT, recording },
            Fact::Item { question: COMMENT, outcome: Outcome::Answered(1) },
        ],
        ..turn(n, COMMENT + 1, 1)
    }
}

/// Later than any test's comments are due.
const FAR: i64 = i64::MAX;

both! {
    async fn a_hang_up_is_counted_once_where_it_happened(database: Database) {
        let cases = [
            // hang-up after the newest turn, second of the question
            (-2_000, 0), (0, 0), (999, 0), (1_000, 1), (60_999, 60), (61_000, 61), (400_000, 61),
        ];
        let store = open(&database).await;
        let mut expected = 0;
        for (n, (after, second)) in (1..).zip(cases) {
            store.begin(begin(n)).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
            let at_ms = START + 5_000 + after;
            assert!(store.end(id(n), at_ms, "completed").await.expect("written"));
            assert!(!store.end(id(n), at_ms + 9_000, "completed").await.expect("read"));
            expected += one_drop(1, second);
            assert_eq!(drops(&database).await, expected, "{after}");
        }
        assert!(!store.end(id(99), START, "completed").await.expect("read"));
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_hang_up_that_overtakes_the_last_answer_moves(database: Database) {
        let store = open(&database).await;
        for n in [1, 2] {
            store.begin(begin(n)).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
            store.end(id(n), START + 12_000, "completed").await.expect("written");
        }
        assert_eq!(drops(&database).await, 2 * one_drop(1, 7));
        // One answered question 1 before hanging up in question 2, the other heard the goodbye.
        store.record(turn(1, 2, 5)).await.expect("written");
        let mut last = turn(2, 2, 5);
        (last.ended, last.open_question) = (true, None);
        last.disposition = Disposition::Complete;
        store.record(last).await.expect("written");
        assert_eq!(drops(&database).await, one_drop(2, 2));
        assert_eq!(stage(&database, "complete").await, 1);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_failure_explains_only_lost_callers(database: Database) {
        use Disposition::{BreakOff, Complete, Failed, NoContact, Refusal};
        let cases =
            [(NoContact, Failed), (BreakOff, Failed), (Complete, Complete), (Refusal, Refusal)];
        let store = open(&database).await;
        for (n, (by_turns, expected)) in (1..).zip(cases) {
            // Before the turn and after it.
            for (n, first) in [(n, true), (n + 10, false)] {
                store.begin(begin(n)).await.expect("written");
                if first {
                    assert!(store.failed(id(n), "audio missing").await.expect("written"));
                }
                let mut one = turn(n, 1, 5);
                one.disposition = by_turns;
                one.started = by_turns != NoContact && by_turns != Refusal;
                store.record(one).await.expect("written");
                if !first {
                    assert!(store.failed(id(n), "audio missing").await.expect("written"));
                }
                assert!(!store.failed(id(n), "other").await.expect("read"));
                let known = store.known(id(n)).await.expect("read").expect("known");
                assert_eq!(known.disposition, expected, "{by_turns:?} {first}");
            }
        }
        assert_eq!(stage(&database, "failed").await, 4);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn turn_and_notice_of_a_recording_join_in_either_order(database: Database) {
        let store = open(&database).await;
        for n in [1, 2] {
            store.begin(begin(n)).await.expect("written");
            store.record(turn(n, 1, 5)).await.expect("written");
            if n == 1 {
                assert!(store.comment(recorded(n)).await.expect("written"));
            }
            assert_eq!(store.record(comment_turn(n)).await.expect("written"), Claim::Won);
            if n == 2 {
                assert!(store.comment(recorded(n)).await.expect("written"));
            }
            let comments = store.comments(id(n)).await.expect("read");
            assert_eq!(comments.len(), 1);
            let comment = &comments[0];
            assert_eq!(comment.status, CommentStatus::Ready);
            assert_eq!(comment.seconds, Some(9));
            assert_eq!(comment.url.as_deref(), Some("https://example.com/RE1"));
        }
        assert_eq!(outcome(&database, COMMENT, Outcome::Answered(1)).await, 2);
        assert_eq!(store.comments_due(FAR, 10).await.expect("read").len(), 2);
        let stored = Comment {
            status: CommentStatus::Stored,
            file: Some("a/b.wav".into()),
            url: None,
            seconds: None,
            ..recorded(1)
        };
        store.comment(stored).await.expect("written");
        store.comment(recorded(1)).await.expect("written");
        let left = store.comments_due(FAR, 10).await.expect("read");
        assert_eq!(left.iter().map(|c| c.interview).collect::<Vec<_>>(), [id(2)]);
        assert_eq!(store.comments(id(1)).await.expect("read")[0].file.as_deref(), Some("a/b.wav"));
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_recording_without_a_turn_is_an_answer(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.comment(recorded(1)).await.expect("written");
        assert_eq!(outcome(&database, COMMENT, Outcome::Answered(1)).await, 1);
        let known = store.known(id(1)).await.expect("read").expect("known");
        assert_eq!(known.disposition, Disposition::BreakOff);
        assert_eq!(stage(&database, "started").await, 1);
        // One that failed is none.
        store.begin(begin(2)).await.expect("written");
        let failed = Comment { status: CommentStatus::Failed, ..recorded(2) };
        store.comment(failed).await.expect("written");
        assert_eq!(outcome(&database, COMMENT, Outcome::Answered(1)).await, 1);
        assert!(!store.comment(recorded(99)).await.expect("read"));
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn a_call_is_found_by_its_name(database: Database) {
        let store = open(&database).await;
        let mut second = begin(2);
        second.call_ref = Some("CA1".into());
        second.started_ms += 60_000;
        store.begin(begin(1)).await.expect("written");
        store.begin(second).await.expect("written");
        let found = store.by_call_ref("twilio", "CA1").await.expect("read");
        assert_eq!(found.iter().map(|known| known.id).collect::<Vec<_>>(), [id(2), id(1)]);
        assert!(store.by_call_ref("other", "CA1").await.expect("read").is_empty());

        let newest = |since| {
            let store = store.clone();
            async move {
                let found = store.newest_open("twilio", "CA1", since).await.expect("read");
                found.map(|known| known.id)
            }
        };
        assert_eq!(newest(START).await, Some(id(2)));
        store.record(Turn { at_ms: START + 70_000, ..turn(1, 1, 5) }).await.expect("written");
        assert_eq!(newest(START).await, Some(id(1)));
        assert_eq!(newest(START + 70_001).await, None);
        store.end(id(1), START + 71_000, "completed").await.expect("written");
        assert_eq!(newest(START).await, Some(id(2)));
        store.close().await;
    }

    async fn interviews_without_an_end_are_closed_in_time(database: Database) {
        let store = open(&database).await;
        for n in 1..=3 {
            store.begin(begin(n)).await.expect("written");
        }
        store.end(id(1), START + 10_000, "completed").await.expect("written");
        assert_eq!(store.close_expired(START + 69_999).await.expect("written"), 0);
        assert_eq!(store.close_expired(START + 70_000).await.expect("written"), 1);
        assert_eq!(store.close_expired(START + 299_999).await.expect("written"), 0);
        assert_eq!(store.close_expired(START + 300_000).await.expect("written"), 2);
        assert!(store.known(id(3)).await.expect("read").expect("known").closed);
        // What was pressed before the close but comes late still counts.
        assert_eq!(store.record(turn(3, 1, 5)).await.expect("written"), Claim::Won);
        store.close().await;
    }

    async fn a_start_sees_what_its_call_spoke_before(database: Database) {
        let store = open(&database).await;
        let spoken = |n, provider: &'static str, call: &'static str| {
            let store = store.clone();
            async move {
                let look = store.look([id(n); 3], 0..i64::MAX, None, 0, Some((provider, call))).await.expect("read");
                look.spoken
            }
        };
        let begin = |n| aftercall::store::Begin { call_ref: Some("C1".into()), ..begin(n) };
        let provider = begin(1).provider;
        assert_eq!(provider, "twilio", "the sample's provider");
        store.begin(begin(1)).await.expect("written");
        assert_eq!(spoken(2, "twilio", "C1").await, None, "nothing was heard of the caller yet");
        let in_tamil = Turn { language: "ta".into(), ..turn(1, 1, 5) };
        store.record(in_tamil).await.expect("written");
        assert_eq!(spoken(2, "twilio", "C1").await.as_deref(), Some("ta"));
        assert_eq!(spoken(1, "twilio", "C1").await, None, "an interview is not its own past");
        assert_eq!(spoken(2, "twilio", "C2").await, None);
        assert_eq!(spoken(2, "fs", "C1").await, None);
        store.begin(begin(2)).await.expect("written");
        store.record(Turn { language: "lv".into(), at_ms: START + 90_000, ..turn(2, 1, 5) }).await.expect("written");
        assert_eq!(spoken(3, "twilio", "C1").await.as_deref(), Some("lv"), "the newest counts");
        store.close().await;
    }

    async fn a_start_sees_earlier_offers_and_never_ask(database: Database) {
        let store = open(&database).await;
        let look = |n, who: Option<u8>, since| {
            let store = store.clone();
            async move {
                let look = store.look([id(n); 3], 0..i64::MAX, who.map(caller), since, None).await.expect("read");
                (look.known.map(|known| known.id), look.offers, look.never_ask)
            }
        };
        assert_eq!(look(1, Some(1), 0).await, (None, 0, false));
        store.begin(begin(1)).await.expect("written");
        let mut left_out = begin(2);
        left_out.ineligible = "cap".into();
        left_out.disposition = Disposition::Ineligible;
        store.begin(left_out).await.expect("written");
        assert_eq!(look(1, Some(1), 0).await, (Some(id(1)), 0, false));
        assert_eq!(look(2, Some(1), 0).await, (Some(id(2)), 1, false));
        assert_eq!(look(3, Some(1), START).await, (None, 1, false));
        assert_eq!(look(3, Some(1), START + 1).await, (None, 0, false));
        assert_eq!(look(3, Some(2), 0).await, (None, 0, false));
        assert_eq!(look(3, None, 0).await, (None, 0, false));

        let mut never = turn(1, 1, 5);
        never.facts.push(Fact::NeverAsk);
        never.facts.push(Fact::Callback);
        store.record(never).await.expect("written");
        store.never_ask_add(caller(2), START, "api").await.expect("written");
        store.never_ask_add(caller(2), START, "api").await.expect("written");
        assert_eq!(look(3, Some(1), 0).await, (None, 1, true));
        assert_eq!(look(3, Some(2), 0).await, (None, 0, true));
        let mut all = store.never_ask_all().await.expect("read");
        all.sort_unstable();
        assert_eq!(all, [caller(1), caller(2)]);
        assert_eq!(number(&database, "select count(*) from callbacks").await, 1);
        // An interview that was never offered takes no turn.
        assert_eq!(store.record(turn(2, 1, 5)).await.expect("answered"), Claim::Closed);
        assert_eq!(stage(&database, "ineligible").await, 1);
        assert_eq!(stage(&database, "offered").await, 1);
        assert_eq!(stage(&database, "handed_over").await, 2);
        store.close().await;
    }
}

/// Which interviews keep a number, as a sum of their own bits.
async fn kept(database: &Database) -> Vec<bool> {
    let mut kept = Vec::new();
    for n in 1..=4u16 {
        let hex = id(n).to_string();
        let is = if database.url.starts_with("sqlite:") {
            format!("x'{hex}'")
        } else {
            format!("'{hex}'::uuid")
        };
        let sql = format!(
            "select count(*) from interviews where id = {is} and caller_sealed is not null"
        );
        kept.push(number(database, &sql).await == 1);
    }
    kept
}

both! {
    /// A number is kept while its caller may still ask to be called, and then only for one who did.
    async fn a_number_goes_with_the_interview_unless_somebody_is_to_call(database: Database) {
        let store = open(&database).await;
        for n in 1..=4 {
            store.begin(Begin { caller_sealed: Some(vec![5; 40]), ..begin(n) }).await.expect("written");
        }
        assert_eq!(kept(&database).await, [true; 4]);
        // 1 and 2 end by their last word, 3 and 4 by the clock; 2 and 4 want to be called.
        for n in [2, 4] {
            let mut wish = turn(n, 1, 1);
            wish.facts = vec![Fact::Callback];
            store.record(wish).await.expect("written");
        }
        for n in [1, 2] {
            let mut last = turn(n, 2, 1);
            last.ended = true;
            store.record(last).await.expect("written");
        }
        assert_eq!(kept(&database).await, [false, true, true, true]);
        assert_eq!(store.close_expired(START + 10_000_000).await.expect("closed"), 2);
        assert_eq!(kept(&database).await, [false, true, false, true]);
        let whole = store.whole_interview(id(4)).await.expect("read").expect("is there");
        assert_eq!((whole.callback_ms, whole.number), (Some(START + 5_000), Some(vec![5; 40])));
        store.close().await;
    }
}
