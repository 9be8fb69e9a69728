//! The file of one golden transcript: reading it.

use std::fmt;

/// One story: its head and its steps. What the file has below a step is not kept; it is compared
/// as a whole with what comes of the replay.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// Lines of the head as they stand.
    pub head: Vec<String>,
    /// Settings of the head.
    pub settings: Vec<(String, String)>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One line that begins with `===`.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The line behind the mark, as it stands.
    pub text: String,
    /// What it asks for.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// A request.
    Send(Send, Box<Marks>),
    /// Time passes: milliseconds.
    Wait(i64),
    /// Show the store.
    Rows,
    /// Show what was counted since the server's start.
    Counts,
    /// Stop the server and start it again with these settings changed.
    Restart(Vec<(String, String)>),
}

/// A request to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    /// The hand-over, with its names.
    Start(Vec<(String, String)>),
    /// The next turn.
    Turn(Input),
    /// The caller hung up: what the provider sends then. With the seconds of a comment that was
    /// being spoken.
    Hangup(Option<u32>),
    /// The provider's notice that a recording of so many seconds is ready.
    Recorded(u32),
    /// The request of that answer again.
    Repeat(usize),
    /// Anything.
    Raw {
        /// The method.
        method: String,
        /// Path, perhaps with a query.
        path: String,
        /// Query of a GET, form of a POST.
        params: Vec<(String, String)>,
    },
}

/// What the caller did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Pressed these.
    Keys(String),
    /// Nothing.
    Silence,
    /// Spoke so many seconds, and ended it with a key or with silence.
    Recording(u32, Option<char>),
}

/// How a request differs from what the dialect does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `@get`, `@post`, `@method=WORD`.
    pub method: Option<String>,
    /// `@from=N`.
    pub from: Option<usize>,
    /// `@path=WORD`.
    pub path: Option<String>,
    /// `@call=N`: on another call; 0 is a call without an id.
    pub call: Option<u32>,
    /// `@caller=TEXT`: from that number.
    pub caller: Option<String>,
    /// `@outbound`: on a call that the centre placed.
    pub outbound: bool,
    /// `@t=TEXT`: with that token; empty is without.
    pub token: Option<String>,
    /// `@type=TEXT`: with that content type.
    pub kind: Option<String>,
    /// `@pad=N`: with a parameter of so many bytes added.
    pub pad: usize,
    /// How it is signed.
    pub proof: Proof,
    /// `+NAME=VALUE`.
    pub add: Vec<(String, String)>,
    /// `-NAME`.
    pub remove: Vec<String>,
}

/// How a request shows who sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// As the provider does.
    #[default]
    Right,
    /// Not at all.
    Unsigned,
    /// With a wrong key.
    Forged,
    /// Rightly, but for another address.
    Elsewhere,
}

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Case {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The first line that means nothing.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut case = Self { head: Vec::new(), settings: Vec::new(), steps: Vec::new() };
        for (line, content) in (1..).zip(text.lines()) {
            let fault = |what: String| Fault { line, what };
            if let Some(step) = content.strip_prefix("===") {
                let text = step.trim().to_owned();
                let action = action(&text).map_err(fault)?;
                case.steps.push(Step { text, action });
            } else if case.steps.is_empty() && !content.trim().is_empty() {
                if let Some(setting) = content.strip_prefix("set ") {
                    let (name, value) = setting
                        .split_once('=')
                        .ok_or_else(|| fault("a setting is `set NAME = VALUE`".into()))?;
                    case.settings.push((name.trim().to_owned(), value.trim().to_owned()));
                } else if !content.starts_with('#') {
                    return Err(fault(format!("`{content}` is neither comment, setting nor step")));
                }
                case.head.push(content.to_owned());
            }
        }
        if case.head.is_empty() {
            return Err(Fault { line: 1, what: "a comment must say what the case shows".into() });
        }
        if case.steps.is_empty() {
            return Err(Fault { line: 1, what: "there are no steps".into() });
        }
        Ok(case)
    }
}

