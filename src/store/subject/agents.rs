//! What is kept about one agent, and an agent's name put out of it.

use uuid::Uuid;

use super::super::rows::{Column, Tx};
use super::super::writer::again;
use super::super::{Store, StoreError};
use super::{Kept, Line, add};
use crate::interview::{InterviewId, Millis};

/// Interviews whose traces of a name are looked for at a time.
const PART: usize = 500;

const FIND: &str = "select id from agents where code = $1";
const AGENT: &str = "select * from agents where code = $1";
const STAYS: &str = "select t.name as team_name, s.* from agents a
    join agent_team s on s.agent = a.id join teams t on t.id = s.team where a.code = $1";
const LEGS_OF_AGENT: &str = "select l.leg, t.name as team_name, q.name as queue_name, l.started_ms,
        l.answered_ms, l.ended_ms, l.talk_seconds, l.ended_by, l.handed_over
    from agents a join legs l on l.agent = a.id
    left join teams t on t.id = l.team left join queues q on q.id = l.queue where a.code = $1";
// Weeks begin on Mondays, named by that day. What single callers said stays theirs: a week of fewer
// than five answers to a question is not told, as on the agent's own page.
const ANSWERS: &str = "with mine as (
        select (n.day + 3) / 7 as week, n.survey, n.question, n.outcome,
            cast(sum(n.n_raw) as bigint) as answers
        from answer_tally n join agents a on a.id = n.agent
        where a.code = $1 and n.kind = 1 and n.gen = (select reading from tally_state where id = 1)
        group by (n.day + 3) / 7, n.survey, n.question, n.outcome),
    whole as (
        select week, survey, question, sum(answers) as answers from mine
        group by week, survey, question)
    select m.week * 7 - 3 as day, s.name as survey_name, m.survey, m.question, m.outcome, m.answers
    from mine m
    join whole w on w.week = m.week and w.survey = m.survey and w.question = m.question
    join surveys s on s.version = m.survey
    where w.answers >= 5
    order by m.week, m.survey, m.question, m.outcome";
const STAGES: &str = "select (n.day + 3) / 7 * 7 - 3 as day, n.stage,
        cast(sum(n.n) as bigint) as interviews
    from funnel_tally n join agents a on a.id = n.agent
    where a.code = $1 and n.kind = 1 and n.stage in ('handed_over', 'offered', 'started')
        and n.gen = (select reading from tally_state where id = 1)
    group by (n.day + 3) / 7, n.stage order by 1, 2";
const SHARES: &str = "select * from survey_share where agent = $1";
const ACCOUNTS: &str = "select id, email, name, role, language, agent, created_ms, disabled_ms,
        issuer, subject, hash is not null as has_password
    from users where agent = $1";
const SEEN_TEAMS: &str = "select t.* from users u join user_team t on t.user_id = u.id
    where u.agent = $1";
const SESSIONS: &str = "select s.user_id, s.created_ms, s.seen_ms, s.expires_ms, s.ended_ms
    from users u join sessions s on s.user_id = u.id where u.agent = $1";
const AUDIT_OF: &str = "select l.seq, l.at_ms, l.who, l.act, l.object from audit l
    join users u on l.who = 'user:' || u.id where u.agent = $1";
const AUDIT_ON: &str = "select seq, at_ms, who, act, object from audit where object = $1";

/// Every table that knows of agents, with what of it is theirs, by the code.
const TABLES: [(&str, &str); 10] = [
    ("agents", AGENT),
    ("agent_team", STAYS),
    ("legs", LEGS_OF_AGENT),
    ("answer_tally", ANSWERS),
    ("funnel_tally", STAGES),
    ("survey_share", SHARES),
    ("users", ACCOUNTS),
    ("user_team", SEEN_TEAMS),
    ("sessions", SESSIONS),
    ("audit", AUDIT_OF),
];

const CREDITED: &str = "select distinct c.interview from agents a
    join credits c on c.agent = a.id where a.code = $1";
const SENT: &str = "select id from deliveries where subject in ({rows text})";
const UNSEND: &str = "delete from deliveries where id in ({rows text})";
const FORGET_CONFLICTS: &str = "update interviews set conflicts = null
    where id in ({rows uuid}) and conflicts is not null";
const END_SESSIONS: &str = "delete from sessions
    where user_id in (select id from users where agent = $1 and role = 'agent')";
