//! What goes together with satisfaction: the attributes of one survey version, over whole
//! interviews. For the centre, a team or a queue, never for one agent.

use serde::Serialize;

use super::agents::Rate;
use super::measures::{Shape, asked_for, shape_of};
use super::sheets::Sheet;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::drivers::{self, Attribute, Method, NoDrivers, interviews_needed};
use crate::store::report::Asked;
use crate::survey::Question;

/// The bootstrap's seed: the same interviews give the same intervals, whoever looks.
const SEED: u64 = 20_260_101;

/// Measures that are outcomes themselves and no attributes of a contact.
const OUTCOMES: [&str; 3] = ["csat", "nps", "loyalty"];

/// The drivers of one survey version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriversReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The survey's name.
    pub survey: String,
    /// Its version: the newest in the view that asks for overall satisfaction and attributes.
    pub version: String,
    /// What the overall question asks for.
    pub overall: String,
    /// Interviews with all answers.
    pub n: u64,
    /// Whether only the newest interviews were read, since there are more.
    pub cut: bool,
    /// How much of the overall answers' variance the attributes explain together.
    pub r_squared: Option<f64>,
    /// `lmg` or `relative_weights`.
    pub method: Option<&'static str>,
    /// Why there are none: `too_few`, `overall_is_constant`; null where there are some.
    pub reason: Option<&'static str>,
    /// Interviews needed.
    pub needed: u64,
    /// The attributes, the most important first.
    pub attributes: Vec<Driver>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    /// The question's name.
    pub question: String,
    /// What it asks for.
    pub asks: String,
    /// Its measure.
    pub measure: String,
    /// Its part of R².
    pub importance: f64,
    /// Lower end of the importance's 95 % interval.
    pub importance_low: f64,
    /// Upper end.
    pub importance_high: f64,
    /// Spearman's rank correlation with the overall answer.
    pub correlation: f64,
    /// Whether it can be told apart from the others.
    pub separable: bool,
    /// Share satisfied with it.
    pub satisfied: Rate,
}

impl Reports {
    /// The drivers of a view; `None` where no survey in it asks for overall satisfaction beside
    /// something else. With several surveys in the view, name one.
    ///
    /// # Errors
    /// If the filter names what is not known here, or one agent, or the store does not answer.
    pub async fn drivers(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<Option<DriversReport>, ReportError> {
        viewer.reads()?;
        if filter.agent.is_some() {
            let sentence = "drivers are for a team or a queue; one agent has too few interviews";
            return Err(ReportError::asked("drivers_of_one", sentence));
        }
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        super::anonymous::no(&cuts, "sheets of answers that belong together")?;
        for asked in directory.surveys.iter().rev() {
            let Some(looked_at) = LookedAt::of(asked) else { continue };
            let (sheets, cut) = self.sheets_of(&cuts, asked.survey.version).await?;
            if !sheets.is_empty() {
                return Ok(Some(looked_at.report(filter, asked, &sheets, cut)));
            }
        }
        Ok(None)
    }
}

/// Which questions of a version are looked at.
struct LookedAt<'a> {
    overall: usize,
    attributes: Vec<(usize, &'a Question, Vec<u8>)>,
}

impl<'a> LookedAt<'a> {
    fn of(asked: &'a Asked) -> Option<Self> {
        let questions = &asked.survey.questions;
        let overall = questions.iter().position(|q| q.measure == "csat" && q.when.is_none())?;
        let all = questions.iter().enumerate().filter_map(|(at, question)| {
            let satisfied = match shape_of(question)? {
                Shape::Scale { satisfied, .. } => satisfied,
                Shape::YesNo { satisfied } => vec![satisfied],
                Shape::Nps | Shape::Choice { .. } => return None,
            };
            let apart = OUTCOMES.contains(&question.measure.as_str()) || question.when.is_some();
            (!apart).then_some((at, question, satisfied))
        });
        let all: Vec<_> = all.collect();
        // Where the author named attributes, they are what is looked at.
        let named = |q: &Question| q.measure == "attribute";
        let attributes: Vec<_> = match all.iter().any(|(_, q, _)| named(q)) {
            true => all.into_iter().filter(|(_, q, _)| named(q)).collect(),
            false => all,
        };
        (!attributes.is_empty()).then_some(Self { overall, attributes })
    }

    fn report(&self, filter: &Filter, asked: &Asked, sheets: &[Sheet], cut: bool) -> DriversReport {
        let survey = &asked.survey;
        let complete: Vec<&Sheet> = sheets
            .iter()
            .filter(|sheet| {
                let all = self.attributes.iter().map(|(at, ..)| at);
                sheet.contains_key(&self.overall)
                    && all.into_iter().all(|at| sheet.contains_key(at))
            })
            .collect();
        let column = |at: usize| -> Vec<u8> {
            complete.iter().filter_map(|sheet| sheet.get(&at).copied()).collect()
        };
        let overall = column(self.overall);
        let mut kept: Vec<usize> = (0..self.attributes.len()).collect();
        let columns: Vec<Vec<u8>> = self.attributes.iter().map(|(at, ..)| column(*at)).collect();
        let found = loop {
            let attributes: Vec<Attribute> = kept
                .iter()
                .map(|at| Attribute { scores: &columns[*at], satisfied: &self.attributes[*at].2 })
                .collect();
            match drivers::drivers(&overall, &attributes, SEED) {
                // What everybody answered alike says nothing, and does not stop the others.
                Err(NoDrivers::AttributeIsConstant(at)) if kept.len() > 1 => {
                    kept.remove(at);
                }
                other => break other,
            }
        };
        let needed = interviews_needed(self.attributes.len()) as u64;
        let mut report = DriversReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            survey: survey.name.clone(),
            version: survey.version.to_string(),
            overall: asked_for(Some(survey), &survey.questions[self.overall]),
            n: complete.len() as u64,
            cut,
            r_squared: None,
            method: None,
            reason: None,
            needed,
            attributes: Vec::new(),
        };
        match found {
            Err(NoDrivers::TooFew { .. }) => report.reason = Some("too_few"),
            Err(NoDrivers::OverallIsConstant) => report.reason = Some("overall_is_constant"),
            Err(NoDrivers::AttributeIsConstant(_)) => report.reason = Some("attribute_is_constant"),
            Ok(found) => {
                report.r_squared = Some(found.r_squared);
                report.method = Some(match found.method {
                    Method::Lmg => "lmg",
                    Method::RelativeWeights => "relative_weights",
                });
                let drawn = kept.iter().zip(&found.attributes).map(|(at, driver)| {
                    let (_, question, _) = &self.attributes[*at];
                    Driver {
                        question: question.name.clone(),
                        asks: asked_for(Some(survey), question),
                        measure: question.measure.clone(),
                        importance: driver.importance,
                        importance_low: driver.interval.low,
                        importance_high: driver.interval.high,
                        correlation: driver.correlation.rho,
                        separable: driver.separable,
                        satisfied: driver.satisfied.into(),
                    }
                });
                report.attributes = drawn.collect();
                report.attributes.sort_by(|a, b| b.importance.total_cmp(&a.importance));
            }
        }
        report
    }
}
