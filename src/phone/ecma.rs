//! The little ECMAScript that documents may use on this phone: words in quotes, variables with
//! their members, `typeof`, `!`, `==`, `!=`, `&&` and `||`. Everything else is refused, since a
//! platform's engine may be old.

use bytes::Bytes;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Undefined,
    Bool(bool),
    Text(String),
    Object(Vec<(String, Value)>),
    Recording(Bytes),
}

impl Value {
    /// An object with these members.
    pub(super) fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What the language takes it for in a condition.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Undefined => false,
            Self::Bool(holds) => *holds,
            Self::Text(text) => !text.is_empty(),
            Self::Object(_) | Self::Recording(_) => true,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Bool(_) => "boolean",
            Self::Text(_) => "string",
            Self::Object(_) | Self::Recording(_) => "object",
        }
    }
}

/// An expression that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    Literal(Value),
    /// A variable, and members of members.
    Path(String, Vec<String>),
    Typeof(Box<Expr>),
    Not(Box<Expr>),
    Same(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
}

/// Reads an expression.
///
/// # Errors
/// A sentence that says what is not understood.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut reader = Reader { text, rest: text.trim_start(), depth: 0 };
    let read = reader.either()?;
    match reader.rest {
        "" => Ok(read),
        rest => Err(reader.fault(&format!("\"{rest}\" is left over"))),
    }
}

impl Expr {
    /// Its value, where `known` finds a variable by its name.
    ///
    /// # Errors
    /// What the language would throw: a variable that was never declared, a member of nothing.
    pub(super) fn value(&self, known: &dyn Fn(&str) -> Option<Value>) -> Result<Value, String> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(root, steps) => {
                let mut value = known(root).ok_or_else(|| format!("{root} is not declared"))?;
                for step in steps {
                    value = match value {
                        Value::Undefined => return Err(format!("nothing has no member {step}")),
                        Value::Object(members) => members
                            .into_iter()
                            .find(|(name, _)| name == step)
                            .map_or(Value::Undefined, |(_, value)| value),
                        _ => Value::Undefined,
                    };
                }
                Ok(value)
            }
            Self::Typeof(of) => match &**of {
                Self::Path(root, steps) if steps.is_empty() && known(root).is_none() => {
                    Ok(Value::text("undefined"))
                }
                other => Ok(Value::text(other.value(known)?.kind())),
            },
            Self::Not(of) => Ok(Value::Bool(!of.value(known)?.holds())),
            Self::Same(one, other) => Ok(Value::Bool(one.value(known)? == other.value(known)?)),
            Self::And(one, other) => match one.value(known)? {
                value if value.holds() => other.value(known),
                value => Ok(value),
            },
            Self::Or(one, other) => match one.value(known)? {
                value if value.holds() => Ok(value),
                _ => other.value(known),
            },
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    depth: usize,
}

/// No expression of ours nests deeper.
const DEEPEST: usize = 20;

