//! `/voice/{provider}/…`: what telephone platforms ask, and always an answer they can use.
//!
//! Order of a request: limits, parameters, the provider's check, then what it means by its
//! content. Everything that goes wrong after the check is a spoken goodbye with status 200.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::FutureExt;
use http::{HeaderMap, Method as HttpMethod, StatusCode, header};

use super::serve::Peer;
use super::{Site, watched};
use crate::clock::{self, CallTime};
use crate::config::{Next, Otherwise, Provider};
use crate::desk::Answer;
use crate::desk::handover::Move;
use crate::desk::hello::Hello;
use crate::desk::records::Routed;
use crate::dialect::{
    self, After, CallEvent, Credentials, Document, Links, Method, Notice, Open, Params, Request,
    Trust, What,
};
use crate::interview::{Disposition, End, Ending, Input, Order, Recording, Voice};
use crate::survey::Lang;
use crate::telemetry::request::{current, during, going_on};

mod body;

use body::Draft;
pub use body::sweep;

/// Longest id of a call or leg that is taken for one, in bytes.
const LONGEST_ID: usize = 512;

/// The webhooks' routes.
pub fn router() -> Router<Site> {
    Router::new().route("/voice/{provider}/{path}", any(webhook).layer(map_response(no_store)))
}

/// Nothing between us and the platform may keep an answer, be it a document or a refusal.
async fn no_store(mut response: Response) -> Response {
    let value = http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

/// Which address was asked; the content decides what it is, but the fallback is always answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    Start,
    Turn,
    Notice,
    Fallback,
}

impl Address {
    fn word(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Start => "start",
            Self::Notice => "notice",
            Self::Fallback => "fallback",
        }
    }
}

