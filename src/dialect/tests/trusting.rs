//! Start keys, networks and certificates of the dialects without signature.

use super::*;

const BASIC_GOOD: &str = "Basic ZnM6b3Blbg=="; // fs:open
const BASIC_BAD: &str = "Basic ZnM6c2h1dA=="; // fs:shut

#[test]
fn who_may_start() {
    use Refusal::{BadStartKey, NetworkNotAllowed};
    use Trust::{Full, TokenOnly};
    let none = credentials("https://s.example.net");
    let keys =
        Credentials { start_keys: vec!["old".into(), "open".into(), "".into()], ..none.clone() };
    let network = Credentials { allow_from: vec!["10.1.0.0/16".parse().unwrap()], ..none.clone() };
    let both = Credentials { allow_from: network.allow_from.clone(), ..keys.clone() };
    let certificate =
        Credentials { client_cert_header: Some("X-Client-Verify".to_owned()), ..none.clone() };
    let off = Credentials { verify: false, ..both.clone() };

    let get = |query: &str| Webhook::get(&format!("/voice/fs/start{query}"));
    let basic = |value| get("").header("authorization", value);
    let cases = [
        ("nothing asked, nothing sent", &none, get(""), Ok(TokenOnly)),
        ("nothing asked, a key sent", &none, get("?k=open"), Ok(TokenOnly)),
        ("key", &keys, get("?k=open"), Ok(Full)),
        ("older key", &keys, get("?k=old"), Ok(Full)),
        ("key in the body", &keys, Webhook::post("/voice/fs/start", "k=open"), Ok(Full)),
        ("wrong key", &keys, get("?k=shut"), Err(BadStartKey)),
        ("key of other case", &keys, get("?k=Open"), Err(BadStartKey)),
        ("part of a key", &keys, get("?k=ope"), Err(BadStartKey)),
        ("empty key", &keys, get("?k="), Ok(TokenOnly)),
        ("no key", &keys, get(""), Ok(TokenOnly)),
        ("password", &keys, basic(BASIC_GOOD), Ok(Full)),
        ("wrong password", &keys, basic(BASIC_BAD), Err(BadStartKey)),
        ("empty password, beside an empty key", &keys, basic("Basic ZnM6"), Err(BadStartKey)),
        ("no Basic", &keys, basic("Bearer open"), Err(BadStartKey)),
        ("no base64", &keys, basic("Basic ?"), Err(BadStartKey)),
        (
            "wrong key beside the right password",
            &keys,
            get("?k=shut").header("authorization", BASIC_GOOD),
            Err(BadStartKey),
        ),
        ("network", &network, get("").from("10.1.2.3"), Ok(Full)),
        ("network, IPv4 in IPv6", &network, get("").from("::ffff:10.1.2.3"), Ok(Full)),
        ("other network", &network, get("").from("10.2.2.3"), Err(NetworkNotAllowed)),
        (
            "key from another network",
            &both,
            get("?k=open").from("10.2.2.3"),
            Err(NetworkNotAllowed),
        ),
        ("wrong key from the network", &both, get("?k=shut").from("10.1.2.3"), Err(BadStartKey)),
        ("certificate", &certificate, get("").header("x-client-verify", "SUCCESS"), Ok(Full)),
        ("no certificate", &certificate, get("").header("x-client-verify", "NONE"), Ok(TokenOnly)),
        (
            "failed certificate",
            &certificate,
            get("").header("x-client-verify", "FAILED:expired"),
            Ok(TokenOnly),
        ),
        (
            "certificate nobody asked for",
            &none,
            get("").header("x-client-verify", "SUCCESS"),
            Ok(TokenOnly),
        ),
        ("switched off", &off, get("?k=shut"), Ok(Full)),
    ];
    for (case, who, webhook, expected) in cases {
        assert_eq!(webhook.verify(Kind::Freeswitch, who), expected, "{case}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let webhook = Webhook::post(
        "/voice/fs/start?k=SECRETKEY&t=SECRETTOKEN",
        "caller=%2B37060000001&k=SECRETKEY",
    )
    .header("authorization", "Basic SECRETKEY");
    let who = Credentials { start_keys: vec!["SECRETKEY".into()], ..credentials("https://x") };
    let shown = format!("{:?} {:?} {who:?}", webhook.request(), webhook.params());
    assert!(!shown.contains("SECRET") && !shown.contains("0000001"), "{shown}");
    assert!(shown.contains("/voice/fs/start") && shown.contains("caller"), "{shown}");
}
