//! Totals over strata that were asked at different rates, and answers that are not independent.

use super::share::{Share, wilson};
use super::{Interval, double};

/// One stratum: calls of one agent, queue and day, all asked at one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// N_h: calls that the stratum stands for, asked or not.
    pub calls: u64,
    /// n_h: answers.
    pub answers: u64,
    /// ȳ_h: their mean; for a share the share.
    pub mean: f64,
    /// s_h²: the variance of one answer (n − 1); for a share p(1 − p)·n/(n − 1).
    pub variance: f64,
}

impl Stratum {
    /// A stratum of yes and no. Hits beyond the answers count as answers.
    pub fn of_share(calls: u64, hits: u64, answers: u64) -> Stratum {
        let n = double(answers);
        let p = if answers > 0 { double(hits.min(answers)) / n } else { 0.0 };
        let variance = if answers > 1 { p * (1.0 - p) * n / (n - 1.0) } else { 0.0 };
        Stratum { calls, answers, mean: p, variance }
    }

    /// Both together, as if they had been one stratum from the first.
    fn with(&self, other: &Stratum) -> Stratum {
        let (a, b) = (double(self.answers), double(other.answers));
        let answers = self.answers + other.answers;
        let n = double(answers);
        let mean = if answers > 0 { (a * self.mean + b * other.mean) / n } else { 0.0 };
        let squares = |stratum: &Stratum, n: f64| {
            (n - 1.0).max(0.0) * stratum.variance + n * (stratum.mean - mean).powi(2)
        };
        let variance =
            if answers > 1 { (squares(self, a) + squares(other, b)) / (n - 1.0) } else { 0.0 };
        Stratum { calls: self.calls + other.calls, answers, mean, variance }
    }
}

/// A weighted mean over strata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Answers counted.
    pub n: u64,
    /// Calls that they stand for.
    pub calls: u64,
    /// Σ W_h·ȳ_h with W_h = N_h/N.
    pub mean: f64,
    /// Σ W_h²·s_h²/n_h.
    pub variance: f64,
    /// Kish's effective sample size of the weights alone, 1/Σ(W_h²/n_h) (1965, Survey Sampling,
    /// section 11.7).
    pub n_of_weights: f64,
}

/// The stratified mean (Lohr 2019, Sampling: Design and Analysis, section 3.2), without finite
/// population correction. A stratum with fewer than two answers has no variance of its own and is
/// collapsed into the next one (the last into the one before), so pass them in an order in which
/// neighbours are alike (Cochran 1977, Sampling Techniques, section 5A.12). `None` where there are
/// fewer than two answers.
///
/// When not to use: for one agent's own score where its calls were asked at one rate; and where the
/// rate was changed after hearing the answers.
pub fn stratified(strata: &[Stratum]) -> Option<Total> {
    let mut collapsed: Vec<Stratum> = Vec::new();
    let mut open: Option<Stratum> = None;
    for stratum in strata {
        let stratum = open.take().map_or(*stratum, |before| before.with(stratum));
        match stratum.answers > 1 {
            true => collapsed.push(stratum),
            false => open = Some(stratum),
        }
    }
    if let Some(rest) = open {
        let last = collapsed.pop()?;
        collapsed.push(last.with(&rest));
    }
    let calls: u64 = collapsed.iter().map(|stratum| stratum.calls).sum();
    let sum = |f: &dyn Fn(f64, &Stratum) -> f64| -> f64 {
        collapsed.iter().map(|stratum| f(double(stratum.calls) / double(calls), stratum)).sum()
    };
    (calls > 0).then(|| Total {
        n: collapsed.iter().map(|stratum| stratum.answers).sum(),
        calls,
        mean: sum(&|weight, stratum| weight * stratum.mean),
        variance: sum(&|w, stratum| w * w * stratum.variance / double(stratum.answers)),
        n_of_weights: 1.0 / sum(&|w, stratum| w * w / double(stratum.answers)),
    })
}

/// A share over strata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratifiedShare {
    /// Answers counted.
    pub n: u64,
    /// How many independent answers to one question at one rate would say as much.
    pub n_eff: f64,
    /// The weighted share, 0 to 1.
    pub score: f64,
    /// Wilson's interval with n_eff.
    pub interval: Interval,
}

/// The share of a total over strata, from [`Stratum::of_share`]: `n_eff = p(1 − p)/Var` in Wilson's
/// interval (Korn and Graubard 1998, Survey Methodology 24:193). Where all answers of every stratum
/// are equal, n_eff is that of the weights. `None` as [`stratified`].
///
/// When not to use: with a handful of answers in each of many strata; n_eff is then itself
/// uncertain.
pub fn stratified_share(strata: &[Stratum]) -> Option<StratifiedShare> {
    let total = stratified(strata)?;
    let score = total.mean.clamp(0.0, 1.0);
    let spread = score * (1.0 - score);
    let n_eff = if total.variance > 0.0 { spread / total.variance } else { total.n_of_weights };
    Some(StratifiedShare { n: total.n, n_eff, score, interval: wilson(score, n_eff) })
}

