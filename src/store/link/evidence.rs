//! What is known about a few interviews, and for whom they count by it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use sqlx::FromRow;
use uuid::Uuid;

use super::Link;
use super::hand::{self, Hand};
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::calls::SAME_CALL_MS;
use crate::store::rows::{Column, Tx};
use crate::store::tally::Unit;
use crate::survey::Credit;

/// When a call began, as far as its record says.
macro_rules! began {
    () => {
        "coalesce(c.started_ms, (select min(coalesce(b.started_ms, b.answered_ms)) from legs b
            where b.call_id = c.id)) as began"
    };
}

// A call without a caller and without legs: told of by nothing but the platform's notice of its end.
const BY_NAME: &str = concat!(
    "select n.name, n.call_id, ",
    began!(),
    ", cast(case when c.caller_hash is null
            and not exists (select 1 from legs l where l.call_id = c.id) then 1 else 0 end
        as bigint) as bare from call_names n join calls c on c.id = n.call_id where n.name in ({rows text})"
);

const BY_LEG: &str = concat!(
    "select distinct l.leg, l.call_id, ",
    began!(),
    " from legs l join calls c on c.id = l.call_id where l.leg in ({rows text})"
);

// A caller may be asked up to a minute before the record says that the call began: clocks differ.
const BY_CALLER: &str = "with w (interview, hash, at, span) as ({rows uuid, uuid, bigint, bigint})
    select w.interview, c.id from w join calls c on c.caller_hash = w.hash
    where c.started_ms <= w.at + 60000 and w.at <= coalesce(c.ended_ms, c.started_ms) + w.span";

const LEGS: &str = "select l.call_id, l.agent, l.team, l.queue,
        coalesce(l.started_ms, l.answered_ms) as started_ms, l.answered_ms, l.ended_ms,
        l.talk_seconds
    from legs l where l.call_id in ({rows uuid}) order by l.call_id, l.seq, l.leg";

const STAYS: &str = "select agent, from_ms, to_ms, team from agent_team
    where agent in ({rows bigint}) order by agent, from_ms";

// The rule in force is kept when a survey is first used and changed by a recount, so that old
// and new interviews of one survey never follow different rules. While a recount is under way
// its rule is kept beside it.
const RULES: &str = "select s.version, m.value, r.value as next,
        case when m.value is null then n.definition end as definition
    from surveys s
    left join meta m on m.name = 'credit.' || s.name
    left join meta r on r.name = 'recredit.' || s.name
    left join surveys n on n.version = (select x.version from surveys x where x.name = s.name
        order by x.first_seen_ms desc, x.version desc limit 1)
    where s.version in ({rows bigint})";

/// What an interview knows of its call.
#[derive(Clone, Debug, Default, FromRow)]
pub(super) struct Row {
    pub id: Uuid,
    survey: i64,
    started_ms: Millis,
    caller_hash: Option<Uuid>,
    call_ref: Option<String>,
    said_agent: Option<i64>,
    said_team: Option<i64>,
    said_queue: Option<i64>,
    said_leg: Option<String>,
    said_call: Option<String>,
    pub call_id: Option<Uuid>,
    pub link: String,
    /// Newest generation of the tallies that counts it.
    pub counted: i64,
    /// Its call has a record that names an agent.
    pub recorded: bool,
}

impl Row {
    /// The call that was inferred when the caller's hash was still there: it stands.
    fn inferred_once(&self) -> Option<Uuid> {
        let gone = self.link == Link::Inferred.word() && self.caller_hash.is_none();
        self.call_id.filter(|_| gone)
    }

    // Nothing links an interview of an anonymous survey, also not while its call runs.
    pub const SQL: &str = "select id, survey, started_ms,
            case when not anonymous then caller_hash end as caller_hash,
            case when not anonymous then call_ref end as call_ref, said_agent,
            said_team, said_queue, said_leg, said_call, call_id, link, counted, recorded
        from interviews where id in ({rows uuid})";
}

/// A leg of a call, as linking sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
struct Leg {
    call_id: Uuid,
    agent: Option<i64>,
    team: Option<i64>,
    queue: Option<i64>,
    started_ms: Option<Millis>,
    answered_ms: Option<Millis>,
    ended_ms: Option<Millis>,
    talk_seconds: Option<i64>,
}

impl Leg {
    /// Whether the agent may have spoken with the caller: not if the record says that nobody
    /// answered.
    fn answered(&self) -> bool {
        self.answered_ms.is_some() || self.talk_seconds != Some(0)
    }

