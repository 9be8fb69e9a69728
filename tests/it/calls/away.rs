//! The database is away in the middle of a call: the caller hears the next question as if nothing
//! had happened, and what was answered meanwhile is stored when the database is back.

use aftercall::dialect::Kind;
use aftercall::interview::{Disposition, Outcome};
use aftercall::phone::{WebRequest, Wire};
use aftercall::report::Viewer;
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
    _database: Database,
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
        let centre = Centre::with(&database.url, BUDGET).await;
        let reach = Reach::Lock { url: database.url.clone(), held: None };
        Self { centre, reach, _database: database }
    }

    async fn postgres(way: Way) -> Self {
        let database = Database::postgres().await;
        let proxy = Proxy::to(&database.url).await;
        let centre = Centre::with(&proxy.url, BUDGET).await;
        Self { centre, reach: Reach::Proxy { proxy, way }, _database: database }
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
        // Until it answers and its writer has done what waited.
        while self.centre.app.store().remember("here", "yes").await.is_err() {
            tokio::task::yield_now().await;
        }
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
        let store = self.centre.app.store();
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
        let mut unsaved = self.centre.counted("unsaved");
        let mut token = self.send(turns::start(kind, number, "A1"), 0).await;
        for (turn, key) in (0..).zip(keys) {
            if before == Some(turn) {
                self.take_away().await;
                unsaved = self.centre.counted("unsaved");
            }
            if turn + 1 == keys.len() {
                assert!(self.centre.counted("unsaved") > unsaved, "a miss is counted");
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
    let (disposition, answers) = patient.stands(kind, 1).await;
    assert_eq!(answers, [(0, 4), (1, 0)]);
    assert_eq!(disposition, Disposition::Partial);
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
    let unsaved = patient.centre.counted("unsaved");
    let all = (0..).zip(&tokens).map(|(number, token)| {
        let request = turns::turn(kind, number, token, "1");
        patient.send(request, 2)
    });
    let tokens = futures_util::future::join_all(all).await;
    assert!(patient.centre.counted("unsaved") > unsaved + 1, "hardly anybody was in the way");
    // Other callers come until one of them is stored.
    let begun = Instant::now();
    for number in CALLERS.. {
        let unsaved = patient.centre.counted("unsaved");
        let token = patient.send(turns::start(kind, number, "A1"), 0).await;
        patient.send(turns::turn(kind, number, &token, "4"), 1).await;
        if patient.centre.counted("unsaved") == unsaved {
            break;
        }
        // Seconds on a busy machine too; the network itself would give them up after minutes.
        assert!(begun.elapsed() < Duration::from_secs(20), "silent connections are waited for");
    }
    println!("found again after {:?}", begun.elapsed());
    for (number, token) in (0..).zip(&tokens) {
        patient.send(turns::turn(kind, number, token, "3"), 3).await;
        assert_eq!(patient.stands(kind, number).await.1, [(0, 4), (1, 1), (2, 3)]);
    }
}

/// The last turn of a call is tried again until the database is back: no further request brings it.
#[tokio::test(flavor = "multi_thread")]
async fn a_last_turn_is_stored_when_the_database_is_back() {
    let mut patient = Patient::postgres(Way::Cut).await;
    let kind = Kind::Twilio;
    let mut token = patient.send(turns::start(kind, 1, "A1"), 0).await;
    for (turn, key) in (1..).zip(["4", "1", "3"]) {
        token = patient.send(turns::turn(kind, 1, &token, key), turn).await;
    }
    patient.take_away().await;
    let request = turns::turn(kind, 1, &token, "7");
    let goodbye = patient.centre.wire().send(request, Some(T + 20_000)).await;
    assert_eq!(goodbye.expect("an answer").status, 200);
    patient.give_back().await;
    let stored = async {
        while patient.centre.counted("saved_later") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stored).await.expect("stored in the end");
    let (disposition, answers) = patient.stands(kind, 1).await;
    assert_eq!(answers, [(0, 4), (1, 1), (2, 3), (3, 7)]);
    assert_eq!(disposition, Disposition::Complete);
    patient.centre.adds_up().await;
}

/// What is told of a call that is over is stored when the database is back: the answers that only
/// the caller's last link carried, a comment that ends nothing, and the end itself. A server that
/// stops meanwhile waits for the notice.
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
        let unsaved = patient.centre.counted("notice_unsaved");
        let answer = patient.centre.wire().send(turns::exiting(1, &token), Some(T + 30_000)).await;
        assert_eq!(answer.expect("an answer").status, 200);
        let desk = patient.centre.app.site.desk.clone();
        patient.give_back().await;
        let stored = async {
            desk.settle().await;
            while patient.centre.counted("notice_unsaved") > unsaved
                && patient.centre.counted("saved_later") == 0
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), stored).await.expect("stored in the end");
        assert_eq!(patient.stands(kind, 1).await.1.len(), keys.len());
        let call = super::line(kind, 1).call_id;
        let known = patient.centre.app.store().by_call_ref("freeswitch", &call).await;
        // The hang-up closes it a minute later, before its limit.
        let closes = known.expect("reads")[0].closes_ms;
        assert_eq!(closes, T + 30_000 + 60_000);
        patient.centre.adds_up().await;
    }
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
