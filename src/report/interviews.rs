//! The interviews behind a number: lists with answers, and one interview with its transcript.

use jiff::Timestamp;

use super::measures::{asked_for, measure_name};
use super::transcript::{Turn, turns};
use super::view::language_name;
use super::viewer::out_of_sight;
use super::{Filter, ReportError, Reports, Viewer};
use crate::store::lens::Lens;
use crate::store::link::Relinked;
use crate::store::marks::Mark;
use crate::store::report::{After, Cut, Listed, Pick, Whole, disagreements};
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
    /// Only those with that value as an answer to one of these questions: those that a report's
    /// figure pools.
    pub answer: Option<(Vec<(Version, u8)>, u8)>,
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
    /// What somebody looks for: an interview's id, a call's or leg's id, or the last digits of a
    /// number. The first two are found on whatever day they were.
    pub search: Option<String>,
    /// The page after that one, as the page before said in `next`.
    pub after: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Newest first.
    pub rows: Vec<Row>,
    /// What to give as `after` for the next page, if there is one.
    pub next: Option<String>,
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

/// One interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// As in a list.
    pub row: Row,
    /// Version of the survey.
    pub version: String,
    /// Channel.
    pub channel: String,
    /// Provider section.
    pub provider: String,
    /// The provider's id of the call.
    pub call_ref: Option<String>,
    /// The rule that said no; empty when offered.
    pub ineligible: String,
    /// Why it failed.
    pub failed: Option<String>,
    /// When it ended, local time.
    pub ended: Option<String>,
    /// How.
    pub ended_how: Option<String>,
    /// What the hand-over said, with the seconds of talk.
    pub said: Served,
    /// Seconds of talk that the hand-over said.
    pub said_talk: Option<i64>,
    /// Legs of the call record.
    pub legs: Vec<(Served, Option<i64>)>,
    /// Where hand-over, record and the agents' stays in teams disagree.
    pub disagreements: Vec<Disagreement>,
    /// Names that the hand-over said twice with different values, as it said them.
    pub conflicts: Option<String>,
    /// The record names other agents than those whom somebody chose by hand: those.
    pub against_hand: Vec<String>,
    /// When the caller asked that a manager calls back, local time.
    pub callback: Option<String>,
    /// The number to call then, encrypted.
    pub number: Option<Vec<u8>>,
    /// Agents for whom it counts.
    pub credits: Vec<Served>,
    /// The transcript.
    pub turns: Vec<Turn>,
    /// Comments.
    pub comments: Vec<Spoken>,
    /// How its link changed since the start, oldest first: local time and change.
    pub history: Vec<(String, Relinked)>,
    /// Marks as outside the agent's control, oldest first.
    pub marks: Vec<Marking>,
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

