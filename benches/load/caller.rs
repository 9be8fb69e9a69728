//! A caller: requests as Twilio sends them, one after the other.
//!
//! The phone makes one call to a server without a store; every further call sends the same
//! requests under its own id, number, keys, token and signature.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aftercall::dialect::Kind;
use aftercall::phone::twilio_signature;

use crate::turn::{KEY, PUBLIC, Server};

/// The questions of a call that nobody asks for a comment.
pub const QUESTIONS: usize = 4;
/// Agents and queues that calls are handed over from.
const AGENTS: u32 = 50;
const QUEUES: u32 = 6;
/// One call in so many sends one of its answers twice.
const TWICE: u32 = 7;

/// What a platform sends, but for what differs from call to call.
pub struct Script {
    headers: String,
    start: Vec<(String, String)>,
    turn: Vec<(String, String)>,
    document_bytes: usize,
}

impl Script {
    /// What the phone sends in a call with four answers.
    pub fn record() -> Self {
        let asked = Server::new(Kind::Twilio).call("4 1 3 7");
        let form = |at: usize| {
            let asked: &crate::turn::Asked = &asked[at];
            form_urlencoded::parse(&asked.request.body).into_owned().collect::<Vec<_>>()
        };
        let mut headers = String::new();
        for (name, value) in &asked[2].request.headers {
            if name != "x-twilio-signature" {
                let value = value.to_str().expect("text");
                write!(headers, "{name}: {value}\r\n").expect("a string");
            }
        }
        let (start, turn) = (form(0), form(2));
        assert!(turn.iter().any(|(name, _)| name == "Digits"), "{turn:?}");
        Self { headers, start, turn, document_bytes: asked[2].document.len() }
    }

    /// How long the answer to a turn is.
    pub fn document_bytes(&self) -> usize {
        self.document_bytes
    }

    /// The settings of a server for these calls, in that folder.
    pub fn write_settings(&self, folder: &Path, url: &str) -> PathBuf {
        let file = folder.join("load.toml");
        let text = format!(
            r#"
listen = "127.0.0.1:0"
public_url = "{PUBLIC}"
database_url = "{url}"
media = "{media}"
spool = "{spool}"
secret = ["{secret}"]
caller_key = "{secret}"
# A shared disk that is slow for once is no outage.
limits.budget_ms = 4000
[provider.twilio]
kind = "twilio"
survey = "post-call"
country = "LT"
account_sid = "AC00000000000000000000000000000001"
auth_tokens = ["{KEY}"]
"#,
            media = folder.join("media").display(),
            spool = folder.join("spool").display(),
            secret = "s".repeat(32),
        );
        std::fs::write(&file, text).expect("written");
        file
    }

    /// Writes one request of a call, signed.
    fn write(&self, into: &mut Vec<u8>, target: &str, form: &[(String, String)]) {
        into.clear();
        let url = format!("{PUBLIC}{target}");
        let signature = twilio_signature(KEY, &url, form);
        let mut body = form_urlencoded::Serializer::new(String::with_capacity(1024));
        body.extend_pairs(form);
        let body = body.finish();
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: survey.example.com\r\n{}x-twilio-signature: {signature}\
             \r\ncontent-length: {}\r\n\r\n",
            self.headers,
            body.len()
        );
        into.extend_from_slice(head.as_bytes());
        into.extend_from_slice(body.as_bytes());
    }
}

/// One call, as far as it is.
pub struct Call {
    number: u32,
    keys: [u8; QUESTIONS],
    /// Which question is open; none before the start was answered.
    open: Option<usize>,
    token: String,
    /// The answer to the request that is sent once more.
    heard: Option<Vec<u8>>,
}

impl Call {
    /// A call that is to come.
    pub fn new(number: u32) -> Self {
        // No answer that stands out, or the caller would be asked to say why.
        let pick = |of: &[u8], by: u32| of[(number / by) as usize % of.len()];
        let keys =
            [pick(&[3, 4], 1), pick(&[1, 2], 3), pick(&[1, 2, 3, 4, 5], 5), pick(&[7, 8], 11)];
        Self { number, keys, open: None, token: String::new(), heard: None }
    }

    /// The agent that its answers count for.
    pub fn agent(&self) -> String {
        format!("A{}", self.number % AGENTS)
    }

    /// The keys that were pressed and answered.
    pub fn pressed(&self) -> &[u8] {
        &self.keys[..self.answered()]
    }

    /// How many answers it gave.
    pub fn answered(&self) -> usize {
        self.open.unwrap_or(0).min(QUESTIONS)
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.open.is_some()
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.open.is_some_and(|open| open >= QUESTIONS)
    }

    /// Whether one of its answers is sent twice.
    pub fn repeats(&self) -> bool {
        self.number.is_multiple_of(TWICE)
    }

    /// Writes its next request.
    pub fn next(&self, script: &Script, into: &mut Vec<u8>) {
        let of_call = |name: &str| match name {
            "CallSid" => Some(format!("CA{:032x}", self.number)),
            "From" | "Caller" => Some(format!("+3706{:07}", self.number)),
            "Digits" => self.open.map(|open| self.keys[open].to_string()),
            _ => None,
        };
        let form = |form: &[(String, String)]| -> Vec<(String, String)> {
            let own = |(name, value): &(String, String)| {
                (name.clone(), of_call(name).unwrap_or_else(|| value.clone()))
            };
            form.iter().map(own).collect()
        };
        match self.open {
            None => {
                let queue = self.number % QUEUES;
                let target = format!(
                    "/voice/twilio/start?agent={}&queue=queue{queue}&lang=en",
                    self.agent()
                );
                script.write(into, &target, &form(&script.start));
            }
            Some(_) => {
                let target = format!("/voice/twilio/turn?t={}", self.token);
                script.write(into, &target, &form(&script.turn));
            }
        }
    }

    /// Takes the answer; says whether the same request is to be sent once more.
    pub fn take(&mut self, status: u16, document: &[u8]) -> bool {
        assert_eq!(status, 200, "call {} at {:?}", self.number, self.open);
        if let Some(first) = self.heard.take() {
            assert!(first == document, "call {}: a repeat heard something else", self.number);
        } else if self.repeats() && self.open == Some(1) {
            self.heard = Some(document.to_vec());
            return true;
        }
        let open = self.open.map_or(0, |open| open + 1);
        if open < QUESTIONS {
            let text = std::str::from_utf8(document).expect("text");
            let token = text.split_once("/turn?t=").map(|(_, rest)| rest);
            let end = |rest: &str| rest.find(['"', '&', '<']);
            let token = token.and_then(|rest| rest.get(..end(rest)?));
            let Some(token) = token else {
                panic!("call {} at {:?} goes nowhere: {text}", self.number, self.open)
            };
            self.token.clear();
            self.token.push_str(token);
        }
        self.open = Some(open);
        false
    }
}