async fn webhook(
    State(site): State<Site>,
    Path((name, path)): Path<(String, String)>,
    request: http::Request<Body>,
) -> Response {
    let Some(provider) = site.config.providers.get(&name) else {
        return (StatusCode::NOT_FOUND, "there is no such provider in the settings\n")
            .into_response();
    };
    let address = match path.as_str() {
        "turn" => Address::Turn,
        "start" => Address::Start,
        "recording" | "status" => Address::Notice,
        "fallback" => Address::Fallback,
        _ => return (StatusCode::NOT_FOUND, "there is no such webhook\n").into_response(),
    };
    let method = match *request.method() {
        HttpMethod::GET => Method::Get,
        HttpMethod::POST => Method::Post,
        _ if address == Address::Fallback => {
            let query = request.uri().query().unwrap_or_default();
            return fallback_goodbye(&site, provider, query);
        }
        _ => {
            let allow = [(header::ALLOW, "GET, POST")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
    };
    let watched = watched::watch(&site, &request);
    if let Some(span) = watched.span() {
        span.route(request.method().as_str(), &format!("/voice/{{provider}}/{}", address.word()));
        span.note("aftercall.provider", provider.name.clone());
    }
    let served = served(&site, provider, address, method, request);
    let response = during(watched.clone(), served).await;
    watched::answered(&watched, &response);
    response
}

/// The answer in time, or a goodbye.
async fn served(
    site: &Site,
    provider: &Provider,
    address: Address,
    method: Method,
    request: http::Request<Body>,
) -> Response {
    let begun = tokio::time::Instant::now();
    let uri = request.uri().clone();
    let is_upload = provider.kind.uploads() && body::is_multipart(request.headers());
    let whole = if is_upload { site.patience.upload } else { site.patience.plain };
    let proven = AtomicBool::new(false);
    // On the heap once: every layer around it would move it.
    let handled = Box::pin(handle(site, provider, address, method, request, &proven));
    let work = AssertUnwindSafe(handled).catch_unwind();
    let done = tokio::time::timeout(whole, work).await;
    site.desk.counters().webhook_took(&provider.name, address.word(), begun.elapsed());
    let reason = match done {
        Ok(Ok(response)) => return response,
        Ok(Err(_)) => "panic",
        Err(_) => "timeout",
    };
    site.desk.counters().count(reason, &provider.name);
    let token = token(uri.query().unwrap_or_default());
    // Whoever sends half a request and waits fails no interview, and fills no log.
    let proven = proven.load(Ordering::Relaxed);
    if proven || reason == "panic" {
        tracing::error!(provider = %provider.name, reason, "a webhook failed");
    }
    // After a notice no caller hears the goodbye: the interview goes on.
    if proven && address != Address::Notice {
        site.desk.failed_soon(provider, token.as_deref(), reason);
    }
    sorry(site, provider, site.desk.language_of(provider, token.as_deref()))
}

async fn handle(
    site: &Site,
    provider: &Provider,
    address: Address,
    method: Method,
    request: http::Request<Body>,
    proven: &AtomicBool,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let call_time = parts.extensions.get::<CallTime>().copied();
    let now_ms = call_time.map_or_else(clock::now_ms, |CallTime(at)| at);
    let peer = peer(site, &mut parts, call_time.is_some(), provider);
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_string();
    let query = target.split_once('?').map_or("", |(_, query)| query).to_string();
    let token = token(&query);
    site.desk.meet(provider, token.as_deref()).await;
    let fallback_goodbye = |site: &Site| fallback_goodbye(site, provider, &query);

    let read = body::read(site, provider, &parts.headers, token.as_deref(), body).await;
    let (bytes, draft) = match read {
        Ok(read) => read,
        Err(_) if address == Address::Fallback => return fallback_goodbye(site),
        Err(status) => return status.into_response(),
    };
    let mut request = Request {
        method,
        target: &target,
        headers: &parts.headers,
        body: &bytes,
        peer,
        now_ms,
        upload: None,
    };
    let language = dialect::of(provider.kind);
    let params = match dialect::params(&request) {
        Ok(params) => params,
        Err(_) if address == Address::Fallback => return fallback_goodbye(site),
        Err(fault) => return (StatusCode::BAD_REQUEST, format!("{fault}\n")).into_response(),
    };
    let trust = match language.verify(&request, &params, &credentials(site, provider)) {
        Ok(trust) => trust,
        Err(refusal) => {
            let reason = refusal.to_string();
            site.desk.refused(
                provider,
                &reason,
                &format!("{}{}", site.config.public_url, request.path()),
            );
            return match address {
                Address::Fallback => fallback_goodbye(site),
                _ => StatusCode::FORBIDDEN.into_response(),
            };
        }
    };
    // What comes back from a hello document says what it said before under our seal.
    let now = request.now_ms;
    let hello = params.filled("s").and_then(|seal| site.desk.hello(provider, seal, now));
    let params = match &hello {
        Some(hello) => params.sealed(hello.said.clone()),
        None => params,
    };
    let upload = draft.as_ref().map(Draft::upload);
    request.upload = upload.as_ref();
    let mut event = language.read(&request, &params);
    // Only now: what is refused, and a silence, leaves nothing behind. What another call brings
    // with this token is not this caller's comment.
    if let Some(draft) = draft
        && site.desk.token_fits(provider, event.call_id.as_deref(), event.token.as_deref())
        && recorded(&event.what).is_some_and(|recording| recording.seconds != Some(0))
        && !Box::pin(draft.keep(site, provider)).await
    {
        request.upload = None;
        event = language.read(&request, &params);
    }
    let trusted = trust != Trust::TokenOnly;
    if let Trust::Signed(form) = trust {
        site.desk.counters().count(form, &provider.name);
    }
    let opens = site.desk.token_opens(provider, event.token.as_deref());
    let announced = match &event.what {
        What::Start(start) => start.announced.as_deref(),
        What::Hello(said) => said.iter().find(|(name, _)| name == "h").map(|(_, h)| h.as_str()),
        _ => None,
    };
    // A seal is good for the beginning of a call and for nothing else: no notice, no fallback.
    let begins = address == Address::Start && matches!(event.what, What::Start(_) | What::Hello(_));
    // A hello's seal holds for what comes back to it, and makes no further one.
    let hello = hello.filter(|_| begins && matches!(event.what, What::Start(_)));
    let sealed =
        hello.is_some() || begins && announced.is_some_and(|h| site.desk.sealed(&provider.name, h));
    if let (What::Start(start), Some(hello)) = (&mut event.what, &hello) {
        start.hello = Some(hello.id);
    }
    if !trusted && !opens && !sealed {
        // Neither key, network nor a token of ours: it may do nothing. A turn whose token is
        // damaged still hears a goodbye, since a caller may be on the line.
        return match (&event.what, address) {
            (_, Address::Fallback) => fallback_goodbye(site),
            (What::Turn(_) | What::Open(_), _) => {
                site.desk.counters().count("bad_token", &provider.name);
                sorry(site, provider, site.desk.default_language(provider))
            }
            _ => {
                site.desk.refused(
                    provider,
                    "no_start_key",
                    &format!("{}{}", site.config.public_url, request.path()),
                );
                StatusCode::FORBIDDEN.into_response()
            }
        };
    }
    // A token alone vouches for a notice of its own call, and for no other's.
    if !trusted && matches!(event.what, What::Notice(_)) {
        let (call, token) = (event.call_id.as_deref(), event.token.as_deref());
        if !site.desk.token_fits(provider, call, token) {
            site.desk.refused(
                provider,
                "token_of_another_call",
                &format!("{}{}", site.config.public_url, request.path()),
            );
            return StatusCode::FORBIDDEN.into_response();
        }
        let same = |call: &String| {
            token.is_some_and(|token| site.desk.token_of_call(provider, call, token))
        };
        event.call_id = event.call_id.clone().filter(same);
    }
    // A request without any proof is none that succeeded.
    site.desk.verified(provider);
    proven.store(true, Ordering::Relaxed);
    let trusted = trusted || hello.is_some_and(|hello| hello.trusted);
    answer(site, provider, address, event, &params, trusted, now_ms).await
}

/// The goodbye at the fallback's address, in the language that its query names.
fn fallback_goodbye(site: &Site, provider: &Provider, query: &str) -> Response {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang");
    let lang = spoken(site, asked.as_ref().map(|(_, lang)| lang.as_ref()));
    sorry(site, provider, lang.unwrap_or_else(|| site.desk.default_language(provider)))
}

/// The language of a goodbye, if somebody can say it in that language: else it would be silence.
fn spoken(site: &Site, asked: Option<&str>) -> Option<Lang> {
    let lang = asked.and_then(|lang| lang.parse().ok())?;
    site.desk.surveys().any(|survey| survey.languages.contains(&lang)).then_some(lang)
}

/// The recording that an event brings.
fn recorded(what: &What) -> Option<&Recording> {
    match what {
        What::Turn(Input::Recording(recording)) => Some(recording),
        What::Notice(Notice::Ended { recording, .. }) => recording.as_ref(),
        _ => None,
    }
}

/// The event with an id of its recording that fits the store's indexes.
fn shortened(mut what: What) -> What {
    let id = match &mut what {
        What::Turn(Input::Recording(recording)) => &mut recording.id,
        What::Notice(Notice::Ended { recording: Some(recording), .. }) => &mut recording.id,
        What::Notice(Notice::Recording { id, .. }) => id,
        _ => return what,
    };
    let end = (0..=LONGEST_ID.min(id.len())).rev().find(|end| id.is_char_boundary(*end));
    id.truncate(end.unwrap_or(0));
    what
}

/// The token in a query.
fn token(query: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "t")
        .map(|(_, value)| value.into_owned())
}

/// What the request means, done.
async fn answer(
    site: &Site,
    provider: &Provider,
    address: Address,
    event: CallEvent,
    params: &Params,
    trusted: bool,
    now: i64,
) -> Response {
    let desk = &site.desk;
    // No platform's ids are longer; what is would not fit the store's indexes.
    let fits = |id: &&str| id.len() <= LONGEST_ID;
    let call_id = event.call_id.as_deref().filter(fits);
    let token = event.token.as_deref();
    let answer = match shortened(event.what) {
        What::Notice(notice) => {
            let routing = matches!(notice, Notice::Routing(_));
            // The platform waits no longer than for a turn; the work goes on without it.
            let (site, account) = (site.clone(), provider.clone());
            let (call, token) = (call_id.map(String::from), token.map(String::from));
            let held = site.desk.put_off();
            let work = going_on(current(), async move {
                let (call, token) = (call.as_deref(), token.as_deref());
                take_notice(&site, &account, call, token, notice, now).await;
                drop(held);
            });
            let work = tokio::spawn(work);
            let budget = Duration::from_millis(provider.budget_ms);
            if let Ok(Err(fault)) = tokio::time::timeout(budget, work).await {
                tracing::error!(provider = %provider.name, "a notice was not taken: {fault}");
            }
            if routing {
                // A routing engine reads JSON; an empty object asks nothing of it.
                return ([(header::CONTENT_TYPE, "application/json")], "{}").into_response();
            }
            Answer::Nothing
        }
        What::Turn(input) if address == Address::Fallback => {
            Box::pin(desk.fallback(provider, call_id, token, input, now)).await
        }
        What::Start(_) | What::Hello(_) if address == Address::Fallback => {
            match Box::pin(desk.fallback(provider, call_id, token, Input::Silence, now)).await {
                Answer::Sorry(lang) => {
                    Answer::Sorry(spoken(site, params.filled("lang")).unwrap_or(lang))
                }
                found => found,
            }
        }
        What::Turn(input) => match token {
            Some(token) => desk.answer(provider, call_id, token, input, now).await,
            None => Answer::Sorry(desk.default_language(provider)),
        },
        What::Open(open) => {
            let found = match token {
                Some(token) => desk.shown(provider, call_id, token, open),
                None => Answer::Sorry(desk.default_language(provider)),
            };
            return respond(site, provider, &found, Asked { open: Some(open), ..Asked::default() });
        }
        // The start comes to its own address (or, from platforms that ask the same address again,
        // with a token); a turn's address without a token belongs to no interview.
        What::Start(_) | What::Hello(_) if address == Address::Turn => {
            desk.counters().count("no_token", &provider.name);
            Answer::Sorry(desk.default_language(provider))
        }
        What::Hello(said) => {
            let hello = Hello { id: (site.draw)(), trusted, said };
            let next = desk.hello_url(provider, &hello, now);
            let audio = goodbye(site, desk.default_language(provider));
            let language = dialect::of(provider.kind);
            let xml = language.write(&Document::Hello { next, audio });
            return document(language.content_type(), xml);
        }
        What::Start(mut start) => {
            start.handover.leg = start.handover.leg.take().filter(|leg| leg.len() <= LONGEST_ID);
            let unanswered = start.unanswered;
            let begun = desk.start(provider, call_id, *start, trusted, now, (site.draw)());
            let found = Box::pin(begun).await;
            return respond(site, provider, &found, Asked { unanswered, open: None });
        }
    };
    respond(site, provider, &answer, Asked::default())
}

async fn take_notice(
    site: &Site,
    provider: &Provider,
    call_id: Option<&str>,
    token: Option<&str>,
    notice: Notice,
    now: i64,
) {
    match notice {
        Notice::Ended { status, recording, lasted } => {
            site.desk.ended(provider, call_id, token, &status, recording, now).await;
            if let (Some(lasted), Some(call)) = (lasted, call_id) {
                let event = Routed {
                    event: status,
                    calls: vec![call.to_owned()],
                    at_ms: lasted.at_ms,
                    lasted: Some(lasted.seconds),
                    ..Routed::default()
                };
                site.desk.routing(provider, event, now).await;
            }
        }
        Notice::Recording { id, url, seconds, ready } => {
            let recording = Recording { id, seconds, key: None, url };
            site.desk.recording(provider, call_id, token, recording, ready, now).await;
        }
        Notice::Routing(routing) => {
            if provider.moves
                && routing.event == "reservation.wrapup"
                && let Some(customer) = routing.customer.clone()
            {
                let wish = Move {
                    provider: provider.name.clone(),
                    customer,
                    agent: routing.agent.clone(),
                    queue: routing.queue.clone(),
                    leg: routing.leg.clone(),
                    task: routing.task.clone(),
                };
                // Never waits: a full queue loses the move, not the webhook.
                if site.moves.try_send(wish).is_err() {
                    site.desk.counters().count("move_failed", &provider.name);
                }
            }
            let event = Routed {
                event: routing.event,
                calls: routing.calls,
                agent: routing.agent,
                queue: routing.queue,
                leg: routing.leg,
                task: routing.task,
                at_ms: routing.at_ms,
                lasted: None,
            };
            site.desk.routing(provider, event, now).await;
        }
        Notice::Other { status } => {
            tracing::debug!(provider = %provider.name, status, "a notice that changes nothing");
        }
    }
}

/// What a request was that matters for the form of its answer.
#[derive(Clone, Copy, Default)]
struct Asked {
    /// A start of a call that is not answered yet.
    unanswered: bool,
    /// The open document, once more.
    open: Option<Open>,
}

/// The answer as the provider's document.
fn respond(site: &Site, provider: &Provider, answer: &Answer, asked: Asked) -> Response {
    let base = &site.config.public_url;
    let language = dialect::of(provider.kind);
    let xml = match answer {
        Answer::Nothing => language.write(&Document::Empty),
        Answer::Sorry(lang) => return sorry(site, provider, *lang),
        Answer::Refused => {
            site.desk.refused(
                provider,
                "seal_spent",
                &format!("{base}/voice/{}/start", provider.name),
            );
            return StatusCode::FORBIDDEN.into_response();
        }
        Answer::Speak(speak) => {
            let voice =
                Voice { survey: speak.survey.name.as_str().into(), version: speak.survey.version };
            let address =
                |path: &str| format!("{base}/voice/{}/{path}?t={}", provider.name, speak.token);
            let after = match &speak.order {
                Order::End(end) => after(match end.ending {
                    Ending::Finished => &site.config.after.complete,
                    _ => &site.config.after.early,
                }),
                _ => After::Hangup,
            };
            language.write(&Document::Order {
                order: &speak.order,
                voice: &voice,
                speech: speak.survey.speech,
                lang: speak.state.lang,
                links: Links {
                    turn: address("turn"),
                    recording: address("recording"),
                    base: base.clone(),
                },
                after,
                open: asked.open,
            })
        }
        Answer::Leave { otherwise, survey, lang } => match otherwise {
            Otherwise::Hangup => language.write(&Document::Leave(After::Hangup)),
            Otherwise::Return => language.write(&Document::Leave(After::Return)),
            Otherwise::Redirect(url) => {
                language.write(&Document::Leave(After::Redirect(url.clone())))
            }
            Otherwise::Reject if asked.unanswered => {
                language.write(&Document::Leave(After::Reject))
            }
            Otherwise::Reject => language.write(&Document::Leave(After::Hangup)),
            Otherwise::Goodbye => {
                let voice = Voice { survey: survey.name.as_str().into(), version: survey.version };
                let prompts = survey.prompt(*lang, "not-now").cloned().into_iter().collect();
                language.write(&Document::Order {
                    order: &Order::End(End {
                        prompts,
                        ending: Ending::Finished,
                        disposition: Disposition::Ineligible,
                        score: None,
                    }),
                    voice: &voice,
                    speech: survey.speech,
                    lang: *lang,
                    links: Links { base: base.clone(), ..Links::default() },
                    after: After::Hangup,
                    open: None,
                })
            }
        },
    };
    document(language.content_type(), xml)
}

fn after(next: &Next) -> After {
    match next {
        Next::Hangup => After::Hangup,
        Next::Return => After::Return,
        Next::Redirect(url) => After::Redirect(url.clone()),
    }
}

/// The file of a goodbye that belongs to no interview, in that language.
fn goodbye(site: &Site, lang: Lang) -> Option<String> {
    let survey = site.desk.surveys().find(|survey| survey.languages.contains(&lang))?;
    let base = &site.config.public_url;
    Some(format!("{base}/audio/{}/{}/{lang}/sorry.wav", survey.name, survey.version))
}

/// A goodbye that belongs to no interview.
fn sorry(site: &Site, provider: &Provider, lang: Lang) -> Response {
    let audio = goodbye(site, lang);
    let language = dialect::of(provider.kind);
    document(language.content_type(), language.write(&Document::Sorry { lang, audio }))
}

fn document(content_type: &'static str, xml: String) -> Response {
    ([(header::CONTENT_TYPE, content_type)], xml).into_response()
}

fn credentials(site: &Site, provider: &Provider) -> Credentials {
    Credentials {
        public_url: site.config.public_url.clone(),
        auth_tokens: provider.auth_tokens.clone(),
        public_keys: provider.public_keys.clone(),
        start_keys: provider.start_keys.clone(),
        allow_from: provider.allow_from.clone(),
        client_cert_header: provider.client_cert_header.clone(),
        verify: provider.verify,
    }
}

/// Who really sent it: behind a trusted proxy the last address of X-Forwarded-For that is not a
/// trusted proxy itself. A certificate header that no trusted proxy set is removed.
fn peer(
    site: &Site,
    parts: &mut http::request::Parts,
    in_process: bool,
    provider: &Provider,
) -> IpAddr {
    let direct = match parts.extensions.get::<Peer>() {
        Some(Peer(address)) => address.ip(),
        None if in_process => IpAddr::V4(Ipv4Addr::LOCALHOST),
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    };
    let trusted =
        |address: &IpAddr| site.config.trusted_proxies.iter().any(|n| n.contains(address));
    if !trusted(&direct) {
        if let Some(name) = &provider.client_cert_header {
            parts.headers.remove(name.as_str());
        }
        return direct;
    }
    forwarded(&parts.headers).into_iter().rev().find(|a| !trusted(a)).unwrap_or(direct)
}

/// Addresses that proxies put into X-Forwarded-For, the nearest last; some write the port with
/// them. What cannot be read stands as an address of nobody: left out, it would let the one before
/// it, which the client itself may have written, pass for the client's.
pub(super) fn forwarded(headers: &HeaderMap) -> Vec<IpAddr> {
    let address = |text: &str| {
        let text = text.trim();
        let plain = text.trim_start_matches('[').trim_end_matches(']');
        let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
        plain.parse().or_else(|_| with_port()).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    };
    let lines = headers.get_all("x-forwarded-for").iter();
    lines
        .flat_map(|line| {
            let line = String::from_utf8_lossy(line.as_bytes()).into_owned();
            line.split(',').map(address).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hides_behind_an_address_that_cannot_be_read() {
        for (line, expected) in [
            ("10.1.2.3", vec!["10.1.2.3"]),
            ("10.1.2.3, 192.0.2.1:4711", vec!["10.1.2.3", "192.0.2.1"]),
            (
                "10.1.2.3,[2001:db8::1]:80, [2001:db8::2]",
                vec!["10.1.2.3", "2001:db8::1", "2001:db8::2"],
            ),
            ("10.1.2.3, unknown", vec!["10.1.2.3", "0.0.0.0"]),
        ] {
            let headers = [("x-forwarded-for", line)].map(|(name, value)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
            });
            let found = forwarded(&headers.into_iter().collect());
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