fn action(text: &str) -> Result<Action, String> {
    let words = words(text)?;
    let (first, rest) = words.split_first().ok_or("a step has no word")?;
    let (marks, rest): (Vec<&String>, Vec<&String>) =
        rest.iter().partition(|word| word.starts_with(['@', '+', '-']));
    let marks = self::marks(&marks)?;
    let alone = || match rest.as_slice() {
        [only] => Ok(only.as_str()),
        _ => Err(format!("`{first}` takes one word")),
    };
    let send = match first.as_str() {
        "start" => Send::Start(pairs(&rest)?),
        "turn" => Send::Turn(input(alone()?)?),
        "hangup" if rest.is_empty() => Send::Hangup(None),
        "hangup" => match input(alone()?)? {
            Input::Recording(seconds, None) => Send::Hangup(Some(seconds)),
            _ => return Err("`hangup` takes nothing or recording=SECONDS".into()),
        },
        "recorded" => Send::Recorded(number(alone()?)?),
        "repeat" => Send::Repeat(number(alone()?)?),
        "get" | "post" => {
            let (path, params) = rest.split_first().ok_or("a path is missing")?;
            Send::Raw {
                method: first.to_ascii_uppercase(),
                path: (*path).clone(),
                params: pairs(params)?,
            }
        }
        "wait" if marks == Marks::default() => return Ok(Action::Wait(span(alone()?)?)),
        "rows" if rest.is_empty() && marks == Marks::default() => return Ok(Action::Rows),
        "counts" if rest.is_empty() && marks == Marks::default() => return Ok(Action::Counts),
        "restart" if marks == Marks::default() => return Ok(Action::Restart(pairs(&rest)?)),
        _ => return Err(format!("`{text}` is no step")),
    };
    Ok(Action::Send(send, Box::new(marks)))
}

/// Splits at spaces outside double quotes, which are left out.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut quoted, mut open) = (Vec::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                open = false;
                continue;
            }
            _ => {}
        }
        if !open {
            words.push(String::new());
            open = true;
        }
        if c != '"'
            && let Some(word) = words.last_mut()
        {
            word.push(c);
        }
    }
    if quoted { Err(format!("a quote is not closed in `{text}`")) } else { Ok(words) }
}

fn pairs(words: &[&String]) -> Result<Vec<(String, String)>, String> {
    words.iter().map(|word| pair(word)).collect()
}

