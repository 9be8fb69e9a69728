//! A small tree of XML elements and how it is written: UTF-8, declared, two spaces a level,
//! everything escaped by quick-xml.

use std::borrow::Cow;

use quick_xml::escape::escape;

/// Bytes of most documents: what is written first grows no more.
const USUAL: usize = 4096;

/// An element: attributes in the order they were given, then text, then children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    text: Cow<'static, str>,
    children: Vec<Cow<'static, Element>>,
}

/// Text of a document: what stands in the program is not copied.
pub(super) trait Value {
    /// As an element keeps it.
    fn kept(self) -> Cow<'static, str>;
}

impl Value for &'static str {
    fn kept(self) -> Cow<'static, str> {
        Cow::Borrowed(self)
    }
}

impl Value for String {
    fn kept(self) -> Cow<'static, str> {
        Cow::Owned(self)
    }
}

impl Value for &String {
    fn kept(self) -> Cow<'static, str> {
        Cow::Owned(self.clone())
    }
}

impl Element {
    /// An empty element.
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), text: Cow::Borrowed(""), children: Vec::new() }
    }

    /// With that attribute.
    pub fn with(mut self, name: &'static str, value: impl Value) -> Self {
        self.attributes.push((name, value.kept()));
        self
    }

    /// With these attributes.
    pub fn with_all(mut self, attributes: &[(&'static str, &'static str)]) -> Self {
        self.attributes
            .extend(attributes.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))));
        self
    }

    /// With that text.
    pub fn text(mut self, text: impl Value) -> Self {
        self.text = text.kept();
        self
    }

    /// With that child behind the others.
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(Cow::Owned(child));
        self
    }

    /// With that child, which is the same in every document, behind the others.
    pub fn fixed(mut self, child: &'static Element) -> Self {
        self.children.push(Cow::Borrowed(child));
        self
    }

    /// With these children behind the others.
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Cow::Owned));
        self
    }

    /// The whole document with its declaration.
    pub fn document(&self) -> String {
        let mut to = String::with_capacity(USUAL);
        to.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        self.write(&mut to, 0);
        to.push('\n');
        to
    }

    fn write(&self, to: &mut String, depth: usize) {
        new_line(to, depth);
        to.push('<');
        to.push_str(self.name);
        for (name, value) in &self.attributes {
            to.extend([" ", name, "=\""]);
            to.push_str(&escape(allowed(value)));
            to.push('"');
        }
        let text = allowed(&self.text);
        if text.is_empty() && self.children.is_empty() {
            return to.push_str("/>");
        }
        to.push('>');
        to.push_str(&escape(text));
        for child in &self.children {
            child.write(to, depth + 1);
        }
        if !self.children.is_empty() {
            new_line(to, depth);
        }
        to.extend(["</", self.name, ">"]);
    }
}

fn new_line(to: &mut String, depth: usize) {
    to.push('\n');
    for _ in 0..depth {
        to.push_str("  ");
    }
}

/// Without the characters that XML 1.0 (section 2.2) forbids even when escaped.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        c => c >= ' ',
    };
    match text.chars().all(is_allowed) {
        true => Cow::Borrowed(text),
        false => text.chars().filter(|c| is_allowed(*c)).collect(),
    }
}
