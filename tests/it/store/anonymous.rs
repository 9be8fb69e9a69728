//! Interviews of anonymous surveys: what is kept while their calls run, and what is left.

use aftercall::satisfaction::anonymous::Cell;
use aftercall::store::Claim;
use aftercall::store::report::{AnswerCount, Cut, Every, Split, Unit};

use super::*;
use crate::harness::both;

const QUIET: Version = Version(0x00c0_ffee);

async fn open_quiet(database: &Database) -> Store {
    let store = open(database).await;
    let quiet = Survey { name: "quiet".into(), version: QUIET, anonymous: true, ..survey(QUIET) };
    store.survey_seen(&quiet, START).await.expect("kept");
    store
}

/// A start whose hand-over says all that one can say.
fn quiet(n: u16) -> Begin {
    let begin = begin(n);
    Begin {
        survey: QUIET,
        started_ms: START + i64::from(n),
        handover: "leg-7".into(),
        caller_sealed: Some(vec![1, 2, 3]),
        said: Said {
            leg: Some("leg-7".into()),
            call: Some("centre-7".into()),
            conflicts: Some("[\"A17\"]".into()),
            ..begin.said.clone()
        },
        ..begin
    }
}

fn last(n: u16, value: u8) -> Turn {
    let facts = [Fact::NeverAsk].into_iter().chain(turn(n, 1, value).facts);
    Turn {
        facts: facts.collect(),
        ended: true,
        open_question: None,
        disposition: Disposition::Complete,
        ..turn(n, 1, value)
    }
}

/// Rows of a table of which that holds.
async fn rows(database: &Database, of: &str) -> i64 {
    number(database, &format!("select count(*) from {of}")).await
}

const PERSONAL: &str = "interviews where said_agent is not null or said_leg is not null
    or said_call is not null or said_talk is not null or conflicts is not null
    or caller_last is not null or caller_sealed is not null or handover <> '' or call_id is not null";