    /// Milliseconds of talk; 0 where nothing is known.
    fn talk_ms(&self) -> Millis {
        match (self.talk_seconds, self.answered_ms.or(self.started_ms), self.ended_ms) {
            (Some(seconds), _, _) => seconds.saturating_mul(1000),
            (None, Some(from), Some(to)) => (to - from).max(0),
            _ => 0,
        }
    }
}

/// Stays of agents in teams, by agent, in order of their beginning.
type Stays = HashMap<i64, Vec<(Millis, Option<Millis>, i64)>>;

/// The team of an agent at a moment; 0 where none is known.
fn team_at(stays: &Stays, agent: i64, at: Millis) -> i64 {
    stays
        .get(&agent)
        .and_then(|stays| stays.iter().rev().find(|(from, _, _)| *from <= at))
        .filter(|(_, to, _)| to.is_none_or(|to| at < to))
        .map_or(0, |(_, _, team)| *team)
}

/// What linking found for one interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub call_id: Option<Uuid>,
    pub link: Link,
    pub units: Vec<Unit>,
    /// The call has a record that names an agent.
    pub recorded: bool,
}

/// The legs that an agent answered up to that moment, in the order of their beginning.
fn served(legs: &[Leg], until: Millis) -> Vec<(Millis, &Leg)> {
    // A leg without a start counts, and stands where it became known.
    let mut before = Millis::MIN;
    let mut served: Vec<(Millis, &Leg)> = Vec::new();
    for leg in legs {
        before = leg.started_ms.unwrap_or(before);
        let in_time = leg.started_ms.is_none_or(|start| start <= until);
        if leg.agent.is_some() && leg.answered() && in_time {
            served.push((before, leg));
        }
    }
    served.sort_by_key(|(start, _)| *start);
    served
}

/// Decides for whom an interview counts. `legs` are those of its call, in the order in which they
/// became known; `inferred` tells that the call was found by caller and time only.
fn decide(
    rule: Credit,
    row: &Row,
    call: Option<(Uuid, bool)>,
    legs: &[Leg],
    stays: &Stays,
) -> Found {
    let served = served(legs, row.started_ms);
    let recorded = call.is_some() && legs.iter().any(|leg| leg.agent.is_some());
    let unit = |leg: &Leg| {
        let agent = leg.agent.unwrap_or_default();
        let at = leg.started_ms.unwrap_or(row.started_ms);
        let said_of_them = row.said_team.filter(|_| row.said_agent == Some(agent));
        let by_time = Some(team_at(stays, agent, at)).filter(|team| *team != 0);
        Unit {
            kind: 1,
            agent,
            team: said_of_them.or(leg.team).or(by_time).unwrap_or_default(),
            queue: leg.queue.or(row.said_queue).unwrap_or_default(),
        }
    };
    let credited: Vec<Unit> = match rule {
        Credit::Last => served.last().map(|(_, leg)| unit(leg)).into_iter().collect(),
        Credit::First => served.first().map(|(_, leg)| unit(leg)).into_iter().collect(),
        // The last of several equals wins, which is the later leg.
        Credit::Longest => served
            .iter()
            .max_by_key(|(_, leg)| leg.talk_ms())
            .map(|(_, leg)| unit(leg))
            .into_iter()
            .collect(),
        // An agent who served the caller twice counts once, by the later leg.
        Credit::Every => served
            .iter()
            .map(|(_, leg)| (leg.agent, unit(leg)))
            .collect::<BTreeMap<_, _>>()
            .into_values()
            .collect(),
    };
    let call_id = call.map(|(id, _)| id);
    if let (Some((_, last)), Some((_, inferred))) = (served.last(), call) {
        let mut units = vec![Unit { kind: 0, agent: 0, ..unit(last) }];
        units.extend(credited);
        let link = if inferred { Link::Inferred } else { Link::Record };
        return Found { call_id, link, units, recorded };
    }
    // No record names an agent: what the hand-over said, with the queue of the last leg if the
    // record knows that much.
    let queue = row.said_queue.or(legs.iter().rev().find_map(|leg| leg.queue));
    let mut whole = Unit {
        kind: 0,
        agent: 0,
        team: row.said_team.unwrap_or_default(),
        queue: queue.unwrap_or_default(),
    };
    let Some(agent) = row.said_agent else {
        return Found { call_id, link: Link::None, units: vec![whole], recorded };
    };
    if whole.team == 0 {
        whole.team = team_at(stays, agent, row.started_ms);
    }
    let units = vec![whole, Unit { kind: 1, agent, ..whole }];
    Found { call_id, link: Link::Handover, units, recorded }
}

