//! Packs what is over, and packs again what has changed.

use std::collections::BTreeMap;

use sqlx::FromRow;
use tokio::time::Instant;

use super::super::doctor::Difference;
use super::super::rows::{Column, Tx};
use super::super::tally;
use super::super::writer::again;
use super::super::{Store, StoreError};
use super::Step;
use super::pack::{self, Units, Who};

/// Smaller than every day.
const BEFORE_ALL: i64 = i64::MIN;

/// Agents in one row of a pack: enough for few rows, few enough that one agent's years are
/// read without everybody's.
const SHARD_BITS: u32 = 8;

const FIRST_DAY: &str = "select min(day) from funnel_tally where gen = $1";
const FIRST_SPAN: &str = "select min(first) from tally_spans where gen = $1 and step = 0";
const LAST_SPAN: &str = "select max(first) from tally_spans where gen = $1 and step = 0";
const ROLL_ON: &str = "update tally_state set rolled = $1 where id = 1 and rolled <= $1";
const PUT_SPANS: &str = "insert into tally_spans (gen, step, first, last, changed, packed)
    {rows bigint, bigint, bigint, bigint, bigint, bigint} on conflict do nothing";
const NEXT_CHANGED: &str = "select first from tally_spans
    where gen = $1 and step = $2 and first > $3 and packed <> changed order by first limit 1";
const SPAN: &str = "select last, changed, packed from tally_spans
    where gen = $1 and step = $2 and first = $3";
const SPAN_LOCKED: &str = "select last, changed, packed from tally_spans
    where gen = $1 and step = $2 and first = $3 {lock}";
const UNPACKED: &str = "select count(*) from tally_spans
    where gen = $1 and step = $2 and first between $3 and $4 and packed <> changed";
const PACKED: &str = "update tally_spans set packed = $4
    where gen = $1 and step = $2 and first = $3";
const DROP_PACKS: &str = "delete from tally_packs
    where gen = $1 and step = $2 and kind in (0, 1) and first = $3";
const PUT_PACKS: &str = "insert into tally_packs (gen, step, kind, first, shard, survey, language,
        channel, body)
    {rows bigint, bigint, bigint, bigint, bigint, bigint, text, text, bytea}";

const ANSWERS: &str = "select kind, survey, language, channel, agent, team, queue, question,
        outcome, n_raw, n_reviewed
    from answer_tally where gen = $1 and day = $2";
const STAGES: &str = "select kind, survey, language, channel, agent, team, queue, stage, n
    from funnel_tally where gen = $1 and day = $2";
const PARTS: &str = "select kind, shard, survey, language, channel, body
    from tally_packs where gen = $1 and step = $2 and kind in (0, 1) and first between $3 and $4";

const GOOD_SPANS: &str = "select first from tally_spans
    where gen = $1 and step = $2 and first > $3 and packed = changed order by first limit 1";

#[derive(FromRow)]
struct Span {
    last: i64,
    changed: i64,
    packed: i64,
}

/// What tells the rows of one span apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    kind: i64,
    shard: i64,
    survey: i64,
    language: String,
    channel: String,
}

/// What is packed of one span.
type Packs = BTreeMap<Row, Units>;

#[derive(FromRow)]
struct AnswerRow {
    kind: i64,
    survey: i64,
    language: String,
    channel: String,
    agent: i64,
    team: i64,
    queue: i64,
    question: i64,
    outcome: i64,
    n_raw: i64,
    n_reviewed: i64,
}

#[derive(FromRow)]
struct StageRow {
    kind: i64,
    survey: i64,
    language: String,
    channel: String,
    agent: i64,
    team: i64,
    queue: i64,
    stage: String,
    n: i64,
}

#[derive(FromRow)]
struct PackRow {
    kind: i64,
    shard: i64,
    survey: i64,
    language: String,
    channel: String,
    body: Vec<u8>,
}

/// The shard that holds an agent.
pub(crate) fn shard(agent: i64) -> i64 {
    agent >> SHARD_BITS
}

impl Store {
    /// Packs all days up to that one, the months and years that they fill, and what has changed of
    /// them since it was packed last; says how many spans it packed. Harmless whenever it runs,
    /// also twice at once or stopped half-way: what is not packed is read from the tallies by day.
    ///
    /// # Errors
    /// If the database does not answer; what was packed so far stays.
    pub async fn roll(&self, through: i64) -> Result<u64, StoreError> {
        self.over(through).await?;
        let (reading, _) = self.tally_generations().await?;
        self.roll_generation(reading).await
    }

