//! HTTP, with `minreq`: gets pages.
//!
//! Input: a URL a line. Output: each page's status and length, and then its text.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut output = String::new();
    for url in input.lines() {
        // Without a timeout of its own: for one it starts a thread, which a plugin has not.
        let page = minreq::get(url).send()?;
        let text = page.as_str()?;
        output += &format!("{} {}\n{text}", page.status_code, text.len());
    }
    Ok(output)
}
