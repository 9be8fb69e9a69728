//! Answers read together: what was expected against what was found, how callers felt, how they
//! compare us with others, and how often answers of one interview hardly fit together.
//!
//! Feelings and comparisons are counted from tallies. What needs two answers of one interview is
//! read from at most [`MOST_SHEETS`] interviews, the newest first.

use serde::Serialize;

use super::agents::Rate;
use super::gathered::count;
use super::measures::asked_for;
use super::response_errors::{Items, MARKS, word};
use super::sheets::Sheet;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::comparison::comparison;
use crate::satisfaction::emotion::{Feeling, emotions};
use crate::satisfaction::gap::gap;
use crate::satisfaction::response_error::Mark;
use crate::satisfaction::{MIN_N, MIN_N_NPS};
use crate::store::report::{AnswerCount, Asked, MOST_SHEETS, Unit};
use crate::survey::{Good, Kind, Means, Question, Survey};

/// Answers read together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TogetherReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// Expectation against perception; null where no survey of the view asks for both.
    pub gaps: Option<Gaps>,
    /// Questions that ask how callers feel, and say what their choices mean.
    pub emotions: Vec<Choices>,
    /// Questions that compare us with others, likewise.
    pub comparisons: Vec<Choices>,
    /// Answers that hardly fit together; null where no survey of the view asks what can clash.
    pub response_errors: Option<ResponseErrors>,
}

/// The gaps of one survey version: the newest of the view that has pairs and answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gaps {
    /// The survey's name.
    pub survey: String,
    /// Its version.
    pub version: String,
    /// Interviews with at least one pair.
    pub n: u64,
    /// Whether only the newest interviews were read, since there are more.
    pub cut: bool,
    /// The dimensions, in the order of the questions.
    pub dimensions: Vec<Dimension>,
}

/// What callers expected and found in one dimension.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dimension {
    /// Its name, or the name of its only question.
    pub dimension: String,
    /// Pairs of questions, by their names: expectation and perception.
    pub pairs: Vec<(String, String)>,
    /// The scale's lowest value.
    pub scale_low: u8,
    /// The scale's highest value, which is the best: where low keys are good they are turned.
    pub scale_high: u8,
    /// Interviews with at least one pair of it.
    pub n: u64,
    /// Mean of what was expected.
    pub expectation: f64,
    /// Mean of what was found.
    pub perception: f64,
    /// Perception less expectation.
    pub gap: f64,
    /// Lower end of its 95 % interval; null where all gaps are equal.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether there are interviews enough to show it.
    pub enough: bool,
}

/// The choices of one question, over the versions of its series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choices {
    /// The survey's name.
    pub survey: String,
    /// The question's name.
    pub question: String,
    /// What it asks for.
    pub asks: String,
    /// Answers.
    pub n: u64,
    /// Positive less negative, or better less worse, −100 to 100; null without answers.
    pub net: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether there are answers enough to show it.
    pub enough: bool,
    /// Its choices, in the order of the keys.
    pub choices: Vec<Choice>,
    /// In which words the newest version asks: language code and text.
    #[serde(skip)]
    pub words: Vec<(String, String)>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Its key.
    pub key: u8,
    /// `positive`, `neutral`, `negative`; `better`, `same`, `worse`.
    pub means: &'static str,
    /// Callers who chose it.
    pub n: u64,
    /// Of all who answered; null without answers.
    pub share: Option<Rate>,
}

/// How often answers of one interview hardly fit together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResponseErrors {
    /// Interviews read: those with answers, of surveys that ask what can clash.
    pub n: u64,
    /// Whether only the newest interviews were read, since there are more.
    pub cut: bool,
    /// Interviews with at least one mark; null where none was read.
    pub marked: Option<Rate>,
    /// Each mark.
    pub marks: Vec<Marked>,
}

/// How often interviews have one mark.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marked {
    /// `dissatisfied_promoter`, `unresolved_without_effort` or `straight_lining`.
    pub mark: &'static str,
    /// Interviews that have it.
    pub n: u64,
    /// Of those read.
    pub share: Option<Rate>,
}

