//! People who sign in, the teams they see, and their sessions.

use sqlx::FromRow;

use super::rows::{Column, Tx};
use super::{Store, StoreError, look_up};
use crate::interview::Millis;

/// Somebody who signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct User {
    /// The number that sessions and the audit log name.
    pub id: i64,
    /// E-mail address in small letters.
    pub email: String,
    /// Name.
    pub name: String,
    /// Argon2id text of the password; `None` for those who come by single sign-on alone.
    pub hash: Option<String>,
    /// Word of the role.
    pub role: String,
    /// Code of the language they read.
    pub language: Option<String>,
    /// Code of the agent that they are.
    pub agent: Option<String>,
    /// When they were added.
    pub created_ms: Millis,
    /// Since when they may not sign in.
    pub disabled_ms: Option<Millis>,
    /// Who vouches for them at single sign-on.
    pub issuer: Option<String>,
    /// Their id there.
    pub subject: Option<String>,
}

/// A team that somebody sees, and when.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct UserTeam {
    /// Who.
    pub user_id: i64,
    /// The team's name.
    pub team: String,
    /// From then on, included.
    pub from_ms: Millis,
    /// Until then, not included.
    pub to_ms: Option<Millis>,
}

impl UserTeam {
    /// Whether it holds at that moment.
    pub fn holds(&self, now: Millis) -> bool {
        self.from_ms <= now && self.to_ms.is_none_or(|to| now < to)
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    /// Hash of what the browser holds.
    pub hash: String,
    /// Who; `None` for the password of the settings.
    pub user_id: Option<i64>,
    /// Which password of the settings, where it was that.
    pub mark: String,
    /// When it began.
    pub created_ms: Millis,
    /// When it was last used, give or take a few minutes.
    pub seen_ms: Millis,
    /// When it ends by itself.
    pub expires_ms: Millis,
    /// When it was ended.
    pub ended_ms: Option<Millis>,
}

macro_rules! users {
    ($rest:literal) => {
        concat!(
            "select id, email, name, hash, role, language, agent, created_ms, disabled_ms,
                issuer, subject from users ",
            $rest
        )
    };
}

const ALL: &str = users!("order by email");
const BY_ID: &str = users!("where id = $1");
const BY_EMAIL: &str = users!("where email = $1");
const BY_SUBJECT: &str = users!("where issuer = $1 and subject = $2");
const PUT: &str = "insert into users (id, email, name, hash, role, language, agent, created_ms,
        disabled_ms, issuer, subject)
    values ((select coalesce(max(id), 0) + 1 from users), $1, $2, $3, $4, $5, $6, $7, null, $8, $9)
    on conflict do nothing";
const SAVE: &str = "update users set name = $2, hash = $3, role = $4, language = $5, agent = $6,
    disabled_ms = $7, issuer = $8, subject = $9 where id = $1";

const TEAMS: &str = "select user_id, team, from_ms, to_ms from user_team
    order by user_id, from_ms, team";
const TEAMS_OF: &str = "select user_id, team, from_ms, to_ms from user_team
    where user_id = $1 order by from_ms, team";
const JOIN: &str = "insert into user_team (user_id, team, from_ms, to_ms) values ($1, $2, $3, $4)
    on conflict (user_id, team, from_ms) do update set to_ms = excluded.to_ms";
const LEAVE: &str = "update user_team set to_ms = $3
    where user_id = $1 and team = $2 and (to_ms is null or to_ms > $3)";
const DROP_TEAM: &str = "delete from user_team where user_id = $1 and team = $2 and from_ms = $3";

const BEGIN: &str = "insert into sessions (hash, user_id, mark, created_ms, seen_ms, expires_ms)
    values ($1, $2, $3, $4, $4, $5)";
const FORGET: &str = "delete from sessions where expires_ms < $1";
const SESSION: &str = "select hash, user_id, mark, created_ms, seen_ms, expires_ms, ended_ms
    from sessions where hash = $1";
const LIVE: &str = "select hash, user_id, mark, created_ms, seen_ms, expires_ms, ended_ms
    from sessions where ended_ms is null and expires_ms > $1 order by seen_ms desc";
const SEEN: &str = "update sessions set seen_ms = $2 where hash = $1";
const END: &str = "update sessions set ended_ms = $2 where hash = $1 and ended_ms is null";
const END_OF: &str = "update sessions set ended_ms = $2 where user_id = $1 and ended_ms is null";

/// Tries for a number that nobody else takes at the same time.
const TRIES: usize = 100;

