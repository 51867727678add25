//! HTTP, with `minreq`: gets pages.
//!
//! Input: one URL per line. Output: each page's status and length, then its text.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut output = String::new();
    for url in input.lines() {
        // Without minreq's own timeout: it would start a thread, and plugins have no threads.
        let page = minreq::get(url).send()?;
        let text = page.as_str()?;
        output += &format!("{} {}\n{text}", page.status_code, text.len());
    }
    Ok(output)
}
