//! What every platform does on a call: asks the server, plays, listens, records, and keeps count
//! of the time.

use bytes::Bytes;
use http::Method;
use std::collections::VecDeque;

use super::caller::{Act, Asked, Caller};
use super::wire::{self, WebRequest, WebResponse, Wire};
use super::{After, EndedBy, Event, Gap, Line, Outcome, Phone, Recorded, What};
use super::{sound, twiml};

/// A document that leads nowhere new is not followed for ever.
pub(super) const MOST_DOCUMENTS: usize = 300;
/// Redirects of HTTP that are followed for one request.
const MOST_REDIRECTS: usize = 10;
/// A voice takes about this long for a character, and never less than the second figure.
const SAY_MS: (i64, i64) = (60, 500);
/// A recording that nothing ends is ended by the phone.
const LONGEST_MS: i64 = 24 * 3_600_000;
/// How long such a beep is.
pub(super) const BEEP_MS: i64 = 500;

/// What a stretch of time was for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Heard,
    Thinking,
    Dead,
}

/// One call under way.
pub(super) struct Call<'a, W, C, S> {
    phone: &'a Phone<W>,
    pub(super) line: &'a Line,
    pub(super) caller: &'a mut C,
    sink: S,
    /// Keys pressed while nothing listened; the next listener gets them.
    pub(super) typed: VecDeque<char>,
    /// The caller is speaking, whether or not it is recorded.
    speaking: bool,
    counted_ms: i64,
    heard_ms: i64,
    thinking_ms: i64,
    dead_ms: i64,
    first_word_ms: Option<i64>,
    gap: Option<Gap>,
    gaps: Vec<Gap>,
    /// What the next dead air comes after.
    pub(super) after: After,
    pub(super) documents: usize,
    /// The server refused the start.
    pub(super) refused: bool,
    /// Requests run beside the call: they take none of its time.
    pub(super) off_clock: bool,
    faults: Vec<String>,
    pub(super) recordings: Vec<Recorded>,
}

/// A request of the platform for its next instructions.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    /// Parameters worth showing.
    pub(super) shown: Vec<(String, String)>,
    /// What is added to the query unseen: a start key.
    pub(super) secret: Vec<(String, String)>,
}

/// A file that a form brings.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) field: String,
    pub(super) name: String,
    /// Its content type.
    pub(super) kind: &'static str,
    pub(super) content: Bytes,
}

/// A piece of sound whose length is known.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) millis: i64,
    /// Silence that is played as a file or a pause is not heard.
    pub(super) audible: bool,
    pub(super) what: What,
}

/// How listening for a while ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listened {
    Time,
    Key(char),
    HungUp,
}

/// How a recording went.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// From the first sound to the last; 0 if nothing was said.
    pub(super) spoken_ms: i64,
    /// From the beep to the end.
    pub(super) whole_ms: i64,
    pub(super) key: Option<char>,
    pub(super) hung_up: bool,
}

impl<'a, W: Wire, C: Caller, S: FnMut(Event) + Send> Call<'a, W, C, S> {
    pub(super) fn new(phone: &'a Phone<W>, line: &'a Line, caller: &'a mut C, sink: S) -> Self {
        Self {
            phone,
            line,
            counted_ms: caller.now_ms(),
            caller,
            sink,
            typed: VecDeque::new(),
            speaking: false,
            heard_ms: 0,
            thinking_ms: 0,
            dead_ms: 0,
            first_word_ms: None,
            gap: None,
            gaps: Vec::new(),
            after: After::Start,
            documents: 0,
            refused: false,
            off_clock: false,
            faults: Vec::new(),
            recordings: Vec::new(),
        }
    }

    pub(super) fn outcome(mut self, ended_by: EndedBy) -> Outcome {
        self.end_gap();
        Outcome {
            heard_ms: self.heard_ms,
            thinking_ms: self.thinking_ms,
            dead_ms: self.dead_ms,
            total_ms: self.heard_ms + self.thinking_ms + self.dead_ms,
            first_word_ms: self.first_word_ms,
            gaps: self.gaps,
            documents: self.documents,
            refused: self.refused,
            ended_by,
            faults: self.faults,
            recordings: self.recordings,
        }
    }

    pub(super) fn tell(&mut self, what: What) {
        let at_ms = self.caller.now_ms();
        (self.sink)(Event { at_ms, what });
    }

    pub(super) fn fault(&mut self, message: impl Into<String>) {
        let message = message.into();
        self.faults.push(message.clone());
        self.tell(What::Fault { message });
    }

    /// The moment in UTC milliseconds.
    pub(super) fn utc_ms(&self) -> i64 {
        match self.line.start_ms {
            Some(start) => start + self.caller.now_ms(),
            None => crate::clock::now_ms(),
        }
    }

