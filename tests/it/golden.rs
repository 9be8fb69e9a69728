//! Golden transcripts: request in, XML out, rows afterwards, each story a file under
//! `tests/it/data/golden`; the format is explained in `tests/it/data/README.md`.

use std::path::Path;

use case::{Action, Case};
use document::tags;
use futures_util::{StreamExt, future, stream};
use http::{Request, Response, header};
use show::{Names, lay_out};
use wire::{Exchange, Provider};

use crate::harness::given;

mod case;
mod document;
mod program;
pub mod rows;
mod show;
mod wire;

/// Set to `write`: the answers that come on SQLite are written into the files instead of being
/// compared, and PostgreSQL is left out.
const SWITCH: &str = "AFTERCALL_GOLDEN";

/// Transcripts played at a time: each waits for its database most of the time.
const AT_ONCE: usize = 4;

/// What a transcript is played against: one server with a store and a clock of its own.
trait Server {
    /// Answers a request of the provider.
    async fn send(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>>;
    /// What stands in the store, in a fixed order.
    async fn rows(&self) -> String;
    /// What was counted since the start, in a fixed order.
    async fn counts(&self) -> String;
    /// Lets the server's clock go on by milliseconds.
    async fn pass(&self, ms: i64);
    /// Stops and starts again on the same store, with these settings changed.
    async fn restart(&self, settings: &[(String, String)]);
}

/// Plays a case and writes it down with the answers that came.
///
/// # Errors
/// The step that could not be played, or an answer that no provider would take.
async fn replay(case: &Case, provider: &Provider, server: &impl Server) -> Result<String, String> {
    let mut names = Names::default();
    let mut before: Vec<Exchange> = Vec::new();
    let mut out = case.head.join("\n") + "\n";
    for step in &case.steps {
        out.push_str(&format!("\n=== {}\n", step.text));
        let came = match &step.action {
            Action::Wait(ms) => {
                server.pass(*ms).await;
                continue;
            }
            Action::Restart(settings) => {
                server.restart(settings).await;
                continue;
            }
            Action::Rows => server.rows().await,
            Action::Counts => server.counts().await,
            Action::Send(send, marks) => {
                let number = before.len() + 1;
                let at_step = |fault: String| format!("`{}` (answer {number}): {fault}", step.text);
                let (send, marks) = revealed(send, marks, &names).map_err(at_step)?;
                let sent = provider.request(&send, &marks, &before).map_err(at_step)?;
                let request = provider.sign(&sent).map_err(at_step)?;
                let response = server.send(request).await;
                check(&response).map_err(at_step)?;
                let head = format!("{} {}", response.status().as_u16(), content_type(&response));
                let xml = is_xml(&response);
                let exchange = Exchange { sent, head, body: response.into_body() };
                let shown = shown(&exchange, xml, &before);
                before.push(exchange);
                shown
            }
        };
        let came = names.hide(came.trim_end(), &provider.base);
        if !came.is_empty() {
            out.push_str(&came);
            out.push('\n');
        }
    }
    Ok(out)
}

/// The step with the values that its names stand for.
fn revealed(
    send: &case::Send,
    marks: &case::Marks,
    names: &Names,
) -> Result<(case::Send, case::Marks), String> {
    let (mut send, mut marks) = (send.clone(), marks.clone());
    let mut texts: Vec<&mut String> = marks.token.iter_mut().collect();
    texts.extend(marks.add.iter_mut().map(|(_, value)| value));
    if let case::Send::Raw { path, params, .. } = &mut send {
        texts.push(path);
        texts.extend(params.iter_mut().map(|(_, value)| value));
    }
    for text in texts {
        *text = names.reveal(text)?;
    }
    Ok((send, marks))
}

fn is_xml(response: &Response<Vec<u8>>) -> bool {
    content_type(response).contains("xml")
}

fn content_type(response: &Response<Vec<u8>>) -> &str {
    let value = response.headers().get(header::CONTENT_TYPE);
    value.and_then(|value| value.to_str().ok()).unwrap_or("-")
}

/// What every answer to a provider must have.
fn check(response: &Response<Vec<u8>>) -> Result<(), String> {
    let value = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let length = response.body().len().to_string();
    if value(header::CONTENT_LENGTH) != Some(length.as_str()) {
        return Err(format!("Content-Length must be {length}"));
    }
    if value(header::CACHE_CONTROL) != Some("no-store") {
        return Err("Cache-Control must be no-store".into());
    }
    if is_xml(response) { tags(response.body()).map(|_| ()) } else { Ok(()) }
}

fn shown(exchange: &Exchange, xml: bool, before: &[Exchange]) -> String {
    let number = before.len() + 1;
    let (head, body) = (&exchange.head, &exchange.body);
    let same = before.iter().position(|old| old.head == *head && old.body == *body);
    if let (Some(place), false) = (same, body.is_empty()) {
        return format!("{number}: as {}", place + 1);
    }
    let text = String::from_utf8_lossy(body);
    let text = if xml { lay_out(&text) } else { text.into_owned() };
    format!("{number}: {head}\n{text}")
}

/// Plays all files of a folder, each against a server of its own that `open` makes with the
/// file's settings, and compares what came with the file; `writes`: or writes it, if that is
/// asked for.
///
/// # Panics
/// With every file that differs and its first differing lines, or if there is no file.
async fn check_folder<S: Server>(
    folder: &Path,
    provider: &Provider,
    writes: bool,
    open: impl AsyncFn(&[(String, String)]) -> S,
) {
    let writing = given(SWITCH).is_some_and(|word| word == "write");
    if writing && !writes {
        return;
    }
    let write = writing && writes;
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(!files.is_empty(), "{}: there are no transcripts", folder.display());
    let (open, checked) = (&open, stream::iter(&files));
    let checked = checked.map(async |file| {
        let checked = check_file(file, provider, open, write).await;
        checked.err().map(|fault| format!("{}: {fault}", file.display()))
    });
    let faults: Vec<String> = checked.buffered(AT_ONCE).filter_map(future::ready).collect().await;
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

async fn check_file<S: Server>(
    file: &Path,
    provider: &Provider,
    open: impl AsyncFn(&[(String, String)]) -> S,
    write: bool,
) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let case = Case::parse(&text).map_err(|fault| fault.to_string())?;
    let server = open(&case.settings).await;
    let came = replay(&case, provider, &server).await?;
    if came == text {
        return Ok(());
    }
    if write {
        return std::fs::write(file, came).map_err(|error| error.to_string());
    }
    Err(difference(&text, &came))
}

/// The first lines that differ, with what stands before them.
fn difference(expected: &str, came: &str) -> String {
    let (expected, came): (Vec<_>, Vec<_>) = (expected.lines().collect(), came.lines().collect());
    let same = expected.iter().zip(&came).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(3);
    let mut out = format!("line {} differs ({SWITCH}=write would write what came)\n", same + 1);
    for (mark, lines, from) in
        [("  ", &expected[..same], from), ("- ", &expected, same), ("+ ", &came, same)]
    {
        for line in lines.iter().skip(from).take(6) {
            out.push_str(&format!("{mark}{line}\n"));
        }
    }
    out
}

mod tests;
