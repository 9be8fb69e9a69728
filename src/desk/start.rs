//! A caller is handed over: which interview, which survey, is the caller asked?

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::away::Budget;
use super::handover::Found;
use super::{Answer, Desk, caller, missed, offer};
use crate::clock;
use crate::config::{Basis, Provider};
use crate::interview::{
    Disposition, Handover, InterviewId, Millis, Opening, Reached, Start, begin, token,
};
use crate::store::handovers::Asking;
use crate::store::partitions::dated;
use crate::store::switches::Rule;
use crate::store::{Begin, CallerHash, Known, Said, StoreError};
use crate::survey::{Lang, Survey};
use crate::telemetry::request::concerns;

/// What a start decided, kept as JSON so that a repeated start gets the same document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Decided {
    lang: Option<Lang>,
    consent: bool,
    never_ask: bool,
    callback: bool,
    grace_ms: u32,
    wait_ms: u32,
}

impl Decided {
    fn opening(&self, id: InterviewId) -> Opening {
        Opening {
            id,
            lang: self.lang,
            consent: self.consent,
            never_ask: self.never_ask,
            callback: self.callback,
            finish_key_grace_ms: self.grace_ms,
            key_wait_ms: self.wait_ms,
        }
    }
}

impl Desk {
    /// Answers a start request. Where nothing else vouches for it (`trusted` is false), it must
    /// come by the sealed address of an announced hand-over that is still good. `random` becomes
    /// the interview's id where neither the provider nor the hand-over names the call, unless a
    /// hello document was drawn one: such a start cannot be recognised when it is repeated. It
    /// must be new for each request.
    pub async fn start(
        self: &Arc<Self>,
        provider: &Provider,
        call_id: Option<&str>,
        mut start: Start,
        trusted: bool,
        now: Millis,
        random: [u8; 16],
    ) -> Answer {
        let budget = Budget::of(provider);
        let own = self.caller_of(provider, &start);
        let to_call = own.as_ref().map(|own| own.e164.clone());
        let mut caller = own.map(|own| (self.keys.caller(&own.e164), own.last));
        let own_hash = caller.as_ref().map(|(hash, _)| *hash);
        let found = self.find_announced(provider, call_id, own_hash, &start, now);
        let announced = match self.within(budget.database, found).await {
            Ok(announced) => announced,
            // Whether the seal is still good cannot be known now.
            Err(_) if !trusted => return self.sorry(provider, "seal_unknown"),
            Err(_) => None,
        };
        if !trusted && !announced.as_ref().is_some_and(|found| found.sealed) {
            return Answer::Refused;
        }
        let (mut sealed, mut announced_by) = (None, None);
        if let Some(found) = announced {
            announced_by = Some(found.id.clone());
            sealed = found.sealed.then(|| found.id.clone());
            take_announced(&mut start, &mut caller, found);
        }
        let (hash, last) = caller.unzip();
        let said = &start.handover;

        let number = start.called.as_deref().and_then(|called| {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            provider.numbers.iter().find(|n| digits(&n.to) == digits(called))
        });
        let queue = said.queue.clone().or_else(|| number.and_then(|n| n.queue.clone()));
        let switches = self.switches();
        let rule = switches.rule(queue.as_deref(), now);
        let by_number = number.and_then(|n| n.survey.as_deref());
        let chosen = self.choose_survey(provider, said, rule, by_number, queue.as_deref());
        let Some(survey) = chosen else {
            match &said.survey {
                // Whoever asks may put anything there, also a number.
                Some(name) => tracing::error!(
                    provider = %provider.name,
                    "the hand-over names a survey that there is none of: {:?}",
                    name.replace(|c: char| c.is_ascii_digit(), "#")
                ),
                None => tracing::error!(
                    provider = %provider.name,
                    "no survey fits this call; name one in provider.{}.survey", provider.name
                ),
            }
            return self.sorry(provider, "no_survey");
        };

        // A sealed start address is good for one call, so it can stand for that call.
        let call = call_id.or(said.call.as_deref());
        let handover = own_handover(said).or(said.call.as_deref()).unwrap_or_default();
        let rest = match call {
            // An announcement is one interview, whatever else is said beside its address.
            _ if let Some(announced) = &sealed => {
                self.keys.interview(&provider.name, announced, "", "")
            }
            Some(call) => self.keys.interview(&provider.name, call, &survey.name, handover),
            None => {
                self.counters.count("no_call_id", &provider.name);
                start.hello.unwrap_or(random)
            }
        };
        // Its id begins with its day. A start that is repeated after midnight, or after an upgrade
        // from a program whose ids said no day, is known by the id that it got first.
        let day = clock::day(now, &self.config.time_zone);
        let ids = [dated(day, rest), dated(day - 1, rest), rest].map(InterviewId);
        if let Some(hello) = start.hello
            && !self.hellos.begin(hello, InterviewId(rest), now)
        {
            return Answer::Refused;
        }
        let (_, caller_days) = offer::caller_cap(&self.config.offer, rule);
        let window_ms = i64::from(caller_days) * 86_400_000;
        let of_call = call_id.map(|call_id| (provider.name.as_str(), call_id));
        let look = self.store.look(ids, day - 1..day + 1, hash, now - window_ms, of_call);
        let look = self.within(budget.database, look).await;
        if let Err(fault) = &look {
            tracing::warn!(provider = %provider.name, interview = %ids[0], "starts unseen: {fault}");
        }
        // A start that waits in the spool stands, also when the database is back.
        let spooled = self.spooled_start(ids).await;
        let look = look.ok();
        let known = look.as_ref().and_then(|look| look.known.as_ref());
        let first = spooled.as_ref().map(|begin| begin.id).or(known.map(|known| known.id));
        let id = first.unwrap_or(ids[0]);
        concerns(id.0);
        if let Some(hash) = hash {
            self.never.meet(id, hash);
        }
        if let Some(begin) = spooled {
            return self.repeat_spooled(provider, begin, call_id, now);
        }
        if let Some(known) = known {
            self.learn(known.survey).await;
            return self.repeat_start(provider, known, call_id, &survey, now);
        }

        let spoken_before = look.as_ref().and_then(|look| look.spoken.as_deref());
        let by_number = number.and_then(|number| number.lang.as_deref());
        let lang = language(&survey, [said.lang.as_deref(), by_number, spoken_before]);
        let case = offer::Case {
            unreached: start.reached == Reached::No,
            never_ask: match look.as_ref() {
                Some(look) if look.never_ask => Some(true),
                _ => self.never.holds(hash),
            },
            offers: look.as_ref().map(|l| l.offers),
            known_caller: hash.is_some(),
            // Calls without an id must not all fall on one side.
            sample: call
                .map_or_else(|| self.keys.sample(&id.to_string()), |call| self.keys.sample(call)),
            talk: said.talk,
            queue: queue.as_deref(),
            survey: &survey.name,
            rule,
            agent_share: switches.agent_share(said.agent.as_deref(), queue.as_deref(), day),
            consent: said.consent.as_deref() == Some("1"),
            now,
        };
        let refused = offer::refuse(&self.config.offer, &self.config.time_zone, &case);
        // Nobody is promised a call for whom there is no number to call: an announcement leaves
        // only its hash, and a link that must carry what the database does not have has no number.
        let to_call = to_call
            .filter(|_| self.config.call.callbacks && hash.is_some() && hash == own_hash)
            .filter(|_| look.is_some())
            // Nor of an anonymous survey, where nothing may lead to them.
            .filter(|_| !survey.anonymous);
        let decided = Decided {
            lang,
            consent: self.config.offer.basis == Basis::Ask && !case.consent,
            never_ask: hash.is_some(),
            callback: to_call.is_some(),
            grace_ms: self.config.call.finish_key_grace_ms,
            wait_ms: provider.kind.key_wait_ms(),
        };
        let mut step = begin(&survey, &decided.opening(id), now);
        step.state.call_mark = self.keys.call_mark(call_id);
        let row = Begin {
            id,
            provider: provider.name.clone(),
            call_ref: call_id.map(String::from),
            handover: handover.to_string(),
            survey: survey.version,
            language: step.state.lang.to_string(),
            channel: "phone".into(),
            day,
            started_ms: now,
            limit_ms: step.state.limit_ms(&survey),
            caller: hash,
            caller_last: last,
            caller_sealed: to_call
                .filter(|_| refused.is_none())
                .and_then(|number| self.keys.seal_number(&number, id, random)),
            ineligible: refused.map(|r| r.word().to_string()).unwrap_or_default(),
            opening: serde_json::to_string(&decided).unwrap_or_default(),
            state: step.state.to_bytes(),
            open_question: step.state.open_question(),
            disposition: if refused.is_some() {
                Disposition::Ineligible
            } else {
                Disposition::NoContact
            },
            said: Said {
                agent: said.agent.clone(),
                team: said.team.clone(),
                queue,
                leg: said.leg.clone(),
                talk: said.talk,
                call: said.call.clone(),
                conflicts: (!start.conflicts.is_empty())
                    .then(|| serde_json::to_string(&start.conflicts).unwrap_or_default()),
            },
        };
        let row = if survey.anonymous { row.nameless() } else { row };
        if let Some(announced) = announced_by.filter(|_| survey.anonymous) {
            self.strip_soon(announced);
        }
        let begun = match look {
            Some(_) => self.within(budget.database, self.store.begin(row.clone())).await,
            None => Err(StoreError::Busy),
        };
        match begun {
            // Another request for the same start was first: its decision stands.
            Ok(known) if !known.new => {
                self.learn(known.survey).await;
                return self.repeat_start(provider, &known, call_id, &survey, now);
            }
            Ok(_) if survey.anonymous => {}
            Ok(_) => self.link_soon(id),
            Err(fault) => {
                match self.keep_start(budget, row.clone()).await {
                    Ok(spooled) if !spooled.new => {
                        return self.repeat_spooled(provider, spooled.begin, call_id, now);
                    }
                    Ok(_) => self.counters.count("spooled", &provider.name),
                    Err(_) => self.store_missed(provider, id, &fault),
                }
                // Whichever server takes the next turn, it can begin the interview in the store.
                step.state.unsaved = Some(1);
                step.state.callback = false;
                step.state.start = missed::pack(&row);
            }
        }
        self.counters.count("start", &provider.name);
        match refused {
            Some(reason) => {
                self.counters.count(reason.word(), &provider.name);
                self.leave(survey, step.state.lang)
            }
            None => self.speak(provider, &survey, step.state, step.order),
        }
    }

