//! Africa's Talking's part in a call: form posts to one address that a document may change, inputs
//! that fall through on silence, recordings told as addresses, and a last request when the call is
//! over.
//! Source: Africa's Talking's documentation of its voice actions and its JavaScript library.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, Call, Listened, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::gather::{self, Gathered, TWELVE, Wait};
use super::rules::{self, RESPONSE, Rule, Text, Value};
use super::wire::{Wire, resolve};
use super::xml::{self, Element};
use super::{After, EndedBy, Event, What};

type Params = Vec<(String, String)>;

/// In so little time for a key nobody is asked for one; an input so short listens in passing.
const ASKS_FROM_MS: i64 = 2000;
/// What `<GetDigits>` waits if it does not say, in seconds.
const WAIT_SECONDS: i64 = 30;
/// What `<Record>` takes if it does not say, in seconds.
const LONGEST_SECONDS: i64 = 3600;

const FLAG: Value = Value::Word(&["true", "false"]);

const RULES: [Rule; 6] = [
    Rule {
        name: "Say",
        text: Text::Words,
        children: &[],
        attributes: &[("voice", Value::Word(&["man", "woman"])), ("playBeep", FLAG)],
        required: &[],
    },
    Rule {
        name: "Play",
        text: Text::Nothing,
        children: &[],
        attributes: &[("url", Value::Absolute)],
        required: &["url"],
    },
    Rule {
        name: "GetDigits",
        text: Text::Nothing,
        children: &["Say", "Play"],
        attributes: &[
            ("numDigits", Value::Number(1, 99)),
            ("timeout", Value::Number(1, 3600)),
            ("finishOnKey", Value::Keys(1, "")),
            ("callbackUrl", Value::Absolute),
        ],
        required: &[],
    },
    Rule {
        name: "Record",
        text: Text::Nothing,
        children: &["Say", "Play"],
        attributes: &[
            ("finishOnKey", Value::Keys(1, "")),
            ("maxLength", Value::Number(1, 3600)),
            ("timeout", Value::Number(1, 3600)),
            ("trimSilence", FLAG),
            ("playBeep", FLAG),
            ("callbackUrl", Value::Absolute),
        ],
        required: &[],
    },
    Rule { name: "Redirect", text: Text::Address, children: &[], attributes: &[], required: &[] },
    Rule { name: "Reject", text: Text::Nothing, children: &[], attributes: &[], required: &[] },
];

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Vec<Element>, String> {
    let root = xml::read(document)?;
    rules::check(&root, &RESPONSE, &RULES)?;
    match root.children.iter().find(|element| element.children.len() > 1) {
        Some(element) => Err(format!("<{}> holds one <Say> or <Play>", element.name)),
        None => Ok(root.children),
    }
}

/// Where the requests of a call go: to the configured address until a document changes it.
struct Address {
    url: String,
    /// It is the configured one, with the start key.
    configured: bool,
}

enum Flow {
    /// The next request, with what it tells.
    Go(Params),
    /// The call is over.
    End(EndedBy),
}

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let start = call.line.start_url.clone().unwrap_or(format!("{}/start", call.line.base));
    let url = call::with_query(&start, &call.line.handover);
    let mut at = Address { url, configured: true };
    let mut told = call.line.first.clone();
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let elements = match document(call, &at, told).await {
            Ok(elements) => elements,
            Err(why) => {
                call.fault(why);
                break EndedBy::Fault;
            }
        };
        match perform(call, &mut at, &elements).await {
            Flow::Go(more) => told = more,
            Flow::End(ended_by) => break ended_by,
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let seconds = (call.caller.now_ms() / 1000).to_string();
    let mut over = pairs(&[
        ("durationInSeconds", &seconds),
        ("currencyCode", "KES"),
        ("amount", "1.25"),
        ("callSessionState", "Completed"),
        ("hangupCause", "NORMAL_CLEARING"),
    ]);
    // The last request tells once more what was recorded last, whenever that was.
    let last = call.recordings.last().and_then(|last| last.url.clone());
    over.extend(last.map(|url| ("recordingUrl".to_owned(), url)));
    if let Err(why) = request(call, &at, "0", over).await {
        call.fault(why);
    }
    ended_by
}

