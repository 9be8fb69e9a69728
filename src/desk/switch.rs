//! Rules made in the page for who is asked. They win over the settings where there is one, are
//! held in memory, and a share is fixed for a whole day: what an agent's callers of one queue and
//! day are is one sample, so that statistics can weigh it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;

use super::Desk;
use crate::clock;
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::switches::HandedOver;
pub use crate::store::switches::{Does, Rule};

/// Days from which it is known how many calls an agent hands over.
const LOOK_BACK_DAYS: i64 = 28;
/// A cap lowers no share under this, in thousandths: who is hardly ever sampled is not measured.
const LOWEST_SHARE: u32 = 50;
/// Largest numbers of a form.
const MOST_OFFERS: u32 = 1000;
const MOST_DAYS: u32 = 3650;

/// The rules that this desk knows.
#[derive(Debug, Default)]
pub(super) struct Switches {
    held: RwLock<Arc<Rules>>,
}

/// All rules, and the shares of one day.
#[derive(Debug, Default)]
pub struct Rules {
    /// By queue, the oldest first; under the empty name those of all queues.
    of: BTreeMap<String, Vec<Rule>>,
    day: i64,
    /// In thousandths, by agent and queue.
    shares: HashMap<(String, String), u32>,
}

impl Rules {
    /// The rule in force for calls of that queue; `None`: as the settings say.
    pub fn rule(&self, queue: Option<&str>, now: Millis) -> Option<&Rule> {
        let asks = |queue: &str| self.begun(queue, now).filter(|rule| rule.does != Does::Settings);
        queue.filter(|queue| !queue.is_empty()).and_then(asks).or_else(|| asks(""))
    }

    /// The newest rule of just that name that has begun.
    pub fn begun(&self, queue: &str, now: Millis) -> Option<&Rule> {
        let rules = self.of.get(queue)?.iter().filter(|rule| rule.from_ms <= now);
        rules.max_by_key(|rule| (rule.from_ms, rule.seq))
    }

    /// Rules that begin later.
    pub fn planned(&self, now: Millis) -> impl Iterator<Item = &Rule> {
        self.of.values().flatten().filter(move |rule| rule.from_ms > now)
    }

    /// Names that ever had a rule; the empty one stands for all queues.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.of.keys().map(String::as_str)
    }

    /// The number of the newest rule of that name; 0 where there is none.
    pub fn newest(&self, queue: &str) -> i64 {
        self.of.get(queue).and_then(|rules| rules.last()).map_or(0, |rule| rule.seq)
    }

    /// The share that a cap leaves for calls of that agent and queue on that day, 0 to 1.
    pub(super) fn agent_share(&self, agent: Option<&str>, queue: Option<&str>, day: i64) -> f64 {
        let (Some(agent), true) = (agent, day == self.day && !self.shares.is_empty()) else {
            return 1.0;
        };
        let place = (agent.to_owned(), queue.unwrap_or_default().to_owned());
        self.shares.get(&place).map_or(1.0, |share| f64::from(*share) / 1000.0)
    }
}

/// What a form asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The queue; empty for all.
    pub queue: String,
    /// What the rule shall do: a word of [`Does`].
    pub does: String,
    /// The survey; empty = as hand-over and settings say.
    pub survey: String,
    /// Per cent.
    pub share: String,
    /// Offers to one caller …
    pub caller_offers: String,
    /// … within so many days; 0 or empty = no cap.
    pub caller_days: String,
    /// Offers a day for each agent; 0 or empty = no cap.
    pub agent_day: String,
    /// The first day, as a date; empty = now.
    pub from: String,
    /// The number of the newest rule that the form has seen.
    pub seen: String,
}

/// What is wrong with a form, and where: the field's name, and a word for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it: `number`, `unknown`, `past`, `date`, `whole-day`, `overtaken`, `long`.
    pub what: &'static str,
}

