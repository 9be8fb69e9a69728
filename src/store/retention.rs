//! What goes when it is old enough, a little at a time, so that no caller waits for it.
//!
//! Comments and callers' hashes go by themselves and change no tally. Interviews and records of
//! calls go by whole days that are closed first: from then on the tallies of such a day stay as
//! they are, and whatever comes late for it is refused. Everything may be done again where it was
//! stopped, and by several servers at once.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::rows::{Column, Tx};
use super::writer::again;
use super::{Store, StoreError, erasure, periods, tally};
use crate::interview::{InterviewId, Millis};

/// Interviews, comments or calls in one transaction; keeps the write lock under 20 ms.
const PART: i64 = 25;
/// Rows of a tally deleted in one transaction.
const ROWS: i64 = 250;
/// Fewest answers to one question in one month for which an agent keeps a row in a closed month.
const FEWEST: i64 = 5;
/// Days by which the hash of a call outlives those of interviews: an interview that could still be
/// linked to it by number and time has none any more.
const CALLS_LATER: i64 = 31;
/// Days that are looked through again for hashes that came late.
const AGAIN: i64 = 7;
/// Up to which day hashes are forgotten, agents' rows deleted and small cells taken together.
const NUMBERS: &str = "numbers_forgotten_before";
const AGENTS: &str = "agent_rows_before";
const CELLS: &str = "small_cells_before";

/// Every status of a comment.
const STATUSES: [&str; 4] = ["expected", "ready", "stored", "failed"];

const OLD_COMMENTS: &str = "select interview, recording, file from comments
    where status = $1 and at_ms < $2 order by at_ms limit $3";
const COUNT_COMMENTS: &str = "select count(*) from comments where status = $1 and at_ms < $2";
const DROP_COMMENTS: &str = "delete from comments where (interview, recording) in
    ({rows uuid, text})";

const NUMBERED: &str = "select id from interviews where day >= $1 and day < $2
        and (caller_hash is not null or caller_last is not null or caller_sealed is not null)
    order by day, id limit $3";
const COUNT_NUMBERED: &str = "select count(*) from interviews where day >= $1 and day < $2
    and (caller_hash is not null or caller_last is not null or caller_sealed is not null)";
const STRIP: &str = "update interviews set caller_hash = null, caller_last = null,
    caller_sealed = null where id in ({rows uuid})";
const HASHED_CALLS: &str = "select id from calls where day >= $1 and day < $2
    and caller_hash is not null order by day, id limit $3";
const STRIP_CALLS: &str = "update calls set caller_hash = null where id in ({rows uuid})";
const OLD_OFFERS: &str = "select interview from offers where at_ms < $1 order by at_ms limit $2";
const DROP_OFFERS: &str = "delete from offers where interview in ({rows uuid})";

const CLOSE: &str = "update tally_state set closed_before = $1
    where id = 1 and reading = writing and closed_before < $1";
const CLOSED: &str = "select i.id from interviews i where i.day < $1 order by i.day, i.id limit $2";
const COUNT_CLOSED: &str = "select count(*) from interviews where day < $1";
const CLOSED_CALLS: &str = "select c.id from calls c where c.day < $1
        and not exists (select 1 from interviews i where i.call_id = c.id)
        and not exists (select 1 from hand_links h where h.call_id = c.id)
    order by c.day, c.id limit $2";
// Those that interviews of open days name stay.
const COUNT_CLOSED_CALLS: &str = "select count(*) from calls c where c.day < $1
    and not exists (select 1 from interviews i where i.call_id = c.id and i.day >= $1)
    and not exists (select 1 from hand_links h join interviews k on k.id = h.interview
        where h.call_id = c.id and k.day >= $1)";
const FILES_OF: &str = "select file from comments where interview in ({rows uuid})
    and file is not null";

const FIRST_DAY: &str = "select min(day) from funnel_tally where gen = $1";
const SMALL: &str = "select survey, question, agent from answer_tally
    where gen = $1 and day >= $2 and day <= $3 and kind = 1 and outcome >= 0
    group by survey, question, agent having sum(n_raw) < $4";
const DROP_SMALL: &str = "delete from answer_tally where gen = $1 and day = $2 and kind = 1
    and survey = $3 and question = $4 and agent = $5";
