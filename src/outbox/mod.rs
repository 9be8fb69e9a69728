//! WHAT GOES OUT: recordings to fetch, calls to move to the survey, webhooks and mails. Knows the
//! store and the reports.
//!
//! Nothing here is waited for by a call: [`recordings`] and [`sender`] work from lists in the
//! store, [`moves`] is called after the notice was answered, and [`teller`] looks for what others
//! are to be told. The first two speak to a provider's API with the account's credentials, and
//! with nobody else.

mod account;
mod bearer;
mod fault;
mod fetch;
mod mails;
pub mod moves;
mod picture;
pub mod recordings;
mod report_mail;
mod resolver;
pub mod sender;
pub mod sign;
pub mod teller;

use crate::report::{People, Viewer};

/// Why the outbox could not be built.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The client for the web.
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[from] reqwest::Error),
    /// The client for mail.
    #[error("the mail client cannot be built: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The sender's address, which the settings check.
    #[error("mail.from is no mail address: {0}")]
    Address(#[from] lettre::address::AddressError),
}

/// On whose behalf bodies and mails are made: those whom the settings name as receivers.
fn viewer(people: People) -> Viewer {
    Viewer { people, ..Viewer::everything() }
}

/// Who we are towards providers.
const USER_AGENT: &str = concat!("aftercall/", env!("CARGO_PKG_VERSION"));
