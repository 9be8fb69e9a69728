//! The sample's records of calls: of each call that was placed, and of some that nobody was asked
//! about, so that the pages over all calls have something to show.

use super::centre::{AGENTS, Dice, Planned, QUEUES, TEAMS, code, team};
use crate::app::{App, AppError};
use crate::desk::records::{CallIn, Code, LegIn, Moment};
use crate::interview::Millis;

/// Calls in a hundred that are never handed over.
const NOT_HANDED_OVER: u32 = 9;
/// The agent whose calls are handed over far less often: something to look at.
const SELDOM: usize = 23;
/// Of that agent's calls, so many in a hundred are never handed over.
const NOT_HANDED_OVER_BY_ONE: u32 = 45;
/// Callers in a hundred who call again, of those who said that it is settled, and of the others.
const AGAIN: (u32, u32) = (6, 45);
/// A day in milliseconds.
const DAY: u32 = 86_400_000;

/// A call as its record tells it.
struct Told {
    id: String,
    from: String,
    agent: usize,
    queue: usize,
    lang: &'static str,
    talk: u32,
    /// When the agent's talk ended.
    ended: Millis,
    handed_over: bool,
    by_agent: bool,
}

impl Told {
    fn record(self) -> CallIn {
        let text = |text: &str| Some(Code(text.to_owned()));
        let answered = self.ended - i64::from(self.talk) * 1000;
        let leg = LegIn {
            agent: Some(Code(code(self.agent))),
            team: text(TEAMS[team(self.agent)].0),
            queue: text(QUEUES[self.queue].0),
            started: Some(Moment(answered - 12_000)),
            answered: Some(Moment(answered)),
            ended: Some(Moment(self.ended)),
            talk: Some(i64::from(self.talk)),
            ended_by: text(if self.by_agent { "agent" } else { "caller" }),
            handed_over: Some(self.handed_over),
            ..LegIn::default()
        };
        CallIn {
            call: Some(Code(self.id)),
            started: Some(Moment(answered - 40_000)),
            ended: Some(Moment(self.ended)),
            direction: text("inbound"),
            language: text(self.lang),
            caller: Some(Code(self.from)),
            legs: vec![leg],
            ..CallIn::default()
        }
    }
}

/// The records of a plan; the same plan gives the same.
fn records(plan: &[Planned], now: Millis) -> Vec<CallIn> {
    let mut dice = Dice(0x0a11_ca11);
    let mut found = Vec::with_capacity(plan.len() * 5 / 4);
    for planned in plan {
        let at = planned.at_ms;
        let told = |id: String, ended: Millis, handed_over: bool, dice: &mut Dice| Told {
            id,
            from: planned.from.clone(),
            agent: planned.agent,
            queue: planned.queue,
            lang: planned.lang,
            talk: planned.talk,
            ended,
            handed_over,
            by_agent: dice.below(100) < 35,
        };
        let wait = 1_500 + i64::from(dice.below(6_000));
        let own = told(format!("demo-{}", planned.number), at - wait, true, &mut dice);
        found.push(own.record());
        let seldom = if planned.agent == SELDOM { NOT_HANDED_OVER_BY_ONE } else { NOT_HANDED_OVER };
        if dice.below(100) < seldom {
            let ended = at - 1_800_000 - i64::from(dice.below(3_600_000));
            let other = told(format!("demo-not-{}", planned.number), ended, false, &mut dice);
            let from = format!("+3706{:07}", dice.below(9_999_999));
            found.push(Told { from, ..other }.record());
        }
        let settled = planned.keys.split(' ').nth(1) == Some("1");
        let again = if settled { AGAIN.0 } else { AGAIN.1 };
        let later = at + 3_600_000 + i64::from(dice.below(5 * DAY));
        if dice.below(100) < again && later < now {
            let agent = dice.below(AGENTS.len() as u32) as usize;
            let more = told(format!("demo-again-{}", planned.number), later, false, &mut dice);
            found.push(Told { agent, ..more }.record());
        }
    }
    found
}

/// Sends the records of the sample's calls, as a centre would, and looks who called again.
pub(super) async fn send(app: &App, plan: &[Planned], now: Millis) -> Result<(), AppError> {
    let desk = &app.site.desk;
    let calls = records(plan, now).into_iter().enumerate();
    let taken = desk.take_calls(calls.map(|(at, call)| (at, Ok(call))).collect(), now).await?;
    if let Some(refusal) = taken.refused.first() {
        return Err(AppError::Usage(format!("the sample's records: {}", refusal.reason)));
    }
    let first = plan.iter().map(|planned| planned.at_ms).min().unwrap_or(now);
    app.store().observe_since(first).await?;
    while app.store().observe(now).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo::centre::Centre;

    #[test]
    fn every_call_has_its_record_and_some_were_not_asked() {
        let now = 1_767_614_400_000;
        let plan = Centre::new(now, 90).plan(500);
        let found = records(&plan, now);
        let own = found.iter().filter(|one| one.legs[0].handed_over == Some(true)).count();
        assert_eq!(own, plan.len());
        assert!((560..700).contains(&found.len()), "{}", found.len());
        assert_eq!(format!("{found:?}"), format!("{:?}", records(&plan, now)));
        let ended = found.iter().filter_map(|one| one.ended.as_ref());
        assert!(ended.into_iter().all(|at| at.0 < now));
    }
}
