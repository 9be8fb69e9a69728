//! Programs that only root may run: as we are, or by sudo.

use std::process::Command;

/// That program, run as root.
pub fn command(program: &str) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if root {
        return Command::new(program);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", program]);
    sudo
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) {
    let done = command(arguments[0]).args(&arguments[1..]).status();
    assert!(
        done.is_ok_and(|done| done.success()),
        "{arguments:?}: needs root, or sudo without a password"
    );
}
