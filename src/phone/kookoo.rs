//! KooKoo's part in a call: GET requests with an event, keys and recordings told to the address
//! from which the document came, `<gotourl>` to go on elsewhere.
//! Source: KooKoo's page of tags, its PHP library with its demonstration, and applications that run
//! on it.

use bytes::Bytes;
use http::Method;
use secrecy::ExposeSecret;

use super::call::{self, Ask, BEEP_MS, Call, MOST_DOCUMENTS, Part, Piece};
use super::caller::{Asked, Caller};
use super::gather::{self, Gathered, TWELVE, Wait};
use super::rules::{self, Root, Rule, Text, Value};
use super::wire::{Wire, resolve};
use super::xml::{self, Element};
use super::{After, EndedBy, Event, What};

type Params = Vec<(String, String)>;

/// In so little time for a key nobody is asked for one: such words stand before a recording.
const ASKS_FROM_MS: i64 = 2000;
/// What `<collectdtmf>` waits if it does not say.
const WAIT_MS: i64 = 4000;

const ROOT: Root = Root {
    name: "response",
    attributes: &[("sid", Value::Free(200)), ("filler", Value::Word(&["yes", "no"]))],
};

const RULES: [Rule; 6] = [
    Rule {
        name: "playtext",
        text: Text::Words,
        children: &[],
        attributes: &[
            ("type", Value::Word(&["ggl", "polly"])),
            ("quality", Value::Word(&["normal", "best"])),
            ("lang", Value::Free(8)),
        ],
        required: &[],
    },
    Rule { name: "playaudio", text: Text::Address, children: &[], attributes: &[], required: &[] },
    Rule {
        name: "collectdtmf",
        text: Text::Nothing,
        children: &["playtext", "playaudio"],
        attributes: &[
            ("l", Value::Number(1, 50)),
            ("t", Value::Keys(1, "")),
            ("o", Value::Number(1, 60_000)),
        ],
        required: &[],
    },
    Rule {
        name: "record",
        text: Text::Words,
        children: &[],
        attributes: &[
            ("format", Value::Word(&["wav", "mp3"])),
            ("silence", Value::Number(1, 60)),
            ("maxduration", Value::Number(1, 3600)),
        ],
        required: &["format"],
    },
    Rule { name: "gotourl", text: Text::Address, children: &[], attributes: &[], required: &[] },
    Rule { name: "hangup", text: Text::Nothing, children: &[], attributes: &[], required: &[] },
];

/// Tags behind which nothing is run: what they bring is told, and that answer goes on.
const LAST: [&str; 4] = ["collectdtmf", "record", "gotourl", "hangup"];

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the tag and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Vec<Element>, String> {
    let root = xml::read(document)?;
    rules::check(&root, &ROOT, &RULES)?;
    let before_last = root.children.split_last().map_or(&[][..], |(_, before)| before);
    match before_last.iter().find(|tag| LAST.contains(&tag.name.as_str())) {
        Some(tag) => Err(format!("<{}> must be the last tag", tag.name)),
        None => Ok(root.children),
    }
}

enum Flow {
    /// What to tell, and to which address.
    Go(String, Params),
    End(EndedBy),
}

