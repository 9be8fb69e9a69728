//! Finds out what others are to be told: interviews that are over, low scores, wishes to be
//! called. Writes down what is sent; [`super::sender`] sends it.
//!
//! No call waits for this and none writes anything for it. An interview that is over is told of in
//! the transaction that notes that it was, so a killed process loses nothing and tells nothing
//! twice. A low score is told of while the interview goes on, some seconds after it was given, so
//! that a caller who takes it back at once alarms nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::report_mail::Calendar;
use super::viewer;
use crate::clock;
use crate::config::{Config, Event, Quiet};
use crate::report::outward::{LowRule, Outward};
use crate::report::{People, ReportError, Reports};
use crate::store::telling::Follows;
use crate::store::{CaseReason, Opening, Parcel, Store, StoreError, Way};
use crate::telemetry::Counters;

/// Time between two looks.
const IDLE: Duration = Duration::from_secs(1);
/// Time between two looks where nobody wants to be told of anything.
const QUIET: Duration = Duration::from_secs(60);
/// Interviews told of in one transaction.
const AT_ONCE: u32 = 200;
/// Milliseconds after which an answer in an interview that goes on is taken for the caller's last
/// word on it.
const SETTLED: i64 = 10_000;
/// An interview started at most this long before it was over.
const LONGEST: i64 = 24 * 3_600_000;
/// Since when each target wants to be told, as JSON: nobody is told of what was over before.
const SINCE: &str = "outbox.since";

/// Finds out what others are to be told.
pub struct Teller {
    store: Store,
    reports: Arc<Reports>,
    config: Arc<Config>,
    counters: Arc<Counters>,
    calendar: Calendar,
    rule: Option<LowRule>,
    since: BTreeMap<String, i64>,
    /// Interviews that go on and whose low score is written down, so that they are not looked at
    /// every second. Only to save work: writing it down again changes nothing.
    alarmed: Mutex<BTreeSet<Uuid>>,
}

