//! One whole interview, and the rows of lists.

use uuid::Uuid;

use super::version;
use crate::interview::{Command, Fact, Input, InterviewId, Millis};
use crate::store::{Store, StoreError, look_up};
use crate::survey::Version;

/// One interview in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The interview.
    pub id: InterviewId,
    /// Survey version.
    pub survey: Version,
    /// When it started.
    pub started_ms: Millis,
    /// Language code.
    pub language: String,
    /// Channel.
    pub channel: String,
    /// Word of the disposition.
    pub disposition: String,
    /// `none`, `handover`, `record` or `inferred`.
    pub link: String,
    /// Last digits of the caller's number, if known.
    pub caller_last: Option<String>,
    /// Question index and outcome number, by question.
    pub answers: Vec<(u8, i64)>,
    /// Whether an answer is marked as outside the agent's control.
    pub marked: bool,
}

/// One interview with all that is kept of it.
#[derive(Clone, Debug)]
pub struct Whole {
    /// As in a list.
    pub listed: Listed,
    /// Name of the provider section.
    pub provider: String,
    /// The provider's id of the call.
    pub call_ref: Option<String>,
    /// The rule that said no; empty when offered.
    pub ineligible: String,
    /// Why it failed, if it did.
    pub failed: Option<String>,
    /// When it ended.
    pub ended_ms: Option<Millis>,
    /// How.
    pub ended_how: Option<String>,
    /// Whether nothing more is expected.
    pub closed: bool,
    /// Index of the question in the newest document; `None` where it asks something else.
    pub open_question: Option<u8>,
    /// What the hand-over said.
    pub said: Served,
    /// The team in which the agent named at hand-over was when the leg began, by the stays in
    /// teams.
    pub team_then: Option<String>,
    /// Seconds of talk that the hand-over said.
    pub said_talk: Option<i64>,
    /// Names said twice with different values, as JSON.
    pub conflicts: Option<String>,
    /// When the caller asked that a manager calls back.
    pub callback_ms: Option<Millis>,
    /// The number to call then, encrypted, if it was kept.
    pub number: Option<Vec<u8>>,
    /// Whom it counts for.
    pub credits: Vec<Credited>,
    /// Legs of the call it is linked to, in the order they began.
    pub legs: Vec<Leg>,
    /// The transcript.
    pub turns: Vec<Heard>,
    /// Recorded comments.
    pub comments: Vec<Comment>,
}

/// Who served a call: names, where they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The agent's code.
    pub agent: Option<String>,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The team's name.
    pub team: Option<String>,
    /// The queue's name.
    pub queue: Option<String>,
    /// The provider's or the centre's id of the leg.
    pub leg: Option<String>,
}

/// For whom an interview counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credited {
    /// Whether this is the unit in which the interview counts once in totals.
    pub whole: bool,
    /// Who.
    pub served: Served,
}

/// A leg of a call record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Who.
    pub served: Served,
    /// When it began.
    pub started_ms: Option<Millis>,
    /// Seconds of talk.
    pub talk_seconds: Option<i64>,
}

/// One turn of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its number.
    pub turn: i64,
    /// When it came.
    pub at_ms: Millis,
    /// What came.
    pub input: Came,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// What came back from the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Keys.
    Keys(String),
    /// Nothing.
    Silence,
    /// A recording of so many seconds, if that is known.
    Recording(Option<u32>),
}

/// One thing that happened in a turn, in words of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `item`, `comment`, `language`, `consent`, `repeat`, `menu`, `back`, `skip`,
    /// `other_language`, `end_now`, `early`, `spill`, `wrong_key`, `callback`, `never_ask`,
    /// `ended`.
    pub what: &'static str,
    /// Index of the question it is about.
    pub question: Option<u8>,
    /// Outcome number of an item; 1 or 0 of a consent.
    pub outcome: Option<i64>,
    /// Language code.
    pub language: Option<String>,
}

/// A recorded comment.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Comment {
    /// The provider's id of the recording, or ours.
    pub recording: String,
    /// Index of the question.
    pub question: i64,
    /// Seconds recorded, if known.
    pub seconds: Option<i64>,
    /// `expected`, `ready`, `stored` or `failed`.
    pub status: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct ListedRow {
    pub id: Uuid,
    survey: i64,
    started_ms: i64,
    language: String,
    channel: String,
    disposition: String,
    link: String,
    caller_last: Option<String>,
    marked: bool,
}

