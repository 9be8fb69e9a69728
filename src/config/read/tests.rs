//! Settings that are read, refused, and told with their faults.

use super::*;
use crate::dialect::Kind;

const SMALL: &str = r#"
secret = "0123456789012345678901234567890123456789"
caller_key = "abcdefghijklmnopqrstuvwxyzabcdefghij"
time_zone = "Europe/Vilnius"
[provider.twilio]
kind = "twilio"
auth_tokens = ["12345"]
"#;

fn read(text: &str) -> Result<Config, super::super::ConfigError> {
    Config::read(text, "a.toml", vec![])
}

#[test]
fn the_smallest_file_is_enough() {
    let config = read(SMALL).expect("good");
    assert_eq!(config.providers["twilio"].kind, Kind::Twilio);
    assert_eq!(config.limits.budget_ms, 600);
    assert!(!config.public());
}

#[test]
fn every_fault_is_told_at_once_with_its_line() {
    let text = "listen = \"nowhere\"\nsecert = \"x\"\n[offer]\nshare = \"much\"\n";
    let faults = read(text).expect_err("bad").to_string();
    assert!(faults.contains("a.toml:2: secert: is not a setting; did you mean secret"), "{faults}");
    assert!(faults.contains("a.toml:4: offer.share: must be a number, not \"much\""), "{faults}");
    let faults =
        read("listen = \"nowhere\"\n[offer]\nshare = 0.01\n").expect_err("bad").to_string();
    for part in
        ["a.toml:1: listen", "offer.share: must be between", "secret: is missing", "caller_key"]
    {
        assert!(faults.contains(part), "{part} in {faults}");
    }
}

#[test]
fn a_public_provider_without_its_key_is_refused() {
    let public = format!(
        "public_url = \"https://s.example.com\"\n{SMALL}\n[provider.fs]\nkind = \"freeswitch\"\n"
    );
    let faults = read(&public).expect_err("no key").to_string();
    assert!(faults.contains("provider.fs.start_keys"), "{faults}");
    let local = format!("{SMALL}\n[provider.fs]\nkind = \"freeswitch\"\n");
    assert_eq!(read(&local).expect("loopback").warnings.len(), 1);
    let plivo = format!(
        "public_url = \"https://s.example.com\"\n{SMALL}\n[provider.pl]\nkind = \"plivo\"\n"
    );
    let faults = read(&plivo).expect_err("no token").to_string();
    assert!(faults.contains("provider.pl.auth_tokens"), "{faults}");
    let bandwidth = plivo.replace("kind = \"plivo\"", "kind = \"bandwidth\"");
    let faults = read(&bandwidth).expect_err("no key").to_string();
    assert!(faults.contains("provider.pl.start_keys"), "{faults}");
    let moving = format!(
        "{plivo}account_sid = \"MA1\"\nauth_tokens = [\"1\"]\nmove = \"reservation.wrapup\"\n"
    );
    let faults = read(&moving).expect_err("no TaskRouter").to_string();
    assert!(faults.contains("provider.pl.move") && faults.contains("TaskRouter"), "{faults}");
    let off = format!("public_url = \"https://s.example.com\"\n{SMALL}verify = false\n");
    assert!(read(&off).expect_err("verify").to_string().contains("provider.twilio.verify"));
}

#[test]
fn each_public_kind_must_name_what_proves_it() {
    const PUBLIC_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let start = "start_keys = [\"0123456789abcdef\"]";
    let key = format!("public_keys = [\"{PUBLIC_KEY}\"]");
    let both = format!("{key}\n{start}");
    // kind, settings, and what is missing
    for (kind, settings, missing) in [
        ("signalwire", start, &["auth_tokens"][..]),
        ("signalwire", "auth_tokens = [\"PSK1\"]", &[]),
        ("somleng", "", &["auth_tokens"]),
        ("telnyx", "", &["public_keys", "start_keys"]),
        ("telnyx", &key, &["start_keys"]),
        ("telnyx", start, &["public_keys"]),
        (
            "telnyx",
            "public_keys = [\"short\"]\nstart_keys = [\"0123456789abcdef\"]",
            &["public_keys"],
        ),
        ("telnyx", &both, &[]),
        ("cloudonix", "", &["start_keys"]),
        ("cloudonix", "allow_from = [\"10.0.0.0/8\"]", &[]),
        ("exotel", "auth_tokens = [\"x\"]", &["start_keys"]),
        ("exotel", start, &[]),
        ("kookoo", "", &["start_keys"]),
        ("kookoo", start, &[]),
        ("africastalking", "auth_tokens = [\"x\"]", &["start_keys"]),
        ("africastalking", "allow_from = [\"10.0.0.0/8\"]", &[]),
        ("voicexml", "", &["start_keys"]),
        ("voicexml", "client_cert_header = \"X-Client-Verify\"", &[]),
    ] {
        let section = format!("[provider.p]\nkind = \"{kind}\"\n{settings}\n");
        let read = read(&format!("public_url = \"https://s.example.com\"\n{SMALL}\n{section}"));
        let told = read.as_ref().map_or_else(ToString::to_string, |_| String::new());
        for field in ["auth_tokens", "public_keys", "start_keys"] {
            let expected = missing.contains(&field);
            assert_eq!(told.contains(&format!("provider.p.{field}")), expected, "{section}{told}");
        }
        if let (Ok(config), "exotel") = (read, kind) {
            assert_eq!(config.providers["p"].budget_ms, 500, "its patience is short");
        }
    }
}

