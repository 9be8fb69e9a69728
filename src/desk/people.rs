//! People: who may sign in, with which role, and which teams they see.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::Desk;
use super::audit::{Act, By, mark};
use crate::interview::Millis;
use crate::store::StoreError;
pub use crate::store::people::{Session, User, UserTeam};

/// Shortest password, in characters.
pub const SHORTEST: usize = 8;
/// Longest password, in bytes.
const LONGEST: usize = 256;
/// Passwords hashed at once: each takes 19 MiB and tens of milliseconds of a processor, and calls
/// go on beside it.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Why somebody could not be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// That is no e-mail address.
    #[error("\"{0}\" is not an e-mail address; write it as name@example.com")]
    Email(String),
    /// The name is too long or has unprintable characters.
    #[error("a name has 1 to 100 characters")]
    Name,
    /// The password is too short or too long.
    #[error("a password has at least 8 characters and at most 256 bytes")]
    Password,
    /// Somebody has that address.
    #[error("somebody with the address {0} is there already")]
    Taken(String),
    /// Nobody has that address.
    #[error("there is nobody with the address {0}; aftercall user list shows who is")]
    Unknown(String),
    /// The team's name cannot be one.
    #[error("a team's name has 1 to 100 characters")]
    Team,
    /// The days of a stay are the wrong way round.
    #[error("the last day is before the first one")]
    Days,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody to be added.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// E-mail address.
    pub email: String,
    /// Name; the address without one.
    pub name: String,
    /// Word of the role.
    pub role: String,
    /// Password; without one they can come by single sign-on only.
    pub password: Option<String>,
    /// Code of the language they read.
    pub language: Option<String>,
    /// Code of the agent that they are.
    pub agent: Option<String>,
    /// Teams they see from now on.
    pub teams: Vec<String>,
}

/// Somebody with the teams they ever saw.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub user: User,
    /// Teams, past ones too.
    pub teams: Vec<UserTeam>,
}

impl Known {
    /// The teams seen at that moment.
    pub fn teams_now(&self, now: Millis) -> Vec<String> {
        let held = self.teams.iter().filter(|stay| stay.holds(now));
        held.map(|stay| stay.team.clone()).collect()
    }
}

/// An address as it is kept and compared.
pub fn address(given: &str) -> String {
    given.trim().to_lowercase()
}

fn checked_address(given: &str) -> Result<String, PeopleError> {
    let email = address(given);
    let fits = email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if fits { Ok(email) } else { Err(PeopleError::Email(given.to_owned())) }
}

pub(super) fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.chars().count()) && !text.contains(char::is_control)
}

fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The argon2id text of a password.
async fn hashed(password: String) -> Result<String, PeopleError> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(PeopleError::Password);
    }
    let _place = HASHING.acquire().await;
    let done = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    // Neither happens with a password of that length and a system that gives random bytes.
    done.await.ok().and_then(Result::ok).ok_or(PeopleError::Password)
}

/// Whether the password is that of the hash. Without a hash it takes as long and is not, so that
/// nobody learns by the clock who has an account.
pub(super) async fn fits(hash: Option<String>, password: String) -> bool {
    // Of a password that was thrown away.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > LONGEST {
        return false;
    }
    let _place = HASHING.acquire().await;
    let checked = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let fits = PasswordHash::new(&text).is_ok_and(|hash| {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        });
        known && fits
    });
    checked.await.unwrap_or(false)
}

impl Desk {
    /// Adds somebody and gives their number. The role's word is for the web to understand.
    ///
    /// # Errors
    /// If something about them is wrong, the address is taken, or the database does not answer.
    pub async fn add_user(&self, new: NewUser, by: &By, now: Millis) -> Result<i64, PeopleError> {
        let email = checked_address(&new.email)?;
        let name = clean(Some(new.name)).unwrap_or_else(|| email.clone());
        if !is_name(&name) {
            return Err(PeopleError::Name);
        }
        if !new.teams.iter().all(|team| is_name(team.trim())) {
            return Err(PeopleError::Team);
        }
        let hash = match new.password {
            Some(password) => Some(hashed(password).await?),
            None => None,
        };
        let user = User {
            email: email.clone(),
            name,
            hash,
            role: new.role,
            language: clean(new.language),
            agent: clean(new.agent),
            created_ms: now,
            ..User::default()
        };
        let Some(id) = self.store.put_user(&user).await? else {
            return Err(PeopleError::Taken(email));
        };
        self.audit(by, Act::ChangeUser, &format!("user:{id}"), now).await?;
        for team in new.teams {
            self.user_sees(id, &team, now, None, by, now).await?;
        }
        Ok(id)
    }

