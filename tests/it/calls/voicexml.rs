//! What only VoiceXML does: it is asked for the call before the survey begins, and every document
//! is valid by the W3C's schema and document type.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use aftercall::dialect::Kind;
use aftercall::phone::{
    Browser, EndedBy, Outcome, Phone, Scripted, WebRequest, WebResponse, What, Wire, WireError,
};
use aftercall::report::Viewer;
use aftercall::store::lens::Lens;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Method;

use super::{Centre, Near, PUBLIC, START_KEY, T, alike, line, said, turns, wastes_little};
use crate::harness::{Database, both};

const KIND: Kind = Kind::Voicexml;

fn get(url: impl Into<String>) -> WebRequest {
    let (url, headers) = (url.into(), Vec::new());
    WebRequest { method: Method::GET, url, headers, body: Bytes::new() }
}

async fn send(centre: &Centre, request: WebRequest, at: i64) -> WebResponse {
    centre.wire().send(request, Some(at)).await.expect("an answer")
}

fn text(answer: &WebResponse) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Asks for a start with these parameters, and gives the address that the hello document comes
/// back to.
async fn hello(centre: &Centre, query: &str, at: i64) -> String {
    let answer = send(centre, get(format!("{PUBLIC}/voice/voicexml/start?{query}")), at).await;
    assert_eq!(answer.status, 200, "{query}");
    let document = text(&answer);
    assert!(!document.contains(START_KEY), "{document}");
    assert!(!document.contains("/turn?t="), "no survey has begun: {document}");
    let (_, rest) = document.split_once("<submit next=\"").expect("it comes back");
    let next = rest.split('"').next().expect("an address").replace("&amp;", "&");
    assert!(!next.contains(['@', ',', '{', '}', '$']), "{next}");
    next
}

/// Comes back from it with what is known of call `number`.
fn back(next: &str, number: u32) -> WebRequest {
    let call = line(KIND, number);
    let params = said(&[("sessionid", &call.call_id), ("remote", &call.from)]);
    turns::post(KIND, next.to_owned(), &params)
}

/// The agent whom the hand-over of each interview of that call named.
async fn agents(centre: &Centre, number: u32) -> Vec<String> {
    let call = line(KIND, number).call_id;
    let known = centre.app.store().by_call_ref("voicexml", &call).await.expect("reads");
    let mut agents = Vec::new();
    for known in known {
        let page = centre.app.site.desk.interview_json(&known.id.to_string(), &Lens::all()).await;
        let page = page.expect("reads").expect("an interview");
        agents.push(page["handed_over"]["agent"].as_str().unwrap_or_default().to_owned());
    }
    agents
}