/// The pairs of one dimension in one survey version, by index.
struct Paired<'a> {
    dimension: &'a str,
    pairs: Vec<(usize, usize)>,
    low: u8,
    high: u8,
    turned: bool,
}

impl Reports {
    /// Answers of a view read together; for the centre, a team or a queue, never for one agent.
    ///
    /// # Errors
    /// If the filter names what is not known here, or one agent, or the store does not answer.
    pub async fn together(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<TogetherReport, ReportError> {
        viewer.reads()?;
        if filter.agent.is_some() {
            let sentence = "answers are read together for a team or a queue, not for one agent";
            return Err(ReportError::asked("together_of_one", sentence));
        }
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let mut answers = Vec::new();
        for cut in &cuts {
            answers.append(&mut self.store.answer_counts(cut, Unit::Whole).await?);
        }
        let seen = directory.seen(answers.iter().map(|row| row.survey));
        let wanted = |q: &Question| filter.question.as_ref().is_none_or(|name| *name == q.name);
        let (mut gaps, mut errors) = (None, None::<Errors>);
        for asked in seen.iter().rev() {
            let survey = &asked.survey;
            let items = Items::of(survey);
            let paired = paired(survey, &wanted);
            let pairs = gaps.is_none() && !paired.is_empty();
            let clashes = items.any() && errors.as_ref().is_none_or(|errors| !errors.full());
            if !pairs && !clashes {
                continue;
            }
            let (sheets, cut) = self.sheets_of(&cuts, survey.version).await?;
            if pairs {
                gaps = gaps_of(survey, &paired, &sheets, cut);
            }
            if clashes {
                errors.get_or_insert_default().add(&items, &sheets, cut);
            }
        }
        Ok(TogetherReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            gaps,
            emotions: choices(&seen, &answers, "emotion", &wanted),
            comparisons: choices(&seen, &answers, "comparison", &wanted),
            response_errors: errors.map(Errors::report),
        })
    }
}

/// The pairs of a version by dimension; a pair counts if either of its questions is wanted.
fn paired<'a>(survey: &'a Survey, wanted: &impl Fn(&Question) -> bool) -> Vec<Paired<'a>> {
    let mut found: Vec<Paired> = Vec::new();
    for (at, question) in survey.questions.iter().enumerate() {
        let pair = question.pair.and_then(|pair| Some((pair, survey.questions.get(pair)?)));
        let Some((pair, expected)) = pair else { continue };
        let Kind::Scale { low, high, good, .. } = question.kind else { continue };
        if question.kind != expected.kind || !(wanted(question) || wanted(expected)) {
            continue;
        }
        let turned = good == Good::Low;
        let dimension = question.dimension.as_deref().unwrap_or(&question.name);
        let same = |one: &&mut Paired| {
            one.dimension == dimension && (one.low, one.high, one.turned) == (low, high, turned)
        };
        match found.iter_mut().find(same) {
            Some(one) => one.pairs.push((pair, at)),
            None => {
                found.push(Paired { dimension, pairs: vec![(pair, at)], low, high, turned });
            }
        }
    }
    found
}

