//! Which answers make up one figure, and that figure.
//!
//! Answers are pooled over the questions, versions and surveys that ask the same measure about
//! the same thing on the same scale, and never over different scales. Where a question began a
//! new series within the view, its older answers are a figure of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::agents::Rate;
use super::weighted::Weighted;
use crate::satisfaction::{MIN_N, MIN_N_NPS, mean, nps, review, share};
use crate::store::report::Asked;
use crate::survey::{About, Good, Kind, Question, Survey, Version};

/// How the answers of one figure are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A rating; the share of satisfied answers and the mean.
    Scale {
        /// Lowest value.
        low: u8,
        /// Highest value.
        high: u8,
        /// Whether high values are good.
        good_is_high: bool,
        /// Values that count as satisfied.
        satisfied: Vec<u8>,
    },
    /// 0 to 10, as the net promoter score.
    Nps,
    /// Yes (1) or no (0).
    YesNo {
        /// The value that counts as satisfied.
        satisfied: u8,
    },
    /// One of so many choices; counts only.
    Choice {
        /// How many.
        options: u8,
    },
}

impl Shape {
    /// Every value an answer can have.
    pub fn values(&self) -> std::ops::RangeInclusive<u8> {
        match self {
            Self::Scale { low, high, .. } => *low..=*high,
            Self::Nps => 0..=10,
            Self::YesNo { .. } => 0..=1,
            Self::Choice { options } => 1..=*options,
        }
    }

    /// Answers needed before a score is shown.
    pub fn needed(&self) -> u64 {
        if *self == Self::Nps { MIN_N_NPS } else { MIN_N }
    }

    fn of(kind: &Kind, measure: &str) -> Option<Self> {
        match kind {
            Kind::Scale { low: 0, high: 10, good: Good::High, .. } if measure == "nps" => {
                Some(Self::Nps)
            }
            Kind::Scale { low, high, good, satisfied } => {
                let mut satisfied = satisfied.clone();
                satisfied.sort_unstable();
                Some(Self::Scale {
                    low: *low,
                    high: *high,
                    good_is_high: *good == Good::High,
                    satisfied,
                })
            }
            Kind::YesNo { good } => Some(Self::YesNo { satisfied: u8::from(*good) }),
            Kind::Choice { options } => Some(Self::Choice { options: *options }),
            Kind::Comment { .. } | Kind::Consent => None,
        }
    }

    fn word(&self) -> String {
        match self {
            Self::Scale { low, high, good_is_high: true, .. } => format!("{low}_{high}"),
            Self::Scale { low, high, .. } => format!("{low}_{high}_low_is_good"),
            Self::Nps => "0_10".into(),
            Self::YesNo { .. } => "yes_no".into(),
            Self::Choice { options } => format!("{options}_choices"),
        }
    }
}

/// One figure of a report: which questions it pools and how they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its key in the JSON: the measure, with a suffix where the measure has several figures.
    pub key: String,
    /// The measure, such as `csat`.
    pub measure: String,
    /// What it is about.
    pub about: About,
    /// How its answers are read.
    pub shape: Shape,
    /// The older series, where the question began a new one within the view.
    pub older_series: Option<String>,
    /// Versions and question indices that it pools.
    pub questions: Vec<(Version, u8)>,
}

impl Figure {
    /// A figure about the agent that pools no question yet.
    pub fn of_shape(measure: &str, shape: Shape) -> Self {
        Self {
            key: measure.to_owned(),
            measure: measure.to_owned(),
            about: About::Agent,
            shape,
            older_series: None,
            questions: Vec::new(),
        }
    }
}

/// What a measure is called, as people read it.
pub fn measure_name(measure: &str) -> String {
    match measure {
        "csat" => "Satisfied".to_owned(),
        "nps" => "Recommend".to_owned(),
        "ces" => "Found it easy".to_owned(),
        "fcr" => "Solved".to_owned(),
        other => {
            let words = other.replace('_', " ");
            let mut letters = words.chars();
            let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
            format!("{}{}", first.unwrap_or_default(), letters.as_str())
        }
    }
}

