//! Records of calls and agents from CSV files: good lines are taken, bad ones told with their
//! numbers.
//!
//! The first line names the columns, in any order; only those that are needed. Separated by
//! comma, or by semicolon as spreadsheets of many countries write it.

use std::fmt;
use std::io::Read;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Desk;
use super::audit::{Act, By, mark};
use super::records::{CallIn, Code, LegIn, Moment, text};
use super::veil::veiled;
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::calls::{AgentRecord, Stay};

/// Lines stored in one go.
const CHUNK: usize = 200;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The first line does not name the columns.
    #[error("line 1: {0}")]
    Columns(String),
    /// The database did not answer. What came before is stored; importing again does no harm.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines that were taken.
    pub taken: usize,
    /// Lines that were not, in order.
    pub bad: Vec<Bad>,
}

/// A line that was not taken; prints as `LINE: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Its number, from 1.
    pub line: usize,
    /// Why, and what to do.
    pub reason: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.reason)
    }
}

/// One line of a file of calls: a call with one leg.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CallLine {
    call: Option<String>,
    provider_call: Option<String>,
    parent_call: Option<String>,
    other_ids: Option<String>,
    started: Option<String>,
    ended: Option<String>,
    direction: Option<String>,
    channel: Option<String>,
    language: Option<String>,
    caller: Option<String>,
    customer: Option<String>,
    case: Option<String>,
    ended_by: Option<String>,
    leg: Option<String>,
    agent: Option<String>,
    team: Option<String>,
    queue: Option<String>,
    leg_started: Option<String>,
    leg_answered: Option<String>,
    leg_ended: Option<String>,
    talk: Option<String>,
    leg_ended_by: Option<String>,
    handed_over: Option<String>,
    transferred_to: Option<String>,
}

/// Columns of a file of calls, one line a leg.
pub const CALL_COLUMNS: &[&str] = &[
    "call",
    "provider_call",
    "parent_call",
    "other_ids",
    "started",
    "ended",
    "direction",
    "channel",
    "language",
    "caller",
    "customer",
    "case",
    "ended_by",
    "leg",
    "agent",
    "team",
    "queue",
    "leg_started",
    "leg_answered",
    "leg_ended",
    "talk",
    "leg_ended_by",
    "handed_over",
    "transferred_to",
];

/// One line of a file of agents, as it was written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AgentLine {
    /// The agent's code.
    pub code: Option<String>,
    /// What people call the agent; none leaves it.
    pub name: Option<String>,
    /// The team of a stay.
    pub team: Option<String>,
    /// Its first day, as `2026-01-31`; none is always.
    pub from: Option<String>,
    /// Its last day; none lasts until the next stay.
    pub to: Option<String>,
}