/// The correlation within one caller's answers that is assumed.
pub const WITHIN_CALLER: f64 = 0.2;

/// The effective sample size of answers of which some come from the same callers, or `None` where
/// it need not be said: only where more than a tenth of the answers come from callers with two or
/// more. `n_eff = n/(1 + (m̄ − 1)·0.2)`, m̄ being answers per caller (Kish 1965, Survey Sampling,
/// section 5.4). `repeated` counts the answers of callers with two or more.
///
/// When not to use: where one caller gives most answers; m̄ then hides it.
pub fn n_of_callers(answers: u64, callers: u64, repeated: u64) -> Option<f64> {
    if callers == 0 || repeated * 10 <= answers {
        return None;
    }
    let each = double(answers) / double(callers);
    Some(double(answers) / (1.0 + (each - 1.0).max(0.0) * WITHIN_CALLER))
}

/// A share with the interval of fewer, independent answers ([`n_of_callers`]).
///
/// When not to use: beside a verdict, which takes answers as independent.
pub fn share_of_callers(share: &Share, n_eff: f64) -> Interval {
    wilson(share.score, n_eff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn farms_of_the_census() {
        // Lohr, Sampling, agstrat: acres of farms in four regions. The book corrects for the
        // finite population, which is put into s² here.
        let regions = [
            (1_054, 103, 300_504.16, 29_618_183_543.0),
            (220, 21, 97_629.81, 7_647_472_708.0),
            (1_382, 135, 211_315.04, 53_587_487_856.0),
            (422, 41, 662_295.51, 396_185_950_266.0),
        ];
        let strata = regions.map(|(calls, answers, mean, variance)| {
            let left = 1.0 - answers as f64 / calls as f64;
            Stratum { calls, answers, mean, variance: left * variance }
        });
        let total = stratified(&strata).expect("answers");
        let calls = total.calls as f64;
        near(calls * total.mean, 909_736_035.0, 3_000.0);
        near(calls * total.variance.sqrt(), 50_417_248.0, 5.0);
    }

    #[test]
    fn the_worked_example() {
        let strata = [Stratum::of_share(1_000, 45, 50), Stratum::of_share(200, 60, 100)];
        let got = stratified_share(&strata).expect("answers");
        near(got.score, 0.85, 1e-15);
        near(stratified(&strata).expect("answers").variance, 0.001_342_850_27, 5e-12);
        near(got.n_eff, 94.947_294, 5e-7);
        near(got.interval.low, 0.764_674_331, 5e-10);
        near(got.interval.high, 0.908_105_757, 5e-10);
    }

    #[test]
    fn strata_of_one_answer_are_collapsed() {
        let one = Stratum::of_share(10, 1, 1);
        let other = Stratum::of_share(30, 0, 1);
        let both = Stratum::of_share(40, 1, 2);
        let rest = Stratum::of_share(60, 20, 30);
        assert_eq!(stratified(&[one, other, rest]), stratified(&[both, rest]));
        let last = stratified(&[rest, one]).expect("answers");
        near(last.mean, 21.0 / 31.0, 1e-15);
        assert_eq!(last.calls, 70);
        // A stratum that nobody answered for still stands for its calls.
        let silent = stratified(&[Stratum::of_share(50, 0, 0), rest]).expect("answers");
        assert_eq!(silent.calls, 110);
        assert_eq!(stratified(&[one]), None);
        assert_eq!(stratified(&[]), None);
    }

    #[test]
    fn all_satisfied_everywhere_is_not_certain() {
        let strata = [Stratum::of_share(100, 20, 20), Stratum::of_share(100, 20, 20)];
        let got = stratified_share(&strata).expect("answers");
        near(got.n_eff, 40.0, 1e-12);
        assert_eq!((got.score, got.interval.high), (1.0, 1.0));
        assert!(got.interval.low < 0.92);
    }

    #[test]
    fn callers_who_answer_twice_say_less() {
        assert_eq!(n_of_callers(100, 95, 10), None);
        near(n_of_callers(120, 100, 30).expect("more than a tenth"), 120.0 / 1.04, 1e-12);
        assert_eq!(n_of_callers(0, 0, 0), None);
        let share = crate::satisfaction::share::share(60, 100).expect("answers");
        let wider = share_of_callers(&share, 80.0);
        assert!(wider.low < share.interval.low && share.interval.high < wider.high);
    }

    proptest! {
        #[test]
        fn equal_rates_need_no_weights(parts in proptest::collection::vec((0u64..20, 0u64..20), 1..8)) {
            let strata: Vec<Stratum> = parts.iter().map(|&(hits, more)| Stratum::of_share(3 * (hits + more), hits, hits + more)).collect();
            let (hits, n) = parts.iter().fold((0, 0), |(h, n), (hits, more)| (h + hits, n + hits + more));
            if let Some(got) = stratified_share(&strata) {
                prop_assert!((got.score - hits as f64 / n as f64).abs() < 1e-9);
                prop_assert!(got.interval.low <= got.score && got.score <= got.interval.high);
                prop_assert_eq!(got.n, n);
            }
        }
    }
}
