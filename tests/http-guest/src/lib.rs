//! A guest that only the tests use. It is a separate package because it imports a function that not every host has.

#![cfg(target_family = "wasm")]

mod documented;
mod large;

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{Client, Response};

/// Gets a URL. Output: the status and its headers, one per line, then an empty line and the body; or the kind of the
/// error and its text.
#[plugin_fn]
pub fn get(url: String) -> FnResult<String> {
    Ok(match Client::new().get(url).send() {
        Ok(response) => shown(&response),
        Err(error) => format!("{:?}: {error}", error.kind()),
    })
}

fn shown(response: &Response) -> String {
    let mut shown = format!("{}\n", response.status());
    for (name, values) in response.headers() {
        for value in values {
            shown += &format!("{name}: {value}\n");
        }
    }
    shown + "\n" + &String::from_utf8_lossy(response.bytes())
}