    /// Everybody with their teams, by address.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn people(&self) -> Result<Vec<Known>, StoreError> {
        let teams = self.store.user_teams(None).await?;
        let of = |id: i64| teams.iter().filter(|stay| stay.user_id == id).cloned().collect();
        let users = self.store.users().await?;
        Ok(users.into_iter().map(|user| Known { teams: of(user.id), user }).collect())
    }

    /// The one with that address.
    ///
    /// # Errors
    /// If there is none, or the database does not answer.
    pub async fn person(&self, email: &str) -> Result<User, PeopleError> {
        let email = address(email);
        self.store.user_by_email(&email).await?.ok_or(PeopleError::Unknown(email))
    }

    /// The one with that number.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        self.store.user(id).await
    }

    /// Gives somebody a new password and ends all their sessions.
    ///
    /// # Errors
    /// If the password is none, or the database does not answer.
    pub async fn set_password(
        &self,
        mut user: User,
        password: String,
        by: &By,
        now: Millis,
    ) -> Result<(), PeopleError> {
        user.hash = Some(hashed(password).await?);
        self.change(&user, Some(now), by, now).await
    }

    /// Keeps somebody out from now on, and ends all their sessions.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn disable(&self, mut user: User, by: &By, now: Millis) -> Result<(), PeopleError> {
        user.disabled_ms = user.disabled_ms.or(Some(now));
        self.change(&user, Some(now), by, now).await
    }

    /// Lets somebody in again.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enable(&self, mut user: User, by: &By, now: Millis) -> Result<(), PeopleError> {
        user.disabled_ms = None;
        self.change(&user, None, by, now).await
    }

    /// Gives somebody another role, and says which agent they are; it holds from their next
    /// request on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_role(
        &self,
        mut user: User,
        role: &str,
        agent: Option<String>,
        by: &By,
        now: Millis,
    ) -> Result<(), PeopleError> {
        role.clone_into(&mut user.role);
        user.agent = clean(agent);
        self.change(&user, None, by, now).await
    }

    async fn change(
        &self,
        user: &User,
        end: Option<Millis>,
        by: &By,
        now: Millis,
    ) -> Result<(), PeopleError> {
        self.audit(by, Act::ChangeUser, &format!("user:{}", user.id), now).await?;
        Ok(self.store.save_user(user, end).await?)
    }

    /// Lets somebody see a team from one moment until another, not included.
    ///
    /// # Errors
    /// If the team's name is none, the moments are the wrong way round, or the database does not
    /// answer.
    pub async fn user_sees(
        &self,
        user_id: i64,
        team: &str,
        from_ms: Millis,
        to_ms: Option<Millis>,
        by: &By,
        now: Millis,
    ) -> Result<(), PeopleError> {
        let team = team.trim().to_owned();
        if !is_name(&team) {
            return Err(PeopleError::Team);
        }
        if to_ms.is_some_and(|to| to <= from_ms) {
            return Err(PeopleError::Days);
        }
        self.audit(by, Act::ChangeTeam, &format!("user:{user_id}"), now).await?;
        Ok(self.store.put_user_team(&UserTeam { user_id, team, from_ms, to_ms }).await?)
    }

    /// Takes one stay back as if it had never been.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn user_never_saw(
        &self,
        user_id: i64,
        team: &str,
        from_ms: Millis,
        by: &By,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.audit(by, Act::ChangeTeam, &format!("user:{user_id}"), now).await?;
        self.store.drop_user_team(user_id, team, from_ms).await.map(drop)
    }

    /// Sessions that hold now, the last used one first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn live_sessions(&self, now: Millis) -> Result<Vec<Session>, StoreError> {
        self.store.live_sessions(now).await
    }

    /// Ends all sessions of somebody; says how many held.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_sessions(&self, user: i64, by: &By, now: Millis) -> Result<u64, StoreError> {
        self.audit(by, Act::SignOut, &format!("user:{user}"), now).await?;
        self.store.end_sessions(user, now).await
    }

    /// Who really is behind an agent's code that reports show; written down.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn looked_up(&self, code: &str, by: &By, now: Millis) -> Result<(), StoreError> {
        self.audit(by, Act::LookUpAgent, &mark(code), now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_way() {
        for (given, wanted) in [(" Rasa@Example.COM ", "rasa@example.com"), ("a@b", "a@b")] {
            assert_eq!(checked_address(given).expect("an address"), wanted);
        }
        for given in ["", "rasa", "@example.com", "rasa@", "a b@example.com", "a@b@c", "a@\nb"] {
            assert!(checked_address(given).is_err(), "{given:?}");
        }
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hashed("right horse".into()).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(fits(Some(hash.clone()), "right horse".into()).await);
        assert!(!fits(Some(hash.clone()), "right horsf".into()).await);
        assert!(!fits(None, "right horse".into()).await);
        assert_ne!(hashed("right horse".into()).await.expect("hashes"), hash, "a salt each");
        assert!(matches!(hashed("short".into()).await, Err(PeopleError::Password)));
    }
}
