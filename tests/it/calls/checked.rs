//! `aftercall check` and what `serve` checks itself: surveys that change, settings with faults.

use std::path::{Path, PathBuf};
use std::process::Command;

use aftercall::survey::{Files, needed, parse};

use super::AUTH_TOKEN;
use crate::harness::{Database, both};

const SURVEY: &str = "title = \"Short\"\nlanguages = [\"en\"]\npromise_seconds = 20\n\
                      speech = \"voice\"\n[[question]]\nname = \"q\"\nkind = \"yes-no\"\n\
                      measure = \"other\"\nabout = \"company\"\n";

/// A centre with one survey in a folder, and what its files say.
struct Folder {
    folder: tempfile::TempDir,
    words: String,
    database: String,
}

impl Folder {
    fn new(database: &Database) -> Self {
        let files = Files {
            name: "short".to_owned(),
            survey: SURVEY.to_owned(),
            words: [("en".parse().expect("a language"), String::new())].into(),
            ..Files::default()
        };
        let survey = parse(&files).survey.expect("a survey");
        let ids = needed(&survey.questions, false);
        let words: String = ids.iter().map(|id| format!("{id} = \"Say {id}.\"\n")).collect();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("surveys/short")).expect("made");
        let made = Self { folder, words, database: database.url.clone() };
        made.write("surveys/short/survey.toml", SURVEY);
        made.write("surveys/short/en.toml", &format!("[prompts]\n{}", made.words));
        made.settings("", "");
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    /// The words, with one sentence changed.
    fn say(&self, from: &str, to: &str) {
        assert!(self.words.contains(from), "{from}");
        self.write(
            "surveys/short/en.toml",
            &format!("[prompts]\n{}", self.words.replace(from, to)),
        );
    }

    /// The settings: further keys at the top, and further sections.
    fn settings(&self, top: &str, sections: &str) {
        let text = format!(
            "listen = \"127.0.0.1:0\"\ndatabase_url = \"{}\"\nprompts = \"{}\"\n\
             media = \"{}\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n{top}\n[provider.twilio]\n\
             kind = \"twilio\"\nauth_tokens = [\"{AUTH_TOKEN}\"]\n{sections}\n",
            self.database,
            self.path("surveys").display(),
            self.path("media").display(),
            "s".repeat(32),
            "c".repeat(32),
        );
        self.write("aftercall.toml", &text);
    }

    /// Exit code and all that a command says with these settings.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
        command.args(arguments).arg("--config").arg(self.path("aftercall.toml"));
        let ran = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (ran.status.code(), text(ran.stdout) + &text(ran.stderr))
    }

    /// Runs a command that must end with that code and say all of that.
    fn tells(&self, arguments: &[&str], code: i32, said: &[&str]) -> String {
        let (ended, all) = self.run(arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {all}");
        for said in said {
            assert!(all.contains(said), "{arguments:?} does not say {said}:\n{all}");
        }
        all
    }
}

