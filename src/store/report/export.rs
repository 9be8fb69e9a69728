//! Interviews for programs that take all of them: oldest first, a chunk at a time.

use std::collections::{BTreeSet, HashMap};

use sqlx::{Database, QueryBuilder};
use uuid::Uuid;

use super::list::{READING, moments};
use super::{After, Cut, version};
use crate::interview::{InterviewId, Millis};
use crate::store::rows::{Column, Tx};
use crate::store::{Store, StoreError, look_up};
use crate::survey::Version;

/// One interview as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The interview.
    pub id: InterviewId,
    /// Survey version.
    pub survey: Version,
    /// Language code.
    pub language: String,
    /// Channel.
    pub channel: String,
    /// When it started.
    pub started_ms: Millis,
    /// Its local day, in days since 1970-01-01.
    pub day: i64,
    /// Word of the disposition.
    pub disposition: String,
    /// `none`, `handover`, `record` or `inferred`.
    pub link: String,
    /// Whether nothing more is expected.
    pub closed: bool,
    /// For whom it counts.
    pub credits: Vec<CreditOut>,
    /// How its items stand, by question.
    pub answers: Vec<AnswerOut>,
    /// Its recorded comments: question, and seconds if they are known.
    pub comments: Vec<(i64, Option<i64>)>,
}

/// For whom an interview counts, in words.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CreditOut {
    interview: Uuid,
    /// 0 the whole, 1 an agent.
    pub kind: i64,
    /// The agent's code.
    pub agent: Option<String>,
    /// The agent's name.
    pub name: Option<String>,
    /// The team, if known.
    pub team: Option<String>,
    /// The queue, if known.
    pub queue: Option<String>,
}

/// How one item stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerOut {
    interview: Uuid,
    /// Index of the question.
    pub question: i64,
    /// Outcome number.
    pub outcome: i64,
    /// Whether a reviewer marked it as outside our control.
    pub outside_control: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    survey: i64,
    language: String,
    channel: String,
    started_ms: i64,
    day: i64,
    disposition: String,
    link: String,
    closed: bool,
}

const CREDITS: &str = "select c.interview, c.kind, a.code as agent, a.name as name,
        t.name as team, q.name as queue
    from credits c
    left join agents a on a.id = c.agent
    left join teams t on t.id = c.team
    left join queues q on q.id = c.queue
    where c.gen = (select reading from tally_state where id = 1)
        and c.interview in ({rows uuid})";

const ANSWERS: &str = "select interview, question, outcome, outside_control from answers
    where interview in ({rows uuid})";

const COMMENTS: &str = "select interview, question, seconds from comments
    where interview in ({rows uuid})";

