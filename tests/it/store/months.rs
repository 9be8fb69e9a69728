//! Months of the tables that grow: made ahead, filled by the ids' days, dropped when they are closed.
//! SQLite has none, and loses nothing by it.

use std::collections::BTreeMap;

use aftercall::store::audit::ChainKey;
use aftercall::store::partitions::{AHEAD, Kept, Month, dated};
use aftercall::store::rows::{Engine, expand};
use sqlx::migrate::Migrator;
use tokio::time::Duration;

use super::backup::Beside;
use super::source::{Statement, statements};
use super::*;
use crate::harness::both;

const KEY: ChainKey = ChainKey([7; 16]);
const DAY_MS: Millis = 86_400_000;
/// Tables in partitions.
const TABLES: i64 = 8;
/// 15 October 2025, in a month that is over before [`DAY`]'s, December.
const OCTOBER: i64 = DAY - 75;
/// Longer than anybody waits.
const LONG: Duration = Duration::from_secs(5);

fn id_of(day: i64, n: u16) -> InterviewId {
    let mut rest = [3; 16];
    rest[..2].copy_from_slice(&n.to_be_bytes());
    InterviewId(dated(day, rest))
}

fn begin_on(day: i64, n: u16) -> Begin {
    let back = (DAY - day) * DAY_MS;
    let begin = begin(n);
    Begin {
        id: id_of(day, n),
        day,
        started_ms: begin.started_ms - back,
        limit_ms: begin.limit_ms - back,
        ..begin
    }
}

async fn interview_on(store: &Store, day: i64, n: u16) {
    let began = begin_on(day, n);
    let turn = turn(n, 1, 1);
    let turn = Turn { id: began.id, at_ms: began.started_ms + 5_000, ..turn };
    store.begin(began).await.expect("written");
    store.record(turn).await.expect("written");
}

/// How many rows stand in which partition of a table.
async fn places(database: &Database, table: &str) -> BTreeMap<String, i64> {
    let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
    let sql = format!("select tableoid::regclass::text, count(*) from {table} group by 1");
    let rows: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("read");
    rows.into_iter().collect()
}

async fn partitions(database: &Database, like: &str) -> i64 {
    let sql = format!(
        "select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where c.relkind = 'r' and c.relname like '{like}'"
    );
    number(database, &sql).await
}