/// The gaps of a version's interviews; `None` where none has a pair.
fn gaps_of(survey: &Survey, paired: &[Paired<'_>], sheets: &[Sheet], cut: bool) -> Option<Gaps> {
    let name = |at: usize| survey.questions.get(at).map_or("", |q| &q.name).to_owned();
    let (n, dimensions) = dimensions(paired, sheets, name);
    let (survey, version) = (survey.name.clone(), survey.version.to_string());
    (n > 0).then_some(Gaps { survey, version, n, cut, dimensions })
}

/// How many interviews have a pair, and the gap of each dimension that some have.
fn dimensions(
    paired: &[Paired<'_>],
    sheets: &[Sheet],
    name: impl Fn(usize) -> String,
) -> (u64, Vec<Dimension>) {
    let given = |paired: &Paired, sheet: &Sheet| -> Vec<(u8, u8)> {
        let turn = |value: u8| match paired.turned {
            true => (paired.low + paired.high).saturating_sub(value),
            false => value,
        };
        let both = |(expected, found): &(usize, usize)| {
            Some((turn(*sheet.get(expected)?), turn(*sheet.get(found)?)))
        };
        paired.pairs.iter().filter_map(both).collect()
    };
    let dimension = |paired: &Paired| {
        let pairs: Vec<Vec<(u8, u8)>> = sheets.iter().map(|sheet| given(paired, sheet)).collect();
        let slices: Vec<&[(u8, u8)]> = pairs.iter().map(Vec::as_slice).collect();
        let found = gap(&slices)?;
        let n = found.n as u64;
        Some(Dimension {
            dimension: paired.dimension.to_owned(),
            pairs: paired.pairs.iter().map(|(e, p)| (name(*e), name(*p))).collect(),
            scale_low: paired.low,
            scale_high: paired.high,
            n,
            expectation: found.expectation,
            perception: found.perception,
            gap: found.gap.map_or(found.perception - found.expectation, |gap| gap.difference),
            low: found.gap.map(|gap| gap.interval.low),
            high: found.gap.map(|gap| gap.interval.high),
            enough: n >= MIN_N,
        })
    };
    let any = |sheet: &&Sheet| paired.iter().any(|paired| !given(paired, sheet).is_empty());
    let n = sheets.iter().filter(any).count() as u64;
    (n, paired.iter().filter_map(dimension).collect())
}

/// The questions of a measure whose choices say what they mean, the newest version's first.
fn choices(
    seen: &[Asked],
    answers: &[AnswerCount],
    measure: &str,
    wanted: &impl Fn(&Question) -> bool,
) -> Vec<Choices> {
    struct Pooled<'a> {
        survey: &'a Survey,
        question: &'a Question,
        counts: Vec<u64>,
    }
    let mut pools: Vec<Pooled> = Vec::new();
    for asked in seen.iter().rev() {
        let survey = &*asked.survey;
        for (at, question) in (0_i64..).zip(&survey.questions) {
            let Kind::Choice { options } = question.kind else { continue };
            let said = question.means.len() == usize::from(options);
            if question.measure != measure || !said || !wanted(question) {
                continue;
            }
            let same = |pool: &&mut Pooled| {
                pool.survey.name == survey.name
                    && pool.question.series == question.series
                    && pool.question.means == question.means
            };
            let place = (i64::from(survey.version.0), at);
            let of = |key: u8| -> u64 {
                let rows = answers.iter().filter(|row| (row.survey, row.question) == place);
                rows.filter(|row| row.outcome == i64::from(key)).map(|row| count(row.n)).sum()
            };
            let counts: Vec<u64> = (1..=options).map(of).collect();
            match pools.iter_mut().find(same) {
                Some(pool) => pool.counts.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n),
                None => pools.push(Pooled { survey, question, counts }),
            }
        }
    }
    pools.iter().map(|pool| balance(pool.survey, pool.question, &pool.counts)).collect()
}

/// What the choices of a question come to, counted in the order of the keys.
fn balance(survey: &Survey, question: &Question, counts: &[u64]) -> Choices {
    let n: u64 = counts.iter().sum();
    let meant = || question.means.iter().copied().zip(counts.iter().copied());
    let net = if question.measure == "emotion" {
        let felt: Vec<(Feeling, u64)> = meant().map(|(means, n)| (feeling(means), n)).collect();
        emotions(&felt).map(|found| (found.net, found.interval))
    } else {
        let sum = |wanted| meant().filter(|(means, _)| *means == wanted).map(|(_, n)| n).sum();
        let found = comparison(sum(Means::Better), sum(Means::Same), sum(Means::Worse));
        found.map(|found| (found.net, found.interval))
    };
    let words = survey.languages.iter().filter_map(|lang| {
        let prompt = survey.prompt(*lang, &format!("ask-{}", question.name))?;
        Some((lang.to_string(), prompt.text.to_string()))
    });
    Choices {
        survey: survey.name.clone(),
        question: question.name.clone(),
        asks: asked_for(Some(survey), question),
        n,
        net: net.map(|(net, _)| net),
        low: net.map(|(_, interval)| interval.low),
        high: net.map(|(_, interval)| interval.high),
        enough: n >= MIN_N_NPS,
        choices: (1..)
            .zip(meant())
            .map(|(key, (means, chosen))| Choice {
                key,
                means: means.word(),
                n: chosen,
                share: Rate::of(chosen, n),
            })
            .collect(),
        words: words.collect(),
    }
}

