//! What a request says, decoded once: the query and the body, form or JSON. Nothing is trimmed,
//! renamed or dropped here, since signatures cover every name and value.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Method, Params, Request};

/// More parameters than this in one request are not read: FreeSWITCH's extended profile sends
/// some two hundred.
const MOST_PARAMETERS: usize = 1000;

/// Why a request cannot be read; the web room answers 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is of a kind that no platform sends.
    #[error("the body is neither a form nor JSON; send application/x-www-form-urlencoded")]
    ContentType,
    /// The content type says JSON and the body is none, or no object.
    #[error("the body is not a JSON object, although its content type says JSON")]
    Json,
    /// There are too many parameters.
    #[error("more than 1000 parameters in one request")]
    TooMany,
}

/// What a body is, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// Nothing to read: no body, or a GET.
    Absent,
    /// Form-encoded; of a multipart body the web room hands in the text fields in this form.
    Form,
    /// JSON.
    Json,
    /// Something else.
    Other,
}

/// What the request's body is.
pub(super) fn body_kind(request: &Request) -> BodyKind {
    if request.method == Method::Get || request.body.is_empty() {
        return BodyKind::Absent;
    }
    let full = request.header("content-type").unwrap_or_default();
    let media = full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "" | "application/x-www-form-urlencoded" => BodyKind::Form,
        m if m.starts_with("multipart/") => BodyKind::Form,
        m if m == "application/json" || m.ends_with("+json") => BodyKind::Json,
        _ => BodyKind::Other,
    }
}

/// Decodes query and body once, by the WHATWG rules for forms (`+` is a space). Bytes that are no
/// UTF-8 become U+FFFD; everything else is kept as it came. Of a JSON object strings stay as they
/// are, numbers and truth values are written out, null is empty, and what is nested stands as
/// JSON text.
///
/// # Errors
/// [`Unreadable`] when the body cannot be understood or has too many parameters.
pub fn params(request: &Request) -> Result<Params, Unreadable> {
    let query = form(request.query().as_bytes())?;
    let body = match body_kind(request) {
        BodyKind::Absent => Vec::new(),
        BodyKind::Form => form(request.body)?,
        BodyKind::Json => json(request.body)?,
        BodyKind::Other => return Err(Unreadable::ContentType),
    };
    Ok(Params { query, body })
}

fn form(bytes: &[u8]) -> Result<Vec<(String, String)>, Unreadable> {
    let pairs: Vec<_> = form_urlencoded::parse(bytes)
        .take(MOST_PARAMETERS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if pairs.len() > MOST_PARAMETERS { Err(Unreadable::TooMany) } else { Ok(pairs) }
}

/// What is nested is checked and kept as it was written: as values, a list of zeros would take
/// sixteen times its length, before anybody has proven who sent it.
fn json(bytes: &[u8]) -> Result<Vec<(String, String)>, Unreadable> {
    let object: BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(bytes).map_err(|_| Unreadable::Json)?;
    if object.len() > MOST_PARAMETERS {
        return Err(Unreadable::TooMany);
    }
    let text = |value: &RawValue| match value.get() {
        "null" => Ok(String::new()),
        quoted if quoted.starts_with('"') => {
            serde_json::from_str(quoted).map_err(|_| Unreadable::Json)
        }
        other => Ok(other.to_owned()),
    };
    object.into_iter().map(|(name, value)| Ok((name, text(&value)?))).collect()
}

impl Params {
    /// All values of that name, query before body.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().chain(&self.body).filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first usable value of that name for what we keep: without control characters (a NUL
    /// cannot be stored) and outer spaces, and never empty.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.all(name).find_map(clean)
    }

    /// The first of these names that has a usable value.
    pub(super) fn first_word(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.word(name))
    }

    /// A count of seconds, fractions cut off; anything else is none.
    pub(super) fn seconds(&self, name: &str) -> Option<u32> {
        self.word(name).and_then(|text| whole_seconds(&text))
    }
}

/// Text as we keep it: no control characters, no outer spaces; nothing left is none.
pub(super) fn clean(text: &str) -> Option<String> {
    // Nor those that turn the text around them.
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// `7`, `7.9` → 7; signs, words and numbers beyond four billion are none.
pub(super) fn whole_seconds(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| whole.parse().ok()).flatten()
}

/// All keys of a telephone.
pub(super) const TWELVE: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];
/// What may follow a `1` on a scale to ten, for platforms that match what is pressed against a
/// list. `10` is an answer, `1#` is a finished 1, the others are wrong keys; not on the list, they
/// would look like silence or like any wrong key. On FreeSWITCH they must stand behind `1`: the
/// first match in the list decides, and in front of it they would make `1` an answer at once.
pub(super) const AFTER_ONE: [&str; 12] =
    ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "1*", "1#"];

/// The keys of a telephone among what was sent, at most twenty: nobody presses more in one breath.
pub(super) fn keys(text: &str) -> String {
    text.chars().filter(|c| is_key(*c)).take(20).collect()
}

/// Whether that is one of the twelve keys.
pub(super) fn is_key(c: char) -> bool {
    c.is_ascii_digit() || c == '*' || c == '#'
}
