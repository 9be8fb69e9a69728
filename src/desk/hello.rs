//! Hello documents: platforms whose first request says nothing of the call are asked for it, and
//! come back to an address under our seal. The seal is good for one interview and for a short time,
//! and carries what the first request said, so that nothing of it need be said, or proved, again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::handover::VALID_MS;
use super::seal::covered;
use super::{Desk, seal};
use crate::config::Provider;
use crate::interview::Millis;

const LABEL: &str = "aftercall hello document";
/// Bytes of the seal at the end.
const SEAL: usize = 16;
/// Bytes before what was said: the id, the time, and whether the request was believed.
const HEAD: usize = 16 + 8 + 1;

/// What the first request said, once the platform has come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Drawn for this document; the interview's id, since such a platform may know the call by no
    /// other.
    pub id: [u8; 16],
    /// Whether the first request proved where it came from by more than an announced address.
    pub trusted: bool,
    /// What it said, under the names of its parameters.
    pub said: Vec<(String, String)>,
}

impl Desk {
    /// Where the hello document's answer goes.
    pub fn hello_url(&self, provider: &Provider, hello: &Hello, now: Millis) -> String {
        let mut sealed = hello.id.to_vec();
        sealed.extend(now.to_be_bytes());
        sealed.push(u8::from(hello.trusted));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(hello.said.iter().map(|(name, value)| (name, value)));
        sealed.extend(form.finish().into_bytes());
        if let Some(secret) = self.config.secrets.first() {
            let mac = seal::mac(secret, LABEL, &covered(&provider.name, &sealed));
            sealed.extend(&mac[..SEAL]);
        }
        let (base, name) = (&self.config.public_url, &provider.name);
        format!("{base}/voice/{name}/start?hello=1&s={}", URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What a seal carries. One that was bent, that is of another provider or too old is as if it
    /// were not there.
    pub fn hello(&self, provider: &Provider, text: &str, now: Millis) -> Option<Hello> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (sealed, mac) = bytes.split_at_checked(bytes.len().checked_sub(SEAL)?)?;
        let covered = covered(&provider.name, sealed);
        if !seal::verifies(&self.config.secrets, LABEL, &covered, mac) {
            return None;
        }
        let (head, said) = sealed.split_at_checked(HEAD)?;
        let at = Millis::from_be_bytes(head[16..24].try_into().ok()?);
        if !(at..=at.saturating_add(VALID_MS)).contains(&now) {
            return None;
        }
        Some(Hello {
            id: head[..16].try_into().ok()?,
            trusted: head[24] == 1,
            said: form_urlencoded::parse(said).into_owned().collect(),
        })
    }
}