both! {
    /// Nobody but the platform that proved itself, and for one interview.
    async fn a_hello_is_good_for_one_interview(database: Database) {
        let centre = Centre::open(&database.url).await;
        let interviews = async |number: u32| {
            let call = line(KIND, number).call_id;
            centre.app.store().by_call_ref("voicexml", &call).await.expect("reads").len()
        };
        // Without key, network or certificate there is not even a hello.
        let bare = get(format!("{PUBLIC}/voice/voicexml/start?agent=A1"));
        assert_eq!(send(&centre, bare, T).await.status, 403);
        let unproven = get(format!("{PUBLIC}/voice/voicexml/start?hello=1&agent=A1"));
        assert_eq!(send(&centre, unproven, T).await.status, 403);

        let next = hello(&centre, &format!("k={START_KEY}&agent=A1&lang=en"), T).await;
        let first = send(&centre, back(&next, 1), T + 50).await;
        assert_eq!(first.status, 200);
        let token = turns::token(&first.body).expect("the survey begins");
        let repeated = send(&centre, back(&next, 1), T + 60).await;
        assert_eq!((repeated.status, &repeated.body), (200, &first.body));
        // By a browser that knows nothing, or as another call: no second interview.
        for other in [get(next.clone()), get(format!("{next}&sessionid=other")), back(&next, 2)] {
            let refused = send(&centre, other, T + 70).await;
            assert_eq!((refused.status, interviews(1).await, interviews(2).await), (403, 1, 0));
        }
        assert_eq!((centre.counted("start"), centre.counted("seal_spent")), (1, 3));
        let turn = send(&centre, turns::turn(KIND, 1, &token, "4"), T + 5000).await;
        assert!(turns::token(&turn.body).is_some());

        // Bent in any place, too late, or at another provider's address.
        let late = hello(&centre, &format!("k={START_KEY}"), T).await;
        assert_eq!(send(&centre, back(&late, 3), T + 120_001).await.status, 403);
        // The clock of another node may be a minute behind, and no more.
        assert_eq!(send(&centre, back(&late, 3), T - 60_001).await.status, 403);
        let behind = hello(&centre, &format!("k={START_KEY}"), T).await;
        assert_eq!(send(&centre, back(&behind, 4), T - 60_000).await.status, 200);
        assert_eq!(interviews(4).await, 1);
        let (address, seal) = late.split_once("&s=").expect("a seal");
        for at in (0..seal.len()).step_by(7).chain([seal.len() - 1]) {
            let mut bent = seal.as_bytes().to_vec();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).expect("letters");
            let answer = send(&centre, back(&format!("{address}&s={bent}"), 3), T + 50).await;
            assert_eq!(answer.status, 403, "{bent}");
        }
        let elsewhere = get(late.replace("/voice/voicexml/", "/voice/freeswitch/"));
        assert_eq!(send(&centre, elsewhere, T + 50).await.status, 403);
        assert_eq!(interviews(3).await, 0);
        assert_eq!(send(&centre, back(&late, 3), T + 50).await.status, 200);
        assert_eq!(interviews(3).await, 1);
        centre.adds_up().await;
    }

    /// A browser that fetches the start once more is the same call; one that does not know its
    /// call is another each time, and is counted.
    async fn a_start_that_is_fetched_again_is_the_same_call(database: Database) {
        let centre = Centre::open(&database.url).await;
        let start = async |known: &[(&str, &str)]| {
            let next = hello(&centre, &format!("k={START_KEY}&agent=A1&lang=en"), T).await;
            send(&centre, turns::post(KIND, next, &said(known)), T + 50).await
        };
        let (one, other) = (start(&[("sessionid", "C1")]).await, start(&[("sessionid", "C1")]).await);
        assert_eq!((one.status, &one.body), (200, &other.body));
        assert_eq!((centre.counted("start"), centre.counted("start_repeated")), (1, 1));
        assert_eq!(centre.counted("no_call_id"), 0);
        let (one, other) = (start(&[]).await, start(&[]).await);
        assert_eq!((one.status, other.status), (200, 200));
        assert_ne!(one.body, other.body);
        assert_eq!((centre.counted("start"), centre.counted("no_call_id")), (3, 2));
        // The call of the hand-over stands in.
        for _ in 0..2 {
            let next = hello(&centre, &format!("k={START_KEY}&call=B7"), T).await;
            assert_eq!(send(&centre, get(next), T + 50).await.status, 200);
        }
        assert_eq!((centre.counted("start"), centre.counted("no_call_id")), (4, 2));
        centre.adds_up().await;
    }

    /// Without a call id the document's own number is the interview's: its repeats are the same.
    async fn a_hello_without_a_call_id_can_be_repeated(database: Database) {
        let centre = Centre::open(&database.url).await;
        let next = hello(&centre, &format!("k={START_KEY}&agent=A1&lang=en"), T).await;
        let bare = || turns::post(KIND, next.clone(), &said(&[("event", "hello")]));
        let (one, other) =
            (send(&centre, bare(), T + 50).await, send(&centre, bare(), T + 60).await);
        assert_eq!((one.status, &one.body), (200, &other.body));
        assert_eq!(centre.counted("start"), 1);
        assert_eq!(send(&centre, back(&next, 1), T + 70).await.status, 403);
    }

    /// What the first request said is what counts, whatever the second one says.
    async fn a_hello_carries_the_hand_over(database: Database) {
        let centre = Centre::open(&database.url).await;
        let query = format!("k={START_KEY}&agent=A1&queue=R%C5%ABta+%26&lang=lt");
        let next = hello(&centre, &query, T).await;
        let first = send(&centre, back(&format!("{next}&agent=A2&lang=pl"), 1), T + 50).await;
        assert!(text(&first).contains("/lt/greeting"), "{}", text(&first));
        assert_eq!(agents(&centre, 1).await, ["A1"]);
        // Who reached nobody is not asked, as said in the first request.
        let next = hello(&centre, &format!("k={START_KEY}&DialCallStatus=busy"), T).await;
        let gone = send(&centre, back(&next, 2), T + 50).await;
        assert!(text(&gone).contains("<disconnect/>"), "{}", text(&gone));
    }

    /// An announced address needs no key, is good for one call, and a hello makes it no better.
    async fn an_announced_address_stays_good_for_one_call(database: Database) {
        let centre = Centre::open(&database.url).await;
        let announced = serde_json::json!({"provider": "voicexml", "agent": "A7", "lang": "en"});
        let announced = serde_json::from_value(announced).expect("an announcement");
        let start = centre.app.site.desk.announce(announced, [9; 16], T).await.expect("announced");
        let (_, query) = start.start_url.split_once('?').expect("a seal");
        let (next, other) = (hello(&centre, query, T).await, hello(&centre, query, T).await);
        assert_eq!(send(&centre, back(&next, 1), T + 50).await.status, 200);
        assert_eq!(send(&centre, back(&next, 1), T + 60).await.status, 200);
        assert_eq!(agents(&centre, 1).await, ["A7"]);
        assert_eq!(send(&centre, back(&other, 2), T + 70).await.status, 403);
        assert!(agents(&centre, 2).await.is_empty());
    }

    /// Also where the platform knows nothing of its call, or sends its forms in the query.
    async fn every_browser_gets_through(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut number = 10;
        for browser in [Browser::Usual, Browser::Ignorant, Browser::FormsInQuery] {
            for keys in ["5 1 3 10 say:4#", "5 1 3 1 #", "- 8 4 1 * 3 7", "5 1 3 9 say:3 bye"] {
                number += 1;
                let mut line = line(KIND, number);
                line.browser = browser;
                line.handover = said(&[("agent", "A1"), ("lang", "en")]);
                let mut caller = Scripted::new(keys).expect("a script");
                let outcome = Phone::new(centre.wire()).call(&line, &mut caller, |_| {}).await;
                let which = format!("{browser:?} {keys}");
                assert_eq!(outcome.faults, Vec::<String>::new(), "{which}");
                wastes_little(Kind::Voicexml, &outcome).unwrap_or_else(|why| panic!("{which}: {why}"));
                assert_eq!(caller.left_over(), 0, "{which}");
                centre.app.site.desk.settle().await;
            }
        }
        let day = centre.app.site.reports.today(T);
        let filter = aftercall::report::Filter::days(day, day);
        let report = centre.app.site.reports.agents(&filter, &Viewer::everything(), T).await.expect("a report");
        let report = serde_json::to_value(report).expect("JSON");
        assert_eq!(report["centre"]["completed"], 12, "{report:#}");
        assert_eq!(report["agents"][0]["agent"], "A1");
        // The calls of the ignorant browser are all different ones, without a name.
        assert_eq!(centre.counted("no_call_id"), 4);
        assert_eq!(centre.counted("start"), 12);
        centre.adds_up().await;
    }
}