fn feeling(means: Means) -> Feeling {
    match means {
        Means::Positive | Means::Better => Feeling::Positive,
        Means::Neutral | Means::Same => Feeling::Neutral,
        Means::Negative | Means::Worse => Feeling::Negative,
    }
}

/// Marks while they are counted.
#[derive(Debug, Default)]
struct Errors {
    n: u64,
    cut: bool,
    marked: u64,
    marks: [u64; MARKS.len()],
}

impl Errors {
    /// Whether as many interviews were read as are read at all.
    fn full(&self) -> bool {
        self.n >= MOST_SHEETS.unsigned_abs()
    }

    fn add(&mut self, items: &Items, sheets: &[Sheet], cut: bool) {
        self.cut |= cut;
        for sheet in sheets {
            let found: Vec<Mark> = items.marks(sheet);
            self.n += 1;
            self.marked += u64::from(!found.is_empty());
            for (sum, mark) in self.marks.iter_mut().zip(MARKS) {
                *sum += u64::from(found.contains(&mark));
            }
        }
    }

    fn report(self) -> ResponseErrors {
        let marks = MARKS.into_iter().zip(self.marks).map(|(mark, n)| Marked {
            mark: word(mark),
            n,
            share: Rate::of(n, self.n),
        });
        ResponseErrors {
            n: self.n,
            // What was not read of further versions is cut off as well.
            cut: self.cut || self.full(),
            marked: Rate::of(self.marked, self.n),
            marks: marks.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_within_their_interview_and_from_the_good_end() {
        let pairs = |turned| Paired {
            dimension: "d",
            pairs: vec![(0, 1), (2, 3)],
            low: 1,
            high: 7,
            turned,
        };
        let sheet = |answers: &[(usize, u8)]| answers.iter().copied().collect::<Sheet>();
        let sheets = [
            sheet(&[(0, 7), (1, 5), (2, 6), (3, 6)]),
            // One who was not asked what was found is in no gap.
            sheet(&[(0, 7), (2, 7)]),
            sheet(&[(0, 6), (1, 6)]),
        ];
        let of = |turned, sheets| dimensions(&[pairs(turned)], sheets, |at| format!("q{at}"));
        let ((n, gaps), (_, turned)) = (of(false, &sheets[..]), of(true, &sheets[..]));
        assert_eq!((n, gaps[0].n, gaps[0].enough), (2, 2, false));
        assert_eq!(gaps[0].pairs[1], ("q2".to_owned(), "q3".to_owned()));
        // Two less with one pair and none with the other is one less; the other caller none.
        assert!((gaps[0].gap + 0.5).abs() < 1e-12, "{gaps:?}");
        assert!((turned[0].gap - 0.5).abs() < 1e-12, "{turned:?}");
        assert_eq!(of(false, &sheets[1..2]), (0, Vec::new()));
    }

    #[test]
    fn marked_interviews_are_counted_once_and_their_marks_each() {
        let mut errors = Errors::default();
        errors.add(&Items::default(), &[Sheet::new(), Sheet::new()], false);
        let report = errors.report();
        assert_eq!((report.n, report.marked.map(|rate| rate.score)), (2, Some(0.0)));
        assert_eq!(report.marks.len(), MARKS.len());
        assert_eq!(Errors::default().report().marked, None);
    }
}