fn pair(word: &str) -> Result<(String, String), String> {
    let (name, value) = word.split_once('=').ok_or(format!("`{word}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("`{word}` is no number"))
}

/// `90s` or `500ms`.
fn span(word: &str) -> Result<i64, String> {
    match (word.strip_suffix("ms"), word.strip_suffix('s')) {
        (Some(ms), _) => number(ms),
        (None, Some(s)) => Ok(number::<i64>(s)?.saturating_mul(1000)),
        _ => Err(format!("`{word}` is no time such as 90s or 500ms")),
    }
}

fn input(word: &str) -> Result<Input, String> {
    match word.split_once('=') {
        Some(("keys", keys)) => Ok(Input::Keys(keys.to_owned())),
        Some(("recording", spoken)) => {
            let seconds = spoken.trim_end_matches(|c: char| !c.is_ascii_digit());
            let mut key = spoken[seconds.len()..].chars();
            match (key.next(), key.next()) {
                (key, None) => Ok(Input::Recording(number(seconds)?, key)),
                _ => Err(format!("`{word}`: one key ends a recording")),
            }
        }
        None if word == "silence" => Ok(Input::Silence),
        _ => Err(format!("a turn is keys=…, silence or recording=SECONDS, not `{word}`")),
    }
}

fn marks(words: &[&String]) -> Result<Marks, String> {
    let mut marks = Marks::default();
    for word in words {
        match word.split_at(1) {
            ("+", added) => marks.add.push(pair(added)?),
            ("-", name) => marks.remove.push(name.to_owned()),
            (_, method @ ("get" | "post")) => marks.method = Some(method.to_ascii_uppercase()),
            (_, "outbound") => marks.outbound = true,
            (_, "unsigned") => marks.proof = Proof::Unsigned,
            (_, "forged") => marks.proof = Proof::Forged,
            (_, "elsewhere") => marks.proof = Proof::Elsewhere,
            (_, other) => match other.split_once('=') {
                Some(("from", answer)) => marks.from = Some(number(answer)?),
                Some(("path", path)) => marks.path = Some(path.to_owned()),
                Some(("method", word)) => marks.method = Some(word.to_owned()),
                Some(("call", call)) => marks.call = Some(number(call)?),
                Some(("caller", caller)) => marks.caller = Some(caller.to_owned()),
                Some(("t", token)) => marks.token = Some(token.to_owned()),
                Some(("type", kind)) => marks.kind = Some(kind.to_owned()),
                Some(("pad", bytes)) => marks.pad = number(bytes)?,
                _ => return Err(format!("`{word}` is no mark")),
            },
        }
    }
    Ok(marks)
}

mod tests {
    use super::*;

    fn sent(send: Send, marks: Marks) -> Action {
        Action::Send(send, Box::new(marks))
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn reads_every_step() {
        let plain = Marks::default();
        for (text, expected) in [
            ("start", sent(Send::Start(vec![]), plain.clone())),
            (
                "start agent=A17 team=\"First line\"",
                sent(
                    Send::Start(vec![pair("agent", "A17"), pair("team", "First line")]),
                    plain.clone(),
                ),
            ),
            ("turn keys=5#", sent(Send::Turn(Input::Keys("5#".into())), plain.clone())),
            ("turn keys=", sent(Send::Turn(Input::Keys(String::new())), plain.clone())),
            (
                "turn silence @from=2",
                sent(Send::Turn(Input::Silence), Marks { from: Some(2), ..plain.clone() }),
            ),
            ("turn recording=4", sent(Send::Turn(Input::Recording(4, None)), plain.clone())),
            ("turn recording=0#", sent(Send::Turn(Input::Recording(0, Some('#'))), plain.clone())),
            (
                "hangup -Duration",
                sent(
                    Send::Hangup(None),
                    Marks { remove: vec!["Duration".into()], ..plain.clone() },
                ),
            ),
            ("hangup recording=3", sent(Send::Hangup(Some(3)), plain.clone())),
            ("recorded 4", sent(Send::Recorded(4), plain.clone())),
            (
                "repeat 2 @get @path=fallback +timeout=1",
                sent(
                    Send::Repeat(2),
                    Marks {
                        method: Some("GET".into()),
                        path: Some("fallback".into()),
                        add: vec![pair("timeout", "1")],
                        ..plain.clone()
                    },
                ),
            ),
            (
                "post /voice/twilio/turn?t={token:1} Digits=5 @forged",
                sent(
                    Send::Raw {
                        method: "POST".into(),
                        path: "/voice/twilio/turn?t={token:1}".into(),
                        params: vec![pair("Digits", "5")],
                    },
                    Marks { proof: Proof::Forged, ..plain.clone() },
                ),
            ),
            ("wait 90s", Action::Wait(90_000)),
            ("wait 500ms", Action::Wait(500)),
            ("rows", Action::Rows),
            ("counts", Action::Counts),
            ("restart secret=new", Action::Restart(vec![pair("secret", "new")])),
            (
                "start @t=X @call=2 @caller=anonymous @outbound @method=PUT @type=text/plain @pad=9",
                sent(
                    Send::Start(vec![]),
                    Marks {
                        call: Some(2),
                        caller: Some("anonymous".into()),
                        outbound: true,
                        token: Some("X".into()),
                        method: Some("PUT".into()),
                        kind: Some("text/plain".into()),
                        pad: 9,
                        ..plain.clone()
                    },
                ),
            ),
        ] {
            assert_eq!(action(text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn reads_a_file() {
        let text = "# A case.\nset a.b = 1 = 2\n\n=== start\n1: 200 text/xml\n# of the answer\n=== rows\nx\n";
        let case = Case::parse(text).expect("a good file");
        assert_eq!(case.head, ["# A case.", "set a.b = 1 = 2"]);
        assert_eq!(case.settings, [pair("a.b", "1 = 2")]);
        let steps: Vec<_> = case.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(steps, ["start", "rows"]);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, line, what) in [
            ("", 1, "a comment must say what the case shows"),
            ("# x", 1, "there are no steps"),
            ("=== start", 1, "a comment must say what the case shows"),
            ("# x\nstart\n", 2, "`start` is neither comment, setting nor step"),
            ("# x\nset y\n", 2, "a setting is `set NAME = VALUE`"),
            ("# x\n=== begin", 2, "`begin` is no step"),
            ("# x\n\n=== ", 3, "a step has no word"),
            ("# x\n=== start agent", 2, "`agent` is not NAME=VALUE"),
            ("# x\n=== turn 5", 2, "a turn is keys=…, silence or recording=SECONDS, not `5`"),
            ("# x\n=== turn keys=5 6", 2, "`turn` takes one word"),
            ("# x\n=== repeat two", 2, "`two` is no number"),
            ("# x\n=== start @often", 2, "`@often` is no mark"),
            ("# x\n=== start a=\"b", 2, "a quote is not closed in `start a=\"b`"),
            ("# x\n=== wait 5", 2, "`5` is no time such as 90s or 500ms"),
            ("# x\n=== wait 5s @get", 2, "`wait 5s @get` is no step"),
            ("# x\n=== rows all", 2, "`rows all` is no step"),
            ("# x\n=== hangup keys=1", 2, "`hangup` takes nothing or recording=SECONDS"),
            ("# x\n=== hangup recording=1#", 2, "`hangup` takes nothing or recording=SECONDS"),
            ("# x\n=== turn recording=1##", 2, "`recording=1##`: one key ends a recording"),
            ("# x\n=== get", 2, "a path is missing"),
        ] {
            assert_eq!(Case::parse(text), Err(Fault { line, what: what.into() }), "{text}");
        }
    }
}
