//! Twilio's signature over all vectors: those of Twilio's own libraries (twilio-node
//! spec/validation.spec.js, twilio-python tests), and some of our own, computed with them.

use super::*;

/// The address of the libraries' tests.
const BASE: &str = "/myapp.php?foo=1&bar=2";
const FORM: &str = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234\
                    &From=%2B14158675309&To=%2B18005551212";
const GATHER: &str = "AccountSid=AC00000000000000000000000000000001&ApiVersion=2010-04-01\
    &CallSid=CA00000000000000000000000000000002&CallStatus=in-progress&Called=%2B12025550100\
    &CalledCity=&CalledCountry=US&CalledState=IL&CalledZip=&Caller=%2B492210000000&CallerCity=\
    &CallerCountry=DE&CallerState=K%C3%B6ln&CallerZip=&Digits=5&Direction=inbound&FinishedOnKey=\
    &From=%2B492210000000&FromCity=&FromCountry=DE&FromState=K%C3%B6ln&FromZip=&To=%2B12025550100\
    &ToCity=&ToCountry=US&ToState=IL&ToZip=&msg=Gather+End";

/// The name of the case, where we are reached, what is called, how, and the signature.
struct Vector {
    case: &'static str,
    public_url: &'static str,
    webhook: Webhook,
    signature: &'static str,
}