    /// Says that all days up to that one are over: from now on their changes are noted, and
    /// [`Store::roll`] and a recount pack them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn over(&self, through: i64) -> Result<(), StoreError> {
        again(|| self.over_once(through)).await
    }

    async fn over_once(&self, through: i64) -> Result<(), StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let known = missing_spans(&mut tx, through).await?.is_empty();
        tx.commit().await?;
        if known {
            return Ok(());
        }
        let mut tx = Tx::write(&self.pools).await?;
        // Waits for every transaction that changes tallies and did not know that these days are
        // over; later ones note what they change.
        tx.run(ROLL_ON, &numbers(&[through])).await?;
        let spans = missing_spans(&mut tx, through).await?;
        let columns = [
            Column::Int(spans.iter().map(|(generation, ..)| *generation).collect()),
            Column::Int(spans.iter().map(|(_, span, _)| span.0.code()).collect()),
            Column::Int(spans.iter().map(|(_, span, _)| span.1).collect()),
            Column::Int(spans.iter().map(|(_, span, _)| span.2).collect()),
            Column::Int(vec![1; spans.len()]),
            Column::Int(spans.iter().map(|(.., packed)| *packed).collect()),
        ];
        tx.run(PUT_SPANS, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Packs what has changed of one generation.
    pub(in crate::store) async fn roll_generation(
        &self,
        generation: i64,
    ) -> Result<u64, StoreError> {
        let mut packed = 0;
        for step in Step::ALL {
            let mut first = BEFORE_ALL;
            while let Some(next) = self.next_span(NEXT_CHANGED, generation, step, first).await? {
                first = next;
                let began = Instant::now();
                packed += u64::from(again(|| self.pack(generation, step, first)).await?);
                // Others have the database half of the time.
                tokio::time::sleep(began.elapsed()).await;
            }
        }
        Ok(packed)
    }

    async fn next_span(
        &self,
        query: &'static str,
        generation: i64,
        step: Step,
        after: i64,
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let next = one(&mut tx, query, &[generation, step.code(), after]).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Packs one span, if nothing changes meanwhile; says whether it did.
    async fn pack(&self, generation: i64, step: Step, first: i64) -> Result<bool, StoreError> {
        let key = [generation, step.code(), first];
        let mut tx = Tx::look_up(&self.pools).await?;
        let Some(span) = span(&mut tx, SPAN, &key).await? else { return Ok(false) };
        let Some(packs) = gather(&mut tx, generation, step, (first, span.last)).await? else {
            return Ok(false);
        };
        tx.commit().await?;
        let rows: Vec<(&Row, Vec<u8>)> =
            packs.iter().map(|(row, units)| (row, pack::write(units))).collect();
        let rows: Vec<_> = rows.iter().filter(|(_, body)| !body.is_empty()).collect();
        let n = rows.len();
        let columns = [
            Column::Int(vec![generation; n]),
            Column::Int(vec![step.code(); n]),
            Column::Int(rows.iter().map(|(row, _)| row.kind).collect()),
            Column::Int(vec![first; n]),
            Column::Int(rows.iter().map(|(row, _)| row.shard).collect()),
            Column::Int(rows.iter().map(|(row, _)| row.survey).collect()),
            Column::Text(rows.iter().map(|(row, _)| row.language.as_str()).collect()),
            Column::Text(rows.iter().map(|(row, _)| row.channel.as_str()).collect()),
            Column::BytesOrNull(rows.iter().map(|(_, body)| Some(body.as_slice())).collect()),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        let now = self::span(&mut tx, SPAN_LOCKED, &key).await?;
        // Else it has changed since it was read, or somebody else was faster.
        let still = now.is_some_and(|now| now.changed == span.changed && now.packed != now.changed);
        if still {
            tx.run(DROP_PACKS, &numbers(&key)).await?;
            tx.run(PUT_PACKS, &columns).await?;
            let [a, b, c] = key;
            tx.run(PACKED, &numbers(&[a, b, c, span.changed])).await?;
        }
        tx.commit().await?;
        Ok(still)
    }

    /// Compares what reports read of packs with what it should have been packed from.
    pub(in crate::store) async fn check_packs(&self) -> Result<Vec<Difference>, StoreError> {
        let (generation, _) = self.tally_generations().await?;
        let mut differences = Vec::new();
        for step in Step::ALL {
            let mut first = BEFORE_ALL;
            while let Some(next) = self.next_span(GOOD_SPANS, generation, step, first).await? {
                first = next;
                let mut tx = Tx::look_up(&self.pools).await?;
                let Some(span) = span(&mut tx, SPAN, &[generation, step.code(), first]).await?
                else {
                    continue;
                };
                let now = gather(&mut tx, generation, step, (first, span.last)).await?;
                let stored = stored(&mut tx, generation, step, (first, first)).await?;
                tx.commit().await?;
                let Some(now) = now.filter(|_| span.packed == span.changed) else { continue };
                compare(step, first, &stored, &now, &mut differences);
            }
        }
        Ok(differences)
    }
}

fn compare(step: Step, first: i64, stored: &Packs, now: &Packs, found: &mut Vec<Difference>) {
    let none = Units::new();
    let rows: std::collections::BTreeSet<&Row> = stored.keys().chain(now.keys()).collect();
    for row in rows {
        let (was, is) = (stored.get(row).unwrap_or(&none), now.get(row).unwrap_or(&none));
        if pack::write(was) != pack::write(is) {
            let sum = |units: &Units| -> i64 {
                let of = |one: &pack::Counted| -> i64 {
                    let answers = one.answers.values().map(|n| n.0 + n.1).sum::<i64>();
                    answers + one.stages.values().sum::<i64>()
                };
                units.values().map(of).sum()
            };
            found.push(Difference {
                place: format!("packed {step:?} of day {first} {row:?}, all counts together"),
                tallied: sum(was),
                counted: sum(is),
            });
        }
    }
}

/// A step with the first and last day of one of its spans.
type Stretch = (Step, i64, i64);

/// The spans up to a day that have no row yet, among some that have, in each generation; with 1
/// for those that are packed already, since there is nothing in them.
async fn missing_spans(tx: &mut Tx, through: i64) -> Result<Vec<(i64, Stretch, i64)>, StoreError> {
    let (reading, writing) = tally::generations(tx).await?;
    let mut spans = Vec::new();
    for generation in std::collections::BTreeSet::from([reading, writing]) {
        let first = one(tx, FIRST_DAY, &[generation]).await?.filter(|first| *first <= through);
        let Some(first) = first else { continue };
        // From the first of the year on: a month is whole only with all of its days.
        let begin = Step::Year.span(first).0;
        let from = match (
            one(tx, FIRST_SPAN, &[generation]).await?,
            one(tx, LAST_SPAN, &[generation]).await?,
        ) {
            (Some(there), Some(last)) if there <= begin && last >= through => continue,
            (Some(there), Some(last)) if there <= begin => Step::Year.span(last).0,
            _ => begin,
        };
        spans.extend(
            spans_of(from, through).map(|span| (generation, span, i64::from(span.2 < first))),
        );
    }
    Ok(spans)
}

/// All spans that lie wholly between two days.
fn spans_of(from: i64, to: i64) -> impl Iterator<Item = Stretch> {
    Step::ALL.into_iter().flat_map(move |step| {
        let mut day = from;
        std::iter::from_fn(move || {
            let (first, last) = step.span(day);
            day = last + 1;
            (last <= to).then_some((step, first, last))
        })
    })
}

async fn one(tx: &mut Tx, query: &'static str, values: &[i64]) -> Result<Option<i64>, sqlx::Error> {
    let mut rows: Vec<(Option<i64>,)> = tx.fetch(query, &numbers(values)).await?;
    Ok(rows.pop().and_then(|(value,)| value))
}

fn numbers(values: &[i64]) -> Vec<Column<'static>> {
    values.iter().map(|value| Column::Int(vec![*value])).collect()
}

async fn span(tx: &mut Tx, query: &'static str, key: &[i64]) -> Result<Option<Span>, sqlx::Error> {
    Ok(tx.fetch(query, &numbers(key)).await?.pop())
}

/// What a span counts for, by the tallies of its day or by the packs of its days or months; `None`
/// while not all of those are good.
async fn gather(
    tx: &mut Tx,
    generation: i64,
    step: Step,
    (first, last): (i64, i64),
) -> Result<Option<Packs>, StoreError> {
    let part = match step {
        Step::Day => return day(tx, generation, first).await.map(Some),
        Step::Month => Step::Day,
        Step::Year => Step::Month,
    };
    let changed = one(tx, UNPACKED, &[generation, part.code(), first, last]).await?;
    if changed != Some(0) {
        return Ok(None);
    }
    stored(tx, generation, part, (first, last)).await.map(Some)
}

/// The packs that begin between two days, added up.
async fn stored(
    tx: &mut Tx,
    generation: i64,
    step: Step,
    (first, last): (i64, i64),
) -> Result<Packs, StoreError> {
    let mut packs = Packs::new();
    let mut fault = Ok(());
    tx.each(PARTS, &numbers(&[generation, step.code(), first, last]), |row: PackRow| {
        let PackRow { kind, shard, survey, language, channel, body } = row;
        let units = packs.entry(Row { kind, shard, survey, language, channel }).or_default();
        if let Err(unreadable) = pack::read(&body, &mut (units, Who::default())) {
            fault = Err(unreadable);
        }
    })
    .await?;
    fault.map(|()| packs)
}

/// The tallies of one day.
async fn day(tx: &mut Tx, generation: i64, day: i64) -> Result<Packs, StoreError> {
    let mut packs = Packs::new();
    let key = numbers(&[generation, day]);
    tx.each(ANSWERS, &key, |row: AnswerRow| {
        let AnswerRow { kind, survey, language, channel, .. } = row;
        let place = Row { kind, shard: shard(row.agent), survey, language, channel };
        let units = packs.entry(place).or_default();
        let unit = units.entry((row.agent, row.team, row.queue)).or_default();
        unit.answers.insert((row.question, row.outcome), (row.n_raw, row.n_reviewed));
    })
    .await?;
    let mut fault = Ok(());
    tx.each(STAGES, &key, |row: StageRow| {
        let StageRow { kind, survey, language, channel, .. } = row;
        let place = Row { kind, shard: shard(row.agent), survey, language, channel };
        let units = packs.entry(place).or_default();
        let unit = units.entry((row.agent, row.team, row.queue)).or_default();
        match pack::stage_number(&row.stage) {
            Ok(stage) => drop(unit.stages.insert(stage, row.n)),
            Err(unknown) => fault = Err(unknown),
        }
    })
    .await?;
    fault.map(|()| packs)
}
