//! Counts of a view, kept apart as a report wants them.
//!
//! Packed days, months and years are read where there are any, the tallies by day elsewhere
//! (`store::periods`), and added up here. All that is asked at once is read as of one moment, so
//! that the figures of one report belong together.
//!
//! Counts of anonymous surveys come through the [`Fence`] of the view and not otherwise: answers by
//! whole months and nothing else, no stages of the funnel, no items without an answer.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::anonymous;
use super::super::periods::pack::{self, Reader, STAGES, Who, stage_number};
use super::super::periods::{Source, Step, plan, shard};
use super::super::rows::{Column, Tx};
use super::super::tally::generations;
use super::super::{Store, StoreError};
use super::{Cut, Unit};
use crate::clock;
use crate::satisfaction::anonymous::{Cell, Dimension, Fence};

/// What of the calendar a series is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Days.
    Day,
    /// Weeks from Monday to Sunday, as ISO 8601 counts them.
    Week,
    /// Calendar months.
    Month,
}

impl Every {
    /// The first day of the period that holds that day.
    pub fn start(self, day: i64) -> i64 {
        match self {
            Self::Day => day,
            // The first day of all, 1970-01-01, was a Thursday.
            Self::Week => day - (day + 3).rem_euclid(7),
            Self::Month => clock::day_of(clock::date(day).first_of_month()),
        }
    }

    /// The longest packs that lie in one period.
    fn longest(self) -> Step {
        match self {
            Self::Day | Self::Week => Step::Day,
            Self::Month => Step::Month,
        }
    }
}

/// What counts are kept apart by, beside survey version, question and outcome or stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    /// Periods, for a series.
    pub every: Option<Every>,
    /// Agents of the credit.
    pub agent: bool,
    /// Teams of the credit.
    pub team: bool,
    /// Queues of the credit.
    pub queue: bool,
    /// Languages.
    pub language: bool,
    /// Channels.
    pub channel: bool,
}

impl Apart {
    /// What agents are judged by: each agent of each team, by queue and language.
    pub const CELLS: Self =
        Self { every: None, agent: true, team: true, queue: true, language: true, channel: false };

    /// Agents, by team at the call.
    pub const AGENTS: Self = Self {
        every: None,
        agent: true,
        team: true,
        queue: false,
        language: false,
        channel: false,
    };

    /// One figure for each period.
    pub fn series(every: Every) -> Self {
        Self { every: Some(every), ..Self::default() }
    }
}

/// One thing asked of the tallies.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Which part of the centre's answers.
    pub cut: &'a Cut,
    /// For whom they count.
    pub unit: Unit,
    /// What they are kept apart by.
    pub apart: Apart,
}

/// So many answers of one value, or items of one other outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    /// Index of the question in the survey version.
    pub question: i64,
    /// See `interview::Outcome::code`.
    pub outcome: i64,
    /// How many.
    pub n: i64,
    /// How many without those marked as outside the agent's control.
    pub reviewed: i64,
}

/// What one group counts for. What is not kept apart is 0, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// First day of the period: it may lie before the view's first day.
    pub start: i64,
    /// Survey version.
    pub survey: i64,
    /// The agent; 0 also where none is known.
    pub agent: i64,
    /// The team; 0 also where none is known.
    pub team: i64,
    /// The queue; 0 also where none is known.
    pub queue: i64,
    /// Language code.
    pub language: Arc<str>,
    /// Channel, such as `phone`.
    pub channel: Arc<str>,
    /// Answers and other outcomes of items, by question and outcome.
    pub answers: Vec<Given>,
    /// Stages of the funnel and how many interviews came to them: `handed_over`, `offered`,
    /// `started`, `not_linked` (in the whole), or the word of a disposition.
    pub stages: Vec<(&'static str, i64)>,
}

