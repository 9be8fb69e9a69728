//! Days that are closed keep their counts when the facts behind them are gone.

use std::process::Output;

use aftercall::store::calls::{CallRecord, LegRecord, Put};
use aftercall::store::retention::Limits;
use aftercall::store::{Claim, StoreError};

use super::backup::Beside;
use super::*;
use crate::harness::both;

const DAY_MS: Millis = 86_400_000;
/// Days by which the old interviews are older.
const OLD: i64 = 40;

fn old(n: u16) -> Begin {
    let begin = begin(n);
    let back = OLD * DAY_MS;
    Begin {
        day: begin.day - OLD,
        started_ms: begin.started_ms - back,
        limit_ms: begin.limit_ms - back,
        ..begin
    }
}

fn old_turn(n: u16, place: u8, value: u8) -> Turn {
    let turn = turn(n, place, value);
    Turn { at_ms: turn.at_ms - OLD * DAY_MS, ..turn }
}

/// Old interviews `0..old_ones`, and then some of [`DAY`], two answers each.
async fn filled(database: &Database, old_ones: u16, young: u16) -> Store {
    let store = open(database).await;
    for n in 0..old_ones {
        store.begin(old(n)).await.expect("written");
        store.record(old_turn(n, 1, 1)).await.expect("written");
        store.record(old_turn(n, 2, 0)).await.expect("written");
    }
    for n in old_ones..old_ones + young {
        store.begin(begin(n)).await.expect("written");
        store.record(turn(n, 1, 1)).await.expect("written");
    }
    store
}

/// Closes the old days and removes what is behind them; says how many interviews went.
async fn close_and_forget(store: &Store) -> u64 {
    assert!(store.close_days(DAY - 10).await.expect("closed"));
    let mut gone = 0;
    loop {
        let (ids, _) = store.closed_interviews().await.expect("read");
        if ids.is_empty() {
            return gone;
        }
        gone += store.forget_interviews(&ids).await.expect("removed");
    }
}

async fn rows(database: &Database, of: &str) -> i64 {
    let sql = format!("select count(*) from {of} and gen = (select reading from tally_state)");
    number(database, &sql).await
}