fn pairs(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &Address,
    active: &str,
    told: Params,
) -> Result<Bytes, String> {
    let line = call.line;
    let mut params = pairs(&[
        ("isActive", active),
        ("sessionId", &line.call_id),
        ("direction", "Inbound"),
        ("callerNumber", &line.from),
        ("destinationNumber", &line.to),
    ]);
    // Empty where there is none.
    for name in ["dtmfDigits", "recordingUrl"] {
        if !told.iter().any(|(known, _)| known == name) {
            params.push((name.to_owned(), String::new()));
        }
    }
    params.extend(told.clone());
    let key = line.start_key.as_ref().filter(|_| at.configured);
    let secret = key.map(|key| ("k".to_owned(), key.expose_secret().to_owned()));
    let ask = Ask {
        method: Method::POST,
        url: at.url.clone(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        body: Bytes::from(call::form(&params)),
        shown: told,
        secret: secret.into_iter().collect(),
    };
    call.fetch(ask).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &Address,
    told: Params,
) -> Result<Vec<Element>, String> {
    let body = request(call, at, "1", told).await?;
    call.documents += 1;
    call.count(Part::Dead);
    read(&body)
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &mut Address,
    elements: &[Element],
) -> Flow {
    for element in elements {
        let flow = match element.name.as_str() {
            "Redirect" => {
                turn_to(call, at, Some(element.text.trim()));
                Some(Flow::Go(Vec::new()))
            }
            "Reject" => Some(Flow::End(EndedBy::Server)),
            "GetDigits" => digits(call, at, element).await,
            "Record" => record(call, at, element).await,
            _ => match piece(call, element).await {
                None => Some(Flow::End(EndedBy::Fault)),
                Some(piece) => {
                    let stays = call.play(&piece).await;
                    (!stays).then_some(Flow::End(EndedBy::Caller))
                }
            },
        };
        if let Some(flow) = flow {
            return flow;
        }
    }
    Flow::End(EndedBy::Server)
}

/// All further requests of the call go there.
fn turn_to<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &mut Address,
    url: Option<&str>,
) {
    match url.map(|url| resolve(&at.url, url)) {
        Some(Ok(url)) => *at = Address { url, configured: false },
        Some(Err(why)) => call.fault(why),
        None => {}
    }
}

async fn piece<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    element: &Element,
) -> Option<Piece> {
    match element.attribute("url") {
        Some(url) => call.file(url, false).await,
        None => {
            let voice = element.attribute("voice").unwrap_or("woman");
            Some(Call::<W, C, S>::say(element.text.trim(), "en", voice))
        }
    }
}

/// The one thing that is heard inside an element. The error is the end of the call.
async fn prompt<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    element: &Element,
) -> Result<Option<Piece>, Flow> {
    match element.children.first() {
        None => Ok(None),
        Some(child) => match piece(call, child).await {
            Some(piece) => Ok(Some(piece)),
            None => Err(Flow::End(EndedBy::Fault)),
        },
    }
}

fn seconds(element: &Element, name: &str, default: i64) -> i64 {
    element.number(name, default, 1, 3600).unwrap_or(default) * 1000
}

async fn digits<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &mut Address,
    element: &Element,
) -> Option<Flow> {
    let prompt = match prompt(call, element).await {
        Ok(prompt) => prompt,
        Err(flow) => return Some(flow),
    };
    let wait_ms = seconds(element, "timeout", WAIT_SECONDS);
    let finish = element.attribute("finishOnKey").unwrap_or_default().to_owned();
    let most = match element.number("numDigits", 0, 1, 99) {
        Ok(most) if most > 0 => usize::try_from(most).unwrap_or(1),
        // With neither a number nor a finish key the first key is told at once.
        _ if finish.is_empty() => 1,
        _ => usize::MAX,
    };
    let keys = match prompt {
        Some(prompt) => {
            let asked = Asked::Keys { prompt_ms: prompt.millis };
            let asked = (wait_ms >= ASKS_FROM_MS).then_some(asked);
            let valid = TWELVE.to_owned();
            let list = Vec::new();
            let wait =
                Wait { first_ms: wait_ms, next_ms: wait_ms, most, ends: finish, valid, list };
            match gather::keys(call, &wait, &[prompt], asked).await {
                Gathered::HungUp => return Some(Flow::End(EndedBy::Caller)),
                // Whether keys that are too few are told when the time is over is not documented.
                Gathered::Keys { keys, ended_by } => {
                    let enough = ended_by.is_some() || keys.chars().count() >= most;
                    if enough { keys } else { String::new() }
                }
                Gathered::Nothing | Gathered::Invalid => String::new(),
            }
        }
        // Nothing is said: it waits for a key that goes on an answer, and none may come.
        None => {
            call.after = After::Keys { two: true };
            let until = call.caller.now_ms() + wait_ms;
            match call.listen(until, Part::Thinking, true).await {
                Listened::HungUp => return Some(Flow::End(EndedBy::Caller)),
                Listened::Key(key) => key.to_string(),
                Listened::Time => String::new(),
            }
        }
    };
    if keys.is_empty() {
        return None;
    }
    turn_to(call, at, element.attribute("callbackUrl"));
    Some(Flow::Go(pairs(&[("dtmfDigits", &keys)])))
}

