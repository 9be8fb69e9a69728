//! WHAT THE ANSWERS MEAN: pure statistics over tallies. Knows no store, clock or web.
//!
//! Everything here is a function of counts and gives unrounded doubles; pages round. All
//! intervals are two-sided 95 % intervals. There is no finite-population correction: the answers
//! are taken as a sample of what the agent's callers would say, also where all of them answered.
//! Randomness is a seed that the caller passes: the same input gives the same output.
//!
//! Where to look:
//!
//! - one figure: [`share`], [`mean`], [`nps`], [`rates`], [`comparison`], [`emotion`],
//!   [`resolution`], [`gap`], [`stratified`];
//! - two figures: [`difference`] (with the one rule for "changed"), [`coaching`], [`target`],
//!   [`review`];
//! - the one verdict on agents: [`verdict`], made of [`expected`], [`shrinkage`],
//!   [`discoveries`] and [`ranks`];
//! - plots: [`funnel`], [`control`];
//! - what goes together with satisfaction: [`drivers`], made of [`correlation`],
//!   [`importance`] and [`symmetric`];
//! - whether the figures can be trusted: [`fairness`], [`response_error`];
//! - what may be shown of anonymous surveys: [`anonymous`].

pub mod anonymous;
pub mod coaching;
pub mod comparison;
pub mod control;
pub mod correlation;
pub mod difference;
pub mod discoveries;
pub mod drivers;
pub mod emotion;
pub mod expected;
pub mod fairness;
pub mod funnel;
pub mod gap;
pub mod importance;
pub mod mean;
pub mod measure;
pub mod normal;
pub mod nps;
pub mod quantile;
pub mod ranks;
pub mod rates;
pub mod resolution;
pub mod response_error;
pub mod review;
pub mod share;
pub mod shrinkage;
pub mod stratified;
pub mod studentised_range;
pub mod symmetric;
pub mod target;
pub mod verdict;

#[cfg(test)]
mod recomputed;
#[cfg(test)]
mod simulated_centre;

/// The upper 2.5 % point of the standard normal distribution: all intervals are 95 % ones.
pub const Z: f64 = 1.959_963_984_540_054;

/// The confidence of every interval, as a fraction.
pub const CONFIDENCE: f64 = 0.95;

/// Answers that an agent needs in one measure before pages show a score.
pub const MIN_N: u64 = 20;

/// As [`MIN_N`], for the net promoter score, whose interval is wider.
pub const MIN_N_NPS: u64 = 40;

/// Two ends, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies within, ends included.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A count as a double. Exact up to 2^53, more answers than there will ever be calls.
fn double(n: u64) -> f64 {
    n as f64
}

/// As [`double`], for lengths.
fn length(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
pub(crate) fn near(got: f64, wanted: f64, within: f64) {
    assert!((got - wanted).abs() <= within, "got {got}, wanted {wanted} within {within}");
}
