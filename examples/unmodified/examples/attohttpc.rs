//! HTTP, with `attohttpc`: gets pages.
//!
//! Input: one URL per line. Output: each page's status and length, then its text.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut output = String::new();
    for url in input.lines() {
        let page = attohttpc::get(url).send()?;
        let status = page.status().as_u16();
        let text = page.text()?;
        output += &format!("{status} {}\n{text}", text.len());
    }
    Ok(output)
}