    /// The start that waits in the spool under one of those ids.
    async fn spooled_start(&self, ids: [InterviewId; 3]) -> Option<Begin> {
        for id in ids {
            match self.store.spooled_start(id).await {
                Ok(None) => {}
                Ok(begin) => return begin,
                Err(fault) => tracing::error!("the spool cannot be read: {fault}"),
            }
        }
        None
    }

    fn leave(&self, survey: Arc<Survey>, lang: Lang) -> Answer {
        Answer::Leave { otherwise: self.config.offer.otherwise.clone(), survey, lang }
    }

    /// The first document again, as it was decided.
    fn repeat_start(
        &self,
        provider: &Provider,
        known: &Known,
        call_id: Option<&str>,
        newest: &Arc<Survey>,
        now: Millis,
    ) -> Answer {
        self.counters.count("start_repeated", &provider.name);
        let survey = self.version(known.survey).unwrap_or_else(|| newest.clone());
        let Ok(decided) = serde_json::from_str::<Decided>(&known.opening) else {
            return self.sorry(provider, "opening_unreadable");
        };
        let mut step = begin(&survey, &decided.opening(known.id), known.started_ms);
        step.state.call_mark = self.keys.call_mark(call_id);
        if !known.ineligible.is_empty() {
            return self.leave(survey, step.state.lang);
        }
        if known.closed || now >= known.closes_ms {
            return self.late(provider, &survey, step.state.lang);
        }
        self.speak(provider, &survey, step.state, step.order)
    }

