//! Solved at the first contact: what callers said beside whether they called again. For the
//! centre, a team or a queue, never for one agent, and in no verdict.

use serde::Serialize;

use super::agents::Rate;
use super::gathered::count;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::resolution::{AskedAndObserved, resolution};
use crate::store::observed::{DAYS, MOST_CALLS, MOST_READ, SaidAndSeen, Seen};
use crate::survey::{Kind, Survey};

/// The measure whose question asks whether the matter is settled.
const MEASURE: &str = "fcr";

/// Numbers with more calls than this in 30 days are left out.
pub const OFTEN: u64 = MOST_CALLS.unsigned_abs();
/// Most interviews that are read.
pub const MOST_INTERVIEWS: u64 = MOST_READ.unsigned_abs();

/// Asked beside observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ResolutionReport {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// Whether it is switched on.
    pub on: bool,
    /// Days in which a further call counts.
    pub days: u64,
    /// Contacts in the table.
    pub n: u64,
    /// Who said that it is settled.
    pub yes: Said,
    /// Who said that it is not.
    pub no: Said,
    /// Settled as callers say.
    pub asked: Option<Rate>,
    /// Settled as no further call says.
    pub observed: Option<Rate>,
    /// Contacts where both say the same.
    pub agreement: Option<Rate>,
    /// Cohen's κ.
    pub kappa: Option<f64>,
    /// Asked less observed.
    pub difference: Option<Apart>,
    /// Of those who said settled, who called again.
    pub repeats_of_yes: Option<Rate>,
    /// Of those who said not settled, who called again.
    pub repeats_of_no: Option<Rate>,
    /// Left out: we called back.
    pub called_back: u64,
    /// Left out: a number with many calls.
    pub often: u64,
    /// Left out: nothing to find a further call by.
    pub unknown: u64,
    /// Left out: not old enough yet, or nobody looked.
    pub young: u64,
    /// Whether only the newest interviews were read.
    pub cut: bool,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Did not call again.
    pub quiet: u64,
    /// Called again.
    pub repeat: u64,
}

/// A difference of shares with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Apart {
    /// The difference.
    pub difference: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl ResolutionReport {
    /// Adds interviews of a question whose settled answer is that value.
    fn add(&mut self, settled: i64, rows: &[SaidAndSeen]) {
        for row in rows {
            let Some(said) = row.said.filter(|said| *said >= 0) else { continue };
            let n = count(row.n);
            let of = if said == settled { &mut self.yes } else { &mut self.no };
            match row.seen {
                Some(Seen::Quiet) => of.quiet += n,
                Some(Seen::Repeat) => of.repeat += n,
                Some(Seen::CalledBack) => self.called_back += n,
                Some(Seen::Often) => self.often += n,
                Some(Seen::Unknown) => self.unknown += n,
                None => self.young += n,
            }
        }
    }

    /// The figures of the table.
    fn settle(&mut self) {
        let (yes, no) = (self.yes, self.no);
        self.n = yes.quiet + yes.repeat + no.quiet + no.repeat;
        let table = AskedAndObserved {
            yes_quiet: yes.quiet,
            yes_repeat: yes.repeat,
            no_quiet: no.quiet,
            no_repeat: no.repeat,
        };
        let Some(found) = resolution(&table) else { return };
        self.asked = Some(found.asked.into());
        self.observed = Some(found.observed.into());
        self.agreement = Some(found.agreement.into());
        self.kappa = found.kappa;
        let apart = found.difference;
        let (low, high) = (apart.interval.low, apart.interval.high);
        self.difference = Some(Apart { difference: apart.difference, low, high });
        self.repeats_of_yes = found.repeats_of_yes.map(Rate::from);
        self.repeats_of_no = found.repeats_of_no.map(Rate::from);
    }
}

/// The place of the question that asks whether the matter is settled, and the value that says so.
fn settled_in(survey: &Survey) -> Option<(i64, i64)> {
    survey.questions.iter().zip(0_i64..).find_map(|(question, at)| match question.kind {
        Kind::YesNo { good } if question.measure == MEASURE => Some((at, i64::from(good))),
        _ => None,
    })
}

impl Reports {
    /// Asked beside observed resolution of a view; all zero where it is not switched `on`.
    ///
    /// # Errors
    /// If the filter names what is not known here, or one agent, or the store does not answer.
    pub async fn resolution(
        &self,
        filter: &Filter,
        viewer: &Viewer,
        on: bool,
    ) -> Result<ResolutionReport, ReportError> {
        viewer.reads()?;
        if filter.agent.is_some() {
            let sentence = "whether callers called again is for a team or a queue: it says \
                            nothing of one agent";
            return Err(ReportError::asked("resolution_of_one", sentence));
        }
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        super::anonymous::no(&cuts, "callers who are known again")?;
        let mut report = ResolutionReport {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            time_zone: self.time_zone().to_owned(),
            days: DAYS.unsigned_abs(),
            on,
            ..ResolutionReport::default()
        };
        if !on {
            return Ok(report);
        }
        let mut read = 0;
        for asked in directory.surveys.iter().rev() {
            let Some((question, settled)) = settled_in(&asked.survey) else { continue };
            for cut in &cuts {
                if read >= MOST_READ {
                    report.cut = true;
                    break;
                }
                let version = asked.survey.version;
                let rows = self.store.said_and_seen(cut, version, question).await?;
                let here: i64 = rows.iter().map(|row| row.n).sum();
                read += here;
                report.cut |= here >= MOST_READ;
                report.add(settled, &rows);
            }
        }
        report.settle();
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted_apart() {
        let row = |said, seen, n| SaidAndSeen { said: Some(said), seen, n };
        let mut report = ResolutionReport::default();
        // Here the good answer is no.
        report.add(
            0,
            &[
                row(0, Some(Seen::Quiet), 7),
                row(0, Some(Seen::Repeat), 1),
                row(1, Some(Seen::Repeat), 2),
                row(1, Some(Seen::CalledBack), 3),
                row(0, Some(Seen::Often), 4),
                row(0, Some(Seen::Unknown), 5),
                row(0, None, 6),
                row(-1, Some(Seen::Quiet), 100),
                SaidAndSeen { said: None, seen: Some(Seen::Quiet), n: 100 },
            ],
        );
        report.settle();
        assert_eq!(report.n, 10);
        assert_eq!((report.yes, report.no.repeat), (Said { quiet: 7, repeat: 1 }, 2));
        let left_out = (report.called_back, report.often, report.unknown, report.young);
        assert_eq!(left_out, (3, 4, 5, 6));
        assert_eq!(report.asked.map(|rate| rate.score), Some(0.8));
        assert_eq!(report.observed.map(|rate| rate.score), Some(0.7));
    }
}
