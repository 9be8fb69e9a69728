//! The three tallies, from which all statistics come: what one interview counts for, and the
//! changes that follow when it changes.
//!
//! What an interview counts for is a pure function of its row, its answers and its credits, so
//! that a change is always "what it counts for now" minus "what it counted for before", and a
//! recount adds up the same function over all interviews.
//!
//! Whoever changes an interview, its answers or its credits does so in one write transaction that
//! first locks the interview's row ([`lock`]), in the order of ids, reads credits and the
//! generation only after that, and writes the [`Changes`]. On PostgreSQL several nodes do this at
//! once; the row lock is what makes their changes add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::FromRow;
use uuid::Uuid;

use super::own::plain;
use super::rows::{Column, Tx};
use super::writer::again;
use super::{Store, StoreError, periods};
use crate::interview::{Disposition, InterviewId, Millis, Outcome};

/// A hang-up notice closes its interview this long after, for turns still on their way.
pub(crate) const AFTER_HANGUP_MS: Millis = 60_000;

/// An interview closes this long after its limit at the latest.
pub(crate) const AFTER_LIMIT_MS: Millis = 120_000;

/// The stage of the funnel, in the whole only, of interviews that were offered and count for no
/// agent.
pub const NOT_LINKED: &str = "not_linked";

/// The stage of the funnel of interviews whose call has a record that names an agent.
pub const RECORDED: &str = "recorded";

/// The stage, in place of `offered`, of calls that fell outside the sample or above an agent's cap.
/// With those offered they are the calls that a sample of the day stands for.
pub const SAMPLED_OUT: &str = "sampled_out";

/// Why such calls were not asked.
const NOT_IN_SAMPLE: [&str; 2] = ["sampled_out", "agent_cap"];

/// Seconds counted one by one in the drop-off; this one stands for itself and all later ones.
const LAST_SECOND: i64 = 61;

const LOCK: &str = "select id, survey, language, channel, day, started_ms, limit_ms, ineligible,
        turn, recorded_ms, open_question, started, turns_disposition, disposition, failed,
        finished_ms, ended_ms, ended_how, closed, counted, day_before,
        recorded, caller_hash, caller_sealed is not null as numbered, anonymous
    from interviews where id in ({rows uuid}) order by id {lock}";

const READ: &str = "select id, survey, language, channel, day, started_ms, limit_ms, ineligible,
        turn, recorded_ms, open_question, started, turns_disposition, disposition, failed,
        finished_ms, ended_ms, ended_how, closed, counted, day_before,
        recorded, caller_hash, caller_sealed is not null as numbered, anonymous
    from interviews where id in ({rows uuid})";

const CREDITS: &str = "select interview, gen, kind, agent, team, queue
    from credits where interview in ({rows uuid})";

const ANSWERS: &str = "select interview, question, outcome, turn, at_ms, outside_control
    from answers where interview in ({rows uuid})";

const STATE: &str = "select reading, writing from tally_state where id = 1";
const STATE_HELD: &str = "select reading, writing, rolled, closed_before
    from tally_state where id = 1 {share}";

const ADD_ANSWERS: &str = "insert into answer_tally (gen, day, survey, question, language, channel,
        kind, agent, team, queue, outcome, n_raw, n_reviewed)
    {rows bigint, bigint, bigint, bigint, text, text, bigint, bigint, bigint, bigint, bigint,
        bigint, bigint}
    on conflict (gen, day, survey, question, language, channel, kind, agent, team, queue, outcome)
    do update set n_raw = answer_tally.n_raw + excluded.n_raw,
        n_reviewed = answer_tally.n_reviewed + excluded.n_reviewed";

const ADD_FUNNEL: &str = "insert into funnel_tally (gen, day, survey, language, channel, kind,
        agent, team, queue, stage, n)
    {rows bigint, bigint, bigint, text, text, bigint, bigint, bigint, bigint, text, bigint}
    on conflict (gen, day, survey, language, channel, kind, agent, team, queue, stage)
    do update set n = funnel_tally.n + excluded.n";

