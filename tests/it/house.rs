//! House rules that the compiler does not know: who may use whom, which crates live in which
//! room, and what no file may say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scan::{Source, scan};

mod scan;

/// How much of another room may be named.
#[derive(Clone, Copy, Debug)]
enum May {
    /// All that is public.
    All,
    /// Its types and constants, none of its functions.
    Types,
    /// These names.
    Only(&'static [&'static str]),
}
use May::{All, Only, Types};

/// A room and the rooms that it may use; what is not here is forbidden.
type Edges = &'static [(&'static str, &'static [(&'static str, May)])];

/// Who may use whom. Beside this, every room that is not [`PURE`] may use the [`FLOOR`].
const EDGES: Edges = &[
    ("main", &[("app", All)]),
    (
        "web",
        &[
            ("desk", All),
            ("report", All),
            ("dialect", All),
            ("phone", All),
            ("audio", All),
            ("words", All),
            ("interview", Types),
            ("survey", Types),
        ],
    ),
    ("desk", &[("store", All), ("interview", All), ("survey", All), ("satisfaction", All)]),
    ("report", &[("store", All), ("satisfaction", All), ("survey", All), ("words", All)]),
    ("outbox", &[("store", All), ("report", All), ("words", All)]),
    ("audio", &[("survey", All)]),
    ("store", &[("interview", Types), ("survey", Types), ("satisfaction", Types)]),
    ("dialect", &[("interview", Types), ("survey", Only(&["Lang", "Speech", "Prompt", "Sound"]))]),
    ("phone", &[("dialect", Only(&["Kind"]))]),
    ("interview", &[("survey", All)]),
    ("survey", &[]),
    ("satisfaction", &[]),
    ("words", &[]),
    (
        "config",
        &[
            ("survey", Types),
            ("interview", Types),
            ("dialect", Only(&["Kind", "Proof", "PublicKey"])),
        ],
    ),
    ("clock", &[("interview", Only(&["Millis"]))]),
    ("telemetry", &[]),
];

/// What tests inside a room may use beyond [`EDGES`]: neighbours whose values they need.
const EDGES_OF_TESTS: Edges = &[("dialect", &[("survey", All), ("interview", All)])];

/// Builds everything, so it may use everything.
const TOP: &str = "app";

/// What every room stands on, except the pure ones.
const FLOOR: &[&str] = &["config", "clock", "telemetry"];

/// Rooms that compute and do nothing else: time, ids and randomness are parameters.
const PURE: &[&str] = &["survey", "interview", "satisfaction", "dialect", "words"];

/// Paths that belong to some rooms only.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("rusqlite", &["store"]),
    ("axum", &["web"]),
    ("hyper", &["web"]),
    ("hyper_util", &["web"]),
];

/// Paths that a pure room does not know.
const NOT_PURE: &[&str] = &[
    "tokio",
    "reqwest",
    "getrandom",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "types", "misc", "shared"];

/// A file of `src/` or `tests/it/`.
struct File {
    /// From the top folder, such as `src/desk/start.rs`.
    name: String,
    source: Source,
}

impl File {
    fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), source: scan(text) }
    }

    /// Its module: `src/desk/start.rs` is `desk`, `start`; `src/main.rs` is `main`.
    fn module(&self) -> Vec<String> {
        let inner = self.name.strip_prefix("src/").or(self.name.strip_prefix("tests/it/"));
        let inner = inner.and_then(|name| name.strip_suffix(".rs")).unwrap_or_default();
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
            parts.pop();
        }
        parts
    }

    /// Its room; none for `lib.rs`, which is the map.
    fn room(&self) -> Option<String> {
        self.module().first().cloned()
    }
}

/// The path from the crate's root, without `crate`; none for another crate's or a local path.
fn from_root(path: &scan::Path, module: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.segments.split_first()?;
    let mut here: Vec<String> = module.iter().chain(&path.inside).cloned().collect();
    match first.as_str() {
        "crate" | "aftercall" => Some(rest.to_vec()),
        "self" => {
            here.extend(rest.iter().cloned());
            Some(here)
        }
        "super" => {
            let up = path.segments.iter().take_while(|name| *name == "super").count();
            here.truncate(here.len().saturating_sub(up));
            here.extend(path.segments[up..].iter().cloned());
            Some(here)
        }
        _ => None,
    }
}

/// Every breach of the import rules in one file.
fn breaches(file: &File) -> Vec<String> {
    let mut breaches = Vec::new();
    let module = file.module();
    let room = file.room().unwrap_or_else(|| "lib".into());
    let file_is_tests = module.iter().any(|name| name == "tests");
    for path in &file.source.paths {
        let in_tests = path.in_tests || file_is_tests;
        let fault = match from_root(path, &module) {
            Some(inner) => forbidden_edge(&room, &inner, in_tests),
            None => forbidden_crate(&room, &path.segments.join("::")),
        };
        breaches.extend(fault.map(|fault| format!("{}:{}: {fault}", file.name, path.line)));
    }
    breaches
}