/// Why a rule was not made.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// The form; nothing was changed.
    #[error("the rule cannot be made so")]
    Wrong(Vec<Wrong>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// The rules as they are now.
    pub fn switches(&self) -> Arc<Rules> {
        self.switches.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the rules anew, and fixes the shares of the day where a cap for each agent needs it.
    ///
    /// # Errors
    /// If the store does not answer; what was known before stays.
    pub async fn refresh_switches(&self, now: Millis) -> Result<(), StoreError> {
        let mut of: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
        for rule in self.store.switches().await? {
            of.entry(rule.queue.clone()).or_default().push(rule);
        }
        let (day, before) = (clock::day(now, &self.config.time_zone), self.switches());
        let mut rules = Rules { of, day, shares: HashMap::new() };
        let capped = rules.of.values().flatten().any(|rule| rule.agent_day > 0);
        if capped && before.day == day {
            rules.shares.clone_from(&before.shares);
        } else if capped {
            let shares = self.day_shares(&rules, day, now).await?;
            let by_place = |(agent, queue, share)| ((agent, queue), share);
            rules.shares = shares.into_iter().map(by_place).collect();
        }
        self.remember_switches(&rules, &before).await;
        self.hold(rules);
        Ok(())
    }

    fn hold(&self, rules: Rules) {
        *self.switches.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// Has the spool remember changed rules, for a start without the database.
    async fn remember_switches(&self, rules: &Rules, before: &Rules) {
        if rules.of == before.of && rules.day == before.day {
            return;
        }
        let shares = rules.shares.iter().map(|((agent, queue), share)| (agent, queue, share));
        let text = serde_json::to_string(&(&rules.of, rules.day, shares.collect::<Vec<_>>()));
        let kept = self.store.keep_beside("switches", &text.unwrap_or_default()).await;
        if let Err(fault) = kept {
            tracing::error!("the spool does not take the rules for who is asked: {fault}");
        }
    }

    /// Takes the rules that the spool remembers.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub(super) async fn recall_switches(&self) -> Result<(), StoreError> {
        type Kept = (BTreeMap<String, Vec<Rule>>, i64, Vec<(String, String, u32)>);
        let kept = self.store.kept_beside("switches").await?;
        if let Some((of, day, shares)) =
            kept.and_then(|kept| serde_json::from_str::<Kept>(&kept).ok())
        {
            let by_place = |(agent, queue, share)| ((agent, queue), share);
            self.hold(Rules { of, day, shares: shares.into_iter().map(by_place).collect() });
        }
        Ok(())
    }

    /// The shares of a day: those that some node has fixed, else fixed now from the days before.
    async fn day_shares(
        &self,
        rules: &Rules,
        day: i64,
        now: Millis,
    ) -> Result<Vec<(String, String, u32)>, StoreError> {
        if let Some(fixed) = self.store.shares_of(day).await? {
            return Ok(fixed);
        }
        let history = self.store.handed_over(day - LOOK_BACK_DAYS, day).await?;
        self.store.fix_shares(day, &lowered(&history, rules, now)).await?;
        Ok(self.store.shares_of(day).await?.unwrap_or_default())
    }

    /// Makes a rule, which holds here at once and on other nodes within seconds. Calls under way
    /// go on.
    ///
    /// # Errors
    /// With every field that is wrong; or if the store does not answer.
    pub async fn switch(&self, wish: &Wish, by: &str, now: Millis) -> Result<Rule, SwitchError> {
        self.refresh_switches(now).await?;
        let rules = self.switches();
        let rule = self.checked(wish, &rules, by, now).map_err(SwitchError::Wrong)?;
        if !self.store.put_switch(&rule).await? {
            let wrong = Wrong { field: "queue", what: "overtaken" };
            return Err(SwitchError::Wrong(vec![wrong]));
        }
        self.refresh_switches(now).await?;
        Ok(rule)
    }

    /// The rule that a form asks for, checked against surveys and settings.
    fn checked(
        &self,
        wish: &Wish,
        rules: &Rules,
        by: &str,
        now: Millis,
    ) -> Result<Rule, Vec<Wrong>> {
        let known = |name: &str| self.survey(name).is_some();
        let offer = &self.config.offer;
        let settings = |queue: &str| {
            let own = offer.queues.get(queue);
            let share = own.and_then(|own| own.share).unwrap_or(offer.share);
            own.is_none_or(|own| own.on).then_some(share)
        };
        let about = About { zone: &self.config.time_zone, known: &known, settings: &settings };
        checked(wish, rules, &about, by, now)
    }
}

/// What a form is checked against.
struct About<'a> {
    zone: &'a jiff::tz::TimeZone,
    /// Whether there is a survey of that name.
    known: &'a dyn Fn(&str) -> bool,
    /// The share that the settings say for a queue; `None`: its callers are not asked.
    settings: &'a dyn Fn(&str) -> Option<f64>,
}

