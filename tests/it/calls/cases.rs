//! What may come to every kind of provider, in one list: what is heard, what is stored, and where
//! kinds differ, with the reason. Each case is a call of its own, in English, that begins at the
//! first question.

use aftercall::dialect::{self, Document, Kind, Proof};
use aftercall::interview::Outcome;
use aftercall::interview::token::{self, Key};
use aftercall::phone::{WebRequest, WebResponse, Wire};
use http::Method;

use super::turns::{self, SIGNED_AT};
use super::{Centre, PUBLIC, T, line, said};
use crate::harness::both;

/// One thing that comes.
enum Step {
    /// These keys answer the newest document, five seconds after it.
    Keys(&'static str),
    /// So do these, after so many milliseconds.
    After(i64, &'static str),
    /// Another request for the newest document, after five seconds.
    Send(fn(&Call) -> WebRequest),
    /// The very same request as that one (the start is 0), half a second later.
    Again(usize),
    /// The platform tells, a second later, that the call is over.
    Over,
    /// So many milliseconds go by.
    Wait(i64),
}
use Step::{After, Again, Keys, Over, Send, Wait};

/// A case: its name, what comes behind the start, what each of it hears, and what is stored then.
struct Case {
    name: &'static str,
    /// Instead of the usual start.
    start: Option<fn(&mut Call) -> WebRequest>,
    steps: &'static [Step],
    /// `asks N`: a document that waits for the answer to question N. `goodbye`: one that ends the
    /// call. `empty`: one that does nothing. `=N`: the same bytes as answer N; the start's is 0.
    heard: &'static str,
    /// Of each question with an outcome, its number and the answer; then the number of turns.
    stored: &'static str,
}

const fn case(
    name: &'static str,
    steps: &'static [Step],
    heard: &'static str,
    stored: &'static str,
) -> Case {
    Case { name, start: None, steps, heard, stored }
}

const fn begins(name: &'static str, start: fn(&mut Call) -> WebRequest, case: Case) -> Case {
    Case { name, start: Some(start), ..case }
}

const ANSWERED: Case = case("", &[Keys("4")], "asks 2", "1:4 in 1");

const CASES: &[Case] = &[
    // Keys.
    case("a digit", &[Keys("4")], "asks 2", "1:4 in 1"),
    case(
        "digits are there and empty",
        &[Send(|c| c.with(turns::digits(c.kind), ""))],
        "asks 1",
        "in 1",
    ),
    case("no digits", &[Send(Call::without_digits)], "asks 1", "in 1"),
    case("our mark of silence", &[Send(Call::silence)], "asks 1", "in 1"),
    case(
        "our mark of silence, and old digits",
        &[Send(Call::silence_with_digits)],
        "asks 1",
        "in 1",
    ),
    case("# alone skips", &[Keys("#")], "asks 2", "1:skipped in 1"),
    case("* repeats", &[Keys("*")], "asks 1", "in 1"),
    case("two digits for one", &[Keys("44")], "asks 1", "in 1"),
    case("0 is no answer", &[Keys("0")], "asks 1", "in 1"),
    case("a wrong key", &[Keys("9")], "asks 1", "in 1"),
    case(
        "0, 1 and 10 of ten",
        &[Keys("4"), Keys("1"), Keys("3"), Keys("10")],
        "asks 2, asks 3, asks 4, asks 5",
        "1:4 2:1 3:3 4:10 in 4",
    ),
    case("a digit over the prompt", &[After(300, "4")], "asks 2", "1:4 in 1"),
    case("# of the answer before", &[Keys("4"), After(300, "#")], "asks 2, asks 2", "1:4 in 2"),
    case(
        "keys of no telephone",
        &[Send(|c| c.with(turns::digits(c.kind), "4A,w"))],
        "asks 2",
        "1:4 in 1",
    ),
    // The same again, too late, too early.
    case("a duplicate", &[Keys("4"), Again(1)], "asks 2, =1", "1:4 in 1"),
    case("a duplicate of the start", &[Again(0), Keys("4")], "=0, asks 2", "1:4 in 1"),
    case(
        "a late duplicate",
        &[Keys("4"), Keys("1"), Again(1)],
        "asks 2, asks 3, =1",
        "1:4 2:1 in 2",
    ),
    case(
        "an old token with another key",
        &[Keys("4"), Send(|c| c.at_first("2"))],
        "asks 2, =1",
        "1:4 in 1",
    ),
    case(
        "after the last word",
        &[Keys("4"), Keys("1"), Keys("3"), Keys("7"), Send(|c| c.at_first("2"))],
        "asks 2, asks 3, asks 4, goodbye, goodbye",
        "1:4 2:1 3:3 4:7 5:NotApplicable in 4",
    ),
    case(
        "soon after a hang-up",
        &[Keys("4"), Over, Keys("1")],
        "asks 2, empty, asks 3",
        "1:4 2:1 in 2",
    ),
    case(
        "long after a hang-up",
        &[Keys("4"), Over, Wait(60_000), Keys("1")],
        "asks 2, empty, goodbye",
        "1:4 in 1",
    ),
    case("over before the first answer", &[Over], "empty", "in 0"),
    case("over twice", &[Keys("4"), Over, Over], "asks 2, empty, empty", "1:4 in 1"),
    // What parameters may be.
    case(
        "unknown parameters",
        &[Send(|c| c.and(&[("Zebra", "1"), ("", "2"), ("X", "")]))],
        "asks 2",
        "1:4 in 1",
    ),
    case(
        "a name more than once",
        &[Send(|c| c.and(&[("Tag", "b"), ("Tag", "a"), ("Tag", "b")]))],
        "asks 2",
        "1:4 in 1",
    ),
    case("digits twice", &[Send(|c| c.and(&[(turns::digits(c.kind), "5")]))], "asks 2", "1:4 in 1"),
    case(
        "UTF-8",
        &[Send(|c| c.and(&[("City", "ŽIRMŪNAI"), ("State", "Łódź"), ("தமிழ்", "தமிழ்")]))],
        "asks 2",
        "1:4 in 1",
    ),
    case(
        "plus signs and spaces",
        &[Send(|c| c.and(&[("a+b c", " a + b%20c&=?#'")]))],
        "asks 2",
        "1:4 in 1",
    ),
    begins("no caller", |c| c.from(""), ANSWERED),
    begins("an anonymous caller", |c| c.from("anonymous"), ANSWERED),
    begins("a caller by SIP", |c| c.from("sip:1000@pbx.example.com:5060;transport=udp"), ANSWERED),
    begins(
        "a long call id",
        |c| c.called(500),
        case("", &[Send(Call::still_called)], "asks 2", "1:4 in 1"),
    ),
    begins(
        "a call id that is none",
        |c| c.called(600),
        case("", &[Send(Call::still_called)], "asks 2", "nothing"),
    ),
    // Who asks.
    case("a wrong signature or key", &[Send(Call::forged), Keys("4")], "403, asks 2", "1:4 in 1"),
    case("another address's signature", &[Send(Call::of_another_address)], "403", "in 0"),
    case("signed 301 seconds ago", &[Send(|c| c.signed(301))], "asks 2", "1:4 in 1"),
    case("signed 299 seconds ago", &[Send(|c| c.signed(299))], "asks 2", "1:4 in 1"),
    case(
        "a changed token",
        &[Send(Call::with_a_changed_token), Keys("4")],
        "goodbye, asks 2",
        "1:4 in 1",
    ),
    case(
        "another call's token",
        &[Send(Call::of_another_call), Keys("4")],
        "goodbye, asks 2",
        "1:4 in 1",
    ),
    case("no token", &[Send(Call::without_token), Keys("4")], "goodbye, asks 2", "1:4 in 1"),
    // How it asks.
    case(
        "JSON for a form, a form for JSON",
        &[Send(Call::in_the_other_form)],
        "asks 2",
        "1:4 in 1",
    ),
    case(
        "neither form nor JSON",
        &[Send(Call::as_plain_text), Keys("4")],
        "400, asks 2",
        "1:4 in 1",
    ),
    case("GET", &[Send(Call::by_get)], "asks 2", "1:4 in 1"),
    case("HEAD", &[Send(|c| c.by(Method::HEAD)), Keys("4")], "405, asks 2", "1:4 in 1"),
    case("PUT", &[Send(|c| c.by(Method::PUT)), Keys("4")], "405, asks 2", "1:4 in 1"),
    case("a body over the limit", &[Send(Call::too_long), Keys("4")], "413, asks 2", "1:4 in 1"),
];

/// Where kinds differ.
struct Exception {
    case: &'static str,
    /// Which kinds.
    on: fn(Kind) -> bool,
    heard: &'static str,
    stored: &'static str,
    why: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        case: "our mark of silence, and old digits",
        on: |kind| {
            use Kind::{Bandwidth, Freeswitch, Kookoo, Voicexml};
            matches!(kind, Freeswitch | Bandwidth | Kookoo | Voicexml)
        },
        heard: "asks 2",
        stored: "1:4 in 1",
        why: "no document of its kind has the mark: silence comes to the action without digits",
    },
    Exception {
        case: "digits twice",
        on: |kind| kind == Kind::Bandwidth,
        heard: "asks 2",
        stored: "1:5 in 1",
        why: "it sends JSON, where the last of a repeated name counts; in a form it is the first",
    },
    Exception {
        case: "another address's signature",
        on: |kind| kind.proof() != Proof::Address,
        heard: "asks 2",
        stored: "1:4 in 1",
        why: "no signature of its covers the address: a turn rests on its token",
    },
    Exception {
        case: "signed 301 seconds ago",
        on: |kind| kind.proof() == Proof::Body,
        heard: "403",
        stored: "in 0",
        why: "its signature holds for 300 seconds; no other one has a time",
    },
    Exception {
        case: "no token",
        on: |kind| !matches!(kind.proof(), Proof::Address) && kind != Kind::Bandwidth,
        heard: "403, asks 2",
        stored: "1:4 in 1",
        why: "without a token it is read as a start, which nothing vouches for; Bandwidth names it",
    },
    Exception {
        case: "JSON for a form, a form for JSON",
        on: |kind| kind.proof() == Proof::Address,
        heard: "403",
        stored: "in 0",
        why: "nothing says how an address's signature covers the values of such a body",
    },
];

/// A call at one moment.
struct Call {
    kind: Kind,
    number: u32,
    id: String,
    /// Of the newest document that asked, and of the first.
    token: String,
    first: String,
    at: i64,
    sent: Vec<WebRequest>,
}

impl Call {
    fn url(&self) -> String {
        format!("{PUBLIC}/voice/{}/turn?t={}", self.kind.word(), self.token)
    }