impl Teller {
    /// A teller; `None` where nobody wants to be told of anything. `now` is UTC milliseconds: what
    /// was over before a target stood in the settings for the first time is not told to it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn open(
        store: Store,
        reports: Arc<Reports>,
        config: Arc<Config>,
        counters: Arc<Counters>,
        now: i64,
    ) -> Result<Option<Self>, StoreError> {
        let calendar = Calendar::new(&config);
        let mut wanted: BTreeSet<String> = config.webhooks.keys().map(|name| hook(name)).collect();
        wanted.extend(calendar.names());
        if alerts(&config) {
            wanted.insert("alert".into());
        }
        if calls_back(&config) {
            wanted.insert("callback".into());
        }
        let kept = store.kept(SINCE).await?.unwrap_or_default();
        let mut since: BTreeMap<String, i64> = serde_json::from_str(&kept).unwrap_or_default();
        let before = since.clone();
        since.retain(|name, _| wanted.contains(name));
        for name in wanted {
            since.entry(name).or_insert(now);
        }
        if since != before {
            store.replace(SINCE, &json!(since).to_string()).await?;
        }
        if since.is_empty() {
            return Ok(None);
        }
        let rule = config
            .alert
            .measure
            .clone()
            .map(|measure| LowRule { measure, at_or_below: config.alert.at_or_below });
        let alarmed = Mutex::default();
        Ok(Some(Self { store, reports, config, counters, calendar, rule, since, alarmed }))
    }

    /// Works until it is dropped. `now` gives UTC milliseconds.
    pub async fn run(&self, now: impl Fn() -> i64) {
        loop {
            if self.step(now()).await < u64::from(AT_ONCE) {
                tokio::time::sleep(IDLE).await;
            }
        }
    }

    /// Looks once; says of how many interviews it told. Faults are counted and logged, and what
    /// was not written down is found again.
    pub async fn step(&self, now: i64) -> u64 {
        let steps = async {
            let told = self.over(now).await?;
            self.going_on(now).await?;
            let reports = self.calendar.due(&self.since, now);
            if !reports.is_empty() {
                self.store.put_parcels(&reports, now).await?;
                self.calendar.written(&reports);
            }
            Ok::<u64, ReportError>(told)
        };
        match steps.await {
            Ok(told) => told,
            Err(fault) => {
                self.counters.count("outbox_unread", "");
                tracing::warn!("what others are to be told cannot be found out: {fault}");
                0
            }
        }
    }

    /// Interviews that are over.
    async fn over(&self, now: i64) -> Result<u64, ReportError> {
        let reports = self.calendar.names();
        let first = self.since.iter().filter(|(name, _)| !reports.contains(*name));
        let first = first.map(|(_, at)| *at).min();
        let Some(first) = first else { return pass_over(&self.store, now, now).await };
        let floor = first.saturating_sub(LONGEST);
        let ids = self.store.untold(floor, AT_ONCE).await?;
        if ids.is_empty() {
            return pass_over(&self.store, floor, now).await;
        }
        let outward =
            self.reports.outward(&ids, &viewer(self.config.people), self.rule.as_ref()).await?;
        let gone = self.gone().await?;
        let of = |id: Uuid| match outward.get(&id) {
            Some(one) => self.follows(id, one, &gone, true, now),
            None => Follows::default(),
        };
        Ok(self.store.tell(&ids, of, now).await?)
    }

    /// Low scores in interviews that go on.
    async fn going_on(&self, now: i64) -> Result<(), ReportError> {
        let Some(rule) = &self.rule else { return Ok(()) };
        let given = self.store.unfinished(now - SETTLED).await?;
        let mut low = self.reports.low_of(&given, rule).await?;
        {
            let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that are over are not met again.
            alarmed.retain(|id| low.contains(id));
            low.retain(|id| !alarmed.contains(id));
        }
        if low.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = low.iter().copied().collect();
        let outward = self.reports.outward(&ids, &viewer(self.config.people), Some(rule)).await?;
        let gone = self.gone().await?;
        let mut all = Follows::default();
        for (id, one) in &outward {
            let mut follows = self.follows(*id, one, &gone, false, now);
            all.parcels.append(&mut follows.parcels);
            all.cases.append(&mut follows.cases);
        }
        self.store.follow(&all, now).await?;
        self.alarmed.lock().unwrap_or_else(PoisonError::into_inner).extend(low);
        Ok(())
    }

    /// Webhooks whose receiver said that it is gone for good.
    async fn gone(&self) -> Result<BTreeSet<&str>, StoreError> {
        let mut gone = BTreeSet::new();
        for (name, webhook) in &self.config.webhooks {
            if self.store.kept(&gone_key(name)).await?.as_deref() == Some(webhook.url.as_str()) {
                gone.insert(name.as_str());
            }
        }
        Ok(gone)
    }

    /// What follows from one interview.
    fn follows(
        &self,
        id: Uuid,
        one: &Outward,
        gone: &BTreeSet<&str>,
        over: bool,
        now: i64,
    ) -> Follows {
        let wants = |name: &str| self.since.get(name).is_some_and(|since| one.over_ms >= *since);
        let mut follows = Follows::default();
        let base = &self.config.public_url;
        let hooks = |event: Event, data: &Value| {
            let concerned = self.config.webhooks.values().filter(|webhook| {
                webhook.events.contains(&event)
                    && wants(&hook(&webhook.name))
                    && (webhook.teams.is_empty() || !webhook.teams.is_disjoint(&one.teams))
            });
            let parcel = |name: &String| Parcel {
                id: parcel_id(Way::Webhook, name, event.word(), &one.interview),
                way: Way::Webhook,
                target: name.clone(),
                event: event.word(),
                subject: one.interview.clone(),
                body: body(event.word(), data, now),
                due: match gone.contains(name.as_str()) {
                    true => Err(GONE.into()),
                    false => Ok(now),
                },
            };
            concerned.map(|webhook| parcel(&webhook.name)).collect::<Vec<_>>()
        };
        let mut data = data(one, base);
        if over && one.answered {
            follows.parcels.extend(hooks(Event::Completed, &data));
        }
        // Where people are not shown, a single caller's score would show them.
        let low = one.low.as_ref().filter(|_| self.config.people != People::Team);
        if let Some(low) = low {
            data["low"] = json!(low);
            follows.parcels.extend(hooks(Event::ScoreLow, &data));
            if wants("alert") {
                follows.parcels.extend(self.alarms(one, &data, now));
            }
        }
        let reason = if one.callback && calls_back(&self.config) && wants("callback") {
            Some(CaseReason::Callback)
        } else {
            low.filter(|_| self.config.cases.low_score && wants("alert"))
                .map(|_| CaseReason::LowScore)
        };
        if let Some(reason) = reason {
            let due_ms = now.saturating_add(self.config.cases.due_hours.saturating_mul(3_600_000));
            let opening =
                Opening { id: hash("case", &[&one.interview]), interview: id, reason, due_ms };
            data["case"] = json!({
                "id": opening.id, "reason": reason.word(), "opened": clock::rfc3339(now),
                "due": clock::rfc3339(due_ms),
            });
            let parcels = hooks(Event::CaseOpened, &data);
            follows.cases.push((opening, parcels));
        }
        follows
    }

    /// Mails on a low score.
    fn alarms(&self, one: &Outward, data: &Value, now: i64) -> Vec<Parcel> {
        let alert = &self.config.alert;
        let mut to: BTreeSet<&String> = BTreeSet::new();
        for team in &one.teams {
            to.extend(alert.teams.get(team).unwrap_or(&alert.to));
        }
        if one.teams.is_empty() {
            to.extend(&alert.to);
        }
        let due = after_quiet(alert.quiet, &self.config.time_zone, now);
        to.into_iter()
            .map(|address| Parcel {
                id: parcel_id(Way::Mail, address, Event::ScoreLow.word(), &one.interview),
                way: Way::Mail,
                target: address.clone(),
                event: Event::ScoreLow.word(),
                subject: one.interview.clone(),
                body: body(Event::ScoreLow.word(), data, now),
                due: Ok(due),
            })
            .collect()
    }
}

