//! Requests beside the usual ones: those that prove little, come again with other contents, or tell
//! of something else.

use aftercall::dialect::Kind;
use aftercall::interview::Disposition;
use aftercall::phone::{WebRequest, WebResponse, Wire};
use aftercall::store::CommentStatus;
use bytes::Bytes;
use http::Method;

use super::{Centre, PUBLIC, T, line, said, turns};
use crate::harness::Database;

async fn send(centre: &Centre, request: WebRequest, at: i64) -> WebResponse {
    centre.wire().send(request, Some(at)).await.expect("an answer")
}

/// A dialplan whose key was forgotten must raise the alarm, not pass for a request that succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn starts_without_a_key_raise_the_alarm() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    for number in 0..3 {
        let call = line(Kind::Freeswitch, number);
        let params = said(&[("session_id", &call.call_id), ("agent", "A1")]);
        let start = format!("{PUBLIC}/voice/freeswitch/start");
        let request = turns::post(Kind::Freeswitch, start, &params);
        assert_eq!(send(&centre, request, T).await.status, 403);
        let known = centre.app.store().by_call_ref("freeswitch", &call.call_id).await;
        assert!(known.expect("reads").is_empty());
    }
    assert_eq!(centre.counted("alarm_verification"), 1);
}

/// A recording of the whole call, told without a token of ours, is no comment and no answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_the_whole_call_is_no_comment() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    send(&centre, turns::start(Kind::Twilio, 1, "A1"), T).await;
    let call = line(Kind::Twilio, 1).call_id;
    let params = said(&[
        ("CallSid", &call),
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("RecordingSid", "RE00000000000000000000000000000001"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "90"),
    ]);
    let notice = turns::post(Kind::Twilio, format!("{PUBLIC}/voice/twilio/recording"), &params);
    assert_eq!(send(&centre, notice, T + 90_000).await.status, 200);
    let known = centre.app.store().by_call_ref("twilio", &call).await.expect("reads");
    assert_eq!(known[0].disposition, Disposition::NoContact);
    assert!(centre.app.store().answers(known[0].id).await.expect("reads").is_empty());
    assert!(centre.app.store().comments(known[0].id).await.expect("reads").is_empty());
    centre.adds_up().await;
}

/// A call that the platform lost is its failure and not a caller who did not want to answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_platform_lost_has_failed() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    send(&centre, turns::start(Kind::Twilio, 1, "A1"), T).await;
    let call = line(Kind::Twilio, 1).call_id;
    let params = said(&[("CallSid", &call), ("CallStatus", "failed")]);
    let notice = turns::post(Kind::Twilio, format!("{PUBLIC}/voice/twilio/status"), &params);
    assert_eq!(send(&centre, notice, T + 9_000).await.status, 200);
    let known = centre.app.store().by_call_ref("twilio", &call).await.expect("reads");
    assert_eq!(known[0].disposition, Disposition::Failed);
    centre.adds_up().await;
}

/// Two minutes after its limit, three times the promised 70 seconds, an interview is closed.
#[tokio::test(flavor = "multi_thread")]
async fn an_interview_closes_two_minutes_after_its_limit() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    for (number, after, late) in [(1, 329_000, 0), (3, 330_000, 1)] {
        let first = send(&centre, turns::start(Kind::Freeswitch, number, "A1"), T).await;
        let token = turns::token(&first.body).expect("a token");
        let turn = turns::turn(Kind::Freeswitch, number, &token, "4");
        assert_eq!(send(&centre, turn, T + after).await.status, 200);
        assert_eq!(centre.counted("late"), late, "after {after} ms");
    }
}

/// The turn of a token with a recording.
fn upload(number: u32, token: &str, sound: &[u8]) -> WebRequest {
    let call = line(Kind::Freeswitch, number).call_id;
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"session_id\"\r\n\r\n{call}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"recording\"; filename=\"c.wav\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(sound);
    body.extend_from_slice(b"\r\n--b--\r\n");
    WebRequest {
        method: Method::POST,
        url: format!("{PUBLIC}/voice/freeswitch/turn?t={token}"),
        headers: vec![("content-type", "multipart/form-data; boundary=b".to_owned())],
        body: Bytes::from(body),
    }
}

/// Files in the media folder, each with its first byte of sound.
fn kept(centre: &Centre) -> Vec<(String, u8)> {
    let files = std::fs::read_dir(centre._media.path()).expect("a folder");
    files
        .map(|file| {
            let file = file.expect("a file");
            let sound = std::fs::read(file.path()).expect("reads");
            (file.file_name().into_string().expect("a name"), sound[0])
        })
        .collect()
}

/// A comment is stored with its file, and a token that is used again brings no other sound.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_used_again_does_not_replace_a_recording() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let mut document = send(&centre, turns::start(Kind::Freeswitch, 1, "A1"), T).await.body;
    for (turn, keys) in (1..).zip(["1", "1", "3", "9"]) {
        let token = turns::token(&document).expect("a token");
        let request = turns::turn(Kind::Freeswitch, 1, &token, keys);
        document = send(&centre, request, T + 5000 * turn).await.body;
    }
    let token = turns::token(&document).expect("a token");
    let first = send(&centre, upload(1, &token, &[7; 48_044]), T + 30_000).await;
    let again = send(&centre, upload(1, &token, &[8; 64_044]), T + 31_000).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    let files = kept(&centre);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].1, 7, "the first sound stands");
    let call = line(Kind::Freeswitch, 1).call_id;
    let known = centre.app.store().by_call_ref("freeswitch", &call).await.expect("reads");
    let comments = centre.app.store().comments(known[0].id).await.expect("reads");
    assert_eq!(comments.len(), 1);
    assert_eq!(comments[0].status, CommentStatus::Stored);
    assert_eq!(comments[0].file.as_deref(), Some(files[0].0.as_str()));
    assert_eq!(comments[0].seconds, Some(3));
}
