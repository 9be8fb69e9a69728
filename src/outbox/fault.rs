//! Why a request to a provider failed, in words that name no address and no secret.

use std::time::Duration;

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// 404: the file may be made yet.
    #[error("the provider does not have it (404)")]
    NotThere,
    /// Any other status than 200.
    #[error("the provider answered with status {0}")]
    Status(u16),
    /// The account's credentials are wrong.
    #[error(
        "the provider refused our credentials ({0}); check account_sid with auth_tokens, or api_key"
    )]
    Credentials(u16),
    /// The settings have no credentials.
    #[error("the settings of this provider have no api_key, nor account_sid with auth_tokens")]
    NoCredentials,
    /// The settings have no such provider any more.
    #[error("there is no section [provider.{0}] in the settings any more")]
    NoProvider(String),
    /// Not one of the provider's own addresses.
    #[error("the address is none of the provider's: {0}")]
    Address(String),
    /// Sent on and on.
    #[error("the provider sent us on more than {0} times")]
    Redirects(usize),
    /// It is larger than the longest comment can be.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// Something else than sound came.
    #[error("it is no sound that we keep but {0}")]
    Kind(String),
    /// The way there.
    #[error("the provider cannot be reached: {0}")]
    Way(String),
    /// It took too long.
    #[error("the provider took longer than {} seconds", .0.as_secs())]
    Slow(Duration),
    /// Our own disk.
    #[error("it cannot be kept in the media folder: {0}")]
    Disk(#[from] std::io::Error),
}

/// What went wrong on the way, without the address but with the errors below it.
pub(super) fn sentence(fault: reqwest::Error) -> String {
    let fault = fault.without_url();
    let mut said = fault.to_string();
    let mut below = std::error::Error::source(&fault);
    while let Some(deeper) = below {
        said = format!("{said}: {deeper}");
        below = deeper.source();
    }
    said
}

pub(super) fn way(fault: reqwest::Error) -> FetchError {
    FetchError::Way(sentence(fault))
}
