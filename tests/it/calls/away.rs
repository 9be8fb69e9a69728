//! The database is away in the middle of a call: the caller hears the next question as if nothing
//! had happened, what was answered meanwhile waits on the server's disk, and is stored when the
//! database is back.

use aftercall::dialect::Kind;
use aftercall::interview::{Disposition, Fact, Input, Outcome};
use aftercall::phone::{WebRequest, Wire};
use aftercall::report::Viewer;
use aftercall::store::{Carried, Turn};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::time::{Duration, Instant};

use super::proxy::{Proxy, Way};
use super::{Centre, T, turns};
use crate::harness::Database;

/// What a turn may take in all.
const TURN: Duration = Duration::from_millis(800);
/// Callers on the line when connections are lost.
const CALLERS: u32 = 8;
const BUDGET: &str = "[limits]\nbudget_ms = 400";

/// A centre whose database can be taken away.
struct Patient {
    centre: Centre,
    reach: Reach,
    /// Where things wait.
    spool: tempfile::TempDir,
    database: Database,
}

/// What stands between centre and database.
enum Reach {
    /// Another program that holds the file's write lock.
    Lock { url: String, held: Option<SqliteConnection> },
    /// A proxy, and how it takes the database away.
    Proxy { proxy: Proxy, way: Way },
}

impl Patient {
    async fn sqlite() -> Self {
        let database = Database::sqlite();
        let reach = Reach::Lock { url: database.url.clone(), held: None };
        Self::with(database, reach).await
    }

    async fn with(database: Database, reach: Reach) -> Self {
        let spool = tempfile::tempdir().expect("a folder");
        let url = match &reach {
            Reach::Lock { url, .. } => url,
            Reach::Proxy { proxy, .. } => &proxy.url,
        };
        let further = format!("spool = \"{}\"\n{BUDGET}", spool.path().display());
        let centre = Centre::with(url, &further).await;
        Self { centre, reach, spool, database }
    }

    async fn postgres(way: Way) -> Self {
        let database = Database::postgres().await;
        let proxy = Proxy::to(&database.url).await;
        Self::with(database, Reach::Proxy { proxy, way }).await
    }

    async fn take_away(&mut self) {
        match &mut self.reach {
            Reach::Proxy { proxy, way } => proxy.set(*way),
            Reach::Lock { url, held } => {
                let options: SqliteConnectOptions = url.parse().expect("an address");
                let mut connection = options.connect().await.expect("connects");
                sqlx::raw_sql("begin immediate").execute(&mut connection).await.expect("locks");
                *held = Some(connection);
            }
        }
    }

    async fn give_back(&mut self) {
        match &mut self.reach {
            Reach::Proxy { proxy, .. } => proxy.set(Way::Open),
            Reach::Lock { held, .. } => {
                if let Some(connection) = held.take() {
                    connection.close().await.expect("closes");
                }
            }
        }
    }

    /// Until the database answers and has all that waited.
    async fn caught_up(&self) {
        let store = self.centre.app.store();
        let waits = async {
            while store.is_away() || store.anything_waits() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waits).await.expect("caught up");
        // What the writer was handed before anybody gave up on it.
        store.remember("here", "yes").await.expect("written");
    }

