//! Numbers as people read them, and bars with intervals as SVG. Sizes and places are SVG
//! attributes and colours are classes, since the pages' security policy forbids inline styles.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::report::agents::Rate;
use crate::report::callers::Repeated;
use crate::report::measures::{Detail, Figure, Measured, Shape, measure_name};
use crate::report::weighted::Sampled;
use crate::survey::About;
use crate::words::Words;

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
    pub fn of(words: &Words, figure: &Figure, measured: &Measured) -> Self {
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
        let label = spoken(words, figure, measured);
        Self { label, score: score.map(text), fill, whisker, zero: nps }
    }
}

/// The last weeks of a figure as a small line; gaps where there were too few answers.
#[derive(Clone, Debug, PartialEq, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="spark" width="96" height="24" viewBox="0 0 96 24" role="img" aria-label="{{ label }}"><title>{{ label }}</title>{% for line in lines %}<polyline points="{{ line }}"/>{% endfor %}{% for (x, y) in dots %}<circle cx="{{ x }}" cy="{{ y }}" r="1.6"/>{% endfor %}</svg>"#
)]
pub struct Spark {
    label: String,
    lines: Vec<String>,
    dots: Vec<(String, String)>,
}

impl HtmlSafe for Spark {}

impl Spark {
    /// The line of those weeks; `None` if fewer than two have a value.
    pub fn of(words: &Words, shape: &Shape, weeks: &[Option<f64>]) -> Option<Self> {
        let known: Vec<f64> = weeks.iter().flatten().copied().collect();
        if known.len() < 2 {
            return None;
        }
        let (low, high) = if *shape == Shape::Nps { (-100.0, 100.0) } else { (0.0, 1.0) };
        let step = 92.0 / (weeks.len().max(2) - 1) as f64;
        let place = |at: usize, value: f64| {
            let y = 22.0 - 20.0 * ((value - low) / (high - low)).clamp(0.0, 1.0);
            (format!("{:.1}", 2.0 + step * at as f64), format!("{y:.1}"))
        };
        let mut lines: Vec<Vec<String>> = vec![Vec::new()];
        let mut dots = Vec::new();
        for (at, week) in weeks.iter().enumerate() {
            match week {
                Some(value) => {
                    let (x, y) = place(at, *value);
                    if let Some(line) = lines.last_mut() {
                        line.push(format!("{x},{y}"));
                    }
                    dots.push((x, y));
                }
                None => lines.push(Vec::new()),
            }
        }
        let texts: Vec<String> = weeks
            .iter()
            .map(|week| week.map_or_else(|| "–".into(), |value| score_text(shape, value)))
            .collect();
        let lines = lines.into_iter().filter(|line| line.len() > 1).map(|line| line.join(" "));
        let label = words.fill("agents-trend-label", &[("weeks", (&texts.join(", ")).into())]);
        Some(Self { label, lines: lines.collect(), dots })
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
    pub fn of(words: &Words, value: &str, n: u64, all: u64, counts: bool) -> Self {
        let share = if all == 0 { 0.0 } else { 100.0 * n as f64 / all as f64 };
        let percent = format!("{share:.0}");
        let places = [
            ("value", value.into()),
            ("n", n.into()),
            ("all", all.into()),
            ("share", percent.as_str().into()),
        ];
        Self { label: words.fill("spoken-part", &places), width: format!("{share:.2}"), counts }
    }
}

/// The figure in one sentence, for those who hear the page and as the bar's tip.
fn spoken(words: &Words, figure: &Figure, measured: &Measured) -> String {
    let name = name(words, figure);
    let Some((low, high)) = measured.low.zip(measured.high) else {
        return words.fill("spoken-none", &[("name", (&name).into())]);
    };
    let (low, high) = (score_text(&figure.shape, low), score_text(&figure.shape, high));
    let places = |score: &str| {
        words.fill(
            if score.is_empty() { "spoken-few" } else { "spoken-score" },
            &[
                ("name", (&name).into()),
                ("score", score.into()),
                ("low", (&low).into()),
                ("high", (&high).into()),
                ("n", measured.n.into()),
            ],
        )
    };
    match measured.score.filter(|_| measured.enough) {
        Some(score) => places(&score_text(&figure.shape, score)),
        None => places(""),
    }
}

/// What a measure is called: in the reader's language where it is a usual one, else as the
/// survey's author wrote it.
pub fn measure(words: &Words, measure: &str) -> String {
    let key = format!("measure-{measure}");
    if words.has(&key) { words.say(&key) } else { measure_name(measure) }
}

/// What a measure is called in tables.
pub fn name(words: &Words, figure: &Figure) -> String {
    let mut plain = measure(words, &figure.measure);
    if figure.shape == Shape::Nps {
        plain.push_str(" (NPS)");
    }
    let rest = figure.key.strip_prefix(figure.measure.as_str()).unwrap_or_default();
    let rest = rest.trim_matches('_').replace('_', " ");
    if rest.is_empty() { plain } else { format!("{plain} ({rest})") }
}

/// What a measure means.
pub fn meaning(words: &Words, figure: &Figure) -> String {
    let about = words.say(match figure.about {
        About::Agent => "about-agent",
        About::Resolution => "about-resolution",
        About::Company => "about-company",
        About::Product => "about-product",
        About::Waiting => "about-waiting",
    });
    let upper = figure.measure.to_uppercase();
    let (key, keys, scale) = match &figure.shape {
        Shape::Scale { low, high, satisfied, .. } => {
            let keys: Vec<_> = satisfied.iter().map(ToString::to_string).collect();
            ("meaning-scale", keys.join(", "), format!("{low}–{high}"))
        }
        Shape::Nps => ("meaning-nps", String::new(), String::new()),
        Shape::YesNo { satisfied: 1 } => ("meaning-yes", String::new(), String::new()),
        Shape::YesNo { .. } => ("meaning-no", String::new(), String::new()),
        Shape::Choice { .. } => ("meaning-choice", String::new(), String::new()),
    };
    let places = [
        ("measure", (&upper).into()),
        ("keys", (&keys).into()),
        ("scale", (&scale).into()),
        ("about", (&about).into()),
    ];
    words.fill(key, &places)
}

/// Words in place of a score that rests on too few answers.
pub fn too_few(words: &Words, shape: &Shape, n: u64) -> String {
    match n {
        0 => words.say("no-answers"),
        n => words.fill("too-few", &[("n", n.into()), ("needed", shape.needed().into())]),
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
pub fn interval_text(words: &Words, shape: &Shape, measured: &Measured) -> String {
    let Some((low, high)) = measured.low.zip(measured.high) else { return String::new() };
    ends_text(words, shape, low, high)
}

/// As [`interval_text`], of any two ends.
pub fn ends_text(words: &Words, shape: &Shape, low: f64, high: f64) -> String {
    match shape {
        Shape::Nps => span(words, low, high, points),
        _ if low < 0.0 || high < 0.0 => span(words, low * 100.0, high * 100.0, points) + "\u{a0}%",
        _ => format!("{:.0}–{:.0}\u{a0}%", low * 100.0, high * 100.0),
    }
}

fn span(words: &Words, low: f64, high: f64, text: impl Fn(f64) -> String) -> String {
    let (from, to) = (text(low), text(high));
    if low < 0.0 || high < 0.0 {
        return words.fill("interval-to", &[("low", (&from).into()), ("high", (&to).into())]);
    }
    format!("{from}–{to}")
}

/// The share weighted by calls, in words; empty where there is none.
pub fn weighted_text(words: &Words, shape: &Shape, measured: &Measured) -> String {
    let Some(weighted) = measured.weighted.filter(|_| measured.enough) else {
        return String::new();
    };
    let score = score_text(shape, weighted.score);
    let interval = ends_text(words, shape, weighted.low, weighted.high);
    words.fill("weighted-line", &[("score", (&score).into()), ("interval", (&interval).into())])
}

/// Why shares are weighted, in words; empty where all calls were asked.
pub fn sampled_text(words: &Words, sampled: Option<Sampled>) -> String {
    let Some(Sampled { offered, left_out }) = sampled else { return String::new() };
    let places = [("out", left_out.into()), ("all", (offered + left_out).into())];
    words.fill("weighted-about", &places)
}

/// That some callers answered more than once, and what follows; nothing where hardly any did.
pub fn callers_text(words: &Words, callers: Option<Repeated>) -> String {
    let Some(Repeated { interviews, callers, worth }) = callers else { return String::new() };
    let percent = format!("{:.0}", worth * 100.0);
    let places = [
        ("interviews", interviews.into()),
        ("callers", callers.into()),
        ("percent", percent.as_str().into()),
    ];
    words.fill("callers-repeated", &places)
}

/// A difference with its sign: `+2.1` points of percent, or of the net promoter score.
pub fn difference_text(shape: &Shape, value: f64) -> String {
    let scaled = if *shape == Shape::Nps { value } else { value * 100.0 };
    let text = format!("{:.1}", scaled.abs());
    match (text.as_str(), scaled < 0.0) {
        ("0.0", _) => "±0.0".into(),
        (_, true) => format!("−{text}"),
        (_, false) => format!("+{text}"),
    }
}

/// Two ends of a difference's interval, in the same points as [`difference_text`].
pub fn difference_ends(words: &Words, shape: &Shape, low: f64, high: f64) -> String {
    let (low, high) = (difference_text(shape, low), difference_text(shape, high));
    words.fill("interval-to", &[("low", (&low).into()), ("high", (&high).into())])
}

/// A rate and its interval.
pub fn rate_text(rate: Rate) -> (String, String) {
    let percent = |part: f64| format!("{:.0}", part * 100.0);
    (
        format!("{}\u{a0}%", percent(rate.score)),
        format!("{}–{}\u{a0}%", percent(rate.low), percent(rate.high)),
    )
}

/// A rate over all calls and its interval; where it is not known, a dash and why.
pub fn known_text(
    words: &Words,
    rate: Option<Rate>,
    reason: Option<&str>,
    coverage: Option<Rate>,
) -> (String, String) {
    match (rate, reason, coverage) {
        (Some(rate), ..) => rate_text(rate),
        (None, Some("coverage"), Some(covered)) if covered.score > 0.0 => {
            // Rounded down: 94.9 % is not enough.
            let share = format!("{:.0}", (covered.score * 100.0).floor());
            let places = [("share", share.as_str().into()), ("n", covered.n.into())];
            ("–".into(), words.fill("rates-why-covered", &places))
        }
        (None, reason, _) => {
            let key = format!("rates-why-{}", reason.unwrap_or("coverage"));
            ("–".into(), words.say(&key))
        }
    }
}

/// A whole number with a true minus; never "−0".
fn points(value: f64) -> String {
    let text = format!("{:.0}", value.abs());
    if value < 0.0 && text != "0" { format!("−{text}") } else { text }
}

/// The mean and its interval, two and two digits: `4.26` and `4.06–4.47`.
pub fn mean_texts(words: &Words, measured: &Measured) -> Option<(String, String)> {
    let Detail::Scale { mean: Some(mean), mean_low, mean_high, .. } = &measured.detail else {
        return None;
    };
    let interval = mean_low.zip(*mean_high);
    Some((
        format!("{mean:.2}"),
        interval
            .map_or_else(String::new, |(low, high)| span(words, low, high, |v| format!("{v:.2}"))),
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
        let few = measured(&figure.shape, &[(9, 5), (0, 2)], 0);
        let english = Words::of(crate::words::Tongue::En);
        let bar = Bar::of(english, &figure, &few);
        let drawn = bar.to_string();
        assert!(
            drawn.contains("bar grey") && drawn.contains("too few answers (n\u{a0}=\u{a0}7)"),
            "{drawn}"
        );
        assert!(drawn.contains("whisker") && !drawn.contains("class=\"fill\""), "{drawn}");
        let many = measured(&figure.shape, &[(9, 10), (0, 40)], 0);
        let drawn = Bar::of(english, &figure, &many).to_string();
        // −60 reaches from 20 % to the middle.
        assert!(drawn.contains(r#"x="20.00%" y="4" width="30.00%""#), "{drawn}");
        assert!(drawn.contains("(NPS) −60, 95\u{a0}% interval"), "{drawn}");
    }
}
