//! Settings that are read, refused, and told with their faults.

use super::*;

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
    assert!(faults.contains("a.toml:4: offer.share: must be float but is string"), "{faults}");
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
    let start = "start_keys = [\"k\"]";
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
        ("telnyx", "public_keys = [\"short\"]\nstart_keys = [\"k\"]", &["public_keys"]),
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