/// Passes over interviews that nobody wants to be told of, so that the list of those that are still
/// to be told of stays short.
///
/// # Errors
/// If the store does not answer.
async fn pass_over(store: &Store, before: i64, now: i64) -> Result<u64, ReportError> {
    Ok(store.pass_over(before, AT_ONCE, now).await?)
}

/// Works until it is dropped where nobody wants to be told of anything. `now` gives UTC
/// milliseconds.
pub async fn nobody(store: &Store, now: impl Fn() -> i64) {
    loop {
        let at = now();
        match pass_over(store, at, at).await {
            Ok(passed) if passed == u64::from(AT_ONCE) => {}
            Ok(_) => tokio::time::sleep(QUIET).await,
            Err(fault) => {
                tracing::warn!("interviews that nobody is told of cannot be passed over: {fault}");
                tokio::time::sleep(QUIET).await;
            }
        }
    }
}

/// Why a delivery to a receiver that said 410 is not even tried.
const GONE: &str =
    "the receiver answered earlier that it is gone for good (410); replay one to begin again";

/// Under which name the store keeps the address of a receiver that is gone for good.
pub(super) fn gone_key(webhook: &str) -> String {
    format!("outbox.gone.{webhook}")
}

fn hook(name: &str) -> String {
    format!("webhook.{name}")
}

/// Whether a low score has consequences beside webhooks.
fn alerts(config: &Config) -> bool {
    let mails = !config.alert.to.is_empty() || config.alert.teams.values().any(|to| !to.is_empty());
    config.alert.measure.is_some() && (mails || config.cases.low_score)
}

fn calls_back(config: &Config) -> bool {
    config.cases.callback && config.call.callbacks
}

/// What is told of an interview, with where people find it. The one place where it is put
/// together; what it holds of people was chosen by [`viewer`].
fn data(one: &Outward, base: &str) -> Value {
    let mut data = json!(one);
    data["url"] = json!(format!("{base}/interviews/{}", one.interview));
    data
}