    /// The answer 4.
    fn four(&self) -> WebRequest {
        turns::turn(self.kind, self.number, &self.token, "4")
    }

    fn edited(&self, edit: impl FnOnce(&mut Vec<(String, String)>)) -> WebRequest {
        turns::edited(self.kind, self.four(), edit)
    }

    fn with(&self, name: &str, value: &str) -> WebRequest {
        self.edited(|params| {
            let param = params.iter_mut().find(|(known, _)| known == name);
            value.clone_into(&mut param.expect("a parameter").1);
        })
    }

    fn and(&self, more: &[(&str, &str)]) -> WebRequest {
        self.edited(|params| params.extend(said(more)))
    }

    fn without_digits(&self) -> WebRequest {
        self.edited(|params| params.retain(|(name, _)| name != turns::digits(self.kind)))
    }

    /// As the redirect behind a prompt asks.
    fn silence(&self) -> WebRequest {
        let mut request = self.without_digits();
        request.url.push_str("&silence=1");
        turns::edited(self.kind, request, |_| {})
    }

    fn silence_with_digits(&self) -> WebRequest {
        let mut request = self.four();
        request.url.push_str("&silence=1");
        turns::edited(self.kind, request, |_| {})
    }

    /// The first question's token with other keys.
    fn at_first(&self, keys: &str) -> WebRequest {
        turns::turn(self.kind, self.number, &self.first, keys)
    }

