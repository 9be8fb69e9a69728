//! A figure week by week, as a chart.

use super::chart::{Chart, Data, Drawing, Line, Point, Row, Unit};
use super::draw::{ends_text, name, score_text};
use crate::report::measures::Shape;
use crate::report::trend::{Signal, Trend};
use crate::words::Words;

/// How a shape's values are written in charts.
pub fn unit(shape: &Shape) -> Unit {
    if *shape == Shape::Nps { Unit::Points } else { Unit::Share }
}

/// The chart of a trend. `link` leads from a point's days to what lies behind them.
pub fn chart(
    words: &Words,
    trend: &Trend,
    target: Option<f64>,
    link: impl Fn(&str, &str) -> Option<String>,
) -> Chart {
    let shape = &trend.figure.shape;
    let text = |value: f64| score_text(shape, value);
    let points = trend.points.iter().map(|point| {
        let interval = point.low.zip(point.high).map(|(l, h)| ends_text(words, shape, l, h));
        let mut tip = format!(
            "{} – {}\n{}  ({})\nn\u{a0}=\u{a0}{}",
            point.from,
            point.to,
            point.score.map(text).unwrap_or_default(),
            interval.unwrap_or_default(),
            point.n
        );
        if let Some(signal) = point.signal {
            tip.push('\n');
            tip.push_str(&words.say(signal_key(signal)));
        }
        Point {
            label: point.from.clone(),
            y: point.score,
            low: point.limit_low,
            high: point.limit_high,
            signal: point.signal.is_some(),
            tip,
            link: link(&point.from, &point.to),
        }
    });
    let points: Vec<Point> = points.collect();
    let rows = trend.points.iter().zip(&points).map(|(point, drawn)| {
        let ends = |low: Option<f64>, high: Option<f64>| {
            low.zip(high).map_or_else(|| "–".into(), |(l, h)| ends_text(words, shape, l, h))
        };
        Row {
            link: drawn.link.clone(),
            cells: vec![
                format!("{} – {}", point.from, point.to),
                point.score.map_or_else(|| "–".into(), text),
                ends(point.low, point.high),
                point.n.to_string(),
                ends(point.limit_low, point.limit_high),
                point.signal.map(|s| words.say(signal_key(s))).unwrap_or_default(),
            ],
        }
    });
    let measure = name(words, &trend.figure);
    let key = if trend.centre.is_some() { "trend-note" } else { "trend-short" };
    let signals = trend.points.iter().filter(|point| point.signal.is_some()).count();
    let mut summary = words.fill(key, &[("measure", (&measure).into())]);
    if trend.centre.is_some() {
        summary.push(' ');
        summary.push_str(&words.fill("trend-signals", &[("n", (signals as u64).into())]));
    }
    Chart {
        title: words.fill("trend-title", &[("measure", (&measure).into())]),
        summary,
        size: "",
        heads: [
            "trend-week",
            "trend-score",
            "interval-of",
            "trend-n",
            "trend-limits",
            "trend-signal",
        ]
        .map(|key| words.say(key))
        .to_vec(),
        rows: rows.collect(),
        data: Data::of(&Drawing::Trend {
            unit: unit(shape),
            points,
            centre: trend.centre,
            target: target.map(|y| Line { label: words.say("target"), y }),
        }),
    }
}

fn signal_key(signal: Signal) -> &'static str {
    match signal {
        Signal::Beyond => "trend-signal-beyond",
        Signal::Run => "trend-signal-run",
    }
}