const DROP_AGENT_ANSWERS: &str = "delete from answer_tally
    where (gen, day, survey, question, language, channel, kind, agent, team, queue, outcome) in
        (select gen, day, survey, question, language, channel, kind, agent, team, queue, outcome
            from answer_tally where gen = $1 and day = $2 and kind = 1 limit $3)";
const DROP_AGENT_STAGES: &str = "delete from funnel_tally
    where (gen, day, survey, language, channel, kind, agent, team, queue, stage) in
        (select gen, day, survey, language, channel, kind, agent, team, queue, stage
            from funnel_tally where gen = $1 and day = $2 and kind = 1 limit $3)";

/// A comment that is old enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldComment {
    /// Its interview.
    pub interview: InterviewId,
    /// The recording.
    pub recording: String,
    /// Its file in the media folder, if it has one.
    pub file: Option<String>,
}

/// Up to when things go: what is older goes, `None` keeps all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Comments from before this moment.
    pub comments: Option<Millis>,
    /// Callers' hashes of days before this one.
    pub numbers: Option<i64>,
    /// Offers from before this moment.
    pub offers: Option<Millis>,
    /// Interviews and calls of days before this one, the first of a month.
    pub interviews: Option<i64>,
    /// Agents' own rows of closed days before this one.
    pub agents: Option<i64>,
    /// Entries of the audit log from before this moment.
    pub audit: Option<Millis>,
}

/// What is old enough to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Comments.
    pub comments: i64,
    /// Interviews that lose what leads to their callers.
    pub numbers: i64,
    /// Interviews that go.
    pub interviews: i64,
    /// Records of calls that go.
    pub calls: i64,
    /// Entries of the audit log.
    pub audit: i64,
    /// Days that are to be closed, or whose agents' rows are to go.
    pub days: bool,
}

impl Due {
    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn ints<const N: usize>(values: [i64; N]) -> [Column<'static>; N] {
    values.map(|value| Column::Int(vec![value]))
}

fn ids(rows: Vec<(Uuid,)>) -> Vec<Uuid> {
    rows.into_iter().map(|(id,)| id).collect()
}

impl Store {
    /// What would go by these limits.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn due(&self, limits: &Limits) -> Result<Due, StoreError> {
        let mut due = Due::default();
        let numbers = self.marked(NUMBERS).await? - AGAIN;
        let agents = self.marked(AGENTS).await?;
        let closed = self.closed_before().await?;
        let mut tx = Tx::look_up(&self.pools).await?;
        let one = |rows: Vec<(i64,)>| rows.first().map_or(0, |(n,)| *n);
        if let Some(before) = limits.comments {
            for status in STATUSES {
                let columns = [Column::Text(vec![status]), Column::Int(vec![before])];
                due.comments += one(tx.fetch(COUNT_COMMENTS, &columns).await?);
            }
        }
        if let Some(before) = limits.numbers {
            due.numbers = one(tx.fetch(COUNT_NUMBERED, &ints([numbers, before])).await?);
        }
        let before = limits.interviews.unwrap_or(closed).max(closed);
        due.interviews = one(tx.fetch(COUNT_CLOSED, &ints([before])).await?);
        due.calls = one(tx.fetch(COUNT_CLOSED_CALLS, &ints([before])).await?);
        due.days = before > closed || limits.agents.is_some_and(|day| day.min(before) > agents);
        tx.commit().await?;
        if let Some(before) = limits.audit {
            due.audit = self.old_audit(before).await?;
        }
        Ok(due)
    }

    /// The day that is kept under a name, 0 for none.
    async fn marked(&self, name: &str) -> Result<i64, StoreError> {
        Ok(self.kept(name).await?.and_then(|day| day.parse().ok()).unwrap_or_default())
    }