    /// The first document again of a start that waits in the spool.
    fn repeat_spooled(
        &self,
        provider: &Provider,
        first: Begin,
        call_id: Option<&str>,
        now: Millis,
    ) -> Answer {
        self.counters.count("start_repeated", &provider.name);
        let (Some(survey), Ok(decided)) =
            (self.version(first.survey), serde_json::from_str::<Decided>(&first.opening))
        else {
            return self.sorry(provider, "opening_unreadable");
        };
        let mut step = begin(&survey, &decided.opening(first.id), first.started_ms);
        step.state.call_mark = self.keys.call_mark(call_id);
        if !first.ineligible.is_empty() {
            return self.leave(survey, step.state.lang);
        }
        if now >= first.limit_ms {
            return self.late(provider, &survey, step.state.lang);
        }
        step.state.unsaved = Some(1);
        step.state.callback = false;
        step.state.start = missed::pack(&first);
        self.speak(provider, &survey, step.state, step.order)
    }

    fn choose_survey(
        &self,
        provider: &Provider,
        said: &Handover,
        rule: Option<&Rule>,
        by_number: Option<&str>,
        queue: Option<&str>,
    ) -> Option<Arc<Survey>> {
        let by_queue =
            queue.and_then(|q| self.config.offer.queues.get(q)).and_then(|q| q.survey.as_deref());
        if let Some(named) = said.survey.as_deref() {
            return self.survey(named);
        }
        let by_rule = rule.map(|rule| rule.survey.as_str());
        for name in [by_rule, by_number, by_queue, provider.survey.as_deref()].into_iter().flatten()
        {
            if let Some(survey) = self.survey(name) {
                return Some(survey);
            }
        }
        let mut all = self.surveys();
        match (all.next(), all.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Notes that the store did not take something: counted, and logged by interview id.
    pub(super) fn store_missed(&self, provider: &Provider, id: InterviewId, fault: &StoreError) {
        self.counters.count("unsaved", &provider.name);
        tracing::error!(provider = %provider.name, interview = %id, "could not be stored: {fault}");
    }

    /// The customer's number, as far as the request itself says.
    fn caller_of(&self, provider: &Provider, start: &Start) -> Option<caller::Caller> {
        caller::of_start(
            start.number.as_deref(),
            start.other.as_deref(),
            start.handover.caller.as_deref(),
            &provider.own_numbers,
            provider.country.as_deref(),
        )
    }

    /// The announced hand-over that the start belongs to.
    async fn find_announced(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        caller: Option<CallerHash>,
        start: &Start,
        now: Millis,
    ) -> Result<Option<Found>, StoreError> {
        let sealed = start.announced.as_deref();
        let handover = own_handover(&start.handover).unwrap_or_default();
        let asking = Asking { call: call_id, handover };
        self.announced(&provider.name, sealed, asking, caller, now).await
    }

    /// Whether a token opens and is this call's, as far as both name one.
    pub fn token_fits(
        &self,
        provider: &Provider,
        call_id: Option<&str>,
        text: Option<&str>,
    ) -> bool {
        text.is_some_and(|text| self.turn_at(provider, call_id, text).is_ok())
    }

    /// Whether a token was given to the very call of that id.
    pub fn token_of_call(&self, provider: &Provider, call_id: &str, text: &str) -> bool {
        let state = token::open(text, &provider.name, &self.keys.tokens);
        let here = self.keys.call_mark(Some(call_id));
        here != 0 && state.is_ok_and(|state| state.call_mark == here)
    }

    /// Whether a token of this provider opens, for requests that rest on their token alone.
    pub fn token_opens(&self, provider: &Provider, text: Option<&str>) -> bool {
        text.is_some_and(|text| token::open(text, &provider.name, &self.keys.tokens).is_ok())
    }
}

/// The caller's language: the first known one that the survey speaks (from the hand-over, the called
/// number, the same call's interview before). Without one the survey asks, or, if it does not,
/// speaks its default.
fn language(survey: &Survey, known: [Option<&str>; 3]) -> Option<Lang> {
    let langs = known.into_iter().flatten().filter_map(|text| text.parse::<Lang>().ok());
    let spoken = langs.into_iter().find(|lang| survey.languages.contains(lang));
    spoken.or_else(|| (!survey.choose_language).then(|| survey.default_language()))
}

/// What a start itself says that tells its hand-over from others of its call, most telling first.
fn own_handover(said: &Handover) -> Option<&str> {
    said.handover.as_deref().or(said.leg.as_deref())
}

/// Puts the values of an announced hand-over in, and its caller with the last digits: those sealed
/// in a start address win over everything, those found by caller or call id fill what is missing.
/// What disagrees is noted.
fn take_announced(start: &mut Start, caller: &mut Option<(CallerHash, String)>, found: Found) {
    if let Some(hash) = found.caller {
        let announced = (hash, found.said.caller_last.clone().unwrap_or_default());
        match caller {
            Some((own, last)) if *own != hash => {
                let (own, other) = (format!("…{last}"), format!("…{}", announced.1));
                let (kept, other) = if found.sealed { (other, own) } else { (own, other) };
                start.conflicts.push(("caller".into(), kept, other));
            }
            _ => {}
        }
        if found.sealed || caller.is_none() {
            *caller = Some(announced);
        }
    }
    let (said, have, notes) = (found.said, &mut start.handover, &mut start.conflicts);
    let fields = [
        ("survey", &mut have.survey, said.survey),
        ("agent", &mut have.agent, said.agent),
        ("team", &mut have.team, said.team),
        ("queue", &mut have.queue, said.queue),
        ("call", &mut have.call, said.call),
        ("handover", &mut have.handover, said.handover),
        ("lang", &mut have.lang, said.lang),
        ("consent", &mut have.consent, said.consent),
    ];
    for (name, have, announced) in fields {
        let Some(announced) = announced else { continue };
        match have {
            Some(old) if *old == announced => {}
            Some(old) if found.sealed => {
                notes.push((name.into(), announced.clone(), old.clone()));
                *have = Some(announced);
            }
            Some(old) => notes.push((name.into(), old.clone(), announced)),
            None => *have = Some(announced),
        }
    }
    if let (Some(old), Some(announced)) = (have.talk, said.talk)
        && old != announced
    {
        let (kept, other) = if found.sealed { (announced, old) } else { (old, announced) };
        notes.push(("talk".into(), kept.to_string(), other.to_string()));
    }
    if found.sealed || have.talk.is_none() {
        have.talk = said.talk.or(have.talk);
    }
    if found.sealed && have.handover.is_none() {
        have.handover = Some(found.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::handovers::Announced;

    fn start() -> Start {
        let handover = Handover {
            call: Some("C1".into()),
            leg: Some("L1".into()),
            talk: Some(30),
            agent: Some("A".into()),
            ..Handover::default()
        };
        Start { handover, ..Start::default() }
    }

    fn found(sealed: bool) -> Found {
        let said = Announced {
            handover: Some("H1".into()),
            talk: Some(60),
            agent: Some("A".into()),
            queue: Some("sales".into()),
            caller_last: Some("222".into()),
            ..Announced::default()
        };
        Found { said, caller: Some(CallerHash([2; 16])), id: "ID".into(), sealed }
    }

    fn noted(start: &Start) -> Vec<(&str, &str, &str)> {
        start.conflicts.iter().map(|(n, kept, other)| (&**n, &**kept, &**other)).collect()
    }

    #[test]
    fn what_was_announced_is_merged_before_anything_stands_in_for_it() {
        for (sealed, talk, conflicts) in [
            (true, 60, [("caller", "…222", "…111"), ("talk", "60", "30")]),
            (false, 30, [("caller", "…111", "…222"), ("talk", "30", "60")]),
        ] {
            let (mut start, mut caller) = (start(), Some((CallerHash([1; 16]), "111".into())));
            take_announced(&mut start, &mut caller, found(sealed));
            assert_eq!(own_handover(&start.handover), Some("H1"), "before leg and call");
            assert_eq!(start.handover.talk, Some(talk));
            assert_eq!(start.handover.queue.as_deref(), Some("sales"));
            assert_eq!(noted(&start), conflicts);
            let kept = if sealed { "222" } else { "111" };
            assert_eq!(caller.expect("a caller").1, kept);
        }
    }

    #[test]
    fn what_agrees_or_was_missing_is_no_conflict() {
        for sealed in [true, false] {
            let mut start = start();
            start.handover.talk = None;
            let mut caller = None;
            take_announced(&mut start, &mut caller, found(sealed));
            assert_eq!(noted(&start), []);
            assert_eq!((start.handover.talk, caller.map(|c| c.1)), (Some(60), Some("222".into())));
        }
    }
}