/// What a manual prints is known to everybody.
#[test]
fn samples_of_a_manual_are_refused_on_a_public_address() {
    let refused = |settings: &str, field: &str, public: &str| {
        let section = format!("[provider.p]\nkind = \"freeswitch\"\n{settings}\n");
        let read = read(&format!("{public}{SMALL}\n{section}"));
        let told = read.map_or_else(|fault| fault.to_string(), |_| String::new());
        told.contains(&format!("provider.p.{field}: "))
    };
    let public = "public_url = \"https://s.example.com\"\n";
    for key in [
        "START-KEY",
        "THE-START-KEY",
        "A-VERY-LONG-START-KEY",
        "YOUR-long-random-start-key",
        "a long random word of sixteen",
        "fifteen-letters",
    ] {
        let settings = format!("start_keys = [\"{key}\"]");
        assert!(refused(&settings, "start_keys", public), "{key}");
        assert!(!refused(&settings, "start_keys", ""), "{key}: nobody else comes here");
    }
    let good = "start_keys = [\"K-0123456789ABCDE\"]";
    assert!(!refused(good, "start_keys", public));
    for (field, value, wrong) in [
        ("api_key", "USER:PASSWORD", true),
        ("api_key", "PROJECT-ID:API-TOKEN", true),
        ("api_key", "CLIENT-ID:CLIENT-SECRET", true),
        ("api_key", "SK0123:secret", false),
        ("api_base", "https://YOUR-SPACE.signalwire.com", true),
        ("api_base", "https://space.signalwire.com", false),
        ("account_sid", "PROJECT-ID", true),
        ("account_sid", "AC0123", false),
    ] {
        let settings = format!("{good}\n{field} = \"{value}\"");
        assert_eq!(refused(&settings, field, public), wrong, "{settings}");
    }
    for dots in ["…", "..."] {
        for public in [public, ""] {
            let settings = format!("start_keys = [\"{dots}a long random word{dots}\"]");
            assert!(refused(&settings, "start_keys", public), "{settings}");
        }
    }
}

#[test]
fn what_a_provider_cannot_have_is_told_with_its_place() {
    // a line of the section, and what is said of it; nothing where it is good
    for (line, told) in [
        ("language = \"english\"", "language: \"english\" is not a language"),
        ("language = \"lt\"", ""),
        ("country = \"lx\"", "country: \"lx\" is no country's"),
        ("own_numbers = [\"+370 5 200 1122\", \"1816\", \"(8-5) 2001122\"]", ""),
        ("own_numbers = [\"+37052001122\", \"sales\"]", "own_numbers: \"sales\" is not a phone"),
        ("own_numbers = [\"\"]", "own_numbers: \"\" is not a phone"),
        ("numbers = [{ to = \"+37052001122\", lang = \"lt\" }, { to = \"1816\" }]", ""),
        ("numbers = [{ to = \"sip:1816@pbx.example\" }]", ""),
        ("numbers = [{ to = \"+3705200I122\" }]", "numbers: \"+3705200I122\" is not a phone"),
        (
            "numbers = [{ to = \"1816\", lang = \"lit\" }]",
            "numbers: 1816: \"lit\" is not a language",
        ),
        ("recording_hosts = [\"media.example.net\", \"store\"]", ""),
        ("recording_hosts = [\"https://media.example.net\"]", "recording_hosts: \"https://media"),
        ("recording_hosts = [\"media.example.net:8443\"]", "recording_hosts: \"media"),
        ("recording_hosts = [\"Media.example.net\"]", "recording_hosts: \"Media"),
        ("recording_hosts = [\"*.example.net\"]", "recording_hosts: \"*"),
        ("recording_hosts = [\"10.0.0.1\"]", "recording_hosts: \"10.0.0.1\" is not"),
        ("budget_ms = -1", "budget_ms: must be 0 or more"),
        ("budget_ms = true", "budget_ms: must be a whole number, not true"),
        ("auth_tokens = 12345", "auth_tokens: must be a list such as [\"…\"], not a whole number"),
    ] {
        let text = if line.starts_with("auth_tokens") {
            SMALL.replace("auth_tokens = [\"12345\"]", line)
        } else {
            format!("{SMALL}{line}\n")
        };
        let said = read(&text).map_or_else(|fault| fault.to_string(), |_| String::new());
        let place = text.lines().position(|each| each == line).expect("it is there") + 1;
        let expected = format!("  a.toml:{place}: provider.twilio.{told}");
        assert_eq!(said.contains(&expected), !told.is_empty(), "{line}: {said}");
        assert_eq!(said.is_empty(), told.is_empty(), "{line}: {said}");
    }
}