/// A statement over the cells of a view; what it selects, from which table, which days.
macro_rules! view {
    ($select:literal, $table:literal, $days:literal) => {
        concat!(
            "select ",
            $select,
            " from ",
            $table,
            " where gen = $1 and ",
            $days,
            " between $2 and $3
              and (cast($4 as text) is null or survey in (select version from surveys where name = $4))
              and (cast($5 as bigint) is null or survey = $5)
              and (cast($6 as text) is null or language = $6)
              and (cast($7 as text) is null or channel = $7) and kind = $8"
        )
    };
}

const ANSWERS_OF_VIEW: &str = concat!(
    view!(
        "day, survey, language, channel, agent, team, queue, question, outcome, n_raw, n_reviewed",
        "answer_tally",
        "day"
    ),
    " and (cast($9 as bigint) is null or agent = $9)"
);
const STAGES_OF_VIEW: &str = concat!(
    view!("day, survey, language, channel, agent, team, queue, stage, n", "funnel_tally", "day"),
    " and (cast($9 as bigint) is null or agent = $9)"
);
const PACKS_OF_VIEW: &str = concat!(
    view!("first as day, survey, language, channel, body", "tally_packs", "first"),
    " and (cast($9 as bigint) is null or shard = $9) and step = $10"
);
#[derive(sqlx::FromRow)]
struct AnswerRow {
    day: i64,
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

#[derive(sqlx::FromRow)]
struct StageRow {
    day: i64,
    survey: i64,
    language: String,
    channel: String,
    agent: i64,
    team: i64,
    queue: i64,
    stage: String,
    n: i64,
}

#[derive(sqlx::FromRow)]
struct PackRow {
    day: i64,
    survey: i64,
    language: String,
    channel: String,
    body: Vec<u8>,
}

impl Store {
    /// Counts of several views as of one moment, each in the order of what it is kept apart by. Groups
    /// that count for nothing are left out.
    ///
    /// # Errors
    /// If the database does not answer, or holds counts that this program cannot read.
    pub async fn counts(&self, asks: &[Ask<'_>]) -> Result<Vec<Vec<Group>>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let (reading, _) = generations(&mut tx).await?;
        let anonymous = anonymous::versions(&mut tx).await?;
        let mut all = Vec::with_capacity(asks.len());
        for ask in asks {
            let mut sums = Sums::new(ask, Gate::of(ask, anonymous.clone()));
            read(&mut tx, reading, ask, &mut sums).await?;
            all.push(sums.groups());
        }
        tx.commit().await?;
        Ok(all)
    }
}

/// Counts of a view with nothing held back, from which it is decided what may be shown of
/// anonymous surveys.
pub(in crate::store) async fn raw_counts(
    tx: &mut Tx,
    ask: &Ask<'_>,
) -> Result<Vec<Group>, StoreError> {
    let (reading, _) = generations(tx).await?;
    let mut sums = Sums::new(ask, Gate::Open);
    read(tx, reading, ask, &mut sums).await?;
    Ok(sums.groups())
}

/// What a view lets through.
enum Gate {
    /// All there is.
    Open,
    /// Nothing of these surveys, which are anonymous.
    Without(BTreeSet<i64>),
    /// Of these surveys, which are anonymous, what the fence shows; nothing of others.
    Fenced { anonymous: BTreeSet<i64>, fence: Arc<Fence>, depth: usize, days: (i64, i64) },
    /// Nothing: an anonymous survey by days, weeks or agents.
    Shut,
}

impl Gate {
    fn of(ask: &Ask<'_>, anonymous: BTreeSet<i64>) -> Self {
        let Ask { cut, unit, apart } = *ask;
        let Some(fence) = &cut.fence else { return Self::Without(anonymous) };
        let short = matches!(apart.every, Some(Every::Day | Every::Week));
        if short || unit == Unit::Agents || apart.agent {
            return Self::Shut;
        }
        let by = [
            (Dimension::Queue, cut.queue.is_some() || apart.queue),
            (Dimension::Language, cut.language.is_some() || apart.language),
            (Dimension::Team, cut.team.is_some() || apart.team),
            (Dimension::Channel, cut.channel.is_some() || apart.channel),
        ];
        Self::Fenced {
            anonymous,
            fence: fence.clone(),
            depth: Dimension::depth(
                by.into_iter().filter(|(_, by)| *by).map(|(dimension, _)| dimension),
            ),
            days: (cut.from, cut.to),
        }
    }