/// Why a stay of an agent was not kept.
#[derive(Debug, thiserror::Error)]
pub enum StayError {
    /// Something in it is wrong.
    #[error("{0}")]
    Wrong(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Columns of a file of agents, one line a stay in a team; both dates are included.
pub const AGENT_COLUMNS: &[&str] = &["code", "name", "team", "from", "to"];

impl CallLine {
    fn read(self) -> Result<CallIn, String> {
        let code = |said: Option<String>| said.map(Code);
        let leg = LegIn {
            leg: code(self.leg),
            agent: code(self.agent),
            team: code(self.team),
            queue: code(self.queue),
            started: moment("leg_started", self.leg_started)?,
            answered: moment("leg_answered", self.leg_answered)?,
            ended: moment("leg_ended", self.leg_ended)?,
            talk: said(self.talk)
                .map(|talk| {
                    talk.parse().map_err(|_| format!("talk: \"{talk}\" is no number of seconds"))
                })
                .transpose()?,
            ended_by: code(self.leg_ended_by),
            handed_over: said(self.handed_over).map(|word| yes_or_no(&word)).transpose()?,
            transferred_to: code(self.transferred_to),
        };
        let other_ids = said(self.other_ids)
            .map(|ids| ids.split_whitespace().map(|id| Code(id.to_owned())).collect());
        Ok(CallIn {
            call: code(self.call),
            provider_call: code(self.provider_call),
            parent_call: code(self.parent_call),
            other_ids: other_ids.unwrap_or_default(),
            started: moment("started", self.started)?,
            ended: moment("ended", self.ended)?,
            direction: code(self.direction),
            channel: code(self.channel),
            language: code(self.language),
            caller: code(self.caller),
            customer: code(self.customer),
            case: code(self.case),
            ended_by: code(self.ended_by),
            legs: if is_blank(&leg) { Vec::new() } else { vec![leg] },
        })
    }
}

/// Whether a line says nothing of a leg: an abandoned call.
fn is_blank(leg: &LegIn) -> bool {
    let codes = [&leg.leg, &leg.agent, &leg.team, &leg.queue, &leg.ended_by, &leg.transferred_to];
    codes.iter().all(|code| code.as_ref().is_none_or(|code| code.0.trim().is_empty()))
        && leg.started.or(leg.answered).or(leg.ended).is_none()
        && leg.talk.is_none()
        && leg.handed_over.is_none()
}

fn said(cell: Option<String>) -> Option<String> {
    cell.map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty())
}

fn moment(field: &str, cell: Option<String>) -> Result<Option<Moment>, String> {
    said(cell)
        .map(|cell| cell.parse().map_err(|fault: String| format!("{field}: {fault}")))
        .transpose()
}

fn yes_or_no(word: &str) -> Result<bool, String> {
    match word.to_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err(format!("handed_over: \"{word}\" is neither yes nor no")),
    }
}

impl AgentLine {
    fn read(self, zone: &jiff::tz::TimeZone) -> Result<AgentRecord, String> {
        let field = |name: &str, cell: Option<String>| text(name, cell.map(Code));
        let Some(code) = field("code", self.code)? else {
            return Err(String::from("code: is missing; it is the agent's code in hand-overs"));
        };
        let team = field("team", self.team)?;
        let from = date("from", said(self.from))?;
        let to = date("to", said(self.to))?;
        if team.is_none() && (from.is_some() || to.is_some()) {
            return Err(String::from("team: is missing, but there are dates"));
        }
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return Err(String::from("to: lies before from"));
        }
        let start = |date: Date| {
            date.to_zoned_datetime(zone.clone())
                .map(|at| at.timestamp().as_millisecond())
                .map_err(|fault| fault.to_string())
        };
        let stay = match team {
            None => None,
            Some(team) => Some(Stay {
                team,
                from_ms: from.map(start).transpose()?.unwrap_or(0),
                // The last day is included: the stay ends with the beginning of the next.
                to_ms: to
                    .map(|to| start(to.tomorrow().map_err(|fault| fault.to_string())?))
                    .transpose()?,
            }),
        };
        Ok(AgentRecord { code, name: field("name", self.name)?, stay })
    }
}

fn date(field: &str, cell: Option<String>) -> Result<Option<Date>, String> {
    cell.map(|cell| {
        cell.parse()
            .map_err(|_| format!("{field}: \"{cell}\" is not a date; write it as 2026-01-31"))
    })
    .transpose()
}

/// A line of a file with its number, or what is wrong with it.
type Line<T> = (usize, Result<T, String>);

/// The lines of a file, a chunk at a time.
struct Lines<R> {
    reader: csv::Reader<R>,
    headers: csv::ByteRecord,
    /// Bytes of the mark before the first line.
    mark: u64,
    /// Bytes read that are not the file's: the end of its last line, once that was come to.
    added: u64,
}

/// A file whose first line was looked at, and whose last one ends as the others do.
type Whole<R> = std::io::Chain<std::io::Chain<std::io::Cursor<Vec<u8>>, R>, &'static [u8]>;