#[test]
fn a_section_says_whose_requests_come() {
    let faults = read(&SMALL.replace("kind = \"twilio\"\n", "")).expect_err("no kind").to_string();
    let told = "a.toml:5: provider.twilio.kind: must be written, one of twilio, freeswitch";
    assert!(faults.contains(told), "{faults}");
    let faults = read(&SMALL.replace("\"twilio\"", "\"twillio\"")).expect_err("bad").to_string();
    assert!(faults.contains("kind: \"twillio\" is not one of"), "{faults}");
    let faults = read(&SMALL.replace("\"twilio\"", "twilio")).expect_err("bare").to_string();
    assert!(faults.contains("a.toml:6: ") && faults.contains("kind = \"twilio\""), "{faults}");
}

#[test]
fn faults_stand_in_the_order_of_the_file() {
    let text = "time_zone = \"Mars\"\nsecert = 1\n[provider.b]\nkind = \"x\"\n\
                [offer]\nshare = 0.0\n[provider.a]\nkind = \"y\"\n[log]\nformat = \"z\"\n";
    let environment = vec![("AFTERCALL__OFFER__BASIS".into(), "some".into())];
    let faults = Config::read(text, "a.toml", environment).expect_err("bad").faults;
    let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    let lines = ["a.toml:1", "a.toml:2", "a.toml:4", "a.toml:6", "a.toml:8", "a.toml:10"];
    assert_eq!(places[..6], lines, "{faults:#?}");
    assert!(places[6..].contains(&"AFTERCALL__OFFER__BASIS"), "{faults:#?}");
    assert!(places[6..].contains(&"a.toml"), "what is missing: {faults:#?}");
}

#[test]
fn nothing_stands_open_where_others_can_reach_it() {
    for (open, key) in
        [("[access]\nopen = true\n", "access.open"), ("[phone]\non = true\n", "phone.on")]
    {
        for public in ["public_url = \"https://s.example.com\"\n", "listen = \"0.0.0.0:8080\"\n"] {
            let faults = read(&format!("{public}{SMALL}{open}")).expect_err("open").to_string();
            assert!(faults.contains(key) && faults.contains("loopback"), "{public}: {faults}");
        }
        assert!(read(&format!("{SMALL}{open}")).is_ok(), "{key} on this machine alone");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = vec![
        ("AFTERCALL__OFFER__SHARE".into(), "0.5".into()),
        ("AFTERCALL__PROVIDER__TWILIO__COUNTRY".into(), "lt".into()),
        ("AFTERCALL__LOG__LEVEL".into(), "debug".into()),
    ];
    let config = Config::read(SMALL, "a.toml", environment).expect("good");
    assert_eq!(config.offer.share, 0.5);
    assert_eq!(config.providers["twilio"].country.as_deref(), Some("LT"));
    assert_eq!(config.log.level, "debug");
    let wrong = vec![("AFTERCALL__OFFER__SHARE".into(), "abc".into())];
    let faults = Config::read(SMALL, "a.toml", wrong).expect_err("no number").to_string();
    let told = "AFTERCALL__OFFER__SHARE: offer.share: must be a number, not \"abc\"";
    assert!(faults.contains(told), "{faults}");
    let wrong = vec![("AFTERCALL__OFER__SHARE".into(), "1".into())];
    let faults = Config::read(SMALL, "a.toml", wrong).expect_err("unknown").to_string();
    assert!(faults.contains("AFTERCALL__OFER__SHARE"), "{faults}");
}

#[test]
fn what_is_said_of_surveys_is_known_beside_faults() {
    let text = "prompts = \"mine\"\nlisten = \"nowhere\"\n[offer.survey.short]\non = false\n\
                    [offer.queue.sales]\nsurvey = \"long\"\n";
    let surveys = read(text).expect_err("bad").surveys.expect("it is TOML");
    assert_eq!(surveys.prompts, Some(PathBuf::from("mine")));
    let places: Vec<String> =
        surveys.places.iter().map(|at| format!("{} {} {}", at.place, at.key, at.survey)).collect();
    assert_eq!(
        places,
        ["a.toml:6 offer.queue.sales.survey long", "a.toml:3 offer.survey.short short"]
    );
    // Then nobody knows where the surveys are.
    assert_eq!(read("prompts = [7]\n").expect_err("bad").surveys, None);
    assert_eq!(read("prompts = \n").expect_err("bad").surveys, None);
}

#[test]
fn secrets_never_print() {
    let printed = format!("{:?}", read(SMALL).expect("good"));
    for secret in ["0123456789", "abcdefghij", "12345"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn hours_are_read() {
    let hours = parse_hours("mon-fri 08:00-20:00").expect("good");
    assert_eq!((hours.days, hours.from, hours.to), (vec![0, 1, 2, 3, 4], 480, 1200));
    for bad in [
        "mon",
        "mon 8-20",
        "fri-mon 08:00-09:00",
        "mon 20:00-08:00",
        "mon 08:00-25:00",
        "x 08:00-09:00",
    ] {
        assert_eq!(parse_hours(bad), None, "{bad}");
    }
}
