//! The statements that stand in the store's source, with its macros written out.

use std::collections::HashMap;
use std::path::Path;

/// A constant that holds SQL.
pub struct Statement {
    pub file: String,
    pub name: String,
    pub text: String,
}

/// A macro that makes text: the names of its parameters and what it makes of them.
struct Macro {
    parameters: Vec<String>,
    body: String,
}

type Macros = HashMap<String, Macro>;

/// The constants of `src/store` whose text begins as SQL does.
pub fn statements() -> Vec<Statement> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the room is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                sources.push((name, std::fs::read_to_string(&path).expect("a source file")));
            }
        }
    }
    let macros: Macros = sources.iter().flat_map(|(_, source)| macros(source)).collect();
    let mut found = Vec::new();
    for (file, source) in &sources {
        let mut rest = source.as_str();
        while let Some((_, after)) = rest.split_once("const ") {
            rest = after;
            let Some((name, value)) = after.split_once(": &str =") else { continue };
            let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            if !name.chars().all(is_name) {
                continue;
            }
            let Some((text, _)) = written_out(value, &macros, &HashMap::new()) else { continue };
            let first = text.split_whitespace().next().unwrap_or_default();
            if ["select", "insert", "update", "delete", "with"].contains(&first) {
                found.push(Statement { file: file.clone(), name: name.to_owned(), text });
            }
        }
    }
    found
}

/// The macros of one rule in a source.
fn macros(source: &str) -> Vec<(String, Macro)> {
    let mut found = Vec::new();
    for part in source.split("macro_rules! ").skip(1) {
        let read = || {
            let (name, rest) = part.split_once(" {")?;
            let (parameters, body) = rest.split_once("=> {")?;
            let parameters = parameters
                .split('$')
                .skip(1)
                .filter_map(|one| Some(one.split_once(':')?.0.to_owned()))
                .collect();
            Some((name.to_owned(), Macro { parameters, body: body.to_owned() }))
        };
        found.extend(read());
    }
    found
}

/// The text that an expression comes to, and what stands after it: a string, a parameter, or a
/// macro over such. `None` for anything else.
fn written_out<'a>(
    source: &'a str,
    macros: &Macros,
    given: &HashMap<String, String>,
) -> Option<(String, &'a str)> {
    let source = source.trim_start();
    if let Some(rest) = source.strip_prefix('"') {
        let (text, rest) = rest.split_once('"')?;
        return Some((text.to_owned(), rest));
    }
    if let Some(rest) = source.strip_prefix('$') {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return Some((given.get(&rest[..end])?.clone(), &rest[end..]));
    }
    let (name, mut rest) = source.split_once("!(")?;
    if name.contains(|c: char| !c.is_alphanumeric() && c != '_') {
        return None;
    }
    let mut arguments = Vec::new();
    loop {
        rest = rest.trim_start().trim_start_matches(',').trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            rest = after;
            break;
        }
        let (argument, after) = written_out(rest, macros, given)?;
        arguments.push(argument);
        rest = after;
    }
    if name == "concat" {
        return Some((arguments.concat(), rest));
    }
    let made = macros.get(name)?;
    let given = made.parameters.iter().cloned().zip(arguments).collect();
    Some((written_out(&made.body, macros, &given)?.0, rest))
}

/// The tables of a statement by the names it gives them.
pub fn tables(text: &str) -> HashMap<&str, &str> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let mut named = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        if ["from", "join", "update", "into"].contains(word)
            && let Some(table) = words.get(at + 1)
        {
            let after = if words.get(at + 2) == Some(&"as") { at + 3 } else { at + 2 };
            named.insert(*table, *table);
            if let Some(alias) = words.get(after) {
                named.entry(*alias).or_insert(*table);
            }
        }
    }
    named
}

mod tests {
    use super::*;

    #[test]
    fn macros_are_written_out() {
        let source = r#"
            macro_rules! inner { () => { "b" }; }
            macro_rules! outer { ($x:literal, $y:expr) => { concat!("a ", $x, inner!(), $y) }; }"#;
        let macros: Macros = macros(source).into_iter().collect();
        let (text, rest) =
            written_out(r#"outer!("1", concat!("2", "3")); more"#, &macros, &HashMap::new())
                .expect("reads");
        assert_eq!((text.as_str(), rest), ("a 1b23", "; more"));
        assert!(written_out("format!(x)", &macros, &HashMap::new()).is_none());
    }

    #[test]
    fn tables_are_known_by_their_other_names() {
        let text = "select 1 from interviews i join legs as l on l.x = i.y where 1 in (select z from credits)";
        let tables = tables(text);
        assert_eq!(
            (tables["i"], tables["l"], tables["credits"]),
            ("interviews", "legs", "credits")
        );
    }
}