impl Store {
    /// Everybody, by e-mail address.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// The one with that number.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await?))
    }

    /// The one with that e-mail address, given in small letters.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(BY_EMAIL).bind(email).fetch_optional(db).await?))
    }

    /// The one for whom that issuer vouches under that id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user_by_subject(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<User>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(BY_SUBJECT)
            .bind(issuer)
            .bind(subject)
            .fetch_optional(db)
            .await?))
    }

    /// Adds somebody and gives their number; `None` if the address is taken.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_user(&self, user: &User) -> Result<Option<i64>, StoreError> {
        for _ in 0..TRIES {
            let columns = [
                Column::Text(vec![&user.email]),
                Column::Text(vec![&user.name]),
                Column::TextOrNull(vec![user.hash.as_deref()]),
                Column::Text(vec![&user.role]),
                Column::TextOrNull(vec![user.language.as_deref()]),
                Column::TextOrNull(vec![user.agent.as_deref()]),
                Column::Int(vec![user.created_ms]),
                Column::TextOrNull(vec![user.issuer.as_deref()]),
                Column::TextOrNull(vec![user.subject.as_deref()]),
            ];
            let mut tx = Tx::write(&self.pools).await?;
            let put = tx.run(PUT, &columns).await?;
            let found: Vec<User> = tx.fetch(BY_EMAIL, &[Column::Text(vec![&user.email])]).await?;
            tx.commit().await?;
            match (put, found.first()) {
                (1, Some(one)) => return Ok(Some(one.id)),
                (_, Some(_)) => return Ok(None),
                // Somebody else took the number at the same time.
                (_, None) => {}
            }
        }
        Err(StoreError::Busy)
    }

    /// Writes what is known of somebody; with `end`, all their sessions end then, in the same
    /// transaction.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn save_user(&self, user: &User, end: Option<Millis>) -> Result<(), StoreError> {
        let columns = [
            Column::Int(vec![user.id]),
            Column::Text(vec![&user.name]),
            Column::TextOrNull(vec![user.hash.as_deref()]),
            Column::Text(vec![&user.role]),
            Column::TextOrNull(vec![user.language.as_deref()]),
            Column::TextOrNull(vec![user.agent.as_deref()]),
            Column::IntOrNull(vec![user.disabled_ms]),
            Column::TextOrNull(vec![user.issuer.as_deref()]),
            Column::TextOrNull(vec![user.subject.as_deref()]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(SAVE, &columns).await?;
        if let Some(end) = end {
            tx.run(END_OF, &[Column::Int(vec![user.id]), Column::Int(vec![end])]).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Which teams people see, past ones too; of one of them if given.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user_teams(&self, of: Option<i64>) -> Result<Vec<UserTeam>, StoreError> {
        Ok(match of {
            Some(id) => {
                look_up!(self, |db| sqlx::query_as(TEAMS_OF).bind(id).fetch_all(db).await?)
            }
            None => look_up!(self, |db| sqlx::query_as(TEAMS).fetch_all(db).await?),
        })
    }

    /// Lets somebody see a team for a time.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_user_team(&self, stay: &UserTeam) -> Result<(), StoreError> {
        let columns = [
            Column::Int(vec![stay.user_id]),
            Column::Text(vec![&stay.team]),
            Column::Int(vec![stay.from_ms]),
            Column::IntOrNull(vec![stay.to_ms]),
        ];
        self.run_one(JOIN, &columns).await.map(drop)
    }

    /// Ends what somebody sees of a team.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_user_team(&self, id: i64, team: &str, to: Millis) -> Result<u64, StoreError> {
        let columns = [Column::Int(vec![id]), Column::Text(vec![team]), Column::Int(vec![to])];
        self.run_one(LEAVE, &columns).await
    }

    /// Takes back one stay as if it had never been.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_user_team(
        &self,
        id: i64,
        team: &str,
        from: Millis,
    ) -> Result<u64, StoreError> {
        let columns = [Column::Int(vec![id]), Column::Text(vec![team]), Column::Int(vec![from])];
        self.run_one(DROP_TEAM, &columns).await
    }

    /// Keeps a session, and forgets those that expired before `forget`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn put_session(&self, session: &Session, forget: Millis) -> Result<(), StoreError> {
        let columns = [
            Column::Text(vec![&session.hash]),
            Column::IntOrNull(vec![session.user_id]),
            Column::Text(vec![&session.mark]),
            Column::Int(vec![session.created_ms]),
            Column::Int(vec![session.expires_ms]),
        ];
        let mut tx = Tx::write(&self.pools).await?;
        tx.run(FORGET, &[Column::Int(vec![forget])]).await?;
        tx.run(BEGIN, &columns).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session with that hash, also an ended one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session(&self, hash: &str) -> Result<Option<Session>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(SESSION).bind(hash).fetch_optional(db).await?))
    }

    /// Sessions that still hold, the last used one first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn live_sessions(&self, now: Millis) -> Result<Vec<Session>, StoreError> {
        Ok(look_up!(self, |db| sqlx::query_as(LIVE).bind(now).fetch_all(db).await?))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session_seen(&self, hash: &str, now: Millis) -> Result<(), StoreError> {
        let columns = [Column::Text(vec![hash]), Column::Int(vec![now])];
        self.run_one(SEEN, &columns).await.map(drop)
    }

    /// Ends a session; says whether it held.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_session(&self, hash: &str, now: Millis) -> Result<bool, StoreError> {
        let columns = [Column::Text(vec![hash]), Column::Int(vec![now])];
        Ok(self.run_one(END, &columns).await? > 0)
    }

    /// Ends all sessions of somebody; says how many held.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_sessions(&self, user: i64, now: Millis) -> Result<u64, StoreError> {
        let columns = [Column::Int(vec![user]), Column::Int(vec![now])];
        self.run_one(END_OF, &columns).await
    }

    /// One statement in a transaction of its own; says how many rows it touched.
    pub(super) async fn run_one(
        &self,
        text: &'static str,
        columns: &[Column<'_>],
    ) -> Result<u64, StoreError> {
        let mut tx = Tx::write(&self.pools).await?;
        let touched = tx.run(text, columns).await?;
        tx.commit().await?;
        Ok(touched)
    }
}
