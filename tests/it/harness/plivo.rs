//! Signs requests as Plivo does, written from its libraries (plivo-python
//! `plivo/utils/signature_v3.py`) and not from our check.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of `X-Plivo-Signature-V3` for a request to `url` with its query, the form parameters
/// `params` (none for GET) and the nonce.
pub fn sign_plivo(token: &str, url: &str, params: &[(String, String)], nonce: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let query: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let query = joined(&query, "=", "&");
    let mut text = base.to_owned();
    if !query.is_empty() || !params.is_empty() {
        text += "?";
    }
    text += &query;
    if !query.is_empty() && !params.is_empty() {
        text += ".";
    }
    text += &joined(params, "", "");
    text += ".";
    text += nonce;
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("any length is a key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Pairs by name, values of one name by value.
fn joined(pairs: &[(String, String)], is: &str, and: &str) -> String {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        names.entry(name).or_default().push(value);
    }
    let mut parts = Vec::new();
    for (name, mut values) in names {
        values.sort_unstable();
        parts.extend(values.iter().map(|value| format!("{name}{is}{value}")));
    }
    parts.join(and)
}

mod tests {
    use super::*;

    /// Computed with Plivo's own Python library.
    #[test]
    fn signs_like_plivo() {
        let params: Vec<(String, String)> = [
            ("CallUUID", "97ceeb52-58b6-11e1-86da-77300b68f8bb"),
            ("From", "15551112222"),
            ("To", "15553334444"),
            ("CallStatus", "in-progress"),
            ("Direction", "inbound"),
            ("InputType", "dtmf"),
            ("Digits", "1"),
            ("Speech", ""),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        let url = "https://s.example.net/v/plivo/q/1";
        for (url, signature) in [
            (format!("{url}?a=1"), "nQwGXbHVOhqOA4BIF6BKnijQO7wJh+O4YPsvjYAo+fk="),
            (url.to_owned(), "Fuy/F6dFMvR4PuoBsXgk1K2PoEZxJZmLL8G37ejc/kw="),
        ] {
            assert_eq!(sign_plivo("my_auth_token", &url, &params, "12345"), signature, "{url}");
        }
    }
}
