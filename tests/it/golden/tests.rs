//! The replay itself, against a small server that stands in for the real one.

use std::cell::{Cell, RefCell};

use super::wire::Dialect;
use super::*;
use crate::harness::twilio::sign_twilio;

/// Answers each rightly signed request with the next question, whose token counts the requests.
#[derive(Default)]
struct Small {
    dialect: Option<Dialect>,
    turns: Cell<u32>,
    clock: Cell<i64>,
    seen: RefCell<Vec<String>>,
    /// Leaves out what every answer must have.
    careless: bool,
}

const BASE: &str = "https://s.example";

fn provider(dialect: Dialect, name: &str) -> Provider {
    Provider { dialect, name: name.into(), base: BASE.into(), key: "12345".into() }
}

impl Server for Small {
    async fn send(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let form: Vec<(String, String)> =
            form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let url = format!("{BASE}{}", request.uri());
        let signature = request.headers().get("X-Twilio-Signature");
        let trusted = match self.dialect {
            Some(Dialect::Freeswitch) => {
                body.contains("k=12345") || request.uri().query().is_some_and(|q| q.contains("t="))
            }
            _ => signature.is_some_and(|s| *s == sign_twilio("12345", &url, &form)),
        };
        let query = request.uri().query().unwrap_or_default();
        let last = |text: &str| {
            text.rsplit('&').find(|part| *part != "k=12345").unwrap_or_default().to_owned()
        };
        self.seen.borrow_mut().push(format!(
            "{} {} {}",
            request.method(),
            request.uri().path(),
            if body.is_empty() { last(query) } else { last(&body) }
        ));
        let builder = Response::builder().header("cache-control", "no-store");
        if !trusted {
            let answer = builder.status(403).header("content-length", 0).body(Vec::new());
            return answer.expect("a response");
        }
        // An older token changes nothing.
        let is_turn = request.uri().path().ends_with("turn");
        if !is_turn || query.contains(&token(self.turns.get())) {
            self.turns.set(self.turns.get() + 1);
        }
        let turn = format!("{BASE}/voice/p/turn?t={}", token(self.turns.get()));
        let xml = match self.dialect {
            Some(Dialect::Freeswitch) => format!(
                "<document type=\"xml/freeswitch-httapi\"><work><playback name=\"q\" action=\"{turn}&amp;n=1\"><bind action=\"{turn}\">5</bind></playback></work></document>"
            ),
            _ => format!(
                "<Response><Gather action=\"{turn}\" actionOnEmptyResult=\"true\"><Say>one &amp; two</Say></Gather><Redirect>{turn}&amp;n=1</Redirect></Response>"
            ),
        };
        let length = if self.careless { xml.len() + 1 } else { xml.len() };
        let answer = builder.header("content-type", "text/xml").header("content-length", length);
        answer.body(xml.into_bytes()).expect("a response")
    }

    async fn rows(&self) -> String {
        format!("turns {} at {} ms\n", self.turns.get(), self.clock.get())
    }

    async fn counts(&self) -> String {
        format!("seen {}\n", self.seen.borrow().len())
    }

    async fn pass(&self, ms: i64) {
        self.clock.set(self.clock.get() + ms);
    }

    async fn restart(&self, settings: &[(String, String)]) {
        self.turns.set(settings.len() as u32);
    }
}

fn token(turn: u32) -> String {
    format!("TokenTokenToken{turn:04}")
}

const STORY: &str = r#"# Every kind of step.

=== start agent=A17
1: 200 text/xml
<Response>
  <Gather action="{base}/voice/p/turn?t={token:1}" actionOnEmptyResult="true">
    <Say>one &amp; two</Say>
  </Gather>
  <Redirect>{base}/voice/p/turn?t={token:1}&amp;n=1</Redirect>
</Response>

=== turn keys=5
2: 200 text/xml
<Response>
  <Gather action="{base}/voice/p/turn?t={token:2}" actionOnEmptyResult="true">
    <Say>one &amp; two</Say>
  </Gather>
  <Redirect>{base}/voice/p/turn?t={token:2}&amp;n=1</Redirect>
</Response>

=== repeat 2 @get +timeout=1
3: as 2

=== turn keys=9 @from=1 @forged
4: 403 -

=== turn silence @from=2 @elsewhere
5: 403 -

=== wait 90s

=== rows
turns 2 at 90000 ms
"#;

async fn play(text: &str, dialect: Dialect) -> (Result<String, String>, Vec<String>) {
    let case = Case::parse(text).expect("a good case");
    let server = Small { dialect: Some(dialect), ..Small::default() };
    let came = replay(&case, &provider(dialect, "p"), &server).await;
    (came, server.seen.into_inner())
}