    /// A start with another caller.
    fn from(&self, caller: &str) -> WebRequest {
        let known = line(self.kind, self.number).from;
        self.started_with(&known, caller)
    }

    /// A start of a call whose id has so many characters.
    fn called(&mut self, long: usize) -> WebRequest {
        let known = line(self.kind, self.number).call_id;
        self.id = format!("v3:{:0>width$}", self.number, width = long - 3);
        self.started_with(&known, &self.id)
    }

    fn still_called(&self) -> WebRequest {
        let known = line(self.kind, self.number).call_id;
        self.edited(|params| replace(params, &known, &self.id))
    }

    fn started_with(&self, known: &str, other: &str) -> WebRequest {
        let start = turns::start(self.kind, self.number, "A1");
        turns::edited(self.kind, start, |params| {
            replace(params, known, other);
            // Some write numbers without it.
            replace(params, known.trim_start_matches('+'), other);
        })
    }

    /// Another signature; where nothing is signed, another start key.
    fn forged(&self) -> WebRequest {
        let mut request = self.four();
        if self.kind.proof() == Proof::Nothing {
            request.url.push_str("&k=wrong");
        }
        for (name, value) in &mut request.headers {
            if name.contains("signature") && !name.ends_with("nonce") {
                let other = if value.starts_with('A') { "B" } else { "A" };
                value.replace_range(..1, other);
            }
        }
        request
    }

