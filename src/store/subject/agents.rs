//! What is kept about one agent, and an agent's name put out of it.

use uuid::Uuid;

use super::super::rows::{Column, Tx};
use super::super::writer::again;
use super::super::{Store, StoreError};
use super::{Kept, Line, add};
use crate::interview::{InterviewId, Millis};

/// Interviews whose traces of a name are looked for at a time.
const PART: usize = 500;

const FIND: &str = "select id, name from agents where code = $1";
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
const SENT: &str = "select id, kind from deliveries where subject in ({rows text})";
const REWORD: &str =
    "with v (id, old, instead, name, called) as ({rows text, text, text, text, text})
    update deliveries set body = replace(replace(body, v.old, v.instead), v.name, v.called)
    from v where deliveries.id = v.id";
// Where a record names no leg, its agent's code stands for it, also followed by when it began.
// Compared as they stand: in a language's own order a blank may count for nothing.
const LEGS_NAMED: &str = "select call_id, leg from legs
    where leg = $1 or substr(leg, 1, length($1) + 1) = $1 || ' '";
const RENAME_LEGS: &str = "with v (call_id, leg, instead) as ({rows uuid, text, text})
    update legs set leg = v.instead
    from v where legs.call_id = v.call_id and legs.leg = v.leg {of legs.call_id}";
const SAID_LEGS: &str = "select id, said_leg from interviews
    where said_leg = $1 or substr(said_leg, 1, length($1) + 1) = $1 || ' '";
const RENAME_SAID_LEGS: &str = "with v (id, instead) as ({rows uuid, text})
    update interviews set said_leg = v.instead from v where interviews.id = v.id {of interviews.id}";
const LEGS_TOLD: &str =
    "select distinct call_id from legs where transferred_to = $1 or ended_by = $1";
const RENAME_TOLD: &str = "with v (call_id, code, instead) as ({rows uuid, text, text})
    update legs set
        transferred_to = case when transferred_to = v.code then v.instead else transferred_to end,
        ended_by = case when ended_by = v.code then v.instead else ended_by end
    from v where legs.call_id = v.call_id {of legs.call_id}";
const CALLS_TOLD: &str = "select id from calls where ended_by = $1";
const RENAME_CALLS: &str = "with v (id, instead) as ({rows uuid, text})
    update calls set ended_by = v.instead from v where calls.id = v.id {of calls.id}";
const DISOWN_CASES: &str = "update cases set owner = $2
    where owner in (select email from users where agent = $1 and role = 'agent')";
// As a text in JSON, whoever the interview counts for.
const NAMED: &str = "select id from interviews
    where conflicts is not null and conflicts like '%' || $1 || '%' escape '!'";
const FORGET_CONFLICTS: &str = "with v (id, old, instead) as ({rows uuid, text, text})
    update interviews set conflicts = replace(conflicts, v.old, v.instead)
    from v where interviews.id = v.id {of interviews.id}";
