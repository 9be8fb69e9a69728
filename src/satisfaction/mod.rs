//! WHAT THE ANSWERS MEAN: pure statistics over tallies. Knows no store, clock or web.
//!
//! Everything here is a function of counts and gives unrounded doubles; pages round. All
//! intervals are two-sided 95 % intervals. There is no finite-population correction: the answers
//! are taken as a sample of what the agent's callers would say, also where all of them answered.

pub mod mean;
pub mod nps;
pub mod share;

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

/// A count as a double. Exact up to 2^53, more answers than there will ever be calls.
fn double(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
pub(crate) fn near(got: f64, wanted: f64, within: f64) {
    assert!((got - wanted).abs() <= within, "got {got}, wanted {wanted} within {within}");
}
