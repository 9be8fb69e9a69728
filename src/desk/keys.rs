//! What is derived from the two secrets: token keys from `secret`, hashes from `caller_key`.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

use crate::config::Config;
use crate::interview::InterviewId;
use crate::interview::token::Key;
use crate::store::CallerHash;

/// All derived keys; none of them prints.
#[derive(Clone)]
pub struct Keys {
    /// Token keys: the first seals, all open.
    pub tokens: Vec<Key>,
    hashing: Hmac<Sha256>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives all keys from the settings.
    pub fn new(config: &Config) -> Self {
        Self {
            tokens: config
                .secrets
                .iter()
                .map(|secret| Key::new(secret.expose_secret().as_bytes()))
                .collect(),
            hashing: keyed(config.caller_key.expose_secret().as_bytes()),
        }
    }

    /// Sixteen bytes over labelled parts, each framed by its length so that no two lists collide.
    fn hash(&self, label: &str, parts: &[&str]) -> [u8; 16] {
        let mut mac = self.hashing.clone();
        mac.update(label.as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let mut first = [0; 16];
        first.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        first
    }

    /// The hash of a caller's number, given in E.164.
    pub fn caller(&self, e164: &str) -> CallerHash {
        CallerHash(self.hash("caller", &[e164]))
    }

    /// The id of an interview: a repeated start gives the same one, a second hand-over of the same
    /// call another.
    pub fn interview(
        &self,
        provider: &str,
        call: &str,
        survey: &str,
        handover: &str,
    ) -> InterviewId {
        InterviewId(self.hash("interview", &[provider, call, survey, handover]))
    }

    /// The mark of a call id in a token; never 0, which means unknown.
    pub fn call_mark(&self, call_id: Option<&str>) -> u64 {
        let Some(call_id) = call_id else { return 0 };
        let [a, b, c, d, e, f, g, h, ..] = self.hash("call", &[call_id]);
        u64::from_be_bytes([a, b, c, d, e, f, g, h]).max(1)
    }

    /// Where a call lies between 0 and 1 for sampling: the same call always at the same place.
    pub fn sample(&self, call: &str) -> f64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash("sample", &[call]);
        // 53 bits fill a double's fraction exactly.
        (u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// What a store is tied to: a wrong caller key would split every caller in two.
    pub fn fingerprint(&self) -> String {
        self.hash("fingerprint", &[]).iter().map(|b| format!("{b:02x}")).collect()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length; the error type is for other MACs.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
}