async fn record<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &mut Address,
    element: &Element,
) -> Option<Flow> {
    let prompt = match prompt(call, element).await {
        Ok(prompt) => prompt,
        Err(flow) => return Some(flow),
    };
    let flag = |name| element.attribute(name) == Some("true");
    let beep = flag("playBeep").then(call::beep);
    let before: Vec<Piece> = prompt.into_iter().chain(beep).collect();
    call.asked(Asked::Speech { prompt_ms: before.iter().map(|piece| piece.millis).sum() });
    for piece in &before {
        if !call.play(piece).await {
            return Some(Flow::End(EndedBy::Caller));
        }
    }
    let finish = element.attribute("finishOnKey").unwrap_or_default().to_owned();
    let longest = seconds(element, "maxLength", LONGEST_SECONDS);
    let longest = longest.min(seconds(element, "timeout", LONGEST_SECONDS));
    // Silence ends nothing.
    let taken = call.record(0, 0, longest, |key| finish.contains(key)).await;
    let millis = if flag("trimSilence") { taken.spoken_ms } else { taken.whole_ms };
    let recorded = if millis == 0 {
        call.tell(What::Recorded { millis: 0, key: taken.key });
        pairs(&[("recordingUrl", "")])
    } else {
        let id = format!("{}-{}", call.line.call_id, call.recordings.len() + 1);
        let url = format!("{}/recordings/{id}", call.line.media);
        call.keep(id, Some(url.clone()), &taken, millis);
        pairs(&[("recordingUrl", &url)])
    };
    turn_to(call, at, element.attribute("callbackUrl"));
    call.after = After::Recording;
    Some(match taken.hung_up {
        true => Flow::End(EndedBy::Caller),
        false => Flow::Go(recorded),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_africas_talking_does_not_know_is_refused() {
        let one = |elements: &str| read(format!("<Response>{elements}</Response>").as_bytes());
        for wrong in [
            "<Play>https://s/a.wav</Play>",
            "<Play/>",
            "<Play url=\"/a.wav\"/>",
            "<Say voice=\"alice\">x</Say>",
            "<Say language=\"en\">x</Say>",
            "<Say/>",
            "<Pause length=\"1\"/>",
            "<Hangup/>",
            "<GetDigits numDigits=\"0\"/>",
            "<GetDigits timeout=\"0\"/>",
            "<GetDigits finishOnKey=\"12\"/>",
            "<GetDigits action=\"https://s/a\"/>",
            "<GetDigits callBackUrl=\"https://s/a\"/>",
            "<GetDigits><Say>a</Say><Say>b</Say></GetDigits>",
            "<GetDigits><Record/></GetDigits>",
            "<Record finishOnKey=\"1234567890*#\"/>",
            "<Record playBeep=\"yes\"/>",
            "<Record>words</Record>",
            "<Redirect>/turn</Redirect>",
            "<Redirect url=\"https://s/a\"/>",
            "<Reject reason=\"busy\"/>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"<response/>").is_err());
        let good =
            "<GetDigits numDigits=\"1\"><Play url=\"https://s/a.wav\"/></GetDigits><Record/>";
        assert_eq!(one(good).map(|elements| elements.len()), Ok(2));
    }
}
