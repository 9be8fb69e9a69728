//! Links made by hand and marks: the tallies equal a count of the facts whatever happens in
//! whatever order, and a hand-made link holds against records.

use aftercall::store::calls::{CallRecord, LegRecord, Put};
use aftercall::store::link::{ByHand, Hand};
use aftercall::store::marks::{Marked, Marking};
use aftercall::store::report::{Cut, Pick};

use super::*;
use crate::harness::both;

/// Interviews that the random reviewers share.
const INTERVIEWS: u16 = 12;

/// When these interviews are over.
const LATER: Millis = START + 3_600_000;

fn marking(n: u16, question: Option<u8>) -> Marking<'static> {
    Marking { interview: id(n), question, reason: "product", note: "", who: "Rasa", at_ms: LATER }
}

fn by_hand(n: u16, hand: Hand) -> ByHand<'static> {
    ByHand { interview: id(n), hand, who: "Rasa", reason: "wrong agent", at_ms: LATER }
}

/// The record of an interview's call names that agent.
fn record(n: u16, agent: &str) -> CallRecord {
    CallRecord {
        names: vec![format!("CA{n}")],
        legs: vec![LegRecord { leg: "1".into(), agent: Some(agent.into()), ..Default::default() }],
        ..Default::default()
    }
}

/// Records a call and links its interviews, as the desk does.
async fn tell(store: &Store, record: CallRecord, at_ms: Millis) -> uuid::Uuid {
    let put = store.put_calls(&[record], at_ms).await.expect("stored");
    let [Put::Taken(call)] = put[..] else { panic!("refused") };
    store.relink_calls(&[call], 0, &JUDGE).await.expect("linked");
    call
}

/// For whom an interview counts: the link's word and the agents' codes.
async fn stands(store: &Store, n: u16) -> (String, Vec<String>) {
    let whole = store.whole_interview(id(n)).await.expect("read").expect("is there");
    let agents = whole.credits.into_iter().filter(|credit| !credit.whole);
    (whole.listed.link, agents.filter_map(|credit| credit.served.agent).collect())
}

/// Raw and reviewed answers, each interview once.
async fn counts(database: &Database) -> (i64, i64) {
    let sum = |column: &str| {
        format!(
            "select cast(coalesce(sum({column}), 0) as bigint) from answer_tally
                where kind = 0 and gen = (select reading from tally_state)"
        )
    };
    (number(database, &sum("n_raw")).await, number(database, &sum("n_reviewed")).await)
}

/// One random thing that can happen.
async fn happen(store: &Store, dice: &mut Dice, agents: &[i64]) {
    let n = u16::try_from(dice.below(INTERVIEWS.into())).unwrap_or(0);
    match dice.below(12) {
        0 | 1 => drop(store.begin(begin(n)).await.expect("written")),
        2..=4 => {
            let mut one = turn(n, 1 + dice.byte(6), dice.byte(6));
            one.ended = dice.below(6) == 0;
            store.record(one).await.expect("written");
        }
        5 | 6 => {
            let agent = agents[usize::from(dice.byte(3))];
            let hand = match dice.below(3) {
                0 => Hand::Records,
                1 => Hand::Served { agent: None, team: None, queue: None },
                _ => Hand::Served { agent: Some(agent), team: None, queue: None },
            };
            store.link_by_hand(&by_hand(n, hand), 0).await.expect("written");
        }
        7 => {
            let agent = format!("B{}", dice.byte(3));
            tell(store, record(n, &agent), LATER).await;
        }
        8 | 9 => {
            let question = (dice.below(3) > 0).then(|| dice.byte(6));
            store.mark(&marking(n, question)).await.expect("written");
        }
        10 => {
            let nr = i64::from(1 + dice.byte(4));
            store.take_mark_back(id(n), nr, "Ona", LATER).await.expect("written");
        }
        _ => drop(store.relink(&[id(n)], 0).await.expect("linked")),
    }
}

