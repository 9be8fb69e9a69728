//! What leads to a caller goes, everywhere, and the counts stay right; what is kept about one is
//! told whole.

use std::path::Path;

use aftercall::store::{Sought, Waiting};
use serde_json::Value;

use super::backup::Beside;
use super::*;
use crate::harness::both;

const ONA: &str = "+37060000001";
const JONAS: &str = "+37060000002";

/// A call of that number, played from start to end by the program itself. One that a busy machine's
/// database did not take in time is placed again.
async fn call(beside: &Beside, database: &Database, from: &str, keys: &str) {
    let words = ["call", "--provider", "freeswitch", "--lang", "en", "--agent", "A17"];
    let further = ["--from", from, "--keys", keys];
    let sql = format!("select count(*) from interviews where caller_last = '{}'", &from[9..]);
    // The first call makes the tables.
    let open = Store::open(&database.url).await.expect("opens");
    open.close().await;
    let before = number(database, &sql).await;
    for _ in 0..3 {
        let ran = beside.run(&database.url, &[&words[..], &further].concat());
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        if number(database, &sql).await > before {
            return;
        }
    }
    panic!("no call was stored");
}

fn files(folder: &Path) -> Vec<String> {
    let read = std::fs::read_dir(folder).expect("read");
    let mut names: Vec<String> = read
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// What `subject` writes of a number.
fn subject(beside: &Beside, url: &str, number: &str, out: &str) -> (Value, Vec<String>) {
    let out = beside.folder.path().join(out);
    let words = ["subject", "--number", number, "--out", out.to_str().expect("text")];
    let ran = beside.run(url, &words);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let text = std::fs::read_to_string(out.join("caller.json")).expect("written");
    (serde_json::from_str(&text).expect("JSON"), files(&out))
}

fn rows(all: &Value, table: &str) -> usize {
    all["tables"][table]["rows"].as_array().map_or(0, Vec::len)
}

both! {
    async fn a_caller_is_written_down_and_erased(database: Database) {
        let url = database.url.clone();
        let mut beside = Beside::new();
        beside.further = "[limits]\nbudget_ms = 60000\n[provider.freeswitch]\nkind = \"freeswitch\"\ncountry = \"LT\"\n\
            start_keys = [\"a-long-random-word\"]\nbudget_ms = 60000\n".into();
        call(&beside, &database, ONA, "4 1 2 9 say:3").await;
        call(&beside, &database, ONA, "2 1 3 3 say:3").await;
        call(&beside, &database, JONAS, "5 1 3 10 say:3").await;
        // She never wants to be asked again.
        call(&beside, &database, ONA, "* * 5").await;
        let media = beside.folder.path().join("media");
        // A call that was placed again has left one more.
        assert!(files(&media).len() >= 3);
        // Records of her calls and of his, that nobody was asked about.
        let csv = beside.folder.path().join("calls.csv");
        std::fs::write(&csv, format!(
            "call,agent,queue,caller,started,ended\nK1,A17,sales,{ONA},2026-01-20T10:00:00Z,2026-01-20T10:05:00Z\n\
             K2,A18,sales,{JONAS},2026-01-20T10:00:00Z,2026-01-20T10:05:00Z\n")).expect("written");
        let ran = beside.run(&url, &["import", "calls", csv.to_str().expect("text")]);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");

        // As somebody in the country writes the number.
        let (all, beside_it) = subject(&beside, &url, "8 600 00001", "ona");
        for (table, n) in [("interviews", 3), ("comments", 2), ("calls", 1), ("call_names", 1),
            ("legs", 1), ("offers", 3), ("never_ask", 1), ("answers", 10)] {
            assert_eq!(rows(&all, table), n, "{table}: {all:#}");
        }
        assert_eq!(beside_it.len(), 3, "{beside_it:?}");
        let hers = beside_it;
        let interviews = all["tables"]["interviews"]["rows"].as_array().expect("rows");
        let interview = interviews.iter().find(|one| one["started"] == true).expect("one");
        assert_eq!(interview["survey_name"], "post-call");
        assert_eq!(interview["said_agent_code"], "A17");
        assert!(interview["started_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{interview}");
        assert_eq!(interview["closed"], true);
        let is_private = |name: &str| {
            use std::os::unix::fs::PermissionsExt;
            let file = beside.folder.path().join(name);
            std::fs::metadata(file).expect("there").permissions().mode() & 0o077
        };
        assert_eq!((is_private("ona"), is_private("ona/caller.json")), (0, 0));
        let again = beside.run(&url, &["subject", "--number", ONA, "--out",
            beside.folder.path().join("ona").to_str().expect("text")]);
        assert_eq!(again.status.code(), Some(1), "{again:?}");
        assert!(String::from_utf8_lossy(&again.stderr).contains("not empty"), "{again:?}");

        let ran = beside.run(&url, &["erase", "--number", ONA]);
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert!(said.contains("gone: 3 interviews, 1 records of calls, 2 recordings, 3 offers"), "{said}");
        assert!(said.contains("never asked again") && said.contains("backups"), "{said}");
        let (all, beside_it) = subject(&beside, &url, ONA, "nobody");
        assert_eq!((rows(&all, "never_ask"), beside_it.len()), (1, 1), "{all:#}");
        let tables = all["tables"].as_object().expect("tables");
        assert_eq!(tables.keys().collect::<Vec<_>>(), ["never_ask"], "{all:#}");
        // His are whole.
        let (his, beside_it) = subject(&beside, &url, JONAS, "jonas");
        assert_eq!((rows(&his, "interviews"), rows(&his, "calls"), beside_it.len()), (1, 1, 2));
        let left = files(&media);
        assert!(!left.is_empty() && hers.iter().all(|file| !left.contains(file)), "{left:?}");
        assert_eq!(stage(&database, "offered").await, 1);
        let doctor = beside.run(&url, &["doctor"]);
        assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
        let ran = beside.run(&url, &["erase", "--number", ONA]);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("nothing is kept"), "{ran:?}");
        assert_eq!(number(&database, "select count(*) from audit where act = 'erase_caller'").await, 2);
        assert_eq!(number(&database, "select count(*) from audit where act = 'export_caller'").await, 3);
        for wrong in [&["--number", "12"][..], &["--number", ONA, "--provider", "nobody"]] {
            let ran = beside.run(&url, &[&["erase"][..], wrong].concat());
            assert_eq!(ran.status.code(), Some(2), "{ran:?}");
        }
    }

    /// Every table that has a column for an interview or a caller, filled for two callers.
    async fn no_table_is_forgotten(database: Database) {
        let store = open(&database).await;
        for n in 0..6_u16 {
            let mut one = begin(n);
            one.caller = Some(caller(u8::from(n >= 3)));
            store.begin(one).await.expect("written");
            store.record(turn(n, 1, 1)).await.expect("written");
            store.end(id(n), START + 9_000, "hangup").await.expect("noted");
        }
        let id_of = |n: u16| match database.url.starts_with("sqlite:") {
            true => format!("x'{}'", id(n)),
            false => format!("'{}'", id(n)),
        };
        for n in [0, 3] {
            let id_text = id(n);
            let id = id_of(n);
            for sql in [
                format!("insert into callbacks (interview, at_ms) values ({id}, 1)"),
                format!("insert into comments (interview, recording, question, status, at_ms) values ({id}, 'R', 3, 'ready', 1)"),
                format!("insert into hand_links (interview, nr, at_ms, who, what, reason) values ({id}, 1, 1, 'x', 'records', '')"),
                format!("insert into link_history (interview, nr, agent, team, queue, at_ms, link) values ({id}, 1, 0, 0, 0, 1, 'none')"),
                format!("insert into marks (interview, nr, at_ms, who, reason, note, taken_ms) values ({id}, 1, 1, 'x', 'test', '', 2)"),
                format!("insert into cases (id, interview, opened_ms, reason, status) values ('{id_text}', {id}, 1, 'low_score', 'open')"),
                format!("insert into observations (interview, day, outcome) values ({id}, {DAY}, 'quiet')"),
                format!("insert into deliveries (id, kind, target, event, subject, body, created_ms, next_ms, tries, status)
                    values ('{id_text}', 'webhook', 'x', 'score.low', '{id_text}', '', 1, 1, 0, 'delivered')"),
                format!("insert into handovers (id, provider, call_ref, caller_hash, said, at_ms, expires_ms)
                    select id, provider, call_ref, caller_hash, '{{}}', 1, 1 from interviews where id = {id}"),
            ] {
                change(&database, &sql).await;
            }
        }
        let theirs = store.traces(caller(0)).await.expect("read");
        assert_eq!(theirs.interviews, [id(0), id(1), id(2)]);
        let about = store.about(caller(0), &theirs).await.expect("read");
        let told: Vec<&str> = about.iter().map(|kept| kept.table).collect();
        // All but records of calls, the list of never-ask and the log: there are none.
        assert_eq!(told, ["interviews", "turns", "answers", "comments", "callbacks", "credits",
            "hand_links", "link_history", "marks", "cases", "observations", "offers", "handovers",
            "deliveries"]);
        let erased = store.erase(caller(0), &theirs).await.expect("erased");
        assert_eq!((erased.interviews, erased.offers, erased.deliveries, erased.announced), (3, 3, 1, 1));
        assert_eq!(store.about(caller(0), &theirs).await.expect("read"), []);
        for (table, left) in [("interviews", 3), ("turns", 3), ("answers", 3), ("offers", 3), ("cases", 1),
            ("marks", 1), ("callbacks", 1), ("comments", 1), ("hand_links", 1), ("link_history", 1),
            ("observations", 1), ("deliveries", 1), ("handovers", 1)] {
            assert_eq!(number(&database, &format!("select count(*) from {table}")).await, left, "{table}");
        }
        assert_eq!(stage(&database, "offered").await, 3);
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(store.doctor().await.expect("read"), []);
        // Also in the generation that a recount is writing.
        let theirs = store.traces(caller(1)).await.expect("read");
        change(&database, "update tally_state set writing = reading + 1").await;
        store.erase(caller(1), &theirs).await.expect("erased");
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(stage(&database, "offered").await, 0);
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }
}

/// Two callers' starts, turns and notices wait on the disk; only one caller's go.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_caller_goes_too() {
    let database = Database::sqlite();
    let store = open(&database).await;
    let folder = tempfile::tempdir().expect("a folder");
    store
        .use_spool(&database.url, folder.path(), "here", [[1; 16], [2; 16]])
        .await
        .expect("a spool");
    for n in 0..4_u16 {
        let mut one = begin(n);
        one.caller = Some(caller(u8::try_from(n % 2).expect("small")));
        store.spool_start(one).await.expect("kept");
        let mut turn = turn(n, 1, 1);
        turn.facts.push(Fact::NeverAsk);
        store.spool_turn(None, turn).await.expect("kept");
        store.spool_notice(format!("CA{n}"), START).await.expect("kept");
    }
    let about =
        |words: &str,
         _: &std::collections::HashSet<InterviewId>,
         calls: &std::collections::BTreeSet<String>| { calls.contains(words) };
    let calls = std::collections::BTreeSet::new();
    let whose = |n| Sought { caller: caller(n), interviews: &[], notice: &about, calls: &calls };
    let found = Store::in_spools(folder.path(), &whose(1), false).await.expect("read");
    assert_eq!((found.items.len(), found.never_ask), (6, true));
    let gone = Store::in_spools(folder.path(), &whose(1), true).await.expect("taken out");
    assert_eq!(gone.items, found.items);
    let left: Waiting = Store::in_spools(folder.path(), &whose(1), true).await.expect("read");
    assert_eq!((left.items.len(), left.never_ask), (0, false));
    let others = Store::in_spools(folder.path(), &whose(0), false).await.expect("read");
    assert_eq!(others.items.len(), 6);
    assert_eq!(Store::look_at_spool(folder.path()).await.expect("read").items, 6);
    store.close().await;
}
