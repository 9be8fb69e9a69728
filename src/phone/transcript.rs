//! A call as lines for a terminal.

use super::{EndedBy, Event, Outcome, What};

/// Turns events into lines. Colours are for terminals only.
#[derive(Clone, Copy, Debug)]
pub struct Transcript {
    colours: bool,
    documents: bool,
}

const DIM: &str = "2";
const BOLD: &str = "1";
const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";

impl Transcript {
    /// `colours` for terminals; `documents` shows the XML too.
    pub fn new(colours: bool, documents: bool) -> Self {
        Self { colours, documents }
    }

    fn paint(self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The line (or lines) of an event; `None` for what would only be noise.
    pub fn line(&self, event: &Event) -> Option<String> {
        let text = match &event.what {
            What::Request { method, url, params } => {
                let path = url.split("://").nth(1).and_then(|rest| rest.split_once('/'));
                let path = path.map_or(url.as_str(), |(_, path)| path);
                let path = path.split('?').next().unwrap_or_default();
                let params: Vec<String> =
                    params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                self.paint(DIM, format!("→ {method} /{path} {}", params.join(" ")).trim_end())
            }
            What::Document { xml, took_ms } => {
                let head = format!("← document, {} bytes, {took_ms} ms", xml.len());
                let text = if self.documents { format!("{head}\n{xml}") } else { head };
                self.paint(DIM, &text)
            }
            What::Say { text, lang, .. } => format!("{} {text}", self.paint(BOLD, &mark(lang))),
            // Silence that is played is no more than a pause.
            What::Play { name, .. } if name.starts_with("silence") => return None,
            What::Play { name, words, .. } => match words.as_ref().filter(|w| !w.is_empty()) {
                Some(words) => format!("{} {words}", self.paint(BOLD, "♪")),
                None => format!("{} [{name}]", self.paint(BOLD, "♪")),
            },
            What::Cut => self.paint(DIM, "  (cut off)"),
            What::Pause { .. } | What::Listening { .. } => return None,
            What::Key { key } => self.paint(GREEN, &format!("  key {key}")),
            What::Silence => self.paint(YELLOW, "  silence"),
            What::Recording { limit_ms } => {
                self.paint(YELLOW, &format!("  recording, up to {}", seconds(*limit_ms)))
            }
            What::Recorded { millis, key } => {
                let key = key.map(|key| format!(", ended by {key}")).unwrap_or_default();
                self.paint(GREEN, &format!("  recorded {}{key}", seconds(*millis)))
            }
            What::Hangup { by } => self.paint(BOLD, &format!("  {}", ending(*by))),
            What::Fault { message } => self.paint(RED, &format!("  FAULT {message}")),
        };
        Some(format!("{} {text}", self.paint(DIM, &clock(event.at_ms))))
    }

    /// The last lines: seconds heard, thought, wasted, in all; and the faults once more.
    pub fn summary(&self, outcome: &Outcome) -> String {
        let mut text = format!(
            "heard {} · thinking {} · dead {} · total {}",
            seconds(outcome.heard_ms),
            seconds(outcome.thinking_ms),
            seconds(outcome.dead_ms),
            seconds(outcome.total_ms),
        );
        for fault in &outcome.faults {
            text.push('\n');
            text.push_str(&self.paint(RED, &format!("fault: {fault}")));
        }
        text
    }
}

fn mark(lang: &str) -> String {
    if lang.is_empty() { "♪".into() } else { format!("♪ {lang}") }
}

fn ending(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Caller => "the caller hung up",
        EndedBy::Server => "end of the call",
        EndedBy::Returned => "given back to the platform",
        EndedBy::Rejected => "the call was refused",
        EndedBy::Fault => "the platform could not go on",
    }
}

fn clock(millis: i64) -> String {
    format!("{:>2}:{:02}.{}", millis / 60_000, millis / 1000 % 60, millis / 100 % 10)
}

fn seconds(millis: i64) -> String {
    format!("{}.{} s", millis / 1000, millis / 100 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_plain_without_colours() {
        let plain = Transcript::new(false, false);
        let at = |at_ms, what| Event { at_ms, what };
        let line = plain.line(&at(
            61_250,
            What::Request {
                method: "POST".into(),
                url: "https://s.example/voice/tw/turn?t=TOKEN".into(),
                params: vec![("Digits".into(), "5".into())],
            },
        ));
        assert_eq!(line.as_deref(), Some(" 1:01.2 → POST /voice/tw/turn Digits=5"));
        let key = plain.line(&at(0, What::Key { key: '#' }));
        assert_eq!(key.as_deref(), Some(" 0:00.0   key #"));
        assert_eq!(plain.line(&at(0, What::Pause { millis: 4 })), None);
        let loud = Transcript::new(true, false).line(&at(0, What::Silence));
        assert!(loud.is_some_and(|line| line.contains("\x1b[33m")));
    }
}
