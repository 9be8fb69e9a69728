//! The elements of an answer, as far as a transcript looks into it.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element with its own text.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// The text directly behind its start.
    pub text: String,
}

/// The document's elements in order.
///
/// # Errors
/// When it is no well-formed XML.
pub fn tags(body: &[u8]) -> Result<Vec<Tag>, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("not UTF-8: {error}"))?;
    let mut reader = Reader::from_str(text);
    let mut tags: Vec<Tag> = Vec::new();
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event();
        match event.map_err(|error| format!("not well-formed: {error}"))? {
            Event::Start(start) => {
                depth += 1;
                tags.push(tag(&start)?);
            }
            Event::Empty(start) => tags.push(tag(&start)?),
            Event::End(_) => depth -= 1,
            Event::Text(text) => push_text(&mut tags, &text),
            Event::CData(text) => push_text(&mut tags, &text),
            Event::GeneralRef(name) => {
                let whole = format!("&{};", &*name);
                push_text(&mut tags, &quick_xml::escape::unescape(&whole).map_err(said)?);
            }
            Event::Eof if depth == 0 && !tags.is_empty() => break,
            Event::Eof => return Err("not well-formed: it ends too early".into()),
            _ => {}
        }
    }
    for tag in &mut tags {
        tag.text = tag.text.trim().to_owned();
    }
    Ok(tags)
}

fn push_text(tags: &mut [Tag], text: &str) {
    if let Some(tag) = tags.last_mut() {
        tag.text.push_str(text);
    }
}

fn tag(start: &BytesStart<'_>) -> Result<Tag, String> {
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(said)?;
        let name = attribute.key.as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(said)?;
        attributes.insert(name, value.into_owned());
    }
    let name = start.name().as_ref().to_owned();
    Ok(Tag { name, attributes, text: String::new() })
}

fn said(error: impl std::fmt::Display) -> String {
    format!("not well-formed: {error}")
}

mod tests {
    use super::*;

    #[test]
    fn documents_are_read_and_broken_ones_refused() {
        let read = tags(b"<R><A b=\"1&amp;2\">x &lt; y</A><C/></R>").expect("well-formed");
        let names: Vec<_> = read.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["R", "A", "C"]);
        assert_eq!((read[1].attributes["b"].as_str(), read[1].text.as_str()), ("1&2", "x < y"));
        for broken in ["", "<R>", "<R></S>", "<R a=1/>", "<R>&nothing;</R>", "text"] {
            assert!(tags(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
