//! A server that keeps nothing: what happens between the socket and the store, and nothing else.
//! The phone calls it to make real requests; the benches measure it, the fuzz targets bend what it
//! was asked.

use std::sync::{Arc, Mutex};

use aftercall::audio::{Library, wav};
use aftercall::dialect::{
    self, After, CallEvent, Credentials, Document, Kind, Links, Method, Open, Params, Refusal,
    Request, Trust, What,
};
use aftercall::interview::token::{self, Key};
use aftercall::interview::{
    self, Input, InterviewId, Opening, Order, State, Step, Voice, begin, step,
};
use aftercall::phone::{
    Line, Phone, Scripted, WebRequest, WebResponse, Wire, WireError, call_id, telnyx_public_key,
};
use aftercall::survey::Survey;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

/// 2026-01-20, 10:00 UTC.
pub const T: i64 = 1_768_903_200_000;
pub const PUBLIC: &str = "https://survey.example.com";
/// Signs Telnyx's requests (the first test key of RFC 8032).
const PRIVATE_KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxXtnMmkZcDrOx8MFn2A=";
/// Signs the others' requests, or starts their calls.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A provider of one kind, without a store.
pub struct Server {
    pub kind: Kind,
    pub survey: Arc<Survey>,
    pub keys: [Key; 1],
    pub who: Credentials,
    voice: Voice,
    asked: Mutex<Vec<Asked>>,
}

/// A request with the document that answered it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request: Webhook,
    pub event: CallEvent,
    pub document: String,
}

/// A webhook as it came, with its time.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub at_ms: i64,
}

impl Webhook {
    /// As the dialects read it.
    pub fn request(&self) -> Request<'_> {
        Request {
            method: self.method,
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
            peer: [203, 0, 113, 5].into(),
            now_ms: self.at_ms,
            upload: None,
        }
    }
}

impl Server {
    /// The survey of the library, asked on that kind of provider.
    pub fn new(kind: Kind) -> Self {
        let library = Library::embedded().expect("the surveys in the program");
        let survey = library.newest("post-call").expect("the survey").clone();
        let voice = Voice { survey: survey.name.as_str().into(), version: survey.version };
        let secret = || vec![KEY.into()];
        let who = Credentials {
            public_url: PUBLIC.to_owned(),
            auth_tokens: secret(),
            public_keys: vec![telnyx_public_key(PRIVATE_KEY).parse().expect("a key")],
            start_keys: secret(),
            allow_from: Vec::new(),
            client_cert_header: None,
            verify: true,
        };
        let keys = [Key::new(KEY.as_bytes())];
        Self { kind, survey, keys, who, voice, asked: Mutex::default() }
    }

    /// What the phone asks, and what it hears, in a call with these words of a script.
    pub fn call(&self, words: &str) -> Vec<Asked> {
        let mut caller = Scripted::new(words).expect("a script");
        let outcome = alone(Phone::new(self).call(&self.line(), &mut caller, |_| {}));
        assert_eq!(outcome.faults, Vec::<String>::new(), "{:?}", self.kind);
        std::mem::take(&mut *self.asked.lock().expect("not poisoned"))
    }

