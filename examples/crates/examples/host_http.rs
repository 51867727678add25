//! HTTP and HTTPS by the host, with the types of the crate `http`: gets pages, or posts to them.
//!
//! Input: a URL a line, and behind a space what to post there, if anything. Output: each response's status and
//! length, its cookies, a line each, and then its body. The configuration value `cookie` is sent with each request.
//!
//! It does what the plugins `http` and `https` do. Here the host makes the request, with TLS of its own: that is
//! sound in production too, and the plugin has a fifth of the size of `https`. The host must have the function
//! `http_request`: one without it refuses to load the plugin.

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
