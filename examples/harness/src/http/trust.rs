//! Which certificates are trusted.

use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Failure;

/// Certificate authorities that are trusted in addition to the system's.
pub(crate) type Authorities = Vec<CertificateDer<'static>>;

/// The error if a text contains no certificate authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate: expected at least one in PEM, `-----BEGIN CERTIFICATE-----`")]
pub struct NoCertificate;

/// Parses the certificates in a PEM text: at least one, each of a form that can be trusted.
pub(crate) fn authorities(pem: &[u8]) -> Result<Authorities, NoCertificate> {
    let found: Result<Authorities, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|_| NoCertificate)?;
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store.add(certificate.clone()).map_err(|_| NoCertificate)?;
    }
    match found.is_empty() {
        true => Err(NoCertificate),
        false => Ok(found),
    }
}

/// The client side of TLS, created on first use.
#[derive(Debug)]
pub(crate) struct Trust {
    more: Authorities,
    client: OnceLock<Arc<ClientConfig>>,
}

impl Trust {
    pub fn new(more: &Authorities) -> Self {
        Self {
            more: more.clone(),
            client: OnceLock::new(),
        }
    }

    pub(super) fn client(&self) -> Result<Arc<ClientConfig>, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(Arc::clone(client));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(systems().iter().chain(&self.more).cloned());
        // Named explicitly: another crate in the program may have set another default for the process.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::clone(self.client.get_or_init(|| Arc::new(client))))
    }
}

/// Returns the authorities that the system trusts; read once.
fn systems() -> &'static Authorities {
    static SYSTEMS: OnceLock<Authorities> = OnceLock::new();
    // Certificates that cannot be read are not trusted; the others are.
    SYSTEMS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate() {
        for pem in [
            "",
            "nonsense",
            "-----BEGIN CERTIFICATE-----\nSGVsbG8=\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n",
        ] {
            assert_eq!(authorities(pem.as_bytes()), Err(NoCertificate), "{pem}");
        }
    }
}