/// What goes wrong on the way of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// It does not reach the server, as while one takes the place of another.
    Unavailable,
    /// Its answer is lost.
    Lost,
}

/// A way on which that happens to these of the forms that are sent.
struct Troubled<'a> {
    wire: Near,
    trouble: Trouble,
    which: &'a [usize],
    /// How many forms were sent, and how often a goodbye was fetched.
    sent: Arc<Mutex<(usize, usize)>>,
}

impl Wire for Troubled<'_> {
    async fn send(&self, request: WebRequest, at: Option<i64>) -> Result<WebResponse, WireError> {
        let troubled = {
            let mut sent = self.sent.lock().expect("not poisoned");
            let number = sent.0;
            sent.0 += usize::from(request.method == Method::POST);
            sent.1 += usize::from(request.url.contains("/sorry."));
            request.method == Method::POST && self.which.contains(&number)
        };
        let url = request.url.clone();
        match self.trouble {
            _ if !troubled => self.wire.send(request, at).await,
            Trouble::Unavailable => Ok(WebResponse {
                status: 503,
                headers: http::HeaderMap::new(),
                body: Bytes::new(),
                took_ms: 50,
            }),
            Trouble::Lost => {
                self.wire.send(request, at).await?;
                Err(WireError::Timeout { url, seconds: 15 })
            }
        }
    }
}

