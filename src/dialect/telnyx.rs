//! Telnyx TeXML. Facts from Telnyx's documentation (docs/voice/programmable-voice/texml-verbs,
//! texml-instruction-fetching; api-reference/callbacks) and its Python library
//! (webhook_verification.py).

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use super::flat;
use super::speech::PlatformVoice;
use super::twiml::{self, Manner, NAMES, Think};
use super::{
    CallEvent, Credentials, Dialect, Document, Kind, Params, Refusal, Request, Trust, What, trust,
};

/// The dialect of Telnyx.
pub(super) struct Telnyx;

/// Base64 of the signature's 64 bytes.
const SIGNATURE: &str = "telnyx-signature-ed25519";
/// Seconds since 1970, which are signed before the body.
const TIMESTAMP: &str = "telnyx-timestamp";
/// A request may be so old, or so far ahead, in seconds.
const WINDOW_SECONDS: u64 = 300;

/// Of Polly's voices the neural ones: others may be replaced by a default voice.
const VOICES: [PlatformVoice; 2] = [
    PlatformVoice { lang: "en", tag: "en-GB", name: "Polly.Amy-Neural" },
    PlatformVoice { lang: "pl", tag: "pl-PL", name: "Polly.Ola-Neural" },
];

const MANNER: Manner = Manner {
    voices: &VOICES,
    // What is not among the valid digits would look like silence.
    gather: &[("input", "dtmf"), ("validDigits", "0123456789*#")],
    // It knows no actionOnEmptyResult; silence comes by the redirect behind the gather.
    ask: &[],
    // By default it is an MP3 of both ends.
    record: &[("trim", "trim-silence"), ("channels", "single"), ("format", "wav")],
    told: Some(&[]),
    think: Think::Files,
    refusal: "Reject",
};

/// A public key of a Telnyx account, by which its requests are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl FromStr for PublicKey {
    type Err = NoPublicKey;

    /// Reads the base64 text of Telnyx's portal.
    fn from_str(text: &str) -> Result<Self, NoPublicKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| NoPublicKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| NoPublicKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| NoPublicKey)
    }
}

/// The text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no Ed25519 public key: 32 bytes in base64, as the account's portal shows it")]
pub struct NoPublicKey;

impl Dialect for Telnyx {
    fn kind(&self) -> Kind {
        Kind::Telnyx
    }

    /// The signature covers the body, not the address; so a start needs more than that.
    fn verify(
        &self,
        request: &Request,
        params: &Params,
        who: &Credentials,
    ) -> Result<Trust, Refusal> {
        if !who.verify {
            return Ok(Trust::Full);
        }
        trust::network(request, who)?;
        signed(request, &who.public_keys)?;
        let own = |(name, _): &(String, String)| name == "t" || name == "k";
        match twiml::read(request, params, &NAMES).what {
            // All that it says is in the body, and so signed.
            What::Notice(_) if !request.body.is_empty() && params.query.iter().all(own) => {
                Ok(Trust::Full)
            }
            _ => trust::without_signature(request, params, who),
        }
    }

    fn read(&self, request: &Request, params: &Params) -> CallEvent {
        twiml::read(request, params, &NAMES)
    }

    fn write(&self, document: &Document) -> String {
        flat::write(document, &MANNER)
    }

    fn voices(&self) -> &'static [PlatformVoice] {
        &VOICES
    }
}

/// Whether one of the keys signed `timestamp|body`, and not long ago.
fn signed(request: &Request, keys: &[PublicKey]) -> Result<(), Refusal> {
    let (Some(signature), Some(timestamp)) = (request.header(SIGNATURE), request.header(TIMESTAMP))
    else {
        return Err(Refusal::NoSignature);
    };
    let seconds: i64 = timestamp.parse().map_err(|_| Refusal::BadSignature)?;
    let now = request.now_ms.div_euclid(1000);
    if now.abs_diff(seconds) > WINDOW_SECONDS {
        return Err(Refusal::TooOld);
    }
    let signature = STANDARD.decode(signature.trim()).map_err(|_| Refusal::BadSignature)?;
    let signature = Signature::from_slice(&signature).map_err(|_| Refusal::BadSignature)?;
    let message = [timestamp.as_bytes(), b"|", request.body].concat();
    let fits = |key: &PublicKey| key.0.verify_strict(&message, &signature).is_ok();
    if keys.iter().any(fits) { Ok(()) } else { Err(Refusal::BadSignature) }
}
