//! VoiceXML documents, read as strictly as the Recommendations of VoiceXML 2.0 and 2.1 describe
//! them, and no more of them than a survey by keys needs: what is not here is refused.

use super::ecma::{self, Expr};
use super::rules::{self, Rule, Text, Value};
use super::xml::{self, Element};

/// A document with its values checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) properties: Properties,
    pub(super) catches: Vec<Catch>,
    pub(super) vars: Vec<Var>,
    pub(super) forms: Vec<Form>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) id: Option<String>,
    pub(super) properties: Properties,
    pub(super) catches: Vec<Catch>,
    pub(super) vars: Vec<Var>,
    pub(super) items: Vec<Item>,
}

/// A form item: what the form interpretation algorithm visits until it has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: Option<String>,
    pub(super) properties: Properties,
    pub(super) catches: Vec<Catch>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Block(Vec<Step>),
    Field { prompts: Vec<Prompt>, words: Vec<String>, filled: Vec<Step> },
    Record { beep: bool, longest_ms: i64, silence_ms: i64, by_key: bool, filled: Vec<Step> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Catch {
    pub(super) events: Vec<String>,
    /// From which time on that it is thrown.
    pub(super) count: usize,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Var {
    pub(super) name: String,
    pub(super) expr: Option<Expr>,
}

/// Executable content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Var(Var),
    /// A new value for a variable that is there.
    Assign(Var),
    If(Expr, Vec<Step>),
    Prompt(Prompt),
    Submit {
        next: String,
        post: bool,
        multipart: bool,
        names: Vec<String>,
    },
    /// Another form of the document.
    Form(String),
    /// An item of this form, whether or not it has a value.
    Item(String),
    /// Another document.
    Goto(String),
    Disconnect,
    Exit(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) sounds: Vec<String>,
    /// Whether it can be keyed over.
    pub(super) bargein: bool,
    pub(super) timeout_ms: Option<i64>,
}

/// Properties that were set here; what was not is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Properties(Vec<(String, String)>);

impl Properties {
    /// The value that was set under that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

const NAMESPACE: &str = "http://www.w3.org/2001/vxml";
const NAME: Value = Value::Free(64);
const EXPR: Value = Value::Free(1000);
const TIME: Value = Value::Free(20);
const FLAG: Value = Value::Word(&["true", "false"]);

const fn rule(
    name: &'static str,
    children: &'static [&'static str],
    attributes: &'static [(&'static str, Value)],
    required: &'static [&'static str],
) -> Rule {
    Rule { name, text: Text::Nothing, children, attributes, required }
}

/// The elements of executable content.
const STEPS: &[&str] = &["var", "assign", "if", "prompt", "submit", "goto", "disconnect", "exit"];

