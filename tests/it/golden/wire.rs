//! What a provider sends, built from a step and from the documents that it got before.
//!
//! No interpreter of documents (that is the phone): it finds the address for keys, silence or a
//! recording, and fills in what the provider would send there.

use http::{Request, header};

use super::case::{Input, Marks, Proof, Send};
use super::document::{Tag, tags};
use crate::harness::plivo::sign_plivo;
use crate::harness::twilio::sign_twilio;

/// The kinds of provider that transcripts are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Twilio TwiML.
    Twilio,
    /// FreeSWITCH mod_httapi.
    Freeswitch,
    /// Plivo XML.
    Plivo,
}

/// One provider and how the server knows it.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its kind.
    pub dialect: Dialect,
    /// The name of its section in the settings.
    pub name: String,
    /// The public address, without trailing slash.
    pub base: String,
    /// The key that signs (Twilio, Plivo) or the start key (FreeSWITCH).
    pub key: String,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Sent {
    method: String,
    /// Path and query behind the public address.
    target: String,
    /// Query of a GET, form of a POST.
    params: Vec<(String, String)>,
    /// An uploaded recording: field name and seconds.
    file: Option<(String, u32)>,
    /// The call it belongs to.
    line: Line,
    /// Another content type than the dialect's.
    kind: Option<String>,
    proof: Proof,
}

/// One call, as far as it comes with every request.
#[derive(Clone, Debug)]
struct Line {
    /// Its number in the transcript; 0 has no id.
    call: u32,
    caller: String,
    outbound: bool,
    /// What FreeSWITCH's dialplan gave its httapi application.
    names: Vec<(String, String)>,
}

impl Default for Line {
    fn default() -> Self {
        Self { call: 1, caller: CALLER.into(), outbound: false, names: Vec::new() }
    }
}

impl Line {
    fn marked(&self, marks: &Marks) -> Self {
        Self {
            call: marks.call.unwrap_or(self.call),
            caller: marks.caller.clone().unwrap_or_else(|| self.caller.clone()),
            outbound: self.outbound || marks.outbound,
            names: self.names.clone(),
        }
    }
}

/// A request and what it was answered.
pub struct Exchange {
    /// The request.
    pub sent: Sent,
    /// The answer's status and content type.
    pub head: String,
    /// The answer's body.
    pub body: Vec<u8>,
}

/// Bytes of a second of telephone sound: 8000 samples of 16 bits.
const SECOND: usize = 16_000;
const BOUNDARY: &str = "------------------------golden";
/// Who is surveyed, and the centre's number, in every transcript that says nothing else.
const CALLER: &str = "+37060012345";
pub const CENTRE: &str = "+37052001122";

impl Provider {
    /// The request of a step.
    ///
    /// # Errors
    /// When no answer so far has what the step needs.
    pub fn request(&self, send: &Send, marks: &Marks, before: &[Exchange]) -> Result<Sent, String> {
        let nth = |number: usize| {
            let found = number.checked_sub(1).and_then(|place| before.get(place));
            found.ok_or(format!("there is no answer {number} above"))
        };
        let answer = || match marks.from {
            Some(number) => nth(number),
            None => before.last().ok_or("there is no answer above".to_owned()),
        };
        let mut sent = match send {
            Send::Start(names) => self.start(names, marks),
            Send::Turn(input) => self.turn(input, answer()?, marks)?,
            Send::Hangup(recorded) => self.hangup(*recorded, answer()?, marks)?,
            Send::Recorded(seconds) => self.recorded(*seconds, before, marks)?,
            Send::Repeat(number) => nth(*number)?.sent.clone(),
            Send::Raw { method, path, params } => Sent {
                method: method.clone(),
                target: path.clone(),
                params: params.clone(),
                ..self.sent(Line::default())
            },
        };
        if let Some(method) = &marks.method {
            sent.method.clone_from(method);
        }
        sent.proof = marks.proof;
        sent.kind.clone_from(&marks.kind);
        if let Some(word) = &marks.path {
            let query = sent.target.split_once('?').map(|(_, query)| format!("?{query}"));
            sent.target = format!("/voice/{}/{word}{}", self.name, query.unwrap_or_default());
        }
        if let Some(token) = &marks.token {
            sent.target = with_token(&sent.target, token);
        }
        sent.params.retain(|(name, _)| !marks.remove.contains(name));
        for (name, value) in &marks.add {
            match sent.params.iter_mut().find(|(known, _)| known == name) {
                Some(param) => param.1.clone_from(value),
                None => sent.params.push((name.clone(), value.clone())),
            }
        }
        if marks.pad > 0 {
            sent.params.push(("pad".into(), "x".repeat(marks.pad)));
        }
        Ok(sent)
    }

