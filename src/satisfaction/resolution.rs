//! Solved at the first contact: what callers said beside whether they called again.

use super::difference::{Difference, Pairs, paired_shares};
use super::share::{Share, share};

/// Contacts whose caller was asked and then observed, all of them long enough ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedAndObserved {
    /// Said yes, did not call again.
    pub yes_quiet: u64,
    /// Said yes, called again.
    pub yes_repeat: u64,
    /// Said no, did not call again.
    pub no_quiet: u64,
    /// Said no, called again.
    pub no_repeat: u64,
}

/// Asked against observed resolution of the same contacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Solved as callers say.
    pub asked: Share,
    /// Solved as no repeat call says.
    pub observed: Share,
    /// Contacts where both say the same.
    pub agreement: Share,
    /// Cohen's κ (1960, Educational and Psychological Measurement 20:37): agreement beyond chance,
    /// at most 1, 0 for chance; `None` where both columns or both rows are one.
    pub kappa: Option<f64>,
    /// Asked less observed, of the same contacts.
    pub difference: Difference,
    /// Of those who said yes, who called again.
    pub repeats_of_yes: Option<Share>,
    /// Of those who said no, who called again.
    pub repeats_of_no: Option<Share>,
}

/// The table's figures; `None` for an empty one.
///
/// When not to use: on an agent's verdict. Callers ring again about other things, from other
/// numbers, or not at all because they gave up. Only contacts older than the days of observation
/// belong into the table.
pub fn resolution(table: &AskedAndObserved) -> Option<Resolution> {
    let AskedAndObserved { yes_quiet, yes_repeat, no_quiet, no_repeat } = *table;
    let n = yes_quiet + yes_repeat + no_quiet + no_repeat;
    let (asked, observed) = (share(yes_quiet + yes_repeat, n)?, share(yes_quiet + no_quiet, n)?);
    let agreement = share(yes_quiet + no_repeat, n)?;
    let chance = asked.score * observed.score + (1.0 - asked.score) * (1.0 - observed.score);
    let varies = (1..n).contains(&asked.hits) || (1..n).contains(&observed.hits);
    let pairs = Pairs {
        both: yes_quiet,
        only_first: no_quiet,
        only_second: yes_repeat,
        neither: no_repeat,
    };
    Some(Resolution {
        asked,
        observed,
        agreement,
        kappa: varies.then(|| (agreement.score - chance) / (1.0 - chance)),
        difference: paired_shares(&pairs)?,
        repeats_of_yes: share(yes_repeat, yes_quiet + yes_repeat),
        repeats_of_no: share(no_repeat, no_quiet + no_repeat),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn the_table_by_hand() {
        let table = AskedAndObserved { yes_quiet: 70, yes_repeat: 10, no_quiet: 8, no_repeat: 12 };
        let got = resolution(&table).expect("contacts");
        near(got.asked.score, 0.8, 1e-15);
        near(got.observed.score, 0.78, 1e-15);
        near(got.agreement.score, 0.82, 1e-15);
        // (0.82 − (0.8·0.78 + 0.2·0.22)) / (1 − 0.668)
        near(got.kappa.expect("both vary"), 0.152 / 0.332, 1e-12);
        near(got.difference.difference, 0.02, 1e-15);
        near(got.repeats_of_yes.expect("some").score, 0.125, 1e-15);
        near(got.repeats_of_no.expect("some").score, 0.6, 1e-15);
    }

    #[test]
    fn empty_and_flat_tables() {
        assert_eq!(resolution(&AskedAndObserved::default()), None);
        let flat = AskedAndObserved { yes_quiet: 9, ..AskedAndObserved::default() };
        let got = resolution(&flat).expect("contacts");
        assert_eq!((got.kappa, got.repeats_of_no), (None, None));
    }
}
