//! WHAT GOES OUT: recordings to fetch, calls to move to the survey. Knows the store.
//!
//! Nothing here is waited for by a webhook: [`recordings`] works from a list in the store, and
//! [`moves`] is called after the notice was answered. Both speak to a provider's API with the
//! account's credentials, and with nobody else.

mod account;
mod bearer;
mod fault;
mod fetch;
pub mod moves;
pub mod recordings;
mod resolver;

/// Why the outbox could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be built: {0}")]
pub struct OutboxError(#[from] reqwest::Error);

/// Who we are towards providers.
const USER_AGENT: &str = concat!("aftercall/", env!("CARGO_PKG_VERSION"));
