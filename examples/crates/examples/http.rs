//! HTTP, with `ureq`: fetches pages, over one connection where the server keeps it open.
//!
//! Input: a URL a line. Output: each page's status and length, and then the page.

#![cfg(target_family = "wasm")]

use crate_guests::ureq::{HostConnector, HostResolver};
use extism_pdk::{FnResult, plugin_fn};
use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::transport::Connector;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let config = Config::builder().http_status_as_error(false).build();
    let agent = Agent::with_parts(config, ().chain(HostConnector), HostResolver);

    let mut output = String::new();
    for url in input.lines() {
        let mut response = agent.get(url).call()?;
        let page = response.body_mut().read_to_string()?;
        let status = response.status().as_u16();
        output += &format!("{status} {}\n{page}", page.len());
    }
    Ok(output)
}