    /// The disk takes nothing as long as this is held.
    async fn full_disk(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.spool.path().join("1.db"));
        let mut connection = options.connect().await.expect("connects");
        sqlx::raw_sql("begin immediate").execute(&mut connection).await.expect("locks");
        connection
    }

    /// Sends a request, as long after the start as its turn is long; gives the token of the next.
    async fn send(&self, request: WebRequest, turn: i64) -> String {
        let begun = Instant::now();
        let answer = self.centre.wire().send(request, Some(T + turn * 5000)).await;
        let took = begun.elapsed();
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        assert!(took < TURN, "turn {turn} took {took:?}");
        turns::token(&answer.body)
            .unwrap_or_else(|| panic!("turn {turn}: {}", String::from_utf8_lossy(&answer.body)))
    }

    async fn stands(&self, kind: Kind, number: u32) -> (Disposition, Vec<(u8, u8)>) {
        Self::stands_at(&self.centre, kind, number).await
    }

    async fn stands_at(centre: &Centre, kind: Kind, number: u32) -> (Disposition, Vec<(u8, u8)>) {
        let store = centre.app.store();
        let call = super::line(kind, number).call_id;
        let known = store.by_call_ref(turns::name(kind), &call).await.expect("reads");
        let [known] = known.as_slice() else { panic!("{} interviews", known.len()) };
        let answers = store.answers(known.id).await.expect("reads");
        let value = |answer: &aftercall::store::Answer| match answer.outcome {
            Outcome::Answered(value) => Some((u8::try_from(answer.question).ok()?, value)),
            _ => None,
        };
        (known.disposition, answers.iter().filter_map(value).collect())
    }

    /// The database goes away when `before` of the four questions are answered, or before the
    /// start if `None`, and is back for the last one.
    async fn call(&mut self, kind: Kind, number: u32, before: Option<usize>) {
        let keys = ["4", "1", "3", "7"];
        if before.is_none() {
            self.take_away().await;
        }
        let mut spooled = self.centre.counted("spooled");
        let mut token = self.send(turns::start(kind, number, "A1"), 0).await;
        for (turn, key) in (0..).zip(keys) {
            if before == Some(turn) {
                self.take_away().await;
                spooled = self.centre.counted("spooled");
            }
            if turn + 1 == keys.len() {
                assert!(self.centre.counted("spooled") > spooled, "what waits is counted");
                self.give_back().await;
            }
            let at = i64::try_from(turn).expect("small") + 1;
            if turn + 1 < keys.len() {
                token = self.send(turns::turn(kind, number, &token, key), at).await;
            } else {
                // 4 and 7 ask for no comment: this is the goodbye.
                let request = turns::turn(kind, number, &token, key);
                let answer = self.centre.wire().send(request, Some(T + at * 5000)).await;
                assert_eq!(answer.expect("an answer").status, 200);
            }
        }
        self.caught_up().await;
        let which = format!("{kind:?}, away after {before:?}");
        let (disposition, answers) = self.stands(kind, number).await;
        assert_eq!(answers, [(0, 4), (1, 1), (2, 3), (3, 7)], "{which}");
        assert_eq!(disposition, Disposition::Complete, "{which}");
    }

    async fn calls(mut self) {
        for (number, kind) in (0..).zip(Kind::ALL) {
            for (further, before) in (0..).zip([None, Some(0), Some(1), Some(2)]) {
                self.call(kind, 10 * number + further, before).await;
            }
        }
        // The starts that were missed count for their agent too.
        let day = self.centre.app.site.reports.today(T);
        let filter = aftercall::report::Filter::days(day, day);
        let report = self
            .centre
            .app
            .site
            .reports
            .agents(&filter, &Viewer::everything(), T)
            .await
            .expect("a report");
        let report = serde_json::to_value(report).expect("JSON");
        let calls = 4 * Kind::ALL.len();
        assert_eq!(self.centre.counted("unsaved"), 0, "the disk was there");
        assert_eq!(report["centre"]["completed"], calls);
        assert_eq!(report["agents"][0]["agent"], "A1");
        assert_eq!(report["agents"][0]["completed"], calls, "{report:#}");
        self.centre.adds_up().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_loses_nothing() {
    Patient::sqlite().await.calls().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_database_loses_nothing() {
    Patient::postgres(Way::Frozen).await.calls().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_loses_nothing() {
    Patient::postgres(Way::Cut).await.calls().await;
}

/// Who hangs up after the database is back has said what the link still carries: FreeSWITCH's
/// last request brings it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_brings_what_was_missed() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Freeswitch;
    let token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    patient.take_away().await;
    let token = patient.send(turns::turn(kind, 1, &token, "4"), 1).await;
    let token = patient.send(turns::turn(kind, 1, &token, "2"), 2).await;
    patient.give_back().await;
    let answer = patient.centre.wire().send(turns::exiting(1, &token), Some(T + 15_000)).await;
    assert_eq!(answer.expect("an answer").status, 200);
    patient.centre.app.site.desk.settle().await;
    patient.caught_up().await;
    let (disposition, answers) = patient.stands(kind, 1).await;
    assert_eq!(answers, [(0, 4), (1, 0)]);
    assert_eq!(disposition, Disposition::Partial);
    patient.centre.adds_up().await;
}

/// The last key waits on one server while another one, which has the database, is told of the
/// hang-up by a link that carries the answer before: the key is not lost for the hang-up.
#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_on_another_server_takes_no_key_away() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Freeswitch;
    let other_spool = tempfile::tempdir().expect("a folder");
    let further = format!("spool = \"{}\"\n{BUDGET}", other_spool.path().display());
    let other = Centre::with(&patient.database.url, &further).await;
    let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    for (turn, key) in (1..).zip(["4", "1"]) {
        token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
    }
    patient.take_away().await;
    token = patient.send(turns::turn(kind, 1, &token, "3"), 3).await;
    let last = turns::turn(kind, 1, &token, "7");
    let goodbye = patient.centre.wire().send(last, Some(T + 20_000)).await;
    assert_eq!(goodbye.expect("an answer").status, 200);
    let answer = other.wire().send(turns::exiting(1, &token), Some(T + 21_000)).await;
    assert_eq!(answer.expect("an answer").status, 200);
    other.app.site.desk.settle().await;
    assert_eq!(Patient::stands_at(&other, kind, 1).await.1, [(0, 4), (1, 1), (2, 3)]);
    patient.give_back().await;
    patient.caught_up().await;
    let (disposition, answers) = patient.stands(kind, 1).await;
    assert_eq!(answers, [(0, 4), (1, 1), (2, 3), (3, 7)]);
    assert_eq!(disposition, Disposition::Complete);
    assert_eq!(patient.centre.counted("conflict"), 0);
    patient.centre.adds_up().await;
}

/// Two servers take the same turn with different keys while one of them has no database: what the
/// call went on from stands, and of a last turn what the database has first.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_turns_the_one_stands_from_which_the_call_went_on() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Freeswitch;
    let other_spool = tempfile::tempdir().expect("a folder");
    let further = format!("spool = \"{}\"\n{BUDGET}", other_spool.path().display());
    let other = Centre::with(&patient.database.url, &further).await;
    let to_other = async |number: u32, token: &str, key: &str, at: i64| {
        let request = turns::turn(kind, number, token, key);
        let answer = other.wire().send(request, Some(T + at)).await.expect("an answer");
        turns::token(&answer.body).expect("goes on")
    };
    let first = patient.send(turns::start(kind, 1, "A1"), 0).await;
    let second = patient.send(turns::start(kind, 2, "A1"), 0).await;
    patient.take_away().await;
    let here = patient.send(turns::turn(kind, 1, &first, "4"), 1).await;
    to_other(1, &first, "2", 6_000).await;
    to_other(1, &here, "1", 10_000).await;
    patient.send(turns::turn(kind, 2, &second, "4"), 1).await;
    to_other(2, &second, "2", 6_000).await;
    patient.give_back().await;
    patient.caught_up().await;
    assert_eq!(patient.centre.counted("conflict"), 2);
    assert_eq!(patient.stands(kind, 1).await.1, [(0, 4), (1, 1)]);
    assert_eq!(patient.stands(kind, 2).await.1, [(0, 2)]);
    assert_eq!(patient.centre.counted("spool_refused"), 0);
    patient.centre.adds_up().await;
}