both! {
    async fn nothing_that_leads_to_a_person_is_kept(database: Database) {
        let store = open_quiet(&database).await;
        store.begin(quiet(1)).await.expect("written");
        assert_eq!(rows(&database, PERSONAL).await, 0);
        assert_eq!(rows(&database, "agents").await, 0, "nobody is made known by it");
        assert_eq!(rows(&database, "credits where kind = 1").await, 0);
        assert_eq!(rows(&database, "credits where kind = 0 and team > 0 and queue > 0").await, 1);
        // The caller may still say never again, on whichever node.
        assert_eq!(rows(&database, "interviews where caller_hash is not null").await, 1);
        // The list of offers knows no interview, and no moment.
        assert_eq!(rows(&database, "offers").await, 1);
        assert_eq!(rows(&database, "offers o join interviews i on i.id = o.interview").await, 0);
        assert_eq!(rows(&database, "offers where at_ms % 86400000 = 0").await, 1);
        let look = store.look([id(2); 3], 0..i64::MAX, Some(caller(1)), START, None).await.expect("read");
        assert_eq!(look.offers, 1, "its caller counts as asked all the same");

        assert_eq!(store.record(last(1, 5)).await.expect("written"), Claim::Won);
        let traces = "interviews where caller_hash is not null or call_ref is not null";
        assert_eq!(rows(&database, traces).await, 0, "gone with the last word");
        assert_eq!(rows(&database, "never_ask").await, 1);
        assert_eq!(rows(&database, "interviews where not told").await, 0, "nobody is told of it");
        // A hang-up closes it as well.
        store.begin(quiet(2)).await.expect("written");
        store.end(id(2), START + 1000, "completed").await.expect("written");
        store.close_expired(START + 120_000).await.expect("written");
        assert_eq!(rows(&database, traces).await, 0);
        // Whoever is not asked leaves nothing from the beginning.
        let refused = Begin { ineligible: "cap".into(), ..quiet(3) };
        store.begin(refused).await.expect("written");
        assert_eq!(rows(&database, traces).await, 0);
        assert_eq!(rows(&database, "offers").await, 2);
    }

    async fn a_day_later_no_call_leads_to_it(database: Database) {
        let store = open_quiet(&database).await;
        for n in 1..=3 {
            store.begin(quiet(n)).await.expect("written");
        }
        store.record(last(1, 5)).await.expect("written");
        store.record(turn(2, 1, 4)).await.expect("written");
        store.end(id(2), START + 12_000, "completed").await.expect("written");
        store.begin(begin(9)).await.expect("one that is not anonymous");
        store.close_expired(START + 600_000).await.expect("written");
        let counted = "select count(*) from answer_tally where n_raw = 1 and outcome >= 0
            and gen = (select reading from tally_state where id = 1)";
        assert_eq!(number(&database, counted).await, 2);
        let forget = async |today, now, random| {
            store.forget_anonymous(today, now, [random; 32]).await.expect("written")
        };
        let later = START + 3 * 3_600_000;
        assert_eq!(forget(DAY, later, 1).await, 0, "its day is not over");
        assert_eq!(forget(DAY + 1, START + 3_600_000, 1).await, 0, "it may still be repeated");
        let repeated = store.begin(quiet(1)).await.expect("read");
        assert!(!repeated.new, "a repeated start is known again");
        assert_eq!(forget(DAY + 1, later, 1).await, 3);
        assert_eq!(forget(DAY + 1, later, 2).await, 0, "once");

        for n in 1..=3 {
            assert_eq!(store.known(id(n)).await.expect("read"), None);
            assert_eq!(store.record(turn(n, 2, 1)).await.expect("read"), Claim::Closed);
        }
        assert!(store.known(id(9)).await.expect("read").is_some());
        assert_eq!(rows(&database, "turns").await, 0);
        let day = DAY * 86_400_000;
        let timed = format!(
            "interviews where anonymous and (started_ms <> {day} or limit_ms <> {day}
             or recorded_ms <> {day} or coalesce(finished_ms, {day}) <> {day} or opening <> '')"
        );
        assert_eq!(rows(&database, &timed).await, 0);
        let timed = format!("answers where at_ms <> {day}");
        assert_eq!(rows(&database, &timed).await, 0);
        let timed = format!("credits c join interviews i on i.id = c.interview
            where i.anonymous and c.started_ms <> {day}");
        assert_eq!(rows(&database, &timed).await, 0);
        // The counts stay what they were, also when all is counted anew under another zone.
        assert_eq!(store.doctor().await.expect("counted"), []);
        let by = By { day_of: Some(&|at| at.div_euclid(86_400_000) - 1), ..AS_IS };
        let recounted = store.recount(&by, &|_| {}).await.expect("counted");
        assert_eq!(recounted.moved, 1, "only the one whose time is known");
        assert_eq!(store.doctor().await.expect("counted"), []);
        assert_eq!(number(&database, counted).await, 2);
    }

    /// What is made of the caller and the moment would lead from one to the other.
    async fn an_offer_s_id_is_made_of_nothing(database: Database) {
        let store = open_quiet(&database).await;
        for n in 1..=2 {
            store.begin(Begin { started_ms: START, ..quiet(n) }).await.expect("written");
        }
        assert_eq!(rows(&database, "offers").await, 2);
    }

    /// Also where it was not forgotten in time: nothing is noted of it, and nothing told.
    async fn nobody_looks_whether_its_caller_called_again(database: Database) {
        let store = open_quiet(&database).await;
        store.begin(quiet(1)).await.expect("written");
        store.record(last(1, 5)).await.expect("written");
        store.begin(begin(9)).await.expect("one that is not anonymous");
        store.record(turn(9, 1, 5)).await.expect("written");
        let later = START + 10 * 86_400_000;
        store.observe_since(START - 1).await.expect("kept");
        assert_eq!(store.observe(later).await.expect("noted"), 1);
        let cut = Cut { from: DAY - 1, to: DAY + 1, ..Cut::default() };
        let of = async |version| {
            let rows = store.said_and_seen(&cut, version, 0).await.expect("read");
            rows.iter().map(|row| row.n).sum::<i64>()
        };
        assert_eq!((of(QUIET).await, of(VERSION).await), (0, 1));
        let forgotten = store.forget_anonymous(DAY + 10, later, [1; 32]).await;
        assert_eq!(forgotten.expect("forgotten"), 1);
    }

    /// What is read of the tallies goes through the fence, or is nothing of anonymous surveys.
    async fn counts_come_through_the_fence(database: Database) {
        let store = open_quiet(&database).await;
        for n in 1..=9 {
            store.begin(quiet(n)).await.expect("written");
            store.record(last(n, 5)).await.expect("written");
        }
        let cut = Cut { from: DAY - 400, to: DAY + 400, ..Cut::default() };
        assert_eq!(store.answer_counts(&cut, Unit::Whole).await.expect("read"), []);
        let named = Cut { survey: Some("quiet".into()), ..cut };
        assert_eq!(store.answer_counts(&named, Unit::Whole).await.expect("read"), []);
        assert_eq!(store.stage_counts(&named, Unit::Whole).await.expect("read"), []);
        let fence = store.fence(Some("quiet"), None, DAY + 400).await.expect("read");
        let month = Every::Month.start(DAY);
        let cell = Cell { month, version: i64::from(QUIET.0), question: 0 };
        assert!(fence.shows(cell, 4));
        let fenced = Cut { fence: Some(fence.into()), ..named };
        let counts = store.answer_counts(&fenced, Unit::Whole).await.expect("read");
        assert_eq!(counts.iter().map(|count| count.n).collect::<Vec<_>>(), [9]);
        assert_eq!(store.stage_counts(&fenced, Unit::Whole).await.expect("read"), []);
        // Ten of one queue, one of whom in another team, are not split by team.
        let elsewhere = Begin {
            said: Said { team: Some("elsewhere".into()), ..quiet(10).said },
            ..quiet(10)
        };
        store.begin(elsewhere).await.expect("written");
        store.record(last(10, 1)).await.expect("written");
        let fence = store.fence(Some("quiet"), None, DAY + 400).await.expect("read");
        assert!(fence.shows(cell, 2) && !fence.shows(cell, 3));
        let fenced = Cut { fence: Some(fence.into()), ..fenced };
        let n = |counts: Vec<AnswerCount>| counts.iter().map(|count| count.n).sum::<i64>();
        assert_eq!(n(store.answer_counts(&fenced, Unit::Whole).await.expect("read")), 10);
        for team in ["elsewhere", "support"] {
            let team = store.team(team).await.expect("a team");
            let of_team = Cut { team: Some(team), ..fenced.clone() };
            assert_eq!(n(store.answer_counts(&of_team, Unit::Whole).await.expect("read")), 0);
        }
        let by_team = [(Split::Team, &fenced, Unit::Whole)];
        let by_team = store.split_counts(&by_team).await.expect("read");
        assert!(by_team[0].0.is_empty(), "{by_team:?}");
        let part = Cut { from: month + 1, ..fenced.clone() };
        assert_eq!(store.answer_counts(&part, Unit::Whole).await.expect("read"), [], "no part");
        let days = [(Split::Day, &fenced, Unit::Whole)];
        let days = store.split_counts(&days).await.expect("read");
        assert!(days[0].0.is_empty(), "no days");
        let early = store.fence(Some("quiet"), None, month).await.expect("read");
        assert!(!early.shows(cell, 0), "its month is not over");
    }
}
