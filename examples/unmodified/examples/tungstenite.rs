//! WebSocket, with `tungstenite::connect`: sends a message and returns its echo.
//!
//! Input: a URL, a line break, and the message. Output: the reply.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use tungstenite::Message;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (url, message) = input
        .split_once('\n')
        .ok_or(Error::msg("the input is a URL and a message"))?;
    let (mut socket, _) = tungstenite::connect(url)?;
    socket.send(Message::text(message))?;
    let answer = socket.read()?.into_text()?.to_string();
    socket.close(None)?;
    // Until the server has closed too.
    while socket.read().is_ok() {}
    Ok(answer)
}