/// The rule that a form asks for.
fn checked(
    wish: &Wish,
    rules: &Rules,
    about: &About<'_>,
    by: &str,
    now: Millis,
) -> Result<Rule, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut say = |field, what| wrong.push(Wrong { field, what });
    let queue = wish.queue.trim();
    if queue.chars().count() > 200 || queue.chars().any(char::is_control) {
        say("queue", "long");
    }
    let does = wish.does.parse::<Does>().unwrap_or_else(|()| {
        say("does", "unknown");
        Does::Settings
    });
    let asks = does == Does::Ask;
    let survey = if asks { wish.survey.trim() } else { "" };
    if !survey.is_empty() && !(about.known)(survey) {
        say("survey", "unknown");
    }
    let mut number = |field, text: &str, empty: u32, most: u32| match text.trim() {
        "" => empty,
        _ if !asks => empty,
        text => text.parse().ok().filter(|n| *n <= most).unwrap_or_else(|| {
            say(field, "number");
            empty
        }),
    };
    let share = number("share", &wish.share, 100, 100);
    let caller_days = number("caller_days", &wish.caller_days, 0, MOST_DAYS);
    let caller_offers = number("caller_offers", &wish.caller_offers, 1, MOST_OFFERS);
    let agent_day = number("agent_day", &wish.agent_day, 0, MOST_OFFERS);
    if caller_days > 0 && caller_offers == 0 {
        say("caller_offers", "number");
    }
    let from_ms = match wish.from.trim() {
        "" => now,
        text => match text.parse::<Date>().ok().and_then(|date| begins(date, about.zone)) {
            None => {
                say("from", "date");
                now
            }
            Some(at) if at <= now => {
                say("from", "past");
                now
            }
            Some(at) => at,
        },
    };
    // From the middle of a day only what leaves the day's sample as it is; of a share that is no
    // number nothing can be said.
    let told = wish.share.trim();
    let readable = told.is_empty() || told.parse::<u32>().is_ok_and(|share| share <= 100);
    if from_ms == now && asks && readable {
        let before = match rules.rule(Some(queue), now) {
            Some(rule) => (rule.does == Does::Ask).then(|| f64::from(rule.share) / 100.0),
            None => (about.settings)(queue),
        };
        let same = |before: f64| (before - f64::from(share) / 100.0).abs() < 0.000_5;
        if agent_day > 0 || before.is_some_and(|before| !same(before)) {
            say("from", "whole-day");
        }
    }
    let seen = wish.seen.trim().parse::<i64>().unwrap_or(0);
    if seen != rules.newest(queue) && !wish.seen.trim().is_empty() {
        say("queue", "overtaken");
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Rule {
        queue: queue.to_owned(),
        seq: rules.newest(queue) + 1,
        does,
        survey: survey.to_owned(),
        share,
        caller_offers,
        caller_days,
        agent_day,
        from_ms,
        by: by.to_owned(),
        at_ms: now,
    })
}

/// The first moment of a local day.
fn begins(date: Date, zone: &jiff::tz::TimeZone) -> Option<Millis> {
    date.to_zoned_datetime(zone.clone()).ok().map(|start| start.timestamp().as_millisecond())
}