    fn of_another_address(&self) -> WebRequest {
        let mut request = self.four();
        let url = std::mem::replace(&mut request.url, self.url() + "&x=1");
        WebRequest { url, ..turns::edited(self.kind, request, |_| {}) }
    }

    fn signed(&self, seconds_ago: i64) -> WebRequest {
        let mut request = self.four();
        let params = turns::params(&request);
        request.headers.truncate(1);
        turns::signed(self.kind, request, &params, self.at / 1000 - seconds_ago)
    }

    fn with_a_changed_token(&self) -> WebRequest {
        let last = if self.token.ends_with('A') { 'B' } else { 'A' };
        let token = format!("{}{last}", &self.token[..self.token.len() - 1]);
        turns::turn(self.kind, self.number, &token, "4")
    }

    fn of_another_call(&self) -> WebRequest {
        turns::turn(self.kind, self.number + 1, &self.token, "4")
    }

    fn without_token(&self) -> WebRequest {
        turns::turn(self.kind, self.number, "", "4")
    }

    /// What the platform does not send, with the signature that it would have then; over a body
    /// that is no form nobody knows one for an address.
    fn in_the_other_form(&self) -> WebRequest {
        let mut request = self.four();
        let params = turns::params(&request);
        let (content_type, body) = match request.body.starts_with(b"{") {
            true => ("application/x-www-form-urlencoded", turns::form(&params)),
            false => ("application/json", turns::json(&params)),
        };
        request.body = body.into();
        request.headers = vec![("content-type", content_type.to_owned())];
        turns::signed(self.kind, request, &params, SIGNED_AT)
    }

    fn as_plain_text(&self) -> WebRequest {
        let mut request = self.four();
        request.headers.retain(|(name, _)| *name != "content-type");
        request.headers.push(("content-type", "text/plain".to_owned()));
        with_body(request, "x")
    }

    fn too_long(&self) -> WebRequest {
        let long = "x".repeat(64 * 1024);
        match self.kind {
            Kind::Kookoo => with_body(self.four(), &format!("Long={long}")),
            _ => self.and(&[("Long", &long)]),
        }
    }

    fn by_get(&self) -> WebRequest {
        turns::get(self.kind, &self.url(), &turns::params(&self.four()))
    }

