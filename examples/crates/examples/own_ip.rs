//! Returns its own address on the Internet, as reported by a web service: uses `Client` and JSON.
//!
//! Input: the URL of a service that responds with JSON such as `{"ip":"192.0.2.1"}`; by default
//! `https://api.ipify.org?format=json`. Output: the address.
//!
//! The host makes the request, with its own TLS. So this is secure in production too. The host must have the function
//! `http_request`: one without it refuses to load the plugin.

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