/// Who served the callers of some calls, as their records say.
pub(in crate::store) struct Handling {
    legs: HashMap<Uuid, Vec<Leg>>,
    stays: Stays,
}

/// The last agent who spoke with a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Last {
    pub agent: i64,
    pub queue: Option<i64>,
    /// Seconds of talk, where known.
    pub talk: Option<i64>,
    /// When the leg ended, else when it was answered or began.
    pub at_ms: Option<Millis>,
}

impl Handling {
    pub async fn read(tx: &mut Tx, calls: Vec<Uuid>) -> Result<Self, sqlx::Error> {
        let rows: Vec<Leg> = tx.fetch(LEGS, &[Column::Id(calls)]).await?;
        let agents: BTreeSet<i64> = rows.iter().filter_map(|leg| leg.agent).collect();
        let agents = Column::Int(agents.into_iter().collect());
        let mut handling = Self { legs: HashMap::new(), stays: HashMap::new() };
        for leg in rows {
            handling.legs.entry(leg.call_id).or_default().push(leg);
        }
        let stays: Vec<(i64, Millis, Option<Millis>, i64)> = tx.fetch(STAYS, &[agents]).await?;
        for (agent, from, to, team) in stays {
            handling.stays.entry(agent).or_default().push((from, to, team));
        }
        Ok(handling)
    }

    fn legs(&self, call: Uuid) -> &[Leg] {
        self.legs.get(&call).map_or(&[], Vec::as_slice)
    }

    /// `None` where no agent spoke with the caller.
    pub fn last(&self, call: Uuid) -> Option<Last> {
        let (_, leg) = *served(self.legs(call), Millis::MAX).last()?;
        let talk = leg.talk_seconds.or_else(|| {
            let (from, to) = (leg.answered_ms.or(leg.started_ms)?, leg.ended_ms?);
            Some((to - from).max(0) / 1000)
        });
        let at_ms = leg.ended_ms.or(leg.answered_ms).or(leg.started_ms);
        Some(Last { agent: leg.agent?, queue: leg.queue, talk, at_ms })
    }

    /// For whom the call would count if its caller were asked now; nobody where no agent spoke
    /// with the caller.
    pub fn units(&self, call: Uuid, rule: Credit) -> Vec<Unit> {
        let row = Row { id: call, started_ms: Millis::MAX, ..Row::default() };
        let found = decide(rule, &row, Some((call, false)), self.legs(call), &self.stays);
        match found.link {
            Link::Record => found.units,
            _ => Vec::new(),
        }
    }
}

/// A call that has a name.
#[derive(Clone, Copy, Debug)]
struct Named {
    call: Uuid,
    began: Option<Millis>,
    /// Nothing but the platform's notice of its end told of it.
    bare: bool,
}

/// All that linking reads about a few interviews.
pub(super) struct Evidence {
    /// Calls by their names.
    names: HashMap<String, Named>,
    /// Likewise by the names of their legs.
    legs_named: HashMap<String, BTreeMap<Uuid, Option<Millis>>>,
    callers: HashMap<Uuid, BTreeSet<Uuid>>,
    legs: HashMap<Uuid, Vec<Leg>>,
    stays: Stays,
    /// What was decided by hand, by interview.
    hands: HashMap<Uuid, Hand>,
    /// By survey version: the rule in force, and the one that a recount counts by.
    rules: HashMap<i64, (Credit, Credit)>,
}