const RULES: [Rule; 23] = [
    rule(
        "vxml",
        &["property", "catch", "noinput", "nomatch", "var", "form"],
        &[
            ("version", Value::Word(&["2.1"])),
            ("xmlns", Value::Word(&[NAMESPACE])),
            ("xml:lang", Value::Free(35)),
        ],
        &["version", "xmlns"],
    ),
    rule("property", &[], &[("name", NAME), ("value", Value::Free(64))], &["name", "value"]),
    rule(
        "catch",
        STEPS,
        &[("event", Value::Free(200)), ("count", Value::Number(1, 100))],
        &["event"],
    ),
    rule("noinput", STEPS, &[], &[]),
    rule("nomatch", STEPS, &[], &[]),
    rule("filled", STEPS, &[], &[]),
    rule(
        "form",
        &["property", "catch", "noinput", "nomatch", "var", "block", "field", "record"],
        &[("id", NAME)],
        &[],
    ),
    rule("block", STEPS, &[("name", NAME)], &[]),
    rule(
        "field",
        &["property", "catch", "noinput", "nomatch", "grammar", "prompt", "filled"],
        &[("name", NAME)],
        &["name"],
    ),
    rule(
        "record",
        &["property", "catch", "noinput", "filled"],
        &[
            ("name", NAME),
            ("beep", FLAG),
            ("maxtime", TIME),
            ("finalsilence", TIME),
            ("dtmfterm", FLAG),
            // The kinds that every platform must record.
            ("type", Value::Word(&["audio/x-wav", "audio/basic", "audio/x-alaw-basic"])),
        ],
        &["name", "maxtime", "finalsilence", "type"],
    ),
    rule(
        "grammar",
        &["rule"],
        &[
            ("mode", Value::Word(&["dtmf"])),
            ("version", Value::Word(&["1.0"])),
            ("root", NAME),
            ("type", Value::Word(&["application/srgs+xml"])),
        ],
        &["mode", "version", "root"],
    ),
    rule(
        "rule",
        &["one-of"],
        &[("id", NAME), ("scope", Value::Word(&["public", "private"]))],
        &["id"],
    ),
    rule("one-of", &["item"], &[], &[]),
    Rule { name: "item", text: Text::Words, children: &[], attributes: &[], required: &[] },
    rule("prompt", &["audio"], &[("bargein", FLAG), ("timeout", TIME)], &[]),
    rule("audio", &[], &[("src", Value::Absolute)], &["src"]),
    rule("var", &[], &[("name", NAME), ("expr", EXPR)], &["name"]),
    rule("assign", &[], &[("name", NAME), ("expr", EXPR)], &["name", "expr"]),
    rule("if", STEPS, &[("cond", EXPR)], &["cond"]),
    rule(
        "submit",
        &[],
        &[
            ("next", Value::Absolute),
            ("method", Value::Word(&["get", "post"])),
            ("enctype", Value::Word(&["application/x-www-form-urlencoded", "multipart/form-data"])),
            ("namelist", Value::Free(1000)),
        ],
        // Without a list, whatever the document has is sent.
        &["next", "namelist"],
    ),
    rule("goto", &[], &[("next", Value::Address), ("nextitem", NAME)], &[]),
    rule("disconnect", &[], &[], &[]),
    rule("exit", &[], &[("namelist", Value::Free(200))], &[]),
];

/// Reads a whole document.
///
/// # Errors
/// A sentence that names the element and what is wrong with it.
pub(super) fn read(document: &[u8]) -> Result<Document, String> {
    let root = xml::read(document)?;
    if root.name != "vxml" {
        return Err(format!("the root is <{}>, not <vxml>", root.name));
    }
    rules::element(&root, &RULES)?;
    let forms: Vec<Form> = named(&root, "form").map(form).collect::<Result<_, _>>()?;
    if forms.is_empty() {
        return Err("the document has no <form>".into());
    }
    let read = Document {
        properties: properties(&root)?,
        catches: catches(&root)?,
        vars: vars(&root)?,
        forms,
    };
    leads_somewhere(&read)?;
    Ok(read)
}