impl ListedRow {
    pub fn listed(self) -> Result<Listed, StoreError> {
        Ok(Listed {
            id: InterviewId(self.id.into_bytes()),
            survey: version(self.survey)?,
            started_ms: self.started_ms,
            language: self.language,
            channel: self.channel,
            disposition: self.disposition,
            link: self.link,
            caller_last: self.caller_last,
            answers: Vec::new(),
            marked: self.marked,
        })
    }
}

#[derive(sqlx::FromRow)]
struct WholeRow {
    provider: String,
    call_ref: Option<String>,
    ineligible: String,
    failed: Option<String>,
    ended_ms: Option<i64>,
    ended_how: Option<String>,
    closed: bool,
    open_question: Option<i64>,
    said_talk: Option<i64>,
    conflicts: Option<String>,
    agent: Option<String>,
    agent_name: Option<String>,
    team: Option<String>,
    queue: Option<String>,
    leg: Option<String>,
    team_then: Option<String>,
    callback_ms: Option<i64>,
    number: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
struct CreditRow {
    kind: i64,
    agent: Option<String>,
    agent_name: Option<String>,
    team: Option<String>,
    queue: Option<String>,
}

#[derive(sqlx::FromRow)]
struct LegRow {
    leg: String,
    agent: Option<String>,
    agent_name: Option<String>,
    team: Option<String>,
    queue: Option<String>,
    started_ms: Option<i64>,
    talk_seconds: Option<i64>,
}

const ONE: &str = "
    select i.id, i.survey, i.started_ms, i.language, i.channel, i.disposition, i.link,
           i.caller_last, exists (select 1 from marks m where m.interview = i.id
               and m.taken_ms is null) as marked
    from interviews i where i.id = $1 and not i.anonymous";
const ANSWERS: &str =
    "select question, outcome from answers where interview = $1 order by question";
/// The team in which the agent named at hand-over was at the leg's start, else at the interview's.
macro_rules! team_then {
    () => {
        "(select y.name from agent_team x join teams y on y.id = x.team
        where x.agent = i.said_agent
            and x.from_ms <= coalesce((select min(coalesce(z.started_ms, z.answered_ms)) from legs z
                where z.call_id = i.call_id and z.agent = i.said_agent), i.started_ms)
            and (x.to_ms is null
                or x.to_ms > coalesce((select min(coalesce(z.started_ms, z.answered_ms))
                    from legs z
                    where z.call_id = i.call_id and z.agent = i.said_agent), i.started_ms))
        order by x.from_ms desc limit 1) as team_then"
    };
}
pub(crate) use team_then;

const WHOLE: &str = concat!(
    "select i.provider, i.call_ref, i.ineligible, i.failed, i.ended_ms, i.ended_how, i.closed,
           i.open_question, i.said_talk, i.conflicts, a.code as agent, a.name as agent_name, t.name as team,
           q.name as queue, i.said_leg as leg, k.at_ms as callback_ms,
           case when k.at_ms is not null then i.caller_sealed end as number, ",
    team_then!(),
    " from interviews i
    left join callbacks k on k.interview = i.id
    left join agents a on a.id = i.said_agent
    left join teams t on t.id = i.said_team
    left join queues q on q.id = i.said_queue
    where i.id = $1"
);
const CREDITS: &str = "
    select c.kind, a.code as agent, a.name as agent_name, t.name as team, q.name as queue
    from credits c
    left join agents a on a.id = c.agent
    left join teams t on t.id = c.team
    left join queues q on q.id = c.queue
    where c.interview = $1 and c.gen = (select reading from tally_state where id = 1)
    order by c.kind desc, a.name, a.code, t.name, q.name";
const LEGS: &str = "
    select l.leg, a.code as agent, a.name as agent_name, t.name as team, q.name as queue,
           l.started_ms, l.talk_seconds
    from legs l
    left join agents a on a.id = l.agent
    left join teams t on t.id = l.team
    left join queues q on q.id = l.queue
    where l.call_id = (select call_id from interviews where id = $1)
    order by coalesce(l.started_ms, 0), l.leg";
const TURNS: &str =
    "select turn, at_ms, input, facts from turns where interview = $1 order by turn";
const COMMENTS: &str = "select recording, question, seconds, status from comments where interview = $1 order by at_ms, recording";

