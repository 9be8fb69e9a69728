//! Reads Rust source as far as the house rules need it: which paths it names, on which line,
//! and which modules it declares. Comments, documentation and texts are not looked at.

/// What one file says.
#[derive(Debug, Default)]
pub struct Source {
    /// Every path of two segments or more, and every `use`.
    pub paths: Vec<Path>,
    /// Every `mod`.
    pub modules: Vec<Module>,
}

/// A path as written, such as `crate::store::Begin`; groups are taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Path {
    /// Its names in order.
    pub segments: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    /// Modules of this file around it, outermost first.
    pub inside: Vec<String>,
    /// Whether it stands under `#[cfg(test)]`.
    pub in_tests: bool,
}

/// A `mod` line.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// Modules of this file around it, outermost first.
    pub inside: Vec<String>,
    /// Whether it has a file of its own.
    pub in_file: bool,
    /// Whether it stands under `#[cfg(test)]`.
    pub in_tests: bool,
}

/// Reads one file's text.
pub fn scan(text: &str) -> Source {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, scopes: Vec::new(), marked: false };
    let mut source = Source::default();
    while reader.at < tokens.len() {
        reader.item(&mut source);
    }
    source
}

struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

struct Scope {
    module: Option<String>,
    tests: bool,
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    scopes: Vec<Scope>,
    /// The item that comes carries `#[cfg(test)]`.
    marked: bool,
}

impl Reader<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn inside(&self) -> Vec<String> {
        self.scopes.iter().filter_map(|scope| scope.module.clone()).collect()
    }

    fn in_tests(&self) -> bool {
        self.marked || self.scopes.iter().any(|scope| scope.tests)
    }

    fn item(&mut self, source: &mut Source) {
        match self.text(self.at) {
            "{" => self.open(None),
            "}" => {
                self.scopes.pop();
                self.marked = false;
                self.at += 1;
            }
            ";" => {
                self.marked = false;
                self.at += 1;
            }
            "#" if self.text(self.at + 1) == "[" && self.text(self.at + 2) == "cfg" => {
                self.condition();
            }
            "mod" if self.tokens.get(self.at + 1).is_some_and(Token::is_name) => {
                self.module(source);
            }
            "use" => {
                self.at += 1;
                self.tree(Vec::new(), source);
            }
            _ if self.starts_a_path() => self.tree(Vec::new(), source),
            _ => self.at += 1,
        }
    }

    fn open(&mut self, module: Option<String>) {
        self.scopes.push(Scope { module, tests: self.marked });
        self.marked = false;
        self.at += 1;
    }

    /// `#[cfg(…)]`: only whether it is about tests.
    fn condition(&mut self) {
        let end = (self.at..self.tokens.len()).find(|&at| self.text(at) == "]");
        let words: Vec<_> = (self.at..end.unwrap_or(self.at)).map(|at| self.text(at)).collect();
        if words.contains(&"test") && !words.contains(&"not") {
            self.marked = true;
        }
        self.at = end.map_or(self.tokens.len(), |end| end + 1);
    }

    fn module(&mut self, source: &mut Source) {
        let (name, line) = (self.text(self.at + 1).to_owned(), self.tokens[self.at].line);
        let in_file = self.text(self.at + 2) == ";";
        source.modules.push(Module {
            name: name.clone(),
            line,
            inside: self.inside(),
            in_file,
            in_tests: self.in_tests(),
        });
        self.at += 2;
        if !in_file {
            self.open(Some(name));
        }
    }

    fn starts_a_path(&self) -> bool {
        let before = if self.at == 0 { "" } else { self.text(self.at - 1) };
        self.tokens[self.at].is_name()
            && self.text(self.at + 1) == "::"
            && before != "."
            && !(before == "::" && self.at > 1 && self.tokens[self.at - 2].is_name())
    }

    /// A path or a tree of them, behind what already stands before it.
    fn tree(&mut self, mut segments: Vec<String>, source: &mut Source) {
        if self.text(self.at) == "::" {
            self.at += 1;
        }
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            match self.text(self.at) {
                "{" if segments.is_empty() || self.text(self.at - 1) == "::" => {
                    self.at += 1;
                    while !matches!(self.text(self.at), "}" | "") {
                        self.tree(segments.clone(), source);
                        if self.text(self.at) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "self" if !segments.is_empty() => self.at += 1,
                "*" => {
                    segments.push("*".into());
                    self.at += 1;
                }
                text if self.tokens.get(self.at).is_some_and(Token::is_name) => {
                    segments.push(text.to_owned());
                    self.at += 1;
                }
                // Something unforeseen, such as a generic argument: the path ends before it.
                _ => break,
            }
            if self.text(self.at) != "::" {
                break;
            }
            self.at += 1;
        }
        if self.text(self.at) == "as" {
            self.at += 2;
        }
        if segments.is_empty() {
            self.at += 1;
            return;
        }
        let (inside, in_tests) = (self.inside(), self.in_tests());
        source.paths.push(Path { segments, line, inside, in_tests });
    }
}

/// Names, `::` and single signs with their lines; a text or number becomes one sign `"`.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let next = |n: usize| chars.get(at + n).copied().unwrap_or('\0');
        let began = line;
        let (length, token) = match chars[at] {
            c if c.is_whitespace() => (1, None),
            '/' if next(1) == '/' => (until_line_end(&chars[at..]), None),
            '/' if next(1) == '*' => (block_comment(&chars[at..]), None),
            '"' => (quoted(&chars[at..]), Some("\"".to_owned())),
            '\'' => match quoted_char(&chars[at..]) {
                Some(length) => (length, Some("\"".to_owned())),
                None => (1, None), // a lifetime; its name does no harm
            },
            ':' if next(1) == ':' => (2, Some("::".to_owned())),
            c if c.is_ascii_digit() => (word(&chars[at..]), Some("\"".to_owned())),
            c if c.is_alphabetic() || c == '_' => match prefixed_text(&chars[at..]) {
                Some(length) => (length, Some("\"".to_owned())),
                None => {
                    let length = word(&chars[at..]);
                    (length, Some(chars[at..at + length].iter().collect()))
                }
            },
            c => (1, Some(c.to_string())),
        };
        line += chars[at..at + length].iter().filter(|&&c| c == '\n').count();
        at += length;
        tokens.extend(token.map(|text| Token { text, line: began }));
    }
    tokens
}