/// What a question asks for, by its measure's name; where the survey has several questions of one
/// measure, with the question's own name.
pub fn asked_for(survey: Option<&Survey>, question: &Question) -> String {
    let name = measure_name(match question.measure.as_str() {
        "" => &question.name,
        measure => measure,
    });
    let same = |q: &&Question| !q.measure.is_empty() && q.measure == question.measure;
    match survey.map_or(0, |s| s.questions.iter().filter(same).count()) {
        0 | 1 => name,
        _ => format!("{name} ({})", question.name.replace('_', " ")),
    }
}

/// How the answers of a question are read; `None` for spoken comments and consents.
pub fn shape_of(question: &Question) -> Option<Shape> {
    Shape::of(&question.kind, &question.measure)
}

/// Whether a question has answers that can be counted: not a spoken comment or a consent.
pub fn counted(question: &Question) -> bool {
    shape_of(question).is_some()
}

/// The measures that reports show first, in this order; others follow by name.
const FIRST: [&str; 4] = ["csat", "nps", "ces", "fcr"];

/// Names that a measure must not take in the JSON, since they are fields of the row.
const FIELDS: [&str; 13] = [
    "agent",
    "name",
    "team",
    "offered",
    "started",
    "completed",
    "dispositions",
    "answer_rate",
    "response_rate",
    "response_rate_reason",
    "reach",
    "reach_reason",
    "coverage",
];

fn about_order(about: About) -> u8 {
    match about {
        About::Agent => 0,
        About::Resolution => 1,
        About::Company => 2,
        About::Product => 3,
        About::Waiting => 4,
    }
}

fn about_word(about: About) -> &'static str {
    match about {
        About::Agent => "agent",
        About::Resolution => "resolution",
        About::Company => "company",
        About::Product => "product",
        About::Waiting => "waiting",
    }
}

/// The figures of a view over those surveys (oldest first), of one question if it is named.
/// `answers` says how many answers a question of a version has in the view: of several figures
/// of one measure, the one with most answers about the agent bears the plain name.
pub fn figures(
    surveys: &[Asked],
    question: Option<&str>,
    answers: impl Fn(Version, u8) -> u64,
) -> Vec<Figure> {
    // The series in force are those of the newest version of the survey that asks the measure:
    // the question may have got another name together with its new series.
    let mut newest: BTreeMap<(&str, &str), (Version, BTreeSet<&str>)> = BTreeMap::new();
    for asked in surveys {
        for q in &asked.survey.questions {
            let version = asked.survey.version;
            let entry = newest
                .entry((&asked.survey.name, &q.measure))
                .or_insert((version, BTreeSet::new()));
            if entry.0 != version {
                *entry = (version, BTreeSet::new());
            }
            entry.1.insert(&q.series);
        }
    }
    let mut found: Vec<Figure> = Vec::new();
    for asked in surveys {
        for (index, q) in (0u8..).zip(&asked.survey.questions) {
            let Some(shape) = Shape::of(&q.kind, &q.measure) else { continue };
            if question.is_some_and(|name| name != q.name) {
                continue;
            }
            let now = newest.get(&(asked.survey.name.as_str(), q.measure.as_str()));
            let older = now.is_some_and(|(_, series)| !series.contains(q.series.as_str()));
            let older_series = older.then(|| q.series.clone());
            let place = (asked.survey.version, index);
            let same = found.iter_mut().find(|f| {
                f.measure == q.measure
                    && f.about == q.about
                    && f.shape == shape
                    && f.older_series == older_series
            });
            match same {
                Some(figure) => figure.questions.push(place),
                None => found.push(Figure {
                    about: q.about,
                    older_series,
                    questions: vec![place],
                    ..Figure::of_shape(&q.measure, shape)
                }),
            }
        }
    }
    let size = |f: &Figure| f.questions.iter().map(|(v, q)| answers(*v, *q)).sum::<u64>();
    found.sort_by_cached_key(|f| {
        let place = FIRST.iter().position(|first| *first == f.measure).unwrap_or(FIRST.len());
        (
            place,
            f.measure.clone(),
            f.older_series.is_some(),
            about_order(f.about),
            std::cmp::Reverse(size(f)),
            f.shape.clone(),
        )
    });
    name(&mut found);
    found
}

