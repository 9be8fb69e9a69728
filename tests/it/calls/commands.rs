//! The command line: what people and scripts rely on, down to the exit code.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{PUBLIC, settings};
use crate::harness::{Database, both};

/// Settings for a store, in a folder of their own.
struct Settings {
    folder: tempfile::TempDir,
}

impl Settings {
    fn new(database: &Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let media = folder.path().join("media");
        let text = settings("127.0.0.1:0", PUBLIC, &database.url, &media, "");
        std::fs::write(folder.path().join("aftercall.toml"), text).expect("written");
        Self { folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("aftercall.toml")
    }

    /// Runs a command with these settings.
    fn run(&self, arguments: &[&str]) -> Ran {
        let file = self.file();
        let mut all = arguments.to_vec();
        all.extend(["--config", file.to_str().expect("text")]);
        run(&all)
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_aftercall")).args(arguments).output();
    let Output { status, stdout, stderr } = ran.expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { code: status.code(), out: text(stdout), err: text(stderr) }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("written");
    file.to_str().expect("text").to_owned()
}

#[test]
fn a_call_is_told_on_screen() {
    let ran = run(&["call", "--provider", "freeswitch", "--lang", "pl", "--keys", "4 1 2 9 say:3"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for said in [
        "key 4",
        "key 9",
        "recorded",
        "disposition: complete",
        "rating (csat): 4",
        "solved (fcr): 1",
        "effort (ces): 2",
        "recommend (nps): 9",
        "comment (comment): 1",
    ] {
        assert!(ran.out.contains(said), "{said}:\n{}", ran.out);
    }
    let refused = run(&["call", "--keys", "- - -", "--provider", "twilio", "--lang", "ask"]);
    assert_eq!(refused.code, Some(0), "missing words are silence: {refused:?}");
    assert!(refused.out.contains("disposition: no_contact"), "{}", refused.out);
}

/// `aftercall call … | head -1`: who has read enough ends the command, without a word.
#[test]
fn a_reader_who_goes_away_is_no_fault() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
    command.args(["call", "--keys", "5 1 3 8"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().expect("the program runs");
    drop(running.stdout.take());
    let ran = running.wait_with_output().expect("it ends");
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_script_that_does_not_fit_is_an_error() {
    for (keys, said) in [
        ("4 1 2 7 5 5", "2 words were left over"),
        ("4 bye 1", "1 word was left over"),
        ("4 x", "\"x\" is no word for the phone"),
        ("say:3 4 1 2 7", "say:3 met a question that wants keys"),
    ] {
        let ran = run(&["call", "--keys", keys]);
        assert_eq!(ran.code, Some(2), "{keys}: {ran:?}");
        assert!(ran.err.contains(said), "{keys}: {}", ran.err);
    }
    let ran = run(&["call", "--keys", "4", "--provider", "asterisk"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("freeswitch") && ran.err.contains("twilio"), "{}", ran.err);
}

#[test]
fn a_call_that_cannot_be_placed_says_what_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let sections = |sections: &[(&str, &str)]| {
        let mut text = format!(
            "database_url = \"sqlite:{}\"\nmedia = \"{}\"\nsecret = \"{1:a>32}\"\n\
             caller_key = \"{1:a>32}\"\n",
            folder.path().join("a.db").display(),
            folder.path().join("media").display(),
        );
        for (name, kind) in sections {
            text += &format!("[provider.{name}]\nkind = \"{kind}\"\nverify = false\n");
        }
        write(folder.path(), "a.toml", &text)
    };
    let pbx = ("pbx", "freeswitch");
    // sections, further arguments, exit code, and what is said
    for (named, further, code, said) in [
        (&[pbx][..], &[][..], 0, "disposition: complete"),
        (&[pbx, ("tw", "twilio")], &[], 0, "disposition: complete"),
        (&[pbx, ("pl", "plivo")], &[], 2, "name one with --provider; the settings have pbx, pl"),
        (&[], &[], 2, "no [provider.NAME] section"),
        (&[pbx, ("pl", "plivo")], &["--provider", "plivo"], 0, "disposition: complete"),
        (&[pbx], &["--provider", "freeswich"], 2, "did you mean freeswitch?"),
        (&[pbx], &["--provider", "pbxx"], 2, "did you mean pbx?"),
        (&[pbx], &["--lang", "xx"], 2, "no survey has that language; there are: en, lt"),
        (&[pbx], &["--lang", "lithuanian"], 2, "there are: en, lt"),
        (&[pbx], &["--lang", "LT"], 0, "disposition: complete"),
    ] {
        let config = sections(named);
        let call = ["call", "--keys", "5 1 3 8 #", "--config", &config];
        let ran = run(&[&call, further].concat());
        assert_eq!(ran.code, Some(code), "{named:?} {further:?}: {ran:?}");
        let all = ran.out + &ran.err;
        assert!(all.contains(said), "{named:?} {further:?} does not say {said}: {all}");
    }
}

/// A server that lets nobody in, and no settings that would say how to get in.
#[test]
fn a_refused_start_asks_for_the_settings_once() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 16_384]);
            let refused =
                "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(refused.as_bytes());
        }
    });
    for (provider, told, untold) in [
        ("twilio", "403 (error 11200)", "Twilio:"),
        ("telnyx", "Telnyx: http", "error 11200"),
        ("plivo", "403", "error 11200"),
    ] {
        let ran = run(&["call", "--url", &url, "--fast", "--provider", provider]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(ran.err.matches("--config FILE").count(), 1, "{}", ran.err);
        assert!(ran.err.contains(told) && !ran.err.contains(untold), "{}", ran.err);
    }
}

#[test]
fn check_tells_every_fault_with_file_and_line() {
    let good = run(&["check"]);
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.out.contains("post-call"), "{}", good.out);

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("short")).expect("made");
    let survey = "title = \"Short\"\nlanguages = [\"en\"]\npromise_seconds = 60\ncolour = 1\n\
                  [[question]]\nname = \"q\"\nkind = \"scale\"\nscale = \"1-5\"\nmeasure = \"nps\"\n\
                  about = \"company\"\n";
    write(&folder.path().join("short"), "survey.toml", survey);
    write(&folder.path().join("short"), "en.toml", "[prompts]\nask-q = \"How?\"\n");
    let bad = run(&["check", folder.path().to_str().expect("text")]);
    assert_eq!(bad.code, Some(1), "{bad:?}");
    for said in ["short/survey.toml:4", "colour", "nps", "short/en.toml", "greeting"] {
        assert!(bad.out.contains(said), "{said}:\n{}", bad.out);
    }

    let config = write(folder.path(), "bad.toml", "listen = \"nowhere\"\ncolour = 1\n");
    let bad = run(&["check", "--config", &config]);
    assert_eq!(bad.code, Some(1), "{bad:?}");
    for said in ["listen", "colour", "secret"] {
        assert!(bad.out.contains(said), "{said}:\n{}", bad.out);
    }
    assert_eq!(bad.out.lines().last(), Some("4 faults"), "{}", bad.out);
    // The settings where the folder of surveys is wanted.
    let bad = run(&["check", &config]);
    assert_eq!((bad.code, bad.out.as_str()), (Some(2), ""), "{bad:?}");
    assert!(bad.err.contains(&format!("--config {config}")), "{}", bad.err);
    let bad = run(&["report", "agents"]);
    assert!(bad.err.contains("no settings file was named (--config FILE): secret"), "{bad:?}");
}