impl Reader<'_> {
    fn fault(&self, why: &str) -> String {
        format!("the expression {} is not understood: {why}", self.text)
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn either(&mut self) -> Result<Expr, String> {
        let mut read = self.both()?;
        while self.take("||") {
            read = Expr::Or(read.into(), self.both()?.into());
        }
        Ok(read)
    }

    fn both(&mut self) -> Result<Expr, String> {
        let mut read = self.same()?;
        while self.take("&&") {
            read = Expr::And(read.into(), self.same()?.into());
        }
        Ok(read)
    }

    fn same(&mut self) -> Result<Expr, String> {
        let one = self.unary()?;
        if self.rest.starts_with("===") || self.rest.starts_with("!==") {
            return Err(self.fault("engines of ECMAScript 2 know no ==="));
        }
        if self.take("==") {
            return Ok(Expr::Same(one.into(), self.unary()?.into()));
        }
        if self.take("!=") {
            return Ok(Expr::Not(Expr::Same(one.into(), self.unary()?.into()).into()));
        }
        Ok(one)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault("it nests too deep"));
        }
        let read = match self.rest {
            rest if rest.starts_with("typeof ") => {
                self.take("typeof");
                Expr::Typeof(self.unary()?.into())
            }
            rest if rest.starts_with('!') && !rest.starts_with("!=") => {
                self.take("!");
                Expr::Not(self.unary()?.into())
            }
            _ => self.primary()?,
        };
        self.depth -= 1;
        Ok(read)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        if self.rest.starts_with('\'') {
            return Ok(Expr::Literal(Value::Text(self.quoted()?)));
        }
        if self.take("(") {
            let read = self.either()?;
            return match self.take(")") {
                true => Ok(read),
                false => Err(self.fault("a ) is missing")),
            };
        }
        let root = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.take(".") {
                steps.push(self.name()?);
            } else if self.take("[") {
                steps.push(self.quoted()?);
                if !self.take("]") {
                    return Err(self.fault("a ] is missing"));
                }
            } else {
                break;
            }
        }
        Ok(match (root.as_str(), steps.is_empty()) {
            ("true", true) => Expr::Literal(Value::Bool(true)),
            ("false", true) => Expr::Literal(Value::Bool(false)),
            ("undefined", true) => Expr::Literal(Value::Undefined),
            _ => Expr::Path(root, steps),
        })
    }

    fn quoted(&mut self) -> Result<String, String> {
        let inside = self.rest.strip_prefix('\'').ok_or_else(|| self.fault("no ' here"))?;
        let (word, rest) = inside.split_once('\'').ok_or_else(|| self.fault("a ' is missing"))?;
        if word.contains('\\') {
            return Err(self.fault("a backslash stands in a word"));
        }
        self.rest = rest.trim_start();
        Ok(word.to_owned())
    }

    fn name(&mut self) -> Result<String, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.fault(&format!("a name is missing before \"{}\"", self.rest)));
        }
        self.rest = rest.trim_start();
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<Value> {
        let uri = Value::object([("uri", Value::text("tel:1"))]);
        let headers = Value::object([("call-id", Value::text("abc"))]);
        match name {
            "session" => Some(Value::object([("remote", uri), ("headers", headers)])),
            "empty" => Some(Value::text("")),
            "unset" => Some(Value::Undefined),
            "recording$" => Some(Value::object([("termchar", Value::text("#"))])),
            _ => None,
        }
    }

    #[test]
    fn expressions_give_what_the_language_gives() {
        let text = |text: &str| Ok(Value::text(text));
        let undeclared: Result<Value, String> = Err("nowhere is not declared".into());
        let nothing: Result<Value, String> = Err("nothing has no member uri".into());
        for (expression, expected) in [
            ("'x'", text("x")),
            (" ' x ' ", text(" x ")),
            ("session.remote.uri", text("tel:1")),
            ("session.headers['call-id']", text("abc")),
            ("session.local", Ok(Value::Undefined)),
            ("session.local.uri", nothing.clone()),
            ("session.remote.uri.length", Ok(Value::Undefined)),
            ("unset.uri", nothing),
            ("nowhere", undeclared.clone()),
            ("nowhere.uri", undeclared.clone()),
            ("typeof nowhere", text("undefined")),
            ("typeof nowhere.uri", undeclared),
            ("typeof session", text("object")),
            ("typeof empty == 'string'", Ok(Value::Bool(true))),
            ("typeof nowhere != 'undefined' && nowhere.x || ''", text("")),
            ("typeof session != 'undefined' && session.local && session.local.uri || ''", text("")),
            ("typeof session != 'undefined' && session.remote.uri || ''", text("tel:1")),
            ("empty || '#'", text("#")),
            ("recording$.termchar || ''", text("#")),
            ("!unset", Ok(Value::Bool(true))),
            ("!(empty || unset) && 'x'", text("x")),
            ("true && false", Ok(Value::Bool(false))),
            ("undefined == unset", Ok(Value::Bool(true))),
        ] {
            assert_eq!(parse(expression).unwrap().value(&known), expected, "{expression}");
        }
    }

    #[test]
    fn what_an_old_engine_may_not_know_is_refused() {
        for wrong in [
            "",
            "'x",
            "\"x\"",
            "'a\\'b'",
            "x === 'y'",
            "x +",
            "x + 'y'",
            "x ? 'y' : 'z'",
            "f(x)",
            "x = 'y'",
            "1",
            "x.",
            "x[",
            "x[y]",
            "x['y'",
            "(x",
            "x y",
            "a?.b",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&"!".repeat(100_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_expression_is_too_strange(text in "[ a-z'!=&|().$\\[\\]]{0,40}", any in ".{0,20}") {
            for text in [text, any] {
                if let Ok(read) = parse(&text) {
                    let _ = read.value(&known);
                }
            }
        }
    }
}
