//! Recordings that platforms tell of: an id where only an address is told, and whether anything was
//! said where only the whole length is.

use super::Params;
use super::params::clean;

/// The parameter, in an address of ours, that says how many seconds of silence end a recording.
pub(super) const QUIET: &str = "quiet";

/// How much longer than that silence a recording may be in which nobody spoke, in milliseconds:
/// what a platform needs to notice that the silence is long enough.
const NOTICED_MS: u64 = 300;

/// Whether a recording that no key ended is only the silence that ended it. The silence at the end
/// of a comment cannot be told: it is part of its length.
pub(super) fn is_silence(params: &Params, millis: u64) -> bool {
    let quiet = params.seconds(QUIET).map(|seconds| u64::from(seconds) * 1000);
    quiet.is_some_and(|quiet| (quiet..quiet + NOTICED_MS).contains(&millis))
}

/// An id for a recording of which only the address is told: `…/Recordings/RE1.wav?x=1` → `RE1`.
pub(super) fn id(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.trim_end_matches('/');
    let segment = path.rsplit('/').next()?;
    clean(segment.split('.').next()?)
}
