//! Backups: what was copied, or dumped and restored, is a whole store.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// The program on a store, with settings of its own.
pub struct Beside {
    pub folder: tempfile::TempDir,
    /// More settings.
    pub further: String,
}

impl Beside {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), further: String::new() }
    }

    pub fn run(&self, url: &str, arguments: &[&str]) -> Output {
        let file = self.folder.path().join("aftercall.toml");
        let media = self.folder.path().join("media");
        let text = format!(
            "database_url = \"{url}\"\nmedia = \"{}\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n{}",
            media.display(),
            "s".repeat(32),
            "c".repeat(32),
            self.further,
        );
        std::fs::write(&file, text).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
        command.args(arguments).arg("--config").arg(&file).output().expect("the program runs")
    }

    /// A store at that address holds what it should, by the doctor and by this count.
    async fn is_whole(&self, url: &str, interviews: std::ops::RangeInclusive<i64>) {
        let ran = self.run(url, &["doctor"]);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        let store = Store::open(url).await.expect("opens");
        let counted = store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(counted.differences, []);
        let n = i64::try_from(counted.interviews).expect("few");
        assert!(interviews.contains(&n), "{n} are not {interviews:?}");
        store.close().await;
    }
}

/// Interviews with three answers each, until told to stop; says how many were acknowledged.
async fn writing(store: &Store, first: u16, stop: &AtomicBool) -> u16 {
    let mut n = first;
    while !stop.load(Ordering::Relaxed) {
        store.begin(begin(n)).await.expect("written");
        for place in 1..=3 {
            store.record(turn(n, place, 5)).await.expect("written");
        }
        n += 1;
    }
    n
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_store_at_work_is_a_whole_store() {
    let database = Database::sqlite();
    let store = open(&database).await;
    let beside = Arc::new(Beside::new());
    let copy = beside.folder.path().join("copy of it's store.db");
    let before = writing(&store, 0, &AtomicBool::new(true)).await.max(40);
    for n in 0..before {
        store.begin(begin(n)).await.expect("written");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let run = tokio::task::spawn_blocking({
        let (beside, url, copy, stop) =
            (beside.clone(), database.url.clone(), copy.clone(), stop.clone());
        move || {
            let ran = beside.run(&url, &["backup", copy.to_str().expect("text")]);
            stop.store(true, Ordering::Relaxed);
            ran
        }
    });
    let (ran, after) = tokio::join!(run, writing(&store, before, &stop));
    let ran = ran.expect("it ran");
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert!(after > before, "nothing was stored meanwhile");
    let url = format!("sqlite:{}", copy.display());
    beside.is_whole(&url, before.into()..=after.into()).await;
    store.close().await;
    is_private(&copy);

    // What is there already stays as it is, and nothing half made is left.
    let was = std::fs::read(&copy).expect("read");
    let ran = beside.run(&database.url, &["backup", copy.to_str().expect("text")]);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(said.contains("is there already; it is not overwritten"), "{said}");
    assert_eq!(std::fs::read(&copy).expect("read"), was);
    let nowhere = beside.folder.path().join("no-such-folder/copy.db");
    let ran = beside.run(&database.url, &["backup", nowhere.to_str().expect("text")]);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let left: Vec<_> = std::fs::read_dir(beside.folder.path())
        .expect("read")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".tmp"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[cfg(unix)]
fn is_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The commands of docs/backup.md, with PostgreSQL's own programs.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_that_was_restored_is_a_whole_store() {
    let (database, other) = (Database::postgres().await, Database::postgres().await);
    let store = open(&database).await;
    for n in 0..20 {
        store.begin(begin(n)).await.expect("written");
        store.record(turn(n, 1, 5)).await.expect("written");
    }
    let beside = Beside::new();
    let ran = beside.run(&database.url, &["backup", "copy.db"]);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(said.contains("pg_dump -Fc"), "{said}");

    let dump = beside.folder.path().join("aftercall.dump");
    let programs = Path::new("/usr/lib/postgresql/15/bin");
    let dumped = Command::new(programs.join("pg_dump"))
        .args(["-Fc", "-d", &database.url, "-f"])
        .arg(&dump)
        .output()
        .expect("pg_dump runs");
    assert!(dumped.status.success(), "{dumped:?}");
    let restored = Command::new(programs.join("pg_restore"))
        .args(["--no-owner", "--exit-on-error", "-d", &other.url])
        .arg(&dump)
        .output()
        .expect("pg_restore runs");
    assert!(restored.status.success(), "{restored:?}");
    beside.is_whole(&other.url, 20..=20).await;
    store.close().await;
}