    /// A POST of that call with nothing in it.
    fn sent(&self, line: Line) -> Sent {
        let (target, params) = (String::new(), Vec::new());
        let (method, proof) = ("POST".into(), Proof::Right);
        Sent { method, target, params, file: None, line, kind: None, proof }
    }

    fn start(&self, names: &[(String, String)], marks: &Marks) -> Sent {
        let mut line = Line::default().marked(marks);
        let mut target = format!("/voice/{}/start", self.name);
        match self.dialect {
            Dialect::Twilio | Dialect::Plivo => target = with_query(&target, names),
            // FreeSWITCH is given them as parameters of its httapi application, and sends them
            // with every request.
            Dialect::Freeswitch => line.names = names.to_vec(),
        }
        Sent { target, params: self.facts(&line, "in-progress"), ..self.sent(line) }
    }

    fn turn(&self, input: &Input, exchange: &Exchange, marks: &Marks) -> Result<Sent, String> {
        let line = exchange.sent.line.marked(marks);
        let (address, answer, file) = match self.dialect {
            Dialect::Twilio => twilio_turn(input, &tags(&exchange.body)?)?,
            Dialect::Plivo => plivo_turn(input, &tags(&exchange.body)?)?,
            Dialect::Freeswitch => self.freeswitch_turn(input, exchange)?,
        };
        let mut params = self.facts(&line, "in-progress");
        params.extend(answer);
        Ok(Sent { target: self.behind(&address)?, params, file, ..self.sent(line) })
    }

    fn freeswitch_turn(&self, input: &Input, exchange: &Exchange) -> Result<Answered, String> {
        let tags = tags(&exchange.body)?;
        let waiting = waiting(&tags).ok_or("the document waits for nothing")?;
        let attribute = |name: &str| waiting.attributes.get(name).cloned();
        // Without an action the same address is asked again.
        let own = attribute("action").unwrap_or(format!("{}{}", self.base, exchange.sent.target));
        let bound = |keys: &str| {
            let bind = tags.iter().find(|tag| tag.name == "bind" && tag.text == keys);
            let bind = bind.ok_or(format!("no <bind> of the document is `{keys}`"))?;
            Ok::<_, String>(bind.attributes.get("action").cloned().unwrap_or_else(|| own.clone()))
        };
        let file = |seconds: u32| (attribute("name").unwrap_or("attached_file".into()), seconds);
        Ok(match input {
            Input::Keys(keys) => {
                let name = attribute("name").unwrap_or("dialed_digits".into());
                let answer = [(name, keys.clone()), ("input_type".into(), "dtmf".into())];
                (bound(keys)?, answer.into(), None)
            }
            Input::Silence => (own, Vec::new(), None),
            // A key over the beep: nothing is recorded, so nothing is uploaded.
            Input::Recording(0, Some(key)) => (bound(&key.to_string())?, Vec::new(), None),
            Input::Recording(seconds, Some(key)) => {
                (bound(&key.to_string())?, Vec::new(), Some(file(*seconds)))
            }
            Input::Recording(seconds, None) => (own, Vec::new(), Some(file(*seconds))),
        })
    }

