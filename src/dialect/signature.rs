//! The signature over the called address and the sorted parameters of a form, as Twilio published
//! it and some of its relatives took it over: HMAC-SHA1 in base64, keyed with the account's secret.
//! Facts from Twilio's documentation (docs/usage/webhooks/webhooks-security) and its helper
//! libraries; from SignalWire's Python library (core/security/webhook_validator.py); and from
//! Somleng's source (twiml_endpoint.rb).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::params::{BodyKind, body_kind};
use super::{Credentials, Params, Refusal, Request, Trust, trust};

/// Query parameter with the hash of a body that is no form.
const BODY_HASH: &str = "bodySHA256";

/// How a platform signs by this rule.
#[derive(Debug)]
pub(super) struct Scheme {
    /// Headers that may carry the signature, in lower case.
    pub headers: &'static [&'static str],
    /// What counts of a name that comes more than once.
    pub repeated: Repeated,
    /// How a body that is no form is signed.
    pub other_bodies: OtherBodies,
}

/// What counts of a name that comes more than once in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// Each different value once, in order of the values.
    Once,
    /// Every value, as it was sent.
    Every,
}

/// How a body that is no form is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherBodies {
    /// By its hash, which stands in the signed address.
    Hashed,
    /// By its hash where the address has one; else its bytes stand behind the address, and the
    /// signature is written in hex.
    HashedOrWhole,
}

/// Believes a request fully if its signature fits one of the keys.
///
/// # Errors
/// [`Refusal::NetworkNotAllowed`], [`Refusal::NoSignature`] and [`Refusal::BadSignature`].
pub(super) fn verify(
    request: &Request,
    params: &Params,
    who: &Credentials,
    scheme: &Scheme,
) -> Result<Trust, Refusal> {
    if !who.verify {
        return Ok(Trust::Full);
    }
    trust::network(request, who)?;
    let sent = scheme.headers.iter().filter_map(|name| request.header(name)).map(str::trim);
    let sent: Vec<&str> = sent.filter(|signature| !signature.is_empty()).collect();
    if sent.is_empty() {
        return Err(Refusal::NoSignature);
    }
    let signed = match (body_kind(request), scheme.other_bodies) {
        (BodyKind::Absent, _) => Signed { appended: Vec::new(), decode: from_base64 },
        (BodyKind::Form, _) => {
            Signed { appended: sorted(&params.body, scheme.repeated), decode: from_base64 }
        }
        (BodyKind::Json | BodyKind::Other, OtherBodies::HashedOrWhole)
            if hash_in(params).is_none() =>
        {
            Signed { appended: request.body.to_vec(), decode: from_hex }
        }
        // Such a body is not part of the signature; its hash in the signed address is.
        (BodyKind::Json | BodyKind::Other, _) if is_hashed(request, params) => {
            Signed { appended: Vec::new(), decode: from_base64 }
        }
        (BodyKind::Json | BodyKind::Other, _) => return Err(Refusal::BadSignature),
    };
    let urls = signed_urls(&who.public_url, request.target);
    let codes = sent.into_iter().filter_map(signed.decode);
    if codes.into_iter().any(|code| is_signed(&code, &signed.appended, &urls, who)) {
        Ok(Trust::Full)
    } else {
        Err(Refusal::BadSignature)
    }
}

/// What stands behind the address, and how the signature is written.
struct Signed {
    appended: Vec<u8>,
    decode: fn(&str) -> Option<Vec<u8>>,
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Lower-case hex digits.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Names in order of their bytes, each followed by its value.
fn sorted(body: &[(String, String)], repeated: Repeated) -> Vec<u8> {
    let mut pairs: Vec<_> = body.iter().collect();
    match repeated {
        Repeated::Once => {
            pairs.sort();
            pairs.dedup();
        }
        Repeated::Every => pairs.sort_by_key(|(name, _)| name),
    }
    let mut text = Vec::new();
    for (name, value) in pairs {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(value.as_bytes());
    }
    text
}

fn hash_in(params: &Params) -> Option<&str> {
    params.query.iter().find(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.as_str())
}

/// Whether the address names the hash of these very bytes.
fn is_hashed(request: &Request, params: &Params) -> bool {
    let hash: String =
        Sha256::digest(request.body).iter().map(|byte| format!("{byte:02x}")).collect();
    hash_in(params).is_some_and(|named| bool::from(named.as_bytes().ct_eq(hash.as_bytes())))
}

/// Whether one of the keys signs one of the addresses.
fn is_signed(sent: &[u8], appended: &[u8], urls: &[String], who: &Credentials) -> bool {
    let keys = who.auth_tokens.iter().map(|token| token.expose_secret().as_bytes());
    for key in keys.filter(|key| !key.is_empty()) {
        let Ok(keyed) = Hmac::<Sha1>::new_from_slice(key) else { continue };
        for url in urls {
            let mut mac = keyed.clone();
            mac.update(url.as_bytes());
            mac.update(appended);
            if mac.finalize().into_bytes().as_slice().ct_eq(sent).into() {
                return true;
            }
        }
    }
    false
}

/// The forms of the called address that may have been signed, the usual one first. Twilio's
/// libraries accept the port as given, without, and with the default one; documentation and libraries differ
/// on user and password; an old encoder wrote `%27` for the apostrophe in the query.
fn signed_urls(public_url: &str, target: &str) -> Vec<String> {
    let target = target.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = public_url.split_once("://") else { return Vec::new() };
    let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, prefix) = rest.split_at(split);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let default_port = if scheme.eq_ignore_ascii_case("http") { "80" } else { "443" };
    let hosts = match port_at(host) {
        Some(colon) => [host.to_owned(), host[..colon].to_owned()],
        None => [host.to_owned(), format!("{host}:{default_port}")],
    };
    let path = format!("{prefix}{target}");
    let mut paths = vec![Cow::Borrowed(path.as_str())];
    if let Some((before, query)) = path.split_once('?')
        && query.contains('\'')
    {
        paths.push(Cow::Owned(format!("{before}?{}", query.replace('\'', "%27"))));
    }
    let mut urls = Vec::new();
    for path in &paths {
        for host in &hosts {
            if let Some(user) = user {
                urls.push(format!("{scheme}://{user}@{host}{path}"));
            }
            urls.push(format!("{scheme}://{host}{path}"));
        }
    }
    urls
}

/// Where the colon before the port stands; the colons of an IPv6 address stand in brackets.
fn port_at(host: &str) -> Option<usize> {
    let after_address = host.rfind(']').map_or(0, |bracket| bracket + 1);
    host[after_address..].find(':').map(|colon| after_address + colon)
}
