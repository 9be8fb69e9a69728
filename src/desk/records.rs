//! Records of calls as centres and platforms send them: checked, stored, and the interviews of
//! their calls linked at once.

use std::str::FromStr;

use jiff::Timestamp;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::veil::veiled;
use super::{Desk, caller};
use crate::clock;
use crate::interview::Millis;
use crate::store::calls::{CallRecord, LegRecord, Put};
use crate::store::{CallerHash, StoreError};
use crate::survey::Lang;

/// Longest text that a record may hold, in bytes.
const LONGEST: usize = 200;
/// Most ids of one call.
const MOST_NAMES: usize = 20;
/// Most legs of one call.
const MOST_LEGS: usize = 100;
/// Longest talk in seconds: a day.
const LONGEST_TALK: i64 = 86_400;
/// 2000-01-01: a time before it is a mistake, such as seconds in place of milliseconds.
const EARLIEST: Millis = 946_684_800_000;
/// A record's clock may go ahead of ours by a day.
const AHEAD: Millis = 86_400_000;

/// Turns a caller's number as written into its keyed hash; `None` where there is none to be had.
pub type Hash<'a> = &'a dyn Fn(&str) -> Option<CallerHash>;

/// A moment in a record: RFC 3339 with its offset, or UTC milliseconds since 1970 as a number or
/// in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Millis);

impl std::str::FromStr for Moment {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(millis) = text.parse::<Millis>() {
            return Ok(Self(millis));
        }
        text.parse::<Timestamp>().map(|at| Self(at.as_millisecond())).map_err(|_| {
            format!(
                "\"{text}\" is not a time; write it as 2026-01-31T14:05:00Z, with an offset as in \
                 2026-01-31T16:05:00+02:00, or as milliseconds since 1970"
            )
        })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Moment;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a time, as RFC 3339 or milliseconds since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Moment, E> {
                Ok(Moment(millis))
            }
            fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Moment, E> {
                Millis::try_from(millis).map(Moment).map_err(E::custom)
            }
        }
        from.deserialize_any(Reader)
    }
}

