//! HTTPS, with `ureq` and `rustls`, all in Rust: fetches a page from a server whose certificate is signed by a given
//! authority.
//!
//! Input: a URL. The configuration value `authority` is the authority's certificate, in PEM. (The crate `webpki-roots`
//! has the certificates of the authorities that browsers trust.)
//!
//! The host must have WASI with a real clock and real random numbers: certificates expire, and keys must not be
//! predictable. **The production host has neither: there anybody can compute the keys, and this plugin refuses to
//! run**, unless `unsafe_host=yes` is configured.
//!
//! All of TLS here is in Rust, so that it compiles for wasm. The authors of its cryptography, `rustls-rustcrypto`, say
//! that it is not ready for production yet. You can pass another provider to `rustls` in the same place.

#![cfg(target_family = "wasm")]

use crate_guests::clock;
use crate_guests::ureq::{HostConnector, HostResolver};
use extism_pdk::{Error, FnResult, config, plugin_fn};
use std::sync::Arc;
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector, RustlsConnector};

#[plugin_fn]
pub fn run(url: String) -> FnResult<String> {
    let pem = config::get("authority")?.ok_or(Error::msg("no `authority` is configured"))?;
    clock::require_real()?;
    let authority = Certificate::from_pem(pem.as_bytes())?;

    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[authority]))
        .unversioned_rustls_crypto_provider(Arc::new(rustls_rustcrypto::provider()))
        .build();
    let config = Config::builder().https_only(true).tls_config(tls).build();
    let connector = ().chain(HostConnector::default()).chain(RustlsConnector::default());
    let agent = Agent::with_parts(config, connector, HostResolver);

    Ok(agent.get(url).call()?.body_mut().read_to_string()?)
}