    /// Whether anything of that survey and of the month of that day comes through; a month only
    /// wholly.
    fn lets(&self, survey: i64, month: i64) -> bool {
        match self {
            Self::Open => true,
            Self::Without(anonymous) => !anonymous.contains(&survey),
            Self::Fenced { anonymous, days: (from, to), .. } => {
                let last = clock::day_of(clock::date(month).last_of_month());
                anonymous.contains(&survey) && *from <= month && last <= *to
            }
            Self::Shut => false,
        }
    }

    /// Whether items of that outcome come through.
    fn lets_item(&self, cell: Cell, outcome: i64) -> bool {
        match self {
            Self::Fenced { fence, depth, .. } => outcome >= 0 && fence.shows(cell, *depth),
            Self::Open | Self::Without(_) => true,
            Self::Shut => false,
        }
    }
}

/// The values of a view's statement, up to the channel.
fn columns(generation: i64, cut: &Cut, (from, to): (i64, i64)) -> Vec<Column<'_>> {
    vec![
        Column::Int(vec![generation]),
        Column::Int(vec![from]),
        Column::Int(vec![to]),
        Column::TextOrNull(vec![cut.survey.as_deref()]),
        Column::IntOrNull(vec![cut.version.map(|version| i64::from(version.0))]),
        Column::TextOrNull(vec![cut.language.as_deref()]),
        Column::TextOrNull(vec![cut.channel.as_deref()]),
    ]
}

async fn read(
    tx: &mut Tx,
    generation: i64,
    ask: &Ask<'_>,
    sums: &mut Sums,
) -> Result<(), StoreError> {
    let Ask { cut, unit, apart } = *ask;
    let agent = cut.agent.filter(|_| unit == Unit::Agents);
    // What is fenced is decided month by month.
    let whole = if cut.fence.is_some() { Step::Month } else { Step::Year };
    let longest = apart.every.map_or(whole, Every::longest);
    for run in plan(tx, generation, (cut.from, cut.to), longest).await? {
        let mut columns = columns(generation, cut, (run.from, run.to));
        columns.push(Column::Int(vec![unit.kind()]));
        match run.source {
            Source::Packs(step) => {
                columns.push(Column::IntOrNull(vec![agent.map(shard)]));
                columns.push(Column::Int(vec![step.code()]));
                tx.each(PACKS_OF_VIEW, &columns, |row: PackRow| {
                    sums.begin(row.day, row.survey, &row.language, &row.channel);
                    let read = pack::read(&row.body, sums);
                    sums.note(read);
                })
                .await?;
            }
            Source::Days => {
                columns.push(Column::IntOrNull(vec![agent]));
                tx.each(ANSWERS_OF_VIEW, &columns, |row: AnswerRow| {
                    sums.begin(row.day, row.survey, &row.language, &row.channel);
                    if sums.unit((row.agent, row.team, row.queue)) {
                        sums.answer(row.question, row.outcome, row.n_raw, row.n_reviewed);
                    }
                })
                .await?;
                tx.each(STAGES_OF_VIEW, &columns, |row: StageRow| {
                    sums.begin(row.day, row.survey, &row.language, &row.channel);
                    if sums.unit((row.agent, row.team, row.queue)) {
                        match stage_number(&row.stage) {
                            Ok(stage) => sums.stage(stage, row.n),
                            Err(fault) => sums.note(Err(fault)),
                        }
                    }
                })
                .await?;
            }
        }
    }
    std::mem::replace(&mut sums.fault, Ok(()))
}

/// What tells groups apart, languages and channels by their place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    start: i64,
    survey: i64,
    agent: i64,
    team: i64,
    queue: i64,
    language: usize,
    channel: usize,
}

