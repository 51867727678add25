//! HTTP, with `ureq` and its own transport: gets pages, over a connection each.
//!
//! Input: a URL a line. Output: each page's status and length, and then its text.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use ureq::Agent;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    // A connection that is kept may be closed by the next time, and a plugin cannot see that.
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