/// A database that moved to another machine: the old connections are silent for ever.
#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_are_given_up() {
    let mut patient = Patient::postgres(Way::Lost).await;
    let kind = Kind::Twilio;
    // All at once, so that the pool holds many connections.
    let begin = async |number| {
        let token = patient.send(turns::start(kind, number, "A1"), 0).await;
        patient.send(turns::turn(kind, number, &token, "4"), 1).await
    };
    let tokens = futures_util::future::join_all((0..CALLERS).map(begin)).await;
    patient.take_away().await;
    // Many at once, so that everything that writes meets a silent connection.
    let all = (0..).zip(&tokens).map(|(number, token)| {
        let request = turns::turn(kind, number, token, "1");
        patient.send(request, 2)
    });
    let tokens = futures_util::future::join_all(all).await;
    assert!(patient.centre.counted("spooled") > 1, "hardly anybody was in the way");
    // Seconds on a busy machine too; the network itself would give them up after minutes.
    let begun = Instant::now();
    patient.caught_up().await;
    println!("found again after {:?}", begun.elapsed());
    for (number, token) in (0..).zip(&tokens) {
        patient.send(turns::turn(kind, number, token, "3"), 3).await;
        patient.caught_up().await;
        assert_eq!(patient.stands(kind, number).await.1, [(0, 4), (1, 1), (2, 3)]);
    }
}

