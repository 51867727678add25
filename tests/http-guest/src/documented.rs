//! The examples of the page about porting, written for the library that comes with the host: only the `use` line names
//! this library.

#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "so it is written where a URL is a `&str`"
)]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::Client;
use serde::Deserialize;

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// GET, POST with JSON, headers and cookies. Input: a site with `/hello.txt`, `/echo` and `/cookies`.
#[plugin_fn]
pub fn documented(site: String) -> FnResult<String> {
    let client = Client::new();
    let mut output = String::new();

    // GET, with a header.
    let response = client
        .get(&format!("{site}/hello.txt"))
        .header("Accept", "text/plain")
        .send()?;
    if response.status_is_success() {
        output += &response.text()?;
    }

    // POST, with JSON there and back.
    let response = client
        .post(&format!("{site}/echo"))
        .json(&serde_json::json!({ "message": "sideways" }))
        .send()?;
    let echoed: Message = response.json()?;
    output += &format!("{} {}\n", response.status(), echoed.message);

    // PUT, DELETE and PATCH, with bytes.
    let bytes: Vec<u8> = b"bytes".to_vec();
    let response = client.put(&format!("{site}/echo")).body(bytes).send()?;
    let put = response.bytes().len();
    let deleted = client.delete(&format!("{site}/echo")).send()?.status();
    let patch = client.patch(&format!("{site}/echo")).body("[]".into());
    output += &format!("{put} {deleted} {}\n", patch.send()?.status());

    // The headers of a response; a repeated one has several values.
    let response = client
        .get(&format!("{site}/cookies"))
        .header("Cookie", "crab=sideways")
        .send()?;
    if let Some(cookies) = response.header("set-cookie") {
        for cookie in cookies {
            output += &format!("{cookie}\n");
        }
    }
    for (name, values) in response.headers() {
        if name == "Content-Type" {
            output += &format!("{name}: {}\n", values.join(", "));
        }
    }
    output += &response.text()?;
    Ok(output)
}