/// A call on such a way: how it went, what is stored, how many forms were sent and how often a
/// goodbye was fetched.
async fn troubled(
    centre: &Centre,
    number: u32,
    keys: &str,
    trouble: Trouble,
    which: &[usize],
) -> (Outcome, String, (usize, usize)) {
    let mut line = line(KIND, number);
    line.handover = said(&[("agent", "A1"), ("lang", "en")]);
    let mut caller = Scripted::new(keys).expect("a script");
    let sent = Arc::default();
    let wire = Troubled { wire: centre.wire(), trouble, which, sent: Arc::clone(&sent) };
    let outcome = Phone::new(wire).call(&line, &mut caller, |_| {}).await;
    centre.app.site.desk.settle().await;
    let sent = *sent.lock().expect("not poisoned");
    (outcome, alike::stored(centre, KIND, number).await, sent)
}

/// One request that fails costs no answer and no call; after two in a row there is a goodbye.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_sent_once_more() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let mut number = 6000;
    let mut kept = 0;
    let mut call = async |keys, trouble, which: &[usize]| {
        number += 1;
        let (outcome, stored, sent) = troubled(&centre, number, keys, trouble, which).await;
        kept += usize::from(stored.ends_with("comments 1"));
        (outcome, stored, sent)
    };
    for keys in [
        "5 1 3 10 say:4#",
        "- 8 4 # * 3 7",
        "5 1 3 10 #",
        "5 1 3 10 -",
        "4 1 bye",
        "5 1 3 9 say:4 bye",
    ] {
        let (well, facts, (forms, _)) = call(keys, Trouble::Lost, &[]).await;
        assert_eq!(well.faults, Vec::<String>::new(), "{keys}");
        for trouble in [Trouble::Unavailable, Trouble::Lost] {
            for at in 0..forms {
                let which = format!("{keys}, form {at} {trouble:?}");
                let (outcome, stored, sent) = call(keys, trouble, &[at]).await;
                assert_eq!((&stored, sent), (&facts, (forms + 1, 0)), "{which}");
                assert_eq!(outcome.ended_by, well.ended_by, "{which}");
                assert_eq!(outcome.faults.len(), 1, "{which}: {:?}", outcome.faults);

                let (outcome, _, sent) = call(keys, trouble, &[at, at + 1]).await;
                assert_eq!(outcome.faults.len(), 2, "{which}: {:?}", outcome.faults);
                let gone = keys.ends_with("bye") && at == forms - 1;
                let ended_by = if gone { EndedBy::Caller } else { EndedBy::Fault };
                assert_eq!((outcome.ended_by, sent), (ended_by, (at + 2, 1)), "{which}: a goodbye");
            }
        }
    }
    // Nothing was counted twice, and no recording that was sent twice lies about.
    centre.adds_up().await;
    assert!(kept > 20, "{kept} comments");
    assert_eq!(files(centre._media.path()), kept);
}

/// How many files there are in and below a folder.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("reads"));
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

/// A hello document whose questions a browser takes amiss, all the same begins the survey.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_throws_is_left_out() {
    struct Unguarded(Near);
    impl Wire for Unguarded {
        async fn send(
            &self,
            request: WebRequest,
            at: Option<i64>,
        ) -> Result<WebResponse, WireError> {
            let answer = self.0.send(request, at).await?;
            if !answer.header("content-type").contains("xml") {
                return Ok(answer);
            }
            let guard = "typeof session != &apos;undefined&apos; &amp;&amp; ";
            let body = Bytes::from(text(&answer).replace(guard, ""));
            Ok(WebResponse { body, ..answer })
        }
    }
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let mut line = line(KIND, 1);
    line.browser = Browser::Ignorant;
    line.handover = said(&[("lang", "en")]);
    let mut caller = Scripted::new("4 1 3 7").expect("a script");
    let wire = Unguarded(centre.wire());
    let outcome = Phone::new(wire).call(&line, &mut caller, |_| {}).await;
    assert_eq!(outcome.faults, ["session is not declared (error.semantic)"]);
    assert_eq!((outcome.ended_by, caller.left_over()), (EndedBy::Server, 0));
    assert_eq!(centre.counted("no_call_id"), 1);
}