const ADD_DROPS: &str = "insert into drop_tally (gen, day, survey, language, question, second, n)
    {rows bigint, bigint, bigint, text, bigint, bigint, bigint}
    on conflict (gen, day, survey, language, question, second)
    do update set n = drop_tally.n + excluded.n";

const DROP_CREDITS: &str = "delete from credits where interview in ({rows uuid})";

const DROP_CREDITS_IN: &str = "delete from credits where (interview, gen) in ({rows uuid, bigint})
    {of interview}";

const PUT_CREDITS: &str =
    "insert into credits (interview, gen, kind, agent, team, queue, started_ms)
    {rows uuid, bigint, bigint, bigint, bigint, bigint, bigint}";

/// The part of an interview's row that decides what it counts for and when it is closed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Interview {
    pub id: Uuid,
    pub survey: i64,
    pub language: String,
    pub channel: String,
    pub day: i64,
    pub started_ms: Millis,
    pub limit_ms: Millis,
    pub ineligible: String,
    pub turn: i64,
    pub recorded_ms: Millis,
    pub open_question: Option<i64>,
    pub started: bool,
    pub turns_disposition: String,
    pub disposition: String,
    pub failed: Option<String>,
    pub finished_ms: Option<Millis>,
    pub ended_ms: Option<Millis>,
    pub ended_how: Option<String>,
    pub closed: bool,
    /// The caller's number is kept, encrypted.
    pub numbered: bool,
    /// It leads to nobody.
    pub anonymous: bool,
    /// Newest generation of the tallies that counts it.
    pub counted: i64,
    /// Its day in the generations before `counted`.
    pub day_before: i64,
    /// Its call has a record that names an agent.
    pub recorded: bool,
    pub caller_hash: Option<Uuid>,
}

plain!(Interview {
    id,
    survey,
    language,
    channel,
    day,
    started_ms,
    limit_ms,
    ineligible,
    turn,
    recorded_ms,
    open_question,
    started,
    turns_disposition,
    disposition,
    failed,
    finished_ms,
    ended_ms,
    ended_how,
    closed,
    counted,
    day_before,
    recorded,
    caller_hash,
    numbered,
    anonymous
});

impl Interview {
    /// The moment from which nothing more is written for it.
    pub(crate) fn closes_ms(&self) -> Millis {
        closes_ms(self.limit_ms, self.ended_ms, self.finished_ms)
    }

    /// The day on which a generation of the tallies counts it.
    pub(crate) fn day_in(&self, generation: i64) -> i64 {
        if generation < self.counted { self.day_before } else { self.day }
    }

    /// Works out the disposition from all that is stored, in whatever order it came: a comment
    /// without a turn makes a started interview, and a failure explains a caller who was lost,
    /// but takes nothing from one who had answered enough or had refused.
    pub(crate) fn settle(&mut self) {
        use Disposition::{BreakOff, Failed, NoContact};
        let Some(turns) = Disposition::from_word(&self.turns_disposition) else { return };
        let by_facts = if turns == NoContact && self.started { BreakOff } else { turns };
        let lost = matches!(by_facts, NoContact | BreakOff);
        let settled = if lost && self.failed.is_some() { Failed } else { by_facts };
        self.disposition = settled.word().to_owned();
    }

    /// Whether another state of the same interview counts for the same in the funnel.
    fn stands_as(&self, other: &Self) -> bool {
        let words = [&self.language, &self.channel, &self.ineligible, &self.disposition];
        let others = [&other.language, &other.channel, &other.ineligible, &other.disposition];
        let place = (self.survey, self.day, self.day_before, self.counted);
        let others_place = (other.survey, other.day, other.day_before, other.counted);
        words == others
            && place == others_place
            && (self.started, self.recorded) == (other.started, other.recorded)
    }

