//! How far a request without a signature is believed: start keys, networks, client certificates.
//! Secrets are compared in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::{Credentials, Params, Refusal, Request, Trust};

/// The word by which nginx (`$ssl_client_verify`) and Apache (`SSL_CLIENT_VERIFY`) say that a
/// client certificate was shown and checked.
const CERTIFICATE_CHECKED: &str = "SUCCESS";

/// The rule of every dialect whose platform does not sign the address it calls:
/// 1. networks, where they are given, hold for every request;
/// 2. a start key, where keys are given and one is sent, must fit, or the request is refused;
/// 3. a fitting key, an allowed network or a checked certificate gives full trust;
/// 4. otherwise the request may do what its token allows.
///
/// # Errors
/// [`Refusal::NetworkNotAllowed`] and [`Refusal::BadStartKey`].
pub(super) fn without_signature(
    request: &Request,
    params: &Params,
    who: &Credentials,
) -> Result<Trust, Refusal> {
    if !who.verify {
        return Ok(Trust::Full);
    }
    let from_network = network(request, who)?;
    let with_key = start_key(request, params, &who.start_keys)?;
    if from_network || with_key || certificate(request, who) {
        Ok(Trust::Full)
    } else {
        Ok(Trust::TokenOnly)
    }
}

/// Whether networks are given and the sender is in one of them.
///
/// # Errors
/// [`Refusal::NetworkNotAllowed`] when networks are given and the sender is in none.
pub(super) fn network(request: &Request, who: &Credentials) -> Result<bool, Refusal> {
    // A dual-stack socket shows IPv4 senders as ::ffff:a.b.c.d.
    let peer = request.peer.to_canonical();
    if who.allow_from.is_empty() {
        Ok(false)
    } else if who.allow_from.iter().any(|net| net.contains(&peer)) {
        Ok(true)
    } else {
        Err(Refusal::NetworkNotAllowed)
    }
}

/// Whether a start key was sent, as parameter `k` or as password of HTTP Basic.
fn start_key(request: &Request, params: &Params, keys: &[SecretString]) -> Result<bool, Refusal> {
    if keys.is_empty() {
        return Ok(false);
    }
    let sent = match params.filled("k") {
        Some(key) => Some(key.to_owned()),
        None => match request.header("authorization") {
            Some(header) => Some(basic_password(header).ok_or(Refusal::BadStartKey)?),
            None => None,
        },
    };
    match sent {
        None => Ok(false),
        Some(key) if fits(&key, keys) => Ok(true),
        Some(_) => Err(Refusal::BadStartKey),
    }
}

fn basic_password(header: &str) -> Option<String> {
    let (scheme, code) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(code.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

/// Compares with every key, always all of them; over hashes, so that lengths do not show either.
fn fits(sent: &str, keys: &[SecretString]) -> bool {
    let sent = Sha256::digest(sent.as_bytes());
    let mut found = Choice::from(0);
    for key in keys.iter().filter(|key| !key.expose_secret().is_empty()) {
        found |= Sha256::digest(key.expose_secret().as_bytes()).as_slice().ct_eq(sent.as_slice());
    }
    found.into()
}

fn certificate(request: &Request, who: &Credentials) -> bool {
    who.client_cert_header
        .as_deref()
        .and_then(|name| request.header(name))
        .is_some_and(|word| word.trim().eq_ignore_ascii_case(CERTIFICATE_CHECKED))
}