fn forbidden_edge(room: &str, inner: &[String], in_tests: bool) -> Option<String> {
    let (other, item) = inner.split_first()?;
    if room == TOP || room == other {
        return None;
    }
    if FLOOR.contains(&other.as_str()) && !PURE.contains(&room) {
        return None;
    }
    let of = |edges: Edges| edges.iter().find(|(from, _)| *from == room).map_or(&[][..], |e| e.1);
    let mut allowed = of(EDGES).to_vec();
    if in_tests {
        allowed.extend(of(EDGES_OF_TESTS));
    }
    let allowed: Vec<May> =
        allowed.into_iter().filter(|(to, _)| to == other).map(|(_, may)| may).collect();
    let named = item.join("::");
    let fits = |may: &May| match may {
        All => true,
        Types => item.iter().any(|name| name.starts_with(char::is_uppercase)),
        Only(names) => item.first().is_some_and(|name| names.contains(&name.as_str())),
    };
    if allowed.iter().any(fits) {
        return None;
    }
    Some(match allowed.first() {
        None => format!("room {room} may not use {other}"),
        Some(Only(names)) => {
            format!("room {room} may name only {} of {other}, not `{named}`", names.join(", "))
        }
        Some(_) => format!("room {room} may name only types of {other}, not `{named}`"),
    })
}

fn forbidden_crate(room: &str, path: &str) -> Option<String> {
    let within = |outer: &str| {
        path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if let Some((name, rooms)) = CRATES.iter().find(|(name, _)| within(name))
        && !rooms.contains(&room)
    {
        return Some(format!("room {room} may not use {name}; only {} may", rooms.join(", ")));
    }
    let name = NOT_PURE.iter().find(|name| within(name))?;
    PURE.contains(&room).then(|| format!("room {room} is pure and may not use {name}"))
}

/// Files that no `mod` leads to, names that say nothing, and files moved by `#[path]`.
fn lost_files(files: &[File], roots: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut reached: BTreeSet<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    let top = if roots[0].starts_with("src/") { "src" } else { "tests/it" };
    for file in files {
        let mut module = file.module();
        if roots.contains(&file.name.as_str()) {
            module.clear();
        }
        for declared in &file.source.modules {
            if EMPTY_NAMES.contains(&declared.name.as_str()) {
                faults.push(format!(
                    "{}:{}: a module called `{}` says nothing; name it after its trade",
                    file.name, declared.line, declared.name
                ));
            }
            if declared.in_file {
                let mut parts = vec![top.to_owned()];
                parts.extend(module.iter().chain(&declared.inside).cloned());
                parts.push(declared.name.clone());
                let path = parts.join("/");
                reached.insert(format!("{path}.rs"));
                reached.insert(format!("{path}/mod.rs"));
            }
        }
    }
    let lost = files.iter().filter(|file| !reached.contains(&file.name));
    faults.extend(lost.map(|file| format!("{}: no `mod` line leads here", file.name)));
    faults
}

/// Where a path of somebody's own machine stands in a text: line and path.
fn machine_paths(text: &str) -> Vec<(usize, String)> {
    // Put together here, so that this file does not say them.
    let folders = ["work", "root", "home", "tmp", "Users"].map(|name| format!("/{name}/"));
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for folder in &folders {
            for (at, _) in line.match_indices(folder.as_str()) {
                let before = line[..at].chars().next_back();
                // A folder inside another path, or behind a variable, is no such path.
                let inner = before.is_some_and(|c| c.is_alphanumeric() || "._-*})]>".contains(c));
                if !inner {
                    let path = line[at..].split([' ', '"', '\'', '`', ')', ']']).next();
                    found.push((number, path.unwrap_or_default().to_owned()));
                }
            }
        }
    }
    found
}

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, but for what git keeps and what builds and runs leave behind.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let left_out = folder == top() && ["target", ".git", "media"].contains(&name.as_str());
        if path.is_dir() && !left_out {
            walk(&path, files);
        } else if path.is_file() && !left_out {
            files.push(path);
        }
    }
}

fn rust_files(folder: &str) -> Vec<File> {
    let mut paths = Vec::new();
    walk(&top().join(folder), &mut paths);
    paths.sort();
    let rust = paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    rust.map(|path| {
        let text = std::fs::read_to_string(&path).expect("source is text");
        let name = path.strip_prefix(top()).unwrap_or(&path).to_string_lossy();
        File::new(&name, &text)
    })
    .collect()
}