const FORGET_ANNOUNCED: &str = "delete from handovers where said like '%' || $1 || '%' escape '!'";
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
    /// Webhooks and mails about interviews that count for the agent, which name the new code now.
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

    /// Puts another code in place of an agent's code and name, which leads to nobody, and closes the
    /// accounts of that agent's own. What was counted stays under the new code. `None` where no agent
    /// has the code. It may be done again where it was stopped.
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
        let found: Vec<(i64, String)> = tx.fetch(FIND, &code_of()).await?;
        let credited: Vec<(Uuid,)> = tx.fetch(CREDITED, &code_of()).await?;
        tx.commit().await?;
        let Some((_, name)) = found.first() else { return Ok(None) };
        let mut renamed = Renamed::default();
        for part in credited.chunks(PART) {
            renamed.deliveries += again(|| self.reword(part, [code, instead, name])).await?;
            tokio::task::yield_now().await;
        }
        let texts = [serde_json::json!(code).to_string(), serde_json::json!(instead).to_string()];
        let pattern = plain(&texts[0]);
        let named = [Column::Text(vec![&pattern])];
        let mut tx = Tx::look_up(&self.pools).await?;
        let said: Vec<(Uuid,)> = tx.fetch(NAMED, &named).await?;
        tx.commit().await?;
        for part in said.chunks(PART) {
            again(|| self.forget_said(part, &texts)).await?;
            tokio::task::yield_now().await;
        }
        self.rename_in_records(code, instead).await?;
        renamed.accounts = again(|| self.rename_once(code, instead, now)).await?;
        self.begin_log_anew().await?;
        Ok(Some(renamed))
    }

    /// Has what was or will be sent about these interviews name the new code.
    async fn reword(
        &self,
        interviews: &[(Uuid,)],
        [code, instead, name]: [&str; 3],
    ) -> Result<u64, StoreError> {
        let written = |(id,): &(Uuid,)| InterviewId(*id.as_bytes()).to_string();
        let subjects: Vec<String> = interviews.iter().map(written).collect();
        let mut tx = Tx::write(&self.pools).await?;
        let columns = [Column::Text(subjects.iter().map(String::as_str).collect())];
        let sent: Vec<(String, String)> = tx.fetch(SENT, &columns).await?;
        // A webhook's body is JSON, in which the code stands alone; a mail's are words.
        let quoted = [code, instead, name].map(|text| serde_json::json!(text).to_string());
        let of = |kind: &str, at: usize| match kind {
            "webhook" => quoted[at].as_str(),
            _ => [code, instead, name][at],
        };
        let all = |at: usize| sent.iter().map(|(_, kind)| of(kind, at)).collect();
        let columns = [
            Column::Text(sent.iter().map(|(id, _)| id.as_str()).collect()),
            Column::Text(all(0)),
            Column::Text(all(1)),
            Column::Text(all(2)),
            Column::Text(all(1)),
        ];
        let reworded = tx.run(REWORD, &columns).await?;
        tx.commit().await?;
        Ok(reworded)
    }

    /// Puts the new code in place of the old one where records have it as a leg's id, or as who a
    /// call went to or who ended it.
    async fn rename_in_records(&self, code: &str, instead: &str) -> Result<(), StoreError> {
        let of = [Column::Text(vec![code])];
        let mut tx = Tx::look_up(&self.pools).await?;
        let legs: Vec<(Uuid, String)> = tx.fetch(LEGS_NAMED, &of).await?;
        let said: Vec<(Uuid, String)> = tx.fetch(SAID_LEGS, &of).await?;
        let told: Vec<(Uuid,)> = tx.fetch(LEGS_TOLD, &of).await?;
        let ended: Vec<(Uuid,)> = tx.fetch(CALLS_TOLD, &of).await?;
        tx.commit().await?;
        let renamed = |leg: &String| format!("{instead}{}", leg.strip_prefix(code).unwrap_or(leg));
        for part in legs.chunks(PART) {
            let new: Vec<String> = part.iter().map(|(_, leg)| renamed(leg)).collect();
            let columns = [
                Column::Id(part.iter().map(|(id, _)| *id).collect()),
                Column::Text(part.iter().map(|(_, leg)| leg.as_str()).collect()),
                Column::Text(new.iter().map(String::as_str).collect()),
            ];
            again(|| self.run_one(RENAME_LEGS, &columns)).await?;
        }
        for part in said.chunks(PART) {
            let new: Vec<String> = part.iter().map(|(_, leg)| renamed(leg)).collect();
            let columns = [
                Column::Id(part.iter().map(|(id, _)| *id).collect()),
                Column::Text(new.iter().map(String::as_str).collect()),
            ];
            again(|| self.run_one(RENAME_SAID_LEGS, &columns)).await?;
        }
        for part in told.chunks(PART) {
            let columns = [
                Column::Id(part.iter().map(|(id,)| *id).collect()),
                Column::Text(vec![code; part.len()]),
                Column::Text(vec![instead; part.len()]),
            ];
            again(|| self.run_one(RENAME_TOLD, &columns)).await?;
        }
        for part in ended.chunks(PART) {
            let columns = [
                Column::Id(part.iter().map(|(id,)| *id).collect()),
                Column::Text(vec![instead; part.len()]),
            ];
            again(|| self.run_one(RENAME_CALLS, &columns)).await?;
        }
        Ok(())
    }

    async fn forget_said(
        &self,
        interviews: &[(Uuid,)],
        [old, instead]: &[String; 2],
    ) -> Result<(), StoreError> {
        let columns = [
            Column::Id(interviews.iter().map(|(id,)| *id).collect()),
            Column::Text(vec![old; interviews.len()]),
            Column::Text(vec![instead; interviews.len()]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(FORGET_CONFLICTS, &columns).await?;
        Ok(tx.commit().await?)
    }

    async fn rename_once(&self, code: &str, with: &str, now: Millis) -> Result<u64, StoreError> {
        let of = || [Column::Text(vec![code])];
        let names = || [Column::Text(vec![code]), Column::Text(vec![with])];
        let account = [Column::Text(vec![code]), Column::Text(vec![with]), Column::Int(vec![now])];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(END_SESSIONS, &of()).await?;
        tx.run(DISOWN_CASES, &names()).await?;
        tx.run(FORGET_TEAMS, &of()).await?;
        let closed = tx.run(CLOSE_ACCOUNT, &account).await?;
        tx.run(NO_AGENT, &of()).await?;
        tx.run(RENAME_SHARES, &names()).await?;
        let pattern = plain(&serde_json::json!(code).to_string());
        tx.run(FORGET_ANNOUNCED, &[Column::Text(vec![&pattern])]).await?;
        tx.run(RENAME, &names()).await?;
        tx.commit().await?;
        Ok(closed)
    }
}

/// A text as a pattern that is like itself alone.
fn plain(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
