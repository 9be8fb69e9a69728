//! Reports that are mailed by themselves: when each is due, and once for each period and mailbox.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::teller::parcel_id;
use crate::config::{Config, Every, ReportMail};
use crate::store::{Parcel, Way};

/// What a report's mail is made of; kept as the delivery's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// First day, local.
    pub(super) from: Date,
    /// Last day, included.
    pub(super) to: Date,
    /// Only of that team.
    pub(super) team: Option<String>,
    /// Only of that survey.
    pub(super) survey: Option<String>,
    /// ISO 639 code.
    pub(super) language: String,
}

/// When which report is due.
pub(super) struct Calendar {
    reports: Vec<ReportMail>,
    zone: TimeZone,
    /// Ids of parcels that stand in the store already. Only to save work.
    written: Arc<Mutex<BTreeSet<String>>>,
}

impl Calendar {
    pub(super) fn new(config: &Config) -> Self {
        let (reports, zone) = (config.report_mails.clone(), config.time_zone.clone());
        Self { reports, zone, written: Arc::default() }
    }

    /// A name for each report, by what it is about: the order in the settings does not matter.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.reports.iter().map(name).collect()
    }

    /// What is due at `now` and not known to be written down. `since` says from when on each
    /// report is wanted: periods that were due before are not sent.
    pub(super) fn due(&self, since: &BTreeMap<String, i64>, now: i64) -> Vec<Parcel> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parcels = Vec::new();
        for report in &self.reports {
            let Some((from, to, due_ms)) = last_period(report, &self.zone, now) else { continue };
            if since.get(&name(report)).is_none_or(|since| due_ms < *since) {
                continue;
            }
            let wanted = Wanted {
                from,
                to,
                team: report.team.clone(),
                survey: report.survey.clone(),
                language: report.language.clone(),
            };
            let subject = format!("{} {from}", name(report));
            let event = event(report.every);
            for address in &report.to {
                parcels.push(Parcel {
                    id: parcel_id(Way::Mail, address, event, &subject),
                    way: Way::Mail,
                    target: address.clone(),
                    event,
                    subject: subject.clone(),
                    body: serde_json::json!(wanted).to_string(),
                    due: Ok(now),
                });
            }
        }
        parcels.retain(|parcel| !written.contains(&parcel.id));
        parcels
    }

    /// Notes that these stand in the store.
    pub(super) fn written(&self, parcels: &[Parcel]) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(parcels.iter().map(|parcel| parcel.id.clone()));
    }
}

fn event(every: Every) -> &'static str {
    match every {
        Every::Day => "report.day",
        Every::Week => "report.week",
        Every::Month => "report.month",
    }
}

fn name(report: &ReportMail) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let (every, at) = (report.every.word(), report.at);
    let (hour, minute) = (at / 60, at % 60);
    format!("{every} {hour:02}:{minute:02} {}/{}", part(&report.team), part(&report.survey))
}

/// The newest period whose report was due at `now`: first and last day, and when it was due.
fn last_period(report: &ReportMail, zone: &TimeZone, now: i64) -> Option<(Date, Date, i64)> {
    let today = Timestamp::from_millisecond(now).ok()?.to_zoned_datetime(zone.clone()).date();
    let due = |day: Date| {
        let (hour, minute) =
            (i8::try_from(report.at / 60).ok()?, i8::try_from(report.at % 60).ok()?);
        let at = day.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).ok()?;
        Some(at.timestamp().as_millisecond())
    };
    // The day on which the current period began is the day on which the one before is sent.
    let mut first = match report.every {
        Every::Day => today,
        Every::Week => monday(today)?,
        Every::Month => today.first_of_month(),
    };
    if due(first)? > now {
        first = before(report.every, first)?;
    }
    let from = before(report.every, first)?;
    Some((from, first.yesterday().ok()?, due(first)?))
}

fn monday(day: Date) -> Option<Date> {
    match day.weekday() {
        Weekday::Monday => Some(day),
        _ => day.nth_weekday(-1, Weekday::Monday).ok(),
    }
}

fn before(every: Every, first: Date) -> Option<Date> {
    match every {
        Every::Day => first.yesterday().ok(),
        Every::Week => first.checked_sub(7.days()).ok(),
        Every::Month => first.checked_sub(1.month()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(every: Every) -> ReportMail {
        ReportMail {
            to: vec!["a@x.example".into()],
            every,
            at: 7 * 60,
            team: None,
            survey: None,
            language: "en".into(),
        }
    }

    #[test]
    fn the_last_complete_period_is_sent_from_its_hour_on() {
        let zone = TimeZone::get("Europe/Vilnius").expect("a zone");
        for (every, now, from, to, due) in [
            (
                Every::Day,
                "2026-01-10T05:00:00Z",
                "2026-01-09",
                "2026-01-09",
                "2026-01-10T05:00:00Z",
            ),
            (
                Every::Day,
                "2026-01-10T04:59:59Z",
                "2026-01-08",
                "2026-01-08",
                "2026-01-09T05:00:00Z",
            ),
            (
                Every::Week,
                "2026-01-12T05:00:00Z",
                "2026-01-05",
                "2026-01-11",
                "2026-01-12T05:00:00Z",
            ),
            (
                Every::Week,
                "2026-01-12T04:00:00Z",
                "2025-12-29",
                "2026-01-04",
                "2026-01-05T05:00:00Z",
            ),
            (
                Every::Week,
                "2026-01-17T22:30:00Z",
                "2026-01-05",
                "2026-01-11",
                "2026-01-12T05:00:00Z",
            ),
            (
                Every::Month,
                "2026-03-31T12:00:00Z",
                "2026-02-01",
                "2026-02-28",
                "2026-03-01T05:00:00Z",
            ),
            (
                Every::Month,
                "2026-04-01T03:59:59Z",
                "2026-02-01",
                "2026-02-28",
                "2026-03-01T05:00:00Z",
            ),
            // Summer time since 2026-03-29.
            (
                Every::Month,
                "2026-04-01T04:00:00Z",
                "2026-03-01",
                "2026-03-31",
                "2026-04-01T04:00:00Z",
            ),
            (
                Every::Day,
                "2026-03-29T04:00:00Z",
                "2026-03-28",
                "2026-03-28",
                "2026-03-29T04:00:00Z",
            ),
        ] {
            let at = now.parse::<Timestamp>().expect("a moment").as_millisecond();
            let found = last_period(&report(every), &zone, at).expect("a period");
            let due = due.parse::<Timestamp>().expect("a moment").as_millisecond();
            let days = (found.0.to_string(), found.1.to_string());
            assert_eq!(days, (from.into(), to.into()), "{every:?} {now}");
            assert_eq!(found.2, due, "{every:?} {now}");
        }
    }
}