/// A chunk's statement. The order is that of the index of starts, so a chunk is read where the one
/// before ended, however many there are.
fn chunk<DB: Database>(
    cut: &Cut,
    teams: Option<&BTreeSet<String>>,
    after: Option<After>,
    limit: u32,
) -> QueryBuilder<DB>
where
    i64: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    String: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let mut sql = QueryBuilder::new(
        "select i.id, i.survey, i.language, i.channel, i.started_ms, case when i.counted = ",
    );
    sql.push(READING).push(" then i.day else i.day_before end as day, i.disposition, i.link,");
    sql.push(" i.closed from interviews i where i.ineligible = '' and not i.anonymous and i.started_ms between ");
    let (oldest, newest) = moments(cut.from, cut.to);
    sql.push_bind(after.map_or(oldest, |after| oldest.max(after.started_ms)));
    sql.push(" and ").push_bind(newest);
    sql.push(" and case when i.counted = ").push(READING);
    sql.push(" then i.day else i.day_before end between ").push_bind(cut.from);
    sql.push(" and ").push_bind(cut.to);
    if let Some(after) = after {
        sql.push(" and (i.started_ms > ").push_bind(after.started_ms);
        sql.push(" or i.id > ").push_bind(Uuid::from_bytes(after.id.0)).push(")");
    }
    if let Some(name) = &cut.survey {
        sql.push(" and i.survey in (select version from surveys where name = ");
        sql.push_bind(name.clone()).push(")");
    }
    if let Some(which) = cut.version {
        sql.push(" and i.survey = ").push_bind(i64::from(which.0));
    }
    for (column, wanted) in [("language", &cut.language), ("channel", &cut.channel)] {
        if let Some(wanted) = wanted {
            sql.push(" and i.").push(column).push(" = ").push_bind(wanted.clone());
        }
    }
    // Team and queue are those of the whole, or, of an agent, those of the agent's credit.
    if cut.agent.is_some() || cut.team.is_some() || cut.queue.is_some() {
        sql.push(" and exists (select 1 from credits c where c.interview = i.id and c.gen = ");
        sql.push(READING).push(" and c.kind = ").push_bind(i64::from(cut.agent.is_some()));
        for (column, wanted) in [("agent", cut.agent), ("team", cut.team), ("queue", cut.queue)] {
            if let Some(wanted) = wanted {
                sql.push(" and c.").push(column).push(" = ").push_bind(wanted);
            }
        }
        sql.push(")");
    }
    if let Some(teams) = teams {
        sql.push(" and exists (select 1 from credits s join teams t on t.id = s.team");
        sql.push(" where s.interview = i.id and s.gen = ").push(READING).push(" and (1 = 0");
        for team in teams {
            sql.push(" or t.name = ").push_bind(team.clone());
        }
        sql.push("))");
    }
    sql.push(" order by i.started_ms, i.id limit ").push_bind(i64::from(limit));
    sql
}

fn by_interview<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut found: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        found.entry(id(&row)).or_default().push(row);
    }
    found
}

impl Store {
    /// The next interviews of a cut that were offered, oldest first, after that one; only those
    /// that count for one of `teams`, where they are given.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn exported(
        &self,
        cut: &Cut,
        teams: Option<&BTreeSet<String>>,
        after: Option<After>,
        limit: u32,
    ) -> Result<Vec<Exported>, StoreError> {
        let rows: Vec<Row> = look_up!(self, |db| chunk(cut, teams, after, limit)
            .build_query_as()
            .fetch_all(db)
            .await?);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut tx = Tx::look_up(&self.pools).await?;
        let credits: Vec<CreditOut> = tx.fetch(CREDITS, &[Column::Id(ids.clone())]).await?;
        let answers: Vec<AnswerOut> = tx.fetch(ANSWERS, &[Column::Id(ids.clone())]).await?;
        let comments: Vec<(Uuid, i64, Option<i64>)> =
            tx.fetch(COMMENTS, &[Column::Id(ids)]).await?;
        tx.commit().await?;
        let mut credits = by_interview(credits, |one| one.interview);
        let mut answers = by_interview(answers, |one| one.interview);
        let mut comments = by_interview(comments, |one| one.0);
        rows.into_iter()
            .map(|row| {
                let mut credits = credits.remove(&row.id).unwrap_or_default();
                credits
                    .sort_by(|a, b| (a.kind, &a.agent, &a.team).cmp(&(b.kind, &b.agent, &b.team)));
                let mut answers = answers.remove(&row.id).unwrap_or_default();
                answers.sort_by_key(|answer| answer.question);
                let comments = comments.remove(&row.id).unwrap_or_default();
                let mut comments: Vec<_> = comments.into_iter().map(|(_, q, s)| (q, s)).collect();
                comments.sort_unstable();
                Ok(Exported {
                    id: InterviewId(row.id.into_bytes()),
                    survey: version(row.survey)?,
                    language: row.language,
                    channel: row.channel,
                    started_ms: row.started_ms,
                    day: row.day,
                    disposition: row.disposition,
                    link: row.link,
                    closed: row.closed,
                    credits,
                    answers,
                    comments,
                })
            })
            .collect()
    }
}