/// A body as Standard Webhooks has it.
fn body(event: &str, data: &Value, now: i64) -> String {
    json!({"type": event, "timestamp": clock::rfc3339(now), "data": data}).to_string()
}

/// The id of one thing to one target, the same wherever and whenever it is made.
pub(super) fn parcel_id(way: Way, target: &str, event: &str, subject: &str) -> String {
    format!("msg_{}", hash("parcel", &[way.word(), target, event, subject]))
}

fn hash(what: &str, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(what);
    for part in parts {
        hasher.update([0]);
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The moment from which on mail may be sent again: `now`, unless it is quiet.
pub fn after_quiet(quiet: Option<Quiet>, zone: &TimeZone, now: i64) -> i64 {
    let Some(Quiet { from, to }) = quiet else { return now };
    let Ok(at) = Timestamp::from_millisecond(now) else { return now };
    let local = at.to_zoned_datetime(zone.clone());
    let minute =
        u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    let inside = match from < to {
        true => (from..to).contains(&minute),
        false => minute >= from || minute < to,
    };
    if !inside {
        return now;
    }
    let day = match from > to && minute >= from {
        true => local.date().tomorrow().unwrap_or(local.date()),
        false => local.date(),
    };
    let (hour, rest) = (i8::try_from(to / 60).unwrap_or(0), i8::try_from(to % 60).unwrap_or(0));
    let end = zone.to_ambiguous_zoned_datetime(day.at(hour, rest, 0, 0));
    // In the hour that a clock set back shows twice, the second one is meant once the first is over.
    let end = [end.clone().compatible(), end.later()]
        .into_iter()
        .flatten()
        .map(|end| end.timestamp().as_millisecond())
        .find(|end| *end > now);
    end.unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a moment").as_millisecond()
    }

    #[test]
    fn quiet_hours_end_in_the_morning_of_the_centre_also_when_clocks_change() {
        let zone = TimeZone::get("Europe/Vilnius").expect("a zone");
        let night = Some(Quiet { from: 20 * 60, to: 7 * 60 });
        let odd = Some(Quiet { from: 0, to: 3 * 60 + 30 });
        for (quiet, now, wanted) in [
            (None, "2026-01-10T23:00:00Z", "2026-01-10T23:00:00Z"),
            (night, "2026-01-10T17:59:59Z", "2026-01-10T17:59:59Z"),
            (night, "2026-01-10T18:00:00Z", "2026-01-11T05:00:00Z"),
            (night, "2026-01-11T04:59:59Z", "2026-01-11T05:00:00Z"),
            (night, "2026-01-11T05:00:00Z", "2026-01-11T05:00:00Z"),
            // Clocks go forward on 2026-03-29 and back on 2026-10-25.
            (night, "2026-03-28T19:00:00Z", "2026-03-29T04:00:00Z"),
            (night, "2026-10-24T19:00:00Z", "2026-10-25T05:00:00Z"),
            // 03:30 is left out in spring, and comes twice in autumn.
            (odd, "2026-03-28T23:00:00Z", "2026-03-29T01:30:00Z"),
            (odd, "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            (odd, "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
        ] {
            let got = clock::rfc3339(after_quiet(quiet, &zone, ms(now)));
            assert_eq!(got, wanted, "{quiet:?} {now}");
        }
    }

    #[test]
    fn the_same_thing_to_the_same_target_has_one_id() {
        let id = parcel_id(Way::Mail, "a@x.example", "score.low", "1");
        assert_eq!(id, parcel_id(Way::Mail, "a@x.example", "score.low", "1"));
        assert!(id.len() == 36 && id.starts_with("msg_"), "{id}");
        for other in [
            parcel_id(Way::Webhook, "a@x.example", "score.low", "1"),
            parcel_id(Way::Mail, "b@x.example", "score.low", "1"),
            parcel_id(Way::Mail, "a@x.example", "score.low1", ""),
        ] {
            assert_ne!(id, other);
        }
    }
}
