//! HTTP, with `ureq` and its own transport: gets pages, one connection each.
//!
//! Input: one URL per line. Output: each page's status and length, then its text.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use ureq::Agent;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    // The server may close a reused connection before the next request, and a plugin cannot detect that.
    let config = Agent::config_builder()
        .max_idle_connections(0)
        .http_status_as_error(false)
        .build();
    let agent: Agent = config.into();
    let mut output = String::new();
    for url in input.lines() {
        let mut page = agent.get(url).call()?;
        let status = page.status().as_u16();
        let text = page.body_mut().read_to_string()?;
        output += &format!("{status} {}\n{text}", text.len());
    }
    Ok(output)
}
