//! Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce; the provider is
//! found by its address, and its word is believed only under its own signature.
//!
//! What must be remembered between going out and coming back travels sealed in a cookie, so any
//! node can take the way back.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::audit::{Act, By};
use super::{Desk, seal};
use crate::config::{Given, SingleSignOn};
use crate::interview::Millis;
use crate::store::StoreError;
use crate::store::people::{User, UserTeam};

/// How long somebody may take at the provider.
pub const PATIENCE_MS: Millis = 10 * 60 * 1000;
/// How long what the provider says of itself is believed.
const BELIEVED_MS: Millis = 60 * 60 * 1000;
/// How far the provider's clock may be from ours.
const SKEW_MS: Millis = 60_000;
/// Longest wait for one answer of the provider.
const TIMEOUT: Duration = Duration::from_secs(10);
const LABEL: &str = "aftercall single sign-on";

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum SsoError {
    /// The provider gives them no role here.
    #[error("no value of the claim gives a role")]
    NoRole,
    /// There is no e-mail address that was checked.
    #[error("there is no e-mail address that was checked")]
    NoEmail,
    /// The address belongs to somebody who comes in otherwise.
    #[error("the address is taken")]
    Taken,
    /// An admin keeps them out.
    #[error("an admin keeps this person out")]
    Disabled,
    /// It was broken off, took too long, or cannot be trusted.
    #[error("{0}")]
    Failed(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn failed(what: impl Into<String>) -> SsoError {
    SsoError::Failed(what.into())
}

/// What the provider says of itself.
#[derive(Clone, Debug, Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What is kept of the provider. In memory: each node asks for itself.
#[derive(Debug, Default)]
pub struct Single {
    provider: Mutex<Option<(Provider, Millis)>>,
    http: OnceLock<reqwest::Client>,
}

impl Single {
    /// What asks the provider: it follows no redirects, which would lead to others.
    fn http(&self) -> Result<&reqwest::Client, SsoError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let built = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|fault| failed(format!("no connection can be made: {fault}")))?;
        Ok(self.http.get_or_init(|| built))
    }
}

/// What must be the same when somebody comes back.
#[derive(Debug, Serialize, Deserialize)]
struct Errand {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    until: Millis,
}

/// Where to send somebody, and what their browser keeps meanwhile.
#[derive(Clone, Debug)]
pub struct Out {
    /// The provider's page.
    pub url: String,
    /// The cookie's value.
    pub errand: String,
}

/// What comes back with somebody.
#[derive(Clone, Copy, Debug)]
pub struct Back<'a> {
    /// The provider's code.
    pub code: &'a str,
    /// The state that was sent.
    pub state: &'a str,
    /// The cookie's value.
    pub errand: &'a str,
}

