//! Lists of the interviews behind a number, with their answers.

use sqlx::{Database, QueryBuilder};
use uuid::Uuid;

use super::Cut;
use super::interviews::{Listed, ListedRow};
use crate::interview::{InterviewId, Millis};
use crate::store::{Store, StoreError, look_up};
use crate::survey::Version;

const NAMED: &str = "
    select id from interviews where call_ref = $1
    union select id from interviews where said_call = $1
    union select id from interviews where said_leg = $1
    union select i.id from call_names n cross join interviews i
        where n.name = $1 and i.call_id = n.call_id
    limit 200";

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
    /// Only those with one of these outcomes too: the low scores of the surveys.
    pub low: Option<Vec<(Version, u8, i64)>>,
    /// Only those with this disposition.
    pub disposition: Option<String>,
    /// Only those that were linked so.
    pub link: Option<String>,
    /// Only those of callers whose number ends so.
    pub digits: Option<String>,
    /// Only those with a recorded comment.
    pub commented: bool,
    /// Only those with an answer marked as outside the agent's control.
    pub marked: bool,
    /// Only those with answers that hardly fit together: any of these of their survey version.
    pub clashes: Option<Vec<(Version, Clash)>>,
    /// Only these, also where their callers were not asked.
    pub named: Option<Vec<InterviewId>>,
    /// Only those that count for one of these teams.
    pub teams: Option<Vec<i64>>,
    /// The page after that one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: u32,
}

/// Answers of one interview that hardly fit together; questions by their index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// Each of these questions has one of its values.
    All(Vec<(u8, Vec<i64>)>),
    /// At least so many of these questions are answered, all with the same value.
    Alike(Vec<u8>, i64),
}

/// The generation of the tallies that reports read; credits of others are none.
pub(super) const READING: &str = "(select reading from tally_state where id = 1)";

/// What a list's statement gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Give {
    /// The rows in their order.
    Rows,
    /// How many there are, as far as the limit.
    Count,
    /// How those with an answer spread over callers, as far as the limit.
    Callers,
}

/// How interviews with an answer spread over callers who are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Interviews.
    pub interviews: u64,
    /// Their callers.
    pub callers: u64,
    /// Interviews of callers with two or more.
    pub repeated: u64,
}

/// Interviews that are looked at for their callers: some milliseconds' work.
const LOOKED_AT: u32 = 20_000;

/// The list's statement; the values are bound in the order of its places. An index gives its
/// order: that of the starts, or for an agent that of the agent's credits. The few marked ones
/// are sorted.
fn list<DB: Database>(cut: &Cut, pick: &Pick, give: Give) -> QueryBuilder<DB>
where
    i64: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    String: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
    Uuid: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let mut sql = QueryBuilder::new(match give {
        Give::Rows => {
            "select i.id, i.survey, i.started_ms, i.language, i.channel, i.disposition, i.link,
                i.caller_last, exists (select 1 from marks m where m.interview = i.id
                    and m.taken_ms is null) as marked from "
        }
        Give::Count => "select count(*) from (select 1 from ",
        Give::Callers => {
            "select cast(coalesce(sum(g.n), 0) as bigint), count(*),
                cast(coalesce(sum(case when g.n > 1 then g.n else 0 end), 0) as bigint)
            from (select count(*) as n from (select i.caller_hash from "
        }
    });
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
        if pick.marked {
            sql.push("(select distinct m.interview from marks m where m.taken_ms is null) x");
            sql.push(" cross join interviews i where i.id = x.interview");
        } else {
            sql.push("interviews i where 1 = 1");
        }
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
    sql.push(" and not i.anonymous and ")
        .push(at)
        .push(" between ")
        .push_bind(oldest)
        .push(" and ");
    sql.push_bind(pick.after.map_or(newest, |after| newest.min(after.started_ms)));
    if let Some(named) = &pick.named {
        among(&mut sql, "i.id", named.iter().map(|id| Uuid::from_bytes(id.0)));
    } else {
        sql.push(" and i.ineligible = ''");
    }
    sql.push(" and case when i.counted = ").push(READING);
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
    for outcomes in pick.outcomes.iter().chain(&pick.low) {
        sql.push(" and exists (select 1 from answers o where o.interview = i.id and (1 = 0");
        for (which, question, outcome) in outcomes {
            sql.push(" or (i.survey = ").push_bind(i64::from(which.0));
            sql.push(" and o.question = ").push_bind(i64::from(*question));
            sql.push(" and o.outcome = ").push_bind(*outcome).push(")");
        }
        sql.push("))");
    }
    if let Some(clashes) = &pick.clashes {
        sql.push(" and (1 = 0");
        for (which, clash) in clashes {
            sql.push(" or (i.survey = ").push_bind(i64::from(which.0));
            clashing(&mut sql, clash);
            sql.push(")");
        }
        sql.push(")");
    }
    for (column, wanted) in
        [("disposition", &pick.disposition), ("link", &pick.link), ("caller_last", &pick.digits)]
    {
        if let Some(wanted) = wanted {
            sql.push(" and i.").push(column).push(" = ").push_bind(wanted.clone());
        }
    }
    if pick.commented {
        sql.push(" and exists (select 1 from comments w where w.interview = i.id)");
    }
    if pick.marked && cut.agent.is_some() {
        sql.push(" and exists (select 1 from marks m where m.interview = i.id");
        sql.push(" and m.taken_ms is null)");
    }
    if let Some(teams) = &pick.teams {
        sql.push(" and exists (select 1 from credits v where v.interview = i.id and v.gen = ");
        sql.push(READING);
        among(&mut sql, "v.team", teams.iter().copied());
        sql.push(")");
    }
    if let Some(after) = pick.after {
        sql.push(" and (").push(at).push(" < ").push_bind(after.started_ms);
        sql.push(" or ").push(id).push(" < ").push_bind(Uuid::from_bytes(after.id.0)).push(")");
    }
    if give == Give::Callers {
        sql.push(" and i.started and i.caller_hash is not null");
    }
    if give != Give::Count {
        sql.push(" order by ").push(at).push(" desc, ").push(id).push(" desc");
    }
    sql.push(" limit ").push_bind(i64::from(pick.limit));
    match give {
        Give::Rows => {}
        Give::Count => {
            sql.push(") as counted");
        }
        Give::Callers => {
            sql.push(") as h group by h.caller_hash) as g");
        }
    }
    sql
}

/// The interview's answers clash so.
fn clashing<DB: Database>(sql: &mut QueryBuilder<DB>, clash: &Clash)
where
    i64: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    match clash {
        Clash::All(answers) => {
            for (question, values) in answers {
                sql.push(" and exists (select 1 from answers e where e.interview = i.id");
                sql.push(" and e.question = ").push_bind(i64::from(*question));
                among(sql, "e.outcome", values.iter().copied());
                sql.push(")");
            }
        }
        Clash::Alike(questions, least) => {
            sql.push(" and (select case when min(e.outcome) = max(e.outcome) and count(*) >= ");
            sql.push_bind(*least).push(" then 1 else 0 end from answers e");
            sql.push(" where e.interview = i.id and e.outcome >= 0");
            among(sql, "e.question", questions.iter().map(|q| i64::from(*q)));
            sql.push(") = 1");
        }
    }
}