    /// Where the caller hung up: the open question and the second of it; `None` for one who did
    /// not, or who heard the goodbye.
    fn drop(&self) -> Option<(i64, i64)> {
        let ended_ms = self.ended_ms.filter(|_| self.finished_ms.is_none())?;
        let question = self.open_question.filter(|_| self.ineligible.is_empty())?;
        Some((question, ((ended_ms - self.recorded_ms) / 1000).clamp(0, LAST_SECOND)))
    }
}

/// The moment from which nothing more is written: its own last word, a minute after the hang-up
/// notice, or two minutes after its limit.
pub(crate) fn closes_ms(
    limit_ms: Millis,
    ended_ms: Option<Millis>,
    finished_ms: Option<Millis>,
) -> Millis {
    let by_limit = limit_ms.saturating_add(AFTER_LIMIT_MS);
    let by_hangup = ended_ms.map_or(by_limit, |at| at.saturating_add(AFTER_HANGUP_MS));
    by_limit.min(by_hangup).min(finished_ms.unwrap_or(by_limit))
}

/// For whom an interview counts: `kind` 0 the whole (agent 0), 1 an agent; 0 is "none known".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, FromRow)]
pub struct Unit {
    /// 0 the whole interview, exactly once; 1 an agent of the call.
    pub kind: i64,
    /// The agent's id; 0 in the whole, or where none is known.
    pub agent: i64,
    /// The team's id at the call; 0 where none is known.
    pub team: i64,
    /// The queue's id; 0 where none is known.
    pub queue: i64,
}

/// How one item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Index into the survey's questions.
    pub question: i64,
    /// How it stands.
    pub outcome: Outcome,
    /// The turn that said so; 0 for a comment that came without a turn.
    pub turn: i64,
    /// When that was.
    pub at_ms: Millis,
    /// A reviewer marked it as outside the agent's control.
    pub outside_control: bool,
}

/// Key of the answer tally, without the generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AnswerKey {
    pub day: i64,
    pub survey: i64,
    pub question: i64,
    pub language: String,
    pub channel: String,
    pub unit: Unit,
    pub outcome: i64,
}

/// Key of the funnel tally, without the generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FunnelKey {
    pub day: i64,
    pub survey: i64,
    pub language: String,
    pub channel: String,
    pub unit: Unit,
    pub stage: String,
}

/// Key of the drop-off tally, without the generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DropKey {
    pub day: i64,
    pub survey: i64,
    pub language: String,
    pub question: i64,
    pub second: i64,
}

/// Counts, or changes of counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallies {
    /// Raw and reviewed counts.
    pub answers: BTreeMap<AnswerKey, (i64, i64)>,
    pub funnel: BTreeMap<FunnelKey, i64>,
    pub drops: BTreeMap<DropKey, i64>,
}

impl Tallies {
    /// Adds (`sign` 1) or takes away (-1) what an interview with these answers and all its units
    /// counts for in a generation. Given only the answers that change, the change of the whole
    /// comes out right all the same.
    pub(crate) fn count(
        &mut self,
        generation: i64,
        interview: &Interview,
        answers: &[Answer],
        units: &[Unit],
        sign: i64,
    ) {
        let day = interview.day_in(generation);
        let linked = units.iter().any(|unit| unit.kind == 1 && unit.agent > 0);
        for unit in units {
            self.count_funnel(day, interview, *unit, linked, sign);
        }
        self.count_answers(generation, interview, answers, units, sign);
    }

    /// As [`Tallies::count`], without the stages of the funnel.
    fn count_answers(
        &mut self,
        generation: i64,
        interview: &Interview,
        answers: &[Answer],
        units: &[Unit],
        sign: i64,
    ) {
        let day = interview.day_in(generation);
        for unit in units {
            for answer in answers {
                // A withdrawn answer is kept but counts for nothing.
                if answer.outcome == Outcome::Withdrawn {
                    continue;
                }
                let key = AnswerKey {
                    day,
                    survey: interview.survey,
                    question: answer.question,
                    language: interview.language.clone(),
                    channel: interview.channel.clone(),
                    unit: *unit,
                    outcome: answer.outcome.code(),
                };
                let (raw, reviewed) = self.answers.entry(key).or_default();
                *raw += sign;
                if !answer.outside_control {
                    *reviewed += sign;
                }
            }
        }
        if let Some((question, second)) = interview.drop() {
            let key = DropKey {
                day,
                survey: interview.survey,
                language: interview.language.clone(),
                question,
                second,
            };
            *self.drops.entry(key).or_default() += sign;
        }
    }