pub(super) async fn run<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
) -> EndedBy {
    let start = call.line.start_url.clone().unwrap_or(format!("{}/start", call.line.base));
    let mut at = call::with_query(&start, &call.line.handover);
    let mut params = told("NewCall", &[("called_number", &call.line.to)]);
    let national = call.line.from.trim_start_matches('+').to_owned();
    params.extend(told_of(&[("cid", &national), ("cid_e164", &call.line.from)]));
    for (name, value) in &call.line.first {
        call::set(&mut params, name, value.as_str());
    }
    // The configured address has the start key; the documents' own have a token.
    let mut configured = true;
    // Whether the caller was told already that a recording comes.
    let mut foretold = false;
    let ended_by = loop {
        if call.documents >= MOST_DOCUMENTS {
            call.fault(format!("the call did not end within {MOST_DOCUMENTS} documents"));
            break EndedBy::Fault;
        }
        let tags = match document(call, &at, params, configured).await {
            Ok(tags) => tags,
            Err(why) => {
                call.fault(why);
                break EndedBy::Fault;
            }
        };
        match perform(call, &at, &tags, &mut foretold).await {
            Flow::Go(url, more) => {
                configured = configured && url == at;
                (at, params) = (url, more);
            }
            Flow::End(ended_by) => break ended_by,
        }
    };
    call.tell(What::Hangup { by: ended_by });
    let event = if ended_by == EndedBy::Caller { "Hangup" } else { "Disconnect" };
    let lasted = (call.caller.now_ms() / 1000).to_string();
    let params = told(event, &[("total_call_duration", &lasted)]);
    if let Err(why) = request(call, &at, params, configured).await {
        call.fault(why);
    }
    ended_by
}

fn told(event: &str, more: &[(&str, &str)]) -> Params {
    let mut params = told_of(&[("event", event)]);
    params.extend(told_of(more));
    params
}

fn told_of(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn request<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    params: Params,
    configured: bool,
) -> Result<Bytes, String> {
    let mut all = params.clone();
    all.push(("sid".into(), call.line.call_id.clone()));
    let url = call::with_query(url, &all);
    let key = call.line.start_key.as_ref().filter(|_| configured);
    let secret = key.map(|key| ("k".to_owned(), key.expose_secret().to_owned()));
    let headers = vec![("accept", "*/*".to_owned())];
    let ask = Ask {
        method: Method::GET,
        url,
        headers,
        body: Bytes::new(),
        shown: params,
        secret: secret.into_iter().collect(),
    };
    call.fetch(ask).await
}

/// Asks for a document and reads it.
async fn document<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    url: &str,
    params: Params,
    configured: bool,
) -> Result<Vec<Element>, String> {
    let body = request(call, url, params, configured).await?;
    call.documents += 1;
    call.count(Part::Dead);
    read(&body)
}

async fn perform<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &str,
    tags: &[Element],
    foretold: &mut bool,
) -> Flow {
    for tag in tags {
        match tag.name.as_str() {
            "gotourl" => {
                return match resolve(at, tag.text.trim()) {
                    Ok(url) => Flow::Go(url, Vec::new()),
                    Err(why) => {
                        call.fault(why);
                        Flow::End(EndedBy::Fault)
                    }
                };
            }
            "hangup" => return Flow::End(EndedBy::Server),
            "collectdtmf" => return collect(call, at, tag, foretold).await,
            "record" => return record(call, at, tag, foretold).await,
            _ => match piece(call, tag).await {
                None => return Flow::End(EndedBy::Fault),
                Some(piece) if !call.play(&piece).await => return Flow::End(EndedBy::Caller),
                Some(_) => {}
            },
        }
    }
    // What is asked behind the last tag is not described; nothing of ours may rely on it.
    call.fault("the document ends without <collectdtmf>, <record>, <gotourl> or <hangup>");
    Flow::End(EndedBy::Fault)
}

async fn piece<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    tag: &Element,
) -> Option<Piece> {
    match tag.name.as_str() {
        "playaudio" => call.file(tag.text.trim(), false).await,
        _ => {
            let lang = tag.attribute("lang").unwrap_or_default();
            Some(Call::<W, C, S>::say(tag.text.trim(), lang, "playtext"))
        }
    }
}

