//! Message authentication under the server's secrets, each use with a label of its own, so that
//! what was sealed for one purpose never passes for another.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// HMAC-SHA256 of `data` under a key made from secret and label.
pub fn mac(secret: &SecretString, label: &str, data: &[u8]) -> [u8; 32] {
    let key = hmac(secret.expose_secret().as_bytes(), label.as_bytes());
    hmac(&key, data)
}

/// Whether `given` is the [`mac`] of `data` under one of the secrets, or its first 16 bytes or
/// more. Takes the same time whether it is or not.
pub fn verifies(secrets: &[SecretString], label: &str, data: &[u8], given: &[u8]) -> bool {
    if !(16..=32).contains(&given.len()) {
        return false;
    }
    secrets.iter().fold(false, |found, secret| {
        let expected = mac(secret, label, data);
        found | bool::from(expected[..given.len()].ct_eq(given))
    })
}

/// What a seal of one provider's covers: its name too, kept apart by its length.
pub fn covered(provider: &str, sealed: &[u8]) -> Vec<u8> {
    let name = provider.as_bytes();
    [&(name.len() as u64).to_be_bytes(), name, sealed].concat()
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length; an empty result could only come from a broken build.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(data).finalize().into_bytes().into())
        .unwrap_or([0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_secrets_and_data_matter() {
        let secrets = [SecretString::from("old".to_owned()), SecretString::from("new".to_owned())];
        let seal = mac(&secrets[1], "a", b"data");
        assert!(verifies(&secrets, "a", b"data", &seal));
        assert!(verifies(&secrets, "a", b"data", &seal[..16]));
        assert!(!verifies(&secrets, "a", b"data", &seal[..15]));
        assert!(!verifies(&secrets, "b", b"data", &seal));
        assert!(!verifies(&secrets, "a", b"dat", &seal));
        assert!(!verifies(&secrets[..1], "a", b"data", &seal));
        let mut bent = seal;
        bent[31] ^= 1;
        assert!(!verifies(&secrets, "a", b"data", &bent));
    }
}
