//! How many answered: the rates of the American Association for Public Opinion Research.
//!
//! AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys
//! (9th edition, 2016, and later). Every rate is a [`Share`] with Wilson's interval, `None`
//! where its denominator is 0.

use super::share::{Share, share};

/// How the offered interviews ended, and the reachable calls that got no offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// I: complete interviews.
    pub complete: u64,
    /// P: partial interviews.
    pub partial: u64,
    /// R: refusals and break-offs.
    pub refused: u64,
    /// NC: offered, neither answer nor refusal.
    pub no_contact: u64,
    /// O: failed for our or the platform's fault.
    pub other: u64,
    /// U: reachable calls without a start request (AAPOR's UH + UO).
    pub unknown: u64,
}

impl Outcomes {
    /// Interviews that were offered: all but the unknown.
    pub fn offered(&self) -> u64 {
        self.complete + self.partial + self.refused + self.no_contact + self.other
    }

    /// All cases of the rates, offered and unknown.
    pub fn cases(&self) -> u64 {
        self.offered() + self.unknown
    }

    fn answered(&self) -> u64 {
        self.complete + self.partial
    }
}

/// How many calls of the unit the call records cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Calls with a call record.
    pub recorded: u64,
    /// Calls that are known to have been.
    pub calls: u64,
}

/// The share of calls that records must cover before a rate over all calls is given.
pub const MIN_COVERAGE: f64 = 0.95;

impl Coverage {
    /// Whether at least 95 % of the calls have a record. Without any call nothing is covered.
    pub fn enough(&self) -> bool {
        // In whole numbers, so that 95 of 100 is enough on every machine.
        self.calls > 0 && u128::from(self.recorded) * 100 >= u128::from(self.calls) * 95
    }
}

/// (I + P) / offered: of those who heard the first words, who answered. Always known.
///
/// When not to use: as a response rate; calls that were never offered are not in it.
pub fn answer_rate(outcomes: &Outcomes) -> Option<Share> {
    share(outcomes.answered(), outcomes.offered())
}

/// AAPOR's RR1, the least response rate: I / ((I + P) + (R + NC + O) + U). `None` also where the
/// records do not cover enough calls, since U is unknown then.
///
/// When not to use: to compare centres that count partial interviews differently; say which rate it
/// is.
pub fn rr1(outcomes: &Outcomes, coverage: &Coverage) -> Option<Share> {
    share(outcomes.complete, outcomes.cases()).filter(|_| coverage.enough())
}

/// AAPOR's RR2, the response rate: (I + P) / ((I + P) + (R + NC + O) + U). `None` also where the
/// records do not cover enough calls, since U is unknown then.
///
/// When not to use: beside another centre's RR1, RR3 or RR5, which have other numerators or
/// denominators.
pub fn rr2(outcomes: &Outcomes, coverage: &Coverage) -> Option<Share> {
    share(outcomes.answered(), outcomes.cases()).filter(|_| coverage.enough())
}

/// AAPOR's COOP2, the cooperation rate: (I + P) / ((I + P) + R + O), of those who were contacted.
///
/// When not to use: as a response rate: who was never reached is not in it.
pub fn coop2(outcomes: &Outcomes) -> Option<Share> {
    share(outcomes.answered(), outcomes.answered() + outcomes.refused + outcomes.other)
}

/// AAPOR's REF1, the refusal rate: R / ((I + P) + (R + NC + O) + U). `None` also where the
/// records do not cover enough calls.
///
/// When not to use: for the share of those who were asked; calls that nobody reached count here too.
pub fn ref1(outcomes: &Outcomes, coverage: &Coverage) -> Option<Share> {
    share(outcomes.refused, outcomes.cases()).filter(|_| coverage.enough())
}

/// Offered out of reachable calls. `None` also where the records do not cover enough calls.
///
/// When not to use: with sampled-out calls among the reachable; who was left out on purpose is in
/// no rate.
pub fn reach(offered: u64, reachable: u64, coverage: &Coverage) -> Option<Share> {
    share(offered, reachable).filter(|_| coverage.enough())
}

/// How one question was met by those who heard it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Answered.
    pub answered: u64,
    /// Skipped by key.
    pub skipped: u64,
    /// Met with silence until the end of its turns.
    pub no_input: u64,
    /// Met with keys that it does not have, until the end of its turns.
    pub no_match: u64,
}

/// Item response: answered / (answered + skipped + no input + no match). Questions that did not
/// apply are in neither.
///
/// When not to use: for the last question heard by callers who hung up: it is silence here, and
/// belongs to the break-offs.
pub fn item_response(item: &Item) -> Option<Share> {
    let Item { answered, skipped, no_input, no_match } = *item;
    share(answered, answered + skipped + no_input + no_match)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    const OUTCOMES: Outcomes =
        Outcomes { complete: 88, partial: 5, refused: 9, no_contact: 15, other: 3, unknown: 0 };
    const ALL: Coverage = Coverage { recorded: 120, calls: 120 };

    #[test]
    fn the_worked_example() {
        let score = |share: Option<Share>| share.expect("cases").score;
        near(score(rr1(&OUTCOMES, &ALL)), 0.733_333_3, 5e-8);
        let rr2 = rr2(&OUTCOMES, &ALL).expect("cases");
        near(rr2.score, 0.775, 1e-15);
        near(rr2.interval.low, 0.692_431_005, 5e-10);
        near(rr2.interval.high, 0.840_508_453, 5e-10);
        near(score(coop2(&OUTCOMES)), 0.885_714_3, 5e-8);
        near(score(ref1(&OUTCOMES, &ALL)), 0.075, 1e-15);
        near(score(answer_rate(&OUTCOMES)), 0.775, 1e-15);
    }

    #[test]
    fn the_unknown_lower_the_response_rate_only() {
        let more = Outcomes { unknown: 30, ..OUTCOMES };
        near(rr2(&more, &ALL).expect("cases").score, 93.0 / 150.0, 1e-15);
        assert_eq!(answer_rate(&more), answer_rate(&OUTCOMES));
        assert_eq!(coop2(&more), coop2(&OUTCOMES));
    }

    #[test]
    fn rates_over_all_calls_need_records_of_95_in_100() {
        let few = Coverage { recorded: 94, calls: 100 };
        assert_eq!((rr1(&OUTCOMES, &few), rr2(&OUTCOMES, &few)), (None, None));
        assert_eq!((ref1(&OUTCOMES, &few), reach(80, 100, &few)), (None, None));
        let enough = Coverage { recorded: 95, calls: 100 };
        assert!(enough.enough());
        near(reach(80, 100, &enough).expect("calls").score, 0.8, 1e-15);
        assert!(!Coverage { recorded: 0, calls: 0 }.enough());
    }

    #[test]
    fn an_item_that_nobody_heard_has_no_rate() {
        let item = Item { answered: 90, skipped: 4, no_input: 5, no_match: 1 };
        near(item_response(&item).expect("heard").score, 0.9, 1e-15);
        assert_eq!(item_response(&Item::default()), None);
    }
}
