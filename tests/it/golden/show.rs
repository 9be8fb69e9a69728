//! How answers are written down: XML in lines, and names for what differs from run to run.

/// Names given so far, one list for each sort of value.
#[derive(Default)]
pub struct Names {
    tokens: Vec<String>,
    versions: Vec<String>,
    ids: Vec<String>,
}

impl Names {
    /// The text with names in the place of volatile values.
    pub fn hide(&mut self, text: &str, base: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let before = &text[..text.len() - rest.len()];
            let (length, name) = if rest.starts_with(base) {
                (base.len(), "{base}".to_owned())
            } else if let Some(length) = token_here(before, rest) {
                (length, name("token", &mut self.tokens, &rest[..length]))
            } else if let Some(length) = version_here(before, rest) {
                (length, name("version", &mut self.versions, &rest[..length]))
            } else if let Some(length) = id_here(before, rest) {
                (length, name("id", &mut self.ids, &rest[..length]))
            } else {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                (length, rest[..length].to_owned())
            };
            out.push_str(&name);
            rest = &rest[length..];
        }
        out
    }

    /// The text with the tokens that its names stand for.
    ///
    /// # Errors
    /// A name that no answer above has.
    pub fn reveal(&self, text: &str) -> Result<String, String> {
        let mut out = text.to_owned();
        for (number, token) in (1..).zip(&self.tokens) {
            out = out.replace(&format!("{{token:{number}}}"), token);
        }
        if out.contains("{token:") {
            return Err(format!("`{text}` names a token that no answer above has"));
        }
        Ok(out)
    }
}

fn name(sort: &str, known: &mut Vec<String>, value: &str) -> String {
    let place = known.iter().position(|old| old == value).unwrap_or_else(|| {
        known.push(value.to_owned());
        known.len() - 1
    });
    format!("{{{sort}:{}}}", place + 1)
}

fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

/// The value of `t` in an address; short ones are no tokens of ours.
fn token_here(before: &str, rest: &str) -> Option<usize> {
    let inside = ["?t=", "&t=", "&amp;t="].iter().any(|start| before.ends_with(start));
    let length = run(rest, |c| c.is_ascii_alphanumeric() || "-_.~".contains(c));
    (inside && length >= 16).then_some(length)
}

/// The third part of `/audio/SURVEY/VERSION/…`.
fn version_here(before: &str, rest: &str) -> Option<usize> {
    let (_, survey) = before.rsplit_once("/audio/")?;
    let name = survey.strip_suffix('/')?;
    let length = run(rest, |c| c.is_ascii_alphanumeric());
    let whole = rest[length..].starts_with('/') && length >= 8;
    (whole && !name.is_empty() && !name.contains(['/', '<', ' ', '"'])).then_some(length)
}

/// A UUID, or 32 hexadecimal digits, standing alone.
fn id_here(before: &str, rest: &str) -> Option<usize> {
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '-');
    let digits = rest[..length].chars().filter(|c| *c != '-');
    let hexadecimal = digits.clone().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    (hexadecimal && digits.count() == 32 && (length == 32 || length == 36)).then_some(length)
}

/// The XML with a line for each tag, or for an element that has only text; two spaces a level.
/// Spaces between tags are lost, nothing else is.
pub fn lay_out(xml: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    // The last line is a start tag that still waits for its text or its end.
    let mut open = false;
    for piece in pieces(xml) {
        let inner = "  ".repeat(depth);
        match (piece, lines.last_mut()) {
            (Piece::Text(text), _) if text.trim().is_empty() => {}
            (Piece::Text(text), Some(line)) if open => line.push_str(text),
            (Piece::Text(text), _) => lines.push(inner + text),
            (Piece::Start(tag), _) => {
                lines.push(inner + tag);
                (depth, open) = (depth + 1, true);
            }
            (Piece::End(tag), last) => {
                depth = depth.saturating_sub(1);
                match last {
                    Some(line) if open => line.push_str(tag),
                    _ => lines.push("  ".repeat(depth) + tag),
                }
                open = false;
            }
            (Piece::Other(tag), _) => {
                lines.push(inner + tag);
                open = false;
            }
        }
    }
    lines.join("\n")
}

enum Piece<'a> {
    Text(&'a str),
    Start(&'a str),
    End(&'a str),
    /// An element without content, a comment, the declaration.
    Other(&'a str),
}

fn pieces(xml: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = xml;
    while !rest.is_empty() {
        let length = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.starts_with('<') {
            rest.find('>').map(|end| end + 1)
        } else {
            rest.find('<')
        };
        let (piece, after) = rest.split_at(length.unwrap_or(rest.len()));
        pieces.push(match piece {
            _ if !piece.starts_with('<') => Piece::Text(piece),
            _ if piece.starts_with("</") => Piece::End(piece),
            _ if piece.starts_with("<?") || piece.starts_with("<!") || piece.ends_with("/>") => {
                Piece::Other(piece)
            }
            _ => Piece::Start(piece),
        });
        rest = after;
    }
    pieces
}

mod tests {
    use super::*;

    #[test]
    fn volatile_values_get_names() {
        let mut names = Names::default();
        let base = "https://s.example";
        for (text, expected) in [
            ("https://s.example/turn?t=AAAAaaaa-_BBBBbbbb", "{base}/turn?t={token:1}"),
            ("x?a=1&amp;t=CCCCccccDDDDdddd&amp;timeout=1", "x?a=1&amp;t={token:2}&amp;timeout=1"),
            ("?t=AAAAaaaa-_BBBBbbbb\"", "?t={token:1}\""),
            ("?t=short", "?t=short"),
            ("?wait=AAAAaaaa-_BBBBbbbb", "?wait=AAAAaaaa-_BBBBbbbb"),
            ("/audio/post-call/0123456789ab/en/q.wav", "/audio/post-call/{version:1}/en/q.wav"),
            ("/audio/goodbye/en.wav", "/audio/goodbye/en.wav"),
            ("id 0123456789abcdef0123456789abcdef.", "id {id:1}."),
            ("01234567-89ab-cdef-0123-456789abcdef 1", "{id:2} 1"),
            ("CA0123456789abcdef0123456789abcdef", "CA0123456789abcdef0123456789abcdef"),
            ("ačiū தமிழ்", "ačiū தமிழ்"),
        ] {
            assert_eq!(names.hide(text, base), expected, "{text}");
        }
        assert_eq!(names.reveal("/t?t={token:2}"), Ok("/t?t=CCCCccccDDDDdddd".into()));
        assert!(names.reveal("{token:3}").is_err());
    }

    #[test]
    fn xml_is_laid_out_in_lines() {
        for (xml, expected) in [
            ("<R/>", "<R/>"),
            ("<R></R>", "<R></R>"),
            (
                "<?xml version=\"1.0\"?><R><G a=\"1\"><S>hi &amp; you</S><P/></G><H/></R>",
                "<?xml version=\"1.0\"?>\n<R>\n  <G a=\"1\">\n    <S>hi &amp; you</S>\n    <P/>\n  </G>\n  <H/>\n</R>",
            ),
            (
                "<R>\n  <S>a <b>c</b> d</S>\n</R>\n",
                "<R>\n  <S>a \n    <b>c</b>\n     d\n  </S>\n</R>",
            ),
            ("<R><!-- a > b --><S> </S></R>", "<R>\n  <!-- a > b -->\n  <S></S>\n</R>"),
        ] {
            assert_eq!(lay_out(xml), expected, "{xml}");
        }
    }
}
