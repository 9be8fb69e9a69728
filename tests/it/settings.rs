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