    /// Counts the time since the last count as `part`.
    pub(super) fn count(&mut self, part: Part) {
        let now = self.caller.now_ms();
        let millis = now - self.counted_ms;
        let from = std::mem::replace(&mut self.counted_ms, now);
        if millis <= 0 {
            return;
        }
        match part {
            Part::Heard => self.heard_ms += millis,
            Part::Thinking => self.thinking_ms += millis,
            Part::Dead => {
                self.dead_ms += millis;
                let fresh = Gap { at_ms: from, millis: 0, after: self.after };
                let gap = self.gap.get_or_insert(fresh);
                gap.millis += millis;
                // A key that was pressed before it was asked for may wait for a second one.
                if self.after == (After::Keys { two: true }) {
                    gap.after = self.after;
                }
                return;
            }
        }
        self.end_gap();
    }

    fn end_gap(&mut self) {
        self.gaps.extend(self.gap.take());
    }

    /// Sends a request and follows redirects of HTTP: with POST turned to GET by most, with an
    /// emptied POST on FreeSWITCH (`keep_post`). `sign` makes the headers for each address.
    pub(super) async fn ask(
        &mut self,
        mut ask: Ask,
        keep_post: bool,
        sign: impl Fn(&Ask) -> Vec<(&'static str, String)> + Send,
    ) -> Result<(String, WebResponse), String> {
        for _ in 0..=MOST_REDIRECTS {
            let method = ask.method.to_string();
            self.tell(What::Request { method, url: ask.url.clone(), params: ask.shown.clone() });
            let mut headers = ask.headers.clone();
            headers.extend(sign(&ask));
            let request = WebRequest {
                method: ask.method.clone(),
                url: with_query(&ask.url, &ask.secret),
                headers,
                body: ask.body.clone(),
            };
            let at_ms = self.line.start_ms.map(|_| self.utc_ms());
            let answer = self.phone.wire.send(request, at_ms).await;
            let answer = answer.map_err(|e| e.to_string())?;
            if !self.off_clock {
                self.caller.spent(answer.took_ms);
            }
            self.refused |= answer.status == 403 && self.documents == 0;
            if !wire::is_redirect(answer.status) {
                return Ok((ask.url, answer));
            }
            ask.url = wire::resolve(&ask.url, answer.header("location"))?;
            ask.body = Bytes::new();
            ask.secret.clear();
            if !keep_post && !matches!(answer.status, 307 | 308) {
                ask.method = Method::GET;
            }
        }
        Err(format!("{} redirects lead to no document", MOST_REDIRECTS + 1))
    }

    /// Asks for the document of a platform that takes nothing but status 200, and tells of it.
    pub(super) async fn fetch(&mut self, ask: Ask) -> Result<Bytes, String> {
        let (url, answer) = self.ask(ask, false, |_| Vec::new()).await?;
        if answer.status != 200 {
            return Err(format!("{url} is answered with {}", answer.status));
        }
        let xml = String::from_utf8_lossy(&answer.body).into_owned();
        self.tell(What::Document { xml, took_ms: answer.took_ms });
        Ok(answer.body)
    }

    /// A sound file as a piece; `head_first` as FreeSWITCH does. A file that cannot be had is a
    /// fault and gives nothing.
    pub(super) async fn file(&mut self, url: &str, head_first: bool) -> Option<Piece> {
        let millis = match self.phone.known_sound(url) {
            Some(millis) => millis,
            None => match self.fetch_sound(url, head_first).await {
                Ok(millis) => millis,
                Err(why) => {
                    self.fault(why);
                    return None;
                }
            },
        };
        let name = url.split(['?', '#']).next().unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        let audible = !name.split('+').all(|part| part.starts_with("silence"));
        let words = (self.phone.words)(url);
        let what = What::Play { url: url.to_owned(), name, words, millis };
        Some(Piece { millis, audible, what })
    }

    async fn fetch_sound(&mut self, url: &str, head_first: bool) -> Result<i64, String> {
        let agent = if head_first { "mod_httapi/1.0" } else { "TwilioProxy/1.1" };
        let at_ms = self.line.start_ms.map(|_| self.utc_ms());
        let request = |method| WebRequest {
            method,
            url: url.to_owned(),
            headers: vec![("user-agent", agent.to_owned())],
            body: Bytes::new(),
        };
        let mut head_length = None;
        if head_first {
            let head = self.phone.wire.send(request(Method::HEAD), at_ms).await;
            let head = head.map_err(|e| e.to_string())?;
            if head.status != 200 {
                return Err(format!("HEAD {url} is answered with {}", head.status));
            }
            head_length = head.header("content-length").parse::<usize>().ok();
        }
        let sound = self.phone.wire.send(request(Method::GET), at_ms).await;
        let sound = sound.map_err(|e| e.to_string())?;
        if sound.status != 200 {
            return Err(format!("GET {url} is answered with {}", sound.status));
        }
        let kind = sound.header("content-type").split(';').next().unwrap_or_default().trim();
        if !AUDIO.contains(&kind) {
            return Err(format!("{url} is no sound that a platform plays: \"{kind}\""));
        }
        if head_length.is_some_and(|length| length != sound.body.len()) {
            return Err(format!("HEAD and GET of {url} disagree about its length"));
        }
        let millis = match sound::wav_millis(&sound.body) {
            Some(millis) => millis,
            None if kind == "audio/mpeg" => i64::try_from(sound.body.len()).unwrap_or(0) / 4,
            None => return Err(format!("{url} is no readable sound file")),
        };
        self.phone.keep_sound(url, millis);
        Ok(millis)
    }

    /// Speech of the platform's own voice as a piece.
    pub(super) fn say(text: &str, lang: &str, voice: &str) -> Piece {
        let (each, least) = SAY_MS;
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX / each);
        let millis = (length * each).max(least);
        let (text, lang, voice) = (text.to_owned(), lang.to_owned(), voice.to_owned());
        Piece { millis, audible: true, what: What::Say { text, lang, voice, millis } }
    }