impl Store {
    /// One interview with all that is kept of it; `None` if there is none of that id.
    ///
    /// # Errors
    /// If the database does not answer, or a stored turn cannot be read.
    pub async fn whole_interview(&self, id: InterviewId) -> Result<Option<Whole>, StoreError> {
        let id = Uuid::from_bytes(id.0);
        look_up!(self, |db| {
            let one: Option<ListedRow> = sqlx::query_as(ONE).bind(id).fetch_optional(db).await?;
            let Some(one) = one else { return Ok(None) };
            let row: WholeRow = sqlx::query_as(WHOLE).bind(id).fetch_one(db).await?;
            let answers: Vec<(i64, i64)> = sqlx::query_as(ANSWERS).bind(id).fetch_all(db).await?;
            let credits: Vec<CreditRow> = sqlx::query_as(CREDITS).bind(id).fetch_all(db).await?;
            let legs: Vec<LegRow> = sqlx::query_as(LEGS).bind(id).fetch_all(db).await?;
            let turns: Vec<(i64, i64, String, String)> =
                sqlx::query_as(TURNS).bind(id).fetch_all(db).await?;
            let comments: Vec<Comment> = sqlx::query_as(COMMENTS).bind(id).fetch_all(db).await?;
            whole(one, row, answers, credits, legs, turns, comments).map(Some)
        })
    }
}

fn whole(
    one: ListedRow,
    row: WholeRow,
    answers: Vec<(i64, i64)>,
    credits: Vec<CreditRow>,
    legs: Vec<LegRow>,
    turns: Vec<(i64, i64, String, String)>,
    comments: Vec<Comment>,
) -> Result<Whole, StoreError> {
    let mut listed = one.listed()?;
    listed.answers =
        answers.into_iter().filter_map(|(q, o)| Some((u8::try_from(q).ok()?, o))).collect();
    let said = Served {
        agent: row.agent,
        agent_name: row.agent_name,
        team: row.team,
        queue: row.queue,
        leg: row.leg,
    };
    let credit = |row: CreditRow| Credited {
        whole: row.kind == 0,
        served: Served {
            agent: row.agent,
            agent_name: row.agent_name,
            team: row.team,
            queue: row.queue,
            leg: None,
        },
    };
    let leg = |row: LegRow| Leg {
        served: Served {
            agent: row.agent,
            agent_name: row.agent_name,
            team: row.team,
            queue: row.queue,
            leg: Some(row.leg),
        },
        started_ms: row.started_ms,
        talk_seconds: row.talk_seconds,
    };
    let turns = turns.into_iter().map(|(turn, at_ms, input, facts)| {
        let unreadable = |fault| StoreError::Corrupt(format!("turn {turn}: {fault}"));
        let input: Input = serde_json::from_str(&input).map_err(unreadable)?;
        let facts: Vec<Fact> = serde_json::from_str(&facts).map_err(unreadable)?;
        Ok(Heard { turn, at_ms, input: came(input), events: facts.iter().map(event).collect() })
    });
    Ok(Whole {
        listed,
        provider: row.provider,
        call_ref: row.call_ref,
        ineligible: row.ineligible,
        failed: row.failed,
        ended_ms: row.ended_ms,
        ended_how: row.ended_how,
        closed: row.closed,
        open_question: row.open_question.and_then(|q| u8::try_from(q).ok()),
        said,
        team_then: row.team_then,
        callback_ms: row.callback_ms,
        number: row.number,
        said_talk: row.said_talk,
        conflicts: row.conflicts,
        credits: credits.into_iter().map(credit).collect(),
        legs: legs.into_iter().map(leg).collect(),
        turns: turns.collect::<Result<_, StoreError>>()?,
        comments,
    })
}

fn came(input: Input) -> Came {
    match input {
        Input::Keys(keys) => Came::Keys(keys),
        Input::Silence => Came::Silence,
        Input::Recording(recording) => Came::Recording(recording.seconds),
    }
}

fn event(fact: &Fact) -> Event {
    let plain = |what| Event { what, question: None, outcome: None, language: None };
    match fact {
        Fact::Item { question, outcome } => {
            Event { question: Some(*question), outcome: Some(outcome.code()), ..plain("item") }
        }
        Fact::Comment { question, .. } => Event { question: Some(*question), ..plain("comment") },
        Fact::Language(lang) => Event { language: Some(lang.to_string()), ..plain("language") },
        Fact::Consent(given) => Event { outcome: Some(i64::from(*given)), ..plain("consent") },
        Fact::Command(command) => plain(match command {
            Command::Repeat => "repeat",
            Command::Menu => "menu",
            Command::Back => "back",
            Command::Skip => "skip",
            Command::OtherLanguage => "other_language",
            Command::EndNow => "end_now",
        }),
        Fact::Early => plain("early"),
        Fact::Spill => plain("spill"),
        Fact::WrongKey => plain("wrong_key"),
        Fact::Callback => plain("callback"),
        Fact::NeverAsk => plain("never_ask"),
        Fact::Ended(_) => plain("ended"),
    }
}