#[test]
fn no_room_uses_what_it_may_not() {
    let files = rust_files("src");
    assert!(files.len() > 10, "the source was found");
    let breaches: Vec<_> = files.iter().flat_map(breaches).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let rooms: BTreeSet<String> = rust_files("src").iter().filter_map(File::room).collect();
    let table = EDGES.iter().map(|(room, _)| *room).chain([TOP]).map(str::to_owned).collect();
    assert_eq!(rooms, table, "rooms in src (left) and in the table of tests/it/house.rs");
}

#[test]
fn every_file_is_reached_and_named_after_its_trade() {
    let mut faults = lost_files(&rust_files("src"), &["src/lib.rs", "src/main.rs"]);
    faults.extend(lost_files(&rust_files("tests/it"), &["tests/it/main.rs"]));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_names_a_path_of_some_machine() {
    let mut files = Vec::new();
    walk(&top(), &mut files);
    let mut faults = Vec::new();
    for file in &files {
        // What is no text names no path that anybody would read.
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(top()).unwrap_or(file).display().to_string();
        for (line, path) in machine_paths(&text) {
            faults.push(format!("{name}:{line}: `{path}` is a path of some machine"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_rules_hold_in_small() {
    for (name, text, expected) in [
        ("src/web/mod.rs", "use crate::{desk::X, report::Y};\nuse axum::Router;", vec![]),
        ("src/main.rs", "fn main() { aftercall::app::run(); }", vec![]),
        ("src/main.rs", "use aftercall::store;", vec!["1: room main may not use store"]),
        ("src/app.rs", "use crate::{web, store, survey};", vec![]),
        ("src/desk/a.rs", "use super::b;\nuse crate::desk::c;\nuse self::d::E;", vec![]),
        ("src/desk/a.rs", "use super::super::web::X;", vec!["1: room desk may not use web"]),
        (
            "src/desk/mod.rs",
            "mod tests { use super::super::web; }",
            vec!["1: room desk may not use web"],
        ),
        (
            "src/report/a.rs",
            "use crate::{\n    store::A,\n    web::B,\n};",
            vec!["3: room report may not use web"],
        ),
        (
            "src/report/a.rs",
            "fn f() { crate::desk::start() }",
            vec!["1: room report may not use desk"],
        ),
        ("src/store/a.rs", "use crate::interview::Input;\nuse crate::survey::Version;", vec![]),
        (
            "src/store/a.rs",
            "use crate::interview::{self, step};",
            vec![
                "1: room store may name only types of interview, not ``",
                "1: room store may name only types of interview, not `step`",
            ],
        ),
        (
            "src/store/a.rs",
            "use crate::survey::*;",
            vec!["1: room store may name only types of survey, not `*`"],
        ),
        ("src/dialect/a.rs", "use crate::survey::{Lang, Speech};", vec![]),
        (
            "src/dialect/a.rs",
            "use crate::survey::Survey;",
            vec![
                "1: room dialect may name only Lang, Speech, Prompt, Sound of survey, not `Survey`",
            ],
        ),
        ("src/dialect/a.rs", "#[cfg(test)]\nmod tests { use crate::survey::Survey; }", vec![]),
        (
            "src/dialect/tests/a.rs",
            "\nuse crate::survey::Survey; use crate::store::Begin;",
            vec!["2: room dialect may not use store"],
        ),
        ("src/phone/a.rs", "use crate::dialect::Kind;\nuse crate::clock::Clock;", vec![]),
        (
            "src/phone/a.rs",
            "use crate::dialect::twilio::write;",
            vec!["1: room phone may name only Kind of dialect, not `twilio::write`"],
        ),
        ("src/survey/a.rs", "use crate::clock::Clock;", vec!["1: room survey may not use clock"]),
        (
            "src/survey/a.rs",
            "use std::{fmt, fs};",
            vec!["1: room survey is pure and may not use std::fs"],
        ),
        (
            "src/interview/a.rs",
            "fn f() { std::time::Instant::now(); tokio::spawn(g()); }",
            vec![
                "1: room interview is pure and may not use std::time::Instant",
                "1: room interview is pure and may not use tokio",
            ],
        ),
        (
            "src/desk/a.rs",
            "#[derive(sqlx::FromRow)] struct A;",
            vec!["1: room desk may not use sqlx; only store may"],
        ),
        (
            "src/app.rs",
            "use hyper_util::rt::TokioIo;",
            vec!["1: room app may not use hyper_util; only web may"],
        ),
        ("src/desk/a.rs", "/// Like [`crate::web::X`].\n// use crate::web;", vec![]),
    ] {
        let expected: Vec<_> = expected.iter().map(|fault| format!("{name}:{fault}")).collect();
        assert_eq!(breaches(&File::new(name, text)), expected, "{name}: {text}");
    }
}

#[test]
fn lost_files_are_found() {
    let files = [
        File::new("src/lib.rs", "mod a; mod b { mod c; } mod utils;"),
        File::new("src/a/mod.rs", "mod d;"),
        File::new("src/a/d.rs", ""),
        File::new("src/a/e.rs", ""),
        File::new("src/b/c.rs", ""),
        File::new("src/utils.rs", ""),
    ];
    let faults = lost_files(&files, &["src/lib.rs"]);
    assert_eq!(
        faults,
        [
            "src/lib.rs:1: a module called `utils` says nothing; name it after its trade",
            "src/a/e.rs: no `mod` line leads here",
        ]
    );
}

#[test]
fn machine_paths_are_found() {
    let (home, work) = (format!("/{}/", "home"), format!("/{}/", "work"));
    for (text, found) in [
        (format!("see {home}me/x y"), true),
        (format!("x = \"{work}main\""), true),
        (format!("file://{home}me"), true),
        (format!("https://example.com{home}page"), false),
        (format!("${{X}}{work}y and frame{work}"), false),
    ] {
        assert_eq!(!machine_paths(&text).is_empty(), found, "{text}");
    }
    assert_eq!(machine_paths(&format!("a\n({work}b c)")), [(2, format!("{work}b"))]);
}

/// The words of a template that stand outside tags, expressions and comments.
fn bare_words(template: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['<', '{']) {
        text.push_str(&rest[..at]);
        let (ends, skip) = match &rest[at..] {
            r if r.starts_with("{{") => ("}}", 2),
            r if r.starts_with("{%") => ("%}", 2),
            r if r.starts_with("{#") => ("#}", 2),
            r if r.starts_with("<pre") => ("</pre>", 4),
            r if r.starts_with("<code") => ("</code>", 5),
            r if r.starts_with('<') => (">", 1),
            _ => ("", 1),
        };
        // A tag may hold expressions, whose `>` does not end it; those end with `}}` or `%}`.
        let mut from = at + skip;
        if ends == ">" {
            while let Some(open) = rest[from..].find(['{', '>']) {
                let open = from + open;
                let inner = match &rest[open..] {
                    r if r.starts_with("{{") => "}}",
                    r if r.starts_with("{%") => "%}",
                    r if r.starts_with('>') => break,
                    _ => "{",
                };
                from = open + rest[open..].find(inner).map_or(1, |end| end + inner.len());
            }
        }
        let end = rest[from..].find(ends).map_or(rest.len(), |end| from + end + ends.len());
        rest = &rest[end..];
        text.push(' ');
    }
    text.push_str(rest);
    let word = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count() > 1;
    text.split_whitespace().filter(word).map(str::to_owned).collect()
}

/// What pages may say in no language: names of formats and of the product.
const NO_LANGUAGE: &[&str] =
    &["aftercall", "CSV", "JSON", "XLSX", "&nbsp;", "TOML", "Enter", "Esc"];

#[test]
fn templates_say_nothing_by_themselves() {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    walk(&top().join("src/web/templates"), &mut files);
    assert!(files.len() > 10, "the templates were found");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a template");
        let own = bare_words(&text).into_iter().filter(|w| !NO_LANGUAGE.contains(&w.as_str()));
        faults.extend(own.map(|word| format!("{}: {word}", file.display())));
    }
    assert_eq!(faults, Vec::<String>::new(), "write these into src/words");
}

#[test]
fn bare_words_are_found() {
    for (template, wanted) in [
        ("<p class=\"a b\">{{ x.say(\"key\") }}</p>", vec![]),
        ("<p>Hello {{ name }}</p>", vec!["Hello"]),
        ("{% if a > b %}<b{% if c > d %} class=\"x\"{% endif %}>ok</b>{% endif %}", vec!["ok"]),
        ("<pre>aftercall call</pre> · – 95 %", vec![]),
    ] {
        assert_eq!(bare_words(template), wanted, "{template}");
    }
}

#[test]
fn every_text_that_is_named_is_there() {
    let english = aftercall::words::Words::of(aftercall::words::Tongue::En);
    let mut files = Vec::new();
    walk(&top().join("src"), &mut files);
    let (mut named, mut missing) = (0, Vec::new());
    for file in files {
        let kind = file.extension().and_then(|kind| kind.to_str());
        if !matches!(kind, Some("rs" | "html")) || file.ends_with("words/tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a source file");
        for call in [".say(\"", ".fill(\""] {
            for rest in text.split(call).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                named += 1;
                if !english.has(key) {
                    missing.push(format!("{}: {key}", file.display()));
                }
            }
        }
    }
    assert!(named > 100, "only {named} names were found");
    assert_eq!(missing, Vec::<String>::new());
}
