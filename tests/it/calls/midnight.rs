//! Ids begin with the day of their interview; a start that is repeated on another day, or after an
//! upgrade, is the same interview all the same.

use aftercall::desk::keys::Keys;
use aftercall::dialect::Kind;
use aftercall::phone::Wire;

use super::{Centre, T, line, turns};
use crate::harness::{Database, both};
use crate::store::{change, number};

/// The first moment of 2026-01-21, UTC, and that day.
const MIDNIGHT: i64 = T + 14 * 3_600_000;
const DAY: i64 = 20_474;
const HOUR: i64 = 3_600_000;

async fn hears(centre: &Centre, kind: Kind, number: u32, at: i64) -> String {
    let answer = centre.wire().send(turns::start(kind, number, "A1"), Some(at)).await;
    String::from_utf8(answer.expect("an answer").body.to_vec()).expect("text")
}

both! {
    async fn a_start_repeated_after_midnight_is_the_same_interview(database: Database) {
        let centre = Centre::open(&database.url).await;
        for (number, kind) in [(1, Kind::Twilio), (2, Kind::Freeswitch), (3, Kind::Voicexml)] {
            let first = hears(&centre, kind, number, MIDNIGHT - 500).await;
            assert!(turns::token(first.as_bytes()).is_some(), "{kind:?}: {first}");
            assert_eq!(hears(&centre, kind, number, MIDNIGHT + 400).await, first, "{kind:?}");
            // Too late to go on with, and still no other one.
            let late = hears(&centre, kind, number, MIDNIGHT + 23 * HOUR).await;
            assert_eq!(turns::token(late.as_bytes()), None, "{kind:?}");
            let call = line(kind, number).call_id;
            let store = centre.app.store();
            let known = store.by_call_ref(turns::name(kind), &call).await.expect("reads");
            assert_eq!(known.len(), 1, "{kind:?}");
            assert!(known[0].id.to_string().starts_with(&format!("{:012x}", DAY - 1)), "{kind:?}");
        }
        assert_eq!(centre.counted("start_repeated"), 6);
        // Whoever uses a call's id again days later means another call.
        hears(&centre, Kind::Twilio, 1, MIDNIGHT + 30 * HOUR).await;
        assert_eq!(number(&database, "select count(*) from interviews").await, 4);
        centre.adds_up().await;
    }
}

/// One that began under a program whose ids said no day.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_repeated_after_an_upgrade_is_the_same_interview() {
    let database = Database::postgres().await;
    let centre = Centre::open(&database.url).await;
    let first = hears(&centre, Kind::Twilio, 1, T).await;
    centre.app.site.desk.settle().await;
    let rest = Keys::new(&centre.app.site.config).interview(
        "twilio",
        &line(Kind::Twilio, 1).call_id,
        "post-call",
        "",
    );
    let old = aftercall::interview::InterviewId(rest);
    for column in ["interviews set id", "credits set interview", "offers set interview"] {
        change(&database, &format!("update {column} = '{old}'")).await;
    }
    let again = hears(&centre, Kind::Twilio, 1, T + 900).await;
    assert!(turns::token(again.as_bytes()).is_some() && again != first, "its id is in the token");
    assert_eq!(number(&database, "select count(*) from interviews").await, 1);
    centre.adds_up().await;
}
