//! Who is asked: one pure decision for each interview, stored with its reason.

use crate::config::{Basis, Hours, Offer};
use crate::interview::Millis;
use crate::store::switches::{Does, Rule};

/// Why a caller is not asked; `word` is what the store and the reports say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The caller never spoke with an agent.
    NoAgent,
    /// The caller said "never again".
    NeverAsk,
    /// This node has never loaded the list of those who said so.
    NeverAskUnknown,
    /// The caller was offered a survey often enough lately.
    CallerCap,
    /// The agent's share was lowered by a cap, and the call fell outside it.
    AgentCap,
    /// The call fell outside the sample.
    SampledOut,
    /// The talk was too short.
    ShortTalk,
    /// Outside opening hours.
    ClosedHours,
    /// The queue's callers are not asked.
    QueueOff,
    /// The survey is switched off.
    SurveyOff,
    /// Consent had to come with the hand-over and did not.
    NoConsent,
    /// The store is away, and the settings say not to ask then.
    StoreAway,
}

impl Reason {
    /// The word in store and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoAgent => "no_agent",
            Self::NeverAsk => "never_ask",
            Self::NeverAskUnknown => "never_ask_unknown",
            Self::CallerCap => "caller_cap",
            Self::AgentCap => "agent_cap",
            Self::SampledOut => "sampled_out",
            Self::ShortTalk => "short_talk",
            Self::ClosedHours => "closed_hours",
            Self::QueueOff => "queue_off",
            Self::SurveyOff => "survey_off",
            Self::NoConsent => "no_consent",
            Self::StoreAway => "store_away",
        }
    }
}

/// What the decision is made from.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Whether no agent was reached, as the platform says.
    pub unreached: bool,
    /// Whether the caller is on the never-ask list; `None` if the list was never loaded.
    pub never_ask: Option<bool>,
    /// Offers to this caller inside the window, this one not counted; `None` if the store is away.
    pub offers: Option<u32>,
    /// Whether the caller's number is known (caps apply).
    pub known_caller: bool,
    /// Where the call lies in the sample, 0 to 1.
    pub sample: f64,
    /// Seconds of talk; unknown passes.
    pub talk: Option<u32>,
    /// The queue.
    pub queue: Option<&'a str>,
    /// The survey that would be asked.
    pub survey: &'a str,
    /// The page's rule for these calls, which wins over the settings.
    pub rule: Option<&'a Rule>,
    /// The share that a cap leaves for this agent, queue and day, 0 to 1.
    pub agent_share: f64,
    /// Whether consent came with the hand-over.
    pub consent: bool,
    /// When.
    pub now: Millis,
}

/// `None` if the caller is asked, else the first rule that says no.
pub fn refuse(rules: &Offer, zone: &jiff::tz::TimeZone, case: &Case<'_>) -> Option<Reason> {
    let queue = case.queue.and_then(|name| rules.queues.get(name));
    let minimum = queue.and_then(|q| q.minimum_talk_seconds).unwrap_or(rules.minimum_talk_seconds);
    let share = match case.rule {
        Some(rule) => f64::from(rule.share) / 100.0,
        None => queue.and_then(|q| q.share).unwrap_or(rules.share),
    };
    let (caller_offers, caller_days) = caller_cap(rules, case.rule);
    let queue_off = match case.rule {
        Some(rule) => rule.does == Does::Nobody,
        None => queue.is_some_and(|q| !q.on),
    };
    // A rule that names its survey has switched it on.
    let chosen = case.rule.is_some_and(|rule| rule.survey == case.survey);
    let said_no = [
        (case.unreached, Reason::NoAgent),
        (case.never_ask == Some(true), Reason::NeverAsk),
        (case.never_ask.is_none(), Reason::NeverAskUnknown),
        (queue_off, Reason::QueueOff),
        (!chosen && rules.surveys.get(case.survey).is_some_and(|s| !s.on), Reason::SurveyOff),
        (!open(&rules.hours, zone, case.now), Reason::ClosedHours),
        (case.talk.is_some_and(|talk| talk < minimum), Reason::ShortTalk),
        (rules.basis == Basis::Given && !case.consent, Reason::NoConsent),
        (case.offers.is_none() && !rules.ask_when_store_away, Reason::StoreAway),
        (
            caller_days > 0
                && case.known_caller
                && case.offers.is_some_and(|offers| offers >= caller_offers),
            Reason::CallerCap,
        ),
        (case.sample >= share, Reason::SampledOut),
        (case.sample >= case.agent_share, Reason::AgentCap),
    ];
    said_no.into_iter().find(|(no, _)| *no).map(|(_, reason)| reason)
}

/// Offers to one caller, and within how many days.
pub fn caller_cap(rules: &Offer, rule: Option<&Rule>) -> (u32, u32) {
    rule.map_or((rules.caller_offers, rules.caller_days), |r| (r.caller_offers, r.caller_days))
}