/// The last turn of a call waits until the database is back: no further request brings it. So does
/// the end of a call whose notice names the call alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_last_turn_is_stored_when_the_database_is_back() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Twilio;
    let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    for (turn, key) in (1..).zip(["4", "1", "3"]) {
        token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
    }
    patient.send(turns::start(kind, 2, "A1"), 0).await;
    patient.take_away().await;
    let request = turns::turn(kind, 1, &token, "7");
    let goodbye = patient.centre.wire().send(request, Some(T + 20_000)).await;
    assert_eq!(goodbye.expect("an answer").status, 200);
    let notice = turns::ended(kind, 2, "");
    let answer = patient.centre.wire().send(notice, Some(T + 25_000)).await;
    assert_eq!(answer.expect("an answer").status, 200);
    patient.centre.app.site.desk.settle().await;
    let depth = patient.centre.app.store().spool_depth().await.expect("reads");
    assert_eq!((depth.turns, depth.refused), (1, 0), "{depth:?}");
    assert!(depth.items > 1, "the notice waits too: {depth:?}");
    patient.give_back().await;
    patient.caught_up().await;
    let (disposition, answers) = patient.stands(kind, 1).await;
    assert_eq!(answers, [(0, 4), (1, 1), (2, 3), (3, 7)]);
    assert_eq!(disposition, Disposition::Complete);
    let call = super::line(kind, 2).call_id;
    let known = patient.centre.app.store().by_call_ref("twilio", &call).await;
    // The hang-up closes it a minute later, before its limit.
    assert_eq!(known.expect("reads")[0].closes_ms, T + 25_000 + 60_000);
    patient.centre.adds_up().await;
}

/// What is told of a call that is over is stored when the database is back: the answers that only
/// the caller's last link carried, a comment that ends nothing, and the end itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_call_is_stored_when_the_database_is_back() {
    for keys in [&["4", "1"][..], &["4", "1", "3", "9"]] {
        let mut patient = Patient::sqlite().await;
        let kind = Kind::Freeswitch;
        let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
        let (last, before) = keys.split_last().expect("keys");
        for (turn, key) in (1..).zip(before) {
            token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
        }
        patient.take_away().await;
        token = patient.send(turns::turn(kind, 1, &token, last), 4).await;
        let answer = patient.centre.wire().send(turns::exiting(1, &token), Some(T + 30_000)).await;
        assert_eq!(answer.expect("an answer").status, 200);
        patient.centre.app.site.desk.settle().await;
        assert_eq!(patient.centre.counted("notice_unsaved"), 0);
        patient.give_back().await;
        patient.caught_up().await;
        assert_eq!(patient.stands(kind, 1).await.1.len(), keys.len());
        let call = super::line(kind, 1).call_id;
        let known = patient.centre.app.store().by_call_ref("freeswitch", &call).await;
        // The hang-up closes it a minute later, before its limit.
        let closes = known.expect("reads")[0].closes_ms;
        assert_eq!(closes, T + 30_000 + 60_000);
        patient.centre.adds_up().await;
    }
}