    fn hangup(
        &self,
        recorded: Option<u32>,
        exchange: &Exchange,
        marks: &Marks,
    ) -> Result<Sent, String> {
        let line = exchange.sent.line.marked(marks);
        let mut params = self.facts(&line, "completed");
        let tags = tags(&exchange.body).unwrap_or_default();
        let (target, file) = match (self.dialect, recorded) {
            (Dialect::Twilio, None) | (Dialect::Plivo, None | Some(0)) => {
                (format!("/voice/{}/status", self.name), None)
            }
            // What is promised is the callback.
            (Dialect::Plivo, Some(seconds)) => {
                params.extend(plivo_recording(u64::from(seconds) * 1000));
                let record = tags.iter().find(|tag| tag.name == "Record");
                let told = record.and_then(|tag| tag.attributes.get("callbackUrl"));
                (self.behind(told.ok_or("the document records nothing")?)?, None)
            }
            // The recording ends with the call, and its action is still asked.
            (Dialect::Twilio, Some(seconds)) => {
                params.extend(recording(seconds));
                params.push(("Digits".into(), "hangup".into()));
                let record = tags.iter().find(|tag| tag.name == "Record");
                let action = record.and_then(|tag| tag.attributes.get("action"));
                (self.behind(action.ok_or("the document records nothing")?)?, None)
            }
            (Dialect::Freeswitch, _) => {
                params.push(("exiting".into(), "true".into()));
                // A tag's action is the address from when the tag is played.
                let waiting = waiting(&tags);
                let attribute =
                    |name: &str| waiting.and_then(|tag| tag.attributes.get(name)).cloned();
                let target = match attribute("action") {
                    Some(action) => self.behind(&action)?,
                    None => exchange.sent.target.clone(),
                };
                let field = attribute("name").unwrap_or("attached_file".into());
                (target, recorded.map(|seconds| (field, seconds)))
            }
        };
        Ok(Sent { target, params, file, ..self.sent(line) })
    }

    fn recorded(&self, seconds: u32, before: &[Exchange], marks: &Marks) -> Result<Sent, String> {
        let asked = before.iter().rev().find_map(|exchange| {
            let tags = tags(&exchange.body).ok()?;
            let names = ["recordingStatusCallback", "callbackUrl"];
            let asked = tags
                .iter()
                .find_map(|tag| names.into_iter().find_map(|name| tag.attributes.get(name)));
            Some((exchange, asked?.clone()))
        });
        let (exchange, address) =
            asked.ok_or("no document above asks to be told of a recording")?;
        let line = exchange.sent.line.marked(marks);
        let mut params = self.facts(&line, "in-progress");
        if self.dialect == Dialect::Plivo {
            params.extend(plivo_recording(u64::from(seconds) * 1000 + QUIET_MS));
        } else {
            params.extend(recording(seconds));
            params.push(("RecordingStatus".into(), "completed".into()));
            params.push(("RecordingSource".into(), "RecordVerb".into()));
        }
        Ok(Sent { target: self.behind(&address)?, params, ..self.sent(line) })
    }

