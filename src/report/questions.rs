//! The questions of the surveys in a view: how each was answered, where callers left, and in what
//! words it was asked.

use serde::Serialize;

use super::agents::{Figures, Rate};
use super::gathered::{Gathered, count};
use super::measures::{Figure, Measured, Shape, asked_for, figures, measured};
use super::{Filter, ReportError, Reports, Viewer};
use crate::store::report::Unit;
use crate::survey::Version;

/// The questions of a view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuestionsReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// The funnel of the whole view.
    #[serde(flatten)]
    pub whole: Figures,
    /// Survey versions that were asked, the newest first.
    pub surveys: Vec<VersionAsked>,
}

/// One version of a survey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionAsked {
    /// The survey's name.
    pub survey: String,
    /// Its title.
    pub title: String,
    /// The version.
    pub version: String,
    /// When it was first asked, local day.
    pub since: String,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// One question of one version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub asks: String,
    /// Its measure; empty if none.
    pub measure: String,
    /// Answers are compared over versions within one series.
    pub series: String,
    /// Callers who heard it: answered, skipped, silent and wrong keys.
    pub heard: u64,
    /// Of those, who answered.
    pub answered: Option<Rate>,
    /// Who skipped it.
    pub skipped: u64,
    /// Who pressed nothing.
    pub no_input: u64,
    /// Who pressed wrong keys only.
    pub no_match: u64,
    /// Callers who left while it was open, by whole second since it began; 61 stands for later.
    pub left: Vec<(u8, u64)>,
    /// All of them.
    pub left_total: u64,
    /// The figure; null where nothing is counted.
    pub figure: Option<Measured>,
    /// How its answers are read.
    #[serde(skip)]
    pub shape: Option<Shape>,
    /// In which words it is asked: language code and text.
    pub words: Vec<(String, String)>,
}

impl Reports {
    /// The questions of a view. Where callers left is known by survey, version, language and day
    /// only; the other filters do not limit it.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn questions(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<QuestionsReport, ReportError> {
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let unit = if filter.agent.is_some() { Unit::Agents } else { Unit::Whole };
        let (mut answers, mut stages) = (Vec::new(), Vec::new());
        for cut in &cuts {
            answers.append(&mut self.store.answer_counts(cut, unit).await?);
            stages.append(&mut self.store.stage_counts(cut, unit).await?);
        }
        // Of anonymous surveys only answers are counted: not who gave none.
        let fenced = super::anonymous::is_fenced(&cuts);
        // They are of the whole centre: nobody who sees some teams only sees them.
        let drops = match (viewer.teams(), cuts.first()) {
            (None, Some(cut)) => self.store.drop_counts(cut).await?,
            _ => Vec::new(),
        };
        let mut gathered = Gathered::default();
        stages.iter().for_each(|row| gathered.add_stage(&row.stage, row.n));
        let versions = answers.iter().map(|row| row.survey);
        let seen = directory.seen(versions.chain(stages.iter().map(|row| row.survey)));
        let mut surveys = Vec::new();
        for asked in seen.iter().rev() {
            let survey = &asked.survey;
            let own = std::slice::from_ref(asked);
            let shapes: Vec<Figure> = figures(own, None, |_: Version, _: u8| 0);
            let mut questions = Vec::new();
            for (index, question) in (0u8..).zip(&survey.questions) {
                let wanted = filter.question.as_ref().is_none_or(|name| *name == question.name);
                if !wanted {
                    continue;
                }
                let place = (i64::from(survey.version.0), i64::from(index));
                let of = |outcome: i64| -> u64 {
                    let rows = answers.iter().filter(|r| (r.survey, r.question) == place);
                    rows.filter(|r| r.outcome == outcome).map(|r| count(r.n)).sum()
                };
                let values: Vec<(u8, u64)> = answers
                    .iter()
                    .filter(|r| (r.survey, r.question) == place)
                    .filter_map(|r| Some((u8::try_from(r.outcome).ok()?, count(r.n))))
                    .collect();
                let given: u64 = values.iter().map(|(_, n)| n).sum();
                let (skipped, no_input, no_match) = (of(-1), of(-2), of(-3));
                let heard = given + skipped + no_input + no_match;
                let shape = shapes
                    .iter()
                    .find(|f| f.questions.contains(&(survey.version, index)))
                    .map(|f| f.shape.clone());
                let mut left: Vec<(u8, u64)> = drops
                    .iter()
                    .filter(|d| (d.survey, d.question) == place)
                    .filter_map(|d| Some((u8::try_from(d.second).ok()?, count(d.n))))
                    .collect();
                left.sort_unstable();
                let words = survey.languages.iter().filter_map(|lang| {
                    let prompt = survey.prompt(*lang, &format!("ask-{}", question.name))?;
                    Some((lang.to_string(), prompt.text.to_string()))
                });
                questions.push(Question {
                    name: question.name.clone(),
                    asks: asked_for(Some(survey), question),
                    measure: question.measure.clone(),
                    series: question.series.clone(),
                    heard,
                    answered: Rate::of(given, heard).filter(|_| !fenced),
                    skipped,
                    no_input,
                    no_match,
                    left_total: left.iter().map(|(_, n)| n).sum(),
                    left,
                    figure: shape.as_ref().map(|shape| {
                        let figure = measured(shape, &values, heard - given);
                        let response = figure.response.filter(|_| !fenced);
                        Measured { response, ..figure }
                    }),
                    shape,
                    words: words.collect(),
                });
            }
            let since = crate::clock::day(asked.first_seen_ms, &self.zone);
            surveys.push(VersionAsked {
                survey: survey.name.clone(),
                title: survey.title.clone(),
                version: survey.version.to_string(),
                since: crate::clock::date(since).to_string(),
                questions,
            });
        }
        Ok(QuestionsReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            whole: gathered.figures(&[], filter.all_calls()),
            surveys,
        })
    }
}