/// Records are not brought to a store that there is none of, output that is lost is a fault, nothing
/// is no file, and what is told of people is for whoever asked alone.
#[tokio::test(flavor = "multi_thread")]
async fn commands_say_what_did_not_work() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let settings = Settings::new(&database);
    let folder = settings.folder.path().to_owned();
    let calls = write(&folder, "calls.csv", "provider_call,leg,agent\nX1,L1,A18\n");
    let nothing = write(&folder, "nothing.csv", "");
    let ran = settings.run(&["import", "calls", &calls]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("there is no store at"), "{ran:?}");
    assert_eq!(settings.run(&["call", "--agent", "A17", "--keys", "5"]).code, Some(0));
    assert_eq!(settings.run(&["import", "calls", &calls]).code, Some(0));
    let ran = settings.run(&["import", "calls", &nothing]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("no first line that names the columns"), "{ran:?}");
    let file = settings.file();
    let config = file.to_str().expect("text");
    let run_into = |arguments: &[&str], out: Stdio, err: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
        command.args(arguments).args(["--config", config]).stdout(out).stderr(err);
        command.status().expect("it runs").code()
    };
    let full =
        || Stdio::from(std::fs::File::options().write(true).open("/dev/full").expect("there"));
    let report = ["report", "agents", "--format", "csv"];
    assert_eq!(run_into(&report, full(), Stdio::null()), Some(1));
    assert_eq!(run_into(&report, Stdio::null(), full()), Some(0));
    let wrong = write(
        &folder,
        "wrong.csv",
        "provider_call,started\n\n \nX1,yesterday\r\n\n\"X\n2\",yesterday\nX3,2026-01-20T10:00:00Z\n\nX4,now",
    );
    let ran = settings.run(&["import", "calls", &wrong]);
    let lines: Vec<&str> = ran.err.lines().filter_map(|line| line.split(':').nth(1)).collect();
    assert_eq!(lines, ["4", "6", "10"], "{ran:?}");
    assert_eq!(run_into(&["import", "calls", &wrong], Stdio::null(), full()), Some(1));
    for (words, name) in [(&report[..], "report"), (&["export", "interviews"], "lines")] {
        let out = folder.join(name);
        let ran = settings.run(&[words, &["--out", out.to_str().expect("text")]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mode = std::fs::metadata(&out).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    for team in ["", " "] {
        let ran =
            settings.run(&["token", "create", "--name", "x", "--role", "read", "--team", team]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("a team's name"), "{ran:?}");
    }
}

both! {
    /// Everything that works on a store, one after the other on the same one.
    async fn commands_work_on_the_store_that_the_settings_name(database: Database) {
        let settings = Settings::new(&database);
        let folder = settings.folder.path().to_owned();

        let agents = write(&folder, "agents.csv",
            "code,name,team\nA17,Rasa,Support\n,Nobody,Support\nA18,Tomas,Sales\n");
        let ran = settings.run(&["import", "agents", &agents]);
        assert_eq!(ran.code, Some(1), "a bad line is an error: {ran:?}");
        assert!(ran.out.contains("2 taken, 1 refused"), "{}", ran.out);
        assert!(ran.err.contains("agents.csv:3: code"), "{}", ran.err);

        let call = ["call", "--agent", "A17", "--queue", "sales", "--keys", "5 1 3 9 #"];
        let ran = settings.run(&call);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains("disposition: complete"), "{}", ran.out);

        let calls = write(&folder, "calls.csv",
            "provider_call,leg,agent,started,ended\nX1,L1,A18,2026-01-20T10:00:00Z,2026-01-20T10:05:00Z\n\
             X2,L2,A18,yesterday,2026-01-20T10:05:00Z\nX3,L3\n");
        let ran = settings.run(&["import", "calls", &calls]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("1 taken, 2 refused"), "{ran:?}");
        assert!(ran.err.contains("calls.csv:3:") && ran.err.contains("calls.csv:4:"), "{}", ran.err);
        let ran = settings.run(&["import", "calls", "no-such-file.csv"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("no-such-file.csv"), "{}", ran.err);

        let json = settings.run(&["report", "agents", "--format", "json"]);
        assert_eq!(json.code, Some(0), "{json:?}");
        let report: Value = serde_json::from_str(&json.out).expect("JSON and nothing else");
        assert_eq!(report["agents"][0]["agent"], "A17");
        assert_eq!(report["agents"][0]["name"], "Rasa");
        assert_eq!(report["agents"][0]["csat"]["n"], 1);
        let csv = settings.run(&["report", "agents", "--format", "csv"]);
        let mut lines = csv.out.lines();
        assert!(lines.next().expect("a head").split(',').any(|name| name == "agent"), "{}", csv.out);
        assert!(lines.next().expect("a row").contains("A17"), "{}", csv.out);
        let table = settings.run(&["report", "agents"]);
        assert!(table.out.contains("Rasa"), "{}", table.out);
        let wrong = settings.run(&["report", "agents", "--from", "tomorrow"]);
        assert_eq!(wrong.code, Some(2), "{wrong:?}");

        let token = settings.run(&["token", "create", "--name", "feed", "--role", "feed"]);
        assert_eq!(token.code, Some(0), "{token:?}");
        let text = token.out.strip_suffix('\n').expect("a line");
        assert!(!text.contains(char::is_whitespace) && text.len() >= 32, "the token alone: {text:?}");
        let wrong = settings.run(&["token", "create", "--name", "x", "--role", "king"]);
        assert_eq!(wrong.code, Some(2), "{wrong:?}");
        assert_eq!(wrong.out, "");

        for _ in 0..2 {
            let ran = settings.run(&["doctor"]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let said: Vec<&str> = ran.out.lines().collect();
            assert_eq!(said[0], "every tally equals a recount");
            assert!(said[1].starts_with("the audit log holds: 4 entries, 4 of them chained"), "{ran:?}");
            let ran = settings.run(&["recount"]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(ran.out.contains("1 interviews counted, 0 numbers corrected"), "{}", ran.out);
        }
    }
}

/// An empty store made by a look at the wrong place would be believed.
#[test]
fn what_reads_a_store_makes_none() {
    let settings = Settings::new(&Database::sqlite());
    let place = settings.folder.path().join("elsewhere.db");
    let text = std::fs::read_to_string(settings.file()).expect("read");
    let line = text.lines().find(|line| line.starts_with("database_url")).expect("a line");
    let text = text.replace(line, &format!("database_url = \"sqlite:{}\"", place.display()));
    std::fs::write(settings.file(), text).expect("written");
    for command in [
        &["report", "agents"][..],
        &["doctor"],
        &["recount"],
        &["token", "create", "--name", "crm", "--role", "feed"],
        &["token", "revoke", "--name", "crm"],
    ] {
        let ran = settings.run(command);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{command:?}: {ran:?}");
        let told = format!("there is no store at {}", place.display());
        assert!(ran.err.contains(&told), "{command:?}: {}", ran.err);
        assert!(!place.exists(), "{command:?}");
    }
}

#[test]
fn the_demo_fills_a_folder_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("centre");
    let path = there.to_str().expect("text");
    let ran = run(&["demo", "--fill-only", "--calls", "50", "--port", "0", "--folder", path]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let config = there.join("aftercall.toml");
    let config = config.to_str().expect("text");
    let report = run(&[
        "report",
        "agents",
        "--from",
        "2020-01-01",
        "--to",
        "2099-12-31",
        "--format",
        "json",
        "--config",
        config,
    ]);
    let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|_| panic!("{report:?}"));
    assert_eq!(report["centre"]["offered"], 50);
    let doctor = run(&["doctor", "--config", config]);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}