/// A mark as outside the agent's control, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// The mark.
    pub mark: Mark,
    /// What the marked question asks for; empty where all answers are marked.
    pub question: String,
    /// When it was made, local time.
    pub at: String,
    /// When it was taken back, local time.
    pub taken: Option<String>,
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
            return Ok(List { rows: Vec::new(), next: None });
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
        Ok(List { rows, next })
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
        let outcomes = wanted.answer.as_ref().map(|(questions, value)| {
            questions
                .iter()
                .map(|(version, question)| (*version, *question, i64::from(*value)))
                .collect()
        });
        let mut pick = Pick {
            unlinked: wanted.unlinked,
            outcomes,
            low: wanted.low.then(|| low_outcomes(directory.surveys.iter().map(|a| &*a.survey))),
            disposition: wanted.disposition.clone(),
            link: wanted.link.clone(),
            commented: wanted.commented,
            marked: wanted.marked,
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

    /// One interview as that reader may see it; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the interview is not for this viewer, or the store does not answer.
    pub async fn interview(
        &self,
        reader: Reader<'_>,
        id: &str,
    ) -> Result<Option<Detail>, ReportError> {
        reader.viewer.reads()?;
        let Ok(id) = id.parse() else { return Ok(None) };
        let Some(mut whole) = self.store.whole_interview(id).await? else { return Ok(None) };
        let lens = self.lens(reader.viewer);
        if !whole.credits.iter().any(|c| lens.sees_team(c.served.team.as_deref()))
            && lens.teams.is_some()
        {
            return Err(out_of_sight("this interview counts for no team of yours"));
        }
        veil(&mut whole, &lens);
        let survey = self.definition(whole.listed.survey).await?;
        let (history, marks) = (self.store.link_history(id).await?, self.store.marks(id).await?);
        let mut detail = self.detail(&whole, survey.as_deref(), reader.words);
        let name = |question: Option<i64>| question.map(|q| detail.asked(q)).unwrap_or_default();
        let marks = marks.into_iter().map(|mark| Marking {
            question: name(mark.question),
            at: self.local(mark.at_ms, "%Y-%m-%d %H:%M"),
            taken: mark.taken_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M")),
            mark,
        });
        let marks = marks.collect();
        detail.marks = marks;
        let steps = history.into_iter();
        detail.history =
            steps.map(|step| (self.local(step.at_ms, "%Y-%m-%d %H:%M"), step)).collect();
        Ok(Some(detail))
    }

    async fn definition(
        &self,
        which: Version,
    ) -> Result<Option<std::sync::Arc<Survey>>, ReportError> {
        Ok(self.survey(which).await?.map(|asked| asked.survey))
    }

    fn local(&self, at_ms: i64, format: &str) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.to_zoned_datetime(self.zone.clone()).strftime(format).to_string()
    }

    fn row(&self, listed: &Listed, survey: Option<&Survey>, words: &Words) -> Row {
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
        }
    }

    fn detail(&self, whole: &Whole, survey: Option<&Survey>, words: &'static Words) -> Detail {
        let listed = &whole.listed;
        let agents = whole.credits.iter().filter(|c| !c.whole && c.served.agent.is_some());
        let credits: Vec<Served> = agents.map(|c| c.served.clone()).collect();
        let name = |question: i64| {
            let question = usize::try_from(question).ok();
            let question = question.and_then(|q| survey?.questions.get(q));
            question.map_or_else(String::new, |q| asked_in(words, survey, q))
        };
        let comments = whole.comments.iter().map(|c| Spoken {
            question: name(c.question),
            recording: c.recording.clone(),
            seconds: c.seconds,
            status: c.status.clone(),
        });
        let legs: Vec<Served> = whole.legs.iter().map(|leg| leg.served.clone()).collect();
        Detail {
            row: self.row(listed, survey, words),
            version: listed.survey.to_string(),
            channel: listed.channel.clone(),
            provider: whole.provider.clone(),
            call_ref: whole.call_ref.clone(),
            ineligible: whole.ineligible.clone(),
            failed: whole.failed.clone(),
            ended: whole.ended_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M:%S")),
            ended_how: whole.ended_how.as_deref().map(|how| ended_words(words, whole, how)),
            said: whole.said.clone(),
            said_talk: whole.said_talk,
            disagreements: disagreements(&whole.said, whole.team_then.as_deref(), &legs),
            conflicts: whole.conflicts.clone(),
            against_hand: against_hand(&listed.link, &credits, &legs),
            legs: whole.legs.iter().map(|l| (l.served.clone(), l.talk_seconds)).collect(),
            callback: whole.callback_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M")),
            number: whole.number.clone(),
            credits,
            turns: turns(whole, survey, words, &|at| self.local(at, "%H:%M:%S")),
            comments: comments.collect(),
            history: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl Detail {
    /// What the question with that index asks for.
    fn asked(&self, question: i64) -> String {
        let of = self.row.answers.iter().find(|answer| i64::from(answer.index) == question);
        of.map_or_else(|| (question + 1).to_string(), |answer| answer.name.clone())
    }
}

/// Days so far from 1970 that all interviews lie between them.
const FAR: i64 = 4_000_000;

/// Agents whom the record names where somebody chose others by hand.
fn against_hand(link: &str, credits: &[Served], legs: &[Served]) -> Vec<String> {
    if link != "hand" {
        return Vec::new();
    }
    let mut found: Vec<String> = legs.iter().filter_map(|leg| leg.agent.clone()).collect();
    found.sort();
    found.dedup();
    let agrees = credits.iter().any(|c| c.agent.as_ref().is_some_and(|a| found.contains(a)));
    if agrees { Vec::new() } else { found }
}

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

/// Hides from everything that an interview says of people what is not seen through the lens.
fn veil(whole: &mut Whole, lens: &Lens) {
    let known = lens.known(whole.credits.iter().map(|credit| &credit.served));
    lens.veil(&mut whole.said, &known);
    let credits = whole.credits.iter_mut().map(|credit| &mut credit.served);
    let legs = whole.legs.iter_mut().map(|leg| &mut leg.served);
    credits.chain(legs).for_each(|served| lens.veil(served, &known));
    if !lens.bare() {
        // What was said twice may be an agent's code.
        whole.conflicts = whole.conflicts.take().map(|_| String::from("–"));
    }
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

/// How the call ended, in words. Platforms say `completed` or `exiting` whoever hung up.
fn ended_words(words: &Words, whole: &Whole, how: &str) -> String {
    let goodbye = whole.turns.iter().flat_map(|turn| &turn.events).any(|e| e.what == "ended");
    match how {
        "completed" | "exiting" if goodbye => words.say("interview-ended-goodbye"),
        "completed" | "exiting" => words.say("interview-ended-caller"),
        other => other.replace(['_', '-'], " "),
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

    #[test]
    fn a_record_that_names_others_than_the_hand_is_said() {
        let served = |agent: &str| Served { agent: Some(agent.into()), ..Served::default() };
        let legs = [served("B"), served("B"), served("C")];
        assert_eq!(against_hand("hand", &[served("A")], &legs), ["B", "C"]);
        assert_eq!(against_hand("hand", &[served("C")], &legs), [""; 0]);
        assert_eq!(against_hand("record", &[served("A")], &legs), [""; 0]);
        assert_eq!(against_hand("hand", &[served("A")], &[]), [""; 0]);
    }
}