both! {
    /// A question whose words changed is told by every check until its series is settled, and no
    /// server takes it up meanwhile.
    async fn a_changed_question_is_told_until_it_is_settled(database: Database) {
        let centre = Folder::new(&database);
        centre.tells(&["check"], 0, &["not compared with earlier versions: there is no store yet"]);
        if let Some(file) = database.url.strip_prefix("sqlite:") {
            assert!(!Path::new(file).exists(), "a check makes no database");
        }
        // The first call makes the store and its first version.
        centre.tells(&["call", "--keys", "1"], 0, &["disposition: complete"]);
        let same = centre.tells(&["check"], 0, &[]);
        assert!(!same.contains("not compared"), "{same}");

        centre.say("Say ask-q.", "Say something else.");
        let changed = "short/survey.toml:5: error: the words of \"q\" changed (en)";
        centre.tells(&["check"], 1, &[changed]);
        // Other commands take no survey up.
        centre.tells(&["report", "agents"], 0, &[]);
        centre.tells(&["doctor"], 0, &[]);
        centre.tells(&["check"], 1, &[changed]);
        for server in [&["serve"][..], &["call", "--keys", "1"]] {
            centre.tells(server, 1, &[changed]);
        }
        // Nor do faults hide each other.
        let audio = SURVEY.replace("\"voice\"", "\"audio\"");
        centre.write("surveys/short/survey.toml", &audio);
        centre.tells(&["check"], 1, &[changed, "audio missing: short/audio/en/sorry.wav"]);

        let settled = SURVEY.replace("\"q\"\n", "\"q\"\nseries = \"q-2\"\n");
        centre.write("surveys/short/survey.toml", &settled);
        centre.tells(&["check"], 0, &[]);
        centre.tells(&["call", "--keys", "1"], 0, &["disposition: complete"]);
        // A version that was asked before may come back.
        centre.write("surveys/short/survey.toml", SURVEY);
        centre.say("Say ask-q.", "Say ask-q.");
        centre.tells(&["check"], 0, &[]);
    }
}

#[test]
fn faulty_settings_hide_no_fault_of_their_surveys() {
    let database = Database::sqlite();
    let centre = Folder::new(&database);
    let unknown = "[offer.queue.sales]\nsurvey = \"long\"\n[offer.survey.shrot]\non = false";
    centre.settings("time_zone = \"Nowhere\"", unknown);
    centre.write("surveys/short/survey.toml", &SURVEY.replace("title", "colour = 1\ntitle"));
    let said = centre.tells(
        &["check"],
        1,
        &[
            "aftercall.toml:7: time_zone: \"Nowhere\" is not",
            "short/survey.toml:1: error: unknown key `colour`",
            "aftercall.toml:12: offer.queue.sales.survey: there is no survey \"long\"; there are: short",
            "aftercall.toml:13: offer.survey.shrot: there is no survey \"shrot\"",
            "not compared with earlier versions: the settings have faults",
        ],
    );
    assert!(!said.contains("post-call"), "the surveys in the program are not meant: {said}");
    centre.write("aftercall.toml", "listen = \n");
    centre.tells(&["check"], 1, &["the surveys were not checked"]);
    // Where there is nothing else wrong, no server starts without the survey either.
    centre.write("surveys/short/survey.toml", SURVEY);
    centre.settings("", unknown);
    centre.tells(&["serve"], 1, &["aftercall.toml:12: offer.queue.sales.survey"]);
}

#[test]
fn a_provider_without_a_voice_is_told() {
    let database = Database::sqlite();
    let centre = Folder::new(&database);
    let freeswitch = "[provider.pbx]\nkind = \"freeswitch\"\nstart_keys = [\"abc\"]";
    let kinds = |said: &str| -> Vec<String> {
        let kind = |line: &str| line.strip_prefix("  ").map(str::to_owned);
        said.lines().filter_map(kind).filter(|kind| !kind.starts_with(' ')).collect()
    };
    let said = centre.tells(&["check"], 0, &["en: 74 sentences by the platform's voice"]);
    assert_eq!(kinds(&said), ["twilio"], "only the kinds that the settings have: {said}");
    centre.settings("", freeswitch);
    let silent = "short/en.toml:2: error: 74 sentences such as \"answer-no\" have no audio, and \
                  freeswitch has no voice for en";
    let said = centre.tells(&["check"], 1, &[silent]);
    assert_eq!(said.lines().last(), Some("1 fault"), "{said}");
    centre.tells(&["serve"], 1, &[silent]);
    // Without settings nobody knows which kinds there are.
    let surveys = centre.path("surveys");
    let ran = Command::new(env!("CARGO_BIN_EXE_aftercall")).arg("check").arg(surveys).output();
    let ran = ran.expect("the program runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(said.contains("short/en.toml:2: warning: 74 sentences"), "{said}");
    assert!(kinds(&said).len() > 10, "{said}");
}
