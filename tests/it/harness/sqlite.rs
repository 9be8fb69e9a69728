//! A fresh SQLite database: a file name in a folder of its own.

/// The address, and the folder that goes away with the guard.
///
/// # Panics
/// When the machine has no room for a temporary folder.
pub fn fresh() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("aftercall.db");
    (format!("sqlite:{}", file.display()), folder)
}
