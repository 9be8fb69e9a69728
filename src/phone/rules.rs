//! What a dialect allows, as data: its elements with their text, their children and the values of
//! their attributes, and the check of a document against it. For dialects in which an element is
//! the same wherever it stands.

use super::xml::Element;

/// What stands directly inside an element as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Nothing,
    Words,
    Address,
}

/// What an attribute takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// Anything, up to so many characters.
    Free(usize),
    /// An address, which may be relative.
    Address,
    /// An address with its scheme.
    Absolute,
    /// A whole number within bounds.
    Number(i64, i64),
    /// A number within bounds, which may have a fraction.
    Decimal(f64, f64),
    /// A whole number within bounds, or a word.
    NumberOr(i64, i64, &'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Keys of a telephone, at most so many, or a word.
    Keys(usize, &'static str),
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) text: Text,
    pub(super) children: &'static [&'static str],
    pub(super) attributes: &'static [(&'static str, Value)],
    pub(super) required: &'static [&'static str],
}

/// The root of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [(&'static str, Value)],
}

/// A root `<Response>` without attributes.
pub(super) const RESPONSE: Root = Root { name: "Response", attributes: &[] };

/// Checks a document's root and all elements below it.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn check(document: &Element, root: &Root, rules: &[Rule]) -> Result<(), String> {
    if document.name != root.name {
        return Err(format!("the root is <{}>, not <{}>", document.name, root.name));
    }
    attributes(document, root.attributes)?;
    document.no_text()?;
    document.children.iter().try_for_each(|element| self::element(element, rules))
}

fn attributes(element: &Element, allowed: &[(&str, Value)]) -> Result<(), String> {
    let name = &element.name;
    for (attribute, text) in &element.attributes {
        let Some((_, value)) = allowed.iter().find(|(known, _)| known == attribute) else {
            return Err(format!("<{name}> has no attribute \"{attribute}\""));
        };
        allows(*value, text).map_err(|why| format!("<{name} {attribute}=\"{text}\">: {why}"))?;
    }
    Ok(())
}

/// Checks one element with all that is inside.
///
/// # Errors
/// As [`check`].
pub(super) fn element(element: &Element, rules: &[Rule]) -> Result<(), String> {
    let name = &element.name;
    let Some(rule) = rules.iter().find(|rule| rule.name == name) else {
        return Err(format!("<{name}> is no element that this phone knows"));
    };
    attributes(element, rule.attributes)?;
    if let Some(missing) = rule.required.iter().find(|known| element.attribute(known).is_none()) {
        return Err(format!("<{name}> has no {missing}"));
    }
    match (rule.text, element.text.trim()) {
        (Text::Nothing, _) => element.no_text()?,
        (_, "") => return Err(format!("<{name}> is empty")),
        (Text::Words, _) => {}
        (Text::Address, url) => {
            allows(Value::Absolute, url).map_err(|why| format!("<{name}>: {url}: {why}"))?;
        }
    }
    for child in &element.children {
        if !rule.children.contains(&child.name.as_str()) {
            return Err(format!("<{name}> cannot hold <{}>", child.name));
        }
        self::element(child, rules)?;
    }
    Ok(())
}

fn allows(value: Value, text: &str) -> Result<(), String> {
    let within = |low: i64, high: i64| {
        text.parse::<i64>().is_ok_and(|number| (low..=high).contains(&number))
    };
    let good = match value {
        Value::Free(most) => text.chars().count() <= most,
        Value::Absolute => {
            let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
        }
        Value::Number(low, high) => within(low, high),
        Value::Address => !text.is_empty() && !text.contains(char::is_whitespace),
        Value::Decimal(low, high) => {
            text.parse::<f64>().is_ok_and(|number| (low..=high).contains(&number))
        }
        Value::NumberOr(low, high, word) => text == word || within(low, high),
        Value::Word(words) => words.contains(&text),
        Value::Keys(most, word) => {
            let keys = |key: char| key.is_ascii_digit() || key == '#' || key == '*';
            !word.is_empty() && text == word || text.len() <= most && text.chars().all(keys)
        }
    };
    if good { Ok(()) } else { Err(format!("expected {}", expected(value))) }
}

fn expected(value: Value) -> String {
    match value {
        Value::Free(most) => format!("at most {most} characters"),
        Value::Address => "an address".to_owned(),
        Value::Absolute => "an absolute address".to_owned(),
        Value::Decimal(low, high) => format!("a number from {low} to {high}"),
        Value::Number(low, high) => format!("a number from {low} to {high}"),
        Value::NumberOr(low, high, word) => format!("a number from {low} to {high}, or {word}"),
        Value::Word(words) => format!("one of {}", words.join(", ")),
        Value::Keys(most, word) => format!("at most {most} of the keys 0-9, # and * {word}"),
    }
}