    /// Comments from before a moment, a few at a time, the oldest of each status first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn old_comments(&self, before_ms: Millis) -> Result<Vec<OldComment>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let mut found: Vec<(Uuid, String, Option<String>)> = Vec::new();
        for status in STATUSES {
            let [before, most] = ints([before_ms, PART]);
            let columns = [Column::Text(vec![status]), before, most];
            found.append(&mut tx.fetch(OLD_COMMENTS, &columns).await?);
        }
        tx.commit().await?;
        let old = |(id, recording, file): (Uuid, String, Option<String>)| OldComment {
            interview: InterviewId(*id.as_bytes()),
            recording,
            file,
        };
        Ok(found.into_iter().map(old).collect())
    }

    /// Forgets comments whose files are gone.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_comments(&self, gone: &[OldComment]) -> Result<(), StoreError> {
        for part in gone.chunks(PART as usize) {
            again(|| self.forget_part_of_comments(part)).await?;
        }
        Ok(())
    }

    async fn forget_part_of_comments(&self, gone: &[OldComment]) -> Result<(), StoreError> {
        let columns = [
            Column::Id(gone.iter().map(|one| Uuid::from_bytes(one.interview.0)).collect()),
            Column::Text(gone.iter().map(|one| one.recording.as_str()).collect()),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(DROP_COMMENTS, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what leads from interviews of days before that one to their callers, and later
    /// that of their calls; a part at a time. Says how many changed; zero when all is done.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_numbers(&self, before: i64) -> Result<u64, StoreError> {
        let from = self.marked(NUMBERS).await? - AGAIN;
        let mut tx = Tx::look_up(&self.pools).await?;
        let found = ids(tx.fetch(NUMBERED, &ints([from, before, PART])).await?);
        let calls = [from - CALLS_LATER, before - CALLS_LATER, PART];
        let calls = ids(tx.fetch(HASHED_CALLS, &ints(calls)).await?);
        tx.commit().await?;
        if found.is_empty() && calls.is_empty() {
            self.replace(NUMBERS, &before.to_string()).await?;
            return Ok(0);
        }
        again(|| self.strip(&found, &calls)).await?;
        Ok((found.len() + calls.len()) as u64)
    }

    async fn strip(&self, interviews: &[Uuid], calls: &[Uuid]) -> Result<(), StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        tally::lock(&mut tx, interviews).await?;
        tx.run(STRIP, &[Column::Id(interviews.to_vec())]).await?;
        tx.run(STRIP_CALLS, &[Column::Id(calls.to_vec())]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets when callers were offered a survey before that moment, a part at a time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_offers(&self, before_ms: Millis) -> Result<u64, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let found = ids(tx.fetch(OLD_OFFERS, &ints([before_ms, PART])).await?);
        tx.commit().await?;
        if found.is_empty() {
            return Ok(0);
        }
        let mut tx = Tx::write(&self.pools).await?;
        let gone = tx.run(DROP_OFFERS, &[Column::Id(found)]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Closes the days before that one: their tallies stay as they are from now on. Says whether
    /// they are closed; not while a recount is under way, which then must end first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn close_days(&self, before: i64) -> Result<bool, StoreError> {
        if self.closed_before().await? >= before {
            return Ok(true);
        }
        // Waits for everybody who changes a tally and knew these days as open.
        let closed = again(|| self.close_days_once(before)).await?;
        Ok(closed > 0 || self.closed_before().await? >= before)
    }

    async fn close_days_once(&self, before: i64) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let closed = tx.run(CLOSE, &ints([before])).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// Interviews of closed days with the files of their comments, a few at a time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn closed_interviews(
        &self,
    ) -> Result<(Vec<InterviewId>, BTreeSet<String>), StoreError> {
        let before = self.closed_before().await?;
        let mut tx = Tx::look_up(&self.pools).await?;
        let found = ids(tx.fetch(CLOSED, &ints([before, PART])).await?);
        let files: Vec<(String,)> = tx.fetch(FILES_OF, &[Column::Id(found.clone())]).await?;
        tx.commit().await?;
        let found = found.into_iter().map(|id| InterviewId(*id.as_bytes())).collect();
        Ok((found, files.into_iter().map(|(file,)| file).collect()))
    }

    /// Forgets interviews of closed days, whose files are gone. One whose day is open stays.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_interviews(&self, gone: &[InterviewId]) -> Result<u64, StoreError> {
        let ids: Vec<Uuid> = gone.iter().map(|id| Uuid::from_bytes(id.0)).collect();
        again(|| self.forget_part_of_interviews(&ids)).await
    }

    async fn forget_part_of_interviews(&self, ids: &[Uuid]) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let locked = tally::lock(&mut tx, ids).await?;
        let held = tally::hold(&mut tx).await?;
        let closed = locked.into_values().filter(|one| one.day < held.closed_before);
        let closed: Vec<Uuid> = closed.map(|one| one.id).collect();
        erasure::delete(&mut tx, &closed).await?;
        tx.commit().await?;
        Ok(closed.len() as u64)
    }

    /// Forgets records of calls of closed days that no interview belongs to any more, a part at a
    /// time; says how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_calls(&self) -> Result<u64, StoreError> {
        let before = self.closed_before().await?;
        let mut tx = Tx::look_up(&self.pools).await?;
        let found = ids(tx.fetch(CLOSED_CALLS, &ints([before, PART])).await?);
        tx.commit().await?;
        if found.is_empty() {
            return Ok(0);
        }
        again(|| self.erase_calls(&found)).await
    }

    /// Takes agents' rows out of the tallies of closed days: those of a question with few answers
    /// in a month, and all of days before `agents`. The team's and the queue's figures hold them
    /// still. Says how many rows went; stops where a recount is under way.
    ///
    /// # Errors
    /// If the database does not answer; what is left is done the next time.
    pub async fn forget_agent_rows(&self, agents: Option<i64>) -> Result<u64, StoreError> {
        let closed = self.closed_before().await?;
        let (reading, _) = self.tally_generations().await?;
        let mut tx = Tx::look_up(&self.pools).await?;
        let first: Vec<(Option<i64>,)> = tx.fetch(FIRST_DAY, &ints([reading])).await?;
        tx.commit().await?;
        let first = first.first().and_then(|(day,)| *day).unwrap_or(closed);
        let mut gone = 0;
        let mut month = periods::Step::Month.span(self.marked(CELLS).await?.max(first)).0;
        loop {
            let (from, to) = periods::Step::Month.span(month);
            if to >= closed {
                break;
            }
            let Some(rows) = self.forget_small_cells(reading, (from, to)).await? else {
                return Ok(gone);
            };
            gone += rows;
            month = to + 1;
            self.replace(CELLS, &month.to_string()).await?;
        }
        let marked = self.marked(AGENTS).await?;
        let until = agents.map_or(0, |agents| agents.min(closed));
        let mut day = marked.max(first);
        while day < until {
            for drop in [DROP_AGENT_ANSWERS, DROP_AGENT_STAGES] {
                loop {
                    let some = |day| ints([reading, day, ROWS]).into_iter().collect();
                    let part = || self.drop_rows(reading, day, drop, vec![some(day)]);
                    match again(part).await? {
                        None => return Ok(gone),
                        Some(0) => break,
                        Some(rows) => gone += rows,
                    }
                }
            }
            day += 1;
            self.replace(AGENTS, &day.to_string()).await?;
        }
        // Also where nothing was counted on those days.
        if until > marked {
            self.replace(AGENTS, &until.to_string()).await?;
        }
        Ok(gone)
    }

    async fn forget_small_cells(
        &self,
        reading: i64,
        (from, to): (i64, i64),
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let cells: Vec<(i64, i64, i64)> =
            tx.fetch(SMALL, &ints([reading, from, to, FEWEST])).await?;
        tx.commit().await?;
        let mut gone = 0;
        for day in from..=to {
            for part in cells.chunks(PART as usize) {
                let values = |(survey, question, agent): &(i64, i64, i64)| {
                    ints([reading, day, *survey, *question, *agent]).into_iter().collect()
                };
                let drop = || {
                    let all: Vec<Vec<Column<'static>>> = part.iter().map(values).collect();
                    self.drop_rows(reading, day, DROP_SMALL, all)
                };
                match again(drop).await? {
                    None => return Ok(None),
                    Some(rows) => gone += rows,
                }
            }
        }
        Ok(Some(gone))
    }

    /// Deletes rows of a closed day's tallies; `None` while a recount is under way, which copies
    /// them as they were.
    async fn drop_rows(
        &self,
        reading: i64,
        day: i64,
        text: &'static str,
        values: Vec<Vec<Column<'static>>>,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let held = tally::hold(&mut tx).await?;
        if (held.reading, held.writing) != (reading, reading) || day >= held.closed_before {
            return Ok(None);
        }
        let mut gone = 0;
        for values in &values {
            gone += tx.run(text, values).await?;
        }
        if gone > 0 {
            periods::note(&mut tx, reading, &BTreeSet::from([day])).await?;
        }
        tx.commit().await?;
        Ok(Some(gone))
    }
}