/// The column has one of these values; without any, none fits.
fn among<DB: Database, T>(sql: &mut QueryBuilder<DB>, column: &str, values: impl Iterator<Item = T>)
where
    T: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB>,
{
    let mut values = values.peekable();
    if values.peek().is_none() {
        sql.push(" and 1 = 0");
        return;
    }
    sql.push(" and ").push(column).push(" in (");
    let mut places = sql.separated(", ");
    for value in values {
        places.push_bind(value);
    }
    sql.push(")");
}

/// The list's statement as SQLite gets it, for whoever wants to know how it is run.
pub fn list_text(cut: &Cut, pick: &Pick) -> String {
    list::<sqlx::Sqlite>(cut, pick, Give::Rows).sql().as_str().to_owned()
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
            look_up!(self, |db| list(cut, pick, Give::Rows).build_query_as().fetch_all(db).await?);
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

    /// How many interviews a cut and a pick leave, counted as far as the pick's limit.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn picked_count(&self, cut: &Cut, pick: &Pick) -> Result<u64, StoreError> {
        let (n,): (i64,) = look_up!(self, |db| list(cut, pick, Give::Count)
            .build_query_as()
            .fetch_one(db)
            .await?);
        Ok(u64::try_from(n).unwrap_or(0))
    }

    /// How the newest interviews of a cut that have an answer spread over callers.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn callers_of(&self, cut: &Cut) -> Result<Callers, StoreError> {
        let pick = Pick { limit: LOOKED_AT, ..Pick::default() };
        let found: (i64, i64, i64) = look_up!(self, |db| list(cut, &pick, Give::Callers)
            .build_query_as()
            .fetch_one(db)
            .await?);
        let [interviews, callers, repeated] =
            [found.0, found.1, found.2].map(|n| u64::try_from(n).unwrap_or(0));
        Ok(Callers { interviews, callers, repeated })
    }

    /// The interviews of the call or leg that has this name, whoever gave it, and the one that
    /// has it as its id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn interviews_named(&self, name: &str) -> Result<Vec<InterviewId>, StoreError> {
        let rows: Vec<(Uuid,)> =
            look_up!(self, |db| sqlx::query_as(NAMED).bind(name).fetch_all(db).await?);
        let own = name.parse::<InterviewId>().ok();
        Ok(rows.into_iter().map(|(id,)| InterviewId(id.into_bytes())).chain(own).collect())
    }
}
