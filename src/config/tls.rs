//! `[tls]`: the certificate that the server itself shows, and the files that it is read from.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// The files of certificate and key. They are replaced while the server runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The server's certificate first, then those that lead to one that others know; PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct TlsError {
    /// The setting that names the file in which the fault lies.
    pub setting: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.message)
    }
}

impl std::error::Error for TlsError {}

impl TlsError {
    fn of_certificate(file: &Path, why: &str) -> Self {
        Self { setting: "tls.certificate", message: format!("{} {why}", file.display()) }
    }

    fn of_key(file: &Path, why: &str) -> Self {
        Self { setting: "tls.key", message: format!("{} {why}", file.display()) }
    }
}

impl Tls {
    /// Certificate and key as the files have them now.
    ///
    /// # Errors
    /// If a file cannot be read, does not hold what it should, or the two do not belong together.
    pub fn read(&self) -> Result<CertifiedKey, TlsError> {
        let (file, key_file) = (&self.certificate, &self.key);
        let chain = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
        let chain: Vec<CertificateDer<'static>> =
            chain.map_err(|fault| TlsError::of_certificate(file, &unreadable(&fault)))?;
        if chain.is_empty() {
            let why = "holds no certificate: it must be in PEM form, with BEGIN CERTIFICATE";
            return Err(TlsError::of_certificate(file, why));
        }
        let key = PrivateKeyDer::from_pem_file(key_file).map_err(|fault| {
            let why = match fault {
                pem::Error::NoItemsFound => {
                    "holds no private key: it must be in PEM form, with BEGIN PRIVATE KEY and \
                     without a passphrase"
                        .to_owned()
                }
                fault => unreadable(&fault),
            };
            TlsError::of_key(key_file, &why)
        })?;
        let provider = rustls::crypto::ring::default_provider();
        let signing = provider.key_provider.load_private_key(key).map_err(|_| {
            let why = "holds a key that cannot be used: make one of RSA (2048 bits or more), ECDSA \
                       (P-256, P-384) or Ed25519";
            TlsError::of_key(key_file, why)
        })?;
        let read = CertifiedKey::new(chain, signing);
        match read.keys_match() {
            Ok(()) => Ok(read),
            Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => {
                let why = format!(
                    "does not belong to the first certificate in {}: name the two that were made \
                     together, the server's own certificate first",
                    file.display()
                );
                Err(TlsError::of_key(key_file, &why))
            }
            Err(fault) => {
                let why = format!("holds a certificate that cannot be read: {fault}");
                Err(TlsError::of_certificate(file, &why))
            }
        }
    }
}

fn unreadable(fault: &pem::Error) -> String {
    match fault {
        pem::Error::Io(fault) => format!("cannot be read: {fault}"),
        fault => format!("is not whole PEM: {fault}"),
    }
}