#[tokio::test]
async fn a_story_is_written_down_as_it_happens() {
    // A right signature of another address is refused, so there is no body to repeat.
    let story = STORY
        .replace("5: as 2", "5: 403 -")
        .replace("turn keys=9 @elsewhere", "turn silence @from=2 @elsewhere");
    let (came, seen) = play(&story, Dialect::Twilio).await;
    assert_eq!(came.as_deref(), Ok(story.as_str()));
    assert_eq!(
        seen,
        [
            "POST /voice/p/start CallSid=CA00000000000000000000000000000001",
            "POST /voice/p/turn Digits=5",
            "GET /voice/p/turn timeout=1",
            "POST /voice/p/turn Digits=9",
            "POST /voice/p/turn Digits=",
        ]
    );
}

#[tokio::test]
async fn freeswitch_sends_what_its_tags_say() {
    let (came, seen) = play(
        "# x\n=== start agent=A17\n=== turn keys=5\n=== turn silence\n=== turn recording=1\n=== hangup\n=== start @unsigned",
        Dialect::Freeswitch,
    )
    .await;
    let came = came.expect("it plays");
    assert!(came.ends_with("=== start @unsigned\n6: 403 -\n"), "{came}");
    assert_eq!(seen[0], "POST /voice/p/start agent=A17");
    assert_eq!(seen[1], "POST /voice/p/turn input_type=dtmf");
    assert_eq!(seen[2], "POST /voice/p/turn agent=A17");
    assert!(seen[3].contains("name=\"q\"; filename=\"comment.wav\""), "{}", &seen[3][..300]);
    assert_eq!(seen[4], "POST /voice/p/turn exiting=true");
}

#[tokio::test]
async fn what_cannot_be_played_is_said() {
    for (steps, dialect, fault) in [
        ("=== turn keys=5", Dialect::Twilio, "`turn keys=5` (answer 1): there is no answer above"),
        ("=== repeat 1", Dialect::Twilio, "`repeat 1` (answer 1): there is no answer 1 above"),
        (
            "=== start\n=== turn recording=3",
            Dialect::Twilio,
            "`turn recording=3` (answer 2): the document says no address for that",
        ),
        (
            "=== start\n=== recorded 3",
            Dialect::Twilio,
            "`recorded 3` (answer 2): no document above asks to be told of a recording",
        ),
        (
            "=== get /x?t={token:1}",
            Dialect::Twilio,
            "`get /x?t={token:1}` (answer 1): `/x?t={token:1}` names a token that no answer above has",
        ),
        (
            "=== start @elsewhere",
            Dialect::Freeswitch,
            "`start @elsewhere` (answer 1): FreeSWITCH signs nothing, so there is no other address",
        ),
    ] {
        let (came, _) = play(&format!("# x\n{steps}"), dialect).await;
        assert_eq!(came, Err(fault.to_owned()), "{steps}");
    }
    let case = Case::parse("# x\n=== start").expect("a good case");
    let careless = Small { careless: true, ..Small::default() };
    let came = replay(&case, &provider(Dialect::Twilio, "p"), &careless).await;
    assert!(came.is_err_and(|fault| fault.contains("Content-Length must be")));
}

#[tokio::test]
async fn a_raw_request_may_carry_an_old_token() {
    let (came, seen) = play(
        "# x\n=== start\n=== get /voice/p/turn?t={token:1} Digits=4\n=== post /voice/p/turn a=\"b c\" @path=fallback",
        Dialect::Twilio,
    )
    .await;
    assert!(came.is_ok_and(|text| text.contains("{token:2}")));
    assert_eq!(seen[1..], ["GET /voice/p/turn Digits=4", "POST /voice/p/fallback a=b+c"]);
}

#[tokio::test]
async fn a_file_is_compared_or_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("story.txt");
    let twilio = provider(Dialect::Twilio, "p");
    let open = async |_: &[(String, String)]| Small::default();
    std::fs::write(&file, "# x\n=== start\n=== rows\nturns 7 at 0 ms\n").expect("written");

    let differs = check_file(&file, &twilio, open, false).await;
    assert!(differs.is_err_and(|fault| fault.contains("differs")));
    assert_eq!(check_file(&file, &twilio, open, true).await, Ok(()));
    check_folder(folder.path(), &twilio, false, open).await;

    let text = std::fs::read_to_string(&file).expect("read");
    assert!(text.contains("1: 200 text/xml") && text.contains("turns 1 at 0 ms"), "{text}");
    std::fs::write(&file, text.replace("turns 1", "turns 2")).expect("written");
    let differs = check_file(&file, &twilio, open, false).await.expect_err("another count");
    assert!(differs.contains("- turns 2 at 0 ms\n+ turns 1 at 0 ms\n"), "{differs}");
}
