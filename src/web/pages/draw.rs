//! Numbers as people read them, and bars with intervals as SVG. Sizes and places are SVG
//! attributes and colours are classes, since the pages' security policy forbids inline styles.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::report::measures::{Detail, Figure, Measured, Shape, measure_name};

/// A bar from nothing to the score with the interval drawn over it; all in percent of the width.
#[derive(Clone, Debug, Default, PartialEq, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="bar{% if score.is_none() %} grey{% endif %}" width="100%" height="18" role="img" aria-label="{{ label }}"><title>{{ label }}</title><rect class="track" x="0" y="4" width="100%" height="10" rx="3"/>{% if let Some((x, width)) = fill %}<rect class="fill" x="{{ x }}%" y="4" width="{{ width }}%" height="10" rx="3"/>{% endif %}{% if zero %}<line class="zero" x1="50%" x2="50%" y1="2" y2="16"/>{% endif %}{% if let Some((low, high)) = whisker %}<line class="whisker" x1="{{ low }}%" x2="{{ high }}%" y1="9" y2="9"/><line class="whisker" x1="{{ low }}%" x2="{{ low }}%" y1="5" y2="13"/><line class="whisker" x1="{{ high }}%" x2="{{ high }}%" y1="5" y2="13"/>{% endif %}</svg>"#
)]
pub struct Bar {
    /// What it shows, in words.
    pub label: String,
    score: Option<String>,
    fill: Option<(String, String)>,
    whisker: Option<(String, String)>,
    zero: bool,
}

impl HtmlSafe for Bar {}

impl Bar {
    /// The bar of a figure; without a score where there are too few answers.
    pub fn of(figure: &Figure, measured: &Measured) -> Self {
        let nps = figure.shape == Shape::Nps;
        let place = |value: f64| if nps { (value + 100.0) / 2.0 } else { value * 100.0 };
        let text = |value: f64| format!("{:.2}", place(value).clamp(0.0, 100.0));
        let score = measured.score.filter(|_| measured.enough);
        let fill = score.map(|score| {
            let (from, to): (f64, f64) =
                if nps { (50.0, place(score)) } else { (0.0, place(score)) };
            (format!("{:.2}", from.min(to)), format!("{:.2}", (to - from).abs()))
        });
        let whisker = measured.low.zip(measured.high).map(|(low, high)| (text(low), text(high)));
        let label = spoken(figure, measured);
        Self { label, score: score.map(text), fill, whisker, zero: nps }
    }
}

/// A bar of a distribution: that part of the answers.
#[derive(Clone, Debug, PartialEq, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="dist{% if !counts %} other{% endif %}" width="100%" height="14" role="img" aria-label="{{ label }}"><title>{{ label }}</title><rect class="track" x="0" y="2" width="100%" height="10" rx="3"/><rect class="fill" x="0" y="2" width="{{ width }}%" height="10" rx="3"/></svg>"#
)]
pub struct Part {
    label: String,
    width: String,
    counts: bool,
}

impl HtmlSafe for Part {}

impl Part {
    /// `n` of `all` answers; `counts` says whether the value counts as satisfied.
    pub fn of(value: &str, n: u64, all: u64, counts: bool) -> Self {
        let share = if all == 0 { 0.0 } else { 100.0 * n as f64 / all as f64 };
        Self {
            label: format!("{value}: {n} of {all} answers, {share:.0}\u{a0}%"),
            width: format!("{share:.2}"),
            counts,
        }
    }
}

/// The figure in one sentence, for those who hear the page and as the bar's tip.
fn spoken(figure: &Figure, measured: &Measured) -> String {
    let name = name(figure);
    match (measured.score, measured.low.zip(measured.high)) {
        (Some(score), Some((low, high))) if measured.enough => format!(
            "{name} {}, 95\u{a0}% interval {} to {}, n\u{a0}=\u{a0}{}",
            score_text(&figure.shape, score),
            score_text(&figure.shape, low),
            score_text(&figure.shape, high),
            measured.n
        ),
        (_, Some((low, high))) => format!(
            "{name}: too few answers (n = {}), 95\u{a0}% interval {} to {}",
            measured.n,
            score_text(&figure.shape, low),
            score_text(&figure.shape, high)
        ),
        _ => format!("{name}: no answers"),
    }
}

