//! What may be repeated of somebody's input where it is refused: such texts end in the logs of
//! whoever sent it.

/// Fewest digits that could be a caller's number.
const NUMBER: usize = 7;

/// The text, with only the last two digits of whatever could be a telephone number.
pub fn veiled(text: &str) -> String {
    let within = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '/');
    let mut veiled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        veiled.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(|c| !within(c)).unwrap_or(rest.len());
        // What stands between digits belongs to them, what stands behind them does not.
        let end = rest[..end].rfind(|c: char| c.is_ascii_digit()).map_or(end, |last| last + 1);
        let (run, behind) = rest.split_at(end);
        let digits: Vec<char> = run.chars().filter(char::is_ascii_digit).collect();
        match digits.len() >= NUMBER {
            true => {
                veiled.push('…');
                veiled.extend(&digits[digits.len() - 2..]);
            }
            false => veiled.push_str(run),
        }
        rest = behind;
    }
    veiled.push_str(rest);
    veiled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_not_repeated_and_all_else_is() {
        for (text, expected) in [
            ("caller: \"+37068675300\" is not a date", "caller: \"+…00\" is not a date"),
            ("+370 686 75300", "+…00"),
            ("(8-686) 75300x 1", "(8-…00x 1"),
            ("8 (686) 75300x", "…00x"),
            ("1769868300 is before the year 2000", "…00 is before the year 2000"),
            ("\"2026-01-31 10:00\" is not a time", "\"2026-01-31 10:00\" is not a time"),
            ("line 12: 345 of 678901", "line 12: 345 of 678901"),
            ("ą1ę", "ą1ę"),
            ("", ""),
        ] {
            assert_eq!(veiled(text), expected, "{text}");
        }
    }
}
