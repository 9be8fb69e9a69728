//! One interview with its transcript, and all that is known of whom it counts for.

use super::interviews::{Reader, Row, Served, Spoken, asked_in};
use super::response_errors::{Items, word};
use super::transcript::{Turn, turns};
use super::viewer::out_of_sight;
use super::{ReportError, Reports};
use crate::store::lens::Lens;
use crate::store::link::Relinked;
use crate::store::marks::Mark;
use crate::store::report::{Disagreement, Whole, disagreements};
use crate::survey::Survey;
use crate::words::Words;

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
    /// Why its answers hardly fit together, as [`super::response_errors::word`] says it.
    pub response_errors: Vec<&'static str>,
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
        let mut history = self.store.link_history(id).await?;
        veil(&mut whole, &mut history, &lens);
        let survey = self.definition(whole.listed.survey).await?;
        let marks = self.store.marks(id).await?;
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
            response_errors: survey.map_or_else(Vec::new, |survey| {
                let answers = listed.answers.iter();
                let given = answers.filter_map(|(question, outcome)| {
                    Some((usize::from(*question), u8::try_from(*outcome).ok()?))
                });
                Items::of(survey).marks(&given.collect()).into_iter().map(word).collect()
            }),
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

/// Hides from everything that an interview says of people what is not seen through the lens.
fn veil(whole: &mut Whole, history: &mut [Relinked], lens: &Lens) {
    let known = lens.known(whole.credits.iter().map(|credit| &credit.served));
    lens.veil(&mut whole.said, &known);
    let credits = whole.credits.iter_mut().map(|credit| &mut credit.served);
    let legs = whole.legs.iter_mut().map(|leg| &mut leg.served);
    let past = history.iter_mut().flat_map(|step| &mut step.served);
    credits.chain(legs).chain(past).for_each(|served| lens.veil(served, &known));
    if !lens.bare() {
        // What was said twice may be an agent's code.
        whole.conflicts = whole.conflicts.take().map(|_| String::from("–"));
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
    fn a_record_that_names_others_than_the_hand_is_said() {
        let served = |agent: &str| Served { agent: Some(agent.into()), ..Served::default() };
        let legs = [served("B"), served("B"), served("C")];
        assert_eq!(against_hand("hand", &[served("A")], &legs), ["B", "C"]);
        assert_eq!(against_hand("hand", &[served("C")], &legs), [""; 0]);
        assert_eq!(against_hand("record", &[served("A")], &legs), [""; 0]);
        assert_eq!(against_hand("hand", &[served("A")], &[]), [""; 0]);
    }
}