/// What a measure is called in tables.
pub fn name(figure: &Figure) -> String {
    let mut plain = measure_name(&figure.measure);
    if figure.shape == Shape::Nps {
        plain.push_str(" (NPS)");
    }
    let rest = figure.key.strip_prefix(figure.measure.as_str()).unwrap_or_default();
    let rest = rest.trim_matches('_').replace('_', " ");
    if rest.is_empty() { plain } else { format!("{plain} ({rest})") }
}

/// What a measure means.
pub fn meaning(figure: &Figure) -> String {
    let about = figure.about_words();
    let values =
        |satisfied: &[u8]| satisfied.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match &figure.shape {
        Shape::Scale { low, high, satisfied, .. } => format!(
            "{}: share of callers who pressed {} on {low}–{high}, asked about {about}",
            figure.measure.to_uppercase(),
            values(satisfied)
        ),
        Shape::Nps => format!("Share of 9 and 10 less share of 0 to 6, asked about {about}"),
        Shape::YesNo { satisfied: 1 } => format!(
            "{}: share of callers who said yes, asked about {about}",
            figure.measure.to_uppercase()
        ),
        Shape::YesNo { .. } => format!(
            "{}: share of callers who said no, asked about {about}",
            figure.measure.to_uppercase()
        ),
        Shape::Choice { .. } => format!("What callers chose, asked about {about}"),
    }
}

/// A score rounded for people: whole percent, or whole points of the net promoter score.
pub fn score_text(shape: &Shape, value: f64) -> String {
    match shape {
        Shape::Nps => points(value),
        _ => format!("{:.0}\u{a0}%", value * 100.0),
    }
}

/// The interval of a score, `76–90`, or with signs `−12 to 24` where an end is below zero.
pub fn interval_text(shape: &Shape, measured: &Measured) -> String {
    let Some((low, high)) = measured.low.zip(measured.high) else { return String::new() };
    match shape {
        Shape::Nps => span(low, high, points),
        _ => format!("{:.0}–{:.0}\u{a0}%", low * 100.0, high * 100.0),
    }
}

fn span(low: f64, high: f64, text: impl Fn(f64) -> String) -> String {
    let joint = if low < 0.0 || high < 0.0 { " to " } else { "–" };
    format!("{}{joint}{}", text(low), text(high))
}

/// A whole number with a true minus; never "−0".
fn points(value: f64) -> String {
    let text = format!("{:.0}", value.abs());
    if value < 0.0 && text != "0" { format!("−{text}") } else { text }
}

/// The mean and its interval, two and two digits: `4.26` and `4.06–4.47`.
pub fn mean_texts(measured: &Measured) -> Option<(String, String)> {
    let Detail::Scale { mean: Some(mean), mean_low, mean_high, .. } = &measured.detail else {
        return None;
    };
    let interval = mean_low.zip(*mean_high);
    Some((
        format!("{mean:.2}"),
        interval.map_or_else(String::new, |(low, high)| span(low, high, |v| format!("{v:.2}"))),
    ))
}

/// A count with thin spaces between thousands.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::measures::measured;

    #[test]
    fn numbers_as_people_read_them() {
        for (n, text) in
            [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")]
        {
            assert_eq!(count(n), text);
        }
        for (value, text) in [(40.9, "41"), (-0.3, "0"), (-12.6, "−13")] {
            assert_eq!(score_text(&Shape::Nps, value), text);
        }
    }

    #[test]
    fn few_answers_show_the_interval_and_no_score() {
        let figure = Figure::of_shape("nps", Shape::Nps);
        let few = measured(&figure.shape, &BTreeMap::from([(9, 5), (0, 2)]), 0);
        let bar = Bar::of(&figure, &few);
        let drawn = bar.to_string();
        assert!(drawn.contains("bar grey") && drawn.contains("too few answers (n = 7)"), "{drawn}");
        assert!(drawn.contains("whisker") && !drawn.contains("class=\"fill\""), "{drawn}");
        let many = measured(&figure.shape, &BTreeMap::from([(9, 10), (0, 40)]), 0);
        let drawn = Bar::of(&figure, &many).to_string();
        // −60 reaches from 20 % to the middle.
        assert!(drawn.contains(r#"x="20.00%" y="4" width="30.00%""#), "{drawn}");
        assert!(drawn.contains("(NPS) −60, 95\u{a0}% interval"), "{drawn}");
    }
}
