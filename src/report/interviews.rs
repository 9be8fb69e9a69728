//! The interviews behind a number: lists with their answers, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use jiff::Timestamp;
use uuid::Uuid;

use super::measures::{asked_for, measure_name};
use super::response_errors::Items;
use super::view::language_name;
use super::{Filter, ReportError, Reports, Viewer};
use crate::store::report::{After, Asked, Cut, Listed, Pick};
use crate::survey::{Good, Kind, Question, Survey, Version};
use crate::words::Words;

pub use crate::store::report::{Disagreement, Served, Witness};

/// Interviews on one page of a list.
pub const PAGE: u32 = 50;

/// So far interviews of a list are counted.
pub const COUNTED: u32 = 1000;

/// Who reads, and in which language.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// On whose behalf.
    pub viewer: &'a Viewer,
    /// The texts.
    pub words: &'static Words,
}

/// Which interviews of a view a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that count for no agent.
    pub unlinked: bool,
    /// Only those with such an answer.
    pub answer: Option<Answered>,
    /// Only those with this disposition, by its word.
    pub disposition: Option<String>,
    /// Only those linked so: `none`, `handover`, `record`, `inferred`, `hand`.
    pub link: Option<String>,
    /// Only those with a recorded comment.
    pub commented: bool,
    /// Only those with an answer in the lowest quarter of its scale.
    pub low: bool,
    /// Only those with an answer marked as outside the agent's control.
    pub marked: bool,
    /// Only those with answers that hardly fit together.
    pub clashing: bool,
    /// What somebody looks for: an interview's id, a call's or leg's id, or the last digits of a
    /// number. The first two are found on whatever day they were.
    pub search: Option<String>,
    /// The page after that one, as the page before said in `next`.
    pub after: Option<String>,
}

/// Answers with one of these values to one of these questions: those that a report's figure pools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Survey version and question.
    pub questions: Vec<(Version, u8)>,
    /// The values.
    pub values: RangeInclusive<u8>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Newest first.
    pub rows: Vec<Row>,
    /// What to give as `after` for the next page, if there is one.
    pub next: Option<String>,
    /// Whether rows name their agents: not where all are of one, and where agents do not appear.
    pub named: bool,
}

/// One interview in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 32 hex digits.
    pub id: String,
    /// When it started, local: `2026-01-31 14:05`.
    pub started: String,
    /// Title of the survey.
    pub survey: String,
    /// Language code.
    pub language: String,
    /// The language's name.
    pub language_name: String,
    /// Word of the disposition.
    pub disposition: String,
    /// `none`, `handover`, `record`, `inferred` or `hand`.
    pub link: String,
    /// Last digits of the caller's number.
    pub caller_last: Option<String>,
    /// Answers in the order of the questions.
    pub answers: Vec<Answer>,
    /// Whether an answer is marked as outside the agent's control.
    pub marked: bool,
    /// For whom it counts, in a list: code and name as this reader reads them.
    pub agents: Vec<(String, String)>,
}

/// How one item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Index of the question.
    pub index: u8,
    /// The question's name.
    pub question: String,
    /// What it asks for, as the report's columns say it.
    pub name: String,
    /// Its measure.
    pub measure: String,
    /// What is asked, in the interview's language, where the survey has the words.
    pub text: String,
    /// The answer in words: `4`, `yes`, `skipped`, …
    pub value: String,
    /// Whether it counts as satisfied; `None` where nothing is.
    pub satisfied: Option<bool>,
    /// Whether the caller answered.
    pub answered: bool,
    /// Whether it was asked at all.
    pub asked: bool,
    /// The scale, such as `1–5`; empty where there is none.
    pub scale: String,
}

/// A spoken comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// What was asked for.
    pub question: String,
    /// Id of the recording.
    pub recording: String,
    /// Its seconds, if known.
    pub seconds: Option<i64>,
    /// `expected`, `ready`, `stored` or `failed`.
    pub status: String,
}