/// Every jump inside the document has its place, and no name stands twice.
fn leads_somewhere(document: &Document) -> Result<(), String> {
    let mut seen = Vec::new();
    for id in document.forms.iter().filter_map(|form| form.id.as_deref()) {
        if seen.contains(&id) {
            return Err(format!("two forms have the id \"{id}\""));
        }
        seen.push(id);
    }
    for form in &document.forms {
        let names: Vec<_> = form.items.iter().filter_map(|item| item.name.as_deref()).collect();
        let doubled = names.iter().find(|name| names.iter().filter(|n| n == name).count() > 1);
        if let Some(name) = doubled {
            return Err(format!("two items of a form have the name \"{name}\""));
        }
        let inside = form.items.iter().flat_map(|item| {
            let own = match &item.kind {
                Kind::Block(steps) => steps,
                Kind::Field { filled, .. } | Kind::Record { filled, .. } => filled,
            };
            item.catches.iter().flat_map(|catch| &catch.steps).chain(own)
        });
        let around = form.catches.iter().chain(&document.catches).flat_map(|catch| &catch.steps);
        for step in inside.chain(around) {
            match step {
                Step::Form(id) if !seen.contains(&id.as_str()) => {
                    return Err(format!("there is no form \"{id}\""));
                }
                Step::Item(name) if !names.contains(&name.as_str()) => {
                    return Err(format!("there is no item \"{name}\""));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn named<'e>(e: &'e Element, name: &'static str) -> impl Iterator<Item = &'e Element> {
    e.children.iter().filter(move |child| child.name == name)
}

fn form(e: &Element) -> Result<Form, String> {
    let items = e.children.iter().filter_map(|child| item(child).transpose());
    Ok(Form {
        id: e.attribute("id").map(str::to_owned),
        properties: properties(e)?,
        catches: catches(e)?,
        vars: vars(e)?,
        items: items.collect::<Result<_, _>>()?,
    })
}

/// A form item; nothing for what else stands in a form.
fn item(e: &Element) -> Result<Option<Item>, String> {
    let filled = || -> Result<Vec<Step>, String> {
        named(e, "filled").map(steps).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
    };
    let kind = match e.name.as_str() {
        "block" => Kind::Block(steps(e)?),
        "field" => Kind::Field {
            prompts: named(e, "prompt").map(prompt).collect::<Result<_, _>>()?,
            words: words(e)?,
            filled: filled()?,
        },
        "record" => Kind::Record {
            beep: e.attribute("beep") == Some("true"),
            longest_ms: time(e, "maxtime")?.unwrap_or(0),
            silence_ms: time(e, "finalsilence")?.unwrap_or(0),
            by_key: e.attribute("dtmfterm") != Some("false"),
            filled: filled()?,
        },
        _ => return Ok(None),
    };
    let name = e.attribute("name").map(name).transpose()?;
    Ok(Some(Item { name, properties: properties(e)?, catches: catches(e)?, kind }))
}

/// A name by the rules of VoiceXML and ECMAScript.
fn name(text: &str) -> Result<String, String> {
    let good = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with('$');
    if good { Ok(text.to_owned()) } else { Err(format!("\"{text}\" is no name for a variable")) }
}

/// The key sequences of all grammars of a field.
fn words(e: &Element) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    for grammar in named(e, "grammar") {
        let rules: Vec<_> = named(grammar, "rule").collect();
        let [rule] = rules.as_slice() else {
            return Err("<grammar> has not just one <rule>".into());
        };
        if rule.attribute("id") != grammar.attribute("root") {
            return Err("the root of <grammar> is not its rule".into());
        }
        for item in named(rule, "one-of").flat_map(|one_of| named(one_of, "item")) {
            // Without a space between them, two keys are one token that no key makes.
            let tokens: Vec<&str> = item.text.split_whitespace().collect();
            let key = |token: &&str| super::gather::TWELVE.contains(*token) && token.len() == 1;
            if tokens.is_empty() || !tokens.iter().all(key) {
                return Err(format!("<item>{}</item> is no list of keys", item.text));
            }
            words.push(tokens.concat());
        }
    }
    if words.is_empty() { Err("<field> hears no keys".into()) } else { Ok(words) }
}

/// Names and, where the phone knows them, good values.
fn properties(e: &Element) -> Result<Properties, String> {
    let mut set = Vec::new();
    for property in named(e, "property") {
        let text = |name| property.attribute(name).unwrap_or_default().to_owned();
        let (name, value) = (text("name"), text("value"));
        match name.as_str() {
            "timeout" | "interdigittimeout" | "termtimeout" => {
                millis(&value).ok_or_else(|| format!("property {name}: \"{value}\" is no time"))?;
            }
            "termchar" if value.is_empty() || super::gather::TWELVE.contains(&value) => {}
            "inputmodes" if ["dtmf", "voice", "dtmf voice", "voice dtmf"].contains(&&*value) => {}
            "bargein" if ["true", "false"].contains(&&*value) => {}
            _ => return Err(format!("property {name}=\"{value}\" is not known here")),
        }
        set.push((name, value));
    }
    Ok(Properties(set))
}

fn catches(e: &Element) -> Result<Vec<Catch>, String> {
    let mut catches = Vec::new();
    for child in &e.children {
        let events = match child.name.as_str() {
            "catch" => child.attribute("event").unwrap_or_default(),
            "noinput" | "nomatch" => &child.name,
            _ => continue,
        };
        let events: Vec<String> = events.split_whitespace().map(str::to_owned).collect();
        if events.is_empty() {
            return Err("<catch> names no event".into());
        }
        let count = child.attribute("count").and_then(|count| count.parse().ok()).unwrap_or(1);
        catches.push(Catch { events, count, steps: steps(child)? });
    }
    Ok(catches)
}

fn vars(e: &Element) -> Result<Vec<Var>, String> {
    named(e, "var").map(var).collect()
}

fn var(e: &Element) -> Result<Var, String> {
    let expr = e.attribute("expr").map(ecma::parse).transpose()?;
    Ok(Var { name: name(e.attribute("name").unwrap_or_default())?, expr })
}

fn steps(e: &Element) -> Result<Vec<Step>, String> {
    e.children.iter().map(step).collect()
}

fn step(e: &Element) -> Result<Step, String> {
    let text = |name: &str| e.attribute(name).unwrap_or_default().to_owned();
    let list = || text("namelist").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    Ok(match e.name.as_str() {
        "var" => Step::Var(var(e)?),
        "assign" => Step::Assign(var(e)?),
        "if" => Step::If(ecma::parse(&text("cond"))?, steps(e)?),
        "prompt" => Step::Prompt(prompt(e)?),
        "submit" => {
            let (post, multipart) = (text("method") == "post", text("enctype").starts_with("mult"));
            if multipart && !post {
                return Err("<submit> sends a form in parts by GET".into());
            }
            Step::Submit { next: text("next"), post, multipart, names: list() }
        }
        "goto" => match (e.attribute("next"), e.attribute("nextitem")) {
            (Some(next), None) => match next.strip_prefix('#') {
                Some(id) => Step::Form(id.to_owned()),
                None => Step::Goto(next.to_owned()),
            },
            (None, Some(item)) => Step::Item(item.to_owned()),
            _ => return Err("<goto> has not just one of next and nextitem".into()),
        },
        "disconnect" => Step::Disconnect,
        _ => Step::Exit(list()),
    })
}

fn prompt(e: &Element) -> Result<Prompt, String> {
    let sounds = named(e, "audio").filter_map(|audio| audio.attribute("src"));
    Ok(Prompt {
        sounds: sounds.map(str::to_owned).collect(),
        bargein: e.attribute("bargein") != Some("false"),
        timeout_ms: time(e, "timeout")?,
    })
}

fn time(e: &Element, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = e.attribute(name) else { return Ok(None) };
    let known = millis(text).ok_or_else(|| format!("<{} {name}=\"{text}\">: no time", e.name))?;
    Ok(Some(known))
}

/// A time as CSS writes it, `6s` or `200ms`, in milliseconds.
pub(super) fn millis(text: &str) -> Option<i64> {
    let number = |digits: &str| {
        let digit = |c: char| c.is_ascii_digit();
        (!digits.is_empty() && digits.len() < 10 && digits.chars().all(digit))
            .then(|| digits.parse::<i64>().ok())?
    };
    match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(millis), _) => number(millis),
        (None, Some(seconds)) => Some(number(seconds)? * 1000),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(content: &str) -> Result<Document, String> {
        let root = "<vxml version=\"2.1\" xmlns=\"http://www.w3.org/2001/vxml\">";
        read(format!("{root}{content}</vxml>").as_bytes())
    }

    const GRAMMAR: &str = "<grammar mode=\"dtmf\" version=\"1.0\" root=\"r\"><rule id=\"r\"><one-of>\
                           <item>1</item><item>1 0</item></one-of></rule></grammar>";

    #[test]
    fn defaults_are_those_of_the_recommendation() {
        let record =
            "<record name=\"r\" maxtime=\"9s\" finalsilence=\"300ms\" type=\"audio/basic\"/>";
        let submit = "<block><submit next=\"https://s/x\" namelist=\"a b\"/></block>";
        let field = format!("<field name=\"f\">{GRAMMAR}<prompt/></field>");
        let read = one(&format!("<form>{field}{record}{submit}</form>")).unwrap();
        let items = &read.forms[0].items;
        let Kind::Field { prompts, words, .. } = &items[0].kind else { panic!() };
        assert_eq!(
            (words.as_slice(), prompts[0].bargein),
            (["1".into(), "10".into()].as_slice(), true)
        );
        let Kind::Record { beep, longest_ms, silence_ms, by_key, .. } = items[1].kind else {
            panic!()
        };
        assert_eq!((beep, longest_ms, silence_ms, by_key), (false, 9000, 300, true));
        let Kind::Block(steps) = &items[2].kind else { panic!() };
        let Step::Submit { post, multipart, names, .. } = &steps[0] else { panic!() };
        assert_eq!(
            (*post, *multipart, names.as_slice()),
            (false, false, ["a".into(), "b".into()].as_slice())
        );
    }

    #[test]
    fn times_are_written_as_in_style_sheets() {
        for (text, expected) in [
            ("6s", Some(6000)),
            ("0s", Some(0)),
            ("200ms", Some(200)),
            ("6", None),
            ("s", None),
            ("", None),
            ("-1s", None),
            ("1.5s", None),
            ("99999999999s", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_recommendation_does_not_know_is_refused() {
        let block = |content: &str| format!("<form><block>{content}</block></form>");
        let field = |content: &str| format!("<form><field name=\"f\">{content}</field></form>");
        for wrong in [
            String::new(),
            "<block/>".into(),
            "<form><prompt/></form>".into(),
            "<form><block><field name=\"f\"/></block></form>".into(),
            "<form id=\"a\"/><form id=\"a\"/>".into(),
            "<property name=\"termchar\" value=\"none\"/><form/>".into(),
            "<property name=\"timeout\" value=\"5\"/><form/>".into(),
            "<property name=\"shouting\" value=\"true\"/><form/>".into(),
            "<catch><exit/></catch><form/>".into(),
            "<catch event=\"error\"><goto next=\"#nowhere\"/></catch><form/>".into(),
            "words<form/>".into(),
            block("words"),
            block("<hangup/>"),
            block("<Disconnect/>"),
            block("<prompt>words</prompt>"),
            block("<prompt><audio/></prompt>"),
            block("<prompt><audio src=\"a b\"/></prompt>"),
            block("<prompt bargein=\"no\"/>"),
            block("<var/>"),
            block("<assign name=\"v\"/>"),
            "<catch event=\"error\" count=\"0\"><exit/></catch><form/>".into(),
            block("<var name=\"recording$\"/>"),
            block("<var name=\"user-id\"/>"),
            block("<var name=\"v\" expr=\"f()\"/>"),
            block("<if><exit/></if>"),
            block("<submit next=\"https://s/x\"/>"),
            block("<submit namelist=\"a\"/>"),
            block("<submit next=\"https://s/x\" method=\"POST\" namelist=\"a\"/>"),
            block("<submit next=\"https://s/x\" enctype=\"multipart/form-data\" namelist=\"a\"/>"),
            block("<submit next=\"https://s/x\" enctype=\"application/json\" namelist=\"a\"/>"),
            block("<goto/>"),
            block("<goto next=\"#a\" nextitem=\"b\"/>"),
            block("<goto nextitem=\"b\"/>"),
            block("<exit reason=\"x\"/>"),
            field(""),
            field("<grammar mode=\"dtmf\" src=\"builtin:dtmf/digits\"/>"),
            field(&GRAMMAR.replace("dtmf", "voice")),
            field(&GRAMMAR.replace("root=\"r\"", "root=\"s\"")),
            field(&GRAMMAR.replace("1 0", "10")),
            field(&GRAMMAR.replace("1 0", "A")),
            field(&format!("{GRAMMAR}<block/>")),
            format!("<form><field type=\"digits\" name=\"f\">{GRAMMAR}</field></form>"),
            format!("<form><field name=\"f\">{GRAMMAR}</field><block name=\"f\"/></form>"),
            "<form><record name=\"r\"/></form>".into(),
            "<form><record name=\"r\" maxtime=\"9\" finalsilence=\"3s\" type=\"audio/basic\"/></form>".into(),
            "<form><record name=\"r\" maxtime=\"9s\" finalsilence=\"3s\" type=\"audio/mpeg\"/></form>".into(),
        ] {
            assert!(one(&wrong).is_err(), "{wrong}");
        }
        for root in ["<vxml version=\"2.1\"><form/></vxml>", "<Response/>", "<vxml xmlns=\"x\"/>"] {
            assert!(read(root.as_bytes()).is_err(), "{root}");
        }
        assert!(one(&field(GRAMMAR)).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(name in "(form|block|field|record|catch|submit|goto|var|if|property)",
                                key in "(name|next|expr|cond|event|value|maxtime|id)",
                                value in ".{0,12}", text in ".{0,30}") {
            let value = value.replace(['<', '&', '"'], "");
            let _ = one(&format!("<form><{name} {key}=\"{value}\">{text}</{name}></form>"));
            let _ = one(&format!("<{name} {key}=\"{value}\"/>{text}"));
        }
    }
}