/// The first figure of a measure bears its name; each further one says in what it differs.
fn name(figures: &mut [Figure]) {
    let mut taken: Vec<String> = FIELDS.iter().map(|field| (*field).to_owned()).collect();
    for at in 0..figures.len() {
        let first = figures.iter().position(|f| f.measure == figures[at].measure).unwrap_or(at);
        let mut key = figures[at].measure.clone();
        if figures[at].about != figures[first].about {
            key = format!("{key}_{}", about_word(figures[at].about));
        }
        if figures[at].shape != figures[first].shape {
            key = format!("{key}_{}", figures[at].shape.word());
        }
        if let Some(series) = &figures[at].older_series {
            key = format!("{key}_series_{series}");
        }
        while taken.contains(&key) {
            key.push('_');
        }
        taken.push(key.clone());
        figures[at].key = key;
    }
}

/// Counts by value, every value of the scale, lowest first. In JSON an object with the values as
/// keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub Vec<(u8, u64)>);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// What the answers of one figure come to. Without answers all numbers are null.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Answers counted.
    pub n: u64,
    /// Share satisfied, 0 to 1; of `nps` −100 to 100; null where nothing is satisfied or not.
    pub score: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What only some shapes have.
    #[serde(flatten)]
    pub detail: Detail,
    /// Whether there are answers enough to show a score.
    pub enough: bool,
    /// How it compares with what is expected, where agents are compared.
    #[serde(flatten)]
    pub compared: Option<Compared>,
    /// The same without the answers marked as outside the agent's control; only where some are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Reviewed>,
    /// The same weighted by calls; only in totals over days on which only a sample was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted: Option<Weighted>,
    /// Item response rate, for pages: those who answered out of those who heard the question.
    #[serde(skip)]
    pub response: Option<Rate>,
    /// Counts by value, for drawing.
    #[serde(skip)]
    pub values: Counts,
}

/// A figure without the answers that a reviewer marked as outside the agent's control. It stands
/// beside the raw one, which alone is judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reviewed {
    /// Answers that are not marked.
    pub n: u64,
    /// Their score; null where all are marked, or nothing is satisfied or not.
    pub score: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Answers that are marked: the raw figure's `n` less this one's.
    pub marked: u64,
    /// Of all answers of the raw figure, 0 to 1.
    pub marked_share: f64,
    /// Whether there are answers enough to show the score.
    pub enough: bool,
}

/// One agent's figure beside what the same queues and languages give on the whole. It is computed
/// over all of the agent's telephone answers in the period, whatever the view is limited to, and
/// stands on each of the agent's rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// What the agent's queues and languages give without the agent.
    pub expected: Option<f64>,
    /// Expected, plus the agent's difference with chance taken off.
    pub shrunk: Option<f64>,
    /// The one verdict.
    pub verdict: Verdict,
    /// Between which ranks the agent may stand, 1 the best.
    pub rank: Option<Rank>,
}

/// The one verdict on an agent's figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better than expected, beyond chance and large enough to matter.
    Above,
    /// No such difference.
    AsExpected,
    /// Worse than expected.
    Below,
    /// Too little to compare.
    TooFew,
}

impl Verdict {
    /// The word in the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::AsExpected => "as_expected",
            Self::Below => "below",
            Self::TooFew => "too_few",
        }
    }
}

/// Ranks that the answers leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// The best.
    pub low: u64,
    /// The worst.
    pub high: u64,
    /// Out of so many.
    pub of: u64,
}

/// What only some shapes have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// Of a rating.
    Scale {
        /// Mean of the scores.
        mean: Option<f64>,
        /// Lower end of its 95 % interval; null where all answers are equal.
        mean_low: Option<f64>,
        /// Upper end.
        mean_high: Option<f64>,
        /// Counts by score.
        counts: Counts,
    },
    /// Of the net promoter score.
    Nps {
        /// Answers 9 and 10.
        promoters: u64,
        /// Answers 7 and 8.
        passives: u64,
        /// Answers 0 to 6.
        detractors: u64,
    },
    /// Of a choice.
    Choice {
        /// Counts by choice.
        counts: Counts,
    },
    /// Nothing more.
    YesNo {},
}