/// Shares lowered so that each agent of a rule with a cap is expected to have no more offers a
/// day than that: by the calls that they handed over on the days before.
fn lowered(history: &[HandedOver], rules: &Rules, now: Millis) -> Vec<(String, String, u32)> {
    // Calls and days worked, by agent and rule.
    let mut expected: HashMap<(&str, &str, i64), (i64, i64)> = HashMap::new();
    let capped = |one: &HandedOver| {
        rules.rule(Some(&one.queue), now).filter(|r| r.does == Does::Ask && r.agent_day > 0)
    };
    for one in history {
        if let Some(rule) = capped(one) {
            let place = (one.agent.as_str(), rule.queue.as_str(), rule.seq);
            let sum = expected.entry(place).or_default();
            *sum = (sum.0 + one.calls, sum.1.max(one.days));
        }
    }
    let mut shares = Vec::new();
    for one in history {
        let Some(rule) = capped(one) else { continue };
        let place = (one.agent.as_str(), rule.queue.as_str(), rule.seq);
        let Some((calls, days)) = expected.get(&place).filter(|(calls, _)| *calls > 0) else {
            continue;
        };
        let fits = i64::from(rule.agent_day) * days * 1000 / calls;
        let whole = rule.share * 10;
        let share = u32::try_from(fits).unwrap_or(1000).max(LOWEST_SHARE);
        if share < whole {
            shares.push((one.agent.clone(), one.queue.clone(), share));
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = 1_767_614_400_000; // Monday 2026-01-05 12:00 UTC

    fn rule(queue: &str, seq: i64, from_ms: Millis) -> Rule {
        Rule {
            queue: queue.into(),
            seq,
            does: Does::Ask,
            survey: String::new(),
            share: 50,
            caller_offers: 1,
            caller_days: 0,
            agent_day: 0,
            from_ms,
            by: "m".into(),
            at_ms: 0,
        }
    }

    fn rules(all: Vec<Rule>) -> Rules {
        let mut rules = Rules::default();
        for rule in all {
            rules.of.entry(rule.queue.clone()).or_default().push(rule);
        }
        rules
    }

    #[test]
    fn a_queue_s_own_rule_goes_before_that_of_all() {
        let mut back = rule("billing", 1, 0);
        back.does = Does::Settings;
        let rules = rules(vec![
            rule("", 1, 0),
            back,
            rule("sales", 1, 0),
            rule("sales", 2, NOON + 1),
            rule("late", 1, NOON + 1),
        ]);
        let of = |queue, now| rules.rule(queue, now).map(|r| (r.queue.as_str(), r.seq));
        assert_eq!(of(Some("sales"), NOON), Some(("sales", 1)));
        assert_eq!(of(Some("sales"), NOON + 1), Some(("sales", 2)));
        for queue in [None, Some(""), Some("billing"), Some("other"), Some("late")] {
            assert_eq!(of(queue, NOON), Some(("", 1)), "{queue:?}");
        }
        assert_eq!(of(None, -1), None, "none has begun");
    }

    #[test]
    fn a_form_is_checked_field_by_field() {
        let good = Wish { does: "ask".into(), share: "50".into(), ..Wish::default() };
        let asked = rules(vec![rule("", 1, 0)]);
        let utc = jiff::tz::TimeZone::UTC;
        let wrong = |wish: &Wish, rules: &Rules| {
            let settings = |queue: &str| (queue != "off").then_some(1.0);
            let known = |name: &str| name == "post-call";
            let about = About { zone: &utc, known: &known, settings: &settings };
            checked(wish, rules, &about, "m", NOON)
                .map_err(|wrong| wrong.iter().map(|w| (w.field, w.what)).collect::<Vec<_>>())
        };
        assert_eq!(wrong(&good, &asked).expect("the same share").seq, 2);
        let of = |change: &dyn Fn(&mut Wish)| {
            let mut wish = good.clone();
            change(&mut wish);
            wrong(&wish, &asked).map(|rule| rule.share)
        };
        assert_eq!(of(&|w| w.share = "101".into()), Err(vec![("share", "number")]));
        assert_eq!(of(&|w| w.share = "x".into()), Err(vec![("share", "number")]));
        assert_eq!(of(&|w| w.survey = "none".into()), Err(vec![("survey", "unknown")]));
        assert_eq!(of(&|w| w.survey = "post-call".into()), Ok(50));
        assert_eq!(of(&|w| w.does = String::new()), Err(vec![("does", "unknown")]));
        assert_eq!(of(&|w| w.from = "5.1.2026".into()), Err(vec![("from", "date")]));
        assert_eq!(of(&|w| w.from = "2026-01-05".into()), Err(vec![("from", "past")]));
        assert_eq!(of(&|w| w.share = "60".into()), Err(vec![("from", "whole-day")]));
        assert_eq!(of(&|w| w.agent_day = "5".into()), Err(vec![("from", "whole-day")]));
        assert_eq!(of(&|w| w.seen = "0".into()), Err(vec![("queue", "overtaken")]));
        assert_eq!(of(&|w| w.seen = "1".into()), Ok(50));
        let tomorrow = of(&|w| {
            w.share = "60".into();
            w.agent_day = "5".into();
            w.from = "2026-01-06".into();
        });
        assert_eq!(tomorrow, Ok(60));
        assert_eq!(of(&|w| (w.does, w.share) = ("nobody".into(), "x".into())), Ok(100));
        let free = rules(vec![]);
        let settings = |queue: &str, share: &str| {
            let (queue, share) = (queue.to_owned(), share.to_owned());
            wrong(&Wish { queue, share, ..good.clone() }, &free).map(|rule| rule.from_ms)
        };
        assert_eq!(settings("sales", "50"), Err(vec![("from", "whole-day")]), "all were asked");
        assert_eq!(settings("sales", "100"), Ok(NOON));
        assert_eq!(settings("off", "50"), Ok(NOON), "nobody was asked");
    }

    #[test]
    fn a_cap_lowers_the_shares_of_those_who_have_more_calls() {
        let mut capped = rule("", 1, 0);
        (capped.share, capped.agent_day) = (100, 10);
        let of = |agent: &str, queue: &str, calls, days| HandedOver {
            agent: agent.into(),
            queue: queue.into(),
            calls,
            days,
        };
        let history = [
            of("A", "sales", 200, 20),
            of("A", "support", 200, 20),
            of("B", "sales", 180, 20),
            of("C", "sales", 20_000, 20),
        ];
        let shares = lowered(&history, &rules(vec![capped.clone()]), NOON);
        let expected = [("A", "sales", 500), ("A", "support", 500), ("C", "sales", 50)];
        assert_eq!(shares, expected.map(|(a, q, share)| (a.into(), q.into(), share)));
        assert_eq!(lowered(&history, &rules(vec![]), NOON), []);
    }
}
