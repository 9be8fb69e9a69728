//! Announced hand-overs: the centre tells beforehand who served a call that will come, and gets a
//! start address that carries it, sealed.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::records::{Code, text};
use super::{Desk, caller, seal};
use crate::interview::Millis;
use crate::store::handovers::{Announced, Asking, Handover};
use crate::store::{CallerHash, StoreError};
use crate::survey::Lang;

/// A first start must come within this time of the announcement.
pub const VALID_MS: Millis = 120_000;

/// Announcements are forgotten this long after they expired; until then repeated starts find
/// them again.
const KEPT_MS: Millis = 24 * 60 * 60 * 1000;

const LABEL: &str = "aftercall announced hand-over";

/// An announcement as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandoverIn {
    /// Name of the provider section.
    pub provider: Option<Code>,
    /// The survey's name.
    pub survey: Option<Code>,
    /// The agent's code.
    pub agent: Option<Code>,
    /// The team.
    pub team: Option<Code>,
    /// The queue.
    pub queue: Option<Code>,
    /// The centre's id of the call.
    pub call: Option<Code>,
    /// What tells two hand-overs of one call apart.
    pub handover: Option<Code>,
    /// Seconds that agent and caller talked.
    #[serde(deserialize_with = "super::records::number")]
    pub talk: Option<u32>,
    /// The caller's language.
    pub lang: Option<Code>,
    /// The caller's number; only a keyed hash and three digits are kept.
    pub caller: Option<Code>,
    /// `1` if the caller already agreed to be asked.
    pub consent: Option<Code>,
    /// The provider's id of the call, if it is known already.
    pub call_id: Option<Code>,
}

/// What an announcement is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Where the platform starts the survey for that call, and for no other.
    pub start_url: String,
    /// Until when the first start may come, UTC milliseconds.
    pub expires_ms: Millis,
}

/// Why an announcement was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// A field is missing or wrong.
    #[error("{0}")]
    Wrong(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A customer to be moved to the survey, as a routing engine told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Name of the provider section.
    pub provider: String,
    /// The provider's id of the customer's own leg.
    pub customer: String,
    /// The agent's code.
    pub agent: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The reservation.
    pub leg: Option<String>,
    /// The task.
    pub task: Option<String>,
}

/// An announced hand-over that a start belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was said.
    pub said: Announced,
    /// Whose number was said.
    pub caller: Option<CallerHash>,
    /// What tells this hand-over from others where nothing else does: the announcement's own id.
    pub id: String,
    /// The start came by its own sealed address: what was said wins over everything, and the
    /// start needs no other proof of where it comes from. Else it was found by call or caller
    /// and is the last to be believed.
    pub sealed: bool,
}

impl Desk {
    /// Keeps an announcement and gives the start address. `id` is 16 random bytes.
    ///
    /// # Errors
    /// If a field is wrong or the database does not answer.
    pub async fn announce(
        &self,
        said: HandoverIn,
        id: [u8; 16],
        now: Millis,
    ) -> Result<Start, AnnounceError> {
        let handover = self.check(said, id, now).map_err(AnnounceError::Wrong)?;
        self.store.put_handover(&handover).await?;
        let Some(secret) = self.config.secrets.first() else {
            return Err(AnnounceError::Wrong(String::from("the server has no secret")));
        };
        let seal = seal::mac(secret, LABEL, &seal::covered(&handover.provider, &id));
        let start_url = format!(
            "{}/voice/{}/start?h={}.{}",
            self.config.public_url,
            handover.provider,
            URL_SAFE_NO_PAD.encode(id),
            URL_SAFE_NO_PAD.encode(&seal[..16]),
        );
        Ok(Start { start_url, expires_ms: handover.expires_ms })
    }

    fn check(&self, said: HandoverIn, id: [u8; 16], now: Millis) -> Result<Handover, String> {
        let Some(provider) = text("provider", said.provider)? else {
            return Err(String::from("provider: is missing; name a [provider.NAME] section"));
        };
        let Some(section) = self.config.providers.get(&provider) else {
            return Err(format!("provider: there is no section [provider.{provider}]"));
        };
        let lang = text("lang", said.lang)?
            .map(|lang| lang.parse::<Lang>().map_err(|fault| format!("lang: {fault}")))
            .transpose()?;
        let survey = text("survey", said.survey)?;
        if let Some(name) = survey.as_deref().filter(|name| self.survey(name).is_none()) {
            return Err(format!("survey: there is no survey \"{name}\""));
        }
        // As in a start: never one of the centre's own numbers.
        let (own, country) = (&section.own_numbers, section.country.as_deref());
        let caller = text("caller", said.caller)?
            .and_then(|number| caller::of_start(None, None, Some(&number), own, country))
            .map(|caller| (self.keys.caller(&caller.e164), caller.last));
        let announced = Announced {
            survey,
            agent: text("agent", said.agent)?,
            team: text("team", said.team)?,
            queue: text("queue", said.queue)?,
            call: text("call", said.call)?,
            handover: text("handover", said.handover)?,
            talk: said.talk,
            lang: lang.map(|lang| lang.code().to_owned()),
            consent: text("consent", said.consent)?,
            caller_last: caller.as_ref().map(|(_, last)| last.clone()),
        };
        Ok(Handover {
            id,
            provider,
            call_ref: text("call_id", said.call_id)?,
            caller: caller.map(|(hash, _)| hash),
            said: announced,
            at_ms: now,
            expires_ms: now + VALID_MS,
        })
    }