    /// A line to this server.
    pub fn line(&self) -> Line {
        let base = format!("{PUBLIC}/voice/{}", self.kind.word());
        let mut line = Line::new(self.kind, base, call_id(self.kind, [7; 16]));
        let telnyx = self.kind.proof() == dialect::Proof::Body;
        line.auth_token = Some(if telnyx { PRIVATE_KEY } else { KEY }.into());
        line.start_key = Some(KEY.into());
        line.from = "+37060000001".into();
        line.handover = [("agent", "1000@default"), ("queue", "sales"), ("lang", "en")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        line.start_ms = Some(T);
        line
    }

    /// A whole turn: read, verify, open, step, seal, write.
    ///
    /// # Errors
    /// In a word: why there is no document.
    pub fn answer(&self, webhook: &Webhook) -> Result<String, String> {
        let request = webhook.request();
        let params = dialect::params(&request).map_err(|fault| fault.to_string())?;
        self.verify(&request, &params).map_err(|fault| fault.to_string())?;
        let event = self.read(&request, &params);
        let (state, order) = match event.what {
            What::Notice(_) => return Ok(dialect::of(self.kind).write(&Document::Empty)),
            What::Hello(_) => {
                let next = format!("{PUBLIC}/voice/{}/start?hello=1", self.kind.word());
                let hello = Document::Hello { next, audio: None };
                return Ok(dialect::of(self.kind).write(&hello));
            }
            What::Start(_) => {
                let next = self.begin(webhook.at_ms);
                (next.state, next.order)
            }
            What::Turn(input) => {
                let next = self.step(&self.open(&event.token)?, &input, webhook.at_ms);
                (next.state, next.order)
            }
            What::Open(open) => {
                let state = self.open(&event.token)?;
                let order = interview::open(&self.survey, &state, open);
                return Ok(self.write(&state, &order, &self.seal(&state), Some(open)));
            }
        };
        Ok(self.write(&state, &order, &self.seal(&state), None))
    }

    pub fn verify(&self, request: &Request, params: &Params) -> Result<Trust, Refusal> {
        dialect::of(self.kind).verify(request, params, &self.who)
    }

    pub fn read(&self, request: &Request, params: &Params) -> CallEvent {
        dialect::of(self.kind).read(request, params)
    }

    pub fn open(&self, text: &Option<String>) -> Result<State, String> {
        let text = text.as_deref().unwrap_or_default();
        token::open(text, self.kind.word(), &self.keys).map_err(|fault| fault.to_string())
    }

    fn begin(&self, now: i64) -> Step {
        let opening = Opening {
            id: InterviewId([7; 16]),
            lang: "en".parse().ok(),
            consent: false,
            never_ask: true,
            callback: true,
            finish_key_grace_ms: 1200,
            key_wait_ms: self.kind.key_wait_ms(),
        };
        let mut next = begin(&self.survey, &opening, now);
        // What a call id hashes to is as long.
        next.state.call_mark = u64::from_be_bytes([7; 8]);
        next
    }

    pub fn step(&self, state: &State, input: &Input, now: i64) -> Step {
        step(&self.survey, state, input, now)
    }

    pub fn seal(&self, state: &State) -> String {
        token::seal(state, self.kind.word(), &self.keys[0])
    }

    pub fn write(&self, state: &State, order: &Order, token: &str, open: Option<Open>) -> String {
        let address = |path: &str| format!("{PUBLIC}/voice/{}/{path}?t={token}", self.kind.word());
        dialect::of(self.kind).write(&Document::Order {
            order,
            voice: &self.voice,
            speech: self.survey.speech,
            lang: state.lang,
            links: Links {
                turn: address("turn"),
                recording: address("recording"),
                base: PUBLIC.to_owned(),
            },
            after: After::Hangup,
            open,
        })
    }

    /// What the phone hears: that document, or half a second of silence where it asked for a sound.
    pub fn heard(&self, request: &WebRequest, document: impl FnOnce() -> String) -> WebResponse {
        let (kind, body) = if request.url.contains("/audio/") {
            ("audio/wav", wav::write(&wav::silence(500), wav::Coding::Linear))
        } else {
            (dialect::of(self.kind).content_type(), document().into_bytes())
        };
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(kind));
        headers.insert("content-length", HeaderValue::from(body.len()));
        WebResponse { status: 200, headers, body: body.into(), took_ms: 50 }
    }

    /// Answers what the phone asks, and remembers it.
    fn remember(&self, request: &WebRequest, at_ms: i64) -> String {
        let post = request.method == http::Method::POST;
        let headers = request.headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("text"))
        });
        let webhook = Webhook {
            method: if post { Method::Post } else { Method::Get },
            target: request.url.strip_prefix(PUBLIC).expect("our address").to_owned(),
            headers: headers.collect(),
            body: request.body.clone(),
            at_ms,
        };
        let document = self.answer(&webhook).expect("a phone's request is answered");
        let params = dialect::params(&webhook.request()).expect("it was read before");
        let event = self.read(&webhook.request(), &params);
        let asked = Asked { request: webhook, event, document: document.clone() };
        self.asked.lock().expect("not poisoned").push(asked);
        document
    }
}

impl Wire for &Server {
    async fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        Ok(self.heard(&request, || self.remember(&request, at_ms.unwrap_or(T))))
    }
}

/// Waits for something that happens in this thread alone.
pub fn alone<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(work)
}