    pub(super) fn pause(millis: i64) -> Piece {
        Piece { millis, audible: false, what: What::Pause { millis } }
    }

    /// Notes that the caller begins to hear something.
    pub(super) fn begin(&mut self, piece: &Piece) {
        if piece.audible && self.first_word_ms.is_none() {
            self.first_word_ms = Some(self.caller.now_ms());
        }
        self.tell(piece.what.clone());
    }

    /// Plays a piece to which nobody listens with keys; they are kept for the next listener.
    /// `false`: the caller hung up.
    pub(super) async fn play(&mut self, piece: &Piece) -> bool {
        self.begin(piece);
        let part = if piece.audible { Part::Heard } else { Part::Dead };
        let until = self.caller.now_ms() + piece.millis;
        if piece.audible {
            self.after = After::Sound;
        }
        loop {
            match self.caller.wait(until).await {
                None => {
                    self.count(part);
                    return true;
                }
                Some(Act::HangsUp) => {
                    self.count(part);
                    self.tell(What::Cut);
                    return false;
                }
                Some(Act::Key(key)) => {
                    self.count(part);
                    self.tell(What::Key { key });
                    self.typed.push_back(key);
                }
                Some(act @ (Act::Speaks | Act::Pauses)) => {
                    self.count(part);
                    self.speaking = act == Act::Speaks;
                }
            }
        }
    }

    /// Listens for one key until a moment. The time counts as `part`; when a further key is
    /// awaited (`further`), it counts as thinking if one comes and as dead air if none does.
    pub(super) async fn listen(&mut self, until: i64, part: Part, further: bool) -> Listened {
        if let Some(key) = self.typed.pop_front() {
            return Listened::Key(key);
        }
        loop {
            let act = self.caller.wait(until).await;
            match act {
                None => {
                    self.count(if further { Part::Dead } else { part });
                    return Listened::Time;
                }
                Some(Act::HangsUp) => {
                    self.count(part);
                    return Listened::HungUp;
                }
                Some(Act::Key(key)) => {
                    self.count(if further { Part::Thinking } else { part });
                    self.tell(What::Key { key });
                    return Listened::Key(key);
                }
                Some(act @ (Act::Speaks | Act::Pauses)) => self.speaking = act == Act::Speaks,
            }
        }
    }