impl<R: Read> Lines<Whole<R>> {
    fn open(mut file: R, columns: &[&str]) -> Result<Self, ImportError> {
        let start = first_line(&mut file)?;
        let marked = start.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec);
        let mark = if marked.is_some() { 3 } else { 0 };
        let start = marked.unwrap_or(start);
        let semicolons = start.contains(&b';') && !start.contains(&b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if semicolons { b';' } else { b',' })
            .flexible(true)
            .trim(csv::Trim::Headers)
            // With the default, the second half of CR LF counts into the next line's number; so
            // only LF ends a line, and the CR before it is trimmed away.
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(std::io::Cursor::new(start).chain(file).chain(&b"\n"[..]));
        let headers = reader.byte_headers().map_err(broken)?.clone();
        if headers.iter().all(<[u8]>::is_empty) {
            return Err(ImportError::Columns(format!(
                "there is no first line that names the columns; they are {}",
                columns.join(", ")
            )));
        }
        let mut seen: Vec<String> = Vec::new();
        for header in &headers {
            let name = String::from_utf8_lossy(header).to_lowercase();
            if !columns.contains(&name.as_str()) {
                return Err(ImportError::Columns(format!(
                    "there is no column \"{}\"; the columns are {}",
                    veiled(&name),
                    columns.join(", ")
                )));
            }
            if seen.contains(&name) {
                return Err(ImportError::Columns(format!(
                    "the column \"{}\" comes twice",
                    veiled(&name)
                )));
            }
            seen.push(name);
        }
        let headers = seen.iter().map(String::as_bytes).collect();
        Ok(Self { reader, headers, mark, added: 0 })
    }
}

impl<R: Read> Lines<R> {
    /// The next lines; none at the end.
    fn next<T: DeserializeOwned>(&mut self) -> Result<Vec<Line<T>>, ImportError> {
        let mut lines = Vec::new();
        let mut record = csv::ByteRecord::new();
        while lines.len() < CHUNK {
            match self.reader.read_byte_record(&mut record) {
                Ok(false) => {
                    self.added = 1;
                    break;
                }
                Ok(true) => {}
                Err(fault) => return Err(broken(fault)),
            }
            // The reader says where it began to look, which may be at empty lines before it.
            let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let line = |at: &csv::Position| usize::try_from(at.line()).unwrap_or_default();
            let number = line(self.reader.position()).saturating_sub(inside + 1);
            let number = number.max(record.position().map_or(0, line));
            record.trim();
            if record.len() == 1 && record[0].is_empty() {
                continue;
            }
            let line = if record.len() == self.headers.len() {
                record.deserialize(Some(&self.headers)).map_err(|fault| match fault.kind() {
                    csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
                    _ => fault.to_string(),
                })
            } else {
                Err(format!(
                    "{} cells, but the first line names {} columns",
                    record.len(),
                    self.headers.len()
                ))
            };
            lines.push((number, line));
        }
        Ok(lines)
    }

    /// Bytes of the file read so far.
    fn read(&self) -> u64 {
        self.mark + self.reader.position().byte() - self.added
    }
}

/// The first line with its end, as far as it is no longer than 64 kB.
fn first_line(file: &mut impl Read) -> Result<Vec<u8>, std::io::Error> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < 65_536 && file.read(&mut byte)? == 1 {
        line.push(byte[0]);
        if byte[0] == b'\n' {
            break;
        }
    }
    Ok(line)
}

fn broken(fault: csv::Error) -> ImportError {
    ImportError::File(std::io::Error::other(fault))
}