impl Evidence {
    pub async fn read(tx: &mut Tx, rows: &[Row], match_ms: Millis) -> Result<Self, StoreError> {
        let said: BTreeSet<&str> = rows
            .iter()
            .flat_map(|row| [&row.said_call, &row.call_ref, &row.said_leg])
            .filter_map(|name| name.as_deref())
            .collect();
        let names: Vec<(String, Uuid, Option<Millis>, i64)> =
            tx.fetch(BY_NAME, &[Column::Text(said.into_iter().collect())]).await?;
        let said: BTreeSet<&str> = rows.iter().filter_map(|r| r.said_leg.as_deref()).collect();
        let by_leg: Vec<(String, Uuid, Option<Millis>)> =
            tx.fetch(BY_LEG, &[Column::Text(said.into_iter().collect())]).await?;
        let callers: Vec<(Uuid, Uuid, Millis)> = rows
            .iter()
            .filter_map(|row| Some((row.id, row.caller_hash?, row.started_ms)))
            .collect();
        let columns = [
            Column::Id(callers.iter().map(|c| c.0).collect()),
            Column::Id(callers.iter().map(|c| c.1).collect()),
            Column::Int(callers.iter().map(|c| c.2).collect()),
            Column::Int(vec![match_ms; callers.len()]),
        ];
        let by_caller: Vec<(Uuid, Uuid)> = tx.fetch(BY_CALLER, &columns).await?;
        let hands = hand::of(tx, rows.iter().map(|row| row.id).collect()).await?;
        let chosen = hands.values().filter_map(|hand| match hand {
            Hand::Call(call) => Some(*call),
            _ => None,
        });
        let calls: BTreeSet<Uuid> = names
            .iter()
            .map(|name| name.1)
            .chain(chosen)
            .chain(by_leg.iter().map(|leg| leg.1))
            .chain(by_caller.iter().map(|call| call.1))
            .chain(rows.iter().filter_map(Row::inferred_once))
            .collect();
        let legs: Vec<Leg> = tx.fetch(LEGS, &[Column::Id(calls.into_iter().collect())]).await?;
        let agents: BTreeSet<i64> = legs
            .iter()
            .filter_map(|leg| leg.agent)
            .chain(rows.iter().filter_map(|row| row.said_agent))
            .chain(hands.values().filter_map(|hand| match hand {
                Hand::Served { agent, .. } => *agent,
                _ => None,
            }))
            .collect();
        let stays: Vec<(i64, Millis, Option<Millis>, i64)> =
            tx.fetch(STAYS, &[Column::Int(agents.into_iter().collect())]).await?;
        let versions: BTreeSet<i64> = rows.iter().map(|row| row.survey).collect();
        type Rules = (i64, Option<String>, Option<String>, Option<String>);
        let rules: Vec<Rules> =
            tx.fetch(RULES, &[Column::Int(versions.into_iter().collect())]).await?;

        let mut evidence = Self {
            names: names
                .into_iter()
                .map(|(name, call, began, bare)| (name, Named { call, began, bare: bare == 1 }))
                .collect(),
            legs_named: HashMap::new(),
            callers: HashMap::new(),
            legs: HashMap::new(),
            stays: HashMap::new(),
            hands,
            rules: HashMap::new(),
        };
        for (leg, call, at) in by_leg {
            evidence.legs_named.entry(leg).or_default().insert(call, at);
        }
        for (interview, call) in by_caller {
            evidence.callers.entry(interview).or_default().insert(call);
        }
        for leg in legs {
            evidence.legs.entry(leg.call_id).or_default().push(leg);
        }
        for (agent, from, to, team) in stays {
            evidence.stays.entry(agent).or_default().push((from, to, team));
        }
        for (version, kept, next, definition) in rules {
            let rule = match (kept, definition) {
                (Some(word), _) => credit_of(&word)?,
                (None, Some(definition)) => rule_of(&definition)?,
                (None, None) => continue,
            };
            let next = next.as_deref().map_or(Ok(rule), credit_of)?;
            evidence.rules.insert(version, (rule, next));
        }
        Ok(evidence)
    }

    fn legs(&self, call: Uuid) -> &[Leg] {
        self.legs.get(&call).map_or(&[], Vec::as_slice)
    }

    /// The interview's call, and whether it was only inferred. The centre's own id goes first,
    /// then the provider's, then the leg's; a leg's id counts where only one call has it, since
    /// some centres number the legs of each call from 1. Ids are used again by some platforms: a
    /// call of another day is not this one.
    fn call(&self, row: &Row) -> Option<(Uuid, bool)> {
        let near = |began: Option<Millis>| {
            began.is_none_or(|at| at.abs_diff(row.started_ms) <= SAME_CALL_MS.unsigned_abs())
        };
        let named = [&row.said_call, &row.call_ref, &row.said_leg].into_iter().find_map(|name| {
            let named = *self.names.get(name.as_deref()?)?;
            near(named.began).then_some(named)
        });
        let by_leg = || {
            let calls = self.legs_named.get(row.said_leg.as_deref()?)?;
            let mut calls = calls.iter().filter(|(_, began)| near(**began));
            let (only, _) = calls.next()?;
            calls.next().is_none().then_some(*only)
        };
        // Of a call that only the platform's own notice told of nobody knows who served it: the
        // centre's record of it may come without the platform's id.
        match named {
            Some(named) if named.bare && row.said_call.is_none() && row.said_leg.is_none() => {
                let names_agent =
                    |guess: &Uuid| self.legs(*guess).iter().any(|l| l.agent.is_some());
                let guess = self.guess(row).filter(names_agent);
                Some(guess.map_or((named.call, false), |guess| (guess, true)))
            }
            Some(named) => Some((named.call, false)),
            None => match by_leg() {
                Some(call) => Some((call, false)),
                None => self.guess(row).map(|call| (call, true)),
            },
        }
    }

