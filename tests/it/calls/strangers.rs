//! Requests beside the usual ones: those that prove little, come again with other contents, or tell
//! of something else.

use aftercall::dialect::{Kind, Proof};
use aftercall::interview::Disposition;
use aftercall::phone::{WebRequest, WebResponse, Wire, twilio_signature};
use aftercall::store::CommentStatus;
use bytes::Bytes;
use http::Method;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::{AUTH_TOKEN, Centre, PUBLIC, START_KEY, T, line, said, turns};
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

/// A sound of so many seconds at that rate, 16 bits, one channel.
fn wav(rate: u32, seconds: u32) -> Vec<u8> {
    let length = 2 * rate * seconds;
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    wav.extend(rate.to_le_bytes());
    wav.extend((2 * rate).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(length.to_le_bytes());
    wav.resize(44 + length as usize, 0);
    wav
}

/// A caller of a wide-band channel is heard to the end, and one whose recording is beyond all
/// measure still hears the goodbye.
#[tokio::test(flavor = "multi_thread")]
async fn long_recordings_end_no_call() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    for (number, sound, seconds) in
        [(1, wav(16_000, 59), Some(59)), (2, wav(48_000, 60), None), (3, wav(8000, 4), Some(4))]
    {
        let kind = Kind::Freeswitch;
        let mut document = send(&centre, turns::start(kind, number, "A1"), T).await.body;
        for (turn, keys) in (1..).zip(["4", "1", "3", "9"]) {
            let token = turns::token(&document).expect("a token");
            let request = turns::turn(kind, number, &token, keys);
            document = send(&centre, request, T + 5000 * turn).await.body;
        }
        let token = turns::token(&document).expect("a token");
        let goodbye = send(&centre, upload(number, &token, &sound), T + 30_000).await;
        assert_eq!(goodbye.status, 200, "call {number}");
        assert!(String::from_utf8_lossy(&goodbye.body).contains("<hangup/>"), "call {number}");
        let known = centre.app.store().by_call_ref("freeswitch", &line(kind, number).call_id).await;
        let known = known.expect("reads");
        let comments = centre.app.store().comments(known[0].id).await.expect("reads");
        let kept: Vec<_> = comments.iter().map(|comment| comment.seconds).collect();
        assert_eq!(kept, seconds.map(Some).into_iter().collect::<Vec<_>>(), "call {number}");
    }
    assert_eq!(centre.counted("recording_lost"), 1);
    assert_eq!(kept(&centre).len(), 2);
}

/// Twilio keeps recordings itself: a file that comes in its name is nobody's comment.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_from_platforms_that_send_them() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let kind = Kind::Twilio;
    let mut document = send(&centre, turns::start(kind, 1, "A1"), T).await.body;
    for (turn, keys) in (1..).zip(["4", "1", "3", "9"]) {
        let token = turns::token(&document).expect("a token");
        document = send(&centre, turns::turn(kind, 1, &token, keys), T + 5000 * turn).await.body;
    }
    let token = turns::token(&document).expect("a token");
    let mut request = upload(1, &token, &wav(8000, 4));
    request.url = request.url.replace("/freeswitch/", "/twilio/");
    let call = line(Kind::Freeswitch, 1).call_id;
    let signed = twilio_signature(AUTH_TOKEN, &request.url, &said(&[("session_id", &call)]));
    request.headers.push(("x-twilio-signature", signed));
    let answer = send(&centre, request, T + 30_000).await;
    assert_eq!(answer.status, 200);
    assert_eq!(centre.counted("turn"), 5);
    assert_eq!(kept(&centre), []);
}

/// Twilio's last status callback is a record of its call, also of one that nobody was asked on.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_callback_is_a_record_of_its_call() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let url = format!("{PUBLIC}/voice/twilio/status");
    let status = |number: u32, more: &[(&str, &str)]| {
        let call = line(Kind::Twilio, number);
        let mut params =
            said(&[("CallSid", &call.call_id), ("CallbackSource", "call-progress-events")]);
        params.extend(said(more));
        turns::post(Kind::Twilio, url.clone(), &params)
    };
    let ended = [
        ("CallStatus", "completed"),
        ("CallDuration", "95"),
        ("Timestamp", "Tue, 20 Jan 2026 10:05:00 +0000"),
    ];
    for request in [
        status(1, &ended),
        status(1, &ended),
        status(2, &[("CallStatus", "ringing")]),
        status(3, &[("CallStatus", "no-answer"), ("CallDuration", "0")]),
    ] {
        assert_eq!(send(&centre, request, T + 400_000).await.status, 200);
    }
    centre.app.site.desk.settle().await;
    let options: SqliteConnectOptions = database.url.parse().expect("an address");
    let mut connection = options.connect().await.expect("connects");
    let calls: Vec<(Option<i64>, Option<i64>)> =
        sqlx::query_as("select started_ms, ended_ms from calls order by ended_ms")
            .fetch_all(&mut connection)
            .await
            .expect("reads");
    connection.close().await.expect("closes");
    let at = |ms: i64| Some(T + ms);
    assert_eq!(calls, [(at(205_000), at(300_000)), (at(400_000), at(400_000))]);
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

