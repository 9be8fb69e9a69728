//! Message authentication and encryption under the server's secrets, each use with a label of its
//! own, so that what was sealed for one purpose never passes for another.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
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

/// Bytes that make two encryptions of one text differ.
pub const NONCE: usize = 24;

/// The text, which nobody can read or change without the secret (XChaCha20-Poly1305). `nonce` must
/// be new for each text; `about` is not carried, and must be the same when it is opened.
///
/// # Errors
/// If the text is longer than the cipher takes, 256 GiB.
pub fn encrypt(
    secret: &SecretString,
    label: &str,
    nonce: [u8; NONCE],
    about: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, chacha20poly1305::Error> {
    cipher(secret, label).encrypt(&XNonce::from(nonce), Payload { msg: text, aad: about })
}

/// The text that was encrypted so under one of the secrets; `None` if it was not.
pub fn decrypt(
    secrets: &[SecretString],
    label: &str,
    nonce: [u8; NONCE],
    about: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let nonce = XNonce::from(nonce);
    let open =
        |secret| cipher(secret, label).decrypt(&nonce, Payload { msg: sealed, aad: about }).ok();
    secrets.iter().find_map(open)
}

fn cipher(secret: &SecretString, label: &str) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&mac(secret, label, b"encryption").into())
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
    #[test]
    fn a_text_opens_only_as_it_was_sealed() {
        let secrets = [SecretString::from("old".to_owned()), SecretString::from("new".to_owned())];
        let nonce = [7; NONCE];
        let sealed = encrypt(&secrets[1], "a", nonce, b"here", b"text").expect("sealed");
        let open = |secrets: &[SecretString], label, nonce, about: &[u8], sealed: &[u8]| {
            decrypt(secrets, label, nonce, about, sealed)
        };
        assert_eq!(open(&secrets, "a", nonce, b"here", &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(open(&secrets[..1], "a", nonce, b"here", &sealed), None);
        assert_eq!(open(&secrets, "b", nonce, b"here", &sealed), None);
        assert_eq!(open(&secrets, "a", [8; NONCE], b"here", &sealed), None);
        assert_eq!(open(&secrets, "a", nonce, b"there", &sealed), None);
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(open(&secrets, "a", nonce, b"here", &bent), None);
            assert_eq!(open(&secrets, "a", nonce, b"here", &sealed[..at]), None);
        }
    }
}
