//! The settings file is the manual: every setting stands in it with its meaning.

use aftercall::config::{Config, DEFAULTS};

/// Keys that share the comment of the key above them.
const SAME_COMMENT: &[&str] = &[
    "secret_file",
    "caller_key_file",
    "password_file",
    "auth_tokens",
    "early",
    "caller_days",
    "arguments",
];

#[test]
fn every_setting_has_its_meaning_above_it() {
    let mut above = "";
    let mut seen = 0;
    for line in DEFAULTS.lines() {
        let key = line.split(" = ").next().unwrap_or_default();
        if line.contains(" = ") && !line.starts_with('#') {
            seen += 1;
            let explained = above.starts_with('#') || SAME_COMMENT.contains(&key);
            assert!(explained, "{key} stands in aftercall.default.toml without a comment above it");
        }
        above = line;
    }
    assert!(seen > 50, "only {seen} settings found: does this test still read the file rightly?");
}

#[test]
fn the_settings_in_the_readme_are_accepted() {
    let readme = include_str!("../../README.md");
    let block = |start: &str| {
        let from = readme.find(start).expect("the block is there");
        let rest = &readme[from..];
        rest[..rest.find("```").expect("the block ends")].to_string()
    };
    let smallest = block("listen       = ")
        .replace("…32 characters or more…", "0123456789012345678901234567890123456789")
        .replace("password = \"…\"", "password = \"long enough\"");
    let freeswitch = block("[provider.freeswitch]");
    // As it stands there it is an example, and says so.
    let refused = Config::read(&smallest, "README.md", Vec::new()).expect_err("an example");
    for key in ["provider.twilio.account_sid", "provider.twilio.auth_tokens"] {
        assert!(refused.to_string().contains(key), "{refused}");
    }
    let smallest = smallest.replace('…', "0123456789");
    let both = format!("{smallest}\n{freeswitch}");
    let refused = Config::read(&both, "README.md", Vec::new()).expect_err("an example");
    assert!(refused.to_string().contains("provider.freeswitch.start_keys"), "{refused}");
    let both = both.replace("…a long random word…", "0123456789abcdef");
    let config = Config::read(&both, "README.md", Vec::new());
    let config = config.expect("what the README shows can be used");
    assert_eq!(config.providers.len(), 2);
    assert!(config.public());
}

/// What is wrong with a certificate is told before a port is opened, with all other faults.
#[test]
fn a_certificate_that_cannot_be_shown_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = || rcgen::generate_simple_self_signed(vec!["centre.example".to_owned()]);
    let (one, other) = (make().expect("made"), make().expect("made"));
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let chain = write("chain.pem", &one.cert.pem());
    let key = write("key.pem", &one.signing_key.serialize_pem());
    let foreign = write("other.pem", &other.signing_key.serialize_pem());
    let broken =
        write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
    let empty = write("empty.pem", "nothing");
    let locked = write(
        "locked.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
    );
    let read = |certificate: &str, key: &str, scheme: &str| {
        let text = format!(
            "public_url = \"{scheme}://centre.example\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n\
             [tls]\ncertificate = \"{certificate}\"\nkey = \"{key}\"\n[offer]\nshare = 7\n",
            "s".repeat(32),
            "k".repeat(32)
        );
        let refused = Config::read(&text, "a.toml", Vec::new()).expect_err("a share of seven");
        let told = refused.to_string();
        assert!(told.contains("offer.share"), "all at once: {told}");
        told
    };
    assert!(!read(&chain, &key, "https").contains("tls"));
    for (certificate, key, wanted) in [
        (&*chain, "", "a.toml:6: tls.key: is missing: name the PEM files of both"),
        ("", &*key, "a.toml:5: tls.certificate: is missing"),
        ("/nowhere/chain.pem", &key, "tls.certificate: /nowhere/chain.pem cannot be read: No such"),
        (&chain, "/nowhere/key.pem", "tls.key: /nowhere/key.pem cannot be read: No such"),
        (&empty, &key, "holds no certificate: it must be in PEM form"),
        (&key, &key, "holds no certificate"),
        (&broken, &key, "holds a certificate that cannot be read"),
        (&chain, &empty, "holds no private key"),
        (&chain, &locked, "without a passphrase"),
        (&chain, &foreign, "does not belong to the first certificate in"),
    ] {
        let told = read(certificate, key, "https");
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
    let told = read(&chain, &key, "http");
    assert!(told.contains("public_url: must begin with https:// where [tls]"), "{told}");
}
