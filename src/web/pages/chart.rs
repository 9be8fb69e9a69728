//! Charts: what Apache ECharts draws in the browser, with the summary and the table that say the
//! same to whoever has no scripts, no mouse or no eyes for it. All texts come ready for people.

use askama::filters::HtmlSafe;
use serde::Serialize;

/// A chart with its table.
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is to be seen in it, in a sentence or two.
    pub summary: String,
    /// `tall` or empty.
    pub size: &'static str,
    /// What the script draws.
    pub data: Data,
    /// Heads of the table.
    pub heads: Vec<String>,
    /// Rows of the table; the first cell heads the row.
    pub rows: Vec<Row>,
}

impl Chart {
    /// Whether there is anything to draw.
    pub fn drawn(&self) -> bool {
        !self.rows.is_empty()
    }
}

/// A row of a chart's table.
pub struct Row {
    /// Where its point leads.
    pub link: Option<String>,
    /// The cells.
    pub cells: Vec<String>,
}

/// JSON inside a `<script type="application/json">`: no `<` leaves it, whatever it holds.
pub struct Data(String);

impl Data {
    /// The JSON of a drawing.
    pub fn of(drawing: &Drawing) -> Self {
        Self::of_value(drawing)
    }

    /// The JSON of whatever a script reads.
    pub fn of_value(value: &impl Serialize) -> Self {
        let json = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
        Self(json.replace('<', "\\u003c").replace('&', "\\u0026"))
    }
}

impl std::fmt::Display for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Data {}

/// What the script draws.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Drawing {
    /// A figure over time.
    Trend {
        /// How values are written.
        unit: Unit,
        /// The points, oldest first.
        points: Vec<Point>,
        /// What was usual before.
        centre: Option<f64>,
        /// The target in force.
        target: Option<Line>,
    },
    /// Agents by number of answers.
    Funnel {
        /// How values are written.
        unit: Unit,
        /// What the axis of answers is called.
        answers: String,
        /// The agents.
        points: Vec<Dot>,
        /// The limits, by number of answers.
        limits: Vec<Limit>,
        /// What all agents give together.
        centre: f64,
    },
    /// What goes together with satisfaction, against how satisfied callers are with it.
    Drivers {
        /// What the axes are called: satisfied, importance.
        axes: [String; 2],
        /// The attributes.
        points: Vec<Dot>,
    },
    /// Two means beside each other for each of several things.
    Sides {
        /// What they are called.
        axes: [String; 2],
        /// The things, with the one mean along and the other up.
        points: Vec<Dot>,
    },
    /// So many at each second or step.
    Steps {
        /// What the axes are called.
        axes: [String; 2],
        /// The steps.
        points: Vec<Dot>,
    },
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Fractions, shown as percent.
    Share,
    /// The net promoter score.
    Points,
}

/// A point over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// When.
    pub label: String,
    /// The figure; none where there were too few answers.
    pub y: Option<f64>,
    /// Lower limit of what was usual.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// A signal of the control chart.
    pub signal: bool,
    /// What its tip says: figure, interval, n.
    pub tip: String,
    /// Where it leads.
    pub link: Option<String>,
}

/// A point with two numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dot {
    /// What it is.
    pub label: String,
    /// Along.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// A mark for its colour: `above`, `below`, `as_expected`, or empty.
    pub mark: &'static str,
    /// What its tip says.
    pub tip: String,
    /// Where it leads.
    pub link: Option<String>,
}

/// A line across.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// Where.
    pub y: f64,
}

/// Limits at one number of answers: 99.8 % and 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// Number of answers.
    pub n: f64,
    /// The outer lower one.
    pub outer_low: f64,
    /// The inner lower one.
    pub low: f64,
    /// The inner upper one.
    pub high: f64,
    /// The outer upper one.
    pub outer_high: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_leave_the_script() {
        let dot = Dot {
            label: "</script><script>alert(1)</script>&amp;".into(),
            x: 1.0,
            y: 0.5,
            mark: "",
            tip: String::new(),
            link: None,
        };
        let data =
            Data::of(&Drawing::Drivers { axes: ["a".into(), "b".into()], points: vec![dot] });
        let text = data.to_string();
        assert!(!text.contains('<') && !text.contains('&'), "{text}");
        let back: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back["points"][0]["label"], "</script><script>alert(1)</script>&amp;");
    }
}