both! {
    async fn tallies_equal_the_facts_after_links_and_marks_by_two_nodes(database: Database) {
        let stores = [open(&database).await, Store::open(&database.url).await.expect("opens")];
        let mut agents = Vec::new();
        for code in ["A1", "A2", "A3"] {
            agents.push(stores[0].agent(code).await.expect("written"));
        }
        let reviewers: Vec<_> = (0..8_u64)
            .map(|seed| {
                let store = stores[usize::from(seed % 2 == 0)].clone();
                let agents = agents.clone();
                tokio::spawn(async move {
                    let mut dice = Dice(seed);
                    for _ in 0..60 {
                        happen(&store, &mut dice, &agents).await;
                    }
                })
            })
            .collect();
        while !reviewers.iter().all(tokio::task::JoinHandle::is_finished) {
            let recounted = stores[1].recount(&AS_IS, &|_| {}).await.expect("counts");
            assert_eq!(recounted.differences, []);
        }
        for reviewer in reviewers {
            reviewer.await.expect("runs");
        }
        let marked = "select count(*) from answers where outside_control";
        assert!(number(&database, marked).await > 0, "the dice marked nothing");
        let hands = "select count(*) from interviews where link = 'hand'";
        assert!(number(&database, hands).await > 0, "the dice linked nothing");
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(stores[0].doctor().await.expect("read"), []);
        // Every flag is what the marks in force say.
        let astray = "select count(*) from answers a where a.outside_control <> exists (
            select 1 from marks m where m.interview = a.interview and m.taken_ms is null
                and (m.question is null or m.question = a.question))";
        assert_eq!(number(&database, astray).await, 0);
        for store in stores {
            store.close().await;
        }
    }

    /// Records that come later, linking again and recounts leave it alone; its undoing does not.
    async fn a_hand_made_link_holds_until_somebody_decides_anew(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        tell(&store, record(1, "B1"), LATER).await;
        assert_eq!(stands(&store, 1).await, ("record".into(), vec!["B1".into()]));

        let agent = store.agent("C1").await.expect("written");
        let hand = Hand::Served { agent: Some(agent), team: None, queue: None };
        assert!(store.link_by_hand(&by_hand(1, hand), 0).await.expect("written"));
        let by_hand_now = ("hand".to_owned(), vec!["C1".to_owned()]);
        assert_eq!(stands(&store, 1).await, by_hand_now);
        assert_eq!(counts(&database).await, (1, 1), "each answer once");
        assert_eq!(wrong_rows(&database).await, 0);

        tell(&store, record(1, "B2"), LATER + 5).await;
        store.relink(&[id(1)], 0).await.expect("linked");
        assert_eq!(stands(&store, 1).await, by_hand_now);
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(stands(&store, 1).await, by_hand_now);

        // Another call's record, which then follows that record.
        let mut other = record(9, "D1");
        other.names = vec!["other".into()];
        let call = tell(&store, other.clone(), LATER).await;
        assert_eq!(store.call_named("other").await.expect("read"), Some(call));
        assert!(store.link_by_hand(&by_hand(1, Hand::Call(call)), 0).await.expect("written"));
        assert_eq!(stands(&store, 1).await, ("hand".into(), vec!["D1".into()]));
        other.legs[0].agent = Some("D2".into());
        tell(&store, other, LATER + 9).await;
        assert_eq!(stands(&store, 1).await, ("hand".into(), vec!["D2".into()]));

        let nobody = Hand::Served { agent: None, team: None, queue: None };
        assert!(store.link_by_hand(&by_hand(1, nobody), 0).await.expect("written"));
        assert_eq!(stands(&store, 1).await, ("hand".into(), vec![]));
        assert_eq!(stage(&database, "not_linked").await, 1);
        assert!(store.link_by_hand(&by_hand(1, Hand::Records), 0).await.expect("written"));
        assert_eq!(stands(&store, 1).await, ("record".into(), vec!["B2".into()]));
        assert_eq!(wrong_rows(&database).await, 0);
        assert!(!store.link_by_hand(&by_hand(2, Hand::Records), 0).await.expect("no such one"));

        let history = store.link_history(id(1)).await.expect("read");
        let told: Vec<(&str, Option<&str>, bool)> = history
            .iter()
            .map(|step| {
                let agent = step.served.first().and_then(|served| served.agent.as_deref());
                (step.link.as_str(), agent, step.by.is_some())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("record", Some("B1"), false),
                ("hand", Some("C1"), true),
                ("hand", Some("D1"), true),
                ("hand", Some("D2"), false),
                ("hand", None, true),
                ("record", Some("B2"), true),
            ]
        );
        assert_eq!(history[1].by, Some(("Rasa".into(), "wrong agent".into())));
        store.close().await;
    }

    async fn marks_move_the_reviewed_counts_only(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        for number in 1..=3 {
            store.record(turn(1, number, 5)).await.expect("written");
        }
        let early = Marking { at_ms: START + 60_000, ..marking(1, None) };
        let running = store.mark(&early).await.expect("read");
        assert!(matches!(running, Marked::Running(until) if until > early.at_ms), "{running:?}");
        assert_eq!(counts(&database).await, (3, 3));

        let mark = |question| {
            let store = store.clone();
            async move { store.mark(&marking(1, question)).await.expect("written") }
        };
        assert_eq!(mark(Some(0)).await, Marked::Done);
        assert_eq!(mark(Some(0)).await, Marked::Already);
        assert_eq!(mark(Some(7)).await, Marked::Unknown);
        assert_eq!(counts(&database).await, (3, 2));
        assert_eq!(mark(None).await, Marked::Done);
        assert_eq!(counts(&database).await, (3, 0));
        // The first question is marked twice: with one mark taken back it stays out.
        let back = |nr| store.take_mark_back(id(1), nr, "Ona", LATER + 1);
        assert_eq!(back(2).await.expect("written"), Marked::Done);
        assert_eq!(counts(&database).await, (3, 2));
        assert_eq!(back(2).await.expect("written"), Marked::Unknown, "once");
        assert_eq!(back(1).await.expect("written"), Marked::Done);
        assert_eq!(counts(&database).await, (3, 3));
        assert_eq!(wrong_rows(&database).await, 0);
        let marks = store.marks(id(1)).await.expect("read");
        let taken = marks.iter().map(|mark| (mark.question, mark.taken_by.as_deref()));
        assert_eq!(taken.collect::<Vec<_>>(), [(Some(0), Some("Ona")), (None, Some("Ona"))]);
        assert_eq!(store.mark(&marking(2, None)).await.expect("read"), Marked::Unknown);
        store.close().await;
    }

    /// A marked answer that moves to another agent stays marked.
    async fn a_link_by_hand_takes_marks_along(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        assert_eq!(store.mark(&marking(1, None)).await.expect("written"), Marked::Done);
        let agent = store.agent("C1").await.expect("written");
        let hand = Hand::Served { agent: Some(agent), team: None, queue: None };
        store.link_by_hand(&by_hand(1, hand), 0).await.expect("written");
        let sql = format!(
            "select cast(sum(n_raw) * 10 + sum(n_reviewed) as bigint) from answer_tally
                where kind = 1 and agent = {agent}"
        );
        assert_eq!(number(&database, &sql).await, 10);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    /// Each pick finds what it should, and counts what it finds.
    async fn lists_find_and_count(database: Database) {
        let store = open(&database).await;
        for n in 1..=6 {
            let mut one = begin(n);
            one.started_ms += i64::from(n);
            one.caller_last = Some(format!("{n}23"));
            one.said.agent = (n != 2).then(|| "A17".into());
            store.begin(one).await.expect("written");
            let answer = if n == 3 { 0 } else { 1 };
            store.record(turn(n, 1, answer)).await.expect("written");
        }
        assert_eq!(store.mark(&marking(4, None)).await.expect("written"), Marked::Done);
        assert_eq!(store.mark(&marking(4, Some(0))).await.expect("written"), Marked::Done);
        let comment = aftercall::store::Comment {
            interview: id(5),
            recording: "RE1".into(),
            question: COMMENT,
            seconds: Some(4),
            url: None,
            file: None,
            status: aftercall::store::CommentStatus::Expected,
            at_ms: START,
        };
        store.comment(comment).await.expect("written");
        let cut = Cut { from: DAY, to: DAY, ..Cut::default() };
        let all = Pick { limit: 50, ..Pick::default() };
        let text = |text: &str| Some(text.to_owned());
        for (name, pick, wanted) in [
            ("all", all.clone(), &[6, 5, 4, 3, 2, 1][..]),
            ("marked", Pick { marked: true, ..all.clone() }, &[4]),
            ("commented", Pick { commented: true, ..all.clone() }, &[5]),
            ("low", Pick { low: Some(vec![(VERSION, 0, 0)]), ..all.clone() }, &[3]),
            ("nothing is low", Pick { low: Some(vec![]), ..all.clone() }, &[]),
            ("digits", Pick { digits: text("623"), ..all.clone() }, &[6]),
            ("not linked", Pick { link: text("none"), ..all.clone() }, &[2]),
            ("handed over", Pick { link: text("handover"), ..all.clone() }, &[6, 5, 4, 3, 1]),
            ("failed", Pick { disposition: text("failed"), ..all.clone() }, &[]),
            ("named", Pick { named: Some(vec![id(1), id(3)]), ..all.clone() }, &[3, 1]),
            ("none named", Pick { named: Some(vec![]), ..all.clone() }, &[]),
            ("no team", Pick { teams: Some(vec![]), ..all.clone() }, &[]),
            ("another team", Pick { teams: Some(vec![99]), ..all.clone() }, &[]),
        ] {
            let found = store.picked_interviews(&cut, &pick).await.expect("read");
            let found: Vec<InterviewId> = found.iter().map(|listed| listed.id).collect();
            assert_eq!(found, wanted.iter().map(|n| id(*n)).collect::<Vec<_>>(), "{name}");
            let count = store.picked_count(&cut, &pick).await.expect("read");
            assert_eq!(count, u64::try_from(wanted.len()).expect("few"), "{name}");
        }
        let few = Pick { limit: 2, ..all };
        assert_eq!(store.picked_count(&cut, &few).await.expect("read"), 2, "as far as asked");
        let agent = store.agent("A17").await.expect("known");
        let of_agent = Cut { agent: Some(agent), ..cut };
        let marked = Pick { limit: 50, marked: true, ..Pick::default() };
        assert_eq!(store.picked_count(&of_agent, &marked).await.expect("read"), 1);
        for (name, wanted) in [("CA3", vec![id(3)]), ("none", vec![]), (&id(4).to_string(), vec![id(4)])] {
            assert_eq!(store.interviews_named(name).await.expect("read"), wanted, "{name}");
        }
        store.close().await;
    }
}