/// The figure of answers counted by value; values outside the scale are left out. `unanswered`
/// heard the question and skipped it, kept silent or pressed wrong keys.
pub fn measured(shape: &Shape, by_value: &[(u8, u64)], unanswered: u64) -> Measured {
    let of = |value: u8| by_value.iter().filter(|(v, _)| *v == value).map(|(_, n)| n).sum();
    let values: Vec<(u8, u64)> = shape.values().map(|v| (v, of(v))).collect();
    let n: u64 = values.iter().map(|(_, n)| n).sum();
    let of_share = |satisfied: &[u8]| {
        let hits = values.iter().filter(|(v, _)| satisfied.contains(v)).map(|(_, n)| n).sum();
        share::share(hits, n).map(|s| (s.score, s.interval))
    };
    let (figure, detail) = match shape {
        Shape::Scale { satisfied, .. } => {
            let mean = mean::mean(&values);
            let interval = mean.and_then(|m| m.interval);
            let detail = Detail::Scale {
                mean: mean.map(|m| m.mean),
                mean_low: interval.map(|i| i.low),
                mean_high: interval.map(|i| i.high),
                counts: Counts(values.clone()),
            };
            (of_share(satisfied), detail)
        }
        Shape::Nps => {
            let nps = nps::nps_of_counts(&values);
            let detail = Detail::Nps {
                promoters: nps.map_or(0, |s| s.promoters),
                passives: nps.map_or(0, |s| s.passives),
                detractors: nps.map_or(0, |s| s.detractors),
            };
            (nps.map(|s| (s.score, s.interval)), detail)
        }
        Shape::YesNo { satisfied } => (of_share(&[*satisfied]), Detail::YesNo {}),
        Shape::Choice { .. } => (None, Detail::Choice { counts: Counts(values.clone()) }),
    };
    let needed = shape.needed();
    Measured {
        n,
        score: figure.map(|(score, _)| score),
        low: figure.map(|(_, interval)| interval.low),
        high: figure.map(|(_, interval)| interval.high),
        detail,
        enough: n >= needed,
        compared: None,
        reviewed: None,
        weighted: None,
        response: Rate::of(n, n + unanswered),
        values: Counts(values),
    }
}

/// What the answers of a raw figure come to without the marked ones, which are given counted by
/// value; `None` where none is marked.
pub fn reviewed(shape: &Shape, raw: &Measured, marked: &[(u8, u64)]) -> Option<Reviewed> {
    let left = |(value, n): &(u8, u64)| {
        let out: u64 = marked.iter().filter(|(of, _)| of == value).map(|(_, n)| n).sum();
        (*value, n.saturating_sub(out))
    };
    let rest: Vec<(u8, u64)> = raw.values.0.iter().map(left).collect();
    let figure = |counts: &[(u8, u64)]| Some(measured(shape, counts, 0)).filter(|m| m.n > 0);
    let beside = review::beside(figure, &raw.values.0, &rest)?;
    let rest = beside.reviewed.unwrap_or_else(|| measured(shape, &[], 0));
    let marked = beside.marked;
    (marked.hits > 0).then_some(Reviewed {
        n: rest.n,
        score: rest.score,
        low: rest.low,
        high: rest.high,
        marked: marked.hits,
        marked_share: marked.score,
        enough: rest.enough,
    })
}

/// Figures by key, in the order of the report; in JSON they are fields of their row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures(pub Vec<(String, Measured)>);

impl Measures {
    /// The figure of that key, if it was asked.
    pub fn get(&self, key: &str) -> Option<&Measured> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, measured)| measured)
    }

    /// Leaves of each figure with fewer answers than that nothing but their number.
    pub(super) fn hide_under(&mut self, min_n: u64) {
        for (_, few) in self.0.iter_mut().filter(|(_, measured)| measured.n < min_n) {
            *few = Measured {
                n: few.n,
                score: None,
                low: None,
                high: None,
                detail: Detail::YesNo {},
                enough: false,
                compared: None,
                reviewed: None,
                weighted: None,
                response: None,
                values: Counts(Vec::new()),
            };
        }
        // Also where too few are left when the marked ones are taken out.
        for (_, measured) in &mut self.0 {
            measured.reviewed = measured.reviewed.filter(|reviewed| reviewed.n >= min_n);
        }
    }
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, measured) in &self.0 {
            map.serialize_entry(key, measured)?;
        }
        map.end()
    }
}