/// An id or a code: text, or a number as some systems send them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(pub String);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Code;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Code, E> {
                Ok(Code(text.trim().to_owned()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Code, E> {
                Ok(Code(number.to_string()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Code, E> {
                Ok(Code(number.to_string()))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A number, or its digits as text, as systems send it that fill in templates. Empty text is none.
pub(super) fn number<'de, D: Deserializer<'de>, N: FromStr>(
    from: D,
) -> Result<Option<N>, D::Error> {
    match Option::<Code>::deserialize(from)? {
        None => Ok(None),
        Some(Code(text)) if text.is_empty() => Ok(None),
        Some(Code(text)) => {
            let wrong = |_| de::Error::custom(format!("\"{text}\" is no whole number"));
            text.parse().map(Some).map_err(wrong)
        }
    }
}

/// One record of a call, whole or in part, as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallIn {
    /// The centre's id of the call.
    pub call: Option<Code>,
    /// The provider's id.
    pub provider_call: Option<Code>,
    /// The provider's id of the call that this one hangs on.
    pub parent_call: Option<Code>,
    /// Further ids.
    pub other_ids: Vec<Code>,
    /// When it began.
    pub started: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// `inbound` or `outbound`.
    pub direction: Option<Code>,
    /// `phone` if nothing is said.
    pub channel: Option<Code>,
    /// Two letters.
    pub language: Option<Code>,
    /// The caller's number as the centre writes it; only a keyed hash is kept.
    pub caller: Option<Code>,
    /// The centre's key of the customer.
    pub customer: Option<Code>,
    /// The centre's id of the matter.
    pub case: Option<Code>,
    /// Who or what ended it.
    pub ended_by: Option<Code>,
    /// Its parts with one agent each, in order.
    pub legs: Vec<LegIn>,
}

/// The part of a call with one agent, as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LegIn {
    /// Its id; without one, agent and start tell it from the others.
    pub leg: Option<Code>,
    /// The agent's code.
    pub agent: Option<Code>,
    /// The team.
    pub team: Option<Code>,
    /// The queue.
    pub queue: Option<Code>,
    /// When it began.
    pub started: Option<Moment>,
    /// When the agent answered.
    pub answered: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Seconds of talk.
    #[serde(deserialize_with = "number")]
    pub talk: Option<i64>,
    /// Who or what ended it.
    pub ended_by: Option<Code>,
    /// Whether the agent handed the caller over to the survey.
    pub handed_over: Option<bool>,
    /// To whom it was transferred.
    pub transferred_to: Option<Code>,
}

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its place: index in what was sent from 0, or line of the file from 1.
    pub index: usize,
    /// Why, and what to do.
    pub reason: String,
}

impl Refusal {
    fn new(index: usize, reason: &str) -> Self {
        Self { index, reason: veiled(reason) }
    }
}

/// What became of records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// How many were stored.
    pub accepted: usize,
    /// Those that were not, the first thousand with their reasons.
    pub refused: Vec<Refusal>,
    /// How many more were not.
    #[serde(skip_serializing_if = "is_none")]
    pub refused_more: usize,
}

/// Refusals that are told one by one: who sends nothing but nonsense reads the first thousand.
const TOLD: usize = 1000;

fn is_none(number: &usize) -> bool {
    *number == 0
}

impl Taken {
    /// Adds what became of further records.
    pub fn extend(&mut self, more: Self) {
        self.accepted += more.accepted;
        self.refused_more += more.refused_more;
        for refusal in more.refused {
            match self.refused.len() < TOLD {
                true => self.refused.push(refusal),
                false => self.refused_more += 1,
            }
        }
    }
}

/// What a routing engine or a status notice tells of a call (Twilio TaskRouter's assignment and
/// event callbacks, status callbacks).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// The event's name, such as `reservation.accepted`; `assignment` for the assignment
    /// callback; a call status such as `completed` for a status notice.
    pub event: String,
    /// Ids under which the call may be known.
    pub calls: Vec<String>,
    /// The agent's code.
    pub agent: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The leg: the reservation, else the task.
    pub leg: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// When it happened, UTC milliseconds; `None` = when it was received.
    pub at_ms: Option<Millis>,
    /// Seconds that the call lasted, if said.
    pub lasted: Option<u32>,
}

/// Reads one record from JSON.
///
/// # Errors
/// A sentence with what is wrong.
pub fn read_call(json: serde_json::Value) -> Result<CallIn, String> {
    if !json.is_object() {
        return Err(String::from("a record is an object such as {\"call\": \"4711\", …}"));
    }
    // A list would be taken for a leg by the order of its fields.
    let legs = json.get("legs").and_then(serde_json::Value::as_array);
    if let Some(at) = legs.and_then(|legs| legs.iter().position(|leg| !leg.is_object())) {
        return Err(format!("legs[{at}]: is no object such as {{\"agent\": \"A17\", …}}"));
    }
    serde_json::from_value(json).map_err(|fault| fault.to_string())
}

/// Checks a record and turns it into what the store keeps.
///
/// # Errors
/// A sentence with the field and what is wrong with it.
pub fn check_call(call: CallIn, hash: Hash<'_>, now: Millis) -> Result<CallRecord, String> {
    let mut names = Vec::new();
    let ids = [("call", call.call), ("provider_call", call.provider_call)];
    let ids = ids.into_iter().chain([("parent_call", call.parent_call)]);
    let ids = ids.chain(call.other_ids.into_iter().map(|id| ("other_ids", Some(id))));
    for (field, id) in ids {
        if let Some(name) = text(field, id)?
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(String::from(
            "the record names no call; give call, provider_call, parent_call or other_ids",
        ));
    }
    if names.len() > MOST_NAMES {
        return Err(format!("the record has more than {MOST_NAMES} ids"));
    }
    if call.legs.len() > MOST_LEGS {
        return Err(format!("the record has more than {MOST_LEGS} legs"));
    }
    let started_ms = moment("started", call.started, now)?;
    let ended_ms = moment("ended", call.ended, now)?;
    in_order("ended", started_ms, ended_ms)?;
    let direction = text("direction", call.direction)?.map(|d| d.to_lowercase());
    if let Some(other) = direction.as_deref().filter(|d| !matches!(*d, "inbound" | "outbound")) {
        return Err(format!("direction: \"{other}\" is neither inbound nor outbound"));
    }
    let language = text("language", call.language)?
        .map(|code| code.parse::<Lang>().map_err(|fault| format!("language: {fault}")))
        .transpose()?
        .map(|lang| lang.code().to_owned());
    let mut legs: Vec<LegRecord> = Vec::with_capacity(call.legs.len());
    for (i, leg) in call.legs.into_iter().enumerate() {
        let leg = check_leg(leg, now).map_err(|fault| format!("legs[{i}].{fault}"))?;
        if legs.iter().any(|other| other.leg == leg.leg) {
            return Err(format!("legs[{i}].leg: two legs are \"{}\"", leg.leg));
        }
        legs.push(leg);
    }
    Ok(CallRecord {
        names,
        started_ms,
        ended_ms,
        channel: text("channel", call.channel)?.map(|c| c.to_lowercase()),
        language,
        direction,
        ended_by: text("ended_by", call.ended_by)?,
        customer: text("customer", call.customer)?,
        case: text("case", call.case)?,
        caller: text("caller", call.caller)?.and_then(|number| hash(&number)),
        legs,
        only_fill: false,
    })
}

fn check_leg(leg: LegIn, now: Millis) -> Result<LegRecord, String> {
    let agent = text("agent", leg.agent)?;
    let started_ms = moment("started", leg.started, now)?;
    let answered_ms = moment("answered", leg.answered, now)?;
    let ended_ms = moment("ended", leg.ended, now)?;
    in_order("answered", started_ms, answered_ms)?;
    in_order("ended", answered_ms.or(started_ms), ended_ms)?;
    if let Some(talk) = leg.talk.filter(|talk| !(0..=LONGEST_TALK).contains(talk)) {
        return Err(format!("talk: {talk} is not a number of seconds from 0 to {LONGEST_TALK}"));
    }
    let name = text("leg", leg.leg)?.unwrap_or_else(|| {
        let agent = agent.as_deref().unwrap_or("-");
        match started_ms {
            Some(start) => format!("{agent} {start}"),
            None => agent.to_owned(),
        }
    });
    Ok(LegRecord {
        leg: name,
        agent,
        team: text("team", leg.team)?,
        queue: text("queue", leg.queue)?,
        started_ms,
        answered_ms,
        ended_ms,
        talk_seconds: leg.talk,
        ended_by: text("ended_by", leg.ended_by)?,
        handed_over: leg.handed_over,
        transferred_to: text("transferred_to", leg.transferred_to)?,
    })
}

/// Whether nobody sees it: control characters, and those that turn the text around them.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text that may be stored; an empty one is none.
pub(super) fn text(field: &str, said: Option<Code>) -> Result<Option<String>, String> {
    let Some(Code(said)) = said else { return Ok(None) };
    let said = said.trim();
    if said.len() > LONGEST {
        return Err(format!("{field}: longer than {LONGEST} bytes"));
    }
    if said.chars().any(is_hidden) {
        return Err(format!("{field}: holds a control character"));
    }
    Ok(Some(said.to_owned()).filter(|said| !said.is_empty()))
}

fn moment(field: &str, said: Option<Moment>, now: Millis) -> Result<Option<Millis>, String> {
    match said {
        Some(Moment(at)) if at < EARLIEST => Err(format!(
            "{field}: {at} is before the year 2000; times are milliseconds since 1970, not seconds"
        )),
        Some(Moment(at)) if at > now.saturating_add(AHEAD) => {
            Err(format!("{field}: more than a day in the future; check the clock and the offset"))
        }
        said => Ok(said.map(|at| at.0)),
    }
}

fn in_order(field: &str, from: Option<Millis>, to: Option<Millis>) -> Result<(), String> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(format!("{field}: lies before the beginning")),
        _ => Ok(()),
    }
}