impl Reports {
    /// A page of the interviews of a view that were offered and that the viewer may see, newest
    /// first.
    ///
    /// # Errors
    /// If the filter names what is not known here, the viewer may not see it, or the store does not
    /// answer.
    pub async fn interviews(
        &self,
        reader: Reader<'_>,
        filter: &Filter,
        wanted: &Wanted,
    ) -> Result<List, ReportError> {
        let Some((cuts, pick)) = self.picked(reader.viewer, filter, wanted).await? else {
            return Ok(List { rows: Vec::new(), next: None, named: false });
        };
        let pick = Pick { limit: PAGE + 1, ..pick };
        let mut found = Vec::new();
        for cut in &cuts {
            found.append(&mut self.store.picked_interviews(cut, &pick).await?);
        }
        // An interview may count for two teams.
        found.sort_by_key(|listed| std::cmp::Reverse((listed.started_ms, listed.id.0)));
        found.dedup_by_key(|listed| listed.id);
        let more = found.len() > PAGE as usize;
        found.truncate(PAGE as usize);
        let next = found.last().filter(|_| more).map(|l| format!("{}-{}", l.started_ms, l.id));
        let mut rows = Vec::new();
        for listed in &found {
            let survey = self.definition(listed.survey).await?;
            rows.push(self.row(listed, survey.as_deref(), reader.words));
        }
        if filter.agent.is_none() {
            self.name_agents(&mut rows, &found, reader.viewer).await?;
        }
        let named = rows.iter().any(|row| !row.agents.is_empty());
        Ok(List { rows, next, named })
    }

    /// Puts in each row the agents for whom it counts, as that viewer sees them.
    async fn name_agents(
        &self,
        rows: &mut [Row],
        listed: &[Listed],
        viewer: &Viewer,
    ) -> Result<(), ReportError> {
        let lens = self.lens(viewer);
        let ids: Vec<Uuid> = listed.iter().map(|listed| Uuid::from_bytes(listed.id.0)).collect();
        let mut credited: BTreeMap<String, Vec<Served>> = BTreeMap::new();
        for credit in self.store.credited(&ids).await?.into_iter().filter(|one| one.kind == 1) {
            let served = Served {
                agent: credit.agent,
                agent_name: credit.name,
                team: credit.team,
                ..Served::default()
            };
            credited.entry(credit.interview.simple().to_string()).or_default().push(served);
        }
        for row in rows {
            let mut own = credited.remove(&row.id).unwrap_or_default();
            let known = lens.known(&own);
            own.iter_mut().for_each(|served| lens.veil(served, &known));
            let named = own.into_iter().filter_map(|served| {
                let code = served.agent?;
                let name = served.agent_name.filter(|name| !name.is_empty());
                Some((code.clone(), name.unwrap_or(code)))
            });
            // An agent may count for two teams.
            let named: BTreeSet<(String, String)> = named.collect();
            row.agents = named.into_iter().collect();
        }
        Ok(())
    }

    /// The newest interviews of a view with a recorded comment, at most so many, each with what was
    /// recorded.
    ///
    /// # Errors
    /// As [`Reports::interviews`].
    pub async fn spoken(
        &self,
        reader: Reader<'_>,
        filter: &Filter,
        most: usize,
    ) -> Result<Vec<(Row, Vec<Spoken>)>, ReportError> {
        let wanted = Wanted { commented: true, ..Wanted::default() };
        let mut list = self.interviews(reader, filter, &wanted).await?;
        list.rows.truncate(most);
        let ids: Vec<_> = list.rows.iter().filter_map(|row| row.id.parse().ok()).collect();
        let mut comments = self.store.comments_of(&ids).await?;
        let spoken = list.rows.into_iter().map(|row| {
            let own = comments.extract_if(.., |one| one.interview.to_string() == row.id);
            let own = own.map(|one| {
                let asked = row.answers.iter().find(|answer| answer.index == one.question);
                Spoken {
                    question: asked.map(|answer| answer.text.clone()).unwrap_or_default(),
                    seconds: one.seconds.map(i64::from),
                    status: one.status.word().to_owned(),
                    recording: one.recording,
                }
            });
            let own = own.collect();
            (row, own)
        });
        Ok(spoken.collect())
    }

    /// How many interviews the list has on all its pages, counted as far as [`COUNTED`].
    ///
    /// # Errors
    /// As [`Reports::interviews`].
    pub async fn interviews_count(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        wanted: &Wanted,
    ) -> Result<u64, ReportError> {
        let wanted = Wanted { after: None, ..wanted.clone() };
        let Some((cuts, pick)) = self.picked(viewer, filter, &wanted).await? else { return Ok(0) };
        let pick = Pick { limit: COUNTED + 1, ..pick };
        let mut count = 0;
        for cut in &cuts {
            count += self.store.picked_count(cut, &pick).await?;
        }
        Ok(count)
    }

