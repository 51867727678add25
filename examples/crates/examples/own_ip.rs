//! Its own address on the Internet, which a web service says: `Client`, and JSON.
//!
//! Input: the URL of a service that answers with JSON such as `{"ip":"192.0.2.1"}`; without one,
//! `https://api.ipify.org?format=json`. Output: the address.
//!
//! The host makes the request, with TLS of its own. So this is sound in production too, and the host must have the
//! function `http_request`: one without it refuses to load the plugin.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::Client;
use serde::Deserialize;
use std::net::IpAddr;

const SERVICE: &str = "https://api.ipify.org?format=json";

#[derive(Deserialize)]
struct Own {
    ip: IpAddr,
}

#[plugin_fn]
pub fn run(service: String) -> FnResult<String> {
    let service = if service.is_empty() {
        SERVICE
    } else {
        &service
    };
    let response = Client::new()
        .get(service)
        .header("Accept", "application/json")
        .send()?;
    if !response.status_is_success() {
        return Err(Error::msg(format!("{service}: status {}", response.status())).into());
    }
    let own: Own = response.json()?;
    Ok(own.ip.to_string())
}