/// The questions and outcomes of a survey version in the order in which they came up.
#[derive(Default)]
struct Cells {
    /// By question and by outcome plus [`Cells::BELOW`]: the place in the list plus one.
    places: Vec<Vec<u32>>,
    list: Vec<(i64, i64)>,
}

impl Cells {
    /// Outcomes are no lower than this many below zero.
    const BELOW: i64 = 8;
    /// Questions and outcomes are no higher: both are bytes in an interview.
    const HIGHEST: i64 = 255;

    fn place(&mut self, question: i64, outcome: i64) -> Option<usize> {
        let row = usize::try_from(question).ok().filter(|_| question <= Self::HIGHEST)?;
        let column = usize::try_from(outcome.checked_add(Self::BELOW)?).ok();
        let column = column.filter(|_| outcome <= Self::HIGHEST)?;
        if let Some(place) = self.places.get(row).and_then(|row| row.get(column))
            && *place > 0
        {
            return Some(*place as usize - 1);
        }
        if self.places.len() <= row {
            self.places.resize(row + 1, Vec::new());
        }
        let columns = &mut self.places[row];
        if columns.len() <= column {
            columns.resize(column + 1, 0);
        }
        self.list.push((question, outcome));
        columns[column] = u32::try_from(self.list.len()).ok()?;
        Some(self.list.len() - 1)
    }
}

/// What one group counts for so far.
#[derive(Default)]
struct Sum {
    /// Raw and reviewed, by place in the [`Cells`] of its survey.
    answers: Vec<(i64, i64)>,
    stages: [i64; STAGES.len()],
}

/// The groups of one view while they are added up.
struct Sums {
    apart: Apart,
    /// What the statement does not limit.
    only: (Option<i64>, Option<i64>, Option<i64>),
    places: HashMap<Key, usize>,
    sums: Vec<Sum>,
    cells: Vec<(i64, Cells)>,
    words: Vec<Arc<str>>,
    /// The group being read, and the place of its survey's cells.
    key: Key,
    at: usize,
    survey: usize,
    /// Whether `at` is the place of `key`.
    found: bool,
    gate: Gate,
    /// Whether nothing of what is being read comes through; its month, where that is asked for.
    shut: bool,
    month: i64,
    fault: Result<(), StoreError>,
}

impl Sums {
    fn new(ask: &Ask<'_>, gate: Gate) -> Self {
        let agent = ask.cut.agent.filter(|_| ask.unit == Unit::Agents);
        Self {
            apart: ask.apart,
            only: (agent, ask.cut.team, ask.cut.queue),
            places: HashMap::new(),
            sums: Vec::new(),
            cells: Vec::new(),
            words: vec!["".into()],
            key: Key { start: 0, survey: 0, agent: 0, team: 0, queue: 0, language: 0, channel: 0 },
            at: 0,
            survey: 0,
            found: false,
            gate,
            shut: false,
            month: 0,
            fault: Ok(()),
        }
    }

    fn note(&mut self, read: Result<(), StoreError>) {
        if self.fault.is_ok() {
            self.fault = read;
        }
    }

    /// What the units after this belong to.
    fn begin(&mut self, day: i64, survey: i64, language: &str, channel: &str) {
        if let Gate::Fenced { .. } = self.gate {
            self.month = Every::Month.start(day);
        }
        self.shut = !self.gate.lets(survey, self.month);
        let start = self.apart.every.map_or(0, |every| every.start(day));
        let language = if self.apart.language { self.word(language) } else { 0 };
        let channel = if self.apart.channel { self.word(channel) } else { 0 };
        if self.cells.get(self.survey).is_none_or(|(of, _)| *of != survey) {
            self.survey =
                self.cells.iter().position(|(of, _)| *of == survey).unwrap_or_else(|| {
                    self.cells.push((survey, Cells::default()));
                    self.cells.len() - 1
                });
        }
        let key = Key { start, survey, language, channel, ..self.key };
        self.found &= key == self.key;
        self.key = key;
    }