/// Neither database nor disk takes anything: the call goes on from its links, each turn tries
/// again, and the first that is stored brings all before it. What no further request brings is
/// tried again from memory.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_with_nowhere_to_write() {
    for (keys, rest) in [(&["4", "1"][..], &["3", "7"][..]), (&["4", "1", "3", "7"], &[])] {
        let mut patient = Patient::postgres(Way::Cut).await;
        let kind = Kind::Twilio;
        patient.take_away().await;
        let full = patient.full_disk().await;
        let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
        for (turn, key) in (1..).zip(keys) {
            let request = turns::turn(kind, 1, &token, key);
            if turn == 4 {
                let goodbye = patient.centre.wire().send(request, Some(T + 20_000)).await;
                assert_eq!(goodbye.expect("an answer").status, 200);
            } else {
                token = patient.send(request, turn).await;
            }
        }
        assert_eq!(patient.centre.counted("unsaved"), 1 + keys.len() as u64);
        assert_eq!(patient.centre.counted("spooled"), 0);
        full.close().await.expect("closes");
        patient.give_back().await;
        patient.caught_up().await;
        for (turn, key) in (3..).zip(rest) {
            let request = turns::turn(kind, 1, &token, key);
            if turn == 4 {
                let goodbye = patient.centre.wire().send(request, Some(T + 20_000)).await;
                assert_eq!(goodbye.expect("an answer").status, 200);
            } else {
                token = patient.send(request, turn).await;
            }
        }
        let stored = async {
            while rest.is_empty() && patient.centre.counted("saved_later") == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), stored).await.expect("stored in the end");
        let (disposition, answers) = patient.stands(kind, 1).await;
        assert_eq!(answers, [(0, 4), (1, 1), (2, 3), (3, 7)]);
        assert_eq!(disposition, Disposition::Complete);
        patient.centre.adds_up().await;
    }
}

/// One outcome for each turn, also while the database is away: who repeats a start or a turn, with
/// whatever keys, hears what the first one heard, before and after the database is back.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_has_one_outcome() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Twilio;
    patient.take_away().await;
    let wire = patient.centre.wire();
    let say = async |request: WebRequest, at: i64| {
        let answer = wire.send(request, Some(T + at)).await.expect("an answer");
        String::from_utf8(answer.body.to_vec()).expect("text")
    };
    let first = say(turns::start(kind, 1, "A1"), 0).await;
    let again = say(turns::start(kind, 1, "A2"), 900).await;
    assert_eq!(again, first, "a repeated start");
    let token = turns::token(first.as_bytes()).expect("a token");
    let second = say(turns::turn(kind, 1, &token, "4"), 5000).await;
    let again = say(turns::turn(kind, 1, &token, "1"), 5900).await;
    assert_eq!(again, second, "a repeated turn");
    patient.give_back().await;
    let again = say(turns::turn(kind, 1, &token, "2"), 6900).await;
    patient.caught_up().await;
    assert_eq!(again, second, "a repeated turn while it is brought to the database");
    say(turns::turn(kind, 1, &token, "2"), 7900).await;
    assert_eq!(patient.stands(kind, 1).await.1, [(0, 4)]);
    assert_eq!(patient.centre.counted("conflict"), 0);
    patient.centre.adds_up().await;
}

/// One that began while the database was away is known after midnight, from the spool and then from
/// the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_waits_is_known_after_midnight() {
    const MIDNIGHT: i64 = T + 14 * 3_600_000;
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Twilio;
    patient.take_away().await;
    let wire = patient.centre.wire();
    let hears = async |at: i64| {
        let answer = wire.send(turns::start(kind, 1, "A1"), Some(MIDNIGHT + at)).await;
        turns::token(&answer.expect("an answer").body).expect("a token")
    };
    let first = hears(-500).await;
    assert_eq!(hears(400).await, first, "from the spool");
    patient.give_back().await;
    patient.caught_up().await;
    hears(900).await;
    // One interview.
    assert_eq!(patient.stands(kind, 1).await.1, []);
    assert_eq!(patient.centre.counted("start_repeated"), 2);
    patient.centre.adds_up().await;
}

