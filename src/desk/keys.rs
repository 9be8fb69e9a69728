//! What is derived from the two secrets: token keys from `secret`, hashes from `caller_key`.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

use crate::config::Config;
use crate::interview::InterviewId;
use crate::interview::token::Key;
use crate::store::CallerHash;
use crate::store::audit::ChainKey;
use crate::store::lens::CodeKey;

/// All derived keys; none of them prints.
#[derive(Clone)]
pub struct Keys {
    /// Token keys: the first seals, all open.
    pub tokens: Vec<Key>,
    hashing: Hmac<Sha256>,
    numbers: XChaCha20Poly1305,
}

/// Length of what makes two encryptions of one number differ; it stands before the number.
const NONCE: usize = 24;

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives all keys from the settings.
    pub fn new(config: &Config) -> Self {
        let hashing = keyed(config.caller_key.expose_secret().as_bytes());
        let numbers = hashing.clone().chain_update("aftercall number to call back").finalize();
        Self {
            tokens: config
                .secrets
                .iter()
                .map(|secret| Key::new(secret.expose_secret().as_bytes()))
                .collect(),
            hashing,
            numbers: XChaCha20Poly1305::new(&numbers.into_bytes()),
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

    /// A caller's number encrypted for one interview, so that a manager can call back. `random`
    /// must be new each time.
    pub fn seal_number(&self, e164: &str, id: InterviewId, random: [u8; 16]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        nonce[..16].copy_from_slice(&random);
        nonce[16..].copy_from_slice(&id.0[..8]);
        let payload = Payload { msg: e164.as_bytes(), aad: &id.0 };
        let sealed = self.numbers.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// The number that was encrypted for that interview; `None` if it was not, or under another
    /// key.
    pub fn open_number(&self, sealed: &[u8], id: InterviewId) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &id.0 };
        let number = self.numbers.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(number).ok()
    }

    /// What an interview's id is made of, beside its day: a repeated start gives the same, a second
    /// hand-over of the same call another.
    pub fn interview(&self, provider: &str, call: &str, survey: &str, handover: &str) -> [u8; 16] {
        self.hash("interview", &[provider, call, survey, handover])
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

    /// The key under which agents' codes in reports are made.
    pub fn agent_codes(&self) -> CodeKey {
        CodeKey(self.hash("agent codes", &[]))
    }

    /// The key of the audit log's chain.
    pub fn audit(&self) -> ChainKey {
        ChainKey(self.hash("audit log", &[]))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(caller_key: char) -> Keys {
        let text = format!(
            "secret = \"{}\"\ncaller_key = \"{}\"\n",
            "s".repeat(32),
            caller_key.to_string().repeat(32)
        );
        Keys::new(&Config::read(&text, "test", vec![]).expect("settings"))
    }

    #[test]
    fn a_number_opens_only_for_its_interview_and_with_its_key() {
        let (mine, other) = (InterviewId([1; 16]), InterviewId([2; 16]));
        let sealed = keys('c').seal_number("+37060000001", mine, [7; 16]).expect("sealed");
        assert!(!sealed.windows(4).any(|part| part == b"3706"));
        assert_eq!(keys('c').open_number(&sealed, mine).as_deref(), Some("+37060000001"));
        assert_eq!(keys('c').open_number(&sealed, other), None);
        assert_eq!(keys('d').open_number(&sealed, mine), None);
        let mut bent = sealed.clone();
        bent[30] ^= 1;
        assert_eq!(keys('c').open_number(&bent, mine), None);
        assert_eq!(keys('c').open_number(&sealed[..20], mine), None);
        assert_ne!(keys('c').seal_number("+37060000001", mine, [8; 16]), Some(sealed));
    }
}
