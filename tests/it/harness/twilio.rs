//! Signs requests as Twilio does, written from its public description and not from our check:
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The value of `X-Twilio-Signature` for a request to `url` (as Twilio was told it, with its
/// query) with the form parameters `params`; none for GET.
pub fn sign_twilio(token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("any length is a key");
    mac.update(url.as_bytes());
    // A set: a name and value that come twice are signed once.
    for (name, value) in params.iter().collect::<BTreeSet<_>>() {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

mod tests {
    use super::*;

    /// From the tests of Twilio's own libraries (twilio-node `spec/validation.spec.js`).
    #[test]
    fn signs_like_twilio() {
        let params: Vec<(String, String)> = [
            ("To", "+18005551212"),
            ("Digits", "1234"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("From", "+14158675309"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        for (url, signature) in [
            ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
            ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ] {
            assert_eq!(sign_twilio("12345", url, &params), signature, "{url}");
        }
    }
}