    /// Records until silence, a key that `ends` it, the longest time (0: none), or hang-up.
    /// Silence before the first word is time to think; after the last word it is dead air.
    /// `first_ms` is the silence before the first word, `silence_ms` behind the last one; 0 never
    /// ends it.
    pub(super) async fn record(
        &mut self,
        first_ms: i64,
        silence_ms: i64,
        longest_ms: i64,
        ends: impl Fn(char) -> bool + Send,
    ) -> Taken {
        self.tell(What::Recording { limit_ms: longest_ms });
        let begun = self.caller.now_ms();
        let longest = if longest_ms == 0 { i64::MAX } else { begun.saturating_add(longest_ms) };
        let mut first_sound = self.speaking.then_some(begun);
        let mut last_sound = begun;
        let (mut key, mut hung_up) = (None, false);
        while let Some(early) = self.typed.pop_front() {
            if ends(early) {
                key = Some(early);
                break;
            }
        }
        while key.is_none() && !hung_up {
            let patience = if first_sound.is_none() { first_ms } else { silence_ms };
            let quiet = match self.speaking || patience == 0 {
                true => i64::MAX,
                false => last_sound + patience,
            };
            let deadline = longest.min(quiet).min(begun + LONGEST_MS);
            let act = self.caller.wait(deadline).await;
            let asked = self.speaking || first_sound.is_none();
            self.count(if asked { Part::Thinking } else { Part::Dead });
            // From here on, silence is what the recording waits for.
            self.after = After::Recording;
            match act {
                None => break,
                Some(Act::Speaks) => {
                    self.speaking = true;
                    first_sound.get_or_insert(self.caller.now_ms());
                }
                Some(Act::Pauses) => {
                    self.speaking = false;
                    last_sound = self.caller.now_ms();
                }
                Some(Act::HangsUp) => hung_up = true,
                Some(Act::Key(pressed)) => {
                    self.tell(What::Key { key: pressed });
                    key = Some(pressed).filter(|pressed| ends(*pressed));
                }
            }
        }
        let now = self.caller.now_ms();
        if self.speaking {
            last_sound = now;
        }
        self.after = After::Recording;
        let spoken_ms = first_sound.map_or(0, |first| last_sound - first);
        Taken { spoken_ms, whole_ms: now - begun, key, hung_up }
    }

    /// Keeps a recording of that length and tells of it.
    pub(super) fn keep(&mut self, id: String, url: Option<String>, taken: &Taken, millis: i64) {
        self.tell(What::Recorded { millis, key: taken.key });
        let wav = Bytes::from(sound::tone(millis));
        if url.is_some() {
            self.phone.keep_recording(&id, &wav);
        }
        self.recordings.push(Recorded { id, url, millis, wav });
    }

    /// The piece of a verb of the TwiML family that can be heard, `times` included in its length once.
    pub(super) async fn piece(&mut self, base: &str, speech: &twiml::Speech) -> Option<Piece> {
        match speech {
            twiml::Speech::Say { text, voice, lang, .. } => Some(Self::say(text, lang, voice)),
            twiml::Speech::Pause { seconds } => Some(Self::pause(seconds * 1000)),
            twiml::Speech::Tones { millis } => Some(Self::pause(*millis)),
            twiml::Speech::Play { url, .. } => match wire::resolve(base, url) {
                Ok(url) => self.file(&url, false).await,
                Err(why) => {
                    self.fault(why);
                    None
                }
            },
        }
    }

    /// Tells the caller's side what is asked, unless keys of an earlier Ask are still under way.
    pub(super) fn asked(&mut self, asked: Asked) {
        if self.typed.is_empty() {
            self.caller.asked(asked);
        }
    }
}

/// The beep of a platform that brings its own.
pub(super) fn beep() -> Piece {
    let (url, name) = (String::new(), "beep".to_owned());
    let what = What::Play { url, name, words: None, millis: BEEP_MS };
    Piece { millis: BEEP_MS, audible: true, what }
}

/// What platforms play: Twilio's list and FreeSWITCH's names for WAV and MP3.
const AUDIO: [&str; 12] = [
    "audio/wav",
    "audio/wave",
    "audio/x-wav",
    "audio/x-wave",
    "audio/vnd.wave",
    "audio/mpeg",
    "audio/mp3",
    "audio/basic",
    "audio/ulaw",
    "audio/aiff",
    "audio/x-aiff",
    "audio/gsm",
];

/// Parameters as a JSON object.
pub(super) fn json(params: &[(String, String)]) -> String {
    let object: serde_json::Map<String, serde_json::Value> =
        params.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    serde_json::Value::Object(object).to_string()
}

/// A form in parts, with a file at its end: the content type and the body.
pub(super) fn multipart(params: &[(String, String)], file: &Upload) -> (String, Bytes) {
    // The boundary of libcurl; it stands in no WAV of ours.
    let boundary = "------------------------6c1a0f93d2b74e58";
    let mut body = Vec::with_capacity(file.content.len() + 8192);
    for (name, value) in params {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; \
         filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        file.field, file.name, file.kind
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), Bytes::from(body))
}

/// Parameters as a form.
pub(super) fn form(params: &[(String, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(params.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    form.finish()
}

/// An address with further parameters in its query.
pub(super) fn with_query(url: &str, params: &[(String, String)]) -> String {
    if params.is_empty() {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}", form(params))
}

/// Puts a parameter in place of one of that name, or behind all.
pub(super) fn set(params: &mut Vec<(String, String)>, name: &str, value: impl Into<String>) {
    let value = value.into();
    match params.iter_mut().find(|(n, _)| n == name) {
        Some(known) => known.1 = value,
        None => params.push((name.to_owned(), value)),
    }
}