/// A turn that waits stands, also while the database is there again and has not been brought it yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_stands_before_it_is_brought() {
    let patient = Patient::sqlite().await;
    let kind = Kind::Twilio;
    let token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    let store = patient.centre.app.store();
    let known = store.by_call_ref("twilio", &super::line(kind, 1).call_id).await.expect("reads");
    let (question, outcome) = (0, Outcome::Answered(1));
    let turn = Turn {
        id: known[0].id,
        turn: 1,
        at_ms: T + 4000,
        input: Input::Keys("1".into()),
        facts: vec![Fact::Item { question, outcome }],
        items: vec![(question, outcome)],
        carried: Carried::default(),
        language: "en".into(),
        state: known[0].state.clone(),
        open_question: None,
        started: true,
        disposition: Disposition::BreakOff,
        ended: false,
    };
    assert_eq!(store.spool_turn(None, turn).await.expect("kept"), None);
    patient.send(turns::turn(kind, 1, &token, "4"), 1).await;
    assert_eq!(patient.centre.counted("repeated"), 1);
    patient.centre.app.site.desk.bring_when_back();
    patient.caught_up().await;
    assert_eq!(patient.stands(kind, 1).await.1, [(0, 1)]);
    assert_eq!(patient.centre.counted("conflict"), 0);
    patient.centre.adds_up().await;
}

/// Dead air while the database does not answer: one turn waits for it, those after it do not.
#[tokio::test(flavor = "multi_thread")]
async fn one_turn_in_an_outage_waits() {
    let mut patient = Patient::postgres(Way::Frozen).await;
    let kind = Kind::Twilio;
    let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    patient.take_away().await;
    let mut took = Vec::new();
    for (turn, key) in (1..).zip(["4", "1", "3"]) {
        let begun = Instant::now();
        token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
        took.push(begun.elapsed());
    }
    for number in 2..20 {
        let begun = Instant::now();
        patient.send(turns::start(kind, number, "A1"), 0).await;
        took.push(begun.elapsed());
    }
    // The platform is to go on sending its callers here.
    assert!(patient.centre.app.site.desk.ready().await.is_ok());
    let (first, later) = took.split_first().expect("turns");
    println!("the first turn took {first:?}, the later ones at most {:?}", later.iter().max());
    assert!(later.iter().all(|took| took < first), "{took:?}");
    patient.give_back().await;
    patient.caught_up().await;
    patient.centre.adds_up().await;
}

/// Who says "never ask me" while the database is away is not asked by this server, at once.
#[tokio::test(flavor = "multi_thread")]
async fn never_ask_holds_while_it_cannot_be_stored() {
    let mut patient = Patient::sqlite().await;
    let kind = Kind::Freeswitch;
    let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    for (turn, key) in (1..).zip(["*", "*"]) {
        token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
    }
    patient.take_away().await;
    let request = turns::turn(kind, 1, &token, "5");
    let goodbye = patient.centre.wire().send(request, Some(T + 20_000)).await;
    assert_eq!(goodbye.expect("an answer").status, 200);
    // The same caller on another call.
    let mut again = turns::start(kind, 1, "A1");
    let call = super::line(kind, 1).call_id;
    let other = super::line(kind, 2).call_id;
    let body = String::from_utf8(again.body.to_vec()).expect("a form").replace(&call, &other);
    again.body = body.into();
    let answer = patient.centre.wire().send(again, Some(T + 25_000)).await.expect("an answer");
    assert_eq!(turns::token(&answer.body), None, "nothing is asked");
    assert_eq!(patient.centre.counted("never_ask"), 1);
    patient.give_back().await;
}