async fn collect<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &str,
    tag: &Element,
    foretold: &mut bool,
) -> Flow {
    let mut pieces = Vec::new();
    for child in &tag.children {
        match piece(call, child).await {
            Some(piece) => pieces.push(piece),
            None => return Flow::End(EndedBy::Fault),
        }
    }
    let (wait_ms, most) = match (tag.number("o", WAIT_MS, 1, 60_000), tag.number("l", 1, 1, 50)) {
        (Ok(wait_ms), Ok(most)) => (wait_ms, most),
        (Err(why), _) | (_, Err(why)) => {
            call.fault(why);
            return Flow::End(EndedBy::Fault);
        }
    };
    let wait = Wait {
        first_ms: wait_ms,
        next_ms: wait_ms,
        most: usize::try_from(most).unwrap_or(1),
        ends: tag.attribute("t").unwrap_or_default().to_owned(),
        valid: TWELVE.to_owned(),
        list: Vec::new(),
    };
    let prompt_ms = gather::prompt_ms(&pieces);
    *foretold = wait_ms < ASKS_FROM_MS;
    let asked = match *foretold {
        true => Asked::Speech { prompt_ms: prompt_ms + wait_ms + BEEP_MS },
        false => Asked::Keys { prompt_ms },
    };
    let keys = match gather::keys(call, &wait, &pieces, Some(asked)).await {
        Gathered::HungUp => return Flow::End(EndedBy::Caller),
        Gathered::Keys { keys, .. } => keys,
        Gathered::Nothing | Gathered::Invalid => String::new(),
    };
    Flow::Go(at.to_owned(), told("GotDTMF", &[("data", &keys)]))
}

async fn record<W: Wire, C: Caller, S: FnMut(Event) + Send>(
    call: &mut Call<'_, W, C, S>,
    at: &str,
    tag: &Element,
    foretold: &mut bool,
) -> Flow {
    let number = |name, default, most| tag.number(name, default, 1, most).unwrap_or(default) * 1000;
    let (silence_ms, longest_ms) = (number("silence", 3, 60), number("maxduration", 30, 3600));
    if !std::mem::take(foretold) {
        call.asked(Asked::Speech { prompt_ms: BEEP_MS });
    }
    if !call.play(&call::beep()).await {
        return Flow::End(EndedBy::Caller);
    }
    // No key is described that ends it.
    let taken = call.record(silence_ms, silence_ms, longest_ms, |_| false).await;
    if taken.hung_up {
        // What was recorded until then is not told.
        return Flow::End(EndedBy::Caller);
    }
    let id = tag.text.trim().to_owned();
    let format = tag.attribute("format").unwrap_or("wav");
    let url = format!("{}/recordings/{id}.{format}", call.line.media);
    call.keep(id, Some(url.clone()), &taken, taken.whole_ms);
    call.after = After::Recording;
    Flow::Go(at.to_owned(), told("Record", &[("data", &url), ("status", "answered")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kookoo_does_not_know_is_refused() {
        let one = |tags: &str| read(format!("<response>{tags}</response>").as_bytes());
        for wrong in [
            "<Play>https://s/a.wav</Play>",
            "<playaudio/>",
            "<playaudio>a b</playaudio>",
            "<playaudio url=\"https://s/a.wav\"/>",
            "<collectdtmf l=\"0\"/>",
            "<collectdtmf o=\"0\"/>",
            "<collectdtmf t=\"##\"/>",
            "<collectdtmf timeout=\"5\"/>",
            "<collectdtmf><hangup/></collectdtmf>",
            "<collectdtmf>words</collectdtmf>",
            "<collectdtmf l=\"1\"/><gotourl>https://s/a</gotourl>",
            "<record format=\"ogg\">a</record>",
            "<record format=\"wav\"/>",
            "<record>a</record>",
            "<record format=\"wav\" finishonkey=\"#\">a</record>",
            "<hangup/><playtext>x</playtext>",
            "<gotourl>/turn</gotourl>",
            "words",
        ] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"<Response/>").is_err());
        let good = "<playtext lang=\"EN\">x</playtext><collectdtmf l=\"1\" o=\"500\"/>";
        assert_eq!(one(good).map(|tags| tags.len()), Ok(2));
    }
}
