//! One try to fetch one recording over HTTP: the right host, the right size, the right kind.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header};
use secrecy::ExposeSecret;

use super::account::{self, Allowed, Came};
use super::bearer::Bearers;
use super::fault::{FetchError, way};
use super::resolver::Outside;
use super::{OutboxError, USER_AGENT};
use crate::config::{Config, Provider};

/// Time to reach the provider.
const CONNECT: Duration = Duration::from_secs(5);
/// How often the provider may send us on.
const REDIRECTS: usize = 3;
/// Bytes of one second of telephone sound (8 kHz, 16 bit).
const SECOND: u64 = 16_000;
/// Bytes allowed beyond the sound.
const SLACK: u64 = 64_000;
/// The most that is ever taken.
const MOST: u64 = 5_000_000;

/// Content types of sound that we keep, and the ending of the file.
const KINDS: &[(&str, Kind)] = &[
    ("audio/wav", Kind::Wav),
    ("audio/x-wav", Kind::Wav),
    ("audio/wave", Kind::Wav),
    ("audio/vnd.wave", Kind::Wav),
    ("audio/mpeg", Kind::Mp3),
    ("audio/mp3", Kind::Mp3),
];

/// What a file of sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Wav,
    Mp3,
}

/// A recording as it came.
pub(super) struct Sound {
    pub(super) bytes: Vec<u8>,
    /// `wav` or `mp3`.
    pub(super) ending: &'static str,
}

/// A client that follows no redirect by itself, uses no proxy that the settings do not name, and
/// reaches no address inside. Several clients in one program share nothing.
pub(super) fn client(config: &Config) -> Result<Client, OutboxError> {
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Outside::new(config))
        .connect_timeout(CONNECT)
        .build()?;
    Ok(client)
}

/// The most bytes that a comment of so many seconds can have.
pub(super) fn most_bytes(seconds: u32) -> u64 {
    (u64::from(seconds) * SECOND + SLACK).min(MOST)
}

/// Fetches recordings.
pub(super) struct Fetcher {
    client: Client,
    config: Arc<Config>,
    bearers: Bearers,
}

impl Fetcher {
    /// # Errors
    /// If the system's certificates cannot be read.
    pub(super) fn new(config: Arc<Config>) -> Result<Self, OutboxError> {
        Ok(Self { client: client(&config)?, config, bearers: Bearers::default() })
    }

    /// Fetches what stands at `url`, at most `most` bytes of it.
    pub(super) async fn fetch(
        &self,
        provider: &Provider,
        url: &str,
        most: u64,
    ) -> Result<Sound, FetchError> {
        let mut at =
            Url::parse(url).map_err(|_| FetchError::Address("no address at all".into()))?;
        let mut came = Came::Named;
        for _ in 0..=REDIRECTS {
            // The token that is sent, by where it came from.
            let mut given = None;
            let mut request =
                self.client.get(at.clone()).header(header::ACCEPT, "audio/x-wav, audio/*");
            match account::allowed(provider, &at, came) {
                None => return Err(FetchError::Address(place(&at))),
                Some(Allowed::Nothing) => {}
                Some(Allowed::Credentials) => {
                    let owner = account::owner(&self.config, provider, &at);
                    let who = account::credentials(owner).ok_or(FetchError::NoCredentials)?;
                    match account::token_url(owner) {
                        None => {
                            let password = Some(who.password.expose_secret());
                            request = request.basic_auth(who.user, password);
                        }
                        Some(url) => {
                            let token = self.bearers.token(&self.client, url, &who).await?;
                            request = request.bearer_auth(token.expose_secret());
                            given = Some((url, who));
                        }
                    }
                }
            }
            let mut response = request.send().await.map_err(way)?;
            match response.status() {
                StatusCode::OK => return read(&mut response, most).await,
                StatusCode::NOT_FOUND => return Err(FetchError::NotThere),
                status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                    if let Some((url, who)) = given {
                        self.bearers.refused(url, &who);
                    }
                    return Err(FetchError::Credentials(status.as_u16()));
                }
                status if status.is_redirection() => {
                    let next = response.headers().get(header::LOCATION);
                    let next = next.and_then(|next| next.to_str().ok());
                    at = next
                        .and_then(|next| at.join(next).ok())
                        .ok_or(FetchError::Status(status.as_u16()))?;
                    came = Came::Redirected;
                }
                status => return Err(FetchError::Status(status.as_u16())),
            }
        }
        Err(FetchError::Redirects(REDIRECTS))
    }
}

/// Reads a body that says it is sound and looks like it.
async fn read(response: &mut reqwest::Response, most: u64) -> Result<Sound, FetchError> {
    let said = response.headers().get(header::CONTENT_TYPE);
    let said = said.and_then(|said| said.to_str().ok()).unwrap_or("without content type");
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == said) else {
        return Err(FetchError::Kind(said));
    };
    if response.content_length().is_some_and(|length| length > most) {
        return Err(FetchError::TooLarge(most));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(way)? {
        if (bytes.len() + chunk.len()) as u64 > most {
            return Err(FetchError::TooLarge(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    // An error page that calls itself sound would be played to a person.
    let (ending, fits) = match kind {
        Kind::Wav => ("wav", bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")),
        Kind::Mp3 => ("mp3", bytes.starts_with(b"ID3") || bytes.first() == Some(&0xff)),
    };
    match fits {
        true => Ok(Sound { bytes, ending }),
        false => Err(FetchError::Kind(format!("{said} in name only"))),
    }
}

/// Scheme, host and port of an address: its path may hold ids, its query a signature.
fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}
