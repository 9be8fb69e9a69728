//! The interviews behind a number: lists with their answers, and one whole interview.

use sqlx::{Database, QueryBuilder};
use uuid::Uuid;

use super::{Cut, version};
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
}

/// Where a list goes on: after the interview that started then and has that id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Start of the last one shown.
    pub started_ms: Millis,
    /// Its id.
    pub id: InterviewId,
}

/// Which interviews of a cut a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// Only those that are credited to no agent.
    pub unlinked: bool,
    /// Only those with one of these outcomes: survey version, question, outcome number.
    pub outcomes: Option<Vec<(Version, u8, i64)>>,
    /// The page after that one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: u32,
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
    /// Index of the question.
    pub question: i64,
    /// Seconds recorded, if known.
    pub seconds: Option<i64>,
    /// `expected`, `ready`, `stored` or `failed`.
    pub status: String,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    survey: i64,
    started_ms: i64,
    language: String,
    channel: String,
    disposition: String,
    link: String,
    caller_last: Option<String>,
}

impl ListedRow {
    fn listed(self) -> Result<Listed, StoreError> {
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
    select id, survey, started_ms, language, channel, disposition, link, caller_last
    from interviews where id = $1";
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
const COMMENTS: &str =
    "select question, seconds, status from comments where interview = $1 order by at_ms, recording";

/// The generation of the tallies that reports read; credits of others are none.
pub(super) const READING: &str = "(select reading from tally_state where id = 1)";

/// The list's statement; the values are bound in the order of its places. An index gives its
/// order: that of the starts, or for an agent that of the agent's credits.
fn list<DB: Database>(cut: &Cut, pick: &Pick) -> QueryBuilder<DB>
where
    i64: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    String: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let mut sql = QueryBuilder::new(
        "select i.id, i.survey, i.started_ms, i.language, i.channel, i.disposition, i.link,
                i.caller_last from ",
    );
    let credit = [("team", cut.team), ("queue", cut.queue)];
    let (at, id) = if let Some(agent) = cut.agent {
        sql.push("credits k join interviews i on i.id = k.interview where k.agent = ");
        sql.push_bind(agent).push(" and k.kind = 1 and k.gen = ").push(READING);
        for (column, wanted) in credit {
            if let Some(wanted) = wanted {
                sql.push(" and k.").push(column).push(" = ").push_bind(wanted);
            }
        }
        ("k.started_ms", "k.interview")
    } else {
        sql.push("interviews i where 1 = 1");
        if credit.iter().any(|(_, wanted)| wanted.is_some()) {
            sql.push(" and exists (select 1 from credits c where c.interview = i.id");
            sql.push(" and c.kind = 0 and c.gen = ").push(READING);
            for (column, wanted) in credit {
                if let Some(wanted) = wanted {
                    sql.push(" and c.").push(column).push(" = ").push_bind(wanted);
                }
            }
            sql.push(")");
        }
        ("i.started_ms", "i.id")
    };
    let (oldest, newest) = moments(cut.from, cut.to);
    sql.push(" and ").push(at).push(" between ").push_bind(oldest).push(" and ");
    sql.push_bind(pick.after.map_or(newest, |after| newest.min(after.started_ms)));
    sql.push(" and i.ineligible = '' and case when i.counted = ").push(READING);
    sql.push(" then i.day else i.day_before end between ").push_bind(cut.from);
    sql.push(" and ").push_bind(cut.to);
    if let Some(name) = &cut.survey {
        sql.push(" and i.survey in (select version from surveys where name = ");
        sql.push_bind(name.clone()).push(")");
    }
    if let Some(which) = cut.version {
        sql.push(" and i.survey = ").push_bind(i64::from(which.0));
    }
    if let Some(language) = &cut.language {
        sql.push(" and i.language = ").push_bind(language.clone());
    }
    if let Some(channel) = &cut.channel {
        sql.push(" and i.channel = ").push_bind(channel.clone());
    }
    if pick.unlinked {
        sql.push(" and not exists (select 1 from credits n where n.interview = i.id");
        sql.push(" and n.kind = 1 and n.agent > 0 and n.gen = ").push(READING).push(")");
    }
    if let Some(outcomes) = &pick.outcomes {
        sql.push(" and exists (select 1 from answers o where o.interview = i.id and (1 = 0");
        for (which, question, outcome) in outcomes {
            sql.push(" or (i.survey = ").push_bind(i64::from(which.0));
            sql.push(" and o.question = ").push_bind(i64::from(*question));
            sql.push(" and o.outcome = ").push_bind(*outcome).push(")");
        }
        sql.push("))");
    }
    if let Some(after) = pick.after {
        sql.push(" and (").push(at).push(" < ").push_bind(after.started_ms);
        sql.push(" or ").push(id).push(" < ").push_bind(Uuid::from_bytes(after.id.0)).push(")");
    }
    sql.push(" order by ").push(at).push(" desc, ").push(id).push(" desc limit ");
    sql.push_bind(i64::from(pick.limit));
    sql
}

/// The list's statement as SQLite gets it, for whoever wants to know how it is run.
pub fn list_text(cut: &Cut, pick: &Pick) -> String {
    list::<sqlx::Sqlite>(cut, pick).sql().as_str().to_owned()
}

/// The moments between which all interviews of these local days start, in whatever time zone.
pub(crate) fn moments(from: i64, to: i64) -> (Millis, Millis) {
    const DAY_MS: Millis = 86_400_000;
    let start = |day: i64| day.saturating_mul(DAY_MS);
    (start(from.saturating_sub(1)), start(to.saturating_add(2)))
}

/// Answers of the interviews with those ids.
fn answers_of<DB: Database>(ids: &[Uuid]) -> QueryBuilder<DB>
where
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let mut sql =
        QueryBuilder::new("select interview, question, outcome from answers where interview in (");
    let mut places = sql.separated(", ");
    for id in ids {
        places.push_bind(*id);
    }
    sql.push(") order by interview, question");
    sql
}

impl Store {
    /// Interviews of a cut that were offered, newest first, with their answers.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn picked_interviews(
        &self,
        cut: &Cut,
        pick: &Pick,
    ) -> Result<Vec<Listed>, StoreError> {
        let rows: Vec<ListedRow> =
            look_up!(self, |db| list(cut, pick).build_query_as().fetch_all(db).await?);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut listed: Vec<Listed> =
            rows.into_iter().map(ListedRow::listed).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(listed);
        }
        let answers: Vec<(Uuid, i64, i64)> =
            look_up!(self, |db| answers_of(&ids).build_query_as().fetch_all(db).await?);
        for (interview, question, outcome) in answers {
            let of = listed.iter_mut().find(|one| one.id.0 == interview.into_bytes());
            if let (Some(one), Ok(question)) = (of, u8::try_from(question)) {
                one.answers.push((question, outcome));
            }
        }
        Ok(listed)
    }

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