/// When the last leg of a call was at its end, as far as it says.
fn latest(record: &CallRecord) -> Option<Millis> {
    let at = |leg: &LegRecord| leg.ended_ms.or(leg.answered_ms).or(leg.started_ms);
    record.legs.iter().filter_map(at).max()
}

/// What an event of a routing engine or a status notice says, as records of the call. `None`
/// where it says nothing of a call.
pub fn routed(event: &Routed, received_ms: Millis) -> Option<CallRecord> {
    let clean = |said: &String| text("", Some(Code(said.clone()))).ok().flatten();
    let mut names: Vec<String> = event.calls.iter().chain(&event.task).filter_map(clean).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST_NAMES);
    if names.is_empty() {
        return None;
    }
    let at = Some(event.at_ms.unwrap_or(received_ms));
    let mut record = CallRecord { names, ..CallRecord::default() };
    let over = ["completed", "busy", "failed", "no-answer", "canceled"];
    if event.lasted.is_some() || over.contains(&event.event.as_str()) {
        record.ended_ms = at;
        let lasted = event.lasted.map(|seconds| i64::from(seconds) * 1000);
        record.started_ms = at.zip(lasted).map(|(at, lasted)| at - lasted);
        record.only_fill = true;
        return Some(record);
    }
    let agent = event.agent.as_ref().and_then(clean);
    if let (Some(agent), Some(leg)) = (agent, event.leg.as_ref().and_then(clean)) {
        let queue = event.queue.as_ref().and_then(clean);
        let mut leg = LegRecord { leg, agent: Some(agent), queue, ..LegRecord::default() };
        match event.event.as_str() {
            "assignment" => {
                leg.started_ms = at;
                // The reservation's own event knows the time better, whichever comes first.
                record.only_fill = true;
            }
            "reservation.created" => leg.started_ms = at,
            "reservation.accepted" => leg.answered_ms = at,
            "reservation.wrapup" => leg.ended_ms = at,
            // Wrap-up ends the talk; completion ends the paper work, and is the end only where
            // there was no wrap-up.
            "reservation.completed" => {
                leg.ended_ms = at;
                record.only_fill = true;
            }
            "reservation.rejected"
            | "reservation.timeout"
            | "reservation.canceled"
            | "reservation.rescinded" => {
                leg.ended_ms = at;
                leg.talk_seconds = Some(0);
                leg.ended_by = event.event.split('.').nth(1).map(str::to_owned);
            }
            _ => {}
        }
        record.legs.push(leg);
    }
    Some(record)
}