/// What the browser's own script gets back.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_given_back_brings_its_result() {
    let database = Database::sqlite();
    let further =
        "offer.otherwise = \"return\"\nafter.complete = \"return\"\nafter.early = \"return\"";
    let centre = Centre::with(&database.url, further).await;
    for (number, keys, disposition, score) in [
        (1, "4 1 3 7", "complete", "4"),
        (2, "2 - - - - - -", "break_off", "2"),
        (3, "# # # #", "no_contact", ""),
        (4, "* * 4", "refusal", ""),
    ] {
        let mut line = line(KIND, number);
        line.handover = said(&[("lang", "en")]);
        let mut caller = Scripted::new(keys).expect("a script");
        let mut last = String::new();
        let outcome = Phone::new(centre.wire())
            .call(&line, &mut caller, |event| {
                if let What::Document { xml, .. } = event.what {
                    last = xml.replace("&apos;", "'");
                }
            })
            .await;
        assert_eq!(outcome.ended_by, EndedBy::Returned, "{keys}");
        assert!(last.contains("<exit namelist=\"disposition score\"/>"), "{last}");
        assert!(last.contains(&format!("name=\"disposition\" expr=\"'{disposition}'\"")), "{last}");
        assert!(last.contains(&format!("name=\"score\" expr=\"'{score}'\"")), "{last}");
    }
    let next = hello(&centre, &format!("k={START_KEY}&DialCallStatus=busy"), T).await;
    let gone = text(&send(&centre, back(&next, 9), T + 50).await).replace("&apos;", "'");
    assert!(gone.contains("'ineligible'") && gone.contains("<exit namelist="), "{gone}");
}

/// Some browsers name the field of a recording and no file.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_needs_no_file_name() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    for (number, kind, kept) in [(1, "audio/x-wav", 1), (2, "audio/basic", 1), (3, "text/plain", 0)]
    {
        let mut document = send(&centre, turns::start(KIND, number, "A1"), T).await.body;
        for (turn, keys) in (1..).zip(["4", "1", "3", "9"]) {
            let token = turns::token(&document).expect("a token");
            let request = turns::turn(KIND, number, &token, keys);
            document = send(&centre, request, T + 5000 * turn).await.body;
        }
        let token = turns::token(&document).expect("a token");
        let mut body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n#\r\n--b\r\n\
             Content-Disposition: form-data; name=\"recording\"\r\nContent-Type: {kind}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(&[7; 16_044]);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let request = WebRequest {
            method: Method::POST,
            url: format!("{PUBLIC}/voice/voicexml/turn?t={token}"),
            headers: vec![("content-type", "multipart/form-data; boundary=b".to_owned())],
            body: Bytes::from(body),
        };
        assert_eq!(send(&centre, request, T + 30_000).await.status, 200, "{kind}");
        let call = line(KIND, number).call_id;
        let known = centre.app.store().by_call_ref("voicexml", &call).await.expect("reads");
        let comments = centre.app.store().comments(known[0].id).await.expect("reads");
        assert_eq!(comments.len(), kept, "{kind}");
    }
}

/// The password of HTTP Basic is a start key, where a gateway can send one.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_starts_a_call() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    for (password, status) in [(START_KEY, 200), ("wrong", 403)] {
        let mut request = get(format!("{PUBLIC}/voice/voicexml/start"));
        let code = STANDARD.encode(format!("survey:{password}"));
        request.headers.push(("authorization", format!("Basic {code}")));
        assert_eq!(send(&centre, request, T).await.status, status);
    }
}