both! {
    async fn closed_days_keep_their_counts(database: Database) {
        let store = filled(&database, 120, 20).await;
        store.over(DAY).await.expect("noted");
        store.roll(DAY).await.expect("packed");
        let yes = Outcome::Answered(1);
        let told = async || {
            (stage(&database, "offered").await, outcome(&database, 0, yes).await,
                outcome(&database, 1, Outcome::Answered(0)).await)
        };
        assert_eq!(told().await, (140, 140, 120));
        assert_eq!(close_and_forget(&store).await, 120);
        for table in ["interviews", "credits", "turns", "answers", "offers"] {
            let left = number(&database, &format!("select count(*) from {table}")).await;
            assert_eq!(left, if table == "credits" { 40 } else { 20 }, "{table}");
        }
        assert_eq!(told().await, (140, 140, 120));
        assert_eq!(store.doctor().await.expect("read"), []);

        // Twice: the second one copies what the first one copied.
        for _ in 0..2 {
            let recounted = store.recount(&AS_IS, &|_| {}).await.expect("counts");
            assert_eq!((recounted.interviews, recounted.differences), (20, vec![]));
            assert_eq!(told().await, (140, 140, 120));
            assert_eq!(store.doctor().await.expect("read"), []);
        }
        // What is wrong in an open day is found and put right all the same.
        change(&database, &format!("update answer_tally set n_raw = n_raw + 1 where day = {DAY}")).await;
        assert!(!store.doctor().await.expect("read").is_empty());
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(told().await, (140, 140, 120));
        store.close().await;
    }

    async fn nothing_is_added_to_a_closed_day(database: Database) {
        let store = filled(&database, 3, 1).await;
        assert!(store.close_days(DAY - 10).await.expect("closed"));
        // Not yet removed, and already fixed.
        let before = stage(&database, "offered").await;
        let late = store.record(old_turn(1, 3, 2)).await.expect("written");
        assert_eq!(late, Claim::Won);
        assert_eq!(outcome(&database, 2, Outcome::Answered(2)).await, 0);
        close_and_forget(&store).await;
        let refused = store.begin(old(200)).await.expect_err("refused");
        assert!(matches!(refused, StoreError::ClosedDay) && refused.is_of_data(), "{refused}");
        store.begin(begin(201)).await.expect("others of the same batch are taken");
        assert_eq!(store.record(old_turn(1, 4, 1)).await.expect("looked"), Claim::Closed);
        assert_eq!(stage(&database, "offered").await, before + 1);
        // Another time zone moves nothing into a closed day.
        change(&database, &format!("update tally_state set closed_before = {DAY}")).await;
        let by = By { day_of: Some(&|_| DAY - 1), ..AS_IS };
        store.recount(&by, &|_| {}).await.expect("counts");
        assert_eq!(stage(&database, "offered").await, before + 1);
        assert_eq!(store.doctor().await.expect("read"), []);
        store.close().await;
    }

    async fn no_day_is_closed_while_a_recount_is_under_way(database: Database) {
        let store = filled(&database, 3, 1).await;
        change(&database, "update tally_state set writing = reading + 1").await;
        assert!(!store.close_days(DAY - 10).await.expect("looked"));
        assert_eq!(store.closed_before().await.expect("read"), 0);
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert!(store.close_days(DAY - 10).await.expect("closed"));
        assert!(store.close_days(DAY - 20).await.expect("it is"), "never opened again");
        assert_eq!(store.closed_before().await.expect("read"), DAY - 10);
        store.close().await;
    }

    /// Four answers of one agent are few, twenty of another are not.
    async fn single_agents_go_and_teams_stay(database: Database) {
        let store = open(&database).await;
        for n in 0..24 {
            let mut one = old(n);
            one.said.agent = Some(if n < 4 { "A1".into() } else { "A2".into() });
            store.begin(one).await.expect("written");
            store.record(old_turn(n, 1, 1)).await.expect("written");
        }
        store.over(DAY).await.expect("noted");
        store.roll(DAY).await.expect("packed");
        close_and_forget(&store).await;
        assert_eq!(rows(&database, "answer_tally where kind = 1").await, 2);
        assert_eq!(store.forget_agent_rows(None).await.expect("removed"), 1);
        assert_eq!(rows(&database, "answer_tally where kind = 1 and n_raw = 20").await, 1);
        assert_eq!(rows(&database, "answer_tally where kind = 1").await, 1);
        assert_eq!(rows(&database, "funnel_tally where kind = 1 and stage = 'offered'").await, 2);
        assert_eq!(store.forget_agent_rows(Some(DAY - OLD)).await.expect("removed"), 0);
        assert!(store.forget_agent_rows(Some(DAY - OLD + 1)).await.expect("removed") > 0);
        for table in ["answer_tally", "funnel_tally"] {
            assert_eq!(rows(&database, &format!("{table} where kind = 1")).await, 0, "{table}");
        }
        assert_eq!(outcome(&database, 0, Outcome::Answered(1)).await, 24);
        store.roll(DAY).await.expect("packed");
        assert_eq!(store.doctor().await.expect("read"), []);
        store.close().await;
    }

    /// A link that was inferred by a number outlives the number.
    async fn hashes_go_and_links_stay(database: Database) {
        let store = open(&database).await;
        let mut one = old(1);
        one.call_ref = None;
        one.said = Said::default();
        one.caller_sealed = Some(vec![1, 2, 3]);
        let (started, caller) = (one.started_ms, one.caller);
        store.begin(one).await.expect("written");
        store.begin(begin(2)).await.expect("written");
        let leg = LegRecord { leg: "1".into(), agent: Some("A9".into()), ..Default::default() };
        let record = CallRecord {
            names: vec!["K1".into()],
            caller,
            started_ms: Some(started - 60_000),
            ended_ms: Some(started - 1_000),
            legs: vec![leg],
            ..Default::default()
        };
        let put = store.put_calls(&[record], started).await.expect("stored");
        let [Put::Taken(call)] = put[..] else { panic!("refused: {put:?}") };
        let match_ms = 3_600_000;
        store.relink_calls(&[call], match_ms, &JUDGE).await.expect("linked");
        let linked = "select count(*) from interviews where link = 'inferred' and call_id is not null";
        assert_eq!(number(&database, linked).await, 1);

        let limits = Limits { numbers: Some(DAY - 20), ..Limits::default() };
        assert_eq!(store.due(&limits).await.expect("read").numbers, 1);
        while store.forget_numbers(DAY - 20).await.expect("forgotten") > 0 {}
        while store.forget_offers(START - DAY_MS).await.expect("forgotten") > 0 {}
        assert_eq!(store.due(&limits).await.expect("read").numbers, 0);
        let gone = "select count(*) from interviews where caller_hash is null
            and caller_last is null and caller_sealed is null";
        assert_eq!(number(&database, gone).await, 1);
        assert_eq!(number(&database, "select count(*) from offers").await, 1);
        // The call's own hash goes a month later, when nothing could be inferred from it.
        let hashed = "select count(*) from calls where caller_hash is not null";
        assert_eq!(number(&database, hashed).await, 1);
        while store.forget_numbers(DAY + 31).await.expect("forgotten") > 0 {}
        assert_eq!(number(&database, hashed).await, 0);
        let by = By { match_ms, ..AS_IS };
        store.relink(&[id(1)], match_ms).await.expect("linked");
        store.recount(&by, &|_| {}).await.expect("counts");
        assert_eq!(number(&database, linked).await, 1);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    /// By the command, with recordings; what is young stays.
    async fn what_is_old_goes_by_the_settings(database: Database) {
        let store = filled(&database, 60, 5).await;
        let mut beside = Beside::new();
        let media = beside.folder.path().join("media");
        std::fs::create_dir(&media).expect("made");
        for n in [1_u16, 62] {
            let name = format!("{}-3-1.wav", id(n));
            std::fs::write(media.join(&name), "sound").expect("written");
            let sql = format!("insert into comments (interview, recording, question, file, status, at_ms)
                values ({}, '{name}', 3, '{name}', 'stored', {START})",
                if database.url.starts_with("sqlite:") { format!("x'{}'", id(n)) } else { format!("'{}'", id(n)) });
            change(&database, &sql).await;
        }
        store.close().await;
        let files = || std::fs::read_dir(&media).expect("read").count();
        let said = |ran: &Output| String::from_utf8_lossy(&ran.stdout).into_owned();
        let ran = beside.run(&database.url, &["retain"]);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert!(said(&ran).contains("gone: 0 comments"), "nothing goes that nobody set: {ran:?}");
        assert_eq!((files(), number(&database, "select count(*) from interviews").await), (2, 65));

        // START is the end of 2025, and the clock is past it by more than a month.
        let age = (aftercall::clock::now_ms() - START) / DAY_MS;
        beside.further = format!("[retention]\ninterviews = {}\ncomments = {}\n", age + 3, age + 3);
        for _ in 0..2 {
            let dry = beside.run(&database.url, &["retain", "--dry-run"]);
            assert_eq!(dry.status.code(), Some(0), "{dry:?}");
            assert!(said(&dry).contains("0 comments; what leads to their callers from 0 interviews; 60 \
                interviews"), "{dry:?}");
        }
        let ran = beside.run(&database.url, &["retain"]);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert!(said(&ran).contains("60 interviews; 0 calls"), "{ran:?}");
        assert!(said(&ran).contains("are closed: their counts stay"), "{ran:?}");
        assert_eq!((files(), number(&database, "select count(*) from interviews").await), (1, 5));
        assert_eq!(stage(&database, "offered").await, 65);
        let doctor = beside.run(&database.url, &["doctor"]);
        assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
        assert_eq!(number(&database, "select count(*) from audit where act = 'retain'").await, 1);

        // A record of a call of such a day is refused, and says why.
        let file = beside.folder.path().join("calls.csv");
        std::fs::write(&file, "call,agent,started,ended\nK1,A1,2025-11-14T10:00:00Z,2025-11-14T10:05:00Z\n\
            K2,A1,2025-12-30T10:00:00Z,2025-12-30T10:05:00Z\n").expect("written");
        let ran = beside.run(&database.url, &["import", "calls", file.to_str().expect("text")]);
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        assert!(said(&ran).contains("1 taken, 1 refused"), "{ran:?}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains("its day is closed"), "{ran:?}");

        beside.further = "[retention]\ncomments = 1\n".into();
        let ran = beside.run(&database.url, &["retain"]);
        assert!(said(&ran).contains("gone: 1 comments"), "{ran:?}");
        assert_eq!(files(), 0);
        beside.further = "[retention]\ninterviews = 7\nnumbers = 40\n[offer]\ncaller_days = 90\n".into();
        let ran = beside.run(&database.url, &["retain"]);
        let faults = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        assert!(faults.contains("retention.interviews") && faults.contains("retention.numbers"), "{faults}");
    }
}
