//! The interviews behind a number: lists with answers, and one interview with its transcript.

use jiff::Timestamp;

use super::{Filter, ReportError, Reports};
use crate::store::report::{After, Came, Event, Listed, Pick, Served, Whole, disagreements};
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
    /// Comments: the question's name, seconds, status.
    pub comments: Vec<(String, Option<i64>, String)>,
}

/// One turn of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its number.
    pub number: i64,
    /// Local time of day, `14:05:09`.
    pub time: String,
    /// What was asked, where it can be told.
    pub asked: String,
    /// What the caller did: keys, or words.
    pub did: Did,
    /// What came of it.
    pub outcome: Vec<String>,
}

/// What the caller did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Pressed keys.
    Keys(String),
    /// Something else, in words.
    Other(String),
}

impl Reports {
    /// A page of the interviews of a view that were offered, newest first.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn interviews(&self, filter: &Filter, wanted: &Wanted) -> Result<List, ReportError> {
        let (cut, _) = self.resolve(filter).await?;
        let outcomes = wanted.answer.as_ref().map(|(questions, value)| {
            questions
                .iter()
                .map(|(version, question)| (*version, *question, i64::from(*value)))
                .collect()
        });
        let after = wanted.after.as_deref().map(read_after).transpose()?;
        let pick = Pick { unlinked: wanted.unlinked, outcomes, after, limit: PAGE + 1 };
        let mut found = self.store.picked_interviews(&cut, &pick).await?;
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

    /// One interview; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn interview(&self, id: &str) -> Result<Option<Detail>, ReportError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        let Some(whole) = self.store.whole_interview(id).await? else { return Ok(None) };
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
            question.map_or_else(String::new, |q| q.name.clone())
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
            ended_how: whole.ended_how.clone(),
            said: whole.said.clone(),
            said_talk: whole.said_talk,
            legs: whole.legs.iter().map(|l| (l.served.clone(), l.talk_seconds)).collect(),
            disagreements: doubts(whole),
            callback: whole.callback_ms.map(|at| self.local(at, "%Y-%m-%d %H:%M")),
            number: whole.number.clone(),
            credits: agents.map(|c| c.served.clone()).collect(),
            turns: self.turns(whole, survey),
            comments: comments.map(|c| (name(c.question), c.seconds, c.status.clone())).collect(),
        }
    }

    fn turns(&self, whole: &Whole, survey: Option<&Survey>) -> Vec<Turn> {
        let language = &whole.listed.language;
        let turns = whole.turns.iter().enumerate();
        turns
            .map(|(at, heard)| Turn {
                number: heard.turn,
                time: self.local(heard.at_ms, "%H:%M:%S"),
                asked: asked(&whole.turns[at..], survey, language),
                did: match &heard.input {
                    Came::Keys(keys) => Did::Keys(keys.clone()),
                    Came::Silence => Did::Other("no key".into()),
                    Came::Recording(Some(seconds)) => Did::Other(format!("spoke for {seconds} s")),
                    Came::Recording(None) => Did::Other("spoke".into()),
                },
                outcome: came_of(heard.events.iter().map(|e| happened(survey, language, e))),
            })
            .collect()
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

/// What the first of these turns was asked: the question it settled, else, as long as the caller
/// stayed at one place, the question that the next turns settled.
fn asked(turns: &[crate::store::report::Heard], survey: Option<&Survey>, language: &str) -> String {
    for turn in turns {
        for event in &turn.events {
            if let ("item" | "comment", Some(question)) = (event.what, event.question) {
                return words(survey, language, question);
            }
            match event.what {
                "language" => return "Which language?".into(),
                "consent" => return "Do you agree to be asked?".into(),
                "back" | "menu" | "other_language" | "end_now" | "never_ask" | "callback" => {
                    return String::new();
                }
                _ => {}
            }
        }
    }
    String::new()
}

/// What a question says in that language, else its name.
fn words(survey: Option<&Survey>, language: &str, question: u8) -> String {
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

fn answer(survey: Option<&Survey>, language: &str, question: u8, outcome: i64) -> Answer {
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
        measure: q.map_or_else(String::new, |q| q.measure.clone()),
        text: words(survey, language, question),
        value: outcome_words(kind, outcome),
        satisfied: satisfied.filter(|_| outcome >= 0),
        answered: outcome >= 0,
        scale,
    }
}

/// The caller asked to leave the question out.
const SKIPPED: &str = "skipped it";

/// What came of a turn, each thing said once: a comment is a recording and an answer, and what was
/// skipped is known from the answer.
fn came_of(events: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for event in events {
        if !said.contains(&event) {
            said.push(event);
        }
    }
    if said.iter().any(|event| event.ends_with(": skipped")) {
        said.retain(|event| event != SKIPPED);
    }
    said
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

fn happened(survey: Option<&Survey>, language: &str, event: &Event) -> String {
    match (event.what, event.question, event.outcome) {
        ("item", Some(question), Some(outcome)) => {
            let one = answer(survey, language, question, outcome);
            format!("{}: {}", one.question, one.value)
        }
        ("comment", Some(question), _) => {
            format!("{}: recorded", answer(survey, language, question, 1).question)
        }
        ("language", ..) => {
            format!("language: {}", event.language.as_deref().unwrap_or("unknown"))
        }
        ("consent", _, Some(0)) => "does not agree".into(),
        ("consent", ..) => "agrees".into(),
        ("repeat", ..) => "wanted to hear it again".into(),
        ("menu", ..) => "opened the menu".into(),
        ("back", ..) => "went back a question".into(),
        ("skip", ..) => SKIPPED.into(),
        ("other_language", ..) => "asked for another language".into(),
        ("end_now", ..) => "chose to end".into(),
        ("early", ..) => "key came early".into(),
        ("spill", ..) => "# belonged to the answer before".into(),
        ("wrong_key", ..) => "that key does not fit here".into(),
        ("callback", ..) => "wants a manager to call".into(),
        ("never_ask", ..) => "never wants to be asked again".into(),
        ("ended", ..) => "the interview ended".into(),
        (other, ..) => other.replace('_', " "),
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

#[cfg(test)]
mod tests {
    use super::came_of;

    #[test]
    fn what_came_of_a_turn_is_said_once() {
        let came = |said: &[&str]| came_of(said.iter().map(|one| (*one).to_owned()));
        assert_eq!(came(&["skipped it", "comment: skipped"]), ["comment: skipped"]);
        assert_eq!(came(&["comment: recorded", "comment: recorded"]), ["comment: recorded"]);
        assert_eq!(came(&["skipped it"]), ["skipped it"], "nothing else says so");
        assert_eq!(came(&["key came early", "rating: 5"]), ["key came early", "rating: 5"]);
    }
}
