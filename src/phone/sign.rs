//! How a provider proves who it is. Written from Twilio's public description of
//! `X-Twilio-Signature`, not from the server's own check, so that the two test each other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// `X-Twilio-Signature` of a request: base64 of HMAC-SHA1, with the account's auth token as key,
/// over the address (without fragment) followed by every form parameter as name and value, sorted
/// by name; of a repeated name each different value counts once, sorted.
/// `form` is empty for GET.
pub fn twilio(auth_token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = form.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut text = url.split('#').next().unwrap_or_default().to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    match Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()) {
        Ok(mac) => STANDARD.encode(mac.chain_update(text.as_bytes()).finalize().into_bytes()),
        Err(_) => String::new(), // HMAC takes keys of every length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn signs_as_the_vectors_of_the_twilio_libraries() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let call = form(&[
            ("To", "+18005551212"),
            ("Digits", "1234"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("From", "+14158675309"),
        ]);
        assert_eq!(twilio("12345", url, &call), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert_eq!(
            twilio("12345", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", &call),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="
        );
        let repeated = form(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        assert_eq!(twilio("12345", url, &repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
        assert_eq!(
            twilio("12345", &format!("{url}&Digits=1"), &[]),
            "TG54dM1izfq+frMxrZKXqgTiZeo="
        );
        assert_eq!(
            twilio("12345", &format!("{url}#rt=5000"), &call),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8="
        );
    }
}