    fn count_funnel(
        &mut self,
        day: i64,
        interview: &Interview,
        unit: Unit,
        linked: bool,
        sign: i64,
    ) {
        let offered = interview.ineligible.is_empty();
        let stages = [
            Some("handed_over"),
            offered.then_some("offered"),
            (offered && interview.started).then_some("started"),
            (offered && !linked && unit.kind == 0).then_some(NOT_LINKED),
            interview.recorded.then_some(RECORDED),
            NOT_IN_SAMPLE.contains(&interview.ineligible.as_str()).then_some(SAMPLED_OUT),
            Some(interview.disposition.as_str()),
        ];
        for stage in stages.into_iter().flatten() {
            let key = FunnelKey {
                day,
                survey: interview.survey,
                language: interview.language.clone(),
                channel: interview.channel.clone(),
                unit,
                stage: stage.to_owned(),
            };
            *self.funnel.entry(key).or_default() += sign;
        }
    }

    /// Forgets changes of closed days, whatever became of their facts.
    fn keep_open(&mut self, closed_before: i64) {
        self.answers.retain(|key, _| key.day >= closed_before);
        self.funnel.retain(|key, _| key.day >= closed_before);
        self.drops.retain(|key, _| key.day >= closed_before);
    }

    /// Forgets what comes to nothing.
    pub(crate) fn prune(&mut self) {
        self.answers.retain(|_, n| *n != (0, 0));
        self.funnel.retain(|_, n| *n != 0);
        self.drops.retain(|_, n| *n != 0);
    }

    async fn write(mut self, tx: &mut Tx, generation: i64, held: Held) -> Result<(), sqlx::Error> {
        self.keep_open(held.closed_before);
        self.prune();
        let answers = self.answers.keys().map(|key| key.day);
        let days = answers.chain(self.funnel.keys().map(|key| key.day));
        let over: BTreeSet<i64> = days.filter(|day| *day <= held.rolled).collect();
        let of = &self.answers;
        let columns = [
            Column::Int(vec![generation; of.len()]),
            Column::Int(of.keys().map(|k| k.day).collect()),
            Column::Int(of.keys().map(|k| k.survey).collect()),
            Column::Int(of.keys().map(|k| k.question).collect()),
            Column::Text(of.keys().map(|k| k.language.as_str()).collect()),
            Column::Text(of.keys().map(|k| k.channel.as_str()).collect()),
            Column::Int(of.keys().map(|k| k.unit.kind).collect()),
            Column::Int(of.keys().map(|k| k.unit.agent).collect()),
            Column::Int(of.keys().map(|k| k.unit.team).collect()),
            Column::Int(of.keys().map(|k| k.unit.queue).collect()),
            Column::Int(of.keys().map(|k| k.outcome).collect()),
            Column::Int(of.values().map(|n| n.0).collect()),
            Column::Int(of.values().map(|n| n.1).collect()),
        ];
        tx.run(ADD_ANSWERS, &columns).await?;
        let of = &self.funnel;
        let columns = [
            Column::Int(vec![generation; of.len()]),
            Column::Int(of.keys().map(|k| k.day).collect()),
            Column::Int(of.keys().map(|k| k.survey).collect()),
            Column::Text(of.keys().map(|k| k.language.as_str()).collect()),
            Column::Text(of.keys().map(|k| k.channel.as_str()).collect()),
            Column::Int(of.keys().map(|k| k.unit.kind).collect()),
            Column::Int(of.keys().map(|k| k.unit.agent).collect()),
            Column::Int(of.keys().map(|k| k.unit.team).collect()),
            Column::Int(of.keys().map(|k| k.unit.queue).collect()),
            Column::Text(of.keys().map(|k| k.stage.as_str()).collect()),
            Column::Int(of.values().copied().collect()),
        ];
        tx.run(ADD_FUNNEL, &columns).await?;
        let of = &self.drops;
        let columns = [
            Column::Int(vec![generation; of.len()]),
            Column::Int(of.keys().map(|k| k.day).collect()),
            Column::Int(of.keys().map(|k| k.survey).collect()),
            Column::Text(of.keys().map(|k| k.language.as_str()).collect()),
            Column::Int(of.keys().map(|k| k.question).collect()),
            Column::Int(of.keys().map(|k| k.second).collect()),
            Column::Int(of.values().copied().collect()),
        ];
        tx.run(ADD_DROPS, &columns).await?;
        periods::note(tx, generation, &over).await
    }
}

