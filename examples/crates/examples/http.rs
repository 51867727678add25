//! HTTP, with `ureq`: gets pages, or posts to them.
//!
//! Input: one URL per line, optionally followed by a space and the content to post. Output: each response's status and
//! length, then its body.
//!
//! Each request has its own connection. With the configuration value `keep_alive` the next request reuses the last
//! connection if the server keeps it open; see `HostConnector::keep_alive` for the conditions.

#![cfg(target_family = "wasm")]

use crate_guests::ureq::{HostConnector, HostResolver};
use extism_pdk::{FnResult, config, plugin_fn};
use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::transport::Connector;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let connector = match config::get("keep_alive")? {
        Some(_) => HostConnector::keep_alive(),
        None => HostConnector::default(),
    };
    let config = Config::builder().http_status_as_error(false).build();
    let agent = Agent::with_parts(config, ().chain(connector), HostResolver);

    let mut output = String::new();
    for line in input.lines() {
        let mut response = match line.split_once(' ') {
            None => agent.get(line).call()?,
            // The server may refuse before the content is sent.
            Some((url, content)) => {
                let request = agent.post(url).header("Expect", "100-continue");
                request.send(content)?
            }
        };
        let page = response.body_mut().read_to_string()?;
        let status = response.status().as_u16();
        output += &format!("{status} {}\n{page}", page.len());
    }
    Ok(output)
}
