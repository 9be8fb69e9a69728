//! `[tls]`: both files or none.

use std::path::PathBuf;

use toml::{Table, Value};

use super::super::Tls;
use super::{Reading, filled};

impl Reading<'_> {
    /// The files of certificate and key, if they are named. They must fit now, though they may be
    /// replaced later.
    pub(super) fn tls(&mut self, settings: &Table, public_url: &str) -> Option<Tls> {
        let table = settings.get("tls").and_then(Value::as_table)?;
        let (certificate, key) = match (filled(table, "certificate"), filled(table, "key")) {
            (None, None) => return None,
            (Some(certificate), Some(key)) => (PathBuf::from(certificate), PathBuf::from(key)),
            (certificate, _) => {
                let missing = if certificate.is_none() { "certificate" } else { "key" };
                self.fault(
                    &format!("tls.{missing}"),
                    "is missing: name the PEM files of both certificate and key, or of neither",
                );
                return None;
            }
        };
        if public_url.starts_with("http://") {
            let message = "must begin with https:// where [tls] has a certificate: the server then \
                           speaks TLS alone";
            self.fault("public_url", message);
        }
        let tls = Tls { certificate, key };
        if let Err(fault) = tls.read() {
            self.fault(fault.setting, fault.message);
        }
        Some(tls)
    }
}
