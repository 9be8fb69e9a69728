//! What leads to a caller goes, everywhere, and the counts stay right; what is kept about one is
//! told whole.

use std::path::Path;

use aftercall::store::erasure::Subject;
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
        // And at her own wish she may be asked again.
        let ran = beside.run(&url, &["erase", "--number", ONA, "--ask-again"]);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("may be asked again"), "{ran:?}");
        assert_eq!(number(&database, "select count(*) from never_ask").await, 0);
        assert_eq!(number(&database, "select count(*) from audit where act = 'ask_again'").await, 1);
        for wrong in [&["--number", "12"][..], &["--number", ONA, "--provider", "nobody"]] {
            let ran = beside.run(&url, &[&["erase"][..], wrong].concat());
            assert_eq!(ran.status.code(), Some(2), "{ran:?}");
        }
    }

    /// By the key that records of calls give, and by nothing that may be somebody else's.
    async fn a_customer_is_written_down_and_erased(database: Database) {
        let url = database.url.clone();
        let mut beside = Beside::new();
        beside.further = "[limits]\nbudget_ms = 60000\n".into();
        let store = open(&database).await;
        // Three callers; the second's interview somebody linked by hand to the first one's call.
        for n in 0..3_u16 {
            let mut one = begin(n);
            one.caller = Some(caller(u8::try_from(n).expect("small")));
            store.begin(one).await.expect("written");
            store.record(turn(n, 1, 1)).await.expect("written");
        }
        let call = |n: u8| match url.starts_with("sqlite:") {
            true => format!("x'0a0000000000000000000000000000{n:02x}'"),
            false => format!("'0a0000000000000000000000000000{n:02x}'"),
        };
        let hash = |n: u8| match url.starts_with("sqlite:") {
            true => format!("x'{}'", InterviewId(caller(n).0)),
            false => format!("'{}'", InterviewId(caller(n).0)),
        };
        let id_of = |n: u16| match url.starts_with("sqlite:") {
            true => format!("x'{}'", id(n)),
            false => format!("'{}'", id(n)),
        };
        for sql in [
            format!("insert into calls (id, caller_hash, channel, customer, received_ms)
                values ({0}, {2}, 'phone', 'C-1', 1), ({1}, {2}, 'phone', 'C-1', 1)", call(1), call(2), hash(0)),
            format!("insert into call_names (name, call_id) values ('K1', {}), ('K2', {})", call(1), call(2)),
            format!("update interviews set call_id = {}, link = 'record' where id = {}", call(1), id_of(0)),
            format!("update interviews set call_id = {}, link = 'hand' where id = {}", call(1), id_of(1)),
        ] {
            change(&database, &sql).await;
        }
        let customer = Subject::Customer("C-1".into());
        let theirs = store.traces(&customer).await.expect("read");
        assert_eq!((&theirs.interviews[..], theirs.calls.len()), (&[id(0)][..], 2));
        store.close().await;

        let out = beside.folder.path().join("customer");
        let out = out.to_str().expect("text");
        let ran = beside.run(&url, &["subject", "--customer", "C-1", "--out", out, "--forget"]);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(said.contains("gone: 1 interviews, 1 records of calls"), "{said}");
        let text = std::fs::read_to_string(Path::new(out).join("customer.json")).expect("written");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(all["customer"]["key"], "C-1");
        for (table, n) in [("interviews", 1), ("answers", 1), ("offers", 1), ("calls", 2), ("never_ask", 0)] {
            assert_eq!(rows(&all, table), n, "{table}: {all:#}");
        }
        // A call that an interview of somebody else still names stays, and leads to nobody.
        for (table, left) in [("interviews", 2), ("calls", 1), ("call_names", 0), ("offers", 2), ("answers", 2),
            ("calls where customer is not null or caller_hash is not null", 0)] {
            assert_eq!(number(&database, &format!("select count(*) from {table}")).await, left, "{table}");
        }
        let ran = beside.run(&url, &["erase", "--customer", "C-1"]);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("nothing is kept"), "{ran:?}");
        let doctor = beside.run(&url, &["doctor"]);
        assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
        for wrong in [&["--customer", " "][..], &["--customer", "C-1", "--number", ONA], &[],
            &["--customer", "C-1", "--never-ask"], &["--agent", "A17", "--provider", "x"]] {
            let ran = beside.run(&url, &[&["erase"][..], wrong].concat());
            assert_eq!(ran.status.code(), Some(2), "{ran:?}");
        }
    }

    /// Figures of whole weeks with five answers, no caller's; then a code that leads to nobody, under
    /// which they go on counting.
    async fn an_agent_is_written_down_and_loses_the_name(database: Database) {
        let url = database.url.clone();
        let mut beside = Beside::new();
        beside.further = "[limits]\nbudget_ms = 60000\n".into();
        let store = open(&database).await;
        for n in 0..7_u16 {
            let mut one = begin(n);
            let code = if n < 5 { "Ona-17" } else { "B2" };
            one.said.agent = Some(code.into());
            one.said.conflicts = Some("[[\"agent\",\"Ona-17\",\"B2\"]]".into());
            store.begin(one).await.expect("written");
            store.record(turn(n, 1, 1)).await.expect("written");
        }
        let agent = store.name_agent("Ona-17", "Ona Onaitė").await.expect("named");
        let team = store.team("north").await.expect("made");
        store.join_team(agent, team, START).await.expect("joined");
        let bytes = |n: u8| match url.starts_with("sqlite:") {
            true => format!("x'{n:032x}'"),
            false => format!("'{n:032x}'"),
        };
        for (id, email, role) in [(1, "ona@example.org", "agent"), (2, "chief@example.org", "manager")] {
            change(&database, &format!("insert into users (id, email, name, hash, role, agent, created_ms)
                values ({id}, '{email}', 'Ona', 'argon', '{role}', 'Ona-17', 1)")).await;
        }
        for sql in [
            "insert into sessions (hash, user_id, mark, created_ms, seen_ms, expires_ms) values ('h', 1, '', 1, 1, 9)".to_owned(),
            "insert into user_team (user_id, team, from_ms) values (1, 'north', 1)".to_owned(),
            "insert into survey_share (day, agent, queue, share) values (20000, 'Ona-17', 'sales', 500)".to_owned(),
            format!("insert into handovers (id, provider, said, at_ms, expires_ms) values
                ({0}, 'x', '{{\"agent\":\"Ona-17\"}}', 1, 1), ({1}, 'x', '{{\"agent\":\"Ona-171\"}}', 1, 1)",
                bytes(1), bytes(2)),
            format!("insert into deliveries (id, kind, target, event, subject, body, created_ms, next_ms, tries, status)
                values ('d', 'webhook', 'x', 'score.low', '{}', '{{\"agent\":\"Ona-17\",\"name\":\"Ona Onaitė\"}}', 1, 1, 0, 'delivered')", id(3)),
            format!("insert into calls (id, channel, ended_by, received_ms) values ({}, 'phone', 'Ona-17', 1)", bytes(9)),
            format!("insert into legs (call_id, leg, agent, transferred_to, seq) values ({0}, 'Ona-17 176', {agent}, 'Ona-17', 1), ({0}, 'Ona-171', null, 'B2', 2)", bytes(9)),
            "insert into cases (id, interview, opened_ms, reason, owner, status) select 'c', id, 1, 'low_score', 'ona@example.org', 'closed' from interviews order by id limit 1".to_owned(),
        ] {
            change(&database, &sql).await;
        }
        store.close().await;
        let write_down = |code: &str, folder: &str| {
            let out = beside.folder.path().join(folder);
            let words = ["subject", "--agent", code, "--out", out.to_str().expect("text")];
            let ran = beside.run(&url, &words);
            assert_eq!(ran.status.code(), Some(0), "{ran:?}");
            let text = std::fs::read_to_string(out.join("agent.json")).expect("written");
            serde_json::from_str::<Value>(&text).expect("JSON")
        };
        let hers = write_down("Ona-17", "ona");
        let tables = ["agents", "agent_team", "answer_tally", "audit", "funnel_tally", "legs", "sessions",
            "survey_share", "user_team", "users"];
        let told = hers["tables"].as_object().expect("tables");
        assert_eq!(told.keys().collect::<std::collections::BTreeSet<_>>(),
            tables.iter().map(|&name| name.to_owned()).collect::<Vec<_>>().iter().collect(), "{hers:#}");
        assert_eq!(told["agents"]["rows"][0]["name"], "Ona Onaitė");
        assert_eq!(told["answer_tally"]["rows"][0]["answers"], 5, "{hers:#}");
        assert!(!hers.to_string().contains("argon") && !hers.to_string().contains(&id(0).to_string()), "{hers:#}");
        // Two answers are too few to be told of anybody.
        let other = write_down("B2", "b2");
        assert_eq!((rows(&other, "answer_tally"), rows(&other, "agents")), (0, 1), "{other:#}");

        let ran = beside.run(&url, &["erase", "--agent", "Ona-17"]);
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert!(said.starts_with("gone-") && said.contains("1 accounts closed; 1 webhooks"), "{said}");
        let gone = said.split(' ').next().expect("a code").to_owned();
        for (sql, left) in [
            ("select count(*) from agents where code like '%Ona%' or name like '%Ona%'".to_owned(), 0),
            (format!("select count(*) from agents where code = '{gone}' and id = {agent}"), 1),
            ("select count(*) from users where email like 'ona%' or agent is not null or hash = 'argon' and id = 1".to_owned(), 0),
            ("select count(*) from users where email = 'chief@example.org' and disabled_ms is null".to_owned(), 1),
            ("select count(*) from sessions".to_owned(), 0),
            ("select count(*) from user_team".to_owned(), 0),
            (format!("select count(*) from deliveries where body = '{{\"agent\":\"{gone}\",\"name\":\"{gone}\"}}'"), 1),
            (format!("select count(*) from legs where leg = '{gone} 176' and transferred_to = '{gone}'"), 1),
            ("select count(*) from legs where leg = 'Ona-171' and transferred_to = 'B2'".to_owned(), 1),
            (format!("select count(*) from calls where ended_by = '{gone}'"), 1),
            (format!("select count(*) from cases where owner = '{gone}'"), 1),
            ("select count(*) from survey_share where agent like 'Ona%'".to_owned(), 0),
            // Also where it stands beside another agent's.
            ("select count(*) from interviews where conflicts like '%Ona%'".to_owned(), 0),
            (format!("select count(*) from interviews where conflicts = '[[\"agent\",\"{gone}\",\"B2\"]]'"), 7),
            ("select count(*) from handovers".to_owned(), 1),
            (format!("select cast(sum(n_raw) as bigint) from answer_tally where agent = {agent} and kind = 1"), 5),
        ] {
            assert_eq!(number(&database, &sql).await, left, "{sql}");
        }
        let doctor = beside.run(&url, &["doctor"]);
        assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
        let ran = beside.run(&url, &["erase", "--agent", "Ona-17"]);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("no agent has this code"), "{ran:?}");
        // Nor in the file itself, or beside it.
        if let Some(file) = url.strip_prefix("sqlite:") {
            for end in ["", "-wal"] {
                let bytes = std::fs::read(format!("{file}{end}")).unwrap_or_default();
                for name in ["Onait", "ona@example", "Ona-17\""] {
                    let there = bytes.windows(name.len()).any(|part| part == name.as_bytes());
                    assert!(!there, "{name} stands in the file{end}");
                }
            }
        }
        assert_eq!(number(&database, "select count(*) from audit where act = 'erase_agent'").await, 2);
        assert_eq!(number(&database, "select count(*) from audit where act = 'export_agent' and object like '%Ona%'").await, 0);
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
        let [first, second] = [0, 1].map(|n| Subject::Caller(caller(n)));
        let theirs = store.traces(&first).await.expect("read");
        assert_eq!(theirs.interviews, [id(0), id(1), id(2)]);
        let about = store.about(&first, &theirs).await.expect("read");
        let told: Vec<&str> = about.iter().map(|kept| kept.table).collect();
        // All but records of calls, the list of never-ask and the log: there are none.
        assert_eq!(told, ["interviews", "turns", "answers", "comments", "callbacks", "credits",
            "hand_links", "link_history", "marks", "cases", "observations", "offers", "handovers",
            "deliveries"]);
        let erased = store.erase(&first, &theirs).await.expect("erased");
        assert_eq!((erased.interviews, erased.offers, erased.deliveries, erased.announced), (3, 3, 1, 1));
        assert_eq!(store.about(&first, &theirs).await.expect("read"), []);
        for (table, left) in [("interviews", 3), ("turns", 3), ("answers", 3), ("offers", 3), ("cases", 1),
            ("marks", 1), ("callbacks", 1), ("comments", 1), ("hand_links", 1), ("link_history", 1),
            ("observations", 1), ("deliveries", 1), ("handovers", 1)] {
            assert_eq!(number(&database, &format!("select count(*) from {table}")).await, left, "{table}");
        }
        assert_eq!(stage(&database, "offered").await, 3);
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(store.doctor().await.expect("read"), []);
        // Also in the generation that a recount is writing.
        let theirs = store.traces(&second).await.expect("read");
        change(&database, "update tally_state set writing = reading + 1").await;
        store.erase(&second, &theirs).await.expect("erased");
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
    let whose =
        |n| Sought { caller: Some(caller(n)), interviews: &[], notice: &about, calls: &calls };
    let found = Store::in_spools(folder.path(), &whose(1), false).await.expect("read");
    assert_eq!((found.items.len(), found.never_ask), (6, vec![id(1), id(3)]));
    let gone = Store::in_spools(folder.path(), &whose(1), true).await.expect("taken out");
    assert_eq!(gone.items, found.items);
    let left: Waiting = Store::in_spools(folder.path(), &whose(1), true).await.expect("read");
    assert_eq!((left.items.len(), left.never_ask), (0, vec![]));
    let others = Store::in_spools(folder.path(), &whose(0), false).await.expect("read");
    assert_eq!(others.items.len(), 6);
    assert_eq!(Store::look_at_spool(folder.path()).await.expect("read").items, 6);
    store.close().await;
}