    /// The start address for a customer who is moved: announced, so that what it says is sealed;
    /// while the store is away an ordinary one, which the provider's signature protects. `random`
    /// becomes the announcement's id.
    pub async fn announce_move(&self, wish: &Move, random: [u8; 16], now: Millis) -> String {
        let code = |text: &Option<String>| text.clone().map(Code);
        let said = HandoverIn {
            provider: Some(Code(wish.provider.clone())),
            agent: code(&wish.agent),
            queue: code(&wish.queue),
            call: code(&wish.task),
            handover: code(&wish.leg),
            call_id: Some(Code(wish.customer.clone())),
            ..HandoverIn::default()
        };
        match self.announce(said, random, now).await {
            Ok(start) => start.start_url,
            Err(fault) => {
                tracing::warn!(provider = %wish.provider, "a moved call is not announced: {fault}");
                let said = [
                    ("agent", &wish.agent),
                    ("queue", &wish.queue),
                    ("call", &wish.task),
                    ("handover", &wish.leg),
                ];
                let said =
                    said.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
                let query =
                    form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
                format!("{}/voice/{}/start?{query}", self.config.public_url, wish.provider)
            }
        }
    }

    /// The announced hand-over that a start belongs to: by the sealed value `h` of its address,
    /// else by the provider's call id, else by the caller. A sealed value that was bent, is of
    /// another provider, was used by another call or came too late is as if it were not there;
    /// found by call or caller, one that another hand-over of the same call used is neither.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn announced(
        &self,
        provider: &str,
        h: Option<&str>,
        start: Asking<'_>,
        caller: Option<CallerHash>,
        now: Millis,
    ) -> Result<Option<Found>, StoreError> {
        let sealed = h.and_then(|h| self.opened(provider, h));
        let found = match sealed {
            Some(id) => self.store.use_handover(provider, id, start, now).await?,
            None => None,
        };
        if let Some(handover) = found {
            return Ok(Some(found_as(handover, true)));
        }
        let found = self.store.find_handover(provider, start, caller, now).await?;
        Ok(found.map(|handover| found_as(handover, false)))
    }

    /// Whether a start address of that provider carries a seal of ours: such a start proves where
    /// it comes from. Whether it may still be used is for [`Desk::announced`] to say.
    pub fn sealed(&self, provider: &str, h: &str) -> bool {
        self.opened(provider, h).is_some()
    }

    fn opened(&self, provider: &str, h: &str) -> Option<[u8; 16]> {
        let (id, seal) = h.split_once('.')?;
        let id: [u8; 16] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        seal::verifies(&self.config.secrets, LABEL, &seal::covered(provider, &id), &seal)
            .then_some(id)
    }

    /// Forgets whom an announcement names, soon: what it led to is an anonymous survey.
    pub(super) fn strip_soon(self: &Arc<Self>, announced: String) {
        let Ok(Ok(id)) = URL_SAFE_NO_PAD.decode(announced).map(<[u8; 16]>::try_from) else {
            return;
        };
        let desk = self.clone();
        let Some(place) = self.put_off() else { return };
        tokio::spawn(async move {
            if let Err(fault) = desk.store.strip_handover(id).await {
                tracing::warn!(
                    "an announced hand-over keeps its names until it is forgotten: {fault}"
                );
            }
            drop(place);
        });
    }

    /// Forgets announcements that nobody can ask for any more; to be called now and then.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_announced(&self, now: Millis) -> Result<u64, StoreError> {
        self.store.forget_handovers(now - KEPT_MS).await
    }
}

fn found_as(handover: Handover, sealed: bool) -> Found {
    Found {
        said: handover.said,
        caller: handover.caller,
        id: URL_SAFE_NO_PAD.encode(handover.id),
        sealed,
    }
}