/// Changes of tallies in one transaction, for each generation that is written.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(super) held: Held,
    pub(super) by_generation: BTreeMap<i64, Tallies>,
}

impl Changes {
    /// No changes yet. `held` must have been read in the same transaction.
    pub(crate) fn new(held: Held) -> Self {
        Self { held, by_generation: BTreeMap::new() }
    }

    /// As [`Tallies::count`], in the generation that is read and, where a recount has already
    /// counted this interview into the next one, there too; in each by its own credits.
    pub(crate) fn count(
        &mut self,
        interview: &Interview,
        answers: &[Answer],
        credits: &[(i64, Unit)],
        sign: i64,
    ) {
        self.count_in(self.held.reading, interview, answers, credits, sign);
        if interview.counted != self.held.reading {
            self.count_in(interview.counted, interview, answers, credits, sign);
        }
    }

    /// Counts an interview and its answers as they are now in place of as they were. On most turns
    /// its place in the funnel stays: then nothing of it is touched.
    pub(crate) fn change(
        &mut self,
        before: (&Interview, &[Answer]),
        after: (&Interview, &[Answer]),
        credits: &[(i64, Unit)],
    ) {
        if !before.0.stands_as(after.0) {
            self.count(before.0, before.1, credits, -1);
            self.count(after.0, after.1, credits, 1);
            return;
        }
        let (reading, counted) = (self.held.reading, before.0.counted);
        let second = (counted != reading).then_some(counted);
        for generation in [Some(reading), second].into_iter().flatten() {
            let units = units_in(credits, generation);
            let tallies = self.by_generation.entry(generation).or_default();
            tallies.count_answers(generation, before.0, before.1, &units, -1);
            tallies.count_answers(generation, after.0, after.1, &units, 1);
        }
    }

    /// As [`Tallies::count`], in one generation by its own credits.
    pub(crate) fn count_in(
        &mut self,
        generation: i64,
        interview: &Interview,
        answers: &[Answer],
        credits: &[(i64, Unit)],
        sign: i64,
    ) {
        let units = units_in(credits, generation);
        let tallies = self.by_generation.entry(generation).or_default();
        tallies.count(generation, interview, answers, &units, sign);
    }

    /// Adds the changes to the tables.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        for (generation, tallies) in self.by_generation {
            tallies.write(tx, generation, self.held).await?;
        }
        Ok(())
    }
}