    fn by(&self, method: Method) -> WebRequest {
        WebRequest { method, ..self.by_get() }
    }
}

/// A request that comes without a body, with one.
fn with_body(request: WebRequest, body: &str) -> WebRequest {
    match request.method == Method::GET {
        true => WebRequest { method: Method::POST, body: body.to_owned().into(), ..request },
        false => request,
    }
}

fn replace(params: &mut [(String, String)], known: &str, other: &str) {
    for (_, value) in params.iter_mut().filter(|(_, value)| value == known) {
        other.clone_into(value);
    }
}

/// What an answer is, in the words of the list.
fn told(kind: Kind, answer: &WebResponse, before: &[WebResponse]) -> String {
    if answer.status != 200 {
        return answer.status.to_string();
    }
    if let Some(same) = before.iter().position(|old| old.body == answer.body)
        && turns::token(&answer.body).is_some()
    {
        return format!("={same}");
    }
    if answer.body == dialect::of(kind).write(&Document::Empty).as_bytes() {
        return "empty".to_owned();
    }
    let Some(text) = turns::token(&answer.body) else { return "goodbye".to_owned() };
    let state = token::open(&text, kind.word(), &[Key::new("s".repeat(32).as_bytes())]);
    match state.expect("our token").open_question() {
        Some(question) => format!("asks {}", question + 1),
        None => "asks something else".to_owned(),
    }
}

/// What is stored of a call, in the words of the list.
async fn stored(centre: &Centre, call: &Call) -> String {
    let store = centre.app.store();
    let known = store.by_call_ref(call.kind.word(), &call.id).await.expect("reads");
    let known = match known.as_slice() {
        [] => return "nothing".to_owned(),
        [known] => known,
        more => return format!("{} interviews", more.len()),
    };
    let mut words: Vec<String> = Vec::new();
    for answer in store.answers(known.id).await.expect("reads") {
        words.push(match answer.outcome {
            Outcome::Answered(value) => format!("{}:{value}", answer.question + 1),
            Outcome::Skipped => format!("{}:skipped", answer.question + 1),
            other => format!("{}:{other:?}", answer.question + 1),
        });
    }
    words.push(format!("in {}", store.turns(known.id).await.expect("reads").len()));
    words.join(" ")
}

/// Plays a case; gives what was heard and what was stored.
async fn play(centre: &Centre, case: &Case, kind: Kind, number: u32) -> (String, String) {
    let wire = centre.wire();
    let mut call = Call {
        kind,
        number,
        id: line(kind, number).call_id,
        token: String::new(),
        first: String::new(),
        at: T,
        sent: Vec::new(),
    };
    let start = match case.start {
        Some(start) => start(&mut call),
        None => turns::start(kind, number, "A1"),
    };
    let first = wire.send(start.clone(), Some(T)).await.expect("an answer");
    call.token = turns::token(&first.body).expect("the first question");
    call.first.clone_from(&call.token);
    call.sent.push(start);
    let (mut answers, mut heard) = (vec![first], Vec::new());
    for step in case.steps {
        let wait = match step {
            Keys(_) | Send(_) => 5000,
            After(ms, _) | Wait(ms) => *ms,
            Again(_) => 500,
            Over => 1000,
        };
        call.at += wait;
        let request = match step {
            Keys(keys) | After(_, keys) => turns::turn(kind, number, &call.token, keys),
            Send(make) => make(&call),
            Again(which) => call.sent[*which].clone(),
            Over => turns::ended(kind, number, &call.token),
            Wait(_) => continue,
        };
        let answer = wire.send(request.clone(), Some(call.at)).await.expect("an answer");
        heard.push(told(kind, &answer, &answers));
        if let Some(token) = turns::token(&answer.body) {
            call.token = token;
        }
        call.sent.push(request);
        answers.push(answer);
    }
    centre.app.site.desk.settle().await;
    (heard.join(", "), stored(centre, &call).await)
}

both! {
    async fn every_case_on_every_kind(database: Database) {
        let centre = Centre::open(&database.url).await;
        let mut faults = Vec::new();
        let mut number = 7000;
        for case in CASES {
            for kind in Kind::ALL {
                number += 10;
                let exception = EXCEPTIONS.iter().find(|e| e.case == case.name && (e.on)(kind));
                let expected = exception.map_or((case.heard, case.stored), |e| (e.heard, e.stored));
                let (heard, stored) = play(&centre, case, kind, number).await;
                if (heard.as_str(), stored.as_str()) != expected {
                    let why = exception.map(|e| format!(", since {}", e.why)).unwrap_or_default();
                    faults.push(format!(
                        "{} on {kind:?}: {heard}; {stored}\n  not {}; {}{why}",
                        case.name, expected.0, expected.1
                    ));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        centre.adds_up().await;
    }
}

/// An exception that names no case, or no kind, is a slip of the pen.
#[test]
fn every_exception_is_one() {
    for exception in EXCEPTIONS {
        let case = CASES.iter().find(|case| case.name == exception.case);
        let case = case.unwrap_or_else(|| panic!("there is no case {:?}", exception.case));
        assert!(Kind::ALL.into_iter().any(exception.on), "{}: nobody", exception.case);
        assert_ne!((case.heard, case.stored), (exception.heard, exception.stored), "{}", case.name);
    }
}