impl Desk {
    /// Stores records of calls, each with its index, and links the interviews of their calls.
    /// Good ones are taken, the others are told with their reasons.
    ///
    /// # Errors
    /// If the database does not answer; sending all again does no harm.
    pub async fn take_calls(
        &self,
        calls: Vec<(usize, Result<CallIn, String>)>,
        now: Millis,
    ) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        let mut places = Vec::with_capacity(calls.len());
        let mut records = Vec::with_capacity(calls.len());
        let hash = |number: &str| self.caller(None, number).map(|(hash, _)| hash);
        for (index, call) in calls {
            match call.and_then(|call| check_call(call, &hash, now)) {
                Ok(record) => {
                    places.push(index);
                    records.push(record);
                }
                Err(reason) => taken.refused.push(Refusal::new(index, &reason)),
            }
        }
        let touched = self.put(&records, &places, now, &mut taken).await?;
        self.link_calls(&touched).await?;
        taken.refused.sort_by_key(|refusal| refusal.index);
        Ok(taken)
    }

    async fn put(
        &self,
        records: &[CallRecord],
        places: &[usize],
        now: Millis,
        taken: &mut Taken,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut touched = Vec::new();
        let (mut open, mut open_places) = (Vec::new(), Vec::new());
        let closed_before = self.store.closed_before().await?;
        for (record, index) in records.iter().zip(places) {
            let at = record.ended_ms.or(record.started_ms).or_else(|| latest(record));
            if clock::day(at.unwrap_or(now), &self.config.time_zone) < closed_before {
                self.came_too_late();
                let reason = StoreError::ClosedDay.to_string();
                taken.refused.push(Refusal::new(*index, &reason));
                continue;
            }
            open.push(record.clone());
            open_places.push(*index);
        }
        let put = self.store.put_calls(&open, now).await?;
        for (put, index) in put.into_iter().zip(&open_places) {
            match put {
                Put::Taken(call) => {
                    taken.accepted += 1;
                    touched.push(call);
                }
                Put::Refused(reason) => taken.refused.push(Refusal::new(*index, &reason)),
            }
        }
        Ok(touched)
    }

    /// Stores what a routing engine or a status notice tells of a call. Events may come late,
    /// repeated and in any order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn take_routing(
        &self,
        provider: &str,
        event: &Routed,
        now: Millis,
    ) -> Result<(), StoreError> {
        let Some(record) = routed(event, now) else { return Ok(()) };
        let mut taken = Taken::default();
        let touched = self.put(&[record], &[0], now, &mut taken).await?;
        self.link_calls(&touched).await?;
        for refusal in taken.refused {
            tracing::warn!(provider, "a routing event: {}", refusal.reason);
        }
        Ok(())
    }

    /// Hash and last digits of a caller's number as a record or an announcement writes it.
    /// National numbers are read in the provider's country; without a provider in that of all
    /// providers, if they agree.
    pub fn caller(&self, provider: Option<&str>, number: &str) -> Option<(CallerHash, String)> {
        let providers = &self.config.providers;
        let country = match provider {
            Some(name) => providers.get(name)?.country.as_deref(),
            None => {
                let mut all = providers.values().map(|provider| provider.country.as_deref());
                let first = all.next().flatten();
                first.filter(|_| all.all(|other| other == first))
            }
        };
        let caller = caller::parse(number, country)?;
        Some((self.keys.caller(&caller.e164), caller.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Millis = 1_790_000_000_000;

    fn check(json: serde_json::Value) -> Result<CallRecord, String> {
        let hash = |number: &str| (number != "anonymous").then_some(CallerHash([7; 16]));
        check_call(read_call(json)?, &hash, NOW)
    }

    #[test]
    fn a_record_is_read_whole() {
        let record = check(json!({
            "call": 4711, "provider_call": " CA1 ", "parent_call": "CA0", "other_ids": ["x", "CA1"],
            "started": "2026-01-31T16:05:00+02:00", "ended": 1_769_868_600_000_i64,
            "direction": "Inbound", "language": "lt-LT", "caller": "+370…", "case": "",
            "legs": [{"agent": "A17", "team": "support", "queue": "q", "talk": 60,
                "started": "2026-01-31T14:05:00Z", "handed_over": true}, {"leg": 2}]
        }))
        .expect("good");
        assert_eq!(record.names, ["4711", "CA1", "CA0", "x"]);
        assert_eq!(record.started_ms, Some(1_769_868_300_000));
        assert_eq!(record.ended_ms, Some(1_769_868_600_000));
        assert_eq!(record.language.as_deref(), Some("lt"));
        assert_eq!(record.caller, Some(CallerHash([7; 16])));
        assert_eq!(record.case, None);
        assert_eq!(record.legs[0].leg, "A17 1769868300000");
        assert_eq!(record.legs[1].leg, "2");
        assert_eq!(check(json!({"call": "1", "caller": "anonymous"})).map(|r| r.caller), Ok(None));
    }

    #[test]
    fn faults_say_where_and_what() {
        let long = "x".repeat(201);
        let cases = [
            (json!(5), "object"),
            (json!({}), "names no call"),
            (json!({"call": "  "}), "names no call"),
            (json!({"call": "1", "agnet": "A"}), "agnet"),
            (json!({"call": "1", "started": "yesterday"}), "\"yesterday\" is not a time"),
            (json!({"call": "1", "started": 1_769_868_300}), "before the year 2000"),
            (json!({"call": "1", "started": NOW + 2 * AHEAD}), "future"),
            (json!({"call": "1", "started": NOW, "ended": NOW - 1}), "ended: lies before"),
            (json!({"call": "1", "direction": "up"}), "direction: \"up\""),
            (json!({"call": "1", "language": "english"}), "language"),
            (json!({"call": long}), "call: longer"),
            (json!({"call": "a\u{0}b"}), "call: holds a control character"),
            (json!({"call": "1", "legs": [{}, {"leg": 5, "talk": -1}]}), "legs[1].talk"),
            (json!({"call": "1", "legs": [{"talk": "-1"}]}), "legs[0].talk"),
            (json!({"call": "1", "legs": [{"leg": 5}, {"leg": "5"}]}), "legs[1].leg: two"),
        ];
        for (json, expected) in cases {
            let fault = check(json.clone()).expect_err("bad");
            assert!(fault.contains(expected), "{json}: {fault}");
        }
    }

    fn event(name: &str, leg: Option<&str>, agent: Option<&str>) -> Routed {
        Routed {
            event: name.into(),
            calls: vec!["CA1".into()],
            agent: agent.map(str::to_owned),
            queue: Some("sales".into()),
            leg: leg.map(str::to_owned),
            task: Some("WT1".into()),
            at_ms: Some(NOW),
            lasted: None,
        }
    }

    #[test]
    fn the_end_of_a_call_tells_its_beginning() {
        for (lasted, started) in [(Some(95), Some(NOW - 95_000)), (None, None)] {
            let record = routed(&Routed { lasted, ..event("completed", None, None) }, 0);
            let record = record.expect("a record");
            assert_eq!((record.started_ms, record.ended_ms), (started, Some(NOW)));
            assert!(record.only_fill && record.legs.is_empty());
        }
    }

    #[test]
    fn routing_events_become_legs() {
        let record = routed(&event("reservation.accepted", Some("WR1"), Some("A")), 0);
        let record = record.expect("a record");
        assert_eq!(record.names, ["CA1", "WT1"]);
        assert_eq!(record.legs[0].answered_ms, Some(NOW));
        let missed = routed(&event("reservation.timeout", Some("WR1"), Some("A")), 0);
        let missed = missed.expect("a record").legs.remove(0);
        assert_eq!((missed.talk_seconds, missed.ended_by.as_deref()), (Some(0), Some("timeout")));
        let task = routed(&event("task.created", Some("WT1"), None), 0).expect("a record");
        assert!(task.legs.is_empty(), "a task without an agent is no leg");
        let nobody = Routed { calls: vec![], task: None, ..event("task.created", None, None) };
        assert_eq!(routed(&nobody, 0), None);
    }
}