    /// What comes with every request of the call.
    fn facts(&self, line: &Line, status: &str) -> Vec<(String, String)> {
        let (from, to) = match line.outbound {
            true => (CENTRE, line.caller.as_str()),
            false => (line.caller.as_str(), CENTRE),
        };
        let direction = if line.outbound { "outbound" } else { "inbound" };
        let call = line.call;
        let owned = |names: &[(&str, &str)]| -> Vec<(String, String)> {
            names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        match self.dialect {
            Dialect::Twilio => {
                let direction = if line.outbound { "outbound-api" } else { direction };
                let mut facts = owned(&[
                    ("AccountSid", "AC00000000000000000000000000000001"),
                    ("From", from),
                    ("To", to),
                    ("CallStatus", status),
                    ("Direction", direction),
                    ("ApiVersion", "2010-04-01"),
                ]);
                if call > 0 {
                    facts.push(("CallSid".into(), format!("CA{call:032}")));
                }
                facts
            }
            Dialect::Plivo => {
                let plain = |number: &str| number.trim_start_matches('+').to_owned();
                let (from, to) = (plain(from), plain(to));
                let mut facts = owned(&[
                    ("From", from.as_str()),
                    ("To", to.as_str()),
                    ("CallStatus", status),
                    ("Direction", direction),
                    ("ParentAuthID", "MA000000000000000001"),
                ]);
                if call > 0 {
                    facts.push(("CallUUID".into(), format!("00000000-0000-4000-8000-{call:012}")));
                }
                facts
            }
            Dialect::Freeswitch => {
                let mut facts = owned(&[
                    ("hostname", "switch"),
                    ("httapi_profile", "default"),
                    ("method", "POST"),
                    ("Caller-Direction", direction),
                    ("Caller-Caller-ID-Number", from),
                    ("Caller-Destination-Number", to),
                ]);
                if call > 0 {
                    let id = format!("00000000-0000-4000-8000-{call:012}");
                    facts.push(("session_id".into(), id.clone()));
                    facts.push(("Caller-Unique-ID".into(), id));
                }
                facts.extend(line.names.iter().cloned());
                facts
            }
        }
    }

    /// Path and query of an address of ours.
    fn behind(&self, address: &str) -> Result<String, String> {
        let rest = address.strip_prefix(&self.base).filter(|rest| rest.starts_with('/'));
        rest.map(str::to_owned).ok_or(format!("`{address}` is no address of {}", self.base))
    }

    /// The request as it goes out, signed as its proof says.
    ///
    /// # Errors
    /// When the dialect has no such proof, or the step makes no request that HTTP allows.
    pub fn sign(&self, sent: &Sent) -> Result<Request<Vec<u8>>, String> {
        let mut params = sent.params.clone();
        let key = match (sent.proof, self.dialect) {
            (Proof::Right, _) | (Proof::Elsewhere, Dialect::Twilio | Dialect::Plivo) => {
                Some(self.key.as_str())
            }
            (Proof::Elsewhere, Dialect::Freeswitch) => {
                return Err("FreeSWITCH signs nothing, so there is no other address".into());
            }
            (Proof::Forged, _) => Some("wrong"),
            (Proof::Unsigned, _) => None,
        };
        if let (Dialect::Freeswitch, Some(key)) = (self.dialect, key) {
            params.push(("k".into(), key.to_owned()));
        }
        let post = sent.method == "POST";
        let target = if post { sent.target.clone() } else { with_query(&sent.target, &params) };
        let host = self.base.split("://").nth(1).unwrap_or(&self.base);
        let mut request = Request::builder()
            .method(sent.method.as_str())
            .uri(&target)
            .header(header::HOST, host.split('/').next().unwrap_or(host));
        let form = if post { params } else { Vec::new() };
        let signed = match sent.proof {
            Proof::Elsewhere => format!("{}/elsewhere", self.base),
            _ => format!("{}{target}", self.base),
        };
        match (self.dialect, key) {
            (Dialect::Twilio, Some(key)) => {
                request = request.header("X-Twilio-Signature", sign_twilio(key, &signed, &form));
            }
            (Dialect::Plivo, Some(key)) => {
                let signature = sign_plivo(key, &signed, &form, NONCE);
                request = request
                    .header("X-Plivo-Signature-V3", signature)
                    .header("X-Plivo-Signature-V3-Nonce", NONCE);
            }
            _ => {}
        }
        let (kind, body) = match &sent.file {
            _ if !post => return request.body(Vec::new()).map_err(|error| error.to_string()),
            Some((field, seconds)) => multipart(&form, field, *seconds),
            None => (
                "application/x-www-form-urlencoded; charset=UTF-8".to_owned(),
                encode(&form).into_bytes(),
            ),
        };
        request
            .header(header::CONTENT_TYPE, sent.kind.clone().unwrap_or(kind))
            .header(header::CONTENT_LENGTH, body.len())
            .body(body)
            .map_err(|error| error.to_string())
    }
}

/// Where an answer goes, what comes with it, and the file with its field.
type Answered = (String, Vec<(String, String)>, Option<(String, u32)>);

fn twilio_turn(input: &Input, tags: &[Tag]) -> Result<Answered, String> {
    let action = |name: &str| {
        let tag = tags.iter().find(|tag| tag.name == name);
        tag.and_then(|tag| tag.attributes.get("action")).cloned()
    };
    let mut answer = Vec::new();
    let address = match input {
        Input::Keys(keys) => {
            answer.push(("Digits".into(), keys.clone()));
            action("Gather")
        }
        // With an action that is asked on silence too, what stands behind is not reached.
        Input::Silence => match tags.iter().find(|tag| tag.name == "Gather") {
            Some(gather) if gather.attributes.contains_key("actionOnEmptyResult") => {
                answer.push(("Digits".into(), String::new()));
                gather.attributes.get("action").cloned()
            }
            _ => tags.iter().find(|tag| tag.name == "Redirect").map(|tag| tag.text.clone()),
        },
        Input::Recording(seconds, key) => {
            answer.extend(recording(*seconds));
            answer.extend(key.map(|key| ("Digits".into(), key.to_string())));
            action("Record")
        }
    };
    Ok((address.ok_or("the document says no address for that")?, answer, None))
}

/// The silence that ends a recording is part of it.
const QUIET_MS: u64 = 3000;
/// Signed with every request of Plivo; here always the same.
const NONCE: &str = "31627761595286130198";

fn plivo_turn(input: &Input, tags: &[Tag]) -> Result<Answered, String> {
    let action = |names: &[&str]| {
        let tag = tags.iter().find(|tag| names.contains(&tag.name.as_str()));
        tag.and_then(|tag| tag.attributes.get("action")).cloned()
    };
    let mut answer = Vec::new();
    let address = match input {
        Input::Keys(keys) => {
            answer.push(("InputType".into(), "dtmf".into()));
            answer.push(("Digits".into(), keys.clone()));
            action(&["GetInput", "GetDigits"])
        }
        // No action is requested: what stands behind is next.
        Input::Silence => {
            tags.iter().find(|tag| tag.name == "Redirect").map(|tag| tag.text.clone())
        }
        Input::Recording(seconds, key) => {
            let spoken = u64::from(*seconds) * 1000;
            answer.extend(plivo_recording(spoken + if key.is_some() { 0 } else { QUIET_MS }));
            answer.push(("Digits".into(), key.map(String::from).unwrap_or_default()));
            action(&["Record"])
        }
    };
    Ok((address.ok_or("the document says no address for that")?, answer, None))
}

fn plivo_recording(millis: u64) -> Vec<(String, String)> {
    let id = "00000000-0000-4000-9000-000000000001";
    let url = format!("https://media.plivo.com/Account/MA000000000000000001/Recording/{id}.wav");
    vec![
        ("RecordUrl".into(), url),
        ("RecordingID".into(), id.into()),
        ("RecordingDuration".into(), (millis / 1000).to_string()),
        ("RecordingDurationMs".into(), millis.to_string()),
    ]
}

/// The tag that waits for the caller: what is heard last.
fn waiting(tags: &[Tag]) -> Option<&Tag> {
    tags.iter().rfind(|tag| ["playback", "pause", "record"].contains(&tag.name.as_str()))
}

/// The address with another `t`; without one if it is empty.
fn with_token(target: &str, token: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let kept = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("t="));
    let new = (!token.is_empty()).then(|| format!("t={token}"));
    let query: Vec<String> = new.into_iter().chain(kept.map(str::to_owned)).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn encode(params: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

fn with_query(target: &str, params: &[(String, String)]) -> String {
    match params {
        [] => target.to_owned(),
        _ if target.contains('?') => format!("{target}&{}", encode(params)),
        _ => format!("{target}?{}", encode(params)),
    }
}

fn recording(seconds: u32) -> Vec<(String, String)> {
    let sid = "RE00000000000000000000000000000001";
    vec![
        ("RecordingSid".into(), sid.into()),
        ("RecordingUrl".into(), format!("https://api.twilio.com/Recordings/{sid}")),
        ("RecordingDuration".into(), seconds.to_string()),
    ]
}

/// A form with a file, as curl writes it.
fn multipart(form: &[(String, String)], field: &str, seconds: u32) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in form {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"comment.wav\"\r\n\
         Content-Type: audio/wav\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(wav(seconds));
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// Silence of that length: 8 kHz, 16 bits, one channel.
fn wav(seconds: u32) -> Vec<u8> {
    let length = seconds as usize * SECOND;
    let mut bytes = Vec::with_capacity(44 + length);
    let four = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(b"RIFF");
    bytes.extend(four(36 + length));
    bytes.extend(b"WAVEfmt ");
    bytes.extend(four(16));
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(four(8000));
    bytes.extend(four(SECOND));
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(four(length));
    bytes.resize(44 + length, 0);
    bytes
}