    /// What the store has to look for; `None` where nothing can fit.
    async fn picked(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        wanted: &Wanted,
    ) -> Result<Option<(Vec<Cut>, Pick)>, ReportError> {
        let (mut cuts, directory) = self.resolve(filter, viewer).await?;
        super::anonymous::no(&cuts, "single interviews")?;
        let outcomes = wanted.answer.as_ref().map(|answered| {
            let each = answered.questions.iter().flat_map(|(version, question)| {
                answered.values.clone().map(|value| (*version, *question, i64::from(value)))
            });
            each.collect()
        });
        let mut pick = Pick {
            unlinked: wanted.unlinked,
            outcomes,
            low: wanted.low.then(|| low_outcomes(directory.surveys.iter().map(|a| &*a.survey))),
            disposition: wanted.disposition.clone(),
            link: wanted.link.clone(),
            commented: wanted.commented,
            marked: wanted.marked,
            clashes: wanted.clashing.then(|| {
                let clashes = |asked: &Asked| {
                    let version = asked.survey.version;
                    let found = Items::of(&asked.survey).clashes().into_iter();
                    found.map(move |clash| (version, clash)).collect::<Vec<_>>()
                };
                directory.surveys.iter().flat_map(clashes).collect()
            }),
            after: wanted.after.as_deref().map(read_after).transpose()?,
            ..Pick::default()
        };
        if let Some(text) = wanted.search.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
            let named = self.store.interviews_named(text).await?;
            if !named.is_empty() {
                cuts.iter_mut().for_each(|cut| (cut.from, cut.to) = (-FAR, FAR));
                pick.named = Some(named);
            } else if let Some(digits) = last_digits(text) {
                pick.digits = Some(digits);
            } else {
                return Ok(None);
            }
        }
        Ok(Some((cuts, pick)))
    }

    pub(super) async fn definition(
        &self,
        which: Version,
    ) -> Result<Option<std::sync::Arc<Survey>>, ReportError> {
        Ok(self.survey(which).await?.map(|asked| asked.survey))
    }

    pub(super) fn local(&self, at_ms: i64, format: &str) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.to_zoned_datetime(self.zone.clone()).strftime(format).to_string()
    }

    pub(super) fn row(&self, listed: &Listed, survey: Option<&Survey>, words: &Words) -> Row {
        let answers = listed.answers.iter();
        Row {
            id: listed.id.to_string(),
            started: self.local(listed.started_ms, "%Y-%m-%d %H:%M"),
            survey: survey.map_or_else(|| listed.survey.to_string(), |s| s.title.clone()),
            language: listed.language.clone(),
            language_name: language_in(words, &listed.language),
            disposition: listed.disposition.clone(),
            link: listed.link.clone(),
            caller_last: listed.caller_last.clone(),
            answers: answers
                .map(|(q, o)| answer(words, survey, &listed.language, *q, *o))
                .collect(),
            marked: listed.marked,
            agents: Vec::new(),
        }
    }
}

/// Days so far from 1970 that all interviews lie between them.
const FAR: i64 = 4_000_000;

/// The last digits of what looks like a telephone number or its end, as many as are kept of one.
fn last_digits(text: &str) -> Option<String> {
    let written = text.trim_start_matches(['…', '*', '.']);
    let plain = |c: char| c.is_ascii_digit() || "+ -()/".contains(c);
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    (written.chars().all(plain) && digits.len() >= KEPT_DIGITS)
        .then(|| digits[digits.len() - KEPT_DIGITS..].to_owned())
}

/// Digits of a caller's number that are kept readable.
const KEPT_DIGITS: usize = 3;

/// Every answer in the lowest quarter of its scale, of these surveys' ratings.
fn low_outcomes<'a>(surveys: impl Iterator<Item = &'a Survey>) -> Vec<(Version, u8, i64)> {
    let mut found = Vec::new();
    for survey in surveys {
        for (index, question) in (0u8..).zip(&survey.questions) {
            let Kind::Scale { low, high, good, .. } = &question.kind else { continue };
            let quarter = (high - low) / 4;
            let values = match good {
                Good::High => *low..=low + quarter,
                Good::Low => high - quarter..=*high,
            };
            found.extend(values.map(|value| (survey.version, index, i64::from(value))));
        }
    }
    found
}

