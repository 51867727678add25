//! HTTP and HTTPS by the host, with the types of the crate `http`: gets pages, or posts to them.
//!
//! Input: one URL per line, optionally followed by a space and the content to post. Output: each response's status and
//! length, its cookies, one per line, and its body. The configuration value `cookie` is sent with each request.
//!
//! It does the same as the plugins `http` and `https`, but the host makes the request, with its own TLS. That is secure
//! in production too, and the plugin is a fifth of the size of `https`. The host must have the function `http_request`:
//! one without it refuses to load the plugin.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, config, plugin_fn};
use harness_wasi_sockets::http;
use http::types::Request;
use http::types::header::{COOKIE, SET_COOKIE};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let cookie = config::get("cookie")?;
    let mut output = String::new();
    for line in input.lines() {
        let (mut request, content) = match line.split_once(' ') {
            None => (Request::get(line), ""),
            Some((url, content)) => (Request::post(url), content),
        };
        if let Some(cookie) = &cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = http::send(request.body(content)?)?;
        let (status, body) = (response.status().as_u16(), response.body());
        output += &format!("{status} {}\n", body.len());
        for cookie in response.headers().get_all(SET_COOKIE) {
            output += &format!("{}\n", cookie.to_str()?);
        }
        output += &String::from_utf8_lossy(body);
    }
    Ok(output)
}