/// Locks interviews, in the order of their ids, and reads them. Ids that are not there are left
/// out.
pub(crate) async fn lock(
    tx: &mut Tx,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Interview>, sqlx::Error> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<Interview> = tx.fetch_plain(LOCK, &[Column::Id(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Reads interviews without a lock, for whoever only looks.
pub(crate) async fn read(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Vec<Interview>, sqlx::Error> {
    tx.fetch(READ, &[Column::Id(ids)]).await
}

/// For whom interviews count, in each generation of the tallies that counts them.
pub(crate) type Credits = HashMap<Uuid, Vec<(i64, Unit)>>;

/// The units of one generation.
pub(crate) fn units_in(credits: &[(i64, Unit)], generation: i64) -> Vec<Unit> {
    credits.iter().filter(|(of, _)| *of == generation).map(|(_, unit)| *unit).collect()
}

/// For whom these interviews count. Read it after [`lock`].
pub(crate) async fn credits(tx: &mut Tx, ids: Vec<Uuid>) -> Result<Credits, sqlx::Error> {
    let rows: Vec<(Uuid, i64, i64, i64, i64, i64)> =
        tx.fetch_plain(CREDITS, &[Column::Id(ids)]).await?;
    let mut credits = Credits::new();
    for (id, generation, kind, agent, team, queue) in rows {
        credits.entry(id).or_default().push((generation, Unit { kind, agent, team, queue }));
    }
    Ok(credits)
}

/// How the items of these interviews stand. Read it after [`lock`].
pub(crate) async fn answers(
    tx: &mut Tx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Answer>>, sqlx::Error> {
    type Row = (Uuid, i64, i64, i64, i64, bool);
    let rows: Vec<Row> = tx.fetch_plain(ANSWERS, &[Column::Id(ids)]).await?;
    let mut found: HashMap<Uuid, Vec<Answer>> = HashMap::new();
    for (id, question, code, turn, at_ms, outside_control) in rows {
        let outcome = outcome_of(code)?;
        let answer = Answer { question, outcome, turn, at_ms, outside_control };
        found.entry(id).or_default().push(answer);
    }
    Ok(found)
}

/// The outcome of a stored number.
pub(crate) fn outcome_of(code: i64) -> Result<Outcome, sqlx::Error> {
    Outcome::from_code(code)
        .ok_or_else(|| sqlx::Error::Decode(format!("{code} is not an outcome of an item").into()))
}

/// Which generation of the tallies is read and which is written.
pub(crate) async fn generations(tx: &mut Tx) -> Result<(i64, i64), sqlx::Error> {
    tx.fetch(STATE, &[]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}

/// What stays as it is until the transaction ends.
#[derive(Clone, Copy, Debug, FromRow)]
pub(crate) struct Held {
    /// The generation of the tallies that reports read.
    pub reading: i64,
    /// The one that a recount writes, or the same.
    pub writing: i64,
    /// The last day whose changes are noted ([`periods`]).
    pub rolled: i64,
    /// Days before this one are closed: their tallies change no more.
    pub closed_before: i64,
}

plain!(Held { reading, writing, rolled, closed_before });

/// Holds the state of the tallies until the transaction ends; whoever changes an interview or a
/// tally needs this. No recount begins between reading the generation and adding an interview, and
/// no day is packed that somebody changes without noting it. Hold it after [`lock`].
pub(crate) async fn hold(tx: &mut Tx) -> Result<Held, sqlx::Error> {
    tx.fetch_plain(STATE_HELD, &[]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}

/// An interview, its start, and for whom it counts in each generation.
pub(crate) type Credit<'a> = (Uuid, Millis, &'a [(i64, Unit)]);

/// Adds credits of interviews.
pub(crate) async fn put_credits(tx: &mut Tx, credits: &[Credit<'_>]) -> Result<(), sqlx::Error> {
    let rows: Vec<(Uuid, Millis, i64, Unit)> = credits
        .iter()
        .flat_map(|(id, started_ms, units)| {
            units.iter().map(|(generation, unit)| (*id, *started_ms, *generation, *unit))
        })
        .collect();
    let columns = [
        Column::Id(rows.iter().map(|row| row.0).collect()),
        Column::Int(rows.iter().map(|row| row.2).collect()),
        Column::Int(rows.iter().map(|row| row.3.kind).collect()),
        Column::Int(rows.iter().map(|row| row.3.agent).collect()),
        Column::Int(rows.iter().map(|row| row.3.team).collect()),
        Column::Int(rows.iter().map(|row| row.3.queue).collect()),
        Column::Int(rows.iter().map(|row| row.1).collect()),
    ];
    tx.run(PUT_CREDITS, &columns).await?;
    Ok(())
}

/// Takes away the credits that interviews have in one generation.
pub(crate) async fn drop_credits_in(
    tx: &mut Tx,
    generation: i64,
    ids: Vec<Uuid>,
) -> Result<(), sqlx::Error> {
    let generations = vec![generation; ids.len()];
    tx.run(DROP_CREDITS_IN, &[Column::Id(ids), Column::Int(generations)]).await?;
    Ok(())
}

/// Gives locked interviews new credits, in all generations that count them, and moves all that
/// they count for, each exactly once. An interview that is not among the locked is passed over.
/// `recorded` says of whose calls a record names an agent from now on, where that changes.
///
/// Linking calls this in a write transaction ([`Tx::write`]) in which it has changed nothing of
/// tallies itself; each list holds, for each generation, one unit of kind 0 and no unit twice.
pub(crate) async fn move_credits(
    tx: &mut Tx,
    locked: &BTreeMap<Uuid, Interview>,
    mut changes: Changes,
    wanted: &Credits,
    recorded: &HashMap<Uuid, bool>,
) -> Result<(), sqlx::Error> {
    let moved: Vec<(&Uuid, &Interview)> =
        locked.iter().filter(|(id, _)| wanted.contains_key(id)).collect();
    let ids: Vec<Uuid> = moved.iter().map(|(id, _)| **id).collect();
    let old = credits(tx, ids.clone()).await?;
    let answers = answers(tx, ids.clone()).await?;
    let mut put = Vec::with_capacity(ids.len());
    for (id, interview) in moved {
        let given = answers.get(id).map_or(&[][..], Vec::as_slice);
        let units = wanted.get(id).map_or(&[][..], Vec::as_slice);
        changes.count(interview, given, old.get(id).map_or(&[][..], Vec::as_slice), -1);
        match recorded.get(id).filter(|now| **now != interview.recorded) {
            None => changes.count(interview, given, units, 1),
            Some(now) => {
                let interview = Interview { recorded: *now, ..interview.clone() };
                changes.count(&interview, given, units, 1);
            }
        }
        put.push((*id, interview.started_ms, units));
    }
    tx.run(DROP_CREDITS, &[Column::Id(ids)]).await?;
    put_credits(tx, &put).await?;
    changes.write(tx).await
}

impl Store {
    /// Gives interviews new credits, in one transaction, and moves all that they count for. Each
    /// list of units holds exactly one of kind 0 and none twice; an interview that is not there
    /// is passed over. At most a few hundred at a time: their rows stay locked until it is done.
    ///
    /// # Errors
    /// If the database does not answer; then nothing is changed and it may be tried again.
    pub async fn credit(
        &self,
        wanted: &BTreeMap<InterviewId, Vec<Unit>>,
    ) -> Result<(), StoreError> {
        again(|| self.credit_once(wanted)).await
    }

    async fn credit_once(
        &self,
        wanted: &BTreeMap<InterviewId, Vec<Unit>>,
    ) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = wanted.keys().map(|id| Uuid::from_bytes(id.0)).collect();
        let mut tx = Tx::write(&self.pools).await?;
        let locked = lock(&mut tx, &ids).await?;
        let held = hold(&mut tx).await?;
        let reading = held.reading;
        let mut credits = Credits::new();
        for (id, interview) in &locked {
            let units = wanted.get(&InterviewId(*id.as_bytes())).map_or(&[][..], Vec::as_slice);
            let list = credits.entry(*id).or_default();
            list.extend(units.iter().map(|unit| (reading, *unit)));
            if interview.counted != reading {
                list.extend(units.iter().map(|unit| (interview.counted, *unit)));
            }
        }
        let changes = Changes::new(held);
        move_credits(&mut tx, &locked, changes, &credits, &HashMap::new()).await?;
        tx.commit().await?;
        Ok(())
    }
}