fn word(chars: &[char]) -> usize {
    chars.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count()
}

fn until_line_end(chars: &[char]) -> usize {
    chars.iter().take_while(|c| **c != '\n').count()
}

fn block_comment(chars: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// Length of `"…"` with its marks.
fn quoted(chars: &[char]) -> usize {
    let mut at = 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// Length of `'x'` or `'\…'`; none for a lifetime.
fn quoted_char(chars: &[char]) -> Option<usize> {
    if chars.get(1) == Some(&'\\') {
        let end = chars.iter().skip(3).position(|c| *c == '\'')?;
        return Some(end + 4);
    }
    (chars.get(2) == Some(&'\'')).then_some(3)
}

/// Length of `b"…"`, `r#"…"#`, `b'x'` and their like, if one begins here.
fn prefixed_text(chars: &[char]) -> Option<usize> {
    let prefix = chars.iter().take_while(|c| matches!(**c, 'b' | 'c' | 'r')).count();
    let hashes = chars[prefix..].iter().take_while(|c| **c == '#').count();
    let body = prefix + hashes;
    match chars.get(body)? {
        '"' if prefix > 0 && chars[..prefix].contains(&'r') => {
            let mut end: Vec<char> = vec!['"'];
            end.extend(std::iter::repeat_n('#', hashes));
            let found = chars[body + 1..].windows(end.len()).position(|window| window == end)?;
            Some(body + 1 + found + end.len())
        }
        '"' if prefix > 0 && hashes == 0 => Some(prefix + quoted(&chars[prefix..])),
        '\'' if prefix == 1 && chars[0] == 'b' && hashes == 0 => {
            quoted_char(&chars[1..]).map(|length| length + 1)
        }
        _ => None,
    }
}

mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        scan(text).paths.iter().map(|p| format!("{}:{}", p.line, p.segments.join("::"))).collect()
    }

    #[test]
    fn finds_paths_wherever_they_stand() {
        for (text, expected) in [
            ("use crate::a::X;", vec!["1:crate::a::X"]),
            ("pub(crate) use crate::a::X as Y;", vec!["1:crate::a::X"]),
            (
                "use crate::{a::X, b::{self, Y, c::*}};\nuse std::fs;",
                vec![
                    "1:crate::a::X",
                    "1:crate::b",
                    "1:crate::b::Y",
                    "1:crate::b::c::*",
                    "2:std::fs",
                ],
            ),
            ("use crate::{\n    a::X,\n    b::Y,\n};", vec!["2:crate::a::X", "3:crate::b::Y"]),
            ("use sqlx;", vec!["1:sqlx"]),
            ("use {sqlx, ::axum::Router};", vec!["1:sqlx", "1:axum::Router"]),
            ("let x = crate::a::f::<u8>(1) + b.c();", vec!["1:crate::a::f"]),
            ("if x == crate::a::X { y::z() }", vec!["1:crate::a::X", "1:y::z"]),
            ("#[derive(sqlx::FromRow)]\nstruct A;", vec!["1:sqlx::FromRow"]),
            (
                "fn f(x: &'static crate::a::X) -> Vec<super::B> {}",
                vec!["1:crate::a::X", "1:super::B"],
            ),
            ("let c = ':'; let d = '\\''; crate::a::b()", vec!["1:crate::a::b"]),
        ] {
            assert_eq!(paths(text), expected, "{text}");
        }
    }

    #[test]
    fn looks_past_comments_and_texts() {
        for text in [
            "// crate::a::X",
            "/// [`crate::a::X`]\n//! crate::a",
            "/* /* crate::a */ crate::b */",
            "let x = \"crate::a\\\" crate::b\";",
            "let x = r#\"crate::a\" crate::b\"#;",
            "let x = b\"crate::a\"; let y = 1.0e3;",
        ] {
            assert_eq!(paths(text), [""; 0], "{text}");
        }
        assert_eq!(paths("/* a\n */ // b\n\"c\nd\"; crate::a::X"), ["4:crate::a::X"]);
    }

    #[test]
    fn knows_modules_and_tests() {
        let source = scan(
            "mod a;\nmod b { fn f() {} use x::Y; }\n#[cfg(test)]\nmod tests {\n mod inner { use z::W; }\n}\n
             #[cfg(not(test))] mod c;\n#[cfg(test)] use q::R;\nuse q::S;",
        );
        let modules: Vec<_> =
            source.modules.iter().map(|m| (m.name.as_str(), m.in_file, m.in_tests)).collect();
        let expected = [
            ("a", true, false),
            ("b", false, false),
            ("tests", false, true),
            ("inner", false, true),
            ("c", true, false),
        ];
        assert_eq!(modules, expected);
        let paths: Vec<_> = source
            .paths
            .iter()
            .map(|p| (p.segments.join("::"), p.inside.join("::"), p.in_tests))
            .collect();
        let expected = [
            ("x::Y", "b", false),
            ("z::W", "tests::inner", true),
            ("q::R", "", true),
            ("q::S", "", false),
        ];
        assert_eq!(paths, expected.map(|(p, m, t)| (p.to_owned(), m.to_owned(), t)));
    }
}