const FORGET_TEAMS: &str = "delete from user_team
    where user_id in (select id from users where agent = $1 and role = 'agent')";
// The number of an account stays: the audit log names it, and nobody else may get it.
const CLOSE_ACCOUNT: &str =
    "update users set email = $2 || '-' || id, name = $2, hash = null, agent = null,
    issuer = null, subject = null, disabled_ms = coalesce(disabled_ms, $3)
    where agent = $1 and role = 'agent'";
const NO_AGENT: &str = "update users set agent = null where agent = $1";
const RENAME_SHARES: &str = "update survey_share set agent = $2 where agent = $1";
const RENAME: &str = "update agents set code = $2, name = $2 where code = $1";

/// What was taken out of an agent's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renamed {
    /// Accounts that were closed.
    pub accounts: u64,
    /// Webhooks and mails about interviews that count for the agent.
    pub deliveries: u64,
}

impl Store {
    /// All that is kept about an agent, as of one moment; `mark` stands for the code in the audit
    /// log. Empty where no agent has the code and none ever looked at.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about_agent(&self, code: &str, mark: &str) -> Result<Vec<Kept>, StoreError> {
        let mut tx = Tx::look_up(&self.pools).await?;
        let mut kept = Vec::new();
        for (table, text) in TABLES {
            let rows: Vec<Line> = tx.fetch(text, &[Column::Text(vec![code])]).await?;
            add(&mut kept, table, rows);
        }
        add(&mut kept, "audit", tx.fetch(AUDIT_ON, &[Column::Text(vec![mark])]).await?);
        tx.commit().await?;
        Ok(kept)
    }

    /// Puts another code in place of an agent's code and name, which leads to nobody, closes the
    /// accounts of that agent's own, and takes out what was sent about them. What was counted stays
    /// under the new code. `None` where no agent has the code. It may be done again where it was
    /// stopped.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn rename_agent(
        &self,
        code: &str,
        instead: &str,
        now: Millis,
    ) -> Result<Option<Renamed>, StoreError> {
        let code_of = || [Column::Text(vec![code])];
        let mut tx = Tx::look_up(&self.pools).await?;
        let found: Vec<(i64,)> = tx.fetch(FIND, &code_of()).await?;
        let credited: Vec<(Uuid,)> = tx.fetch(CREDITED, &code_of()).await?;
        tx.commit().await?;
        if found.is_empty() {
            return Ok(None);
        }
        let mut renamed = Renamed::default();
        for part in credited.chunks(PART) {
            renamed.deliveries += again(|| self.forget_said(part)).await?;
            tokio::task::yield_now().await;
        }
        renamed.accounts = again(|| self.rename_once(code, instead, now)).await?;
        Ok(Some(renamed))
    }

    async fn forget_said(&self, interviews: &[(Uuid,)]) -> Result<u64, StoreError> {
        let ids: Vec<Uuid> = interviews.iter().map(|(id,)| *id).collect();
        let subjects: Vec<String> =
            ids.iter().map(|id| InterviewId(*id.as_bytes()).to_string()).collect();
        let mut tx = Tx::write(&self.pools).await?;
        let columns = [Column::Text(subjects.iter().map(String::as_str).collect())];
        let sent: Vec<(String,)> = tx.fetch(SENT, &columns).await?;
        let columns = [Column::Text(sent.iter().map(|(id,)| id.as_str()).collect())];
        let gone = tx.run(UNSEND, &columns).await?;
        tx.run(FORGET_CONFLICTS, &[Column::Id(ids)]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn rename_once(&self, code: &str, with: &str, now: Millis) -> Result<u64, StoreError> {
        let of = || [Column::Text(vec![code])];
        let names = || [Column::Text(vec![code]), Column::Text(vec![with])];
        let account = [Column::Text(vec![code]), Column::Text(vec![with]), Column::Int(vec![now])];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(END_SESSIONS, &of()).await?;
        tx.run(FORGET_TEAMS, &of()).await?;
        let closed = tx.run(CLOSE_ACCOUNT, &account).await?;
        tx.run(NO_AGENT, &of()).await?;
        tx.run(RENAME_SHARES, &names()).await?;
        tx.run(RENAME, &names()).await?;
        tx.commit().await?;
        Ok(closed)
    }
}