/// The address of one announced call, or what a hello document was given for it, begins that call
/// and does nothing else: it tells nothing of another call, opens no fallback of it, and does not
/// end it.
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_begins_its_call_and_nothing_else() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let get = |url: String| WebRequest {
        method: Method::GET,
        url,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    for (number, kind) in (1..).zip([Kind::Kookoo, Kind::Voicexml]) {
        let name = kind.word();
        let victim = line(kind, number).call_id;
        let first = send(&centre, turns::start(kind, number, "A1"), T).await;
        let token = turns::token(&first.body).expect("the first question");
        let announced = serde_json::json!({ "provider": name });
        let announced = serde_json::from_value(announced).expect("an announcement");
        let id = [u8::try_from(number).expect("small"); 16];
        let start = centre.app.site.desk.announce(announced, id, T).await.expect("announced");
        let (_, mut seal) = start.start_url.split_once('?').expect("a seal");
        let hello;
        if kind == Kind::Voicexml {
            let document = send(&centre, get(start.start_url.clone()), T).await;
            let text = String::from_utf8_lossy(&document.body).into_owned();
            let (_, rest) = text.split_once("start?").expect("a hello's address");
            hello = rest.split('"').next().expect("its end").replace("&amp;", "&");
            seal = &hello;
        }
        let known = |more: &str| format!("{seal}&sid={victim}&sessionid={victim}{more}");
        let fallback = get(format!("{PUBLIC}/voice/{name}/fallback?{}", known("")));
        let answer = send(&centre, fallback, T + 1000).await;
        assert_eq!((answer.status, turns::token(&answer.body)), (200, None), "{kind:?}");
        for (path, more) in
            [("start", "&event=hangup"), ("status", "&event=hangup"), ("turn", "&event=Hangup")]
        {
            let notice = get(format!("{PUBLIC}/voice/{name}/{path}?{}", known(more)));
            assert_eq!(send(&centre, notice, T + 1000).await.status, 403, "{kind:?} {path}");
        }
        // Nobody ended it: a minute later it still goes on.
        let turn = turns::turn(kind, number, &token, "4");
        let next = send(&centre, turn, T + 70_000).await;
        assert!(turns::token(&next.body).is_some_and(|next| next != token), "{kind:?}");
    }
}

/// Where nothing but a token vouches for a notice, it tells of that token's own call: of no other
/// call's end, and of no other call's recording.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_tells_of_its_own_call_alone() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let unsigned = Kind::ALL.into_iter().filter(|kind| kind.proof() == Proof::Nothing);
    for (number, kind) in (0..).step_by(2).zip(unsigned) {
        let (own, other) = (number, number + 1);
        let mut tokens = Vec::new();
        for call in [own, other] {
            let first = send(&centre, turns::start(kind, call, "A1"), T).await;
            tokens.push(turns::token(&first.body).expect("the first question"));
        }
        // Another call's end, at the address that its own platform would ask; without the key.
        let token = &tokens[0];
        let mut over = turns::ended(kind, other, token);
        let (base, query) = over.url.split_once('?').unwrap_or((&over.url, ""));
        let query = query.replace(&format!("k={START_KEY}"), "");
        let base = base.replace("/status", "/turn");
        let mark = if query.contains("t=") { String::new() } else { format!("t={token}&") };
        over.url = format!("{base}?{mark}{query}");
        let answer = send(&centre, over, T + 1000).await;
        let knows_its_call = kind != Kind::Voicexml;
        if knows_its_call {
            assert_eq!(answer.status, 403, "{kind:?}");
        }
        let turn = turns::turn(kind, other, &tokens[1], "4");
        let next = send(&centre, turn, T + 70_000).await;
        let next = turns::token(&next.body);
        assert!(next.is_some_and(|next| next != tokens[1]), "{kind:?}: somebody else ended it");
    }
}

/// What else is said beside an announced address makes no second interview, and a hello's seal no
/// second seal.
#[tokio::test(flavor = "multi_thread")]
async fn an_announced_address_is_one_interview() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let get = |url: String| WebRequest {
        method: Method::GET,
        url,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let unsigned = Kind::ALL.into_iter().filter(|kind| kind.proof() == Proof::Nothing);
    for (number, kind) in (1..).zip(unsigned.filter(|kind| *kind != Kind::Voicexml)) {
        let announced =
            serde_json::json!({ "provider": kind.word(), "agent": format!("X{number}") });
        let announced = serde_json::from_value(announced).expect("an announcement");
        let id = [u8::try_from(number).expect("small"); 16];
        let start = centre.app.site.desk.announce(announced, id, T).await.expect("announced");
        let mut asked = Vec::new();
        for more in ["&handover=1", "&handover=2", "&call=1", "&call=2", "&survey=post-call"] {
            let first = send(&centre, get(format!("{}{more}", start.start_url)), T + 1000).await;
            assert_eq!(first.status, 200, "{kind:?} {more}");
            asked.push(turns::token(&first.body));
        }
        assert!(asked[0].is_some(), "{kind:?}");
        let same = asked.iter().all(|token| *token == asked[0]);
        assert!(same, "{kind:?}: {asked:?}");
    }
    let start = format!("{PUBLIC}/voice/voicexml/start?k={START_KEY}&queue=sales");
    let document = send(&centre, get(start), T).await;
    let text = String::from_utf8_lossy(&document.body).into_owned();
    let (_, seal) = text.split_once(";s=").expect("a seal");
    let seal = seal.split('"').next().expect("its end");
    let again = get(format!("{PUBLIC}/voice/voicexml/start?s={seal}"));
    assert_eq!(send(&centre, again, T + 1000).await.status, 403);
}
