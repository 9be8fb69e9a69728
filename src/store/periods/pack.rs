//! Counts of many units in bytes.
//!
//! A body holds its units one after another, by agent, team and queue: the agent as the difference
//! to the one before, team, queue, how many bytes of answers follow and these, how many bytes of
//! stages and these. An answer is question, outcome, count, and how many of it are marked as
//! outside the agent's control; a stage is its place in [`STAGES`] and count. All are whole numbers
//! of seven bits a byte, the lowest first, the sign in the lowest bit.

use std::collections::BTreeMap;

use super::super::StoreError;
use super::super::tally::{NOT_LINKED, RECORDED, SAMPLED_OUT};
use super::super::unasked::{LEFT_OUT, UNASKED};

/// The stages of the funnel by their number in a body. New ones come at the end.
pub(crate) const STAGES: [&str; 15] = [
    "handed_over",
    "offered",
    "started",
    NOT_LINKED,
    "complete",
    "partial",
    "break_off",
    "refusal",
    "no_contact",
    "failed",
    "ineligible",
    RECORDED,
    UNASKED,
    LEFT_OUT,
    SAMPLED_OUT,
];

/// The number of a stage.
pub(crate) fn stage_number(word: &str) -> Result<usize, StoreError> {
    STAGES
        .iter()
        .position(|stage| *stage == word)
        .ok_or_else(|| StoreError::Corrupt(format!("\"{word}\" is not a stage of the funnel")))
}

/// Agent, team and queue; 0 is none.
pub(crate) type Who = (i64, i64, i64);

/// What one unit counts for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Raw and reviewed, by question and outcome.
    pub answers: BTreeMap<(i64, i64), (i64, i64)>,
    /// By the number of the stage.
    pub stages: BTreeMap<usize, i64>,
}

/// Units and what they count for.
pub(crate) type Units = BTreeMap<Who, Counted>;

fn put(body: &mut Vec<u8>, value: i64) {
    // The sign goes to the lowest bit, so that small numbers of either sign are short.
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        body.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    body.push(rest as u8);
}

/// The body of those units; empty if they count for nothing.
pub(crate) fn write(units: &Units) -> Vec<u8> {
    let mut body = Vec::new();
    let mut before = 0;
    let mut part = Vec::new();
    for ((agent, team, queue), counted) in units {
        let answers = counted.answers.iter().filter(|(_, n)| **n != (0, 0));
        let stages = counted.stages.iter().filter(|(_, n)| **n != 0);
        if answers.clone().count() + stages.clone().count() == 0 {
            continue;
        }
        put(&mut body, agent - before);
        before = *agent;
        put(&mut body, *team);
        put(&mut body, *queue);
        part.clear();
        for ((question, outcome), (raw, reviewed)) in answers {
            for value in [*question, *outcome, *raw, raw - reviewed] {
                put(&mut part, value);
            }
        }
        put(&mut body, part.len().cast_signed() as i64);
        body.append(&mut part);
        for (stage, n) in stages {
            put(&mut part, stage.cast_signed() as i64);
            put(&mut part, *n);
        }
        put(&mut body, part.len().cast_signed() as i64);
        body.append(&mut part);
    }
    body
}

/// Whatever reads a body, unit by unit.
pub(crate) trait Reader {
    /// A unit begins; whether its answers and its stages are wanted.
    fn unit(&mut self, who: Who) -> bool;
    /// Question, outcome, raw and reviewed count of the unit that began last.
    fn answer(&mut self, question: i64, outcome: i64, raw: i64, reviewed: i64);
    /// Number of the stage, below the length of [`STAGES`], and count of that unit.
    fn stage(&mut self, stage: usize, n: i64);
}

impl Reader for (&mut Units, Who) {
    fn unit(&mut self, who: Who) -> bool {
        self.1 = who;
        true
    }

    fn answer(&mut self, question: i64, outcome: i64, raw: i64, reviewed: i64) {
        let unit = self.0.entry(self.1).or_default();
        let n = unit.answers.entry((question, outcome)).or_default();
        *n = (n.0.saturating_add(raw), n.1.saturating_add(reviewed));
    }

    fn stage(&mut self, stage: usize, n: i64) {
        let sum = self.0.entry(self.1).or_default().stages.entry(stage).or_default();
        *sum = sum.saturating_add(n);
    }
}

/// The rest of a body.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn number(&mut self) -> Option<i64> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let mut value = u64::from(first & 0x7f);
        let (mut last, mut shift) = (*first, 7);
        while last & 0x80 != 0 {
            let (next, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(next & 0x7f).checked_shl(shift)?;
            (last, shift) = (*next, shift + 7);
        }
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// As many bytes as the next number says.
    fn part(&mut self) -> Option<Bytes<'a>> {
        let length = usize::try_from(self.number()?).ok()?;
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Bytes(part))
    }
}

/// Reads a body.
///
/// # Errors
/// If it is none that this program can read.
pub(crate) fn read(body: &[u8], reader: &mut impl Reader) -> Result<(), StoreError> {
    read_all(Bytes(body), reader)
        .ok_or_else(|| StoreError::Corrupt("packed counts; run aftercall recount".into()))
}

fn read_all(mut body: Bytes<'_>, reader: &mut impl Reader) -> Option<()> {
    let mut agent: i64 = 0;
    while !body.0.is_empty() {
        agent = agent.checked_add(body.number()?)?;
        let wanted = reader.unit((agent, body.number()?, body.number()?));
        let (mut answers, mut stages) = (body.part()?, body.part()?);
        if !wanted {
            continue;
        }
        while !answers.0.is_empty() {
            let (question, outcome) = (answers.number()?, answers.number()?);
            let (raw, outside) = (answers.number()?, answers.number()?);
            reader.answer(question, outcome, raw, raw.checked_sub(outside)?);
        }
        while !stages.0.is_empty() {
            let stage = usize::try_from(stages.number()?).ok().filter(|at| *at < STAGES.len())?;
            reader.stage(stage, stages.number()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interview::Disposition;

    #[test]
    fn every_disposition_has_a_number() {
        for disposition in Disposition::ALL {
            assert!(stage_number(disposition.word()).is_ok(), "{disposition:?}");
        }
        assert!(stage_number("asleep").is_err());
    }

    fn units() -> impl Strategy<Value = Units> {
        let n = prop_oneof![1..200_i64, any::<i32>().prop_map(i64::from)];
        let answers = prop::collection::btree_map(
            (0..9_i64, -5..12_i64),
            (n.clone(), n.clone()).prop_filter("counts for nothing", |n| *n != (0, 0)),
            0..6,
        );
        let stages =
            prop::collection::btree_map(0..STAGES.len(), n.prop_filter("none", |n| *n != 0), 1..4);
        let counted = (answers, stages).prop_map(|(answers, stages)| Counted { answers, stages });
        let who = (0..900_i64, 0..200_i64, 0..9_i64);
        prop::collection::btree_map(who, counted, 0..40)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(units in units()) {
            let mut again = Units::new();
            read(&write(&units), &mut (&mut again, (0, 0, 0))).expect("reads");
            prop_assert_eq!(again, units);
        }

        #[test]
        fn nothing_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut units = Units::new();
            let _ = read(&body, &mut (&mut units, (0, 0, 0)));
        }
    }
}
