//! Signatures of webhooks, as Standard Webhooks 1.0 has them (www.standardwebhooks.com): HMAC-SHA256
//! under the secret's bytes over `id.timestamp.body`, in base64 behind `v1,`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The value of `webhook-signature`: one signature for each secret, with a space between them.
/// Secrets that are none sign nothing; the settings refuse them.
pub fn signatures(secrets: &[SecretString], id: &str, seconds: i64, body: &str) -> String {
    let all: Vec<String> = secrets
        .iter()
        .filter_map(|secret| {
            let key = STANDARD.decode(secret.expose_secret().strip_prefix("whsec_")?).ok()?;
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
            mac.update(format!("{id}.{seconds}.{body}").as_bytes());
            Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        })
        .collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_s_own_libraries() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signatures(
            std::slice::from_ref(&secret),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let other = SecretString::from("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let both = signatures(&[secret, other], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1, "{}");
        assert_eq!(both.split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
    }
}
