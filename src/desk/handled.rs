//! Calls that an agent handled and nobody was asked about: could their callers have been?

use std::sync::Arc;

use super::{Desk, offer};
use crate::clock;
use crate::interview::Millis;
use crate::store::switches::Rule;
use crate::store::{Handled, Judged};
use crate::survey::{Credit, Survey};

/// Why a call counts as left out whose queue is asked an anonymous survey.
const ANONYMOUS: &str = "anonymous";

impl Desk {
    /// The centre's local day of a moment.
    pub(super) fn day_of(&self, at: Millis) -> i64 {
        clock::day(at, &self.config.time_zone)
    }

    /// Says of a call without a start request which rule would have left it out, by the same
    /// decision that a start request gets, at the moment when its talk ended.
    ///
    /// Not known of such a call are its consent, taken as given, and which of its ids the platform
    /// would have sampled it by: its own stands for it, which falls inside equally often.
    pub(super) fn judge(&self, call: &Handled<'_>) -> Judged {
        let switches = self.switches();
        let rule = switches.rule(call.queue, call.at_ms);
        let survey = self.survey_without_start(rule, call.queue);
        let (_, days) = offer::caller_cap(&self.config.offer, rule);
        let since = call.at_ms - i64::from(days) * 86_400_000;
        let offers = call.offers.iter().filter(|at| (since..call.at_ms).contains(*at)).count();
        let day = self.day_of(call.at_ms);
        let case = offer::Case {
            unreached: false,
            never_ask: Some(self.never.holds(call.caller).unwrap_or(false)),
            offers: Some(u32::try_from(offers).unwrap_or(u32::MAX)),
            known_caller: call.caller.is_some(),
            sample: self.keys.sample(&call.id.to_string()),
            talk: call.talk,
            queue: call.queue,
            survey: survey.as_ref().map_or("", |survey| survey.name.as_str()),
            rule,
            agent_share: switches.agent_share(Some(call.agent), call.queue, day),
            consent: true,
            now: call.at_ms,
        };
        let refused = offer::refuse(&self.config.offer, &self.config.time_zone, &case);
        // Nobody knows whether it was asked: no interview of such a survey leads to its call.
        let otherwise = match survey.as_ref().is_some_and(|survey| survey.anonymous) {
            true => ANONYMOUS,
            false => "",
        };
        Judged {
            left_out: refused.map_or(otherwise, offer::Reason::word),
            credit: survey.map_or(Credit::Last, |survey| survey.credit),
        }
    }

    /// The survey that a call would have been asked, as far as its queue tells: no platform has
    /// named one.
    fn survey_without_start(
        &self,
        rule: Option<&Rule>,
        queue: Option<&str>,
    ) -> Option<Arc<Survey>> {
        let by_rule = rule.map(|rule| rule.survey.as_str());
        let by_queue = queue
            .and_then(|queue| self.config.offer.queues.get(queue))
            .and_then(|queue| queue.survey.as_deref());
        let mut providers = self.config.providers.values();
        let first = providers.next().and_then(|provider| provider.survey.as_deref());
        let agree = providers.all(|provider| provider.survey.as_deref() == first);
        let named = [by_rule, by_queue, first.filter(|_| agree)].into_iter().flatten();
        let found = named.filter(|name| !name.is_empty()).find_map(|name| self.survey(name));
        found.or_else(|| {
            let mut all = self.surveys();
            all.next().filter(|_| all.next().is_none())
        })
    }
}
