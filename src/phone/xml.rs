//! An XML document as a small tree, read strictly: one root, no stray text after it, no unknown
//! entities, no document types, no deeper nesting than any dialect has.

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

/// One element with all that is inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text directly inside, put together.
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Refuses attributes that are not on the list.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), String> {
        match self.attributes.iter().find(|(n, _)| !known.contains(&n.as_str())) {
            Some((name, _)) => Err(format!("<{}> has no attribute \"{name}\"", self.name)),
            None => Ok(()),
        }
    }

    /// Refuses text directly inside.
    pub(super) fn no_text(&self) -> Result<(), String> {
        match self.text.trim() {
            "" => Ok(()),
            text => Err(format!("<{}> cannot hold text: \"{}\"", self.name, short(text))),
        }
    }

    /// Refuses elements inside.
    pub(super) fn no_children(&self) -> Result<(), String> {
        match self.children.first() {
            Some(child) => Err(format!("<{}> cannot hold <{}>", self.name, child.name)),
            None => Ok(()),
        }
    }

    /// A whole number from an attribute within bounds, or the default.
    pub(super) fn number(
        &self,
        name: &str,
        default: i64,
        low: i64,
        high: i64,
    ) -> Result<i64, String> {
        let Some(text) = self.attribute(name) else { return Ok(default) };
        text.parse::<i64>().ok().filter(|n| (low..=high).contains(n)).ok_or_else(|| {
            format!("<{} {name}=\"{text}\">: expected a number from {low} to {high}", self.name)
        })
    }

    /// One of the words from an attribute, or the default.
    pub(super) fn word<'a>(
        &'a self,
        name: &str,
        default: &'a str,
        words: &[&str],
    ) -> Result<&'a str, String> {
        let text = self.attribute(name).unwrap_or(default);
        if words.contains(&text) {
            Ok(text)
        } else {
            let words = words.join(", ");
            Err(format!("<{} {name}=\"{text}\">: expected one of {words}", self.name))
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

const DEEPEST: usize = 8;

/// Reads a document of at most 1 MiB.
///
/// # Errors
/// A sentence that says what is not well-formed.
pub(super) fn read(document: &[u8]) -> Result<Element, String> {
    if document.len() > 1024 * 1024 {
        return Err("the document is larger than 1 MiB".into());
    }
    let text = std::str::from_utf8(document).map_err(|_| "the document is not UTF-8")?;
    if text.starts_with(|c: char| c == '\u{feff}' || c.is_whitespace()) {
        return Err("something stands before the XML declaration".into());
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let event = reader.read_event().map_err(|e| format!("not well-formed XML: {e}"))?;
        match event {
            Event::Start(tag) => {
                if root.is_some() || open.len() >= DEEPEST {
                    return Err("more than one root, or nested too deep".into());
                }
                open.push(element(&tag)?);
            }
            Event::Empty(tag) => close(element(&tag)?, &mut open, &mut root)?,
            Event::End(_) => {
                let done = open.pop().ok_or("an element ends that never began")?;
                close(done, &mut open, &mut root)?;
            }
            Event::Text(t) => add(&t.xml10_content(), &mut open)?,
            Event::CData(t) => add(&t.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => {
                let name = reference.into_inner();
                add(&entity(&name)?, &mut open)?;
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return Err("a document type is not allowed".into()),
            Event::Eof => break,
        }
    }
    match open.pop() {
        Some(unclosed) => Err(format!("<{}> is not closed", unclosed.name)),
        None => root.ok_or_else(|| "the document is empty".into()),
    }
}

fn element(tag: &quick_xml::events::BytesStart<'_>) -> Result<Element, String> {
    let name = tag.name().into_inner().to_owned();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| format!("<{name}>: {e}"))?;
        let key = attribute.key.into_inner().to_owned();
        if attribute.value.contains('<') {
            return Err(format!("<{name} {key}>: a raw < stands in the value"));
        }
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|e| format!("<{name} {key}>: {e}"))?
            .into_owned();
        attributes.push((key, value));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err(format!("a second root <{}>", done.name)),
    }
    Ok(())
}

fn add(text: &str, open: &mut [Element]) -> Result<(), String> {
    match open.last_mut() {
        Some(inside) => inside.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text stands outside the root".into()),
    }
    Ok(())
}

fn entity(name: &str) -> Result<String, String> {
    let fault = || format!("unknown entity &{};", short(name));
    if let Some(known) = quick_xml::escape::resolve_predefined_entity(name) {
        return Ok(known.to_owned());
    }
    let code = match name.strip_prefix("#x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => name.strip_prefix('#').and_then(|dec| dec.parse().ok()),
    };
    code.filter(|c| *c != 0).and_then(char::from_u32).map(String::from).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let tree = read(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><A b=\"x&amp;y\"><C/>l&#241;&lt;<![CDATA[&]]></A>",
        )
        .unwrap();
        assert_eq!(tree.name, "A");
        assert_eq!(tree.attribute("b"), Some("x&y"));
        assert_eq!(tree.children[0].name, "C");
        assert_eq!(tree.text, "l\u{f1}<&");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for wrong in [
            "",
            "text",
            "<A>",
            "<A></B>",
            "<A/><B/>",
            "<A/>tail",
            " <A/>",
            "<A b='1' b='2'/>",
            "<A b=\"x&y\"/>",
            "<A>&nbsp;</A>",
            "<!DOCTYPE A><A/>",
            "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a><b/>",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(read(b"<A>\xff</A>").is_err());
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,200}", bytes in proptest::collection::vec(0u8.., 0..80)) {
            let _ = read(text.as_bytes());
            let _ = read(&bytes);
            let _ = read(format!("<A>{text}</A>").as_bytes());
        }
    }
}