/// The name of a language in the reader's words; its English name where they have none.
pub(super) fn language_in(words: &Words, code: &str) -> String {
    let key = format!("lang-{code}");
    if words.has(&key) { words.say(&key) } else { language_name(code) }
}

/// What a question asks for, in the reader's words where they have the measure.
pub(super) fn asked_in(words: &Words, survey: Option<&Survey>, question: &Question) -> String {
    let named = asked_for(survey, question);
    let key = format!("measure-{}", question.measure);
    if question.measure.is_empty() || !words.has(&key) {
        return named;
    }
    named.replacen(&measure_name(&question.measure), &words.say(&key), 1)
}

pub(super) fn read_after(text: &str) -> Result<After, ReportError> {
    let fault = || {
        let sentence = "this page of the list cannot be found; begin again at its first page";
        ReportError::asked("bad_page", sentence)
    };
    // The id has no "-", the time may begin with one.
    let (started_ms, id) = text.rsplit_once('-').ok_or_else(fault)?;
    Ok(After {
        started_ms: started_ms.parse().map_err(|_| fault())?,
        id: id.parse().map_err(|_| fault())?,
    })
}

/// What a question says in that language, else its name.
pub(super) fn prompt_of(
    words: &Words,
    survey: Option<&Survey>,
    language: &str,
    question: u8,
) -> String {
    let q = survey.and_then(|s| Some((s, s.questions.get(usize::from(question))?)));
    let Some((survey, q)) = q else { return nameless(words, question) };
    let lang = language.parse().unwrap_or_else(|_| survey.default_language());
    match survey.prompt(lang, &format!("ask-{}", q.name)) {
        Some(prompt) => prompt.text.to_string(),
        None => q.name.clone(),
    }
}

/// A question of a survey that is not known any more.
fn nameless(words: &Words, question: u8) -> String {
    words.fill("interview-question-n", &[("n", (u64::from(question) + 1).into())])
}

pub(super) fn answer(
    words: &Words,
    survey: Option<&Survey>,
    language: &str,
    question: u8,
    outcome: i64,
) -> Answer {
    let q = survey.and_then(|s| s.questions.get(usize::from(question)));
    let kind = q.map(|q| &q.kind);
    let (satisfied, scale) = match kind {
        // Seven and eight are neither for nor against.
        Some(Kind::Scale { low: 0, high: 10, .. }) if q.is_some_and(|q| q.measure == "nps") => (
            (outcome >= 9).then_some(true).or((outcome <= 6).then_some(false)),
            String::from("0–10"),
        ),
        Some(Kind::Scale { low, high, satisfied, .. }) => {
            (Some(satisfied.iter().any(|v| i64::from(*v) == outcome)), format!("{low}–{high}"))
        }
        Some(Kind::YesNo { good }) => (Some(i64::from(*good) == outcome), String::new()),
        _ => (None, String::new()),
    };
    Answer {
        index: question,
        question: q.map_or_else(|| nameless(words, question), |q| q.name.clone()),
        name: q.map_or_else(|| nameless(words, question), |q| asked_in(words, survey, q)),
        measure: q.map_or_else(String::new, |q| q.measure.clone()),
        text: prompt_of(words, survey, language, question),
        value: outcome_words(words, kind, outcome),
        satisfied: satisfied.filter(|_| outcome >= 0),
        answered: outcome >= 0,
        asked: outcome != -4,
        scale,
    }
}

fn outcome_words(words: &Words, kind: Option<&Kind>, outcome: i64) -> String {
    match (outcome, kind) {
        (-1, _) => words.say("interview-value-skipped"),
        (-2, _) => words.say("interview-value-no-key"),
        (-3, _) => words.say("interview-value-wrong-keys"),
        (-4, _) => words.say("interview-value-not-asked"),
        (-5, _) => words.say("interview-value-withdrawn"),
        (0, Some(Kind::YesNo { .. } | Kind::Consent)) => words.say("interview-value-no"),
        (1, Some(Kind::YesNo { .. } | Kind::Consent)) => words.say("interview-value-yes"),
        (_, Some(Kind::Comment { .. })) => words.say("interview-value-recorded"),
        (value, _) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_looked_for_by_their_last_digits() {
        for (text, wanted) in [
            ("345", Some("345")),
            ("…345", Some("345")),
            ("+370 600 12-345", Some("345")),
            ("45", None),
            ("CA345", None),
            ("", None),
        ] {
            assert_eq!(last_digits(text).as_deref(), wanted, "{text}");
        }
    }
}
