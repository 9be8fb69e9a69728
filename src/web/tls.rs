//! TLS where the settings name a certificate: HTTP/1.1 alone, and a certificate that is read anew
//! when its files change.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::config::{Tls, TlsError};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What is shown to whoever connects.
#[derive(Debug)]
pub struct Certificate {
    files: Tls,
    shown: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// The certificate as the files have it now.
    ///
    /// # Errors
    /// If they cannot be used.
    pub fn read(files: Tls) -> Result<Arc<Self>, TlsError> {
        let shown = RwLock::new(Arc::new(files.read()?));
        Ok(Arc::new(Self { files, shown }))
    }

    /// Reads the files again and again, and shows what they have to all who connect from then on.
    /// While they cannot be used, the certificate before stays. Never ends.
    pub async fn keep_fresh(self: Arc<Self>) {
        let mut known = None;
        loop {
            tokio::time::sleep(LOOK).await;
            let files = self.files.clone();
            let Ok(read) = tokio::task::spawn_blocking(move || files.read()).await else {
                continue;
            };
            match read {
                Ok(read) => {
                    let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
                    if read.cert != shown.cert || known.is_some() {
                        tracing::info!(
                            file = %self.files.certificate.display(),
                            "the certificate was read again"
                        );
                        *shown = Arc::new(read);
                    }
                    known = None;
                }
                // Once for each fault, not at each look.
                Err(fault) if known.as_ref() != Some(&fault) => {
                    tracing::error!("the certificate shown before stays: {fault}");
                    known = Some(fault);
                }
                Err(_) => {}
            }
        }
    }

    /// What shakes hands for the server.
    ///
    /// # Errors
    /// If the TLS library does not know its own protocols.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(server)))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