    fn word(&mut self, word: &str) -> usize {
        self.words.iter().position(|known| &**known == word).unwrap_or_else(|| {
            self.words.push(word.into());
            self.words.len() - 1
        })
    }

    fn groups(self) -> Vec<Group> {
        let mut keys: Vec<(Key, usize)> = self.places.into_iter().collect();
        keys.sort_unstable_by_key(|(key, _)| *key);
        let cells: HashMap<i64, Cells> = self.cells.into_iter().collect();
        let group = |(key, at): (Key, usize)| {
            let sum = self.sums.get(at)?;
            let of = &cells.get(&key.survey)?.list;
            let answers = sum.answers.iter().zip(of).filter(|(n, _)| **n != (0, 0));
            let mut answers: Vec<Given> = answers
                .map(|(&(n, reviewed), &(question, outcome))| Given {
                    question,
                    outcome,
                    n,
                    reviewed,
                })
                .collect();
            answers.sort_unstable();
            let stages = STAGES.into_iter().zip(sum.stages).filter(|(_, n)| *n != 0).collect();
            Some(Group {
                start: key.start,
                survey: key.survey,
                agent: key.agent,
                team: key.team,
                queue: key.queue,
                language: self.words[key.language].clone(),
                channel: self.words[key.channel].clone(),
                answers,
                stages,
            })
        };
        keys.into_iter()
            .filter_map(group)
            .filter(|group| !group.answers.is_empty() || !group.stages.is_empty())
            .collect()
    }
}

impl Reader for Sums {
    fn unit(&mut self, (agent, team, queue): Who) -> bool {
        let other = |only: Option<i64>, this| only.is_some_and(|only| only != this);
        if self.shut
            || other(self.only.0, agent)
            || other(self.only.1, team)
            || other(self.only.2, queue)
        {
            return false;
        }
        let pick = |wanted, id| if wanted { id } else { 0 };
        let key = Key {
            agent: pick(self.apart.agent, agent),
            team: pick(self.apart.team, team),
            queue: pick(self.apart.queue, queue),
            ..self.key
        };
        // Neighbours mostly belong to one group.
        if !self.found || key != self.key {
            self.key = key;
            self.found = true;
            self.at = *self.places.entry(key).or_insert_with(|| {
                self.sums.push(Sum::default());
                self.sums.len() - 1
            });
        }
        true
    }

    fn answer(&mut self, question: i64, outcome: i64, raw: i64, reviewed: i64) {
        let cell = Cell { month: self.month, version: self.cells[self.survey].0, question };
        if !self.gate.lets_item(cell, outcome) {
            return;
        }
        let Some(place) = self.cells[self.survey].1.place(question, outcome) else {
            let sentence = format!("outcome {outcome} of question {question} in the tallies");
            return self.note(Err(StoreError::Corrupt(sentence)));
        };
        let answers = &mut self.sums[self.at].answers;
        if answers.len() <= place {
            answers.resize(place + 1, (0, 0));
        }
        let n = &mut answers[place];
        *n = (n.0.saturating_add(raw), n.1.saturating_add(reviewed));
    }

    fn stage(&mut self, stage: usize, n: i64) {
        if let Gate::Fenced { .. } = self.gate {
            return;
        }
        let sum = &mut self.sums[self.at].stages[stage];
        *sum = sum.saturating_add(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let day = |date: &str| clock::day_of(date.parse().expect("a date"));
        for (every, of, start) in [
            (Every::Day, "2026-01-01", "2026-01-01"),
            (Every::Week, "2026-01-01", "2025-12-29"),
            (Every::Week, "2025-12-29", "2025-12-29"),
            (Every::Week, "2026-01-04", "2025-12-29"),
            (Every::Week, "1969-12-31", "1969-12-29"),
            (Every::Month, "2026-02-28", "2026-02-01"),
        ] {
            assert_eq!(every.start(day(of)), day(start), "{every:?} of {of}");
        }
    }
}
