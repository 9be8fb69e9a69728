//! The interviews behind a number: lists with answers, and one interview with its transcript.

use jiff::Timestamp;

use super::measures::asked_for;
use super::transcript::{Turn, turns};
use super::view::language_name;
use super::viewer::out_of_sight;
use super::{Filter, ReportError, Reports, Viewer};
use crate::store::lens::Lens;
use crate::store::report::{After, Listed, Pick, Served, Whole, disagreements};
use crate::survey::{Kind, Survey, Version};

/// Interviews on one page of a list.
pub const PAGE: u32 = 50;

/// Which interviews of a view a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that count for no agent.
    pub unlinked: bool,
    /// Only those with that value as an answer to one of these questions: those that a report's
    /// figure pools.
    pub answer: Option<(Vec<(Version, u8)>, u8)>,
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
    /// The language's English name.
    pub language_name: String,
    /// Word of the disposition.
    pub disposition: String,
    /// `none`, `handover`, `record` or `inferred`.
    pub link: String,
    /// Last digits of the caller's number.
    pub caller_last: Option<String>,
    /// Answers in the order of the questions.
    pub answers: Vec<Answer>,
}

/// How one item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
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
    /// Sentences on where hand-over, record and the agents' stays in teams disagree.
    pub disagreements: Vec<String>,
    /// When the caller asked that a manager calls back, local time.
    pub callback: Option<String>,
    /// The number to call then, encrypted.
    pub number: Option<Vec<u8>>,
    /// Agents for whom it counts.
    pub credits: Vec<Served>,
    /// The transcript.
    pub turns: Vec<Turn>,
    /// Comments: what was asked for, seconds, and what became of the recording.
    pub comments: Vec<(String, Option<i64>, &'static str)>,
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
        filter: &Filter,
        wanted: &Wanted,
        viewer: &Viewer,
    ) -> Result<List, ReportError> {
        let (cuts, _) = self.resolve(filter, viewer).await?;
        let outcomes = wanted.answer.as_ref().map(|(questions, value)| {
            questions
                .iter()
                .map(|(version, question)| (*version, *question, i64::from(*value)))
                .collect()
        });
        let after = wanted.after.as_deref().map(read_after).transpose()?;
        let pick = Pick { unlinked: wanted.unlinked, outcomes, after, limit: PAGE + 1 };
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
            rows.push(self.row(listed, survey.as_deref()));
        }
        Ok(List { rows, next })
    }

    /// One interview as that viewer may see it; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the interview is not for this viewer, or the store does not answer.
    pub async fn interview(
        &self,
        id: &str,
        viewer: &Viewer,
    ) -> Result<Option<Detail>, ReportError> {
        viewer.reads()?;
        let Ok(id) = id.parse() else { return Ok(None) };
        let Some(mut whole) = self.store.whole_interview(id).await? else { return Ok(None) };
        let lens = self.lens(viewer);
        if !whole.credits.iter().any(|c| lens.sees_team(c.served.team.as_deref()))
            && lens.teams.is_some()
        {
            return Err(out_of_sight("this interview counts for no team of yours"));
        }
        veil(&mut whole, &lens);
        let survey = self.definition(whole.listed.survey).await?;
        Ok(Some(self.detail(&whole, survey.as_deref())))
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

    fn row(&self, listed: &Listed, survey: Option<&Survey>) -> Row {
        let answers = listed.answers.iter();
        Row {
            id: listed.id.to_string(),
            started: self.local(listed.started_ms, "%Y-%m-%d %H:%M"),
            survey: survey.map_or_else(|| listed.survey.to_string(), |s| s.title.clone()),
            language: listed.language.clone(),
            language_name: language_name(&listed.language),
            disposition: listed.disposition.clone(),
            link: listed.link.clone(),
            caller_last: listed.caller_last.clone(),
            answers: answers.map(|(q, o)| answer(survey, &listed.language, *q, *o)).collect(),
        }
    }

    fn detail(&self, whole: &Whole, survey: Option<&Survey>) -> Detail {
        let listed = &whole.listed;
        let agents = whole.credits.iter().filter(|c| !c.whole && c.served.agent.is_some());
        let name = |question: i64| {
            let question = usize::try_from(question).ok();
            let question = question.and_then(|q| survey?.questions.get(q));
            question.map_or_else(String::new, |q| asked_for(survey, q))
        };
        let comments = whole.comments.iter();
        Detail {
            row: self.row(listed, survey),
            version: listed.survey.to_string(),
            channel: listed.channel.clone(),
            provider: whole.provider.clone(),
            call_ref: whole.call_ref.clone(),
            ineligible: whole.ineligible.clone(),
            failed: whole.failed.clone(),
            ended: whole.ended_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M:%S")),
            ended_how: whole.ended_how.as_deref().map(|how| ended_words(whole, how)),
            said: whole.said.clone(),
            said_talk: whole.said_talk,
            legs: whole.legs.iter().map(|l| (l.served.clone(), l.talk_seconds)).collect(),
            disagreements: doubts(whole),
            callback: whole.callback_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M")),
            number: whole.number.clone(),
            credits: agents.map(|c| c.served.clone()).collect(),
            turns: turns(whole, survey, &|at| self.local(at, "%H:%M:%S")),
            comments: comments.map(|c| (name(c.question), c.seconds, kept(&c.status))).collect(),
        }
    }
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

fn read_after(text: &str) -> Result<After, ReportError> {
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
pub(super) fn words(survey: Option<&Survey>, language: &str, question: u8) -> String {
    let Some(survey) = survey else { return format!("Question {}", question + 1) };
    let Some(q) = survey.questions.get(usize::from(question)) else {
        return format!("Question {}", u16::from(question) + 1);
    };
    let lang = language.parse().unwrap_or_else(|_| survey.default_language());
    match survey.prompt(lang, &format!("ask-{}", q.name)) {
        Some(prompt) => prompt.text.to_string(),
        None => q.name.clone(),
    }
}

pub(super) fn answer(
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
        question: q
            .map_or_else(|| format!("question {}", u16::from(question) + 1), |q| q.name.clone()),
        name: q.map_or_else(
            || format!("Question {}", u16::from(question) + 1),
            |q| asked_for(survey, q),
        ),
        measure: q.map_or_else(String::new, |q| q.measure.clone()),
        text: words(survey, language, question),
        value: outcome_words(kind, outcome),
        satisfied: satisfied.filter(|_| outcome >= 0),
        answered: outcome >= 0,
        scale,
    }
}

fn outcome_words(kind: Option<&Kind>, outcome: i64) -> String {
    match (outcome, kind) {
        (-1, _) => "skipped".into(),
        (-2, _) => "no key".into(),
        (-3, _) => "wrong keys".into(),
        (-4, _) => "not asked".into(),
        (-5, _) => "withdrawn".into(),
        (0, Some(Kind::YesNo { .. } | Kind::Consent)) => "no".into(),
        (1, Some(Kind::YesNo { .. } | Kind::Consent)) => "yes".into(),
        (_, Some(Kind::Comment { .. })) => "recorded".into(),
        (value, _) => value.to_string(),
    }
}

/// Sentences on what the hand-over said twice, and on where others contradict it.
fn doubts(whole: &Whole) -> Vec<String> {
    let legs: Vec<Served> = whole.legs.iter().map(|leg| leg.served.clone()).collect();
    let others = disagreements(&whole.said, whole.team_then.as_deref(), &legs);
    let twice = whole
        .conflicts
        .iter()
        .map(|conflicts| format!("The hand-over said one thing twice, differently: {conflicts}"));
    twice.chain(others.iter().map(ToString::to_string)).collect()
}

/// How the call ended, in words. Platforms say `completed` or `exiting` whoever hung up.
fn ended_words(whole: &Whole, how: &str) -> String {
    let goodbye = whole.turns.iter().flat_map(|turn| &turn.events).any(|e| e.what == "ended");
    match how {
        "completed" | "exiting" if goodbye => "after the goodbye".into(),
        "completed" | "exiting" => "the caller hung up".into(),
        other => other.replace(['_', '-'], " "),
    }
}

/// What became of a recording, in words.
fn kept(status: &str) -> &'static str {
    match status {
        "expected" => "not there yet",
        "ready" => "kept at the provider",
        "stored" => "kept in the media folder",
        _ => "lost on the way",
    }
}