async fn rows(database: &Database, table: &str) -> i64 {
    number(database, &format!("select count(*) from {table}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_made_once_by_whoever_comes_first() {
    let database = Database::postgres().await;
    let (one, other) = (open(&database).await, open(&database).await);
    assert_eq!(one.make_months(DAY, 0).await.expect("made"), 8);
    let (first, second) =
        tokio::join!(one.make_months(DAY + 31, AHEAD), other.make_months(DAY + 31, AHEAD));
    let made = first.expect("made") + second.expect("made");
    assert_eq!(made, 8 * (AHEAD + 1), "each by one of the two");
    assert_eq!(one.make_months(DAY, AHEAD + 1).await.expect("looked"), 0);
    assert_eq!(partitions(&database, "%\\_20__\\___").await, TABLES * 5);
    for (table, of) in [("interviews", "60"), ("interviews_2026_01", "60")] {
        let sql = format!(
            "select count(*) from pg_class where relname = '{table}'
                and (relkind = 'p' or reloptions = '{{fillfactor={of}}}')"
        );
        assert_eq!(number(&database, &sql).await, 1, "{table} has room for what changes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stand_in_the_month_of_their_day() {
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(DAY, 1).await.expect("made");
    // The last and the first day of a month, a month that nobody made, and an id without a day.
    for (n, day) in [(1, DAY + 2), (2, DAY + 3), (3, OCTOBER)] {
        interview_on(&store, day, n).await;
    }
    store.begin(begin(4)).await.expect("written");
    store.record(turn(4, 1, 1)).await.expect("written");
    for (table, each) in [("interviews", 1), ("turns", 1), ("answers", 1), ("credits", 2)] {
        let wanted = [("2025_12", each), ("2026_01", each), ("rest", 2 * each)];
        let wanted = wanted.map(|(part, n)| (format!("{table}_{part}"), n));
        assert_eq!(places(&database, table).await, BTreeMap::from(wanted), "{table}");
    }
    // A month whose rows are in the rest already stays there, and nothing is lost.
    assert_eq!(store.make_months(OCTOBER, 0).await.expect("looked"), 4, "but for the empty ones");
    assert_eq!(rows(&database, "turns").await, 4);
    store.recount(&AS_IS, &|_| {}).await.expect("counts");
    assert_eq!((store.doctor().await.expect("read"), wrong_rows(&database).await), (vec![], 0));
    store.close().await;
}

/// Every statement by ids of such a table, as PostgreSQL plans it with an id of December.
#[tokio::test(flavor = "multi_thread")]
async fn statements_by_ids_reach_their_month_alone() {
    const BY_IDS: [&str; 15] = [
        "interviews.id = v.id",
        "interviews.id = w.id",
        "calls.id = v.id",
        "i.id = v.id",
        "t.interview = v.interview",
        "answers.interview = v.interview",
        "(interview, gen) in ({rows uuid, bigint})",
        "interviews where id in ({rows uuid})",
        "interviews set call_ref = null, caller_hash = null\n    where id in ({rows uuid})",
        "turns where interview in ({rows uuid})",
        "answers where interview in ({rows uuid})",
        "credits where interview in ({rows uuid})",
        "calls where id in ({rows uuid})",
        "legs where call_id in ({rows uuid})",
        "call_units\n    where call_id in ({rows uuid})",
    ];
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(DAY, AHEAD).await.expect("made");
    store.close().await;
    let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
    let ids = format!("'{{{}}}'::uuid[]", id_of(DAY, 1));
    let (mut looked, mut faults) = (0, Vec::new());
    for Statement { file, name, text } in statements() {
        if !BY_IDS.iter().any(|part| text.contains(part)) {
            continue;
        }
        looked += 1;
        let mut sql = expand(&text, Engine::Postgres, 1);
        for n in (2..50).rev() {
            sql = sql.replace(&format!("${n}::"), "null::");
        }
        let sql = sql.replace("$1::uuid[]", &ids).replace("any($1)", &format!("any({ids})"));
        let explain = AssertSqlSafe(format!("explain {sql}"));
        let plan: Vec<String> =
            sqlx::query_scalar(explain).fetch_all(&mut connection).await.expect("plans");
        if let Some(step) = plan.iter().find(|step| step.contains("_2026_0")) {
            faults.push(format!("{file} {name}: {step}"));
        }
    }
    assert!(looked > 20, "only {looked} statements were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

both! {
    /// A store of a program from before the months, with rows in every table that has them now.
    async fn a_store_from_before_keeps_all_rows(database: Database) {
        let sqlite = database.url.starts_with("sqlite:");
        let side = if sqlite { "sqlite" } else { "postgres" };
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(side);
        let before = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(folder).expect("scripts") {
            let entry = entry.expect("a script");
            if entry.file_name().to_string_lossy().as_ref() < "0014" {
                std::fs::copy(entry.path(), before.path().join(entry.file_name())).expect("copied");
            }
        }
        let scripts = Migrator::new(before.path()).await.expect("scripts");
        let bytes = |id: &str| if sqlite { format!("x'{id}'") } else { format!("'{id}'") };
        if sqlite {
            let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
            let mut connection = options.create_if_missing(true).connect().await.expect("made");
            scripts.run(&mut connection).await.expect("the scripts run");
        } else {
            let mut connection = PgConnection::connect(&database.url).await.expect("there");
            scripts.run(&mut connection).await.expect("the scripts run");
        }
        // One whose hash begins as if it were a day, and others.
        let ids = ["00000000".to_owned() + &"51".repeat(12), "ab".repeat(16), "01".repeat(16)];
        change(&database, "insert into surveys (version, name, definition, first_seen_ms)
            values (1, 's', '{}', 0)").await;
        for (n, id) in ids.iter().enumerate() {
            let id = bytes(id);
            change(&database, &format!("
                insert into calls (id, channel, received_ms) values ({id}, 'phone', 1);
                insert into call_names (name, call_id) values ('N{n}', {id});
                insert into legs (call_id, leg, seq) values ({id}, 'l', 0);
                insert into call_units values ({id}, 0, 0, 0, 0);
                insert into interviews (id, provider, handover, survey, language, channel, day,
                    started_ms, limit_ms, ineligible, opening, turn, recorded_ms, state, started,
                    turns_disposition, disposition, closed, counted, day_before, link, call_id)
                values ({id}, 'twilio', '', 1, 'en', 'phone', {DAY}, 1, 1, '', '', 1, 1, {id2},
                    true, 'complete', 'complete', true, 1, {DAY}, 'none', {id});
                insert into turns values ({id}, 1, 1, '\"silence\"', '[]');
                insert into answers values ({id}, 0, 1, null, 1, 1, false);
                insert into credits values ({id}, 1, 0, 0, 0, 0, 1);
                insert into comments (interview, recording, question, status, at_ms)
                    values ({id}, 'r', 0, 'ready', 1);
                insert into audit (seq, at_ms, who, act, object)
                    values ({n} + 1, {START} + {n} * 5000000000, 'user:1', 'sign_in', '')",
                id2 = if sqlite { "x''" } else { "''" })).await;
        }
        let store = Store::open(&database.url).await.expect("opens and migrates");
        let tables = ["calls", "legs", "call_units", "call_names", "interviews", "turns", "answers",
            "credits", "comments", "audit"];
        for table in tables {
            assert_eq!(rows(&database, table).await, 3, "{table}");
        }
        store.make_months(DAY, AHEAD).await.expect("made");
        for id in &ids {
            let id = id.parse::<InterviewId>().expect("an id");
            assert!(store.known(id).await.expect("read").is_some());
            assert_eq!((store.turns(id).await.expect("read").len(),
                store.answers(id).await.expect("read").len()), (1, 1));
        }
        if !sqlite {
            for table in ["calls", "interviews", "turns", "answers", "credits"] {
                let wanted = [(format!("{table}_old"), 2), (format!("{table}_rest"), 1)];
                assert_eq!(places(&database, table).await, BTreeMap::from(wanted), "{table}");
            }
            assert_eq!(places(&database, "audit").await.len(), 3, "by its months");
        }
        // What comes afterwards goes with it, also of a program that makes ids without a day.
        store.survey_seen(&survey(VERSION), START).await.expect("kept");
        store.begin(begin(1)).await.expect("written");
        store.put_audit(KEY, START, "user:1", "sign_in", "").await.expect("put");
        assert_eq!((rows(&database, "interviews").await, rows(&database, "audit").await), (4, 4));
        store.close().await;
    }
}

/// What retention does by the command, on a store with one closed month that goes whole, one with an
/// interview of an open day, and the months after them.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_month_goes_whole_and_an_open_one_stays() {
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(OCTOBER, 3).await.expect("made");
    for n in 0..40 {
        interview_on(&store, OCTOBER + i64::from(n % 10), n).await;
        interview_on(&store, OCTOBER + 30, 100 + n).await;
        interview_on(&store, DAY, 200 + n).await;
    }
    let call = |name: &str, day: i64| aftercall::store::calls::CallRecord {
        names: vec![name.into()],
        started_ms: Some(day * DAY_MS),
        ended_ms: Some(day * DAY_MS + 1),
        ..Default::default()
    };
    let records = [call("K1", OCTOBER), call("K2", OCTOBER + 30), call("K3", DAY)];
    let put = store.put_calls(&records, START).await.expect("stored");
    let calls = put.iter().map(|put| match put {
        aftercall::store::calls::Put::Taken(id) => *id,
        refused => panic!("{refused:?}"),
    });
    store.relink_calls(&calls.collect::<Vec<_>>(), 0, &JUDGE).await.expect("counted");
    assert_eq!(places(&database, "calls").await.len(), 3, "each in its month");
    let (a, b) = (id_of(OCTOBER, 0), id_of(DAY, 200));
    let mut beside = Beside::new();
    let media = beside.folder.path().join("media");
    std::fs::create_dir(&media).expect("made");
    for (id, file) in [(a, "old.wav"), (b, "new.wav")] {
        std::fs::write(media.join(file), "sound").expect("written");
        change(&database, &format!("insert into comments (interview, recording, question, file, status, at_ms)
            values ('{id}', 'r', 3, '{file}', 'stored', 1);
            insert into cases (id, interview, opened_ms, reason, status) values ('{id}', '{id}', 1, 'low_score', 'open')")).await;
    }
    // As another time zone may have moved it: its id says a day that is not its own any more.
    let moved = id_of(OCTOBER + 30, 100);
    change(&database, &format!("update interviews set day = {DAY} where id = '{moved}'")).await;
    store.recount(&AS_IS, &|_| {}).await.expect("counts");
    store.close().await;

    // All before December.
    let age = (aftercall::clock::now_ms() - START) / DAY_MS;
    beside.further = format!("[retention]\ninterviews = {}\n", age + 3);
    let dry = beside.run(&database.url, &["retain", "--dry-run"]);
    let said = |ran: &std::process::Output| String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(said(&dry).contains("79 interviews; 2 calls"), "{dry:?}");
    let ran = beside.run(&database.url, &["retain"]);
    assert!(said(&ran).contains("79 interviews; 2 calls"), "{ran:?}");
    assert!(!media.join("old.wav").exists() && media.join("new.wav").exists());
    for table in ["interviews", "turns", "answers", "credits"] {
        assert_eq!(partitions(&database, &format!("{table}_2025_10")).await, 0, "{table}");
        // With what is still to be kept of it.
        assert_eq!(partitions(&database, &format!("{table}_2025_11")).await, 1, "{table}");
    }
    assert_eq!(partitions(&database, "calls_2025_1_").await, 1, "December's");
    let kept = [
        ("interviews", 41),
        ("turns", 41),
        ("answers", 41),
        ("comments", 1),
        ("cases", 1),
        ("calls", 1),
        ("call_names", 1),
    ];
    for (table, n) in kept {
        assert_eq!(rows(&database, table).await, n, "{table}");
    }
    assert_eq!(stage(&database, "offered").await, 120);
    let doctor = beside.run(&database.url, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
    let again = beside.run(&database.url, &["retain"]);
    assert!(said(&again).contains(" 0 interviews; 0 calls"), "{again:?}");
}

/// Somebody reads a table for long: the month stays until that is over, and callers go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_table_is_left_alone_until_it_is_free() {
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(OCTOBER, 2).await.expect("made");
    interview_on(&store, OCTOBER, 1).await;
    store.begin(begin_on(DAY, 2)).await.expect("written");
    assert!(store.close_days(DAY - 10).await.expect("closed"));
    let months = store.closed_months(Kept::Interviews).await.expect("read");
    assert_eq!(months, [Month::of(OCTOBER), Month::of(OCTOBER + 31)]);
    while store.clear_month(Kept::Interviews, months[0]).await.expect("cleared") > 0 {}

    let mut reader = PgConnection::connect(&database.url).await.expect("it is there");
    // Not of that month: it is the whole table that one must be alone with for a moment.
    let long = format!("begin; select count(*) from answers where interview = '{}'", id_of(DAY, 2));
    sqlx::raw_sql(AssertSqlSafe(long)).execute(&mut reader).await.expect("reads");
    let drop = tokio::spawn({
        let (store, month) = (store.clone(), months[0]);
        async move { store.drop_month(Kept::Interviews, month).await }
    });
    let waiting = "select count(*) from pg_locks where not granted
        and database = (select oid from pg_database where datname = current_database())";
    let tried = async {
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut reader).await.expect("read") == 0
        {
        }
    };
    tokio::time::timeout(LONG, tried).await.expect("it is tried");
    // As long as it is tried, and nobody who comes behind it is held up.
    for place in 1..=10 {
        let turn = Turn { id: id_of(DAY, 2), ..turn(2, place, 1) };
        let written = tokio::time::timeout(LONG, store.record(turn)).await;
        written.expect("nobody waits").expect("written");
    }
    assert_eq!(partitions(&database, "interviews_2025_10").await, 1, "it is still there");
    sqlx::raw_sql("commit").execute(&mut reader).await.expect("done");
    assert_eq!(drop.await.expect("runs").expect("dropped"), Some(1));
    assert_eq!(partitions(&database, "%_2025_10").await, 4, "calls, and the audit log's");
    store.close().await;
}

/// Nothing goes to which something came meanwhile, or that is named by what stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_is_named_by_something_stays() {
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(OCTOBER, 0).await.expect("made");
    interview_on(&store, OCTOBER, 1).await;
    assert!(store.close_days(DAY - 10).await.expect("closed"));
    let id = id_of(OCTOBER, 1);
    change(
        &database,
        &format!(
            "insert into marks (interview, nr, at_ms, who, reason, note)
        values ('{id}', 1, 1, 'user:1', 'product', '')"
        ),
    )
    .await;
    let month = Month::of(OCTOBER);
    assert_eq!(store.drop_month(Kept::Interviews, month).await.expect("tried"), None);
    change(&database, "delete from marks").await;
    change(&database, &format!("update interviews set day = {DAY}")).await;
    assert_eq!(store.drop_month(Kept::Interviews, month).await.expect("tried"), None);
    assert_eq!((rows(&database, "interviews").await, rows(&database, "turns").await), (1, 1));
    // What belongs to nothing is told.
    change(&database, "update turns set interview = '00000000000000000000000000000001'").await;
    let told = store.doctor().await.expect("read");
    assert!(
        told.iter().any(|one| one.place.contains("turns of an interview that is not there")),
        "{told:?}"
    );
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_of_the_audit_log_go_when_they_are_empty() {
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.make_months(OCTOBER, 2).await.expect("made");
    for day in [OCTOBER, OCTOBER + 1, OCTOBER + 30, DAY] {
        store.put_audit(KEY, day * DAY_MS, "user:1", "sign_in", "").await.expect("put");
    }
    assert_eq!(places(&database, "audit").await.len(), 3);
    // In the middle of November, of which an entry is left to keep.
    let before = (OCTOBER + 25) * DAY_MS;
    assert_eq!(store.cut_audit(KEY, before, START).await.expect("cut"), 2);
    for _ in 0..2 {
        store.drop_empty_audit(before).await.expect("dropped");
        assert_eq!(partitions(&database, "audit_20%").await, 2);
    }
    let chain = store.audit_chain(KEY).await.expect("read");
    assert_eq!((chain.entries, chain.broken, chain.cut), (2, None, 2));
    // One that is over and not empty stays.
    store.drop_empty_audit(START).await.expect("looked");
    assert_eq!(partitions(&database, "audit_20%").await, 2);
    store.close().await;
}