/// Addresses stand in the logs of whoever passes them on: nobody reads in them who called, nor a
/// key. The server itself does, under its own secret alone.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_is_sealed() {
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let known = [("caller", "+37060000001"), ("remote", "tel:+37060000002"), ("agent", "Agnė")];
    let query = turns::form(&said(&known));
    let next = hello(&centre, &format!("k={START_KEY}&ani=860000003&{query}"), T).await;
    let (_, seal) = next.split_once("&s=").expect("a seal");
    let bytes = URL_SAFE_NO_PAD.decode(seal).expect("base64url");
    for text in [next.clone(), String::from_utf8_lossy(&bytes).into_owned()] {
        for part in ["6000000", "caller", "remote", "Agn", START_KEY] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
    let provider = &centre.app.site.config.providers["voicexml"];
    let opened = centre.app.site.desk.hello(provider, seal, T).expect("our own seal");
    assert!(opened.trusted);
    for (name, value) in known.into_iter().chain([("ani", "860000003")]) {
        let found = opened.said.iter().filter(|(n, v)| n == name && v == value);
        assert_eq!(found.count(), 1, "{name} in {:?}", opened.said);
    }
    assert!(opened.said.iter().all(|(_, value)| value != START_KEY), "{:?}", opened.said);
    assert_eq!(send(&centre, back(&next, 1), T + 50).await.status, 200);
    assert_eq!(agents(&centre, 1).await, ["Agnė"]);
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data")
}

/// What xmllint says against these documents, by schema and by document type.
fn invalid(files: &[PathBuf]) -> String {
    let rules = data().join("voicexml21");
    let mut told = String::new();
    for (option, file) in [("--schema", "vxml.xsd"), ("--dtdvalid", "vxml.dtd")] {
        for files in files.chunks(200) {
            let checked = Command::new("xmllint")
                .args(["--nonet", "--noout", option])
                .arg(rules.join(file))
                .args(files)
                .output()
                .expect("xmllint is there: install libxml2-utils");
            if !checked.status.success() {
                told += &String::from_utf8_lossy(&checked.stderr);
            }
        }
    }
    told
}

/// Every document that is written down, and every one of whole calls.
#[tokio::test(flavor = "multi_thread")]
async fn all_documents_are_valid() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(data().join("dialect/voicexml"))
        .expect("the documents")
        .map(|file| file.expect("a document").path())
        .collect();
    assert!(files.len() > 20, "{} documents", files.len());
    let database = Database::sqlite();
    let centre = Centre::open(&database.url).await;
    let folder = tempfile::tempdir().expect("a folder");
    let written = files.len();
    for (number, (story, lang, keys)) in (5000..).zip(alike::STORIES) {
        let mut line = line(KIND, number);
        line.handover = said(&[("agent", "Rūta \"<&>' Ž"), ("queue", "1000@default")]);
        line.handover.extend(lang.map(|lang| ("lang".to_owned(), lang.to_owned())));
        let mut caller = Scripted::new(keys).expect("a script");
        let mut documents = Vec::new();
        let phone = Phone::new(centre.wire());
        phone
            .call(&line, &mut caller, |event| {
                if let What::Document { xml, .. } = event.what {
                    documents.push(xml);
                }
            })
            .await;
        for (at, document) in documents.iter().enumerate() {
            let file = folder.path().join(format!("{number}-{at}.xml"));
            std::fs::write(&file, document).unwrap_or_else(|why| panic!("{story}: {why}"));
            files.push(file);
        }
    }
    assert!(files.len() > written + 150, "{} documents", files.len());
    assert_eq!(invalid(&files), "");
}

/// The check can fail: by the schema, by the document type, and of one document among many.
#[test]
fn what_is_not_valid_is_found() {
    let good = data().join("dialect/voicexml/ask.xml");
    let document = std::fs::read_to_string(&good).expect("reads");
    let folder = tempfile::tempdir().expect("a folder");
    for (number, (from, to)) in [
        ("<filled>", "<filled><field/>"),
        ("mode=\"dtmf\"", "mode=\"keys\""),
        ("value=\"0s\"", "worth=\"0s\""),
        ("</vxml>", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let bent = document.replacen(from, to, 1);
        assert_ne!(bent, document);
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, bent).expect("written");
        let told = invalid(&[good.clone(), file]);
        assert!(told.contains(&format!("{number}.xml")), "{from}: {told}");
    }
    assert_eq!(invalid(&[good]), "");
}
