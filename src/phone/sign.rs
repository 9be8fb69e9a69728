//! How a provider proves who it is. Written from Twilio's public description of
//! `X-Twilio-Signature` and from Plivo's libraries, not from the server's own check, so that the two
//! test each other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

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

/// `X-Plivo-Signature-V3` of a request as Plivo's libraries make it: base64 of HMAC-SHA256, with the
/// account's auth token as key, over address, sorted query, sorted form and nonce.
/// `form` is empty for GET.
pub fn plivo(auth_token: &str, url: &str, form: &[(String, String)], nonce: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut text = base.to_owned();
    let mut asked: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    asked.sort();
    if !asked.is_empty() || !form.is_empty() {
        text.push('?');
    }
    let pairs: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
    text.push_str(&pairs.join("&"));
    if !asked.is_empty() && !form.is_empty() {
        text.push('.');
    }
    let mut form = form.to_vec();
    form.sort();
    for (name, value) in form {
        text.push_str(&name);
        text.push_str(&value);
    }
    text.push('.');
    text.push_str(nonce);
    match Hmac::<Sha256>::new_from_slice(auth_token.as_bytes()) {
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

    #[test]
    fn signs_as_the_vectors_of_the_plivo_libraries() {
        let id = "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36";
        let sip = "PlivoSignature382029104058171078704104";
        let call = form(&[
            ("Direction", "outbound"),
            ("From", "19792014278"),
            ("ALegUUID", id),
            ("ALegRequestUUID", id),
            ("CallUUID", id),
            ("RequestUUID", id),
            ("CallStatus", "in-progress"),
            ("BillRate", "0.002"),
            ("ParentAuthID", "MANWVLYTK4ZWU1YTY4QA"),
            ("To", &format!("sip:{sip}@phone-qa.voice.plivodev.com")),
            ("SIP-H-To", &format!("<sip:{sip}@52.9.11.55;transport=udp>;tag=1")),
            ("SessionStart", "2020-04-08 11:34:33.238707"),
            ("Event", "StartApp"),
        ]);
        let url = "https://plivobin.non-prod.plivops.com/api/v1/validate_signature03.xml";
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&call).finish();
        for (url, form, expected) in [
            (format!("{url}/?a=b&c=d"), &call[..], "k7Pusd4OxCIjR5IfA9iedDNu/h/gbdYqdzG/MiYtd1c="),
            (
                format!("{url}/?a=b&c=d&{query}"),
                &[],
                "UBq8jAtd32wR8EK9VgxbBn4n5rpI/l1H9iN4WfSEHFQ=",
            ),
            (url.to_owned(), &call, "iAjE5QqI37mbkYe4w3jTMudqEzbDufdqi7sYwTu64e0="),
            (format!("{url}?{query}"), &[], "i/MQsaQSAd6fiKhOh2qeeeLHZ9faldADSb3/7+Akfbc="),
        ] {
            let signature = plivo(
                "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4",
                &url,
                form,
                "31627761595286130198",
            );
            assert_eq!(signature, expected, "{url}");
        }
    }
}