fn part(random: &[u8; 32], what: &str) -> String {
    let digest = Sha256::new().chain_update(random).chain_update(what).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

async fn answer(
    request: reqwest::RequestBuilder,
    what: &str,
) -> Result<Map<String, Value>, SsoError> {
    let said = request.send().await;
    let said = said.map_err(|fault| failed(format!("{what} does not answer: {fault}")))?;
    let status = said.status();
    let body = said.bytes().await.map_err(|fault| failed(format!("{what} broke off: {fault}")))?;
    if !status.is_success() {
        let code = serde_json::from_slice::<Value>(&body).ok();
        let code = code.as_ref().and_then(|body| body["error"].as_str()).unwrap_or("no reason");
        return Err(failed(format!("{what} refused with {status}: {code}")));
    }
    serde_json::from_slice(&body).map_err(|fault| failed(format!("{what} is not JSON: {fault}")))
}

impl Desk {
    fn back_address(&self) -> String {
        format!("{}/sign-in/sso/back", self.config.public_url)
    }

    fn sso(&self) -> Result<&SingleSignOn, SsoError> {
        self.config.sso.as_ref().ok_or_else(|| failed("single sign-on is not set up"))
    }

    async fn provider(&self, now: Millis) -> Result<Provider, SsoError> {
        let sso = self.sso()?;
        {
            let known = self.single.provider.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((provider, until)) = &*known
                && (now..=now + BELIEVED_MS).contains(until)
            {
                return Ok(provider.clone());
            }
        }
        let address =
            format!("{}/.well-known/openid-configuration", sso.issuer.trim_end_matches('/'));
        let said = answer(self.single.http()?.get(address), "the provider's description").await?;
        let provider: Provider = serde_json::from_value(Value::Object(said)).map_err(|fault| {
            failed(format!("the provider's description lacks something: {fault}"))
        })?;
        if provider.issuer != sso.issuer {
            return Err(failed(format!(
                "sso.issuer is {}, but the provider calls itself {}",
                sso.issuer, provider.issuer
            )));
        }
        let mut known = self.single.provider.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((provider.clone(), now + BELIEVED_MS));
        Ok(provider)
    }

    /// Where to send somebody who wants to come in and go on to that path.
    ///
    /// # Errors
    /// If the provider does not answer.
    pub async fn sso_out(
        &self,
        next: &str,
        random: [u8; 32],
        now: Millis,
    ) -> Result<Out, SsoError> {
        let (sso, provider) = (self.sso()?, self.provider(now).await?);
        let errand = Errand {
            state: part(&random, "state"),
            nonce: part(&random, "nonce"),
            verifier: part(&random, "verifier"),
            next: next.to_owned(),
            until: now + PATIENCE_MS,
        };
        let mut scopes = vec!["openid"];
        scopes.extend(sso.scopes.iter().map(String::as_str));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &sso.client_id)
            .append_pair("redirect_uri", &self.back_address())
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &errand.state)
            .append_pair("nonce", &errand.nonce)
            .append_pair("code_challenge", &challenge(&errand.verifier))
            .append_pair("code_challenge_method", "S256")
            .finish();
        let joint = if provider.authorization_endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{}{joint}{query}", provider.authorization_endpoint);
        Ok(Out { url, errand: self.seal_errand(&errand, random)? })
    }

    fn seal_errand(&self, errand: &Errand, random: [u8; 32]) -> Result<String, SsoError> {
        let secret = self.config.secrets.first().ok_or_else(|| failed("there is no secret"))?;
        let mut nonce = [0; seal::NONCE];
        nonce.copy_from_slice(&Sha256::digest(random)[..seal::NONCE]);
        let text = serde_json::to_vec(errand).map_err(|fault| failed(fault.to_string()))?;
        let sealed = seal::encrypt(secret, LABEL, nonce, b"", &text);
        let sealed = sealed.map_err(|fault| failed(fault.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    fn open_errand(&self, held: &str) -> Option<Errand> {
        let bytes = URL_SAFE_NO_PAD.decode(held).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<{ seal::NONCE }>()?;
        let text = seal::decrypt(&self.config.secrets, LABEL, *nonce, b"", sealed)?;
        serde_json::from_slice(&text).ok()
    }

    /// Takes somebody who comes back: who they are, and the path that they wanted to go on to.
    ///
    /// # Errors
    /// If they are not let in.
    pub async fn sso_back(&self, back: Back<'_>, now: Millis) -> Result<(User, String), SsoError> {
        let errand = self.open_errand(back.errand);
        let errand = errand.ok_or_else(|| failed("the browser did not keep its cookie"))?;
        if errand.until < now {
            return Err(failed("it took longer than ten minutes"));
        }
        if errand.state != back.state {
            return Err(failed("the state is not the one that was sent"));
        }
        let (sso, provider) = (self.sso()?, self.provider(now).await?);
        let http = self.single.http()?;
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", back.code.to_owned()),
            ("redirect_uri", self.back_address()),
            ("code_verifier", errand.verifier.clone()),
        ];
        let mut request = http.post(&provider.token_endpoint);
        let methods = &provider.token_endpoint_auth_methods_supported;
        let basic = methods.is_empty() || methods.iter().any(|one| one == "client_secret_basic");
        match &sso.client_secret {
            Some(secret) if basic => {
                let coded = |text: &str| {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
                };
                let secret = coded(secret.expose_secret());
                request = request.basic_auth(coded(&sso.client_id), Some(secret));
            }
            secret => {
                form.push(("client_id", sso.client_id.clone()));
                form.extend(secret.iter().map(|s| ("client_secret", s.expose_secret().to_owned())));
            }
        }
        let tokens = answer(request.form(&form), "the provider's token address").await?;
        let token = tokens.get("id_token").and_then(Value::as_str);
        let token = token.ok_or_else(|| failed("the provider sent no id token"))?;
        let keys = answer(http.get(&provider.jwks_uri), "the provider's list of keys").await?;
        let mut claims = proven(token, &keys)?;
        fits(&claims, sso, &errand.nonce, now)?;
        if let (Some(address), Some(access)) =
            (&provider.userinfo_endpoint, tokens.get("access_token").and_then(Value::as_str))
            && (!claims.contains_key(&sso.claim) || !claims.contains_key("email"))
        {
            let more = http.get(address).bearer_auth(access);
            let more = answer(more, "the provider's address on people").await?;
            if more.get("sub") != claims.get("sub") {
                return Err(failed("the provider speaks of two people"));
            }
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        let user = self.known_by_sso(sso, &claims, now).await?;
        Ok((user, errand.next))
    }

    /// The person of those claims: made at the first time, with role and teams as they say now.
    async fn known_by_sso(
        &self,
        sso: &SingleSignOn,
        claims: &Map<String, Value>,
        now: Millis,
    ) -> Result<User, SsoError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let values = values(claims.get(&sso.claim));
        let role = gives(&sso.roles, &values).next().ok_or(SsoError::NoRole)?.to_owned();
        let agent = sso.agent_claim.as_deref().map(text).filter(|code| !code.is_empty());
        let agent = agent.map(str::to_owned);
        let (issuer, subject) = (sso.issuer.as_str(), text("sub"));
        let by = By::Stranger;
        let user = match self.store.user_by_subject(issuer, subject).await? {
            Some(user) => user,
            None => {
                let email = Some(super::people::address(text("email")));
                let email = email.filter(|email| checked(claims) && email.contains('@'));
                let email = email.ok_or(SsoError::NoEmail)?;
                match self.store.user_by_email(&email).await? {
                    // Somebody was added for single sign-on and comes for the first time.
                    Some(user) if user.hash.is_none() && user.subject.is_none() => user,
                    Some(_) => return Err(SsoError::Taken),
                    None => {
                        let name = Some(text("name")).filter(|name| !name.is_empty());
                        let name = name.unwrap_or(&email).chars().take(100).collect();
                        let new = User {
                            email,
                            name,
                            role: role.clone(),
                            created_ms: now,
                            ..User::default()
                        };
                        let id = self.store.put_user(&new).await?.ok_or(SsoError::Taken)?;
                        User { id, ..new }
                    }
                }
            }
        };
        if user.disabled_ms.is_some() {
            return Err(SsoError::Disabled);
        }
        let wanted = User {
            role,
            agent: agent.or(user.agent.clone()),
            issuer: Some(issuer.to_owned()),
            subject: Some(subject.to_owned()),
            ..user.clone()
        };
        if wanted != user {
            self.audit(&by, Act::ChangeUser, &format!("user:{}", user.id), now).await?;
            self.store.save_user(&wanted, None).await?;
        }
        if !sso.teams.is_empty() {
            let teams: Vec<&str> = gives(&sso.teams, &values).collect();
            self.sees_now(wanted.id, &teams, now).await?;
        }
        Ok(wanted)
    }

    /// Lets somebody see these teams and no others from now on.
    async fn sees_now(&self, user: i64, teams: &[&str], now: Millis) -> Result<(), StoreError> {
        let stays = self.store.user_teams(Some(user)).await?;
        let held: Vec<&UserTeam> = stays.iter().filter(|stay| stay.holds(now)).collect();
        let object = format!("user:{user}");
        for stay in held.iter().filter(|stay| !teams.contains(&stay.team.as_str())) {
            self.audit(&By::Stranger, Act::ChangeTeam, &object, now).await?;
            self.store.end_user_team(user, &stay.team, now).await?;
        }
        for team in teams.iter().filter(|team| held.iter().all(|stay| stay.team != **team)) {
            self.audit(&By::Stranger, Act::ChangeTeam, &object, now).await?;
            let team = (*team).to_owned();
            let stay = UserTeam { user_id: user, team, from_ms: now, to_ms: None };
            self.store.put_user_team(&stay).await?;
        }
        Ok(())
    }
}

/// Whether the provider does not say that nobody checked the address. Some say it as a text.
fn checked(claims: &Map<String, Value>) -> bool {
    match claims.get("email_verified") {
        None => true,
        Some(Value::Bool(checked)) => *checked,
        Some(Value::String(checked)) => checked == "true",
        Some(_) => false,
    }
}

/// What a claim says: a text, or a list of texts.
fn values(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// What these values give, in the order of the settings.
fn gives<'a>(given: &'a [Given], values: &'a [String]) -> impl Iterator<Item = &'a str> {
    given.iter().filter(|one| values.contains(&one.claim)).map(|one| one.gives.as_str())
}

/// The claims of an id token that one of the provider's keys has signed.
fn proven(token: &str, keys: &Map<String, Value>) -> Result<Map<String, Value>, SsoError> {
    let unreadable = || failed("the id token cannot be read");
    let (signed, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let (head, body) = signed.split_once('.').ok_or_else(unreadable)?;
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable());
    let head: Value = serde_json::from_slice(&decoded(head)?).map_err(|_| unreadable())?;
    let (algorithm, signature) = (head["alg"].as_str().unwrap_or_default(), decoded(signature)?);
    let all = keys.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let fits = |key: &&Value| {
        let same = head["kid"].is_null() || key["kid"].is_null() || key["kid"] == head["kid"];
        let signs = key["use"].as_str().is_none_or(|used| used == "sig");
        let meant = key["alg"].as_str().is_none_or(|of| of == algorithm);
        same && signs && meant
    };
    let right = all.iter().filter(fits);
    if !right.into_iter().any(|key| verifies(algorithm, key, signed.as_bytes(), &signature)) {
        return Err(failed(format!(
            "no key of the provider has signed the id token ({algorithm})"
        )));
    }
    serde_json::from_slice(&decoded(body)?).map_err(|_| unreadable())
}

/// Whether that key has made the signature; no other algorithms than these, "none" least of all.
fn verifies(algorithm: &str, key: &Value, signed: &[u8], signature: &[u8]) -> bool {
    let number = |name: &str| {
        key[name].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default()
    };
    let rsa = |how: &'static signature::RsaParameters| {
        let key_fits = key["kty"] == "RSA";
        let key = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        key_fits && key.verify(how, signed, signature).is_ok()
    };
    match algorithm {
        "RS256" => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => rsa(&signature::RSA_PSS_2048_8192_SHA256),
        "ES256" if key["kty"] == "EC" && key["crv"] == "P-256" => {
            let point = [&[4][..], &number("x"), &number("y")].concat();
            let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
            key.verify(signed, signature).is_ok()
        }
        _ => false,
    }
}

/// Whether the claims are by that provider, for us, of now, and of this errand.
fn fits(
    claims: &Map<String, Value>,
    sso: &SingleSignOn,
    nonce: &str,
    now: Millis,
) -> Result<(), SsoError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let audience = values(claims.get("aud"));
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0).saturating_mul(1000);
    let wrong = if text("iss") != Some(sso.issuer.as_str()) {
        "is by another issuer"
    } else if !audience.contains(&sso.client_id) {
        "is for somebody else"
    } else if audience.len() > 1 && text("azp") != Some(sso.client_id.as_str()) {
        "is for several, and made for somebody else"
    } else if expires.saturating_add(SKEW_MS) < now {
        "has expired"
    } else if text("nonce") != Some(nonce) {
        "belongs to another sign-on"
    } else if text("sub").is_none_or(str::is_empty) {
        "names nobody"
    } else {
        return Ok(());
    };
    Err(failed(format!("the id token {wrong}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sso() -> SingleSignOn {
        SingleSignOn {
            issuer: "https://login.example".into(),
            client_id: "aftercall".into(),
            client_secret: None,
            name: String::new(),
            scopes: Vec::new(),
            claim: "groups".into(),
            agent_claim: None,
            roles: vec![
                Given { claim: "leads".into(), gives: "manager".into() },
                Given { claim: "all".into(), gives: "read".into() },
            ],
            teams: Vec::new(),
        }
    }

    #[test]
    fn claims_for_others_are_refused() {
        let good = serde_json::json!({
            "iss": "https://login.example", "aud": "aftercall", "exp": 2_000, "nonce": "n",
            "sub": "7",
        });
        let check = |change: (&str, Value), now: Millis| {
            let mut claims = good.as_object().expect("an object").clone();
            claims.insert(change.0.to_owned(), change.1);
            fits(&claims, &sso(), "n", now).is_ok()
        };
        let now = 2_000_000;
        assert!(check(("name", "Ona".into()), now));
        assert!(check(("aud", serde_json::json!(["aftercall"])), now));
        for (name, value) in [
            ("iss", Value::from("https://login.example/")),
            ("aud", "other".into()),
            ("aud", serde_json::json!(["aftercall", "other"])),
            ("nonce", "m".into()),
            ("nonce", Value::Null),
            ("sub", "".into()),
            ("exp", Value::Null),
        ] {
            assert!(!check((name, value.clone()), now), "{name}: {value}");
        }
        assert!(!check(("name", "Ona".into()), now + SKEW_MS + 1));
    }

    #[test]
    fn an_address_that_nobody_checked_is_none() {
        for (said, wanted) in [
            (serde_json::json!({}), true),
            (serde_json::json!({"email_verified": true}), true),
            (serde_json::json!({"email_verified": "true"}), true),
            (serde_json::json!({"email_verified": false}), false),
            (serde_json::json!({"email_verified": "false"}), false),
            (serde_json::json!({"email_verified": null}), false),
            (serde_json::json!({"email_verified": 0}), false),
        ] {
            assert_eq!(checked(said.as_object().expect("an object")), wanted, "{said}");
        }
    }

    #[test]
    fn an_unsigned_token_proves_nothing() {
        let code = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let keys = serde_json::json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]});
        let keys = keys.as_object().expect("an object");
        for algorithm in ["none", "HS256", "RS256", ""] {
            let head = code(serde_json::json!({"alg": algorithm}));
            let token = format!("{head}.{}.", code(serde_json::json!({"sub": "7"})));
            assert!(proven(&token, keys).is_err(), "{algorithm}");
        }
        assert!(proven("a.b", keys).is_err());
    }

    #[test]
    fn the_first_line_that_fits_gives_the_role() {
        let both = values(Some(&serde_json::json!(["all", "leads"])));
        assert_eq!(gives(&sso().roles, &both).next(), Some("manager"));
        assert_eq!(gives(&sso().roles, &values(Some(&"all".into()))).next(), Some("read"));
        assert_eq!(gives(&sso().roles, &values(None)).next(), None);
    }
}