fn vectors() -> Vec<Vector> {
    let v = |case, public_url, webhook, signature| Vector { case, public_url, webhook, signature };
    let form = || Webhook::post(BASE, FORM);
    let site = "https://mycompany.com";
    let survey = "https://s.example.net";
    let no_digits = GATHER
        .split('&')
        .filter(|pair| !["Digits=", "FinishedOnKey=", "msg="].iter().any(|n| pair.starts_with(n)))
        .collect::<Vec<_>>()
        .join("&");
    let json = r#"{"property": "value", "boolean": true}"#;
    let json_hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let empty_hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    vec![
        v("base", site, form(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        v("signed with :443", site, form(), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        v(
            "given and signed with :443",
            "https://mycompany.com:443",
            form(),
            "kvajT1Ptam85bY51eRf/AJRuM3w=",
        ),
        v(
            "given with a port, signed without",
            "https://mycompany.com:8443",
            form(),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        v("http, signed with :80", "http://mycompany.com", form(), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        v(
            "http, given and signed with :80",
            "http://mycompany.com:80",
            form(),
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        v("http, port kept", "http://mycompany.com:1234", form(), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        v(
            "user and password",
            "https://user:pass@mycompany.com",
            form(),
            "CukzLTc1tT5dXEDIHm/tKBanW10=",
        ),
        v("user", "https://user@mycompany.com", form(), "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        v(
            "user, password and port",
            "https://user:pass@mycompany.com",
            form(),
            "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
        ),
        v(
            "user and password, signed without",
            "https://user:pass@mycompany.com",
            form(),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        v(
            "repeated names are a sorted set",
            site,
            Webhook::post(BASE, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        v(
            "name with a dot, values given twice",
            site,
            Webhook::post(
                BASE,
                "MessagingBinding.Address=%2B1325xxxxxxx&MessagingBinding.Address=%2B1415xxxxxxx",
            ),
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
        v(
            "JSON body by its hash",
            site,
            Webhook::json(&format!("{BASE}&bodySHA256={json_hash}"), json),
            "a9nBmqA0ju/hNViExpshrM61xv4=",
        ),
        v(
            "JSON body, nothing else in the query",
            site,
            Webhook::json(&format!("/myapp.php?bodySHA256={json_hash}"), json),
            "y77kIzt2vzLz71DgmJGsen2scGs=",
        ),
        v(
            "empty JSON object, signed with :443",
            site,
            Webhook::json(&format!("{BASE}&bodySHA256={empty_hash}"), "{}"),
            "Ldidvp12m26NI7eqEvxnEpkd9Hc=",
        ),
        v(
            "empty JSON object",
            site,
            Webhook::json(&format!("{BASE}&bodySHA256={empty_hash}"), "{}"),
            "rw/jVviOgicj2+kHZULvebnA4ag=",
        ),
        v(
            "apostrophe signed as %27",
            site,
            Webhook::post(&format!("{BASE}&Body=It's+amazing"), FORM),
            "TfZzewPq8wqrGlMfyAud8+/IvJ0=",
        ),
        v(
            "empty value",
            site,
            Webhook::post(BASE, FORM.replace("1234&", "&").replace("Digits=1234", "Digits=")),
            "wzkdCJQvLNlnbeQlh0WkHYqefsE=",
        ),
        v(
            "UTF-8",
            site,
            Webhook::post(BASE, format!("{FORM}&FromCity=VILNIUS+%C5%BDIRM%C5%AANAI")),
            "o8F9kWZGhSGBmen0JM2Him8MaBY=",
        ),
        v("GET", site, Webhook::get(&format!("{BASE}&Digits=1")), "TG54dM1izfq+frMxrZKXqgTiZeo="),
        v(
            "a whole gather",
            survey,
            Webhook::post("/v/twilio/q/1?a=1", GATHER),
            "oL60AdDih+DRFBH7Xcz3qOuTuQg=",
        ),
        v(
            "a whole gather by GET",
            survey,
            Webhook::get(&format!("/v/twilio/q/1?a=1&{GATHER}")),
            "Uk4xc/j2hOebQC8+34vLDKPorbw=",
        ),
        v(
            "a whole silence",
            survey,
            Webhook::post("/v/twilio/q/1?a=1&timeout=1", no_digits),
            "lkRkJ6duWlslMNi9eDqd2qd+0dw=",
        ),
        v(
            "public address with a path",
            "https://s.example.net/v/twilio",
            Webhook::post("/q/1?a=1", GATHER),
            "oL60AdDih+DRFBH7Xcz3qOuTuQg=",
        ),
    ]
}

fn who(public_url: &str, tokens: &[&str]) -> Credentials {
    let auth_tokens = tokens.iter().map(|t| (*t).into()).collect();
    Credentials { auth_tokens, ..credentials(public_url) }
}

fn verify(
    public_url: &str,
    tokens: &[&str],
    webhook: &Webhook,
    signature: &str,
) -> Result<Trust, Refusal> {
    webhook
        .clone()
        .header("x-twilio-signature", signature)
        .verify(Kind::Twilio, &who(public_url, tokens))
}

#[test]
fn all_vectors_verify_and_one_changed_byte_does_not() {
    for Vector { case, public_url, webhook, signature } in vectors() {
        assert_eq!(verify(public_url, &["12345"], &webhook, signature), Ok(Trust::Full), "{case}");
        assert_eq!(
            verify(public_url, &["old", "12345"], &webhook, signature),
            Ok(Trust::Full),
            "{case}, second token"
        );
        let bad = Err(Refusal::BadSignature);
        assert_eq!(verify(public_url, &["12346"], &webhook, signature), bad, "{case}, other token");
        assert_eq!(verify(public_url, &[], &webhook, signature), bad, "{case}, no token");
        assert_eq!(verify(public_url, &[""], &webhook, signature), bad, "{case}, empty token");
        assert_eq!(
            verify("https://evil.example", &["12345"], &webhook, signature),
            bad,
            "{case}, other host"
        );
        let mut other = webhook.clone();
        other.target =
            other.target.replacen("=1", "=2", 1).replacen("bodySHA256=", "bodySHA256=0", 1);
        assert_eq!(verify(public_url, &["12345"], &other, signature), bad, "{case}, other target");
        if !webhook.body.is_empty() {
            let mut other = webhook.clone();
            // The last byte of a JSON object must stay for it to be read at all.
            let at = other.body.len() - 1;
            other.body.insert(at, b' ');
            assert_eq!(
                verify(public_url, &["12345"], &other, signature),
                bad,
                "{case}, other body"
            );
        }
    }
}

#[test]
fn what_is_no_signature_is_refused_as_such() {
    let webhook = Webhook::post(BASE, FORM);
    let site = "https://mycompany.com";
    let who = who(site, &["12345"]);
    assert_eq!(webhook.verify(Kind::Twilio, &who), Err(Refusal::NoSignature));
    for (sent, refusal) in [
        ("", Refusal::NoSignature),
        ("  ", Refusal::NoSignature),
        ("RSOYDt4T1cUTdK1PDd93", Refusal::BadSignature),
        ("RSOYDt4T1cUTdK1PDd93/VVr8B9=", Refusal::BadSignature),
        ("not base64 at all", Refusal::BadSignature),
    ] {
        assert_eq!(verify(site, &["12345"], &webhook, sent), Err(refusal), "{sent:?}");
    }
    let off = Credentials { verify: false, ..who };
    assert_eq!(webhook.verify(Kind::Twilio, &off), Ok(Trust::Full));
}

#[test]
fn a_body_that_no_one_signed_is_not_believed() {
    // The address alone is signed; a JSON body without its hash in the address could be anyone's.
    let signature = "TG54dM1izfq+frMxrZKXqgTiZeo=";
    let target = format!("{BASE}&Digits=1");
    let site = "https://mycompany.com";
    let forged = Webhook::json(&target, r#"{"Digits":"5"}"#);
    assert_eq!(verify(site, &["12345"], &forged, signature), Err(Refusal::BadSignature));
    let appended = Webhook::post(&target, "Digits=5");
    assert_eq!(verify(site, &["12345"], &appended, signature), Err(Refusal::BadSignature));
    // A GET's body is not read at all, so it changes nothing.
    let mut ignored = Webhook::get(&target);
    ignored.body = b"Digits=5".to_vec();
    assert_eq!(verify(site, &["12345"], &ignored, signature), Ok(Trust::Full));
    assert_eq!(ignored.params().get("Digits"), Some("1"));
}

#[test]
fn networks_narrow_a_signed_provider() {
    let mut who = who("https://mycompany.com", &["12345"]);
    who.allow_from = vec!["198.51.100.0/24".parse().unwrap()];
    let signed =
        Webhook::post(BASE, FORM).header("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(signed.verify(Kind::Twilio, &who), Err(Refusal::NetworkNotAllowed));
    assert_eq!(signed.from("198.51.100.7").verify(Kind::Twilio, &who), Ok(Trust::Full));
}