fn open(hours: &[Hours], zone: &jiff::tz::TimeZone, now: Millis) -> bool {
    if hours.is_empty() {
        return true;
    }
    let local =
        jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_zoned_datetime(zone.clone());
    let day = u8::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
    let minute =
        u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
    hours.iter().any(|h| h.days.contains(&day) && (h.from..h.to).contains(&minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn rules(offer: &str) -> Offer {
        let text = format!(
            "secret = \"0123456789012345678901234567890123456789\"\n\
             caller_key = \"abcdefghijklmnopqrstuvwxyzabcdefghij\"\n[offer]\n{offer}\n"
        );
        Config::read(&text, "a.toml", vec![]).expect("good").offer
    }

    const ASKED: Case<'_> = Case {
        unreached: false,
        never_ask: Some(false),
        offers: Some(0),
        known_caller: true,
        sample: 0.5,
        talk: Some(60),
        queue: Some("sales"),
        survey: "post-call",
        consent: false,
        rule: None,
        agent_share: 1.0,
        // Monday 2026-01-05 12:00 UTC.
        now: 1_767_614_400_000,
    };

    #[test]
    fn each_rule_says_no_in_its_case_and_only_there() {
        let sales_off = "[offer.queue.sales]\non = false";
        let sales_half = "[offer.queue.sales]\nshare = 0.25";
        let table: &[(&str, Case<'_>, Option<Reason>)] = &[
            ("", ASKED, None),
            ("", Case { unreached: true, ..ASKED }, Some(Reason::NoAgent)),
            ("", Case { never_ask: Some(true), ..ASKED }, Some(Reason::NeverAsk)),
            ("", Case { never_ask: None, ..ASKED }, Some(Reason::NeverAskUnknown)),
            (
                "",
                Case { never_ask: None, known_caller: false, ..ASKED },
                Some(Reason::NeverAskUnknown),
            ),
            (sales_off, ASKED, Some(Reason::QueueOff)),
            (sales_off, Case { queue: Some("support"), ..ASKED }, None),
            ("[offer.survey.post-call]\non = false", ASKED, Some(Reason::SurveyOff)),
            ("[offer.survey.post-call]\non = true", ASKED, None),
            ("[offer.survey.other]\non = false", ASKED, None),
            ("hours = [\"mon-fri 08:00-12:00\"]", ASKED, Some(Reason::ClosedHours)),
            ("hours = [\"mon-fri 08:00-12:01\"]", ASKED, None),
            ("hours = [\"sat-sun 08:00-20:00\"]", ASKED, Some(Reason::ClosedHours)),
            ("minimum_talk_seconds = 61", ASKED, Some(Reason::ShortTalk)),
            ("minimum_talk_seconds = 61", Case { talk: None, ..ASKED }, None),
            ("basis = \"given\"", ASKED, Some(Reason::NoConsent)),
            ("basis = \"given\"", Case { consent: true, ..ASKED }, None),
            ("caller_days = 30", Case { offers: Some(1), ..ASKED }, Some(Reason::CallerCap)),
            ("caller_days = 30\ncaller_offers = 2", Case { offers: Some(1), ..ASKED }, None),
            ("caller_days = 30", Case { offers: Some(1), known_caller: false, ..ASKED }, None),
            ("", Case { offers: Some(9), ..ASKED }, None),
            ("share = 0.5", ASKED, Some(Reason::SampledOut)),
            ("share = 0.51", ASKED, None),
            (sales_half, ASKED, Some(Reason::SampledOut)),
            ("when_store_away = \"skip\"", Case { offers: None, ..ASKED }, Some(Reason::StoreAway)),
            ("caller_days = 30", Case { offers: None, ..ASKED }, None),
        ];
        for (offer, case, expected) in table {
            let found = refuse(&rules(offer), &jiff::tz::TimeZone::UTC, case);
            assert_eq!(found, *expected, "{offer} {case:?}");
        }
    }

    #[test]
    fn a_rule_of_the_page_wins_over_the_settings() {
        let rule = Rule {
            queue: "sales".into(),
            seq: 1,
            does: Does::Ask,
            survey: "post-call".into(),
            share: 60,
            caller_offers: 2,
            caller_days: 30,
            agent_day: 0,
            from_ms: 0,
            by: String::new(),
            at_ms: 0,
        };
        let off = "share = 0.1\ncaller_days = 9\n[offer.queue.sales]\non = false\n\
                   [offer.survey.post-call]\non = false";
        let ruled = Case { rule: Some(&rule), ..ASKED };
        let nobody = Rule { does: Does::Nobody, ..rule.clone() };
        let unnamed = Rule { survey: String::new(), ..rule.clone() };
        for (case, expected) in [
            (ruled, None),
            (Case { sample: 0.6, ..ruled }, Some(Reason::SampledOut)),
            (Case { agent_share: 0.5, ..ruled }, Some(Reason::AgentCap)),
            (Case { offers: Some(1), ..ruled }, None),
            (Case { offers: Some(2), ..ruled }, Some(Reason::CallerCap)),
            (Case { rule: Some(&nobody), ..ASKED }, Some(Reason::QueueOff)),
            (Case { rule: Some(&unnamed), ..ASKED }, Some(Reason::SurveyOff)),
            (ASKED, Some(Reason::QueueOff)),
        ] {
            assert_eq!(refuse(&rules(off), &jiff::tz::TimeZone::UTC, &case), expected, "{case:?}");
        }
    }
}
