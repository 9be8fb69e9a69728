//! Who is asked: one pure decision for each interview, stored with its reason.

use crate::config::{Basis, Hours, Offer};
use crate::interview::Millis;

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
    /// Whether consent came with the hand-over.
    pub consent: bool,
    /// When.
    pub now: Millis,
}

/// `None` if the caller is asked, else the first rule that says no.
pub fn refuse(rules: &Offer, zone: &jiff::tz::TimeZone, case: &Case<'_>) -> Option<Reason> {
    let queue = case.queue.and_then(|name| rules.queues.get(name));
    let minimum = queue.and_then(|q| q.minimum_talk_seconds).unwrap_or(rules.minimum_talk_seconds);
    let share = queue.and_then(|q| q.share).unwrap_or(rules.share);
    let said_no = [
        (case.unreached, Reason::NoAgent),
        (case.never_ask == Some(true), Reason::NeverAsk),
        (case.never_ask.is_none(), Reason::NeverAskUnknown),
        (queue.is_some_and(|q| !q.on), Reason::QueueOff),
        (rules.surveys.get(case.survey).is_some_and(|s| !s.on), Reason::SurveyOff),
        (!open(&rules.hours, zone, case.now), Reason::ClosedHours),
        (case.talk.is_some_and(|talk| talk < minimum), Reason::ShortTalk),
        (rules.basis == Basis::Given && !case.consent, Reason::NoConsent),
        (case.offers.is_none() && !rules.ask_when_store_away, Reason::StoreAway),
        (
            rules.caller_days > 0
                && case.known_caller
                && case.offers.is_some_and(|offers| offers >= rules.caller_offers),
            Reason::CallerCap,
        ),
        (case.sample >= share, Reason::SampledOut),
    ];
    said_no.into_iter().find(|(no, _)| *no).map(|(_, reason)| reason)
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
}
