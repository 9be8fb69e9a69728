//! What one answer counts for, and what follows from it: margins, sample sizes, moments.
//!
//! A share is the mean of 0 and 1, the net promoter score the mean of −100, 0 and 100, a mean the
//! mean of the keys. So whatever compares agents works on the moments of such values and is
//! written once.

use super::{MIN_N, MIN_N_NPS, double};

/// Which end of a scale is the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Good {
    /// High values are good, such as 5 of 5 for satisfaction.
    High,
    /// Low values are good, such as 1 for "no effort".
    Low,
}

/// How keys become the value that is averaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// 1 for the keys that count as satisfied, 0 for all others. A high share is good, also
    /// where low keys are the good ones: the keys named here say which are good.
    Share {
        /// The keys that count as satisfied.
        satisfied: Vec<u8>,
    },
    /// 100 for the keys 9 and 10, 0 for 7 and 8, −100 for 0 to 6.
    Nps,
    /// The key itself.
    Mean {
        /// The lowest key of the scale.
        lowest: u8,
        /// The highest key of the scale.
        highest: u8,
        /// The good end.
        good: Good,
    },
}

impl Measure {
    /// What a key counts for; `None` for a key that the scale does not have.
    pub fn value(&self, key: u8) -> Option<f64> {
        match self {
            Measure::Share { satisfied } => Some(if satisfied.contains(&key) { 1.0 } else { 0.0 }),
            Measure::Nps => match key {
                0..=6 => Some(-100.0),
                7..=8 => Some(0.0),
                9..=10 => Some(100.0),
                _ => None,
            },
            Measure::Mean { lowest, highest, .. } => {
                (*lowest..=*highest).contains(&key).then(|| f64::from(key))
            }
        }
    }

    /// The moments of counts by key. Keys that the scale does not have are left out.
    ///
    /// When not to use: with weights; counts are whole answers.
    pub fn moments(&self, counts: &[(u8, u64)]) -> Moments {
        let mut moments = Moments::default();
        for &(key, n) in counts {
            if let Some(value) = self.value(key) {
                moments.n += n;
                moments.sum += double(n) * value;
                moments.squares += double(n) * value * value;
            }
        }
        moments
    }

    /// The least difference worth a word: 0.03 of a share, 6 points of the net promoter score,
    /// a fortieth of a scale's width (0.1 on a scale from 1 to 5).
    ///
    /// When not to use: as a bound of chance: it says what matters, not what is sure.
    pub fn margin(&self) -> f64 {
        match self {
            Measure::Share { .. } => 0.03,
            Measure::Nps => 6.0,
            Measure::Mean { lowest, highest, .. } => 0.025 * f64::from(highest.abs_diff(*lowest)),
        }
    }

    /// How far one answer moves the sum at least: 1, for the net promoter score 100.
    pub fn step(&self) -> f64 {
        match self {
            Measure::Nps => 100.0,
            Measure::Share { .. } | Measure::Mean { .. } => 1.0,
        }
    }

    /// Answers that an agent needs before it is judged.
    pub fn min_n(&self) -> u64 {
        match self {
            Measure::Nps => MIN_N_NPS,
            Measure::Share { .. } | Measure::Mean { .. } => MIN_N,
        }
    }

    /// The good end of the figure itself (a share counts good answers, so it is always high).
    pub fn good(&self) -> Good {
        match self {
            Measure::Mean { good, .. } => *good,
            Measure::Share { .. } | Measure::Nps => Good::High,
        }
    }

    /// The variance of one answer: p(1 − p) for shares, the like for the net promoter score, the
    /// sample variance (n − 1) for means. 0 where nothing is known of the spread.
    pub fn variance(&self, moments: &Moments) -> f64 {
        match self {
            Measure::Mean { .. } => moments.sample_variance().unwrap_or(0.0),
            Measure::Share { .. } | Measure::Nps => moments.variance().unwrap_or(0.0),
        }
    }
}

/// Number, sum and sum of squares of values: what can be added, and taken away again, exactly as
/// long as the values are whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many values.
    pub n: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
}

impl Moments {
    /// The moments of values given one by one.
    pub fn of(values: &[f64]) -> Moments {
        values.iter().fold(Moments::default(), |mut all, &value| {
            all.n += 1;
            all.sum += value;
            all.squares += value * value;
            all
        })
    }

    /// The mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / double(self.n))
    }

    /// The mean squared distance from the mean (divided by n); `None` without values.
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        // Rounding may leave a trace below zero.
        Some((self.squares / double(self.n) - mean * mean).max(0.0))
    }

    /// The sample variance (divided by n − 1); `None` below two values.
    ///
    /// When not to use: for values far from zero against their spread, such as times of day; the
    /// difference of two large sums loses the digits. Keys and scores are safe.
    pub fn sample_variance(&self) -> Option<f64> {
        let n = double(self.n);
        (self.n > 1).then(|| (self.squares - self.sum * self.sum / n).max(0.0) / (n - 1.0))
    }

    /// Adds the values of another.
    pub fn add(&mut self, other: &Moments) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// What is left without values that were added before.
    pub fn without(&self, part: &Moments) -> Moments {
        Moments {
            n: self.n.saturating_sub(part.n),
            sum: self.sum - part.sum,
            squares: (self.squares - part.squares).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    const FIVE: Measure = Measure::Mean { lowest: 1, highest: 5, good: Good::High };

    #[test]
    fn one_kind_of_moments_serves_all_three() {
        let share = Measure::Share { satisfied: vec![4, 5] };
        let counts = [(1, 3), (2, 4), (3, 8), (4, 30), (5, 50)];
        let moments = share.moments(&counts);
        assert_eq!((moments.n, moments.sum), (95, 80.0));
        let p = 80.0 / 95.0;
        near(share.variance(&moments), p * (1.0 - p), 1e-15);

        let moments = FIVE.moments(&counts);
        let one = super::super::mean::mean(&counts).expect("answers");
        near(moments.mean().expect("answers"), one.mean, 1e-15);
        near(FIVE.variance(&moments).sqrt(), one.deviation.expect("two answers"), 1e-13);

        let nps = Measure::Nps.moments(&[(10, 48), (8, 28), (3, 12)]);
        near(nps.mean().expect("answers"), 40.909_090_909_090_914, 1e-13);
    }

    #[test]
    fn keys_outside_the_scale_do_not_count() {
        assert_eq!(FIVE.moments(&[(0, 7), (6, 9)]).n, 0);
        assert_eq!(Measure::Nps.moments(&[(11, 7)]).n, 0);
    }

    #[test]
    fn margins_follow_the_width_of_the_scale() {
        near(FIVE.margin(), 0.1, 1e-15);
        near(Measure::Mean { lowest: 0, highest: 10, good: Good::High }.margin(), 0.25, 1e-15);
        near(Measure::Share { satisfied: vec![] }.margin(), 0.03, 0.0);
        near(Measure::Nps.margin(), 6.0, 0.0);
        assert_eq!((FIVE.min_n(), Measure::Nps.min_n()), (20, 40));
    }

    #[test]
    fn what_was_added_can_be_taken_away() {
        let (one, other) = (Moments::of(&[1.0, 5.0, 4.0]), Moments::of(&[2.0, 2.0]));
        let mut all = one;
        all.add(&other);
        assert_eq!(all.without(&other), one);
        assert_eq!(Moments::default().mean(), None);
        assert_eq!(Moments::of(&[3.0]).sample_variance(), None);
    }
}
