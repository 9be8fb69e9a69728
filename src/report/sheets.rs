//! The answers of single interviews, for what needs two of one interview.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{ReportError, Reports};
use crate::store::report::{Cut, MOST_SHEETS};
use crate::survey::Version;

/// The values that one interview answered with, by the question's index.
pub(super) type Sheet = BTreeMap<usize, u8>;

impl Reports {
    /// The newest interviews of a version, and whether there are more.
    pub(super) async fn sheets_of(
        &self,
        cuts: &[Cut],
        version: Version,
    ) -> Result<(Vec<Sheet>, bool), ReportError> {
        let mut sheets: BTreeMap<Uuid, Sheet> = BTreeMap::new();
        let mut cut_off = false;
        for cut in cuts {
            let mut own = BTreeSet::new();
            for answer in self.store.sheets(cut, version).await? {
                own.insert(answer.interview);
                let place = (usize::try_from(answer.question), u8::try_from(answer.outcome));
                if let (Ok(question), Ok(value)) = place {
                    sheets.entry(answer.interview).or_default().insert(question, value);
                }
            }
            cut_off |= own.len() as i64 >= MOST_SHEETS;
        }
        Ok((sheets.into_values().collect(), cut_off))
    }
}
