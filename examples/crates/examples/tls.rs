//! TLS, with `rustls`: connects, sends the input's request, and returns the server's response.
//!
//! Input: `ADDRESS NAME REQUEST`, for example `127.0.0.1:4433 localhost GET / HTTP/1.0`; the request is sent as a line,
//! followed by an empty line. The server's certificate must be for NAME. The configuration value `authority` is the
//! certificate of the authority that signed it, in PEM. Output: the version of TLS, and the response.
//!
//! The host must have WASI with a real clock and real random numbers. **The production host has neither: there anybody
//! can compute the keys, and this plugin refuses to run**, unless `unsafe_host=yes` is configured.
//!
//! All of TLS here is in Rust, so that it compiles for wasm. The authors of its cryptography, `rustls-rustcrypto`, say
//! that it is not ready for production yet. You can pass another provider to `rustls` in the same place.

#![cfg(target_family = "wasm")]

use crate_guests::clock;
use extism_pdk::{Error, FnResult, config, plugin_fn};
use harness_wasi_sockets::TcpStream;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::sync::Arc;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let words: Vec<&str> = input.splitn(3, ' ').collect();
    let &[address, name, request] = words.as_slice() else {
        return Err(Error::msg("the input is ADDRESS NAME REQUEST").into());
    };
    let pem = config::get("authority")?.ok_or(Error::msg("no `authority` is configured"))?;
    clock::require_real()?;
    let mut authorities = RootCertStore::empty();
    authorities.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;

    let config = ClientConfig::builder_with_provider(Arc::new(rustls_rustcrypto::provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    let name = ServerName::try_from(name)?.to_owned();
    let session = ClientConnection::new(Arc::new(config), name)?;

    let mut stream = StreamOwned::new(session, TcpStream::connect(address)?);
    write!(stream, "{request}\r\n\r\n")?;
    let mut answer = String::new();
    // A stream that ends without a TLS close message was truncated: here that is an error.
    stream.read_to_string(&mut answer)?;
    let version = stream.conn.protocol_version();
    Ok(format!(
        "{:?}\n{answer}",
        version.ok_or(Error::msg("no TLS"))?
    ))
}
