//! Hello documents: platforms whose first request says nothing of the call are asked for it, and
//! come back to an address under our seal. The seal is good for one interview and for a short time,
//! and carries what the first request said, so that nothing of it need be said, or proved, again.
//! Addresses stand in the logs of whoever passes them on, so nobody but us can read what is in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::handover::VALID_MS;
use super::{Desk, seal};
use crate::config::Provider;
use crate::interview::{InterviewId, Millis};

const LABEL: &str = "aftercall hello document";
/// How far the clock of the node that is come back to may be behind that of the one that sealed.
const BEHIND_MS: Millis = 60_000;
/// Seals remembered at once.
const MOST_USED: usize = 10_000;

/// What the first request said, once the platform has come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Drawn for this document; the interview's id where the platform knows the call by no other.
    pub id: [u8; 16],
    /// Whether the first request proved where it came from by more than an announced address.
    pub trusted: bool,
    /// What it said, under the names of its parameters.
    pub said: Vec<(String, String)>,
}

/// Which interview each seal began, and until when that must be known. A seal is sent before the
/// call is known, so it cannot name the one that it is good for; without this, whoever reads an
/// address in a log could begin an interview for each call id that comes to mind. In memory, since
/// a start has no time for another question to the store: in its two or three minutes a seal that
/// leaked may still begin one interview on each other node, or after a restart.
#[derive(Debug, Default)]
pub(super) struct Used(Mutex<HashMap<[u8; 16], (InterviewId, Millis)>>);

impl Used {
    /// Whether the seal of the document `hello` may begin this interview: it began none yet, or
    /// the same one.
    pub(super) fn begin(&self, hello: [u8; 16], interview: InterviewId, now: Millis) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, _)) = used.get(&hello) {
            return *known == interview;
        }
        if used.len() >= MOST_USED {
            used.retain(|_, (_, until)| *until >= now);
        }
        // Each seal was given to somebody who proved where it comes from: not a stranger's doing.
        if used.len() >= MOST_USED {
            used.clear();
        }
        let until = now.saturating_add(BEHIND_MS + VALID_MS);
        used.insert(hello, (interview, until));
        true
    }
}

impl Desk {
    /// Where the hello document's answer goes.
    pub fn hello_url(&self, provider: &Provider, hello: &Hello, now: Millis) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(hello.said.iter().map(|(name, value)| (name, value)));
        let mut text = vec![u8::from(hello.trusted)];
        text.extend(form.finish().into_bytes());
        // The id is new for each document.
        let mut nonce = [0; seal::NONCE];
        nonce[..16].copy_from_slice(&hello.id);
        nonce[16..].copy_from_slice(&now.to_be_bytes());
        let about = provider.name.as_bytes();
        let seal_it = |secret| seal::encrypt(secret, LABEL, nonce, about, &text).ok();
        let sealed = self.config.secrets.first().and_then(seal_it).unwrap_or_default();
        let seal = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat());
        format!("{}/voice/{}/start?hello=1&s={seal}", self.config.public_url, provider.name)
    }

    /// What a seal carries. One that was bent, that is of another provider, too old or of a time
    /// to come is as if it were not there.
    pub fn hello(&self, provider: &Provider, text: &str, now: Millis) -> Option<Hello> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<{ seal::NONCE }>()?;
        let about = provider.name.as_bytes();
        let text = seal::decrypt(&self.config.secrets, LABEL, *nonce, about, sealed)?;
        let (trusted, said) = text.split_first()?;
        let (id, at) = nonce.split_first_chunk::<16>()?;
        let at = Millis::from_be_bytes(at.try_into().ok()?);
        let good = at.saturating_sub(BEHIND_MS)..=at.saturating_add(VALID_MS);
        good.contains(&now).then(|| Hello {
            id: *id,
            trusted: *trusted == 1,
            said: form_urlencoded::parse(said).into_owned().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_begins_one_interview() {
        let used = Used::default();
        let (one, other) = (InterviewId([1; 16]), InterviewId([2; 16]));
        assert!(used.begin([7; 16], one, 0));
        assert!(used.begin([7; 16], one, 50), "a repeated start");
        assert!(!used.begin([7; 16], other, 50));
        assert!(used.begin([8; 16], other, 50), "a seal of its own");
        // For as long as any clock may take the seal, whoever else comes.
        let fill = |from: u128, now: Millis| {
            for hello in from..from + MOST_USED as u128 - 2 {
                assert!(used.begin(hello.to_be_bytes(), one, now));
            }
        };
        let last = BEHIND_MS + VALID_MS;
        fill(0, 1);
        assert!(!used.begin([7; 16], other, last));
        assert!(used.begin([9; 16], one, last + 2));
        assert_eq!(used.0.lock().unwrap().len(), 2, "what is too old goes");
        assert!(used.begin([7; 16], other, last + 2));
        fill(0, last + 2);
        fill(1 << 64, last + 2);
        assert!(used.0.lock().unwrap().len() <= MOST_USED);
    }
}