impl Desk {
    /// Imports records of calls from a CSV file, one line a leg; lines of one call may stand
    /// anywhere. `progress` is told the bytes read so far.
    ///
    /// # Errors
    /// If the file cannot be read, names columns that do not exist, or the database does not
    /// answer.
    pub async fn import_calls(
        &self,
        file: impl Read,
        now: Millis,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Imported, ImportError> {
        let mut lines = Lines::open(file, CALL_COLUMNS)?;
        let mut done = Imported::default();
        loop {
            let chunk = lines.next::<CallLine>()?;
            if chunk.is_empty() {
                return Ok(done);
            }
            let calls = chunk
                .into_iter()
                .map(|(number, line)| (number, line.and_then(CallLine::read)))
                .collect();
            let part = self.take_calls(calls, now).await?;
            done.taken += part.accepted;
            let bad = part.refused.into_iter();
            done.bad.extend(bad.map(|refusal| Bad { line: refusal.index, reason: refusal.reason }));
            progress(lines.read());
        }
    }

    /// Keeps an agent's name and stay, as a line of [`Desk::import_agents`] does; written down.
    ///
    /// # Errors
    /// If something in it is wrong, or the database does not answer.
    pub async fn put_agent(&self, line: AgentLine, by: &By, now: Millis) -> Result<(), StayError> {
        let record = line.read(&self.config.time_zone).map_err(StayError::Wrong)?;
        self.audit(by, Act::ChangeTeam, &mark(&record.code), now).await?;
        Ok(self.store.put_agents(&[record]).await?)
    }

    /// Imports agents from a CSV file: names, and stays in teams by dates in the centre's zone,
    /// both included; a stay without `to` lasts until the next one. Interviews that are linked
    /// already keep their team until a recount. `progress` is told the bytes read so far.
    ///
    /// # Errors
    /// If the file cannot be read, names columns that do not exist, or the database does not
    /// answer.
    pub async fn import_agents(
        &self,
        file: impl Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Imported, ImportError> {
        let mut lines = Lines::open(file, AGENT_COLUMNS)?;
        let mut done = Imported::default();
        loop {
            let chunk = lines.next::<AgentLine>()?;
            if chunk.is_empty() {
                return Ok(done);
            }
            let mut records = Vec::with_capacity(chunk.len());
            for (number, line) in chunk {
                match line.and_then(|line| line.read(&self.config.time_zone)) {
                    Ok(record) => records.push(record),
                    Err(reason) => done.bad.push(Bad { line: number, reason: veiled(&reason) }),
                }
            }
            self.store.put_agents(&records).await?;
            done.taken += records.len();
            progress(lines.read());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What files of calls are made of, and of what they should not be.
    const PIECES: [&[u8]; 24] = [
        b",",
        b",",
        b";",
        b"\n",
        b"\n",
        b"\r\n",
        b"\"",
        b"\"\"",
        b" ",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"call",
        b"agent",
        b"K1",
        b"A17",
        b"2026-01-20T10:00:00Z",
        b"1768903200000",
        b"-1",
        b"18446744073709551616",
        b"+37060000001",
        b"yes",
        b"=1+1",
        b"",
    ];

    #[test]
    fn any_file_is_read_or_its_faults_are_told_by_their_lines() {
        let right =
            b"call,agent,started,talk,caller\nK1,A17,2026-01-20T10:00:00Z,60,+37060000001\n";
        bolero::check!()
            .with_type::<(bool, Vec<u8>)>()
            .with_iterations(usize::MAX)
            .with_test_time(Duration::from_secs(2))
            .for_each(|(begins_right, pieces)| {
                let mut file = if *begins_right { right.to_vec() } else { Vec::new() };
                for piece in pieces {
                    file.extend(PIECES[usize::from(*piece) % PIECES.len()]);
                }
                let last = file.iter().filter(|byte| **byte == b'\n').count() + 1;
                let Ok(mut lines) = Lines::open(&file[..], CALL_COLUMNS) else { return };
                loop {
                    let Ok(chunk) = lines.next::<CallLine>() else { return };
                    if chunk.is_empty() {
                        return;
                    }
                    for (number, line) in chunk {
                        assert!((2..=last).contains(&number), "{number} of {last}: {file:?}");
                        if let Err(reason) = line.and_then(CallLine::read) {
                            assert!(!reason.is_empty(), "{file:?}");
                        }
                    }
                }
            });
    }
}
