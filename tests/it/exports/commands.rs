//! The same on the command line.

use std::path::Path;
use std::process::{Command, Output};

use super::{begin, got, house, settings, turn};
use crate::harness::both;
use aftercall::interview::Outcome;
use aftercall::store::Said;

/// 2026-01-31, and noon of it in UTC.
const DAY: i64 = 20_484;
const NOON: i64 = DAY * 86_400_000 + 43_200_000;
const DAYS: [&str; 4] = ["--from", "2026-01-01", "--to", "2026-01-31"];

fn aftercall(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
    command.args(arguments).current_dir(folder).arg("--config").arg("aftercall.toml");
    command.output().expect("the program runs")
}

both! {
    async fn commands_write_what_the_server_answers(database: Database) {
        let (app, router) = house(&database).await;
        for n in 0..3 {
            let said = Said { agent: Some("A1".into()), ..Said::default() };
            let begin = begin(n, NOON + i64::from(n), DAY, said);
            app.store().begin(begin.clone()).await.expect("begins");
            app.store().record(turn(&begin, NOON + 9_000, &[(0, Outcome::Answered(4))])).await.expect("recorded");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        std::fs::write(folder.join("aftercall.toml"), settings(&database)).expect("written");
        let days = |words: &[&'static str]| [words, &DAYS].concat();

        let lines = aftercall(folder, &days(&["export", "interviews"]));
        assert!(lines.status.success(), "{lines:?}");
        let path = "/api/v1/exports/interviews.ndjson?from=2026-01-01&to=2026-01-31";
        let answered = got(&router, path).await;
        assert_eq!(String::from_utf8_lossy(&lines.stdout), answered.text());
        let after = format!("{NOON}-{:08x}{}", 0, "0".repeat(24));
        let rest = aftercall(folder, &[&days(&["export", "interviews"])[..], &["--after", &after, "--out", "rest"]].concat());
        assert!(rest.status.success() && rest.stdout.is_empty(), "{rest:?}");
        let written = std::fs::read_to_string(folder.join("rest")).expect("written");
        assert_eq!(answered.text().split_once('\n').map(|(_, rest)| rest), Some(written.as_str()));
        let wrong = aftercall(folder, &["export", "interviews", "--team", "none"]);
        assert!(!wrong.status.success(), "{wrong:?}");
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("none"), "{wrong:?}");

        let csv = aftercall(folder, &days(&["report", "agents", "--format", "csv"]));
        assert!(String::from_utf8_lossy(&csv.stdout).starts_with("agent,name,team,"), "{csv:?}");
        let file = aftercall(folder, &days(&["report", "agents", "--format", "csv", "--out", "a.csv"]));
        assert!(file.status.success() && file.stdout.is_empty(), "{file:?}");
        assert_eq!(std::fs::read(folder.join("a.csv")).expect("written"), csv.stdout);
        let book = aftercall(folder, &days(&["report", "agents", "--format", "xlsx", "--out", "a.xlsx"]));
        assert!(book.status.success() && book.stdout.is_empty(), "{book:?}");
        assert!(std::fs::read(folder.join("a.xlsx")).expect("written").starts_with(b"PK"));
        let own = ["report", "agents", "--format", "xlsx", "--words", "lt", "--out", "lt.xlsx"];
        assert!(aftercall(folder, &days(&own)).status.success());
        assert_ne!(std::fs::read(folder.join("lt.xlsx")).expect("written"), std::fs::read(folder.join("a.xlsx")).expect("written"));
        let one = ["report", "agents", "--format", "csv", "--agent", "A1", "--channel", "phone"];
        assert_eq!(aftercall(folder, &days(&one)).stdout, csv.stdout);
        let nobody = aftercall(folder, &days(&["report", "agents", "--agent", "A9"]));
        assert!(!nobody.status.success() && String::from_utf8_lossy(&nobody.stderr).contains("A9"), "{nobody:?}");
        let nowhere = aftercall(folder, &["report", "agents", "--format", "xlsx"]);
        assert_eq!(nowhere.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--out"), "{nowhere:?}");

        // Commands show no more of people than the settings say.
        let team = format!("people = \"team\"\n{}", settings(&database));
        std::fs::write(folder.join("aftercall.toml"), team).expect("written");
        let refused = aftercall(folder, &days(&["report", "agents", "--format", "csv"]));
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("people"), "{refused:?}");
        let lines = aftercall(folder, &days(&["export", "interviews"]));
        let lines = String::from_utf8_lossy(&lines.stdout);
        assert!(lines.lines().count() == 3 && !lines.contains("A1"), "{lines}");
    }
}