    /// The only call that fits by caller and time.
    fn guess(&self, row: &Row) -> Option<Uuid> {
        if let Some(call) = row.inferred_once() {
            return Some(call);
        }
        // A guess must not contradict an agent that the hand-over named.
        let mut fitting = self.callers.get(&row.id)?.iter().copied().filter(|call| {
            row.said_agent.is_none_or(|said| {
                let mut agents = self.legs(*call).iter().filter_map(|leg| leg.agent).peekable();
                agents.peek().is_none() || agents.any(|agent| agent == said)
            })
        });
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    }

    /// For whom the interview counts by the rule in force.
    pub fn decide(&self, row: &Row) -> Found {
        self.decide_by(row, |(rule, _)| rule)
    }

    /// For whom it counts by the rule of the recount that is under way, if one is.
    pub fn decide_next(&self, row: &Row) -> Found {
        self.decide_by(row, |(_, next)| next)
    }

    fn decide_by(&self, row: &Row, which: impl Fn((Credit, Credit)) -> Credit) -> Found {
        let hand = self.hands.get(&row.id);
        let call = match hand {
            Some(Hand::Call(chosen)) => Some((*chosen, false)),
            _ => self.call(row),
        };
        let rule = self.rules.get(&row.survey).copied().map_or(Credit::Last, which);
        let legs = call.map_or(&[][..], |(id, _)| self.legs(id));
        let found = decide(rule, row, call, legs, &self.stays);
        match hand {
            None | Some(Hand::Records) => found,
            Some(Hand::Call(_)) => Found { link: Link::Hand, ..found },
            Some(Hand::Served { agent, team, queue }) => {
                let units = self.units_by_hand(row, &found, *agent, *team, *queue);
                // Its call stays the one that ids tell: so a disagreement can be seen.
                Found { link: Link::Hand, units, ..found }
            }
        }
    }

    /// For whom it counts by hand. Team and queue that nobody gave are found as otherwise.
    fn units_by_hand(
        &self,
        row: &Row,
        found: &Found,
        agent: Option<i64>,
        team: Option<i64>,
        queue: Option<i64>,
    ) -> Vec<Unit> {
        let said_of_them = row.said_team.filter(|_| agent.is_some() && row.said_agent == agent);
        let by_time = agent.map(|agent| team_at(&self.stays, agent, row.started_ms));
        let known = found.units.first().map(|whole| whole.queue);
        let whole = Unit {
            kind: 0,
            agent: 0,
            team: team.or(said_of_them).or(by_time).unwrap_or_default(),
            queue: queue.or(known).unwrap_or_default(),
        };
        let own = agent.map(|agent| Unit { kind: 1, agent, ..whole });
        std::iter::once(whole).chain(own).collect()
    }
}

pub(super) fn credit_of(word: &str) -> Result<Credit, StoreError> {
    serde_json::from_value(serde_json::Value::from(word))
        .map_err(|_| StoreError::Corrupt(format!("\"{word}\" is not a credit rule")))
}

pub(in crate::store) fn credit_word(rule: Credit) -> &'static str {
    match rule {
        Credit::Last => "last",
        Credit::First => "first",
        Credit::Longest => "longest",
        Credit::Every => "every",
    }
}

/// The rule inside a kept survey version.
fn rule_of(definition: &str) -> Result<Credit, StoreError> {
    #[derive(Deserialize)]
    struct Rule {
        credit: Credit,
    }
    serde_json::from_str::<Rule>(definition)
        .map(|rule| rule.credit)
        .map_err(|fault| StoreError::Corrupt(format!("a kept survey cannot be read: {fault}")))
}
